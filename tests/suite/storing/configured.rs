//! What the config says of a store, and what needs a folder.

use super::*;

#[test]
fn the_config_says_where_and_holds_no_key() {
    for (output, said) in [
        ("url = 's3://AKIA:secret@news/feeds'", "keys do not belong in the config"),
        ("url = 'ftp://AKIA:secret@news'", "no address of an object store"),
        ("url = 's3://news'\nfolder = 'public'", "take one of the two out"),
        ("url = 's3://news'\npurge = 'https://user:secret@purge.example.org/'", "a password does not belong in the config"),
        ("url = 's3://news'\npurge = []", "`purge` is empty"),
        ("url = 's3://news'\npurge = 'https://'", "no address of the web"),
    ] {
        let publication = Publication::with_config(&format!("{CONFIG}\n[output]\n{output}\n"));
        let ran = publication.run(&["build"]);
        ran.expect(1, &["feeds.toml:", said]);
        assert!(!ran.err.contains("secret"), "{ran:?}");
    }
    let publication = Publication::with_config(&format!("{CONFIG}\n[output]\nindex = false\n"));
    publication.run(&["build"]).expect(0, &["warning[unused-key]: only an object store has an index"]);
    let own = CONFIG.replace("author =", "hub = 'self'\nauthor =");
    let publication = Publication::with_config(&format!("{own}\n[output]\nurl = 's3://news'\n"));
    publication.run(&["build"]).expect(1, &["the embedded hub has no place for its subscriptions", "add `[database]`"]);
    publication.write("feeds.toml", format!("{own}\n[output]\nurl = 's3://news'\nindex = false\n"));
    publication.run(&["build"]).expect(1, &["the embedded hub reads in the index"]);
}

#[cfg(not(feature = "gcs"))]
#[test]
fn a_store_that_the_program_cannot_reach_is_said() {
    let publication = Publication::with_config(&format!("{CONFIG}\n[output]\nurl = 'gs://news/feeds'\n"));
    publication.run(&["build"]).expect(1, &["built without the feature `gcs`", "cargo install tidings --features gcs"]);
}

#[test]
fn what_needs_a_folder_says_so() {
    let (bucket, publication) = (Bucket::new(), with_items(1, ""));
    build(&publication, &bucket);
    run(&publication, &bucket, &["serve", "--watch"]).expect(2, &["go with a folder"]);
    run(&publication, &bucket, &["server-config", "nginx"]).expect(2, &["`tidings serve --from` serves them"]);
}
