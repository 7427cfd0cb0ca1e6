//! Sources that are tables of SQLite and PostgreSQL: what is read of them, how few rows are asked for, and that nothing happens where something is wrong.

use std::fs;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use rusqlite::Connection;

#[cfg(feature = "postgres")]
use crate::postgres;
use crate::support::{CONFIG, Dice, Publication, Ran, series};

const TABLE: &str = "create table news (id integer primary key, title text, day text, body text, changed integer, gone integer)";
const QUERY: &str = "select id, title, day as date, body, changed, gone from news";
const MIRROR: &str = ".tidings/sources/press.ndjson";

/// A database of a test, of either kind.
enum Base {
    Sqlite(tempfile::TempDir),
    #[cfg(feature = "postgres")]
    Postgres(postgres::Database),
}

impl Base {
    fn sqlite() -> Self {
        Base::Sqlite(tempfile::tempdir().expect("a folder"))
    }

    /// One of each kind that is here.
    fn each() -> Vec<Self> {
        #[allow(unused_mut)]
        let mut all = vec![Self::sqlite()];
        #[cfg(feature = "postgres")]
        all.extend(postgres::Database::new().map(Base::Postgres));
        all
    }

    fn run(&self, sql: &str) {
        match self {
            Base::Sqlite(_) => self.open().execute_batch(sql).unwrap_or_else(|error| panic!("{error}: {sql}")),
            #[cfg(feature = "postgres")]
            Base::Postgres(database) => database.run(sql),
        }
    }

    fn file(&self) -> PathBuf {
        match self {
            Base::Sqlite(folder) => folder.path().join("news.db"),
            #[cfg(feature = "postgres")]
            Base::Postgres(_) => unreachable!("PostgreSQL has no file"),
        }
    }

    fn open(&self) -> Connection {
        Connection::open(self.file()).expect("a database")
    }

    /// A config with this source and no other.
    fn config(&self, query: &str, more: &str) -> String {
        let place = match self {
            Base::Sqlite(_) => format!("sqlite = '{}'", self.file().display()),
            #[cfg(feature = "postgres")]
            Base::Postgres(database) => format!("postgres = '{}'", database.url),
        };
        format!(
            "{CONFIG}\n[output]\npages = false\n[guards]\nshrink = 100\n[[source]]\n{place}\nname = 'press'\nquery = '''\n{query}\n'''\n{more}\n"
        )
    }

    fn publication(&self, query: &str, more: &str) -> Publication {
        Publication::with_config(&self.config(query, more))
    }

    /// With three rows, a day apart.
    fn with_rows(self) -> Self {
        self.run(TABLE);
        (1..=3).for_each(|n| self.run(&row(n, &format!("The port of Belize, part {n}"), n)));
        self
    }
}

fn row(id: u64, title: &str, changed: u64) -> String {
    format!("insert into news values ({id}, '{title}', '2018-02-{:02}', 'Text {id}.', {changed}, 0)", 1 + id % 20)
}

fn documents(publication: &Publication) -> Vec<(String, Vec<u8>)> {
    let read = |path: String| (path.clone(), fs::read(publication.path(&format!("public/{path}"))).expect("a document"));
    publication.files("public").into_iter().map(read).collect()
}

/// All that a refused build must leave alone.
fn all_of(publication: &Publication) -> (Vec<(String, Vec<u8>)>, String, SystemTime) {
    let changed = fs::metadata(publication.path(MIRROR)).and_then(|meta| meta.modified()).expect("a mirror");
    (documents(publication), publication.read(MIRROR), changed)
}

fn titles(publication: &Publication) -> Vec<String> {
    let feed: serde_json::Value = serde_json::from_str(&publication.read("public/all.json")).expect("JSON");
    let mut titles: Vec<String> =
        feed["items"].as_array().into_iter().flatten().map(|item| item["title"].as_str().unwrap_or_default().to_owned()).collect();
    titles.sort();
    titles
}

