//! Characters that a wrong encoding leaves behind, and the small tests that all rules share.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::LazyLock;

use super::entities::HTML4;

/// A C1 control or the replacement character: what comes of a wrong encoding, and never what was meant.
pub(in crate::check) fn is_broken(c: char) -> bool {
    matches!(c, '\u{80}'..='\u{9f}' | '\u{fffd}')
}

/// A broken place in a text: lines and characters from its start.
pub(in crate::check) type Place = (isize, isize);

/// The places where the text is broken: characters that say so themselves, and pairs that are UTF-8 read as Latin-1.
pub(in crate::check) fn broken_places(text: &str) -> Vec<Place> {
    let mut places = Vec::new();
    if text.is_ascii() {
        return places;
    }
    let doubled = is_doubled(text);
    let (mut line, mut column, mut before) = (0, 0, ' ');
    for c in text.chars() {
        if doubled && matches!(c, '\u{80}'..='\u{bf}') && matches!(before, '\u{c2}'..='\u{c3}') {
            places.push((line, (column - 1).max(1)));
        }
        before = c;
        if is_broken(c) {
            places.push((line, column));
        }
        column += 1;
        if matches!(c, '\n' | '\r') {
            column = 0;
            line += 1;
        }
    }
    places
}

/// Whether the whole text is UTF-8 that was read as Latin-1.
fn is_doubled(text: &str) -> bool {
    let bytes: Option<Vec<u8>> = text.chars().map(|c| u8::try_from(u32::from(c)).ok()).collect();
    bytes.is_some_and(|bytes| std::str::from_utf8(&bytes).is_ok())
}

/// White space as the reference's language has it.
pub(in crate::check) fn is_python_space(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\u{1c}'..='\u{1f}')
}

pub(in crate::check) fn is_blank(text: &str) -> bool {
    text.chars().all(is_python_space)
}

/// Where the first letter of a text stands that begins at `at` of the document and is not blank.
pub(in crate::check) fn first_letter(source: &str, at: usize) -> Option<usize> {
    let rest = source.get(at..)?;
    Some(at + rest.len() - rest.trim_start_matches(is_python_space).len())
}

/// A letter, a digit or the underscore.
pub(in crate::check) fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// A short mark by which equal texts are known again.
pub(in crate::check) fn mark(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}

pub(in crate::check) fn is_html_entity(name: &str) -> bool {
    ENTITIES.contains_key(name)
}

/// The character that an HTML 4 entity stands for.
pub(in crate::check) fn html_entity(name: &str) -> Option<char> {
    ENTITIES.get(name).copied()
}

static ENTITIES: LazyLock<HashMap<&'static str, char>> = LazyLock::new(|| {
    let rows = HTML4.split(' ').filter_map(|row| row.split_once('='));
    rows.filter_map(|(name, number)| Some((name, char::from_u32(number.parse().ok()?)?))).collect()
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn double_encoded_and_control_characters_are_broken() {
        assert_eq!(broken_places("Iñtërnâtiônàl"), []);
        assert_eq!(broken_places("Ã±"), [(0, 1)]);
        assert_eq!(broken_places("a\u{93}b\n\u{fffd}"), [(0, 1), (1, 0)]);
        assert_eq!(html_entity("eacute"), Some('é'));
    }
}
