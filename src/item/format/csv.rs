//! CSV (RFC 4180): a header, then one record a row; columns become fields by name or by the source's `columns`.

use std::cell::Cell;
use std::io::{self, Read};
use std::path::Path;
use std::rc::Rc;
use std::sync::Arc;

use csv::{ByteRecord, ReaderBuilder, StringRecord};

use super::ndjson::newlines;
use super::{Fault, Field, ROW_LIMIT, Spot, mark};
use crate::config::RECORD_FIELDS;
use crate::config::Source;
use crate::diag::{codes, did_you_mean};
use crate::item::record::{Many, Record, Scalar, Withdrawn, Written};

/// Fields without which no row can be an item.
const NEEDED: [&str; 3] = ["id", "title", "date"];

/// A file of CSV, its header read.
pub struct Table<R: Read> {
    reader: csv::Reader<Plain<R>>,
    state: Rc<State>,
    pub columns: Arc<Columns>,
}

/// Which column holds which field.
#[derive(Debug)]
pub struct Columns {
    /// Field and column, in the order of [`RECORD_FIELDS`].
    fields: Vec<(&'static str, usize)>,
    width: usize,
    list_separator: char,
    /// The header to the letter.
    names: Vec<u8>,
}

/// A row as it stands in the file.
#[derive(Debug)]
pub struct Row {
    /// The line that it begins at.
    pub line: u32,
    pub cells: ByteRecord,
    /// Whether the file ended within a quoted cell.
    pub unclosed: bool,
    /// Whether the file ended before the row's line did.
    pub is_open: bool,
}

impl Row {
    /// The cells as text.
    ///
    /// # Errors
    ///
    /// The bytes of the first cell that is not UTF-8.
    pub fn decode(self) -> Result<StringRecord, Vec<u8>> {
        StringRecord::from_byte_record(self.cells).map_err(|error| {
            let cells = error.into_byte_record();
            cells.iter().find(|cell| std::str::from_utf8(cell).is_err()).unwrap_or_default().to_vec()
        })
    }
}

impl<R: Read> Table<R> {
    /// Reads the header. The faults beside the table are those of the header; an error among them means that no row can be read.
    ///
    /// # Errors
    ///
    /// What the reader says, or a header without end. A file without a header is `None`.
    pub fn open(reader: R, source: &Source) -> Result<Option<(Self, Vec<Fault>)>, csv::Error> {
        let state = Rc::<State>::default();
        let plain = Plain { inner: reader, state: state.clone(), given: 0, carriage_return: false, last: b'\n', ended: false };
        let mut reader = ReaderBuilder::new().delimiter(source.delimiter).has_headers(false).flexible(true).from_reader(plain);
        let mut header = ByteRecord::new();
        if !reader.read_byte_record(&mut header)? {
            return Ok(None);
        }
        if state.past_end.get() {
            return Err(io::Error::other("a quote in the header is not closed").into());
        }
        let names: Vec<String> = header.iter().map(|name| String::from_utf8_lossy(name).trim().to_owned()).collect();
        let (columns, faults) = Columns::of(&names, source);
        let faults = no_header(&header, source).map_or(faults, |fault| vec![fault]);
        Ok(Some((Table { reader, state, columns: Arc::new(columns) }, faults)))
    }

