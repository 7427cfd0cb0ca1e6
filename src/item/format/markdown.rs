//! Records in Markdown: fields in front matter, between lines of `+++` (TOML) or `---` (YAML); the rest is the body.

use std::fmt;
use std::ops::Range;

use memchr::memchr;
use serde::de::{Error, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_saphyr::Spanned;

use super::tree::{DEPTH, Entry, Node, Value};
use super::{Fault, Spot};
use crate::diag::codes;
use crate::item::record::Record;

const FENCES: &str = "begin the file with its fields between two lines of `+++` (TOML) or `---` (YAML)";

/// Reads a record, or says everything that is wrong with it.
pub fn parse(text: &str) -> Result<Record, Vec<Fault>> {
    let parts = Parts::of(text).map_err(|fault| vec![fault])?;
    let mut record = match parts.language {
        Language::Toml => super::toml::parse(parts.front),
        Language::Yaml => parse_yaml(parts.front),
    }
    .map_err(|faults| match parts.in_another_language() {
        Some(fault) => vec![fault],
        None => faults.into_iter().map(|fault| fault.shifted(parts.at)).collect(),
    })?;
    if !parts.body.is_empty() && record.body.replace(parts.body.to_owned()).is_some() {
        return Err(super::explain(tree(text), || Fault::new(&codes::RECORD_SYNTAX, Spot::Record, "`body` stands twice")));
    }
    Ok(record)
}

/// The fields before the body as a table, dates in YAML as texts; or why there is none.
pub fn fields(text: &str) -> Result<toml::Table, String> {
    let Parts { language, front, .. } = Parts::of(text).map_err(|fault| fault.message)?;
    match language {
        Language::Toml => toml::from_str(front).map_err(|error| error.message().to_owned()),
        Language::Yaml => serde_saphyr::from_str_with_options(front, options()).map_err(|error| error.to_string()),
    }
}

/// The record with its spans, the body among its fields.
pub fn tree(text: &str) -> Result<Node, Fault> {
    let parts = Parts::of(text)?;
    let mut root = match parts.language {
        Language::Toml => super::toml::tree(parts.front),
        Language::Yaml => yaml_tree(parts.front),
    }
    .map_err(|fault| fault.shifted(parts.at))?;
    shift(&mut root, parts.at);
    if let Value::Table(entries) = &mut root.value
        && !parts.body.is_empty()
    {
        let span = parts.body_span(text);
        let node = Node { span: span.clone(), value: Value::Text(parts.body.to_owned()) };
        entries.push(Entry { key: "body".to_owned(), span, node });
    }
    Ok(root)
}

fn shift(node: &mut Node, by: usize) {
    node.span = node.span.start + by..node.span.end + by;
    match &mut node.value {
        Value::List(list) => list.iter_mut().for_each(|node| shift(node, by)),
        Value::Table(entries) => entries.iter_mut().for_each(|entry| {
            entry.span = entry.span.start + by..entry.span.end + by;
            shift(&mut entry.node, by);
        }),
        _ => {}
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Language {
    Toml,
    Yaml,
}

/// A file taken apart.
#[derive(Debug)]
struct Parts<'a> {
    language: Language,
    /// Where the front matter begins.
    at: usize,
    front: &'a str,
    /// Without the blank lines around it.
    body: &'a str,
}

impl<'a> Parts<'a> {
    fn of(text: &'a str) -> Result<Self, Fault> {
        let line_end = |from: usize| memchr(b'\n', &text.as_bytes()[from..]).map_or(text.len(), |length| from + length + 1);
        let at = line_end(0);
        let (language, closing): (_, &[&str]) = match text[..at].trim_end() {
            "+++" => (Language::Toml, &["+++"]),
            "---" => (Language::Yaml, &["---", "..."]),
            _ => {
                let spot = Spot::Span(0..at.min(text.len()));
                return Err(Fault::new(&codes::MISSING_FRONT_MATTER, spot, "a record in Markdown begins with its fields").help(FENCES));
            }
        };
        let mut end = at;
        while end < text.len() {
            let next = line_end(end);
            let line = &text[end..next];
            if closing.iter().any(|fence| line.starts_with(fence) && line.trim_end() == *fence) {
                let body = text[next..].trim_matches(['\n', '\r']);
                let body = if body.trim().is_empty() { "" } else { body };
                return Ok(Parts { language, at, front: &text[at..end], body });
            }
            end = next;
        }
        let message = format!("the front matter is not closed by a line of `{}`", closing[0]);
        Err(Fault::new(&codes::MISSING_FRONT_MATTER, Spot::Span(0..3), message).help(FENCES))
    }

    /// Of fields that cannot be read: whether the first of them is written as in the language of the other fences.
    fn in_another_language(&self) -> Option<Fault> {
        let first = self.front.lines().find(|line| !line.trim().is_empty() && !line.trim_start().starts_with('#'))?;
        let (name, rest) = first.split_at(first.find(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '-' | '_' | '"' | '\''))?);
        let is_key = !name.is_empty();
        let (what, fence, own) = match self.language {
            Language::Yaml if is_key && rest.trim_start().starts_with('=') => ("TOML", "+++", "---"),
            Language::Toml if is_key && rest.starts_with(':') => ("YAML", "---", "+++"),
            _ => return None,
        };
        let message = format!("the fields between `{own}` are {what}");
        Some(Fault::new(&codes::RECORD_SYNTAX, Spot::Span(0..3), message).help(format!("write `{fence}` above and below them")))
    }

    /// The body's first line.
    fn body_span(&self, text: &str) -> Range<usize> {
        let start = self.body.as_ptr() as usize - text.as_ptr() as usize;
        start..start + self.body.find('\n').unwrap_or(self.body.len())
    }
}

fn parse_yaml(front: &str) -> Result<Record, Vec<Fault>> {
    match serde_saphyr::from_str_with_options::<Option<Record>>(front, options()) {
        Ok(record) => swallowed(front).map_or_else(|| Ok(record.unwrap_or_default()), |fault| Err(vec![fault])),
        Err(error) => Err(super::explain(yaml_tree(front), || yaml_fault(&error, front))),
    }
}

/// Fields that are texts for people. In a plain text of YAML, what follows a ` #` is a comment, and what a `!` or `&` begins a tag or an anchor.
const TEXTS: [&str; 7] = ["title", "summary", "dateline", "rights", "author", "authors", "withdrawn"];

/// A text of which a part would be lost.
fn swallowed(front: &str) -> Option<Fault> {
    memchr::memchr3(b'#', b'!', b'&', front.as_bytes())?;
    let Value::Table(entries) = yaml_tree(front).ok()?.value else { return None };
    let mut texts = Vec::new();
    entries.into_iter().filter(|entry| TEXTS.contains(&entry.key.as_str())).for_each(|entry| add_texts(entry.node, &mut texts));
    let lost = texts.into_iter().find_map(|span| lost_before(front, &span).or_else(|| lost_behind(front, &span)))?;
    let start = lost.as_ptr() as usize - front.as_ptr() as usize;
    let message = format!("YAML does not take `{lost}` for a part of the text");
    let help = "put the whole text between quotes; a comment stands on a line of its own";
    Some(Fault::new(&codes::RECORD_SYNTAX, Spot::Span(start..start + lost.len()), message).help(help))
}

/// The places of all texts in a value.
fn add_texts(node: Node, texts: &mut Vec<Range<usize>>) {
    match node.value {
        Value::Text(_) => texts.push(node.span),
        Value::List(list) => list.into_iter().for_each(|node| add_texts(node, texts)),
        Value::Table(entries) => entries.into_iter().for_each(|entry| add_texts(entry.node, texts)),
        _ => {}
    }
}

/// A comment behind a text that no quotes end.
fn lost_behind<'f>(front: &'f str, span: &Range<usize>) -> Option<&'f str> {
    let text = front.get(span.clone())?;
    // A block, which begins behind its `|`, ends with its last line.
    let is_plain = !text.starts_with(['"', '\'', '|', '>', '*']) && !text.trim_end_matches(' ').ends_with('\n');
    let rest = front.get(span.end..)?.lines().next()?.trim();
    (is_plain && rest.starts_with('#')).then_some(rest)
}

