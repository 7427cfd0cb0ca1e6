//! Documents that stand in an object store, held here whole and kept up with it.
//!
//! A thread of its own looks at one object, the index that a publish puts last, and fetches what that says has changed. Where the store does not answer, what
//! was fetched last goes on being served. Whatever is served is the same from every server that looks at the same store, tags included.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, SystemTime};

use futures_util::StreamExt;

use super::page::File;
use super::site::{Contents, LARGEST, Site, take_redirects};
use super::{How, LONGEST_PAUSE, Notes, Server};
use crate::coding::Coding;
use crate::pipeline::REDIRECTS;
use crate::publish::Front;
use crate::publish::index::{INDEX, Index, Listed};
use crate::publish::manifest::Hash;
use crate::storage::{Address, Fetched, Storage, StorageError};

/// So many documents are fetched at a time.
const AT_A_TIME: usize = 16;
/// A request that takes longer is given up.
const REQUEST: Duration = Duration::from_secs(30);

/// A copy of what stands in a store.
pub struct Remote {
    /// For the index: the next look comes soon enough.
    storage: Storage,
    /// For documents, of which there are many.
    documents: Storage,
    server: Arc<Server>,
    notes: Notes,
    poll: Duration,
    /// The index that was taken up last: its tag, where all that it lists is here, and the hash of its bytes.
    tag: Option<String>,
    index: Option<Hash>,
    front: Option<Front>,
    /// The documents that are served as the index lists them.
    held: BTreeMap<String, Listed>,
    redirects: String,
}

/// What a look at the store found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Found {
    Same,
    New,
    /// A new index, of which some documents are not yet, or no longer, what it says.
    Part,
    /// The same, and nothing moved since.
    Stuck,
}

/// What was fetched.
#[derive(Default)]
struct Fetch {
    files: Vec<File>,
    /// The paths of documents that are not as they are listed.
    apart: BTreeSet<String>,
}

impl Remote {
    /// # Errors
    /// Where the environment says what cannot be.
    pub fn new(address: &Address, poll: Duration, server: Arc<Server>, notes: Notes) -> Result<Self, StorageError> {
        let storage = Storage::new(address, REQUEST)?;
        Ok(Remote {
            documents: storage.with_patience(LONGEST_PAUSE),
            storage: storage.with_patience(Duration::ZERO),
            server,
            notes,
            poll,
            tag: None,
            index: None,
            front: None,
            held: BTreeMap::new(),
            redirects: String::new(),
        })
    }

