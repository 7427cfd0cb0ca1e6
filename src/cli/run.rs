//! One run of a build, from what was read to the last word.

use std::collections::{BTreeSet, HashSet};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::build::{BuildArgs, summary, tell_told};
use super::context::Context;
use super::foreign::foreign;
use super::look::Look;
use super::memory::{Remembered, RunOf};
use super::purge;
use super::report::{self, FindingRow, HubsRow, Paths, Report};
use super::taken_back::{self, Repeated};
use super::ui::{self, Ui};
use super::view::{self, View};
use super::{Exit, Failure};
use crate::cache::{Cache, Said};
use crate::config::{Config, Format, OldPaths, paths};
use crate::crash;
use crate::diag::{Finding, Findings, Place, Severity, codes};
use crate::document::Depot;
use crate::item::{Edit, Hidden, Item, Loaded};
use crate::ledger::guard;
use crate::ledger::{Accept, Memory, Staged};
use crate::pipeline::{self, Built, Changed, Past, Recalled, Settled, Sifted, Steady, Timings};
use crate::progress::Progress;
use crate::publish::manifest::Hash;
use crate::publish::{self, Change, Destination, Lock, Looked, Outcome, Plan, PublishError, Staging, Stamps, beside, plan};
use crate::websub::ping::Told;

/// What was read for a run.
pub(super) struct Read {
    pub loaded: Loaded<Sifted>,
    pub steady: Option<FromBefore>,
    pub took: Duration,
}

/// What the run before made of all items, and what is another of them.
pub(super) type FromBefore = (Steady, Vec<Edit>);

/// What stays of a run for the next of the process.
pub(super) struct Stays {
    pub loaded: Loaded<Sifted>,
    pub steady: Option<Steady>,
    /// Whether all that was read is as it is to stay.
    pub is_settled: bool,
}

/// What came of the records: nothing but findings, where some are no items and nobody said to go on without them.
pub(super) struct Made {
    pub records: usize,
    pub known: usize,
    pub built: Result<(Built, Option<Staged>), Findings>,
}

/// What a run did.
struct Published {
    /// `None` where nothing was to be written.
    outcome: Option<Outcome>,
    /// Why caches were not told.
    purge: Option<Finding>,
    /// `None` where no hub was to be told.
    hubs: Option<Hubs>,
}

struct Hubs {
    told: Told,
    took: Duration,
}

/// One run, from the documents to the last word.
pub(super) struct Run<'a> {
    pub args: &'a BuildArgs,
    pub context: &'a Context,
    pub config: &'a Config,
    pub records: usize,
    /// How many of them were known from a build before.
    pub from_before: usize,
    pub start: Instant,
    pub looked: Duration,
    pub accepted: &'a BTreeSet<Accept>,
    pub before: &'a Remembered,
    pub known: &'a BTreeSet<String>,
    /// What runs before made, for this one and the next.
    pub stamps: Stamps<'a>,
    /// What stands since.
    pub settled: &'a Settled,
}

/// How a run ended.
pub(super) struct Ended {
    pub exit: Exit,
    /// What holds from then on, where something was published and the process goes on.
    pub after: Option<After>,
}

/// What holds after a run.
pub(super) struct After {
    /// What is remembered.
    pub memory: Memory,
    /// By what the ledger is known to hold it.
    pub state: Option<u128>,
    pub steady: Option<Steady>,
}

/// What a run holds while it publishes.
pub(super) struct Around<'a> {
    pub lock: Option<Lock>,
    pub look: Option<Look<'a>>,
    pub stood: Looked,
    /// Where documents wait that are in no memory.
    pub staging: Option<Staging>,
}

