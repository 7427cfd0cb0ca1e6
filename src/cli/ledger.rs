//! `tidings ledger`: what is remembered between runs, shown, exported, imported, checked and repaired.

use std::io::Write;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand, ValueHint};

use super::context::Context;
use super::ui::many;
use super::{Exit, Failure, memory, pick, ui};
use crate::config::{Config, OldPaths, paths};
use crate::diag::{Finding, Findings, Place, codes};
use crate::ledger::sqlite::File;
use crate::ledger::{Known, KnownChannel, Memory, Ping, Ref, Store, date, exchange};
use crate::publish::{Destination, Standing};
use crate::seen::Seen;
use crate::vocab::fold;
use crate::websub::book;

/// `tidings ledger`
#[derive(Debug, Subcommand)]
pub(super) enum LedgerCommand {
    /// Say what is remembered, of all or of one item
    Show(ShowArgs),
    /// Write the ledger as NDJSON: sorted, one object a line
    Export(ExportArgs),
    /// Take lines of an export into the ledger
    Import(ImportArgs),
    /// See whether the ledger is whole and agrees with what is published
    Check(CheckArgs),
    /// Make the ledger anew from what is published; the old file is kept beside it
    Repair(RepairArgs),
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  tidings ledger show\n  tidings ledger show 2018/ports-reopen\n  tidings ledger show \"three ports\"")]
pub(super) struct ShowArgs {
    /// The item: its key, its id, its file, or words of its title
    item: Option<String>,
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  tidings ledger export > ledger.ndjson\n  tidings ledger export ledger.ndjson")]
pub(super) struct ExportArgs {
    /// Standard output where it is not given
    #[arg(value_hint = ValueHint::FilePath)]
    file: Option<PathBuf>,
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  tidings ledger import ledger.ndjson")]
pub(super) struct ImportArgs {
    #[arg(value_hint = ValueHint::FilePath)]
    file: PathBuf,
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  tidings ledger check")]
pub(super) struct CheckArgs {}

#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  tidings ledger repair")]
pub(super) struct RepairArgs {}

pub(super) fn run(command: &LedgerCommand, context: &Context) -> Result<Exit, Failure> {
    let Some(config) = context.load(false)? else { return Ok(Exit::Findings) };
    let mut folder = Destination::open(&config)?;
    let _lock = match command {
        LedgerCommand::Import(_) | LedgerCommand::Repair(_) => Some(folder.lock(&super::build::holder(context), false)?),
        _ => None,
    };
    match command {
        LedgerCommand::Show(args) => show(args, &memory::load(&config, &folder)?.memory),
        LedgerCommand::Export(args) => export(args, &memory::load(&config, &folder)?.memory),
        LedgerCommand::Import(args) => import(args, context, &config),
        LedgerCommand::Check(_) => check(context, &config, &folder),
        LedgerCommand::Repair(_) => {
            insist_gathered(&config)?;
            repair(context, &config, &folder)
        }
    }
}

/// Refuses to gather a ledger from a folder that nobody publishes to: dates, ids and tombstones of all channels would be lost.
fn insist_gathered(config: &Config) -> Result<(), Failure> {
    if !Store::of(config).is_worked_on()? {
        return Ok(());
    }
    let help = "bring the tables back from a backup; where only documents are wrong, `tidings db touch` has them made anew";
    Err(Failure::new("workers publish from this database, and what they publish is no folder to gather a ledger from").help(help))
}

fn show(args: &ShowArgs, memory: &Memory) -> Result<Exit, Failure> {
    let Some(wanted) = &args.item else {
        let gone = memory.items().iter().filter(|known| known.gone.is_some()).count();
        ui::print(format_args!("{}, {gone} of them gone; {}", many(memory.items().len(), "item"), many(memory.channels.len(), "channel")));
        for (path, channel) in &memory.channels {
            ui::print(format_args!("{path}: {}, changed {}", many(channel.members.len(), "item"), shown(channel.updated)));
        }
        return Ok(Exit::Fine);
    };
    match find(&memory.items().iter().collect::<Vec<_>>(), wanted)? {
        Some(known) => {
            show_item(memory, known);
            Ok(Exit::Fine)
        }
        None => Err(Failure::new(format!("the ledger knows no item `{wanted}`")).help("name its key, id, file or words of its title")),
    }
}

/// The one item that `wanted` names; the ledger knows no files, but keys are made of their names.
fn find<'a>(items: &[&'a Known], wanted: &str) -> Result<Option<&'a Known>, Failure> {
    let file = Path::new(wanted).with_extension("");
    let tests: [pick::Test<'_, &'a Known>; 5] = [
        &|known| known.key() == wanted || known.iri() == wanted || known.guid() == Some(wanted),
        &|known| known.iri().ends_with(&format!("/{wanted}")),
        &|known| file.ends_with(known.key()),
        &|known| known.key().contains(wanted),
        &|known| fold::key(known.title()).contains(&fold::key(wanted)),
    ];
    Ok(pick::one(items, wanted, &tests, |known| (known.key(), known.title()))?.map(|at| items[at]))
}

