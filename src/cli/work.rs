//! `tidings work`: publishes what is wanted of the items in the database, on as many machines as there are.

use std::time::Duration;

use clap::Args;

use super::context::Context;
use super::{Exit, Failure, build, db};
use crate::config::Config;
use crate::desk::claim::Claim;
use crate::desk::fetch::Stock;
use crate::desk::publish::Round;
use crate::desk::shop::Shop;
use crate::desk::{Desk, DeskError};
use crate::diag::Findings;
use crate::ledger::Store;
use crate::websub;

/// How long a worker that has nothing to do waits for a call.
const PATIENCE: Duration = Duration::from_secs(1);

/// How long it waits for a database that is away, at first and at most.
const AWAY: (Duration, Duration) = (Duration::from_millis(250), Duration::from_secs(15));

/// `tidings work`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  tidings db load && tidings work --once     from cron
  tidings work                               until a signal ends it, on any number of machines")]
pub(super) struct WorkArgs {
    /// Publish what is wanted now, and end
    #[arg(long)]
    once: bool,
    /// Channels, with their variants in other languages, that are taken at a time
    #[arg(long, value_name = "COUNT", default_value_t = 32, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    batch: u32,
    /// How long what was taken is this worker's, in seconds; another takes it then
    #[arg(long, value_name = "SECONDS", default_value_t = 60, value_parser = clap::value_parser!(u32).range(1..=86_400))]
    lease: u32,
    /// What this worker is called in the database; host and process where it is not given
    #[arg(long)]
    name: Option<String>,
}

/// What a worker did so far.
#[derive(Default)]
struct Sum {
    families: usize,
    put: usize,
    unchanged: usize,
    deleted: usize,
    lost: usize,
    refused: usize,
}

pub(super) fn run(args: &WorkArgs, context: &Context) -> Result<Exit, Failure> {
    let Some(config) = context.load(false)? else { return Ok(Exit::Findings) };
    let name = args.name.clone().unwrap_or_else(|| build::holder(context));
    let worker = Worker { args, context, config: &config, name };
    if args.once { worker.once() } else { worker.for_ever() }
}

struct Worker<'a> {
    args: &'a WorkArgs,
    context: &'a Context,
    config: &'a Config,
    name: String,
}

