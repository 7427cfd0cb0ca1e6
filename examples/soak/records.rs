//! Records of a publication, and the edits that are made to them.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use crate::corpus::{Dice, Form, Kind, write};
use serde_json::{Map, Value, json};

/// Where the next edits are made: among so many of the newest, which stand in the documents.
const NEWEST: u64 = 120;

/// The records as they should be published now, the newest last.
pub struct Records {
    rows: Vec<Map<String, Value>>,
    takes: u64,
}

/// What one edit did.
#[derive(Default)]
pub struct Edit {
    /// New and changed ones.
    pub put: Vec<Map<String, Value>>,
    /// Ids of those that are there no more.
    pub removed: BTreeSet<String>,
}

impl Edit {
    pub fn size(&self) -> u64 {
        (self.put.len() + self.removed.len()) as u64
    }

    pub fn ndjson(&self) -> String {
        ndjson(&self.put)
    }
}

impl Records {
    /// A publication made up in `folder`: its records, and its config to be completed.
    pub fn made_up(folder: &Path, count: usize) -> (Self, String) {
        write(folder, Form::Ndjson, Kind::Plain, count).expect("a publication");
        let text = fs::read_to_string(folder.join("items.ndjson")).expect("records");
        let mut rows: Vec<Map<String, Value>> = text.lines().map(|line| serde_json::from_str(line).expect("a record")).collect();
        // Of a story in two languages a channel shows one; here each record stands for itself.
        rows.iter_mut().for_each(|row| _ = row.remove("story"));
        let records = Records { rows, takes: 0 };
        records.write(folder);
        (records, fs::read_to_string(folder.join("feeds.toml")).expect("a config"))
    }

    pub fn write(&self, folder: &Path) {
        fs::write(folder.join("items.ndjson"), ndjson(&self.rows)).expect("records");
    }

    /// New records, changed ones and such as go, a few of them.
    pub fn edit(&mut self, dice: &mut Dice) -> Edit {
        let mut edit = Edit::default();
        for _ in 0..1 + dice.below(5) {
            self.takes += 1;
            let at = self.rows.len() - 1 - dice.below(NEWEST) as usize;
            match dice.below(10) {
                0..=3 => {
                    let mut row = self.rows[at].clone();
                    row.insert("id".to_owned(), json!(format!("soak-{:06}", self.takes)));
                    row.insert("link".to_owned(), json!(format!("https://news.example.org/soak/{}/", self.takes)));
                    row.insert("date".to_owned(), json!(date(self.takes)));
                    self.retitle(&mut row);
                    self.rows.push(row.clone());
                    edit.put.push(row);
                }
                4..=7 => {
                    let mut row = self.rows[at].clone();
                    self.retitle(&mut row);
                    self.rows[at] = row.clone();
                    edit.put.retain(|other| other["id"] != row["id"]);
                    edit.put.push(row);
                }
                // What came last goes as often as any other: it may not have been published yet.
                last => {
                    let at = if last == 9 { self.rows.len() - 1 } else { at };
                    let row = self.rows.remove(at);
                    edit.removed.insert(row["id"].as_str().expect("an id").to_owned());
                }
            }
        }
        edit
    }

    /// The title says which take it is, so that a reader can tell an older one.
    fn retitle(&self, row: &mut Map<String, Value>) {
        let title = row["title"].as_str().expect("a title");
        let title = title.split(" (take ").next().unwrap_or_default();
        let title = format!("{title} (take {})", self.takes);
        row.insert("title".to_owned(), json!(title));
    }
}

/// After all that were made up, and not in the future.
fn date(take: u64) -> String {
    let start = chrono::DateTime::parse_from_rfc3339("2026-10-01T06:00:00-06:00").expect("a date");
    (start + chrono::Duration::seconds(take as i64 * 7)).to_rfc3339()
}

fn ndjson(rows: &[Map<String, Value>]) -> String {
    let mut text = String::new();
    rows.iter().for_each(|row| writeln!(text, "{}", Value::Object(row.clone())).expect("a string takes all"));
    text
}