fn show_item(memory: &Memory, known: &Known) {
    ui::print(format_args!("{}\n  id          {}\n  key         {}", known.title(), known.iri(), known.key()));
    ui::print(format_args!("  published   {}\n  first seen  {}", shown(known.published.seconds()), shown(known.first_seen.seconds())));
    for (word, when) in [("changed", known.updated), ("gone", known.gone)] {
        if let Some(when) = when {
            ui::print(format_args!("  {word:<11} {}", shown(when.seconds())));
        }
    }
    let at = memory.find(known.iri());
    let holds = |members: &[u32]| members.iter().any(|member| Some(*member) == at);
    let channels: Vec<&str> = memory.channels.iter().filter(|(_, c)| holds(&c.members)).map(|(path, _)| path.as_str()).collect();
    ui::print(format_args!("  channels    {}", if channels.is_empty() { "none".to_owned() } else { channels.join(", ") }));
}

fn shown(seconds: i64) -> String {
    date(seconds).format("%Y-%m-%d %H:%M:%S UTC").to_string()
}

fn export(args: &ExportArgs, memory: &Memory) -> Result<Exit, Failure> {
    let text = exchange::export(memory);
    match &args.file {
        Some(file) => std::fs::write(file, text).map_err(Failure::io("write", file))?,
        None => ui::written(std::io::stdout().lock().write_all(text.as_bytes())),
    }
    Ok(Exit::Fine)
}

fn import(args: &ImportArgs, context: &Context, config: &Config) -> Result<Exit, Failure> {
    let text = std::fs::read_to_string(&args.file).map_err(Failure::io("read", &args.file))?;
    let store = Store::of(config);
    let before = store.load()?;
    let mut after = before.clone();
    let lines = exchange::import(&mut after, &text).map_err(|bad| {
        Failure::new(format!("`{}`: {bad}", args.file.display())).help("import what `tidings ledger export` wrote; nothing was taken in")
    })?;
    store.save(&before, &after)?;
    context.ui.say(format_args!("{} taken in; the ledger knows {}", many(lines, "line"), many(after.items().len(), "item")));
    Ok(Exit::Fine)
}

fn check(context: &Context, config: &Config, folder: &Destination) -> Result<Exit, Failure> {
    let store = Store::of(config);
    if !store.exists()? {
        context.ui.say("there is no ledger yet; the next build starts one");
        return Ok(Exit::Fine);
    }
    let place = || match &store {
        Store::File(file) => Place::file(file.path().to_owned()),
        #[cfg(feature = "postgres")]
        Store::Tables(_) => Place::file(config.path.clone()),
    };
    let fault = |why: String| {
        Finding::new(&codes::LEDGER_DAMAGE, why).at(place()).help("`tidings ledger repair` makes it anew from what is published")
    };
    let mut findings: Findings = store.integrity()?.into_iter().map(fault).collect();
    let memory = store.load()?;
    let mut told: Findings = disagreements(config, &memory, folder)?.into_iter().map(fault).collect();
    // What workers publish is in no folder.
    if !store.is_worked_on()? {
        told.extend(misplaced(config, folder)?);
    }
    if folder.is_overtaken()? {
        context.ui.note("another run publishes: whether what is published agrees with the ledger was not looked at");
    } else {
        findings.extend(told);
    }
    context.ui.findings(&findings);
    context.ui.say(format_args!(
        "{}, {}; {}",
        many(memory.items().len(), "item"),
        many(memory.channels.len(), "channel"),
        ui::tally(&findings)
    ));
    Ok(if findings.is_empty() { Exit::Fine } else { Exit::Findings })
}

