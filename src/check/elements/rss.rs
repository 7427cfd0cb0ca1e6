//! RSS 0.91 to 2.0, and what its channel shares with RSS 1.0's: the rules that no table can hold.

use super::super::Kind;
use super::super::class::Child;
use super::super::class::{Class, Podcast};
use super::super::codes as c;
use super::super::familiar::Effect;
use super::super::found::Detail;
use super::super::namespace::{INDEXING, RDF};
use super::super::value::{number, plain, uri};
use super::super::walk::{Channel, NodeId, On, State, Walk};
use super::common::*;
use super::rss_tables::{ANY_CHANNEL, CHANNEL_10 as CHANNEL_10_PARTS, CHANNEL_20};
use super::tables::{CHANNEL, CHANNEL_OR_ITEM, EVERYWHERE};
use super::{media, modules, podcast};

pub(in crate::check) static RSS: Class = Class::container(&[RSS_PARTS]).attrs(&[("", "version")]).open(rss_begins).close(|walk, id, _| {
    if !walk.has_child(id, "channel") {
        walk.lacks(id, &c::MISSING_ELEMENT, "channel");
    }
});

static RSS_PARTS: &[Child] = &[
    Child { name: "access_restriction", classes: &[&modules::ACCESS, &ONCE], notes: &[] },
    Child { name: "channel", classes: &[&RSS_CHANNEL, &ONCE], notes: &[] },
];

fn rss_begins(walk: &mut Walk<'_>, id: NodeId) {
    walk.kind = Kind::Rss2;
    walk.version = "2.0".to_owned();
    let Some(version) = walk.plain_attr(id, "version") else {
        return walk.say(On::Node(id), &c::MISSING_ATTRIBUTE, Detail::value("version"));
    };
    if walk.netscape {
        if version != "0.91" {
            walk.say(On::Node(id), &c::INVALID_DOCTYPE, Detail::value(&version));
        }
    } else if !matches!(&*version, "0.91" | "0.92" | "2.0") {
        walk.say(On::Node(id), &c::INVALID_RSS_VERSION, Detail::value(&version));
    }
    walk.version = version.into_owned();
}

static RSS_CHANNEL: Class = Class {
    podcast: Podcast::Channel,
    ..Class::container(&[CHANNEL_20, ANY_CHANNEL, CHANNEL, CHANNEL_OR_ITEM, EVERYWHERE, media::PARTS, podcast::ANY, podcast::CHANNEL])
        .attrs(&[(INDEXING, "index")])
        .open(channel_begins)
        .close(channel_ends)
};

/// RSS 0.90, whose channel knows none of RSS 2.0's own elements.
pub(in crate::check) static CHANNEL_090: Class = Class {
    podcast: Podcast::Channel,
    ..Class::container(&[ANY_CHANNEL, CHANNEL, CHANNEL_OR_ITEM, EVERYWHERE, media::PARTS, podcast::ANY, podcast::CHANNEL])
        .attrs(&[(INDEXING, "index")])
        .open(channel_begins)
        .close(channel_ends)
};

pub(in crate::check) static CHANNEL_10: Class = Class {
    podcast: Podcast::Channel,
    ..Class::container(&[CHANNEL_10_PARTS, ANY_CHANNEL, CHANNEL, CHANNEL_OR_ITEM, EVERYWHERE, media::PARTS, podcast::ANY, podcast::CHANNEL])
        .attrs(&[(RDF, "about")])
        .open(|walk, id| {
            *walk.state_mut(id) = State::Channel(Box::default());
            if let Some(about) = walk.attr(id, RDF, "about").map(str::to_owned) {
                walk.abouts.insert(about);
            }
        })
        .close(channel_ends)
};

fn channel_begins(walk: &mut Walk<'_>, id: NodeId) {
    *walk.state_mut(id) = State::Channel(Box::default());
    walk.check_attr(id, INDEXING, "index", "indexing:index", yes_no);
}

fn channel_ends(walk: &mut Walk<'_>, id: NodeId, _: &str) {
    for (child, rule) in [("description", &c::MISSING_DESCRIPTION), ("link", &c::MISSING_LINK), ("title", &c::MISSING_TITLE)] {
        if !walk.has_child(id, child) {
            walk.lacks(id, rule, child);
        }
    }
    if !walk.has_child(id, "language") && !walk.has_child(id, "dc_language") && !walk.node(id).speaks {
        walk.lacks(id, &c::MISSING_DC_LANGUAGE, "language");
    }
    for child in ["image", "textInput", "skipHours", "skipDays"] {
        if walk.count_children(id, child) > 1 {
            walk.lacks(id, &c::DUPLICATE_ELEMENT, child);
        }
    }
    if let Some(about) = walk.attr(id, RDF, "about").map(str::to_owned) {
        uri::reference(walk, On::Node(id), &about);
        if !walk.has_child(id, "items") {
            walk.lacks(id, &c::MISSING_ELEMENT, "items");
        }
    }
    let (self_link, hub, docs) = match walk.state(id) {
        State::Channel(channel) => (channel.self_link, channel.hub, channel.docs == "http://www.rssboard.org/rss-specification"),
        _ => (false, false, false),
    };
    if walk.name(walk.parent(id)) == "rss" && walk.version == "2.0" && !self_link {
        walk.say(On::Node(id), &c::MISSING_ATOM_SELF_LINK, Detail::default());
    }
    if hub && !self_link {
        walk.say(On::Node(id), &c::HUB_WITHOUT_SELF, Detail::default());
    }
    pages(walk, id);
    podcast::channel_ends(walk, id);
    if docs {
        walk.found.retain(|found| !std::ptr::eq(found.rule, &c::USE_OF_EXTENSION_ATTR));
    }
}

