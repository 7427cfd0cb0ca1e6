//! What channels are to tell of items that went while no worker came by: no more than a build tells, and of all that their feeds showed.

use crate::support::CONFIG;
use crate::working::{OUTPUT, Twins, documents, goes_on, ships, stopped_at};

fn twins() -> Option<Twins> {
    let twins = Twins::new(&format!("{CONFIG}{OUTPUT}[limits]\nitems = 5\n"))?;
    ships(&twins, 25);
    twins.compare_at("2018-03-01T12:00:00Z");
    Some(twins)
}

fn files(numbers: impl Iterator<Item = usize>, twins: &Twins) {
    numbers.for_each(|n| twins.remove(&format!("items/item-{n}.md")));
}

/// Which of the ships `all` says to be gone.
fn told(twins: &Twins) -> Vec<usize> {
    let feed = &documents(&twins.database)["all.atom"];
    let numbers = feed.split("deleted-entry ref=\"").skip(1).map(|rest| rest.split('"').next().unwrap_or_default());
    let mut numbers: Vec<usize> = numbers.filter_map(|id| id.rsplit('-').next()?.parse().ok()).collect();
    numbers.sort_unstable();
    numbers
}

#[test]
fn no_more_is_written_down_of_items_that_go_than_is_told() {
    let Some(twins) = twins() else { return };
    let standing = || -> i64 {
        let query = "select count(*) from tidings.members where channel = 'all'";
        twins.database.client().query_one(query, &[]).expect("a count").get(0)
    };
    assert_eq!(standing(), 5);
    files(1..=20, &twins);
    let now = ["--now", "2018-03-02T12:00:00Z"];
    // Piece by piece, and then all at once.
    let remove = |numbers: std::ops::RangeInclusive<usize>| {
        let keys: Vec<String> = numbers.map(|n| format!("item-{n}")).collect();
        let args: Vec<&str> = ["db", "remove"].into_iter().chain(keys.iter().map(String::as_str)).chain(now).collect();
        twins.worked.run(&args).expect(0, &[]);
        assert!(standing() <= 10, "{} of 5 and 5", standing());
    };
    remove(1..=8);
    remove(13..=16);
    remove(9..=12);
    twins.worked.run(&[&["db", "load", "--accept", "shrink"], &now[..]].concat()).expect(0, &["4 gone"]);
    assert_eq!(standing(), 10);
    twins.worked.run(&[&["work", "--once"], &now[..]].concat()).expect(0, &[]);
    twins.built.run(&[&["build", "--accept", "shrink"], &now[..]].concat()).expect(0, &[]);
    twins.are_alike(now[1]);
    assert_eq!((told(&twins), standing()), (vec![16, 17, 18, 19, 20], 5));
    // Those that come back are told of no more, and again when they go.
    ships(&twins, 18);
    twins.compare_at("2018-03-03T12:00:00Z");
    files(17..=18, &twins);
    twins.compare_at("2018-03-04T12:00:00Z");
}

#[test]
fn what_feeds_showed_is_told_of_whatever_came_and_went_since() {
    let Some(twins) = twins() else { return };
    // None of these is published.
    let put = |n: usize| {
        let row = format!("{{\"id\": \"item-{n}\", \"title\": \"Boat {n}\", \"date\": \"2018-02-09\", \"body\": \"Boats, {n}.\"}}\n");
        twins.worked.write("put.ndjson", row);
        twins.worked.run(&["db", "put", "put.ndjson"]).expect(0, &["1 new"]);
    };
    (31..=38).for_each(put);
    let keys: Vec<String> = (31..=38).chain(21..=25).map(|n| format!("item-{n}")).collect();
    twins.worked.run(&["db", "remove"].into_iter().chain(keys.iter().map(String::as_str)).collect::<Vec<_>>()).expect(0, &["13 gone"]);
    twins.worked.run(&["work", "--once"]).expect(0, &[]);
    let told = told(&twins);
    assert!((21..=25).all(|n| told.contains(&n)) && told.len() <= 10, "{told:?}");
}

#[test]
fn a_worker_that_comes_by_in_the_midst_of_a_load_leaves_what_is_about_to_go() {
    let Some(twins) = twins() else { return };
    files(1..=3, &twins);
    twins.write("items/new.md", "+++\ntitle = 'Ship 99'\ndate = 2018-02-20\n+++\n\nShips of Belize, the newest.\n");
    let now = "2018-03-02T12:00:00Z";
    let load = stopped_at(&twins.worked, "batch", &["db", "load", "--now", now]);
    twins.worked.run(&["work", "--once", "--now", now]).expect(0, &[]);
    assert!(documents(&twins.database)["all.atom"].contains("Ship 99") && told(&twins).is_empty());
    goes_on(load).expect(0, &["3 gone"]);
    twins.work_at(now);
    assert_eq!(told(&twins), [1, 2, 3]);
}
