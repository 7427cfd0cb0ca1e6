//! The first step of a build: the items of the run against what is remembered of the runs before.

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use rayon::prelude::*;

use super::prepare::{Changed, Former, Left, fetch, prepare};
use super::steady::Ground;
use super::{Past, Sifted, empty, foreign};
use crate::classify::Placement;
use crate::config::{Config, Content, Future};
use crate::diag::{Finding, Findings, codes};
use crate::item::{self, Files, Hidden, Item, Loaded, Shelf, Text};
use crate::ledger::{self, Accept, Against, Known, Memory, Recall, Traces, guard};

/// The items that are seen now, and what they are to the memory.
#[derive(Debug)]
pub struct Recalled {
    pub(super) items: Vec<Arc<Item>>,
    pub(super) placements: Vec<Placement>,
    /// Of each, what its record says, in one hash.
    pub(super) marks: Vec<u64>,
    pub(super) files: Arc<Files>,
    pub(super) hidden: Vec<(Arc<str>, Hidden)>,
    /// Where these stand among all that was read.
    pub(super) hidden_at: Vec<u32>,
    /// When published items that keep the dates that they had get those that their records say.
    pub(super) held: Vec<DateTime<Utc>>,
    pub(super) recall: Recall,
    /// Known items that their own records take out of the feeds.
    pub(super) taken_out: HashSet<ledger::Ref>,
    /// Items dated in the future, where nobody said what becomes of them.
    pub(super) dated_ahead: Findings,
    pub(super) findings: Findings,
    /// What of the run before holds of these too.
    pub(super) ground: Option<Ground>,
    pub(super) former: Former,
    pub(super) took: Duration,
}

/// Sets what was read against what is remembered.
///
/// # Errors
/// A record that is not any more what it was when it was read, where its text was left in it and is needed.
pub fn recall(config: &Config, loaded: Loaded<Sifted>, past: Past<'_>, now: DateTime<Utc>) -> Result<Recalled, Changed> {
    let mut findings = loaded.findings;
    let clock = Instant::now();
    let Loaded { mut items, mut notes, files, .. } = loaded;
    let mut apart = apart(&items, now);
    let dated_ahead = dated_ahead(config, &items, &apart, past, now);
    let shelf = Shelf { config, files: &files.found };
    let slipped = hold_dates(shelf, (&mut items, &mut notes), &mut apart, (past.memory, now))?;
    // What is refused is told as that.
    findings.extend(slipped.told.into_iter().filter(|_| dated_ahead.is_empty()));
    let taken_out = taken_out(&items, &apart, past.memory);
    let hidden_at: Vec<u32> = apart.iter().filter(|one| one.hidden.is_some()).map(|one| one.at as u32).collect();
    let withheld = withheld(&items, &hidden_at, past.memory);
    let hidden = leave(&mut items, &mut notes, &apart, &mut findings);
    findings.extend(empty::told(&items));
    findings.extend(foreign::told(config, &items));
    let marks = notes.iter().map(|note| note.mark).collect();
    // In the room of the notes: there may be a million of them.
    let placements = notes.into_iter().map(|note| note.placement).collect();
    let against = Against::new(config, (past.memory, &withheld), now);
    let mut recall = ledger::recall(&mut items, against);
    let texts = fetch(shelf, &items, recall.unsure.iter().copied())?;
    settle_unsure(config, &mut items, &texts, &mut recall, past.memory, now);
    let (ground, former, took) = (None, Former::default(), clock.elapsed());
    let held = slipped.due;
    Ok(Recalled {
        items,
        placements,
        marks,
        files,
        hidden,
        hidden_at,
        held,
        recall,
        taken_out,
        dated_ahead,
        findings,
        ground,
        former,
        took,
    })
}

impl Recalled {
    /// The same with items that were made ready at a run before.
    pub fn with(self, former: Former) -> Self {
        Recalled { former, ..self }
    }

    /// What will be remembered of the items, and nothing of the channels.
    pub fn after(&self) -> &Memory {
        &self.recall.after
    }
}

/// An item that is not seen now as its record has it.
pub(super) struct Apart {
    pub at: usize,
    /// `None` where its `updated` alone has not come yet.
    pub hidden: Option<Hidden>,
}

