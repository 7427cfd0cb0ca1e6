//! JSON Feed as strangers read it: serde_json and feed-rs.

use serde_json::{Value, json};

use super::*;

fn read(document: &str) -> Value {
    serde_json::from_str(document).unwrap_or_else(|error| panic!("{error}\n{document}"))
}

fn first(document: &str) -> Value {
    read(document)["items"][0].take()
}

#[test]
fn small_json_is_written_so() {
    let text = prepared(Some("<p>Fish &amp; chips</p>"), Some("Fish & chips"));
    let want = r#"{
  "version": "https://jsonfeed.org/version/1.1",
  "title": "Belize",
  "home_page_url": "https://example.org/news",
  "feed_url": "https://example.org/feeds/country/belize.rss",
  "description": "All about Belize",
  "authors": [
    {
      "name": "Press office"
    }
  ],
  "language": "en",
  "items": [
    {"id":"tag:example.org,2018:item/belize","url":"https://example.org/news/belize","title":"A boat & a bus","content_html":"<p>Fish &amp; chips</p>","summary":"Fish & chips","date_published":"2018-02-09T18:00:00Z","tags":["Belize & more"],"language":"en"}
  ]
}
"#;
    assert_eq!(document(&item(), &text, Content::Full, Format::Json), want);
}

#[test]
fn everything_that_is_known_is_in_the_json() {
    let mut feed = read(&full_document(Format::Json));
    let item = feed["items"][0].take();
    feed.as_object_mut().expect("an object").remove("items");
    assert_eq!(
        feed,
        json!({
            "version": "https://jsonfeed.org/version/1.1",
            "title": "Belize",
            "home_page_url": "https://example.org/news",
            "feed_url": "https://example.org/feeds/country/belize.rss",
            "description": "All about Belize",
            "favicon": "https://example.org/icon.png",
            "authors": [{ "name": "Press office", "url": "mailto:press@example.org" }],
            "language": "en",
            "hubs": [{ "type": "WebSub", "url": "https://hub.example.com/?a=1&b=2" }],
        })
    );
    assert_eq!(
        item,
        json!({
            "id": "tag:example.org,2018:item/belize",
            "url": "https://example.org/news/belize",
            "external_url": "https://example.com/feed",
            "title": "A boat & a bus",
            "content_html": "<p>Fish &amp; <b>chips</b> ]]&gt;</p>",
            "summary": "Fish & chips < 3",
            "image": "https://example.org/i.jpg?w=1&h=2",
            "date_published": "2018-02-09T18:00:00Z",
            "date_modified": "2018-02-10T14:30:00Z",
            "authors": [{ "name": "Ana Ruiz", "url": "mailto:ana@example.org" }, { "name": "Li <Wei>" }],
            "tags": ["Belize"],
            "language": "en",
            "attachments": [
                { "url": "ftp://example.org/a.mp3", "mime_type": "audio/mpeg", "size_in_bytes": 1 },
                { "url": "https://example.org/b.mp3", "mime_type": "audio/mpeg", "title": "Talk \"one\"" },
                { "url": "https://example.org/c.pdf", "mime_type": "application/pdf", "size_in_bytes": 77 },
            ],
        })
    );
}

#[test]
fn every_item_has_one_content() {
    for (html, summary, content, want) in [
        (Some("<p>All</p>"), Some("Short"), Content::Full, (Some("<p>All</p>"), None, Some("Short"))),
        (Some("<p>All</p>"), None, Content::Full, (Some("<p>All</p>"), None, None)),
        (Some("<p>All</p>"), Some("Short"), Content::Summary, (None, Some("Short"), None)),
        (Some(" "), Some("\n"), Content::Full, (None, Some("A boat & a bus"), None)),
        (None, None, Content::Full, (None, Some("A boat & a bus"), None)),
    ] {
        let item = first(&document(&item(), &prepared(html, summary), content, Format::Json));
        let got = (item["content_html"].as_str(), item["content_text"].as_str(), item["summary"].as_str());
        assert_eq!(got, want, "{html:?} {summary:?} {content:?}");
    }
}

