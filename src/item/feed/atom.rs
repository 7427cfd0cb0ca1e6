//! Atom (RFC 4287), and the elements that its forerunner 0.3 called otherwise.
//!
//! The children of a feed that names no namespace at all are read as if it had named Atom's.

use std::path::Path;
use std::sync::Arc;

use super::entry::{Author, Category, Channel, Entry, File, Picture, Release};
use super::tree::{Element, Scope, Space, escape, paragraphs};
use super::{blogger, is_of_tidings};
use crate::diag::Findings;

/// Reads the feed and those of its entries that the public may see, or is to; and what is to be said of the others.
pub fn read(root: &Element, path: &Arc<Path>) -> (Channel, Vec<Entry>, Findings) {
    let scope = Scope::default().inside(root);
    let channel = Channel {
        link: link(root, "alternate").or_else(|| link(root, "self")),
        language: scope.language.clone(),
        authors: authors(root),
        dates: texts(root, &["updated", "modified"]),
        is_export: false,
        published_at: link(root, "self").filter(|_| is_of_tidings(text_of(root, "generator"))),
    };
    let mut kept = blogger::Kept::default();
    let entry = |entry| Some(Entry { release: kept.release(entry)?, ..of_entry(entry, &scope) });
    let entries: Vec<Entry> = all(root, "entry").filter_map(entry).collect();
    let findings = kept.told(path, entries.is_empty());
    (channel, entries, findings)
}

fn of_entry(entry: &Element, feed: &Scope) -> Entry {
    let scope = feed.inside(entry);
    let content = first(entry, "content");
    // A body in a language of its own decides: it is what is read.
    let text = content.map_or_else(|| scope.clone(), |content| scope.inside(content));
    let source = first(entry, "source");
    let summary = first(entry, "summary").and_then(html);
    Entry {
        line: entry.line,
        id: text_of(entry, "id"),
        title: first(entry, "title").and_then(html),
        link: link(entry, "alternate"),
        published: texts(entry, &["published", "issued", "created"]),
        updated: texts(entry, &["updated", "modified"]),
        body: content.and_then(body).or_else(|| film(entry).filter(|_| summary.is_none())),
        summary,
        authors: Some(authors(entry)).filter(|own| !own.is_empty()).or_else(|| source.map(authors)).unwrap_or_default(),
        categories: all(entry, "category")
            .filter(|category| category.attribute("scheme") != Some(blogger::KIND))
            .filter_map(category)
            .collect(),
        enclosures: all(entry, "link").filter(|link| link.attribute("rel") == Some("enclosure")).filter_map(enclosure).collect(),
        image: media(entry, "thumbnail").and_then(image),
        language: text.language,
        rights: first(entry, "rights").and_then(html),
        source: source
            .and_then(|source| Some((first(source, "title").and_then(html), link(source, "alternate").or_else(|| link(source, "self"))?))),
        base: scope.base,
        text_base: text.base,
        release: Release::Public,
    }
}

/// A text construct or content (RFC 4287 sections 3.1 and 4.1.3) as HTML; `None` for content that is no text, or that stands elsewhere.
fn html(element: &Element) -> Option<String> {
    match element.attribute("type").unwrap_or("text") {
        "xhtml" | "application/xhtml+xml" => element.first(Space::Xhtml, "div").unwrap_or(element).inner_html(),
        "html" | "text/html" => element.text(),
        "text" | "text/plain" if element.attribute("mode") == Some("escaped") => element.text(),
        "text" | "text/plain" => element.text().map(|text| escape(&text).into_owned()),
        _ => None,
    }
}

/// Content, whose paragraphs are kept where it is plain text.
fn body(content: &Element) -> Option<String> {
    match content.attribute("type") {
        None | Some("text" | "text/plain") if content.attribute("mode").is_none() => content.text().map(|text| paragraphs(&text)),
        _ => html(content),
    }
}

/// What is said of a film, as YouTube does in place of a text.
fn film(entry: &Element) -> Option<String> {
    let description = media(entry, "description")?;
    let is_html = description.attribute("type") == Some("html");
    description.text().map(|text| if is_html { text } else { paragraphs(&text) })
}

/// The first such element of Media RSS, which may stand in a group.
fn media<'a>(entry: &'a Element, name: &str) -> Option<&'a Element> {
    entry.first(Space::Media, name).or_else(|| entry.first(Space::Media, "group")?.first(Space::Media, name))
}

fn authors(element: &Element) -> Vec<Author> {
    // Which Blogger gives everybody.
    let email = |author: &Element| text_of(author, "email").filter(|email| email != "noreply@blogger.com");
    let one = |author: &Element| Author { name: text_of(author, "name"), email: email(author), uri: text_of(author, "uri") };
    all(element, "author").map(one).collect()
}

fn link(element: &Element, rel: &str) -> Option<String> {
    let is = |link: &&Element| link.attribute("rel").unwrap_or("alternate") == rel;
    let page = |link: &&Element| link.attribute("type").is_none_or(|kind| kind.contains("html"));
    let found = all(element, "link").filter(is).find(page).or_else(|| all(element, "link").find(is))?;
    found.attribute("href").filter(|href| !href.is_empty()).map(str::to_owned)
}

fn category(element: &Element) -> Option<Category> {
    let own = |name| element.attribute(name).filter(|value| !value.is_empty()).map(str::to_owned);
    Some(Category { term: own("term").or_else(|| element.text())?, label: own("label"), broader: Vec::new() })
}

fn enclosure(link: &Element) -> Option<File> {
    let own = |name| link.attribute(name).filter(|value| !value.is_empty()).map(str::to_owned);
    Some(File { url: own("href")?, media_type: own("type"), length: own("length"), title: own("title") })
}

fn image(thumbnail: &Element) -> Option<Picture> {
    let own = |name| thumbnail.attribute(name).filter(|value| !value.is_empty()).map(str::to_owned);
    Some(Picture { url: own("url")?, alt: None, width: own("width"), height: own("height") })
}

fn all<'a>(element: &'a Element, name: &'a str) -> impl Iterator<Item = &'a Element> {
    element.elements().filter(move |child| is_atom(child) && child.name == name)
}

fn first<'a>(element: &'a Element, name: &'a str) -> Option<&'a Element> {
    all(element, name).next()
}

fn is_atom(element: &Element) -> bool {
    matches!(element.space, Space::Atom | Space::Rss)
}

fn text_of(element: &Element, name: &str) -> Option<String> {
    first(element, name).and_then(Element::text)
}

fn texts(element: &Element, names: &[&str]) -> Vec<String> {
    names.iter().filter_map(|name| text_of(element, name)).collect()
}
