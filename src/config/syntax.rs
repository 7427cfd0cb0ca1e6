//! What is wrong with a text that is no TOML: the first mistake alone, at its place. What a parser says after it mostly follows from it.
//!
//! A parser goes on past a string or a list that is not closed, and stumbles a line or more below; the text is read once more to find where it began.

use std::ops::Range;

/// What is wrong, where, and the way out.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Mistake {
    pub span: Range<usize>,
    pub message: String,
    pub help: String,
}

/// The first mistake of a text, given the errors that a parser found in it.
pub(crate) fn first<'e>(errors: impl IntoIterator<Item = &'e toml::de::Error>, text: &str) -> Option<Mistake> {
    let place = |error: &toml::de::Error| error.span().unwrap_or(text.len()..text.len());
    let error = errors.into_iter().min_by_key(|error| place(error).start)?;
    Some(mistake(error.message(), place(error), text))
}

fn mistake(message: &str, span: Range<usize>, text: &str) -> Mistake {
    match unclosed(text, span.start) {
        // `title = Don't` lacks the quotes of both sides.
        Some(Unclosed::String(string)) if string.start <= span.start || !message.contains("must be quoted") => Mistake {
            help: "end the text with the quotes that it began with; `\"...\"` and `'...'` on the same line. Is one missing before it?"
                .to_owned(),
            message: "a text between quotes that is not closed".to_owned(),
            span: string,
        },
        Some(Unclosed::List(list)) if begins_key(&text[line_start(text, span.start)..]) => Mistake {
            help: "close it with `]`, and see that every text in it has both its quotes".to_owned(),
            message: "a list that is not closed".to_owned(),
            span: list,
        },
        _ => Mistake { help: help(message, text.get(span.clone()).unwrap_or_default()), message: one_line(message), span },
    }
}

/// The way out of a syntax error; `found` is the text that it points at.
fn help(message: &str, found: &str) -> String {
    let fixed = match message {
        _ if found.contains(['\u{201c}', '\u{201d}', '\u{201e}', '\u{2018}', '\u{2019}', '\u{ab}', '\u{bb}']) => {
            "these are quotes of print; write straight ones: `key = \"value\"`"
        }
        "duplicate key" => return format!("take one of the two `{found}` out"),
        message if message.contains("must be quoted") => "write texts in quotes: `key = \"value\"`",
        message if message.contains("string, expected") => "end the text with the quotes that it began with",
        message if message.contains("unquoted key") => "put the key in quotes",
        message if message.contains("unclosed") => "close it with `]` or `}`",
        _ => "TOML is lines such as `key = \"value\"`, below headings such as `[name]`; texts of several lines stand between `\"\"\"`",
    };
    fixed.to_owned()
}

