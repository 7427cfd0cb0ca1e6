//! What hubs are still to be told, in the ledger's file: written in the transaction that remembers the publish, taken out when the hub has taken it.
//!
//! So a run that dies in between loses nothing: the next one tells.

use std::time::Duration;

use rusqlite::{Connection, TransactionBehavior, params};

use super::LedgerError;
use super::sqlite::File;

const SCHEMA: &str = "
create table if not exists pings (
    hub text not null, topic text not null, mark integer not null, held integer not null, primary key (hub, topic)) without rowid";

/// A change that a hub is to be told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ping {
    /// The hub's address.
    pub hub: String,
    /// The address of the document that changed.
    pub topic: String,
}

/// One that is not told yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pending {
    pub ping: Ping,
    /// Another whenever the document changes again, so that telling of the former change does not count as telling of this one.
    pub(crate) mark: i64,
}

impl File {
    /// What is to be told, in the order of hubs and topics.
    pub fn pings(&self) -> Result<Vec<Pending>, LedgerError> {
        self.sql("read", read(&self.connect()?, "select hub, topic, mark from pings order by hub, topic", ()))
    }

    /// What these hubs are to be told. Two runs on one machine that meet here may both tell it.
    pub fn take_pings(&self, hubs: &[&str], _lease: Duration) -> Result<Vec<Pending>, LedgerError> {
        Ok(self.pings()?.into_iter().filter(|pending| hubs.contains(&&*pending.ping.hub)).collect())
    }

    /// What could not be told is there for the next run as it is.
    pub fn leave_pings(&self, _left: &[&Pending]) -> Result<(), LedgerError> {
        Ok(())
    }

    /// Takes out what was told.
    pub fn told(&self, told: &[Pending]) -> Result<(), LedgerError> {
        self.write(|connection| {
            let mut delete = connection.prepare("delete from pings where hub = ?1 and topic = ?2 and mark = ?3")?;
            told.iter().try_for_each(|pending| delete.execute(params![pending.ping.hub, pending.ping.topic, pending.mark]).map(drop))
        })
    }

    /// Lets go of what is meant for other hubs than these.
    pub fn keep_pings_for(&self, hubs: &[&str]) -> Result<(), LedgerError> {
        self.write(|connection| {
            let known = read(connection, "select hub, '', 0 from pings group by hub", ())?;
            let mut delete = connection.prepare("delete from pings where hub = ?1")?;
            let others = known.iter().filter(|pending| !hubs.contains(&&*pending.ping.hub));
            others.map(|pending| delete.execute([&pending.ping.hub])).try_for_each(|done| done.map(drop))
        })
    }

    /// Lets the embedded hub, which reads this file itself, take up what is meant for it.
    pub fn release_pings(&self, hub: &str) -> Result<usize, LedgerError> {
        self.write(|connection| connection.execute("update pings set held = 0 where hub = ?1 and held = 1", [hub]))
    }

    fn write<T>(&self, work: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T, LedgerError> {
        self.sql("write", write(&mut self.connect()?, work))
    }
}

fn write<T>(connection: &mut Connection, work: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> rusqlite::Result<T> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    transaction.execute_batch(SCHEMA)?;
    let done = work(&transaction)?;
    transaction.commit()?;
    Ok(done)
}

/// Adds to a transaction what it is the reason of.
pub(super) fn add(connection: &Connection, pings: &[Ping]) -> rusqlite::Result<()> {
    if pings.is_empty() {
        return Ok(());
    }
    connection.execute_batch(SCHEMA)?;
    let mut insert = connection.prepare("insert or replace into pings (hub, topic, mark, held) values (?1, ?2, random(), 1)")?;
    pings.iter().try_for_each(|ping| insert.execute([&ping.hub, &ping.topic]).map(drop))
}

/// What was released for this hub, in the order of topics, so many at most.
pub fn released(connection: &Connection, hub: &str, most: i64) -> rusqlite::Result<Vec<Pending>> {
    read(connection, "select hub, topic, mark from pings where hub = ?1 and held = 0 order by topic limit ?2", params![hub, most])
}

/// Takes one out, unless it was told again: the hub takes it over in the same transaction.
pub fn take(connection: &Connection, pending: &Pending) -> rusqlite::Result<bool> {
    let delete = "delete from pings where hub = ?1 and topic = ?2 and mark = ?3 and held = 0";
    Ok(connection.execute(delete, params![pending.ping.hub, pending.ping.topic, pending.mark])? > 0)
}

fn read(connection: &Connection, query: &str, values: impl rusqlite::Params) -> rusqlite::Result<Vec<Pending>> {
    connection.execute_batch(SCHEMA)?;
    let mut statement = connection.prepare(query)?;
    let rows = statement.query_map(values, |row| Ok(Pending { ping: Ping { hub: row.get(0)?, topic: row.get(1)? }, mark: row.get(2)? }))?;
    rows.collect()
}
