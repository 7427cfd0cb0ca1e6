//! The descriptions of all elements, and the parts of the walk that depend on them.

mod app;
pub(super) mod atom;
mod atom_entries;
mod atom_tables;
pub(super) mod beyond;
pub(super) mod common;
mod kml;
mod kml_style;
mod kml_values;
pub(super) mod link;
pub(super) mod media;
mod media_roles;
pub(super) mod modules;
pub(super) mod opml;
pub(super) mod places;
pub(super) mod podcast;
mod podcast_categories;
mod products;
pub(super) mod rdf;
pub(super) mod rss;
pub(super) mod rss_item;
mod rss_tables;
mod search;
mod search_description;
mod tables;
pub(super) mod text;
mod xrd;

use std::borrow::Cow;

use super::Kind;
use super::class::{Child, Class, Note, Start, Text};
use super::codes as c;
use super::found::{Detail, Spot};
use super::namespace::{self, NsId};
use super::value::chars;
use super::walk::{NodeId, On, State, Walk};

pub(super) use common::EATER;
pub(super) use podcast::begins as podcast;
pub(super) use rdf::{ANY as RDF_ANY, begins as rdf_begins, child as rdf_child};
pub(super) use text::{construct_child, div_child, html_child};

/// The document itself: knows which elements may be its root.
pub(super) static ROOT: Class = Class { start: Start::Root, ..Class::container(&[ROOTS]) };

static ROOTS: &[Child] = &[
    Child { name: "Channel", classes: &[&rss::CHANNEL_10], notes: &[] },
    Child { name: "app_categories", classes: &[&app::CATEGORIES], notes: &[Note::Do(categories_document)] },
    Child { name: "app_service", classes: &[&app::SERVICE], notes: &[Note::Do(service_document)] },
    Child { name: "entry", classes: &[&atom::ENTRY], notes: &[] },
    Child { name: "feed", classes: &[&atom::FEED], notes: &[Note::Do(old_feed)] },
    Child { name: "kml", classes: &[&kml::KML], notes: &[] },
    Child {
        name: "opensearch_OpenSearchDescription",
        classes: &[&search_description::DESCRIPTION],
        notes: &[Note::Do(search_description)],
    },
    Child { name: "opml", classes: &[&opml::OPML], notes: &[] },
    Child { name: "outlineDocument", classes: &[&opml::OPML], notes: &[Note::Do(outline_document)] },
    Child { name: "rdf_RDF", classes: &[&rdf::RDF_ROOT], notes: &[Note::Do(rdf_root)] },
    Child { name: "request", classes: &[&ROOT], notes: &[] },
    Child { name: "rss", classes: &[&rss::RSS], notes: &[] },
    Child { name: "soap_Body", classes: &[&ROOT], notes: &[Note::Do(soap_body)] },
    Child { name: "soap_Envelope", classes: &[&ROOT], notes: &[] },
    Child { name: "xhtml_html", classes: &[&EATER], notes: &[Note::Do(web_page)] },
    Child { name: "xrds_XRDS", classes: &[&xrd::XRDS], notes: &[] },
];

