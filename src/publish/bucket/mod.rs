//! An object store as the place of documents: each is one object, put whole.
//!
//! What stands there is told by one list a run, and by what is remembered of each object ([`known`]); an object that the list shows to be another than was
//! put is fetched. Feeds are put first, then pages, then the lists of what there is ([`put`]); the index for those who serve when all of these are there, and what
//! goes is deleted last. Where the store honours conditions ([`probe`]), an object that somebody else put since the list was made is not overwritten.

mod known;
mod put;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::{StreamExt, TryStreamExt};
use tokio::runtime::Runtime;

use super::PublishError;
use super::folder::link;
use super::front::Front;
use super::index::{self, INDEX, Index, Listed};
use super::manifest::Hash;
use super::place::{Place, Putting, Stamps};
use super::plan::Standing;
use super::probe::Honours;
use crate::config::Config;
use crate::crash;
use crate::storage::{Address, Condition, Entry, Fetched, Put, Storage, is_same};
use known::{Known, Object};

/// So many requests are under way at a time.
const AT_A_TIME: usize = 16;

/// A prefix in a bucket.
#[derive(Debug)]
pub(super) struct Bucket {
    address: Address,
    patience: Duration,
    front: Front,
    has_index: bool,
    state: PathBuf,
    now: Mutex<Now>,
}

/// What is known in this run.
#[derive(Debug)]
struct Now {
    known: Known,
    /// What stands there, since it was asked for; kept up with what is put and deleted.
    list: Option<BTreeMap<String, Entry>>,
    line: Option<Arc<Line>>,
}

/// A connection, and what drives it.
#[derive(Debug)]
struct Line {
    storage: Storage,
    runtime: Runtime,
}

impl Bucket {
    /// Nothing is asked of the store yet.
    pub fn new(config: &Config, address: &Address, state: &Path) -> Self {
        let known = Known::load(state, &address.to_string());
        Bucket {
            address: address.clone(),
            patience: Duration::from_secs(config.output.store_timeout),
            front: Front::of(config),
            has_index: config.output.index,
            state: state.to_owned(),
            now: Mutex::new(Now { known, list: None, line: None }),
        }
    }

    fn now(&self) -> MutexGuard<'_, Now> {
        self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The connection, made when it is needed first.
    fn line(&self) -> Result<Arc<Line>, PublishError> {
        let mut now = self.now();
        if let Some(line) = &now.line {
            return Ok(line.clone());
        }
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(PublishError::io("start requests to", Path::new(&self.address.to_string())))?;
        let line = Arc::new(Line { storage: Storage::new(&self.address, self.patience)?, runtime });
        now.line = Some(line.clone());
        Ok(line)
    }

    /// Asks what stands there, once a run.
    fn list(&self, line: &Line) -> Result<(), PublishError> {
        if self.now().list.is_none() {
            let list = line.runtime.block_on(line.storage.list())?;
            self.now().list = Some(list);
        }
        Ok(())
    }

    /// What stands at a path by the list and by what is remembered; `None` where only its bytes tell.
    fn recalled(&self, path: &str) -> Option<Standing> {
        let mut now = self.now();
        let Now { known, list, .. } = &mut *now;
        match list.as_ref().and_then(|list| list.get(path)) {
            None => {
                known.objects.remove(path);
                Some(Standing::Nothing)
            }
            Some(entry) => {
                known.objects.get(path).filter(|object| is_same(&object.tag, &entry.tag)).map(|object| Standing::File(object.hash.clone()))
            }
        }
    }

    /// Fetches an object that is not as it was put, or not known.
    async fn fetch(&self, line: &Line, path: &str) -> Result<(String, Standing), PublishError> {
        let Fetched::Object { bytes, tag } = line.storage.get(path, None).await? else { return Ok((path.to_owned(), Standing::Nothing)) };
        let hash = Hash::of(&bytes);
        let mut now = self.now();
        now.known.store(&hash, &bytes);
        if let Some(entry) = now.list.as_ref().and_then(|list| list.get(path)).cloned() {
            let former = now.known.objects.get(path).filter(|object| object.hash == hash).map(|object| object.modified);
            let modified = former.unwrap_or(entry.modified);
            let tag = tag.filter(|tag| is_same(tag, &entry.tag)).unwrap_or(entry.tag);
            let object = Object { tag, hash: hash.clone(), size: bytes.len() as u64, modified };
            now.known.objects.insert(path.to_owned(), object);
        }
        Ok((path.to_owned(), Standing::File(hash)))
    }

    fn remember(&self, path: &str, tag: Option<String>, object: Object) {
        let mut now = self.now();
        let (is_etag, tag) = (tag.is_some(), tag.unwrap_or_default());
        let entry = Entry { tag: tag.clone(), is_etag, modified: object.modified };
        now.list.iter_mut().for_each(|list| _ = list.insert(path.to_owned(), entry.clone()));
        now.known.objects.insert(path.to_owned(), Object { tag, ..object });
    }

