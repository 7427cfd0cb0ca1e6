//! A record as a tree with spans: built only when something is wrong, to say what and where.
//!
//! The formats read good records straight into the [`Record`]; when that fails they build a [`Node`] of the same text, and [`faults`] tries
//! its fields one by one, so that every wrong field is named and not only the first.

use std::fmt;
use std::ops::Range;

use serde::de::value::{BorrowedStrDeserializer, MapDeserializer};
use serde::de::{DeserializeSeed, Deserializer, Error, Expected, MapAccess, SeqAccess, Unexpected, Visitor};
use serde::{Deserialize, forward_to_deserialize_any};

use super::{Fault, Field, OTHER_NAMES, Spot};
use crate::config::RECORD_FIELDS;
use crate::diag::{Code, codes, did_you_mean, nearest};
use crate::item::record::{Record, TOML_DATE};

/// The deepest tree that is built; a record is never deeper than three.
pub const DEPTH: usize = 12;

/// A value and the bytes that it was read from.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    pub span: Range<usize>,
    pub value: Value,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    Null,
    Boolean(bool),
    Integer(i64),
    Float(f64),
    Text(String),
    /// A date of TOML.
    Date(String),
    List(Vec<Node>),
    Table(Vec<Entry>),
}

/// One key of a table.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    pub key: String,
    pub span: Range<usize>,
    pub node: Node,
}

impl Node {
    /// The bytes of a field, or of the nearest thing above it that is there.
    pub fn locate(&self, field: &Field) -> Option<Range<usize>> {
        let mut node = self.get(field.key).or_else(|| self.get(other_spelling(field.key)?))?;
        if let (Some(index), Value::List(list)) = (field.index, &node.value) {
            node = list.get(index)?;
        }
        if let Some(inner) = field.inner.and_then(|inner| node.get(inner)) {
            node = inner;
        }
        Some(node.span.clone())
    }

    fn get(&self, key: &str) -> Option<&Node> {
        match &self.value {
            Value::Table(entries) => entries.iter().find(|entry| entry.key == key).map(|entry| &entry.node),
            _ => None,
        }
    }
}

fn other_spelling(key: &str) -> Option<&'static str> {
    (key == "authors").then_some("author")
}

/// Everything that keeps the tree from being a record. Empty where nothing does.
pub fn faults(root: &Node) -> Vec<Fault> {
    let Value::Table(entries) = &root.value else {
        let message = format!("a record is a table of fields, not {}", describe(&unexpected(&root.value)));
        let help = "many records go one a line into a `.ndjson` file, or one each into files";
        return vec![Fault::new(&codes::WRONG_TYPE, Spot::Span(root.span.clone()), message).help(help)];
    };
    let mut faults: Vec<Fault> = entries.iter().enumerate().filter_map(|(at, entry)| entry_fault(&entries[..at], entry)).collect();
    if faults.is_empty() {
        faults.extend(Record::deserialize(root).err().map(|wrong| wrong.into_fault(&root.span)));
    }
    faults
}

/// What of the tree is right, as a record. Where a field that no record goes without is wrong or misspelled, something stands in for it: what is
/// wrong with it was said.
pub fn rest(root: Node) -> Option<Record> {
    let Value::Table(entries) = root.value else { return None };
    let is_wrong: Vec<bool> = entries.iter().enumerate().map(|(at, entry)| entry_fault(&entries[..at], entry).is_some()).collect();
    let (mut right, mut wrong) = (Vec::new(), Vec::new());
    for (entry, is_wrong) in entries.into_iter().zip(is_wrong) {
        if is_wrong { wrong.push(entry.key) } else { right.push(entry) }
    }
    let mut record = Record::deserialize(&Node { span: root.span, value: Value::Table(right) }).ok()?;
    for key in wrong {
        let (field, stand_in) = match nearest(&key, RECORD_FIELDS) {
            Some("id") => (&mut record.id, "id"),
            Some("title") => (&mut record.title, "title"),
            Some("date") => (&mut record.date, "1970-01-01"),
            _ => continue,
        };
        field.get_or_insert_with(|| stand_in.to_owned());
    }
    Some(record)
}

