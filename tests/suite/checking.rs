//! `tidings check` as people and machines use it.

use std::io::Write;
use std::process::Stdio;

use serde_json::Value;

use crate::support::{CONFIG, Publication, Ran, tidings};

/// An RSS feed with an error (no link), and one with only a warning (no guid).
const WRONG: &str = "<rss version=\"2.0\"><channel>\n<title>T</title>\n<description>D</description>\n</channel></rss>\n";
const DOUBTFUL: &str = "<rss version=\"2.0\"><channel><title>T</title><link>https://example.org/</link><description>D</description>\n<item><title>I</title></item></channel></rss>\n";

fn with_feeds() -> Publication {
    let publication = Publication::with_items(1);
    publication.write("feeds/a.xml", WRONG);
    publication.write("feeds/deep/b.rss", DOUBTFUL);
    publication.write("feeds/notes.txt", "no feed");
    publication
}

#[test]
fn places_lines_carets_and_ways_out() {
    let publication = with_feeds();
    let ran = publication.run(&["check", "feeds/a.xml"]);
    ran.expect(1, &["feeds/a.xml:4:", "error[missing-link]", "help:", "1 document, 1 error"]);
    publication.run(&["check", "feeds/deep/b.rss"]).expect(0, &["warning[missing-guid]"]);
}

#[test]
fn a_quiet_check_tells_what_is_wrong_and_nothing_else() {
    let publication = with_feeds();
    let silent = |ran: Ran| assert_eq!((ran.code, &*ran.out, &*ran.err), (0, "", ""));
    silent(publication.run(&["check", "--quiet"]));
    silent(publication.run(&["check", "-q", "feeds/deep"]));
    let ran = publication.run(&["check", "-q", "feeds"]);
    ran.expect(1, &["error[missing-link]", "1 error"]);
    assert!(!ran.out.contains("warning["), "{ran:?}");
}

#[test]
fn of_many_that_say_the_same_the_first_few_are_shown() {
    let config = format!("{}\n[[source]]\npath = 'rows.ndjson'\n", crate::support::CONFIG);
    let publication = Publication::with_config(&config);
    let row = |n: usize| format!("{{\"id\": \"r{n}\", \"date\": \"2018-02-09\"}}\n");
    publication.write("rows.ndjson", (0..1010).map(row).collect::<String>());
    let shown = |text: &str| text.matches("missing-title").count();
    for args in [&["build"][..], &["check"]] {
        let ran = publication.run(args);
        ran.expect(1, &["rows.ndjson:5:", "and 995 more like this", "10 more findings", "1010 errors"]);
        assert_eq!(shown(&ran.out) + shown(&ran.err), 5, "{ran:?}");
    }
    let ran = publication.run(&["build", "--json"]);
    assert_eq!((ran.code, shown(&ran.out), ran.err.lines().count()), (1, 1000, 1), "{}", ran.err);
}

#[test]
fn a_namespace_that_needs_no_prefix_any_more_needs_none_in_what_follows() {
    let publication = Publication::new();
    // The first channel of RSS 0.90 makes its namespace one that needs no prefix: the second is one of RSS 1.0.
    let namespaces = "xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\" xmlns=\"http://my.netscape.com/rdf/simple/0.9/\"";
    let channel = "<channel><title>T</title><link>http://example.org/</link><description>D</description></channel>";
    publication.write("a.xml", format!("<rdf:RDF {namespaces}>\n{channel}\n{channel}\n</rdf:RDF>"));
    publication.run(&["check", "a.xml"]).expect(1, &["a.xml:3:", "`channel` has no attribute `rdf:about`", "1 error, 0 warnings"]);
}

#[test]
fn links_beyond_both_ends_are_told_of_so_often() {
    let publication = Publication::new();
    // Of each there are more than could be told of for each of the others.
    let links = "<link rel=\"first\" href=\"\"/><link rel=\"previous\" href=\"http://example.org/\"/>".repeat(20_000);
    let head = "<title>T</title><id>tag:example.org,2018:x</id><updated>2018-01-01T00:00:00Z</updated>";
    publication.write("a.xml", format!("<feed xmlns=\"http://www.w3.org/2005/Atom\">{head}{links}</feed>"));
    let ran = publication.run(&["check", "a.xml"]);
    ran.expect(1, &["link-past-end", "1000 errors"]);
}

