//! What a check found, with lines and columns.

use std::path::Path;
use std::sync::Arc;

use serde::Serialize;

use super::codes::Rule;
use super::found::{Found, Spot, qualified};
use crate::diag::{Excerpt, Finding, Place, Severity};

/// What a document turned out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    Unknown,
    /// RSS 0.90, 1.0 and 1.1.
    Rss1,
    /// RSS 0.91 to 2.0.
    Rss2,
    Atom,
    AtomEntry,
    Opml,
    Json,
    /// RFC 5023 section 8.
    AtomService,
    /// RFC 5023 section 7.
    AtomCategories,
    /// An OpenSearch description.
    Opensearch,
    Kml,
    Xrd,
}

/// The outcome of a check.
#[derive(Clone, Debug)]
pub struct Report {
    pub kind: Kind,
    /// In the order of their places; those without one first.
    pub findings: Vec<CheckFinding>,
    /// Findings that were too many to keep.
    pub dropped: usize,
}

impl Report {
    /// Whether no error was found.
    pub fn valid(&self) -> bool {
        !self.findings.iter().any(|finding| finding.severity == Severity::Error)
    }

    pub fn count(&self, severity: Severity) -> usize {
        self.findings.iter().filter(|finding| finding.severity == severity).count()
    }
}

/// One thing that was found.
#[derive(Clone, Debug)]
pub struct CheckFinding {
    pub rule: &'static Rule,
    pub severity: Severity,
    /// From 1; 0 where the document as a whole is meant.
    pub line: u32,
    /// From 1, in characters.
    pub column: u32,
    /// The element, or the attribute, that it is about; may be empty. The first `_` of a name is written as `:`, in JSON too.
    pub element: String,
    pub parent: String,
    pub message: String,
    pub help: String,
    /// The line, or a piece of it, with the place in it.
    pub excerpt: Option<Excerpt>,
}

impl CheckFinding {
    /// The finding in the form that the rest of the program prints.
    pub fn into_finding(self, path: Arc<Path>) -> Finding {
        let place = Place { path, line: self.line, column: self.column, excerpt: self.excerpt.map(Box::new) };
        Finding {
            code: &self.rule.code,
            severity: self.severity,
            place: Some(place),
            message: self.message,
            help: Some(self.help),
            count: 1,
        }
    }
}

/// The longest piece of a line that is kept for showing, in bytes.
const SHOWN: usize = 160;

pub(super) fn make(text: &str, kind: Kind, mut found: Vec<Found>, dropped: usize) -> Report {
    for at in found.iter_mut().filter_map(|found| found.spot.at.as_mut()) {
        debug_assert!(text.is_char_boundary(*at), "a place within a letter");
        *at = text.floor_char_boundary(*at);
    }
    let lines = Lines::new(text, &found);
    let mut findings: Vec<CheckFinding> = found.into_iter().map(|found| finish(text, &lines, found.spelt(kind == Kind::Json))).collect();
    findings.sort_by_key(|finding| (finding.line, finding.column));
    Report { kind, findings, dropped }
}

fn finish(text: &str, lines: &Lines, found: Found) -> CheckFinding {
    let (line, column, excerpt) = place(text, lines, found.spot);
    let (message, help) = found.said();
    CheckFinding {
        rule: found.rule,
        severity: found.rule.code.severity,
        line,
        column,
        element: qualified(&found.element),
        parent: qualified(&found.parent),
        message,
        help,
        excerpt,
    }
}

fn place(text: &str, lines: &Lines, spot: Spot) -> (u32, u32, Option<Excerpt>) {
    let Some(at) = spot.at else { return (spot.lines.max(0) as u32, spot.columns.max(0) as u32, None) };
    let known = lines.of(at);
    let wanted = (known.line as isize + spot.lines).max(1);
    if spot.whole_line || spot.lines != 0 {
        let column = if spot.whole_line { 1 } else { spot.columns + 1 };
        return (wanted as u32, column.max(0) as u32, None);
    }
    let column = 1 + known.column as isize + spot.columns;
    (wanted as u32, column.max(1) as u32, Some(excerpt(text, known.start, at)))
}