#[test]
fn rows_of_sqlite_are_records() {
    let base = Base::sqlite();
    base.run(
        "create table a (no integer primary key, head text, at text, text text, countries text, topics text, people text, pictures text, files text, draft integer, price real, note text);
         insert into a values
         (7, 'Ports', '2018-02-01 10:00:00', 'One.', 'BZ; MX', '[\"ports\"]', '[{\"name\": \"Ana\",\n \"email\": \"ana@example.org\"}, \"Bo\"]',
          '{\"url\": \"https://example.org/a.png\", \"alt\": \"A port\"}', '[{\"url\": \"https://example.org/a.mp3\", \"type\": \"audio/mpeg\", \"length\": 5}]', 0, 1.5, null),
         (10, 'Line\nend \"quoted\" ñ', '2018-02-02', null, '', null, 'Cy <cy@example.org>; Di', null, null, null, null, ''),
         (11, 'Not yet', '2018-02-03', null, null, null, null, null, null, 1, null, null)",
    );
    let query = "select no, head, at, text, countries, topics, people, pictures, files, draft, price, note from a -- all of them";
    let map =
        "columns = { id = 'no', title = 'HEAD', date = 'at', body = 'text', authors = 'people', image = 'pictures', enclosures = 'files' }";
    let publication = base.publication(query, map);
    publication.build();
    assert_eq!(
        publication.read(MIRROR),
        "{\"id\":\"10\",\"title\":\"Line\\nend \\\"quoted\\\" ñ\",\"date\":\"2018-02-02\",\"authors\":[\"Cy <cy@example.org>\",\"Di\"]}\n\
         {\"id\":\"11\",\"title\":\"Not yet\",\"date\":\"2018-02-03\",\"draft\":true}\n\
         {\"id\":\"7\",\"title\":\"Ports\",\"date\":\"2018-02-01 10:00:00\",\"body\":\"One.\",\"countries\":[\"BZ\",\"MX\"],\"topics\":[\"ports\"],\
         \"authors\":[{\"name\": \"Ana\",  \"email\": \"ana@example.org\"}, \"Bo\"],\"image\":{\"url\": \"https://example.org/a.png\", \"alt\": \"A port\"},\
         \"enclosures\":[{\"url\": \"https://example.org/a.mp3\", \"type\": \"audio/mpeg\", \"length\": 5}],\"draft\":false}\n"
    );
    let atom = publication.read("public/all.atom");
    for piece in
        ["tag:example.org,2018:item/7<", "2018-02-01T16:00:00Z", "One.", "ana@example.org", "https://example.org/a.mp3", "<name>Di</name>"]
    {
        assert!(atom.contains(piece), "{piece}\n{atom}");
    }
    assert!(publication.read("public/country/mexico.rss").contains("Ports") && !atom.contains("Not yet"));
}

#[cfg(feature = "postgres")]
#[test]
fn rows_of_postgresql_are_records() {
    let Some(database) = postgres::Database::new() else { return };
    database.run(
        "create type kind as enum ('ports', 'ships');
         create table a (id uuid primary key, title varchar(40), at timestamptz, later timestamp, until date, countries text[], topics kind[], people jsonb,
            files json, price numeric(30,10), draft boolean, story bigint, picture bytea);
         insert into a values
         ('00000000-0000-0000-0000-00000000000a', E'Ports \\\\ \"ñ\"\\n', '2018-02-01T10:00:00.25-06', '2018-02-01T11:00:00.125', '2018-12-31', '{BZ,MX}', '{ports}',
          '[{\"name\": \"Ana\", \"email\": null}, \"Bo\"]', E'[{\"url\":\\n\"https://example.org/a.mp3\",\"type\":\"audio/mpeg\",\"length\":5}]', 12345678901234567890.5, false, 9007199254740993, 'x'),
         ('00000000-0000-0000-0000-00000000000b', 'Not yet', '2018-02-03', null, null, '{}', null, null, null, 'NaN', true, null, null)",
    );
    let base = Base::Postgres(database);
    let query = "select *, price::text || ' dollars' as rights from a";
    let map = "columns = { date = 'at', updated = 'later', expires = 'until', authors = 'people', enclosures = 'files' }";
    let publication = base.publication(query, map);
    // The server's own ways of writing dates do not matter.
    base.run("alter role postgres set datestyle = 'German'; alter role postgres set timezone = 'Asia/Tokyo'");
    publication.build();
    base.run("alter role postgres reset all");
    assert_eq!(
        publication.read(MIRROR),
        "{\"id\":\"00000000-0000-0000-0000-00000000000a\",\"title\":\"Ports \\\\ \\\"ñ\\\"\\n\",\"date\":\"2018-02-01T16:00:00.25+00:00\",\
         \"updated\":\"2018-02-01T11:00:00.125\",\"countries\":[\"BZ\",\"MX\"],\"topics\":[\"ports\"],\"story\":\"9007199254740993\",\
         \"authors\":[{\"name\": \"Ana\", \"email\": null}, \"Bo\"],\
         \"enclosures\":[{\"url\": \"https://example.org/a.mp3\",\"type\":\"audio/mpeg\",\"length\":5}],\
         \"rights\":\"12345678901234567890.5000000000 dollars\",\"draft\":false,\"expires\":\"2018-12-31\"}\n\
         {\"id\":\"00000000-0000-0000-0000-00000000000b\",\"title\":\"Not yet\",\"date\":\"2018-02-03T00:00:00+00:00\",\"countries\":[],\
         \"rights\":\"NaN dollars\",\"draft\":true}\n"
    );
    let atom = publication.read("public/all.atom");
    assert!(
        atom.contains("<published>2018-02-01T16:00:00Z</published>") && atom.contains("<updated>2018-02-01T17:00:00Z</updated>"),
        "{atom}"
    );
    assert!(publication.read("public/topic/ports.rss").contains("Ports"));
}