impl Run<'_> {
    /// Makes the documents; with what stays for the next run of the process, if it goes on.
    pub fn make(
        &self,
        Read { loaded, steady, took: read }: Read,
        (depot, progress): (Option<&dyn Depot>, &Progress),
    ) -> Result<(Made, Option<Stays>), Changed> {
        let memory = &self.before.memory;
        let (records, known) = (loaded.records, loaded.known);
        if loaded.findings.has_errors() && !self.args.keep_going {
            return Ok((Made { records, known, built: Err(loaded.findings) }, None));
        }
        let past = Past {
            memory,
            known: self.known,
            accepted: self.accepted,
            clean: Some(self.stamps.records),
            settled: self.settled,
            goes_on: self.args.goes_on,
        };
        let (mut built, staged, stays) = self.context.ui.working(progress, || {
            let (recalled, stays) = self.recall(loaded, steady, past)?;
            let staged = if self.args.dry_run { None } else { self.before.stage(recalled.after()) };
            Ok((recalled.build(self.config, past, self.context.now, (depot, progress))?, staged, stays))
        })?;
        (built.timings.look, built.timings.read) = (self.looked, read);
        Ok((Made { records, known, built: Ok((built, staged)) }, stays))
    }

    /// Sets what was read against what is remembered: by what the run before made of it, where that does.
    fn recall(&self, loaded: Loaded<Sifted>, steady: Option<FromBefore>, past: Past<'_>) -> Result<(Recalled, Option<Stays>), Changed> {
        let now = self.context.now;
        if !self.args.goes_on {
            return Ok((pipeline::recall(self.config, loaded, past, now)?, None));
        }
        let (mut steady, edits) = steady.unzip();
        let edits = edits.unwrap_or_default();
        let again = steady.as_mut().map(|steady| steady.recall(self.config, (&loaded, &edits), past, now));
        if let Some(Ok(recalled)) = again {
            self.context.ui.detail("sorted    nothing but what was touched");
            return Ok((recalled, Some(Stays { loaded, steady: None, is_settled: true })));
        }
        let former = again.and_then(Result::err).unwrap_or_default();
        let recalled = pipeline::recall(self.config, loaded.shared(), past, now)?;
        // What is of no use any more goes when nobody waits.
        Ok((recalled.with(former), Some(Stays { loaded, steady, is_settled: false })))
    }

    pub fn publish(
        &self,
        mut built: Built,
        staged: Option<Staged>,
        folder: &mut Destination,
        Around { lock, look, stood, staging }: Around<'_>,
    ) -> Result<Ended, Failure> {
        if built.catalogue.findings.has_errors() || built.checked.has_errors() {
            built.findings.extend(built.checked);
            return self.refuse(&built.findings);
        }
        let clock = Instant::now();
        let plan = self.plan(&mut built, folder, stood, staging.as_ref())?;
        if self.is_refused(&plan, &mut built, folder) {
            return self.refuse(&built.findings);
        }
        let views = (self.args.dry_run || self.args.json).then(|| view::views(self.config, &plan, &built, folder));
        let views = views.transpose().map_err(PublishError::from)?;
        let run = RunOf { config: self.config, now: self.context.now, staged, staging: staging.as_ref(), stamps: self.stamps };
        let (outcome, saving) = match self.args.dry_run {
            true => (None, Duration::ZERO),
            false => self.before.publish(folder, &plan, &built, run).map(|(outcome, saving)| (Some(outcome), saving))?,
        };
        built.timings.remember = self.before.took + saving;
        built.timings.publish += clock.elapsed() - saving;
        drop(staging);
        if !self.args.dry_run {
            self.keep(&plan, &built);
        }
        let is_silent = self.args.dry_run || self.args.no_ping;
        crash::point("purge");
        let purge = if is_silent { None } else { purge::purge(self.config, folder) };
        let state = if self.args.goes_on { self.before.state() } else { None };
        // Whoever publishes next need not wait for hubs.
        drop(lock);
        crash::point("ping");
        let clock = Instant::now();
        let told = if is_silent { None } else { self.before.tell_hubs(self.config) };
        let hubs = told.map(|told| Hubs { took: clock.elapsed(), told });
        folder.nature().iter().for_each(|nature| self.context.ui.detail(format_args!("store     {nature}")));
        let exit = self.tell(&built, &plan, Published { outcome, purge, hubs }, views)?;
        if let (Some(look), Exit::Fine) = (look, exit) {
            look.keep(folder, &built);
        }
        if self.args.goes_on {
            return Ok(Ended { exit, after: (!self.args.dry_run).then(|| self.after(built, folder, state)) });
        }
        // The process ends here, and the system takes the memory back faster than text by text.
        std::mem::forget(built);
        Ok(Ended { exit, after: None })
    }

    /// What is to be put and what goes, copies in other codings included.
    fn plan(&self, built: &mut Built, folder: &Destination, stood: Looked, staging: Option<&Staging>) -> Result<Plan, PublishError> {
        let for_readers = built.documents.iter().filter(|document| document.path != pipeline::REDIRECTS).collect::<Vec<_>>();
        let depot = staging.map(|staging| publish::Depot { destination: folder, staging, stood: &stood });
        let copies = beside::copies(&for_readers, &self.config.output.precompress, folder, depot.as_ref())?;
        built.documents.extend(copies);
        folder.plan(&built.documents, &built.catalogue.kept, self.args.force, stood)
    }

    /// Adds to the findings what speaks against the plan, and tells whether nothing of it may be done. A dry run shows what else would happen.
    fn is_refused(&self, plan: &Plan, built: &mut Built, folder: &Destination) -> bool {
        built.findings.extend(abandoned(plan, self.config));
        if !plan.foreign.is_empty() {
            built.findings.extend(foreign(plan, self.config, !self.args.json));
            return true;
        }
        let mut refused: Findings =
            std::mem::take(&mut built.refused).into_iter().map(|refusal| report::at_field(self.config, refusal)).collect();
        refused.extend(self.gone_paths(plan, &built.after, folder));
        refused.extend(self.taken_back(plan, built, folder));
        let is_refused = !refused.is_empty();
        built.findings = self.with_causes(std::mem::take(&mut built.findings), &built.items, refused);
        is_refused && !self.args.dry_run
    }

    /// Keeps what was made for the next build.
    fn keep(&self, plan: &Plan, built: &Built) {
        let records = self.stamps.records;
        // A table of aliases that was changed while records were read belongs to nobody.
        if pipeline::depends(self.config) != records.depends() {
            return;
        }
        let hashes: Vec<[u8; 32]> = plan.hashes.iter().map_while(Hash::to_bytes).collect();
        pipeline::keep(self.config, built, &hashes, records, self.context.now);
        if let Err(error) = records.save() {
            self.context.ui.detail(format_args!("what was made is not kept for the next build: {error}"));
        }
    }

    /// What holds now that this is published.
    fn after(&self, mut built: Built, folder: &Destination, state: Option<u128>) -> After {
        let memory = std::mem::take(&mut built.after);
        After { memory, state, steady: built.into_steady(self.config, (self.known, folder.known()), self.context.now) }
    }

    /// The findings with what is refused. Where channels shrink, what may be why comes first, and is as bad.
    fn with_causes(&self, findings: Findings, items: &[Arc<Item>], refused: Findings) -> Findings {
        let shrinks = refused.iter().any(|finding| finding.code == &codes::CHANNEL_SHRINKS);
        let is_of_other = |finding: &Finding| finding.place.as_ref().is_some_and(|place| self.is_another(&place.path, items));
        let is_cause = |finding: &Finding| {
            shrinks
                && (finding.code == &codes::NO_RECORDS && !Cache::of(&self.config.root).was_empty(finding)
                    || finding.code == &codes::UNKNOWN_COLUMN && is_of_other(finding))
        };
        let (causes, others): (Vec<Finding>, Vec<Finding>) = findings.into_iter().partition(is_cause);
        let causes = causes.into_iter().map(|cause| Finding { severity: Severity::Error, ..cause });
        causes.chain(others).chain(refused).collect()
    }

    /// Whether most of a file's records are new, or say something else than they said: as they do where a column has another name.
    fn is_another(&self, file: &Path, items: &[Arc<Item>]) -> bool {
        let memory = &self.before.memory;
        let is_as_it_was = |item: &&Item| memory.find(item.iri()).is_some_and(|at| memory.get(at).traces().record == item.traces().record);
        let own: Vec<&Item> = items.iter().map(|item| &**item).filter(|item| item.path() == file).collect();
        own.iter().filter(|item| !is_as_it_was(item)).count() * 2 > own.len()
    }

    /// Documents that would be there no more, where nobody said that they may go.
    fn gone_paths(&self, plan: &Plan, after: &Memory, folder: &Destination) -> Findings {
        if self.accepted.contains(&Accept::Paths) {
            return Findings::new();
        }
        let old = OldPaths::of(self.config);
        let is_said = |path: &str| old.find(plan::channel(path)).is_some();
        // A page of an archive goes with its channel, or with the whole archive, which the config decides.
        let is_page = |path: &str| path.rsplit_once('.').is_some_and(|(page, _)| paths::of_archive(page).is_some());
        // Subscribers fetch feeds; what stands beside them comes and goes with its content.
        let feeds = plan.deletes.iter().filter(|path| Format::of_path(path).is_some() && !is_page(path));
        // What was published to another place is in no manifest.
        let elsewhere =
            self.before.memory.channels.keys().filter(|path| !self.known.contains(*path) && !after.channels.contains_key(*path));
        let gone: Vec<&str> = feeds.chain(elsewhere).map(String::as_str).filter(|path| !is_said(path)).collect();
        let before = &self.before.memory.channels;
        let mut findings = guard::paths(self.config, &gone, &|path| before.contains_key(path), &|path| after.channels.contains_key(path));
        findings.extend(self.gone_redirects(plan, folder, &is_said));
        findings
    }

    /// Old paths that lead elsewhere, by the list that stands, and would lead nowhere.
    fn gone_redirects(&self, plan: &Plan, folder: &Destination, is_said: &dyn Fn(&str) -> bool) -> Findings {
        let is_another = plan.deletes.iter().chain(plan.puts.iter().map(|put| &put.path)).any(|path| path == pipeline::REDIRECTS);
        let list = if is_another { folder.standing_bytes(pipeline::REDIRECTS) } else { None };
        let list = String::from_utf8(list.unwrap_or_default()).unwrap_or_default();
        let moved = pipeline::listed(&list, self.config.publication.base_url.path()).filter_map(|(from, to)| Some((from, to?)));
        let there: HashSet<&str> = plan.there().collect();
        guard::redirects(self.config, moved.filter(|(from, _)| !is_said(from) && !there.contains(from)))
    }

    /// A publish that somebody took back, about to be repeated as it was.
    fn taken_back(&self, plan: &Plan, built: &Built, folder: &Destination) -> Option<Finding> {
        if plan.is_idle() || self.accepted.contains(&Accept::Rollback) {
            return None;
        }
        let Repeated { at, items, by_settings } = taken_back::repeated(self.config, folder, &self.before.memory, (built, plan))?;
        Some(guard::taken_back(self.config, &ui::time(&at), &items, by_settings))
    }

    /// Nothing is published, what stands is left alone.
    pub fn refuse(&self, findings: &Findings) -> Result<Ended, Failure> {
        let exit = report::refuse(self.context.ui, findings, self.args.json.then_some(self.records), self.start)?;
        Ok(Ended { exit, after: None })
    }

    fn tell(&self, built: &Built, plan: &Plan, published: Published, views: Option<Vec<View>>) -> Result<Exit, Failure> {
        let ui = self.context.ui;
        // As JSON they stand in the report.
        if !self.args.json {
            ui.findings(&built.findings);
            self.tell_checked(&built.checked);
            published.purge.iter().for_each(|finding| ui.findings(&finding.clone().into()));
            published.hubs.iter().for_each(|hubs| ui.findings(&hubs.told.findings));
        }
        match (self.args.json, published.outcome) {
            (true, _) => self.json(built, plan, &published, views.unwrap_or_default())?,
            (false, None) => view::tell(ui, plan, &views.unwrap_or_default()),
            (false, Some(outcome)) => {
                paths(ui, plan);
                tell_hidden(self.context, &built.hidden);
                ui.detail(format_args!("read      {} records; {} were known", self.records - self.from_before, self.from_before));
                let stood = (plan.puts.len() + plan.keeps.len()).saturating_sub(built.documents.len());
                ui.detail(format_args!("made      {} documents; {stood} stood as they were", built.documents.len()));
                ui.say(summary(&self.config.output.folder.display(), &Said::of(built), outcome, self.start));
                if self.args.timings {
                    report::stages(ui, &self.stages(&built.timings, &published));
                }
                tell_told(ui, published.hubs.as_ref().map(|hubs| &hubs.told));
            }
        }
        Ok(if built.findings.has_errors() { Exit::Findings } else { Exit::Fine })
    }

    /// Warnings about documents are many where one thing is amiss everywhere: they are counted, and shown on request.
    fn tell_checked(&self, checked: &Findings) {
        match (checked.warnings(), self.context.ui.verbose) {
            (0, _) => {}
            (count, 0) => self.context.ui.note(format_args!("the feeds are valid, with {}; `-v` shows them", ui::many(count, "warning"))),
            _ => self.context.ui.findings(checked),
        }
    }

    fn stages(&self, timings: &Timings, run: &Published) -> [(&'static str, Duration); 11] {
        [
            ("look", timings.look),
            ("read", timings.read),
            ("recall", timings.recall),
            ("classify", timings.classify),
            ("prepare", timings.prepare),
            ("render", timings.render),
            ("check", timings.check),
            ("publish", timings.publish),
            ("remember", timings.remember),
            ("hubs", run.hubs.as_ref().map_or(Duration::ZERO, |hubs| hubs.took)),
            ("total", self.start.elapsed()),
        ]
    }

    fn json(&self, built: &Built, plan: &Plan, run: &Published, views: Vec<View>) -> Result<(), Failure> {
        let hubs = run.hubs.as_ref().map(|hubs| &hubs.told);
        let warnings = run.purge.iter().chain(hubs.into_iter().flat_map(|told| &told.findings));
        let of = |change: Change| plan.puts.iter().filter(|put| put.change == change).map(|put| put.path.as_str()).collect();
        ui::print_json(&Report {
            published: run.outcome.is_some(),
            folder: self.config.output.folder.display().to_string(),
            records: self.records,
            known: self.from_before,
            items: built.items.len(),
            hidden: built.hidden.len(),
            channels: built.catalogue.channels.len(),
            files: run.outcome,
            paths: Paths {
                new: of(Change::New),
                changed: of(Change::Changed),
                unchanged: plan.keeps.iter().map(String::as_str).collect(),
                deleted: plan.deletes.iter().map(String::as_str).collect(),
            },
            subscribers: views,
            hubs: hubs.map(|told| HubsRow { told: &told.told, left: &told.left }),
            seconds: self.stages(&built.timings, run).into_iter().map(|(stage, time)| (stage, time.as_secs_f64())).collect(),
            findings: built.findings.iter().chain(&built.checked).chain(warnings).map(FindingRow::of).collect(),
        })
    }
}

