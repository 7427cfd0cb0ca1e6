//! The subscriptions in tables beside a ledger in a database, for any number of hubs.
//!
//! What is due is given out under a token, for [`LEASE`] seconds and to one hub alone; what a hub says of it counts as long as the token is the same. Rows are locked
//! in one order, subscriptions before deliveries.

use std::time::{Duration, Instant};

use postgres::types::ToSql;
use postgres::{Row, Transaction};

use super::book::{Delivery, Full, Intent, Judged, LEASE, Listed, Mode, PINGS, Room};
use super::call;
use super::form::{Secret, Wish};
use super::rows::INTENTS;
use crate::config::{Database, WebSub};
use crate::database::line::Line;
use crate::ledger::{LedgerError, Pending, Ping};

/// Time enough to send what was taken up.
const SPARE: Duration = Duration::from_secs(LEASE as u64 - call::PATIENCE.as_secs() - 2);

/// A new token.
const TOKEN: &str = "(random() * 9e15)::bigint";

type Done<T> = Result<T, postgres::Error>;
type Work<'a, 'b> = &'a mut Transaction<'b>;

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
            // One request after the other, on whatever machine: else two could take the last place that there is.
            work.execute("select value from meta where key = 'hub' for update", &[])?;
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
        let query = "select hub, topic, mark from outbox where hub = $1 and not held order by topic limit $2";
        self.run(|work| {
            if work.query_opt("select 1 from outbox where hub = $1 and not held limit 1", &[&hub])?.is_none() {
                return Ok(Vec::new());
            }
            work.execute(delete, &[&hub])?;
            let pending = |row: &Row| Pending { ping: Ping { hub: row.get(0), topic: row.get(1) }, mark: row.get(2) };
            Ok(work.query(query, &[&hub, &PINGS])?.iter().map(pending).collect())
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

/// The rows of a table that are due and that no hub has, locked: `$1` is the time, `$2` and `$3` are hosts with the calls under way, `$4` is how many
/// there may be of one, `$5` how many in all.
fn due(table: &str, id: &str) -> String {
    format!(
        "with due as (select {id} from {table} where due <= $1 and until <= $1 and {id} in (\
            select {id} from (\
                select t.{id}, t.due, row_number() over (partition by t.host order by t.due, t.{id}) + coalesce(b.count, 0) as place \
                from {table} t left join unnest($2::text[], $3::bigint[]) as b (host, count) on b.host = t.host \
                where t.due <= $1 and t.until <= $1) as ranked \
            where place <= $4 order by due, {id} limit $5) \
        order by due, {id} for update skip locked)"
    )
}

/// Tells subscriptions apart; callbacks may be longer than what an index takes.
fn key(wish: &Wish) -> Vec<u8> {
    blake3::Hasher::new().update(wish.topic.as_bytes()).update(b"\0").update(wish.callback.as_bytes()).finalize().as_bytes().to_vec()
}

/// Bytes, since no text of the database holds a NUL, and a secret may.
fn secret(bytes: Option<Vec<u8>>) -> Option<Secret> {
    bytes.map(|bytes| Secret::from(String::from_utf8_lossy(&bytes).into_owned()))
}

fn tries(row: &Row, at: usize) -> u32 {
    row.get::<_, i64>(at) as u32
}

fn known(work: Work<'_, '_>, wish: &Wish) -> Done<bool> {
    Ok(work.query_opt("select 1 from subscriptions where key = $1", &[&key(wish)])?.is_some())
}

/// Whether there is room; who is in already may renew.
fn full(work: Work<'_, '_>, mode: Mode, wish: &Wish, limits: &WebSub, now: i64) -> Done<Option<Full>> {
    if work.query_opt("select 1 from intents where key = $1", &[&key(wish)])?.is_some() {
        return Ok(None);
    }
    if work.query_one("select count(*) from intents", &[])?.get::<_, i64>(0) >= INTENTS {
        return Ok(Some(Full::Hub));
    }
    if mode != Mode::Subscribe || known(work, wish)? {
        return Ok(None);
    }
    let mut count = |column: &str, value: &str| -> Done<i64> {
        let query = format!(
            "select (select count(*) from subscriptions where {column} = $1 and expires > $2) + (select count(*) from intents where {column} = $1)"
        );
        Ok(work.query_one(&query, &[&value, &now])?.get(0))
    };
    if count("topic", &wish.topic)? >= limits.per_topic as i64 {
        return Ok(Some(Full::Topic));
    }
    Ok((count("host", &wish.host)? >= limits.per_host as i64).then_some(Full::Host))
}

/// Whoever is about to ask for a former wish does so in vain: its token is another.
fn intend(work: Work<'_, '_>, mode: Mode, wish: &Wish, now: i64) -> Done<u64> {
    let insert = format!(
        "insert into intents (key, mode, topic, callback, host, secret, lease, tries, due, token, until) \
        values ($1, $2, $3, $4, $5, $6, $7, 0, $8, {TOKEN}, 0) \
        on conflict (key) do update set mode = excluded.mode, secret = excluded.secret, lease = excluded.lease, tries = 0, due = excluded.due, \
        token = excluded.token, until = 0"
    );
    let secret = wish.secret.as_ref().map(|secret| secret.as_str().as_bytes());
    let values: [&(dyn ToSql + Sync); 8] =
        [&key(wish), &mode.as_str(), &wish.topic, &wish.callback, &wish.host, &secret, &(wish.lease as i64), &now];
    work.execute(&insert, &values)
}

fn settle(work: Work<'_, '_>, intent: &Intent) -> Done<u64> {
    work.execute("delete from intents where id = $1 and token = $2", &[&intent.id, &intent.mark])
}

/// Those who have it, or wait for it, are left alone. Who has it under way keeps it: nobody is sent two documents of one topic at a time.
fn publish(work: Work<'_, '_>, topic: &str, content: &[u8; 32], now: i64) -> Done<usize> {
    let insert = "insert into deliveries (subscription, host, content, tries, due, token, until) \
        select id, host, $2::bytea, 0, $3::bigint, 0, 0 from subscriptions \
        where topic = $1 and expires > $3 and (sent is null or sent <> $2) order by id for share \
        on conflict (subscription) do update set content = excluded.content, tries = 0, due = excluded.due \
        where deliveries.content <> excluded.content";
    Ok(work.execute(insert, &[&topic, &&content[..], &now])? as usize)
}

/// What was taken up is done; where the document is another by now, that is due. Gives nothing where another hub took it over.
fn forget(work: Work<'_, '_>, delivery: &Delivery) -> Done<u64> {
    let (id, token) = (&delivery.subscription, &delivery.token);
    let delete = "delete from deliveries where subscription = $1 and token = $2 and content = $3";
    match work.execute(delete, &[id, token, &delivery.content])? {
        0 => work.execute("update deliveries set until = 0 where subscription = $1 and token = $2", &[id, token]),
        gone => Ok(gone),
    }
}

fn end(work: Work<'_, '_>, which: &str, values: &[&(dyn ToSql + Sync)]) -> Done<usize> {
    let rows = work.query(&format!("delete from subscriptions where {which} returning id"), values)?;
    let ids: Vec<i64> = rows.iter().map(|row| row.get(0)).collect();
    if !ids.is_empty() {
        work.execute("delete from deliveries where subscription = any($1)", &[&ids])?;
    }
    Ok(ids.len())
}

/// Out of those that are there to be ended: two hubs that see the same tell it once.
fn deny(work: Work<'_, '_>, topic: &str, now: i64) -> Done<usize> {
    let rows = work.query("delete from subscriptions where topic = $1 returning id, callback, host", &[&topic])?;
    let ids: Vec<i64> = rows.iter().map(|row| row.get(0)).collect();
    work.execute("delete from deliveries where subscription = any($1)", &[&ids])?;
    for row in &rows {
        let wish = Wish { topic: topic.to_owned(), callback: row.get(1), host: row.get(2), secret: None, lease: 0 };
        intend(work, Mode::Denied, &wish, now)?;
    }
    Ok(ids.len())
}
