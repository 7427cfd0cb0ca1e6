//! A worker's round: families claimed, their documents made, and put in place if they are still its own.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::time::Duration;

use chrono::{DateTime, Utc};
use postgres::Transaction;

use super::claim::{self, Claim};
use super::documents::{self, Put};
use super::fetch::Stock;
use super::put::want;
use super::{CHANNEL, Desk, DeskError, LIST};
use crate::crash;
use crate::diag::Findings;
use crate::ledger::postgres::{Members, add, save_channel};
use crate::ledger::{Memory, Ping};
use crate::pipeline::{self, Parted};
use crate::websub;

/// What a round did.
#[derive(Clone, Debug, Default)]
pub struct Round {
    pub families: usize,
    /// Paths of documents that were put, in order.
    pub put: Vec<String>,
    pub unchanged: usize,
    pub deleted: Vec<String>,
    /// Families that were another's by the time that their documents were made.
    pub lost: usize,
    pub findings: Findings,
}

/// A channel of more than a million versions of few stories ends here.
const LONGEST: i64 = 1 << 20;

impl Desk<'_> {
    /// Makes the documents of what was claimed, and puts them in place.
    ///
    /// # Errors
    /// A database that cannot be asked; documents that are not valid, of which none is published.
    pub fn round(&mut self, claim: &Claim, stock: &mut Stock, now: DateTime<Utc>) -> Result<Round, DeskError> {
        let families: BTreeSet<String> = claim.families.keys().filter(|family| *family != LIST).cloned().collect();
        let has_list = claim.families.contains_key(LIST);
        let (before, parted) = self.parted(&families, stock, now)?;
        if parted.checked.has_errors() || parted.findings.has_errors() {
            return Err(DeskError::Refused(parted.findings.into_iter().chain(parted.checked).collect()));
        }
        let mut made: Vec<Put> = parted.documents.iter().map(|(channel, document)| Put::of(channel, document)).collect();
        if has_list {
            made.extend(self.list()?.as_ref().map(|list| Put::of(LIST, list)));
        }
        crash::point("made");
        let mut round = self.commit(claim, (&before, &parted.after), &made)?;
        round.findings = parted.findings.into_iter().chain(parted.checked).collect();
        Ok(round)
    }

    fn parted(&mut self, families: &BTreeSet<String>, stock: &mut Stock, now: DateTime<Utc>) -> Result<(Memory, Parted), DeskError> {
        let mut more: BTreeMap<String, i64> = BTreeMap::new();
        loop {
            let part = self.fetch(families, &more, stock, now)?;
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

    /// One transaction: the families that are still ours are done, with everything that is remembered of them.
    fn commit(&mut self, claim: &Claim, memories: (&Memory, &Memory), made: &[Put]) -> Result<Round, DeskError> {
        let config = self.config;
        let result = (|| {
            let mut transaction = self.client.transaction()?;
            let own = still_own(&mut transaction, claim)?;
            let is_own = |put: &&Put| own.contains_key(put.family(config));
            let made: Vec<&Put> = made.iter().filter(is_own).collect();
            let mut round = documents::save(&mut transaction, &made, &own, config)?;
            crash::point("documents");
            let is_own = |path: &str| own.contains_key(documents::family(config, path));
            if remember(&mut transaction, memories, &is_own)? && config.output.opml {
                want(&mut transaction, &BTreeSet::from([LIST.to_owned()]))?;
            }
            add(&mut transaction, &pings(config, &round.put))?;
            done(&mut transaction, claim, &own)?;
            crash::point("documents");
            transaction.commit()?;
            round.families = own.len();
            round.lost = claim.families.len() - own.len();
            Ok(round)
        })();
        let round = self.said(result)?;
        crash::point("committed");
        Ok(round)
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

/// The families that this worker still has, with its token; nobody takes them while the transaction lasts.
fn still_own(transaction: &mut Transaction<'_>, claim: &Claim) -> Result<HashMap<String, i64>, postgres::Error> {
    let (paths, tokens) = claim::rows(claim);
    let query = "select f.path, f.token from families f join unnest($1::text[], $2::bigint[]) as o (path, token) \
                 on f.path = o.path and f.token = o.token order by f.path for update of f";
    Ok(transaction.query(query, &[&paths, &tokens])?.iter().map(|row| (row.get(0), row.get(1))).collect())
}

/// Says that what was wanted at the claim is done.
fn done(transaction: &mut Transaction<'_>, claim: &Claim, own: &HashMap<String, i64>) -> Result<(), postgres::Error> {
    let (paths, wanted): (Vec<&str>, Vec<i64>) =
        claim.families.iter().filter(|(path, _)| own.contains_key(*path)).map(|(path, held)| (path.as_str(), held.wanted)).unzip();
    let query = "update families f set done = o.wanted, owner = null, until = null from unnest($1::text[], $2::bigint[]) as o (path, wanted) \
                 where f.path = o.path";
    transaction.execute(query, &[&paths, &wanted]).map(drop)
}

/// Writes what is remembered of channels. Tells whether there are others than before.
fn remember(
    transaction: &mut Transaction<'_>,
    (before, after): (&Memory, &Memory),
    is_own: &dyn Fn(&str) -> bool,
) -> Result<bool, postgres::Error> {
    let (mut members, mut is_other) = (Members::default(), false);
    for (path, channel) in after.channels.iter().filter(|(path, channel)| is_own(path) && before.channels.get(*path) != Some(channel)) {
        let former = before.channels.get(path);
        // The list is dated by the newest change of all.
        is_other |= former.is_none_or(|former| former.updated != channel.updated || former.id != channel.id);
        save_channel(transaction, path, channel, &|at| &after.get(at).iri)?;
        members.differing(path, (before, former.map_or(&[], |former| &former.members)), (after, &channel.members));
    }
    for (path, former) in before.channels.iter().filter(|(path, _)| is_own(path) && !after.channels.contains_key(*path)) {
        is_other = true;
        transaction.execute("delete from channels where path = $1", &[path])?;
        members.differing(path, (before, &former.members), (after, &[]));
    }
    members.save(transaction)?;
    Ok(is_other)
}

/// What hubs are to be told.
fn pings(config: &crate::config::Config, put: &[String]) -> Vec<Ping> {
    let topics = put.iter().filter_map(|path| websub::topic(config, path));
    topics
        .flat_map(|topic| config.publication.hubs.iter().map(move |hub| Ping { hub: hub.to_string(), topic: topic.to_string() }))
        .collect()
}
