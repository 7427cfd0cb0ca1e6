//! A publication lived through at random, with crashes, and a reader that never forgets an id.
//!
//! Each series adds, edits, retitles, renames, deletes and restores records, moves the site and lets the program die at a random point of publishing. After
//! every step a strict reader fetches all feeds: it must never be shown one story twice, never miss one that stands, and never meet a file that does not
//! parse. `TIDINGS_SERIES` sets how many series run; a step that the guards refuse is taken back, as an editor would.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use crate::support::{CONFIG, Dice, Publication, Ran, series};

/// A record as the editor has it. The story is what it is about: it stays, whatever happens to file, title and text.
#[derive(Clone)]
struct Record {
    file: String,
    id: Option<String>,
    story: usize,
    version: usize,
}

struct World {
    publication: Publication,
    /// The config before any move of the site.
    config: String,
    /// The closed pages of archives as they were after the last step, and where the site was then.
    closed: (usize, BTreeMap<String, String>),
    dice: Dice,
    records: Vec<Record>,
    deleted: Vec<Record>,
    stories: usize,
    hour: usize,
    site: usize,
    /// Which story each id that the reader ever saw is.
    reader: BTreeMap<String, usize>,
    tally: Tally,
}

#[derive(Clone, Copy, Debug, Default)]
struct Tally {
    steps: usize,
    crashes: usize,
    refused: usize,
    repeats: usize,
    losses: usize,
    broken: usize,
    rollbacks: usize,
    /// Closed pages of archives that were compared.
    closed: usize,
}

impl World {
    /// Every second world has small feeds, and archives for what they do not hold.
    fn new(seed: usize, home: &str) -> Self {
        let (limits, items) = match seed % 2 {
            0 => ("", 6),
            _ => ("[limits]\nitems = 4\n[output]\narchives = true\narchive-size = 5\n", 20),
        };
        let config = format!("{CONFIG}{limits}{home}");
        let publication = Publication::with_config(&config);
        let mut world = World {
            publication,
            config,
            closed: Default::default(),
            dice: Dice(seed as u64 * 2_654_435_761 + 1),
            records: Vec::new(),
            deleted: Vec::new(),
            stories: 0,
            hour: 0,
            site: 0,
            reader: BTreeMap::new(),
            tally: Tally::default(),
        };
        (0..items).for_each(|_| world.add());
        world
    }

    fn add(&mut self) {
        let record = Record { file: format!("r{}", self.stories), id: None, story: self.stories, version: 0 };
        self.stories += 1;
        self.write(&record);
        self.records.push(record);
    }

    fn write(&self, record: &Record) {
        let id = record.id.as_ref().map(|id| format!("id = '{id}'\n")).unwrap_or_default();
        let day = 1 + record.story % 27;
        let text = format!(
            "+++\n{id}title = 'Port of Belize, story {}, take {}'\ndate = 2018-01-{day:02}\n+++\n\nStory {} in version {}.\n",
            record.story,
            record.version / 2,
            record.story,
            record.version
        );
        self.publication.write(&format!("items/{}.md", record.file), text);
    }

    fn delete_file(&self, record: &Record) {
        self.publication.remove(&format!("items/{}.md", record.file));
    }

    /// One thing that an editor does. Gives what is to be taken back if it is refused.
    fn act(&mut self) {
        let at = self.dice.below(self.records.len());
        match self.dice.below(8) {
            0 | 1 => self.add(),
            2 | 3 => {
                self.records[at].version += 1;
                self.write(&self.records[at]);
            }
            4 if self.records.len() > 4 => {
                let record = self.records.remove(at);
                self.delete_file(&record);
                self.deleted.push(record);
            }
            5 if !self.deleted.is_empty() => {
                let from = self.dice.below(self.deleted.len());
                let record = self.deleted.remove(from);
                self.write(&record);
                self.records.push(record);
            }
            6 => self.rename(at),
            _ => {
                self.site += 1;
                let site = format!("feeds{}.example.org", self.site);
                self.publication.write("feeds.toml", self.config.replace("feeds.example.org", &site));
            }
        }
    }

    /// A renamed file gets another id, which the guard must see; the editor then writes the old id into the record.
    fn rename(&mut self, at: usize) {
        let old = self.records[at].clone();
        self.delete_file(&old);
        self.records[at].file = format!("{}x", old.file);
        self.write(&self.records[at]);
        if old.id.is_none() {
            let published = self.reader.values().any(|story| *story == old.story);
            if published {
                let ran = self.build(None);
                assert!(ran.code == 1 && ran.err.contains("would-repeat"), "a rename passed the guard: {ran:?}");
                self.tally.refused += 1;
            }
            self.records[at].id = Some(old.file);
            self.write(&self.records[at]);
        }
    }

