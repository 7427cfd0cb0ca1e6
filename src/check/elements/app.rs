//! The Atom Publishing Protocol: service documents, categories documents, and collections within feeds (RFC 5023).

use super::super::class::{Child, Class, Note};
use super::super::codes as c;
use super::super::found::Detail;
use super::super::value::{media_type, uri};
use super::super::walk::{NodeId, On, Walk};
use super::common::*;
use super::tables::EVERYWHERE;
use super::{atom, text};

const fn row(name: &'static str, classes: &'static [&'static Class]) -> Child {
    Child { name, classes, notes: &[] }
}

/// RFC 5023 section 8.3.1.
pub(super) static SERVICE: Class = Class::container(&[SERVICE_PARTS, EVERYWHERE]).attrs(&[]).close(|walk, id, _| {
    if !walk.has_child(id, "app_workspace") {
        walk.lacks(id, &c::MISSING_ELEMENT, "app:workspace");
    }
});
static SERVICE_PARTS: &[Child] = &[row("app_workspace", &[&WORKSPACE])];

/// RFC 5023 section 8.3.2.
pub(super) static WORKSPACE: Class = Class::container(&[WORKSPACE_PARTS, EVERYWHERE]).close(titled);
static WORKSPACE_PARTS: &[Child] = &[row("app_collection", &[&COLLECTION]), row("atom_title", &[&text::CONSTRUCT, &ONCE])];

/// RFC 5023 section 8.3.3.
pub(super) static COLLECTION: Class = Class::container(&[COLLECTION_PARTS, EVERYWHERE])
    .attrs(&[("", "href")])
    .open(|walk, id| walk.need_attr(id, "href", uri::iri_rule))
    .close(titled);
static COLLECTION_PARTS: &[Child] = &[
    row("app_accept", &[&ACCEPT]),
    row("app_categories", &[&CATEGORIES]),
    row("atom_title", &[&text::CONSTRUCT, &ONCE]),
    Child { name: "title", classes: &[&text::CONSTRUCT], notes: &[Note::Do(own_title)] },
];

/// In a feed, the title goes without a prefix.
fn own_title(walk: &mut Walk<'_>, id: NodeId, _: &str) -> Option<&'static [&'static Class]> {
    walk.add_child(id, "atom_title".into());
    None
}

fn titled(walk: &mut Walk<'_>, id: NodeId, _: &str) {
    if !walk.has_child(id, "atom_title") {
        walk.lacks(id, &c::MISSING_ELEMENT, "atom:title");
    }
}

/// RFC 5023 section 8.3.4: media ranges with commas between them; nothing says that the collection takes nothing.
static ACCEPT: Class = Class::value(|walk, id, value| {
    for range in value.split(',').map(str::trim).filter(|_| !value.is_empty()) {
        if range.contains(";q=") {
            walk.say(On::Node(id), &c::UNDEFINED_PARAM, Detail::value("q"));
        }
        media_type::media_type(walk, On::Node(id), range);
    }
});

/// RFC 5023 section 7.2.1: a list that stands here, or elsewhere.
pub(super) static CATEGORIES: Class = Class::container(&[CATEGORIES_PARTS])
    .attrs(&[("", "scheme"), ("", "fixed"), ("", "href")])
    .open(categories_begin)
    .close(|walk, id, _| {
        if walk.attr(id, "", "href").is_some() && walk.all_children(id) > 0 {
            walk.say(On::Node(id), &c::CONFLICTING_CAT_CHILDREN, Detail::default());
        }
    });
static CATEGORIES_PARTS: &[Child] = &[row("atom_category", &[&atom::CATEGORY])];

fn categories_begin(walk: &mut Walk<'_>, id: NodeId) {
    walk.check_attr(id, "", "fixed", "fixed", yes_no);
    for name in ["fixed", "scheme"] {
        if walk.attr(id, "", "href").is_some() && walk.attr(id, "", name).is_some() {
            walk.say(On::Node(id), &c::CONFLICTING_CAT_ATTR, Detail::value(name));
        }
    }
}
