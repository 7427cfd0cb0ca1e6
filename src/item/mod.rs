//! Items: what is published, and the reading of the records that they come from.
//!
//! An item record is what the user wrote; an [`Item`] is the record resolved. This room turns the one into the other and
//! gathers every finding on the way; it does not sort items into channels and does not touch their text.

pub mod address;
mod alias;
mod compact;
pub mod date;
pub mod dateline;
pub mod feed;
pub mod format;
pub mod import;
pub mod listing;
pub mod new;
pub mod pin;
pub mod record;
pub mod resolve;
pub mod source;
mod unique;
mod walk;
pub mod write;

use std::path::PathBuf;
use std::sync::Arc;

use chrono::{DateTime, Duration, FixedOffset, Utc};
use serde::{Deserialize, Serialize};
use url::Url;

pub(crate) use source::keep;
pub use source::{Loaded, Shelf, Sift, read, read_again, read_with};
pub use walk::{Files, Found};

use crate::diag::Place;
use crate::text::Markup;
use crate::vocab::{Country, Language, MediaType, Person};

/// A date as it is published: to the second, with the offset that it was written in.
pub type Date = DateTime<FixedOffset>;

/// One item of news. Where its record stands and what was left in it are not serialised, for they are the reader's.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Item {
    /// Where the record stands: the file, and the line that it begins at in a bulk file.
    #[serde(skip, default = "compact::nowhere")]
    pub place: Place,
    /// The record's own name: the file's path below its source without the extension, or the key of its row.
    pub key: Arc<str>,
    /// Published as RSS 2.0 `guid`, Atom `id` (RFC 4287 section 4.2.6) and JSON Feed `id`; the same in every channel and format.
    pub id: ItemId,
    /// Plain text. RSS `title`, Atom `title` (RFC 4287 section 4.2.14). Never empty.
    pub title: String,
    /// RSS `pubDate`, Atom `published` (RFC 4287 section 4.2.9), JSON Feed `date_published`.
    #[serde(with = "compact::date")]
    pub published: Date,
    /// When it last changed in a way that readers should notice, never before `published`; Atom `updated` (RFC 4287 section 4.2.15), JSON Feed
    /// `date_modified`.
    #[serde(with = "compact::maybe_date")]
    pub updated: Option<Date>,
    /// The place that a report opens with, as in `San Jose, Costa Rica`, where the record keeps it apart from the body.
    pub dateline: Option<String>,
    /// `None` where it was left in the record, since few items of many are shown; [`Shelf`] fetches it.
    #[serde(skip)]
    pub text: Option<Box<Text>>,
    /// The item's page. RSS `link`, Atom `link rel="alternate"` (RFC 4287 section 4.2.7), JSON Feed `url`.
    #[serde(with = "compact::maybe_url")]
    pub link: Option<Url>,
    /// As the record says; `None` where it says nothing, which is not the same as an empty list ("no country").
    pub countries: Option<Vec<Country>>,
    /// Keys of the config's topics, as the record says; `None` where it says nothing.
    #[serde(deserialize_with = "crate::vocab::serial::maybe_words")]
    pub topics: Option<Vec<Arc<str>>>,
    /// RSS `dc:language`, Atom `xml:lang`, JSON Feed `language`.
    pub language: Language,
    /// Shared by an item and its translations.
    pub story: Option<Arc<str>>,
    /// RSS `dc:creator` (and `author` where there is an e-mail address), Atom `author` (RFC 4287 section 4.2.1).
    pub authors: Vec<Person>,
    /// `media:thumbnail` in RSS and Atom, JSON Feed `image`.
    pub image: Option<Box<Image>>,
    /// RSS `enclosure` (the first one; the format allows no more), Atom `link rel="enclosure"` and JSON Feed `attachments` (all).
    pub enclosures: Vec<Enclosure>,
    /// Where the item was taken from. RSS `source`, Atom `link rel="via"`, JSON Feed `external_url`.
    pub source: Option<Box<Origin>>,
    /// Plain text. RSS `dc:rights`, Atom `rights` (RFC 4287 section 4.2.10).
    pub rights: Option<String>,
    pub lifetime: Lifetime,
    /// The first byte of its record's line, in NDJSON.
    #[serde(skip)]
    pub offset: u64,
}

