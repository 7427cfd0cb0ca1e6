//! The ledger: real change, channel dates, guards, tombstones, withdrawn items, moves, aliases, and a ledger that is lost.

use crate::support::{CONFIG, Publication, Ran};

/// A build at another time.
fn build_at(publication: &Publication, now: &str) -> Ran {
    Ran::of(publication.command(&["build", "--now", now]).output().expect("runs"))
}

fn updated(publication: &Publication, path: &str) -> Vec<String> {
    let text = publication.read(path);
    text.split("<updated>").skip(1).map(|rest| rest.split('<').next().unwrap_or_default().to_owned()).collect()
}

fn record(publication: &Publication, name: &str, fields: &str, body: &str) {
    publication.write(&format!("items/{name}.md"), format!("+++\n{fields}\n+++\n\n{body}\n"));
}

#[test]
fn an_item_is_updated_when_it_really_changes_and_only_then() {
    let publication = Publication::with_items(3);
    publication.build();
    let before = updated(&publication, "public/all.atom");
    record(&publication, "item-2", "date = 2018-01-02\ntitle = 'The port of Belize reopens,  part 2'", "Text\nnumber    2.\n\n\n42 views");
    build_at(&publication, "2018-03-02T08:00:00Z").expect(0, &[]);
    let after = updated(&publication, "public/all.atom");
    assert_eq!(before[1..], after[1..], "white space and counters are no change of an item");

    record(&publication, "item-2", "date = 2018-01-02\ntitle = 'The port of Belize reopens, part 2'", "Text number 2, mended.");
    build_at(&publication, "2018-03-03T08:00:00Z").expect(0, &[]);
    let mended = updated(&publication, "public/all.atom");
    assert_eq!(mended, ["2018-03-03T08:00:00Z", &before[1], "2018-03-03T08:00:00Z", &before[3]]);
    build_at(&publication, "2018-03-04T08:00:00Z").expect(0, &["unchanged"]);
    assert_eq!(updated(&publication, "public/all.atom"), mended);

    record(&publication, "item-2", "date = 2018-01-02\nupdated = 2018-02-01T00:00:00Z\ntitle = 'The port'", "Again.");
    build_at(&publication, "2018-03-05T08:00:00Z").expect(0, &[]);
    assert_eq!(updated(&publication, "public/all.atom"), ["2018-03-05T08:00:00Z", &before[1], &mended[2], &before[3]], "nothing goes back");
    record(&publication, "item-2", "date = 2018-01-02\nupdated = 2018-03-04T00:00:00Z\ntitle = 'The port'", "And again.");
    build_at(&publication, "2018-03-06T08:00:00Z").expect(0, &[]);
    assert_eq!(updated(&publication, "public/all.atom")[2], "2018-03-04T00:00:00Z", "what the record says wins");
}

/// It was dated up to a quarter of an hour after noon, and noon is before that.
#[test]
fn an_item_of_a_day_is_not_updated_at_noon_of_that_day() {
    let publication = Publication::with_items(3);
    publication.build();
    let before = updated(&publication, "public/all.atom");
    record(
        &publication,
        "item-2",
        "date = 2018-01-02\nupdated = 2018-01-02\ntitle = 'The port of Belize reopens, part 2'",
        "Text number 2.",
    );
    build_at(&publication, "2018-03-02T08:00:00Z").expect(0, &[]);
    assert_eq!(updated(&publication, "public/all.atom")[1..], before[1..]);
    build_at(&publication, "2018-03-03T08:00:00Z").expect(0, &["unchanged"]);
    Ran::of(publication.command(&["build", "--full", "--now", "2018-03-03T08:00:00Z"]).output().expect("runs"))
        .expect(0, &["17 unchanged"]);
}

#[test]
fn what_the_config_says_to_ignore_is_no_change() {
    let publication = Publication::with_items(2);
    publication.write("feeds.toml", format!("{CONFIG}\n[ledger]\nignore = ['read in \\w+ minutes', 'No\\. \\w+$']\n"));
    let write = |no: &str, body: &str| {
        record(&publication, "item-1", &format!("date = 2018-01-01\ntitle = 'The port of Belize reopens No. {no}'"), body);
    };
    write("one", "Read in two minutes. The port is open.");
    publication.build();
    let before = updated(&publication, "public/all.atom");
    write("two", "read in ten minutes. The port is open.");
    build_at(&publication, "2018-03-02T08:00:00Z").expect(0, &[]);
    assert_eq!(updated(&publication, "public/all.atom")[1..], before[1..]);
    write("two", "read in ten minutes. The port is closed.");
    build_at(&publication, "2018-03-03T08:00:00Z").expect(0, &[]);
    assert!(publication.read("public/all.atom").contains("<updated>2018-03-03T08:00:00Z</updated>"));
}

#[test]
fn a_table_of_aliases_brings_old_ids_in() {
    let publication = Publication::with_items(3);
    publication.write("feeds.toml", format!("{CONFIG}\n[ids]\nfile = 'aliases.csv'\n"));
    publication.write(
        "aliases.csv",
        "key,id,guid\nitem-1,https://old.example.org/?p=17,17 at https://old.example.org\nitem-2,\"tag:old.example.org,2009:2\",\n",
    );
    publication.build();
    let (atom, rss) = (publication.read("public/all.atom"), publication.read("public/all.rss"));
    assert!(atom.contains("<id>https://old.example.org/?p=17</id>") && atom.contains("<id>tag:old.example.org,2009:2</id>"), "{atom}");
    assert!(rss.contains("<guid isPermaLink=\"false\">17 at https://old.example.org</guid>"), "{rss}");
    assert!(rss.contains("<guid isPermaLink=\"false\">tag:old.example.org,2009:2</guid>"), "{rss}");
}

#[test]
fn a_new_base_url_changes_no_id_and_no_item() {
    let publication = Publication::with_items(3);
    publication.build();
    let before = (updated(&publication, "public/all.atom"), ids(&publication));
    publication.write("feeds.toml", CONFIG.replace("feeds.example.org", "www.example.com/news"));
    build_at(&publication, "2018-03-02T08:00:00Z").expect(0, &["changed"]);
    assert_eq!((updated(&publication, "public/all.atom")[1..].to_vec(), ids(&publication)), (before.0[1..].to_vec(), before.1));
    assert_eq!(updated(&publication, "public/all.atom")[0], "2018-03-02T08:00:00Z");
}

fn ids(publication: &Publication) -> Vec<String> {
    let text = publication.read("public/all.atom");
    text.split("<id>").skip(1).map(|rest| rest.split('<').next().unwrap_or_default().to_owned()).collect()
}

#[test]
fn a_channel_is_dated_by_its_last_change_deletions_included_and_never_goes_back() {
    let publication = Publication::with_items(5);
    publication.build();
    publication.remove("items/item-5.md");
    build_at(&publication, "2018-03-02T08:00:00Z").expect(0, &[]);
    assert_eq!(updated(&publication, "public/all.atom")[0], "2018-03-02T08:00:00Z");
    let modified = std::fs::metadata(publication.path("public/all.rss")).and_then(|file| file.modified()).expect("a time");
    assert_eq!(chrono::DateTime::<chrono::Utc>::from(modified).to_rfc3339(), "2018-03-02T08:00:00+00:00", "Last-Modified moves with it");
    publication.item(6, "Another port of Belize");
    build_at(&publication, "2018-03-01T08:00:00Z").expect(0, &[]);
    assert_eq!(updated(&publication, "public/all.atom")[0], "2018-03-02T08:00:01Z", "a clock that was set back");
}

