//! Several hubs, as of several machines, over one database: what workers publish is delivered once, whoever dies.

use std::collections::BTreeMap;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::time::{Duration, Instant};

use crate::hubs::{ALL, Hub, PRIVATE, hmac, is_delivery, is_question, listed, willing};
use crate::listener::{Listener, Request};
use crate::postgres::{Database, Server};
use crate::support::{CONFIG, Publication};

/// So long a hub has what it took up, in seconds.
const LEASE: u64 = 20;

/// Leases go by the database's clock, which no test sets.
const TRUE_TIME: &[(&str, &str)] = &[("TIDINGS_NOW", "")];

const FROM_DATABASE: &[&str] = &["serve", "--from", "database", "--no-log", "--listen", "127.0.0.1:0"];

/// A publication of workers with its own hub; `more` stands below `[websub]`.
fn worked(database: &Database, more: &str) -> Publication {
    let config = CONFIG.replace("author =", "hub = \"self\"\nauthor =");
    let config = format!("{config}\n[output]\npages = false\n[websub]\n{more}\n[database]\nurl = '{}'\n", database.url);
    let publication = Publication::with_config(&config);
    publication.run(&["db", "init"]).expect(0, &[]);
    publish(&publication, 1);
    publication
}

fn publish(publication: &Publication, n: usize) {
    publication.item(n, &format!("The port of Belize reopens, part {n}"));
    publication.run(&["db", "load"]).expect(0, &[]);
    publication.run(&["work", "--once"]).expect(0, &[]);
}

fn server(publication: &Publication) -> Hub {
    Hub::with(publication, FROM_DATABASE, TRUE_TIME)
}

fn subscribe(hub: &Hub, topic: &str, callback: &str) -> u16 {
    hub.post(&[("hub.mode", "subscribe"), ("hub.topic", topic), ("hub.callback", callback)]).0
}

/// How many rows a table of the hub has.
fn rows(database: &Database, table: &str) -> i64 {
    database.client().query_one(&format!("select count(*) from tidings.{table}"), &[]).expect("a count").get(0)
}

#[track_caller]
fn until(what: &str, is_so: impl Fn() -> bool) {
    let start = Instant::now();
    while !is_so() {
        assert!(start.elapsed() < Duration::from_secs(60), "{what}");
        std::thread::sleep(Duration::from_millis(30));
    }
}

/// How often each callback was sent each document.
fn counted(requests: &[Request]) -> BTreeMap<(String, Vec<u8>), usize> {
    let mut counts = BTreeMap::new();
    requests.iter().for_each(|request| *counts.entry((request.target.clone(), request.body.clone())).or_insert(0) += 1);
    counts
}

