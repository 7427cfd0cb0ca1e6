//! What is counted, and what is printed of it.

use std::fmt;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use crate::Scene;

/// A number that many hands raise.
#[derive(Default)]
pub struct Count(AtomicU64);

impl Count {
    pub fn add(&self) {
        self.more(1);
    }

    pub fn more(&self, count: u64) {
        self.0.fetch_add(count, Ordering::Relaxed);
    }

    pub fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }

    fn at_least(&self, count: u64) {
        self.0.fetch_max(count, Ordering::Relaxed);
    }
}

/// Everything that is counted.
#[derive(Default)]
pub struct Tally {
    pub publishes: Count,
    /// Runs of `tidings build` that ended with an error; the next one made good what they left.
    pub refused: Count,
    /// Of these, such as had begun to put documents.
    pub cut_off: Count,
    pub changes: Count,
    pub worker_changes: Count,
    /// Workers that ended by themselves.
    pub worker_ends: Count,
    pub worker_kills: Count,
    /// What workers waited for.
    pub worker_waits: Count,
    pub kills: Count,
    pub stops: Count,
    /// Of kills and stops, such as met a publish under way.
    pub midway: Count,
    pub polls: Count,
    pub whole: Count,
    /// Answers that said that the node cannot answer now.
    pub unavailable: Count,
    /// Requests without an answer, or with half of one.
    pub unanswered: Count,
    pub distinct: Count,
    /// Documents that were not there for a moment.
    pub missing: Count,
    /// The longest time that one was not there, in milliseconds.
    pub longest: Count,
    /// Documents that were older than one seen before.
    pub older: Count,
    /// The longest time that an older one stood there, in milliseconds.
    pub oldest: Count,
    pub compared: Count,
    violations: Mutex<Vec<String>>,
}

impl Tally {
    /// What must not be.
    pub fn violation(&self, scene: &Scene, what: String) {
        scene.say(format_args!("VIOLATION {what}"));
        self.violations.lock().expect("no panic").push(what);
    }

    pub fn violations(&self) -> usize {
        self.violations.lock().expect("no panic").len()
    }

    pub fn missing_for(&self, time: Duration) {
        self.longest.at_least(time.as_millis() as u64);
    }

    pub fn older_for(&self, time: Duration) {
        self.oldest.at_least(time.as_millis() as u64);
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let n = |count: &Count| count.get();
        writeln!(
            f,
            "nodes      {} killed, {} stopped, {} of these while documents were put",
            n(&self.kills),
            n(&self.stops),
            n(&self.midway)
        )?;
        writeln!(
            f,
            "build      {} publishes, {} refused and made good ({} with documents put), {} changes of records",
            n(&self.publishes),
            n(&self.refused),
            n(&self.cut_off),
            n(&self.changes)
        )?;
        writeln!(
            f,
            "workers    {} changes of records, {} times one waited for the store, {} killed, {} ended",
            n(&self.worker_changes),
            n(&self.worker_waits),
            n(&self.worker_kills),
            n(&self.worker_ends)
        )?;
        writeln!(
            f,
            "readers    {} polls: {} whole documents ({} different), {} unavailable, {} unanswered",
            n(&self.polls),
            n(&self.whole),
            n(&self.distinct),
            n(&self.unavailable),
            n(&self.unanswered)
        )?;
        let seconds = |count: &Count| n(count) as f64 / 1e3;
        writeln!(
            f,
            "moments    {} documents not there, the longest for {:.1} s; {} older, the longest for {:.1} s",
            n(&self.missing),
            seconds(&self.longest),
            n(&self.older),
            seconds(&self.oldest)
        )?;
        writeln!(f, "the end    {} documents compared byte for byte", n(&self.compared))?;
        writeln!(f, "violations {}", self.violations())
    }
}
