//! Records that attack, and records that are wrong: what comes out of the first is well-formed, and each of the second is named.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::support::Publication;

/// What takes many kilobytes is made here.
fn write_huge(publication: &Publication) {
    let record = |title: &str, body: &str, extra: &str| format!("title = '''{title}'''\ndate = 2018-01-01\nbody = '''{body}'''\n{extra}");
    let words = "a word & another <b>one</b> 😀 ]]> ".repeat(3_000);
    publication.write("items/huge-title.toml", record(&words, "Short.", ""));
    publication.write("items/huge-word.toml", record(&"ñ".repeat(100_000), &"x".repeat(400_000), ""));
    publication.write(
        "items/huge-fields.toml",
        record("x", "", &format!("summary = '''{words}'''\nrights = '''{words}'''\ndateline = '''{words}'''\n")),
    );
    publication.write("items/deep.toml", record("Deep", &"<div><b>".repeat(5_000), "syntax = 'html'\n"));
    publication.write("items/deep-quotes.toml", record("Deep quotes", &format!("{}x", ">".repeat(5_000)), ""));
    publication.write("items/attributes.toml", record("Many", &format!("<a {}>x</a>", "href=x ".repeat(5_000)), "syntax = 'html'\n"));
    let links: String = (0..2_000).map(|n| format!("[{n}](/{n}) ")).collect();
    publication.write("items/links.toml", record("Links", &links, ""));
    let authors: Vec<String> = (0..1_000).map(|n| format!("'Author <{n}'")).collect();
    publication.write("items/authors.toml", record("Authors", "x", &format!("authors = [{}]\n", authors.join(", "))));
}

#[test]
fn hostile_records_come_out_well_formed_in_the_eyes_of_strangers() {
    let publication = Publication::copy_of("tests/hostile");
    write_huge(&publication);
    publication.build();
    let mut seen = 0;
    for path in publication.feeds() {
        let text = publication.read(&format!("public/{path}"));
        if path.ends_with(".json") {
            crate::json_feed::insist(&path, &text).iter().for_each(|html| only_safe(&path, html));
            continue;
        }
        assert!(text.starts_with("<?xml"), "{path}");
        let document = roxmltree::Document::parse(&text).unwrap_or_else(|error| panic!("{path}: {error}"));
        let feed = feed_rs::parser::parse(text.as_bytes()).unwrap_or_else(|error| panic!("{path}: {error}"));
        let items = document.descendants().filter(|node| matches!(node.tag_name().name(), "item" | "entry")).count();
        assert_eq!(feed.entries.len(), items, "{path}");
        only_safe_html(&path, &document);
        seen += items;
    }
    assert!(seen > 50, "{seen} items");
    let again = publication.build();
    again.expect(0, &["unchanged"]);
    assert!(!again.out.contains("changed,") || !again.out.contains(" new"), "{}", again.out);
}

/// No script, no handler and no address of another scheme in any HTML of any item.
fn only_safe_html(path: &str, document: &roxmltree::Document<'_>) {
    let is_html = |node: &roxmltree::Node| match node.tag_name().name() {
        "encoded" => true,
        "description" => node.parent().is_some_and(|parent| parent.tag_name().name() == "item"),
        _ => node.attribute("type") == Some("html"),
    };
    document.descendants().filter(is_html).filter_map(|node| node.text()).for_each(|text| only_safe(path, text));
    for node in document.descendants() {
        for attribute in node.attributes().filter(|attribute| matches!(attribute.name(), "href" | "url" | "src")) {
            assert!(attribute.value().starts_with("http"), "{path}: {}", attribute.value());
        }
    }
}

fn only_safe(path: &str, html: &str) {
    let lower = html.to_lowercase();
    for bad in [
        "<script",
        "<style",
        "<iframe",
        "<form",
        "<object",
        "<svg",
        "<base",
        "<meta",
        " onerror=",
        " onload=",
        " onclick=",
        "=\"javascript:",
        "=\"vbscript:",
        "=\"data:",
    ] {
        assert!(!lower.contains(bad), "`{bad}` in {path}: {html}");
    }
}

#[test]
fn one_id_has_one_title_in_every_channel_and_format() {
    let publication = Publication::copy_of("tests/hostile");
    publication.build();
    let mut titles: BTreeMap<String, String> = BTreeMap::new();
    for path in publication.files("public").iter().filter(|path| path.ends_with(".atom")) {
        let text = publication.read(&format!("public/{path}"));
        let document = roxmltree::Document::parse(&text).unwrap_or_else(|error| panic!("{path}: {error}"));
        for entry in document.descendants().filter(|node| node.tag_name().name() == "entry") {
            let of = |name: &str| entry.children().find(|child| child.tag_name().name() == name).expect("an id and a title");
            let (id, title) = (plain(of("id")), plain(of("title")));
            assert_eq!(titles.entry(id).or_insert(title.clone()), &title, "{path}");
        }
    }
    let all: Vec<&String> = titles.values().collect();
    for wanted in ["]]>", "&", "<", "&amp;amp;lt;", "</item></channel></rss>", "../../etc/passwd"] {
        assert!(all.iter().any(|title| *title == wanted), "`{wanted}` is not among {all:?}");
    }
}