#[test]
fn each_document_is_sent_once_whichever_server_was_asked() {
    let Some(database) = Database::new() else { return };
    let publication = worked(&database, PRIVATE);
    let mut hubs = vec![server(&publication), server(&publication)];
    hubs.push(Hub::with(&publication, &["hub", "--no-log", "--listen", "127.0.0.1:0"], TRUE_TIME));
    let subscriber = Listener::new(willing);
    // One address is longer than what an index takes, once it is written as addresses are.
    let long: String = (0..800).map(|n| char::from_u32(0x4e00 + n * 7919 % 20_000).expect("a character")).collect();
    let callbacks: Vec<String> =
        (0..30).map(|n| subscriber.url(&format!("/{n}"))).chain([subscriber.url(&format!("/{}", &long[..2000 / 3 * 3 - 60]))]).collect();
    for (n, callback) in callbacks.iter().enumerate() {
        let form = [("hub.mode", "subscribe"), ("hub.topic", ALL), ("hub.callback", &**callback), ("hub.secret", "\0 a secret word")];
        assert_eq!(hubs[n % hubs.len()].post(&form).0, 202, "{callback}");
    }
    listed(&publication, |list| list.len() == callbacks.len());
    assert_eq!(subscriber.take().len(), callbacks.len(), "each is asked once");
    let mut bodies = Vec::new();
    for part in 2..5 {
        publish(&publication, part);
        bodies.push(document(&database, "all.rss"));
        subscriber.wait(callbacks.len() * (part - 1), is_delivery);
    }
    std::thread::sleep(Duration::from_secs(2));
    let sent = subscriber.requests();
    assert!(counted(&sent).values().all(|count| *count == 1));
    assert_eq!(sent.len(), 3 * callbacks.len());
    for request in &sent {
        assert!(bodies.contains(&request.body));
        assert_eq!(request.field("x-hub-signature"), Some(&*format!("sha256={}", hmac(b"\0 a secret word", &request.body))));
    }
    // Who says that it changed has nobody be asked, and what is over is over.
    assert_eq!(hubs[1].post(&[("hub.mode", "publish"), ("hub.url", ALL)]).0, 204);
    database.run("update tidings.subscriptions set expires = 0 where callback like '%/7'");
    subscriber.take();
    publish(&publication, 5);
    subscriber.wait(callbacks.len() - 1, is_delivery);
    until("it is taken out", || rows(&database, "subscriptions") == callbacks.len() as i64 - 1);
    std::thread::sleep(Duration::from_millis(1500));
    assert_eq!(subscriber.requests().len(), callbacks.len() - 1);
    // All of them worked, and none told what is not to be told.
    let said: Vec<String> = hubs.iter().map(|hub| hub.said.lock().expect("no panic").join("\n")).collect();
    assert!(said.iter().filter(|said| said.contains("delivered `")).count() > 1, "{said:?}");
    let list = publication.run(&["hub", "--list", "--json"]);
    assert!(said.iter().chain([&list.out]).all(|said| !said.contains("secret word") && !said.contains("panicked")), "{said:?}");
    assert_eq!((rows(&database, "deliveries"), rows(&database, "outbox"), rows(&database, "intents")), (0, 0, 0));
}

/// A subscriber would fetch from the cache what it was just told of.
#[test]
fn no_subscriber_hears_before_the_cache_does() {
    static IS_TOLD: AtomicBool = AtomicBool::new(false);
    static CAME_EARLY: AtomicBool = AtomicBool::new(false);
    let Some(database) = Database::new() else { return };
    let publication = worked(&database, PRIVATE);
    let hubs = [server(&publication), server(&publication)];
    let cache = Listener::new(|_| {
        std::thread::sleep(Duration::from_secs(3));
        IS_TOLD.store(true, SeqCst);
        ("200 OK".into(), String::new())
    });
    let subscriber = Listener::new(|request| {
        CAME_EARLY.fetch_or(is_delivery(request) && !IS_TOLD.load(SeqCst), SeqCst);
        willing(request)
    });
    assert_eq!(subscribe(&hubs[0], ALL, &subscriber.url("/")), 202);
    listed(&publication, |list| list.len() == 1);
    let config = publication.read("feeds.toml").replace("pages = false", &format!("pages = false\npurge = '{}'", cache.url("/purge")));
    publication.write("feeds.toml", config);
    publish(&publication, 2);
    subscriber.wait(1, is_delivery);
    assert!(IS_TOLD.load(SeqCst) && !CAME_EARLY.load(SeqCst));
}

/// While a worker is at a document, nobody knows which bytes stand there.
#[test]
fn what_is_in_doubt_is_delivered_when_it_stands() {
    let Some(database) = Database::new() else { return };
    let publication = worked(&database, PRIVATE);
    let subscriber = Listener::new(willing);
    let hub = server(&publication);
    assert_eq!(subscribe(&hub, ALL, &subscriber.url("/")), 202);
    listed(&publication, |list| list.len() == 1);
    drop(hub);
    publish(&publication, 2);
    database.run("update tidings.documents set token = 0");
    let _hub = server(&publication);
    std::thread::sleep(Duration::from_secs(4));
    assert_eq!(subscriber.requests().into_iter().filter(is_delivery).count(), 0);
    assert!(rows(&database, "outbox") > 0, "it waits");
    database.run("update tidings.documents set token = 1");
    subscriber.wait(1, is_delivery);
}

fn document(database: &Database, path: &str) -> Vec<u8> {
    database.client().query_one("select bytes from tidings.documents where path = $1", &[&path]).expect("a document").get(0)
}

