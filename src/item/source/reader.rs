//! Records read one by one and in bulk.

use std::collections::HashSet;
use std::fs::{File, Metadata};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;
use std::time::SystemTime;

use rayon::prelude::*;

use super::super::format::csv::{Row, Table};
use super::super::format::ndjson::{self, Block, Piece, Start};
use super::super::format::{self, Body, Fault, Passage, ROW_LIMIT, mark};
use super::super::record::Record;
use super::super::resolve::{Resolver, Setting};
use super::super::walk::Found;
use super::super::way::{Opened, Way};
use super::bytes::{BOM, Undecodable, decode};
use super::rows::{self, Extent, Kept, Rows};
use super::{Batch, Sift};
use crate::config::{Config, RecordFormat};
use crate::diag::{Code, Finding, Place, Severity, codes};
use crate::stamp;

/// Rows of CSV that are read at a time, and that one thread takes of them.
const ROWS: (usize, usize) = (1024, 128);

/// Findings that are shown of one bulk file; a column gone wrong would fill the screen a million times.
pub(super) const SHOWN: usize = 1000;

/// Files to items.
pub(super) struct Reader<'a, S> {
    pub config: &'a Config,
    pub resolver: Resolver<'a>,
    pub sift: &'a S,
}

impl<S: Sift> Reader<'_, S> {
    pub fn files(&self, files: &[Found]) -> Batch<S::Note> {
        let mut batch = Batch::default();
        batch.expect(files.len());
        let (mut way, mut buffer) = (Way::from(&self.config.root), Vec::new());
        for found in files {
            match found.format {
                RecordFormat::Ndjson => batch.absorb(self.bulk(found, Self::ndjson)),
                RecordFormat::Csv => batch.absorb(self.bulk(found, Self::csv)),
                RecordFormat::Toml | RecordFormat::Markdown | RecordFormat::Json => {
                    self.single(found, (&mut way, &mut buffer), &mut batch);
                }
            }
        }
        batch
    }

    /// The same of files that nobody looked at, with what the young ones of them held before anything was made of it.
    pub fn unseen(&self, files: &mut [Found], now: SystemTime) -> Batch<S::Note> {
        let mut batch = Batch::default();
        batch.expect(files.len());
        let (mut way, mut buffer) = (Way::from(&self.config.root), Vec::new());
        for found in files {
            let content = if matches!(found.format, RecordFormat::Ndjson | RecordFormat::Csv) {
                found.look(&mut way, now);
                let content = found.is_young.then(|| stamp::of_content(&self.config.root.join(&found.path)).unwrap_or_default());
                batch.absorb(self.files(std::slice::from_ref(found)));
                content
            } else {
                let opened = found.open(&mut way, now);
                self.opened(found, opened, &mut buffer, &mut batch);
                found.is_young.then(|| stamp::of_bytes(&buffer))
            };
            batch.young.extend(content.map(|content| (found.path.clone(), content)));
        }
        batch
    }

    /// Reads a file that holds one record, into the buffer if it is not known.
    pub fn single(&self, found: &Found, (way, buffer): (&mut Way<'_>, &mut Vec<u8>), batch: &mut Batch<S::Note>) {
        if let Some(known) = found.settled_stamp().and_then(|stamp| self.sift.known(stamp)) {
            return batch.known(known, Place::file(found.path.clone()), 0);
        }
        self.opened(found, way.open(&found.path), buffer, batch);
    }

    fn opened(&self, found: &Found, opened: io::Result<Opened>, buffer: &mut Vec<u8>, batch: &mut Batch<S::Note>) {
        buffer.clear();
        match opened.and_then(|mut opened| opened.fill(buffer, ROW_LIMIT as u64)) {
            Ok(None) => {}
            Ok(Some(size)) => {
                let message = format!("{} MB in a file that holds one record", size >> 20);
                let help = "16 MB is the most; many records go into a `.ndjson` or `.csv` file";
                return batch.lost(whole(found, &codes::FILE_TOO_LARGE, message).help(help));
            }
            Err(error) => return batch.lost(unreadable(found, &error)),
        }
        let mark = mark(&found.path, buffer);
        let link = || found.settled_stamp().into_iter().for_each(|stamp| self.sift.link(stamp, mark));
        if self.known(mark, || Place::file(found.path.clone()), 0, batch) {
            return link();
        }
        if self.one(found, buffer, mark, batch) {
            link();
        }
    }

    /// Makes an item of the one record of a file. Tells whether it is kept for the next run.
    fn one(&self, found: &Found, bytes: &[u8], mark: u128, batch: &mut Batch<S::Note>) -> bool {
        let text = match decode(bytes) {
            Ok(text) => text,
            Err(wrong) => {
                batch.lost(wrong.finding(found, 0, bytes));
                return false;
            }
        };
        if text.trim_start().is_empty() {
            let help = "write its `title` and `date`, or remove the file";
            batch.lost(whole(found, &codes::EMPTY_RECORD, "the file is empty").help(help));
            return false;
        }
        let passage = Passage { path: &found.path, line: 0, body: Body::Text(found.format, text) };
        self.settle(&Met { found, passage: &passage, offset: 0, mark }, || format::parse(found.format, text), batch)
    }

    /// Makes items of what a file would hold.
    pub fn text(&self, found: &Found, text: &[u8]) -> Batch<S::Note> {
        let mut batch = Batch::default();
        match found.format {
            RecordFormat::Ndjson => return self.lines(found, Piece { line: 1, offset: 0, bytes: text }),
            RecordFormat::Csv => {
                if let Err(error) = self.csv_where(found, text, &mut batch, &|_| true) {
                    batch.lost(unreadable(found, &error));
                }
            }
            RecordFormat::Toml | RecordFormat::Markdown | RecordFormat::Json => {
                _ = self.one(found, text, mark(&found.path, text), &mut batch)
            }
        }
        batch
    }

    fn bulk<R>(&self, found: &Found, read: R) -> Batch<S::Note>
    where
        R: Fn(&Self, &Found, File, Option<&Kept>, &mut Batch<S::Note>) -> io::Result<Option<Extent>>,
    {
        let mark = rows::mark(&found.path);
        let before = self.sift.known_rows(mark).and_then(|kept| Kept::read(&kept));
        let unchanged = before.as_ref().filter(|before| before.is_all_of(found)).and_then(|before| self.as_before(found, before, 0));
        if let Some(mut batch) = unchanged {
            batch.rows = Rows::default();
            return batch;
        }
        let mut batch = Batch::default();
        let file = File::open(self.config.root.join(&found.path));
        let done = file.and_then(|file| read(self, found, file, before.as_ref(), &mut batch));
        let kept = batch.rows(found, done.as_ref().ok().copied().flatten(), self.sift);
        if let Err(error) = done {
            batch.lost(unreadable(found, &error));
        } else if let Some(kept) = kept.filter(|kept| before.as_ref() != Some(kept)) {
            self.sift.keep_rows(mark, &kept.write());
        } else if batch.records == 0 && batch.findings.is_empty() {
            batch.findings.push(self.no_records(found));
        }
        let hidden = batch.findings.split_off(batch.findings.len().min(SHOWN));
        batch.findings.extend(in_short(found, &hidden));
        batch
    }

    /// The rows that a run before read, where it knows all of them; with room for more.
    fn as_before(&self, found: &Found, before: &Kept, more: usize) -> Option<Batch<S::Note>> {
        let mut batch = Batch::default();
        batch.expect(before.most() + more);
        for part in before.parts() {
            let part = self.sift.known_rows(part)?;
            let piece = |rows: &[_]| {
                let mut batch = Batch::default();
                batch.expect(rows.len());
                let mut all = rows.iter().map(rows::Row::read);
                all.all(|row| self.known_row(found, row.mark, row.line, row.offset, &mut batch)).then_some(batch)
            };
            let pieces: Option<Vec<Batch<S::Note>>> = rows::of_part(&part)?.par_chunks(ROWS.1).map(piece).collect();
            pieces?.into_iter().for_each(|piece| batch.absorb(piece));
            batch.put_rows_away(self.sift);
        }
        Some(batch)
    }

    fn no_records(&self, found: &Found) -> Finding {
        match self.config.table_of(found.source) {
            None => whole(found, &codes::NO_RECORDS, "the file has no records").help("remove it if that is not meant"),
            Some(table) => {
                let message = format!("the query of `{}` gives no rows", table.name);
                Finding::new(&codes::NO_RECORDS, message).at(table.place.clone()).help("take the source out if that is not meant")
            }
        }
    }

    fn ndjson(&self, found: &Found, file: File, before: Option<&Kept>, batch: &mut Batch<S::Note>) -> io::Result<Option<Extent>> {
        let meta = file.metadata()?;
        let (size, begin) = (meta.len(), self.grown(found, (&file, &meta), before, batch)?);
        let (mut end, mut is_whole) = (begin, true);
        ndjson::blocks(&file, size, begin, |block| match block {
            Block::Lines(pieces) => {
                if let Some(last) = pieces.last() {
                    is_whole = last.bytes.ends_with(b"\n");
                    end = last.end();
                }
                let read = pieces.iter().map(|piece| piece.bytes.len() as u64).sum::<u64>();
                let batches: Vec<Batch<S::Note>> = pieces.into_par_iter().map(|piece| self.lines(found, piece)).collect();
                if batch.records == 0 {
                    // As many as the file has if its lines go on like these.
                    let here = batches.iter().map(|batch| batch.records as u64).sum::<u64>();
                    batch.expect((here * size / read.max(1) + here / 16) as usize);
                }
                batches.into_iter().for_each(|other| batch.absorb(other));
                batch.put_rows_away(self.sift);
            }
            Block::TooLong(line) => {
                let place = Place::line(found.path.clone(), line);
                batch.lost(Finding::new(&codes::FILE_TOO_LARGE, "a line is longer than 16 MB").at(place).help("a record is one line"));
            }
        })?;
        let may_grow = is_whole && self.config.sources[found.source].append_only;
        if may_grow { Extent::of(&file, &meta, end).map(Some) } else { Ok(None) }
    }

    /// Where a file that only grows goes on, if a run before knows all of its rows, which are taken in. Else its start.
    fn grown(
        &self,
        found: &Found,
        (mut file, meta): (&File, &Metadata),
        before: Option<&Kept>,
        batch: &mut Batch<S::Note>,
    ) -> io::Result<Start> {
        let Some((before, extent)) = before.and_then(|before| Some((before, before.extent()?))) else { return Ok(Start::default()) };
        let mut begin = Start::default();
        if extent.is_in(file, meta)?
            && let Some(known) = self.as_before(found, before, rows_between(before.most(), extent.end.offset, meta.len()))
        {
            (*batch, begin) = (known, extent.end);
        }
        file.seek(SeekFrom::Start(begin.offset))?;
        Ok(begin)
    }

    pub fn lines(&self, found: &Found, piece: Piece<'_>) -> Batch<S::Note> {
        let mut batch = Batch::default();
        batch.expect(ndjson::newlines(piece.bytes) as usize + 1);
        for (line, row) in (piece.line..).zip(ndjson::rows(piece.bytes)) {
            let bytes = if line == 1 { row.strip_prefix(BOM).unwrap_or(row) } else { row }.trim_ascii();
            if bytes.is_empty() {
                continue;
            }
            let offset = piece.offset + (row.as_ptr() as usize - piece.bytes.as_ptr() as usize) as u64;
            let mark = mark(&found.path, bytes);
            // What a run before made an item of is text.
            if self.known_row(found, mark, line, offset, &mut batch) {
                continue;
            }
            match decode(bytes) {
                Ok(text) => {
                    let passage = Passage { path: &found.path, line, body: Body::Text(RecordFormat::Ndjson, text) };
                    let met = Met { found, passage: &passage, offset, mark };
                    // Only the last line of a file may have no end.
                    let is_open = !piece.bytes.ends_with(b"\n") && row.as_ptr_range().end == piece.bytes.as_ptr_range().end;
                    let parse = || format::parse(RecordFormat::Ndjson, text);
                    self.settle_row(&met, || parse().map_err(|faults| cut_off(faults, is_open)), &mut batch);
                }
                Err(wrong) => batch.lost(wrong.finding(found, line, bytes)),
            }
        }
        batch
    }

    fn csv(&self, found: &Found, file: File, _: Option<&Kept>, batch: &mut Batch<S::Note>) -> io::Result<Option<Extent>> {
        self.csv_where(found, file, batch, &|_| true).map(|()| None)
    }

    /// The rows of a table that begin at these lines.
    pub fn table(&self, found: &Found, lines: &HashSet<u32>) -> Batch<S::Note> {
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

    fn csv_where(
        &self,
        found: &Found,
        file: impl Read,
        batch: &mut Batch<S::Note>,
        wanted: &(dyn Fn(&Row) -> bool + Sync),
    ) -> io::Result<()> {
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
            let mut batches: Vec<Batch<S::Note>> = Vec::new();
            // The next rows are read while others work on these.
            rayon::in_place_scope(|scope| {
                scope.spawn(|_| batches = work(here));
                if error.is_none() {
                    (rows, error) = table.rows(ROWS.0);
                }
            });
            batches.into_iter().for_each(|other| batch.absorb(other));
            batch.put_rows_away(self.sift);
        }
        error.map_or(Ok(()), |error| Err(error.into()))
    }

    fn rows(&self, found: &Found, columns: &format::csv::Columns, rows: Vec<Row>) -> Batch<S::Note> {
        let mut batch = Batch::default();
        batch.expect(rows.len());
        for row in rows {
            let line = row.line;
            if row.unclosed && !row.is_open {
                let place = Place::line(found.path.clone(), line);
                let help = "a quote within a quoted cell is written twice, `\"\"`";
                batch.lost(Finding::new(&codes::RECORD_SYNTAX, "a quote in this row is not closed").at(place).help(help));
                continue;
            }
            let is_cut = row.is_open && (row.unclosed || row.cells.len() < columns.width());
            let mark = columns.mark(&found.path, &row.cells);
            if !is_cut && self.known_row(found, mark, line, 0, &mut batch) {
                continue;
            }
            match row.decode() {
                Ok(cells) => {
                    let passage = Passage { path: &found.path, line, body: Body::Cells(columns, &cells) };
                    let met = Met { found, passage: &passage, offset: 0, mark };
                    let parse = || if is_cut { Err(vec![Fault::cut_off()]) } else { columns.record(&cells) };
                    self.settle_row(&met, parse, &mut batch);
                }
                Err(cell) => batch.lost(Undecodable::bad_utf8(&cell).finding(found, line, &cell)),
            }
        }
        batch
    }

    /// Takes what a run before made of the record with this mark, if one did.
    fn known(&self, mark: u128, place: impl FnOnce() -> Place, offset: u64, batch: &mut Batch<S::Note>) -> bool {
        let known = self.sift.known(mark);
        known.map(|known| batch.known(known, place(), offset)).is_some()
    }

    /// The same of a row.
    fn known_row(&self, found: &Found, mark: u128, line: u32, offset: u64, batch: &mut Batch<S::Note>) -> bool {
        let is_known = self.known(mark, || Place::line(found.path.clone(), line), offset, batch);
        if is_known {
            batch.rows.push(rows::Row { mark, line, offset });
        }
        is_known
    }

    fn settle_row(&self, met: &Met<'_>, parse: impl FnOnce() -> Result<Record, Vec<Fault>>, batch: &mut Batch<S::Note>) {
        let is_kept = self.settle(met, parse, batch);
        if is_kept {
            batch.rows.push(rows::Row { mark: met.mark, line: met.passage.line, offset: met.offset });
        }
    }

    /// Makes an item of the record. Tells whether it is kept for the next run.
    fn settle(&self, met: &Met<'_>, parse: impl FnOnce() -> Result<Record, Vec<Fault>>, batch: &mut Batch<S::Note>) -> bool {
        let (item, faults) = match parse() {
            Ok(record) => self.resolver.resolve(record, self.setting(met.found, met.passage)),
            Err(mut faults) => {
                // One run tells all: what the rest of it means is judged as well.
                let rest = met.passage.rest().map(|rest| self.resolver.resolve(rest, self.setting(met.found, met.passage)).1);
                faults.extend(rest.into_iter().flatten());
                (None, faults)
            }
        };
        batch.records += 1;
        batch.bad += usize::from(item.is_none());
        // What is wrong with a record is told by every run, and a file that was looked at beside it may change.
        let is_kept = faults.is_empty() && item.as_ref().is_some_and(|item| item.enclosures().iter().all(|own| own.beside.is_none()));
        if let Some(mut item) = item {
            item.found_at(item.place(), met.offset);
            let note = self.sift.sift(met.mark, &mut item);
            if is_kept {
                self.sift.keep(met.mark, &item, &note);
            }
            batch.push(item, note);
        }
        if !faults.is_empty() {
            let table = self.config.table_of(met.found.source);
            let faults = match table {
                Some(table) => met.passage.in_table(&table.name, faults),
                None => faults,
            };
            batch.findings.extend(met.passage.findings(faults));
        }
        is_kept
    }

    fn setting<'s>(&'s self, found: &'s Found, passage: &Passage<'_>) -> Setting<'s> {
        Setting {
            place: passage.whole(),
            source: &self.config.sources[found.source],
            format: found.format,
            key: (passage.line == 0).then(|| found.key.clone()),
            // What a row names beside itself is beside the config.
            file: if self.config.table_of(found.source).is_some() { Path::new("") } else { &found.path },
        }
    }
}

