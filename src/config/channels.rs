//! Which channels there are, and how much each holds: `[channels]`, `[[channel]]` and `[limits]`.

use std::fmt;

use super::{Localised, TopicKey};
use crate::vocab::{Country, Language};

/// Which channels there are.
#[derive(Debug)]
pub struct Channels {
    /// The whole publication, at `all`.
    pub all: bool,
    /// One per country that has items; `None` for no such channels.
    pub countries: Option<AxisChannels>,
    /// One per topic that has items.
    pub topics: Option<AxisChannels>,
    /// One variant of each channel per language of the publication, at `LANGUAGE/PATH`, beside the mixed one.
    pub per_language: bool,
    /// Crossings of every country with every topic.
    pub matrix: Option<Matrix>,
    pub empty: Empty,
}

/// The automatic channels of one axis.
#[derive(Clone, Debug)]
pub struct AxisChannels {
    /// Country codes or topic keys; all where `None`.
    pub include: Option<Vec<String>>,
    pub exclude: Vec<String>,
    /// `{name}` stands for the country's or topic's name, `{publication}` for the publication's title.
    pub title: Localised,
    /// As `title`, with `{description}` for the publication's description; a topic's own goes before it.
    pub description: Option<Localised>,
}

impl Default for AxisChannels {
    fn default() -> Self {
        AxisChannels { include: None, exclude: Vec::new(), title: Localised::plain("{publication}: {name}"), description: None }
    }
}

impl AxisChannels {
    /// Whether the value (a country's alpha-2 code, a topic's key) has a channel of its own.
    pub fn takes(&self, value: &str) -> bool {
        self.include.as_ref().is_none_or(|include| include.iter().any(|own| own == value)) && !self.exclude.iter().any(|own| own == value)
    }
}

#[derive(Clone, Debug)]
pub struct Matrix {
    /// A crossing with fewer items is not published.
    pub min_items: usize,
    /// At most so many crossings, those with the most items first.
    pub max_channels: usize,
    /// `{country}`, `{topic}` and `{publication}` stand for their names.
    pub title: Localised,
}

/// What becomes of a channel without items.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Empty {
    /// Published empty if its path was published before, else not at all.
    #[default]
    PublishKnown,
    /// Always published.
    Publish,
    /// Never published; what stands at its path goes.
    Skip,
    /// What stands at its path stays as it is.
    Keep,
}

/// A channel that the config names.
#[derive(Debug)]
pub struct NamedChannel {
    /// Without extension: `belize-trafficking` or `desk/belize`.
    pub path: String,
    pub title: Localised,
    pub description: Option<Localised>,
    pub query: Query,
    /// In place of the publication's.
    pub limits: Limits,
}

/// Which items a channel holds.
#[derive(Clone, Debug, PartialEq)]
pub enum Query {
    All(Vec<Query>),
    Any(Vec<Query>),
    Not(Box<Query>),
    Country(Country),
    Topic(TopicKey),
    /// A range (RFC 4647): `es` takes `es-CR`.
    Language(Language),
    /// An author's name or e-mail address, without regard to case.
    Author(String),
    /// Published no longer ago than so many days.
    WithinDays(u32),
}

impl Query {
    /// Whether the condition stands anywhere in the query.
    pub fn asks(&self, condition: &Query) -> bool {
        match self {
            Query::All(parts) | Query::Any(parts) => parts.iter().any(|part| part.asks(condition)),
            Query::Not(part) => part.asks(condition),
            own => own == condition,
        }
    }

    /// The ages, in days, at which items come or go by growing old.
    pub fn ages(&self) -> Vec<u32> {
        match self {
            Query::All(parts) | Query::Any(parts) => parts.iter().flat_map(Query::ages).collect(),
            Query::Not(part) => part.ages(),
            Query::WithinDays(days) => vec![*days],
            Query::Country(_) | Query::Topic(_) | Query::Language(_) | Query::Author(_) => Vec::new(),
        }
    }
}

/// As it could stand in the config.
impl fmt::Display for Query {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let joined = |f: &mut fmt::Formatter<'_>, parts: &[Query], word: &str| {
            for (at, part) in parts.iter().enumerate() {
                if at > 0 {
                    write!(f, " {word} ")?;
                }
                match part {
                    Query::All(_) | Query::Any(_) => write!(f, "({part})")?,
                    single => write!(f, "{single}")?,
                }
            }
            Ok(())
        };
        match self {
            Query::All(parts) => joined(f, parts, "and"),
            Query::Any(parts) => joined(f, parts, "or"),
            Query::Not(part) if matches!(**part, Query::All(_) | Query::Any(_)) => write!(f, "not ({part})"),
            Query::Not(part) => write!(f, "not {part}"),
            Query::Country(country) => write!(f, "country:{country}"),
            Query::Topic(key) => write!(f, "topic:{key}"),
            Query::Language(language) => write!(f, "language:{language}"),
            Query::Author(who) => write!(f, "author:\"{who}\""),
            Query::WithinDays(days) => write!(f, "within:{days}d"),
        }
    }
}

/// How much of its items a channel's documents hold, newest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// At most so many items, but for `floor_days`.
    pub items: usize,
    /// None older than so many days.
    pub days: Option<u32>,
    /// A document no larger than so many bytes, but for the newest item.
    pub bytes: Option<u64>,
    /// Items younger than so many days stay in although `items` is reached.
    pub floor_days: Option<u32>,
}
