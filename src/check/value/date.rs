//! Dates: RFC 822 and 2822 for RSS, RFC 3339 for Atom, W3CDTF and ISO 8601 for modules. No clock: what `now` is, the caller says.

use std::borrow::Cow;
use std::sync::LazyLock;

use chrono::{DateTime, Datelike, NaiveDate, TimeDelta, Utc};
use regex::Regex;

use super::super::codes::{self as c, Rule};
use super::super::found::Detail;
use super::super::walk::{On, Walk};

/// Before this year there were no feeds to date.
const FIRST_YEAR: i32 = 1990;
/// How far a clock may be ahead, in seconds.
const AHEAD: i64 = 600;

const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

/// Which parts an ISO date must have.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    /// Year at least; the zone may be left out.
    Iso8601,
    /// Year at least; a time has a zone.
    W3c,
    /// All of it, fractions of seconds excepted.
    Rfc3339,
}

/// This time tomorrow, in the form that dates are compared with: a day's grace for clocks and zones.
pub(in crate::check) fn tomorrow(now: DateTime<Utc>) -> String {
    (now + TimeDelta::days(1)).format("%Y-%m-%dT%H:%M:%SZ").to_string()
}

pub(in crate::check) fn rfc3339(walk: &mut Walk<'_>, on: On, value: &str) {
    bounded(walk, on, value, Form::Rfc3339, &c::INVALID_RFC3339_DATE);
}

/// The seconds since 1970 of a date of RFC 3339.
pub(in crate::check) fn timestamp(value: &str) -> Option<i64> {
    DateTime::parse_from_rfc3339(value).ok().map(|date| date.timestamp())
}

pub(in crate::check) fn is_rfc3339(value: &str) -> bool {
    is_iso(value, Form::Rfc3339)
}

pub(in crate::check) fn is_rfc2822(value: &str) -> bool {
    rfc2822(value).is_some_and(|date| date.day().is_some())
}

pub(in crate::check) fn w3cdtf(walk: &mut Walk<'_>, on: On, value: &str) {
    bounded(walk, on, value, Form::W3c, &c::INVALID_W3CDTF_DATE);
}

pub(in crate::check) fn iso8601(walk: &mut Walk<'_>, on: On, value: &str) {
    bounded(walk, on, value, Form::Iso8601, &c::INVALID_ISO8601_DATE_TIME);
}

/// A date of any year, for events.
pub(in crate::check) fn any_iso8601(walk: &mut Walk<'_>, on: On, value: &str) {
    if !is_iso(value, Form::Iso8601) {
        walk.say(on, &c::INVALID_ISO8601_DATE_TIME, Detail::value(value));
    }
}

/// A day without a time.
pub(in crate::check) fn day(walk: &mut Walk<'_>, on: On, value: &str) {
    if bounded(walk, on, value, Form::Iso8601, &c::INVALID_ISO8601_DATE_TIME) && value.len() != 10 {
        walk.say(on, &c::INVALID_ISO8601_DATE, Detail::value(value));
    }
}

fn bounded(walk: &mut Walk<'_>, on: On, value: &str, form: Form, wrong: &'static Rule) -> bool {
    if !is_iso(value, form) {
        walk.say(on, wrong, Detail::value(value));
        return false;
    }
    if value < "1990-01-01" || walk.tomorrow.as_deref().is_some_and(|tomorrow| value > tomorrow) {
        walk.say(on, &c::IMPLAUSIBLE_DATE, Detail::value(value));
    }
    true
}

fn is_iso(value: &str, form: Form) -> bool {
    iso(value, form).is_some()
}

/// Nothing where the value is no date of the form.
fn iso(value: &str, form: Form) -> Option<()> {
    let mut text = Cursor(value.as_bytes());
    let year = text.number(4, 4)?;
    let short = form != Form::Rfc3339;
    if text.done() && short {
        return Some(());
    }
    text.byte(b'-')?;
    let month = text.number(2, 2)?;
    if text.done() && short {
        return Some(());
    }
    text.byte(b'-')?;
    let day = text.number(2, 2)?;
    NaiveDate::from_ymd_opt(year as i32, month, day).filter(|date| date.year() > 0)?;
    if text.done() && short {
        return Some(());
    }
    text.byte(b'T')?;
    let hour = text.number(2, 2)?;
    text.byte(b':')?;
    let minute = text.number(2, 2)?;
    let mut second = 0;
    let mut fraction = false;
    if text.byte(b':').is_some() {
        second = text.number(2, 2)?;
        if text.byte(b'.').is_some() {
            fraction = text.digits().iter().any(|b| *b != b'0');
        }
    } else if form == Form::Rfc3339 {
        return None;
    }
    let zoned = text.byte(b'Z').is_some() || text.offset(b':').is_some();
    let fits = hour <= 23 && minute <= 60 && (second < 60 || second == 60 && !fraction);
    (text.done() && (zoned || form == Form::Iso8601) && fits).then_some(())
}

