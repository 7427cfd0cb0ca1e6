//! Guards: what subscribers would notice of a publish that nobody can have meant, unless the user says so.

mod paths;
mod repeats;
mod shrink;

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

use super::{Memory, Recall, Ref};
use crate::config::Config;
use crate::diag::{Finding, Place, Severity, codes};
use crate::item::{Date, Item};
pub use paths::{paths, redirects};
pub use repeats::{Repeat, repeats};
#[cfg(feature = "postgres")]
pub(crate) use shrink::{Field, Loss, enough, is_timed, told as shrinks};

/// What a user may accept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Accept {
    /// Items that come a second time under another id.
    Repeats,
    /// Channels that lose much, or all.
    Shrink,
    /// Items whose date lies in the future.
    Future,
    /// Documents that are published no more.
    Paths,
    /// What was taken back.
    Rollback,
}

impl Accept {
    /// As `--accept` takes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Accept::Repeats => "repeats",
            Accept::Shrink => "shrink",
            Accept::Future => "future",
            Accept::Paths => "paths",
            Accept::Rollback => "rollback",
        }
    }

    fn way_out(self, first: &str) -> String {
        format!("{first}; to publish all the same: `--accept {}`", self.as_str())
    }
}

/// What there is to go by.
pub struct Scene<'a> {
    pub config: &'a Config,
    pub items: &'a [Arc<Item>],
    pub before: &'a Memory,
    pub after: &'a Memory,
    pub recall: &'a Recall,
    /// Items that a record itself takes out: withdrawn and expired ones.
    pub taken_out: &'a HashSet<Ref>,
    pub accepted: &'a BTreeSet<Accept>,
}

/// What is refused, and the field of the record that it is about, which its place does not name.
#[derive(Debug)]
pub struct Refusal {
    pub finding: Finding,
    pub field: Option<&'static str>,
}

impl From<Finding> for Refusal {
    fn from(finding: Finding) -> Self {
        Refusal { finding, field: None }
    }
}

/// So many of a kind are told.
pub(crate) const TOLD: usize = 5;

/// What is refused.
pub fn guard(scene: &Scene<'_>) -> Vec<Refusal> {
    let mut refused = Vec::new();
    if !scene.accepted.contains(&Accept::Repeats) && !scene.recall.repeats.is_empty() {
        let repeat =
            |(position, old): &(u32, Ref)| Repeat { item: scene.items[*position as usize].clone(), old: scene.before.get(*old).clone() };
        let all: Vec<Repeat> = scene.recall.repeats.iter().map(repeat).collect();
        let published = scene.before.items().iter().filter(|known| known.gone.is_none()).count();
        refused.extend(repeats(scene.config, &all, published));
    }
    if !scene.accepted.contains(&Accept::Shrink) {
        refused.extend(shrink::shrink(scene).into_iter().map(Refusal::from));
    }
    refused
}

/// The first few of a kind, and how many more there are.
fn in_short<T: From<Finding>>(config: &Config, mut all: impl ExactSizeIterator<Item = T>, more: &str) -> Vec<T> {
    // To say that there is one more takes as much room as to tell it.
    if all.len() <= TOLD + 1 {
        return all.collect();
    }
    let mut told: Vec<T> = all.by_ref().take(TOLD).collect();
    let short = Finding::new(&codes::MORE_LIKE_THIS, format!("{} more {more}", all.len()));
    told.push(T::from(of_config(config, short).help("mend what they have in common first").counting(all.len())));
    told
}

/// Names in backticks, the first few of so many.
fn named<'n>(count: usize, names: impl Iterator<Item = &'n str>) -> String {
    let more = count.saturating_sub(TOLD);
    let mut named: Vec<String> = names.take(TOLD).map(|name| format!("`{name}`")).collect();
    if more > 0 {
        named.push(format!("{more} more"));
    }
    named.join(", ")
}

/// A finding about no record.
fn of_config(config: &Config, finding: Finding) -> Finding {
    finding.at(Place::file(config.path.clone()))
}

/// An item that is dated in the future and does not say that it is to be held back; it may be published already.
pub fn future(item: &Item, is_published: bool) -> Finding {
    let message = format!("`{}` is dated {}, which lies in the future", item.key(), told(item.published));
    let help = match is_published {
        true => {
            "mend `date`; to leave the item published with the date that it had: `future = \"hold\"` in `[guards]`, which does so for all, or for \
             this run alone `--accept future`"
        }
        false => {
            "mend `date`; to have the item held back until then: `publish-at` in its record, or `future = \"hold\"` in `[guards]`, which does so for \
             all; to publish the others meanwhile, for this run alone: `--accept future`"
        }
    };
    Finding::new(&codes::FUTURE_ITEM, message).at(item.place()).help(help)
}

/// The same of one that stays published with the date that it had, in seconds since 1970.
pub fn held(item: &Item, date: i64) -> Finding {
    let date = super::date(date).with_timezone(item.published.offset());
    let message = format!(
        "`{}` is dated {}, which lies in the future, and stays published with the date that it had, {}",
        item.key(),
        told(item.published),
        told(date)
    );
    let help = "mend `date`; to take the item out of the feeds until then, add `publish-at`";
    Finding { severity: Severity::Warning, ..Finding::new(&codes::FUTURE_ITEM, message).at(item.place()).help(help) }
}

fn told(date: Date) -> impl std::fmt::Display {
    date.format("%Y-%m-%d %H:%M %:z")
}

/// A publish that was taken back at a time, and would come again since nothing was mended: with these items, and by the same settings, where it changed any.
pub fn taken_back(config: &Config, at: &str, items: &[String], by_settings: bool) -> Finding {
    let items = (!items.is_empty()).then(|| named(items.len(), items.iter().map(String::as_str)));
    let settings = by_settings.then(|| "the same config and templates".to_owned());
    let with: Vec<String> = items.into_iter().chain(settings).collect();
    let of = if with.is_empty() { String::new() } else { format!(", with {}", with.join(" and ")) };
    let help = "mend what was wrong with it: a build goes ahead where any of that is another";
    of_config(config, Finding::new(&codes::TAKEN_BACK, format!("this was published before, and taken back at {at}{of}")))
        .help(Accept::Rollback.way_out(help))
}
