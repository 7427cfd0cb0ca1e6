//! Folded text, for matching: without case, accents, and the differences between kinds of space, dash and quotation mark.
//!
//! What is found in folded text is shown as it stands in the original, so a folded text knows where each of its parts came from.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::LazyLock;

use icu_casemap::CaseMapper;
use icu_normalizer::DecomposingNormalizerBorrowed;

use super::blocks::{bits, blocks};

/// A text folded, with the way back to the original.
#[derive(Clone, Debug)]
pub struct Folded<'a> {
    original: Cow<'a, str>,
    text: String,
    /// From each folded offset on, the original one that it came from; the distance stays the same up to the next entry.
    shifts: Vec<(usize, usize)>,
}

impl<'a> Folded<'a> {
    pub fn new(original: impl Into<Cow<'a, str>>) -> Self {
        let original = original.into();
        let mut folding = Folding { text: String::with_capacity(original.len()), shifts: Vec::new() };
        folding.fill(&original);
        Folded { original, text: folding.text, shifts: folding.shifts }
    }

    pub fn as_str(&self) -> &str {
        &self.text
    }

    pub fn original(&self) -> &str {
        &self.original
    }

    /// The part of the original that a part of the folded text came from, grown to whole characters.
    pub fn source(&self, range: Range<usize>) -> &str {
        &self.original[self.source_range(range)]
    }

    /// As [`Self::source`], the offsets.
    pub fn source_range(&self, range: Range<usize>) -> Range<usize> {
        let mut start = self.back(range.start);
        while !self.original.is_char_boundary(start) {
            start -= 1;
        }
        let mut end = self.back(range.end).max(start);
        while !self.original.is_char_boundary(end) {
            end += 1;
        }
        start..end
    }

    fn back(&self, offset: usize) -> usize {
        let after = self.shifts.partition_point(|(folded, _)| *folded <= offset);
        let (folded, original) = if after == 0 { (0, 0) } else { self.shifts[after - 1] };
        (original + (offset - folded)).min(self.original.len())
    }
}

/// A text on its way to be folded.
struct Folding {
    text: String,
    shifts: Vec<(usize, usize)>,
}

impl Folding {
    fn fill(&mut self, original: &str) {
        let (mut spaced, mut at) = (false, 0);
        while let Some(character) = original[at..].chars().next() {
            let before = self.text.len();
            let run = if character.is_ascii() { plain_run(&original[at..], spaced) } else { "" };
            if !run.is_empty() {
                self.note(before, at);
                self.text.push_str(run);
                self.text[before..].make_ascii_lowercase();
                spaced = run.ends_with(' ');
                at += run.len();
                continue;
            }
            let space = character.is_whitespace();
            if !(space && spaced) {
                self.note(before, at);
                push(&mut self.text, character);
            }
            // What is dropped (a zero-width space) must not part two spaces.
            spaced = space || (spaced && self.text.len() == before);
            at += character.len_utf8();
        }
        self.note(self.text.len(), original.len());
    }

    /// Writes down that `folded` came from `original`, unless the entries so far say so already.
    fn note(&mut self, folded: usize, original: usize) {
        let known = self.shifts.last().map_or(folded, |(last, from)| from + (folded - last));
        if known != original {
            match self.shifts.last_mut() {
                Some(last) if last.0 == folded => last.1 = original,
                _ => self.shifts.push((folded, original)),
            }
        }
    }
}

/// The folded text alone.
pub fn fold(text: &str) -> String {
    Folded::new(text).text
}

/// Only the letters and digits of the folded text, in words parted by single spaces: what two spellings of one name have in common.
pub fn key(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in fold(text).chars() {
        if character.is_alphanumeric() {
            out.push(character);
        } else if !matches!(character, '\'' | '.') && !out.is_empty() && !out.ends_with(' ') {
            out.push(' ');
        }
    }
    out.truncate(out.trim_end().len());
    out
}

/// What a text begins with and whose folding is no more than lower case; `spaced` where a space stands before it.
fn plain_run(text: &str, mut spaced: bool) -> &str {
    let mut length = 0;
    for block in blocks(text.as_bytes()) {
        let blanks = bits(&block, |byte| byte == b' ');
        let others = bits(&block, |byte| !matches!(byte, b' '..=b'~') | (byte == b'`'));
        let ends = others | blanks & (blanks << 1 | u64::from(spaced));
        length += ends.trailing_zeros() as usize;
        if ends != 0 {
            break;
        }
        spaced = blanks >> 63 == 1;
    }
    &text[..length]
}

fn push(out: &mut String, character: char) {
    match character {
        'A'..='Z' => out.push(character.to_ascii_lowercase()),
        '`' => out.push('\''),
        ' '..='~' => out.push(character),
        _ if character.is_whitespace() => out.push(' '),
        '\u{80}'..='\u{24f}' => out.push_str(&LATIN[character as usize - 0x80]),
        _ => out.push_str(&fold_char(character)),
    }
}

/// The letters of Western languages, folded once.
static LATIN: LazyLock<Vec<Box<str>>> =
    LazyLock::new(|| ('\u{80}'..='\u{24f}').map(|character| fold_char(character).into_owned().into()).collect());

