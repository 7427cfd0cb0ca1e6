//! What only some items have: a short list of what there is, so that an item pays nothing for what it has not.

use std::sync::Arc;

use super::{Date, Enclosure, Image, Origin};
use crate::config::TopicKey;
use crate::vocab::{Country, Once, Person};

/// A field that an item may have.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Extra {
    Dateline(Box<str>),
    Countries(Box<[Country]>),
    Topics(Box<[TopicKey]>),
    Story(Box<str>),
    /// Shared by all items of the same people.
    Authors(Arc<[Person]>),
    Image(Box<Image>),
    Enclosures(Box<[Enclosure]>),
    Source(Box<Origin>),
    Rights(Box<str>),
    PublishAt(Date),
    Expires(Date),
}

/// Those that it has, in the order of the variants.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Extras(Box<[Extra]>);

/// The value of the one variant that is asked for.
macro_rules! get {
    ($extras:expr, $variant:ident) => {
        $extras.0.iter().find_map(|extra| match extra {
            Extra::$variant(value) => Some(value),
            _ => None,
        })
    };
}

thread_local! {
    static PEOPLE: Once<[Person]> = Once::default();
}

/// What an item may have, field by field.
pub(super) struct Rare {
    pub dateline: Option<Box<str>>,
    pub countries: Option<Box<[Country]>>,
    pub topics: Option<Box<[TopicKey]>>,
    pub story: Option<Box<str>>,
    pub authors: Vec<Person>,
    pub image: Option<Box<Image>>,
    pub enclosures: Vec<Enclosure>,
    pub source: Option<Box<Origin>>,
    pub rights: Option<Box<str>>,
    pub publish_at: Option<Date>,
    pub expires: Option<Date>,
}

impl From<Rare> for Extras {
    fn from(rare: Rare) -> Self {
        let (authors, enclosures) = (rare.authors, rare.enclosures);
        let all = [
            rare.dateline.map(Extra::Dateline),
            rare.countries.map(Extra::Countries),
            rare.topics.map(Extra::Topics),
            rare.story.map(Extra::Story),
            (!authors.is_empty()).then(|| Extra::Authors(PEOPLE.with(|known| known.share(authors)))),
            rare.image.map(Extra::Image),
            (!enclosures.is_empty()).then(|| Extra::Enclosures(enclosures.into())),
            rare.source.map(Extra::Source),
            rare.rights.map(Extra::Rights),
            rare.publish_at.map(Extra::PublishAt),
            rare.expires.map(Extra::Expires),
        ];
        Extras(all.into_iter().flatten().collect())
    }
}

impl Extras {
    pub fn dateline(&self) -> Option<&str> {
        get!(self, Dateline).map(|text| &**text)
    }

    pub fn countries(&self) -> Option<&[Country]> {
        get!(self, Countries).map(|list| &**list)
    }

    pub fn topics(&self) -> Option<&[TopicKey]> {
        get!(self, Topics).map(|list| &**list)
    }

    pub fn story(&self) -> Option<&str> {
        get!(self, Story).map(|text| &**text)
    }

    pub fn authors(&self) -> &[Person] {
        get!(self, Authors).map_or(&[], |list| list)
    }

    pub fn image(&self) -> Option<&Image> {
        get!(self, Image).map(|image| &**image)
    }

    pub fn enclosures(&self) -> &[Enclosure] {
        get!(self, Enclosures).map_or(&[], |list| list)
    }

    pub fn source(&self) -> Option<&Origin> {
        get!(self, Source).map(|origin| &**origin)
    }

    pub fn rights(&self) -> Option<&str> {
        get!(self, Rights).map(|text| &**text)
    }

    pub fn publish_at(&self) -> Option<Date> {
        get!(self, PublishAt).copied()
    }

    pub fn expires(&self) -> Option<Date> {
        get!(self, Expires).copied()
    }
}
