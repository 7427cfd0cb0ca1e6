//! The subscriptions in the ledger's file. The file is opened anew for each piece of work: `tidings ledger repair` may put another in its place.

mod rows;

use std::path::Path;

use rusqlite::{Connection, Row, TransactionBehavior, params};

use super::book::{Delivery, Full, Intent, Judged, Listed, Mode, PINGS, Room};
use super::form::{Secret, Wish};
use crate::config::WebSub;
use crate::ledger::sqlite::File;
use crate::ledger::{LedgerError, Pending, pings};
use rows::{SCHEMA, delivery, deny, end, forget, full, intend, intent, known, publish, settle};

/// How many of what is due are looked at at a time, and how many of them are of one host: what waits for a slow one must not hide the rest.
const BATCH: u32 = 512;
const OF_A_HOST: u32 = 4;

/// A file's subscriptions; one process delivers for it at a time.
#[derive(Debug)]
pub struct InFile {
    file: File,
}

impl InFile {
    pub fn new(file: File) -> Self {
        InFile { file }
    }

    pub fn ask(&self, mode: Mode, wish: &Wish, limits: &WebSub, now: i64) -> Result<(), Full> {
        self.work(|connection| {
            if let Some(full) = full(connection, mode, wish, limits, now)? {
                return Ok(Err(full));
            }
            intend(connection, mode, wish, now)?;
            Ok(Ok(()))
        })?
    }

    pub fn knows(&self, wish: &Wish) -> Result<bool, LedgerError> {
        self.read(|connection| known(connection, wish))
    }

    pub fn publish(&self, topics: &[(String, [u8; 32])], now: i64) -> Result<usize, LedgerError> {
        self.work(|connection| topics.iter().try_fold(0, |sum, (topic, content)| Ok(sum + publish(connection, topic, content, now)?)))
    }

    pub fn pings(&self, hub: &str) -> Result<Vec<Pending>, LedgerError> {
        self.read(
            |connection| if connection.table_exists(None, "pings")? { pings::released(connection, hub, PINGS) } else { Ok(Vec::new()) },
        )
    }

    pub fn take_pings(&self, _hub: &str, pings: &[Judged], now: i64) -> Result<usize, LedgerError> {
        self.work(|connection| {
            let mut sum = 0;
            for (pending, content) in pings {
                if let (true, Some(content)) = (pings::take(connection, pending)?, content) {
                    sum += publish(connection, &pending.ping.topic, content, now)?;
                }
            }
            Ok(sum)
        })
    }

    /// Whoever begins with them looks first whether they are open: what is read here is only read.
    pub fn intents(&self, _room: &Room, now: i64) -> Result<Vec<Intent>, LedgerError> {
        let query = "select id, mode, topic, callback, host, secret, lease, mark, tries from (\
                select *, row_number() over (partition by host order by due, id) as place from intents where due <= ?1) \
            where place <= ?2 order by due, id limit ?3";
        self.read(|connection| connection.prepare(query)?.query_map(params![now, OF_A_HOST, BATCH], intent)?.collect())
    }

    pub fn deliveries(&self, _room: &Room, now: i64) -> Result<Vec<Delivery>, LedgerError> {
        let query = "select subscription, topic, callback, host, secret, sent, content, tries from (\
                select *, row_number() over (partition by host order by due, subscription) as place \
                from deliveries join subscriptions on id = subscription where due <= ?1) \
            where place <= ?2 order by due, subscription limit ?3";
        self.read(|connection| connection.prepare(query)?.query_map(params![now, OF_A_HOST, BATCH], delivery)?.collect())
    }

    pub fn is_open(&self, intent: &Intent) -> Result<bool, LedgerError> {
        let query = "select exists (select 1 from intents where id = ?1 and mark = ?2 and tries = ?3)";
        self.read(|connection| connection.query_row(query, params![intent.id, intent.mark, intent.tries], |row| row.get(0)))
    }

    pub fn is_owed(&self, delivery: &Delivery) -> Result<bool, LedgerError> {
        let query = "select exists (select 1 from deliveries where subscription = ?1 and content = ?2 and tries = ?3)";
        self.read(|connection| {
            connection.query_row(query, params![delivery.subscription, delivery.content, delivery.tries], |row| row.get(0))
        })
    }

