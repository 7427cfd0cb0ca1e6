//! Rows of SQLite. A value has its own type there, whatever its column says; a watermark is kept with it.

use std::borrow::Cow;
use std::path::Path;
use std::time::Duration;

use rusqlite::types::{Value, ValueRef};
use rusqlite::{Connection, ErrorCode, OpenFlags, ToSql};

use super::columns::{Column, Plan};
use super::{Cell, Pair, Row, Rows, Take, Which, bad, unreadable};
use crate::diag::codes;
use crate::item::format::Fault;

/// How long somebody else may be writing.
const PATIENCE: Duration = Duration::from_secs(10);

/// A query on a file, as the file was when it was opened.
pub(super) struct Sqlite {
    connection: Connection,
    file: String,
    query: String,
    columns: Vec<Column>,
}

impl Sqlite {
    /// Opens the file, to read it alone.
    pub fn open(root: &Path, file: &Path, query: &str) -> Result<Self, Fault> {
        let (path, file) = (root.join(file), file.display().to_string());
        if !path.is_file() {
            return Err(unreadable(format!("there is no database `{file}`"))
                .help("mend the source's `sqlite`: it is a file, relative to the config's folder"));
        }
        let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX);
        let connection = connection.map_err(|error| fault(&file, &error))?;
        let begun = connection.busy_timeout(PATIENCE).and_then(|()| connection.execute_batch("BEGIN"));
        begun.map_err(|error| fault(&file, &error))?;
        let columns = columns(&connection, query).map_err(|error| fault(&file, &error))?;
        Ok(Sqlite { connection, file, query: query.to_owned(), columns })
    }

    /// Asks for `what` of the rows, and hands each over.
    fn ask(
        &self,
        what: &str,
        rest: &str,
        parameters: &[&dyn ToSql],
        take: &mut dyn FnMut(&rusqlite::Row<'_>) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        let fault = |error| fault(&self.file, &error);
        let sql = format!("SELECT {what} FROM (\n{}\n) AS r {rest}", self.query);
        let mut statement = self.connection.prepare(&sql).map_err(fault)?;
        let mut rows = statement.query(parameters).map_err(fault)?;
        while let Some(row) = rows.next().map_err(fault)? {
            take(row)?;
        }
        Ok(())
    }
}

impl Rows for Sqlite {
    fn columns(&self) -> &[Column] {
        &self.columns
    }

    fn rows(&mut self, plan: &Plan<'_>, which: Which<'_>, take: Take<'_>) -> Result<(), Fault> {
        let name = |column: usize| quoted(plan.name(column));
        let maybe = |column: Option<usize>| column.map_or("NULL".to_owned(), name);
        let fields: String = plan.fields.iter().map(|(_, column)| format!(", {}", name(*column))).collect();
        let what = format!("{}, {}, {}{fields}", name(plan.key), maybe(plan.watermark), maybe(plan.deleted));
        let (rest, parameter) = match which {
            Which::All => (in_order(plan), None),
            Which::Since(mark) => {
                let watermark = maybe(plan.watermark);
                (format!("WHERE ({watermark} >= ?1 OR {watermark} IS NULL) {}", in_order(plan)), Some(value_of(mark)))
            }
            Which::These(pairs) => {
                let keys: Vec<Cow<'_, str>> =
                    pairs.iter().map(|pair| if pair.is_number { (&*pair.key).into() } else { json(&pair.key) }).collect();
                let keys = Value::Text(format!("[{}]", keys.join(",")));
                (format!("WHERE {} IN (SELECT value FROM json_each(?1))", name(plan.key)), Some(keys))
            }
        };
        let parameters: Vec<&dyn ToSql> = parameter.iter().map(|value| value as &dyn ToSql).collect();
        self.ask(&what, &rest, &parameters, &mut |row| {
            let value = |column: usize| row.get_ref(column).map_err(|error| fault(&self.file, &error));
            let (key, watermark, gone) = (key(plan, value(0)?)?, mark_of(value(1)?), text(value(2)?));
            let cells = (3..3 + plan.fields.len()).map(|column| Ok(cell(value(column)?))).collect::<Result<Vec<_>, Fault>>()?;
            let key = key.as_ref().map(|(key, _)| &**key);
            take(Row { key, watermark: watermark.as_deref(), gone: gone.as_deref(), cells: &cells })
        })
    }

    fn pairs(&mut self, plan: &Plan<'_>, take: &mut dyn FnMut(Option<Pair>)) -> Result<(), Fault> {
        let what =
            format!("{}, {}", quoted(plan.name(plan.key)), plan.watermark.map_or("NULL".to_owned(), |column| quoted(plan.name(column))));
        self.ask(&what, &in_order(plan), &[], &mut |row| {
            let value = |column: usize| row.get_ref(column).map_err(|error| fault(&self.file, &error));
            let (key, watermark) = (key(plan, value(0)?)?, mark_of(value(1)?));
            take(key.map(|(key, is_number)| Pair { key: (*key).into(), is_number, watermark: watermark.map(Into::into) }));
            Ok(())
        })
    }

