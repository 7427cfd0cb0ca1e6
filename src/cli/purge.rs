//! Caches told of what changed, around a run that holds the lock.

use super::Failure;
use super::build::holder;
use super::context::Context;
use crate::config::Config;
use crate::diag::Finding;
use crate::publish::{Destination, PublishError};
use crate::purge;

/// What caches know us by at an address that is posted to.
const TOKEN: &str = "TIDINGS_PURGE_TOKEN";

/// Tells the caches, and a warning where that failed.
pub(super) fn purge(config: &Config, folder: &Destination) -> Option<Finding> {
    let unpurged = folder.unpurged()?;
    purge::purge(config, &unpurged, token().as_deref())
}

/// What the environment says of it.
pub(super) fn token() -> Option<String> {
    std::env::var(TOKEN).ok()
}

/// The same of a run that had nothing to publish and holds no lock. Where another run holds it, that one tells the caches.
pub(super) fn late(config: &Config, context: &Context) -> Result<Option<Finding>, Failure> {
    let mut folder = Destination::open(config)?;
    if folder.unpurged().is_none_or(|unpurged| unpurged.paths().is_empty()) {
        return Ok(None);
    }
    match folder.lock(&holder(context), false) {
        Ok(_lock) => Ok(purge(config, &folder)),
        Err(PublishError::Locked { .. }) => Ok(None),
        Err(error) => Err(error.into()),
    }
}
