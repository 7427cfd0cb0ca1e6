//! What is published beside the feeds for people and their readers: pages, and the list of all feeds.

use std::collections::BTreeMap;
use std::sync::Arc;

use rayon::prelude::*;

use super::{moved, path, url};
use crate::channel::{self, Catalogue, Channel};
use crate::config::{Config, Format};
use crate::diag::Findings;
use crate::document::opml::{self, Feed, List, Outline};
use crate::document::{Document, Prepared};
use crate::item::{Date, Item};
use crate::ledger;
use crate::page::{self, Axis, Lane, Named, Scene, Section, ToMake, Words};

/// The items that pages show that are to be made: those of channels, and those with a page of their own, whether or not a feed holds them still.
pub(super) fn items<'a>(config: &'a Config, catalogue: &'a Catalogue, to_make: &'a ToMake) -> impl Iterator<Item = u32> + 'a {
    let channels = if config.output.pages { &*catalogue.channels } else { &[] };
    let channels = channels.iter().enumerate().filter(|(at, _)| to_make.channel(*at));
    channels.flat_map(|(_, channel)| channel.shown().iter().copied()).chain(to_make.items.iter().copied())
}

/// What pages show of an item's text: all of it on a page of its own, else the summary.
pub(super) fn text(config: &Config, item: &Item, text: Prepared) -> Option<Prepared> {
    let html = text.html.filter(|_| page::has_own_page(config, item));
    config.output.pages.then_some(Prepared { html, summary: text.summary })
}

/// The items that get a page of their own, by position.
pub(super) fn own(config: &Config, items: &[Arc<Item>]) -> Vec<u32> {
    let is_own = |(_, item): &(u32, &Arc<Item>)| page::has_own_page(config, item);
    if !config.output.pages {
        return Vec::new();
    }
    (0..items.len() as u32).into_par_iter().zip(items).filter(is_own).map(|(at, _)| at).collect()
}

/// The lists and the pages that are to be made, where the config wants any.
///
/// # Errors
/// What the user's templates cannot do: as bad as a document that is not valid.
pub(super) fn all(scene: Scene<'_>, to_make: &ToMake) -> Result<Vec<Document>, Findings> {
    if scene.config.output.pages { page::render(scene, to_make) } else { Ok(Vec::new()) }
}

/// The list of all feeds that exist; `None` where the config wants none, or where there is nothing to list.
pub(super) fn list(config: &Config, catalogue: &Catalogue) -> Option<Document> {
    let changed = newest_change(&catalogue.channels).filter(|_| config.output.opml)?;
    let outlines = page::lanes(config, &catalogue.channels).iter().flat_map(|lane| outlines(config, lane)).collect();
    let publication = &config.publication;
    let list = List { publication, title: publication.title.get(publication.language()).to_owned(), changed, outlines };
    Some(Document { path: opml::PATH.to_owned(), format: None, bytes: opml::render(&list).into(), changed })
}

/// What says something of all channels, where they are known by path and date alone: the list of feeds, and the file of redirects.
pub fn lists_of(config: &Config, known: &BTreeMap<String, i64>) -> Vec<Document> {
    let mut catalogue = channel::heads(config, &known.keys().cloned().collect());
    for channel in &mut catalogue.channels {
        channel.updated = ledger::date(known[&channel.path]);
    }
    list(config, &catalogue).into_iter().chain(moved::redirects(config, &catalogue.channels)).collect()
}

fn newest_change(channels: &[Channel]) -> Option<Date> {
    channels.iter().map(|channel| channel.updated).max()
}

/// The lane's axes; those of a language below the name of it.
fn outlines(config: &Config, lane: &Lane<'_>) -> Vec<Outline> {
    let sections: Vec<Outline> = lane.sections.iter().flat_map(|section| section_outlines(config, lane, section)).collect();
    match lane.prefix {
        "" => sections,
        _ => vec![Outline::Group(page::own_name(lane.language).to_owned(), sections)],
    }
}

fn section_outlines(config: &Config, lane: &Lane<'_>, section: &Section<'_>) -> Vec<Outline> {
    let feeds = section.channels.iter().map(|named| Outline::Feed(feed(config, named))).collect();
    let words = Words::of(lane.language);
    let heading = match section.axis {
        Axis::All => return feeds,
        Axis::Country => words.countries,
        Axis::Topic => words.topics,
        Axis::Crossing => words.crossings,
        Axis::Named => words.others,
    };
    vec![Outline::Group(heading.to_owned(), feeds)]
}

fn feed(config: &Config, named: &Named<'_>) -> Feed {
    let channel = named.channel;
    let format = imported(&config.output.formats);
    Feed {
        title: channel.title.clone(),
        description: channel.description.clone(),
        language: channel.language.clone(),
        url: url(config, &path(channel, format)),
        page: super::render::home(config, channel),
        format,
    }
}

/// The first of the formats that every reader imports from a list.
fn imported(formats: &[Format]) -> Format {
    let known = formats.iter().find(|format| matches!(format, Format::Rss | Format::Atom));
    known.or(formats.first()).copied().unwrap_or(Format::Rss)
}
