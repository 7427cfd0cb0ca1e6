//! What an import wrote into a record, in short (`imported` in it), so that the next one can tell what its source says otherwise by now from what somebody
//! mended by hand.

use std::fmt;

use chrono_tz::Tz;
use xxhash_rust::xxh3::{xxh3_64, xxh3_64_with_seed};

use super::date;
use super::record::Record;
use super::write::{Draft, When};

/// The field's name.
pub const NAME: &str = "imported";

/// The word for a record that the import wrote as a draft.
const DRAFT: &str = "draft";

/// The field, as it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Imported {
    /// Of what the import read; see [`said_by`].
    pub said: u64,
    /// Of the text of the record that it wrote, to the line.
    written: u64,
    /// Whether it wrote `draft = true`, so that nobody else did.
    pub is_draft: bool,
}

impl Imported {
    /// For a record of this text, which is as the draft has it.
    pub fn new(draft: &Draft, text: &str) -> Self {
        Imported { said: said_by(draft), written: lines(text), is_draft: draft.draft }
    }

    /// For a record that somebody mended; `is_draft` where it is one by an import.
    pub fn of_mended(before: Option<Imported>, draft: &Draft, is_draft: bool) -> Self {
        Imported { said: said_by(draft), written: before.map_or(0, |before| before.written), is_draft }
    }

    /// `None` for what no import wrote.
    pub fn parse(text: &str) -> Option<Self> {
        let mut words = text.split_whitespace();
        let mut hash = || words.next().filter(|word| word.len() == 16).and_then(|word| u64::from_str_radix(word, 16).ok());
        let (said, written) = (hash()?, hash()?);
        match (words.next(), words.next()) {
            (None, _) => Some(Imported { said, written, is_draft: false }),
            (Some(DRAFT), None) => Some(Imported { said, written, is_draft: true }),
            _ => None,
        }
    }

    /// Whether the text is that of the record that the import wrote.
    pub fn is_all_of(&self, text: &str) -> bool {
        self.written == lines(text)
    }
}

impl fmt::Display for Imported {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x} {:016x}", self.said, self.written)?;
        if self.is_draft { write!(f, " {DRAFT}") } else { Ok(()) }
    }
}

/// What a draft tells readers, in one hash: date, title, texts, link, and whether it tells them at all. What else an import writes depends on the
/// config too.
pub fn said_by(draft: &Draft) -> u64 {
    let date = match draft.date {
        When::Day(day) => day.to_string(),
        // As a record has it, which has no zone with seconds.
        When::Instant(at) => (at.naive_local().and_utc().timestamp() - i64::from(at.offset().local_minus_utc() / 60 * 60)).to_string(),
    };
    said(&date, [Some(&draft.title), draft.summary.as_ref(), draft.body.as_ref()], draft.link.as_ref().map(url::Url::as_str), draft.draft)
}

/// The same of a record.
pub fn said_in(record: &Record, zone: Tz) -> u64 {
    let text = record.date.as_deref().unwrap_or_default();
    let date = match date::parse_ordered(text, zone, None) {
        // Which is the same day in whichever zone.
        Ok((date, true)) => date.date_naive().to_string(),
        Ok((date, false)) => date.timestamp().to_string(),
        Err(_) => text.to_owned(),
    };
    let texts = [record.title.as_ref(), record.summary.as_ref(), record.body.as_ref()];
    said(&date, texts, record.link.as_deref(), record.draft.unwrap_or_default())
}

fn said(date: &str, texts: [Option<&String>; 3], link: Option<&str>, is_draft: bool) -> u64 {
    let plain = |text: Option<&str>| text.unwrap_or_default().trim().replace("\r\n", "\n");
    let texts = texts.map(|text| plain(text.map(String::as_str)));
    let [title, summary, body] = &texts;
    xxh3_64([date, title, summary, body, &plain(link), if is_draft { DRAFT } else { "" }].join("\0").as_bytes())
}

/// Of the lines of a record but for that of the field, whichever way they end.
fn lines(text: &str) -> u64 {
    let lines = text.lines().map(str::trim_end).filter(|line| !line.is_empty() && !is_line(line));
    lines.fold(0, |hash, line| xxh3_64_with_seed(line.as_bytes(), hash))
}

