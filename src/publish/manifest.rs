//! What this publication published: the paths that are its own, and what it wrote there.
//!
//! A file of JSON in the publication's state folder. It is written before the first document is touched, with the old and the new contents of every
//! path, and again when all stand; so a run that was killed in between leaves paths that the next run knows for its own.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::PublishError;
use super::state::write_whole;

/// The form that this version writes and reads.
const VERSION: u32 = 1;

/// The BLAKE3 hash of a document's bytes, in hexadecimal.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Hash(String);

impl From<blake3::Hash> for Hash {
    fn from(hash: blake3::Hash) -> Self {
        Hash(hash.to_hex().to_string())
    }
}

impl Hash {
    pub fn of(bytes: &[u8]) -> Self {
        blake3::hash(bytes).into()
    }

    /// What is said of a path at which nothing stood.
    fn of_nothing() -> Self {
        Hash(String::new())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// `None` where it is none, in a manifest that somebody else wrote.
    pub fn to_bytes(&self) -> Option<[u8; 32]> {
        blake3::Hash::from_hex(&self.0).ok().map(Into::into)
    }
}

/// The published paths of one output folder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    version: u32,
    /// The output folder, as the config names it: another folder has nothing of ours yet.
    folder: String,
    /// Whether a run began to put documents and did not say that it ended.
    #[serde(default)]
    under_way: bool,
    /// Whether nothing was under way when it began: then all that is in place is of a run that ended, unless it is what this one was to put there.
    #[serde(default)]
    from_end: bool,
    /// A digest of the config and the templates by which the documents were made; `None` where that is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settings: Option<String>,
    /// By path; while a run is under way, behind the hash of what stood there that of what is on its way.
    documents: BTreeMap<String, Vec<Hash>>,
    /// What stood there before, or was on its way there, the newest first: where a place may bring such back.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    former: BTreeMap<String, Vec<Hash>>,
}

/// So many former contents of a path are known for ours.
const FORMER: usize = 16;

impl Manifest {
    /// Of a folder to which nothing was published.
    pub fn new(folder: &Path) -> Self {
        let folder = folder.to_string_lossy().into_owned();
        Manifest {
            version: VERSION,
            folder,
            under_way: false,
            from_end: false,
            settings: None,
            documents: BTreeMap::new(),
            former: BTreeMap::new(),
        }
    }

    /// Reads the file; a missing one, or one about another output folder, counts as nothing published.
    pub fn load(file: &Path, folder: &Path) -> Result<Self, PublishError> {
        let bytes = match fs::read(file) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Self::new(folder)),
            Err(error) => return Err(PublishError::io("read", file)(error)),
        };
        let refuse = |why: String| PublishError::Manifest { path: file.to_owned(), why };
        let manifest: Manifest = serde_json::from_slice(&bytes).map_err(|error| refuse(error.to_string()))?;
        if manifest.version != VERSION {
            return Err(refuse(format!("it has version {}, and this program writes {VERSION}", manifest.version)));
        }
        Ok(if manifest.folder == folder.to_string_lossy() { manifest } else { Self::new(folder) })
    }

    /// Replaces the file, whole or not at all, and waits until it is on the disk.
    pub fn save(&self, file: &Path) -> Result<(), PublishError> {
        let mut bytes = serde_json::to_vec(self).map_err(|error| PublishError::io("write", file)(error.into()))?;
        bytes.push(b'\n');
        write_whole(file, &bytes)
    }

    /// Every path, in order.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.documents.keys().map(String::as_str)
    }

    /// Whether the path is ours.
    pub fn knows(&self, path: &str) -> bool {
        self.documents.contains_key(path)
    }

    /// Whether the path is ours and these contents are what we wrote there.
    pub fn published(&self, path: &str, hash: &Hash) -> bool {
        self.documents.get(path).is_some_and(|hashes| hashes.contains(hash))
    }

    /// What we wrote there, or what stood there before a run that did not end.
    pub fn hash(&self, path: &str) -> Option<&Hash> {
        self.documents.get(path)?.first()
    }

    /// Whether the path is ours and these contents are what we wrote there, now or before.
    pub fn wrote(&self, path: &str, hash: &Hash) -> bool {
        self.published(path, hash) || self.knows(path) && self.former.get(path).is_some_and(|hashes| hashes.contains(hash))
    }

    /// Whether the run before was cut off while it put documents.
    pub fn is_under_way(&self) -> bool {
        self.under_way
    }

    /// Says that documents are about to be put; `from_end` where none of a run that did not end is in place.
    pub fn begin(&mut self, from_end: bool) {
        (self.under_way, self.from_end) = (true, from_end);
    }

    /// Whether none of a run that did not end was in place when this one began.
    pub fn is_from_end(&self) -> bool {
        self.from_end
    }

    /// The paths of which it is not known what stands there, with what was on its way. Of a run that only deletes there is none.
    pub fn open(&self) -> impl Iterator<Item = (&str, &[Hash])> {
        self.documents.iter().filter(|(_, hashes)| hashes.len() > 1).map(|(path, hashes)| (path.as_str(), &hashes[1..]))
    }

    /// Says that what was on its way is so no more.
    pub fn forget_intents(&mut self) {
        self.documents.retain(|_, hashes| {
            hashes.truncate(1);
            *hashes != [Hash::of_nothing()]
        });
    }

    /// Says that all documents stand.
    pub fn end(&mut self) {
        (self.under_way, self.from_end) = (false, false);
    }

    /// Says that `hash` may stand at `path` from now on, beside what may stand there already.
    pub fn intend(&mut self, path: &str, hash: &Hash) {
        let hashes = self.documents.entry(path.to_owned()).or_insert_with(|| vec![Hash::of_nothing()]);
        if !hashes.contains(hash) {
            hashes.push(hash.clone());
        }
    }

    /// Says that `hash` and nothing else stands at `path`.
    pub fn settle(&mut self, path: &str, hash: &Hash) {
        self.documents.insert(path.to_owned(), vec![hash.clone()]);
    }

    /// The same, where the place may bring back what stood there.
    pub fn settle_over(&mut self, path: &str, hash: &Hash) {
        let before = self.documents.insert(path.to_owned(), vec![hash.clone()]).unwrap_or_default();
        let gone: Vec<Hash> = before.into_iter().rev().filter(|other| other != hash && *other != Hash::of_nothing()).collect();
        if !gone.is_empty() {
            let former = self.former.entry(path.to_owned()).or_default();
            former.retain(|other| !gone.contains(other));
            former.splice(0..0, gone);
            former.truncate(FORMER);
        }
    }

    /// Says that the path is no longer ours.
    pub fn forget(&mut self, path: &str) {
        self.documents.remove(path);
        self.former.remove(path);
    }
}
