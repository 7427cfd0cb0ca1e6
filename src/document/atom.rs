//! Atom 1.0 through the `atom_syndication` crate's model: which field goes where.

use std::collections::BTreeMap;

use atom_syndication as atom;
use atom_syndication::extension::Extension;
use quick_xml::escape::escape;

use super::finish::{self, Shell};
use super::values::{self, Link, door, first_seen, seen, uri};
use super::xml::Xml;
use super::{Entry, GENERATOR, HISTORY, Head};
use crate::config::{Content, Format, Publication};
use crate::item::{Enclosure, Image, Item};
use crate::vocab::Person;

/// The item's `entry` element.
pub(super) fn entry(entry: &Entry<'_>, publication: &Publication, content: Content) -> String {
    let (language, entry) = (&entry.item.language, model(entry, publication, content));
    let long = entry.content.as_ref().and_then(|content| content.value.as_ref()).map_or(0, String::len);
    let mut xml = Xml::item(1, long);
    write(&entry, language.as_str(), &mut xml);
    xml.out
}

/// The element as the crate would write it (see [`super::rss`]), and with the language, for which the crate has no word.
fn write(entry: &atom::Entry, language: &str, xml: &mut Xml) {
    let text = |xml: &mut Xml, name: &str, text: &atom::Text| {
        xml.element_with(name, [("type", (text.r#type == atom::TextType::Html).then_some("html"))], &text.value);
    };
    xml.start("entry");
    xml.attribute("xml:lang", language);
    text(xml, "title", &entry.title);
    xml.element("id", &entry.id);
    xml.element("updated", &entry.updated.to_rfc3339());
    for author in &entry.authors {
        xml.start("author");
        xml.element("name", &author.name);
        xml.maybe("email", author.email.as_deref());
        xml.maybe("uri", author.uri.as_deref());
        xml.end("author");
    }
    for category in &entry.categories {
        let (scheme, label) = (category.scheme.as_deref(), category.label.as_deref());
        xml.element_with("category", [("term", Some(&*category.term)), ("scheme", scheme), ("label", label)], "");
    }
    for link in &entry.links {
        let attributes = [
            ("href", Some(&*link.href)),
            ("rel", Some(&*link.rel)),
            ("hreflang", link.hreflang.as_deref()),
            ("type", link.mime_type.as_deref()),
            ("title", link.title.as_deref()),
            ("length", link.length.as_deref()),
        ];
        xml.element_with("link", attributes, "");
    }
    entry.published.iter().for_each(|date| xml.element("published", &date.to_rfc3339()));
    entry.rights.iter().for_each(|rights| text(xml, "rights", rights));
    entry.summary.iter().for_each(|summary| text(xml, "summary", summary));
    if let Some(content) = &entry.content {
        xml.element_with("content", [("type", content.content_type.as_deref())], content.value.as_deref().unwrap_or_default());
    }
    for extension in entry.extensions.values().flat_map(|all| all.values()).flatten() {
        let attributes = extension.attrs.iter().map(|(name, value)| (&**name, Some(&**value)));
        xml.element_with(&extension.name, attributes, "");
    }
    xml.end("entry");
}

/// The document around its entries.
pub(super) fn shell(head: &Head<'_>) -> Shell {
    let publication = head.publication;
    let language = head.language.as_ref().unwrap_or(publication.language());
    let feed = atom::Feed {
        title: text(&head.title),
        id: door(&head.id),
        updated: values::whole_utc(head.updated),
        authors: person(&publication.author).into_iter().collect(),
        generator: Some(atom::Generator { value: GENERATOR.0.to_owned(), uri: None, version: Some(GENERATOR.1.to_owned()) }),
        icon: publication.icon.as_ref().map(uri),
        links: values::head_links(head, Format::Atom.media_type()).into_iter().map(link).collect(),
        logo: publication.logo.as_ref().map(uri),
        rights: publication.rights.as_deref().and_then(seen_text),
        subtitle: seen_text(&head.description),
        lang: Some(language.as_str().to_owned()),
        namespaces: namespaces(head),
        extensions: extensions(head),
        entries: vec![atom::Entry::default()],
        ..Default::default()
    };
    finish::shell(&written(&feed), "entry")
}

fn namespaces(head: &Head<'_>) -> BTreeMap<String, String> {
    let mut all = BTreeMap::from([("media".to_owned(), "http://search.yahoo.com/mrss/".to_owned())]);
    if head.chain.current.is_some() {
        all.insert(HISTORY.0.to_owned(), HISTORY.1.to_owned());
    }
    if !head.deleted.is_empty() {
        all.insert("at".to_owned(), "http://purl.org/atompub/tombstones/1.0".to_owned());
    }
    all
}

/// `fh:archive` of a page of an archive, and `at:deleted-entry` of every item that is to be forgotten.
fn extensions(head: &Head<'_>) -> BTreeMap<String, BTreeMap<String, Vec<Extension>>> {
    // The crate writes the attributes of extensions as they are, so they are escaped here.
    let tombstone = |(id, when): &(std::sync::Arc<str>, crate::item::Date)| {
        let attributes = [("ref", door(id)), ("when", values::rfc3339(*when))];
        let attrs = attributes.into_iter().map(|(key, value)| (key.to_owned(), escape(value.as_str()).into_owned())).collect();
        Extension { name: "at:deleted-entry".to_owned(), attrs, ..Default::default() }
    };
    let mut all: BTreeMap<String, BTreeMap<String, Vec<Extension>>> = BTreeMap::new();
    if !head.deleted.is_empty() {
        all.entry("at".to_owned()).or_default().insert("deleted-entry".to_owned(), head.deleted.iter().map(tombstone).collect());
    }
    if head.chain.current.is_some() {
        let archive = Extension { name: format!("{}:archive", HISTORY.0), ..Default::default() };
        all.entry(HISTORY.0.to_owned()).or_default().insert("archive".to_owned(), vec![archive]);
    }
    all
}

/// The same element by the crate's own writer, respelt; without the language.
#[cfg(test)]
pub(super) fn by_the_crate(entry: &Entry<'_>, publication: &Publication, content: Content) -> String {
    let mut entry = model(entry, publication, content);
    let extensions = entry.extensions.values_mut().flat_map(|all| all.values_mut()).flatten();
    extensions.flat_map(|extension| extension.attrs.values_mut()).for_each(|value| *value = escape(value.as_str()).into_owned());
    finish::element(&written(&atom::Feed { entries: vec![entry], ..Default::default() }), "entry", Xml::item(1, 0))
}

fn written(feed: &atom::Feed) -> Vec<u8> {
    // Writing to memory cannot fail.
    feed.write_to(Vec::with_capacity(4096)).unwrap_or_default()
}

fn model(entry: &Entry<'_>, publication: &Publication, content: Content) -> atom::Entry {
    let item = entry.item;
    let (summary, content) = texts(entry, content);
    atom::Entry {
        title: text(item.title()),
        id: door(item.iri()),
        updated: values::whole_utc(item.changed()),
        published: Some(values::whole_utc(item.published)),
        authors: authors(item, publication),
        categories: entry.categories.iter().filter_map(category).collect(),
        links: links(entry).into_iter().map(link).collect(),
        rights: item.rights().and_then(seen_text),
        summary,
        content,
        extensions: item.image().into_iter().map(thumbnail).collect(),
        // All that there is: the crate's default is not made for nothing.
        contributors: Vec::new(),
        source: None,
        namespaces: BTreeMap::new(),
    }
}

/// `summary` and `content`. An entry without a page must have content (RFC 4287 section 4.1.2), and one without either shows nothing; then the
/// summary, or the title, is the content.
fn texts(entry: &Entry<'_>, content: Content) -> (Option<atom::Text>, Option<atom::Content>) {
    let summary = entry.text.summary().map(|summary| of_plain(summary.to_owned()));
    let html = match content {
        Content::Full => entry.text.html().map(str::to_owned),
        Content::Summary => None,
    };
    let own = |text: atom::Text| {
        let content_type = Some(if text.r#type == atom::TextType::Html { "html" } else { "text" }.to_owned());
        atom::Content { value: Some(text.value), content_type, ..Default::default() }
    };
    match (summary, html) {
        (summary, Some(html)) => (summary, Some(own(atom::Text::html(html)))),
        (Some(summary), None) if entry.link.is_some() => (Some(summary), None),
        (summary, None) => (None, Some(own(summary.unwrap_or_else(|| text(entry.item.title()))))),
    }
}

/// The item's own authors, where they are not those of the feed, which every entry inherits (RFC 4287 section 4.2.1).
fn authors(item: &Item, publication: &Publication) -> Vec<atom::Person> {
    if item.authors() == [publication.author.clone()] {
        return Vec::new();
    }
    item.authors().iter().filter_map(person).collect()
}

fn person(person: &Person) -> Option<atom::Person> {
    Some(atom::Person {
        name: values::name(person)?,
        email: values::email(person).map(str::to_owned),
        uri: person.uri.as_deref().map(uri),
        ..Default::default()
    })
}

fn category(category: &super::Category) -> Option<atom::Category> {
    let term = first_seen([Some(category.term.as_str()), Some(category.label.as_str())])?;
    Some(atom::Category { term, scheme: seen(&category.scheme), label: seen(&category.label) })
}

/// The pages, the files, and where the item was taken from: `via` (RFC 4287 section 4.2.7.2) says that of an address; `source` would have to
/// name the id and date of a feed that nobody here has seen.
fn links(entry: &Entry<'_>) -> Vec<Link> {
    let item = entry.item;
    let via = item.source().map(|origin| Link { title: seen(&origin.title), ..Link::new("via", uri(&origin.url)) });
    let mut links = values::item_links(entry);
    links.extend(item.enclosures().iter().map(enclosure));
    links.extend(via);
    links
}

fn enclosure(enclosure: &Enclosure) -> Link {
    Link {
        media_type: Some(enclosure.media_type.as_str().to_owned()),
        title: enclosure.title.as_deref().and_then(seen),
        length: enclosure.length,
        ..Link::new("enclosure", uri(&enclosure.url))
    }
}

fn link(link: Link) -> atom::Link {
    atom::Link {
        href: link.href,
        rel: link.rel.to_owned(),
        hreflang: link.hreflang,
        mime_type: link.media_type,
        title: link.title,
        length: link.length.map(|bytes| bytes.to_string()),
    }
}

/// Plain text as a Text construct (RFC 4287 section 3.1): `text`, and `html` for what would be taken for markup though it is none.
fn text(plain: &str) -> atom::Text {
    of_plain(door(plain))
}

fn of_plain(plain: String) -> atom::Text {
    if values::looks_like_markup(&plain) { atom::Text::html(values::as_html(&plain)) } else { atom::Text::plain(plain) }
}

fn seen_text(plain: &str) -> Option<atom::Text> {
    seen(plain).map(of_plain)
}

fn thumbnail(image: &Image) -> (String, BTreeMap<String, Vec<Extension>>) {
    let attributes = super::thumbnail_attributes(image).into_iter();
    let attrs = attributes.filter_map(|(key, value)| Some((key.to_owned(), value?))).collect();
    let extension = Extension { name: "media:thumbnail".to_owned(), attrs, ..Default::default() };
    ("media".to_owned(), BTreeMap::from([("thumbnail".to_owned(), vec![extension])]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_crate_still_leaves_extension_attributes_unescaped() {
        let extension =
            Extension { name: "media:x".to_owned(), attrs: BTreeMap::from([("url".to_owned(), "a&b".to_owned())]), ..Default::default() };
        let extensions = [("media".to_owned(), BTreeMap::from([("x".to_owned(), vec![extension])]))].into();
        let bytes = written(&atom::Feed { extensions, ..Default::default() });
        let written = String::from_utf8(bytes).expect("UTF-8");
        assert!(written.contains("url=\"a&b\""), "the crate escapes now: take `escape` out of `extensions`");
    }
}
