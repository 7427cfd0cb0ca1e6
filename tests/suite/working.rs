//! Items in PostgreSQL, and workers that publish them.

use std::collections::BTreeMap;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::postgres::{Database, Server};
use crate::serving::Serving;
use crate::support::{CONFIG, Publication, Ran};
pub use crate::support::{goes_on, stopped};

pub const OUTPUT: &str = "[output]\npages = false\n";

/// The documents that stand in the database.
pub fn documents(database: &Database) -> BTreeMap<String, String> {
    let rows = database.client().query("select path, bytes from tidings.documents", &[]).expect("rows");
    rows.iter().map(|row| (row.get(0), String::from_utf8(row.get(1)).expect("UTF-8"))).collect()
}

/// The documents that stand in the output folder.
fn published(publication: &Publication) -> BTreeMap<String, String> {
    publication.files("public").into_iter().map(|path| (path.clone(), publication.read(&format!("public/{path}")))).collect()
}

/// A publication that workers publish, and the same that is built into a folder.
pub struct Twins {
    pub database: Database,
    pub worked: Publication,
    pub built: Publication,
}

impl Twins {
    pub fn new(config: &str) -> Option<Self> {
        Self::with_partitions(config, 1)
    }

    /// The tables that grow with the items are spread by hash.
    pub fn with_partitions(config: &str, partitions: u32) -> Option<Self> {
        let database = Database::new()?;
        let worked = Publication::with_config(&format!("{config}\n[database]\nurl = '{}'\n", database.url));
        assert_eq!(worked.run(&["db", "init", "--partitions", &partitions.to_string()]).code, 0);
        Some(Twins { database, worked, built: Publication::with_config(config) })
    }

    pub fn write(&self, path: &str, text: &str) {
        self.worked.write(path, text);
        self.built.write(path, text);
    }

    pub fn remove(&self, path: &str) {
        self.worked.remove(path);
        self.built.remove(path);
    }

    pub fn work_at(&self, now: &str) -> Ran {
        let ran = self.worked.run(&["db", "load", "--now", now]);
        assert_eq!(ran.code, 0, "{ran:?}");
        let ran = self.worked.run(&["work", "--once", "-v", "--now", now]);
        assert_eq!(ran.code, 0, "{ran:?}");
        ran
    }

    /// Publishes both ways, and insists that it is the same to the byte.
    pub fn compare_at(&self, now: &str) {
        self.work_at(now);
        let ran = self.built.run(&["build", "--now", now]);
        assert_eq!(ran.code, 0, "{ran:?}");
        self.are_alike(now);
    }

    /// Insists that the database holds what the folder holds.
    pub fn are_alike(&self, now: &str) {
        let (worked, built) = (documents(&self.database), published(&self.built));
        assert_eq!(worked.keys().collect::<Vec<_>>(), built.keys().collect::<Vec<_>>());
        for (path, text) in &built {
            assert_eq!(worked[path], *text, "{path} at {now}");
        }
    }
}

pub fn record(title: &str, more: &str, body: &str) -> String {
    format!("+++\ntitle = '''{title}'''\n{more}\n+++\n\n{body}\n")
}

#[test]
fn workers_publish_what_a_build_publishes() {
    changes_of_all_kinds(1);
}

#[test]
fn they_publish_the_same_from_tables_that_are_spread_by_hash() {
    changes_of_all_kinds(4);
}