/// The three ways of reading, as the config says them.
const WAYS: [&str; 3] = ["", "watermark = 'changed'", "watermark = 'changed'\ndeleted = 'gone'"];

#[test]
fn what_changed_is_published_and_what_did_not_is_not_touched() {
    for base in Base::each().into_iter().map(Base::with_rows) {
        for (at, way) in WAYS.into_iter().enumerate() {
            let publication = base.publication(QUERY, way);
            publication.build();
            assert_eq!(titles(&publication), ["The port of Belize, part 1", "The port of Belize, part 2", "The port of Belize, part 3"]);

            let before = (
                all_of(&publication),
                publication.read(".tidings/looked-at.json"),
                fs::read(publication.path(".tidings/sources/press.state")).ok(),
            );
            publication.build().expect(0, &["unchanged"]);
            let after = (
                all_of(&publication),
                publication.read(".tidings/looked-at.json"),
                fs::read(publication.path(".tidings/sources/press.state")).ok(),
            );
            assert!(before == after, "{way}");

            base.run("update news set title = 'Renamed', changed = 8 where id = 2");
            base.run(&row(10, "Ships of Mexico", 9));
            publication.build().expect(0, &["changed"]);
            assert_eq!(titles(&publication), ["Renamed", "Ships of Mexico", "The port of Belize, part 1", "The port of Belize, part 3"]);
            base.run(if at == 2 { "update news set gone = 1, changed = 10 where id = 3" } else { "delete from news where id = 3" });
            publication.build().expect(0, &["changed"]);
            assert_eq!(titles(&publication), ["Renamed", "Ships of Mexico", "The port of Belize, part 1"], "{way}");
            assert!(publication.read("public/all.atom").contains("deleted-entry"));
            base.run("delete from news; ");
            (1..=3).for_each(|n| base.run(&row(n, &format!("The port of Belize, part {n}"), n)));
        }
    }
}

/// That the ways differ is seen by what each cannot see.
#[test]
fn a_watermark_is_believed_until_a_full_build() {
    for base in Base::each().into_iter().map(Base::with_rows) {
        for (way, sees_change, sees_delete) in [(WAYS[0], true, true), (WAYS[1], false, true), (WAYS[2], false, false)] {
            let publication = base.publication(QUERY, way);
            publication.build();
            base.run("update news set title = 'Changed in secret' where id = 1; delete from news where id = 2");
            publication.build();
            let has = |title: &str| titles(&publication).iter().any(|own| own == title);
            assert_eq!((has("Changed in secret"), !has("The port of Belize, part 2")), (sees_change, sees_delete), "{way}");
            assert_eq!(publication.run(&["build", "--full"]).code, 0);
            assert_eq!(titles(&publication), ["Changed in secret", "The port of Belize, part 3"], "{way}");
            // What was put back to a former state is read as a whole.
            base.run("delete from news");
            (1..=2).for_each(|n| base.run(&row(n, &format!("The port of Belize, part {n}"), n)));
            assert_eq!(publication.run(&["build", "--accept", "shrink"]).code, 0);
            assert!(titles(&publication).contains(&"The port of Belize, part 2".to_owned()), "{way}: {:?}", titles(&publication));
            assert!(!titles(&publication).contains(&"The port of Belize, part 3".to_owned()), "{way}: {:?}", titles(&publication));
            base.run(&row(3, "The port of Belize, part 3", 3));
        }
    }
}

