//! What is done to rows of subscriptions, requests and deliveries inside a transaction.

use postgres::types::ToSql;
use postgres::{Row, Transaction};

use crate::config::WebSub;
use crate::websub::book::{Delivery, Full, INTENTS, Intent, Mode};
use crate::websub::form::{Secret, Wish};

/// A new token.
pub(super) const TOKEN: &str = "(random() * 9e15)::bigint";

pub(super) type Done<T> = Result<T, postgres::Error>;
pub(super) type Work<'a, 'b> = &'a mut Transaction<'b>;

/// The rows of a table that are due and that no hub has, locked: `$1` is the time, `$2` and `$3` are hosts with the calls under way, `$4` is how many
/// there may be of one, `$5` how many in all.
pub(super) fn due(table: &str, id: &str) -> String {
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
pub(super) fn key(wish: &Wish) -> Vec<u8> {
    blake3::Hasher::new().update(wish.topic.as_bytes()).update(b"\0").update(wish.callback.as_bytes()).finalize().as_bytes().to_vec()
}

/// Bytes, since no text of the database holds a NUL, and a secret may.
pub(super) fn secret(bytes: Option<Vec<u8>>) -> Option<Secret> {
    bytes.map(|bytes| Secret::from(String::from_utf8_lossy(&bytes).into_owned()))
}

pub(super) fn tries(row: &Row, at: usize) -> u32 {
    row.get::<_, i64>(at) as u32
}

pub(super) fn known(work: Work<'_, '_>, wish: &Wish) -> Done<bool> {
    Ok(work.query_opt("select 1 from subscriptions where key = $1", &[&key(wish)])?.is_some())
}

/// Whether there is room; who is in already may renew.
pub(super) fn full(work: Work<'_, '_>, mode: Mode, wish: &Wish, limits: &WebSub, now: i64) -> Done<Option<Full>> {
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
pub(super) fn intend(work: Work<'_, '_>, mode: Mode, wish: &Wish, now: i64) -> Done<u64> {
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

pub(super) fn settle(work: Work<'_, '_>, intent: &Intent) -> Done<u64> {
    work.execute("delete from intents where id = $1 and token = $2", &[&intent.id, &intent.mark])
}

/// Those who have it, or wait for it, are left alone. Who has it under way keeps it: nobody is sent two documents of one topic at a time.
pub(super) fn publish(work: Work<'_, '_>, topic: &str, content: &[u8; 32], now: i64) -> Done<usize> {
    let insert = "insert into deliveries (subscription, host, content, tries, due, token, until) \
        select id, host, $2::bytea, 0, $3::bigint, 0, 0 from subscriptions \
        where topic = $1 and expires > $3 and (sent is null or sent <> $2) order by id for share \
        on conflict (subscription) do update set content = excluded.content, tries = 0, due = excluded.due \
        where deliveries.content <> excluded.content";
    Ok(work.execute(insert, &[&topic, &&content[..], &now])? as usize)
}

/// What was taken up is done; where the document is another by now, that is due. Gives nothing where another hub took it over.
pub(super) fn forget(work: Work<'_, '_>, delivery: &Delivery) -> Done<u64> {
    let (id, token) = (&delivery.subscription, &delivery.token);
    let delete = "delete from deliveries where subscription = $1 and token = $2 and content = $3";
    match work.execute(delete, &[id, token, &delivery.content])? {
        0 => work.execute("update deliveries set until = 0 where subscription = $1 and token = $2", &[id, token]),
        gone => Ok(gone),
    }
}

pub(super) fn end(work: Work<'_, '_>, which: &str, values: &[&(dyn ToSql + Sync)]) -> Done<usize> {
    let rows = work.query(&format!("delete from subscriptions where {which} returning id"), values)?;
    let ids: Vec<i64> = rows.iter().map(|row| row.get(0)).collect();
    if !ids.is_empty() {
        work.execute("delete from deliveries where subscription = any($1)", &[&ids])?;
    }
    Ok(ids.len())
}

/// Out of those that are there to be ended: two hubs that see the same tell it once.
pub(super) fn deny(work: Work<'_, '_>, topic: &str, now: i64) -> Done<usize> {
    let rows = work.query("delete from subscriptions where topic = $1 returning id, callback, host", &[&topic])?;
    let ids: Vec<i64> = rows.iter().map(|row| row.get(0)).collect();
    work.execute("delete from deliveries where subscription = any($1)", &[&ids])?;
    for row in &rows {
        let wish = Wish { topic: topic.to_owned(), callback: row.get(1), host: row.get(2), secret: None, lease: 0 };
        intend(work, Mode::Denied, &wish, now)?;
    }
    Ok(ids.len())
}
