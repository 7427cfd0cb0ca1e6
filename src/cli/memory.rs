//! The ledger of a publication, loaded and saved around a run.

use std::collections::{BTreeMap, BTreeSet};
use std::panic::resume_unwind;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};

use super::{Failure, taken_back};
use crate::channel;
use crate::config::{Config, Format, OldPaths, paths};
use crate::ledger::exchange::Marks;
use crate::ledger::{Complete, LedgerError, Memory, Ping, Staged, Store, exchange, rebuild};
use crate::pipeline::Built;
use crate::publish::{Destination, Former, Memo, Outcome, Plan, PublishError, Staging, Stamps, plan};
use crate::seen::Seen;
use crate::websub::{self, ping::Told};

/// What is remembered, and where.
pub(super) struct Remembered {
    store: Store,
    /// What the file holds.
    stored: Arc<Memory>,
    /// What holds now: with what a run that was cut off did, or rebuilt where the file was lost.
    pub memory: Arc<Memory>,
    /// How long loading took.
    pub took: Duration,
    /// By what its home is known to hold this, where that can be told.
    state: Option<u128>,
    /// Of its channels, as far as they were made before anybody waits for them.
    marks: Marks,
}

/// Refuses to put back what workers published.
pub(super) fn insist_own(config: &Config) -> Result<(), Failure> {
    if !Store::of(config).is_worked_on()? {
        return Ok(());
    }
    let help = "mend the records and run `tidings build`, or have single items taken out with `tidings db remove`";
    Err(Failure::new("workers publish from this database, and keep nothing of what stood before").help(help))
}

/// Loads the ledger; takes up what a run that was cut off had begun, and gathers a lost one from what is published.
pub(super) fn load(config: &Config, folder: &Destination) -> Result<Remembered, Failure> {
    let clock = Instant::now();
    let store = Store::of(config);
    // Before it is read: what is written meanwhile shows.
    let state = store.state();
    let stored = Arc::new(store.load()?);
    let mut memory = stored.clone();
    if memory.is_empty() {
        memory = rebuilt(config, folder)?.into();
    }
    if let Some(intent) = folder.unfinished() {
        let taken = exchange::import(Arc::make_mut(&mut memory), &intent);
        // Where the ledger was lost too, its lines about channels may lean on what nobody knows any more; the feeds were gathered.
        if let Err(bad) = taken.or_else(|bad| if stored.is_empty() { Ok(0) } else { Err(bad) }) {
            return Err(Failure::new(format!("`.tidings/intent.ndjson` cannot be read: {bad}")).help("remove the file and run again"));
        }
    }
    Ok(Remembered { store, stored, memory, took: clock.elapsed(), state, marks: Marks::new() })
}

/// What is remembered, with the channel paths that were published before, as the folder and the ledger know them.
pub(super) fn known(config: &Config) -> Result<(Arc<Memory>, BTreeSet<String>), Failure> {
    let folder = Destination::open(config)?;
    let memory = load(config, &folder)?.memory;
    let paths = memory.published(&folder.known());
    Ok((memory, paths))
}

/// A memory of what is published; where nobody knows any more what that is, of the feeds that stand where the config has channels and bear their ids.
pub(super) fn rebuilt(config: &Config, folder: &Destination) -> Result<Memory, PublishError> {
    let (old, known) = (OldPaths::of(config), folder.paths().collect());
    let feeds = folder.standing()?.into_iter().filter(|(path, _)| Format::of_path(path).is_some() && !is_copy(&old, path, &known));
    let mut seen: BTreeMap<String, Seen> = feeds.map(|(path, bytes)| (path, Seen::read(&bytes))).collect();
    if seen.is_empty() {
        seen = strays(config, folder);
    }
    Ok(rebuild::memory(&seen))
}

/// Whether a document stands at the old path of a channel that moved, and one at its new path is known: then it is a copy. Of a move that was not built yet it
/// is the channel itself.
fn is_copy(old: &OldPaths, path: &str, known: &BTreeSet<&str>) -> bool {
    let now = old.now(plan::channel(path));
    let extension = path.rsplit_once('.').map_or("", |(_, extension)| extension);
    now.is_some_and(|now| known.contains(format!("{now}.{extension}").as_str()))
}

/// Those of Atom, which say which channel they are of.
fn strays(config: &Config, folder: &Destination) -> BTreeMap<String, Seen> {
    let paths = folder.strays(Format::Atom);
    let (old, known) = (OldPaths::of(config), paths.iter().map(String::as_str).collect());
    let stem = |path: &str| {
        let path = plan::channel(path);
        let stem = paths::of_archive(path).map_or(path, |(channel, _)| channel);
        old.now(stem).unwrap_or_else(|| stem.to_owned())
    };
    let channels = channel::heads(config, &paths.iter().map(|path| stem(path)).collect()).channels;
    let channels: BTreeSet<&str> = channels.iter().map(|channel| channel.path.as_str()).collect();
    let ids = config.publication.authority.mint("channel/");
    let own = |path: &String| {
        let seen = Seen::read(&folder.standing_bytes(path)?);
        seen.id.as_ref().is_some_and(|id| id.starts_with(&ids)).then(|| (path.clone(), seen))
    };
    let wanted = |path: &&String| channels.contains(stem(path).as_str()) && !is_copy(&old, path, &known);
    paths.iter().filter(wanted).filter_map(own).collect()
}

