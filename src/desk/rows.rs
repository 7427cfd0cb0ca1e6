//! The rows that taking items in reads and writes, a statement each.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use postgres::Transaction;
use postgres::types::ToSql;

use super::portion::portions;
use super::{fetch, stored};
use crate::channel::{self, Spot};
use crate::config::Config;
use crate::ledger::postgres::Members;

/// What no document of a channel showed stands behind all that they show, at ranks from here on.
pub const BEYOND: i64 = 1 << 61;

/// Rows that go with one statement.
pub const ROWS: usize = 1000;

/// What is written of one item.
pub struct Row {
    pub iri: String,
    pub story: Option<String>,
    pub due: Option<i64>,
    pub ends: Option<i64>,
    pub mark: i64,
    pub data: String,
    pub rank: i64,
    pub is_hidden: bool,
    pub spots: Vec<Spot>,
}

/// Takes items out of every channel, and gives the families that they were in.
pub fn displaced<T: AsRef<str> + Sync + ToSql>(transaction: &mut Transaction<'_>, iris: &[T]) -> Result<BTreeSet<String>, postgres::Error> {
    let rows = transaction.query("delete from placements where iri = any($1) returning family", &[&iris])?;
    Ok(rows.iter().map(|row| row.get(0)).collect())
}

/// Has the published channels know the items that are about to go, also those that no worker has published: each tells for a time of those that it showed, and of
/// some others, as a build's do.
pub fn bury<T: AsRef<str> + Sync + ToSql>(config: &Config, transaction: &mut Transaction<'_>, iris: &[T]) -> Result<(), postgres::Error> {
    if iris.is_empty() {
        return Ok(());
    }
    let mut going = going_alone(transaction, iris)?;
    going.extend(going_of_several(config, transaction, iris)?);
    if going.is_empty() { Ok(()) } else { keep_newest(config, transaction, &going) }
}

/// An item that goes from a channel: the channel, its rank there and its id.
type Going = (String, i64, String);

/// Of items that go: in published channels that do not know them yet.
const GOING: &str = "from placements p join channels c on c.path = p.channel \
                     where p.iri = any($1) and not exists (select 1 from members m where m.channel = p.channel and m.iri = p.iri)";

/// Other versions of the story of an item, in the channel where it is.
const RIVALS: &str = "items i join items o on o.story = i.story and o.iri <> i.iri join placements q on q.iri = o.iri \
                      where i.iri = p.iri and q.channel = p.channel";

fn going_alone<T: AsRef<str> + Sync + ToSql>(transaction: &mut Transaction<'_>, iris: &[T]) -> Result<Vec<Going>, postgres::Error> {
    let query = format!("select p.channel, p.rank, p.iri {GOING} and (p.channel <> p.family or not exists (select 1 from {RIVALS}))");
    Ok(transaction.query(&query, &[&iris])?.iter().map(|row| (row.get(0), row.get(1), row.get(2))).collect())
}

/// Where languages stand side by side, only one version of a story is the channel's.
fn going_of_several<T: AsRef<str> + Sync + ToSql>(
    config: &Config,
    transaction: &mut Transaction<'_>,
    iris: &[T],
) -> Result<Vec<Going>, postgres::Error> {
    let query = format!(
        "select p.channel, p.rank, p.iri, r.data, r.other, r.others from (select p.channel, p.rank, p.iri, p.family {GOING}) p \
         cross join lateral (select i.data, o.iri as other, o.data as others from {RIVALS}) r where p.channel = p.family"
    );
    let rows = transaction.query(&query, &[&iris])?;
    let standing = |row: &postgres::Row, iri: usize, data: usize| {
        let preference = stored::read(row.get(data)).map_or(usize::MAX, |(item, _)| channel::preference(config, &item.language));
        (preference, row.get::<_, String>(iri))
    };
    let mut shown: BTreeMap<(String, String), (i64, bool)> = BTreeMap::new();
    for row in &rows {
        let is_first = standing(row, 2, 3) < standing(row, 4, 5);
        shown.entry((row.get(0), row.get(2))).and_modify(|(_, shown)| *shown &= is_first).or_insert((row.get(1), is_first));
    }
    Ok(shown.into_iter().filter(|(_, (_, is_shown))| *is_shown).map(|((channel, iri), (rank, _))| (channel, rank, iri)).collect())
}

/// Writes down of these and of those that were written down before the newest: as many of a channel as its feed has items, since it tells of no more.
fn keep_newest(config: &Config, transaction: &mut Transaction<'_>, going: &[Going]) -> Result<(), postgres::Error> {
    let channels: BTreeSet<&str> = going.iter().map(|(channel, ..)| channel.as_str()).collect();
    let channels: Vec<&str> = channels.into_iter().collect();
    let rows = transaction.query("select channel, rank, iri from members where channel = any($1) and rank >= $2", &[&channels, &BEYOND])?;
    // By channel; whether they stand there already.
    let mut all: BTreeMap<&str, BTreeMap<(i64, &str), bool>> = BTreeMap::new();
    for row in &rows {
        all.entry(row.get(0)).or_default().insert((row.get(1), row.get(2)), true);
    }
    for (channel, rank, iri) in going {
        all.entry(channel).or_default().insert((2 * BEYOND + rank, iri), false);
    }
    let mut members = Members::default();
    for (channel, items) in &all {
        let most = fetch::limits(config, channel).items;
        for (nth, ((rank, iri), is_there)) in items.iter().enumerate() {
            match (nth < most, is_there) {
                (true, false) => members.put(channel, *rank, iri),
                (false, true) => members.take_out(channel, iri),
                _ => {}
            }
        }
    }
    members.save(transaction)
}

