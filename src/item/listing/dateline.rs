//! Datelines: the place that a report opens with, told from the sentences that open with anything else.
//!
//! A place that is not known, and that no mark sets off clearly, is left in the text: a wrong dateline would put an item into the
//! wrong country, a missing one only leaves it to the item's other words.

use std::collections::HashSet;
use std::sync::LazyLock;

use crate::item::date;
use crate::vocab::Country;
use crate::vocab::fold::key;

/// The longest dateline, in bytes.
const LONGEST: usize = 90;

/// A paragraph parted behind its dateline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dateline<'a> {
    /// As written, without the mark that follows.
    pub place: &'a str,
    /// The paragraph from its first word on.
    pub rest: &'a str,
}

/// What parts a dateline from the text.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mark {
    /// A full stop, a colon or a hyphen: they stand in any sentence, so the place must be known.
    Plain,
    /// An en dash or em dash: enough for a place that is not known.
    Dash,
}

/// Parts a paragraph that begins with a dateline: `Belize. …`, `San Jose, Costa Rica. …`, `Puebla, Mexico – …`, `San Salvador, 9 de febrero. …`.
pub fn split(paragraph: &str) -> Option<Dateline<'_>> {
    paragraph.starts_with(|c: char| c.is_uppercase()).then_some(())?;
    marks(paragraph).find_map(|(at, width, mark)| {
        let mut place = paragraph[..at].trim_end();
        if ends_in_letters(place) && paragraph[at..].starts_with('.') {
            place = &paragraph[..=at];
        }
        let mut rest = paragraph[at + width..].trim_start();
        let mut mark = mark;
        // `Belize. –` and `Washington, D.C. –`: the dash belongs to the mark.
        if let Some(after) = rest.strip_prefix(['-', '–', '—']).filter(|after| after.starts_with(char::is_whitespace)) {
            (rest, mark) = (after.trim_start(), Mark::Dash);
        }
        (goes_on_well(rest, &paragraph[at..at + width]) && is_place(place, mark)).then_some(Dateline { place, rest })
    })
}

/// Where a dateline may end: byte, width and kind of each mark.
fn marks(paragraph: &str) -> impl Iterator<Item = (usize, usize, Mark)> + '_ {
    let blank = |c: Option<char>| c.is_none_or(char::is_whitespace);
    paragraph.char_indices().take_while(|(at, _)| *at <= LONGEST).filter_map(move |(at, c)| {
        let before = paragraph[..at].chars().next_back();
        let after = paragraph[at + c.len_utf8()..].chars().next();
        let mark = match c {
            '.' | ':' if blank(after) => Mark::Plain,
            '-' if blank(after) || blank(before) => Mark::Plain,
            '–' if blank(after) || blank(before) => Mark::Dash,
            '—' => Mark::Dash,
            _ => return None,
        };
        Some((at, c.len_utf8(), mark))
    })
}

/// `Washington, D.C`, `EE. UU`: the full stop that follows is the abbreviation's too.
fn ends_in_letters(place: &str) -> bool {
    let last = place.rsplit(char::is_whitespace).next().unwrap_or_default();
    (last.len() == 2 || last.contains('.')) && last.chars().all(|c| c.is_uppercase() || c == '.')
}

/// After a dash a new sentence begins; `The programme – begun in 2015 – goes on` is one sentence.
fn goes_on_well(rest: &str, mark: &str) -> bool {
    matches!(mark, "." | ":") || !rest.starts_with(char::is_lowercase)
}

fn is_place(phrase: &str, mark: Mark) -> bool {
    let place = without_date(without_agency(phrase.trim_end_matches('.')));
    let parts: Vec<&str> = place.split(',').map(str::trim).collect();
    if parts.len() > 4 || !parts.iter().all(|part| is_name(part)) {
        return false;
    }
    let known = match parts.as_slice() {
        [place] => is_known(place) || are_known(place),
        // `Tapachula, Mexico`; `Tegucigalpa, M.D.C.`
        [city, .., country] => is_country(country) || is_capital(city) || is_capital(place),
        [] => false,
    };
    known
        || (mark == Mark::Dash && parts.iter().map(|part| part.split_whitespace().count()).sum::<usize>() <= 4 && !opens_a_sentence(place))
}

