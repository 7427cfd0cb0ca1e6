//! The shape of `feeds.toml` against the list of keys: unknown and missing keys, wrong types, numbers out of bounds, blank strings.
//!
//! What a string says is for the resolving to judge.

use std::ops::Range;

use toml::Spanned;
use toml::de::DeValue;
use url::Url;

use super::file::{Report, Table, number, strings, table};
use super::keys::{self, Default, Key, Kind};
use super::size;
use crate::diag::{codes, did_you_mean};

/// Reports everything in `root` that no such file can have.
pub(super) fn check(root: &Table<'_>, report: &mut Report<'_>) {
    check_table(root, "", report);
}

fn check_table(table: &Table<'_>, parent: &'static str, report: &mut Report<'_>) {
    for (name, value) in table.entries() {
        match keys::child(parent, name.value) {
            Some(key) => check_value(key, value, report),
            None => report.error(&codes::UNKNOWN_KEY, &name.span, unknown(parent, name.value), place_of(parent, name.value)),
        }
    }
    for key in keys::children(parent).filter(|key| key.default == Default::Required && !table.has(key.name())) {
        missing(key, table, report);
    }
}

fn unknown(parent: &str, name: &str) -> String {
    if parent.is_empty() { format!("unknown section `{name}`") } else { format!("unknown key `{name}` in `{}`", heading(parent)) }
}

/// What the user probably meant: a key of the same table, the same key of another table, or else what there is.
fn place_of(parent: &str, name: &str) -> String {
    let known: Vec<&str> = keys::children(parent).map(Key::name).collect();
    if let Some(help) = did_you_mean(name, known.iter().copied()) {
        return help;
    }
    if keys::child("", name).is_some() {
        return format!("`{}` is a section of its own", heading(name));
    }
    let elsewhere = keys::all().find(|key| key.name() == name && !key.parent().is_empty());
    match elsewhere {
        Some(key) if parent.is_empty() => format!("`{name}` stands in `{}`; move it below that heading", heading(key.parent())),
        Some(key) => {
            format!("`{name}` belongs to `{}`; of `{}` there are {}", heading(key.parent()), heading(parent), keys::quoted(&known))
        }
        None => format!("there are {}", keys::quoted(&known)),
    }
}

/// The table as its heading names it.
fn heading(path: &str) -> String {
    let is_list = keys::all().any(|key| key.path == path && key.kind == Kind::Tables);
    if is_list { format!("[[{path}]]") } else { format!("[{path}]") }
}

fn missing(key: &Key, table: &Table<'_>, report: &mut Report<'_>) {
    if key.parent().is_empty() {
        return report.whole(
            &codes::MISSING_KEY,
            format!("`[{}]` is missing", key.path),
            "run `tidings init` in an empty folder to see a whole config",
        );
    }
    let message = format!("`{}` is missing from `{}`", key.name(), heading(key.parent()));
    let help = match table.string("base-url").filter(|_| key.name() == "id-authority") {
        Some(base_url) => authority_of(base_url.value),
        None => format!("add `{} = {}`", key.name(), key.example),
    };
    report.error(&codes::MISSING_KEY, &table.span, message, help);
}

/// The authority that goes with a base address; the year is for the user to say.
fn authority_of(base_url: &str) -> String {
    let url = Url::parse(base_url).ok();
    let host = url.as_ref().and_then(Url::domain).unwrap_or("example.org");
    format!("add `id-authority = \"{host},YYYY\"`, with a year in which the name was yours from its first day on")
}

fn check_value(key: &'static Key, value: &Spanned<DeValue<'_>>, report: &mut Report<'_>) {
    let span = value.span();
    match (key.kind, value.get_ref()) {
        (Kind::Text | Kind::Texts | Kind::Localised | Kind::Person, DeValue::String(text)) => check_text(key, text, &span, report),
        (Kind::Character, DeValue::String(text)) => {
            if text.chars().count() != 1 {
                report.bad(&span, format!("`{}` takes one character, not {}", key.name(), text.chars().count()), example(key));
            }
        }
        (Kind::Choice(values), DeValue::String(text)) => check_choice(key, values, text, &span, report),
        (Kind::Choices(values), DeValue::Array(_)) => {
            for item in check_list(key, value, report) {
                check_choice(key, values, item.value, &item.span, report);
            }
        }
        (Kind::List | Kind::Texts | Kind::Words, DeValue::Array(_)) => drop(check_list(key, value, report)),
        (Kind::Localised, DeValue::Table(_)) => check_by_language(key, value, report, |value, report| match value.get_ref() {
            DeValue::String(text) => check_text(key, text, &value.span(), report),
            _ => wrong(key, "a string", value, report),
        }),
        (Kind::Words, DeValue::Table(_)) => check_by_language(key, value, report, |value, report| match value.get_ref() {
            DeValue::Array(_) => drop(check_list(key, value, report)),
            _ => wrong(key, "a list of strings", value, report),
        }),
        (Kind::Flag | Kind::Switch, DeValue::Boolean(_)) => {}
        (Kind::Whole(..), DeValue::Integer(_)) => check_whole(key, value, report),
        (Kind::Size, DeValue::Integer(_) | DeValue::String(_)) => {
            if let Err(problem) = size::read(value) {
                report.bad(&span, format!("`{}` {problem}", key.name()), example(key));
            }
        }
        (Kind::Table | Kind::Switch | Kind::Person, DeValue::Table(_)) => {
            table(value).into_iter().for_each(|inner| check_table(&inner, key.path, report));
        }
        (Kind::Tables, DeValue::Array(items)) => items.iter().for_each(|item| match table(item) {
            Some(inner) => check_table(&inner, key.path, report),
            None => wrong(key, "a list of tables", item, report),
        }),
        _ => wrong(key, &key.kind.describe(), value, report),
    }
}

