//! Dates in words: `9 February, 2018`, `viernes 9 de febrero de 2018`, `Fri, 9 Feb 2018 10:00:00 GMT`.
//!
//! English, Spanish, French and Portuguese at once: the names of their months do not contradict each other, so the language need not
//! be known.

use chrono::{Datelike, FixedOffset, NaiveDate};

use super::{BadDate, Clock, HELP, Problem, Written, calendar_day, clock, numeric_offset};
use crate::config::DayOrder;
use crate::diag::nearest;

/// Names and short names, lower case and without accents, the English name first.
#[rustfmt::skip]
const MONTHS: [&[&str]; 12] = [
    &["january", "enero", "janvier", "janeiro", "jan", "ene", "janv"],
    &["february", "febrero", "fevrier", "fevereiro", "feb", "fev", "fevr", "febr"],
    &["march", "marzo", "mars", "marco", "mar"],
    &["april", "abril", "avril", "apr", "abr", "avr"],
    &["may", "mayo", "mai", "maio"],
    &["june", "junio", "juin", "junho", "jun"],
    &["july", "julio", "juillet", "julho", "jul", "juil", "juill"],
    &["august", "agosto", "aout", "aug", "ago"],
    &["september", "septiembre", "setiembre", "septembre", "setembro", "sep", "sept", "set"],
    &["october", "octubre", "octobre", "outubro", "oct", "out"],
    &["november", "noviembre", "novembre", "novembro", "nov"],
    &["december", "diciembre", "decembre", "dezembro", "dec", "dic", "dez"],
];

/// From Monday.
#[rustfmt::skip]
const WEEKDAYS: [&[&str]; 7] = [
    &["monday", "lunes", "lundi", "segunda", "mon", "lun", "seg"],
    &["tuesday", "martes", "mardi", "terca", "tue", "tues", "mar", "ter"],
    &["wednesday", "miercoles", "mercredi", "quarta", "wed", "mie", "mer", "qua"],
    &["thursday", "jueves", "jeudi", "quinta", "thu", "thur", "thurs", "jue", "jeu", "qui"],
    &["friday", "viernes", "vendredi", "sexta", "fri", "vie", "ven", "sex"],
    &["saturday", "sabado", "samedi", "sat", "sab", "sam"],
    &["sunday", "domingo", "dimanche", "sun", "dom", "dim"],
];

/// Words that carry nothing: `9 de febrero del 2018 a las 10:00`, `Friday the 9th of February`, `sexta-feira`.
const FILLERS: [&str; 14] = ["de", "del", "of", "the", "on", "el", "le", "em", "do", "feira", "a", "as", "las", "at"];

const ORDINALS: [&str; 8] = ["", "st", "nd", "rd", "th", "er", "o", "a"];

/// Hours from UTC of the zone names in RFC 822 section 5.1.
const ZONES: [(&str, i32); 11] = [
    ("ut", 0),
    ("gmt", 0),
    ("utc", 0),
    ("est", -5),
    ("edt", -4),
    ("cst", -6),
    ("cdt", -5),
    ("mst", -7),
    ("mdt", -6),
    ("pst", -8),
    ("pdt", -7),
];

#[derive(Clone, Copy)]
enum Token<'a> {
    Number { value: u32, digits: usize },
    Word(&'a str),
}

/// The English name of a month, from 1.
pub fn month_name(month: u32) -> &'static str {
    const NAMES: [&str; 12] =
        ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];
    NAMES.get((month as usize).wrapping_sub(1)).copied().unwrap_or("?")
}

/// Reads a day in words, with or without a time.
pub(super) fn read(text: &str, order: Option<DayOrder>) -> Result<Written, Problem> {
    let folded = fold(text);
    let (day, time) = split_time(&folded);
    let mut tokens = tokens(day).ok_or(Problem::NotADate)?;
    let weekday = take_weekday(&mut tokens);
    let time = match time {
        Some(text) => Some(clock(text, offset).ok_or(Problem::NotADate)?),
        None => None,
    };
    let day = day_of(&tokens, is_short_year_meant(time.as_ref(), weekday), order)?;
    match weekday {
        Some(weekday) if day.weekday().num_days_from_monday() as usize != weekday => Err(Problem::Bad(wrong_weekday(day, weekday))),
        _ => Ok(Written { day, time }),
    }
}

