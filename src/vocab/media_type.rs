//! Media types (RFC 6838), and those that file names stand for.

use std::fmt;
use std::sync::Arc;

/// A media type without parameters, in lower case: `audio/mpeg`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MediaType(Arc<str>);

/// What enclosures and images are in practice; the extension stands in lower case.
const BY_EXTENSION: [(&str, &str); 38] = [
    ("aac", "audio/aac"),
    ("avi", "video/x-msvideo"),
    ("avif", "image/avif"),
    ("csv", "text/csv"),
    ("doc", "application/msword"),
    ("docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    ("epub", "application/epub+zip"),
    ("flac", "audio/flac"),
    ("gif", "image/gif"),
    ("gz", "application/gzip"),
    ("heic", "image/heic"),
    ("htm", "text/html"),
    ("html", "text/html"),
    ("ico", "image/vnd.microsoft.icon"),
    ("jpeg", "image/jpeg"),
    ("jpg", "image/jpeg"),
    ("json", "application/json"),
    ("m4a", "audio/mp4"),
    ("m4v", "video/mp4"),
    ("mov", "video/quicktime"),
    ("mp3", "audio/mpeg"),
    ("mp4", "video/mp4"),
    ("mpeg", "video/mpeg"),
    ("odt", "application/vnd.oasis.opendocument.text"),
    ("oga", "audio/ogg"),
    ("ogg", "audio/ogg"),
    ("opus", "audio/ogg"),
    ("pdf", "application/pdf"),
    ("png", "image/png"),
    ("ppt", "application/vnd.ms-powerpoint"),
    ("pptx", "application/vnd.openxmlformats-officedocument.presentationml.presentation"),
    ("svg", "image/svg+xml"),
    ("txt", "text/plain"),
    ("wav", "audio/wav"),
    ("webm", "video/webm"),
    ("webp", "image/webp"),
    ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ("zip", "application/zip"),
];

impl MediaType {
    /// Reads `type/subtype`; parameters are refused.
    pub fn parse(text: &str) -> Option<Self> {
        let (main, sub) = text.trim().split_once('/')?;
        (is_token(main) && is_token(sub)).then(|| MediaType(text.trim().to_ascii_lowercase().into()))
    }

    /// By the extension of a file name or of a URL's path.
    pub fn of_name(name: &str) -> Option<Self> {
        let file = name.rsplit('/').next()?;
        let (_, extension) = file.rsplit_once('.')?;
        Self::known(&extension.to_ascii_lowercase()).map(|known| MediaType(known.into()))
    }

    /// Every extension that is known, with what it stands for.
    pub fn all_known() -> impl Iterator<Item = (&'static str, &'static str)> {
        BY_EXTENSION.into_iter()
    }

    /// What an extension in lower case stands for.
    pub fn known(extension: &str) -> Option<&'static str> {
        let row = BY_EXTENSION.binary_search_by_key(&extension, |(ext, _)| ext).ok()?;
        Some(BY_EXTENSION[row].1)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// `restricted-name` of RFC 6838 section 4.2.
fn is_token(text: &str) -> bool {
    text.len() <= 127
        && text.bytes().next().is_some_and(|b| b.is_ascii_alphanumeric())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$&-^_.+".contains(&b))
}

impl fmt::Display for MediaType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted() {
        assert!(BY_EXTENSION.is_sorted_by_key(|(ext, _)| *ext));
    }

    #[test]
    fn reads_types_and_names() {
        assert_eq!(MediaType::parse("Audio/MPEG").expect("a type").as_str(), "audio/mpeg");
        for bad in ["audio", "audio/", "/mpeg", "text/html; charset=utf-8", "a b/c"] {
            assert_eq!(MediaType::parse(bad), None, "{bad}");
        }
        assert_eq!(MediaType::of_name("a/b.c/Talk.MP3").expect("known").as_str(), "audio/mpeg");
        assert_eq!(MediaType::of_name("a.b/c"), None);
        assert_eq!(MediaType::of_name("x.unknown"), None);
    }
}
