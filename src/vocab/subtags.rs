//! Primary language subtags that are registered: which languages there are.
//!
//! The facts stand in `languages.txt` beside this file; they become a table of bits when the program is compiled.

use std::ops::RangeInclusive;

/// Every subtag has a number below this: two or three letters, each a digit of 27.
const NUMBERS: usize = 27 * 27 * 27;

static REGISTERED: [u64; NUMBERS.div_ceil(64)] = table(include_str!("languages.txt").as_bytes());

/// Whether a language tag's primary subtag is registered, or for private use (BCP 47, section 2.2.1).
pub fn is_registered(primary: &[u8]) -> bool {
    let has_bit = |number: usize| REGISTERED[number / 64] >> (number % 64) & 1 == 1;
    number(primary).is_some_and(|number| has_bit(number) || PRIVATE.contains(&number))
}

/// From `qaa` to `qtz`.
const PRIVATE: RangeInclusive<usize> = 17 * 27 * 27 + 27 + 1..=17 * 27 * 27 + 20 * 27 + 26;

/// The number of a subtag in whatever case; of what cannot be one, `None`.
const fn number(subtag: &[u8]) -> Option<usize> {
    if subtag.len() < 2 || subtag.len() > 3 {
        return None;
    }
    let (mut number, mut at) = (0, 0);
    while at < subtag.len() {
        if !subtag[at].is_ascii_alphabetic() {
            return None;
        }
        number = number * 27 + (subtag[at].to_ascii_lowercase() - b'a' + 1) as usize;
        at += 1;
    }
    Some(number)
}

/// Reads words between blanks and line ends; a line that begins with `#` says something of them.
const fn table(text: &[u8]) -> [u64; NUMBERS.div_ceil(64)] {
    let mut bits = [0; NUMBERS.div_ceil(64)];
    let mut rest = text;
    while let Some((first, after)) = rest.split_first() {
        let end = length(rest, *first == b'#');
        match number(rest.split_at(end).0) {
            Some(number) => bits[number / 64] |= 1 << (number % 64),
            None => assert!(end == 0 || *first == b'#', "a word of the table is no subtag"),
        }
        rest = if end == 0 { after } else { rest.split_at(end).1 };
    }
    bits
}

/// How long the word is that the text begins with, or the line.
const fn length(text: &[u8], is_line: bool) -> usize {
    let mut at = 0;
    while at < text.len() && text[at] != b'\n' && (is_line || text[at] != b' ') {
        at += 1;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_the_list() {
        let listed = include_str!("languages.txt").lines().filter(|line| !line.starts_with('#')).flat_map(str::split_whitespace);
        let mut listed: Vec<&str> = listed.collect();
        listed.sort_unstable();
        assert!(listed.iter().all(|subtag| is_registered(subtag.as_bytes())), "{listed:?}");
        assert_eq!(REGISTERED.iter().map(|bits| bits.count_ones() as usize).sum::<usize>(), listed.len(), "each stands once");
        assert!(listed.len() > 8_000);
    }

    #[test]
    fn what_no_registry_has_is_none() {
        for known in ["en", "EN", "quc", "kek", "eng", "qaa", "QTZ", "iw"] {
            assert!(is_registered(known.as_bytes()), "{known}");
        }
        for unknown in ["", "e", "sp", "jp", "xx", "esp0", "engl", "e1", "é", "qua!", "qz", "qtÿ"] {
            assert!(!is_registered(unknown.as_bytes()), "{unknown}");
        }
    }
}
