//! A batch of items set against what is remembered, and written.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use postgres::Transaction;

use super::put::{How, Taken};
use super::rows::{Row, bury, dig_up, displaced, lock, told_elsewhere, want, write_items, write_placements};
use super::stored;
use crate::channel;
use crate::config::Config;
use crate::diag::Findings;
use crate::item::{Hidden, Item};
use crate::ledger::guard::{self, Repeat};
use crate::ledger::postgres::{KNOWN, known, save_known};
use crate::ledger::{Accept, Against, Known, Memory, Recall, Ref, Traces, recall};
use crate::pipeline::{self, Sifted};

/// Items on their way in.
pub(super) struct Batch<'a> {
    config: &'a Config,
    how: How<'a>,
    /// By id.
    items: Vec<(Item, Sifted)>,
}

/// What they are beside what is remembered.
struct Met {
    rows: Vec<Row>,
    /// Those that are seen now.
    shown: Vec<Arc<Item>>,
    memory: Memory,
    recalled: Recall,
}

/// The items that readers would see a second time.
fn repeats(met: &Met) -> Vec<Repeat> {
    let repeat = |(position, old): &(u32, u32)| Repeat { item: met.shown[*position as usize].clone(), old: met.memory.get(*old).clone() };
    met.recalled.repeats.iter().map(repeat).collect()
}

/// What is said of items that readers would see a second time.
pub(super) fn refused(config: &Config, repeats: &[Repeat], transaction: &mut Transaction<'_>) -> Result<Findings, postgres::Error> {
    let published = transaction.query_one("select count(*) from ledger where gone is null", &[])?;
    let refused = guard::repeats(config, repeats, published.get::<_, i64>(0) as usize);
    Ok(refused.into_iter().map(|refusal| refusal.finding).collect())
}

impl<'a> Batch<'a> {
    pub fn of(config: &'a Config, mut items: Vec<(Item, Sifted)>, how: How<'a>) -> Self {
        // One order for all machines, so that no two wait for each other.
        items.sort_by(|(a, _), (b, _)| a.iri().cmp(b.iri()));
        Batch { config, how, items }
    }

    pub fn take_in(mut self, transaction: &mut Transaction<'_>) -> Result<Result<Taken, Findings>, postgres::Error> {
        let total = self.items.len();
        let met = self.meet(transaction)?;
        let Met { rows, memory, recalled, .. } = &met;
        let repeats = repeats(&met);
        if !repeats.is_empty() && !self.how.accepted.contains(&Accept::Repeats) {
            return refused(self.config, &repeats, transaction).map(Err);
        }
        let iris: Vec<&str> = rows.iter().map(|row| &*row.iri).collect();
        let hidden = rows.iter().filter(|row| row.is_hidden).count();
        let is_news = |known: &&Known| memory.find(known.iri()).is_none_or(|at| memory.get(at) != *known);
        let news: Vec<&Known> = recalled.after.items().iter().filter(is_news).collect();
        let (new, gone) = (recalled.new_items().count(), recalled.gone.len());
        let mut taken = Taken { unchanged: total - rows.len(), new, gone, ..Taken::default() };
        taken.changed = rows.len().saturating_sub(new + hidden);
        taken.families = told_elsewhere(transaction, &iris, rows)?;
        let back = met.shown.iter().filter(|item| memory.find(item.iri()).is_some_and(|at| memory.get(at).gone.is_some()));
        dig_up(transaction, &back.map(|item| item.iri()).collect::<Vec<_>>())?;
        bury(self.config, transaction, &recalled.gone.iter().map(|at| recalled.after.get(*at).iri()).collect::<Vec<_>>())?;
        // These first: who puts the same new item at the same time waits here, and then finds it placed.
        write_items(transaction, rows)?;
        taken.families.extend(displaced(transaction, &iris)?);
        taken.families.extend(rows.iter().flat_map(|row| row.spots.iter().map(|spot| spot.family.clone())));
        save_known(transaction, &news)?;
        write_placements(transaction, rows)?;
        want(transaction, &taken.families)?;
        Ok(Ok(taken))
    }

    /// The items of it that readers would see a second time: only those that nobody knows, or that have another guid, can be that.
    pub fn check(mut self, transaction: &mut Transaction<'_>) -> Result<Vec<Repeat>, postgres::Error> {
        let iris: Vec<&str> = self.items.iter().map(|(item, _)| item.iri()).collect();
        let known = transaction.query("select iri, guid from ledger where iri = any($1)", &[&iris])?;
        let known: HashMap<&str, Option<&str>> = known.iter().map(|row| (row.get(0), row.get(1))).collect();
        self.items.retain(|(item, _)| known.get(item.iri()) != Some(&item.guid()));
        if self.items.is_empty() {
            return Ok(Vec::new());
        }
        let met = self.meet(transaction)?;
        Ok(repeats(&met))
    }