#[test]
fn another_query_or_mapping_reads_everything_anew() {
    let base = Base::sqlite().with_rows();
    for way in WAYS {
        let publication = base.publication(QUERY, way);
        publication.build();
        publication.write("feeds.toml", base.config(&QUERY.replace("body,", "upper(body) as body,"), way));
        publication.build();
        assert!(publication.read("public/all.atom").contains("TEXT 2."), "{way}");
        publication.write("feeds.toml", base.config(QUERY, &format!("{way}\ncolumns.summary = 'title'")));
        publication.build();
        assert!(publication.read(MIRROR).contains("\"summary\":\"The port of Belize, part 1\""), "{way}");
    }
}

#[test]
fn what_a_watermark_brings_is_what_a_full_read_brings() {
    let series = series(2) as u64;
    let mut edits = 0;
    for base in Base::each() {
        base.run("create table news (id varchar(20) primary key, title text, day text, body text, changed integer, gone integer)");
        for (seed, way) in (0..series).flat_map(|seed| WAYS.map(|way| (seed, way))) {
            let mut dice = Dice(seed * 7919 + 3);
            let mut roll = |sides: u64| dice.below(sides as usize) as u64;
            base.run("delete from news");
            let config = base.config(QUERY, way).replace("pages = false", "pages = false\nopml = false\nformats = ['json']");
            let (cached, fresh) = (Publication::with_config(&config), Publication::with_config(&config));
            let mut tick = 1;
            for step in 0..12 {
                for _ in 0..roll(6) {
                    let sql = edit(&mut roll, &mut tick, way == WAYS[2]);
                    base.run(&sql);
                    edits += 1;
                }
                let _ = fs::remove_dir_all(fresh.path(".tidings/sources"));
                let now = format!("2018-03-01T12:{step:02}:00Z");
                let build = |publication: &Publication| {
                    Ran::of(publication.command(&["build", "--accept", "shrink", "--now", &now]).output().expect("runs"))
                };
                let (one, other) = (build(&cached), build(&fresh));
                let place = format!("{way}, series {seed}, step {step}\n{}\n{}", one.err, other.err);
                assert_eq!((one.code, other.code), (0, 0), "{place}");
                assert_eq!(cached.read(MIRROR), fresh.read(MIRROR), "{place}");
                assert!(documents(&cached) == documents(&fresh), "{place}");
            }
        }
    }
    assert!(edits > 20, "{edits} edits show nothing");
}

/// Something that may happen to a row; keys sort in several ways.
fn edit(roll: &mut dyn FnMut(u64) -> u64, tick: &mut u64, is_soft: bool) -> String {
    let keys = ["1", "2", "10", "B", "a", "a b", "ä", "€", "𝕏", "it''s", "a\"b"];
    let key = keys[roll(keys.len() as u64) as usize];
    // Some share the last watermark.
    *tick += roll(2);
    let watermark = if roll(9) == 0 { "null".to_owned() } else { tick.to_string() };
    let day = 1 + roll(20);
    match roll(4) {
        0 if is_soft => format!("update news set gone = 1, changed = {tick} where id = '{key}'"),
        0 => format!("delete from news where id = '{key}'"),
        1 => format!("update news set changed = {watermark} where id = '{key}'"),
        _ => format!(
            "insert into news values ('{key}', 'Ships {}', '2018-02-{day:02}', 'Text {}.', {watermark}, 0) \
             on conflict (id) do update set title = excluded.title, body = excluded.body, changed = {watermark}, gone = 0",
            roll(5),
            roll(9)
        ),
    }
}

