//! A worker's round: families claimed, their documents made, and put in place if they are still its own.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::time::Duration;

use chrono::{DateTime, Utc};
use postgres::{GenericClient, Transaction};
use rayon::prelude::*;

use super::claim::{self, Claim};
use super::documents::{self, Put, Rest, Saved};
use super::fetch::Stock;
use super::purge;
use super::rows::want;
use super::shop::Shop;
#[cfg(feature = "object-store")]
use super::shop::Stands;
use super::{CHANNEL, Desk, DeskError, LIST, again, facts, moves};
use crate::config::{Config, OldPaths, paths::variants};
use crate::crash;
use crate::diag::Findings;
use crate::document::opml::PATH as OPML;
use crate::ledger::Memory;
use crate::ledger::postgres::{Members, add, save_channel};
use crate::pipeline::{self, Parted, REDIRECTS};
use crate::websub;

/// What a round did.
#[derive(Clone, Debug, Default)]
pub struct Round {
    pub families: usize,
    pub documents: Saved,
    /// Families that were another's by the time that their documents were made.
    pub lost: usize,
    pub findings: Findings,
}

/// What became of documents in a store before the tables say so.
#[derive(Debug, Default)]
struct Stored {
    /// Paths of those that were put.
    put: Vec<String>,
    /// Paths of those that were taken away.
    deleted: Vec<String>,
}

/// A channel of more than a million versions of few stories ends here.
const LONGEST: i64 = 1 << 20;

