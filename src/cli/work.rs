//! `tidings work`: publishes what is wanted of the items in the database, on as many machines as there are.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use clap::Args;

use super::context::Context;
use super::serve::Signals;
use super::worker::{BATCH, LEASE, Sum, Told, Worker};
use super::{Exit, Failure, build, db};
use crate::desk::{Desk, DeskError};

/// How long a worker that has nothing to do waits for a call.
const PATIENCE: Duration = Duration::from_secs(1);

/// How long it waits for a database that is away, at first and at most.
const AWAY: (Duration, Duration) = (Duration::from_millis(250), Duration::from_secs(15));

/// How long it waits before it tells caches and hubs again what they did not take.
const AGAIN: Duration = Duration::from_secs(60);

/// `tidings work`
#[derive(Debug, Args)]
#[command(after_help = "\
SIGTERM and SIGINT end it once what it has in hand is published, and a second one at once.

Examples:
  tidings db load && tidings work --once     from cron
  tidings work                               until a signal ends it, on any number of machines")]
pub(super) struct WorkArgs {
    /// Publish what is wanted now, and end
    #[arg(long)]
    once: bool,
    /// Channels, with their variants in other languages, that are taken at a time
    #[arg(long, value_name = "COUNT", default_value_t = BATCH, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    batch: u32,
    /// How long what was taken is this worker's, in seconds; another takes it then
    #[arg(long, value_name = "SECONDS", default_value_t = LEASE, value_parser = clap::value_parser!(u32).range(1..=86_400))]
    lease: u32,
    /// What this worker is called in the database; host and process where it is not given
    #[arg(long)]
    name: Option<String>,
}

pub(super) fn run(args: &WorkArgs, context: &Context) -> Result<Exit, Failure> {
    let Some(config) = context.load(false)? else { return Ok(Exit::Findings) };
    let name = args.name.clone().unwrap_or_else(|| build::holder(context));
    let worker = Worker::new(context, &config, (name, args.batch, args.lease));
    if args.once { once(worker) } else { for_ever(worker) }
}

fn once(mut worker: Worker<'_>) -> Result<Exit, Failure> {
    let start = Instant::now();
    let (config, ui) = (worker.config, worker.context.ui);
    let mut desk = db::desk(config)?;
    let mut sum = Sum::default();
    worker.all(&mut desk, &mut sum)?;
    worker.let_go(&mut desk, &mut sum)?;
    let told = if sum.is_untold { worker.tell(&mut desk)? } else { Told::default() };
    let lost = if sum.lost > 0 { format!(", {} families were another's", sum.lost) } else { String::new() };
    ui.say(format_args!("{sum}{lost}; {}", build::took(start.elapsed())));
    build::tell_told(ui, told.hubs.as_ref());
    Ok(if sum.refused.is_empty() { Exit::Fine } else { Exit::Findings })
}

/// A worker is told to end while it has families in hand, or while it has none.
#[derive(Debug, Default)]
pub(super) struct Hand {
    is_last: AtomicBool,
    at_work: Mutex<()>,
}

impl Hand {
    /// Ends the process at a signal, once nothing is in hand: the first process of a container is not ended by one that it takes no notice of.
    ///
    /// # Errors
    /// Where signals cannot be listened for.
    fn end_at_a_signal(self: Arc<Self>) -> std::io::Result<()> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let mut signals = runtime.block_on(async { Signals::new() })?;
        let listen = move || {
            runtime.block_on(signals.next());
            self.is_last.store(true, Ordering::Relaxed);
            std::thread::spawn(move || {
                let _nothing_in_hand = self.take();
                std::process::exit(0);
            });
            runtime.block_on(signals.next());
            std::process::exit(1);
        };
        std::thread::Builder::new().name("signals".to_owned()).spawn(listen).map(drop)
    }

    /// As long as the value something is in hand.
    fn take(&self) -> MutexGuard<'_, ()> {
        self.at_work.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether nothing more is to be taken in hand.
    pub fn is_last(&self) -> bool {
        self.is_last.load(Ordering::Relaxed)
    }
}

/// Goes on until a signal ends it; a round that is cut off is another's when its lease is over.
fn for_ever(mut worker: Worker<'_>) -> Result<Exit, Failure> {
    let unable = |error| Failure::new(format!("could not listen for signals: {error}"));
    worker.hand.clone().end_at_a_signal().map_err(unable)?;
    // What cannot be mended by waiting is told at once.
    drop(db::desk(worker.config)?);
    let mut away = Away::default();
    loop {
        match connected(&mut worker, &mut away) {
            Err(error) if is_passing(&error) => {
                let why = error.to_string();
                if away.why.as_ref() != Some(&why) {
                    worker.context.ui.note(format_args!("{why}; waiting for it"));
                }
                away.why = Some(why);
                std::thread::sleep(away.pause);
                away.pause = (away.pause * 2).min(AWAY.1);
            }
            Err(error) => return Err(error.into()),
            Ok(never) => match never {},
        }
    }
}

/// What a worker waits for.
struct Away {
    pause: Duration,
    /// What was said of it.
    why: Option<String>,
}

impl Default for Away {
    fn default() -> Self {
        Away { pause: AWAY.0, why: None }
    }
}

/// Works as long as the database is there.
fn connected(worker: &mut Worker<'_>, away: &mut Away) -> Result<std::convert::Infallible, DeskError> {
    let database = worker.config.database.as_ref().ok_or(DeskError::Cannot { why: "there is no database".to_owned(), help: "" })?;
    let mut desk = Desk::open(worker.config, database)?;
    desk.listen();
    let mut told = None;
    loop {
        let mut sum = Sum::default();
        let hand = worker.hand.clone();
        let in_hand = hand.take();
        worker.all(&mut desk, &mut sum)?;
        if std::mem::take(away).why.is_some() {
            worker.context.ui.note("it answers again");
        }
        // What a cache or a hub did not take is not tried at every look.
        if sum.families > 0 || sum.is_untold && told.is_none_or(|told: Instant| told.elapsed() > AGAIN) {
            worker.tell(&mut desk)?;
            told = Some(Instant::now());
        }
        if sum.families > 0 {
            worker.context.ui.say(&sum);
        }
        drop(in_hand);
        desk.wait(PATIENCE);
    }
}

/// Whether the same may succeed later without anybody mending something.
fn is_passing(error: &DeskError) -> bool {
    match error {
        DeskError::Database(error) => error.is_passing,
        #[cfg(feature = "object-store")]
        DeskError::Storage(error) => error.is_passing,
        DeskError::Refused(_) | DeskError::Cannot { .. } => false,
    }
}
