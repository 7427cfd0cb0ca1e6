//! `tidings db`: the tables that a publication keeps in PostgreSQL, and the items in them.

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use clap::{Args, Subcommand, ValueHint};

use super::build::Accepted;
use super::context::Context;
use super::db_status::StatusArgs;
use super::report::FindingRow;
use super::{Exit, Failure, ui};
use crate::config::{Config, Database, RecordFormat};
use crate::database::DatabaseError;
use crate::database::schema::{self, Standing};
use crate::desk::load::{Came, Load};
use crate::desk::put::Taken;
use crate::desk::{Desk, DeskError};
use crate::item::{Files, Found};
use crate::progress::Progress;

/// `tidings db`
#[derive(Debug, Subcommand)]
pub(super) enum DbCommand {
    /// Make the schema and its tables
    Init(InitArgs),
    /// Bring the tables up to date for this version of the program
    Migrate(MigrateArgs),
    /// Say what the database holds
    Status(StatusArgs),
    /// Bring the database to what the sources say: for `tidings work` to publish
    Load(LoadArgs),
    /// Take in records, and leave all others as they are
    Put(PutArgs),
    /// Take items out of the feeds
    Remove(RemoveArgs),
    /// Have the documents of channels made anew
    Touch(TouchArgs),
}

#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  tidings db load\n  tidings db load --accept shrink    although a channel loses more than a third of its items"
)]
pub(super) struct LoadArgs {
    /// Take in all the same: items that come twice, channels that shrink, dates in the future, paths that disappear
    #[arg(long, value_enum, value_delimiter = ',', value_name = "WHAT")]
    accept: Vec<Accepted>,
    /// Write every item anew, whether or not it changed
    #[arg(long)]
    full: bool,
    /// Report as JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  tidings db put news.ndjson\n  echo '{\"id\": \"17\", \"title\": \"Three ports reopen\", \"date\": \"2018-02-09\"}' | tidings db put -"
)]
pub(super) struct PutArgs {
    /// A file of NDJSON, or `-` for standard input
    #[arg(value_hint = ValueHint::FilePath)]
    file: PathBuf,
    /// Take in all the same: items that come twice
    #[arg(long, value_enum, value_delimiter = ',', value_name = "WHAT")]
    accept: Vec<Accepted>,
    /// Report as JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  tidings db remove 2018/ports-reopen")]
pub(super) struct RemoveArgs {
    /// Keys or ids of items
    #[arg(required = true)]
    items: Vec<String>,
}

#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  tidings db touch                  every channel, such as by a new version of the program\n  tidings db touch country/belize"
)]
pub(super) struct TouchArgs {
    /// Paths of channels without language and extension; all where none is named
    channels: Vec<String>,
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  tidings db init\n  tidings db init --partitions 16    for hundreds of millions of items")]
pub(super) struct InitArgs {
    /// Spread the tables that grow with the items over so many partitions by hash
    #[arg(long, value_name = "COUNT", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=1024))]
    partitions: u32,
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  tidings db migrate")]
pub(super) struct MigrateArgs {}

pub(super) fn run(command: &DbCommand, context: &Context) -> Result<Exit, Failure> {
    let Some(config) = context.load(false)? else { return Ok(Exit::Findings) };
    let database = database(&config)?;
    match command {
        DbCommand::Init(args) => made(context, database, schema::migrate(database, args.partitions)?),
        DbCommand::Migrate(_) => {
            let mut client = schema::open(database)?;
            if schema::standing(database, &mut client)? == Standing::Nothing {
                // Says that there are no tables, and how they are made.
                schema::ready(database)?;
            }
            made(context, database, schema::migrate(database, 1)?)
        }
        DbCommand::Status(args) => args.run(database),
        DbCommand::Load(args) => load(args, context, &config),
        DbCommand::Put(args) => put(args, context, &config),
        DbCommand::Remove(args) => remove(args, context, &config),
        DbCommand::Touch(args) => {
            let count = desk(&config)?.touch(&args.channels)?;
            if count < args.channels.len() as u64 {
                let help = "`tidings channels` lists the channels; name one without language and extension, such as `country/belize`";
                return Err(Failure::new("not all of these are channels that anything was ever wanted of").help(help));
            }
            context.ui.say(wanted(count));
            Ok(Exit::Fine)
        }
    }
}

/// The desk of the publication.
pub(super) fn desk(config: &Config) -> Result<Desk<'_>, Failure> {
    Ok(Desk::open(config, database(config)?)?)
}

/// The time: what the user says, else the database's, which is the same for every machine.
pub(super) fn now(context: &Context, desk: &mut Desk<'_>) -> Result<DateTime<Utc>, DeskError> {
    if context.is_now_given() { Ok(context.now) } else { desk.now() }
}

fn load(args: &LoadArgs, context: &Context, config: &Config) -> Result<Exit, Failure> {
    let mut desk = desk(config)?;
    let accepted = args.accept.iter().map(|accepted| accepted.accept()).collect();
    insist_no_other(&mut desk)?;
    let turn = Some(desk.take_turn()?);
    if !context.bring_over(config, false, args.json, "")? {
        return Ok(Exit::Findings);
    }
    let load = Load { now: now(context, &mut desk)?, accepted: &accepted, full: args.full, keep_going: false, turn };
    tell(load_all(&mut desk, load, context), args.json, context)
}

/// Refuses to begin a history anew beside one that stands in a file: every item would be dated by today, and would lose what it was published under.
fn insist_no_other(desk: &mut Desk<'_>) -> Result<(), Failure> {
    let file = desk.config.root.join(&desk.config.ledger.path);
    if !file.exists() || desk.has_history()? {
        return Ok(());
    }
    let why = format!("`{}` remembers what was published, and the database remembers nothing", file.display());
    Err(Failure::new(why).help(
        "take it over: `tidings ledger export ledger.ndjson` with a config without `[database]`, then `tidings ledger import ledger.ndjson` with this one; or move the file away to begin anew",
    ))
}

/// Brings the database to what the sources say.
pub(super) fn load_all(desk: &mut Desk<'_>, load: Load<'_>, context: &Context) -> Result<Came, DeskError> {
    let progress = Progress::default();
    context.ui.working(&progress, || desk.load(load, &progress))
}

fn put(args: &PutArgs, context: &Context, config: &Config) -> Result<Exit, Failure> {
    let mut desk = desk(config)?;
    let accepted = args.accept.iter().map(|accepted| accepted.accept()).collect();
    let load = Load { now: now(context, &mut desk)?, accepted: &accepted, full: false, keep_going: false, turn: None };
    let given = Given::new(&args.file)?;
    let came = desk.add(given.files(), load, &Progress::default());
    tell(came, args.json, context)
}

/// A file of records, or what came through standard input.
struct Given {
    path: PathBuf,
    /// Gone with the value.
    _kept: Option<tempfile::NamedTempFile>,
}

impl Given {
    fn new(file: &Path) -> Result<Self, Failure> {
        if file != Path::new("-") {
            return Ok(Given { path: std::path::absolute(file).map_err(Failure::io("read", file))?, _kept: None });
        }
        let kept = Self::put_aside().map_err(|error| {
            Failure::new(format!("records on standard input could not be put aside: {error}")).help(crate::scratch::WAY_OUT)
        })?;
        Ok(Given { path: kept.path().to_owned(), _kept: Some(kept) })
    }