fn excerpt(text: &str, start: usize, at: usize) -> Excerpt {
    let floor = |wanted: usize| (start..=wanted).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(start);
    let from = if at - start > SHOWN * 3 / 4 { floor(at - SHOWN / 4) } else { start };
    let line_end =
        text.as_bytes()[at..].iter().take(SHOWN).position(|b| matches!(b, b'\n' | b'\r')).map_or(text.len(), |length| at + length);
    let to = floor(line_end.min(from + SHOWN).max(at));
    let ends: &[char] = if text[at..to].starts_with('<') { &['>', ' '] } else { &['<', '>', ' '] };
    let tag = text[at..to].find(ends).map_or(to, |length| at + length);
    Excerpt { text: text[from..to].to_owned(), span: at - from..tag.max(at) - from }
}

/// A place in the text.
#[derive(Clone, Copy)]
struct Known {
    at: usize,
    /// From 1.
    line: usize,
    /// Where the line begins.
    start: usize,
    /// Characters before the place in its line.
    column: usize,
}

/// The places that are asked for, reckoned in one pass.
struct Lines(Vec<Known>);

impl Lines {
    fn new(text: &str, found: &[Found]) -> Self {
        let mut places: Vec<usize> = found.iter().filter_map(|found| found.spot.at).collect();
        places.sort_unstable();
        places.dedup();
        let bytes = text.as_bytes();
        let mut last = Known { at: 0, line: 1, start: 0, column: 0 };
        let known = places.into_iter().map(|at| {
            let start = last.start;
            for (offset, byte) in bytes[last.at..at].iter().enumerate().filter(|(_, byte)| matches!(byte, b'\n' | b'\r')) {
                let next = last.at + offset + 1;
                if *byte == b'\n' || bytes.get(next) != Some(&b'\n') {
                    last.line += 1;
                    last.start = next;
                }
            }
            // On the same line, only what is new is counted.
            let (from, before) = if last.start == start { (last.at, last.column) } else { (last.start.min(at), 0) };
            last.column = before + text[from..at].chars().count();
            last.at = at;
            last
        });
        Lines(known.collect())
    }

    fn of(&self, at: usize) -> Known {
        let found = self.0.binary_search_by_key(&at, |known| known.at);
        found.map_or(Known { at, line: 1, start: 0, column: 0 }, |found| self.0[found])
    }
}

#[cfg(test)]
mod tests {
    use crate::check::{Options, check};

    #[test]
    fn places_in_character_data_are_those_of_the_document() {
        let line = "é\r\n".repeat(40);
        let text = format!("<rss version='2.0'><channel><title><![CDATA[{line}x\u{fffd}]]></title></channel></rss>");
        let report = check(text.as_bytes(), &Options { content_type: Some("text/xml; charset=utf-8".into()), ..Options::default() });
        let found = report.findings.iter().find(|finding| finding.rule.code.name == "bad-characters").expect("a finding");
        assert_eq!((found.line, found.column), (41, 2));
    }

    #[test]
    fn a_wrong_text_is_pointed_at_where_it_begins() {
        for (date, column) in [
            ("<pubDate>2018-02-09</pubDate>", 10),
            ("<pubDate> é2018-02-09 </pubDate>", 11),
            ("<pubDate><![CDATA[2018-02-09]]></pubDate>", 19),
            ("<pubDate>&#50;018-02-09</pubDate>", 10),
            ("<pubDate\n>2018-02-09</pubDate>", 2),
            // The line stays that of the end tag.
            ("<pubDate>2018-02-09\n</pubDate>", 1),
            ("<pubDate> </pubDate>", 11),
        ] {
            let text = format!("<rss version='2.0'><channel><item>\n{date}</item></channel></rss>");
            let report = check(text.as_bytes(), &Options { content_type: Some("text/xml; charset=utf-8".into()), ..Options::default() });
            let found = report.findings.iter().find(|finding| finding.element == "pubDate").expect("a finding");
            let lines = 2 + date.matches('\n').count() as u32;
            assert_eq!((found.line, found.column), (lines, column), "{date}");
        }
    }

    #[test]
    fn places_are_lines_and_characters() {
        let document = "<rss version=\"2.0\">\r\n<channel>é<nix/>\r<nix/> <nix/>\n</channel></rss>";
        let report = check(document.as_bytes(), &Options { content_type: Some("application/rss+xml".to_owned()), ..Options::default() });
        let places = report.findings.iter().filter(|finding| finding.element == "nix").map(|finding| (finding.line, finding.column));
        assert_eq!(places.collect::<Vec<_>>(), [(2, 11), (3, 1), (3, 8)]);
    }
}