#[test]
fn a_deleted_item_has_a_tombstone_for_a_time() {
    let publication = Publication::with_items(5);
    publication.build();
    publication.remove("items/item-5.md");
    build_at(&publication, "2018-03-02T08:00:00Z").expect(0, &[]);
    let tombstone = "<at:deleted-entry ref=\"tag:example.org,2018:item/item-5\" when=\"2018-03-02T08:00:00Z\"/>";
    for path in ["public/all.atom", "public/country/belize.atom"] {
        assert!(publication.read(path).contains(tombstone), "{}", publication.read(path));
    }
    build_at(&publication, "2018-03-20T08:00:00Z").expect(0, &["unchanged"]);
    build_at(&publication, "2018-04-02T08:00:01Z").expect(0, &[]);
    assert!(!publication.read("public/all.atom").contains("deleted-entry"));
}

/// The id of each deleted item and when it was deleted; of each entry its id and `updated`.
pub fn told(publication: &Publication, path: &str) -> (Vec<[String; 2]>, Vec<[String; 2]>) {
    let text = publication.read(path);
    let between = |part: &str, from: &str, to: &str| {
        part.split_once(from).and_then(|(_, rest)| rest.split_once(to)).map(|(found, _)| found.to_owned()).unwrap_or_default()
    };
    let deleted = text.split("<at:deleted-entry").skip(1).map(|part| [between(part, "ref=\"", "\""), between(part, "when=\"", "\"")]);
    let entries = text.split("<entry").skip(1).map(|part| [between(part, "<id>", "</id>"), between(part, "<updated>", "</updated>")]);
    (deleted.collect(), entries.collect())
}

/// A channel that is kept as it was while it has none shows them until it has others.
#[test]
fn items_that_went_while_their_channel_was_kept_are_told_to_be_gone() {
    for empty in ["keep", "publish-known"] {
        let publication = Publication::with_config(&format!("{CONFIG}empty = '{empty}'\n"));
        let item =
            |n: u32| record(&publication, &format!("mexico-{n}"), &format!("title = 'Ship {n} of Mexico'\ndate = 2018-01-0{n}"), "Text.");
        publication.item(1, "The port of Belize reopens");
        (1..=2).for_each(item);
        publication.build();
        (1..=2).for_each(|n| publication.remove(&format!("items/mexico-{n}.md")));
        publication.run(&["build", "--accept", "shrink", "--now", "2018-03-02T12:00:00Z"]).expect(0, &["1 item"]);
        item(3);
        publication.run(&["build", "--accept", "shrink", "--now", "2018-03-03T12:00:00Z"]).expect(0, &["2 items"]);
        let gone = [1, 2].map(|n| [format!("tag:example.org,2018:item/mexico-{n}"), "2018-03-02T12:00:00Z".to_owned()]);
        assert_eq!(told(&publication, "public/country/mexico.atom").0, gone, "{empty}");
    }
}

/// Readers take an entry for deleted that changed before its tombstone (RFC 6721 section 3).
#[test]
fn an_item_that_comes_back_is_dated_after_its_tombstone() {
    let publication = Publication::with_items(6);
    let id = |n: u32| format!("tag:example.org,2018:item/item-{n}");
    let write = |n: u32, more: &str| {
        let fields = format!("title = 'The port of Belize reopens, part {n}'\ndate = 2018-01-0{n}\n{more}");
        record(&publication, &format!("item-{n}"), &fields, &format!("Text number {n}."));
    };
    write(5, "updated = 2018-02-01T08:00:00Z");
    publication.build();
    let (_, before) = told(&publication, "public/all.atom");
    publication.remove("items/item-5.md");
    write(6, "draft = true");
    build_at(&publication, "2018-03-02T08:00:00Z").expect(0, &[]);
    let gone = [5, 6].map(|n| [id(n), "2018-03-02T08:00:00Z".to_owned()]);
    assert_eq!(told(&publication, "public/all.atom").0, gone);
    write(5, "updated = 2018-02-01T08:00:00Z");
    write(6, "");
    // The same second, as far as anybody can tell.
    build_at(&publication, "2018-03-02T08:00:00Z").expect(0, &[]);
    let again = [6, 5].map(|n| [id(n), "2018-03-02T08:00:01Z".to_owned()]);
    assert_eq!(told(&publication, "public/all.atom"), (vec![], [&again[..], &before[2..]].concat()));
    build_at(&publication, "2018-03-03T08:00:00Z").expect(0, &["unchanged"]);
    Ran::of(publication.command(&["build", "--full", "--now", "2018-03-03T08:00:00Z"]).output().expect("runs")).expect(0, &["unchanged"]);
    // One whose tombstone is no longer told: who saw it has the item deleted still.
    publication.remove("items/item-4.md");
    build_at(&publication, "2018-03-04T08:00:00Z").expect(0, &[]);
    build_at(&publication, "2018-06-04T08:00:00Z").expect(0, &["changed"]);
    write(4, "");
    build_at(&publication, "2018-06-05T08:00:00Z").expect(0, &[]);
    assert_eq!(told(&publication, "public/all.atom").1[2], [id(4), "2018-06-05T08:00:00Z".to_owned()]);
}

#[test]
fn an_item_that_comes_back_to_a_rebuilt_ledger_is_dated_after_its_tombstone() {
    let publication = Publication::with_items(6);
    publication.build();
    let text = publication.read("items/item-5.md");
    publication.remove("items/item-5.md");
    build_at(&publication, "2018-03-02T08:00:00Z").expect(0, &[]);
    publication.remove(".tidings/ledger.db");
    publication.write("items/item-5.md", text);
    build_at(&publication, "2018-03-02T08:00:00Z").expect(0, &[]);
    let (deleted, entries) = told(&publication, "public/all.atom");
    assert_eq!((deleted.len(), entries[1][1].as_str()), (0, "2018-03-02T08:00:01Z"));
}

/// Old records are cleaned up in thousands, and what no feed shows any more is looked for by few.
#[test]
fn a_clean_up_of_old_records_makes_no_feed_large() {
    let publication = Publication::with_config(&format!("{CONFIG}[limits]\nitems = 10\nbytes = '6 KB'\n"));
    (1..=58).for_each(|n| publication.item(n, &format!("The port of Belize reopens, part {n}")));
    publication.build();
    let buried = || -> Vec<String> {
        let feed = publication.read("public/all.atom");
        assert!(feed.len() <= 6_000 && feed.contains("<entry"), "{}", feed.len());
        let refs = feed.split("<at:deleted-entry ref=\"tag:example.org,2018:item/item-").skip(1);
        refs.map(|rest| rest.split('"').next().unwrap_or_default().to_owned()).collect()
    };
    publication.remove("items/item-9.md");
    publication.build();
    assert_eq!(buried(), ["9"]);
    (10..=24).for_each(|n| publication.remove(&format!("items/item-{n}.md")));
    publication.build();
    assert_eq!(buried(), ["16", "17", "18", "19", "20", "21", "22", "23", "24", "9"], "the newest, and what was there");
    [8, 57, 58].iter().for_each(|n| publication.remove(&format!("items/item-{n}.md")));
    publication.build();
    assert_eq!(buried().len(), 12, "what the feed showed has one in any case");
}

