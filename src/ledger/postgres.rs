//! A memory in PostgreSQL: rows of its own for items, channels and what each holds, one transaction a run.
//!
//! Several machines may have one ledger. So each save says which generation of it the run began with, and fails, whole, where another run saved
//! meanwhile.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use postgres::fallible_iterator::FallibleIterator;
use postgres::{Client, Row, Transaction};
use serde::{Deserialize, Serialize};

use super::{Digest, Known, KnownChannel, KnownPage, LedgerError, Memory, Pending, Ping, Ref, Traces};
use crate::config::Database;
use crate::crash;
use crate::database::{DatabaseError, schema};

/// Rows that go with one statement.
const ROWS: usize = 2000;

/// Of a ledger that this process did not load.
const UNKNOWN: i64 = -1;

/// The tables of a ledger.
#[derive(Clone, Debug)]
pub struct Tables {
    database: Database,
    /// How many runs saved before the one that loaded it.
    generation: Arc<AtomicI64>,
}

impl Tables {
    pub fn new(database: &Database) -> Self {
        Tables { database: database.clone(), generation: Arc::new(AtomicI64::new(UNKNOWN)) }
    }

    /// Whether there are tables, and anything is remembered in them.
    pub fn exists(&self) -> Result<bool, LedgerError> {
        let mut client = schema::open(&self.database)?;
        if schema::standing(&self.database, &mut client)? == schema::Standing::Nothing {
            return Ok(false);
        }
        self.sql(client.query_opt("select 1 from ledger limit 1", &[])).map(|row| row.is_some())
    }

    pub fn load(&self) -> Result<Memory, LedgerError> {
        let mut client = schema::ready(&self.database)?;
        let mut read = || -> Result<(Memory, i64), postgres::Error> {
            let mut transaction =
                client.build_transaction().isolation_level(postgres::IsolationLevel::RepeatableRead).read_only(true).start()?;
            let generation = transaction.query_one("select value from meta where key = 'generation'", &[])?.get(0);
            Ok((load(&mut transaction)?, generation))
        };
        let (memory, generation) = self.sql(read())?;
        self.generation.store(generation, Ordering::Relaxed);
        Ok(memory)
    }

    pub fn save_with(&self, before: &Memory, after: &Memory, pings: &[Ping]) -> Result<(), LedgerError> {
        if before == after && pings.is_empty() {
            return Ok(());
        }
        self.write(|transaction| {
            crash::point("ledger");
            save(transaction, before, after)?;
            add(transaction, pings)?;
            crash::point("ledger");
            Ok(())
        })
    }

    /// Puts this memory in the place of whatever is there.
    pub fn replace(&self, memory: &Memory, pings: &[Ping]) -> Result<(), LedgerError> {
        self.write(|transaction| {
            transaction.batch_execute("delete from members; delete from channels; delete from ledger")?;
            save(transaction, &Memory::default(), memory)?;
            add(transaction, pings)
        })
    }

    pub fn integrity(&self) -> Result<Vec<String>, LedgerError> {
        let mut client = schema::ready(&self.database)?;
        let lost = "select p.channel, p.iri from members p left join ledger l on l.iri = p.iri where l.iri is null limit 5";
        let rows = self.sql(client.query(lost, &[]))?;
        let fault = |row: &Row| {
            format!("the channel `{}` holds `{}`, which the ledger does not know", row.get::<_, &str>(0), row.get::<_, &str>(1))
        };
        Ok(rows.iter().map(fault).collect())
    }

    pub fn pings(&self) -> Result<Vec<Pending>, LedgerError> {
        let mut client = schema::ready(&self.database)?;
        let rows = self.sql(client.query("select hub, topic, mark from outbox order by hub, topic", &[]))?;
        Ok(rows.iter().map(|row| Pending { ping: Ping { hub: row.get(0), topic: row.get(1) }, mark: row.get(2) }).collect())
    }

    pub fn told(&self, told: &[Pending]) -> Result<(), LedgerError> {
        let mut client = schema::ready(&self.database)?;
        let mut delete = || -> Result<(), postgres::Error> {
            for pending in told {
                let values: [&(dyn postgres::types::ToSql + Sync); 3] = [&pending.ping.hub, &pending.ping.topic, &pending.mark];
                client.execute("delete from outbox where hub = $1 and topic = $2 and mark = $3", &values)?;
            }
            Ok(())
        };
        self.sql(delete())
    }

