//! Records fetched again, for what was left in them.

use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::io::{BufRead, BufReader, Seek, SeekFrom};
use std::path::Path;
use std::sync::Arc;

use rayon::prelude::*;

use super::super::Item;
use super::super::alias::Aliases;
use super::super::format::ROW_LIMIT;
use super::super::format::ndjson::{Piece, Start};
use super::super::resolve::Resolver;
use super::super::walk::Found;
use super::super::way::Way;
use super::reader::Reader;
use crate::config::{Config, RecordFormat};
use crate::diag::Findings;

/// The files of a run, for what was left in its records.
#[derive(Clone, Copy, Debug)]
pub struct Shelf<'a> {
    pub config: &'a Config,
    pub files: &'a [Found],
}

impl Shelf<'_> {
    /// What is taken of each of these items as its record has it now; `None` where there is none any more. Who takes is told which of them it is.
    pub fn fetch<T: Send>(&self, items: &[&Item], take: impl Fn(usize, Item) -> Option<T> + Sync) -> Vec<Option<T>> {
        let aliases = Aliases::read(self.config, &mut Findings::new());
        let reader = Reader { config: self.config, resolver: Resolver::new(self.config, aliases), sift: &() };
        let fetch = Fetch { shelf: self, reader, tables: HashMap::new() };
        let fetch = fetch.with_tables(items);
        let one = |(nth, item): (usize, &&Item)| take(nth, Arc::unwrap_or_clone(fetch.one(item, self.file(item)?)?));
        items.par_iter().enumerate().map(one).collect()
    }

    /// One of these items whose record was written to since it was read, where it has a file of its own: others may grow all the time.
    pub fn written_since<'i>(&self, items: &[&'i Item]) -> Option<&'i Item> {
        let has_own = |found: &&Found| matches!(found.format, RecordFormat::Toml | RecordFormat::Markdown | RecordFormat::Json);
        let is_another = |way: &mut Way<'_>, item: &&&Item| self.file(item).filter(has_own).is_some_and(|found| found.is_another(way));
        items
            .par_iter()
            .map_init(|| Way::from(&self.config.root), |way, item| is_another(way, &item).then_some(*item))
            .find_map_any(|item| item)
    }

    /// Whether there are files that are read whole to fetch one of their items.
    pub fn has_tables(&self) -> bool {
        self.files.iter().any(|found| found.format == RecordFormat::Csv)
    }

    /// Whether its whole file is read to fetch this item.
    pub fn reads_all_for(&self, item: &Item) -> bool {
        self.file(item).is_some_and(|found| found.format == RecordFormat::Csv)
    }

    fn file(&self, item: &Item) -> Option<&Found> {
        Found::at(self.files, item.path())
    }
}

struct Fetch<'a> {
    shelf: &'a Shelf<'a>,
    reader: Reader<'a, ()>,
    /// Items of CSV, by file and line: a table is read from its start or not at all.
    tables: HashMap<(Arc<Path>, u32), Arc<Item>>,
}

impl Fetch<'_> {
    fn with_tables(mut self, items: &[&Item]) -> Self {
        if !self.shelf.has_tables() {
            return self;
        }
        let mut wanted: HashMap<&Path, (&Found, HashSet<u32>)> = HashMap::new();
        let table = |item: &Item| self.shelf.file(item).filter(|_| self.shelf.reads_all_for(item));
        for (item, found) in items.iter().filter_map(|item| Some((item, table(item)?))) {
            wanted.entry(&found.path).or_insert((found, HashSet::new())).1.insert(item.line());
        }
        for (found, lines) in wanted.into_values() {
            let batch = self.reader.table(found, &lines);
            self.tables.extend(batch.items.into_iter().map(|item| ((found.path.clone(), item.line()), item)));
        }
        self
    }

    fn one(&self, item: &Item, found: &Found) -> Option<Arc<Item>> {
        match found.format {
            RecordFormat::Csv => self.tables.get(&(found.path.clone(), item.line())).cloned(),
            RecordFormat::Ndjson => self.line(item, found),
            RecordFormat::Toml | RecordFormat::Markdown | RecordFormat::Json => self.reader.files(std::slice::from_ref(found)).items.pop(),
        }
    }

    fn line(&self, item: &Item, found: &Found) -> Option<Arc<Item>> {
        let mut file = File::open(self.shelf.config.root.join(&found.path)).ok()?;
        file.seek(SeekFrom::Start(item.offset())).ok()?;
        let mut bytes = Vec::new();
        std::io::Read::take(BufReader::new(file), ROW_LIMIT as u64 + 1).read_until(b'\n', &mut bytes).ok()?;
        let piece = Piece::of(&bytes, Start { line: item.line(), offset: item.offset() });
        self.reader.lines(found, piece).items.pop()
    }
}
