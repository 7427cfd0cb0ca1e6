//! Characters: which of them may be published, and the folding of white space.
//!
//! XML 1.0 forbids most control characters, and feed readers and validators stumble over a few more. Everything here borrows where nothing
//! is to be done, which is nearly always. Nothing here knows markup.

use std::borrow::Cow;

use crate::vocab::blocks;

/// What the bytes 0x80 to 0x9F mean in windows-1252, `\0` where they mean nothing. Text that was decoded as Latin-1 by mistake carries its
/// curly quotes and dashes as control characters; HTML reads `&#146;` by the same table.
const WINDOWS_1252: [char; 32] = [
    '€', '\0', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\0', 'Ž', '\0', //
    '\0', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\0', 'ž', 'Ÿ',
];

/// The text without the characters that cannot be published, line ends made `\n`; and how many characters were dropped.
///
/// Dropped are the characters outside XML 1.0's production `Char` (section 2.2), and those that it allows and advises against: U+007F, the
/// Unicode noncharacters (HTML calls them parse errors) and U+FFFD, the mark that an earlier decoding left (the W3C validator reports both).
/// The C1 controls U+0080 to U+009F become what windows-1252 means by them and are dropped only where it means nothing.
pub fn xml_chars(text: &str) -> (Cow<'_, str>, usize) {
    let Some(first) = first_suspect(text.as_bytes()) else { return (Cow::Borrowed(text), 0) };
    let mut out = String::with_capacity(text.len());
    let (mut rest, mut at, mut dropped) = (text, first, 0);
    loop {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let Some(c) = rest.chars().next() else { break };
        rest = &rest[c.len_utf8()..];
        match c {
            '\r' => {
                rest = rest.strip_prefix('\n').unwrap_or(rest);
                out.push('\n');
            }
            '\u{80}'..='\u{9f}' => match WINDOWS_1252[c as usize - 0x80] {
                '\0' => dropped += 1,
                meant => out.push(meant),
            },
            _ => dropped += 1,
        }
        at = first_suspect(rest.as_bytes()).unwrap_or(rest.len());
    }
    (Cow::Owned(out), dropped)
}

/// A line of plain text, such as a title: the characters that cannot be published dropped, white space folded to single blanks, trimmed; and
/// how many characters were dropped. Spaces that do not break a line (U+00A0 and its kin) and ideographic spaces stay within the line.
pub fn plain_line(text: &str) -> (Cow<'_, str>, usize) {
    let (text, dropped) = xml_chars(text);
    let line = match text {
        Cow::Borrowed(text) => fold(text.trim(), breaks_line),
        Cow::Owned(text) => Cow::Owned(fold(text.trim(), breaks_line).into_owned()),
    };
    (line, dropped)
}

/// White space of any kind folded to single blanks, trimmed: for words that are compared, not shown.
pub(super) fn fold_words(text: &str) -> Cow<'_, str> {
    fold(text.trim(), char::is_whitespace)
}

/// Whether a character is white space that a title may not hold as it stands.
fn breaks_line(c: char) -> bool {
    c.is_ascii_whitespace() || matches!(c, '\u{2028}' | '\u{2029}')
}

/// Whether a text surely has no white space but single blanks: told without looking at its characters.
pub(super) fn is_single_spaced(text: &str) -> bool {
    // The white space beyond ASCII begins with one of the four.
    let may_begin_space = |byte: u8| (byte < b' ') | (byte == 0xC2) | (0xE1..=0xE3).contains(&byte);
    !blocks::any(text.as_bytes(), may_begin_space) && !blocks::has_double_blank(text.as_bytes())
}