/// Years of two digits belong to RFC 822, where a weekday or a time stands beside them; elsewhere `9 Feb 18` may be anything.
fn is_short_year_meant(time: Option<&Clock>, weekday: Option<usize>) -> bool {
    time.is_some() || weekday.is_some()
}

fn day_of(tokens: &[Token<'_>], short_year: bool, order: Option<DayOrder>) -> Result<NaiveDate, Problem> {
    use Token::{Number, Word};
    let (day, month, year) = match tokens {
        [Number { value: day, digits: 1..=2 }, Word(month), year] => (*day, month, year),
        [Word(month), Number { value: day, digits: 1..=2 }, year] => (*day, month, year),
        [Number { .. }, Number { .. }, Number { .. }] => return numbers_only(tokens, order),
        _ => return Err(Problem::NotADate),
    };
    let Number { value: year, digits } = *year else { return Err(Problem::NotADate) };
    let month = month_of(month)?;
    let year = match (digits, short_year) {
        (4, _) => year,
        (2, true) if year < 50 => 2000 + year,
        (2 | 3, true) => 1900 + year,
        (2, false) => return Err(Problem::Bad(short_year_alone(year))),
        _ => return Err(Problem::NotADate),
    };
    calendar_day(year, month, day).map_err(Problem::Bad)
}

fn month_of(word: &str) -> Result<u32, Problem> {
    if let Some(at) = MONTHS.iter().position(|names| names.contains(&word)) {
        return Ok(at as u32 + 1);
    }
    // Short names are near to too many words.
    let full = MONTHS.iter().flat_map(|names| names.iter().copied()).filter(|name| name.len() > 4);
    match nearest(word, full) {
        Some(name) => Err(Problem::Bad(BadDate::new(format!("`{word}` is not a month"), format!("did you mean `{name}`?")))),
        None => Err(Problem::NotADate),
    }
}

fn short_year_alone(year: u32) -> BadDate {
    BadDate::new(format!("the year `{year:02}` has two digits"), "write the year in full, as in `2018-02-09`")
}

/// `09/02/2018`: by the order that is known; else refused, naming each day that could be meant.
fn numbers_only(tokens: &[Token<'_>], order: Option<DayOrder>) -> Result<NaiveDate, Problem> {
    let mut numbers = [(0, 0); 3];
    for (slot, token) in numbers.iter_mut().zip(tokens) {
        if let Token::Number { value, digits } = *token {
            *slot = (value, digits);
        }
    }
    let [(a, a_digits), (b, b_digits), (c, c_digits)] = numbers;
    let day_month_year = matches!((a_digits, b_digits, c_digits), (1..=2, 1..=2, 4));
    match order {
        Some(DayOrder::DayFirst) if day_month_year => return calendar_day(c, b, a).map_err(Problem::Bad),
        Some(DayOrder::MonthFirst) if day_month_year => return calendar_day(c, a, b).map_err(Problem::Bad),
        Some(_) if matches!((a_digits, b_digits, c_digits), (1..=2, 1..=2, 2)) => return Err(Problem::Bad(short_year_alone(c))),
        _ => {}
    }
    let candidates = match (a_digits, b_digits, c_digits) {
        (1..=2, 1..=2, 2) => [(2000 + c, b, a), (2000 + c, a, b)],
        (1..=2, 1..=2, 4) => [(c, b, a), (c, a, b)],
        (4, 1..=2, 1..=2) => [(a, b, c), (a, b, c)],
        _ => return Err(Problem::NotADate),
    };
    let mut meant: Vec<String> =
        candidates.iter().filter_map(|(y, m, d)| calendar_day(*y, *m, *d).ok()).map(|day| format!("`{day}`")).collect();
    meant.dedup();
    let ambiguous = meant.len() > 1;
    let message = if ambiguous { "a date that can be read in two ways" } else { "a date in a form that is not read" };
    let help = if meant.is_empty() { HELP.to_owned() } else { format!("write {}", meant.join(" or ")) };
    let orders = [(DayOrder::DayFirst, b, a), (DayOrder::MonthFirst, a, b)].into_iter().filter(|_| day_month_year);
    let orders = orders.filter(|(_, month, day)| calendar_day(c, *month, *day).is_ok()).map(|(order, ..)| order).collect();
    Err(Problem::Bad(BadDate { orders, ..BadDate::new(message, help) }))
}

fn wrong_weekday(day: NaiveDate, weekday: usize) -> BadDate {
    let is = WEEKDAYS[day.weekday().num_days_from_monday() as usize][0];
    let message = format!("`{day}` is a {}, not a {}", capital(is), capital(WEEKDAYS[weekday][0]));
    BadDate::new(message, "mend the day, or leave the weekday out")
}

fn capital(word: &str) -> String {
    let mut characters = word.chars();
    characters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(characters).collect()
}

/// Lower case, without accents, every kind of white space a space, without a comment in parentheses at the end (RFC 822).
fn fold(text: &str) -> String {
    let text = if text.ends_with(')') { text.rsplit_once('(').map_or(text, |(before, _)| before.trim_end()) } else { text };
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            c if c.is_whitespace() => out.push(' '),
            c if c.is_ascii() => out.push(c.to_ascii_lowercase()),
            c => out.extend(deunicode::deunicode_char(c).unwrap_or("?").chars().map(|c| c.to_ascii_lowercase())),
        }
    }
    out
}

