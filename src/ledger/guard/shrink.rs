//! Channels that would lose what nobody can have meant to take out.

use std::collections::HashSet;

use super::super::{Known, KnownChannel, Ref, trace};
use super::{Accept, Scene, in_short, named, of_config};
use crate::config::{Config, paths};
use crate::diag::{Finding, codes};

/// A channel of fewer items than this may have all of them replaced: it is a beginning, or hand work.
const FEW: usize = 5;

/// What is refused of items that go, and of texts that do.
pub(super) fn shrink(scene: &Scene<'_>) -> Vec<Finding> {
    let channels = || scene.before.channels.iter();
    // What comes again under another id is not lost.
    let again: HashSet<Ref> = scene.recall.repeats.iter().map(|(_, old)| *old).collect();
    let losing: Vec<Finding> = channels().filter_map(|(path, channel)| losing(scene, path, channel, &again)).collect();
    let silenced = silenced(scene);
    let silent: Vec<Finding> = channels().filter_map(|(path, channel)| falling_silent(scene, path, channel, &silenced)).collect();
    let in_short = |findings: Vec<Finding>, more| in_short(scene.config, findings.into_iter(), more);
    [in_short(losing, "channels that would lose too much"), in_short(silent, "channels whose items would lose their text")].concat()
}

/// What a channel loses of these of its items.
struct Loss<'a> {
    members: &'a [Ref],
    lost: Vec<Ref>,
    is_feed: bool,
}

fn losing(scene: &Scene<'_>, path: &str, before: &KnownChannel, again: &HashSet<Ref>) -> Option<Finding> {
    let after = scene.after.channels.get(path)?;
    if before.members == after.members {
        return None;
    }
    let mut here = vec![false; scene.after.items().len()];
    after.members.iter().for_each(|at| here[*at as usize] = true);
    let is_timed = is_timed(scene.config, path);
    let is_meant = |at: &Ref| scene.taken_out.contains(at) || again.contains(at) || is_timed && !is_out(scene, *at);
    let is_lost = |at: &Ref| !here[*at as usize] && !is_meant(at);
    let of = |members, is_feed| Loss { members, lost: members.iter().copied().filter(is_lost).collect(), is_feed };
    // Of many items a channel may lose few, and of those that readers see nearly all.
    let loss =
        [of(&before.members, false), of(before.shown(), true)].into_iter().find(|loss| loss.is_refused(scene.config, before, after))?;
    Some(loss.told(scene, path, after.members.is_empty()))
}

impl Loss<'_> {
    fn is_refused(&self, config: &Config, before: &KnownChannel, after: &KnownChannel) -> bool {
        let empties = after.members.is_empty() && !self.lost.is_empty();
        (empties || is_too_much(config, self.lost.len(), self.members.len())) && !self.is_replaced(config, before, after)
    }

    /// Whether as many new items come as are lost, in a channel that held few: no source is broken that brings news.
    fn is_replaced(&self, config: &Config, before: &KnownChannel, after: &KnownChannel) -> bool {
        // Who says how much may go has said it of small channels too.
        if config.guards.shrink.is_some() || self.members.len() >= FEW {
            return false;
        }
        let known: HashSet<Ref> = before.members.iter().copied().collect();
        after.members.iter().filter(|at| !known.contains(at)).count() >= self.lost.len()
    }

    fn told(&self, scene: &Scene<'_>, path: &str, empties: bool) -> Finding {
        let (count, total) = (self.lost.len(), self.members.len());
        let how = if empties { "all of it" } else { "too much at once" };
        let what = match total {
            1 => "its only item".to_owned(),
            _ if self.is_feed => format!("{count} of the {total} items that its feed shows, {how}"),
            _ => format!("{count} of its {total} items, {how}"),
        };
        let names = named(self.lost.iter().map(|at| scene.before.get(*at).key()));
        let (still, help) = match self.lost.iter().any(|at| is_out(scene, *at)) {
            true => ("", "see whether a source is broken; an item that is to go can say so with `withdrawn = true`"),
            false => (
                ", which the publication still has",
                "see whether what sorts them is right: `language`, `countries` and `topics` in the records, or what the config says of the channel",
            ),
        };
        refused(scene, format!("the channel `{path}` would lose {what}: {names}{still}"), help)
    }
}

/// Whether items come to a channel and leave it by their age alone, since its query asks for it.
pub fn is_timed(config: &Config, path: &str) -> bool {
    let family = paths::family(config, path);
    config.named.iter().any(|named| (named.path == path || family == Some(&*named.path)) && !named.query.ages().is_empty())
}

/// Whether so many may not go at once.
pub fn is_too_much(config: &Config, lost: usize, total: usize) -> bool {
    match config.guards.shrink {
        None => lost * 3 > total,
        Some(percent) => lost as u64 * 100 > u64::from(percent) * total as u64,
    }
}

fn is_out(scene: &Scene<'_>, at: Ref) -> bool {
    scene.after.get(at).gone.is_some()
}

/// The items that had a text, and have none or nothing but a summary.
fn silenced(scene: &Scene<'_>) -> HashSet<Ref> {
    let is_silenced = |(at, known): &(usize, &Known)| {
        let old = scene.before.items().get(*at).and_then(|old| trace::told(old.traces()));
        known.gone.is_none() && old.zip(trace::told(known.traces())).is_some_and(|(old, new)| old > new)
    };
    scene.after.items().since(scene.before.items()).filter(is_silenced).map(|(at, _)| at as Ref).collect()
}

fn falling_silent(scene: &Scene<'_>, path: &str, before: &KnownChannel, silenced: &HashSet<Ref>) -> Option<Finding> {
    let shown = before.shown();
    if silenced.is_empty() || shown.len() < FEW {
        return None;
    }
    let silent: Vec<Ref> = shown.iter().copied().filter(|at| silenced.contains(at)).collect();
    if !is_too_much(scene.config, silent.len(), shown.len()) {
        return None;
    }
    let names = named(silent.iter().map(|at| scene.before.get(*at).key()));
    let message =
        format!("in the channel `{path}` {} of the {} items that its feed shows would lose their text: {names}", silent.len(), shown.len());
    Some(refused(scene, message, "see whether the field or column that holds the texts has another name now (`columns` in `[[source]]`)"))
}

fn refused(scene: &Scene<'_>, message: String, help: &str) -> Finding {
    of_config(scene.config, Finding::new(&codes::CHANNEL_SHRINKS, message)).help(Accept::Shrink.way_out(help))
}
