//! The subscriptions in tables beside a ledger in a database, for any number of hubs.
//!
//! What is due is given out under a token, for [`LEASE`] seconds and to one hub alone; what a hub says of it counts as long as the token is the same. Rows are locked
//! in one order, subscriptions before deliveries.

mod rows;

use std::time::{Duration, Instant};

use postgres::Row;
use postgres::types::ToSql;

use super::book::{Delivery, Full, Intent, Judged, LEASE, Listed, Mode, PINGS, Room};
use super::call;
use super::form::Wish;
use crate::config::{Database, WebSub};
use crate::database::line::Line;
use crate::ledger::postgres::AFTER_CACHES;
use crate::ledger::{LedgerError, Pending, Ping};
use rows::{Done, TOKEN, Work, deny, due, end, forget, full, intend, key, known, publish, secret, settle, tries};

/// Time enough to send what was taken up.
const SPARE: Duration = Duration::from_secs(LEASE as u64 - call::PATIENCE.as_secs() - 2);

/// Tables with subscriptions.
#[derive(Debug)]
pub struct InTables {
    line: Line,
}

impl InTables {
    pub fn new(database: &Database) -> Self {
        InTables { line: Line::new(database) }
    }

    pub fn now(&self) -> Result<i64, LedgerError> {
        self.run(|work| work.query_one("select floor(extract(epoch from now()))::bigint", &[]).map(|row| row.get(0)))
    }

    pub fn ask(&self, mode: Mode, wish: &Wish, limits: &WebSub, now: i64) -> Result<(), Full> {
        let full = self.run(|work| {
            // One request after the other, on whatever machine: else two could take the last place that there is. It is written to, and not locked alone: where
            // a transaction sees what was there when it began, who waited for a lock goes on with what was there before.
            work.execute("update meta set value = value + 1 where key = 'hub'", &[])?;
            let full = full(work, mode, wish, limits, now)?;
            if full.is_none() {
                intend(work, mode, wish, now)?;
            }
            Ok(full)
        })?;
        full.map_or(Ok(()), Err)
    }

    pub fn knows(&self, wish: &Wish) -> Result<bool, LedgerError> {
        self.run(|work| known(work, wish))
    }

    pub fn publish(&self, topics: &[(String, [u8; 32])], now: i64) -> Result<usize, LedgerError> {
        self.run(|work| topics.iter().try_fold(0, |sum, (topic, content)| Ok(sum + publish(work, topic, content, now)?)))
    }

    /// Topics that nobody subscribed to need not be looked at.
    pub fn pings(&self, hub: &str) -> Result<Vec<Pending>, LedgerError> {
        let delete =
            "delete from outbox o where hub = $1 and not held and not exists (select 1 from subscriptions s where s.topic = o.topic)";
        let query = format!("select hub, topic, mark from outbox o where hub = $1 and not held and {AFTER_CACHES} order by topic limit $2");
        self.run(|work| {
            if work.query_opt("select 1 from outbox where hub = $1 and not held limit 1", &[&hub])?.is_none() {
                return Ok(Vec::new());
            }
            work.execute(delete, &[&hub])?;
            let pending = |row: &Row| Pending { ping: Ping { hub: row.get(0), topic: row.get(1) }, mark: row.get(2) };
            Ok(work.query(&query, &[&hub, &PINGS])?.iter().map(pending).collect())
        })
    }

    pub fn take_pings(&self, hub: &str, pings: &[Judged], now: i64) -> Result<usize, LedgerError> {
        let delete = "delete from outbox where hub = $1 and topic = $2 and mark = $3 and not held";
        self.run(|work| {
            let mut sum = 0;
            for (pending, content) in pings {
                let taken = work.execute(delete, &[&hub, &pending.ping.topic, &pending.mark])? > 0;
                if let (true, Some(content)) = (taken, content) {
                    sum += publish(work, &pending.ping.topic, content, now)?;
                }
            }
            Ok(sum)
        })
    }

    pub fn intents(&self, room: &Room, now: i64) -> Result<Vec<Intent>, LedgerError> {
        let query = format!(
            "{} update intents i set until = $1 + {LEASE}, token = {TOKEN} from due where i.id = due.id \
            returning i.id, i.mode, i.topic, i.callback, i.host, i.secret, i.lease, i.token, i.tries",
            due("intents", "id")
        );
        self.give_out(&query, room, now, |row, until| {
            let secret = secret(row.get(5));
            let wish =
                Wish { topic: row.get(2), callback: row.get(3), host: row.get(4), secret, lease: row.get::<_, i64>(6).max(0) as u64 };
            Intent { id: row.get(0), mode: Mode::of(row.get(1)), wish, mark: row.get(7), tries: tries(row, 8), until: Some(until) }
        })
    }

    pub fn deliveries(&self, room: &Room, now: i64) -> Result<Vec<Delivery>, LedgerError> {
        let query = format!(
            "{} update deliveries d set until = $1 + {LEASE}, token = {TOKEN} from due, subscriptions s \
            where d.subscription = due.subscription and s.id = d.subscription \
            returning d.subscription, s.topic, s.callback, d.host, s.secret, s.sent, d.content, d.tries, d.token",
            due("deliveries", "subscription")
        );
        self.give_out(&query, room, now, |row, until| Delivery {
            subscription: row.get(0),
            topic: row.get(1),
            callback: row.get(2),
            host: row.get(3),
            secret: secret(row.get(4)),
            sent: row.get(5),
            content: row.get(6),
            tries: tries(row, 7),
            token: row.get(8),
            until: Some(until),
        })
    }

