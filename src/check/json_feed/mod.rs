//! JSON Feed 1.0 and 1.1: one table for each kind of object, one rule for each kind of value.

mod known;
mod read;

use std::borrow::Cow;
use std::collections::HashSet;

use super::codes as c;
use super::found::{Detail, Found, Spot};
use super::report::{self, Kind, Report};
use super::value::{date, language, media_type, uri};
use super::walk::{On, Walk};
use super::{Among, Options, html};
use read::{Kind as Json, Member, Value};

/// What a field holds.
#[derive(Clone, Copy)]
enum Holds {
    Text,
    Address,
    Date,
    Html,
    Language,
    MediaType,
    Bool,
    Number,
    Texts,
    Object(&'static [Field]),
    Objects(&'static [Field]),
}

/// A row of a table.
struct Field {
    name: &'static str,
    holds: Holds,
    needed: bool,
}

const fn field(name: &'static str, holds: Holds) -> Field {
    Field { name, holds, needed: false }
}

const fn needed(name: &'static str, holds: Holds) -> Field {
    Field { name, holds, needed: true }
}

static FEED: &[Field] = &[
    needed("version", Holds::Text),
    needed("title", Holds::Text),
    field("home_page_url", Holds::Address),
    field("feed_url", Holds::Address),
    field("description", Holds::Text),
    field("user_comment", Holds::Text),
    field("next_url", Holds::Address),
    field("icon", Holds::Address),
    field("favicon", Holds::Address),
    field("authors", Holds::Objects(AUTHOR)),
    field("author", Holds::Object(AUTHOR)),
    field("language", Holds::Language),
    field("expired", Holds::Bool),
    field("hubs", Holds::Objects(HUB)),
    needed("items", Holds::Objects(ITEM)),
];

static ITEM: &[Field] = &[
    needed("id", Holds::Text),
    field("url", Holds::Address),
    field("external_url", Holds::Address),
    field("title", Holds::Text),
    field("content_html", Holds::Html),
    field("content_text", Holds::Text),
    field("summary", Holds::Text),
    field("image", Holds::Address),
    field("banner_image", Holds::Address),
    field("date_published", Holds::Date),
    field("date_modified", Holds::Date),
    field("authors", Holds::Objects(AUTHOR)),
    field("author", Holds::Object(AUTHOR)),
    field("tags", Holds::Texts),
    field("language", Holds::Language),
    field("attachments", Holds::Objects(ATTACHMENT)),
];

static AUTHOR: &[Field] = &[field("name", Holds::Text), field("url", Holds::Address), field("avatar", Holds::Address)];
static HUB: &[Field] = &[needed("type", Holds::Text), needed("url", Holds::Address)];
static ATTACHMENT: &[Field] = &[
    needed("url", Holds::Address),
    needed("mime_type", Holds::MediaType),
    field("title", Holds::Text),
    field("size_in_bytes", Holds::Number),
    field("duration_in_seconds", Holds::Number),
];

/// The ids of a feed's items; nobody knows beforehand which of them meet.
type Ids<'t> = HashSet<&'t str, foldhash::quality::RandomState>;

/// Whether bytes are JSON rather than XML: by their type, or by how they begin.
pub(super) fn looks_like(bytes: &[u8], media_type: Option<&str>) -> bool {
    let start = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    media_type == Some("application/feed+json") || start.iter().find(|b| !b.is_ascii_whitespace()) == Some(&b'{')
}

/// Of a document among others, objects may be known.
pub(super) fn check(bytes: &[u8], options: &Options, mut found: Vec<Found>, among: Option<Among<'_>>) -> Report {
    if let Some(report) = among.filter(|_| found.is_empty()).and_then(|among| known::check(options, among)) {
        return report;
    }
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let text = std::str::from_utf8(bytes).map_or_else(|_| String::from_utf8_lossy(bytes), Cow::Borrowed);
    if matches!(text, Cow::Owned(_)) {
        found.push(Found::bare(&c::UNICODE_ERROR, Spot::NOWHERE, "some bytes are not UTF-8"));
    }
    let mut walk = Walk::new(&text, "utf-8", options, found);
    match read::read(&text, options.limits.depth) {
        Ok(value) => _ = feed(&mut walk, &value),
        Err(fault) => {
            walk.at = fault.at;
            walk.say(On::Node(0), &c::JSON_SYNTAX, Detail::value(fault.why));
        }
    }
    walk.bound();
    let (found, dropped) = (std::mem::take(&mut walk.found), walk.dropped);
    report::make(&text, Kind::Json, found, dropped)
}

/// Says whether the feed is of version 1.1, and its items have ids of their own as far as that is not said.
fn feed(walk: &mut Walk<'_>, value: &Value<'_>) -> bool {
    let Json::Object(members) = &value.kind else {
        walk.at = value.at;
        walk.say(On::Node(0), &c::JSON_WRONG_TYPE, Detail::named("the document", "").with(value.kind.name()).other("an object"));
        return false;
    };
    let mut is_usual = true;
    let newer = version(walk, members);
    object(walk, value.at, members, FEED, "feed");
    if newer && let Some(author) = member(members, "author") {
        walk.at = author.at;
        walk.say(On::Node(0), &c::JSON_DEPRECATED_FIELD, Detail::named("author", "feed").with("authors"));
    }
    addresses(walk, members);
    if let Some(Json::List(items)) = member(members, "items").map(|member| &member.value.kind) {
        let mut ids = Ids::with_capacity_and_hasher(items.len(), Default::default());
        for item in items {
            match &item.kind {
                Json::Object(members) => {
                    self::item(walk, item.at, members, newer, &mut ids);
                    walk.bound();
                }
                Json::Known(quiet) => is_usual &= ids.insert(&quiet.id),
                _ => {}
            }
        }
        order(walk, items);
    }
    newer && is_usual
}

fn member<'m, 't>(members: &'m [Member<'t>], name: &str) -> Option<&'m Member<'t>> {
    members.iter().find(|member| member.name == name)
}

fn string<'m>(members: &'m [Member<'_>], name: &str) -> Option<(&'m str, usize)> {
    match member(members, name).map(|member| (&member.value.kind, member.at)) {
        Some((Json::Text(text), at)) => Some((text, at)),
        _ => None,
    }
}

/// Whether the feed says that it is of version 1.1.
fn version(walk: &mut Walk<'_>, members: &[Member<'_>]) -> bool {
    let Some((version, at)) = string(members, "version") else { return true };
    let bare = version.trim_end_matches('/').trim_start_matches("https://").trim_start_matches("http://").trim_start_matches("www.");
    if !matches!(bare, "jsonfeed.org/version/1" | "jsonfeed.org/version/1.1") {
        walk.at = at;
        walk.say(On::Node(0), &c::JSON_VERSION, Detail::value(version));
    }
    !bare.ends_with("/1")
}

