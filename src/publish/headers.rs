//! What a document is served with: its media type, and how long caches may keep it.

use std::collections::BTreeMap;

use crate::coding::Coding;
use crate::config::Format;
use crate::document::Document;
#[cfg(feature = "object-store")]
use crate::storage::Attributes;
use crate::vocab::MediaType;

/// The media types of what is published, with their charset where one has a say (RFC 9110 section 8.3).
const TYPES: [(&str, &str); 13] = [
    ("atom", "application/atom+xml; charset=utf-8"),
    ("css", "text/css; charset=utf-8"),
    ("htm", "text/html; charset=utf-8"),
    ("html", "text/html; charset=utf-8"),
    ("js", "text/javascript; charset=utf-8"),
    ("opml", "text/x-opml; charset=utf-8"),
    ("rss", "application/rss+xml; charset=utf-8"),
    ("svg", "image/svg+xml"),
    ("txt", "text/plain; charset=utf-8"),
    ("webmanifest", "application/manifest+json"),
    ("woff2", "font/woff2"),
    ("xml", "application/xml; charset=utf-8"),
    ("xsl", "application/xslt+xml"),
];

/// JSON Feed 1.1, "Suggestions for Publishers".
pub const JSON_FEED: &str = "application/feed+json";

/// Every extension with its media type; `json` stands for a feed.
pub fn media_types() -> BTreeMap<&'static str, &'static str> {
    MediaType::all_known().chain(TYPES).chain([("json", JSON_FEED)]).collect()
}

/// By the name; of JSON, by what it says of itself (JSON Feed 1.1, `version`).
pub fn media_type(path: &str, bytes: &[u8]) -> &'static str {
    let extension = path.rsplit('/').next().and_then(|name| name.rsplit_once('.')).map_or("", |(_, extension)| extension);
    let extension = extension.to_ascii_lowercase();
    if extension == "json" {
        let head = &bytes[..bytes.len().min(1024)];
        let is_feed = head.windows(28).any(|window| window == b"https://jsonfeed.org/version");
        return if is_feed { JSON_FEED } else { "application/json" };
    }
    let own = TYPES.iter().find(|(own, _)| *own == extension).map(|(_, media_type)| *media_type);
    own.or_else(|| MediaType::known(&extension)).unwrap_or("application/octet-stream")
}

/// Whether compressing it is worth trying.
pub fn is_text(media_type: &str) -> bool {
    media_type.starts_with("text/") || ["xml", "json", "utf-8"].iter().any(|end| media_type.ends_with(end))
}

/// Of a document, or of a compressed copy of one.
pub fn media_type_of(document: &Document) -> &'static str {
    if document.format == Some(Format::Json) {
        return JSON_FEED;
    }
    let plain = Coding::plain(&document.path).unwrap_or(&document.path);
    media_type(plain, document.bytes.in_a_row(&mut Vec::new()))
}

/// `Cache-Control` of a document whose readers may wait so many minutes.
pub fn cache_control(ttl: u32) -> String {
    format!("public, max-age={}", u64::from(ttl) * 60)
}

/// With what a document is put into an object store, whose readers may wait so many minutes.
#[cfg(feature = "object-store")]
pub fn stored(path: &str, media_type: &str, hash: &str, ttl: u32) -> Attributes {
    Attributes {
        media_type: media_type.to_owned(),
        coding: Coding::of_path(path).map(Coding::as_str),
        cache_control: cache_control(ttl),
        marks: vec![("blake3", hash.to_owned())],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_told_by_name() {
        for (path, expected) in [
            ("all.rss", "application/rss+xml; charset=utf-8"),
            ("country/belize.atom", "application/atom+xml; charset=utf-8"),
            ("feeds.opml", "text/x-opml; charset=utf-8"),
            ("index.html", "text/html; charset=utf-8"),
            ("data.json", "application/json"),
            ("logo.PNG", "image/png"),
            ("x.y/z", "application/octet-stream"),
        ] {
            assert_eq!(media_type(path, b"{}"), expected, "{path}");
        }
        assert_eq!(media_type("all.json", br#"{"version":"https://jsonfeed.org/version/1.1"}"#), "application/feed+json");
    }
}
