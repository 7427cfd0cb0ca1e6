//! Records in TOML.

mod plain;

use std::ops::Range;

use toml::de::{DeTable, DeValue};

use super::tree::{DEPTH, Entry, Node, Value};
use super::{Fault, Spot};
use crate::config::syntax::{self, Mistake};
use crate::diag::codes;
use crate::item::record::Record;

/// Reads a record, or says everything that is wrong with it.
pub fn parse(text: &str) -> Result<Record, Vec<Fault>> {
    if let Some(record) = plain::read(text) {
        return Ok(record);
    }
    toml::from_str(text).map_err(|error| super::explain(tree(text), || fault(&error, text)))
}

/// The record with its spans.
pub fn tree(text: &str) -> Result<Node, Fault> {
    let table = DeTable::parse(text).map_err(|error| fault(&error, text))?;
    Ok(Node { span: table.span(), value: of_table(table.get_ref(), DEPTH) })
}

fn fault(error: &toml::de::Error, text: &str) -> Fault {
    let fault = |span, message: &str| Fault::new(&codes::RECORD_SYNTAX, Spot::Span(span), format!("not valid TOML: {message}"));
    match syntax::first([error], text) {
        Some(Mistake { span, message, help }) => fault(span, &message).help(help),
        None => fault(text.len()..text.len(), error.message()),
    }
}

fn of_table(table: &DeTable<'_>, depth: usize) -> Value {
    if depth == 0 {
        return Value::Null;
    }
    let entry = |(key, value): (&toml::Spanned<toml::de::DeString<'_>>, &toml::Spanned<DeValue<'_>>)| Entry {
        key: key.get_ref().to_string(),
        span: key.span(),
        node: of_value(value.get_ref(), value.span(), depth - 1),
    };
    Value::Table(table.iter().map(entry).collect())
}

fn of_value(value: &DeValue<'_>, span: Range<usize>, depth: usize) -> Node {
    let value = match value {
        DeValue::String(text) => Value::Text(text.to_string()),
        DeValue::Integer(number) => Value::Integer(i64::from_str_radix(number.as_str(), number.radix()).unwrap_or(i64::MAX)),
        DeValue::Float(number) => Value::Float(number.as_str().parse().unwrap_or(f64::NAN)),
        DeValue::Boolean(value) => Value::Boolean(*value),
        DeValue::Datetime(date) => Value::Date(date.to_string()),
        DeValue::Array(list) if depth > 0 => {
            Value::List(list.iter().map(|value| of_value(value.get_ref(), value.span(), depth - 1)).collect())
        }
        DeValue::Array(_) => Value::Null,
        DeValue::Table(table) => of_table(table, depth),
    };
    Node { span, value }
}
