//! Listings: a page of news as it is copied from a web site or a document, `date line, title, paragraphs`, over and over.
//!
//! The text is kept as written, but for the ends of lines: double spaces, non-breaking spaces and stray quotation marks are the
//! author's. Writing records is left to others.

mod dateline;
mod opening;

use std::path::Path;
use std::sync::Arc;

use chrono::{Datelike, NaiveDate};

use self::opening::{Opening, opening};
use super::write::{Draft, When};
use super::{date, guess};
use crate::diag::{Code, Finding, Findings, Place, codes};
use crate::text::Syntax;
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
/// A block begins with a line that is a date, whatever decorates it (`**9 February, 2018**`, `9 February 2018:`). The next line with text
/// is the title, unless it stands behind the date (`9 February, 2018 | Three ports reopen`); the rest are paragraphs. Between them may stand
/// any number of blank lines, or none. Lines that follow each other are one paragraph, unless they are so long that each must be one.
/// A block that cannot be read, and a date that may or may not begin one, is a finding; the others are read all the same.
pub fn read(text: &str, path: &Arc<Path>) -> Listing {
    let lines = lines(text);
    let mut listing = Listing::default();
    let mut start = None;
    for (at, line) in lines.iter().enumerate() {
        match opening(line.text, may_begin(&lines[..at]), followed(&lines[at + 1..])) {
            None => {}
            Some(Opening::Mention) if start.is_none() => {}
            Some(Opening::Mention) => {
                let help = "if an item begins here, put the date on a line of its own";
                let message = "a date begins this line, which is taken for text of the item before";
                listing.findings.push(said(&codes::LISTING_MENTION, message, path, *line).help(help));
            }
            Some(found) => {
                finish(&mut listing, path, start.take(), &lines, at);
                start = Some((at, found));
            }
        }
    }
    finish(&mut listing, path, start, &lines, lines.len());
    listing
}