    pub fn keep_pings_for(&self, hubs: &[&str]) -> Result<(), LedgerError> {
        let mut client = schema::ready(&self.database)?;
        self.sql(client.execute("delete from outbox where not (hub = any($1))", &[&hubs])).map(drop)
    }

    /// One transaction, which also says that the ledger is another from now on.
    fn write(&self, work: impl FnOnce(&mut Transaction<'_>) -> Result<(), postgres::Error>) -> Result<(), LedgerError> {
        let mut client = schema::ready(&self.database)?;
        let seen = self.generation.load(Ordering::Relaxed);
        let step = "update meta set value = value + 1 where key = 'generation' and ($1::bigint < 0 or value = $1) returning value";
        let work = |client: &mut Client| -> Result<Option<i64>, postgres::Error> {
            let mut transaction = client.transaction()?;
            let Some(row) = transaction.query_opt(step, &[&seen])? else { return Ok(None) };
            work(&mut transaction)?;
            transaction.commit()?;
            Ok(Some(row.get(0)))
        };
        let generation = self.sql(work(&mut client))?.ok_or_else(|| self.overtaken())?;
        if seen != UNKNOWN {
            self.generation.store(generation, Ordering::Relaxed);
        }
        Ok(())
    }

    fn overtaken(&self) -> DatabaseError {
        let why = "another run saved to the ledger while this one was at work".to_owned();
        let help = "run again; one machine builds at a time, or `tidings work` runs on many";
        DatabaseError { address: self.database.address.to_string(), why, help, is_passing: true }
    }

    fn sql<T>(&self, result: Result<T, postgres::Error>) -> Result<T, LedgerError> {
        result.map_err(|error| schema::said(&self.database.address, &error).into())
    }
}

/// The columns of an item, in the order of [`known`].
pub(crate) const KNOWN: &str = "iri, guid, key, title, first_seen, published, updated, record, content, text, link, gone";

pub(crate) fn known(row: &Row) -> Known {
    let text = |at: usize| Arc::from(row.get::<_, &str>(at));
    let digest = |at: usize| row.get::<_, Option<&[u8]>>(at).and_then(digest);
    Known {
        iri: text(0),
        guid: row.get::<_, Option<&str>>(1).map(Arc::from),
        key: text(2),
        title: text(3),
        first_seen: row.get(4),
        published: row.get(5),
        updated: row.get(6),
        traces: Traces {
            record: digest(7),
            content: digest(8).unwrap_or_default(),
            text: row.get::<_, i64>(9) as u64,
            link: row.get::<_, i64>(10) as u64,
        },
        gone: row.get(11),
    }
}

fn digest(bytes: &[u8]) -> Option<Digest> {
    bytes.try_into().ok().map(Digest)
}

fn load(transaction: &mut Transaction<'_>) -> Result<Memory, postgres::Error> {
    let mut memory = Memory::default();
    let none: [i64; 0] = [];
    let mut rows = transaction.query_raw(&format!("select {KNOWN} from ledger order by iri"), none)?;
    while let Some(row) = rows.next()? {
        memory.put(known(&row));
    }
    drop(rows);
    let mut rows = transaction.query_raw("select path, id, updated, digest, shown, deleted, pages from channels", none)?;
    while let Some(row) = rows.next()? {
        let channel = channel(&row, &|iri| memory.find(iri));
        memory.channels.insert(row.get(0), channel);
    }
    drop(rows);
    let mut rows = transaction.query_raw("select channel, iri from members order by channel, rank, iri", none)?;
    while let Some(row) = rows.next()? {
        if let (Some(at), Some(channel)) = (memory.find(row.get(1)), memory.channels.get_mut(row.get::<_, &str>(0))) {
            channel.members.push(at);
        }
    }
    drop(rows);
    Ok(memory)
}

/// A channel without its members, from `path, id, updated, digest, shown, deleted, pages`.
pub(crate) fn channel(row: &Row, find: &dyn Fn(&str) -> Option<Ref>) -> KnownChannel {
    let deleted = deleted(row);
    let pages: Vec<PageRow> = serde_json::from_str(row.get(6)).unwrap_or_default();
    let page = |page: PageRow| KnownPage {
        members: page.members.iter().filter_map(|iri| find(iri)).collect(),
        updated: page.updated,
        digest: page.digest.as_deref().and_then(Digest::from_hex),
    };
    KnownChannel {
        id: row.get(1),
        updated: row.get(2),
        digest: row.get::<_, Option<&[u8]>>(3).and_then(digest),
        members: Vec::new(),
        window: row.get::<_, i64>(4) as usize,
        deleted: deleted.iter().filter_map(|(iri, when)| Some((find(iri)?, *when))).collect(),
        pages: pages.into_iter().map(page).collect(),
    }
}

/// The items that a channel's row says to be deleted, by id, and when.
pub(crate) fn deleted(row: &Row) -> Vec<(String, i64)> {
    serde_json::from_str(row.get(5)).unwrap_or_default()
}

#[derive(Serialize, Deserialize)]
struct PageRow {
    updated: i64,
    digest: Option<String>,
    members: Vec<String>,
}

fn save(transaction: &mut Transaction<'_>, before: &Memory, after: &Memory) -> Result<(), postgres::Error> {
    let differs = |(at, known): &(usize, &Known)| before.items().get(*at) != Some(known);
    let changed: Vec<&Known> = after.items().iter().enumerate().filter(differs).map(|(_, known)| known).collect();
    save_known(transaction, &changed)?;
    let mut gone: Vec<&str> = Vec::new();
    if after.items().len() < before.items().len() {
        gone.extend(before.items().iter().filter(|known| after.find(&known.iri).is_none()).map(|known| &*known.iri));
    }
    for part in gone.chunks(ROWS) {
        transaction.execute("delete from ledger where iri = any($1)", &[&part])?;
    }
    let mut members = Members::default();
    for (path, channel) in after.channels.iter().filter(|(path, channel)| before.channels.get(*path) != Some(channel)) {
        save_channel(transaction, path, channel, &|at| &after.get(at).iri)?;
        let old = before.channels.get(path).map_or(&[][..], |channel| &channel.members);
        members.differing(path, (before, old), (after, &channel.members));
    }
    for (path, channel) in before.channels.iter().filter(|(path, _)| !after.channels.contains_key(*path)) {
        transaction.execute("delete from channels where path = $1", &[path])?;
        members.differing(path, (before, &channel.members), (after, &[]));
    }
    members.save(transaction)
}

/// Writes items.
pub(crate) fn save_known(transaction: &mut Transaction<'_>, changed: &[&Known]) -> Result<(), postgres::Error> {
    let insert = format!(
        "insert into ledger ({KNOWN}) select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bigint[], \
         $6::bigint[], $7::bigint[], $8::bytea[], $9::bytea[], $10::bigint[], $11::bigint[], $12::bigint[]) \
         on conflict (iri) do update set guid = excluded.guid, key = excluded.key, title = excluded.title, \
         first_seen = excluded.first_seen, published = excluded.published, updated = excluded.updated, record = excluded.record, \
         content = excluded.content, text = excluded.text, link = excluded.link, gone = excluded.gone"
    );
    for part in changed.chunks(ROWS) {
        fn column<'k, T>(part: &[&'k Known], value: impl Fn(&'k Known) -> T) -> Vec<T> {
            part.iter().map(|known| value(known)).collect()
        }
        transaction.execute(
            &insert,
            &[
                &column(part, |known| &*known.iri),
                &column(part, |known| known.guid.as_deref()),
                &column(part, |known| &*known.key),
                &column(part, |known| &*known.title),
                &column(part, |known| known.first_seen),
                &column(part, |known| known.published),
                &column(part, |known| known.updated),
                &column(part, |known| known.traces.record.as_ref().map(|digest| digest.0.as_slice())),
                &column(part, |known| known.traces.content.0.as_slice()),
                &column(part, |known| known.traces.text as i64),
                &column(part, |known| known.traces.link as i64),
                &column(part, |known| known.gone),
            ],
        )?;
    }
    Ok(())
}

