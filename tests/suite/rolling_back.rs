//! `tidings rollback`: what stood before a publish, put back.

use std::collections::BTreeMap;

use crate::support::Publication;

fn published(publication: &Publication) -> BTreeMap<String, String> {
    publication.files("public").into_iter().map(|path| (path.clone(), publication.read(&format!("public/{path}")))).collect()
}

#[test]
fn the_last_publish_is_taken_back_and_does_not_come_again_unasked() {
    let publication = Publication::with_items(3);
    publication.build().expect(0, &[]);
    let first = published(&publication);
    publication.write("items/item-4.md", "+++\ntitle = 'A ship of Mexico, not to be told yet'\ndate = 2018-02-01\n+++\n\nText.\n");
    publication.item(2, "The port of Belize reopens, by mistake");
    publication.build().expect(0, &["new"]);
    assert!(publication.exists("public/country/mexico.rss"));

    publication.run(&["rollback", "--list"]).expect(0, &["--steps 1: as it was until"]);
    publication.run(&["rollback", "--dry-run"]).expect(0, &["would be put back"]);
    assert_ne!(published(&publication), first);
    publication.run(&["rollback"]).expect(0, &["were put back"]);
    assert_eq!(published(&publication), first);
    publication.run(&["ledger", "check"]).expect(0, &[]);

    publication.run(&["build"]).expect(1, &["error[taken-back]", "`--accept rollback`", "nothing was published"]);
    assert_eq!(published(&publication), first);
    publication.item(2, "The port of Belize reopens, part 2, mended");
    publication.build().expect(0, &[]);
    let now = published(&publication);
    assert!(now["all.atom"].contains("mended") && now.contains_key("country/mexico.rss"));
    publication.run(&["rollback", "--steps", "2"]).expect(2, &["2 are asked for"]);
}

#[test]
fn what_was_taken_back_can_be_accepted() {
    let publication = Publication::with_items(3);
    publication.build().expect(0, &[]);
    publication.item(4, "The port of Belize reopens, part 4");
    publication.build().expect(0, &[]);
    let second = published(&publication);
    publication.run(&["rollback"]).expect(0, &[]);
    publication.run(&["build", "--accept", "rollback"]).expect(0, &[]);
    let ids = |files: &BTreeMap<String, String>| files["all.atom"].matches("<id>").count();
    assert_eq!(ids(&published(&publication)), ids(&second));
}

#[test]
fn several_steps_go_back_at_once_and_old_sets_go() {
    let publication = Publication::with_items(3);
    publication.build().expect(0, &[]);
    let mut states = vec![published(&publication)];
    for n in 4..=8 {
        publication.item(n, &format!("The port of Belize reopens, part {n}"));
        publication.build().expect(0, &[]);
        states.push(published(&publication));
    }
    publication.build().expect(0, &["unchanged"]);
    publication.run(&["rollback", "--steps", "4"]).expect(2, &["3 former sets are kept"]);
    publication.run(&["rollback", "--steps", "2"]).expect(0, &[]);
    assert_eq!(published(&publication), states[3]);
    publication.run(&["rollback"]).expect(0, &[]);
    assert_eq!(published(&publication), states[2]);
    publication.run(&["rollback"]).expect(2, &["0 former sets are kept"]);
}

#[test]
fn deleted_files_come_back_and_their_items_are_deleted_again() {
    let publication = Publication::with_items(6);
    publication.write("items/mexico.md", "+++\nid = 'm'\ntitle = 'A ship of Mexico'\ndate = 2018-02-01\n+++\n\nText.\n");
    publication.build().expect(0, &[]);
    let first = published(&publication);
    publication.remove("items/mexico.md");
    let config = publication.read("feeds.toml");
    publication.write("feeds.toml", config.replace("\"MX\", ", ""));
    publication.run(&["build", "--accept", "paths,shrink"]).expect(0, &["deleted"]);
    assert!(!publication.exists("public/country/mexico.rss"));
    publication.run(&["rollback"]).expect(0, &[]);
    assert_eq!(published(&publication), first);
    publication.write("feeds.toml", config);
    publication.run(&["build", "--accept", "shrink,rollback"]).expect(0, &[]);
    let atom = publication.read("public/all.atom");
    assert!(atom.contains("at:deleted-entry") && atom.contains("item/m\""), "{atom}");
}

#[test]
fn a_file_that_something_else_changed_is_left_alone() {
    let publication = Publication::with_items(3);
    publication.build().expect(0, &[]);
    publication.item(4, "The port of Belize reopens, part 4");
    publication.build().expect(0, &[]);
    publication.write("public/all.rss", "mine");
    publication.run(&["rollback"]).expect(1, &["foreign-file", "--force"]);
    assert_eq!(publication.read("public/all.rss"), "mine");
    publication.run(&["rollback", "--force"]).expect(0, &[]);
    assert!(!publication.read("public/all.rss").contains("part 4"));
}
