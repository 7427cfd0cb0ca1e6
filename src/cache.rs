//! What a build looked at, so that the next one can tell by a look that there is nothing to do.
//!
//! One small file in `.tidings`, which costs time and nothing else when it is deleted. It holds two hashes: of the stamps (size, times, inode) of
//! everything that goes into a build, taken before anything is read, and of everything that came out of it, taken when it was done. Where both are
//! still the same, and the time has not come at which a document would change by itself, a build would change nothing. A file that was written so
//! shortly before it was looked at that a second edit could leave the same stamp is known by its content too, and so is one from the future, which
//! a clock that stepped leaves behind.

pub mod records;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, LazyLock};
use std::time::SystemTime;

use chrono::{DateTime, Utc};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_128;

use crate::config::Config;
use crate::diag::{Finding, codes};
use crate::item::{Beside, Files, Found, Hidden, Item};
use crate::stamp;

/// Another whenever the file or what is hashed takes another form.
const FORM: u32 = 3;

/// What went into a build.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inputs {
    config: u128,
    stamps: u128,
    /// Hashes of the content of files whose stamps do not tell enough.
    young: BTreeMap<PathBuf, String>,
}

/// What a build that changed nothing would say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Said {
    pub items: usize,
    pub hidden: Out,
    pub channels: usize,
    /// Of the records and of the documents.
    pub warnings: usize,
}

/// How many items are not seen, and why.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Out {
    pub not_due: usize,
    pub drafts: usize,
    pub expired: usize,
    pub withdrawn: usize,
}

impl Out {
    pub fn of(hidden: &[(Arc<str>, Hidden)]) -> Self {
        let mut out = Out::default();
        for (_, why) in hidden {
            *match why {
                Hidden::NotYet(_) => &mut out.not_due,
                Hidden::Draft => &mut out.drafts,
                Hidden::Expired(_) => &mut out.expired,
                Hidden::Withdrawn => &mut out.withdrawn,
            } += 1;
        }
        out
    }

    pub fn total(self) -> usize {
        self.not_due + self.drafts + self.expired + self.withdrawn
    }
}

/// What came out of a build.
#[derive(Clone, Debug)]
pub struct Outcome<'a> {
    /// Every file that was written, or would have been.
    pub files: Vec<PathBuf>,
    pub items: &'a [Arc<Item>],
    pub said: Said,
    pub sources: Sources,
}

/// Where a build looked for records.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sources {
    all: BTreeSet<PathBuf>,
    /// What was said of those without records.
    empty: BTreeSet<String>,
}

impl Sources {
    /// Those of a config, where this was found.
    pub fn of<'f>(config: &Config, findings: impl IntoIterator<Item = &'f Finding>) -> Self {
        let all = config.sources.iter().map(|source| plain(&source.path)).collect();
        let is_empty = |finding: &&Finding| finding.code == &codes::NO_RECORDS;
        Sources { all, empty: findings.into_iter().filter(is_empty).map(said).collect() }
    }

    /// Whether a source that has no records had none before, or was none.
    fn were_empty(&self, finding: &Finding) -> bool {
        // A table is told of where the config has it.
        let path = finding.place.as_ref().filter(|place| place.line == 0).map(|place| plain(&place.path));
        self.empty.contains(&said(finding)) || path.is_some_and(|path| !self.all.iter().any(|source| path.starts_with(source)))
    }
}

/// What tells a source that is empty from others.
fn said(finding: &Finding) -> String {
    let place = finding.place.as_ref().filter(|place| place.line == 0);
    format!("{}: {}", place.map(|place| plain(&place.path).display().to_string()).unwrap_or_default(), finding.message)
}

/// A path without `./`.
fn plain(path: &Path) -> PathBuf {
    path.components().filter(|part| *part != Component::CurDir).collect()
}

#[derive(Serialize, Deserialize)]
struct Kept {
    form: u32,
    program: String,
    config: String,
    inputs: String,
    young: BTreeMap<PathBuf, String>,
    outcome: String,
    /// Files that only their length matters of; `None` where there was none.
    beside: BTreeMap<PathBuf, Option<u64>>,
    /// Unix seconds between which this holds.
    from: i64,
    until: i64,
    said: Said,
    sources: Sources,
}

/// The file.
#[derive(Clone, Debug)]
pub struct Cache {
    file: PathBuf,
}

impl Cache {
    /// The cache of the publication at `root`.
    pub fn of(root: &Path) -> Self {
        Cache { file: root.join(".tidings").join("looked-at.json") }
    }

    /// What the build before said, where one at `now` would change nothing. A file that is cut off, of another version or of something else altogether
    /// counts as none.
    pub fn unchanged(&self, inputs: &Inputs, config: &Config, outcome: &[PathBuf], now: DateTime<Utc>) -> Option<Said> {
        let kept = self.kept()?;
        let is_same = kept.form == FORM
            && kept.program == program()
            && kept.config == hex(inputs.config)
            && kept.inputs == hex(inputs.stamps)
            && (kept.from..kept.until).contains(&now.timestamp())
            && kept.outcome == hex(stamps(config, outcome))
            && kept
                .young
                .par_iter()
                .all(|(path, hash)| stamp::of_content(&config.root.join(path)).is_ok_and(|content| hex(content) == *hash))
            && kept.beside.par_iter().all(|(path, length)| Beside::look(path.clone()).length == *length);
        is_same.then_some(kept.said)
    }

