//! What a build looked at, so that the next one can tell by a look that there is nothing to do.
//!
//! One small file in `.tidings`, which costs time and nothing else when it is deleted. It holds two hashes: of the stamps (size, times, inode) of
//! everything that goes into a build, taken before anything is read, and of everything that came out of it, taken when it was done. Where both are
//! still the same, and the time has not come at which a document would change by itself, a build would change nothing. A file that was written so
//! shortly before it was looked at that a second edit could leave the same stamp is known by its content too, and so is one from the future, which
//! a clock that stepped leaves behind.

use std::collections::BTreeMap;
use std::fs::{self, Metadata};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use chrono::{DateTime, Utc};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use walkdir::WalkDir;
use xxhash_rust::xxh3::{Xxh3Default, xxh3_128};

use crate::config::Config;
use crate::item::{self, Beside, Item};

/// Another whenever the file or what is hashed takes another form.
const FORM: u32 = 1;

/// Stamps are no finer than this on the coarsest file system.
const YOUNG: Duration = Duration::from_secs(2);

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
    pub hidden: usize,
    pub channels: usize,
    /// Of the records and of the documents.
    pub warnings: usize,
}

/// What came out of a build.
#[derive(Clone, Debug)]
pub struct Outcome<'a> {
    /// Every file that was written, or would have been.
    pub files: Vec<PathBuf>,
    pub items: &'a [Item],
    pub said: Said,
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
        let kept: Kept = serde_json::from_slice(&fs::read(&self.file).ok()?).ok()?;
        let is_same = kept.form == FORM
            && kept.program == program()
            && kept.config == hex(inputs.config)
            && kept.inputs == hex(inputs.stamps)
            && (kept.from..kept.until).contains(&now.timestamp())
            && kept.outcome == hex(stamps(config, outcome))
            && kept.young.par_iter().all(|(path, hash)| content(&config.root.join(path)).as_ref() == Some(hash))
            && kept.beside.par_iter().all(|(path, length)| Beside::look(path.clone()).length == *length);
        is_same.then_some(kept.said)
    }

    /// Keeps what was looked at and what came of it; it holds from `now` until the first time at which something changes by itself.
    pub fn keep(&self, inputs: &Inputs, config: &Config, outcome: &Outcome<'_>, (now, until): (DateTime<Utc>, DateTime<Utc>)) {
        let enclosures = outcome.items.iter().flat_map(|item| &item.enclosures);
        let kept = Kept {
            form: FORM,
            program: program(),
            config: hex(inputs.config),
            inputs: hex(inputs.stamps),
            young: inputs.young.clone(),
            outcome: hex(stamps(config, &outcome.files)),
            beside: enclosures.filter_map(|enclosure| enclosure.beside.as_ref()).map(|file| (file.path.clone(), file.length)).collect(),
            from: now.timestamp(),
            until: until.timestamp(),
            said: outcome.said,
        };
        // What cannot be written costs time only; a file that is cut off is no JSON.
        if let Ok(json) = serde_json::to_vec(&kept) {
            let _ = fs::write(&self.file, json);
        }
    }

    /// Lets the next build look at everything.
    pub fn forget(&self) {
        let _ = fs::remove_file(&self.file);
    }
}

impl Inputs {
    /// A look at everything that a build of this config would read. `now` is the file system's clock.
    pub fn look(config: &Config, now: SystemTime) -> Self {
        let files = config.sources.iter().flat_map(|source| files(&config.root.join(&source.path)));
        let tables = config.ids.file.iter().map(|file| config.root.join(file));
        let files: Vec<PathBuf> = files.chain(tables).collect();
        let oldest = now - YOUNG;
        let looks: (u128, BTreeMap<PathBuf, String>) = files
            .par_iter()
            .map(|path| {
                let shown = path.strip_prefix(&config.root).unwrap_or(path);
                let meta = fs::metadata(path);
                let is_young = meta.as_ref().is_ok_and(|meta| meta.is_file() && changed(meta) >= oldest);
                let young = is_young.then(|| (shown.to_owned(), content(path).unwrap_or_default()));
                (stamp(shown, &meta), young)
            })
            .fold(Default::default, |(sum, mut young): (u128, BTreeMap<_, _>), (stamp, own)| {
                young.extend(own);
                (sum.wrapping_add(stamp), young)
            })
            .reduce(Default::default, |(a, mut young), (b, more)| {
                young.extend(more);
                (a.wrapping_add(b), young)
            });
        // Templates are read with the config, and stand in it.
        Inputs { config: xxh3_128(format!("{config:?}").as_bytes()), stamps: looks.0, young: looks.1 }
    }
}

