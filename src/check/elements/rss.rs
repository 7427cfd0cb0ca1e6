//! RSS 0.91 to 2.0, and what its channel shares with RSS 1.0's: the rules that no table can hold.

use super::super::Kind;
use super::super::class::Child;
use super::super::class::{Class, Podcast};
use super::super::codes as c;
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
    } else if !matches!(version.as_str(), "0.91" | "0.92" | "2.0") {
        walk.say(On::Node(id), &c::INVALID_RSS_VERSION, Detail::value(&version));
    }
    walk.version = version;
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
            walk.node_mut(id).state = State::Channel(Box::default());
            if let Some(about) = walk.attr(id, RDF, "about").map(str::to_owned) {
                walk.abouts.insert(about);
            }
        })
        .close(channel_ends)
};

fn channel_begins(walk: &mut Walk<'_>, id: NodeId) {
    walk.node_mut(id).state = State::Channel(Box::default());
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
    let (self_link, hub, docs) = match &walk.node(id).state {
        State::Channel(channel) => (channel.self_link, channel.hub, channel.docs == "http://www.rssboard.org/rss-specification"),
        _ => (false, false, false),
    };
    if walk.name(walk.parent(id)) == "rss" && walk.version == "2.0" && !self_link {
        walk.say(On::Node(id), &c::MISSING_ATOM_SELF_LINK, Detail::default());
    }
    if hub && !self_link {
        walk.say(On::Node(id), &c::HUB_WITHOUT_SELF, Detail::default());
    }
    podcast::channel_ends(walk, id);
    if docs {
        walk.found.retain(|found| !std::ptr::eq(found.rule, &c::USE_OF_EXTENSION_ATTR));
    }
}

