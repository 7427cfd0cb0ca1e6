//! `tidings rollback`: what stood before the last publish, put back.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use chrono::{DateTime, Utc};
use clap::Args;
use serde::Serialize;

use super::context::Context;
use super::foreign::foreign;
use super::{Exit, Failure, memory, taken_back, ui};
use crate::config::Format;
use crate::document::Document;
use crate::ledger::{self, KnownChannel, Memory, Ref, exchange};
use crate::publish::{Destination, Memo, Set};

/// `tidings rollback`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  tidings rollback --list        the sets that can be put back
  tidings rollback               what stood before the last publish that changed something
  tidings rollback --steps 2     and what stood before the one before it")]
pub(super) struct RollbackArgs {
    /// Tell which former sets there are
    #[arg(long)]
    list: bool,
    /// How many publishes to go back
    #[arg(long, default_value_t = 1, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    steps: u16,
    /// Tell what would be put back, and write nothing
    #[arg(short = 'n', long)]
    dry_run: bool,
    /// Overwrite files that something else changed since they were published, and forget channels of which the ledger no longer says what the set leans on
    #[arg(long)]
    force: bool,
    /// Leave telling the hubs of it to the next build
    #[arg(long)]
    no_ping: bool,
    /// As JSON
    #[arg(long)]
    json: bool,
}

/// What is put back, in the order of paths.
#[derive(Default, Serialize)]
struct Report {
    /// When the set that now stands was replaced.
    of: String,
    put_back: BTreeSet<String>,
    deleted: BTreeSet<String>,
}

pub(super) fn run(args: &RollbackArgs, context: &Context) -> Result<Exit, Failure> {
    let Some(config) = context.load(args.json)? else { return Ok(Exit::Findings) };
    memory::insist_own(&config)?;
    let mut folder = Destination::open(&config)?;
    if args.list {
        return list(&folder, args.json);
    }
    let lock = folder.lock(&super::build::holder(context), false)?;
    let sets = wanted(&folder, usize::from(args.steps))?;
    let former = former(&sets)?;
    // Servers compare the time of a file's change with what a reader saw last: it must not go back.
    let changed = context.now.fixed_offset();
    let document = |(path, bytes): (String, Vec<u8>)| Document { format: Format::of_path(&path), path, bytes: bytes.into(), changed };
    let documents: Vec<Document> = former.files.into_iter().map(document).collect();
    let plan = folder.plan_back(&documents, &former.absent, args.force)?;
    if !plan.foreign.is_empty() {
        context.ui.findings(&foreign(&plan, &config, !args.json));
        return Ok(Exit::Findings);
    }
    let report = Report {
        of: sets.last().map(|set| set.at.clone()).unwrap_or_default(),
        put_back: plan.puts.iter().map(|put| put.path.clone()).collect(),
        deleted: plan.deletes.iter().cloned().collect(),
    };
    let before = memory::load(&config, &folder)?;
    let after = restored(&before.memory, &former.channels, (context.now, args.force))?;
    if !args.dry_run {
        // Before anything is put back: a build refuses to go on with what a rollback that is cut off leaves.
        folder.take_back(taken_back::of(&sets, (&before.memory, &after), &folder, context.now))?;
        let settings = former.settings.or(folder.settings().map(str::to_owned));
        let intent = before.intent(&after);
        let memo = Memo { at: context.now, intent: &intent, former: None, stamps: None, staging: None, settings: settings.as_deref() };
        let pings = before.pings(&config, &folder, &plan, &after);
        folder.carry_out(&plan, &documents, memo, || before.save(&after, &pings))?;
        sets.iter().try_for_each(Set::remove)?;
        let purged = if args.no_ping { None } else { super::purge::purge(&config, &folder) };
        purged.iter().for_each(|finding| context.ui.findings(&finding.clone().into()));
        drop(lock);
        let told = if args.no_ping { None } else { before.tell_hubs(&config) };
        told.iter().for_each(|told| context.ui.findings(&told.findings));
    }
    tell(&report, args, context)
}

/// The sets of the last publishes, the newest first.
fn wanted(folder: &Destination, steps: usize) -> Result<Vec<Set>, Failure> {
    let mut sets = folder.sets();
    if sets.is_empty() {
        return Err(Failure::new(none_kept(folder))
            .help("a build that changes something keeps what it replaced, as often as `keep` in `[output]` says"));
    }
    if sets.len() < steps {
        let are = if sets.len() == 1 { "is" } else { "are" };
        let message = format!("{} {are} kept, and {steps} are asked for", ui::many(sets.len(), "former set"));
        return Err(Failure::new(message).help("`keep` in `[output]` says how many are kept from the next build on"));
    }
    sets.truncate(steps);
    Ok(sets)
}

/// What a number of sets say together: of each path, what the oldest says.
#[derive(Default)]
struct Former {
    files: BTreeMap<String, Vec<u8>>,
    absent: BTreeSet<String>,
    /// What the ledger said, the newest first.
    channels: BTreeMap<String, Vec<Option<String>>>,
    /// A digest of the config and the templates, where a publish changed these.
    settings: Option<String>,
}

/// From the newest to the oldest, which has the last word.
fn former(sets: &[Set]) -> Result<Former, Failure> {
    let mut all = Former::default();
    for set in sets {
        for path in &set.replaced {
            all.files.insert(path.clone(), set.bytes(path)?);
            all.absent.remove(path);
        }
        for path in &set.added {
            all.files.remove(path);
            all.absent.insert(path.clone());
        }
        for (path, steps) in set.since.iter().chain(&set.channels) {
            all.channels.entry(path.clone()).or_default().extend_from_slice(&steps.0);
        }
        all.settings = set.settings.as_ref().map(|[before, _]| before.clone()).or(all.settings);
    }
    Ok(all)
}

