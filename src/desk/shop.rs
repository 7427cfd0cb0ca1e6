//! Documents of workers in an object store: put while the lease lasts, each in place of what is known to stand there.
//!
//! Two machines may have the same document in hand, where one of them was held up past its lease. Whoever is about to put looks at its lease first, and
//! where the store honours conditions a put names the object that it replaces, so that a late one is refused. What was put by a worker that turns out
//! to have lost its lease is put again by the next.

use std::cell::OnceCell;
use std::time::Duration;

use futures_util::{StreamExt, TryStreamExt};
use tokio::runtime::Runtime;

use super::claim::Claim;
use super::documents::Put;
use super::{Desk, DeskError, facts};
use crate::config::Config;
use crate::publish::front::TTL;
use crate::publish::index::{self, INDEX, Index};
use crate::publish::{Front, headers, probe};
use crate::storage::{self, Attributes, Condition, Storage, StorageError};

/// So many requests are under way at a time.
const AT_A_TIME: usize = 16;

/// A put that begins later than this before the end of the lease may end after it.
const MARGIN: Duration = Duration::from_secs(5);

/// The store that documents go to.
#[derive(Debug)]
pub struct Shop {
    storage: Storage,
    runtime: Runtime,
    /// How long readers may wait, in minutes.
    ttl: u32,
    /// Whether a put may say what it replaces; nothing where the store has not shown it yet.
    conditions: OnceCell<bool>,
}

/// What stands under a document's name, as far as it is known.
pub(super) enum Stands {
    Nothing,
    Tag(String),
    Unknown,
}

impl Shop {
    /// The one that the config names.
    ///
    /// # Errors
    /// An environment that says what cannot be, or a store that does not answer.
    pub fn of(config: &Config) -> Result<Option<Self>, DeskError> {
        let Some(address) = &config.output.store else { return Ok(None) };
        let none = |error: std::io::Error| DeskError::Cannot {
            why: format!("could not get ready for requests: {error}"),
            help: "see what the system allows",
        };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(none)?;
        let storage = Storage::new(address, Duration::from_secs(config.output.store_timeout))?;
        Ok(Some(Shop { storage, runtime, ttl: config.output.ttl.unwrap_or(TTL), conditions: OnceCell::new() }))
    }

    /// Whether a put may say what it replaces: told by a probe, again and again until the store answers.
    fn honours_conditions(&self) -> bool {
        if let Some(known) = self.conditions.get() {
            return *known;
        }
        let shown = self.runtime.block_on(probe::probe(&self.storage)).map(|honours| honours.update);
        shown.is_some_and(|honours| *self.conditions.get_or_init(|| honours))
    }

    /// Puts the documents. Gives the tags that the store knows them by, in their order, and nothing for one in whose place something else stands. `None`
    /// where the lease was over before all were put.
    pub(super) fn put(&self, documents: &[(&Put, Stands)], claim: &Claim) -> Result<Option<Vec<Option<String>>>, StorageError> {
        if documents.is_empty() {
            return Ok(Some(Vec::new()));
        }
        let by_condition = self.honours_conditions();
        let one = async |put: &Put, stands: &Stands| -> Result<Option<Option<String>>, StorageError> {
            if claim.left() < MARGIN.min(claim.lease() / 3) {
                return Ok(None);
            }
            match self.storage.put(&put.path, put.bytes.clone(), &self.attributes(put), &condition(stands, by_condition)).await? {
                storage::Put::Done(tag) => Ok(Some(Some(tag.unwrap_or_default()))),
                storage::Put::Refused => Ok(Some(None)),
            }
        };
        let all = futures_util::stream::iter(documents.iter().map(|(put, stands)| one(put, stands)));
        Ok(self.runtime.block_on(all.buffered(AT_A_TIME).try_collect::<Vec<_>>())?.into_iter().collect())
    }

    fn attributes(&self, put: &Put) -> Attributes {
        headers::stored(&put.path, &put.media_type, &put.hash_in_words(), self.ttl)
    }

    pub(super) fn delete(&self, paths: &[String]) -> Result<(), StorageError> {
        if paths.is_empty() { Ok(()) } else { self.runtime.block_on(self.storage.delete(paths)) }
    }

    /// Puts the list of what stands there, for those who serve it.
    fn put_index(&self, list: &Index) -> Result<(), DeskError> {
        let none = |error: serde_json::Error| DeskError::Cannot { why: format!("the index cannot be written: {error}"), help: "" };
        let bytes = list.bytes().map_err(none)?;
        self.runtime.block_on(self.storage.put(INDEX, bytes, &index::attributes(), &Condition::Anything))?;
        Ok(())
    }
}

fn condition(stands: &Stands, by_condition: bool) -> Condition {
    match stands {
        Stands::Tag(tag) if by_condition => Condition::Tag(tag.clone()),
        Stands::Nothing if by_condition => Condition::Nothing,
        _ => Condition::Anything,
    }
}

impl Desk<'_> {
    /// Says to those who serve what stands in the store, where the config wants them to know.
    pub(super) fn announce(&mut self, shop: &Shop) -> Result<(), DeskError> {
        let is_there = facts::known(&mut self.client, facts::INDEX);
        let is_there = self.said(is_there)? == Some(1);
        if !self.config.output.index {
            if is_there {
                // It would tell of documents that are there no more.
                shop.delete(&[INDEX.to_owned()])?;
                self.note_index(false)?;
            }
            return Ok(());
        }
        if !is_there {
            self.note_index(true)?;
        }
        let rows = self.client.query("select path, hash, size, changed from documents where tag is not null", &[]);
        let listed = super::documents::listed(&self.said(rows)?);
        shop.put_index(&Index::new(Front::of(self.config), listed))
    }

    /// Keeps in mind whether there may be an index.
    fn note_index(&mut self, is_there: bool) -> Result<(), DeskError> {
        let noted = facts::keep(&mut self.client, facts::INDEX, is_there.into());
        self.said(noted)
    }
}

impl From<StorageError> for DeskError {
    fn from(error: StorageError) -> Self {
        DeskError::Storage(error)
    }
}
