//! Records as files: a draft becomes the text of a record and, beside the others, a new file.
//!
//! Nothing that stands in the folder is overwritten unasked. What a draft is made from, and whether its record is there already, is
//! decided elsewhere.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use icu_normalizer::ComposingNormalizerBorrowed;
use serde::{Serialize, Serializer};
use url::Url;

use super::imported::Imported;
use super::{Date, Enclosure, Image, Origin};
use crate::config::TopicKey;
use crate::diag::Place;
use crate::text::Syntax;
use crate::vocab::slug::slug;
use crate::vocab::{Country, Language, Person};

/// The longest slug in a file name, in bytes.
const SLUG_LIMIT: usize = 60;

/// What stands before and after the front matter of a Markdown record.
const FENCE: &str = "+++";

/// A record before it is written.
#[derive(Clone, Debug, PartialEq)]
pub struct Draft {
    /// Where it was read.
    pub place: Place,
    /// An absolute IRI taken over verbatim; `None` where the record's id is minted.
    pub id: Option<String>,
    /// A former RSS `guid` that is no IRI, verbatim.
    pub guid: Option<String>,
    /// Plain text on one line.
    pub title: String,
    pub date: When,
    pub updated: Option<Date>,
    pub dateline: Option<String>,
    /// In the syntax of the body.
    pub summary: Option<String>,
    pub body: Option<String>,
    pub syntax: Syntax,
    pub link: Option<Url>,
    pub countries: Vec<Country>,
    pub topics: Vec<TopicKey>,
    pub language: Option<Language>,
    pub authors: Vec<Person>,
    pub image: Option<Image>,
    pub enclosures: Vec<Enclosure>,
    pub source: Option<Origin>,
    pub rights: Option<String>,
    /// Not to be published.
    pub draft: bool,
    pub publish_at: Option<Date>,
}

/// A date as far as it is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// Read back as noon in the publication's zone.
    Day(NaiveDate),
    Instant(Date),
}

impl When {
    pub fn day(self) -> NaiveDate {
        match self {
            When::Day(day) => day,
            When::Instant(date) => date.date_naive(),
        }
    }
}

impl Draft {
    /// A draft of which only this is known yet.
    pub fn new(place: Place, title: impl Into<String>, date: When, syntax: Syntax) -> Self {
        Draft {
            place,
            id: None,
            guid: None,
            title: title.into(),
            date,
            updated: None,
            dateline: None,
            summary: None,
            body: None,
            syntax,
            link: None,
            countries: Vec::new(),
            topics: Vec::new(),
            language: None,
            authors: Vec::new(),
            image: None,
            enclosures: Vec::new(),
            source: None,
            rights: None,
            draft: false,
            publish_at: None,
        }
    }

    /// The id that the record gets: its own, else one minted from its day and its guid or title.
    pub fn record_id(&self) -> String {
        match (&self.id, &self.guid) {
            (Some(id), _) => id.clone(),
            // Two items of a day may have one title; a guid is one item's.
            (None, Some(guid)) => short_hash(self.date.day(), guid),
            (None, None) => mint(self.date.day(), &self.title),
        }
    }

    /// The record as the text of a file, and the extension that goes with it: `md` for one with a body, for people to edit, else `toml`.
    ///
    /// # Errors
    ///
    /// Where a value cannot be written as TOML, which no draft of the readers has.
    pub fn to_record(&self) -> Result<Record, toml::ser::Error> {
        let text = |imported: Option<String>| {
            shaped(self.body.as_deref(), |body| toml::to_string(&Header { body, imported: imported.clone(), ..Header::of(self) }))
        };
        let bare = text(None)?.0;
        text(Some(Imported::new(self, &bare).to_string()))
    }

