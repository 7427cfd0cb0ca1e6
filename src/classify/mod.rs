//! Which countries and topics an item belongs to, by which rule, and why not others.
//!
//! A function of the item and the config. It reads the item's words and never changes them. Each axis ([`countries`], [`topics`]) finds
//! evidence in a text; [`axis`] takes the config's steps and says which of it counts.

mod axis;
mod countries;
mod homonyms;
mod phrases;
mod placement;
mod reason;
#[cfg(test)]
mod tests;
mod texts;
mod topics;

use std::sync::Arc;

use crate::config::{self, Config, Evidence, Rank, Step, TopicKey};
use crate::item::Item;
use crate::vocab::{Country, Language};

pub use placement::{Placement, Places};
pub use reason::looked_at;

use countries::Countries;
use texts::Texts;
use topics::Topics;

/// A placement with the strongest reason for each value.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reasoned {
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
    /// The words that matched, as they stand in the item; the code or key, where the record names it.
    pub matched: String,
}

/// The rule that the words matched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rule {
    /// The record names it.
    Record,
    /// A country's name, in the language given by its tag.
    Name(&'static str),
    /// A word for a country's people, in the language given by its tag.
    Demonym(&'static str),
    Capital,
    /// An alias of the config.
    Alias,
    /// A word or phrase of the topic, as the config has it.
    Word(Arc<str>),
    /// A regular expression of the topic, as the config has it.
    Pattern(Arc<str>),
}

/// All evidence in an item, that which counted and that which did not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Survey {
    pub placement: Reasoned,
    /// Of countries that the item is not placed in, sorted as the placement and then by rank.
    pub countries: Vec<Rejected<Country>>,
    /// Of topics that the item is not placed in, likewise.
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
    /// The first paragraph names several, and only one would have counted: the others.
    NotAlone(Vec<String>),
    /// It stands inside a longer phrase: an exclusion, an ignored name, another country's name.
    Inside(String),
    /// The name means something else too, or another country as well, and the config does not let it count.
    Ambiguous,
}

/// The rules of a config made ready.
pub struct Classifier {
    countries: Countries,
    topics: Topics,
    evidence: Evidence,
}

impl Classifier {
    /// Folds all names and words and builds the automata that find them: some milliseconds, once a run.
    pub fn new(config: &Config) -> Self {
        Classifier::of(&config.countries, &config.topics, &config.evidence)
    }

    fn of(countries: &config::Countries, topics: &[config::Topic], evidence: &Evidence) -> Self {
        let evidence = Evidence { countries: strongest_first(&evidence.countries), topics: strongest_first(&evidence.topics) };
        Classifier { countries: Countries::new(countries), topics: Topics::new(topics), evidence }
    }

    /// The countries that words by themselves are a name of, in one of these languages. `Georgia` is none, unless the config says so, nor is a name that is
    /// not written as one: `EAU` is, and `Eau` is water.
    pub fn named(&self, words: &str, languages: &[Language]) -> Vec<Country> {
        let named = self.countries.named(words, languages);
        // Names that come out of an address have hyphens for blanks.
        if named.is_empty() { self.countries.named(&words.replace('-', " "), languages) } else { named }
    }

    /// Where the item belongs.
    pub fn place(&self, item: &Item) -> Placement {
        self.place_all([item]).pop().unwrap_or_default()
    }

    /// Where each of the items belongs: axis by axis, since what one axis asks is at hand for the next item then.
    pub fn place_all<'i>(&self, items: impl IntoIterator<Item = &'i Item>) -> Vec<Placement> {
        let texts: Vec<Texts<'_>> = items.into_iter().map(|item| Texts::new(item, self.countries.places())).collect();
        let countries = texts.iter().map(|texts| axis::place(&self.countries, &self.evidence.countries, texts));
        let countries: Vec<Box<[Country]>> = countries.map(|counted| counted.into_iter().map(|one| one.value).collect()).collect();
        let topics = texts.iter().map(|texts| axis::place(&self.topics, &self.evidence.topics, texts));
        let topics = topics.map(|counted| counted.into_iter().map(|one| self.topics.key(one.value)).collect());
        topics.zip(countries).map(|(topics, countries)| Placement::of(Places { countries, topics })).collect()
    }

    /// Where the item belongs, and why.
    pub fn reason(&self, item: &Item) -> Reasoned {
        self.reason_in(&Texts::new(item, self.countries.places()))
    }

    /// The same with everything that did not count, for `tidings explain`.
    pub fn survey(&self, item: &Item) -> Survey {
        let texts = Texts::new(item, self.countries.places());
        let topics = axis::rejected(&self.topics, &self.evidence.topics, &texts).into_iter();
        Survey {
            placement: self.reason_in(&texts),
            countries: axis::rejected(&self.countries, &self.evidence.countries, &texts),
            topics: topics.map(|Rejected { value, reason, because }| Rejected { value: self.topics.key(value), reason, because }).collect(),
        }
    }

    fn reason_in(&self, texts: &Texts<'_>) -> Reasoned {
        let countries = axis::place(&self.countries, &self.evidence.countries, texts).into_iter();
        let topics = axis::place(&self.topics, &self.evidence.topics, texts).into_iter();
        Reasoned {
            countries: countries.map(|counted| counted.placed(|country| country)).collect(),
            topics: topics.map(|counted| counted.placed(|topic| self.topics.key(topic))).collect(),
        }
    }
}

/// The ranks of each step in their order.
fn strongest_first(steps: &[Step]) -> Vec<Step> {
    let sorted = |step: &Step| {
        let mut ranks = step.clone();
        ranks.sort();
        ranks
    };
    steps.iter().map(sorted).collect()
}