fn changes_of_all_kinds(partitions: u32) {
    let config = format!("{CONFIG}{OUTPUT}").replace("per-language = false", "per-language = true\nmatrix = true");
    let Some(twins) = Twins::with_partitions(&config, partitions) else { return };
    for n in 1..=70 {
        let (language, title) = if n % 2 == 0 { ("es", "El puerto de México reabre") } else { ("en", "The port of Belize reopens") };
        let story = if n % 5 < 2 { format!("story = 's{}'", n / 5) } else { String::new() };
        let more = format!("date = 2018-01-{:02}\nlanguage = '{language}'\n{story}", 1 + n % 28);
        twins.write(&format!("items/item-{n}.md"), &record(&format!("{title}, part {n}"), &more, &format!("Ships, text {n}.")));
    }
    twins.compare_at("2018-03-01T12:00:00Z");
    // A change, a new item, an old one, a deleted one, one that moves to another country, a translation that comes.
    twins.write(
        "items/item-7.md",
        &record("The port of Belize reopens, part 7", "date = 2018-01-08\nstory = 'late'", "Ships, text 7, and more."),
    );
    twins.write("items/new.md", &record("Ships of Costa Rica", "date = 2018-02-20", "New ones."));
    twins.write("items/old.md", &record("Ships of Costa Rica, long ago", "date = 2017-02-20", "Old ones."));
    twins.remove("items/item-27.md");
    twins.write("items/item-28.md", &record("The harbour of Costa Rica", "date = 2018-01-01", "Ships."));
    twins.write("items/item-2x.md", &record("El puerto de México, tarde", "date = 2018-02-03\nlanguage = 'es'\nstory = 'late'", "Barcos."));
    twins.compare_at("2018-03-02T08:00:00Z");
    // A translation that goes: the other version names it no more.
    twins.remove("items/item-2x.md");
    twins.compare_at("2018-03-02T09:00:00Z");
    // Nothing.
    let before = documents(&twins.database);
    let ran = twins.work_at("2018-03-03T08:00:00Z");
    assert!(ran.out.contains("0 families of channels: 0 put"), "{ran:?}");
    assert_eq!(documents(&twins.database), before);
    // Items that come and go by the clock, a draft, one that is withdrawn.
    twins.write("items/due.md", &record("Ships to come", "date = 2018-03-01\npublish-at = 2018-03-05", "Soon."));
    twins.write("items/ends.md", &record("Ships that go", "date = 2018-03-01\nexpires = 2018-03-06", "Now."));
    twins.write(
        "items/item-9.md",
        &record("The port of Belize reopens, part 9", "date = 2018-01-10\nlanguage = 'en'\nwithdrawn = true", "Ships, text 9."),
    );
    twins.write("items/item-10.md", &record("The port of Belize", "date = 2018-01-11\ndraft = true", "No."));
    for day in [4, 5, 6, 7] {
        twins.compare_at(&format!("2018-03-{day:02}T08:00:00Z"));
    }
}

#[test]
fn limits_of_all_kinds_hold_whatever_is_fetched() {
    let limits = "[limits]\nitems = 3\nfloor-days = 20\n[[channel]]\npath = 'ports-of-mexico'\ntitle = 'Ports of Mexico'\nquery = 'country:MX and topic:ports'\n\
                  limits = { items = 2, days = 40 }\n[[channel]]\npath = 'long'\ntitle = 'Long'\nquery = 'topic:ships'\nlimits = { items = 30, bytes = '4 KB' }\n";
    let Some(twins) = Twins::new(&format!("{CONFIG}{OUTPUT}{limits}").replace("per-language = false", "per-language = true")) else {
        return;
    };
    for n in 1..=60 {
        // Long runs of one story in both languages, so that rows are many and stories few.
        let (language, title) = if n % 2 == 0 { ("es", "El puerto de México") } else { ("en", "The port of Mexico") };
        let more = format!("date = 2018-01-{:02}\nlanguage = '{language}'\nstory = 's{}'", 1 + (n / 2) % 28, n / 2);
        twins.write(&format!("items/item-{n}.md"), &record(&format!("{title}, part {n}"), &more, &format!("Ships, text {n}.")));
    }
    for now in ["2018-01-29T12:00:00Z", "2018-02-10T12:00:00Z"] {
        twins.worked.run(&["db", "touch"]);
        twins.compare_at(now);
    }
}

/// Everything that the strict reader knows: each id that it ever saw, and the story that it stands for.
#[derive(Default)]
struct Reader(BTreeMap<String, String>);

impl Reader {
    /// Reads every Atom document: a story under two ids is a repeat.
    fn read(&mut self, documents: &BTreeMap<String, String>) {
        for (path, text) in documents.iter().filter(|(path, _)| path.ends_with(".atom")) {
            let document = roxmltree::Document::parse(text).unwrap_or_else(|error| panic!("{path}: {error}"));
            for entry in document.descendants().filter(|node| node.has_tag_name(("http://www.w3.org/2005/Atom", "entry"))) {
                let child = |name: &str| {
                    let found = entry.children().find(|child| child.tag_name().name() == name);
                    found.and_then(|child| child.text()).unwrap_or_default().to_owned()
                };
                let (id, story) = (child("id"), child("title").split(',').next().unwrap_or_default().to_owned());
                let other = self.0.iter().find(|(known, of)| **of == story && **known != id);
                assert!(other.is_none(), "`{story}` comes as `{id}` and came as {other:?}");
                self.0.insert(id, story);
            }
        }
    }
}

/// Has all leases be over by the database's clock.
pub fn end_leases(database: &Database) {
    database.run("update tidings.families set until = now() - interval '1 second' where until is not null");
}

pub fn ships(twins: &Twins, count: usize) {
    for n in 1..=count {
        let body = format!("Ships of Belize, text {n}.");
        twins.write(
            &format!("items/item-{n}.md"),
            &record(&format!("Ship {n}, take 1"), &format!("date = 2018-01-{:02}", 1 + n % 28), &body),
        );
    }
}

