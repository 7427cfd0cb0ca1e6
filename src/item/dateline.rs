//! Datelines: the place that a report opens with, as in `San Jose, Costa Rica. The ministry signed ...`.
//!
//! Only the opening is read here. Which country a dateline speaks for is decided in `classify`.

use std::collections::HashSet;
use std::sync::LazyLock;

use crate::vocab::Country;
use crate::vocab::fold::key;

/// A dateline is no longer than so many characters; what comes later in a paragraph is a sentence.
const LONGEST: usize = 80;

/// Small words inside the names of places.
const CONNECTING: [&str; 20] =
    ["al", "and", "da", "das", "de", "del", "des", "do", "dos", "du", "e", "el", "et", "la", "las", "le", "los", "of", "the", "y"];

/// The dateline of a paragraph, as written and without what ends it, and the text after it.
///
/// It names at least one country or capital and ends in a full stop or a dash: `Belize. Belize is`, `Puebla, Mexico – The`,
/// `GUATEMALA CITY (IOM) — The`, `San José, 5 de enero de 2018. El`.
pub fn split(paragraph: &str) -> Option<(&str, &str)> {
    split_with(paragraph, |_| false)
}

/// As [`split`], with further places: `known` is asked for each part between commas, trimmed and as written.
pub fn split_with(paragraph: &str, known: impl Fn(&str) -> bool) -> Option<(&str, &str)> {
    let text = paragraph.trim();
    // Most paragraphs open with a sentence: no name of a place begins with a small letter or a quotation mark.
    if !text.starts_with(char::is_uppercase) {
        return None;
    }
    marks(text).find_map(|at| {
        let mark = text[at..].chars().next()?;
        let after = &text[at + mark.len_utf8()..];
        let head = match mark {
            '.' => before_stop(&text[..at], after)?,
            '–' | '—' if at_word_end(&text[..at], after) => before_dash(&text[..at]),
            '-' if text[..at].ends_with(char::is_whitespace) && after.starts_with([' ', '-', '\u{a0}']) => before_dash(&text[..at]),
            _ => return None,
        };
        let rest = after.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, '-' | '–' | '—' | '.'));
        (!rest.is_empty() && names_a_place(head, &known)).then_some((head, rest))
    })
}

/// Where in the part of a text that may be a dateline its end may be: at stops and dashes, and at a few characters more.
fn marks(text: &str) -> impl Iterator<Item = usize> {
    const DASH: u8 = 0xE2;
    let mut rest = text.chars();
    _ = rest.nth(LONGEST - 1);
    let opening = &text.as_bytes()[..text.len() - rest.as_str().len()];
    memchr::memchr3_iter(b'.', b'-', DASH, opening)
}

/// What stands before a full stop, where the stop ends a dateline: a new sentence follows, not the rest of an abbreviation.
fn before_stop<'a>(head: &'a str, after: &str) -> Option<&'a str> {
    let dash = after.starts_with(['-', '–', '—']);
    if !dash && !after.starts_with(char::is_whitespace) {
        return None;
    }
    let next = after.trim_start();
    // `Washington, D.C. – The`: the dash ends it, and the stop is part of the name.
    if !dash && next.starts_with(['-', '–', '—']) && is_abbreviated(head) {
        return None;
    }
    let abbreviation = is_abbreviated(head) && !head.contains(',');
    (!abbreviation && !next.starts_with(char::is_lowercase)).then_some(head)
}

fn before_dash(head: &str) -> &str {
    let head = head.trim_end();
    match head.strip_suffix('.') {
        Some(bare) if !is_abbreviated(bare) => bare,
        _ => head,
    }
}

fn at_word_end(head: &str, after: &str) -> bool {
    head.ends_with(char::is_whitespace) || after.starts_with(char::is_whitespace)
}

/// Whether the last word is cut short by its stop: `D.C`, `U.S`, `EE. UU`.
fn is_abbreviated(head: &str) -> bool {
    let last = head.rsplit(char::is_whitespace).next().unwrap_or_default();
    last.contains('.') || (last.chars().count() <= 2 && last.chars().all(char::is_uppercase))
}

fn names_a_place(head: &str, known: &impl Fn(&str) -> bool) -> bool {
    let head = without_agency(head);
    let parts: Vec<&str> = head.split(',').map(str::trim).collect();
    parts.len() <= 5
        && parts.iter().all(|part| is_name(part) || is_date(part))
        && parts.iter().any(|part| !is_date(part) && (PLACES.contains(&key(part)) || known(part)))
}

/// `GUATEMALA (OIM)` without what stands in brackets at its end.
fn without_agency(head: &str) -> &str {
    let head = head.trim_end();
    match head.strip_suffix(')').and_then(|open| open.rsplit_once('(')) {
        Some((place, _)) => place.trim_end(),
        None => head,
    }
}

