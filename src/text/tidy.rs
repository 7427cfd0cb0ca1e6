//! HTML in the form that this room writes, read for its words without a tokeniser: most of what is read was written here a moment ago.
//!
//! What is not of this form is left to the tokeniser, so that this reading never decides a doubtful case.

use memchr::{memchr, memchr2};

use super::html::{Reader, is_raw, tell};
use crate::vocab::blocks;

/// Tells the reader what the HTML says as far as it is of this form. What is left is for the tokeniser, unless the reader has enough.
pub(super) fn read<'h>(html: &'h str, reader: &mut dyn Reader) -> &'h str {
    let mut rest = html;
    // A mark at the beginning is no text.
    while !rest.is_empty() && !reader.enough() && !html.starts_with('\u{feff}') {
        let (text, behind) = rest.split_at(memchr2(b'<', b'&', rest.as_bytes()).unwrap_or(rest.len()));
        if blocks::any(text.as_bytes(), |byte| (byte == b'\r') | (byte == b'\0')) {
            break;
        }
        if !text.is_empty() {
            reader.text(text);
        }
        rest = behind;
        let Some(after) = reference(rest, reader).or_else(|| tag(rest, reader)) else { break };
        rest = after;
    }
    rest
}

/// What follows the reference that the text begins with.
fn reference<'h>(text: &'h str, reader: &mut dyn Reader) -> Option<&'h str> {
    let name = text.strip_prefix('&')?;
    const WRITTEN: [(&str, &str); 5] = [("amp;", "&"), ("lt;", "<"), ("gt;", ">"), ("quot;", "\""), ("nbsp;", "\u{a0}")];
    let (after, letter) = WRITTEN.iter().find_map(|(written, letter)| Some((name.strip_prefix(written)?, letter)))?;
    reader.text(letter);
    Some(after)
}

/// What follows the tag that the text begins with.
fn tag<'h>(text: &'h str, reader: &mut dyn Reader) -> Option<&'h str> {
    let inner = text.strip_prefix('<')?;
    let (opens, inner) = inner.strip_prefix('/').map_or((true, inner), |inner| (false, inner));
    let (name, mut rest) = word(inner, |byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    if !name.starts_with(|c: char| c.is_ascii_lowercase()) || is_raw(name) {
        return None;
    }
    while let Some(attribute) = rest.strip_prefix(' ').filter(|_| opens) {
        let (name, value) = word(attribute, |byte| byte.is_ascii_lowercase() || byte == b'-');
        let value = value.strip_prefix("=\"").filter(|_| !name.is_empty())?;
        rest = &value[memchr(b'"', value.as_bytes())? + 1..];
    }
    let after = rest.strip_prefix('>')?;
    tell(reader, name, opens);
    Some(after)
}

/// The ASCII letters of a kind that the text begins with, and what follows them.
fn word(text: &str, is_letter: impl Fn(u8) -> bool) -> (&str, &str) {
    text.split_at(text.bytes().take_while(|byte| is_letter(*byte)).count())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::html;
    use super::*;

    /// All that a reader is told, pieces of one text joined.
    #[derive(Default)]
    struct Heard {
        told: Vec<String>,
        /// Until so much was told.
        limit: Option<usize>,
    }

    impl Reader for Heard {
        fn text(&mut self, piece: &str) {
            match self.told.last_mut() {
                Some(last) if last.starts_with("text ") => last.push_str(piece),
                _ => self.told.push(format!("text {piece}")),
            }
        }

        fn end(&mut self) {
            self.told.push("end".to_owned());
        }

        fn heading(&mut self, inside: bool) {
            self.told.push(format!("heading {inside}"));
        }

        fn caption(&mut self, inside: bool) {
            self.told.push(format!("caption {inside}"));
        }

        fn enough(&self) -> bool {
            self.limit.is_some_and(|limit| self.told.len() >= limit)
        }
    }

    #[test]
    fn what_is_written_here_needs_no_tokeniser() {
        let html = "<p>a &amp; <a href=\"https://x.example/\" title=\"&quot;&gt;\">b</a>&nbsp;é</p>\n<h2>c</h2><ol start=\"3\">\n<li>d<br>\ne</li></ol>";
        assert_eq!(read(html, &mut Heard::default()), "");
        for (html, rest) in [
            ("a<!-- b -->", "<!-- b -->"),
            ("a &eacute;", "&eacute;"),
            ("a\r\nb", "a\r\nb"),
            ("<p>a<script>", "<script>"),
            ("\u{feff}a", "\u{feff}a"),
        ] {
            assert_eq!(read(html, &mut Heard::default()), rest);
        }
        let mut heard = Heard { limit: Some(2), ..Heard::default() };
        assert_eq!(read("<p>a</p><p>b</p>", &mut heard), "<p>b</p>");
    }

    proptest! {
        #[test]
        fn it_is_what_the_tokeniser_tells(html in "(a|é|\u{feff}| |\n|\r|\0|&|&amp;|&nbsp;|&gt|&#65;|<|>|\"|=|/|<p>|</p>|<P>|<h1>|</h1>|<br>|<br/>|<figcaption>|</figcaption>|<b title=\"|\">|<a href='|<!--|-->|<title>|</title>|<script>|</script>|<b class=\"x\">|</b>|</b >|<x-y>){0,12}") {
            let (mut heard, mut by_the_tokeniser) = (Heard::default(), Heard::default());
            html::read(&html, &mut heard);
            html::tokenise(&html, &html, &mut by_the_tokeniser);
            prop_assert_eq!(heard.told, by_the_tokeniser.told);
        }
    }
}
