//! Putting documents where subscribers fetch them: first a plan, then its carrying out.
//!
//! The plan is a pure function of the documents, of what was published before and of what stands there now. Carrying it out is the
//! destination's affair ([`destination`]): a folder, or an object store (feature `object-store`), and the state that both need. Nothing here knows what a
//! document says; [`headers`] knows what it is served with, and [`front`] what else those must know who serve it.

pub mod beside;
#[cfg(feature = "object-store")]
mod bucket;
pub mod destination;
mod disk;
mod folder;
pub mod front;
pub mod headers;
#[cfg(feature = "object-store")]
pub mod index;
pub mod lock;
pub mod manifest;
mod place;
pub mod plan;
#[cfg(feature = "object-store")]
pub(crate) mod probe;
mod sets;
mod staging;
mod state;
mod taken_back;
mod unpurged;

use std::io;
use std::path::{Path, PathBuf};

use crate::document::Unread;
use crate::storage::StorageError;

pub use destination::{Depot, Destination, Looked, Memo, Outcome};
pub use front::Front;
pub use lock::Lock;
pub use manifest::Manifest;
pub use place::Stamps;
pub use plan::{Change, Plan, Put, Standing};
pub use sets::{Former, Set};
pub use staging::Staging;
pub use taken_back::{Publish, TakenBack};
pub use unpurged::Unpurged;

/// Why publishing could not be carried out. What was published before stands, whole.
#[derive(Debug, thiserror::Error)]
pub enum PublishError {
    #[error("could not {action} `{}`: {source}", path.display())]
    Io { action: &'static str, path: PathBuf, source: io::Error },
    #[error("`{}` is not a manifest that this version can read: {why}", path.display())]
    Manifest { path: PathBuf, why: String },
    #[error(transparent)]
    Ledger(#[from] crate::ledger::LedgerError),
    #[error("another run publishes here: {holder}")]
    Locked { holder: String },
    #[error(transparent)]
    Storage(#[from] StorageError),
    #[error("`{path}` in `{address}` was changed by something else while this run was under way")]
    Overtaken { address: String, path: String },
    #[error("`{0}` cannot be reached: this program was built without the feature `object-store`")]
    OutOfReach(String),
}

impl From<Unread> for PublishError {
    fn from(Unread { path, source }: Unread) -> Self {
        PublishError::Io { action: "read", path, source }
    }
}

impl PublishError {
    /// For `map_err`: says what was tried on which path.
    fn io(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| PublishError::Io { action, path, source }
    }

    /// The way out.
    pub fn help(&self) -> &'static str {
        match self {
            PublishError::Io { .. } => "mend the cause and run again; what was published before is whole",
            PublishError::Manifest { .. } => "remove the file and run again with `--force` to take over what stands in the output folder",
            PublishError::Ledger(error) => error.help(),
            PublishError::Storage(error) => error.help,
            PublishError::Overtaken { .. } => {
                "run again: it tells what stands there, and `--force` overwrites it; other documents may be new already"
            }
            PublishError::OutOfReach(_) => "`cargo install --path . --features object-store` makes one that has it",
            PublishError::Locked { .. } => "wait for it to end, or run with `--wait`",
        }
    }
}
