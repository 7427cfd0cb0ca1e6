//! The gate: nothing is published that the checker finds an error in, and what is published it finds none in.

use crate::support::{Publication, Ran, tidings};

#[test]
fn an_error_in_a_document_stops_the_run_and_names_the_record() {
    let publication = Publication::with_items(1);
    publication.build();
    let before = publication.read("public/all.rss");
    publication.write(
        "items/odd.toml",
        "title = 'Port of Belize'\ndate = 2018-02-01\n[[enclosures]]\nurl = 'http://localhost/x.mp3'\nlength = 3\n",
    );
    publication
        .run(&["build"])
        .expect(1, &["items/odd.toml: error[invalid-url-attribute]", "from `enclosures` of `odd`", "nothing was published"]);
    assert_eq!(publication.read("public/all.rss"), before);
    assert_eq!(publication.run(&["build"]).err.matches("invalid-url-attribute").count(), 1, "said once, though three channels hold it");
}

#[test]
fn warnings_about_documents_are_counted_and_shown_on_request() {
    let publication = Publication::new();
    publication.write("items/old.toml", "title = 'Before there were feeds'\ndate = 1970-01-01");
    let ran = publication.build();
    assert!(ran.err.contains("`-v` shows them") && !ran.err.contains("implausible-date"), "{}", ran.err);
    publication.run(&["build", "-v"]).expect(0, &["items/old.toml: warning[implausible-date]", "from `date` of `old`"]);
}

#[test]
fn a_text_that_looks_like_items_hides_no_record() {
    let publication = Publication::new();
    publication.write("items/new.md", "+++\ntitle = 'New'\ndate = 2018-02-02\n+++\n\n```\n{\"id\":\"x\"}\n{\"id\":\"y\"}\n```\n");
    publication.write("items/old.toml", "title = 'Old'\ndate = 2018-02-01\nbody = 'Text.'\nid = 'HTTP://Example.org/%7Efoo'");
    publication.write("items/older.toml", "title = 'Older'\ndate = 2018-01-01\nbody = 'Text.'");
    let ran = publication.run(&["build", "-v"]);
    ran.expect(0, &["items/old.toml: warning[non-canonical-uri]", "from `id` of `old`"]);
    assert!(!ran.err.contains("older") && !ran.err.contains("public"), "{}", ran.err);
}

#[test]
fn nobody_is_told_to_change_an_id_that_readers_know() {
    let record = |fields: &str| {
        let publication = Publication::new();
        publication.write("items/old.toml", format!("title = 'Old'\ndate = 2018-02-01\nbody = 'Text.'\n{fields}"));
        publication
    };
    let ran = record("guid = '17'").run(&["build", "-v"]);
    ran.expect(0, &[]);
    assert_eq!(ran.err, "", "the former feed gave the guid");
    let publication = record("id = 'urn:uuid:123'");
    publication.run(&["build"]).expect(1, &["error[invalid-uuid]", "from `id` of `old`", "write it as `guid`", "sees it once more"]);
    let publication = record("id = 'old'\nguid = 'urn:uuid:123'");
    publication.build();
    assert!(publication.read("public/all.rss").contains("<guid isPermaLink=\"false\">urn:uuid:123</guid>"));
}

#[test]
fn an_item_of_today_comes_out_at_noon_and_nothing_is_ever_dated_ahead() {
    let publication = Publication::new();
    publication.write("items/today.toml", "title = 'Today'\ndate = 2018-03-01\nbody = 'Text.'");
    let at = |now: &str| publication.run(&["build", "-v", "--now", now]);
    at("2018-03-01T07:00:00-06:00").expect(0, &["0 items (1 not due)", "`today` is due at 12:0"]);
    let ran = at("2018-03-01T12:15:00-06:00");
    ran.expect(0, &["1 item in"]);
    assert_eq!(ran.err, "", "no warning of a date in the future");
}

/// Publishes `folder` (below the root of the project) into a temporary place and checks every file as it will be served.
#[track_caller]
fn check_published(folder: &str, base: &str, now: &str) {
    let publication = Publication::copy_of(folder);
    let build = publication.command(&["build", "--now", now]).output().expect("runs");
    assert_eq!(build.status.code(), Some(0), "{}", String::from_utf8_lossy(&build.stderr));
    let public = publication.path("public");
    let checked = tidings().args(["check", "--deny", "warnings", "--url", base, "--now", now]).arg(public).output().expect("runs");
    let ran = Ran::of(checked);
    ran.expect(0, &["0 errors, 0 warnings"]);
}

#[test]
fn the_example_has_no_error_and_no_warning() {
    check_published("", "https://feeds.migration.example/", "2018-03-01T00:00:00Z");
}

#[test]
fn the_hostile_set_has_no_error_and_no_warning() {
    check_published("tests/hostile", "https://feeds.migration.example/a&b/%C3%A9%20'x'/", "2026-01-01T00:00:00Z");
}

#[test]
fn what_one_run_sees_change_is_no_fault_of_the_records() {
    let publication = Publication::with_items(3);
    publication.build();
    (1..=3).for_each(|n| publication.item(n, &format!("The port of Belize is open, part {n}")));
    let ran = publication.run(&["build", "-v", "--now", "2018-03-02T12:00:00Z"]);
    ran.expect(0, &[]);
    assert!(!ran.err.contains("duplicate-updated"), "{}", ran.err);
    let record = |n: usize| format!("title = 'Part {n}'\ndate = 2018-02-0{n}\nupdated = 2018-02-09T10:00:00Z\nbody = 'Text {n}.'");
    (4..=5).for_each(|n| publication.write(&format!("items/told-{n}.toml"), record(n)));
    publication
        .run(&["build", "-v", "--now", "2018-03-02T13:00:00Z"])
        .expect(0, &["warning[duplicate-updated]", "from `updated` of `told-"]);
}
