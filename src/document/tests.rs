//! Documents as strangers read them: a strict XML parser, feed-rs, and the readers of the two writer crates.

mod heads;
mod json;
mod writers;

use std::sync::Arc;

use proptest::prelude::*;
use roxmltree::Node;

use super::{render as pieces, *};
use crate::config::Localised;
use crate::item::{Enclosure, ItemId, Origin, Parts};
use crate::text::xml_chars;
use crate::vocab::Person;
use crate::vocab::{MediaType, TagAuthority};

/// The whole document.
fn render(head: &Head<'_>, entries: &[&Encoded], format: Format) -> Vec<u8> {
    pieces(head, entries, format).to_vec().expect("they are in memory")
}

const FORMATS: [Format; 3] = [Format::Rss, Format::Atom, Format::Json];
const XML: [Format; 2] = [Format::Rss, Format::Atom];

fn url(text: &str) -> Url {
    Url::parse(text).expect(text)
}

fn date(text: &str) -> Date {
    Date::parse_from_rfc3339(text).expect(text)
}

fn language(tag: &str) -> Language {
    Language::parse(tag).expect(tag)
}

fn person(name: &str, email: Option<&str>) -> Person {
    Person { name: name.to_owned(), email: email.map(str::to_owned), uri: None }
}

fn publication() -> Publication {
    Publication {
        title: Localised::plain("Migration news"),
        description: Localised::plain("News"),
        base_url: url("https://example.org/feeds/"),
        home: url("https://example.org/news"),
        languages: vec![language("en"), language("es")],
        time_zone: chrono_tz::Tz::America__Costa_Rica,
        authority: TagAuthority::parse("example.org,2018").expect("an authority"),
        author: person("Press office", None),
        rights: None,
        icon: None,
        logo: None,
        hubs: vec![],
    }
}

fn full_publication() -> Publication {
    Publication {
        author: person("Press office", Some("press@example.org")),
        rights: Some("© 2018 Example & Co".to_owned()),
        icon: Some(url("https://example.org/icon.png")),
        logo: Some(url("https://example.org/logo.png")),
        hubs: vec![url("https://hub.example.com/?a=1&b=2")],
        ..publication()
    }
}

fn head(publication: &Publication) -> Head<'_> {
    Head {
        deleted: Vec::new(),
        publication,
        id: "tag:example.org,2018:channel/country/belize".to_owned(),
        title: "Belize".to_owned(),
        description: "All about Belize".to_owned(),
        language: Some(language("en")),
        home: publication.home.clone(),
        url: url("https://example.org/feeds/country/belize.rss"),
        alternates: Vec::new(),
        updated: date("2018-02-09T12:00:00-06:00"),
        ttl: None,
        chain: Chain::default(),
    }
}

fn full_head(publication: &Publication) -> Head<'_> {
    let alternate = |address: &str, format, tag: Option<&str>| Alternate {
        url: url(address),
        format,
        language: tag.map(language),
        title: "Belize & \"more\"".to_owned(),
    };
    Head {
        alternates: vec![
            alternate("https://example.org/feeds/country/belize.atom", Format::Atom, None),
            alternate("https://example.org/feeds/es/country/belize.rss", Format::Rss, Some("es")),
            alternate("https://example.org/feeds/es/country/belize-2.rss", Format::Rss, Some("es")),
        ],
        ttl: Some(60),
        ..head(publication)
    }
}

fn item() -> Parts {
    let link = Some(url("https://example.org/news/belize"));
    Parts { link, ..Parts::bare("belize", "A boat & a bus", date("2018-02-09T12:00:00-06:00")) }
}

