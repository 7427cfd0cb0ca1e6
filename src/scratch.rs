//! Where files stand that end with a run.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

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

/// Gives a file without a name this one. Whatever has it goes.
///
/// # Errors
/// Where it has had a name, or the system gives none afterwards.
#[cfg(target_os = "linux")]
pub fn name(file: &File, path: &Path) -> io::Result<()> {
    use rustix::fs::{AtFlags, CWD, linkat};
    use std::os::fd::AsRawFd;
    let _ = std::fs::remove_file(path);
    let own = format!("/proc/self/fd/{}", file.as_raw_fd());
    Ok(linkat(CWD, own, CWD, path, AtFlags::SYMLINK_FOLLOW)?)
}

#[cfg(not(target_os = "linux"))]
pub fn name(_: &File, _: &Path) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}