    fn build(&mut self, crash: Option<usize>) -> Ran {
        self.run(&["build", "-q", "--accept", "rollback"], crash)
    }

    fn run(&mut self, args: &[&str], crash: Option<usize>) -> Ran {
        self.hour += 1;
        let now = format!("2018-{:02}-{:02}T{:02}:00:00Z", 3 + self.hour / 24 / 28, 1 + self.hour / 24 % 28, self.hour % 24);
        let mut command = self.publication.command(&[args, &["--now", &now]].concat());
        if let Some(at) = crash {
            command.env("TIDINGS_CRASH", at.to_string());
        }
        // Every other run holds few items at a time, so that documents wait on the disk.
        if self.hour.is_multiple_of(2) {
            command.env("TIDINGS_WAVE", "3");
        }
        Ran::of(command.output().expect("the program starts"))
    }

    fn step(&mut self) {
        self.tally.steps += 1;
        self.act();
        if self.dice.below(3) == 0 {
            let at = 1 + self.dice.below(14);
            if self.build(Some(at)).code == -1 {
                self.tally.crashes += 1;
                self.read();
            }
        }
        let ran = self.build(None);
        assert_eq!(ran.code, 0, "{ran:?}");
        self.read();
        self.count_losses();
        self.watch_closed_pages();
        if self.dice.below(6) == 0 {
            self.roll_back();
        }
    }

    /// Takes the last publish back, perhaps dying in the middle of it, and publishes again. What stands in between is old, but whole.
    fn roll_back(&mut self) {
        let crash = (self.dice.below(2) == 0).then(|| 1 + self.dice.below(14));
        match self.run(&["rollback", "-q"], crash).code {
            0 => self.tally.rollbacks += 1,
            -1 => self.tally.crashes += 1,
            code => assert_eq!(code, 2, "there may be no former set yet"),
        }
        self.read();
        let ran = self.build(None);
        assert_eq!(ran.code, 0, "{ran:?}");
        self.read();
        self.count_losses();
        self.closed.1.clear();
    }

    /// The strict reader: every file must parse, and a story under a second id is a repeat.
    fn read(&mut self) {
        for path in self.publication.files("public").iter().filter(|path| !path.contains("tidings-new")) {
            let text = self.publication.read(&format!("public/{path}"));
            if path.ends_with(".json") {
                match serde_json::from_str::<serde_json::Value>(&text) {
                    Ok(feed) => {
                        feed["items"].as_array().into_iter().flatten().for_each(|item| self.meet(said(item, "id"), said(item, "title")))
                    }
                    Err(_) => self.tally.broken += 1,
                }
                continue;
            }
            if path.ends_with(".html") {
                self.tally.broken += usize::from(!text.ends_with("</html>\n"));
                continue;
            }
            let Ok(document) = roxmltree::Document::parse(&text) else {
                self.tally.broken += 1;
                continue;
            };
            for item in document.descendants().filter(|node| matches!(node.tag_name().name(), "item" | "entry")) {
                let child = |names: [&str; 2]| {
                    item.children()
                        .find(|child| names.contains(&child.tag_name().name()))
                        .and_then(|child| child.text())
                        .unwrap_or_default()
                };
                self.meet(child(["guid", "id"]), child(["title", "title"]));
            }
        }
    }

    /// A reader is shown an item.
    fn meet(&mut self, id: &str, title: &str) {
        let story: usize = title.split("story ").nth(1).and_then(|rest| rest.split(',').next()?.parse().ok()).expect("a story");
        let other = self.reader.iter().any(|(known, of)| *of == story && known != id);
        self.tally.repeats += usize::from(other);
        self.reader.insert(id.to_owned(), story);
    }

    /// Every record must stand in the feeds, in its newest version, and nothing else.
    fn count_losses(&mut self) {
        let want: BTreeSet<String> =
            self.records.iter().map(|record| format!("Story {} in version {}.", record.story, record.version)).collect();
        for path in ["all.rss", "all.atom", "all.json", "country/belize.atom", "topic/ports.rss"] {
            let text = self.chain(path).concat();
            self.tally.losses += want.iter().filter(|story| !text.contains(*story)).count();
            let held = text.matches("{\"id\":").count()
                + text.matches("<item>").count()
                + text.matches("<entry ").count()
                + text.matches("<entry>").count();
            self.tally.losses += held.abs_diff(want.len());
        }
    }