#[test]
fn many_rows_are_asked_for_in_batches() {
    for base in Base::each() {
        base.run(TABLE);
        let rows: Vec<String> = (1..=1100).map(|n| format!("({n}, 'Port {n}', '2018-02-01', 'Text {n}.', {n}, 0)")).collect();
        base.run(&format!("insert into news values {}", rows.join(",")));
        let (publication, fresh) = (base.publication(QUERY, WAYS[1]), base.publication(QUERY, WAYS[1]));
        publication.build();
        // No more than half, but more than one question's worth; then all of them.
        for share in [2, 1] {
            base.run(&format!("update news set body = 'Other {share}.', changed = changed + 5000 where id % {share} = 0; delete from news where id = 100 + {share}"));
            publication.build();
            let _ = fs::remove_dir_all(fresh.path(".tidings/sources"));
            fresh.build();
            assert!(publication.read(MIRROR).contains(&format!("Other {share}.")));
            assert_eq!(publication.read(MIRROR), fresh.read(MIRROR), "{share}");
        }
    }
}

#[test]
fn what_is_wrong_is_told_and_changes_nothing() {
    for base in Base::each().into_iter().map(Base::with_rows) {
        let publication = base.publication(QUERY, "");
        publication.build();
        let before = all_of(&publication);
        let line = CONFIG.lines().count() + 6;
        let refused = |query: &str, more: &str, said: &[&str]| {
            publication.write("feeds.toml", base.config(query, more));
            let ran = publication.run(&["build"]);
            ran.expect(1, said).expect(1, &["nothing was published", &format!("feeds.toml:{line}:1")]);
            let keeping = publication.run(&["build", "--keep-going"]);
            assert!(keeping.code == 1 && all_of(&publication) == before, "{keeping:?}");
        };
        refused(
            QUERY,
            "columns.title = 'headline'",
            &["error[missing-column]", "no column `headline`, which the source names for `title`", "the columns are `id`, `title`"],
        );
        refused(QUERY, "columns.title = 'titel'", &["did you mean `title`?"]);
        refused(QUERY, "watermark = 'chnged'", &["`watermark`", "did you mean `changed`?"]);
        refused("select id, title from news", "", &["no column `date`", "say in the source which column it is"]);
        refused("select titel from news", "", &["error[source-unreadable]", "titel", "mend the source's `query`"]);
        refused("select 1 from nowhere", "", &["error[source-unreadable]", "nowhere"]);
        refused("select id, title, day as date from news; drop table news", "", &["error[source-unreadable]"]);
        refused("select null as id, title, day as date from news", "", &["error[missing-id]", "IS NOT NULL"]);
        refused(
            "select 5 as id, title, day as date from news",
            "",
            &["error[duplicate-id]", "two rows have the key `5`", "one row for each `id`"],
        );
        // In the middle of the rows.
        let fails = match base {
            Base::Sqlite(_) => {
                "select id, title, day as date, abs(case id when 2 then -9223372036854775807 - 1 else 0 end) as draft from news"
            }
            #[cfg(feature = "postgres")]
            Base::Postgres(_) => "select id, title, day as date, 1 / (id - 2) as draft from news",
        };
        refused(fails, "", &["error[source-unreadable]"]);
        publication.write("feeds.toml", base.config(QUERY, ""));
        publication.build().expect(0, &["unchanged"]);
    }
}

#[test]
fn values_that_no_field_takes_are_told_by_row() {
    for base in Base::each().into_iter().map(Base::with_rows) {
        let publication = base.publication(QUERY, "");
        publication.build();
        let before = documents(&publication);
        for (query, said) in [
            (
                "select id, id as title, day as date from news",
                &["error[wrong-type]", "`press`, the row with the id `2`: `title` must be a string", "CAST("][..],
            ),
            (
                "select id, title, case id when 2 then 'soon' else day end as date from news",
                &["error[invalid-date]", "`press`, the row with the id `2`: `date`: `soon` is not a date"],
            ),
            ("select id, title, day as date, 'perhaps' as draft from news", &["error[wrong-type]", "`draft` must be a boolean"]),
        ] {
            publication.write("feeds.toml", base.config(query, ""));
            publication.run(&["build"]).expect(1, said).expect(1, &["nothing was published", ".tidings/sources/press.ndjson:2:"]);
            assert!(documents(&publication) == before, "{query}");
        }
    }
}

