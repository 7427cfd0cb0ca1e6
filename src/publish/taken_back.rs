//! Publishes that were taken back: kept until something is published again, so that none of them is unasked.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::PublishError;
use super::state::write_whole;

/// What one rollback took back.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TakenBack {
    /// When, in RFC 3339.
    pub at: String,
    /// The names of the sets that were put back.
    #[serde(default)]
    pub sets: Vec<String>,
    /// Of each channel that said something else then the digest of what it said and those of the pages of its archive, in hexadecimal; none of one that was not there.
    pub channels: BTreeMap<String, Vec<String>>,
    /// The hash of each file that stood then and is no feed.
    #[serde(default)]
    pub files: BTreeMap<String, String>,
    /// From the newest.
    #[serde(default)]
    pub publishes: Vec<Publish>,
}

/// What a publish changed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Publish {
    /// Items by id, with a digest of what their records said then; `None` for one that it took out.
    pub items: BTreeMap<String, Option<String>>,
    /// The same of what it found; `None` for one that came.
    pub found: BTreeMap<String, Option<String>>,
    /// A digest of config and templates, where these were others than before.
    pub settings: Option<String>,
}

/// Those of a file; none where it cannot be read.
pub(super) fn read(file: &Path) -> Vec<TakenBack> {
    fs::read(file).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default()
}

/// Writes down one more; of a rollback that was cut off and is done again what it found at first.
pub(super) fn add(file: &Path, what: TakenBack) -> Result<(), PublishError> {
    let mut all = read(file);
    if all.iter().any(|before| before.sets == what.sets) {
        return Ok(());
    }
    all.push(what);
    let json = serde_json::to_vec(&all).map_err(|error| PublishError::io("write", file)(error.into()))?;
    write_whole(file, &json)
}