/// Runs of `space` made one blank each.
fn fold(text: &str, space: fn(char) -> bool) -> Cow<'_, str> {
    if is_single_spaced(text) {
        return Cow::Borrowed(text);
    }
    let mut before = '\0';
    let folded = text.chars().all(|c| {
        let fine = if c == ' ' { before != ' ' } else { !space(c) };
        before = c;
        fine
    });
    if folded {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    for word in text.split(space).filter(|word| !word.is_empty()) {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    Cow::Owned(out)
}

/// Where the first character stands that is not to be published as it is.
fn first_suspect(bytes: &[u8]) -> Option<usize> {
    blocks::find(bytes, may_begin_suspect, |at| is_suspect(&bytes[at..]))
}

/// Whether a character to be dropped or changed can begin with the byte. (No byte is greater than 0xF4 in UTF-8.)
fn may_begin_suspect(byte: u8) -> bool {
    ((byte < b' ') & (byte != b'\t') & (byte != b'\n')) | (byte == 0x7F) | (byte == 0xC2) | (byte >= 0xEF)
}

/// Whether the character whose UTF-8 these bytes begin with is dropped or changed, given that its first byte is a suspect.
fn is_suspect(bytes: &[u8]) -> bool {
    match bytes {
        [0xC2, second, ..] => *second < 0xA0,
        // U+FDD0 to U+FDEF; U+FFFD to U+FFFF.
        [0xEF, 0xB7, third, ..] => (0x90..=0xAF).contains(third),
        [0xEF, 0xBF, third, ..] => *third >= 0xBD,
        [0xEF, ..] => false,
        // The last two code points of each further plane.
        [0xF0..=0xF4, second, third, fourth, ..] => second & 0x0F == 0x0F && *third == 0xBF && *fourth >= 0xBE,
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn drops_what_cannot_be_published() {
        for (text, expected, dropped) in [
            ("", "", 0),
            ("plain", "plain", 0),
            ("tab\tand\nline", "tab\tand\nline", 0),
            ("a\0b\u{1}c\u{b}d\u{1f}e\u{7f}f", "abcdef", 5),
            ("a\r\nb\rc\n\rd\r", "a\nb\nc\n\nd\n", 0),
            ("it\u{92}s \u{93}so\u{94} \u{85}", "it’s “so” …", 0),
            ("\u{81}\u{8d}\u{8f}\u{90}\u{9d}", "", 5),
            ("\u{fffe}\u{ffff}\u{fffd}\u{fdd0}\u{fdef}", "", 5),
            ("\u{1fffe}\u{1ffff}\u{ffffe}\u{10ffff}", "", 4),
            ("\u{fdcf}\u{fdf0}\u{fffc}\u{1fffd}\u{20000}", "\u{fdcf}\u{fdf0}\u{fffc}\u{1fffd}\u{20000}", 0),
            ("«¿ñ?» \u{a0}，！ 👩‍👩‍👧 🇧🇿 𐍈 \u{202e}rtl\u{202c} \u{feff}", "«¿ñ?» \u{a0}，！ 👩‍👩‍👧 🇧🇿 𐍈 \u{202e}rtl\u{202c} \u{feff}", 0),
            ("]]> & < \" ' &amp; &#1;", "]]> & < \" ' &amp; &#1;", 0),
        ] {
            assert_eq!(xml_chars(text), (Cow::Borrowed(expected), dropped), "{text:?}");
        }
    }

    #[test]
    fn a_line_is_folded_and_trimmed() {
        for (text, expected, dropped) in [
            ("A title", "A title", 0),
            ("  two \n\t lines  ", "two lines", 0),
            ("a  b", "a b", 0),
            ("10\u{a0}000 people", "10\u{a0}000 people", 0),
            ("\u{a0}", "", 0),
            ("a \u{1} b", "a b", 1),
            ("a\u{2028}b\u{3000}c", "a b\u{3000}c", 0),
        ] {
            assert_eq!(plain_line(text), (Cow::Borrowed(expected), dropped), "{text:?}");
        }
    }

    #[test]
    fn borrows_where_nothing_is_to_do() {
        assert!(matches!(xml_chars("Aquí «así» 👍，"), (Cow::Borrowed(_), 0)));
        assert!(matches!(plain_line("  Aquí «así» 👍， "), (Cow::Borrowed("Aquí «así» 👍，"), 0)));
        assert!(matches!(fold_words(" a b "), Cow::Borrowed("a b")));
    }

    fn may_stay(c: char) -> bool {
        let code = c as u32;
        matches!(c, '\t' | '\n' | ' '..='~' | '\u{a0}'..='\u{fdcf}' | '\u{fdf0}'..='\u{fffc}') || (code > 0xFFFF && code & 0xFFFE != 0xFFFE)
    }

    #[test]
    fn any_white_space_but_a_single_blank_is_seen() {
        let spaces = (char::MIN..=char::MAX).filter(|c| c.is_whitespace() && *c != ' ');
        assert!(spaces.into_iter().all(|space| !is_single_spaced(&format!("aé{space}b"))));
        assert!(is_single_spaced(" a é b ") && !is_single_spaced("a  b"));
    }

    proptest! {
        #[test]
        fn only_what_may_stay_stays(text in any::<String>(), more in "[\r\n\\x{0}-\\x{a0}\\x{fdc0}-\\x{fdff}\\x{fff0}-\\x{ffff}]{0,20}") {
            let text = text + &more;
            let (once, dropped) = xml_chars(&text);
            prop_assert!(once.chars().all(may_stay));
            let kept: String = text.chars().filter(|c| may_stay(*c)).collect();
            prop_assert!(once.len() >= kept.len() && once.chars().count() + dropped <= text.chars().count());
            prop_assert_eq!(xml_chars(&once), (Cow::Borrowed(&*once), 0));
        }
    }
}
