//! The item record as the user wrote it, the same in every format: texts, not yet types.
//!
//! The formats read into it, [`super::resolve`] makes an [`super::Item`] of it. A key that is absent and a key that is null are the same.

use std::fmt;
use std::marker::PhantomData;

use serde::de::value::{I64Deserializer, MapAccessDeserializer, StrDeserializer, StringDeserializer, U64Deserializer};
use serde::de::{Error, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

/// One record. The meaning of each field is told by the field of [`super::Item`] that comes of it.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default, expecting = "a record")]
pub struct Record {
    /// Verbatim where it is an absolute URI, else the last part of a tag URI under the publication's authority.
    #[serde(deserialize_with = "scalar")]
    pub id: Option<String>,
    /// The `guid` that a former RSS feed gave the item.
    #[serde(deserialize_with = "scalar")]
    pub guid: Option<String>,
    pub title: Option<String>,
    /// Any form that [`super::date::parse`] reads, or a date of TOML.
    #[serde(deserialize_with = "moment")]
    pub date: Option<String>,
    #[serde(deserialize_with = "moment")]
    pub updated: Option<String>,
    pub dateline: Option<String>,
    pub summary: Option<String>,
    pub body: Option<String>,
    /// `markdown`, `html` or `plain`: of the body and the summary.
    pub syntax: Option<String>,
    pub link: Option<String>,
    pub countries: Option<Many<Scalar>>,
    pub topics: Option<Many<Scalar>>,
    pub language: Option<String>,
    #[serde(deserialize_with = "scalar")]
    pub story: Option<String>,
    #[serde(alias = "author")]
    pub authors: Option<Many<Written<PersonTable>>>,
    pub image: Option<Written<ImageTable>>,
    pub enclosures: Option<Many<Written<EnclosureTable>>>,
    pub source: Option<Written<OriginTable>>,
    pub rights: Option<String>,
    pub draft: Option<bool>,
    #[serde(deserialize_with = "moment")]
    pub publish_at: Option<String>,
    #[serde(deserialize_with = "moment")]
    pub expires: Option<String>,
    pub withdrawn: Option<Withdrawn>,
    /// What `tidings import` wrote, in short; see [`super::imported`]. No column holds it.
    pub imported: Option<String>,
}

/// A person in full; in short it is `Name <mail>`.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default, expecting = "a table")]
pub struct PersonTable {
    pub name: Option<String>,
    pub email: Option<String>,
    pub uri: Option<String>,
}

/// A picture in full; in short it is its URL.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default, expecting = "a table")]
pub struct ImageTable {
    pub url: Option<String>,
    pub alt: Option<String>,
    pub width: Option<u32>,
    pub height: Option<u32>,
}

/// An enclosure in full; in short it is its URL.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default, expecting = "a table")]
pub struct EnclosureTable {
    pub url: Option<String>,
    /// A file beside the record, whose length and media type are read.
    pub file: Option<String>,
    pub r#type: Option<String>,
    /// In bytes.
    pub length: Option<u64>,
    pub title: Option<String>,
}

/// Where an item was taken from, in full; in short it is the URL.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default, expecting = "a table")]
pub struct OriginTable {
    pub title: Option<String>,
    pub url: Option<String>,
}

/// A list that may be written as its only value.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Many<T>(pub Vec<T>);

/// A short form in a string, or the full one in a table.
#[derive(Clone, Debug, PartialEq)]
pub enum Written<T> {
    Text(String),
    Table(T),
}

/// `true` where the item was taken back without a word, or the notice that takes its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Withdrawn {
    Flag(bool),
    Notice(String),
}

/// A string, or a whole number where exports write names as numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scalar(pub String);

/// What a list is made of, for messages.
trait Piece {
    const LIST: &'static str;
}

impl Piece for Scalar {
    const LIST: &'static str = "a string or a list of strings";
}

impl<T> Piece for Written<T> {
    const LIST: &'static str = "a string, a table or a list of them";
}

fn scalar<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    Ok(Option::<Scalar>::deserialize(deserializer)?.map(|scalar| scalar.0))
}

fn moment<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    Ok(Option::<Moment>::deserialize(deserializer)?.map(|moment| moment.0))
}

impl<'de> Deserialize<'de> for Scalar {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ScalarVisitor;

        impl Visitor<'_> for ScalarVisitor {
            type Value = Scalar;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Scalar, E> {
                Ok(Scalar(text.to_owned()))
            }

            fn visit_string<E: Error>(self, text: String) -> Result<Scalar, E> {
                Ok(Scalar(text))
            }

            fn visit_i64<E: Error>(self, number: i64) -> Result<Scalar, E> {
                Ok(Scalar(number.to_string()))
            }

            fn visit_u64<E: Error>(self, number: u64) -> Result<Scalar, E> {
                Ok(Scalar(number.to_string()))
            }
        }

        deserializer.deserialize_any(ScalarVisitor)
    }
}

impl<'de> Deserialize<'de> for Withdrawn {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct WithdrawnVisitor;