// ---- RFC 822

/// `Mon, 02 Jan 2006 15:04:05 GMT`.
pub(in crate::check) fn rfc822_rule(walk: &mut Walk<'_>, on: On, value: &str) {
    rfc822(walk, on, value);
}

/// As [`rfc822_rule`]; says when it was, in seconds since 1970, where the value is a date beyond doubt.
pub(in crate::check) fn rfc822(walk: &mut Walk<'_>, on: On, value: &str) -> Option<i64> {
    let Some(date) = rfc2822(value) else {
        let rule = if LOOSE.is_match(&without_comments(value).trim().to_lowercase()) {
            &c::PROBLEMATICAL_RFC822_DATE
        } else {
            &c::INVALID_RFC2822_DATE
        };
        walk.say(on, rule, Detail::value(value));
        return None;
    };
    let Some(day) = date.day() else {
        walk.say(on, &c::INVALID_RFC2822_DATE, Detail::value(value));
        return None;
    };
    if date.year > 1900
        && let Some(weekday) = date.weekday
        && day.weekday().num_days_from_monday() as usize != weekday
    {
        let right = DAYS[day.weekday().num_days_from_monday() as usize];
        walk.say(on, &c::INCORRECT_DOW, Detail::value(DAYS[weekday]).other(right));
        return None;
    }
    let late = walk.options.now.is_some_and(|now| date.timestamp(day) > now.timestamp() + AHEAD);
    if late || date.year < FIRST_YEAR {
        walk.say(on, &c::IMPLAUSIBLE_DATE, Detail::value(value));
    }
    Some(date.timestamp(day))
}

struct Rfc2822 {
    weekday: Option<usize>,
    year: i32,
    month: u32,
    day: u32,
    /// Seconds since midnight, Greenwich time.
    seconds: i64,
}

impl Rfc2822 {
    fn day(&self) -> Option<NaiveDate> {
        NaiveDate::from_ymd_opt(self.year, self.month, self.day)
    }

    fn timestamp(&self, day: NaiveDate) -> i64 {
        day.and_time(chrono::NaiveTime::MIN).and_utc().timestamp() + self.seconds
    }
}

/// The date as RFC 2822 writes it, or nothing where it does not keep to the form.
fn rfc2822(value: &str) -> Option<Rfc2822> {
    let mut text = Cursor(value.as_bytes());
    let weekday = text.word(&DAYS);
    if weekday.is_some() {
        text.byte(b',')?;
        text.byte(b' ')?;
    }
    let day = text.number(1, 2)?;
    text.byte(b' ')?;
    let month = text.word(&MONTHS)? as u32 + 1;
    text.byte(b' ')?;
    let year = text.number(4, 4)? as i32;
    text.byte(b' ')?;
    let hour = i64::from(text.number(2, 2)?);
    text.byte(b':')?;
    let minute = i64::from(text.number(2, 2)?);
    let second = if text.byte(b':').is_some() { i64::from(text.number(2, 2)?) } else { 0 };
    text.byte(b' ')?;
    let offset = zone(text.0)?;
    Some(Rfc2822 { weekday, year, month, day, seconds: hour * 3600 + minute * 60 + second - offset })
}

/// Seconds east of Greenwich.
fn zone(text: &[u8]) -> Option<i64> {
    const NAMES: [(&str, i64); 11] = [
        ("UT", 0),
        ("GMT", 0),
        ("Z", 0),
        ("EST", -5),
        ("EDT", -4),
        ("CST", -6),
        ("CDT", -5),
        ("MST", -7),
        ("MDT", -6),
        ("PST", -8),
        ("PDT", -7),
    ];
    if let Some((_, hours)) = NAMES.iter().find(|(name, _)| name.as_bytes() == text) {
        return Some(hours * 3600);
    }
    let (sign, digits) = match text {
        [b'-', digits @ ..] => (-1, digits),
        [b'+', digits @ ..] | digits => (1, digits),
    };
    let [h1 @ b'0'..=b'9', h2 @ b'0'..=b'9', m1 @ (b'0' | b'3'), b'0'] = digits else { return None };
    let digit = |byte: &u8| i64::from(byte - b'0');
    Some(sign * ((digit(h1) * 10 + digit(h2)) * 3600 + digit(m1) * 600))
}

