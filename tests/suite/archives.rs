//! Archives: the whole history of a channel beyond what its feed holds.

use crate::support::{CONFIG, Publication};

/// With feeds of three items and pages of five, and `count` records.
fn publication(count: usize, output: &str) -> Publication {
    let publication =
        Publication::with_config(&format!("{CONFIG}[limits]\nitems = 3\n[output]\narchives = true\narchive-size = 5\n{output}"));
    (1..=count).for_each(|n| publication.item(n, &format!("The port of Belize reopens, part {n}")));
    publication
}

fn titles(text: &str) -> Vec<usize> {
    let parts = text.split("reopens, part ").skip(1);
    parts.map(|rest| rest.split(|c: char| !c.is_ascii_digit()).next().and_then(|n| n.parse().ok()).expect("a number")).collect()
}

#[test]
fn what_a_feed_does_not_hold_stands_on_pages() {
    let publication = publication(20, "");
    publication.build().expect(0, &["20 items"]);
    assert_eq!(titles(&publication.read("public/all.atom")), [20, 19, 18]);
    assert_eq!(titles(&publication.read("public/archive/all/1.atom")), [5, 4, 3, 2, 1]);
    assert_eq!(titles(&publication.read("public/archive/all/2.atom")), [10, 9, 8, 7, 6]);
    assert_eq!(titles(&publication.read("public/archive/all/3.atom")), [17, 16, 15, 14, 13, 12, 11]);
    let middle = publication.read("public/archive/all/2.atom");
    for (rel, path) in [("self", "archive/all/2"), ("current", "all"), ("prev-archive", "archive/all/1"), ("next-archive", "archive/all/3")]
    {
        let link = format!("<link href=\"https://feeds.example.org/{path}.atom\" rel=\"{rel}\" type=\"application/atom+xml\"/>");
        assert!(middle.contains(&link), "{link}: {middle}");
    }
    assert!(middle.contains("xmlns:fh=\"http://purl.org/syndication/history/1.0\"") && middle.contains("<fh:archive/>"), "{middle}");
    let rss = publication.read("public/archive/all/2.rss");
    assert!(rss.contains("<fh:archive/>") && rss.contains("rel=\"prev-archive\"") && !rss.contains("<ttl>"), "{rss}");
    let json = publication.read("public/archive/all/2.json");
    assert!(json.contains("\"next_url\": \"https://feeds.example.org/archive/all/1.json\""), "{json}");
    let oldest = publication.read("public/archive/all/1.atom");
    assert!(!oldest.contains("prev-archive"), "{oldest}");
    publication.run(&["check", "public", "--url", "https://feeds.example.org/", "--deny", "warnings"]).expect(0, &[]);
}

#[test]
fn a_dry_run_tells_what_changes_on_the_pages() {
    let publication = publication(20, "");
    publication.build().expect(0, &[]);
    publication.item(21, "The port of Belize reopens, part 21");
    let ran = publication.run(&["diff"]);
    ran.expect(0, &["+ The port of Belize reopens, part 21"]);
    assert!(!ran.out.contains("archive/"), "what comes there from the feed is told with the feed: {}", ran.out);
    publication.remove("items/item-2.md");
    publication.item(4, "The port of Belize reopens, part 4, mended");
    publication.item(5, "The port of Mexico reopens, part 5");
    let pages = "archive/country/belize\n  ~ The port of Belize reopens, part 4, mended\n      title: ";
    let ran = publication.run(&["diff"]);
    ran.expect(0, &[pages, "archive/all\n", "  - The port of Belize reopens, part 2\n", "  - The port of Belize reopens, part 5\n"]);
    let of_all = ran.out.split("\n").skip_while(|line| *line != "archive/all").skip(1).take_while(|line| line.starts_with(' '));
    assert_eq!(of_all.filter(|line| line.starts_with("  - ")).collect::<Vec<_>>(), ["  - The port of Belize reopens, part 2"]);
}

#[test]
fn the_ledger_agrees_with_the_pages() {
    let publication = publication(20, "");
    publication.build().expect(0, &[]);
    publication.run(&["ledger", "check"]).expect(0, &["20 items, 3 channels; 0 errors"]);
    publication.run(&["ledger", "repair"]).expect(0, &[]);
    publication.run(&["ledger", "check"]).expect(0, &["0 errors"]);
    let path = publication.path("public/archive/all/1.atom");
    std::fs::copy(publication.path("public/archive/all/2.atom"), path).expect("copied");
    publication.run(&["ledger", "check"]).expect(1, &["`archive/all/1.atom` holds", "this is not what was published here", "6 errors"]);
}