fn one_line(message: &str) -> String {
    message.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What begins before a place and does not end.
enum Unclosed {
    String(Range<usize>),
    /// The bracket of a list that is still open there.
    List(Range<usize>),
}

/// The first string up to the end of the line of `place` that is not closed, else the list around `place`, where it began on another line.
fn unclosed(text: &str, place: usize) -> Option<Unclosed> {
    let bytes = text.as_bytes();
    let end = line_end(text, place.min(text.len()));
    let mut open = Vec::new();
    let mut at = 0;
    while at < end {
        match bytes[at] {
            b'#' => at = line_end(text, at),
            b'"' | b'\'' => match string_end(text, at) {
                Some(end) => at = end,
                None => return Some(Unclosed::String(at..line_end(text, at))),
            },
            bracket @ (b'[' | b'{') if at < place => {
                open.push((bracket, at));
                at += 1;
            }
            b']' | b'}' if at < place => {
                open.pop();
                at += 1;
            }
            _ => at += 1,
        }
    }
    let (_, at) = open.into_iter().rev().take_while(|(bracket, _)| *bracket == b'[').last()?;
    (at < line_start(text, place)).then_some(Unclosed::List(at..at + 1))
}

/// Where the string that begins at `start` ends, its last quotes included; `None` where it does not.
fn string_end(text: &str, start: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let quote = bytes[start];
    let is_long = bytes[start..].starts_with(&[quote; 3]);
    let mut at = start + if is_long { 3 } else { 1 };
    while let Some(byte) = bytes.get(at) {
        match *byte {
            b'\\' if quote == b'"' => at += 1,
            b'\n' if !is_long => return None,
            byte if byte == quote && !is_long => return Some(at + 1),
            byte if byte == quote && bytes[at..].starts_with(&[quote; 3]) => {
                // Two quotes more may be the text's own.
                let more = bytes[at + 3..].iter().take(2).take_while(|byte| **byte == quote).count();
                return Some(at + 3 + more);
            }
            _ => {}
        }
        at += 1;
    }
    None
}

/// Whether a line is a key with its value, or a heading: nothing that stands in a list.
fn begins_key(line: &str) -> bool {
    let rest = line.trim_start_matches([' ', '\t']);
    let after_key = rest.trim_start_matches(|c: char| c.is_ascii_alphanumeric() || "-_.".contains(c));
    let is_heading = || rest.trim_start_matches('[').starts_with(|c: char| c.is_ascii_alphabetic());
    after_key.len() < rest.len() && after_key.trim_start_matches([' ', '\t']).starts_with('=') || rest.starts_with('[') && is_heading()
}

fn line_start(text: &str, at: usize) -> usize {
    let before = &text.as_bytes()[..at.min(text.len())];
    before.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1)
}

/// Where the line ends, without what ends it.
fn line_end(text: &str, at: usize) -> usize {
    let rest = &text.as_bytes()[at..];
    let end = rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len());
    at + if rest[..end].ends_with(b"\r") { end - 1 } else { end }
}

#[cfg(test)]
mod tests {
    use toml::de::DeTable;

    use super::*;

    /// The line and the text of the first mistake.
    fn found(text: &str) -> Option<(usize, &str, String)> {
        let mistake = first(&DeTable::parse_recoverable(text).1, text)?;
        Some((text[..mistake.span.start].lines().count().max(1), &text[mistake.span.clone()], mistake.message))
    }

    #[test]
    fn the_first_mistake_is_told_where_it_was_made() {
        for (text, line, at, message) in [
            ("a = [\"en\", \"es] # b, c\nd = 1\ne = \"x\"\n[f]", 1, "\"es] # b, c", "not closed"),
            ("a = [\"en, \"es\"]\nb = \"c\"", 1, "\"]", "not closed"),
            ("a = \"b\r\nc = 1", 1, "\"b", "not closed"),
            ("a = 'b\\'\nc = 'd", 2, "'d", "not closed"),
            ("# it's\na = \"\"\"b\"c\\\"\"\"\"\"\"\nd = '''e\n", 3, "'''e", "not closed"),
            ("a = Don't\nb = \"c", 1, "Don't", "must be quoted"),
            ("a = [\n  \"b\",\n  [\"c\"]\nd = 1", 1, "[", "a list"),
            ("a = [\"b\"\n[d]\ne = 1", 1, "[", "a list"),
            ("a = [\n \"b\"\n \"c\"\n]", 3, "", "missing comma"),
            ("[a\nb = 1", 1, "", "unclosed table"),
            ("a = b\nc = d", 1, "b", "must be quoted"),
        ] {
            let (is_line, is_at, is_message) = found(text).expect("a mistake");
            let place = text.find(is_at).map_or(0, |_| is_line);
            assert!(
                place == line && (at.is_empty() || is_at == at) && is_message.contains(message),
                "{text}: {is_line} {is_at} {is_message}"
            );
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_looked_at(text in "[a\"'\\\\\\[\\]{}=,#\r\n é]{0,60}") {
            let _ = found(&text);
            for at in 0..=text.len() {
                let _ = unclosed(&text, at);
            }
        }
    }
}
