//! Records read one by one and in bulk.

use std::collections::HashSet;
use std::fs::File;
use std::io::{self, Read};

use rayon::prelude::*;

use super::super::Whereabouts;
use super::super::format::csv::{Row, Table};
use super::super::format::ndjson::{self, Block, Piece};
use super::super::format::{self, Body, Fault, Passage, ROW_LIMIT};
use super::super::record::Record;
use super::super::resolve::{Resolver, Setting};
use super::super::walk::Found;
use super::bytes::{BOM, Undecodable, decode};
use super::{Batch, Sift};
use crate::config::{Config, RecordFormat};
use crate::diag::{Code, Finding, Place, Severity, codes};

/// Rows of CSV that are read at a time, and that one thread takes of them.
const ROWS: (usize, usize) = (1024, 128);

/// Findings that are shown of one bulk file; a column gone wrong would fill the screen a million times.
pub(super) const SHOWN: usize = 1000;

/// Files to items.
pub(super) struct Reader<'a, N> {
    pub config: &'a Config,
    pub resolver: Resolver<'a>,
    pub sift: &'a Sift<'a, N>,
}

impl<N: Send> Reader<'_, N> {
    pub fn files(&self, files: &[Found]) -> Batch<N> {
        let mut batch = Batch::default();
        let mut buffer = Vec::with_capacity(16 << 10);
        for found in files {
            match found.format {
                RecordFormat::Ndjson => batch.absorb(self.bulk(found, Self::ndjson)),
                RecordFormat::Csv => batch.absorb(self.bulk(found, Self::csv)),
                RecordFormat::Toml | RecordFormat::Markdown | RecordFormat::Json => self.single(found, &mut buffer, &mut batch),
            }
        }
        batch
    }

    pub fn single(&self, found: &Found, buffer: &mut Vec<u8>, batch: &mut Batch<N>) {
        buffer.clear();
        match self.fill(found, buffer) {
            Ok(0) => {}
            Ok(size) => {
                let message = format!("{} MB in a file that holds one record", size >> 20);
                let help = "16 MB is the most; many records go into a `.ndjson` or `.csv` file";
                return batch.lost(whole(found, &codes::FILE_TOO_LARGE, message).help(help));
            }
            Err(error) => return batch.lost(unreadable(found, &error)),
        }
        let text = match decode(buffer) {
            Ok(text) => text,
            Err(wrong) => return batch.lost(wrong.finding(found, 0, buffer)),
        };
        if text.trim_start().is_empty() {
            let help = "write its `title` and `date`, or remove the file";
            return batch.lost(whole(found, &codes::EMPTY_RECORD, "the file is empty").help(help));
        }
        let passage = Passage { path: &found.path, line: 0, body: Body::Text(found.format, text) };
        self.settle(found, &passage, format::parse(found.format, text), batch, 0);
    }

    /// Reads the whole file, unless it is too large: then gives its size.
    fn fill(&self, found: &Found, buffer: &mut Vec<u8>) -> io::Result<u64> {
        let mut file = File::open(self.config.root.join(&found.path))?;
        file.by_ref().take(ROW_LIMIT as u64 + 1).read_to_end(buffer)?;
        // The size is asked for only where it is told: that is a system call a file.
        if buffer.len() > ROW_LIMIT { Ok(file.metadata()?.len()) } else { Ok(0) }
    }

    fn bulk(&self, found: &Found, read: fn(&Self, &Found, File, &mut Batch<N>) -> io::Result<()>) -> Batch<N> {
        let mut batch = Batch::default();
        let done = File::open(self.config.root.join(&found.path)).and_then(|file| read(self, found, file, &mut batch));
        if let Err(error) = done {
            batch.lost(unreadable(found, &error));
        } else if batch.records == 0 && batch.findings.is_empty() {
            batch.findings.push(whole(found, &codes::NO_RECORDS, "the file has no records").help("remove it if that is not meant"));
        }
        let hidden = batch.findings.split_off(batch.findings.len().min(SHOWN));
        if let Some(severity) = hidden.iter().map(|finding| finding.severity).min() {
            let mut more = whole(found, &codes::MORE_LIKE_THIS, format!("{} more findings in this file are not shown", hidden.len()));
            more.severity = severity;
            batch.findings.push(more.help("mend what they have in common first"));
        }
        batch
    }

    fn ndjson(&self, found: &Found, file: File, batch: &mut Batch<N>) -> io::Result<()> {
        let size = file.metadata()?.len();
        ndjson::blocks(file, size, |block| match block {
            Block::Lines(pieces) => {
                let batches: Vec<Batch<N>> = pieces.into_par_iter().map(|piece| self.lines(found, piece)).collect();
                batches.into_iter().for_each(|other| batch.absorb(other));
            }
            Block::TooLong(line) => {
                let place = Place::line(found.path.clone(), line);
                batch.lost(Finding::new(&codes::FILE_TOO_LARGE, "a line is longer than 16 MB").at(place).help("a record is one line"));
            }
        })
    }

    pub fn lines(&self, found: &Found, piece: Piece<'_>) -> Batch<N> {
        let mut batch = Batch::default();
        for (line, row) in (piece.line..).zip(ndjson::rows(piece.bytes)) {
            let bytes = if line == 1 { row.strip_prefix(BOM).unwrap_or(row) } else { row }.trim_ascii();
            if bytes.is_empty() {
                continue;
            }
            match decode(bytes) {
                Ok(text) => {
                    let offset = piece.offset + (row.as_ptr() as usize - piece.bytes.as_ptr() as usize) as u64;
                    let passage = Passage { path: &found.path, line, body: Body::Text(RecordFormat::Ndjson, text) };
                    self.settle(found, &passage, format::parse(RecordFormat::Ndjson, text), &mut batch, offset);
                }
                Err(wrong) => batch.lost(wrong.finding(found, line, bytes)),
            }
        }
        batch
    }

    fn csv(&self, found: &Found, file: File, batch: &mut Batch<N>) -> io::Result<()> {
        self.csv_where(found, file, batch, &|_| true)
    }

    /// The rows of a table that begin at these lines.
    pub fn table(&self, found: &Found, lines: &HashSet<u32>) -> Batch<N> {
        let mut batch = Batch::default();
        let file = File::open(self.config.root.join(&found.path));
        match file.and_then(|file| self.csv_where(found, file, &mut batch, &|row| lines.contains(&row.line))) {
            Ok(()) => batch,
            Err(error) => {
                batch.lost(unreadable(found, &error));
                batch
            }
        }
    }

    fn csv_where(&self, found: &Found, file: File, batch: &mut Batch<N>, wanted: &(dyn Fn(&Row) -> bool + Sync)) -> io::Result<()> {
        let Some((mut table, faults)) = Table::open(file, &self.config.sources[found.source])? else { return Ok(()) };
        let stop = faults.iter().any(|fault| fault.code.severity == Severity::Error);
        let header = |fault: Fault| Finding::new(fault.code, fault.message).at(Place::line(found.path.clone(), 1)).maybe_help(fault.help);
        batch.findings.extend(faults.into_iter().map(header));
        if stop {
            return Ok(());
        }
        let columns = table.columns.clone();
        let work = |mut rows: Vec<Row>| {
            rows.retain(wanted);
            rows.into_par_iter().chunks(ROWS.1).map(|rows| self.rows(found, &columns, rows)).collect()
        };
        let (mut rows, mut error) = table.rows(ROWS.0);
        while !rows.is_empty() {
            let here = std::mem::take(&mut rows);
            let mut batches: Vec<Batch<N>> = Vec::new();
            // The next rows are read while others work on these.
            rayon::in_place_scope(|scope| {
                scope.spawn(|_| batches = work(here));
                if error.is_none() {
                    (rows, error) = table.rows(ROWS.0);
                }
            });
            batches.into_iter().for_each(|other| batch.absorb(other));
        }
        error.map_or(Ok(()), |error| Err(error.into()))
    }

    fn rows(&self, found: &Found, columns: &format::csv::Columns, rows: Vec<Row>) -> Batch<N> {
        let mut batch = Batch::default();
        for row in rows {
            let line = row.line;
            if row.unclosed {
                let place = Place::line(found.path.clone(), line);
                let help = "a quote within a quoted cell is written twice, `\"\"`";
                batch.lost(Finding::new(&codes::RECORD_SYNTAX, "a quote in this row is not closed").at(place).help(help));
                continue;
            }
            match row.decode() {
                Ok(cells) => {
                    let passage = Passage { path: &found.path, line, body: Body::Cells(columns, &cells) };
                    self.settle(found, &passage, columns.record(&cells), &mut batch, 0);
                }
                Err(cell) => batch.lost(Undecodable::bad_utf8(&cell).finding(found, line, &cell)),
            }
        }
        batch
    }

    fn settle(&self, found: &Found, passage: &Passage<'_>, parsed: Result<Record, Vec<Fault>>, batch: &mut Batch<N>, offset: u64) {
        let (item, faults) = match parsed {
            Ok(record) => self.resolver.resolve(record, self.setting(found, passage)),
            Err(faults) => (None, faults),
        };
        batch.records += 1;
        batch.bad += usize::from(item.is_none());
        if let Some(mut item) = item {
            item.record = Whereabouts { file: found.number, offset };
            let note = (self.sift)(&mut item);
            batch.push(item, note);
        }
        if !faults.is_empty() {
            batch.findings.extend(passage.findings(faults));
        }
    }

    fn setting<'s>(&'s self, found: &'s Found, passage: &Passage<'_>) -> Setting<'s> {
        Setting {
            place: passage.whole(),
            source: &self.config.sources[found.source],
            format: found.format,
            key: (passage.line == 0).then(|| found.key.clone()),
            file: &found.path,
        }
    }
}

fn whole(found: &Found, code: &'static Code, message: impl Into<String>) -> Finding {
    Finding::new(code, message).at(Place::file(found.path.clone()))
}

fn unreadable(found: &Found, error: &io::Error) -> Finding {
    whole(found, &codes::UNREADABLE_FILE, format!("cannot be read: {error}")).help("see whether you may read it and whether it is whole")
}
