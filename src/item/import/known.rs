//! The items that are records already: those in the folders, and those that this run has written.
//!
//! Records are read here for their ids, days and titles alone. One that cannot be read is looked through for its id, and otherwise passed
//! over: what is wrong with it is said when the publication is built.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::fs;
use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use chrono_tz::Tz;
use walkdir::WalkDir;

use super::Options;
use super::stood::{self, Stood};
use crate::config::RecordFormat;
use crate::item::format;
use crate::item::write::{Draft, mint};

/// A record larger than this is not looked into.
const LARGEST: u64 = 64 << 20;

/// What is known.
#[derive(Debug, Default)]
pub struct Known {
    /// The ids and guids of the records that stood there, each with its place among those in files of their own, if it is one.
    ids: HashMap<String, Option<usize>>,
    stood: Vec<Stood>,
    /// Of dates that name no zone.
    zone: Tz,
    /// By who gave the ids of items in exports, the oldest of these.
    oldest: HashMap<String, NaiveDate>,
    /// What [`mint`] gives for each record's day and title, whatever id it bears.
    titles: HashSet<String>,
    /// By day and title: the text of each item that this run has written or found in a record.
    texts: HashMap<String, Option<String>>,
    /// What stands before a record's own id in a published one.
    minted: Option<String>,
    /// The ids and guids that this run has written or found in records, each with its item's day and title.
    written: HashMap<String, String>,
    /// Ids and guids of items that were published and are so no more.
    gone: HashSet<String>,
}

/// What is known of a draft.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Match {
    New,
    /// A record has its id, or its day and title where the draft brings no id.
    Same,
    /// Another item of this run has the id that it brings.
    Clash,
    /// A record has its day and title, but not the id that it brings.
    Similar,
    /// It was published, and its record was taken out since.
    Gone,
}