pub fn stopped_at(publication: &Publication, step: &str, args: &[&str]) -> Child {
    stopped(publication.command(args), step)
}

pub fn crash(publication: &Publication, args: &[&str], at: usize) -> Ran {
    let mut command = publication.command(args);
    Ran::of(command.env("TIDINGS_CRASH", at.to_string()).output().expect("it runs"))
}

#[test]
fn a_worker_or_loader_that_is_killed_at_any_step_loses_and_repeats_nothing() {
    let Some(twins) = Twins::new(&format!("{CONFIG}{OUTPUT}")) else { return };
    ships(&twins, 12);
    twins.compare_at("2018-03-01T12:00:00Z");
    let mut reader = Reader::default();
    reader.read(&documents(&twins.database));
    let (mut crashes, mut day) = (0, 2);
    for at in 1..12 {
        let n = 1 + at % 12;
        let title = format!("Ship {n}, take {at}");
        let now = format!("2018-03-{day:02}T08:00:00Z");
        twins.write(
            &format!("items/item-{n}.md"),
            &record(&title, &format!("date = 2018-01-{:02}", 1 + n % 28), &format!("Ships of Belize, take {at}.")),
        );
        twins.write(
            &format!("items/more-{at}.md"),
            &record(&format!("Ship {}, take 1", 100 + at), "date = 2018-02-03", &format!("More ships of Belize, {at}.")),
        );
        for args in [&["db", "load", "--now", &now][..], &["work", "--once", "--lease", "1", "--batch", "2", "--now", &now]] {
            crashes += usize::from(crash(&twins.worked, args, at).code == -1);
            reader.read(&documents(&twins.database));
        }
        assert_eq!(twins.worked.run(&["db", "load", "--now", &now]).code, 0);
        end_leases(&twins.database);
        twins.compare_at(&now);
        reader.read(&documents(&twins.database));
        day += 1;
    }
    assert!(crashes >= 12, "{crashes}");
}

#[test]
fn a_worker_that_is_held_up_past_its_lease_publishes_nothing_older() {
    let Some(twins) = Twins::new(&format!("{CONFIG}{OUTPUT}")) else { return };
    ships(&twins, 6);
    assert_eq!((twins.worked.run(&["db", "load"]).code, twins.built.run(&["build"]).code), (0, 0));
    // It stops with its documents made, before they are put.
    let mut slow = twins.worked.command(&["work", "--once", "--lease", "1", "-v"]);
    slow.env("TIDINGS_STOP", "made").stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped());
    let slow = slow.spawn().expect("it runs");
    let pid = slow.id().to_string();
    let is_stopped = || std::fs::read_to_string(format!("/proc/{pid}/stat")).is_ok_and(|stat| stat.contains(") T "));
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(20);
    while !is_stopped() {
        assert!(std::time::Instant::now() < deadline, "it does not stop");
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    assert!(documents(&twins.database).is_empty());
    std::thread::sleep(std::time::Duration::from_millis(1100));
    twins.write("items/item-3.md", &record("Ship 3, take 2", "date = 2018-01-04", "Newer ships of Belize."));
    twins.work_at("2018-03-02T12:00:00Z");
    let newer = documents(&twins.database);
    assert!(newer["all.rss"].contains("Newer ships"));
    let go_on = std::process::Command::new("kill").args(["-CONT", &pid]).status().expect("kill");
    assert!(go_on.success());
    let ran = Ran::of(slow.wait_with_output().expect("it ends"));
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.out.contains("were another's") && !ran.out.contains("put       "), "{ran:?}");
    assert!(ran.err.contains("more than the 1 s of its lease; the next lease is 2 s"), "{ran:?}");
    assert_eq!(documents(&twins.database), newer);
}

#[test]
fn many_workers_put_each_document_once() {
    let Some(twins) =
        Twins::new(&format!("{CONFIG}{OUTPUT}").replace("per-language = false", "per-language = false\nmatrix = { min-items = 1 }"))
    else {
        return;
    };
    ships(&twins, 30);
    let now = "2018-03-01T12:00:00Z";
    assert_eq!(twins.worked.run(&["db", "load", "--now", now]).code, 0);
    // Every put is counted by the database.
    twins.database.run(
        "create table tidings.puts (path text); create function tidings.count() returns trigger language plpgsql as \
        $$ begin insert into tidings.puts values (new.path); return new; end $$; \
        create trigger count after insert or update on tidings.documents for each row execute function tidings.count()",
    );
    let workers: Vec<_> = (0..4)
        .map(|_| {
            let mut command = twins.worked.command(&["work", "--once", "--batch", "1", "--now", now]);
            command.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped()).spawn().expect("it runs")
        })
        .collect();
    for worker in workers {
        let ran = Ran::of(worker.wait_with_output().expect("it ends"));
        assert_eq!(ran.code, 0, "{ran:?}");
    }
    twins.compare_at(now);
    let twice = "select count(*) from (select path from tidings.puts where path <> 'feeds.opml' group by path having count(*) > 1) t";
    let count = |query: &str| twins.database.client().query_one(query, &[]).expect("a count").get::<_, i64>(0);
    assert_eq!(count(twice), 0, "a document was put twice for one change");
    assert!(count("select count(*) from tidings.puts") > 10);
}

