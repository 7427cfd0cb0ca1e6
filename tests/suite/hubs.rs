//! `tidings hub`, and the hub of `tidings serve`, as subscribers meet it, and those who mean ill.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::{Child, Stdio};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use sha2::{Digest, Sha256};

use crate::listener::{Listener, PATIENCE, Request};
use crate::support::{CONFIG, Publication};

pub const PRIVATE: &str = "private-callbacks = true";
pub const ALL: &str = "https://feeds.example.org/all.rss";

/// Where subscriptions are kept.
enum Home {
    File,
    #[cfg(feature = "postgres")]
    Database(crate::postgres::Database),
}

/// Each of these with subscriptions in the ledger's file, and in a database.
macro_rules! at_both_homes {
    ($($name:ident)*) => {
        mod in_a_file {
            $(#[test]
            fn $name() {
                super::$name(&super::Home::File);
            })*
        }
        #[cfg(feature = "postgres")]
        mod in_a_database {
            $(#[test]
            fn $name() {
                if let Some(database) = crate::postgres::Database::new() {
                    super::$name(&super::Home::Database(database));
                }
            })*
        }
    };
}

impl Home {
    /// A publication with its own hub; `more` stands below `[websub]`.
    fn publication(&self, more: &str) -> Publication {
        let config = CONFIG.replace("author =", "hub = \"self\"\nauthor =");
        let config = format!("{config}\n[websub]\n{more}");
        #[cfg(feature = "postgres")]
        let config = match self {
            Home::Database(database) => format!("{config}\n[database]\nurl = '{}'\n", database.url),
            Home::File => config,
        };
        let publication = Publication::with_config(&config);
        if !self.is_file() {
            publication.run(&["db", "init"]).expect(0, &[]);
        }
        publication.item(1, "The port of Belize reopens");
        publication.build();
        publication
    }

    fn is_file(&self) -> bool {
        matches!(self, Home::File)
    }
}

/// A hub at work; it ends when it is dropped.
pub struct Hub {
    pub child: Child,
    address: SocketAddr,
    pub said: Arc<Mutex<Vec<String>>>,
}

impl Hub {
    fn start(publication: &Publication) -> Self {
        Self::with(publication, &["hub", "--listen", "127.0.0.1:0"], &[])
    }

    pub fn with(publication: &Publication, args: &[&str], env: &[(&str, &str)]) -> Self {
        let mut command = publication.command(args);
        env.iter().for_each(|(name, value)| _ = if value.is_empty() { command.env_remove(name) } else { command.env(name, value) });
        let mut child = command.arg("-v").stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("the program starts");
        let mut lines = BufReader::new(child.stderr.take().expect("standard error")).lines().map_while(Result::ok);
        // Its thread for deliveries may have its say before that.
        let mut before = Vec::new();
        let line = lines.by_ref().inspect(|line| before.push(line.clone())).find(|line| line.contains(" at http://"));
        let line = line.expect("it says where it listens");
        let address = line.rsplit("http://").next().and_then(|text| text.split('/').next()?.parse().ok()).expect("an address");
        let said = Arc::new(Mutex::new(before));
        let kept = said.clone();
        std::thread::spawn(move || lines.for_each(|line| kept.lock().expect("no panic").push(line)));
        Hub { child, address, said }
    }

    /// The whole answer to bytes that are sent.
    fn raw(&self, bytes: &[u8]) -> String {
        let mut stream = TcpStream::connect(self.address).expect("a connection");
        stream.set_read_timeout(Some(PATIENCE)).expect("a timeout");
        // It may have had enough before all is sent.
        let _ = stream.write_all(bytes);
        let mut all = Vec::new();
        let _ = stream.read_to_end(&mut all);
        String::from_utf8_lossy(&all).into_owned()
    }

    /// The status that a form is answered with, and what is said.
    pub fn post(&self, form: &[(&str, &str)]) -> (u16, String) {
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
        self.post_raw("application/x-www-form-urlencoded", body.as_bytes())
    }