/// RFC 5005 in RSS, which the reference leaves alone there.
fn pages(walk: &mut Walk<'_>, id: NodeId) {
    let (complete, archive) = (walk.has_child(id, "fh_complete"), walk.has_child(id, "fh_archive"));
    let pages = channel_of(walk, id).map(|channel| std::mem::take(&mut channel.pages)).unwrap_or_default();
    if let Some(rel) = pages.iter().find(|rel| complete && **rel != "current") {
        walk.say(On::Node(id), &c::COMPLETE_FEED_WITH_PAGES, Detail::value(rel));
    }
    let has = |rels: &[&str]| pages.iter().any(|rel| rels.contains(rel));
    // The only page of an archive leads to the feed and to no other page.
    for (rels, shown) in [(&["prev-archive", "next-archive", "current"][..], "prev-archive"), (&["current"], "current")] {
        if archive && !complete && !has(rels) {
            walk.say(On::Node(id), &c::ARCHIVE_WITHOUT_LINKS, Detail::value(shown));
        }
    }
}

pub(super) fn channel_of<'w>(walk: &'w mut Walk<'_>, id: NodeId) -> Option<&'w mut Channel> {
    match walk.state_mut(id) {
        State::Channel(channel) => Some(channel),
        _ => None,
    }
}

pub(super) fn lower_case_input(walk: &mut Walk<'_>, id: NodeId, _: &str) -> Option<&'static [&'static Class]> {
    if walk.attr(id, RDF, "about").is_none() {
        walk.lacks(id, &c::UNDEFINED_ELEMENT, "textinput");
    }
    None
}

pub(super) fn avoid_text_input(walk: &mut Walk<'_>, id: NodeId, _: &str) -> Option<&'static [&'static Class]> {
    walk.say(On::Node(id), &c::AVOID_TEXT_INPUT, Detail::default());
    None
}

pub(super) fn item_begins(walk: &mut Walk<'_>, id: NodeId, _: &str) -> Option<&'static [&'static Class]> {
    walk.act(id, Effect::Item(walk.at));
    None
}

pub(super) static PLAIN_TITLE: Class = PLAIN_CLASS.close(|walk, id, value| {
    let parent = walk.parent(id);
    if let Some(channel) = channel_of(walk, parent) {
        channel.title = value.to_owned();
    }
    plain::text(walk, id, On::Node(id), value, &c::CONTAINS_HTML);
});

pub(super) static CHANNEL_LINK: Class = Class::value(|walk, id, value| {
    let parent = walk.parent(id);
    if let Some(channel) = channel_of(walk, parent) {
        channel.link = value.to_owned();
    }
    uri::full(walk, On::Node(id), value);
});

pub(super) static DOCS: Class = Class::value(|walk, id, value| {
    let parent = walk.parent(id);
    if let Some(channel) = channel_of(walk, parent) {
        channel.docs = value.to_owned();
    }
    uri::full(walk, On::Node(id), value);
});

pub(super) static BLINK: Class = Class::value(|walk, id, _| walk.say(On::Node(id), &c::NO_BLINK, Detail::default()));
pub(super) static CATEGORY: Class = PLAIN_CLASS.attrs(&[("", "domain")]);

pub(super) static CLOUD: Class = Class::container(&[])
    .attrs(&[("", "domain"), ("", "path"), ("", "registerProcedure"), ("", "protocol"), ("", "port")])
    .open(|walk, id| {
        for name in ["domain", "port", "path", "registerProcedure", "protocol"] {
            match walk.attr(id, "", name) {
                None => walk.say(On::Node(id), &c::MISSING_ATTRIBUTE, Detail::value(name)),
                Some(port) if name == "port" && number::whole(port).is_none_or(|port| port <= 0) => {
                    let port = port.to_owned();
                    walk.say(On::Node(id), &c::INVALID_INTEGER_ATTRIBUTE, Detail::value(&port).other("port"));
                }
                Some(_) => {}
            }
        }
    });
