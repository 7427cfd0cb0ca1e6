//! What `build` tells the publication's hubs.

use std::collections::BTreeSet;

use crate::listener::Listener;
use crate::support::{CONFIG, Publication, Ran};

/// With a hub, and `more` keys behind the config.
fn with_hub(hub: &str, more: &str, items: usize) -> Publication {
    let config = CONFIG.replace("author =", &format!("hub = {hub}\nauthor ="));
    let publication = Publication::with_config(&format!("{config}\n{more}"));
    (1..=items).for_each(|n| publication.item(n, &format!("The port of Belize reopens, part {n}")));
    publication
}

fn one(hub: &Listener) -> String {
    format!("{:?}", hub.url("/"))
}

/// What a hub was told, each topic as the path below the base address.
fn told(hub: &Listener) -> Vec<String> {
    let requests = hub.take();
    for request in &requests {
        assert_eq!((&*request.method, request.form("hub.mode").as_deref()), ("POST", Some("publish")), "{request:?}");
        assert_eq!(request.field("content-type"), Some("application/x-www-form-urlencoded"));
        let agent = format!("tidings/{} (+https://feeds.example.org/)", env!("CARGO_PKG_VERSION"));
        assert_eq!(request.field("user-agent"), Some(&*agent));
    }
    let mut topics: Vec<String> = requests.iter().map(|request| request.form("hub.url").expect("a topic")).collect();
    topics.sort();
    topics.iter().map(|topic| topic.strip_prefix("https://feeds.example.org/").expect("one of ours").to_owned()).collect()
}

fn build(publication: &Publication, flags: &[&str]) -> Ran {
    publication.run(&[&["build"], flags].concat())
}

#[test]
fn the_hub_is_told_of_exactly_what_changed() {
    let hub = Listener::of_all();
    let publication = with_hub(&one(&hub), "[output]\narchives = true", 3);
    publication.build();
    let of_channels = |publication: &Publication| -> Vec<String> {
        publication.feeds().into_iter().filter(|path| !path.starts_with("archive/")).collect()
    };
    assert_eq!(told(&hub), of_channels(&publication));
    publication.build();
    assert!(told(&hub).is_empty(), "nothing changed");
    // A ship of Mexico is in three channels, each in three formats.
    publication.item(9, "A ship of Mexico");
    let before: Vec<(String, String)> =
        of_channels(&publication).into_iter().map(|path| (path.clone(), publication.read(&format!("public/{path}")))).collect();
    build(&publication, &[]).expect(0, &["9 changes were told to the hub"]);
    let changed: Vec<String> = of_channels(&publication)
        .into_iter()
        .filter(|path| !before.iter().any(|(own, bytes)| own == path && *bytes == publication.read(&format!("public/{path}"))))
        .collect();
    assert_eq!(changed.len(), 9);
    assert_eq!(told(&hub), changed);
}

#[test]
fn each_format_names_each_hub_and_each_hub_is_told() {
    let (hub, other) = (Listener::of_all(), Listener::of_all());
    let publication = with_hub(
        &format!("[{:?}, {:?}]", hub.url("/"), other.url("/push?x=1")),
        "[output]\narchives = true\narchive-size = 5\n[limits]\nitems = 2",
        12,
    );
    publication.build();
    for (path, link) in [("all.rss", "<atom:link "), ("all.atom", "<link "), ("all.json", "\"type\": \"WebSub\"")] {
        let document = publication.read(&format!("public/{path}"));
        for url in [hub.url("/"), other.url("/push?x=1")] {
            assert!(document.contains(&url) && document.contains(link), "{path}: {document}");
        }
    }
    let page = publication.files("public/archive").into_iter().find(|path| path.ends_with(".atom")).expect("a page of the archive");
    assert!(!publication.read(&format!("public/archive/{page}")).contains("hub"), "nobody is told of an archive");
    assert_eq!(other.requests().first().map(|request| &*request.target), Some("/push?x=1"));
    let topics = told(&hub);
    assert!(topics.len() >= 9 && topics == told(&other));
}

#[test]
fn a_hub_that_stumbles_is_told_again_in_the_same_run() {
    let hub = Listener::new(|request| match request.number {
        0 => ("503 Service Unavailable\r\nRetry-After: 1".into(), String::new()),
        _ => ("202 Accepted".into(), String::new()),
    });
    let publication = with_hub(&one(&hub), "", 1);
    let ran = build(&publication, &["--json"]);
    ran.expect(0, &[]);
    let report: serde_json::Value = serde_json::from_str(&ran.out).expect("JSON");
    let count = publication.feeds().len();
    assert_eq!(report["hubs"]["told"].as_array().map(Vec::len), Some(count), "{report}");
    assert_eq!(hub.requests().len(), count + 1);
    let topics: BTreeSet<String> = hub.requests().iter().filter_map(|request| request.form("hub.url")).collect();
    assert_eq!(topics.len(), count);
}

