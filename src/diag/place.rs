//! Where something is: a file, a line, a column, and the line itself to show.
//!
//! A place keeps the one line that it points into, not the file, so that findings in a file of a gigabyte stay small.

use std::cmp::Ordering;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

/// The longest piece of a line that is kept for showing, in bytes.
const EXCERPT_LIMIT: usize = 160;

/// A place in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// As the user would name it: relative to the publication's folder.
    pub path: Arc<Path>,
    /// From 1; 0 means the file as a whole.
    pub line: u32,
    /// From 1, in characters (Unicode scalar values); 0 means the line as a whole.
    pub column: u32,
    pub excerpt: Option<Box<Excerpt>>,
}

/// The line (or the piece of a very long one) that a place points into.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Excerpt {
    pub text: String,
    /// The bytes of `text` that are meant.
    pub span: Range<usize>,
}

impl Place {
    /// The file as a whole.
    pub fn file(path: impl Into<Arc<Path>>) -> Self {
        Place { path: path.into(), line: 0, column: 0, excerpt: None }
    }

    /// A line as a whole, without its text.
    pub fn line(path: impl Into<Arc<Path>>, line: u32) -> Self {
        Place { path: path.into(), line, column: 0, excerpt: None }
    }

    /// The bytes `span` of `source`, the text of the whole file.
    pub fn span(path: impl Into<Arc<Path>>, source: &str, span: Range<usize>) -> Self {
        let start = floor(source, span.start.min(source.len()));
        let line = 1 + source.as_bytes()[..start].iter().filter(|b| **b == b'\n').count();
        Self::in_line(path, source, span, line as u32)
    }

    /// Like [`Place::span`] where the number of the line that `source` starts with is known, as for one row of a bulk file.
    pub fn span_from_line(path: impl Into<Arc<Path>>, first_line: u32, source: &str, span: Range<usize>) -> Self {
        let mut place = Self::span(path, source, span);
        place.line += first_line.saturating_sub(1);
        place
    }

    fn in_line(path: impl Into<Arc<Path>>, source: &str, span: Range<usize>, line: u32) -> Self {
        let start = floor(source, span.start.min(source.len()));
        let end = floor(source, span.end.clamp(start, source.len()));
        let from = source[..start].rfind('\n').map_or(0, |at| at + 1);
        let to = source[start..].find('\n').map_or(source.len(), |at| start + at);
        let column = 1 + source[from..start].chars().count() as u32;
        let excerpt = Excerpt::cut(source[from..to].trim_end_matches('\r'), start - from..end.min(to) - from);
        Place { path: path.into(), line, column, excerpt: Some(excerpt.into()) }
    }
}

impl Excerpt {
    fn cut(line: &str, span: Range<usize>) -> Self {
        let span = span.start.min(line.len())..span.end.min(line.len());
        if line.len() <= EXCERPT_LIMIT {
            return Excerpt { text: line.to_owned(), span };
        }
        let from = floor(line, span.start.saturating_sub(EXCERPT_LIMIT / 4));
        let to = floor(line, (from + EXCERPT_LIMIT).min(line.len()));
        Excerpt { text: line[from..to].to_owned(), span: span.start - from..span.end.min(to) - from }
    }
}

impl PartialOrd for Place {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Place {
    fn cmp(&self, other: &Self) -> Ordering {
        (&self.path, self.line, self.column).cmp(&(&other.path, other.line, other.column))
    }
}

/// The largest character boundary at or before `at`.
fn floor(text: &str, at: usize) -> usize {
    (0..=at).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(source: &str, span: Range<usize>) -> (u32, u32, String) {
        let place = Place::span(Path::new("x.toml"), source, span);
        let excerpt = place.excerpt.expect("a span has an excerpt");
        (place.line, place.column, excerpt.text[excerpt.span].to_owned())
    }

    #[test]
    fn lines_and_columns_count_from_one_in_characters() {
        assert_eq!(place("abc", 0..1), (1, 1, "a".into()));
        assert_eq!(place("a\nñb = 1", 4..5), (2, 2, "b".into()));
        assert_eq!(place("a\r\nb\r\n", 3..4), (2, 1, "b".into()));
    }

    #[test]
    fn a_span_past_the_end_or_inside_a_character_is_pulled_in() {
        assert_eq!(place("ab", 9..12), (1, 3, "".into()));
        assert_eq!(place("ñ", 1..2), (1, 1, "ñ".into()));
    }

    #[test]
    fn a_very_long_line_is_cut_around_the_span() {
        let source = format!("{}here{}", "x".repeat(10_000), "y".repeat(10_000));
        let (line, column, meant) = place(&source, 10_000..10_004);
        assert_eq!((line, column, meant.as_str()), (1, 10_001, "here"));
    }
}
