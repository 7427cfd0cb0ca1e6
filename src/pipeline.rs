//! The product in a page: config and items in, documents out.
//!
//! Reading is done before and publishing after. What stands between is a function of the config, the items, the paths that were published
//! before and the time; it prints nothing, writes nothing and asks no clock. Documents for which there is no room in memory it hands to a [`Depot`].

mod archive;
mod dating;
mod demand;
mod empty;
mod foreign;
mod making;
mod moved;
mod next;
mod pages;
mod part;
mod prepare;
mod recalled;
mod render;
mod settled;
mod sift;
mod steady;
#[cfg(test)]
mod tests;
mod texts;
mod waves;

pub use demand::{Demand, ON_DEMAND, on_demand};
pub use moved::{REDIRECTS, listed, misled};
pub use next::{next_change, of_item as item_changes};
pub use pages::lists_of;
pub use part::{Order, Part, Parted, part};
pub use prepare::{Changed, Former, prepare};
pub use recalled::{Recalled, is_dated_ahead, recall, seen_now};
#[cfg(feature = "postgres")]
pub(crate) use recalled::{as_published, hold, is_out_by_date};
pub use render::{path, url};
pub use settled::{Made, Settled, keep};
pub use sift::{Sifted, Texts, depends, read, read_again};
pub use steady::{Rest, Steady};
pub use texts::publication;

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::{Arc, LazyLock, OnceLock};
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use rayon::prelude::*;

use crate::cache::records::Records;
use crate::channel::{self, Catalogue, Sorted};
use crate::classify::{Classifier, Placement};
use crate::config::Config;
use crate::diag::Findings;
use crate::document::{Depot, Document};
use crate::gate;
use crate::item::{Hidden, Item, Loaded, Shelf, Stories};
use crate::ledger::{self, Accept, KnownChannel, Memory, Recall, guard};
use crate::progress::{Progress, Stage};
use dating::Dating;
use making::{MadeSheets, Making};
use prepare::{Prepare, Ready};
use render::{Render, Sheet};
use settled::{Pages, Sheets};
use steady::Ground;

/// Everything that a run made of the records.
#[derive(Debug)]
pub struct Built {
    /// The items that are seen now.
    pub items: Vec<Arc<Item>>,
    /// Where each belongs, in the order of `items`.
    pub placements: Vec<Placement>,
    /// The items that stay out, by key, and why: drafts, future and expired ones.
    pub hidden: Vec<(Arc<str>, Hidden)>,
    /// When published items that keep the dates that they had get those that their records say.
    pub held: Vec<DateTime<Utc>>,
    pub catalogue: Catalogue,
    /// What is to be remembered once the documents are published.
    pub after: Memory,
    /// What subscribers would notice that nobody can have meant.
    pub refused: Vec<guard::Refusal>,
    /// Ids and guids of items that come a second time, under these.
    pub repeats: Vec<Arc<str>>,
    /// Those that were made; what stays as it is, the catalogue says. First those of sheets, in the order of the formats.
    pub documents: Vec<Document>,
    /// What is to be kept of that.
    pub made: Made,
    pub findings: Findings,
    /// What the checker says of the documents.
    pub checked: Findings,
    /// [`Built::until`], found out when it is asked for first.
    pub until: OnceLock<DateTime<Utc>>,
    /// What another run of the process can use beside that.
    pub rest: Option<Rest>,
    pub timings: Timings,
}

/// How long each stage took.
#[derive(Clone, Copy, Debug, Default)]
pub struct Timings {
    /// The look at every file that goes into the build.
    pub look: Duration,
    pub read: Duration,
    pub recall: Duration,
    pub classify: Duration,
    pub prepare: Duration,
    pub render: Duration,
    pub check: Duration,
    pub publish: Duration,
    /// Loading and saving the ledger.
    pub remember: Duration,
}

