//! RSS 2.0 through the `rss` crate's model: which field goes where.

use rss::extension::dublincore::DublinCoreExtension;
use rss::extension::{Extension, ExtensionMap};

use super::finish::{self, Shell};
use super::values::{self, Link, door, first_seen, seen, uri};
use super::xml::Xml;
use super::{Entry, GENERATOR, HISTORY, Head};
use crate::config::{Content, Format, Publication};
use crate::item::{Enclosure, Image, Item};

/// Every prefix that an item may carry is declared always, so that an item's bytes fit into every document.
const NAMESPACES: [(&str, &str); 4] = [
    ("atom", "http://www.w3.org/2005/Atom"),
    ("content", "http://purl.org/rss/1.0/modules/content/"),
    ("dc", "http://purl.org/dc/elements/1.1/"),
    ("media", "http://search.yahoo.com/mrss/"),
];

const SPECIFICATION: &str = "https://www.rssboard.org/rss-specification";

/// The item's `item` element.
pub(super) fn item(entry: &Entry<'_>, publication: &Publication, content: Content) -> String {
    let item = model(entry, publication, content);
    let long = [&item.description, &item.content].into_iter().flatten().map(String::len).sum::<usize>();
    let mut xml = Xml::item(2, long);
    write(&item, &mut xml);
    xml.out
}

/// The element as the crate would write it: most of what is published is items, and to read each again from what the crate wrote takes longer.
fn write(item: &rss::Item, xml: &mut Xml) {
    xml.start("item");
    xml.maybe("title", item.title.as_deref());
    xml.maybe("link", item.link.as_deref());
    xml.maybe("description", item.description.as_deref());
    xml.maybe("author", item.author.as_deref());
    for category in &item.categories {
        xml.element_with("category", [("domain", category.domain.as_deref())], &category.name);
    }
    if let Some(rss::Enclosure { url, length, mime_type }) = &item.enclosure {
        xml.element_with("enclosure", [("url", Some(&**url)), ("length", Some(length)), ("type", Some(mime_type))], "");
    }
    if let Some(guid) = &item.guid {
        xml.element_with("guid", [("isPermaLink", (!guid.permalink).then_some("false"))], &guid.value);
    }
    xml.maybe("pubDate", item.pub_date.as_deref());
    if let Some(source) = &item.source {
        xml.element_with("source", [("url", Some(&*source.url))], source.title.as_deref().unwrap_or_default());
    }
    xml.maybe("content:encoded", item.content.as_deref());
    for extension in item.extensions.values().flat_map(|all| all.values()).flatten() {
        let attributes = extension.attrs.iter().map(|(name, value)| (&**name, Some(&**value)));
        xml.element_with(&extension.name, attributes, extension.value.as_deref().unwrap_or_default());
    }
    if let Some(dublin_core) = &item.dublin_core_ext {
        dublin_core.creators.iter().for_each(|creator| xml.element("dc:creator", creator));
        dublin_core.languages.iter().for_each(|language| xml.element("dc:language", language));
        dublin_core.rights.iter().for_each(|rights| xml.element("dc:rights", rights));
    }
    xml.end("item");
}

/// The document around its items.
pub(super) fn shell(head: &Head<'_>) -> Shell {
    let publication = head.publication;
    let language = head.language.as_ref().unwrap_or(publication.language());
    let updated = values::rfc822(head.updated);
    let mut extensions = ExtensionMap::new();
    add(&mut extensions, "atom", "link", values::head_links(head, Format::Rss.media_type()).into_iter().map(link));
    let is_archive = head.chain.current.is_some();
    if is_archive {
        add(&mut extensions, HISTORY.0, "archive", [empty("fh:archive", [])]);
    }
    let namespaces = NAMESPACES.into_iter().chain(is_archive.then_some(HISTORY));
    let channel = rss::Channel {
        title: door(&head.title),
        link: uri(&head.home),
        // The element is required; a channel that has nothing to say of itself repeats its title.
        description: first_seen([Some(head.description.as_str()), Some(head.title.as_str())]).unwrap_or_default(),
        language: Some(language.as_str().to_owned()),
        copyright: publication.rights.as_deref().and_then(seen),
        managing_editor: values::mailbox(&publication.author),
        pub_date: Some(updated.clone()),
        last_build_date: Some(updated),
        generator: Some(format!("{} {}", GENERATOR.0, GENERATOR.1)),
        docs: Some(SPECIFICATION.to_owned()),
        ttl: head.ttl.filter(|minutes| *minutes > 0).map(|minutes| minutes.to_string()),
        image: logo(head),
        namespaces: namespaces.map(|(prefix, name)| (prefix.to_owned(), name.to_owned())).collect(),
        extensions,
        items: vec![rss::Item::default()],
        ..Default::default()
    };
    finish::shell(&written(&channel), "item")
}

/// The same element by the crate's own writer, respelt.
#[cfg(test)]
pub(super) fn by_the_crate(entry: &Entry<'_>, publication: &Publication, content: Content) -> String {
    let channel = rss::Channel { items: vec![model(entry, publication, content)], ..Default::default() };
    finish::element(&written(&channel), "item", Xml::item(2, 0))
}

fn written(channel: &rss::Channel) -> Vec<u8> {
    // Writing to memory cannot fail.
    channel.write_to(Vec::with_capacity(4096)).unwrap_or_default()
}

