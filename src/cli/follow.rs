//! `tidings build --watch`: builds, and builds again whenever something that goes into a build changes, or a document would by itself.

use chrono::{DateTime, Utc};

use super::build::BuildArgs;
use super::context::Context;
use super::rounds::{LOOK, Rounds};
use super::serve::{Signal, Signals};
use super::ui;
use super::watch::{Change, Watched};
use super::{Exit, Failure};
use crate::cache::Cache;
use crate::config::{self, Config};

/// Builds until a signal ends it.
pub(super) fn follow(args: &BuildArgs, context: &Context, config: Config) -> Result<Exit, Failure> {
    let unable = |error: std::io::Error| Failure::new(format!("could not begin to watch: {error}"));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(unable)?;
    let _within = runtime.enter();
    let signals = Signals::new().map_err(unable)?;
    // Watched before the first build, so that no save falls between.
    let watched = Watched::new(&config)?;
    runtime.block_on(Following { context, config, watched, signals }.run(args.clone()))
}

struct Following<'a> {
    context: &'a Context,
    /// The last that could be read.
    config: Config,
    watched: Watched,
    signals: Signals,
}

/// Why it goes on.
enum Woken {
    Changed(Change),
    Signal(Signal),
}

impl Following<'_> {
    async fn run(mut self, first: BuildArgs) -> Result<Exit, Failure> {
        // What was accepted once is not accepted for ever.
        let again = BuildArgs { accept: Vec::new(), force: false, full: false, ..first.clone() };
        let (mut args, mut rounds, mut change) = (first, Rounds::default(), Change::Config);
        loop {
            let context = self.context.later();
            if let Err(failure) = rounds.build(&BuildArgs { wait: true, goes_on: true, ..args }, &context, &change) {
                ui::failure(&failure);
            }
            args = again.clone();
            // What nobody told of is looked for everywhere.
            change = match self.woken(context.now).await {
                Woken::Signal(Signal::End) => return Ok(Exit::Fine),
                Woken::Changed(Change::Config) | Woken::Signal(Signal::Reload) => {
                    // Of what cannot be watched now the build tells, and it is tried again at the next change.
                    if let Err(failure) = self.renew() {
                        ui::failure(&failure);
                    }
                    Change::Config
                }
                Woken::Changed(change) => change,
            };
        }
    }

    async fn woken(&mut self, now: DateTime<Utc>) -> Woken {
        let until = Cache::of(&self.config.root).until().filter(|_| !self.context.is_now_given());
        let due = until.and_then(|until| (until - now).to_std().ok());
        let waited = tokio::time::sleep(due.map_or(LOOK, |due| due.min(LOOK)));
        tokio::select! {
            change = self.watched.next() => return Woken::Changed(change),
            signal = self.signals.next() => return Woken::Signal(signal),
            () = waited => {}
        }
        // Something is due, but not in the middle of what somebody writes.
        tokio::select! {
            change = self.watched.written() => Woken::Changed(change),
            signal = self.signals.next() => Woken::Signal(signal),
        }
    }

    /// Watches what the config names now; one that cannot be read is told of by the build.
    fn renew(&mut self) -> Result<(), Failure> {
        if let Ok((config, _)) = config::load(self.context.config_file()?) {
            self.watched.renew(&config)?;
            self.config = config;
        }
        Ok(())
    }
}