    /// The same for a record that somebody mended, whose fields are `former`: of these, what the draft says in [`TAKEN_OVER`] is as the draft has it, and
    /// whatever else there is stays. `imported` is what is known of it then.
    ///
    /// # Errors
    ///
    /// As [`Draft::to_record`].
    pub fn to_mended(&self, former: toml::Table, imported: Imported, stays_draft: bool) -> Result<Record, toml::ser::Error> {
        let mut fields = toml::Table::try_from(Header { imported: Some(imported.to_string()), ..Header::of(self) })?;
        let is_taken_over = |name: &str| TAKEN_OVER.contains(&name);
        fields.retain(|name, _| is_taken_over(name));
        fields.extend(former.into_iter().filter(|(name, _)| !is_taken_over(name) || stays_draft && name == "draft"));
        shaped(self.body.as_deref(), |body| {
            let body = body.map(|body| ("body".to_owned(), body.into()));
            let mut fields: Vec<(String, toml::Value)> = fields.clone().into_iter().chain(body).collect();
            fields.sort_by_key(|(name, value)| (is_section(value), ORDER.iter().position(|own| own == name).unwrap_or(ORDER.len())));
            toml::to_string(&Fields(fields))
        })
    }

    /// Writes the record into `folder`, which must be there, as `2018-02-09-the-title.md`, with a number behind where that name is taken.
    ///
    /// # Errors
    ///
    /// What the file system says. No half file is left behind then.
    pub fn write(&self, folder: &Path) -> io::Result<PathBuf> {
        let (text, extension) = self.to_record().map_err(io::Error::other)?;
        create(folder, &self.file_stem(), extension, &text)
    }

    fn file_stem(&self) -> String {
        let day = self.date.day();
        match slug(&self.title) {
            Some(slug) => format!("{day}-{}", cut_slug(&slug)),
            None => mint(day, &self.title),
        }
    }
}

/// The text of a record, and its extension.
pub type Record = (String, &'static str);

/// The fields that an import compares, and those that go with them.
const TAKEN_OVER: [&str; 10] = ["title", "date", "updated", "link", "draft", "publish-at", "syntax", "summary", "body", "imported"];

/// The fields in the order in which [`Header`] has them, and what else a record may have.
const ORDER: [&str; 24] = [
    "id",
    "guid",
    "title",
    "date",
    "updated",
    "dateline",
    "language",
    "link",
    "countries",
    "topics",
    "story",
    "rights",
    "draft",
    "publish-at",
    "expires",
    "withdrawn",
    "syntax",
    "imported",
    "summary",
    "body",
    "authors",
    "image",
    "enclosures",
    "source",
];

/// A record out of its fields, without the body or with it in them.
fn shaped(body: Option<&str>, fields: impl Fn(Option<&str>) -> Result<String, toml::ser::Error>) -> Result<Record, toml::ser::Error> {
    let body = body.map(str::trim).filter(|body| !body.is_empty());
    let header = fields(None)?;
    // A line of the front matter that looks like its end: then the whole record is TOML.
    let unfit = header.lines().any(|line| line.trim() == FENCE);
    // TOML escapes what no reader of text files likes to meet bare.
    let unfit = unfit || body.is_some_and(|body| body.contains(['\0', '\r']));
    match body {
        Some(body) if !unfit => Ok((format!("{FENCE}\n{header}{FENCE}\n\n{body}\n"), "md")),
        Some(body) => Ok((fields(Some(body))?, "toml")),
        None => Ok((header, "toml")),
    }
}

/// Puts a record in the place of the one at `path`, under its name, and gives where it stands: a record without a body has another extension, and where
/// that name is taken, a number behind the name.
///
/// # Errors
///
/// What the file system says. The former record stands then.
pub fn replace(path: &Path, (text, extension): &Record) -> io::Result<PathBuf> {
    if path.extension().is_some_and(|own| own == *extension) {
        return overwrite(path, text).map(|()| path.to_owned());
    }
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let new = create(path.parent().unwrap_or(Path::new("")), &stem, extension, text)?;
    fs::remove_file(path)?;
    Ok(new)
}

/// Puts the text of a record in the place of that at `path`.
///
/// # Errors
///
/// What the file system says. The former record stands then.
pub fn overwrite(path: &Path, text: &str) -> io::Result<()> {
    filled(path.parent().unwrap_or(Path::new("")), text)?.persist(path)?;
    Ok(())
}

/// The id of an item that brings none: its day and a hash of its title, so that the same item read again gets the same id, and a
/// record whose title was edited afterwards still carries that of the title it came with.
///
/// Case, punctuation, white space and the composition of characters do not count: a page copied once more with other quotation
/// marks holds the same items.
pub fn mint(day: NaiveDate, title: &str) -> String {
    let composed = ComposingNormalizerBorrowed::new_nfkc().normalize(title);
    let words: Vec<String> = composed.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).map(str::to_lowercase).collect();
    let key = if words.is_empty() { composed.trim().to_owned() } else { words.join(" ") };
    short_hash(day, &key)
}

