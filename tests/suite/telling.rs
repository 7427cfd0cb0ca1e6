//! What workers tell caches and hubs, and how little they ask where there is nothing to do.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Stdio;
use std::time::Duration;

use crate::listener::{Listener, Request};
use crate::postgres::{Database, Server};
use crate::support::{CONFIG, Publication, Ran};
use crate::working::{OUTPUT, crash, record};

const BASE: &str = "https://feeds.example.org/";

/// A publication that workers publish, with a hub and `purge` as it is to stand in the config.
struct Told {
    database: Database,
    publication: Publication,
}

impl Told {
    fn new(hub: &Listener, purge: &str) -> Option<Self> {
        let told = Told { database: Database::new()?, publication: Publication::new() };
        told.configure(hub, purge);
        assert_eq!(told.publication.run(&["db", "init"]).code, 0);
        Some(told)
    }

    fn configure(&self, hub: &Listener, purge: &str) {
        let config = CONFIG.replace("author =", &format!("hub = {:?}\nauthor =", hub.url("/hub")));
        let url = &self.database.url;
        self.publication.write("feeds.toml", format!("{config}{OUTPUT}{purge}\n[websub]\ntimeout = 2\n[database]\nurl = '{url}'\n"));
    }

    fn ship(&self, n: usize, take: usize) {
        let body = format!("Ships of Belize, take {take}.");
        self.publication.write(&format!("items/item-{n}.md"), record(&format!("Ship {n}"), &format!("date = 2018-01-{n:02}"), &body));
    }

    fn load(&self) {
        let ran = self.publication.run(&["db", "load"]);
        assert_eq!(ran.code, 0, "{ran:?}");
    }

    fn work(&self) -> Ran {
        let ran = self.publication.run(&["work", "--once"]);
        assert_eq!(ran.code, 0, "{ran:?}");
        ran
    }

    fn paths(&self) -> BTreeSet<String> {
        let rows = self.database.client().query("select path from tidings.documents", &[]).expect("rows");
        rows.iter().map(|row| row.get(0)).collect()
    }

    /// So many workers at once.
    fn many(&self, count: usize) {
        let start = |_| {
            let mut command = self.publication.command(&["work", "--once", "--batch", "1"]);
            command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it runs")
        };
        let workers: Vec<_> = (0..count).map(start).collect();
        for worker in workers {
            let ran = Ran::of(worker.wait_with_output().expect("it ends"));
            assert_eq!(ran.code, 0, "{ran:?}");
        }
    }
}

/// The paths that a cache was told with one request.
fn purged(request: &Request) -> Vec<String> {
    let body: serde_json::Value = serde_json::from_slice(&request.body).expect("JSON");
    body["paths"].as_array().expect("paths").iter().map(|path| path.as_str().expect("text").to_owned()).collect()
}

/// The path that a hub was told with one request.
fn pinged(request: &Request) -> String {
    request.form("hub.url").expect("a topic").strip_prefix(BASE).expect("one of ours").to_owned()
}

fn count(paths: impl Iterator<Item = String>) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    paths.for_each(|path| *counts.entry(path).or_insert(0) += 1);
    counts
}

/// Answers late, so that several are at it at a time.
fn slow() -> Listener {
    Listener::new(|_| {
        std::thread::sleep(Duration::from_millis(150));
        ("200 OK".into(), String::new())
    })
}

