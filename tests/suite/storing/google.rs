//! Google Cloud Storage, by the scenarios of S3, with a store in memory that does as the documentation of Google says.

use super::*;

/// A line a scenario.
macro_rules! with_google {
    ($($room:ident: $($name:ident)+;)+) => {
        $($(#[test]
        fn $name() {
            Kind::Google.through($room::$name);
        })+)+
    };
}

with_google! {
    puts:
        an_unchanged_run_asks_nothing_and_a_full_one_for_a_list
        only_what_changed_is_put_and_in_order
        objects_carry_what_they_are_served_with
        what_was_lost_comes_back
        a_lost_ledger_is_gathered_from_the_store
        a_rollback_puts_back_what_stood;
    others:
        what_others_put_is_neither_overwritten_nor_deleted
        who_is_overtaken_overwrites_nothing_where_the_store_helps
        a_store_that_ignores_conditions_is_given_none
        a_store_that_honours_them_is_given_the_tag_that_stood;
    faults:
        a_store_with_hiccups_takes_everything
        a_put_that_comes_late_brings_nothing_old_back
        a_store_that_brings_back_what_was_replaced_is_given_the_newest
        what_is_wrong_is_said_with_its_way_out;
    serving_from:
        two_servers_say_the_same_and_see_a_change_within_a_second
        the_last_good_copy_is_served_while_the_store_is_away;
}

/// They come unpacked to whoever does not take gzip.
#[test]
fn copies_in_gzip_are_fetched_as_they_are() {
    Kind::Google.through(|| {
        let (bucket, publication) = (Bucket::new(), with_items(8, "precompress = ['gzip']\n"));
        build(&publication, &bucket);
        publication.remove(".tidings/stored.json");
        fs::remove_dir_all(publication.path(".tidings/stored")).expect("copies");
        bucket.take();
        run(&publication, &bucket, &["build", "--full"]).expect(0, &["unchanged"]);
        assert!(bucket.take().iter().any(|asked| asked.what == "GET all.rss.gz"));
    });
}

#[test]
fn a_wrong_key_is_refused_at_once() {
    Kind::Google.through(|| {
        let (bucket, publication) = (Bucket::new(), with_items(1, ""));
        let mut command = reaching(publication.command(&["build", "-v"]), &bucket.endpoint());
        let ran = Ran::of(command.env("GOOGLE_BEARER_TOKEN", "another-secret").output().expect("runs"));
        ran.expect(2, &["could not list what is in `gs://news/feeds`: it answered 401", "help: give the environment keys"]);
        assert!(!ran.err.contains("another-secret"), "{ran:?}");
        assert!(bucket.documents().is_empty());
    });
}
