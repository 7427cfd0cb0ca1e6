//! JSON Feed as a reader sees it.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::{Seen, SeenItem, time};

#[derive(Deserialize)]
struct Feed<'a> {
    #[serde(borrow)]
    items: Vec<&'a RawValue>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Item {
    id: String,
    url: Option<String>,
    external_url: Option<String>,
    title: String,
    content_html: Option<String>,
    content_text: Option<String>,
    summary: Option<String>,
    image: Option<String>,
    date_published: Option<String>,
    date_modified: Option<String>,
    authors: Vec<Author>,
    tags: Vec<String>,
    language: Option<String>,
    attachments: Vec<Attachment>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Author {
    name: Option<String>,
    url: Option<String>,
}

#[derive(Deserialize)]
struct Attachment {
    url: String,
}

/// Reads a document. The format has neither an id nor a date of the whole feed: the date is that of the item that changed last.
pub(super) fn read(bytes: &[u8]) -> Seen {
    let Ok(feed) = serde_json::from_slice::<Feed<'_>>(bytes) else { return Seen::default() };
    let items: Vec<SeenItem> = feed.items.into_iter().filter_map(item).collect();
    let updated = items.iter().filter_map(|item| item.updated.max(item.published)).max();
    Seen { updated, items, about: about(bytes), ..Seen::default() }
}

/// Every member of the feed but its items.
fn about(bytes: &[u8]) -> BTreeMap<String, Vec<String>> {
    let members: BTreeMap<String, &RawValue> = serde_json::from_slice(bytes).unwrap_or_default();
    let text = |value: &RawValue| serde_json::from_str(value.get()).unwrap_or_else(|_| value.get().to_owned());
    members.into_iter().filter(|(name, _)| name != "items").map(|(name, value)| (name, vec![text(value)])).collect()
}

fn item(raw: &RawValue) -> Option<SeenItem> {
    let item: Item = serde_json::from_str(raw.get()).ok()?;
    let date = |text: Option<&String>| text.and_then(|text| time(text));
    let mut seen = SeenItem {
        published: date(item.date_published.as_ref()),
        updated: date(item.date_modified.as_ref()),
        id: item.id,
        title: item.title,
        link: item.url,
        html: item.content_html,
        summary: item.summary.or(item.content_text),
        hash: Some(blake3::hash(raw.get().as_bytes())),
        ..SeenItem::default()
    };
    let authors = item.authors.into_iter().flat_map(|author| author.name.or(author.url)).collect();
    let attachments = item.attachments.into_iter().map(|attachment| attachment.url).collect();
    // Under the names that the other formats have for them.
    let others: [(&str, Vec<String>); 6] = [
        ("author", authors),
        ("category", item.tags),
        ("enclosure", attachments),
        ("language", item.language.into_iter().collect()),
        ("media:thumbnail", item.image.into_iter().collect()),
        ("via", item.external_url.into_iter().collect()),
    ];
    seen.others.extend(others.into_iter().filter(|(_, values)| !values.is_empty()).map(|(name, values)| (name.to_owned(), values)));
    Some(seen)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_feed_is_read_as_readers_see_it() {
        let feed = br#"{"version": "https://jsonfeed.org/version/1.1", "title": "F", "items": [
            {"id": "tag:e,2018:1", "url": "https://e/1", "title": "a <b>", "content_html": "<p>x</p>", "summary": "x",
             "date_published": "2018-02-09T10:00:00Z", "date_modified": "2018-02-09T10:00:05Z", "tags": ["Belize"],
             "authors": [{"name": "N"}], "attachments": [{"url": "https://e/x", "mime_type": "audio/mpeg"}]},
            {"id": "tag:e,2018:2", "content_text": "y", "date_published": "2018-02-08T10:00:00Z"}]}"#;
        let seen = Seen::read(feed);
        assert_eq!((seen.id.as_deref(), seen.updated, seen.items.len()), (None, Some(1_518_170_405), 2));
        let item = &seen.items[0];
        assert_eq!((&*item.title, &*item.id, item.link.as_deref()), ("a <b>", "tag:e,2018:1", Some("https://e/1")));
        assert_eq!((item.published, item.updated), (Some(1_518_170_400), Some(1_518_170_405)));
        assert_eq!((item.html.as_deref(), item.summary.as_deref()), (Some("<p>x</p>"), Some("x")));
        assert_eq!((&item.others["category"][0], &item.others["enclosure"][0]), (&"Belize".to_owned(), &"https://e/x".to_owned()));
        assert_eq!(seen.items[1].summary.as_deref(), Some("y"));
        assert_ne!(seen.items[0].hash, seen.items[1].hash);
    }
}
