//! Which items are in which bucket of each axis, newest first.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use super::{Sorted, takes};
use crate::config::{Config, Query, TopicKey};
use crate::item::Item;
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
        let mut newest_first: Vec<u32> = (0..sorted.items.len() as u32).collect();
        newest_first.sort_by(|a, b| newer(&sorted.items[*a as usize], &sorted.items[*b as usize]));
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

/// Newest first; of one instant, by id, so that the order is the same in every run.
fn newer(a: &Item, b: &Item) -> Ordering {
    b.published.cmp(&a.published).then_with(|| a.id.cmp(&b.id))
}
