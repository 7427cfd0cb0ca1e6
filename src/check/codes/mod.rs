//! Everything that the checker can say, in one table: a row for each code, by families.
//!
//! A code that the W3C Feed Validator has too carries its name in kebab-case: `MissingGuid` is `missing-guid`. Names are for ever.
//! The table makes the messages, `tidings check --explain` and `docs/checks.md`.

use std::fmt::Write;

use crate::diag::{Code, Severity};

mod addresses;
mod app;
mod atom;
mod document;
mod elements;
mod json;
mod kml;
mod media;
mod modules;
mod namespaces;
mod opml;
mod podcast;
mod products;
mod publication;
mod rss;
mod text;
mod values;

pub use addresses::*;
pub use app::*;
pub use atom::*;
pub use document::*;
pub use elements::*;
pub use json::*;
pub use kml::*;
pub use media::*;
pub use modules::*;
pub use namespaces::*;
pub use opml::*;
pub use podcast::*;
pub use products::*;
pub use publication::*;
pub use rss::*;
pub use text::*;
pub use values::*;

/// A row of the table.
#[derive(Debug)]
pub struct Rule {
    pub code: Code,
    /// The sentence of a finding, with `{element}`, `{parent}`, `{value}` and `{other}` for what was found.
    pub message: &'static str,
    /// The way out, with the same places for what was found.
    pub help: &'static str,
    /// Why it matters to those who read the feed.
    pub why: &'static str,
    /// An example that has the fault.
    pub wrong: &'static str,
    /// The same without it.
    pub right: &'static str,
    /// Where it is written.
    pub clause: &'static str,
}

/// Makes a family's rows and their list.
macro_rules! rules {
    ($($ident:ident = $name:literal, $severity:ident, $message:literal {
        help: $help:literal, why: $why:literal, wrong: $wrong:literal, right: $right:literal, clause: $clause:literal,
    })*) => {
        $(
            #[doc = $message]
            pub static $ident: super::Rule = super::Rule {
                code: crate::diag::Code { name: $name, severity: crate::diag::Severity::$severity, about: $message },
                message: $message,
                help: $help,
                why: $why,
                wrong: $wrong,
                right: $right,
                clause: $clause,
            };
        )*
        pub(super) static ROWS: &[&super::Rule] = &[$(&$ident),*];
    };
}
use rules;

/// The families, in the order of the page.
static FAMILIES: &[(&str, &[&Rule])] = &[
    ("Characters, encodings, well-formedness, limits", document::ROWS),
    ("Namespaces", namespaces::ROWS),
    ("Which elements and attributes stand where", elements::ROWS),
    ("Dates, numbers, languages", values::ROWS),
    ("Addresses, identifiers and mail", addresses::ROWS),
    ("Text, HTML and what could harm readers", text::ROWS),
    ("RSS 0.91 to 2.0", rss::ROWS),
    ("Atom 1.0", atom::ROWS),
    ("Podcasts", podcast::ROWS),
    ("Media RSS", media::ROWS),
    ("Google Base", products::ROWS),
    ("OPML and OpenSearch", opml::ROWS),
    ("The Atom Publishing Protocol", app::ROWS),
    ("KML", kml::ROWS),
    ("JSON Feed", json::ROWS),
    ("Modules that came after the W3C Feed Validator", modules::ROWS),
    ("A whole publication", publication::ROWS),
];

/// All rows, in the order of the page.
pub fn all() -> impl Iterator<Item = &'static Rule> {
    FAMILIES.iter().flat_map(|(_, rows)| rows.iter().copied())
}

/// The row of a code.
pub fn find(name: &str) -> Option<&'static Rule> {
    all().find(|rule| rule.code.name == name)
}

/// What `--explain` prints.
pub fn page(rule: &Rule) -> String {
    let mut out = String::new();
    let severity = rule.code.severity.as_str();
    let _ = writeln!(out, "{} ({severity})\n  {}\n", rule.code.name, plain(rule.message));
    let _ = writeln!(out, "why it matters\n  {}\n\nwhat to do\n  {}\n", rule.why, plain(rule.help));
    let _ = writeln!(out, "wrong\n  {}\n\nright\n  {}\n\nsource\n  {}", rule.wrong, rule.right, rule.clause);
    out
}

/// `docs/checks.md`: the whole table as a page.
pub fn document() -> String {
    let mut out = String::from(
        "# What `tidings check` says\n\nMade from the table in `src/check/codes`; a test keeps it fresh. Errors make a document invalid; warnings do not; \
         notes are shown with `--verbose`.\n",
    );
    for (title, rows) in FAMILIES {
        let _ = writeln!(out, "\n## {title}");
        for rule in *rows {
            let _ = writeln!(out, "\n### {}\n\n*{}.* {}\n", rule.code.name, rule.code.severity.as_str(), sentence(&plain(rule.message)));
            let _ = writeln!(out, "{} To mend it: {}.\n", rule.why, plain(rule.help));
            let _ = writeln!(out, "Wrong:\n\n```\n{}\n```\n\nRight:\n\n```\n{}\n```\n\nSource: {}.", rule.wrong, rule.right, rule.clause);
        }
    }
    out
}

/// A template as people read it: `{value}` is `...`.
fn plain(template: &str) -> String {
    let mut out = template.to_owned();
    for (place, shown) in [("{element}", "ELEMENT"), ("{parent}", "PARENT"), ("{value}", "VALUE"), ("{other}", "OTHER")] {
        out = out.replace(place, shown);
    }
    out
}

/// With a capital and a full stop.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| format!("{}{}.", first.to_uppercase(), letters.as_str())).unwrap_or_default()
}

/// The weights, for those who count them.
pub fn count(severity: Severity) -> usize {
    all().filter(|rule| rule.code.severity == severity).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_kebab_case_and_rows_are_full() {
        let mut seen = std::collections::BTreeSet::new();
        for rule in all() {
            let name = rule.code.name;
            assert!(seen.insert(name), "`{name}` stands twice");
            assert!(name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-'), "{name}");
            for text in [rule.message, rule.help, rule.why, rule.wrong, rule.right, rule.clause] {
                assert!(!text.is_empty(), "`{name}` has a blank");
            }
            assert!(!rule.message.ends_with('.') && !rule.help.ends_with('.') && rule.why.ends_with('.'), "{name}");
        }
    }
}
