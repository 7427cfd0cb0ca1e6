//! A finding while the document is still being read: its place is a byte, its line is reckoned at the end, once for all.

use super::codes::Rule;
use super::sentence;

/// Where a finding stands, from a byte of the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Spot {
    pub at: Option<usize>,
    /// Lines further down.
    pub lines: isize,
    /// Characters further to the right.
    pub columns: isize,
    /// The whole line rather than a column of it.
    pub whole_line: bool,
}

impl Spot {
    pub const NOWHERE: Spot = Spot { at: None, lines: 0, columns: 0, whole_line: false };

    /// A line and a column that are known already.
    pub fn place(line: isize, column: isize) -> Self {
        Spot { at: None, lines: line, columns: column, whole_line: false }
    }

    pub fn at(at: usize) -> Self {
        Spot { at: Some(at), lines: 0, columns: 0, whole_line: false }
    }

    /// So many lines and characters from a byte.
    pub fn from(at: usize, lines: isize, columns: isize) -> Self {
        Spot { at: Some(at), lines, columns, whole_line: false }
    }

    /// The line that the byte is in, or one so many lines from it.
    pub fn line_of(at: usize, lines: isize) -> Self {
        Spot { at: Some(at), lines, columns: 0, whole_line: true }
    }
}

/// What a finding is about, where it is not the element itself.
#[derive(Clone, Copy, Default)]
pub(super) struct Detail<'d> {
    pub element: Option<&'d str>,
    pub parent: Option<&'d str>,
    pub value: &'d str,
    pub other: &'d str,
}

impl<'d> Detail<'d> {
    pub fn value(value: &'d str) -> Self {
        Detail { value, ..Detail::default() }
    }

    pub fn element(element: &'d str) -> Self {
        Detail { element: Some(element), ..Detail::default() }
    }

    pub fn named(element: &'d str, parent: &'d str) -> Self {
        Detail { element: Some(element), parent: Some(parent), ..Detail::default() }
    }

    pub fn with(self, value: &'d str) -> Self {
        Detail { value, ..self }
    }

    pub fn other(self, other: &'d str) -> Self {
        Detail { other, ..self }
    }
}

#[derive(Clone, Debug)]
pub(super) struct Found {
    pub rule: &'static Rule,
    pub spot: Spot,
    /// As the document's kind has it in its tables: `dc_title`, or the key of JSON.
    pub element: String,
    pub parent: String,
    pub value: String,
    pub other: String,
}

/// The longest piece of the document's text that goes into a message, in bytes.
const SHOWN: usize = 200;

impl Found {
    pub fn new(rule: &'static Rule, spot: Spot, element: &str, parent: &str, detail: &Detail<'_>) -> Self {
        Found { rule, spot, element: cut(element), parent: cut(parent), value: cut(detail.value), other: cut(detail.other) }
    }

    /// A finding about the document as a whole.
    pub fn bare(rule: &'static Rule, spot: Spot, value: &str) -> Self {
        Found::new(rule, spot, "", "", &Detail::value(value))
    }

    /// The names as people write them; a key of JSON stands for itself.
    #[must_use]
    pub fn spelt(mut self, is_json: bool) -> Self {
        if !is_json {
            (self.element, self.parent) = (qualified(&self.element), qualified(&self.parent));
        }
        self
    }

    /// What is said, and the way out.
    pub fn said(&self) -> (String, String) {
        sentence::instead(self).unwrap_or_else(|| (self.rule_message(), self.rule_help()))
    }

    /// The rule's sentence with what was found in it.
    pub fn rule_message(&self) -> String {
        self.fill(self.rule.message)
    }

    /// The rule's way out with what was found in it.
    pub fn rule_help(&self) -> String {
        self.fill(self.rule.help)
    }

    fn fill(&self, template: &str) -> String {
        let mut out = String::new();
        let mut rest = template;
        while let Some((before, after)) = rest.split_once('{') {
            let Some((place, after)) = after.split_once('}') else { break };
            out.push_str(before);
            out.push_str(match place {
                "element" => &self.element,
                "parent" => &self.parent,
                "value" => &self.value,
                "other" => &self.other,
                _ => "",
            });
            rest = after;
        }
        out + rest
    }
}

/// `dc_title` as people write it.
pub(super) fn qualified(name: &str) -> String {
    name.replacen('_', ":", 1)
}

fn cut(text: &str) -> String {
    if text.len() <= SHOWN {
        return text.to_owned();
    }
    let end = (0..=SHOWN).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    format!("{}...", &text[..end])
}
