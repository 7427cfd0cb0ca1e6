//! What is made of each record while its text is at hand, so that the text need not stay and the next run need not make it again.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use rayon::prelude::*;
use xxhash_rust::xxh3::{xxh3_64, xxh3_128};

use crate::cache::{self, records::Records};
use crate::classify::{Classifier, Placement};
use crate::config::Config;
use crate::crash;
use crate::item::{self, Again, Files, Intake, Item, Loaded, Sift, Text, Waiting};
use crate::ledger::{Memory, trace};
use crate::progress::Progress;

/// What a build knows of an item beside the item.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sifted {
    pub placement: Placement,
    /// A hash of all that the record says: where it is the same, the item is, but for what the ledger and other items add to it.
    pub mark: u64,
}

impl Sifted {
    /// Of an item whose text is at hand and whose traces are taken with it, for who keeps nothing of its record.
    pub fn of(config: &Config, classifier: &Classifier, item: &mut Item) -> Self {
        item.trace(trace::of(config, item));
        Sifted { placement: classifier.place(item), mark: 0 }
    }
}

/// What becomes of the texts of items once they are sifted.
#[derive(Clone, Copy, Debug)]
pub enum Texts<'a> {
    /// They stay in memory: for who needs them again and again, or nearly all of them.
    Stay,
    /// They are left in the records, unless all of them are few, and fetched for the items that documents hold. A record of which these know what it says is
    /// not even read. Where there is a memory, items share what they have in common with it.
    Left(&'a Records, Option<&'a Memory>),
}

/// Reads the records of these files, sorts them and takes their traces.
pub fn read(config: &Config, files: impl Into<Intake>, texts: Texts<'_>, progress: &Progress) -> Loaded<Sifted> {
    let (records, memory) = match texts {
        Texts::Left(records, memory) => (Some(records), memory.filter(|memory| !memory.is_empty())),
        Texts::Stay => (None, None),
    };
    let classifier = OnceLock::new();
    let sieve = Sieve { room: room(config), ..Sieve::new(config, &classifier, records, memory) };
    let files = files.into();
    let mut loaded = rayon::in_place_scope(|scope| {
        // Where every record is read, it is wanted as soon as there is one.
        if matches!(files, Intake::Unseen(_)) {
            scope.spawn(|_| _ = sieve.classifier());
        }
        item::read_with(config, files, progress, &sieve)
    });
    sieve.leave(&mut loaded.items);
    loaded
}

/// Makes items of texts, each as if it were a file at its path, sorts them and takes their traces.
pub(super) fn read_texts(config: &Config, texts: &[(&Path, &str)]) -> Loaded<Sifted> {
    item::read_texts(config, texts, &Sieve::new(config, &OnceLock::new(), None, None))
}

/// Reads the files that were touched and takes all else as it was when `former` was read, texts left in the records; the classifier is made once for all
/// times. `None` where all is to be read.
pub fn read_again(
    config: &Config,
    files: Files,
    former: (Loaded<Sifted>, &BTreeSet<Arc<Path>>),
    (records, classifier): (&Records, &OnceLock<Classifier>),
) -> Option<Again<Sifted>> {
    item::read_again(config, files, former, &Sieve::new(config, classifier, Some(records), None))
}

/// One hash of everything but a record that [`read`] makes an item of: the program, and the parts of the config that it asks.
pub fn depends(config: &Config) -> u128 {
    let publication = &config.publication;
    let aliases = config.ids.file.as_ref().map(|file| fs::read(config.root.join(file)).ok());
    let asked = (
        (cache::program(), &publication.base_url, &publication.authority, &publication.languages, &publication.time_zone),
        (&config.sources, &config.countries, &config.topics, &config.evidence, &config.ids, &config.ledger.ignore),
        aliases,
    );
    xxh3_128(format!("{asked:?}").as_bytes())
}

struct Sieve<'a> {
    config: &'a Config,
    /// Made for the first record that no run before knows, or while files are listed where that will be one.
    classifier: &'a OnceLock<Classifier>,
    records: Option<&'a Records>,
    memory: Option<&'a Memory>,
    /// So many bytes of texts may stay.
    room: usize,
    /// So many there were.
    met: AtomicUsize,
    /// So many bytes of records there are, or more.
    coming: AtomicU64,
}

/// So many bytes of texts stay in memory where documents hold nearly every item that is new. What is beyond is fetched again.
const ROOM: usize = 128 << 20;

/// The same where documents hold the newest items alone: as many as ten thousand records have. Where there are more, most of them are of no use.
const FEW: usize = 16 << 20;

/// Where crossings hold more items than so many, they hold most of them, as archives do.
const HELD_BY_FEW: usize = 10_000;

