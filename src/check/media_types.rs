//! What a feed is served as, against what it is.

use super::codes as c;
use super::found::{Found, Spot};
use super::report::Kind;

static FEED_TYPES: [&str; 14] = [
    "text/xml",
    "application/xml",
    "application/rss+xml",
    "application/rdf+xml",
    "application/atom+xml",
    "text/x-opml",
    "application/atomsvc+xml",
    "application/atomcat+xml",
    "application/xrds+xml",
    "application/opensearchdescription+xml",
    "application/vnd.google-earth.kml+xml",
    "application/vnd.google-earth.kmz",
    "application/feed+json",
    "application/json",
];

/// The media type and the `charset` of a `Content-Type` header.
pub(super) fn read(header: &str, found: &mut Vec<Found>) -> (String, Option<String>) {
    let mut parts = header.split(';');
    let media_type = parts.next().unwrap_or_default().trim().to_owned();
    if !FEED_TYPES.contains(&media_type.to_lowercase().as_str()) {
        found.push(Found::bare(&c::UNEXPECTED_CONTENT_TYPE, Spot::NOWHERE, &media_type));
    }
    let charset = parts.filter_map(|part| part.split_once('=')).find(|(name, _)| name.trim().eq_ignore_ascii_case("charset"));
    (media_type, charset.map(|(_, value)| value.trim().trim_matches('"').to_owned()).filter(|value| !value.is_empty()))
}

/// A type that says no more than XML leaves readers to look inside.
pub(super) fn sniff(media_type: &str, bytes: &[u8], found: &mut Vec<Found>) {
    if !matches!(media_type, "text/xml" | "application/xml" | "application/rdf+xml" | "application/vnd.google-earth.kmz") {
        return;
    }
    let block = &bytes[..bytes.len().min(512)];
    let has = |word: &str| block.windows(word.len()).any(|window| window == word.as_bytes());
    let rdf = has("<rdf:RDF") && has(super::namespace::RDF);
    let roots = ["<rss", "<feed", "<opml", "<kml", "<OpenSearchDescription"];
    if !rdf && !roots.into_iter().any(has) {
        found.push(Found::bare(&c::NON_SPECIFIC_MEDIA_TYPE, Spot::NOWHERE, media_type));
    }
}

/// A type that belongs to another kind of document.
pub(super) fn against(media_type: &str, kind: Kind, found: &mut Vec<Found>) {
    let fits = match media_type.to_lowercase().as_str() {
        _ if kind == Kind::Unknown => true,
        "application/atom+xml" | "application/x.atom+xml" => matches!(kind, Kind::Atom | Kind::AtomEntry),
        "application/atomcat+xml" => kind == Kind::AtomCategories,
        "application/atomsvc+xml" => kind == Kind::AtomService,
        "application/opensearchdescription+xml" => kind == Kind::Opensearch,
        "application/xrds+xml" => kind == Kind::Xrd,
        "application/vnd.google-earth.kml+xml" => kind == Kind::Kml,
        "application/rdf+xml" => kind == Kind::Rss1,
        "application/rss+xml" => matches!(kind, Kind::Rss1 | Kind::Rss2),
        "text/x-opml" => kind == Kind::Opml,
        "application/feed+json" | "application/json" => kind == Kind::Json,
        _ => kind != Kind::Json,
    };
    if media_type.eq_ignore_ascii_case("application/earthviewer") {
        found.push(Found::bare(&c::INVALID_KML_MEDIA_TYPE, Spot::NOWHERE, media_type));
    }
    if !fits {
        found.push(Found::bare(&c::UNEXPECTED_CONTENT_TYPE, Spot::NOWHERE, media_type));
    }
}

/// The kind of document that a type promises before a byte is read.
pub(super) fn promised(media_type: &str) -> Kind {
    match media_type {
        "application/atomsvc+xml" => Kind::AtomService,
        "application/atomcat+xml" => Kind::AtomCategories,
        _ => Kind::Unknown,
    }
}
