//! Atom: feeds, entries, sources, persons, categories and generators (RFC 4287).

use std::borrow::Cow;
use std::collections::HashSet;

use super::super::class::{Child, Class, Podcast};
use super::super::codes as c;
use super::super::found::{Detail, Spot};
use super::super::namespace::{INDEXING, RDF};
use super::super::value::{plain, uri};
use super::super::walk::{ContentSummary, Feed, Link, NodeId, On, State, Walk};
use super::atom_tables::{ENTRY_PARTS, FEED_PARTS, PERSON_PARTS, SOURCE_PARTS};
use super::common::*;
use super::products::PRODUCT;
use super::tables::{CHANNEL, CHANNEL_OR_ITEM, EVERYWHERE, ITEM};
use super::{atom_entries, media, podcast};

pub(in crate::check) static FEED: Class = Class {
    podcast: Podcast::Channel,
    ..Class::container(&[FEED_PARTS, CHANNEL, CHANNEL_OR_ITEM, EVERYWHERE, media::PARTS, podcast::ANY, podcast::CHANNEL])
        .attrs(&[(INDEXING, "index")])
        .open(feed_begins)
        .close(|walk, id, value| {
            feed_ends(walk, id, value);
            atom_entries::feed_ends(walk, id);
        })
};

pub(super) static SOURCE: Class = Class {
    podcast: Podcast::Channel,
    ..Class::container(&[SOURCE_PARTS, FEED_PARTS, CHANNEL, CHANNEL_OR_ITEM, EVERYWHERE, media::PARTS, podcast::ANY, podcast::CHANNEL])
        .attrs(&[(INDEXING, "index")])
        .open(feed_begins)
        .close(|walk, id, _| metadata_ends(walk, id))
};

pub(in crate::check) static ENTRY: Class = Class {
    podcast: Podcast::Item,
    ..Class::container(&[ENTRY_PARTS, ITEM, PRODUCT, CHANNEL_OR_ITEM, EVERYWHERE, media::PARTS, podcast::ANY, podcast::ITEM])
        .attrs(&[(RDF, "parseType")])
        .open(|walk, id| *walk.state_mut(id) = State::Feed(Box::default()))
        .close(entry_ends)
};

type Chosen = Option<&'static [&'static Class]>;

pub(super) fn feed_of<'w, 'a>(walk: &'w mut Walk<'a>, id: NodeId) -> Option<&'w mut Feed<'a>> {
    match walk.state_mut(id) {
        State::Feed(feed) => Some(feed),
        _ => None,
    }
}

fn links<'a>(walk: &mut Walk<'a>, id: NodeId) -> Vec<Link<'a>> {
    feed_of(walk, id).map(|feed| feed.links.clone()).unwrap_or_default()
}

fn feed_begins(walk: &mut Walk<'_>, id: NodeId) {
    *walk.state_mut(id) = State::Feed(Box::default());
    walk.check_attr(id, INDEXING, "index", "indexing:index", yes_no);
}

/// The feed's own part is over where its first entry begins.
pub(super) fn entry_begins(walk: &mut Walk<'_>, id: NodeId, _: &str) -> Chosen {
    if !walk.has_child(id, "entry") {
        metadata_ends(walk, id);
    }
    None
}

pub(super) fn feed_ends(walk: &mut Walk<'_>, id: NodeId, _: &str) {
    let entries = walk.count_children(id, "entry");
    let repeated = walk.found.iter().filter(|found| std::ptr::eq(found.rule, &c::DUPLICATE_ENTRIES)).count();
    if entries > 9 && entries == repeated + 1 {
        walk.say(On::Node(id), &c::DUPLICATE_IDS, Detail::default());
        walk.found.retain(|found| !std::ptr::eq(found.rule, &c::DUPLICATE_ENTRIES));
    }
    if entries == 0 {
        metadata_ends(walk, id);
    }
}