        impl Visitor<'_> for WithdrawnVisitor {
            type Value = Withdrawn;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("`true` or a notice")
            }

            fn visit_bool<E: Error>(self, flag: bool) -> Result<Withdrawn, E> {
                Ok(Withdrawn::Flag(flag))
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Withdrawn, E> {
                Ok(Withdrawn::Notice(text.to_owned()))
            }
        }

        deserializer.deserialize_any(WithdrawnVisitor)
    }
}

/// The text of a date, whether it was written as a string or as a date of TOML.
struct Moment(String);

/// The key under which the `toml` crate hands over its dates.
pub(super) const TOML_DATE: &str = "$__toml_private_datetime";

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct MomentVisitor;

        impl<'de> Visitor<'de> for MomentVisitor {
            type Value = Moment;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a date")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Moment, E> {
                Ok(Moment(text.to_owned()))
            }

            fn visit_string<E: Error>(self, text: String) -> Result<Moment, E> {
                Ok(Moment(text))
            }

            // A bare year in YAML; the reader of dates says what is missing.
            fn visit_u64<E: Error>(self, number: u64) -> Result<Moment, E> {
                Ok(Moment(number.to_string()))
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Moment, A::Error> {
                match map.next_key::<String>()? {
                    Some(key) if key == TOML_DATE => Ok(Moment(map.next_value()?)),
                    _ => Err(A::Error::invalid_type(serde::de::Unexpected::Map, &self)),
                }
            }
        }

        deserializer.deserialize_any(MomentVisitor)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Written<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct WrittenVisitor<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for WrittenVisitor<T> {
            type Value = Written<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string or a table")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
                Ok(Written::Text(text.to_owned()))
            }

            fn visit_string<E: Error>(self, text: String) -> Result<Self::Value, E> {
                Ok(Written::Text(text))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
                T::deserialize(MapAccessDeserializer::new(map)).map(Written::Table)
            }
        }

        deserializer.deserialize_any(WrittenVisitor(PhantomData))
    }
}

impl<'de, T: Deserialize<'de> + Piece> Deserialize<'de> for Many<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ManyVisitor<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de> + Piece> Visitor<'de> for ManyVisitor<T> {
            type Value = Many<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(T::LIST)
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
                one(T::deserialize(StrDeserializer::new(text)))
            }

            fn visit_string<E: Error>(self, text: String) -> Result<Self::Value, E> {
                one(T::deserialize(StringDeserializer::new(text)))
            }

            fn visit_i64<E: Error>(self, number: i64) -> Result<Self::Value, E> {
                one(T::deserialize(I64Deserializer::new(number)))
            }

            fn visit_u64<E: Error>(self, number: u64) -> Result<Self::Value, E> {
                one(T::deserialize(U64Deserializer::new(number)))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
                one(T::deserialize(MapAccessDeserializer::new(map)))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
                let mut values = Vec::with_capacity(seq.size_hint().unwrap_or(0).min(16));
                while let Some(value) = seq.next_element()? {
                    values.push(value);
                }
                Ok(Many(values))
            }
        }

        fn one<T, E>(value: Result<T, E>) -> Result<Many<T>, E> {
            value.map(|value| Many(vec![value]))
        }

        deserializer.deserialize_any(ManyVisitor(PhantomData))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::RECORD_FIELDS;

    #[test]
    fn every_documented_field_is_taken_and_no_other() {
        for field in RECORD_FIELDS {
            assert!(serde_json::from_str::<Record>(&format!("{{\"{field}\": null}}")).is_ok(), "{field}");
        }
        assert!(serde_json::from_str::<Record>("{\"titel\": null}").is_err());
    }

    #[test]
    fn toml_and_json_say_the_same() {
        let toml = r#"
            id = 17
            title = "T"
            date = 2018-02-09
            countries = "BZ"
            authors = ["A <a@b.org>", { name = "B" }]
            image = { url = "i.png", width = 3 }
            enclosures = [{ url = "t.mp3", type = "audio/mpeg", length = 5 }]
            publish-at = 2018-02-09T10:00:00Z
        "#;
        let json = r#"{"id": "17", "title": "T", "date": "2018-02-09", "countries": ["BZ"], "author": ["A <a@b.org>", {"name": "B"}],
            "image": {"url": "i.png", "width": 3}, "enclosures": {"url": "t.mp3", "type": "audio/mpeg", "length": 5, "title": null},
            "publish-at": "2018-02-09T10:00:00Z", "topics": null}"#;
        let toml: Record = toml::from_str(toml).expect("a record");
        assert_eq!(toml, serde_json::from_str(json).expect("a record"));
        assert_eq!(toml.date.as_deref(), Some("2018-02-09"));
    }

    #[test]
    fn an_empty_list_is_not_an_absent_one() {
        let record: Record = toml::from_str("countries = []").expect("a record");
        assert_eq!(record.countries, Some(Many(Vec::new())));
        assert_eq!(record.topics, None);
    }
}