/// The memory with the channels as they were. Items stay remembered as they were seen last; those that stand in a feed again are no longer gone.
fn restored(
    memory: &Memory,
    channels: &BTreeMap<String, Vec<Option<String>>>,
    (now, force): (DateTime<Utc>, bool),
) -> Result<Memory, Failure> {
    let mut after = memory.clone();
    for (path, steps) in channels {
        // Each step knows whether it came to what it says; so the last one speaks for all, also where a rollback that was cut off had taken some of them.
        let (mut is_back, mut taken_back) = (Ok(0), Vec::new());
        for line in steps {
            taken_back.extend(after.channels.get(path).cloned());
            is_back = match line {
                Some(line) => exchange::import(&mut after, line),
                None => Ok(usize::from(after.channels.remove(path).is_some())),
            };
        }
        match is_back {
            Ok(_) => {}
            Err(_) if force => _ = after.channels.remove(path),
            Err(bad) => {
                let message = format!("the ledger does not say of `{path}` what it said after that publish: {}", bad.why);
                return Err(Failure::new(message)
                    .help("with `--force` the files are put back, and what the ledger says of the channel is forgotten"));
            }
        }
        let Some(channel) = after.channels.get_mut(path) else { continue };
        taken_back.iter().for_each(|taken_back| outdate(channel, taken_back, now.timestamp()));
        let members = channel.members.clone();
        after.show_again(&members, now.timestamp());
    }
    Ok(after)
}

/// Has what stands again be later than what stood meanwhile, of which readers may have seen everything, and buries what it alone showed: if the record goes,
/// they are told.
fn outdate(channel: &mut KnownChannel, taken_back: &KnownChannel, now: i64) {
    let date = |updated: i64, meanwhile: i64, is_same: bool| updated.max(if is_same { meanwhile } else { ledger::later(meanwhile, now) });
    channel.updated = date(channel.updated, taken_back.updated, channel.digest == taken_back.digest);
    for (page, other) in channel.pages.iter_mut().zip(&taken_back.pages) {
        page.updated = date(page.updated, other.updated, page.digest == other.digest);
    }
    let known: HashSet<Ref> = channel.members.iter().copied().collect();
    let seen = taken_back.shown().iter().chain(taken_back.pages.iter().flat_map(|page| &page.members));
    let alone: BTreeSet<Ref> = seen.copied().filter(|at| !known.contains(at)).collect();
    // An older tombstone is none of what had come back meanwhile (RFC 6721 section 3).
    let mut deleted: BTreeMap<Ref, i64> = channel.deleted.iter().copied().collect();
    for (at, when) in taken_back.deleted.iter().filter(|(at, _)| !known.contains(at)) {
        deleted.entry(*at).and_modify(|own| *own = (*own).max(*when)).or_insert(*when);
    }
    deleted.extend(alone.into_iter().map(|at| (at, now)));
    channel.deleted = deleted.into_iter().collect();
}

/// So many channels are named of one publish.
const NAMED: usize = 5;

fn list(folder: &Destination, json: bool) -> Result<Exit, Failure> {
    let sets = folder.sets();
    if json {
        let rows: Vec<Report> =
            sets.iter().map(|set| Report { of: set.at.clone(), put_back: set.replaced.clone(), deleted: set.added.clone() }).collect();
        ui::print_json(&rows)?;
        return Ok(Exit::Fine);
    }
    for (steps, set) in (1..).zip(&sets) {
        ui::print(format_args!("--steps {steps}: as it was until {}; then {}", ui::time(&set.at), happened(set)));
    }
    if sets.is_empty() {
        ui::print(none_kept(folder));
    }
    Ok(Exit::Fine)
}

/// Why there is nothing to go back to.
fn none_kept(folder: &Destination) -> &'static str {
    match folder.paths().next().is_none() && folder.taken_back().is_empty() {
        true => "nothing was published yet",
        false => "no former set is kept",
    }
}

/// What the publish did that replaced the set: `11 files were replaced or deleted and 4 added, in ...`.
fn happened(set: &Set) -> String {
    let files = match (set.replaced.len(), set.added.len()) {
        (replaced, 0) => format!("{} replaced or deleted", were(replaced)),
        (0, added) => format!("{} added", were(added)),
        (replaced, added) => format!("{} replaced or deleted and {added} added", were(replaced)),
    };
    let mut channels: Vec<String> = set.channels.keys().take(NAMED).map(|path| format!("`{path}`")).collect();
    let more = set.channels.len().saturating_sub(NAMED);
    let more = (more > 0).then(|| format!("{more} more"));
    channels.extend(more);
    if channels.is_empty() { files } else { format!("{files}, in {}", channels.join(", ")) }
}

/// `1 file was`, `2 files were`.
fn were(count: usize) -> String {
    format!("{} {}", ui::many(count, "file"), if count == 1 { "was" } else { "were" })
}

fn tell(report: &Report, args: &RollbackArgs, context: &Context) -> Result<Exit, Failure> {
    if args.json {
        ui::print_json(report)?;
        return Ok(Exit::Fine);
    }
    report.put_back.iter().for_each(|path| context.ui.detail(format_args!("put back  {path}")));
    report.deleted.iter().for_each(|path| context.ui.detail(format_args!("deleted   {path}")));
    let (back, deleted) = (report.put_back.len(), report.deleted.len());
    let done = if args.dry_run { format!("{} would be", ui::many(back, "file")) } else { were(back) };
    context.ui.say(format_args!("{done} put back and {deleted} deleted: as it was until {}", ui::time(&report.of)));
    if !args.dry_run {
        context.ui.note(format_args!("the records are as they were: mend them, or the next build is refused for what was taken back"));
    }
    Ok(Exit::Fine)
}
