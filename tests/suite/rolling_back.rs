//! `tidings rollback`: what stood before a publish, put back.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::remembering::told;
use crate::support::{CONFIG, Publication, Ran};

fn published(publication: &Publication) -> BTreeMap<String, String> {
    publication.files("public").into_iter().map(|path| (path.clone(), publication.read(&format!("public/{path}")))).collect()
}

/// What is said of a publish that changed 15 files and added 9.
const LISTED: &str = "--steps 1: as it was until 2018-03-01 12:00:00 UTC; then 15 files were replaced or deleted and 9 added, in `all`, `country/belize`, `country/mexico`, `topic/ports`, `topic/ships`";

#[test]
fn the_last_publish_is_taken_back_and_does_not_come_again_unasked() {
    let publication = Publication::with_items(3);
    publication.run(&["rollback", "--list"]).expect(0, &["nothing was published yet"]);
    publication.run(&["rollback"]).expect(2, &["nothing was published yet", "`keep` in `[output]`"]);
    publication.build().expect(0, &[]);
    publication.run(&["rollback", "--list"]).expect(0, &["no former set is kept"]);
    let first = published(&publication);
    publication.write("items/item-4.md", "+++\ntitle = 'A ship of Mexico, not to be told yet'\ndate = 2018-02-01\n+++\n\nText.\n");
    publication.item(2, "The port of Belize reopens, by mistake");
    publication.build().expect(0, &["new"]);
    assert!(publication.exists("public/country/mexico.rss"));

    publication.run(&["rollback", "--list"]).expect(0, &[LISTED]);
    publication.run(&["rollback", "--dry-run"]).expect(0, &["would be put back"]);
    assert_ne!(published(&publication), first);
    publication.run(&["rollback"]).expect(0, &["were put back"]);
    assert_eq!(published(&publication), first);
    publication.run(&["ledger", "check"]).expect(0, &[]);

    publication
        .run(&["build"])
        .expect(1, &["error[taken-back]", "taken back at 2018-03-01 12:00:00 UTC", "`--accept rollback`", "nothing was published"]);
    assert_eq!(published(&publication), first);
    publication.item(2, "The port of Belize reopens, part 2, mended");
    publication.build().expect(0, &[]);
    let now = published(&publication);
    assert!(now["all.atom"].contains("mended") && now.contains_key("country/mexico.rss"));
    publication.run(&["rollback", "--steps", "2"]).expect(2, &["2 are asked for"]);
}

#[test]
fn what_was_taken_back_can_be_accepted() {
    let publication = Publication::with_items(3);
    publication.build().expect(0, &[]);
    publication.item(4, "The port of Belize reopens, part 4");
    publication.build().expect(0, &[]);
    let second = published(&publication);
    publication.run(&["rollback"]).expect(0, &[]);
    publication.run(&["build", "--accept", "rollback"]).expect(0, &[]);
    let ids = |files: &BTreeMap<String, String>| files["all.atom"].matches("<id>").count();
    assert_eq!(ids(&published(&publication)), ids(&second));
}

#[test]
fn several_steps_go_back_at_once_and_old_sets_go() {
    let publication = Publication::with_items(3);
    publication.build().expect(0, &[]);
    let mut states = vec![published(&publication)];
    for n in 4..=8 {
        publication.item(n, &format!("The port of Belize reopens, part {n}"));
        publication.build().expect(0, &[]);
        states.push(published(&publication));
    }
    publication.build().expect(0, &["unchanged"]);
    publication.run(&["rollback", "--steps", "4"]).expect(2, &["3 former sets are kept"]);
    publication.run(&["rollback", "--steps", "2"]).expect(0, &[]);
    assert_eq!(published(&publication), states[3]);
    publication.run(&["rollback"]).expect(0, &[]);
    assert_eq!(published(&publication), states[2]);
    publication.run(&["rollback"]).expect(2, &["no former set is kept"]);
}

