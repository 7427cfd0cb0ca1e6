//! What the documents of some families are made of: of each channel the newest items, and what is remembered of them.
//!
//! The database tells the newest of a channel by its index and sends no more than that; no worker reads a whole table.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use chrono::{DateTime, Utc};
use postgres::Row;

use super::rows::BEYOND;
use super::{Desk, DeskError, moves, stored};
use crate::classify::Placement;
use crate::config::{Config, Limits, NamedChannel, paths::variants};
use crate::item::Item;
use crate::ledger::postgres::{KNOWN, channel, deleted, known};
use crate::ledger::{Memory, date};
use crate::pipeline::{self, Order, Part};

/// Items that a worker has met, by id, with the mark of what is stored: those of one channel are mostly those of the next.
#[derive(Debug, Default)]
pub struct Stock {
    items: HashMap<Arc<str>, Stored>,
    /// Of all of them as they are stored.
    bytes: usize,
}

/// As the database has it.
#[derive(Debug)]
struct Stored {
    mark: i64,
    bytes: usize,
    item: Item,
    placement: Placement,
}

/// So many are kept, and so many bytes of them.
const KEPT: usize = 50_000;
const KEPT_BYTES: usize = 256 << 20;

impl Stock {
    /// Whether the item is here as it is stored.
    fn has(&self, iri: &str, mark: i64) -> bool {
        self.items.get(iri).is_some_and(|stored| stored.mark == mark)
    }

    /// Makes room for more, where there are too many, by letting go of all that are not wanted now.
    fn make_room(&mut self, (more, bytes): (usize, usize), is_wanted: impl Fn(&str) -> bool) {
        if self.items.len() + more > KEPT || self.bytes + bytes > KEPT_BYTES {
            self.items.retain(|iri, _| is_wanted(iri));
            self.bytes = self.items.values().map(|stored| stored.bytes).sum();
        }
    }

    fn put(&mut self, iri: &str, stored: Stored) {
        self.bytes += stored.bytes;
        let former = self.items.insert(iri.into(), stored);
        self.bytes -= former.map_or(0, |former| former.bytes);
    }
}

/// The newest rows of a channel.
struct Newest {
    channel: String,
    asked: Asked,
    rows: Vec<Order>,
    /// Whether there are others beyond.
    has_more: bool,
}

/// How much of a channel is asked for.
#[derive(Clone, Copy)]
struct Asked {
    stories: usize,
    /// Of each story as many versions as there are languages, and only one of them counts where they stand side by side.
    versions: usize,
    /// All rows up to this rank are, however many.
    floor: i64,
}

/// What an item is known by.
struct Mark {
    of_data: i64,
    story: Option<Arc<str>>,
}

