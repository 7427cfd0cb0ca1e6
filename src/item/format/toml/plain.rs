//! TOML of the plainest kind, as nearly all front matter is: on each line a key and a text, a list of texts, a date, `true` or `false`.
//!
//! It is read at a fraction of what TOML at large costs. Whatever is written otherwise, or wrong, is left to the `toml` crate, which says what is
//! wrong with it.

use std::ops::Range;

use chrono::{NaiveDate, NaiveTime};
use memchr::{memchr, memchr2};
use serde::de::value::{Error, MapDeserializer, SeqDeserializer};
use serde::de::{IntoDeserializer, Visitor};
use serde::{Deserialize, Deserializer, forward_to_deserialize_any};

use crate::item::record::{Record, TOML_DATE};
use crate::vocab::blocks;

/// The record, where every line of it is plain.
pub(super) fn read(text: &str) -> Option<Record> {
    if blocks::any(text.as_bytes(), is_odd) {
        return None;
    }
    let (mut pairs, mut rest) = (Vec::with_capacity(16), text);
    while !rest.is_empty() {
        let (line, after) = match memchr(b'\n', rest.as_bytes()) {
            Some(end) => (rest[..end].strip_suffix('\r').unwrap_or(&rest[..end]), &rest[end + 1..]),
            None => (rest, ""),
        };
        if !trim(line).is_empty() {
            pairs.push(pair(trim(line))?);
        }
        rest = after;
    }
    Record::deserialize(MapDeserializer::<_, Error>::new(pairs.into_iter())).ok()
}

/// What means something else than itself wherever it stands, or nothing in TOML at all; of ends of lines the lines are made.
fn is_odd(byte: u8) -> bool {
    (byte == b'\\') | (byte == 0x7F) | ((byte < b' ') & (byte != b'\t') & (byte != b'\n') & (byte != b'\r'))
}

/// A key and what it is said to be.
fn pair(line: &str) -> Option<(&str, Value<'_>)> {
    let (key, value) = line.split_at(memchr(b'=', line.as_bytes())?);
    let key = trim(key);
    let is_bare = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    (!key.is_empty() && key.bytes().all(is_bare)).then_some((key, Value::read(trim(&value[1..]))?))
}

/// Without the white space that TOML knows within a line.
fn trim(text: &str) -> &str {
    let is_seen = |byte: &u8| !matches!(byte, b' ' | b'\t');
    let bytes = text.as_bytes();
    let from = bytes.iter().position(is_seen).unwrap_or(bytes.len());
    &text[from..bytes.iter().rposition(is_seen).map_or(from, |last| last + 1)]
}

