//! The item of RSS: the rules that no table can hold.

use super::super::Kind;
use super::super::class::{Attributes, Class, Podcast, Start};
use super::super::codes as c;
use super::super::familiar::Effect;
use super::super::found::Detail;
use super::super::namespace::RDF;
use super::super::value::{date, media_type, number, uri};
use super::super::walk::{NodeId, On, Walk};
use super::common::*;
use super::products::PRODUCT;
use super::rss_tables::{ANY_ITEM, ITEM_10 as ITEM_10_PARTS, ITEM_20};
use super::tables::{CHANNEL_OR_ITEM, EVERYWHERE, ITEM as MODULES};
use super::{media, podcast};

pub(super) static ITEM: Class = Class {
    podcast: Podcast::Item,
    ..Class::container(&[ITEM_20, ANY_ITEM, MODULES, PRODUCT, CHANNEL_OR_ITEM, EVERYWHERE, media::PARTS, podcast::ANY, podcast::ITEM])
        .close(item_ends)
};

pub(in crate::check) static ITEM_10: Class = Class {
    podcast: Podcast::Item,
    ..Class::container(&[ITEM_10_PARTS, ANY_ITEM, MODULES, PRODUCT, CHANNEL_OR_ITEM, EVERYWHERE, media::PARTS, podcast::ANY, podcast::ITEM])
        .attrs(&[(RDF, "about")])
        .open(|walk, id| {
            if let Some(about) = walk.attr(id, RDF, "about").map(str::to_owned) {
                let parent = walk.name(id).to_owned();
                if !walk.abouts.insert(about.clone()) {
                    walk.say(On::Node(id), &c::DUPLICATE_VALUE, Detail::named("rdf:about", &parent).with(&about));
                }
            }
        })
        .close(|walk, id, _| {
            for child in ["link", "title"] {
                if !walk.has_child(id, child) {
                    walk.lacks(id, &c::MISSING_ELEMENT, child);
                }
            }
        })
};

fn item_ends(walk: &mut Walk<'_>, id: NodeId, _: &str) {
    if !walk.has_child(id, "title") && !walk.has_child(id, "description") {
        walk.say(On::Node(id), &c::ITEM_MUST_CONTAIN_TITLE_OR_DESCRIPTION, Detail::default());
    }
    let rss2 = walk.kind == Kind::Rss2;
    if rss2 && !walk.has_child(id, "guid") && walk.version.starts_with("2.") {
        walk.lacks(id, &c::MISSING_GUID, "guid");
    }
    let channel = walk.parent(id);
    if rss2 && walk.has_child(id, "slash_comments") && !walk.has_child(channel, "lastBuildDate") {
        walk.say(On::Node(id), &c::SLASH_DATE, Detail::default());
    }
    podcast::item_ends(walk, id);
}

/// When the item came out; the newest should stand first.
pub(super) static PUBLISHED: Class = Class::value(|walk, id, value| {
    let Some(when) = date::rfc822(walk, On::Node(id), value) else { return };
    let item = walk.parent(id);
    if walk.act(walk.parent(item), Effect::Dated(when)) {
        walk.say(On::Node(item), &c::ITEMS_OUT_OF_ORDER, Detail::default());
    }
});

type Chosen = Option<&'static [&'static Class]>;

/// RSS 0.91 knows no HTML.
pub(super) fn description(walk: &mut Walk<'_>, _: NodeId, _: &str) -> Chosen {
    (walk.kind == Kind::Rss2 && walk.version == "0.91").then_some(const { &[&PLAIN, &ONCE] })
}

pub(super) fn content_encoded(walk: &mut Walk<'_>, id: NodeId, _: &str) -> Chosen {
    if walk.kind == Kind::Rss2 && !walk.has_child(id, "description") {
        walk.say(On::Node(id), &c::NEED_DESCRIPTION_BEFORE_CONTENT, Detail::default());
    }
    None
}

pub(super) fn xhtml_body(walk: &mut Walk<'_>, id: NodeId, _: &str) -> Chosen {
    if walk.kind == Kind::Rss2 {
        walk.say(On::Node(id), &c::DUPLICATE_DESCRIPTION_SEMANTICS, Detail::element("xhtml:body"));
    }
    None
}

