//! Character references of HTML (`&eacute;`, `&#8217;`) in what is to be plain text.

use memchr::memchr;

use super::html::{self, Reader};

/// No name of HTML is longer.
const LONGEST: usize = 33;

/// The text with its references resolved, once, where it has any that mean a character; `None` where it can stay as it is.
pub fn without_references(text: &str) -> Option<String> {
    memchr(b'&', text.as_bytes())?;
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = memchr(b'&', rest.as_bytes()) {
        let (before, from) = rest.split_at(at);
        match resolved(from) {
            Some((character, length)) => {
                out.extend([before, &character]);
                rest = &from[length..];
            }
            None => {
                out.extend([before, "&"]);
                rest = &from[1..];
            }
        }
    }
    out.push_str(rest);
    (out != text).then_some(out)
}

/// What the reference means that the text begins with, and its length; an ampersand alone is none.
fn resolved(text: &str) -> Option<(String, usize)> {
    let length = 2 + text[1..].bytes().take(LONGEST).position(|byte| byte == b';')?;
    let is_name = text[1..length - 1].bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'#');
    let mut words = Words(String::new());
    if is_name {
        html::read(&text[..length], &mut words);
    }
    Some((words.0, length)).filter(|(words, length)| is_name && !words.is_empty() && *words != text[..*length])
}

struct Words(String);

impl Reader for Words {
    fn text(&mut self, piece: &str) {
        self.0.push_str(piece);
    }

    fn end(&mut self) {}

    fn enough(&self) -> bool {
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_that_mean_a_character_are_resolved_once() {
        for (text, want) in [
            ("Caf&eacute; &amp; more &#8217;&#x2019;", "Café & more \u{2019}\u{2019}"),
            ("&amp;eacute;", "&eacute;"),
            ("&lt;b&gt;", "<b>"),
            ("ñ&Ntilde;ñ & a;", "ñÑñ & a;"),
        ] {
            assert_eq!(without_references(text).as_deref(), Some(want), "{text}");
        }
        for text in ["", "AT&T", "R&D; and more", "a & b;", "&;", "&é;", "&nosuchname;", "?a=1&copy=2", "&"] {
            assert_eq!(without_references(text), None, "{text}");
        }
    }
}
