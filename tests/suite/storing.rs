//! Publishing to an object store, and serving from it.
//!
//! `TIDINGS_TEST_S3=1` insists that there is `s3s-fs`, which checks signatures and keeps objects in files; else the tests that need it say that they skip.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::bucket::{Bucket, Fault, KEY, SECRET, URL};
use crate::listener::Listener;
use crate::serving::{Answer, request};
use crate::support::{CONFIG, Publication, Ran};

/// More than anything here may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// [`CONFIG`], published to the store.
fn config(output: &str) -> String {
    format!("{CONFIG}\n[output]\nurl = '{URL}'\nstore-timeout = 2\n{output}")
}

fn with_items(count: usize, output: &str) -> Publication {
    let publication = Publication::with_config(&config(output));
    (1..=count).for_each(|n| publication.item(n, &format!("The port of Belize reopens, part {n}")));
    publication
}

/// What the environment says of a store.
fn reaching(mut command: Command, endpoint: &str) -> Command {
    let names = std::env::vars_os().map(|(name, _)| name).filter(|name| name.to_string_lossy().starts_with("AWS_"));
    names.for_each(|name| _ = command.env_remove(name));
    command.env("AWS_ACCESS_KEY_ID", KEY).env("AWS_SECRET_ACCESS_KEY", SECRET).env("AWS_REGION", "us-east-1");
    command.env("AWS_ENDPOINT", endpoint).env("AWS_ALLOW_HTTP", "true");
    command
}

fn run(publication: &Publication, bucket: &Bucket, args: &[&str]) -> Ran {
    run_at(publication, &bucket.endpoint(), args)
}

/// Runs the program; whatever it says, no key is in it.
fn run_at(publication: &Publication, endpoint: &str, args: &[&str]) -> Ran {
    let ran = Ran::of(reaching(publication.command(args), endpoint).output().expect("the program starts"));
    for secret in [KEY, SECRET] {
        assert!(!ran.out.contains(secret) && !ran.err.contains(secret), "{ran:?}");
    }
    ran
}

