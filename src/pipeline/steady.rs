//! What a run made of all of its items, for a later one of the same process whose items are the same but for a few, and those where they were: then
//! nothing need be sorted, and of the others nothing need even be looked at.
//!
//! It is all or nothing. Where more than a few items came, went or moved, where one of these is a version of a story, where channels come or go with them
//! or there is a matrix, where the time has come at which anything changes by itself, a run sorts everything.

mod renew;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Instant;

use chrono::{DateTime, Utc};
use rayon::prelude::*;

use super::prepare::{Former, Ready, mark};
use super::recalled::{Apart, Recalled, dated_ahead, taken_out};
use super::{Built, Past, Sifted, empty, foreign, next, pages};
use crate::channel::{Catalogue, Sketch, Sorted};
use crate::classify::Placement;
use crate::config::Config;
use crate::diag::codes;
use crate::item::{Edit, Hidden, Item, Loaded, Stories};
use crate::ledger::Ref;

/// What is known of all items together.
#[derive(Debug, Default)]
pub(super) struct Ground {
    /// As it is sorted.
    pub catalogue: Catalogue,
    /// The [`mark`] of each item; empty where nothing is kept of the documents.
    pub marks: Vec<u64>,
    /// The items that get a page of their own, by position.
    pub own: Vec<u32>,
    /// When anything of it changes by itself, where that is known.
    pub until: Option<DateTime<Utc>>,
}

impl Ground {
    /// Sorts the items. `records` are the marks of their records, which stay there only where another run is to go on from them.
    pub fn of(config: &Config, sorted: Sorted<'_>, records: &mut Vec<u64>, past: Past<'_>) -> Self {
        let catalogue = super::channels(config, sorted, &past);
        let stories = Stories::told(sorted.items, catalogue.told.clone());
        let mut marks = if past.goes_on { records.clone() } else { std::mem::take(records) };
        if past.clean.is_none() {
            marks = Vec::new();
        }
        let complete = |(at, (own, item)): (usize, (&mut u64, &Arc<Item>))| *own = mark(*own, at as u32, item, &stories);
        marks.par_iter_mut().zip(sorted.items).enumerate().for_each(complete);
        Ground { catalogue, marks, own: pages::own(config, sorted.items), until: None }
    }
}

/// What [`Built`] does not tell and [`Steady`] is made of.
#[derive(Debug)]
pub struct Rest {
    pub(super) sketch: Sketch,
    pub(super) marks: Vec<u64>,
    pub(super) own: Vec<u32>,
    /// The marks of the records.
    pub(super) records: Vec<u64>,
    pub(super) refs: Vec<Ref>,
    pub(super) hidden_at: Vec<u32>,
    pub(super) ready: Ready,
}

/// What a run made of all of its items.
#[derive(Debug, Default)]
pub struct Steady {
    items: Vec<Arc<Item>>,
    placements: Vec<Placement>,
    hidden: Vec<(Arc<str>, Hidden)>,
    hidden_at: Vec<u32>,
    refs: Vec<Ref>,
    records: Vec<u64>,
    ground: Ground,
    sketch: Sketch,
    former: Former,
    /// The paths that are published, as far as it matters which.
    known: BTreeSet<String>,
    /// The time of the run, and the one until which it holds.
    holds: (DateTime<Utc>, DateTime<Utc>),
}

impl Built {
    /// Until when nothing of it changes by itself.
    pub fn until(&self, config: &Config, now: DateTime<Utc>) -> DateTime<Utc> {
        *self.until.get_or_init(|| next::next_change(config, self, now))
    }

    /// What another run can use once this one is published; `known` are the paths that were published before it, and those that are now. `None` where
    /// something was found that is to be found again.
    pub fn into_steady(mut self, config: &Config, known: (&BTreeSet<String>, BTreeSet<String>), now: DateTime<Utc>) -> Option<Steady> {
        let until = self.until(config, now);
        // What is said of the text of an item is said whenever it is made ready, and what is said of the channels whenever these are.
        if !self.held.is_empty() || self.findings.iter().any(|finding| finding.code == &codes::FUTURE_UPDATE) {
            return None;
        }
        let Rest { sketch, marks, own, records, refs, hidden_at, ready, .. } = self.rest.take()?;
        let ground = Ground { catalogue: self.catalogue, marks, own, until: Some(until) };
        Some(Steady {
            items: self.items,
            placements: self.placements,
            hidden: self.hidden,
            hidden_at,
            refs,
            records,
            sketch,
            former: ready.into_former(&ground.marks),
            ground,
            // With what was published of them the same channels come out, but for crossings: one that is published has another rank.
            known: if config.channels.matrix.is_some() { known.0.clone() } else { known.1 },
            holds: (now, until),
        })
    }
}

