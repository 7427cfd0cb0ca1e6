//! A strict JSON reader (RFC 8259) that knows where everything stands.

use std::borrow::Cow;
use std::sync::Arc;

use memchr::memchr2;

use super::super::familiar::Quiet;
use crate::vocab::blocks;

/// A value and where it begins and ends, in bytes.
#[derive(Debug)]
pub(super) struct Value<'t> {
    pub at: usize,
    pub end: usize,
    pub kind: Kind<'t>,
}

#[derive(Debug)]
pub(super) enum Kind<'t> {
    Null,
    Bool,
    Number(f64),
    Text(Cow<'t, str>),
    List(Vec<Value<'t>>),
    Object(Vec<Member<'t>>),
    /// An object that was passed over, since it is known.
    Known(Arc<Quiet>),
}

#[derive(Debug)]
pub(super) struct Member<'t> {
    pub at: usize,
    pub name: Cow<'t, str>,
    pub value: Value<'t>,
}

/// What is wrong and where.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Fault {
    pub at: usize,
    pub why: &'static str,
}

impl Kind<'_> {
    pub fn name(&self) -> &'static str {
        match self {
            Kind::Null => "null",
            Kind::Bool => "a boolean",
            Kind::Number(_) => "a number",
            Kind::Text(_) => "a string",
            Kind::List(_) => "an array",
            Kind::Object(_) | Kind::Known(_) => "an object",
        }
    }
}

type Step<T> = Result<T, Fault>;

/// Reads a whole document, no deeper than `depth`.
pub(super) fn read(text: &str, depth: usize) -> Step<Value<'_>> {
    read_but(text, depth, &mut |_, _| None)
}

/// The same, but for the objects that `pass_over` knows: it is told where each begins and how deep values may stand in it, and says what is known of it and
/// where it ends.
pub(super) fn read_but<'t>(text: &'t str, depth: usize, pass_over: PassOver<'_>) -> Step<Value<'t>> {
    let mut reader = Reader { text, pos: 0, pass_over };
    let value = reader.value(depth)?;
    reader.space();
    match reader.peek() {
        None => Ok(value),
        Some(_) => reader.fault("something follows the document"),
    }
}

type PassOver<'p> = &'p mut dyn FnMut(usize, usize) -> Option<(Arc<Quiet>, usize)>;

struct Reader<'t, 'p> {
    text: &'t str,
    pos: usize,
    pass_over: PassOver<'p>,
}

