//! Stories: which items are translations of one another.

use std::collections::HashMap;
use std::sync::Arc;

use rayon::prelude::*;

use super::Item;

/// The items of each story.
#[derive(Debug)]
pub struct Stories<'a> {
    items: &'a [Arc<Item>],
    /// Positions, by story.
    told: HashMap<&'a str, Vec<u32>, foldhash::fast::RandomState>,
}

impl<'a> Stories<'a> {
    /// The stories that these items tell.
    pub fn of(items: &'a [Arc<Item>]) -> Self {
        let all: Vec<(&str, u32)> =
            items.par_iter().zip(0..items.len() as u32).filter_map(|(item, at)| Some((item.story()?, at))).collect();
        let mut told: HashMap<&str, Vec<u32>, _> = HashMap::default();
        all.into_iter().for_each(|(story, at)| told.entry(story).or_default().push(at));
        Stories { items, told }
    }

    /// The other versions of the story that the item at this position tells, in the order of the items.
    pub fn others(&self, at: u32) -> impl Iterator<Item = &'a Arc<Item>> {
        let items = self.items;
        let versions = items[at as usize].story().and_then(|story| self.told.get(story)).into_iter().flatten();
        versions.filter(move |other| **other != at).map(move |other| &items[*other as usize])
    }
}