#[test]
fn bytes_are_no_text() {
    let base = Base::sqlite().with_rows();
    let publication = base.publication("select id, cast(title as blob) as title, day as date from news", "");
    publication
        .run(&["build"])
        .expect(1, &["error[wrong-type]", "the column `title` of the row with the key `1` holds bytes", "CAST(title AS TEXT)"]);
    let publication = base.publication("select id * 1.5 as id, title, day as date from news", "");
    publication.run(&["build"]).expect(1, &["error[wrong-type]", "the key `id` is a whole number or a text, not real"]);
    #[cfg(feature = "postgres")]
    if let Some(database) = postgres::Database::new() {
        let base = Base::Postgres(database).with_rows();
        let publication = base.publication("select id, convert_to(title, 'UTF8') as title, day as date from news", "");
        publication.run(&["build"]).expect(1, &["error[wrong-type]", "`title` holds bytes (`bytea`)", "convert_from(title, 'UTF8')"]);
    }
}

#[test]
fn a_file_that_is_no_database_is_told() {
    let base = Base::sqlite();
    let publication = base.publication(QUERY, "");
    publication.run(&["build"]).expect(1, &["error[source-unreadable]", "there is no database"]);
    fs::write(base.file(), "no database, but a text that is long enough to be one").expect("written");
    publication.run(&["build"]).expect(1, &["error[source-unreadable]", "file is not a database"]);
    let json = publication.run(&["build", "--json"]);
    let json: serde_json::Value = serde_json::from_str(&json.out).expect("JSON");
    assert_eq!((json["published"].as_bool(), json["findings"][0]["code"].as_str()), (Some(false), Some("source-unreadable")));
    for command in [&["channels"][..], &["explain", "1"], &["check"], &["diff"]] {
        publication.run(command).expect(1, &["source-unreadable"]);
    }
}

#[test]
fn every_command_that_reads_records_reads_rows() {
    let base = Base::sqlite().with_rows();
    let publication = base.publication(QUERY, "");
    publication.run(&["channels"]).expect(0, &["country/belize"]);
    publication.remove(MIRROR);
    publication.run(&["explain", "2"]).expect(0, &["part 2"]);
    publication.run(&["diff"]).expect(0, &["+ The port of Belize, part 3", "nothing was written"]);
    publication.run(&["check"]).expect(0, &[]);
    assert!(!publication.exists("public/all.rss") && publication.exists(MIRROR));
    publication.build();
    base.run("delete from news");
    publication.run(&["build", "--accept", "shrink"]).expect(0, &["warning[no-records]", "the query of `press` gives no rows"]);
}

#[test]
fn passwords_stay_out_of_the_config() {
    let publication = Publication::with_config(&format!("{CONFIG}\n[[source]]\npostgres = 'postgresql://a:b@h/d'\nquery = 'select 1'\n"));
    publication.run(&["build"]).expect(1, &["a password does not belong in the config"]);
}

#[cfg(not(feature = "postgres"))]
#[test]
fn a_program_without_postgresql_says_so() {
    let publication = Publication::with_config(&format!("{CONFIG}\n[[source]]\npostgres = 'env:DB'\nquery = 'select 1'\n"));
    publication.run(&["build"]).expect(1, &["error[source-unreadable]", "without the feature `postgres`", "--features postgres"]);
}

#[cfg(feature = "postgres")]
#[test]
fn a_connection_that_is_lost_changes_nothing() {
    let Some(database) = postgres::Database::new() else { return };
    let base = Base::Postgres(database).with_rows();
    let Base::Postgres(database) = &base else { return };
    let slow =
        "select id, title || 'x' as title, day as date, changed, gone, pg_sleep(case id when 2 then 30 else 0 end)::text as note from news";
    for way in WAYS {
        let publication = base.publication(QUERY, way);
        publication.build();
        let before = all_of(&publication);
        publication.write("feeds.toml", base.config(slow, way));
        let child = publication
            .command(&["build"])
            .stderr(std::process::Stdio::piped())
            .stdout(std::process::Stdio::piped())
            .spawn()
            .expect("starts");
        let mut client = database.client();
        let end = std::time::Instant::now() + Duration::from_secs(20);
        let killed = "select count(pg_terminate_backend(pid)) from pg_stat_activity where application_name = 'tidings' and datname = current_database() and query like '%pg_sleep%' and wait_event = 'PgSleep'";
        while client.query_one(killed, &[]).expect("an answer").get::<_, i64>(0) == 0 {
            assert!(std::time::Instant::now() < end, "the query never ran");
            std::thread::sleep(Duration::from_millis(20));
        }
        let ran = Ran::of(child.wait_with_output().expect("it ends"));
        ran.expect(1, &["error[source-unreadable]", "help: run again; nothing was published"]);
        // The server's last word may be lost with the connection.
        assert!(ran.err.contains("terminating connection") || ran.err.contains("connection closed"), "{}", ran.err);
        assert!(all_of(&publication) == before, "{way}");
        let files = publication.files(".tidings/sources");
        assert!(!files.iter().any(|file| file.contains("unfinished")), "{files:?}");
        publication.write("feeds.toml", base.config(QUERY, way));
        publication.build().expect(0, &["unchanged"]);
    }
    // A server that is not there at all.
    let publication =
        Publication::with_config(&format!("{CONFIG}\n[[source]]\npostgres = 'postgresql://a@localhost:1/d'\nquery = 'select 1'\n"));
    publication.run(&["build"]).expect(1, &["error[source-unreadable]", "see whether the database runs"]);
}

