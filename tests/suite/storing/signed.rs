//! Servers that check signatures and keep objects: the scenarios are told of S3 with `s3s-fs`, and gone through with Azurite as well.

use super::server::Server;
use super::*;

#[test]
pub(super) fn the_same_bytes_stand_in_a_store_and_in_a_folder() {
    let Some(server) = Server::start() else { return };
    let (publication, twin) =
        (with_items(5, "archives = true\n"), Publication::with_config(&format!("{CONFIG}\n[output]\narchives = true\n")));
    (1..=5).for_each(|n| twin.item(n, &format!("The port of Belize reopens, part {n}")));
    twin.build();
    run_at(&publication, &server.endpoint(), &["build", "-v"]).expect(0, &["new"]);
    assert_eq!(server.documents(), in_folder(&twin));
    for one in [&publication, &twin] {
        one.remove("items/item-2.md");
        one.item(6, "Ships wait off San José, Costa Rica");
    }
    twin.run(&["build", "--accept", "shrink"]).expect(0, &[]);
    run_at(&publication, &server.endpoint(), &["build", "--accept", "shrink"]).expect(0, &["1 deleted"]);
    assert_eq!(server.documents(), in_folder(&twin));
    run_at(&publication, &server.endpoint(), &["build", "--full"]).expect(0, &["unchanged"]);
    run_at(&publication, &server.endpoint(), &["rollback"]).expect(0, &["were put back"]);
    run_at(&publication, &server.endpoint(), &["ledger", "check"]).expect(0, &[]);
}

#[test]
pub(super) fn what_an_object_is_served_with_is_stored() {
    use object_store::{Attribute, GetOptions};
    let Some(server) = Server::start() else { return };
    let publication = with_items(8, "ttl = 10\nprecompress = ['gzip']\n");
    run_at(&publication, &server.endpoint(), &["build"]).expect(0, &[]);
    let store = server.store();
    for (path, media_type, coding) in
        [("all.rss", "application/rss+xml; charset=utf-8", None), ("all.rss.gz", "application/rss+xml; charset=utf-8", Some("gzip"))]
    {
        let head = GetOptions { head: true, ..GetOptions::default() };
        let got = server.wait(store.get_opts(&format!("feeds/{path}").into(), head));
        let attribute = |attribute: Attribute| got.attributes.get(&attribute).map(|value| value.to_string());
        assert_eq!(attribute(Attribute::ContentType).as_deref(), Some(media_type));
        assert_eq!(attribute(Attribute::ContentEncoding).as_deref(), coding);
        assert_eq!(attribute(Attribute::CacheControl).as_deref(), Some("public, max-age=600"));
        assert_eq!(attribute(Attribute::Metadata("blake3".into())), Some(blake3::hash(&server.documents()[path]).to_hex().to_string()));
    }
}

/// Lists of a store may write tags otherwise than its answers to puts.
#[test]
pub(super) fn what_was_put_is_known_again_and_not_fetched() {
    let Some(server) = Server::start() else { return };
    let publication = with_items(3, "");
    run_at(&publication, &server.endpoint(), &["build"]).expect(0, &["17 new"]);
    // What is fetched is kept there.
    fs::remove_dir_all(publication.path(".tidings/stored")).expect("copies");
    run_at(&publication, &server.endpoint(), &["build", "--full"]).expect(0, &["17 unchanged"]);
    // The lists of `s3s-fs` tell no tags.
    let fetched = if Kind::now() == Kind::S3 { 17 } else { 0 };
    assert_eq!(publication.files(".tidings/stored").len(), fetched);
    server.put("topic/ports.html", "edited by hand");
    run_at(&publication, &server.endpoint(), &["build", "--full"]).expect(1, &["foreign-file"]);
    assert_eq!(publication.files(".tidings/stored").len(), fetched + 1);
}

