//! Rules for single values: text in, findings out, whatever element or attribute the text comes from.

mod address;
pub(super) mod chars;
pub(super) mod date;
mod entities;
pub(super) mod iso;
pub(super) mod language;
pub(super) mod mail;
pub(super) mod marks;
pub(super) mod media_type;
pub(super) mod number;
pub(super) mod plain;
mod rfc822;
pub(super) mod style;
pub(super) mod uri;
pub(super) mod words;

/// Whether `word` is one of the words of a list that single blanks part.
pub(super) fn listed(list: &str, word: &str) -> bool {
    !word.is_empty() && !word.contains(' ') && list.split(' ').any(|known| known == word)
}
