//! Documents that changed and that caches are not told of yet.
//!
//! A file of JSON in the publication's state folder. Paths are added before the first document is touched and taken out when the caches were told; so a
//! run that was killed in between, or that nobody answered, leaves them to the next.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use super::state::{forget, write_whole};
use super::{Plan, PublishError};

/// The file.
#[derive(Clone, Debug)]
pub struct Unpurged {
    file: PathBuf,
}

impl Unpurged {
    pub(super) fn of(state: &Path) -> Self {
        Unpurged { file: state.join("unpurged.json") }
    }

    /// The paths, in order.
    pub fn paths(&self) -> BTreeSet<String> {
        fs::read(&self.file).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default()
    }

    /// Adds what a plan puts and deletes.
    pub(super) fn add(&self, plan: &Plan) -> Result<(), PublishError> {
        let mut paths = self.paths();
        paths.extend(plan.puts.iter().map(|put| put.path.clone()).chain(plan.deletes.iter().cloned()));
        let json = serde_json::to_vec(&paths).map_err(|error| PublishError::io("write", &self.file)(error.into()))?;
        write_whole(&self.file, &json)
    }

    /// Says that the caches were told.
    ///
    /// # Errors
    /// Where the file cannot be removed.
    pub fn clear(&self) -> Result<(), PublishError> {
        forget(&self.file)
    }
}
