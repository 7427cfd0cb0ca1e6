//! What may go wrong between several machines and one database, and what no database keeps.

use std::process::Stdio;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::support::{CONFIG, Dice, Ran};
use crate::working::{OUTPUT, Twins, documents, goes_on, record, ships, stopped_at};

fn twins() -> Option<Twins> {
    let twins = Twins::new(&format!("{CONFIG}{OUTPUT}"))?;
    ships(&twins, 8);
    twins.compare_at("2018-03-01T12:00:00Z");
    Some(twins)
}

/// A line of NDJSON.
fn row(id: &str, more: &str) -> String {
    format!("{{\"id\": \"{id}\", \"title\": \"Boat\", \"date\": \"2018-02-09\"{more}}}\n")
}

#[test]
fn what_no_index_takes_is_refused_at_its_place() {
    let Some(twins) = twins() else { return };
    // Which cannot be pressed.
    let mut dice = Dice(7);
    let long: String =
        (0..9_500).map(|_| char::from(b'!' + 15 + dice.below(70) as u8)).filter(char::is_ascii_alphanumeric).take(5_500).collect();
    let cases = [
        (row(&long, ""), "the `id` of `Boat` has 5500 bytes, and the index of a database takes no more than 2000"),
        (row("boat", &format!(", \"story\": \"{long}\"")), "the `story` of `Boat` has 5500 bytes"),
        (row("bo\\u0000at", ""), "the `id` of `Boat` holds a NUL character"),
    ];
    for (bad, why) in cases {
        let rows = [row("good", ""), bad].concat();
        twins.worked.write("items/rows.ndjson", &rows);
        twins.worked.run(&["db", "load"]).expect(1, &["items/rows.ndjson:2", "error[invalid-id]", why, "not taken in"]);
        twins.worked.remove("items/rows.ndjson");
        twins.worked.write("put.ndjson", &rows);
        twins.worked.run(&["db", "put", "put.ndjson"]).expect(1, &["put.ndjson:2", "error[invalid-id]", why]);
    }
}

#[test]
fn a_load_comes_to_its_end_though_records_are_put_all_the_while() {
    let Some(twins) = twins() else { return };
    let text = |n: usize| format!(", \"link\": \"https://example.org/{n}\", \"body\": \"Boats of Belize, {n}.\"");
    let rows: String = (0..3_000).map(|n| row(&format!("n{n}"), &text(n))).collect();
    twins.worked.write("items/rows.ndjson", rows);
    let is_done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let (start, mut count) = (Instant::now(), 0);
            while !is_done.load(Ordering::Relaxed) && start.elapsed() < Duration::from_secs(40) {
                count += 1;
                twins.worked.write("put.ndjson", row("put", &text(10_000 + count)));
                twins.worked.run(&["db", "put", "put.ndjson", "--accept", "repeats"]).expect(0, &[]);
            }
        });
        let start = Instant::now();
        twins.worked.run(&["db", "load", "--accept", "repeats"]).expect(0, &["3000 new"]);
        is_done.store(true, Ordering::Relaxed);
        assert!(start.elapsed() < Duration::from_secs(40), "it ended with the puts");
    });
}

/// The twins with another config, with which items belong elsewhere.
fn configure(twins: &Twins, words: &str) {
    let config = format!("{CONFIG}{OUTPUT}").replace("words = [\"ship\", \"ships\", \"barco\"]", words);
    twins.worked.write("feeds.toml", format!("{config}\n[database]\nurl = '{}'\n", twins.database.url));
}

#[test]
fn nothing_is_put_by_the_config_of_before_while_another_is_loaded() {
    let Some(twins) = twins() else { return };
    configure(&twins, "words = [\"boats\"]");
    let load = stopped_at(&twins.worked, "batch", &["db", "load", "--accept", "shrink,paths"]);
    configure(&twins, "words = [\"ship\", \"ships\", \"barco\"]");
    twins.worked.write("put.ndjson", row("put", ", \"body\": \"Boats of Belize.\""));
    twins
        .worked
        .run(&["db", "put", "put.ndjson"])
        .expect(2, &["is another than the one that the database was loaded with", "`tidings db load`"]);
    goes_on(load).expect(0, &[]);
    configure(&twins, "words = [\"boats\"]");
    twins.worked.run(&["db", "put", "put.ndjson"]).expect(0, &["1 new"]);
    twins.worked.run(&["work", "--once"]).expect(0, &[]);
    assert!(documents(&twins.database)["topic/ships.rss"].contains("Boats of Belize"));
}

#[test]
fn an_item_that_is_refused_when_its_time_comes_takes_no_other_with_it() {
    let Some(twins) = twins() else { return };
    twins.worked.write("items/ends.md", record("Ships that go", "date = 2018-02-20\nexpires = 2018-03-05", "Ships of Belize, now."));
    let again = "date = 2018-01-05\npublish-at = 2018-03-05";
    twins.worked.write("items/later.md", record("Ship 4, take 1", again, "Ships of Belize, text 4."));
    twins.worked.remove("items/item-4.md");
    twins.work_at("2018-03-02T12:00:00Z");
    let work = ["work", "--once", "--now", "2018-03-06T12:00:00Z"];
    // Another worker has the one that ends in hand.
    let mut other = twins.database.client();
    let mut held = other.transaction().expect("begun");
    assert_eq!(held.query("select iri from tidings.items where iri like '%ends' for update", &[]).expect("held").len(), 1);
    let mut worker = twins.worked.command(&work).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it runs");
    let start = Instant::now();
    while worker.try_wait().expect("asked").is_none() && start.elapsed() < Duration::from_secs(10) {
        std::thread::sleep(Duration::from_millis(50));
    }
    held.rollback().expect("let go");
    Ran::of(worker.wait_with_output().expect("it ends")).expect(0, &["would-repeat"]);
    twins.worked.run(&work).expect(0, &[]);
    let feed = &documents(&twins.database)["all.rss"];
    assert!(!feed.contains("Ships that go") && !feed.contains("Ship 4"), "{feed}");
}
