//! One run at a time: a lock on the publication's state folder that the operating system takes back when its holder dies.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{ErrorKind, Read, Seek, SeekFrom, Write};
use std::path::Path;

use super::PublishError;

/// Held until dropped.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

impl Lock {
    /// Takes the lock in `file`; where another run holds it, waits if `wait`, else says who. `holder` is what others are told.
    pub fn take(file: &Path, holder: &str, wait: bool) -> Result<Self, PublishError> {
        let mut handle = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(file)
            .map_err(PublishError::io("open the lock", file))?;
        match handle.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) if wait => handle.lock().map_err(PublishError::io("lock", file))?,
            Err(TryLockError::WouldBlock) => return Err(PublishError::Locked { holder: read_holder(&mut handle) }),
            Err(TryLockError::Error(error)) => return Err(PublishError::io("lock", file)(error)),
        }
        write_holder(&mut handle, holder).map_err(PublishError::io("write the lock", file))?;
        Ok(Lock { _file: handle })
    }
}

/// Whether another run holds the lock in `file`, as far as somebody can tell who may only read.
pub(super) fn is_held(file: &Path) -> bool {
    match File::open(file) {
        Ok(handle) => handle.try_lock_shared().is_err(),
        Err(error) => error.kind() != ErrorKind::NotFound,
    }
}

fn write_holder(handle: &mut File, holder: &str) -> std::io::Result<()> {
    handle.set_len(0)?;
    handle.seek(SeekFrom::Start(0))?;
    handle.write_all(holder.as_bytes())
}

fn read_holder(handle: &mut File) -> String {
    let mut text = String::new();
    match handle.read_to_string(&mut text) {
        Ok(_) if !text.trim().is_empty() => text.trim().to_owned(),
        _ => "its process did not say who it is".to_owned(),
    }
}
