//! Records that were read and wait for each other to be parsed: each step is done with some of them, one after the other.

use super::super::format::{self, Body, Fault, Passage};
use super::super::record::Record;
use super::super::walk::Found;
use super::TOGETHER;
use crate::diag::codes;

/// A record on its way.
pub(super) struct Met<'a> {
    pub found: &'a Found,
    pub passage: Passage<'a>,
    /// Where its line begins in the file, in NDJSON.
    pub offset: u64,
    pub mark: u128,
    /// Whether it may be the first part of one: it is the last of a file that ends amid a line, or a row that does.
    pub is_open: bool,
}

impl Met<'_> {
    pub fn parse(&self) -> Result<Record, Vec<Fault>> {
        match self.passage.body {
            Body::Text(format, text) => format::parse(format, text).map_err(|faults| cut_off(faults, self.is_open)),
            Body::Cells(..) if self.is_open => Err(vec![Fault::cut_off()]),
            Body::Cells(columns, cells) => columns.record(cells),
        }
    }
}

/// Files of one record each that were read and wait to be parsed.
#[derive(Default)]
pub(super) struct Filled<'a> {
    /// Each with the mark of its record and what it holds.
    files: Vec<(&'a Found, u128, Vec<u8>)>,
    size: usize,
    spare: Vec<Vec<u8>>,
}

impl<'a> Filled<'a> {
    /// For what another file holds.
    pub fn room(&mut self) -> Vec<u8> {
        self.spare.pop().unwrap_or_default()
    }

    /// Each, in their order.
    pub fn files(&self) -> impl Iterator<Item = (&'a Found, u128, &[u8])> {
        self.files.iter().map(|(found, mark, bytes)| (*found, *mark, bytes.as_slice()))
    }

    /// Tells whether enough of them wait.
    pub fn add(&mut self, found: &'a Found, mark: u128, bytes: Vec<u8>) -> bool {
        self.size += bytes.len();
        self.files.push((found, mark, bytes));
        self.files.len() >= TOGETHER.0 || self.size >= TOGETHER.1
    }

    pub fn clear(&mut self) {
        for (.., bytes) in std::mem::take(&mut self.files) {
            self.give_back(bytes);
        }
        self.size = 0;
    }

    /// What serves another file; little of it stays.
    pub fn give_back(&mut self, bytes: Vec<u8>) {
        if (1..=TOGETHER.1).contains(&bytes.capacity()) && self.spare.len() < TOGETHER.0 {
            self.spare.push(bytes);
        }
    }
}

/// What is wrong with a line; where it has no end and would go on, that alone.
fn cut_off(faults: Vec<Fault>, is_open: bool) -> Vec<Fault> {
    let goes_on = faults.iter().any(|fault| fault.code == &codes::RECORD_SYNTAX && fault.message.contains("EOF while parsing"));
    if is_open && goes_on { vec![Fault::cut_off()] } else { faults }
}