    fn put_aside() -> io::Result<tempfile::NamedTempFile> {
        let mut kept = tempfile::Builder::new().prefix("standard-input-").suffix(".ndjson").tempfile_in(crate::scratch::folder()?)?;
        io::copy(&mut io::stdin().lock(), &mut kept)?;
        Ok(kept)
    }

    fn files(&self) -> Files {
        let key = self.path.with_extension("").to_string_lossy().into();
        let path = self.path.as_path().into();
        let found = Found { path, key, format: RecordFormat::Ndjson, source: 0, stamp: 0, is_young: true };
        Files { found: vec![found], ..Files::default() }
    }
}

fn remove(args: &RemoveArgs, context: &Context, config: &Config) -> Result<Exit, Failure> {
    let mut desk = desk(config)?;
    let known = desk.named(&args.items)?;
    let names: BTreeSet<&str> = known.iter().flat_map(|(key, iri)| [key.as_str(), iri]).collect();
    if let Some(unknown) = args.items.iter().find(|item| !names.contains(item.as_str())) {
        return Err(Failure::new(format!("no item in the feeds is called `{unknown}`; nothing was taken out"))
            .help("name it by its key or its published id"));
    }
    let now = now(context, &mut desk)?;
    let taken = desk.remove(&known.into_iter().map(|(_, iri)| iri).collect::<Vec<_>>(), now)?;
    context.ui.say(summary(&taken));
    Ok(Exit::Fine)
}

fn tell(came: Result<Came, DeskError>, json: bool, context: &Context) -> Result<Exit, Failure> {
    match came {
        Ok(came) => {
            context.ui.findings(&came.findings);
            if json {
                ui::print_json(&Told {
                    records: came.records,
                    taken: &came.taken,
                    findings: came.findings.iter().map(FindingRow::of).collect(),
                })?;
            } else {
                context.ui.say(format_args!("{}: {}", ui::many(came.records, "record"), summary(&came.taken)));
            }
            Ok(Exit::Fine)
        }
        Err(DeskError::Refused(findings)) => {
            context.ui.findings(&findings);
            if json {
                let findings = findings.iter().map(FindingRow::of).collect();
                ui::print_json(&Told { records: 0, taken: &Taken::default(), findings })?;
            }
            context.ui.note(format_args!("{}: not taken in", ui::tally(&findings)));
            Ok(Exit::Findings)
        }
        Err(error) => Err(error.into()),
    }
}

/// What `--json` says.
#[derive(serde::Serialize)]
struct Told<'a> {
    records: usize,
    taken: &'a Taken,
    findings: Vec<FindingRow<'a>>,
}

