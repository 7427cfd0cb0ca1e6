//! What changes by the clock: items that come, items that expire or grow too old for a query, channels whose limits are drawn in days.

use chrono::{DateTime, Utc};
use postgres::Transaction;

use super::put::{How, Taken};
use super::{Desk, DeskError, again, stored};
use crate::classify::Classifier;
use crate::diag::Findings;
use crate::item::Item;
use crate::ledger::Accept;
use crate::pipeline::Sifted;

/// Items that are seen to at a time.
const ROWS: i64 = 500;

impl Desk<'_> {
    /// Wants the families whose documents are others by the clock; gives how many.
    ///
    /// # Errors
    /// A database that cannot be asked.
    pub fn wake_families(&mut self, now: DateTime<Utc>) -> Result<u64, DeskError> {
        let query = "update families set wanted = wanted + 1, due = null where path in \
                     (select path from families where due <= $1 order by path for update skip locked)";
        again(|| {
            let count = self.client.execute(query, &[&now.timestamp()]);
            self.said(count)
        })
    }

    /// Takes items anew whose time has come, up to a number; gives what became of them, and what is wrong with those that stay out.
    ///
    /// # Errors
    /// A database that cannot be asked.
    pub fn wake(&mut self, now: DateTime<Utc>) -> Result<(Taken, Findings), DeskError> {
        match self.wake_some(now, ROWS, &mut Vec::new()) {
            Err(DeskError::Refused(_)) => self.wake_each(now),
            woken => Ok((woken?, Findings::new())),
        }
    }

    /// `met` holds then the ids of those that were taken anew, or refused.
    fn wake_some(&mut self, now: DateTime<Utc>, most: i64, met: &mut Vec<String>) -> Result<Taken, DeskError> {
        let accepted = std::collections::BTreeSet::<Accept>::new();
        let config = self.config;
        let mut due = |transaction: &mut Transaction<'_>| {
            // Who else wakes items has others.
            let query = "select data, iri from items where due <= $1 or ends <= $1 order by iri limit $2 for update skip locked";
            let rows = transaction.query(query, &[&now.timestamp(), &most])?;
            *met = rows.iter().map(|row| row.get(1)).collect();
            if rows.is_empty() {
                return Ok(Ok(Vec::new()));
            }
            let classifier = Classifier::new(config);
            let sifted = |mut item: Item| (Sifted::of(config, &classifier, &mut item), item);
            Ok(rows.iter().map(|row| stored::read(row.get(0)).map(|(item, _)| sifted(item)).map(|(sifted, item)| (item, sifted))).collect())
        };
        again(|| self.put_what(How { now, accepted: &accepted, anew: true, going: &[], turn: None }, &mut due))
    }

    /// One by one; the first that is refused is left out for good, or until its record changes.
    fn wake_each(&mut self, now: DateTime<Utc>) -> Result<(Taken, Findings), DeskError> {
        let (mut all, mut met) = (Taken::default(), Vec::new());
        loop {
            match self.wake_some(now, 1, &mut met) {
                Ok(taken) if taken == Taken::default() => return Ok((all, Findings::new())),
                Ok(taken) => all.add(taken),
                Err(DeskError::Refused(findings)) => {
                    let out = "update items set due = null, ends = null where iri = any($2) and (due <= $1 or ends <= $1)";
                    let done = self.client.execute(out, &[&now.timestamp(), &met]);
                    self.said(done)?;
                    return Ok((all, findings));
                }
                Err(error) => return Err(error),
            }
        }
    }
}
