//! A place that documents are put in: what stands there, and how it is replaced.
//!
//! A folder is one, an object store another. What of it is ours, and what is to be put, others decide.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};

use super::PublishError;
use super::manifest::{Hash, Manifest};
use super::plan::{Plan, Standing};
use crate::document::Document;

/// Paths are below the place, with `/`. After an error every document there is whole, old or new.
pub(super) trait Place: fmt::Debug + Send + Sync {
    /// What stands at each of these paths.
    fn look(&self, paths: &[&str]) -> Result<BTreeMap<String, Standing>, PublishError>;

    /// The bytes at a path, if there are any.
    fn read(&self, path: &str) -> Result<Option<Vec<u8>>, PublishError>;

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

    /// Lets go of what was known, since another run may have been here.
    fn renew(&mut self) {}
}

/// Documents to be put.
pub(super) struct Putting<'a> {
    pub plan: &'a Plan,
    pub documents: &'a [Document],
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
