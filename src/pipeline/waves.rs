//! Which sheets are made at a time: all of them, or as many as memory has room for the items of.

use std::collections::{HashSet, VecDeque};

use super::prepare::{Prepare, Ready};
use super::render::Sheet;
use crate::channel::Catalogue;
use crate::crash;

/// So many bytes of encoded items are made for a wave.
const ROOM: usize = 32 << 20;

/// So many items are, before it is known how large they are.
const FIRST: usize = 4096;

/// The sheets that are to be made. Those go first whose newest item is the newest of all: so an item is ready for all that hold it at nearly one time.
#[derive(Debug)]
pub(super) struct Waves {
    /// By position.
    rest: VecDeque<usize>,
    /// How many of them hold each item; empty where all are one wave.
    uses: Vec<u32>,
    /// The items that pages of channels show, where the sheets are many: their texts are wanted when all are made.
    texts: HashSet<u32, foldhash::fast::RandomState>,
}

impl Waves {
    /// Of the sheets at these positions.
    pub fn of(prepare: &Prepare<'_>, catalogue: &Catalogue, (all, to_make): (&[Sheet<'_>], Vec<usize>), ready: &Ready) -> Self {
        let Prepare { config, items, .. } = prepare;
        let mut waves = Waves { rest: to_make.into(), uses: Vec::new(), texts: HashSet::default() };
        let mut first = HashSet::<u32, foldhash::fast::RandomState>::default();
        if waves.items(all).filter(|at| !ready.has(*at) && first.insert(*at)).nth(room(None)).is_none() {
            return waves;
        }
        let newest = |at: &usize| all[*at].items().first().map(|item| items[*item as usize].published);
        waves.rest.make_contiguous().sort_by_cached_key(|at| std::cmp::Reverse(newest(at)));
        let mut uses = vec![0; items.len()];
        waves.items(all).for_each(|at| uses[at as usize] += 1);
        waves.uses = uses;
        if config.output.pages {
            waves.texts = catalogue.channels.iter().flat_map(|channel| channel.shown().iter().copied()).collect();
        }
        waves
    }

    pub fn are_many(&self) -> bool {
        !self.uses.is_empty()
    }

    /// The items of the sheets that are still to be made.
    pub fn items<'s>(&'s self, all: &'s [Sheet<'_>]) -> impl Iterator<Item = u32> + 's {
        items(self.rest.iter(), all)
    }

    /// The sheets that are to be made now, by position: at least one while there are any.
    pub fn next(&mut self, all: &[Sheet<'_>], ready: &Ready) -> Option<Vec<usize>> {
        let count = if self.are_many() { self.as_many_as_fit(all, ready) } else { self.rest.len() };
        (count > 0).then(|| self.rest.drain(..count).collect())
    }

    fn as_many_as_fit(&self, all: &[Sheet<'_>], ready: &Ready) -> usize {
        let room = room(ready.size_of_one());
        let (mut new, mut count) = (HashSet::<u32, foldhash::fast::RandomState>::default(), 0);
        for at in &self.rest {
            new.extend(all[*at].items().iter().filter(|item| !ready.has(**item)));
            if new.len() > room && count > 0 {
                break;
            }
            count += 1;
        }
        count
    }

    /// Lets go of the items that these sheets held and none of the rest does.
    pub fn let_go(&mut self, wave: &[usize], all: &[Sheet<'_>], ready: &mut Ready) {
        if !self.are_many() {
            return;
        }
        let is_last = |at: &u32| {
            let uses = &mut self.uses[*at as usize];
            *uses -= 1;
            *uses == 0
        };
        let gone: Vec<u32> = items(wave.iter(), all).filter(is_last).collect();
        ready.let_go(&gone, |at| self.texts.contains(&at));
    }
}

/// How many items are a wave, where one has so many bytes.
fn room(size: Option<usize>) -> usize {
    crash::at_most("TIDINGS_WAVE", size.map_or(FIRST, |size| ROOM / size.max(1)))
}

/// The items of the sheets at these positions.
pub(super) fn items<'s>(at: impl Iterator<Item = &'s usize> + 's, all: &'s [Sheet<'_>]) -> impl Iterator<Item = u32> + 's {
    at.flat_map(|at| all[*at].items().iter().copied())
}