fn build(publication: &Publication, bucket: &Bucket) -> Ran {
    let ran = run(publication, bucket, &["build"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    ran
}

/// What the same records give in a folder, by path.
fn in_folder(publication: &Publication) -> BTreeMap<String, Vec<u8>> {
    let bytes = |path: String| (path.clone(), fs::read(publication.path(&format!("public/{path}"))).expect("a file"));
    publication.files("public").into_iter().map(bytes).collect()
}

fn is_whole(path: &str, bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes);
    match path.rsplit('.').next() {
        Some("json") => serde_json::from_slice::<serde_json::Value>(bytes).is_ok(),
        Some("html") => text.ends_with("</html>\n"),
        _ => roxmltree::Document::parse(&text).is_ok(),
    }
}

/// Every object is whole, and none is of a state that was never published.
#[track_caller]
fn insist_on_whole(objects: &BTreeMap<String, Vec<u8>>, states: [&BTreeMap<String, Vec<u8>>; 2], when: &str) {
    for (path, bytes) in objects {
        assert!(is_whole(path, bytes), "{when}: `{path}` is broken");
        assert!(states.iter().any(|state| state.get(path) == Some(bytes)), "{when}: `{path}` is neither old nor new");
    }
    for path in states[0].keys().filter(|path| states[1].contains_key(*path)) {
        assert!(objects.contains_key(path), "{when}: `{path}` is gone");
    }
}

mod puts {
    use super::*;

    #[test]
    fn an_unchanged_run_asks_nothing_and_a_full_one_for_a_list() {
        let (bucket, publication) = (Bucket::new(), with_items(3, ""));
        build(&publication, &bucket).expect(0, &["s3://news/feeds: 17 new"]);
        assert!(!publication.exists("public") && !publication.exists("s3:"));
        bucket.take();
        build(&publication, &bucket).expect(0, &["17 unchanged"]);
        assert_eq!(bucket.take(), []);
        run(&publication, &bucket, &["build", "--full"]).expect(0, &["17 unchanged"]);
        let asked = bucket.take();
        // Eighteen objects, five a page.
        assert!(asked.len() == 4 && asked.iter().all(|asked| asked.what == "LIST"), "{asked:?}");
    }

    #[test]
    fn only_what_changed_is_put_and_in_order() {
        let (bucket, publication) = (Bucket::new(), with_items(3, ""));
        publication.item(4, "Ships wait off San José, Costa Rica");
        build(&publication, &bucket);
        bucket.take();
        publication.item(5, "More ships wait off San José, Costa Rica");
        publication.remove("items/item-4.md");
        run(&publication, &bucket, &["build", "--accept", "shrink"]).expect(0, &["1 new"]);
        let asked: Vec<String> = bucket.take().into_iter().map(|asked| asked.what).filter(|what| what != "LIST").collect();
        let first = |is_it: &dyn Fn(&str) -> bool| asked.iter().position(|what| is_it(what)).expect("it was asked");
        let last = |is_it: &dyn Fn(&str) -> bool| asked.iter().rposition(|what| is_it(what)).expect("it was asked");
        let is_feed = |what: &str| {
            what.starts_with("PUT ") && [".rss", ".atom", ".json"].iter().any(|end| what.ends_with(end)) && !what.contains(".tidings")
        };
        let is_page = |what: &str| what.ends_with(".html") && what != "PUT index.html" && !what.starts_with("DELETE");
        assert!(last(&is_feed) < first(&is_page), "{asked:?}");
        assert!(last(&is_page) < first(&|what| what == "PUT index.html"), "{asked:?}");
        assert_eq!(asked[asked.len() - 2..], ["PUT .tidings/index.json", "DELETE items/item-4.html"]);
        assert!(asked.iter().all(|what| !what.contains("belize") && !what.contains("ports")), "{asked:?}");
    }

    #[test]
    fn objects_carry_what_they_are_served_with() {
        let (bucket, publication) = (Bucket::new(), with_items(8, "ttl = 10\nprecompress = ['gzip', 'br']\n"));
        build(&publication, &bucket);
        for (path, media_type, coding) in [
            ("all.rss", "application/rss+xml; charset=utf-8", None),
            ("all.json", "application/feed+json", None),
            ("all.json.gz", "application/feed+json", Some("gzip")),
            ("country/belize.atom.br", "application/atom+xml; charset=utf-8", Some("br")),
            ("index.html", "text/html; charset=utf-8", None),
            ("index.html.gz", "text/html; charset=utf-8", Some("gzip")),
            ("feeds.opml", "text/x-opml; charset=utf-8", None),
        ] {
            let object = bucket.object(path);
            assert_eq!(object.put.field("content-type"), Some(media_type), "{path}");
            assert_eq!(object.put.field("content-encoding"), coding, "{path}");
            assert_eq!(object.put.field("cache-control"), Some("public, max-age=600"), "{path}");
            assert_eq!(object.put.field("x-amz-meta-blake3"), Some(&*blake3::hash(&object.bytes).to_hex()), "{path}");
        }
        bucket.take();
        // Copies of what is unchanged are neither made nor fetched again.
        run(&publication, &bucket, &["build", "--full"]).expect(0, &["unchanged"]);
        assert!(bucket.take().iter().all(|asked| asked.what == "LIST"));
    }

    #[test]
    fn what_was_lost_comes_back() {
        let (bucket, publication) = (Bucket::new(), with_items(3, ""));
        build(&publication, &bucket);
        let before = bucket.documents();
        bucket.remove("all.rss");
        bucket.remove(".tidings/index.json");
        bucket.take();
        run(&publication, &bucket, &["build", "--full"]).expect(0, &["1 new, 16 unchanged"]);
        assert_eq!(bucket.puts(), ["all.rss", ".tidings/index.json"]);
        assert_eq!(bucket.documents(), before);
        // What is remembered of the store spares requests and nothing else.
        publication.remove(".tidings/stored.json");
        fs::remove_dir_all(publication.path(".tidings/stored")).expect("copies");
        run(&publication, &bucket, &["build", "--full"]).expect(0, &["17 unchanged"]);
        assert_eq!(bucket.puts(), [".tidings/index.json"]);
        publication.item(4, "Another port of Belize");
        build(&publication, &bucket).expect(0, &["changed"]);
        run(&publication, &bucket, &["rollback"]).expect(0, &["were put back"]);
        assert_eq!(bucket.documents(), before);
        run(&publication, &bucket, &["ledger", "check"]).expect(0, &[]);
    }

    #[test]
    fn a_lost_ledger_is_gathered_from_the_store() {
        let (bucket, publication) = (Bucket::new(), with_items(3, ""));
        build(&publication, &bucket);
        fs::remove_dir_all(publication.path(".tidings/stored")).expect("copies");
        publication.remove(".tidings/ledger.db");
        bucket.fails(|what| if what == "GET all.atom" { Fault::Status(503) } else { Fault::None });
        run(&publication, &bucket, &["build"]).expect(2, &["could not get `all.atom` in `s3://news/feeds`: it answered 503"]);
        bucket.works();
        let before = bucket.documents();
        build(&publication, &bucket);
        assert_eq!(bucket.documents(), before);
    }

    #[test]
    fn a_rollback_puts_back_what_stood() {
        let (bucket, publication) = (Bucket::new(), with_items(3, ""));
        build(&publication, &bucket);
        let before = bucket.documents();
        publication.item(4, "A ship of Mexico, too early");
        build(&publication, &bucket);
        assert!(bucket.documents().contains_key("country/mexico.rss"));
        run(&publication, &bucket, &["rollback"]).expect(0, &["were put back"]);
        assert_eq!(bucket.documents(), before);
        let index: serde_json::Value = serde_json::from_str(&bucket.text(".tidings/index.json")).expect("JSON");
        let listed: BTreeSet<&String> = index["documents"].as_object().expect("an object").keys().collect();
        assert_eq!(listed, before.keys().collect(), "those who serve hear of all that stands");
        run(&publication, &bucket, &["build"]).expect(1, &["error[taken-back]"]);
    }
}

mod others {
    use super::*;

    #[test]
    fn what_others_put_is_neither_overwritten_nor_deleted() {
        let (bucket, publication) = (Bucket::new(), with_items(2, ""));
        bucket.put("all.rss", "mine");
        bucket.put("robots.txt", "mine too");
        run(&publication, &bucket, &["build"]).expect(1, &["s3://news/feeds/all.rss: error[foreign-file]", "--force"]);
        assert_eq!(bucket.documents().into_keys().collect::<Vec<_>>(), ["all.rss", "robots.txt"]);
        assert_eq!(bucket.text("all.rss"), "mine");
        run(&publication, &bucket, &["build", "--force"]).expect(0, &[]);
        assert!(bucket.text("all.rss").starts_with("<?xml"));

        bucket.put("all.rss", "edited by hand");
        publication.item(3, "Another port of Belize");
        run(&publication, &bucket, &["build"]).expect(1, &["changed by something else since it was published"]);
        assert_eq!(bucket.text("all.rss"), "edited by hand");
        run(&publication, &bucket, &["build", "--force"]).expect(0, &[]);
        assert_eq!(bucket.text("robots.txt"), "mine too");
    }

    /// Somebody changes an object after the list was made.
    #[test]
    fn who_is_overtaken_overwrites_nothing_where_the_store_helps() {
        for path in ["all.rss", "items/item-3.html"] {
            let (bucket, publication) = (Bucket::new(), with_items(2, ""));
            build(&publication, &bucket);
            publication.item(3, "Another port of Belize");
            let (mut meddler, other) = (Some(bucket.clone()), path.to_owned());
            bucket.fails(move |what| {
                if what == "PUT all.atom"
                    && let Some(server) = meddler.take()
                {
                    let name = other.clone();
                    // The store is busy with this very request.
                    std::thread::spawn(move || server.put(&name, "quicker"));
                    return Fault::Slow(200);
                }
                if what == format!("PUT {other}") { Fault::Slow(400) } else { Fault::None }
            });
            let ran = run(&publication, &bucket, &["build"]);
            ran.expect(
                2,
                &[&format!("`{path}` in `s3://news/feeds` was changed by something else while this run was under way"), "--force"],
            );
            assert_eq!(bucket.text(path), "quicker");
            bucket.works();
            run(&publication, &bucket, &["build"]).expect(1, &["foreign-file"]);
            run(&publication, &bucket, &["build", "--force"]).expect(0, &[]);
            assert!(is_whole(path, bucket.text(path).as_bytes()));
        }
    }

    #[test]
    fn a_store_that_ignores_conditions_is_given_none() {
        let (bucket, publication) = (Bucket::new(), with_items(2, ""));
        bucket.ignores_conditions();
        build(&publication, &bucket);
        let asked = bucket.take();
        let with: Vec<_> = asked.iter().filter(|asked| asked.condition.is_some()).collect();
        assert!(!with.is_empty() && with.iter().all(|asked| asked.what.contains(".tidings/probe-")), "{with:?}");
        publication.item(3, "Another port of Belize");
        build(&publication, &bucket);
        assert!(bucket.take().iter().all(|asked| asked.condition.is_none() && !asked.what.contains("probe")));
        assert!(bucket.text("all.rss").contains("Another port"));
    }

    #[test]
    fn a_store_that_honours_them_is_given_the_tag_that_stood() {
        let (bucket, publication) = (Bucket::new(), with_items(2, ""));
        build(&publication, &bucket);
        let tag = bucket.object("all.rss").tag;
        bucket.take();
        publication.item(3, "Another port of Belize");
        build(&publication, &bucket);
        let asked = bucket.take();
        let of = |what: &str| asked.iter().find(|asked| asked.what == what).expect("it was put").condition.clone();
        assert_eq!(of("PUT all.rss"), Some(format!("if-match: {tag}")));
        assert_eq!(of("PUT items/item-3.html"), Some("if-none-match: *".to_owned()));
    }
}

mod faults {
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
    fn a_store_with_hiccups_takes_everything() {
        let twin = Publication::with_items(3);
        twin.build();
        let first = in_folder(&twin);
        twin.item(2, "The port of Belize, mended");
        twin.build();
        for fault in
            [Fault::Status(500), Fault::Status(503), Fault::Status(429), Fault::CutOff, Fault::Lost, Fault::Refused, Fault::Slow(40)]
        {
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
                build(&publication, &bucket);
                assert_eq!(bucket.documents(), in_folder(&twin), "{fault:?} {honours}");
            }
        }
    }

    /// From the n-th request on the store is dead; what was put stands, and the next run puts the rest.
    #[test]
    fn a_store_that_dies_at_any_request_loses_nothing() {
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
                ran.expect(2, &["in `s3://news/feeds`", "help: "]);
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
    fn a_run_that_is_killed_at_any_step_is_healed_by_the_next() {
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
        let steps: BTreeSet<String> = ["former", "intent", "put", "index", "delete", "files", "ledger", "remembered", "purge", "ping"]
            .map(|step| format!("crash at `{step}`"))
            .into();
        assert_eq!(deaths, steps);
    }

    /// A request that nobody waits for any more may still be done; by then its condition does not hold.
    #[test]
    fn a_put_that_comes_late_brings_nothing_old_back() {
        let (bucket, publication) = (Bucket::new(), with_items(3, ""));
        publication.write("feeds.toml", config("").replace("store-timeout = 2\n", "store-timeout = 1\n"));
        build(&publication, &bucket);
        publication.item(4, "Another port of Belize, too late");
        bucket.fails(|what| if what == "PUT all.rss" { Fault::Slow(3000) } else { Fault::None });
        let start = Instant::now();
        run(&publication, &bucket, &["build"]).expect(2, &["could not put `all.rss` in `s3://news/feeds`"]);
        assert!(start.elapsed() < Duration::from_secs(3), "it waited for {:?}", start.elapsed());
        bucket.works();
        publication.item(4, "Another port of Belize, in time");
        build(&publication, &bucket);
        std::thread::sleep(Duration::from_secs(4).saturating_sub(start.elapsed()));
        let late = bucket.take().into_iter().filter(|asked| asked.what == "PUT all.rss").count();
        assert!(late > 2, "the late ones came");
        assert!(bucket.text("all.rss").contains("in time"));
    }

    #[test]
    fn what_is_wrong_is_said_with_its_way_out() {
        let publication = with_items(2, "");
        let bucket = Bucket::new();
        bucket.fails(|_| Fault::Status(403));
        let start = Instant::now();
        run(&publication, &bucket, &["build", "-v"])
            .expect(2, &["could not list what is in `s3://news/feeds`: it answered 403", "help: give the environment keys"]);
        assert!(start.elapsed() < Duration::from_secs(2), "nobody waits for what will not come");
        bucket.fails(|_| Fault::Status(404));
        run(&publication, &bucket, &["build"]).expect(2, &["it answered 404", "help: make the bucket"]);
        bucket.fails(|what| if what == "PUT all.rss" { Fault::Status(500) } else { Fault::None });
        run(&publication, &bucket, &["build"]).expect(2, &["could not put `all.rss`", "it answered 500", "run again"]);
        bucket.works();
        build(&publication, &bucket);
        let port = std::net::TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address").port();
        run_at(&publication, &format!("http://127.0.0.1:{port}"), &["build", "--full"]).expect(2, &["could not list", "efused"]);
        run_at(&publication, "nonsense", &["build", "--full"]).expect(2, &["`nonsense` is no address of a server", "AWS_ENDPOINT"]);
        let mut command = reaching(publication.command(&["build", "--full"]), &bucket.endpoint());
        let ran = Ran::of(command.env_remove("AWS_ALLOW_HTTP").output().expect("runs"));
        ran.expect(2, &["is not encrypted", "AWS_ALLOW_HTTP=true"]);
    }
}

mod configured {
    use super::*;

    #[test]
    fn the_config_says_where_and_holds_no_key() {
        for (output, said) in [
            ("url = 's3://AKIA:secret@news/feeds'", "keys do not belong in the config"),
            ("url = 'ftp://AKIA:secret@news'", "no address of an object store"),
            ("url = 's3://news'\nfolder = 'public'", "take one of the two out"),
            ("url = 's3://news'\npurge = 'https://user:secret@purge.example.org/'", "a password does not belong in the config"),
            ("url = 's3://news'\npurge = []", "`purge` is empty"),
            ("url = 's3://news'\npurge = 'https://'", "no address of the web"),
        ] {
            let publication = Publication::with_config(&format!("{CONFIG}\n[output]\n{output}\n"));
            let ran = publication.run(&["build"]);
            ran.expect(1, &["feeds.toml:", said]);
            assert!(!ran.err.contains("secret"), "{ran:?}");
        }
        let own = CONFIG.replace("author =", "hub = 'self'\nauthor =");
        let publication = Publication::with_config(&format!("{own}\n[output]\nurl = 's3://news'\n"));
        publication.run(&["build"]).expect(1, &["the embedded hub sends documents from a folder"]);
    }

    #[cfg(not(feature = "gcs"))]
    #[test]
    fn a_store_that_the_program_cannot_reach_is_said() {
        let publication = Publication::with_config(&format!("{CONFIG}\n[output]\nurl = 'gs://news/feeds'\n"));
        publication.run(&["build"]).expect(1, &["built without the feature `gcs`", "cargo install tidings --features gcs"]);
    }

    #[test]
    fn what_needs_a_folder_says_so() {
        let (bucket, publication) = (Bucket::new(), with_items(1, ""));
        build(&publication, &bucket);
        run(&publication, &bucket, &["serve", "--watch"]).expect(2, &["go with a folder"]);
        run(&publication, &bucket, &["server-config", "nginx"]).expect(2, &["`tidings serve --from` serves them"]);
    }
}

mod purging {
    use super::*;

    #[test]
    fn caches_hear_of_what_changed_before_hubs_do() {
        let others = Listener::of_all();
        let (bucket, publication) = (Bucket::new(), with_items(2, &format!("purge = '{}'\n", others.url("/purge"))));
        publication
            .write("feeds.toml", publication.read("feeds.toml").replace("author =", &format!("hub = '{}'\nauthor =", others.url("/hub"))));
        let command = |args: &[&str]| {
            let mut command = reaching(publication.command(args), &bucket.endpoint());
            Ran::of(command.env("TIDINGS_PURGE_TOKEN", "token-of-the-cache").output().expect("runs"))
        };
        command(&["build"]).expect(0, &[]);
        others.take();
        publication.item(3, "Ships wait off San José, Costa Rica");
        command(&["build", "--no-ping"]).expect(0, &[]);
        assert!(others.take().is_empty(), "what is not told yet is told by the next");
        let ran = command(&["build", "-v"]);
        ran.expect(0, &[]);
        assert!(!ran.out.contains("token-of") && !ran.err.contains("token-of"));
        let all = others.take();
        assert_eq!(all[0].target, "/purge");
        assert!(all.len() > 3 && all[1..].iter().all(|request| request.target == "/hub"), "{all:?}");
        assert_eq!(all[0].field("authorization"), Some("Bearer token-of-the-cache"));
        let body: serde_json::Value = serde_json::from_slice(&all[0].body).expect("JSON");
        let texts = |key: &str| {
            body[key].as_array().expect("a list").iter().map(|one| one.as_str().expect("a string").to_owned()).collect::<Vec<_>>()
        };
        for path in ["all.rss", "country/costa-rica.html", "index.html", "items/item-3.html"] {
            assert!(texts("paths").contains(&path.to_owned()), "{path}: {body}");
            assert!(texts("urls").contains(&format!("https://feeds.example.org/{path}")), "{path}: {body}");
        }
        assert!(texts("urls").contains(&"https://feeds.example.org/".to_owned()), "the index is at its folder too");
        assert!(!texts("paths").iter().any(|path| path.contains("belize")), "{body}");
        command(&["build", "--full"]).expect(0, &[]);
        assert!(others.take().is_empty());
    }

    #[test]
    fn caches_that_do_not_listen_are_told_by_the_next_run() {
        // A folder that a CDN stands before is no other matter.
        let publication = Publication::with_config(&format!("{CONFIG}\n[output]\npurge = ['sh', '-c', 'echo sorry >&2; exit 3']\n"));
        publication.item(1, "The port of Belize reopens");
        publication
            .run(&["build"])
            .expect(0, &["warning[not-purged]", "feeds.toml:", "caches were not told that", "sorry", "the next build tells them"]);
        publication.run(&["build", "--json"]).expect(0, &["not-purged"]);
        // Nothing changed by then, and nothing is read again.
        publication.run(&["build"]).expect(0, &["warning[not-purged]"]);
        let config = publication.read("feeds.toml");
        publication.write("feeds.toml", config.replace("['sh', '-c', 'echo sorry >&2; exit 3']", "'cat > purged'"));
        publication.build();
        assert!(publication.read("purged").contains("https://feeds.example.org/country/belize.atom\n"));
        publication.remove("purged");
        publication.build();
        assert!(!publication.exists("purged"));
    }
}

/// A server that has no config and looks at a store.
struct Serving {
    child: Child,
    address: std::net::SocketAddr,
    _dir: TempDir,
}

impl Serving {
    fn start(endpoint: &str) -> Self {
        use std::io::BufRead;
        let dir = tempfile::tempdir().expect("a folder");
        let mut command = crate::support::tidings();
        command.arg("-C").arg(dir.path()).args(["serve", "--from", URL, "--listen", "127.0.0.1:0", "--no-log", "--poll", "100"]);
        let mut child = reaching(command, endpoint).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("starts");
        let mut lines = std::io::BufReader::new(child.stderr.take().expect("standard error")).lines().map_while(Result::ok);
        let line = lines.find(|line| line.starts_with("serving ")).expect("it says where it listens");
        let address = line.rsplit("http://").next().and_then(|text| text.trim_end_matches('/').parse().ok()).expect("an address");
        std::thread::spawn(move || lines.for_each(drop));
        Serving { child, address, _dir: dir }
    }

    fn get(&self, target: &str) -> Answer {
        request(self.address, "GET", target, &[])
    }

    /// Asks until the answer is as wanted; says how long that took.
    #[track_caller]
    fn until(&self, target: &str, wanted: impl Fn(&Answer) -> bool) -> Duration {
        let start = Instant::now();
        while !wanted(&self.get(target)) {
            assert!(start.elapsed() < PATIENCE, "`{target}` never became as wanted");
            std::thread::sleep(Duration::from_millis(10));
        }
        start.elapsed()
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn holds(answer: &Answer, text: &str) -> bool {
    answer.status == 200 && String::from_utf8_lossy(&answer.body).contains(text)
}

mod serving_from {
    use super::*;

    #[test]
    fn two_servers_say_the_same_and_see_a_change_within_a_second() {
        let (bucket, publication) = (Bucket::new(), with_items(3, "ttl = 7\nprecompress = ['gzip']\n"));
        publication
            .write("feeds.toml", format!("{}[[moved]]\nfrom = 'old'\nto = 'all'\nas = 'redirect'\n", publication.read("feeds.toml")));
        build(&publication, &bucket);
        let servers = [Serving::start(&bucket.endpoint()), Serving::start(&bucket.endpoint())];
        servers.iter().for_each(|server| _ = server.until("/healthz", |answer| answer.status == 200));
        for path in ["/all.rss", "/all.json", "/country/belize.atom", "/", "/feeds.opml"] {
            let [one, two] = [0, 1].map(|at| servers[at].get(path));
            for field in ["etag", "last-modified", "content-type", "link", "cache-control"] {
                assert_eq!(one.field(field), two.field(field), "{path} {field}");
            }
            assert!(one.status == 200 && one.body == two.body && one.field("etag").is_some(), "{path}");
            assert_eq!(one.field("cache-control"), Some("public, max-age=420"));
        }
        assert_eq!(servers[0].get("/old.rss").field("location"), Some("https://feeds.example.org/all.rss"));
        assert_eq!(servers[0].get("/.tidings/index.json").status, 404);
        assert_eq!(servers[0].get("/all.rss.gz").status, 404, "copies are for other servers");

        let tag = servers[0].get("/country/belize.rss").field("etag").expect("a tag").to_owned();
        publication.item(4, "Ships wait off San José, Costa Rica");
        build(&publication, &bucket);
        for server in &servers {
            let took = server.until("/all.rss", |answer| holds(answer, "Ships wait"));
            assert!(took < Duration::from_secs(1), "{took:?}");
        }
        assert_eq!(servers[0].get("/all.rss").field("etag"), servers[1].get("/all.rss").field("etag"));
        assert_eq!(servers[1].get("/country/belize.rss").field("etag"), Some(&*tag), "what did not change has the same tag");
        bucket.take();
        std::thread::sleep(Duration::from_millis(500));
        let asked = bucket.take();
        assert!(
            !asked.is_empty() && asked.iter().all(|asked| asked.what == "GET .tidings/index.json" && asked.condition.is_some()),
            "{asked:?}"
        );
    }

    #[test]
    fn the_last_good_copy_is_served_while_the_store_is_away() {
        let (bucket, publication) = (Bucket::new(), with_items(3, ""));
        let server = Serving::start(&bucket.endpoint());
        let answer = server.get("/all.rss");
        assert_eq!((answer.status, answer.field("retry-after")), (503, Some("2")));
        assert_eq!(server.get("/healthz").status, 503, "nobody is sent here yet");
        build(&publication, &bucket);
        server.until("/all.rss", |answer| holds(answer, "part 3"));
        assert_eq!(server.get("/healthz").status, 200);
        let before = server.get("/all.rss").body;
        for fault in [Fault::Refused, Fault::Status(500), Fault::Status(503), Fault::CutOff, Fault::Slow(300)] {
            bucket.fails(move |_| fault);
            std::thread::sleep(Duration::from_millis(400));
            assert_eq!(server.get("/all.rss").body, before, "{fault:?}");
            assert_eq!(server.get("/healthz").status, 200);
        }
        bucket.works();
        publication.item(4, "Another port of Belize");
        build(&publication, &bucket);
        server.until("/all.rss", |answer| holds(answer, "Another port"));
    }

    #[test]
    fn documents_that_are_cut_off_or_wrong_are_not_taken() {
        let (bucket, publication) = (Bucket::new(), with_items(3, ""));
        build(&publication, &bucket);
        let server = Serving::start(&bucket.endpoint());
        server.until("/all.rss", |answer| holds(answer, "part 3"));
        let before = server.get("/all.rss").body;
        bucket.fails(|what| if what == "GET all.rss" { Fault::CutOff } else { Fault::None });
        publication.item(4, "Another port of Belize");
        build(&publication, &bucket);
        let after = bucket.object("all.rss").bytes;
        for _ in 0..50 {
            assert_eq!(server.get("/all.rss").body, before);
            std::thread::sleep(Duration::from_millis(10));
        }
        // Something that no publish put there.
        bucket.put("all.rss", "<rss>half a fe");
        bucket.works();
        std::thread::sleep(Duration::from_millis(1000));
        assert_eq!(server.get("/all.rss").body, before);
        server.until("/all.atom", |answer| holds(answer, "Another port"));
        run(&publication, &bucket, &["build", "--full", "--force"]).expect(0, &[]);
        server.until("/all.rss", |answer| answer.body == after);
    }

    /// A publish was killed half way, and a server starts: what stands is served, each document whole.
    #[test]
    fn a_server_that_starts_amid_a_publish_serves_what_stands() {
        let (bucket, publication) = (Bucket::new(), with_items(3, ""));
        build(&publication, &bucket);
        let index = bucket.text(".tidings/index.json");
        publication.item(4, "Another port of Belize");
        build(&publication, &bucket);
        let now = bucket.text(".tidings/index.json");
        bucket.put(".tidings/index.json", &index);
        bucket.remove("items/item-2.html");
        let server = Serving::start(&bucket.endpoint());
        server.until("/all.rss", |answer| holds(answer, "Another port"));
        assert_eq!(server.get("/items/item-1.html").status, 200);
        assert_eq!(server.get("/items/item-2.html").status, 404);
        bucket.put(".tidings/index.json", &now);
        server.until("/items/item-4.html", |answer| answer.status == 200);
    }
}

/// The server that checks signatures; it ends with the value.
struct S3 {
    dir: TempDir,
    port: u16,
    child: Option<Child>,
}

impl S3 {
    /// `None` where the program is not here.
    fn start() -> Option<Self> {
        if program().is_none() {
            assert!(std::env::var_os("TIDINGS_TEST_S3").is_none(), "s3s-fs is not here");
            eprintln!("skipped: s3s-fs is not here");
            return None;
        }
        let dir = tempfile::tempdir().expect("a folder");
        fs::create_dir(dir.path().join("news")).expect("a bucket");
        let free = std::net::TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address").port();
        let mut server = S3 { dir, port: free, child: None };
        server.run();
        Some(server)
    }

    /// Starts the program on the folder as it is.
    fn run(&mut self) {
        let mut command = Command::new(program().expect("it is here"));
        command.args(["--host", "127.0.0.1", "--port", &self.port.to_string(), "--access-key", KEY, "--secret-key", SECRET]);
        self.child = Some(command.arg(self.dir.path()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("s3s-fs starts"));
        let start = Instant::now();
        while std::net::TcpStream::connect(("127.0.0.1", self.port)).is_err() {
            assert!(start.elapsed() < PATIENCE, "s3s-fs does not listen");
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }

    fn endpoint(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Every document by name, without what is the program's own.
    fn documents(&self) -> BTreeMap<String, Vec<u8>> {
        let root = self.dir.path().join("news/feeds");
        let mut found = BTreeMap::new();
        walk(&root, &root, &mut found);
        found
    }
}

impl Drop for S3 {
    fn drop(&mut self) {
        self.kill();
    }
}

fn walk(root: &Path, folder: &Path, found: &mut BTreeMap<String, Vec<u8>>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten().filter(|entry| !entry.file_name().to_string_lossy().starts_with('.'))
    {
        match entry.path() {
            path if path.is_dir() => walk(root, &path, found),
            path => {
                let name = path.strip_prefix(root).expect("below the root").to_string_lossy().into_owned();
                // It may be gone by now.
                if let Ok(bytes) = fs::read(&path) {
                    found.insert(name, bytes);
                }
            }
        }
    }
}

/// On the path, or where `.ci/run` puts it.
fn program() -> Option<PathBuf> {
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/tools/bin");
    let folders = std::env::var_os("PATH").into_iter().flat_map(|path| std::env::split_paths(&path).collect::<Vec<_>>());
    std::iter::once(own).chain(folders).map(|folder| folder.join("s3s-fs")).find(|file| file.exists())
}

mod signed {
    use super::*;

    #[test]
    fn the_same_bytes_stand_in_a_store_and_in_a_folder() {
        let Some(s3) = S3::start() else { return };
        let (publication, twin) =
            (with_items(5, "archives = true\n"), Publication::with_config(&format!("{CONFIG}\n[output]\narchives = true\n")));
        (1..=5).for_each(|n| twin.item(n, &format!("The port of Belize reopens, part {n}")));
        twin.build();
        run_at(&publication, &s3.endpoint(), &["build", "-v"]).expect(0, &["new"]);
        assert_eq!(s3.documents(), in_folder(&twin));
        for one in [&publication, &twin] {
            one.remove("items/item-2.md");
            one.item(6, "Ships wait off San José, Costa Rica");
        }
        twin.run(&["build", "--accept", "shrink"]).expect(0, &[]);
        run_at(&publication, &s3.endpoint(), &["build", "--accept", "shrink"]).expect(0, &["1 deleted"]);
        assert_eq!(s3.documents(), in_folder(&twin));
        run_at(&publication, &s3.endpoint(), &["build", "--full"]).expect(0, &["unchanged"]);
        run_at(&publication, &s3.endpoint(), &["rollback"]).expect(0, &["were put back"]);
        run_at(&publication, &s3.endpoint(), &["ledger", "check"]).expect(0, &[]);
    }

    #[test]
    fn what_an_object_is_served_with_is_stored() {
        use object_store::{Attribute, GetOptions, ObjectStore, aws::AmazonS3Builder};
        let Some(s3) = S3::start() else { return };
        let publication = with_items(8, "ttl = 10\nprecompress = ['gzip']\n");
        run_at(&publication, &s3.endpoint(), &["build"]).expect(0, &[]);
        let _ = rustls::crypto::ring::default_provider().install_default();
        let store = AmazonS3Builder::new().with_bucket_name("news").with_endpoint(s3.endpoint()).with_allow_http(true);
        let store = store.with_access_key_id(KEY).with_secret_access_key(SECRET).with_region("us-east-1").build().expect("a store");
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        for (path, media_type, coding) in
            [("all.rss", "application/rss+xml; charset=utf-8", None), ("all.rss.gz", "application/rss+xml; charset=utf-8", Some("gzip"))]
        {
            let head = GetOptions { head: true, ..GetOptions::default() };
            let got = runtime.block_on(store.get_opts(&format!("feeds/{path}").into(), head)).expect("an object");
            let attribute = |attribute: Attribute| got.attributes.get(&attribute).map(|value| value.to_string());
            assert_eq!(attribute(Attribute::ContentType).as_deref(), Some(media_type));
            assert_eq!(attribute(Attribute::ContentEncoding).as_deref(), coding);
            assert_eq!(attribute(Attribute::CacheControl).as_deref(), Some("public, max-age=600"));
        }
    }

    #[test]
    fn a_wrong_key_is_refused_at_once() {
        let Some(s3) = S3::start() else { return };
        let publication = with_items(1, "");
        let mut command = reaching(publication.command(&["build", "-v"]), &s3.endpoint());
        let ran = Ran::of(command.env("AWS_SECRET_ACCESS_KEY", "another-secret").output().expect("runs"));
        ran.expect(2, &["it answered 403 (SignatureDoesNotMatch)", "help: give the environment keys"]);
        assert!(!ran.err.contains("another-secret") && !ran.err.contains(KEY), "{ran:?}");
        assert!(s3.documents().is_empty());
    }

    /// The server is killed at instants spread over a publish, and comes back.
    #[test]
    fn a_server_that_is_killed_amid_a_publish_loses_nothing() {
        let Some(mut s3) = S3::start() else { return };
        let (publication, twin) = (with_items(12, ""), Publication::with_items(12));
        publication.write("feeds.toml", config("").replace("store-timeout = 2\n", "store-timeout = 1\n"));
        run_at(&publication, &s3.endpoint(), &["build"]).expect(0, &[]);
        twin.build();
        let mut failed = 0;
        for round in 0..12u64 {
            for one in [&publication, &twin] {
                one.item(12, &format!("The port of Belize reopens, round {round}"));
            }
            twin.build();
            let child = reaching(publication.command(&["build"]), &s3.endpoint()).stderr(Stdio::null()).stdout(Stdio::null()).spawn();
            let mut child = child.expect("starts");
            std::thread::sleep(Duration::from_millis(20 + 8 * round));
            s3.kill();
            failed += usize::from(!child.wait().expect("it ends").success());
            s3.run();
            run_at(&publication, &s3.endpoint(), &["build"]).expect(0, &[]);
            assert_eq!(s3.documents(), in_folder(&twin), "round {round}");
        }
        assert!(failed > 2, "only {failed} were met by it");
    }

    #[test]
    fn a_server_serves_what_stands_there() {
        let Some(mut s3) = S3::start() else { return };
        let publication = with_items(3, "");
        run_at(&publication, &s3.endpoint(), &["build"]).expect(0, &[]);
        let servers = [Serving::start(&s3.endpoint()), Serving::start(&s3.endpoint())];
        servers.iter().for_each(|server| _ = server.until("/all.rss", |answer| holds(answer, "part 3")));
        s3.kill();
        std::thread::sleep(Duration::from_millis(300));
        assert!(holds(&servers[0].get("/all.rss"), "part 3"));
        s3.run();
        publication.item(4, "Ships wait off San José, Costa Rica");
        run_at(&publication, &s3.endpoint(), &["build"]).expect(0, &[]);
        servers.iter().for_each(|server| _ = server.until("/all.rss", |answer| holds(answer, "Ships wait")));
        assert_eq!(servers[0].get("/all.rss").field("etag"), servers[1].get("/all.rss").field("etag"));
    }
}
