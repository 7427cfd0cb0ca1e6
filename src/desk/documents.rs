//! Documents in the database: what is served from there, and what is known of those that stand elsewhere.

#[cfg(feature = "object-store")]
use std::collections::BTreeMap;
use std::collections::{BTreeSet, HashMap};

use postgres::{GenericClient, Transaction};

use super::portion::portions;
use super::{LIST, moves};
use crate::coding::{Coding, Effort};
use crate::config::{Config, OldPaths};
use crate::database::schema::STANDING_HASH;
use crate::document::Document;
use crate::publish::{headers, plan};

/// Documents that go with one statement.
const AT_A_TIME: usize = 64;

/// A document to be put.
#[derive(Debug)]
pub struct Put {
    pub path: String,
    /// The family of its channel.
    pub family: String,
    pub media_type: String,
    pub bytes: Vec<u8>,
    hash: [u8; 32],
    /// In seconds since 1970.
    pub changed: i64,
    /// By what the object store that it was put into knows it; may be empty.
    pub tag: Option<String>,
}

impl Put {
    pub fn of(family: &str, document: &Document) -> Self {
        let bytes = document.bytes.in_a_row(&mut Vec::new()).to_vec();
        Put {
            path: document.path.clone(),
            family: family.to_owned(),
            media_type: headers::media_type_of(document).to_owned(),
            hash: *blake3::hash(&bytes).as_bytes(),
            bytes,
            changed: document.changed.timestamp(),
            tag: None,
        }
    }

    /// The same in other codings, each where that makes it smaller.
    pub fn copies(&self, codings: &[Coding]) -> Vec<Self> {
        let copy = |coding: &Coding| {
            let bytes = coding.encode(&self.bytes, Effort::Stored)?;
            let (path, hash) = (format!("{}.{}", self.path, coding.extension()), *blake3::hash(&bytes).as_bytes());
            let (family, media_type) = (self.family.clone(), self.media_type.clone());
            Some(Put { path, family, media_type, hash, bytes, changed: self.changed, tag: None })
        };
        codings.iter().filter_map(copy).collect()
    }

    pub fn is(&self, hash: &[u8]) -> bool {
        self.hash == hash
    }

    /// The hash in hexadecimal.
    pub fn hash_in_words(&self) -> String {
        blake3::Hash::from_bytes(self.hash).to_hex().to_string()
    }
}

/// What became of documents.
#[derive(Clone, Debug, Default)]
pub struct Saved {
    /// Paths of those that were put, in order.
    pub put: Vec<String>,
    /// Those of them that were not there before.
    pub new: BTreeSet<String>,
    pub unchanged: usize,
    pub deleted: Vec<String>,
    /// Of those that were put.
    pub bytes: u64,
}

/// What stands and is not made, and stays all the same or goes.
pub(super) struct Rest<'a> {
    pub config: &'a Config,
    /// Paths that channels moved away from, or ended at.
    pub old: OldPaths,
    /// Paths of empty channels whose documents stay as they are.
    pub kept: &'a BTreeSet<String>,
    /// Documents at old paths that go now, whosever they were.
    pub retired: &'a [String],
}

impl Rest<'_> {
    /// Whether a document of these families that is not made any more goes.
    pub fn goes(&self, path: &str) -> bool {
        !self.kept.contains(plan::channel(path)) && !moves::is_awaited(self.config, &self.old, path)
    }
}

/// Puts those that differ from what stands, and takes away what these families have no more.
pub(super) fn save(
    transaction: &mut Transaction<'_>,
    made: &[&Put],
    own: &HashMap<String, i64>,
    rest: &Rest<'_>,
) -> Result<Saved, postgres::Error> {
    let families: Vec<&str> = own.keys().map(String::as_str).collect();
    let rows = transaction.query(&format!("select path, {STANDING_HASH} from documents where family = any($1)"), &[&families])?;
    let standing: HashMap<&str, &[u8]> = rows.iter().map(|row| (row.get(0), row.get(1))).collect();
    // What should have been put into a store and was not, since it seemed to stand there, is seen to by the next round.
    let is_where_it_belongs = |put: &Put| put.tag.is_some() || rest.config.output.store.is_none();
    let differs = |put: &&&Put| standing.get(&*put.path) != Some(&&put.hash[..]) && is_where_it_belongs(put);
    let changed: Vec<&&Put> = made.iter().filter(differs).collect();
    insert(transaction, &changed, own)?;
    let wanted: BTreeSet<&str> = made.iter().map(|put| &*put.path).collect();
    let gone: Vec<&str> = standing.keys().copied().filter(|path| !wanted.contains(path) && rest.goes(path)).collect();
    // One that another family took over meanwhile is that one's.
    let delete = "delete from documents where (path = any($1) and family = any($2)) or path = any($3) returning path";
    let retired: &[String] = if own.contains_key(LIST) { rest.retired } else { &[] };
    let deleted =
        if gone.is_empty() && retired.is_empty() { Vec::new() } else { transaction.query(delete, &[&gone, &families, &retired])? };
    let mut put: Vec<String> = changed.iter().map(|put| put.path.clone()).collect();
    put.sort();
    let new = put.iter().filter(|path| !standing.contains_key(&***path)).cloned().collect();
    let deleted = deleted.iter().map(|row| row.get(0)).collect();
    let bytes = changed.iter().map(|put| put.bytes.len() as u64).sum();
    Ok(Saved { unchanged: made.len() - put.len(), put, new, deleted, bytes })
}

