//! What is kept between runs and what a run refuses: `[[moved]]`, `[guards]`, `[ids]`, `[ledger]`, `[database]` and `[websub]`.

use std::path::PathBuf;

use regex::Regex;
use url::Url;

use crate::database;

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