#[test]
fn what_a_server_had_in_hand_when_it_died_is_done_by_another() {
    let Some(database) = Database::new() else { return };
    let publication = worked(&database, PRIVATE);
    let hangs = AtomicBool::new(true);
    // The first question and the first document are never answered.
    let asked_in_vain = Listener::new(move |request| {
        if hangs.swap(false, SeqCst) {
            std::thread::sleep(Duration::from_secs(60));
        }
        willing(request)
    });
    let hangs = AtomicBool::new(true);
    let sent_in_vain = Listener::new(move |request| {
        if is_delivery(request) && hangs.swap(false, SeqCst) {
            std::thread::sleep(Duration::from_secs(60));
        }
        willing(request)
    });
    let mut dying = server(&publication);
    assert_eq!(subscribe(&dying, ALL, &sent_in_vain.url("/")), 202);
    listed(&publication, |list| list.len() == 1);
    publish(&publication, 2);
    sent_in_vain.wait(1, is_delivery);
    assert_eq!(subscribe(&dying, ALL, &asked_in_vain.url("/")), 202);
    asked_in_vain.wait(1, is_question);
    let start = Instant::now();
    let next = server(&publication);
    std::thread::sleep(Duration::from_secs(2));
    assert_eq!((sent_in_vain.requests().len(), asked_in_vain.requests().len()), (2, 1), "it is another's");
    dying.child.kill().expect("killed");
    asked_in_vain.wait(2, is_question);
    let sent = sent_in_vain.wait(2, is_delivery);
    assert!(start.elapsed() > Duration::from_secs(LEASE / 2), "not before the lease is over: {:?}", start.elapsed());
    assert_eq!(sent[0].body, sent[1].body);
    listed(&publication, |list| list.len() == 2 && list.iter().all(|one| one["tries"].is_null()));
    next.hears("delivered `");
    next.hears("subscribe confirmed");
    std::thread::sleep(Duration::from_secs(2));
    assert_eq!((sent_in_vain.requests().len(), asked_in_vain.requests().len()), (3, 2));
}

#[cfg(all(target_os = "linux", debug_assertions))]
#[test]
fn a_server_that_wakes_late_changes_nothing_of_what_another_did() {
    let Some(database) = Database::new() else { return };
    let publication = worked(&database, PRIVATE);
    let late = Hub::with(&publication, FROM_DATABASE, &[TRUE_TIME[0], ("TIDINGS_STOP", "delivered")]);
    let subscriber = Listener::new(willing);
    assert_eq!(subscribe(&late, ALL, &subscriber.url("/")), 202);
    listed(&publication, |list| list.len() == 1);
    publish(&publication, 2);
    // It stands still with a document sent, and that not written down.
    subscriber.wait(1, is_delivery);
    let other = server(&publication);
    subscriber.wait(2, is_delivery);
    until("it is written down", || rows(&database, "deliveries") == 0);
    assert!(Command::new("kill").args(["-CONT", &late.child.id().to_string()]).status().expect("kill").success());
    late.hears("delivered `");
    // Who got what last is not known then: it is looked at once more, and sent only where it is another.
    until("it is looked at again", || rows(&database, "deliveries") == 0);
    std::thread::sleep(Duration::from_secs(3));
    assert_eq!(subscriber.requests().iter().filter(|request| is_delivery(request)).count(), 2);
    publish(&publication, 3);
    subscriber.wait(3, is_delivery);
    std::thread::sleep(Duration::from_millis(1500));
    assert_eq!((subscriber.requests().len(), rows(&database, "deliveries")), (4, 0));
    drop(other);
}

