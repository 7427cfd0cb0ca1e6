//! A published feed as a reader sees it: its items by id, and what each says.
//!
//! For comparing what stands with what comes, and for rebuilding a lost ledger. It knows RSS 2.0, Atom 1.0 and the elements that Tidings writes,
//! and JSON Feed (`json`).

mod json;

use std::collections::BTreeMap;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

/// What a reader sees in one document. Of something that is no feed, nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    /// Atom `id`.
    pub id: Option<String>,
    /// In Unix seconds, as all times here.
    pub updated: Option<i64>,
    /// In the document's order.
    pub items: Vec<SeenItem>,
    /// Tombstones (RFC 6721): the id, and when the item was deleted.
    pub deleted: Vec<(String, i64)>,
    /// What the feed says of itself, by name: its title, its links. No dates.
    pub about: BTreeMap<String, Vec<String>>,
}

/// What a reader sees of one item.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SeenItem {
    pub id: String,
    pub title: String,
    pub link: Option<String>,
    pub published: Option<i64>,
    pub updated: Option<i64>,
    pub html: Option<String>,
    /// Plain text.
    pub summary: Option<String>,
    /// Everything else that shows, by name: authors, categories, enclosures.
    pub others: BTreeMap<String, Vec<String>>,
    /// Of the bytes of its element or object.
    pub hash: Option<blake3::Hash>,
}

impl Seen {
    /// Reads a document.
    pub fn read(bytes: &[u8]) -> Self {
        if bytes.trim_ascii_start().starts_with(b"{") {
            return json::read(bytes);
        }
        let mut seen = Seen::default();
        let mut reader = Reader::from_reader(bytes);
        reader.config_mut().expand_empty_elements = true;
        let (mut depth, mut before) = (0, 0);
        while let Ok(event) = reader.read_event() {
            match event {
                Event::Start(start) if matches!(start.name().as_ref(), b"item" | b"entry") => {
                    let end = start.to_end().into_owned();
                    if reader.read_to_end(end.name()).is_err() {
                        break;
                    }
                    seen.items.push(SeenItem::read(&bytes[before..reader.buffer_position() as usize]));
                }
                Event::Start(start) => {
                    depth += 1;
                    seen.head(&start, depth, &mut reader, &mut depth);
                }
                Event::End(_) => depth -= 1,
                Event::Eof => break,
                _ => {}
            }
            before = reader.buffer_position() as usize;
        }
        seen
    }

    /// An element that stands beside the items.
    fn head(&mut self, start: &BytesStart<'_>, at: i32, reader: &mut Reader<&[u8]>, depth: &mut i32) {
        let name = start.name().as_ref().to_vec();
        match (at, name.as_slice()) {
            (2, b"id") | (2 | 3, b"updated" | b"lastBuildDate") => {
                let text = inner(reader, start);
                *depth -= 1;
                match name.as_slice() {
                    b"id" => self.id = Some(text),
                    _ => self.updated = time(&text),
                }
            }
            (_, b"at:deleted-entry") => {
                if let (Some(id), Some(when)) = (attribute(start, "ref"), attribute(start, "when").and_then(|when| time(&when))) {
                    self.deleted.push((id, when));
                }
            }
            (2 | 3, name) if name != b"channel" => {
                let told = attribute(start, "href");
                let text = inner(reader, start);
                *depth -= 1;
                if name != b"pubDate" {
                    let name = String::from_utf8_lossy(name).into_owned();
                    self.about.entry(name).or_default().push(told.unwrap_or(text));
                }
            }
            _ => {}
        }
    }
}

