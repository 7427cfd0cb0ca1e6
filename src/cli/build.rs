//! `tidings build`: read, sort, publish.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant, SystemTime};

use clap::Args;

use super::context::Context;
use super::follow::follow;
use super::look::{Look, idle};
use super::memory::{self, Remembered};
use super::resident::Resident;
use super::run::{After, Around, Read, Run, Stays};
use super::ui::{self, Ui};
use super::{Exit, Failure};
use crate::cache::records::{Records, State};
use crate::cache::{Cache, Out, Said};
use crate::classify::Classifier;
use crate::config::Config;
use crate::crash;
use crate::document;
use crate::item::{Files, Intake};
use crate::ledger::Accept;
#[cfg(feature = "postgres")]
use crate::ledger::Store;
use crate::pipeline::{self, Built, Past, Settled, Texts};
use crate::progress::Progress;
use crate::publish::{Depot, Destination, Lock, Outcome, PublishError, Stamps};
use crate::websub::ping::Told;

/// `tidings build`
#[derive(Clone, Debug, Default, Args)]
#[command(after_help = "\
Examples:
  tidings build
  tidings build --dry-run        what subscribers would see, and nothing written
  tidings build --accept paths   let a document go that was published
  tidings build --no-ping && rsync -a public/ host:/srv/feeds/ && tidings build
                                 the hubs are told when the files are where subscribers fetch them
  tidings build --watch          publish whatever is saved from now on
  tidings build --keep-going     publish without the records that are wrong; exit code 1
  tidings -C /srv/news build -q  from cron: silent unless something is wrong")]
pub(super) struct BuildArgs {
    /// Tell what subscribers would see, and write nothing
    #[arg(short = 'n', long)]
    pub(super) dry_run: bool,
    /// Publish without the records that are wrong (and exit with 1)
    #[arg(short, long)]
    pub(super) keep_going: bool,
    /// Overwrite files in the output folder that were not published from here
    #[arg(long)]
    pub(super) force: bool,
    /// Publish all the same: items that come twice, channels that shrink, dates in the future, paths that disappear, what was taken back
    #[arg(long, value_enum, value_delimiter = ',', value_name = "WHAT")]
    pub(super) accept: Vec<Accepted>,
    /// Wait for another run to end instead of giving up
    #[arg(long)]
    pub(super) wait: bool,
    /// Leave telling the hubs of what changed to the next build: for when the files go to their server after this one
    #[arg(long)]
    pub(super) no_ping: bool,
    /// Read and make everything anew, also where nothing changed since the build before
    #[arg(long)]
    pub(super) full: bool,
    /// Build, and build again whenever a record or the config is saved and whenever something becomes due, until a signal ends it
    #[arg(short, long, conflicts_with_all = ["dry_run", "json"])]
    pub(super) watch: bool,
    /// Tell how long each stage took
    #[arg(long)]
    pub(super) timings: bool,
    /// Report as JSON: counts, seconds a stage, every path, every finding
    #[arg(long)]
    pub(super) json: bool,
    /// Whether the process goes on after this run.
    #[arg(skip)]
    pub(super) goes_on: bool,
    /// Whether all is read even if nothing changed, to be kept for the runs that come.
    #[arg(skip)]
    pub(super) warms: bool,
}

/// `tidings diff`
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  tidings diff\n  tidings diff --json")]
pub(super) struct DiffArgs {
    /// As JSON
    #[arg(long)]
    json: bool,
}

/// A dry run of a build.
pub(super) fn diff(args: &DiffArgs, context: &Context) -> Result<Exit, Failure> {
    run(&BuildArgs { dry_run: true, json: args.json, ..BuildArgs::default() }, context)
}

/// How `tidings serve --watch` builds, again and again in one process.
pub(super) fn preview() -> BuildArgs {
    // A preview tells nobody: what it made may be nowhere yet.
    BuildArgs { wait: true, goes_on: true, no_ping: true, ..BuildArgs::default() }
}

/// What a build would publish, of the records that are right, for channels on demand. Nothing is written.
pub(super) fn unpublished(config: &Config, context: &Context) -> Result<Built, Failure> {
    let folder = Destination::open(config)?;
    let before = memory::load(config, &folder)?;
    let progress = Progress::default();
    let (known, accepted) = (folder.known(), BTreeSet::new());
    let past = Past { memory: &before.memory, known: &known, accepted: &accepted, clean: None, settled: &Settled::new(), goes_on: false };
    let loaded = pipeline::read(config, Files::list(config), Texts::Stay, &progress);
    Ok(pipeline::build(config, loaded, past, context.now, &progress)?)
}

