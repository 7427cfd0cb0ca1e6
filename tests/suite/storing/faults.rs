//! A store that fails, and runs that are killed: nothing is lost, and no document is broken or older than another.

use super::*;

/// A publish that puts, replaces and deletes.
fn change(publication: &Publication) {
    publication.item(4, "Ships wait off San José, Costa Rica");
    publication.remove("items/item-1.md");
}

const CHANGED: [&str; 3] = ["build", "--accept", "shrink"];

/// What stands before and after it.
fn states() -> [BTreeMap<String, Vec<u8>>; 2] {
    let twin = Publication::with_items(3);
    twin.build();
    let before = in_folder(&twin);
    change(&twin);
    twin.run(&CHANGED).expect(0, &[]);
    [before, in_folder(&twin)]
}

/// Each request fails twice in its own way and is then answered.
#[test]
pub(super) fn a_store_with_hiccups_takes_everything() {
    let twin = Publication::with_items(3);
    twin.build();
    let first = in_folder(&twin);
    twin.item(2, "The port of Belize, mended");
    twin.build();
    for fault in [Fault::Status(500), Fault::Status(503), Fault::Status(429), Fault::CutOff, Fault::Lost, Fault::Refused, Fault::Slow(40)] {
        for honours in [true, false] {
            let (bucket, publication) = (Bucket::new(), with_items(3, "store-timeout = 20\n"));
            publication.write("feeds.toml", config("").replace("store-timeout = 2\n", "store-timeout = 20\n"));
            if !honours {
                bucket.ignores_conditions();
            }
            let hiccups = |bucket: &Bucket| {
                let mut seen: BTreeMap<String, usize> = BTreeMap::new();
                bucket.fails(move |what| {
                    let count = seen.entry(what.to_owned()).or_default();
                    *count += 1;
                    if *count <= 2 { fault } else { Fault::None }
                });
            };
            hiccups(&bucket);
            build(&publication, &bucket);
            assert_eq!(bucket.documents(), first, "{fault:?} {honours}");
            publication.item(2, "The port of Belize, mended");
            hiccups(&bucket);
            bucket.take();
            build(&publication, &bucket);
            // Of a put whose answer was lost it is seen that it was done.
            let puts = bucket.puts().into_iter().filter(|name| name == "all.rss").count();
            assert_eq!(puts, if matches!(fault, Fault::Slow(_)) { 1 } else { 3 }, "{fault:?} {honours}");
            assert_eq!(bucket.documents(), in_folder(&twin), "{fault:?} {honours}");
        }
    }
}

/// From the n-th request on the store is dead; what was put stands, and the next run puts the rest.
#[test]
pub(super) fn a_store_that_dies_at_any_request_loses_nothing() {
    let [before, after] = states();
    for (fault, step) in [(Fault::Refused, 1), (Fault::Lost, 5), (Fault::Status(500), 5)] {
        let mut deaths = 0;
        for at in (1..).step_by(step) {
            let (bucket, publication) = (Bucket::new(), with_items(3, ""));
            publication.write("feeds.toml", config("").replace("store-timeout = 2\n", "store-timeout = 1\n"));
            build(&publication, &bucket);
            change(&publication);
            let mut count = 0;
            bucket.fails(move |_| {
                count += 1;
                if count >= at { fault } else { Fault::None }
            });
            let ran = run(&publication, &bucket, &CHANGED);
            bucket.works();
            if ran.code == 0 {
                break;
            }
            deaths += 1;
            ran.expect(2, &[&format!("in `{}`", Kind::now().url()), "help: "]);
            insist_on_whole(&bucket.documents(), [&before, &after], &format!("{fault:?} from request {at} on"));
            run(&publication, &bucket, &CHANGED).expect(0, &[]);
            assert_eq!(bucket.documents(), after, "{fault:?} from request {at} on");
            run(&publication, &bucket, &["ledger", "check"]).expect(0, &[]);
        }
        assert!(deaths > 2, "{deaths} deaths");
    }
}

