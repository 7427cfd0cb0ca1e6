//! Markdown's stars around words, the one mark that many first paragraphs have: taken out where no parser is needed to tell what they are.

use memchr::{memchr, memchr2};

/// The text without the stars in it, where each of them surely makes emphasis of words in a line: `a *word* or **two words**.` Errs on the safe side.
pub(super) fn without(text: &str) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = memchr(b'*', rest.as_bytes()) {
        let (before, opening) = rest.split_at(at);
        let mark = if opening.starts_with("**") { "**" } else { "*" };
        let opened = &opening[mark.len()..];
        let (inner, closing) = opened.split_at(memchr(b'*', opened.as_bytes())?);
        rest = closing.strip_prefix(mark)?;
        if !opens(before.chars().next_back()) || !is_words(inner) || !closes(rest.chars().next()) {
            return None;
        }
        out.push_str(before);
        out.push_str(inner);
    }
    out.push_str(rest);
    Some(out)
}

/// Whether a star that has this before it and a letter behind it can begin emphasis, and do nothing else (CommonMark section 6.2).
fn opens(before: Option<char>) -> bool {
    before.is_none_or(|before| matches!(before, ' ' | '\n' | '('))
}

/// Whether a star that has a letter before it and this behind it can end emphasis, and do nothing else.
fn closes(after: Option<char>) -> bool {
    after.is_none_or(|after| matches!(after, ' ' | '\n' | '\r' | '.' | ',' | ';' | ':' | '!' | '?' | ')'))
}

/// Whether it begins and ends with letters and stands in one line.
fn is_words(text: &str) -> bool {
    text.starts_with(is_letter) && text.ends_with(is_letter) && memchr2(b'\n', b'\r', text.as_bytes()).is_none()
}

/// No symbol and no punctuation in any version of Unicode.
fn is_letter(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, 'À'..='Ö' | 'Ø'..='ö' | 'ø'..='ɏ')
}

#[cfg(test)]
mod tests {
    use super::without;

    #[test]
    fn stars_around_words_go() {
        for (text, want) in [
            ("a **b c** d", Some("a b c d")),
            ("*a*", Some("a")),
            ("(*é*), **b**.\n*c*\n", Some("(é), b.\nc\n")),
            ("plain", Some("plain")),
            ("* a", None),
            ("a*b*", None),
            ("*a*b", None),
            ("**a*", None),
            ("*a**", None),
            ("***a***", None),
            ("*a **b** c*", None),
            ("* a *", None),
            ("*a\nb*", None),
            ("*Ⓐ*", None),
            ("*a* *", None),
        ] {
            assert_eq!(without(text).as_deref(), want, "{text}");
        }
    }
}
