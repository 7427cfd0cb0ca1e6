//! Dates as people and programs write them: text becomes a [`Date`], or a reason and a way out.
//!
//! No date is guessed: where day and month could change places the text is refused, unless its source says which stands first. Dates in words, in four languages, are read in
//! [`words`]; here stand the numeric forms, the clock, and the publication's zone.

mod words;
pub(super) use words::month_name;

use chrono::{Datelike, Duration, FixedOffset, LocalResult, NaiveDate, NaiveDateTime, NaiveTime, Offset, TimeZone};
use chrono_tz::Tz;

use super::Date;
use crate::config::DayOrder;

/// Longer than every date form; what is longer is not looked at.
const LONGEST: usize = 100;

const HELP: &str = "write `2018-02-09`, or with a time `2018-02-09T10:00:00-06:00`";

/// Why a text is no date, with the way out.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct BadDate {
    pub message: String,
    pub help: Option<String>,
    /// Whether it is a day, a month and a year in numbers alone; in which order it would be a day of the calendar.
    pub orders: Vec<DayOrder>,
}

impl BadDate {
    fn new(message: impl Into<String>, help: impl Into<String>) -> Self {
        BadDate { message: message.into(), help: Some(help.into()), orders: Vec::new() }
    }
}

/// Reads a date, to the second (a fraction is cut off), of the years 1900 to 9999.
///
/// - RFC 3339, `2018-02-09T10:00:00-06:00`, the `T` in either case or a space, the seconds optional. Without an offset the time is
///   that of `zone`: of the two passes of an hour that the clocks go through twice the first is meant, and a time that the clocks
///   jump over is counted on from before the jump, so that it falls as much later (RFC 5545 section 3.3.5 decides both in the same way).
/// - A day alone, `2018-02-09`, is noon in `zone`: readers within twelve hours of that zone then show the same day.
/// - RFC 822 and RFC 2822, `Fri, 9 Feb 2018 10:00:00 +0000`, with the zone names of RFC 822 and its years of two digits
///   (RFC 2822 section 4.3: 00 to 49 are of this century).
/// - A day in words, `9 February, 2018`, `February 9, 2018`, `viernes 9 de febrero de 2018`: the months and weekdays in English,
///   Spanish, French and Portuguese, in full or short, without regard to case and accents. Noon in `zone`, like every day alone.
///
/// # Errors
///
/// [`BadDate`] for a day that the calendar has not, a weekday that is not the day's, a day whose order cannot be known
/// (`09/02/2018`), a year out of range, and everything that is no date.
pub fn parse(text: &str, zone: Tz) -> Result<Date, BadDate> {
    parse_ordered(text, zone, None).map(|(date, _)| date)
}

/// As [`parse`], of a text from where `09/02/2018` may have an order that is known; and whether the text gives the day alone.
///
/// # Errors
///
/// As [`parse`]; a date of which the order is known is read, and refused where the calendar has no such day.
pub fn parse_ordered(text: &str, zone: Tz, order: Option<DayOrder>) -> Result<(Date, bool), BadDate> {
    let written = read(text, order).map_err(|problem| problem.said_of(text))?;
    let date = written.resolve(zone).ok_or_else(|| out_of_range(written.day.year()))?;
    Ok((date, written.time.is_none()))
}

/// The day, where the line is a date and nothing else; an error where it is one in form, but no day can be read from it.
///
/// `None` is a line of another kind.
pub fn date_line(line: &str) -> Option<Result<NaiveDate, BadDate>> {
    match read(line, None) {
        Ok(written) => Some(Ok(written.day)),
        Err(Problem::Bad(bad)) => Some(Err(bad)),
        Err(Problem::NotADate) => None,
    }
}

/// What the text says, before the zone is known.
struct Written {
    day: NaiveDate,
    time: Option<Clock>,
}

struct Clock {
    time: NaiveTime,
    offset: Option<FixedOffset>,
}

/// Why nothing was read.
enum Problem {
    /// A date in form.
    Bad(BadDate),
    NotADate,
}