#[test]
fn workers_whose_clocks_differ_date_no_channel_back() {
    let Some(twins) = Twins::new(&format!("{CONFIG}{OUTPUT}")) else { return };
    ships(&twins, 4);
    twins.work_at("2018-03-01T12:05:00Z");
    let dates = |documents: &BTreeMap<String, String>| -> Vec<String> {
        let atom = documents.iter().filter(|(path, _)| path.ends_with(".atom"));
        atom.map(|(_, text)| text.split("<updated>").nth(1).expect("a date").split('<').next().expect("text").to_owned()).collect()
    };
    let before = dates(&documents(&twins.database));
    twins.write("items/item-2.md", &record("Ship 2, take 2", "date = 2018-01-03", "Ships of Belize, anew."));
    twins.work_at("2018-03-01T12:00:00Z");
    let after = dates(&documents(&twins.database));
    assert!(before.iter().zip(&after).all(|(before, after)| before <= after) && before != after, "{before:?} {after:?}");
}

#[test]
fn what_nobody_can_have_meant_is_refused_and_nothing_is_taken_in() {
    let Some(twins) = Twins::new(&format!("{CONFIG}{OUTPUT}")) else { return };
    ships(&twins, 6);
    twins.compare_at("2018-03-01T12:00:00Z");
    let before = documents(&twins.database);
    // A renamed file gets another id.
    twins.remove("items/item-5.md");
    twins.worked.write("items/renamed.md", record("Ship 5, take 1", "date = 2018-01-06", "Ships of Belize, text 5."));
    let ran = twins.worked.run(&["db", "load"]);
    assert!(ran.code == 1 && ran.err.contains("would-repeat") && ran.err.contains("`item-5`"), "{ran:?}");
    assert_eq!(twins.worked.run(&["db", "load", "--accept", "repeats"]).code, 0);
    // A source that is broken.
    for n in 1..=4 {
        twins.remove(&format!("items/item-{n}.md"));
    }
    let ran = twins.worked.run(&["db", "load"]);
    assert!(ran.code == 1 && ran.err.contains("channel-shrinks") && ran.err.contains("--accept shrink"), "{ran:?}");
    // A record that is wrong.
    twins.worked.write("items/item-6.md", "+++\ntitle = 'Ship 6'\ndate = 'soon'\n+++\n");
    let ran = twins.worked.run(&["db", "load", "--accept", "shrink"]);
    assert!(ran.code == 1 && ran.err.contains("invalid-date"), "{ran:?}");
    assert_eq!(documents(&twins.database), before, "nobody worked");
}

#[test]
fn a_new_story_on_the_page_of_an_old_one_is_no_repeat() {
    let Some(twins) = Twins::new(&format!("{CONFIG}{OUTPUT}")) else { return };
    ships(&twins, 6);
    let call = |name: &str, title: &str, more: &str| {
        let more = format!("date = 2018-02-{name}\nlink = 'https://example.org/call'\n{more}");
        twins.write(&format!("items/call-{name}.md"), &record(title, &more, &format!("Ships of Belize are called, {name}.")));
    };
    call("01", "The first call", "");
    twins.compare_at("2018-03-01T12:00:00Z");
    twins.remove("items/call-01.md");
    call("02", "The second call", "");
    twins.compare_at("2018-03-02T12:00:00Z");
    // Its record stands, though it is withdrawn, now and later.
    call("02", "The second call", "withdrawn = true");
    call("03", "The second call", "");
    twins.compare_at("2018-03-03T12:00:00Z");
    call("04", "The second call", "");
    twins.compare_at("2018-03-04T12:00:00Z");
    twins.remove("items/call-02.md");
    call("05", "The second call", "");
    let ran = twins.worked.run(&["db", "load"]);
    ran.expect(1, &["`call-05` is new, and has the title and the link of `call-02`", "if it is another story: `--accept repeats`"]);
}

