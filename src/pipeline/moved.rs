//! Channels that moved or ended: what stands at their old paths, and the ids that they keep.

use std::collections::{HashMap, HashSet};

use crate::channel::{Catalogue, Channel};
use crate::config::{Config, Moved, MovedAs, paths};
use crate::diag::{Finding, Findings, Place, codes};
use crate::document::Document;
use crate::ledger::{KnownChannel, Memory};

/// The file of redirects that static hosts read, below the output folder.
pub const REDIRECTS: &str = "_redirects";

/// Tells every channel the paths that it moved from, and gives it the id that it was published with, here or there.
pub(super) fn settle(config: &Config, catalogue: &mut Catalogue, before: &Memory) {
    let mut by_target: HashMap<&str, Vec<&Moved>> = HashMap::new();
    for moved in &config.moved {
        moved.to.iter().for_each(|to| by_target.entry(to).or_default().push(moved));
    }
    for channel in &mut catalogue.channels {
        let moves = by_target.get(&*channel.family).map_or(&[][..], Vec::as_slice);
        channel.former = moves.iter().map(|moved| old_path(channel, moved)).collect();
        let known = before.channels.get(&channel.path).into_iter().chain(predecessors(channel, before));
        let id = known.map(|known| &known.id).find(|id| !id.is_empty()).cloned();
        channel.published_id = id;
    }
}

/// Moves that lead nowhere, or away from what is still there; `is_channel` knows the families that there are.
pub fn misled(config: &Config, is_channel: &dyn Fn(&str) -> bool) -> Findings {
    config.moved.iter().filter_map(|moved| fault(config, is_channel, moved)).collect()
}

/// What was published of the channel at the paths that it moved from.
pub(super) fn predecessors<'m>(channel: &Channel, before: &'m Memory) -> impl Iterator<Item = &'m KnownChannel> {
    channel.former.iter().filter_map(|path| before.channels.get(path))
}

fn fault(config: &Config, is_channel: &dyn Fn(&str) -> bool, moved: &Moved) -> Option<Finding> {
    let one_language = |path: &str| format!("`{path}` is a channel in one language, and a move is one of all languages");
    let (code, message, help) = match &moved.to {
        _ if is_channel(&moved.from) => (
            &codes::MOVED_TAKEN,
            format!("`{}` is a channel's path still", moved.from),
            "take the `[[moved]]` out, or rename the channel".to_owned(),
        ),
        Some(to) if !is_channel(to) => match paths::family(config, to).filter(|family| is_channel(family)) {
            Some(family) => (&codes::MOVED_NOWHERE, one_language(to), format!("write `to = \"{family}\"`")),
            None => {
                let help = match end(config, is_channel, to) {
                    Some(end) => format!("`{to}` moved too: write `to = \"{end}\"`"),
                    None => "name a channel that `tidings channels` lists, without its language".to_owned(),
                };
                (&codes::MOVED_NOWHERE, format!("there is no channel `{to}`"), help)
            }
        },
        _ => {
            let family = paths::family(config, &moved.from).filter(|family| !is_channel(family))?;
            (&codes::MOVED_NOWHERE, one_language(&moved.from), format!("write `from = \"{family}\"`"))
        }
    };
    Some(Finding::new(code, message).at(Place::line(config.path.clone(), moved.line)).help(help))
}

/// The channel that a path leads to by one move after the other.
fn end<'c>(config: &'c Config, is_channel: &dyn Fn(&str) -> bool, path: &'c str) -> Option<&'c str> {
    let next = |path: &&str| config.moved.iter().find(|moved| moved.from == *path)?.to.as_deref();
    // Moves can lead in a circle.
    std::iter::successors(Some(path), next).take(config.moved.len() + 1).find(|path| is_channel(path))
}

/// The path that a channel, or its variant in a language, had before the move.
fn old_path(channel: &Channel, moved: &Moved) -> String {
    let before = channel.path.strip_suffix(channel.family.as_str()).unwrap_or_default();
    format!("{before}{}", moved.from)
}