/// What is wrong with a line; where it has no end and would go on, that alone.
fn cut_off(faults: Vec<Fault>, is_open: bool) -> Vec<Fault> {
    let goes_on = faults.iter().any(|fault| fault.code == &codes::RECORD_SYNTAX && fault.message.contains("EOF while parsing"));
    if is_open && goes_on { vec![Fault::cut_off()] } else { faults }
}

/// About how many rows come between the old end of a file and its new one, if they are as long as those before, and some more: to make room anew
/// is to move all of them.
fn rows_between(rows: usize, old: u64, new: u64) -> usize {
    rows / 16 + 1 + (rows as u64 * new.saturating_sub(old) / old.max(1)) as usize
}

/// A record on its way.
struct Met<'a> {
    found: &'a Found,
    passage: &'a Passage<'a>,
    /// Where its line begins in the file, in NDJSON.
    offset: u64,
    mark: u128,
}

fn whole(found: &Found, code: &'static Code, message: impl Into<String>) -> Finding {
    Finding::new(code, message).at(Place::file(found.path.clone()))
}

/// Findings that are too many to keep, each weight of them as one.
fn in_short(found: &Found, hidden: &[Finding]) -> Vec<Finding> {
    let count = |severity| hidden.iter().filter(|finding| finding.severity == severity).map(|finding| finding.count).sum::<usize>();
    let short = |severity| {
        let message = format!("{} more findings in this file are not shown", count(severity));
        let finding = whole(found, &codes::MORE_LIKE_THIS, message).help("mend what they have in common first").counting(count(severity));
        Finding { severity, ..finding }
    };
    [Severity::Error, Severity::Warning, Severity::Info].into_iter().filter(|severity| count(*severity) > 0).map(short).collect()
}

fn unreadable(found: &Found, error: &io::Error) -> Finding {
    whole(found, &codes::UNREADABLE_FILE, format!("cannot be read: {error}")).help("see whether you may read it and whether it is whole")
}