#[test]
fn an_address_is_no_file() {
    let address = "https://example.org/feed";
    Publication::new().run(&["check", address]).expect(2, &["is an address", "help: `tidings doctor https://example.org/feed`"]);
}

#[test]
fn keys_of_json_are_called_by_their_names() {
    let publication = Publication::new();
    publication.write("a.json", "{\"version\": \"https://jsonfeed.org/version/1.1\", \"title\": \"T\", \"items\": []}");
    publication.run(&["check", "a.json"]).expect(0, &["the feed has no `feed_url`"]);
}

#[test]
fn folders_are_walked_and_have_addresses() {
    let publication = with_feeds();
    let ran = publication.run(&["check", "feeds", "--format", "ndjson", "--url", "https://example.org/x/"]);
    let rows: Vec<Value> = ran.out.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!(rows.len(), 2, "{}", ran.out);
    assert_eq!(
        (rows[0]["file"].as_str(), rows[0]["kind"].as_str(), rows[0]["valid"].as_bool()),
        (Some("feeds/a.xml"), Some("rss2"), Some(false))
    );
    assert_eq!(rows[1]["valid"], true);
    for key in ["code", "severity", "line", "column", "element", "parent", "message", "help"] {
        assert!(!rows[0]["findings"][0][key].is_null(), "{key}");
    }
}