fn same_as_core(walk: &mut Walk<'_>, id: NodeId, core: &str, extension: &str) -> Chosen {
    // `dc:creator.role` says something else than `dc:creator`.
    if !walk.child.contains('.') && walk.has_child(id, core) {
        walk.say(On::Node(id), &c::DUPLICATE_ITEM_SEMANTICS, Detail::value(extension).other(core));
    }
    None
}

pub(super) fn dc_creator(walk: &mut Walk<'_>, id: NodeId, _: &str) -> Chosen {
    same_as_core(walk, id, "author", "dc:creator")
}

pub(super) fn dc_subject(walk: &mut Walk<'_>, id: NodeId, _: &str) -> Chosen {
    same_as_core(walk, id, "category", "dc:subject")
}

pub(super) fn dc_date(walk: &mut Walk<'_>, id: NodeId, _: &str) -> Chosen {
    same_as_core(walk, id, "pubDate", "dc:date")
}

/// XHTML as it stands, looked through for dangers.
pub(super) static XHTML_BODY: Class = Class { attrs: Attributes::All, start: Start::Html, prose: true, ..Class::container(&[]) };

pub(super) static UNIQUE_GUID: Class = Class::value(|walk, id, value| unique(walk, id, value, "guid", &c::DUPLICATE_VALUE));
pub(super) static UNIQUE_ATOM_ID: Class = Class::value(|walk, id, value| unique(walk, id, value, "atom:id", &c::DUPLICATE_VALUE));

pub(super) static SOURCE: Class = PLAIN_CLASS.attrs(&[("", "url")]).open(|walk, id| {
    walk.need_attr(id, "url", uri::full);
    super::super::value::plain::begins(walk, id);
});

pub(super) static ENCLOSURE: Class = Class::container(&[]).attrs(&[("", "url"), ("", "length"), ("", "type")]).open(enclosure);

fn enclosure(walk: &mut Walk<'_>, id: NodeId) {
    match walk.plain_attr(id, "length") {
        None => walk.say(On::Node(id), &c::MISSING_ATTRIBUTE, Detail::value("length")),
        Some(length) => {
            let rule = match number::whole(&length) {
                None => Some(&c::INVALID_INTEGER_ATTRIBUTE),
                Some(-1) => Some(&c::USE_ZERO_FOR_UNKNOWN),
                Some(..0) => Some(&c::INVALID_NON_NEGATIVE_INTEGER),
                Some(_) => None,
            };
            if let Some(rule) = rule {
                walk.say(On::Part(id, "length"), rule, Detail::value(&length).other("length"));
            }
        }
    }
    match walk.plain_attr(id, "type") {
        None => walk.say(On::Node(id), &c::MISSING_ATTRIBUTE, Detail::value("type")),
        Some(kind) if !media_type::is_media_type(&kind) => {
            walk.say(On::Node(id), &c::INVALID_MIME_ATTRIBUTE, Detail::value(&kind).other("type"));
        }
        Some(_) => {}
    }
    walk.need_attr(id, "url", uri::web);
    if let Some(url) = walk.plain_attr(id, "url") {
        podcast::enclosure(walk, id, url);
    }
}

pub(super) static GUID: Class = Class::value(guid).attrs(&[("", "isPermaLink")]);

fn guid(walk: &mut Walk<'_>, id: NodeId, value: &str) {
    let on = On::Node(id);
    let permanent = match walk.plain_attr(id, "isPermaLink") {
        None => true,
        Some(flag) => {
            if !matches!(&*flag, "true" | "false") {
                walk.say(on, &c::INVALID_BOOLEAN_ATTRIBUTE, Detail::value(&flag).other("isPermaLink"));
            }
            flag == "true"
        }
    };
    if permanent {
        let lower = value.to_lowercase();
        if uri::check(walk, on, value, uri::is_full, &c::INVALID_HTTP_GUID) && (lower.starts_with("tag:") || lower.starts_with("urn:uuid:"))
        {
            walk.say(on, &c::INVALID_PERMALINK, Detail::value(value));
        }
    } else if !value.is_empty() && value.chars().count() < 9 && value.chars().all(char::is_numeric) {
        walk.say(on, &c::NOT_SUFFICIENTLY_UNIQUE, Detail::value(value));
    }
}
