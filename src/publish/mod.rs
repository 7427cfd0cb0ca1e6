//! Putting documents where subscribers fetch them: first a plan, then its carrying out.
//!
//! The plan is a pure function of the documents, of what was published before and of what stands there now. Carrying it out is the
//! destination's affair; [`folder`] is the one there is. Nothing here knows what a document says.

pub mod beside;
pub mod folder;
pub mod lock;
pub mod manifest;
pub mod plan;
mod sets;

use std::io;
use std::path::{Path, PathBuf};

pub use folder::{Folder, Memo, Outcome, TakenBack};
pub use lock::Lock;
pub use manifest::Manifest;
pub use plan::{Change, Plan, Put};
pub use sets::{Former, Set};

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
            PublishError::Locked { .. } => "wait for it to end, or run with `--wait`",
        }
    }
}
