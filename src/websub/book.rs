//! Who subscribed, what was asked and is not verified yet, and what is to be delivered: tables of their own in the ledger's file.
//!
//! Everything under way stands here before it is begun, so that a hub that ends or dies goes on where it was. Times are in seconds since 1970. The file is
//! opened anew for each piece of work: `tidings ledger repair` may put another in its place.

use std::path::Path;

use rusqlite::{Connection, Row, TransactionBehavior, params};

use super::form::Wish;
use super::rows::{SCHEMA, delivery, deny, end, forget, full, intend, intent, known, publish, settle};
use crate::config::WebSub;
use crate::ledger::sqlite::File;
use crate::ledger::{LedgerError, pings};

/// A verification is tried so often; a delivery so often, over six hours.
const INTENT_TRIES: u32 = 3;
const DELIVERY_TRIES: u32 = 9;
/// How many of what is due are looked at at a time, and how many of them are of one host: what waits for a slow one must not hide the rest.
const BATCH: u32 = 512;
const OF_A_HOST: u32 = 4;

/// The subscriptions of a publication.
#[derive(Clone, Debug)]
pub struct Book {
    file: File,
}

/// What a subscriber is asked or told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    Subscribe,
    Unsubscribe,
    /// The subscription is over: its topic is published no more.
    Denied,
}

/// A request to be verified, or a denial to be told.
#[derive(Clone, Debug)]
pub struct Intent {
    pub id: i64,
    pub mode: Mode,
    pub wish: Wish,
    /// Another whenever the subscriber asks anew.
    pub(super) mark: i64,
    pub tries: u32,
}

/// A document to be sent.
#[derive(Clone, Debug)]
pub struct Delivery {
    pub subscription: i64,
    pub topic: String,
    pub callback: String,
    pub host: String,
    pub secret: Option<String>,
    /// The hash of what the subscriber took last.
    pub sent: Option<Vec<u8>>,
    /// The hash of what it is to be sent.
    pub(super) content: Vec<u8>,
    pub tries: u32,
}

/// A subscription as it is listed.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Listed {
    pub topic: String,
    pub callback: String,
    pub expires: i64,
    pub signed: bool,
    /// How often the document that it waits for was tried in vain; `null` where it waits for none.
    pub tries: Option<u32>,
}

/// Why a request was not written down.
#[derive(Debug)]
pub enum Full {
    Topic,
    Host,
    Hub,
    Ledger(LedgerError),
}

impl From<LedgerError> for Full {
    fn from(error: LedgerError) -> Self {
        Full::Ledger(error)
    }
}

impl Book {
    pub fn new(file: File) -> Self {
        Book { file }
    }

    /// Writes down what is to be verified; a later request of the same callback for the same topic takes the place of a former one.
    ///
    /// # Errors
    /// Where there are too many of them already.
    pub fn ask(&self, mode: Mode, wish: &Wish, limits: &WebSub, now: i64) -> Result<(), Full> {
        self.work(|connection| {
            if let Some(full) = full(connection, mode, wish, limits, now)? {
                return Ok(Err(full));
            }
            intend(connection, mode, wish, now)?;
            Ok(Ok(()))
        })?
    }

    /// What nobody can guess: a challenge.
    pub fn random(&self) -> Result<String, LedgerError> {
        self.read(|connection| connection.query_row("select lower(hex(randomblob(20)))", [], |row| row.get(0)))
    }

    /// Whether the subscription is there.
    pub fn knows(&self, wish: &Wish) -> Result<bool, LedgerError> {
        self.read(|connection| known(connection, wish))
    }

    /// Has the topics with their hashes delivered to those who do not have them. Gives how many.
    pub fn publish(&self, topics: &[(String, [u8; 32])], now: i64) -> Result<usize, LedgerError> {
        self.work(|connection| topics.iter().try_fold(0, |sum, (topic, content)| Ok(sum + publish(connection, topic, content, now)?)))
    }

    /// The topics that builds said to have changed, for this hub. Each is written down by `publish` in the same transaction that takes it out.
    pub fn take_pings(&self, hub: &str, hash: impl Fn(&str) -> Option<[u8; 32]>, now: i64) -> Result<usize, LedgerError> {
        let count = "select count(*) from sqlite_schema where name = 'pings'";
        let waits = "select exists (select 1 from pings where hub = ?1 and held = 0)";
        let is_waiting = self.read(|connection| {
            let has_table: i64 = connection.query_row(count, [], |row| row.get(0))?;
            Ok(has_table > 0 && connection.query_row(waits, [hub], |row| row.get(0))?)
        })?;
        if !is_waiting {
            return Ok(0);
        }
        self.work(|connection| {
            let mut sum = 0;
            for topic in pings::take(connection, hub)? {
                if let Some(content) = hash(&topic) {
                    sum += publish(connection, &topic, &content, now)?;
                }
            }
            Ok(sum)
        })
    }

