//! The desk: items in a PostgreSQL database, and the work of many machines on the channels that they belong to.
//!
//! [`put`] takes items in: what is remembered of them, where they belong, and which families of channels are wanted anew, a `batch` in one transaction.
//! [`load`] does so for whole sources, once the `guard` has found nothing wrong with any, nor with what channels would lose by it (`losses`). [`look`] asks whether there is anything to do. [`claim`] takes families for a time, [`fetch`] gets the newest items of their channels, the pipeline makes documents of them
//! (`pipeline::part`), and [`publish`] puts these in place, unless the families are another's by now. Documents stand in the database, or in an object store ([`shop`]). [`wake`]
//! sees to what changes by the clock, [`list`] to the list of all feeds, and `purge` to caches that are to be told. Every lock, lease and order comes from the database, and so does the time.
//!
//! A family is a channel with its variants in other languages. Its row counts what is wanted and what is done: work is there where the two differ.

mod batch;
pub mod claim;
pub mod documents;
mod facts;
pub mod fetch;
mod fit;
mod guard;
pub mod list;
pub mod load;
pub mod look;
mod losses;
mod moves;
mod portion;
pub mod publish;
mod purge;
pub mod put;
mod rows;
#[cfg(feature = "object-store")]
pub mod shop;
#[cfg(not(feature = "object-store"))]
pub mod shop {
    //! No object store can be reached.

    /// There is none.
    #[derive(Debug)]
    pub enum Shop {}
}
pub mod standing;
mod stored;
pub mod turn;
pub mod wake;

use chrono::{DateTime, Utc};
use postgres::Client;
use xxhash_rust::xxh3::xxh3_64;

use crate::config::{Config, Database, Output};
use crate::database::{DatabaseError, schema};
use crate::diag::Findings;

/// The family of the list of all feeds, which comes after every other.
pub const LIST: &str = "~";

/// Where those who wait for work listen.
pub const CHANNEL: &str = "tidings_work";

/// The tables of a publication, and the config under which they are worked on.
pub struct Desk<'a> {
    pub config: &'a Config,
    pub database: &'a Database,
    pub client: Client,
}

