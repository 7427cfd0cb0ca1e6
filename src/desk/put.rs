//! Items taken in: a batch a transaction.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use chrono::{DateTime, Utc};
use postgres::Transaction;

use super::rows::{ROWS, Row, bury, displaced, lock, told_elsewhere, want, write_items, write_placements};
use super::{CHANNEL, Desk, DeskError, again, stored};
use crate::channel;
use crate::crash;
use crate::diag::Findings;
use crate::item::{Hidden, Item};
use crate::ledger::postgres::{KNOWN, known, save_known};
use crate::ledger::{Accept, Known, Memory, guard, recall};
use crate::pipeline::{self, Sifted};

/// What became of a batch.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Taken {
    pub new: usize,
    pub changed: usize,
    pub unchanged: usize,
    /// Out of the feeds from now on.
    pub gone: usize,
    /// Families of channels that are wanted anew.
    pub families: BTreeSet<String>,
}

impl Taken {
    pub fn add(&mut self, other: Taken) {
        self.new += other.new;
        self.changed += other.changed;
        self.unchanged += other.unchanged;
        self.gone += other.gone;
        self.families.extend(other.families);
    }
}

/// How a batch is taken in.
#[derive(Clone, Copy, Debug)]
pub struct How<'a> {
    pub now: DateTime<Utc>,
    pub accepted: &'a BTreeSet<Accept>,
    /// Also where nothing changed of the record: the config is another, or an item comes by the clock.
    pub anew: bool,
    /// Items that are about to be taken out: a new one may repeat them.
    pub going: &'a [String],
}

impl Desk<'_> {
    /// Takes items in, with their texts, each id once: all of them or none.
    ///
    /// # Errors
    /// A database that cannot be asked; an item that subscribers would see a second time.
    pub fn put(&mut self, items: Vec<(Item, Sifted)>, how: How<'_>) -> Result<Taken, DeskError> {
        again(|| self.put_what(how, |_| Ok(Ok(items.clone()))))
    }

    /// The same of items that are told in the transaction itself, so that nobody changes them meanwhile.
    pub(super) fn put_what(
        &mut self,
        how: How<'_>,
        items: impl FnOnce(&mut Transaction<'_>) -> Result<Result<Vec<(Item, Sifted)>, DeskError>, postgres::Error>,
    ) -> Result<Taken, DeskError> {
        let config = self.config;
        let result = (|| {
            let mut transaction = self.client.transaction()?;
            let items = match items(&mut transaction)? {
                Ok(items) => items,
                Err(error) => return Ok(Err(error)),
            };
            let taken = Batch::of(config, items, how).take_in(&mut transaction)?;
            crash::point("put");
            match taken {
                Ok(taken) => transaction.commit().map(|()| Ok(taken)),
                Err(refused) => Ok(Err(DeskError::Refused(refused))),
            }
        })();
        let taken = self.said(result)??;
        crash::point("put");
        self.call(&taken.families);
        Ok(taken)
    }

    /// The ids of the items with these keys or ids.
    ///
    /// # Errors
    /// A database that cannot be asked.
    pub fn named(&mut self, names: &[String]) -> Result<Vec<(String, String)>, DeskError> {
        let rows = self
            .client
            .query("select key, iri from ledger where gone is null and (key = any($1) or iri = any($1)) order by iri", &[&names]);
        Ok(self.said(rows)?.iter().map(|row| (row.get(0), row.get(1))).collect())
    }

    /// Takes items out of the feeds.
    ///
    /// # Errors
    /// A database that cannot be asked.
    pub fn remove(&mut self, iris: &[String], now: DateTime<Utc>) -> Result<Taken, DeskError> {
        let mut all = Taken::default();
        let mut iris = iris.to_vec();
        iris.sort();
        for part in iris.chunks(ROWS) {
            all.add(again(|| self.remove_part(part, now))?);
        }
        self.call(&all.families);
        Ok(all)
    }

    fn remove_part(&mut self, part: &[String], now: DateTime<Utc>) -> Result<Taken, DeskError> {
        let result = (|| {
            let mut transaction = self.client.transaction()?;
            lock(&mut transaction, part)?;
            bury(&mut transaction, part)?;
            let mut families = told_elsewhere(&mut transaction, part, &[])?;
            families.extend(displaced(&mut transaction, part)?);
            let gone = "update ledger set gone = $2 where iri = any($1) and gone is null";
            let gone = transaction.execute(gone, &[&part, &now.timestamp()])? as usize;
            transaction.execute("delete from items where iri = any($1)", &[&part])?;
            want(&mut transaction, &families)?;
            transaction.commit()?;
            Ok(Taken { gone, families, ..Taken::default() })
        })();
        self.said(result)
    }

    /// Wants families anew, all that there are where none is named; gives how many.
    ///
    /// # Errors
    /// A database that cannot be asked.
    pub fn touch(&mut self, families: &[String]) -> Result<u64, DeskError> {
        let all = "update families set wanted = wanted + 1 where path in (select path from families order by path for update)";
        let some = "update families set wanted = wanted + 1 where path in (select path from families where path = any($1) order by path for update)";
        let count = again(|| {
            let count = if families.is_empty() { self.client.execute(all, &[]) } else { self.client.execute(some, &[&families]) };
            self.said(count)
        })?;
        self.call(&BTreeSet::from([String::new()]));
        Ok(count)
    }

    /// Calls the workers. Who does not hear it finds the work a moment later.
    fn call(&mut self, families: &BTreeSet<String>) {
        if !families.is_empty() {
            let _ = self.client.execute("select pg_notify($1, $2)", &[&CHANNEL, &self.database.schema]);
        }
    }
}

