//! RSS 0.90 to 2.0: what each element says of an item.

use super::entry::{Author, Category, Channel, Entry, File, Picture, Release};
use super::tree::{Element, Scope, Space, paragraphs};
use super::{drupal, is_of_tidings};
use crate::item::address::is_iri;

/// Reads the channel and its items, which stand inside it (0.91 on) or beside it (0.90 and 1.0).
pub fn read(root: &Element) -> (Channel, Vec<Entry>) {
    let channel = root.first(Space::Rss, "channel");
    let outer = Scope::default().inside(root);
    let parents = channel.map(|channel| (channel, outer.inside(channel))).into_iter().chain([(root, outer.clone())]);
    let of = |(parent, scope): (&Element, Scope)| parent.all(Space::Rss, "item").map(|item| of_item(item, &scope)).collect::<Vec<_>>();
    (channel.map(of_channel).unwrap_or_default(), parents.flat_map(of).collect())
}

pub fn of_channel(channel: &Element) -> Channel {
    let language = [channel.text_of(Space::Rss, "language"), channel.text_of(Space::DublinCore, "language")];
    let dates = [(Space::Rss, "lastBuildDate"), (Space::Rss, "pubDate"), (Space::DublinCore, "date"), (Space::Atom, "updated")];
    Channel {
        link: channel.text_of(Space::Rss, "link"),
        language: language.into_iter().flatten().next(),
        authors: Vec::new(),
        dates: texts(channel, &dates),
        is_export: false,
        published_at: own_address(channel),
    }
}

/// Where a feed of this program is published.
fn own_address(channel: &Element) -> Option<String> {
    let own = channel.all(Space::Atom, "link").find(|link| link.attribute("rel") == Some("self"))?;
    own.attribute("href").filter(|_| is_of_tidings(channel.text_of(Space::Rss, "generator"))).map(str::to_owned)
}

pub fn of_item(item: &Element, outer: &Scope) -> Entry {
    let guid = item.first(Space::Rss, "guid");
    let id = guid.and_then(Element::text);
    let (summary, body) = texts_of(item);
    Entry {
        line: item.line,
        link: item.text_of(Space::Rss, "link").or_else(|| item.attribute("rdf:about").map(str::to_owned)).or_else(|| permalink(guid)),
        id: id.or_else(|| item.attribute("rdf:about").filter(|about| !about.is_empty()).map(str::to_owned)),
        title: first(item, &[(Space::Rss, "title"), (Space::DublinCore, "title"), (Space::Media, "title")]),
        published: texts(
            item,
            &[(Space::Rss, "pubDate"), (Space::DublinCore, "date"), (Space::Atom, "published"), (Space::DublinCore, "issued")],
        ),
        updated: texts(item, &[(Space::Atom, "updated"), (Space::DublinCore, "modified")]),
        summary,
        body,
        authors: authors(item),
        categories: categories(item),
        enclosures: item.all(Space::Rss, "enclosure").filter_map(enclosure).collect(),
        image: image(item),
        language: item.text_of(Space::DublinCore, "language").or_else(|| item.attribute("xml:lang").map(str::to_owned)),
        rights: item.text_of(Space::DublinCore, "rights"),
        source: source(item),
        base: outer.inside(item).base,
        text_base: None,
        release: Release::Public,
    }
}

/// `content:encoded` is the text and the description its summary; a description alone is all the text that there is.
fn texts_of(item: &Element) -> (Option<String>, Option<String>) {
    let description = first(item, &[(Space::Rss, "description"), (Space::DublinCore, "description"), (Space::Media, "description")]);
    let whole = item.text_of(Space::Content, "encoded").or_else(|| item.first(Space::Xhtml, "body").and_then(Element::inner_html));
    match whole {
        Some(whole) => (description.filter(|summary| *summary != whole), Some(whole)),
        None => {
            let title = item.text_of(Space::Rss, "title");
            let episode = || item.text_of(Space::Itunes, "summary").map(|text| if text.contains("</") { text } else { paragraphs(&text) });
            (
                None,
                description
                    .or_else(episode)
                    .map(|text| drupal::without_fields(&text, title.as_deref()).to_owned())
                    .filter(|text| !text.is_empty()),
            )
        }
    }
}

/// The guid, where it says that it is the item's address, which is so unless it says otherwise.
fn permalink(guid: Option<&Element>) -> Option<String> {
    let guid = guid.filter(|guid| guid.attribute("isPermaLink") != Some("false"))?;
    guid.text().filter(|text| text.starts_with("http") && is_iri(text))
}

fn authors(item: &Element) -> Vec<Author> {
    let creators: Vec<_> = item.all(Space::DublinCore, "creator").filter_map(Element::text).map(|text| Author::parse(&text)).collect();
    let author = item.text_of(Space::Rss, "author").map(|text| Author::parse(&text));
    match (creators, author) {
        // Both elements speak of the same person, the one by name and the other by address.
        (mut creators, Some(author)) if creators.len() == 1 => {
            creators[0].email = creators[0].email.take().or(author.email);
            creators
        }
        (creators, _) if !creators.is_empty() => creators,
        (_, Some(author)) => vec![author],
        _ => item.text_of(Space::Itunes, "author").map(|text| Author::parse(&text)).into_iter().collect(),
    }
}

fn categories(item: &Element) -> Vec<Category> {
    let named = item.all(Space::Rss, "category").chain(item.all(Space::DublinCore, "subject")).filter_map(Element::text);
    named.map(|term| Category { term, label: None, broader: Vec::new() }).collect()
}

fn enclosure(element: &Element) -> Option<File> {
    let own = |name| element.attribute(name).filter(|value| !value.is_empty()).map(str::to_owned);
    Some(File { url: own("url")?, media_type: own("type"), length: own("length"), title: None })
}

/// `media:thumbnail`, a picture among the `media:content`, or that of a podcast's episode; those of Media RSS may stand in a group.
fn image(item: &Element) -> Option<Picture> {
    let places = || [item].into_iter().chain(item.all(Space::Media, "group")).chain(item.all(Space::Media, "content"));
    let thumbnail = places().find_map(|place| place.first(Space::Media, "thumbnail"));
    let is_picture = |media: &&Element| {
        media.attribute("medium") == Some("image") || media.attribute("type").is_some_and(|kind| kind.starts_with("image/"))
    };
    let content = || places().flat_map(|place| place.all(Space::Media, "content")).find(is_picture);
    let of = |element: &Element, name: &str| element.attribute(name).filter(|value| !value.is_empty()).map(str::to_owned);
    let media = thumbnail.or_else(content).and_then(|element| {
        Some(Picture { url: of(element, "url")?, alt: None, width: of(element, "width"), height: of(element, "height") })
    });
    let episode = || of(item.first(Space::Itunes, "image")?, "href").map(|url| Picture { url, ..Picture::default() });
    media.or_else(episode)
}

fn source(item: &Element) -> Option<(Option<String>, String)> {
    let source = item.first(Space::Rss, "source")?;
    Some((source.text(), source.attribute("url").filter(|url| !url.is_empty())?.to_owned()))
}

fn first(element: &Element, names: &[(Space, &str)]) -> Option<String> {
    names.iter().find_map(|(space, name)| element.text_of(*space, name))
}

fn texts(element: &Element, names: &[(Space, &str)]) -> Vec<String> {
    names.iter().filter_map(|(space, name)| element.text_of(*space, name)).collect()
}