/// What the runs before this one left.
#[derive(Clone, Copy, Debug)]
pub struct Past<'a> {
    pub memory: &'a Memory,
    /// The channel paths that were published to this place before; the memory may know others, of a place that is another now.
    pub known: &'a BTreeSet<String>,
    /// What the user takes responsibility for.
    pub accepted: &'a BTreeSet<Accept>,
    /// What was made then, and nothing was found wrong with; `None` where all is to be made and checked.
    pub clean: Option<&'a Records>,
    /// What stands since.
    pub settled: &'a Settled,
    /// Whether another run of the process is to go on from what this one makes.
    pub goes_on: bool,
}

impl Past<'static> {
    /// Of a publication that was never published.
    pub fn none() -> Self {
        static NONE: LazyLock<(Memory, BTreeSet<String>, BTreeSet<Accept>, Settled)> = LazyLock::new(Default::default);
        let (memory, known, accepted, settled) = &*NONE;
        Past { memory, known, accepted, clean: None, settled, goes_on: false }
    }
}

/// Items to documents.
///
/// # Errors
/// A record that is not any more what it was when it was read, where its text was left in it.
pub fn build(config: &Config, loaded: Loaded<Sifted>, past: Past<'_>, now: DateTime<Utc>, progress: &Progress) -> Result<Built, Changed> {
    recall(config, loaded, past, now)?.build(config, past, now, (None, progress))
}

impl Recalled {
    /// The rest of the way.
    ///
    /// # Errors
    /// As [`build()`].
    pub fn build(
        self,
        config: &Config,
        past: Past<'_>,
        now: DateTime<Utc>,
        (depot, progress): (Option<&dyn Depot>, &Progress),
    ) -> Result<Built, Changed> {
        let Recalled { items, placements, marks: mut records, files, mut recall, mut findings, ground, former, took, .. } = self;
        let Recalled { hidden, hidden_at, held, taken_out, dated_ahead, .. } = self;
        let mut timings = Timings { recall: took, ..Timings::default() };

        let clock = Instant::now();
        let sorted = Sorted { items: &items, placements: &placements, now };
        let ground = ground.unwrap_or_else(|| Ground::of(config, sorted, &mut records, past));
        let Ground { mut catalogue, marks, own, until } = ground;
        let sketch = past.goes_on.then(|| catalogue.sketch());
        settle(config, &mut catalogue, &recall, past.memory, now);
        timings.classify = clock.elapsed();

        let stories = Stories::told(&items, catalogue.told.clone());
        let prepare = Prepare {
            config,
            items: &items,
            placements: &placements,
            marks: &marks,
            stories: &stories,
            shelf: Shelf { config, files: &files.found },
            progress,
        };
        let known = (&recall, &past, former, &*own);
        let (ready, fresh) = make(&prepare, &mut catalogue, known, (now, depot), &mut timings)?;
        let Fresh { documents, checked, made, channels, stay } = fresh;
        recall.after.channels = channels;
        let refused = refused(config, past, (&items, &recall, &taken_out), dated_ahead);
        findings.extend(ready.findings().cloned());
        findings.extend(catalogue.findings.iter().cloned());
        catalogue.kept.extend(stay);
        let refs = std::mem::take(&mut recall.refs);
        Ok(Built {
            repeats: names(&items, &recall.repeats),
            items,
            placements,
            hidden,
            held,
            catalogue,
            after: recall.after,
            refused,
            documents,
            made,
            findings,
            checked,
            until: until.map_or_else(OnceLock::new, OnceLock::from),
            rest: sketch.map(|sketch| Rest { sketch, marks, own, records, refs, hidden_at, ready }),
            timings,
        })
    }
}

/// What subscribers would notice that nobody can have meant. Known items that their own records take out do not count; `dated_ahead` is what was said of
/// dates already.
fn refused(
    config: &Config,
    past: Past<'_>,
    (items, recall, taken_out): (&[Arc<Item>], &Recall, &HashSet<ledger::Ref>),
    dated_ahead: Findings,
) -> Vec<guard::Refusal> {
    let (before, after, accepted) = (past.memory, &recall.after, past.accepted);
    let mut refused = guard::guard(&guard::Scene { config, items, before, after, recall, taken_out, accepted });
    refused.extend(dated_ahead.into_iter().map(|finding| guard::Refusal { finding, field: Some("date") }));
    refused
}

