//! Channels that move while workers publish them: one family after the other, in whatever order, and the result is that of a build.

use std::time::Duration;

use crate::serving::Serving;
use crate::support::CONFIG;
use crate::working::{OUTPUT, Twins, crash, documents, end_leases, goes_on, record, ships, stopped_at};

const BEFORE: &str = "\
    [[channel]]\npath = 'desk/boats'\ntitle = 'Boats'\nquery = 'topic:ships'\n\
    [[channel]]\npath = 'desk/harbours'\ntitle = 'Harbours'\nquery = 'topic:ports'\n\
    [[channel]]\npath = 'desk/mexico'\ntitle = 'Mexico'\nquery = 'country:MX'\n\
    [[channel]]\npath = 'desk/short'\ntitle = 'Short'\nquery = 'topic:ships and country:MX'\n";

/// In the order of paths, in which workers take them, the first goes before its former path, and the others come after it.
const AFTER: &str = "\
    [[channel]]\npath = 'boats'\ntitle = 'Boats'\nquery = 'topic:ships'\n\
    [[channel]]\npath = 'waters'\ntitle = 'Harbours'\nquery = 'topic:ports'\n\
    [[channel]]\npath = 'zone/mexico'\ntitle = 'Mexico'\nquery = 'country:MX'\n\
    [[moved]]\nfrom = 'desk/boats'\nto = 'boats'\n\
    [[moved]]\nfrom = 'desk/harbours'\nto = 'waters'\n\
    [[moved]]\nfrom = 'desk/mexico'\nto = 'zone/mexico'\nas = 'redirect'\n\
    [[moved]]\nfrom = 'desk/short'\n";

fn moving(config: &str) -> Option<Twins> {
    let twins = Twins::new(&format!("{config}{BEFORE}"))?;
    ships(&twins, 4);
    for n in 5..=12 {
        let (language, title) = if n % 2 == 0 { ("es", "El puerto de México") } else { ("en", "The port of Mexico") };
        let more = format!("date = 2018-01-{n:02}\nlanguage = '{language}'\nstory = 'story-{}'", n / 2);
        twins.write(&format!("items/port-{n}.md"), &record(&format!("{title}, {n}"), &more, "Ships, barco."));
    }
    twins.compare_at("2018-03-01T12:00:00Z");
    Some(twins)
}

impl Twins {
    fn configure(&self, config: &str) {
        self.worked.write("feeds.toml", format!("{config}\n[database]\nurl = '{}'\n", self.database.url));
        self.built.write("feeds.toml", config);
    }

    /// As [`Twins::compare_at`], with one family at a time.
    fn compare_one_by_one(&self, now: &str, more: &[&str]) {
        for (publication, command) in
            [(&self.worked, &["db", "load"][..]), (&self.worked, &["work", "--once", "--batch", "1"]), (&self.built, &["build"])]
        {
            let more = if command[0] == "work" { &[] } else { more };
            let ran = publication.run(&[command, &["--now", now], more].concat());
            assert_eq!(ran.code, 0, "{ran:?}");
        }
        self.are_alike(now);
    }
}

