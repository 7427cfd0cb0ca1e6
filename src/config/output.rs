//! What is written, and where to: `[output]`.

use std::path::PathBuf;

use url::Url;

use super::Templates;
use crate::coding::Coding;
use crate::storage;

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
