//! Where each item of a memory is, by its published id: numbers alone, since the ids stand in the items.

use std::hash::BuildHasher;
use std::sync::Arc;

use hashbrown::HashTable;

use super::{Items, Ref};

/// Shared by memories until one of them gets another item.
#[derive(Clone, Debug, Default)]
pub(super) struct ByIri(Arc<Table>);

#[derive(Clone, Debug, Default)]
struct Table {
    refs: HashTable<Ref>,
    hasher: foldhash::fast::RandomState,
}

impl ByIri {
    pub fn find(&self, iri: &str, items: &Items) -> Option<Ref> {
        let Table { refs, hasher } = &*self.0;
        refs.find(hasher.hash_one(iri), |at| id(items, *at) == iri).copied()
    }

    /// Adds the item at this place, whose id is none of those that are there.
    pub fn add(&mut self, at: Ref, items: &Items) {
        let Table { refs, hasher } = Arc::make_mut(&mut self.0);
        let hash = |at: &Ref| hasher.hash_one(id(items, *at));
        refs.insert_unique(hash(&at), at, hash);
    }

    /// Makes room for so many more.
    pub fn reserve(&mut self, more: usize, items: &Items) {
        if more > 0 {
            let Table { refs, hasher } = Arc::make_mut(&mut self.0);
            refs.reserve(more, |at| hasher.hash_one(id(items, *at)));
        }
    }
}

fn id(items: &Items, at: Ref) -> &str {
    items.get(at as usize).map_or("", |known| known.iri())
}