#[test]
fn a_channel_that_moved_keeps_its_id_and_its_old_path_as_with_a_build() {
    for per_language in ["false", "true"] {
        let config = format!("{CONFIG}{OUTPUT}").replace("per-language = false", &format!("per-language = {per_language}"));
        let Some(twins) = moving(&config) else { return };
        twins.configure(&format!("{config}{AFTER}"));
        twins.compare_one_by_one("2018-03-02T12:00:00Z", &[]);
        let all = documents(&twins.database);
        for (path, id) in [("boats", "desk/boats"), ("waters", "desk/harbours"), ("zone/mexico", "desk/mexico")] {
            assert!(all[&format!("{path}.atom")].contains(&format!("<id>tag:example.org,2018:channel/{id}</id>")), "{path}");
        }
        assert_eq!(all["desk/boats.rss"], all["boats.rss"]);
        assert!(!all.contains_key("desk/mexico.rss") && !all.contains_key("desk/short.rss"));
        for line in ["/desk/mexico.rss https://feeds.example.org/zone/mexico.rss 301", "/desk/short.atom /desk/short.atom 410"] {
            assert!(all["_redirects"].contains(line), "{line}");
        }
        let server = Serving::start(&twins.worked, &["--from", "database", "--no-log", "--poll", "100"]);
        while server.get("/all.rss", &[]).status == 503 {
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
        assert_eq!(
            ["/desk/mexico.rss", "/desk/short.rss", "/desk/boats.rss", "/_redirects"].map(|path| server.get(path, &[]).status),
            [301, 410, 200, 404]
        );
        // They go on together.
        twins.write("items/item-2.md", &record("Ship 2, take 2", "date = 2018-01-03", "Ships of Belize, once more."));
        twins.remove("items/port-7.md");
        twins.compare_one_by_one("2018-03-03T12:00:00Z", &[]);
        // Who takes an old path later is another channel; what nobody names any more goes.
        let other = "[[channel]]\npath = 'desk/harbours'\ntitle = 'Other harbours'\nquery = 'topic:ports and country:MX'\n";
        let left = AFTER.split("[[moved]]").next().unwrap_or_default();
        twins.configure(&format!("{config}{left}{other}"));
        let ran = twins.worked.run(&["db", "load"]);
        assert!(ran.code == 1 && ran.err.contains("path-disappears"), "{ran:?}");
        twins.compare_one_by_one("2018-03-04T12:00:00Z", &["--accept", "paths"]);
        assert!(documents(&twins.database).keys().all(|path| !path.contains("desk/boats")));
    }
}

#[test]
fn a_copy_is_there_before_what_it_replaces_goes() {
    let config = format!("{CONFIG}{OUTPUT}");
    let Some(twins) = moving(&config) else { return };
    twins.configure(&format!("{config}{AFTER}"));
    let now = "2018-03-02T12:00:00Z";
    assert_eq!(twins.worked.run(&["db", "load", "--now", now]).code, 0);
    let mut deaths = 0;
    // Each worker comes some steps further than the one before.
    while crash(&twins.worked, &["work", "--once", "--batch", "1", "--now", now], 7).code == -1 {
        deaths += 1;
        assert!(deaths < 100, "they come to no end");
        let all = documents(&twins.database);
        for path in ["desk/boats.rss", "desk/harbours.atom"] {
            assert!(all.contains_key(path), "{path} after {deaths} deaths");
        }
        end_leases(&twins.database);
    }
    assert!(deaths > 5, "{deaths}");
    assert_eq!(twins.built.run(&["build", "--now", now]).code, 0);
    twins.are_alike(now);
}

#[test]
fn an_old_path_that_leads_elsewhere_does_not_end_unasked() {
    let config = format!("{CONFIG}{OUTPUT}");
    let Some(twins) = moving(&config) else { return };
    twins.configure(&format!("{config}{AFTER}"));
    twins.compare_at("2018-03-02T12:00:00Z");
    twins.configure(&format!("{config}{}", AFTER.replace("[[moved]]\nfrom = 'desk/mexico'\nto = 'zone/mexico'\nas = 'redirect'\n", "")));
    let message = "`desk/mexico` was published as moved to https://feeds.example.org/zone/mexico.rss (301)";
    for (publication, command) in [(&twins.worked, &["db", "load"][..]), (&twins.built, &["build"])] {
        let ran = publication.run(command);
        ran.expect(1, &["error[path-disappears]", message, "`to = \"zone/mexico\"`", "`--accept paths`"]);
        assert_eq!(ran.err.matches("error[").count(), 1, "{}", ran.err);
        publication.run(&[command, &["--accept", "paths"]].concat()).expect(0, &[]);
    }
}

#[test]
fn what_stands_at_an_old_path_stays_until_something_is_said_of_it() {
    let config = format!("{CONFIG}{OUTPUT}");
    let Some(twins) = moving(&config) else { return };
    twins.configure(&format!("{config}{AFTER}"));
    let now = "2018-03-02T12:00:00Z";
    let only = |family: &str, now: &str| {
        assert_eq!(twins.worked.run(&["db", "load", "--now", now]).code, 0);
        twins.database.run(&format!("update tidings.families set done = wanted where path <> '{family}'"));
        assert_eq!(twins.worked.run(&["work", "--once", "--now", now]).code, 0);
        documents(&twins.database)
    };
    let rest = |now: &str| {
        twins.database.run("update tidings.families set done = done - 1");
        twins.compare_at(now);
    };
    let all = only("desk/mexico", now);
    assert!(all.contains_key("desk/mexico.rss") && !all.contains_key("_redirects"), "nobody knows where it went");
    rest(now);
    // What moved once moves on.
    let next =
        AFTER.replace("path = 'boats'", "path = 'zz'").replace("to = 'boats'", "to = 'zz'") + "[[moved]]\nfrom = 'boats'\nto = 'zz'\n";
    twins.configure(&format!("{config}{next}"));
    let now = "2018-03-03T12:00:00Z";
    let all = only("boats", now);
    assert!(all.contains_key("desk/boats.rss") && all.contains_key("boats.rss"), "the copies are not there yet");
    rest(now);
    assert_eq!(documents(&twins.database)["desk/boats.rss"], documents(&twins.database)["zz.rss"]);
    assert!(documents(&twins.database)["zz.atom"].contains("<id>tag:example.org,2018:channel/desk/boats</id>"));
}

#[test]
fn a_form_that_nothing_is_published_in_any_more_goes_from_old_paths_too() {
    let Some(twins) = moving(&format!("{CONFIG}{OUTPUT}")) else { return };
    twins.configure(&format!("{CONFIG}{OUTPUT}formats = ['rss', 'atom']\n{AFTER}"));
    twins.compare_one_by_one("2018-03-02T12:00:00Z", &["--accept", "paths"]);
    assert!(documents(&twins.database).keys().all(|path| !path.ends_with(".json")));
}

#[test]
fn a_late_worker_forgets_nothing_of_a_channel_that_moved() {
    let config = format!("{CONFIG}{OUTPUT}");
    let Some(twins) = moving(&config) else { return };
    twins.configure(&format!("{config}{AFTER}"));
    let now = "2018-03-02T12:00:00Z";
    assert_eq!(twins.worked.run(&["db", "load", "--now", now]).code, 0);
    twins.database.run("update tidings.families set done = wanted where path <> 'boats'");
    let late = stopped_at(&twins.worked, "made", &["work", "--once", "--lease", "1", "--now", now]);
    std::thread::sleep(Duration::from_millis(1200));
    let next = stopped_at(&twins.worked, "claim", &["work", "--once", "--now", now]);
    goes_on(late);
    goes_on(next);
    assert!(documents(&twins.database)["boats.atom"].contains("<id>tag:example.org,2018:channel/desk/boats</id>"));
}

#[test]
fn a_channel_that_is_empty_for_now_can_be_moved_to() {
    let config = format!("{CONFIG}{OUTPUT}");
    let Some(twins) = Twins::new(&format!("{config}[[channel]]\npath = 'desk/boats'\ntitle = 'Boats'\nquery = 'topic:ships'\n")) else {
        return;
    };
    ships(&twins, 4);
    twins.write("items/port.md", &record("The port of Mexico", "date = 2018-01-05", "Ships."));
    twins.compare_at("2018-03-01T12:00:00Z");
    twins.remove("items/port.md");
    twins.compare_one_by_one("2018-03-02T12:00:00Z", &["--accept", "shrink"]);
    twins.configure(&format!("{config}[[moved]]\nfrom = 'desk/boats'\nto = 'country/mexico'\n"));
    twins.compare_one_by_one("2018-03-03T12:00:00Z", &[]);
}

#[test]
fn a_move_that_leads_nowhere_is_refused_before_anything_is_written() {
    let config = format!("{CONFIG}{OUTPUT}");
    let Some(twins) = moving(&config) else { return };
    let before = documents(&twins.database);
    for (moves, said) in [
        ("[[moved]]\nfrom = 'desk/boats'\nto = 'bots'\n", "moved-nowhere"),
        ("[[moved]]\nfrom = 'topic/ships'\nto = 'waters'\n", "moved-taken"),
    ] {
        twins.configure(&format!("{config}{}{moves}", AFTER.split("[[moved]]").next().unwrap_or_default()));
        for (publication, command) in [(&twins.worked, &["db", "load"][..]), (&twins.built, &["build"])] {
            let ran = publication.run(&[command, &["--accept", "paths"]].concat());
            assert!(ran.code == 1 && ran.err.contains(said), "{ran:?}");
        }
    }
    assert_eq!(documents(&twins.database), before);
    twins.configure(&format!("{config}{BEFORE}"));
    twins.compare_at("2018-03-02T12:00:00Z");
}
