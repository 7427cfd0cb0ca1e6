//! Modules that came after the reference: Podcasting 2.0, `source:`, tombstones (RFC 6721).
//!
//! A feed that is valid to the reference stays so: what these rules find are warnings.

use super::super::class::{Attributes, Class, Start};
use super::super::codes as c;
use super::super::found::Detail;
use super::super::value::{date, number};
use super::super::walk::{NodeId, On, Walk};

pub(in crate::check) const TOMBSTONE: &str = "http://purl.org/atompub/tombstones/1.0";
const MRSS: &str = "http://search.yahoo.com/mrss/";
const ITUNES: &str = "http://www.itunes.com/dtds/podcast-1.0.dtd";

/// What a value must be.
#[derive(Clone, Copy)]
enum Is {
    Any,
    Address,
    Iri,
    Number,
    Rfc822,
    Rfc3339,
    Uuid,
    YesNo,
    Decimal,
    TrueFalse,
    OneOf(&'static [&'static str]),
}

/// A row: the element, its text, and its attributes with a `!` before those that must be there.
struct Row {
    name: &'static str,
    text: Is,
    attrs: &'static [(&'static str, Is)],
}

const fn row(name: &'static str, text: Is, attrs: &'static [(&'static str, Is)]) -> Row {
    Row { name, text, attrs }
}

const MEDIA: Is = Is::OneOf(&[
    "podcast",
    "music",
    "video",
    "film",
    "audiobook",
    "newsletter",
    "blog",
    "publisher",
    "course",
    "mixed",
    "podcastL",
    "musicL",
    "videoL",
    "filmL",
    "audiobookL",
    "newsletterL",
    "blogL",
    "publisherL",
    "courseL",
]);

/// <https://podcastindex.org/namespace/1.0>
static PODCAST: &[Row] = &[
    row("alternateEnclosure", Is::Any, &[("!type", Is::Any), ("length", Is::Number), ("bitrate", Is::Number)]),
    row("block", Is::YesNo, &[]),
    row("chapters", Is::Any, &[("!url", Is::Address), ("!type", Is::Any)]),
    row("chat", Is::Any, &[("!server", Is::Any), ("!protocol", Is::Any)]),
    row("contentLink", Is::Any, &[("!href", Is::Address)]),
    row("episode", Is::Decimal, &[]),
    row("funding", Is::Any, &[("!url", Is::Address)]),
    row("guid", Is::Uuid, &[]),
    row("image", Is::Any, &[("!href", Is::Address)]),
    row("images", Is::Any, &[("!srcset", Is::Any)]),
    row("integrity", Is::Any, &[("!type", Is::OneOf(&["sri", "pgp-signature"])), ("!value", Is::Any)]),
    row("license", Is::Any, &[("url", Is::Address)]),
    row("liveItem", Is::Any, &[("!status", Is::OneOf(&["pending", "live", "ended"])), ("!start", Is::Rfc3339), ("end", Is::Rfc3339)]),
    row("location", Is::Any, &[]),
    row("locked", Is::YesNo, &[]),
    row("medium", MEDIA, &[]),
    row("person", Is::Any, &[("img", Is::Address), ("href", Is::Address)]),
    row("podping", Is::Any, &[]),
    row("podroll", Is::Any, &[]),
    row("publisher", Is::Any, &[]),
    row("remoteItem", Is::Any, &[("!feedGuid", Is::Uuid), ("feedUrl", Is::Address)]),
    row("season", Is::Number, &[]),
    row("socialInteract", Is::Any, &[("!protocol", Is::Any), ("uri", Is::Address)]),
    row("soundbite", Is::Any, &[("!startTime", Is::Decimal), ("!duration", Is::Decimal)]),
    row("source", Is::Any, &[("!uri", Is::Any)]),
    row("trailer", Is::Any, &[("!url", Is::Address), ("!pubdate", Is::Rfc822), ("length", Is::Number)]),
    row("transcript", Is::Any, &[("!url", Is::Address), ("!type", Is::Any)]),
    row("txt", Is::Any, &[]),
    row("updateFrequency", Is::Any, &[("complete", Is::TrueFalse), ("dtstart", Is::Any), ("rrule", Is::Any)]),
    row("value", Is::Any, &[("!type", Is::Any), ("!method", Is::Any)]),
    row("valueRecipient", Is::Any, &[("!type", Is::Any), ("!address", Is::Any), ("!split", Is::Number), ("fee", Is::TrueFalse)]),
    row("valueTimeSplit", Is::Any, &[("!startTime", Is::Decimal), ("!duration", Is::Decimal), ("remotePercentage", Is::Decimal)]),
];

/// <http://source.scripting.com/>
static SOURCE: &[Row] = &[
    row("account", Is::Any, &[("!service", Is::Any)]),
    row("archive", Is::Any, &[]),
    row("blogroll", Is::Address, &[]),
    row("cloud", Is::Address, &[]),
    row("endDay", Is::Any, &[]),
    row("filename", Is::Any, &[]),
    row("inReplyTo", Is::Any, &[]),
    row("likes", Is::Any, &[("!server", Is::Address)]),
    row("linkShort", Is::Address, &[]),
    row("localTime", Is::Any, &[]),
    row("markdown", Is::Any, &[]),
    row("outline", Is::Any, &[]),
    row("self", Is::Address, &[]),
    row("startDay", Is::Any, &[]),
    row("subscriptionList", Is::Any, &[("!url", Is::Address)]),
    row("url", Is::Address, &[]),
];

/// RFC 6721 section 3.
static TOMBSTONES: &[Row] =
    &[row("by", Is::Any, &[]), row("comment", Is::Any, &[]), row("deleted-entry", Is::Any, &[("!ref", Is::Iri), ("!when", Is::Rfc3339)])];

/// Media RSS 1.5, beyond the version that the reference knows: to it these are undefined, and so they stay errors.
static MEDIA_15: &[Row] = &[
    row("backLink", Is::Address, &[]),
    row("backLinks", Is::Any, &[]),
    row("comment", Is::Any, &[]),
    row("comments", Is::Any, &[]),
    row("community", Is::Any, &[]),
    row("embed", Is::Any, &[("!url", Is::Address), ("width", Is::Number), ("height", Is::Number)]),
    row("license", Is::Any, &[("type", Is::Any), ("href", Is::Address)]),
    row("location", Is::Any, &[("description", Is::Any), ("start", Is::Any), ("end", Is::Any)]),
    row("param", Is::Any, &[("!name", Is::Any)]),
    row("peerLink", Is::Any, &[("type", Is::Any), ("!href", Is::Any)]),
    row(
        "price",
        Is::Any,
        &[("type", Is::OneOf(&["rent", "purchase", "package", "subscription"])), ("info", Is::Address), ("price", Is::Decimal)],
    ),
    row("response", Is::Any, &[]),
    row("responses", Is::Any, &[]),
    row("rights", Is::Any, &[("!status", Is::OneOf(&["userCreated", "official"]))]),
    row("scene", Is::Any, &[]),
    row("sceneDescription", Is::Any, &[]),
    row("sceneEndTime", Is::Any, &[]),
    row("sceneStartTime", Is::Any, &[]),
    row("sceneTitle", Is::Any, &[]),
    row("scenes", Is::Any, &[]),
    row("starRating", Is::Any, &[("average", Is::Decimal), ("count", Is::Number), ("min", Is::Number), ("max", Is::Number)]),
    row("statistics", Is::Any, &[("views", Is::Number), ("favorites", Is::Number)]),
    row("status", Is::Any, &[("!state", Is::OneOf(&["active", "blocked", "deleted"])), ("reason", Is::Any)]),
    row("subTitle", Is::Any, &[("type", Is::Any), ("lang", Is::Any), ("!href", Is::Address)]),
    row("tags", Is::Any, &[]),
];

/// Apple's, those that the reference does not know and those that Apple dropped.
static APPLE: &[Row] = &[row("complete", Is::OneOf(&["Yes", "yes"]), &[])];

/// The rows of a module that the reference does not look into.
fn rows(uri: &str) -> Option<&'static [Row]> {
    match uri {
        "https://podcastindex.org/namespace/1.0" | "https://github.com/Podcastindex-org/podcast-namespace/blob/main/docs/1.0.md" => {
            Some(PODCAST)
        }
        "http://source.scripting.com/" => Some(SOURCE),
        TOMBSTONE => Some(TOMBSTONES),
        MRSS => Some(MEDIA_15),
        ITUNES => Some(APPLE),
        _ => None,
    }
}

/// Whether the module's elements are looked into.
pub(in crate::check) fn is_known(uri: &str) -> bool {
    rows(uri).is_some() && !matches!(uri, MRSS | ITUNES)
}

/// Whether an element inside one of module `outer` is looked into.
pub(in crate::check) fn is_known_inside(outer: &str, uri: &str, name: &str) -> bool {
    is_known(uri) || (outer == uri && rows(uri).is_some_and(|rows| rows.iter().any(|row| row.name == name)))
}

/// An element of such a module begins.
pub(in crate::check) fn begins(walk: &mut Walk<'_>, id: NodeId, uri: &str, name: &str) {
    let Some(rows) = rows(uri) else { return };
    let Some(row) = rows.iter().find(|row| row.name == name) else {
        return walk.say(On::Node(id), &c::MODULE_UNKNOWN_ELEMENT, Detail::element(name).with(uri));
    };
    if uri == TOMBSTONE && name == "deleted-entry" {
        super::atom_entries::deleted(walk, id);
    }
    for (name, is) in row.attrs {
        let (name, needed) = name.strip_prefix('!').map_or((*name, false), |name| (name, true));
        match walk.plain_attr(id, name) {
            Some(value) => check(walk, On::Part(id, name), *is, &value),
            None if needed => walk.say(On::Node(id), &c::MODULE_MISSING_ATTRIBUTE, Detail::element(row.name).with(name)),
            None => {}
        }
    }
}

/// The namespace and the local name of an element that the reference takes for undefined, and that a later version of its module has.
pub(in crate::check) fn newer(name: &str) -> Option<(&'static str, &str)> {
    let (prefix, local) = name.split_once('_')?;
    let uri = match prefix {
        "media" => MRSS,
        "itunes" => ITUNES,
        _ => return None,
    };
    rows(uri)?.iter().any(|row| row.name == local).then_some((uri, local))
}

/// Watches an element of such a module; of its children, those of a module are watched in turn.
pub(in crate::check) static ELEMENT: Class =
    Class { attrs: Attributes::All, start: Start::Module, prose: true, close: Some(ends), ..Class::container(&[]) };

fn ends(walk: &mut Walk<'_>, id: NodeId, value: &str) {
    let Some(uri) = walk.node(id).module else { return };
    let name = walk.name(id).split_once('_').map_or("", |(_, name)| name).to_owned();
    let uri = walk.namespaces.uri(uri).to_owned();
    if let Some(row) = rows(&uri).and_then(|rows| rows.iter().find(|row| row.name == name)) {
        check(walk, On::Node(id), row.text, value);
    }
}

fn check(walk: &mut Walk<'_>, on: On, is: Is, value: &str) {
    let address = |value: &str| url::Url::parse(value).is_ok_and(|url| url.has_host());
    let (fits, wanted) = match is {
        Is::Any => return,
        Is::Address => (address(value), "an address"),
        Is::Iri => (url::Url::parse(value).is_ok(), "an absolute IRI"),
        Is::Decimal => (number::decimal_length(value) == Some(value.len()), "a number"),
        Is::TrueFalse => (matches!(value, "true" | "false"), "`true` or `false`"),
        Is::Number => (number::fraction(value).is_some_and(|n| n >= 0.0), "a number"),
        Is::Rfc822 => (date::is_rfc2822(value), "a date of RFC 2822"),
        Is::Rfc3339 => (date::is_rfc3339(value), "a date of RFC 3339"),
        Is::Uuid => (is_uuid(value), "a UUID"),
        Is::YesNo => (matches!(value.to_lowercase().as_str(), "yes" | "no"), "`yes` or `no`"),
        Is::OneOf(words) => (words.contains(&value), "one of the words that the module knows"),
    };
    if !fits {
        walk.say(on, &c::MODULE_VALUE, Detail::value(value).other(wanted));
    }
}

fn is_uuid(value: &str) -> bool {
    let groups: Vec<&str> = value.split('-').collect();
    groups.iter().map(|group| group.len()).eq([8, 4, 4, 4, 12]) && value.bytes().all(|b| b.is_ascii_hexdigit() || b == b'-')
}