fn insert(transaction: &mut Transaction<'_>, changed: &[&&Put], own: &HashMap<String, i64>) -> Result<(), postgres::Error> {
    let insert = "insert into documents (path, family, hash, size, media_type, changed, token, put_at, bytes, tag) \
        select path, family, hash, size, media_type, changed, token, clock_timestamp(), bytes, tag from \
        unnest($1::text[], $2::text[], $3::bytea[], $4::bigint[], $5::text[], $6::bigint[], $7::bigint[], $8::bytea[], $9::text[]) \
        as o (path, family, hash, size, media_type, changed, token, bytes, tag) \
        on conflict (path) do update set family = excluded.family, hash = excluded.hash, size = excluded.size, \
        media_type = excluded.media_type, changed = excluded.changed, token = excluded.token, put_at = excluded.put_at, \
        bytes = excluded.bytes, tag = excluded.tag";
    let insert = transaction.prepare(insert)?;
    for part in portions(changed, AT_A_TIME, |put| put.bytes.len()) {
        let families: Vec<&str> = part.iter().map(|put| &*put.family).collect();
        let tokens: Vec<i64> = families.iter().map(|family| own[*family]).collect();
        let paths: Vec<&str> = part.iter().map(|put| &*put.path).collect();
        let hashes: Vec<&[u8]> = part.iter().map(|put| &put.hash[..]).collect();
        let media_types: Vec<&str> = part.iter().map(|put| &*put.media_type).collect();
        let dates: Vec<i64> = part.iter().map(|put| put.changed).collect();
        let sizes: Vec<i64> = part.iter().map(|put| put.bytes.len() as i64).collect();
        // What stands in a store is not kept here too.
        let bytes: Vec<Option<&[u8]>> = part.iter().map(|put| put.tag.is_none().then_some(&*put.bytes)).collect();
        let tags: Vec<Option<&str>> = part.iter().map(|put| put.tag.as_deref()).collect();
        transaction.execute(&insert, &[&paths, &families, &hashes, &sizes, &media_types, &dates, &tokens, &bytes, &tags])?;
    }
    Ok(())
}

/// What stands of these families: by path the hash, and what a store knows it by.
#[cfg(feature = "object-store")]
pub(super) type Standing = HashMap<String, (Vec<u8>, Option<String>)>;

#[cfg(feature = "object-store")]
pub(super) fn standing(client: &mut postgres::Client, families: &[&str]) -> Result<Standing, postgres::Error> {
    let rows = client.query(&format!("select path, {STANDING_HASH}, tag from documents where family = any($1)"), &[&families])?;
    Ok(rows.iter().map(|row| (row.get(0), (row.get(1), row.get(2)))).collect())
}

/// Which of these are still of these families.
#[cfg(feature = "object-store")]
pub(super) fn still_of(client: &mut postgres::Client, families: &[&str], paths: &[String]) -> Result<Vec<String>, postgres::Error> {
    let rows = client.query("select path from documents where path = any($1) and family = any($2) order by path", &[&paths, &families])?;
    Ok(rows.iter().map(|row| row.get(0)).collect())
}

/// Has documents put again by whoever comes next: another than is known may stand in their place. Those who serve hear of them as before. Gives the families that
/// they are of.
pub(super) fn doubt(client: &mut impl GenericClient, paths: &[&str]) -> Result<Vec<String>, postgres::Error> {
    let rows = client.query("update documents set token = 0 where path = any($1) returning family", &[&paths])?;
    Ok(rows.iter().map(|row| row.get(0)).collect())
}

/// The lines of an index, from `path, hash, size, changed`.
#[cfg(feature = "object-store")]
pub(super) fn listed(rows: &[postgres::Row]) -> BTreeMap<String, crate::publish::index::Listed> {
    use crate::publish::index::Listed;
    use crate::publish::manifest::Hash;

    let line = |row: &postgres::Row| {
        let hash = row.get::<_, &[u8]>(1).try_into().map(blake3::Hash::from_bytes).ok()?;
        Some((row.get(0), Listed { hash: Hash::from(hash), size: row.get::<_, i64>(2) as u64, modified: row.get(3) }))
    };
    rows.iter().filter_map(line).collect()
}
