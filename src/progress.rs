//! How far a long piece of work has come: counters that the work moves and somebody else may watch.

use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};

/// Shared between the work and its watcher.
#[derive(Debug, Default)]
pub struct Progress {
    stage: AtomicU8,
    done: AtomicU64,
    total: AtomicU64,
}

/// What is being done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(u8)]
pub enum Stage {
    #[default]
    Reading = 0,
    Classifying = 1,
    Preparing = 2,
    Rendering = 3,
    Fetching = 4,
}

impl Stage {
    /// As people are told.
    pub fn as_str(self) -> &'static str {
        match self {
            Stage::Reading => "reading records",
            Stage::Classifying => "sorting items",
            Stage::Preparing => "preparing texts",
            Stage::Rendering => "writing feeds",
            Stage::Fetching => "reading databases",
        }
    }
}

impl Progress {
    /// A stage of `total` steps begins; 0 where nobody knows yet.
    pub fn begin(&self, stage: Stage, total: usize) {
        self.stage.store(stage as u8, Ordering::Relaxed);
        self.done.store(0, Ordering::Relaxed);
        self.total.store(total as u64, Ordering::Relaxed);
    }

    /// So many more steps are done.
    pub fn step(&self, steps: usize) {
        self.done.fetch_add(steps as u64, Ordering::Relaxed);
    }

    /// The stage, the steps done and all of its steps.
    pub fn now(&self) -> (Stage, u64, u64) {
        let stage = match self.stage.load(Ordering::Relaxed) {
            1 => Stage::Classifying,
            2 => Stage::Preparing,
            3 => Stage::Rendering,
            4 => Stage::Fetching,
            _ => Stage::Reading,
        };
        (stage, self.done.load(Ordering::Relaxed), self.total.load(Ordering::Relaxed))
    }
}
