//! Sources taken into PostgreSQL: all of it or nothing, and what is said where the database does not let us.

use std::process::Stdio;
use std::time::Duration;

use crate::postgres::{Database, Server};
use crate::support::{CONFIG, Publication, Ran};
use crate::working::{OUTPUT, Twins, documents, goes_on, record, ships, stopped_at};

fn count(database: &Database, query: &str) -> i64 {
    database.client().query_one(query, &[]).expect("a count").get(0)
}

#[test]
fn a_load_that_is_refused_leaves_nothing_of_itself() {
    let Some(twins) = Twins::new(&format!("{CONFIG}{OUTPUT}")) else { return };
    ships(&twins, 6);
    twins.compare_at("2018-03-01T12:00:00Z");
    let standing = |query: &str| count(&twins.database, query);
    let all =
        ["select count(*) from tidings.items", "select count(*) from tidings.ledger", "select sum(wanted)::bigint from tidings.families"];
    let before = all.map(standing);
    // More than goes in at a time, and one of them repeats what is gone.
    twins.remove("items/item-5.md");
    let rows = |range: std::ops::Range<usize>| -> String {
        let row = |n| format!("{{\"id\": \"n{n}\", \"title\": \"Boat {n}\", \"date\": \"2018-02-09\", \"body\": \"Boats, {n}.\"}}\n");
        range.map(row).collect()
    };
    twins.worked.write("items/rows.ndjson", rows(0..1200));
    twins.worked.write("items/zz-renamed.md", record("Ship 5, take 1", "date = 2018-01-06", "Ships of Belize, text 5."));
    let ran = twins.worked.run(&["db", "load"]);
    assert!(ran.code == 1 && ran.err.contains("would-repeat"), "{ran:?}");
    assert_eq!(all.map(standing), before, "nothing of it is in");
    // The same of records that come alone.
    assert_eq!(twins.worked.run(&["db", "remove", "item-4"]).code, 0);
    let before = all.map(standing);
    let again = "{\"id\": \"again\", \"title\": \"Ship 4, take 1\", \"date\": \"2018-01-05\", \"body\": \"Ships of Belize, text 4.\"}\n";
    twins.worked.write("put.ndjson", [&rows(2000..3200), again].concat());
    let ran = twins.worked.run(&["db", "put", "put.ndjson"]);
    assert!(ran.code == 1 && ran.err.contains("would-repeat"), "{ran:?}");
    assert_eq!(all.map(standing), before);
    let ran = twins.worked.run(&["db", "put", "put.ndjson", "--accept", "repeats"]);
    assert!(ran.code == 0 && ran.out.contains("1201 records: 1201 new"), "{ran:?}");
}

