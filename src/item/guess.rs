//! The language of a text that does not say it, by its most frequent words.

use std::cmp::Ordering;

use crate::vocab::Language;

const ENGLISH: &[&str] = &[
    "the", "of", "and", "in", "for", "with", "on", "was", "were", "is", "are", "by", "from", "their", "that", "this", "to", "at", "be",
    "has", "have", "it", "its", "after", "will",
];
const SPANISH: &[&str] = &[
    "el", "la", "los", "las", "de", "del", "en", "y", "con", "por", "para", "una", "un", "que", "se", "su", "sus", "al", "tras", "desde",
    "esta", "este", "fue", "ha", "han", "más",
];

/// Those that share words with the two: what is in one of them is in neither, however many `de` and `la` it has.
const OTHERS: [&[&str]; 6] = [
    // French
    &[
        "le", "la", "les", "de", "des", "du", "en", "et", "est", "un", "une", "que", "qui", "se", "par", "pour", "dans", "sur", "au",
        "aux", "avec", "son", "sa", "ses", "y", "il", "a", "ont", "d", "l",
    ],
    // Portuguese
    &[
        "o", "os", "a", "as", "de", "do", "da", "dos", "das", "em", "no", "na", "nos", "nas", "e", "com", "por", "para", "que", "se", "um",
        "uma", "ao", "aos", "à", "é", "são", "foi", "mais", "desde", "esta", "este",
    ],
    // Italian
    &[
        "il", "lo", "la", "i", "gli", "le", "di", "del", "della", "dei", "e", "un", "una", "in", "con", "per", "che", "si", "su", "al",
        "alla", "è", "sono", "da", "nel", "nella", "l", "ha",
    ],
    // Catalan
    &["el", "la", "els", "les", "de", "del", "dels", "i", "a", "en", "que", "per", "amb", "un", "una", "al", "als", "es", "ha", "l", "d"],
    // German
    &[
        "der", "die", "das", "und", "in", "von", "zu", "den", "mit", "ist", "im", "für", "auf", "des", "dem", "ein", "eine", "als", "war",
        "was",
    ],
    // Dutch
    &["de", "het", "een", "en", "van", "in", "is", "was", "op", "te", "dat", "die", "voor", "met", "zijn", "aan", "of", "door", "bij"],
];

/// Fewer words than this may be names.
const FEW: usize = 3;

/// English or Spanish, of whichever there is more; names bring `de` and `la` into English texts, and these are outnumbered. None where there is more of another.
pub fn either<'a>(texts: impl Iterator<Item = &'a str> + Clone) -> Option<Language> {
    let [english, spanish] = counts(texts.clone(), [ENGLISH, SPANISH]);
    let tag = match english.cmp(&spanish) {
        _ if most_of_others(texts) > english.max(spanish) => return None,
        Ordering::Greater => "en",
        Ordering::Less => "es",
        Ordering::Equal => return None,
    };
    Language::parse(tag).ok()
}

fn most_of_others<'a>(texts: impl Iterator<Item = &'a str>) -> usize {
    counts(texts, OTHERS).into_iter().max().unwrap_or_default()
}

/// English or Spanish where a text is clearly in it: words enough, twice as many as of the other, and more than of any further language.
pub fn clearly<'a>(texts: impl Iterator<Item = &'a str> + Clone) -> Option<Language> {
    let [english, spanish] = counts(texts.clone(), [ENGLISH, SPANISH]);
    let others = most_of_others(texts);
    let is_clear = |own: usize, other: usize| own >= FEW && own >= 2 * other && own > others;
    let tag = match () {
        () if is_clear(english, spanish) => "en",
        () if is_clear(spanish, english) => "es",
        () => return None,
    };
    Language::parse(tag).ok()
}

/// Whether a text in this language is told from one in the other of the two.
pub fn tells(language: &Language) -> bool {
    matches!(language.primary(), "en" | "es")
}

/// How many words of the texts are in each list.
fn counts<'a, const N: usize>(texts: impl Iterator<Item = &'a str>, lists: [&[&str]; N]) -> [usize; N] {
    let mut counts = [0; N];
    for word in texts.flat_map(|text| text.split(|c: char| !c.is_alphabetic())).filter(|word| !word.is_empty()) {
        let word = word.to_lowercase();
        for (count, words) in counts.iter_mut().zip(lists) {
            *count += usize::from(words.contains(&word.as_str()));
        }
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_in_neither_is_called_neither() {
        for (text, want) in [
            ("Ports reopen. The storm is over.", Some("en")),
            ("Reabren los puertos. La tormenta pasó.", Some("es")),
            ("Nouvelle loi sur l'eau. Le ministre a présenté la loi.", None),
            ("Visite de la ministre à Lyon. La ministre a visité la ville.", None),
            (
                "Plan climat : la ministre de la Transition a présenté le plan pour les villes et les régions, avec une aide de 3 millions d'euros.",
                None,
            ),
            ("A ministra visitou a cidade do Porto com a equipa da saúde.", None),
            ("", None),
        ] {
            assert_eq!(either([text].into_iter()).as_ref().map(Language::as_str), want, "{text}");
        }
    }

    #[test]
    fn only_what_is_clear_is_told() {
        for (text, want) in [
            ("After the storm the ports take ships.", Some("en")),
            ("Tras la tormenta, los puertos reciben barcos.", Some("es")),
            (
                "El Ministerio de Educación y la OIM firmaron un convenio para que los niños de la región vayan a la escuela en su idioma.",
                Some("es"),
            ),
            ("The ships of San Pedro de la Laguna and of Santa Cruz de la Sierra are in the harbour of the town.", Some("en")),
            // Names.
            ("Flooding at San Pedro de la Laguna. Photos: Juan de la Cruz.", None),
            ("Photos: Los Angeles, El Salvador", None),
            ("Ministros y ministras", None),
            // Both.
            ("The ports of the north are open. Los puertos del norte están abiertos por la tarde.", None),
            // Others.
            ("Les navires de la ville arrivent en avril avec la marchandise de la région.", None),
            ("Os navios da cidade chegam em abril com a mercadoria da região, que se vende no porto.", None),
            ("Le navi della città arrivano in aprile con la merce di una regione che si chiama Liguria.", None),
            ("Els vaixells de la ciutat arriben a l'abril amb les mercaderies de la regió.", None),
            ("Die Schiffe der Stadt sind in dem Hafen, was alle freut, in der Nacht und in der Früh.", None),
            ("De schepen van de stad zijn in de haven, en dat is in april voor het eerst.", None),
            ("", None),
        ] {
            assert_eq!(clearly([text].into_iter()).as_ref().map(Language::as_str), want, "{text}");
        }
    }
}
