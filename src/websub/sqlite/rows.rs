//! The tables of the embedded hub in a file, and what is done to their rows inside a transaction.

use rusqlite::{Connection, Row, params};

use crate::config::WebSub;
use crate::websub::book::{Delivery, Full, INTENTS, Intent, Mode};
use crate::websub::form::{Secret, Wish};

pub(super) const SCHEMA: &str = "
create table if not exists subscriptions (
    id integer primary key autoincrement, topic text not null, callback text not null, host text not null, secret text, expires integer not null,
    sent blob, unique (topic, callback));
create index if not exists subscriptions_host on subscriptions (host);
create table if not exists intents (
    id integer primary key autoincrement, mode text not null, topic text not null, callback text not null, host text not null, secret text, lease integer not null,
    mark integer not null, tries integer not null, due integer not null, unique (topic, callback));
create table if not exists deliveries (
    subscription integer primary key, content blob not null, tries integer not null, due integer not null);";

/// Whether the subscription is there.
pub(super) fn known(connection: &Connection, wish: &Wish) -> rusqlite::Result<bool> {
    let query = "select exists (select 1 from subscriptions where topic = ?1 and callback = ?2)";
    connection.query_row(query, [&wish.topic, &wish.callback], |row| row.get(0))
}

/// Whether there is room; who is in already may renew.
pub(super) fn full(connection: &Connection, mode: Mode, wish: &Wish, limits: &WebSub, now: i64) -> rusqlite::Result<Option<Full>> {
    let waits = "select exists (select 1 from intents where topic = ?1 and callback = ?2)";
    if connection.query_row(waits, [&wish.topic, &wish.callback], |row| row.get(0))? {
        return Ok(None);
    }
    let count = |query: &str, values: &[&dyn rusqlite::ToSql]| connection.query_row(query, values, |row| row.get::<_, i64>(0));
    if count("select count(*) from intents", &[])? >= INTENTS {
        return Ok(Some(Full::Hub));
    }
    if mode != Mode::Subscribe || known(connection, wish)? {
        return Ok(None);
    }
    let of = |column: &str| {
        format!(
            "select (select count(*) from subscriptions where {column} = ?1 and expires > ?2) + (select count(*) from intents where {column} = ?1)"
        )
    };
    if count(&of("topic"), &[&wish.topic, &now])? >= limits.per_topic as i64 {
        return Ok(Some(Full::Topic));
    }
    Ok((count(&of("host"), &[&wish.host, &now])? >= limits.per_host as i64).then_some(Full::Host))
}

pub(super) fn intend(connection: &Connection, mode: Mode, wish: &Wish, now: i64) -> rusqlite::Result<usize> {
    let insert = "insert or replace into intents (mode, topic, callback, host, secret, lease, mark, tries, due) values (?1, ?2, ?3, ?4, ?5, ?6, random(), 0, ?7)";
    let secret = wish.secret.as_ref().map(Secret::as_str);
    connection.execute(insert, params![mode.as_str(), wish.topic, wish.callback, wish.host, secret, wish.lease as i64, now])
}

pub(super) fn settle(connection: &Connection, intent: &Intent) -> rusqlite::Result<usize> {
    connection.execute("delete from intents where id = ?1 and mark = ?2", params![intent.id, intent.mark])
}

/// Those who have it, or wait for it, are left alone: whoever says twice that a topic changed makes nobody be asked twice.
pub(super) fn publish(connection: &Connection, topic: &str, content: &[u8; 32], now: i64) -> rusqlite::Result<usize> {
    let insert = "insert into deliveries (subscription, content, tries, due) \
        select id, ?2, 0, ?3 from subscriptions where topic = ?1 and expires > ?3 and (sent is null or sent <> ?2) \
        on conflict (subscription) do update set content = excluded.content, tries = 0, due = excluded.due where content <> excluded.content";
    connection.execute(insert, params![topic, content, now])
}

pub(super) fn forget(connection: &Connection, delivery: &Delivery) -> rusqlite::Result<()> {
    let delete = "delete from deliveries where subscription = ?1 and content = ?2";
    connection.execute(delete, params![delivery.subscription, delivery.content]).map(drop)
}

pub(super) fn end(connection: &Connection, which: &str, values: impl rusqlite::Params + Clone) -> rusqlite::Result<usize> {
    let deliveries = format!("delete from deliveries where subscription in (select id from subscriptions where {which})");
    connection.execute(&deliveries, values.clone())?;
    connection.execute(&format!("delete from subscriptions where {which}"), values)
}

pub(super) fn deny(connection: &Connection, topic: &str, now: i64) -> rusqlite::Result<usize> {
    let insert = "insert or replace into intents (mode, topic, callback, host, lease, mark, tries, due) \
        select 'denied', topic, callback, host, 0, random(), 0, ?2 from subscriptions where topic = ?1";
    connection.execute(insert, params![topic, now])?;
    end(connection, "topic = ?1", [topic])
}

pub(super) fn intent(row: &Row<'_>) -> rusqlite::Result<Intent> {
    let lease = row.get::<_, i64>(6)?.max(0) as u64;
    let wish = Wish { topic: row.get(2)?, callback: row.get(3)?, host: row.get(4)?, secret: secret(row, 5)?, lease };
    let mode = Mode::of(row.get_ref(1)?.as_str()?);
    Ok(Intent { id: row.get(0)?, mode, wish, mark: row.get(7)?, tries: row.get(8)?, until: None })
}

pub(super) fn delivery(row: &Row<'_>) -> rusqlite::Result<Delivery> {
    Ok(Delivery {
        subscription: row.get(0)?,
        topic: row.get(1)?,
        callback: row.get(2)?,
        host: row.get(3)?,
        secret: secret(row, 4)?,
        sent: row.get(5)?,
        content: row.get(6)?,
        tries: row.get(7)?,
        #[cfg(feature = "postgres")]
        token: 0,
        until: None,
    })
}

fn secret(row: &Row<'_>, at: usize) -> rusqlite::Result<Option<Secret>> {
    Ok(row.get::<_, Option<String>>(at)?.map(Secret::from))
}
