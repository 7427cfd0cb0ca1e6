//! `[[source]]`: where records come from.

use std::path::PathBuf;

use super::{localised, tables};
use crate::config::file::{At, Report, Table};
use crate::config::{self, DayOrder, RECORD_FIELDS, RecordFormat, Source};
use crate::diag::{codes, did_you_mean};
use crate::text::Syntax;

/// The sources, and which of them are tables; the folder `items` where none is named.
pub(super) fn read(root: &Table<'_>, report: &mut Report<'_>) -> (Vec<At<Source>>, Vec<config::Table>) {
    if !root.has("source") {
        return (vec![At { value: Source::at(PathBuf::from("items")), span: 0..0 }], Vec::new());
    }
    let (mut sources, mut tables): (Vec<At<Source>>, Vec<config::Table>) = Default::default();
    for (number, table) in (1..).zip(root.tables("source")) {
        match kind(&table, report) {
            Some("path") => sources.extend(files(&table, &sources, report)),
            Some(kind) => {
                let Some(own) = tables::read(&table, kind, number, &tables, report) else { continue };
                tables.push(config::Table { source: sources.len(), ..own.table });
                let mut file = Source::at(own.file);
                file.format = Some(RecordFormat::Ndjson);
                common(&table, &mut file, report);
                sources.push(At { value: file, span: own.span });
            }
            None => {}
        }
    }
    (sources, tables)
}

/// Which of the keys that say where records are is there, where it is one.
fn kind<'k>(table: &Table<'_>, report: &mut Report<'_>) -> Option<&'k str> {
    let named: Vec<&str> = ["path", "sqlite", "postgres"].into_iter().filter(|key| table.has(key)).collect();
    match named[..] {
        [one] => return Some(one),
        [first, more, ..] => {
            let message = format!("a source has one of `{first}` and `{more}`");
            report.bad(&table.place(more), message, "take one of the two out, or write a second `[[source]]`");
        }
        [] => {
            let help = "add `path = \"items\"` for a folder or a file, `sqlite` or `postgres` for a database";
            report.error(&codes::MISSING_KEY, &table.span, "a source has no `path`", help);
        }
    }
    None
}

/// A source that is a folder or a file.
fn files(table: &Table<'_>, others: &[At<Source>], report: &mut Report<'_>) -> Option<At<Source>> {
    let path = table.string("path")?;
    let mut own = Source::at(PathBuf::from(path.value));
    own.format = table.string("format").and_then(|text| format(text.value));
    common(table, &mut own, report);
    own.append_only = table.flag("append-only").unwrap_or(false);
    if table.has("append-only") && own.format.is_some_and(|format| format != RecordFormat::Ndjson) {
        report.error(
            &codes::UNUSED_KEY,
            &table.place("append-only"),
            "`append-only` is for NDJSON, and this source is none",
            "take it out",
        );
    }
    tables::unused(table, report);
    if others.iter().any(|other| clean(&other.value.path) == clean(&own.path)) {
        let help = "take one of the two out; a record that is read twice is one too many";
        report.bad(&path.span, format!("`{}` is a source already", path.value), help);
    }
    Some(At { value: own, span: path.span })
}

/// What holds for records from anywhere.
fn common(table: &Table<'_>, own: &mut Source, report: &mut Report<'_>) {
    own.language = table.string("language").and_then(|text| localised::language(&text, &codes::BAD_VALUE, report));
    own.syntax = table.string("syntax").and_then(|text| syntax(text.value));
    own.dates = table.string("dates").and_then(|text| day_order(text.value));
    csv(table, own, report);
}

fn csv(table: &Table<'_>, source: &mut Source, report: &mut Report<'_>) {
    for (field, column) in table.table("columns").entries() {
        if !RECORD_FIELDS.contains(&field.value) {
            let help = did_you_mean(field.value, RECORD_FIELDS)
                .unwrap_or_else(|| format!("the fields are {}", crate::config::keys::quoted(&RECORD_FIELDS)));
            report.bad(&field.span, format!("a record has no field `{}`", field.value), help);
        } else if let Some(column) = column.get_ref().as_str() {
            source.columns.push((field.value.to_owned(), column.to_owned()));
        }
    }
    if let Some(text) = table.string("delimiter").filter(|text| text.value.chars().count() == 1) {
        match text.value.as_bytes() {
            [byte] if byte.is_ascii() && !matches!(byte, b'"' | b'\r' | b'\n') => source.delimiter = *byte,
            _ => report.bad(&text.span, "columns cannot be separated by this", "use `,`, `;`, `|` or `\\t`"),
        }
    }
    let separator = table.string("list-separator").and_then(|text| text.value.chars().next());
    // What separates columns cannot separate the values in one.
    let own = || if source.delimiter == b';' { '|' } else { source.list_separator };
    source.list_separator = separator.unwrap_or_else(own);
    let is_other = table.has("path") && source.format.is_some_and(|format| format != RecordFormat::Csv);
    for key in ["columns", "delimiter", "list-separator"].into_iter().filter(|key| is_other && table.has(key)) {
        report.error(&codes::UNUSED_KEY, &table.place(key), format!("`{key}` is for CSV, and this source is none"), "take it out");
    }
    if source.delimiter as char == source.list_separator {
        let help = "give another `list-separator`, such as `|`";
        report.bad(&table.place("list-separator"), "columns and the values in a cell are separated by the same character", help);
    }
}

/// The path without `.` and doubled separators.
fn clean(path: &std::path::Path) -> PathBuf {
    path.components().filter(|piece| !matches!(piece, std::path::Component::CurDir)).collect()
}

fn format(text: &str) -> Option<RecordFormat> {
    Some(match text {
        "toml" => RecordFormat::Toml,
        "markdown" | "md" => RecordFormat::Markdown,
        "json" => RecordFormat::Json,
        "ndjson" => RecordFormat::Ndjson,
        "csv" => RecordFormat::Csv,
        _ => return None,
    })
}

fn syntax(text: &str) -> Option<Syntax> {
    Some(match text {
        "markdown" => Syntax::Markdown,
        "html" => Syntax::Html,
        "plain" => Syntax::Plain,
        _ => return None,
    })
}

fn day_order(text: &str) -> Option<DayOrder> {
    Some(match text {
        "day-first" => DayOrder::DayFirst,
        "month-first" => DayOrder::MonthFirst,
        _ => return None,
    })
}
