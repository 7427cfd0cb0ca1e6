//! What the user wrote: the tables of `feeds.toml` as they stand, every value with its place, and the report of what is wrong with them.
//!
//! A value of the wrong type reads as one that is not there; saying so is for [`super::shape`], which sees every value once.

use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::diag::{Code, Finding, Findings, Place, codes};

/// A value and the bytes of the file that it stands in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct At<T> {
    pub value: T,
    pub span: Range<usize>,
}

/// A table as the user wrote it, or the lack of one.
#[derive(Clone, Debug)]
pub(super) struct Table<'t> {
    entries: Option<&'t DeTable<'t>>,
    pub span: Range<usize>,
}

/// Everything that is wrong with one file.
pub(super) struct Report<'t> {
    text: &'t str,
    /// Where each line begins.
    lines: Vec<usize>,
    path: Arc<Path>,
    findings: Findings,
}

impl<'t> Report<'t> {
    pub fn new(text: &'t str, path: Arc<Path>) -> Self {
        let lines = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        Report { text, lines, path, findings: Findings::new() }
    }

    /// An error at `span`; the way out is said by `help`.
    pub fn error(&mut self, code: &'static Code, span: &Range<usize>, message: impl Into<String>, help: impl Into<String>) {
        self.findings.push(Finding::new(code, message).at(self.place(span)).help(help));
    }

    /// A value that the key cannot take.
    pub fn bad(&mut self, span: &Range<usize>, message: impl Into<String>, help: impl Into<String>) {
        self.error(&codes::BAD_VALUE, span, message, help);
    }

    /// The same of a value that nobody is to read over a shoulder: its line is not shown.
    pub fn bad_secret(&mut self, span: &Range<usize>, message: impl Into<String>, help: impl Into<String>) {
        let place = Place { excerpt: None, ..self.place(span) };
        self.findings.push(Finding::new(&codes::BAD_VALUE, message).at(place).help(help));
    }

    /// An error in the file as a whole.
    pub fn whole(&mut self, code: &'static Code, message: impl Into<String>, help: impl Into<String>) {
        self.findings.push(Finding::new(code, message).at(Place::file(self.path.clone())).help(help));
    }

    /// The bytes of the file behind a piece of a string's value.
    pub fn inside(&self, string: &At<&str>, piece: Range<usize>) -> Range<usize> {
        let raw = self.text.get(string.span.clone()).unwrap_or_default();
        match (raw_offset(raw, string.value, piece.start), raw_offset(raw, string.value, piece.end)) {
            (Some(start), Some(end)) => string.span.start + start..string.span.start + end,
            _ => string.span.clone(),
        }
    }

    /// Where bytes of the file are.
    pub fn place(&self, span: &Range<usize>) -> Place {
        let line = self.line(span);
        let begin = self.lines[line as usize - 1];
        Place::span_from_line(self.path.clone(), line, &self.text[begin..], span.start - begin..span.end.saturating_sub(begin))
    }

    /// The line that a value begins in.
    pub fn line(&self, span: &Range<usize>) -> u32 {
        self.lines.partition_point(|begin| *begin <= span.start) as u32
    }

    pub fn has_errors(&self) -> bool {
        self.findings.has_errors()
    }

    /// All that was found, in the order of the file, each thing once.
    pub fn finish(mut self) -> Findings {
        self.findings.sort_by_place();
        let mut all: Vec<Finding> = self.findings.into_iter().collect();
        all.dedup();
        debug_assert!(all.iter().all(|finding| finding.help.is_some()), "every finding has a way out");
        all.into_iter().collect()
    }
}

impl<'t> Table<'t> {
    pub fn new(entries: &'t DeTable<'t>, span: Range<usize>) -> Self {
        Table { entries: Some(entries), span }
    }

    pub fn none() -> Self {
        Table { entries: None, span: 0..0 }
    }

    /// Whether there is no such table.
    pub fn is_none(&self) -> bool {
        self.entries.is_none()
    }

    pub fn get(&self, key: &str) -> Option<&'t Spanned<DeValue<'t>>> {
        self.entries?.get(key)
    }

    /// Whether the key is there, be its value of the right type or not.
    pub fn has(&self, key: &str) -> bool {
        self.get(key).is_some()
    }

    /// Where the key's value stands, else the table.
    pub fn place(&self, key: &str) -> Range<usize> {
        self.get(key).map_or_else(|| self.span.clone(), Spanned::span)
    }