/// What readers of each format know these items by.
fn names(items: &[Arc<Item>], repeats: &[(u32, ledger::Ref)]) -> Vec<Arc<str>> {
    let names = |item: &Arc<Item>| [Some(item.iri().into()), item.guid().map(Arc::from)];
    repeats.iter().flat_map(|(at, _)| names(&items[*at as usize])).flatten().collect()
}

/// Sorts the items into channels.
fn channels(config: &Config, sorted: Sorted<'_>, past: &Past<'_>) -> Catalogue {
    let mut catalogue = channel::catalogue(config, sorted, &past.memory.published(past.known));
    // Documents that do not stand in this place cannot stay as they are.
    let lost: BTreeSet<String> = catalogue.kept.difference(past.known).cloned().collect();
    if !lost.is_empty() {
        catalogue.kept.retain(|path| !lost.contains(path));
        catalogue.channels.extend(channel::heads(config, &lost).channels);
        catalogue.channels.sort_by(|a, b| a.path.cmp(&b.path));
    }
    catalogue
}

/// What is made anew.
struct Fresh {
    /// As those of [`Built`].
    documents: Vec<Document>,
    /// What the checker says of them.
    checked: Findings,
    made: Made,
    /// What is to be remembered of the channels.
    channels: BTreeMap<String, KnownChannel>,
    /// The paths without extension of what stays as it is.
    stay: Vec<String>,
}

