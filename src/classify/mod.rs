//! Which countries and topics an item belongs to, by which rule, and why not others.
//!
//! A function of the item and the config. It reads the item's words and never changes them.

use crate::config::{Config, Rank, TopicKey};
use crate::item::Item;
use crate::vocab::Country;

/// Where an item belongs. Sorted by value (topics in the order of the config), each value once with its strongest reason.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Placement {
    pub countries: Vec<Placed<Country>>,
    pub topics: Vec<Placed<TopicKey>>,
}

/// One value of an axis, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placed<T> {
    pub value: T,
    pub reason: Reason,
}

/// The evidence that decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    pub rank: Rank,
    pub rule: Rule,
    /// The words that matched, as they stand in the item.
    pub matched: String,
}

/// The rule that the words matched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rule {
    /// The record names it.
    Record,
    /// A country's name, in the language given by its tag.
    Name(&'static str),
    Demonym(&'static str),
    Capital,
    /// An alias of the config.
    Alias,
    /// A word or phrase of the topic.
    Word(String),
    /// A regular expression of the topic.
    Pattern(String),
}

/// All evidence in an item, that which counted and that which did not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Survey {
    pub placement: Placement,
    pub countries: Vec<Rejected<Country>>,
    pub topics: Vec<Rejected<TopicKey>>,
}

/// Evidence that did not count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejected<T> {
    pub value: T,
    pub reason: Reason,
    pub because: Because,
}

/// Why evidence did not count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Because {
    /// The country is not among the publication's.
    NotAllowed,
    /// A stronger step of evidence decided: its ranks.
    Outranked(Vec<Rank>),
    /// No step of the config takes this rank.
    RankNotUsed,
    /// The first paragraph names several, and only one would have counted.
    NotAlone(Vec<String>),
    /// It stands inside a longer phrase: an exclusion, an ignored name, another country's name.
    Inside(String),
    /// The name means something else too and the config does not let it count.
    Ambiguous,
}

/// The rules of a config made ready.
pub struct Classifier;

impl Classifier {
    pub fn new(config: &Config) -> Self {
        let _ = config;
        todo!()
    }

    /// Where the item belongs.
    pub fn place(&self, item: &Item) -> Placement {
        let _ = item;
        todo!()
    }

    /// The same with everything that did not count, for `tidings explain`.
    pub fn survey(&self, item: &Item) -> Survey {
        let _ = item;
        todo!()
    }
}