/// What stands before the clock, and from the clock on.
fn split_time(text: &str) -> (&str, Option<&str>) {
    let Some(colon) = text.find(':') else { return (text, None) };
    let start = text[..colon].rfind(|c: char| !c.is_ascii_digit()).map_or(0, |at| at + 1);
    (&text[..start], Some(&text[start..]))
}

/// The words and numbers of the day, without fillers; `None` where something else or too much stands there.
fn tokens(text: &str) -> Option<Vec<Token<'_>>> {
    let mut out = Vec::with_capacity(4);
    for piece in text.split([' ', ',', '.', '-', '/']).filter(|piece| !piece.is_empty()) {
        if FILLERS.contains(&piece) {
            continue;
        }
        out.push(token(piece)?);
        if out.len() > 4 {
            return None;
        }
    }
    Some(out)
}

fn token(piece: &str) -> Option<Token<'_>> {
    let digits = piece.bytes().take_while(u8::is_ascii_digit).count();
    if digits == 0 {
        return piece.bytes().all(|b| b.is_ascii_alphabetic()).then_some(Token::Word(piece));
    }
    let suffix = &piece[digits..];
    (digits <= 4 && ORDINALS.contains(&suffix)).then_some(())?;
    Some(Token::Number { value: piece[..digits].parse().ok()?, digits })
}

/// A weekday before a date that has its month too: `mar 9 mars 2018` is a Tuesday, `Mar 9, 2018` a month.
fn take_weekday(tokens: &mut Vec<Token<'_>>) -> Option<usize> {
    let Some(Token::Word(first)) = tokens.first() else { return None };
    let weekday = WEEKDAYS.iter().position(|names| names.contains(first))?;
    tokens[1..].iter().any(|token| matches!(token, Token::Word(_))).then(|| tokens.remove(0))?;
    Some(weekday)
}

/// An offset by number or by a name of RFC 822; the letters of the military zones say nothing (RFC 2822 section 4.3).
fn offset(text: &str) -> Option<FixedOffset> {
    if let Some((_, hours)) = ZONES.iter().find(|(name, _)| *name == text) {
        return FixedOffset::east_opt(hours * 3600);
    }
    match text.as_bytes() {
        [b'a'..=b'i' | b'k'..=b'z'] => FixedOffset::east_opt(0),
        _ => numeric_offset(text),
    }
}