fn entry_fault(before: &[Entry], entry: &Entry) -> Option<Fault> {
    if before.iter().any(|other| other.key == entry.key) {
        let message = format!("`{}` stands twice", entry.key);
        return Some(Fault::new(&codes::RECORD_SYNTAX, Spot::Span(entry.span.clone()), message).help("keep one of the two"));
    }
    let alone = Node { span: entry.node.span.clone(), value: Value::Table(vec![entry.clone()]) };
    Record::deserialize(&alone).err().map(|wrong| wrong.into_fault(&entry.span))
}

/// Why a tree is not a record.
#[derive(Debug)]
pub struct Wrong {
    code: &'static Code,
    /// The keys that lead to the value.
    path: Vec<String>,
    span: Option<Range<usize>>,
    /// What follows the path: `must be a string, not a table`.
    says: String,
    help: Option<String>,
}

impl Wrong {
    fn new(code: &'static Code, says: String) -> Self {
        Wrong { code, path: Vec::new(), span: None, says, help: None }
    }

    fn at(mut self, span: &Range<usize>) -> Self {
        self.span.get_or_insert_with(|| span.clone());
        self
    }

    fn under(mut self, key: &str) -> Self {
        self.path.insert(0, key.to_owned());
        self
    }

    fn into_fault(self, whole: &Range<usize>) -> Fault {
        let path = self.path.join(".");
        let message = match self.code.name {
            "unknown-key" => format!("unknown key `{path}`"),
            _ if path.is_empty() => self.says,
            _ => format!("`{path}` {}", self.says),
        };
        Fault { code: self.code, spot: Spot::Span(self.span.unwrap_or_else(|| whole.clone())), message, help: self.help }
    }
}

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.says)
    }
}

impl std::error::Error for Wrong {}

impl Error for Wrong {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Wrong::new(&codes::WRONG_TYPE, message.to_string())
    }

    fn invalid_type(found: Unexpected<'_>, wanted: &dyn Expected) -> Self {
        let help = way_out(&words(wanted), &found);
        Wrong { help: Some(help), ..Wrong::new(&codes::WRONG_TYPE, format!("must be {}, not {}", words(wanted), describe(&found))) }
    }

    fn invalid_value(found: Unexpected<'_>, wanted: &dyn Expected) -> Self {
        let help = way_out(&words(wanted), &found);
        Wrong { help: Some(help), ..Wrong::new(&codes::WRONG_TYPE, format!("must be {}, not {found}", words(wanted))) }
    }

    fn unknown_field(key: &str, known: &'static [&'static str]) -> Self {
        let elsewhere =
            || OTHER_NAMES.iter().chain(&MORE_NAMES).find(|(other, own)| *other == key && known.contains(own)).map(|(_, own)| *own);
        let help = did_you_mean(key, known.iter().copied())
            .or_else(|| Some(format!("here it is called `{}`", elsewhere()?)))
            .unwrap_or_else(|| format!("the keys here are {}", listed(known)));
        Wrong { help: Some(help), ..Wrong::new(&codes::UNKNOWN_KEY, String::new()) }
    }

    fn duplicate_field(key: &'static str) -> Self {
        let help = if key == "authors" { "write all of them into `authors`" } else { "keep one of the two" };
        Wrong { help: Some(help.to_owned()), ..Wrong::new(&codes::RECORD_SYNTAX, format!("`{key}` stands twice")) }
    }
}

/// What others call a field, beside [`OTHER_NAMES`].
const MORE_NAMES: [(&str, &str); 33] = [
    ("headline", "title"),
    ("name", "title"),
    ("pubDate", "date"),
    ("pubdate", "date"),
    ("published", "date"),
    ("publishDate", "date"),
    ("created", "date"),
    ("lastmod", "updated"),
    ("date_modified", "updated"),
    ("canonical", "link"),
    ("external_url", "link"),
    ("lead", "summary"),
    ("teaser", "summary"),
    ("subtitle", "summary"),
    ("content_html", "body"),
    ("tags", "topics"),
    ("categories", "topics"),
    ("category", "topics"),
    ("keywords", "topics"),
    ("byline", "authors"),
    ("creator", "authors"),
    ("writer", "authors"),
    ("photo", "image"),
    ("picture", "image"),
    ("thumbnail", "image"),
    ("cover", "image"),
    ("featured_image", "image"),
    ("attachments", "enclosures"),
    ("audio", "enclosures"),
    ("media", "enclosures"),
    ("podcast", "enclosures"),
    ("copyright", "rights"),
    ("license", "rights"),
];