/// A tag that YAML does not know itself, or an anchor that nothing leads to.
fn lost_before<'f>(front: &'f str, span: &Range<usize>) -> Option<&'f str> {
    let word = front.get(..span.start)?.trim_end().rsplit(char::is_whitespace).next()?;
    let is_tag = word.starts_with('!') && !word.starts_with("!!") && !word.starts_with("!<");
    // One that says nothing may stand before quotes.
    let is_tag = is_tag && (word != "!" || !front.get(span.clone())?.starts_with(['"', '\'']));
    let is_anchor = word.strip_prefix('&').is_some_and(|name| !name.is_empty() && !front.contains(&format!("*{name}")));
    (is_tag || is_anchor).then_some(word)
}

fn yaml_tree(front: &str) -> Result<Node, Fault> {
    let root: Spanned<Yaml> = serde_saphyr::from_str_with_options(front, options()).map_err(|error| yaml_fault(&error, front))?;
    Ok(of_yaml(root, front, DEPTH))
}

/// Front matter is small and flat: whatever is large or deep is an attack or a mistake. Words stay words: `no` is Norway, `007` no seven.
fn options() -> serde_saphyr::Options {
    serde_saphyr::options! {
        budget: serde_saphyr::budget! {
            max_depth: DEPTH,
            max_nodes: 10_000,
            max_events: 40_000,
            max_anchors: 100,
            max_aliases: 1_000,
            max_documents: 1,
            max_recorded_anchor_events: 10_000,
        },
        strict_booleans: true,
        leading_zero_numbers_as_strings: true,
        underscored_numbers_as_strings: true,
        with_snippet: false,
        emit_comments: false,
    }
}