pub(super) fn channel_of<'w>(walk: &'w mut Walk<'_>, id: NodeId) -> Option<&'w mut Channel> {
    match &mut walk.node_mut(id).state {
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
    let at = walk.at;
    if let Some(channel) = channel_of(walk, id)
        && channel.items.len() < 100_000
    {
        channel.items.push(at);
    }
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

// ---- image

pub(super) static IMAGE: Class = Class::container(&[IMAGE_PARTS, EVERYWHERE])
    .attrs(&[(RDF, "resource"), (RDF, "about"), (RDF, "parseType")])
    .close(|walk, id, value| {
        if !value.is_empty() {
            walk.say(On::Node(id), &c::UNEXPECTED_TEXT, Detail::element("image"));
        }
        if walk.attr(id, RDF, "resource").is_some() {
            return;
        }
        if !walk.has_child(id, "title") {
            walk.lacks(id, &c::MISSING_TITLE, "title");
        }
        if !walk.has_child(id, "url") {
            walk.lacks(id, &c::MISSING_ELEMENT, "url");
        }
        if walk.attr(id, RDF, "parseType").is_none() && !walk.has_child(id, "link") {
            walk.lacks(id, &c::MISSING_LINK, "link");
        }
    });

static IMAGE_PARTS: &[Child] = &[
    Child { name: "cc_license", classes: &[&EATER], notes: &[] },
    Child { name: "dc_creator", classes: &[&TEXT], notes: &[] },
    Child { name: "dc_date", classes: &[&W3CDTF, &ONCE], notes: &[] },
    Child { name: "dc_subject", classes: &[&TEXT], notes: &[] },
    Child { name: "description", classes: &[&PLAIN, &ONCE], notes: &[] },
    Child { name: "height", classes: &[&HEIGHT, &ONCE], notes: &[] },
    Child { name: "link", classes: &[&IMAGE_LINK, &ONCE], notes: &[] },
    Child { name: "title", classes: &[&IMAGE_TITLE, &ONCE], notes: &[] },
    Child { name: "url", classes: &[&IMAGE_URL, &ONCE], notes: &[] },
    Child { name: "width", classes: &[&WIDTH, &ONCE], notes: &[] },
];

static WIDTH: Class = Class::value(|walk, id, value| size(walk, id, value, 144, &c::INVALID_WIDTH));
static HEIGHT: Class = Class::value(|walk, id, value| size(walk, id, value, 400, &c::INVALID_HEIGHT));

fn size(walk: &mut Walk<'_>, id: NodeId, value: &str, most: i128, rule: &'static c::Rule) {
    if number::whole(value).is_none_or(|size| size <= 0 || size > most) {
        walk.say(On::Node(id), rule, Detail::value(value));
    }
}

static IMAGE_LINK: Class = Class::value(|walk, id, value| {
    uri::full(walk, On::Node(id), value);
    differs(walk, id, value, &c::IMAGE_LINK_DOESNT_MATCH, |channel| &channel.link);
});

static IMAGE_URL: Class = Class::value(|walk, id, value| {
    uri::full(walk, On::Node(id), value);
    let ending = value.rsplit('.').next().unwrap_or_default().to_lowercase();
    let is_ending = !ending.is_empty() && ending.chars().all(super::super::value::chars::is_word);
    if is_ending && !matches!(ending.as_str(), "jpg" | "jpeg" | "gif" | "png") {
        walk.say(On::Node(id), &c::IMAGE_URL_FORMAT, Detail::value(&ending));
    }
});

pub(in crate::check) static IMAGE_TITLE: Class = PLAIN_CLASS.close(|walk, id, value| {
    if value.is_empty() {
        walk.say(On::Node(id), &c::NOT_BLANK, Detail::default());
    } else {
        plain::text(walk, id, On::Node(id), value, &c::CONTAINS_HTML);
    }
    differs(walk, id, value, &c::IMAGE_TITLE_DOESNT_MATCH, |channel| &channel.title);
});

/// Says where an image's text is not its channel's.
fn differs(walk: &mut Walk<'_>, id: NodeId, value: &str, rule: &'static c::Rule, of: fn(&Channel) -> &String) {
    let channel = walk.parent(walk.parent(id));
    let theirs = channel_of(walk, channel).map(|channel| of(channel).clone()).unwrap_or_default();
    if !theirs.is_empty() && theirs != value {
        walk.say(On::Node(id), rule, Detail::value(value).other(&theirs));
    }
}

// ---- text input

pub(in crate::check) static TEXT_INPUT: Class =
    Class::container(&[INPUT_PARTS, EVERYWHERE]).attrs(&[(RDF, "about")]).close(|walk, id, _| {
        let needed = [
            ("title", &c::MISSING_TITLE),
            ("link", &c::MISSING_LINK),
            ("description", &c::MISSING_DESCRIPTION),
            ("name", &c::MISSING_ELEMENT),
        ];
        for (child, rule) in needed {
            if !walk.has_child(id, child) {
                walk.lacks(id, rule, child);
            }
        }
    });

static INPUT_PARTS: &[Child] = &[
    Child { name: "dc_creator", classes: &[&TEXT], notes: &[] },
    Child { name: "dc_date", classes: &[&W3CDTF, &ONCE], notes: &[] },
    Child { name: "dc_subject", classes: &[&TEXT], notes: &[] },
    Child { name: "description", classes: &[&TEXT, &ONCE], notes: &[] },
    Child { name: "link", classes: &[&FULL_URI, &ONCE], notes: &[] },
    Child { name: "name", classes: &[&FORM_NAME, &ONCE], notes: &[] },
    Child { name: "title", classes: &[&PLAIN, &ONCE], notes: &[] },
];

/// The reference takes a letter from `A` to `z` of ASCII at the start, and the six signs between `Z` and `a` with them.
static FORM_NAME: Class = Class::value(|walk, id, value| {
    if !value.starts_with(|c: char| matches!(c, 'A'..='z')) {
        walk.say(On::Node(id), &c::INVALID_FORM_COMPONENT_NAME, Detail::value(value));
    }
});

// ---- hours and days to skip

pub(super) static SKIP_HOURS: Class = Class::container(&[HOURS]).close(|walk, id, _| {
    if !walk.has_child(id, "hour") {
        walk.lacks(id, &c::MISSING_ELEMENT, "hour");
    }
    if walk.all_children(id) > 24 {
        walk.say(On::Node(id), &c::NOT_ENOUGH_HOURS_IN_THE_DAY, Detail::default());
    }
});

static HOURS: &[Child] = &[Child { name: "hour", classes: &[&HOUR], notes: &[] }];
static HOUR: Class = Class::value(|walk, id, value| {
    let parent = walk.parent(id);
    let hour = number::whole(value);
    let fits = hour.is_some_and(|hour| (0..=23).contains(&hour));
    // Midnight is 0 and was 24.
    let spoken = if hour == Some(24) { "0".to_owned() } else { hour.unwrap_or_default().to_string() };
    let known = if fits { walk.seen_before(parent, "hour", &spoken) } else { hour == Some(24) && walk.saw(parent, "hour", &spoken) };
    if known {
        walk.say(On::Node(id), &c::DUPLICATE_VALUE, Detail::value(value));
    }
    if !fits {
        let rule = if value == "24" { &c::USE_ZERO_FOR_MIDNIGHT } else { &c::INVALID_HOUR };
        walk.say(On::Node(id), rule, Detail::value(value));
    }
});

pub(super) static SKIP_DAYS: Class = Class::container(&[DAYS]).close(|walk, id, _| {
    if !walk.has_child(id, "day") {
        walk.lacks(id, &c::MISSING_ELEMENT, "day");
    }
    if walk.all_children(id) > 7 {
        walk.say(On::Node(id), &c::EIGHT_DAYS_A_WEEK, Detail::default());
    }
});

static DAYS: &[Child] = &[Child { name: "day", classes: &[&DAY_NAME], notes: &[] }];
static DAY_NAME: Class = Class::value(|walk, id, value| {
    let parent = walk.parent(id);
    if !matches!(value, "Monday" | "Tuesday" | "Wednesday" | "Thursday" | "Friday" | "Saturday" | "Sunday") {
        walk.say(On::Node(id), &c::INVALID_DAY, Detail::value(value));
    } else if walk.seen_before(parent, "day", value) {
        walk.say(On::Node(id), &c::DUPLICATE_VALUE, Detail::value(value));
    }
});