/// Of so many items it is looked at one by one what became of them.
const LOOKED_AT: u32 = 1024;

impl Steady {
    /// Whether these are so few that it may do.
    pub fn is_for(edits: &[Edit]) -> bool {
        edits.iter().map(|edit| edit.out.max(edit.put)).sum::<u32>() <= LOOKED_AT
    }

    /// Does something to what was read while it is shared with nobody.
    pub fn apart_from(&mut self, loaded: &mut Loaded<Sifted>, change: impl FnOnce(&mut Loaded<Sifted>)) {
        let mut hidden = self.hidden_at.iter().peekable();
        let is_seen = |at: &u32| hidden.next_if_eq(&at).is_none();
        let seen: Vec<u32> = (0..loaded.items.len() as u32).filter(is_seen).collect();
        let own = |(mut item, at): (Arc<Item>, &u32)| {
            if Arc::ptr_eq(&item, &loaded.items[*at as usize]) {
                return None;
            }
            Arc::get_mut(&mut item).into_iter().for_each(|item| item.put_text(None));
            Some(item)
        };
        let own: Vec<Option<Arc<Item>>> = std::mem::take(&mut self.items).into_par_iter().zip(&seen).map(own).collect();
        change(loaded);
        let back = |(own, at): (Option<Arc<Item>>, &u32)| own.unwrap_or_else(|| loaded.items[*at as usize].clone());
        self.items = own.into_par_iter().zip(&seen).map(back).collect();
    }

    /// As [`super::recall`], where `edits` have made `loaded` of what was read before. The memory is the one that the run before left. Where this does,
    /// nothing is left of it.
    ///
    /// # Errors
    /// What was made ready, for the run that does more, where this does not do.
    pub fn recall(
        &mut self,
        config: &Config,
        (loaded, edits): (&Loaded<Sifted>, &[Edit]),
        past: Past<'_>,
        now: DateTime<Utc>,
    ) -> Result<Recalled, Former> {
        let former = std::mem::take(&mut self.former);
        match self.again(config, (loaded, edits), past, now) {
            Some(recalled) => Ok(recalled.with(former)),
            None => Err(former),
        }
    }

    fn again(
        &mut self,
        config: &Config,
        (loaded, edits): (&Loaded<Sifted>, &[Edit]),
        past: Past<'_>,
        now: DateTime<Utc>,
    ) -> Option<Recalled> {
        let clock = Instant::now();
        let is_due = now < self.holds.0 || now >= self.holds.1;
        if is_due || !Steady::is_for(edits) || !loaded.findings.is_empty() || *past.known != self.known || past.clean.is_none() {
            return None;
        }
        let recall = renew::renew(self, (loaded, edits), renew::Round { config, past, now })?;
        let Steady { items, placements, hidden, hidden_at, records, ground, .. } = std::mem::take(self);
        let apart: Vec<Apart> =
            hidden_at.iter().zip(&hidden).map(|(at, (_, why))| Apart { at: *at as usize, hidden: Some(*why) }).collect();
        Some(Recalled {
            dated_ahead: dated_ahead(config, &loaded.items, &apart, past, now),
            taken_out: taken_out(&loaded.items, &apart, past.memory),
            findings: empty::told(&items).into_iter().chain(foreign::told(config, &items)).collect(),
            items,
            placements,
            marks: records,
            files: loaded.files.clone(),
            hidden,
            hidden_at,
            held: Vec::new(),
            recall,
            ground: Some(ground),
            former: Former::default(),
            took: clock.elapsed(),
        })
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::super::{Settled, Texts, read, recall};
    use super::*;
    use crate::cache::records::Records;
    use crate::item::Files;
    use crate::ledger::Memory;
    use crate::progress::Progress;

    const CONFIG: &str = r#"
[publication]
title = "News"
base-url = "https://example.org/feeds/"
languages = ["en", "es"]
time-zone = "UTC"
id-authority = "example.org,2018"

[countries]
allow = ["BZ", "MX"]

[[channel]]
path = "by-ann"
title = "By Ann"
query = "author:Ann"
"#;

    /// Five records and a story in two languages, and what a first run made of them.
    struct World {
        folder: tempfile::TempDir,
        config: Config,
        records: Records,
        memory: Memory,
        steady: Steady,
    }

    fn now() -> DateTime<Utc> {
        "2018-03-01T12:00:00Z".parse().expect("a time")
    }

    fn write(folder: &Path, n: usize, fields: &str, text: &str) {
        let date = if fields.starts_with("date") { String::new() } else { format!("date = 2018-02-0{n}T08:00:00Z\n") };
        let record = format!("+++\ntitle = 'News of Belize, {n}'\n{date}{fields}\n+++\n\n{text}\n");
        fs::write(folder.join(format!("items/{n}.md")), record).expect("written");
    }

    impl World {
        fn new() -> Self {
            let folder = tempfile::tempdir().expect("a folder");
            fs::write(folder.path().join("feeds.toml"), CONFIG).expect("written");
            fs::create_dir(folder.path().join("items")).expect("a folder");
            for (n, fields) in [(1, ""), (2, ""), (3, ""), (4, "id = 'four'"), (5, "draft = true")] {
                write(folder.path(), n, fields, "Text.");
            }
            write(folder.path(), 7, "story = 'one'", "Text.");
            write(folder.path(), 8, "story = 'one'\nlanguage = 'es'", "Texto.");
            let (config, _) = crate::config::load(&folder.path().join("feeds.toml")).expect("a good config");
            let records = Records::none(folder.path(), 1);
            let mut world = World { folder, config, records, memory: Memory::default(), steady: Steady::default() };
            let mut built = world.whole(now());
            world.memory = std::mem::take(&mut built.after);
            world.steady = built.into_steady(&world.config, (&BTreeSet::new(), BTreeSet::new()), now()).expect("nothing to say again");
            world
        }

        fn read(&self) -> Loaded<Sifted> {
            let mut loaded = read(&self.config, Files::list(&self.config), Texts::Left(&self.records, None), &Progress::default());
            // As where there are many.
            loaded.items.iter_mut().filter_map(Arc::get_mut).for_each(|item| item.put_text(None));
            loaded
        }

        fn past<'a>(&'a self, known: &'a BTreeSet<String>, settled: &'a Settled) -> Past<'a> {
            static NONE: BTreeSet<crate::ledger::Accept> = BTreeSet::new();
            Past { memory: &self.memory, known, accepted: &NONE, clean: Some(&self.records), settled, goes_on: true }
        }