    pub fn string(&self, key: &str) -> Option<At<&'t str>> {
        string(self.get(key)?)
    }

    pub fn flag(&self, key: &str) -> Option<bool> {
        self.get(key)?.get_ref().as_bool()
    }

    pub fn number(&self, key: &str) -> Option<At<u64>> {
        number(self.get(key)?)
    }

    /// The strings of a list.
    pub fn list(&self, key: &str) -> Option<Vec<At<&'t str>>> {
        strings(self.get(key)?)
    }

    /// The table at `key`, or the lack of one.
    pub fn table(&self, key: &str) -> Table<'t> {
        self.get(key).and_then(table).unwrap_or_else(Table::none)
    }

    /// The tables of a list.
    pub fn tables(&self, key: &str) -> Vec<Table<'t>> {
        let list = self.get(key).and_then(|value| value.get_ref().as_array());
        list.into_iter().flat_map(|list| list.iter()).filter_map(table).collect()
    }

    /// Every key with its value, in the order of the file.
    pub fn entries(&self) -> Vec<(At<&'t str>, &'t Spanned<DeValue<'t>>)> {
        let entries = self.entries.into_iter().flatten();
        let mut all: Vec<_> = entries.map(|(key, value)| (At { value: key.get_ref().as_ref(), span: key.span() }, value)).collect();
        all.sort_by_key(|(key, _)| key.span.start);
        all
    }
}

pub(super) fn string<'t>(value: &'t Spanned<DeValue<'t>>) -> Option<At<&'t str>> {
    Some(At { value: value.get_ref().as_str()?, span: value.span() })
}

/// A whole number that is not negative.
pub(super) fn number(value: &Spanned<DeValue<'_>>) -> Option<At<u64>> {
    let integer = value.get_ref().as_integer()?;
    Some(At { value: u64::from_str_radix(integer.as_str(), integer.radix()).ok()?, span: value.span() })
}

pub(super) fn strings<'t>(value: &'t Spanned<DeValue<'t>>) -> Option<Vec<At<&'t str>>> {
    Some(value.get_ref().as_array()?.iter().filter_map(string).collect())
}

pub(super) fn table<'t>(value: &'t Spanned<DeValue<'t>>) -> Option<Table<'t>> {
    Some(Table::new(value.get_ref().as_table()?, value.span()))
}

/// Where the byte `at` of a string's value stands in the string as it was written, quotes and escapes included.
fn raw_offset(raw: &str, value: &str, at: usize) -> Option<usize> {
    let quote = raw.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let quotes = if raw.len() >= 6 && raw.bytes().take(3).all(|b| b == quote as u8) { 3 } else { 1 };
    let mut offset = quotes + if quotes == 3 { line_end(&raw[3..]) } else { 0 };
    let has_escapes = quote == '"';
    let mut seen = 0;
    loop {
        offset += if has_escapes { folded(raw.get(offset..)?) } else { 0 };
        if seen >= at {
            return Some(offset);
        }
        let character = value.get(seen..)?.chars().next()?;
        let rest = raw.get(offset..)?;
        offset += if has_escapes { written_length(rest, character)? } else { written_plain(rest, character)? };
        seen += character.len_utf8();
    }
}

/// How many bytes of `rest` stand for `character`, as it is or as an escape.
fn written_length(rest: &str, character: char) -> Option<usize> {
    Some(match rest.strip_prefix('\\').map(|escape| escape.chars().next()) {
        None => written_plain(rest, character)?,
        Some(Some('x')) => 4,
        Some(Some('u')) => 6,
        Some(Some('U')) => 10,
        Some(escaped) => 1 + escaped?.len_utf8(),
    })
}

/// The length of line ends that a backslash folds away.
fn folded(rest: &str) -> usize {
    const BLANK: [char; 4] = [' ', '\t', '\r', '\n'];
    let mut length = 0;
    while let Some(after) = rest[length..].strip_prefix('\\').filter(|after| after.starts_with(BLANK)) {
        length = rest.len() - after.trim_start_matches(BLANK).len();
    }
    length
}

/// A character as it stands; a line end may be of two.
fn written_plain(rest: &str, character: char) -> Option<usize> {
    let own = rest.chars().next()?;
    Some(if own == '\r' && character == '\n' { 2 } else { own.len_utf8() })
}

fn line_end(text: &str) -> usize {
    match text.as_bytes() {
        [b'\r', b'\n', ..] => 2,
        [b'\n', ..] => 1,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_piece_of_a_value_is_found_in_what_was_written() {
        for text in [
            "x = 'a MEANT b'",
            "x = \"a MEANT b\"",
            "x = \"\\\"a\\\" \\t\\u00f1 ñ MEANT\"",
            "x = '''\nline\nMEANT'''",
            "x = \"\"\"\r\nline\r\n  \\\"MEANT\"\"\"",
            "x = \"\"\"a \\\n   b \\   \n\n  MEANT\"\"\"",
            "x = \"\\U0001F600\\x41\\\\MEANT\"",
        ] {
            let (root, errors) = DeTable::parse_recoverable(text);
            assert!(errors.is_empty(), "{text}: {errors:?}");
            let report = Report::new(text, Path::new("x.toml").into());
            let value = Table::new(root.get_ref(), 0..0).string("x").expect("a string");
            let at = value.value.find("MEANT").expect("in the value");
            assert_eq!(&text[report.inside(&value, at..at + 5)], "MEANT", "{text}");
        }
    }

    #[test]
    fn a_piece_that_is_not_there_is_the_whole_string() {
        let report = Report::new("x = 'ab'", Path::new("x.toml").into());
        assert_eq!(report.inside(&At { value: "ab", span: 4..8 }, 0..9), 4..8);
    }
}
