//! The words as texts in whatever serde writes, and checked when they are read again.

use std::borrow::Cow;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

use super::{Country, Language, MediaType, Once};

impl Serialize for Country {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self.alpha2())
    }
}

impl<'de> Deserialize<'de> for Country {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let code = Cow::<str>::deserialize(from)?;
        Country::of_alpha2(&code).ok_or_else(|| D::Error::custom(format_args!("`{code}` is no country")))
    }
}

impl Serialize for Language {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Language {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Language::parse(&Cow::<str>::deserialize(from)?).map_err(D::Error::custom)
    }
}

impl Serialize for MediaType {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for MediaType {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = Cow::<str>::deserialize(from)?;
        MediaType::parse(&text).ok_or_else(|| D::Error::custom(format_args!("`{text}` is no media type")))
    }
}

/// Words that come again and again, such as the keys of topics.
type Words = Box<[Arc<str>]>;

thread_local! {
    static KNOWN: Once<str> = Once::default();
}

/// For `deserialize_with`: each word once in memory, as far as one thread reads them.
pub fn words<'de, D: Deserializer<'de>>(from: D) -> Result<Words, D::Error> {
    #[derive(Deserialize)]
    struct Word<'a>(#[serde(borrow)] Cow<'a, str>);

    Ok(Vec::<Word<'_>>::deserialize(from)?.iter().map(|word| shared(&word.0)).collect())
}

/// The same where there may be no list.
pub fn maybe_words<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Words>, D::Error> {
    #[derive(Deserialize)]
    struct Given(#[serde(deserialize_with = "words")] Words);

    Ok(Option::<Given>::deserialize(from)?.map(|given| given.0))
}

fn shared(word: &str) -> Arc<str> {
    KNOWN.with(|known| known.share(word))
}