/// By id.
type Marks = BTreeMap<Arc<str>, Mark>;

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
        let mut newest = self.newest(&channels, families, more, now)?;
        let marks = self.marks(&newest)?;
        newest.iter_mut().for_each(|channel| channel.cut(&marks));
        let wanted: BTreeSet<&Arc<str>> = newest.iter().flat_map(|channel| channel.rows.iter().map(|(_, iri)| iri)).collect();
        let marks = self.with_versions(&wanted, marks)?;
        let with_former: Vec<String> = channels.into_iter().chain(moves::former(self.config, families)).collect();
        let mut memory = self.remembered(&with_former)?;
        let (items, placements) = self.items(&marks, &mut memory, stock)?;
        let fetched_to = newest.into_iter().filter_map(Newest::fetched_to).collect();
        Ok(Part { families, items, placements, memory, fetched_to })
    }

    /// The ids of the newest items of each channel, as many as its limits ask for.
    fn newest(
        &mut self,
        channels: &[String],
        families: &BTreeSet<String>,
        more: &BTreeMap<String, i64>,
        now: DateTime<Utc>,
    ) -> Result<Vec<Newest>, DeskError> {
        let asked: Vec<Asked> = channels.iter().map(|channel| self.asked(channel, families, more, now)).collect();
        let counts: Vec<i64> = asked.iter().map(|asked| asked.rows() as i64).collect();
        let floors: Vec<i64> = asked.iter().map(|asked| asked.floor).collect();
        // One row more than is asked for tells whether there are more.
        let query = "select c.channel, p.rank, p.iri from unnest($1::text[], $2::bigint[], $3::bigint[]) as c (channel, n, floor) \
            cross join lateral (\
                (select rank, iri from placements where channel = c.channel order by rank, iri limit c.n + 1) \
                union (select rank, iri from placements where channel = c.channel and rank <= c.floor)) p \
            order by c.channel, p.rank, p.iri";
        let found = self.client.query(query, &[&channels, &counts, &floors]);
        let asked: HashMap<&str, Asked> = channels.iter().map(String::as_str).zip(asked).collect();
        let of_channel = |(channel, own): (String, &[Row])| {
            let asked = asked[channel.as_str()];
            let has_more = own.len() > asked.rows();
            // What is beyond the rows that were asked for is not used, since what stands between is not known.
            let used = own.len() - usize::from(has_more);
            let rows = own[..used].iter().map(|row| (row.get(1), row.get::<_, &str>(2).into())).collect();
            Newest { channel, asked, rows, has_more }
        };
        Ok(by_channel(&self.said(found)?).map(of_channel).collect())
    }

    /// How much of a channel is asked for.
    fn asked(&self, channel: &str, families: &BTreeSet<String>, more: &BTreeMap<String, i64>, now: DateTime<Utc>) -> Asked {
        let limits = limits(self.config, channel);
        // A crossing is there from a number of items on.
        let least = self.config.channels.matrix.as_ref().map_or(0, |matrix| matrix.min_items);
        let times = more.get(channel).map_or(1, |times| *times as usize);
        let oldest = |days: u32| now.timestamp() - i64::from(days) * 86_400;
        Asked {
            stories: limits.items.max(least).saturating_mul(times).min(1 << 36),
            versions: if families.contains(channel) { self.config.publication.languages.len().max(1) } else { 1 },
            floor: limits.floor_days.map_or(i64::MIN, |days| -oldest(days)),
        }
    }

    /// What the ledger says of these channels, and of the items that they held.
    fn remembered(&mut self, paths: &[String]) -> Result<Memory, DeskError> {
        let mut memory = Memory::default();
        let channels =
            self.client.query("select path, id, updated, digest, shown, deleted, pages from channels where path = any($1)", &[&paths]);
        let channels = self.said(channels)?;
        // What is only about to go is kept for when it is gone.
        let query = "select m.channel, m.iri from members m where m.channel = any($1) and (m.rank < $2 or exists (\
                        select 1 from ledger l where l.iri = m.iri and l.gone is not null)) order by m.channel, m.rank, m.iri";
        let members = self.client.query(query, &[&paths, &BEYOND]);
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
                Arc::make_mut(&mut channel.members).push(at);
            }
        }
        Ok(memory)
    }

    /// What the items in these rows are known by.
    fn marks(&mut self, newest: &[Newest]) -> Result<Marks, DeskError> {
        let ids: BTreeSet<&str> = newest.iter().flat_map(|channel| channel.rows.iter().map(|(_, iri)| &**iri)).collect();
        let ids: Vec<&str> = ids.into_iter().collect();
        let rows = self.client.query("select iri, mark, story from items where iri = any($1)", &[&ids]);
        Ok(self.said(rows)?.iter().map(mark).collect())
    }

    /// Those that are wanted, and the other versions of their stories. This and the step before need nothing but an index each: a planner that knows
    /// nothing of the tables yet may take a join for something else.
    fn with_versions(&mut self, wanted: &BTreeSet<&Arc<str>>, mut marks: Marks) -> Result<Marks, DeskError> {
        marks.retain(|iri, _| wanted.contains(iri));
        let stories: BTreeSet<&str> = marks.values().filter_map(|mark| mark.story.as_deref()).collect();
        if !stories.is_empty() {
            let stories: Vec<&str> = stories.into_iter().collect();
            let rows = self.client.query("select iri, mark, story from items where story = any($1)", &[&stories]);
            marks.extend(self.said(rows)?.iter().map(mark));
        }
        Ok(marks)
    }

    /// These items as they are published: each with the date of its last real change.
    fn items(&mut self, marks: &Marks, memory: &mut Memory, stock: &mut Stock) -> Result<(Vec<Arc<Item>>, Vec<Placement>), DeskError> {
        let ids: Vec<&str> = marks.keys().map(|iri| &**iri).collect();
        let query = format!("select {KNOWN} from ledger where iri = any($1) order by iri");
        let rows = self.client.query(&query, &[&ids]);
        let all: Vec<_> = self.said(rows)?.iter().map(known).filter(|known| known.gone.is_none()).collect();
        let unmet: Vec<&str> = marks.iter().filter(|(iri, mark)| !stock.has(iri, mark.of_data)).map(|(iri, _)| &**iri).collect();
        let rows = self.client.query("select iri, mark, data from items where iri = any($1)", &[&unmet]);
        let rows = self.said(rows)?;
        let size = |row: &Row| row.get::<_, &str>(2).len();
        stock.make_room((rows.len(), rows.iter().map(size).sum()), |iri| marks.contains_key(iri));
        for row in &rows {
            let (item, placement) = stored::read(row.get(2))?;
            stock.put(row.get(0), Stored { mark: row.get(1), bytes: size(row), item, placement });
        }
        let (mut items, mut placements) = (Vec::with_capacity(all.len()), Vec::with_capacity(all.len()));
        for known in all {
            if let Some(Stored { item, placement, .. }) = stock.items.get(known.iri()) {
                let mut item = item.clone();
                if item.published.timestamp() != known.published.seconds() {
                    // It slipped into the future, and stays as it was published.
                    pipeline::hold(self.config, &mut item, known.published.seconds());
                }
                item.update(known.updated.map(|updated| date(updated.seconds())));
                items.push(Arc::new(item));
                placements.push(placement.clone());
            }
            memory.put(known);
        }
        Ok((items, placements))
    }
}

