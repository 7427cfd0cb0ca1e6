//! Elements that were read in another document: an item that stands in thirty feeds is looked through once.
//!
//! What a rule says of an element follows from the element's text, from what stands open around it, and from what came before it in the document (no two
//! items with one id; the newest first). So an element of which nothing was said is kept by its text and its surroundings, together with what it did to
//! what stands around it. Where the same text comes again in the same surroundings, that is done without reading it, but only if the document so far
//! takes it as quietly; else it is read as any other. What a rule asked beyond that, such as where the document is served, makes its element unfit to be
//! kept. So the findings are those of a reading from end to end, whatever is known.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::walk::{Entry, NodeId};

const SHARDS: usize = 64;

/// What is known of the elements of documents that are checked with the same options, each at its own address.
#[derive(Debug)]
pub struct Familiar([Mutex<Shard>; SHARDS]);

/// In their order, each with whom it is done to.
type Effects = Arc<[(NodeId, Effect)]>;

type Known = HashMap<u128, Effects, foldhash::fast::RandomState>;

#[derive(Debug, Default)]
struct Shard {
    /// What came up since it aged.
    fresh: Known,
    /// What came up before that, and not since.
    old: Known,
}

impl Default for Familiar {
    fn default() -> Self {
        Familiar(std::array::from_fn(|_| Mutex::default()))
    }
}

impl Familiar {
    pub(super) fn find(&self, mark: u128) -> Option<Effects> {
        let mut shard = self.shard(mark).lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(effects) = shard.old.remove(&mark) {
            shard.fresh.insert(mark, effects);
        }
        shard.fresh.get(&mark).cloned()
    }

    pub(super) fn keep(&self, mark: u128, effects: Vec<(NodeId, Effect)>) {
        self.shard(mark).lock().unwrap_or_else(PoisonError::into_inner).fresh.insert(mark, effects.into());
    }

    /// Lets go of what did not come up since this was called the last time.
    pub fn age(&self) {
        for shard in &self.0 {
            let mut shard = shard.lock().unwrap_or_else(PoisonError::into_inner);
            shard.old = std::mem::take(&mut shard.fresh);
        }
    }

    fn shard(&self, mark: u128) -> &Mutex<Shard> {
        &self.0[(mark % SHARDS as u128) as usize]
    }
}

/// What an element does to one of those that stand around it, or asks of it.
#[derive(Debug, PartialEq)]
pub(super) enum Effect {
    /// A child of this name began.
    Child(Box<str>),
    /// A value came that is to come once, by its mark.
    Value(u64),
    /// It was asked whether a value had come.
    Asked(u64, bool),
    /// It was asked whether a child of this name had come.
    AskedForChild(Box<str>, bool),
    /// An item of RSS began at this place.
    Item(usize),
    /// An item of RSS is of this time.
    Dated(i64),
    /// An entry of Atom ended.
    Entry(Entry),
    /// The latest element whose text must be plain begins at this place.
    Plain(usize),
}

impl Effect {
    /// Makes the place in a document one in the piece that begins there.
    pub fn count_from(&mut self, start: usize) {
        if let Effect::Item(at) | Effect::Plain(at) = self {
            *at -= start;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::{Options, check_among};

    /// How many items are known after a feed of these, of which the first has no surroundings that come again.
    fn kept(items: [&str; 3]) -> usize {
        let mut text = "<rss version=\"2.0\"><channel><title>T</title>".to_owned();
        let mut piece = |item: &str| {
            let start = text.len();
            text.extend(["\n<item><title>T</title>", item, "</item>"]);
            start..text.len()
        };
        let pieces = items.map(&mut piece);
        text.push_str("\n</channel></rss>");
        let known = Familiar::default();
        check_among(text.as_bytes(), &Options::default(), &known, &pieces);
        known.0.iter().map(|shard| shard.lock().map_or(0, |shard| shard.fresh.len())).sum()
    }

    #[test]
    fn items_are_known_of_which_nothing_was_said() {
        let guid = |number: usize| format!("<guid isPermaLink=\"false\">tag:example.org,2020:{number}</guid>");
        let [one, two, three] = [1, 2, 3].map(guid);
        assert_eq!(kept([&one, &two, &three]), 2);
        assert_eq!(kept([&one, &two, ""]), 1, "one without an id");
        assert_eq!(kept([&one, &one, &two]), 1, "one that came before");
        assert_eq!(kept([&one, &two, &format!("{three}</item><item>{one}")]), 1, "two, of which one came before");
    }

    #[test]
    fn what_does_not_come_up_again_is_let_go() {
        let known = Familiar::default();
        [1, 2].into_iter().for_each(|mark| known.keep(mark, Vec::new()));
        known.age();
        assert!(known.find(1).is_some());
        known.age();
        assert!(known.find(1).is_some() && known.find(2).is_none());
        known.age();
        known.age();
        assert!(known.find(1).is_none());
    }
}
