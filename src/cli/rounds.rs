//! Builds one after the other in a process that goes on.

use std::time::{Duration, Instant};

use super::build::{self, BuildArgs};
use super::context::Context;
use super::resident::Resident;
use super::watch::Change;
use super::{Exit, Failure};

/// After so long all is looked at: for what is due and nobody knows when, for hubs that did not take what they were told, for what no system tells of.
pub(super) const LOOK: Duration = Duration::from_secs(300);

/// Builds, one after the other.
#[derive(Default)]
pub(super) struct Rounds {
    kept: Option<Resident>,
    /// When everything was looked at.
    looked: Option<Instant>,
}

impl Rounds {
    /// A build after this change.
    pub fn build(&mut self, args: &BuildArgs, context: &Context, change: &Change) -> Result<Exit, Failure> {
        let is_young = self.looked.is_some_and(|looked| looked.elapsed() < LOOK);
        let (kept, changed) = match change {
            Change::Config => (None, None),
            Change::Records(Some(changed)) if is_young => (self.kept.take(), Some(changed)),
            // Not even of another config need anybody tell.
            Change::Records(_) => (self.kept.take().filter(|kept| kept.is_of(context)), None),
        };
        let args = BuildArgs { warms: self.looked.is_none(), ..args.clone() };
        if changed.is_none() || kept.is_none() {
            self.looked = Some(Instant::now());
        }
        let (exit, kept) = build::round(&args, context, kept.map(|resident| (resident, changed)))?;
        self.kept = kept;
        // Not while somebody waits for what was saved.
        self.kept.iter().for_each(Resident::warm);
        Ok(exit)
    }
}
