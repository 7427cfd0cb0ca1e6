//! Summaries: the words of HTML, cut where a reader would cut them.
//!
//! The cut is made on parsed text, so that no tag and no entity is split; no more of the HTML is read than the summary needs.

use unicode_width::UnicodeWidthChar;

use super::html::{self, Reader};

/// The words of HTML without its markup, white space folded; cut at a word's end to at most `limit` characters (Unicode scalar values, `…`
/// among them), with `…` where something was cut. Blocks are separated by a blank. A script that writes no blanks is cut between two
/// characters as a reader sees them. What stands below a picture belongs to no sentence, and is left out unless there is nothing else.
pub fn summarise(html: &str, limit: usize) -> String {
    let mut words = Words::of(html, limit, false);
    if words.text.is_empty() {
        words = Words::of(html, limit, true);
    }
    let Words { mut text, length, .. } = words;
    if length > limit {
        text.truncate(cut(&text, limit));
        if limit > 0 {
            text.push('…');
        }
    }
    text
}

/// Words as they come in, until there are more than are wanted.
struct Words {
    text: String,
    /// In characters.
    length: usize,
    limit: usize,
    /// The blank between the text so far and what comes.
    gap: Option<char>,
    with_captions: bool,
    in_caption: bool,
}

impl Words {
    fn of(html: &str, limit: usize, with_captions: bool) -> Self {
        let mut words = Words { text: String::new(), length: 0, limit, gap: None, with_captions, in_caption: false };
        html::read(html, &mut words);
        words
    }

    /// How many characters are read.
    fn wanted(&self) -> usize {
        self.limit.saturating_add(BEYOND + 1)
    }

    /// Of white space one blank is left; it keeps two words on one line where nothing but such a blank stands between them.
    fn blank(&mut self, c: char) {
        let keeps_together = matches!(c, '\u{a0}' | '\u{202f}') && self.gap.is_none_or(|gap| gap == c);
        if !self.text.is_empty() {
            self.gap = Some(if keeps_together { c } else { ' ' });
        }
    }
}

/// How many characters beyond the limit are read, to see whether the cut falls within what a reader sees as one character.
const BEYOND: usize = 2;

impl Reader for Words {
    fn text(&mut self, piece: &str) {
        if self.in_caption && !self.with_captions {
            return;
        }
        let mut rest = piece;
        while let Some(c) = rest.chars().next() {
            if c.is_whitespace() {
                self.blank(c);
                rest = &rest[c.len_utf8()..];
                continue;
            }
            if self.enough() {
                return;
            }
            if let Some(gap) = self.gap.take() {
                self.text.push(gap);
                self.length += 1;
            }
            // Words of ASCII with single blanks are taken as they stand, as far as there is room.
            let words = ascii_words(rest, self.wanted().saturating_sub(self.length));
            let length = if words > 0 { words } else { c.len_utf8() };
            self.text.push_str(&rest[..length]);
            self.length += words.max(1);
            rest = &rest[length..];
        }
    }

    fn end(&mut self) {
        self.text(" ");
    }

    fn caption(&mut self, inside: bool) {
        self.in_caption = false;
        self.end();
        self.in_caption = inside;
    }

    fn enough(&self) -> bool {
        self.length >= self.wanted()
    }
}

/// How many letters of ASCII, and single blanks between them, a text begins with, up to `most`.
fn ascii_words(text: &str, most: usize) -> usize {
    let bytes = text.as_bytes();
    let follows_letter = |at: usize| bytes.get(at + 1).is_some_and(u8::is_ascii_graphic);
    let is_word = |(at, byte): &(usize, &u8)| byte.is_ascii_graphic() || **byte == b' ' && follows_letter(*at);
    let length = bytes.iter().enumerate().take(most).take_while(is_word).count();
    // A blank is nothing without what follows.
    text[..length].trim_end_matches(' ').len()
}

/// Where to cut a text of more than `limit` characters so that it and `…` are at most as many, in bytes.
fn cut(text: &str, limit: usize) -> usize {
    let room = limit.saturating_sub(1);
    let end = text.char_indices().nth(room).map_or(text.len(), |(at, _)| at);
    let whole_word = if text[end..].starts_with(' ') { Some(end) } else { text[..end].rfind(' ') };
    // A word that takes up more than half of the room is no word of a script with blanks: better to cut within it.
    let end = whole_word.filter(|at| text[..*at].chars().count() * 2 >= room).unwrap_or_else(|| character_end(text, end));
    text[..end].trim_end_matches(|c: char| c.is_whitespace() || TRAILING.contains(&c)).len()
}

/// Marks that do not stand before `…`.
const TRAILING: [char; 17] = ['.', ',', ';', ':', '-', '–', '—', '(', '[', '“', '‘', '„', '«', '¿', '¡', '、', '。'];