/// Items in published documents that the ledger does not know to be there.
fn disagreements(config: &Config, memory: &Memory, folder: &Destination) -> Result<Vec<String>, Failure> {
    let mut found = Vec::new();
    // What stands at the old path of a channel that moved is a copy of it.
    let old = OldPaths::of(config);
    let moved = |path: &str| memory.channels.get(&old.now(path)?);
    for (path, bytes) in folder.standing()?.into_iter().filter(|(path, _)| path.ends_with(".atom")) {
        let stem = path.trim_end_matches(".atom");
        let (stem, page) = paths::of_archive(stem).map_or((stem, None), |(channel, number)| (channel, Some(number)));
        let channel = memory.channels.get(stem).or_else(|| moved(stem));
        let members = channel.and_then(|channel| members(channel, page)).unwrap_or_default();
        let knows = |id: &str| memory.find(id).is_some_and(|at| members.contains(&at));
        let strange: Vec<String> = Seen::read(&bytes).items.into_iter().filter(|item| !knows(&item.id)).map(|item| item.id).collect();
        found.extend(strange.into_iter().map(|id| format!("`{path}` holds `{id}`, and the ledger does not know it to be there")));
    }
    Ok(found)
}

/// So many documents are named that are not what was published.
const NAMED: usize = 5;

/// Documents that do not stand as they were published.
fn misplaced(config: &Config, folder: &Destination) -> Result<Findings, Failure> {
    let root = &*config.output.folder;
    let finding = |message: &str, path: &Path| Finding::new(&codes::LEDGER_DAMAGE, message).at(Place::file(path));
    if folder.is_begun() {
        let message = "a build was cut off while it put documents in place";
        return Ok(finding(message, root).help("`tidings build` goes on from there").into());
    }
    let altered = folder.altered()?;
    let told = |(path, stands): &(&str, Standing)| {
        let (message, help) = match stands {
            Standing::Nothing => ("what was published here is gone", "`tidings build --full` puts it back"),
            Standing::File(_) => {
                ("this is not what was published here", "see who changed it; `tidings build --full --force` puts back what was published")
            }
            Standing::Other(what) => (*what, "take it away, and `tidings build --full` puts back what was published"),
        };
        finding(message, &root.join(path)).help(help)
    };
    let mut findings: Findings = altered.iter().take(NAMED).map(told).collect();
    if altered.len() > NAMED {
        let more = format!("{} like these", many(altered.len() - NAMED, "more document"));
        findings.push(finding(&more, root).help("mend these, and look again"));
    }
    Ok(findings)
}

/// What a channel holds, or a page of its archive, counted from 1.
fn members(channel: &KnownChannel, page: Option<usize>) -> Option<&[Ref]> {
    match page {
        Some(number) => channel.pages.get(number - 1).map(|page| page.members.as_slice()),
        None => Some(&channel.members),
    }
}

fn repair(context: &Context, config: &Config, folder: &Destination) -> Result<Exit, Failure> {
    let store = Store::of(config);
    let mut memory = memory::rebuilt(config, folder)?;
    let is_there = store.exists()?;
    let has_hubs = !config.publication.hubs.is_empty();
    let waiting = if has_hubs && is_there { store.pings().unwrap_or_default() } else { Vec::new() };
    let pings: Vec<Ping> = waiting.into_iter().map(|pending| pending.ping).collect();
    let old = if is_there { store.load().ok() } else { None };
    if let Some(old) = &old {
        // What the old one knows of items that are published no more is worth keeping.
        exchange::import(&mut memory, &items_of(old)).map_err(|bad| Failure::new(bad.to_string()))?;
    }
    match &store {
        Store::File(file) => repair_file(context, file, is_there, (&memory, &pings), has_hubs)?,
        #[cfg(feature = "postgres")]
        Store::Tables(tables) => {
            if let Some(old) = &old {
                let aside = config.root.join(".tidings").join("ledger-old.ndjson");
                std::fs::write(&aside, exchange::export(old)).map_err(Failure::io("write", &aside))?;
                context.ui.note(format_args!("the old ledger is kept as `{}`", aside.display()));
            }
            tables.replace(&memory, &pings)?;
        }
    }
    context.ui.say(format_args!("{} and {} are remembered", many(memory.items().len(), "item"), many(memory.channels.len(), "channel")));
    Ok(Exit::Fine)
}

fn repair_file(context: &Context, file: &File, is_there: bool, (memory, pings): (&Memory, &[Ping]), has_hubs: bool) -> Result<(), Failure> {
    let aside = file.path().with_extension("db.old");
    if is_there {
        std::fs::rename(file.path(), &aside).map_err(Failure::io("move", file.path()))?;
        context.ui.note(format_args!("the old ledger is kept as `{}`", aside.display()));
    }
    file.save_with(&Memory::default(), memory, pings)?;
    if is_there
        && has_hubs
        && let Err(error) = book::take_over(file, &aside)
    {
        context.ui.note(format_args!("who subscribed at the hub could not be taken over: {error}"));
    }
    Ok(())
}

fn items_of(memory: &Memory) -> String {
    let mut items = memory.clone();
    items.channels.clear();
    exchange::export(&items)
}