impl SeenItem {
    fn read(element: &[u8]) -> Self {
        let mut item = SeenItem { hash: Some(blake3::hash(element)), ..SeenItem::default() };
        let mut reader = Reader::from_reader(element);
        reader.config_mut().expand_empty_elements = true;
        let mut inside = false;
        while let Ok(event) = reader.read_event() {
            match event {
                Event::Start(start) if !inside => {
                    inside = true;
                    item.language(attribute(&start, "xml:lang"));
                }
                Event::Start(start) => {
                    let end = start.to_end().into_owned();
                    let from = reader.buffer_position() as usize;
                    let Ok(span) = reader.read_to_end(end.name()) else { break };
                    debug_assert_eq!(span.start as usize, from);
                    item.child(&start, &String::from_utf8_lossy(&element[span.start as usize..span.end as usize]));
                }
                Event::End(_) | Event::Eof => break,
                _ => {}
            }
        }
        item
    }

    /// Under the name that all formats have for it here.
    fn language(&mut self, tag: Option<String>) {
        self.others.extend(tag.map(|tag| ("language".to_owned(), vec![tag])));
    }

    fn child(&mut self, start: &BytesStart<'_>, raw: &str) {
        let name = String::from_utf8_lossy(start.name().as_ref()).into_owned();
        let value = |key: &str| attribute(start, key);
        let is_html = value("type").as_deref() == Some("html");
        match name.as_str() {
            "id" | "guid" => self.id = decoded(raw),
            "title" if is_html => self.title = decoded(&decoded(raw)),
            "title" => self.title = decoded(raw),
            "pubDate" | "published" => self.published = time(&decoded(raw)),
            "updated" | "atom:updated" => self.updated = time(&decoded(raw)),
            "content" if !is_html => self.summary = Some(decoded(raw)),
            "content" | "content:encoded" => self.html = Some(decoded(raw)),
            "summary" => self.summary = Some(decoded(raw)),
            "description" => self.summary = Some(decoded(&decoded(raw))),
            "link" | "atom:link" => match (value("rel").as_deref(), value("href")) {
                (Some("alternate") | None, Some(href)) if self.link.is_none() => self.link = Some(href),
                // Further pages are translations.
                (Some("alternate") | None, Some(href)) => self.others.entry("alternate".to_owned()).or_default().push(href),
                (Some(rel), Some(href)) => self.others.entry(rel.to_owned()).or_default().push(href),
                (_, None) => self.link = Some(decoded(raw)),
            },
            "category" => self.others.entry(name).or_default().push(value("label").or(value("term")).unwrap_or_else(|| decoded(raw))),
            "enclosure" | "media:thumbnail" => self.others.entry(name).or_default().extend(value("url")),
            "dc:language" => self.language(Some(decoded(raw))),
            "author" => self.others.entry(name).or_default().push(without_tags(raw)),
            _ => self.others.entry(name).or_default().push(without_tags(raw)),
        }
    }
}

fn attribute(start: &BytesStart<'_>, key: &str) -> Option<String> {
    let attribute = start.try_get_attribute(key).ok().flatten()?;
    Some(decoded(&String::from_utf8_lossy(&attribute.value)))
}

/// The text of an element up to its end tag.
fn inner(reader: &mut Reader<&[u8]>, start: &BytesStart<'_>) -> String {
    let end = start.to_end().into_owned();
    let text = *reader.get_ref();
    let before = reader.buffer_position();
    match reader.read_to_end(end.name()) {
        Ok(span) => {
            let length = (span.end - before) as usize;
            decoded(&String::from_utf8_lossy(text.get(..length).unwrap_or_default()))
        }
        Err(_) => String::new(),
    }
}

fn without_tags(raw: &str) -> String {
    let mut out = String::new();
    let mut rest = raw;
    while let Some(at) = rest.find('<') {
        out.push_str(&rest[..at]);
        rest = rest[at..].split_once('>').map_or("", |(_, rest)| rest);
        out.push(' ');
    }
    out.push_str(rest);
    decoded(out.trim())
}

/// Text with its references resolved; one that is unknown stays as it is written.
fn decoded(raw: &str) -> String {
    let mut out = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let end = rest.find(';').unwrap_or(0);
        match quick_xml::escape::unescape(&rest[..if end == 0 { 0 } else { end + 1 }]) {
            Ok(text) if end > 0 => {
                out.push_str(&text);
                rest = &rest[end + 1..];
            }
            _ => {
                out.push('&');
                rest = &rest[1..];
            }
        }
    }
    out.push_str(rest);
    out
}