impl Known {
    /// All records of the folders and files; dates that name no zone are in that of the options.
    pub fn of<'a>(folders: impl Iterator<Item = &'a Path>, options: &Options) -> Self {
        let mut known = Known { minted: options.minted.clone(), gone: options.gone.clone(), zone: options.zone, ..Known::default() };
        let mut seen = HashSet::new();
        let files = folders.flat_map(|folder| {
            WalkDir::new(folder).follow_links(true).into_iter().filter_map(Result::ok).map(move |entry| (folder, entry))
        });
        for (folder, file) in
            files.filter(|(_, entry)| entry.file_type().is_file() && entry.metadata().is_ok_and(|about| about.len() <= LARGEST))
        {
            let Some(format) = format_of(file.path()) else { continue };
            // A folder may lie inside another.
            let whole = fs::canonicalize(file.path()).unwrap_or_else(|_| file.path().to_owned());
            if seen.insert(whole)
                && let Ok(text) = fs::read_to_string(file.path())
            {
                known.read(format, &text, file.path(), key(folder, file.path()));
            }
        }
        known
    }

    /// What is known of the draft.
    pub fn find(&self, draft: &Draft) -> Match {
        let title = mint(draft.date.day(), &draft.title);
        let Some(own) = own_id(draft) else {
            return if self.ids.contains_key(&title) || self.titles.contains(&title) {
                Match::Same
            } else if self.minted.as_ref().is_some_and(|prefix| self.gone.contains(&format!("{prefix}{title}"))) {
                Match::Gone
            } else {
                Match::New
            };
        };
        match self.written.get(own) {
            Some(other) if *other == title => Match::Same,
            Some(_) => Match::Clash,
            None if self.ids.contains_key(self.in_record(own)) => Match::Same,
            None if self.gone.contains(own) => Match::Gone,
            None if self.titles.contains(&title) => Match::Similar,
            None => Match::New,
        }
    }

    /// Whether this run had an item of the same day and title with another text, so that the draft may be another item.
    pub fn differs(&self, draft: &Draft) -> bool {
        self.texts.get(&mint(draft.date.day(), &draft.title)).is_some_and(|text| *text != draft.body)
    }

    /// The record that stood there of this item, by its id, where the item is the first of this run that has it; none where a feed of this publication was
    /// made of the record.
    pub fn met(&mut self, draft: &Draft) -> Option<&Stood> {
        let id = match own_id(draft) {
            Some(own) if self.in_record(own) != own => return None,
            Some(own) => own.to_owned(),
            None => mint(draft.date.day(), &draft.title),
        };
        let at = (*self.ids.get(&id)?)?;
        if std::mem::replace(&mut self.stood[at].is_met, true) {
            return None;
        }
        self.add(draft);
        Some(&self.stood[at])
    }

    /// One more item of an export, whatever becomes of it.
    pub fn count(&mut self, draft: &Draft) {
        if let Some(giver) = own_id(draft).and_then(giver) {
            let day = draft.date.day();
            self.oldest.entry(giver).and_modify(|oldest| *oldest = day.min(*oldest)).or_insert(day);
        }
    }

    /// The records whose ids are of those who gave the ids of this run's exports, and whose items these did not have, though they had older ones.
    pub fn missed(&self) -> BTreeSet<PathBuf> {
        let is_missed = |(id, at): &(&String, usize)| {
            let stood = &self.stood[*at];
            let oldest = giver(id).and_then(|giver| self.oldest.get(&giver));
            !stood.is_met && !stood.is_draft && !stood.is_withdrawn && oldest.zip(stood.day).is_some_and(|(oldest, day)| day >= *oldest)
        };
        let stood = self.ids.iter().filter_map(|(id, at)| Some((id, (*at)?)));
        stood.filter(is_missed).map(|(_, at)| self.stood[at].path.clone()).collect()
    }

    /// A published id as a record of this publication has it.
    fn in_record<'a>(&self, id: &'a str) -> &'a str {
        self.minted.as_ref().and_then(|prefix| id.strip_prefix(prefix.as_str())).unwrap_or(id)
    }

    /// The draft is a record now.
    pub fn add(&mut self, draft: &Draft) {
        let title = mint(draft.date.day(), &draft.title);
        self.texts.insert(title.clone(), draft.body.clone());
        match own_id(draft) {
            Some(own) => drop(self.written.insert(own.to_owned(), title)),
            None => drop(self.titles.insert(title)),
        }
    }

    fn read(&mut self, format: RecordFormat, text: &str, path: &Path, key: Option<String>) {
        let rows: Vec<&str> = if format == RecordFormat::Ndjson { text.lines().collect() } else { vec![text] };
        for row in rows {
            match format::parse(format, row) {
                Ok(record) => {
                    let title = stood::day(&record, self.zone).zip(record.title.as_deref());
                    self.titles.extend(title.map(|(day, title)| mint(day, title)));
                    let at = (format != RecordFormat::Ndjson).then(|| {
                        self.stood.push(Stood::of(&record, format, path.to_owned(), key.clone(), self.zone));
                        self.stood.len() - 1
                    });
                    let key = key.clone().filter(|_| record.id.is_none());
                    self.ids.extend([record.id, record.guid, key].into_iter().flatten().map(|id| (id, at)));
                }
                Err(_) => self.ids.extend(row.lines().filter_map(bare_id).map(|id| (id, None))),
            }
        }
        key.into_iter().for_each(|key| _ = self.ids.entry(key).or_default());
    }
}

/// What a record without an id derives its own from: its path below the folder, without the extension.
fn key(folder: &Path, file: &Path) -> Option<String> {
    Some(file.strip_prefix(folder).ok()?.with_extension("").to_str()?.replace('\\', "/"))
}

/// The id that a draft brings with it.
fn own_id(draft: &Draft) -> Option<&str> {
    draft.id.as_deref().or(draft.guid.as_deref())
}

/// Who gave an id: the host of an address, or whom a tag URI names.
fn giver(id: &str) -> Option<String> {
    let (rest, ends) = match id.strip_prefix("tag:") {
        Some(rest) => (rest, [',', ':', '/']),
        None => (id.split_once("://")?.1, ['/', '?', '#']),
    };
    rest.split(ends).next().map(str::to_lowercase)
}

/// The id in a line such as those that imports write.
fn bare_id(line: &str) -> Option<String> {
    let value = line.trim().strip_prefix("id")?.trim_start().strip_prefix(['=', ':'])?.trim();
    let id = value.trim_matches(['"', '\'']);
    (!id.is_empty()).then(|| id.to_owned())
}

/// Rows of CSV have columns that only the config knows, so they are not compared with.
fn format_of(path: &Path) -> Option<RecordFormat> {
    match path.extension()?.to_str()?.to_ascii_lowercase().as_str() {
        "toml" => Some(RecordFormat::Toml),
        "md" => Some(RecordFormat::Markdown),
        "json" => Some(RecordFormat::Json),
        "ndjson" | "jsonl" => Some(RecordFormat::Ndjson),
        _ => None,
    }
}