/// Lays out and dates all channels and their archives, and makes the documents that do not stand already. The last that is known are the items that get a
/// page of their own.
fn make(
    prepare: &Prepare<'_>,
    catalogue: &mut Catalogue,
    (recall, past, former, own): (&Recall, &Past<'_>, Former, &[u32]),
    (now, depot): (DateTime<Utc>, Option<&dyn Depot>),
    timings: &mut Timings,
) -> Result<(Ready, Fresh), Changed> {
    let (config, items) = (prepare.config, prepare.items);
    let (mut ready, mut lap) = (Ready::after(config, former), Lap::begin());
    prepare.add(measured(catalogue), &mut ready)?;
    Render { config, encoded: &ready }.fit(catalogue);
    archive::lay_out(config, catalogue, items, recall, past.memory);
    let mut sheets = Sheets::look(config, catalogue, prepare.marks, past, now);
    timings.prepare = lap.end();
    let dating = Dating { config, before: past.memory, recall, now };
    let making = Making { prepare: *prepare, catalogue, dating, clean: past.clean, depot };
    let made_sheets = making.all(&mut sheets, &mut ready, timings)?;
    lap.end();
    let channels = dating.settle(catalogue, &made_sheets.dated, past.goes_on);
    let page = Pages::look(config, (catalogue, items, own), &sheets, (past.clean, past.settled));
    let pages = pages::all(prepare, (catalogue, &page.to_make), &mut ready, depot)?;
    let fresh = finish((config, catalogue), (&ready, &sheets, page), (made_sheets, pages), (channels, now));
    timings.render += lap.end();
    Ok((ready, fresh))
}

/// Adds to the documents of sheets what stands beside them.
fn finish(
    (config, catalogue): (&Config, &Catalogue),
    (ready, sheets, page): (&Ready, &Sheets<'_>, Pages),
    (MadeSheets { dated, mut documents, found }, pages): (MadeSheets, Result<Vec<Document>, Findings>),
    (channels, now): (BTreeMap<String, KnownChannel>, DateTime<Utc>),
) -> Fresh {
    let formats = config.output.formats.len();
    let is_clean = |nth: usize, sheet: Sheet<'_>| {
        found[nth * formats..(nth + 1) * formats].iter().all(Vec::is_empty) && sheet.items().iter().all(|at| ready.is_clean(*at))
    };
    let mut made = sheets.made(catalogue, &dated, is_clean);
    made.pages = page.made;
    let mut checked = gate::once(found);
    let list = pages::list(config, catalogue);
    checked.extend(list.iter().flat_map(|list| gate::check(config, list, Vec::new(), now)));
    documents.extend(pages.unwrap_or_else(|faults| {
        checked.extend(faults);
        Vec::new()
    }));
    // Copies are checked with what they are copies of.
    let copies = moved::copies(config, catalogue, &documents);
    documents.extend(copies.into_iter().map(|(_, copy)| copy));
    documents.extend(moved::redirects(config, &catalogue.channels));
    documents.extend(list);
    Fresh { documents, checked, made, channels, stay: sheets.stay(catalogue).chain(page.stay).collect() }
}

/// What was published before has its say in how channels are called and what they tell: their ids, where they went, and what went from them.
fn settle(config: &Config, catalogue: &mut Catalogue, recall: &Recall, before: &Memory, now: DateTime<Utc>) {
    moved::settle(config, catalogue, before);
    let families: HashSet<&str> = catalogue.channels.iter().map(|channel| &*channel.family).collect();
    let misled = misled(config, &|path| families.contains(path));
    catalogue.findings.extend(misled);
    bury(config, catalogue, recall, before, now);
}

/// Gives each channel the tombstones of the items that it held and that are gone: readers keep what a feed showed long ago. What its feed showed until now has
/// one always; of all else the newest have, as long as there are no more of them than a feed has items.
fn bury(config: &Config, catalogue: &mut Catalogue, recall: &Recall, before: &Memory, now: DateTime<Utc>) {
    let oldest = now.timestamp() - i64::from(config.output.tombstone_days) * 86_400;
    let gone = |at: &ledger::Ref| Some((*at, recall.after.get(*at).gone?.seconds()));
    let lies = |(at, when): &(ledger::Ref, i64)| *when > oldest && recall.after.get(*at).gone.is_some();
    let newly: HashSet<ledger::Ref> = recall.gone.iter().copied().collect();
    for channel in &mut catalogue.channels {
        let known = || before.channels.get(&channel.path).into_iter().chain(moved::predecessors(channel, before));
        let mut buried: BTreeMap<ledger::Ref, i64> = BTreeMap::new();
        let former = known().flat_map(|known| known.deleted.iter().copied()).filter(lies);
        former.for_each(|(at, when)| _ = buried.entry(at).and_modify(|last| *last = when.max(*last)).or_insert(when));
        // Of a channel that was kept as it was, some went before this run.
        buried.extend(known().flat_map(KnownChannel::shown).filter_map(gone).filter(lies));
        let beyond = known().flat_map(KnownChannel::beyond).filter(|at| newly.contains(at)).filter_map(gone).filter(lies);
        // One that came back and went again while no document was made is gone once.
        let (again, others): (Vec<_>, Vec<_>) = beyond.partition(|(at, _)| buried.contains_key(at));
        let room = channel.limits.items.saturating_sub(buried.len());
        buried.extend(again.into_iter().chain(others.into_iter().take(room)));
        channel.deleted = buried.into_iter().map(|(at, when)| (recall.after.get(at).iri().into(), ledger::date(when))).collect();
        // In an order of their own: a ledger that was exported, or taken from what a run that was cut off had written down, has them in another.
        channel.deleted.sort_by(|(a, at), (b, other)| (at, a).cmp(&(other, b)));
    }
}

/// Where each item belongs.
pub fn classify(config: &Config, items: &[Arc<Item>], progress: &Progress) -> Vec<Placement> {
    progress.begin(Stage::Classifying, items.len());
    let classifier = Classifier::new(config);
    let place = |item: &Arc<Item>| {
        progress.step(1);
        classifier.place(item)
    };
    items.par_iter().map(place).collect()
}

/// The items of channels whose windows are measured in bytes.
fn measured(catalogue: &Catalogue) -> impl Iterator<Item = u32> {
    let limited = catalogue.channels.iter().filter(|channel| channel.limits.bytes.is_some());
    limited.flat_map(|channel| channel.shown().iter().copied())
}

/// A clock for one stage after the other.
struct Lap(Instant);

impl Lap {
    fn begin() -> Self {
        Lap(Instant::now())
    }

    /// How long it took since the last.
    fn end(&mut self) -> Duration {
        std::mem::replace(&mut self.0, Instant::now()).elapsed()
    }
}
