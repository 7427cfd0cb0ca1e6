//! Channels as bytes: RSS 2.0 and Atom 1.0.
//!
//! Each item is encoded once for each format, whatever the number of channels that carry it; a document is a head and the encoded items in
//! the channel's order. Pure functions: the same values give the same bytes.

use std::sync::Arc;

use url::Url;

use crate::config::{Content, Format, Publication};
use crate::item::{Date, Item};
use crate::vocab::Language;

/// What a document says before its items.
#[derive(Clone, Debug)]
pub struct Head<'a> {
    pub publication: &'a Publication,
    /// Atom `id` (RFC 4287 section 4.2.6): a tag URI, the same in every format and for ever.
    pub id: String,
    /// Plain text.
    pub title: String,
    /// Plain text. RSS `description`, Atom `subtitle`.
    pub description: String,
    /// RSS `language`, Atom `xml:lang`; `None` for a channel of mixed languages, which then names the publication's.
    pub language: Option<Language>,
    /// Where this document is served; `link rel="self"`.
    pub url: Url,
    /// The same channel in the other formats that are published, and in the other languages.
    pub alternates: Vec<Alternate>,
    /// When the channel last changed; RSS `lastBuildDate`, Atom `updated`.
    pub updated: Date,
    /// In minutes; RSS `ttl`.
    pub ttl: Option<u32>,
}

/// Another document of the same channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alternate {
    pub url: Url,
    pub format: Format,
    pub language: Option<Language>,
    pub title: String,
}

/// An item with everything that its encoding needs.
#[derive(Clone, Debug)]
pub struct Entry<'a> {
    pub item: &'a Item,
    pub text: &'a Prepared,
    pub categories: Vec<Category>,
    /// The item's translations that have a page: language and address.
    pub translations: Vec<(Language, Url)>,
}

/// An item's text, ready to be encoded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Prepared {
    /// Clean HTML, every URL absolute.
    pub html: Option<String>,
    /// Plain text.
    pub summary: Option<String>,
}

/// A country or topic of an item. RSS `category domain`, Atom `category scheme term label`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Category {
    /// The axis, as an absolute URI.
    pub scheme: Arc<str>,
    /// The value: a country's alpha-2 code or a topic's key.
    pub term: String,
    /// The value as people call it, in the item's language.
    pub label: String,
}

/// One item in one format: the bytes of its element.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Encoded(pub Vec<u8>);

/// A channel in one format, ready to be published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// Below the output folder: `country/belize.atom`.
    pub path: String,
    pub format: Format,
    pub bytes: Vec<u8>,
}

impl Format {
    /// What stands behind the dot of a document's path.
    pub fn extension(self) -> &'static str {
        match self {
            Format::Rss => "rss",
            Format::Atom => "atom",
        }
    }

    /// RFC 4287 section 7 for Atom; for RSS the type that autodiscovery and readers use, though it was never registered.
    pub fn media_type(self) -> &'static str {
        match self {
            Format::Rss => "application/rss+xml",
            Format::Atom => "application/atom+xml",
        }
    }
}

/// The item's element in a format.
pub fn encode(entry: &Entry<'_>, publication: &Publication, content: Content, format: Format) -> Encoded {
    let _ = (entry, publication, content, format);
    todo!()
}

/// The whole document.
pub fn render(head: &Head<'_>, entries: &[&Encoded], format: Format) -> Vec<u8> {
    let _ = (head, entries, format);
    todo!()
}