fn metadata_ends(walk: &mut Walk<'_>, id: NodeId) {
    let in_entry = walk.name(id) == "source";
    let begin = Spot::at(walk.node(id).at);
    for child in ["title", "id", "updated"] {
        if walk.has_child(id, child) {
            continue;
        }
        if in_entry {
            walk.lacks(id, &c::MISSING_SOURCE_ELEMENT, child);
        } else {
            walk.say_at(On::Part(id, child), &c::MISSING_ELEMENT, Detail::default(), begin);
        }
    }
    let links = links(walk, id);
    complete_feed(walk, id, &links);
    if !in_entry && !links.iter().any(|link| link.rel == "self") {
        walk.say_at(On::Node(id), &c::MISSING_SELF, Detail::default(), begin);
    }
    let has = |rel: &str| links.iter().any(|link| link.rel == rel);
    if has("hub") && !has("self") {
        walk.say_at(On::Node(id), &c::HUB_WITHOUT_SELF, Detail::default(), begin);
    }
    history(walk, id, &links);
    podcast::channel_ends(walk, id);
}

/// RFC 5005 section 2: a complete feed has no other pages.
fn complete_feed(walk: &mut Walk<'_>, id: NodeId, links: &[Link<'_>]) {
    if !walk.has_child(id, "fh_complete") {
        return;
    }
    for link in links.iter().filter(|link| super::link::HISTORY.contains(&&*link.rel)) {
        if link.rel != "current" {
            walk.say(On::Node(id), &c::FEED_REL_IN_COMPLETE_FEED, Detail::value(&link.rel));
        } else if !walk.is_place(&link.href) {
            walk.say(On::Node(id), &c::CURRENT_NOT_SELF_IN_COMPLETE_FEED, Detail::value(&link.href));
        }
    }
}

/// So often is a link beyond an end told of: each is, once for each end.
const TOLD: usize = 1000;

/// RFC 5005 sections 3 and 4, and one alternate for each type and language.
fn history(walk: &mut Walk<'_>, id: NodeId, links: &[Link<'_>]) {
    let has = |rel: &str| links.iter().any(|link| link.rel == rel);
    let mut alternates = Alternates::default();
    let mut ends = [("first", "previous"), ("last", "next")]
        .map(|(end, beyond)| (end, beyond, links.iter().filter(|link| link.rel == beyond).count(), TOLD));
    for link in links {
        for (end, beyond, count, left) in &mut ends {
            if link.rel == *end && walk.is_place(&link.href) {
                let told = (*count).min(*left);
                *left -= told;
                (0..told).for_each(|_| walk.say(On::Node(id), &c::LINK_PAST_END, Detail::value(beyond).other(end)));
            }
        }
        alternate(walk, id, link, &mut alternates);
    }
    if walk.has_child(id, "fh_archive") && !walk.has_child(id, "fh_complete") {
        if !has("prev-archive") && !has("next-archive") {
            walk.say(On::Node(id), &c::ARCHIVE_INCOMPLETE, Detail::default());
        }
        if !has("current") {
            walk.say(On::Node(id), &c::MISSING_CURRENT_IN_ARCHIVE, Detail::default());
        }
    }
}

/// Media types and languages of alternates.
type Alternates<'l> = HashSet<(&'l str, &'l str), foldhash::fast::RandomState>;

fn alternate<'l>(walk: &mut Walk<'_>, id: NodeId, link: &'l Link<'_>, seen: &mut Alternates<'l>) {
    if link.rel == "alternate" && !seen.insert((&link.kind, &link.language)) {
        walk.say(On::Part(id, "link"), &c::DUPLICATE_ATOM_LINK, Detail::value(&link.kind).other(&link.language));
    }
}

fn entry_ends(walk: &mut Walk<'_>, id: NodeId, _: &str) {
    let feed = walk.parent(id);
    if !walk.has_child(id, "title") {
        walk.lacks(id, &c::MISSING_ELEMENT, "title");
    }
    if !walk.has_child(id, "author") && !walk.has_child(feed, "author") {
        walk.lacks(id, &c::MISSING_ELEMENT, "author");
    }
    for child in ["id", "updated"] {
        if !walk.has_child(id, child) {
            walk.lacks(id, &c::MISSING_ELEMENT, child);
        }
    }
    atom_entries::entry_ends(walk, id);
    let links = links(walk, id);
    let content = feed_of(walk, id).and_then(|entry| entry.content.take());
    body(walk, id, content, &links);
    let mut seen = Alternates::default();
    for link in &links {
        alternate(walk, id, link, &mut seen);
    }
}