impl Problem {
    fn said_of(self, text: &str) -> BadDate {
        match self {
            Problem::Bad(bad) => bad,
            Problem::NotADate if text.trim().is_empty() => BadDate::new("the date is empty", HELP),
            Problem::NotADate => BadDate::new(format!("`{}` is not a date", shorten(text.trim())), HELP),
        }
    }
}

impl Written {
    fn resolve(&self, zone: Tz) -> Option<Date> {
        let clock = self.time.as_ref();
        let local = self.day.and_time(clock.map_or(NOON, |clock| clock.time));
        let date = match clock.and_then(|clock| clock.offset) {
            Some(offset) => offset.from_local_datetime(&local).single()?,
            None => in_zone(local, zone)?,
        };
        // The year must have four digits however a document writes it: as it stands, and in UTC.
        let utc = date.naive_utc().year();
        ((1900..=9999).contains(&date.year()) && (1899..=9999).contains(&utc)).then_some(date)
    }
}

/// When a day alone is meant.
pub(super) const NOON: NaiveTime = match NaiveTime::from_hms_opt(12, 0, 0) {
    Some(noon) => noon,
    None => NaiveTime::MIN,
};

/// The instant of a wall-clock time; see [`parse`] for the hours that come twice or never.
fn in_zone(local: NaiveDateTime, zone: Tz) -> Option<Date> {
    let offset = match zone.offset_from_local_datetime(&local) {
        LocalResult::Single(offset) | LocalResult::Ambiguous(offset, _) => offset.fix(),
        LocalResult::None => return after_gap(local, zone),
    };
    whole_minutes(offset)?.from_local_datetime(&local).single()
}

/// A time that the clocks jump over, by the offset from before the jump; the longest jump known is a whole day (Samoa, 2011).
fn after_gap(local: NaiveDateTime, zone: Tz) -> Option<Date> {
    let before = (1..=25).find_map(|hours| zone.offset_from_local_datetime(&(local - Duration::hours(hours))).earliest())?;
    let instant = before.fix().from_local_datetime(&local).single()?.with_timezone(&zone);
    Some(instant.with_timezone(&whole_minutes(instant.offset().fix())?))
}

/// Local mean times of old have offsets with seconds, which no date format can write.
fn whole_minutes(offset: FixedOffset) -> Option<FixedOffset> {
    FixedOffset::east_opt(offset.local_minus_utc() / 60 * 60)
}

fn read(text: &str, order: Option<DayOrder>) -> Result<Written, Problem> {
    let text = text.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
    if text.len() > LONGEST {
        return Err(Problem::NotADate);
    }
    if is_iso(text.as_bytes()) { iso(text) } else { words::read(text, order) }
}

/// Whether the text begins as `2018-02-09` does.
fn is_iso(bytes: &[u8]) -> bool {
    bytes.len() >= 10
        && bytes[..10].iter().enumerate().all(|(at, byte)| if at == 4 || at == 7 { *byte == b'-' } else { byte.is_ascii_digit() })
}

fn iso(text: &str) -> Result<Written, Problem> {
    let (day, rest) = text.split_at(10);
    let part = |range: std::ops::Range<usize>| day[range].parse::<u32>().map_err(|_| Problem::NotADate);
    let (year, month, day) = (part(0..4)?, part(5..7)?, part(8..10)?);
    let day = calendar_day(year, month, day).map_err(Problem::Bad)?;
    if rest.is_empty() {
        return Ok(Written { day, time: None });
    }
    let time = rest.strip_prefix(['T', 't', ' ', '\u{a0}']).and_then(|rest| clock(rest, numeric_offset));
    match time {
        Some(time) => Ok(Written { day, time: Some(time) }),
        // A time follows that cannot be one: say so of the date, since nothing else begins like this.
        None => Err(Problem::Bad(BadDate::new(format!("`{}` is not a date and time", shorten(text)), HELP))),
    }
}