    /// What is to be verified or denied by now, the longest due first, few of one host.
    pub fn intents(&self, now: i64) -> Result<Vec<Intent>, LedgerError> {
        let query = "select id, mode, topic, callback, host, secret, lease, mark, tries from (\
                select *, row_number() over (partition by host order by due, id) as place from intents where due <= ?1) \
            where place <= ?2 order by due, id limit ?3";
        self.read(|connection| connection.prepare(query)?.query_map(params![now, OF_A_HOST, BATCH], intent)?.collect())
    }

    /// What is to be delivered by now, the longest due first, few of one host.
    pub fn deliveries(&self, now: i64) -> Result<Vec<Delivery>, LedgerError> {
        let query = "select subscription, topic, callback, host, secret, sent, content, tries from (\
                select *, row_number() over (partition by host order by due, subscription) as place \
                from deliveries join subscriptions on id = subscription where due <= ?1) \
            where place <= ?2 order by due, subscription limit ?3";
        self.read(|connection| connection.prepare(query)?.query_map(params![now, OF_A_HOST, BATCH], delivery)?.collect())
    }

    /// Whether a request is still to be verified: what was read a while ago may be done by now.
    pub fn is_open(&self, intent: &Intent) -> Result<bool, LedgerError> {
        let query = "select exists (select 1 from intents where id = ?1 and mark = ?2 and tries = ?3)";
        self.read(|connection| connection.query_row(query, params![intent.id, intent.mark, intent.tries], |row| row.get(0)))
    }

    /// Whether a document is still to be sent, as [`Book::is_open`].
    pub fn is_owed(&self, delivery: &Delivery) -> Result<bool, LedgerError> {
        let query = "select exists (select 1 from deliveries where subscription = ?1 and content = ?2 and tries = ?3)";
        self.read(|connection| {
            connection.query_row(query, params![delivery.subscription, delivery.content, delivery.tries], |row| row.get(0))
        })
    }

    /// The subscriber confirmed: what it asked for holds from now on.
    pub fn confirm(&self, intent: &Intent, now: i64) -> Result<(), LedgerError> {
        let wish = &intent.wish;
        self.work(|connection| {
            if intent.mode == Mode::Subscribe {
                let insert = "insert into subscriptions (topic, callback, host, secret, expires) values (?1, ?2, ?3, ?4, ?5) \
                    on conflict (topic, callback) do update set secret = excluded.secret, expires = excluded.expires";
                connection.execute(insert, params![wish.topic, wish.callback, wish.host, wish.secret, now + wish.lease as i64])?;
            } else {
                end(connection, "topic = ?1 and callback = ?2", params![wish.topic, wish.callback])?;
            }
            settle(connection, intent)
        })
    }

    /// The subscriber did not confirm: nothing changes.
    pub fn drop_intent(&self, intent: &Intent) -> Result<(), LedgerError> {
        self.work(|connection| settle(connection, intent))
    }

    /// The subscriber was not reached. Says in how many seconds it is tried again; `None` where it was tried often enough.
    pub fn put_off_intent(&self, intent: &Intent, now: i64) -> Result<Option<i64>, LedgerError> {
        let tries = intent.tries + 1;
        if tries >= INTENT_TRIES {
            return self.drop_intent(intent).map(|()| None);
        }
        let wait = wait(tries);
        let update = "update intents set tries = ?2, due = ?3 where id = ?1 and mark = ?4";
        self.work(|connection| connection.execute(update, params![intent.id, tries, now + wait, intent.mark]))?;
        Ok(Some(wait))
    }

    /// The subscriber has the document with this hash.
    pub fn sent(&self, delivery: &Delivery, hash: &[u8; 32]) -> Result<(), LedgerError> {
        self.work(|connection| {
            connection.execute("update subscriptions set sent = ?2 where id = ?1", params![delivery.subscription, hash])?;
            forget(connection, delivery)
        })
    }

    /// The subscriber did not take it. Says in how many seconds it is tried again; `None` where it was tried often enough.
    pub fn put_off(&self, delivery: &Delivery, now: i64) -> Result<Option<i64>, LedgerError> {
        let tries = delivery.tries + 1;
        if tries >= DELIVERY_TRIES {
            self.work(|connection| forget(connection, delivery))?;
            return Ok(None);
        }
        let wait = wait(tries);
        let update = "update deliveries set tries = ?2, due = ?3 where subscription = ?1 and content = ?4";
        self.work(|connection| connection.execute(update, params![delivery.subscription, tries, now + wait, delivery.content]))?;
        Ok(Some(wait))
    }