    /// The index of these paths.
    fn index(&self, line: &Line, paths: &BTreeSet<&str>) -> Result<Index, PublishError> {
        // After a rollback not all of them were looked at.
        let unknown: Vec<&str> = paths.iter().copied().filter(|path| !self.now().known.objects.contains_key(*path)).collect();
        self.look_with(line, &unknown)?;
        let now = self.now();
        let listed = |path: &&str| {
            let object = now.known.objects.get(*path)?;
            Some(((*path).to_owned(), Listed { hash: object.hash.clone(), size: object.size, modified: object.modified }))
        };
        Ok(Index::new(self.front.clone(), paths.iter().filter_map(listed).collect()))
    }

    fn look_with(&self, line: &Line, paths: &[&str]) -> Result<BTreeMap<String, Standing>, PublishError> {
        self.list(line)?;
        let mut found = BTreeMap::new();
        let mut unknown = Vec::new();
        for path in paths {
            match self.recalled(path) {
                Some(standing) => drop(found.insert((*path).to_owned(), standing)),
                None => unknown.push(*path),
            }
        }
        let fetches = futures_util::stream::iter(unknown.into_iter().map(|path| self.fetch(line, path))).buffer_unordered(AT_A_TIME);
        found.extend(line.runtime.block_on(fetches.try_collect::<Vec<_>>())?);
        Ok(found)
    }
}

impl Place for Bucket {
    fn look(&self, paths: &[&str], _stamps: Option<Stamps<'_>>) -> Result<BTreeMap<String, Standing>, PublishError> {
        self.look_with(&*self.line()?, paths)
    }

    fn read(&self, path: &str) -> Result<Option<Vec<u8>>, PublishError> {
        let stored = {
            let now = self.now();
            now.known.objects.get(path).and_then(|object| now.known.stored(&object.hash))
        };
        if stored.is_some() {
            return Ok(stored);
        }
        let line = self.line()?;
        match line.runtime.block_on(line.storage.get(path, None))? {
            Fetched::Object { bytes, .. } => Ok(Some(bytes)),
            Fetched::Nothing | Fetched::Same => Ok(None),
        }
    }

    fn keep(&self, path: &str, file: &Path) -> Result<(), PublishError> {
        let bytes = self.read(path)?.unwrap_or_default();
        let copy = self.now().known.store(&Hash::of(&bytes), &bytes);
        link(&copy, file).map_err(PublishError::io("keep the former", file))
    }

    fn clear(&self, _paths: &[&str]) {}

    fn put_all(&self, putting: &Putting<'_>) -> Result<(), PublishError> {
        if putting.plan.puts.is_empty() {
            return Ok(());
        }
        self.put_in_turn(&*self.line()?, putting)
    }

    fn announce(&self, paths: &BTreeSet<&str>) -> Result<(), PublishError> {
        if !self.has_index {
            // One of before would tell of documents that are there no more.
            let is_gone = self.recalled(INDEX) == Some(Standing::Nothing);
            return if is_gone { Ok(()) } else { self.delete_all(&[INDEX.to_owned()]) };
        }
        let line = self.line()?;
        let index = self.index(&line, paths)?;
        let failed = |error: serde_json::Error| PublishError::io("write", Path::new(INDEX))(error.into());
        let bytes = index.bytes().map_err(failed)?;
        let hash = Hash::of(&bytes);
        let stands = match self.recalled(INDEX) {
            Some(Standing::File(stands)) => stands == hash,
            _ => false,
        };
        if !stands {
            let size = bytes.len() as u64;
            let put = line.runtime.block_on(line.storage.put(INDEX, bytes, &index::attributes(), &Condition::Anything))?;
            let tag = if let Put::Done(tag) = put { tag } else { None };
            self.remember(INDEX, tag, Object { tag: String::new(), hash, size, modified: 0 });
            crash::point("index");
        }
        self.now().known.save();
        Ok(())
    }

    fn delete_all(&self, paths: &[String]) -> Result<(), PublishError> {
        if paths.is_empty() {
            return Ok(());
        }
        let line = self.line()?;
        line.runtime.block_on(line.storage.delete(paths))?;
        crash::point("delete");
        let mut now = self.now();
        for path in paths {
            now.known.objects.remove(path);
            now.list.iter_mut().for_each(|list| _ = list.remove(path));
        }
        now.known.save();
        Ok(())
    }

    fn stands(&self, path: &str) -> bool {
        self.now().list.as_ref().is_none_or(|list| list.contains_key(path))
    }

    fn trace(&self, _path: &str) -> Option<PathBuf> {
        None
    }

    fn nature(&self) -> Option<&'static str> {
        self.now().known.honours.map(Honours::in_words)
    }

    fn renew(&mut self) {
        let known = Known::load(&self.state, &self.address.to_string());
        let mut now = self.now();
        (now.known, now.list) = (known, None);
    }
}