#[test]
fn a_published_item_whose_date_slips_stays_as_it_is() {
    let Some(twins) = Twins::new(&format!("{CONFIG}{OUTPUT}[[channel]]\npath = 'lately'\ntitle = 'Lately'\nquery = 'within:70d'\n")) else {
        return;
    };
    ships(&twins, 6);
    twins.compare_at("2018-03-01T12:00:00Z");
    let slip = |date: &str, text: &str| twins.write("items/item-6.md", &record("Ship 6, take 1", &format!("date = {date}"), text));
    slip("2081-01-07", "Ships of Belize, text 6.");
    let load = |more: &[&str]| twins.worked.run(&[&["db", "load", "--now", "2018-03-02T08:00:00Z"], more].concat());
    load(&[]).expect(
        1,
        &["future-item", "leave the item published with the date that it had: `future = \"hold\"`", "for this run alone `--accept future`"],
    );
    load(&["--accept", "future"]).expect(0, &["warning[future-item]: `item-6`", "stays published with the date that it had"]);
    let alike = |now: &str| {
        for twin in [&twins.worked, &twins.built] {
            twin.run(&["build", "--now", now, "--accept", "future"]).expect(0, &[]);
        }
        twins.are_alike(now);
        documents(&twins.database)["all.atom"].clone()
    };
    assert!(alike("2018-03-02T08:00:00Z").contains("item/item-6<"));
    slip("2018-03-20", "Ships of Belize, text 6, mended.");
    let feed = alike("2018-03-03T08:00:00Z");
    assert!(feed.contains("mended") && feed.contains("<updated>2018-03-03T08:00:00Z</updated>") && !feed.contains("2018-03-20"), "{feed}");
    alike("2018-03-19T19:00:00Z");
    assert!(alike("2018-03-20T19:00:00Z").contains("<published>2018-03-20T18:00:00Z</published>"), "when its time has come");
}

#[test]
fn an_item_that_comes_back_is_dated_after_its_tombstone() {
    let Some(twins) = Twins::new(&format!("{CONFIG}{OUTPUT}")) else { return };
    ships(&twins, 6);
    let text = twins.worked.read("items/item-5.md");
    twins.compare_at("2018-03-01T12:00:00Z");
    twins.remove("items/item-5.md");
    twins.worked.run(&["db", "load", "--now", "2018-03-02T08:00:00Z"]).expect(0, &[]);
    // A worker comes to it later than it went.
    twins.worked.run(&["work", "--once", "--now", "2018-03-02T09:00:00Z"]).expect(0, &[]);
    assert!(documents(&twins.database)["all.atom"].contains("item/item-5\" when=\"2018-03-02T08:00:00Z\"/>"));
    twins.built.run(&["build", "--now", "2018-03-02T08:00:00Z"]).expect(0, &[]);
    twins.write("items/item-5.md", &text);
    twins.worked.run(&["db", "load", "--now", "2018-03-02T08:00:00Z"]).expect(0, &[]);
    twins.worked.run(&["work", "--once", "--now", "2018-03-03T08:00:00Z"]).expect(0, &[]);
    let atom = documents(&twins.database)["all.atom"].clone();
    assert!(!atom.contains("deleted-entry") && atom.contains("<updated>2018-03-02T08:00:01Z</updated>"), "{atom}");
}

