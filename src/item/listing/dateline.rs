//! The datelines of listings: those that [`crate::item::dateline`] knows, and some that only the beginning of a report makes sure.
//!
//! A place that is not known, and that no mark sets off clearly, is left in the text: a wrong dateline would put an item into the
//! wrong country, a missing one only leaves it to the item's other words.

use crate::item::dateline;

/// The longest dateline of a kind that only listings have, in bytes.
const LONGEST: usize = 80;

/// A paragraph parted behind its dateline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dateline<'a> {
    /// As written, without the mark that follows.
    pub place: &'a str,
    /// The paragraph from its first word on.
    pub rest: &'a str,
}

/// Parts a paragraph that begins with a dateline: beside the common kinds `Guatemala City: …`, `Guatemala y México. …`, a place that
/// stands alone (`Costa Rica.`), and one that is not known before a dash (`Quetzaltenango – …`).
pub fn split(paragraph: &str) -> Option<Dateline<'_>> {
    if let Some((place, rest)) = dateline::split_with(paragraph, are_known) {
        return Some(Dateline { place, rest });
    }
    alone(paragraph).or_else(|| before_colon(paragraph)).or_else(|| before_dash(paragraph))
}

fn alone(paragraph: &str) -> Option<Dateline<'_>> {
    let place = paragraph.strip_suffix('.')?;
    (place.len() <= LONGEST && is_place(place)).then_some(Dateline { place, rest: &paragraph[paragraph.len()..] })
}

fn before_colon(paragraph: &str) -> Option<Dateline<'_>> {
    let (place, rest) = paragraph.split_once(": ")?;
    (place.len() <= LONGEST && is_place(place)).then(|| Dateline { place, rest: rest.trim_start() })
}

/// One or two names before a dash, with a new sentence after it: `The programme – begun in 2015 – goes on` is one sentence.
fn before_dash(paragraph: &str) -> Option<Dateline<'_>> {
    let (at, dash) = paragraph.char_indices().take_while(|(at, _)| *at <= LONGEST).find(|(_, c)| matches!(c, '–' | '—'))?;
    let (place, rest) = (paragraph[..at].trim_end(), &paragraph[at + dash.len_utf8()..]);
    let parted = dash == '—' || rest.starts_with(char::is_whitespace) || place.len() < at;
    let rest = rest.trim_start();
    let words: Vec<&str> = place.split_whitespace().collect();
    let named = words.len() <= 4 && words.iter().all(|word| word.starts_with(char::is_uppercase) || is_small(word));
    (parted && named && !opens_a_sentence(place) && !rest.is_empty() && !rest.starts_with(char::is_lowercase))
        .then_some(Dateline { place, rest })
}

/// Small words inside names.
fn is_small(word: &str) -> bool {
    ["de", "del", "la", "las", "los", "el", "of", "the", "da", "do", "du"].contains(&word)
}

/// Words that a sentence opens with, in English and Spanish; few names of places do.
fn opens_a_sentence(phrase: &str) -> bool {
    #[rustfmt::skip]
    const OPENERS: [&str; 41] = [
        "A", "After", "All", "An", "And", "As", "At", "Before", "But", "By", "Every", "For", "From", "He", "How", "I", "If", "In", "It", "No",
        "On", "Our", "She", "The", "These", "They", "This", "Today", "We", "What", "When", "Yesterday",
        "Con", "Desde", "El", "En", "Este", "Esta", "Hoy", "Para", "Un",
    ];
    phrase.split_whitespace().next().is_none_or(|first| OPENERS.contains(&first))
}

/// Whether it would be a dateline if a sentence followed.
fn is_place(place: &str) -> bool {
    dateline::split_with(&format!("{place}. It"), are_known).is_some_and(|(found, _)| found == place)
}

/// `Guatemala y México`, `Honduras and El Salvador`, `Guatemala/Mexico`.
fn are_known(part: &str) -> bool {
    let is_one = |place: &str| dateline::split(&format!("{place}. It")).is_some_and(|(found, _)| found == place);
    [" and ", " y ", " e ", " & ", "/"].iter().any(|joint| part.contains(joint) && part.split(joint).all(|place| is_one(place.trim())))
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
            ("Tegucigalpa, M.D.C. Las autoridades", "Tegucigalpa, M.D.C", "Las autoridades"),
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
