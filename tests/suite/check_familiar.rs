//! What was read of an item in another document is not read again, and nothing that is said changes by it.

use std::path::Path;
use std::sync::LazyLock;

use proptest::prelude::*;
use tidings::check::{Familiar, Options, Piece, check, check_among};

/// A feed cut open: what stands before its items, and after.
struct Feed {
    before: String,
    after: String,
    /// Which of the lists its items come from: RSS or Atom.
    kind: usize,
}

/// The feeds and the items of the checker's own cases, as much at fault as these are.
struct Pool {
    feeds: Vec<Feed>,
    items: [Vec<String>; 2],
}

static POOL: LazyLock<Pool> = LazyLock::new(|| {
    let mut pool = Pool { feeds: Vec::new(), items: [own(&RSS), own(&ATOM)] };
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/check");
    let files = walkdir::WalkDir::new(cases).sort_by_file_name().into_iter().flatten();
    for text in files.filter_map(|entry| std::fs::read_to_string(entry.path()).ok()) {
        for (kind, (begin, end)) in [("<item", "</item>"), ("<entry", "</entry>")].into_iter().enumerate() {
            let (Some(first), Some(last)) = (text.find(begin), text.rfind(end)) else { continue };
            if first > last || pool.feeds.iter().any(|feed| feed.before == text[..first]) {
                continue;
            }
            let after = last + end.len();
            pool.feeds.push(Feed { before: text[..first].trim_end().to_owned(), after: text[after..].trim_start().to_owned(), kind });
            pool.items[kind].extend(text[first..after].split_inclusive(end).map(|item| item.trim().to_owned()));
        }
    }
    pool
});

/// With texts that are long where they are to be known by themselves.
fn own(items: &[&str]) -> Vec<String> {
    let long = "&lt;p&gt;Ships call again at the port, &amp;amp; all is well.&lt;/p&gt;\n".repeat(8);
    items.iter().map(|item| item.replace("LONG", &long)).collect()
}