/// A ledger that was exported lists tombstones by id, not in the order in which items went.
#[test]
fn tombstones_stand_in_one_order_whatever_way_the_ledger_took() {
    let publication = Publication::with_items(6);
    publication.build();
    for (day, item) in [(2, 5), (3, 2)] {
        publication.remove(&format!("items/item-{item}.md"));
        build_at(&publication, &format!("2018-03-{day:02}T08:00:00Z")).expect(0, &[]);
    }
    let before = publication.read("public/all.atom");
    publication.run(&["ledger", "export", "kept.ndjson"]).expect(0, &[]);
    publication.remove(".tidings/ledger.db");
    publication.run(&["ledger", "import", "kept.ndjson"]).expect(0, &[]);
    let ran = publication.run(&["build", "--full", "--now", "2018-03-04T08:00:00Z"]);
    ran.expect(0, &["unchanged"]);
    assert_eq!(publication.read("public/all.atom"), before);
}

#[test]
fn a_withdrawn_record_goes_or_becomes_a_notice() {
    let publication = Publication::with_items(2);
    publication.build();
    record(&publication, "item-1", "date = 2018-01-01\ntitle = 'The port of Belize reopens, part 1'\nwithdrawn = true", "x");
    record(&publication, "item-2", "date = 2018-01-02\ntitle = 'The port of Belize'\nwithdrawn = 'We took this back.'", "Wrong text.");
    build_at(&publication, "2018-03-02T08:00:00Z").expect(0, &["1 item (1 withdrawn) in"]);
    let feed = publication.read("public/all.atom");
    assert!(!feed.contains("Wrong text") && feed.contains("We took this back."), "{feed}");
    assert!(feed.contains("ref=\"tag:example.org,2018:item/item-1\""), "{feed}");
}

/// Who read the item in a channel is to see there that it was taken back.
#[test]
fn a_notice_comes_to_the_channels_of_what_it_takes_back() {
    let publication = Publication::with_items(2);
    let news = |text: &str| {
        record(&publication, "ship", &format!("title = 'A ship'\ndate = 2018-01-03\ndateline = 'Mexico City'\n{text}"), "Ships wait.")
    };
    news("");
    publication.build();
    assert!(publication.read("public/country/mexico.atom").contains("Mexico City"));
    news("withdrawn = 'We took this back.'");
    publication.build().expect(0, &["changed"]);
    for path in ["country/mexico.atom", "topic/ships.rss", "all.json"] {
        let feed = publication.read(&format!("public/{path}"));
        assert!(feed.contains("We took this back.") && !feed.contains("Mexico City") && !feed.contains("Ships wait"), "{feed}");
    }
    news("withdrawn = 'We took this back; the ship was none.'");
    publication.build().expect(0, &["changed"]);
}

#[test]
fn a_renamed_record_is_refused_until_it_keeps_its_id_or_is_accepted() {
    let publication = Publication::with_items(6);
    publication.build();
    std::fs::rename(publication.path("items/item-3.md"), publication.path("items/other.md")).expect("renamed");
    let ran = publication.run(&["build"]);
    ran.expect(
        1,
        &["items/other.md", "would-repeat", "the `id` that the item had: `tag:example.org,2018:item/item-3`", "--accept repeats"],
    );
    publication.run(&["build", "--dry-run"]).expect(1, &["! The port of Belize reopens, part 3"]);

    let config = CONFIG.to_owned() + "\n[ids]\naliases = { other = \"item-3\" }\n";
    publication.write("feeds.toml", &config);
    publication.build().expect(0, &["unchanged"]);
    publication.write("feeds.toml", CONFIG.to_owned() + "\n[ids]\nfile = \"aliases.csv\"\n");
    publication.write("aliases.csv", "key,id\nother,item-3\n");
    publication.build().expect(0, &["unchanged"]);
    publication.write("feeds.toml", CONFIG);
    publication.run(&["build", "--accept", "repeats"]).expect(0, &["changed"]);
}

#[test]
fn an_id_that_changed_is_told_where_it_stands() {
    let publication = Publication::with_items(6);
    let write = |id: &str| record(&publication, "ships", &format!("title = 'Ships'\ndate = 2018-02-01\nid = '{id}'"), "Text.");
    write("ships");
    publication.build();
    write("boats");
    let was =
        "the id of `ships` (\u{201c}Ships\u{201d}) was `tag:example.org,2018:item/ships` and is `tag:example.org,2018:item/boats` now";
    publication.run(&["build"]).expect(1, &["items/ships.md:4:6: error[would-repeat]", was]);
}

/// Calls and reports of each year stand on one page.
#[test]
fn a_new_story_on_the_page_of_an_old_one_is_no_repeat() {
    let publication = Publication::with_items(6);
    let call = |year: &str, fields: &str, text: &str| {
        let fields = format!("title = 'Call of {year}'\ndate = {year}-02-01\nlink = 'https://example.org/call'\n{fields}");
        record(&publication, &format!("call-{year}"), &fields, text);
    };
    call("2017", "", "Come to the port.");
    publication.build();
    publication.remove("items/call-2017.md");
    publication.build();
    call("2018", "", "Come to the city.");
    publication.build();
    publication.remove("items/call-2018.md");
    publication.build();

    record(&publication, "ships", "title = 'Call of 2018'\ndate = 2018-02-20\nlink = 'https://example.org/call'", "Come again.");
    let ran = publication.run(&["build"]);
    let alike =
        "`ships` is new, and has the title and the link of `call-2018` (\u{201c}Call of 2018\u{201d}), which is gone: if it is the same";
    ran.expect(1, &[alike, "help: if it is another story: `--accept repeats`; if it is the same, give the record the `id`"]);
    call("2018", "withdrawn = true", "Come to the city.");
    publication.build().expect(0, &["1 withdrawn"]);
}

#[test]
fn a_guid_that_changed_is_refused_where_it_stands() {
    let publication = Publication::with_items(6);
    let write = |guid: &str| record(&publication, "ships", &format!("title = 'Ships'\ndate = 2018-02-01\n{guid}"), "Text.");
    write("guid = '5'");
    publication.build();
    write("guid = '6'");
    let was = "the guid of `ships` (\u{201c}Ships\u{201d}) was `5` and is `6` now";
    publication.run(&["build"]).expect(1, &["items/ships.md:4:8: error[would-repeat]", was, "the `guid` that the item had: `5`"]);
    publication.run(&["diff"]).expect(1, &["  ! Ships", was]);
    write("");
    publication.run(&["build"]).expect(1, &["was `5` and is `tag:example.org,2018:item/ships` now", "--accept repeats"]);
    publication.run(&["build", "--accept", "repeats"]).expect(0, &[]);
    publication.build().expect(0, &["unchanged"]);
    write("guid = '5'");
    publication.run(&["build"]).expect(1, &["was `tag:example.org,2018:item/ships` and is `5` now", "take the `guid` out"]);
}

