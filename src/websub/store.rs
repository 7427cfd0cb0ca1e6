//! Documents in an object store, as the hub asks for them: what the index lists, and the objects themselves.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::runtime::Runtime;

use super::shelf::{HubError, Standing};
use crate::config::Config;
use crate::database::line::apart;
use crate::publish::index::{INDEX, Index};
use crate::storage::{Address, Fetched, Storage, StorageError};

/// A store that a publication is published to.
pub(super) struct Store {
    storage: Storage,
    /// As long as the value.
    runtime: Option<Runtime>,
    /// The index that was fetched last, with its tag.
    known: Mutex<(Option<String>, Option<Index>)>,
}

impl Store {
    pub fn new(config: &Config, address: &Address) -> Result<Self, HubError> {
        let none = |error: std::io::Error| HubError::Documents {
            why: format!("could not get ready for requests: {error}"),
            help: "see what the system allows",
        };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(none)?;
        let storage = Storage::new(address, Duration::from_secs(config.output.store_timeout))?;
        Ok(Store { storage, runtime: Some(runtime), known: Mutex::default() })
    }

    pub fn standing(&self, paths: &[&str]) -> Result<Standing, HubError> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        // Each request costs money: whether there is anything at all is asked every second.
        if paths.is_empty() && known.1.is_some() {
            return Ok(Standing { there: Vec::new(), is_any: true, is_whole: true });
        }
        match self.get(INDEX, known.0.as_deref())? {
            Fetched::Same => {}
            Fetched::Nothing => *known = (None, None),
            Fetched::Object { bytes, tag } => {
                let why = |why| HubError::Documents { why: format!("`{INDEX}` in the store cannot be read: {why}"), help: "publish again" };
                *known = (tag, Some(Index::read(&bytes).map_err(why)?));
            }
        }
        let Some(index) = &known.1 else { return Ok(Standing { there: vec![false; paths.len()], ..Standing::default() }) };
        let there = paths.iter().map(|path| index.documents.contains_key(*path)).collect();
        Ok(Standing { there, is_any: true, is_whole: true })
    }

    pub fn bytes(&self, path: &str) -> Result<Option<Vec<u8>>, HubError> {
        match self.get(path, None)? {
            Fetched::Object { bytes, .. } => Ok(Some(bytes)),
            Fetched::Nothing | Fetched::Same => Ok(None),
        }
    }

    fn get(&self, name: &str, known: Option<&str>) -> Result<Fetched, HubError> {
        let gone = || HubError::Documents { why: "the hub is ending".to_owned(), help: "" };
        let runtime = self.runtime.as_ref().ok_or_else(gone)?;
        Ok(runtime.block_on(self.storage.get(name, known))?)
    }
}

/// A runtime does not end inside another.
impl Drop for Store {
    fn drop(&mut self) {
        let runtime = self.runtime.take();
        apart(|| drop(runtime));
    }
}

impl From<StorageError> for HubError {
    fn from(error: StorageError) -> Self {
        HubError::Documents { why: error.to_string(), help: error.help }
    }
}