fn short_hash(day: NaiveDate, key: &str) -> String {
    let hash = blake3::hash(format!("{day}\n{key}").as_bytes());
    format!("{}-{}", day.format("%Y%m%d"), &hash.to_hex()[..10])
}

/// Writes a new file into `folder`, which must be there, as `STEM.EXTENSION`, with a number behind the stem where that name is taken.
///
/// # Errors
///
/// What the file system says. No half file is left behind then.
pub fn create(folder: &Path, stem: &str, extension: &str, text: &str) -> io::Result<PathBuf> {
    let mut file = filled(folder, text)?;
    for number in 1..=u32::MAX {
        let name = if number == 1 { format!("{stem}.{extension}") } else { format!("{stem}-{number}.{extension}") };
        let path = folder.join(name);
        match file.persist_noclobber(&path) {
            Ok(_) => return Ok(path),
            Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => file = error.file,
            Err(error) => return Err(error.error),
        }
    }
    Err(io::ErrorKind::AlreadyExists.into())
}

/// A file that holds this, under a passing name.
fn filled(folder: &Path, text: &str) -> io::Result<tempfile::NamedTempFile> {
    let mut file = new_file(folder)?;
    file.write_all(text.as_bytes())?;
    file.as_file().sync_data()?;
    Ok(file)
}

/// A file under a passing name beside those to come, with the rights that any new file has.
fn new_file(folder: &Path) -> io::Result<tempfile::NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".tidings-").suffix(".tmp");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    builder.tempfile_in(folder)
}

/// At a word's end where there is one in reach.
pub fn cut_slug(slug: &str) -> &str {
    match slug.get(..SLUG_LIMIT) {
        None => slug,
        Some(cut) if slug.as_bytes().get(SLUG_LIMIT) == Some(&b'-') => cut,
        Some(cut) => cut.rfind('-').map_or(cut, |at| &cut[..at]),
    }
}

/// A record's fields in the order in which they are written.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Header<'a> {
    id: String,
    guid: Option<&'a str>,
    title: &'a str,
    date: toml::value::Datetime,
    updated: Option<toml::value::Datetime>,
    dateline: Option<&'a str>,
    language: Option<&'a str>,
    link: Option<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    countries: Vec<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    topics: Vec<&'a str>,
    rights: Option<&'a str>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    draft: bool,
    publish_at: Option<toml::value::Datetime>,
    syntax: Syntax,
    imported: Option<String>,
    summary: Option<&'a str>,
    body: Option<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    authors: Vec<Author<'a>>,
    image: Option<Picture<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    enclosures: Vec<File<'a>>,
    source: Option<Site<'a>>,
}

#[derive(Serialize)]
struct Author<'a> {
    name: &'a str,
    email: Option<&'a str>,
    uri: Option<&'a str>,
}

#[derive(Serialize)]
struct Picture<'a> {
    url: &'a str,
    alt: Option<&'a str>,
    width: Option<u32>,
    height: Option<u32>,
}

#[derive(Serialize)]
struct File<'a> {
    url: &'a str,
    r#type: &'a str,
    length: Option<u64>,
    title: Option<&'a str>,
}

#[derive(Serialize)]
struct Site<'a> {
    title: &'a str,
    url: &'a str,
}

