//! Which channels there are, what they hold, and why.

use crate::support::{CONFIG, Publication, Ran};

/// `path: items/shown` of every channel.
fn channels(publication: &Publication) -> Vec<String> {
    let ran = publication.run(&["channels", "--json"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    let rows: Vec<serde_json::Value> = serde_json::from_str(&ran.out).expect("JSON");
    rows.iter().map(|row| format!("{} {}/{}", row["path"].as_str().expect("a path"), row["items"], row["shown"])).collect()
}

/// The titles in a published feed, in its order.
fn titles(publication: &Publication, path: &str) -> Vec<String> {
    let text = publication.read(&format!("public/{path}"));
    let document = roxmltree::Document::parse(&text).expect("well-formed");
    let item = |node: &roxmltree::Node<'_, '_>| matches!(node.tag_name().name(), "item" | "entry");
    let title = |node: roxmltree::Node<'_, '_>| {
        node.children().find(|child| child.tag_name().name() == "title").and_then(|title| title.text()).unwrap_or_default().to_owned()
    };
    document.descendants().filter(item).map(title).collect()
}

fn with(extra: &str) -> Publication {
    Publication::with_config(&format!("{CONFIG}\n{extra}"))
}

fn record(publication: &Publication, name: &str, fields: &str) {
    publication.write(&format!("items/{name}.toml"), fields);
}

#[test]
fn one_channel_for_each_country_and_topic_that_has_items() {
    let publication = Publication::with_items(2);
    publication.item(3, "Ships wait off Mexico");
    assert_eq!(channels(&publication), ["all 3/3", "country/belize 2/2", "country/mexico 1/1", "topic/ports 2/2", "topic/ships 1/1"]);
}

#[test]
fn include_and_exclude_choose_channels() {
    let publication =
        Publication::with_config(&CONFIG.replace(
            "per-language = false",
            "per-language = false\ncountries = { exclude = [\"BZ\"] }\ntopics = { include = [\"ships\"] }",
        ));
    publication.item(1, "Port of Belize");
    publication.item(2, "Ships off Mexico");
    assert_eq!(channels(&publication), ["all 2/2", "country/mexico 1/1", "topic/ships 1/1"]);
}

#[test]
fn named_channels_follow_their_query() {
    let publication = with(
        r#"
        [[channel]]
        path = "belize-ports"
        title = "Ports of Belize"
        query = "country:belize and topic:ports and not author:Ana"

        [[channel]]
        path = "desk/either"
        title = "Either"
        query = "country:MX or within:30d"
        "#,
    );
    record(&publication, "a", "title = 'A port of Belize'\ndate = 2018-01-01");
    record(&publication, "b", "title = 'A port of Belize by Ana'\ndate = 2018-01-02\nauthors = ['Ana']");
    record(&publication, "c", "title = 'Mexico'\ndate = 2018-01-03");
    record(&publication, "d", "title = 'News of nowhere'\ndate = 2018-02-20");
    publication.build();
    publication
        .run(&["explain", "a"])
        .expect(0, &["its query takes the item: country:BZ and topic:ports and not author:\"Ana\"", "Belize: "]);
    assert_eq!(titles(&publication, "belize-ports.rss"), ["A port of Belize"]);
    assert_eq!(titles(&publication, "desk/either.atom"), ["News of nowhere", "Mexico"]);
}

#[test]
fn the_matrix_is_bounded() {
    let matrix = |bounds: &str| {
        let publication = Publication::with_config(&format!("{CONFIG}\n[channels.matrix]\n{bounds}\n"));
        publication.item(1, "Port of Belize");
        publication.item(2, "Port of Belize again");
        publication.item(3, "Port of Mexico");
        publication.item(4, "Ships off Mexico");
        channels(&publication).into_iter().filter(|row| row.matches('/').count() == 3).collect::<Vec<_>>()
    };
    assert_eq!(
        matrix("min-items = 1\nmax-channels = 10"),
        ["country/belize/ports 2/2", "country/mexico/ports 1/1", "country/mexico/ships 1/1"]
    );
    assert_eq!(matrix("min-items = 2\nmax-channels = 10"), ["country/belize/ports 2/2"]);
    assert_eq!(matrix("min-items = 1\nmax-channels = 2"), ["country/belize/ports 2/2", "country/mexico/ports 1/1"]);
}

#[test]
fn each_language_has_its_own_version_and_a_mixed_channel_the_preferred_one() {
    let publication = Publication::with_config(&CONFIG.replace("per-language = false", "per-language = true"));
    record(
        &publication,
        "en",
        "title = 'A port in Belize'\ndate = 2018-01-02\nstory = 's'\nlanguage = 'en'\nlink = 'https://example.org/en'",
    );
    record(
        &publication,
        "es",
        "title = 'Un puerto en Belice'\ndate = 2018-01-03\nstory = 's'\nlanguage = 'es'\nlink = 'https://example.org/es'",
    );
    record(&publication, "only", "title = 'Otro puerto en Belice'\ndate = 2018-01-01\nlanguage = 'es'");
    publication.build();
    assert_eq!(titles(&publication, "all.rss"), ["A port in Belize", "Otro puerto en Belice"]);
    assert_eq!(titles(&publication, "en/country/belize.rss"), ["A port in Belize"]);
    assert_eq!(titles(&publication, "es/country/belize.atom"), ["Un puerto en Belice", "Otro puerto en Belice"]);

    let spanish = publication.read("public/es/country/belize.atom");
    assert!(spanish.contains(r#"xml:lang="es""#), "{spanish}");
    assert!(spanish.contains(r#"hreflang="en""#) && spanish.contains("https://example.org/en"), "the entry names its translation");
    assert!(spanish.contains("https://feeds.example.org/en/country/belize.atom"), "the feed names its variant");

    record(
        &publication,
        "guest",
        "title = 'Ports'\ndate = 2018-01-04\nlanguage = 'quc'\ncountries = ['BZ']\nlink = 'https://example.org/quc'",
    );
    let told = "items/guest.toml: warning[foreign-language]: 1 item is in `quc`, which the publication does not have: it is in no channel of one language";
    publication.build().expect(0, &[told]);
    assert_eq!(titles(&publication, "country/belize.rss")[0], "Ports");
    assert!(!publication.exists("public/quc/country/belize.rss"));
    publication.run(&["check", "public", "--url", "https://feeds.example.org/", "--deny", "warnings"]).expect(0, &[]);
}

#[test]
fn limits_by_count_age_and_floor() {
    let shown = |limits: &str| {
        let publication = with(&format!("[limits]\n{limits}"));
        // Days 40 to 59 of the year; now is day 60.
        (40..60).for_each(|n| publication.item(n, &format!("News {n}")));
        channels(&publication)[0].clone()
    };
    assert_eq!(shown("items = 5"), "all 20/5");
    assert_eq!(shown("items = 100\ndays = 7"), "all 20/7");
    assert_eq!(shown("items = 5\nfloor-days = 10"), "all 20/10");
    assert_eq!(shown("items = 5\ndays = 12\nfloor-days = 10"), "all 20/10");
}

#[test]
fn a_limit_in_bytes_holds_and_leaves_at_least_one_item() {
    let publication = with("[limits]\nbytes = 6000");
    (1..30).for_each(|n| publication.item(n, &format!("News {n}")));
    publication.build();
    let size = publication.read("public/all.rss").len();
    assert!((4000..=6000).contains(&size), "{size}");
    let tight = with("[limits]\nbytes = 4096");
    tight.item(1, &"long ".repeat(1400));
    tight.build();
    assert_eq!(titles(&tight, "all.atom").len(), 1);
}

#[test]
fn newest_first_and_the_same_order_for_one_instant() {
    let publication = Publication::new();
    for (name, id, date) in [("x", "b", "2018-01-01"), ("y", "a", "2018-01-01"), ("z", "c", "2018-01-02")] {
        record(&publication, name, &format!("id = '{id}'\ntitle = '{id}'\ndate = {date}"));
    }
    publication.build();
    assert_eq!(titles(&publication, "all.rss"), ["c", "a", "b"]);
    assert_eq!(titles(&publication, "all.atom"), ["c", "a", "b"]);
}

#[test]
fn empty_channels_follow_the_config() {
    for (policy, stays, holds) in [("publish", true, false), ("skip", false, false), ("keep", true, true), ("publish-known", true, false)] {
        let publication =
            Publication::with_config(&CONFIG.replace("per-language = false", &format!("per-language = false\nempty = \"{policy}\"")));
        publication.item(1, "Port of Belize");
        publication.item(2, "Ships off Mexico");
        publication.build();
        assert_eq!(publication.exists("public/country/costa-rica.rss"), policy == "publish", "{policy}");
        publication.remove("items/item-2.md");
        publication.run(&["build"]).expect(1, &["channel-shrinks"]);
        publication.run(&["build", "--accept", "shrink,paths"]).expect(0, &[]);
        assert_eq!(publication.exists("public/country/mexico.rss"), stays, "{policy}");
        if stays {
            assert_eq!(!titles(&publication, "country/mexico.rss").is_empty(), holds, "{policy}");
        }
    }
}

#[test]
fn drafts_future_and_expired_items_stay_out_until_due() {
    let publication = Publication::new();
    record(&publication, "draft", "title = 'Draft'\ndate = 2018-01-01\ndraft = true");
    record(&publication, "future", "title = 'Future'\ndate = 2018-05-01\npublish-at = 2018-05-01");
    record(&publication, "embargo", "title = 'Embargo'\ndate = 2018-01-01\npublish-at = 2018-04-01T09:00:00Z");
    record(&publication, "expired", "title = 'Expired'\ndate = 2018-01-01\nexpires = 2018-02-01");
    record(&publication, "seen", "title = 'Seen'\ndate = 2018-01-01");
    publication.build().expect(0, &["1 item (2 not due, 1 draft, 1 expired) in"]);
    publication.run(&["build"]).expect(0, &["1 item (2 not due, 1 draft, 1 expired) in"]);
    assert_eq!(titles(&publication, "all.rss"), ["Seen"]);
    let later = Ran::of(publication.command(&["build", "--now", "2018-04-01T09:00:00Z"]).output().expect("runs"));
    later.expect(0, &[]);
    assert_eq!(titles(&publication, "all.rss"), ["Embargo", "Seen"]);
}

#[test]
fn explain_says_why_and_why_not() {
    let publication = Publication::new();
    publication.item(1, "Ships wait off Mexico");
    publication.run(&["explain", "item-1"]).expect(0, &["country/mexico", "Mexico", "topic/ships", "Ships"]);
    publication.write("items/nowhere.md", "+++\ntitle = 'A quiet day'\ndate = 2018-01-01\ntopics = []\n+++\n\nText.\n");
    let nowhere =
        ["no country: nothing speaks of one in the record, the dateline, the title", "no topic: the record says that it has none"];
    publication.run(&["explain", "nowhere"]).expect(0, &nowhere);
    publication.run(&["explain", "item-1", "--why-not", "country/belize"]).expect(0, &["nothing in the item speaks of Belize"]);
    publication.run(&["explain", "item-1", "--why-not", "topic/shipps"]).expect(2, &["there is no channel"]);
    let several = ["fits 2 items", "`item-1`  ", "`item-2`  "];
    publication.item(2, "Ships wait off Veracruz, again");
    publication.run(&["explain", "ships"]).expect(2, &several);
    publication.remove("items/item-2.md");
    publication.run(&["explain", "itm-1"]).expect(2, &["did you mean `item-1`?"]);
    publication.write("items/slip.md", "+++\ntitle = 'A slip'\ndate = 2018-01-01\ncountries = ['Beliz']\n+++\n\nText.\n");
    publication
        .run(&["explain", "items/slip.md"])
        .expect(2, &["unknown-country", "did you mean `Belize`?", "no record that could be read is called"]);
    publication.remove("items/slip.md");
    let ran = publication.run(&["explain", "wait off", "--json"]);
    let explained: serde_json::Value = serde_json::from_str(&ran.out).expect("JSON");
    assert_eq!(explained["channels"][1]["channel"], "country/mexico");
}

#[test]
fn no_two_channels_of_one_title_in_one_language_list() {
    let publication = Publication::with_config(&CONFIG.replace("per-language = false", "per-language = true"));
    publication.item(1, "Port of Belize");
    let ran = publication.run(&["channels", "--json"]);
    let rows: Vec<serde_json::Value> = serde_json::from_str(&ran.out).expect("JSON");
    let titles: std::collections::BTreeSet<&str> = rows.iter().filter_map(|row| row["title"].as_str()).collect();
    assert_eq!(titles.len(), rows.len(), "{}", ran.out);
}
