//! The product in a page: config and items in, documents out.
//!
//! Reading is done before and publishing after. What stands between is a function of the config, the items, the paths that were published
//! before and the time; it prints nothing, writes nothing and asks no clock.

mod archive;
mod demand;
mod moved;
mod pages;
mod prepare;
mod render;

pub use demand::{Demand, ON_DEMAND, on_demand};
pub use moved::REDIRECTS;
pub use prepare::prepare;
pub use render::{path, url};

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use rayon::prelude::*;

use crate::channel::{self, Catalogue, Sorted};
use crate::classify::{Classifier, Placement};
use crate::config::{Config, Content, Future};
use crate::diag::{Finding, Findings, codes};
use crate::document::Document;
use crate::gate::{self, Checked};
use crate::item::{self, Hidden, Item};
use crate::ledger::{self, Accept, Memory, Recall, guard};
use crate::page;
use crate::progress::{Progress, Stage};
use prepare::Prepare;
use render::{Render, Sheet};

/// Everything that a run made of the records.
#[derive(Debug)]
pub struct Built {
    /// The items that are seen now.
    pub items: Vec<Item>,
    /// Where each belongs, in the order of `items`.
    pub placements: Vec<Placement>,
    /// The items that stay out, by key, and why: drafts, future and expired ones.
    pub hidden: Vec<(Arc<str>, Hidden)>,
    pub catalogue: Catalogue,
    /// What is to be remembered once the documents are published.
    pub after: Memory,
    /// What subscribers would notice that nobody can have meant.
    pub refused: Findings,
    /// Ids of items that come a second time, under these.
    pub repeats: Vec<Arc<str>>,
    pub documents: Vec<Document>,
    pub findings: Findings,
    /// What the checker says of the documents.
    pub checked: Findings,
    pub timings: Timings,
}

/// How long each stage took.
#[derive(Clone, Copy, Debug, Default)]
pub struct Timings {
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
    /// The channel paths that were published before.
    pub known: &'a BTreeSet<String>,
    /// What the user takes responsibility for.
    pub accepted: &'a BTreeSet<Accept>,
}

/// Items to documents.
pub fn build(config: &Config, loaded: item::Loaded, past: Past<'_>, now: DateTime<Utc>, progress: &Progress) -> Built {
    let mut findings = loaded.findings;
    let mut timings = Timings::default();
    let clock = Instant::now();
    let dated_ahead = dated_ahead(config, &loaded.items, past.accepted, now);
    let taken_out = taken_out(&loaded.items, past.memory, now);
    let (mut items, hidden) = seen_now(loaded.items, now, &mut findings);
    let mut recall = ledger::recall(config, &mut items, past.memory, now);
    settle_unsure(config, &mut items, &mut recall, past.memory, now);
    timings.recall = clock.elapsed();

    let clock = Instant::now();
    let placements = classify(config, &items, progress);
    let mut catalogue = channel::catalogue(config, Sorted { items: &items, placements: &placements, now }, past.known);
    moved::settle(config, &mut catalogue, past.memory);
    bury(config, &mut catalogue, &recall, past.memory, now);
    timings.classify = clock.elapsed();

    let clock = Instant::now();
    let (encoded, texts) = Prepare { config, items: &items, placements: &placements, progress }.all(&catalogue, &mut findings);
    timings.prepare = clock.elapsed();

    let clock = Instant::now();
    let render = Render { config, encoded: &encoded };
    render.fit(&mut catalogue);
    archive::lay_out(config, &mut catalogue, &items, &recall, past.memory);
    render.date(&mut catalogue, &mut recall, past.memory, now);
    let mut documents = render.all(&catalogue, progress);
    let pages = pages::all(page::Scene { config, items: &items, placements: &placements, catalogue: &catalogue, texts: &texts });
    let list = pages::list(config, &catalogue);
    drop(texts);
    timings.render = clock.elapsed();
    findings.extend(catalogue.findings.iter().cloned());
    let scene = guard::Scene {
        config,
        items: &items,
        before: past.memory,
        after: &recall.after,
        recall: &recall,
        taken_out: &taken_out,
        accepted: past.accepted,
    };
    let mut refused = guard::guard(&scene);
    refused.extend(dated_ahead);

    let clock = Instant::now();
    let mut checked = check(config, &catalogue, &items, &documents, now, progress);
    checked.extend(pages::check(config, list.as_ref(), now, progress));
    documents.extend(pages.unwrap_or_else(|faults| {
        checked.extend(faults);
        Vec::new()
    }));
    timings.check = clock.elapsed();
    // Copies are checked with what they are copies of.
    documents.extend(moved::documents(config, &catalogue, &documents));
    documents.extend(list);
    Built {
        repeats: recall.repeats.iter().map(|(at, _)| items[*at as usize].id.iri.clone()).collect(),
        items,
        placements,
        hidden,
        catalogue,
        after: recall.after,
        refused,
        documents,
        findings,
        checked,
        timings,
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

/// Gives each channel the tombstones of the items that it held and that are gone.
fn bury(config: &Config, catalogue: &mut Catalogue, recall: &Recall, before: &Memory, now: DateTime<Utc>) {
    let oldest = now.timestamp() - i64::from(config.output.tombstone_days) * 86_400;
    let newly: HashSet<ledger::Ref> = recall.gone.iter().copied().collect();
    for channel in &mut catalogue.channels {
        let Some(known) = before.channels.get(&channel.path) else { continue };
        let fresh = known.members.iter().filter(|at| newly.contains(at)).map(|at| (*at, now.timestamp()));
        let all = known.deleted.iter().copied().chain(fresh);
        let lies = |(at, when): &(ledger::Ref, i64)| *when > oldest && recall.after.get(*at).gone.is_some();
        channel.deleted = all.filter(lies).map(|(at, when)| (recall.after.get(at).iri.clone(), ledger::date(when))).collect();
    }
}

/// Where each item belongs.
pub fn classify(config: &Config, items: &[Item], progress: &Progress) -> Vec<Placement> {
    progress.begin(Stage::Classifying, items.len());
    let classifier = Classifier::new(config);
    let place = |item: &Item| {
        progress.step(1);
        classifier.place(item)
    };
    items.par_iter().map(place).collect()
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

/// What the checker says of the documents, which stand in the order in which [`Render::all`] made them.
fn check(
    config: &Config,
    catalogue: &Catalogue,
    items: &[Item],
    documents: &[Document],
    now: DateTime<Utc>,
    progress: &Progress,
) -> Findings {
    progress.begin(Stage::Checking, documents.len());
    let formats = config.output.formats.len();
    let items_of = |sheet: Sheet<'_>| sheet.items().iter().map(|at| &items[*at as usize]).collect();
    let sheets = Sheet::all(catalogue).flat_map(|sheet| std::iter::repeat_n(sheet, formats));
    let checked: Vec<Checked> = sheets.zip(documents).map(|(sheet, document)| Checked { document, items: items_of(sheet) }).collect();
    gate::check(config, &checked, now, progress)
}