/// An entry has something to read, in it or elsewhere.
fn body(walk: &mut Walk<'_>, id: NodeId, content: Option<ContentSummary<'_>>, links: &[Link<'_>]) {
    let summary = walk.has_child(id, "summary");
    let Some(content) = content else {
        if !summary {
            walk.say(On::Node(id), &c::MISSING_TEXTUAL_CONTENT, Detail::default());
        }
        if !links.iter().any(|link| link.rel == "alternate") {
            walk.say(On::Node(id), &c::MISSING_CONTENT_OR_ALTERNATE, Detail::default());
        }
        return;
    };
    if !summary && content.source {
        walk.say(On::Node(id), &c::MISSING_SUMMARY, Detail::default());
    }
    if !summary && super::text::is_binary(&content.kind) {
        walk.say(On::Node(id), &c::MISSING_SUMMARY, Detail::default());
    }
}

pub(super) fn content_begins(walk: &mut Walk<'_>, id: NodeId, _: &str) -> Chosen {
    if let Some(entry) = feed_of(walk, id) {
        entry.content = Some(ContentSummary { source: false, kind: Cow::Borrowed("") });
    }
    None
}

/// A source's author counts for its entry.
pub(super) fn source_author(walk: &mut Walk<'_>, id: NodeId, _: &str) -> Chosen {
    let entry = walk.parent(id);
    if !walk.has_child(entry, "author") {
        walk.add_child(entry, "author".into());
    }
    None
}

pub(super) fn entry_in_source(walk: &mut Walk<'_>, id: NodeId, _: &str) -> Chosen {
    walk.lacks(id, &c::UNDEFINED_ELEMENT, "entry");
    None
}

pub(super) static UNIQUE_ID: Class = Class::value(|walk, id, value| unique(walk, id, value, "id", &c::DUPLICATE_ENTRIES));
pub(super) static UNIQUE_UPDATED: Class = Class::value(|walk, id, value| unique(walk, id, value, "updated", &c::DUPLICATE_UPDATED));

pub(super) static PERSON: Class = Class::container(&[PERSON_PARTS]).attrs(&[(RDF, "parseType")]).close(|walk, id, _| {
    if !walk.has_child(id, "name") && !walk.has_child(id, "atom_name") {
        walk.lacks(id, &c::MISSING_ELEMENT, "name");
    }
});

pub(super) static CATEGORY: Class = Class::container(&[]).attrs(&[("", "term"), ("", "scheme"), ("", "label")]).open(|walk, id| {
    walk.need_attr(id, "term", nonblank);
    if let Some(scheme) = walk.plain_attr(id, "scheme") {
        uri::full(walk, On::Part(id, "scheme"), &scheme);
    }
    if let Some(label) = walk.plain_attr(id, "label") {
        plain::text(walk, id, On::Part(id, "label"), &label, &c::CONTAINS_HTML);
    }
});

pub(super) static GENERATOR: Class = Class::value(|walk, id, value| plain::text(walk, id, On::Node(id), value, &c::CONTAINS_HTML))
    .attrs(&[("", "uri"), ("", "version")])
    .open(|walk, id| {
        if let Some(url) = walk.plain_attr(id, "url") {
            uri::reference(walk, On::Node(id), &url);
        }
        if let Some(address) = walk.plain_attr(id, "uri") {
            uri::check(walk, On::Node(id), &address, uri::is_reference, &c::INVALID_URI_ATTRIBUTE);
        }
    });

/// RFC 5023 section 13.1.
pub(super) static CONTROL: Class = Class::container(&[CONTROL_PARTS]);
static CONTROL_PARTS: &[Child] = &[Child { name: "app_draft", classes: &[&YES_NO, &ONCE], notes: &[] }];