fn fold_char(character: char) -> Cow<'static, str> {
    match character {
        '\u{2010}'..='\u{2015}' | '\u{2212}' => "-".into(),
        '\u{2018}' | '\u{2019}' | '\u{201b}' | '\u{2032}' | '\u{b4}' | '\u{2bb}' | '\u{2bc}' => "'".into(),
        '\u{201c}'..='\u{201f}' | '«' | '»' => "\"".into(),
        'Ø' | 'ø' => "o".into(),
        'Ł' | 'ł' => "l".into(),
        'Đ' | 'đ' | 'Ð' | 'ð' => "d".into(),
        'Æ' | 'æ' => "ae".into(),
        'Œ' | 'œ' => "oe".into(),
        'Þ' | 'þ' => "th".into(),
        'ı' => "i".into(),
        _ if is_invisible(character) || is_mark(character) => "".into(),
        _ if is_whole(character) => character.to_string().into(),
        _ => {
            let nfkd = DecomposingNormalizerBorrowed::new_nfkd();
            let bare: String = nfkd.normalize_iter(std::iter::once(character)).filter(|c| !is_mark(*c)).collect();
            let cased = CaseMapper::new().fold_string(&bare);
            nfkd.normalize_iter(cased.chars()).filter(|c| !is_mark(*c)).collect::<String>().into()
        }
    }
}

/// Marks that stand above or below letters: Latin accents, Hebrew points, Arabic vowels.
fn is_mark(character: char) -> bool {
    matches!(character,
        '\u{300}'..='\u{36f}' | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}' | '\u{20d0}'..='\u{20ff}' | '\u{fe20}'..='\u{fe2f}'
        | '\u{591}'..='\u{5bd}' | '\u{5bf}' | '\u{5c1}' | '\u{5c2}' | '\u{610}'..='\u{61a}' | '\u{64b}'..='\u{65f}' | '\u{670}')
}

/// Characters without a shape of their own: soft hyphen, zero-width spaces and joiners, marks of direction, byte order mark.
fn is_invisible(character: char) -> bool {
    matches!(character, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// Kana and Hangul syllables: taken apart, a syllable would begin with another one.
fn is_whole(character: char) -> bool {
    matches!(character, '\u{3041}'..='\u{30ff}' | '\u{ac00}'..='\u{d7a3}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differences_of_writing_fold_away() {
        for (text, want) in [
            ("Belize City", "belize city"),
            ("Ciudad de México", "ciudad de mexico"),
            ("Me\u{301}xico", "mexico"),
            ("CÔTE D’IVOIRE", "cote d'ivoire"),
            ("San  Jose,\u{a0}\n Costa\tRica", "san jose, costa rica"),
            ("Straße ﬁn Œuvre Łódź", "strasse fin oeuvre lodz"),
            ("Guinea–Bissau", "guinea-bissau"),
            ("traf\u{ad}ficking", "trafficking"),
            ("a \u{200b} b", "a b"),
            ("ΣΊΣΥΦΟΣ Россия", "σισυφοσ россия"),
            ("가나 ガ", "가나 ガ"),
            ("", ""),
        ] {
            assert_eq!(fold(text), want, "{text}");
        }
    }

    #[test]
    fn the_way_back_gives_whole_words() {
        for (text, folded, want) in [
            ("in  Ciudad de  México, today", "ciudad de mexico", "Ciudad de  México"),
            ("die Straße dort", "strasse", "Straße"),
            ("die Straße dort", "stras", "Straß"),
            ("Me\u{301}xico.", "mexico", "Me\u{301}xico"),
            ("plain Belize here", "belize", "Belize"),
            ("“Perú”", "peru", "Perú"),
        ] {
            let whole = Folded::new(text);
            let at = whole.as_str().find(folded).expect(text);
            assert_eq!(whole.source(at..at + folded.len()), want);
        }
    }

    #[test]
    fn keys_leave_out_what_is_not_said() {
        for (text, want) in
            [("U.S.", "us"), ("EE. UU.", "ee uu"), ("Côte d’Ivoire", "cote divoire"), (" Guinea-Bissau ", "guinea bissau"), ("…", "")]
        {
            assert_eq!(key(text), want);
        }
    }

    proptest::proptest! {
        #[test]
        fn a_run_ends_at_the_first_byte_that_is_not_plain(text in "([ -~]{0,3}|[a-z ]{20,70}|[é\n危]){0,6}", spaced in proptest::bool::ANY) {
            let bytes = text.as_bytes();
            let is_spaced = |at: usize| if at == 0 { spaced } else { bytes[at - 1] == b' ' };
            let ends = |at: &usize| !matches!(bytes[*at], b' '..=b'~') || bytes[*at] == b'`' || (bytes[*at] == b' ' && is_spaced(*at));
            proptest::prop_assert_eq!(plain_run(&text, spaced).len(), (0..bytes.len()).find(ends).unwrap_or(bytes.len()));
        }

        #[test]
        fn every_part_of_the_folded_text_has_a_source(text in "\\PC*", from in 0usize..64, length in 0usize..16) {
            let folded = Folded::new(&text);
            let from = from.min(folded.as_str().len());
            let to = (from + length).min(folded.as_str().len());
            proptest::prop_assert!(text.contains(folded.source(from..to)));
            proptest::prop_assert_eq!(folded.source(0..folded.as_str().len()).is_empty(), folded.as_str().is_empty());
        }
    }
}
