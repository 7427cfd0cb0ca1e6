//! The ledger of a publication, loaded and saved around a run.

use super::Failure;
use crate::config::{Config, Format};
use crate::ledger::{Memory, Store, exchange, rebuild};
use crate::pipeline::Built;
use crate::publish::{Folder, Outcome, Plan, PublishError};
use crate::seen::Seen;

/// What is remembered, and where.
pub(super) struct Remembered {
    store: Store,
    /// What the file holds.
    stored: Memory,
    /// What holds now: with what a run that was cut off did, or rebuilt where the file was lost.
    pub memory: Memory,
}

/// The ledger's file.
pub(super) fn store(config: &Config) -> Store {
    Store::new(config.root.join(&config.ledger.path))
}

/// Loads the ledger; takes up what a run that was cut off had begun, and gathers a lost one from what is published.
pub(super) fn load(config: &Config, folder: &Folder) -> Result<Remembered, Failure> {
    let store = store(config);
    let stored = store.load()?;
    let mut memory = stored.clone();
    if memory.is_empty() {
        memory = rebuilt(folder);
    }
    if let Some(intent) = folder.unfinished() {
        exchange::import(&mut memory, &intent)
            .map_err(|bad| Failure::new(format!("`.tidings/intent.ndjson` cannot be read: {bad}")).help("remove the file and run again"))?;
    }
    Ok(Remembered { store, stored, memory })
}

/// A memory of what stands in the output folder.
pub(super) fn rebuilt(folder: &Folder) -> Memory {
    let feeds = folder.standing().into_iter().filter(|(path, _)| Format::of_path(path).is_some());
    let seen = feeds.map(|(path, bytes)| (path, Seen::read(&bytes))).collect();
    rebuild::memory(&seen)
}

impl Remembered {
    /// Publishes, and remembers when the files are in place.
    pub fn publish(&self, folder: &mut Folder, plan: &Plan, built: &Built) -> Result<Outcome, PublishError> {
        // The first ledger of all can be gathered from the files, should the run be cut off.
        let intent = if self.memory.is_empty() { String::new() } else { exchange::changes(&self.stored, &built.after) };
        folder.carry_out(plan, &built.documents, &intent, || self.store.save(&self.stored, &built.after))
    }
}