fn room(config: &Config) -> usize {
    let in_crossings = config.channels.matrix.as_ref().map_or(0, |matrix| matrix.max_channels.saturating_mul(config.limits.items));
    let are_most_held = config.output.archives || in_crossings > HELD_BY_FEW;
    crash::at_most("TIDINGS_WAVE", if are_most_held { ROOM } else { FEW })
}

impl<'a> Sieve<'a> {
    fn new(config: &'a Config, classifier: &'a OnceLock<Classifier>, records: Option<&'a Records>, memory: Option<&'a Memory>) -> Self {
        Sieve { config, classifier, records, memory, room: 0, met: AtomicUsize::default(), coming: AtomicU64::default() }
    }

    fn classifier(&self) -> &Classifier {
        self.classifier.get_or_init(|| Classifier::new(self.config))
    }

    /// Whether there are more texts than documents hold, as far as is known.
    fn are_many(&self) -> bool {
        let more_come = || self.coming.load(Ordering::Relaxed) > self.room as u64;
        !self.config.output.archives && (more_come() || self.met.load(Ordering::Relaxed) > self.room)
    }

    /// Whether the item's text may stay.
    fn has_room(&self, item: &Item) -> bool {
        if self.are_many() {
            return false;
        }
        let size = item.text().map_or(0, Text::size);
        self.met.fetch_add(size, Ordering::Relaxed) + size <= self.room
    }

    /// Leaves those that stayed in their records too, where they turned out to be many.
    fn leave(&self, items: &mut [Arc<Item>]) {
        let some_stayed = self.met.load(Ordering::Relaxed) > 0;
        if some_stayed && self.are_many() {
            items.par_iter_mut().filter_map(Arc::get_mut).for_each(|item| item.put_text(None));
        }
    }

    /// Has the item take over its names in the memory if it is what it was.
    fn share_names(&self, item: &mut Item) {
        let known = self.memory.and_then(|memory| Some(memory.get(memory.find(item.iri())?)));
        known.filter(|known| known.traces() == item.traces()).into_iter().for_each(|known| item.share_names(&known.names));
    }
}

/// The record's mark, with what the item has from elsewhere: an id by the table of aliases, and the lengths of files beside it.
fn of_item(record: u128, item: &Item) -> u64 {
    let mut all = [&record.to_le_bytes(), item.iri().as_bytes(), item.guid().unwrap_or_default().as_bytes()].concat();
    let beside = item.enclosures().iter().filter_map(|enclosure| enclosure.beside.as_ref());
    beside.for_each(|file| all.extend_from_slice(&file.length.unwrap_or(u64::MAX).to_le_bytes()));
    xxh3_64(&all)
}

impl Sift for Sieve<'_> {
    type Note = Sifted;

    fn comes(&self, bytes: u64) {
        self.coming.fetch_add(bytes, Ordering::Relaxed);
    }

    fn sift(&self, items: &mut [Waiting]) -> Vec<Sifted> {
        items.iter_mut().for_each(|one| one.item.trace(trace::of(self.config, &one.item)));
        let placements = self.classifier().place_all(items.iter().map(|one| &one.item));
        let noted = |(Waiting { mark, item, .. }, placement): (&mut Waiting, Placement)| {
            let mark = of_item(*mark, item);
            if self.records.is_some() && !self.has_room(item) {
                item.put_text(None);
            }
            self.share_names(item);
            Sifted { placement, mark }
        };
        items.iter_mut().zip(placements).map(noted).collect()
    }

    fn known(&self, mark: u128) -> Option<(Item, Sifted)> {
        self.records?.find_with(mark, |bytes| {
            let (mut item, placement, traces, mark): (Item, _, _, _) = postcard::from_bytes(bytes).ok()?;
            item.trace(traces);
            self.share_names(&mut item);
            Some((item, Sifted { placement, mark }))
        })?
    }

    fn keep(&self, mark: u128, item: &Item, note: &Sifted) {
        let Some(records) = self.records else { return };
        if let Ok(bytes) = postcard::to_extend(&(item, &note.placement, item.traces(), note.mark), Vec::with_capacity(512)) {
            records.keep(mark, &bytes);
        }
    }

    fn link(&self, other: u128, mark: u128) {
        if let Some(records) = self.records {
            records.link(other, mark);
        }
    }

    fn known_rows(&self, mark: u128) -> Option<Vec<u8>> {
        self.records?.find(mark)
    }

    fn keep_rows(&self, mark: u128, rows: &[u8]) {
        if let Some(records) = self.records {
            records.keep(mark, rows);
        }
    }
}
