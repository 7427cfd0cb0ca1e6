//! Families of channels, taken for a time by one worker.
//!
//! A lease ends by the database's clock. Each claim raises the family's token, and what a worker puts in place it puts under its token: one that was
//! held up past its lease finds another's there, and nothing of what it made is published.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use super::{Desk, DeskError, LIST, again};
use crate::crash;

/// Families that a worker has for now.
#[derive(Debug)]
pub struct Claim {
    /// By path.
    pub families: BTreeMap<String, Held>,
    /// When the lease ends by this machine's own clock, which began to count before the database's did.
    until: Instant,
    lease: Duration,
}

/// One of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Held {
    pub token: i64,
    /// What was wanted when it was taken; what is wanted later is done later.
    pub wanted: i64,
}

impl Claim {
    /// How much of the lease is left.
    pub fn left(&self) -> Duration {
        self.until.saturating_duration_since(Instant::now())
    }

    /// The families one by one.
    pub fn each(&self) -> impl Iterator<Item = Claim> {
        self.families.iter().map(|(path, held)| Claim {
            families: BTreeMap::from([(path.clone(), *held)]),
            until: self.until,
            lease: self.lease,
        })
    }

    /// How long it was at first.
    pub fn lease(&self) -> Duration {
        self.lease
    }
}

impl Desk<'_> {
    /// Takes up to so many families that are wanted and that nobody has; `None` where there are none. The list of all feeds, whose path is the
    /// last of all, is taken last, since every other family may change it.
    ///
    /// # Errors
    /// A database that cannot be asked.
    pub fn claim(&mut self, worker: &str, most: usize, lease: Duration) -> Result<Option<Claim>, DeskError> {
        let query = "with due as (\
                select path from families where wanted > done and (until is null or until < now()) order by path limit $1 for update skip locked) \
            update families f set owner = $2, token = f.token + 1, until = now() + $3::float8 * interval '1 second' \
            from due where f.path = due.path returning f.path, f.token, f.wanted";
        let began = Instant::now();
        let rows = again(|| {
            let rows = self.client.query(query, &[&(most as i64), &worker, &lease.as_secs_f64()]);
            self.said(rows)
        })?;
        crash::point("claim");
        let mut families: BTreeMap<String, Held> =
            rows.iter().map(|row| (row.get(0), Held { token: row.get(1), wanted: row.get(2) })).collect();
        if families.len() > 1
            && let Some(list) = families.remove(LIST)
        {
            // What the others change of it is not known yet.
            self.free(&[LIST], &[list.token])?;
        }
        Ok((!families.is_empty()).then(|| Claim { families, until: began + lease, lease }))
    }

    /// Gives back what was not done, for another to take at once.
    ///
    /// # Errors
    /// A database that cannot be asked.
    pub fn give_back(&mut self, claim: &Claim) -> Result<(), DeskError> {
        let (paths, tokens) = rows(claim);
        self.free(&paths, &tokens)
    }

    fn free(&mut self, paths: &[&str], tokens: &[i64]) -> Result<(), DeskError> {
        let query = "update families f set owner = null, until = null from unnest($1::text[], $2::bigint[]) as o (path, token) \
                     where f.path = o.path and f.token = o.token";
        again(|| {
            let done = self.client.execute(query, &[&paths, &tokens]);
            self.said(done).map(drop)
        })
    }

    /// Has the lease begin anew for what is still this worker's; the claim holds nothing else from then on.
    ///
    /// # Errors
    /// A database that cannot be asked.
    pub fn renew(&mut self, claim: &mut Claim) -> Result<(), DeskError> {
        let (paths, tokens) = rows(claim);
        let query = "update families f set until = now() + $3::float8 * interval '1 second' from unnest($1::text[], $2::bigint[]) as o (path, token) \
                     where f.path = o.path and f.token = o.token returning f.path";
        let began = Instant::now();
        let rows = again(|| {
            let rows = self.client.query(query, &[&paths, &tokens, &claim.lease.as_secs_f64()]);
            self.said(rows)
        })?;
        let own: BTreeSet<String> = rows.iter().map(|row| row.get(0)).collect();
        claim.families.retain(|path, _| own.contains(path));
        claim.until = began + claim.lease;
        Ok(())
    }

    /// The families of a claim that are still this worker's, though perhaps not for long.
    ///
    /// # Errors
    /// A database that cannot be asked.
    pub fn owned(&mut self, claim: &Claim) -> Result<BTreeSet<String>, DeskError> {
        let (paths, tokens) = rows(claim);
        let query = "select f.path from families f join unnest($1::text[], $2::bigint[]) as o (path, token) on f.path = o.path and f.token = o.token \
                     where f.until > now()";
        again(|| {
            let rows = self.client.query(query, &[&paths, &tokens]);
            Ok(self.said(rows)?.iter().map(|row| row.get(0)).collect())
        })
    }
}

/// Paths and tokens, in one order.
pub(super) fn rows(claim: &Claim) -> (Vec<&str>, Vec<i64>) {
    claim.families.iter().map(|(path, held)| (path.as_str(), held.token)).unzip()
}
