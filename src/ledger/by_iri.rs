//! Where each item of a memory is, by its published id: numbers alone, since the ids stand in the items.

use std::hash::BuildHasher;
use std::sync::Arc;

use hashbrown::HashTable;

use super::{Items, Ref};

/// A table that memories share, and the few items that one of them has beside it: a memory that has few more than another costs no table of its own.
#[derive(Clone, Debug, Default)]
pub(super) struct ByIri {
    shared: Arc<HashTable<Ref>>,
    own: HashTable<Ref>,
    hasher: foldhash::fast::RandomState,
}

/// How many times as many are shared where an own few do.
const FEW: usize = 16;

impl ByIri {
    pub fn find(&self, iri: &str, items: &Items) -> Option<Ref> {
        let (hash, is_it) = (self.hasher.hash_one(iri), |at: &Ref| id(items, *at) == iri);
        self.shared.find(hash, is_it).or_else(|| self.own.find(hash, is_it)).copied()
    }

    /// Adds the item at this place, whose id is none of those that are there.
    pub fn add(&mut self, at: Ref, items: &Items) {
        self.reserve(1, items);
        let hash = |at: &Ref| self.hasher.hash_one(id(items, *at));
        let table = Arc::get_mut(&mut self.shared).unwrap_or(&mut self.own);
        table.insert_unique(hash(&at), at, hash);
    }

    /// Makes room for so many more: where they are no few, in a table that is shared no longer.
    pub fn reserve(&mut self, more: usize, items: &Items) {
        if (self.own.len() + more) * FEW <= self.shared.len() {
            return;
        }
        let hash = |at: &Ref| self.hasher.hash_one(id(items, *at));
        let (own, shared) = (std::mem::take(&mut self.own), Arc::make_mut(&mut self.shared));
        shared.reserve(own.len() + more, hash);
        own.into_iter().for_each(|at| _ = shared.insert_unique(hash(&at), at, hash));
    }
}

fn id(items: &Items, at: Ref) -> &str {
    items.get(at as usize).map_or("", |known| known.iri())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::item::Names;
    use crate::ledger::{Known, Memory};

    fn known(n: usize) -> Known {
        let names = Names::new(&format!("urn:{n}"), None, "k", "T");
        Known { names, first_seen: 1.into(), published: 2.into(), updated: None, gone: None }
    }

    #[test]
    fn items_are_found_in_any_order() {
        let mut memory = Memory::default();
        (0..9).for_each(|n| _ = memory.put(known(n)));
        let mut finder = memory.finder();
        let mut find = |n: usize| finder.find(&known(n).names);
        for n in [0, 1, 2, 99, 3, 8, 9, 4, 5, 0] {
            assert_eq!(find(n).map(|(at, _)| at), Some(n as Ref).filter(|at| *at < 9), "{n}");
        }
    }

    #[test]
    fn each_memory_finds_its_own() {
        let mut memory = Memory::default();
        (0..100).for_each(|n| _ = memory.put(known(n)));
        let mut later = memory.clone();
        for n in 100..300 {
            assert_eq!((later.find(&format!("urn:{n}")), later.put(known(n))), (None, n as Ref));
            assert_eq!(Arc::ptr_eq(&memory.by_iri.shared, &later.by_iri.shared), n < 106, "{n}");
            (0..=n).for_each(|n| assert_eq!(later.find(&format!("urn:{n}")), Some(n as Ref)));
            assert_eq!((memory.find("urn:7"), memory.find(&format!("urn:{n}"))), (Some(7), None));
        }
    }
}
