//! What is known of all items brought up to the few that are others now.

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::{Ground, Steady};
use crate::channel::{Sorted, Touched};
use crate::config::Config;
use crate::item::{Edit, Item, Loaded, Stories};
use crate::ledger::{Against, Recall, Ref};
use crate::page;
use crate::pipeline::prepare::mark;
use crate::pipeline::recalled::{is_early, slipped, withheld};
use crate::pipeline::{Past, Sifted, next};

/// So many items may come, go or move.
const FEW: usize = 16;

/// A run.
#[derive(Clone, Copy)]
pub(super) struct Round<'a> {
    pub config: &'a Config,
    pub past: Past<'a>,
    pub now: DateTime<Utc>,
}

/// Brings it up to what was read, and sets that against the memory. `None` where all is to be sorted; then it is of no use any more.
pub(super) fn renew(steady: &mut Steady, (loaded, edits): (&Loaded<Sifted>, &[Edit]), round: Round<'_>) -> Option<Recall> {
    let ground = &mut steady.ground;
    ground.catalogue = std::mem::take(&mut ground.catalogue).as_sorted(std::mem::take(&mut steady.sketch));
    let recall = Recall::again(std::mem::take(&mut steady.refs), round.past.memory);
    let (touched, changed, out, put) = Default::default();
    let mut renewal = Renewal { round, steady, recall, touched, changed, out, put, moves: 0 };
    edits.iter().try_for_each(|edit| renewal.carry_out(edit, loaded))?;
    renewal.end(loaded)
}

struct Renewal<'a> {
    round: Round<'a>,
    steady: &'a mut Steady,
    recall: Recall,
    /// Which channels hold other items.
    touched: Touched,
    /// The positions of the items that are others.
    changed: Vec<u32>,
    /// The places in the memory of items that went, and of those that came: some did both, in this order or in that.
    out: BTreeSet<Ref>,
    put: BTreeSet<Ref>,
    moves: usize,
}