#[test]
fn caches_hear_what_changed_before_hubs_do_and_once() {
    let others = Listener::of_all();
    let Some(told) = Told::new(&others, &format!("purge = '{}'\nprecompress = ['gzip']", others.url("/purge"))) else { return };
    (1..=3).for_each(|n| told.ship(n, 1));
    told.load();
    assert!(told.work().out.contains("changes were told to the hub"));
    let all = others.take();
    assert_eq!(all[0].target, "/purge");
    assert_eq!(purged(&all[0]).into_iter().collect::<BTreeSet<_>>(), told.paths(), "every document, compressed ones too");
    assert!(all.len() > 6 && all[1..].iter().all(|request| request.target == "/hub"), "{all:?}");
    told.work();
    assert!(others.take().is_empty(), "nothing changed");
    told.ship(2, 2);
    told.load();
    told.work();
    let all = others.take();
    assert!(purged(&all[0]).contains(&"country/belize.atom".to_owned()), "{all:?}");
    // A build tells them too, and leaves it to the next where it is told to.
    told.ship(3, 2);
    for (args, is_told) in [(&["build", "--no-ping"][..], false), (&["build"], true), (&["build"], false)] {
        assert_eq!(told.publication.run(args).code, 0);
        let targets: Vec<String> = others.take().into_iter().map(|request| request.target).collect();
        assert_eq!(targets.first().is_some_and(|target| target == "/purge"), is_told, "{args:?}: {targets:?}");
        assert_eq!(targets.contains(&"/hub".to_owned()), is_told, "{args:?}: {targets:?}");
    }
}

#[test]
fn a_cache_that_fails_holds_back_no_hub_and_is_told_by_the_next_run() {
    let hub = Listener::of_all();
    let Some(told) = Told::new(&hub, "purge = ['sh', '-c', 'echo sorry >&2; exit 3']") else { return };
    told.ship(1, 1);
    told.load();
    let ran = told.work();
    assert!(ran.err.contains("warning[not-purged]") && ran.err.contains("sorry"), "{ran:?}");
    assert!(!hub.take().is_empty(), "a hub is told all the same");
    assert!(told.work().err.contains("not-purged") && hub.take().is_empty());
    // How caches are told is nothing that the database is loaded for.
    told.configure(&hub, "purge = 'cat >> purged'");
    assert!(told.work().err.is_empty());
    let lines = told.publication.read("purged").lines().map(|url| url.strip_prefix(BASE).expect("one of ours").to_owned()).collect();
    assert_eq!(told.paths(), lines);
    told.work();
    assert_eq!(told.publication.read("purged").lines().count(), lines.len(), "once");
    // What was noted for a cache that is no more is let go.
    told.configure(&hub, "purge = 'false'");
    told.ship(1, 2);
    told.load();
    assert!(told.work().err.contains("not-purged"));
    told.configure(&hub, "");
    assert!(told.work().err.is_empty());
    let left = told.database.client().query_one("select count(*) from tidings.unpurged", &[]).expect("a count").get::<_, i64>(0);
    assert_eq!(left, 0);
}

#[test]
fn a_worker_that_dies_before_or_while_it_tells_loses_nothing() {
    let hub = Listener::of_all();
    let Some(told) = Told::new(&hub, "purge = 'kill -9 $PPID'") else { return };
    (1..=2).for_each(|n| told.ship(n, 1));
    told.load();
    // While it tells.
    assert_eq!(told.publication.run(&["work", "--once"]).code, -1);
    assert!(hub.take().is_empty(), "no hub before the cache");
    told.configure(&hub, "purge = 'cat >> purged'");
    told.work();
    assert!(!told.publication.exists("purged") && hub.take().is_empty(), "it may be about to tell");
    told.database.run("update tidings.unpurged set until = now() - interval '1 second'");
    told.work();
    let purged = || -> BTreeSet<String> {
        told.publication.read("purged").lines().map(|url| url.strip_prefix(BASE).expect("one of ours").to_owned()).collect()
    };
    assert_eq!(purged(), told.paths());
    assert!(hub.take().len() >= 6);
    // At any other step.
    let mut crashes = 0;
    for at in 1..10 {
        told.ship(1, at + 1);
        told.load();
        told.publication.write("purged", "");
        crashes += usize::from(crash(&told.publication, &["work", "--once"], at).code == -1);
        told.database.run("update tidings.families set until = null");
        told.work();
        let (purged, pinged): (BTreeSet<String>, BTreeSet<String>) = (purged(), hub.take().iter().map(pinged).collect());
        for path in ["all.rss", "all.atom", "country/belize.json"] {
            assert!(purged.contains(path) && pinged.contains(path), "{at}: {path}");
        }
    }
    assert!(crashes >= 7, "{crashes}");
}

