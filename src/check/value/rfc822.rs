//! The dates of RSS: RFC 822 and 2822.

use std::borrow::Cow;
use std::sync::LazyLock;

use chrono::{Datelike, NaiveDate};
use regex::Regex;

use super::super::codes as c;
use super::super::found::Detail;
use super::super::walk::{On, Walk};
use super::date::Cursor;

/// Before this year there were no feeds to date.
const FIRST_YEAR: i32 = 1990;
/// How far a clock may be ahead, in seconds.
const AHEAD: i64 = 600;

const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

pub(in crate::check) fn is_rfc2822(value: &str) -> bool {
    rfc2822(value).is_some_and(|date| date.day().is_some())
}

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

/// Of a date that keeps to the form, be there such a day or not.
pub(super) fn year_month_day(value: &str) -> Option<(i32, u32, u32)> {
    rfc2822(value).map(|date| (date.year, date.month, date.day))
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

#[cfg(test)]
mod tests {
    use super::*;

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
