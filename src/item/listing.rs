//! Listings: a page of news as it is copied from a web site or a document, `date line, title, paragraphs`, over and over.
//!
//! The text is kept as written, but for the ends of lines: double spaces, non-breaking spaces and stray quotation marks are the
//! author's. Writing records is left to others.

mod dateline;

use std::path::Path;
use std::sync::Arc;

use chrono::NaiveDate;

use super::date;
use super::write::{Draft, When};
use super::{Syntax, date::BadDate};
use crate::diag::{Code, Finding, Findings, Place, codes};
use crate::vocab::Language;

/// A line of more characters than this stands for a whole paragraph; shorter ones may be one line of a paragraph that was wrapped.
const WRAPPED_WIDTH: usize = 120;

/// A line of more characters than this that ends like a sentence is no title.
const TITLE_LIMIT: usize = 160;

/// What a page held.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Listing {
    /// In the order of the page.
    pub blocks: Vec<Block>,
    pub findings: Findings,
}

/// One item of a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// Of the date, from 1.
    pub line: u32,
    pub date: NaiveDate,
    pub title: String,
    /// As written, without what parts it from the text.
    pub dateline: Option<String>,
    /// Each on one line.
    pub paragraphs: Vec<String>,
    /// English or Spanish, where the words tell.
    pub language: Option<Language>,
}

impl Block {
    /// The block as a record to be written, in plain text, so that no character of it is taken for markup.
    pub fn to_draft(&self, path: &Arc<Path>) -> Draft {
        let place = Place::line(path.clone(), self.line);
        let mut draft = Draft::new(place, &self.title, When::Day(self.date), Syntax::Plain);
        draft.dateline = self.dateline.clone();
        draft.body = (!self.paragraphs.is_empty()).then(|| self.paragraphs.join("\n\n"));
        draft.language = self.language.clone();
        draft
    }
}

/// Reads a page.
///
/// A block begins with a line that is a date and nothing else. The next line with text is the title, the rest are paragraphs. Between
/// them may stand any number of blank lines, or none. Lines that follow each other are one paragraph, unless they are so long that
/// each must be one. A block that cannot be read is a finding, and the others are read all the same.
pub fn read(text: &str, path: &Arc<Path>) -> Listing {
    let lines = lines(text);
    let mut listing = Listing::default();
    let mut start = None;
    for (at, line) in lines.iter().enumerate() {
        let Some(date) = date::date_line(line.text) else { continue };
        finish(&mut listing, path, start.take(), &lines, at);
        start = Some((at, date));
    }
    finish(&mut listing, path, start, &lines, lines.len());
    listing
}

/// A line without the white space around it.
#[derive(Clone, Copy)]
struct Line<'a> {
    number: u32,
    text: &'a str,
}

fn lines(text: &str) -> Vec<Line<'_>> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    // A carriage return alone ends a line too; with a line feed after it the empty line between the two is not counted.
    let pieces = text.split('\n').flat_map(|line| line.strip_suffix('\r').unwrap_or(line).split('\r'));
    pieces.zip(1..).map(|(text, number)| Line { number, text: text.trim_matches(is_blank) }).collect()
}

/// White space of every kind, and the characters without width that copying leaves behind.
fn is_blank(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\u{200b}' | '\u{feff}' | '\u{2060}')
}

type Start = Option<(usize, Result<NaiveDate, BadDate>)>;

