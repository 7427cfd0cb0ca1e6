//! An item with each of its fields apart: as it is put together, and taken apart again to be another. What is kept of a million of them is
//! [`Item`].

use std::sync::Arc;

use url::Url;

use super::extras::Rare;
use super::home::Home;
use super::link::Link;
use super::{Date, Enclosure, Image, Item, ItemId, Lifetime, Names, Origin, Text};
use crate::config::TopicKey;
use crate::diag::Place;
use crate::vocab::{Country, Language, Person};

/// The fields of an item, each as the [`Item`] says.
#[derive(Clone, Debug, PartialEq)]
pub struct Parts {
    /// A file, or a line of one.
    pub place: Place,
    pub key: Arc<str>,
    pub id: ItemId,
    /// Never empty.
    pub title: String,
    pub published: Date,
    pub updated: Option<Date>,
    pub dateline: Option<String>,
    pub text: Option<Box<Text>>,
    pub link: Option<Url>,
    pub countries: Option<Vec<Country>>,
    pub topics: Option<Vec<TopicKey>>,
    pub language: Language,
    pub story: Option<Arc<str>>,
    pub authors: Vec<Person>,
    pub image: Option<Box<Image>>,
    pub enclosures: Vec<Enclosure>,
    pub source: Option<Box<Origin>>,
    pub rights: Option<String>,
    pub lifetime: Lifetime,
    /// The first byte of its record's line, in NDJSON.
    pub offset: u64,
}

#[cfg(test)]
impl Parts {
    /// Of an item that says no more than it has to.
    pub fn bare(key: &str, title: &str, date: Date) -> Self {
        Parts {
            place: Place::file(std::path::PathBuf::from(format!("items/{key}.toml"))),
            key: key.into(),
            id: ItemId { iri: format!("tag:example.org,2018:item/{key}").into(), guid: None },
            title: title.to_owned(),
            published: date,
            updated: None,
            dateline: None,
            text: None,
            link: None,
            countries: None,
            topics: None,
            language: Language::parse("en").expect("a language"),
            story: None,
            authors: Vec::new(),
            image: None,
            enclosures: Vec::new(),
            source: None,
            rights: None,
            lifetime: Lifetime::default(),
            offset: 0,
        }
    }
}

impl From<Parts> for Item {
    fn from(mut parts: Parts) -> Self {
        let link = parts.link.take();
        parts.with_page(link.as_ref().map(Url::as_str))
    }
}

impl Parts {
    /// The item whose page is at this absolute address, if it has one, whatever `link` says.
    pub(super) fn with_page(self, address: Option<&str>) -> Item {
        let parts = self;
        let Lifetime { draft, by_day, publish_at, expires, withdrawn } = parts.lifetime;
        let rare = Rare {
            updated: parts.updated,
            text: parts.text,
            dateline: parts.dateline.map(Into::into),
            countries: parts.countries.map(Into::into),
            topics: parts.topics.map(Into::into),
            story: parts.story.map(|story| (*story).into()),
            image: parts.image,
            enclosures: parts.enclosures,
            source: parts.source,
            rights: parts.rights.map(Into::into),
            publish_at,
            expires,
        };
        Item {
            names: Names::new(&parts.id.iri, parts.id.guid.as_deref(), &parts.key, &parts.title),
            published: parts.published,
            home: Home::new(parts.place.path, parts.place.line > 0, address.map(Link::new), parts.authors),
            language: parts.language,
            extras: rare.into(),
            line: parts.place.line,
            offset: parts.offset,
            draft,
            by_day,
            withdrawn,
        }
    }
}

impl From<&Item> for Parts {
    fn from(item: &Item) -> Self {
        Parts {
            place: item.place(),
            key: item.key().into(),
            id: ItemId { iri: item.iri().into(), guid: item.guid().map(Arc::from) },
            title: item.title().to_owned(),
            published: item.published,
            updated: item.updated(),
            dateline: item.dateline().map(str::to_owned),
            text: item.text().cloned().map(Box::new),
            link: item.link(),
            countries: item.countries().map(<[_]>::to_vec),
            topics: item.topics().map(<[_]>::to_vec),
            language: item.language.clone(),
            story: item.story().map(Arc::from),
            authors: item.authors().to_vec(),
            image: item.image().cloned().map(Box::new),
            enclosures: item.enclosures().to_vec(),
            source: item.source().cloned().map(Box::new),
            rights: item.rights().map(str::to_owned),
            lifetime: item.lifetime(),
            offset: item.offset(),
        }
    }
}
