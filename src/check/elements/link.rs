//! Atom's link, in Atom and in RSS (RFC 4287 section 4.2.7, RFC 4685, RFC 5005).

use std::borrow::Cow;

use super::super::class::{Class, Start, Text};
use super::super::codes as c;
use super::super::found::Detail;
use super::super::namespace::{RDF, THREAD, XML};
use super::super::value::{date, language, media_type, number, plain, uri};
use super::super::walk::{Link, NodeId, On, State, Walk};
use super::common::*;

pub(super) static LINK: Class = Class {
    start: Start::Swallow,
    text: Text::Link,
    close: Some(link_ends),
    ..Class::container(&[]).attrs(&[
        ("", "type"),
        ("", "title"),
        ("", "rel"),
        ("", "href"),
        ("", "length"),
        ("", "hreflang"),
        (RDF, "type"),
        (RDF, "resource"),
        (THREAD, "count"),
        (THREAD, "when"),
        (THREAD, "updated"),
    ])
};

/// The relations of RFC 5005: only feeds have other pages.
pub(super) static HISTORY: [&str; 7] = ["current", "first", "last", "next", "next-archive", "prev-archive", "previous"];

/// Relations that the reference knows.
static RELATIONS: [&str; 22] = [
    "alternate",
    "current",
    "describedby",
    "edit",
    "edit-media",
    "enclosure",
    "first",
    "hub",
    "last",
    "license",
    "next",
    "next-archive",
    "payment",
    "prev-archive",
    "previous",
    "related",
    "replies",
    "search",
    "self",
    "service",
    "up",
    "via",
];

/// More links than any feed has: what comes after is not compared with the rest.
const MANY: usize = 500;

const REGISTRY: &str = "http://www.iana.org/assignments/relation/";

fn link_ends(walk: &mut Walk<'_>, id: NodeId, _: &str) {
    let on = On::Node(id);
    let mut link = Link { rel: Cow::Borrowed("alternate"), ..Link::default() };
    if let Some(rel) = walk.plain_attr(id, "rel") {
        link.rel = rel.strip_prefix(REGISTRY).map_or_else(|| rel.clone(), |short| Cow::Owned(short.to_owned()));
        relation(walk, id, &rel, &link.rel);
    }
    if let Some(kind) = walk.plain_attr(id, "type") {
        media(walk, on, &kind, &link.rel);
        link.kind = kind;
    }
    if let Some(title) = walk.plain_attr(id, "title") {
        if title.is_empty() {
            walk.say(on, &c::ATTR_NOT_BLANK, Detail::value("title"));
        }
        plain::text(walk, id, on, &title, &c::CONTAINS_HTML);
    }
    if let Some(length) = walk.plain_attr(id, "length") {
        number::non_negative(walk, On::As(id, "length"), &length);
        nonblank(walk, On::As(id, "length"), &length);
    }
    if let Some(language) = walk.plain_attr(id, "hreflang") {
        language::code(walk, On::As(id, "hreflang"), &language);
        link.language = language;
    }
    match walk.plain_attr(id, "href") {
        Some(href) => {
            uri::based(walk, id, On::As(id, "href"), &href);
            if link.rel == "self" && matches!(walk.name(walk.parent(id)), "feed" | "channel") {
                itself(walk, id, &href);
            }
            link.href = href;
        }
        None => walk.say(on, &c::MISSING_HREF, Detail::value("href")),
    }
    if link.rel == "hub" && !url::Url::parse(&link.href).is_ok_and(|url| matches!(url.scheme(), "http" | "https")) {
        walk.say(On::As(id, "href"), &c::HUB_ADDRESS, Detail::value(&link.href));
    }
    thread(walk, id, &link.rel);
    keep(walk, id, link);
}