/// The feed's own address and its next page's.
fn addresses(walk: &mut Walk<'_>, members: &[Member<'_>]) {
    let own = string(members, "feed_url");
    match own {
        None => walk.lacks(0, &c::JSON_RECOMMENDED_FIELD, "feed_url"),
        Some((address, at)) => {
            walk.at = at;
            let known = walk.address().to_owned();
            if !known.is_empty() && uri::canonical(address) != uri::canonical(&known) {
                walk.say(On::Part(0, "feed_url"), &c::SELF_DOESNT_MATCH_LOCATION, Detail::value(address).other(&known));
            }
        }
    }
    if let (Some((next, at)), Some((own, _))) = (string(members, "next_url"), own)
        && next == own
    {
        walk.at = at;
        walk.say(On::Part(0, "next_url"), &c::JSON_NEXT_IS_SELF, Detail::value(next));
    }
}

fn item<'t>(walk: &mut Walk<'_>, at: usize, members: &'t [Member<'_>], newer: bool, ids: &mut Ids<'t>) {
    if member(members, "content_html").is_none() && member(members, "content_text").is_none() {
        walk.at = at;
        walk.say(On::Node(0), &c::JSON_MISSING_CONTENT, Detail::element("item"));
    }
    if let Some((id, at)) = string(members, "id") {
        walk.at = at;
        if id.is_empty() {
            walk.say(On::Node(0), &c::NOT_BLANK, Detail::named("id", "item"));
        } else if !ids.insert(id) {
            walk.say(On::Node(0), &c::JSON_DUPLICATE_ID, Detail::named("id", "item").with(id));
        }
    }
    if newer && let Some(author) = member(members, "author") {
        walk.at = author.at;
        walk.say(On::Node(0), &c::JSON_DEPRECATED_FIELD, Detail::named("author", "item").with("authors"));
    }
}

/// The newest item should stand first, by the date of publication or by that of the latest change.
fn order(walk: &mut Walk<'_>, items: &[Value<'_>]) {
    let late = items.windows(2).find(|pair| {
        let (before, own) = (dates(&pair[0]), dates(&pair[1]));
        let mut compared = before.iter().zip(own).filter_map(|(before, own)| before.zip(own)).peekable();
        compared.peek().is_some() && compared.all(|(before, own)| own > before)
    });
    if let Some([_, item]) = late {
        walk.at = item.at;
        walk.say(On::Node(0), &c::ITEMS_OUT_OF_ORDER, Detail::element("item"));
    }
}

