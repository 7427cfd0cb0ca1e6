//! A publication lived through at random, with crashes, and a reader that never forgets an id.
//!
//! Each series adds, edits, retitles, renames, deletes and restores records, moves the site and lets the program die at a random point of publishing. After
//! every step a strict reader fetches all feeds: it must never be shown one story twice, never miss one that stands, and never meet a file that does not
//! parse. `TIDINGS_SERIES` sets how many series run; a step that the guards refuse is taken back, as an editor would.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use crate::support::{CONFIG, Publication, Ran};

/// Small random numbers, the same in every run (a linear congruential generator, constants of Knuth's MMIX).
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % limit
    }
}

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
}

impl World {
    fn new(seed: usize) -> Self {
        let publication = Publication::with_config(CONFIG);
        let mut world = World {
            publication,
            dice: Dice(seed as u64 * 2_654_435_761 + 1),
            records: Vec::new(),
            deleted: Vec::new(),
            stories: 0,
            hour: 0,
            site: 0,
            reader: BTreeMap::new(),
            tally: Tally::default(),
        };
        (0..6).for_each(|_| world.add());
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
                self.publication.write("feeds.toml", CONFIG.replace("feeds.example.org", &site));
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
        self.hour += 1;
        let now = format!("2018-{:02}-{:02}T{:02}:00:00Z", 3 + self.hour / 24 / 28, 1 + self.hour / 24 % 28, self.hour % 24);
        let mut command = self.publication.command(&["build", "-q", "--now", &now]);
        if let Some(at) = crash {
            command.env("TIDINGS_CRASH", at.to_string());
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
            let text = fs::read_to_string(self.publication.path(&format!("public/{path}"))).unwrap_or_default();
            self.tally.losses += want.iter().filter(|story| !text.contains(*story)).count();
            let held = text.matches("{\"id\":").count()
                + text.matches("<item>").count()
                + text.matches("<entry ").count()
                + text.matches("<entry>").count();
            self.tally.losses += held.abs_diff(want.len());
        }
    }
}

/// A text in a JSON item.
fn said<'v>(item: &'v serde_json::Value, name: &str) -> &'v str {
    item[name].as_str().unwrap_or_default()
}

#[test]
fn nothing_comes_twice_and_nothing_is_lost_whatever_happens() {
    let series: usize = std::env::var("TIDINGS_SERIES").ok().and_then(|count| count.parse().ok()).unwrap_or(24);
    const STEPS: usize = 8;
    let next = std::sync::atomic::AtomicUsize::new(0);
    let live = || {
        let mut sum = Tally::default();
        loop {
            let seed = next.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            if seed >= series {
                return sum;
            }
            let mut world = World::new(seed);
            assert_eq!(world.build(None).code, 0);
            world.read();
            (0..STEPS).for_each(|_| world.step());
            let own = world.tally;
            assert_eq!((own.repeats, own.losses, own.broken), (0, 0, 0), "series {seed}: {own:?}");
            sum.steps += own.steps;
            sum.crashes += own.crashes;
            sum.refused += own.refused;
        }
    };
    let sums: Vec<Tally> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..2).map(|_| scope.spawn(live)).collect();
        threads.into_iter().map(|thread| thread.join().expect("a series failed")).collect()
    });
    let (steps, crashes, refused) =
        sums.iter().fold((0, 0, 0), |(steps, crashes, refused), sum| (steps + sum.steps, crashes + sum.crashes, refused + sum.refused));
    println!("{series} series: {steps} steps, {crashes} crashes, {refused} refusals; no repeat, no loss, no broken file");
    assert!(crashes > 0 && refused > 0);
}
