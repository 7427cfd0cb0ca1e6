//! Records in JSON: one a file, or one a line of NDJSON.

use std::fmt;
use std::ops::Range;

use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use super::tree::{DEPTH, Entry, Node, Value};
use super::{Fault, Spot};
use crate::diag::codes;
use crate::item::record::Record;

/// Reads a record, or says everything that is wrong with it.
pub fn parse(text: &str) -> Result<Record, Vec<Fault>> {
    if text.as_bytes().trim_ascii_start().starts_with(b"[") {
        // It would be taken for the fields in their order.
        return Err(super::explain(tree(text), || Fault::new(&codes::RECORD_SYNTAX, Spot::Span(0..1), "a record is no list")));
    }
    serde_json::from_str(text).map_err(|error| super::explain(tree(text), || fault(&error, text)))
}

/// The record with its spans.
pub fn tree(text: &str) -> Result<Node, Fault> {
    let raw: &RawValue = serde_json::from_str(text).map_err(|error| fault(&error, text))?;
    of_raw(raw, text, DEPTH).map_err(|error| fault(&error, text))
}

fn fault(error: &serde_json::Error, text: &str) -> Fault {
    let words = error.to_string();
    // The place is said by ourselves, with the line.
    let message = words.rsplit_once(" at line ").map_or(words.as_str(), |(message, _)| message);
    let at = offset(text, error.line(), error.column());
    // A value that is only passed over has it told as a key that is none.
    let is_closed_late = text.as_bytes()[at.clone()].starts_with(b"}") && text.as_bytes()[..at.start].trim_ascii_end().ends_with(b",");
    let message = if is_closed_late { "trailing comma" } else { message };
    let help = match message {
        _ if text.trim_start().starts_with('[') => "records stand one a line, without brackets around them and commas between them",
        "trailing characters" => {
            "a `.json` file holds one record; many of them go one a line into a `.ndjson` file, without commas between them"
        }
        "trailing comma" => "no comma stands before a closing bracket or brace",
        cut if cut.starts_with("EOF") => "a quote or a bracket is not closed, or the file was cut off: write it anew, whole",
        _ => "keys and texts stand between double quotes, with a colon between the two and a comma before the next",
    };
    Fault::new(&codes::RECORD_SYNTAX, Spot::Span(at), format!("not valid JSON: {message}")).help(help)
}

/// The byte that an error of `serde_json` is about; its columns are bytes, from 1, and 0 stands for the end of the line before.
fn offset(text: &str, line: usize, column: usize) -> Range<usize> {
    let start: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    let at = (start + column.saturating_sub(1)).min(text.len());
    at..(at + 1).min(text.len())
}

fn of_raw(raw: &RawValue, text: &str, depth: usize) -> Result<Node, serde_json::Error> {
    let source = raw.get();
    let span = span_in(source, text);
    let value = match source.as_bytes().first() {
        Some(b'{' | b'[') if depth == 0 => Value::Null,
        Some(b'{') => Value::Table(of_pairs(serde_json::from_str(source)?, span.start + 1, text, depth)?),
        Some(b'[') => {
            let list: Vec<&RawValue> = serde_json::from_str(source)?;
            Value::List(list.into_iter().map(|raw| of_raw(raw, text, depth - 1)).collect::<Result<_, _>>()?)
        }
        _ => of_scalar(serde_json::from_str(source)?),
    };
    Ok(Node { span, value })
}

fn of_pairs(pairs: Pairs<'_>, start: usize, text: &str, depth: usize) -> Result<Vec<Entry>, serde_json::Error> {
    let mut from = start;
    let mut entries = Vec::with_capacity(pairs.0.len());
    for (key, raw) in pairs.0 {
        let node = of_raw(raw, text, depth - 1)?;
        let between = &text[from..node.span.start];
        let span = between.find('"').zip(between.rfind('"')).map_or(node.span.clone(), |(open, close)| from + open + 1..from + close);
        from = node.span.end;
        entries.push(Entry { key, span, node });
    }
    Ok(entries)
}

fn of_scalar(value: serde_json::Value) -> Value {
    match value {
        serde_json::Value::Bool(value) => Value::Boolean(value),
        serde_json::Value::String(text) => Value::Text(text),
        serde_json::Value::Number(number) => {
            number.as_i64().map_or_else(|| Value::Float(number.as_f64().unwrap_or(f64::NAN)), Value::Integer)
        }
        _ => Value::Null,
    }
}

/// Where `piece`, which is borrowed from `text`, stands in it.
fn span_in(piece: &str, text: &str) -> Range<usize> {
    let start = (piece.as_ptr() as usize).wrapping_sub(text.as_ptr() as usize);
    if start.checked_add(piece.len()).is_some_and(|end| end <= text.len()) { start..start + piece.len() } else { 0..0 }
}

/// The keys and values of an object in their order, doubles included.
struct Pairs<'a>(Vec<(String, &'a RawValue)>);

impl<'de> Deserialize<'de> for Pairs<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct PairsVisitor;

        impl<'de> Visitor<'de> for PairsVisitor {
            type Value = Pairs<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut pairs = Vec::new();
                while let Some(pair) = map.next_entry()? {
                    pairs.push(pair);
                }
                Ok(Pairs(pairs))
            }
        }

        deserializer.deserialize_map(PairsVisitor)
    }
}