/// Kills the program at each step of a publish to the store.
#[test]
pub(super) fn a_run_that_is_killed_at_any_step_is_healed_by_the_next() {
    let [before, after] = states();
    let mut deaths = BTreeSet::new();
    for at in 1.. {
        let (bucket, publication) = (Bucket::new(), with_items(3, "purge = 'cat >> purged'\n"));
        build(&publication, &bucket);
        change(&publication);
        publication.remove("purged");
        let mut command = reaching(publication.command(&CHANGED), &bucket.endpoint());
        let ran = Ran::of(command.env("TIDINGS_CRASH", at.to_string()).output().expect("runs"));
        if ran.code == 0 {
            break;
        }
        let step = ran.err.lines().rfind(|line| line.starts_with("crash at ")).expect("a crash").to_owned();
        insist_on_whole(&bucket.documents(), [&before, &after], &format!("{step}, {at}."));
        run(&publication, &bucket, &CHANGED).expect(0, &[]);
        assert_eq!(bucket.documents(), after, "{step}, {at}.");
        let index: serde_json::Value = serde_json::from_str(&bucket.text(".tidings/index.json")).expect("JSON");
        for (path, bytes) in &after {
            assert_eq!(index["documents"][path]["hash"], blake3::hash(bytes).to_hex().as_str(), "{step}, {at}.: {path}");
        }
        let purged: BTreeSet<String> = publication.read("purged").lines().map(str::to_owned).collect();
        for path in ["all.rss", "items/item-1.html", "items/item-4.html", "country/costa-rica.atom"] {
            assert!(purged.contains(&format!("https://feeds.example.org/{path}")), "{step}, {at}.: {path} in {purged:?}");
        }
        run(&publication, &bucket, &["ledger", "check"]).expect(0, &[]);
        deaths.insert(step);
    }
    let steps: BTreeSet<String> =
        ["looked", "read", "former", "intent", "put", "index", "delete", "files", "ledger", "remembered", "purge", "ping"]
            .map(|step| format!("crash at `{step}`"))
            .into();
    assert_eq!(deaths, steps);
}

/// A request that nobody waits for any more may still be done; by then its condition does not hold.
#[test]
pub(super) fn a_put_that_comes_late_brings_nothing_old_back() {
    let (bucket, publication) = (Bucket::new(), with_items(3, ""));
    publication.write("feeds.toml", config("").replace("store-timeout = 2\n", "store-timeout = 1\n"));
    build(&publication, &bucket);
    publication.item(4, "Another port of Belize, too late");
    bucket.fails(|what| if what == "PUT all.rss" { Fault::Slow(3000) } else { Fault::None });
    let start = Instant::now();
    run(&publication, &bucket, &["build"]).expect(2, &[&format!("could not put `all.rss` in `{}`", Kind::now().url())]);
    assert!(start.elapsed() < Duration::from_secs(3), "it waited for {:?}", start.elapsed());
    bucket.works();
    publication.item(4, "Another port of Belize, in time");
    build(&publication, &bucket);
    std::thread::sleep(Duration::from_secs(4).saturating_sub(start.elapsed()));
    let late = bucket.take().into_iter().filter(|asked| asked.what == "PUT all.rss").count();
    assert!(late > 2, "the late ones came");
    assert!(bucket.text("all.rss").contains("in time"));
}

/// Garage does so: where a put is cut off, what it replaced goes too, and a node that was away has the one before.
#[test]
pub(super) fn a_store_that_brings_back_what_was_replaced_is_given_the_newest() {
    for honours in [true, false] {
        let (bucket, publication) = (Bucket::new(), with_items(2, ""));
        if !honours {
            bucket.ignores_conditions();
        }
        let mut former = Vec::new();
        for n in 3..6 {
            build(&publication, &bucket);
            former.push(bucket.text("all.rss"));
            publication.item(n, &format!("Another port of Belize, part {n}"));
        }
        // One of them never came to stand there, as far as its run could tell.
        bucket.fails(|what| if what == "PUT all.rss" { Fault::Lost } else { Fault::None });
        run(&publication, &bucket, &["build"]).expect(2, &["could not put `all.rss`"]);
        bucket.works();
        former.push(bucket.text("all.rss"));
        for older in former {
            publication.item(2, &format!("The port of Belize, {} bytes", older.len()));
            build(&publication, &bucket);
            bucket.put("all.rss", &older);
            publication.item(1, &format!("The port of Belize, after {} bytes", older.len()));
            build(&publication, &bucket);
            assert!(bucket.text("all.rss").contains(&format!("after {} bytes", older.len())), "{honours}");
            bucket.remove("all.rss");
            publication.item(1, &format!("The port of Belize, without {} bytes", older.len()));
            build(&publication, &bucket);
            assert!(bucket.text("all.rss").contains(&format!("without {} bytes", older.len())), "{honours}");
        }
    }
}

#[test]
pub(super) fn what_is_wrong_is_said_with_its_way_out() {
    let publication = with_items(2, "");
    let bucket = Bucket::new();
    bucket.fails(|_| Fault::Status(403));
    let start = Instant::now();
    let said = format!("could not list what is in `{}`: it answered 403", Kind::now().url());
    run(&publication, &bucket, &["build", "-v"]).expect(2, &[&said, "help: give the environment keys"]);
    assert!(start.elapsed() < Duration::from_secs(2), "nobody waits for what will not come");
    bucket.fails(|_| Fault::Status(404));
    run(&publication, &bucket, &["build"]).expect(2, &["it answered 404", "help: make the bucket"]);
    bucket.fails(|what| if what == "PUT all.rss" { Fault::Status(500) } else { Fault::None });
    run(&publication, &bucket, &["build"]).expect(2, &["could not put `all.rss`", "it answered 500", "run again"]);
    bucket.works();
    build(&publication, &bucket);
    let port = std::net::TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address").port();
    run_at(&publication, &format!("http://127.0.0.1:{port}"), &["build", "--full"]).expect(2, &["could not list", "efused"]);
}