    /// Keeps what was looked at and what came of it; it holds from `now` until the first time at which something changes by itself.
    pub fn keep(&self, inputs: &Inputs, config: &Config, outcome: &Outcome<'_>, (now, until): (DateTime<Utc>, DateTime<Utc>)) {
        let enclosures = outcome.items.iter().flat_map(|item| item.enclosures());
        let kept = Kept {
            form: FORM,
            program: program().to_owned(),
            config: hex(inputs.config),
            inputs: hex(inputs.stamps),
            young: inputs.young.clone(),
            outcome: hex(stamps(config, &outcome.files)),
            beside: enclosures.filter_map(|enclosure| enclosure.beside.as_ref()).map(|file| (file.path.clone(), file.length)).collect(),
            from: now.timestamp(),
            until: until.timestamp(),
            said: outcome.said,
            sources: outcome.sources.clone(),
        };
        // What cannot be written costs time only; a file that is cut off is no JSON.
        if let Ok(json) = serde_json::to_vec(&kept) {
            let _ = fs::write(&self.file, json);
        }
    }

    /// When the documents of the build before would change by themselves, if that is known.
    pub fn until(&self) -> Option<DateTime<Utc>> {
        DateTime::from_timestamp(self.kept()?.until, 0)
    }

    /// Whether a source that has no records is known to have had none at the build before: then it is not why items are gone.
    pub fn was_empty(&self, finding: &Finding) -> bool {
        self.kept().is_some_and(|kept| kept.sources.were_empty(finding))
    }

    fn kept(&self) -> Option<Kept> {
        serde_json::from_slice(&fs::read(&self.file).ok()?).ok()
    }

    /// Whether a build kept here what it looked at.
    pub fn is_there(&self) -> bool {
        self.file.exists()
    }

    /// Lets the next build look at everything.
    pub fn forget(&self) {
        let _ = fs::remove_file(&self.file);
    }
}

impl Inputs {
    /// A look at everything that a build of this config would read beside its records: the table of aliases. `now` is the file system's clock.
    pub fn beside(config: &Config, now: SystemTime) -> Self {
        let table = config.ids.file.as_ref().map(|file| (file, fs::metadata(config.root.join(file))));
        let young = table.iter().filter(|(_, meta)| stamp::is_young(meta, now)).map(|(file, _)| kept_content(&config.root, file));
        // Templates are read with the config, and stand in it.
        let (config, young) = (of_config(config), young.collect());
        Inputs { config, stamps: table.map_or(0, |(file, meta)| stamp::of(file, &meta)), young }
    }

    /// The records: files as they were looked at.
    pub fn add(&mut self, root: &Path, files: &Files) {
        let stamps = files.found.iter().map(|found| found.stamp).fold(self.stamps, u128::wrapping_add);
        // What is wrong among the files, and files that are no records, are told.
        self.stamps = stamps.wrapping_add(xxh3_128(format!("{:?}", files.findings).as_bytes()));
        let young: Vec<&Found> = files.found.iter().filter(|found| found.is_young).collect();
        let content = |found: &&Found| match files.young.get(&found.path) {
            Some(content) => (found.path.to_path_buf(), hex(*content)),
            None => kept_content(root, &found.path),
        };
        self.young.par_extend(young.par_iter().map(content));
    }
}

/// A file and what it holds, as it is kept.
fn kept_content(root: &Path, file: &Path) -> (PathBuf, String) {
    (file.to_owned(), stamp::of_content(&root.join(file)).map(hex).unwrap_or_default())
}

/// One hash of all that the config says, templates included.
pub(crate) fn of_config(config: &Config) -> u128 {
    xxh3_128(format!("{config:?}").as_bytes())
}

/// One hash of many stamps, in whatever order the files come.
fn stamps(config: &Config, files: &[PathBuf]) -> u128 {
    let of = |path: &PathBuf| stamp::of(path, &fs::metadata(config.root.join(path)));
    files.par_iter().map(of).reduce(|| 0, u128::wrapping_add)
}

/// Which program wrote it: a release changes documents, and so does a change of the program between two.
pub(crate) fn program() -> &'static str {
    // What runs is what was there when it began, whatever is put in its place meanwhile.
    static PROGRAM: LazyLock<String> = LazyLock::new(|| {
        let own = std::env::current_exe().and_then(fs::metadata);
        format!("{} {}", env!("CARGO_PKG_VERSION"), hex(stamp::of(Path::new(""), &own)))
    });
    &PROGRAM
}

fn hex(hash: u128) -> String {
    format!("{hash:032x}")
}
