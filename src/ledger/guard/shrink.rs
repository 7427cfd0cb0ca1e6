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
    let stripped = Field::ALL.map(|field| {
        let stripped = stripped(scene, field);
        channels().filter_map(|(path, channel)| losing_field(scene, path, channel, (field, &stripped))).collect()
    });
    told(scene.config, losing, stripped)
}

/// What is said of channels that lose items, and of those whose items lose each of the fields.
pub(crate) fn told(config: &Config, losing: Vec<Finding>, stripped: [Vec<Finding>; 2]) -> Vec<Finding> {
    let mut told = in_short(config, losing.into_iter(), "channels that would lose too much");
    for (field, less) in Field::ALL.into_iter().zip(stripped) {
        told.extend(in_short(config, less.into_iter(), &format!("channels whose items would lose their {}", field.name())));
    }
    told
}

/// What readers have of an item beside its title.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Field {
    Text,
    Link,
}

impl Field {
    pub const ALL: [Field; 2] = [Field::Text, Field::Link];

    fn name(self) -> &'static str {
        match self {
            Field::Text => "text",
            Field::Link => "link",
        }
    }

    /// Whether an item had it and has none, or of a text nothing but a summary, as far as that is known.
    pub fn is_lost(self, old: Traces, new: Traces) -> bool {
        match self {
            Field::Text => trace::told(old).zip(trace::told(new)).is_some_and(|(old, new)| old > new),
            Field::Link => old.link != 0 && new.link == 0,
        }
    }

    /// What is refused of a channel whose feed shows so many items, where so many of them would lose it; these by their keys, the newest first.
    pub fn refusal<'n>(
        self,
        config: &Config,
        path: &str,
        (lost, shown): (usize, usize),
        keys: impl Iterator<Item = &'n str>,
    ) -> Option<Finding> {
        if lost == 0 || shown < FEW || !is_too_much(config, lost, shown) {
            return None;
        }
        let (names, field) = (named(lost, keys), self.name());
        let message = format!("in the channel `{path}` {lost} of the {shown} items that its feed shows would lose their {field}: {names}");
        let help = format!("see whether the field or column that holds the {field}s has another name now (`columns` in `[[source]]`)");
        Some(refused(config, message, &help))
    }
}

/// What a channel would lose.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Loss {
    pub lost: usize,
    /// Of so many items.
    pub total: usize,
    /// Whether these are those that its feed shows.
    pub is_feed: bool,
    /// Whether nothing is in the channel from then on.
    pub empties: bool,
}

impl Loss {
    /// `come` counts the items that come to the channel.
    pub fn is_refused(self, config: &Config, come: impl FnOnce() -> usize) -> bool {
        let empties = self.empties && self.lost > 0;
        (empties || is_too_much(config, self.lost, self.total)) && !self.is_replaced(config, come)
    }

    /// Whether as many new items come as are lost, in a channel that held few: no source is broken that brings news.
    fn is_replaced(self, config: &Config, come: impl FnOnce() -> usize) -> bool {
        // Who says how much may go has said it of small channels too.
        config.guards.shrink.is_none() && self.total < FEW && come() >= self.lost
    }

    /// What is said of it: what is lost by its keys, the newest first, and whether the publication has some of it no more.
    pub fn told<'n>(self, config: &Config, path: &str, keys: impl Iterator<Item = &'n str>, is_out: bool) -> Finding {
        let Loss { lost, total, is_feed, empties } = self;
        let how = if empties { "all of it" } else { "too much at once" };
        let what = match total {
            1 => "its only item".to_owned(),
            _ if is_feed => format!("{lost} of the {total} items that its feed shows, {how}"),
            _ => format!("{lost} of its {total} items, {how}"),
        };
        let names = named(lost, keys);
        let (still, help) = match is_out {
            true => ("", "see whether a source is broken; an item that is to go can say so: its `withdrawn` is `true`, or a notice"),
            false => (
                ", which the publication still has",
                "see whether what sorts them is right: `language`, `countries` and `topics` in the records, or what the config says of the channel",
            ),
        };
        refused(config, format!("the channel `{path}` would lose {what}: {names}{still}"), help)
    }
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
    let of = |members: &[Ref], is_feed| {
        let lost: Vec<Ref> = members.iter().copied().filter(is_lost).collect();
        (Loss { lost: lost.len(), total: members.len(), is_feed, empties: after.members.is_empty() }, lost)
    };
    let come = || {
        let known: HashSet<Ref> = before.members.iter().copied().collect();
        after.members.iter().filter(|at| !known.contains(at)).count()
    };
    // Of many items a channel may lose few, and of those that readers see nearly all.
    let (loss, lost) =
        [of(&before.members, false), of(before.shown(), true)].into_iter().find(|(loss, _)| loss.is_refused(scene.config, come))?;
    let keys = lost.iter().map(|at| scene.before.get(*at).key());
    Some(loss.told(scene.config, path, keys, lost.iter().any(|at| is_out(scene, *at))))
}

/// Whether items come to a channel and leave it by their age alone, since its query asks for it.
pub(crate) fn is_timed(config: &Config, path: &str) -> bool {
    let family = paths::family(config, path);
    config.named.iter().any(|named| (named.path == path || family == Some(&*named.path)) && !named.query.ages().is_empty())
}

/// Whether so many may not go at once.
fn is_too_much(config: &Config, lost: usize, total: usize) -> bool {
    total < enough(config, lost)
}

/// How many items a channel must have that may lose so many at once.
pub(crate) fn enough(config: &Config, lost: usize) -> usize {
    match config.guards.shrink {
        None => lost.saturating_mul(3),
        Some(percent) => lost.saturating_mul(100).div_ceil(percent as usize),
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
    if stripped.is_empty() {
        return None;
    }
    let shown = before.shown();
    let less: Vec<Ref> = shown.iter().copied().filter(|at| stripped.contains(at)).collect();
    field.refusal(scene.config, path, (less.len(), shown.len()), less.iter().map(|at| scene.before.get(*at).key()))
}

fn refused(config: &Config, message: String, help: &str) -> Finding {
    of_config(config, Finding::new(&codes::CHANNEL_SHRINKS, message)).help(Accept::Shrink.way_out(help))
}
