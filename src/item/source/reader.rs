//! Records read one by one and in bulk.

use std::collections::HashSet;
use std::fs::{File, Metadata};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;
use std::time::SystemTime;

use rayon::prelude::*;

use super::super::Item;
use super::super::format::csv::{Row, Table};
use super::super::format::ndjson::{self, Block, Blocks, Piece, Start};
use super::super::format::{self, Body, Fault, Passage, ROW_LIMIT, mark};
use super::super::record::Record;
use super::super::resolve::{Resolver, Setting};
use super::super::walk::Found;
use super::super::way::{Opened, Way};
use super::bytes::{BOM, Undecodable, decode};
use super::rows::{self, Extent, Kept, Rows};
use super::together::{Filled, Met};
use super::{Batch, Sift, TOGETHER, Waiting};
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
        let (mut way, mut filled) = (Way::from(&self.config.root), Filled::default());
        for found in files {
            match found.format {
                RecordFormat::Ndjson | RecordFormat::Csv => self.absorb_bulk(found, &mut filled, &mut batch),
                RecordFormat::Toml | RecordFormat::Markdown | RecordFormat::Json => self.single(found, &mut way, &mut filled, &mut batch),
            }
        }
        self.end(&mut filled, &mut batch);
        batch
    }

    /// The same of files that nobody looked at, with what the young ones of them held before anything was made of it.
    pub fn unseen(&self, files: &mut [Found], now: SystemTime) -> Batch<S::Note> {
        let mut batch = Batch::default();
        batch.expect(files.len());
        let (mut way, mut filled) = (Way::from(&self.config.root), Filled::default());
        for found in files {
            let mut content = None;
            if matches!(found.format, RecordFormat::Ndjson | RecordFormat::Csv) {
                found.look(&mut way, now);
                content = found.is_young.then(|| stamp::of_content(&self.config.root.join(&found.path)).unwrap_or_default());
                self.absorb_bulk(found, &mut filled, &mut batch);
            } else {
                let opened = found.open(&mut way, now);
                let look = |bytes: &[u8]| content = found.is_young.then(|| stamp::of_bytes(bytes));
                self.opened(found, opened, look, (&mut filled, &mut batch));
            }
            batch.young.extend(content.map(|content| (found.path.clone(), content)));
        }
        self.end(&mut filled, &mut batch);
        batch
    }

    /// Reads a file of many records, behind those that came before it.
    fn absorb_bulk(&self, found: &Found, filled: &mut Filled<'_>, batch: &mut Batch<S::Note>) {
        self.end(filled, batch);
        batch.absorb(if found.format == RecordFormat::Csv { self.bulk(found, Self::csv) } else { self.bulk(found, Self::ndjson) });
    }

    /// Reads a file that holds one record, if it is not known.
    fn single<'f>(&self, found: &'f Found, way: &mut Way<'_>, filled: &mut Filled<'f>, batch: &mut Batch<S::Note>) {
        if let Some(known) = found.settled_stamp().and_then(|stamp| self.sift.known(stamp)) {
            self.end(filled, batch);
            return batch.known(known, Place::file(found.path.clone()), 0);
        }
        self.opened(found, way.open(&found.path), |_| {}, (filled, batch));
    }

    /// Reads a file that holds one record; `look` is shown what it holds before anything is made of it.
    fn opened<'f>(
        &self,
        found: &'f Found,
        opened: io::Result<Opened>,
        look: impl FnOnce(&[u8]),
        (filled, batch): (&mut Filled<'f>, &mut Batch<S::Note>),
    ) {
        let mut bytes = filled.room();
        let read = opened.and_then(|mut opened| opened.fill(&mut bytes, ROW_LIMIT as u64));
        look(&bytes);
        match read {
            Ok(None) => {
                let mark = mark(&found.path, &bytes);
                if let Some(known) = self.sift.known(mark) {
                    self.end(filled, batch);
                    batch.known(known, Place::file(found.path.clone()), 0);
                    self.link(found, mark);
                } else if filled.add(found, mark, std::mem::take(&mut bytes)) {
                    self.settle_files(filled, batch);
                }
            }
            Ok(Some(size)) => {
                let message = format!("{} MB in a file that holds one record", size >> 20);
                let help = "16 MB is the most; many records go into a `.ndjson` or `.csv` file";
                batch.lost(whole(found, &codes::FILE_TOO_LARGE, message).help(help));
            }
            Err(error) => batch.lost(unreadable(found, &error)),
        }
        filled.give_back(bytes);
    }

    /// What is kept under the mark is known by the stamp of the file too.
    fn link(&self, found: &Found, mark: u128) {
        found.settled_stamp().into_iter().for_each(|stamp| self.sift.link(stamp, mark));
    }

    /// Takes in all that waits.
    fn end(&self, filled: &mut Filled<'_>, batch: &mut Batch<S::Note>) {
        self.settle_files(filled, batch);
        batch.sift(self.sift);
    }

    fn settle_files(&self, filled: &mut Filled<'_>, batch: &mut Batch<S::Note>) {
        self.settle_all(&mut filled.files().filter_map(|(found, mark, bytes)| self.one(found, bytes, mark, batch)).collect(), batch);
        filled.clear();
    }

    /// The one record of a file, where there is one.
    fn one<'a>(&self, found: &'a Found, bytes: &'a [u8], mark: u128, batch: &mut Batch<S::Note>) -> Option<Met<'a>> {
        let text = match decode(bytes) {
            Ok(text) => text,
            Err(wrong) => {
                batch.lost(wrong.finding(found, 0, bytes));
                return None;
            }
        };
        if text.trim_start().is_empty() {
            let help = "write its `title` and `date`, or remove the file";
            batch.lost(whole(found, &codes::EMPTY_RECORD, "the file is empty").help(help));
            return None;
        }
        let passage = Passage { path: &found.path, line: 0, body: Body::Text(found.format, text) };
        Some(Met { found, passage, offset: 0, mark, is_open: false })
    }

    /// Makes items of what a file would hold.
    pub fn text(&self, found: &Found, text: &[u8]) -> Batch<S::Note> {
        let mut batch = Batch::default();
        match found.format {
            RecordFormat::Ndjson => return self.lines(found, Piece::of(text, Start::default())),
            RecordFormat::Csv => {
                if let Err(error) = self.csv_where(found, text, &mut batch, &|_| true) {
                    batch.lost(unreadable(found, &error));
                }
            }
            RecordFormat::Toml | RecordFormat::Markdown | RecordFormat::Json => {
                let mut met: Vec<Met<'_>> = self.one(found, text, mark(&found.path, text), &mut batch).into_iter().collect();
                self.settle_all(&mut met, &mut batch);
            }
        }
        batch.sift(self.sift);
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
        file.iter().for_each(|file| self.sift.comes(file.metadata().map_or(0, |meta| meta.len())));
        let done = file.and_then(|file| read(self, found, file, before.as_ref(), &mut batch));
        let kept = batch.rows(found, done.as_ref().ok().copied().flatten(), self.sift);
        if let Err(error) = done {
            batch.lost(unreadable(found, &error));
        } else if let Some(kept) = kept.filter(|kept| before.as_ref() != Some(kept)) {
            self.sift.keep_rows(mark, &kept.write());
        } else if batch.records == 0 && batch.findings.is_empty() {
            batch.findings.push(self.no_records(found));
        }
        // No number of warnings hides an error. Those that stay are sorted by their places with those of other files.
        batch.findings.sort_by_key(|finding| finding.severity);
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
                all.all(|row| self.known_row(found, row, &mut batch)).then_some(batch)
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
        let begin = self.grown(found, (&file, &meta), before, batch)?;
        let (mut end, mut is_whole) = (begin, true);
        let mut blocks = Blocks::new(&file, meta.len(), begin.offset);
        let mut next = blocks.next();
        while let Some(block) = next {
            let Block::Lines(lines) = block? else {
                batch.lost(too_long(found, end.line));
                end.line += 1;
                next = blocks.next();
                continue;
            };
            let (mut last, mut batches) = (None, Vec::new());
            let mut work = || {
                let pieces = lines.pieces(end.line);
                last = pieces.last().copied();
                batches = pieces.into_par_iter().map(|piece| self.lines(found, piece)).collect();
            };
            // The next lines are read while others work on these.
            next = rayon::in_place_scope(|scope| {
                scope.spawn(|_| work());
                blocks.next()
            });
            if batch.records == 0 {
                // As many as the file has if its lines go on like these.
                let here = batches.iter().map(|batch: &Batch<S::Note>| batch.records as u64).sum::<u64>();
                batch.expect((here * meta.len() / lines.size().max(1) as u64 + here / 16) as usize);
            }
            if let Some(last) = last {
                (end, is_whole) = (last.end(), last.bytes.ends_with(b"\n"));
            }
            batches.into_iter().for_each(|other| batch.absorb(other));
            batch.put_rows_away(self.sift);
            blocks.give_back(lines);
        }
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
        batch.expect(piece.ends as usize + 1);
        let mut met = Vec::new();
        for (line, row) in (piece.start.line..).zip(ndjson::rows(piece.bytes)) {
            let bytes = if line == 1 { row.strip_prefix(BOM).unwrap_or(row) } else { row }.trim_ascii();
            if bytes.is_empty() {
                continue;
            }
            if bytes.len() > ROW_LIMIT {
                batch.lost(too_long(found, line));
                continue;
            }
            let offset = piece.start.offset + (row.as_ptr() as usize - piece.bytes.as_ptr() as usize) as u64;
            let mark = mark(&found.path, bytes);
            // What a run before made an item of is text.
            if let Some(known) = self.sift.known(mark) {
                self.settle_all(&mut met, &mut batch);
                self.take_known_row(known, found, rows::Row { mark, line, offset }, &mut batch);
                continue;
            }
            match decode(bytes) {
                Ok(text) => {
                    let passage = Passage { path: &found.path, line, body: Body::Text(RecordFormat::Ndjson, text) };
                    // Only the last line of a file may have no end.
                    let is_open = !piece.bytes.ends_with(b"\n") && row.as_ptr_range().end == piece.bytes.as_ptr_range().end;
                    met.push(Met { found, passage, offset, mark, is_open });
                }
                Err(wrong) => batch.lost(wrong.finding(found, line, bytes)),
            }
            if met.len() == TOGETHER.0 {
                self.settle_all(&mut met, &mut batch);
            }
        }
        self.settle_all(&mut met, &mut batch);
        batch.sift(self.sift);
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
            // Spreadsheets leave rows behind in which nothing stands any more.
            if row.cells.iter().all(|cell| cell.trim_ascii().is_empty()) {
                continue;
            }
            if row.unclosed && !row.is_open {
                let place = Place::line(found.path.clone(), line);
                let help = "a quote within a quoted cell is written twice, `\"\"`";
                batch.lost(Finding::new(&codes::RECORD_SYNTAX, "a quote in this row is not closed").at(place).help(help));
                continue;
            }
            let is_cut = row.is_open && (row.unclosed || row.cells.len() < columns.width());
            let mark = columns.mark(&found.path, &row.cells);
            if !is_cut && self.known_row(found, rows::Row { mark, line, offset: 0 }, &mut batch) {
                continue;
            }
            match row.decode() {
                Ok(cells) => {
                    let passage = Passage { path: &found.path, line, body: Body::Cells(columns, &cells) };
                    let met = Met { found, passage, offset: 0, mark, is_open: is_cut };
                    self.settle(&met, met.parse(), &mut batch);
                }
                Err(cell) => batch.lost(Undecodable::bad_utf8(&cell).finding(found, line, &cell)),
            }
        }
        batch.sift(self.sift);
        batch
    }

    /// Takes what a run before made of a row, if one did.
    fn known_row(&self, found: &Found, row: rows::Row, batch: &mut Batch<S::Note>) -> bool {
        self.sift.known(row.mark).map(|known| self.take_known_row(known, found, row, batch)).is_some()
    }

    /// Behind all that wait.
    fn take_known_row(&self, known: (Item, S::Note), found: &Found, row: rows::Row, batch: &mut Batch<S::Note>) {
        batch.sift(self.sift);
        batch.known(known, Place::line(found.path.clone(), row.line), row.offset);
        batch.rows.push(row);
    }

    /// Makes items of records that came one after the other: first all are parsed.
    fn settle_all(&self, met: &mut Vec<Met<'_>>, batch: &mut Batch<S::Note>) {
        let parsed: Vec<_> = met.iter().map(Met::parse).collect();
        met.drain(..).zip(parsed).for_each(|(met, parsed)| self.settle(&met, parsed, batch));
    }

    /// Makes an item of the record.
    fn settle(&self, met: &Met<'_>, parsed: Result<Record, Vec<Fault>>, batch: &mut Batch<S::Note>) {
        let (item, faults) = match parsed {
            Ok(record) => self.resolver.resolve(record, self.setting(met.found, &met.passage)),
            Err(mut faults) => {
                // One run tells all: what the rest of it means is judged as well.
                let rest = met.passage.rest().map(|rest| self.resolver.resolve(rest, self.setting(met.found, &met.passage)).1);
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
            if batch.wait(Waiting { mark: met.mark, item, is_kept }) {
                batch.sift(self.sift);
            }
        }
        if !faults.is_empty() {
            let table = self.config.table_of(met.found.source);
            let faults = match table {
                Some(table) => met.passage.in_table(&table.name, faults),
                None => faults,
            };
            batch.findings.extend(met.passage.findings(faults));
        }
        match met.passage.line {
            _ if !is_kept => {}
            0 => self.link(met.found, met.mark),
            line => batch.rows.push(rows::Row { mark: met.mark, line, offset: met.offset }),
        }
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

/// About how many rows come between the old end of a file and its new one, if they are as long as those before, and some more: to make room anew
/// is to move all of them.
fn rows_between(rows: usize, old: u64, new: u64) -> usize {
    rows / 16 + 1 + (rows as u64 * new.saturating_sub(old) / old.max(1)) as usize
}

fn whole(found: &Found, code: &'static Code, message: impl Into<String>) -> Finding {
    Finding::new(code, message).at(Place::file(found.path.clone()))
}

fn too_long(found: &Found, line: u32) -> Finding {
    Finding::new(&codes::FILE_TOO_LARGE, "a line is longer than 16 MB")
        .at(Place::line(found.path.clone(), line))
        .help("a record is one line")
}

/// Findings that are too many to keep, each weight of them as one.
fn in_short(found: &Found, hidden: &[Finding]) -> Vec<Finding> {
    let count = |severity| hidden.iter().filter(|finding| finding.severity == severity).map(|finding| finding.count).sum::<usize>();
    let short = |severity| {
        let message = match count(severity) {
            1 => "1 more finding in this file is not shown".to_owned(),
            count => format!("{count} more findings in this file are not shown"),
        };
        let finding = whole(found, &codes::MORE_LIKE_THIS, message).help("mend what they have in common first").counting(count(severity));
        Finding { severity, ..finding }
    };
    [Severity::Error, Severity::Warning, Severity::Info].into_iter().filter(|severity| count(*severity) > 0).map(short).collect()
}

fn unreadable(found: &Found, error: &io::Error) -> Finding {
    whole(found, &codes::UNREADABLE_FILE, format!("cannot be read: {error}")).help("see whether you may read it and whether it is whole")
}
