//! What is published beside the feeds for people and their readers: pages, and the list of all feeds.

use std::collections::BTreeMap;
use std::sync::Arc;

use rayon::prelude::*;

use super::prepare::{Changed, Prepare, Ready};
use super::settled::is_copied;
use super::{moved, path, url};
use crate::channel::{self, Catalogue, Channel};
use crate::config::{Config, Format};
use crate::crash;
use crate::diag::Findings;
use crate::document::opml::{self, Feed, List, Outline};
use crate::document::{Depot, Document, Prepared};
use crate::item::{Date, Item};
use crate::ledger;
use crate::page::{self, Axis, Lane, Named, Scene, Section, ToMake, Words};

/// What pages show of an item's text: all of it on a page of its own, else the summary.
pub(super) fn text(config: &Config, item: &Item, text: Prepared) -> Option<Prepared> {
    let is_whole = page::has_own_page(config, item);
    config.output.pages.then(|| if is_whole { text } else { text.in_short() })
}

/// The items that get a page of their own, by position.
pub(super) fn own(config: &Config, items: &[Arc<Item>]) -> Vec<u32> {
    let is_own = |(_, item): &(u32, &Arc<Item>)| page::has_own_page(config, item);
    if !config.output.pages {
        return Vec::new();
    }
    (0..items.len() as u32).into_par_iter().zip(items).filter(is_own).map(|(at, _)| at).collect()
}

/// So many pages are made at a time; where there are more, they are laid down.
const AT_ONCE: usize = 4096;

/// The lists and the pages that are to be made, where the config wants any; of faults, what the user's templates cannot do: as bad as a document that is not
/// valid.
///
/// # Errors
/// A record that changed.
pub(super) fn all(
    prepare: &Prepare<'_>,
    (catalogue, to_make): (&Catalogue, &ToMake),
    ready: &mut Ready,
    depot: Option<&dyn Depot>,
) -> Result<Result<Vec<Document>, Findings>, Changed> {
    let Prepare { config, items, placements, stories, .. } = *prepare;
    if !config.output.pages {
        return Ok(Ok(Vec::new()));
    }
    let at_once = crash::at_most("TIDINGS_WAVE", AT_ONCE);
    let are_many = to_make.items.len() > at_once;
    let own = if are_many { &[] } else { &*to_make.items };
    prepare.add_texts(shown(catalogue, to_make).chain(own.iter().copied()), ready)?;
    let first = ToMake { stays: to_make.stays.clone(), items: own.to_vec() };
    let are_channels_many = (0..catalogue.channels.len()).filter(|at| to_make.channel(*at)).count() > at_once;
    let of_channel = |channel: &Channel| depot.filter(|_| are_channels_many && !is_copied(config, channel));
    let scene = Scene { config, items, placements, catalogue, texts: &ready.texts, stories };
    let mut documents = match page::render(scene, &first, of_channel) {
        Err(faults) => return Ok(Err(faults)),
        Ok(documents) if documents.is_empty() || !are_many => return Ok(Ok(documents)),
        Ok(documents) => documents,
    };
    for own in to_make.items.chunks(at_once) {
        prepare.add_texts(own.iter().copied(), ready)?;
        let scene = Scene { config, items, placements, catalogue, texts: &ready.texts, stories };
        match page::render_items(scene, own, depot) {
            Ok(pages) => documents.extend(pages),
            Err(faults) => return Ok(Err(faults)),
        }
        own.iter().for_each(|at| _ = ready.texts.remove(at));
    }
    Ok(Ok(documents))
}

/// The items that pages of channels show that are to be made.
fn shown<'a>(catalogue: &'a Catalogue, to_make: &'a ToMake) -> impl Iterator<Item = u32> + 'a {
    let channels = catalogue.channels.iter().enumerate().filter(|(at, _)| to_make.channel(*at));
    channels.flat_map(|(_, channel)| channel.shown().iter().copied())
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
