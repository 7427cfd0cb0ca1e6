//! Publishing to a folder: the plan, whole files, the lock, and other people's files.

use std::collections::BTreeMap;
use std::fs;
use std::process::Stdio;
use std::time::{Duration, SystemTime};

use crate::support::{CONFIG, Publication, Ran};

/// Inode and time of change of every published file.
fn stamps(publication: &Publication) -> BTreeMap<String, (u64, SystemTime)> {
    use std::os::unix::fs::MetadataExt;
    let stamp = |path: &String| {
        let metadata = fs::metadata(publication.path(&format!("public/{path}"))).expect("a published file");
        (metadata.ino(), metadata.modified().expect("a time"))
    };
    publication.files("public").iter().map(|path| (path.clone(), stamp(path))).collect()
}

#[test]
fn the_same_input_touches_nothing() {
    let publication = Publication::with_items(3);
    publication.build().expect(0, &["new"]);
    let before = stamps(&publication);
    publication.build().expect(0, &["unchanged"]);
    assert_eq!(before, stamps(&publication));
    // All, Belize and ports, each as RSS, Atom, JSON Feed and page; the lists of them for readers and for people; three items.
    assert_eq!(before.len(), 4 * 3 + 2 + 3, "{before:?}");
}

#[test]
fn only_documents_that_change_are_replaced() {
    let publication = Publication::with_items(3);
    publication.item(4, "Ships wait off San José, Costa Rica");
    publication.build();
    let before = stamps(&publication);
    publication.item(4, "Many ships wait off San José, Costa Rica");
    publication.build();
    let after = stamps(&publication);
    for path in ["all.rss", "all.atom", "all.json", "country/costa-rica.rss", "country/costa-rica.json", "topic/ships.atom"] {
        assert_ne!(before[path], after[path], "{path}");
    }
    for path in ["country/belize.rss", "country/belize.atom", "country/belize.json", "topic/ports.rss"] {
        assert_eq!(before[path], after[path], "{path}");
    }
}

#[test]
fn a_dry_run_tells_what_subscribers_will_see_and_writes_nothing() {
    let publication = Publication::with_items(2);
    let ran = publication.run(&["build", "--dry-run"]);
    ran.expect(0, &["country/belize (new channel)", "+ The port of Belize reopens, part 2", "nothing was written"]);
    assert!(!publication.exists("public"));

    publication.build();
    publication.item(3, "A third port of Belize reopens");
    publication.item(1, "The port of Belize reopens, mended");
    publication.remove("items/item-2.md");
    let ran = publication.run(&["build", "--dry-run", "--accept", "shrink"]);
    ran.expect(0, &["+ A third port", "~ The port of Belize reopens, mended", "- The port of Belize reopens, part 2"]);
    ran.expect(0, &["title: The port of Belize reopens, [-part 1-]{+mended+}"]);
    publication.remove("items/item-3.md");
    publication.run(&["build", "--dry-run"]).expect(1, &["channel-shrinks"]);
    assert!(publication.read("public/all.rss").contains("part 2"));
}

#[test]
fn a_channel_that_was_published_stays_when_it_empties() {
    let publication = Publication::with_items(1);
    publication.item(2, "Ships wait off Costa Rica");
    publication.build();
    publication.remove("items/item-2.md");
    publication.run(&["build", "--accept", "shrink"]).expect(0, &[]);
    assert!(publication.exists("public/country/costa-rica.rss"));
    assert!(!publication.read("public/country/costa-rica.rss").contains("<item>"));
    assert!(!publication.exists("public/country/mexico.rss"), "never published, so not begun empty");
}