    /// The next rows, at most `limit`; none at the end.
    ///
    /// # Errors
    ///
    /// What the reader says, or a row without end.
    pub fn rows(&mut self, limit: usize) -> (Vec<Row>, Option<csv::Error>) {
        let mut rows = Vec::new();
        while rows.len() < limit {
            let mut cells = ByteRecord::new();
            match self.reader.read_byte_record(&mut cells) {
                Ok(true) => {}
                Ok(false) => break,
                Err(error) => return (rows, Some(error)),
            }
            let end = self.reader.position();
            self.state.row_start.set(end.byte());
            let unclosed = self.state.past_end.get();
            // Every row ends in a newline here; blank lines before a row would count as the row's own at its start, so count from its end.
            let inside = newlines(cells.as_slice());
            let line = end.line().saturating_sub(u64::from(!unclosed) + u64::from(inside)).max(1) as u32;
            rows.push(Row { line, cells, unclosed, is_open: self.state.is_open.get() });
        }
        (rows, None)
    }
}

/// What the first line is where it is no header that can be read.
fn no_header(header: &ByteRecord, source: &Source) -> Option<Fault> {
    let line = header.as_slice();
    let fault = |code, message: String, help: &str| Some(Fault::new(code, Spot::Record, message).help(help));
    if line.starts_with(b"\xFF\xFE") || line.starts_with(b"\xFE\xFF") || line.contains(&0) {
        return fault(&codes::BAD_UTF8, "this is UTF-16, not UTF-8".to_owned(), "save the file as UTF-8");
    }
    if let Some(cell) = header.iter().find(|cell| std::str::from_utf8(cell).is_err()) {
        let message = format!("a byte that is not UTF-8 in the header, in `{}`", String::from_utf8_lossy(cell).trim());
        let help = "save the file as UTF-8 (in Excel as `CSV UTF-8`); a program may have written it as windows-1252 or Latin-1";
        return fault(&codes::BAD_UTF8, message, help);
    }
    if line.to_ascii_lowercase().starts_with(b"sep=") {
        let help = "take the line out: the source says the delimiter, `delimiter = \";\"`, where it is no comma";
        return fault(&codes::RECORD_SYNTAX, "`sep=` is a word to a spreadsheet program, and no header".to_owned(), help);
    }
    let other = [';', '\t', ',', '|'].into_iter().find(|other| header.len() == 1 && line.contains(&(*other as u8)))?;
    let (used, other) = (char::from(source.delimiter).escape_default(), other.escape_default());
    let message = format!("the header is one column by the delimiter `{used}`, and there is `{other}` in it");
    fault(&codes::MISSING_COLUMN, message, &format!("say in the source `delimiter = \"{other}\"`"))
}

impl Columns {
    fn of(names: &[String], source: &Source) -> (Self, Vec<Fault>) {
        let (fields, mut faults) = assign(names, &source.columns, &[]);
        faults.extend(doubled(names, &fields));
        (Columns { fields, width: names.len(), list_separator: source.list_separator, names: names.join("\n").into_bytes() }, faults)
    }

    /// How many there are.
    pub fn width(&self) -> usize {
        self.width
    }

    /// By what a row of the file at `path` is known.
    pub fn mark(&self, path: &Path, cells: &ByteRecord) -> u128 {
        // Where the cells end matters, and so does which of them is what.
        let mut bytes = Vec::with_capacity(self.names.len() + 8 + 4 * cells.len() + cells.as_slice().len());
        bytes.extend_from_slice(&self.names);
        bytes.extend_from_slice(&cells.len().to_le_bytes());
        cells.iter().for_each(|cell| bytes.extend_from_slice(&(cell.len() as u32).to_le_bytes()));
        bytes.extend_from_slice(cells.as_slice());
        mark(path, &bytes)
    }

    /// A row as a record.
    pub fn record(&self, cells: &StringRecord) -> Result<Record, Vec<Fault>> {
        if cells.len() != self.width {
            let message = format!("this row has {} cells, the header has {}", cells.len(), self.width);
            let help = match cells.len() < self.width {
                true => "give it as many, empty ones too; a quote that opens a cell and is not closed swallows those behind it",
                false => "put a cell that holds the delimiter, a quote or a line break between double quotes",
            };
            return Err(vec![Fault::new(&codes::RECORD_SYNTAX, Spot::Record, message).help(help)]);
        }
        let (record, faults) = self.fill(cells);
        if faults.is_empty() { Ok(record) } else { Err(faults) }
    }

    /// What there is of a row that is no record.
    pub fn rest(&self, cells: &StringRecord) -> Option<Record> {
        (cells.len() == self.width).then(|| self.fill(cells).0)
    }

    fn fill(&self, cells: &StringRecord) -> (Record, Vec<Fault>) {
        let (mut record, mut faults) = (Record::default(), Vec::new());
        for (field, column) in &self.fields {
            let cell = cells.get(*column).unwrap_or_default();
            if !cell.trim().is_empty() {
                faults.extend(self.set(&mut record, field, cell).err());
            }
        }
        (record, faults)
    }

