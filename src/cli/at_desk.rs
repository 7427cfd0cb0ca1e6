//! `tidings build` where items are in a database: a worker that takes in what the sources say and publishes all that is wanted.

use std::collections::BTreeSet;
use std::fmt::Display;
use std::time::{Duration, Instant};

use super::build::{self, BuildArgs};
use super::context::Context;
use super::report::{self, FindingRow, HubsRow, Paths, Report};
use super::run::tell_hidden;
use super::worker::{BATCH, LEASE, Sum, Told, Worker};
use super::{Exit, Failure, db, ui};
use crate::cache::{Out, Said};
use crate::config::Config;
use crate::desk::load::{Came, Load};
use crate::desk::standing::Elsewhere;
use crate::desk::turn::Turn;
use crate::desk::{Desk, DeskError};
use crate::publish::Outcome;

/// How often it is looked whether others are done.
const LOOK: Duration = Duration::from_millis(200);

/// One build.
struct AtDesk<'a> {
    args: &'a BuildArgs,
    context: &'a Context,
    config: &'a Config,
    turn: Option<Turn>,
    start: Instant,
    /// How long each stage took.
    stages: Vec<(&'static str, Duration)>,
}

pub(super) fn run(args: &BuildArgs, context: &Context, config: &Config) -> Result<Exit, Failure> {
    insist_doable(args)?;
    let mut desk = db::desk(config)?;
    let start = Instant::now();
    let turn = Some(desk.take_turn()?);
    if !context.bring_over(config, args.full, args.json, ": nothing was published, what stood before stands")? {
        return Ok(Exit::Findings);
    }
    AtDesk { args, context, config, turn, start, stages: vec![("look", start.elapsed())] }.publish(&mut desk)
}

/// What a build of files does, and this one cannot.
fn insist_doable(args: &BuildArgs) -> Result<(), Failure> {
    let (what, help) = match args {
        BuildArgs { dry_run: true, .. } => (
            "tell beforehand what would change",
            "a config without `[database]` and with another `folder` in `[output]` builds the same documents from the same records",
        ),
        BuildArgs { watch: true, .. } | BuildArgs { goes_on: true, .. } => {
            ("wait for changes", "`tidings work` publishes what `tidings db load` and `tidings db put` take in, within a second")
        }
        _ => return Ok(()),
    };
    Err(Failure::new(format!("items are in the database, and a build of these does not {what}")).help(help))
}

