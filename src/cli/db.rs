//! `tidings db`: the tables that a publication keeps in PostgreSQL.

use clap::{Args, Subcommand};

use super::context::Context;
use super::{Exit, Failure, ui};
use crate::config::{Config, Database};
use crate::database::DatabaseError;
use crate::database::schema::{self, Standing};

/// `tidings db`
#[derive(Debug, Subcommand)]
pub(super) enum DbCommand {
    /// Make the schema and its tables
    Init(InitArgs),
    /// Bring the tables up to date for this version of the program
    Migrate(MigrateArgs),
    /// Say what the database holds
    Status(StatusArgs),
}

#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  tidings db init\n  tidings db init --partitions 16    for hundreds of millions of items, or for Citus and its kin"
)]
pub(super) struct InitArgs {
    /// Spread the tables that grow with the items over so many partitions by hash
    #[arg(long, value_name = "COUNT", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=1024))]
    partitions: u32,
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  tidings db migrate")]
pub(super) struct MigrateArgs {}

#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  tidings db status\n  tidings db status --json")]
pub(super) struct StatusArgs {
    /// As JSON
    #[arg(long)]
    json: bool,
}

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
        DbCommand::Status(args) => status(args, database),
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

/// What is counted, and how.
const COUNTS: [(&str, &str); 8] = [
    ("items", "select count(*) from ledger where gone is null"),
    ("gone", "select count(*) from ledger where gone is not null"),
    ("channels", "select count(*) from channels"),
    ("placements", "select count(*) from placements"),
    ("documents", "select count(*) from documents"),
    ("waiting", "select count(*) from families where wanted > done"),
    ("leased", "select count(*) from families where until > now()"),
    ("outbox", "select count(*) from outbox"),
];

fn status(args: &StatusArgs, database: &Database) -> Result<Exit, Failure> {
    let mut client = schema::ready(database)?;
    let mut count = |query: &str| client.query_one(query, &[]).map(|row| row.get::<_, i64>(0));
    let counts: Result<Vec<(&str, i64)>, _> = COUNTS.iter().map(|(name, query)| Ok((*name, count(query)?))).collect();
    let counts = counts.map_err(|error: postgres::Error| schema::said(&database.address, &error))?;
    if args.json {
        let mut all: std::collections::BTreeMap<&str, i64> = counts.into_iter().collect();
        all.insert("version", schema::VERSION);
        ui::print_json(&all)?;
        return Ok(Exit::Fine);
    }
    ui::print(format_args!("{}, schema `{}`, version {}", database.address, database.schema, schema::VERSION));
    counts.iter().for_each(|(name, count)| ui::print(format_args!("{name:<10} {count:>12}")));
    Ok(Exit::Fine)
}

impl From<DatabaseError> for Failure {
    fn from(error: DatabaseError) -> Self {
        Failure::new(error.to_string()).help(error.help)
    }
}