fn full_item() -> Parts {
    let enclosure = |address: &str, length, title: Option<&str>| Enclosure {
        url: url(address),
        media_type: MediaType::of_name(address).expect(address),
        length,
        title: title.map(str::to_owned),
        beside: None,
    };
    Parts {
        updated: Some(date("2018-02-10T08:30:00.5-06:00")),
        authors: vec![person("Ana Ruiz", Some("ana@example.org")), person("Li <Wei>", None)],
        image: Some(Box::new(Image {
            url: url("https://example.org/i.jpg?w=1&h=2"),
            alt: Some("A bus".to_owned()),
            width: Some(640),
            height: Some(0),
        })),
        enclosures: vec![
            enclosure("ftp://example.org/a.mp3", Some(1), None),
            enclosure("https://example.org/b.mp3", None, Some("Talk \"one\"")),
            enclosure("https://example.org/c.pdf", Some(77), None),
        ],
        source: Some(Box::new(Origin { title: "Elsewhere & Co".to_owned(), url: url("https://example.com/feed") })),
        rights: Some("CC <BY>".to_owned()),
        ..item()
    }
}

fn prepared(html: Option<&str>, summary: Option<&str>) -> Prepared {
    Prepared::new(html.map(str::to_owned), summary.map(str::to_owned))
}

fn category(term: &str, label: &str) -> Category {
    Category { scheme: Arc::from("tag:example.org,2018:country"), term: term.to_owned(), label: label.to_owned() }
}

/// An entry of `item` with the given text and nothing else, encoded and put into a document of its own.
fn document(parts: &Parts, text: &Prepared, content: Content, format: Format) -> String {
    let (publication, item) = (publication(), Item::from(parts.clone()));
    let entry = Entry { item: &item, text, categories: vec![category("BZ", "Belize & more")], link: item.link(), translations: Vec::new() };
    let encoded = encode(&entry, &publication, content, format);
    String::from_utf8(render(&head(&publication), &[&encoded], format)).expect("UTF-8")
}

fn full_document(format: Format) -> String {
    let (publication, item) = (full_publication(), Item::from(full_item()));
    let text = prepared(Some("<p>Fish &amp; <b>chips</b> ]]&gt;</p>"), Some("Fish & chips < 3"));
    let translations = vec![(language("es"), url("https://example.org/es/belize")), (language("fr"), url("https://example.org/fr/b.pdf"))];
    let entry =
        Entry { item: &item, text: &text, categories: vec![category("BZ", "Belize"), category("", " ")], link: item.link(), translations };
    let encoded = encode(&entry, &publication, Content::Full, format);
    String::from_utf8(render(&full_head(&publication), &[&encoded], format)).expect("UTF-8")
}

/// `name attribute=value … text`, attributes sorted, for each child element.
fn children(node: Node<'_, '_>) -> Vec<String> {
    let line = |child: Node<'_, '_>| {
        let mut attributes: Vec<_> = child.attributes().map(|a| format!(" {}={}", a.name(), a.value())).collect();
        attributes.sort();
        let text = child.text().map(str::trim).filter(|text| !text.is_empty()).map(|text| format!(" {text}"));
        format!("{}{}{}", child.tag_name().name(), attributes.concat(), text.unwrap_or_default())
    };
    node.children().filter(Node::is_element).map(line).collect()
}

fn find<'a, 'b>(document: &'a roxmltree::Document<'b>, name: &str) -> Node<'a, 'b> {
    document.descendants().find(|node| node.has_tag_name(name) || node.tag_name().name() == name).expect(name)
}

/// The text of the first element of a name below the item.
fn field(document: &str, item: &str, name: &str) -> Option<String> {
    let tree = roxmltree::Document::parse(document).expect("well-formed");
    let node = find(&tree, item).children().find(|node| node.tag_name().name() == name)?;
    Some(node.text().unwrap_or_default().to_owned())
}

