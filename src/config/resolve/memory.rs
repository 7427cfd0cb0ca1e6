//! `[[moved]]`, `[guards]`, `[ids]` and `[ledger]`: what concerns the runs before this one.

use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};

use regex::{Regex, RegexBuilder};

use crate::config::file::{At, Report, Table};
use crate::config::{Future, Guards, Ids, Ledger, Moved, MovedAs, paths};

pub(super) fn moved(root: &Table<'_>, report: &mut Report<'_>) -> Vec<Moved> {
    let mut seen = BTreeSet::new();
    root.tables("moved").iter().filter_map(|table| one(table, &mut seen, report)).collect()
}

fn one(table: &Table<'_>, seen: &mut BTreeSet<String>, report: &mut Report<'_>) -> Option<Moved> {
    let from = path(table, "from", report);
    let to = path(table, "to", report);
    let how = if table.string("as").is_some_and(|text| text.value == "redirect") { MovedAs::Redirect } else { MovedAs::Copy };
    if table.has("as") && !table.has("to") {
        report.bad(&table.place("as"), "`as` says how to follow, and there is no `to`", "name the channel in `to`, or take `as` out");
    }
    let from = from?;
    if to.as_ref().is_some_and(|to| to.value == from.value) {
        report.bad(&from.span, format!("`{}` moves to itself", from.value), "name two different paths");
    }
    if !seen.insert(from.value.to_owned()) {
        report.bad(&from.span, format!("`{}` moved already", from.value), "take one of the two `[[moved]]` out");
    }
    Some(Moved { from: from.value.to_owned(), to: to.map(|to| to.value.to_owned()), how, line: report.line(&from.span) })
}

fn path<'t>(table: &Table<'t>, key: &str, report: &mut Report<'_>) -> Option<At<&'t str>> {
    let text = table.string(key)?;
    if !text.value.trim().is_empty()
        && let Err((message, help)) = paths::check(text.value)
    {
        report.bad(&text.span, message, help);
    }
    Some(text)
}

pub(super) fn guards(table: &Table<'_>) -> Guards {
    Guards {
        shrink: table.number("shrink").and_then(|at| u32::try_from(at.value).ok()),
        future: if table.string("future").is_some_and(|text| text.value == "hold") { Future::Hold } else { Future::Refuse },
    }
}

pub(super) fn ids(table: &Table<'_>, report: &mut Report<'_>) -> Ids {
    let mut aliases = Vec::new();
    let mut old = BTreeSet::new();
    for (key, value) in table.table("aliases").entries() {
        let Some(id) = value.get_ref().as_str() else { continue };
        if !old.insert(id.to_owned()) {
            report.bad(&value.span(), format!("`{id}` is the old id of another record already"), "an id stands for one item; take one out");
        }
        aliases.push((key.value.to_owned(), id.to_owned()));
    }
    Ids { aliases, file: table.string("file").map(|text| PathBuf::from(text.value)) }
}

pub(super) fn ledger(table: &Table<'_>, root: &Path, output: &Path, report: &mut Report<'_>) -> Ledger {
    let path = table.string("path");
    if let Some(text) = &path {
        let path = Path::new(text.value);
        if path.is_relative() && path.components().any(|piece| piece == Component::ParentDir) {
            let help = "give it as an absolute path, such as `/var/lib/tidings/news.db`";
            report.bad(&text.span, format!("`{}` leads out of the config's folder", text.value), help);
        }
        if root.join(path).starts_with(root.join(output)) {
            let help = "keep it where subscribers do not fetch it, such as `.tidings/ledger.db`";
            report.bad(&text.span, format!("`{}` is in the folder that is published to", text.value), help);
        }
    }
    let path = path.map_or_else(|| PathBuf::from(".tidings/ledger.db"), |text| PathBuf::from(text.value));
    let patterns = table.list("ignore").unwrap_or_default();
    Ledger { path, ignore: patterns.iter().filter_map(|text| pattern(text, report)).collect() }
}

fn pattern(text: &At<&str>, report: &mut Report<'_>) -> Option<Regex> {
    match RegexBuilder::new(text.value).case_insensitive(true).build() {
        Ok(regex) => Some(regex),
        Err(error) => {
            let why = error.to_string();
            let why = why.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned();
            report.bad(&text.span, format!("the pattern cannot be read: {why}"), "write it in the syntax of the Rust crate `regex`");
            None
        }
    }
}