    /// The cell of a field, for showing.
    pub fn cell<'a>(&self, field: &str, cells: &'a StringRecord) -> Option<&'a str> {
        let (_, column) = self.fields.iter().find(|(own, _)| *own == field || (*own == "author" && field == "authors"))?;
        cells.get(*column)
    }

    fn set(&self, record: &mut Record, field: &'static str, cell: &str) -> Result<(), Fault> {
        let text = || Some(cell.trim().to_owned());
        match field {
            "id" => record.id = text(),
            "guid" => record.guid = text(),
            "title" => record.title = text(),
            "date" => record.date = text(),
            "updated" => record.updated = text(),
            "dateline" => record.dateline = text(),
            "summary" => record.summary = Some(cell.to_owned()),
            "body" => record.body = Some(cell.to_owned()),
            "syntax" => record.syntax = text(),
            "link" => record.link = text(),
            "countries" => record.countries = Some(Many(self.list(cell).map(Scalar).collect())),
            "topics" => record.topics = Some(Many(self.list(cell).map(Scalar).collect())),
            "language" => record.language = text(),
            "story" => record.story = text(),
            "authors" | "author" => {
                let own = record.authors.get_or_insert_with(|| Many(Vec::new()));
                own.0.extend(self.list(cell).map(Written::Text));
            }
            "image" => record.image = text().map(Written::Text),
            "enclosures" => record.enclosures = Some(Many(self.list(cell).map(Written::Text).collect())),
            "source" => record.source = text().map(Written::Text),
            "rights" => record.rights = text(),
            "draft" => record.draft = Some(truth(cell)?),
            "publish-at" => record.publish_at = text(),
            "expires" => record.expires = text(),
            "withdrawn" => record.withdrawn = Some(truth(cell).map_or_else(|_| Withdrawn::Notice(cell.trim().to_owned()), Withdrawn::Flag)),
            _ => {}
        }
        Ok(())
    }

    fn list(&self, cell: &str) -> impl Iterator<Item = String> {
        cell.split(self.list_separator).map(str::trim).filter(|value| !value.is_empty()).map(str::to_owned)
    }
}

/// Which of the columns `names` holds which field, in the order of [`RECORD_FIELDS`]: that which the source names for it, else that of its name. The
/// columns `apart` serve something else. With it comes what is wrong.
pub fn assign(names: &[String], mapping: &[(String, String)], apart: &[usize]) -> (Vec<(&'static str, usize)>, Vec<Fault>) {
    let (mut fields, mut faults) = (Vec::new(), Vec::new());
    for field in RECORD_FIELDS {
        let mapped = mapping.iter().find(|(own, _)| own == field).map(|(_, column)| column.as_str());
        match find(names, mapped.unwrap_or(field)) {
            Some(column) => fields.push((field, column)),
            None => faults.extend(missing(field, mapped, names)),
        }
    }
    for (column, name) in names.iter().enumerate() {
        if !apart.contains(&column) && !fields.iter().any(|(_, used)| *used == column) {
            faults.extend(near_miss(name, &fields));
        }
    }
    (fields, faults)
}

/// The column of this name, in whatever case where none has it to the letter.
pub fn find(names: &[String], wanted: &str) -> Option<usize> {
    let exact = names.iter().position(|name| name == wanted);
    exact.or_else(|| names.iter().position(|name| name.eq_ignore_ascii_case(wanted)))
}

/// Columns that are called as one from which a field is read.
fn doubled<'a>(names: &'a [String], fields: &'a [(&'static str, usize)]) -> impl Iterator<Item = Fault> + 'a {
    let second = |(field, column): &(&str, usize)| {
        let name = &names[*column];
        let is_second = |(at, other): (usize, &String)| {
            at != *column && other.eq_ignore_ascii_case(name) && !fields.iter().any(|(_, used)| *used == at)
        };
        names.iter().enumerate().any(is_second).then(|| {
            let help = format!("give one of the two another name, or say in the source which it is: `columns = {{ {field} = \"NAME\" }}`");
            Fault::new(&codes::UNKNOWN_COLUMN, Spot::Record, format!("two columns are called `{name}`, and the first is read")).help(help)
        })
    };
    fields.iter().filter_map(second)
}

fn missing(field: &str, mapped: Option<&str>, names: &[String]) -> Option<Fault> {
    match mapped {
        Some(column) => Some(unknown(column, field, names)),
        None if NEEDED.contains(&field) => {
            let map = match likely(field, names) {
                Some(column) => format!("say in the source which column it is: `columns = {{ {field} = \"{column}\" }}`"),
                None => format!("say in the source which column it is: `columns = {{ {field} = \"NAME\" }}`; {}", listed(names)),
            };
            Some(Fault::new(&codes::MISSING_COLUMN, Spot::Record, format!("no column `{field}`")).help(map))
        }
        None => None,
    }
}