/// Writes a channel without its members.
pub(crate) fn save_channel<'k>(
    transaction: &mut Transaction<'_>,
    path: &str,
    channel: &KnownChannel,
    iri: &dyn Fn(Ref) -> &'k Arc<str>,
) -> Result<(), postgres::Error> {
    let deleted: Vec<(&str, i64)> = channel.deleted.iter().map(|(at, when)| (&**iri(*at), *when)).collect();
    let page = |page: &KnownPage| PageRow {
        updated: page.updated,
        digest: page.digest.map(Digest::to_hex),
        members: page.members.iter().map(|at| iri(*at).to_string()).collect(),
    };
    let pages: Vec<PageRow> = channel.pages.iter().map(page).collect();
    let json = |value: Result<String, serde_json::Error>| value.unwrap_or_else(|_| "[]".to_owned());
    transaction.execute(
        "insert into channels (path, id, updated, digest, shown, deleted, pages) values ($1, $2, $3, $4, $5, $6, $7) \
         on conflict (path) do update set id = excluded.id, updated = excluded.updated, digest = excluded.digest, \
         shown = excluded.shown, deleted = excluded.deleted, pages = excluded.pages",
        &[
            &path,
            &channel.id,
            &channel.updated,
            &channel.digest.as_ref().map(|digest| digest.0.as_slice()),
            &(channel.window as i64),
            &json(serde_json::to_string(&deleted)),
            &json(serde_json::to_string(&pages)),
        ],
    )?;
    Ok(())
}

