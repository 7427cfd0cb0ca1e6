//! Guards: what subscribers would notice of a publish that nobody can have meant, unless the user says so.

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

use super::{Known, KnownChannel, Memory, Recall, Ref};
use crate::config::Config;
use crate::diag::{Finding, Findings, Place, codes};
use crate::item::Item;

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

/// A channel of fewer items than this may have all of them replaced: it is a beginning, or hand work.
const FEW: usize = 5;

/// So many names are told of one channel.
const TOLD: usize = 5;

/// What is refused.
pub fn guard(scene: &Scene<'_>) -> Findings {
    let mut findings = Findings::new();
    if !scene.accepted.contains(&Accept::Repeats) {
        findings
            .extend(scene.recall.repeats.iter().map(|(position, old)| repeat(&scene.items[*position as usize], scene.before.get(*old))));
    }
    if !scene.accepted.contains(&Accept::Shrink) {
        findings.extend(scene.before.channels.iter().filter_map(|(path, channel)| shrink(scene, path, channel)));
    }
    findings
}

/// A new item that says what one that is gone said.
pub fn repeat(item: &Item, old: &Known) -> Finding {
    let title = old.title();
    let message = match item.key() == old.key() {
        true => format!(
            "the id of `{}` (\u{201c}{title}\u{201d}) was `{}` and is `{}` now: subscribers would see it a second time",
            item.key(),
            old.iri(),
            item.iri()
        ),
        false => format!(
            "`{}` is new, and says what `{}` said (\u{201c}{title}\u{201d}), which is gone: subscribers would see it a second time",
            item.key(),
            old.key()
        ),
    };
    let help = format!("give the record the id that the item had, `id = \"{}\"`", old.iri());
    Finding::new(&codes::WOULD_REPEAT, message).at(item.place()).help(Accept::Repeats.way_out(&help))
}

fn shrink(scene: &Scene<'_>, path: &str, before: &KnownChannel) -> Option<Finding> {
    let after = scene.after.channels.get(path)?;
    if before.members == after.members {
        return None;
    }
    let mut here = vec![false; scene.after.items().len()];
    after.members.iter().for_each(|at| here[*at as usize] = true);
    let timed = scene.config.named.iter().any(|named| path.ends_with(&*named.path) && !named.query.ages().is_empty());
    let is_lost = |at: &Ref| {
        let is_out = scene.after.get(*at).gone.is_some();
        !here[*at as usize] && !scene.taken_out.contains(at) && (is_out || !timed)
    };
    let lost: Vec<Ref> = before.members.iter().copied().filter(is_lost).collect();
    let (total, count) = (before.members.len() as u64, lost.len() as u64);
    let too_many = match scene.config.guards.shrink {
        None => count * 3 > total,
        Some(percent) => count * 100 > u64::from(percent) * total,
    };
    let empties = after.members.is_empty() && count > 0;
    // Who says how much may go has said it of small channels too.
    let is_replaced = scene.config.guards.shrink.is_none() && is_replaced(&before.members, &after.members, lost.len());
    if !too_many && !empties || is_replaced {
        return None;
    }
    let mut names: Vec<String> = lost.iter().take(TOLD).map(|at| format!("`{}`", scene.before.get(*at).key())).collect();
    if lost.len() > TOLD {
        names.push(format!("{} more", lost.len() - TOLD));
    }
    let whole = if after.members.is_empty() { "all of it" } else { "too much at once" };
    let message = match total {
        1 => format!("the channel `{path}` would lose its only item: {}", names.join(", ")),
        _ => format!("the channel `{path}` would lose {count} of its {total} items, {whole}: {}", names.join(", ")),
    };
    let help = "see whether a source is broken; an item that is to go can say so with `withdrawn = true`";
    Some(Finding::new(&codes::CHANNEL_SHRINKS, message).at(Place::file(scene.config.path.clone())).help(Accept::Shrink.way_out(help)))
}

/// Whether as many new items come as are lost, in a channel that held few: no source is broken that brings news.
fn is_replaced(before: &[Ref], after: &[Ref], lost: usize) -> bool {
    before.len() < FEW && after.iter().filter(|at| !before.contains(at)).count() >= lost
}

/// An item that is dated in the future and does not say that it is to be held back.
pub fn future(item: &Item) -> Finding {
    let message = format!("`{}` is dated {}, which lies in the future", item.key(), item.published.format("%Y-%m-%d %H:%M %:z"));
    let help = "mend `date`, or add `publish-at` to have it held back until then (`future = \"hold\"` in `[guards]` does so for all)";
    Finding::new(&codes::FUTURE_ITEM, message).at(item.place()).help(Accept::Future.way_out(help))
}

/// A publish that was taken back, and would come again since nothing was mended.
pub fn taken_back(config: &Config, at: &str) -> Finding {
    let help = "mend what was wrong with it; a build that publishes something else goes ahead";
    Finding::new(&codes::TAKEN_BACK, format!("this was published before, and taken back at {at}"))
        .at(Place::file(config.path.clone()))
        .help(Accept::Rollback.way_out(help))
}

/// A document that subscribers may fetch and that would be there no more.
pub fn path(config: &Config, path: &str) -> Finding {
    let channel = path.rsplit_once('.').map_or(path, |(channel, _)| channel);
    let help =
        format!("say where its subscribers are to go: `[[moved]]` with `from = \"{channel}\"` and `to`, or without `to` that it has ended");
    Finding::new(&codes::PATH_DISAPPEARS, format!("`{path}` was published and would be there no more"))
        .at(Place::file(config.path.clone()))
        .help(Accept::Paths.way_out(&help))
}
