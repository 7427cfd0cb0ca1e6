//! An entry of a feed, the same for every format: texts as they stood, and what they mean for a record.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use chrono_tz::Tz;
use url::Url;

use super::{Context, Feed};
use crate::config::TopicKey;
use crate::diag::{Code, Finding, Findings, Place, codes};
use crate::item::address::is_iri;
use crate::item::write::{Draft, When};
use crate::item::{Date, Enclosure, Image, Origin};
use crate::item::{date, guess};
use crate::text;
use crate::text::{Markup, Syntax};
use crate::vocab::fold::key;
use crate::vocab::person::{is_email, split};
use crate::vocab::{Country, Language, MediaType, Person};

/// The longest title that is made from an entry's text, in characters.
const TITLE_FROM_TEXT: usize = 80;

/// What holds for a whole feed.
#[derive(Debug, Default)]
pub struct Channel {
    pub link: Option<String>,
    pub language: Option<String>,
    pub authors: Vec<Author>,
    /// When the feed changed, in the order of preference.
    pub dates: Vec<String>,
    /// Whether it is an export of a site, and not what a feed has of the newest items or of a part of them.
    pub is_export: bool,
    /// Where it is published, if it may be this program that did so.
    pub published_at: Option<String>,
}

/// An entry as it stood. Texts are trimmed and never empty.
#[derive(Debug, Default)]
pub struct Entry {
    /// Of its start, from 1; 0 where unknown.
    pub line: u32,
    pub id: Option<String>,
    /// HTML, or text that may pass for it.
    pub title: Option<String>,
    pub link: Option<String>,
    /// In the order of preference.
    pub published: Vec<String>,
    pub updated: Vec<String>,
    /// HTML.
    pub summary: Option<String>,
    /// HTML.
    pub body: Option<String>,
    pub authors: Vec<Author>,
    pub categories: Vec<Category>,
    pub enclosures: Vec<File>,
    pub image: Option<Picture>,
    pub language: Option<String>,
    pub rights: Option<String>,
    /// Title and address.
    pub source: Option<(Option<String>, String)>,
    /// What relative addresses are relative to (`xml:base`).
    pub base: Option<Url>,
    /// What those in its text are relative to, where that is something else.
    pub text_base: Option<Url>,
    pub release: Release,
}

/// Who may see an entry.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Release {
    #[default]
    Public,
    /// Everybody, from its date on.
    Scheduled,
    Draft,
}

#[derive(Clone, Debug, Default)]
pub struct Author {
    pub name: Option<String>,
    pub email: Option<String>,
    pub uri: Option<String>,
}

/// A category as the feed's programs and its readers call it.
#[derive(Debug, PartialEq, Eq)]
pub struct Category {
    pub term: String,
    pub label: Option<String>,
    /// Those above it, by their names.
    pub broader: Vec<String>,
}

#[derive(Debug, Default)]
pub struct File {
    pub url: String,
    pub media_type: Option<String>,
    pub length: Option<String>,
    pub title: Option<String>,
}

#[derive(Debug, Default)]
pub struct Picture {
    pub url: String,
    pub alt: Option<String>,
    pub width: Option<String>,
    pub height: Option<String>,
}

impl Author {
    /// `name`, `mail@example.org`, `mail@example.org (Name)` or `Name <mail@example.org>`.
    pub fn parse(text: &str) -> Self {
        let filled = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        match split(text) {
            (name, Some(mail)) if is_email(mail) => Author { name: filled(name), email: filled(mail), uri: None },
            _ => Author { name: filled(text.trim().trim_matches('"')), email: None, uri: None },
        }
    }
}

/// The entries as drafts.
pub fn resolve(channel: &Channel, entries: Vec<Entry>, path: &Arc<Path>, context: Context<'_>) -> Feed {
    let mut resolver = Resolver {
        channel,
        path,
        context,
        topics: context
            .topics
            .iter()
            .flat_map(|(topic, names)| names.iter().map(|name| key(name)).chain([key(topic)]).map(move |name| (name, topic)))
            .collect(),
        link: channel.link.as_deref().and_then(|link| Url::parse(link).ok()),
        strangers: BTreeSet::new(),
        findings: Findings::new(),
    };
    let drafts = entries.into_iter().filter_map(|entry| resolver.draft(entry)).collect();
    resolver.report_strangers();
    let is_own = channel.published_at.as_ref().zip(context.base).is_some_and(|(address, base)| address.starts_with(base));
    Feed { drafts, is_export: channel.is_export, is_own, findings: resolver.findings }
}