/// Which run it is that publishes.
pub(super) struct RunOf<'a> {
    pub config: &'a Config,
    pub now: DateTime<Utc>,
    /// What of the ledger is being written already.
    pub staged: Option<Staged>,
    /// Where documents wait.
    pub staging: Option<&'a Staging>,
    pub stamps: Stamps<'a>,
}

impl Remembered {
    /// What is remembered once `after` is written, made ready for the next run of this process.
    pub fn written(self, config: &Config, after: Memory, state: Option<u128>) -> Self {
        let marks = if config.output.keep == 0 { Marks::new() } else { exchange::marks(&after, (&self.memory, &self.marks)) };
        let memory = Arc::new(after);
        Remembered { stored: memory.clone(), memory, state, took: Duration::ZERO, store: self.store, marks }
    }

    /// Whether all of it is what the home holds, and it still does.
    pub fn holds(&self) -> bool {
        Arc::ptr_eq(&self.stored, &self.memory) && self.state.is_some() && self.state == self.store.state()
    }

    /// By what its home is known to hold what it holds now.
    pub fn state(&self) -> Option<u128> {
        self.store.state()
    }

    /// Writes what is to be remembered.
    pub fn save(&self, after: &Memory, pings: &[Ping]) -> Result<(), LedgerError> {
        self.store.save_with(&self.stored, after, pings)
    }

    /// What a run that is cut off is going to have remembered, to be taken in by the next.
    pub fn intent(&self, after: &Memory) -> String {
        exchange::changes(&self.stored, after)
    }

    /// Begins to write what is to be remembered of the items, while the documents are made.
    pub fn stage(&self, after: &Memory) -> Option<Staged> {
        self.store.stage(&self.stored, after)
    }

    /// What hubs are to be told once this plan is carried out.
    pub fn pings(&self, config: &Config, folder: &Destination, plan: &Plan, after: &Memory) -> Vec<Ping> {
        websub::pings(config, plan, folder.is_cut_off().then_some((&*self.stored, after)))
    }

    /// Tells the hubs what they are not told yet; nothing where there are none.
    pub fn tell_hubs(&self, config: &Config) -> Option<Told> {
        (!config.publication.hubs.is_empty()).then(|| websub::ping::tell(config, &self.store))
    }

    /// What is known of the state that the run replaces; nothing of it where nothing stood, or nothing is to be kept.
    fn former(&self, folder: &Destination, built: &Built, run: &RunOf<'_>) -> Former {
        let (at, keep) = (run.now.to_rfc3339(), run.config.output.keep);
        if keep == 0 || folder.paths().next().is_none() {
            return Former { at, keep, ..Former::default() };
        }
        let channels = exchange::former_channels(&self.memory, &built.after, &self.marks);
        let items = taken_back::changed(folder, (&self.memory, &built.after), &built.hidden);
        Former { at, keep, channels, items }
    }

    /// Publishes, and remembers when the files are in place: while these are put there, what is remembered is written but for its commit. Tells how long was
    /// waited for that.
    pub fn publish(
        &self,
        folder: &mut Destination,
        plan: &Plan,
        built: &Built,
        run: RunOf<'_>,
    ) -> Result<(Outcome, Duration), PublishError> {
        // The first ledger of all can be gathered from the files, should the run be cut off.
        let intent = if self.memory.is_empty() { String::new() } else { self.intent(&built.after) };
        let pings = self.pings(run.config, folder, plan, &built.after);
        let former = self.former(folder, built, &run);
        let settings = taken_back::settings(run.config);
        let settings = Some(&*settings);
        let memo = Memo { at: run.now, intent: &intent, former: Some(&former), stamps: Some(run.stamps), staging: run.staging, settings };
        let (staged, mut took) = (run.staged, Duration::ZERO);
        let complete = || {
            let complete = staged.map(|staged| staged.complete(&self.stored, &built.after, &pings));
            built.until(run.config, run.now);
            complete.transpose()
        };
        let outcome = thread::scope(|scope| {
            // Where there is no thread to be had, all is written when the files are in place.
            let beside = thread::Builder::new().name("remember".to_owned()).spawn_scoped(scope, complete).ok();
            let remember = || {
                let clock = Instant::now();
                let complete = beside.map(|beside| beside.join().unwrap_or_else(|panic| resume_unwind(panic))).transpose()?;
                let saved = complete.flatten().map_or_else(|| self.save(&built.after, &pings), Complete::commit);
                took = clock.elapsed();
                saved
            };
            folder.carry_out(plan, &built.documents, memo, remember)
        })?;
        Ok((outcome, took))
    }
}