#[test]
fn no_more_are_let_in_than_there_may_be_whomever_they_ask() {
    let Some(database) = Database::new() else { return };
    for (limit, status_of_other_topic) in [("per-topic = 5", 202), ("per-host = 5", 429)] {
        database.run("drop schema if exists tidings cascade");
        let publication = worked(&database, &format!("{PRIVATE}\n{limit}"));
        let hubs = [server(&publication), server(&publication)];
        let subscriber = Listener::new(willing);
        let statuses: Vec<u16> = std::thread::scope(|scope| {
            let ask = |n: usize| {
                let (hub, callback) = (&hubs[n % 2], subscriber.url(&format!("/{n}")));
                scope.spawn(move || subscribe(hub, ALL, &callback))
            };
            let asking: Vec<_> = (0..20).map(ask).collect();
            asking.into_iter().map(|asking| asking.join().expect("no panic")).collect()
        });
        assert_eq!(statuses.iter().filter(|status| **status == 202).count(), 5, "{limit}: {statuses:?}");
        assert!(statuses.iter().all(|status| [202, 429].contains(status)), "{statuses:?}");
        let list = listed(&publication, |list| list.len() == 5);
        // Who is in may renew.
        assert_eq!(subscribe(&hubs[0], ALL, list[0]["callback"].as_str().expect("a text")), 202);
        assert_eq!(subscribe(&hubs[1], "https://feeds.example.org/all.atom", &subscriber.url("/x")), status_of_other_topic);
    }
}

#[test]
fn the_last_place_is_given_once() {
    let Some(database) = Database::new() else { return };
    let publication = worked(&database, &format!("{PRIVATE}\nper-topic = 1"));
    let hub = server(&publication);
    // Another hub is just about to take it.
    let mut client = database.client();
    let mut other = client.transaction().expect("a transaction");
    other.execute("update tidings.meta set value = value + 1 where key = 'hub'", &[]).expect("its turn");
    let insert = "insert into tidings.intents (key, mode, topic, callback, host, lease, tries, due, token, until) \
        values ('x', 'subscribe', $1, 'https://reader.example/', 'reader.example', 3600, 0, 9e15, 0, 0)";
    other.execute(insert, &[&ALL]).expect("taken");
    let subscriber = Listener::new(willing);
    let status = std::thread::scope(|scope| {
        let asking = scope.spawn(|| subscribe(&hub, ALL, &subscriber.url("/")));
        std::thread::sleep(Duration::from_secs(1));
        other.commit().expect("committed");
        asking.join().expect("no panic")
    });
    assert_eq!(status, 429);
}

#[test]
fn subscriptions_survive_a_database_that_dies() {
    let Some(mut postgres) = Server::start() else { return };
    let database = postgres.database("news");
    let publication = worked(&database, PRIVATE);
    let hubs = [server(&publication), server(&publication)];
    let subscriber = Listener::new(willing);
    assert_eq!(subscribe(&hubs[0], ALL, &subscriber.url("/a")), 202);
    listed(&publication, |list| list.len() == 1);
    postgres.kill();
    let (status, why) = hubs[1].post(&[("hub.mode", "subscribe"), ("hub.topic", ALL), ("hub.callback", &subscriber.url("/b"))]);
    assert_eq!((status, &*why), (503, "the hub cannot read its subscriptions now\n"));
    hubs[1].hears("warning[hub-ledger]: the database");
    postgres.run();
    assert_eq!(subscribe(&hubs[1], ALL, &subscriber.url("/b")), 202);
    listed(&publication, |list| list.len() == 2);
    subscriber.take();
    publish(&publication, 2);
    let sent = subscriber.wait(2, is_delivery);
    assert!(counted(&sent).values().all(|count| *count == 1), "{sent:?}");
}

#[test]
fn who_subscribed_to_what_workers_publish_no_more_is_told_once() {
    let Some(database) = Database::new() else { return };
    let publication = worked(&database, PRIVATE);
    publication.item(2, "A ship of Mexico");
    publish(&publication, 3);
    let hubs = [server(&publication), server(&publication)];
    let subscriber = Listener::new(willing);
    let topic = "https://feeds.example.org/country/mexico.atom";
    assert_eq!(subscribe(&hubs[0], topic, &subscriber.url("/")), 202);
    listed(&publication, |list| list.len() == 1);
    let config = publication.read("feeds.toml").replace("\"MX\", ", "");
    publication.write("feeds.toml", config);
    publication.remove("items/item-2.md");
    publication.run(&["db", "load", "--accept", "shrink,paths"]).expect(0, &[]);
    publication.run(&["work", "--once"]).expect(0, &[]);
    assert_eq!(database.client().query("select 1 from tidings.documents where path = 'country/mexico.atom'", &[]).expect("rows").len(), 0);
    let denied = subscriber.wait(2, is_question);
    assert_eq!(denied[1].query("hub.mode").as_deref(), Some("denied"));
    listed(&publication, <[_]>::is_empty);
    std::thread::sleep(Duration::from_secs(12));
    assert_eq!(subscriber.requests().len(), 2);
}

