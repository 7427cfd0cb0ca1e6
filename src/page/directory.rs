//! The channels as people look for them: by language, then by axis.

use std::collections::BTreeMap;

use crate::channel::{Channel, Kind};
use crate::config::Config;
use crate::vocab::Language;

/// The channels that stand side by side in one language, or in all of them.
#[derive(Debug)]
pub struct Lane<'a> {
    /// What the paths of the lane begin with: nothing, or `es/`.
    pub prefix: &'a str,
    /// The language that the lane's texts are written in.
    pub language: &'a Language,
    pub sections: Vec<Section<'a>>,
}

/// The channels of one axis, in the order of their names.
#[derive(Debug)]
pub struct Section<'a> {
    pub axis: Axis,
    pub channels: Vec<Named<'a>>,
}

/// A channel and what it is called among its like.
#[derive(Debug)]
pub struct Named<'a> {
    pub channel: &'a Channel,
    /// Its position among all channels.
    pub at: usize,
    /// `Belize`, where the channel's title says whose news of Belize.
    pub name: String,
}

/// The sections, in the order in which they are listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Axis {
    All,
    Country,
    Topic,
    Crossing,
    Named,
}

impl Axis {
    fn of(kind: &Kind) -> Self {
        match kind {
            Kind::All => Axis::All,
            Kind::Country(_) => Axis::Country,
            Kind::Topic(_) => Axis::Topic,
            Kind::Crossing(..) => Axis::Crossing,
            Kind::Named => Axis::Named,
        }
    }
}

/// The lanes of a publication, the mixed one first, then in the order of its languages.
pub fn lanes<'a>(config: &'a Config, channels: &'a [Channel]) -> Vec<Lane<'a>> {
    let mut lanes: BTreeMap<(usize, &str), Vec<(usize, &Channel)>> = BTreeMap::new();
    for (at, channel) in channels.iter().enumerate() {
        let order = language_below(config, channel).map_or(0, |at| at + 1);
        lanes.entry((order, prefix(channel))).or_default().push((at, channel));
    }
    let lane = |((order, prefix), channels): ((usize, &'a str), Vec<(usize, &'a Channel)>)| {
        let language = order.checked_sub(1).map_or(config.publication.language(), |at| &config.publication.languages[at]);
        Lane { prefix, language, sections: sections(config, &channels, language) }
    };
    lanes.into_iter().map(lane).collect()
}

/// What the channel's path begins with before the path that its variants share.
pub fn prefix(channel: &Channel) -> &str {
    channel.path.strip_suffix(channel.family.as_str()).unwrap_or_default()
}

/// The position of the language in whose folder the channel stands.
fn language_below(config: &Config, channel: &Channel) -> Option<usize> {
    let folder = prefix(channel).strip_suffix('/')?;
    config.publication.languages.iter().position(|language| language.as_str().eq_ignore_ascii_case(folder))
}

/// The language that a channel's own texts are written in.
pub fn language<'a>(config: &'a Config, channel: &Channel) -> &'a Language {
    language_below(config, channel).map_or(config.publication.language(), |at| &config.publication.languages[at])
}

fn sections<'a>(config: &Config, channels: &[(usize, &'a Channel)], language: &Language) -> Vec<Section<'a>> {
    let mut sections: BTreeMap<Axis, Vec<Named<'a>>> = BTreeMap::new();
    for (at, channel) in channels {
        let named = Named { channel, at: *at, name: name(config, channel, language) };
        sections.entry(Axis::of(&channel.kind)).or_default().push(named);
    }
    let in_order = |(axis, mut channels): (Axis, Vec<Named<'a>>)| {
        channels.sort_by_cached_key(|named| (crate::vocab::fold::fold(&named.name), named.channel.path.clone()));
        Section { axis, channels }
    };
    sections.into_iter().map(in_order).collect()
}

/// What a channel is called where the publication need not be named.
pub fn name(config: &Config, channel: &Channel, language: &Language) -> String {
    let topic = |key: &str| config.topics.iter().find(|topic| &*topic.key == key).map_or(key, |topic| topic.title.get(language)).to_owned();
    match &channel.kind {
        Kind::All | Kind::Named => channel.title.clone(),
        Kind::Country(country) => country.name(language).to_owned(),
        Kind::Topic(key) => topic(key),
        Kind::Crossing(country, key) => format!("{}, {}", country.name(language), topic(key)),
    }
}