    /// The document and, by the links to older items, those behind it.
    fn chain(&self, path: &str) -> Vec<String> {
        let mut documents = Vec::new();
        let mut next = Some(path.to_owned());
        while let Some(path) = next {
            let text = fs::read_to_string(self.publication.path(&format!("public/{path}"))).unwrap_or_default();
            next = older(&text).map(|url| url.split_once(".example.org/").expect("an address of the site").1.to_owned());
            documents.push(text);
            assert!(documents.len() < 100, "the chain of `{path}` does not end");
        }
        documents
    }

    /// A closed page that holds the same items is the same to the byte, unless the site moved.
    fn watch_closed_pages(&mut self) {
        let pages = self.publication.files("public").into_iter().filter(|path| path.starts_with("archive/") && path.ends_with(".atom"));
        let pages = pages.map(|path| (path.clone(), self.publication.read(&format!("public/{path}"))));
        let closed: BTreeMap<String, String> = pages.filter(|(_, text)| text.contains("rel=\"next-archive\"")).collect();
        let entries = |text: &str| text[text.find("<entry").unwrap_or(text.len())..].to_owned();
        for (path, text) in self.closed.1.iter().filter(|_| self.closed.0 == self.site) {
            let now = closed.get(path).unwrap_or_else(|| panic!("the closed page `{path}` is gone, or open again"));
            assert!(now == text || entries(now) != entries(text), "`{path}` changed, and no item in it did");
        }
        self.tally.closed += closed.len();
        self.closed = (self.site, closed);
    }
}

/// Where older items of a feed are.
fn older(text: &str) -> Option<String> {
    if let Ok(feed) = serde_json::from_str::<serde_json::Value>(text) {
        return feed["next_url"].as_str().map(str::to_owned);
    }
    let document = roxmltree::Document::parse(text).ok()?;
    let link = document.descendants().find(|node| node.attribute("rel") == Some("prev-archive"))?;
    link.attribute("href").map(str::to_owned)
}

/// A text in a JSON item.
fn said<'v>(item: &'v serde_json::Value, name: &str) -> &'v str {
    item[name].as_str().unwrap_or_default()
}

#[test]
fn nothing_comes_twice_and_nothing_is_lost_whatever_happens() {
    live_through(series(24), &|_| String::new());
}

#[cfg(feature = "postgres")]
#[test]
fn the_same_holds_where_the_ledger_is_in_postgresql() {
    let Some(database) = crate::postgres::Database::new() else { return };
    live_through(series(12), &|seed| {
        let home = format!("[database]\nurl = '{}'\nschema = 'world_{seed}'\n", database.url);
        let publication = Publication::with_config(&format!("{CONFIG}{home}"));
        assert_eq!(publication.run(&["db", "init"]).code, 0);
        home
    });
}

/// Lives through so many series; `home` says in the config of each where its ledger is.
fn live_through(series: usize, home: &(dyn Fn(usize) -> String + Sync)) {
    const STEPS: usize = 8;
    let next = std::sync::atomic::AtomicUsize::new(0);
    let live = || {
        let mut sum = Tally::default();
        loop {
            let seed = next.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            if seed >= series {
                return sum;
            }
            let mut world = World::new(seed, &home(seed));
            let ran = world.build(None);
            assert_eq!(ran.code, 0, "{ran:?}");
            world.read();
            (0..STEPS).for_each(|_| world.step());
            let own = world.tally;
            assert_eq!((own.repeats, own.losses, own.broken), (0, 0, 0), "series {seed}: {own:?}");
            sum.steps += own.steps;
            sum.crashes += own.crashes;
            sum.refused += own.refused;
            sum.closed += own.closed;
            sum.rollbacks += own.rollbacks;
        }
    };
    let sums: Vec<Tally> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..2).map(|_| scope.spawn(live)).collect();
        threads.into_iter().map(|thread| thread.join().expect("a series failed")).collect()
    });
    let total = |of: fn(&Tally) -> usize| sums.iter().map(of).sum::<usize>();
    let (steps, crashes, refused) = (total(|sum| sum.steps), total(|sum| sum.crashes), total(|sum| sum.refused));
    let (closed, rollbacks) = (total(|sum| sum.closed), total(|sum| sum.rollbacks));
    println!(
        "{series} series: {steps} steps, {crashes} crashes, {refused} refusals, {rollbacks} rollbacks, {closed} closed pages compared; no repeat, no loss, no broken file"
    );
    assert!(crashes > 0 && refused > 0 && closed > 0 && rollbacks > 0);
}