#[test]
fn an_empty_channel_goes_along_to_another_folder() {
    for (empty, accept) in [("publish-known", "paths"), ("keep", "shrink")] {
        let publication = Publication::with_items(4);
        let config =
            |folder: &str, countries: &str| format!("{CONFIG}countries = {countries}\nempty = '{empty}'\n[output]\nfolder = '{folder}'\n");
        let all_but_mexico = "{ exclude = ['MX'] }";
        publication.write("feeds.toml", config("public", "true"));
        publication.write("items/mexico.md", "+++\ntitle = 'A harbour in Mexico'\ndate = 2018-02-01\n+++\n\nText.\n");
        publication.build();
        publication.write("items/mexico.md", "+++\ntitle = 'A harbour'\ndate = 2018-02-01\n+++\n\nText.\n");
        publication.run(&["build", "--accept", "shrink"]).expect(0, &[]);

        publication.write("feeds.toml", config("www", "true"));
        assert_eq!(publication.run(&["channels"]).out.contains("country/mexico"), empty == "publish-known");
        publication.run(&["build", "--accept", accept]).expect(0, &[]);
        assert!(publication.exists("www/country/mexico.rss"), "{empty}");
        publication.run(&["build"]).expect(0, &["unchanged"]);

        publication.write("feeds.toml", config("htdocs", all_but_mexico));
        publication.run(&["build"]).expect(1, &["path-disappears", "`country/mexico` was published"]);
        publication.write("feeds.toml", config("htdocs", all_but_mexico) + "[[moved]]\nfrom = 'country/mexico'\n");
        publication.build();
        publication.write("feeds.toml", config("htdocs", "true"));
        publication.build();
        assert!(!publication.exists("htdocs/country/mexico.rss"), "what ended is forgotten");
    }
}

#[test]
fn a_dry_run_tells_what_changes_where_formats_do() {
    let publication = Publication::with_items(2);
    let formats = |formats: &str| publication.write("feeds.toml", format!("{CONFIG}[output]\npages = false\nformats = [{formats}]\n"));
    formats("'rss'");
    publication.build();
    formats("'rss', 'atom'");
    publication.item(2, "The port of Belize closes");
    let changed = "  ~ The port of Belize closes\n";
    publication.run(&["diff"]).expect(0, &[&format!("all (new as `atom`)\n{changed}")]);
    publication.build();
    formats("'rss'");
    publication.run(&["diff", "--json"]).expect(1, &["\"event\": \"no more as `atom`\"", "\"new\": []", "\"gone\": []"]);
    formats("'json', 'rss'");
    publication.item(2, "The port of Belize opens");
    let told = publication.run(&["diff"]);
    told.expect(1, &["all (new as `json`, no more as `atom`)\n  ~ The port of Belize opens\n"]);
    formats("'json'");
    publication.run(&["diff"]).expect(1, &["(new as `json`, no more as `atom`, `rss`)"]);
}

#[test]
fn an_ended_channel_is_deleted_and_its_folder_with_it() {
    let publication = Publication::with_items(1);
    publication.build();
    let config = publication.read("feeds.toml").replace("per-language = false", "per-language = false\ncountries = false");
    publication.write("feeds.toml", config);
    publication.run(&["build"]).expect(1, &["country/belize.rss", "path-disappears", "[[moved]]"]);
    publication.run(&["build", "--accept", "paths"]).expect(0, &["4 deleted"]);
    assert!(!publication.exists("public/country"));
    assert!(publication.exists("public/topic/ports.rss"));
}

#[test]
fn many_files_that_are_not_known_are_told_in_one() {
    let publication = Publication::with_items(1);
    publication.build();
    let count = publication.files("public").len();
    std::fs::remove_dir_all(publication.path(".tidings")).expect("lost");
    publication.item(1, "The port of Belize reopens at last");
    let ran = publication.run(&["build"]);
    ran.expect(
        1,
        &["public: error[foreign-file]: at ", "`all.atom`", " more\n", "`--force`", "`.tidings`", "1 error: nothing was published"],
    );
    let ran = publication.run(&["build", "--json"]);
    let report: serde_json::Value = serde_json::from_str(&ran.out).expect("JSON");
    let told = report["findings"].as_array().expect("findings").len();
    assert!(told > 5 && told <= count, "{told} of {count}");
    publication.run(&["build", "--force"]).expect(0, &[]);
}

