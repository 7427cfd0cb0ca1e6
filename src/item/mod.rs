//! Items: what is published, and the reading of the records that they come from.
//!
//! An item record is what the user wrote; an [`Item`] is the record resolved. This room turns the one into the other and
//! gathers every finding on the way; it does not sort items into channels and does not touch their text.

pub mod address;
mod alias;
mod compact;
pub mod date;
pub mod dateline;
mod extras;
pub mod feed;
mod form;
pub mod format;
mod guess;
mod home;
pub mod import;
mod imported;
mod link;
pub mod listing;
mod names;
pub mod new;
mod parts;
pub mod pin;
pub mod record;
mod resolve;
pub mod source;
mod stories;
mod traces;
mod unique;
mod walk;
mod way;
pub mod write;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::{DateTime, Duration, FixedOffset, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use url::Url;

pub use names::Names;
pub use parts::Parts;
pub(crate) use source::keep;
pub use source::{Again, Edit, Intake, Loaded, Shelf, Sift, Waiting, read, read_again, read_texts, read_with};
pub use stories::{Stories, Told};
pub use traces::{Digest, Traces};
pub use walk::{Files, Found, is_record};

use crate::config::TopicKey;
use crate::diag::Place;
use crate::text::Markup;
use crate::vocab::{Country, Language, MediaType, Person};
use extras::Extras;
use home::Home;

/// A date as it is published: to the second, with the offset that it was written in.
pub type Date = DateTime<FixedOffset>;

/// One item of news, in little memory: there may be millions of them. [`Parts`] are for putting one together.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    names: Names,
    /// RSS `pubDate`, Atom `published` (RFC 4287 section 4.2.9), JSON Feed `date_published`.
    pub published: Date,
    /// RSS `dc:language`, Atom `xml:lang`, JSON Feed `language`.
    pub language: Language,
    home: Home,
    extras: Extras,
    line: u32,
    offset: u64,
    draft: bool,
    by_day: bool,
    withdrawn: bool,
}

/// What an item says, as the record has it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Text {
    /// A short text about the item, in the same syntax as the body. RSS `description`, Atom `summary` (RFC 4287 section 4.2.13).
    pub summary: Option<Markup>,
    /// The whole text. RSS `content:encoded`, Atom `content` (RFC 4287 section 4.1.3), JSON Feed `content_html`.
    pub body: Option<Markup>,
    /// What readers see in place of both.
    pub notice: Option<Markup>,
}

impl Text {
    /// In bytes.
    pub fn size(&self) -> usize {
        [&self.summary, &self.body, &self.notice].into_iter().flatten().map(|markup| markup.text.len()).sum()
    }

    /// The summary and the body that readers see.
    pub fn shown(&self) -> (Option<&Markup>, Option<&Markup>) {
        match &self.notice {
            Some(notice) => (None, Some(notice)),
            None => (self.summary.as_ref(), self.body.as_ref()),
        }
    }
}

