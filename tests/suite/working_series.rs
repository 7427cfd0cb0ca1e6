//! Workers lived through at random: whatever is edited, and wherever one of them dies, the documents are those of a build into a folder.
//!
//! Each series writes, changes, hides, deletes and restores records in two languages, alone and as versions of one story, and lets time pass. After every step the
//! documents of the workers are compared with those of a build, byte for byte. `TIDINGS_SERIES` sets how many series run of each kind.

use std::collections::BTreeMap;

use chrono::{DateTime, Duration, Utc};

use crate::support::{CONFIG, Dice, NOW, Ran, series};
use crate::working::{OUTPUT, Twins};

/// A record as the editor has it.
#[derive(Clone)]
struct Record {
    number: usize,
    take: usize,
    hours: i64,
    is_spanish: bool,
    country: usize,
    story: Option<usize>,
    /// What keeps it out, if anything does.
    more: String,
}

const COUNTRIES: [&str; 3] = ["Belize", "Mexico", "Costa Rica"];

impl Record {
    fn file(&self) -> String {
        format!("items/item-{}.md", self.number)
    }

    fn text(&self) -> String {
        let Record { number, take, hours, is_spanish, country, story, more } = self;
        let date = (now() - Duration::hours(*hours)).format("%FT%TZ");
        let (language, what) = if *is_spanish { ("es", "El puerto de") } else { ("en", "The port of") };
        let story = story.map(|story| format!("story = 's{story}'\n")).unwrap_or_default();
        let title = format!("{what} {}, part {number}, take {}", COUNTRIES[*country], take / 2);
        format!("+++\ntitle = '{title}'\ndate = {date}\nlanguage = '{language}'\n{story}{more}\n+++\n\nText {number} in version {take}.\n")
    }
}

fn now() -> DateTime<Utc> {
    NOW.parse().expect("a time")
}

struct Life {
    twins: Twins,
    dice: Dice,
    here: BTreeMap<usize, Record>,
    deleted: Vec<Record>,
    written: usize,
    hours: i64,
    crashes: usize,
}

impl Life {
    fn new(seed: usize, config: &str) -> Option<Self> {
        let dice = Dice(seed as u64 * 2_654_435_761 + 7);
        let twins = Twins::new(config)?;
        let mut life = Life { twins, dice, here: BTreeMap::new(), deleted: Vec::new(), written: 0, hours: 0, crashes: 0 };
        (0..24).for_each(|_| life.add());
        Some(life)
    }

    fn put(&mut self, record: Record) {
        self.twins.write(&record.file(), &record.text());
        self.here.insert(record.number, record);
    }

    fn add(&mut self) {
        let number = self.written;
        self.written += 1;
        let is_spanish = self.dice.below(2) == 0;
        // Every third is a version of a story that may be there in the other language.
        let story = (self.dice.below(3) == 0).then(|| self.dice.below(8));
        let is_taken = |record: &Record| record.story == story && record.is_spanish == is_spanish;
        let story = story.filter(|_| !self.here.values().chain(&self.deleted).any(is_taken));
        let hours = self.dice.below(900) as i64 - self.hours;
        let country = self.dice.below(COUNTRIES.len());
        self.put(Record { number, take: 0, hours, is_spanish, country, story, more: String::new() });
    }

    /// Something that is done to a record.
    fn change(&mut self, change: impl FnOnce(&mut Record, &mut Dice)) {
        let at = self.dice.below(self.here.len());
        let mut record = self.here.values().nth(at).expect("a record").clone();
        change(&mut record, &mut self.dice);
        self.put(record);
    }

    fn act(&mut self) {
        let hours = self.hours;
        match self.dice.below(12) {
            0..=2 => self.add(),
            3 | 4 => self.change(|record, _| record.take += 1),
            5 => self.change(|record, dice| record.country = dice.below(COUNTRIES.len())),
            6 => self.change(|record, dice| record.hours += dice.below(200) as i64),
            7 => self.change(|record, dice| {
                let later = (now() + Duration::hours(hours + 1 + dice.below(60) as i64)).format("%FT%TZ");
                let ways = ["draft = true", "withdrawn = true", &format!("expires = {later}"), &format!("publish-at = {later}"), ""];
                record.more = ways[dice.below(ways.len())].to_owned();
            }),
            8 | 9 if self.here.len() > 8 => {
                let at = self.dice.below(self.here.len());
                let number = *self.here.keys().nth(at).expect("a record");
                let record = self.here.remove(&number).expect("a record");
                self.twins.remove(&record.file());
                self.deleted.push(record);
            }
            10 if !self.deleted.is_empty() => {
                let at = self.dice.below(self.deleted.len());
                let record = self.deleted.swap_remove(at);
                self.put(record);
            }
            _ => {}
        }
    }

    /// Some edits, some time, and both ways of publishing; a worker may die on its way.
    fn step(&mut self) {
        (0..=self.dice.below(3)).for_each(|_| self.act());
        self.hours += 1 + self.dice.below(40) as i64;
        let now = (now() + Duration::hours(self.hours)).to_rfc3339();
        let args = ["--accept", "shrink,repeats", "--now", &now];
        let ran = self.twins.worked.run(&[&["db", "load"], &args[..]].concat());
        assert_eq!(ran.code, 0, "{ran:?}");
        let batch = (1 + self.dice.below(5)).to_string();
        let work = ["work", "--once", "--batch", &batch, "--now", &now];
        if self.dice.below(3) == 0 {
            let at = (1 + self.dice.below(16)).to_string();
            let ran = Ran::of(self.twins.worked.command(&work).env("TIDINGS_CRASH", at).output().expect("it runs"));
            self.crashes += usize::from(ran.code == -1);
            // Its leases would last for a minute.
            self.twins.database.client().execute("update tidings.families set until = null", &[]).expect("done");
        }
        let ran = self.twins.worked.run(&work);
        assert_eq!(ran.code, 0, "{ran:?}");
        let ran = self.twins.built.run(&[&["build"], &args[..]].concat());
        assert_eq!(ran.code, 0, "{ran:?}");
        self.twins.are_alike(&now);
    }
}

/// Lives through so many series of the same kind: `channels` stands in `[channels]`, and `more` below it.
fn live_through(channels: &str, more: &str) {
    const STEPS: usize = 8;
    let config = format!("{CONFIG}{OUTPUT}{more}").replace("per-language = false", channels);
    let mut crashes = 0;
    for seed in 0..series(2) {
        let Some(mut life) = Life::new(seed, &config) else { return };
        (0..STEPS).for_each(|_| life.step());
        crashes += life.crashes;
    }
    println!("{crashes} workers died");
    assert!(crashes > 0 || !cfg!(debug_assertions), "no worker died: this test shows nothing of it");
}

#[test]
fn with_languages_apart() {
    live_through("per-language = true", "");
}

#[test]
fn with_crossings() {
    live_through("per-language = false\nmatrix = true", "[limits]\nitems = 100\n");
}

#[test]
fn with_limits_in_days() {
    let limits = "[limits]\nitems = 100\ndays = 12\n[[channel]]\npath = 'lately'\ntitle = 'Lately'\nquery = 'within:3d'\n";
    live_through("per-language = false", limits);
}

#[test]
fn with_small_windows() {
    live_through("per-language = true", "[limits]\nitems = 5\nfloor-days = 2\n");
}
