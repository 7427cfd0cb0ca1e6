//! The sources read: every record of every file, in parallel, in an order that no thread decides.
//!
//! The good path reads a file once and keeps nothing of it; a bulk file goes through in blocks. All findings are gathered, and the caller
//! decides whether the items are used although there are some. A [`Sift`] looks at each item while its text is at hand; what it leaves in the
//! record can be fetched from the [`Shelf`] later.

mod again;
mod bytes;
mod reader;
mod rows;
mod shelf;
mod together;

use std::path::Path;
use std::sync::Arc;
use std::time::SystemTime;

use rayon::prelude::*;

use super::alias::Aliases;
use super::resolve::Resolver;
use super::walk::{self, Files, Found};
use super::{Item, Text, unique};
use crate::config::Config;
use crate::diag::{Finding, Findings, Place, codes};
use crate::progress::{Progress, Stage};

pub use again::{Again, Edit, read_again};
pub use shelf::Shelf;

use reader::Reader;
use rows::{Extent, Kept, Rows};

/// What was read.
#[derive(Clone, Debug, Default)]
pub struct Loaded<N = ()> {
    /// The good items, by path and line.
    pub items: Vec<Arc<Item>>,
    /// What the sift made of each, in the order of `items`.
    pub notes: Vec<N>,
    /// The files of the run.
    pub files: Arc<Files>,
    pub findings: Findings,
    /// How many records were met, the bad ones included.
    pub records: usize,
    /// How many of them are no items.
    pub bad: usize,
    /// How many of them were known from a run before.
    pub known: usize,
}

impl<N: Clone + Send + Sync> Loaded<N> {
    /// The same, with the same items: who holds both pays for the lists.
    pub fn shared(&self) -> Self {
        let items = || self.items.par_iter().cloned().collect();
        let (items, notes) = rayon::join(items, || self.notes.clone());
        Loaded { items, notes, files: self.files.clone(), findings: self.findings.clone(), ..*self }
    }
}

/// What is done with each record on its way. A mark is a hash by which a record is known to be what it was in another run.
pub trait Sift: Sync {
    type Note: Send;

    /// So many bytes of records are going to come, as far as can be told before they are read.
    fn comes(&self, _bytes: u64) {}

    /// Makes of items of records what is wanted beside each, and takes out of them what may be left in their records.
    fn sift(&self, items: &mut [Waiting]) -> Vec<Self::Note>;

    /// What a run before made of the record with this mark; where it stands is put in afterwards.
    fn known(&self, _mark: u128) -> Option<(Item, Self::Note)> {
        None
    }

    /// Keeps what was made of a record for another run.
    fn keep(&self, _mark: u128, _item: &Item, _note: &Self::Note) {}

    /// Another mark of a record that is kept under `mark`.
    fn link(&self, _other: u128, _mark: u128) {}

    /// What a run before kept of a bulk file under this mark.
    fn known_rows(&self, _mark: u128) -> Option<Vec<u8>> {
        None
    }

    /// Keeps something of a bulk file, each row of which is kept.
    fn keep_rows(&self, _mark: u128, _rows: &[u8]) {}
}

/// An item of a record that waits to be sifted with others. All that is done with a record takes more code than the processor has at hand; so each step of
/// it is done with some of them, one after the other.
#[derive(Debug)]
pub struct Waiting {
    /// That of its record.
    pub mark: u128,
    pub item: Item,
    /// Whether it is kept for the next run.
    is_kept: bool,
}

/// So many wait for each other at most, and so many bytes of their texts.
const TOGETHER: (usize, usize) = (32, 64 << 10);

/// Which files are read.
#[derive(Debug)]
pub enum Intake {
    /// These.
    Files(Files),
    /// Those of every source. Each is read while others are listed, and looked at when it is open, at this time by the file system's clock: what is known by
    /// the stamp of its file alone is read all the same.
    Unseen(SystemTime),
}

impl From<Files> for Intake {
    fn from(files: Files) -> Self {
        Intake::Files(files)
    }
}

/// Nothing beside the items, and all of each stays.
impl Sift for () {
    type Note = ();

    fn sift(&self, items: &mut [Waiting]) -> Vec<()> {
        vec![(); items.len()]
    }
}

/// For so many bytes a file is taken of which no more is known than that it is there.
const RECORD: u64 = 1 << 10;

/// Files that one thread takes at a time.
const FILES: usize = 64;

/// Files whose items are gathered at a time.
const PART: usize = 32 * FILES;

/// Reads every record of every source.
pub fn read(config: &Config, progress: &Progress) -> Loaded {
    read_with(config, Files::list(config), progress, &())
}

