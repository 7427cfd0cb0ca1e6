//! A [`Record`] becomes an [`Item`]: texts become types, names are looked up in the config, addresses become absolute.
//!
//! Every fault of a record is gathered; an item comes of it only where none is an error. What concerns several items at once (ids that
//! clash) is `unique`'s.

mod enclosure;
mod names;
mod person;

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use super::address::{self, BadUrl, is_iri};
use super::alias::Aliases;
use super::format::{Fault, Field, Spot};
use super::record::{ImageTable, Many, OriginTable, Record, Scalar, Withdrawn, Written};
use super::{Date, Image, Item, ItemId, Lifetime, Origin, Parts, Text, date};
use crate::config::{Config, DayOrder, RecordFormat, Source, TopicKey};
use crate::diag::{Code, Place, Severity, codes, did_you_mean};
use crate::text::{self, Markup, Syntax};
use crate::vocab::Language;

/// What resolving needs of the config, prepared once.
#[derive(Debug)]
pub struct Resolver<'a> {
    config: &'a Config,
    topics: HashMap<&'a str, &'a TopicKey>,
    aliases: Aliases,
}

/// Where a record stands.
#[derive(Clone, Debug)]
pub struct Setting<'a> {
    pub place: Place,
    pub source: &'a Source,
    pub format: RecordFormat,
    /// The file's path below its source without the extension; a row has its id.
    pub key: Option<Arc<str>>,
    /// The record's file, relative to the root; local enclosures are looked for beside it.
    pub file: &'a Path,
}

impl<'a> Resolver<'a> {
    pub fn new(config: &'a Config, aliases: Aliases) -> Self {
        Resolver { config, topics: config.topics.iter().map(|topic| (&*topic.key, &topic.key)).collect(), aliases }
    }

    /// The item, unless a fault is an error; and all faults.
    pub fn resolve(&self, record: Record, setting: Setting<'_>) -> (Option<Item>, Vec<Fault>) {
        let dates = setting.source.dates;
        let separator = (setting.format == RecordFormat::Csv).then_some(setting.source.list_separator);
        let mut work = Work { config: self.config, topics: &self.topics, aliases: &self.aliases, dates, separator, faults: Vec::new() };
        let item = work.item(record, setting);
        let good = work.faults.iter().all(|fault| fault.code.severity != Severity::Error);
        (item.filter(|_| good), work.faults)
    }
}

/// The resolving of one record: every verb gives the value, or `None` and a fault.
struct Work<'a> {
    config: &'a Config,
    topics: &'a HashMap<&'a str, &'a TopicKey>,
    aliases: &'a Aliases,
    /// Of the source.
    dates: Option<DayOrder>,
    /// What stands between the entries of a list that is a text.
    separator: Option<char>,
    faults: Vec<Fault>,
}