/// The text of a record in TOML or YAML with this in the line that gives the field, which is the first of its kind; `None` where there is none.
pub fn with_other(text: &str, imported: &str) -> Option<String> {
    let line = text.split_inclusive('\n').find(|line| is_line(line))?;
    let at = line.as_ptr() as usize - text.as_ptr() as usize;
    let (is, end) = (if line[NAME.len()..].trim_start().starts_with('=') { " =" } else { ":" }, line.trim_end().len());
    Some(format!("{}{NAME}{is} \"{imported}\"{}", &text[..at], &text[at + end..]))
}

/// Whether a line of TOML or YAML gives the field.
fn is_line(line: &str) -> bool {
    line.strip_prefix(NAME).is_some_and(|rest| rest.trim_start().starts_with(['=', ':']))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use chrono::NaiveDate;

    use super::*;
    use crate::config::RecordFormat;
    use crate::diag::Place;
    use crate::item::format;
    use crate::text::Syntax;

    fn draft(date: When) -> Draft {
        let mut draft = Draft::new(Place::file(Path::new("page.txt")), "T", date, Syntax::Html);
        draft.body = Some("a\r\nb ".into());
        draft
    }

    #[test]
    fn the_field_is_read_as_it_is_written() {
        for is_draft in [false, true] {
            let imported = Imported { said: 1, written: u64::MAX, is_draft };
            assert_eq!(Imported::parse(&imported.to_string()), Some(imported));
        }
        for text in ["", "1 2", "0000000000000001", "0000000000000001 000000000000000x", "0000000000000001 0000000000000001 other"] {
            assert_eq!(Imported::parse(text), None, "{text}");
        }
    }

    #[test]
    fn what_records_hold_stays() {
        let record = Draft { draft: true, ..draft(When::Day(NaiveDate::from_ymd_opt(2018, 2, 9).expect("a day"))) }.to_record();
        // Records out in the world hold this: the first word must never change, or all of them are told to differ.
        let text = record.expect("a record").0;
        assert!(text.contains("\nimported = \"1be11649b3064e2e "), "{text}");
    }

    #[test]
    fn a_line_is_put_in_the_place_of_another() {
        for (text, want) in [
            ("a = 1\r\nimported='x'  \r\nb", Some("a = 1\r\nimported = \"y\"  \r\nb")),
            ("imported: x", Some("imported: \"y\"")),
            ("importedly = 1\n{\"imported\": 2}", None),
        ] {
            assert_eq!(with_other(text, "y").as_deref(), want);
        }
    }

    #[test]
    fn a_record_says_what_its_draft_says() {
        let day = NaiveDate::from_ymd_opt(2018, 2, 9).expect("a day");
        let at = |text| When::Instant(chrono::DateTime::parse_from_rfc3339(text).expect("a date"));
        let old = chrono::FixedOffset::east_opt(-5 * 3600 - 36 * 60 - 13).expect("an offset");
        let old = day.and_time(date::NOON).and_local_timezone(old).single().expect("an instant");
        for date in [When::Day(day), at("2018-02-09T10:00:00-06:00"), at("2018-02-09T10:00:00.5Z"), When::Instant(old)] {
            for is_draft in [false, true] {
                let draft = Draft { draft: is_draft, ..draft(date) };
                let (text, extension) = draft.to_record().expect("a record");
                let format = if extension == "md" { RecordFormat::Markdown } else { RecordFormat::Toml };
                let record = format::parse(format, &text).unwrap_or_else(|faults| panic!("{text}: {faults:?}"));
                assert_eq!(said_in(&record, chrono_tz::America::Costa_Rica), said_by(&draft), "{text}");
                let imported = record.imported.as_deref().and_then(Imported::parse).expect("the field");
                assert_eq!((imported.said, imported.is_draft), (said_by(&draft), is_draft));
                assert!(imported.is_all_of(&text) && imported.is_all_of(&text.replace('\n', " \r\n")));
                assert!(!imported.is_all_of(&text.replace("syntax", "rights = 'x'\nsyntax")));
            }
        }
    }
}