#[test]
fn a_guid_is_nothing_to_readers_of_atom() {
    let publication = Publication::with_config(&format!("{CONFIG}[output]\nformats = ['atom']\n"));
    let write = |guid: &str| record(&publication, "ships", &format!("title = 'Ships'\ndate = 2018-02-01\n{guid}"), "Text.");
    write("guid = '5'");
    publication.build();
    write("guid = '6'");
    publication.build();
}

/// What a rebuilt ledger cannot know is not held against a record.
#[test]
fn a_guid_is_taken_as_it_is_where_the_ledger_was_lost() {
    let publication = Publication::new();
    record(&publication, "ships", "title = 'Ships'\ndate = 2018-02-01\nguid = '5'", "Text.");
    publication.build();
    publication.remove(".tidings/ledger.db");
    publication.build().expect(0, &["unchanged"]);
    record(&publication, "ships", "title = 'Ships'\ndate = 2018-02-01\nguid = '6'", "Text.");
    publication.run(&["build"]).expect(1, &["was `5` and is `6` now"]);
}

#[test]
fn many_ids_that_change_at_once_are_one_finding() {
    let publication = Publication::with_items(20);
    publication.build();
    let ran = |expected: &[&str]| {
        let ran = publication.run(&["build", "-q"]);
        ran.expect(1, expected);
        assert_eq!(ran.err.matches("error[").count(), 1, "{}", ran.err);
    };
    publication.write("feeds.toml", CONFIG.replace("example.org,2018", "example.net,2020"));
    ran(&[
        "feeds.toml: error",
        "`id-authority` was `example.org,2018` and is `example.net,2020` now",
        "ids of 20 items",
        "put `id-authority =",
    ]);

    publication.write("feeds.toml", CONFIG);
    let rename = |numbers: std::ops::RangeInclusive<usize>| {
        numbers.for_each(|n| {
            let path = |name: &str| publication.path(&format!("items/{name}-{n}.md"));
            std::fs::rename(path("item"), path("news")).expect("renamed");
        });
    };
    rename(1..=10);
    let some = publication.run(&["build", "-q"]);
    some.expect(1, &["more-like-this", "5 more items that subscribers would see a second time"]);
    assert_eq!(some.err.matches("[would-repeat]").count(), 5, "{}", some.err);
    rename(11..=20);
    ran(&["20 items have other ids", "item/news-1` now", "`file` in `[ids]`"]);
}

#[test]
fn a_small_channel_may_have_its_items_replaced() {
    let publication = Publication::with_items(1);
    publication.build();
    publication.remove("items/item-1.md");
    publication.run(&["build"]).expect(1, &["channel-shrinks", "`all` would lose its only item: `item-1`"]);
    record(&publication, "ships", "title = 'Ships off the port of Belize'\ndate = 2018-02-01", "Text.");
    publication.run(&["build"]).expect(0, &["1 item"]);

    publication.write("feeds.toml", CONFIG.to_owned() + "\n[guards]\nshrink = 50\n");
    publication.remove("items/ships.md");
    publication.item(2, "Another port of Belize, with ships");
    publication.run(&["build"]).expect(1, &["channel-shrinks"]);
}

#[test]
fn a_channel_that_loses_more_than_a_third_is_refused() {
    let publication = Publication::with_items(6);
    publication.build();
    [1, 2, 3].iter().for_each(|n| publication.remove(&format!("items/item-{n}.md")));
    let ran = publication.run(&["build"]);
    ran.expect(1, &["channel-shrinks", "`all` would lose 3 of its 6 items", "`item-1`", "--accept shrink", "what stood before stands"]);
    assert!(publication.read("public/all.atom").contains("part 1"));
    publication.item(3, "The port of Belize reopens, part 3");
    publication.build();
}

#[test]
fn a_feed_that_loses_more_than_a_third_of_what_it_shows_is_refused() {
    let publication = Publication::with_config(&format!("{CONFIG}[limits]\nitems = 10\n"));
    (1..=31).for_each(|n| publication.item(n, &format!("The port of Belize reopens, part {n}")));
    publication.build();
    (1..=4).for_each(|n| publication.remove(&format!("items/item-{n}.md")));
    publication.build();
    let tombstones = || publication.read("public/all.atom").matches("<at:deleted-entry").count();
    assert_eq!(tombstones(), 4, "readers may keep what was shown long ago");
    (23..=31).for_each(|n| publication.remove(&format!("items/item-{n}.md")));
    let shown = "`all` would lose 9 of the 10 items that its feed shows, too much at once: `item-31`";
    publication.run(&["build"]).expect(1, &["channel-shrinks", shown, "4 more"]);
    publication.run(&["build", "--accept", "shrink"]).expect(0, &[]);
    assert_eq!(tombstones(), 13);

    (40..=49).for_each(|n| publication.item(n, &format!("The port of Belize reopens, part {n}")));
    publication.build();
}

/// A channel whose query asks for ages lets items go unasked; one whose path ends as its own does not.
#[test]
fn a_channel_is_not_taken_for_another_whose_path_ends_so() {
    let config = format!("{CONFIG}[[channel]]\npath = 'ports'\ntitle = 'Lately'\nquery = 'within:70d'\n");
    let publication = Publication::with_config(&config);
    (1..=9).for_each(|n| publication.item(n, &format!("The port of Belize reopens, part {n}")));
    publication.build();
    publication.write("feeds.toml", config.replace("\"port\"", "\"prot\""));
    publication.run(&["build"]).expect(1, &["the channel `topic/ports` would lose 9 of its 9 items"]);
    publication.write("feeds.toml", &config);
    build_at(&publication, "2018-03-17T08:00:00Z").expect(0, &["changed"]);
}

#[test]
fn an_item_that_moves_is_not_to_be_withdrawn() {
    let publication = Publication::new();
    let write =
        |country: &str| record(&publication, "ships", &format!("title = 'Ships'\ndate = 2018-02-01\ncountries = ['{country}']"), "Text.");
    write("BZ");
    publication.build();
    write("MX");
    let ran = publication.run(&["build"]);
    ran.expect(
        1,
        &["`country/belize` would lose its only item: `ships`, which the publication still has", "`countries`", "--accept shrink"],
    );
    assert!(!ran.err.contains("withdrawn"), "{}", ran.err);
}

/// A publication of one table of CSV, of eight rows.
fn of_table(header: &str, rows: usize) -> Publication {
    let publication = Publication::with_config(&format!("{CONFIG}[[source]]\npath = 'news.csv'\n"));
    table(&publication, header, rows);
    publication
}

fn table(publication: &Publication, header: &str, rows: usize) {
    let row = |n: usize| format!("n{n},The port of Belize {n},2018-01-{n:02},Text number {n}.,https://example.org/{n}\n");
    publication.write("news.csv", format!("{header}\n{}", (1..=rows).map(row).collect::<String>()));
}

