//! Former sets: what stood before each of the last publishes, so that it can be put back.
//!
//! A set holds what its publish changed and nothing else: each file that was replaced or deleted, by hard link, and in `set.json` the paths that were new and what
//! the ledger said of the channels, as lines that lean on what it said afterwards; so sets are put back the newest first. Until its publish is over it is called
//! `under-way`; a run that takes up one that was cut off adds to that, and one that changes the ledger and no file adds to the newest set.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::place::Place;
use super::{Change, Plan, PublishError};

const UNDER_WAY: &str = "under-way";

/// The form that this version writes; it reads that of before too.
const VERSION: u32 = 2;

/// What is known of the state that a publish replaces.
#[derive(Clone, Debug, Default)]
pub struct Former {
    /// When the publish is, in RFC 3339.
    pub at: String,
    /// How many sets are kept.
    pub keep: usize,
    /// What the ledger says of each channel that changes, as a line to be imported into what it says afterwards; `None` for one that was not there.
    pub channels: BTreeMap<String, Option<String>>,
    /// The items that change, by id, each with a digest of what its record said; `None` for one that was not in the feeds.
    pub items: BTreeMap<String, Option<String>>,
}

/// What the ledger said of a channel before each of several runs, the newest first: each line leans on the one before it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Said")]
pub struct Steps(pub Vec<Option<String>>);

/// As it stands in the file.
#[derive(Deserialize)]
#[serde(untagged)]
enum Said {
    Steps(Vec<Option<String>>),
    /// In version 1: all of it, which leans on nothing.
    Whole(Option<String>),
}

impl From<Said> for Steps {
    fn from(said: Said) -> Self {
        match said {
            Said::Steps(steps) => Steps(steps),
            Said::Whole(line) => Steps(vec![line]),
        }
    }
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
    /// Those that the publish changed.
    pub channels: BTreeMap<String, Steps>,
    /// Those that runs changed since, without changing a file.
    #[serde(default)]
    pub since: BTreeMap<String, Steps>,
    /// As [`Former::items`].
    #[serde(default)]
    pub items: BTreeMap<String, Option<String>>,
    /// Where the config or a template is another than at the publish before, digests of what they were then and are now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settings: Option<[String; 2]>,
    #[serde(skip)]
    folder: PathBuf,
}

/// Where the sets are.
#[derive(Debug)]
pub(super) struct Sets(pub PathBuf);

impl Sets {
    /// Every set that can be read, the newest first.
    pub fn list(&self) -> Vec<Set> {
        Set::read(&self.0.join(UNDER_WAY)).into_iter().chain(self.ended()).collect()
    }

    /// Those of publishes that came to their ends.
    pub fn ended(&self) -> Vec<Set> {
        self.numbers().into_iter().rev().filter_map(|number| Set::read(&self.numbered(number))).collect()
    }

    /// Lets go of what was kept for a publish of which nothing came.
    pub fn drop_under_way(&self) -> Result<(), PublishError> {
        let folder = self.0.join(UNDER_WAY);
        match fs::remove_dir_all(&folder) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(PublishError::io("remove", &folder)(error)),
            _ => Ok(()),
        }
    }

    /// Keeps what the plan is going to replace in a place.
    pub fn begin(&self, from: &dyn Place, plan: &Plan, former: &Former, settings: Option<[String; 2]>) -> Result<(), PublishError> {
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
        add(&mut set.channels, former);
        for (iri, said) in &former.items {
            set.items.entry(iri.clone()).or_insert_with(|| said.clone());
        }
        set.settings = settings;
        set.write()
    }

    /// Keeps what the ledger said before a run that changes no file, with what its last publish replaced.
    pub fn add(&self, former: &Former) -> Result<(), PublishError> {
        if former.channels.is_empty() {
            return Ok(());
        }
        if let Some(mut set) = Set::read(&self.0.join(UNDER_WAY)) {
            add(&mut set.channels, former);
            return set.write();
        }
        let Some(mut set) = self.numbers().last().and_then(|number| Set::read(&self.numbered(*number))) else { return Ok(()) };
        add(&mut set.since, former);
        set.write()
    }

    /// Says that the publish is over, and lets go of all but the newest `keep`.
    pub fn end(&self, keep: usize) -> Result<(), PublishError> {
        let under_way = self.0.join(UNDER_WAY);
        let mut numbers = self.numbers();
        if Set::read(&under_way).is_none() {
            // It was not made to its end.
            self.drop_under_way()?;
        } else {
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

fn add(channels: &mut BTreeMap<String, Steps>, former: &Former) {
    for (path, line) in &former.channels {
        channels.entry(path.clone()).or_default().0.insert(0, line.clone());
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
            since: BTreeMap::new(),
            items: BTreeMap::new(),
            settings: None,
            folder: folder.to_owned(),
        }
    }

    /// What tells it from all others.
    pub fn name(&self) -> String {
        format!("{} {}", self.folder.file_name().unwrap_or_default().display(), self.at)
    }

    fn read(folder: &Path) -> Option<Self> {
        let set: Set = serde_json::from_slice(&fs::read(folder.join("set.json")).ok()?).ok()?;
        (1..=VERSION).contains(&set.version).then(|| Set { version: VERSION, folder: folder.to_owned(), ..set })
    }

    fn write(&self) -> Result<(), PublishError> {
        let json = serde_json::to_vec(self).map_err(|error| PublishError::io("write", &self.folder)(error.into()))?;
        super::state::write_whole(&self.folder.join("set.json"), &json)
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