impl<'a> Header<'a> {
    fn of(draft: &'a Draft) -> Self {
        Header {
            id: draft.record_id(),
            guid: draft.guid.as_deref(),
            title: &draft.title,
            date: datetime(draft.date),
            updated: draft.updated.map(|date| datetime(When::Instant(date))),
            dateline: draft.dateline.as_deref(),
            language: draft.language.as_ref().map(Language::as_str),
            link: draft.link.as_ref().map(Url::as_str),
            countries: draft.countries.iter().map(|country| country.alpha2()).collect(),
            topics: draft.topics.iter().map(|topic| &**topic).collect(),
            rights: draft.rights.as_deref(),
            draft: draft.draft,
            publish_at: draft.publish_at.map(|date| datetime(When::Instant(date))),
            syntax: draft.syntax,
            imported: None,
            summary: draft.summary.as_deref(),
            body: None,
            authors: draft.authors.iter().map(Author::of).collect(),
            image: draft.image.as_ref().map(Picture::of),
            enclosures: draft.enclosures.iter().map(File::of).collect(),
            source: draft.source.as_ref().map(|source| Site { title: &source.title, url: source.url.as_str() }),
        }
    }
}

impl<'a> Author<'a> {
    fn of(person: &'a Person) -> Self {
        Author { name: &person.name, email: person.email.as_deref(), uri: person.uri.as_deref().map(Url::as_str) }
    }
}

impl<'a> Picture<'a> {
    fn of(image: &'a Image) -> Self {
        Picture { url: image.url.as_str(), alt: image.alt.as_deref(), width: image.width, height: image.height }
    }
}

impl<'a> File<'a> {
    fn of(file: &'a Enclosure) -> Self {
        // TOML has no number above i64: such a length is a lie, and unknown is the word for it.
        let length = file.length.filter(|length| i64::try_from(*length).is_ok());
        File { url: file.url.as_str(), r#type: file.media_type.as_str(), length, title: file.title.as_deref() }
    }
}

/// Fields in this order; those that are sections come last.
struct Fields(Vec<(String, toml::Value)>);

impl Serialize for Fields {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_map(self.0.iter().map(|(name, value)| (name, value)))
    }
}

/// Whether a value is written under a line of its own, `[name]`.
fn is_section(value: &toml::Value) -> bool {
    value.is_table() || value.as_array().is_some_and(|list| list.first().is_some_and(toml::Value::is_table))
}

