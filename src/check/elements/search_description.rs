//! OpenSearch description documents: how a site can be searched (OpenSearch 1.1).

use std::sync::LazyLock;

use regex::Regex;

use super::super::class::{Child, Class};
use super::super::codes as c;
use super::super::found::Detail;
use super::super::value::{language, media_type, number, uri};
use super::super::walk::{NodeId, On, State, Walk};
use super::common::*;
use super::search::QUERY;

const fn row(name: &'static str, classes: &'static [&'static Class]) -> Child {
    Child { name, classes, notes: &[] }
}

pub(super) static DESCRIPTION: Class = Class::container(&[PARTS]).close(|walk, id, _| {
    for child in ["ShortName", "Description", "Url"] {
        if !walk.has_child(id, child) {
            walk.lacks(id, &c::MISSING_ELEMENT, child);
        }
    }
    if !flag(walk, id) {
        walk.say(On::Node(id), &c::SHOULD_INCLUDE_EXAMPLE, Detail::default());
    }
});

static PARTS: &[Child] = &[
    row("AdultContent", &[&ADULT_CONTENT, &ONCE]),
    row("Attribution", &[&UP_TO_256, &ONCE]),
    row("Contact", &[&ADDRESS, &ONCE]),
    row("Description", &[&UP_TO_1024, &ONCE]),
    row("Developer", &[&UP_TO_64, &ONCE]),
    row("Image", &[&IMAGE]),
    row("InputEncoding", &[&CHARSET]),
    row("Language", &[&ANY_LANGUAGE]),
    row("LongName", &[&UP_TO_48, &ONCE]),
    row("OutputEncoding", &[&CHARSET]),
    row("Query", &[&QUERY]),
    row("ShortName", &[&UP_TO_16, &ONCE]),
    row("SyndicationRight", &[&SYNDICATION_RIGHT, &ONCE]),
    row("Tags", &[&UP_TO_256, &ONCE]),
    row("Url", &[&URL]),
];

static UP_TO_16: Class = limited(|walk, id, value| limit(walk, id, value, 16));
static UP_TO_48: Class = limited(|walk, id, value| limit(walk, id, value, 48));
static UP_TO_64: Class = limited(|walk, id, value| limit(walk, id, value, 64));
static UP_TO_256: Class = limited(|walk, id, value| limit(walk, id, value, 256));
static UP_TO_1024: Class = limited(|walk, id, value| limit(walk, id, value, 1024));
static CHARSET: Class = Class::value(|walk, id, value| media_type::charset(walk, On::Node(id), value));

static ANY_LANGUAGE: Class = Class::value(|walk, id, value| {
    if value != "*" {
        language::code(walk, On::Node(id), value);
    }
});

static SYNDICATION_RIGHT: Class = Class::value(|walk, id, value| {
    let words = ["open", "limited", "private", "closed"];
    one_of(walk, On::Node(id), &value.to_lowercase(), &words, &c::INVALID_SYNDICATION_RIGHT);
});

static ADULT_CONTENT: Class = Class::value(|walk, id, value| {
    let words = ["false", "FALSE", "0", "no", "NO", "true", "TRUE", "1", "yes", "YES"];
    one_of(walk, On::Node(id), value, &words, &c::INVALID_ADULT_CONTENT);
});

static IMAGE: Class = Class::value(|walk, id, value| uri::full(walk, On::Node(id), value))
    .attrs(&[("", "height"), ("", "width"), ("", "type")])
    .open(|walk, id| {
        walk.need_attr(id, "height", number::non_negative);
        walk.need_attr(id, "width", number::non_negative);
        walk.need_attr(id, "type", media_type::media_type);
    });

static URL: Class = Class::container(&[])
    .attrs(&[("", "template"), ("", "type"), ("", "indexOffset"), ("", "pageOffset"), ("", "rel")])
    .open(|walk, id| {
        match walk.plain_attr(id, "template") {
            Some(address) => template(walk, id, &address),
            None => walk.say(On::Node(id), &c::MISSING_ATTRIBUTE, Detail::value("template")),
        }
        walk.need_attr(id, "type", media_type::media_type);
        walk.check_attr(id, "", "indexOffset", "indexOffset", number::integer);
        walk.check_attr(id, "", "pageOffset", "pageOffset", number::integer);
    });

static PARAMETER: LazyLock<Regex> =
    LazyLock::new(|| uri::regex(r"\{((?:[-a-zA-Z0-9._~]|%[a-fA-F0-9]{2})+:?(?:[-a-zA-Z0-9._~]|%[a-fA-F0-9]{2})*)\??\}"));

const PARAMETERS: [&str; 7] = ["searchTerms", "count", "startIndex", "startPage", "language", "inputEncoding", "outputEncoding"];

/// An address with places for what is searched: `https://example.org/?q={searchTerms}`.
fn template(walk: &mut Walk<'_>, id: NodeId, address: &str) {
    let on = On::Part(id, "template");
    for found in PARAMETER.captures_iter(address) {
        match found[1].split_once(':') {
            None => one_of(walk, on, &found[1], &PARAMETERS, &c::INVALID_LOCAL_PARAMETER),
            Some((prefix, _)) if !walk.knows_prefix(id, prefix) => walk.say(on, &c::UNDECLARED_PREFIX, Detail::value(prefix)),
            Some(_) => {}
        }
    }
    uri::full(walk, on, &PARAMETER.replace_all(address, "$1"));
}

/// A query shows what can be searched; the description remembers that there is one.
pub(super) fn example(walk: &mut Walk<'_>, query: NodeId) {
    let parent = walk.parent(query);
    if walk.attr(query, "", "role") == Some("example") && matches!(walk.state(parent), State::None) {
        *walk.state_mut(parent) = State::Flag(true);
    }
}