#[test]
fn deleted_files_come_back_and_their_items_are_deleted_again() {
    let publication = Publication::with_items(6);
    publication.write("items/mexico.md", "+++\nid = 'm'\ntitle = 'A ship of Mexico'\ndate = 2018-02-01\n+++\n\nText.\n");
    publication.build().expect(0, &[]);
    let first = published(&publication);
    publication.remove("items/mexico.md");
    let config = publication.read("feeds.toml");
    publication.write("feeds.toml", config.replace("\"MX\", ", ""));
    publication.run(&["build", "--accept", "paths,shrink"]).expect(0, &["deleted"]);
    assert!(!publication.exists("public/country/mexico.rss"));
    publication.run(&["rollback"]).expect(0, &[]);
    assert_eq!(published(&publication), first);
    publication.write("feeds.toml", config);
    publication.run(&["build", "--accept", "shrink,rollback"]).expect(0, &[]);
    let atom = publication.read("public/all.atom");
    assert!(atom.contains("at:deleted-entry") && atom.contains("item/m\""), "{atom}");
}

/// The tombstone tells since when, which is another time at the next build.
#[test]
fn a_removal_that_was_taken_back_does_not_come_again_unasked() {
    for (archives, is_withdrawn) in [("", false), ("", true), ("[limits]\nitems = 5\n[output]\narchives = true\n", false)] {
        let publication = Publication::with_config(&format!("{CONFIG}{archives}"));
        (1..=16).for_each(|n| publication.item(n, &format!("The port of Belize reopens, part {n}")));
        publication.build().expect(0, &[]);
        let (first, record) = (published(&publication), publication.read("items/item-14.md"));
        match is_withdrawn {
            true => publication.write("items/item-14.md", record.replacen("+++\n", "+++\nwithdrawn = true\n", 1)),
            false => publication.remove("items/item-14.md"),
        }
        publication.run(&["build", "--now", "2018-03-02T12:00:00Z"]).expect(0, &["15 items"]);
        publication.run(&["rollback", "--now", "2018-03-02T12:01:00Z"]).expect(0, &["were put back"]);
        assert_eq!(published(&publication), first);
        publication.run(&["build", "--now", "2018-03-03T12:00:00Z"]).expect(1, &["error[taken-back]"]);
        publication.run(&["build", "--now", "2018-03-03T12:00:00Z", "--accept", "rollback"]).expect(0, &["15 items"]);
        assert!(publication.read("public/all.atom").contains("at:deleted-entry"));
    }
}

/// Who saw the tombstone takes the item for deleted unless it changed after that (RFC 6721 section 3).
#[test]
fn a_deleted_item_that_is_put_back_is_dated_after_its_tombstone() {
    let publication = Publication::with_items(6);
    let at = |hour: u32, args: &[&str]| {
        Ran::of(publication.command(args).env("TIDINGS_NOW", format!("2018-03-01T{hour}:00:00Z")).output().expect("it starts"))
    };
    at(12, &["build"]).expect(0, &[]);
    let (first, text) = (told(&publication, "public/all.atom").1, publication.read("items/item-5.md"));
    publication.remove("items/item-5.md");
    at(13, &["build"]).expect(0, &[]);
    assert_eq!(told(&publication, "public/all.atom").0, [["tag:example.org,2018:item/item-5", "2018-03-01T13:00:00Z"]]);
    at(14, &["rollback"]).expect(0, &[]);
    publication.write("items/item-5.md", text);
    at(15, &["build"]).expect(0, &["changed"]);
    let (deleted, again) = told(&publication, "public/all.atom");
    assert!(deleted.is_empty() && again[0] == first[0] && again[2..] == first[2..], "{again:?}");
    assert_eq!(again[1], ["tag:example.org,2018:item/item-5", "2018-03-01T14:00:00Z"]);
    at(16, &["build"]).expect(0, &["unchanged"]);
}

#[test]
fn a_file_that_something_else_changed_is_left_alone() {
    let publication = Publication::with_items(3);
    publication.build().expect(0, &[]);
    publication.item(4, "The port of Belize reopens, part 4");
    publication.build().expect(0, &[]);
    publication.write("public/all.rss", "mine");
    publication.run(&["rollback"]).expect(1, &["foreign-file", "--force"]);
    assert_eq!(publication.read("public/all.rss"), "mine");
    publication.run(&["rollback", "--force"]).expect(0, &[]);
    assert!(!publication.read("public/all.rss").contains("part 4"));
}

/// What the ledger says of each channel, but for dates, which never go back, and for what is buried if it goes, as what was taken back is.
fn channels(publication: &Publication) -> Vec<[Value; 3]> {
    let export = publication.run(&["ledger", "export"]).out;
    let lines = export.lines().map(|line| serde_json::from_str::<Value>(line).expect("JSON"));
    let keys = ["path", "window", "members"];
    lines.filter(|line| line["type"] == "channel").map(|line| keys.map(|key| line[key].clone())).collect()
}

