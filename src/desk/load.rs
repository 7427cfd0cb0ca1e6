//! Whole sources taken in: what is new, what changed, and what is there no more.
//!
//! The records are read as a build reads them. What differs from what the database knows is put aside in a file until all were read and nothing is
//! wrong with any; then it goes in, batch by batch.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Seek, SeekFrom, Write};
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, Utc};
use postgres::Transaction;
use postgres::fallible_iterator::FallibleIterator;
use xxhash_rust::xxh3::{xxh3_64, xxh3_128};

use super::portion::Portion;
use super::put::{How, Taken, last_of_each};
use super::rows::want;
use super::turn::Turn;
use super::{Desk, DeskError, LIST, again, facts, fingerprint, fit, stored};
use crate::channel::{self, Sorted};
use crate::classify::Classifier;
use crate::crash;
use crate::diag::{Finding, Findings};
use crate::item::{self, Files, Hidden, Item, Loaded, Sift, Waiting};
use crate::ledger::{Accept, Traces, guard, trace};
use crate::pipeline::{self, Sifted};
use crate::progress::Progress;
use crate::scratch;

/// Items that go in at a time.
const BATCH: usize = 500;

/// How sources are taken in.
#[derive(Clone, Copy, Debug)]
pub struct Load<'a> {
    pub now: DateTime<Utc>,
    pub accepted: &'a BTreeSet<Accept>,
    /// Every item anew, whether or not it changed.
    pub full: bool,
    /// Without the records that are wrong, instead of not at all.
    pub keep_going: bool,
    /// Its number among all loads, where it was taken before tables of databases were brought over.
    pub turn: Option<Turn>,
}

/// What was read of the sources, and nothing is wrong with.
struct Sources {
    /// Whether the tables were loaded by another config, or never.
    is_other: bool,
    items: usize,
    /// The marks of their ids.
    here: HashSet<u128>,
    /// The ids of items that the database has and the sources have not.
    gone: Vec<String>,
    aside: Aside,
    records: usize,
    hidden: Vec<(Arc<str>, Hidden)>,
    findings: Findings,
}

/// What came of it.
#[derive(Debug)]
pub struct Came {
    pub records: usize,
    pub taken: Taken,
    /// How many items the records are, those that stay out included.
    pub items: usize,
    /// Items that stay out, by key, and why.
    pub hidden: Vec<(Arc<str>, Hidden)>,
    /// Warnings; errors where records were left out.
    pub findings: Findings,
}

