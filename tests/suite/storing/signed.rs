//! A server that checks signatures and keeps objects in files, `s3s-fs`.

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