fn old_feed(walk: &mut Walk<'_>, _: NodeId, _: &str) -> Option<&'static [&'static Class]> {
    walk.is_default(namespace::OLD_ATOM).then_some(const { &[&EATER] })
}

fn outline_document(walk: &mut Walk<'_>, id: NodeId, _: &str) -> Option<&'static [&'static Class]> {
    walk.say(On::Node(id), &c::OBSOLETE_VERSION, Detail::element("outlineDocument"));
    None
}

fn rdf_root(walk: &mut Walk<'_>, _: NodeId, _: &str) -> Option<&'static [&'static Class]> {
    walk.add_default(Cow::Borrowed(namespace::RSS10));
    None
}

fn categories_document(walk: &mut Walk<'_>, _: NodeId, _: &str) -> Option<&'static [&'static Class]> {
    walk.kind = Kind::AtomCategories;
    None
}

fn service_document(walk: &mut Walk<'_>, _: NodeId, _: &str) -> Option<&'static [&'static Class]> {
    walk.kind = Kind::AtomService;
    None
}

fn search_description(walk: &mut Walk<'_>, _: NodeId, _: &str) -> Option<&'static [&'static Class]> {
    walk.add_default(Cow::Borrowed(namespace::OPENSEARCH));
    walk.kind = Kind::Opensearch;
    None
}

fn soap_body(walk: &mut Walk<'_>, _: NodeId, _: &str) -> Option<&'static [&'static Class]> {
    walk.add_default(Cow::Borrowed(namespace::SOAP_WRAPPER));
    None
}

fn web_page(walk: &mut Walk<'_>, id: NodeId, name: &str) -> Option<&'static [&'static Class]> {
    walk.say(On::Node(id), &c::UNDEFINED_ELEMENT, Detail::named(name, "root"));
    None
}

/// The document's root element begins: what kind of document is it?
pub(super) fn root<'a>(walk: &mut Walk<'a>, id: NodeId, ns: NsId, name: &'a str, attrs: (usize, usize)) {
    let ns = if matches!(name, "kml" | "OpenSearchDescription" | "XRDS") { other_root(walk, id, ns, name) } else { ns };
    let uri = walk.namespaces.uri(ns).to_owned();
    let wrong = |walk: &mut Walk<'a>| walk.say(On::Node(id), &c::INVALID_NAMESPACE, Detail::named(name, "root").with(&uri));
    let missing = |walk: &mut Walk<'a>| walk.say(On::Node(id), &c::MISSING_NAMESPACE, Detail::named(name, "root"));
    match name {
        "rss" if !uri.is_empty() => {
            wrong(walk);
            walk.add_default(Cow::Owned(uri.clone()));
        }
        "feed" | "entry" => {
            for prefix in ["atom", "xhtml"] {
                if walk.declares(id, prefix) {
                    walk.say(On::Node(id), &c::AVOID_NAMESPACE_PREFIX, Detail::value(prefix));
                }
            }
            if uri == namespace::OLD_ATOM {
                walk.say(On::Node(id), &c::OBSOLETE_NAMESPACE, Detail::element("feed"));
                walk.add_default(Cow::Borrowed(namespace::OLD_ATOM));
                walk.kind = Kind::Atom;
            } else if uri.is_empty() {
                missing(walk);
            } else {
                walk.kind = if name == "feed" { Kind::Atom } else { Kind::AtomEntry };
                walk.add_default(Cow::Borrowed(namespace::ATOM));
                if uri != namespace::ATOM {
                    wrong(walk);
                    walk.add_default(Cow::Owned(uri.clone()));
                }
            }
        }
        "Channel" if uri.is_empty() => missing(walk),
        "Channel" if uri != namespace::RSS11 => wrong(walk),
        "Channel" => {
            walk.add_default(Cow::Owned(uri.clone()));
            walk.kind = Kind::Rss1;
        }
        _ => {}
    }
    walk.start_child(id, ns, name, attrs);
}

/// The root element of no feed begins: the namespace that it counts as.
fn other_root<'a>(walk: &mut Walk<'a>, id: NodeId, ns: NsId, name: &'a str) -> NsId {
    let uri = walk.namespaces.uri(ns).to_owned();
    let meant: &[&'static str] = match name {
        "kml" => &namespace::KML,
        "XRDS" => &[namespace::XRDS],
        _ => &[namespace::OPENSEARCH],
    };
    match name {
        "kml" => walk.kind = Kind::Kml,
        "XRDS" => walk.kind = Kind::Xrd,
        _ => {}
    }
    let known = meant.iter().position(|known| *known == uri);
    if name == "kml" {
        // What is no version of KML is read as its latest.
        let version = known.unwrap_or(if uri.is_empty() { 0 } else { 2 });
        ["2.0", "2.1", "2.2"][version].clone_into(&mut walk.version);
    }
    if uri.is_empty() {
        walk.say(On::Node(id), &c::MISSING_NAMESPACE, Detail::named(name, "root"));
        return walk.namespaces.intern(Cow::Borrowed(meant[0]));
    }
    if name == "kml" || known.is_none() {
        walk.add_default(Cow::Owned(uri.clone()));
    }
    if known.is_some() {
        return ns;
    }
    walk.say(On::Node(id), &c::INVALID_NAMESPACE, Detail::element(name).with(&uri));
    walk.namespaces.intern(Cow::Borrowed(meant[meant.len() - 1]))
}

/// A root element of a namespace that the rules do not know.
pub(super) fn foreign_root(walk: &mut Walk<'_>, id: NodeId, ns: Option<NsId>, name: &str) {
    let uri = ns.map(|ns| walk.namespaces.uri(ns).to_owned()).unwrap_or_default();
    let (rule, detail) = match uri.as_str() {
        namespace::OLD_ATOM => (&c::OBSOLETE_NAMESPACE, Detail::element(name)),
        _ if name == "feed" => (&c::INVALID_NAMESPACE, Detail::element(name)),
        _ => (&c::UNDEFINED_ELEMENT, Detail::named(name, "root")),
    };
    walk.say(On::Node(id), rule, detail.with(&uri));
}

/// A child of an element that has text only.
pub(super) fn refuse<'a>(walk: &mut Walk<'a>, id: NodeId, ns: NsId, name: &'a str, attrs: (usize, usize)) {
    if walk.kind == Kind::Rss1 {
        return rdf::in_text(walk, id, ns, name, attrs);
    }
    let parent = walk.name(id).to_owned();
    walk.say(On::Node(id), &c::UNDEFINED_ELEMENT, Detail::named(name, &parent));
    walk.push(&[&EATER], Cow::Borrowed(name), attrs, id);
}

/// Metadata stands here; does it come too late?
pub(super) fn metadata(walk: &mut Walk<'_>, id: NodeId, name: &str) {
    if let Some(channel) = rss::channel_of(walk, id) {
        for at in std::mem::take(&mut channel.items) {
            walk.say_at(On::Part(id, "item"), &c::MISPLACED_ITEM, Detail::default(), Spot::at(at));
        }
    } else if matches!(walk.node(id).state, State::Feed(_)) && walk.has_child(id, "entry") {
        let parent = walk.name(id).to_owned();
        walk.say(On::Node(id), &c::MISPLACED_METADATA, Detail::named(name, &parent));
    }
}

/// What watches a child that its parent's tables do not know.
pub(super) fn questionable(walk: &mut Walk<'_>, id: NodeId, name: &str) -> &'static [&'static Class] {
    static STRAY: Class = Class::container(&[tables::EVERYWHERE, atom_tables::STRAY]);
    let parent = walk.name(id).to_owned();
    let unprefixed = !name.contains('_') && parent.contains('_') && walk.is_default(namespace::ATOM);
    let key = if unprefixed { Cow::Owned(format!("atom_{name}")) } else { Cow::Borrowed(name) };
    // In documents of the publishing protocol its own elements are never strays.
    let publishing = matches!(walk.kind, Kind::AtomService | Kind::AtomCategories) && key.starts_with("app_");
    match STRAY.child(&key.replace('-', "_")).filter(|_| !publishing) {
        Some(child) => {
            walk.say(On::Node(id), &c::QUESTIONABLE_USAGE, Detail::named(&key, &parent));
            child.classes
        }
        None => {
            walk.say(On::Node(id), &c::UNDEFINED_ELEMENT, Detail::named(name, &parent));
            const { &[&EATER] }
        }
    }
}

/// Whether a watcher has nothing to say of running text without suspicious letters.
pub(super) fn is_quiet(walk: &Walk<'_>, id: NodeId, blank: bool) -> bool {
    let class = walk.node(id).class;
    match class.text {
        Text::Leave | Text::Eat => true,
        Text::Keep | Text::Rdf => blank || class.prose,
        Text::Link | Text::Outline => blank,
        Text::Construct => blank || !text::is_xhtml(walk, id) && !is_refused(walk, id),
        Text::Tight => false,
    }
}

/// A piece of running text reaches a watcher.
pub(super) fn text(walk: &mut Walk<'_>, id: NodeId, text: &str, blank: bool, suspicious: bool) {
    match walk.node(id).class.text {
        Text::Leave => {}
        Text::Eat => broken(walk, id, text, suspicious, false),
        Text::Rdf if common::flag(walk, id) => {}
        Text::Keep | Text::Rdf => keep(walk, id, text, blank, suspicious),
        Text::Construct => text::construct_text(walk, id, text, blank, suspicious),
        Text::Link => {
            if !blank {
                walk.say(On::Node(id), &c::ATOM_LINK_NOT_EMPTY, Detail::default());
            }
        }
        Text::Tight => {
            keep(walk, id, text, blank, suspicious);
            tight(walk, id, text);
        }
        Text::Outline => {
            if !blank && !common::flag(walk, id) {
                walk.say(On::Node(id), &c::UNEXPECTED_TEXT, Detail::default());
                walk.node_mut(id).state = State::Flag(true);
            }
        }
    }
}

fn is_refused(walk: &Walk<'_>, id: NodeId) -> bool {
    let node = walk.node(id);
    if node.class.start == Start::Construct { node.mixed || walk.all_children(id) > 0 } else { !node.class.prose }
}

/// Text that is kept as the element's value.
pub(super) fn keep(walk: &mut Walk<'_>, id: NodeId, text: &str, blank: bool, suspicious: bool) {
    if !blank && is_refused(walk, id) {
        walk.say(On::Node(id), &c::UNEXPECTED_TEXT, Detail::default());
    }
    broken(walk, id, text, suspicious, true);
}

fn broken(walk: &mut Walk<'_>, id: NodeId, text: &str, suspicious: bool, placed: bool) {
    if !suspicious {
        return;
    }
    if placed {
        for (lines, columns) in chars::broken_places(text) {
            walk.say_at(On::Node(id), &c::BAD_CHARACTERS, Detail::default(), Spot::from(walk.at, lines, columns));
        }
    } else {
        for _ in text.chars().filter(|c| chars::is_broken(*c)) {
            walk.say(On::Node(id), &c::BAD_CHARACTERS, Detail::default());
        }
    }
}

/// Says once where white space stands around the value, as far as it has come.
fn tight(walk: &mut Walk<'_>, id: NodeId, piece: &str) {
    let so_far = walk.text_so_far(id);
    let start = if so_far.is_empty() { piece } else { so_far };
    let spaced = start.starts_with(chars::is_python_space) || piece.ends_with(chars::is_python_space);
    if spaced && !common::flag(walk, id) {
        walk.say(On::Node(id), &c::UNEXPECTED_WHITESPACE, Detail::default());
        walk.node_mut(id).state = State::Flag(true);
    }
}