/// When an item was published, and changed.
fn dates(item: &Value<'_>) -> [Option<i64>; 2] {
    match &item.kind {
        Json::Object(members) => {
            ["date_published", "date_modified"].map(|name| string(members, name).and_then(|(date, _)| date::timestamp(date)))
        }
        Json::Known(quiet) => quiet.dates,
        _ => [None, None],
    }
}

fn object(walk: &mut Walk<'_>, at: usize, members: &[Member<'_>], fields: &'static [Field], name: &'static str) {
    let mut names = Names::of(members);
    for (nth, member) in members.iter().enumerate() {
        walk.at = member.at;
        if names.came_before(nth) {
            walk.say(On::Node(0), &c::JSON_DUPLICATE_FIELD, Detail::named(&member.name, name));
        }
        match fields.iter().find(|field| field.name == member.name) {
            Some(field) => value(walk, field, &member.value, name),
            None if member.name.starts_with('_') => {}
            None => walk.say(On::Node(0), &c::JSON_UNKNOWN_FIELD, Detail::named(&member.name, name)),
        }
        walk.bound();
    }
    for field in fields.iter().filter(|field| field.needed && self::member(members, field.name).is_none()) {
        walk.at = at;
        walk.say(On::Node(0), &c::JSON_MISSING_FIELD, Detail::named(field.name, name));
    }
}

/// The names of an object's members. Most objects have few, and these are compared sooner than sorted.
struct Names<'m> {
    members: &'m [Member<'m>],
    /// Those that came, where they are many.
    seen: HashSet<&'m str>,
}

impl<'m> Names<'m> {
    const FEW: usize = 24;

    fn of(members: &'m [Member<'m>]) -> Self {
        Names { members, seen: HashSet::new() }
    }

    /// Whether a member before this one has its name; it is asked of each in their order.
    fn came_before(&mut self, nth: usize) -> bool {
        let name = &*self.members[nth].name;
        match self.members.len() {
            ..=Self::FEW => self.members[..nth].iter().any(|member| member.name == name),
            _ => !self.seen.insert(name),
        }
    }
}

fn value(walk: &mut Walk<'_>, field: &'static Field, value: &Value<'_>, parent: &'static str) {
    let on = On::Part(0, field.name);
    walk.at = value.at;
    let wanted = match (field.holds, &value.kind) {
        (Holds::Text, Json::Text(_)) | (Holds::Bool, Json::Bool) => return,
        (Holds::Number, Json::Number(number)) if *number >= 0.0 => return,
        (Holds::Address, Json::Text(text)) => return address(walk, on, text),
        (Holds::Date, Json::Text(text)) => return date::rfc3339(walk, on, text),
        (Holds::Language, Json::Text(text)) => return language::code(walk, on, text),
        (Holds::MediaType, Json::Text(text)) => return media_type::media_type(walk, on, text),
        (Holds::Html, Json::Text(text)) => {
            let at = walk.at;
            return html::check(walk, on, text, at, Some(0));
        }
        (Holds::Texts, Json::List(values)) => {
            return values.iter().for_each(|one| self::value(walk, &EACH_TEXT, one, parent));
        }
        (Holds::Object(fields), Json::Object(members)) => return object(walk, value.at, members, fields, field.name),
        (Holds::Objects(fields), Json::List(values)) => return objects(walk, field, fields, values),
        (Holds::Text | Holds::Address | Holds::Date | Holds::Html | Holds::Language | Holds::MediaType, _) => "a string",
        (Holds::Bool, _) => "a boolean",
        (Holds::Number, _) => "a number from zero up",
        (Holds::Texts | Holds::Objects(_), _) => "an array",
        (Holds::Object(_), _) => "an object",
    };
    walk.say(On::Node(0), &c::JSON_WRONG_TYPE, Detail::named(field.name, parent).with(value.kind.name()).other(wanted));
}

static EACH_TEXT: Field = field("tags", Holds::Text);

fn objects(walk: &mut Walk<'_>, field: &'static Field, fields: &'static [Field], values: &[Value<'_>]) {
    let each = match field.name {
        "items" => "item",
        "authors" => "author",
        "attachments" => "attachment",
        _ => "hub",
    };
    for value in values {
        walk.bound();
        match &value.kind {
            Json::Object(members) => object(walk, value.at, members, fields, each),
            Json::Known(_) if each == "item" => {}
            other => {
                walk.at = value.at;
                walk.say(On::Node(0), &c::JSON_WRONG_TYPE, Detail::named(each, field.name).with(other.name()).other("an object"));
            }
        }
    }
}

/// An address that a reader can follow wherever it got the feed from; letters of all scripts are allowed.
fn address(walk: &mut Walk<'_>, on: On, text: &str) {
    if url::Url::parse(text).is_err() {
        walk.say(on, &c::JSON_BAD_ADDRESS, Detail::value(text));
    }
}
