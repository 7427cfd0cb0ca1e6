//! Stories: which items are translations of one another.

use std::sync::Arc;

use rayon::prelude::*;
use xxhash_rust::xxh3::xxh3_64;

use super::Item;

/// The items of each story.
#[derive(Debug)]
pub struct Stories<'a> {
    items: &'a [Arc<Item>],
    told: Arc<Told>,
}

/// By position, the next item that tells the same story, and the first again after the last; an item that tells none is its own next. Empty where none
/// tells any. It holds for any list in which each item tells what it told.
#[derive(Clone, Debug, Default)]
pub struct Told(Vec<u32>);

impl Told {
    /// Who tells the stories of these items.
    pub fn of(items: &[Arc<Item>]) -> Self {
        let story = |at: u32| items[at as usize].story();
        let hash = |at: u32| Some((xxh3_64(story(at)?.as_bytes()), at));
        let mut tellers: Vec<(u64, u32)> = (0..items.len() as u32).into_par_iter().filter_map(hash).collect();
        if tellers.is_empty() {
            return Told::default();
        }
        tellers.par_sort_unstable_by(|(a, one), (b, other)| {
            a.cmp(b).then_with(|| story(*one).cmp(&story(*other))).then_with(|| one.cmp(other))
        });
        let mut next: Vec<u32> = (0..items.len() as u32).collect();
        for versions in tellers.chunk_by(|(a, one), (b, other)| a == b && story(*one) == story(*other)) {
            let following = versions.iter().cycle().skip(1);
            versions.iter().zip(following).for_each(|((_, at), (_, other))| next[*at as usize] = *other);
        }
        Told(next)
    }

    /// The positions of the other versions of the story that the item at this position tells, in order from there on.
    pub fn versions(&self, at: u32) -> impl Iterator<Item = u32> {
        let next = |at: u32| self.0.get(at as usize).copied();
        std::iter::successors(next(at), move |at| next(*at)).take_while(move |other| *other != at)
    }

    /// The item at this position, which tells none, goes.
    pub fn take_out(&mut self, at: u32) {
        if !self.0.is_empty() {
            self.0.remove(at as usize);
            self.0.iter_mut().for_each(|own| *own -= u32::from(*own > at));
        }
    }

    /// The item at this position, which tells none, is new.
    pub fn make_room(&mut self, at: u32) {
        if !self.0.is_empty() {
            self.0.iter_mut().for_each(|own| *own += u32::from(*own >= at));
            self.0.insert(at as usize, at);
        }
    }
}

impl<'a> Stories<'a> {
    /// The stories that these items tell.
    pub fn of(items: &'a [Arc<Item>]) -> Self {
        Stories { items, told: Told::of(items).into() }
    }

    /// The same where it is known who tells them.
    pub fn told(items: &'a [Arc<Item>], told: Arc<Told>) -> Self {
        Stories { items, told }
    }

    /// As [`Told::versions`].
    pub fn versions(&self, at: u32) -> impl Iterator<Item = u32> {
        self.told.versions(at)
    }

    /// The same, the items.
    pub fn others(&self, at: u32) -> impl Iterator<Item = &'a Arc<Item>> {
        let items = self.items;
        self.versions(at).map(move |other| &items[other as usize])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    use crate::item::{Date, Parts};

    fn item(story: &str) -> Arc<Item> {
        let story = (!story.is_empty()).then(|| story.into());
        Arc::new(Parts { story, ..Parts::bare("a", "T", Date::default()) }.into())
    }

    fn told(stories: &[&str]) -> Told {
        Told::of(&stories.iter().map(|story| item(story)).collect::<Vec<_>>())
    }

    fn versions(told: &Told, count: u32) -> Vec<Vec<u32>> {
        (0..count).map(|at| told.versions(at).collect()).collect()
    }

    #[test]
    fn each_version_leads_to_all_others() {
        let one = told(&["a", "", "b", "a", "c", "b", "a"]);
        let want: [&[u32]; 7] = [&[3, 6], &[], &[5], &[6, 0], &[], &[2], &[0, 3]];
        assert_eq!(versions(&one, 7), want);
        assert_eq!(versions(&told(&["", ""]), 3), [[0u32; 0]; 3]);
    }

    #[test]
    fn versions_move_with_the_items() {
        let mut moved = told(&["a", "", "b", "a", "b"]);
        moved.take_out(1);
        assert_eq!(versions(&moved, 4), versions(&told(&["a", "b", "a", "b"]), 4));
        moved.make_room(4);
        moved.make_room(0);
        assert_eq!(versions(&moved, 6), versions(&told(&["", "a", "b", "a", "b", ""]), 6));
        let mut none = told(&["", ""]);
        none.take_out(0);
        none.make_room(1);
        assert_eq!(versions(&none, 2), [[0u32; 0]; 2]);
    }
}