#[test]
fn the_only_page_has_no_other_to_lead_to() {
    let publication = publication(5, "");
    let ran = publication.run(&["build", "-v"]);
    ran.expect(0, &[]);
    assert!(publication.exists("public/archive/all/1.rss") && !publication.exists("public/archive/all/2.rss"));
    assert!(!ran.err.contains("archive-without-links"), "{}", ran.err);
    publication.run(&["check", "public", "--url", "https://feeds.example.org/", "--deny", "warnings"]).expect(0, &[]);
    (1..=2).for_each(|n| publication.remove(&format!("items/item-{n}.md")));
    let emptied = publication.run(&["build", "-v", "--accept", "shrink"]);
    assert!(publication.exists("public/archive/all/1.rss") && !emptied.err.contains("warning"), "nobody can mend it: {}", emptied.err);
}

#[test]
fn a_closed_page_changes_with_its_own_items_only() {
    let publication = publication(20, "");
    publication.build().expect(0, &[]);
    let page = |number: usize| publication.read(&format!("public/archive/all/{number}.atom"));
    let (first, second) = (page(1), page(2));
    (21..=26).for_each(|n| publication.item(n, &format!("The port of Belize reopens, part {n}")));
    publication.build().expect(0, &[]);
    assert_eq!((&page(1), &page(2)), (&first, &second));
    assert_eq!(titles(&page(4)), [23, 22, 21, 20, 19, 18, 17, 16], "the open page was closed at ten, and a new one begun");
    publication.remove("items/item-7.md");
    publication.build().expect(0, &[]);
    assert_eq!((&page(1), titles(&page(2))), (&first, vec![10, 9, 8, 6]));
    assert!(publication.read("public/all.atom").contains("at:deleted-entry"), "the subscription document tells of it");
}

#[test]
fn a_lost_ledger_leaves_the_pages_as_they_are() {
    let publication = publication(20, "");
    publication.build().expect(0, &[]);
    let all = || publication.files("public").iter().map(|path| publication.read(&format!("public/{path}"))).collect::<Vec<_>>();
    let before = all();
    publication.remove(".tidings/ledger.db");
    publication.build().expect(0, &[]);
    assert_eq!(all(), before);
    let closed = || [1, 2].map(|number| publication.read(&format!("public/archive/all/{number}.atom")));
    let pages = closed();
    publication.remove(".tidings/ledger.db");
    publication.item(21, "The port of Belize reopens, part 21");
    publication.build().expect(0, &[]);
    assert_eq!(closed(), pages);
    assert_eq!(titles(&publication.read("public/archive/all/3.atom")), [18, 17, 16, 15, 14, 13, 12, 11]);
}

#[test]
fn a_limit_in_bytes_loses_nothing() {
    let publication =
        Publication::with_config(&format!("{CONFIG}[limits]\nbytes = \"6kB\"\n[output]\narchives = true\narchive-size = 5\n"));
    (1..=20).for_each(|n| publication.item(n, &format!("The port of Belize reopens, part {n}")));
    publication.build().expect(0, &[]);
    for extension in ["rss", "atom", "json"] {
        let feed = publication.read(&format!("public/all.{extension}"));
        assert!(feed.len() <= 6000, "{}", feed.len());
        let pages = publication.files("public").into_iter().filter(|path| path.starts_with("archive/all/") && path.ends_with(extension));
        let mut all: Vec<usize> =
            pages.flat_map(|path| titles(&publication.read(&format!("public/{path}")))).chain(titles(&feed)).collect();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), 20, "{extension}");
    }
}

#[test]
fn archives_come_and_go_with_the_config() {
    let publication = publication(20, "");
    publication.build().expect(0, &[]);
    let with = publication.read("feeds.toml");
    publication.write("feeds.toml", with.replace("archives = true", "archives = false"));
    publication.build().expect(0, &[]);
    assert!(!publication.exists("public/archive") && !publication.read("public/all.atom").contains("prev-archive"));
    publication.write("feeds.toml", with);
    publication.build().expect(0, &[]);
    assert_eq!(titles(&publication.read("public/archive/all/1.atom")), [5, 4, 3, 2, 1]);
}
