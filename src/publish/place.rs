//! A place that documents are put in: what stands there, and how it is replaced.
//!
//! A folder is one, an object store another. What of it is ours, and what is to be put, others decide.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::fs::{self, Metadata};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use chrono::{DateTime, Utc};
use xxhash_rust::xxh3::xxh3_128;

use super::PublishError;
use super::manifest::{Hash, Manifest};
use super::plan::{Plan, Standing};
use super::staging::Staging;
use crate::cache::records::Records;
use crate::document::Document;
use crate::stamp;

/// Paths are below the place, with `/`. After an error every document there is whole, old or new.
pub(super) trait Place: fmt::Debug + Send + Sync {
    /// What stands at each of these paths; `stamps` tell what need not be read.
    fn look(&self, paths: &[&str], stamps: Option<Stamps<'_>>) -> Result<BTreeMap<String, Standing>, PublishError>;

    /// The bytes at a path, if there are any.
    fn read(&self, path: &str) -> Result<Option<Vec<u8>>, PublishError>;

    /// The paths with this extension at which a file stands, whoever put it there, where that can be told without asking for each.
    fn called(&self, _extension: &str) -> Vec<String> {
        Vec::new()
    }

    /// Keeps what stands at a path in a file.
    fn keep(&self, path: &str, file: &Path) -> Result<(), PublishError>;

    /// Clears away what a run that was cut off left beside these paths.
    fn clear(&self, paths: &[&str]);

    fn put_all(&self, putting: &Putting<'_>) -> Result<(), PublishError>;

    /// Tells those who serve what is put here which documents there are.
    fn announce(&self, _paths: &BTreeSet<&str>) -> Result<(), PublishError> {
        Ok(())
    }

    fn delete_all(&self, paths: &[String]) -> Result<(), PublishError>;

    /// Whether anything stands at a path, after what was put and deleted.
    fn stands(&self, path: &str) -> bool;

    /// The file whose stamp tells whether somebody changed what stands at a path; `None` where a look costs more.
    fn trace(&self, path: &str) -> Option<PathBuf>;

    /// What there is to know of the place itself, as far as it was found out.
    fn nature(&self) -> Option<&'static str> {
        None
    }

    /// Lets go of what was known, since another run may have been here.
    fn renew(&mut self) {}
}

/// The hashes of files by their stamps, so that a file that nobody touched need not be read again.
#[derive(Clone, Copy, Debug)]
pub struct Stamps<'a> {
    pub records: &'a Records,
    /// By the file system's clock.
    pub now: SystemTime,
}

impl Stamps<'_> {
    /// The hash of what the file holds, if that is known.
    pub(super) fn find(&self, path: &Path, meta: &Metadata) -> Option<Hash> {
        let hash: [u8; 32] = self.records.find(mark(path, meta))?.try_into().ok()?;
        Some(blake3::Hash::from_bytes(hash).into())
    }

    /// Keeps what a file holds, unless a second edit could leave the same stamp.
    pub(super) fn keep(&self, path: &Path, meta: &Metadata, hash: &Hash) {
        if !stamp::is_young_file(meta, self.now) {
            self.add(path, meta, hash);
        }
    }

    /// Keeps what was put in a file just now and dated back, so that any edit shows: it would date the file anew.
    pub(super) fn keep_dated(&self, path: &Path, date: SystemTime, (length, hash): (u64, &Hash)) {
        let is_told_apart = date < self.now - stamp::YOUNG;
        match fs::metadata(path) {
            Ok(meta) if is_told_apart && meta.modified().is_ok_and(|own| own == date) && meta.len() == length => {
                self.add(path, &meta, hash)
            }
            _ => {}
        }
    }

    fn add(&self, path: &Path, meta: &Metadata, hash: &Hash) {
        if let Some(bytes) = hash.to_bytes() {
            self.records.keep(mark(path, meta), &bytes);
        }
    }
}

fn mark(path: &Path, meta: &Metadata) -> u128 {
    xxh3_128(&[&stamp::of_file(path, meta).to_le_bytes()[..], b"published"].concat())
}

/// Documents to be put.
pub(super) struct Putting<'a> {
    pub plan: &'a Plan,
    pub documents: &'a [Document],
    /// Where some of them wait.
    pub staging: Option<&'a Staging>,
    pub stamps: Option<Stamps<'a>>,
    /// Says what is ours, that which is going to be put included.
    #[cfg_attr(not(feature = "object-store"), expect(dead_code, reason = "a folder can be trusted to stay as it was looked at"))]
    pub manifest: &'a Manifest,
    #[cfg_attr(not(feature = "object-store"), expect(dead_code, reason = "a file system dates its files itself"))]
    pub at: DateTime<Utc>,
}

impl<'a> Putting<'a> {
    /// Each with the hash of its bytes.
    pub fn puts(&self) -> impl Iterator<Item = (&'a str, &'a Document, &'a Hash)> {
        let (plan, documents) = (self.plan, self.documents);
        plan.puts.iter().map(move |put| (put.path.as_str(), &documents[put.document], &plan.hashes[put.document]))
    }
}
