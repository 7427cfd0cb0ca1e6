//! The formats of item records: text becomes a [`Record`], or everything that is wrong with it and where.
//!
//! Good records are read without spans. Only when a fault is to be shown is the text read again, as a [`tree::Node`], to find its place.
//! What the fields mean is no business of this room.

pub mod csv;
pub mod json;
pub mod markdown;
pub mod ndjson;
pub mod toml;
pub mod tree;

use std::cell::LazyCell;
use std::fs;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use xxhash_rust::xxh3::{xxh3_128, xxh3_128_with_seed};

use crate::config::RecordFormat;
use crate::diag::{Code, Excerpt, Finding, Place, codes};
use crate::item::record::Record;
use crate::item::walk::format_of;

/// The longest row of a bulk file, and the largest file that holds one record, in bytes.
pub const ROW_LIMIT: usize = 16 << 20;

/// Something wrong with a record, before its place is worked out.
#[derive(Clone, Debug, PartialEq)]
pub struct Fault {
    pub code: &'static Code,
    pub spot: Spot,
    pub message: String,
    pub help: Option<String>,
}

/// What part of the record a fault is about.
#[derive(Clone, Debug, PartialEq)]
pub enum Spot {
    /// All of it.
    Record,
    Field(Field),
    /// Bytes of the text.
    Span(Range<usize>),
}

/// What others call a field without which an item does very well.
const OTHER_NAMES: [(&str, &str); 12] = [
    ("content", "body"),
    ("text", "body"),
    ("html", "body"),
    ("description", "summary"),
    ("abstract", "summary"),
    ("excerpt", "summary"),
    ("url", "link"),
    ("href", "link"),
    ("permalink", "link"),
    ("lang", "language"),
    ("locale", "language"),
    ("modified", "updated"),
];

/// A field of a record, or a part of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field {
    pub key: &'static str,
    /// In a list, from 0.
    pub index: Option<usize>,
    /// In a table.
    pub inner: Option<&'static str>,
}

impl Field {
    pub const fn new(key: &'static str) -> Self {
        Field { key, index: None, inner: None }
    }

    /// As messages name it: `authors.name`.
    pub fn path(self) -> String {
        self.inner.map_or_else(|| self.key.to_owned(), |inner| format!("{}.{inner}", self.key))
    }

    #[must_use]
    pub const fn nth(self, index: usize) -> Self {
        Field { index: Some(index), ..self }
    }

    #[must_use]
    pub const fn inner(self, key: &'static str) -> Self {
        Field { inner: Some(key), ..self }
    }
}

impl Fault {
    pub fn new(code: &'static Code, spot: Spot, message: impl Into<String>) -> Self {
        Fault { code, spot, message: message.into(), help: None }
    }

    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    #[must_use]
    pub fn maybe_help(mut self, help: Option<String>) -> Self {
        self.help = help.or(self.help);
        self
    }

    /// Of the last record of a file, where the file has no end.
    pub fn cut_off() -> Self {
        let help = "it was cut off, or is still being written: export it again, and see to it that the export came to its end";
        Fault::new(&codes::RECORD_SYNTAX, Spot::Record, "the file ends in the midst of a record").help(help)
    }

    fn shifted(mut self, by: usize) -> Self {
        if let Spot::Span(span) = &mut self.spot {
            *span = span.start + by..span.end + by;
        }
        self
    }
}

/// The text of one record, and where it stands: what a fault's place is worked out from.
#[derive(Clone, Copy, Debug)]
pub struct Passage<'a> {
    pub path: &'a Arc<Path>,
    /// The line that a row begins at; 0 where the record is the whole file.
    pub line: u32,
    pub body: Body<'a>,
}

/// What a record was read from.
#[derive(Clone, Copy, Debug)]
pub enum Body<'a> {
    Text(RecordFormat, &'a str),
    Cells(&'a csv::Columns, &'a ::csv::StringRecord),
}

/// By what a record of the file at `path` that consists of these bytes is known.
pub fn mark(path: &Path, bytes: &[u8]) -> u128 {
    // Two hashes at once are made faster than one in pieces.
    xxh3_128(bytes).wrapping_add(xxh3_128_with_seed(path.as_os_str().as_encoded_bytes(), RECORD))
}

/// Tells the mark of a path from that of a text.
const RECORD: u64 = 0x7265_636f_7264;