/// Whether a block may begin after these lines: they are none, end in a blank one, or a sentence ends with them.
fn may_begin(before: &[Line<'_>]) -> bool {
    before.last().is_none_or(|last| last.text.is_empty() || ends_a_sentence(last.text))
}

/// Whether text that is not a date itself comes next.
fn followed(after: &[Line<'_>]) -> bool {
    after.iter().find(|line| !line.text.is_empty()).is_some_and(|line| opening(line.text, true, true).is_none())
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

type Start<'a> = Option<(usize, Opening<'a>)>;

/// Takes in the lines from `start` (those before the first date where there is none) up to `end`.
fn finish(listing: &mut Listing, path: &Arc<Path>, start: Start<'_>, lines: &[Line<'_>], end: usize) {
    let Some((at, opening)) = start else {
        listing.findings.extend(stray(path, &lines[..end], end == lines.len()));
        return;
    };
    match opening {
        Opening::Date(Ok(date), rest) => {
            listing.blocks.extend(block(&mut listing.findings, path, Head { line: lines[at], date, rest }, &lines[at + 1..end]));
        }
        Opening::Date(Err(bad), _) => listing.findings.push(said(&codes::LISTING_DATE, bad.message, path, lines[at]).maybe_help(bad.help)),
        Opening::Unclear | Opening::Mention => {
            let help = "put the date on a line of its own, or `|` between it and the title; until then this block is left out";
            let message = "a date begins this line, and what follows it may be a title or a text";
            listing.findings.push(said(&codes::LISTING_DATE, message, path, lines[at]).help(help));
        }
    }
}

/// Text before the first date, or a page without any.
fn stray(path: &Arc<Path>, lines: &[Line<'_>], whole: bool) -> Option<Finding> {
    let help = "a block begins with a date on a line of its own, as in `9 February, 2018`";
    let first = lines.iter().find(|line| !line.text.is_empty());
    match first {
        None if whole => {
            let message = "nothing stands in this file, so no item was found";
            Some(Finding::new(&codes::LISTING_NO_DATE, message).at(Place::file(path.clone())).help(help))
        }
        None => None,
        Some(first) if whole => Some(said(&codes::LISTING_NO_DATE, "no line is a date, so no item was found", path, *first).help(help)),
        Some(first) => {
            let help = format!("{help}; remove what belongs to no item");
            Some(said(&codes::LISTING_STRAY, "text before the first date", path, *first).help(help))
        }
    }
}

/// A finding about a line, which is shown.
fn said(code: &'static Code, message: impl Into<String>, path: &Arc<Path>, line: Line<'_>) -> Finding {
    let place = Place::span_from_line(path.clone(), line.number, line.text, 0..line.text.len());
    Finding::new(code, message).at(place)
}

/// The line that a block begins with.
struct Head<'a> {
    line: Line<'a>,
    date: NaiveDate,
    /// What stands behind the date, clearly parted from it.
    rest: Option<&'a str>,
}

/// The item under a date, or a finding that says why there is none.
fn block(findings: &mut Findings, path: &Arc<Path>, head: Head<'_>, lines: &[Line<'_>]) -> Option<Block> {
    let lines = &lines[lines.iter().position(|line| !line.text.is_empty()).unwrap_or(lines.len())..];
    let (title_line, title, rest) = match head.rest {
        Some(rest) if !is_label(rest, lines) => (head.line, rest.to_owned(), lines),
        label => {
            if let Some(label) = label {
                let message = format!("`{label}` behind the date is left out: the title stands under it");
                findings.push(
                    said(&codes::LISTING_LABEL, message, path, head.line).help("give the record topics if that says what it is about"),
                );
            }
            let title_line = title_line(findings, path, head.line, lines)?;
            let (title, rest) = title(lines);
            (title_line, title, rest)
        }
    };
    let mut paragraphs = paragraphs(rest);
    if paragraphs.is_empty() {
        let help = "it is imported with its title alone";
        findings.push(said(&codes::LISTING_NO_TEXT, format!("`{title}` has no text"), path, title_line).help(help));
    }
    let dateline = take_dateline(&mut paragraphs);
    let texts = std::iter::once(title.as_str()).chain(paragraphs.iter().map(String::as_str));
    let language = guess::either(texts).or_else(|| language_of_date(head.line.text, head.date));
    Some(Block { line: head.line.number, date: head.date, title, dateline, paragraphs, language })
}