fn set(publication: &Publication, number: u32) -> Value {
    serde_json::from_str(&publication.read(&format!(".tidings/sets/{number:06}/set.json"))).expect("JSON")
}

/// With feeds of two items, and nothing that shows the others; the first items are left for later.
fn with_few_shown(count: usize) -> Publication {
    let publication = Publication::with_config(&format!("{CONFIG}[limits]\nitems = 2\n[output]\npages = false\n"));
    (5..=count).for_each(|n| publication.item(n, &format!("The port of Belize reopens, part {n}")));
    publication.build().expect(0, &[]);
    publication
}

#[test]
fn a_set_says_what_changed_and_not_what_there_was() {
    let publication = with_few_shown(25);
    publication.item(25, "The port of Belize reopens, part 25, mended");
    publication.remove("items/item-12.md");
    publication.build().expect(0, &["changed"]);
    let line = set(&publication, 1)["channels"]["all"][0].as_str().expect("a line").to_owned();
    assert_eq!(line.matches("tag:example.org,2018:item/").count(), 3, "one that went, and its neighbours: {line}");
}

#[test]
fn runs_that_change_the_ledger_alone_are_taken_back_with_the_publish_before_them() {
    let publication = with_few_shown(9);
    let mut states = vec![(published(&publication), channels(&publication))];
    for n in [10, 11] {
        publication.item(n, &format!("The port of Belize reopens, part {n}"));
        publication.build().expect(0, &["changed"]);
        let (files, after) = (published(&publication), channels(&publication));
        for old in [n - 9, n - 7] {
            publication.item(old, &format!("The port of Belize reopens, part {old}"));
            publication.build().expect(0, &["unchanged"]);
        }
        assert!(published(&publication) == files && channels(&publication) != after);
        states.push((files, after));
    }
    assert_eq!(publication.run(&["rollback", "--list"]).out.matches("--steps").count(), 2);
    publication.run(&["rollback"]).expect(0, &[]);
    assert!(published(&publication) == states[1].0);
    publication.run(&["rollback"]).expect(0, &[]);
    assert!((published(&publication), channels(&publication)) == states[0]);
}

#[test]
fn a_set_of_version_1_is_put_back() {
    let publication = with_few_shown(8);
    let (first, was) = (published(&publication), channels(&publication));
    let export = publication.run(&["ledger", "export"]).out;
    publication.item(9, "The port of Belize reopens, part 9");
    publication.build().expect(0, &[]);
    let mut old = set(&publication, 1);
    for (path, steps) in old["channels"].as_object_mut().expect("channels") {
        *steps = export.lines().find(|line| line.contains(&format!("\"path\":\"{path}\""))).into();
    }
    old["version"] = 1.into();
    old.as_object_mut().expect("a set").remove("since");
    publication.write(".tidings/sets/000001/set.json", old.to_string());
    publication.run(&["rollback"]).expect(0, &[]);
    assert!((published(&publication), channels(&publication)) == (first, was));
}

#[test]
fn a_ledger_that_a_set_does_not_lean_on_is_refused() {
    let publication = with_few_shown(9);
    let first = published(&publication);
    publication.item(10, "The port of Belize reopens, part 10");
    publication.build().expect(0, &[]);
    let second = published(&publication);
    publication.remove(".tidings/ledger.db");
    for args in [&["rollback", "--dry-run"][..], &["rollback"]] {
        publication.run(args).expect(2, &["the ledger does not say of `all` what it said after that publish", "--force"]);
        assert!(published(&publication) == second);
    }
    publication.run(&["rollback", "--force"]).expect(0, &[]);
    assert!(published(&publication) == first);
    publication.item(10, "The port of Belize reopens, part 10, mended");
    publication.run(&["build", "--accept", "rollback"]).expect(0, &["changed"]);
}

