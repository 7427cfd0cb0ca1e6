//! The channels of one item, told by the item alone: what [`super::catalogue`] tells of all items together, for those who have them in a database.

use chrono::{DateTime, Utc};

use super::takes;
use crate::classify::Placement;
use crate::config::{Config, paths};
use crate::item::Item;

/// A place that an item has: a channel that it belongs to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Spot {
    /// Without extension.
    pub channel: String,
    /// What the channel shares with its variants in other languages.
    pub family: String,
}

/// Every channel that the item belongs to, whatever limits and translations make of it there.
pub fn spots(config: &Config, item: &Item, placement: &Placement, now: DateTime<Utc>) -> Vec<Spot> {
    let mut spots = Vec::new();
    for family in families(config, item, placement, now) {
        if config.channels.per_language && config.publication.languages.len() > 1 {
            let languages = config.publication.languages.iter().filter(|language| item.language.matches(language));
            spots.extend(languages.map(|language| Spot { channel: paths::in_language(language, &family), family: family.clone() }));
        }
        spots.push(Spot { channel: family.clone(), family });
    }
    spots.sort_unstable();
    spots
}

fn families(config: &Config, item: &Item, placement: &Placement, now: DateTime<Utc>) -> Vec<String> {
    let channels = &config.channels;
    let countries: Vec<_> = placement.countries.iter().copied().filter(|country| config.countries.allows(*country)).collect();
    let topics: Vec<_> = config.topics.iter().filter(|topic| placement.topics.contains(&topic.key)).collect();
    let mut families: Vec<String> = channels.all.then(|| paths::ALL.to_owned()).into_iter().collect();
    if let Some(axis) = &channels.countries {
        families.extend(countries.iter().filter(|country| axis.takes(country.alpha2())).map(|country| paths::country(*country)));
    }
    if let Some(axis) = &channels.topics {
        families.extend(topics.iter().filter(|topic| axis.takes(&topic.key)).map(|topic| paths::topic(topic)));
    }
    if channels.matrix.is_some() {
        families.extend(countries.iter().flat_map(|country| topics.iter().map(|topic| paths::crossing(*country, topic))));
    }
    families.extend(config.named.iter().filter(|named| takes(&named.query, item, placement, now)).map(|named| named.path.clone()));
    families
}