/// The line that must be the title, or a finding.
fn title_line<'a>(findings: &mut Findings, path: &Arc<Path>, head: Line<'_>, lines: &[Line<'a>]) -> Option<Line<'a>> {
    let Some(first) = lines.first() else {
        let help = "a title and a text follow a date; remove the date if its item is gone";
        findings.push(said(&codes::LISTING_EMPTY, "nothing stands under this date", path, head).help(help));
        return None;
    };
    if reads_like_a_paragraph(first.text) {
        let help = "write the title on a line of its own between the date and the text";
        findings.push(said(&codes::LISTING_TITLE, "the title is missing: this reads like a paragraph", path, *first).help(help));
        return None;
    }
    Some(*first)
}

/// Whether a word or two behind the date (`| News`) name a section: a line like a title stands under them, and a text under that.
fn is_label(rest: &str, lines: &[Line<'_>]) -> bool {
    let Some(first) = lines.first().map(|line| line.text) else { return false };
    let is_title = !ends_a_sentence(first) && first.chars().count() <= TITLE_LIMIT && dateline::split(first).is_none();
    rest.split_whitespace().count() <= 2 && is_title && lines[1..].iter().any(|line| !line.text.is_empty())
}

/// The title is one line, and the next where that goes on in lower case and more follows.
fn title<'a, 'b>(lines: &'b [Line<'a>]) -> (String, &'b [Line<'a>]) {
    let first = lines[0].text;
    let is_short = |line: &&str| line.chars().count() <= WRAPPED_WIDTH;
    let follows = lines.get(1).map(|line| line.text).filter(|next| next.starts_with(char::is_lowercase)).filter(is_short);
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

const SPANISH_MONTHS: [&str; 12] =
    ["enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre"];

/// The language that the month is written in, for a text too short to tell.
fn language_of_date(line: &str, date: NaiveDate) -> Option<Language> {
    let line = line.to_lowercase();
    let month = date.month();
    let tag = match () {
        () if line.contains(SPANISH_MONTHS[month as usize - 1]) => "es",
        () if line.contains(&date::month_name(month).to_lowercase()) => "en",
        () => return None,
    };
    Language::parse(tag).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn page(text: &str) -> Listing {
        read(text, &Arc::from(Path::new("page.txt")))
    }

    /// Each block as `day|title|dateline|paragraphs`, each finding as `line code`.
    fn told(text: &str) -> (Vec<String>, Vec<String>) {
        let listing = page(text);
        let block = |b: &Block| format!("{}|{}|{}|{}", b.date, b.title, b.dateline.as_deref().unwrap_or("-"), b.paragraphs.join("¶"));
        let finding = |f: &Finding| format!("{} {}", f.place.as_ref().map_or(0, |p| p.line), f.code.name);
        (listing.blocks.iter().map(block).collect(), listing.findings.iter().map(finding).collect())
    }

    const PAGE: &str = "9 February, 2018\n\nA programme begins in Belize\n\nBelize. Belize takes part in the  programme.\n\n\
        7 Febrero, 2018\n\nTaller sobre ´´migración´´\n\nPuebla, México – Las autoridades de la región.\n\nSegundo párrafo.\n\n\
        5 de enero de 2018\n\nEvery day counts\n\nEvery 18th of December, the world celebrates.\n";

    #[test]
    fn reads_a_page() {
        let (blocks, findings) = told(PAGE);
        assert_eq!(
            blocks,
            [
                "2018-02-09|A programme begins in Belize|Belize|Belize takes part in the  programme.",
                "2018-02-07|Taller sobre ´´migración´´|Puebla, México|Las autoridades de la región.¶Segundo párrafo.",
                "2018-01-05|Every day counts|-|Every 18th of December, the world celebrates.",
            ]
        );
        assert!(findings.is_empty(), "{findings:?}");
        let languages: Vec<_> = page(PAGE).blocks.iter().map(|b| b.language.as_ref().map(Language::to_string)).collect();
        assert_eq!(languages, [Some("en".into()), Some("es".into()), Some("en".into())]);
        assert_eq!(page(PAGE).blocks.iter().map(|b| b.line).collect::<Vec<_>>(), [1, 7, 15]);
    }

    #[test]
    fn blank_lines_and_line_ends_do_not_matter() {
        let (want, _) = told(PAGE);
        for (name, text) in [
            ("carriage returns", PAGE.replace('\n', "\r\n")),
            ("old line ends", PAGE.replace('\n', "\r")),
            ("byte order mark", format!("\u{feff}{PAGE}")),
            ("many blank lines", PAGE.replace("\n\n", "\n \n\u{a0}\n\t\n\n")),
            ("no end of line", PAGE.trim_end().to_owned()),
            ("indented", PAGE.replace('\n', "\n\u{a0} ")),
        ] {
            assert_eq!(told(&text), (want.clone(), vec![]), "{name}");
        }
        let (blocks, _) = told("9 February, 2018\nA title\nBelize. A text.\n7 February, 2018\nAnother\nA text.");
        assert_eq!(blocks, ["2018-02-09|A title|Belize|A text.", "2018-02-07|Another|-|A text."]);
    }

    #[test]
    fn wrapped_lines_are_folded_and_long_lines_stand_alone() {
        let (blocks, _) = told("9 February, 2018\n\nA title that\ngoes on\n\nA text that\nis wrapped,\n  twice.\n\nNext.");
        assert_eq!(blocks, ["2018-02-09|A title that goes on|-|A text that is wrapped, twice.¶Next."]);
        let long = format!("{}.", "word ".repeat(40).trim_end());
        let (blocks, _) = told(&format!("9 February, 2018\nA title\n{long}\n{long}"));
        assert_eq!(blocks, [format!("2018-02-09|A title|-|{long}¶{long}")]);
    }

    #[test]
    fn a_dateline_alone_on_its_line_is_one_too() {
        let (blocks, _) = told("9 February, 2018\nA title\n\nSan Jose, Costa Rica.\n\nA text.");
        assert_eq!(blocks, ["2018-02-09|A title|San Jose, Costa Rica|A text."]);
        let (blocks, _) = told("9 February, 2018\nA title\n\nCosta Rica.");
        assert_eq!(blocks, ["2018-02-09|A title|-|Costa Rica."]);
    }

    #[test]
    fn a_date_may_be_decorated_and_have_the_title_behind_it() {
        for head in [
            "**8 February, 2018**",
            "## 8 February 2018",
            "8 February 2018:",
            "8 February, 2018 |",
            "Thursday, 8 February, 2018:",
            "_8 de febrero de 2018_",
        ] {
            let (blocks, findings) = told(&format!("9 February, 2018\nOne\nText.\n\n{head}\n\nTwo\n\nText."));
            assert_eq!(blocks, ["2018-02-09|One|-|Text.", "2018-02-08|Two|-|Text."], "{head}");
            assert!(findings.is_empty(), "{head} {findings:?}");
        }
        for head in [
            "8 February, 2018 | Three ports reopen",
            "8 February 2018: Three ports reopen",
            "**8 February, 2018** – Three ports reopen",
            "2018-02-08 - Three ports reopen",
            "8 February 2018 10:00 | Three ports reopen",
        ] {
            let (blocks, findings) = told(&format!("9 February, 2018\nOne\nText.\n\n{head}\n\nBelize. Text."));
            assert_eq!(blocks, ["2018-02-09|One|-|Text.", "2018-02-08|Three ports reopen|Belize|Text."], "{head}");
            assert!(findings.is_empty(), "{head} {findings:?}");
        }
        let (blocks, findings) = told("8 February, 2018 | News\n\nTwo ports\n\nText.");
        assert_eq!((blocks, findings), (vec!["2018-02-08|Two ports|-|Text.".to_owned()], vec!["1 listing-label".to_owned()]));
    }

    #[test]
    fn what_begins_with_a_date_is_never_swallowed_without_a_word() {
        for (line, finding) in [
            ("7 February, 2018 Title on the date line", "5 listing-date"),
            ("31 February, 2018 | News", "5 listing-date"),
            ("31 February, 2018:", "5 listing-date"),
            ("09/02/2018 – Three ports", "5 listing-date"),
            ("9 February, 2018 was a day of rain.", "5 listing-date-in-text"),
            ("9 February, 2018. The ministry met.", "5 listing-date-in-text"),
            ("9 February, 2018, the ministry met", "5 listing-date-in-text"),
            ("9 February, 2018: the workshop", "5 listing-date-in-text"),
        ] {
            let (blocks, findings) = told(&format!("9 February, 2018\nOne\nText.\n\n{line}\n\nText.\n\n6 February, 2018\nThree\nText."));
            assert_eq!(findings, [finding], "{line}");
            assert_eq!(blocks.last().map(String::as_str), Some("2018-02-06|Three|-|Text."), "{line}");
            assert_eq!(blocks[0].contains(line), finding.ends_with("text"), "{line}: {blocks:?}");
        }
        for line in [
            "On 9 February, 2018 the ministry met",
            "El 9 de febrero de 2018: se reunió",
            "In 2018 | nothing",
            "9 people | met",
            "May | be",
        ] {
            let (blocks, findings) = told(&format!("9 February, 2018\nOne\nText.\n\n{line}\n\nMore."));
            assert_eq!((blocks, findings), (vec![format!("2018-02-09|One|-|Text.¶{line}¶More.")], vec![]), "{line}");
        }
        // A list of dates within a text stays one.
        let (blocks, findings) = told("9 February, 2018\nOne\nText.\n\n10 March 2018: Belize\n\n11 March 2018: Mexico\n");
        assert_eq!((blocks.len(), findings), (1, vec!["5 listing-date-in-text".to_owned(), "7 listing-date-in-text".to_owned()]));
        for (page, finding) in [("", "0 listing-no-date"), (" \n\n", "0 listing-no-date"), ("\nNo date\nhere", "2 listing-no-date")] {
            assert_eq!(told(page), (vec![], vec![finding.to_owned()]), "{page:?}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_named_by_line_and_the_rest_is_read() {
        let good = "\n9 February, 2018\n\nGood\n\nA text.\n";
        let long = "Belize. A paragraph of some length that says what happened and when it did.";
        for (name, bad, finding) in [
            ("stray text", "News\n\nAll of them".to_owned(), "1 listing-stray"),
            ("no such day", "31 February, 2018\n\nLost\n\nA text.".to_owned(), "1 listing-date"),
            ("no such month", "9 Febuary, 2018\n\nLost\n\nA text.".to_owned(), "1 listing-date"),
            ("ambiguous", "\n09/02/2018\n\nLost\n\nA text.".to_owned(), "2 listing-date"),
            ("nothing under it", "8 February, 2018\n\n".to_owned(), "1 listing-empty"),
            ("no title", format!("8 February, 2018\n\n{long}\n"), "3 listing-title"),
        ] {
            let (blocks, findings) = told(&format!("{bad}{good}"));
            assert_eq!(findings, [finding], "{name}");
            assert_eq!(blocks, ["2018-02-09|Good|-|A text."], "{name}");
        }
        let (blocks, findings) = told(&format!("{good}\n8 February, 2018"));
        assert_eq!((blocks.len(), findings), (1, vec!["8 listing-empty".to_owned()]));
        let (blocks, findings) = told("8 February, 2018\nOnly a title");
        assert_eq!((blocks.len(), findings), (1, vec!["2 listing-no-text".to_owned()]));
        assert_eq!(told(""), (vec![], vec!["0 listing-no-date".to_owned()]));
    }

    #[test]
    fn the_first_users_page() {
        let Ok(text) = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/listing.txt")) else {
            eprintln!("skipped: the first user's page is not beside this repository");
            return;
        };
        let listing = page(&text);
        assert_eq!(listing.findings, Findings::new());
        let datelines: Vec<_> = listing.blocks.iter().map(|b| b.dateline.as_deref()).collect();
        let want = [Some("Belize"), Some("Mexico"), Some("San Jose, Costa Rica"), None, None, None, None, None, None, None];
        assert_eq!(datelines, want);
        assert!(listing.blocks.iter().all(|b| b.paragraphs.len() == 1 && b.language.as_ref().is_some_and(|l| l.as_str() == "en")));
        assert!(listing.blocks[0].paragraphs[0].starts_with("Belize is now part of"));
        // Not a character of the page is lost but white space at the ends of lines and the datelines' marks.
        let letters = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
        for block in &listing.blocks {
            assert!(text.contains(&block.title) && block.paragraphs.iter().all(|p| letters(&text).contains(&letters(p))));
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read(text in "(\\PC{0,30}|\n|\r|9 February, 2018|Belize\\. |[A-Z]{1,3}[-–—.,: ]){0,12}") {
            let listing = page(&text);
            for block in &listing.blocks {
                prop_assert!(!block.title.is_empty() && !block.title.contains(['\n', '\r']));
                prop_assert!(block.paragraphs.iter().all(|p| !p.is_empty() && !p.contains(['\n', '\r'])));
            }
        }
    }
}