/// Items that stay out, on request; those that come within the day in any case, since that may surprise.
pub(super) fn tell_hidden(context: &Context, hidden: &[(Arc<str>, Hidden)]) {
    let ui = context.ui;
    for (key, why) in hidden {
        match why {
            Hidden::NotYet(due) if *due - context.now.fixed_offset() < chrono::Duration::days(1) => {
                ui.note(format_args!("`{key}` is due at {}", due.format("%H:%M %:z on %Y-%m-%d")));
            }
            Hidden::NotYet(due) => ui.detail(format_args!("not due   {key}, until {}", due.format("%Y-%m-%d %H:%M %:z"))),
            Hidden::Withdrawn => ui.detail(format_args!("withdrawn {key}")),
            Hidden::Draft => ui.detail(format_args!("draft     {key}")),
            Hidden::Expired(end) => ui.detail(format_args!("expired   {key}, since {}", end.format("%Y-%m-%d %H:%M %:z"))),
        }
    }
}

fn abandoned(plan: &Plan, config: &Config) -> Findings {
    let finding = |path: &String| {
        Finding::new(&codes::ABANDONED_FILE, "published before and no longer wanted, but changed by something else since; left alone")
            .at(Place::file(config.output.folder.join(path)))
            .help("delete it by hand if nobody needs it")
    };
    plan.abandoned.iter().map(finding).collect()
}

fn paths(ui: Ui, plan: &Plan) {
    for put in &plan.puts {
        ui.detail(format_args!("{} {}", if put.change == Change::New { "new      " } else { "changed  " }, put.path));
    }
    plan.keeps.iter().for_each(|path| ui.detail(format_args!("unchanged {path}")));
    plan.deletes.iter().for_each(|path| ui.detail(format_args!("deleted   {path}")));
}
