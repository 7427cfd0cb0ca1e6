//! The list of all feeds, as readers import it and subscribe to it.

use roxmltree::{Document, Node};

use crate::support::{CONFIG, Publication};

const LIST: &str = "public/feeds.opml";

/// The addresses of the feeds below each heading, the heading itself before them.
fn listed(text: &str) -> Vec<(String, Vec<String>)> {
    let document = Document::parse(text).expect("well-formed");
    let body = document.descendants().find(|node| node.has_tag_name("body")).expect("a body");
    let feeds = |node: Node<'_, '_>| node.descendants().filter_map(|node| node.attribute("xmlUrl")).map(str::to_owned).collect();
    let outlines = body.children().filter(Node::is_element);
    outlines.map(|node| (node.attribute("text").expect("a text").to_owned(), feeds(node))).collect()
}

#[test]
fn every_feed_is_listed_once_below_its_axis() {
    let publication = Publication::with_items(2);
    publication.build();
    let list = publication.read(LIST);
    let base = "https://feeds.example.org";
    let want = [
        ("Harbour news", format!("{base}/all.rss")),
        ("Countries", format!("{base}/country/belize.rss")),
        ("Topics", format!("{base}/topic/ports.rss")),
    ];
    assert_eq!(listed(&list), want.map(|(heading, feed)| (heading.to_owned(), vec![feed])));
    for piece in ["type=\"rss\"", "title=\"Harbour news: Ports\"", "description=\"Ports. News of the harbours\"", "htmlUrl=\"https://"] {
        assert!(list.contains(piece), "`{piece}` is not in {list}");
    }
    publication.run(&["check", "public/feeds.opml"]).expect(0, &["1 document, 0 errors, 0 warnings"]);
}

#[test]
fn a_language_has_a_heading_of_its_own() {
    let example = Publication::copy_of("");
    example.build();
    let list = example.read(LIST);
    let headings: Vec<String> = listed(&list).into_iter().map(|(heading, _)| heading).collect();
    assert_eq!(headings, ["Isthmus Migration Programme", "Countries", "Topics", "More channels", "English", "Español"]);
    let feeds = example.feeds().into_iter().filter(|path| path.ends_with(".rss")).count();
    assert_eq!(list.matches("xmlUrl=").count(), feeds, "each channel once");
    assert!(list.contains("language=\"es\""));
}

#[test]
fn it_changes_with_the_channels_and_not_with_the_clock() {
    let publication = Publication::with_items(1);
    publication.build();
    let before = publication.read(LIST);
    let mut later = publication.command(&["build"]);
    assert!(later.env("TIDINGS_NOW", "2018-04-01T00:00:00Z").status().expect("runs").success());
    assert_eq!(publication.read(LIST), before);
    publication.item(2, "Ships wait off San José, Costa Rica");
    publication.build();
    let after = publication.read(LIST);
    assert!(after.contains("country/costa-rica.rss") && after.contains("<dateModified>Thu, 01 Mar 2018 12:00:00 +0000<"), "{after}");
}

#[test]
fn a_channel_that_moved_is_listed_where_it_is() {
    let publication = Publication::with_items(2);
    publication.build();
    let moved = "slug = \"harbours\"\nwords = { en = [\"port\"";
    let config = publication.read("feeds.toml").replace("words = { en = [\"port\"", moved);
    publication.write("feeds.toml", config + "\n[[moved]]\nfrom = \"topic/ports\"\nto = \"topic/harbours\"\n");
    publication.build();
    assert!(publication.exists("public/topic/ports.rss"), "a copy");
    let list = publication.read(LIST);
    assert!(list.contains("topic/harbours.rss") && !list.contains("topic/ports.rss"), "{list}");
}

#[test]
fn it_names_the_format_that_readers_import_and_can_be_left_out() {
    for (output, want) in
        [("formats = [\"json\", \"atom\"]", Some("all.atom")), ("formats = [\"json\"]", Some("all.json")), ("opml = false", None)]
    {
        let publication = Publication::with_config(&format!("{CONFIG}\n[output]\n{output}\n"));
        publication.item(1, "News of nowhere");
        publication.build();
        assert_eq!(publication.exists(LIST), want.is_some(), "{output}");
        assert!(want.is_none_or(|feed| publication.read(LIST).contains(feed)), "{output}");
    }
}

#[test]
fn taking_it_away_is_nobodys_loss() {
    let publication = Publication::with_items(1);
    publication.build();
    publication.write("feeds.toml", publication.read("feeds.toml") + "\n[output]\nopml = false\n");
    publication.build().expect(0, &["1 deleted"]);
    assert!(!publication.exists(LIST));
}
