//! Small modules: syndication, threading, links, FeedBurner, FeedSync, list info, access, and robots' notes.

use super::super::Kind;
use super::super::class::{Child, Class};
use super::super::codes as c;
use super::super::found::Detail;
use super::super::namespace::{DC, LINK_MODULE, RDF};
use super::super::value::{chars, date, language, media_type, number, plain, uri};
use super::super::walk::{NodeId, On, Walk};
use super::common::*;

const fn row(name: &'static str, classes: &'static [&'static Class]) -> Child {
    Child { name, classes, notes: &[] }
}

type Chosen = Option<&'static [&'static Class]>;

pub(super) static PERIOD: Class = Class::value(|walk, id, value| {
    one_of(walk, On::Node(id), value, &["hourly", "daily", "weekly", "monthly", "yearly"], &c::INVALID_UPDATE_PERIOD);
});

/// An element that says all by being there.
pub(super) static MARK: Class = Class::container(&[]);

pub(super) fn thread_children(walk: &mut Walk<'_>, id: NodeId, _: &str) -> Chosen {
    if walk.kind != Kind::Rss1 {
        walk.lacks(id, &c::UNDEFINED_ELEMENT, "thr:children");
    }
    None
}

pub(super) fn comment_rss(walk: &mut Walk<'_>, id: NodeId, _: &str) -> Chosen {
    walk.say(On::Node(id), &c::COMMENT_RSS, Detail::default());
    None
}

/// RFC 4685 section 3. The reference takes absolute addresses only.
pub(super) static IN_REPLY_TO: Class = Class::value(in_reply_to).attrs(&[("", "href"), ("", "ref"), ("", "source"), ("", "type")]);

fn in_reply_to(walk: &mut Walk<'_>, id: NodeId, _: &str) {
    if let Some(href) = walk.plain_attr(id, "href") {
        uri::based_full(walk, id, On::As(id, "href"), &href);
    }
    if let Some(reference) = walk.plain_attr(id, "ref") {
        uri::identifier(walk, On::As(id, "ref"), &reference);
    }
    if let Some(source) = walk.plain_attr(id, "source") {
        uri::based_full(walk, id, On::As(id, "source"), &source);
    }
    if let Some(kind) = walk.plain_attr(id, "type")
        && !media_type::is_media_type(&kind)
    {
        walk.say(On::Node(id), &c::INVALID_MIME_TYPE, Detail::value(&kind));
    }
}

// ---- mod_link

pub(super) static LINK: Class = Class::value(resource)
    .attrs(&[(RDF, "resource"), (DC, "title"), (LINK_MODULE, "lang"), (LINK_MODULE, "rel"), (LINK_MODULE, "type"), (LINK_MODULE, "title")])
    .open(|walk, id| {
        walk.check_attr(id, LINK_MODULE, "lang", "l:lang", language::code);
        if walk.attr(id, LINK_MODULE, "rel").is_none() {
            walk.say(On::Node(id), &c::MISSING_ATTRIBUTE, Detail::value("l:rel"));
        }
        walk.check_attr(id, LINK_MODULE, "rel", "l:rel", uri::full);
        if let Some(title) = walk.attr(id, LINK_MODULE, "title").map(str::to_owned) {
            plain::text(walk, id, On::Part(id, "l:title"), &title, &c::CONTAINS_HTML);
        }
        let rule =
            if walk.attr(id, LINK_MODULE, "type").is_some_and(|kind| kind.contains(':')) { uri::full } else { media_type::media_type };
        walk.check_attr(id, LINK_MODULE, "type", "l:type", rule);
    });

pub(super) static PERMALINK: Class = Class::value(|walk, id, value| {
    walk.check_attr(id, LINK_MODULE, "type", "l:type", media_type::media_type);
    resource(walk, id, value);
})
.attrs(&[(RDF, "resource"), (DC, "title"), (LINK_MODULE, "type")]);

// ---- FeedBurner

pub(super) static FEED_FLARE: Class = Class::value(|walk, id, value| plain::text(walk, id, On::Node(id), value, &c::CONTAINS_HTML))
    .attrs(&[("", "href"), ("", "src")])
    .open(|walk, id| {
        walk.need_attr(id, "href", flare_address);
        walk.need_attr(id, "src", flare_address);
    });

fn flare_address(walk: &mut Walk<'_>, on: On, value: &str) {
    if walk.kind == Kind::Atom {
        uri::iri(walk, on, value);
    } else if !uri::is_full(value) {
        walk.say(on, &c::CONTAINS_REL_REF, Detail::value(value));
    }
}

pub(super) static FEED_INFO: Class = Class::container(&[]).attrs(&[("", "uri")]).open(|walk, id| walk.need_attr(id, "uri", uri::iri_rule));

// ---- list info, access, robots

