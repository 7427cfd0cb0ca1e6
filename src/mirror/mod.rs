//! Tables of databases, brought over into files of NDJSON that are read as any other.
//!
//! Such a file, the mirror, is a copy of the rows in which they are records already: one a line, by key. It is written beside its place and put there only
//! when every row was read, so a connection that is lost leaves the former one, and where no row changed it is not touched at all. What it holds may be
//! deleted at any time; the next run reads every row anew. A state beside it remembers the keys, the watermarks and hashes of its lines, by which few rows
//! are asked for and fewer written:
//!
//! - without a watermark, every row is read, and the lines are compared;
//! - with one, the keys and watermarks of all rows are read, and then those rows whose watermark is another;
//! - with one and a column that says which rows are gone, only the rows from the last watermark on.

mod columns;
mod line;
mod merge;
#[cfg(feature = "postgres")]
mod postgres;
mod read;
mod sqlite;
mod state;

use std::borrow::Cow;

use crate::config::{Config, Engine, Table};
use crate::database::DatabaseError;
use crate::diag::{Code, Finding, Findings, codes};
use crate::item::format::{Fault, Spot};
use crate::progress::{Progress, Stage};

use columns::{Column, Plan};
use state::Mirror;

/// Faults that are shown of one table.
const SHOWN: usize = 20;

/// Rows as a database gives them, in the order of the bytes of their keys.
trait Rows {
    /// What the query gives.
    fn columns(&self) -> &[Column];

    /// Hands over rows.
    fn rows(&mut self, plan: &Plan<'_>, which: Which<'_>, take: Take<'_>) -> Result<(), Fault>;

    /// Hands over the key and the watermark of every row.
    fn pairs(&mut self, plan: &Plan<'_>, take: &mut dyn FnMut(Option<Pair>)) -> Result<(), Fault>;

    /// The last watermark, where it is not before this one.
    fn last(&mut self, plan: &Plan<'_>, since: Option<&str>) -> Result<Option<Box<str>>, Fault>;
}

type Take<'a> = &'a mut dyn FnMut(Row<'_>) -> Result<(), Fault>;

/// Whether every row is read whatever is remembered, and who is told of each.
type How<'a> = (bool, &'a Progress);

/// Which rows are asked for.
#[derive(Clone, Copy)]
enum Which<'a> {
    All,
    /// Those with this watermark or a later one, and those without any.
    Since(&'a str),
    /// In no order.
    These(&'a [&'a Pair]),
}

/// By what a row is known.
struct Pair {
    key: Box<str>,
    /// Whether the key is a number, where the database does not know it by its column.
    is_number: bool,
    watermark: Option<Box<str>>,
}

struct Row<'a> {
    key: Option<&'a str>,
    watermark: Option<&'a str>,
    /// What the column of deleted rows says.
    gone: Option<&'a str>,
    /// Of each field of the plan.
    cells: &'a [Cell<'a>],
}

/// The value of a column.
#[derive(Clone, Debug, PartialEq)]
enum Cell<'a> {
    Null,
    /// As JSON.
    Json(Cow<'a, str>),
    /// What no text can hold.
    Bytes,
}

/// Brings every table of the config over, in whole where it is asked for. An error among the findings is a table whose mirror stayed as it was.
pub fn refresh(config: &Config, whole: bool, progress: &Progress) -> Findings {
    if config.tables.is_empty() {
        return Findings::new();
    }
    progress.begin(Stage::Fetching, 0);
    // Who calls may be in the midst of asynchronous work, in which the client of PostgreSQL cannot wait.
    let all = || config.tables.iter().flat_map(|table| one(config, table, (whole, progress))).collect();
    std::thread::scope(|scope| scope.spawn(all).join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
}

fn one(config: &Config, table: &Table, how: How<'_>) -> Vec<Finding> {
    let mut faults = bring(config, table, how).unwrap_or_else(|faults| faults);
    let more = faults.split_off(faults.len().min(SHOWN));
    let say = |fault: Fault| {
        let message = format!("`{}`: {}", table.name, fault.message);
        Finding::new(fault.code, message).at(table.place.clone()).maybe_help(fault.help)
    };
    let mut findings: Vec<Finding> = faults.into_iter().map(say).collect();
    if !more.is_empty() {
        let message = format!("{} more rows that cannot be read are not shown", more.len());
        let fault = Fault::new(&codes::MORE_LIKE_THIS, Spot::Record, message).help("mend what they have in common first");
        findings.push(say(fault).counting(more.len()));
    }
    findings
}

/// Brings one table over; what is no error is told too.
fn bring(config: &Config, table: &Table, how: How<'_>) -> Result<Vec<Fault>, Vec<Fault>> {
    let source = &config.sources[table.source];
    // Before the database is asked, so that of two runs the later one writes what it sees later.
    let mirror = Mirror::open(&config.root, &source.path)?;
    let mut rows: Box<dyn Rows> = match &table.database {
        Engine::Sqlite(file) => Box::new(sqlite::Sqlite::open(&config.root, file, &table.query)?),
        #[cfg(feature = "postgres")]
        Engine::Postgres(address) => Box::new(postgres::Postgres::open(address, &table.query)?),
        #[cfg(not(feature = "postgres"))]
        Engine::Postgres(_) => return Err(vec![not_built_in()]),
    };
    let (plan, faults) = Plan::of(table, source, rows.columns())?;
    read::read(&plan, rows.as_mut(), mirror, how)?;
    Ok(faults)
}

#[cfg(not(feature = "postgres"))]
fn not_built_in() -> Fault {
    let help = "build it with `cargo install --path . --features postgres`";
    unreadable("this program was built without the feature `postgres`").help(help)
}

fn unreadable(message: impl Into<String>) -> Fault {
    bad(&codes::SOURCE_UNREADABLE, message)
}

fn bad(code: &'static Code, message: impl Into<String>) -> Fault {
    Fault::new(code, Spot::Record, message)
}

impl From<Fault> for Vec<Fault> {
    fn from(fault: Fault) -> Self {
        vec![fault]
    }
}

impl From<DatabaseError> for Fault {
    fn from(error: DatabaseError) -> Self {
        unreadable(error.to_string()).help(error.help)
    }
}
