//! Which items are in which bucket of each axis, newest first.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use rayon::prelude::*;

use super::{Sorted, takes};
use crate::config::{Config, Query, TopicKey};
use crate::vocab::Country;

/// The items by bucket. Positions in the list of items, newest first.
pub(super) struct Members {
    pub newest_first: Vec<u32>,
    pub countries: BTreeMap<Country, Vec<u32>>,
    pub topics: BTreeMap<TopicKey, Vec<u32>>,
    /// Filled only where the config wants a matrix.
    pub cells: BTreeMap<(Country, TopicKey), Vec<u32>>,
}

impl Members {
    pub fn collect(config: &Config, sorted: Sorted<'_>) -> Self {
        let mut dated: Vec<(Reverse<DateTime<Utc>>, u32)> =
            (0..).zip(sorted.items).map(|(at, item)| (Reverse(item.published.to_utc()), at)).collect();
        // Of one instant, by id, so that the order is the same in every run.
        let id = |at: u32| sorted.items[at as usize].id();
        dated.par_sort_unstable_by(|(a, first), (b, second)| a.cmp(b).then_with(|| id(*first).cmp(&id(*second))));
        let newest_first: Vec<u32> = dated.into_iter().map(|(_, at)| at).collect();
        let mut members = Members { newest_first, countries: BTreeMap::new(), topics: BTreeMap::new(), cells: BTreeMap::new() };
        let crossed = config.channels.matrix.is_some();
        for at in members.newest_first.clone() {
            members.add(at, sorted, crossed);
        }
        members
    }

    fn add(&mut self, at: u32, sorted: Sorted<'_>, crossed: bool) {
        let placement = &sorted.placements[at as usize];
        for country in &placement.countries {
            self.countries.entry(*country).or_default().push(at);
        }
        for topic in &placement.topics {
            self.topics.entry(topic.clone()).or_default().push(at);
        }
        if crossed {
            for country in &placement.countries {
                for topic in &placement.topics {
                    self.cells.entry((*country, topic.clone())).or_default().push(at);
                }
            }
        }
    }

    /// The items that a query takes.
    pub fn select(&self, sorted: Sorted<'_>, query: &Query) -> Vec<u32> {
        let taken = |at: &u32| takes(query, &sorted.items[*at as usize], &sorted.placements[*at as usize], sorted.now);
        self.newest_first.iter().copied().filter(taken).collect()
    }
}
