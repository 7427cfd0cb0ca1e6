//! A catalogue brought up to a list of items in which one came or went: the channels that hold it change, and in all others its neighbours are called by
//! other positions.

use std::collections::BTreeSet;
use std::sync::Arc;

use rayon::prelude::*;

use super::{Catalogue, Sorted, limit, newest_change, order, spots};
use crate::config::Config;

/// What changed of a catalogue, by the positions of its channels.
#[derive(Clone, Debug, Default)]
pub struct Touched(BTreeSet<usize>);

impl Catalogue {
    /// The item at this position, which tells no story, goes.
    pub fn take_out(&mut self, at: u32, touched: &mut Touched) {
        let go = |(nth, channel): (usize, &mut super::Channel)| {
            let before = channel.items.len();
            channel.items.retain(|own| *own != at);
            channel.items.iter_mut().for_each(|own| *own -= u32::from(*own > at));
            (channel.items.len() < before).then_some(nth)
        };
        let held: Vec<usize> = self.channels.par_iter_mut().enumerate().filter_map(go).collect();
        touched.0.extend(held);
        Arc::make_mut(&mut self.told).take_out(at);
    }

    /// The item at this position, which tells no story, is new; those behind it have moved on. Says no where it belongs to a channel that there is not.
    pub fn put_in(&mut self, config: &Config, sorted: Sorted<'_>, at: u32, touched: &mut Touched) -> bool {
        self.channels.par_iter_mut().for_each(|channel| channel.items.iter_mut().for_each(|own| *own += u32::from(*own >= at)));
        Arc::make_mut(&mut self.told).make_room(at);
        let order = |at: u32| order(&sorted.items[at as usize]);
        for spot in spots(config, &sorted.items[at as usize], &sorted.placements[at as usize], sorted.now) {
            let Ok(nth) = self.channels.binary_search_by(|channel| channel.path.cmp(&spot.channel)) else { return false };
            let items = &mut self.channels[nth].items;
            items.insert(items.partition_point(|own| order(*own) < order(at)), at);
            touched.0.insert(nth);
        }
        true
    }

    /// Draws the windows of what was touched and dates it, and dates the channels that show one of the changed items; the positions of these are in order.
    /// Says no where a channel has no items any more.
    pub fn redraw(&mut self, config: &Config, sorted: Sorted<'_>, changed: &[u32], touched: &Touched) -> bool {
        for (nth, channel) in self.channels.iter_mut().enumerate() {
            let is_touched = touched.0.contains(&nth);
            if is_touched {
                channel.count = channel.items.len();
                channel.window = limit::window(sorted, &channel.limits, &channel.items);
            }
            if is_touched || channel.shown().iter().any(|at| changed.binary_search(at).is_ok()) {
                channel.updated = newest_change(config, sorted.items, channel.shown());
            }
        }
        touched.0.iter().all(|nth| !self.channels[*nth].items.is_empty())
    }
}
