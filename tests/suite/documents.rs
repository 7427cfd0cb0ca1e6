//! What subscribers fetch: well-formed, complete, the same for every parser, whatever the records hold.

use crate::support::{CONFIG, NOW, Publication, Ran, tidings};

const RECORD: &str = r#"+++
id = "everything"
title = 'Ports & <harbours> "now" — 港 🚢'
date = 2018-02-09T10:00:00-06:00
updated = 2018-02-10T10:00:00-06:00
summary = "A *short* text"
link = "https://example.org/news/1?a=1&b=2"
countries = ["BZ"]
topics = ["ports"]
language = "es"
rights = "© Harbour office"

[[authors]]
name = "Ana Núñez"
email = "ana@example.org"

[image]
url = "pictures/port.jpg"
alt = "The port"
width = 800
height = 600

[[enclosures]]
url = "https://media.example.org/talk.mp3?x=1&y=2"
type = "audio/mpeg"
length = 4711

[source]
title = "Harbour gazette"
url = "https://gazette.example.org/feed"
+++

Read [more](more.html), **all** of it ]]> & so on.

<script>alert(1)</script><img src="/p.png" srcset="p.png 1x, /q.png 2x" onerror="x()">
"#;

fn everything() -> Publication {
    let publication = Publication::with_config(&CONFIG.replace(
        "author = \"Harbour office\"",
        "author = \"Harbour office\"\nrights = \"© 2018\"\nlogo = \"logo.png\"\nicon = \"icon.png\"\nhub = \"https://hub.example.org/\"",
    ));
    publication.write("items/a.md", RECORD);
    publication.build();
    publication
}

/// The text of the first element of that name (with namespace) below the first item or entry, or below the root.
fn text(document: &roxmltree::Document<'_>, within: Option<&str>, space: &str, name: &str) -> Option<String> {
    let root = match within {
        Some(element) => document.descendants().find(|node| node.tag_name().name() == element)?,
        None => document.root_element(),
    };
    let found =
        root.descendants().find(|node| node.tag_name().name() == name && node.tag_name().namespace().unwrap_or_default() == space)?;
    Some(found.text().unwrap_or_default().to_owned())
}

