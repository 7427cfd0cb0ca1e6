//! OPML 1.0, 1.1 and 2.0.

use super::super::Kind;
use super::super::class::{Child, Class, Text};
use super::super::codes as c;
use super::super::found::Detail;
use super::super::html;
use super::super::value::{date, language, number, uri};
use super::super::walk::{NodeId, On, Walk};
use super::common::*;
use super::tables::EVERYWHERE;

pub(in crate::check) static OPML: Class = Class::container(&[PARTS, EVERYWHERE]).attrs(&[("", "version")]).close(opml_ends);

const fn row(name: &'static str, classes: &'static [&'static Class]) -> Child {
    Child { name, classes, notes: &[] }
}

static PARTS: &[Child] = &[row("body", &[&BODY]), row("head", &[&HEAD])];

fn opml_ends(walk: &mut Walk<'_>, id: NodeId, _: &str) {
    walk.kind = Kind::Opml;
    match walk.plain_attr(id, "version") {
        Some(version) if !matches!(&*version, "1.0" | "1.1" | "2.0") => {
            walk.say(On::Node(id), &c::INVALID_OPML_VERSION, Detail::value(&version));
        }
        None if walk.name(id) != "outlineDocument" => walk.say(On::Node(id), &c::MISSING_ATTRIBUTE, Detail::value("version")),
        _ => {}
    }
    for child in ["head", "body"] {
        if !walk.has_child(id, child) {
            walk.lacks(id, &c::MISSING_ELEMENT, child);
        }
    }
}

static HEAD: Class = Class::container(&[HEAD_PARTS, EVERYWHERE]);
static HEAD_PARTS: &[Child] = &[
    row("dateCreated", &[&RFC822, &ONCE]),
    row("dateModified", &[&RFC822, &ONCE]),
    row("expansionState", &[&LINES, &ONCE]),
    row("ownerEmail", &[&CONTACT, &ONCE]),
    row("ownerId", &[&WEB_URL, &ONCE]),
    row("ownerName", &[&HTML, &ONCE]),
    row("title", &[&HTML, &ONCE]),
    row("vertScrollState", &[&POSITIVE, &NONBLANK, &ONCE]),
    row("windowBottom", &[&POSITIVE, &NONBLANK, &ONCE]),
    row("windowLeft", &[&POSITIVE, &NONBLANK, &ONCE]),
    row("windowRight", &[&POSITIVE, &NONBLANK, &ONCE]),
    row("windowTop", &[&POSITIVE, &NONBLANK, &ONCE]),
];

static LINES: Class = Class::value(|walk, id, value| {
    if !value.is_empty() && !number::is_number_list(value) {
        walk.say(On::Node(id), &c::INVALID_EXPANSION_STATE, Detail::value(value));
    }
});

static BODY: Class = Class::container(&[OUTLINES, EVERYWHERE]).close(|walk, id, _| {
    if !walk.has_child(id, "outline") {
        walk.lacks(id, &c::MISSING_ELEMENT, "outline");
    }
});

static OUTLINES: &[Child] = &[row("outline", &[&OUTLINE])];

static OUTLINE: Class = Class {
    text: Text::Outline,
    close: Some(outline_ends),
    ..Class::container(&[OUTLINES, EVERYWHERE]).attrs(&[
        ("", "category"),
        ("", "created"),
        ("", "description"),
        ("", "htmlUrl"),
        ("", "isBreakpoint"),
        ("", "isComment"),
        ("", "language"),
        ("", "text"),
        ("", "title"),
        ("", "type"),
        ("", "url"),
        ("", "version"),
        ("", "xmlUrl"),
    ])
};

fn outline_ends(walk: &mut Walk<'_>, id: NodeId, _: &str) {
    let on = On::Node(id);
    let has = |walk: &Walk<'_>, name: &str| walk.attr(id, "", name).is_some();
    if !has(walk, "text") {
        walk.say(on, &c::MISSING_ATTRIBUTE, Detail::value("text"));
    }
    let kind = walk.plain_attr(id, "type");
    if let Some(kind) = &kind {
        outline_type(walk, id, kind);
    }
    if let Some(version) = walk.plain_attr(id, "version")
        && !matches!(&*version, "RSS" | "RSS1" | "RSS2" | "scriptingNews")
    {
        walk.say(on, &c::INVALID_OUTLINE_VERSION, Detail::value(&version));
    }
    let subscribes = ["description", "htmlUrl", "language", "title", "version", "xmlUrl"].iter().any(|name| has(walk, name));
    if kind.is_none() && walk.attr_count(id) > 1 && subscribes {
        walk.say(on, &c::MISSING_OUTLINE_TYPE, Detail::default());
    }
    walk.check_attr(id, "", "created", "created", date::rfc822_rule);
    html_attr(walk, id, "description");
    walk.check_attr(id, "", "htmlUrl", "htmlUrl", uri::full);
    walk.check_attr(id, "", "isBreakpoint", "isBreakpoint", true_false);
    walk.check_attr(id, "", "isComment", "isComment", true_false);
    walk.check_attr(id, "", "language", "language", language::code);
    html_attr(walk, id, "title");
    html_attr(walk, id, "text");
    walk.check_attr(id, "", "url", "url", uri::full);
}

fn outline_type(walk: &mut Walk<'_>, id: NodeId, kind: &str) {
    let on = On::Node(id);
    match kind.to_lowercase().as_str() {
        "rss" => {
            if walk.attr(id, "", "xmlUrl").is_none() {
                walk.say(on, &c::MISSING_XML_URL, Detail::default());
            }
            if walk.attr(id, "", "title").is_none() {
                walk.say(on, &c::MISSING_TITLE_ATTR, Detail::default());
            }
        }
        "link" => {
            if walk.attr(id, "", "url").is_none() {
                walk.say(on, &c::MISSING_URL_ATTR, Detail::default());
            }
        }
        _ => {
            let mut above = walk.parent(id);
            while above > 0 && walk.name(above) != "opml" {
                above = walk.parent(above);
            }
            if walk.attr(above, "", "version").is_some_and(|version| version.starts_with("1.")) {
                walk.say(on, &c::INVALID_OUTLINE_TYPE, Detail::value(kind));
            }
        }
    }
}

fn html_attr(walk: &mut Walk<'_>, id: NodeId, name: &'static str) {
    if let Some(value) = walk.plain_attr(id, name) {
        let at = walk.at;
        html::check(walk, On::Part(id, name), &value, at, Some(id));
    }
}
