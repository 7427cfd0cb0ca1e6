//! What a run read of a bulk file: where each row begins and by what it is known. A file that is what it was need not be read again, and one that only
//! grows is read from where it ended.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::{xxh3_128, xxh3_128_with_seed};

use super::super::walk::Found;

/// So much before its end tells whether a file is the one that was read, in bytes.
const LAST: u64 = 4 << 10;

/// Tells the mark of a file's rows from those of texts and records.
const ROWS: u64 = 0x726f_7773;

/// The rows of a file, each of them known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rows {
    /// What the file system said of the file before it was read; nothing where a second edit could have left the same.
    stamp: Option<u128>,
    /// `None` where the file cannot be read from its middle.
    pub extent: Option<Extent>,
    pub rows: Vec<Row>,
}

/// How far a file was read, all of it whole lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Extent {
    /// Device and inode.
    file: (u64, u64),
    /// In bytes.
    pub end: u64,
    pub lines: u32,
    /// Of the last bytes of it.
    last: u128,
}

/// A row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    mark: [u8; 16],
    pub line: u32,
    /// Its first byte, in NDJSON.
    pub offset: u64,
}

impl Rows {
    pub fn of(found: &Found, extent: Option<Extent>, rows: Vec<Row>) -> Self {
        Rows { stamp: (!found.is_young).then_some(found.stamp), extent, rows }
    }

    /// By what those of the file at `path` are kept.
    pub fn mark(path: &Path) -> u128 {
        xxh3_128_with_seed(path.as_os_str().as_encoded_bytes(), ROWS)
    }

    /// Whether the file is what it was.
    pub fn are_all_of(&self, found: &Found) -> bool {
        !found.is_young && self.stamp == Some(found.stamp)
    }
}

impl Extent {
    /// Of a file that was read up to `end`.
    pub fn of(file: &File, end: u64, lines: u32) -> io::Result<Self> {
        Ok(Extent { file: identity(file)?, end, lines, last: last(file, end)? })
    }

    /// Whether the file is the one that was read, with no more than something added to it.
    pub fn is_in(&self, file: &File) -> io::Result<bool> {
        Ok(file.metadata()?.len() >= self.end && identity(file)? == self.file && last(file, self.end)? == self.last)
    }
}

impl Row {
    pub fn new(mark: u128, line: u32, offset: u64) -> Self {
        Row { mark: mark.to_le_bytes(), line, offset }
    }

    pub fn mark(&self) -> u128 {
        u128::from_le_bytes(self.mark)
    }
}

/// A hash of what stands before `end`.
fn last(mut file: &File, end: u64) -> io::Result<u128> {
    let mut bytes = Vec::with_capacity(LAST as usize);
    file.seek(SeekFrom::Start(end.saturating_sub(LAST)))?;
    file.take(end.min(LAST)).read_to_end(&mut bytes)?;
    Ok(xxh3_128(&bytes))
}

#[cfg(unix)]
fn identity(file: &File) -> io::Result<(u64, u64)> {
    use std::os::unix::fs::MetadataExt;
    file.metadata().map(|meta| (meta.dev(), meta.ino()))
}

/// What was there before and its last bytes must do.
#[cfg(not(unix))]
fn identity(_: &File) -> io::Result<(u64, u64)> {
    Ok((0, 0))
}