/// `BELIZE CITY (IOM) –`
fn without_agency(phrase: &str) -> &str {
    match phrase.strip_suffix(')').and_then(|inner| inner.rsplit_once('(')) {
        Some((before, _)) => before.trim_end(),
        None => phrase,
    }
}

/// `San Salvador, 9 de febrero` and `San Salvador, 9 February 2018`.
fn without_date(phrase: &str) -> &str {
    let is_day = |text: &str| {
        // Any leap year serves: the year itself may be missing.
        [format!("{text} 2016"), text.to_owned()].iter().any(|text| matches!(date::date_line(text), Some(Ok(_))))
    };
    let cuts = phrase.match_indices(',').map(|(at, _)| at);
    cuts.into_iter().find(|at| is_day(phrase[at + 1..].trim())).map_or(phrase, |at| phrase[..at].trim_end())
}

/// Capitalised words, with the small ones that stand inside names.
fn is_name(part: &str) -> bool {
    const SMALL: [&str; 14] = ["de", "del", "la", "las", "los", "el", "y", "e", "and", "of", "the", "da", "do", "du"];
    let mut words = part.split_whitespace();
    words.next().is_some_and(|first| first.starts_with(char::is_uppercase))
        && words.all(|word| word.starts_with(char::is_uppercase) || SMALL.contains(&word) || word == "&")
        && part.split_whitespace().count() <= 8
        && part.chars().all(|c| c.is_alphanumeric() || c.is_whitespace() || matches!(c, '.' | '-' | '\'' | '’' | '&' | '/'))
}

/// Words that a sentence opens with, in English and Spanish; no name of a place does, but for those that are known anyway.
fn opens_a_sentence(phrase: &str) -> bool {
    #[rustfmt::skip]
    const OPENERS: [&str; 41] = [
        "A", "After", "All", "An", "And", "As", "At", "Before", "But", "By", "Every", "For", "From", "He", "How", "I", "If", "In", "It", "No",
        "On", "Our", "She", "The", "These", "They", "This", "Today", "We", "What", "When", "Yesterday",
        "Con", "Desde", "El", "En", "Este", "Esta", "Hoy", "Para", "Un",
    ];
    phrase.split_whitespace().next().is_some_and(|first| OPENERS.contains(&first))
}

/// `Guatemala y México`, `Honduras and El Salvador`, `Guatemala/Mexico`.
fn are_known(place: &str) -> bool {
    [" and ", " y ", " e ", " & ", "/"].iter().any(|joint| place.contains(joint) && place.split(joint).all(|part| is_known(part.trim())))
}

fn is_known(place: &str) -> bool {
    is_country(place) || is_capital(place) || is_city_of_country(place)
}

/// By its name; codes are too short to be told from words (`No.`, `Per.`).
fn is_country(place: &str) -> bool {
    const SHORT: [&str; 6] = ["EE. UU.", "EE.UU.", "EEUU", "UAE", "UK", "USA"];
    SHORT.contains(&place) || (place.chars().count() > 3 && place.starts_with(char::is_uppercase) && Country::parse(place).is_some())
}

/// `Belize City`, `Guatemala City`, `Ciudad de Guatemala`.
fn is_city_of_country(place: &str) -> bool {
    let lower = place.to_lowercase();
    let country = lower.strip_suffix(" city").or_else(|| lower.strip_prefix("ciudad de ")).or_else(|| lower.strip_prefix("ville de "));
    country.is_some_and(|country| country.chars().count() > 3 && Country::parse(country.trim()).is_some())
}

static CAPITALS: LazyLock<HashSet<String>> =
    LazyLock::new(|| Country::all().flat_map(|country| country.capitals().map(|(_, city)| key(city)).collect::<Vec<_>>()).collect());

