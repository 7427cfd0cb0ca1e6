//! The language of a text that does not say it, by the words that are frequent in one language and none in the other.

use std::cmp::Ordering;

use crate::vocab::Language;

const ENGLISH: [&str; 16] =
    ["the", "of", "and", "in", "for", "with", "on", "was", "were", "is", "are", "by", "from", "their", "that", "this"];
const SPANISH: [&str; 18] =
    ["el", "la", "los", "las", "de", "del", "en", "y", "con", "por", "para", "una", "un", "que", "se", "su", "sus", "al"];

/// The language whose frequent words are more; names bring `de` and `la` into English texts, and these are outnumbered.
pub fn language<'a>(texts: impl Iterator<Item = &'a str>) -> Option<Language> {
    let (mut english, mut spanish) = (0, 0);
    for word in texts.flat_map(|text| text.split(|c: char| !c.is_alphabetic())) {
        let word = word.to_lowercase();
        english += usize::from(ENGLISH.contains(&word.as_str()));
        spanish += usize::from(SPANISH.contains(&word.as_str()));
    }
    let tag = match english.cmp(&spanish) {
        Ordering::Greater => "en",
        Ordering::Less => "es",
        Ordering::Equal => return None,
    };
    Language::parse(tag).ok()
}

/// Whether a text in this language can be told; in Portuguese nearly all is Spanish.
pub fn tells(language: &Language) -> bool {
    matches!(language.primary(), "en" | "es")
}
