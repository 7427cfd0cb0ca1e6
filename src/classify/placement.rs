//! Where an item belongs. A million items belong in some hundreds of ways: each is in memory once, as far as one thread meets it.

use std::ops::Deref;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::config::TopicKey;
use crate::vocab::{Country, Once};

/// Where an item belongs, shared by all that belong there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Placement(Arc<Places>);

/// Sorted by value (topics in the order of the config), each value once.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Places {
    pub countries: Box<[Country]>,
    #[serde(deserialize_with = "crate::vocab::serial::words")]
    pub topics: Box<[TopicKey]>,
}

thread_local! {
    static KNOWN: Once<Places> = Once::default();
}

impl Placement {
    pub fn of(places: Places) -> Self {
        Placement(KNOWN.with(|known| known.share(places)))
    }
}

impl Deref for Placement {
    type Target = Places;

    fn deref(&self) -> &Places {
        &self.0
    }
}

impl Serialize for Placement {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(to)
    }
}

impl<'de> Deserialize<'de> for Placement {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Places::deserialize(from).map(Placement::of)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_the_same_is_there_once() {
        let places = |code: &str| Places { countries: Country::parse(code).into_iter().collect(), topics: ["water".into()].into() };
        let (one, same, other) = (Placement::of(places("BZ")), Placement::of(places("BZ")), Placement::of(places("MX")));
        assert!(Arc::ptr_eq(&one.0, &same.0));
        assert_ne!(one, other);
        let kept = postcard::to_stdvec(&one).expect("bytes");
        assert!(Arc::ptr_eq(&one.0, &postcard::from_bytes::<Placement>(&kept).expect("a placement").0));
    }
}