/// RFC 822 as it was written before years had four digits, in any case.
static LOOSE: LazyLock<Regex> = LazyLock::new(|| {
    super::uri::regex(concat!(
        r"^((mon|tue|wed|thu|fri|sat|sun)\s*,\s*)?\d\d?\s+(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)\s+\d\d(\d\d)?",
        r"\s+\d\d:\d\d(:\d\d)?\s+([+-]\d\d\d\d|ut|gmt|est|edt|cst|cdt|mst|mdt|pst|pdt|[a-ik-z])?$"
    ))
});

/// Comments in parentheses become a blank; a backslash goes with the character after it.
fn without_comments(value: &str) -> String {
    let mut text = Cow::Borrowed(value);
    if value.contains('\\') {
        let mut out = String::new();
        let mut letters = value.chars();
        while let Some(letter) = letters.next() {
            if letter == '\\' {
                letters.next();
            } else {
                out.push(letter);
            }
        }
        text = Cow::Owned(out);
    }
    let mut out = String::with_capacity(text.len());
    let mut open = Vec::new();
    for letter in text.chars() {
        out.push(letter);
        match letter {
            '(' => open.push(out.len() - 1),
            ')' => {
                if let Some(start) = open.pop() {
                    out.truncate(start);
                    out.push(' ');
                }
            }
            _ => {}
        }
    }
    out
}

struct Cursor<'t>(&'t [u8]);

impl<'t> Cursor<'t> {
    fn done(&self) -> bool {
        self.0.is_empty()
    }

    fn byte(&mut self, byte: u8) -> Option<()> {
        self.0 = self.0.strip_prefix(&[byte])?;
        Some(())
    }

    fn digits(&mut self) -> &'t [u8] {
        let (digits, rest) = self.0.split_at(self.0.iter().take_while(|b| b.is_ascii_digit()).count());
        self.0 = rest;
        digits
    }

    fn number(&mut self, least: usize, most: usize) -> Option<u32> {
        let length = self.0.iter().take(most).take_while(|b| b.is_ascii_digit()).count();
        let (digits, rest) = self.0.split_at(length);
        self.0 = rest;
        (length >= least).then(|| digits.iter().fold(0, |sum, b| sum * 10 + u32::from(b - b'0')))
    }

    fn word(&mut self, words: &[&str]) -> Option<usize> {
        let at = words.iter().position(|word| self.0.starts_with(word.as_bytes()))?;
        self.0 = &self.0[words[at].len()..];
        Some(at)
    }

    /// `+05:30`.
    fn offset(&mut self, between: u8) -> Option<()> {
        self.0 = self.0.strip_prefix(b"+").or_else(|| self.0.strip_prefix(b"-"))?;
        self.number(2, 2)?;
        self.byte(between)?;
        self.number(2, 2).map(|_| ())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_of_iso_8601() {
        for (value, iso, w3c, rfc) in [
            ("2005-02-27T10:00:00Z", true, true, true),
            ("2005-02-27T10:00:00.5+05:30", true, true, true),
            ("2005-02-27T10:00Z", true, true, false),
            ("2005-02-27T10:00", true, false, false),
            ("2005-02-27", true, true, false),
            ("2005", true, true, false),
            ("2005-02-29T10:00:00Z", false, false, false),
            ("2005-02-27T24:00:00Z", false, false, false),
            ("2005-02-27 10:00:00Z", false, false, false),
        ] {
            assert_eq!((is_iso(value, Form::Iso8601), is_iso(value, Form::W3c), is_iso(value, Form::Rfc3339)), (iso, w3c, rfc), "{value}");
        }
    }

    #[test]
    fn forms_of_rfc_822() {
        for value in ["Mon, 02 Jan 2006 15:04:05 GMT", "2 Jan 2006 15:04 -0330", "2 Jan 2006 15:04 0500"] {
            assert!(rfc2822(value).is_some(), "{value}");
        }
        for value in ["Monday, 02 Jan 2006 15:04:05 GMT", "02 Jan 06 15:04:05 GMT", "mon, 02 Jan 2006 15:04:05 GMT", "2006-01-02"] {
            assert!(rfc2822(value).is_none(), "{value}");
        }
        assert!(!LOOSE.is_match("2 jan 06 15:04:05 j") && LOOSE.is_match("2 jan 06 15:04:05 k"));
        assert_eq!(without_comments(r"a\b (x (y)) c"), "a   c");
    }

    #[test]
    fn times_are_reckoned_with_their_zone() {
        let date = rfc2822("Mon, 02 Jan 2006 15:04:05 -0700").expect("a date");
        assert_eq!(date.timestamp(date.day().expect("a day")), 1_136_239_445);
    }
}
