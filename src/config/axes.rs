//! What items are sorted by: `[countries]`, `[topics]` and `[evidence]`.

use regex::Regex;

use super::{Localised, TopicKey};
use crate::vocab::{Country, Language};

/// The axis of countries.
#[derive(Debug, Default)]
pub struct Countries {
    /// The publication's own; every country of ISO 3166-1 where `None`.
    pub allow: Option<Vec<Country>>,
    /// Other words for a country: places, provinces, nicknames.
    pub aliases: Vec<(Country, String)>,
    /// Words that are not evidence though a country's name is in them, such as `New Mexico`.
    pub ignore: Vec<String>,
    /// Countries whose name means something else too (Georgia) and that count all the same.
    pub ambiguous: Vec<Country>,
}

impl Countries {
    pub fn allows(&self, country: Country) -> bool {
        self.allow.as_ref().is_none_or(|allow| allow.contains(&country))
    }
}

/// A subject.
#[derive(Debug)]
pub struct Topic {
    pub key: TopicKey,
    /// The piece of the path that stands for it; unique.
    pub slug: String,
    pub title: Localised,
    pub description: Option<Localised>,
    /// Words and phrases that put an item into the topic.
    pub words: Vec<Phrase>,
    /// Regular expressions that do, matched without regard to case against the text as written.
    pub patterns: Vec<Pattern>,
    /// Words and phrases that do not count although a word of the topic is in them.
    pub exclude: Vec<Phrase>,
}

/// A word or phrase, for items in one language or, with `None`, in any.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Phrase {
    pub language: Option<Language>,
    pub text: String,
}

/// A regular expression, for items in one language or, with `None`, in any.
#[derive(Clone, Debug)]
pub struct Pattern {
    pub language: Option<Language>,
    pub regex: Regex,
}

/// Which evidence puts an item into the channels of an axis: the first step that finds anything decides.
#[derive(Debug, PartialEq, Eq)]
pub struct Evidence {
    pub countries: Vec<Step>,
    pub topics: Vec<Step>,
}

/// Kinds of evidence that count together.
pub type Step = Vec<Rank>;

/// Where in an item evidence stands, the strongest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Deserialize, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Rank {
    /// The record's own field.
    Field,
    /// `San Jose, Costa Rica.` before the text.
    Dateline,
    Title,
    /// The first paragraph of the body (or the summary, where there is no body), when it names exactly one.
    SoleBody,
    /// The first paragraph of the body, however many it names.
    Body,
    /// The whole body and summary.
    Text,
}

impl Default for Evidence {
    fn default() -> Self {
        Evidence {
            countries: vec![vec![Rank::Field], vec![Rank::Dateline, Rank::Title], vec![Rank::SoleBody]],
            topics: vec![vec![Rank::Field], vec![Rank::Title, Rank::Body]],
        }
    }
}