impl Desk<'_> {
    /// Brings the database to what the sources say.
    ///
    /// # Errors
    /// Records that are wrong, or channels that would lose too much: nothing is taken in. A database that cannot be asked, or a later load that writes by
    /// now: what was taken in stays, and the next load goes on.
    pub fn load(&mut self, load: Load<'_>, progress: &Progress) -> Result<Came, DeskError> {
        let turn = load.turn.map_or_else(|| self.take_turn(), Ok)?;
        let mut is_writing = false;
        loop {
            let known = self.known()?;
            let sources = match self.sources(load, &known, progress) {
                Err(error) if is_writing => return self.end_writing().and(Err(error)),
                sources => sources?,
            };
            self.begin_to_write(turn)?;
            // What an earlier load wrote while this one read is not what it was compared with; from now on none does. What is put one by one meanwhile may
            // never end.
            if is_writing || self.known()? == known && self.is_other()? == sources.is_other {
                return self.take_in(sources, load, turn);
            }
            is_writing = true;
        }
    }

    /// Whether the tables were loaded by another config, or never.
    fn is_other(&mut self) -> Result<bool, DeskError> {
        Ok(self.is_of_this_config()? != Some(true))
    }

    /// Reads the sources, and refuses what is wrong with them.
    fn sources(&mut self, load: Load<'_>, known: &HashMap<u128, i64>, progress: &Progress) -> Result<Sources, DeskError> {
        let is_other = self.is_other()?;
        let none = HashMap::new();
        let sieve = Sieve::new(self, load, if is_other || load.full { &none } else { known }).map_err(cannot)?;
        let Loaded { items, mut findings, records, .. } = item::read_with(self.config, Files::list(self.config), progress, &sieve);
        if findings.has_errors() && !load.keep_going {
            return Err(DeskError::Refused(findings));
        }
        self.refuse_unfit(&sieve, load.now)?;
        let held = self.held(items.iter().map(|item| &**item), load.now)?;
        findings.extend(told(&items, &held));
        let out = items.iter().filter(|item| !held.contains_key(item.iri()));
        let hidden = out.filter_map(|item| Some((item.key().into(), item.hidden(load.now)?))).collect();
        let here: HashSet<u128> = items.iter().map(|item| mark(item.iri())).collect();
        let gone = self.gone(&here)?;
        let aside = sieve.aside().map_err(cannot)?;
        let mut sources = Sources { is_other, items: items.len(), here, gone, aside, records, hidden, findings };
        match self.guard_sources(&mut sources, load) {
            // What may be why comes first.
            Err(DeskError::Refused(refused)) => Err(DeskError::Refused(sources.findings.into_iter().chain(refused).collect())),
            guarded => guarded.map(|()| sources),
        }
    }

    /// Refuses what no database keeps, and items of tomorrow and later, as a build does.
    fn refuse_unfit(&mut self, sieve: &Sieve<'_>, now: DateTime<Utc>) -> Result<(), DeskError> {
        let (ahead, unfit) = (taken(&sieve.ahead), taken(&sieve.unfit));
        if ahead.is_empty() && unfit.is_empty() {
            return Ok(());
        }
        let held = self.held(ahead.iter(), now)?;
        let ahead = ahead.iter().map(|item| guard::future(item, held.contains_key(item.iri())));
        let mut refused: Findings = ahead.chain(unfit).collect();
        refused.sort_by_place();
        Err(DeskError::Refused(refused))
    }

    fn guard_sources(&mut self, sources: &mut Sources, load: Load<'_>) -> Result<(), DeskError> {
        let Sources { is_other, here, gone, aside, .. } = sources;
        let is_item = |item: &Item| here.contains(&mark(item.iri()));
        let how = How { now: load.now, accepted: load.accepted, anew: *is_other || load.full, going: gone, turn: None };
        self.guard(aside, how, &is_item)?;
        if *is_other {
            self.guard_moves(aside, load, &is_item)?;
            self.guard_paths(load)?;
        }
        Ok(())
    }

    /// Writes what is to be.
    fn take_in(&mut self, sources: Sources, load: Load<'_>, turn: Turn) -> Result<Came, DeskError> {
        let Sources { is_other, items, here, gone, mut aside, records, hidden, findings } = sources;
        // Two records with one id are no items.
        let is_item = |item: &Item| here.contains(&mark(item.iri()));
        let how = How { now: load.now, accepted: load.accepted, anew: is_other || load.full, going: &gone, turn: Some(turn) };
        self.bury(&gone, how.turn)?;
        let mut taken = self.put_all(&mut aside, how, &is_item)?;
        taken.add(self.take_out(&gone, load.now, how.turn)?);
        taken.unchanged = records.saturating_sub(taken.new + taken.changed);
        if is_other {
            self.take_on_config(turn)?;
        }
        if (taken.new + taken.changed) * 10 > records {
            // What the planner knows of the tables is of before; where it learns by itself, this is not known.
            let _ = self.client.batch_execute("analyze ledger; analyze items; analyze placements; analyze families");
        }
        Ok(Came { records, taken, items, hidden, findings })
    }

    /// Takes in these records and leaves all others as they are.
    ///
    /// # Errors
    /// As [`Desk::load`]; another config than that of the last load.
    pub fn add(&mut self, files: Files, load: Load<'_>, progress: &Progress) -> Result<Came, DeskError> {
        self.insist()?;
        let known = HashMap::new();
        let sieve = Sieve::new(self, load, &known).map_err(cannot)?;
        let Loaded { items, mut findings, records, .. } = item::read_with(self.config, files, progress, &sieve);
        if findings.has_errors() {
            return Err(DeskError::Refused(findings));
        }
        self.refuse_unfit(&sieve, load.now)?;
        let held = self.held(items.iter().map(|item| &**item), load.now)?;
        findings.extend(told(&items, &held));
        let how = How { now: load.now, accepted: load.accepted, anew: load.full, going: &[], turn: None };
        let mut aside = sieve.aside().map_err(cannot)?;
        self.refuse_repeats(&mut aside, how)?;
        let taken = self.put_all(&mut aside, how, &|_| true)?;
        Ok(Came { records, taken, items: items.len(), hidden: Vec::new(), findings })
    }

    /// What was put aside, batch by batch.
    fn put_all(&mut self, aside: &mut Aside, how: How<'_>, is_item: &dyn Fn(&Item) -> bool) -> Result<Taken, DeskError> {
        let mut taken = Taken::default();
        for batch in aside.batches().map_err(cannot)? {
            let mut batch = last_of_each(batch.map_err(cannot)?);
            batch.retain(|(item, _)| is_item(item));
            taken.add(self.put(batch, how)?);
            crash::point("batch");
        }
        Ok(taken)
    }

    /// The mark of every item, by that of its id.
    fn known(&mut self) -> Result<HashMap<u128, i64>, DeskError> {
        let none: [i64; 0] = [];
        let read = (|| {
            let mut rows = self.client.query_raw("select iri, mark from items", none)?;
            let mut known = HashMap::new();
            while let Some(row) = rows.next()? {
                known.insert(mark(row.get(0)), row.get(1));
            }
            Ok(known)
        })();
        self.said(read)
    }

    /// The ids of items that the database has and the sources have not. Before the first load of all it has them from a ledger that was taken over.
    fn gone(&mut self, here: &HashSet<u128>) -> Result<Vec<String>, DeskError> {
        let none: [i64; 0] = [];
        let query = match self.is_of_this_config()? {
            None => "select iri from items union select iri from ledger where gone is null",
            Some(_) => "select iri from items",
        };
        let read = (|| {
            let mut rows = self.client.query_raw(query, none)?;
            let mut gone = Vec::new();
            while let Some(row) = rows.next()? {
                let iri: &str = row.get(0);
                if !here.contains(&mark(iri)) {
                    gone.push(iri.to_owned());
                }
            }
            Ok(gone)
        })();
        self.said(read)
    }

    /// Says that everything is placed by this config, and wants every document anew: all at once, so that no run that dies in between leaves old ones.
    fn take_on_config(&mut self, turn: Turn) -> Result<(), DeskError> {
        let (config, output) = (self.config, &self.config.output);
        let nothing = Sorted { items: &[], placements: &[], now: DateTime::UNIX_EPOCH };
        let always = channel::catalogue(self.config, nothing, &BTreeSet::new()).channels.into_iter().map(|channel| channel.family);
        let always: BTreeSet<String> =
            always.chain((output.opml || output.store.is_some() || !self.config.moved.is_empty()).then(|| LIST.to_owned())).collect();
        let place = xxh3_64(format!("{:?}", output.store).as_bytes()) as i64;
        again(|| {
            self.in_turn(Some(turn), |transaction| {
                facts::keep(transaction, facts::CONFIG, fingerprint(config))?;
                move_to(transaction, place)?;
                let all = transaction.query("select path from families", &[])?;
                want(transaction, &all.iter().map(|row| row.get(0)).chain(always.iter().cloned()).collect()).map(Ok)
            })
        })
    }
}