fn model(entry: &Entry<'_>, publication: &Publication, content: Content) -> rss::Item {
    let item = entry.item;
    let (description, content) = texts(entry, content);
    let (author, creators) = authors(item, publication);
    let mut enclosures = item.enclosures().iter().filter(|enclosure| matches!(enclosure.url.scheme(), "http" | "https"));
    rss::Item {
        title: Some(door(item.title())),
        link: entry.link.as_ref().map(uri),
        description,
        content,
        author,
        categories: entry.categories.iter().filter_map(category).collect(),
        enclosure: enclosures.next().map(enclosure),
        guid: Some(rss::Guid { value: door(item.guid().unwrap_or(item.iri())), permalink: false }),
        pub_date: Some(values::rfc822(item.published)),
        source: item.source().map(|origin| rss::Source { url: uri(&origin.url), title: seen(&origin.title) }),
        extensions: extensions(entry, enclosures),
        dublin_core_ext: Some(DublinCoreExtension {
            creators,
            languages: vec![item.language.as_str().to_owned()],
            rights: item.rights().and_then(seen).into_iter().collect(),
            ..Default::default()
        }),
        ..Default::default()
    }
}

/// `description` and `content:encoded`. The second may not come without the first, so a body without a summary is the description.
fn texts(entry: &Entry<'_>, content: Content) -> (Option<String>, Option<String>) {
    let summary = entry.text.summary().map(values::as_html);
    let html = match content {
        Content::Full => entry.text.html().map(str::to_owned),
        Content::Summary => None,
    };
    match (summary, html) {
        (None, html) => (html, None),
        both => both,
    }
}

/// `author` or `dc:creator`, never both, as they mean the same: the first where one person has a mailbox, else the second for each.
fn authors(item: &Item, publication: &Publication) -> (Option<String>, Vec<String>) {
    let authors = values::authors(item, publication);
    match authors {
        [only] if values::email(only).is_some() => (values::mailbox(only), Vec::new()),
        _ => (None, authors.iter().filter_map(values::name).collect()),
    }
}

fn category(category: &super::Category) -> Option<rss::Category> {
    let name = first_seen([Some(category.label.as_str()), Some(category.term.as_str())])?;
    Some(rss::Category { name, domain: seen(&category.scheme) })
}

fn enclosure(enclosure: &Enclosure) -> rss::Enclosure {
    rss::Enclosure {
        url: uri(&enclosure.url),
        length: enclosure.length.unwrap_or(0).to_string(),
        mime_type: enclosure.media_type.as_str().to_owned(),
    }
}

/// What RSS has no element for. `further` are the enclosures after the one that the format allows.
fn extensions<'a>(entry: &Entry<'_>, further: impl Iterator<Item = &'a Enclosure>) -> ExtensionMap {
    let mut map = ExtensionMap::new();
    if !entry.translations.is_empty() {
        add(&mut map, "atom", "link", values::item_links(entry).into_iter().map(link));
    }
    if entry.item.updated().is_some() {
        let updated = values::rfc3339(entry.item.changed());
        add(&mut map, "atom", "updated", [Extension { name: "atom:updated".to_owned(), value: Some(updated), ..Default::default() }]);
    }
    add(&mut map, "media", "content", further.map(media_content));
    add(&mut map, "media", "thumbnail", entry.item.image().into_iter().map(thumbnail));
    map
}

fn add(map: &mut ExtensionMap, prefix: &str, name: &str, extensions: impl IntoIterator<Item = Extension>) {
    let extensions: Vec<_> = extensions.into_iter().collect();
    if !extensions.is_empty() {
        map.entry(prefix.to_owned()).or_default().insert(name.to_owned(), extensions);
    }
}

fn empty(name: &str, attributes: impl IntoIterator<Item = (&'static str, Option<String>)>) -> Extension {
    let attrs = attributes.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?))).collect();
    Extension { name: name.to_owned(), attrs, ..Default::default() }
}

fn link(link: Link) -> Extension {
    empty(
        "atom:link",
        [
            ("rel", Some(link.rel.to_owned())),
            ("href", Some(link.href)),
            ("type", link.media_type),
            ("hreflang", link.hreflang),
            ("title", link.title),
        ],
    )
}

fn media_content(enclosure: &Enclosure) -> Extension {
    let size = enclosure.length.filter(|bytes| *bytes > 0).map(|bytes| bytes.to_string());
    empty(
        "media:content",
        [("url", Some(uri(&enclosure.url))), ("type", Some(enclosure.media_type.as_str().to_owned())), ("fileSize", size)],
    )
}

fn thumbnail(image: &Image) -> Extension {
    empty("media:thumbnail", super::thumbnail_attributes(image))
}

/// The logo, where it is a picture of the kinds that RSS 2.0 knows; its title and link are the channel's, as the specification advises.
fn logo(head: &Head<'_>) -> Option<rss::Image> {
    let url = uri(head.publication.logo.as_ref()?);
    let extension = url.rsplit('.').next().unwrap_or_default().to_ascii_lowercase();
    let is_extension = extension.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    if is_extension && !matches!(extension.as_str(), "jpg" | "jpeg" | "gif" | "png") {
        return None;
    }
    Some(rss::Image { url, title: door(&head.title), link: uri(&head.home), ..Default::default() })
}