/// Everything below a source that may be a record, or may be said to be none.
fn files(base: &Path) -> Vec<PathBuf> {
    let walk = WalkDir::new(base).follow_links(true).into_iter();
    let is_seen = |entry: &walkdir::DirEntry| entry.depth() == 0 || !item::is_hidden(&entry.file_name().to_string_lossy());
    walk.filter_entry(is_seen)
        .map(|entry| match entry {
            Ok(entry) => entry.into_path(),
            Err(error) => error.path().unwrap_or(base).to_owned(),
        })
        .collect()
}

/// One hash of many stamps, in whatever order the files come.
fn stamps(config: &Config, files: &[PathBuf]) -> u128 {
    let of = |path: &PathBuf| stamp(path, &fs::metadata(config.root.join(path)));
    files.par_iter().map(of).reduce(|| 0, u128::wrapping_add)
}

fn stamp(path: &Path, meta: &io::Result<Metadata>) -> u128 {
    let mut hash = Xxh3Default::new();
    hash.update(path.as_os_str().as_encoded_bytes());
    match meta {
        // What a folder holds is looked at one by one.
        Ok(meta) if meta.is_dir() => hash.update(b"\0folder"),
        Ok(meta) => {
            hash.update(b"\0file");
            numbers(meta).iter().for_each(|number| hash.update(&number.to_le_bytes()));
        }
        Err(error) => hash.update(format!("\0{:?}", error.kind()).as_bytes()),
    }
    hash.digest128()
}

#[cfg(unix)]
fn numbers(meta: &Metadata) -> [i64; 7] {
    use std::os::unix::fs::MetadataExt;
    let (size, inode, device) = (meta.size() as i64, meta.ino() as i64, meta.dev() as i64);
    [size, meta.mtime(), meta.mtime_nsec(), meta.ctime(), meta.ctime_nsec(), inode, device]
}

#[cfg(not(unix))]
fn numbers(meta: &Metadata) -> [i64; 2] {
    let since = changed(meta).duration_since(UNIX_EPOCH).unwrap_or_default();
    [meta.len() as i64, since.as_nanos() as i64]
}

/// When the file last changed in any way.
fn changed(meta: &Metadata) -> SystemTime {
    meta.modified().unwrap_or_else(|_| SystemTime::now()).max(touched(meta))
}

#[cfg(unix)]
fn touched(meta: &Metadata) -> SystemTime {
    use std::os::unix::fs::MetadataExt;
    UNIX_EPOCH + Duration::new(meta.ctime().max(0) as u64, meta.ctime_nsec().clamp(0, 999_999_999) as u32)
}

#[cfg(not(unix))]
fn touched(_: &Metadata) -> SystemTime {
    UNIX_EPOCH
}

fn content(path: &Path) -> Option<String> {
    let (mut file, mut hash, mut block) = (fs::File::open(path).ok()?, Xxh3Default::new(), vec![0; 1 << 16]);
    loop {
        match file.read(&mut block).ok()? {
            0 => return Some(hex(hash.digest128())),
            count => hash.update(&block[..count]),
        }
    }
}

/// Which program wrote it: a release changes documents, and so does a change of the program between two.
fn program() -> String {
    let own = std::env::current_exe().and_then(fs::metadata);
    format!("{} {}", env!("CARGO_PKG_VERSION"), hex(stamp(Path::new(""), &own)))
}

fn hex(hash: u128) -> String {
    format!("{hash:032x}")
}