    fn give_out<T: Send>(
        &self,
        query: &str,
        room: &Room,
        now: i64,
        read: impl Fn(&Row, Instant) -> T + Sync,
    ) -> Result<Vec<T>, LedgerError> {
        if room.most == 0 {
            return Ok(Vec::new());
        }
        let (hosts, counts): (Vec<&str>, Vec<i64>) = room.busy.iter().map(|(host, count)| (host.as_str(), *count)).unzip();
        let values: [&(dyn ToSql + Sync); 5] = [&now, &hosts, &counts, &(room.of_a_host as i64), &(room.most as i64)];
        self.run(|work| {
            let until = Instant::now() + SPARE;
            Ok(work.query(query, &values)?.iter().map(|row| read(row, until)).collect())
        })
    }

    /// It was given out to this hub alone, and in time.
    pub fn is_open(&self, _: &Intent) -> Result<bool, LedgerError> {
        Ok(true)
    }

    pub fn is_owed(&self, _: &Delivery) -> Result<bool, LedgerError> {
        Ok(true)
    }

    pub fn confirm(&self, intent: &Intent, now: i64) -> Result<bool, LedgerError> {
        let wish = &intent.wish;
        let insert = "insert into subscriptions (key, topic, callback, host, secret, expires) values ($1, $2, $3, $4, $5, $6) \
            on conflict (key) do update set secret = excluded.secret, expires = excluded.expires";
        self.run(|work| {
            if settle(work, intent)? == 0 {
                return Ok(false);
            }
            let key = key(wish);
            if intent.mode == Mode::Subscribe {
                let secret = wish.secret.as_ref().map(|secret| secret.as_str().as_bytes());
                work.execute(insert, &[&key, &wish.topic, &wish.callback, &wish.host, &secret, &(now + wish.lease as i64)])?;
            } else {
                end(work, "key = $1", &[&key])?;
            }
            Ok(true)
        })
    }

    pub fn drop_intent(&self, intent: &Intent) -> Result<(), LedgerError> {
        self.run(|work| settle(work, intent).map(drop))
    }

    pub fn put_off_intent(&self, intent: &Intent, tries: u32, due: i64) -> Result<(), LedgerError> {
        let update = "update intents set tries = $3, due = $4, until = 0 where id = $1 and token = $2";
        self.run(|work| work.execute(update, &[&intent.id, &intent.mark, &i64::from(tries), &due]).map(drop))
    }

    pub fn sent(&self, delivery: &Delivery, hash: &[u8; 32], now: i64) -> Result<(), LedgerError> {
        // Where another took it over meanwhile, who got what last is not known: it is looked at once more.
        let again = "insert into deliveries (subscription, host, content, tries, due, token, until) \
            select id, host, ''::bytea, 0, $2, 0, 0 from subscriptions where id = $1 \
            on conflict (subscription) do update set content = excluded.content";
        self.run(|work| {
            work.execute("update subscriptions set sent = $2 where id = $1", &[&delivery.subscription, &&hash[..]])?;
            if forget(work, delivery)? == 0 {
                work.execute(again, &[&delivery.subscription, &now])?;
            }
            Ok(())
        })
    }

    pub fn forget(&self, delivery: &Delivery) -> Result<(), LedgerError> {
        self.run(|work| forget(work, delivery).map(drop))
    }

    /// Where the document is another by now, that is due already.
    pub fn put_off(&self, delivery: &Delivery, tries: u32, due: i64) -> Result<(), LedgerError> {
        let update = "update deliveries set until = 0, tries = case when content = $3 then $4 else tries end, \
            due = case when content = $3 then $5 else due end where subscription = $1 and token = $2";
        let values: [&(dyn ToSql + Sync); 5] = [&delivery.subscription, &delivery.token, &delivery.content, &i64::from(tries), &due];
        self.run(|work| work.execute(update, &values).map(drop))
    }

    pub fn end(&self, subscription: i64) -> Result<(), LedgerError> {
        self.run(|work| end(work, "id = $1", &[&subscription]).map(drop))
    }

    pub fn topics(&self) -> Result<Vec<String>, LedgerError> {
        let query = "select distinct topic from subscriptions order by topic";
        self.run(|work| Ok(work.query(query, &[])?.iter().map(|row| row.get(0)).collect()))
    }

    pub fn tidy(&self, ended: &[String], now: i64) -> Result<(usize, usize), LedgerError> {
        self.run(|work| {
            let expired = end(work, "expires <= $1", &[&now])?;
            let denied = ended.iter().try_fold(0, |sum, topic| Ok(sum + deny(work, topic, now)?))?;
            Ok((expired, denied))
        })
    }

    pub fn list(&self, now: i64) -> Result<Vec<Listed>, LedgerError> {
        let query = "select topic, callback, expires, secret is not null, tries from subscriptions left join deliveries on subscription = id \
            where expires > $1 order by topic, callback";
        let listed = |row: &Row| Listed {
            topic: row.get(0),
            callback: row.get(1),
            expires: row.get(2),
            signed: row.get(3),
            tries: row.get::<_, Option<i64>>(4).map(|tries| tries as u32),
        };
        self.run(|work| Ok(work.query(query, &[&now])?.iter().map(listed).collect()))
    }

    fn run<T: Send>(&self, work: impl Fn(Work<'_, '_>) -> Done<T> + Sync) -> Result<T, LedgerError> {
        Ok(self.line.run(work)?)
    }
}
