//! Workers that put their documents into an object store.

use std::collections::BTreeMap;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::bucket::{Bucket, Fault, Kind, SECRET};
use crate::postgres::Database;
use crate::support::{CONFIG, Publication, Ran};
use crate::working::{self, end_leases, goes_on};

struct Working {
    database: Database,
    bucket: Bucket,
    worked: Publication,
    built: Publication,
}

impl Working {
    fn new(output: &str) -> Option<Self> {
        let database = Database::new()?;
        let url = Kind::now().url();
        let config =
            format!("{CONFIG}[output]\npages = false\nurl = '{url}'\nstore-timeout = 2\n{output}\n[database]\nurl = '{}'\n", database.url);
        let worked = Publication::with_config(&config);
        let built = Publication::with_config(&format!("{CONFIG}[output]\npages = false\n{output}"));
        let working = Working { database, bucket: Bucket::new(), worked, built };
        assert_eq!(working.run(&["db", "init"]).code, 0);
        (1..=8).for_each(|n| working.ship(n, 1));
        Some(working)
    }

    fn ship(&self, n: usize, take: usize) {
        let text = format!("+++\ntitle = 'Ship {n}, take {take}'\ndate = 2018-01-{n:02}\n+++\n\nShips of Belize, text {n}, take {take}.\n");
        self.worked.write(&format!("items/item-{n}.md"), &text);
        self.built.write(&format!("items/item-{n}.md"), &text);
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Kind::now().reaching(self.worked.command(args), &self.bucket.endpoint());
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    fn run(&self, args: &[&str]) -> Ran {
        let ran = Ran::of(self.command(args).output().expect("it runs"));
        assert!(!ran.out.contains(SECRET) && !ran.err.contains(SECRET), "{ran:?}");
        ran
    }

    fn load_at(&self, now: &str) {
        let ran = self.run(&["db", "load", "--now", now]);
        assert_eq!(ran.code, 0, "{ran:?}");
    }

    /// Publishes both ways and insists that the store holds what a build writes.
    fn compare_at(&self, now: &str) {
        self.load_at(now);
        let ran = self.run(&["work", "--once", "--now", now]);
        assert_eq!(ran.code, 0, "{ran:?}");
        let ran = self.built.run(&["build", "--now", now]);
        assert_eq!(ran.code, 0, "{ran:?}");
        self.is_as_built();
    }

    fn is_as_built(&self) {
        let bytes = |path: String| (path.clone(), std::fs::read(self.built.path(&format!("public/{path}"))).expect("a file"));
        let built: BTreeMap<String, Vec<u8>> = self.built.files("public").into_iter().map(bytes).collect();
        let stands = self.bucket.documents();
        assert_eq!(stands.keys().collect::<Vec<_>>(), built.keys().collect::<Vec<_>>());
        built.iter().for_each(|(path, bytes)| {
            assert!(
                stands[path] == *bytes,
                "{path}: {} instead of {}",
                String::from_utf8_lossy(&stands[path]),
                String::from_utf8_lossy(bytes)
            );
        });
    }
}

/// A worker that stands still at a step.
fn stopped_at(working: &Working, step: &str, args: &[&str]) -> Child {
    working::stopped(working.command(args), step)
}

#[test]
fn only_what_changed_is_put_and_the_list_for_servers_last() {
    let Some(working) = Working::new("precompress = ['gzip']") else { return };
    working.compare_at("2018-03-01T12:00:00Z");
    let head = working.bucket.object("all.rss.gz").put.head.to_ascii_lowercase();
    for line in ["content-encoding: gzip", "content-type: application/rss+xml", "cache-control: public, max-age=3600"] {
        assert!(head.contains(line), "{line}: {head}");
    }
    working.bucket.take();
    working.load_at("2018-03-02T12:00:00Z");
    assert_eq!(working.run(&["work", "--once", "--now", "2018-03-02T12:00:00Z"]).code, 0);
    let asked: Vec<String> = working.bucket.puts().into_iter().filter(|name| !name.contains("probe")).collect();
    assert!(asked.is_empty(), "nothing changed: {asked:?}");
    working.ship(3, 2);
    working.compare_at("2018-03-03T12:00:00Z");
    let asked: Vec<String> = working.bucket.puts().into_iter().filter(|name| !name.contains("probe")).collect();
    assert_eq!(asked.last().map(String::as_str), Some(".tidings/index.json"), "{asked:?}");
    assert!(asked.contains(&"country/belize.atom".to_owned()) && !asked.iter().any(|name| name.contains("mexico")), "{asked:?}");
    let bytes: i64 =
        working.database.client().query_one("select count(*) from tidings.documents where bytes is not null", &[]).expect("a count").get(0);
    assert_eq!(bytes, 0, "what stands in the store is not kept twice");
}

#[test]
fn without_an_index_nothing_grows_with_the_number_of_documents() {
    let Some(working) = Working::new("index = true") else { return };
    working.load_at("2018-03-01T12:00:00Z");
    assert_eq!(working.run(&["work", "--once", "--now", "2018-03-01T12:00:00Z"]).code, 0);
    assert!(working.bucket.text(".tidings/index.json").contains("all.rss"));
    working.worked.write("feeds.toml", working.worked.read("feeds.toml").replace("index = true", "index = false"));
    for (take, now) in [(2, "2018-03-02T12:00:00Z"), (3, "2018-03-03T12:00:00Z")] {
        working.ship(3, take);
        working.load_at(now);
        working.bucket.take();
        assert_eq!(working.run(&["work", "--once", "--now", now]).code, 0);
        let asked: Vec<String> = working.bucket.take().into_iter().map(|asked| asked.what).collect();
        assert!(
            asked.iter().any(|asked| asked == "PUT all.rss") && !asked.iter().any(|asked| asked == "PUT .tidings/index.json"),
            "{asked:?}"
        );
        // The config is another: what was there before would be believed.
        assert_eq!(asked.iter().any(|asked| asked == "DELETE .tidings/index.json"), take == 2, "{asked:?}");
    }
}

#[test]
fn a_worker_that_wakes_late_puts_nothing_over_what_is_newer() {
    for is_honoured in [true, false] {
        let Some(working) = Working::new("") else { return };
        if !is_honoured {
            working.bucket.ignores_conditions();
        }
        working.compare_at("2018-03-01T12:00:00Z");
        for (take, step) in [(2, "made"), (4, "stored")] {
            working.ship(3, take);
            working.load_at("2018-03-02T12:00:00Z");
            let late = stopped_at(&working, step, &["work", "--once", "--lease", "1", "-v", "--now", "2018-03-02T12:00:00Z"]);
            std::thread::sleep(Duration::from_millis(1200));
            end_leases(&working.database);
            working.ship(3, take + 1);
            working.load_at("2018-03-03T12:00:00Z");
            assert_eq!(working.run(&["work", "--once", "--now", "2018-03-03T12:00:00Z"]).code, 0);
            let newer = working.bucket.documents();
            assert!(working.bucket.text("all.rss").contains(&format!("take {}.", take + 1)), "{step}");
            let ran = goes_on(late);
            assert!(ran.code == 0, "{ran:?}");
            assert!(working.bucket.text("all.rss").contains(&format!("take {}.", take + 1)), "{step}: an older document stands there");
            assert_eq!(working.bucket.documents().len(), newer.len(), "{step}");
        }
    }
}

#[test]
fn a_worker_killed_at_any_step_or_met_with_errors_is_made_good_by_the_next() {
    let Some(working) = Working::new("") else { return };
    working.compare_at("2018-03-01T12:00:00Z");
    let mut crashes = 0;
    for at in 1..9 {
        let now = format!("2018-03-{:02}T12:00:00Z", at + 1);
        working.ship(1 + at % 8, at + 1);
        working.load_at(&now);
        let mut command = working.command(&["work", "--once", "--lease", "1", "--batch", "2", "--now", &now]);
        crashes += usize::from(command.env("TIDINGS_CRASH", at.to_string()).output().expect("it runs").status.code().is_none());
        end_leases(&working.database);
        working.compare_at(&now);
    }
    assert!(crashes >= 6, "{crashes}");
    for (at, fault) in [Fault::Status(503), Fault::Status(500), Fault::CutOff, Fault::Lost, Fault::Refused].into_iter().enumerate() {
        let now = format!("2018-03-{:02}T12:00:00Z", at + 12);
        working.ship(1 + at, at + 20);
        working.load_at(&now);
        // Every second request, then all of them.
        let mut count = 0;
        working.bucket.fails(move |what| {
            count += usize::from(what.starts_with("PUT"));
            if what.starts_with("PUT") && count % 2 == 0 { fault } else { Fault::None }
        });
        let _ = working.run(&["work", "--once", "--now", &now]);
        working.bucket.fails(move |what| if what.starts_with("PUT") { fault } else { Fault::None });
        working.ship(1 + at, at + 30);
        working.load_at(&now);
        let ran = working.run(&["work", "--once", "--now", &now]);
        if !matches!(fault, Fault::CutOff | Fault::Lost) {
            assert!(ran.code == 2 && ran.err.contains("could not put"), "{fault:?}: {ran:?}");
        }
        working.bucket.works();
        assert_eq!(working.run(&["work", "--once", "--now", &now]).code, 0);
        // A build would not have published what was in vain here, so that dates differ; the documents are the same, and each is whole.
        let documents = working.bucket.documents();
        assert_eq!(documents.len(), 10, "{:?}", documents.keys());
        for (path, bytes) in documents.iter().filter(|(path, _)| path.starts_with("all.") || path.starts_with("country/belize.")) {
            let text = String::from_utf8_lossy(bytes);
            assert!(text.contains(&format!("take {}.", at + 30)) && !text.contains(&format!("take {}.", at + 20)), "{fault:?}: {path}");
            assert!(path.ends_with(".json") || roxmltree::Document::parse(&text).is_ok(), "{fault:?}: {path}");
        }
    }
}

/// What was put in vain stands in the store; when the records are again what they were, so must the documents be.
#[test]
fn a_document_that_was_put_in_vain_is_put_back_when_its_reason_is_gone() {
    let Some(working) = Working::new("") else { return };
    working.compare_at("2018-03-01T12:00:00Z");
    for (is_killed, came, went) in
        [(false, "2018-03-02T12:00:00Z", "2018-03-03T12:00:00Z"), (true, "2018-03-04T12:00:00Z", "2018-03-05T12:00:00Z")]
    {
        working.ship(9, 1);
        working.load_at(came);
        // What a database held for a while has a tombstone, whether or not a worker came by.
        assert_eq!(working.built.run(&["build", "--now", came]).code, 0);
        let work = ["work", "--once", "--lease", "1", "--now", came];
        if is_killed {
            let mut worker = stopped_at(&working, "stored", &work);
            worker.kill().expect("it is there");
            worker.wait().expect("it ends");
        } else {
            working.bucket.fails(|what| if what == "PUT all.rss" { Fault::Status(500) } else { Fault::None });
            let ran = working.run(&work);
            assert!(ran.code == 2 && ran.err.contains("could not put"), "{ran:?}");
            working.bucket.works();
        }
        assert!(working.bucket.text("all.atom").contains("Ship 9"), "some of it stands there");
        end_leases(&working.database);
        working.worked.remove("items/item-9.md");
        working.built.remove("items/item-9.md");
        working.compare_at(went);
    }
}

/// The worker that the store was away from at first.
struct Living(Child);

impl Drop for Living {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn a_worker_that_began_while_the_store_was_away_learns_what_it_honours() {
    let Some(working) = Working::new("") else { return };
    let until = |what: &str, is_so: &dyn Fn() -> bool| {
        let deadline = Instant::now() + Duration::from_secs(60);
        while !is_so() {
            assert!(Instant::now() < deadline, "`{what}` never comes");
            std::thread::sleep(Duration::from_millis(20));
        }
    };
    let until_stands = |text: &str| {
        let stands = |bytes: &Vec<u8>| String::from_utf8_lossy(bytes).contains(text);
        until(text, &|| working.bucket.documents().get("all.rss").is_some_and(stands));
    };
    working.bucket.fails(|_| Fault::Status(503));
    working.load_at("2018-03-01T12:00:00Z");
    let mut command = working.command(&["work", "--lease", "2"]);
    let _worker = Living(command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("it runs"));
    until("PUT all.rss", &|| working.bucket.take().iter().any(|asked| asked.what == "PUT all.rss"));
    working.bucket.works();
    until_stands("Ship 3, take 1");
    working.ship(3, 2);
    working.load_at("2018-03-02T12:00:00Z");
    until_stands("Ship 3, take 2");
    let puts: Vec<_> = working.bucket.take().into_iter().filter(|asked| asked.what == "PUT all.rss").collect();
    assert!(puts.last().is_some_and(|put| put.condition.as_ref().is_some_and(|own| own.starts_with("if-match"))), "{puts:?}");
}

/// Puts depend on something else there.
#[test]
fn a_worker_of_the_config_of_before_leaves_nothing_old_at_a_path_that_is_anothers_now() {
    for is_honoured in [true, false] {
        let Some(working) = Working::new("") else { return };
        if !is_honoured {
            working.bucket.ignores_conditions();
        }
        let base = working.worked.read("feeds.toml");
        let boats = |path: &str| format!("{base}\n[[channel]]\npath = '{path}'\ntitle = 'Boats'\nquery = 'topic:ships'\n");
        working.worked.write("feeds.toml", boats("desk/boats"));
        working.load_at("2018-03-01T12:00:00Z");
        assert_eq!(working.run(&["work", "--once", "--now", "2018-03-01T12:00:00Z"]).code, 0);
        working.ship(3, 2);
        working.load_at("2018-03-02T12:00:00Z");
        working.database.run("update tidings.families set done = wanted where path <> 'desk/boats'");
        let late = stopped_at(&working, "made", &["work", "--once", "--now", "2018-03-02T12:00:00Z"]);
        working.worked.write("feeds.toml", format!("{}[[moved]]\nfrom = 'desk/boats'\nto = 'boats'\n", boats("boats")));
        working.ship(3, 3);
        let now = "2018-03-03T12:00:00Z";
        working.load_at(now);
        assert_eq!(working.run(&["work", "--once", "--now", now]).code, 0);
        goes_on(late);
        end_leases(&working.database);
        assert_eq!(working.run(&["work", "--once", "--now", now]).code, 0);
        assert!(working.bucket.text("boats.rss").contains("take 3."));
        assert_eq!(working.bucket.text("desk/boats.rss"), working.bucket.text("boats.rss"), "honoured: {is_honoured}");
    }
}

#[test]
fn a_path_that_goes_from_one_family_to_another_is_not_taken_away_by_the_first() {
    let Some(working) = Working::new("") else { return };
    let base = working.worked.read("feeds.toml");
    let channel = |path: &str, title: &str| format!("[[channel]]\npath = '{path}'\ntitle = '{title}'\nquery = 'topic:ships'\n");
    let configs = [
        channel("desk/boats", "Boats"),
        channel("boats", "Boats") + "[[moved]]\nfrom = 'desk/boats'\nto = 'boats'\n",
        channel("boats", "Boats") + &channel("desk/boats", "Other"),
    ];
    let now = |at: usize| format!("2018-03-0{}T12:00:00Z", at + 1);
    for (at, config) in configs.iter().enumerate() {
        working.worked.write("feeds.toml", format!("{base}\n{config}"));
        let ran = working.run(&["db", "load", "--now", &now(at), "--accept", "paths"]);
        assert_eq!(ran.code, 0, "{ran:?}");
        if at < 2 {
            assert_eq!(working.run(&["work", "--once", "--now", &now(at)]).code, 0);
        }
    }
    working.database.run("update tidings.families set done = wanted where path <> 'boats'");
    let late = stopped_at(&working, "stored", &["work", "--once", "--now", &now(2)]);
    working.database.run("update tidings.families set done = done - 1 where path <> 'boats'");
    assert_eq!(working.run(&["work", "--once", "--now", &now(2)]).code, 0);
    goes_on(late);
    assert_eq!(working.run(&["work", "--once", "--now", &now(2)]).code, 0);
    assert!(working.bucket.text("desk/boats.rss").contains("Other"));
}

#[test]
fn documents_go_with_the_address_that_the_config_names() {
    let Some(working) = Working::new("") else { return };
    let (in_store, url) = (working.worked.read("feeds.toml"), Kind::now().url());
    let in_tables = in_store.replace(&format!("url = '{url}'\n"), "");
    assert_ne!(in_store, in_tables);
    let publish = |config: &str, day: usize| {
        working.worked.write("feeds.toml", config);
        let now = format!("2018-03-0{day}T12:00:00Z");
        working.load_at(&now);
        let ran = working.run(&["work", "--once", "--now", &now]);
        assert_eq!(ran.code, 0, "{ran:?}");
        assert_eq!(working.built.run(&["build", "--now", &now]).code, 0);
        let count = |query: &str| working.database.client().query_one(query, &[]).expect("a count").get::<_, i64>(0);
        (
            count("select count(*) from tidings.documents where bytes is not null"),
            count("select count(*) from tidings.documents where tag is not null"),
        )
    };
    let all = |counts: (i64, i64)| counts.0 + counts.1;
    let first = publish(&in_tables, 1);
    assert!(first.0 > 0 && first.1 == 0 && working.bucket.documents().is_empty());
    assert_eq!(publish(&in_store, 2), (0, all(first)));
    working.is_as_built();
    let index = working.bucket.text(".tidings/index.json");
    assert!(index.contains("all.rss") && index.contains("feeds.opml"), "{index}");
    let elsewhere = in_store.replace(url, &format!("{url}/elsewhere"));
    assert_eq!(publish(&elsewhere, 3), (0, all(first)));
    let prefix = working.bucket.documents().keys().filter(|path| path.contains("elsewhere/") && !path.contains(".tidings/")).count();
    assert_eq!(prefix as i64, all(first));
    assert_eq!(publish(&in_tables, 4), first);
}

#[test]
fn an_index_that_could_not_be_put_is_put_by_the_next() {
    let Some(working) = Working::new("") else { return };
    working.compare_at("2018-03-01T12:00:00Z");
    working.ship(3, 2);
    let now = "2018-03-02T12:00:00Z";
    working.load_at(now);
    let before = working.bucket.text(".tidings/index.json");
    working.bucket.fails(|what| if what == "PUT .tidings/index.json" { Fault::Status(500) } else { Fault::None });
    assert_eq!(working.run(&["work", "--once", "--now", now]).code, 2);
    working.bucket.works();
    assert_eq!(working.bucket.text(".tidings/index.json"), before);
    let ran = working.run(&["work", "--once", "--now", now]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert_ne!(working.bucket.text(".tidings/index.json"), before);
}

#[cfg(feature = "gcs")]
#[test]
fn workers_put_into_google_as_they_do_into_s3() {
    Kind::Google.through(only_what_changed_is_put_and_the_list_for_servers_last);
    Kind::Google.through(a_worker_that_wakes_late_puts_nothing_over_what_is_newer);
}
