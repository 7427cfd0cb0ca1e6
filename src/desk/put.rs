//! Items taken in: a batch a transaction.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use postgres::Transaction;

use super::batch::Batch;
use super::rows::{ROWS, bury, displaced, lock, told_elsewhere, want};
use super::turn::Turn;
use super::{CHANNEL, Desk, DeskError, again};
use crate::crash;
use crate::item::Item;
use crate::ledger::Accept;
use crate::pipeline::Sifted;

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
    /// Of the load that it belongs to, if it does to one.
    pub turn: Option<Turn>,
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
        let taken = self.in_turn(how.turn, |transaction| {
            // A load sees to that itself.
            if how.turn.is_none()
                && let Err(error) = Self::hold_config(config, transaction)?
            {
                return Ok(Err(error));
            }
            let items = match items(transaction)? {
                Ok(items) => items,
                Err(error) => return Ok(Err(error)),
            };
            Ok(Batch::of(config, items, how).take_in(transaction)?.map_err(DeskError::Refused))
        })?;
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
        self.bury(iris, None)?;
        self.take_out(iris, now, None)
    }

    /// Has channels know what is about to go, while all of it and all other versions of its stories are where they were.
    pub(super) fn bury(&mut self, iris: &[String], turn: Option<Turn>) -> Result<(), DeskError> {
        let config = self.config;
        let part = |part: &[String]| again(|| self.in_turn(turn, |transaction| bury(config, transaction, part).map(Ok)));
        iris.chunks(ROWS).try_for_each(part)
    }

    /// Takes items out that channels know to be going.
    pub(super) fn take_out(&mut self, iris: &[String], now: DateTime<Utc>, turn: Option<Turn>) -> Result<Taken, DeskError> {
        let mut all = Taken::default();
        let mut iris = iris.to_vec();
        iris.sort();
        for part in iris.chunks(ROWS) {
            all.add(again(|| self.remove_part(part, now, turn))?);
        }
        self.call(&all.families);
        Ok(all)
    }

    fn remove_part(&mut self, part: &[String], now: DateTime<Utc>, turn: Option<Turn>) -> Result<Taken, DeskError> {
        self.in_turn(turn, |transaction| {
            lock(transaction, part)?;
            let mut families = told_elsewhere(transaction, part, &[])?;
            families.extend(displaced(transaction, part)?);
            let gone = "update ledger set gone = $2 where iri = any($1) and gone is null";
            let gone = transaction.execute(gone, &[&part, &now.timestamp()])? as usize;
            transaction.execute("delete from items where iri = any($1)", &[&part])?;
            want(transaction, &families)?;
            Ok(Ok(Taken { gone, families, ..Taken::default() }))
        })
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

/// Of several items with one id the last: what was said later holds.
pub fn last_of_each(items: Vec<(Item, Sifted)>) -> Vec<(Item, Sifted)> {
    let by_id: BTreeMap<std::sync::Arc<str>, (Item, Sifted)> = items.into_iter().map(|item| (item.0.iri().into(), item)).collect();
    by_id.into_values().collect()
}