    fn post_raw(&self, media_type: &str, body: &[u8]) -> (u16, String) {
        let head = format!(
            "POST /hub HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: {media_type}\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        let answer = self.raw(&[head.as_bytes(), body].concat());
        let status = answer.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or_default();
        (status, answer.rsplit("\r\n\r\n").next().unwrap_or_default().to_owned())
    }

    #[track_caller]
    fn subscribe(&self, subscriber: &Listener, more: &[(&str, &str)]) {
        let callback = subscriber.url("/push?id=7");
        let form = [&[("hub.mode", "subscribe"), ("hub.topic", ALL), ("hub.callback", &*callback)], more].concat();
        assert_eq!(self.post(&form).0, 202);
    }

    #[track_caller]
    pub fn hears(&self, what: &str) {
        let start = Instant::now();
        while !self.said.lock().expect("no panic").iter().any(|line| line.contains(what)) {
            assert!(start.elapsed() < PATIENCE, "`{what}` was never said: {:?}", self.said.lock());
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

impl Drop for Hub {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The answer of a subscriber that confirms everything and takes everything.
pub fn willing(request: &Request) -> (String, String) {
    ("200 OK".into(), request.query("hub.challenge").unwrap_or_default())
}

/// Confirms everything; what is delivered is answered with these, one after the other, the last for ever.
fn taking(statuses: &'static [&'static str]) -> Listener {
    let count = AtomicUsize::new(0);
    Listener::new(move |request| match is_delivery(request) {
        true => (statuses[count.fetch_add(1, SeqCst).min(statuses.len() - 1)].into(), String::new()),
        false => willing(request),
    })
}

pub fn is_delivery(request: &Request) -> bool {
    request.method == "POST"
}

pub fn is_question(request: &Request) -> bool {
    request.method == "GET"
}

/// What the list says of subscriptions, once it is as wanted.
#[track_caller]
pub fn listed(publication: &Publication, wanted: impl Fn(&[serde_json::Value]) -> bool) -> Vec<serde_json::Value> {
    let start = Instant::now();
    loop {
        let ran = publication.run(&["hub", "--list", "--json"]);
        let list: Vec<serde_json::Value> = serde_json::from_str(&ran.out).unwrap_or_else(|_| panic!("{ran:?}"));
        if wanted(&list) {
            return list;
        }
        assert!(start.elapsed() < PATIENCE, "the list never became as wanted: {list:?}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// HMAC (RFC 2104) out of the hash alone: no code of the program's.
pub fn hmac(key: &[u8], text: &[u8]) -> String {
    let mut block = [0u8; 64];
    match key.len() {
        ..=64 => block[..key.len()].copy_from_slice(key),
        _ => block[..32].copy_from_slice(&Sha256::digest(key)),
    }
    let hash = |pad: u8, rest: &[u8]| Sha256::new().chain_update(block.map(|byte| byte ^ pad)).chain_update(rest).finalize();
    hash(0x5c, &hash(0x36, text)).iter().map(|byte| format!("{byte:02x}")).collect()
}

at_both_homes! {
    a_subscriber_is_asked_and_then_sent_what_changes
    who_does_not_confirm_is_not_subscribed
    a_subscription_ends_when_it_is_asked_to_and_when_its_lease_does
    what_is_not_taken_is_sent_again_and_410_ends_it
    a_restart_goes_on_with_what_is_under_way
    a_request_that_waits_for_its_verification_survives_a_restart
    nobody_at_a_private_address_is_asked
    strange_requests_are_refused
    who_subscribed_to_what_ends_is_told
    serve_is_the_hub_where_the_config_says_so
    a_hub_at_an_address_of_its_own_is_pinged
    subscriptions_survive_a_repair_and_may_come_before_the_first_build
    one_slow_host_is_called_twice_at_a_time_and_no_more
    builds_and_the_hub_do_not_lock_each_other_out
}

fn a_subscriber_is_asked_and_then_sent_what_changes(home: &Home) {
    let publication = home.publication(PRIVATE);
    let hub = Hub::start(&publication);
    let subscriber = Listener::new(willing);
    let secret = "a long secret of a subscriber, which is longer than a block of SHA-256: it has sixty-four bytes";
    hub.subscribe(&subscriber, &[("hub.secret", secret), ("hub.lease_seconds", "86400")]);
    let asked = &subscriber.wait(1, is_question)[0];
    assert!(asked.target.starts_with("/push?id=7&"), "{}", asked.target);
    let said = |name: &str| asked.query(name);
    assert_eq!((said("hub.mode").as_deref(), said("hub.topic").as_deref()), (Some("subscribe"), Some(ALL)));
    assert_eq!(said("hub.lease_seconds").as_deref(), Some("86400"));
    assert!(said("hub.challenge").is_some_and(|challenge| challenge.len() >= 32));
    let list = listed(&publication, |list| list.len() == 1);
    assert_eq!((&list[0]["topic"], &list[0]["signed"]), (&ALL.into(), &true.into()));
    publication.run(&["hub", "--list"]).expect(0, &["until 2018-03-02 12:00 UTC, signed", &subscriber.url("/push?id=7")]);
    subscriber.take();

    // A build beside it; nobody tells the hub but the ledger.
    publication.item(2, "A ship of Mexico");
    publication.build();
    let sent = &subscriber.wait(1, is_delivery)[0];
    assert_eq!(String::from_utf8_lossy(&sent.body), publication.read("public/all.rss"));
    assert_eq!(sent.target, "/push?id=7");
    assert_eq!(sent.field("content-type"), Some("application/rss+xml; charset=utf-8"));
    assert_eq!(sent.field("link"), Some(&*format!("<https://feeds.example.org/hub>; rel=\"hub\", <{ALL}>; rel=\"self\"")));
    let signature = format!("sha256={}", hmac(secret.as_bytes(), &sent.body));
    assert_eq!(sent.field("x-hub-signature"), Some(&*signature));

    // Who says that it changed when it did not makes nobody be asked.
    listed(&publication, |list| list[0]["tries"].is_null());
    assert_eq!(hub.post(&[("hub.mode", "publish"), ("hub.url", ALL)]), (204, String::new()));
    std::thread::sleep(Duration::from_millis(300));
    assert_eq!(subscriber.take().len(), 1);

    // Nor does a dry run, nor a build that leaves the telling to the next.
    publication.item(3, "A third");
    publication.run(&["build", "--no-ping"]).expect(0, &[]);
    std::thread::sleep(Duration::from_millis(1500));
    assert!(subscriber.take().is_empty());
    publication.build();
    subscriber.wait(1, is_delivery);
}

fn who_does_not_confirm_is_not_subscribed(home: &Home) {
    let publication = home.publication(PRIVATE);
    let hub = Hub::start(&publication);
    for (status, challenge) in [
        ("200 OK", "something else"),
        ("200 OK", ""),
        ("404 Not Found", "="),
        ("302 Found\r\nLocation: /other", "="),
        ("200 OK", "=\n"),
        ("200 OK", "long"),
    ] {
        let subscriber = Listener::new(move |request| {
            let own = request.query("hub.challenge").unwrap_or_default();
            (status.into(), challenge.replace('=', &own).replace("long", &"x".repeat(100_000)))
        });
        hub.subscribe(&subscriber, &[]);
        subscriber.wait(1, is_question);
        hub.hears(&format!("`{}` did not confirm `subscribe`", subscriber.url("/push?id=7")));
        assert_eq!(subscriber.requests().len(), 1, "{status} {challenge}: it is asked once, and not led elsewhere");
    }
    listed(&publication, <[_]>::is_empty);
}

fn a_subscription_ends_when_it_is_asked_to_and_when_its_lease_does(home: &Home) {
    let publication = home.publication(PRIVATE);
    let (leaving, staying) = (Listener::new(willing), Listener::new(willing));
    {
        let hub = Hub::start(&publication);
        hub.subscribe(&leaving, &[]);
        hub.subscribe(&staying, &[("hub.lease_seconds", "5")]);
        // The shortest lease is an hour, that of those who ask for none ten days.
        let list = listed(&publication, |list| list.len() == 2);
        let expires = |list: &[serde_json::Value]| {
            let mut all: Vec<i64> = list.iter().filter_map(|one| one["expires"].as_i64()).collect();
            all.sort_unstable();
            all
        };
        let now = 1_519_905_600;
        for (expires, lease) in expires(&list).into_iter().zip([3600, 864_000]) {
            assert!((now + lease..now + lease + 20).contains(&expires), "{expires}");
        }
        let callback = leaving.url("/push?id=7");
        let form = [("hub.mode", "unsubscribe"), ("hub.topic", ALL), ("hub.callback", &*callback)];
        assert_eq!(hub.post(&form).0, 202);
        let asked = leaving.wait(2, is_question);
        assert_eq!(asked[1].query("hub.mode").as_deref(), Some("unsubscribe"));
        assert_eq!(asked[1].query("hub.lease_seconds"), None);
        listed(&publication, |list| list.len() == 1);
        assert_eq!(hub.post(&form).0, 404, "it is gone");
    }
    let _hub = Hub::with(&publication, &["hub", "--listen", "127.0.0.1:0"], &[("TIDINGS_NOW", "2018-03-01T13:00:30Z")]);
    publication.item(2, "A ship of Mexico");
    publication.build();
    std::thread::sleep(Duration::from_millis(1500));
    for subscriber in [leaving, staying] {
        assert!(!subscriber.requests().iter().any(is_delivery));
    }
    listed(&publication, <[_]>::is_empty);
}

fn what_is_not_taken_is_sent_again_and_410_ends_it(home: &Home) {
    let publication = home.publication(PRIVATE);
    let hub = Hub::start(&publication);
    let stumbling = taking(&["500 Oh", "302 Found\r\nLocation: /other", "202 Accepted"]);
    let gone = taking(&["410 Gone"]);
    hub.subscribe(&stumbling, &[]);
    hub.subscribe(&gone, &[]);
    listed(&publication, |list| list.len() == 2);
    publication.item(2, "A ship of Mexico");
    publication.build();
    let sent = stumbling.wait(3, is_delivery);
    assert!(sent.iter().all(|one| one.body == publication.read("public/all.rss").into_bytes() && one.target == "/push?id=7"), "{sent:?}");
    hub.hears("410: it is gone, and its subscription ends");
    hub.hears("did not take `https://feeds.example.org/all.rss`: it answers 500 Internal Server Error; tried again in 1 s");
    hub.hears("warning[hub-delivery]");
    let list = listed(&publication, |list| list.len() == 1 && list[0]["tries"].is_null());
    assert_eq!(list[0]["callback"], stumbling.url("/push?id=7"));
    assert_eq!(gone.requests().iter().filter(|request| is_delivery(request)).count(), 1);
}

fn a_restart_goes_on_with_what_is_under_way(home: &Home) {
    let publication = home.publication(PRIVATE);
    let subscriber = Listener::new(willing);
    let is_awake = Arc::new(AtomicBool::new(false));
    let awake = is_awake.clone();
    let silent = Listener::new(move |request| match is_delivery(request) && !awake.load(SeqCst) {
        true => ("503 Not Now".into(), String::new()),
        false => willing(request),
    });
    {
        let hub = Hub::start(&publication);
        hub.subscribe(&subscriber, &[]);
        hub.subscribe(&silent, &[]);
        listed(&publication, |list| list.len() == 2);
    }
    // With no hub there the build leaves word.
    publication.item(2, "A ship of Mexico");
    publication.build();
    #[cfg(debug_assertions)]
    {
        // It dies with the document sent and that not written down.
        let mut hub = Hub::with(&publication, &["hub", "--listen", "127.0.0.1:0"], &[("TIDINGS_CRASH", "1")]);
        assert!(hub.child.wait().is_ok_and(|status| !status.success()));
        subscriber.wait(1, is_delivery);
    }
    {
        let hub = Hub::start(&publication);
        subscriber.wait(if cfg!(debug_assertions) { 2 } else { 1 }, is_delivery);
        silent.wait(1, is_delivery);
        listed(&publication, |list| list.iter().any(|one| one["tries"].as_i64() >= Some(1)));
        drop(hub);
    }
    let before = silent.wait(0, is_delivery).len();
    is_awake.store(true, SeqCst);
    let _hub = Hub::start(&publication);
    silent.wait(before + 1, is_delivery);
    listed(&publication, |list| list.iter().all(|one| one["tries"].is_null()));
}

fn a_request_that_waits_for_its_verification_survives_a_restart(home: &Home) {
    let publication = home.publication(PRIVATE);
    let later = Listener::new(|request| match request.number {
        0 => ("500 Oh".into(), String::new()),
        _ => willing(request),
    });
    {
        let hub = Hub::start(&publication);
        hub.subscribe(&later, &[]);
        later.wait(1, is_question);
        hub.hears("tried again in 1 s");
    }
    let _hub = Hub::start(&publication);
    listed(&publication, |list| list.len() == 1);
}

fn nobody_at_a_private_address_is_asked(home: &Home) {
    let publication = home.publication("");
    let hub = Hub::start(&publication);
    let victim = Listener::new(willing);
    let port = victim.url("").rsplit(':').next().expect("a port").to_owned();
    let ask = |host: &str| {
        let callback = format!("http://{host}:{port}/");
        hub.post(&[("hub.mode", "subscribe"), ("hub.topic", ALL), ("hub.callback", &callback)])
    };
    for host in [
        "127.0.0.1",
        "127.1",
        "0x7f000001",
        "0",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "10.0.0.1",
        "169.254.169.254",
        "192.168.0.1",
        "[fe80::1]",
        "100.64.0.1",
    ] {
        let (status, why) = ask(host);
        assert!(status == 400 && why.contains("not public"), "{host}: {status} {why}");
    }
    // A name is looked up when it is asked.
    assert_eq!(ask("localhost").0, 202);
    hub.hears("did not confirm `subscribe` for `https://feeds.example.org/all.rss`: its address is not public");
    hub.hears("`private-callbacks = true` in `[websub]` allows such addresses");
    assert!(victim.requests().is_empty());
}

fn strange_requests_are_refused(home: &Home) {
    let publication = home.publication("per-topic = 2\nprivate-callbacks = true");
    let hub = Hub::start(&publication);
    let form = "application/x-www-form-urlencoded";
    let other = "https://feeds.example.org/none.rss";
    for (status, media_type, body) in [
        (400, form, &b""[..]),
        (400, form, b"\xff\xfe%%%&=&=&hub.mode"),
        (400, form, b"hub.mode=subscribe"),
        (400, form, b"hub.mode=explode&hub.topic=x"),
        (400, form, b"hub.mode=publish&hub.url=https%3A%2F%2Felsewhere.example%2Fall.rss"),
        (400, form, b"hub.mode=publish&hub.url=https%3A%2F%2Ffeeds.example.org%2F..%2Ffeeds.toml"),
        (400, form, b"hub.mode=publish&hub.url=https%3A%2F%2Ffeeds.example.org%2Findex.html"),
        (415, "application/json", b"{}"),
        (415, "", b"hub.mode=publish"),
        (413, form, &[b'a'; 40_000]),
    ] {
        let (answered, why) = hub.post_raw(media_type, body);
        assert_eq!(answered, status, "{} {why}", String::from_utf8_lossy(&body[..body.len().min(60)]));
    }
    assert_eq!(hub.post(&[("hub.mode", "subscribe"), ("hub.topic", other), ("hub.callback", "https://reader.example/")]).0, 400);
    let answer = hub.raw(b"GET /hub HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    assert!(answer.starts_with("HTTP/1.1 405") && answer.to_lowercase().contains("\r\nallow: post\r\n"), "{answer}");
    for (request, status) in [
        (&b"POST /hub HTTP/1.1\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"[..], "400"),
        (
            b"POST /hub HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
            "413",
        ),
        (b"POST /hub HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n", "400"),
        (b"DELETE /hub HTTP/1.1\r\nHost: x\r\n\r\n", "405"),
        (b"GET /all.rss HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", "404"),
        (b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", "200"),
    ] {
        let answer = hub.raw(request);
        assert!(answer.starts_with(&format!("HTTP/1.1 {status}")), "{}: {answer}", String::from_utf8_lossy(request));
    }
    // As many as one topic can have, and who is in may renew.
    let subscribers = [Listener::new(willing), Listener::new(willing), Listener::new(willing)];
    for (at, subscriber) in subscribers.iter().enumerate() {
        let callback = subscriber.url("/");
        let form = [("hub.mode", "subscribe"), ("hub.topic", ALL), ("hub.callback", &*callback)];
        assert_eq!(hub.post(&form).0, if at < 2 { 202 } else { 429 });
    }
    listed(&publication, |list| list.len() == 2);
    let callback = subscribers[0].url("/");
    assert_eq!(hub.post(&[("hub.mode", "subscribe"), ("hub.topic", ALL), ("hub.callback", &callback)]).0, 202);
    assert!(!hub.said.lock().expect("no panic").iter().any(|line| line.contains("panicked")));
}

fn who_subscribed_to_what_ends_is_told(home: &Home) {
    let publication = home.publication(PRIVATE);
    publication.item(2, "A ship of Mexico");
    publication.build();
    let hub = Hub::start(&publication);
    let subscriber = Listener::new(willing);
    let callback = subscriber.url("/");
    let topic = "https://feeds.example.org/country/mexico.atom";
    assert_eq!(hub.post(&[("hub.mode", "subscribe"), ("hub.topic", topic), ("hub.callback", &callback)]).0, 202);
    listed(&publication, |list| list.len() == 1);
    publication
        .write("feeds.toml", publication.read("feeds.toml").replace("per-language", "countries = { exclude = [\"MX\"] }\nper-language"));
    publication.run(&["build", "--accept", "paths,shrink"]).expect(0, &[]);
    assert!(!publication.exists("public/country/mexico.atom"));
    let denied = subscriber.wait(2, is_question);
    assert_eq!(denied[1].query("hub.mode").as_deref(), Some("denied"));
    assert_eq!((denied[1].query("hub.topic").as_deref(), denied[1].query("hub.challenge")), (Some(topic), None));
    listed(&publication, <[_]>::is_empty);
}

fn serve_is_the_hub_where_the_config_says_so(home: &Home) {
    let publication = home.publication(PRIVATE);
    let server = Hub::with(&publication, &["serve", "--listen", "127.0.0.1:0"], &[]);
    let document = server.raw(b"GET /all.atom HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    assert!(document.contains("<https://feeds.example.org/hub>; rel=\"hub\""), "{document}");
    assert!(document.contains("rel=\"hub\"") && document.contains("href=\"https://feeds.example.org/hub\""), "{document}");
    let page = server.raw(b"GET /index.html HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    assert!(!page.split("\r\n\r\n").next().unwrap_or_default().contains("rel=\"hub\""), "{page}");
    let subscriber = Listener::new(willing);
    server.subscribe(&subscriber, &[]);
    listed(&publication, |list| list.len() == 1);
    publication.item(2, "A ship of Mexico");
    publication.build();
    subscriber.wait(1, is_delivery);
    // Another at the same time only takes requests.
    let hub = Hub::start(&publication);
    if home.is_file() {
        hub.hears("delivered elsewhere");
    }
    hub.subscribe(&Listener::new(willing), &[]);
    listed(&publication, |list| list.len() == 2);
    // Without its own hub `serve` has none.
    publication.write("feeds.toml", publication.read("feeds.toml").replace("hub = \"self\"", ""));
    let plain = Hub::with(&publication, &["serve", "--listen", "127.0.0.1:0"], &[]);
    assert_eq!(plain.post(&[("hub.mode", "publish"), ("hub.url", ALL)]).0, 405);
    publication.run(&["hub"]).expect(2, &["the config names no hub", "hub = \"self\""]);
}

fn a_hub_at_an_address_of_its_own_is_pinged(home: &Home) {
    let publication = home.publication(PRIVATE);
    let port = std::net::TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address").port();
    publication.write("feeds.toml", publication.read("feeds.toml").replace("\"self\"", &format!("\"http://127.0.0.1:{port}/\"")));
    let _hub = Hub::with(&publication, &["hub", "--listen", &format!("127.0.0.1:{port}")], &[]);
    publication.build();
    let subscriber = Listener::new(willing);
    _hub.subscribe(&subscriber, &[]);
    listed(&publication, |list| list.len() == 1);
    publication.item(2, "A ship of Mexico");
    publication.run(&["build"]).expect(0, &["9 changes were told to the hub"]);
    let sent = &subscriber.wait(1, is_delivery)[0];
    assert!(sent.field("link").is_some_and(|link| link.starts_with(&format!("<http://127.0.0.1:{port}/>; rel=\"hub\""))), "{sent:?}");
}

fn subscriptions_survive_a_repair_and_may_come_before_the_first_build(home: &Home) {
    let publication = home.publication(PRIVATE);
    if home.is_file() {
        std::fs::remove_file(publication.path(".tidings/ledger.db")).expect("a ledger");
    }
    let hub = Hub::start(&publication);
    let subscriber = Listener::new(willing);
    hub.subscribe(&subscriber, &[]);
    listed(&publication, |list| list.len() == 1);
    // What the hub made of the lost ledger's file holds nothing of what was published: that is gathered.
    publication.build();
    publication.run(&["ledger", "check"]).expect(0, &[]);
    publication.item(9, "What the hub is told later");
    publication.run(&["build", "--no-ping"]).expect(0, &[]);
    publication.run(&["ledger", "repair"]).expect(0, &[]);
    publication.build();
    subscriber.wait(1, is_delivery);
    subscriber.take();
    listed(&publication, |list| list.len() == 1);
    publication.item(2, "A ship of Mexico");
    publication.build();
    subscriber.wait(1, is_delivery);
}

fn one_slow_host_is_called_twice_at_a_time_and_no_more(home: &Home) {
    let publication = home.publication(PRIVATE);
    let hub = Hub::start(&publication);
    let (now, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let (under_way, peak) = (now.clone(), most.clone());
    let slow = Listener::new(move |request| {
        if is_delivery(request) {
            peak.fetch_max(under_way.fetch_add(1, SeqCst) + 1, SeqCst);
            std::thread::sleep(Duration::from_millis(150));
            under_way.fetch_sub(1, SeqCst);
        }
        willing(request)
    });
    for n in 0..6 {
        let callback = slow.url(&format!("/{n}"));
        assert_eq!(hub.post(&[("hub.mode", "subscribe"), ("hub.topic", ALL), ("hub.callback", &callback)]).0, 202);
    }
    listed(&publication, |list| list.len() == 6);
    publication.item(2, "A ship of Mexico");
    publication.build();
    slow.wait(6, is_delivery);
    assert_eq!(most.load(SeqCst), 2);
}

/// Builds and subscribers write to one file at the same time.
fn builds_and_the_hub_do_not_lock_each_other_out(home: &Home) {
    let publication = home.publication(PRIVATE);
    let hub = Hub::start(&publication);
    let subscriber = Listener::new(willing);
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let (hub, subscriber) = (&hub, &subscriber);
            scope.spawn(move || {
                for n in 0..25 {
                    let callback = subscriber.url(&format!("/{thread}/{n}"));
                    assert_eq!(hub.post(&[("hub.mode", "subscribe"), ("hub.topic", ALL), ("hub.callback", &callback)]).0, 202);
                }
            });
        }
        (2..10).for_each(|n| {
            publication.item(n, &format!("A ship, number {n}"));
            publication.build();
        });
    });
    listed(&publication, |list| list.len() == 100);
    publication.item(20, "The last ship");
    publication.build();
    let last = publication.read("public/all.rss").into_bytes();
    subscriber.wait(100, |request| is_delivery(request) && request.body == last);
}