impl Work<'_> {
    fn item(&mut self, record: Record, setting: Setting<'_>) -> Option<Item> {
        let syntax = self.syntax(record.syntax, &setting);
        let identity = self.identity(record.id, record.guid, setting.key);
        let title = self.title(record.title);
        let publish_at = self.date_or_day("publish-at", record.publish_at);
        let written = self.needed_date(record.date);
        let updated = self.date("updated", record.updated).filter(|date| self.not_before(date, written.as_ref().map(|(date, _)| date)));
        let (published, by_day) = written.map(|date| self.with_time(date, publish_at)).unzip();
        // A day alone may be before the time of that day.
        let updated = updated.filter(|updated| published.is_none_or(|published| *updated >= published));
        let publish_at = publish_at.map(|(date, _)| date);
        let (summary, body) = (self.markup("summary", record.summary, syntax), self.markup("body", record.body, syntax));
        let dateline = self.line(Field::new("dateline"), record.dateline);
        let link = record.link.filter(|link| !link.trim().is_empty()).and_then(|link| self.address(link));
        let countries = record.countries.filter(says_something).map(|list| self.countries(list));
        let topics = record.topics.filter(says_something).map(|list| self.topics(list));
        let language = self.language(record.language, setting.source);
        let story = self.line(Field::new("story"), record.story).map(Arc::from);
        let authors = record.authors.map(|list| self.people(list)).unwrap_or_default();
        let image = record.image.and_then(|image| self.image(image)).map(Box::new);
        let enclosures = record.enclosures.map(|list| self.enclosures(list, setting.file)).unwrap_or_default();
        let source = record.source.and_then(|source| self.origin(source)).map(Box::new);
        let rights = self.line(Field::new("rights"), record.rights);
        let expires = self.date("expires", record.expires);
        let (withdrawn, notice) = self.withdrawn(record.withdrawn, syntax);
        let by_day = by_day.unwrap_or_default();
        let lifetime = Lifetime { by_day, withdrawn, ..self.lifetime(record.draft, publish_at.or(published), publish_at, expires) };
        let ((key, id), title, published) = (identity?, title?, published?);
        let place = setting.place;
        let parts = Parts {
            place,
            key,
            id,
            title,
            published,
            updated,
            dateline,
            text: Some(Box::new(Text { summary, body, notice: None })),
            link: None,
            countries,
            topics,
            language,
            story,
            authors,
            image,
            enclosures,
            source,
            rights,
            lifetime,
            offset: 0,
        };
        let parts = match notice {
            Some(notice) => replaced(parts, notice),
            None => parts,
        };
        Some(parts.with_page(link.as_deref()))
    }

    /// Whether the item was taken back without a word, and the notice that takes its place where it was not.
    fn withdrawn(&mut self, written: Option<Withdrawn>, syntax: Syntax) -> (bool, Option<Markup>) {
        match written {
            None | Some(Withdrawn::Flag(false)) => (false, None),
            Some(Withdrawn::Flag(true)) => (true, None),
            // In some formats these are truth values, and in none a notice.
            Some(Withdrawn::Notice(text))
                if ["yes", "no", "on", "off", "y", "n", "true", "false"].contains(&&*text.trim().to_lowercase()) =>
            {
                let message = format!("`withdrawn` takes `true`, `false` or a notice, not `{}`", text.trim());
                let help = "write `true` for an item that is gone, or what readers are to see in its place".to_owned();
                self.fault(&codes::BAD_VALUE, Field::new("withdrawn"), message, Some(help));
                (true, None)
            }
            Some(Withdrawn::Notice(text)) => {
                let notice = self.markup("withdrawn", Some(text), syntax);
                (notice.is_none(), notice)
            }
        }
    }

    /// The record's key and its published id.
    fn identity(&mut self, id: Option<String>, guid: Option<String>, key: Option<Arc<str>>) -> Option<(Arc<str>, ItemId)> {
        let guid = self.line(Field::new("guid"), guid);
        let id = match id {
            Some(id) => Some(self.own_id(id.trim())?),
            None => guid.clone().filter(|guid| is_iri(guid)),
        };
        let own = id.as_deref().or(guid.as_deref());
        let Some(key) = key.or_else(|| own.map(Arc::from)) else {
            let fault = Fault::new(&codes::MISSING_ID, Spot::Record, "a row has no `id`");
            self.faults.push(fault.help("a row needs an `id` that never changes, such as the key of its table"));
            return None;
        };
        if let Some(alias) = self.aliases.of(&key, id.as_deref()) {
            let iri: Arc<str> = if is_iri(&alias.id) { alias.id.as_str().into() } else { self.mint(&alias.id) };
            let guid = alias.guid.clone().or(guid).filter(|guid| **guid != *iri).map(Arc::from);
            return Some((key, ItemId { iri, guid }));
        }
        let iri: Arc<str> = match &id {
            Some(id) if is_iri(id) => id.as_str().into(),
            Some(id) => self.mint(id),
            None => self.mint(&key),
        };
        let guid = guid.filter(|guid| **guid != *iri).map(Arc::from);
        Some((key, ItemId { iri, guid }))
    }

    fn own_id(&mut self, id: &str) -> Option<String> {
        let looks_like_uri = ["http:", "https:", "tag:", "urn:"].iter().any(|scheme| id.starts_with(scheme));
        let message = match id {
            "" => "`id` is empty".to_owned(),
            id if looks_like_uri && !is_iri(id) => format!("`{id}` is not a URI: it holds a blank or another character that no URI has"),
            id => return Some(id.to_owned()),
        };
        self.fault(
            &codes::INVALID_ID,
            Field::new("id"),
            message,
            Some("write a short name such as `belize-2018-02-09`, or leave `id` out".to_owned()),
        );
        None
    }

    fn mint(&self, id: &str) -> Arc<str> {
        self.config.publication.authority.mint(&["item/", id].concat()).into()
    }

    fn title(&mut self, title: Option<String>) -> Option<String> {
        let empty = title.is_some();
        let title = self.line(Field::new("title"), title);
        if title.is_none() {
            let (spot, message) = if empty { (Spot::Field(Field::new("title")), "`title` is empty") } else { (Spot::Record, "no `title`") };
            self.faults.push(Fault::new(&codes::MISSING_TITLE, spot, message).help("give the item a title; readers list items by it"));
        }
        title
    }

    /// With whether it is a day alone.
    fn needed_date(&mut self, date: Option<String>) -> Option<(Date, bool)> {
        if date.as_ref().is_none_or(|date| date.trim().is_empty()) {
            let help = "say in `date` when it was published, as in `2018-02-09`, or with a time `2018-02-09T10:00:00-06:00`";
            self.faults.push(Fault::new(&codes::MISSING_DATE, Spot::Record, "no `date`").help(help));
            return None;
        }
        self.date_or_day("date", date)
    }

    fn date(&mut self, key: &'static str, text: Option<String>) -> Option<Date> {
        self.date_or_day(key, text).map(|(date, _)| date)
    }

    fn date_or_day(&mut self, key: &'static str, text: Option<String>) -> Option<(Date, bool)> {
        let text = text.filter(|text| !text.trim().is_empty())?;
        let read = date::parse_ordered(&text, self.config.publication.time_zone, self.dates);
        read.map_err(|bad| {
            let help = bad.help.map(|help| help + &order_to_say(&bad.orders));
            self.fault(&codes::INVALID_DATE, Field::new(key), format!("`{key}`: {}", bad.message), help);
        })
        .ok()
    }

    /// A day alone is at the time at which the item is to appear on that day; else it waits for both.
    fn with_time(&mut self, (published, by_day): (Date, bool), publish_at: Option<(Date, bool)>) -> (Date, bool) {
        let Some((publish_at, is_day)) = publish_at else { return (published, by_day) };
        if by_day && !is_day && publish_at.with_timezone(published.offset()).date_naive() == published.date_naive() {
            return (publish_at, false);
        }
        if publish_at < published && !(is_day && publish_at.date_naive() == published.with_timezone(publish_at.offset()).date_naive()) {
            let help = "no item is published before its `date`: mend the one or the other".to_owned();
            let message = "`publish-at` is before `date`, and the item waits for that".to_owned();
            self.fault(&codes::PUBLISH_AT_TOO_EARLY, Field::new("publish-at"), message, Some(help));
        }
        (published, by_day)
    }

    fn not_before(&mut self, updated: &Date, published: Option<&Date>) -> bool {
        let fine = published.is_none_or(|published| updated >= published);
        if !fine {
            let help = "`updated` was left out; mend it or remove it".to_owned();
            self.fault(&codes::UPDATED_TOO_EARLY, Field::new("updated"), "`updated` is before `date`".to_owned(), Some(help));
        }
        fine
    }

    fn lifetime(&mut self, draft: Option<bool>, due: Option<Date>, publish_at: Option<Date>, expires: Option<Date>) -> Lifetime {
        if let (Some(due), Some(expires)) = (due, expires)
            && expires <= due
        {
            let help = "nobody would see it; mend `expires`, or make it a `draft`".to_owned();
            self.fault(&codes::EXPIRES_TOO_EARLY, Field::new("expires"), "the item expires before it appears".to_owned(), Some(help));
        }
        Lifetime { draft: draft.unwrap_or(false), by_day: false, publish_at, expires, withdrawn: false }
    }

    fn syntax(&mut self, written: Option<String>, setting: &Setting<'_>) -> Syntax {
        let default = match setting.format {
            RecordFormat::Toml | RecordFormat::Markdown => Syntax::Markdown,
            RecordFormat::Json | RecordFormat::Ndjson | RecordFormat::Csv => Syntax::Html,
        };
        match written.as_deref().map(str::trim) {
            None | Some("") => setting.source.syntax.unwrap_or(default),
            Some("markdown") => Syntax::Markdown,
            Some("html") => Syntax::Html,
            Some("plain") => Syntax::Plain,
            Some(other) => {
                let known = ["markdown", "html", "plain"];
                let help = did_you_mean(other, known).unwrap_or_else(|| "write `markdown`, `html` or `plain`".to_owned());
                self.fault(&codes::BAD_VALUE, Field::new("syntax"), format!("`{other}` is no syntax"), Some(help));
                default
            }
        }
    }

    fn language(&mut self, written: Option<String>, source: &Source) -> Language {
        let default = || source.language.as_ref().unwrap_or_else(|| self.config.publication.language()).clone();
        match written.filter(|text| !text.trim().is_empty()) {
            None => default(),
            Some(text) => match Language::parse(text.trim()) {
                Ok(language) => language,
                Err(bad) => {
                    let default = default();
                    let message = bad.to_string();
                    self.fault(&codes::INVALID_LANGUAGE, Field::new("language"), message, Some(bad.help));
                    default
                }
            },
        }
    }

    fn image(&mut self, written: Written<ImageTable>) -> Option<Image> {
        let field = Field::new("image");
        let table = match written {
            Written::Text(url) => ImageTable { url: Some(url), ..ImageTable::default() },
            Written::Table(table) => table,
        };
        let Some(url) = table.url.as_deref() else {
            self.fault(
                &codes::INVALID_URL,
                field,
                "`image` has no `url`".to_owned(),
                Some("an image is its address: `url = \"...\"`".to_owned()),
            );
            return None;
        };
        let url = self.url(field.inner("url"), url);
        let alt = self.line(field.inner("alt"), table.alt);
        let pixels = |number: Option<u32>| number.filter(|number| *number > 0);
        Some(Image { url: url?, alt, width: pixels(table.width), height: pixels(table.height) })
    }

    fn origin(&mut self, written: Written<OriginTable>) -> Option<Origin> {
        let field = Field::new("source");
        let table = match written {
            Written::Text(url) => OriginTable { url: Some(url), title: None },
            Written::Table(table) => table,
        };
        let Some(url) = table.url.as_deref() else {
            self.fault(
                &codes::INVALID_URL,
                field,
                "`source` has no `url`".to_owned(),
                Some("name the feed or page: `url = \"...\"`".to_owned()),
            );
            return None;
        };
        let url = address::elsewhere(url, &self.config.publication.base_url).map_err(|bad| self.bad_url(field.inner("url"), bad)).ok();
        let title = self.line(field.inner("title"), table.title);
        let url = url?;
        Some(Origin { title: title.unwrap_or_else(|| url.host_str().unwrap_or_default().to_owned()), url })
    }

    fn url(&mut self, field: Field, text: &str) -> Option<url::Url> {
        let read = address::absolute(text, &self.config.publication.base_url);
        read.map_err(|bad| self.bad_url(field, bad)).ok()
    }

    /// The address of the item's page.
    fn address(&mut self, text: String) -> Option<String> {
        let read = address::absolute_text(text, &self.config.publication.base_url);
        read.map_err(|bad| self.bad_url(Field::new("link"), bad)).ok()
    }

    fn bad_url(&mut self, field: Field, bad: BadUrl) {
        self.fault(&codes::INVALID_URL, field, bad.message, bad.help);
    }

    fn markup(&mut self, key: &'static str, text: Option<String>, syntax: Syntax) -> Option<Markup> {
        let text = text.filter(|text| !text.trim().is_empty())?;
        let (clean, dropped) = text::xml_chars(&text);
        let text = match clean {
            std::borrow::Cow::Borrowed(_) => text,
            std::borrow::Cow::Owned(clean) => clean,
        };
        self.dropped(Field::new(key), dropped);
        Some(Markup { syntax, text }).filter(|markup| !markup.text.trim().is_empty())
    }

    /// A line of plain text; `None` where nothing of it can be seen.
    fn line(&mut self, field: Field, text: Option<String>) -> Option<String> {
        let text = text?;
        let (clean, dropped) = text::plain_line(&text);
        let line = if *clean == *text { text } else { clean.into_owned() };
        self.dropped(field, dropped);
        let line = match text::without_tags(&line) {
            Some(bare) => {
                let message = format!("the tags in `{}` were left out: it is plain text", field.path());
                self.fault(&codes::MARKUP_REMOVED, field, message, Some("write it without markup".to_owned()));
                text::plain_line(&bare).0.into_owned()
            }
            None => line,
        };
        if let Some(meant) = text::without_references(&line) {
            let message = format!("`{}` is plain text: readers see the references of HTML in it as they are", field.path());
            self.fault(&codes::HTML_REFERENCE, field, message, Some(format!("write the characters themselves: `{meant}`")));
        }
        line.chars().any(is_visible).then_some(line)
    }

    fn dropped(&mut self, field: Field, count: usize) {
        if count > 0 {
            let path = field.path();
            let (characters, they) = if count == 1 { ("character", "it was") } else { ("characters", "they were") };
            let message = format!("`{path}` holds {count} {characters} that cannot be published; {they} left out");
            self.fault(
                &codes::FORBIDDEN_CHARACTERS,
                field,
                message,
                Some("control characters often come from copying out of other programs".to_owned()),
            );
        }
    }

    fn fault(&mut self, code: &'static Code, field: Field, message: String, help: Option<String>) {
        self.faults.push(Fault { code, spot: Spot::Field(field), message, help });
    }
}

