//! The sources read: every record of every file, in parallel, in an order that no thread decides.
//!
//! The good path reads a file once and keeps nothing of it; a bulk file goes through in blocks. All findings are gathered, and the caller
//! decides whether the items are used although there are some.

use std::fs::File;
use std::io::{self, Read};

use rayon::prelude::*;

use super::alias::Aliases;
use super::format::csv::{Row, Table};
use super::format::ndjson::{self, Block};
use super::format::{self, Body, Fault, Passage, ROW_LIMIT};
use super::record::Record;
use super::resolve::{Resolver, Setting};
use super::walk::{self, Found};
use super::{Item, unique};
use crate::config::{Config, RecordFormat};
use crate::diag::{Code, Finding, Findings, Place, Severity, codes};
use crate::progress::{Progress, Stage};

/// What was read.
#[derive(Clone, Debug, Default)]
pub struct Loaded {
    /// The good items, by path and line.
    pub items: Vec<Item>,
    pub findings: Findings,
    /// How many records were met, the bad ones included.
    pub records: usize,
    /// How many of them are no items.
    pub bad: usize,
}

/// Files that one thread takes at a time.
const FILES: usize = 64;

/// Rows of CSV that are read at a time, and that one thread takes of them.
const ROWS: (usize, usize) = (1024, 128);

/// Findings that are shown of one bulk file; a column gone wrong would fill the screen a million times.
const SHOWN: usize = 1000;

/// Reads every record of every source.
pub fn read(config: &Config, progress: &Progress) -> Loaded {
    let mut findings = Findings::new();
    let files = walk::list(config, &mut findings);
    let reader = Reader { config, resolver: Resolver::new(config, Aliases::read(config, &mut findings)) };
    progress.begin(Stage::Reading, files.len());
    let read = |files: &[Found]| {
        let batch = reader.files(files);
        progress.step(files.len());
        batch
    };
    let batches: Vec<Batch> = files.par_chunks(FILES).map(read).collect();
    let mut all = Batch::default();
    batches.into_iter().for_each(|batch| all.absorb(batch));
    let good = all.records - all.bad;
    let mut items = Vec::with_capacity(good);
    all.items.into_iter().for_each(|mut piece| items.append(&mut piece));
    findings.extend(all.findings);
    unique::settle(&mut items, &mut findings);
    findings.sort_by_place();
    Loaded { records: all.records, bad: all.bad + good - items.len(), items, findings }
}

/// What came of some records.
#[derive(Debug, Default)]
struct Batch {
    /// In the order of the source; in pieces as they were read, so that an item moves only once more.
    items: Vec<Vec<Item>>,
    findings: Vec<Finding>,
    records: usize,
    bad: usize,
}

impl Batch {
    fn absorb(&mut self, mut other: Batch) {
        self.items.append(&mut other.items);
        self.findings.append(&mut other.findings);
        self.records += other.records;
        self.bad += other.bad;
    }

    fn push(&mut self, item: Item) {
        match self.items.last_mut() {
            Some(piece) if piece.len() < piece.capacity() => piece.push(item),
            _ => {
                let mut piece = Vec::with_capacity(FILES);
                piece.push(item);
                self.items.push(piece);
            }
        }
    }

    /// A record of which nothing can be read.
    fn lost(&mut self, finding: Finding) {
        self.findings.push(finding);
        self.records += 1;
        self.bad += 1;
    }
}

struct Reader<'a> {
    config: &'a Config,
    resolver: Resolver<'a>,
}