/// What `--accept` takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Accepted {
    /// Items whose id or guid changed while their content did not
    Repeats,
    /// Channels that lose more than a third of their items or texts, or all
    Shrink,
    /// Items dated in the future; in this run they are held back until then, or stay published with the date that they had
    Future,
    /// Documents that were published and would be there no more
    Paths,
    /// What `tidings rollback` took back
    Rollback,
}

impl Accepted {
    pub(super) fn accept(self) -> Accept {
        match self {
            Accepted::Repeats => Accept::Repeats,
            Accepted::Shrink => Accept::Shrink,
            Accepted::Future => Accept::Future,
            Accepted::Paths => Accept::Paths,
            Accepted::Rollback => Accept::Rollback,
        }
    }
}

pub(super) fn run(args: &BuildArgs, context: &Context) -> Result<Exit, Failure> {
    if !args.watch {
        return once(args, context);
    }
    let Some(config) = context.load(false)? else { return Ok(Exit::Findings) };
    #[cfg(feature = "postgres")]
    if Store::of(&config).is_worked_on()? {
        return super::at_desk::run(args, context, &config);
    }
    follow(args, context, config)
}

/// One build.
pub(super) fn once(args: &BuildArgs, context: &Context) -> Result<Exit, Failure> {
    Ok(round(args, context, None)?.0)
}

/// What the build before kept, with what is told to have changed since.
type Kept<'a> = (Resident, Option<&'a BTreeSet<PathBuf>>);

/// How a build ended, and what it keeps for the next.
type Done = (Exit, Option<Resident>);

/// One build of many in a process.
pub(super) fn round(args: &BuildArgs, context: &Context, mut kept: Option<Kept<'_>>) -> Result<Done, Failure> {
    let start = Instant::now();
    // What another run published may come of what is newer than what was looked at: to go on would be to take it back.
    loop {
        if let Some(done) = attempt(args, context, kept.take(), start)? {
            return Ok(done);
        }
    }
}

/// The same, unless another run had the lock or published since this one began; then nothing is done.
fn attempt(args: &BuildArgs, context: &Context, kept: Option<Kept<'_>>, start: Instant) -> Result<Option<Done>, Failure> {
    let config = match &kept {
        Some((resident, _)) => resident.config.clone(),
        None => match context.load(args.json)? {
            Some(config) => Arc::new(config),
            None => return Ok(Some((Exit::Findings, None))),
        },
    };
    #[cfg(feature = "postgres")]
    if Store::of(&config).is_worked_on()? {
        return Ok(Some((super::at_desk::run(args, context, &config)?, None)));
    }
    let mut folder = Destination::open(&config)?;
    let clock = Instant::now();
    if !context.bring_over(&config, args.full, args.json, ": nothing was published, what stood before stands")? {
        return Ok(Some((Exit::Findings, None)));
    }
    let (mut looked_at, seen) = (Look::new(args, context, &config), look(&config, args, context, kept));
    let is_seen = seen.files().map(|files| looked_at.iter_mut().for_each(|look| look.add(files))).is_some();
    if let Some(said) = looked_at.as_ref().filter(|_| is_seen && !args.warms).and_then(|look| look.unchanged(&folder)) {
        let exit = idle(args, context, &config, &folder, said, start)?;
        return Ok(Some((exit, seen.unchanged())));
    }
    let looked = clock.elapsed();
    crash::point("looked");
    let lock = if args.dry_run { None } else { take_lock(args, context, &mut folder)? };
    if lock.is_none() && !args.dry_run {
        return Ok(None);
    }
    let progress = Progress::default();
    let gathered = context.ui.working(&progress, || gather(args, context, (&config, &folder), seen, &progress))?;
    crash::point("read");
    looked_at.iter_mut().filter(|_| !is_seen).for_each(|look| look.add(&gathered.read.loaded.files));
    let begun = Begun { start, looked, lock, look: looked_at };
    publish(args, context, (&config, &mut folder), begun, gathered, &progress).map(Some)
}

/// What a build has before it reads.
struct Begun<'a> {
    start: Instant,
    /// How long the look took.
    looked: Duration,
    lock: Option<Lock>,
    look: Option<Look<'a>>,
}