/// Forgets that these items were about to go: they are back.
pub fn dig_up(transaction: &mut Transaction<'_>, iris: &[&str]) -> Result<(), postgres::Error> {
    if iris.is_empty() {
        return Ok(());
    }
    transaction.execute("delete from members where iri = any($1) and rank >= $2", &[&iris, &BEYOND]).map(drop)
}

/// The families of other versions of the same stories, of those of before and of those of now: each version names the others.
pub fn told_elsewhere<T: AsRef<str> + Sync + ToSql>(
    transaction: &mut Transaction<'_>,
    iris: &[T],
    rows: &[Row],
) -> Result<BTreeSet<String>, postgres::Error> {
    let before = transaction.query("select distinct story from items where iri = any($1) and story is not null", &[&iris])?;
    let stories: BTreeSet<&str> = rows.iter().filter_map(|row| row.story.as_deref()).chain(before.iter().map(|row| row.get(0))).collect();
    if stories.is_empty() {
        return Ok(BTreeSet::new());
    }
    let stories: Vec<&str> = stories.into_iter().collect();
    let versions = transaction.query("select iri from items where story = any($1)", &[&stories])?;
    let versions: Vec<&str> = versions.iter().map(|row| row.get(0)).collect();
    let rows = transaction.query("select distinct family from placements where iri = any($1)", &[&versions])?;
    Ok(rows.iter().map(|row| row.get(0)).collect())
}

/// Has nobody else change these items meanwhile; gives the marks of those that there are.
pub fn lock<T: AsRef<str> + Sync + ToSql>(transaction: &mut Transaction<'_>, iris: &[T]) -> Result<HashMap<String, i64>, postgres::Error> {
    let rows = transaction.query("select iri, mark from items where iri = any($1) order by iri for update", &[&iris])?;
    Ok(rows.iter().map(|row| (row.get(0), row.get(1))).collect())
}

pub fn write_items(transaction: &mut Transaction<'_>, rows: &[Row]) -> Result<(), postgres::Error> {
    let items = "insert into items (iri, story, due, ends, mark, data) \
                 select * from unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[], $5::bigint[], $6::text[]) \
                 on conflict (iri) do update set story = excluded.story, due = excluded.due, ends = excluded.ends, mark = excluded.mark, \
                 data = excluded.data";
    for part in portions(rows, ROWS, |row| row.data.len()) {
        let iris: Vec<&str> = part.iter().map(|row| &*row.iri).collect();
        let stories: Vec<Option<&str>> = part.iter().map(|row| row.story.as_deref()).collect();
        let (due, ends): (Vec<Option<i64>>, Vec<Option<i64>>) = part.iter().map(|row| (row.due, row.ends)).unzip();
        let (marks, data): (Vec<i64>, Vec<&str>) = part.iter().map(|row| (row.mark, &*row.data)).unzip();
        transaction.execute(items, &[&iris, &stories, &due, &ends, &marks, &data])?;
    }
    Ok(())
}

pub fn write_placements(transaction: &mut Transaction<'_>, rows: &[Row]) -> Result<(), postgres::Error> {
    let placements =
        "insert into placements (channel, rank, iri, family) select * from unnest($1::text[], $2::bigint[], $3::text[], $4::text[])";
    for part in rows.chunks(ROWS) {
        let spots: Vec<(&Row, &Spot)> = part.iter().flat_map(|row| row.spots.iter().map(move |spot| (row, spot))).collect();
        let channels: Vec<&str> = spots.iter().map(|(_, spot)| &*spot.channel).collect();
        let ranks: Vec<i64> = spots.iter().map(|(row, _)| row.rank).collect();
        let iris: Vec<&str> = spots.iter().map(|(row, _)| &*row.iri).collect();
        let families: Vec<&str> = spots.iter().map(|(_, spot)| &*spot.family).collect();
        transaction.execute(placements, &[&channels, &ranks, &iris, &families])?;
    }
    Ok(())
}

/// Says that the documents of these families are to be made anew.
pub fn want(transaction: &mut Transaction<'_>, families: &BTreeSet<String>) -> Result<(), postgres::Error> {
    let families: Vec<&str> = families.iter().map(String::as_str).collect();
    let insert = "insert into families (path, wanted) select f, 1 from unnest($1::text[]) as o (f) order by f collate \"C\" \
                  on conflict (path) do update set wanted = families.wanted + 1";
    if families.is_empty() { Ok(()) } else { transaction.execute(insert, &[&families]).map(drop) }
}
