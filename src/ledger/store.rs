//! Where a memory is kept between runs: a file of SQLite, or a PostgreSQL database.
//!
//! Both keep the same and promise the same: what a run remembers is there as a whole or not at all, together with what hubs are to be told of it.

use std::path::PathBuf;
use std::time::Duration;

use rusqlite::ErrorCode;

#[cfg(feature = "postgres")]
use super::postgres::Tables;
use super::sqlite::{self, File};
use super::{Memory, Pending, Ping, Staged};
use crate::config::Config;
use crate::database::DatabaseError;
#[cfg(feature = "postgres")]
use crate::database::line::apart;

/// Why the ledger could not be read or written. What was published stands.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    #[error("could not {action} the ledger `{}`: {source}", path.display())]
    Sqlite { action: &'static str, path: PathBuf, source: rusqlite::Error },
    #[error("the ledger `{}` has version {found}, and this program reads {}", path.display(), sqlite::VERSION)]
    Version { path: PathBuf, found: i64 },
    #[error("the ledger `{}` is damaged: {why}", path.display())]
    Damaged { path: PathBuf, why: String },
    #[error("could not {action} `{}`: {source}", path.display())]
    Io { action: &'static str, path: PathBuf, source: std::io::Error },
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl LedgerError {
    /// The way out.
    pub fn help(&self) -> &'static str {
        match self {
            LedgerError::Version { .. } => "use the newer program, or `tidings ledger repair` to make a ledger anew from what is published",
            LedgerError::Sqlite { source, .. } => help(source),
            LedgerError::Damaged { .. } => REPAIR,
            LedgerError::Io { .. } => "mend the cause and run again",
            LedgerError::Database(error) => error.help,
        }
    }
}

const REPAIR: &str =
    "see whether the disk is full or the file is another program's; `tidings ledger repair` makes it anew from what is published";

/// The way out of what SQLite says. What keeps the file from being written keeps it from being made anew, too.
fn help(error: &rusqlite::Error) -> &'static str {
    match error.sqlite_error_code() {
        Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied | ErrorCode::CannotOpen) => {
            "let the user that runs Tidings write the file and its folder, and run again"
        }
        Some(ErrorCode::DiskFull) => "make room on the disk and run again",
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => "wait until the program that has it open is done, and run again",
        _ => REPAIR,
    }
}

/// A home of the ledger.
#[derive(Clone, Debug)]
pub enum Store {
    File(File),
    #[cfg(feature = "postgres")]
    Tables(Tables),
}

/// Does the same in either home.
macro_rules! at_home {
    ($store:expr, $home:ident => $work:expr) => {
        match $store {
            Store::File($home) => $work,
            #[cfg(feature = "postgres")]
            Store::Tables($home) => apart(|| $work),
        }
    };
}

impl Store {
    /// The one that the config names.
    pub fn of(config: &Config) -> Self {
        #[cfg(feature = "postgres")]
        if let Some(database) = &config.database {
            return Store::Tables(Tables::new(database));
        }
        Store::File(File::new(config.root.join(&config.ledger.path)))
    }

    /// Whether anything was ever remembered.
    pub fn exists(&self) -> Result<bool, LedgerError> {
        match self {
            Store::File(file) => Ok(file.exists()),
            #[cfg(feature = "postgres")]
            Store::Tables(tables) => apart(|| tables.exists()),
        }
    }

    /// Whether workers publish what is remembered here.
    pub fn is_worked_on(&self) -> Result<bool, LedgerError> {
        match self {
            Store::File(_) => Ok(false),
            #[cfg(feature = "postgres")]
            Store::Tables(tables) => apart(|| tables.is_worked_on()),
        }
    }

    /// A hash by which the home is known to hold what it held, whoever writes to it; `None` where it cannot be told.
    pub fn state(&self) -> Option<u128> {
        match self {
            Store::File(file) => file.state(),
            #[cfg(feature = "postgres")]
            Store::Tables(_) => None,
        }
    }

    /// The memory; an empty one where nothing was ever remembered.
    pub fn load(&self) -> Result<Memory, LedgerError> {
        at_home!(self, home => home.load())
    }

    /// Writes what differs between the two memories, in one transaction. `before` is what the home holds.
    pub fn save(&self, before: &Memory, after: &Memory) -> Result<(), LedgerError> {
        self.save_with(before, after, &[])
    }

    /// [`Store::save`], and in the same transaction what hubs are to be told of it.
    pub fn save_with(&self, before: &Memory, after: &Memory, pings: &[Ping]) -> Result<(), LedgerError> {
        at_home!(self, home => home.save_with(before, after, pings))
    }

    /// Begins to write the items of `after` while the documents are made; `None` where that is not worth while.
    pub fn stage(&self, before: &Memory, after: &Memory) -> Option<Staged> {
        match self {
            Store::File(file) => file.stage(before, after),
            #[cfg(feature = "postgres")]
            Store::Tables(_) => None,
        }
    }

    /// What is found wrong with the home itself.
    pub fn integrity(&self) -> Result<Vec<String>, LedgerError> {
        at_home!(self, home => home.integrity())
    }

    /// What hubs are to be told, in the order of hubs and topics.
    pub fn pings(&self) -> Result<Vec<Pending>, LedgerError> {
        at_home!(self, home => home.pings())
    }

    /// What these hubs are to be told and nobody else is telling, in the order of hubs and topics; where several machines tell, it is this one's for
    /// so long.
    pub fn take_pings(&self, hubs: &[&str], lease: Duration) -> Result<Vec<Pending>, LedgerError> {
        at_home!(self, home => home.take_pings(hubs, lease))
    }

    /// Leaves to the next run what could not be told.
    pub fn leave_pings(&self, left: &[&Pending]) -> Result<(), LedgerError> {
        if left.is_empty() { Ok(()) } else { at_home!(self, home => home.leave_pings(left)) }
    }

    /// Takes out what was told.
    pub fn told(&self, told: &[Pending]) -> Result<(), LedgerError> {
        at_home!(self, home => home.told(told))
    }

    /// Lets go of what is meant for other hubs than these.
    pub fn keep_pings_for(&self, hubs: &[&str]) -> Result<(), LedgerError> {
        at_home!(self, home => home.keep_pings_for(hubs))
    }

    /// Lets the embedded hub, which reads the ledger itself, take up what is meant for it.
    pub fn release_pings(&self, hub: &str) -> Result<usize, LedgerError> {
        at_home!(self, home => home.release_pings(hub))
    }
}

#[cfg(test)]
mod tests {
    use rusqlite::ffi::{Error, SQLITE_BUSY, SQLITE_CANTOPEN, SQLITE_CORRUPT, SQLITE_FULL, SQLITE_READONLY};

    use super::*;

    #[test]
    fn a_file_is_to_be_made_anew_only_where_it_can_be() {
        for (code, help) in [
            (SQLITE_READONLY, "let the user"),
            (SQLITE_CANTOPEN, "let the user"),
            (SQLITE_FULL, "make room"),
            (SQLITE_BUSY, "wait"),
            (SQLITE_CORRUPT, "see whether"),
        ] {
            let source = rusqlite::Error::SqliteFailure(Error::new(code), None);
            let error = LedgerError::Sqlite { action: "write", path: "ledger.db".into(), source };
            assert!(error.help().starts_with(help), "{error}: {}", error.help());
        }
    }
}