impl Worker<'_> {
    fn once(&self) -> Result<Exit, Failure> {
        let start = std::time::Instant::now();
        let mut desk = db::desk(self.config)?;
        let mut sum = Sum::default();
        let shop = shop(self.config)?;
        self.all(&mut desk, &mut Stock::default(), shop.as_ref(), &mut sum)?;
        let told = self.tell_hubs();
        let Sum { families, put, unchanged, deleted, lost, refused } = sum;
        let lost = if lost > 0 { format!(", {lost} families were another's") } else { String::new() };
        self.context.ui.say(format_args!(
            "{families} families of channels: {put} put, {unchanged} unchanged, {deleted} deleted{lost}; {}",
            build::took(start.elapsed())
        ));
        build::tell_told(self.context.ui, told.as_ref());
        Ok(if refused > 0 { Exit::Findings } else { Exit::Fine })
    }

    /// Goes on until the process is ended; a round that is cut off is another's when its lease is over.
    fn for_ever(&self) -> Result<Exit, Failure> {
        // What cannot be mended by waiting is told at once.
        drop(db::desk(self.config)?);
        let (mut away, mut stock, shop) = (AWAY.0, Stock::default(), shop(self.config)?);
        loop {
            match self.connected(&mut stock, shop.as_ref(), &mut away) {
                Err(error) if is_passing(&error) => {
                    self.context.ui.note(format_args!("{error}; waiting for it"));
                    std::thread::sleep(away);
                    away = (away * 2).min(AWAY.1);
                }
                Err(error) => return Err(error.into()),
                Ok(never) => match never {},
            }
        }
    }

    /// Works as long as the database is there.
    fn connected(&self, stock: &mut Stock, shop: Option<&Shop>, away: &mut Duration) -> Result<std::convert::Infallible, DeskError> {
        let database = self.config.database.as_ref().ok_or(DeskError::Cannot { why: "there is no database".to_owned(), help: "" })?;
        let mut desk = Desk::open(self.config, database)?;
        desk.listen();
        loop {
            let mut sum = Sum::default();
            self.all(&mut desk, stock, shop, &mut sum)?;
            *away = AWAY.0;
            if sum.families > 0 {
                self.tell_hubs();
                let Sum { families, put, unchanged, deleted, .. } = sum;
                self.context.ui.say(format_args!("{families} families of channels: {put} put, {unchanged} unchanged, {deleted} deleted"));
            }
            desk.wait(PATIENCE);
        }
    }

    /// Everything that is wanted and free.
    fn all(&self, desk: &mut Desk<'_>, stock: &mut Stock, shop: Option<&Shop>, sum: &mut Sum) -> Result<(), DeskError> {
        desk.insist()?;
        self.wake(desk)?;
        while let Some(mut claim) = desk.claim(&self.name, self.args.batch as usize, Duration::from_secs(self.args.lease.into()))? {
            match self.round(desk, &mut claim, stock, shop) {
                Ok(round) => sum.add(&round, self.context),
                // One of them may be well though another is not.
                Err(DeskError::Refused(_)) if claim.families.len() > 1 => {
                    for mut one in claim.each() {
                        self.one(desk, &mut one, stock, shop, sum)?;
                    }
                }
                Err(DeskError::Refused(findings)) => self.refused(&claim, &findings, sum),
                Err(error) => {
                    let _ = desk.give_back(&claim);
                    return Err(error);
                }
            }
        }
        Ok(())
    }

    fn one(&self, desk: &mut Desk<'_>, claim: &mut Claim, stock: &mut Stock, shop: Option<&Shop>, sum: &mut Sum) -> Result<(), DeskError> {
        match self.round(desk, claim, stock, shop) {
            Ok(round) => sum.add(&round, self.context),
            Err(DeskError::Refused(findings)) => self.refused(claim, &findings, sum),
            Err(error) => return Err(error),
        }
        Ok(())
    }

    /// The lease stays until it is over, so that nobody is kept busy with what cannot be published.
    fn refused(&self, claim: &Claim, findings: &Findings, sum: &mut Sum) {
        self.context.ui.findings(findings);
        let families: Vec<&str> = claim.families.keys().map(String::as_str).collect();
        self.context.ui.note(format_args!("nothing of `{}` was published; it is tried again", families.join("`, `")));
        sum.refused += claim.families.len();
    }

    fn round(&self, desk: &mut Desk<'_>, claim: &mut Claim, stock: &mut Stock, shop: Option<&Shop>) -> Result<Round, DeskError> {
        let now = db::now(self.context, desk)?;
        desk.round(claim, stock, shop, now)
    }

    fn wake(&self, desk: &mut Desk<'_>) -> Result<(), DeskError> {
        let now = db::now(self.context, desk)?;
        loop {
            let (taken, findings) = desk.wake(now)?;
            self.context.ui.findings(&findings);
            if taken.families.is_empty() && findings.is_empty() {
                return Ok(());
            }
        }
    }

    fn tell_hubs(&self) -> Option<websub::ping::Told> {
        let told = (!self.config.publication.hubs.is_empty()).then(|| websub::ping::tell(self.config, &Store::of(self.config)))?;
        self.context.ui.findings(&told.findings);
        Some(told)
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

/// The object store that documents go to.
#[cfg(feature = "object-store")]
fn shop(config: &Config) -> Result<Option<Shop>, DeskError> {
    Shop::of(config)
}

/// The config names none that this program could not reach.
#[cfg(not(feature = "object-store"))]
fn shop(_: &Config) -> Result<Option<Shop>, DeskError> {
    Ok(None)
}

impl Sum {
    fn add(&mut self, round: &Round, context: &Context) {
        match (round.findings.warnings(), context.ui.verbose) {
            (0, _) => {}
            (count, 0) => context.ui.note(format_args!("the feeds are valid, with {count} warnings; `-v` shows them")),
            _ => context.ui.findings(&round.findings),
        }
        round.documents.put.iter().for_each(|path| context.ui.detail(format_args!("put       {path}")));
        round.documents.deleted.iter().for_each(|path| context.ui.detail(format_args!("deleted   {path}")));
        self.families += round.families;
        self.put += round.documents.put.len();
        self.unchanged += round.documents.unchanged;
        self.deleted += round.documents.deleted.len();
        self.lost += round.lost;
    }
}