pub(super) static LIST_INFO: Class = Class::container(&[LIST_INFO_PARTS]);
static LIST_INFO_PARTS: &[Child] = &[row("cf_group", &[&GROUP]), row("cf_sort", &[&SORT])];
static GROUP: Class = Class::container(&[]).attrs(&[("", "element"), ("", "label"), ("", "ns")]);
static SORT: Class = Class::container(&[]).attrs(&[("", "data-type"), ("", "default"), ("", "element"), ("", "label"), ("", "ns")]);

pub(super) static ACCESS: Class = Class::value(|walk, id, value| {
    // Text beside the attribute makes the whole another word.
    let relationship = walk.plain_attr(id, "relationship").unwrap_or_default() + value;
    one_of(walk, On::Node(id), &relationship, &["allow", "deny"], &c::INVALID_ACCESS_RESTRICTION_REL);
})
.attrs(&[("", "relationship")])
.open(|walk, id| {
    walk.node_mut(id).mixed = true;
    if walk.attr(id, "", "relationship").is_none() {
        walk.say(On::Node(id), &c::MISSING_ATTRIBUTE, Detail::value("relationship"));
    }
});

pub(super) static META: Class = Class::container(&[]).attrs(&[("", "name"), ("", "content")]).open(|walk, id| {
    walk.need_attr(id, "name", |walk, on, value| one_of(walk, on, &value.to_lowercase(), &["robots"], &c::INVALID_META_NAME));
    walk.need_attr(id, "content", |walk, on, value| {
        let words: Vec<String> = value.split(',').map(str::to_lowercase).collect();
        let index = |word: &str| matches!(word, "index" | "noindex");
        let follow = |word: &str| matches!(word, "follow" | "nofollow");
        let fits = match words.iter().map(String::as_str).collect::<Vec<_>>()[..] {
            [word] => index(word) || follow(word) || matches!(word, "all" | "none"),
            [one, two] => index(one) && follow(two) || follow(one) && index(two),
            _ => false,
        };
        if !fits {
            walk.say(on, &c::INVALID_META_CONTENT, Detail::value(value));
        }
    });
});

// ---- FeedSync

pub(super) static SHARING: Class =
    Class::container(&[SHARING_PARTS]).attrs(&[("", "expires"), ("", "since"), ("", "until")]).open(|walk, id| {
        for (one, other) in [("since", "until"), ("until", "since")] {
            if walk.attr(id, "", other).is_some() {
                walk.need_attr(id, one, date::rfc3339);
            } else {
                walk.check_attr(id, "", one, one, date::rfc3339);
            }
        }
        walk.check_attr(id, "", "expires", "expires", date::rfc3339);
    });
static SHARING_PARTS: &[Child] = &[row("sx_related", &[&RELATED])];

pub(super) static SYNC: Class =
    Class::container(&[SYNC_PARTS]).attrs(&[("", "deleted"), ("", "noconflicts"), ("", "id"), ("", "updates")]).open(|walk, id| {
        walk.check_attr(id, "", "deleted", "deleted", strict_true_false);
        walk.check_attr(id, "", "noconflicts", "noconflicts", strict_true_false);
        walk.need_attr(id, "id", nonblank);
        if let Some(name) = walk.plain_attr(id, "id") {
            let scope = walk.parent(walk.parent(id));
            if !name.is_empty() && walk.seen_before(scope, "id", &name) {
                walk.say(On::Part(id, "id"), &c::DUPLICATE_VALUE, Detail::value(&name));
            }
        }
        walk.need_attr(id, "updates", number::positive);
    });
static SYNC_PARTS: &[Child] = &[row("sx_history", &[&HISTORY])];

static RELATED: Class = Class::container(&[]).attrs(&[("", "link"), ("", "title"), ("", "type")]).open(|walk, id| {
    walk.need_attr(id, "link", uri::full);
    plain_attr(walk, id, "title");
    walk.need_attr(id, "type", |walk, on, value| one_of(walk, on, value, &["complete", "aggregated"], &c::INVALID_SSE_TYPE));
});

static HISTORY: Class = Class::container(&[]).attrs(&[("", "by"), ("", "sequence"), ("", "when")]).open(|walk, id| {
    plain_attr(walk, id, "by");
    walk.need_attr(id, "sequence", number::positive);
    walk.check_attr(id, "", "when", "when", date::rfc3339);
});

/// An attribute with plain text in it, and some.
fn plain_attr(walk: &mut Walk<'_>, id: NodeId, name: &'static str) {
    if let Some(value) = walk.plain_attr(id, name) {
        plain::text(walk, id, On::Part(id, name), &value, &c::CONTAINS_HTML);
        nonblank(walk, On::Part(id, name), value.trim_matches(chars::is_python_space));
    }
}