#[test]
fn records_are_put_and_taken_out_one_by_one() {
    let Some(twins) = Twins::new(&format!("{CONFIG}{OUTPUT}")) else { return };
    let row = |id: &str, title: &str| {
        format!("{{\"id\": \"{id}\", \"title\": \"{title}\", \"date\": \"2018-02-09\", \"body\": \"Ships of Belize.\"}}\n")
    };
    twins.worked.write("rows.ndjson", row("17", "Ship 17"));
    let ran = twins.worked.run(&["db", "put", "rows.ndjson"]);
    assert!(ran.code == 2 && ran.err.contains("was never loaded") && ran.err.contains("`tidings db load`"), "{ran:?}");
    ships(&twins, 2);
    twins.work_at("2018-03-01T12:00:00Z");
    let ran = twins.worked.run(&["db", "put", "rows.ndjson"]);
    assert!(ran.code == 0 && ran.out.contains("1 record: 1 new"), "{ran:?}");
    let ran = twins.worked.run(&["db", "put", "rows.ndjson"]);
    assert!(ran.out.contains("0 new, 0 changed, 1 unchanged"), "{ran:?}");
    let mut command = twins.worked.command(&["db", "put", "-", "--json"]);
    let mut child = command.stdin(std::process::Stdio::piped()).stdout(std::process::Stdio::piped()).spawn().expect("it runs");
    let rows = [row("18", "Ship 18"), row("17", "Ship 17, mended")].concat();
    std::io::Write::write_all(&mut child.stdin.take().expect("piped"), rows.as_bytes()).expect("written");
    let ran = Ran::of(child.wait_with_output().expect("it ends"));
    let told: serde_json::Value = serde_json::from_str(&ran.out).unwrap_or_else(|error| panic!("{error}: {ran:?}"));
    assert_eq!((told["taken"]["new"].as_i64(), told["taken"]["changed"].as_i64()), (Some(1), Some(1)), "{told}");
    assert_eq!(twins.worked.run(&["work", "--once"]).code, 0);
    let all = &documents(&twins.database)["all.rss"];
    assert!(["Ship 1,", "Ship 2,", "Ship 17, mended", "Ship 18"].iter().all(|title| all.contains(title)), "{all}");
    assert_eq!(twins.worked.run(&["db", "remove", "18"]).code, 0);
    let ran = twins.worked.run(&["db", "remove", "18"]);
    assert!(ran.code == 2 && ran.err.contains("no item in the feeds is called `18`"), "{ran:?}");
    assert_eq!(twins.worked.run(&["work", "--once"]).code, 0);
    let atom = &documents(&twins.database)["all.atom"];
    assert!(!atom.contains("Ship 18") && atom.contains("<at:deleted-entry"), "{atom}");
    let bad = twins.worked.run(&["db", "put", "missing.ndjson"]);
    assert!(bad.code == 1 && bad.err.contains("missing.ndjson"), "{bad:?}");
}

#[test]
fn another_config_is_refused_until_it_is_loaded_and_then_holds_everywhere() {
    let config = format!("{CONFIG}{OUTPUT}");
    let Some(twins) = Twins::new(&config) else { return };
    ships(&twins, 5);
    twins.compare_at("2018-03-01T12:00:00Z");
    let other = config
        .replace("Harbour news", "News of the ships")
        .replace("words = [\"ship\", \"ships\", \"barco\"]", "words = [\"take\", \"ships\"]");
    twins.worked.write("feeds.toml", format!("{other}\n[database]\nurl = '{}'\n", twins.database.url));
    twins.built.write("feeds.toml", &other);
    let ran = twins.worked.run(&["work", "--once"]);
    assert!(ran.code == 2 && ran.err.contains("is another than the one that the database was loaded with"), "{ran:?}");
    twins.compare_at("2018-03-02T12:00:00Z");
    assert!(documents(&twins.database)["all.atom"].contains("News of the ships"));
    let pages = format!("{CONFIG}\n[database]\nurl = '{}'\n", twins.database.url);
    twins.worked.write("feeds.toml", pages);
    let ran = twins.worked.run(&["work", "--once"]);
    assert!(ran.code == 2 && ran.err.contains("`pages = true`"), "{ran:?}");
}

#[test]
fn workers_try_again_what_clashes_where_transactions_are_kept_further_apart() {
    let Some(twins) = Twins::new(&format!("{CONFIG}{OUTPUT}").replace("per-language = false", "per-language = true\nmatrix = true")) else {
        return;
    };
    // As distributed databases do: who read what another wrote meanwhile is turned away.
    twins.database.run(
        "do $$ begin execute format('alter database %I set default_transaction_isolation = serializable', current_database()); end $$",
    );
    let countries = ["Belize", "Mexico", "Costa Rica"];
    let ship = |n: usize, take: usize| {
        let body = format!("Ships of {} and {}, take {take}.", countries[n % 3], countries[n / 3 % 3]);
        twins.write(&format!("items/item-{n}.md"), &record(&format!("Ship {n}"), &format!("date = 2018-01-{:02}", 1 + n % 28), &body));
    };
    for take in 1..=4 {
        (0..24).for_each(|n| ship(n, take));
        let now = format!("2018-03-0{take}T12:00:00Z");
        let ran = twins.worked.run(&["db", "load", "--now", &now]);
        assert_eq!(ran.code, 0, "{ran:?}");
        let spawn = |_| {
            let mut command = twins.worked.command(&["work", "--once", "--batch", "1", "--now", &now]);
            command.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped()).spawn().expect("it runs")
        };
        let workers: Vec<std::process::Child> = (0..4).map(spawn).collect();
        for worker in workers {
            let ran = Ran::of(worker.wait_with_output().expect("it ends"));
            assert_eq!(ran.code, 0, "{ran:?}");
        }
        let ran = twins.worked.run(&["work", "--once", "--now", &now]);
        assert_eq!(ran.code, 0, "{ran:?}");
        let ran = twins.built.run(&["build", "--now", &now]);
        assert_eq!(ran.code, 0, "{ran:?}");
        twins.are_alike(&now);
    }
}