    fn last(&mut self, plan: &Plan<'_>, since: Option<&str>) -> Result<Option<Box<str>>, Fault> {
        let watermark = quoted(plan.watermark.map_or("", |column| plan.name(column)));
        let since = since.map(value_of);
        let condition = if since.is_some() { format!("{watermark} >= ?1") } else { format!("{watermark} IS NOT NULL") };
        let parameters: Vec<&dyn ToSql> = since.iter().map(|value| value as &dyn ToSql).collect();
        let mut last = None;
        self.ask(&watermark, &format!("WHERE {condition} ORDER BY {watermark} DESC LIMIT 1"), &parameters, &mut |row| {
            last = mark_of(row.get_ref(0).map_err(|error| fault(&self.file, &error))?).map(Into::into);
            Ok(())
        })?;
        Ok(last)
    }
}

fn columns(connection: &Connection, query: &str) -> rusqlite::Result<Vec<Column>> {
    let statement = connection.prepare(&format!("SELECT * FROM (\n{query}\n) AS r"))?;
    Ok(statement.column_names().iter().map(|name| Column { name: (*name).to_owned(), kind: String::new() }).collect())
}

/// A column of the query.
fn quoted(name: &str) -> String {
    format!("r.\"{}\"", name.replace('"', "\"\""))
}

/// By the bytes of the key's text, in whatever encoding the file is.
fn in_order(plan: &Plan<'_>) -> String {
    format!("ORDER BY hex(CAST({} AS TEXT))", quoted(plan.name(plan.key)))
}

/// The text of a key, and whether it is a number.
fn key<'v>(plan: &Plan<'_>, value: ValueRef<'v>) -> Result<Option<(Cow<'v, str>, bool)>, Fault> {
    match value {
        ValueRef::Null => Ok(None),
        ValueRef::Integer(number) => Ok(Some((number.to_string().into(), true))),
        ValueRef::Text(text) => Ok(Some((String::from_utf8_lossy(text), false))),
        ValueRef::Real(_) | ValueRef::Blob(_) => {
            let name = plan.name(plan.key);
            let message = format!("the key `{name}` is a whole number or a text, not {}", value.data_type().to_string().to_lowercase());
            Err(bad(&codes::WRONG_TYPE, message).help(format!("convert it in the query: `CAST({name} AS TEXT) AS {name}`")))
        }
    }
}

fn text(value: ValueRef<'_>) -> Option<Cow<'_, str>> {
    match value {
        ValueRef::Null => None,
        ValueRef::Integer(number) => Some(number.to_string().into()),
        ValueRef::Real(number) => Some(number.to_string().into()),
        ValueRef::Text(text) | ValueRef::Blob(text) => Some(String::from_utf8_lossy(text)),
    }
}

fn cell(value: ValueRef<'_>) -> Cell<'_> {
    match value {
        ValueRef::Null => Cell::Null,
        ValueRef::Integer(number) => Cell::Json(number.to_string().into()),
        // What is beyond numbers is a text, as in PostgreSQL.
        ValueRef::Real(number) if !number.is_finite() => Cell::Json(format!("\"{number}\"").into()),
        ValueRef::Real(number) => Cell::Json(number.to_string().into()),
        ValueRef::Text(text) => std::str::from_utf8(text).map_or(Cell::Bytes, |text| Cell::Json(json(text))),
        ValueRef::Blob(_) => Cell::Bytes,
    }
}

fn json(text: &str) -> Cow<'_, str> {
    serde_json::to_string(text).unwrap_or_default().into()
}

/// A watermark with its type; one of bytes says nothing.
fn mark_of(value: ValueRef<'_>) -> Option<String> {
    match value {
        ValueRef::Integer(number) => Some(format!("i{number}")),
        ValueRef::Real(number) => Some(format!("r{number}")),
        ValueRef::Text(text) => Some(format!("t{}", std::str::from_utf8(text).ok()?)),
        ValueRef::Null | ValueRef::Blob(_) => None,
    }
}

fn value_of(mark: &str) -> Value {
    let (kind, text) = mark.split_at_checked(1).unwrap_or_default();
    match kind {
        "i" => text.parse().map_or(Value::Null, Value::Integer),
        "r" => text.parse().map_or(Value::Null, Value::Real),
        _ => Value::Text(text.to_owned()),
    }
}

fn fault(file: &str, error: &rusqlite::Error) -> Fault {
    let help = match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => "somebody writes to it; run again, nothing was published",
        Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => "see with `sqlite3 FILE 'PRAGMA integrity_check'` what is left of it",
        Some(ErrorCode::CannotOpen | ErrorCode::PermissionDenied | ErrorCode::ReadOnly) => {
            "see whether you may read it, and write into its folder where it is in WAL mode"
        }
        _ => "mend the source's `query`: it is one SELECT, which `sqlite3` runs as well",
    };
    unreadable(format!("the database `{file}`: {}", words(error))).help(help)
}

/// Without the query, which the user knows.
fn words(error: &rusqlite::Error) -> String {
    match error {
        rusqlite::Error::SqliteFailure(_, Some(message)) => message.clone(),
        rusqlite::Error::SqlInputError { msg, .. } => msg.clone(),
        other => other.to_string(),
    }
}
