//! Documents in the database: what is served from there, and what is known of those that stand elsewhere.

use std::collections::{BTreeSet, HashMap};

use postgres::Transaction;

use super::LIST;
use super::publish::Round;
use crate::config::{Config, paths};
use crate::document::Document;

/// Documents that go with one statement.
const AT_A_TIME: usize = 64;

/// A document to be put.
#[derive(Debug)]
pub struct Put {
    pub path: String,
    /// The path of its channel.
    channel: String,
    pub media_type: String,
    pub bytes: Vec<u8>,
    hash: [u8; 32],
    /// In seconds since 1970.
    pub changed: i64,
}

impl Put {
    pub fn of(channel: &str, document: &Document) -> Self {
        let bytes = document.bytes.to_vec();
        let media_type = document.format.map_or("text/x-opml", |format| format.media_type());
        Put {
            path: document.path.clone(),
            channel: channel.to_owned(),
            media_type: media_type.to_owned(),
            hash: *blake3::hash(&bytes).as_bytes(),
            bytes,
            changed: document.changed.timestamp(),
        }
    }

    /// The family that it is of.
    pub fn family<'p>(&'p self, config: &Config) -> &'p str {
        family(config, &self.channel)
    }
}

/// The family of a channel: its path without the language.
pub(super) fn family<'p>(config: &Config, channel: &'p str) -> &'p str {
    if !config.channels.per_language || channel == LIST {
        return channel;
    }
    let Some((language, rest)) = channel.split_once('/') else { return channel };
    let is_variant = config.publication.languages.iter().any(|own| paths::in_language(own, rest) == channel);
    if is_variant && !language.is_empty() { rest } else { channel }
}

/// Puts those that differ from what stands, and takes away what these families have no more.
pub(super) fn save(
    transaction: &mut Transaction<'_>,
    made: &[&Put],
    own: &HashMap<String, i64>,
    config: &Config,
) -> Result<Round, postgres::Error> {
    let families: Vec<&str> = own.keys().map(String::as_str).collect();
    let rows = transaction.query("select path, hash from documents where family = any($1)", &[&families])?;
    let standing: HashMap<&str, &[u8]> = rows.iter().map(|row| (row.get(0), row.get(1))).collect();
    let changed: Vec<&&Put> = made.iter().filter(|put| standing.get(&*put.path) != Some(&&put.hash[..])).collect();
    insert(transaction, &changed, own, config)?;
    let wanted: BTreeSet<&str> = made.iter().map(|put| &*put.path).collect();
    let deleted: Vec<&str> = standing.keys().copied().filter(|path| !wanted.contains(path)).collect();
    if !deleted.is_empty() {
        transaction.execute("delete from documents where path = any($1)", &[&deleted])?;
    }
    let mut put: Vec<String> = changed.iter().map(|put| put.path.clone()).collect();
    put.sort();
    let deleted = deleted.into_iter().map(str::to_owned).collect();
    Ok(Round { unchanged: made.len() - put.len(), put, deleted, ..Round::default() })
}

fn insert(
    transaction: &mut Transaction<'_>,
    changed: &[&&Put],
    own: &HashMap<String, i64>,
    config: &Config,
) -> Result<(), postgres::Error> {
    let insert = "insert into documents (path, family, hash, media_type, changed, token, put_at, bytes) \
        select path, family, hash, media_type, changed, token, clock_timestamp(), bytes from \
        unnest($1::text[], $2::text[], $3::bytea[], $4::text[], $5::bigint[], $6::bigint[], $7::bytea[]) \
        as o (path, family, hash, media_type, changed, token, bytes) \
        on conflict (path) do update set family = excluded.family, hash = excluded.hash, media_type = excluded.media_type, \
        changed = excluded.changed, token = excluded.token, put_at = excluded.put_at, bytes = excluded.bytes";
    let insert = transaction.prepare(insert)?;
    for part in changed.chunks(AT_A_TIME) {
        let families: Vec<&str> = part.iter().map(|put| put.family(config)).collect();
        let tokens: Vec<i64> = families.iter().map(|family| own[*family]).collect();
        let paths: Vec<&str> = part.iter().map(|put| &*put.path).collect();
        let hashes: Vec<&[u8]> = part.iter().map(|put| &put.hash[..]).collect();
        let media_types: Vec<&str> = part.iter().map(|put| &*put.media_type).collect();
        let dates: Vec<i64> = part.iter().map(|put| put.changed).collect();
        let bytes: Vec<&[u8]> = part.iter().map(|put| &*put.bytes).collect();
        transaction.execute(&insert, &[&paths, &families, &hashes, &media_types, &dates, &tokens, &bytes])?;
    }
    Ok(())
}