fn is_capital(place: &str) -> bool {
    CAPITALS.contains(&key(place))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_parted_from_the_text() {
        for (paragraph, place, rest) in [
            ("Belize. Belize is now part of it.", "Belize", "Belize is now part of it."),
            ("Mexico. With the support of many", "Mexico", "With the support of many"),
            ("San Jose, Costa Rica. The agency", "San Jose, Costa Rica", "The agency"),
            ("San José, Costa Rica.  Two spaces", "San José, Costa Rica", "Two spaces"),
            ("San\u{a0}Jose, Costa\u{a0}Rica. The agency", "San\u{a0}Jose, Costa\u{a0}Rica", "The agency"),
            ("Belize City. Officials met", "Belize City", "Officials met"),
            ("Ciudad de Guatemala. Autoridades", "Ciudad de Guatemala", "Autoridades"),
            ("Guatemala City: Officials", "Guatemala City", "Officials"),
            ("Puebla, Mexico – Officials met", "Puebla, Mexico", "Officials met"),
            ("Puebla, Mexico –Officials met", "Puebla, Mexico", "Officials met"),
            ("Ciudad de México, México - Las autoridades", "Ciudad de México, México", "Las autoridades"),
            ("Tapachula, Chiapas, México. Las autoridades", "Tapachula, Chiapas, México", "Las autoridades"),
            ("San Salvador, 9 de febrero. Las autoridades", "San Salvador, 9 de febrero", "Las autoridades"),
            ("San Salvador, 9 February 2018. The authorities", "San Salvador, 9 February 2018", "The authorities"),
            ("Panama City, Panama, 5 January, 2018 – The region", "Panama City, Panama, 5 January, 2018", "The region"),
            ("Belize. – Officials", "Belize", "Officials"),
            ("BELIZE CITY (IOM) — Officials", "BELIZE CITY (IOM)", "Officials"),
            ("Washington, D.C. – Officials", "Washington, D.C.", "Officials"),
            ("Washington, D.C., United States. Officials", "Washington, D.C., United States", "Officials"),
            ("Tegucigalpa, M.D.C. Las autoridades", "Tegucigalpa, M.D.C.", "Las autoridades"),
            ("EE. UU. Las autoridades", "EE. UU.", "Las autoridades"),
            ("Guatemala y México. Jueces", "Guatemala y México", "Jueces"),
            ("Quetzaltenango – “Somos más”, dijo", "Quetzaltenango", "“Somos más”, dijo"),
            ("Belize—The programme", "Belize", "The programme"),
            ("Costa Rica.", "Costa Rica", ""),
        ] {
            assert_eq!(split(paragraph), Some(Dateline { place, rest }), "{paragraph}");
        }
    }

    #[test]
    fn sentences_stay_whole() {
        for paragraph in [
            "Every 18th of December, the world celebrates migrants. In this opportunity",
            "Recent humanitarian crises have shown that migrants are often among those suffering. With",
            "“I’m a migrant, but didn't have to risk my life on a leaky boat. Safe migration",
            "IOM, the UN Migration Agency, developed a study. It was",
            "The Mexican municipalities of Tapachula ad Tijuana, border cities with Guatemala. They",
            "Representatives of the municipalities, such as La Union and Ahuachapán, met. They",
            "Belize is now part of the programme. It was",
            "Mexico-Guatemala border officials met. They",
            "The Programme – begun in 2015 – goes on",
            "The Programme – Phase Two – goes on",
            "Training – the key to all – goes on",
            "U.S. officials met. They",
            "No. Nobody came.",
            "Per. And so on",
            "Migration. It is a right.",
            "Tapachula. Officials met", // unknown, and a full stop proves nothing
            "Thank you, Mexico. It was",
            "In Mexico. It was",
            "belize. lower case",
            "Belize",
            "",
        ] {
            assert_eq!(split(paragraph), None, "{paragraph}");
        }
    }
}