#[test]
fn small_rss_is_written_so() {
    let text = prepared(Some("<p>Fish &amp; chips</p>"), Some("Fish & chips"));
    let want = r#"<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:media="http://search.yahoo.com/mrss/">
  <channel>
    <title>Belize</title>
    <link>https://example.org/news</link>
    <description>All about Belize</description>
    <language>en</language>
    <pubDate>Fri, 09 Feb 2018 18:00:00 +0000</pubDate>
    <lastBuildDate>Fri, 09 Feb 2018 18:00:00 +0000</lastBuildDate>
    <generator>Tidings VERSION</generator>
    <docs>https://www.rssboard.org/rss-specification</docs>
    <atom:link href="https://example.org/feeds/country/belize.rss" rel="self" type="application/rss+xml"/>
    <atom:link href="https://example.org/news" rel="alternate" type="text/html"/>
    <item>
      <title>A boat &#x26; a bus</title>
      <link>https://example.org/news/belize</link>
      <description>Fish &amp;amp; chips</description>
      <category domain="tag:example.org,2018:country">Belize &#x26; more</category>
      <guid isPermaLink="false">tag:example.org,2018:item/belize</guid>
      <pubDate>Fri, 09 Feb 2018 18:00:00 +0000</pubDate>
      <content:encoded>&lt;p&gt;Fish &amp;amp; chips&lt;/p&gt;</content:encoded>
      <dc:creator>Press office</dc:creator>
      <dc:language>en</dc:language>
    </item>
  </channel>
</rss>
"#;
    assert_eq!(document(&item(), &text, Content::Full, Format::Rss), want.replace("VERSION", env!("CARGO_PKG_VERSION")));
}

#[test]
fn small_atom_is_written_so() {
    let text = prepared(Some("<p>Fish &amp; chips</p>"), Some("Fish & chips"));
    let want = r#"<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xmlns:media="http://search.yahoo.com/mrss/" xml:lang="en">
  <title>Belize</title>
  <id>tag:example.org,2018:channel/country/belize</id>
  <updated>2018-02-09T18:00:00Z</updated>
  <author>
    <name>Press office</name>
  </author>
  <generator version="VERSION">Tidings</generator>
  <link href="https://example.org/feeds/country/belize.rss" rel="self" type="application/atom+xml"/>
  <link href="https://example.org/news" rel="alternate" type="text/html"/>
  <subtitle>All about Belize</subtitle>
  <entry xml:lang="en">
    <title>A boat &#x26; a bus</title>
    <id>tag:example.org,2018:item/belize</id>
    <updated>2018-02-09T18:00:00Z</updated>
    <category term="BZ" scheme="tag:example.org,2018:country" label="Belize &#x26; more"/>
    <link href="https://example.org/news/belize" rel="alternate" hreflang="en" type="text/html"/>
    <published>2018-02-09T18:00:00Z</published>
    <summary>Fish &#x26; chips</summary>
    <content type="html">&lt;p&gt;Fish &amp;amp; chips&lt;/p&gt;</content>
  </entry>
</feed>
"#;
    assert_eq!(document(&item(), &text, Content::Full, Format::Atom), want.replace("VERSION", env!("CARGO_PKG_VERSION")));
}