/// Reads every record of these files, and sifts each as it comes.
pub fn read_with<S: Sift>(config: &Config, files: impl Into<Intake>, progress: &Progress, sift: &S) -> Loaded<S::Note> {
    let mut findings = Findings::new();
    let reader = Reader { config, resolver: Resolver::new(config, Aliases::read(config, &mut findings)), sift };
    let (files, all) = match files.into() {
        Intake::Files(files) => {
            let all = read_these(&reader, &files.found, progress);
            (files, all)
        }
        Intake::Unseen(now) => read_unseen(&reader, now, progress),
    };
    findings.extend(files.findings.iter().cloned());
    all.loaded(config, files, findings)
}

fn read_these<S: Sift>(reader: &Reader<'_, S>, files: &[Found], progress: &Progress) -> Batch<S::Note> {
    progress.begin(Stage::Reading, files.len());
    reader.sift.comes(files.len() as u64 * RECORD);
    let read = |files: &[Found]| {
        let batch = reader.files(files);
        progress.step(files.len());
        batch
    };
    let mut all = Batch::default();
    all.expect(files.len());
    // In parts, so that the room in which one is gathered serves the next.
    for part in files.chunks(PART) {
        let batches: Vec<Batch<S::Note>> = part.par_chunks(FILES).map(read).collect();
        batches.into_iter().for_each(|batch| all.absorb(batch));
    }
    all
}

fn read_unseen<S: Sift>(reader: &Reader<'_, S>, now: SystemTime, progress: &Progress) -> (Files, Batch<S::Note>) {
    progress.begin(Stage::Reading, 0);
    let read = |files: &mut [Found]| {
        let batch = reader.unseen(files, now);
        progress.step(files.len());
        batch
    };
    let read = |mut piece: Vec<Found>| {
        let batches: Vec<Batch<S::Note>> = piece.par_chunks_mut(FILES).map(read).collect();
        (piece, batches)
    };
    let (mut found, mut all, mut findings) = (Vec::new(), Batch::default(), Findings::new());
    let listed = |files| reader.sift.comes(files as u64 * RECORD);
    walk::in_pieces(reader.config, &mut findings, listed, read, |(piece, batches), count| {
        found.reserve_exact(count - found.len());
        all.expect(count - found.len());
        found.extend(piece);
        batches.into_iter().for_each(|batch| all.absorb(batch));
    });
    if reader.config.sources.len() > 1 {
        all.sort();
    }
    let young = std::mem::take(&mut all.young).into_iter().collect();
    (Files { found: walk::in_order(reader.config, found), findings, young }, all)
}

/// Makes items of texts as if each were a file at its path, below the publication's folder, and sifts each.
pub fn read_texts<S: Sift>(config: &Config, texts: &[(&Path, &str)], sift: &S) -> Loaded<S::Note> {
    let mut findings = Findings::new();
    let reader = Reader { config, resolver: Resolver::new(config, Aliases::read(config, &mut findings)), sift };
    let (mut all, mut files) = (Batch::default(), Vec::new());
    // As a walk hands files over.
    let mut texts = texts.to_vec();
    texts.sort_by_key(|(path, _)| *path);
    for (path, text) in texts {
        let Some(found) = Found::of(config, path) else {
            let help = "its folder is that of a source, and its name ends as a record's does and is not hidden";
            findings.push(Finding::new(&codes::UNREADABLE_FILE, "no source has such a record").at(Place::file(path)).help(help));
            continue;
        };
        all.absorb(reader.text(&found, text.as_bytes()));
        files.push(found);
    }
    all.loaded(config, Files { found: files, ..Files::default() }, findings)
}

/// Takes out what is marked.
pub(crate) fn keep<T>(list: &mut Vec<T>, out: &[bool]) {
    let mut out = out.iter();
    list.retain(|_| !out.next().copied().unwrap_or(false));
}

/// What came of some records, in the order of the source.
#[derive(Debug)]
struct Batch<N> {
    items: Vec<Arc<Item>>,
    notes: Vec<N>,
    /// Items that come behind these, and about how many bytes their texts have.
    waiting: (Vec<Waiting>, usize),
    /// Those of a bulk file that are kept for the next run.
    rows: Rows,
    findings: Vec<Finding>,
    /// Young files, and what they held, where that is of use.
    young: Vec<(Arc<Path>, u128)>,
    records: usize,
    bad: usize,
    known: usize,
}

