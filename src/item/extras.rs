//! What only some items have: a short list of what there is, so that an item pays nothing for what it has not.

use super::{Date, Enclosure, Image, Origin, Text};
use crate::config::TopicKey;
use crate::vocab::Country;

/// A field that an item may have.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Extra {
    Updated(Date),
    /// As `Updated`, of a record that does not say it.
    Noticed(Date),
    Text(Box<Text>),
    Dateline(Box<str>),
    Countries(Box<[Country]>),
    Topics(Box<[TopicKey]>),
    Story(Box<str>),
    Image(Box<Image>),
    Enclosures(Box<[Enclosure]>),
    Source(Box<Origin>),
    Rights(Box<str>),
    PublishAt(Date),
    Expires(Date),
}

impl Extra {
    fn is_update(&self) -> bool {
        matches!(self, Extra::Updated(_) | Extra::Noticed(_))
    }
}

/// Those that it has, in the order of the variants; `None` where it has none, as most. Their number stands beside them, so that this is a pointer alone.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Extras(Option<Box<List>>);

type List = Box<[Extra]>;

/// The value of the one variant that is asked for.
macro_rules! get {
    ($extras:expr, $variant:ident) => {
        $extras.list().iter().find_map(|extra| match extra {
            Extra::$variant(value) => Some(value),
            _ => None,
        })
    };
}

/// What an item may have, field by field.
pub(super) struct Rare {
    pub updated: Option<Date>,
    pub text: Option<Box<Text>>,
    pub dateline: Option<Box<str>>,
    pub countries: Option<Box<[Country]>>,
    pub topics: Option<Box<[TopicKey]>>,
    pub story: Option<Box<str>>,
    pub image: Option<Box<Image>>,
    pub enclosures: Vec<Enclosure>,
    pub source: Option<Box<Origin>>,
    pub rights: Option<Box<str>>,
    pub publish_at: Option<Date>,
    pub expires: Option<Date>,
}

impl From<Rare> for Extras {
    fn from(rare: Rare) -> Self {
        let enclosures = rare.enclosures;
        let all = [
            rare.updated.map(Extra::Updated),
            rare.text.map(Extra::Text),
            rare.dateline.map(Extra::Dateline),
            rare.countries.map(Extra::Countries),
            rare.topics.map(Extra::Topics),
            rare.story.map(Extra::Story),
            rare.image.map(Extra::Image),
            (!enclosures.is_empty()).then(|| Extra::Enclosures(enclosures.into())),
            rare.source.map(Extra::Source),
            rare.rights.map(Extra::Rights),
            rare.publish_at.map(Extra::PublishAt),
            rare.expires.map(Extra::Expires),
        ];
        all.into_iter().flatten().collect()
    }
}

impl FromIterator<Extra> for Extras {
    fn from_iter<I: IntoIterator<Item = Extra>>(all: I) -> Self {
        let list: List = all.into_iter().collect();
        Extras((!list.is_empty()).then(|| Box::new(list)))
    }
}

impl Extras {
    fn list(&self) -> &[Extra] {
        self.0.as_ref().map_or(&[], |list| list)
    }

    /// All of them, taken out.
    fn take(&mut self) -> Vec<Extra> {
        self.0.take().map(|list| *list).unwrap_or_default().into_vec()
    }

    pub fn updated(&self) -> Option<Date> {
        get!(self, Updated).or_else(|| get!(self, Noticed)).copied()
    }

    pub fn is_update_told(&self) -> bool {
        get!(self, Updated).is_some()
    }

    pub fn notice_update(&mut self, updated: Option<Date>) {
        let mut rest = self.take();
        rest.retain(|extra| !extra.is_update());
        *self = updated.map(Extra::Noticed).into_iter().chain(rest).collect();
    }

    pub fn text(&self) -> Option<&Text> {
        get!(self, Text).map(|text| &**text)
    }

    pub fn take_text(&mut self) -> Option<Box<Text>> {
        let mut rest = self.take();
        let text = rest.extract_if(.., |extra| matches!(extra, Extra::Text(_))).next();
        *self = rest.into_iter().collect();
        match text {
            Some(Extra::Text(text)) => Some(text),
            _ => None,
        }
    }

    pub fn put_text(&mut self, text: Option<Box<Text>>) {
        let mut rest = self.take();
        rest.retain(|extra| !matches!(extra, Extra::Text(_)));
        let at = usize::from(rest.first().is_some_and(Extra::is_update));
        text.into_iter().for_each(|text| rest.insert(at, Extra::Text(text)));
        *self = rest.into_iter().collect();
    }

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