#[test]
fn a_worker_that_is_told_to_end_publishes_what_it_has_in_hand() {
    let Some(twins) = Twins::new(&format!("{CONFIG}{OUTPUT}").replace("per-language = false", "per-language = true\nmatrix = true")) else {
        return;
    };
    ships(&twins, 20);
    assert_eq!(twins.worked.run(&["db", "load"]).code, 0);
    let mut worker = twins.worked.command(&["work", "--batch", "1"]);
    let mut worker = worker.stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null()).spawn().expect("it runs");
    let start = std::time::Instant::now();
    while documents(&twins.database).is_empty() {
        assert!(start.elapsed() < std::time::Duration::from_secs(20), "nothing is published");
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    let told = std::process::Command::new("kill").args(["-TERM", &worker.id().to_string()]).status().expect("it runs");
    assert!(told.success());
    assert_eq!(worker.wait().expect("it ends").code(), Some(0));
    let held = "select count(*) from tidings.families where owner is not null";
    assert_eq!(twins.database.client().query_one(held, &[]).expect("a count").get::<_, i64>(0), 0);
}

#[test]
fn a_worker_that_meets_another_config_keeps_nobody_waiting() {
    let config = format!("{CONFIG}{OUTPUT}");
    let Some(twins) = Twins::new(&config) else { return };
    ships(&twins, 5);
    twins.compare_at("2018-03-01T12:00:00Z");
    twins.database.run("update tidings.families set wanted = wanted + 1");
    let old = stopped_at(&twins.worked, "made", &["work", "--once"]);
    let other = config.replace("Harbour news", "News of the ships");
    twins.worked.write("feeds.toml", format!("{other}\n[database]\nurl = '{}'\n", twins.database.url));
    twins.built.write("feeds.toml", &other);
    assert_eq!(twins.worked.run(&["db", "load", "--now", "2018-03-02T12:00:00Z"]).code, 0);
    let ran = goes_on(old);
    assert!(ran.code == 2 && ran.err.contains("is another than the one"), "{ran:?}");
    // Nothing is leased, so that all of it is done at once.
    twins.compare_at("2018-03-02T12:00:00Z");
}

#[test]
fn a_history_in_a_file_is_not_left_behind() {
    let config = format!("{CONFIG}{OUTPUT}");
    let Some(twins) = Twins::new(&config) else { return };
    ships(&twins, 20);
    let with_database = twins.worked.read("feeds.toml");
    twins.worked.write("feeds.toml", &config);
    twins.worked.run(&["build", "--now", "2018-03-01T12:00:00Z"]).expect(0, &[]);
    twins.worked.run(&["ledger", "export", "ledger.ndjson"]).expect(0, &[]);
    twins.worked.write("feeds.toml", with_database);
    twins
        .worked
        .run(&["db", "load"])
        .expect(2, &["remembers what was published, and the database remembers nothing", "tidings ledger import"]);
    twins.worked.run(&["ledger", "import", "ledger.ndjson"]).expect(0, &[]);
    assert_eq!(twins.built.run(&["build", "--now", "2018-03-01T12:00:00Z"]).code, 0);
    // What is gone by then is missed: where that is much, and where it is little.
    let rest = |twins: &Twins, numbers: std::ops::RangeInclusive<usize>| numbers.for_each(|n| twins.remove(&format!("items/item-{n}.md")));
    rest(&twins, 11..=18);
    for (publication, command) in [(&twins.worked, &["db", "load"][..]), (&twins.built, &["build"])] {
        publication.run(command).expect(1, &["`all` would lose 8 of its 20 items, too much at once: `item-18`"]);
    }
    ships(&twins, 20);
    rest(&twins, 4..=6);
    twins.compare_at("2018-03-02T12:00:00Z");
    assert!(documents(&twins.database)["all.atom"].contains("deleted-entry"));
}