#[cfg(feature = "object-store")]
mod in_a_store {
    use super::*;
    use crate::bucket::{Bucket, KEY, SECRET, URL};
    use crate::support::Ran;

    struct Stored {
        bucket: Bucket,
        publication: Publication,
    }

    impl Stored {
        fn new(database: &Database) -> Self {
            let config = CONFIG.replace("author =", "hub = \"self\"\nauthor =");
            let config = format!(
                "{config}\n[output]\npages = false\nurl = '{URL}'\nstore-timeout = 2\n[websub]\n{PRIVATE}\n[database]\nurl = '{}'\n",
                database.url
            );
            let stored = Stored { bucket: Bucket::new(), publication: Publication::with_config(&config) };
            stored.run(&["db", "init"]);
            stored
        }

        fn env(&self) -> [(&'static str, String); 5] {
            [
                ("AWS_ACCESS_KEY_ID", KEY.to_owned()),
                ("AWS_SECRET_ACCESS_KEY", SECRET.to_owned()),
                ("AWS_REGION", "us-east-1".to_owned()),
                ("AWS_ENDPOINT", self.bucket.endpoint()),
                ("AWS_ALLOW_HTTP", "true".to_owned()),
            ]
        }

        fn run(&self, args: &[&str]) {
            Ran::of(self.publication.command(args).envs(self.env()).output().expect("it runs")).expect(0, &[]);
        }

        fn server(&self, args: &[&str]) -> Hub {
            let env = self.env();
            let env: Vec<(&str, &str)> = env.iter().map(|(name, value)| (*name, &**value)).chain(TRUE_TIME.iter().copied()).collect();
            Hub::with(&self.publication, &[args, &["--no-log", "--listen", "127.0.0.1:0"]].concat(), &env)
        }
    }

    fn delivers(publish: &[&[&str]]) {
        let Some(database) = Database::new() else { return };
        let stored = Stored::new(&database);
        let publish = |n: usize| {
            stored.publication.item(n, &format!("The port of Belize reopens, part {n}"));
            publish.iter().for_each(|args| stored.run(args));
        };
        publish(1);
        let hubs = [stored.server(&["serve", "--from", URL]), stored.server(&["serve"]), stored.server(&["hub"])];
        let subscriber = Listener::new(willing);
        for (n, hub) in hubs.iter().enumerate() {
            assert_eq!(subscribe(hub, ALL, &subscriber.url(&format!("/{n}"))), 202);
            assert_eq!(subscribe(hub, "https://feeds.example.org/none.rss", &subscriber.url("/")), 400);
        }
        listed(&stored.publication, |list| list.len() == hubs.len());
        for n in 2..4 {
            subscriber.take();
            publish(n);
            let sent = subscriber.wait(hubs.len(), is_delivery);
            assert!(sent.iter().all(|sent| String::from_utf8_lossy(&sent.body) == stored.bucket.text("all.rss")));
            std::thread::sleep(Duration::from_millis(2500));
            assert_eq!(subscriber.take().len(), hubs.len());
        }
    }

    #[test]
    fn what_workers_put_there_is_delivered() {
        delivers(&[&["db", "load"], &["work", "--once"]]);
    }

    #[test]
    fn what_builds_put_there_is_delivered() {
        delivers(&[&["build"]]);
    }

    #[test]
    fn a_store_of_another_publication_has_no_hub_of_this_one() {
        let Some(database) = Database::new() else { return };
        let stored = Stored::new(&database);
        let other = stored.server(&["serve", "--from", "s3://other/feeds"]);
        other.hears("is of another publication than");
        assert_eq!(subscribe(&other, ALL, "https://reader.example/"), 405);
    }
}
