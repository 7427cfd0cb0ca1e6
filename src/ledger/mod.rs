//! The ledger: what must be remembered between runs, so that nothing comes twice and nothing is lost.
//!
//! [`Memory`] is its content as values. [`mod@recall`] sets the items of a run against it, and
//! [`mod@guard`] says what subscribers would notice that nobody can have meant; both are pure. [`store`] keeps a memory, in a file of SQLite or
//! in PostgreSQL, [`exchange`] writes it as NDJSON, and [`rebuild`] gathers one from published documents where the ledger was lost. `docs/ledger.md` is the page for users.

mod by_iri;
pub mod exchange;
mod former;
pub mod guard;
mod items;
mod moment;
mod packed;
pub mod pings;
#[cfg(feature = "postgres")]
pub mod postgres;
pub mod rebuild;
pub mod recall;
pub mod sqlite;
pub mod staged;
pub mod store;
pub mod trace;

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Arc;

use chrono::{DateTime, Utc};

use crate::item::Names;
pub use crate::item::{Digest, Traces};
use by_iri::ByIri;
pub use guard::Accept;
pub use items::Items;
pub use moment::Moment;
pub use pings::{Pending, Ping};
pub use recall::{Against, Recall, recall};
pub use staged::{Complete, Staged};
pub use store::{LedgerError, Store};

/// The place of an item in a memory; it never changes.
pub type Ref = u32;

/// Everything that is remembered.
#[derive(Clone, Debug, Default)]
pub struct Memory {
    /// Shared with whoever writes them down meanwhile, and with what is remembered from then on.
    items: Items,
    by_iri: ByIri,
    /// By path, without extension.
    pub channels: BTreeMap<String, KnownChannel>,
}

/// An item that was published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    /// The published id, what else it was called when it was last seen, and the traces of what it said then.
    pub names: Names,
    pub first_seen: Moment,
    pub published: Moment,
    /// The date of its last real change, as it was published; `None` where it never changed.
    pub updated: Option<Moment>,
    /// Since when it is out of the feeds.
    pub gone: Option<Moment>,
}

impl Known {
    /// As [`Names::iri`].
    pub fn iri(&self) -> &str {
        self.names.iri()
    }

    /// As [`Names::guid`].
    pub fn guid(&self) -> Option<&str> {
        self.names.guid()
    }

    /// As [`Names::key`].
    pub fn key(&self) -> &str {
        self.names.key()
    }

    /// As [`Names::title`].
    pub fn title(&self) -> &str {
        self.names.title()
    }

    /// As [`Names::traces`].
    pub fn traces(&self) -> Traces {
        self.names.traces()
    }

    /// The date of its last change where it is seen again: who was told that it is gone takes it for deleted unless it changed after that (RFC 6721 section 3).
    fn date_again(&self, updated: Option<i64>, now: i64) -> Option<i64> {
        match self.gone.map(Moment::seconds) {
            Some(gone) if updated.is_none_or(|updated| updated <= gone) => Some(later(gone, now)),
            _ => updated,
        }
    }

    /// What its record says to the letter while it is in the feeds.
    fn said(&self) -> Option<Digest> {
        self.gone.is_none().then(|| self.traces().record.unwrap_or_default())
    }

    /// Says that its content was hashed in a way that is no longer known.
    fn forget_content(&mut self) {
        self.names.set_traces(Traces { content: Digest::default(), ..self.traces() });
    }
}

/// A channel that was published.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KnownChannel {
    /// Atom `id`.
    pub id: String,
    /// When its content last changed.
    pub updated: i64,
    /// Of its documents but for their date; `None` in a rebuilt memory.
    pub digest: Option<Digest>,
    /// Newest first: all that belonged to it. Shared by memories in which they are the same.
    pub members: Arc<Vec<Ref>>,
    /// How many of them its documents held.
    pub window: usize,
    /// Items that were deleted, and when.
    pub deleted: Vec<(Ref, i64)>,
    /// The pages of its archive, oldest first; the last is the one that grows.
    pub pages: Vec<KnownPage>,
}

impl KnownChannel {
    /// Those of its members that its documents held.
    pub fn shown(&self) -> &[Ref] {
        &self.members[..self.window.min(self.members.len())]
    }

    /// Those that its documents did not hold.
    pub fn beyond(&self) -> &[Ref] {
        &self.members[self.shown().len()..]
    }
}

/// A page of a channel's archive that was published.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KnownPage {
    /// Newest first.
    pub members: Vec<Ref>,
    /// When its content last changed.
    pub updated: i64,
    /// Of its documents but for their date; `None` in a rebuilt memory.
    pub digest: Option<Digest>,
}