#[test]
fn a_dry_run_tells_a_language_that_comes_once_for_each_feed() {
    let config = CONFIG.replace("per-language = false", "per-language = true");
    let publication = Publication::with_config(&config);
    publication.item(1, "The port of Belize reopens");
    publication.write("items/puerto.md", "+++\ntitle = 'Un puerto de Belice'\nlanguage = 'es'\ndate = 2018-01-02\n+++\n\nTexto.\n");
    publication.build();
    publication.write("items/port.md", "+++\ntitle = 'Un port au Belize'\nlanguage = 'fr'\ndate = 2018-01-03\n+++\n\nTexte.\n");
    publication.write("feeds.toml", config.replace("\"es\"]", "\"es\", \"fr\"]"));
    let ran = publication.run(&["diff"]);
    ran.expect(
        0,
        &["fr/all (new channel)", "all\n  + Un port au Belize\n  ~ (what the channel says of itself)\n      languages: en, es, {+fr+}\n"],
    );
    assert!(ran.out.contains("en/all\n  ~ (what the channel says of itself)\n      languages: es, {+fr+}\n"), "{}", ran.out);
    assert!(!ran.out.contains("link: "), "{}", ran.out);

    publication.build();
    publication
        .write("feeds.toml", publication.read("feeds.toml").replace("https://feeds.example.org/", "https://news.example.org/feeds/"));
    let ran = publication.run(&["diff"]);
    ran.expect(0, &["all.atom-]", "{+https://news.example.org/feeds/all.atom+}"]);
    assert!(!ran.out.contains("languages: "), "the languages are what they were: {}", ran.out);
}

#[test]
fn a_dry_run_tells_what_moved_and_what_a_channel_says_of_itself() {
    let publication = Publication::with_items(1);
    publication.build();
    let config = publication.read("feeds.toml");
    let moved = config.replace("[topics.ports]", "[topics.ports]\nslug = \"harbours\"");
    publication.write("feeds.toml", format!("{moved}\n[[moved]]\nfrom = \"topic/ports\"\nto = \"topic/harbours\"\n"));
    publication.run(&["diff"]).expect(0, &["topic/harbours (new channel)", "topic/ports (a copy of `topic/harbours`, to which it moved)"]);
    publication.write("feeds.toml", format!("{moved}\n[[moved]]\nfrom = \"topic/ports\"\nto = \"topic/harbours\"\nas = \"redirect\"\n"));
    let ran = publication.run(&["diff"]);
    ran.expect(0, &["topic/ports (moves to `topic/harbours`, by a redirect)\n"]);
    assert!(!ran.out.contains("  - "), "who follows misses nothing: {}", ran.out);
    let line = config.lines().find(|line| line.starts_with("title = ")).expect("a title");
    publication.write("feeds.toml", config.replacen(line, "title = \"Another name\"", 1));
    publication.run(&["diff"]).expect(0, &["~ (what the channel says of itself)", "      title: ", "Another"]);
}

#[test]
fn other_peoples_files_are_neither_overwritten_nor_deleted() {
    let publication = Publication::with_items(1);
    publication.write("public/all.rss", "mine");
    publication.write("public/robots.txt", "mine too");
    publication.run(&["build"]).expect(1, &["public/all.rss: error[foreign-file]", "--force"]);
    assert_eq!(publication.files("public"), ["all.rss", "robots.txt"]);
    assert_eq!(publication.read("public/all.rss"), "mine");

    publication.run(&["build", "--force"]).expect(0, &[]);
    assert!(publication.read("public/all.rss").starts_with("<?xml"));
    assert_eq!(publication.read("public/robots.txt"), "mine too");
}

#[test]
fn a_published_file_that_somebody_edited_is_not_lost() {
    let publication = Publication::with_items(1);
    publication.build();
    publication.write("public/all.rss", "edited by hand");
    publication.item(2, "Another port");
    publication.run(&["build"]).expect(1, &["changed by something else since it was published"]);
    assert_eq!(publication.read("public/all.rss"), "edited by hand");
}