/// Where documents go now: what stands elsewhere is put anew, and until then those who served it may go on.
fn move_to(transaction: &mut Transaction<'_>, place: i64) -> Result<(), postgres::Error> {
    if facts::known(transaction, facts::PLACE)? == Some(place) {
        return Ok(());
    }
    facts::keep(transaction, facts::PLACE, place)?;
    facts::keep(transaction, facts::INDEX, 0)?;
    transaction.execute("update documents set token = 0, tag = null", &[]).map(drop)
}

/// What is said of items that keep the dates that they had.
fn told(items: &[Arc<Item>], held: &HashMap<String, i64>) -> Findings {
    if held.is_empty() {
        return Findings::new();
    }
    items.iter().filter_map(|item| Some(guard::held(item, *held.get(item.iri())?))).collect()
}

fn mark(iri: &str) -> u128 {
    xxh3_128(iri.as_bytes())
}

pub(super) fn cannot(error: io::Error) -> DeskError {
    let why = format!("items could not be put aside while they are read: {error}");
    DeskError::Cannot { why, help: scratch::WAY_OUT }
}

/// What threads have gathered.
fn taken<T>(gathered: &Mutex<Vec<T>>) -> Vec<T> {
    std::mem::take(&mut *gathered.lock().unwrap_or_else(PoisonError::into_inner))
}

