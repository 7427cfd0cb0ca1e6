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
mod root;
pub(super) mod rss;
pub(super) mod rss_item;
mod rss_parts;
mod rss_tables;
mod search;
mod search_description;
mod tables;
pub(super) mod text;
pub(super) mod xhtml;
mod xrd;

use std::borrow::Cow;

use super::Kind;
use super::class::{Class, Note, Start, Text};
use super::codes as c;
use super::found::{Detail, Spot};
use super::namespace::{self, NsId};
use super::value::chars;
use super::walk::{NodeId, On, State, Walk};

pub(super) use common::EATER;
pub(super) use podcast::begins as podcast;
pub(super) use rdf::{ANY as RDF_ANY, begins as rdf_begins, child as rdf_child};
pub(super) use root::{ROOT, foreign_root, root};
pub(super) use text::construct_child;
pub(super) use xhtml::{div_child, html_child};

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
    } else if matches!(walk.state(id), State::Feed(_)) && walk.has_child(id, "entry") {
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
                *walk.state_mut(id) = State::Flag(true);
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
        let kind = if walk.node(id).mixed { Cow::Borrowed("") } else { text::kind(walk, id) };
        walk.say(On::Node(id), &c::UNEXPECTED_TEXT, Detail::value(&kind));
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
        *walk.state_mut(id) = State::Flag(true);
    }
}
