//! The first five minutes: `init`, `new`, `build`, help, completions, the manual.

use crate::support::{Publication, Ran, tidings};

fn run(args: &[&str]) -> Ran {
    Ran::of(tidings().args(args).output().expect("the program starts"))
}

#[test]
fn init_new_build() {
    let dir = tempfile::tempdir().expect("a temporary folder");
    let news = dir.path().join("news");
    let at = |args: &[&str]| Ran::of(tidings().arg("-C").arg(&news).args(args).output().expect("starts"));
    Ran::of(tidings().arg("init").arg(&news).output().expect("starts"))
        .expect(0, &["feeds.toml", "tidings build", "no `--base-url` was given"]);
    for file in ["feeds.toml", ".gitignore", "items"] {
        assert!(news.join(file).exists(), "{file}");
    }
    at(&["build"]).expect(0, &["1 item in", "feeds.toml:7:12: warning[placeholder-address]", "id-authority"]);

    let ran = at(&["new", "Three ports: \"reopened\" & ready"]);
    let path = ran.out.trim();
    assert!(path.ends_with("items/2018-03-01-three-ports-reopened-and-ready.md"), "{path}");
    assert!(news.join(path).exists());
    let again = at(&["new", "Three ports: \"reopened\" & ready"]);
    assert_ne!(again.out, ran.out, "a record that is there is never overwritten");
    assert!(again.err.contains("write its text below the second `+++` and run `tidings build`"), "{again:?}");
    at(&["build"]).expect(0, &["3 items in", "items/2018-03-01-three-ports-reopened-and-ready.md: warning[empty-item]"]);
    at(&["new", "--draft", &"long ".repeat(100)]).expect(0, &["-long-long", "-long.md"]);
    at(&["new", "--draft", "Half a story"]).expect(0, &["half-a-story.md", "take `draft = true` out"]);
    let ran = at(&["build"]);
    ran.expect(0, &["3 items ("]);
    assert!(!ran.err.contains("Half a story"), "nobody sees it yet: {ran:?}");
    let rss = std::fs::read_to_string(news.join("public/all.rss")).expect("published");
    assert!(rss.contains("Three ports: \"reopened\" &#x26; ready"), "{rss}");

    let ran = at(&["new", "--language", "ES", "Se reabren tres puertos"]);
    let record = std::fs::read_to_string(news.join(ran.out.trim())).expect("a record");
    assert!(record.contains("\nlanguage = \"es\"\n"), "{record}");
    at(&["new", "--language", "in Spanish", "Se reabren tres puertos"]).expect(2, &["--language"]);

    Ran::of(tidings().arg("init").arg(&news).output().expect("starts")).expect(2, &["there already"]);
}

#[test]
fn who_says_where_the_feeds_are_served_is_warned_of_nothing() {
    let dir = tempfile::tempdir().expect("a temporary folder");
    let folder = dir.path().to_str().expect("a path");
    let ran = run(&["init", folder, "--base-url", "https://feeds.example.net/"]);
    assert!(!ran.expect(0, &["tidings build"]).err.contains("--base-url"), "{ran:?}");
    let ran = run(&["-C", folder, "build"]);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{ran:?}");
}

#[test]
fn no_config_says_what_to_do() {
    let dir = tempfile::tempdir().expect("a temporary folder");
    Ran::of(tidings().arg("-C").arg(dir.path()).output().expect("starts")).expect(2, &["there is no config", "tidings init"]);
    run(&["-C", "/nonexistent", "build"]).expect(2, &["could not work in `/nonexistent`"]);
    run(&["biuld"]).expect(2, &["build"]);
    run(&["--now", "whenever", "build"]).expect(2, &["--now"]);
}

#[test]
fn without_a_command_it_builds() {
    let publication = Publication::with_items(1);
    publication.run(&[]).expect(0, &["1 item in"]);
    assert!(publication.exists("public/all.rss"));
}

#[test]
fn quiet_and_verbose_and_colour() {
    let publication = Publication::with_items(1);
    let ran = publication.run(&["build", "-q"]);
    assert_eq!((ran.code, ran.out.as_str(), ran.err.as_str()), (0, "", ""));
    publication.run(&["build", "-v"]).expect(0, &["unchanged all.rss"]);
    publication.write("items/bad.toml", "title = 1\ndate = 2018-01-01");
    assert!(publication.run(&["build", "--color", "always"]).err.contains("\u{1b}["));
    assert!(!publication.run(&["build", "--color", "never"]).err.contains("\u{1b}["));
    assert!(publication.run(&["build", "-q"]).err.contains("items/bad.toml"), "errors are said even then");
}

