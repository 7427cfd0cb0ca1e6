//! The items of a run against the memory: which are new, which really changed and when, which are gone, and which would come twice.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use chrono::{DateTime, Utc};
use rayon::prelude::*;

use super::{Digest, Finder, Known, Memory, Moment, Ref, Traces, date, later, trace};
use crate::config::{Config, Format};
use crate::item::Item;

/// What the run's items are to the memory.
#[derive(Debug, Default)]
pub struct Recall {
    /// The memory as it is when this run is published; nothing of its channels is in it yet.
    pub after: Memory,
    /// The place in the memory of each of the run's items.
    pub refs: Vec<Ref>,
    /// How many items the memory had before: those behind them are new.
    pub known: usize,
    /// Items that were seen and are so no more.
    pub gone: Vec<Ref>,
    /// Items that readers would see a second time, by their positions, each with what it repeats: one that is gone, or itself under another guid.
    pub repeats: Vec<(u32, Ref)>,
    /// Positions of items whose real change has to be told by the text as it is published, since the memory was rebuilt.
    pub unsure: Vec<u32>,
}

/// What a run's items are set against.
#[derive(Clone, Copy, Debug)]
pub struct Against<'a> {
    pub memory: &'a Memory,
    /// Known items that are not seen now though their records stand.
    pub withheld: &'a [Ref],
    pub now: DateTime<Utc>,
    /// Whether there are readers who know an item by its guid: those of RSS.
    pub has_rss: bool,
}

impl<'a> Against<'a> {
    pub fn new(config: &Config, (memory, withheld): (&'a Memory, &'a [Ref]), now: DateTime<Utc>) -> Self {
        Against { memory, withheld, now, has_rss: config.output.formats.contains(&Format::Rss) }
    }
}

/// So many items are compared at a time.
const PART: usize = 16_384;

/// Sets the items, whose traces were taken, against the memory and gives each the date of its last real change.
pub fn recall(items: &mut [Arc<Item>], against: Against<'_>) -> Recall {
    let (before, now) = (against.memory, against.now.timestamp());
    let mut recall =
        Recall { after: before.items_alone(), refs: Vec::with_capacity(items.len()), known: before.items().len(), ..Recall::default() };
    recall.after.reserve(items.len().saturating_sub(before.items().len()));
    for part in items.chunks_mut(PART) {
        let of = |finder: &mut Finder<'_>, item| Met::of(item, finder, now);
        let met: Vec<Met> = part.par_iter_mut().map_init(|| before.finder(), of).collect();
        met.into_iter().for_each(|met| recall.take(met));
    }
    recall.find_gone(now);
    recall.find_repeats(against);
    recall
}

/// What one of the run's items is to the memory.
struct Met {
    /// Its place there, if it has one.
    at: Option<Ref>,
    is_unsure: bool,
    /// What is to be known of it from now on, where that is something else.
    news: Option<Known>,
}

impl Met {
    fn of(item: &mut Arc<Item>, finder: &mut Finder<'_>, now: i64) -> Self {
        let (at, known) = finder.find(item.names()).unzip();
        let traces = item.traces();
        // A record that is the same to the letter did not change, even where another config has its content traced otherwise.
        let traces = known.map(Known::traces).filter(|known| known.record == traces.record).unwrap_or(traces);
        // One that comes back is dated anew in any case.
        let is_unsure = known.is_some_and(|known| known.traces().record.is_none() && known.gone.is_none());
        Met { at, is_unsure, news: remembered(item, traces, known, now) }
    }
}