/// What a type wants, without the names of Rust's numbers.
fn words(wanted: &dyn Expected) -> String {
    match wanted.to_string().as_str() {
        "u32" | "u64" => "a whole number, not below zero".to_owned(),
        words => words.to_owned(),
    }
}

fn way_out(wanted: &str, found: &Unexpected<'_>) -> String {
    let help = match (wanted, found) {
        ("a string", Unexpected::Seq | Unexpected::Map) => "write one text",
        ("a string", _) => "put it between double quotes",
        ("a boolean", _) => "write `true` or `false`, without quotes",
        ("a date", _) => "write `2018-02-09`, or with a time `2018-02-09T10:00:00-06:00`",
        ("a whole number, not below zero", _) => "write digits alone, without quotes and unit",
        ("a string or a list of strings", _) => "write `\"one\"`, or `[\"one\", \"another\"]`",
        _ => "write a text between quotes, or its parts in a table",
    };
    help.to_owned()
}

fn listed(keys: &[&str]) -> String {
    keys.iter().map(|key| format!("`{key}`")).collect::<Vec<_>>().join(", ")
}

fn describe(found: &Unexpected<'_>) -> String {
    let words = match found {
        Unexpected::Bool(_) => "a boolean",
        Unexpected::Unsigned(_) | Unexpected::Signed(_) => "a whole number",
        Unexpected::Float(_) => "a decimal number",
        Unexpected::Str(_) => "a string",
        Unexpected::Unit | Unexpected::Option => "nothing",
        Unexpected::Seq => "a list",
        Unexpected::Map => "a table",
        Unexpected::Other(words) => words,
        other => return other.to_string(),
    };
    words.to_owned()
}

fn unexpected(value: &Value) -> Unexpected<'_> {
    match value {
        Value::Null => Unexpected::Unit,
        Value::Boolean(value) => Unexpected::Bool(*value),
        Value::Integer(value) => Unexpected::Signed(*value),
        Value::Float(value) => Unexpected::Float(*value),
        Value::Text(text) => Unexpected::Str(text),
        Value::Date(_) => Unexpected::Other("a date"),
        Value::List(_) => Unexpected::Seq,
        Value::Table(_) => Unexpected::Map,
    }
}

impl<'de> Deserializer<'de> for &'de Node {
    type Error = Wrong;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        let result = match &self.value {
            Value::Null => visitor.visit_unit(),
            Value::Boolean(value) => visitor.visit_bool(*value),
            Value::Integer(value) => visitor.visit_i64(*value),
            Value::Float(value) => visitor.visit_f64(*value),
            Value::Text(text) => visitor.visit_borrowed_str(text),
            Value::Date(text) => visitor.visit_map(MapDeserializer::new(std::iter::once((TOML_DATE, text.as_str())))),
            Value::List(list) => visitor.visit_seq(Elements(list.iter())),
            Value::Table(entries) => visitor.visit_map(Entries { rest: entries.iter(), current: None }),
        };
        result.map_err(|wrong| wrong.at(&self.span))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        match self.value {
            Value::Null => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    // A date reaches a visitor of texts as a table; the user wrote neither.
    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        match self.value {
            Value::Date(_) => Err(Wrong::invalid_type(unexpected(&self.value), &visitor).at(&self.span)),
            _ => self.deserialize_any(visitor),
        }
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 char str bytes byte_buf unit unit_struct newtype_struct seq tuple
        tuple_struct map struct enum identifier ignored_any
    }
}

struct Elements<'de>(std::slice::Iter<'de, Node>);

impl<'de> SeqAccess<'de> for Elements<'de> {
    type Error = Wrong;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Wrong> {
        self.0.next().map(|node| seed.deserialize(node)).transpose()
    }
}

struct Entries<'de> {
    rest: std::slice::Iter<'de, Entry>,
    current: Option<&'de Entry>,
}

impl<'de> MapAccess<'de> for Entries<'de> {
    type Error = Wrong;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Wrong> {
        self.current = self.rest.next();
        let Some(entry) = self.current else { return Ok(None) };
        let key = seed.deserialize(BorrowedStrDeserializer::<Wrong>::new(&entry.key));
        key.map(Some).map_err(|wrong| wrong.at(&entry.span).under(&entry.key))
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Wrong> {
        match self.current {
            Some(entry) => seed.deserialize(&entry.node).map_err(|wrong| wrong.under(&entry.key)),
            None => Err(Wrong::custom("a value without a key")),
        }
    }
}
