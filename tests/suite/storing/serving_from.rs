//! `tidings serve --from`: the same from every server, and the last good copy while the store is away.

use super::*;

#[test]
pub(super) fn two_servers_say_the_same_and_see_a_change_within_a_second() {
    let (bucket, publication) = (Bucket::new(), with_items(3, "ttl = 7\nprecompress = ['gzip']\n"));
    publication.write("feeds.toml", format!("{}[[moved]]\nfrom = 'old'\nto = 'all'\nas = 'redirect'\n", publication.read("feeds.toml")));
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
pub(super) fn the_last_good_copy_is_served_while_the_store_is_away() {
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
pub(super) fn documents_that_are_cut_off_or_wrong_are_not_taken() {
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
pub(super) fn a_server_that_starts_amid_a_publish_serves_what_stands() {
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