#[test]
fn json_reports_counts_times_and_paths() {
    let publication = Publication::with_items(2);
    let ran = publication.run(&["build", "--json"]);
    let report: serde_json::Value = serde_json::from_str(&ran.out).expect("JSON");
    assert_eq!(report["items"], 2);
    assert_eq!(report["files"]["new"], 16);
    assert_eq!(report["paths"]["new"][0], "all.atom");
    assert!(report["seconds"]["total"].as_f64().expect("seconds") > 0.0);
    publication.write("items/bad.toml", "title = 1\ndate = 2018-01-01");
    let ran = publication.run(&["build", "--json"]);
    let report: serde_json::Value = serde_json::from_str(&ran.out).expect("JSON");
    assert_eq!(report["published"], false);
    assert_eq!(report["findings"][0]["path"].as_str().map(|path| path.ends_with("items/bad.toml")), Some(true));
    assert_eq!(report["findings"][0]["line"], 1);
}

#[test]
fn help_completions_and_manual() {
    for command in ["init", "build", "new", "import", "channels", "explain", "completions", "man"] {
        run(&[command, "--help"]).expect(0, &["Usage:"]);
    }
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        run(&["completions", shell]).expect(0, &["tidings"]);
    }
    run(&["man"]).expect(0, &[".TH tidings 1"]);
    let dir = tempfile::tempdir().expect("a temporary folder");
    Ran::of(tidings().args(["man", "--into"]).arg(dir.path()).output().expect("starts")).expect(0, &[]);
    assert!(dir.path().join("tidings-build.1").exists());
}

#[test]
fn a_result_that_cannot_be_written_is_no_success() {
    let publication = Publication::with_items(1);
    for args in [&["build", "--json"][..], &["channels"], &["man"], &["check"], &["completions", "bash"]] {
        let full = std::fs::OpenOptions::new().write(true).open("/dev/full").expect("a full device");
        let output = publication.command(args).stdout(full).output().expect("runs");
        assert_eq!(output.status.code(), Some(2), "{args:?}");
    }
}

#[test]
fn config_errors_are_json_too_where_it_is_asked_for() {
    let publication = Publication::with_config("titel = 1");
    for command in ["build", "channels"] {
        let ran = publication.run(&[command, "--json"]);
        let report: serde_json::Value = serde_json::from_str(&ran.out).expect("JSON");
        assert_eq!((ran.code, report["published"].as_bool()), (1, Some(false)));
        assert_eq!(report["findings"][0]["path"], "feeds.toml");
    }
}

#[test]
fn options_that_make_no_config_are_named_and_no_file_that_is_not_there() {
    let publication = Publication::new();
    let ran = publication.run(&["init", "new", "--title", ""]);
    ran.expect(2, &["title", "mend `--title`, `--base-url`, `--language` or `--time-zone`"]);
    assert!(!ran.err.contains("feeds.toml") && !publication.exists("new"), "{}", ran.err);
}

#[test]
fn what_could_not_run_says_so_as_json_too() {
    let publication = Publication::new();
    publication.remove("feeds.toml");
    for args in [&["build", "--json"][..], &["diff", "--json"], &["channels", "--json"], &["doctor", "--all", "--json"]] {
        let ran = publication.run(args);
        assert_eq!(ran.code, 2, "{ran:?}");
        let report: serde_json::Value = serde_json::from_str(&ran.out).unwrap_or_else(|error| panic!("{args:?}: {error}: {ran:?}"));
        assert_eq!((&report["published"], &report["findings"][0]["code"]), (&false.into(), &"could-not-run".into()), "{report}");
        assert!(report["findings"][0]["help"].as_str().is_some_and(|help| help.contains("tidings init")), "{report}");
        assert!(ran.err.contains("there is no config"), "{}", ran.err);
    }
    assert_eq!(publication.run(&["build"]).out, "");
}

#[test]
fn a_file_that_is_not_there_has_a_way_out() {
    let publication = Publication::new();
    publication.run(&["check", "nosuch.xml"]).expect(2, &["nosuch.xml", "check the path"]);
    publication.run(&["stats", "nosuch.log"]).expect(2, &["nosuch.log", "check the path"]);
}

#[cfg(not(feature = "postgres"))]
#[test]
fn what_this_program_was_built_without_is_told() {
    for command in ["db", "work"] {
        run(&[command]).expect(2, &[&format!("error: `tidings {command}` is there only"), "`cargo install --path . --features postgres`"]);
    }
    run(&["buld"]).expect(2, &["unrecognized subcommand 'buld'", "'build'"]);
}

#[test]
fn records_that_no_source_reads_are_told_of() {
    let publication = Publication::with_items(1);
    publication.write("page.txt", "9 February, 2018\n\nThree ports reopen\n\nShips come again.\n");
    let said = "no source reads `drawer/2018`: add a `[[source]]`";
    for command in [&["new", "A story"][..], &["import", "listing", "page.txt"]] {
        let ran = |folder: &str| publication.run(&[command, &["--into", folder]].concat());
        ran("drawer/2018").expect(0, &[said]);
        for folder in ["items/2018", "./items", publication.path("items/new/folder").to_str().expect("a path")] {
            let ran = ran(folder);
            assert!(!ran.err.contains("no source reads"), "{folder}: {ran:?}");
        }
    }
    // Without a config nothing is known of sources.
    publication.remove("feeds.toml");
    let ran = publication.run(&["import", "listing", "page.txt", "--into", "elsewhere"]);
    assert!(!ran.err.contains("no source"), "{ran:?}");
}
