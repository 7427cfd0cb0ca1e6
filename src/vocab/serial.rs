//! The words as texts in whatever serde writes, and checked when they are read again.

use std::borrow::Cow;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

use super::{Country, Language, MediaType};

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

/// Lists of words that come again and again, such as the keys of topics: each once in memory, as far as one thread reads them.
pub mod words {
    use std::cell::RefCell;
    use std::collections::HashSet;
    use std::sync::Arc;

    use super::{Cow, Deserialize, Deserializer, Serialize, Serializer};

    /// Where there are more, they are none that come again.
    const MOST: usize = 10_000;

    thread_local! {
        static KNOWN: RefCell<HashSet<Arc<str>, foldhash::fast::RandomState>> = RefCell::default();
    }

    #[derive(Deserialize)]
    struct Word<'a>(#[serde(borrow)] Cow<'a, str>);

    pub fn serialize<S: Serializer>(words: &[Arc<str>], to: S) -> Result<S::Ok, S::Error> {
        words.serialize(to)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<Arc<str>>, D::Error> {
        let words = Vec::<Word<'_>>::deserialize(from)?;
        Ok(KNOWN.with_borrow_mut(|known| words.iter().map(|word| shared(known, &word.0)).collect()))
    }

    fn shared(known: &mut HashSet<Arc<str>, foldhash::fast::RandomState>, word: &str) -> Arc<str> {
        if let Some(word) = known.get(word) {
            return word.clone();
        }
        let word: Arc<str> = word.into();
        if known.len() < MOST {
            known.insert(word.clone());
        }
        word
    }
}

/// The same where there may be no list.
pub mod maybe_words {
    use std::sync::Arc;

    use super::{Deserialize, Deserializer, Serialize, Serializer, words};

    #[derive(Deserialize)]
    struct Words(#[serde(deserialize_with = "words::deserialize")] Vec<Arc<str>>);

    pub fn serialize<S: Serializer>(words: &Option<Vec<Arc<str>>>, to: S) -> Result<S::Ok, S::Error> {
        words.serialize(to)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Vec<Arc<str>>>, D::Error> {
        Ok(Option::<Words>::deserialize(from)?.map(|words| words.0))
    }
}
