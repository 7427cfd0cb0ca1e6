//! What a record says that stood there before the import, so that it can be told where the item says something else by now.

use std::path::PathBuf;

use chrono::NaiveDate;
use chrono_tz::Tz;
use xxhash_rust::xxh3::xxh3_64;

use crate::config::RecordFormat;
use crate::item::record::{Record, Withdrawn};
use crate::item::write::Draft;
use crate::item::{date, format};

/// A record in a file of its own.
#[derive(Debug)]
pub struct Stood {
    pub path: PathBuf,
    /// Its own, or what stands for it.
    pub id: String,
    pub guid: Option<String>,
    pub day: Option<NaiveDate>,
    /// What it tells readers, in one hash.
    said: u64,
    pub is_draft: bool,
    pub is_withdrawn: bool,
    /// Whether this run had its item.
    pub is_met: bool,
}

impl Stood {
    /// `key` is what it derives its id from where it has none.
    pub fn of(record: &Record, path: PathBuf, key: Option<String>, zone: Tz) -> Self {
        Stood {
            path,
            id: record.id.clone().or(key).unwrap_or_default(),
            guid: record.guid.clone(),
            day: day(record, zone),
            said: said(record, zone),
            is_draft: record.draft.unwrap_or_default(),
            is_withdrawn: !matches!(record.withdrawn, None | Some(Withdrawn::Flag(false))),
            is_met: false,
        }
    }

    /// Whether a record of the draft would tell readers something else.
    pub fn differs(&self, draft: &Draft, zone: Tz) -> bool {
        let Ok((text, extension)) = draft.to_record() else { return false };
        let format = if extension == "md" { RecordFormat::Markdown } else { RecordFormat::Toml };
        format::parse(format, &text).is_ok_and(|record| said(&record, zone) != self.said)
    }
}

/// The day of a record, as far as it can be read.
pub fn day(record: &Record, zone: Tz) -> Option<NaiveDate> {
    date::parse(record.date.as_deref()?, zone).ok().map(|date| date.date_naive())
}

/// Its date, title, texts and link: what else an import writes depends on the config too, and on whoever mended it.
fn said(record: &Record, zone: Tz) -> u64 {
    let date = record.date.as_deref().and_then(|date| date::parse(date, zone).ok()).map(|date| date.timestamp());
    let plain = |text: &Option<String>| text.as_deref().unwrap_or_default().trim().replace("\r\n", "\n");
    let texts = [&record.title, &record.summary, &record.body, &record.link].map(plain);
    xxh3_64(format!("{date:?}{texts:?}").as_bytes())
}
