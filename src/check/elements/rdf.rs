//! RSS 1.0: the RDF around channel, items and images, and RDF anywhere inside.

use std::borrow::Cow;

use super::super::Kind;
use super::super::class::{Attributes, Child, Class, Start, Text};
use super::super::codes as c;
use super::super::found::Detail;
use super::super::namespace::{NsId, RDF, RSS11, RSS090, XHTML};
use super::super::value::{chars, uri};
use super::super::walk::{NodeId, On, State, Walk};
use super::common::*;
use super::tables::EVERYWHERE;
use super::{rss, rss_item, rss_parts, xhtml};

pub(in crate::check) static RDF_ROOT: Class =
    Class::container(&[ROOT_PARTS]).open(|walk, _| walk.kind = Kind::Rss1).close(|walk, id, _| {
        if !walk.has_child(id, "channel") && !walk.has_child(id, "rss090_channel") {
            walk.lacks(id, &c::MISSING_ELEMENT, "channel");
        }
    });

const fn row(name: &'static str, classes: &'static [&'static Class], notes: &'static [super::Note]) -> Child {
    Child { name, classes, notes }
}

static ROOT_PARTS: &[Child] = &[
    row("cc_License", &[&EATER], &[]),
    row("channel", &[&ABOUT, &rss::CHANNEL_10, &ONCE], &[]),
    row("image", &[&IMAGE, &ABOUT], &[super::Note::Do(image)]),
    row("item", &[&rss_item::ITEM_10, &ABOUT], &[super::Note::Do(item)]),
    row("rdf_Description", &[&EATER], &[]),
    row("rss090_channel", &[&rss::CHANNEL_090, &ONCE], &[super::Note::Do(old_channel)]),
    row("taxo_topic", &[&EATER], &[]),
    row("textinput", &[&rss_parts::TEXT_INPUT, &ABOUT], &[super::Note::Do(text_input)]),
];

type Chosen = Option<&'static [&'static Class]>;

fn old_channel(walk: &mut Walk<'_>, _: NodeId, _: &str) -> Chosen {
    walk.add_default(Cow::Borrowed(RSS090));
    None
}

/// RSS 0.90 has no `rdf:about`.
fn item(walk: &mut Walk<'_>, _: NodeId, _: &str) -> Chosen {
    walk.is_default(RSS090).then_some(const { &[&rss_item::ITEM_10] })
}

fn image(walk: &mut Walk<'_>, _: NodeId, _: &str) -> Chosen {
    walk.is_default(RSS090).then_some(const { &[&IMAGE] })
}

fn text_input(walk: &mut Walk<'_>, _: NodeId, _: &str) -> Chosen {
    walk.is_default(RSS090).then_some(const { &[&rss_parts::TEXT_INPUT] })
}

static ABOUT: Class = Class { start: Start::Leave, close: Some(about_ends), ..Class::container(&[]).attrs(&[(RDF, "about")]) };

fn about_ends(walk: &mut Walk<'_>, id: NodeId, _: &str) {
    match walk.attr(id, RDF, "about").map(str::to_owned) {
        None => walk.say(On::Node(id), &c::MISSING_ATTRIBUTE, Detail::value("rdf:about")),
        Some(about) => {
            uri::reference(walk, On::Node(id), &about);
        }
    }
}

static IMAGE: Class = Class::container(&[IMAGE_PARTS, EVERYWHERE]).close(|walk, id, _| {
    for (child, rule) in [("title", &c::MISSING_TITLE), ("link", &c::MISSING_LINK), ("url", &c::MISSING_ELEMENT)] {
        if !walk.has_child(id, child) {
            walk.lacks(id, rule, child);
        }
    }
});

static IMAGE_PARTS: &[Child] = &[
    row("cc_license", &[&EATER], &[]),
    row("dc_creator", &[&TEXT], &[]),
    row("dc_date", &[&W3CDTF, &ONCE], &[]),
    row("dc_subject", &[&TEXT], &[]),
    row("link", &[&FULL_URI, &ONCE], &[]),
    row("title", &[&rss_parts::IMAGE_TITLE, &ONCE], &[]),
    row("url", &[&FULL_URI, &ONCE], &[]),
];

// ---- the list of items

pub(super) fn items_begin(walk: &mut Walk<'_>, id: NodeId, _: &str) -> Chosen {
    if walk.attr(id, RDF, "about").is_none() {
        let name = walk.name(id).to_owned();
        walk.say(On::Node(id), &c::MISSING_ATTRIBUTE, Detail::named(&name, &name).with("rdf:about"));
    }
    None
}

pub(super) static ITEMS: Class = Class::container(&[ITEMS_PARTS]).attrs(&[(RDF, "parseType")]);
static ITEMS_PARTS: &[Child] =
    &[row("item", &[&rss_item::ITEM_10], &[super::Note::Do(item_in_items)]), row("rdf_Seq", &[&SEQUENCE], &[super::Note::Do(sequence)])];