/// What is to be known of the item from now on; `None` where that is what is known. It gets its date: the record's own, else that of the last real
/// change, and none before the one that readers saw.
fn remembered(item: &mut Arc<Item>, traces: Traces, known: Option<&Known>, now: i64) -> Option<Known> {
    let explicit = item.updated().map(|updated| updated.timestamp());
    // A rebuilt memory cannot tell an item's own date of change from the one that every item has.
    let is_own = |known: &Known| known.traces().record.is_some() || known.updated != Some(item.changed().timestamp().into());
    let before = known.filter(|known| explicit.is_some() || is_own(known)).and_then(|known| known.updated).map(Moment::seconds);
    let changed = known.is_some_and(|known| known.traces().is_other_content(&traces));
    // One dated by day was seen with a time after noon.
    let spread = (item.begun() - item.published).num_seconds();
    let seen = known.map(|known| known.updated.map_or(known.published.seconds() + spread, Moment::seconds));
    let updated = match explicit {
        Some(_) => explicit.max(seen),
        None if changed => Some(before.map_or(now, |before| later(before, now)).max(item.published.timestamp())),
        None => before,
    };
    let updated = known.map_or(updated, |known| known.date_again(updated, now));
    if updated != explicit {
        // What was read of the record stays as it is for whoever has it too.
        Arc::make_mut(item).update(updated.map(date));
    }
    let published = Moment::from(item.published.timestamp());
    let is_as_known = |known: &&Known| {
        let own = (known.gone, known.updated, known.published, known.traces());
        own == (None, updated.map(Moment::from), published, traces) && known.names.are_those_of(item.names())
    };
    if let Some(known) = known.filter(is_as_known) {
        // Not where somebody else has the item too, who would keep the names that it has now.
        Arc::get_mut(item).into_iter().for_each(|item| item.share_names(&known.names));
        return None;
    }
    let names = item.names().clone();
    Some(Known {
        names: if names.traces() == traces { names } else { names.with(traces) },
        first_seen: known.map_or(now.into(), |known| known.first_seen),
        published,
        updated: updated.map(Moment::from),
        gone: None,
    })
}

impl Recall {
    /// Of a run whose items are those of the run that left this memory, in its order and at these places.
    pub fn again(refs: Vec<Ref>, before: &Memory) -> Self {
        Recall { after: before.items_alone(), refs, known: before.items().len(), ..Recall::default() }
    }

    /// Sets one that is another now against the memory, as [`recall`] does, and gives its place there. `None` where its text has to tell more.
    pub fn meet(&mut self, item: &mut Arc<Item>, before: &Memory, now: DateTime<Utc>) -> Option<Ref> {
        match Met::of(item, &mut before.finder(), now.timestamp()) {
            Met { is_unsure: true, .. } => None,
            Met { at: Some(at), news, .. } => {
                news.into_iter().for_each(|known| *self.after.at_mut(at) = known);
                Some(at)
            }
            Met { at: None, news, .. } => news.map(|known| self.after.put(known)),
        }
    }

    /// Once all are met: these are gone.
    pub fn settle(&mut self, gone: Vec<Ref>, against: Against<'_>) {
        self.gone = gone;
        for at in &self.gone {
            self.after.at_mut(*at).gone = Some(against.now.timestamp().into());
        }
        self.find_repeats(against);
    }

    /// The new items, by position and by place in the memory.
    pub fn new_items(&self) -> impl Iterator<Item = (u32, Ref)> {
        (0..).zip(self.refs.iter().copied()).filter(|(_, at)| *at as usize >= self.known)
    }

    /// Remembers the next of the run's items: what is new of it, if anything is.
    fn take(&mut self, Met { at, is_unsure, news }: Met) {
        let position = self.refs.len() as u32;
        if is_unsure {
            self.unsure.push(position);
        }
        let at = match (at, news) {
            (Some(at), Some(known)) => {
                *self.after.at_mut(at) = known;
                Some(at)
            }
            (None, Some(known)) => Some(self.after.put(known)),
            (at, None) => at,
        };
        self.refs.extend(at);
    }