#[test]
fn everything_that_is_known_is_in_the_rss() {
    let document = full_document(Format::Rss);
    let tree = roxmltree::Document::parse(&document).expect("well-formed");
    let version = env!("CARGO_PKG_VERSION");
    let channel: Vec<_> = children(find(&tree, "channel")).into_iter().filter(|line| !line.starts_with("item")).collect();
    assert_eq!(
        channel,
        [
            "title Belize",
            "link https://example.org/news",
            "description All about Belize",
            "language en",
            "copyright © 2018 Example & Co",
            "managingEditor press@example.org (Press office)",
            "pubDate Fri, 09 Feb 2018 18:00:00 +0000",
            "lastBuildDate Fri, 09 Feb 2018 18:00:00 +0000",
            &format!("generator Tidings {version}"),
            "docs https://www.rssboard.org/rss-specification",
            "ttl 60",
            "image",
            "link href=https://example.org/feeds/country/belize.rss rel=self type=application/rss+xml",
            "link href=https://hub.example.com/?a=1&b=2 rel=hub",
            "link href=https://example.org/news rel=alternate type=text/html",
            "link href=https://example.org/feeds/country/belize.atom rel=alternate title=Belize & \"more\" type=application/atom+xml",
            "link href=https://example.org/feeds/es/country/belize.rss hreflang=es rel=alternate title=Belize & \"more\" type=application/rss+xml",
        ]
    );
    assert_eq!(children(find(&tree, "image")), ["url https://example.org/logo.png", "title Belize", "link https://example.org/news"]);
    assert_eq!(
        children(find(&tree, "item")),
        [
            "title A boat & a bus",
            "link https://example.org/news/belize",
            "description Fish &amp; chips &lt; 3",
            "category domain=tag:example.org,2018:country Belize",
            "enclosure length=0 type=audio/mpeg url=https://example.org/b.mp3",
            "guid isPermaLink=false tag:example.org,2018:item/belize",
            "pubDate Fri, 09 Feb 2018 18:00:00 +0000",
            "source url=https://example.com/feed Elsewhere & Co",
            "encoded <p>Fish &amp; <b>chips</b> ]]&gt;</p>",
            "link href=https://example.org/news/belize hreflang=en rel=alternate type=text/html",
            "link href=https://example.org/es/belize hreflang=es rel=alternate type=text/html",
            "link href=https://example.org/fr/b.pdf hreflang=fr rel=alternate",
            "link href=https://example.org/news/belize rel=alternate",
            "updated 2018-02-10T14:30:00Z",
            "content fileSize=77 type=application/pdf url=https://example.org/c.pdf",
            "thumbnail url=https://example.org/i.jpg?w=1&h=2 width=640",
            "creator Ana Ruiz",
            "creator Li <Wei>",
            "language en",
            "rights CC <BY>",
        ]
    );
    assert!(document.find("<item>") > document.find("rel=\"hub\""), "what the channel says stands before its items");
}

#[test]
fn everything_that_is_known_is_in_the_atom() {
    let document = full_document(Format::Atom);
    let tree = roxmltree::Document::parse(&document).expect("well-formed");
    let version = env!("CARGO_PKG_VERSION");
    let feed: Vec<_> = children(tree.root_element()).into_iter().filter(|line| !line.starts_with("entry")).collect();
    assert_eq!(
        feed,
        [
            "title Belize",
            "id tag:example.org,2018:channel/country/belize",
            "updated 2018-02-09T18:00:00Z",
            "author",
            &format!("generator version={version} Tidings"),
            "icon https://example.org/icon.png",
            "link href=https://example.org/feeds/country/belize.rss rel=self type=application/atom+xml",
            "link href=https://hub.example.com/?a=1&b=2 rel=hub",
            "link href=https://example.org/news rel=alternate type=text/html",
            "link href=https://example.org/feeds/country/belize.atom rel=alternate title=Belize & \"more\" type=application/atom+xml",
            "link href=https://example.org/feeds/es/country/belize.rss hreflang=es rel=alternate title=Belize & \"more\" type=application/rss+xml",
            "logo https://example.org/logo.png",
            "rights © 2018 Example & Co",
            "subtitle All about Belize",
        ]
    );
    assert_eq!(children(find(&tree, "author")), ["name Press office", "email press@example.org"]);
    let entry = find(&tree, "entry");
    assert_eq!(entry.attribute(("http://www.w3.org/XML/1998/namespace", "lang")), Some("en"));
    assert_eq!(
        children(entry),
        [
            "title A boat & a bus",
            "id tag:example.org,2018:item/belize",
            "updated 2018-02-10T14:30:00Z",
            "author",
            "author",
            "category label=Belize scheme=tag:example.org,2018:country term=BZ",
            "link href=https://example.org/news/belize hreflang=en rel=alternate type=text/html",
            "link href=https://example.org/es/belize hreflang=es rel=alternate type=text/html",
            "link href=https://example.org/fr/b.pdf hreflang=fr rel=alternate",
            "link href=https://example.org/news/belize rel=alternate",
            "link href=ftp://example.org/a.mp3 length=1 rel=enclosure type=audio/mpeg",
            "link href=https://example.org/b.mp3 rel=enclosure title=Talk \"one\" type=audio/mpeg",
            "link href=https://example.org/c.pdf length=77 rel=enclosure type=application/pdf",
            "link href=https://example.com/feed rel=via title=Elsewhere & Co",
            "published 2018-02-09T18:00:00Z",
            "rights CC <BY>",
            "summary Fish & chips < 3",
            "content type=html <p>Fish &amp; <b>chips</b> ]]&gt;</p>",
            "thumbnail url=https://example.org/i.jpg?w=1&h=2 width=640",
        ]
    );
}