#[cfg(debug_assertions)]
#[test]
fn a_publish_that_was_cut_off_and_taken_up_is_taken_back_whole() {
    let run = |publication: &Publication, args: &[&str], crash: usize| {
        let mut command = publication.command(args);
        command.env("TIDINGS_CRASH", crash.to_string()).output().expect("runs").status.success()
    };
    let mut deaths = [0, 0];
    for at in 1.. {
        let publication = with_few_shown(14);
        let was = (published(&publication), channels(&publication));
        publication.item(15, "The port of Belize reopens, part 15");
        publication.remove("items/item-6.md");
        let is_done = run(&publication, &["build"], at);
        deaths[0] += usize::from(!is_done);
        if at % 2 == 0 {
            publication.remove("items/item-7.md");
            publication.item(16, "The port of Belize reopens, part 16");
        }
        publication.build().expect(0, &[]);
        let sets = publication.run(&["rollback", "--list"]).out.matches("--steps").count().to_string();
        // A rollback that dies is done again.
        deaths[1] += usize::from(!run(&publication, &["rollback", "--steps", &sets], 1 + at % 14));
        let again = publication.run(&["rollback", "--steps", &sets]);
        assert!(again.code == 0 || again.err.contains("no former set is kept"), "{again:?}");
        assert!((published(&publication), channels(&publication)) == was, "after the {at}. step");
        if is_done {
            break;
        }
    }
    assert!(deaths[0] > 8 && deaths[1] > 4, "{deaths:?}");
}

/// Neither of two that were taken back one by one, nor one that changed pages of the archive alone.
#[test]
fn nothing_of_what_was_taken_back_comes_again_unasked() {
    let publication = Publication::with_config(&format!("{CONFIG}[limits]\nitems = 3\n[output]\narchives = true\narchive-size = 5\n"));
    let item = |n: u32, more: &str| publication.item(n as usize, &format!("The port of Belize reopens, part {n}{more}"));
    let run = |args: &[&str], day: u32| publication.run(&[args, &["--now", &format!("2018-03-{day:02}T12:00:00Z")]].concat());
    (1..=20).for_each(|n| item(n, ""));
    run(&["build"], 1).expect(0, &[]);
    item(2, ", mended");
    run(&["build"], 2).expect(0, &["changed"]);
    run(&["rollback"], 3).expect(0, &["were put back"]);
    run(&["build"], 4).expect(1, &["error[taken-back]"]);
    item(4, ", mended");
    run(&["build"], 5).expect(1, &["error[taken-back]", "with `item-2`"]);
    item(2, ", mended once more");
    run(&["build"], 5).expect(0, &["changed"]);

    item(21, "");
    run(&["build"], 6).expect(0, &["21 items"]);
    item(22, "");
    run(&["build"], 7).expect(0, &["22 items"]);
    run(&["rollback"], 8).expect(0, &["were put back"]);
    run(&["rollback"], 9).expect(0, &["were put back"]);
    run(&["build"], 10).expect(1, &["error[taken-back]"]);
    item(21, ", mended");
    run(&["build"], 11).expect(1, &["error[taken-back]", "with `item-22`"]);
    item(22, ", mended");
    run(&["build"], 12).expect(0, &["22 items"]);

    // Of two that are taken back at once, what the first alone showed is gone for who saw it then.
    item(23, "");
    run(&["build"], 13).expect(0, &["23 items"]);
    (24..=26).for_each(|n| item(n, ""));
    run(&["build"], 14).expect(0, &["26 items"]);
    run(&["rollback", "--steps", "2"], 15).expect(0, &["were put back"]);
    (23..=26).for_each(|n| publication.remove(&format!("items/item-{n}.md")));
    item(20, ", mended");
    run(&["build"], 16).expect(0, &["22 items"]);
    let atom = publication.read("public/all.atom");
    assert!((23..=26).all(|n| atom.contains(&format!("item/item-{n}\" when=\"2018-03-15T12:00:00Z\""))), "{atom}");
}

/// Time goes on meanwhile: items go and come, tombstones run out; and others write records.
#[test]
fn what_was_taken_back_does_not_come_again_with_something_else() {
    let publication = Publication::with_items(8);
    let build = |day: &str| publication.run(&["build", "--now", &format!("{day}T12:00:00Z")]);
    let record = |n: u32, field: &str, title: &str| {
        let text = format!("+++\ntitle = '{title}'\ndate = 2018-02-0{n}\n{field}\n+++\n\nText.\n");
        publication.write(&format!("items/item-{n}.md"), text);
    };
    record(2, "expires = 2018-03-20", "The port of Belize reopens, part 2");
    build("2018-03-01").expect(0, &["8 items"]);
    publication.remove("items/item-3.md");
    build("2018-03-02").expect(0, &["7 items"]);
    record(6, "", "The port of Belize reopens, by mistake");
    build("2018-03-10").expect(0, &["changed"]);
    publication.run(&["rollback", "--now", "2018-03-10T13:00:00Z"]).expect(0, &["were put back"]);
    build("2018-03-11").expect(1, &["error[taken-back]", "with `item-6`"]);
    record(9, "", "The port of Belize reopens, part 9");
    build("2018-03-12").expect(1, &["error[taken-back]"]);
    // The second is out, the tombstone of the third is gone.
    build("2018-04-20").expect(1, &["error[taken-back]"]);
    record(6, "", "The port of Belize reopens, mended");
    build("2018-04-21").expect(0, &["changed"]);
}