    /// Says that an item of a rebuilt memory did change: its text is not the one that was published.
    pub fn changed_after_all(&mut self, item: &mut Item, position: u32, now: i64) {
        let known = self.after.at_mut(self.refs[position as usize]);
        let before = known.updated.map(Moment::seconds);
        let explicit = item.updated().is_some_and(|updated| Some(updated.timestamp()) != before);
        if !explicit {
            let updated = before.map_or(now, |before| later(before, now)).max(known.published.seconds());
            known.updated = Some(updated.into());
            item.update(Some(date(updated)));
        }
    }

    fn find_gone(&mut self, now: i64) {
        let mut here = vec![false; self.after.items.len()];
        self.refs.iter().for_each(|at| here[*at as usize] = true);
        let is_gone = |(at, known): &(Ref, &Known)| !here[*at as usize] && known.gone.is_none();
        self.gone = (0..).zip(self.after.items().iter()).filter(is_gone).map(|(at, _)| at).collect();
        for at in &self.gone {
            self.after.at_mut(*at).gone = Some(now.into());
        }
    }

    fn find_repeats(&mut self, against: Against<'_>) {
        self.find_copies(against.withheld);
        if against.has_rss {
            self.find_renamed(against.memory);
        }
    }

    /// Readers of RSS know an item by its guid. A rebuilt memory knows none.
    fn find_renamed(&mut self, before: &Memory) {
        let is_renamed = |(at, known): &(usize, &Known)| {
            before.items().get(*at).is_some_and(|old| old.traces().record.is_some() && old.guid() != known.guid())
        };
        let renamed: BTreeSet<Ref> = self.after.items().since(before.items()).filter(is_renamed).map(|(at, _)| at as Ref).collect();
        if !renamed.is_empty() {
            self.repeats.extend((0..).zip(&self.refs).filter(|(_, at)| renamed.contains(at)).map(|(position, at)| (position, *at)));
        }
    }

    /// A new item repeats one that is gone if it has its content, or its text or title of the same date, or its page with its text, title or date. One whose
    /// record stands is repeated by none.
    fn find_copies(&mut self, withheld: &[Ref]) {
        if self.after.items().len() == self.known {
            return;
        }
        let withheld: HashSet<Ref> = withheld.iter().copied().collect();
        let is_left = |(at, known): &(Ref, &Known)| known.gone.is_some() && !withheld.contains(at);
        let mut left: HashMap<Likeness<'_>, Ref> = HashMap::new();
        for (at, known) in (0..).zip(self.after.items().iter()).filter(is_left) {
            for likeness in likenesses(known) {
                left.entry(likeness).or_insert(at);
            }
        }
        if left.is_empty() {
            return;
        }
        let repeated = |at: Ref| likenesses(self.after.get(at)).into_iter().find_map(|likeness| left.get(&likeness).copied());
        self.repeats = self.new_items().filter_map(|(position, at)| Some((position, repeated(at)?))).collect();
    }
}

/// By what two items under two ids are known to be one. Many stories may stand on one page, one after the other.
#[derive(PartialEq, Eq, Hash)]
enum Likeness<'a> {
    Content(Digest),
    PageAndTitle(u64, &'a str),
    PageAndText(u64, u64),
    PageAndDate(u64, i64),
    Text(u64, i64),
    Title(&'a str, i64),
}

fn likenesses(known: &Known) -> Vec<Likeness<'_>> {
    let mut all = Vec::with_capacity(6);
    let Traces { record, content, text, link } = known.traces();
    let (title, date) = (known.title(), known.published.seconds());
    let has_text = trace::has_text(known.traces());
    if record.is_some() && content != Digest::default() {
        all.push(Likeness::Content(content));
    }
    if link != 0 {
        all.extend([Likeness::PageAndTitle(link, title), Likeness::PageAndDate(link, date)]);
    }
    if link != 0 && has_text {
        all.push(Likeness::PageAndText(link, text));
    }
    if has_text {
        all.push(Likeness::Text(text, date));
    }
    all.push(Likeness::Title(title, date));
    all
}