/// An item's published identity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ItemId {
    /// As [`Names::iri`].
    pub iri: Arc<str>,
    /// As [`Names::guid`].
    pub guid: Option<Arc<str>>,
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
    /// Taken back without a word.
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
    /// What it is called, as the ledger knows it.
    pub fn names(&self) -> &Names {
        &self.names
    }

    /// Published as RSS 2.0 `guid`, Atom `id` (RFC 4287 section 4.2.6) and JSON Feed `id`; the same in every channel and format.
    pub fn iri(&self) -> &str {
        self.names.iri()
    }

    /// As [`Names::guid`].
    pub fn guid(&self) -> Option<&str> {
        self.names.guid()
    }

    /// What tells it from every other item, and orders items of one instant.
    pub fn id(&self) -> (&str, Option<&str>) {
        (self.iri(), self.guid())
    }

    /// As [`Names::key`].
    pub fn key(&self) -> &str {
        self.names.key()
    }

    /// Plain text. RSS `title`, Atom `title` (RFC 4287 section 4.2.14). Never empty.
    pub fn title(&self) -> &str {
        self.names.title()
    }

    /// The place that a report opens with, as in `San Jose, Costa Rica`, where the record keeps it apart from the body.
    pub fn dateline(&self) -> Option<&str> {
        self.extras.dateline()
    }

    /// `None` where it was left in the record, since few items of many are shown; [`Shelf`] fetches it.
    pub fn text(&self) -> Option<&Text> {
        self.extras.text()
    }

    /// The same from who needs nothing else of it.
    pub fn into_text(mut self) -> Option<Box<Text>> {
        self.extras.take_text()
    }

    /// Gives it a text, or leaves that in the record.
    pub fn put_text(&mut self, text: Option<Box<Text>>) {
        if text.is_some() || self.text().is_some() {
            self.extras.put_text(text);
        }
    }

    /// When it last changed in a way that readers should notice, never before `published`; Atom `updated` (RFC 4287 section 4.2.15), JSON Feed
    /// `date_modified`.
    pub fn updated(&self) -> Option<Date> {
        self.extras.updated()
    }

    /// Whether the record says when it last changed, so that whoever writes it can mend that.
    pub fn is_update_told(&self) -> bool {
        self.extras.is_update_told()
    }

    /// Says when it last changed, where that is not what the record says.
    pub fn update(&mut self, updated: Option<Date>) {
        if updated != self.updated() {
            self.extras.notice_update(updated);
        }
    }

    /// The item's page. RSS `link`, Atom `link rel="alternate"` (RFC 4287 section 4.2.7), JSON Feed `url`. It is parsed anew each time.
    pub fn link(&self) -> Option<Url> {
        self.address().and_then(|link| Url::parse(&link).ok())
    }

    /// The same as text.
    pub fn address(&self) -> Option<String> {
        self.home.address()
    }

    /// Whether it has a page.
    pub fn has_link(&self) -> bool {
        self.home.has_address()
    }

    /// As the record says; `None` where it says nothing, which is not the same as an empty list ("no country").
    pub fn countries(&self) -> Option<&[Country]> {
        self.extras.countries()
    }

    /// Keys of the config's topics, as the record says; `None` where it says nothing.
    pub fn topics(&self) -> Option<&[TopicKey]> {
        self.extras.topics()
    }

    /// Shared by an item and its translations.
    pub fn story(&self) -> Option<&str> {
        self.extras.story()
    }

    /// RSS `dc:creator` (and `author` where there is an e-mail address), Atom `author` (RFC 4287 section 4.2.1).
    pub fn authors(&self) -> &[Person] {
        self.home.authors()
    }

    /// `media:thumbnail` in RSS and Atom, JSON Feed `image`.
    pub fn image(&self) -> Option<&Image> {
        self.extras.image()
    }

    /// RSS `enclosure` (the first one; the format allows no more), Atom `link rel="enclosure"` and JSON Feed `attachments` (all).
    pub fn enclosures(&self) -> &[Enclosure] {
        self.extras.enclosures()
    }

    /// Where the item was taken from. RSS `source`, Atom `link rel="via"`, JSON Feed `external_url`.
    pub fn source(&self) -> Option<&Origin> {
        self.extras.source()
    }

    /// Plain text. RSS `dc:rights`, Atom `rights` (RFC 4287 section 4.2.10).
    pub fn rights(&self) -> Option<&str> {
        self.extras.rights()
    }

    pub fn lifetime(&self) -> Lifetime {
        let (publish_at, expires) = (self.extras.publish_at(), self.extras.expires());
        Lifetime { draft: self.draft, by_day: self.by_day, publish_at, expires, withdrawn: self.withdrawn }
    }

    /// Where the record stands: the file, and the line that it begins at in a bulk file.
    pub fn place(&self) -> Place {
        Place::line(self.home.file().clone(), self.line)
    }

    /// The file of the record.
    pub fn path(&self) -> &Path {
        self.home.file()
    }

    /// The line that the record begins at in a bulk file, else 0.
    pub fn line(&self) -> u32 {
        self.line
    }

    /// The first byte of its record's line, in NDJSON.
    pub fn offset(&self) -> u64 {
        self.offset
    }

    /// Says where the record stands.
    pub fn found_at(&mut self, place: Place, offset: u64) {
        self.home.stand_in(place.path, place.line > 0);
        (self.line, self.offset) = (place.line, offset);
    }

    /// The traces of what it says, as far as somebody took them.
    pub fn traces(&self) -> Traces {
        self.names.traces()
    }

    /// Says what the traces of its content are.
    pub fn trace(&mut self, traces: Traces) {
        self.names.set_traces(traces);
    }

    /// Lets it have these names, which are its own, in the memory of another who has them too, with the traces that are known there: if its record is the
    /// same to the letter, or a change of it would be lost.
    pub fn share_names(&mut self, names: &Names) {
        if self.names.are_those_of(names) && self.traces().record == names.traces().record {
            self.names = names.clone();
        }
    }

    /// Gives it the date that it was published with, where its record says another. Whether that was a day alone nobody knows: noon in the publication's
    /// zone is taken for one, so that what it is dated by does not go back, unless the record writes such a noon out.
    pub fn hold(&mut self, published: DateTime<Utc>, zone: Tz) {
        let is_noon = |local: Date| local.time() == date::NOON;
        let local = published.with_timezone(&zone).fixed_offset();
        self.by_day = is_noon(local) && (self.by_day || !is_noon(self.published.with_timezone(&zone).fixed_offset()));
        self.published = if self.by_day { local } else { published.with_timezone(self.published.offset()) };
    }

    /// A number below `range` that depends on the id alone.
    fn spread(&self, range: u32) -> i64 {
        i64::from(self.iri().bytes().fold(0u32, |sum, byte| sum.wrapping_mul(31).wrapping_add(u32::from(byte))) % range)
    }

    /// The summary and the body, where they are at hand, whatever readers see in their place.
    pub fn markups(&self) -> (Option<&Markup>, Option<&Markup>) {
        let text = self.text();
        (text.and_then(|text| text.summary.as_ref()), text.and_then(|text| text.body.as_ref()))
    }

    /// The date that speaks for the item's newest state: `updated`, else `published`.
    ///
    /// Items that are dated by day all stand at noon; each gets a second of the quarter of an hour that follows, by its id, since validators warn of
    /// entries that share their `updated` and readers put them in any order.
    pub fn changed(&self) -> Date {
        match self.updated() {
            Some(updated) => updated.max(self.published),
            None => self.begun(),
        }
    }

    /// What it is dated by as long as nothing of it changed; see [`Item::changed`].
    pub fn begun(&self) -> Date {
        if self.by_day { self.published + Duration::seconds(self.spread(QUARTER)) } else { self.published }
    }

    /// Whether the item stays out at `now`, and why.
    pub fn hidden(&self, now: DateTime<Utc>) -> Option<Hidden> {
        if self.withdrawn {
            return Some(Hidden::Withdrawn);
        }
        if self.draft {
            return Some(Hidden::Draft);
        }
        // No date in a document lies in the future.
        let dated = if self.updated().is_none() { self.changed() } else { self.published };
        let due = self.extras.publish_at().map_or(dated, |due| due.max(dated));
        if due > now {
            return Some(Hidden::NotYet(due));
        }
        self.extras.expires().filter(|end| *end <= now).map(Hidden::Expired)
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