/// What went by the clock need not be mended, and is no way round what was not.
#[test]
fn what_goes_by_the_clock_neither_holds_a_build_back_nor_lets_a_mistake_through() {
    let publication = Publication::with_items(8);
    let run = |day: &str, args: &[&str]| publication.run(&[args, &["--now", &format!("{day}T12:00:00Z")]].concat());
    let expires = |n: u32, day: &str| {
        let text = format!("+++\ntitle = 'The port of Belize, part {n}'\ndate = 2018-01-0{n}\nexpires = {day}\n+++\n\nText.\n");
        publication.write(&format!("items/item-{n}.md"), text);
    };
    let title = |title: &str| publication.write("feeds.toml", CONFIG.replacen("title = \"", &format!("title = \"{title}"), 1));
    expires(2, "2018-03-05");
    run("2018-03-01", &["build"]).expect(0, &["8 items"]);
    title("WRONG ");
    run("2018-03-06", &["build"]).expect(0, &["7 items"]);
    run("2018-03-06", &["rollback"]).expect(0, &["were put back"]);
    run("2018-03-07", &["build"]).expect(1, &["error[taken-back]", "with the same config and templates\n"]);
    publication.item(9, "The port of Belize reopens, part 9");
    run("2018-03-07", &["build"]).expect(1, &["error[taken-back]"]);
    title("");
    run("2018-03-08", &["build"]).expect(0, &["8 items"]);

    publication.item(6, "The port of Belize reopens, by mistake");
    expires(7, "2018-03-10");
    run("2018-03-09", &["build"]).expect(0, &["8 items"]);
    run("2018-03-09", &["rollback"]).expect(0, &["were put back"]);
    run("2018-03-09", &["build"]).expect(1, &["error[taken-back]", "with `item-6`, `item-7`"]);
    run("2018-03-11", &["build"]).expect(1, &["error[taken-back]", "with `item-6`"]);
    run("2018-03-11", &["build", "--accept", "rollback"]).expect(0, &["7 items"]);
    // Taken back once more.
    run("2018-03-12", &["rollback"]).expect(0, &["were put back"]);
    publication.item(10, "The port of Belize reopens, part 10");
    run("2018-03-12", &["build"]).expect(1, &["error[taken-back]", "with `item-6`"]);
    publication.item(6, "The port of Belize reopens, mended");
    run("2018-03-12", &["build"]).expect(0, &["8 items"]);
}

/// One after the other or both at once.
#[test]
fn of_two_publishes_of_one_item_each_is_known_by_what_it_left() {
    for steps in [&["1", "1"][..], &["2"]] {
        let publication = Publication::with_items(4);
        publication.build();
        publication.item(1, "The port of Belize reopens, by mistake");
        publication.item(2, "The port of Belize reopens, first");
        publication.build();
        publication.item(2, "The port of Belize reopens, second");
        publication.build();
        for count in steps {
            publication.run(&["rollback", "--steps", count]).expect(0, &["were put back"]);
        }
        publication.item(2, "The port of Belize reopens, first");
        publication.run(&["build"]).expect(1, &["error[taken-back]", "with `item-1`, `item-2`"]);
        publication.item(1, "The port of Belize reopens, mended");
        publication.build().expect(0, &["changed"]);
    }
}

#[test]
fn what_a_publish_found_is_what_stood_and_not_what_was_taken_back() {
    let publication = Publication::with_items(4);
    let version = |more: &str| publication.item(2, &format!("The port of Belize reopens, {more}"));
    publication.build();
    for more in ["second", "third"] {
        version(more);
        publication.build();
    }
    publication.run(&["rollback"]).expect(0, &["were put back"]);
    version("fourth");
    publication.build().expect(0, &["changed"]);
    publication.run(&["rollback", "--steps", "2"]).expect(0, &["were put back"]);
    for more in ["second", "fourth"] {
        version(more);
        publication.run(&["build"]).expect(1, &["error[taken-back]", "with `item-2`"]);
    }
    version("fifth");
    publication.build().expect(0, &["changed"]);
}