#[cfg(feature = "postgres")]
#[test]
fn postgresql_watermarks_keys_and_names_of_every_kind() {
    let Some(database) = postgres::Database::new() else { return };
    database.run(
        "create table \"The News\" (\"Key\" uuid primary key default gen_random_uuid(), \"The \"\"Title\"\"\" text, q int, at timestamptz default '2018-01-01 10:00:00.123456+00', r text);
         insert into \"The News\" (\"The \"\"Title\"\"\", q) select 'Port ' || n, n from generate_series(1, 9) n",
    );
    let base = Base::Postgres(database);
    let query = "with n as (select * from \"The News\") select * from n limit 100; ";
    let map = "key = 'Key'\nwatermark = 'at'\ncolumns = { title = 'The \"Title\"', date = 'at' }";
    let publication = base.publication(query, map);
    publication.build();
    assert_eq!(titles(&publication).len(), 9);
    // Within a microsecond of each other.
    base.run("update \"The News\" set \"The \"\"Title\"\"\" = 'Other', at = at + interval '1 microsecond' where q = 5");
    publication.build();
    assert!(titles(&publication).contains(&"Other".to_owned()));
    base.run("update \"The News\" set \"The \"\"Title\"\"\" = 'Third' where q = 5");
    publication.build();
    assert!(titles(&publication).contains(&"Third".to_owned()), "of the last watermark, though it did not move");
}

#[cfg(unix)]
mod watching {
    use super::*;
    use crate::watching::Watching;

    #[test]
    fn a_database_that_is_written_to_is_published() {
        for mode in ["delete", "wal"] {
            let base = Base::sqlite().with_rows();
            base.run(&format!("pragma journal_mode = {mode}"));
            // Beside the records, where whatever happens to a file is looked at.
            let publication = Publication::new();
            fs::rename(base.file(), publication.path("items/news.db")).expect("moved");
            let config = base.config(QUERY, "").replace(&base.file().display().to_string(), "items/news.db");
            publication.write("feeds.toml", format!("{config}\n[[source]]\npath = 'items/more'\n"));
            publication.write("items/more/a.md", "+++\ntitle = 'A record'\ndate = 2018-01-01\n+++\n\nText.\n");
            let watching = Watching::start(&publication, &[]);
            watching.until("public/all.rss", |text| text.contains("part 3"));
            let open = Connection::open(publication.path("items/news.db")).expect("a database");
            open.execute_batch(&row(4, "Written just now", 4)).expect("written");
            watching.until("public/all.rss", |text| text.contains("Written just now"));
            open.execute_batch(&row(5, "And once more", 5)).expect("written");
            watching.until("public/all.rss", |text| text.contains("And once more"));
            // To read a database is no change of it.
            std::thread::sleep(Duration::from_millis(700));
            let (code, out, err) = watching.end();
            assert_eq!(code, Some(0), "{err}");
            assert!((3..=6).contains(&out.matches(" items").count()), "{mode}: {out}");
        }
    }