/// Without a fault, each in a way of its own; or wrong by where they stand.
const RSS: [&str; 12] = [
    "<item><title>T</title><guid isPermaLink=\"false\">tag:example.org,2020:11</guid><description>LONG</description></item>",
    "<item><title>T</title><guid isPermaLink=\"false\">tag:example.org,2020:12</guid><description>LONG&lt;a href=\"x\"&gt;x&lt;/a&gt;</description></item>",
    "<item><title>One</title><guid isPermaLink=\"false\">tag:example.org,2020:1</guid><pubDate>Mon, 06 Jan 2020 10:00:00 GMT</pubDate></item>",
    "<item>\n  <title>Two</title>\n  <guid isPermaLink=\"false\">tag:example.org,2020:2</guid>\n  <pubDate>Sun, 05 Jan 2020 10:00:00 GMT</pubDate>\n</item>",
    "<item><title>Two</title><guid isPermaLink=\"false\">tag:example.org,2020:2</guid></item>",
    "<item><title>AT&#x26;T</title><guid isPermaLink=\"false\">tag:example.org,2020:3</guid></item>",
    "<item><title>Three <![CDATA[&]]></title><guid isPermaLink=\"false\">tag:example.org,2020:4</guid></item> <!-- -->",
    "<item xml:base=\"https://example.org/x/\"><title>T</title><guid isPermaLink=\"false\">tag:example.org,2020:5</guid><link>https://example.org/a</link></item>",
    "<item><title>T</title><guid isPermaLink=\"false\">tag:example.org,2020:6</guid><slash:comments xmlns:slash=\"http://purl.org/rss/1.0/modules/slash/\">2</slash:comments></item>",
    "<item><title>T</title><guid isPermaLink=\"false\">tag:example.org,2020:7</guid></item><item><title>T</title><guid isPermaLink=\"false\">tag:example.org,2020:8</guid></item>",
    "<item><atom:link xmlns:atom=\"http://www.w3.org/2005/Atom\" rel=\"self\" href=\"https://example.org/0/feed.xml\"/><title>T</title><guid isPermaLink=\"false\">tag:example.org,2020:9</guid></item>",
    "<item><atom:category xmlns:atom=\"http://www.w3.org/2005/Atom\" term=\"a\" label=\"a &lt;b&gt;c&lt;/b&gt;\"/><title>T</title><guid isPermaLink=\"false\">tag:example.org,2020:10</guid></item>",
];
const ATOM: [&str; 11] = [
    "<entry><title>Long</title><id>tag:example.org,2020:11</id><updated>2020-01-01T07:00:00Z</updated><content type=\"html\">LONG</content></entry>",
    "<entry><title>Long</title><id>tag:example.org,2020:12</id><updated>2020-01-01T06:00:00Z</updated><content type=\"html\">LONG&lt;a href=\"x\"&gt;x&lt;/a&gt;</content></entry>",
    "<entry xml:base=\"https://example.org/\"><title>Long</title><id>tag:example.org,2020:13</id><updated>2020-01-01T05:00:00Z</updated><content type=\"html\">LONG&lt;a href=\"x\"&gt;x&lt;/a&gt;</content></entry>",
    "<entry><title>One</title><id>tag:example.org,2020:1</id><updated>2020-01-06T10:00:00Z</updated><summary>S</summary><link href=\"https://example.org/1\"/></entry>",
    "<entry><title>Two</title><id>tag:example.org,2020:2</id><updated>2020-01-05T10:00:00Z</updated><summary>S</summary><link href=\"https://example.org/2\"/></entry>",
    "<entry><title>Two</title><id>tag:example.org,2020:2</id><updated>2020-01-04T10:00:00Z</updated><author><name>A</name></author><summary>S</summary><link href=\"https://example.org/2\"/></entry>",
    "<entry><category term=\"a\" label=\"a &lt;b&gt;c&lt;/b&gt;\"/><title>Three</title><id>tag:example.org,2020:3</id><updated>2020-01-03T10:00:00Z</updated><summary>S</summary><link href=\"https://example.org/3\"/></entry>",
    "<entry xml:lang=\"en\"><title>Four</title><id>tag:example.org,2020:4</id><updated>2020-01-02T10:00:00Z</updated><content type=\"html\">&lt;a href=\"x\"&gt;x&lt;/a&gt;</content></entry>",
    "<entry><title>Five</title><id>tag:example.org,2020:5</id><updated>2020-01-01T10:00:00Z</updated><summary>S</summary><link rel=\"self\" href=\"feed.xml\"/><link href=\"https://example.org/5\"/></entry>",
    "<entry><title>Six</title><id>tag:example.org,2020:6</id><updated>2020-01-01T09:00:00Z</updated><summary>S</summary><link rel=\"self\" href=\"https://example.org/0/feed.xml\"/><link href=\"https://example.org/6\"/></entry>",
    "<entry xml:base=\"https://example.org/1/feed.xml\"><title>Seven</title><id>tag:example.org,2020:7</id><updated>2020-01-01T08:00:00Z</updated><summary>S</summary><link href=\"https://example.org/1/feed.xml\"/></entry>",
];

/// A document, and where its items stand.
fn document(feed: &Feed, items: &[usize]) -> (String, Vec<Piece>) {
    let (mut text, mut pieces) = (feed.before.clone(), Vec::new());
    for item in items.iter().map(|at| nth(&POOL.items[feed.kind], *at)) {
        let start = text.len();
        text.extend(["\n", item]);
        pieces.push(piece(&text, start));
    }
    (text + "\n" + &feed.after, pieces)
}

/// What stands at the end of the text.
fn piece(text: &str, start: usize) -> Piece {
    Piece { place: start..text.len(), mark: xxhash_rust::xxh3::xxh3_128(&text.as_bytes()[start..]) }
}

fn nth<T>(list: &[T], at: usize) -> &T {
    &list[at % list.len()]
}

/// Feeds, the folders that they are served from, and their items. Most are of few, or they would not meet.
fn plans() -> impl Strategy<Value = Vec<(usize, u8, Vec<usize>)>> {
    let one = |few: usize| prop_oneof![3 => 0..few, 1 => 0..10_000usize];
    prop::collection::vec((one(4), 0..3u8, prop::collection::vec(one(16), 0..12)), 1..8)
}

