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

/// So many rows are kept together: those of a million take much memory.
pub const PART: usize = 4096;

/// What is kept of a file of which each row is known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    /// What the file system said of the file before it was read; nothing where a second edit could have left the same.
    stamp: Option<u128>,
    /// `None` where the file is not one that only grows, or ends amid a line.
    extent: Option<Extent>,
    /// By what its rows are kept, [`PART`] by [`PART`]: a hash of them, so that those that stay as they are need not be kept anew.
    parts: Vec<[u8; 16]>,
}

/// The rows of a file as they come.
#[derive(Debug, Default)]
pub struct Rows {
    count: usize,
    parts: Vec<[u8; 16]>,
    /// Those that are not put away.
    open: Vec<[u8; Row::SIZE]>,
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

/// The rows of a part, as they were kept.
pub fn of_part(part: &[u8]) -> Option<&[[u8; Row::SIZE]]> {
    let (rows, more) = part.as_chunks();
    more.is_empty().then_some(rows)
}

impl Rows {
    pub fn push(&mut self, row: Row) {
        self.count += 1;
        self.open.push(row.to_bytes());
    }

    /// Takes in those that come behind, none of which are put away.
    pub fn append(&mut self, other: &mut Rows) {
        self.count += other.count;
        self.open.append(&mut other.open);
    }

    /// How many came.
    pub fn count(&self) -> usize {
        self.count
    }

    /// Puts away all whole parts.
    pub fn put_away(&mut self, keep: impl FnMut(u128, &[u8])) {
        let whole = self.open.len() / PART * PART;
        self.put(whole, keep);
    }

    fn put(&mut self, count: usize, mut keep: impl FnMut(u128, &[u8])) {
        let part = |rows: &[[u8; Row::SIZE]]| {
            let mark = xxh3_128(rows.as_flattened());
            keep(mark, rows.as_flattened());
            mark.to_le_bytes()
        };
        self.parts.extend(self.open[..count].chunks(PART).map(part));
        self.open.drain(..count);
    }

    /// Puts away the rest.
    pub fn end(mut self, found: &Found, extent: Option<Extent>, keep: impl FnMut(u128, &[u8])) -> Kept {
        self.put(self.open.len(), keep);
        Kept { stamp: found.settled_stamp(), extent, parts: self.parts }
    }
}

impl Kept {
    pub fn read(bytes: &[u8]) -> Option<Self> {
        postcard::from_bytes(bytes).ok()
    }

    pub fn write(&self) -> Vec<u8> {
        // Numbers can always be written.
        postcard::to_stdvec(self).unwrap_or_default()
    }

    /// Whether the file is what it was.
    pub fn is_all_of(&self, found: &Found) -> bool {
        self.stamp.is_some() && self.stamp == found.settled_stamp()
    }

    /// By what each part is kept.
    pub fn parts(&self) -> impl Iterator<Item = u128> {
        self.parts.iter().map(|part| u128::from_le_bytes(*part))
    }

    /// There are no more rows than this.
    pub fn most(&self) -> usize {
        self.parts.len() * PART
    }

    /// How far the file was read.
    pub fn extent(&self) -> Option<Extent> {
        self.extent
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

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::config::RecordFormat;

    /// What is kept of so many rows that come in steps.
    fn keep(count: usize, step: usize) -> (Kept, BTreeMap<u128, Vec<u8>>) {
        let (mut rows, mut parts) = (Rows::default(), BTreeMap::new());
        let mut put = |mark, part: &[u8]| _ = parts.insert(mark, part.to_vec());
        for from in (0..count).step_by(step) {
            let mut next = Rows::default();
            (from..count.min(from + step)).for_each(|n| next.push(row(n)));
            rows.append(&mut next);
            rows.put_away(&mut put);
        }
        assert_eq!(rows.count(), count);
        let path = Path::new("a.ndjson");
        let found = Found { path: path.into(), key: "a".into(), format: RecordFormat::Ndjson, source: 0, stamp: 7, is_young: false };
        (rows.end(&found, None, put), parts)
    }

    fn row(n: usize) -> Row {
        Row { mark: n as u128, line: n as u32 + 1, offset: 100 * n as u64 }
    }

    #[test]
    fn rows_come_back_in_their_order_however_they_came() {
        for (count, step) in [(1, 1), (PART, 7), (PART + 1, 100), (3 * PART, 2 * PART), (3 * PART - 1, 5 * PART)] {
            let (kept, parts) = keep(count, step);
            let kept = Kept::read(&kept.write()).expect("what was written");
            let back: Vec<Row> = kept.parts().flat_map(|part| of_part(&parts[&part]).expect("rows").iter().map(Row::read)).collect();
            assert!(back == (0..count).map(row).collect::<Vec<_>>(), "{count} by {step}");
            assert!(kept.most() >= count && kept.write().len() > 16);
        }
    }

    #[test]
    fn parts_before_a_new_row_are_what_they_were() {
        let [before, after] = [keep(2 * PART + 9, PART), keep(2 * PART + 10, 1000)].map(|(kept, _)| kept.parts().collect::<Vec<_>>());
        assert_eq!(before.iter().zip(&after).map(|(one, other)| one == other).collect::<Vec<_>>(), [true, true, false]);
    }
}
