//! Dates: RFC 3339 for Atom, W3CDTF and ISO 8601 for modules; RFC 822 has its own file. No clock: what `now` is, the caller says.

use chrono::{DateTime, Datelike, NaiveDate, TimeDelta, Utc};

pub(in crate::check) use super::rfc822::{is_rfc2822, rfc822, rfc822_rule};

use super::super::codes::{self as c, Rule};
use super::super::found::Detail;
use super::super::walk::{On, Walk};

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

/// Why a date cannot be, where it names a day that no calendar has: `February has no 30th`.
pub(in crate::check) fn no_such_day(value: &str) -> Option<String> {
    const MONTHS: [&str; 12] =
        ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];
    let (year, month, day) = year_month_day(value).or_else(|| super::rfc822::year_month_day(value))?;
    let Some(name) = MONTHS.get(month.wrapping_sub(1) as usize) else { return Some(format!("there is no month {month}")) };
    let ordinal = match day {
        29 => "29th",
        30 => "30th",
        31 => "31st",
        1..=28 => return None,
        _ => return Some(format!("there is no day {day}")),
    };
    let year_of = if day == 29 { format!(" {year}") } else { String::new() };
    NaiveDate::from_ymd_opt(year, month, day).is_none().then(|| format!("{name}{year_of} has no {ordinal}"))
}

fn year_month_day(value: &str) -> Option<(i32, u32, u32)> {
    let mut text = Cursor(value.as_bytes());
    let year = text.number(4, 4)? as i32;
    text.byte(b'-')?;
    let month = text.number(2, 2)?;
    text.byte(b'-')?;
    Some((year, month, text.number(2, 2)?))
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

/// A value that is read from its start.
pub(super) struct Cursor<'t>(pub &'t [u8]);

impl<'t> Cursor<'t> {
    pub fn done(&self) -> bool {
        self.0.is_empty()
    }

    pub fn byte(&mut self, byte: u8) -> Option<()> {
        self.0 = self.0.strip_prefix(&[byte])?;
        Some(())
    }

    pub fn digits(&mut self) -> &'t [u8] {
        let (digits, rest) = self.0.split_at(self.0.iter().take_while(|b| b.is_ascii_digit()).count());
        self.0 = rest;
        digits
    }

    pub fn number(&mut self, least: usize, most: usize) -> Option<u32> {
        let length = self.0.iter().take(most).take_while(|b| b.is_ascii_digit()).count();
        let (digits, rest) = self.0.split_at(length);
        self.0 = rest;
        (length >= least).then(|| digits.iter().fold(0, |sum, b| sum * 10 + u32::from(b - b'0')))
    }

    pub fn word(&mut self, words: &[&str]) -> Option<usize> {
        let at = words.iter().position(|word| self.0.starts_with(word.as_bytes()))?;
        self.0 = &self.0[words[at].len()..];
        Some(at)
    }

    /// `+05:30`.
    pub fn offset(&mut self, between: u8) -> Option<()> {
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
}