impl Passage<'_> {
    /// The place of the record as a whole.
    pub fn whole(&self) -> Place {
        Place::line(self.path.clone(), self.line)
    }

    /// What there is of a record that has faults, so that what the parts mean can be judged too. `None` where nothing of it can be told.
    pub fn rest(&self) -> Option<Record> {
        match self.body {
            Body::Text(format, text) => tree::rest(tree(format, text).ok()?),
            Body::Cells(columns, cells) => columns.rest(cells),
        }
    }

    /// The faults in the words of those who know the record as a row of a table.
    pub fn in_table(&self, table: &str, faults: Vec<Fault>) -> Vec<Fault> {
        let id = match self.body {
            Body::Text(_, text) => {
                serde_json::from_str::<serde_json::Value>(text).ok().and_then(|row| Some(row.get("id")?.as_str()?.to_owned()))
            }
            Body::Cells(..) => None,
        };
        let row = id.map_or_else(|| format!("a row of `{table}`"), |id| format!("`{table}`, the row with the id `{id}`"));
        let said = |mut fault: Fault| {
            fault.message = format!("{row}: {}", fault.message);
            if fault.code == &codes::WRONG_TYPE {
                fault.help = Some("convert the column in the source's `query`, as in `CAST(number AS TEXT) AS title`".to_owned());
            }
            fault
        };
        faults.into_iter().map(said).collect()
    }

    /// The faults as findings with their places. The text is read again at most once.
    pub fn findings(&self, faults: Vec<Fault>) -> Vec<Finding> {
        let tree = LazyCell::new(|| match self.body {
            Body::Text(format, text) => tree(format, text).ok(),
            Body::Cells(..) => None,
        });
        let finding = |fault: Fault| {
            let span = match &fault.spot {
                Spot::Record => None,
                Spot::Span(span) => Some(span.clone()),
                Spot::Field(field) => tree.as_ref().and_then(|root| root.locate(field)),
            };
            Finding::new(fault.code, fault.message).at(self.place(&fault.spot, span)).maybe_help(fault.help)
        };
        faults.into_iter().map(finding).collect()
    }

    fn place(&self, spot: &Spot, span: Option<Range<usize>>) -> Place {
        match (self.body, span, spot) {
            (Body::Text(_, text), Some(span), _) => Place::span_from_line(self.path.clone(), self.line, text, span),
            (Body::Cells(columns, cells), _, Spot::Field(field)) => {
                Place { excerpt: columns.cell(field.key, cells).map(|cell| Box::new(excerpt(cell))), ..self.whole() }
            }
            _ => self.whole(),
        }
    }
}

/// Reads one record of any format that holds it as text; a row of NDJSON is JSON.
pub fn parse(format: RecordFormat, text: &str) -> Result<Record, Vec<Fault>> {
    match format {
        RecordFormat::Toml => toml::parse(text),
        RecordFormat::Markdown => markdown::parse(text),
        RecordFormat::Json | RecordFormat::Ndjson | RecordFormat::Csv => json::parse(text),
    }
}

/// Where a record says a field, as far as it is there and the record is a file below `root`; else the record's own place.
pub fn place_of(root: &Path, record: Place, field: Field) -> Place {
    let place = if record.line == 0 { place_in(root, &record.path, field) } else { None };
    place.unwrap_or(record)
}

fn place_in(root: &Path, path: &Arc<Path>, field: Field) -> Option<Place> {
    let format = format_of(&path.file_name()?.to_string_lossy())?;
    let text = fs::read_to_string(root.join(path)).ok()?;
    let text = text.strip_prefix('\u{FEFF}').unwrap_or(&text);
    let span = tree(format, text).ok()?.locate(&field)?;
    Some(Place::span(path.clone(), text, span))
}

fn tree(format: RecordFormat, text: &str) -> Result<tree::Node, Fault> {
    match format {
        RecordFormat::Toml => toml::tree(text),
        RecordFormat::Markdown => markdown::tree(text),
        RecordFormat::Json | RecordFormat::Ndjson | RecordFormat::Csv => json::tree(text),
    }
}

/// The first line of a cell, as much as fits a line on a screen.
fn excerpt(cell: &str) -> Excerpt {
    let text: String = cell.lines().next().unwrap_or_default().chars().take(120).collect();
    let span = 0..text.len();
    Excerpt { text, span }
}

/// What is wrong with a text that was not read as a record: the faults of its tree, else the one that stopped the reading.
fn explain(tree: Result<tree::Node, Fault>, otherwise: impl FnOnce() -> Fault) -> Vec<Fault> {
    match tree.map(|root| tree::faults(&root)) {
        Ok(faults) if faults.is_empty() => vec![otherwise()],
        Ok(faults) => faults,
        Err(fault) => vec![fault],
    }
}
