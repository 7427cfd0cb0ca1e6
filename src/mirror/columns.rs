//! Which column of a query is what: the fields of the record, the key, the watermark, and what says that a row is gone.

use xxhash_rust::xxh3::xxh3_128;

use super::bad;
use crate::config::{Source, Table};
use crate::diag::{Severity, codes};
use crate::item::format::Fault;
use crate::item::format::csv::{assign, find, unknown};

/// Another whenever lines are made in another way.
const FORM: u32 = 1;

/// A column of a query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Column {
    pub name: String,
    /// As the database calls it, where it says so.
    pub kind: String,
}

/// What is read of a table.
pub(super) struct Plan<'a> {
    pub table: &'a Table,
    pub columns: Vec<Column>,
    pub key: usize,
    pub watermark: Option<usize>,
    pub deleted: Option<usize>,
    /// Fields of the record and their columns.
    pub fields: Vec<(&'static str, usize)>,
    /// Between the values in a text that is a list.
    pub list_separator: char,
}

impl<'a> Plan<'a> {
    /// Finds the columns that the source names. What is no error comes with the plan.
    pub fn of(table: &'a Table, source: &Source, columns: &[Column]) -> Result<(Self, Vec<Fault>), Vec<Fault>> {
        let names: Vec<String> = columns.iter().map(|column| column.name.clone()).collect();
        let mut faults = Vec::new();
        let mut named = |what: &str, name: &Option<String>| {
            let name = name.as_ref()?;
            let found = find(&names, name);
            faults.extend(found.is_none().then(|| unknown(name, what, &names)));
            found
        };
        let (key, watermark, deleted) = (named("key", &table.key), named("watermark", &table.watermark), named("deleted", &table.deleted));
        let mapping = mapping(source, key.map(|key| names[key].as_str()), &names);
        let apart: Vec<usize> = [key, watermark, deleted].into_iter().flatten().collect();
        let (fields, more) = assign(&names, &mapping, &apart);
        faults.extend(more);
        let key = key.or_else(|| fields.iter().find(|(field, _)| *field == "id").map(|(_, column)| *column));
        let used = || fields.iter().map(|(_, column)| *column).chain(apart.iter().copied());
        faults.extend(twice(&names, used()));
        faults.extend(fields.iter().filter(|(_, column)| columns[*column].kind == "bytea").map(|(_, column)| bytes(&names[*column])));
        match key {
            Some(key) if faults.iter().all(|fault| fault.code.severity != Severity::Error) => {
                let (columns, list_separator) = (columns.to_vec(), source.list_separator);
                Ok((Plan { table, columns, key, watermark, deleted, fields, list_separator }, faults))
            }
            _ => Err(faults),
        }
    }

    /// One hash of all that decides what the lines are; where it is another, every row is read anew.
    pub fn identity(&self) -> u128 {
        let table = (&self.table.database, &self.table.query, self.key, self.watermark, self.deleted);
        xxh3_128(format!("{:?}", (FORM, env!("CARGO_PKG_VERSION"), table, &self.fields, self.list_separator, &self.columns)).as_bytes())
    }

    /// The name of a column.
    pub fn name(&self, column: usize) -> &str {
        &self.columns[column].name
    }
}

/// The source's own, and the key for the `id` where no column is.
fn mapping(source: &Source, key: Option<&str>, names: &[String]) -> Vec<(String, String)> {
    let mut mapping = source.columns.clone();
    let has_id = mapping.iter().any(|(field, _)| field == "id") || find(names, "id").is_some();
    if let Some(key) = key.filter(|_| !has_id) {
        mapping.push(("id".to_owned(), key.to_owned()));
    }
    mapping
}

/// Columns of one name, of which nobody knows which is meant.
fn twice(names: &[String], used: impl Iterator<Item = usize>) -> Vec<Fault> {
    let mut twice: Vec<&String> =
        used.map(|column| &names[column]).filter(|name| names.iter().filter(|own| own == name).count() > 1).collect();
    twice.sort();
    twice.dedup();
    let fault = |name: &&String| {
        bad(&codes::SOURCE_UNREADABLE, format!("two columns of the query are called `{name}`"))
            .help("give one of them another name with `AS`")
    };
    twice.iter().map(fault).collect()
}

fn bytes(name: &str) -> Fault {
    let help = format!("convert it in the query: `convert_from({name}, 'UTF8') AS {name}`");
    bad(&codes::WRONG_TYPE, format!("the column `{name}` holds bytes (`bytea`), which are no text")).help(help)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::config;

    fn faults(source: &str, columns: &[&str]) -> Vec<String> {
        const BASE: &str =
            "[publication]\ntitle = 'T'\nbase-url = 'https://example.org/'\nlanguage = 'en'\nid-authority = 'example.org,2018'\n";
        let text = format!("{BASE}[[source]]\nsqlite = 'a.db'\nquery = 'SELECT 1'\n{source}");
        let (config, _) = config::parse(&text, Path::new("feeds.toml"), Path::new(".")).unwrap_or_else(|findings| panic!("{findings:?}"));
        let columns: Vec<Column> = columns.iter().map(|name| Column { name: (*name).into(), kind: String::new() }).collect();
        let faults = match Plan::of(&config.tables[0], &config.sources[0], &columns) {
            Ok((plan, faults)) => [format!("key {}", plan.name(plan.key))].into_iter().chain(say(&faults)).collect(),
            Err(faults) => say(&faults).collect::<Vec<_>>(),
        };
        fn say(faults: &[Fault]) -> impl Iterator<Item = String> {
            faults.iter().map(|fault| format!("{}; {}", fault.message, fault.help.as_deref().unwrap_or_default()))
        }
        faults
    }

    #[test]
    fn columns_are_found_or_told() {
        let told = |source: &str, columns: &[&str], wanted: &[&str]| {
            let faults = faults(source, columns);
            assert_eq!(faults.len(), wanted.len(), "{faults:?}");
            faults.iter().zip(wanted).for_each(|(fault, wanted)| assert!(fault.contains(wanted), "{fault}, not {wanted}"));
        };
        let plain = ["id", "title", "date"];
        told("", &plain, &["key id"]);
        told("key = 'no'", &["no", "title", "date"], &["key no"]);
        told("key = 'no'", &["no", "id", "title", "date"], &["key no"]);
        told("columns.id = 'NO'", &["no", "title", "date"], &["key no"]);
        told("", &["title", "date"], &["no column `id`; say in the source"]);
        told("watermark = 'chnaged'", &["id", "title", "date", "changed"], &["for `watermark`; did you mean `changed`?"]);
        told("deleted = 'x'", &plain, &["for `deleted`; the columns are `id`, `title`, `date`"]);
        told("", &["id", "title", "date", "updatd"], &["key id", "the column `updatd` is not read; did you mean `updated`?"]);
        told("watermark = 'updatd'", &["id", "title", "date", "updatd"], &["key id"]);
        told("", &["id", "title", "date", "title"], &["two columns of the query are called `title`"]);
    }
}