#[test]
fn items_that_lose_their_text_are_refused() {
    let publication = of_table("id,title,date,body,link", 8);
    publication.build();
    table(&publication, "id,title,date,content,link", 8);
    let ran = publication.run(&["build", "-q"]);
    ran.expect(1, &["news.csv:1: error[unknown-column]", "`content`", "columns = { body = \"content\" }"]);
    ran.expect(1, &["in the channel `all` 8 of the 8 items that its feed shows would lose their text: `n8`", "--accept shrink"]);
    table(&publication, "id,title,date,body,url", 8);
    let ran = publication.run(&["build"]);
    ran.expect(
        1,
        &["error[unknown-column]", "columns = { link = \"url\" }", "8 of the 8 items that its feed shows would lose their link: `n8`"],
    );
    table(&publication, "id,title,date,content,link", 8);
    publication.run(&["build", "--accept", "shrink"]).expect(0, &[]);
    publication.build();
}

#[test]
fn items_that_keep_nothing_but_a_summary_are_refused() {
    let publication = of_table("id,title,date,body,summary", 8);
    publication.build();
    table(&publication, "id,title,date,fulltext,summary", 8);
    publication.run(&["build"]).expect(1, &["8 of the 8 items that its feed shows would lose their text", "--accept shrink"]);
    table(&publication, "id,title,date,body,lead", 8);
    publication.build();
    table(&publication, "id,title,date,summary,lead", 8);
    publication.run(&["build", "--accept", "shrink"]).expect(0, &[]);
    table(&publication, "id,title,date,body,lead", 8);
    publication.build();
}

#[test]
fn a_source_that_became_empty_is_told_first() {
    let publication = of_table("id,title,date,body,link", 8);
    publication.build();
    table(&publication, "id,title,date,body,link", 0);
    let ran = publication.run(&["build", "-q"]);
    ran.expect(1, &["channel-shrinks"]);
    assert!(ran.err.starts_with("news.csv: error[no-records]: the file has no records"), "{}", ran.err);
}

#[test]
fn a_source_that_never_had_an_item_is_no_cause_of_what_is_lost() {
    for is_new in [true, false] {
        let publication = Publication::with_items(8);
        let config = format!("{CONFIG}[[source]]\npath = './items'\n[[source]]\npath = 'later'\n");
        std::fs::create_dir(publication.path("later")).expect("a folder");
        if !is_new {
            publication.write("feeds.toml", &config);
        }
        publication.build();
        publication.write("feeds.toml", &config);
        (1..=4).for_each(|n| publication.remove(&format!("items/item-{n}.md")));
        publication.run(&["build"]).expect(1, &["channel-shrinks", "later: warning[no-records]: no records here"]);
        (5..=8).for_each(|n| publication.remove(&format!("items/item-{n}.md")));
        let ran = publication.run(&["build"]);
        ran.expect(1, &["later: warning[no-records]"]);
        assert!(ran.err.starts_with("items: error[no-records]"), "{}", ran.err);
    }
}

#[test]
fn a_table_that_lost_nothing_is_no_cause_of_what_is_lost() {
    let publication = Publication::with_items(6);
    publication.write("feeds.toml", format!("{CONFIG}[[source]]\npath = 'items'\n[[source]]\npath = 'news.csv'\n"));
    table(&publication, "id,title,date,body,url", 2);
    publication.build();
    (1..=4).for_each(|n| publication.remove(&format!("items/item-{n}.md")));
    publication.run(&["build"]).expect(1, &["channel-shrinks", "news.csv:1: warning[unknown-column]"]);
}

#[test]
fn a_date_in_the_future_is_refused_unless_it_is_meant() {
    let publication = Publication::with_items(1);
    record(&publication, "typo", "date = 2081-01-01\ntitle = 'Belize'", "x");
    publication.run(&["build"]).expect(
        1,
        &["items/typo.md", "future-item", "`publish-at`", "`future = \"hold\"` in `[guards]`", "for this run alone: `--accept future`"],
    );
    publication.run(&["build", "--accept", "future"]).expect(0, &["1 item (1 not due)"]);
    publication.run(&["build"]).expect(1, &["future-item"]);
    publication.write("feeds.toml", CONFIG.to_owned() + "\n[guards]\nfuture = \"hold\"\n");
    publication.build();
}

#[test]
fn a_published_item_whose_date_slips_stays_as_it_is() {
    let publication = Publication::with_items(6);
    publication.build();
    let before = publication.read("public/all.atom");
    let write = |date: &str, text: &str| {
        record(&publication, "item-6", &format!("title = 'The port of Belize reopens, part 6'\ndate = {date}"), text);
    };
    write("2081-01-06", "Text number 6.");
    publication.run(&["build"]).expect(
        1,
        &["future-item", "leave the item published with the date that it had: `future = \"hold\"`", "for this run alone `--accept future`"],
    );
    let held =
        "warning[future-item]: `item-6` is dated 2081-01-06 12:00 -06:00, which lies in the future, and stays published with the date";
    publication.run(&["build", "--accept", "future"]).expect(0, &[held, "6 items in"]);
    assert_eq!(publication.read("public/all.atom"), before);
    let stays = "its record says 2081-01-06 12:00:00 -06:00, which lies in the future: it stays published with the date that it had";
    let explained = publication.run(&["explain", "item-6"]);
    explained.expect(0, &[stays, "country/belize"]);
    assert!(!explained.out.contains("not seen now"), "{}", explained.out);
    publication.run(&["explain", "item-6", "--why-not", "all"]).expect(0, &["it is in it"]);
    publication.run(&["channels"]).expect(0, &[held]);
    publication.write("feeds.toml", CONFIG.to_owned() + "\n[guards]\nfuture = \"hold\"\n");
    build_at(&publication, "2018-03-02T08:00:00Z").expect(0, &[held, "unchanged"]);
    write("2081-01-06", "Text number 6, mended.");
    build_at(&publication, "2018-03-03T08:00:00Z").expect(0, &[held]);
    let feed = publication.read("public/all.atom");
    assert!(feed.contains("6, mended") && feed.contains("<updated>2018-03-03T08:00:00Z</updated>") && !feed.contains("2081"), "{feed}");
    write("2018-01-06", "Text number 6, mended.");
    build_at(&publication, "2018-03-04T08:00:00Z").expect(0, &[]);
    let mended = publication.read("public/all.atom");
    assert!(!mended.contains("deleted-entry") && mended.contains("6, mended"), "{mended}");
    write("2018-03-07", "Text number 6, mended.");
    build_at(&publication, "2018-03-05T08:00:00Z").expect(0, &[held.split(" is dated").next().unwrap_or_default()]);
    build_at(&publication, "2018-03-07T17:59:59Z").expect(0, &["unchanged"]);
    build_at(&publication, "2018-03-07T18:15:00Z").expect(0, &["6 items in", "changed"]);
    assert!(publication.read("public/all.atom").contains("<published>2018-03-07T18:00:00Z"), "when its time has come");
}

#[test]
fn what_else_changes_of_a_published_item_whose_date_slips_is_dated() {
    let publication = Publication::with_items(3);
    publication.write("feeds.toml", CONFIG.to_owned() + "\n[guards]\nfuture = \"hold\"\n");
    publication.build();
    let write = |fields: &str| {
        let fields = format!("title = 'The port of Belize reopens, part 3'\ndate = 2081-01-03\n{fields}");
        record(&publication, "item-3", &fields, "Text number 3.");
    };
    write("");
    build_at(&publication, "2018-03-02T08:00:00Z").expect(0, &["unchanged"]);
    write("authors = ['Ann']");
    build_at(&publication, "2018-03-03T08:00:00Z").expect(0, &["changed"]);
    assert_eq!(updated(&publication, "public/all.atom")[1], "2018-03-03T08:00:00Z");
    build_at(&publication, "2018-03-04T08:00:00Z").expect(0, &["unchanged"]);
}

