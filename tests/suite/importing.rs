//! News pages and former feeds become records, each item once.

use std::path::Path;

use crate::support::{CONFIG, Publication};

/// Two English items and two Spanish ones, as pages have them: uneven blank lines, odd blanks, quotation marks left as they are.
const PAGE: &str = "9 February, 2018\n\nA port opens in the north\n\nBelize City. The port  opened\u{a0}on Friday, \u{201c}at last\u{201d}, said ´´everybody´´.\n\n\n\nSecond paragraph.\n\
9 Febrero, 2018\nPuertos abiertos\n\nPuebla, México – Todos llegaron.\n\n7 de febrero de 2018\n\nSin lugar\n\nCada año pasa lo mismo.\n\n\n5 January, 2018\n\n\nNo news is good news\nEvery 18th of December, the port rests.\n";

#[test]
fn a_listing_becomes_records_and_twice_adds_nothing() {
    let publication = Publication::new();
    publication.write("page.txt", PAGE);
    publication.run(&["import", "listing", "page.txt"]).expect(0, &["4 new records, 0 known"]);
    let records = publication.files("items");
    assert_eq!(records.len(), 4, "{records:?}");
    let port = publication.read("items/2018-02-09-a-port-opens-in-the-north.md");
    for piece in [
        "date = 2018-02-09",
        "dateline = \"Belize City\"",
        "The port  opened\u{a0}on Friday, \u{201c}at last\u{201d}, said ´´everybody´´.",
        "\n\nSecond paragraph.",
    ] {
        assert!(port.contains(piece), "`{piece}` is not in\n{port}");
    }
    publication.run(&["import", "listing", "page.txt", "page.txt"]).expect(0, &["0 new records, 8 known"]);
    assert_eq!(publication.files("items"), records);

    publication.build();
    assert!(publication.read("public/country/belize.rss").contains("A port opens in the north"));
    assert!(publication.read("public/country/mexico.rss").contains("<description>Puebla, México. Todos llegaron.</description>"));
    assert!(!publication.exists("public/country/costa-rica.rss"));
    let all = publication.read("public/all.atom");
    assert!(all.contains(r#"<entry xml:lang="es">"#) && all.contains("Cada año"), "{all}");
}

#[test]
fn what_was_published_and_removed_is_not_imported_again() {
    let feed = "<rss version='2.0'><channel><title>T</title><item><guid>https://old.example.org/?p=1</guid><title>Port</title>\
        <pubDate>Fri, 09 Feb 2018 10:00:00 GMT</pubDate><description>Text.</description></item>\
        <item><guid isPermaLink='false'>17 at old</guid><title>Ship</title><pubDate>Sat, 10 Feb 2018 10:00:00 GMT</pubDate>\
        <description>Text.</description></item></channel></rss>";
    let publication = Publication::new();
    publication.write("old.xml", feed);
    publication.write("page.txt", PAGE);
    publication.run(&["import", "feed", "old.xml"]).expect(0, &["2 new records"]);
    publication.run(&["import", "listing", "page.txt"]).expect(0, &["4 new records"]);
    publication.build();
    #[cfg(unix)]
    {
        // A build follows links, and so does an import.
        std::fs::rename(publication.path("items"), publication.path("elsewhere")).expect("moved");
        std::os::unix::fs::symlink("elsewhere", publication.path("items")).expect("a link");
        publication.run(&["import", "feed", "old.xml"]).expect(0, &["0 new records, 2 known"]);
        std::fs::remove_file(publication.path("items")).expect("no link");
        std::fs::rename(publication.path("elsewhere"), publication.path("items")).expect("moved back");
    }
    publication.files("items").iter().for_each(|file| publication.remove(&format!("items/{file}")));
    publication.run(&["build", "--accept", "shrink"]).expect(0, &[]);
    let left_out = |count| format!("0 new records, 0 known already, {count} left out that were published and removed since");
    publication.run(&["import", "feed", "old.xml"]).expect(0, &[&left_out(2), "`--gone`"]);
    publication.run(&["import", "listing", "page.txt"]).expect(0, &[&left_out(4)]);
    publication.run(&["import", "feed", "--gone", "old.xml"]).expect(0, &["2 new records"]);
}

#[test]
fn an_edited_record_is_not_imported_again() {
    let publication = Publication::new();
    publication.write("page.txt", PAGE);
    publication.run(&["import", "listing", "page.txt"]).expect(0, &[]);
    let record = publication.read("items/2018-02-07-sin-lugar.md");
    publication.write("items/2018-02-07-sin-lugar.md", record.replace("Sin lugar", "Sin lugar fijo"));
    publication.run(&["import", "listing", "page.txt"]).expect(0, &["0 new records, 4 known"]);
}

#[test]
fn a_block_that_cannot_be_read_is_named_and_the_rest_comes_in() {
    let publication = Publication::new();
    publication
        .write("page.txt", "stray words\n\n31 February, 2018\n\nNever\n\nText.\n\n9 February, 2018\n\nGood\n\nText.\n\n8 February, 2018\n");
    let ran = publication.run(&["import", "listing", "page.txt"]);
    ran.expect(1, &["page.txt:1:", "page.txt:3:", "page.txt:15:", "1 new record,"]);
    assert_eq!(publication.files("items"), ["2018-02-09-good.md"]);
}

#[test]
fn two_texts_under_one_day_and_title_are_not_passed_over_in_silence() {
    let publication = Publication::new();
    publication.write("page.txt", "10 February, 2018\n\nPress release\n\nOf Belize.\n\n10 February, 2018\n\nPress release\n\nOf Mexico.\n");
    publication.run(&["import", "listing", "page.txt"]).expect(0, &["page.txt:7", "warning[import-similar]", "two texts"]);
}

#[test]
fn feeds_keep_their_ids() {
    let publication = Publication::new();
    publication.write(
        "old.rss",
        r#"<rss version="2.0"><channel><title>Old</title><link>https://old.example.org/</link><description/>
        <item><title>One &amp; only</title><guid isPermaLink="false">17</guid><pubDate>Fri, 09 Feb 2018 10:00:00 GMT</pubDate><description>&lt;p&gt;Text&lt;/p&gt;</description></item>
        <item><title>Two</title><guid>https://old.example.org/?p=2</guid><link>https://old.example.org/two</link><pubDate>Sat, 10 Feb 2018 10:00:00 GMT</pubDate></item>
        </channel></rss>"#,
    );
    publication.write("old.json", r#"{"version":"https://jsonfeed.org/version/1.1","title":"Old","items":[{"id":"tag:old.example.org,2010:3","title":"Three","content_text":"x","date_published":"2018-02-11T10:00:00Z"}]}"#);
    publication.run(&["import", "feed", "old.rss", "old.json"]).expect(0, &["3 new records"]);
    publication.build();
    let (rss, atom) = (publication.read("public/all.rss"), publication.read("public/all.atom"));
    assert!(rss.contains(r#"<guid isPermaLink="false">17</guid>"#), "{rss}");
    assert!(rss.contains("https://old.example.org/?p=2</guid>"), "{rss}");
    assert!(atom.contains("<id>https://old.example.org/?p=2</id>") && atom.contains("<id>tag:old.example.org,2010:3</id>"), "{atom}");
    publication.run(&["import", "feed", "old.rss", "old.json"]).expect(0, &["0 new records, 3 known"]);
}

/// An export as WordPress writes it: what is public and what is not, in two languages, as both of its editors keep texts.
fn wordpress(items: &str) -> String {
    format!(
        r#"<?xml version="1.0" encoding="UTF-8"?><rss version="2.0" xmlns:excerpt="http://wordpress.org/export/1.2/excerpt/"
        xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:wp="http://wordpress.org/export/1.2/">
        <channel><title>Old</title><link>https://old.example.org</link><pubDate>Thu, 01 Mar 2018 08:00:00 +0000</pubDate><language>en-US</language>
        <wp:wxr_version>1.2</wp:wxr_version>{items}</channel></rss>"#
    )
}

fn post(number: u32, title: &str, text: &str, rest: &str) -> String {
    format!(
        "<item><title>{title}</title><link>https://old.example.org/?p={number}</link><guid isPermaLink=\"false\">https://old.example.org/?p={number}</guid>\
         <content:encoded><![CDATA[{text}]]></content:encoded>{rest}</item>"
    )
}

const PUBLIC: &str = "<pubDate>Fri, 09 Feb 2018 10:00:00 +0000</pubDate><wp:status>publish</wp:status><wp:post_type>post</wp:post_type>";

#[test]
fn what_wordpress_kept_back_stays_unpublished() {
    let publication = Publication::new();
    let draft = "<pubDate>Thu, 01 Jan 1970 00:00:00 +0000</pubDate><wp:post_date>2018-02-10 09:00:00</wp:post_date>\
                 <wp:post_date_gmt>0000-00-00 00:00:00</wp:post_date_gmt><wp:status>draft</wp:status><wp:post_type>post</wp:post_type>";
    let items = [
        post(1, "Three ports reopen", "<p>In Belize.</p>", PUBLIC),
        post(2, "Not yet", "<p>A secret of Belize.</p>", draft),
        post(3, "About us", "<p>We are an office.</p>", &PUBLIC.replace(">post<", ">page<")),
        post(4, "port.jpg", "", &PUBLIC.replace(">post<", ">attachment<").replace("publish", "inherit")),
        post(5, "Members only", "<p>For members.</p>", &PUBLIC.replace("publish", "private")),
        post(6, "To come", "<p>To come in Mexico.</p>", &PUBLIC.replace("publish", "future").replace("09 Feb 2018", "09 Mar 2018")),
    ];
    publication.write("export.xml", wordpress(&items.concat()));
    let said = ["feed-left-out", "`attachment` (1), `page` (1), `private` (1)", "feed-drafts", "3 new records"];
    publication.run(&["import", "feed", "export.xml"]).expect(0, &said);
    assert_eq!(publication.files("items"), ["2018-02-09-three-ports-reopen.md", "2018-02-10-not-yet.md", "2018-03-09-to-come.md"]);
    publication.build().expect(0, &["1 item (1 not due, 1 draft)"]);
    assert!(!publication.read("public/all.rss").contains("secret"));
    publication.run(&["build", "--now", "2018-03-10T00:00:00Z"]).expect(0, &["2 items"]);
    publication.run(&["import", "feed", "export.xml"]).expect(0, &["0 new records, 3 known"]);
}

/// A record is its user's: what an export says otherwise by now is told, and taken over where that is asked for.
#[test]
fn what_changed_or_went_since_the_last_import_is_told() {
    let publication = Publication::new();
    let moved = PUBLIC.replace("09 Feb", "12 Feb");
    let (first, second) = (post(1, "Port", "<p>Of Belize.</p>", PUBLIC), post(2, "Ship", "<p>Of Mexico.</p>", PUBLIC));
    let (third, fourth) = (post(3, "Boat", "<p>A boat.</p>", PUBLIC), post(4, "Bay", "<p>A bay.</p>", PUBLIC));
    let old = post(5, "Old", "<p>Old.</p>", &PUBLIC.replace("2018", "2017"));
    let export = |posts: &[&str]| publication.write("export.xml", wordpress(&posts.concat()));
    export(&[&first, &second, &third, &fourth, &old]);
    let import = |more: &[&str]| publication.run(&[&["import", "feed", "export.xml"], more].concat());
    import(&[]).expect(0, &["5 new records"]);
    let again = import(&[]);
    again.expect(0, &["0 new records, 5 known already"]);
    assert_eq!(again.err, "", "nothing to tell");
    publication.build();
    // Topics that somebody added are no difference; a text that somebody mended is one, and so is what the export has of another.
    let (ship, boat) = (publication.read("items/2018-02-09-ship.md"), publication.read("items/2018-02-09-boat.md"));
    publication.write("items/2018-02-09-ship.md", ship.replace("language =", "topics = [\"ships\"]\nlanguage ="));
    publication
        .write("items/2018-02-09-boat.md", boat.replace("A boat.", "A boat, withdrawn.").replace("syntax =", "withdrawn = true\nsyntax ="));
    export(&[&post(1, "The port", "<p>Of Belize.</p>", &moved), &second, &post(3, "Boats", "<p>x</p>", PUBLIC)]);
    let ran = import(&[]);
    ran.expect(
        0,
        &[
            "0 new records, 3 known already",
            "1 record has another title, date, text, link or `draft`",
            "`--update`",
            "1 record has an item that",
        ],
    );
    let ran = import(&["-v"]);
    ran.expect(0, &["differs ./items/2018-02-09-port.md\n", "no longer there ./items/2018-02-09-bay.md\n"]);
    assert!(!ran.out.contains("old.md"), "older than all of the export: {}", ran.out);
    let json: serde_json::Value = serde_json::from_str(&import(&["--json"]).out).expect("JSON");
    assert_eq!((&json["differ"][0], &json["missed"][0]), (&"./items/2018-02-09-port.md".into(), &"./items/2018-02-09-bay.md".into()));
    import(&["--update"]).expect(0, &["0 new records, 3 known already, 1 written anew"]);
    let port = publication.read("items/2018-02-09-port.md");
    assert!(
        port.contains("id = \"https://old.example.org/?p=1\"") && port.contains("title = \"The port\"") && port.contains("2018-02-12"),
        "{port}"
    );
    assert!(publication.read("items/2018-02-09-ship.md").contains("topics = "));
    assert!(!import(&[]).err.contains("another title"));
    publication.build();
    publication.remove("items/2018-02-09-bay.md");
    assert_eq!(import(&[]).err, "");
}

/// It was made of the records, and says them in HTML.
#[test]
fn a_feed_of_ones_own_is_no_other_than_the_records() {
    let publication = Publication::with_items(3);
    publication.build();
    let ran = publication.run(&["import", "feed", "--update", "public/all.rss"]);
    ran.expect(0, &["0 new records, 3 known already\n"]);
    assert_eq!(ran.err, "");
    // Nor where it has the ids of a former feed.
    publication.write(
        "old.xml",
        rss(&[
            rss_item("Port", "https://old.example.org/17", 9),
            rss_item("Ship", "18", 9),
            rss_item("Boat", "tag:old.example.org,2010:19", 9),
        ]),
    );
    publication.run(&["import", "feed", "old.xml"]).expect(0, &["3 new records"]);
    publication.build();
    for format in ["rss", "atom", "json"] {
        let ran = publication.run(&["import", "feed", "--update", &format!("public/all.{format}"), "old.xml"]);
        ran.expect(0, &["0 new records, 9 known already\n"]);
        assert_eq!(ran.err, "", "{format}");
    }
    // Of a site that Tidings runs elsewhere, what differs is news.
    let other = publication.read("public/all.rss").replace("https://", "https://other.").replace("Port", "Harbour");
    publication.write("other.xml", other.replace("https://other.old", "https://old"));
    publication.run(&["import", "feed", "other.xml"]).expect(0, &["records have another title"]);
}

fn rss(items: &[String]) -> String {
    format!("<rss version='2.0'><channel><title>T</title>{}</channel></rss>", items.concat())
}

fn rss_item(title: &str, guid: &str, day: u32) -> String {
    format!(
        "<item><title>{title}</title><guid isPermaLink='false'>{guid}</guid><pubDate>{day} Feb 2018 10:00:00 GMT</pubDate>\
         <description>{title}.</description></item>"
    )
}

#[test]
fn a_record_that_is_written_anew_keeps_its_id_and_a_draft_stays_one() {
    let publication = Publication::new();
    publication.write("old.xml", rss(&[rss_item("Port", "17", 9), rss_item("Ship", "18", 9)]));
    publication.run(&["import", "feed", "old.xml"]).expect(0, &["2 new records"]);
    let id = |text: &str| text.lines().find(|line| line.starts_with("id = ")).map(str::to_owned).expect("an id");
    let (port, ship) = (publication.read("items/2018-02-09-port.md"), publication.read("items/2018-02-09-ship.md"));
    publication.write("items/2018-02-09-ship.md", ship.replace("syntax =", "draft = true\nsyntax ="));
    publication.write("old.xml", rss(&[rss_item("The port", "17", 10), rss_item("The ship", "18", 10)]));
    let ran = publication.run(&["import", "feed", "old.xml", "--update"]);
    ran.expect(0, &["2 known already, 1 written anew", "1 record has another", "both changed"]);
    let mended = publication.read("items/2018-02-09-port.md");
    assert!(id(&mended) == id(&port) && mended.contains("The port."), "{mended}");
    assert!(publication.read("items/2018-02-09-ship.md").contains("draft = true"));
}

/// The first of two items comes in; the record does not become the second when they are imported again.
#[test]
fn two_items_under_one_id_do_not_take_turns_in_a_record() {
    let publication = Publication::new();
    publication.write("page.txt", "10 February, 2018\n\nPress release\n\nOf Belize.\n\n10 February, 2018\n\nPress release\n\nOf Mexico.\n");
    publication.write("old.xml", rss(&[rss_item("Port", "17", 9), rss_item("Ship", "17", 10)]));
    for (kind, file, code, said) in [("listing", "page.txt", 0, "is here twice, with two texts"), ("feed", "old.xml", 1, "has the id `17`")]
    {
        let import = |more: &[&str]| publication.run(&[&["import", kind, file], more].concat());
        import(&[]).expect(code, &[said, "1 new record"]);
        let name = publication.files("items").pop().expect("a record");
        let record = publication.read(&format!("items/{name}"));
        for more in [&[][..], &["--update"], &["--update"]] {
            let again = import(more);
            again.expect(code, &[said, "0 new records"]);
            assert!(!again.err.contains("record has another") && !again.out.contains("anew"), "{again:?}");
            assert_eq!(publication.read(&format!("items/{name}")), record);
        }
    }
}

/// What a feed does not have may have slid out of it, or stand in another feed of the same site.
#[test]
fn of_what_a_feed_does_not_have_nothing_is_told() {
    let publication = Publication::new();
    let english = |items: &[String]| rss(items).replace("<title>T<", "<language>en</language><title>T<");
    let item = |n: u32, day| rss_item(&format!("Port {n}"), &format!("https://old.example.org/?p={n}"), day);
    let [first, second, third, other] = [item(1, 9), item(2, 9), item(3, 10), item(4, 10)];
    publication.write("ports.xml", english(&[second.clone(), first]));
    publication.write("others.xml", english(&[other]));
    publication.run(&["import", "feed", "ports.xml", "others.xml"]).expect(0, &["3 new records"]);
    publication.write("ports.xml", english(&[third, second]));
    let ran = publication.run(&["import", "feed", "ports.xml"]);
    ran.expect(0, &["1 new record, 1 known already"]);
    assert_eq!(ran.err, "");
}

/// A draft of a site that is published there, and a post that is a draft again, change nothing but that.
#[test]
fn a_draft_that_is_published_later_is_told_and_taken_over() {
    let publication = Publication::new();
    let import = |status: &str, more: &[&str]| {
        publication.write("export.xml", wordpress(&post(1, "Port", "<p>Of Belize.</p>", &PUBLIC.replace("publish", status))));
        publication.run(&[&["import", "feed", "export.xml"], more].concat())
    };
    let is_draft = || publication.read("items/2018-02-09-port.md").contains("\ndraft = true\n");
    import("draft", &[]).expect(0, &["1 new record"]);
    publication.build();
    for (status, draft) in [("publish", false), ("draft", true), ("publish", false)] {
        import(status, &[]).expect(0, &["1 record has another title, date, text, link or `draft`", "`--update`"]);
        assert_ne!(is_draft(), draft);
        import(status, &["--update"]).expect(0, &["1 known already, 1 written anew"]);
        assert_eq!(is_draft(), draft);
        assert!(!import(status, &["--update"]).err.contains("record has another"));
    }
    publication.build().expect(0, &["1 item"]);
    // A scheduled post that has come is the same post.
    let publication = Publication::new();
    let export =
        |status: &str| publication.write("export.xml", wordpress(&post(1, "Port", "<p>x</p>", &PUBLIC.replace("publish", status))));
    export("future");
    publication.run(&["import", "feed", "export.xml"]).expect(0, &["1 new record"]);
    export("publish");
    assert_eq!(publication.run(&["import", "feed", "export.xml"]).err, "");
}

/// What the import wrote is known: what somebody mended is not what the feed changed.
#[test]
fn what_was_mended_by_hand_is_told_from_what_the_feed_changed() {
    let publication = Publication::new();
    let feed = |title: &str| publication.write("old.xml", rss(&[rss_item(title, "17", 9)]));
    let import = |more: &[&str]| publication.run(&[&["import", "feed", "old.xml"], more].concat());
    let record = || publication.read("items/2018-02-09-port.md");
    let silent = |more: &[&str]| assert_eq!(import(more).err, "");
    feed("Port");
    import(&[]).expect(0, &["1 new record"]);
    // Mended, and the feed says what it said: nothing is told, nothing is lost.
    publication
        .write("items/2018-02-09-port.md", record().replace("\"Port\"", "\"Harbour\"").replace("syntax", "topics = [\"ports\"]\nsyntax"));
    let mended = record();
    [&[][..], &["--update"], &["--mended", "replace"]].iter().for_each(|more| silent(more));
    assert_eq!(record(), mended);
    publication.build();
    // Both changed: it is told, and stays.
    feed("The port");
    for more in [&[][..], &["--update"], &["-v"]] {
        import(more)
            .expect(0, &["0 new records", "1 record has another title, date, text, link or `draft`", "both changed", "`--mended keep`"]);
    }
    import(&["-v"]).expect(0, &["differs, and was mended by hand: ./items/2018-02-09-port.md"]);
    let json: serde_json::Value = serde_json::from_str(&import(&["--json"]).out).expect("JSON");
    assert_eq!((&json["mended"][0], &json["differ"]), (&"./items/2018-02-09-port.md".into(), &serde_json::json!([])));
    assert_eq!(record(), mended);
    // Kept, it is told of no more until the feed changes again.
    import(&["--mended", "keep"]).expect(0, &["1 known already, 1 left as mended by hand"]);
    let without = |text: &str| text.lines().filter(|line| !line.starts_with("imported = ")).map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(without(&record()), without(&mended));
    silent(&["--update"]);
    publication.build().expect(0, &["unchanged"]);
    feed("Our port");
    import(&[]).expect(0, &["both changed"]);
    // Replaced, it says what the feed says, but keeps what no import compares.
    import(&["--mended", "replace"]).expect(0, &["1 written anew"]);
    assert!(
        record().contains("title = \"Our port\"") && record().contains("topics = [\"ports\"]") && record().contains("Our port."),
        "{}",
        record()
    );
    silent(&[]);
    feed("Port");
    import(&["--update"]).expect(0, &["1 written anew"]);
    assert!(record().contains("title = \"Port\"") && record().contains("topics = [\"ports\"]"), "{}", record());
    publication.build();
}

/// No import takes back into the feeds what somebody took out.
#[test]
fn what_somebody_made_a_draft_stays_one() {
    let publication = Publication::new();
    let feed = |title: &str| publication.write("old.xml", rss(&[rss_item(title, "17", 9)]));
    feed("Port");
    publication.run(&["import", "feed", "old.xml"]).expect(0, &["1 new record"]);
    let record = || publication.read("items/2018-02-09-port.md");
    publication.write("items/2018-02-09-port.md", record().replace("syntax", "draft = true\nsyntax"));
    feed("The port");
    publication.run(&["import", "feed", "old.xml", "--update"]).expect(0, &["both changed"]);
    for title in ["The port", "Our port"] {
        feed(title);
        publication.run(&["import", "feed", "old.xml", "--mended", "replace"]).expect(0, &["1 written anew"]);
        assert!(record().contains(&format!("title = \"{title}\"")) && record().contains("draft = true"), "{}", record());
    }
}

/// A record in another format than imports write is one that somebody wrote.
#[test]
fn records_that_no_import_wrote_are_written_anew_only_where_that_is_asked_for() {
    for (name, text) in [
        ("port.json", "{\"id\": \"https://old.example.org/17\", \"title\": \"Harbour\", \"date\": \"2018-02-09\", \"story\": \"ports\"}"),
        ("port.md", "---\nid: https://old.example.org/17\ntitle: Harbour\ndate: 2018-02-09\nstory: ports\n---\n\nOurs.\n"),
        ("port.toml", "id = 'https://old.example.org/17'\ntitle = 'Harbour'\ndate = 2018-02-09\nstory = 'ports'\n"),
    ] {
        let publication = Publication::new();
        publication.write(&format!("items/{name}"), text);
        publication.write("items/port-of-another.md", "---\ntitle: Port\ndate: 2018-02-09\n---\n\nx");
        publication.write("old.xml", rss(&[rss_item("Port", "https://old.example.org/17", 9)]));
        let import = |more: &[&str]| publication.run(&[&["import", "feed", "old.xml"], more].concat());
        import(&["--update"]).expect(0, &["both changed"]);
        import(&["--mended", "keep"]).expect(0, &["1 left as mended by hand"]);
        assert!(publication.read(&format!("items/{name}")).contains("Harbour"));
        assert_eq!(import(&[]).err, "", "{name}");
        publication.write("old.xml", rss(&[rss_item("The port", "https://old.example.org/17", 9)]));
        import(&["--mended", "keep"]).expect(u8::from(name.ends_with("json")).into(), &[]);
        publication.write("old.xml", rss(&[rss_item("Our port", "https://old.example.org/17", 9)]));
        import(&["--mended", "replace"]).expect(0, &["1 written anew"]);
        let record = publication.read("items/port.md");
        assert!(
            record.contains("title = \"Our port\"") && record.contains("story = \"ports\"") && record.contains("Our port."),
            "{record}"
        );
        assert_eq!(publication.files("items").len(), 2);
        publication.build();
        assert_eq!(import(&[]).err, "", "{name}");
    }
}

/// The text went, so the record would be `port.toml`; that name is another record's.
#[test]
fn a_record_whose_new_name_is_taken_gets_a_number() {
    let publication = Publication::new();
    let feed = |text: &str| {
        let item = "<item><title>Port</title><guid>https://old.example.org/17</guid><pubDate>9 Feb 2018 10:00:00 GMT</pubDate>";
        publication.write("old.xml", rss(&[format!("{item}{text}</item>"), rss_item("Ship", "18", 9)]));
    };
    feed("<description>Text.</description>");
    publication.run(&["import", "feed", "old.xml"]).expect(0, &["2 new records"]);
    publication.write("items/2018-02-09-port.toml", "id = 'other'\ntitle = 'Other'\ndate = 2018-02-10\nlink = '/other'\n");
    feed("");
    publication
        .run(&["import", "feed", "old.xml", "--update", "-v"])
        .expect(0, &["wrote anew ./items/2018-02-09-port-2.toml", "1 written anew"]);
    assert_eq!(publication.files("items"), ["2018-02-09-port-2.toml", "2018-02-09-port.toml", "2018-02-09-ship.md"]);
    assert!(publication.read("items/2018-02-09-port.toml").contains("Other"));
    assert!(publication.read("items/2018-02-09-port-2.toml").contains("id = \"https://old.example.org/17\""));
}

/// Who reads by RSS knows an item by it.
#[test]
fn a_record_that_is_written_anew_keeps_the_guid_that_it_has() {
    let publication = Publication::new();
    let feed = |title: &str| {
        let items = format!(
            "[{{\"id\":\"https://old.example.org/1\",\"title\":\"{title}\",\"content_text\":\"x\",\"date_published\":\"2018-02-09T10:00:00Z\"}}]"
        );
        publication.write("old.json", format!("{{\"version\":\"https://jsonfeed.org/version/1.1\",\"title\":\"Old\",\"items\":{items}}}"));
    };
    feed("Port");
    publication.run(&["import", "feed", "old.json"]).expect(0, &["1 new record"]);
    let record = publication.read("items/2018-02-09-port.md");
    publication.write("items/2018-02-09-port.md", record.replace("title =", "guid = \"77\"\ntitle ="));
    publication.build();
    feed("The port");
    publication.run(&["import", "feed", "old.json", "--update"]).expect(0, &["1 written anew"]);
    publication.build();
    let rss = publication.read("public/all.rss");
    assert!(rss.contains("The port") && rss.contains(">77</guid>"), "{rss}");
}

#[test]
fn of_an_export_that_was_cut_off_nothing_comes_in() {
    let publication = Publication::new();
    let whole = wordpress(&[post(1, "Ports", "<p>In Belize.</p>", PUBLIC), post(2, "Ships", "<p>In Belize.</p>", PUBLIC)].concat());
    publication.write("export.xml", &whole[..whole.len() - 60]);
    let said = [
        "error[feed-syntax]",
        "help: nothing of this file is imported: export or download it again",
        "0 new records, 0 known already, 1 error",
    ];
    publication.run(&["import", "feed", "export.xml"]).expect(1, &said);
}

#[test]
fn news_of_a_type_of_its_own_comes_in_where_it_is_named() {
    let publication = Publication::new();
    let of_type =
        |number, kind: &str| post(number, &format!("Port {number}"), "<p>In Belize.</p>", &PUBLIC.replace(">post<", &format!(">{kind}<")));
    publication.write("export.xml", wordpress(&[of_type(1, "news"), of_type(2, "news"), of_type(3, "page")].concat()));
    let said = [
        "export.xml: error[feed-left-out]: nothing comes in",
        "`news` (2), `page` (1)",
        "comes in with `--post-type news`",
        "0 new records, 0 known already, 1 error",
    ];
    publication.run(&["import", "feed", "export.xml"]).expect(1, &said);
    let said = ["warning[feed-left-out]", "`page` (1)", "`tidings new`", "2 new records"];
    publication.run(&["import", "feed", "--post-type", "news", "--post-type", "event", "export.xml"]).expect(0, &said);
}

#[test]
fn wordpress_posts_come_to_the_channels_of_their_language_country_and_topic() {
    let publication = Publication::with_config(&CONFIG.replace("per-language = false", "per-language = true"));
    let categories = |list: &[(&str, &str)]| {
        list.iter()
            .map(|(domain, name)| format!("<category domain=\"{domain}\" nicename=\"es\"><![CDATA[{name}]]></category>"))
            .collect::<String>()
    };
    let items = [
        post(
            1,
            "Three ports reopen",
            "<p>After the storm they are open.</p>",
            &[PUBLIC, &categories(&[("category", "Belice"), ("category", "Harbour")])].concat(),
        ),
        post(
            2,
            "Reabren tres puertos",
            "<p>Tras la tormenta, los puertos reciben barcos.</p>",
            &[PUBLIC, &categories(&[("category", "Noticias")])].concat(),
        ),
        post(3, "Video", "<p>…</p>", &[PUBLIC, &categories(&[("language", "Español")])].concat()),
        post(
            4,
            "Barco",
            "<p>…</p>",
            &[PUBLIC, &categories(&[("category", "En español"), ("category", "Belice"), ("post_tag", "English")])].concat(),
        ),
        post(5, "Ship", "<p>…</p>", &[PUBLIC, &categories(&[("category", "Español"), ("category", "English")])].concat()),
    ];
    publication.write("export.xml", wordpress(&items.concat()));
    let said =
        ["warning[feed-categories]: 1 category is no topic or country and is left out: `Noticias`", "`[topics.NAME]`", "5 new records"];
    publication.run(&["import", "feed", "export.xml"]).expect(0, &said);
    let language = |name: &str| {
        let record = publication.read(&format!("items/2018-02-09-{name}.md"));
        record.lines().find(|line| line.starts_with("language")).map(str::to_owned).unwrap_or_default()
    };
    assert_eq!(["barco", "ship"].map(language), ["language = \"es\"", "language = \"en\""], "one category says it, and two do not");
    let record = publication.read("items/2018-02-09-three-ports-reopen.md");
    assert!(
        record.contains("language = \"en\"") && record.contains("countries = [\"BZ\"]") && record.contains("topics = [\"ports\"]"),
        "{record}"
    );
    publication.build();
    let spanish = publication.read("public/es/all.rss");
    assert!(spanish.contains("Reabren tres puertos") && spanish.contains("Video") && !spanish.contains("Three ports"), "{spanish}");
}

#[test]
fn a_category_is_a_country_where_its_name_means_nothing_else() {
    let feed = "<rss version='2.0'><channel><title>T</title><item><guid>https://old.example.org/?p=1</guid><title>Ports</title>\
        <pubDate>Fri, 09 Feb 2018 10:00:00 GMT</pubDate><category>Georgia</category><category>Us</category><category>Chad</category><category>Mexico</category>\
        <description>Text.</description></item></channel></rss>";
    for (countries, want, strangers) in
        [("ignore = ['Chad']", "[\"MX\"]", "`Chad`, `Georgia`, `Us`"), ("ambiguous = ['GE']", "[\"GE\", \"TD\", \"MX\"]", "`Us`")]
    {
        let publication = Publication::with_config(&CONFIG.replace(r#"allow = ["BZ", "MX", "CR"]"#, countries));
        publication.write("old.xml", feed);
        publication.run(&["import", "feed", "old.xml"]).expect(0, &[strangers, "1 new record"]);
        let record = publication.read("items/2018-02-09-ports.md");
        assert!(record.contains(&format!("countries = {want}")), "{record}");
    }
}

#[test]
fn wordpress_texts_come_without_its_shortcodes() {
    let publication = Publication::new();
    let text = "First, in Belize.\n\nSecond.\n\n[gallery ids=\"1,2\"]\n\n[caption id=\"a\" width=\"9\"]<img src=\"https://old.example.org/a.png\" alt=\"A\"> A port[/caption]\n\n\
                [embed]https://example.org/film[/embed] [sic]\n\nhttps://youtu.be/dQw4w9WgXcQ\n\n[youtube https://youtu.be/a] [vimeo 14135] [[caption]x[/caption]]";
    publication.write("export.xml", wordpress(&post(1, "Ports", text, PUBLIC)));
    publication
        .run(&["import", "feed", "export.xml"])
        .expect(0, &["warning[feed-shortcodes]", "`caption` (1), `embed` (1), `gallery` (1), `vimeo` (1), `youtube` (1)"]);
    publication.build();
    let atom = publication.read("public/all.atom");
    assert!(atom.contains("&lt;p&gt;First, in Belize.&lt;/p&gt;") && atom.contains("&lt;p&gt;Second.&lt;/p&gt;"), "{atom}");
    assert!(atom.contains("href=\"https://example.org/film\"&gt;") && atom.contains("[sic]"), "{atom}");
    assert!(!atom.contains("[gallery") && !atom.contains("[[") && atom.contains("[caption]x[/caption]"), "{atom}");
    for address in ["https://youtu.be/dQw4w9WgXcQ", "https://youtu.be/a", "https://vimeo.com/14135"] {
        assert!(atom.contains(&format!("href=\"{address}\"&gt;{address}&lt;/a&gt;")), "{address}: {atom}");
    }
}

/// An export of Blogger has all that is behind the blog, in entries that look alike.
#[test]
fn what_blogger_kept_back_stays_unpublished() {
    let publication = Publication::new();
    let entry = |number: u32, kind: &str, title: &str, more: &str| {
        format!(
            "<entry><id>tag:blogger.com,1999:blog-8.post-{number}</id><published>2018-02-09T10:00:00.000-06:00</published><updated>2018-02-09T10:00:00.000-06:00</updated>\
             <category scheme='http://schemas.google.com/g/2005#kind' term='http://schemas.google.com/blogger/2008/kind#{kind}'/>{more}\
             <title type='text'>{title}</title><content type='html'>Of Belize.</content><author><name>Ana</name><email>noreply@blogger.com</email></author></entry>"
        )
    };
    let category = "<category scheme='http://www.blogger.com/atom/ns#' term='Weather'/>";
    let draft = "<app:control xmlns:app='http://purl.org/atom/app#'><app:draft>yes</app:draft></app:control>";
    let feed = |entries: &str| {
        publication.write("blog.xml", format!("<feed xmlns='http://www.w3.org/2005/Atom'><title>B</title>{entries}</feed>"))
    };
    let (settings, comment) = (entry(3, "settings", "The list of administrators' emails.", ""), entry(4, "comment", "Thank you!", ""));
    feed(&[entry(1, "post", "Three ports", category), entry(2, "post", "A secret", draft), settings.clone(), comment].concat());
    let said = [
        "feed-left-out]: what is no post of the public is left out: `comment` (1), `settings` (1)",
        "feed-drafts",
        "left out: `Weather`",
        "2 new records",
    ];
    publication.run(&["import", "feed", "blog.xml"]).expect(0, &said);
    publication.build().expect(0, &["1 item (1 draft)"]);
    let atom = publication.read("public/all.atom");
    assert!(atom.contains("Three ports") && !["secret", "emails", "Thank", "noreply"].iter().any(|word| atom.contains(word)), "{atom}");
    feed(&settings);
    publication.run(&["import", "feed", "blog.xml"]).expect(1, &["error[feed-left-out]: nothing comes in"]);
}

/// Many feeds say no language, also where they have several.
#[test]
fn a_feed_that_says_no_language_is_read_for_it() {
    let publication = Publication::with_config(&CONFIG.replace("per-language = false", "per-language = true"));
    let item =
        |title: &str, text: &str| rss_item(title, title, 9).replace(&format!("{title}.</description>"), &format!("{text}</description>"));
    let items = [
        item("Three", "After the storm the ports take ships."),
        item("Tres", "Tras la tormenta, los puertos reciben barcos."),
        item("Trois", "Les navires de la ville arrivent en avril avec la marchandise de la région."),
    ];
    publication.write("old.xml", rss(&items));
    let told = "items: warning[import-language]: 1 of 3 new records say no language, and are published in `en`";
    publication.run(&["import", "feed", "old.xml"]).expect(0, &["3 new records", told]);
    let language = |name: &str| {
        let record = publication.read(&format!("items/2018-02-09-{name}.md"));
        record.lines().find(|line| line.starts_with("language")).map(str::to_owned)
    };
    assert_eq!(
        ["three", "tres", "trois"].map(language),
        [Some("language = \"en\"".to_owned()), Some("language = \"es\"".to_owned()), None]
    );
    publication.write(
        "old.xml",
        rss(&[item("Dos", "Tras la tormenta, los puertos reciben barcos.")]).replace("<title>T<", "<language>en</language><title>T<"),
    );
    publication.run(&["import", "feed", "old.xml"]).expect(0, &["1 new record"]);
    assert_eq!(language("dos"), Some("language = \"en\"".to_owned()), "what the feed says stands");
}

#[test]
fn an_export_of_ghost_says_what_to_take() {
    let publication = Publication::new();
    publication.write("ghost.json", "{\"db\":[{\"meta\":{},\"data\":{\"posts\":[]}}]}");
    publication.run(&["import", "feed", "ghost.json"]).expect(1, &["error[import-format]", "`/rss/` of the site"]);
}

#[test]
fn without_a_config_a_folder_must_be_named() {
    let dir = tempfile::tempdir().expect("a temporary folder");
    std::fs::write(dir.path().join("page.txt"), PAGE).expect("a page");
    let run =
        |args: &[&str]| crate::support::Ran::of(crate::support::tidings().arg("-C").arg(dir.path()).args(args).output().expect("starts"));
    run(&["import", "listing", "page.txt"]).expect(2, &["tidings init"]);
    run(&["import", "listing", "page.txt", "--into", "records"]).expect(0, &["4 new records"]);
    run(&["import", "listing", "nowhere.txt", "--into", "records"]).expect(1, &["nowhere.txt"]);
}

/// The first user's page, where it is at hand: what belongs to which country.
#[test]
fn the_first_users_page_is_sorted_as_people_would() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/listing.txt");
    if !page.exists() {
        eprintln!("skipped: ../shared/listing.txt is not here");
        return;
    }
    let publication = Publication::with_config(
        &CONFIG.replace(r#"allow = ["BZ", "MX", "CR"]"#, r#"allow = ["BZ", "CR", "SV", "GT", "HN", "MX", "NI", "PA", "DO"]"#),
    );
    let page = page.to_str().expect("a path").to_owned();
    publication.run(&["import", "listing", &page]).expect(0, &["10 new records"]);
    publication.run(&["import", "listing", &page]).expect(0, &["0 new records, 10 known"]);
    publication.build();
    let rows = [
        ("belize", vec!["first time"]),
        ("guatemala", vec!["Judges and attorneys"]),
        ("mexico", vec!["Judges and attorneys", "Municipalities"]),
        ("costa-rica", vec!["Ministry of Public Education"]),
        ("el-salvador", vec!["Regional E-Course", "Partners of the"]),
    ];
    for (country, titles) in &rows {
        let feed = publication.read(&format!("public/country/{country}.rss"));
        assert_eq!(feed.matches("<item>").count(), titles.len(), "{country}");
        titles.iter().for_each(|title| assert!(feed.contains(title), "{country}: {title}"));
    }
    assert_eq!(publication.files("public/country").len(), 4 * rows.len(), "and no other country");
}
