//! Media RSS.

use std::borrow::Cow;

use super::super::class::{Child, Class};
use super::super::codes as c;
use super::super::found::Detail;
use super::super::html;
use super::super::value::{iso, language, media_type, number, plain, uri};
use super::super::walk::{NodeId, On, Walk};
use super::common::*;
use super::media_roles::ROLES;
use super::tables::EVERYWHERE;

const fn row(name: &'static str, classes: &'static [&'static Class]) -> Child {
    Child { name, classes, notes: &[] }
}

/// In channels, items, groups and contents.
pub(super) static PARTS: &[Child] = &[
    Child { name: "media_adult", classes: &[&TRUE_FALSE, &ONCE], notes: &[super::Note::Do(adult)] },
    row("media_category", &[&CATEGORY]),
    row("media_copyright", &[&COPYRIGHT, &ONCE]),
    row("media_credit", &[&CREDIT]),
    row("media_description", &[&TITLE, &ONCE]),
    row("media_hash", &[&HASH]),
    row("media_keywords", &[&TEXT]),
    row("media_player", &[&PLAYER]),
    row("media_rating", &[&RATING]),
    row("media_restriction", &[&RESTRICTION]),
    row("media_text", &[&WORDS]),
    row("media_thumbnail", &[&THUMBNAIL]),
    row("media_title", &[&TITLE, &ONCE]),
];

pub(super) static GROUP: Class = Class::container(&[GROUP_PARTS, PARTS]).close(|walk, id, _| {
    if walk.count_children(id, "media_content") < 2 {
        walk.say(On::Node(id), &c::MEDIA_GROUP_WITHOUT_ALTERNATIVES, Detail::default());
    }
});
static GROUP_PARTS: &[Child] = &[row("media_content", &[&CONTENT])];

fn adult(walk: &mut Walk<'_>, id: NodeId, _: &str) -> Option<&'static [&'static Class]> {
    walk.lacks(id, &c::DEPRECATED_MEDIA_ADULT, "media:adult");
    None
}

/// An attribute's value that is not empty.
fn filled<'a>(walk: &Walk<'a>, id: NodeId, name: &str) -> Option<Cow<'a, str>> {
    walk.plain_attr(id, name).filter(|value| !value.is_empty())
}