impl Renewal<'_> {
    fn carry_out(&mut self, edit: &Edit, loaded: &Loaded<Sifted>) -> Option<()> {
        let read = |at: u32| (loaded.items[at as usize].clone(), &loaded.notes[at as usize]);
        let both = edit.out.min(edit.put);
        for at in edit.at..edit.at + both {
            if !self.replace(at, read(at))? {
                self.take_out(at)?;
                self.put_in(at, read(at))?;
            }
        }
        for _ in both..edit.out {
            self.take_out(edit.at + both)?;
        }
        (edit.at + both..edit.at + edit.put).try_for_each(|at| self.put_in(at, read(at)))
    }

    /// Puts an item in the place of the one that was read at this position before; says no where it belongs elsewhere.
    fn replace(&mut self, read_at: u32, (mut item, note): (Arc<Item>, &Sifted)) -> Option<bool> {
        let Round { past, now, .. } = self.round;
        let Err(hidden) = self.steady.hidden_at.binary_search(&read_at) else { return Some(false) };
        let position = read_at - hidden as u32;
        let at = position as usize;
        let former = self.steady.items.get(at)?;
        if item.hidden(now).is_some() || is_early(&item, now) || note.placement != self.steady.placements[at] || !stands_as(&item, former) {
            return Some(false);
        }
        let place = self.recall.refs[at];
        if self.recall.meet(&mut item, past.memory, now)? != place {
            return None;
        }
        (self.steady.items[at], self.steady.records[at]) = (item, note.mark);
        self.changed.push(position);
        Some(true)
    }

    /// Takes out the item that was read at this position before.
    fn take_out(&mut self, read_at: u32) -> Option<()> {
        self.moves()?;
        let steady = &mut *self.steady;
        let nth = match steady.hidden_at.binary_search(&read_at) {
            Ok(nth) => {
                steady.hidden_at.remove(nth);
                steady.hidden.remove(nth);
                nth
            }
            Err(nth) => {
                let position = read_at - nth as u32;
                let at = position as usize;
                if steady.items.remove(at).story().is_some() {
                    return None;
                }
                steady.placements.remove(at);
                steady.records.remove(at);
                self.out.insert(self.recall.refs.remove(at));
                steady.ground.take_out(position, &mut self.touched);
                nth
            }
        };
        steady.hidden_at[nth..].iter_mut().for_each(|at| *at -= 1);
        Some(())
    }

    /// Puts in the item that was read at this position.
    fn put_in(&mut self, read_at: u32, (mut item, note): (Arc<Item>, &Sifted)) -> Option<()> {
        self.moves()?;
        let Round { config, past, now } = self.round;
        let steady = &mut *self.steady;
        let nth = steady.hidden_at.partition_point(|at| *at < read_at);
        steady.hidden_at[nth..].iter_mut().for_each(|at| *at += 1);
        let next = next::of_one(config, &steady.ground.catalogue.channels, &item, now);
        steady.ground.until = steady.ground.until.into_iter().chain(next).min();
        if let Some(why) = item.hidden(now) {
            if slipped(&item, Some(why), past.memory, now).is_some() {
                return None;
            }
            steady.hidden_at.insert(nth, read_at);
            steady.hidden.insert(nth, (item.key().into(), why));
            return Some(());
        }
        if is_early(&item, now) || item.story().is_some() {
            return None;
        }
        let place = self.recall.meet(&mut item, past.memory, now)?;
        self.put.insert(place);
        let position = read_at - nth as u32;
        let at = position as usize;
        self.recall.refs.insert(at, place);
        steady.items.insert(at, item);
        steady.placements.insert(at, note.placement.clone());
        steady.records.insert(at, note.mark);
        let sorted = Sorted { items: &steady.items, placements: &steady.placements, now };
        self.changed.push(position);
        steady.ground.put_in(config, sorted, position, &mut self.touched).then_some(())
    }

    /// One more that comes, goes or moves.
    fn moves(&mut self) -> Option<()> {
        self.moves += 1;
        (self.moves <= FEW && self.round.config.channels.matrix.is_none()).then_some(())
    }

    fn end(mut self, loaded: &Loaded<Sifted>) -> Option<Recall> {
        let Round { config, past, now } = self.round;
        let Steady { items, placements, ground, records, hidden_at, .. } = &mut *self.steady;
        let sorted = Sorted { items, placements, now };
        ground.settle(config, sorted.items, records, &self.changed);
        if !ground.catalogue.redraw(config, sorted, &self.changed, &self.touched) {
            return None;
        }
        let gone: Vec<Ref> = self.out.difference(&self.put).copied().collect();
        if !gone.is_empty() {
            let buried = now + chrono::Duration::days(i64::from(config.output.tombstone_days));
            ground.until = ground.until.into_iter().chain([buried]).min();
        }
        let has_new = self.recall.after.items().len() > self.recall.known;
        let withheld = if has_new { withheld(&loaded.items, hidden_at, past.memory) } else { Vec::new() };
        self.recall.settle(gone, Against::new(config, (past.memory, &withheld), now));
        Some(self.recall)
    }
}

impl Ground {
    /// The item at this position, which tells no story, is gone.
    fn take_out(&mut self, position: u32, touched: &mut Touched) {
        self.catalogue.take_out(position, touched);
        self.marks.remove(position as usize);
        self.own.retain(|own| *own != position);
        self.own.iter_mut().for_each(|own| *own -= u32::from(*own > position));
    }

    /// The item at this position, which tells no story, is new; its mark is made when it is [settled](Self::settle). Says no where it belongs to a channel
    /// that there is not.
    fn put_in(&mut self, config: &Config, sorted: Sorted<'_>, position: u32, touched: &mut Touched) -> bool {
        self.marks.insert(position as usize, 0);
        self.own.iter_mut().for_each(|own| *own += u32::from(*own >= position));
        self.catalogue.put_in(config, sorted, position, touched)
    }

    /// Brings what is known of these items to what they are now.
    fn settle(&mut self, config: &Config, items: &[Arc<Item>], records: &[u64], changed: &[u32]) {
        let stories = Stories::told(items, self.catalogue.told.clone());
        // Versions of a story link to each other.
        let touched: BTreeSet<u32> = changed.iter().flat_map(|at| stories.versions(*at).chain([*at])).collect();
        for at in touched {
            let item = &items[at as usize];
            self.marks[at as usize] = mark(records[at as usize], at, item, &stories);
            match (self.own.binary_search(&at), page::has_own_page(config, item)) {
                (Ok(nth), false) => _ = self.own.remove(nth),
                (Err(nth), true) => self.own.insert(nth, at),
                _ => {}
            }
        }
    }
}

/// Whether the one is sorted as the other is, and for the same time.
fn stands_as(item: &Item, former: &Item) -> bool {
    item.id() == former.id()
        && item.published == former.published
        && item.language == former.language
        && item.story() == former.story()
        && item.authors() == former.authors()
        && item.lifetime() == former.lifetime()
}