/// Copies at the old paths, each with the family of its channel.
pub(super) fn copies(config: &Config, catalogue: &Catalogue, documents: &[Document]) -> Vec<(String, Document)> {
    let mut copies = Vec::new();
    let targets = Targets::among(config, &catalogue.channels);
    if targets.0.is_empty() {
        return copies;
    }
    let by_path: HashMap<&str, &Document> = documents.iter().map(|document| (document.path.as_str(), document)).collect();
    for moved in config.moved.iter().filter(|moved| moved.how == MovedAs::Copy) {
        for channel in targets.of(moved) {
            let old = old_path(channel, moved);
            for extension in extensions(config) {
                let to = format!("{}.{extension}", channel.path);
                let Some(&document) = by_path.get(to.as_str()) else { continue };
                copies.push((channel.family.clone(), Document { path: format!("{old}.{extension}"), ..document.clone() }));
            }
        }
    }
    copies
}

/// The file of redirects, for the channels that there are; `None` where nothing is to be said.
pub(super) fn redirects(config: &Config, channels: &[Channel]) -> Option<Document> {
    let mut lines = String::new();
    let targets = Targets::among(config, channels);
    for moved in &config.moved {
        let to_channels = targets.of(moved).iter().filter(|_| moved.how == MovedAs::Redirect);
        for channel in to_channels {
            let old = old_path(channel, moved);
            for extension in extensions(config) {
                let to = super::url(config, &format!("{}.{extension}", channel.path));
                lines.push_str(&line(config, &format!("{old}.{extension}"), to.as_str(), 301));
            }
        }
        let ended = if moved.to.is_none() { paths::variants(config, &moved.from) } else { Vec::new() };
        for old in ended {
            for extension in extensions(config) {
                let from = format!("{old}.{extension}");
                lines.push_str(&line(config, &from, super::url(config, &from).path(), 410));
            }
        }
    }
    let changed = channels.iter().filter(|channel| targets.0.contains_key(&*channel.family)).map(|channel| channel.updated).max();
    let beginning = config.publication.authority.since().and_time(chrono::NaiveTime::MIN).and_utc().fixed_offset();
    let changed = changed.unwrap_or(beginning);
    (!lines.is_empty()).then(|| Document { path: REDIRECTS.to_owned(), format: None, bytes: lines.into_bytes().into(), changed })
}

/// The paths that such a file lists, below the path of `base-url`, with where they lead; `None` where a channel has ended.
pub fn listed<'t>(text: &'t str, base: &'t str) -> impl Iterator<Item = (&'t str, Option<&'t str>)> {
    text.lines().filter_map(move |line| {
        let mut words = line.split_ascii_whitespace();
        let (from, to, status) = (words.next()?, words.next()?, words.next()?);
        Some((from.strip_prefix(base)?, (status != "410").then_some(to)))
    })
}

/// The channels that moved, in all their languages, by family.
struct Targets<'c>(HashMap<&'c str, Vec<&'c Channel>>);

impl<'c> Targets<'c> {
    fn among(config: &Config, channels: &'c [Channel]) -> Self {
        let wanted: HashSet<&str> = config.moved.iter().filter_map(|moved| moved.to.as_deref()).collect();
        let mut targets: HashMap<&str, Vec<&Channel>> = HashMap::new();
        for channel in channels.iter().filter(|channel| wanted.contains(&*channel.family)) {
            targets.entry(&channel.family).or_default().push(channel);
        }
        Targets(targets)
    }

    fn of(&self, moved: &Moved) -> &[&'c Channel] {
        moved.to.as_deref().and_then(|to| self.0.get(to)).map_or(&[], Vec::as_slice)
    }
}

/// What stands behind the dot in the paths of a channel's documents: its feeds, and its page.
fn extensions(config: &Config) -> impl Iterator<Item = &'static str> {
    config.output.formats.iter().map(|format| format.extension()).chain(config.output.pages.then_some("html"))
}

/// `FROM TO STATUS`, the form that static hosts share.
fn line(config: &Config, from: &str, to: &str, status: u16) -> String {
    format!("{} {to} {status}\n", super::url(config, from).path())
}
