//! NDJSON: one record a line, read in blocks so that a file of any size needs little memory.

use std::io::{self, Read};

use serde::{Deserialize, Serialize};

use super::ROW_LIMIT;

/// How much is read at a time, and about how much of it is one piece of work, in bytes.
const BLOCK: usize = 2 << 20;
const PIECE: usize = 32 << 10;

/// What comes next in the file.
#[derive(Debug, PartialEq, Eq)]
pub enum Block {
    Lines(Lines),
    /// A line longer than a row may be; it is passed over.
    TooLong,
}

/// Whole lines of the file, one after the other.
#[derive(Debug, PartialEq, Eq)]
pub struct Lines {
    /// Where the first begins in the file.
    offset: u64,
    bytes: Vec<u8>,
}

impl Lines {
    /// How long they are together.
    pub fn size(&self) -> usize {
        self.bytes.len()
    }

    /// In pieces that are each work for a while; the first line has this number.
    pub fn pieces(&self, line: u32) -> Vec<Piece<'_>> {
        cut(&self.bytes, Start { line, offset: self.offset }, PIECE)
    }
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

/// Some of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Piece<'a> {
    pub start: Start,
    /// How many have an end.
    pub ends: u32,
    pub bytes: &'a [u8],
}

impl<'a> Piece<'a> {
    pub fn of(bytes: &'a [u8], start: Start) -> Self {
        Piece { start, ends: newlines(bytes), bytes }
    }

    /// Where what comes behind it begins.
    pub fn end(&self) -> Start {
        Start { line: self.start.line + self.ends, offset: self.start.offset + self.bytes.len() as u64 }
    }
}

/// The blocks of a file in their order, each of whole lines. Each can be worked on while the next is read.
#[derive(Debug)]
pub struct Blocks<R> {
    reader: R,
    /// About how long the file is.
    size: u64,
    /// What was read and not handed over, and where that begins.
    begun: Vec<u8>,
    offset: u64,
    /// Room that is of no use any more.
    spare: Vec<u8>,
    /// Whether what comes next belongs to a line that is passed over.
    skipping: bool,
    at_end: bool,
}

impl<R: Read> Blocks<R> {
    /// Of a file of about this size, whose reader stands at this place.
    pub fn new(reader: R, size: u64, offset: u64) -> Self {
        Blocks { reader, size, begun: Vec::new(), offset, spare: Vec::new(), skipping: false, at_end: false }
    }

    fn read(&mut self) -> io::Result<Option<Block>> {
        while !self.at_end {
            // With room for the begun line that a block leaves: to grow is to move all of it.
            let room = (BLOCK + PIECE).min(self.size.saturating_sub(self.offset) as usize + 1);
            self.begun.reserve_exact(room.saturating_sub(self.begun.len()));
            self.at_end = self.reader.by_ref().take(BLOCK as u64).read_to_end(&mut self.begun)? == 0;
            if self.skipping && !self.skip() {
                continue;
            }
            let whole = if self.at_end { self.begun.len() } else { memchr::memrchr(b'\n', &self.begun).map_or(0, |last| last + 1) };
            if whole > 0 {
                return Ok(Some(Block::Lines(self.hand_over(whole))));
            }
            if self.begun.len() > ROW_LIMIT {
                self.skipping = true;
                self.forget(self.begun.len());
                return Ok(Some(Block::TooLong));
            }
        }
        Ok(None)
    }

    /// Takes back the room of lines that were worked on.
    pub fn give_back(&mut self, lines: Lines) {
        self.spare = lines.bytes;
        self.spare.clear();
    }

    /// Goes to the end of a line; says no where that is not read yet.
    fn skip(&mut self) -> bool {
        let end = memchr::memchr(b'\n', &self.begun);
        self.skipping = end.is_none();
        self.forget(end.map_or(self.begun.len(), |end| end + 1));
        !self.skipping
    }

    fn forget(&mut self, length: usize) {
        self.begun.drain(..length);
        self.offset += length as u64;
    }

    fn hand_over(&mut self, whole: usize) -> Lines {
        let offset = self.offset;
        let mut next = std::mem::take(&mut self.spare);
        next.extend_from_slice(&self.begun[whole..]);
        let mut bytes = std::mem::replace(&mut self.begun, next);
        bytes.truncate(whole);
        self.offset += whole as u64;
        Lines { offset, bytes }
    }
}

/// What the reader says where it fails ends them; what was handed over before stands.
impl<R: Read> Iterator for Blocks<R> {
    type Item = io::Result<Block>;

    fn next(&mut self) -> Option<Self::Item> {
        let block = self.read();
        self.at_end |= block.is_err();
        block.transpose()
    }
}

/// Whole lines in pieces of about `size` bytes.
fn cut(bytes: &[u8], mut start: Start, size: usize) -> Vec<Piece<'_>> {
    let (mut pieces, mut rest) = (Vec::new(), bytes);
    while !rest.is_empty() {
        let from = size.min(rest.len());
        let end = memchr::memchr(b'\n', &rest[from..]).map_or(rest.len(), |end| from + end + 1);
        let (bytes, after) = rest.split_at(end);
        let piece = Piece::of(bytes, start);
        (start, rest) = (piece.end(), after);
        pieces.push(piece);
    }
    pieces
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
        let (mut found, mut line) = (Vec::new(), 1);
        let mut blocks = Blocks::new(text, text.len() as u64, 0);
        while let Some(block) = blocks.next() {
            let Block::Lines(lines) = block.expect("memory can be read") else {
                found.push((line, "too long".to_owned()));
                line += 1;
                continue;
            };
            for piece in lines.pieces(line) {
                assert!(text[piece.start.offset as usize..].starts_with(piece.bytes), "the piece stands where it says");
                assert_eq!(piece.start.line, line);
                let rows = piece.bytes.split_inclusive(|byte| *byte == b'\n').zip(line..);
                found.extend(rows.map(|(row, line)| (line, String::from_utf8_lossy(row).trim_end().to_owned())));
                line = piece.end().line;
            }
            blocks.give_back(lines);
        }
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
        let start = |line, offset: usize| Start { line, offset: 100 + offset as u64 };
        let piece = |line, offset: usize, length| Piece::of(&text[offset..offset + length], start(line, offset));
        assert_eq!(cut(text, start(7, 0), 3), [piece(7, 0, 5), piece(9, 5, 5), piece(11, 10, 1)]);
        assert_eq!(newlines(&b"\n".repeat(1000)), 1000);
    }

    #[test]
    fn a_line_may_go_on_from_block_to_block() {
        let rows: Vec<String> = (0..9).map(|n| n.to_string().repeat(n * BLOCK / 3)).collect();
        let want: Vec<(u32, String)> = (1..).zip(rows.iter().cloned()).collect();
        assert!(lines(rows.join("\n").as_bytes()) == want);
        assert!(lines((rows.join("\n") + "\n").as_bytes()) == want);
    }

    #[test]
    fn a_line_without_end_is_passed_over() {
        let mut text = b"first\n".to_vec();
        text.resize(text.len() + ROW_LIMIT + 2 * BLOCK, b'x');
        text.extend_from_slice(b"\nlast\n");
        assert_eq!(lines(&text), [(1, "first".to_owned()), (2, "too long".to_owned()), (3, "last".to_owned())]);
    }
}
