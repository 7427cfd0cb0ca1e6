//! How the values of an item are serialised where only this program reads them again: in as few bytes and as little work as may be.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

use super::Date;

/// Seconds, nanoseconds and the offset in seconds.
type Parts = (i64, u32, i32);

fn parts(date: &Date) -> Parts {
    (date.timestamp(), date.timestamp_subsec_nanos(), date.offset().local_minus_utc())
}

fn whole<E: Error>((seconds, nanoseconds, offset): Parts) -> Result<Date, E> {
    let date = chrono::DateTime::from_timestamp(seconds, nanoseconds).zip(chrono::FixedOffset::east_opt(offset));
    date.map(|(date, offset)| date.with_timezone(&offset)).ok_or_else(|| E::custom("no date"))
}

pub mod date {
    use super::*;

    pub fn serialize<S: Serializer>(date: &Date, to: S) -> Result<S::Ok, S::Error> {
        parts(date).serialize(to)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Date, D::Error> {
        whole(Parts::deserialize(from)?)
    }
}

pub mod maybe_date {
    use super::*;

    pub fn serialize<S: Serializer>(date: &Option<Date>, to: S) -> Result<S::Ok, S::Error> {
        date.as_ref().map(parts).serialize(to)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Date>, D::Error> {
        Option::<Parts>::deserialize(from)?.map(whole).transpose()
    }
}

/// An address with the places of its parts, so that it need not be parsed again.
pub mod url {
    use super::*;
    use ::url::Url;

    pub fn serialize<S: Serializer>(url: &Url, to: S) -> Result<S::Ok, S::Error> {
        url.serialize_internal(to)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Url, D::Error> {
        Url::deserialize_internal(from)
    }
}

/// An address that is kept as text: text, and in JSON the form above, which databases have.
pub mod maybe_address {
    use std::borrow::Cow;

    use super::*;
    use ::url::Url;

    #[derive(Serialize, Deserialize)]
    struct Parsed(#[serde(with = "super::url")] Url);

    pub fn serialize<S: Serializer>(address: &Option<Cow<'_, str>>, to: S) -> Result<S::Ok, S::Error> {
        if !to.is_human_readable() {
            return address.serialize(to);
        }
        address.as_ref().and_then(|address| Url::parse(address).ok()).map(Parsed).serialize(to)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Cow<'de, str>>, D::Error> {
        if !from.is_human_readable() {
            return Ok(Option::<&str>::deserialize(from)?.map(Cow::Borrowed));
        }
        Ok(Option::<Parsed>::deserialize(from)?.map(|parsed| String::from(parsed.0).into()))
    }
}