    pub fn confirm(&self, intent: &Intent, now: i64) -> Result<bool, LedgerError> {
        let wish = &intent.wish;
        self.work(|connection| {
            if settle(connection, intent)? == 0 {
                return Ok(false);
            }
            if intent.mode == Mode::Subscribe {
                let insert = "insert into subscriptions (topic, callback, host, secret, expires) values (?1, ?2, ?3, ?4, ?5) \
                    on conflict (topic, callback) do update set secret = excluded.secret, expires = excluded.expires";
                let secret = wish.secret.as_ref().map(Secret::as_str);
                connection.execute(insert, params![wish.topic, wish.callback, wish.host, secret, now + wish.lease as i64])?;
            } else {
                end(connection, "topic = ?1 and callback = ?2", params![wish.topic, wish.callback])?;
            }
            Ok(true)
        })
    }

    pub fn drop_intent(&self, intent: &Intent) -> Result<(), LedgerError> {
        self.work(|connection| settle(connection, intent).map(drop))
    }

    pub fn put_off_intent(&self, intent: &Intent, tries: u32, due: i64) -> Result<(), LedgerError> {
        let update = "update intents set tries = ?2, due = ?3 where id = ?1 and mark = ?4";
        self.work(|connection| connection.execute(update, params![intent.id, tries, due, intent.mark]).map(drop))
    }

    pub fn sent(&self, delivery: &Delivery, hash: &[u8; 32], _now: i64) -> Result<(), LedgerError> {
        self.work(|connection| {
            connection.execute("update subscriptions set sent = ?2 where id = ?1", params![delivery.subscription, hash])?;
            forget(connection, delivery)
        })
    }

    pub fn forget(&self, delivery: &Delivery) -> Result<(), LedgerError> {
        self.work(|connection| forget(connection, delivery))
    }

    pub fn put_off(&self, delivery: &Delivery, tries: u32, due: i64) -> Result<(), LedgerError> {
        let update = "update deliveries set tries = ?2, due = ?3 where subscription = ?1 and content = ?4";
        self.work(|connection| connection.execute(update, params![delivery.subscription, tries, due, delivery.content]).map(drop))
    }

    pub fn end(&self, subscription: i64) -> Result<(), LedgerError> {
        self.work(|connection| end(connection, "id = ?1", [subscription]).map(drop))
    }

    pub fn topics(&self) -> Result<Vec<String>, LedgerError> {
        let query = "select distinct topic from subscriptions";
        self.read(|connection| connection.prepare(query)?.query_map([], |row| row.get(0))?.collect())
    }

    pub fn tidy(&self, ended: &[String], now: i64) -> Result<(usize, usize), LedgerError> {
        let expired = "select exists (select 1 from subscriptions where expires <= ?1)";
        if ended.is_empty() && !self.read(|connection| connection.query_row(expired, [now], |row| row.get(0)))? {
            return Ok((0, 0));
        }
        self.work(|connection| {
            let expired = end(connection, "expires <= ?1", [now])?;
            let denied = ended.iter().try_fold(0, |sum, topic| Ok::<_, rusqlite::Error>(sum + deny(connection, topic, now)?))?;
            Ok((expired, denied))
        })
    }

