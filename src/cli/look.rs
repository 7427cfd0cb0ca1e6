//! A build that begins with a look: where nothing changed since the one before, that was it.

use std::path::PathBuf;
use std::time::Instant;

use chrono::{DateTime, Utc};

use super::build::{self, BuildArgs};
use super::context::Context;
use super::ui;
use super::{Exit, Failure};
use crate::cache::{self, Cache, Inputs, Out, Said, Sources};
use crate::config::Config;
use crate::diag::codes;
use crate::item::Files;
use crate::ledger::Store;
use crate::pipeline::Built;
use crate::publish::{Destination, Outcome};
use crate::websub;

/// What a build looked at, each file before it was read.
pub(super) struct Look<'a> {
    config: &'a Config,
    cache: Cache,
    inputs: Inputs,
    now: DateTime<Utc>,
    /// Whether the answer may be that nothing changed.
    counts: bool,
}

impl<'a> Look<'a> {
    /// `None` for runs that say or do something else than a plain build.
    pub fn new(args: &BuildArgs, context: &Context, config: &'a Config) -> Option<Self> {
        if args.dry_run || args.keep_going || args.force || !args.accept.is_empty() {
            return None;
        }
        Some(Look {
            config,
            cache: Cache::of(&config.root),
            inputs: Inputs::beside(config, context.file_time()),
            now: context.now,
            counts: !args.json && !args.timings && !args.full && context.ui.verbose == 0,
        })
    }

    /// Adds the files of records.
    pub fn add(&mut self, files: &Files) {
        self.inputs.add(&self.config.root, files);
    }

    /// What the build before said, where this one would change nothing.
    pub fn unchanged(&self, folder: &Destination) -> Option<Said> {
        self.counts.then(|| self.cache.unchanged(&self.inputs, self.config, &self.outcome(folder), self.now)).flatten()
    }

    /// Keeps what was looked at, for the next build.
    pub fn keep(self, folder: &Destination, built: &Built) {
        // An `updated` that has not come yet is gone from the items: nobody knows any more when it comes.
        if built.findings.iter().any(|finding| finding.code == &codes::FUTURE_UPDATE) {
            return self.cache.forget();
        }
        let until = built.until(self.config, self.now);
        let sources = Sources::of(self.config, &built.findings);
        let outcome = cache::Outcome { files: self.outcome(folder), items: &built.items, said: Said::of(built), sources };
        self.cache.keep(&self.inputs, self.config, &outcome, (self.now, until));
    }

    fn outcome(&self, folder: &Destination) -> Vec<PathBuf> {
        // A ledger in a database has no file here; a run that finds nothing changed here does not ask it.
        let ledger = self.config.root.join(&self.config.ledger.path);
        let mut journal = ledger.clone().into_os_string();
        journal.push("-journal");
        [ledger, journal.into()].into_iter().chain(folder.traces()).collect()
    }
}

impl Said {
    /// What a build says in the end.
    pub(super) fn of(built: &Built) -> Self {
        Said {
            items: built.items.len(),
            hidden: Out::of(&built.hidden),
            channels: built.catalogue.channels.len(),
            warnings: built.findings.warnings() + built.checked.warnings(),
        }
    }
}

/// A build that has nothing to do but to tell the hubs what they did not take.
pub(super) fn idle(
    args: &BuildArgs,
    context: &Context,
    config: &Config,
    folder: &Destination,
    said: Said,
    start: Instant,
) -> Result<Exit, Failure> {
    let ui = context.ui;
    let purged = if args.no_ping { None } else { super::purge::late(config, context)? };
    purged.iter().for_each(|finding| ui.findings(&finding.clone().into()));
    let ask = !args.no_ping && !config.publication.hubs.is_empty();
    let told = ask.then(|| websub::ping::tell(config, &Store::of(config)));
    told.iter().for_each(|told| ui.findings(&told.findings));
    let outcome = Outcome { unchanged: folder.paths().count(), ..Outcome::default() };
    ui.say(build::summary(&config.output.folder.display(), &said, outcome, start));
    if said.warnings > 0 {
        ui.note(format_args!(
            "nothing changed since a build with {}; `tidings build --full -v` shows them",
            ui::many(said.warnings, "warning")
        ));
    }
    build::tell_told(ui, told.as_ref());
    Ok(Exit::Fine)
}
