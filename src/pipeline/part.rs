//! Some channels of many: the documents that a worker makes of the items that it fetched for them.
//!
//! Of a channel with a million items the newest are fetched, and what else there is does not matter to its documents. Whether enough was fetched is
//! told here too, since limits in days and translations of one story make that more than a number of rows.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::dating::Dating;
use super::making::{MadeSheets, Making};
use super::prepare::{Changed, Prepare, Ready};
use super::render::Render;
use super::settled::Sheets;
use super::{Timings, bury, moved, next};
use crate::channel::{self, Catalogue, Channel, Sorted};
use crate::classify::Placement;
use crate::config::Config;
use crate::diag::Findings;
use crate::document::Document;
use crate::gate;
use crate::item::{Item, Shelf, Stories};
use crate::ledger::{Memory, Recall, Ref};
use crate::progress::Progress;

/// An item's place in the order of every channel: the newest first, by seconds before 1970, then by id.
pub type Order = (i64, std::sync::Arc<str>);

/// What was fetched.
#[derive(Debug)]
pub struct Part<'a> {
    /// The paths, without a language, of the channels that are wanted.
    pub families: &'a BTreeSet<String>,
    /// With their texts.
    pub items: Vec<Arc<Item>>,
    /// In the order of `items`.
    pub placements: Vec<Placement>,
    /// What is remembered of these items, of those that the channels held, and of the channels.
    pub memory: Memory,
    /// Of each channel that has more items: the last one that was fetched, in its order.
    pub fetched_to: BTreeMap<String, Order>,
}

/// What was made of it.
#[derive(Debug)]
pub struct Parted {
    /// Each with the family of its channel.
    pub documents: Vec<(String, Document)>,
    /// What is to be remembered of the channels; their members are those that their documents hold.
    pub after: Memory,
    /// Paths of empty channels whose documents stay as they are.
    pub kept: BTreeSet<String>,
    /// By family, when its documents are others by the clock alone, in seconds since 1970.
    pub due: BTreeMap<String, i64>,
    pub findings: Findings,
    /// What the checker says of the documents.
    pub checked: Findings,
}

/// Makes the documents of the part.
///
/// # Errors
/// The paths of channels of which more must be fetched.
pub fn part(config: &Config, part: Part<'_>, now: DateTime<Utc>) -> Result<Parted, Vec<String>> {
    let Part { families, items, placements, memory, fetched_to } = part;
    let known: BTreeSet<String> = memory.channels.keys().cloned().collect();
    let mut catalogue = channel::of_families(config, Sorted { items: &items, placements: &placements, now }, &known, families);
    let short = too_short(&catalogue, &items, &fetched_to);
    if !short.is_empty() {
        return Err(short);
    }
    let (mut findings, progress) = (Findings::new(), Progress::default());
    let mut recall = remembered(&items, &memory);
    moved::settle(config, &mut catalogue, &memory);
    bury(config, &mut catalogue, &recall, &memory, now);
    let prepare = Prepare {
        config,
        items: &items,
        placements: &placements,
        marks: &[],
        stories: &Stories::told(&items, catalogue.told.clone()),
        shelf: Shelf { config, files: &[] },
        progress: &progress,
    };
    // Every text is at hand, so that none can have changed.
    let mut ready = Ready::new(config);
    let shown = catalogue.channels.iter().flat_map(|channel| channel.shown().iter().copied());
    if let Err(Changed { .. }) = prepare.add(shown, &mut ready) {
        return Err(known.into_iter().collect());
    }
    findings.extend(ready.findings().cloned());
    Render { config, encoded: &ready }.fit(&mut catalogue);
    catalogue.channels.iter_mut().for_each(|channel| channel.items.truncate(channel.window));
    let dating = Dating { config, before: &memory, recall: &recall, now };
    let making = Making { prepare, catalogue: &catalogue, dating, clean: None, depot: None };
    let mut unknown = Sheets::unknown(catalogue.channels.len());
    let Ok(MadeSheets { dated, documents, found }) = making.all(&mut unknown, &mut ready, &mut Timings::default()) else {
        return Err(known.into_iter().collect());
    };
    let channels = dating.settle(&mut catalogue, &dated, false);
    recall.after.channels = channels;
    findings.extend(catalogue.findings.iter().cloned());
    let checked = gate::once(found);
    let copies = moved::copies(config, &catalogue, &documents);
    let of = catalogue.channels.iter().flat_map(|channel| config.output.formats.iter().map(|_| channel.family.clone()));
    let documents = of.zip(documents).chain(copies).collect();
    let mut due: BTreeMap<String, i64> = BTreeMap::new();
    for channel in &catalogue.channels {
        if let Some(next) = next::of_channel(config, channel, &items, now) {
            due.entry(channel.family.clone()).and_modify(|due| *due = next.min(*due)).or_insert(next);
        }
    }
    Ok(Parted { documents, after: recall.after, kept: catalogue.kept, due, findings, checked })
}

/// The items as they are remembered; those that are gone and that a channel still held are newly so.
fn remembered(items: &[Arc<Item>], memory: &Memory) -> Recall {
    let refs: Vec<Ref> = items.iter().filter_map(|item| memory.find(item.iri())).collect();
    let held = memory.channels.values().flat_map(|channel| channel.members.iter()).copied();
    let gone: BTreeSet<Ref> = held.filter(|at| memory.get(*at).gone.is_some()).collect();
    Recall { after: memory.clone(), refs, known: memory.items().len(), gone: gone.into_iter().collect(), ..Recall::default() }
}

/// The channels whose documents may hold something that was not fetched.
fn too_short(catalogue: &Catalogue, items: &[Arc<Item>], fetched_to: &BTreeMap<String, Order>) -> Vec<String> {
    let is_short = |channel: &&Channel| {
        let Some(last) = fetched_to.get(&channel.path) else { return false };
        let is_within = |at: &&u32| {
            let item = &items[**at as usize];
            (-item.published.timestamp(), item.iri()) <= (last.0, &last.1)
        };
        let within = channel.items.iter().take_while(is_within).count();
        let could_hold_more = channel.window < channel.limits.items || channel.limits.floor_days.is_some();
        channel.window > within || (channel.window == channel.items.len() && could_hold_more)
    };
    catalogue.channels.iter().filter(is_short).map(|channel| channel.path.clone()).collect()
}
