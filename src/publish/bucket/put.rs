//! Documents put into a store: in turn, several at a time, each on the condition that nobody else was quicker.

use crate::coding::Coding;
use std::collections::BTreeMap;

use futures_util::{StreamExt, TryStreamExt};

use super::known::Object;
use super::{AT_A_TIME, Bucket, Line};
use crate::crash;
use crate::document::Document;
use crate::publish::PublishError;
use crate::publish::front::Front;
use crate::publish::headers::{self, media_type_of};
use crate::publish::manifest::{Hash, Manifest};
use crate::publish::place::Putting;
use crate::publish::probe::{self, Honours};
use crate::storage::{Attributes, Condition, Fetched, Put, is_same};

impl Bucket {
    /// Feeds first, the lists of them last. Where one cannot be put, no further one is begun.
    pub(super) fn put_in_turn(&self, line: &Line, putting: &Putting<'_>) -> Result<(), PublishError> {
        let honours = self.honours(line);
        let mut turns: BTreeMap<u8, Vec<(&str, &Document, &Hash)>> = BTreeMap::new();
        putting.puts().for_each(|one| turns.entry(turn(one.0, one.1)).or_default().push(one));
        let put = || {
            for ones in turns.into_values() {
                let puts = futures_util::stream::iter(ones.into_iter().map(|one| self.put(line, putting, one, honours)));
                line.runtime.block_on(puts.buffer_unordered(AT_A_TIME).try_collect::<Vec<()>>())?;
            }
            Ok(())
        };
        let done = put();
        if done.is_err() {
            // What was put need not be fetched by the next run to be known.
            self.now().known.save();
        }
        done
    }

    /// What the store does with conditions; asked once, and only where something is put.
    fn honours(&self, line: &Line) -> Honours {
        let known = self.now().known.honours;
        known.unwrap_or_else(|| {
            let found = line.runtime.block_on(probe::probe(&line.storage));
            self.now().known.honours = found;
            found.unwrap_or_default()
        })
    }

    /// What must stand at a path still.
    fn condition(&self, path: &str, honours: Honours) -> Condition {
        let now = self.now();
        match now.list.as_ref().and_then(|list| list.get(path)) {
            // What was told with the object itself may say more than the list.
            Some(entry) if honours.update && entry.is_etag => {
                let known = now.known.objects.get(path).map(|object| &object.tag).filter(|tag| is_same(tag, &entry.tag));
                Condition::Tag(known.unwrap_or(&entry.tag).clone())
            }
            None if honours.create => Condition::Nothing,
            _ => Condition::Anything,
        }
    }

    async fn put(&self, line: &Line, putting: &Putting<'_>, one: (&str, &Document, &Hash), honours: Honours) -> Result<(), PublishError> {
        let (path, document, hash) = one;
        let bytes = document.bytes.to_vec()?;
        let size = bytes.len() as u64;
        self.now().known.store(hash, &bytes);
        let condition = self.condition(path, honours);
        let attributes = attributes(document, hash, &self.front);
        let tag = match line.storage.put(path, bytes.clone(), &attributes, &condition).await? {
            Put::Done(tag) => tag,
            Put::Refused => self.refused(line, putting.manifest, (path, hash), bytes, &attributes).await?,
        };
        let changed = if document.format.is_some() { document.changed.timestamp() } else { putting.at.timestamp() };
        self.remember(path, tag, Object { tag: String::new(), hash: hash.clone(), size, modified: changed });
        crash::point("put");
        Ok(())
    }

    /// A condition did not hold. That may be a request of our own whose answer was lost, or a store that tells tags otherwise in its lists; only what nobody here
    /// put is left alone.
    async fn refused(
        &self,
        line: &Line,
        manifest: &Manifest,
        (path, hash): (&str, &Hash),
        bytes: Vec<u8>,
        attributes: &Attributes,
    ) -> Result<Option<String>, PublishError> {
        if let Fetched::Object { bytes, tag } = line.storage.get(path, None).await? {
            let stands = Hash::of(&bytes);
            if stands == *hash {
                return Ok(tag);
            }
            if !manifest.wrote(path, &stands) {
                return Err(PublishError::Overtaken { address: self.address.to_string(), path: path.to_owned() });
            }
        }
        match line.storage.put(path, bytes, attributes, &Condition::Anything).await? {
            Put::Done(tag) => Ok(tag),
            Put::Refused => Err(PublishError::Overtaken { address: self.address.to_string(), path: path.to_owned() }),
        }
    }
}

/// Whoever follows a link finds what it leads to: feeds are put before pages, and these before the lists of them.
fn turn(path: &str, document: &Document) -> u8 {
    let plain = Coding::plain(path).unwrap_or(path);
    match document.format {
        Some(_) => 0,
        None if plain.contains('/') || (plain.ends_with(".html") && plain != "index.html") => 1,
        None => 2,
    }
}

fn attributes(document: &Document, hash: &Hash, front: &Front) -> Attributes {
    headers::stored(&document.path, media_type_of(document), hash.as_str(), front.ttl)
}