struct Resolver<'a> {
    channel: &'a Channel,
    path: &'a Arc<Path>,
    context: Context<'a>,
    /// By folded name.
    topics: Vec<(String, &'a TopicKey)>,
    link: Option<Url>,
    /// Categories that are neither topics nor countries.
    strangers: BTreeSet<String>,
    findings: Findings,
}

impl Resolver<'_> {
    fn draft(&mut self, entry: Entry) -> Option<Draft> {
        let link = entry.link.as_deref().and_then(|link| self.url(&entry, "link", link));
        let body = entry.body.as_deref().map(|html| self.html(&entry, link.as_ref(), html));
        let summary = entry.summary.as_deref().map(|html| self.html(&entry, link.as_ref(), html));
        let Some(title) = title_of(&entry, body.as_deref(), summary.as_deref()) else {
            self.say(&codes::FEED_ITEM, &entry, "an item with neither title nor text", Some("give the item a title, or remove it"));
            return None;
        };
        let (date, updated) = self.dates(&entry, &title)?;
        let (id, guid) = ids(entry.id.as_deref(), link.as_ref());
        let mut draft = Draft::new(self.place(&entry), title, When::Instant(date), Syntax::Html);
        draft.updated = updated;
        (draft.id, draft.guid) = (id, guid);
        (draft.body, draft.summary) = (body, summary);
        (draft.countries, draft.topics) = self.sorted(&entry.categories);
        let stated = entry.language.as_ref().or(self.channel.language.as_ref()).and_then(|tag| self.language(&entry, tag));
        draft.language = stated.or_else(|| self.guessed(&draft));
        draft.authors = self.authors(&entry);
        draft.image = entry.image.as_ref().and_then(|image| self.image(&entry, image));
        draft.enclosures = entry.enclosures.iter().filter_map(|file| self.enclosure(&entry, file)).collect();
        draft.source = entry.source.as_ref().and_then(|(title, url)| self.source(&entry, title.as_deref(), url));
        draft.rights = entry.rights.as_deref().and_then(filled);
        draft.link = link;
        draft.draft = entry.release == Release::Draft;
        draft.publish_at = (entry.release == Release::Scheduled).then_some(date);
        Some(draft)
    }

    /// When it was published, and when it was changed since.
    fn dates(&mut self, entry: &Entry, title: &str) -> Option<(Date, Option<Date>)> {
        let published = self.first_date(entry, &entry.published);
        let updated = self.first_date(entry, &entry.updated);
        if let Some(date) = published.or(updated) {
            return Some((date, updated.filter(|updated| *updated > date)));
        }
        match self.first_date(entry, &self.channel.dates) {
            Some(date) => {
                let message = format!("`{title}` has no date; it gets that of the feed, `{date}`");
                self.say(&codes::FEED_VALUE, entry, message, Some("mend the date in the record"));
                Some((date, None))
            }
            None => {
                let message = format!("`{title}` has no date, and neither has the feed");
                self.say(&codes::FEED_ITEM, entry, message, Some("add a date to the item, and import the feed again"));
                None
            }
        }
    }

    fn first_date(&mut self, entry: &Entry, texts: &[String]) -> Option<Date> {
        for text in texts {
            match lenient_date(text, self.context.zone) {
                Ok(date) => return Some(date),
                Err(bad) => self.say(&codes::FEED_VALUE, entry, bad.message, bad.help.as_deref()),
            }
        }
        None
    }

    /// Addresses of the web, absolute.
    fn url(&mut self, entry: &Entry, what: &str, text: &str) -> Option<Url> {
        let parsed = match entry.base.as_ref().or(self.link.as_ref()) {
            Some(base) => base.join(text),
            None => Url::parse(text),
        };
        let url = parsed.ok().filter(|url| matches!(url.scheme(), "http" | "https"));
        if url.is_none() {
            self.say(&codes::FEED_VALUE, entry, format!("the {what} `{text}` is no address of a page or file; it is left out"), None);
        }
        url
    }

    /// HTML that stands by itself: where its relative addresses would be lost, they are made absolute.
    fn html(&self, entry: &Entry, link: Option<&Url>, html: &str) -> String {
        let html = text::xml_chars(html).0;
        let base = entry.text_base.as_ref().or(entry.base.as_ref()).or(if link.is_none() { self.link.as_ref() } else { None });
        let lower = html.to_ascii_lowercase();
        match base.filter(|_| ["href", "src", "poster"].iter().any(|name| lower.contains(name))) {
            Some(base) => text::clean(&Markup { syntax: Syntax::Html, text: html.into_owned() }, base).html,
            None => html.into_owned(),
        }
    }

    /// The countries and topics that the categories are called as.
    fn sorted(&mut self, categories: &[Category]) -> (Vec<Country>, Vec<TopicKey>) {
        let (mut countries, mut topics) = (Vec::new(), Vec::new());
        for Category { term, label, broader } in categories {
            let own = self.sort(&[label.as_deref(), Some(term)], &mut countries, &mut topics);
            // What is about quays is about ports, where the site keeps the one under the other.
            let above = broader.iter().filter(|name| self.sort(&[Some(name.as_str())], &mut countries, &mut topics)).count();
            if !own && above == 0 {
                self.strangers.insert(label.as_ref().unwrap_or(term).clone());
            }
        }
        (countries, topics)
    }

    /// Adds the country or topic that a category is called as, by one of its names; whether there is one, or it names a language.
    fn sort(&self, names: &[Option<&str>], countries: &mut Vec<Country>, topics: &mut Vec<TopicKey>) -> bool {
        let names = || names.iter().copied().flatten();
        let keys: Vec<String> = names().map(key).collect();
        if let Some((_, topic)) = self.topics.iter().find(|(name, _)| keys.contains(name)) {
            push_new(topics, (*topic).clone());
            return true;
        }
        // `Français` says what a post is written in, and not that it is about France.
        if names().any(|name| Language::of_own_name(name).is_some()) {
            return true;
        }
        let named = names().map(|name| (self.context.countries)(name)).find(|named| !named.is_empty());
        let is_country = named.is_some();
        named.into_iter().flatten().for_each(|country| push_new(countries, country));
        is_country
    }

    fn report_strangers(&mut self) {
        let count = self.strangers.len();
        if count > 0 {
            const SHOWN: usize = 5;
            let names = self.strangers.iter().take(SHOWN).map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
            let more = if count > SHOWN { ", …" } else { "" };
            let are = if count == 1 { "category is no topic or country and is" } else { "categories are no topics or countries and are" };
            let message = format!("{count} {are} left out: {names}{more}");
            let help = "give them to topics of the config, as `title` or among `words` of a section `[topics.NAME]`, or to countries, in \
                        `countries.aliases`; then take the records away, and import again";
            self.findings.push(Finding::new(&codes::FEED_CATEGORIES, message).at(Place::file(self.path.clone())).help(help));
        }
    }

    fn language(&mut self, entry: &Entry, tag: &str) -> Option<Language> {
        match Language::parse(tag) {
            Ok(language) => Some(language),
            Err(bad) => {
                self.say(&codes::FEED_VALUE, entry, bad.to_string(), Some(&bad.help));
                None
            }
        }
    }

    /// The language of the words, where the feed says none and they leave no doubt.
    fn guessed(&self, draft: &Draft) -> Option<Language> {
        let texts = [draft.summary.as_deref(), draft.body.as_deref()].into_iter().flatten().map(plain);
        let texts: Vec<String> = texts.chain([draft.title.clone()]).collect();
        self.context.language(&guess::clearly(texts.iter().map(String::as_str))?)
    }

    fn authors(&self, entry: &Entry) -> Vec<Person> {
        let authors = if entry.authors.is_empty() { &self.channel.authors } else { &entry.authors };
        authors.iter().filter_map(person).collect()
    }

    fn image(&mut self, entry: &Entry, image: &Picture) -> Option<Image> {
        let pixels = |text: &Option<String>| text.as_deref().and_then(|text| text.trim().parse().ok()).filter(|pixels| *pixels > 0);
        let url = self.url(entry, "image", &image.url)?;
        Some(Image { url, alt: image.alt.as_deref().and_then(filled), width: pixels(&image.width), height: pixels(&image.height) })
    }

    fn enclosure(&mut self, entry: &Entry, file: &File) -> Option<Enclosure> {
        let url = self.url(entry, "enclosure", &file.url)?;
        let named = file.media_type.as_deref().and_then(|text| MediaType::parse(text.split(';').next().unwrap_or(text)));
        let media_type = named.or_else(|| MediaType::of_name(url.path())).or_else(|| MediaType::parse("application/octet-stream"))?;
        // RSS asks for a number even where none is known, and 0 is what people write then.
        let length = file.length.as_deref().and_then(|text| text.trim().parse().ok()).filter(|length| *length > 0);
        Some(Enclosure { url, media_type, length, title: file.title.as_deref().and_then(filled), beside: None })
    }

    fn source(&mut self, entry: &Entry, title: Option<&str>, url: &str) -> Option<Origin> {
        let url = self.url(entry, "source", url)?;
        let title = title.and_then(filled).unwrap_or_else(|| url.host_str().unwrap_or(url.as_str()).to_owned());
        Some(Origin { title, url })
    }

    fn place(&self, entry: &Entry) -> Place {
        Place::line(self.path.clone(), entry.line)
    }

    fn say(&mut self, code: &'static Code, entry: &Entry, message: impl Into<String>, help: Option<&str>) {
        let finding = Finding::new(code, message).at(self.place(entry)).maybe_help(help.map(str::to_owned));
        self.findings.push(finding);
    }
}