#[test]
fn a_folder_or_a_link_in_the_way_is_said_and_left() {
    let publication = Publication::with_items(1);
    fs::create_dir_all(publication.path("public/all.rss")).expect("a folder");
    std::os::unix::fs::symlink("/etc/hostname", publication.path("public/all.atom")).expect("a link");
    publication.run(&["build", "--force"]).expect(1, &["a folder stands there", "a symbolic link stands there"]);
}

#[test]
fn two_runs_at_once_do_not_mix() {
    let publication = Publication::with_items(1);
    fs::create_dir_all(publication.path(".tidings")).expect("the state folder");
    let lock = fs::File::create(publication.path(".tidings/lock")).expect("a lock file");
    lock.lock().expect("the lock");
    fs::write(publication.path(".tidings/lock"), "process 4711, since noon").expect("a holder");

    publication.run(&["build"]).expect(2, &["process 4711", "--wait"]);
    publication.run(&["build", "--dry-run"]).expect(0, &[]);

    let waiting = publication.command(&["build", "--wait"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("starts");
    std::thread::sleep(Duration::from_millis(200));
    assert!(!publication.exists("public"), "it waits");
    drop(lock);
    Ran::of(waiting.wait_with_output().expect("ends")).expect(0, &["new"]);
}

/// A run that lists many files for long must not undo what another published meanwhile, of records and of a config that came later.
#[cfg(all(target_os = "linux", debug_assertions))]
#[test]
fn a_run_that_looked_before_another_published_looks_once_more() {
    use crate::support::{goes_on, stopped};

    let publication = Publication::with_items(2);
    publication.build();
    publication.item(1, "The port of Belize reopens, mended");
    let slow = stopped(publication.command(&["build"]), "looked");
    publication.item(3, "The port of Belize reopens, part 3");
    publication.write("feeds.toml", CONFIG.replace("Harbour news", "News of the harbour"));
    publication.build().expect(0, &["3 items"]);
    let files = || -> Vec<String> { publication.feeds().iter().map(|path| publication.read(&format!("public/{path}"))).collect() };
    let before = files();
    goes_on(slow).expect(0, &["3 items", "unchanged"]);
    assert!(files() == before, "what was published stands");
}

/// Who writes a record in its place may be in the midst of it when it is read.
#[cfg(all(target_os = "linux", debug_assertions))]
#[test]
fn a_record_that_is_written_to_while_a_build_reads_is_read_once_more() {
    use crate::support::{goes_on, stopped};

    for archives in ["", "[output]\narchives = true\n"] {
        let publication = Publication::with_config(&format!("{CONFIG}{archives}"));
        publication.item(1, "The port of Belize");
        let build = stopped(publication.command(&["build"]), "read");
        publication.item(1, "The port of Belize reopens");
        goes_on(build).expect(0, &["1 item", "new"]);
        assert!(publication.read("public/all.rss").contains("<title>The port of Belize reopens</title>"));
        let ledger = publication.run(&["ledger", "export"]).out;
        let item = ledger.lines().find(|line| line.contains("\"type\":\"item\"")).expect("an item");
        assert!(!item.contains("updated"), "it was published so and no other way: {item}");
        publication.build().expect(0, &["unchanged"]);
    }
}

#[test]
fn a_full_disk_leaves_every_file_as_it_was() {
    let publication = Publication::with_items(1);
    publication.build();
    let before = publication.read("public/all.atom");
    (2..=59).for_each(|n| publication.item(n, &format!("The port of Belize, {n}: {}", "long ".repeat(40))));

    // A limit on the size of files answers a write as a full disk does, once its signal is ignored.
    let script = "trap '' XFSZ; ulimit -f 16; exec \"$@\"";
    let mut command = std::process::Command::new("bash");
    command.args(["-c", script, "bash", env!("CARGO_BIN_EXE_tidings"), "-C"]).arg(publication.path("."));
    let ran = Ran::of(command.arg("build").env("TIDINGS_NOW", crate::support::NOW).output().expect("bash starts"));
    ran.expect(2, &["could not write"]);
    assert_eq!(publication.read("public/all.atom"), before);
    assert!(publication.files("public").iter().all(|path| !path.contains("tidings-new")), "nothing half-written is left");

    publication.build();
    assert!(publication.read("public/all.atom").contains("The port of Belize, 59"));
}

/// Kills the program at instants spread over its whole run; after each, every published file is whole, and the next run heals.
#[test]
fn killed_at_any_instant_every_file_is_whole() {
    let publication = Publication::with_items(40);
    publication.build();
    for round in 0..40u64 {
        publication.item(40, &format!("The port of Belize reopens, round {round}"));
        let mut child = publication.command(&["build", "-q"]).stderr(Stdio::null()).spawn().expect("starts");
        std::thread::sleep(Duration::from_micros(400 * round));
        let _ = child.kill();
        let _ = child.wait();
        for path in publication.files("public").iter().filter(|path| !path.contains("tidings-new")) {
            let text = publication.read(&format!("public/{path}"));
            let is_whole = match path.rsplit('.').next() {
                Some("json") => serde_json::from_str::<serde_json::Value>(&text).is_ok(),
                Some("html") => text.ends_with("</html>\n"),
                _ => roxmltree::Document::parse(&text).is_ok(),
            };
            assert!(is_whole, "round {round}: {path} is broken");
        }
    }
    publication.build();
    let files = publication.files("public");
    assert!(files.iter().all(|path| !path.contains("tidings-new")), "{files:?}");
    assert!(publication.read("public/all.rss").contains("round 39"));
}

/// The state that a kill between two renames leaves: some files new, some old, new ones beside their places.
#[test]
fn a_run_cut_off_between_renames_is_healed_by_the_next() {
    let publication = Publication::with_items(2);
    publication.build();
    let old = publication.read("public/all.rss");
    publication.item(2, "The port of Belize, mended");
    publication.build();
    let manifest = publication.read(".tidings/published.json");
    // Back to the middle of that run: one file not yet renamed, its hash among those of the journal.
    publication.write("public/.all.rss.tidings-new", publication.read("public/all.rss"));
    publication.write("public/all.rss", &old);
    let mut journal: serde_json::Value = serde_json::from_str(&manifest).expect("JSON");
    journal["under_way"] = true.into();
    let hash = blake3::hash(old.as_bytes()).to_hex().to_string();
    journal["documents"]["all.rss"].as_array_mut().expect("hashes").push(hash.into());
    publication.write(".tidings/published.json", journal.to_string());

    publication.build().expect(0, &["1 changed"]);
    assert!(publication.read("public/all.rss").contains("mended"));
    assert!(!publication.exists("public/.all.rss.tidings-new"));
    assert_eq!(publication.read(".tidings/published.json"), manifest);
}

#[test]
fn a_document_that_was_lost_is_put_back_and_that_is_the_end_of_it() {
    let publication = Publication::with_items(2);
    publication.build();
    let manifest = publication.read(".tidings/published.json");
    publication.remove("public/all.rss");
    publication.build().expect(0, &["1 new"]);
    assert_eq!(publication.read(".tidings/published.json"), manifest, "the run says that it ended");
}

#[test]
fn output_is_a_function_of_its_input() {
    let [one, two] = [Publication::with_items(5), Publication::with_items(5)];
    one.build();
    two.build();
    for path in one.files("public") {
        assert_eq!(one.read(&format!("public/{path}")), two.read(&format!("public/{path}")), "{path}");
    }
}

#[cfg(not(any(feature = "object-store", feature = "gcs", feature = "azure")))]
#[test]
fn an_object_store_needs_a_program_that_can_reach_it() {
    for (address, feature) in [("s3://news/feeds", "object-store"), ("gs://news/feeds", "gcs"), ("az://news/feeds", "azure")] {
        let publication = Publication::with_config(&format!("{}\n[output]\nurl = '{address}'\n", crate::support::CONFIG));
        let (without, with) = (format!("built without the feature `{feature}`"), format!("`cargo install --path . --features {feature}`"));
        publication.run(&["build"]).expect(1, &["feeds.toml:", &without, &with]);
        publication.run(&["serve", "--from", address]).expect(2, &[&without, &with]);
    }
}
