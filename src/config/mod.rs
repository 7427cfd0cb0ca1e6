//! `feeds.toml`: what the user wrote, with spans, and what the program uses.
//!
//! The types here are resolved: every name is known, every address absolute, every default filled in.

mod file;
pub mod keys;
mod names;
pub mod paths;
mod query;
mod resolve;
mod shape;
mod size;
pub mod template;
mod templates;
#[cfg(test)]
mod tests;

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use chrono_tz::Tz;
use regex::Regex;
use url::Url;

use crate::coding::Coding;
use crate::database;
use crate::diag::Place;
use crate::storage;
use crate::text::Syntax;
use crate::vocab::Person;
use crate::vocab::{Country, Language, TagAuthority};

pub use resolve::{load, parse};
pub use templates::{TemplateFile, Templates};

/// The key of a topic: the name of its table in the config.
pub type TopicKey = Arc<str>;

/// A whole publication.
#[derive(Debug)]
pub struct Config {
    /// The folder that the config stands in; every path of the config is relative to it.
    pub root: PathBuf,
    /// The config's own path, as messages name it.
    pub path: Arc<std::path::Path>,
    pub publication: Publication,
    pub sources: Vec<Source>,
    /// The sources that are tables of databases.
    pub tables: Vec<Table>,
    pub countries: Countries,
    /// In the order of the config.
    pub topics: Vec<Topic>,
    pub evidence: Evidence,
    pub channels: Channels,
    /// Named crossings and queries, in the order of the config.
    pub named: Vec<NamedChannel>,
    pub limits: Limits,
    pub output: Output,
    /// In the order of the config.
    pub moved: Vec<Moved>,
    pub guards: Guards,
    pub ids: Ids,
    pub ledger: Ledger,
    /// Where the ledger is, and items for workers; a file where `None`.
    pub database: Option<Database>,
    pub websub: WebSub,
}

/// Who publishes, and what holds for every channel.
#[derive(Debug)]
pub struct Publication {
    pub title: Localised,
    pub description: Localised,
    /// Where the output folder is served; ends in `/`.
    pub base_url: Url,
    /// The publication's own web page. Where there are no pages, the channels stand for it: RSS `link`, Atom `link rel="alternate"`.
    pub home: Url,
    /// The order is that of preference where a channel of mixed languages can carry only one version. Never empty.
    pub languages: Vec<Language>,
    pub time_zone: Tz,
    pub authority: TagAuthority,
    /// Of items that name no author, and of every Atom feed.
    pub author: Person,
    pub rights: Option<String>,
    /// A square picture; Atom `icon`.
    pub icon: Option<Url>,
    /// A wide picture; Atom `logo`, RSS `image`.
    pub logo: Option<Url>,
    /// WebSub hubs; `link rel="hub"`, JSON Feed `hubs`.
    pub hubs: Vec<Url>,
}

impl Publication {
    /// The language of the publication itself: the first.
    pub fn language(&self) -> &Language {
        &self.languages[0]
    }
}

/// A text in one or several languages. Never empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Localised(Vec<(Option<Language>, String)>);

impl Localised {
    /// A text that stands for every language.
    pub fn plain(text: impl Into<String>) -> Self {
        Localised(vec![(None, text.into())])
    }

    /// Texts by language, the fallback first; `None` where there is none at all.
    pub fn by_language(texts: Vec<(Language, String)>) -> Option<Self> {
        (!texts.is_empty()).then(|| Localised(texts.into_iter().map(|(language, text)| (Some(language), text)).collect()))
    }

    /// The text for `language`: its own, that of the same primary language, else the first.
    pub fn get(&self, language: &Language) -> &str {
        let exact = self.0.iter().find(|(own, _)| own.as_ref() == Some(language));
        let near = || self.0.iter().find(|(own, _)| own.as_ref().is_some_and(|own| own.primary() == language.primary()));
        exact.or_else(near).map_or(self.0[0].1.as_str(), |(_, text)| text)
    }

    /// Every text with its language, where it has one.
    pub fn iter(&self) -> impl Iterator<Item = (Option<&Language>, &str)> {
        self.0.iter().map(|(language, text)| (language.as_ref(), text.as_str()))
    }
}

impl Config {
    /// The table that a source is brought over from, where it is one.
    pub fn table_of(&self, source: usize) -> Option<&Table> {
        self.tables.iter().find(|table| table.source == source)
    }
}

/// Where records come from.
#[derive(Debug)]
pub struct Source {
    /// A folder (walked) or a file, relative to the root. Of a table, the file that it is brought over into.
    pub path: PathBuf,
    /// By the extension of each file where `None`.
    pub format: Option<RecordFormat>,
    /// Record field to column name, for CSV and tables; fields that are not named here have the column of their own name.
    pub columns: Vec<(String, String)>,
    /// What separates the columns of CSV; a comma unless said otherwise.
    pub delimiter: u8,
    /// What separates several values in one cell of CSV or one text of a table; `;` unless said otherwise.
    pub list_separator: char,
    /// Of records that name no language; else the publication's.
    pub language: Option<Language>,
    /// The syntax of bodies that do not say theirs; else by format: Markdown in `.md` and `.toml`, HTML in `.json`, `.ndjson` and `.csv`.
    pub syntax: Option<Syntax>,
    /// Whether NDJSON files only grow, so that what a run has read of one is not read again.
    pub append_only: bool,
}

impl Source {
    /// A folder or a file of which nothing else is said.
    pub fn at(path: PathBuf) -> Self {
        Source {
            path,
            format: None,
            columns: Vec::new(),
            delimiter: b',',
            list_separator: ';',
            language: None,
            syntax: None,
            append_only: false,
        }
    }
}

