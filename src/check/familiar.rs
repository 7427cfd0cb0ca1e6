//! Elements that were read in another document: an item that stands in thirty feeds is looked through once.
//!
//! What a rule says of an element follows from the element's text, from what stands open around it, and from what came before it in the document (no two
//! items with one id; the newest first). So an element of which nothing was said is kept by its text and its surroundings, together with what it did to
//! what stands around it. Where the same text comes again in the same surroundings, that is done without reading it, but only if the document so far
//! takes it as quietly; else it is read as any other. What a rule asked beyond that, such as where the document is served, makes its element unfit to be
//! kept. So the findings are those of a reading from end to end, whatever is known.
//!
//! A text of HTML comes in every format. One that is tidy beyond doubt and holds nothing worth a look is so wherever it stands, and known by itself.
//!
//! Of an object of JSON Feed nothing is asked but its id and its dates. Where anything is to be said of a document of which objects were passed over, it is
//! read once more from end to end.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rayon::prelude::*;
use xxhash_rust::xxh3::xxh3_128;

use super::walk::{Entry, NodeId};

const SHARDS: usize = 64;

/// What is known of the items of documents that are checked with the same options, each at its own address.
#[derive(Debug, Default)]
pub struct Familiar {
    pub(super) elements: Shelf<Effects>,
    pub(super) objects: Shelf<Arc<Quiet>>,
    texts: Shelf<()>,
}

/// Shorter texts are looked through sooner than found.
const LONG: usize = 256;

/// In their order, each with whom it is done to.
pub(super) type Effects = Arc<[(NodeId, Effect)]>;

/// An item of JSON Feed of which nothing was said, as far as other items ask for it.
#[derive(Debug)]
pub(super) struct Quiet {
    pub id: String,
    /// When it was published, and changed.
    pub dates: [Option<i64>; 2],
}

impl Familiar {
    /// Lets go of what did not come up since this was called the last time.
    pub fn age(&self) {
        self.elements.age();
        self.objects.age();
        self.texts.age();
    }

    /// Has a text looked through, unless it is long and is known: by a look before, which said that nothing is to be said of it wherever it stands.
    pub(super) fn look_through(&self, text: &str, look: impl FnOnce() -> bool) {
        let mark = (text.len() >= LONG).then(|| xxh3_128(text.as_bytes()));
        if mark.is_some_and(|mark| self.texts.find(mark).is_some()) {
            return;
        }
        let is_quiet = look();
        mark.filter(|_| is_quiet).into_iter().for_each(|mark| self.texts.keep(mark, ()));
    }
}

/// Values by the marks of the texts that they are of.
#[derive(Debug)]
pub(super) struct Shelf<T>([Mutex<Shard<T>>; SHARDS]);

type Known<T> = HashMap<u128, T, foldhash::fast::RandomState>;

#[derive(Debug)]
struct Shard<T> {
    /// What came up since it aged.
    fresh: Known<T>,
    /// What came up before that, and not since.
    old: Known<T>,
}

impl<T> Default for Shelf<T> {
    fn default() -> Self {
        Shelf(std::array::from_fn(|_| Mutex::new(Shard { fresh: Known::default(), old: Known::default() })))
    }
}

impl<T: Clone + Send> Shelf<T> {
    pub fn find(&self, mark: u128) -> Option<T> {
        let mut shard = self.shard(mark);
        if let Some(value) = shard.old.remove(&mark) {
            shard.fresh.insert(mark, value);
        }
        shard.fresh.get(&mark).cloned()
    }

    pub fn keep(&self, mark: u128, value: T) {
        self.shard(mark).fresh.insert(mark, value);
    }

    fn age(&self) {
        self.0.par_iter().for_each(|shard| {
            let mut shard = shard.lock().unwrap_or_else(PoisonError::into_inner);
            shard.old = std::mem::take(&mut shard.fresh);
        });
    }

    fn shard(&self, mark: u128) -> MutexGuard<'_, Shard<T>> {
        self.0[(mark % SHARDS as u128) as usize].lock().unwrap_or_else(PoisonError::into_inner)
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
    use crate::check::{Options, Piece, check_among};

    /// How many items are known after a feed of these, of which the first has no surroundings that come again.
    fn kept(items: [&str; 3]) -> usize {
        let mut text = "<rss version=\"2.0\"><channel><title>T</title>".to_owned();
        let mut piece = |item: &str| {
            let start = text.len();
            text.extend(["\n<item><title>T</title>", item, "</item>"]);
            Piece { place: start..text.len(), mark: xxh3_128(item.as_bytes()) }
        };
        let pieces = items.map(&mut piece);
        text.push_str("\n</channel></rss>");
        let known = Familiar::default();
        check_among(&text, &Options::default(), &known, &pieces);
        known.elements.0.iter().map(|shard| shard.lock().map_or(0, |shard| shard.fresh.len())).sum()
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
    fn a_long_text_is_looked_through_once_if_nothing_is_to_be_said_of_it() {
        let (known, looks) = (Familiar::default(), std::cell::Cell::new(0));
        let looks = |text: &str, is_quiet: bool| {
            looks.set(0);
            known.look_through(text, || {
                looks.set(looks.get() + 1);
                is_quiet
            });
            looks.get()
        };
        let (good, bad) = ("a".repeat(LONG), "b".repeat(LONG));
        assert_eq!([looks(&good, true), looks(&good, false), looks(&bad, false), looks(&bad, false)], [1, 0, 1, 1]);
        assert_eq!([looks("a", true), looks("a", true)], [1, 1], "short ones are looked through sooner than found");
    }

    #[test]
    fn what_does_not_come_up_again_is_let_go() {
        let known = Shelf::default();
        [1, 2].into_iter().for_each(|mark| known.keep(mark, ()));
        known.age();
        assert!(known.find(1).is_some());
        known.age();
        assert!(known.find(1).is_some() && known.find(2).is_none());
        known.age();
        known.age();
        assert!(known.find(1).is_none());
    }
}
