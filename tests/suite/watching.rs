//! `tidings build --watch`: what is saved is published, what is due too, and what is wrong is told and changes nothing.

#![cfg(unix)]

use std::io::Read;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use chrono::Utc;

use crate::support::{CONFIG, Publication};

const PATIENCE: Duration = Duration::from_secs(20);

pub struct Watching<'a> {
    publication: &'a Publication,
    child: Child,
}

impl<'a> Watching<'a> {
    pub fn start(publication: &'a Publication, more: &[&str]) -> Self {
        let mut command = publication.command(&[&["build", "--watch"], more].concat());
        command.env_remove("TIDINGS_NOW").stdout(Stdio::piped()).stderr(Stdio::piped());
        Watching { publication, child: command.spawn().expect("the program starts") }
    }

    #[track_caller]
    pub fn until(&self, path: &str, wanted: impl Fn(&str) -> bool) {
        let start = Instant::now();
        while !(self.publication.exists(path) && wanted(&self.publication.read(path))) {
            assert!(start.elapsed() < PATIENCE, "`{path}` never became as wanted");
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    fn signal(&self, name: &str) {
        let sent = Command::new("kill").args([&format!("-{name}"), &self.child.id().to_string()]).status();
        assert!(sent.expect("kill").success());
    }

    /// Asks it to end, and gives what it said.
    pub fn end(mut self) -> (Option<i32>, String, String) {
        self.signal("TERM");
        let (mut out, mut err) = (String::new(), String::new());
        self.child.stdout.take().expect("piped").read_to_string(&mut out).expect("text");
        self.child.stderr.take().expect("piped").read_to_string(&mut err).expect("text");
        (self.child.wait().expect("it ends").code(), out, err)
    }
}

impl Drop for Watching<'_> {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn what_is_saved_is_published() {
    let publication = Publication::with_items(3);
    let watching = Watching::start(&publication, &[]);
    watching.until("public/all.rss", |text| text.contains("part 3"));
    publication.item(4, "Saved just now");
    watching.until("public/all.rss", |text| text.contains("Saved just now"));
    publication.write("feeds.toml", CONFIG.replace("Harbour news", "Harbour tidings"));
    watching.until("public/all.rss", |text| text.contains("<title>Harbour tidings</title>"));
    // What is wrong is told and changes nothing; what is mended goes on.
    publication.write("items/item-5.md", "no record");
    publication.write("feeds.toml", "no config");
    std::thread::sleep(Duration::from_millis(500));
    assert!(publication.read("public/all.rss").contains("Saved just now"));
    publication.remove("items/item-5.md");
    publication.write("feeds.toml", CONFIG.replace("Harbour news", "Harbour again"));
    watching.until("public/all.rss", |text| text.contains("<title>Harbour again</title>"));
    let (code, out, err) = watching.end();
    assert_eq!(code, Some(0), "{err}");
    assert!(out.contains("3 items") && out.contains("4 items") && err.contains("feeds.toml"), "{out}\n{err}");
}

/// Where the system tells when a file is closed.
#[cfg(target_os = "linux")]
#[test]
fn half_of_an_export_is_not_published() {
    use std::io::Write;

    let publication = Publication::with_config(&format!("{CONFIG}\n[[source]]\npath = 'all.ndjson'\n"));
    let line = |n: u32| format!("{{\"id\": \"n{n}\", \"title\": \"Export {n}\", \"date\": \"2018-02-01\", \"body\": \"Text.\"}}\n");
    let lines = |range: std::ops::Range<u32>| range.map(line).collect::<String>();
    publication.write("all.ndjson", lines(0..40));
    let watching = Watching::start(&publication, &[]);
    watching.until("public/all.rss", |text| text.contains("Export 39"));
    let mut file = std::fs::File::create(publication.path("all.ndjson")).expect("opened");
    for part in [0..30, 30..39, 39..41] {
        file.write_all(lines(part).as_bytes()).expect("written");
        std::thread::sleep(Duration::from_millis(600));
        assert!(!publication.read("public/all.rss").contains("Export 40"));
    }
    drop(file);
    watching.until("public/all.rss", |text| text.contains("Export 40"));
    // Who never closes it is published all the same.
    let mut file = std::fs::OpenOptions::new().append(true).open(publication.path("all.ndjson")).expect("opened");
    file.write_all(line(41).as_bytes()).expect("written");
    watching.until("public/all.rss", |text| text.contains("Export 41"));
    drop(file);
    let (code, out, err) = watching.end();
    assert_eq!(code, Some(0), "{err}");
    let mut counts: Vec<&str> = out.lines().filter_map(|line| line.split_once(" items").map(|(count, _)| count)).collect();
    // A file that is closed at last is looked at once more.
    counts.dedup();
    assert_eq!(counts, ["40", "41", "42"], "{out}\n{err}");
}

/// Nor where something falls due meanwhile.
#[cfg(target_os = "linux")]
#[test]
fn half_of_an_export_is_not_published_when_something_is_due() {
    use std::io::Write;

    let sources = "[[source]]\npath = 'all.ndjson'\n[[source]]\npath = 'items'\n";
    let publication = Publication::with_config(&format!("{CONFIG}\n{sources}"));
    let line = |n: u32| format!("{{\"id\": \"n{n}\", \"title\": \"Export {n}\", \"date\": \"2018-02-01\", \"body\": \"Text.\"}}\n");
    publication.write("all.ndjson", (0..40).map(line).collect::<String>());
    let due = (Utc::now() + chrono::Duration::seconds(4)).format("%Y-%m-%dT%H:%M:%SZ");
    publication.write("items/later.md", format!("+++\ntitle = 'At its time'\ndate = 2018-02-01\npublish-at = {due}\n+++\n\nText.\n"));
    let watching = Watching::start(&publication, &[]);
    watching.until("public/all.rss", |text| text.contains("Export 39"));
    let mut file = std::fs::File::create(publication.path("all.ndjson")).expect("opened");
    for n in 0..41 {
        file.write_all(line(n).as_bytes()).expect("written");
        std::thread::sleep(Duration::from_millis(150));
    }
    drop(file);
    watching.until("public/all.rss", |text| text.contains("Export 40") && text.contains("At its time"));
    let (code, out, err) = watching.end();
    assert_eq!(code, Some(0), "{err}");
    let counts = out.lines().filter_map(|line| line.split_once(" items")?.0.parse::<u32>().ok());
    assert!(counts.min() >= Some(40), "{out}\n{err}");
}

#[test]
fn sources_that_the_config_names_anew_are_watched() {
    let publication = Publication::with_items(1);
    let watching = Watching::start(&publication, &["-q"]);
    watching.until("public/all.rss", |_| true);
    publication.write("more/a.md", "+++\ntitle = 'From elsewhere'\ndate = 2018-02-01\n+++\n\nText.\n");
    publication.write("feeds.toml", format!("{CONFIG}\n[[source]]\npath = 'items'\n[[source]]\npath = 'more'\n"));
    watching.until("public/all.rss", |text| text.contains("From elsewhere"));
    publication.write("more/b.md", "+++\ntitle = 'From there too'\ndate = 2018-02-02\n+++\n\nText.\n");
    watching.until("public/all.rss", |text| text.contains("From there too"));
    let (code, out, err) = watching.end();
    assert_eq!((code, out.as_str(), err.as_str()), (Some(0), "", ""));
}

#[test]
fn what_goes_and_comes_again_is_watched_again() {
    let publication = Publication::with_items(1);
    publication.write("templates/index.html", "one");
    publication.write("feeds.toml", format!("{CONFIG}\n[output]\ntemplates = 'templates'\n"));
    let watching = Watching::start(&publication, &[]);
    watching.until("public/index.html", |text| text.trim() == "one");
    publication.write("templates/index.html", "two");
    watching.until("public/index.html", |text| text.trim() == "two");
    // A config that is away for a moment ends nothing, nor does a source that is nowhere.
    let config = publication.read("feeds.toml");
    publication.remove("feeds.toml");
    std::thread::sleep(Duration::from_millis(300));
    publication.write("feeds.toml", format!("{config}\n[[source]]\npath = 'no/where'\n"));
    std::thread::sleep(Duration::from_millis(300));
    publication.write("feeds.toml", &config);
    std::fs::rename(publication.path("items"), publication.path("away")).expect("renamed");
    std::thread::sleep(Duration::from_millis(300));
    std::fs::rename(publication.path("away"), publication.path("items")).expect("renamed");
    std::thread::sleep(Duration::from_millis(300));
    publication.item(2, "Saved at last");
    watching.until("public/all.rss", |text| text.contains("Saved at last"));
    assert_eq!(watching.end().0, Some(0));
}

#[test]
fn what_is_due_is_published_when_it_is() {
    let publication = Publication::with_items(1);
    let due = Utc::now() + chrono::Duration::seconds(3);
    let record = format!("+++\ntitle = 'At its time'\ndate = {}\npublish-at = {0}\n+++\n\nText.\n", due.format("%Y-%m-%dT%H:%M:%SZ"));
    publication.write("items/later.md", record);
    let watching = Watching::start(&publication, &[]);
    watching.until("public/all.rss", |text| !text.contains("At its time"));
    watching.until("public/all.rss", |text| text.contains("At its time"));
    assert!(Utc::now() >= due - chrono::Duration::seconds(1));
    assert_eq!(watching.end().0, Some(0));
}

#[test]
fn what_is_due_comes_and_goes_where_nothing_was_sorted_before() {
    let publication = Publication::with_items(2);
    let at = |seconds| (Utc::now() + chrono::Duration::seconds(seconds)).format("%Y-%m-%dT%H:%M:%SZ");
    let record = |title: &str, when: String| format!("+++\ntitle = '{title}'\ndate = 2018-02-01\n{when}\n+++\n\nText.\n");
    publication.write("items/comes.md", record("Comes in time", format!("publish-at = {}", at(5))));
    publication.write("items/goes.md", record("Goes in time", format!("expires = {}", at(6))));
    let watching = Watching::start(&publication, &["-v"]);
    watching.until("public/all.rss", |text| text.contains("Goes in time"));
    for title in ["The port of Belize, saved once", "The port of Belize, saved twice"] {
        publication.item(1, title);
        watching.until("public/all.rss", |text| text.contains(title));
    }
    watching.until("public/all.rss", |text| text.contains("Comes in time"));
    watching.until("public/all.rss", |text| !text.contains("Goes in time"));
    let (code, out, err) = watching.end();
    assert_eq!(code, Some(0), "{err}");
    assert!(out.contains("sorted    nothing"), "{out}");
}

#[test]
fn what_was_accepted_once_is_not_accepted_for_ever() {
    let publication = Publication::with_items(4);
    let watching = Watching::start(&publication, &["--accept", "shrink"]);
    watching.until("public/all.rss", |text| text.contains("part 4"));
    (2..=4).for_each(|n| publication.remove(&format!("items/item-{n}.md")));
    std::thread::sleep(Duration::from_millis(700));
    assert!(publication.read("public/all.rss").contains("part 4"));
    let (_, _, err) = watching.end();
    assert!(err.contains("--accept shrink"), "{err}");
}

#[test]
fn what_comes_with_a_new_folder_is_neither_lost_nor_told_twice() {
    let publication = Publication::with_items(4);
    let watching = Watching::start(&publication, &["-q"]);
    watching.until("public/all.rss", |text| text.contains("part 4"));
    let items = publication.read("public/all.rss").matches("<item>").count();
    // Its id comes from its path: a whole build refuses it, since it would come twice.
    std::fs::create_dir(publication.path("items/new")).expect("a folder");
    std::fs::rename(publication.path("items/item-4.md"), publication.path("items/new/item-4.md")).expect("moved");
    std::thread::sleep(Duration::from_millis(700));
    assert_eq!(publication.read("public/all.rss").matches("<item>").count(), items);
    std::fs::rename(publication.path("items/new/item-4.md"), publication.path("items/item-4.md")).expect("moved back");
    publication.remove("items/item-2.md");
    std::fs::create_dir(publication.path("items/newer")).expect("a folder");
    watching.until("public/all.rss", |text| !text.contains("part 2") && text.contains("part 4"));
    assert_eq!(watching.end().0, Some(0));
}

#[test]
fn what_goes_from_a_source_behind_a_link_is_gone() {
    let publication = Publication::with_items(3);
    std::fs::rename(publication.path("items"), publication.path("data")).expect("renamed");
    std::os::unix::fs::symlink("data", publication.path("items")).expect("a link");
    let watching = Watching::start(&publication, &["-q"]);
    watching.until("public/all.rss", |text| text.contains("part 3"));
    publication.remove("data/item-2.md");
    watching.until("public/all.rss", |text| !text.contains("part 2"));
    publication.write("data/item-1.md", publication.read("data/item-1.md").replace("part 1", "part one"));
    watching.until("public/all.rss", |text| text.contains("part one"));
    assert_eq!(watching.end().0, Some(0));
}