/// What an item says, as the record has it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Text {
    /// A short text about the item, in the same syntax as the body. RSS `description`, Atom `summary` (RFC 4287 section 4.2.13).
    pub summary: Option<Markup>,
    /// The whole text. RSS `content:encoded`, Atom `content` (RFC 4287 section 4.1.3), JSON Feed `content_html`.
    pub body: Option<Markup>,
}

/// An item's published identity.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ItemId {
    /// An absolute IRI: a tag URI (RFC 4151) minted under the publication's authority, or an id taken over verbatim from a former feed.
    pub iri: Arc<str>,
    /// A former RSS `guid` that is no IRI and must stay as it was; published instead of `iri` where the format is RSS.
    pub guid: Option<Arc<str>>,
}

impl ItemId {
    /// A number below `range` that depends on the id alone.
    fn spread(&self, range: u32) -> i64 {
        i64::from(self.iri.bytes().fold(0u32, |sum, byte| sum.wrapping_mul(31).wrapping_add(u32::from(byte))) % range)
    }
}

/// When an item may be seen.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lifetime {
    pub draft: bool,
    /// Whether the record gives the day alone; `published` is then noon of it.
    pub by_day: bool,
    /// Not before.
    #[serde(with = "compact::maybe_date")]
    pub publish_at: Option<Date>,
    /// Not from then on.
    #[serde(with = "compact::maybe_date")]
    pub expires: Option<Date>,
    /// Taken back without a word; a notice in its place is the item's body.
    pub withdrawn: bool,
}

/// Why an item is not seen now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hidden {
    Draft,
    /// `publish-at`, or the date itself, lies in the future.
    NotYet(Date),
    Expired(Date),
    Withdrawn,
}

/// In seconds.
const QUARTER: u32 = 900;

impl Item {
    /// The summary and the body, where they are at hand.
    pub fn markups(&self) -> (Option<&Markup>, Option<&Markup>) {
        let text = self.text.as_deref();
        (text.and_then(|text| text.summary.as_ref()), text.and_then(|text| text.body.as_ref()))
    }

    /// The date that speaks for the item's newest state: `updated`, else `published`.
    ///
    /// Items that are dated by day all stand at noon; each gets a second of the quarter of an hour that follows, by its id, since validators warn of
    /// entries that share their `updated` and readers put them in any order.
    pub fn changed(&self) -> Date {
        match self.updated {
            Some(updated) => updated.max(self.published),
            None if self.lifetime.by_day => self.published + Duration::seconds(self.id.spread(QUARTER)),
            None => self.published,
        }
    }

    /// Whether the item stays out at `now`, and why.
    pub fn hidden(&self, now: DateTime<Utc>) -> Option<Hidden> {
        if self.lifetime.withdrawn {
            return Some(Hidden::Withdrawn);
        }
        if self.lifetime.draft {
            return Some(Hidden::Draft);
        }
        // No date in a document lies in the future.
        let dated = if self.updated.is_none() { self.changed() } else { self.published };
        let due = self.lifetime.publish_at.map_or(dated, |due| due.max(dated));
        if due > now {
            return Some(Hidden::NotYet(due));
        }
        self.lifetime.expires.filter(|end| *end <= now).map(Hidden::Expired)
    }
}

/// A picture that stands for the item.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Image {
    #[serde(with = "compact::url")]
    pub url: Url,
    /// Plain text for those who do not see it.
    pub alt: Option<String>,
    /// In pixels.
    pub width: Option<u32>,
    /// In pixels.
    pub height: Option<u32>,
}

/// A file that comes with the item.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Enclosure {
    #[serde(with = "compact::url")]
    pub url: Url,
    pub media_type: MediaType,
    /// In bytes; `None` where unknown (RSS then says 0, as the specification asks for some number).
    pub length: Option<u64>,
    /// Plain text; Atom `link title`.
    pub title: Option<String>,
    /// Where its length was looked for, if it was.
    #[serde(skip)]
    pub beside: Option<Beside>,
}

/// A file that was looked at for its length, and never read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Beside {
    pub path: PathBuf,
    /// `None` where there was no such file.
    pub length: Option<u64>,
}

impl Beside {
    /// A look at the file.
    pub fn look(path: PathBuf) -> Self {
        let length = std::fs::metadata(&path).ok().filter(std::fs::Metadata::is_file).map(|found| found.len());
        Beside { path, length }
    }
}

/// The feed or site that an item was taken from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    pub title: String,
    #[serde(with = "compact::url")]
    pub url: Url,
}
