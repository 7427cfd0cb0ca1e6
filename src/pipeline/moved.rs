//! Channels that moved or ended: what stands at their old paths, and the ids that they keep.

use crate::channel::{Catalogue, Channel};
use crate::config::{Config, Moved, MovedAs};
use crate::diag::{Finding, Place, codes};
use crate::document::Document;
use crate::ledger::{KnownChannel, Memory};

/// The file of redirects that static hosts read, below the output folder.
pub const REDIRECTS: &str = "_redirects";

/// Gives every channel the id that it was published with, here or at the path that it moved from; says which moves lead nowhere.
pub(super) fn settle(config: &Config, catalogue: &mut Catalogue, before: &Memory) {
    for channel in &mut catalogue.channels {
        let known = before.channels.get(&channel.path).into_iter().chain(predecessors(config, channel, before));
        let id = known.map(|known| &known.id).find(|id| !id.is_empty()).cloned();
        channel.published_id = id;
    }
    let findings: Vec<Finding> = config.moved.iter().filter_map(|moved| fault(config, catalogue, moved)).collect();
    catalogue.findings.extend(findings);
}

/// What was published of the channel at the paths that it moved from.
pub(super) fn predecessors<'m>(config: &Config, channel: &Channel, before: &'m Memory) -> impl Iterator<Item = &'m KnownChannel> {
    let moved = config.moved.iter().filter(|moved| moved.to.as_deref() == Some(&*channel.family));
    moved.filter_map(|moved| before.channels.get(&old_path(channel, moved)))
}

fn fault(config: &Config, catalogue: &Catalogue, moved: &Moved) -> Option<Finding> {
    let is_channel = |path: &str| catalogue.channels.iter().any(|channel| channel.family == path);
    let (code, message, help) = match &moved.to {
        _ if is_channel(&moved.from) => {
            (&codes::MOVED_TAKEN, format!("`{}` is a channel's path still", moved.from), "take the `[[moved]]` out, or rename the channel")
        }
        Some(to) if !is_channel(to) => {
            (&codes::MOVED_NOWHERE, format!("there is no channel `{to}`"), "name a channel that `tidings channels` lists")
        }
        _ => return None,
    };
    Some(Finding::new(code, message).at(Place::line(config.path.clone(), moved.line)).help(help))
}

/// The path that a channel, or its variant in a language, had before the move.
fn old_path(channel: &Channel, moved: &Moved) -> String {
    let before = channel.path.strip_suffix(channel.family.as_str()).unwrap_or_default();
    format!("{before}{}", moved.from)
}

/// Copies at the old paths, and the file of redirects.
pub(super) fn documents(config: &Config, catalogue: &Catalogue, documents: &[Document]) -> Vec<Document> {
    let mut all = Vec::new();
    let mut redirects = String::new();
    let mut changed = None;
    for moved in &config.moved {
        let targets = catalogue.channels.iter().filter(|channel| moved.to.as_deref() == Some(&*channel.family));
        for channel in targets {
            let old = old_path(channel, moved);
            for extension in extensions(config) {
                let (from, to) = (format!("{old}.{extension}"), format!("{}.{extension}", channel.path));
                let Some(document) = documents.iter().find(|document| document.path == to) else { continue };
                changed = changed.max(Some(document.changed));
                match moved.how {
                    MovedAs::Copy => all.push(Document { path: from, ..document.clone() }),
                    MovedAs::Redirect => redirects.push_str(&line(config, &from, super::url(config, &to).as_str(), 301)),
                }
            }
        }
        if moved.to.is_none() {
            for extension in extensions(config) {
                let from = format!("{}.{extension}", moved.from);
                redirects.push_str(&line(config, &from, super::url(config, &from).path(), 410));
            }
        }
    }
    if !redirects.is_empty() {
        let beginning = config.publication.authority.since().and_time(chrono::NaiveTime::MIN).and_utc().fixed_offset();
        let changed = changed.unwrap_or(beginning);
        all.push(Document { path: REDIRECTS.to_owned(), format: None, bytes: redirects.into_bytes().into(), changed });
    }
    all
}

/// What stands behind the dot in the paths of a channel's documents: its feeds, and its page.
fn extensions(config: &Config) -> impl Iterator<Item = &'static str> {
    config.output.formats.iter().map(|format| format.extension()).chain(config.output.pages.then_some("html"))
}

/// `FROM TO STATUS`, the form that static hosts share.
fn line(config: &Config, from: &str, to: &str, status: u16) -> String {
    format!("{} {to} {status}\n", super::url(config, from).path())
}