/// Makes and publishes what was gathered.
fn publish(
    args: &BuildArgs,
    context: &Context,
    (config, folder): (&Arc<Config>, &mut Destination),
    Begun { start, looked, lock, look }: Begun<'_>,
    Gathered { read, before, records, classifier }: Gathered,
    progress: &Progress,
) -> Result<Done, Failure> {
    let accepted = args.accept.iter().map(|accepted| accepted.accept()).collect();
    let known = folder.known();
    let stamps = Stamps { records: &records, now: context.file_time() };
    let stood = folder.look(Some(stamps))?;
    let settled = folder.settled(&stood);
    let mut run = Run {
        args,
        context,
        config,
        records: 0,
        from_before: 0,
        start,
        looked,
        accepted: &accepted,
        before: &before,
        known: &known,
        stamps,
        settled: &settled,
    };
    let staging = (!args.dry_run).then(|| folder.staging());
    let depot = staging.as_ref().map(|staging| Depot { destination: folder, staging, stood: &stood });
    let depot = (depot.as_ref().map(|depot| depot as &dyn document::Depot), progress);
    let (made, stays) = match run.make(read, depot) {
        Ok(made) => made,
        // A record may change before the text that was left in it is fetched.
        Err(_) => {
            let clock = Instant::now();
            let loaded = pipeline::read(config, Files::list(config), Texts::Stay, progress);
            let (made, _) = run.make(Read { loaded, steady: None, took: clock.elapsed() }, depot)?;
            (made, None)
        }
    };
    (run.records, run.from_before) = (made.records, made.known);
    let ended = match made.built {
        Ok((built, staged)) => run.publish(built, staged, folder, Around { lock, look, stood, staging })?,
        Err(findings) => run.refuse(&findings)?,
    };
    let Some(stays) = stays else {
        if !args.goes_on {
            // As with what was built.
            std::mem::forget((before, records));
        }
        return Ok((ended.exit, None));
    };
    let (before, steady) = match ended.after {
        Some(After { memory, state, steady }) => (before.written(config, memory, state), steady),
        None => (before, None),
    };
    // Whatever stood in its place goes now.
    Ok((ended.exit, Resident::new(config.clone(), Stays { steady, ..stays }, before, records, classifier)))
}

/// What goes into a build.
struct Gathered {
    read: Read,
    before: Remembered,
    /// What runs before made of the records.
    records: Records,
    classifier: OnceLock<Classifier>,
}

/// The files of a build that has not read yet.
enum Seen {
    /// Looked at, with what of the round before still holds.
    Looked(Files, Option<Box<Resident>>),
    /// To be looked at while they are read, from this time on.
    Unseen(SystemTime),
}

impl Seen {
    fn files(&self) -> Option<&Files> {
        match self {
            Seen::Looked(files, _) => Some(files),
            Seen::Unseen(_) => None,
        }
    }

    /// The round before once more, where nothing came of the changes.
    fn unchanged(self) -> Option<Resident> {
        match self {
            Seen::Looked(files, resident) => resident.map(|resident| resident.unchanged(files)),
            Seen::Unseen(_) => None,
        }
    }

    fn intake(self) -> Intake {
        match self {
            Seen::Looked(files, _) => Intake::Files(files),
            Seen::Unseen(since) => Intake::Unseen(since),
        }
    }
}

/// Looks at the files, where their stamps may tell something.
fn look(config: &Config, args: &BuildArgs, context: &Context, kept: Option<Kept<'_>>) -> Seen {
    let now = context.file_time();
    let renewed = kept.and_then(|(mut resident, changed)| Some((resident.renew(changed, now)?, resident)));
    if let Some((files, resident)) = renewed {
        context.ui.detail(format_args!("touched   {} of {} files", resident.touched(), files.found.len()));
        return Seen::Looked(files, Some(resident.into()));
    }
    // A first build, and one that is to know nothing, reads every file whatever its stamp.
    let is_known = Cache::of(&config.root).is_there() || Records::are_there(&config.root);
    if args.full || !is_known { Seen::Unseen(now) } else { Seen::Looked(Files::look(config, now), None) }
}

/// Reads the records and the ledger, or what of both is another than the round before kept.
fn gather(
    args: &BuildArgs,
    context: &Context,
    (config, folder): (&Config, &Destination),
    seen: Seen,
    progress: &Progress,
) -> Result<Gathered, Failure> {
    let clock = Instant::now();
    let holds = |resident: &Resident| resident.has_records() && folder.unfinished().is_none();
    let (files, resident) = match seen {
        Seen::Looked(files, Some(resident)) if holds(&resident) => (files, resident),
        seen => return gather_all(args, context, (config, folder), seen.intake(), progress),
    };
    let (read, before, records, classifier) = resident.read(files);
    // Where more is to be told than of what was touched, it is told of all.
    let mut read = read.unwrap_or_else(|| {
        let loaded = pipeline::read(config, Files::look(config, context.file_time()), Texts::Left(&records, None), progress);
        Read { loaded, steady: None, took: clock.elapsed() }
    });
    if before.holds() {
        return Ok(Gathered { read, before, records, classifier });
    }
    // What was made leans on what was remembered.
    read.steady = None;
    Ok(Gathered { read, before: memory::load(config, folder)?, records, classifier })
}