/// An item dated by day is dated up to a quarter of an hour after noon; the record of one that slips may say the time.
#[test]
fn the_date_of_an_item_that_slips_does_not_go_back() {
    for (from, to) in [
        ("2018-01-03", "2081-01-03T08:00:00Z"),
        ("2018-01-03T18:00:01Z", "2081-07-03"),
        ("2018-01-03", "2081-07-03"),
        ("2018-01-03T18:00:00Z", "2081-01-04T18:00:00Z"),
    ] {
        let publication = Publication::with_items(3);
        publication.write("feeds.toml", CONFIG.to_owned() + "\n[guards]\nfuture = \"hold\"\n");
        let write = |date: &str| {
            record(&publication, "item-3", &format!("title = 'The port of Belize reopens, part 3'\ndate = {date}"), "Text number 3.");
        };
        write(from);
        publication.build();
        let before = updated(&publication, "public/all.atom");
        write(to);
        build_at(&publication, "2018-03-02T08:00:00Z").expect(0, &["warning[future-item]", "unchanged"]);
        assert_eq!(updated(&publication, "public/all.atom"), before, "{from} to {to}");
    }
}

#[test]
fn a_channel_that_moves_tells_of_deleted_items_at_its_new_path() {
    let config = format!("{CONFIG}[[channel]]\npath = 'old'\ntitle = 'News'\nquery = 'country:BZ'\n");
    let publication = Publication::with_config(&config);
    (1..=8).for_each(|n| publication.item(n, &format!("The port of Belize reopens, part {n}")));
    publication.build();
    publication.remove("items/item-7.md");
    publication.build();
    publication.remove("items/item-8.md");
    publication.write("feeds.toml", config.replace("'old'", "'new'") + "[[moved]]\nfrom = 'old'\nto = 'new'\n");
    publication.build();
    let tombstones = || publication.read("public/new.atom").matches("<at:deleted-entry").count();
    assert_eq!(tombstones(), 2);
    assert_eq!(publication.read("public/old.atom"), publication.read("public/new.atom"));
    let date = |from: &str| publication.read("public/new.atom").split_once(from).map(|(_, rest)| rest[..20].to_owned()).expect("a date");
    assert!(date("<updated>") > date(" when=\""), "{} {}", date("<updated>"), date(" when=\""));
    publication.run(&["build", "--full"]).expect(0, &["unchanged"]);
    assert_eq!(tombstones(), 2);
}

#[test]
fn a_moved_channel_keeps_its_id_and_its_old_path() {
    let publication = Publication::with_items(2);
    publication.build();
    let id = ids_of(&publication, "public/topic/ports.atom");
    let renamed = CONFIG.replace("[topics.ports]", "[topics.harbours]");
    publication.write("feeds.toml", &renamed);
    publication.run(&["build"]).expect(1, &["the channel `topic/ports` was published", "`topic/ports.rss`", "[[moved]]"]);

    publication.write("feeds.toml", renamed.clone() + "\n[[moved]]\nfrom = 'topic/ports'\nto = 'topic/harbours'\n");
    publication.build();
    assert_eq!(publication.read("public/topic/ports.atom"), publication.read("public/topic/harbours.atom"));
    assert!(publication.read("public/topic/ports.atom").contains("href=\"https://feeds.example.org/topic/harbours.atom\" rel=\"self\""));
    assert_eq!(ids_of(&publication, "public/topic/harbours.atom"), id);
    publication.build().expect(0, &["unchanged"]);
    publication.run(&["ledger", "check"]).expect(0, &["0 errors"]);

    publication.write("feeds.toml", renamed.clone() + "\n[[moved]]\nfrom = 'topic/ports'\nto = 'topic/harbours'\nas = 'redirect'\n");
    publication.build();
    assert!(!publication.exists("public/topic/ports.atom"));
    assert!(publication.read("public/_redirects").contains("/topic/ports.atom https://feeds.example.org/topic/harbours.atom 301\n"));
    assert_eq!(ids_of(&publication, "public/topic/harbours.atom"), id, "the id stays when the old path is no channel any more");

    let where_to = "`topic/ports` was published as moved to https://feeds.example.org/topic/harbours.rss (301), and nothing would be there";
    let way_out = "put its `[[moved]]` back: `from = \"topic/ports\"`, `to = \"topic/harbours\"` and `as = \"redirect\"`";
    publication.write("feeds.toml", &renamed);
    let ran = publication.run(&["build"]);
    ran.expect(1, &["error[path-disappears]", where_to, way_out, "`--accept paths`"]);
    assert_eq!(ran.err.matches("error[").count(), 1, "{}", ran.err);
    assert!(publication.read("public/_redirects").contains("/topic/ports.rss"));
    // What becomes a copy, or a channel again, is there.
    for again in [renamed.clone() + "\n[[moved]]\nfrom = 'topic/ports'\nto = 'topic/harbours'\n", CONFIG.to_owned()] {
        publication.write("feeds.toml", again);
        let ran = publication.run(&["build", "--dry-run"]);
        assert!(!ran.err.contains("published as moved"), "{}", ran.err);
    }

    publication.write("feeds.toml", renamed.clone() + "\n[[moved]]\nfrom = 'topic/ports'\n");
    publication.build();
    assert!(publication.read("public/_redirects").contains("/topic/ports.rss /topic/ports.rss 410\n"));
    publication.write("feeds.toml", renamed.clone() + "\n[[moved]]\nfrom = 'topic/ports'\nto = 'topic/nothing'\n");
    publication.run(&["build"]).expect(1, &["moved-nowhere"]);
    publication.write("feeds.toml", renamed + "\n[[moved]]\nfrom = 'topic/ships'\nto = 'topic/harbours'\n");
    publication.item(3, "Ships of Belize");
    publication.run(&["build"]).expect(1, &["moved-taken"]);
}

#[test]
fn a_move_is_one_of_all_languages_and_formats() {
    let config = CONFIG.replace("per-language = false", "per-language = true");
    let publication = Publication::with_config(&config);
    (1..=3).for_each(|n| publication.item(n, &format!("The port of Belize reopens, part {n}")));
    publication.build();
    assert!(publication.exists("public/en/topic/ports.atom"));
    let renamed = config.replace("[topics.ports]", "[topics.harbours]");
    let build = |config: String, expected: &[&str]| {
        publication.write("feeds.toml", config);
        let ran = publication.run(&["build"]);
        ran.expect(1, expected);
        assert_eq!(ran.err.matches("error[").count(), 1, "{}", ran.err);
    };
    build(renamed.clone(), &["the channel `topic/ports` was published", "`en/topic/ports.atom`", "`from = \"topic/ports\"`"]);
    let moved = |from: &str, to: &str| format!("{renamed}\n[[moved]]\nfrom = '{from}'\nto = '{to}'\n");
    build(moved("topic/ports", "en/topic/harbours"), &["moved-nowhere", "in one language", "write `to = \"topic/harbours\"`"]);
    build(moved("en/topic/ports", "topic/harbours"), &["moved-nowhere", "in one language", "write `from = \"topic/ports\"`"]);
    let next = |from: &str, to: &str| format!("[[moved]]\nfrom = '{from}'\nto = '{to}'\n");
    let chain = moved("topic/ports", "topic/docks") + &next("topic/docks", "topic/harbours");
    build(chain, &["moved-nowhere", "no channel `topic/docks`", "`topic/docks` moved too: write `to = \"topic/harbours\"`"]);
    build(config.clone() + "[output]\nformats = ['rss', 'atom']\n", &["`.json` was published", "`all.json`", "`formats` of `[output]`"]);
    publication.write("feeds.toml", moved("topic/ports", "topic/harbours"));
    publication.build();
    assert!(publication.exists("public/en/topic/ports.atom") && !publication.exists("public/en/en/topic/ports.atom"));
}