#[test]
fn standard_input_and_content_type() {
    let mut child = tidings()
        .args(["check", "-", "--content-type", "text/plain"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("starts");
    child.stdin.take().expect("a pipe").write_all(DOUBTFUL.as_bytes()).expect("takes it");
    let ran = Ran::of(child.wait_with_output().expect("ends"));
    assert!(ran.out.contains("<stdin>:2:") && ran.out.contains("unexpected-content-type"), "{ran:?}");
}

#[test]
fn deny_and_allow_change_the_verdict() {
    let publication = with_feeds();
    publication.run(&["check", "feeds/deep", "--deny", "warnings"]).expect(1, &["error[missing-guid]"]);
    publication.run(&["check", "feeds/deep", "--deny", "missing-guid"]).expect(1, &[]);
    publication.run(&["check", "feeds/a.xml", "--allow", "missing-link"]).expect(0, &["0 errors"]);
    publication.run(&["check", "feeds", "--deny", "mising-guid"]).expect(2, &["did you mean `missing-guid`?"]);
}

#[test]
fn annotations_and_sarif() {
    let publication = with_feeds();
    let github = publication.run(&["check", "feeds", "--format", "github"]);
    assert!(github.out.contains("::error file=feeds/a.xml,line=4,col=") && github.out.contains("title=missing-link::"), "{}", github.out);
    let sarif = publication.run(&["check", "feeds", "--format", "sarif"]);
    let log: Value = serde_json::from_str(&sarif.out).expect("JSON");
    assert_eq!(log["version"], "2.1.0");
    assert_eq!(log["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"], "feeds/a.xml");
}

#[test]
fn every_code_is_explained() {
    let ran = Ran::of(tidings().args(["check", "--explain", "missing-guid"]).output().expect("runs"));
    ran.expect(0, &["missing-guid", "<guid"]);
    Ran::of(tidings().args(["check", "--explain", "duplicate-id"]).output().expect("runs")).expect(0, &["two items with one id"]);
    let both = ["missing-title (error), of a record or the config: a record without a title", "of a feed:", "what to do"];
    Ran::of(tidings().args(["check", "--explain", "missing-title"]).output().expect("runs")).expect(0, &both);
    Ran::of(tidings().args(["check", "--explain", "nonsense-code"]).output().expect("runs")).expect(2, &["docs/checks.md"]);
}

#[test]
fn without_paths_the_whole_publication_is_checked_and_nothing_written() {
    let publication = Publication::with_items(2);
    publication.run(&["check"]).expect(0, &["16 documents, 0 errors"]);
    assert!(!publication.exists("public") && !publication.exists(".tidings"));
    publication.write("items/bad.toml", "titel = 'x'\ndate = 2018-01-01");
    publication.run(&["check"]).expect(1, &["items/bad.toml:1:1: error[unknown-key]"]);
    publication.write("feeds.toml", "[publication]\ntitle = 3\n");
    publication.run(&["check"]).expect(1, &["feeds.toml:2:9: error[wrong-type]"]);
}

#[test]
fn what_a_build_refuses_of_a_record_is_told() {
    let publication = Publication::with_items(2);
    publication.write("items/later.md", "+++\ntitle = 'Later'\ndate = 2206-01-01\n+++\n\nText.\n");
    publication.run(&["check"]).expect(1, &["items/later.md:3:8: error[future-item]", "1 error"]);
}

#[test]
fn records_are_checked_as_records() {
    let publication = Publication::with_items(2);
    publication.write("items/2018/bad.md", "---\ntitle: Broken: yaml\ndate: 2018-01-01\n---\n");
    publication.write("items/law.json", "{\"title\": \"A law\", \"date\": \"2018-01-01\", \"authors\": \"Ana\"}");
    publication.run(&["check", "items/item-1.md"]).expect(0, &["1 file, 0 errors"]);
    publication.run(&["check", "items/law.json", "items/item-1.md"]).expect(0, &["2 files, 0 errors"]);
    publication.run(&["check", "items/2018"]).expect(1, &["items/2018/bad.md:2:", "error[record-syntax]", "1 file, 1 error"]);
    publication.run(&["check", "items"]).expect(1, &["items/2018/bad.md:2:"]);
    publication.run(&["check", "feeds.toml"]).expect(0, &["1 file, 0 errors"]);
    publication.run(&["check", "items/gone.md"]).expect(2, &["could not read"]);
    publication.write("items/feed.xml", "<rss/>");
    publication.run(&["check", "items/feed.xml"]).expect(1, &["items/feed.xml:1:", "1 document, "]);
    publication.remove("items/feed.xml");
    #[cfg(unix)]
    {
        publication.write("elsewhere/bad.md", "---\ntitle: T\ndate: soon\n---\n");
        std::os::unix::fs::symlink("../elsewhere/bad.md", publication.path("items/link.md")).expect("a link");
        publication.run(&["check", "items/link.md"]).expect(1, &["items/link.md:3:7: error[invalid-date]"]);
        publication.run(&["check", "items"]).expect(1, &["items/link.md:3:7: error[invalid-date]"]);
        publication.remove("items/link.md");
    }
    publication.write("feed.xml", "<rss/>");
    publication.run(&["check", "feed.xml", "items/2018"]).expect(1, &["bad.md:2:", "feed.xml:1:", "1 document, "]);
    // Where the config cannot be read, nobody says that all is fine.
    publication.write("feeds.toml", format!("{CONFIG}\n[output]\nbogus = 1\n"));
    publication.run(&["check", "items/2018", "feed.xml"]).expect(1, &["feeds.toml:", "error[unknown-key]"]);
    publication.write("feeds.toml", format!("{CONFIG}\n[[source]]\npath = 'items'\n[[source]]\nsqlite = 'gone.db'\nquery = 'SELECT 1'\n"));
    publication.run(&["check", "items/2018"]).expect(1, &["error[source-unreadable]"]);
}

#[test]
fn an_item_that_has_a_guid_of_its_own_in_rss_is_the_same_in_all_formats() {
    let publication = Publication::with_items(2);
    let record = publication.read("items/item-1.md").replacen("+++\n", "+++\nguid = 'https://old.example.org/?p=1'\n", 1);
    publication.write("items/item-1.md", record);
    publication.build();
    assert!(publication.read("public/all.rss").contains("https://old.example.org/?p=1</guid>"));
    publication.run(&["check", "public", "--url", "https://feeds.example.org/", "--deny", "warnings"]).expect(0, &["0 errors"]);
}

#[test]
fn what_cannot_be_read_ends_with_2() {
    Ran::of(tidings().args(["check", "/nonexistent.xml"]).output().expect("runs")).expect(2, &["could not read `/nonexistent.xml`"]);
}
