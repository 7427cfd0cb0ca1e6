//! Caches told of what changed.

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
    let texts =
        |key: &str| body[key].as_array().expect("a list").iter().map(|one| one.as_str().expect("a string").to_owned()).collect::<Vec<_>>();
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
