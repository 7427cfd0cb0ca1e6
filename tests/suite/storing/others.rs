//! What somebody else puts into the same place, and what a store does with conditions.

use super::*;

#[test]
pub(super) fn what_others_put_is_neither_overwritten_nor_deleted() {
    let (bucket, publication) = (Bucket::new(), with_items(2, ""));
    bucket.put("all.rss", "mine");
    bucket.put("robots.txt", "mine too");
    run(&publication, &bucket, &["build"]).expect(1, &[&format!("{}/all.rss: error[foreign-file]", Kind::now().url()), "--force"]);
    assert_eq!(bucket.documents().into_keys().collect::<Vec<_>>(), ["all.rss", "robots.txt"]);
    assert_eq!(bucket.text("all.rss"), "mine");
    run(&publication, &bucket, &["build", "--force"]).expect(0, &[]);
    assert!(bucket.text("all.rss").starts_with("<?xml"));

    bucket.put("all.rss", "edited by hand");
    publication.item(3, "Another port of Belize");
    run(&publication, &bucket, &["build"]).expect(1, &["changed by something else since it was published"]);
    assert_eq!(bucket.text("all.rss"), "edited by hand");
    run(&publication, &bucket, &["build", "--force"]).expect(0, &[]);
    assert_eq!(bucket.text("robots.txt"), "mine too");
}

/// Somebody changes an object after the list was made.
#[test]
pub(super) fn who_is_overtaken_overwrites_nothing_where_the_store_helps() {
    for path in ["all.rss", "items/item-3.html"] {
        let (bucket, publication) = (Bucket::new(), with_items(2, ""));
        build(&publication, &bucket);
        publication.item(3, "Another port of Belize");
        let (mut meddler, other) = (Some(bucket.clone()), path.to_owned());
        bucket.fails(move |what| {
            if what == "PUT all.atom"
                && let Some(server) = meddler.take()
            {
                let name = other.clone();
                // The store is busy with this very request.
                std::thread::spawn(move || server.put(&name, "quicker"));
                return Fault::Slow(200);
            }
            if what == format!("PUT {other}") { Fault::Slow(400) } else { Fault::None }
        });
        let ran = run(&publication, &bucket, &["build"]);
        ran.expect(
            2,
            &[&format!("`{path}` in `{}` was changed by something else while this run was under way", Kind::now().url()), "--force"],
        );
        assert_eq!(bucket.text(path), "quicker");
        bucket.works();
        run(&publication, &bucket, &["build"]).expect(1, &["foreign-file"]);
        run(&publication, &bucket, &["build", "--force"]).expect(0, &[]);
        assert!(is_whole(path, bucket.text(path).as_bytes()));
    }
}

#[test]
pub(super) fn a_store_that_ignores_conditions_is_given_none() {
    let (bucket, publication) = (Bucket::new(), with_items(2, ""));
    bucket.ignores_conditions();
    run(&publication, &bucket, &["build", "-v"]).expect(0, &["store     it honours no conditions"]);
    let asked = bucket.take();
    let with: Vec<_> = asked.iter().filter(|asked| asked.condition.is_some()).collect();
    assert!(!with.is_empty() && with.iter().all(|asked| asked.what.contains(".tidings/probe-")), "{with:?}");
    publication.item(3, "Another port of Belize");
    build(&publication, &bucket);
    assert!(bucket.take().iter().all(|asked| asked.condition.is_none() && !asked.what.contains("probe")));
    assert!(bucket.text("all.rss").contains("Another port"));
}

#[test]
pub(super) fn a_store_that_honours_them_is_given_the_tag_that_stood() {
    let (bucket, publication) = (Bucket::new(), with_items(2, ""));
    run(&publication, &bucket, &["build", "-v"]).expect(0, &["store     it honours conditions: "]);
    let tag = bucket.object("all.rss").tag;
    bucket.take();
    publication.item(3, "Another port of Belize");
    build(&publication, &bucket);
    let asked = bucket.take();
    let of = |what: &str| asked.iter().find(|asked| asked.what == what).expect("it was put").condition.clone();
    assert_eq!(of("PUT all.rss"), Some(format!("if-match: {tag}")));
    assert_eq!(of("PUT items/item-3.html"), Some("if-none-match: *".to_owned()));
}