/// `10:00`, `10:00:00` or `10:00:00.123`, then an offset or nothing. A leap second is the second before it.
fn clock(text: &str, offset_of: fn(&str) -> Option<FixedOffset>) -> Option<Clock> {
    let (digits, rest) = text.split_at(text.find(|c: char| !c.is_ascii_digit() && c != ':').unwrap_or(text.len()));
    let mut parts = digits.split(':');
    let hour = parts.next().filter(|hour| matches!(hour.len(), 1 | 2))?.parse().ok()?;
    let minute = two_digits(parts.next()?)?;
    let second = parts.next().map_or(Some(0), two_digits)?;
    let second = if second == 60 { 59 } else { second };
    if parts.next().is_some() {
        return None;
    }
    let rest = match rest.strip_prefix(['.', ',']) {
        Some(fraction) if fraction.starts_with(|c: char| c.is_ascii_digit()) => fraction.trim_start_matches(|c: char| c.is_ascii_digit()),
        Some(_) => return None,
        None => rest,
    };
    let rest = rest.trim();
    let offset = if rest.is_empty() { None } else { Some(offset_of(rest)?) };
    Some(Clock { time: NaiveTime::from_hms_opt(hour, minute, second)?, offset })
}

/// `Z`, `+02:00` or `+0200`.
fn numeric_offset(text: &str) -> Option<FixedOffset> {
    let sign = match text.as_bytes() {
        [b'Z' | b'z'] => return FixedOffset::east_opt(0),
        [b'+', ..] => 1,
        [b'-', ..] => -1,
        _ => return None,
    };
    let digits = &text[1..];
    let (hours, minutes) = match digits.len() {
        4 => (digits.get(..2)?, digits.get(2..)?),
        _ => digits.split_once(':').filter(|_| digits.len() == 5)?,
    };
    let (hours, minutes) = (two_digits(hours)?, two_digits(minutes)?);
    (hours < 24 && minutes < 60).then_some(())?;
    FixedOffset::east_opt(sign * (hours * 3600 + minutes * 60) as i32)
}

fn two_digits(text: &str) -> Option<u32> {
    (text.len() == 2 && text.bytes().all(|b| b.is_ascii_digit())).then(|| text.parse().ok())?
}

/// The day, or why the calendar has none.
fn calendar_day(year: u32, month: u32, day: u32) -> Result<NaiveDate, BadDate> {
    let numbers = || format!("{year:04}-{month:02}-{day:02}");
    if !(1900..=9999).contains(&year) {
        return Err(out_of_range(year as i32));
    }
    if !(1..=12).contains(&month) {
        return Err(BadDate::new(format!("`{}` is not a date: there is no month {month}", numbers()), HELP));
    }
    let on = |day| NaiveDate::from_ymd_opt(year as i32, month, day);
    on(day).ok_or_else(|| {
        let name = words::month_name(month);
        let last = (28..=31).rev().find(|day| on(*day).is_some()).unwrap_or(28);
        BadDate::new(format!("there is no {day} {name} {year}"), format!("{name} {year} has {last} days"))
    })
}

fn out_of_range(year: i32) -> BadDate {
    BadDate::new(format!("the year {year} is out of range"), "dates are of the years 1900 to 9999")
}