#[test]
fn text_goes_where_readers_look_for_it() {
    let (html, summary) = ("<p>All</p>", "Short");
    let linked = item();
    let unlinked = Parts { link: None, ..item() };
    for (item, text, content, rss, atom) in [
        (&linked, prepared(Some(html), Some(summary)), Content::Full, (Some(summary), Some(html)), (Some(summary), Some(html))),
        (&linked, prepared(Some(html), None), Content::Full, (Some(html), None), (None, Some(html))),
        (&linked, prepared(Some(html), Some(summary)), Content::Summary, (Some(summary), None), (Some(summary), None)),
        (&unlinked, prepared(Some(html), Some(summary)), Content::Summary, (Some(summary), None), (None, Some(summary))),
        (&linked, prepared(Some(" "), Some("\n")), Content::Full, (None, None), (None, Some("A boat & a bus"))),
        (&unlinked, prepared(None, None), Content::Full, (None, None), (None, Some("A boat & a bus"))),
    ] {
        let fields = |format, item_name, short, long| {
            let document = document(item, &text, content, format);
            (field(&document, item_name, short), field(&document, item_name, long))
        };
        let (short, long) = fields(Format::Rss, "item", "description", "encoded");
        assert_eq!((short.as_deref(), long.as_deref()), rss, "{text:?} {content:?}");
        let (short, long) = fields(Format::Atom, "entry", "summary", "content");
        assert_eq!((short.as_deref(), long.as_deref()), atom, "{text:?} {content:?}");
    }
}

#[test]
fn an_author_is_named_once() {
    let mail = person("Ana", Some("ana@example.org"));
    let odd = person("Bo", Some("bo@localhost"));
    let house = person("Press office", None);
    for (authors, author, creators, own) in [
        (vec![], None, vec!["Press office"], 0),
        (vec![house], None, vec!["Press office"], 0),
        (vec![mail.clone()], Some("ana@example.org (Ana)"), vec![], 1),
        (vec![odd.clone()], None, vec!["Bo"], 1),
        (vec![mail, odd], None, vec!["Ana", "Bo"], 2),
    ] {
        let item = Parts { authors, ..item() };
        let rss = document(&item, &Prepared::default(), Content::Full, Format::Rss);
        let tree = roxmltree::Document::parse(&rss).expect("well-formed");
        let texts = |name: &str| -> Vec<&str> {
            find(&tree, "item").children().filter(|node| node.tag_name().name() == name).filter_map(|node| node.text()).collect()
        };
        assert_eq!((texts("author"), texts("creator")), (author.into_iter().collect(), creators));
        let atom = document(&item, &Prepared::default(), Content::Full, Format::Atom);
        let tree = roxmltree::Document::parse(&atom).expect("well-formed");
        assert_eq!(find(&tree, "entry").children().filter(|node| node.tag_name().name() == "author").count(), own);
        assert!(!atom.contains("bo@localhost"), "no address that validators refuse");
    }
}

#[test]
fn the_logo_is_in_rss_only_as_a_picture_that_rss_knows() {
    for (logo, want) in
        [("logo.png", true), ("logo.JPG", true), ("logo", true), ("logo.png?v=2", true), ("logo.svg", false), ("logo.webp", false)]
    {
        let publication = Publication { logo: Some(url("https://example.org/a/").join(logo).expect(logo)), ..publication() };
        let document = String::from_utf8(render(&head(&publication), &[], Format::Rss)).expect("UTF-8");
        assert_eq!(document.contains("<image>"), want, "{logo}");
    }
}

