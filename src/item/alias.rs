//! The table of aliases: records that were published before under another id than they would get now.

use std::collections::{BTreeMap, HashMap};

use serde::Deserialize;

use crate::config::Config;
use crate::diag::{Finding, Findings, Place, codes};

/// The old id of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alias {
    /// An absolute URI, or the last part of a tag URI.
    pub id: String,
    pub guid: Option<String>,
}

/// By record key, or by the record's own id.
#[derive(Clone, Debug, Default)]
pub struct Aliases(HashMap<String, Alias>);

/// A row of the file.
#[derive(Deserialize)]
struct Row {
    key: String,
    id: String,
    guid: Option<String>,
}

impl Aliases {
    /// Those of the config and of its file.
    pub fn read(config: &Config, findings: &mut Findings) -> Self {
        let own = config.ids.aliases.iter().map(|(key, id)| (key.clone(), Alias { id: id.clone(), guid: None }));
        let mut aliases = Aliases(own.collect());
        if let Some(file) = &config.ids.file {
            aliases.read_file(config, file, findings);
        }
        aliases
    }

    fn read_file(&mut self, config: &Config, file: &std::path::Path, findings: &mut Findings) {
        let fault = |line: u32, message: String, help: &str| {
            let place = if line == 0 { Place::file(file.to_owned()) } else { Place::line(file.to_owned(), line) };
            Finding::new(&codes::ALIAS_FILE, message).at(place).help(help)
        };
        let reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_path(config.root.join(file));
        let mut reader = match reader {
            Ok(reader) => reader,
            Err(error) => return findings.push(fault(0, format!("cannot be read: {error}"), "mend the path in `file` of `[ids]`")),
        };
        let mut lines: BTreeMap<String, u32> = BTreeMap::new();
        for (row, line) in reader.deserialize::<Row>().zip(2..) {
            let row = match row {
                Ok(row) if !row.key.is_empty() && !row.id.is_empty() => row,
                Ok(_) => {
                    findings.push(fault(line, "a row without a key or an id".to_owned(), "write both, or take the row out"));
                    continue;
                }
                Err(error) => {
                    findings.push(fault(line, error.to_string(), "the file has the columns `key`, `id` and, if need be, `guid`"));
                    break;
                }
            };
            if let Some(first) = lines.insert(row.id.clone(), line) {
                let message = format!("`{}` is the old id of the record in line {first} too", row.id);
                findings.push(fault(line, message, "an id stands for one item; take one of the two out"));
            }
            self.0.insert(row.key, Alias { id: row.id, guid: row.guid.filter(|guid| !guid.is_empty()) });
        }
    }

    /// The alias of a record that has this key or this id of its own.
    pub fn of(&self, key: &str, id: Option<&str>) -> Option<&Alias> {
        if self.0.is_empty() {
            return None;
        }
        self.0.get(key).or_else(|| id.and_then(|id| self.0.get(id)))
    }
}
