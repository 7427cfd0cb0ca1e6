//! JSON Feed 1.1 (<https://jsonfeed.org/version/1.1>): which field goes where.
//!
//! The format has no word for rights, translations, tombstones and the channel's own id; those stand in the other formats. The keys come in one
//! order, so the same values give the same bytes.

use std::borrow::Cow;

use serde::Serialize;

use super::finish::Shell;
use super::line::Line;
use super::values::{self, door, first_seen, seen, uri};
use super::{Entry, Head};
use crate::config::{Content, Publication};
use crate::item::{Enclosure, Item};
use crate::vocab::Person;

const VERSION: &str = "https://jsonfeed.org/version/1.1";

/// What the document says before its `items`.
#[derive(Serialize)]
struct Feed {
    version: &'static str,
    title: String,
    home_page_url: String,
    feed_url: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_url: Option<String>,
    /// The small square picture; `icon` is to be a large one, and the config's logo is not square.
    #[serde(skip_serializing_if = "Option::is_none")]
    favicon: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    authors: Vec<Author>,
    language: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    hubs: Vec<Hub>,
}

#[derive(Serialize)]
struct Hub {
    r#type: &'static str,
    url: String,
}

#[derive(Serialize)]
struct Author {
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
}

/// The item's object, on a line of its own.
pub(super) fn item(entry: &Entry<'_>, publication: &Publication, content: Content) -> String {
    let item = entry.item;
    let (html, text, summary) = texts(entry, content);
    let long: usize = [html, text.as_deref(), summary].into_iter().flatten().map(str::len).sum();
    let mut line = Line::new(1024 + long + long / 8);
    line.text("id", &door(item.iri()));
    line.maybe("url", entry.link.as_ref().map(uri).as_deref());
    line.maybe("external_url", item.source().map(|origin| uri(&origin.url)).as_deref());
    line.text("title", &door(item.title()));
    line.maybe("content_html", html);
    line.maybe("content_text", text.as_deref());
    line.maybe("summary", summary);
    line.maybe("image", item.image().map(|image| uri(&image.url)).as_deref());
    line.text("date_published", &values::rfc3339(item.published));
    line.maybe("date_modified", item.updated().map(|_| values::rfc3339(item.changed())).as_deref());
    line.list("authors", authors(item, publication), |line, author| {
        line.object(|line| {
            line.text("name", &author.name);
            line.maybe("url", author.url.as_deref());
        });
    });
    line.list("tags", tags(entry), |line, tag| line.string(&tag));
    // Said always: the item's bytes go into feeds of several languages, and do not know which.
    line.text("language", item.language.as_str());
    line.list("attachments", item.enclosures().iter().collect(), |line, enclosure| line.object(|line| attachment(line, enclosure)));
    line.end()
}

/// The document around its items.
pub(super) fn shell(head: &Head<'_>) -> Shell {
    // Strings in structs, written to memory: this cannot fail.
    let mut before = serde_json::to_string_pretty(&feed(head)).unwrap_or_default();
    before.truncate(before.len().saturating_sub("\n}".len()));
    before.push_str(",\n  \"items\": [");
    Shell { before, between: ",", after: "\n  ]\n}\n".to_owned() }
}

fn feed(head: &Head<'_>) -> Feed {
    let publication = head.publication;
    Feed {
        version: VERSION,
        title: door(&head.title),
        home_page_url: uri(&head.home),
        feed_url: uri(&head.url),
        description: seen(&head.description),
        next_url: head.chain.older.as_ref().map(uri),
        favicon: publication.icon.as_ref().map(uri),
        authors: author(&publication.author).into_iter().collect(),
        language: head.language.as_ref().unwrap_or(publication.language()).as_str().to_owned(),
        hubs: head.hubs().map(|hub| Hub { r#type: "WebSub", url: uri(hub) }).collect(),
    }
}

/// `content_html`, `content_text` and `summary`. One of the first two must be there, so without a body the summary, or the title, is the content.
fn texts<'t>(entry: &'t Entry<'_>, content: Content) -> (Option<&'t str>, Option<Cow<'t, str>>, Option<&'t str>) {
    let summary = entry.text.summary();
    let html = match content {
        Content::Full => entry.text.html(),
        Content::Summary => None,
    };
    match html {
        Some(html) => (Some(html), None, summary),
        None => (None, Some(summary.map_or_else(|| door(entry.item.title()).into(), Cow::Borrowed)), None),
    }
}

/// The item's own authors, where they are not those of the feed, which every item inherits.
fn authors(item: &Item, publication: &Publication) -> Vec<Author> {
    if item.authors() == [publication.author.clone()] {
        return Vec::new();
    }
    item.authors().iter().filter_map(author).collect()
}

/// The format has no field for mail and allows a `mailto:` address as `url`.
fn author(person: &Person) -> Option<Author> {
    let mail = || values::email(person).map(|email| format!("mailto:{email}"));
    Some(Author { name: values::name(person)?, url: person.uri.as_deref().map(uri).or_else(mail) })
}

/// The labels, each once: the format does not tell a country from a topic of the same name.
fn tags(entry: &Entry<'_>) -> Vec<String> {
    let mut tags: Vec<String> = Vec::with_capacity(entry.categories.len());
    for category in &entry.categories {
        let tag = first_seen([Some(category.label.as_str()), Some(category.term.as_str())]);
        tags.extend(tag.filter(|tag| !tags.contains(tag)));
    }
    tags
}

fn attachment(line: &mut Line, enclosure: &Enclosure) {
    line.text("url", &uri(&enclosure.url));
    line.text("mime_type", enclosure.media_type.as_str());
    line.maybe("title", enclosure.title.as_deref().and_then(seen).as_deref());
    line.number("size_in_bytes", enclosure.length);
}