    pub fn list(&self, now: i64) -> Result<Vec<Listed>, LedgerError> {
        if !self.file.exists() {
            return Ok(Vec::new());
        }
        let query = "select topic, callback, expires, secret is not null, tries from subscriptions left join deliveries on subscription = id \
            where expires > ?1 order by topic, callback";
        let row = |row: &Row<'_>| {
            Ok(Listed { topic: row.get(0)?, callback: row.get(1)?, expires: row.get(2)?, signed: row.get(3)?, tries: row.get(4)? })
        };
        self.read(|connection| connection.prepare(query)?.query_map([now], row)?.collect())
    }

    pub fn take_over(&self, from: &Path) -> Result<usize, LedgerError> {
        let old = File::new(from.to_owned());
        let rows = |connection: &Connection| {
            if !connection.table_exists(None, "subscriptions")? {
                return Ok(Vec::new());
            }
            let row = |row: &Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?, row.get(5)?));
            let query = "select topic, callback, host, secret, expires, sent from subscriptions";
            connection.prepare(query)?.query_map([], row)?.collect::<rusqlite::Result<Vec<Row6>>>()
        };
        let rows = old.sql("read", rows(&old.connect()?))?;
        if rows.is_empty() {
            return Ok(0);
        }
        let insert = "insert or ignore into subscriptions (topic, callback, host, secret, expires, sent) values (?1, ?2, ?3, ?4, ?5, ?6)";
        self.work(|connection| {
            let mut insert = connection.prepare(insert)?;
            rows.iter().try_fold(0, |sum, row| Ok(sum + insert.execute(params![row.0, row.1, row.2, row.3, row.4, row.5])?))
        })
    }

    fn read<T>(&self, work: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T, LedgerError> {
        let connection = self.file.connect()?;
        let ready = || -> rusqlite::Result<T> {
            if !connection.table_exists(None, "deliveries")? {
                connection.execute_batch(SCHEMA)?;
            }
            work(&connection)
        };
        self.file.sql("read", ready())
    }

    fn work<T>(&self, work: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T, LedgerError> {
        let mut connection = self.file.connect()?;
        let all = |connection: &mut Connection| -> rusqlite::Result<T> {
            let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            transaction.execute_batch(SCHEMA)?;
            let done = work(&transaction)?;
            transaction.commit()?;
            Ok(done)
        };
        self.file.sql("write", all(&mut connection))
    }
}

type Row6 = (String, String, String, Option<String>, i64, Option<Vec<u8>>);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_of_one_host_do_not_hide_another() {
        let dir = tempfile::tempdir().expect("a folder");
        let book = InFile::new(File::new(dir.path().join("ledger.db")));
        let wish = |host: &str, n: u32| Wish {
            topic: "https://feeds.example.org/all.rss".into(),
            callback: format!("https://{host}/{n}"),
            host: host.into(),
            secret: None,
            lease: 3600,
        };
        book.work(|connection| {
            (0..600).try_for_each(|n| intend(connection, Mode::Subscribe, &wish("slow.example", n), 0).map(drop))?;
            intend(connection, Mode::Subscribe, &wish("other.example", 0), 5).map(drop)
        })
        .expect("written");
        let room = Room::default();
        let hosts =
            |book: &InFile| -> Vec<String> { book.intents(&room, 9).expect("read").into_iter().map(|intent| intent.wish.host).collect() };
        assert_eq!(hosts(&book), ["slow.example", "slow.example", "slow.example", "slow.example", "other.example"]);
        for host in ["slow.example", "other.example"] {
            let open = book.work(|connection| {
                let rows = "select id, mode, topic, callback, host, secret, lease, mark, tries from intents where host = ?1";
                connection.prepare(rows)?.query_map([host], intent)?.collect::<rusqlite::Result<Vec<Intent>>>()
            });
            open.expect("read").iter().for_each(|intent| assert!(book.confirm(intent, 0).expect("confirmed")));
        }
        assert_eq!(book.publish(&[("https://feeds.example.org/all.rss".into(), [7; 32])], 1).expect("written"), 601);
        let due = book.deliveries(&room, 9).expect("read");
        assert_eq!((due.len(), due.iter().filter(|delivery| delivery.host == "other.example").count()), (5, 1));
        // What was sent is owed no more; what was put off is not due yet.
        book.sent(&due[0], &[7; 32], 9).expect("written");
        assert!(!book.is_owed(&due[0]).expect("read"));
        book.put_off(&due[1], 1, 10).expect("written");
        assert!(!book.deliveries(&room, 9).expect("read").iter().any(|delivery| delivery.subscription == due[1].subscription));
        assert_eq!(
            book.publish(&[("https://feeds.example.org/all.rss".into(), [7; 32])], 2).expect("written"),
            0,
            "all have it or wait for it"
        );
    }
}