impl<N> Default for Batch<N> {
    fn default() -> Self {
        Batch {
            items: Vec::new(),
            notes: Vec::new(),
            waiting: (Vec::new(), 0),
            rows: Rows::default(),
            findings: Vec::new(),
            young: Vec::new(),
            records: 0,
            bad: 0,
            known: 0,
        }
    }
}

impl<N> Batch<N> {
    /// Makes room for so many items.
    fn expect(&mut self, count: usize) {
        self.items.reserve_exact(count);
        self.notes.reserve_exact(count);
    }

    fn absorb(&mut self, mut other: Self) {
        if self.items.is_empty() && self.items.capacity() < other.items.capacity() {
            (self.items, self.notes) = (other.items, other.notes);
        } else {
            self.items.append(&mut other.items);
            self.notes.append(&mut other.notes);
        }
        self.rows.append(&mut other.rows);
        self.findings.append(&mut other.findings);
        self.young.append(&mut other.young);
        self.records += other.records;
        self.bad += other.bad;
        self.known += other.known;
    }

    /// By path, as the files of several sources stand in the end; those of one stay in their order.
    fn sort(&mut self) {
        let mut all: Vec<(Arc<Item>, N)> = std::mem::take(&mut self.items).into_iter().zip(std::mem::take(&mut self.notes)).collect();
        all.sort_by(|(one, _), (other, _)| one.path().cmp(other.path()));
        (self.items, self.notes) = all.into_iter().unzip();
    }

    /// All that was read of these files, without items that clash.
    fn loaded(self, config: &Config, files: Files, mut findings: Findings) -> Loaded<N> {
        let good = self.records - self.bad;
        let (mut items, mut notes) = (self.items, self.notes);
        findings.extend(self.findings);
        let clashing = unique::clashing(&config.root, &items, &mut findings);
        if clashing.contains(&true) {
            keep(&mut items, &clashing);
            keep(&mut notes, &clashing);
        }
        findings.sort_by_place();
        Loaded { records: self.records, known: self.known, bad: self.bad + good - items.len(), items, notes, files: files.into(), findings }
    }

    /// Takes in an item that is still to be sifted. Tells whether enough of them wait.
    fn wait(&mut self, one: Waiting) -> bool {
        let (waiting, size) = &mut self.waiting;
        *size += one.item.text().map_or(0, Text::size);
        waiting.push(one);
        waiting.len() >= TOGETHER.0 || *size >= TOGETHER.1
    }

    /// Sifts those that wait.
    fn sift(&mut self, sift: &impl Sift<Note = N>) {
        let (mut waiting, _) = std::mem::take(&mut self.waiting);
        let notes = sift.sift(&mut waiting);
        let kept = waiting.iter().zip(&notes).filter(|(one, _)| one.is_kept);
        kept.for_each(|(one, note)| sift.keep(one.mark, &one.item, note));
        waiting.drain(..).zip(notes).for_each(|(one, note)| self.push(one.item, note));
        // The room serves those that come.
        self.waiting.0 = waiting;
    }

    fn push(&mut self, item: Item, note: N) {
        self.items.push(Arc::new(item));
        self.notes.push(note);
    }

    /// What a run before made of a record that is the same now.
    fn known(&mut self, (mut item, note): (Item, N), place: Place, offset: u64) {
        item.found_at(place, offset);
        self.records += 1;
        self.known += 1;
        self.push(item, note);
    }

    /// Puts away the rows of the bulk file that all of this is of, as long as it looks as if all of them were kept.
    fn put_rows_away(&mut self, sift: &impl Sift<Note = N>) {
        if self.keeps_all() {
            self.rows.put_away(|mark, part| keep_part(sift, mark, part));
        } else {
            self.rows = Rows::default();
        }
    }

    /// What is to be kept of the file, where each row is kept for the next run.
    fn rows(&mut self, found: &Found, extent: Option<Extent>, sift: &impl Sift<Note = N>) -> Option<Kept> {
        let is_whole = self.rows.count() > 0 && self.keeps_all();
        let rows = std::mem::take(&mut self.rows);
        is_whole.then(|| rows.end(found, extent, |mark, part| keep_part(sift, mark, part)))
    }

    fn keeps_all(&self) -> bool {
        self.findings.is_empty() && self.bad == 0 && self.rows.count() == self.items.len()
    }

    /// A record of which nothing can be read.
    fn lost(&mut self, finding: Finding) {
        self.findings.push(finding);
        self.records += 1;
        self.bad += 1;
    }
}

fn keep_part<S: Sift>(sift: &S, mark: u128, part: &[u8]) {
    if sift.known_rows(mark).is_none() {
        sift.keep_rows(mark, part);
    }
}

#[cfg(test)]
mod tests;
