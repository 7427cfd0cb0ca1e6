//! What the file system says of a file without reading it: by this a file is known to be what it was.

use std::fs::Metadata;
use std::io;
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use xxhash_rust::xxh3::Xxh3Default;

/// Stamps are no finer than this on the coarsest file system.
pub const YOUNG: Duration = Duration::from_secs(2);

/// One hash of a path and what the file system says of it: size, times, inode.
pub fn of(path: &Path, meta: &io::Result<Metadata>) -> u128 {
    match meta {
        // What a folder holds is looked at one by one.
        Ok(meta) if meta.is_dir() => begun(path, b"\0folder").digest128(),
        Ok(meta) => of_file(path, meta),
        Err(error) => begun(path, format!("\0{:?}", error.kind()).as_bytes()).digest128(),
    }
}

/// The same of what is there and no folder.
pub fn of_file(path: &Path, meta: &Metadata) -> u128 {
    let mut hash = begun(path, b"\0file");
    numbers(meta).iter().for_each(|number| hash.update(&number.to_le_bytes()));
    hash.digest128()
}

fn begun(path: &Path, what: &[u8]) -> Xxh3Default {
    let mut hash = Xxh3Default::new();
    hash.update(path.as_os_str().as_encoded_bytes());
    hash.update(what);
    hash
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

/// By what a file is the same one whatever is written into it: device and inode.
#[cfg(unix)]
pub fn identity(meta: &Metadata) -> (u64, u64) {
    use std::os::unix::fs::MetadataExt;
    (meta.dev(), meta.ino())
}

/// Here the system does not say.
#[cfg(not(unix))]
pub fn identity(_: &Metadata) -> (u64, u64) {
    (0, 0)
}

/// Whether a second edit could leave the same stamp: the file changed in any way so shortly before `now`, or after it, by a clock that stepped.
pub fn is_young(meta: &io::Result<Metadata>, now: SystemTime) -> bool {
    meta.as_ref().is_ok_and(|meta| meta.is_file() && is_young_file(meta, now))
}

/// The same of what is a file.
pub fn is_young_file(meta: &Metadata, now: SystemTime) -> bool {
    changed(meta) >= now - YOUNG
}

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