/// Checks an attribute, if there is something in it.
fn check(walk: &mut Walk<'_>, id: NodeId, name: &'static str, rule: fn(&mut Walk<'_>, On, &str)) {
    if let Some(value) = filled(walk, id, name) {
        rule(walk, On::As(id, name), &value);
    }
}

fn plain_text(walk: &mut Walk<'_>, id: NodeId, value: &str) {
    plain::text(walk, id, On::Node(id), value, &c::CONTAINS_HTML);
}

static CATEGORY: Class = Class::value(plain_text).attrs(&[("", "label"), ("", "scheme")]).open(|walk, id| {
    if let Some(label) = filled(walk, id, "label") {
        plain::text(walk, id, On::As(id, "label"), &label, &c::CONTAINS_HTML);
    }
    check(walk, id, "scheme", uri::full);
});

static COPYRIGHT: Class = Class::value(plain_text).attrs(&[("", "url")]).open(|walk, id| check(walk, id, "url", uri::full));

static CREDIT: Class = TEXT_CLASS.attrs(&[("", "role"), ("", "scheme")]).open(|walk, id| {
    let scheme = filled(walk, id, "scheme").unwrap_or(Cow::Borrowed("urn:ebu"));
    if let Some(role) = filled(walk, id, "role") {
        let known = scheme != "urn:ebu" || ROLES.contains(&&*role);
        if !known || role != role.to_lowercase() {
            walk.say(On::Node(id), &c::INVALID_CREDIT_ROLE, Detail::value(&role));
        }
    }
    if scheme != "urn:ebu" {
        uri::full(walk, On::As(id, "scheme"), &scheme);
    }
});

static HASH: Class = Class::value(|walk, id, value| {
    let length = if walk.attr(id, "", "algo") == Some("sha-1") { 40 } else { 32 };
    if value.len() != length || !value.bytes().all(|b| b.is_ascii_alphanumeric()) {
        walk.say(On::Node(id), &c::INVALID_MEDIA_HASH, Detail::value(value));
    }
})
.attrs(&[("", "algo")])
.open(|walk, id| {
    if let Some(algorithm) = filled(walk, id, "algo")
        && !matches!(&*algorithm, "md5" | "sha-1")
    {
        walk.say(On::Node(id), &c::INVALID_MEDIA_HASH, Detail::value(&algorithm));
    }
});

static RATING: Class = Class::value(|walk, id, value| {
    let scheme = filled(walk, id, "scheme").unwrap_or(Cow::Borrowed("urn:simple"));
    let fits = match &*scheme {
        "urn:simple" => matches!(value, "adult" | "nonadult"),
        "urn:mpaa" => matches!(value, "g" | "m" | "nc-17" | "pg" | "pg-13" | "r" | "x"),
        "urn:v-chip" => "14+ 18+ c c8 g pg tv-14 tv-g tv-ma tv-pg tv-y tv-y7 tv-y7-fv".split(' ').any(|known| known == value),
        "urn:icra" => is_icra(value),
        _ => return uri::full(walk, On::As(id, "scheme"), &scheme),
    };
    if !fits {
        walk.say(On::Node(id), &c::INVALID_MEDIA_RATING, Detail::value(value).other(&scheme));
    }
})
.attrs(&[("", "scheme")]);

/// `r (nz 1 vz 0)`: letters that say what is shown, each with 0 or 1.
fn is_icra(value: &str) -> bool {
    let Some(inside) = value.strip_prefix("r (").and_then(|rest| rest.strip_suffix(')')) else { return false };
    let words: Vec<&str> = inside.split(' ').collect();
    let shown = |pair: &[&str]| {
        matches!(
            (pair[0].as_bytes(), pair[1]),
            ([b'n' | b's' | b'v' | b'l' | b'o' | b'c' | b'x', b'z'], "0" | "1")
                | ([b'n', b'a'..=b'c'] | [b's', b'a'..=b'f'] | [b'v', b'a'..=b'j'] | [b'l', b'a'..=b'c'], "1")
                | ([b'o', b'a'..=b'h'] | [b'c', b'a'..=b'b'] | [b'x', b'a'..=b'e'], "1")
        )
    };
    words.len().is_multiple_of(2) && words.chunks(2).all(shown)
}

static RESTRICTION: Class = Class::value(|walk, id, value| {
    let on = On::Node(id);
    match filled(walk, id, "relationship").as_deref() {
        None => walk.say(on, &c::MISSING_ATTRIBUTE, Detail::value("relationship")),
        Some("allow" | "deny") => {}
        Some(other) => walk.say(on, &c::INVALID_MEDIA_RESTRICTION_REL, Detail::value(other)),
    }
    match filled(walk, id, "type").as_deref() {
        None if matches!(value, "" | "all" | "none") => {}
        None => walk.say(on, &c::INVALID_MEDIA_RESTRICTION, Detail::value(value)),
        Some("country") => {
            for country in value.to_uppercase().split(' ').filter(|country| !iso::is_country(country)) {
                walk.say(On::As(id, "country"), &c::INVALID_COUNTRY_CODE, Detail::value(country));
            }
        }
        Some("uri") => uri::full(walk, on, value),
        Some(other) => walk.say(on, &c::INVALID_MEDIA_RESTRICTION_TYPE, Detail::value(other)),
    }
})
.attrs(&[("", "relationship"), ("", "type")]);

static PLAYER: Class = Class::container(&[]).attrs(&[("", "height"), ("", "url"), ("", "width")]).close(|walk, id, _| shown(walk, id));

/// Where it is and how large.
fn shown(walk: &mut Walk<'_>, id: NodeId) {
    if filled(walk, id, "url").is_none() {
        walk.say(On::Node(id), &c::MISSING_ATTRIBUTE, Detail::value("url"));
    }
    check(walk, id, "url", uri::full);
    check(walk, id, "height", number::positive);
    check(walk, id, "width", number::positive);
}

static THUMBNAIL: Class = Class::value(|walk, id, _| {
    time(walk, id, "time");
    shown(walk, id);
})
.attrs(&[("", "height"), ("", "time"), ("", "url"), ("", "width")]);

/// Normal play time: `now`, seconds, or `h:mm:ss`.
fn time(walk: &mut Walk<'_>, id: NodeId, name: &'static str) {
    if let Some(time) = filled(walk, id, name)
        && !time.starts_with("now")
        && !time.starts_with(|c: char| c.is_ascii_digit())
    {
        walk.say(On::Node(id), &c::INVALID_NPT_TIME, Detail::value(&time));
    }
}

fn text_type(walk: &mut Walk<'_>, id: NodeId) {
    if let Some(kind) = filled(walk, id, "type")
        && !matches!(&*kind, "plain" | "html")
    {
        walk.say(On::Node(id), &c::INVALID_MEDIA_TEXT_TYPE, Detail::value(&kind));
    }
}

fn words_end(walk: &mut Walk<'_>, id: NodeId, value: &str) {
    if walk.attr(id, "", "type") == Some("html") {
        let at = walk.node(id).at;
        html::check(walk, On::Node(id), value, at, None);
    } else {
        plain::text(walk, id, On::Node(id), value, &c::CONTAINS_UNDECLARED_HTML);
    }
}

static TITLE: Class = Class::value(words_end).attrs(&[("", "type")]).open(text_type);

static WORDS: Class = Class::value(words_end).attrs(&[("", "end"), ("", "lang"), ("", "start"), ("", "type")]).open(|walk, id| {
    text_type(walk, id);
    time(walk, id, "start");
    time(walk, id, "end");
    check(walk, id, "lang", language::code);
});

pub(super) static CONTENT: Class = Class::container(&[PARTS, EVERYWHERE])
    .attrs(&[
        ("", "bitrate"),
        ("", "channels"),
        ("", "duration"),
        ("", "expression"),
        ("", "fileSize"),
        ("", "framerate"),
        ("", "height"),
        ("", "isDefault"),
        ("", "lang"),
        ("", "medium"),
        ("", "samplingrate"),
        ("", "type"),
        ("", "url"),
        ("", "width"),
    ])
    .close(|walk, id, _| {
        for name in ["bitrate", "duration", "framerate", "samplingrate"] {
            check(walk, id, name, number::float_and_more);
        }
        check(walk, id, "channels", number::non_negative);
        for name in ["fileSize", "height", "width"] {
            check(walk, id, name, number::positive);
        }
        check(walk, id, "expression", |walk, on, value| {
            one_of(walk, on, value, &["sample", "full", "nonstop"], &c::INVALID_MEDIA_EXPRESSION)
        });
        check(walk, id, "isDefault", true_false);
        check(walk, id, "lang", language::code);
        check(walk, id, "medium", |walk, on, value| {
            one_of(walk, on, value, &["image", "audio", "video", "document", "executable"], &c::INVALID_MEDIA_MEDIUM);
        });
        if let Some(kind) = filled(walk, id, "type")
            && !media_type::is_media_type(&kind)
        {
            walk.say(On::Node(id), &c::INVALID_MIME_ATTRIBUTE, Detail::value(&kind).other("type"));
        }
        check(walk, id, "url", uri::full);
    });
