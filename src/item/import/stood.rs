//! What a record says that stood there before the import, so that it can be told where the item says something else by now, and whether somebody mended
//! the record since.

use std::error::Error;
use std::path::PathBuf;
use std::{fs, io};

use chrono::NaiveDate;
use chrono_tz::Tz;

use crate::config::RecordFormat;
use crate::item::format::{self, markdown};
use crate::item::imported::{self, Imported, said_by, said_in};
use crate::item::record::{Record, Withdrawn};
use crate::item::write::{self, Draft};
use crate::item::{date, pin};

/// A record in a file of its own.
#[derive(Debug)]
pub struct Stood {
    pub path: PathBuf,
    format: RecordFormat,
    /// Its own, or what stands for it.
    pub id: String,
    pub guid: Option<String>,
    pub day: Option<NaiveDate>,
    /// What it tells readers, in one hash.
    said: u64,
    /// What the import wrote that made it, or that came last; `None` where none did.
    imported: Option<Imported>,
    pub is_draft: bool,
    pub is_withdrawn: bool,
    /// Whether this run had its item.
    pub is_met: bool,
}

/// Who changed what since the last import.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Since {
    /// The item says what the record says, or what it said then: whatever differs, somebody mended.
    NoNews,
    /// The item says something else, and the record says what the import wrote.
    News,
    /// The item says something else, and so does the record; or no import wrote that.
    NewsOfMended,
}

impl Stood {
    /// `key` is what it derives its id from where it has none.
    pub fn of(record: &Record, format: RecordFormat, path: PathBuf, key: Option<String>, zone: Tz) -> Self {
        Stood {
            path,
            format,
            id: record.id.clone().or(key).unwrap_or_default(),
            guid: record.guid.clone(),
            day: day(record, zone),
            said: said_in(record, zone),
            imported: record.imported.as_deref().and_then(Imported::parse),
            is_draft: record.draft.unwrap_or_default(),
            is_withdrawn: !matches!(record.withdrawn, None | Some(Withdrawn::Flag(false))),
            is_met: false,
        }
    }

    pub fn since(&self, draft: &Draft) -> Since {
        let now = said_by(draft);
        match self.imported {
            _ if now == self.said => Since::NoNews,
            Some(then) if then.said == now => Since::NoNews,
            Some(then) if then.said == self.said => Since::News,
            _ => Since::NewsOfMended,
        }
    }

    /// Writes what the draft says into the record, and gives where it stands then. What somebody else wrote into it stays: all fields but those that an
    /// import compares, and `draft = true`.
    ///
    /// # Errors
    ///
    /// What the file system says; of kind `InvalidData` where the record has what TOML has not. The former record stands then.
    pub fn renew(&self, draft: &Draft) -> io::Result<PathBuf> {
        // Readers know it by that.
        let draft = Draft { id: Some(self.id.clone()), guid: self.guid.clone(), ..draft.clone() };
        let text = fs::read_to_string(&self.path)?;
        let record = if self.imported.is_some_and(|imported| imported.is_all_of(&text)) {
            draft.to_record()
        } else {
            let is_held_back = self.is_draft && !self.imported.is_some_and(|imported| imported.is_draft);
            let imported = Imported::of_mended(self.imported, &draft, draft.draft && !is_held_back);
            draft.to_mended(fields(self.format, &text)?, imported, is_held_back)
        };
        write::replace(&self.path, &record.map_err(invalid)?)
    }

    /// Writes into the record that it was compared with the draft, and nothing else.
    ///
    /// # Errors
    ///
    /// What the file system says; of kind `InvalidData` where the record has no place for that. It stands as it was then.
    pub fn note(&self, draft: &Draft) -> io::Result<()> {
        let text = fs::read_to_string(&self.path)?;
        let is_draft = self.is_draft && self.imported.is_some_and(|imported| imported.is_draft);
        let imported = Imported::of_mended(self.imported, draft, is_draft).to_string();
        let noted = match self.imported {
            Some(_) => imported::with_other(&text, &imported),
            None => pin::with_field(self.format, &text, imported::NAME, &imported),
        };
        let is_read = |text: &String| format::parse(self.format, text).is_ok_and(|record| record.imported.as_ref() == Some(&imported));
        let noted = noted.filter(is_read).ok_or_else(|| invalid(format!("it has no place for `imported = \"{imported}\"`")))?;
        write::overwrite(&self.path, &noted)
    }
}

/// The fields of a record in whichever format, as TOML has them; its body may not be among them.
fn fields(format: RecordFormat, text: &str) -> io::Result<toml::Table> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    match format {
        RecordFormat::Toml => toml::from_str(text).map_err(invalid),
        RecordFormat::Markdown => markdown::fields(text).map_err(invalid),
        RecordFormat::Json | RecordFormat::Ndjson | RecordFormat::Csv => serde_json::from_str(text).map_err(invalid),
    }
}

fn invalid(error: impl Into<Box<dyn Error + Send + Sync>>) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, error)
}

/// The day of a record, as far as it can be read.
pub fn day(record: &Record, zone: Tz) -> Option<NaiveDate> {
    date::parse(record.date.as_deref()?, zone).ok().map(|date| date.date_naive())
}