#[test]
fn what_a_hub_did_not_take_is_told_by_the_next_run() {
    for (status, why) in [
        ("404 Not Found", "404 Not Found"),
        ("500 Oh", "500 Internal Server Error"),
        ("302 Found\r\nLocation: /else", "to `/else`"),
        // Longer than any clock goes.
        ("503 Busy\r\nRetry-After: 18446744073709551615", "503 Service Unavailable"),
    ] {
        let hub = Listener::new(move |request| match request.form("hub.url") {
            Some(topic) if topic.ends_with(".rss") => (status.into(), String::new()),
            _ => ("204 No Content".into(), String::new()),
        });
        let publication = with_hub(&one(&hub), "[websub]\ntimeout = 1", 1);
        let ran = build(&publication, &["--json"]);
        ran.expect(0, &["\"hub-not-told\"", why, "\"line\": 9", "\"nothing is lost, the next build tells it"]);
        let report: serde_json::Value = serde_json::from_str(&ran.out).expect("JSON");
        let rss: Vec<String> = publication.feeds().into_iter().filter(|path| path.ends_with(".rss")).collect();
        assert_eq!(report["hubs"]["left"].as_array().map(Vec::len), Some(rss.len()), "{report}");
        assert!(report["findings"].as_array().is_some_and(|all| all.iter().any(|one| one["code"] == "hub-not-told")), "{report}");
        hub.take();
        // Nothing changed since, and what is left is tried all the same.
        let unchanged = build(&publication, &["--json"]);
        unchanged.expect(0, &["\"hub-not-told\"", "\"changed\": []"]);
        let again: BTreeSet<String> = told(&hub).into_iter().collect();
        assert_eq!(again.into_iter().collect::<Vec<_>>(), rss, "{status}");
    }
}

#[test]
fn a_dead_hub_costs_its_time_and_no_more() {
    // The port is nobody's by then.
    let port = std::net::TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address").port();
    let publication = with_hub(&format!("\"http://127.0.0.1:{port}/\""), "[websub]\ntimeout = 1", 2);
    let start = std::time::Instant::now();
    build(&publication, &[]).expect(0, &["hub-not-told", "9 changes", "efused"]);
    assert!(start.elapsed() < std::time::Duration::from_secs(10));
    let hub = Listener::of_all();
    publication.write("feeds.toml", publication.read("feeds.toml").replace(&format!("http://127.0.0.1:{port}/"), &hub.url("/")));
    // The hub is another now: what the former was to be told is nobody's, and every document names the new one.
    build(&publication, &[]).expect(0, &[]);
    assert_eq!(told(&hub), publication.feeds());
}

#[test]
fn nobody_is_told_of_a_dry_run_or_without_a_hub() {
    let hub = Listener::of_all();
    let publication = with_hub(&one(&hub), "", 2);
    build(&publication, &["--dry-run"]).expect(0, &[]);
    publication.run(&["diff"]).expect(0, &[]);
    assert!(told(&hub).is_empty());
    // Left by one, told by the next.
    build(&publication, &["--no-ping"]).expect(0, &[]);
    assert!(told(&hub).is_empty());
    publication.build();
    assert_eq!(told(&hub), publication.feeds());
    publication.item(3, "A third port");
    publication.build();
    hub.take();
    // A publish that is taken back is a publish too.
    publication.run(&["rollback", "--no-ping"]).expect(0, &[]);
    assert!(told(&hub).is_empty());
    build(&publication, &["--accept", "rollback,paths,shrink"]).expect(0, &[]);
    assert!(!told(&hub).is_empty());
    let quiet = Publication::with_items(2);
    let report = build(&quiet, &["--json"]);
    report.expect(0, &["\"hubs\": null"]);
}

#[test]
fn the_copy_at_an_old_path_is_no_topic() {
    let hub = Listener::of_all();
    let publication = with_hub(&one(&hub), "[[moved]]\nfrom = \"old/belize\"\nto = \"country/belize\"", 2);
    publication.build();
    assert!(publication.exists("public/old/belize.rss"));
    let topics = told(&hub);
    assert!(topics.contains(&"country/belize.rss".to_owned()) && !topics.iter().any(|topic| topic.starts_with("old/")), "{topics:?}");
}

/// Wherever the first build and a later one die, the hub is told of all in the end.
#[cfg(debug_assertions)]
#[test]
fn a_run_that_dies_loses_no_ping() {
    let mut died = 0;
    for at in 1..60 {
        let hub = Listener::of_all();
        let publication = with_hub(&one(&hub), "", 2);
        let crash = |publication: &Publication| {
            let output = publication.command(&["build"]).env("TIDINGS_CRASH", at.to_string()).output().expect("the program starts");
            Ran::of(output).code == -1
        };
        let first = crash(&publication);
        publication.build();
        let topics: BTreeSet<String> = told(&hub).into_iter().collect();
        assert_eq!(topics.into_iter().collect::<Vec<_>>(), publication.feeds(), "after a first build that died at point {at}");
        publication.item(3, "A ship of Mexico");
        let second = crash(&publication);
        publication.build();
        let topics: BTreeSet<String> = told(&hub).into_iter().collect();
        for path in ["all.rss", "country/mexico.atom", "topic/ships.json"] {
            assert!(topics.contains(path), "after a second build that died at point {at}: {topics:?}");
        }
        died += usize::from(first) + usize::from(second);
        if !first && !second {
            break;
        }
    }
    assert!(died > 40, "only {died} builds died");
}