#[test]
fn an_empty_channel_is_a_whole_document() {
    let publication = full_publication();
    for format in XML {
        let bytes = render(&head(&publication), &[], format);
        let text = String::from_utf8(bytes.clone()).expect("UTF-8");
        roxmltree::Document::parse(&text).expect("well-formed");
        assert!(text.starts_with("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<") && text.ends_with(">\n") && !text.contains("\n\n"));
        assert_eq!(feed_rs::parser::parse(bytes.as_slice()).expect("a feed").entries.len(), 0);
    }
    let untold = Head { description: " ".to_owned(), ttl: Some(0), ..head(&publication) };
    let rss = String::from_utf8(render(&untold, &[], Format::Rss)).expect("UTF-8");
    assert!(rss.contains("<description>Belize</description>") && !rss.contains("<ttl>"));
    let atom = String::from_utf8(render(&untold, &[], Format::Atom)).expect("UTF-8");
    assert!(!atom.contains("subtitle"));
}

#[test]
fn the_same_values_give_the_same_bytes() {
    for format in FORMATS {
        assert_eq!(full_document(format), full_document(format));
        assert!(!full_document(format).contains("CDATA"));
    }
}

#[test]
fn as_many_entries_as_fit() {
    let publication = publication();
    let (item, text) = (Item::from(item()), Prepared::default());
    let entry = Entry { item: &item, text: &text, categories: Vec::new(), link: item.link(), translations: Vec::new() };
    for format in FORMATS {
        let encoded = encode(&entry, &publication, Content::Full, format);
        let entries = [&encoded; 5];
        let size = |count: usize| render(&head(&publication), &entries[..count], format).len() as u64;
        for (max, want) in [(0, 1), (size(1), 1), (size(3) - 1, 2), (size(3), 3), (size(5), 5), (u64::MAX, 5)] {
            assert_eq!(fit(&head(&publication), &entries, format, max), want, "{max}");
        }
        assert_eq!(fit(&head(&publication), &[], format, 0), 0);
    }
}

#[test]
fn the_crates_read_back_what_was_written() {
    let channel = ::rss::Channel::read_from(full_document(Format::Rss).as_bytes()).expect("RSS");
    assert_eq!(
        channel.items[0].guid.as_ref().map(|guid| (guid.value.as_str(), guid.permalink)),
        Some(("tag:example.org,2018:item/belize", false))
    );
    assert_eq!(channel.items[0].content.as_deref(), Some("<p>Fish &amp; <b>chips</b> ]]&gt;</p>"));
    assert_eq!(channel.items[0].description.as_deref(), Some("Fish &amp; chips &lt; 3"));
    let feed = atom_syndication::Feed::read_from(full_document(Format::Atom).as_bytes()).expect("Atom");
    assert_eq!(feed.entries[0].title.value, "A boat & a bus");
    assert_eq!(feed.entries[0].links.len(), 8);
    assert_eq!(feed.entries[0].updated.to_rfc3339(), "2018-02-10T14:30:00+00:00");
}

#[test]
fn a_former_guid_is_kept_in_rss_only() {
    let id = ItemId { iri: "tag:example.org,2018:old/4711".into(), guid: Some("4711 at example.org".into()) };
    let item = Parts { id, ..item() };
    let rss = document(&item, &Prepared::default(), Content::Full, Format::Rss);
    assert_eq!(field(&rss, "item", "guid").as_deref(), Some("4711 at example.org"));
    let atom = document(&item, &Prepared::default(), Content::Full, Format::Atom);
    assert_eq!(field(&atom, "entry", "id").as_deref(), Some("tag:example.org,2018:old/4711"));
}

