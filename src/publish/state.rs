//! Files of the state folder: each is there whole or not at all, the former or the new.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

use super::PublishError;

/// Writes a file, and waits until what is in it is on the disk. After a power failure the former may stand in its place, unless its folder was synced since.
pub(super) fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), PublishError> {
    let beside = path.with_extension("new");
    let write = || {
        let mut out = File::create(&beside)?;
        out.write_all(bytes)?;
        out.sync_all()?;
        fs::rename(&beside, path)
    };
    write().map_err(PublishError::io("write", path))
}

/// Waits until the disk knows which files are in the folder. A system that cannot say has them there all the same.
pub(super) fn sync_folder(folder: &Path) {
    if let Ok(folder) = File::open(folder) {
        let _ = folder.sync_all();
    }
}

pub(super) fn forget(file: &Path) -> Result<(), PublishError> {
    match fs::remove_file(file) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(PublishError::io("remove", file)(error)),
        _ => Ok(()),
    }
}
