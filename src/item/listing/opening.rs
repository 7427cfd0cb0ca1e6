//! Lines that may open a block of a listing: a date, decorated or not, with or without something behind it.
//!
//! A line that only mentions a date is text. Where that is not sure the reader of listings says so: no line is swallowed silently.

use chrono::NaiveDate;

use super::{TITLE_LIMIT, ends_a_sentence};
use crate::item::date::{self, BadDate};

/// What pages put around a date: marks of Markdown and of lists, and stops.
const DECORATION: [char; 19] = ['#', '*', '_', '>', '|', ':', ';', ',', '=', '~', '•', '·', '–', '—', '-', '[', ']', '(', ')'];

/// What parts a title from its date.
const SEPARATORS: [char; 5] = ['|', ':', '–', '—', '-'];

/// No date is longer than this, in bytes.
const LONGEST: usize = 60;

/// How a line opens a block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Opening<'a> {
    /// A date, or why it is none, and what is parted from it by a bar, a colon or a dash.
    Date(Result<NaiveDate, BadDate>, Option<&'a str>),
    /// Begins with a date and goes on as a title may: not to be guessed.
    Unclear,
    /// Begins with a date and goes on as running text does.
    Mention,
}

/// How the line opens a block, if it does. `may_begin`: whether a block may begin here; a line that is a date begins one anywhere.
/// `followed`: whether text comes next.
pub fn opening(line: &str, may_begin: bool, followed: bool) -> Option<Opening<'_>> {
    match date::date_line(line) {
        Some(Ok(date)) => Some(Opening::Date(Ok(date), None)),
        // What is no date as a whole may be one with something behind it.
        Some(Err(bad)) => behind(line, may_begin, followed)
            .filter(|found| matches!(found, Opening::Date(Ok(_), _)))
            .or(Some(Opening::Date(Err(bad), None))),
        None => behind(line, may_begin, followed),
    }
}

/// A decorated date, or one with something behind it.
fn behind(line: &str, may_begin: bool, followed: bool) -> Option<Opening<'_>> {
    let bare = line.trim_matches(is_decoration);
    if !bare.get(..1)?.starts_with(|c: char| c.is_ascii_alphanumeric()) || !head(bare).contains(|c: char| c.is_ascii_digit()) {
        return None;
    }
    if bare != line
        && let Some(date) = date::date_line(bare)
    {
        return Some(Opening::Date(date, None));
    }
    if !may_begin || opens_a_sentence(bare) {
        return None;
    }
    let (date, mark, rest) = parted(bare).or_else(|| begun(bare))?;
    match (mark, is_title(rest)) {
        (Some('|'), _) => Some(Opening::Date(date, Some(rest))),
        (Some(_), true) if followed || date.is_err() => Some(Opening::Date(date, Some(rest))),
        (None, true) => Some(if date.is_ok() { Opening::Unclear } else { Opening::Date(date, None) }),
        _ => date.is_ok().then_some(Opening::Mention),
    }
}

type Parted<'a> = Option<(Result<NaiveDate, BadDate>, Option<char>, &'a str)>;

/// A date, a mark, and the rest.
fn parted(bare: &str) -> Parted<'_> {
    let marks = head(bare).char_indices().filter(|(_, c)| SEPARATORS.contains(c));
    marks.filter_map(|(at, mark)| split(bare, at, Some(mark))).next()
}

/// A date and the rest behind a blank.
fn begun(bare: &str) -> Parted<'_> {
    let blanks = head(bare).char_indices().filter(|(_, c)| c.is_whitespace());
    blanks.filter_map(|(at, _)| split(bare, at, None)).next()
}

fn split(bare: &str, at: usize, mark: Option<char>) -> Parted<'_> {
    let date = date::date_line(bare[..at].trim_end_matches(is_decoration))?;
    let rest = bare[at..].trim_start_matches(is_decoration);
    // `2018-02-09` and `9-2-2018` have dashes of their own.
    (mark != Some('-') || bare[..at].ends_with(char::is_whitespace)).then_some((date, mark, rest))
}

/// As much of the line as may be a date.
fn head(line: &str) -> &str {
    line.char_indices().take_while(|(at, _)| *at < LONGEST).last().map_or("", |(at, c)| &line[..at + c.len_utf8()])
}

fn is_decoration(c: char) -> bool {
    c.is_whitespace() || DECORATION.contains(&c)
}

/// Whether the rest of a line may be a title: no sentence, and not the second half of one.
fn is_title(rest: &str) -> bool {
    let begins = rest.chars().find(|c| c.is_alphabetic()).is_some_and(|c| !c.is_lowercase());
    begins && !ends_a_sentence(rest) && rest.chars().count() <= TITLE_LIMIT
}

/// `On 9 February, 2018 the …`: the words are read as part of a date, but open a sentence.
fn opens_a_sentence(bare: &str) -> bool {
    let first = bare.split_whitespace().next().unwrap_or_default();
    ["on", "the", "el", "le", "em", "a", "at", "as"].iter().any(|word| first.eq_ignore_ascii_case(word))
}