#[test]
fn of_two_loads_the_one_that_began_later_has_the_last_word() {
    let Some(twins) = Twins::new(&format!("{CONFIG}{OUTPUT}")) else { return };
    ships(&twins, 3);
    twins.compare_at("2018-03-01T12:00:00Z");
    let now = "2018-03-02T12:00:00Z";
    // More than goes in at a time.
    let rows = |word: &str| -> String {
        let row = |n| format!("{{\"id\": \"n{n}\", \"title\": \"Boat {n}\", \"date\": \"2018-02-09\", \"body\": \"Boats, {word}.\"}}\n");
        (0..1200).map(row).collect()
    };
    let load = ["db", "load", "--now", now];
    let refused = || {
        twins.write("items/bad.ndjson", "{\n");
        assert_eq!(twins.worked.run(&load).code, 1);
        twins.remove("items/bad.ndjson");
    };
    twins.write("items/rows.ndjson", &rows("as they were"));
    // One batch of it is in.
    let first = stopped_at(&twins.worked, "batch", &load);
    refused();
    twins.write("items/rows.ndjson", &rows("as they are"));
    let second = twins.worked.run(&load);
    assert!(second.code == 0 && second.out.contains("700 new, 500 changed"), "{second:?}");
    let first = goes_on(first);
    assert!(first.code == 2 && first.err.contains("another load, which began later and has read what is newer"), "{first:?}");
    assert_eq!(count(&twins.database, "select count(*) from tidings.items where data like '%as they were%'"), 0);
    // Who is refused, or only reads yet, disturbs nobody.
    twins.write("items/rows.ndjson", &rows("once more"));
    let first = stopped_at(&twins.worked, "batch", &load);
    refused();
    let first = goes_on(first);
    assert!(first.code == 0 && first.out.contains("1200 changed"), "{first:?}");
    let ran = twins.worked.run(&["work", "--once", "--now", now]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(!documents(&twins.database)["all.rss"].contains("as they were"));
}

#[test]
fn of_two_loads_of_a_table_the_one_that_read_later_has_the_last_word() {
    let Some(twins) = Twins::new(&format!("{CONFIG}{OUTPUT}")) else { return };
    let url = &twins.database.url;
    let table = "create table rows (id text, title text, date date, body text); \
                 insert into rows values ('a', 'Ship', '2018-01-05', 'Ships, as they were')";
    twins.database.run(table);
    let config = |wait: u32| {
        let query = format!("select id, title, date, body, pg_sleep({wait})::text as nothing from rows");
        format!("{CONFIG}{OUTPUT}[[source]]\nname = 'rows'\npostgres = '{url}'\nquery = \"{query}\"\n[database]\nurl = '{url}'\n")
    };
    let other = Publication::with_config(&config(0));
    twins.worked.write("feeds.toml", config(4));
    let first = twins.worked.command(&["db", "load"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts");
    let reads = "select count(*) from pg_stat_activity where datname = current_database() and wait_event = 'PgSleep'";
    while count(&twins.database, reads) == 0 {
        std::thread::sleep(Duration::from_millis(20));
    }
    twins.database.run("update rows set body = 'Ships, as they are'");
    let second = other.run(&["db", "load"]);
    assert_eq!(second.code, 0, "{second:?}");
    let first = Ran::of(first.wait_with_output().expect("it ends"));
    assert!(first.code == 2 && first.err.contains("which began later"), "{first:?}");
    assert_eq!(count(&twins.database, "select count(*) from tidings.items where data like '%as they are%'"), 1);
}

#[test]
fn a_channel_that_loses_items_to_others_shrinks_as_well() {
    let Some(twins) = Twins::new(&format!("{CONFIG}{OUTPUT}")) else { return };
    ships(&twins, 9);
    twins.compare_at("2018-03-01T12:00:00Z");
    let before = documents(&twins.database);
    let moved = |n: usize| {
        twins.write(
            &format!("items/item-{n}.md"),
            &record(&format!("Ship {n}, take 1"), &format!("date = 2018-01-{:02}", 1 + n), "Ships of Mexico."),
        )
    };
    (1..=3).for_each(moved);
    twins.compare_at("2018-03-02T12:00:00Z");
    (4..=6).for_each(moved);
    for publication in [&twins.worked, &twins.built] {
        let ran = publication.run(&["build", "--now", "2018-03-03T12:00:00Z"]);
        assert!(ran.code == 1 && ran.err.contains("channel-shrinks"), "{ran:?}");
        assert!(ran.err.contains("`country/belize` would lose 3 of its 6 items") && !ran.err.contains("`all`"), "{ran:?}");
    }
    assert_ne!(documents(&twins.database), before);
    // What a record says of itself is meant.
    for n in 4..=6 {
        let more = format!("date = 2018-01-{:02}\nwithdrawn = true", 1 + n);
        twins.write(&format!("items/item-{n}.md"), &record(&format!("Ship {n}, take 1"), &more, "Ships of Belize."));
    }
    twins.compare_at("2018-03-04T12:00:00Z");
    (7..=8).for_each(moved);
    let ran = twins.worked.run(&["db", "load", "--accept", "shrink", "--now", "2018-03-05T12:00:00Z"]);
    assert_eq!(ran.code, 0, "{ran:?}");
}

/// Insists that a load is refused for what a build is refused for, in the same words, and gives them.
fn refused_alike(twins: &Twins, accepted: &[&str]) -> String {
    let said = |publication: &Publication, command: &[&str]| {
        let ran = publication.run(&[command, accepted, &["--now", "2018-03-09T12:00:00Z"]].concat());
        assert_eq!(ran.code, 1, "{ran:?}");
        let lines = ran.err.lines().skip_while(|line| !line.contains("error[channel-shrinks]"));
        lines.filter(|line| line.contains("error[") || line.contains("help:")).collect::<Vec<_>>().join("\n")
    };
    let (loaded, built) = (said(&twins.worked, &["db", "load"]), said(&twins.built, &["build"]));
    assert_eq!(loaded, built);
    assert!(!loaded.is_empty(), "nothing is said of channels");
    loaded
}

fn accept(twins: &Twins, what: &str, now: &str) {
    for publication in [&twins.worked, &twins.built] {
        publication.run(&["build", "--accept", what, "--now", now]).expect(0, &[]);
    }
    twins.are_alike(now);
}

#[test]
fn a_load_that_takes_away_what_feeds_show_is_refused_as_a_build_is() {
    let Some(twins) = Twins::new(&format!("{CONFIG}{OUTPUT}[limits]\nitems = 10\n")) else { return };
    ships(&twins, 27);
    (1..=6).for_each(|n| twins.write(&format!("items/call-{n}.md"), &record(&format!("A call {n}"), "date = 2017-05-01", "Of Mexico.")));
    twins.compare_at("2018-03-01T12:00:00Z");
    // A few of many, and not of those that are shown.
    (1..=4).for_each(|n| twins.remove(&format!("items/item-{n}.md")));
    twins.compare_at("2018-03-02T12:00:00Z");
    (19..=27).for_each(|n| twins.remove(&format!("items/item-{n}.md")));
    let said = refused_alike(&twins, &[]);
    assert!(said.contains("`all` would lose 9 of the 10 items that its feed shows, too much at once: `item-27`, `item-26`"), "{said}");
    assert!(said.contains("4 more\n") && said.contains("see whether a source is broken"), "{said}");
    accept(&twins, "shrink", "2018-03-10T12:00:00Z");
    // All that a channel has, of which it shows as much.
    (1..=6).for_each(|n| twins.write(&format!("items/call-{n}.md"), &record(&format!("A call {n}"), "date = 2017-05-01", "Of nobody.")));
    let said = refused_alike(&twins, &[]);
    assert!(said.contains("`country/mexico` would lose 6 of its 6 items, all of it: `call-1`"), "{said}");
    assert!(said.contains("which the publication still has") && !said.contains("`all`"), "{said}");
    // What comes again under another id is not lost.
    for n in 1..=6 {
        twins.remove(&format!("items/call-{n}.md"));
        twins.write(&format!("items/again-{n}.md"), &record(&format!("A call {n}"), "date = 2017-05-01", "Of Mexico."));
    }
    accept(&twins, "repeats", "2018-03-11T12:00:00Z");
}

#[test]
fn a_small_channel_may_have_its_items_replaced_by_a_load() {
    let Some(twins) = Twins::new(&format!("{CONFIG}{OUTPUT}")) else { return };
    ships(&twins, 2);
    twins.compare_at("2018-03-01T12:00:00Z");
    twins.remove("items/item-1.md");
    let said = refused_alike(&twins, &[]);
    assert!(said.contains("`all` would lose 1 of its 2 items, too much at once: `item-1`"), "{said}");
    twins.write("items/boat.md", &record("A boat", "date = 2018-02-01", "A boat of Belize, and a ship."));
    twins.compare_at("2018-03-02T12:00:00Z");
}

/// A table of news, of these columns.
fn table(twins: &Twins, header: &str, rows: std::ops::RangeInclusive<usize>) {
    let row = |n: usize| format!("n{n},The port of Belize {n},2018-01-{n:02},Text number {n}.,https://example.org/{n},In short {n}.\n");
    twins.write("news.csv", &format!("{header}\n{}", rows.map(row).collect::<String>()));
}

#[test]
fn a_load_that_takes_texts_or_links_from_what_feeds_show_is_refused_as_a_build_is() {
    let source = "[limits]\nitems = 6\n[[source]]\npath = 'news.csv'\n";
    let Some(twins) = Twins::new(&format!("{CONFIG}{OUTPUT}{source}")) else { return };
    table(&twins, "id,title,date,body,link,summary", 1..=20);
    twins.compare_at("2018-03-01T12:00:00Z");
    for (header, field) in [("content,link,summary", "text"), ("content,link,lead", "text"), ("body,url,summary", "link")] {
        table(&twins, &format!("id,title,date,{header}"), 1..=20);
        let said = refused_alike(&twins, &[]);
        let what = format!("in the channel `all` 6 of the 6 items that its feed shows would lose their {field}: `n20`, `n19`");
        assert!(said.contains(&what) && said.contains("`columns` in `[[source]]`"), "{said}");
        // What may be why.
        twins.worked.run(&["db", "load"]).expect(1, &["news.csv:1: warning[unknown-column]"]);
    }
    accept(&twins, "shrink", "2018-03-10T12:00:00Z");
    table(&twins, "id,title,date,body,link,summary", 1..=20);
    twins.compare_at("2018-03-11T12:00:00Z");
    // As nothing of it is shown, it is a matter of the records alone.
    let rows: String = twins
        .worked
        .read("news.csv")
        .lines()
        .map(|line| match line.split(',').next() {
            Some(id) if id.len() == 2 && id.starts_with('n') => format!("{}\n", line.replace(&format!("Text number {}.", &id[1..]), "")),
            _ => format!("{line}\n"),
        })
        .collect();
    twins.write("news.csv", &rows);
    twins.compare_at("2018-03-12T12:00:00Z");
}

#[test]
fn the_folder_of_temporary_files_need_not_be_there() {
    let Some(database) = Database::new() else { return };
    let publication = Publication::with_config(&format!("{CONFIG}{OUTPUT}\n[database]\nurl = '{}'\n", database.url));
    publication.item(1, "A ship of Belize");
    assert_eq!(publication.run(&["db", "init"]).code, 0);
    let ran = publication.command(&["db", "load"]).env("TMPDIR", publication.path(".tidings/made/by/the/run")).output().expect("it runs");
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
}

#[test]
fn what_the_database_refuses_is_said_with_a_way_out_that_fits() {
    let Some(server) = Server::start() else { return };
    let database = server.database("news");
    database.run("create role reader login");
    let publication = Publication::new();
    let configure = |url: &str| publication.write("feeds.toml", format!("{CONFIG}{OUTPUT}[database]\nurl = '{url}'\n"));
    let fails = |args: &[&str], texts: &[&str]| {
        let ran = Publication::run(&publication, args);
        assert!(ran.code == 2 && texts.iter().all(|text| ran.err.contains(text)), "{texts:?}: {ran:?}");
    };
    configure(&database.url.replace("postgres@", "reader@"));
    fails(&["db", "init"], &["permission denied", "grant create on database"]);
    configure(&format!("{}?sslmode=verify", database.url));
    fails(&["db", "init"], &["sslmode", "`verify-full`"]);
    configure("env:TIDINGS_TEST_EMPTY");
    fails(&["db", "init"], &["the environment has no `TIDINGS_TEST_EMPTY`", "set the variable"]);
    let ran = publication.command(&["db", "init"]).env("TIDINGS_TEST_EMPTY", "").output().expect("it runs");
    assert!(String::from_utf8_lossy(&ran.stderr).contains("`TIDINGS_TEST_EMPTY` of the environment is empty"), "{ran:?}");
    configure(&database.url);
    fails(&["db", "status"], &["has no tables of Tidings", "`tidings db init`"]);
    assert_eq!(publication.run(&["db", "init"]).code, 0);
    database.run("grant usage on schema tidings to reader");
    configure(&database.url.replace("postgres@", "reader@"));
    fails(&["db", "status"], &["permission denied", "granted to it"]);
    configure(&database.url);
    database.run("drop table tidings.placements cascade");
    publication.item(1, "A ship of Belize");
    fails(&["db", "load"], &["placements", "bring it back from a backup"]);
}
