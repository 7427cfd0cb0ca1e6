//! How an item is serialised where only this program reads it again. Where its record stands and what was left in it are not, for they are the
//! reader's.

use std::borrow::Cow;

use serde::ser::SerializeStruct;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::extras::Rare;
use super::home::Home;
use super::link::Link;
use super::{Date, Enclosure, Image, Item, Lifetime, Names, Origin, compact};
use crate::config::TopicKey;
use crate::vocab::{Country, Language, Person};

/// The published id.
#[derive(Serialize, Deserialize)]
struct Id<'a> {
    #[serde(borrow)]
    iri: Cow<'a, str>,
    guid: Option<Cow<'a, str>>,
}

#[derive(Serialize)]
struct Dated(#[serde(with = "compact::date")] Date);

#[derive(Serialize)]
struct MaybeDated(#[serde(with = "compact::maybe_date")] Option<Date>);

/// An address as text, or with the places of its parts where people may read it: the form that databases have since the first version.
#[derive(Serialize)]
struct Address<'a>(#[serde(with = "compact::maybe_address")] Option<Cow<'a, str>>);

impl Serialize for Item {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut to = to.serialize_struct("Item", 17)?;
        to.serialize_field("key", self.key())?;
        to.serialize_field("id", &Id { iri: self.iri().into(), guid: self.guid().map(Cow::from) })?;
        to.serialize_field("title", self.title())?;
        to.serialize_field("published", &Dated(self.published))?;
        to.serialize_field("updated", &MaybeDated(self.updated()))?;
        to.serialize_field("dateline", &self.dateline())?;
        to.serialize_field("link", &Address(self.address().map(Cow::from)))?;
        to.serialize_field("countries", &self.countries())?;
        to.serialize_field("topics", &self.topics())?;
        to.serialize_field("language", &self.language)?;
        to.serialize_field("story", &self.story())?;
        to.serialize_field("authors", self.authors())?;
        to.serialize_field("image", &self.image())?;
        to.serialize_field("enclosures", self.enclosures())?;
        to.serialize_field("source", &self.source())?;
        to.serialize_field("rights", &self.rights())?;
        to.serialize_field("lifetime", &self.lifetime())?;
        to.end()
    }
}

/// An item as it is read again.
#[derive(Deserialize)]
struct Read<'a> {
    #[serde(borrow)]
    key: Cow<'a, str>,
    #[serde(borrow)]
    id: Id<'a>,
    #[serde(borrow)]
    title: Cow<'a, str>,
    #[serde(with = "compact::date")]
    published: Date,
    #[serde(with = "compact::maybe_date")]
    updated: Option<Date>,
    dateline: Option<Box<str>>,
    #[serde(borrow, with = "compact::maybe_address")]
    link: Option<Cow<'a, str>>,
    countries: Option<Box<[Country]>>,
    #[serde(deserialize_with = "crate::vocab::serial::maybe_words")]
    topics: Option<Box<[TopicKey]>>,
    language: Language,
    story: Option<Box<str>>,
    authors: Vec<Person>,
    image: Option<Box<Image>>,
    enclosures: Vec<Enclosure>,
    source: Option<Box<Origin>>,
    rights: Option<Box<str>>,
    lifetime: Lifetime,
}

impl<'de> Deserialize<'de> for Item {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let read = Read::deserialize(from)?;
        let Lifetime { draft, by_day, publish_at, expires, withdrawn } = read.lifetime;
        let rare = Rare {
            updated: read.updated,
            text: None,
            dateline: read.dateline,
            countries: read.countries,
            topics: read.topics,
            story: read.story,
            image: read.image,
            enclosures: read.enclosures,
            source: read.source,
            rights: read.rights,
            publish_at,
            expires,
        };
        Ok(Item {
            names: Names::new(&read.id.iri, read.id.guid.as_deref(), &read.key, &read.title),
            published: read.published,
            language: read.language,
            home: Home::nowhere(read.link.map(|link| Link::new(&link)), read.authors),
            extras: rare.into(),
            line: 0,
            offset: 0,
            draft,
            by_day,
            withdrawn,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::item::{Parts, Text};

    const JSON: &str = concat!(
        r#"{"key":"k","id":{"iri":"tag:a,2018:k","guid":"4711"},"title":"T","published":[1518177600,0,-21600],"updated":null,"#,
        r#""dateline":"San José","link":["https://a.org/x?y#z",5,8,8,13,{"Domain":null},null,13,15,17],"countries":["BZ"],"topics":[],"#,
        r#""language":"en","story":"s","authors":[{"name":"Ana","email":null,"uri":null}],"image":null,"enclosures":[],"source":null,"#,
        r#""rights":null,"lifetime":{"draft":true,"by_day":false,"publish_at":[1518177600,0,0],"expires":null,"withdrawn":false}}"#,
    );

    #[test]
    fn an_item_stays_small() {
        assert!(
            size_of::<Item>() <= 80 && size_of::<crate::item::extras::Extra>() <= 24,
            "{} and {}",
            size_of::<Item>(),
            size_of::<crate::item::extras::Extra>()
        );
    }

    #[test]
    fn the_form_in_databases_stays() {
        let json = JSON.replace(r#"{"Domain":null}"#, &host());
        let item: Item = serde_json::from_str(&json).expect("an item");
        assert_eq!((item.address(), item.story(), item.topics()), (Some("https://a.org/x?y#z".to_owned()), Some("s"), Some(&[][..])));
        assert_eq!(serde_json::to_string(&item).expect("JSON"), json);
    }

    /// As the `url` of the tree writes it.
    fn host() -> String {
        let url = url::Url::parse("https://a.org/x?y#z").expect("a URL");
        let mut json = Vec::new();
        url.serialize_internal(&mut serde_json::Serializer::new(&mut json)).expect("JSON");
        let parts: Vec<serde_json::Value> = serde_json::from_slice(&json).expect("a list");
        parts[5].to_string()
    }

    #[test]
    fn what_is_kept_is_what_was_there() {
        let json = JSON.replace(r#"{"Domain":null}"#, &host());
        let item: Item = serde_json::from_str(&json).expect("an item");
        let kept = postcard::to_stdvec(&item).expect("bytes");
        assert_eq!(postcard::from_bytes::<Item>(&kept).expect("an item"), item);
        let parts = Parts { text: Some(Box::new(Text::default())), ..Parts::from(&item) };
        let mut again = Item::from(parts);
        assert_eq!(again.text(), Some(&Text::default()));
        again.put_text(None);
        assert_eq!(again, item);
    }
}