fn summary(taken: &Taken) -> String {
    let Taken { new, changed, unchanged, gone, families } = taken;
    format!("{new} new, {changed} changed, {unchanged} unchanged, {gone} gone; {}", wanted(families.len() as u64))
}

fn wanted(count: u64) -> String {
    match count {
        1 => "1 family of channels is wanted anew".to_owned(),
        count => format!("{count} families of channels are wanted anew"),
    }
}

/// The database that the config names.
pub(super) fn database(config: &Config) -> Result<&Database, Failure> {
    let help = "add `[database]` with a `url`: `postgresql://USER@HOST/DATABASE`";
    config.database.as_ref().ok_or_else(|| Failure::new(format!("`{}` names no database", config.path.display())).help(help))
}

fn made(context: &Context, database: &Database, from: i64) -> Result<Exit, Failure> {
    let Database { schema, .. } = database;
    match from {
        0 => context.ui.say(format_args!("the schema `{schema}` has its tables")),
        schema::VERSION => context.ui.say(format_args!("the schema `{schema}` is up to date")),
        from => context.ui.say(format_args!("the schema `{schema}` went from version {from} to {}", schema::VERSION)),
    }
    Ok(Exit::Fine)
}

impl From<DeskError> for Failure {
    fn from(error: DeskError) -> Self {
        match error {
            DeskError::Database(error) => error.into(),
            #[cfg(feature = "object-store")]
            DeskError::Storage(error) => error.into(),
            DeskError::Refused(findings) => Failure::new(ui::tally(&findings)),
            DeskError::Cannot { why, help } => Failure::new(why).help(help),
        }
    }
}

impl From<DatabaseError> for Failure {
    fn from(error: DatabaseError) -> Self {
        Failure::new(error.to_string()).help(error.help)
    }
}