fn item_in_items(walk: &mut Walk<'_>, id: NodeId, _: &str) -> Chosen {
    if !walk.is_default(RSS11) {
        walk.say(On::Node(id), &c::UNDEFINED_ELEMENT, Detail::named("item", "items"));
    }
    None
}

fn sequence(walk: &mut Walk<'_>, id: NodeId, _: &str) -> Chosen {
    if walk.is_default(RSS11) {
        walk.say(On::Node(id), &c::UNDEFINED_ELEMENT, Detail::named("rdf:Seq", "items"));
    }
    None
}

static SEQUENCE: Class = Class::container(&[SEQUENCE_PARTS]);
static SEQUENCE_PARTS: &[Child] = &[row("rdf_li", &[&LIST_ITEM], &[])];
static LIST_ITEM: Class = Class::container(&[]).attrs(&[("", "resource"), (RDF, "resource")]);

// ---- content:items

pub(super) static CONTENT_ITEMS: Class = Class::container(&[CONTENT_BAG]);
static CONTENT_BAG: &[Child] = &[row("rdf_Bag", &[&BAG, &ONCE], &[])];
static BAG: Class = Class::container(&[BAG_PARTS]);
static BAG_PARTS: &[Child] = &[row("rdf_li", &[&BAG_ITEM], &[])];
static BAG_ITEM: Class = Class::container(&[BAG_ITEM_PARTS]);
static BAG_ITEM_PARTS: &[Child] = &[row("content_item", &[&CONTENT_ITEM], &[])];
static CONTENT_ITEM: Class = Class::container(&[CONTENT_ITEM_PARTS]);
static CONTENT_ITEM_PARTS: &[Child] = &[
    row("content_encoding", &[&RESOURCE, &ONCE], &[]),
    row("content_format", &[&RESOURCE, &ONCE], &[]),
    row("rdf_value", &[&TEXT, &ONCE], &[]),
];

// ---- any RDF

/// Whatever RDF stands in an extension: consistent in itself.
pub(in crate::check) static ANY: Class =
    Class { attrs: Attributes::NotRss11, start: Start::Rdf, text: Text::Rdf, prose: true, close: Some(any_ends), ..Class::container(&[]) };

/// An element of an extension begins.
pub(in crate::check) fn begins(walk: &mut Walk<'_>, id: NodeId, ns: NsId, literal: bool) {
    let literal = literal || walk.attr(id, RDF, "parseType") == Some("Literal");
    *walk.state_mut(id) = State::Flag(literal);
    if literal {
        return;
    }
    let parent = walk.name(walk.parent(id)).to_owned();
    if walk.namespaces.uri(ns) == RSS11 {
        let name = walk.name(id).to_owned();
        walk.say(On::Node(id), &c::UNDEFINED_ELEMENT, Detail::named(&name, &parent));
    }
    if let Some(about) = walk.attr(id, RDF, "about").map(str::to_owned)
        && !walk.abouts.insert(about.clone())
    {
        walk.say(On::Node(id), &c::DUPLICATE_VALUE, Detail::named("rdf:about", &parent).with(&about));
    }
}

pub(in crate::check) fn child<'a>(walk: &mut Walk<'a>, id: NodeId, ns: NsId, name: &'a str, attrs: (usize, usize)) {
    walk.add_child(id, Cow::Borrowed(name));
    push_any(walk, id, ns, name, attrs, flag(walk, id));
}

fn push_any<'a>(walk: &mut Walk<'a>, id: NodeId, ns: NsId, name: &'a str, attrs: (usize, usize), literal: bool) {
    let made = walk.next_node();
    walk.push(&[&ANY], Cow::Borrowed(name), attrs, id);
    begins(walk, made, ns, literal);
}

/// An element inside text, where RSS 1.0 lets RDF stand.
pub(super) fn in_text<'a>(walk: &mut Walk<'a>, id: NodeId, ns: NsId, name: &'a str, attrs: (usize, usize)) {
    let mixed = walk.node(id).mixed || walk.all_children(id) > 0 || !chars::is_blank(walk.text_so_far(id));
    if mixed && walk.attr(id, RDF, "parseType") != Some("Literal") {
        walk.say(On::Node(id), &c::INVALID_RDF, Detail::value("text and elements side by side"));
    }
    if name == "div" && walk.namespaces.uri(ns) == XHTML {
        walk.push(&[&xhtml::DIV], Cow::Borrowed(name), attrs, id);
    } else {
        push_any(walk, id, ns, name, attrs, false);
    }
}

fn any_ends(walk: &mut Walk<'_>, id: NodeId, value: &str) {
    if !chars::is_blank(value) && walk.all_children(id) > 0 && !flag(walk, id) {
        walk.say(On::Node(id), &c::INVALID_RDF, Detail::value("text and elements side by side"));
    }
}
