//! `tidings db status`: how much the tables of a publication hold, and how much waits.

use clap::Args;

use super::{Exit, Failure, ui};
use crate::config::Database;
use crate::database::schema;

#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  tidings db status\n  tidings db status --json")]
pub(super) struct StatusArgs {
    /// As JSON
    #[arg(long)]
    json: bool,
}

/// What is counted, and how.
const COUNTS: [(&str, &str); 9] = [
    ("items", "select count(*) from ledger where gone is null"),
    ("gone", "select count(*) from ledger where gone is not null"),
    ("channels", "select count(*) from channels"),
    ("placements", "select count(*) from placements"),
    ("documents", "select count(*) from documents"),
    ("waiting", "select count(*) from families where wanted > done"),
    ("leased", "select count(*) from families where until > now()"),
    ("outbox", "select count(*) from outbox"),
    ("unpurged", "select count(*) from unpurged"),
];

impl StatusArgs {
    pub(super) fn run(&self, database: &Database) -> Result<Exit, Failure> {
        let mut client = schema::ready(database)?;
        let mut count = |query: &str| client.query_one(query, &[]).map(|row| row.get::<_, i64>(0));
        let counts: Result<Vec<(&str, i64)>, _> = COUNTS.iter().map(|(name, query)| Ok((*name, count(query)?))).collect();
        let counts = counts.map_err(|error: postgres::Error| schema::said(&database.address, &error))?;
        if self.json {
            let mut all: std::collections::BTreeMap<&str, i64> = counts.into_iter().collect();
            all.insert("version", schema::VERSION);
            ui::print_json(&all)?;
            return Ok(Exit::Fine);
        }
        ui::print(format_args!("{}, schema `{}`, version {}", database.address, database.schema, schema::VERSION));
        counts.iter().for_each(|(name, count)| ui::print(format_args!("{name:<10} {count:>12}")));
        Ok(Exit::Fine)
    }
}