#[test]
fn text_that_looks_like_markup_is_told_apart() {
    let item = Parts { title: "Use <b>x</b> & </p>".to_owned(), ..item() };
    let text = prepared(None, Some("See </b> ]]> &amp; \"x\" 'y'"));
    let atom = document(&item, &text, Content::Full, Format::Atom);
    assert!(atom.contains("<title type=\"html\">Use &#x26;lt;b&#x26;gt;x"), "{atom}");
    let feed = feed_rs::parser::parse(atom.as_bytes()).expect("a feed");
    assert_eq!(feed.entries[0].title.as_ref().map(|title| title.content.as_str()), Some("Use &lt;b&gt;x&lt;/b&gt; &amp; &lt;/p&gt;"));
    let rss = document(&item, &text, Content::Full, Format::Rss);
    assert!(rss.contains("<title>Use &#x3C;b&gt;x&#x3C;/b&gt; &#x26; &#x3C;/p&gt;</title>"), "{rss}");
    assert!(rss.contains("See &amp;lt;/b&amp;gt; ]]&amp;gt; &amp;amp;amp; \"x\" 'y'</description>"), "{rss}");
}

/// Any text, rich in what breaks XML and in what lies outside the Basic Multilingual Plane.
fn any_text() -> impl Strategy<Value = String> {
    let pieces = prop_oneof![
        any::<char>().prop_map(String::from),
        "[ -~]{1,8}",
        prop::sample::select(vec![
            "]]>",
            "<![CDATA[",
            "</b>",
            "&amp;",
            "&#0;",
            "<",
            "\"",
            "'",
            "\u{0}",
            "\u{1b}",
            "\u{ffff}",
            "\u{85}",
            "\r\n",
            "\t",
            "\n",
            "\u{2028}",
            "שלום",
            "👩‍👩‍👧",
            "𝔘",
            "\u{202e}",
        ])
        .prop_map(str::to_owned),
    ];
    prop::collection::vec(pieces, 0..12).prop_map(|pieces| pieces.concat())
}

/// What is left of a text at the writer's door: what a reader must find.
fn kept(text: &str) -> String {
    xml_chars(text).0.into_owned()
}

fn unescaped(text: &str) -> String {
    quick_xml::escape::unescape(text).expect("one layer of escaping").into_owned()
}