/// The title as plain text, else the beginning of the text, else the address.
fn title_of(entry: &Entry, body: Option<&str>, summary: Option<&str>) -> Option<String> {
    let own = entry.title.as_deref().and_then(filled);
    let begun = || summary.or(body).and_then(filled).map(|text| cut(&text));
    own.or_else(begun).or_else(|| entry.link.clone())
}

fn push_new<T: PartialEq>(list: &mut Vec<T>, value: T) {
    if !list.contains(&value) {
        list.push(value);
    }
}

fn cut(text: &str) -> String {
    let Some((end, _)) = text.char_indices().nth(TITLE_FROM_TEXT) else { return text.to_owned() };
    let end = text[..end].rfind(' ').unwrap_or(end);
    format!("{}…", text[..end].trim_end())
}

/// The id and the guid of the record: what is an IRI stays the id; what is none stays the guid, beside an id that is minted. An entry
/// without any is known by its link.
fn ids(id: Option<&str>, link: Option<&Url>) -> (Option<String>, Option<String>) {
    match id {
        Some(id) if is_iri(id) => (Some(id.to_owned()), None),
        Some(id) => (None, Some(id.to_owned())),
        None => (link.map(Url::to_string), None),
    }
}

/// HTML, or text that may pass for it, as one line of plain text.
pub fn plain(text: &str) -> String {
    let has_tags =
        text.match_indices('<').any(|(at, _)| text[at + 1..].starts_with(|c: char| c.is_ascii_alphabetic() || c == '/' || c == '!'));
    let has_entities = text.match_indices('&').any(|(at, _)| text[at + 1..].starts_with(|c: char| c.is_ascii_alphabetic() || c == '#'));
    if !has_tags && !has_entities {
        return text::plain_line(text).0.into_owned();
    }
    // A `<` that begins no tag is one all the same.
    let html = if has_tags { text.to_owned() } else { text.replace('<', "&lt;") };
    let words = text::words(&Markup { syntax: Syntax::Html, text: html }).replace('\n', " ");
    text::plain_line(&words).0.into_owned()
}

/// [`plain`], unless nothing is left.
fn filled(text: &str) -> Option<String> {
    Some(plain(text)).filter(|text| !text.is_empty())
}

/// A date; where it names a wrong weekday, as feeds in the wild do, the date counts.
fn lenient_date(text: &str, zone: Tz) -> Result<Date, date::BadDate> {
    let without_weekday = || text.split_once(',').and_then(|(_, rest)| date::parse(rest, zone).ok());
    date::parse(text, zone).or_else(|bad| without_weekday().ok_or(bad))
}

fn person(author: &Author) -> Option<Person> {
    let email = author.email.as_deref().map(str::trim).filter(|email| is_email(email)).map(str::to_owned);
    let uri = author.uri.as_deref().and_then(|uri| Url::parse(uri).ok()).filter(|url| matches!(url.scheme(), "http" | "https"));
    let name = author.name.as_deref().and_then(filled).or_else(|| email.clone())?;
    Some(Person { name, email, uri: uri.map(Box::new) })
}