fn keep<'a>(walk: &mut Walk<'a>, id: NodeId, link: Link<'a>) {
    let parent = walk.parent(id);
    match walk.state_mut(parent) {
        State::Feed(feed) if feed.links.len() < MANY => feed.links.push(link),
        State::Channel(channel) => {
            channel.self_link |= link.rel == "self";
            channel.hub |= link.rel == "hub";
            if let Some(rel) = HISTORY.iter().find(|rel| **rel == link.rel && !channel.pages.contains(rel)) {
                channel.pages.push(rel);
            }
        }
        _ => {}
    }
}

fn relation(walk: &mut Walk<'_>, id: NodeId, written: &str, rel: &str) {
    if !RELATIONS.contains(&rel) && !uri::is_full(rel) {
        walk.say(On::Node(id), &c::UNREGISTERED_ATOM_LINK_REL, Detail::value(rel));
    }
    if written.is_empty() {
        walk.say(On::Node(id), &c::ATTR_NOT_BLANK, Detail::value("rel"));
    }
    if HISTORY.contains(&rel) && walk.name(walk.parent(id)) == "entry" {
        walk.say(On::Node(id), &c::FEED_HISTORY_REL_IN_ENTRY, Detail::value(rel));
    }
}

fn media(walk: &mut Walk<'_>, on: On, kind: &str, rel: &str) {
    if !media_type::is_media_type(kind) {
        walk.say(on, &c::INVALID_MIME_TYPE, Detail::value(kind));
    } else if rel == "self" {
        let bare = kind.split(';').next().unwrap_or_default();
        if !matches!(bare, "application/atom+xml" | "application/rss+xml" | "application/rdf+xml") {
            walk.say(on, &c::SELF_NOT_ATOM, Detail::value(kind));
        }
    }
}

/// A feed's own address: absolute, and the one that it was found at.
fn itself(walk: &mut Walk<'_>, id: NodeId, href: &str) {
    let on = On::As(id, "href");
    let mut absolute = has_host(href);
    let mut at = id;
    while !absolute {
        absolute = walk.attr(at, XML, "base").is_some_and(has_host);
        if at == 0 {
            break;
        }
        at = walk.parent(at);
    }
    if !absolute {
        walk.say(on, &c::RELATIVE_SELF, Detail::value(href));
    }
    let place = uri::join(walk.base_of(id), href);
    let trunk = |address: &str| address.split('#').next().unwrap_or_default().to_owned();
    if walk.is_place(&place) || trunk(&place) == trunk(walk.base_of(id)) || walk.address().is_empty() {
        return;
    }
    let form = uri::canonical(href);
    if !walk.places().iter().any(|known| uri::canonical(known) == form) {
        let known = walk.address().to_owned();
        walk.say(on, &c::SELF_DOESNT_MATCH_LOCATION, Detail::value(href).other(&known));
        if walk.places().len() < MANY {
            walk.add_place(place);
        }
    }
}

fn has_host(address: &str) -> bool {
    let rest = match address.split_once("//") {
        Some((before, rest)) if before.is_empty() || before.ends_with(':') => rest,
        _ => return false,
    };
    !rest.is_empty() && !rest.starts_with('/')
}

/// RFC 4685 section 5.
fn thread(walk: &mut Walk<'_>, id: NodeId, rel: &str) {
    let on = On::Node(id);
    if let Some(count) = walk.attr(id, THREAD, "count").map(str::to_owned) {
        if rel != "replies" {
            walk.say(on, &c::UNEXPECTED_ATTRIBUTE, Detail::value("thr:count"));
        }
        number::non_negative(walk, On::As(id, "thr:count"), &count);
    }
    if walk.attr(id, THREAD, "when").is_some() {
        walk.say(on, &c::NO_THR_WHEN, Detail::value("thr:when"));
    }
    if let Some(updated) = walk.attr(id, THREAD, "updated").map(str::to_owned) {
        if rel != "replies" {
            walk.say(on, &c::UNEXPECTED_ATTRIBUTE, Detail::value("thr:updated"));
        }
        date::rfc3339(walk, On::As(id, "thr:updated"), &updated);
    }
}