    #[cfg(feature = "postgres")]
    #[test]
    fn a_notification_is_a_build() {
        let Some(database) = postgres::Database::new() else { return };
        let base = Base::Postgres(database).with_rows();
        base.run(
            "create function tell() returns trigger language plpgsql as $$ begin perform pg_notify('News changed', ''); return null; end $$;
             create trigger tell after insert or update or delete on news for each statement execute function tell()",
        );
        let publication = base.publication(QUERY, "watermark = 'changed'\ndeleted = 'gone'\nlisten = 'News changed'");
        let watching = Watching::start(&publication, &[]);
        watching.until("public/all.rss", |text| text.contains("part 3"));
        base.run(&row(4, "Told just now", 4));
        watching.until("public/all.rss", |text| text.contains("Told just now"));
        base.run("update news set gone = 1, changed = 5 where id = 4");
        watching.until("public/all.rss", |text| !text.contains("Told just now"));
        // What is written while nobody listens is found when somebody does again.
        let Base::Postgres(database) = &base else { return };
        let mut client = database.client();
        client.batch_execute("alter table news disable trigger tell").expect("done");
        client.batch_execute(&row(6, "Written in silence", 6)).expect("written");
        client.execute("select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'tidings' and datname = current_database()", &[]).expect("done");
        watching.until("public/all.rss", |text| text.contains("Written in silence"));
        client.batch_execute("alter table news enable trigger tell").expect("done");
        client.batch_execute(&row(7, "Told again", 7)).expect("written");
        watching.until("public/all.rss", |text| text.contains("Told again"));
        let (code, _, err) = watching.end();
        assert_eq!(code, Some(0), "{err}");
        assert!(err.contains("could not listen to `News changed`"), "{err}");
    }
}

/// What the page for users says is what it says: its examples are run as they stand.
#[cfg(feature = "postgres")]
#[test]
fn the_examples_of_the_page_work() {
    let Some(database) = postgres::Database::new() else { return };
    let page = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/databases.md")).expect("the page");
    let blocks = |kind: &str| {
        page.split(&format!("```{kind}\n")).skip(1).map(|rest| rest.split("```").next().unwrap_or_default().to_owned()).collect::<Vec<_>>()
    };
    let (configs, sql) = (blocks("toml"), blocks("sql"));
    database.run(
        "create table news (id int primary key, title text, published_at timestamptz, updated_at timestamptz, deleted_at timestamptz, body_html text);
         create table news_country (news_id int, code text);
         create table person (id int, name text, email text);
         create table news_person (news_id int, person_id int);
         insert into news values (1, 'Ports', '2018-02-01', '2018-02-01', null, '<p>Text</p>'), (2, 'Gone', '2018-02-01', '2018-02-01', now(), null);
         insert into news_country values (1, 'MX'), (1, 'BZ'); insert into person values (5, 'Ana', 'ana@example.org'); insert into news_person values (1, 5)",
    );
    let name = database.url.rsplit('/').next().expect("a name");
    let rights = sql[1].replace("DATABASE site", &format!("DATABASE {name}")).replace("feeds", &format!("feeds_{name}"));
    [&sql[0], &rights].into_iter().for_each(|sql| database.run(sql));
    let url = database.url.replace("postgres@", &format!("feeds_{name}@"));
    let config = configs[1].replace("postgresql://feeds@db.example.org/site", &url);
    let publication = Publication::with_config(&format!("{CONFIG}\n{config}"));
    publication.build();
    assert_eq!(titles(&publication), ["Ports"]);
    assert!(publication.read(MIRROR).contains("\"countries\":[\"BZ\",\"MX\"]") && publication.read(MIRROR).contains("ana@example.org"));
    let options = page
        .split("address can set: `")
        .nth(1)
        .and_then(|rest| rest.split('`').next())
        .and_then(|url| url.split_once('?'))
        .expect("options")
        .1;
    let slow = format!(
        "{CONFIG}\n[[source]]\npostgres = '{url}?{}'\nquery = 'select 1 as id, pg_sleep(9)::text as title, now() as date'\n",
        options.replace("60s", "1s")
    );
    publication.write("feeds.toml", slow);
    publication.run(&["build"]).expect(1, &["canceling statement due to statement timeout"]);

    let base = Base::sqlite();
    base.run("create table news (id integer primary key, headline text, published text, body text, countries text, status text);
              insert into news values (1, 'Ships', '2018-02-01 12:00:00', 'Text.', 'BZ', 'public'), (2, 'Not yet', '2018-02-01', '', '', 'draft')");
    let publication = Publication::with_config(&format!("{CONFIG}\n{}", configs[0]));
    fs::copy(base.file(), publication.path("news.db")).expect("copied");
    publication.build();
    assert_eq!((titles(&publication), publication.exists(".tidings/sources/news.ndjson")), (vec!["Ships".to_owned()], true));
}