#[test]
fn rss_says_all_that_the_record_says() {
    let publication = everything();
    let rss = publication.read("public/country/belize.rss");
    let document = roxmltree::Document::parse(&rss).expect("well-formed");
    let item = |name| text(&document, Some("item"), "", name);
    assert_eq!(item("title").as_deref(), Some("Ports & <harbours> \"now\" — 港 🚢"));
    assert_eq!(item("link").as_deref(), Some("https://example.org/news/1?a=1&b=2"));
    assert_eq!(item("guid").as_deref(), Some("tag:example.org,2018:item/everything"));
    assert_eq!(item("pubDate").as_deref(), Some("Fri, 09 Feb 2018 16:00:00 +0000"));
    assert_eq!(item("description").as_deref(), Some("A short text"));
    assert_eq!(item("author").as_deref(), Some("ana@example.org (Ana Núñez)"));
    assert_eq!(item("source").as_deref(), Some("Harbour gazette"));
    let html = text(&document, Some("item"), "http://purl.org/rss/1.0/modules/content/", "encoded").expect("the whole text");
    assert!(html.contains(r#"href="https://example.org/news/more.html""#), "{html}");
    assert!(html.contains("<strong>all</strong> of it ]]&gt; &amp; so on"), "{html}");
    assert!(html.contains("https://example.org/q.png 2x") && !html.contains("onerror") && !html.contains("alert"), "{html}");
    for piece in [
        r#"<guid isPermaLink="false">"#,
        r#"url="https://media.example.org/talk.mp3?x=1&#x26;y=2" length="4711" type="audio/mpeg""#,
        r#"url="https://feeds.example.org/pictures/port.jpg""#,
        r#"href="https://feeds.example.org/country/belize.rss" rel="self""#,
        r#"href="https://hub.example.org/" rel="hub""#,
        "<lastBuildDate>Sat, 10 Feb 2018 16:00:00 +0000</lastBuildDate>",
        "<copyright>© 2018</copyright>",
        "<ttl>60</ttl>",
        "<generator>Tidings",
        "<category domain=\"tag:example.org,2018:topic\">Puertos</category>",
        "<category domain=\"tag:example.org,2018:country\">Belice</category>",
    ] {
        assert!(rss.contains(piece) || rss.contains(&piece.replace("&#x26;", "&amp;")), "`{piece}` is not in\n{rss}");
    }
    assert!(!rss.contains("CDATA"));
}

#[test]
fn atom_says_all_that_the_record_says() {
    let publication = everything();
    let atom = publication.read("public/country/belize.atom");
    let space = "http://www.w3.org/2005/Atom";
    let document = roxmltree::Document::parse(&atom).expect("well-formed");
    let entry = |name| text(&document, Some("entry"), space, name);
    assert_eq!(entry("title").as_deref(), Some("Ports & <harbours> \"now\" — 港 🚢"));
    assert_eq!(entry("id").as_deref(), Some("tag:example.org,2018:item/everything"));
    assert_eq!(entry("published").as_deref(), Some("2018-02-09T16:00:00Z"));
    assert_eq!(entry("updated").as_deref(), Some("2018-02-10T16:00:00Z"));
    assert_eq!(entry("summary").as_deref(), Some("A short text"));
    assert_eq!(text(&document, None, space, "id").as_deref(), Some("tag:example.org,2018:channel/country/bz"));
    for piece in [
        r#"rel="self""#,
        r#"rel="hub""#,
        r#"rel="enclosure""#,
        r#"term="BZ" scheme="tag:example.org,2018:country" label="Belice""#,
        r#"<icon>https://feeds.example.org/icon.png</icon>"#,
        r#"<logo>https://feeds.example.org/logo.png</logo>"#,
        r#"<entry xml:lang="es">"#,
        "<rights>© Harbour office</rights>",
        "<email>ana@example.org</email>",
    ] {
        assert!(atom.contains(piece), "`{piece}` is not in\n{atom}");
    }
}

#[test]
fn a_channel_has_one_id_in_every_format_and_under_every_address() {
    let publication = everything();
    let id = "tag:example.org,2018:item/everything";
    let moved = publication.read("feeds.toml").replace("https://feeds.example.org/", "https://other.example.net/news/");
    publication.write("feeds.toml", moved);
    publication.build();
    for path in ["all.rss", "all.atom", "topic/ports.rss", "country/belize.atom"] {
        assert!(publication.read(&format!("public/{path}")).contains(id), "{path}");
    }
    assert!(publication.read("public/all.atom").contains("<id>tag:example.org,2018:channel/all</id>"));
}

/// What every published file must be.
fn insist(publication: &Publication) {
    let files = publication.feeds();
    assert!(files.len() > 4, "{files:?}");
    for path in files {
        let text = publication.read(&format!("public/{path}"));
        if path.ends_with(".json") {
            crate::json_feed::insist(&path, &text);
            continue;
        }
        assert!(text.starts_with("<?xml version=\"1.0\" encoding=\"utf-8\"?>"), "{path}");
        let document = roxmltree::Document::parse(&text).unwrap_or_else(|error| panic!("{path}: {error}"));
        let items = document.descendants().filter(|node| matches!(node.tag_name().name(), "item" | "entry")).count();
        let feed = feed_rs::parser::parse(text.as_bytes()).unwrap_or_else(|error| panic!("{path}: {error}"));
        assert_eq!(feed.entries.len(), items, "{path}");
        let mut ids: Vec<&str> = feed.entries.iter().map(|entry| entry.id.as_str()).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), items, "{path}: an id stands twice");
        for word in ["javascript:", "<script", "onerror="] {
            assert!(!attributes_and_html(&document).contains(word), "{path}: {word}");
        }
    }
}

/// All attribute values, and all texts that readers take for HTML.
fn attributes_and_html(document: &roxmltree::Document<'_>) -> String {
    let mut all = String::new();
    for node in document.descendants() {
        let links = ["href", "url", "src"];
        node.attributes().filter(|attribute| links.contains(&attribute.name())).for_each(|attribute| all.push_str(attribute.value()));
        if matches!(node.tag_name().name(), "encoded" | "content" | "description") {
            all.push_str(node.text().unwrap_or_default());
        }
    }
    all
}

#[test]
fn the_example_comes_out_valid() {
    let publication = Publication::copy_of("");
    let ran = Ran::of(tidings().env("TIDINGS_NOW", NOW).arg("-C").arg(publication.path(".")).arg("build").output().expect("runs"));
    ran.expect(0, &["new"]);
    assert!(!ran.err.contains("warning"), "{}", ran.err);
    insist(&publication);
}
