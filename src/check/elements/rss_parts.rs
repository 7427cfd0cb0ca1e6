//! The parts of an RSS channel: image, text input, hours and days to skip.

use super::super::class::{Child, Class};
use super::super::codes as c;
use super::super::found::Detail;
use super::super::namespace::RDF;
use super::super::value::{number, plain, uri};
use super::super::walk::{Channel, NodeId, On, Walk};
use super::common::*;
use super::rss::channel_of;
use super::tables::EVERYWHERE;

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
