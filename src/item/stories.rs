//! Stories: which items are translations of one another.

use std::collections::HashMap;
use std::sync::Arc;

use rayon::prelude::*;
use xxhash_rust::xxh3::xxh3_64;

use super::Item;

/// The items of each story.
#[derive(Debug)]
pub struct Stories<'a> {
    items: &'a [Arc<Item>],
    told: Arc<Told>,
}

/// The positions of items by a hash of the story that they tell: what holds for any list in which each item tells what it told.
#[derive(Clone, Debug, Default)]
pub struct Told(HashMap<u64, Vec<u32>, foldhash::fast::RandomState>);

impl Told {
    /// The item at this position, which tells none, goes.
    pub fn take_out(&mut self, at: u32) {
        self.0.values_mut().flatten().for_each(|own| *own -= u32::from(*own > at));
    }

    /// The item at this position, which tells none, is new.
    pub fn make_room(&mut self, at: u32) {
        self.0.values_mut().flatten().for_each(|own| *own += u32::from(*own >= at));
    }
}

impl<'a> Stories<'a> {
    /// The stories that these items tell.
    pub fn of(items: &'a [Arc<Item>]) -> Self {
        let hash = |(item, at): (&Arc<Item>, u32)| Some((xxh3_64(item.story()?.as_bytes()), at));
        let all: Vec<(u64, u32)> = items.par_iter().zip(0..items.len() as u32).filter_map(hash).collect();
        let mut told = Told::default();
        all.into_iter().for_each(|(story, at)| told.0.entry(story).or_default().push(at));
        Stories { items, told: told.into() }
    }

    /// The same where it is known who tells them.
    pub fn told(items: &'a [Arc<Item>], told: Arc<Told>) -> Self {
        Stories { items, told }
    }

    /// Who tells them.
    pub fn who(&self) -> Arc<Told> {
        self.told.clone()
    }

    /// The positions of the other versions of the story that the item at this position tells, in order.
    pub fn versions(&self, at: u32) -> impl Iterator<Item = u32> {
        let (items, own) = (self.items, self.items[at as usize].story());
        let alike = own.and_then(|story| self.told.0.get(&xxh3_64(story.as_bytes()))).into_iter().flatten().copied();
        alike.filter(move |other| *other != at && items[*other as usize].story() == own)
    }

    /// The same, the items.
    pub fn others(&self, at: u32) -> impl Iterator<Item = &'a Arc<Item>> {
        let items = self.items;
        self.versions(at).map(move |other| &items[other as usize])
    }
}