#[test]
fn a_move_says_nothing_of_longer_paths() {
    let named = |path: &str| format!("[[channel]]\npath = '{path}'\ntitle = 'News'\nquery = 'country:BZ'\n");
    let publication = Publication::with_config(&format!("{CONFIG}{}{}", named("news"), named("desk/news")));
    (1..=3).for_each(|n| publication.item(n, &format!("The port of Belize reopens, part {n}")));
    publication.build();
    let moved = |from: &str| format!("[[moved]]\nfrom = '{from}'\nto = 'country/belize'\n");
    publication.write("feeds.toml", format!("{CONFIG}{}", moved("news")));
    let ran = publication.run(&["build"]);
    ran.expect(1, &["the channel `desk/news` was published and would be there no more", "`from = \"desk/news\"`"]);
    assert_eq!(ran.err.matches("error[").count(), 1, "{}", ran.err);
    let config = format!("{CONFIG}{}{}{}", named("zone/news"), moved("news"), moved("desk/news"));
    publication.write("feeds.toml", config);
    publication.run(&["diff"]).expect(0, &["zone/news (new channel)", "\nnews (a copy of `country/belize`"]);
    publication.build();
    publication.run(&["ledger", "check"]).expect(0, &["0 errors"]);
}

fn ids_of(publication: &Publication, path: &str) -> String {
    publication.read(path).split("<id>").nth(1).and_then(|rest| rest.split('<').next()).unwrap_or_default().to_owned()
}

#[test]
fn a_lost_ledger_is_gathered_from_what_is_published() {
    let publication = Publication::with_items(5);
    publication.build();
    publication.item(2, "The port of Belize, mended");
    publication.remove("items/item-5.md");
    build_at(&publication, "2018-03-02T08:00:00Z").expect(0, &[]);
    let files: Vec<String> = publication.files("public").iter().map(|path| publication.read(&format!("public/{path}"))).collect();
    publication.remove(".tidings/ledger.db");
    build_at(&publication, "2018-03-03T08:00:00Z").expect(0, &["unchanged"]);
    let after: Vec<String> = publication.files("public").iter().map(|path| publication.read(&format!("public/{path}"))).collect();
    assert!(files == after, "the same bytes");

    publication.remove(".tidings/ledger.db");
    publication.item(3, "The port of Belize, mended too");
    build_at(&publication, "2018-03-04T08:00:00Z").expect(0, &[]);
    assert!(updated(&publication, "public/all.atom").contains(&"2018-03-04T08:00:00Z".to_owned()));
}

#[test]
fn the_ledger_is_shown_exported_imported_checked_and_repaired() {
    let publication = Publication::with_items(3);
    publication.run(&["ledger", "check"]).expect(0, &["there is no ledger yet"]);
    publication.build();
    publication.run(&["ledger", "show"]).expect(0, &["3 items, 0 of them gone; 3 channels", "country/belize: 3 items"]);
    publication.run(&["ledger", "show", "item-2"]).expect(0, &["tag:example.org,2018:item/item-2", "all, country/belize, topic/ports"]);
    for name in ["tag:example.org,2018:item/item-2", "items/item-2.md", "tem-2", "port of bélize REOPENS, part 2"] {
        publication.run(&["ledger", "show", name]).expect(0, &["tag:example.org,2018:item/item-2"]);
    }
    publication.run(&["ledger", "show", "item"]).expect(2, &["`item` fits 3 items", "name one:\n    `item-1`  "]);
    publication.run(&["ledger", "show", "item-9"]).expect(2, &["knows no item"]);
    publication.run(&["ledger", "check"]).expect(0, &["3 items, 3 channels; 0 errors"]);

    let exported = publication.run(&["ledger", "export"]).out;
    publication.run(&["ledger", "export", "kept.ndjson"]).expect(0, &[]);
    assert_eq!(publication.read("kept.ndjson"), exported);
    publication.remove(".tidings/ledger.db");
    publication.run(&["ledger", "import", "kept.ndjson"]).expect(0, &["6 lines taken in"]);
    assert_eq!(publication.run(&["ledger", "export"]).out, exported);
    publication.write("bad.ndjson", "{\"type\":\"item\"}\n");
    publication.run(&["ledger", "import", "bad.ndjson"]).expect(2, &["line 1", "nothing was taken in"]);

    publication.write(".tidings/ledger.db", "this is no database, but somebody wrote it where the ledger was, and at some length");
    publication.run(&["build"]).expect(2, &["ledger", "tidings ledger repair"]);
    publication.run(&["ledger", "repair"]).expect(0, &["3 items and 3 channels are remembered"]);
    publication.build().expect(0, &["unchanged"]);
}

#[test]
fn a_channel_that_is_about_to_move_is_not_taken_for_a_copy_where_the_ledger_is_lost() {
    let id = |publication: &Publication, path: &str| {
        let feed = publication.read(path);
        let ids = feed.split_once("<id>").and_then(|(_, rest)| rest.split_once("</id>"));
        ids.map(|(id, _)| id.to_owned()).expect("an id")
    };
    for lost in ["ledger.db", ""] {
        let publication = Publication::with_items(3);
        publication.build();
        let before = id(&publication, "public/topic/ports.atom");
        match lost {
            "" => std::fs::remove_dir_all(publication.path(".tidings")).expect("removed"),
            file => publication.remove(&format!(".tidings/{file}")),
        }
        let moved = "[[moved]]\nfrom = \"topic/ports\"\nto = \"topic/docks\"\n";
        publication.write("feeds.toml", format!("{}{moved}", CONFIG.replace("topics.ports", "topics.docks")));
        publication.run(&["build", "--force"]).expect(0, &["new"]);
        assert_eq!(id(&publication, "public/topic/docks.atom"), before, "{lost}");
        publication.run(&["ledger", "repair"]).expect(0, &["3 channels are remembered"]);
        publication.run(&["build", "--full"]).expect(0, &["unchanged"]);
        publication.run(&["ledger", "check"]).expect(0, &["0 errors"]);
    }
}

#[test]
fn a_truth_value_is_no_notice_in_whatever_form() {
    for word in ["no", "Yes", "\"true\"", "off"] {
        let publication = Publication::with_items(1);
        publication.write("items/y.md", format!("---\ntitle: Ships\ndate: 2018-01-01\nwithdrawn: {word}\n---\nText\n"));
        publication.run(&["build"]).expect(1, &["y.md:4:", "error[bad-value]: `withdrawn` takes `true`, `false` or a notice"]);
    }
}

