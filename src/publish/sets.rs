//! Former sets: what stood before each of the last publishes, so that it can be put back.
//!
//! A set holds what its publish changed and nothing else: each file that was replaced or deleted, by hard link, and in `set.json` the paths that were new and what
//! the ledger said of the channels. Until its publish is over it is called `under-way`; a run that takes up one that was cut off adds to that.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::place::Place;
use super::{Change, Plan, PublishError};

const UNDER_WAY: &str = "under-way";

/// The form that this version writes and reads.
const VERSION: u32 = 1;

/// What is known of the state that a publish replaces.
#[derive(Clone, Debug, Default)]
pub struct Former {
    /// When the publish is, in RFC 3339.
    pub at: String,
    /// How many sets are kept.
    pub keep: usize,
    /// What the ledger says of each channel that changes, as a line of its export; `None` for one that was not there.
    pub channels: BTreeMap<String, Option<String>>,
}

/// A set that can be put back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Set {
    version: u32,
    /// When it was replaced, in RFC 3339.
    pub at: String,
    /// Paths at which nothing stood.
    pub added: BTreeSet<String>,
    /// Paths whose files are kept.
    pub replaced: BTreeSet<String>,
    pub channels: BTreeMap<String, Option<String>>,
    #[serde(skip)]
    folder: PathBuf,
}

/// Where the sets are.
#[derive(Debug)]
pub(super) struct Sets(pub PathBuf);

impl Sets {
    /// Every set that can be read, the newest first.
    pub fn list(&self) -> Vec<Set> {
        let under_way = std::iter::once(self.0.join(UNDER_WAY));
        under_way
            .chain(self.numbers().into_iter().rev().map(|number| self.numbered(number)))
            .filter_map(|folder| Set::read(&folder))
            .collect()
    }

    /// Keeps what the plan is going to replace in a place.
    pub fn begin(&self, from: &dyn Place, plan: &Plan, former: &Former) -> Result<(), PublishError> {
        let folder = self.0.join(UNDER_WAY);
        let mut set = Set::read(&folder).unwrap_or_else(|| Set::new(&folder, &former.at));
        let files = folder.join("files");
        fs::create_dir_all(&files).map_err(PublishError::io("create", &files))?;
        let changed = plan.puts.iter().filter(|put| put.change == Change::Changed).map(|put| &put.path);
        for path in changed.chain(&plan.deletes).filter(|path| !set.knows(path)).cloned().collect::<Vec<_>>() {
            from.keep(&path, &files.join(&path))?;
            set.replaced.insert(path);
        }
        let new = plan.puts.iter().filter(|put| put.change == Change::New && !set.knows(&put.path)).map(|put| put.path.clone());
        let new: Vec<String> = new.collect();
        set.added.extend(new);
        for (path, line) in &former.channels {
            set.channels.entry(path.clone()).or_insert_with(|| line.clone());
        }
        let json = serde_json::to_vec(&set).map_err(|error| PublishError::io("write", &folder)(error.into()))?;
        super::destination::write_whole(&folder.join("set.json"), &json)
    }

    /// Says that the publish is over, and lets go of all but the newest `keep`.
    pub fn end(&self, keep: usize) -> Result<(), PublishError> {
        let under_way = self.0.join(UNDER_WAY);
        let mut numbers = self.numbers();
        if under_way.exists() {
            let number = numbers.last().map_or(1, |last| last + 1);
            fs::rename(&under_way, self.numbered(number)).map_err(PublishError::io("rename", &under_way))?;
            numbers.push(number);
        }
        for number in &numbers[..numbers.len().saturating_sub(keep)] {
            let folder = self.numbered(*number);
            fs::remove_dir_all(&folder).map_err(PublishError::io("remove", &folder))?;
        }
        Ok(())
    }

    fn numbered(&self, number: u64) -> PathBuf {
        self.0.join(format!("{number:06}"))
    }

    /// In order.
    fn numbers(&self) -> Vec<u64> {
        let names = fs::read_dir(&self.0).into_iter().flatten().flatten().filter_map(|entry| entry.file_name().into_string().ok());
        let mut numbers: Vec<u64> = names.filter_map(|name| name.parse().ok()).collect();
        numbers.sort_unstable();
        numbers
    }
}

impl Set {
    fn new(folder: &Path, at: &str) -> Self {
        Set {
            version: VERSION,
            at: at.to_owned(),
            added: BTreeSet::new(),
            replaced: BTreeSet::new(),
            channels: BTreeMap::new(),
            folder: folder.to_owned(),
        }
    }

    fn read(folder: &Path) -> Option<Self> {
        let set: Set = serde_json::from_slice(&fs::read(folder.join("set.json")).ok()?).ok()?;
        (set.version == VERSION).then(|| Set { folder: folder.to_owned(), ..set })
    }

    fn knows(&self, path: &str) -> bool {
        self.added.contains(path) || self.replaced.contains(path)
    }

    /// The former bytes of a path.
    pub fn bytes(&self, path: &str) -> Result<Vec<u8>, PublishError> {
        let file = self.folder.join("files").join(path);
        fs::read(&file).map_err(PublishError::io("read", &file))
    }

    /// Lets go of a set that was put back.
    pub fn remove(&self) -> Result<(), PublishError> {
        fs::remove_dir_all(&self.folder).map_err(PublishError::io("remove", &self.folder))
    }
}
