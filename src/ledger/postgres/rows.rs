//! The rows of a memory: items, channels, and what each channel holds.

use std::collections::HashMap;
use std::sync::Arc;

use postgres::{Row, Transaction};
use serde::{Deserialize, Serialize};

use crate::item::Names;
use crate::ledger::{Digest, Known, KnownChannel, KnownPage, Memory, Moment, Ping, Ref, Traces};

/// Rows that go with one statement.
pub(super) const ROWS: usize = 2000;

/// The columns of an item, in the order of [`known`].
pub(crate) const KNOWN: &str = "iri, guid, key, title, first_seen, published, updated, record, content, text, link, gone";

pub(crate) fn known(row: &Row) -> Known {
    let digest = |at: usize| row.get::<_, Option<&[u8]>>(at).and_then(digest);
    let traces = Traces {
        record: digest(7),
        content: digest(8).unwrap_or_default(),
        text: row.get::<_, i64>(9) as u64,
        link: row.get::<_, i64>(10) as u64,
    };
    let moment = |at: usize| row.get::<_, Option<i64>>(at).map(Moment::from);
    Known {
        names: Names::new(row.get(0), row.get(1), row.get(2), row.get(3)).with(traces),
        first_seen: row.get::<_, i64>(4).into(),
        published: row.get::<_, i64>(5).into(),
        updated: moment(6),
        gone: moment(11),
    }
}

fn digest(bytes: &[u8]) -> Option<Digest> {
    bytes.try_into().ok().map(Digest)
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
        members: Arc::default(),
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
                &column(part, |known| known.iri()),
                &column(part, |known| known.guid()),
                &column(part, |known| known.key()),
                &column(part, |known| known.title()),
                &column(part, |known| known.first_seen.seconds()),
                &column(part, |known| known.published.seconds()),
                &column(part, |known| known.updated.map(Moment::seconds)),
                &column(part, |known| known.traces().record.map(|digest| digest.0.to_vec())),
                &column(part, |known| known.traces().content.0.to_vec()),
                &column(part, |known| known.traces().text as i64),
                &column(part, |known| known.traces().link as i64),
                &column(part, |known| known.gone.map(Moment::seconds)),
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
    iri: &dyn Fn(Ref) -> &'k str,
) -> Result<(), postgres::Error> {
    let deleted: Vec<(&str, i64)> = channel.deleted.iter().map(|(at, when)| (iri(*at), *when)).collect();
    let page = |page: &KnownPage| PageRow {
        updated: page.updated,
        digest: page.digest.map(Digest::to_hex),
        members: page.members.iter().map(|at| iri(*at).to_owned()).collect(),
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
    out: Vec<(&'a str, &'a str)>,
    in_: Vec<(&'a str, i64, &'a str)>,
}

impl<'a> Members<'a> {
    pub fn differing(&mut self, path: &'a str, (before, old): (&'a Memory, &[Ref]), (after, new): (&'a Memory, &[Ref])) {
        let row = |memory: &'a Memory, at: &Ref| {
            let known = memory.get(*at);
            (known.iri(), -known.published.seconds())
        };
        let mut left: HashMap<&str, i64> = old.iter().map(|at| row(before, at)).collect();
        for (iri, rank) in new.iter().map(|at| row(after, at)) {
            match left.remove(iri) {
                Some(former) if former == rank => {}
                former => {
                    self.out.extend(former.map(|_| (path, iri)));
                    self.put(path, rank, iri);
                }
            }
        }
        self.out.extend(left.into_keys().map(|iri| (path, iri)));
    }

    pub fn put(&mut self, path: &'a str, rank: i64, iri: &'a str) {
        self.in_.push((path, rank, iri));
    }

    pub fn take_out(&mut self, path: &'a str, iri: &'a str) {
        self.out.push((path, iri));
    }

    pub fn save(&self, transaction: &mut Transaction<'_>) -> Result<(), postgres::Error> {
        // By item, whatever its rank was: the table may say another than the memory where a date was changed by hand.
        let delete =
            "delete from members p using unnest($1::text[], $2::text[]) as o (channel, iri) where p.channel = o.channel and p.iri = o.iri";
        let insert =
            "insert into members (channel, rank, iri) select * from unnest($1::text[], $2::bigint[], $3::text[]) on conflict do nothing";
        for part in self.out.chunks(ROWS) {
            let (channels, iris): (Vec<&str>, Vec<&str>) = part.iter().copied().unzip();
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

/// Adds to a transaction what it is the reason of; what is held is not for the embedded hub until it is released.
pub(crate) fn add(transaction: &mut Transaction<'_>, pings: &[Ping], is_held: bool) -> Result<(), postgres::Error> {
    let insert = "insert into outbox (hub, topic, mark, held) select h, t, (random() * 9e15)::bigint, $3 from unnest($1::text[], $2::text[]) as o (h, t) \
                  on conflict (hub, topic) do update set mark = excluded.mark, held = excluded.held, until = null";
    if pings.is_empty() {
        return Ok(());
    }
    let hubs: Vec<&str> = pings.iter().map(|ping| &*ping.hub).collect();
    let topics: Vec<&str> = pings.iter().map(|ping| &*ping.topic).collect();
    transaction.execute(insert, &[&hubs, &topics, &is_held]).map(drop)
}