fn yaml_fault(error: &serde_saphyr::Error, front: &str) -> Fault {
    let span = error.location().map_or(0..0, |location| span_of(location, front));
    let words = error.without_snippet().to_string();
    let words = words.lines().next().unwrap_or_default();
    let message = words.rsplit_once(" at line ").map_or(words, |(message, _)| message);
    let message = message.split_once(": ").filter(|(head, _)| head.starts_with("line ")).map_or(message, |(_, message)| message);
    let syntax = |message: String, help: &str| Fault::new(&codes::RECORD_SYNTAX, Spot::Span(span), message).help(help);
    if let Some(rest) = message.strip_prefix("duplicate mapping key: ") {
        // What follows the comma speaks to programmers.
        let key = rest.rsplit_once(", set ").map_or(rest, |(key, _)| key);
        return syntax(format!("`{key}` stands twice"), "keep one of the two");
    }
    let help = match message {
        message if message.contains("tab") => "YAML takes no tabs before a key; write blanks",
        _ => {
            "a blank stands behind the colon of a field; a text with a colon, a `#` or a bracket in it, or that begins with an `@`, stands between quotes; \
             every bracket and quote is closed"
        }
    };
    syntax(format!("not valid YAML: {message}"), help)
}

fn span_of(location: serde_saphyr::Location, front: &str) -> Range<usize> {
    let bytes = location.span().byte_offset().zip(location.span().byte_len());
    let start = match bytes {
        Some((start, _)) => start as usize,
        None => byte_at(front, location.line(), location.column()),
    };
    let start = start.min(front.len());
    start..(start + bytes.map_or(1, |(_, length)| length as usize).max(1)).min(front.len())
}

fn byte_at(text: &str, line: u64, column: u64) -> usize {
    let line = text.split_inclusive('\n').nth(line.saturating_sub(1) as usize).unwrap_or_default();
    let start = (line.as_ptr() as usize).wrapping_sub(text.as_ptr() as usize).min(text.len());
    start + line.char_indices().nth(column.saturating_sub(1) as usize).map_or(line.len(), |(at, _)| at)
}

fn of_yaml(yaml: Spanned<Yaml>, front: &str, depth: usize) -> Node {
    let span = span_of(yaml.referenced, front);
    let value = match yaml.value {
        Yaml::List(_) | Yaml::Table(_) if depth == 0 => Value::Null,
        Yaml::Scalar(value) => value,
        Yaml::List(list) => Value::List(list.into_iter().map(|yaml| of_yaml(yaml, front, depth - 1)).collect()),
        Yaml::Table(pairs) => {
            let entry = |(key, yaml): (Spanned<String>, _)| Entry {
                span: span_of(key.referenced, front),
                key: key.value,
                node: of_yaml(yaml, front, depth - 1),
            };
            Value::Table(pairs.into_iter().map(entry).collect())
        }
    };
    Node { span, value }
}

/// Any value of YAML, with the places of what is in it.
enum Yaml {
    Scalar(Value),
    List(Vec<Spanned<Yaml>>),
    Table(Vec<(Spanned<String>, Spanned<Yaml>)>),
}

impl<'de> Deserialize<'de> for Yaml {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(YamlVisitor)
    }
}

struct YamlVisitor;

impl<'de> Visitor<'de> for YamlVisitor {
    type Value = Yaml;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E: Error>(self) -> Result<Yaml, E> {
        Ok(Yaml::Scalar(Value::Null))
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Yaml, E> {
        Ok(Yaml::Scalar(Value::Boolean(value)))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Yaml, E> {
        Ok(Yaml::Scalar(Value::Integer(value)))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Yaml, E> {
        Ok(Yaml::Scalar(i64::try_from(value).map_or(Value::Float(value as f64), Value::Integer)))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Yaml, E> {
        Ok(Yaml::Scalar(Value::Float(value)))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Yaml, E> {
        Ok(Yaml::Scalar(Value::Text(text.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Yaml, A::Error> {
        let mut list = Vec::new();
        while let Some(value) = seq.next_element()? {
            list.push(value);
        }
        Ok(Yaml::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Yaml, A::Error> {
        let mut pairs = Vec::new();
        while let Some(pair) = map.next_entry()? {
            pairs.push(pair);
        }
        Ok(Yaml::Table(pairs))
    }
}