#[test]
fn many_workers_tell_each_change_once_and_no_hub_before_the_cache() {
    let others = slow();
    let Some(told) = Told::new(&others, &format!("purge = '{}'", others.url("/purge"))) else { return };
    for (n, country) in ["Belize", "Mexico", "Costa Rica"].into_iter().enumerate() {
        let text = record(&format!("The port of {country}"), "date = 2018-01-03", &format!("Ships of {country}."));
        told.publication.write(&format!("items/item-{n}.md"), text);
    }
    told.load();
    told.many(4);
    let all = others.take();
    let (purges, pings): (Vec<&Request>, Vec<&Request>) = all.iter().partition(|request| request.target == "/purge");
    let mut counts = count(purges.iter().flat_map(|request| purged(request)));
    counts.remove("feeds.opml");
    assert!(counts.len() == 18 && counts.values().all(|count| *count == 1), "{counts:?}");
    let counts = count(pings.iter().map(|request| pinged(request)));
    assert!(counts.len() == 18 && counts.values().all(|count| *count == 1), "{counts:?}");
    let at = |is_it: &dyn Fn(&Request) -> bool| all.iter().position(is_it).expect("told");
    for path in counts.keys() {
        let cache = at(&|request| request.target == "/purge" && purged(request).contains(path));
        assert!(cache < at(&|request| request.target == "/hub" && pinged(request) == *path), "{path}");
    }
    // What one run left is told by one of those that come.
    told.ship(5, 1);
    assert_eq!(told.publication.run(&["build", "--no-ping"]).code, 0);
    told.many(4);
    let all = others.take();
    let counts = count(all.iter().filter(|request| request.target == "/hub").map(pinged));
    assert!(counts.len() >= 9 && counts.values().all(|count| *count == 1), "{counts:?}");
    assert_eq!(all.iter().filter(|request| request.target == "/purge").count(), 1);
}

#[test]
fn a_worker_with_nothing_to_do_asks_one_question() {
    let Some(server) = Server::start() else { return };
    let hub = Listener::of_all();
    let told = Told { database: server.database("news"), publication: Publication::new() };
    told.configure(&hub, "purge = 'cat > purged'");
    assert_eq!(told.publication.run(&["db", "init"]).code, 0);
    (1..=3).for_each(|n| told.ship(n, 1));
    told.load();
    told.work();
    told.database.run("alter database news set log_statement = 'all'");
    // Who connects says how it is to be spoken to: the schema, the version, what the planner may do.
    let said = |log: &str, from: usize| -> Vec<String> {
        let lines = log[from..].lines().filter(|line| line.contains("LOG:  statement:") || line.contains("LOG:  execute"));
        lines.map(|line| line.split_once("LOG:  ").expect("a line").1.to_owned()).collect()
    };
    let from = server.log().len();
    told.work();
    let all = said(&server.log(), from);
    let (greetings, questions): (Vec<_>, Vec<_>) = all.iter().partition(|line| line.contains("set ") || line.contains("key = 'version'"));
    assert!(greetings.len() <= 4 && questions.len() == 1, "{all:#?}");
    // One that waits.
    let mut command = told.publication.command(&["work"]);
    let mut worker = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("it runs");
    std::thread::sleep(Duration::from_millis(1500));
    let from = server.log().len();
    std::thread::sleep(Duration::from_millis(3300));
    let all = said(&server.log(), from);
    worker.kill().expect("killed");
    worker.wait().expect("it ends");
    assert!((2..=4).contains(&all.len()) && all.iter().all(|line| line.contains("from meta where key = 'config'")), "{all:#?}");
}