/// Why nothing was done.
#[derive(Debug, thiserror::Error)]
pub enum DeskError {
    #[error(transparent)]
    Database(#[from] DatabaseError),
    /// What is wrong with the records, or what subscribers would notice that nobody can have meant.
    #[error("{} findings", .0.iter().count())]
    Refused(Findings),
    #[cfg(feature = "object-store")]
    #[error(transparent)]
    Storage(crate::storage::StorageError),
    #[error("{why}")]
    Cannot { why: String, help: &'static str },
}

impl<'a> Desk<'a> {
    /// Opens the tables.
    ///
    /// # Errors
    /// Where the config wants what workers do not publish, or there are no tables.
    pub fn open(config: &'a Config, database: &'a Database) -> Result<Self, DeskError> {
        let output = &config.output;
        let beyond = [(output.pages, "pages = true"), (output.archives, "archives = true")];
        if let Some((_, what)) = beyond.iter().find(|(is_there, _)| *is_there) {
            let why = format!(
                "`{what}`, which holds by `{}`, is not for items in a database: of these, feeds and the list of them are published",
                config.path.display()
            );
            return Err(DeskError::Cannot {
                why,
                help: "write `pages = false` in `[output]`, where pages are made unless it says otherwise, and no `archives`; or build from a `schema` that `tidings db load` was never run on",
            });
        }
        let mut client = schema::ready(database)?;
        // Whatever is asked here has an index; a planner that does not know how large a fresh table became would read all of it. Others do not know
        // these words, and need not.
        // One that was stopped in the midst of a transaction must not hold up all others.
        let settings = [
            "set enable_seqscan = off",
            "set max_parallel_workers_per_gather = 0",
            "set jit = off",
            "set lock_timeout = '30s'",
            "set idle_in_transaction_session_timeout = '30s'",
        ];
        if client.batch_execute(&settings.join("; ")).is_err() {
            settings.iter().for_each(|setting| _ = client.batch_execute(setting));
        }
        // Documents are long texts: what presses them otherwise takes longer than all else that the database does with them. PostgreSQL 13 does not know this, and
        // some of the others were made without it.
        let _ = client.batch_execute("set default_toast_compression = lz4");
        Ok(Desk { config, database, client })
    }

    /// What the database said.
    pub(crate) fn said<T>(&self, result: Result<T, postgres::Error>) -> Result<T, DeskError> {
        result.map_err(|error| schema::said(&self.database.address, &error).into())
    }

    /// The time, which is the same for every machine.
    ///
    /// # Errors
    /// That the database cannot be asked.
    pub fn now(&mut self) -> Result<DateTime<Utc>, DeskError> {
        let row = self.client.query_one("select floor(extract(epoch from now()))::bigint", &[]);
        let seconds = self.said(row)?.get::<_, i64>(0);
        Ok(DateTime::from_timestamp(seconds, 0).unwrap_or_default())
    }

    /// Whether anything is remembered of items.
    ///
    /// # Errors
    /// That the database cannot be asked.
    pub fn has_history(&mut self) -> Result<bool, DeskError> {
        let row = self.client.query_one("select exists (select 1 from ledger)", &[]);
        Ok(self.said(row)?.get(0))
    }

    /// Whether the tables were loaded under this config; `None` where they never were.
    ///
    /// # Errors
    /// That the database cannot be asked.
    pub fn is_of_this_config(&mut self) -> Result<Option<bool>, DeskError> {
        let known = facts::known(&mut self.client, facts::CONFIG);
        Ok(self.said(known)?.map(|known| known == fingerprint(self.config)))
    }

    /// Refuses to go on under another config than the tables were loaded under: two machines would publish now this and now that.
    ///
    /// # Errors
    /// As said.
    pub fn insist(&mut self) -> Result<(), DeskError> {
        let is_of_this_config = self.is_of_this_config()?;
        self.insist_on(is_of_this_config)
    }

    /// The same of what was asked before.
    ///
    /// # Errors
    /// As said.
    pub fn insist_on(&self, is_of_this_config: Option<bool>) -> Result<(), DeskError> {
        match is_of_this_config {
            Some(true) => Ok(()),
            Some(false) => Err(is_another(self.config)),
            None => Err(DeskError::Cannot { why: "the database was never loaded".to_owned(), help: LOAD }),
        }
    }
}

const LOAD: &str = "`tidings db load` sorts all items anew by this config; every machine needs the same";

fn is_another(config: &Config) -> DeskError {
    DeskError::Cannot { why: format!("`{}` is another than the one that the database was loaded with", config.path.display()), help: LOAD }
}

/// Tries again what clashed with another transaction, or waited in vain for one.
fn again<T>(mut work: impl FnMut() -> Result<T, DeskError>) -> Result<T, DeskError> {
    let mut tried = 0;
    loop {
        match work() {
            Err(DeskError::Database(error)) => std::thread::sleep(error.pause(tried).ok_or(error)?),
            done => return done,
        }
        tried += 1;
    }
}

/// What of the config documents and placements depend on.
fn fingerprint(config: &Config) -> i64 {
    let Config { publication, countries, topics, evidence, channels, named, limits, output, ids, ledger, moved, .. } = config;
    let moved: Vec<_> = moved.iter().map(|moved| (&moved.from, &moved.to, moved.how)).collect();
    let Output { store, index, formats, content, ttl, summary_length, tombstone_days, opml, precompress, .. } = output;
    let output = ((store, index), formats, content, ttl, summary_length, tombstone_days, opml, precompress);
    let all = format!("{:?}", (publication, countries, topics, evidence, channels, named, limits, output, (ids, &ledger.ignore, moved)));
    xxh3_64(all.as_bytes()) as i64
}
