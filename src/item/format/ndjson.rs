//! NDJSON: one record a line, read in blocks so that a file of any size needs little memory.

use std::io::{self, Read};

use serde::{Deserialize, Serialize};

use super::ROW_LIMIT;

/// How much is read at a time, and about how much of it is one piece of work, in bytes.
const BLOCK: usize = 4 << 20;
const PIECE: usize = 64 << 10;

/// A piece of the file.
#[derive(Debug, PartialEq, Eq)]
pub enum Block<'a> {
    Lines(Vec<Piece<'a>>),
    /// A line longer than a row may be; it is passed over.
    TooLong(u32),
}

/// Where a line begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Start {
    /// Its number.
    pub line: u32,
    /// In bytes from the beginning of the file.
    pub offset: u64,
}

impl Default for Start {
    fn default() -> Self {
        Start { line: 1, offset: 0 }
    }
}

/// Whole lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Piece<'a> {
    /// The number of the first line.
    pub line: u32,
    /// Where it begins in the file.
    pub offset: u64,
    pub bytes: &'a [u8],
}

impl Piece<'_> {
    /// Where what comes behind it begins.
    pub fn end(&self) -> Start {
        Start { line: self.line + newlines(self.bytes), offset: self.offset + self.bytes.len() as u64 }
    }
}

/// Hands the file, of about this size and at this start, over in blocks of whole lines.
///
/// # Errors
///
/// What the reader says; what was handed over before stands.
pub fn blocks(mut reader: impl Read, size: u64, start: Start, mut take: impl FnMut(Block<'_>)) -> io::Result<()> {
    let Start { mut line, mut offset } = start;
    // With room for the begun line that a block leaves: to grow is to move all of it.
    let mut buffer = Vec::with_capacity((BLOCK + PIECE).min(size.saturating_sub(offset) as usize + 1));
    let mut skipping = false;
    loop {
        let at_end = reader.by_ref().take(BLOCK as u64).read_to_end(&mut buffer)? == 0;
        if skipping && let Some(end) = buffer.iter().position(|byte| *byte == b'\n') {
            buffer.drain(..=end);
            offset += end as u64 + 1;
            skipping = false;
            line += 1;
        }
        let whole = if at_end { buffer.len() } else { buffer.iter().rposition(|byte| *byte == b'\n').map_or(0, |last| last + 1) };
        if skipping {
            offset += buffer.len() as u64;
            buffer.clear();
        } else if whole > 0 {
            let (pieces, next) = cut(Piece { line, offset, bytes: &buffer[..whole] }, PIECE);
            take(Block::Lines(pieces));
            line = next;
            offset += whole as u64;
            buffer.drain(..whole);
        } else if buffer.len() > ROW_LIMIT {
            take(Block::TooLong(line));
            offset += buffer.len() as u64;
            buffer.clear();
            skipping = true;
        }
        if at_end {
            return Ok(());
        }
    }
}

/// The block in pieces of about `size` bytes, and the number of the line after it.
fn cut(block: Piece<'_>, size: usize) -> (Vec<Piece<'_>>, u32) {
    let (mut pieces, mut rest, Piece { mut line, mut offset, .. }) = (Vec::new(), block.bytes, block);
    while !rest.is_empty() {
        let from = size.min(rest.len());
        let end = rest[from..].iter().position(|byte| *byte == b'\n').map_or(rest.len(), |end| from + end + 1);
        let (bytes, after) = rest.split_at(end);
        pieces.push(Piece { line, offset, bytes });
        line += newlines(bytes);
        offset += bytes.len() as u64;
        rest = after;
    }
    (pieces, line)
}

/// The rows of a piece, without the `\n` between them.
pub fn rows(piece: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut from = 0;
    memchr::memchr_iter(b'\n', piece).chain(std::iter::once(piece.len())).map(move |end| {
        let row = &piece[from..end];
        from = end + 1;
        row
    })
}

pub fn newlines(bytes: &[u8]) -> u32 {
    memchr::memchr_iter(b'\n', bytes).count() as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &[u8]) -> Vec<(u32, String)> {
        let mut found = Vec::new();
        let done = blocks(text, text.len() as u64, Start::default(), |block| match block {
            Block::Lines(pieces) => {
                for Piece { line, offset, bytes } in pieces {
                    assert!(text[offset as usize..].starts_with(bytes), "the piece stands where it says");
                    let rows = bytes.split_inclusive(|byte| *byte == b'\n').zip(line..);
                    found.extend(rows.map(|(row, line)| (line, String::from_utf8_lossy(row).trim_end().to_owned())));
                }
            }
            Block::TooLong(line) => found.push((line, "too long".to_owned())),
        });
        done.expect("memory can be read");
        found
    }

    #[test]
    fn every_line_is_met_once_with_its_number() {
        let want = |rows: &[&str]| -> Vec<(u32, String)> { (1..).zip(rows.iter().map(|row| (*row).to_owned())).collect() };
        assert_eq!(lines(b""), want(&[]));
        assert_eq!(lines(b"a"), want(&["a"]));
        assert_eq!(lines(b"a\n\nbcdefghijkl\r\nm"), want(&["a", "", "bcdefghijkl", "m"]));
    }

    #[test]
    fn pieces_are_whole_lines() {
        let text = b"a\nbb\n\nccc\nd";
        let piece = |line, offset: usize, length| Piece { line, offset: 100 + offset as u64, bytes: &text[offset..offset + length] };
        assert_eq!(cut(piece(7, 0, 11), 3), (vec![piece(7, 0, 5), piece(9, 5, 5), piece(11, 10, 1)], 11));
        assert_eq!(newlines(&b"\n".repeat(1000)), 1000);
    }

    #[test]
    fn a_line_without_end_is_passed_over() {
        let mut text = b"first\n".to_vec();
        text.resize(text.len() + ROW_LIMIT + 2 * BLOCK, b'x');
        text.extend_from_slice(b"\nlast\n");
        assert_eq!(lines(&text), [(1, "first".to_owned()), (2, "too long".to_owned()), (3, "last".to_owned())]);
    }
}