/// The text as a message shows it.
fn shorten(text: &str) -> String {
    const SHOWN: usize = 60;
    match text.char_indices().nth(SHOWN) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn costa_rica(text: &str) -> Result<String, BadDate> {
        parse(text, chrono_tz::America::Costa_Rica).map(|date| date.to_rfc3339())
    }

    #[test]
    fn reads() {
        for (text, want) in [
            // RFC 3339 and its looser relatives
            ("2018-02-09T10:00:00-06:00", "2018-02-09T10:00:00-06:00"),
            ("2018-02-09T10:00:00Z", "2018-02-09T10:00:00+00:00"),
            ("2018-02-09t10:00:00z", "2018-02-09T10:00:00+00:00"),
            ("2018-02-09 10:00:00+05:30", "2018-02-09T10:00:00+05:30"),
            ("2018-02-09T10:00:00.987654321Z", "2018-02-09T10:00:00+00:00"),
            ("2018-02-09T10:00:00 +0100", "2018-02-09T10:00:00+01:00"),
            ("2018-02-09T10:00:00", "2018-02-09T10:00:00-06:00"),
            ("2018-02-09 10:00", "2018-02-09T10:00:00-06:00"),
            ("2016-12-31T23:59:60Z", "2016-12-31T23:59:59+00:00"),
            ("2018-02-09T10:00:00-00:00", "2018-02-09T10:00:00+00:00"),
            ("1900-01-01", "1900-01-01T12:00:00-05:36"),
            // a day alone is noon in the zone
            ("2018-02-09", "2018-02-09T12:00:00-06:00"),
            (" \u{feff}2018-02-09\u{a0}\r\n", "2018-02-09T12:00:00-06:00"),
            ("2016-02-29", "2016-02-29T12:00:00-06:00"),
            // RFC 822 and RFC 2822
            ("Fri, 9 Feb 2018 10:00:00 +0000", "2018-02-09T10:00:00+00:00"),
            ("Fri, 09 Feb 2018 10:00:00 GMT", "2018-02-09T10:00:00+00:00"),
            ("9 Feb 2018 10:00 EST", "2018-02-09T10:00:00-05:00"),
            ("Fri, 09 Feb 18 10:00:00 PDT", "2018-02-09T10:00:00-07:00"),
            ("Tue, 09 Feb 99 10:00:00 UT", "1999-02-09T10:00:00+00:00"),
            ("09 Feb 49 10:00:00 Z", "2049-02-09T10:00:00+00:00"),
            ("09 Feb 50 10:00:00 K", "1950-02-09T10:00:00+00:00"),
            ("Fri, 9 Feb 2018 10:00:00 +0000 (UTC)", "2018-02-09T10:00:00+00:00"),
            ("Fri, 9 Feb 2018 9:05:00 -0330", "2018-02-09T09:05:00-03:30"),
            ("Fri, 9 Feb 2018", "2018-02-09T12:00:00-06:00"),
            ("9-Feb-2018 10:00", "2018-02-09T10:00:00-06:00"),
            // in words
            ("9 February, 2018", "2018-02-09T12:00:00-06:00"),
            ("9 February 2018", "2018-02-09T12:00:00-06:00"),
            ("09 FEBRUARY , 2018", "2018-02-09T12:00:00-06:00"),
            ("February 9, 2018", "2018-02-09T12:00:00-06:00"),
            ("Feb. 9, 2018", "2018-02-09T12:00:00-06:00"),
            ("Friday, the 9th of February 2018", "2018-02-09T12:00:00-06:00"),
            ("9\u{a0}February,\u{a0}2018", "2018-02-09T12:00:00-06:00"),
            ("9 Febrero, 2018", "2018-02-09T12:00:00-06:00"),
            ("9 de febrero de 2018", "2018-02-09T12:00:00-06:00"),
            ("viernes 9 de febrero de 2018", "2018-02-09T12:00:00-06:00"),
            ("Viernes, 9 de febrero del 2018", "2018-02-09T12:00:00-06:00"),
            ("9 de febrero de 2018 a las 18:30", "2018-02-09T18:30:00-06:00"),
            ("17 dic. 2017", "2017-12-17T12:00:00-06:00"),
            ("17 DICIEMBRE 2017", "2017-12-17T12:00:00-06:00"),
            ("miércoles 3 de setiembre de 2014", "2014-09-03T12:00:00-06:00"),
            ("1er août 2018", "2018-08-01T12:00:00-06:00"),
            ("vendredi 9 février 2018", "2018-02-09T12:00:00-06:00"),
            ("mar. 13 févr. 2018", "2018-02-13T12:00:00-06:00"),
            ("Mar 9, 2018", "2018-03-09T12:00:00-06:00"),
            ("sexta-feira, 9 de fevereiro de 2018", "2018-02-09T12:00:00-06:00"),
            ("1º de março de 2018", "2018-03-01T12:00:00-06:00"),
            ("9 de Fevereiro de 2018", "2018-02-09T12:00:00-06:00"),
        ] {
            assert_eq!(costa_rica(text).as_deref(), Ok(want), "{text}");
        }
    }

    #[test]
    fn a_day_alone_is_told() {
        for (text, want) in [("2018-02-09", true), ("9 de febrero de 2018", true), ("2018-02-09T12:00", false), ("9 Feb 2018 12:00", false)]
        {
            assert_eq!(parse_ordered(text, chrono_tz::UTC, None).map(|(_, is_day)| is_day), Ok(want), "{text}");
        }
    }

    #[test]
    fn reads_numbers_alone_by_their_order() {
        for (text, order, want) in [
            ("09/02/2018", DayOrder::DayFirst, Ok("2018-02-09T12:00:00+00:00")),
            ("09/02/2018", DayOrder::MonthFirst, Ok("2018-09-02T12:00:00+00:00")),
            ("9.2.2018 7:05", DayOrder::DayFirst, Ok("2018-02-09T07:05:00+00:00")),
            ("2-25-2018", DayOrder::MonthFirst, Ok("2018-02-25T12:00:00+00:00")),
            ("2018-09-02", DayOrder::DayFirst, Ok("2018-09-02T12:00:00+00:00")),
            ("9 February 2018", DayOrder::MonthFirst, Ok("2018-02-09T12:00:00+00:00")),
            ("02/25/2018", DayOrder::DayFirst, Err("`2018-25-02` is not a date: there is no month 25")),
            ("9.2.18", DayOrder::DayFirst, Err("the year `18` has two digits")),
            ("2018/02/09", DayOrder::DayFirst, Err("a date in a form that is not read")),
        ] {
            let read = parse_ordered(text, chrono_tz::UTC, Some(order));
            let read = read.map(|(date, is_day)| (date.to_rfc3339(), is_day)).map_err(|bad| bad.message);
            let want = want.map(|date| (date.to_owned(), date.contains("T12:00:00"))).map_err(str::to_owned);
            assert_eq!(read, want, "{text}");
        }
    }

    #[test]
    fn refuses_with_a_way_out() {
        for (text, message, help) in [
            ("", "empty", "2018-02-09"),
            ("yesterday", "`yesterday` is not a date", "2018-02-09"),
            ("1518170400", "is not a date", "2018-02-09"),
            ("09/02/2018", "two ways", "`2018-02-09` or `2018-09-02`"),
            ("9.2.18", "two ways", "`2018-02-09` or `2018-09-02`"),
            ("25/02/2018", "not read", "write `2018-02-25`"),
            ("2018/02/09", "not read", "write `2018-02-09`"),
            ("2018-2-9", "not read", "write `2018-02-09`"),
            ("40/40/2018", "not read", "2018-02-09"),
            ("30 February 2018", "there is no 30 February 2018", "has 28 days"),
            ("2016-02-30", "there is no 30 February 2016", "has 29 days"),
            ("31 de abril de 2018", "there is no 31 April 2018", "has 30 days"),
            ("0 May 2018", "there is no 0 May 2018", "has 31 days"),
            ("2018-13-01", "no month 13", "2018-02-09"),
            ("2018-00-01", "no month 0", "2018-02-09"),
            ("9 Febuary 2018", "`febuary` is not a month", "`february`"),
            ("9 Feb 18", "two digits", "in full"),
            ("9 Smarch 2018 10:99", "not a date", "2018-02-09"),
            ("Thursday, 9 February 2018", "is a Friday, not a Thursday", "leave the weekday out"),
            ("jueves 9 de febrero de 2018", "is a Friday, not a Thursday", "leave the weekday out"),
            ("1899-12-31", "year 1899", "1900 to 9999"),
            ("0000-01-01", "year 0", "1900 to 9999"),
            ("9999-12-31T23:00:00-05:00", "out of range", "1900 to 9999"),
            ("2018-02-09T25:00:00Z", "not a date and time", "2018-02-09"),
            ("2018-02-09T10:00:00+24:00", "not a date and time", "2018-02-09"),
            ("2018-02-09T10:00:00.Z", "not a date and time", "2018-02-09"),
            ("2018-02-09 and more", "not a date and time", "2018-02-09"),
            ("February 2018", "not a date", "2018-02-09"),
        ] {
            let bad = costa_rica(text).expect_err(text);
            assert!(bad.message.contains(message), "{text}: {}", bad.message);
            assert!(bad.help.as_deref().is_some_and(|found| found.contains(help)), "{text}: {:?}", bad.help);
        }
    }

    #[test]
    fn hours_that_come_twice_or_never_are_decided() {
        for (text, zone, want) in [
            // The clocks of New York went back on 4 November 2018 and forward on 11 March 2018.
            ("2018-11-04T01:30:00", chrono_tz::America::New_York, "2018-11-04T01:30:00-04:00"),
            ("2018-03-11T02:30:00", chrono_tz::America::New_York, "2018-03-11T03:30:00-04:00"),
            // Samoa left out 30 December 2011, noon and all.
            ("2011-12-30", chrono_tz::Pacific::Apia, "2011-12-31T12:00:00+14:00"),
            ("2018-07-01", chrono_tz::Europe::Paris, "2018-07-01T12:00:00+02:00"),
        ] {
            assert_eq!(parse(text, zone).map(|date| date.to_rfc3339()).as_deref(), Ok(want), "{text}");
        }
    }

    #[test]
    fn lines_that_are_dates_are_told_from_lines_that_are_not() {
        for (line, want) in [
            ("9 February, 2018", Some(true)),
            ("  9 de febrero de 2018  ", Some(true)),
            ("2018-02-09", Some(true)),
            ("31 February, 2018", Some(false)),
            ("9 Febuary, 2018", Some(false)),
            ("09/02/2018", Some(false)),
            ("8 countries outlined a new period", None),
            ("On 9 February 2018 the programme began", None),
            ("9 February, 2018 was a Friday", None),
            ("Agenda 2030", None),
            ("May 2018", None),
            ("", None),
        ] {
            assert_eq!(date_line(line).map(|read| read.is_ok()), want, "{line}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "\\PC{0,40}", zone in 0..chrono_tz::TZ_VARIANTS.len()) {
            let _ = parse(&text, chrono_tz::TZ_VARIANTS[zone]);
        }

        #[test]
        fn near_dates_are_read_or_refused(text in "[0-9]{1,4}[-/ .][0-9a-zé]{1,9}[-/ ,]{1,2}[0-9]{1,5}[T ]?[0-9:.]{0,9}[-+Zé]?[0-9:]{0,5}") {
            let _ = parse(&text, chrono_tz::UTC);
        }

        #[test]
        fn what_is_written_is_read_back(seconds in -2_208_000_000_i64..253_402_000_000, offset in -1439..1440_i32, zone in 0..chrono_tz::TZ_VARIANTS.len()) {
            let offset = FixedOffset::east_opt(offset * 60).expect("within a day");
            let date = offset.timestamp_opt(seconds, 0).single().expect("in range");
            let zone = chrono_tz::TZ_VARIANTS[zone];
            prop_assert_eq!(parse(&date.to_rfc3339(), zone), Ok(date));
            prop_assert_eq!(parse(&date.to_rfc2822(), zone), Ok(date));
        }

        #[test]
        fn a_day_alone_is_that_day_in_every_zone(days in 0..2_900_000_i64, zone in 0..chrono_tz::TZ_VARIANTS.len()) {
            let day = NaiveDate::from_ymd_opt(1900, 1, 1).expect("a day") + Duration::days(days);
            let zone = chrono_tz::TZ_VARIANTS[zone];
            prop_assume!(zone.offset_from_local_datetime(&day.and_time(NOON)).earliest().is_some());
            let date = parse(&day.to_string(), zone).expect("a date");
            prop_assert_eq!(date.date_naive(), day);
        }
    }
}
