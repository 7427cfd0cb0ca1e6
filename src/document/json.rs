//! JSON Feed 1.1 (<https://jsonfeed.org/version/1.1>): which field goes where.
//!
//! The format has no word for rights, translations, tombstones and the channel's own id; those stand in the other formats. The keys come in the order
//! of the structs' fields, so the same values give the same bytes.

use serde::Serialize;

use super::finish::Shell;
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

/// `id` comes first: the gate knows by it where an item begins.
#[derive(Serialize)]
struct Object {
    id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    external_url: Option<String>,
    title: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    content_html: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    content_text: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    summary: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    image: Option<String>,
    date_published: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    date_modified: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    authors: Vec<Author>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tags: Vec<String>,
    language: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    attachments: Vec<Attachment>,
}

#[derive(Serialize)]
struct Attachment {
    url: String,
    mime_type: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    size_in_bytes: Option<u64>,
}

/// The item's object, on a line of its own.
pub(super) fn item(entry: &Entry<'_>, publication: &Publication, content: Content) -> String {
    // Strings and numbers in structs, written to memory: this cannot fail.
    format!("\n    {}", serde_json::to_string(&model(entry, publication, content)).unwrap_or_default())
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

fn model(entry: &Entry<'_>, publication: &Publication, content: Content) -> Object {
    let item = entry.item;
    let (content_html, content_text, summary) = texts(entry, content);
    Object {
        id: door(item.iri()),
        url: entry.link.as_ref().map(uri),
        external_url: item.source().map(|origin| uri(&origin.url)),
        title: door(item.title()),
        content_html,
        content_text,
        summary,
        image: item.image().map(|image| uri(&image.url)),
        date_published: values::rfc3339(item.published),
        date_modified: item.updated().map(|_| values::rfc3339(item.changed())),
        authors: authors(item, publication),
        tags: tags(entry),
        // Said always: the item's bytes go into feeds of several languages, and do not know which.
        language: item.language.as_str().to_owned(),
        attachments: item.enclosures().iter().map(attachment).collect(),
    }
}

/// `content_html`, `content_text` and `summary`. One of the first two must be there, so without a body the summary, or the title, is the content.
fn texts(entry: &Entry<'_>, content: Content) -> (Option<String>, Option<String>, Option<String>) {
    let summary = entry.text.summary().map(str::to_owned);
    let html = match content {
        Content::Full => entry.text.html().map(str::to_owned),
        Content::Summary => None,
    };
    match html {
        Some(html) => (Some(html), None, summary),
        None => (None, Some(summary.unwrap_or_else(|| door(entry.item.title()))), None),
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

fn attachment(enclosure: &Enclosure) -> Attachment {
    Attachment {
        url: uri(&enclosure.url),
        mime_type: enclosure.media_type.as_str().to_owned(),
        title: enclosure.title.as_deref().and_then(seen),
        size_in_bytes: enclosure.length,
    }
}
