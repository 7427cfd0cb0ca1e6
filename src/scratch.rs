//! Where files stand that end with a run.

use std::fs::File;
use std::io;
use std::path::PathBuf;

/// What to do where nothing can be put there.
pub const WAY_OUT: &str =
    "see whether the disk with temporary files is full, and whether this user may write there (`TMPDIR` names another folder)";

/// The folder that `TMPDIR` names, made where it is not there: an image with nothing in it but the program has none.
///
/// # Errors
/// Where it cannot be made; the error names it.
pub fn folder() -> io::Result<PathBuf> {
    let folder = std::env::temp_dir();
    let named = |error: io::Error| io::Error::new(error.kind(), format!("`{}`: {error}", folder.display()));
    std::fs::create_dir_all(&folder).map_err(named)?;
    Ok(folder)
}

/// A file without a name there.
///
/// # Errors
/// Where there can be none.
pub fn file() -> io::Result<File> {
    tempfile::tempfile_in(folder()?)
}
