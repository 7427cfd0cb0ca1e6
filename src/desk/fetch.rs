//! What the documents of some families are made of: of each channel the newest items, and what is remembered of them.
//!
//! The database tells the newest of a channel by its index and sends no more than that; no worker reads a whole table.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use chrono::{DateTime, Utc};
use postgres::Row;

use super::{Desk, DeskError, stored};
use crate::classify::Placement;
use crate::config::{Config, Limits, NamedChannel, paths};
use crate::item::Item;
use crate::ledger::postgres::{KNOWN, channel, deleted, known};
use crate::ledger::{Memory, date};
use crate::pipeline::{Order, Part};

/// Items that a worker has met, by id, with the mark of what is stored: those of one channel are mostly those of the next.
#[derive(Debug, Default)]
pub struct Stock {
    items: HashMap<Arc<str>, (i64, Item, Placement)>,
}

/// So many are kept.
const KEPT: usize = 50_000;

/// The items of the part, in the order of ids, and how far each channel was fetched.
#[derive(Default)]
struct Rows {
    items: BTreeSet<Arc<str>>,
    fetched_to: BTreeMap<String, Order>,
}

impl Desk<'_> {
    /// Fetches what there is to know of these families. `more` says how many times as many rows some channels need.
    ///
    /// # Errors
    /// A database that cannot be asked, or that holds an item in a form that this version does not know.
    pub fn fetch<'f>(
        &mut self,
        families: &'f BTreeSet<String>,
        more: &BTreeMap<String, i64>,
        stock: &mut Stock,
        now: DateTime<Utc>,
    ) -> Result<Part<'f>, DeskError> {
        let channels: Vec<String> = families.iter().flat_map(|family| variants(self.config, family)).collect();
        let rows = self.newest(&channels, families, more, now)?;
        let mut memory = self.remembered(&channels)?;
        let (items, placements) = self.items(rows.items, &mut memory, stock)?;
        Ok(Part { families, items, placements, memory, fetched_to: rows.fetched_to })
    }

    /// The ids of the newest items of each channel, as many as its limits ask for.
    fn newest(
        &mut self,
        channels: &[String],
        families: &BTreeSet<String>,
        more: &BTreeMap<String, i64>,
        now: DateTime<Utc>,
    ) -> Result<Rows, DeskError> {
        let limits: Vec<(i64, i64)> = channels.iter().map(|channel| self.rows_of(channel, families, more, now)).collect();
        let (counts, floors): (Vec<i64>, Vec<i64>) = limits.into_iter().unzip();
        // One row more than is asked for tells whether there are more.
        let query = "select c.channel, c.n, p.rank, p.iri from unnest($1::text[], $2::bigint[], $3::bigint[]) as c (channel, n, floor) \
            cross join lateral (\
                (select rank, iri from placements where channel = c.channel order by rank, iri limit c.n + 1) \
                union (select rank, iri from placements where channel = c.channel and rank <= c.floor)) p \
            order by c.channel, p.rank, p.iri";
        let found = self.client.query(query, &[&channels, &counts, &floors]);
        let mut rows = Rows::default();
        for (channel, own) in by_channel(&self.said(found)?) {
            let (asked, count) = (own[0].get::<_, i64>(1) as usize, own.len());
            // What is beyond the rows that were asked for is not used, since what stands between is not known.
            let used = if count > asked { count - 1 } else { count };
            rows.items.extend(own[..used].iter().map(|row| Arc::from(row.get::<_, &str>(3))));
            if count > asked
                && let Some(last) = own[..used].last()
            {
                rows.fetched_to.insert(channel, (last.get(2), last.get::<_, &str>(3).into()));
            }
        }
        Ok(rows)
    }

    /// How many rows of a channel are asked for, and the rank up to which all are.
    fn rows_of(&self, channel: &str, families: &BTreeSet<String>, more: &BTreeMap<String, i64>, now: DateTime<Utc>) -> (i64, i64) {
        let limits = limits(self.config, channel);
        // Of each story as many versions as there are languages, and only one of them counts where they stand side by side.
        let versions = if families.contains(channel) { self.config.publication.languages.len() } else { 1 };
        // A crossing is there from a number of items on.
        let least = self.config.channels.matrix.as_ref().map_or(0, |matrix| matrix.min_items);
        let count = (limits.items.max(least).saturating_mul(versions) as i64).saturating_mul(more.get(channel).copied().unwrap_or(1));
        let oldest = |days: u32| now.timestamp() - i64::from(days) * 86_400;
        (count.min(1 << 40), limits.floor_days.map_or(i64::MIN, |days| -oldest(days)))
    }

    /// What the ledger says of these channels, and of the items that they held.
    fn remembered(&mut self, paths: &[String]) -> Result<Memory, DeskError> {
        let mut memory = Memory::default();
        let channels =
            self.client.query("select path, id, updated, digest, shown, deleted, pages from channels where path = any($1)", &[&paths]);
        let channels = self.said(channels)?;
        let members = self.client.query("select channel, iri from members where channel = any($1) order by channel, rank, iri", &[&paths]);
        let members = self.said(members)?;
        let mut held: BTreeSet<String> = members.iter().map(|row| row.get(1)).collect();
        held.extend(channels.iter().flat_map(deleted).map(|(iri, _)| iri));
        let held: Vec<String> = held.into_iter().collect();
        let rows = self.client.query(&format!("select {KNOWN} from ledger where iri = any($1)"), &[&held]);
        self.said(rows)?.iter().for_each(|row| _ = memory.put(known(row)));
        for row in &channels {
            let channel = channel(row, &|iri| memory.find(iri));
            memory.channels.insert(row.get(0), channel);
        }
        for row in &members {
            if let (Some(at), Some(channel)) = (memory.find(row.get(1)), memory.channels.get_mut(row.get::<_, &str>(0))) {
                channel.members.push(at);
            }
        }
        Ok(memory)
    }

    /// These ids, and those of the other versions of their stories. In two steps that need nothing but an index each: a planner that knows nothing of
    /// the tables yet may take a join for something else.
    fn with_versions(&mut self, ids: BTreeSet<Arc<str>>) -> Result<Vec<String>, DeskError> {
        let mut ids: BTreeSet<String> = ids.iter().map(|iri| iri.to_string()).collect();
        let own: Vec<&String> = ids.iter().collect();
        let rows = self.client.query("select distinct story from items where iri = any($1) and story is not null", &[&own]);
        let stories: Vec<String> = self.said(rows)?.iter().map(|row| row.get(0)).collect();
        if !stories.is_empty() {
            let rows = self.client.query("select iri from items where story = any($1)", &[&stories]);
            ids.extend(self.said(rows)?.iter().map(|row| row.get::<_, String>(0)));
        }
        Ok(ids.into_iter().collect())
    }

    /// These items, and the other versions of their stories, as they are published: each with the date of its last real change.
    fn items(&mut self, ids: BTreeSet<Arc<str>>, memory: &mut Memory, stock: &mut Stock) -> Result<(Vec<Item>, Vec<Placement>), DeskError> {
        let ids = self.with_versions(ids)?;
        let query = format!("select {KNOWN} from ledger where iri = any($1) order by iri");
        let rows = self.client.query(&query, &[&ids]);
        let all: Vec<_> = self.said(rows)?.iter().map(known).filter(|known| known.gone.is_none()).collect();
        let marks = self.client.query("select iri, mark from items where iri = any($1)", &[&ids]);
        let marks = self.said(marks)?;
        let is_met = |row: &&Row| stock.items.get(row.get::<_, &str>(0)).is_some_and(|(mark, ..)| *mark == row.get::<_, i64>(1));
        let unmet: Vec<&str> = marks.iter().filter(|row| !is_met(row)).map(|row| row.get(0)).collect();
        let rows = self.client.query("select iri, mark, data from items where iri = any($1)", &[&unmet]);
        let rows = self.said(rows)?;
        if stock.items.len() + rows.len() > KEPT {
            stock.items.retain(|iri, _| all.iter().any(|known| known.iri == *iri));
        }
        for row in &rows {
            let iri: &str = row.get(0);
            let (item, placement) = stored::read(row.get(2))?;
            stock.items.insert(iri.into(), (row.get(1), item, placement));
        }
        let (mut items, mut placements) = (Vec::with_capacity(all.len()), Vec::with_capacity(all.len()));
        for known in all {
            if let Some((_, item, placement)) = stock.items.get(&known.iri) {
                items.push(Item { updated: known.updated.map(date), ..item.clone() });
                placements.push(placement.clone());
            }
            memory.put(known);
        }
        Ok((items, placements))
    }
}

/// The paths of a family: the mixed channel, and those of single languages.
pub(super) fn variants(config: &Config, family: &str) -> Vec<String> {
    let languages = &config.publication.languages;
    let single = languages.iter().filter(|_| config.channels.per_language && languages.len() > 1);
    std::iter::once(family.to_owned()).chain(single.map(|language| paths::in_language(language, family))).collect()
}

/// The limits of a channel: those of a named one are its own.
fn limits<'c>(config: &'c Config, channel: &str) -> &'c Limits {
    let is_it = |named: &&NamedChannel| variants(config, &named.path).iter().any(|path| path == channel);
    config.named.iter().find(is_it).map_or(&config.limits, |named| &named.limits)
}

/// The rows of each channel, which stand together.
fn by_channel(rows: &[Row]) -> impl Iterator<Item = (String, &[Row])> {
    rows.chunk_by(|a, b| a.get::<_, &str>(0) == b.get::<_, &str>(0)).map(|rows| (rows[0].get(0), rows))
}
