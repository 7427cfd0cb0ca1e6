//! A memory in PostgreSQL: rows of its own for items, channels and what each holds, one transaction a run.
//!
//! Several machines may have one ledger. So each save says which generation of it the run began with, and fails, whole, where another run saved
//! meanwhile.

mod rows;

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use postgres::fallible_iterator::FallibleIterator;
use postgres::{Row, Transaction};

use super::{Known, LedgerError, Memory, Pending, Ping};
use crate::config::Database;
use crate::crash;
use crate::database::{DatabaseError, schema};
use rows::ROWS;
pub(crate) use rows::{KNOWN, Members, add, channel, deleted, known, save_channel, save_known};

/// Of a ledger that this process did not load.
const UNKNOWN: i64 = -1;

macro_rules! after_caches {
    () => {
        "not exists (select 1 from unpurged u where u.topic = o.topic and not u.tried)"
    };
}

/// Of the outbox `o`: what nobody is telling, and what no cache has to be told before.
pub(crate) const FREE: &str = concat!("(o.until is null or o.until < now()) and ", after_caches!());

/// Of the outbox `o`: what no cache has to be told before.
pub(crate) const AFTER_CACHES: &str = after_caches!();

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

    /// Whether workers publish from here: items were loaded, or are about to be.
    pub fn is_worked_on(&self) -> Result<bool, LedgerError> {
        let mut client = schema::ready(&self.database)?;
        let query = "select exists (select 1 from meta where key = 'config') or exists (select 1 from items)";
        self.sql(client.query_one(query, &[])).map(|row| row.get(0))
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
            add(transaction, pings, true)?;
            crash::point("ledger");
            Ok(())
        })
    }

    /// Puts this memory in the place of whatever is there.
    pub fn replace(&self, memory: &Memory, pings: &[Ping]) -> Result<(), LedgerError> {
        self.write(|transaction| {
            transaction.batch_execute("delete from members; delete from channels; delete from ledger")?;
            save(transaction, &Memory::default(), memory)?;
            add(transaction, pings, true)
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

    /// What nobody else is telling, for these hubs: this one's for so long. What caches are to be told before waits for that.
    pub fn take_pings(&self, hubs: &[&str], lease: Duration) -> Result<Vec<Pending>, LedgerError> {
        let mut client = schema::ready(&self.database)?;
        let query = format!(
            "update outbox o set until = now() + $2::float8 * interval '1 second' from (\
                select hub, topic from outbox o where hub = any($1) and {FREE} order by hub, topic for update skip locked) d \
             where o.hub = d.hub and o.topic = d.topic returning o.hub, o.topic, o.mark"
        );
        let rows = self.again(|| client.query(&query, &[&hubs, &lease.as_secs_f64()]))?;
        let pending = |row: &Row| Pending { ping: Ping { hub: row.get(0), topic: row.get(1) }, mark: row.get(2) };
        let mut taken: Vec<Pending> = rows.iter().map(pending).collect();
        taken.sort_by(|a, b| (&a.ping.hub, &a.ping.topic).cmp(&(&b.ping.hub, &b.ping.topic)));
        Ok(taken)
    }

    /// Lets the next run take what could not be told.
    pub fn leave_pings(&self, left: &[&Pending]) -> Result<(), LedgerError> {
        let mut client = schema::ready(&self.database)?;
        let marks: Vec<i64> = left.iter().map(|pending| pending.mark).collect();
        self.again(|| client.execute("update outbox set until = null where mark = any($1)", &[&marks])).map(drop)
    }

    pub fn told(&self, told: &[Pending]) -> Result<(), LedgerError> {
        let mut client = schema::ready(&self.database)?;
        let delete = "delete from outbox where hub = $1 and topic = $2 and mark = $3";
        told.iter().try_for_each(|pending| {
            let values: [&(dyn postgres::types::ToSql + Sync); 3] = [&pending.ping.hub, &pending.ping.topic, &pending.mark];
            self.again(|| client.execute(delete, &values)).map(drop)
        })
    }

    pub fn keep_pings_for(&self, hubs: &[&str]) -> Result<(), LedgerError> {
        let mut client = schema::ready(&self.database)?;
        self.again(|| client.execute("delete from outbox where not (hub = any($1))", &[&hubs])).map(drop)
    }

    /// Lets the embedded hub take up what is meant for it.
    pub fn release_pings(&self, hub: &str) -> Result<usize, LedgerError> {
        let mut client = schema::ready(&self.database)?;
        self.again(|| client.execute("update outbox set held = false where hub = $1 and held", &[&hub])).map(|count| count as usize)
    }

    /// One transaction, which also says that the ledger is another from now on.
    fn write(&self, work: impl Fn(&mut Transaction<'_>) -> Result<(), postgres::Error>) -> Result<(), LedgerError> {
        let mut client = schema::ready(&self.database)?;
        let seen = self.generation.load(Ordering::Relaxed);
        let step = "update meta set value = value + 1 where key = 'generation' and ($1::bigint < 0 or value = $1) returning value";
        let work = || -> Result<Option<i64>, postgres::Error> {
            let mut transaction = client.transaction()?;
            let Some(row) = transaction.query_opt(step, &[&seen])? else { return Ok(None) };
            work(&mut transaction)?;
            transaction.commit()?;
            Ok(Some(row.get(0)))
        };
        let generation = self.again(work)?.ok_or_else(|| self.overtaken())?;
        if seen != UNKNOWN {
            self.generation.store(generation, Ordering::Relaxed);
        }
        Ok(())
    }

    fn overtaken(&self) -> DatabaseError {
        let why = "another run saved to the ledger while this one was at work".to_owned();
        let help = "run again; one machine builds at a time, or `tidings work` runs on many";
        DatabaseError { address: self.database.address.to_string(), why, help, is_passing: true, is_clash: false }
    }

    /// What clashed with another transaction has changed nothing, and is done again.
    fn again<T>(&self, mut work: impl FnMut() -> Result<T, postgres::Error>) -> Result<T, LedgerError> {
        let mut tried = 0;
        loop {
            match work().map_err(|error| schema::said(&self.database.address, &error)) {
                Err(error) if error.is_clash => std::thread::sleep(error.pause(tried).ok_or(error)?),
                done => return Ok(done?),
            }
            tried += 1;
        }
    }

    fn sql<T>(&self, result: Result<T, postgres::Error>) -> Result<T, LedgerError> {
        result.map_err(|error| schema::said(&self.database.address, &error).into())
    }
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
            Arc::make_mut(&mut channel.members).push(at);
        }
    }
    drop(rows);
    Ok(memory)
}

fn save(transaction: &mut Transaction<'_>, before: &Memory, after: &Memory) -> Result<(), postgres::Error> {
    let differs = |(at, known): &(usize, &Known)| before.items().get(*at) != Some(known);
    let changed: Vec<&Known> = after.items().iter().enumerate().filter(differs).map(|(_, known)| known).collect();
    save_known(transaction, &changed)?;
    let mut gone: Vec<&str> = Vec::new();
    if after.items().len() < before.items().len() {
        gone.extend(before.items().iter().filter(|known| after.find(known.iri()).is_none()).map(|known| known.iri()));
    }
    for part in gone.chunks(ROWS) {
        transaction.execute("delete from ledger where iri = any($1)", &[&part])?;
    }
    let mut members = Members::default();
    for (path, channel) in after.channels.iter().filter(|(path, channel)| before.channels.get(*path) != Some(channel)) {
        save_channel(transaction, path, channel, &|at| after.get(at).iri())?;
        let old = before.channels.get(path).map_or(&[][..], |channel| &channel.members);
        members.differing(path, (before, old), (after, &channel.members));
    }
    for (path, channel) in before.channels.iter().filter(|(path, _)| !after.channels.contains_key(*path)) {
        transaction.execute("delete from channels where path = $1", &[path])?;
        members.differing(path, (before, &channel.members), (after, &[]));
    }
    members.save(transaction)
}
