//! Numbers, percentages, coordinates, durations.

use super::super::codes::{self as c, Rule};
use super::super::found::Detail;
use super::super::walk::{On, Walk};

/// A whole number as the reference reads it: a sign, blanks around it, `_` between digits.
pub(in crate::check) fn whole(text: &str) -> Option<i128> {
    let text = text.trim();
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    let well_formed = !digits.is_empty() && digits.split('_').all(|group| !group.is_empty() && group.bytes().all(|b| b.is_ascii_digit()));
    let number = digits.replace('_', "");
    // What is too large for the type is as large as it gets: only the sign and the order matter.
    let size = number.parse::<i128>().unwrap_or(i128::MAX);
    well_formed.then_some(if text.starts_with('-') { -size } else { size })
}

/// A fraction, as the reference reads it.
pub(in crate::check) fn fraction(text: &str) -> Option<f64> {
    text.trim().parse().ok()
}

fn say_unless(fits: bool, walk: &mut Walk<'_>, on: On, rule: &'static Rule, value: &str) {
    if !fits {
        walk.say(on, rule, Detail::value(value));
    }
}

pub(in crate::check) fn positive(walk: &mut Walk<'_>, on: On, value: &str) {
    say_unless(whole(value).is_some_and(|n| n > 0), walk, on, &c::INVALID_POSITIVE_INTEGER, value);
}

pub(in crate::check) fn non_negative(walk: &mut Walk<'_>, on: On, value: &str) {
    say_unless(whole(value).is_some_and(|n| n >= 0), walk, on, &c::INVALID_NON_NEGATIVE_INTEGER, value);
}

pub(in crate::check) fn integer(walk: &mut Walk<'_>, on: On, value: &str) {
    say_unless(value.is_empty() || whole(value).is_some(), walk, on, &c::INVALID_INTEGER, value);
}

pub(in crate::check) fn percent(walk: &mut Walk<'_>, on: On, value: &str) {
    say_unless(fraction(value).is_some_and(|n| (0.0..=100.0).contains(&n)), walk, on, &c::INVALID_PERCENTAGE, value);
}

pub(in crate::check) fn latitude(walk: &mut Walk<'_>, on: On, value: &str) {
    say_unless(fraction(value).is_some_and(|n| n.is_nan() || n.abs() <= 90.0), walk, on, &c::INVALID_LATITUDE, value);
}

pub(in crate::check) fn longitude(walk: &mut Walk<'_>, on: On, value: &str) {
    say_unless(fraction(value).is_some_and(|n| n.is_nan() || n.abs() <= 180.0), walk, on, &c::INVALID_LONGITUDE, value);
}

/// Digits, and digits after a point.
pub(in crate::check) fn float(walk: &mut Walk<'_>, on: On, value: &str) {
    say_unless(decimal_length(value) == Some(value.len()), walk, on, &c::INVALID_FLOAT, value);
}

/// As [`float`], with a minus or without.
pub(in crate::check) fn signed_float(walk: &mut Walk<'_>, on: On, value: &str) {
    let bare = value.strip_prefix('-').unwrap_or(value);
    say_unless(decimal_length(bare) == Some(bare.len()), walk, on, &c::INVALID_FLOAT, value);
}

/// A number at the start, whatever follows.
pub(in crate::check) fn float_and_more(walk: &mut Walk<'_>, on: On, value: &str) {
    say_unless(decimal_length(value).is_some(), walk, on, &c::INVALID_FLOAT, value);
}

/// A number and a unit: `3 km`.
pub(in crate::check) fn float_unit(walk: &mut Walk<'_>, on: On, value: &str) {
    let unit = decimal_length(value).map(|end| value[end..].trim_start());
    say_unless(unit.is_some_and(|unit| unit.chars().all(super::chars::is_word)), walk, on, &c::INVALID_FLOAT_UNIT, value);
}

/// A number with a sign or without.
pub(in crate::check) fn decimal(walk: &mut Walk<'_>, on: On, value: &str) {
    let bare = value.strip_prefix(['+', '-']).unwrap_or(value).trim_end();
    say_unless(decimal_length(bare).is_some_and(|end| end == bare.len()), walk, on, &c::INVALID_FLOAT_UNIT, value);
}

/// A whole number, a blank and a unit: `12,000 miles`.
pub(in crate::check) fn integer_unit(walk: &mut Walk<'_>, on: On, value: &str) {
    let number = value.split(' ').next().unwrap_or_default().replace(',', "");
    say_unless(whole(&number).is_some_and(|n| n >= 0), walk, on, &c::INVALID_INT_UNIT, value);
}

/// How many bytes of the start are a number.
pub(in crate::check) fn decimal_length(text: &str) -> Option<usize> {
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let whole = digits(text);
    let rest = text[whole..].strip_prefix('.').map_or(0, |rest| 1 + digits(rest));
    (whole > 0).then_some(whole + rest)
}

/// `90`, `12:30`, `1:02:30`.
pub(in crate::check) fn duration(walk: &mut Walk<'_>, on: On, value: &str) {
    let mut parts = value.split(':');
    let first = parts.next().is_some_and(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()));
    let sixtieth = |part: &str| part.len() == 2 && part.as_bytes()[0] < b'6' && part.bytes().all(|b| b.is_ascii_digit());
    let rest: Vec<&str> = parts.collect();
    say_unless(first && rest.len() <= 2 && rest.iter().all(|part| sixtieth(part)), walk, on, &c::INVALID_DURATION, value);
}

/// Whole numbers with commas between them.
pub(in crate::check) fn is_number_list(value: &str) -> bool {
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    value.split(',').enumerate().all(|(at, part)| digits(if at == 0 { part } else { part.trim_start() }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_numbers() {
        assert_eq!(whole(" +12 "), Some(12));
        assert_eq!(whole("-1_000"), Some(-1000));
        assert_eq!(whole("99999999999999999999999999999999999999999999"), Some(i128::MAX));
        for wrong in ["", "1.5", "0x10", "1__0", "_1", "--1"] {
            assert_eq!(whole(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn lists_and_decimals() {
        assert!(is_number_list("1, 2,3"));
        assert!(!is_number_list("1,,2"));
        assert_eq!(decimal_length("3.5 km"), Some(3));
        assert_eq!(decimal_length(".5"), None);
    }
}
