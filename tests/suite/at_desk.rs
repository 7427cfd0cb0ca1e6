//! `tidings build` where items are in PostgreSQL: one worker that takes everything.

use std::time::{Duration, Instant};

use crate::support::{CONFIG, Ran};
use crate::working::{OUTPUT, Twins, crash, documents, end_leases, record, ships};

/// The same build in both homes.
fn build_at(twins: &Twins, now: &str, more: &[&str]) -> Ran {
    let args: Vec<&str> = ["build", "--now", now].iter().chain(more).copied().collect();
    let (worked, built) = (twins.worked.run(&args), twins.built.run(&args));
    assert_eq!(worked.code, built.code, "{worked:?}\n{built:?}");
    twins.are_alike(now);
    if worked.code == 0 && !more.contains(&"--json") {
        let counts = |ran: &Ran| ran.out.split(';').next().map(str::to_owned);
        assert_eq!(counts(&worked), counts(&built));
    }
    worked
}

/// Workers publish from here on.
fn loaded(config: &str) -> Option<Twins> {
    let twins = Twins::new(config)?;
    let ran = twins.worked.run(&["db", "load"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    Some(twins)
}

#[test]
fn a_build_takes_in_the_sources_and_publishes_the_bytes_of_any_other_build() {
    let config = format!("{CONFIG}{OUTPUT}").replace("per-language = false", "per-language = true\nmatrix = true");
    let Some(twins) = loaded(&config) else { return };
    for n in 1..=60 {
        let (language, title) = if n % 2 == 0 { ("es", "El puerto de México reabre") } else { ("en", "The port of Belize reopens") };
        let more = format!("date = 2018-01-{:02}\nlanguage = '{language}'\nstory = 's{}'", 1 + n % 28, n / 2);
        twins.write(&format!("items/item-{n}.md"), &record(&format!("{title}, part {n}"), &more, &format!("Ships, text {n}.")));
    }
    let ran = build_at(&twins, "2018-03-01T12:00:00Z", &[]);
    assert!(ran.out.contains("60 items in ") && ran.out.contains(" new; ") && ran.out.contains("postgresql://"), "{ran:?}");
    assert!(!twins.worked.exists("public"), "no folder is touched");
    twins.write("items/item-7.md", &record("The port of Belize reopens, part 7", "date = 2018-01-08", "Ships, text 7, and more."));
    twins.write("items/due.md", &record("Ships to come", "date = 2018-03-01\npublish-at = 2018-03-05", "Soon."));
    twins.remove("items/item-9.md");
    let ran = build_at(&twins, "2018-03-02T12:00:00Z", &[]);
    assert!(ran.out.contains("59 items (1 not due) in "), "{ran:?}");
    let ran = build_at(&twins, "2018-03-05T20:00:00Z", &[]);
    assert!(ran.out.contains("60 items in "), "{ran:?}");
    let before = documents(&twins.database);
    for more in [&[][..], &["--full"]] {
        let ran = build_at(&twins, "2018-03-05T21:00:00Z", more);
        assert!(!ran.out.contains(" new") && !ran.out.contains(" changed") && ran.out.contains(" unchanged; "), "{ran:?}");
    }
    assert_eq!(documents(&twins.database), before);
}

#[test]
fn what_a_build_refuses_is_refused_and_accepted_here_too() {
    let Some(twins) = loaded(&format!("{CONFIG}{OUTPUT}")) else { return };
    ships(&twins, 6);
    build_at(&twins, "2018-03-01T12:00:00Z", &[]);
    // A record that is wrong: nothing, or all but that.
    twins.write("items/item-6.md", "+++\ntitle = 'Ship 6'\ndate = 'soon'\n+++\n");
    let ran = build_at(&twins, "2018-03-02T12:00:00Z", &[]);
    assert!(ran.code == 1 && ran.err.contains("invalid-date") && ran.err.contains("nothing was published"), "{ran:?}");
    let ran = build_at(&twins, "2018-03-02T12:00:00Z", &["--keep-going"]);
    assert!(ran.code == 1 && ran.out.contains("5 items in "), "{ran:?}");
    // A source that is broken.
    (1..=3).for_each(|n| twins.remove(&format!("items/item-{n}.md")));
    twins.remove("items/item-6.md");
    let ran = build_at(&twins, "2018-03-03T12:00:00Z", &[]);
    assert!(ran.code == 1 && ran.err.contains("channel-shrinks"), "{ran:?}");
    let ran = build_at(&twins, "2018-03-03T12:00:00Z", &["--json"]);
    let told: serde_json::Value = serde_json::from_str(&ran.out).unwrap_or_else(|error| panic!("{error}: {ran:?}"));
    assert_eq!((told["published"].as_bool(), told["findings"][0]["code"].as_str()), (Some(false), Some("channel-shrinks")), "{told}");
    let ran = build_at(&twins, "2018-03-03T12:00:00Z", &["--accept", "shrink", "--json"]);
    let told: serde_json::Value = serde_json::from_str(&ran.out).unwrap_or_else(|error| panic!("{error}: {ran:?}"));
    assert_eq!((told["published"].as_bool(), told["items"].as_i64(), told["hidden"].as_i64()), (Some(true), Some(2), Some(0)), "{told}");
    let changed: Vec<&str> = told["paths"]["changed"].as_array().expect("a list").iter().filter_map(|path| path.as_str()).collect();
    assert!(changed.contains(&"all.rss") && changed.contains(&"feeds.opml"), "{told}");
    // A format that subscribers fetch.
    let config = format!("{CONFIG}{OUTPUT}formats = ['rss', 'atom']\n");
    twins.worked.write("feeds.toml", format!("{config}[database]\nurl = '{}'\n", twins.database.url));
    twins.built.write("feeds.toml", &config);
    let ran = build_at(&twins, "2018-03-04T12:00:00Z", &[]);
    assert!(ran.code == 1 && ran.err.contains("path-disappears") && ran.err.contains("`all.json`"), "{ran:?}");
    build_at(&twins, "2018-03-04T12:00:00Z", &["--accept", "paths"]);
    assert!(!documents(&twins.database).contains_key("all.json"));
}

#[test]
fn what_a_build_of_items_in_a_database_cannot_do_is_said() {
    let Some(twins) = loaded(&format!("{CONFIG}{OUTPUT}")) else { return };
    for (args, way_out) in [
        (&["build", "--dry-run"][..], "a config without `[database]`"),
        (&["diff"], "a config without `[database]`"),
        (&["build", "--watch"], "`tidings work` publishes"),
    ] {
        let ran = twins.worked.run(args);
        assert!(ran.code == 2 && ran.err.contains("items are in the database") && ran.err.contains(way_out), "{ran:?}");
    }
    twins.worked.write("feeds.toml", format!("{CONFIG}[database]\nurl = '{}'\n", twins.database.url));
    let ran = twins.worked.run(&["build"]);
    assert!(ran.code == 2 && ran.err.contains("`pages = true`") && ran.err.contains("`schema`"), "{ran:?}");
}

#[test]
fn rows_of_other_databases_are_brought_over_first() {
    let source = "[[source]]\nname = 'press'\nsqlite = 'press.db'\nquery = 'select id, title, date, body from news'\n";
    let Some(twins) = Twins::new(&format!("{CONFIG}{OUTPUT}{source}")) else { return };
    let write = |sql: &str| {
        for publication in [&twins.worked, &twins.built] {
            rusqlite::Connection::open(publication.path("press.db")).expect("opened").execute_batch(sql).expect("run");
        }
    };
    write("create table news (id text primary key, title text, date text, body text)");
    write("insert into news values ('1', 'Ship 1', '2018-01-09', 'Ships of Belize.'), ('2', 'Ship 2', '2018-01-10', 'Ships.')");
    assert_eq!(twins.worked.run(&["db", "load"]).code, 0);
    build_at(&twins, "2018-03-01T12:00:00Z", &[]);
    write("update news set title = 'Ship 1 again' where id = '1'");
    build_at(&twins, "2018-03-02T12:00:00Z", &[]);
    assert!(documents(&twins.database)["all.rss"].contains("Ship 1 again"));
    write("drop table news");
    let ran = build_at(&twins, "2018-03-03T12:00:00Z", &[]);
    assert!(ran.code == 1 && ran.err.contains("source-unreadable"), "{ran:?}");
}

#[test]
fn families_of_another_are_waited_for_as_long_as_their_lease_runs() {
    let Some(twins) = loaded(&format!("{CONFIG}{OUTPUT}")) else { return };
    ships(&twins, 4);
    build_at(&twins, "2018-03-01T12:00:00Z", &[]);
    let hold = |seconds: u32| {
        let hold = format!(
            "update tidings.families set wanted = wanted + 1, token = token + 1, owner = 'a sleeper', \
             until = now() + interval '{seconds} seconds' where path = 'all'"
        );
        twins.database.run(&hold);
    };
    let is_done = || {
        let query = "select wanted = done from tidings.families where path = 'all'";
        twins.database.client().query_one(query, &[]).expect("a row").get::<_, bool>(0)
    };
    // One that died: its work is done when its lease is over.
    hold(2);
    let start = Instant::now();
    let ran = twins.worked.run(&["build"]);
    assert!(ran.code == 0 && ran.err.contains("waiting for `all`, which a sleeper publishes"), "{ran:?}");
    assert!(is_done() && start.elapsed() > Duration::from_secs(1), "{:?}", start.elapsed());
    // One that lives, and begins its lease anew.
    hold(1);
    let stop = Instant::now() + Duration::from_secs(4);
    let ran = std::thread::scope(|scope| {
        scope.spawn(|| {
            while Instant::now() < stop {
                twins.database.run("update tidings.families set until = now() + interval '5 seconds' where owner = 'a sleeper'");
                std::thread::sleep(Duration::from_millis(100));
            }
        });
        twins.worked.run(&["build"])
    });
    assert!(ran.code == 1 && ran.err.contains("`all` is not published yet: a sleeper has it"), "{ran:?}");
    assert!(!is_done() && Instant::now() < stop + Duration::from_secs(4));
    let ran = twins.worked.run(&["build", "--wait"]);
    assert!(ran.code == 0 && is_done(), "{ran:?}");
}

#[test]
fn a_build_that_is_killed_at_any_step_is_made_good_by_the_next() {
    let Some(twins) = loaded(&format!("{CONFIG}{OUTPUT}")) else { return };
    ships(&twins, 5);
    build_at(&twins, "2018-03-01T12:00:00Z", &[]);
    let mut crashes = 0;
    for at in 1..8 {
        let now = format!("2018-03-{:02}T12:00:00Z", 1 + at);
        let n = 1 + at % 5;
        twins.write(&format!("items/item-{n}.md"), &record(&format!("Ship {n}, take {at}"), "date = 2018-01-09", "Ships of Belize."));
        crashes += usize::from(crash(&twins.worked, &["build", "--now", &now], at).code == -1);
        // What the dead one had is free again by the database's clock.
        end_leases(&twins.database);
        build_at(&twins, &now, &[]);
    }
    assert!(crashes >= 5, "{crashes}");
}