/// The last place up to `end` where what a reader sees as one character ends.
fn character_end(text: &str, end: usize) -> usize {
    let mut places = text[..end].char_indices().map(|(at, _)| at).rev();
    let mut at = end;
    while !is_boundary(text, at) {
        at = places.next().unwrap_or(0);
    }
    at
}

/// Whether a reader sees two characters, one before and one after this place: the rules of Unicode's text segmentation (UAX 29) that matter
/// for a cut, without its tables.
fn is_boundary(text: &str, at: usize) -> bool {
    let (Some(before), Some(after)) = (text[..at].chars().next_back(), text[at..].chars().next()) else { return true };
    let is_flag_half = |c: char| ('\u{1f1e6}'..='\u{1f1ff}').contains(&c);
    if is_flag_half(after) {
        return text[..at].chars().rev().take_while(|c| is_flag_half(*c)).count() % 2 == 0;
    }
    let joined = before == '\u{200d}' && !after.is_ascii() && !after.is_whitespace() && !TRAILING.contains(&after);
    !joined && !extends(after)
}

/// Whether a character belongs to the one before it: combining marks, variation selectors, joiners, skin tones, and vowel signs that have a
/// width of their own.
fn extends(c: char) -> bool {
    let has_width = matches!(c, '\u{e33}' | '\u{eb3}' | '\u{102b}'..='\u{103e}' | '\u{1056}'..='\u{1059}' | '\u{17b6}'..='\u{17d3}');
    c.width() == Some(0) || matches!(c, '\u{1f3fb}'..='\u{1f3ff}') || has_width || is_indic_vowel_sign(c)
}

/// Vowel signs of the Indic blocks, which are laid out alike: 0x3E to 0x4D, 0x55 to 0x57, 0x62, 0x63 and the signs 0x01 to 0x03.
fn is_indic_vowel_sign(c: char) -> bool {
    matches!(c, '\u{900}'..='\u{d7f}') && matches!(c as u32 & 0x7F, 0x01..=0x03 | 0x3E..=0x4D | 0x55..=0x57 | 0x62 | 0x63)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn cuts_where_a_reader_would() {
        for (html, limit, expected) in [
            ("", 10, ""),
            ("<p>One two</p>", 7, "One two"),
            ("<p>One two</p>", 6, "One…"),
            ("<p>One two three</p>", 9, "One two…"),
            ("<p>One two three</p>", 8, "One two…"),
            ("<p>One</p><p>two</p>", 20, "One two"),
            ("One<br>two", 20, "One two"),
            ("<p>One.</p><figure><img src=a><figcaption>A <b>port</b></figcaption></figure><p>Two</p>", 20, "One. Two"),
            ("<figure><img src=a><figcaption>A port</figcaption></figure>", 20, "A port"),
            ("a <b>b</b>c &amp; d &lt;e&gt;", 20, "a bc & d <e>"),
            ("12345 &amp; 789", 8, "12345 &…"),
            ("<script>var x</script><style>p{}</style>One <img alt=pic> two", 20, "One two"),
            ("<!-- no -->One<svg><title>t</title></svg>", 20, "One t"),
            ("One, two", 6, "One…"),
            ("One. Two", 6, "One…"),
            ("12&nbsp;000 people", 8, "12\u{a0}000…"),
            ("<p>&nbsp;</p><p>One</p><p>&nbsp;</p><p>two&nbsp;</p>", 20, "One two"),
            ("One &nbsp;two&nbsp; three&nbsp;&nbsp;four&#8239;%", 30, "One two three\u{a0}four\u{202f}%"),
            ("<p>&nbsp;</p>", 20, ""),
            ("日本語の文章です", 5, "日本語の…"),
            ("Supercalifragilistic", 6, "Super…"),
            ("e\u{301}e\u{301}e\u{301}e\u{301}", 4, "e\u{301}…"),
            ("👩‍👩‍👧👩‍👩‍👧", 8, "👩‍👩‍👧…"),
            ("👩‍👩‍👧👩‍👩‍👧", 4, "…"),
            ("🇧🇿🇲🇽🇬🇹", 4, "🇧🇿…"),
            ("👍🏽👍🏽", 3, "👍🏽…"),
            ("word", 1, "…"),
            ("word", 0, ""),
            ("  \n ", 0, ""),
        ] {
            assert_eq!(summarise(html, limit), expected, "{html:?} {limit}");
        }
    }

    proptest! {
        #[test]
        fn never_longer_than_the_limit(html in "([a-z é日👩🇧\u{301}\u{200d}<>&;/#p\"-]|<p>|&amp;){0,60}", limit in 0_usize..30) {
            let whole = summarise(&html, usize::MAX - 8);
            let short = summarise(&html, limit);
            prop_assert!(short.chars().count() <= limit);
            if whole.chars().count() <= limit {
                prop_assert_eq!(short, whole);
            } else if limit > 0 {
                let kept = short.strip_suffix('…').expect("a cut is marked");
                prop_assert!(whole.starts_with(kept));
                prop_assert!(is_boundary(&whole, kept.len()));
            }
        }
    }
}