/// Reads all records and the ledger.
fn gather_all(
    args: &BuildArgs,
    context: &Context,
    (config, folder): (&Config, &Destination),
    intake: Intake,
    progress: &Progress,
) -> Result<Gathered, Failure> {
    let (before, records) = rayon::join(|| memory::load(config, folder), || kept(config, args, context));
    let (before, clock) = (before?, Instant::now());
    // Items that are in the ledger share what they are called with it from the first on.
    let loaded = pipeline::read(config, intake, Texts::Left(&records, Some(&before.memory)), progress);
    let read = Read { loaded, steady: None, took: clock.elapsed() };
    Ok(Gathered { read, before, records, classifier: OnceLock::new() })
}

/// The lock; `None` where another run had it, or published, since the place was opened.
fn take_lock(args: &BuildArgs, context: &Context, folder: &mut Destination) -> Result<Option<Lock>, Failure> {
    let mut lock = |wait| folder.lock(&holder(context), wait);
    match lock(false) {
        Err(PublishError::Locked { .. }) if args.wait => {
            lock(true)?;
            Ok(None)
        }
        taken => Ok(Some(taken?).filter(|_| !folder.was_published_to())),
    }
}

/// What runs before made of the records.
fn kept(config: &Config, args: &BuildArgs, context: &Context) -> Records {
    let depends = pipeline::depends(config);
    if args.full {
        return Records::none(&config.root, depends);
    }
    let records = Records::open(&config.root, depends);
    let file = records.path().display();
    match records.state() {
        State::Whole => {}
        State::Outdated => context.ui.detail("every record is read anew: the program or the config is another than at the build before"),
        State::CutOff => context.ui.note(format_args!("{file} is cut off: what is missing is made anew")),
        State::Foreign => context.ui.note(format_args!("{file} is not what a build leaves there: it is made anew")),
    }
    records
}

/// What the lock tells others.
pub(super) fn holder(context: &Context) -> String {
    let host = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    let on = if host.trim().is_empty() { String::new() } else { format!(" on {}", host.trim()) };
    format!("process {}{on}, since {}", std::process::id(), context.now.format("%Y-%m-%d %H:%M:%S UTC"))
}

/// Only where there was something to tell.
pub(super) fn tell_told(ui: Ui, told: Option<&Told>) {
    let Some(told) = told else { return };
    told.told.iter().for_each(|topic| ui.detail(format_args!("told      {topic}")));
    match told.told.len() {
        0 => {}
        1 => ui.say("1 change was told to the hub"),
        count => ui.say(format_args!("{count} changes were told to the hub")),
    }
}

/// The last word of a build.
pub(super) fn summary(place: &dyn std::fmt::Display, said: &Said, outcome: Outcome, start: Instant) -> String {
    let parts = [(outcome.new, "new"), (outcome.changed, "changed"), (outcome.unchanged, "unchanged"), (outcome.deleted, "deleted")];
    let files: Vec<String> = parts.iter().filter(|(count, _)| *count > 0).map(|(count, word)| format!("{count} {word}")).collect();
    let files = if files.is_empty() { "no files".to_owned() } else { files.join(", ") };
    let hidden = hidden(said.hidden);
    let (items, channels) = (ui::many(said.items, "item"), ui::many(said.channels, "channel"));
    format!("{items}{hidden} in {channels}; {place}: {files}; {}", took(start.elapsed()))
}

/// Why items are not among those of the feeds.
fn hidden(out: Out) -> String {
    let drafts = if out.drafts == 1 { "draft" } else { "drafts" };
    let parts = [(out.not_due, "not due"), (out.drafts, drafts), (out.expired, "expired"), (out.withdrawn, "withdrawn")];
    let parts: Vec<String> = parts.iter().filter(|(count, _)| *count > 0).map(|(count, word)| format!("{count} {word}")).collect();
    if parts.is_empty() { String::new() } else { format!(" ({})", parts.join(", ")) }
}

pub(super) fn took(time: Duration) -> String {
    match time.as_millis() {
        ms if ms < 1000 => format!("{ms} ms"),
        _ => format!("{:.1} s", time.as_secs_f64()),
    }
}
