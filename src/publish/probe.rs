//! Whether a store honours conditions on puts. Some take them and put all the same, so that only trying tells.
//!
//! Nothing depends on the answer but how soon another's change is noticed: without conditions by the next list, with them by the put itself.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::storage::{Attributes, Condition, Put, Storage, StorageError};

/// What a store honours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Honours {
    /// `If-None-Match: *`
    pub create: bool,
    /// `If-Match`
    pub update: bool,
}

/// Tries it on an object of its own; `None` where the store gave no clear answer.
pub(crate) async fn probe(storage: &Storage) -> Option<Honours> {
    let storage = storage.with_patience(Duration::ZERO);
    let name = format!(".tidings/probe-{}", std::process::id());
    let found = tried(&storage, &name).await.ok();
    let _ = storage.delete(&[name]).await;
    found
}

async fn tried(storage: &Storage, name: &str) -> Result<Honours, StorageError> {
    let put = async |condition: Condition| storage.put(name, b"probe".to_vec(), &Attributes::default(), &condition).await;
    let Put::Done(tag) = put(Condition::Anything).await? else { return Ok(Honours::default()) };
    let refuses = async |condition: Condition| match put(condition).await {
        Ok(done) => Ok(done == Put::Refused),
        // A store may say that it has no conditions.
        Err(error) if !error.is_passing => Ok(false),
        Err(error) => Err(error),
    };
    let create = refuses(Condition::Nothing).await?;
    let Some(tag) = tag else { return Ok(Honours { create, update: false }) };
    let other = Condition::Tag("\"00000000000000000000000000000000\"".to_owned());
    let update = refuses(other).await? && !refuses(Condition::Tag(tag)).await?;
    Ok(Honours { create, update })
}
