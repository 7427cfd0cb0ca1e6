//! The list of what stands in an object store, for those who serve it: one object, put when all that it lists is there.
//!
//! Whoever serves looks at this object alone, and fetches what it says has changed.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::front::Front;
use super::manifest::Hash;
use crate::storage::Attributes;

/// The object's name.
pub const INDEX: &str = ".tidings/index.json";

/// The form that this version writes and reads.
const VERSION: u32 = 1;

/// What stands in a store.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Index {
    version: u32,
    pub front: Front,
    /// By path; compressed copies included.
    pub documents: BTreeMap<String, Listed>,
}

/// A document that stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listed {
    /// Of its bytes.
    pub hash: Hash,
    pub size: u64,
    /// When it last changed, in Unix seconds: `Last-Modified`, the same from every server.
    pub modified: i64,
}

/// With what it is put: whoever serves asks each time whether it is another.
pub(crate) fn attributes() -> Attributes {
    Attributes { media_type: "application/json".to_owned(), cache_control: "no-cache".to_owned(), ..Attributes::default() }
}

impl Index {
    pub fn new(front: Front, documents: BTreeMap<String, Listed>) -> Self {
        Index { version: VERSION, front, documents }
    }

    /// Reads the object.
    ///
    /// # Errors
    /// Why it cannot be read.
    pub fn read(bytes: &[u8]) -> Result<Self, String> {
        let index: Index = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
        match index.version {
            VERSION => Ok(index),
            version => Err(format!("it has version {version}, and this program reads {VERSION}")),
        }
    }

    /// The object's bytes; the same for the same content.
    ///
    /// # Errors
    /// Where it cannot be written as JSON.
    pub fn bytes(&self) -> serde_json::Result<Vec<u8>> {
        serde_json::to_vec(self)
    }
}
