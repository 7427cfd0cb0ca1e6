//! `feeds.toml`: what the user wrote, with spans, and what the program uses.
//!
//! The types here are resolved: every name is known, every address absolute, every default filled in.

mod axes;
mod channels;
mod file;
pub mod keys;
mod memory;
mod moves;
mod names;
mod output;
pub mod paths;
mod publication;
mod query;
mod resolve;
mod shape;
mod size;
mod sources;
pub(crate) mod syntax;
pub mod template;
mod templates;
#[cfg(test)]
mod tests;

use std::path::PathBuf;
use std::sync::Arc;

pub use axes::{Countries, Evidence, Pattern, Phrase, Rank, Step, Topic};
pub use channels::{AxisChannels, Channels, Empty, Limits, Matrix, NamedChannel, Query};
pub use memory::{Database, Future, Guards, Ids, Ledger, Moved, MovedAs, WebSub};
pub use moves::OldPaths;
pub use output::{Content, Format, Output, Purge, PurgeBy};
pub use publication::{Localised, Publication};
pub use resolve::{load, parse};
pub use sources::{DayOrder, Engine, RECORD_FIELDS, RecordFormat, Source, Table};
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

impl Config {
    /// The table that a source is brought over from, where it is one.
    pub fn table_of(&self, source: usize) -> Option<&Table> {
        self.tables.iter().find(|table| table.source == source)
    }
}
