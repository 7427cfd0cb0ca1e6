//! Caches told of what workers put and deleted: paths are written down in the transaction of the round and taken out when a cache took them.
//!
//! Who tells them has the paths for a time, so that nobody else tells the same; where it dies, they are free again by the database's clock.

use std::collections::BTreeSet;

use postgres::{Row, Transaction};

use super::documents::Saved;
use super::{Desk, DeskError, again};
use crate::config::Config;
use crate::diag::Finding;
use crate::pipeline;
use crate::purge;

/// Writes down what a round changed, where there are caches.
pub(super) fn note(transaction: &mut Transaction<'_>, config: &Config, saved: &Saved) -> Result<(), postgres::Error> {
    let paths: Vec<&str> = saved.put.iter().chain(&saved.deleted).map(String::as_str).collect();
    if config.output.purge.is_none() || paths.is_empty() {
        return Ok(());
    }
    let topics: Vec<String> = paths.iter().map(|path| pipeline::url(config, path).to_string()).collect();
    let insert = "insert into unpurged (path, topic, mark) select p, t, (random() * 9e15)::bigint from unnest($1::text[], $2::text[]) as o (p, t) \
                  order by p on conflict (path) do update set topic = excluded.topic, mark = excluded.mark, tried = false, until = null";
    transaction.execute(insert, &[&paths, &topics]).map(drop)
}

impl Desk<'_> {
    /// Tells the caches what nobody tells them; gives a warning where that failed. What failed holds back no hub, and is told by the next run.
    ///
    /// # Errors
    /// A database that cannot be asked.
    pub fn purge(&mut self, token: Option<&str>) -> Result<Option<Finding>, DeskError> {
        if self.config.output.purge.is_none() {
            // What was noted for caches that are no more.
            return again(|| {
                let done = self.client.execute("delete from unpurged", &[]);
                self.said(done).map(|_| None)
            });
        }
        let take = "update unpurged u set until = now() + $1::float8 * interval '1 second' from (\
                select path from unpurged where until is null or until < now() order by path for update skip locked) d \
            where u.path = d.path returning u.path, u.mark";
        let rows = again(|| {
            let rows = self.client.query(take, &[&(purge::PATIENCE * 2).as_secs_f64()]);
            self.said(rows)
        })?;
        let paths: BTreeSet<String> = rows.iter().map(|row| row.get(0)).collect();
        let finding = purge::tell(self.config, &paths, token, || Ok(()));
        // What changed meanwhile has another mark, and stays.
        let marks: Vec<i64> = rows.iter().map(|row: &Row| row.get(1)).collect();
        let after = match finding {
            None => "delete from unpurged where mark = any($1)",
            Some(_) => "update unpurged set until = null, tried = true where mark = any($1)",
        };
        again(|| {
            let done = if marks.is_empty() { Ok(0) } else { self.client.execute(after, &[&marks]) };
            self.said(done)
        })?;
        Ok(finding)
    }
}
