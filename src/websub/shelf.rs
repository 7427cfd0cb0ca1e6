//! Where the documents stand that the hub sends: in the output folder, in a database, or in an object store.
//!
//! It is asked anew for each of them. A document stands there before anybody says that it changed, so that nobody is sent an older one.

#[cfg(feature = "postgres")]
use std::collections::HashMap;
use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

#[cfg(all(feature = "postgres", feature = "object-store"))]
use super::store::Store;
use crate::config::Config;
#[cfg(feature = "postgres")]
use crate::config::Database;
#[cfg(feature = "postgres")]
use crate::database::{line::Line, schema::STANDING_HASH};
use crate::ledger::LedgerError;
use crate::publish::Destination;

/// Why the hub cannot go on for now.
#[derive(Debug, thiserror::Error)]
pub enum HubError {
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    #[error("{why}")]
    Documents { why: String, help: &'static str },
}

impl HubError {
    /// The way out.
    pub fn help(&self) -> &'static str {
        match self {
            HubError::Ledger(error) => error.help(),
            HubError::Documents { help, .. } => help,
        }
    }
}

#[cfg(feature = "postgres")]
impl From<crate::database::DatabaseError> for HubError {
    fn from(error: crate::database::DatabaseError) -> Self {
        LedgerError::from(error).into()
    }
}

/// Published documents.
pub struct Shelf {
    /// What workers published; as long as that is nothing, the rest counts.
    #[cfg(feature = "postgres")]
    documents: Option<Line>,
    rest: Rest,
}

/// Where a build publishes to.
enum Rest {
    #[cfg(feature = "postgres")]
    Nothing,
    Folder(Mutex<Arc<Manifest>>),
    #[cfg(all(feature = "postgres", feature = "object-store"))]
    Store(Box<Store>),
}

/// What is published in the folder, as the manifest said when it was read.
#[derive(Default)]
struct Manifest {
    at: Option<SystemTime>,
    paths: HashSet<String>,
    is_whole: bool,
}

/// What is known of some paths.
#[derive(Debug, Default)]
pub(super) struct Standing {
    /// Of each whether a document stands there.
    pub there: Vec<bool>,
    /// Whether anything is published at all, as far as it is seen from here.
    pub is_any: bool,
    /// Whether no publish is under way, so that what is not there is published no more.
    pub is_whole: bool,
}

impl Shelf {
    /// Where the config says that documents go.
    ///
    /// # Errors
    /// A store for which the environment says what cannot be, or that this program cannot reach.
    pub fn of(config: &Config) -> Result<Self, HubError> {
        #[cfg(feature = "postgres")]
        if let Some(database) = &config.database {
            return Ok(Shelf { documents: Some(Line::new(database)), rest: rest(config)? });
        }
        Ok(Shelf {
            #[cfg(feature = "postgres")]
            documents: None,
            rest: rest(config)?,
        })
    }

    /// What workers put into the database.
    #[cfg(feature = "postgres")]
    pub fn in_database(database: &Database) -> Self {
        Shelf { documents: Some(Line::new(database)), rest: Rest::Nothing }
    }

    pub(super) fn standing(&self, config: &Config, paths: &[&str]) -> Result<Standing, HubError> {
        #[cfg(feature = "postgres")]
        if let Some(line) = &self.documents
            && let Some(worked) = worked(line, paths)?
        {
            let there = paths.iter().map(|path| worked.hashes.contains_key(*path)).collect();
            return Ok(Standing { there, is_any: true, is_whole: worked.is_done });
        }
        match &self.rest {
            #[cfg(feature = "postgres")]
            Rest::Nothing => Ok(Standing { there: vec![false; paths.len()], ..Standing::default() }),
            Rest::Folder(known) => Ok(manifest(known, config).standing(paths)),
            #[cfg(all(feature = "postgres", feature = "object-store"))]
            Rest::Store(store) => store.standing(paths),
        }
    }

    /// The hashes of documents; nothing for one that does not stand there, or of which that is in doubt.
    pub(super) fn hashes(&self, config: &Config, paths: &[&str]) -> Result<Vec<Option<[u8; 32]>>, HubError> {
        #[cfg(feature = "postgres")]
        if let Some(line) = &self.documents
            && let Some(worked) = worked(line, paths)?
        {
            return Ok(paths.iter().map(|path| worked.hashes.get(*path)?.as_slice().try_into().ok()).collect());
        }
        paths.iter().map(|path| Ok(self.rest.bytes(config, path)?.map(|bytes| *blake3::hash(&bytes).as_bytes()))).collect()
    }

