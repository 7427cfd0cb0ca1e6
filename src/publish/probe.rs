//! Whether a store honours conditions on puts. Some take them and put all the same, so that only trying tells.
//!
//! Nothing depends on the answer but how soon another's change is noticed: without conditions by the next list, with them by the put itself.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::storage::{Attributes, Condition, Put, Storage, StorageError};

/// What a store honours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Honours {
    /// `If-None-Match: *`; with Google `x-goog-if-generation-match: 0`
    pub create: bool,
    /// `If-Match`; with Google `x-goog-if-generation-match`
    pub update: bool,
}

impl Honours {
    /// What that means for documents that somebody else put.
    pub fn in_words(self) -> &'static str {
        match (self.create, self.update) {
            (true, true) => "it honours conditions: what somebody else put there meanwhile is not overwritten",
            (true, false) => {
                "it honours conditions where nothing stands, and no others: what somebody else puts there in the midst of a publish is seen by the next"
            }
            (false, _) => "it honours no conditions: what somebody else puts there in the midst of a publish is seen by the next",
        }
    }
}

/// Tries it on an object of its own; `None` where the store gave no clear answer.
pub(crate) async fn probe(storage: &Storage) -> Option<Honours> {
    let name = format!(".tidings/probe-{}", std::process::id());
    let found = tried(&storage.with_patience(Duration::ZERO), &name).await.ok();
    let _ = storage.with_patience(2 * storage.between_puts()).delete(&[name]).await;
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
    // With the number of a generation for those that go by one.
    let other = Condition::Tag("\"00000000000000000000000000000000\" 1".to_owned());
    if !refuses(other).await? {
        return Ok(Honours { create, update: false });
    }
    tokio::time::sleep(storage.between_puts()).await;
    let update = !refuses(Condition::Tag(tag)).await?;
    Ok(Honours { create, update })
}