/// A source in a database: the rows of a query, which are brought over into the file that the source reads.
#[derive(Debug)]
pub struct Table {
    /// The index of the source.
    pub source: usize,
    /// As messages and the file call it.
    pub name: String,
    pub database: Engine,
    /// One SELECT.
    pub query: String,
    /// The column that tells rows apart; else that of the field `id`.
    pub key: Option<String>,
    /// A column that grows with every change of a row.
    pub watermark: Option<String>,
    /// A column that says of a row that it is gone.
    pub deleted: Option<String>,
    /// A channel of PostgreSQL on which changes are told.
    pub listen: Option<String>,
    /// Where the config names it.
    pub place: Place,
}

/// Where a table is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Engine {
    /// A file, relative to the root.
    Sqlite(PathBuf),
    Postgres(database::Address),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RecordFormat {
    Toml,
    #[serde(alias = "md")]
    Markdown,
    Json,
    Ndjson,
    Csv,
}

/// The fields of a record, which a column can hold, in the order of the documentation. `author` is another spelling of `authors`.
pub const RECORD_FIELDS: [&str; 24] = [
    "id",
    "guid",
    "title",
    "date",
    "updated",
    "dateline",
    "summary",
    "body",
    "syntax",
    "link",
    "countries",
    "topics",
    "language",
    "story",
    "authors",
    "author",
    "image",
    "enclosures",
    "source",
    "rights",
    "draft",
    "publish-at",
    "expires",
    "withdrawn",
];

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

/// What is written, and where to.
#[derive(Debug)]
pub struct Output {
    /// Relative to the root. Where there is a store, its address, for messages only.
    pub folder: PathBuf,
    /// The object store that documents go to instead.
    pub store: Option<storage::Address>,
    /// How long the store is tried, in seconds.
    pub store_timeout: u64,
    /// Whether the store has a list of what stands in it.
    pub index: bool,
    /// How caches are told of what changed.
    pub purge: Option<Purge>,
    pub formats: Vec<Format>,
    /// Whether documents carry whole bodies or only summaries.
    pub content: Content,
    /// How long readers may wait before they ask again, in minutes; RSS `ttl`.
    pub ttl: Option<u32>,
    /// The length of summaries that are cut from bodies, in characters.
    pub summary_length: usize,
    /// How long Atom tells of a deleted item (RFC 6721), in days.
    pub tombstone_days: u32,
    /// How many former sets are kept for `tidings rollback`.
    pub keep: usize,
    /// Whether items beyond the limits stay in archives.
    pub archives: bool,
    /// How many items a page of an archive holds when it is closed.
    pub archive_size: usize,
    /// Whether there is a list of all feeds, `feeds.opml`.
    pub opml: bool,
    /// The codings in which each document stands beside itself.
    pub precompress: Vec<Coding>,
    /// Whether each channel, and each item that has no page elsewhere, has a page for people.
    pub pages: bool,
    /// The user's own, in place of the built-in ones.
    pub templates: Option<Templates>,
}

/// How caches between the documents and their readers are told of what changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Purge {
    pub by: PurgeBy,
    /// The line of the config, for messages.
    pub line: u32,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PurgeBy {
    /// A line for the system's shell.
    Shell(String),
    /// A program and its arguments; never empty.
    Program(Vec<String>),
    Url(Url),
}

/// A channel path that was published and is no longer used. Paths are without extension.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Moved {
    pub from: String,
    /// `None` where the channel has ended.
    pub to: Option<String>,
    pub how: MovedAs,
    /// The line of the config, for messages.
    #[serde(skip)]
    pub line: u32,
}

/// What stands at a path that a channel moved away from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MovedAs {
    /// The same document.
    #[default]
    Copy,
    /// Nothing; servers answer with a redirect.
    Redirect,
}

/// What a build refuses unless it is told to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Guards {
    /// A channel may lose so many per cent of its items; a third where `None`.
    pub shrink: Option<u32>,
    pub future: Future,
}

/// What becomes of a record whose date lies in the future, without `publish-at`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Future {
    #[default]
    Refuse,
    /// Held back until then.
    Hold,
}

/// Ids under which items were published before.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ids {
    /// Record key or id, and the old id.
    pub aliases: Vec<(String, String)>,
    /// A file of CSV with more of them, relative to the root.
    pub file: Option<PathBuf>,
}

/// What is remembered between runs.
#[derive(Clone, Debug)]
pub struct Ledger {
    /// Relative to the root.
    pub path: PathBuf,
    /// What is no change of an item when it changes.
    pub ignore: Vec<Regex>,
}

/// A PostgreSQL database that holds what a publication remembers, and the items that workers publish.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Database {
    pub address: database::Address,
    /// The schema that its tables stand in.
    pub schema: String,
}

/// How hubs are told of changes, and what the embedded hub takes. All times are in seconds.
#[derive(Clone, Debug)]
pub struct WebSub {
    /// Which of the publication's hubs is the embedded one.
    pub own: Option<Url>,
    /// The line of the config that names the hubs, for messages.
    pub line: u32,
    /// How long a build tries to tell the hubs.
    pub timeout: u64,
    /// Of subscriptions that ask for no time.
    pub lease: u64,
    /// Shortest and longest.
    pub leases: std::ops::RangeInclusive<u64>,
    /// Subscriptions of one topic.
    pub per_topic: u64,
    /// Subscriptions of callbacks on one host.
    pub per_host: u64,
    /// Subscribers that are talked to at a time.
    pub at_a_time: usize,
    /// Whether callbacks may be at addresses that are not public.
    pub private_callbacks: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Content {
    #[default]
    Full,
    Summary,
}

/// A format that a channel is published in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Deserialize, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    Rss,
    Atom,
    Json,
}