/// Takes in the lines from `start` (those before the first date where there is none) up to `end`.
fn finish(listing: &mut Listing, path: &Arc<Path>, start: Start, lines: &[Line<'_>], end: usize) {
    let (at, date) = match start {
        Some(start) => start,
        None => {
            listing.findings.extend(stray(path, &lines[..end]));
            return;
        }
    };
    match date.map_err(|bad| bad_date(path, lines[at], bad)).and_then(|date| block(path, lines[at], date, &lines[at + 1..end])) {
        Ok(block) => {
            if block.paragraphs.is_empty() {
                let message = format!("`{}` has no text", block.title);
                listing.findings.push(said(&codes::LISTING_NO_TEXT, message, path, lines[at]).help("it is imported with its title alone"));
            }
            listing.blocks.push(block);
        }
        Err(finding) => listing.findings.push(finding),
    }
}

fn stray(path: &Arc<Path>, lines: &[Line<'_>]) -> Option<Finding> {
    let first = lines.iter().find(|line| !line.text.is_empty())?;
    let help = "a block begins with a date on a line of its own, as in `9 February, 2018`; remove what belongs to no item";
    Some(said(&codes::LISTING_STRAY, "text before the first date", path, *first).help(help))
}

fn bad_date(path: &Arc<Path>, line: Line<'_>, bad: BadDate) -> Finding {
    said(&codes::LISTING_DATE, bad.message, path, line).maybe_help(bad.help)
}

/// A finding about a line, which is shown.
fn said(code: &'static Code, message: impl Into<String>, path: &Arc<Path>, line: Line<'_>) -> Finding {
    let place = Place::span_from_line(path.clone(), line.number, line.text, 0..line.text.len());
    Finding::new(code, message).at(place)
}

fn block(path: &Arc<Path>, head: Line<'_>, date: NaiveDate, lines: &[Line<'_>]) -> Result<Block, Finding> {
    let Some(first) = lines.iter().position(|line| !line.text.is_empty()) else {
        let help = "a title and a text follow a date; remove the date if its item is gone";
        return Err(said(&codes::LISTING_EMPTY, "nothing stands under this date", path, head).help(help));
    };
    if reads_like_a_paragraph(lines[first].text) {
        let help = "write the title on a line of its own between the date and the text";
        return Err(said(&codes::LISTING_TITLE, "the title is missing: this reads like a paragraph", path, lines[first]).help(help));
    }
    let (title, rest) = title(&lines[first..]);
    let mut paragraphs = paragraphs(rest);
    let dateline = take_dateline(&mut paragraphs);
    let language = language(&title, &paragraphs);
    Ok(Block { line: head.number, date, title, dateline, paragraphs, language })
}

/// The title is one line, and the next where that goes on in lower case and more follows.
fn title<'a, 'b>(lines: &'b [Line<'a>]) -> (String, &'b [Line<'a>]) {
    let first = lines[0].text;
    let follows = lines.get(1).map(|line| line.text).filter(|next| next.starts_with(char::is_lowercase));
    match follows {
        Some(next) if lines[2..].iter().any(|line| !line.text.is_empty()) => (format!("{first} {next}"), &lines[2..]),
        _ => (first.to_owned(), &lines[1..]),
    }
}

fn reads_like_a_paragraph(line: &str) -> bool {
    ends_a_sentence(line) && (line.chars().count() > TITLE_LIMIT || dateline::split(line).is_some_and(|found| found.rest.len() > 40))
}

fn ends_a_sentence(line: &str) -> bool {
    line.trim_end_matches(['"', '\'', '”', '’', '»', ')', '´']).ends_with(['.', '!', '?', '…'])
}

fn paragraphs(lines: &[Line<'_>]) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    let mut previous = "";
    for line in lines {
        let whole = previous.is_empty() || (previous.chars().count() > WRAPPED_WIDTH && ends_a_sentence(previous));
        match out.last_mut() {
            _ if line.text.is_empty() => {}
            Some(paragraph) if !whole => {
                paragraph.push(' ');
                paragraph.push_str(line.text);
            }
            _ => out.push(line.text.to_owned()),
        }
        previous = line.text;
    }
    out
}

/// The dateline of the first paragraph, which is cut off there; a paragraph that is nothing else goes, if another follows.
fn take_dateline(paragraphs: &mut Vec<String>) -> Option<String> {
    let found = dateline::split(paragraphs.first()?)?;
    let (place, rest) = (found.place.to_owned(), found.rest.to_owned());
    if !rest.is_empty() {
        paragraphs[0] = rest;
    } else if paragraphs.len() > 1 {
        paragraphs.remove(0);
    } else {
        return None;
    }
    Some(place)
}

/// Words that are frequent in the one language and none in the other.
const ENGLISH: [&str; 16] =
    ["the", "of", "and", "in", "for", "with", "on", "was", "were", "is", "are", "by", "from", "their", "that", "this"];
const SPANISH: [&str; 18] =
    ["el", "la", "los", "las", "de", "del", "en", "y", "con", "por", "para", "una", "un", "que", "se", "su", "sus", "al"];

/// The language whose frequent words are more; names bring `de` and `la` into English texts, and these are outnumbered.
fn language(title: &str, paragraphs: &[String]) -> Option<Language> {
    let mut counts = (0, 0);
    for word in std::iter::once(title).chain(paragraphs.iter().map(String::as_str)).flat_map(|text| text.split(|c: char| !c.is_alphabetic())) {
        let word = word.to_lowercase();
        counts.0 += usize::from(ENGLISH.contains(&word.as_str()));
        counts.1 += usize::from(SPANISH.contains(&word.as_str()));
    }
    let tag = match counts.0.cmp(&counts.1) {
        std::cmp::Ordering::Greater => "en",
        std::cmp::Ordering::Less => "es",
        std::cmp::Ordering::Equal => return None,
    };
    Language::parse(tag).ok()
}
