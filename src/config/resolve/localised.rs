//! Texts by language, with the fallback first.

use std::ops::Range;

use toml::Spanned;
use toml::de::DeValue;

use crate::config::Localised;
use crate::config::file::{At, Report, Table, string, table};
use crate::diag::{Code, codes};
use crate::vocab::Language;

/// The key's text or texts; `placeholders` are the names that may stand in braces.
pub(super) fn read(
    table: &Table<'_>,
    key: &str,
    languages: &[Language],
    placeholders: &[&str],
    report: &mut Report<'_>,
) -> Option<Localised> {
    let value = table.get(key)?;
    if let Some(text) = string(value) {
        check_placeholders(&text, placeholders, report);
        return Some(Localised::plain(plain(&text, report)));
    }
    let mut texts = Vec::new();
    for (language, value) in by_language(value, languages, report) {
        if let Some(text) = string(value) {
            check_placeholders(&text, placeholders, report);
            texts.push((language, plain(&text, report)));
        }
    }
    // The publication's languages in their order, then the others as they stand: the first is what all fall back on.
    texts.sort_by_key(|(language, _)| languages.iter().position(|own| own == language).unwrap_or(usize::MAX));
    Localised::by_language(texts)
}

/// A line of plain text: what cannot be published in it is left out, with a warning.
pub(super) fn plain(text: &At<&str>, report: &mut Report<'_>) -> String {
    let (line, dropped) = crate::text::plain_line(text.value);
    if dropped > 0 {
        let message = format!("{dropped} of the characters here cannot be published and are left out");
        report.error(&codes::FORBIDDEN_CHARACTERS, &text.span, message, "control characters often come from copying out of other programs");
    }
    match crate::text::without_tags(&line) {
        Some(bare) => {
            report.error(&codes::MARKUP_REMOVED, &text.span, "the tags here are left out: it is plain text", "write it without markup");
            crate::text::plain_line(&bare).0.into_owned()
        }
        None => line.into_owned(),
    }
}

/// The values of a table by language, in the order of the file. A language that the publication does not have is a warning.
pub(super) fn by_language<'t>(
    value: &'t Spanned<DeValue<'t>>,
    languages: &[Language],
    report: &mut Report<'_>,
) -> Vec<(Language, &'t Spanned<DeValue<'t>>)> {
    let entries = table(value).map(|table| table.entries()).unwrap_or_default();
    let mut seen: Vec<Language> = Vec::new();
    let mut values = Vec::new();
    for (key, value) in entries {
        let Some(language) = language(&key, &codes::BAD_VALUE, report) else { continue };
        if seen.contains(&language) {
            report.bad(&key.span, format!("`{language}` stands twice"), "take one of the two out");
        }
        if !languages.is_empty() && !languages.iter().any(|own| own.primary() == language.primary()) {
            let message = format!("`{language}` is none of the publication's languages");
            report.error(&codes::UNUSED_KEY, &key.span, message, "add it to `languages` in `[publication]`, or take it out here");
        }
        seen.push(language.clone());
        values.push((language, value));
    }
    values
}

/// A language tag, or a report of what is wrong with it.
pub(super) fn language(text: &At<&str>, code: &'static Code, report: &mut Report<'_>) -> Option<Language> {
    match Language::parse(text.value) {
        Ok(language) => Some(language),
        Err(error) => {
            report.error(code, &text.span, error.to_string(), error.help);
            None
        }
    }
}

fn check_placeholders(text: &At<&str>, known: &[&str], report: &mut Report<'_>) {
    if known.is_empty() {
        return;
    }
    for piece in braces(text.value) {
        let name = &text.value[piece.start + 1..piece.end - 1];
        if !known.contains(&name) {
            let span = report.inside(text, piece.clone());
            let known: Vec<String> = known.iter().map(|name| format!("`{{{name}}}`")).collect();
            report.bad(&span, format!("`{{{name}}}` stands for nothing here"), format!("write {}", known.join(" or ")));
        }
    }
}

/// The pieces in braces, braces included.
fn braces(text: &str) -> Vec<Range<usize>> {
    let mut pieces = Vec::new();
    let mut from = 0;
    while let Some(open) = text[from..].find('{').map(|at| from + at) {
        let Some(close) = text[open..].find('}').map(|at| open + at + 1) else { break };
        pieces.push(open..close);
        from = close;
    }
    pieces
}