#[test]
fn a_check_of_the_ledger_sees_what_became_of_the_documents() {
    let publication = Publication::with_config(&format!("{CONFIG}[output]\nprecompress = [\"gzip\"]\n"));
    (1..=3).for_each(|n| publication.item(n, &format!("The port of Belize reopens, part {n}")));
    publication.build();
    publication.remove("public/all.json.gz");
    publication.run(&["ledger", "check"]).expect(1, &["all.json.gz: error[ledger-damage]: what was published here is gone", "1 error"]);
    publication.run(&["build", "--full"]).expect(0, &["1 new"]);
    let of = |path: &str| publication.read(&format!("public/{path}"));
    let before = of("all.rss");
    publication.remove("public/all.atom");
    publication.write("public/all.rss", "x");
    publication
        .run(&["ledger", "check"])
        .expect(1, &["all.atom: error[ledger-damage]: what was published here is gone", "all.rss", "2 errors"]);
    publication.run(&["build", "--full", "--force"]).expect(0, &["1 new, 1 changed"]);
    assert!(of("all.rss") == before && publication.exists("public/all.atom"));
    publication.run(&["ledger", "check"]).expect(0, &["0 errors"]);
    std::fs::remove_dir_all(publication.path("public")).expect("removed");
    publication.run(&["ledger", "check"]).expect(1, &["more documents like these"]);
    publication.run(&["build", "--full"]).expect(0, &["new"]);
    publication.run(&["ledger", "check"]).expect(0, &["0 errors"]);
}

/// Dates, tombstones and ids stand in the documents: they are taken out of these also where nobody knows any more which were published.
#[test]
fn what_was_published_is_known_by_its_ids_where_all_else_was_lost() {
    let moved = "[[moved]]\nfrom = \"topic/docks\"\nto = \"topic/ports\"\n";
    let publication = Publication::with_config(&format!("{CONFIG}{moved}"));
    (1..=8).for_each(|n| publication.item(n, &format!("The port of Belize reopens, part {n}")));
    publication.build();
    publication.item(3, "The port of Belize reopens, part 3, mended");
    build_at(&publication, "2018-03-02T12:00:00Z").expect(0, &["changed"]);
    publication.remove("items/item-8.md");
    build_at(&publication, "2018-03-03T12:00:00Z").expect(0, &["changed"]);
    let files = || -> Vec<String> { publication.files("public").iter().map(|path| publication.read(&format!("public/{path}"))).collect() };
    let before = files();
    assert!(publication.read("public/all.atom").contains("at:deleted-entry") && publication.exists("public/topic/docks.atom"));
    // Feeds of somebody else are none of ours, nor those of another publication with the same name.
    let others = || {
        publication.write(
            "public/topic/ships.atom",
            "<feed xmlns='http://www.w3.org/2005/Atom'><id>urn:x</id><entry><id>urn:y</id></entry></feed>",
        );
        publication.write("public/blog/all.atom", publication.read("public/all.atom").replace("item/item-", "item/blog-"));
    };
    let away = || ["public/topic/ships.atom", "public/blog/all.atom"].iter().for_each(|path| publication.remove(path));
    for is_repaired in [false, true] {
        std::fs::remove_dir_all(publication.path(".tidings")).expect("removed");
        others();
        if is_repaired {
            publication.run(&["ledger", "repair"]).expect(0, &["8 items and 3 channels are remembered"]);
        }
        publication.run(&["build", "--force", "--now", "2018-03-04T12:00:00Z"]).expect(0, &["unchanged"]);
        away();
        assert!(files() == before, "{is_repaired}");
    }
    publication.remove(".tidings/ledger.db");
    build_at(&publication, "2018-03-05T12:00:00Z").expect(0, &["unchanged"]);
}

#[test]
fn pinned_records_keep_their_ids_when_files_are_renamed() {
    let publication = Publication::with_items(4);
    publication.write("items/t.toml", "title = 'Belize'\ndate = 2018-01-09\n");
    publication.write("items/j.json", "{\"title\": \"Belize\", \"date\": \"2018-01-10\"}");
    publication.build();
    publication.run(&["pin", "--dry-run"]).expect(0, &["items/item-1.md: id = \"item-1\"", "6 records derive"]);
    publication.build().expect(0, &["unchanged"]);
    publication.run(&["pin"]).expect(0, &["6 records pinned"]);
    publication.run(&["pin"]).expect(0, &["0 records pinned"]);
    // A byte order mark stays, and what has no place for an id keeps none of the others from theirs.
    publication.write("items/marked.md", "\u{feff}---\ntitle: T\ndate: 2018-02-09\n---\n");
    publication.run(&["pin"]).expect(0, &["1 record pinned"]);
    assert!(publication.read("items/marked.md").starts_with("\u{feff}---\nid: "), "{}", publication.read("items/marked.md"));
    publication.remove("items/marked.md");
    publication.run(&["pin", "nobody"]).expect(2, &["there is no record `nobody`"]);
    for (from, to) in [("item-1.md", "other.md"), ("t.toml", "u.toml"), ("j.json", "k.json")] {
        std::fs::rename(publication.path(&format!("items/{from}")), publication.path(&format!("items/{to}"))).expect("renamed");
    }
    publication.build().expect(0, &["20 unchanged"]);
    publication.item(3, "The port of Belize, mended");
    publication.run(&["diff"]).expect(0, &["title: The port of [-Belize-]{+Belize,+} [-reopens, part 3-]{+mended+}"]);
}

/// Whatever formats there are.
#[test]
fn an_items_other_language_is_shown() {
    for formats in ["", "formats = ['rss']", "formats = ['json']"] {
        let publication = Publication::with_config(&format!("{CONFIG}\n[output]\n{formats}\n"));
        let record = |language: &str| {
            publication.write("items/port.toml", format!("title = 'A boat'\ndate = 2018-02-09\nlanguage = '{language}'\nbody = 'Text.'\n"))
        };
        record("en");
        publication.build();
        record("es");
        publication.run(&["diff"]).expect(0, &["  ~ A boat", "      language: [-en-]{+es+}"]);
        let json: serde_json::Value = serde_json::from_str(&publication.run(&["diff", "--json"]).out).expect("JSON");
        assert!(json.to_string().contains(r#"{"field":"language","words":"[-en-]{+es+}"}"#), "{json}");
    }
}

#[test]
fn a_translation_that_comes_is_shown_word_by_word() {
    let publication = Publication::new();
    let record = |language: &str, story: &str| {
        format!(
            "title = 'Ports in {language}'\ndate = 2018-02-09\nlanguage = '{language}'\nlink = 'https://example.org/{language}'\nbody = 'Text.'\n{story}"
        )
    };
    ["en", "es"].iter().for_each(|language| publication.write(&format!("items/{language}.toml"), record(language, "")));
    publication.build();
    ["en", "es"].iter().for_each(|language| publication.write(&format!("items/{language}.toml"), record(language, "story = 'ports'\n")));
    let ran = publication.run(&["diff"]);
    let under = ran.out.lines().skip_while(|line| !line.contains("~ Ports in en")).nth(1).unwrap_or_default();
    assert!(under.contains("alternate: ") && under.contains("{+https://example.org/es+}"), "{}", ran.out);
}