/// A column that may hold a field by what programs call it.
fn likely<'a>(field: &str, names: &'a [String]) -> Option<&'a str> {
    let words: &[&str] = match field {
        "id" => &["guid", "uuid", "key", "slug", "number"],
        "title" => &["headline", "heading", "name", "subject"],
        "date" => &["date", "publi", "created", "time", "day"],
        _ => &[],
    };
    let free = || names.iter().filter(|name| !RECORD_FIELDS.iter().any(|own| own.eq_ignore_ascii_case(name)));
    words.iter().find_map(|word| free().find(|name| name.to_lowercase().contains(word))).map(String::as_str)
}

fn listed(names: &[String]) -> String {
    format!("the columns are {}", names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", "))
}

/// A column that the source names for something, and that is not there.
pub fn unknown(column: &str, what: &str, names: &[String]) -> Fault {
    let help = did_you_mean(column, names.iter().map(String::as_str)).unwrap_or_else(|| listed(names));
    Fault::new(&codes::MISSING_COLUMN, Spot::Record, format!("no column `{column}`, which the source names for `{what}`")).help(help)
}

/// A column that no field has, and that is called nearly like one or as others call it; any other is the user's own business.
fn near_miss(name: &str, used: &[(&'static str, usize)]) -> Option<Fault> {
    let is_free = |field: &&str| !used.iter().any(|(own, _)| own == field);
    // Nothing else tells of a field without which an item does very well.
    let other = super::OTHER_NAMES.iter().find(|(other, field)| other.eq_ignore_ascii_case(name) && is_free(field));
    let mapped =
        |(_, field): &(&str, &str)| format!("if it is the `{field}`, say so in the source: `columns = {{ {field} = \"{name}\" }}`");
    let help = other.map(mapped).or_else(|| did_you_mean(name, RECORD_FIELDS.into_iter().filter(is_free)))?;
    Some(Fault::new(&codes::UNKNOWN_COLUMN, Spot::Record, format!("the column `{name}` is not read")).help(help))
}

fn truth(cell: &str) -> Result<bool, Fault> {
    said(cell).ok_or_else(|| {
        let message = format!("`draft` must be `true` or `false`, not `{cell}`");
        Fault::new(&codes::WRONG_TYPE, Spot::Field(Field::new("draft")), message).help("`yes` and `no`, `1` and `0` will do too")
    })
}

/// Yes or no, as tables say it.
pub fn said(cell: &str) -> Option<bool> {
    match cell.trim().to_ascii_lowercase().as_str() {
        "true" | "yes" | "1" => Some(true),
        "false" | "no" | "0" => Some(false),
        _ => None,
    }
}

/// What the table and the reader under it tell each other.
#[derive(Debug, Default)]
struct State {
    /// Where the last whole row ended, in the bytes given.
    row_start: Cell<u64>,
    /// Whether more was asked for than the last line: only a quote that is not closed needs more.
    past_end: Cell<bool>,
    /// Whether the file ended without a line end, once that is known.
    is_open: Cell<bool>,
}

/// The file with every line end made `\n`, one at the end, and an error where a row goes on for ever (a quote that is not closed).
struct Plain<R> {
    inner: R,
    state: Rc<State>,
    given: u64,
    carriage_return: bool,
    /// What was read last.
    last: u8,
    ended: bool,
}

impl<R: Read> Read for Plain<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.given.saturating_sub(self.state.row_start.get()) > ROW_LIMIT as u64 {
            return Err(io::Error::other("a row is longer than 16 MB; a quote may not be closed"));
        }
        loop {
            let count = self.inner.read(out)?;
            if count == 0 && !out.is_empty() && !self.ended {
                self.ended = true;
                self.state.is_open.set(self.last != b'\n');
                out[0] = b'\n';
                return Ok(1);
            }
            let kept = self.fold(&mut out[..count]);
            self.last = out[..kept].last().copied().unwrap_or(self.last);
            self.given += kept as u64;
            if kept > 0 || count == 0 {
                self.state.past_end.set(count == 0);
                return Ok(kept);
            }
        }
    }
}

impl<R> Plain<R> {
    /// Makes line ends `\n` in place; gives the new length.
    fn fold(&mut self, bytes: &mut [u8]) -> usize {
        if !self.carriage_return && !bytes.contains(&b'\r') {
            return bytes.len();
        }
        let mut kept = 0;
        for at in 0..bytes.len() {
            let byte = bytes[at];
            let second = byte == b'\n' && self.carriage_return;
            self.carriage_return = byte == b'\r';
            if !second {
                bytes[kept] = if byte == b'\r' { b'\n' } else { byte };
                kept += 1;
            }
        }
        kept
    }
}