/// The words of a text construct; a title that looks like markup may be published as HTML.
fn plain(node: roxmltree::Node) -> String {
    let text = node.text().unwrap_or_default();
    match node.attribute("type") {
        Some("html") => [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&amp;", "&")]
            .iter()
            .fold(text.to_owned(), |text, (from, to)| text.replace(from, to)),
        _ => text.to_owned(),
    }
}

/// Each wrong record of `tests/hostile-bad`, and the code that it is named with.
const WRONG: &[(&str, &str)] = &[
    ("a-folder.toml", "not-a-file"),
    ("author-bad-email.md", "invalid-email"),
    ("bad-language.md", "invalid-language"),
    ("bad-syntax.md", "bad-value"),
    ("bad-utf8-title.toml", "bad-utf8"),
    ("bad-utf8.csv", "bad-utf8"),
    ("bad-utf8.json", "bad-utf8"),
    ("bad-utf8.md", "bad-utf8"),
    ("binary.md", "bad-utf8"),
    ("blank-title.md", "missing-title"),
    ("blank.md", "empty-record"),
    ("broken-front-matter.md", "record-syntax"),
    ("broken-yaml.md", "record-syntax"),
    ("broken.json", "record-syntax"),
    ("countries-is-a-table.md", "wrong-type"),
    ("date-30-february.md", "invalid-date"),
    ("date-ambiguous.md", "invalid-date"),
    ("date-in-words.md", "invalid-date"),
    ("date-is-a-flag.md", "wrong-type"),
    ("date-two-digit-year.md", "invalid-date"),
    ("date-without-day.md", "invalid-date"),
    ("date-year-10000.md", "invalid-date"),
    ("draft-is-a-word.md", "wrong-type"),
    ("duplicate-id-2.md", "duplicate-id"),
    ("empty-date.md", "missing-date"),
    ("empty-title.md", "missing-title"),
    ("empty.json", "empty-record"),
    ("empty.md", "empty-record"),
    ("empty.toml", "empty-record"),
    ("enclosure-bad-type.md", "invalid-media-type"),
    ("enclosure-javascript.md", "invalid-url"),
    ("enclosure-length-negative.md", "wrong-type"),
    ("enclosure-missing-file.md", "missing-file"),
    ("expires-before-date.md", "expires-too-early"),
    ("image-javascript.md", "invalid-url"),
    ("image-width-negative.md", "wrong-type"),
    ("image-without-url.md", "invalid-url"),
    ("json-deep.json", "wrong-type"),
    ("json-list.json", "wrong-type"),
    ("link-file.md", "invalid-url"),
    ("link-javascript.md", "invalid-url"),
    ("link-without-host.md", "invalid-url"),
    ("missing-date.md", "missing-date"),
    ("missing-title.md", "missing-title"),
    ("no-front-matter.md", "missing-front-matter"),
    ("nul-byte.md", "nul-byte"),
    ("rows.ndjson", "record-syntax"),
    ("rows.ndjson", "missing-title"),
    ("rows.ndjson", "wrong-type"),
    ("rows.ndjson", "invalid-date"),
    ("rows.ndjson", "missing-id"),
    ("short-row.csv", "record-syntax"),
    ("source-without-url.md", "invalid-url"),
    ("title-is-a-list.md", "wrong-type"),
    ("title-is-a-number.md", "wrong-type"),
    ("two-keys.toml", "record-syntax"),
    ("unclosed-front-matter.md", "missing-front-matter"),
    ("unknown-country.md", "unknown-country"),
    ("unknown-field.md", "unknown-key"),
    ("unknown-topic.md", "unknown-topic"),
    ("utf16.md", "bad-utf8"),
    ("yaml-bomb.md", "record-syntax"),
];

#[test]
fn every_wrong_record_is_named_and_nothing_is_published() {
    let publication = Publication::copy_of("tests/hostile-bad");
    let ran = publication.run(&["build", "--json"]);
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(!publication.exists("public"), "nothing is published");
    let report: serde_json::Value = serde_json::from_str(&ran.out).expect("JSON");
    let mut found: BTreeMap<PathBuf, Vec<&str>> = BTreeMap::new();
    for finding in report["findings"].as_array().expect("findings").iter().filter(|finding| finding["severity"] == "error") {
        let path = Path::new(finding["path"].as_str().expect("a path"));
        let name = path.file_name().expect("a name");
        found.entry(name.into()).or_default().push(finding["code"].as_str().expect("a code"));
    }
    let found: Vec<(String, Vec<&str>)> = found.into_iter().map(|(path, codes)| (path.display().to_string(), codes)).collect();
    let mut want: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    WRONG.iter().for_each(|(name, code)| want.entry(name).or_default().push(code));
    let want: Vec<(String, Vec<&str>)> = want.into_iter().map(|(path, codes)| (path.to_owned(), codes)).collect();
    assert_eq!(found, want);

    let ran = publication.run(&["build", "--keep-going"]);
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(publication.read("public/all.atom").contains("A good record among bad ones"));
}
