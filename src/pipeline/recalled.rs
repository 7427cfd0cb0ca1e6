//! The first step of a build: the items of the run against what is remembered of the runs before.

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};

use super::{Past, prepare};
use crate::config::{Config, Content, Future};
use crate::diag::{Finding, Findings, codes};
use crate::item::{self, Hidden, Item};
use crate::ledger::{self, Accept, Memory, Recall, guard};

/// The items that are seen now, and what they are to the memory.
#[derive(Debug)]
pub struct Recalled {
    pub(super) items: Vec<Item>,
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
pub fn recall(config: &Config, loaded: item::Loaded, past: Past<'_>, now: DateTime<Utc>) -> Recalled {
    let mut findings = loaded.findings;
    let clock = Instant::now();
    let dated_ahead = dated_ahead(config, &loaded.items, past.accepted, now);
    let taken_out = taken_out(&loaded.items, past.memory, now);
    let (mut items, hidden) = seen_now(loaded.items, now, &mut findings);
    let mut recall = ledger::recall(config, &mut items, past.memory, now);
    settle_unsure(config, &mut items, &mut recall, past.memory, now);
    Recalled { items, hidden, recall, taken_out, dated_ahead, findings, took: clock.elapsed() }
}

impl Recalled {
    /// What will be remembered of the items; that of the channels is still of the run before.
    pub fn after(&self) -> &Memory {
        &self.recall.after
    }
}

/// Items of tomorrow and later that do not say that they are to be held back.
fn dated_ahead(config: &Config, items: &[Item], accepted: &BTreeSet<Accept>, now: DateTime<Utc>) -> Findings {
    if config.guards.future == Future::Hold || accepted.contains(&Accept::Future) {
        return Findings::new();
    }
    let soon = now + chrono::Duration::days(1);
    let ahead =
        |item: &&Item| !item.lifetime.draft && !item.lifetime.withdrawn && item.lifetime.publish_at.is_none() && item.published > soon;
    items.iter().filter(ahead).map(guard::future).collect()
}

/// Known items that their own records take out of the feeds.
fn taken_out(items: &[Item], memory: &Memory, now: DateTime<Utc>) -> HashSet<ledger::Ref> {
    let out = |item: &&Item| matches!(item.hidden(now), Some(Hidden::Withdrawn | Hidden::Expired(_)));
    items.iter().filter(out).filter_map(|item| memory.find(&item.id.iri)).collect()
}

/// Compares the text of items that the memory knows only as they were published.
fn settle_unsure(config: &Config, items: &mut [Item], recall: &mut Recall, before: &Memory, now: DateTime<Utc>) {
    for position in std::mem::take(&mut recall.unsure) {
        let item = &mut items[position as usize];
        let text = prepare(config, item).0;
        let html = if config.output.content == Content::Full { text.html } else { None };
        let shown = html.or(text.summary).unwrap_or_else(|| item.title.clone());
        let known = before.find(&item.id.iri).map(|at| before.get(at).traces.content);
        if known != Some(ledger::trace::of_published(&item.title, &shown)) {
            recall.changed_after_all(item, position, now.timestamp());
        }
    }
}

/// The items that are not drafts, not in the future and not expired; and those that are, by key. An `updated` that lies in the future has not happened yet.
pub fn seen_now(items: Vec<Item>, now: DateTime<Utc>, findings: &mut Findings) -> (Vec<Item>, Vec<(Arc<str>, Hidden)>) {
    let mut hidden = Vec::new();
    let mut seen = items;
    seen.retain(|item| match item.hidden(now) {
        Some(why) => {
            hidden.push((item.key.clone(), why));
            false
        }
        None => true,
    });
    for item in &mut seen {
        if let Some(updated) = item.updated.filter(|updated| *updated > now) {
            let finding = Finding::new(&codes::FUTURE_UPDATE, format!("`updated` of `{}` lies in the future: {updated}", item.key))
                .at(item.place.clone())
                .help("it is left out until then");
            findings.push(finding);
            item.updated = None;
        }
    }
    (seen, hidden)
}