impl AtDesk<'_> {
    fn publish(mut self, desk: &mut Desk<'_>) -> Result<Exit, Failure> {
        let accepted = self.args.accept.iter().map(|accepted| accepted.accept()).collect();
        let load = Load {
            now: db::now(self.context, desk)?,
            accepted: &accepted,
            full: self.args.full,
            keep_going: self.args.keep_going,
            turn: self.turn,
        };
        let came = match self.timed("read", || db::load_all(desk, load, self.context)) {
            Err(DeskError::Refused(findings)) => {
                return report::refuse(self.context.ui, &findings, self.args.json.then_some(0), self.start);
            }
            came => came?,
        };
        // As JSON they stand in the report.
        if !self.args.json {
            self.context.ui.findings(&came.findings);
        }
        if self.args.full {
            desk.touch(&[])?;
        }
        let (mut sum, name) = (Sum::default(), build::holder(self.context));
        let mut worker = Worker::new(self.context, self.config, (name, BATCH, LEASE));
        self.timed("publish", || worker.all(desk, &mut sum))?;
        let clock = Instant::now();
        let left = self.await_others(&mut worker, desk, &mut sum)?;
        self.stages.push(("wait", clock.elapsed()));
        worker.let_go(desk, &mut sum)?;
        let told = if self.args.no_ping || !sum.is_untold { Told::default() } else { self.timed("hubs", || worker.tell(desk))? };
        self.stages.push(("total", self.start.elapsed()));
        self.tell(desk, &came, &sum, &told)?;
        self.tell_left(&left);
        let is_fine = sum.refused.is_empty() && left.is_empty() && !came.findings.has_errors();
        Ok(if is_fine { Exit::Fine } else { Exit::Findings })
    }

    fn timed<T>(&mut self, stage: &'static str, work: impl FnOnce() -> T) -> T {
        let clock = Instant::now();
        let done = work();
        self.stages.push((stage, clock.elapsed()));
        done
    }

    /// Waits until others have published what was wanted when this build had nothing left to do, or takes it from those who died; gives what is
    /// not published when the longest lease is over, unless it is to wait for ever.
    fn await_others(&self, worker: &mut Worker<'_>, desk: &mut Desk<'_>, sum: &mut Sum) -> Result<Vec<Elsewhere>, Failure> {
        let mut awaited = elsewhere(desk, sum)?;
        let longest = awaited.iter().map(|one| one.left).max().unwrap_or_default();
        if let Some(one) = awaited.first() {
            let note = format!("waiting for {}, which {} publishes", families(&awaited), one.owner);
            self.context.ui.note(format_args!("{note}; its lease ends in {} s", longest.as_secs()));
        }
        let deadline = Instant::now() + longest + LOOK * 5;
        while !awaited.is_empty() && (self.args.wait || Instant::now() < deadline) {
            std::thread::sleep(LOOK);
            worker.all(desk, sum)?;
            let now = elsewhere(desk, sum)?;
            let is_left = |one: &Elsewhere| now.iter().any(|other| other.path == one.path && other.done < one.wanted);
            awaited.retain(is_left);
        }
        Ok(awaited)
    }

    fn tell_left(&self, left: &[Elsewhere]) {
        if let Some(one) = left.first() {
            let (are, them) = if left.len() == 1 { ("is", "it") } else { ("are", "them") };
            let note = format!("{} {are} not published yet: {} has {them}", families(left), one.owner);
            self.context.ui.note(format_args!("{note}; the next run publishes what it does not, and `--wait` waits for it"));
        }
    }

    fn tell(&self, desk: &mut Desk<'_>, came: &Came, sum: &Sum, told: &Told) -> Result<(), Failure> {
        let standing = desk.standing()?;
        let said = Said {
            items: came.items - came.hidden.len(),
            hidden: Out::of(&came.hidden),
            channels: standing.channels,
            warnings: came.findings.warnings() + sum.findings.warnings(),
        };
        let (new, changed) = (sum.new.len(), sum.changed.len());
        let unchanged = standing.documents.saturating_sub(new + changed);
        let outcome = Outcome { new, changed, unchanged, deleted: sum.deleted.len(), bytes: sum.bytes };
        let place: &dyn Display = match &self.config.output.store {
            Some(_) => &self.config.output.folder.display(),
            None => &desk.database.address,
        };
        if self.args.json {
            let paths = desk.paths()?;
            return self.json((came, sum, told), (&place.to_string(), &said, outcome), &paths);
        }
        let ui = self.context.ui;
        tell_hidden(self.context, &came.hidden);
        let taken = &came.taken;
        ui.detail(format_args!("read      {} records; {} were known", taken.new + taken.changed, taken.unchanged));
        ui.say(build::summary(place, &said, outcome, self.start));
        if self.args.timings {
            report::stages(ui, &self.stages);
        }
        build::tell_told(ui, told.hubs.as_ref());
        Ok(())
    }

    fn json(
        &self,
        (came, sum, told): (&Came, &Sum, &Told),
        (place, said, outcome): (&str, &Said, Outcome),
        paths: &BTreeSet<String>,
    ) -> Result<(), Failure> {
        let is_as_before = |path: &&String| !sum.new.contains(*path) && !sum.changed.contains(*path);
        let findings = came.findings.iter().chain(&sum.findings).chain(told.findings());
        ui::print_json(&Report {
            published: true,
            folder: place.to_owned(),
            records: came.records,
            known: came.taken.unchanged,
            items: said.items,
            hidden: said.hidden.total(),
            channels: said.channels,
            files: Some(outcome),
            paths: Paths {
                new: sum.new.iter().map(String::as_str).collect(),
                changed: sum.changed.iter().map(String::as_str).collect(),
                unchanged: paths.iter().filter(is_as_before).map(String::as_str).collect(),
                deleted: sum.deleted.iter().map(String::as_str).collect(),
            },
            subscribers: Vec::new(),
            hubs: told.hubs.as_ref().map(|told| HubsRow { told: &told.told, left: &told.left }),
            seconds: self.stages.iter().map(|(stage, time)| (*stage, time.as_secs_f64())).collect(),
            findings: findings.map(FindingRow::of).collect(),
        })
    }
}

/// What is wanted and not done, but for what this build tried in vain.
fn elsewhere(desk: &mut Desk<'_>, sum: &Sum) -> Result<Vec<Elsewhere>, DeskError> {
    let mut all = desk.elsewhere()?;
    all.retain(|one| !sum.refused.iter().any(|claim| claim.families.contains_key(&one.path)));
    Ok(all)
}

/// Some of their names.
fn families(all: &[Elsewhere]) -> String {
    let names: Vec<String> = all.iter().take(3).map(|one| format!("`{}`", one.path)).collect();
    let more = if all.len() > names.len() { format!(" and {} more", all.len() - names.len()) } else { String::new() };
    format!("{}{more}", names.join(", "))
}