fn time(text: &str) -> Option<i64> {
    let text = text.trim();
    let date = chrono::DateTime::parse_from_rfc3339(text).or_else(|_| chrono::DateTime::parse_from_rfc2822(text));
    date.ok().map(|date| date.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;

    const ATOM: &str = r#"<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom" xmlns:at="http://purl.org/atompub/tombstones/1.0">
        <title>F</title><id>tag:e,2018:f</id><updated>2018-02-09T10:00:00Z</updated><author><name>N</name></author>
        <entry><title type="html">a &amp;lt;b&amp;gt;</title><id>tag:e,2018:1</id><updated>2018-02-09T10:00:05Z</updated>
        <published>2018-02-09T10:00:00Z</published><link rel="alternate" href="https://e/1?a&amp;b"/><link rel="alternate" hreflang="es" href="https://e/es/1"/><link rel="enclosure" href="https://e/x"/>
        <category term="BZ" label="Belize"/><content type="html">&lt;p&gt;x &amp;amp; y&lt;/p&gt;</content></entry>
        <at:deleted-entry ref="tag:e,2018:2" when="2018-02-10T00:00:00Z"/></feed>"#;

    #[test]
    fn atom_is_read_as_readers_see_it() {
        let seen = Seen::read(ATOM.as_bytes());
        assert_eq!((seen.id.as_deref(), seen.updated), (Some("tag:e,2018:f"), Some(1_518_170_400)));
        assert_eq!(seen.deleted, [("tag:e,2018:2".to_owned(), 1_518_220_800)]);
        let item = &seen.items[0];
        assert_eq!((&*item.title, &*item.id, item.link.as_deref()), ("a <b>", "tag:e,2018:1", Some("https://e/1?a&b")));
        assert_eq!((item.published, item.updated), (Some(1_518_170_400), Some(1_518_170_405)));
        assert_eq!(item.html.as_deref(), Some("<p>x &amp; y</p>"));
        assert_eq!(item.others["category"], ["Belize"]);
        assert_eq!(item.others["enclosure"], ["https://e/x"]);
        assert_eq!(item.others["alternate"], ["https://e/es/1"], "a translation");
    }

    #[test]
    fn rss_is_read_as_readers_see_it() {
        let rss = r#"<rss version="2.0"><channel><title>C</title><lastBuildDate>Fri, 09 Feb 2018 10:00:00 +0000</lastBuildDate><item>
            <title>a &#x26; b</title><guid isPermaLink="false">x</guid><pubDate>Fri, 09 Feb 2018 10:00:00 +0000</pubDate><link>https://e/1</link>
            <description>one &amp;amp; two</description></item></channel></rss>"#;
        let seen = Seen::read(rss.as_bytes());
        assert_eq!(seen.updated, Some(1_518_170_400));
        let item = &seen.items[0];
        assert_eq!((&*item.title, &*item.id, item.link.as_deref()), ("a & b", "x", Some("https://e/1")));
        assert_eq!(item.summary.as_deref(), Some("one & two"));
    }

    #[test]
    fn the_language_of_an_item_is_seen_in_all_formats() {
        for item in [
            "<feed><entry xml:lang='es'><id>1</id></entry></feed>",
            "<rss><channel><item><guid>1</guid><dc:language>es</dc:language></item></channel></rss>",
            "{\"items\": [{\"id\": \"1\", \"language\": \"es\"}]}",
        ] {
            let seen = Seen::read(item.as_bytes());
            assert_eq!(seen.items[0].others.get("language"), Some(&vec!["es".to_owned()]), "{item}");
        }
    }

    #[test]
    fn what_is_no_feed_shows_nothing() {
        for text in ["", "mine", "<a><b></a>", "<rss><channel><item>", "{}", "{\"items\": 1}", "{\"items\": [1]}"] {
            assert!(Seen::read(text.as_bytes()).items.is_empty(), "{text}");
        }
    }
}