impl Reader<'_> {
    fn files(&self, files: &[Found]) -> Batch {
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

    fn single(&self, found: &Found, buffer: &mut Vec<u8>, batch: &mut Batch) {
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
        self.settle(found, &passage, format::parse(found.format, text), batch);
    }

    /// Reads the whole file, unless it is too large: then gives its size.
    fn fill(&self, found: &Found, buffer: &mut Vec<u8>) -> io::Result<u64> {
        let mut file = File::open(self.config.root.join(&found.path))?;
        file.by_ref().take(ROW_LIMIT as u64 + 1).read_to_end(buffer)?;
        // The size is asked for only where it is told: that is a system call a file.
        if buffer.len() > ROW_LIMIT { Ok(file.metadata()?.len()) } else { Ok(0) }
    }

    fn bulk(&self, found: &Found, read: fn(&Self, &Found, File, &mut Batch) -> io::Result<()>) -> Batch {
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

    fn ndjson(&self, found: &Found, file: File, batch: &mut Batch) -> io::Result<()> {
        let size = file.metadata()?.len();
        ndjson::blocks(file, size, |block| match block {
            Block::Lines(pieces) => {
                let batches: Vec<Batch> = pieces.into_par_iter().map(|(line, piece)| self.lines(found, line, piece)).collect();
                batches.into_iter().for_each(|other| batch.absorb(other));
            }
            Block::TooLong(line) => {
                let place = Place::line(found.path.clone(), line);
                batch.lost(Finding::new(&codes::FILE_TOO_LARGE, "a line is longer than 16 MB").at(place).help("a record is one line"));
            }
        })
    }

    fn lines(&self, found: &Found, first: u32, piece: &[u8]) -> Batch {
        let mut batch = Batch::default();
        for (line, bytes) in (first..).zip(ndjson::rows(piece)) {
            let bytes = if line == 1 { bytes.strip_prefix(BOM).unwrap_or(bytes) } else { bytes }.trim_ascii();
            if bytes.is_empty() {
                continue;
            }
            match decode(bytes) {
                Ok(text) => {
                    let passage = Passage { path: &found.path, line, body: Body::Text(RecordFormat::Ndjson, text) };
                    self.settle(found, &passage, format::parse(RecordFormat::Ndjson, text), &mut batch);
                }
                Err(wrong) => batch.lost(wrong.finding(found, line, bytes)),
            }
        }
        batch
    }

    fn csv(&self, found: &Found, file: File, batch: &mut Batch) -> io::Result<()> {
        let Some((mut table, faults)) = Table::open(file, &self.config.sources[found.source])? else { return Ok(()) };
        let stop = faults.iter().any(|fault| fault.code.severity == Severity::Error);
        let header = |fault: Fault| Finding::new(fault.code, fault.message).at(Place::line(found.path.clone(), 1)).maybe_help(fault.help);
        batch.findings.extend(faults.into_iter().map(header));
        if stop {
            return Ok(());
        }
        let columns = table.columns.clone();
        let work = |rows: Vec<Row>| rows.into_par_iter().chunks(ROWS.1).map(|rows| self.rows(found, &columns, rows)).collect();
        let (mut rows, mut error) = table.rows(ROWS.0);
        while !rows.is_empty() {
            let here = std::mem::take(&mut rows);
            let mut batches: Vec<Batch> = Vec::new();
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

    fn rows(&self, found: &Found, columns: &format::csv::Columns, rows: Vec<Row>) -> Batch {
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
                    self.settle(found, &passage, columns.record(&cells), &mut batch);
                }
                Err(cell) => batch.lost(Undecodable::bad_utf8(&cell).finding(found, line, &cell)),
            }
        }
        batch
    }

    fn settle(&self, found: &Found, passage: &Passage<'_>, parsed: Result<Record, Vec<Fault>>, batch: &mut Batch) {
        let (item, faults) = match parsed {
            Ok(record) => self.resolver.resolve(record, self.setting(found, passage)),
            Err(faults) => (None, faults),
        };
        batch.records += 1;
        batch.bad += usize::from(item.is_none());
        if let Some(item) = item {
            batch.push(item);
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

const BOM: &[u8] = b"\xEF\xBB\xBF";

/// Why bytes are no text.
struct Undecodable {
    code: &'static Code,
    at: usize,
    message: &'static str,
    help: &'static str,
}

impl Undecodable {
    fn bad_utf8(bytes: &[u8]) -> Self {
        let at = std::str::from_utf8(bytes).map_or_else(|error| error.valid_up_to(), str::len);
        let (message, help) = match bytes {
            [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] => ("this is UTF-16, not UTF-8", "save the file as UTF-8"),
            _ => ("a byte that is not UTF-8", "save the file as UTF-8; a program may have written it as windows-1252 or Latin-1"),
        };
        Undecodable { code: &codes::BAD_UTF8, at, message, help }
    }

    fn finding(&self, found: &Found, line: u32, bytes: &[u8]) -> Finding {
        // Up to the bad byte the two texts are the same.
        let text = String::from_utf8_lossy(bytes);
        let end = self.at + text[self.at..].chars().next().map_or(0, char::len_utf8);
        let place = Place::span_from_line(found.path.clone(), line, &text, self.at..end);
        Finding::new(self.code, self.message).at(place).help(self.help)
    }
}

/// The bytes as text, without the mark that some editors put before it.
fn decode(bytes: &[u8]) -> Result<&str, Undecodable> {
    let text = std::str::from_utf8(bytes).map_err(|_| Undecodable::bad_utf8(bytes))?;
    if let Some(at) = memchr::memchr(0, bytes) {
        let (message, help) = ("a NUL byte", "this is no text file, or a damaged one; write it anew");
        return Err(Undecodable { code: &codes::NUL_BYTE, at, message, help });
    }
    Ok(text.strip_prefix('\u{FEFF}').unwrap_or(text))
}

fn whole(found: &Found, code: &'static Code, message: impl Into<String>) -> Finding {
    Finding::new(code, message).at(Place::file(found.path.clone()))
}

fn unreadable(found: &Found, error: &io::Error) -> Finding {
    whole(found, &codes::UNREADABLE_FILE, format!("cannot be read: {error}")).help("see whether you may read it and whether it is whole")
}

#[cfg(test)]
mod tests;
