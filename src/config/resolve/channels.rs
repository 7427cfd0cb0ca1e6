//! `[channels]` and `[[channel]]`: the channels that are there by themselves, and those that the config names.

use super::{localised, output};
use crate::config::file::{At, Report, Table};
use crate::config::names::{Names, Problem};
use crate::config::{AxisChannels, Channels, Empty, Limits, Localised, Matrix, NamedChannel, Query, paths, query};
use crate::diag::codes;
use crate::vocab::Language;

pub(super) fn automatic(table: &Table<'_>, names: &Names, languages: &[Language], report: &mut Report<'_>) -> Channels {
    let code = |text: &str| names.country(text).map(|country| country.alpha2().to_owned());
    let key = |text: &str| names.topic(text).map(|key| key.to_string());
    Channels {
        all: table.flag("all").unwrap_or(true),
        countries: axis(table, "countries", code, languages, report),
        topics: axis(table, "topics", key, languages, report),
        per_language: table.flag("per-language").unwrap_or(false),
        matrix: matrix(table, languages, report),
        empty: match table.string("empty").map(|text| text.value) {
            Some("publish") => Empty::Publish,
            Some("skip") => Empty::Skip,
            Some("keep") => Empty::Keep,
            _ => Empty::PublishKnown,
        },
    }
}

fn axis(
    channels: &Table<'_>,
    name: &str,
    resolve: impl Fn(&str) -> Result<String, Problem>,
    languages: &[Language],
    report: &mut Report<'_>,
) -> Option<AxisChannels> {
    if channels.flag(name) == Some(false) {
        return None;
    }
    let table = channels.table(name);
    let mut list = |key: &str| table.list(key).map(|list| values(&list, &resolve, report));
    let (include, exclude) = (list("include"), list("exclude").unwrap_or_default());
    if table.list("include").is_some_and(|list| list.is_empty()) {
        report.bad(&table.place("include"), "`include` is empty", format!("write `{name} = false` in `[channels]` for no such channels"));
    }
    for value in include.iter().flatten().filter(|value| exclude.contains(value)) {
        report.bad(&table.place("exclude"), format!("`{value}` is included and excluded"), "take it out of one of the two lists");
    }
    let mut text = |key: &str| localised::read(&table, key, languages, &["name", "publication", "description"], report);
    let title = text("title").unwrap_or_else(|| AxisChannels::default().title);
    Some(AxisChannels { title, description: text("description"), include, exclude })
}

/// The values that a list names, each once.
fn values<T: PartialEq>(list: &[At<&str>], resolve: impl Fn(&str) -> Result<T, Problem>, report: &mut Report<'_>) -> Vec<T> {
    let mut values = Vec::new();
    for text in list {
        match resolve(text.value) {
            Ok(value) if values.contains(&value) => {
                report.bad(&text.span, format!("`{}` is in the list already", text.value), "take one of the two out");
            }
            Ok(value) => values.push(value),
            Err(problem) => report.error(problem.code, &text.span, problem.message, problem.help),
        }
    }
    values
}

fn matrix(channels: &Table<'_>, languages: &[Language], report: &mut Report<'_>) -> Option<Matrix> {
    let table = channels.table("matrix");
    if channels.flag("matrix") != Some(true) && table.is_none() {
        return None;
    }
    let number = |key: &str| table.number(key).and_then(|at| usize::try_from(at.value).ok());
    Some(Matrix {
        min_items: number("min-items").unwrap_or(3),
        max_channels: number("max-channels").unwrap_or(100),
        title: localised::read(&table, "title", languages, &["country", "topic", "publication", "name", "description"], report)
            .unwrap_or_else(|| Localised::plain("{publication}: {country}, {topic}")),
    })
}

pub(super) fn named(
    root: &Table<'_>,
    names: &Names,
    languages: &[Language],
    outer: &Limits,
    report: &mut Report<'_>,
) -> Vec<At<NamedChannel>> {
    let tables = root.tables("channel");
    tables.iter().filter_map(|table| one(table, names, languages, outer, report)).collect()
}

fn one(table: &Table<'_>, names: &Names, languages: &[Language], outer: &Limits, report: &mut Report<'_>) -> Option<At<NamedChannel>> {
    let path = table.string("path");
    if let Some(text) = &path
        && !text.value.trim().is_empty()
        && let Err((message, help)) = paths::check(text.value)
    {
        report.bad(&text.span, message, help);
    }
    let title = localised::read(table, "title", languages, &[], report);
    let description = localised::read(table, "description", languages, &[], report);
    let query = select(table, names, report);
    let limits = output::limits(&table.table("limits"), Some(outer), report);
    let path = path?;
    // A channel without a title keeps its place here, so that its path is compared with the others' all the same.
    let title = title.unwrap_or_else(|| Localised::plain(path.value));
    Some(At { value: NamedChannel { path: path.value.to_owned(), title, description, query, limits }, span: path.span })
}

/// What the channel holds: all the keys that select, together.
fn select(table: &Table<'_>, names: &Names, report: &mut Report<'_>) -> Query {
    const KEYS: [&str; 5] = ["query", "countries", "topics", "languages", "authors"];
    if !KEYS.iter().any(|key| table.has(key)) {
        let help = "add for example `query = \"country:belize and topic:trafficking\"`, or `countries = [\"BZ\"]`";
        report.error(&codes::MISSING_KEY, &table.span, "the channel does not say which items it holds", help);
    }
    let mut parts = Vec::new();
    if let Some(text) = table.string("query").filter(|text| !text.value.trim().is_empty()) {
        match query::parse(text.value, names) {
            Ok(query) => parts.push(query),
            Err(misread) => misread.into_iter().for_each(|(piece, problem)| {
                let span = report.inside(&text, piece);
                report.error(problem.code, &span, problem.message, problem.help);
            }),
        }
    }
    let mut any = |key: &str, resolve: &dyn Fn(&str) -> Result<Query, Problem>| any_of(table, key, resolve, report);
    parts.extend(any("countries", &|text| names.country(text).map(Query::Country)));
    parts.extend(any("topics", &|text| names.topic(text).map(Query::Topic)));
    parts.extend(any("languages", &|text| query::language(text).map(Query::Language)));
    parts.extend(any("authors", &|text| Ok(Query::Author(text.trim().to_owned()))));
    query::single(parts, Query::All)
}

fn any_of(table: &Table<'_>, key: &str, resolve: &dyn Fn(&str) -> Result<Query, Problem>, report: &mut Report<'_>) -> Option<Query> {
    let list = table.list(key)?;
    if list.is_empty() {
        report.bad(&table.place(key), format!("`{key}` is empty, so that no item fits"), "leave the key out, or name what fits");
    }
    Some(query::single(values(&list, resolve, report), Query::Any))
}