fn is_date(part: &str) -> bool {
    part.contains(|c: char| c.is_ascii_digit()) && part.split_whitespace().count() <= 5
}

/// One to six words, each with a capital letter but for the connecting ones.
fn is_name(part: &str) -> bool {
    let mut words = part.split_whitespace();
    let first = words.clone().next().is_some_and(|word| word.starts_with(char::is_uppercase));
    let capital = |word: &str| word.trim_start_matches(['d', 'l', '\'', '’']).starts_with(|c: char| c.is_uppercase() || c == '&');
    first && words.all(|word| capital(word) || CONNECTING.contains(&word)) && part.split_whitespace().count() <= 6
}

/// Every country's names and capitals, as keys. Codes are not among them.
static PLACES: LazyLock<HashSet<String>> = LazyLock::new(|| {
    let names = Country::all().flat_map(|country| country.names().map(|(_, name)| key(name)));
    names.chain(Country::all().flat_map(|country| country.capitals().map(|(_, city)| key(city)))).collect()
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn datelines_are_parted_from_the_text() {
        for (paragraph, dateline, rest) in [
            ("Belize. Belize joins the programme.", "Belize", "Belize joins the programme."),
            ("San Jose, Costa Rica. The ministry", "San Jose, Costa Rica", "The ministry"),
            ("  San José,  Costa Rica.  El ministerio", "San José,  Costa Rica", "El ministerio"),
            ("Belize City. Officers met", "Belize City", "Officers met"),
            ("Puebla, Mexico – The course", "Puebla, Mexico", "The course"),
            ("Puebla, México.– El curso", "Puebla, México", "El curso"),
            ("Ciudad de Guatemala.- El curso", "Ciudad de Guatemala", "El curso"),
            ("GUATEMALA CITY — Thirty judges", "GUATEMALA CITY", "Thirty judges"),
            ("GUATEMALA (OIM) – Treinta jueces", "GUATEMALA (OIM)", "Treinta jueces"),
            ("Tegucigalpa - “We are here", "Tegucigalpa", "“We are here"),
            ("Tegucigalpa, 9 de febrero de 2018. La misión", "Tegucigalpa, 9 de febrero de 2018", "La misión"),
            ("Washington, D.C. – The office", "Washington, D.C.", "The office"),
            ("St. John's, Antigua and Barbuda. The office", "St. John's, Antigua and Barbuda", "The office"),
            ("Port of Spain, Trinidad & Tobago. 30 officers", "Port of Spain, Trinidad & Tobago", "30 officers"),
            ("Mexico.\u{a0}With support", "Mexico", "With support"),
            ("Belize. – Officers", "Belize", "Officers"),
        ] {
            assert_eq!(split(paragraph), Some((dateline, rest)), "{paragraph}");
        }
    }

    #[test]
    fn sentences_are_no_datelines() {
        for paragraph in [
            "",
            "Belize.",
            "Belize",
            "Belize is part of the programme. It is new.",
            "Every 18th of December, the world celebrates. Mexico too.",
            "IOM, the agency, met in Belize. Then left.",
            "The Mexican towns of Tapachula and Tijuana. They",
            "U.S. Ambassador John Smith spoke.",
            "U.S. officials spoke.",
            "EE. UU. Los funcionarios",
            "“I’m a migrant. Mexico",
            "In Mexico. There",
            "Migration. The word",
            "mexico. The",
            "Guinea-Bissau joined. The",
            "Costa Rica and its partners agreed. The",
        ] {
            assert_eq!(split(paragraph), None, "{paragraph}");
        }
    }

    #[test]
    fn a_dateline_ends_within_its_longest() {
        for place in ["Belize", "México"] {
            let ending_at = |at: usize| format!("Belize,{place:>width$}. Officers met", width = at - "Belize,".len());
            assert_eq!([LONGEST - 1, LONGEST].map(|at| split(&ending_at(at)).is_some()), [true, false], "{place}");
        }
    }

    #[test]
    fn the_config_may_know_more_places() {
        assert_eq!(split("Tapachula. Officers met"), None);
        assert_eq!(split_with("Tapachula. Officers met", |part| part == "Tapachula"), Some(("Tapachula", "Officers met")));
    }

    proptest::proptest! {
        #[test]
        fn both_parts_stand_in_the_paragraph(text in "(Belize|St\\. |Mexico|D\\.C|é|[ ,.–—-]|\\PC){0,12}") {
            if let Some((dateline, rest)) = split(&text) {
                proptest::prop_assert!(text.contains(dateline) && text.trim_end().ends_with(rest) && !rest.is_empty());
            }
        }
    }
}
