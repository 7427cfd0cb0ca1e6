//! Channels that moved or ended: workers make the families in any order, and lose neither what stands at an old path nor the id.
//!
//! What stands at an old path stays until the copy of the new channel takes its place, or until the list of redirects has said where it went.

use std::collections::BTreeSet;

use postgres::Transaction;

use super::{Desk, DeskError};
use crate::coding::Coding;
use crate::config::paths::variants;
use crate::config::{Config, Format, Moved, MovedAs, OldPaths};
use crate::ledger::Memory;
use crate::ledger::postgres::Members;
use crate::publish::plan;

/// Each path that a channel moved away from, with the one that it has now.
fn steps<'c>(config: &'c Config, moved: &'c Moved) -> impl Iterator<Item = (String, String)> + 'c {
    let to = moved.to.iter().flat_map(|to| variants(config, to));
    variants(config, &moved.from).into_iter().zip(to)
}

/// The paths that the channels of these families had before.
pub(super) fn former(config: &Config, families: &BTreeSet<String>) -> Vec<String> {
    let moved = config.moved.iter().filter(|moved| moved.to.as_ref().is_some_and(|to| families.contains(to)));
    moved.flat_map(|moved| steps(config, moved)).map(|(old, _)| old).collect()
}

/// Whether a document stays until another says what became of it; not one in a form that nothing is published in any more.
pub(super) fn is_awaited(config: &Config, old: &OldPaths, document: &str) -> bool {
    if old.find(plan::channel(document)).is_none() {
        return false;
    }
    let is_in_use = Coding::of_path(document).is_none_or(|coding| config.output.precompress.contains(&coding));
    is_in_use && Format::of_path(Coding::plain(document).unwrap_or(document)).is_some_and(|format| config.output.formats.contains(&format))
}

/// Forgets what was remembered of old paths, where it is remembered of new ones that are `own`: who takes an old path later is another channel.
pub(super) fn forget<'m>(
    transaction: &mut Transaction<'_>,
    config: &Config,
    (before, after): (&'m Memory, &'m Memory),
    is_own: &dyn Fn(&str) -> bool,
    members: &mut Members<'m>,
) -> Result<(), postgres::Error> {
    let moved = config.moved.iter().flat_map(|moved| steps(config, moved));
    let taken_over = moved.filter(|(_, new)| is_own(new) && after.channels.contains_key(new));
    for (old, former) in taken_over.filter_map(|(old, _)| before.channels.get_key_value(&old)) {
        transaction.execute("delete from channels where path = $1", &[old])?;
        members.differing(old, (before, &former.members), (after, &[]));
    }
    Ok(())
}

impl Desk<'_> {
    /// The documents that go once the list of redirects says what became of them: of channels that ended, and of those that are published elsewhere.
    pub(super) fn retired(&mut self) -> Result<Vec<String>, DeskError> {
        let config = self.config;
        if config.moved.iter().all(|moved| moved.to.is_some() && moved.how == MovedAs::Copy) {
            return Ok(Vec::new());
        }
        let targets: Vec<&String> = config.moved.iter().filter_map(|moved| moved.to.as_ref()).collect();
        let rows = self.client.query("select path from channels where path = any($1)", &[&targets]);
        let published: BTreeSet<String> = self.said(rows)?.iter().map(|row| row.get(0)).collect();
        let is_said = |moved: &&Moved| moved.to.as_ref().is_none_or(|to| moved.how == MovedAs::Redirect && published.contains(to));
        let old = config.moved.iter().filter(is_said).flat_map(|moved| variants(config, &moved.from));
        let plain: Vec<String> = old.flat_map(|old| Format::ALL.map(|format| format!("{old}.{}", format.extension()))).collect();
        let coded = |plain: &String| Coding::COMPRESSED.map(|coding| format!("{plain}.{}", coding.extension()));
        let documents: Vec<String> = plain.iter().flat_map(coded).chain(plain.iter().cloned()).collect();
        let rows = self.client.query("select path from documents where path = any($1) order by path", &[&documents]);
        Ok(self.said(rows)?.iter().map(|row| row.get(0)).collect())
    }
}
