//! What is put, in which order, and what a run asks of a store.

use super::*;

#[test]
fn a_store_that_nobody_serves_from_needs_no_index() {
    let (bucket, publication) = (Bucket::new(), with_items(2, ""));
    build(&publication, &bucket);
    publication.write("feeds.toml", config("index = false\n"));
    publication.item(3, "The port of Belize reopens, part 3");
    bucket.take();
    build(&publication, &bucket);
    let asked: Vec<String> = bucket.take().into_iter().map(|asked| asked.what).collect();
    assert!(asked.iter().any(|asked| asked == "PUT all.rss"), "{asked:?}");
    assert!(asked.iter().any(|asked| asked == "DELETE .tidings/index.json"), "one of before tells what is no more: {asked:?}");
    publication.item(4, "The port of Belize reopens, part 4");
    build(&publication, &bucket);
    assert!(!bucket.take().iter().any(|asked| asked.what.ends_with("index.json")));
    run(&publication, &bucket, &["serve"]).expect(2, &["nobody is told what stands in `s3://", "let a CDN serve it"]);
    publication.write("feeds.toml", config(""));
    build(&publication, &bucket);
    assert!(bucket.text(".tidings/index.json").contains("all.rss"));
}

#[test]
pub(super) fn an_unchanged_run_asks_nothing_and_a_full_one_for_a_list() {
    let (bucket, publication) = (Bucket::new(), with_items(3, ""));
    build(&publication, &bucket).expect(0, &[&format!("{}: 17 new", Kind::now().url())]);
    let scheme = Kind::now().url().split('/').next().expect("a scheme");
    assert!(!publication.exists("public") && !publication.exists(scheme));
    bucket.take();
    build(&publication, &bucket).expect(0, &["17 unchanged"]);
    assert_eq!(bucket.take(), []);
    run(&publication, &bucket, &["build", "--full"]).expect(0, &["17 unchanged"]);
    let asked = bucket.take();
    // Eighteen objects, five a page.
    assert!(asked.len() == 4 && asked.iter().all(|asked| asked.what == "LIST"), "{asked:?}");
}

#[test]
pub(super) fn only_what_changed_is_put_and_in_order() {
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
pub(super) fn objects_carry_what_they_are_served_with() {
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
        assert_eq!(object.put.field(&format!("{}blake3", Kind::now().meta())), Some(&*blake3::hash(&object.bytes).to_hex()), "{path}");
    }
    bucket.take();
    // Copies of what is unchanged are neither made nor fetched again.
    run(&publication, &bucket, &["build", "--full"]).expect(0, &["unchanged"]);
    assert!(bucket.take().iter().all(|asked| asked.what == "LIST"));
}

#[test]
pub(super) fn what_was_lost_comes_back() {
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
pub(super) fn a_lost_ledger_is_gathered_from_the_store() {
    let (bucket, publication) = (Bucket::new(), with_items(3, ""));
    build(&publication, &bucket);
    fs::remove_dir_all(publication.path(".tidings/stored")).expect("copies");
    publication.remove(".tidings/ledger.db");
    bucket.fails(|what| if what == "GET all.atom" { Fault::Status(503) } else { Fault::None });
    run(&publication, &bucket, &["build"]).expect(2, &[&format!("could not get `all.atom` in `{}`: it answered 503", Kind::now().url())]);
    bucket.works();
    let before = bucket.documents();
    build(&publication, &bucket);
    assert_eq!(bucket.documents(), before);
}

#[test]
pub(super) fn a_rollback_puts_back_what_stood() {
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