/// Puts aside what differs from what is known.
struct Sieve<'a> {
    config: &'a crate::config::Config,
    classifier: Classifier,
    load: Load<'a>,
    known: &'a HashMap<u128, i64>,
    file: Mutex<BufWriter<File>>,
    fault: Mutex<Option<io::Error>>,
    /// What lies in the future, and nobody said that it may.
    ahead: Mutex<Vec<Item>>,
    /// What is wrong with those that no database keeps.
    unfit: Mutex<Vec<Finding>>,
}

impl<'a> Sieve<'a> {
    fn new(desk: &Desk<'a>, load: Load<'a>, known: &'a HashMap<u128, i64>) -> io::Result<Self> {
        let file = Mutex::new(BufWriter::with_capacity(1 << 20, scratch::file()?));
        Ok(Sieve {
            config: desk.config,
            classifier: Classifier::new(desk.config),
            load,
            known,
            file,
            fault: Mutex::new(None),
            ahead: Mutex::default(),
            unfit: Mutex::default(),
        })
    }

    fn put_aside(&self, traces: &Traces, data: &str) -> io::Result<()> {
        let traces = serde_json::to_string(traces)?;
        let line = format!("{traces}\t{data}\n");
        self.file.lock().unwrap_or_else(PoisonError::into_inner).write_all(line.as_bytes())
    }

    fn aside(self) -> io::Result<Aside> {
        if let Some(fault) = self.fault.into_inner().unwrap_or_else(PoisonError::into_inner) {
            return Err(fault);
        }
        let file = self.file.into_inner().unwrap_or_else(PoisonError::into_inner);
        Ok(Aside { file: file.into_inner().map_err(io::IntoInnerError::into_error)? })
    }
}

/// What was put aside.
pub(super) struct Aside {
    file: File,
}

impl Aside {
    /// All of it, from the beginning, so many items at a time.
    pub fn batches(&mut self) -> io::Result<impl Iterator<Item = io::Result<Vec<(Item, Sifted)>>>> {
        self.file.seek(SeekFrom::Start(0))?;
        let mut lines = BufReader::with_capacity(1 << 20, &self.file).lines().peekable();
        Ok(std::iter::from_fn(move || {
            let mut portion = Portion::of(BATCH);
            let mut next = || lines.next_if(|line| portion.takes(line.as_ref().map_or(0, String::len)));
            let batch: io::Result<Vec<_>> = std::iter::from_fn(&mut next).map(|line| read(&line?)).collect();
            match batch {
                Ok(batch) if batch.is_empty() => None,
                batch => Some(batch),
            }
        }))
    }
}

fn read(line: &str) -> io::Result<(Item, Sifted)> {
    let (traces, data) = line.split_once('\t').ok_or(io::ErrorKind::InvalidData)?;
    let traces: Traces = serde_json::from_str(traces)?;
    let (mut item, placement) = stored::read(data).map_err(io::Error::other)?;
    item.trace(traces);
    Ok((item, Sifted { placement, mark: 0 }))
}

impl Sift for Sieve<'_> {
    type Note = ();

    fn sift(&self, items: &mut [Waiting]) -> Vec<()> {
        items.iter_mut().map(|one| self.take(&mut one.item)).collect()
    }
}

impl Sieve<'_> {
    fn take(&self, item: &mut Item) {
        if pipeline::is_dated_ahead(self.config, item, self.load.accepted, self.load.now) {
            let mut ahead = item.clone();
            ahead.put_text(None);
            self.ahead.lock().unwrap_or_else(PoisonError::into_inner).push(ahead);
        }
        if let Some(unfit) = fit::unfit(item) {
            self.unfit.lock().unwrap_or_else(PoisonError::into_inner).push(unfit);
        }
        let data = stored::write(item, &self.classifier.place(item));
        if self.known.get(&mark(item.iri())) != Some(&stored::mark(&data))
            && let Err(error) = self.put_aside(&trace::of(self.config, item), &data)
        {
            *self.fault.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
        }
        item.put_text(None);
    }
}