/// Texts of an element by quick-xml, joined from its events, with all references resolved.
fn texts_by_quick_xml(document: &str, element: &str) -> Vec<String> {
    use quick_xml::events::Event;
    let mut reader = quick_xml::Reader::from_str(document);
    let mut found = Vec::new();
    let mut inside = false;
    loop {
        match reader.read_event().expect("well-formed") {
            Event::Start(start) if start.name().as_ref() == element.as_bytes() => {
                inside = true;
                found.push(String::new());
            }
            Event::End(end) if end.name().as_ref() == element.as_bytes() => inside = false,
            Event::Text(text) if inside => found.last_mut().expect("open").push_str(&text.decode().expect("UTF-8")),
            Event::GeneralRef(name) if inside => {
                let reference = format!("&{};", name.decode().expect("UTF-8"));
                found.last_mut().expect("open").push_str(&unescaped(&reference));
            }
            Event::Eof => return found,
            _ => {}
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn any_text_survives(title in any_text(), summary in any_text(), html in any_text(), name in any_text(), label in any_text(), rights in any_text()) {
        let title = format!("t{title}.");
        let (summary, html) = (format!("s{summary}."), format!("h{html}."));
        let item = Item::from(Parts {
            title: title.clone(),
            authors: vec![person(&format!("n{name}."), None)],
            rights: Some(format!("r{rights}.")),
            enclosures: vec![Enclosure { title: Some(format!("e{label}.")), ..full_item().enclosures[1].clone() }],
            ..item()
        });
        let text = prepared(Some(&html), Some(&summary));
        let publication = Publication { rights: Some(format!("r{rights}.")), ..publication() };
        let entry = Entry { item: &item, text: &text, categories: vec![category(&format!("c{label}."), &format!("l{label}."))], link: item.link(), translations: vec![] };
        let head = Head { title: title.clone(), description: summary.clone(), ..full_head(&publication) };
        for format in XML {
            let encoded = encode(&entry, &publication, Content::Full, format);
            let bytes = render(&head, &[&encoded], format);
            prop_assert_eq!(&bytes, &render(&head, &[&encode(&entry, &publication, Content::Full, format)], format));
            let document = String::from_utf8(bytes).expect("UTF-8");
            let tree = roxmltree::Document::parse(&document);
            prop_assert!(tree.is_ok(), "{:?}\n{document}", tree.err());
            let tree = tree.expect("checked");
            let feed = feed_rs::parser::parse(document.as_bytes()).expect("a feed");
            let read = &feed.entries[0];
            match format {
                Format::Rss => {
                    prop_assert_eq!(field(&document, "item", "title"), Some(kept(&title)));
                    prop_assert_eq!(field(&document, "item", "description").map(|html| unescaped(&html)), Some(kept(&summary)));
                    prop_assert_eq!(field(&document, "item", "encoded"), Some(kept(&html)));
                    prop_assert_eq!(field(&document, "item", "creator"), Some(kept(&item.authors()[0].name)));
                    prop_assert_eq!(field(&document, "item", "rights"), item.rights().map(kept));
                    prop_assert_eq!(field(&document, "item", "category"), Some(kept(&entry.categories[0].label)));
                    prop_assert_eq!(&texts_by_quick_xml(&document, "title")[0], &kept(&title));
                    prop_assert_eq!(&texts_by_quick_xml(&document, "content:encoded")[0], &kept(&html));
                    prop_assert_eq!(read.title.as_ref().map(|title| title.content.clone()), Some(kept(&title).trim().to_owned()));
                }
                Format::Atom => {
                    let construct = |name: &str| {
                        let node = find(&tree, "entry").children().find(|node| node.tag_name().name() == name)?;
                        let text = node.text().unwrap_or_default();
                        Some(if node.attribute("type") == Some("html") { unescaped(text) } else { text.to_owned() })
                    };
                    prop_assert_eq!(construct("title"), Some(kept(&title)));
                    prop_assert_eq!(construct("summary"), Some(kept(&summary)));
                    prop_assert_eq!(construct("rights"), item.rights().map(kept));
                    prop_assert_eq!(field(&document, "entry", "content"), Some(kept(&html)));
                    prop_assert_eq!(&texts_by_quick_xml(&document, "content")[0], &kept(&html));
                    prop_assert_eq!(read.authors[0].name.clone(), Some(kept(&item.authors()[0].name).trim().to_owned()));
                    let attribute = |element: &str, name: &str| {
                        let node = find(&tree, "entry").children().find(|node| node.tag_name().name() == element && node.has_attribute(name));
                        node.and_then(|node| node.attribute(name)).map(str::to_owned)
                    };
                    prop_assert_eq!(attribute("category", "label"), Some(kept(&entry.categories[0].label)));
                    prop_assert_eq!(attribute("category", "term"), Some(kept(&entry.categories[0].term)));
                    prop_assert_eq!(attribute("link", "title"), item.enclosures()[0].title.as_deref().map(kept));
                    prop_assert_eq!(read.categories[0].label.clone(), Some(kept(&entry.categories[0].label)));
                    prop_assert_eq!(&read.id, "tag:example.org,2018:item/belize");
                }
                Format::Json => {}
            }
        }
    }

    #[test]
    fn any_address_stays_an_address(tail in "[ -~]{0,40}") {
        if let Ok(address) = Url::parse(&format!("https://example.org/{tail}")) {
            let item = Parts { link: Some(address.clone()), image: Some(Box::new(Image { url: address.clone(), alt: None, width: None, height: None })), ..item() };
            for (format, element) in [(Format::Rss, "item"), (Format::Atom, "entry")] {
                let document = document(&item, &Prepared::default(), Content::Full, format);
                let tree = roxmltree::Document::parse(&document).expect("well-formed");
                let node = find(&tree, element).children().find(|node| node.tag_name().name() == "thumbnail").expect("a thumbnail");
                let want = values::uri(&address);
                prop_assert_eq!(node.attribute("url"), Some(want.as_str()));
            }
        }
    }
}
