//! Podcasts: the `itunes` elements.

use std::borrow::Cow;

use super::super::Kind;
use super::super::class::{Child, Class, Podcast};
use super::super::codes as c;
use super::super::found::Detail;
use super::super::value::{plain, uri};
use super::super::walk::{NodeId, On, State, Walk};
use super::common::*;
use super::podcast_categories::{old_subcategories, subcategories};

const fn row(name: &'static str, classes: &'static [&'static Class]) -> Child {
    Child { name, classes, notes: &[] }
}

/// In channels and items.
pub(super) static ANY: &[Child] = &[
    row("itunes_author", &[&UP_TO_255, &ONCE]),
    row("itunes_block", &[&YES_NO_CLEAN, &ONCE]),
    row("itunes_explicit", &[&TRUE_FALSE, &ONCE]),
    row("itunes_image", &[&IMAGE, &ONCE]),
    Child { name: "itunes_keywords", classes: &[&UP_TO_255, &KEYWORDS, &ONCE], notes: &[super::Note::Do(dropped)] },
    Child { name: "itunes_subtitle", classes: &[&UP_TO_255, &ONCE], notes: &[super::Note::Do(dropped)] },
    Child { name: "itunes_summary", classes: &[&UP_TO_4000, &ONCE], notes: &[super::Note::Do(dropped)] },
];

pub(super) static CHANNEL: &[Child] = &[
    row("itunes_category", &[&CATEGORY]),
    Child { name: "itunes_new_feed_url", classes: &[&FULL_URI, &ONCE], notes: &[super::Note::Do(new_feed_url)] },
    row("itunes_owner", &[&OWNER, &ONCE]),
    row("itunes_pubDate", &[&RFC822, &ONCE]),
    row("itunes_type", &[&CHANNEL_TYPE, &ONCE]),
];

pub(super) static ITEM: &[Child] = &[
    row("itunes_duration", &[&DURATION, &ONCE]),
    row("itunes_episode", &[&POSITIVE, &ONCE]),
    row("itunes_episodeType", &[&EPISODE_TYPE, &ONCE]),
    row("itunes_season", &[&POSITIVE, &ONCE]),
    row("itunes_title", &[&TEXT, &ONCE]),
];

/// The first `itunes` element in a channel or an item turns the podcast rules on.
pub(in crate::check) fn begins(walk: &mut Walk<'_>, id: NodeId) {
    if walk.node(id).podcast || walk.node(walk.parent(id)).podcast {
        return;
    }
    match walk.podcast_of(id) {
        Podcast::No => {}
        Podcast::Channel => channel_begins(walk, id),
        Podcast::Item => {
            let channel = walk.parent(id);
            if !walk.node(channel).podcast && walk.podcast_of(channel) == Podcast::Channel {
                channel_begins(walk, channel);
            }
            walk.node_mut(id).podcast = true;
            for url in kept(walk, id) {
                format(walk, id, &url);
            }
        }
    }
}

fn channel_begins(walk: &mut Walk<'_>, id: NodeId) {
    if !matches!(walk.encoding.to_lowercase().as_str(), "utf-8" | "utf8") {
        walk.say(On::Node(id), &c::NOT_UTF8, Detail::value(walk.encoding));
    }
    if walk.kind == Kind::Atom && walk.has_child(id, "entry") {
        super::atom::feed_ends(walk, id, "");
    }
    walk.node_mut(id).podcast = true;
}

/// What a podcast's channel needs, said where it ends.
pub(super) fn channel_ends(walk: &mut Walk<'_>, id: NodeId) {
    if !walk.node(id).podcast {
        return;
    }
    if !walk.has_child(id, "language") && !walk.node(id).speaks {
        walk.lacks(id, &c::MISSING_ITUNES_ELEMENT, "language");
    }
    if !walk.has_child(id, "itunes_category") {
        walk.lacks(id, &c::MISSING_ITUNES_ELEMENT, "itunes:category");
    }
    if !walk.has_child(id, "itunes_explicit") {
        walk.lacks(id, &c::MISSING_ITUNES_ELEMENT, "itunes:explicit");
    }
    if !walk.has_child(id, "itunes_owner") {
        walk.lacks(id, &c::MISSING_ITUNES_EMAIL, "itunes:email");
    }
    if !walk.has_child(id, "itunes_image") {
        walk.lacks(id, &c::MISSING_ITUNES_IMAGE, "itunes:image");
    }
}

/// Apple took the element out of its list: said once in a document.
fn dropped(walk: &mut Walk<'_>, id: NodeId, name: &str) -> Option<&'static [&'static Class]> {
    if !walk.seen_before(0, "dropped by Apple", name) {
        let parent = walk.name(id).to_owned();
        walk.say(On::Node(id), &c::DROPPED_ITUNES_ELEMENT, Detail::named(name, &parent));
    }
    None
}

/// An item of a podcast ends: a serial show goes by its numbers.
pub(super) fn item_ends(walk: &mut Walk<'_>, id: NodeId) {
    let serial = walk.saw(walk.parent(id), "itunes:type", "serial");
    let numbered = walk.has_child(id, "itunes_episode") || walk.saw(id, "itunes:episodeType", "other");
    if serial && !numbered {
        walk.lacks(id, &c::MISSING_ITUNES_EPISODE, "itunes:episode");
    }
}

/// An item's enclosure: looked at now in a podcast, kept otherwise until it turns out to be one.
pub(super) fn enclosure<'a>(walk: &mut Walk<'a>, id: NodeId, url: Cow<'a, str>) {
    let item = walk.parent(id);
    if walk.podcast_of(item) != Podcast::Item {
        return;
    }
    if walk.node(item).podcast {
        return format(walk, item, &url);
    }
    match walk.state_mut(item) {
        State::Enclosures(kept) if kept.len() < 64 => kept.push(url),
        state @ State::None => *state = State::Enclosures(vec![url]),
        _ => {}
    }
}

fn kept<'a>(walk: &mut Walk<'a>, id: NodeId) -> Vec<Cow<'a, str>> {
    match walk.state_mut(id) {
        State::Enclosures(kept) => std::mem::take(kept),
        _ => Vec::new(),
    }
}

