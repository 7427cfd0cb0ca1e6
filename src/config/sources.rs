//! Where records come from: `[[source]]`.

use std::path::PathBuf;

use crate::database;
use crate::diag::Place;
use crate::text::Syntax;
use crate::vocab::Language;

/// Where records come from.
#[derive(Debug)]
pub struct Source {
    /// A folder (walked) or a file, relative to the root. Of a table, the file that it is brought over into.
    pub path: PathBuf,
    /// By the extension of each file where `None`.
    pub format: Option<RecordFormat>,
    /// Record field to column name, for CSV and tables; fields that are not named here have the column of their own name.
    pub columns: Vec<(String, String)>,
    /// What separates the columns of CSV; a comma unless said otherwise.
    pub delimiter: u8,
    /// What separates several values in one cell of CSV or one text of a table; `;` unless said otherwise.
    pub list_separator: char,
    /// Of records that name no language; else the publication's.
    pub language: Option<Language>,
    /// The syntax of bodies that do not say theirs; else by format: Markdown in `.md` and `.toml`, HTML in `.json`, `.ndjson` and `.csv`.
    pub syntax: Option<Syntax>,
    /// How dates of numbers alone are to be read, such as `09/02/2018`; they are refused where `None`.
    pub dates: Option<DayOrder>,
    /// Whether NDJSON files only grow, so that what a run has read of one is not read again.
    pub append_only: bool,
}

impl Source {
    /// A folder or a file of which nothing else is said.
    pub fn at(path: PathBuf) -> Self {
        Source {
            path,
            format: None,
            columns: Vec::new(),
            delimiter: b',',
            list_separator: ';',
            language: None,
            syntax: None,
            dates: None,
            append_only: false,
        }
    }
}

/// Which of day and month stands first in a date of numbers alone whose year stands last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DayOrder {
    DayFirst,
    MonthFirst,
}

/// A source in a database: the rows of a query, which are brought over into the file that the source reads.
#[derive(Debug)]
pub struct Table {
    /// The index of the source.
    pub source: usize,
    /// As messages and the file call it.
    pub name: String,
    pub database: Engine,
    /// One SELECT.
    pub query: String,
    /// The column that tells rows apart; else that of the field `id`.
    pub key: Option<String>,
    /// A column that grows with every change of a row.
    pub watermark: Option<String>,
    /// A column that says of a row that it is gone.
    pub deleted: Option<String>,
    /// A channel of PostgreSQL on which changes are told.
    pub listen: Option<String>,
    /// Where the config names it.
    pub place: Place,
}

/// Where a table is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Engine {
    /// A file, relative to the root.
    Sqlite(PathBuf),
    Postgres(database::Address),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RecordFormat {
    Toml,
    #[serde(alias = "md")]
    Markdown,
    Json,
    Ndjson,
    Csv,
}

/// The fields of a record, which a column can hold, in the order of the documentation. `author` is another spelling of `authors`.
pub const RECORD_FIELDS: [&str; 24] = [
    "id",
    "guid",
    "title",
    "date",
    "updated",
    "dateline",
    "summary",
    "body",
    "syntax",
    "link",
    "countries",
    "topics",
    "language",
    "story",
    "authors",
    "author",
    "image",
    "enclosures",
    "source",
    "rights",
    "draft",
    "publish-at",
    "expires",
    "withdrawn",
];