/// TOML's own dates, which need no quotation marks.
fn datetime(when: When) -> toml::value::Datetime {
    use chrono::{Datelike, Timelike};
    let day = when.day();
    let date = toml::value::Date { year: day.year() as u16, month: day.month() as u8, day: day.day() as u8 };
    match when {
        When::Day(_) => toml::value::Datetime { date: Some(date), time: None, offset: None },
        When::Instant(at) => {
            let time =
                toml::value::Time { hour: at.hour() as u8, minute: at.minute() as u8, second: Some(at.second() as u8), nanosecond: None };
            let minutes = (at.offset().local_minus_utc() / 60) as i16;
            toml::value::Datetime { date: Some(date), time: Some(time), offset: Some(toml::value::Offset::Custom { minutes }) }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::imported;
    use super::*;
    use crate::config::RecordFormat;
    use crate::item::format;
    use crate::item::record::Record;

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a day")
    }

    fn draft(title: &str) -> Draft {
        Draft::new(Place::file(Path::new("page.txt")), title, When::Day(day("2018-02-09")), Syntax::Plain)
    }

    fn read_back(draft: &Draft) -> Record {
        let (text, extension) = draft.to_record().expect("a record");
        let format = if extension == "md" { RecordFormat::Markdown } else { RecordFormat::Toml };
        format::parse(format, &text).unwrap_or_else(|faults| panic!("{text}: {faults:?}"))
    }

    #[test]
    fn every_field_of_a_record_has_its_place() {
        let named: Vec<&str> = crate::config::RECORD_FIELDS.into_iter().filter(|name| *name != "author").chain([imported::NAME]).collect();
        assert_eq!(named.len(), ORDER.len());
        assert!(named.iter().all(|name| ORDER.contains(name)) && TAKEN_OVER.iter().all(|name| ORDER.contains(name)));
    }

    #[test]
    fn ids_stand_for_day_and_title() {
        let same = mint(day("2018-02-09"), "“Safe” migration: the café");
        assert!(same.starts_with("20180209-") && same.len() == 19, "{same}");
        for title in ["\"Safe\"  migration – the CAFE\u{301}", "safe migration the caf\u{e9}"] {
            assert_eq!(mint(day("2018-02-09"), title), same, "{title}");
        }
        let others = [mint(day("2018-02-08"), "“Safe” migration: the café"), mint(day("2018-02-09"), "Safe migrations: the café")];
        assert!(!others.contains(&same));
        assert_ne!(mint(day("2018-02-09"), "!"), mint(day("2018-02-09"), "?"));
        // Records out in the world hold this: it must never change.
        assert_eq!(mint(day("2018-02-09"), "A programme begins"), "20180209-df7f10dc5b");
    }

    #[test]
    fn names_of_files_are_short_and_never_empty() {
        for (title, want) in [
            ("A programme begins", "2018-02-09-a-programme-begins".to_owned()),
            ("Ñandú / ..\\x", "2018-02-09-nandu-x".to_owned()),
            (&"word ".repeat(40), format!("2018-02-09-{}", ["word"; 12].join("-"))),
            (&"x".repeat(100), format!("2018-02-09-{}", "x".repeat(60))),
            ("—", mint(day("2018-02-09"), "—")),
        ] {
            assert_eq!(draft(title).file_stem(), want, "{title}");
        }
    }

    #[test]
    fn a_full_draft_is_read_back() {
        let url = |text: &str| Url::parse(text).expect("a URL");
        let at = chrono::DateTime::parse_from_rfc3339("2018-02-09T10:00:00-06:00").expect("a date");
        let person = Person { name: "Ana".into(), email: Some("ana@example.org".into()), uri: None };
        let media_type = crate::vocab::MediaType::parse("audio/mpeg").expect("a type");
        let full = Draft {
            id: Some("tag:example.org,2018:1".into()),
            guid: Some("old".into()),
            date: When::Instant(at),
            updated: Some(at),
            dateline: Some("Belize".into()),
            summary: Some("S\n+++\nT".into()),
            body: Some("B".into()),
            syntax: Syntax::Html,
            link: Some(url("https://example.org/1")),
            topics: vec!["trafficking".into()],
            language: Language::parse("es").ok(),
            authors: vec![person],
            image: Some(Image { url: url("https://example.org/i.png"), alt: Some("An".into()), width: Some(3), height: None }),
            enclosures: vec![Enclosure {
                url: url("https://example.org/t.mp3"),
                media_type,
                length: Some(u64::MAX),
                title: None,
                beside: None,
            }],
            source: Some(Origin { title: "Other".into(), url: url("https://example.com/") }),
            rights: Some("©".into()),
            ..draft("T")
        };
        let text = full.to_record().expect("a record").0;
        let record = read_back(&full);
        let texts = [
            &record.id,
            &record.guid,
            &record.title,
            &record.date,
            &record.summary,
            &record.body,
            &record.syntax,
            &record.link,
            &record.language,
        ];
        let want =
            ["tag:example.org,2018:1", "old", "T", "2018-02-09T10:00:00-06:00", "S\n+++\nT", "B", "html", "https://example.org/1", "es"];
        assert_eq!(texts.map(Option::as_deref), want.map(Some), "{text}");
        assert!(record.authors.is_some() && record.image.is_some() && record.source.is_some() && record.topics.is_some(), "{text}");
        assert!(!text.contains("length"), "a length beyond TOML's numbers is unknown: {text}");
    }

    proptest! {
        #[test]
        fn any_text_survives(
            title in "[\\PC\"'\\\\+]{1,40}",
            dateline in "\\PC{1,10}",
            paragraphs in prop::collection::vec("[^\\p{White_Space}]([^\\n\\r]{0,30}[^\\p{White_Space}])?|[+]{3}|---|#|\\\"{3}|\u{0}x|\u{1b}", 0..4),
        ) {
            let body = paragraphs.join("\n\n");
            let mut written = draft(&title);
            written.dateline = Some(dateline.clone());
            written.body = Some(body.clone()).filter(|body| !body.is_empty());
            let record = read_back(&written);
            prop_assert_eq!(record.title, Some(title));
            prop_assert_eq!(record.dateline, Some(dateline));
            prop_assert_eq!(record.body.unwrap_or_default(), body);
            prop_assert_eq!(record.date.as_deref(), Some("2018-02-09"));
        }
    }
}
