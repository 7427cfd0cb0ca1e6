//! The first step of a build: the items of the run against what is remembered of the runs before.

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};

use super::prepare::{Changed, Left, fetch, prepare};
use super::{Past, Sifted};
use crate::classify::Placement;
use crate::config::{Config, Content, Future};
use crate::diag::{Finding, Findings, codes};
use crate::item::{self, Found, Hidden, Item, Loaded, Shelf};
use crate::ledger::{self, Accept, Memory, Recall, guard};

/// The items that are seen now, and what they are to the memory.
#[derive(Debug)]
pub struct Recalled {
    pub(super) items: Vec<Item>,
    pub(super) placements: Vec<Placement>,
    pub(super) files: Vec<Found>,
    pub(super) hidden: Vec<(Arc<str>, Hidden)>,
    pub(super) recall: Recall,
    /// Known items that their own records take out of the feeds.
    pub(super) taken_out: HashSet<ledger::Ref>,
    /// Items dated in the future, where nobody said what becomes of them.
    pub(super) dated_ahead: Findings,
    pub(super) findings: Findings,
    pub(super) took: Duration,
}

/// Sets what was read against what is remembered.
///
/// # Errors
/// A record that is not any more what it was when it was read, where its text was left in it and is needed.
pub fn recall(config: &Config, loaded: Loaded<Sifted>, past: Past<'_>, now: DateTime<Utc>) -> Result<Recalled, Changed> {
    let mut findings = loaded.findings;
    let clock = Instant::now();
    let dated_ahead = dated_ahead(config, &loaded.items, past.accepted, now);
    let taken_out = taken_out(&loaded.items, past.memory, now);
    let Loaded { mut items, mut notes, files, .. } = loaded;
    let hidden = seen_now(&mut items, &mut notes, now, &mut findings);
    let mut recall = ledger::recall(&mut items, |at| &notes[at].traces, past.memory, now);
    let texts = fetch(Shelf { config, files: &files }, &items, recall.unsure.iter().copied(), &|at| notes[at as usize].traces)?;
    settle_unsure(config, &mut items, &texts, &mut recall, past.memory, now);
    let placements = notes.into_iter().map(|sifted| sifted.placement).collect();
    Ok(Recalled { items, placements, files, hidden, recall, taken_out, dated_ahead, findings, took: clock.elapsed() })
}

impl Recalled {
    /// What will be remembered of the items, and nothing of the channels.
    pub fn after(&self) -> &Memory {
        &self.recall.after
    }
}

/// Items of tomorrow and later that do not say that they are to be held back.
fn dated_ahead(config: &Config, items: &[Item], accepted: &BTreeSet<Accept>, now: DateTime<Utc>) -> Findings {
    items.iter().filter(|item| is_dated_ahead(config, item, accepted, now)).map(guard::future).collect()
}

/// Whether an item is of tomorrow or later and neither says that it is to be held back, nor the config, nor the user.
pub fn is_dated_ahead(config: &Config, item: &Item, accepted: &BTreeSet<Accept>, now: DateTime<Utc>) -> bool {
    let is_held = config.guards.future == Future::Hold || accepted.contains(&Accept::Future) || item.lifetime().publish_at.is_some();
    !is_held && !item.lifetime().draft && !item.lifetime().withdrawn && item.published > now + chrono::Duration::days(1)
}

/// Known items that their own records take out of the feeds.
fn taken_out(items: &[Item], memory: &Memory, now: DateTime<Utc>) -> HashSet<ledger::Ref> {
    let out = |item: &&Item| matches!(item.hidden(now), Some(Hidden::Withdrawn | Hidden::Expired(_)));
    items.iter().filter(out).filter_map(|item| memory.find(item.iri())).collect()
}

/// Compares the text of items that the memory knows only as they were published.
fn settle_unsure(config: &Config, items: &mut [Item], texts: &Left, recall: &mut Recall, before: &Memory, now: DateTime<Utc>) {
    for position in std::mem::take(&mut recall.unsure) {
        let item = &mut items[position as usize];
        let text = item.text.as_ref().or_else(|| texts.get(&position)).map(|text| prepare(config, item, text).0).unwrap_or_default();
        let html = if config.output.content == Content::Full { text.html } else { None };
        let shown = html.or(text.summary).unwrap_or_else(|| item.title().to_owned());
        let known = before.find(item.iri()).map(|at| before.get(at).traces.content);
        if known != Some(ledger::trace::of_published(item.title(), &shown)) {
            recall.changed_after_all(item, position, now.timestamp());
        }
    }
}

/// Takes out the items that are drafts, in the future or expired, with their notes, and gives them by key. An `updated` that lies in the future has not happened yet.
pub fn seen_now<N>(items: &mut Vec<Item>, notes: &mut Vec<N>, now: DateTime<Utc>, findings: &mut Findings) -> Vec<(Arc<str>, Hidden)> {
    let why: Vec<Option<Hidden>> = items.iter().map(|item| item.hidden(now)).collect();
    let hidden: Vec<(Arc<str>, Hidden)> = items.iter().zip(&why).filter_map(|(item, why)| Some((item.key().into(), (*why)?))).collect();
    if !hidden.is_empty() {
        let out: Vec<bool> = why.iter().map(Option::is_some).collect();
        item::keep(items, &out);
        item::keep(notes, &out);
    }
    for item in items {
        if let Some(updated) = item.updated.filter(|updated| *updated > now) {
            let finding = Finding::new(&codes::FUTURE_UPDATE, format!("`updated` of `{}` lies in the future: {updated}", item.key()))
                .at(item.place())
                .help("it is left out until then");
            findings.push(finding);
            item.updated = None;
        }
    }
    hidden
}