/// Which items stand in which channels: what is taken out, and what is put in. The newest has the lowest rank.
#[derive(Default)]
pub(crate) struct Members<'a> {
    out: Vec<(&'a str, i64, &'a str)>,
    in_: Vec<(&'a str, i64, &'a str)>,
}

impl<'a> Members<'a> {
    pub fn differing(&mut self, path: &'a str, (before, old): (&'a Memory, &[Ref]), (after, new): (&'a Memory, &[Ref])) {
        let row = |memory: &'a Memory, at: &Ref| {
            let known = memory.get(*at);
            (&*known.iri, -known.published)
        };
        let mut left: HashMap<&str, i64> = old.iter().map(|at| row(before, at)).collect();
        for (iri, rank) in new.iter().map(|at| row(after, at)) {
            match left.remove(iri) {
                Some(former) if former == rank => {}
                former => {
                    self.out.extend(former.map(|former| (path, former, iri)));
                    self.in_.push((path, rank, iri));
                }
            }
        }
        self.out.extend(left.into_iter().map(|(iri, rank)| (path, rank, iri)));
    }

    pub fn save(&self, transaction: &mut Transaction<'_>) -> Result<(), postgres::Error> {
        // By item, whatever its rank was: the table may say another than the memory where a date was changed by hand.
        let delete =
            "delete from members p using unnest($1::text[], $2::text[]) as o (channel, iri) where p.channel = o.channel and p.iri = o.iri";
        let insert =
            "insert into members (channel, rank, iri) select * from unnest($1::text[], $2::bigint[], $3::text[]) on conflict do nothing";
        for part in self.out.chunks(ROWS) {
            let (channels, iris): (Vec<&str>, Vec<&str>) = part.iter().map(|(channel, _, iri)| (*channel, *iri)).unzip();
            transaction.execute(delete, &[&channels, &iris])?;
        }
        for part in self.in_.chunks(ROWS) {
            let channels: Vec<&str> = part.iter().map(|(channel, _, _)| *channel).collect();
            let ranks: Vec<i64> = part.iter().map(|(_, rank, _)| *rank).collect();
            let iris: Vec<&str> = part.iter().map(|(_, _, iri)| *iri).collect();
            transaction.execute(insert, &[&channels, &ranks, &iris])?;
        }
        Ok(())
    }
}

/// Adds to a transaction what it is the reason of.
pub(crate) fn add(transaction: &mut Transaction<'_>, pings: &[Ping]) -> Result<(), postgres::Error> {
    let insert = "insert into outbox (hub, topic, mark) select h, t, (random() * 9e15)::bigint from unnest($1::text[], $2::text[]) as o (h, t) \
                  on conflict (hub, topic) do update set mark = excluded.mark";
    if pings.is_empty() {
        return Ok(());
    }
    let hubs: Vec<&str> = pings.iter().map(|ping| &*ping.hub).collect();
    let topics: Vec<&str> = pings.iter().map(|ping| &*ping.topic).collect();
    transaction.execute(insert, &[&hubs, &topics]).map(drop)
}