    /// A document as it stands.
    pub(super) fn bytes(&self, config: &Config, path: &str) -> Result<Option<Vec<u8>>, HubError> {
        #[cfg(feature = "postgres")]
        if let Some(line) = &self.documents {
            let query = "select (select bytes from documents where path = $1), exists (select 1 from documents where path = $1), \
                exists (select 1 from documents)";
            let (bytes, is_there, is_any) = line.run(|work| {
                let row = work.query_one(query, &[&path])?;
                Ok((row.get::<_, Option<Vec<u8>>>(0), row.get::<_, bool>(1), row.get::<_, bool>(2)))
            })?;
            // Of one that stands in a store the database has all but the bytes.
            if bytes.is_some() || is_any && !is_there {
                return Ok(bytes);
            }
        }
        self.rest.bytes(config, path)
    }
}

impl Rest {
    fn bytes(&self, config: &Config, path: &str) -> Result<Option<Vec<u8>>, HubError> {
        match self {
            #[cfg(feature = "postgres")]
            Rest::Nothing => Ok(None),
            Rest::Folder(_) => Ok(std::fs::read(config.root.join(&config.output.folder).join(path)).ok()),
            #[cfg(all(feature = "postgres", feature = "object-store"))]
            Rest::Store(store) => store.bytes(path),
        }
    }
}

#[cfg(all(feature = "postgres", feature = "object-store"))]
fn rest(config: &Config) -> Result<Rest, HubError> {
    match &config.output.store {
        Some(address) => Ok(Rest::Store(Box::new(Store::new(config, address)?))),
        None => Ok(Rest::Folder(Mutex::default())),
    }
}

#[cfg(not(all(feature = "postgres", feature = "object-store")))]
fn rest(_: &Config) -> Result<Rest, HubError> {
    Ok(Rest::Folder(Mutex::default()))
}

/// What workers published.
#[cfg(feature = "postgres")]
struct Worked {
    /// By path.
    hashes: HashMap<String, Vec<u8>>,
    /// Whether they have nothing left to do.
    is_done: bool,
}

/// Of these paths; `None` where workers never published anything.
#[cfg(feature = "postgres")]
fn worked(line: &Line, paths: &[&str]) -> Result<Option<Worked>, HubError> {
    let state = "select exists (select 1 from documents), not exists (select 1 from families where wanted > done)";
    Ok(line.run(|work| {
        let row = work.query_one(state, &[])?;
        if !row.get::<_, bool>(0) {
            return Ok(None);
        }
        let rows = work.query(&format!("select path, {STANDING_HASH} from documents where path = any($1)"), &[&paths])?;
        Ok(Some(Worked { hashes: rows.iter().map(|row| (row.get(0), row.get(1))).collect(), is_done: row.get(1) }))
    })?)
}

/// What is published in the folder now; read again when it changed.
fn manifest(known: &Mutex<Arc<Manifest>>, config: &Config) -> Arc<Manifest> {
    let at = std::fs::metadata(config.root.join(".tidings/published.json")).and_then(|metadata| metadata.modified()).ok();
    let mut known = known.lock().unwrap_or_else(PoisonError::into_inner);
    if known.at != at || at.is_none() {
        let folder = Destination::open(config).ok();
        let is_read = folder.is_some();
        let paths: HashSet<String> =
            folder.iter().flat_map(Destination::published).filter(|path| super::is_topic(path)).map(str::to_owned).collect();
        // Of another folder than before nothing is known yet.
        let is_whole = !paths.is_empty() && folder.is_some_and(|folder| !folder.is_cut_off());
        // What could not be read now is read again the next time.
        let at = at.filter(|_| is_read);
        *known = Arc::new(Manifest { at, paths, is_whole });
    }
    known.clone()
}

impl Manifest {
    fn standing(&self, paths: &[&str]) -> Standing {
        let there = paths.iter().map(|path| self.paths.contains(*path)).collect();
        Standing { there, is_any: !self.paths.is_empty(), is_whole: self.is_whole }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_manifest_that_could_not_be_read_is_read_again() {
        const CONFIG: &str = "[publication]\ntitle = 'T'\nbase-url = 'https://example.org/'\nlanguage = 'en'\nid-authority = 'example.org,2018'\nhub = 'self'\n";
        let dir = tempfile::tempdir().expect("a folder");
        let (config, _) = crate::config::parse(CONFIG, "feeds.toml".as_ref(), dir.path()).expect("a config");
        let (path, time) = (dir.path().join(".tidings/published.json"), SystemTime::UNIX_EPOCH);
        let write = |text: &str| {
            fs::write(&path, text).and_then(|()| fs::File::options().write(true).open(&path)?.set_modified(time)).expect("written")
        };
        fs::create_dir(dir.path().join(".tidings")).expect("a folder");
        let known = Mutex::default();
        write("{");
        assert!(!manifest(&known, &config).standing(&[]).is_any);
        write(r#"{"version": 1, "folder": "public", "documents": {"all.rss": []}}"#);
        assert_eq!(manifest(&known, &config).standing(&["all.rss", "x.rss"]).there, [true, false]);
    }
}
