//! Channels as bytes: RSS 2.0, Atom 1.0 and JSON Feed 1.1.
//!
//! Each item is encoded once for each format, whatever the number of channels that carry it; a document is a head and the encoded items in
//! the channel's order. Pure functions: the same values give the same bytes. The writer crates' models say what goes where (`rss`, `atom`),
//! and `xml` how it is spelt: what the crates write of a channel goes through the finish pass (`finish`), and items, of which there are many, are
//! written from the model as the crates would. Text was made ready and classified elsewhere.

mod atom;
mod bytes;
mod finish;
mod json;
mod line;
pub mod opml;
mod rss;
#[cfg(test)]
mod tests;
mod values;
mod xml;

use std::sync::Arc;

use chrono::DateTime;
use url::Url;
use xxhash_rust::xxh3::Xxh3Default;

use crate::config::{Content, Format, Publication};
use crate::item::{Date, Image, Item};
use crate::vocab::Language;

pub use bytes::{Bytes, Encoded, Unread};
use finish::Shell;

/// What a document says before its items.
#[derive(Clone, Debug)]
pub struct Head<'a> {
    pub publication: &'a Publication,
    /// Atom `id` (RFC 4287 section 4.2.6): a tag URI, the same in every format and for ever.
    pub id: String,
    /// Plain text.
    pub title: String,
    /// Plain text. RSS and JSON Feed `description`, Atom `subtitle`.
    pub description: String,
    /// RSS `language`, Atom `xml:lang`, JSON Feed `language`; `None` for a channel of mixed languages, which then names the publication's.
    pub language: Option<Language>,
    /// The web page that the channel stands for. RSS `link`, Atom `link rel="alternate"`, JSON Feed `home_page_url`.
    pub home: Url,
    /// Where this document is served; `link rel="self"`, JSON Feed `feed_url`.
    pub url: Url,
    /// The same channel in the other formats that are published, and in the other languages.
    pub alternates: Vec<Alternate>,
    /// When the channel last changed; RSS `lastBuildDate`, Atom `updated`.
    pub updated: Date,
    /// In minutes; RSS `ttl`.
    pub ttl: Option<u32>,
    /// Where the rest of the channel's items are.
    pub chain: Chain,
    /// Items that were deleted, by id, and when. Atom `at:deleted-entry` (RFC 6721 section 3); the other formats have no word for it.
    pub deleted: Vec<(Arc<str>, Date)>,
}

impl<'a> Head<'a> {
    /// The hubs that are told when this document changes: `link rel="hub"`, JSON Feed `hubs`. Nobody subscribes to a page of an archive, and of a
    /// channel on demand, which has a query in its address, nobody knows when it changes.
    pub fn hubs(&self) -> impl Iterator<Item = &Url> {
        let is_told = self.chain.current.is_none() && self.url.query().is_none();
        self.publication.hubs.iter().filter(move |_| is_told)
    }

    /// Of a document that says nothing of itself. Its addresses stand for those that each document says for its own.
    fn of_no_channel(publication: &'a Publication, ttl: Option<u32>, is_archive: bool) -> Self {
        let anywhere = || publication.base_url.clone();
        Head {
            publication,
            id: String::new(),
            title: String::new(),
            description: String::new(),
            language: None,
            home: anywhere(),
            url: anywhere(),
            alternates: Vec::new(),
            updated: DateTime::UNIX_EPOCH.fixed_offset(),
            deleted: Vec::new(),
            ttl: ttl.filter(|_| !is_archive),
            chain: Chain { current: is_archive.then(anywhere), ..Chain::default() },
        }
    }