impl Memory {
    /// Whether nothing was ever published.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty() && self.channels.is_empty()
    }

    pub fn items(&self) -> &Items {
        &self.items
    }

    pub fn find(&self, iri: &str) -> Option<Ref> {
        self.by_iri.find(iri, &self.items)
    }

    /// The same of many items, one after the other.
    pub fn finder(&self) -> Finder<'_> {
        Finder { memory: self, next: 0 }
    }

    /// # Panics
    /// Where there is no such item.
    pub fn get(&self, at: Ref) -> &Known {
        self.items.get(at as usize).expect("an item of this memory")
    }

    /// Says that these items are in the feeds again; the next run dates them by that.
    pub fn show_again(&mut self, items: &[Ref], now: i64) {
        for at in items {
            if self.get(*at).gone.is_some() {
                let known = self.at_mut(*at);
                known.updated = known.date_again(known.updated.map(Moment::seconds), now).map(Moment::from);
                known.gone = None;
            }
        }
    }

    /// The channel paths that were published before: those that a place knows, and those that are known here, since a new place knows of nothing.
    pub fn published(&self, place: &BTreeSet<String>) -> BTreeSet<String> {
        place.iter().chain(self.channels.keys()).cloned().collect()
    }

    /// The digest of what the channel at a path said, and those of the pages of its archive in their order, all zeros where that is not known; none where
    /// there is no such channel.
    pub fn digests(&self, path: &str) -> Vec<Digest> {
        let of = |channel: &KnownChannel| std::iter::once(channel.digest).chain(channel.pages.iter().map(|page| page.digest)).collect();
        let digests: Vec<Option<Digest>> = self.channels.get(path).map(of).unwrap_or_default();
        digests.into_iter().map(Option::unwrap_or_default).collect()
    }

    /// A digest of what the record of the item with this id says, in hexadecimal; `None` where it is not in the feeds.
    pub fn said(&self, iri: &str) -> Option<String> {
        self.get(self.find(iri)?).said().map(Digest::to_hex)
    }

    /// The ids of items that are others than in `before`, each with what it said there; without those that time alone took out, by their keys.
    pub fn former_items(&self, before: &Memory, by_time: &HashSet<&str>) -> BTreeMap<String, Option<String>> {
        let former = |(at, known): (usize, &Known)| {
            let (said, now) = (before.items.get(at).and_then(Known::said), known.said());
            let is_meant = now.is_some() || !by_time.contains(known.key());
            (said != now && is_meant).then(|| (known.iri().to_owned(), said.map(Digest::to_hex)))
        };
        self.items.since(&before.items).filter_map(former).collect()
    }

    /// What is remembered of the items, without the channels.
    fn items_alone(&self) -> Self {
        Memory { items: self.items.clone(), by_iri: self.by_iri.clone(), channels: BTreeMap::new() }
    }

    /// Makes room for so many more items.
    fn reserve(&mut self, more: usize) {
        self.by_iri.reserve(more, &self.items);
    }

    /// An item, to be changed.
    fn at_mut(&mut self, at: Ref) -> &mut Known {
        self.items.at_mut(at as usize)
    }

    /// Adds an item whose id is not there yet.
    fn push(&mut self, known: Known) -> Ref {
        let at = self.items.len() as Ref;
        self.items.push(known);
        self.by_iri.add(at, &self.items);
        at
    }

    /// Adds an item, or puts it in the place of the one with its id.
    pub fn put(&mut self, known: Known) -> Ref {
        match self.find(known.iri()) {
            Some(at) => {
                *self.at_mut(at) = known;
                at
            }
            None => self.push(known),
        }
    }
}

/// Finds items of a memory: most that stand behind one another in a list do so there too, and are found without a look at the table.
#[derive(Clone, Copy, Debug)]
pub struct Finder<'m> {
    memory: &'m Memory,
    next: Ref,
}

impl<'m> Finder<'m> {
    /// The place of the item with these names, and what is known of it.
    pub fn find(&mut self, names: &Names) -> Option<(Ref, &'m Known)> {
        let memory = self.memory;
        let next = memory.items.get(self.next as usize).filter(|known| known.names.are_those_of(names));
        let found = next.map(|known| (self.next, known)).or_else(|| memory.find(names.iri()).map(|at| (at, memory.get(at))))?;
        self.next = found.0 + 1;
        Some(found)
    }
}

impl PartialEq for Memory {
    fn eq(&self, other: &Self) -> bool {
        // Where each item is follows from the items.
        self.items == other.items && self.channels == other.channels
    }
}

impl Eq for Memory {}

/// The date, in seconds, of what is another now than it was: never before the one that was published.
pub fn later(published: i64, now: i64) -> i64 {
    now.max(published + 1)
}

/// Seconds as a date of the published kind.
pub fn date(seconds: i64) -> crate::item::Date {
    DateTime::<Utc>::from_timestamp(seconds, 0).unwrap_or_default().fixed_offset()
}