        fn whole(&self, now: DateTime<Utc>) -> Built {
            let (known, settled) = Default::default();
            let past = self.past(&known, &settled);
            recall(&self.config, self.read(), past, now)
                .and_then(|one| one.build(&self.config, past, now, (None, &Progress::default())))
                .expect("built")
        }

        /// What is set against the memory by what the first run made.
        fn again(&mut self, edits: &[Edit], known: &BTreeSet<String>, now: DateTime<Utc>) -> Result<Recalled, Former> {
            let (mut steady, settled) = (std::mem::take(&mut self.steady), Settled::new());
            steady.recall(&self.config, (&self.read(), edits), self.past(known, &settled), now)
        }

        /// Whether the one way does, which then makes what the other makes.
        fn agrees(&mut self, edits: &[Edit]) -> bool {
            let later = now() + chrono::Duration::hours(1);
            let whole = self.whole(later);
            let Ok(recalled) = self.again(edits, &BTreeSet::new(), later) else { return false };
            let built = self.build(recalled, later).expect("all texts are at hand");
            assert!(built.documents == whole.documents);
            assert!(built.after == whole.after);
            assert_eq!((built.hidden, built.repeats), (whole.hidden, whole.repeats));
            assert_eq!(format!("{:?}", built.findings), format!("{:?}", whole.findings));
            assert_eq!(format!("{:?}", built.refused), format!("{:?}", whole.refused));
            assert!(whole.until.get().is_none() && built.until.get().is_some());
            true
        }
    }

    impl World {
        fn build(&self, recalled: Recalled, now: DateTime<Utc>) -> Result<Built, super::super::Changed> {
            let (known, settled) = Default::default();
            recalled.build(&self.config, self.past(&known, &settled), now, (None, &Progress::default()))
        }
    }

    /// The record with this number was read again.
    fn read_again(n: u32) -> Edit {
        Edit { at: n - 1, out: 1, put: 1 }
    }

    #[test]
    fn the_marks_of_records_stay_for_another_run_alone() {
        let (world, (known, settled)) = (World::new(), Default::default());
        for goes_on in [true, false] {
            let past = Past { goes_on, ..world.past(&known, &settled) };
            let Recalled { items, placements, marks: mut records, .. } =
                recall(&world.config, world.read(), past, now()).expect("set against the memory");
            let all = if goes_on { records.clone() } else { Vec::new() };
            let ground = Ground::of(&world.config, Sorted { items: &items, placements: &placements, now: now() }, &mut records, past);
            assert_eq!((ground.marks.len(), records), (items.len(), all));
        }
    }

    #[test]
    fn what_is_made_of_what_stays_is_what_is_made_of_all() {
        for (n, fields, text) in [
            (3, "", "Other text."),
            (3, "link = 'https://example.org/3'", "Text."),
            (3, "updated = 2018-02-20T08:00:00Z", "Text."),
            (3, "date = 2018-01-03", "Text."),
            (3, "date = 2018-02-04T08:00:00Z", "Text."),
            (3, "draft = true", "Text."),
            (3, "publish-at = 2018-04-01T00:00:00Z", "Text."),
            (3, "expires = 2018-03-02T13:00:00Z", "Text."),
            (3, "language = 'es'", "Text."),
            (3, "withdrawn = true", "Text."),
            (5, "", "Text."),
            (6, "", "Text of Belize."),
            (6, "draft = true", "Text."),
            (3, "", ""),
            (6, "", ""),
        ] {
            let mut world = World::new();
            write(world.folder.path(), n, fields, text);
            let out = u32::from(n < 6);
            assert!(world.agrees(&[Edit { out, ..read_again(n as u32) }]), "{n} {fields} {text}");
        }
        for gone in [1, 3, 5] {
            let mut world = World::new();
            fs::remove_file(world.folder.path().join(format!("items/{gone}.md"))).expect("gone");
            assert!(world.agrees(&[Edit { put: 0, ..read_again(gone) }]), "{gone} is gone");
        }
        // One is put before a story, of which one version leads elsewhere now, as the other says.
        let mut world = World::new();
        write(world.folder.path(), 6, "", "Text.");
        write(world.folder.path(), 7, "story = 'one'\nlink = 'https://example.org/7'", "Text.");
        assert!(world.agrees(&[Edit { at: 5, out: 0, put: 1 }, Edit { at: 6, out: 1, put: 1 }]));
        // One goes, the next comes under another name and says the same, the third stays where it is.
        let mut world = World::new();
        let path = |name: &str| world.folder.path().join(format!("items/{name}.md"));
        fs::remove_file(path("1")).expect("gone");
        fs::rename(path("2"), path("2a")).expect("renamed");
        write(world.folder.path(), 4, "id = 'four'", "Other.");
        let edits = [Edit { at: 0, out: 1, put: 0 }, Edit { at: 0, out: 1, put: 0 }, Edit { at: 0, out: 0, put: 1 }];
        assert!(world.agrees(&[&edits[..], &[Edit { at: 2, out: 1, put: 1 }]].concat()));
        // One whose record says its id comes under an earlier name before it goes under the one that it had.
        let mut world = World::new();
        fs::rename(world.folder.path().join("items/4.md"), world.folder.path().join("items/0.md")).expect("renamed");
        assert!(world.agrees(&[Edit { at: 0, out: 0, put: 1 }, Edit { at: 4, out: 1, put: 0 }]));
    }

    #[test]
    fn what_takes_more_is_sorted_anew() {
        for (fields, text) in [("updated = 2018-04-01T00:00:00Z", "Text."), ("story = 'two'", "Text.")] {
            let mut world = World::new();
            write(world.folder.path(), 3, fields, text);
            assert!(world.again(&[read_again(3)], &BTreeSet::new(), now()).is_err(), "{fields}");
        }
        for (time, known) in [(now() - chrono::Duration::hours(1), None), (now() + chrono::Duration::days(1), None), (now(), Some("all"))] {
            let mut world = World::new();
            let known = known.into_iter().map(str::to_owned).collect();
            assert!(world.again(&[read_again(3)], &known, time).is_err(), "{time} {known:?}");
        }
    }

    #[test]
    fn what_was_ready_is_not_made_ready_again() {
        let (known, settled) = Default::default();
        let take_away = |world: &World| {
            [1, 2, 4].iter().for_each(|n| fs::remove_file(world.folder.path().join(format!("items/{n}.md"))).expect("gone"));
        };
        let mut world = World::new();
        write(world.folder.path(), 3, "", "Other text.");
        let recalled = world.again(&[read_again(3)], &known, now()).expect("nothing moved");
        take_away(&world);
        assert!(world.build(recalled, now()).is_ok());
        // Nor by a run that sorts everything.
        for has_former in [true, false] {
            let mut world = World::new();
            let former = world.again(&[], &known, now() + chrono::Duration::days(2)).expect_err("too late");
            let recalled = recall(&world.config, world.read(), world.past(&known, &settled), now()).expect("read");
            take_away(&world);
            let former = if has_former { former } else { Former::default() };
            assert_eq!(world.build(recalled.with(former), now()).is_ok(), has_former);
        }
    }
}