    /// Adds to the hash all that the head says beside what all have [`in_common`], but for the date and [`Head::graves`]. Another form of this dates every
    /// channel of every publication anew.
    pub fn add_to(&self, hash: &mut Xxh3Default) {
        let Head { publication: _, updated: _, ttl: _, deleted: _, id, title, description, language, home, url, alternates, chain } = self;
        let mut add = |text: &str| {
            hash.update(&(text.len() as u64).to_le_bytes());
            hash.update(text.as_bytes());
        };
        let of = |language: &Option<Language>| language.as_ref().map(|language| language.as_str().to_owned()).unwrap_or_default();
        [id, title, description, &of(language), home.as_str(), url.as_str()].into_iter().for_each(&mut add);
        for Alternate { url, format, language, title } in alternates {
            [url.as_str(), format.extension(), &of(language), title].into_iter().for_each(&mut add);
        }
        let Chain { older, newer, current } = chain;
        [older, newer, current].into_iter().for_each(|url| add(url.as_ref().map_or("", Url::as_str)));
    }

    /// A hash of its tombstones; 0 where there is none. They go by themselves in time, and two publishes of which one repeats the other differ in them.
    pub fn graves(&self) -> u64 {
        if self.deleted.is_empty() {
            return 0;
        }
        let mut hash = Xxh3Default::new();
        for (iri, when) in &self.deleted {
            hash.update(iri.as_bytes());
            hash.update(&when.timestamp().to_le_bytes());
        }
        hash.digest()
    }
}

/// A document's place among those that hold a channel's whole history (RFC 5005, section 4).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Chain {
    /// Older items: `link rel="prev-archive"`, JSON Feed `next_url`.
    pub older: Option<Url>,
    /// Newer items, for a page of the archive that is not the newest: `link rel="next-archive"`.
    pub newer: Option<Url>,
    /// The subscription document, where this one is a page of the archive: `link rel="current"`, and `fh:archive`.
    pub current: Option<Url>,
}

/// The namespace of `fh:archive` (RFC 5005, section 2).
const HISTORY: (&str, &str) = ("fh", "http://purl.org/syndication/history/1.0");

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
    /// The item's page: its own, else the one that is published for it.
    pub link: Option<Url>,
    /// The item's translations that have a page: language and address.
    pub translations: Vec<(Language, Url)>,
}

/// An item's text, ready to be encoded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Prepared {
    html: Option<String>,
    summary: Option<String>,
}

impl Prepared {
    /// Of clean HTML, every URL absolute, and of plain text. All formats write it as it comes out of this door.
    pub fn new(html: Option<String>, summary: Option<String>) -> Self {
        Prepared { html: html.and_then(values::seen_of), summary: summary.and_then(values::seen_of) }
    }

    /// Clean HTML, every URL absolute.
    pub fn html(&self) -> Option<&str> {
        self.html.as_deref()
    }

    /// Plain text.
    pub fn summary(&self) -> Option<&str> {
        self.summary.as_deref()
    }

    /// The same without its HTML.
    #[must_use]
    pub fn in_short(self) -> Self {
        Prepared { html: None, ..self }
    }
}

/// A country or topic of an item. RSS `category domain`, Atom `category scheme term label`, JSON Feed `tags` (the labels).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Category {
    /// The axis, as an absolute URI.
    pub scheme: Arc<str>,
    /// The value: a country's alpha-2 code or a topic's key.
    pub term: String,
    /// The value as people call it, in the item's language.
    pub label: String,
}

/// A channel in one format, ready to be published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// Below the output folder: `country/belize.atom`.
    pub path: String,
    /// `None` for what is no feed.
    pub format: Option<Format>,
    pub bytes: Bytes,
    /// When its channel last changed.
    pub changed: Date,
}

/// Where documents wait until all are made, if there are more of them than memory has room for.
pub trait Depot: Sync {
    /// The document's bytes, which are these, where they lie there; `None` where they cannot.
    fn lay_down(&self, document: &Document, whole: &[u8]) -> Option<Bytes>;

    /// The document where its bytes lie there, if they can.
    fn take(&self, document: Document) -> Document {
        match self.lay_down(&document, document.bytes.in_a_row(&mut Vec::new())) {
            Some(bytes) => Document { bytes, ..document },
            None => document,
        }
    }
}

