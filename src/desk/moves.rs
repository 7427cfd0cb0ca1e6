//! Channels that moved: workers make the old and the new one in any order, and lose neither what stands at the old path nor the id.

use std::collections::BTreeSet;

use postgres::Transaction;

use super::fetch::variants;
use crate::config::{Config, Moved, MovedAs};
use crate::ledger::Memory;
use crate::ledger::postgres::Members;

/// Each path that a channel moved away from, with the one that it has now.
fn paths<'c>(config: &'c Config, moved: &'c Moved) -> impl Iterator<Item = (String, String)> + 'c {
    let to = moved.to.iter().flat_map(|to| variants(config, to));
    variants(config, &moved.from).into_iter().zip(to)
}

/// The paths that the channels of these families had before.
pub(super) fn former(config: &Config, families: &BTreeSet<String>) -> Vec<String> {
    let moved = config.moved.iter().filter(|moved| moved.to.as_ref().is_some_and(|to| families.contains(to)));
    moved.flat_map(|moved| paths(config, moved)).map(|(old, _)| old).collect()
}

/// The paths of these families at which copies of others stand from now on: what stands there is replaced, and never away.
pub(super) fn replaced(config: &Config, families: &BTreeSet<String>) -> Vec<String> {
    let moved = config.moved.iter().filter(|moved| moved.how == MovedAs::Copy && families.contains(&moved.from));
    moved.flat_map(|moved| paths(config, moved)).map(|(old, _)| old).collect()
}

/// Whether what is remembered of a path is left for the channel that moved away from it.
pub(super) fn is_left(config: &Config, path: &str) -> bool {
    config.moved.iter().flat_map(|moved| paths(config, moved)).any(|(old, _)| old == path)
}

/// Whether the config says what became of a path.
pub(super) fn is_said(config: &Config, path: &str) -> bool {
    config.moved.iter().any(|moved| variants(config, &moved.from).iter().any(|old| old == path))
}

/// Forgets what was remembered of old paths, now that it is remembered of the new ones: who takes an old path later is another channel.
pub(super) fn forget<'m>(
    transaction: &mut Transaction<'_>,
    config: &Config,
    (before, after): (&'m Memory, &'m Memory),
    members: &mut Members<'m>,
) -> Result<(), postgres::Error> {
    let moved = config.moved.iter().flat_map(|moved| paths(config, moved));
    for (old, former) in
        moved.filter(|(_, new)| after.channels.contains_key(new)).filter_map(|(old, _)| before.channels.get_key_value(&old))
    {
        transaction.execute("delete from channels where path = $1", &[old])?;
        members.differing(old, (before, &former.members), (after, &[]));
    }
    Ok(())
}
