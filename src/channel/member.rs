//! Which items are in which bucket of each axis, newest first.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use rayon::prelude::*;

use super::{Sorted, order, takes};
use crate::classify::{Placement, Places};
use crate::config::{Config, Query, TopicKey};
use crate::item::{Item, Told};
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
        let newest_first = newest_first(sorted.items);
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

/// The positions of the items.
fn newest_first(items: &[Arc<Item>]) -> Vec<u32> {
    // The time, roughly and counted from its end, and the position, in one number: there may be a million.
    let dated = |(item, at): (&Arc<Item>, u32)| u64::from(!rough(item.published.timestamp())) << 32 | u64::from(at);
    let mut dated: Vec<u64> = items.par_iter().zip(0..items.len() as u32).map(dated).collect();
    let of = |dated: u64| order(&items[dated as u32 as usize]);
    dated.par_sort_unstable_by(|a, b| (a >> 32).cmp(&(b >> 32)).then_with(|| of(*a).cmp(&of(*b))));
    let mut newest_first: Vec<u32> = dated.into_iter().map(|dated| dated as u32).collect();
    // It is collected where the numbers stood, twice as long.
    newest_first.shrink_to_fit();
    newest_first
}

/// A time, in seconds since 1970, to four seconds: from 1697 to 2242, and for what is before or behind, that alone.
fn rough(time: i64) -> u32 {
    ((time.clamp(-(1 << 33), (1 << 33) - 1) + (1 << 33)) >> 2) as u32
}

type Buckets = (BTreeMap<Country, Vec<u32>>, BTreeMap<TopicKey, Vec<u32>>, BTreeMap<(Country, TopicKey), Vec<u32>>);

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Bucket<'a> {
    Country(Country),
    Topic(&'a TopicKey),
    Cell(Country, &'a TopicKey),
}

/// A million items belong in some hundreds of ways: which buckets one of them means is found out once, and how much goes into each before any is filled.
fn buckets<'a>(newest_first: &[u32], placements: &'a [Placement], crossed: bool) -> Buckets {
    let way = |at: &u32| std::ptr::from_ref::<Places>(&placements[*at as usize]);
    let mut ways: Quick<*const Places, (usize, &'a Places)> = HashMap::default();
    newest_first.iter().for_each(|at| ways.entry(way(at)).or_insert((0, &placements[*at as usize])).0 += 1);
    let (mut numbers, mut sizes): (Quick<Bucket<'a>, usize>, Vec<usize>) = (HashMap::default(), Vec::new());
    let mut numbers_of = |(count, places): (usize, &'a Places)| -> Vec<usize> {
        let countries = places.countries.iter().map(|country| Bucket::Country(*country));
        let cells = |key| places.countries.iter().filter(|_| crossed).map(move |country| Bucket::Cell(*country, key));
        let topics = places.topics.iter().flat_map(|key| std::iter::once(Bucket::Topic(key)).chain(cells(key)));
        let number = |bucket| {
            let number = *numbers.entry(bucket).or_insert_with(|| {
                sizes.push(0);
                sizes.len() - 1
            });
            sizes[number] += count;
            number
        };
        countries.chain(topics).map(number).collect()
    };
    let ways: Quick<*const Places, Vec<usize>> = ways.into_iter().map(|(way, items)| (way, numbers_of(items))).collect();
    let mut lists: Vec<Vec<u32>> = sizes.into_iter().map(Vec::with_capacity).collect();
    newest_first.iter().for_each(|at| ways[&way(at)].iter().for_each(|number| lists[*number].push(*at)));
    let mut buckets = Buckets::default();
    for (bucket, number) in numbers {
        let items = std::mem::take(&mut lists[number]);
        match bucket {
            Bucket::Country(country) => _ = buckets.0.insert(country, items),
            Bucket::Topic(key) => _ = buckets.1.insert(key.clone(), items),
            Bucket::Cell(country, key) => _ = buckets.2.insert((country, key.clone()), items),
        }
    }
    buckets
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

#[cfg(test)]
mod tests {
    use chrono::{DateTime, Duration};

    use super::*;
    use crate::item::Parts;

    proptest::proptest! {
        #[test]
        fn the_newest_stand_first_however_far_apart_they_are(
            times in proptest::collection::vec((-2i64..3, -3i64..4, 0i64..3), 0..40)
        ) {
            let item = |(at, (far, near, part)): (usize, &(i64, i64, i64))| {
                let time = DateTime::UNIX_EPOCH + Duration::seconds(far * (1 << 33) + near) + Duration::milliseconds(part * 300);
                Arc::new(Item::from(Parts::bare(&format!("{at}"), "T", time.fixed_offset())))
            };
            let items: Vec<Arc<Item>> = times.iter().enumerate().map(item).collect();
            let mut meant: Vec<u32> = (0..items.len() as u32).collect();
            meant.sort_by_key(|at| (std::cmp::Reverse(items[*at as usize].published.to_utc()), items[*at as usize].id()));
            proptest::prop_assert_eq!(newest_first(&items), meant);
        }
    }
}