/// Of two at once, one with a record and one with a template.
#[test]
fn each_of_several_that_were_taken_back_is_mended_by_itself() {
    let publication = Publication::with_config(&format!("{CONFIG}[output]\ntemplates = 'templates'\n"));
    let template = |more: &str| publication.write("templates/item.html", format!("{more}{{{{ item.title }}}} {{{{ item.body }}}}"));
    (1..=4).for_each(|n| publication.item(n, &format!("The port of Belize reopens, part {n}")));
    template("");
    publication.build();
    publication.item(1, "The port of Belize reopens, by mistake");
    publication.build();
    template("Secret ");
    publication.build();
    publication.run(&["rollback", "--steps", "2"]).expect(0, &["were put back"]);
    publication.item(1, "The port of Belize reopens, mended");
    publication.run(&["build"]).expect(1, &["error[taken-back]", "with the same config and templates\n"]);
    let written = publication.read("feeds.toml");
    publication.write("feeds.toml", format!("# a note\n{written}"));
    publication.run(&["build"]).expect(1, &["error[taken-back]", "with the same config and templates\n"]);
    // Looked at from elsewhere it is no other.
    let config = publication.path("feeds.toml").display().to_string();
    publication.run(&["--config", &config, "build"]).expect(1, &["error[taken-back]", "with the same config and templates\n"]);
    template("");
    publication.build().expect(0, &["changed"]);
    assert!(published(&publication).values().all(|text| !text.contains("Secret") && !text.contains("by mistake")));
}

/// Pages beyond what feeds hold, and all that a template says.
#[test]
fn what_is_in_no_feed_does_not_come_again_unasked() {
    let publication = Publication::with_config(&format!("{CONFIG}[limits]\nitems = 2\n[output]\ntemplates = 'templates'\n"));
    (1..=4).for_each(|n| publication.item(n, &format!("The port of Belize reopens, part {n}")));
    publication.write("templates/item.html", "{{ item.title }} {{ item.body }}");
    publication.build().expect(0, &[]);
    let first = published(&publication);
    let text = publication.read("items/item-1.md");
    let mistaken: [&dyn Fn(); 3] = [
        &|| publication.write("items/item-1.md", text.replace("Text", "Secret")),
        &|| publication.write("items/old.md", "+++\ntitle = 'Old'\ndate = 2017-01-01\n+++\n\nSecret.\n"),
        &|| publication.write("templates/item.html", "Secret {{ item.title }} {{ item.body }}"),
    ];
    let mended: [&dyn Fn(); 3] = [&|| publication.write("items/item-1.md", &text), &|| publication.remove("items/old.md"), &|| {
        publication.write("templates/item.html", "{{ item.title }} {{ item.body }}")
    }];
    for (mistake, mend) in mistaken.into_iter().zip(mended) {
        mistake();
        publication.build().expect(0, &[]);
        assert_ne!(published(&publication), first);
        publication.run(&["rollback"]).expect(0, &["put back and"]);
        assert_eq!(published(&publication), first);
        publication.run(&["build"]).expect(1, &["error[taken-back]"]);
        mend();
        publication.build().expect(0, &["unchanged"]);
    }
}

/// Who saw it come back keeps it, unless the tombstone is of later than that.
#[test]
fn what_came_back_meanwhile_is_gone_since_the_rollback() {
    let publication = Publication::with_items(8);
    let build = |day: u32| _ = publication.run(&["build", "--now", &format!("2018-03-{day:02}T12:00:00Z")]).expect(0, &[]);
    let record = publication.read("items/item-8.md");
    build(1);
    publication.remove("items/item-8.md");
    build(2);
    publication.write("items/item-8.md", &record);
    build(3);
    publication.run(&["rollback", "--now", "2018-03-04T12:00:00Z"]).expect(0, &["were put back"]);
    publication.remove("items/item-8.md");
    build(5);
    let atom = publication.read("public/all.atom");
    assert!(atom.contains("item/item-8\" when=\"2018-03-04T12:00:00Z\""), "{atom}");
}