    /// The subscriber is gone for good.
    pub fn end(&self, subscription: i64) -> Result<(), LedgerError> {
        self.work(|connection| end(connection, "id = ?1", [subscription]).map(drop))
    }

    /// Ends what is over: leases that ran out, and topics that are published no more, whose subscribers are told so. Gives how many of each.
    pub fn tidy(&self, is_topic: Option<&dyn Fn(&str) -> bool>, now: i64) -> Result<(usize, usize), LedgerError> {
        let topics = "select distinct topic from subscriptions";
        let (expired, topics) = self.read(|connection| {
            let expired: bool =
                connection.query_row("select exists (select 1 from subscriptions where expires <= ?1)", [now], |row| row.get(0))?;
            let topics: Vec<String> = match is_topic {
                Some(_) => connection.prepare(topics)?.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?,
                None => Vec::new(),
            };
            Ok((expired, topics))
        })?;
        let ended: Vec<String> = topics.into_iter().filter(|topic| is_topic.is_some_and(|is_topic| !is_topic(topic))).collect();
        if !expired && ended.is_empty() {
            return Ok((0, 0));
        }
        self.work(|connection| {
            let expired = end(connection, "expires <= ?1", [now])?;
            let denied = ended.iter().try_fold(0, |sum, topic| Ok::<_, rusqlite::Error>(sum + deny(connection, topic, now)?))?;
            Ok((expired, denied))
        })
    }

    /// Every subscription whose lease runs, in the order of topics.
    pub fn list(&self, now: i64) -> Result<Vec<Listed>, LedgerError> {
        let query = "select topic, callback, expires, secret is not null, tries from subscriptions left join deliveries on subscription = id \
            where expires > ?1 order by topic, callback";
        let row = |row: &Row<'_>| {
            Ok(Listed { topic: row.get(0)?, callback: row.get(1)?, expires: row.get(2)?, signed: row.get(3)?, tries: row.get(4)? })
        };
        self.read(|connection| connection.prepare(query)?.query_map([now], row)?.collect())
    }

    /// Takes over what another file holds, where it can be read: for a ledger that is made anew.
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

/// Seconds until the next try: 1, 4, 16 and so on.
fn wait(tries: u32) -> i64 {
    4_i64.pow(tries.saturating_sub(1).min(DELIVERY_TRIES))
}

impl Mode {
    /// As `hub.mode` says it.
    pub fn as_str(self) -> &'static str {
        match self {
            Mode::Subscribe => "subscribe",
            Mode::Unsubscribe => "unsubscribe",
            Mode::Denied => "denied",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_of_one_host_do_not_hide_another() {
        let dir = tempfile::tempdir().expect("a folder");
        let book = Book::new(File::new(dir.path().join("ledger.db")));
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
        let hosts = |book: &Book| -> Vec<String> { book.intents(9).expect("read").into_iter().map(|intent| intent.wish.host).collect() };
        assert_eq!(hosts(&book), ["slow.example", "slow.example", "slow.example", "slow.example", "other.example"]);
        for host in ["slow.example", "other.example"] {
            let open = book.work(|connection| {
                let rows = "select id, mode, topic, callback, host, secret, lease, mark, tries from intents where host = ?1";
                connection.prepare(rows)?.query_map([host], intent)?.collect::<rusqlite::Result<Vec<Intent>>>()
            });
            open.expect("read").iter().for_each(|intent| book.confirm(intent, 0).expect("confirmed"));
        }
        assert_eq!(book.publish(&[("https://feeds.example.org/all.rss".into(), [7; 32])], 1).expect("written"), 601);
        let due = book.deliveries(9).expect("read");
        assert_eq!((due.len(), due.iter().filter(|delivery| delivery.host == "other.example").count()), (5, 1));
        // What was sent is owed no more; what was put off is not due yet.
        book.sent(&due[0], &[7; 32]).expect("written");
        assert!(!book.is_owed(&due[0]).expect("read"));
        assert_eq!(book.put_off(&due[1], 9).expect("written"), Some(1));
        assert!(!book.deliveries(9).expect("read").iter().any(|delivery| delivery.subscription == due[1].subscription));
        assert_eq!(
            book.publish(&[("https://feeds.example.org/all.rss".into(), [7; 32])], 2).expect("written"),
            0,
            "all have it or wait for it"
        );
    }
}