/// What stands around the items of a JSON Feed: as it should, in another version, without an address, or in the wrong place.
const JSON_FEEDS: [(&str, &str); 6] = [
    (r#"{"version": "https://jsonfeed.org/version/1.1", "title": "T", "feed_url": "https://example.org/0/feed.json", "items": ["#, "]}"),
    (r#"{"version": "https://jsonfeed.org/version/1.1", "title": "U", "feed_url": "https://example.org/1/feed.json", "items": ["#, "]}\n"),
    (r#"{"version": "https://jsonfeed.org/version/1", "title": "T", "feed_url": "https://example.org/0/feed.json", "items": ["#, "]}"),
    (r#"{"version": "https://jsonfeed.org/version/1.1", "title": "T", "items": ["#, "]}"),
    (r#"{"version": "https://jsonfeed.org/version/1.1", "title": "T", "_own": [["#, r#"]], "items": []}"#),
    (r#"{"version": "https://jsonfeed.org/version/1.1", "title": "T", "authors": ["#, r#"], "items": []}"#),
];

/// Without a fault; or wrong by themselves, or by what stands beside them.
const JSON_ITEMS: [&str; 16] = [
    r#"{"id": "1", "title": "One", "content_text": "T", "date_published": "2020-01-06T10:00:00Z"}"#,
    r#"{"id": "2", "title": "Two", "content_html": "<p>T</p>", "date_published": "2020-01-05T10:00:00Z", "date_modified": "2020-01-07T10:00:00Z"}"#,
    r#"{"id": "2", "title": "Two again", "content_text": "T", "date_published": "2020-01-04T10:00:00Z"}"#,
    "  {\n  \"id\": \"3\",\n  \"content_text\": \"}]\"\n}  ",
    r#"{"id": "4", "content_text": "T", "date_published": "2020-01-03T10:00:00Z", "attachments": [{"url": "https://example.org/a", "mime_type": "audio/mpeg"}]}"#,
    r#"{"id": "5", "content_text": "T", "author": {"name": "A"}}"#,
    r#"{"id": "6", "content_text": "T", "authors": [{"name": "A"}]}"#,
    r#"{"id": "7", "content_html": "<script>x</script>"}"#,
    r#"{"id": "8"}"#,
    r#"{"title": "no id", "content_text": "T"}"#,
    r#"{"id": "9", "content_text": "T"}, {"id": "10", "content_text": "T"}"#,
    r#"{"id": "11", "content_text": "T", "date_published": "2090-01-06T10:00:00Z"}"#,
    r#"{"id": "\u0031", "content_text": "the id of the first"}"#,
    r#"{"id": "12", "content_text": "T", "own": {"id": "1", "content_text": "T"}}"#,
    r#""no object""#,
    r#"{"id": "13", "content_text": "#,
];

/// A JSON Feed, and where its items stand.
fn json_document((before, after): (&str, &str), items: &[usize]) -> (String, Vec<Piece>) {
    let (mut text, mut pieces) = (before.to_owned(), Vec::new());
    for (at, item) in items.iter().map(|at| nth(&JSON_ITEMS, *at)).enumerate() {
        text.push_str(if at > 0 { ",\n" } else { "" });
        let start = text.len();
        text.push_str(item);
        pieces.push(piece(&text, start));
    }
    (text + after, pieces)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn what_is_said_of_a_document_hangs_on_no_other(plans in plans()) {
        let now = chrono::DateTime::from_timestamp(1_780_000_000, 0);
        let known = Familiar::default();
        for (feed, address, items) in plans {
            let (text, pieces) = document(nth(&POOL.feeds, feed), &items);
            let url = url::Url::parse(&format!("https://example.org/{address}/feed.xml")).ok();
            let options = Options { url, content_type: Some("application/xml".to_owned()), now, ..Options::default() };
            let plain = format!("{:?}", check(text.as_bytes(), &options));
            for _ in 0..2 {
                prop_assert_eq!(&format!("{:?}", check_among(&text, &options, &known, &pieces)), &plain, "{}", text);
            }
        }
    }

    #[test]
    fn nor_does_what_is_said_of_a_json_feed(plans in json_plans()) {
        let known = Familiar::default();
        for (feed, address, items) in plans {
            let (text, pieces) = json_document(*nth(&JSON_FEEDS, feed), &items);
            let url = url::Url::parse(&format!("https://example.org/{address}/feed.json")).ok();
            let options = Options { url, now: chrono::DateTime::from_timestamp(1_780_000_000, 0), ..Options::default() };
            let plain = format!("{:?}", check(text.as_bytes(), &options));
            for _ in 0..2 {
                prop_assert_eq!(&format!("{:?}", check_among(&text, &options, &known, &pieces)), &plain, "{}", text);
            }
        }
    }
}

/// As [`plans`], most without a fault.
fn json_plans() -> impl Strategy<Value = Vec<(usize, u8, Vec<usize>)>> {
    let feed = prop_oneof![4 => 0..2usize, 1 => 2..6usize];
    let item = prop_oneof![12 => prop_oneof![Just(0usize), Just(1), Just(3), Just(4), Just(6)], 1 => 0..16usize];
    prop::collection::vec((feed, 0..2u8, prop::collection::vec(item, 0..5)), 1..10)
}