impl Desk<'_> {
    /// Makes the documents of what was claimed, and puts them in place.
    ///
    /// # Errors
    /// A database that cannot be asked; documents that are not valid, of which none is published.
    pub fn round(&mut self, claim: &mut Claim, stock: &mut Stock, shop: Option<&Shop>, now: DateTime<Utc>) -> Result<Round, DeskError> {
        let families: BTreeSet<String> = claim.families.keys().filter(|family| *family != LIST).cloned().collect();
        let has_list = claim.families.contains_key(LIST);
        let (before, parted) = self.parted(&families, stock, now)?;
        if parted.checked.has_errors() || parted.findings.has_errors() {
            return Err(DeskError::Refused(parted.findings.into_iter().chain(parted.checked).collect()));
        }
        let mut made: Vec<Put> = parted.documents.par_iter().map(|(family, document)| Put::of(family, document)).collect();
        if has_list {
            made.extend(self.lists()?.iter().map(|list| Put::of(LIST, list)));
        }
        let codings = &self.config.output.precompress;
        let copies: Vec<Put> = made.par_iter().filter(|put| put.path != REDIRECTS).flat_map_iter(|put| put.copies(codings)).collect();
        made.extend(copies);
        crash::point("made");
        let count = claim.families.len();
        self.renew(claim)?;
        let retired = if has_list { self.retired()? } else { Vec::new() };
        let rest = Rest { config: self.config, old: OldPaths::of(self.config), kept: &parted.kept, retired: &retired };
        let Some(stored) = self.store(claim, (&mut made, &rest), shop)? else {
            return Ok(Round { lost: count, ..Round::default() });
        };
        let mut round = self.commit(claim, (&before, &parted), (&made, &stored, &rest))?;
        round.lost = count - round.families;
        if round.lost > 0 {
            // By another config nothing of this is of use, and others need not wait for the leases.
            self.insist()?;
        }
        if has_list && let Some(shop) = shop {
            self.tell(shop)?;
            self.done_with_list(claim)?;
        }
        round.findings = parted.findings.into_iter().chain(parted.checked).collect();
        Ok(round)
    }

    fn parted(&mut self, families: &BTreeSet<String>, stock: &mut Stock, now: DateTime<Utc>) -> Result<(Memory, Parted), DeskError> {
        let mut more: BTreeMap<String, i64> = BTreeMap::new();
        loop {
            let part = again(|| self.fetch(families, &more, stock, now))?;
            let before = part.memory.clone();
            match pipeline::part(self.config, part, now) {
                Ok(parted) => return Ok((before, parted)),
                Err(short) if more.values().all(|times| *times < LONGEST) => {
                    short.into_iter().for_each(|channel| *more.entry(channel).or_insert(1) *= 4);
                }
                Err(short) => {
                    let why = format!("the newest items of `{}` are not to be told", short.join("`, `"));
                    return Err(DeskError::Cannot { why, help: "see whether millions of items share one `story`" });
                }
            }
        }
    }

    /// Puts what changed into the store, where there is one, and takes away what is there no more. `None` where the lease was over.
    #[cfg(feature = "object-store")]
    fn store(&mut self, claim: &Claim, (made, rest): (&mut [Put], &Rest<'_>), shop: Option<&Shop>) -> Result<Option<Stored>, DeskError> {
        let Some(shop) = shop else { return Ok(Some(Stored::default())) };
        let families: Vec<&str> = claim.families.keys().map(String::as_str).collect();
        let standing = documents::standing(&mut self.client, &families);
        let standing = self.said(standing)?;
        let mut stored = Vec::new();
        for is_second in [false, true] {
            let known = |put: &Put| standing.get(&put.path);
            let is_to_be_put = |put: &Put| put.tag.is_none() && !known(put).is_some_and(|(hash, _)| put.is(hash));
            let mut changed: Vec<usize> = (0..made.len()).filter(|at| is_to_be_put(&made[*at])).collect();
            if is_second && !changed.is_empty() {
                // What another put meanwhile was refused. Where this worker still has the family, and by the config of now, it was one that died before it could say so, or
                // one that the path belonged to before.
                let owned = if self.is_of_this_config()? == Some(true) { self.owned(claim)? } else { BTreeSet::new() };
                changed.retain(|at| owned.contains(&made[*at].family));
            }
            // A worker that ends between the put and the commit leaves what nobody knows of, unless it was said before.
            let doubtful: Vec<&str> = changed.iter().map(|at| &*made[*at].path).filter(|path| standing.contains_key(*path)).collect();
            if !doubtful.is_empty() {
                again(|| {
                    let said = documents::doubt(&mut self.client, &doubtful);
                    self.said(said)
                })?;
            }
            let puts: Vec<(&Put, Stands)> = changed.iter().map(|at| (&made[*at], stands(known(&made[*at]), is_second))).collect();
            let Some(tags) = shop.put(&puts, claim)? else { return Ok(None) };
            for (at, tag) in changed.into_iter().zip(tags) {
                made[at].tag = tag;
                stored.extend(made[at].tag.is_some().then(|| made[at].path.clone()));
            }
        }
        crash::point("stored");
        let wanted: BTreeSet<&str> = made.iter().map(|put| &*put.path).collect();
        let gone: Vec<String> = standing.into_keys().filter(|path| !wanted.contains(&**path) && rest.goes(path)).collect();
        let mut deleted = Vec::new();
        // Who is late takes nothing away, and nobody what another family took over.
        if (!gone.is_empty() || !rest.retired.is_empty()) && self.owned(claim)?.len() == claim.families.len() {
            let still = documents::still_of(&mut self.client, &families, &gone);
            deleted = self.said(still)?;
            deleted.extend(rest.retired.iter().cloned());
            shop.delete(&deleted)?;
        }
        Ok(Some(Stored { put: stored, deleted }))
    }

    #[cfg(not(feature = "object-store"))]
    fn store(&mut self, _: &Claim, _: (&mut [Put], &Rest<'_>), _: Option<&Shop>) -> Result<Option<Stored>, DeskError> {
        Ok(Some(Stored::default()))
    }

    /// Tells those who serve from the store what stands there.
    #[cfg(feature = "object-store")]
    fn tell(&mut self, shop: &Shop) -> Result<(), DeskError> {
        self.announce(shop)
    }

    #[cfg(not(feature = "object-store"))]
    fn tell(&mut self, shop: &Shop) -> Result<(), DeskError> {
        match *shop {}
    }

    /// The list is done when those who serve from the store were told: who dies before leaves it to the next.
    fn done_with_list(&mut self, claim: &Claim) -> Result<(), DeskError> {
        again(|| {
            let done = done(&mut self.client, claim, &BTreeSet::from([LIST]), &BTreeMap::new());
            self.said(done)
        })
    }

    /// One transaction: the families that are still ours are done, with everything that is remembered of them.
    fn commit(
        &mut self,
        claim: &Claim,
        (before, parted): (&Memory, &Parted),
        (made, stored, rest): (&[Put], &Stored, &Rest<'_>),
    ) -> Result<Round, DeskError> {
        let round = again(|| {
            let round = self.commit_once(claim, (before, parted), (made, stored, rest));
            self.said(round)
        })?;
        crash::point("committed");
        Ok(round)
    }

    fn commit_once(
        &mut self,
        claim: &Claim,
        (before, parted): (&Memory, &Parted),
        (made, stored, rest): (&[Put], &Stored, &Rest<'_>),
    ) -> Result<Round, postgres::Error> {
        let config = self.config;
        let mut transaction = self.client.transaction()?;
        let mut own = still_own(&mut transaction, claim)?;
        if facts::known(&mut transaction, facts::CONFIG)? != Some(super::fingerprint(config)) {
            // Loaded by another config meanwhile: what was made by this one is of no use.
            own.clear();
        }
        let (made, others): (Vec<&Put>, Vec<&Put>) = made.iter().partition(|put| own.contains_key(&put.family));
        let doubtful: Vec<&Put> = others.into_iter().filter(|put| stored.put.contains(&put.path)).collect();
        let saved = documents::save(&mut transaction, &made, &own, rest)?;
        // What was put or taken away in vain is seen to by those whose it is.
        let deleted = stored.deleted.iter().filter(|path| !saved.deleted.contains(path));
        let in_vain: Vec<&str> = doubtful.iter().map(|put| &put.path).chain(deleted).map(|path| &**path).collect();
        let others = documents::doubt(&mut transaction, &in_vain)?;
        crash::point("documents");
        let paths: HashSet<String> = own.keys().flat_map(|family| variants(config, family)).collect();
        let is_other = remember(&mut transaction, config, (before, &parted.after), &|path| paths.contains(path))?;
        let is_other = is_other && (config.output.opml || !config.moved.is_empty());
        // Those who serve from a store are told by who makes the list.
        let is_stored = stored.put.iter().any(|path| path != REDIRECTS && !path.starts_with(OPML));
        let mut wanted: BTreeSet<String> = doubtful.iter().map(|put| put.family.clone()).chain(others).collect();
        wanted.extend((is_other || is_stored && config.output.index).then(|| LIST.to_owned()));
        want(&mut transaction, &wanted)?;
        add(&mut transaction, &websub::pings_of(config, saved.put.iter().map(String::as_str)), false)?;
        purge::note(&mut transaction, config, &saved)?;
        // The list of what stands in a store is put after this.
        let done_now = own.keys().map(String::as_str).filter(|path| *path != LIST || config.output.store.is_none()).collect();
        done(&mut transaction, claim, &done_now, &parted.due)?;
        crash::point("documents");
        transaction.commit()?;
        Ok(Round { families: own.len(), documents: saved, ..Round::default() })
    }

    /// From now on [`Desk::wait`] hears who calls. A database that cannot call is polled.
    pub fn listen(&mut self) {
        let _ = self.client.batch_execute(&format!("listen {CHANNEL}"));
    }

    /// Waits until somebody calls, or some time has passed.
    pub fn wait(&mut self, patience: Duration) {
        use postgres::fallible_iterator::FallibleIterator;
        let mut calls = self.client.notifications();
        let _ = calls.timeout_iter(patience).next();
    }
}

/// What is known to stand at a document's name.
#[cfg(feature = "object-store")]
fn stands(known: Option<&(Vec<u8>, Option<String>)>, is_second: bool) -> Stands {
    match known {
        _ if is_second => Stands::Unknown,
        None => Stands::Nothing,
        Some((_, Some(tag))) if !tag.is_empty() => Stands::Tag(tag.clone()),
        Some(_) => Stands::Unknown,
    }
}

/// The families that this worker still has, with its token; nobody takes them while the transaction lasts.
fn still_own(transaction: &mut Transaction<'_>, claim: &Claim) -> Result<HashMap<String, i64>, postgres::Error> {
    let (paths, tokens) = claim::rows(claim);
    let query = "select f.path, f.token from families f join unnest($1::text[], $2::bigint[]) as o (path, token) \
                 on f.path = o.path and f.token = o.token order by f.path for update of f";
    Ok(transaction.query(query, &[&paths, &tokens])?.iter().map(|row| (row.get(0), row.get(1))).collect())
}

/// Says that what was wanted at the claim is done, and when the clock wants the next.
fn done(client: &mut impl GenericClient, claim: &Claim, done: &BTreeSet<&str>, due: &BTreeMap<String, i64>) -> Result<(), postgres::Error> {
    let held = claim.families.iter().filter(|(path, _)| done.contains(path.as_str()));
    let (paths, (tokens, wanted)): (Vec<&str>, (Vec<i64>, Vec<i64>)) =
        held.map(|(path, held)| (path.as_str(), (held.token, held.wanted))).unzip();
    let due: Vec<Option<i64>> = paths.iter().map(|path| due.get(*path).copied()).collect();
    let query = "update families f set done = o.wanted, owner = null, until = null, due = o.due \
                 from unnest($1::text[], $2::bigint[], $3::bigint[], $4::bigint[]) as o (path, token, wanted, due) \
                 where f.path = o.path and f.token = o.token";
    client.execute(query, &[&paths, &tokens, &wanted, &due]).map(drop)
}

/// Writes what is remembered of channels. Tells whether there are others than before.
fn remember(
    transaction: &mut Transaction<'_>,
    config: &Config,
    (before, after): (&Memory, &Memory),
    is_own: &dyn Fn(&str) -> bool,
) -> Result<bool, postgres::Error> {
    let (mut members, mut is_other) = (Members::default(), false);
    for (path, channel) in after.channels.iter().filter(|(path, channel)| is_own(path) && before.channels.get(*path) != Some(channel)) {
        let former = before.channels.get(path);
        // The list is dated by the newest change of all.
        is_other |= former.is_none_or(|former| former.updated != channel.updated || former.id != channel.id);
        save_channel(transaction, path, channel, &|at| after.get(at).iri())?;
        members.differing(path, (before, former.map_or(&[], |former| &former.members[..])), (after, &channel.members));
    }
    moves::forget(transaction, config, (before, after), is_own, &mut members)?;
    let old = OldPaths::of(config);
    // What is remembered of an old path is left for the channel that moved away from it.
    let is_left = |path: &str| old.find(path).is_some_and(|moved| moved.to.is_some());
    let is_gone = |path: &str| is_own(path) && !after.channels.contains_key(path) && !is_left(path);
    for (path, former) in before.channels.iter().filter(|(path, _)| is_gone(path)) {
        is_other = true;
        transaction.execute("delete from channels where path = $1", &[path])?;
        members.differing(path, (before, &former.members), (after, &[]));
    }
    members.save(transaction)?;
    Ok(is_other)
}