/// The item with a notice in place of all that it said, and who said it: id, title, date and page stay, so that readers see which item it is. What it said
/// tells where it belongs, so that the notice comes to those who read it.
fn replaced(parts: Parts, notice: Markup) -> Parts {
    let text = parts.text.map(|text| Box::new(Text { notice: Some(notice), ..*text }));
    Parts { text, authors: Vec::new(), image: None, enclosures: Vec::new(), source: None, ..parts }
}

/// Whether a list is more than the one empty string by which exports say that there is nothing.
fn says_something(list: &Many<Scalar>) -> bool {
    list.0.is_empty() || list.0.iter().any(|Scalar(text)| !text.trim().is_empty())
}

/// Whether a reader would see anything of a character. Marks of direction and joining alone are not a title.
fn is_visible(c: char) -> bool {
    !c.is_whitespace()
        && !c.is_control()
        && !matches!(c, '\u{AD}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}')
}

/// The way out where all dates of a source are numbers alone in one of these orders.
fn order_to_say(orders: &[DayOrder]) -> String {
    let key = |order: &DayOrder| match order {
        DayOrder::DayFirst => "`dates = \"day-first\"`",
        DayOrder::MonthFirst => "`dates = \"month-first\"`",
    };
    match orders {
        [] => String::new(),
        orders => format!("; or say in its `[[source]]` how all are written, {}", orders.iter().map(key).collect::<Vec<_>>().join(" or ")),
    }
}