impl Format {
    pub const ALL: [Format; 3] = [Format::Rss, Format::Atom, Format::Json];

    /// These in an order of their own, whichever they are given in.
    pub fn in_order(formats: &[Format]) -> impl Iterator<Item = Format> {
        Format::ALL.into_iter().filter(|format| formats.contains(format))
    }

    /// The format of the document at a path; `None` for what is no feed.
    pub fn of_path(path: &str) -> Option<Self> {
        let (_, extension) = path.rsplit_once('.')?;
        Format::ALL.into_iter().find(|format| format.extension() == extension)
    }

    /// What stands behind the dot of a document's path.
    pub fn extension(self) -> &'static str {
        match self {
            Format::Rss => "rss",
            Format::Atom => "atom",
            Format::Json => "json",
        }
    }

    /// RFC 4287 section 7 for Atom; for RSS the type that autodiscovery and readers use, though it was never registered.
    pub fn media_type(self) -> &'static str {
        match self {
            Format::Rss => "application/rss+xml",
            Format::Atom => "application/atom+xml",
            Format::Json => "application/feed+json",
        }
    }
}

/// The item's element, or its JSON object, in a format.
///
/// Nothing of a channel goes into it. `content` says whether the whole text is in it or only the summary.
pub fn encode(entry: &Entry<'_>, publication: &Publication, content: Content, format: Format) -> Encoded {
    Encoded::new(match format {
        Format::Rss => rss::item(entry, publication, content),
        Format::Atom => atom::entry(entry, publication, content),
        Format::Json => json::item(entry, publication, content),
    })
}

/// The whole document, with the entries in the order given: UTF-8, the first byte `<` or `{`, the last a line end.
pub fn render(head: &Head<'_>, entries: &[&Encoded], format: Format) -> Bytes {
    Bytes::new(shell(head, format), entries.iter().map(|entry| (*entry).clone()).collect())
}

/// A hash of what the publication has all its channels say in these formats, or all pages of archives.
pub fn in_common(publication: &Publication, ttl: Option<u32>, formats: &[Format], is_archive: bool) -> u128 {
    let mut hash = Xxh3Default::new();
    for format in Format::in_order(formats) {
        let Shell { before, after, .. } = shell(&Head::of_no_channel(publication, ttl, is_archive), format);
        hash.update(before.as_bytes());
        hash.update(after.as_bytes());
    }
    hash.digest128()
}

/// How many of the first entries fit into a document of `max_bytes`; at least one where there is any.
pub fn fit(head: &Head<'_>, entries: &[&Encoded], format: Format, max_bytes: u64) -> usize {
    let shell = shell(head, format);
    let mut size = (shell.before.len() + shell.after.len()) as u64;
    let fits = |(at, entry): &(usize, &&Encoded)| {
        let between = if *at == 0 { 0 } else { shell.between.len() };
        size = size.saturating_add((between + entry.as_str().len()) as u64);
        size <= max_bytes
    };
    entries.iter().enumerate().take_while(fits).count().max(1).min(entries.len())
}

fn shell(head: &Head<'_>, format: Format) -> Shell {
    match format {
        Format::Rss => rss::shell(head),
        Format::Atom => atom::shell(head),
        Format::Json => json::shell(head),
    }
}

/// The program's name and version, as the `generator` of RSS and Atom says them.
const GENERATOR: (&str, &str) = ("Tidings", env!("CARGO_PKG_VERSION"));

/// `media:thumbnail` (Media RSS), the same in RSS and Atom.
fn thumbnail_attributes(image: &Image) -> [(&'static str, Option<String>); 3] {
    let pixels = |size: Option<u32>| size.filter(|pixels| *pixels > 0).map(|pixels| pixels.to_string());
    [("url", Some(values::uri(&image.url))), ("width", pixels(image.width)), ("height", pixels(image.height))]
}