/// Items on their way in.
struct Batch<'a> {
    config: &'a crate::config::Config,
    how: How<'a>,
    /// By id.
    items: Vec<(Item, Sifted)>,
}

impl<'a> Batch<'a> {
    fn of(config: &'a crate::config::Config, mut items: Vec<(Item, Sifted)>, how: How<'a>) -> Self {
        // One order for all machines, so that no two wait for each other.
        items.sort_by(|(a, _), (b, _)| a.id.iri.cmp(&b.id.iri));
        Batch { config, how, items }
    }

    fn take_in(mut self, transaction: &mut Transaction<'_>) -> Result<Result<Taken, Findings>, postgres::Error> {
        let total = self.items.len();
        let iris: Vec<&str> = self.items.iter().map(|(item, _)| &*item.id.iri).collect();
        let standing = lock(transaction, &iris)?;
        let mut memory = self.remembered(transaction)?;
        if !self.how.anew {
            let is_out = |item: &Item| {
                memory.find(&item.id.iri).is_some_and(|at| memory.get(at).gone.is_some()) && item.hidden(self.how.now).is_none()
            };
            let is_same =
                |item: &Item, sifted: &Sifted| standing.get(&*item.id.iri) == Some(&stored::mark(&stored::write(item, &sifted.placement)));
            let left: Vec<bool> = self.items.iter().map(|(item, sifted)| is_out(item) || !is_same(item, sifted)).collect();
            let mut left = left.into_iter();
            self.items.retain(|_| left.next().unwrap_or(true));
            let known: Vec<Known> =
                self.items.iter().filter_map(|(item, _)| Some(memory.get(memory.find(&item.id.iri)?).clone())).collect();
            memory = Memory::default();
            known.into_iter().for_each(|known| _ = memory.put(known));
        }
        let mut taken = Taken { unchanged: total - self.items.len(), ..Taken::default() };
        let rows: Vec<Row> = self.items.iter().map(|(item, sifted)| self.row(item, sifted)).collect();
        let iris: Vec<&str> = rows.iter().map(|row| &*row.iri).collect();
        let hidden: HashSet<&str> = rows.iter().filter(|row| row.is_hidden).map(|row| &*row.iri).collect();
        let (mut shown, notes): (Vec<Item>, Vec<Sifted>) =
            std::mem::take(&mut self.items).into_iter().filter(|(item, _)| !hidden.contains(&*item.id.iri)).unzip();
        // What has not happened yet is not told.
        shown.iter_mut().filter(|item| item.updated.is_some_and(|updated| updated > self.how.now)).for_each(|item| item.updated = None);
        self.likenesses(transaction, &mut memory, &shown, &notes)?;
        let recalled = recall(&mut shown, |at| &notes[at].traces, &memory, self.how.now);
        if !recalled.repeats.is_empty() && !self.how.accepted.contains(&Accept::Repeats) {
            let repeat = |(position, old): &(u32, u32)| guard::repeat(&shown[*position as usize], memory.get(*old));
            return Ok(Err(recalled.repeats.iter().map(repeat).collect()));
        }
        let is_news = |known: &&Known| memory.find(&known.iri).is_none_or(|at| memory.get(at) != *known);
        let news: Vec<&Known> = recalled.after.items().iter().filter(is_news).collect();
        taken.new = recalled.new.len();
        taken.gone = recalled.gone.len();
        taken.changed = rows.len().saturating_sub(taken.new + hidden.len());
        taken.families = told_elsewhere(transaction, &iris, &rows)?;
        // These first: who puts the same new item at the same time waits here, and then finds it placed.
        write_items(transaction, &rows)?;
        bury(transaction, &recalled.gone.iter().map(|at| &*recalled.after.get(*at).iri).collect::<Vec<_>>())?;
        taken.families.extend(displaced(transaction, &iris)?);
        taken.families.extend(rows.iter().flat_map(|row| row.spots.iter().map(|spot| spot.family.clone())));

        save_known(transaction, &news)?;
        write_placements(transaction, &rows)?;
        want(transaction, &taken.families)?;
        Ok(Ok(taken))
    }

