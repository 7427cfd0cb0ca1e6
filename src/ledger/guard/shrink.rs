//! Channels that would lose what nobody can have meant to take out.

use std::collections::HashSet;

use super::super::{Known, KnownChannel, Ref, Traces, trace};
use super::{Accept, Scene, in_short, named, of_config};
use crate::config::{Config, paths};
use crate::diag::{Finding, codes};

/// A channel of fewer items than this may have all of them replaced: it is a beginning, or hand work.
const FEW: usize = 5;

/// What is refused of items that go, and of texts and links that do.
pub(super) fn shrink(scene: &Scene<'_>) -> Vec<Finding> {
    let channels = || scene.before.channels.iter();
    // What comes again under another id is not lost.
    let again: HashSet<Ref> = scene.recall.repeats.iter().map(|(_, old)| *old).collect();
    let losing: Vec<Finding> = channels().filter_map(|(path, channel)| losing(scene, path, channel, &again)).collect();
    let in_short = |findings: Vec<Finding>, more: &str| in_short(scene.config, findings.into_iter(), more);
    let mut refused = in_short(losing, "channels that would lose too much");
    for field in [Field::Text, Field::Link] {
        let stripped = stripped(scene, field);
        let less = channels().filter_map(|(path, channel)| losing_field(scene, path, channel, (field, &stripped))).collect();
        refused.extend(in_short(less, &format!("channels whose items would lose their {}", field.name())));
    }
    refused
}

/// What readers have of an item beside its title.
#[derive(Clone, Copy)]
enum Field {
    Text,
    Link,
}

impl Field {
    fn name(self) -> &'static str {
        match self {
            Field::Text => "text",
            Field::Link => "link",
        }
    }

    /// Whether an item had it and has none, or of a text nothing but a summary, as far as that is known.
    fn is_lost(self, old: Traces, new: Traces) -> bool {
        match self {
            Field::Text => trace::told(old).zip(trace::told(new)).is_some_and(|(old, new)| old > new),
            Field::Link => old.link != 0 && new.link == 0,
        }
    }
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

/// The items that lose it.
fn stripped(scene: &Scene<'_>, field: Field) -> HashSet<Ref> {
    let is_stripped = |(at, known): &(usize, &Known)| {
        let old = scene.before.items().get(*at).map(Known::traces);
        known.gone.is_none() && old.is_some_and(|old| field.is_lost(old, known.traces()))
    };
    scene.after.items().since(scene.before.items()).filter(is_stripped).map(|(at, _)| at as Ref).collect()
}

fn losing_field(scene: &Scene<'_>, path: &str, before: &KnownChannel, (field, stripped): (Field, &HashSet<Ref>)) -> Option<Finding> {
    let shown = before.shown();
    if stripped.is_empty() || shown.len() < FEW {
        return None;
    }
    let less: Vec<Ref> = shown.iter().copied().filter(|at| stripped.contains(at)).collect();
    if !is_too_much(scene.config, less.len(), shown.len()) {
        return None;
    }
    let (names, field) = (named(less.iter().map(|at| scene.before.get(*at).key())), field.name());
    let message = format!(
        "in the channel `{path}` {} of the {} items that its feed shows would lose their {field}: {names}",
        less.len(),
        shown.len()
    );
    let help = format!("see whether the field or column that holds the {field}s has another name now (`columns` in `[[source]]`)");
    Some(refused(scene, message, &help))
}

fn refused(scene: &Scene<'_>, message: String, help: &str) -> Finding {
    of_config(scene.config, Finding::new(&codes::CHANNEL_SHRINKS, message)).help(Accept::Shrink.way_out(help))
}