#[test]
fn commas_stand_between_items_only() {
    let publication = publication();
    let (item, text) = (Item::from(item()), Prepared::default());
    let entry = Entry { item: &item, text: &text, categories: Vec::new(), link: item.link(), translations: Vec::new() };
    let encoded = encode(&entry, &publication, Content::Full, Format::Json);
    for count in [0, 1, 2, 7] {
        let whole = render(&head(&publication), &vec![&encoded; count], Format::Json);
        let fit = fit(&head(&publication), &[&encoded; 8], Format::Json, whole.len() as u64);
        assert_eq!(fit, count.max(1), "as many as fit");
        let text = String::from_utf8(whole).expect("UTF-8");
        let items = read(&text)["items"].as_array().map(Vec::len);
        assert!(text.ends_with("\n  ]\n}\n") && items == Some(count), "{text}");
    }
}

#[test]
fn the_next_page_and_the_language_of_a_mixed_channel() {
    let publication = publication();
    let mixed = Head {
        language: None,
        chain: Chain { older: Some(url("https://example.org/feeds/2.json")), ..Chain::default() },
        ..head(&publication)
    };
    let feed = read(&String::from_utf8(render(&mixed, &[], Format::Json)).expect("UTF-8"));
    assert_eq!((&feed["next_url"], &feed["language"]), (&json!("https://example.org/feeds/2.json"), &json!("en")));
}

#[test]
fn a_former_guid_gives_way_to_the_id_of_the_atom_entry() {
    let id = ItemId { iri: "tag:example.org,2018:old/4711".into(), guid: Some("4711 at example.org".into()) };
    let written = document(&Parts { id, ..item() }, &Prepared::default(), Content::Full, Format::Json);
    assert_eq!(first(&written)["id"], "tag:example.org,2018:old/4711");
}

#[test]
fn authors_that_are_the_feeds_and_tags_that_are_said_are_not_said_again() {
    let publication = publication();
    let item = Item::from(Parts { authors: vec![publication.author.clone()], ..item() });
    let categories = vec![category("BZ", "Belize"), category("belize", "Belize"), category("ports", "Ports")];
    let entry = Entry { item: &item, text: &Prepared::default(), categories, link: item.link(), translations: Vec::new() };
    let encoded = encode(&entry, &publication, Content::Full, Format::Json);
    let written = first(&String::from_utf8(render(&head(&publication), &[&encoded], Format::Json)).expect("UTF-8"));
    assert_eq!((&written["authors"], &written["tags"]), (&Value::Null, &json!(["Belize", "Ports"])));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn any_text_survives_in_json(title in any_text(), summary in any_text(), html in any_text(), name in any_text(), label in any_text()) {
        let (title, summary, html) = (format!("t{title}."), format!("s{summary}."), format!("h{html}."));
        let enclosures = vec![Enclosure { title: Some(format!("e{label}.")), ..full_item().enclosures[1].clone() }];
        let item = Parts { title: title.clone(), authors: vec![person(&format!("n{name}."), None)], enclosures, ..item() };
        let written = document(&item, &prepared(Some(&html), Some(&summary)), Content::Full, Format::Json);
        // No text breaks a line: each item is one, and what stands before them never looks like one.
        prop_assert_eq!(written.lines().filter(|line| line.trim_start().starts_with("{\"id\":")).count(), 1);
        prop_assert_eq!(feed_rs::parser::parse(written.as_bytes()).expect("a feed").entries.len(), 1);
        let read = first(&written);
        for (field, want) in [("title", &title), ("summary", &summary), ("content_html", &html)] {
            prop_assert_eq!(read[field].as_str().map(str::to_owned), Some(kept(want)));
        }
        prop_assert_eq!(read["authors"][0]["name"].as_str().map(str::to_owned), Some(kept(&item.authors[0].name)));
        prop_assert_eq!(read["attachments"][0]["title"].as_str().map(str::to_owned), item.enclosures[0].title.as_deref().map(kept));
    }
}
