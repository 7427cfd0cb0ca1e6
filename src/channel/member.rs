//! Which items are in which bucket of each axis, newest first.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Utc};
use rayon::prelude::*;

use super::{Sorted, newest, order, takes};
use crate::classify::Placement;
use crate::config::{Config, Query, TopicKey};
use crate::item::Told;
use crate::vocab::{Country, Language};

/// The items by bucket. Positions in the list of items, newest first.
pub(super) struct Members<'a> {
    pub newest_first: Vec<u32>,
    pub countries: BTreeMap<Country, Vec<u32>>,
    pub topics: BTreeMap<TopicKey, Vec<u32>>,
    /// Filled only where the config wants a matrix.
    pub cells: BTreeMap<(Country, TopicKey), Vec<u32>>,
    pub facts: Facts<'a>,
}

/// What is asked of items once for each of their channels, in numbers that stand close together: the items themselves lie all over the memory.
pub(super) struct Facts<'a> {
    /// All that items are in.
    pub languages: Vec<&'a Language>,
    /// The number of each item's.
    language_of: Vec<u32>,
    told: &'a Told,
}

/// So many items are asked at a time.
const PART: usize = 16_384;

type Quick<K, V> = HashMap<K, V, foldhash::fast::RandomState>;

impl<'a> Members<'a> {
    pub fn collect(config: &Config, sorted: Sorted<'a>, told: &'a Told) -> Self {
        let mut dated: Vec<(Reverse<DateTime<Utc>>, u32)> =
            sorted.items.par_iter().zip(0..sorted.items.len() as u32).map(|(item, at)| (newest(item), at)).collect();
        let of = |at: u32| order(&sorted.items[at as usize]);
        dated.par_sort_unstable_by(|(a, first), (b, second)| a.cmp(b).then_with(|| of(*first).cmp(&of(*second))));
        let mut newest_first: Vec<u32> = dated.into_iter().map(|(_, at)| at).collect();
        // It is collected where the dates stood, four times as long.
        newest_first.shrink_to_fit();
        let (facts, (countries, topics, cells)) =
            rayon::join(|| Facts::of(sorted, told), || buckets(&newest_first, sorted.placements, config.channels.matrix.is_some()));
        Members { newest_first, countries, topics, cells, facts }
    }

    /// The items that a query takes.
    pub fn select(&self, sorted: Sorted<'_>, query: &Query) -> Vec<u32> {
        let taken = |at: &u32| takes(query, &sorted.items[*at as usize], &sorted.placements[*at as usize], sorted.now);
        self.newest_first.iter().copied().filter(taken).collect()
    }
}

type Buckets = (BTreeMap<Country, Vec<u32>>, BTreeMap<TopicKey, Vec<u32>>, BTreeMap<(Country, TopicKey), Vec<u32>>);

fn buckets(newest_first: &[u32], placements: &[Placement], crossed: bool) -> Buckets {
    let (mut keys, mut numbers): (Vec<&TopicKey>, Quick<&str, usize>) = (Vec::new(), HashMap::default());
    let (mut countries, mut topics): (Quick<Country, Vec<u32>>, Vec<Vec<u32>>) = (HashMap::default(), Vec::new());
    let mut cells: Quick<(Country, usize), Vec<u32>> = HashMap::default();
    for at in newest_first {
        let placement = &placements[*at as usize];
        placement.countries.iter().for_each(|country| countries.entry(*country).or_default().push(*at));
        for key in &placement.topics {
            let number = *numbers.entry(key).or_insert_with(|| {
                keys.push(key);
                topics.push(Vec::new());
                topics.len() - 1
            });
            topics[number].push(*at);
            if crossed {
                placement.countries.iter().for_each(|country| cells.entry((*country, number)).or_default().push(*at));
            }
        }
    }
    let key = |number: usize| keys[number].clone();
    let cells = cells.into_iter().map(|((country, number), items)| ((country, key(number)), items)).collect();
    (countries.into_iter().collect(), topics.into_iter().enumerate().map(|(number, items)| (key(number), items)).collect(), cells)
}

impl<'a> Facts<'a> {
    fn of(sorted: Sorted<'a>, told: &'a Told) -> Self {
        let mut languages: Vec<&Language> = Vec::new();
        let mut number = |language: &'a Language| {
            let known = languages.iter().position(|known| *known == language);
            known.unwrap_or_else(|| {
                languages.push(language);
                languages.len() - 1
            }) as u32
        };
        let mut language_of: Vec<u32> = Vec::with_capacity(sorted.items.len());
        for part in sorted.items.chunks(PART) {
            let asked: Vec<&Language> = part.par_iter().map(|item| &item.language).collect();
            language_of.extend(asked.into_iter().map(&mut number));
        }
        Facts { languages, language_of, told }
    }

    /// The number of the item's language.
    pub fn language(&self, at: u32) -> usize {
        self.language_of[at as usize] as usize
    }

    /// The first item that tells its story, if others tell it too.
    pub fn story(&self, at: u32) -> Option<u32> {
        self.told.versions(at).min().map(|other| other.min(at))
    }
}