/// The few of many that are told apart by the time.
fn apart(items: &[Arc<Item>], now: DateTime<Utc>) -> Vec<Apart> {
    let one = |(at, item): (usize, &Arc<Item>)| {
        let hidden = item.hidden(now);
        (hidden.is_some() || is_early(item, now)).then_some(Apart { at, hidden })
    };
    items.par_iter().enumerate().filter_map(one).collect()
}

pub(super) fn is_early(item: &Item, now: DateTime<Utc>) -> bool {
    item.updated().is_some_and(|updated| updated > now)
}

/// Items of tomorrow and later that do not say that they are to be held back.
pub(super) fn dated_ahead(config: &Config, items: &[Arc<Item>], apart: &[Apart], past: Past<'_>, now: DateTime<Utc>) -> Findings {
    let ahead = apart.iter().filter(|one| is_dated_ahead(config, &items[one.at], past.accepted, now));
    ahead.map(|one| guard::future(&items[one.at], slipped(&items[one.at], one.hidden, past.memory, now).is_some())).collect()
}

/// What is remembered of a published item that nothing but its date would take out.
pub(super) fn slipped<'m>(item: &Item, hidden: Option<Hidden>, memory: &'m Memory, now: DateTime<Utc>) -> Option<&'m Known> {
    let known = memory.get(memory.find(item.iri()).filter(|_| is_out_by_date(item, hidden))?);
    (known.gone.is_none() && known.published.seconds() <= now.timestamp()).then_some(known)
}

/// Whether nothing but its date takes the item out.
pub fn is_out_by_date(item: &Item, hidden: Option<Hidden>) -> bool {
    matches!(hidden, Some(Hidden::NotYet(_))) && item.lifetime().publish_at.is_none()
}

/// Gives an item the date that it was published with, in seconds since 1970.
pub fn hold(config: &Config, item: &mut Item, date: i64) {
    item.hold(ledger::date(date).to_utc(), config.publication.time_zone);
}

/// A published item whose date slipped into the future, with the date that it had; its text is at hand.
#[cfg(feature = "postgres")]
pub fn as_published(config: &Config, item: &Item, memory: &Memory, now: DateTime<Utc>) -> Option<Item> {
    let known = slipped(item, item.hidden(now), memory, now)?;
    let mut held = item.clone();
    hold(config, &mut held, known.published.seconds());
    trace_again(config, &mut held, None);
    Some(held)
}

/// Published items whose dates slipped into the future.
#[derive(Default)]
struct Slipped {
    told: Vec<Finding>,
    /// The dates that their records say.
    due: Vec<DateTime<Utc>>,
}

/// Has published items whose dates slipped into the future keep those that they had: nobody takes an item out of the feeds by mending its date. What else
/// changed of them is told by their texts.
fn hold_dates(
    shelf: Shelf<'_>,
    (items, notes): (&mut [Arc<Item>], &mut [Sifted]),
    apart: &mut Vec<Apart>,
    (memory, now): (&Memory, DateTime<Utc>),
) -> Result<Slipped, Changed> {
    let of_one = |one: &Apart| Some((one.at, slipped(&items[one.at], one.hidden, memory, now)?));
    let all: Vec<(usize, &Known)> = apart.iter().filter_map(of_one).collect();
    let is_other = |(at, known): &&(usize, &Known)| items[*at].traces().record != known.traces().record;
    let mut texts = fetch(shelf, items, all.iter().filter(is_other).map(|(at, _)| *at as u32))?;
    let mut slipped = Slipped::default();
    for (at, known) in &all {
        let item = Arc::make_mut(&mut items[*at]);
        slipped.told.push(guard::held(item, known.published.seconds()));
        if let Some(Hidden::NotYet(due)) = item.hidden(now) {
            slipped.due.push(due.to_utc());
        }
        hold(shelf.config, item, known.published.seconds());
        trace_again(shelf.config, item, texts.remove(&(*at as u32)));
        // What is made of it is not what its record says.
        notes[*at].mark ^= known.published.seconds() as u64;
    }
    if !all.is_empty() {
        apart.iter_mut().for_each(|one| one.hidden = items[one.at].hidden(now));
        apart.retain(|one| one.hidden.is_some() || is_early(&items[one.at], now));
    }
    Ok(slipped)
}