    /// Sets the items against what is remembered, those alone of which something changed.
    fn meet(&mut self, transaction: &mut Transaction<'_>) -> Result<Met, postgres::Error> {
        let iris: Vec<&str> = self.items.iter().map(|(item, _)| item.iri()).collect();
        let standing = lock(transaction, &iris)?;
        let mut memory = self.remembered(transaction)?;
        if !self.how.anew {
            memory = self.leave_out_same(&standing, &memory);
        }
        let items = std::mem::take(&mut self.items);
        let of_today = |mut item: Item| {
            // What has not happened yet is not told.
            item.update(item.updated().filter(|updated| *updated <= self.how.now));
            Arc::new(item)
        };
        let one = |(item, sifted): (Item, Sifted)| {
            let held = pipeline::as_published(self.config, &item, &memory, self.how.now);
            let row = self.row(&item, held.as_ref(), &sifted);
            let shown = (!row.is_hidden).then(|| of_today(held.unwrap_or(item)));
            (row, shown)
        };
        let (rows, shown): (Vec<Row>, Vec<_>) = items.into_iter().map(one).unzip();
        let mut shown: Vec<Arc<Item>> = shown.into_iter().flatten().collect();
        let hidden: HashSet<&str> = rows.iter().filter(|row| row.is_hidden).map(|row| &*row.iri).collect();
        self.likenesses(transaction, &mut memory, &shown)?;
        let withheld: Vec<Ref> = hidden.iter().filter_map(|iri| memory.find(iri)).collect();
        let against = Against::new(self.config, (&memory, &withheld), self.how.now);
        let recalled = recall(&mut shown, against);
        Ok(Met { rows, shown, memory, recalled })
    }

    /// Keeps the items that are not what they were, and gives what is remembered of these.
    fn leave_out_same(&mut self, standing: &HashMap<String, i64>, memory: &Memory) -> Memory {
        let is_out =
            |item: &Item| memory.find(item.iri()).is_some_and(|at| memory.get(at).gone.is_some()) && item.hidden(self.how.now).is_none();
        let is_same =
            |item: &Item, sifted: &Sifted| standing.get(item.iri()) == Some(&stored::mark(&stored::write(item, &sifted.placement)));
        self.items.retain(|(item, sifted)| is_out(item) || !is_same(item, sifted));
        let mut left = Memory::default();
        let known = self.items.iter().filter_map(|(item, _)| Some(memory.get(memory.find(item.iri())?).clone()));
        known.for_each(|known| _ = left.put(known));
        left
    }

    /// What the ledger says of the items of this batch, which nobody else changes meanwhile.
    fn remembered(&self, transaction: &mut Transaction<'_>) -> Result<Memory, postgres::Error> {
        let iris: Vec<&str> = self.items.iter().map(|(item, _)| item.iri()).collect();
        let mut memory = Memory::default();
        let rows = transaction.query(&format!("select {KNOWN} from ledger where iri = any($1) order by iri for update"), &[&iris])?;
        rows.iter().for_each(|row| _ = memory.put(known(row)));
        Ok(memory)
    }

    /// Adds the items that are gone, with their records, and that a new one may repeat.
    fn likenesses(&self, transaction: &mut Transaction<'_>, memory: &mut Memory, items: &[Arc<Item>]) -> Result<(), postgres::Error> {
        let new: Vec<&Arc<Item>> = items.iter().filter(|item| memory.find(item.iri()).is_none()).collect();
        if new.is_empty() {
            return Ok(());
        }
        let traces: Vec<Traces> = new.iter().map(|item| item.traces()).collect();
        let content: Vec<&[u8]> = traces.iter().map(|traces| traces.content.0.as_slice()).collect();
        let links: Vec<i64> = traces.iter().map(|traces| traces.link as i64).filter(|link| *link != 0).collect();
        let dates: Vec<i64> = new.iter().map(|item| item.published.timestamp()).collect();
        let titles: Vec<&str> = new.iter().map(|item| item.title()).collect();
        let texts: Vec<i64> = traces.iter().map(|traces| traces.text as i64).collect();
        let like = "content = any($1) or (link = any($2) and (published = any($3) or title = any($4) or text = any($5))) \
                    or (published = any($3) and (title = any($4) or text = any($5)))";
        let stands = "exists (select 1 from items i where i.iri = ledger.iri)";
        let query = format!("select {KNOWN} from ledger where gone is not null and not {stands} and ({like}) order by iri");
        let mut rows = transaction.query(&query, &[&content, &links, &dates, &titles, &texts])?;
        if !self.how.going.is_empty() {
            let query = format!("select {KNOWN} from ledger where iri = any($6) and ({like}) order by iri");
            rows.extend(transaction.query(&query, &[&content, &links, &dates, &titles, &texts, &self.how.going])?);
        }
        let gone = |known: Known| Known { gone: known.gone.or(Some(self.how.now.timestamp().into())), ..known };
        rows.iter()
            .map(known)
            .filter(|known| memory.find(known.iri()).is_none())
            .map(gone)
            .collect::<Vec<_>>()
            .into_iter()
            .for_each(|known| _ = memory.put(known));
        Ok(())
    }

    /// What is written of it, as its record says it. `held` is what it is published as meanwhile, where its date slipped into the future.
    fn row(&self, item: &Item, held: Option<&Item>, sifted: &Sifted) -> Row {
        let (now, seen) = (self.how.now, held.unwrap_or(item));
        let hidden = seen.hidden(now);
        let due = match item.hidden(now) {
            Some(Hidden::NotYet(due)) => Some(due.timestamp()),
            _ => None,
        };
        let update = seen.updated().filter(|updated| *updated > now).map(|update| update.timestamp());
        let changes = update.into_iter().chain(pipeline::item_changes(self.config, seen, now)).filter(|_| hidden.is_none());
        let due = due.into_iter().chain(changes).min();
        let data = stored::write(item, &sifted.placement);
        Row {
            iri: item.iri().to_string(),
            story: item.story().map(str::to_owned),
            due,
            ends: item.lifetime().expires.filter(|end| *end > now).map(|end| end.timestamp()),
            mark: stored::mark(&data),
            data,
            rank: -seen.published.timestamp(),
            is_hidden: hidden.is_some(),
            spots: if hidden.is_some() { Vec::new() } else { channel::spots(self.config, seen, &sifted.placement, now) },
        }
    }
}