impl<'t> Reader<'t, '_> {
    fn value(&mut self, depth: usize) -> Step<Value<'t>> {
        self.space();
        let at = self.pos;
        if depth == 0 {
            return self.fault("values stand too deep inside one another");
        }
        let kind = match self.peek() {
            Some(b'{') => match (self.pass_over)(at, depth) {
                None => self.object(depth)?,
                Some((quiet, end)) => {
                    self.pos = end;
                    Kind::Known(quiet)
                }
            },
            Some(b'[') => self.list(depth)?,
            Some(b'"') => Kind::Text(self.string()?),
            Some(b'-' | b'0'..=b'9') => self.number()?,
            Some(b't') => self.word("true", Kind::Bool)?,
            Some(b'f') => self.word("false", Kind::Bool)?,
            Some(b'n') => self.word("null", Kind::Null)?,
            None => return self.fault("the document ends where a value should stand"),
            Some(_) => return self.fault("no value begins like this"),
        };
        Ok(Value { at, end: self.pos, kind })
    }

    fn object(&mut self, depth: usize) -> Step<Kind<'t>> {
        let mut members = Vec::new();
        self.pos += 1;
        self.space();
        if self.take(b'}') {
            return Ok(Kind::Object(members));
        }
        loop {
            self.space();
            let at = self.pos;
            if self.peek() != Some(b'"') {
                return self.fault("a name in double quotes should stand here");
            }
            let name = self.string()?;
            self.space();
            if !self.take(b':') {
                return self.fault("a colon should stand here");
            }
            let value = self.value(depth - 1)?;
            members.push(Member { at, name, value });
            self.space();
            if self.take(b'}') {
                // There are many objects, and few of them grow.
                members.shrink_to_fit();
                return Ok(Kind::Object(members));
            }
            if !self.take(b',') {
                return self.fault("a comma or `}` should stand here");
            }
        }
    }

    fn list(&mut self, depth: usize) -> Step<Kind<'t>> {
        let mut values = Vec::new();
        self.pos += 1;
        self.space();
        if self.take(b']') {
            return Ok(Kind::List(values));
        }
        loop {
            values.push(self.value(depth - 1)?);
            self.space();
            if self.take(b']') {
                return Ok(Kind::List(values));
            }
            if !self.take(b',') {
                return self.fault("a comma or `]` should stand here");
            }
        }
    }

    fn string(&mut self) -> Step<Cow<'t, str>> {
        self.pos += 1;
        let mut start = self.pos;
        let mut owned: Option<String> = None;
        loop {
            let rest = &self.text.as_bytes()[self.pos..];
            let plain = &rest[..memchr2(b'"', b'\\', rest).unwrap_or(rest.len())];
            let is_control = |byte: u8| byte < 0x20;
            let control = blocks::any(plain, is_control).then(|| plain.iter().position(|byte| is_control(*byte))).flatten();
            self.pos += control.unwrap_or(plain.len());
            match self.peek() {
                None => return self.fault("a string does not end"),
                Some(0..0x20) => return self.fault("a control character stands in a string"),
                Some(b'"') => break,
                // A backslash.
                Some(_) => {
                    let before = &self.text[start..self.pos];
                    let letter = self.escape()?;
                    let text = owned.get_or_insert_default();
                    text.push_str(before);
                    text.push(letter);
                    start = self.pos;
                }
            }
        }
        let rest = &self.text[start..self.pos];
        self.pos += 1;
        Ok(match owned {
            Some(text) => Cow::Owned(text + rest),
            None => Cow::Borrowed(rest),
        })
    }

    fn escape(&mut self) -> Step<char> {
        self.pos += 1;
        let Some(letter) = self.peek() else { return self.fault("a string does not end") };
        self.pos += 1;
        Ok(match letter {
            b'"' | b'\\' | b'/' => char::from(letter),
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => return self.unicode(),
            _ => {
                self.pos -= 1;
                return self.fault("no such escape");
            }
        })
    }

    fn unicode(&mut self) -> Step<char> {
        let first = self.hex()?;
        if (0xD800..0xDC00).contains(&first) && self.text[self.pos..].starts_with("\\u") {
            self.pos += 2;
            let second = self.hex()?;
            if (0xDC00..0xE000).contains(&second) {
                let code = 0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00);
                return Ok(char::from_u32(code).unwrap_or('\u{fffd}'));
            }
        }
        Ok(char::from_u32(first).unwrap_or('\u{fffd}'))
    }

    fn hex(&mut self) -> Step<u32> {
        let digits = self.text.get(self.pos..self.pos + 4).filter(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit()));
        let Some(code) = digits.and_then(|digits| u32::from_str_radix(digits, 16).ok()) else {
            return self.fault("four hexadecimal digits should stand here");
        };
        self.pos += 4;
        Ok(code)
    }

    fn number(&mut self) -> Step<Kind<'t>> {
        let start = self.pos;
        self.take(b'-');
        let digits = self.digits();
        let whole = &self.text[self.pos - digits..self.pos];
        if digits == 0 || (digits > 1 && whole.starts_with('0')) {
            return self.fault("no number is written like this");
        }
        if self.take(b'.') && self.digits() == 0 {
            return self.fault("digits should stand after the point");
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.pos += 1;
            if !self.take(b'-') {
                self.take(b'+');
            }
            if self.digits() == 0 {
                return self.fault("digits should stand in the exponent");
            }
        }
        Ok(Kind::Number(self.text[start..self.pos].parse().unwrap_or(f64::INFINITY)))
    }

    fn digits(&mut self) -> usize {
        let start = self.pos;
        while self.peek().is_some_and(|b| b.is_ascii_digit()) {
            self.pos += 1;
        }
        self.pos - start
    }

    fn word(&mut self, word: &str, kind: Kind<'t>) -> Step<Kind<'t>> {
        if !self.text[self.pos..].starts_with(word) {
            return self.fault("no value begins like this");
        }
        self.pos += word.len();
        Ok(kind)
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.pos).copied()
    }

    fn take(&mut self, byte: u8) -> bool {
        let there = self.peek() == Some(byte);
        self.pos += usize::from(there);
        there
    }

    fn space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.pos += 1;
        }
    }

    fn fault<T>(&self, why: &'static str) -> Step<T> {
        Err(Fault { at: self.pos, why })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agrees_with_serde_json() {
        for text in [
            "{}",
            "[]",
            "null",
            "[1, -2.5e3, 0]",
            r#"{"a": "b\u00e9\n\ud83d\ude00"}"#,
            " [ true , false ] ",
            "01",
            "1.",
            "[1,]",
            r#"{"a":}"#,
            r#"{a: 1}"#,
            "\"\t\"",
            r#""\x""#,
            "[",
            "{}x",
            "-",
            "1e",
            "tru",
            r#""\u12""#,
        ] {
            assert_eq!(read(text, 64).is_ok(), serde_json::from_str::<serde_json::Value>(text).is_ok(), "{text}");
        }
        assert_eq!(read("[1,\n x]", 64).expect_err("a fault"), Fault { at: 5, why: "no value begins like this" });
        assert!(read(&"[".repeat(100_000), 64).is_err());
    }
}
