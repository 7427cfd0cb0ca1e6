//! A row as a line of NDJSON: what databases have no type for is made of their texts and numbers as it is of the cells of CSV.

use std::borrow::Cow;
use std::fmt::Write;

use serde_json::value::RawValue;

use super::columns::Plan;
use super::{Cell, bad};
use crate::diag::codes;
use crate::item::format::Fault;
use crate::item::format::csv::said;

/// What a field takes.
enum Takes {
    /// A text, which may be a number.
    Name,
    /// Yes or no, or a text.
    Truth,
    List,
    /// A text or a table.
    Table,
    Other,
}

/// The line, its end included; what is NULL or blank is left out.
pub(super) fn line(plan: &Plan<'_>, key: &str, cells: &[Cell<'_>]) -> Result<String, Fault> {
    let mut line = String::from("{");
    for ((field, column), cell) in plan.fields.iter().zip(cells) {
        let value = match cell {
            Cell::Null => None,
            Cell::Json(json) => value(field, json, plan.list_separator),
            Cell::Bytes => {
                let name = plan.name(*column);
                let message = format!("the column `{name}` of the row with the key `{key}` holds bytes, which are no text");
                return Err(bad(&codes::WRONG_TYPE, message).help(format!("convert it in the query: `CAST({name} AS TEXT) AS {name}`")));
            }
        };
        if let Some(value) = value {
            let comma = if line.len() > 1 { "," } else { "" };
            let _ = write!(line, "{comma}\"{field}\":{value}");
        }
    }
    line.push_str("}\n");
    Ok(line)
}

/// The value of a field as the reader of records takes it, where there is one.
fn value<'j>(field: &str, json: &'j str, separator: char) -> Option<Cow<'j, str>> {
    let json = json.trim();
    let text = json.starts_with('"').then(|| serde_json::from_str::<String>(json).ok()).flatten();
    if json == "null" || text.as_ref().is_some_and(|text| text.trim().is_empty()) {
        return None;
    }
    Some(match (takes(field), text) {
        (Takes::Name, None) if is_number(json) => Cow::Owned(format!("\"{json}\"")),
        (Takes::Truth, text) => said(text.as_deref().unwrap_or(json)).map_or(in_line(json), |truth| Cow::Owned(truth.to_string())),
        (Takes::List, Some(text)) => Cow::Owned(inner(&text, &['[', '{']).unwrap_or_else(|| list(&text, separator))),
        (Takes::Table, Some(text)) => inner(&text, &['{']).map_or(in_line(json), Cow::Owned),
        _ => in_line(json),
    })
}

fn takes(field: &str) -> Takes {
    match field {
        "id" | "guid" | "story" => Takes::Name,
        "draft" | "withdrawn" => Takes::Truth,
        "countries" | "topics" | "authors" | "author" | "enclosures" => Takes::List,
        "image" | "source" => Takes::Table,
        _ => Takes::Other,
    }
}

fn is_number(json: &str) -> bool {
    json.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'-' | b'.'))
}

/// JSON in a text, where it begins with one of these and is whole.
fn inner(text: &str, opening: &[char]) -> Option<String> {
    let text = text.trim();
    let is_json = text.starts_with(opening) && serde_json::from_str::<&RawValue>(text).is_ok();
    is_json.then(|| in_line(text).into_owned())
}

fn list(text: &str, separator: char) -> String {
    let values: Vec<&str> = text.split(separator).map(str::trim).filter(|value| !value.is_empty()).collect();
    serde_json::to_string(&values).unwrap_or_default()
}

/// JSON in one line: within texts there are no line ends, and between values they are blanks.
fn in_line(json: &str) -> Cow<'_, str> {
    if json.contains(['\n', '\r']) { Cow::Owned(json.replace(['\n', '\r'], " ")) } else { Cow::Borrowed(json) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_fit_their_fields() {
        for (field, json, wanted) in [
            ("id", "17", Some("\"17\"")),
            ("id", "\"a\"", Some("\"a\"")),
            ("story", "12345678901234567890.5", Some("\"12345678901234567890.5\"")),
            ("title", "17", Some("17")),
            ("title", "null", None),
            ("title", "\" \\t\"", None),
            ("title", "\"a\\nb\"", Some("\"a\\nb\"")),
            ("draft", "1", Some("true")),
            ("draft", "false", Some("false")),
            ("draft", "\"No\"", Some("false")),
            ("draft", "\"perhaps\"", Some("\"perhaps\"")),
            ("draft", "2", Some("2")),
            ("withdrawn", "\"It was wrong.\"", Some("\"It was wrong.\"")),
            ("countries", "\"BZ; MX;\"", Some("[\"BZ\",\"MX\"]")),
            ("countries", "\"[\\\"BZ\\\",\\n\\\"MX\\\"]\"", Some("[\"BZ\", \"MX\"]")),
            ("countries", "\"[BZ; MX\"", Some("[\"[BZ\",\"MX\"]")),
            ("countries", "[\"BZ\"]", Some("[\"BZ\"]")),
            ("topics", "3", Some("3")),
            ("authors", "{\n\"name\": \"A\"}", Some("{ \"name\": \"A\"}")),
            ("image", "\"{\\\"url\\\":\\\"a.png\\\"}\"", Some("{\"url\":\"a.png\"}")),
            ("image", "\"a.png\"", Some("\"a.png\"")),
            ("body", "\"{\\\"a\\\":1}\"", Some("\"{\\\"a\\\":1}\"")),
        ] {
            assert_eq!(value(field, json, ';').as_deref(), wanted, "{field} of {json}");
        }
    }
}
