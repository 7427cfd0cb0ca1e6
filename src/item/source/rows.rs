//! What a run read of a bulk file: where each row begins and by what it is known. A file that is what it was need not be read again, and one that only
//! grows is read from where it ended.

use std::fs::{File, Metadata};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::{xxh3_128, xxh3_128_with_seed};

use super::super::format::ndjson::Start;
use super::super::walk::Found;
use crate::stamp;

/// So much before its end tells whether a file is the one that was read, in bytes.
const LAST: u64 = 4 << 10;

/// Tells the mark of a file's rows from those of texts and records.
const ROWS: u64 = 0x726f_7773;

/// The rows of a file, each of them known, as they are kept: a head, its length before it, and after it the rows, all of one size.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rows<'a> {
    head: Head,
    rows: &'a [[u8; Row::SIZE]],
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Head {
    /// What the file system said of the file before it was read; nothing where a second edit could have left the same.
    stamp: Option<u128>,
    /// `None` where the file is not one that only grows, or ends amid a line.
    extent: Option<Extent>,
}

/// How far a file was read, all of it whole lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Extent {
    file: (u64, u64),
    /// Where what is added begins.
    pub end: Start,
    /// Of the last bytes of it.
    last: u128,
}

/// A row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row {
    /// By what it is known.
    pub mark: u128,
    pub line: u32,
    /// Its first byte, in NDJSON.
    pub offset: u64,
}

/// By what the rows of the file at `path` are kept.
pub fn mark(path: &Path) -> u128 {
    xxh3_128_with_seed(path.as_os_str().as_encoded_bytes(), ROWS)
}

/// As [`Rows::read`] reads them.
pub fn write(found: &Found, extent: Option<Extent>, rows: impl ExactSizeIterator<Item = Row>) -> Vec<u8> {
    let head = Head { stamp: (!found.is_young).then_some(found.stamp), extent };
    // A head of numbers can always be written.
    let head = postcard::to_stdvec(&head).unwrap_or_default();
    let mut bytes = Vec::with_capacity(1 + head.len() + rows.len() * Row::SIZE);
    bytes.push(head.len() as u8);
    bytes.extend(head);
    rows.for_each(|row| bytes.extend(row.to_bytes()));
    bytes
}

impl<'a> Rows<'a> {
    pub fn read(bytes: &'a [u8]) -> Option<Self> {
        let (length, rest) = bytes.split_first()?;
        let (head, rows) = rest.split_at_checked(usize::from(*length))?;
        let (rows, more) = rows.as_chunks();
        more.is_empty().then_some(Rows { head: postcard::from_bytes(head).ok()?, rows })
    }

    /// Whether the file is what it was.
    pub fn are_all_of(&self, found: &Found) -> bool {
        !found.is_young && self.head.stamp == Some(found.stamp)
    }

    /// How far the file was read.
    pub fn extent(&self) -> Option<Extent> {
        self.head.extent
    }

    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// So many rows at a time.
    pub fn parts(&self, size: usize) -> impl Iterator<Item = &'a [[u8; Row::SIZE]]> {
        self.rows.chunks(size)
    }
}

impl Extent {
    /// Of a file that was read up to `end`.
    pub fn of(file: &File, meta: &Metadata, end: Start) -> io::Result<Self> {
        Ok(Extent { file: stamp::identity(meta), end, last: last(file, end.offset)? })
    }

    /// Whether the file is the one that was read, with no more than something added to it.
    pub fn is_in(&self, file: &File, meta: &Metadata) -> io::Result<bool> {
        let end = self.end.offset;
        Ok(meta.len() >= end && stamp::identity(meta) == self.file && last(file, end)? == self.last)
    }
}

impl Row {
    const SIZE: usize = 28;

    pub fn read(bytes: &[u8; Self::SIZE]) -> Self {
        let (mut mark, mut line, mut offset) = ([0; 16], [0; 4], [0; 8]);
        mark.copy_from_slice(&bytes[..16]);
        line.copy_from_slice(&bytes[16..20]);
        offset.copy_from_slice(&bytes[20..]);
        Row { mark: u128::from_le_bytes(mark), line: u32::from_le_bytes(line), offset: u64::from_le_bytes(offset) }
    }

    fn to_bytes(self) -> [u8; Self::SIZE] {
        let mut bytes = [0; Self::SIZE];
        bytes[..16].copy_from_slice(&self.mark.to_le_bytes());
        bytes[16..20].copy_from_slice(&self.line.to_le_bytes());
        bytes[20..].copy_from_slice(&self.offset.to_le_bytes());
        bytes
    }
}

/// A hash of what stands before `end`.
fn last(mut file: &File, end: u64) -> io::Result<u128> {
    let mut bytes = Vec::with_capacity(LAST as usize);
    file.seek(SeekFrom::Start(end.saturating_sub(LAST)))?;
    file.take(end.min(LAST)).read_to_end(&mut bytes)?;
    Ok(xxh3_128(&bytes))
}