fn check_text(key: &Key, text: &str, span: &Range<usize>, report: &mut Report<'_>) {
    if text.trim().is_empty() {
        let help = if key.default == Default::Required { "write something in it" } else { "leave the key out, or write something in it" };
        report.bad(span, format!("`{}` is empty", key.name()), help);
    }
}

fn check_whole(key: &Key, value: &Spanned<DeValue<'_>>, report: &mut Report<'_>) {
    let Kind::Whole(min, max) = key.kind else { return };
    let written = value.get_ref().as_integer().map(ToString::to_string).unwrap_or_default();
    if !number(value).is_some_and(|at| (min..=max).contains(&at.value)) {
        let help = if written == "0" { "leave the key out for what holds without it" } else { "choose a number within these bounds" };
        report.bad(&value.span(), format!("`{}` takes {}, not `{written}`", key.name(), key.kind.describe()), help);
    }
}

fn check_choice(key: &Key, values: &[&str], text: &str, span: &Range<usize>, report: &mut Report<'_>) {
    if !values.contains(&text) {
        let help = did_you_mean(text, values.iter().copied());
        let help = help.unwrap_or_else(|| format!("choose from {}", keys::quoted(values)));
        report.bad(span, format!("`{}` does not take `{text}`", key.name()), help);
    }
}

/// The strings of a list, those that are none reported.
fn check_list<'t>(key: &Key, value: &'t Spanned<DeValue<'t>>, report: &mut Report<'_>) -> Vec<super::file::At<&'t str>> {
    for item in value.get_ref().as_array().into_iter().flat_map(|list| list.iter()) {
        match item.get_ref() {
            DeValue::String(text) if text.trim().is_empty() => report.bad(&item.span(), "an empty string in a list", "take it out"),
            DeValue::String(_) => {}
            _ => wrong(key, "a list of strings", item, report),
        }
    }
    strings(value).unwrap_or_default()
}

fn check_by_language<'t>(
    key: &Key,
    value: &'t Spanned<DeValue<'t>>,
    report: &mut Report<'_>,
    check: impl Fn(&'t Spanned<DeValue<'t>>, &mut Report<'_>),
) {
    let entries = table(value).map(|table| table.entries()).unwrap_or_default();
    if entries.is_empty() {
        report.bad(&value.span(), format!("`{}` is empty", key.name()), example(key));
    }
    entries.into_iter().for_each(|(_, value)| check(value, report));
}

fn wrong(key: &Key, wanted: &str, value: &Spanned<DeValue<'_>>, report: &mut Report<'_>) {
    let found = match value.get_ref() {
        DeValue::String(_) => "a string",
        DeValue::Integer(_) => "an integer",
        DeValue::Float(_) => "a float",
        DeValue::Boolean(_) => "a boolean",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    };
    report.error(&codes::WRONG_TYPE, &value.span(), format!("`{}` takes {wanted}, not {found}", key.name()), way_out(key, value));
}

/// How the value could be written: the user's own where that is plain, else the example.
fn way_out(key: &Key, value: &Spanned<DeValue<'_>>) -> String {
    match (key.kind, value.get_ref()) {
        (Kind::List | Kind::Words | Kind::Choices(_), DeValue::String(text)) => format!("write `{} = [\"{text}\"]`", key.name()),
        (Kind::Tables, DeValue::Table(_)) => format!("write `[[{}]]`, in two pairs of brackets", key.path),
        (Kind::Table, DeValue::Array(_)) => format!("write `[{}]`, in one pair of brackets", key.path),
        (Kind::Whole(..), DeValue::String(text)) if text.parse::<u64>().is_ok() => {
            format!("write `{} = {text}`, without quotes", key.name())
        }
        (Kind::Flag | Kind::Switch, DeValue::String(text)) if matches!(text.as_ref(), "true" | "false") => {
            format!("write `{} = {text}`, without quotes", key.name())
        }
        (Kind::Text, DeValue::Integer(_) | DeValue::Float(_) | DeValue::Datetime(_)) => "put it in quotes".to_owned(),
        _ if key.example.is_empty() => format!("write `[{}]` and its keys below it", key.path),
        _ => example(key),
    }
}

fn example(key: &Key) -> String {
    format!("for example `{} = {}`", key.name(), key.example)
}