#[test]
pub(super) fn conditions_are_tried_and_others_are_not_overwritten() {
    let Some(server) = Server::start() else { return };
    let publication = with_items(3, "");
    let url = Kind::now().url();
    server.put("all.rss", "mine");
    server.put("robots.txt", "mine too");
    run_at(&publication, &server.endpoint(), &["build"]).expect(1, &[&format!("{url}/all.rss: error[foreign-file]"), "--force"]);
    assert_eq!(server.documents().into_keys().collect::<Vec<_>>(), ["all.rss", "robots.txt"]);
    run_at(&publication, &server.endpoint(), &["build", "--force"]).expect(0, &["16 new, 1 changed"]);
    assert_eq!(server.documents()["robots.txt"], b"mine too");
    let known: serde_json::Value = serde_json::from_str(&publication.read(".tidings/stored.json")).expect("JSON");
    assert_eq!(known["honours"], serde_json::json!({ "create": true, "update": true }));
    publication.item(4, "Another port of Belize");
    run_at(&publication, &server.endpoint(), &["build"]).expect(0, &["1 new"]);
    server.put("all.rss", "edited by hand");
    publication.item(5, "One more port of Belize");
    run_at(&publication, &server.endpoint(), &["build"]).expect(1, &["changed by something else since it was published"]);
    assert_eq!(server.documents()["all.rss"], b"edited by hand");
}

#[test]
pub(super) fn a_wrong_key_is_refused_at_once() {
    let Some(server) = Server::start() else { return };
    let publication = with_items(1, "");
    let (name, wrong, said) = match Kind::now() {
        Kind::Azure => ("AZURE_STORAGE_ACCOUNT_KEY", "YW5vdGhlci1zZWNyZXQ=", "it answered 403 (AuthorizationFailure)"),
        _ => ("AWS_SECRET_ACCESS_KEY", "another-secret", "it answered 403 (SignatureDoesNotMatch)"),
    };
    let mut command = reaching(publication.command(&["build", "-v"]), &server.endpoint());
    let ran = Ran::of(command.env(name, wrong).output().expect("runs"));
    ran.expect(2, &[said, "help: give the environment keys"]);
    assert!(!ran.err.contains(wrong) && !ran.err.contains(KEY), "{ran:?}");
    assert!(server.documents().is_empty());
}

/// The server is killed at instants spread over a publish, and comes back.
#[test]
fn a_server_that_is_killed_amid_a_publish_loses_nothing() {
    let Some(mut server) = Server::start() else { return };
    let (publication, twin) = (with_items(12, ""), Publication::with_items(12));
    publication.write("feeds.toml", config("").replace("store-timeout = 2\n", "store-timeout = 1\n"));
    run_at(&publication, &server.endpoint(), &["build"]).expect(0, &[]);
    twin.build();
    let mut failed = 0;
    for round in 0..12u64 {
        for one in [&publication, &twin] {
            one.item(12, &format!("The port of Belize reopens, round {round}"));
        }
        twin.build();
        let child = reaching(publication.command(&["build"]), &server.endpoint()).stderr(Stdio::null()).stdout(Stdio::null()).spawn();
        let mut child = child.expect("starts");
        std::thread::sleep(Duration::from_millis(20 + 8 * round));
        server.stop();
        failed += usize::from(!child.wait().expect("it ends").success());
        server.run();
        run_at(&publication, &server.endpoint(), &["build"]).expect(0, &[]);
        assert_eq!(server.documents(), in_folder(&twin), "round {round}");
    }
    assert!(failed > 2, "only {failed} were met by it");
}

#[test]
pub(super) fn a_server_serves_what_stands_there() {
    let Some(mut server) = Server::start() else { return };
    let publication = with_items(3, "");
    run_at(&publication, &server.endpoint(), &["build"]).expect(0, &[]);
    let servers = [Serving::start(&server.endpoint()), Serving::start(&server.endpoint())];
    servers.iter().for_each(|server| _ = server.until("/all.rss", |answer| holds(answer, "part 3")));
    let tag = servers[0].get("/all.rss").field("etag").expect("a tag").to_owned();
    assert_eq!(request(servers[1].address, "GET", "/all.rss", &[("if-none-match", &tag)]).status, 304);
    server.stop();
    std::thread::sleep(Duration::from_millis(300));
    assert!(holds(&servers[0].get("/all.rss"), "part 3"));
    let said = format!("could not list what is in `{}`", Kind::now().url());
    run_at(&publication, &server.endpoint(), &["build", "--full"]).expect(2, &[&said, "efused", "help: nothing is lost"]);
    server.run();
    publication.item(4, "Ships wait off San José, Costa Rica");
    run_at(&publication, &server.endpoint(), &["build"]).expect(0, &[]);
    servers.iter().for_each(|server| _ = server.until("/all.rss", |answer| holds(answer, "Ships wait")));
    assert_eq!(servers[0].get("/all.rss").field("etag"), servers[1].get("/all.rss").field("etag"));
}