    /// Looks at the store until the server ends.
    ///
    /// # Errors
    /// Where there can be no thread.
    pub fn start(mut self) -> io::Result<JoinHandle<()>> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        std::thread::Builder::new().name("store".to_owned()).spawn(move || runtime.block_on(self.work()))
    }

    async fn work(&mut self) {
        let mut stopping = self.server.stopping();
        let mut pause = self.poll;
        let mut is_away = false;
        loop {
            let looked = tokio::select! {
                looked = self.look() => looked,
                _ = stopping.changed() => return,
            };
            match &looked {
                Ok(_) if is_away => (self.notes)("the store answers again".to_owned()),
                Err(why) if !is_away => (self.notes)(format!("{why}; {}", self.server.meanwhile())),
                _ => {}
            }
            is_away = looked.is_err();
            pause = match looked {
                Ok(Found::Same | Found::New | Found::Part) => self.poll,
                Ok(Found::Stuck) | Err(_) => (pause * 2).min(LONGEST_PAUSE.max(self.poll)),
            };
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                _ = stopping.changed() => return,
            }
        }
    }

    /// Takes up what changed; says why that cannot be.
    async fn look(&mut self) -> Result<Found, String> {
        let told = |error: StorageError| format!("{error} ({})", error.help);
        let (bytes, tag) = match self.storage.get(INDEX, self.tag.as_deref()).await.map_err(told)? {
            Fetched::Same => return Ok(Found::Same),
            Fetched::Nothing => {
                return Err(format!("there is no `{INDEX}` in the store: nothing was published there yet, or with `index = false`"));
            }
            Fetched::Object { bytes, tag } => (bytes, tag),
        };
        let hash = Hash::of(&bytes);
        // A store may send it again though it is the same.
        let is_known = self.index.as_ref() == Some(&hash);
        if self.tag.is_some() && is_known {
            return Ok(Found::Same);
        }
        let index = Index::read(&bytes).map_err(|why| format!("`{INDEX}` in the store cannot be read: {why}"))?;
        let is_whole = self.take_up(index).await.map_err(told)?;
        (self.tag, self.index) = (tag.filter(|_| is_whole), Some(hash));
        Ok(match (is_whole, is_known) {
            (true, _) => Found::New,
            (false, false) => Found::Part,
            (false, true) => Found::Stuck,
        })
    }

    /// Fetches what is not here and swaps it in. Says whether all is as the index lists it.
    async fn take_up(&mut self, index: Index) -> Result<bool, StorageError> {
        let former = self.server.site();
        let (wanted, left_out) = wanted(&index);
        let Fetch { mut files, apart } = self.fetch_all(&wanted, &former).await?;
        if left_out != former.left_out {
            left_out.iter().for_each(|what| (self.notes)(format!("not served: {what}")));
        }
        let fetched: BTreeSet<&str> = files.iter().map(|file| file.path.as_str()).collect();
        let same = wanted.keys().filter(|path| !fetched.contains(path.as_str())).cloned().collect();
        take_redirects(&mut files, wanted.contains_key(REDIRECTS), &mut self.redirects);
        let is_same_front = self.front.as_ref() == Some(&index.front);
        let contents = Contents { files, same, is_same_front, redirects: self.redirects.clone(), left_out };
        let how = How { compress: true, live: false };
        self.server.swap(Site::of(&index.front, contents, how, Some(&former)));
        self.front = Some(index.front);
        self.held = wanted.into_iter().filter(|(path, _)| !apart.contains(path)).collect();
        Ok(apart.is_empty())
    }

    async fn fetch_all(&self, wanted: &BTreeMap<String, Listed>, former: &Site) -> Result<Fetch, StorageError> {
        let missing = wanted.iter().filter(|(path, listed)| self.held.get(*path) != Some(*listed));
        let mut fetching = futures_util::stream::iter(missing.map(|(path, listed)| self.fetch(path, listed))).buffer_unordered(AT_A_TIME);
        let mut all = Fetch::default();
        while let Some(got) = fetching.next().await {
            let (path, file, is_listed) = got?;
            // What is here is whole and was published; where there is nothing, what stands there is.
            all.files.extend(file.filter(|_| is_listed || !former.holds(&path)));
            all.apart.extend((!is_listed).then_some(path));
        }
        Ok(all)
    }

    /// A document, if there is one, and whether it is as it is listed. A publish that is just replacing it makes it another.
    async fn fetch(&self, path: &str, listed: &Listed) -> Result<(String, Option<File>, bool), StorageError> {
        let Fetched::Object { bytes, .. } = self.documents.get(path, None).await? else { return Ok((path.to_owned(), None, false)) };
        let is_listed = Hash::of(&bytes) == listed.hash;
        let modified = SystemTime::UNIX_EPOCH + Duration::from_secs(u64::try_from(listed.modified).unwrap_or_default());
        Ok((path.to_owned(), Some(File { path: path.to_owned(), bytes, modified }), is_listed))
    }
}

/// The documents to be served, and what is said of those that are not.
fn wanted(index: &Index) -> (BTreeMap<String, Listed>, Vec<String>) {
    let served = index.documents.iter().filter(|(path, _)| is_served(path, index));
    let (small, large): (BTreeMap<_, _>, BTreeMap<_, _>) = served.partition(|(_, listed)| listed.size <= LARGEST);
    let left_out = large.into_keys().map(|path| format!("`{path}`: larger than {} MB", LARGEST >> 20)).collect();
    (small.into_iter().map(|(path, listed)| (path.clone(), listed.clone())).collect(), left_out)
}

/// Compressed copies are for other servers, and what begins with a dot is for nobody.
fn is_served(path: &str, index: &Index) -> bool {
    let is_copy = Coding::plain(path).is_some_and(|plain| index.documents.contains_key(plain));
    !is_copy && !path.split('/').any(|piece| piece.starts_with('.'))
}