impl Asked {
    fn rows(&self) -> usize {
        self.stories.saturating_mul(self.versions)
    }
}

impl Newest {
    /// Lets go of the rows behind as many stories as are asked for, where versions of stories stand side by side. Some more stay: where the version that is
    /// shown is an older one than the first that was met, what comes next moves up.
    fn cut(&mut self, marks: &Marks) {
        if self.asked.versions == 1 {
            return;
        }
        let enough = self.asked.stories + self.asked.stories / 8 + 1;
        let mut stories: HashSet<&str> = HashSet::new();
        let beyond = self.rows.iter().position(|(rank, iri)| {
            let story = marks.get(iri).and_then(|mark| mark.story.as_deref());
            stories.insert(story.unwrap_or(iri));
            stories.len() > enough && *rank > self.asked.floor
        });
        if let Some(at) = beyond {
            self.rows.truncate(at);
            self.has_more = true;
        }
    }

    /// How far the channel is known, where there are others beyond.
    fn fetched_to(self) -> Option<(String, Order)> {
        let Newest { channel, rows, has_more, .. } = self;
        rows.into_iter().next_back().filter(|_| has_more).map(|last| (channel, last))
    }
}

fn mark(row: &Row) -> (Arc<str>, Mark) {
    (row.get::<_, &str>(0).into(), Mark { of_data: row.get(1), story: row.get::<_, Option<&str>>(2).map(Arc::from) })
}

/// The limits of a channel: those of a named one are its own.
pub(super) fn limits<'c>(config: &'c Config, channel: &str) -> &'c Limits {
    let is_it = |named: &&NamedChannel| variants(config, &named.path).iter().any(|path| path == channel);
    config.named.iter().find(is_it).map_or(&config.limits, |named| &named.limits)
}

/// The rows of each channel, which stand together.
fn by_channel(rows: &[Row]) -> impl Iterator<Item = (String, &[Row])> {
    rows.chunk_by(|a, b| a.get::<_, &str>(0) == b.get::<_, &str>(0)).map(|rows| (rows[0].get(0), rows))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::item::Parts;

    #[test]
    fn a_stock_lets_go_of_what_is_not_wanted_where_it_has_too_much() {
        let stored = |mark: i64, bytes: usize| Stored {
            mark,
            bytes,
            item: Parts::bare("ship", "Ship", DateTime::UNIX_EPOCH.fixed_offset()).into(),
            placement: Placement::default(),
        };
        let mut stock = Stock::default();
        stock.put("a", stored(1, KEPT_BYTES / 2));
        stock.put("b", stored(1, KEPT_BYTES / 4));
        stock.make_room((1, KEPT_BYTES / 4), |_| false);
        assert!(stock.has("a", 1) && stock.has("b", 1) && !stock.has("b", 2), "there is room");
        // It is another now, and smaller.
        stock.put("a", stored(2, KEPT_BYTES / 8));
        stock.make_room((1, KEPT_BYTES / 2), |_| false);
        assert!(stock.has("a", 2) && stock.has("b", 1));
        stock.make_room((1, KEPT_BYTES), |iri| iri == "b");
        assert_eq!((stock.has("a", 2), stock.has("b", 1), stock.bytes), (false, true, KEPT_BYTES / 4));
        stock.make_room((KEPT, 0), |_| false);
        assert_eq!((stock.items.len(), stock.bytes), (0, 0));
    }
}