#[derive(Clone, Debug)]
enum Value<'a> {
    Text(&'a str),
    List(Vec<Value<'a>>),
    Date(&'a str),
    Flag(bool),
}

impl<'a> Value<'a> {
    fn read(written: &'a str) -> Option<Self> {
        match written.as_bytes() {
            [b'"', ..] => text(written).filter(|(_, rest)| rest.is_empty()).map(|(text, _)| Value::Text(text)),
            [b'[', .., b']'] => list(trim(&written[1..written.len() - 1])).map(Value::List),
            b"true" => Some(Value::Flag(true)),
            b"false" => Some(Value::Flag(false)),
            _ => is_date(written).then_some(Value::Date(written)),
        }
    }
}

/// The texts of a list, each with a comma behind it but perhaps the last.
fn list(mut rest: &str) -> Option<Vec<Value<'_>>> {
    let mut texts = Vec::new();
    while !rest.is_empty() {
        let (text, behind) = text(rest)?;
        texts.push(Value::Text(text));
        rest = trim(behind);
        if !rest.is_empty() {
            rest = trim(rest.strip_prefix(',')?);
        }
    }
    Some(texts)
}

/// What stands between the quotes that a text begins with, and what stands behind them.
fn text(written: &str) -> Option<(&str, &str)> {
    let inner = written.strip_prefix('"')?;
    let (text, rest) = inner.split_at(memchr2(b'"', b'\r', inner.as_bytes())?);
    rest.strip_prefix('"').map(|rest| (text, rest))
}

/// Whether it is a day, or a time with its offset, in the form that the `toml` crate hands dates over in.
fn is_date(written: &str) -> bool {
    let has_form = ["0000-00-00", "0000-00-00T00:00:00Z", "0000-00-00T00:00:00+00:00"].iter().any(|form| is_like(written, form));
    let number = |digits: Range<usize>| written.get(digits).and_then(|digits| digits.parse().ok()).unwrap_or(0);
    has_form
        && NaiveDate::from_ymd_opt(number(0..4) as i32, number(5..7), number(8..10)).is_some()
        && NaiveTime::from_hms_opt(number(11..13), number(14..16), number(17..19)).is_some()
        && NaiveTime::from_hms_opt(number(20..22), number(23..25), 0).is_some()
        && !written.ends_with("-00:00")
}

/// Whether a text has digits where the form has zeros, and signs where that has a plus.
fn is_like(text: &str, form: &str) -> bool {
    let is_it = |(byte, like): (u8, u8)| match like {
        b'0' => byte.is_ascii_digit(),
        b'+' => matches!(byte, b'+' | b'-'),
        like => byte == like,
    };
    text.len() == form.len() && text.bytes().zip(form.bytes()).all(is_it)
}

impl<'de> IntoDeserializer<'de> for Value<'de> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

impl<'de> Deserializer<'de> for Value<'de> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self {
            Value::Text(text) => visitor.visit_borrowed_str(text),
            Value::List(list) => visitor.visit_seq(SeqDeserializer::new(list.into_iter())),
            Value::Date(date) => visitor.visit_map(MapDeserializer::new(std::iter::once((TOML_DATE, date)))),
            Value::Flag(flag) => visitor.visit_bool(flag),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_some(self)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct newtype_struct seq tuple
        tuple_struct map struct enum identifier ignored_any
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_plain_is_read() {
        for text in [
            "",
            "id = \"a\"\r\n\n title\t=\t\"T: #=[é]\" \ndate = 2018-02-09\n",
            "date = 2018-02-09T10:00:00-06:00\nupdated = 2024-02-29T23:59:59Z\npublish-at = 2018-02-09T10:00:00+00:00",
            "countries = [\"BZ\", \"a, b\" ,\"c\",]\ntopics = []\ntitle = \"\"\nauthor = \"Ana\"",
            "draft = true\nwithdrawn = false",
        ] {
            assert_eq!(read(text), Some(toml::from_str(text).expect(text)), "{text}");
        }
    }

    #[test]
    fn the_rest_is_left_to_others() {
        for text in [
            "title",
            "= \"T\"",
            "\"title\" = \"T\"",
            "title = \"a\\tb\"",
            "title = \"a",
            "title = \"a\"\"",
            "title = \"\"\"a\"\"\"",
            "title = 'a'",
            "title = \"a\" # b",
            "title = \"a\u{1}\"",
            "title = \"a\u{7f}\"",
            "title = \"a\"\ntitle = \"b\"",
            "titel = \"a\"",
            "title = 2018-02-09",
            "author = \"a\"\nauthors = \"b\"",
            "# a",
            "[image]",
            "image = { url = \"a\" }",
            "image.url = \"a\"",
            "topics = [\"a\" \"b\"]",
            "topics = [,]",
            "topics = [\"a\",,]",
            "topics = [\n\"a\"]",
            "topics = [1]",
            "id = 1",
            "draft = True",
            "date = 2018-02-30",
            "date = 2018-02-09 10:00:00Z",
            "date = 2018-02-09T10:00:00",
            "date = 2018-02-09T24:00:00Z",
            "date = 2018-02-09T10:00:60Z",
            "date = 2018-02-09T10:00:00+24:00",
            "date = 2018-02-09T10:00:00-00:00",
            "date = 10:00:00",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn what_is_read_is_what_toml_reads(
            text in "((title|date|topics|draft|author|id|x)[ \t]?[=.]? ?(\"[ab \\\\#é\t]{0,3}\"{1,3}|20(18|2[0-9]{1,2})-0[0-9]-[0-3][0-9](T[012][0-9]:[05][09]:[056]0(Z|[+-][012]0:[06]0)?)?|\\[(\"a\"|,| ){0,4}\\]|true|1)[ #]?(\n|\r\n|\r|)){0,3}"
        ) {
            if let Some(record) = read(&text) {
                proptest::prop_assert_eq!(toml::from_str(&text).ok(), Some(record));
            }
        }
    }
}