/// Takes the traces of what the item is now; its text is at hand, or was left in the record. Where it is not needed there is none.
fn trace_again(config: &Config, item: &mut Item, left: Option<Box<Text>>) {
    let is_left = left.is_some();
    if is_left {
        item.put_text(left);
    }
    if item.text().is_some() {
        item.trace(Traces { record: item.traces().record, ..ledger::trace::of(config, item) });
    }
    if is_left {
        item.put_text(None);
    }
}

/// Whether an item is of tomorrow or later and neither says that it is to be held back, nor the config, nor the user.
pub fn is_dated_ahead(config: &Config, item: &Item, accepted: &BTreeSet<Accept>, now: DateTime<Utc>) -> bool {
    let lifetime = item.lifetime();
    let is_held = config.guards.future == Future::Hold || accepted.contains(&Accept::Future) || lifetime.publish_at.is_some();
    !is_held && !lifetime.draft && !lifetime.withdrawn && item.published > now + chrono::Duration::days(1)
}

/// Known items that their own records take out of the feeds.
pub(super) fn taken_out(items: &[Arc<Item>], apart: &[Apart], memory: &Memory) -> HashSet<ledger::Ref> {
    let out = apart.iter().filter(|one| matches!(one.hidden, Some(Hidden::Withdrawn | Hidden::Expired(_))));
    out.filter_map(|one| memory.find(items[one.at].iri())).collect()
}

/// Known items among those at these positions, which are not seen now.
pub(super) fn withheld(items: &[Arc<Item>], hidden_at: &[u32], memory: &Memory) -> Vec<ledger::Ref> {
    hidden_at.iter().filter_map(|at| memory.find(items[*at as usize].iri())).collect()
}

/// Compares the text of items that the memory knows only as they were published.
fn settle_unsure(config: &Config, items: &mut [Arc<Item>], texts: &Left, recall: &mut Recall, before: &Memory, now: DateTime<Utc>) {
    for position in std::mem::take(&mut recall.unsure) {
        let item = &mut items[position as usize];
        let text =
            item.text().or_else(|| texts.get(&position).map(|text| &**text)).map(|text| prepare(config, item, text).0).unwrap_or_default();
        let html = text.html().filter(|_| config.output.content == Content::Full);
        let shown = html.or(text.summary()).unwrap_or(item.title());
        let known = before.find(item.iri()).map(|at| before.get(at).traces().content);
        if known != Some(ledger::trace::of_published(item.title(), shown)) {
            recall.changed_after_all(Arc::make_mut(item), position, now.timestamp());
        }
    }
}

/// Takes out the items that are drafts, in the future or expired, with their notes, and gives them by key. Published ones whose dates slipped into the future
/// stay, with the dates that they had. An `updated` that lies in the future has not happened yet.
pub fn seen_now<N>(
    config: &Config,
    items: &mut Vec<Arc<Item>>,
    notes: &mut Vec<N>,
    (memory, now): (&Memory, DateTime<Utc>),
    findings: &mut Findings,
) -> Vec<(Arc<str>, Hidden)> {
    for one in apart(items, now) {
        let item = &mut items[one.at];
        if let Some(known) = slipped(item, one.hidden, memory, now) {
            findings.push(guard::held(item, known.published.seconds()));
            hold(config, Arc::make_mut(item), known.published.seconds());
        }
    }
    let apart = apart(items, now);
    leave(items, notes, &apart, findings)
}

/// The same of those that are known to be told apart.
fn leave<N>(items: &mut Vec<Arc<Item>>, notes: &mut Vec<N>, apart: &[Apart], findings: &mut Findings) -> Vec<(Arc<str>, Hidden)> {
    let hidden: Vec<(Arc<str>, Hidden)> = apart.iter().filter_map(|one| Some((items[one.at].key().into(), one.hidden?))).collect();
    for early in apart.iter().filter(|one| one.hidden.is_none()) {
        let item = &mut items[early.at];
        let updated = item.updated().map(|updated| updated.to_string()).unwrap_or_default();
        let finding = Finding::new(&codes::FUTURE_UPDATE, format!("`updated` of `{}` lies in the future: {updated}", item.key()))
            .at(item.place())
            .help("it is left out until then");
        findings.push(finding);
        Arc::make_mut(item).update(None);
    }
    if !hidden.is_empty() {
        let mut out = vec![false; items.len()];
        apart.iter().filter(|one| one.hidden.is_some()).for_each(|one| out[one.at] = true);
        item::keep(items, &out);
        item::keep(notes, &out);
    }
    hidden
}