    /// What the ledger says of the items of this batch, which nobody else changes meanwhile.
    fn remembered(&self, transaction: &mut Transaction<'_>) -> Result<Memory, postgres::Error> {
        let iris: Vec<&str> = self.items.iter().map(|(item, _)| &*item.id.iri).collect();
        let mut memory = Memory::default();
        let rows = transaction.query(&format!("select {KNOWN} from ledger where iri = any($1) order by iri for update"), &[&iris])?;
        rows.iter().for_each(|row| _ = memory.put(known(row)));
        Ok(memory)
    }

    /// Adds the items that are gone and that a new one may repeat.
    fn likenesses(
        &self,
        transaction: &mut Transaction<'_>,
        memory: &mut Memory,
        items: &[Item],
        notes: &[Sifted],
    ) -> Result<(), postgres::Error> {
        let new: Vec<(&Item, &Sifted)> = items.iter().zip(notes).filter(|(item, _)| memory.find(&item.id.iri).is_none()).collect();
        if new.is_empty() {
            return Ok(());
        }
        let content: Vec<&[u8]> = new.iter().map(|(_, sifted)| sifted.traces.content.0.as_slice()).collect();
        let links: Vec<i64> = new.iter().map(|(_, sifted)| sifted.traces.link as i64).filter(|link| *link != 0).collect();
        let dates: Vec<i64> = new.iter().map(|(item, _)| item.published.timestamp()).collect();
        let titles: Vec<&str> = new.iter().map(|(item, _)| &*item.title).collect();
        let texts: Vec<i64> = new.iter().map(|(_, sifted)| sifted.traces.text as i64).collect();
        let like = "content = any($1) or link = any($2) or (published = any($3) and (title = any($4) or text = any($5)))";
        let query = format!("select {KNOWN} from ledger where gone is not null and ({like}) order by iri");
        let mut rows = transaction.query(&query, &[&content, &links, &dates, &titles, &texts])?;
        if !self.how.going.is_empty() {
            let query = format!("select {KNOWN} from ledger where iri = any($6) and ({like}) order by iri");
            rows.extend(transaction.query(&query, &[&content, &links, &dates, &titles, &texts, &self.how.going])?);
        }
        let gone = |known: Known| Known { gone: known.gone.or(Some(self.how.now.timestamp())), ..known };
        rows.iter()
            .map(known)
            .filter(|known| memory.find(&known.iri).is_none())
            .map(gone)
            .collect::<Vec<_>>()
            .into_iter()
            .for_each(|known| _ = memory.put(known));
        Ok(())
    }

    fn row(&self, item: &Item, sifted: &Sifted) -> Row {
        let now = self.how.now;
        let hidden = item.hidden(now);
        let update = item.updated.filter(|updated| *updated > now);
        let due = match hidden {
            Some(Hidden::NotYet(due)) => Some(due.timestamp()),
            Some(_) => None,
            None => update.map(|update| update.timestamp()).into_iter().chain(pipeline::item_changes(self.config, item, now)).min(),
        };
        let data = stored::write(item, &sifted.placement);
        Row {
            iri: item.id.iri.to_string(),
            story: item.story.as_deref().map(str::to_owned),
            due,
            ends: item.lifetime.expires.filter(|end| *end > now).map(|end| end.timestamp()),
            mark: stored::mark(&data),
            data,
            rank: -item.published.timestamp(),
            is_hidden: hidden.is_some(),
            spots: if hidden.is_some() { Vec::new() } else { channel::spots(self.config, item, &sifted.placement, now) },
        }
    }
}

/// Of several items with one id the last: what was said later holds.
pub fn last_of_each(items: Vec<(Item, Sifted)>) -> Vec<(Item, Sifted)> {
    let by_id: BTreeMap<std::sync::Arc<str>, (Item, Sifted)> = items.into_iter().map(|item| (item.0.id.iri.clone(), item)).collect();
    by_id.into_values().collect()
}