/// As on a full disk, or one that may not be written to.
#[test]
fn a_publish_of_which_nothing_came_to_its_place_is_as_if_it_had_not_been() {
    let publication = Publication::with_items(6);
    publication.build().expect(0, &[]);
    let state = || (published(&publication), publication.run(&["ledger", "export"]).out);
    let (before, record) = (state(), publication.read("items/item-2.md"));
    publication.item(7, "The port of Belize, not to be told yet");
    publication.item(2, "The port of Belize reopens, by mistake");
    std::fs::create_dir(publication.path("public/.all.rss.tidings-new")).expect("a folder in the way");
    publication.run(&["build", "--now", "2018-03-02T12:00:00Z"]).expect(2, &["all.rss"]);
    assert_eq!(published(&publication), before.0);
    publication.run(&["rollback", "--list"]).expect(0, &["no former set is kept"]);

    std::fs::remove_dir(publication.path("public/.all.rss.tidings-new")).expect("out of the way");
    publication.remove("items/item-7.md");
    publication.write("items/item-2.md", record);
    publication.run(&["build", "--now", "2018-03-03T12:00:00Z"]).expect(0, &["unchanged"]);
    assert_eq!(state(), before);
    publication.item(3, "The port of Belize reopens, part 3, mended");
    publication.run(&["build", "--now", "2018-03-04T12:00:00Z"]).expect(0, &["changed"]);
    // A set that was not made to its end is none, and takes no other's place.
    publication.write(".tidings/sets/under-way/files/all.rss", "half");
    publication.run(&["build", "--now", "2018-03-04T12:00:00Z"]).expect(0, &["unchanged"]);
    publication.run(&["rollback"]).expect(0, &["were put back"]);
    assert_eq!(published(&publication), before.0);
}

#[cfg(debug_assertions)]
#[test]
fn what_a_rollback_that_is_cut_off_took_back_does_not_come_again_unasked() {
    let mut deaths = 0;
    for at in 1.. {
        let publication = Publication::with_items(3);
        publication.build();
        let first = published(&publication);
        publication.item(2, "The port of Belize reopens, by mistake");
        publication.build();
        let mut command = publication.command(&["rollback"]);
        if command.env("TIDINGS_CRASH", at.to_string()).output().expect("runs").status.success() {
            break;
        }
        deaths += 1;
        let left = published(&publication);
        let ran = publication.run(&["build"]);
        // Until the first file is put back there is nothing to refuse.
        assert!(ran.code == 1 && ran.err.contains("taken-back") || ran.code == 0 && ran.out.contains(" unchanged"), "{at}: {ran:?}");
        assert!(published(&publication) == left, "{at}: a build leaves it as it is");
        publication.run(&["rollback"]).expect(0, &[]);
        assert!(published(&publication) == first, "{at}: done again");
        publication.run(&["build"]).expect(1, &["taken-back"]);
        assert!(published(&publication) == first, "{at}: and refused once more");
    }
    assert!(deaths > 8, "{deaths} deaths");
}

#[test]
fn what_comes_after_is_later_than_what_was_taken_back_and_tells_that_it_went() {
    let publication = Publication::with_items(3);
    let at = |hour: u32, args: &[&str]| {
        Ran::of(publication.command(args).env("TIDINGS_NOW", format!("2018-03-01T{hour}:00:00Z")).output().expect("it starts"))
    };
    let updated = || {
        let feed = publication.read("public/all.atom");
        let updated = feed.split_once("<updated>").and_then(|(_, rest)| rest.split_once("</updated>")).map(|(date, _)| date.to_owned());
        updated.expect("a date")
    };
    let changed = || publication.path("public/all.atom").metadata().and_then(|meta| meta.modified()).expect("a date");
    at(12, &["build"]).expect(0, &[]);
    publication.item(4, "The minister resigns");
    at(13, &["build"]).expect(0, &[]);
    assert_eq!(updated(), "2018-03-01T13:00:00Z");
    at(14, &["rollback"]).expect(0, &[]);
    let taken_back = changed();
    publication.run(&["ledger", "check"]).expect(0, &["0 errors"]);
    publication.remove("items/item-4.md");
    at(15, &["build"]).expect(0, &[]);
    assert_eq!(updated(), "2018-03-01T15:00:00Z");
    assert!(changed() > taken_back);
    let gone = "<at:deleted-entry ref=\"tag:example.org,2018:item/item-4\" when=\"2018-03-01T14:00:00Z\"/>";
    assert!(publication.read("public/all.atom").contains(gone), "{}", publication.read("public/all.atom"));
    at(16, &["build", "--full"]).expect(0, &["unchanged"]);
    publication.run(&["ledger", "check"]).expect(0, &["0 errors"]);
}