#[test]
fn servers_show_what_stands_in_the_database_and_go_on_when_it_is_away() {
    let Some(mut server) = Server::start() else { return };
    let database = server.database("news");
    let publication = Publication::with_config(&format!("{CONFIG}{OUTPUT}\n[database]\nurl = '{}'\n", database.url));
    let ship = |n: usize, take: usize| {
        let body = format!("Ships of Belize, text {n}, take {take}.");
        publication
            .write(&format!("items/item-{n}.md"), record(&format!("Ship {n}, take {take}"), &format!("date = 2018-01-{n:02}"), &body));
    };
    let publish = || {
        for args in [&["db", "load"][..], &["work", "--once"]] {
            let ran = publication.run(args);
            assert_eq!(ran.code, 0, "{ran:?}");
        }
    };
    (1..=5).for_each(|n| ship(n, 1));
    assert_eq!(publication.run(&["db", "init"]).code, 0);
    let flags = &["--from", "database", "--no-log", "--poll", "100"];
    let servers = [Serving::start(&publication, flags), Serving::start(&publication, flags)];
    assert_eq!(servers[0].get("/all.rss", &[]).status, 503, "there is nothing yet");
    publish();
    let until = |text: &str| {
        let start = std::time::Instant::now();
        for one in &servers {
            while !String::from_utf8_lossy(&one.get("/all.rss", &[]).body).contains(text) {
                assert!(start.elapsed() < std::time::Duration::from_secs(15), "`{text}` is not served");
                std::thread::sleep(std::time::Duration::from_millis(20));
            }
        }
        start.elapsed()
    };
    until("text 5, take 1");
    let tag = |one: &Serving| {
        let head = one.get("/all.rss", &[]).head.to_ascii_lowercase();
        head.lines().find(|line| line.starts_with("etag:")).expect("a tag").to_owned()
    };
    assert_eq!(tag(&servers[0]), tag(&servers[1]));
    ship(3, 2);
    publish();
    let took = until("text 3, take 2");
    assert!(took < std::time::Duration::from_secs(1), "{took:?}");
    assert_eq!(tag(&servers[0]), tag(&servers[1]));
    server.kill();
    std::thread::sleep(std::time::Duration::from_millis(400));
    assert_eq!(servers[0].get("/all.rss", &[]).status, 200, "the last good copy");
    server.run();
    ship(4, 2);
    publish();
    until("text 4, take 2");
    publication.remove("items/item-1.md");
    publish();
    until("text 4, take 2");
}

#[test]
fn a_worker_waits_while_the_database_is_away() {
    let Some(mut server) = Server::start() else { return };
    let database = server.database("news");
    let publication = Publication::with_config(&format!("{CONFIG}{OUTPUT}\n[database]\nurl = '{}'\n", database.url));
    assert_eq!(publication.run(&["db", "init"]).code, 0);
    let take = |take: usize| {
        publication.write("items/ship.md", record(&format!("Ship, take {take}"), "date = 2018-01-05", "Ships of Belize."));
        let ran = publication.run(&["db", "load"]);
        assert_eq!(ran.code, 0, "{ran:?}");
    };
    let until = |text: &str| {
        let start = Instant::now();
        while !documents(&database).get("all.rss").is_some_and(|feed| feed.contains(text)) {
            assert!(start.elapsed() < Duration::from_secs(30), "`{text}` is not published");
            std::thread::sleep(Duration::from_millis(50));
        }
    };
    take(1);
    let mut worker = publication.command(&["work"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts");
    until("take 1");
    server.kill();
    std::thread::sleep(Duration::from_secs(2));
    assert!(worker.try_wait().expect("asked").is_none(), "it goes on");
    server.run();
    take(2);
    until("take 2");
    assert!(Command::new("kill").arg(worker.id().to_string()).status().expect("kill").success());
    let ran = Ran::of(worker.wait_with_output().expect("it ends"));
    assert!(ran.code == 0 && ran.err.contains("the database"), "{ran:?}");
}

#[test]
fn a_rollback_beside_workers_is_refused_and_what_lies_ahead_too() {
    let Some(twins) = Twins::new(&format!("{CONFIG}{OUTPUT}")) else { return };
    ships(&twins, 3);
    twins.compare_at("2018-03-01T12:00:00Z");
    let ran = twins.worked.run(&["rollback"]);
    assert!(ran.code == 2 && ran.err.contains("workers publish from this database"), "{ran:?}");
    // It would be gathered from a folder that nobody publishes to.
    twins.worked.run(&["ledger", "repair"]).expect(2, &["workers publish from this database", "`tidings db touch`"]);
    assert_eq!(twins.worked.run(&["ledger", "export"]).code, 0);
    twins.worked.write("items/far.md", record("Ship 9, far ahead", "date = 2019-01-01", "Ships."));
    twins.worked.write("far.ndjson", "{\"id\": \"far\", \"title\": \"Ship 9\", \"date\": \"2019-01-01\"}\n");
    for args in [&["db", "load"][..], &["db", "put", "far.ndjson"]] {
        let ran = twins.worked.run(args);
        assert!(ran.code == 1 && ran.err.contains("future-item"), "{ran:?}");
    }
    let ran = twins.worked.run(&["db", "touch", "country/beliz"]);
    assert!(ran.code == 2 && ran.err.contains("not all of these are channels"), "{ran:?}");
}
