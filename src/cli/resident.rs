//! What a process that goes on keeps from one build to the next, so that a build after a save looks at, reads and remembers no more than what was saved.
//!
//! All of it is what a build without it would find: files are looked at again where somebody told of a change, the ledger and the cache are read again
//! where anybody else wrote to them, and from time to time everything is.

use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, OnceLock};
use std::time::{Instant, SystemTime};

use rayon::prelude::*;

use super::context::Context;
use super::memory::Remembered;
use super::run::{Read, Stays};
use crate::cache::{self, records::Records};
use crate::classify::Classifier;
use crate::config::{self, Config};
use crate::item::{Again, Edit, Files, Item, Loaded};
use crate::ledger::{Finder, Memory};
use crate::pipeline::{self, Sifted, Steady};

/// What is kept.
pub(super) struct Resident {
    pub config: Arc<Config>,
    /// What was read, texts left in the records.
    loaded: Loaded<Sifted>,
    /// What was made of it, where that can be told again without making it.
    steady: Option<Steady>,
    /// Files that were touched since.
    touched: BTreeSet<Arc<Path>>,
    before: Remembered,
    records: Records,
    /// What the file system said of the records' file when it was left.
    stamp: u128,
    classifier: OnceLock<Classifier>,
}

impl Resident {
    /// `None` where a build has to look at more than what somebody tells of.
    pub fn new(
        config: Arc<Config>,
        Stays { mut loaded, mut steady, is_settled }: Stays,
        before: Remembered,
        records: Records,
        classifier: OnceLock<Classifier>,
    ) -> Option<Self> {
        if !config.tables.is_empty() || !loaded.findings.is_empty() || loaded.bad > 0 {
            return None;
        }
        if !is_settled && loaded.items.par_iter().any(|item| looks_beside(item)) {
            return None;
        }
        // A table of aliases that changed while the records were read.
        if pipeline::depends(&config) != records.depends() {
            return None;
        }
        match &mut steady {
            _ if is_settled => {}
            Some(steady) => steady.apart_from(&mut loaded, |loaded| settle(loaded, &before.memory)),
            None => settle(&mut loaded, &before.memory),
        }
        let records = records.go_on();
        if records.is_overgrown() {
            return None;
        }
        let stamp = records.stamp();
        Some(Resident { config, loaded, steady, touched: BTreeSet::new(), before, records, stamp, classifier })
    }

    /// The files as they are after these changes, or all of them looked at; `None` where everything is to be read anew.
    pub fn renew(&mut self, changed: Option<&BTreeSet<PathBuf>>, now: SystemTime) -> Option<Files> {
        let mut files = Arc::unwrap_or_clone(std::mem::take(&mut self.loaded.files));
        let aliases: Option<PathBuf> =
            self.config.ids.file.as_ref().map(|file| file.components().filter(|part| *part != Component::CurDir).collect());
        let changed = changed.filter(|changed| aliases.is_none_or(|file| !changed.contains(&file)));
        if changed.is_some_and(|changed| files.renew(&self.config, changed, now, &mut self.touched)) {
            return Some(files);
        }
        let walked = Files::look(&self.config, now);
        self.touched.extend(walked.since(&files));
        (pipeline::depends(&self.config) == self.records.depends()).then_some(walked)
    }

    /// Whether the config says what it said.
    pub fn is_of(&self, context: &Context) -> bool {
        let config = context.config_file().ok().and_then(|file| config::load(file).ok());
        config.is_some_and(|(config, _)| cache::of_config(&config) == cache::of_config(&self.config))
    }

    /// Makes ready what takes a while.
    pub fn warm(&self) {
        self.classifier.get_or_init(|| Classifier::new(&self.config));
    }

    /// How many files are to be read again.
    pub fn touched(&self) -> usize {
        self.touched.len()
    }

    /// The same again, where nothing came of the changes.
    pub fn unchanged(self, files: Files) -> Self {
        Resident { loaded: Loaded { files: files.into(), ..self.loaded }, ..self }
    }

    /// Whether nobody wrote to the cache since.
    pub fn has_records(&self) -> bool {
        self.stamp == self.records.stamp()
    }

    /// Reads what was touched. `None` for the records where all are to be read.
    pub fn read(self, files: Files) -> (Option<Read>, Remembered, Records, OnceLock<Classifier>) {
        let clock = Instant::now();
        let Resident { config, loaded, steady, touched, before, records, classifier, .. } = self;
        let read = pipeline::read_again(&config, files, (loaded, &touched), (&records, &classifier)).map(|Again { mut loaded, edits }| {
            let read = || edits.iter().flat_map(Edit::read).filter(|_| Steady::is_for(&edits));
            for at in read() {
                settle_one(&mut loaded.items[at as usize], &mut before.memory.finder());
            }
            // A whole round finds out whether it can go on like this.
            let steady = steady.filter(|_| read().all(|at| !looks_beside(&loaded.items[at as usize])));
            Read { steady: steady.map(|steady| (steady, edits)), loaded, took: clock.elapsed() }
        });
        (read, before, records, classifier)
    }
}

/// Whether it lies with another file what the item says.
fn looks_beside(item: &Item) -> bool {
    item.enclosures().iter().any(|enclosure| enclosure.beside.is_some())
}

/// Lets each item and the memory have the item's names in one place, and leaves texts in their records.
fn settle(loaded: &mut Loaded<Sifted>, memory: &Memory) {
    loaded.items.par_iter_mut().for_each_init(|| memory.finder(), |finder, item| settle_one(item, finder));
}

fn settle_one(item: &mut Arc<Item>, finder: &mut Finder<'_>) {
    let Some(item) = Arc::get_mut(item) else { return };
    item.put_text(None);
    finder.find(item.names()).into_iter().for_each(|(_, known)| item.share_names(&known.names));
}
