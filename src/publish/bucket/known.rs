//! What is remembered of the objects that were put, and copies of their bytes on this machine.
//!
//! A file of JSON and a folder in the publication's state folder. They spare requests and nothing else: what is lost of them is asked of the store again.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::publish::manifest::Hash;
use crate::publish::probe::Honours;
use crate::publish::state::write_whole;

/// The form that this version writes and reads.
const VERSION: u32 = 1;

/// What is remembered of one store.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Known {
    version: u32,
    /// Another store is another matter.
    address: String,
    /// `None` where it was not found out yet.
    pub honours: Option<Honours>,
    pub objects: BTreeMap<String, Object>,
    #[serde(skip)]
    state: PathBuf,
}

/// An object as it was put or found last.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Object {
    /// What a list says of it while it is the same; empty where the store told nothing.
    pub tag: String,
    pub hash: Hash,
    pub size: u64,
    /// When the document changed, in Unix seconds.
    pub modified: i64,
}

impl Known {
    /// What is remembered of the store at `address`.
    pub fn load(state: &Path, address: &str) -> Self {
        let known = fs::read(file(state)).ok().and_then(|bytes| serde_json::from_slice::<Known>(&bytes).ok());
        let known = known.filter(|known| known.version == VERSION && known.address == address).unwrap_or_default();
        Known { version: VERSION, address: address.to_owned(), state: state.to_owned(), ..known }
    }

    /// Writes it down, and lets go of copies of what stands no more. What cannot be written costs requests only.
    pub fn save(&self) {
        if let Ok(json) = serde_json::to_vec(self)
            && fs::read(file(&self.state)).ok().as_ref() != Some(&json)
        {
            let _ = write_whole(&file(&self.state), &json);
            self.prune();
        }
    }

    fn prune(&self) {
        let wanted: BTreeSet<&str> = self.objects.values().map(|object| object.hash.as_str()).collect();
        for entry in fs::read_dir(self.folder()).into_iter().flatten().flatten() {
            if !entry.file_name().to_str().is_some_and(|name| wanted.contains(name)) {
                let _ = fs::remove_file(entry.path());
            }
        }
    }

    /// Bytes by their hash, where there is a whole copy of them.
    pub fn stored(&self, hash: &Hash) -> Option<Vec<u8>> {
        fs::read(self.folder().join(hash.as_str())).ok().filter(|bytes| Hash::of(bytes) == *hash)
    }

    /// Keeps a copy, and says where it is.
    pub fn store(&self, hash: &Hash, bytes: &[u8]) -> PathBuf {
        let copy = self.folder().join(hash.as_str());
        if self.stored(hash).is_none() {
            // A second name of what was here before must not change with it.
            let _ = fs::remove_file(&copy);
            let _ = fs::create_dir_all(self.folder()).and_then(|()| fs::write(&copy, bytes));
        }
        copy
    }

    fn folder(&self) -> PathBuf {
        self.state.join("stored")
    }
}

fn file(state: &Path) -> PathBuf {
    state.join("stored.json")
}
