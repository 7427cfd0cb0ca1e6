//! `[[source]]` with `sqlite` or `postgres`: a table of a database.
//!
//! Whether the database is there, and has the columns, is for the bringing-over to find out.

use std::ops::Range;
use std::path::{Path, PathBuf};

use crate::config::file::{Report, Table};
use crate::config::{self, Engine};
use crate::database::Address;
use crate::diag::codes;
use crate::vocab::slug;

/// Where the files stand that tables are brought over into.
const FOLDER: &str = ".tidings/sources";

/// Keys of tables alone.
const KEYS: [&str; 6] = ["query", "key", "watermark", "deleted", "listen", "name"];

/// A table, and the file that its source reads.
pub(super) struct Own {
    pub table: config::Table,
    pub file: PathBuf,
    /// Where it is named.
    pub span: Range<usize>,
}

/// The table of the source with this number; `kind` is the key that says where it is.
pub(super) fn read(table: &Table<'_>, kind: &str, number: usize, others: &[config::Table], report: &mut Report<'_>) -> Option<Own> {
    let at = table.string(kind)?;
    let database = match kind {
        "sqlite" => Engine::Sqlite(PathBuf::from(at.value)),
        _ => match Address::parse(at.value) {
            Ok(address) => Engine::Postgres(address),
            Err((message, help)) => {
                report.bad_secret(&at.span, message, help);
                return None;
            }
        },
    };
    if !table.has("query") {
        let help = "add `query = \"SELECT id, title, published AS date, body FROM news\"`, with the names of your own table";
        report.error(&codes::MISSING_KEY, &table.span, "`query` is missing: which rows are records", help);
    }
    for key in ["format", "delimiter", "append-only"].into_iter().filter(|key| table.has(key)) {
        report.error(&codes::UNUSED_KEY, &table.place(key), format!("`{key}` is for files, and this source is a database"), "take it out");
    }
    if kind == "sqlite" && table.has("listen") {
        let help = "take it out: `tidings build --watch` watches the file of an SQLite database";
        report.error(&codes::UNUSED_KEY, &table.place("listen"), "`listen` is for PostgreSQL", help);
    }
    let column = |key: &str| table.string(key).map(|text| text.value.to_owned());
    let name = name(table, &database, number, others, report);
    Some(Own {
        file: Path::new(FOLDER).join(format!("{name}.ndjson")),
        span: at.span,
        table: config::Table {
            source: 0,
            name,
            database,
            query: query(table.string("query")?.value),
            key: column("key"),
            watermark: column("watermark"),
            deleted: column("deleted"),
            listen: column("listen").filter(|_| kind == "postgres"),
            place: report.place(&table.span),
        },
    })
}

/// Keys of tables in a source that is none.
pub(super) fn unused(table: &Table<'_>, report: &mut Report<'_>) {
    for key in KEYS.into_iter().filter(|key| table.has(key)) {
        let message = format!("`{key}` is for databases, and this source is none");
        report.error(&codes::UNUSED_KEY, &table.place(key), message, "take it out, or name the database with `sqlite` or `postgres`");
    }
}

/// The query without what ends it on a command line.
fn query(text: &str) -> String {
    text.trim_end_matches(|c: char| c == ';' || c.is_whitespace()).to_owned()
}

/// What the table is called: part of a file's name, and unique.
fn name(table: &Table<'_>, database: &Engine, number: usize, others: &[config::Table], report: &mut Report<'_>) -> String {
    let given = table.string("name");
    let by_file = || match database {
        Engine::Sqlite(file) => file.file_stem().and_then(|stem| slug::slug(&stem.to_string_lossy())),
        Engine::Postgres(_) => None,
    };
    let name = match &given {
        Some(text) => text.value.to_owned(),
        None => by_file().unwrap_or_else(|| format!("source-{number}")),
    };
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    if !name.chars().all(is_plain) {
        let help = slug::slug(&name).map_or_else(|| "use letters, digits and hyphens".to_owned(), |slug| format!("write `{slug}`"));
        report.bad(&table.place("name"), format!("`{name}` is part of a file's name"), help);
    }
    if others.iter().any(|other| other.name.eq_ignore_ascii_case(&name)) {
        let help = "give one of the two another `name`";
        report.bad(&table.place("name"), format!("two sources are called `{name}`"), help);
    }
    name
}