fn format(walk: &mut Walk<'_>, item: NodeId, url: &str) {
    let ending = url.rsplit('.').next().unwrap_or_default();
    if !matches!(ending, "m4a" | "mp3" | "mov" | "mp4" | "m4v" | "pdf" | "epub") {
        walk.say(On::Node(item), &c::UNSUPPORTED_ITUNES_FORMAT, Detail::value(ending));
    }
}

fn new_feed_url(walk: &mut Walk<'_>, id: NodeId, name: &str) -> Option<&'static [&'static Class]> {
    if name != "itunes_new-feed-url" {
        let parent = walk.name(id).to_owned();
        walk.say(On::Node(id), &c::UNDEFINED_ELEMENT, Detail::named(name, &parent));
    }
    None
}

static YES_NO_CLEAN: Class = Class::value(|walk, id, value| {
    if !matches!(value.to_lowercase().as_str(), "yes" | "no" | "clean") {
        walk.say(On::Node(id), &c::INVALID_YES_NO_CLEAN, Detail::value(value));
    }
})
.untrimmed();

static KEYWORDS: Class = Class::value(|walk, id, value| {
    if value.contains(' ') && !value.contains(',') {
        walk.say(On::Node(id), &c::INVALID_KEYWORDS, Detail::value(value));
    }
});

static CHANNEL_TYPE: Class = Class::value(|walk, id, value| {
    one_of(walk, On::Node(id), value, &["episodic", "serial"], &c::INVALID_ITUNES_CHANNEL_TYPE);
    walk.seen_before(walk.parent(id), "itunes:type", value);
});
static EPISODE_TYPE: Class = Class::value(|walk, id, value| {
    one_of(walk, On::Node(id), value, &["full", "trailer", "bonus"], &c::INVALID_ITUNES_EPISODE_TYPE);
    if value != "full" {
        walk.seen_before(walk.parent(id), "itunes:episodeType", "other");
    }
});

static IMAGE: Class = Class::container(&[]).attrs(&[("", "href")]).open(|walk, id| {
    walk.need_attr(id, "href", uri::web);
    let ending = walk.attr(id, "", "href").and_then(picture_ending);
    if let Some(ending) = ending.filter(|ending| !matches!(ending.as_str(), "jpg" | "jpeg" | "png")) {
        walk.say(On::Part(id, "href"), &c::ITUNES_IMAGE_FORMAT, Detail::value(&ending));
    }
});

/// The ending of an address's last segment, if it has one.
fn picture_ending(address: &str) -> Option<String> {
    let url = url::Url::parse(address).ok()?;
    let (stem, ending) = url.path_segments()?.next_back()?.rsplit_once('.')?;
    (!stem.is_empty() && ending.len() <= 5).then(|| ending.to_lowercase())
}

static OWNER: Class = Class::container(&[OWNER_PARTS]).close(|walk, id, _| {
    if !walk.has_child(id, "itunes_email") {
        walk.lacks(id, &c::MISSING_ELEMENT, "itunes:email");
    }
});
static OWNER_PARTS: &[Child] = &[row("itunes_email", &[&EMAIL, &ONCE]), row("itunes_name", &[&UP_TO_255, &ONCE])];
static EMAIL: Class = Class::value(|walk, id, value| super::super::value::mail::contact(walk, id, On::Node(id), value)).open(plain::begins);

static CATEGORY: Class = Class::container(&[CATEGORY_PARTS]).attrs(&[("", "text")]).open(|walk, id| category(walk, id, None));
static CATEGORY_PARTS: &[Child] = &[Child { name: "itunes_category", classes: &[&SUBCATEGORY], notes: &[super::Note::Do(unnamed)] }];
static SUBCATEGORY: Class = Class::container(&[]).attrs(&[("", "text")]).open(|walk, id| {
    let above = match walk.state(walk.parent(id)) {
        State::Category(text) => text.clone().unwrap_or_default(),
        _ => Cow::Borrowed(""),
    };
    category(walk, id, Some(&above));
});

/// Below a category without a name, nothing can be said.
fn unnamed(walk: &mut Walk<'_>, id: NodeId, _: &str) -> Option<&'static [&'static Class]> {
    let named = matches!(walk.state(id), State::Category(Some(text)) if !text.is_empty());
    (!named).then_some(const { &[&EATER] })
}

fn category(walk: &mut Walk<'_>, id: NodeId, above: Option<&str>) {
    let text = walk.plain_attr(id, "text");
    *walk.state_mut(id) = State::Category(text.clone());
    let Some(text) = text else { return walk.say(On::Node(id), &c::MISSING_ATTRIBUTE, Detail::value("text")) };
    let (known, old) = match above {
        None => (subcategories(&text).is_some(), old_subcategories(&text).is_some()),
        Some(above) => {
            let has = |list: Option<&[&str]>| list.is_some_and(|list| list.contains(&&*text));
            (has(subcategories(above)), has(old_subcategories(above)))
        }
    };
    if !known {
        walk.say(On::Node(id), if old { &c::OBSOLETE_ITUNES_CATEGORY } else { &c::INVALID_ITUNES_CATEGORY }, Detail::value(&text));
    }
}
