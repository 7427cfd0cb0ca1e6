//! What stands, and what others have in hand: for those who tell of a run.

use std::collections::BTreeSet;
use std::time::Duration;

use super::{Desk, DeskError};

/// How much is published.
#[derive(Clone, Copy, Debug)]
pub struct Standing {
    pub channels: usize,
    pub documents: usize,
}

/// A family that is wanted and that another worker has, or is about to have.
#[derive(Clone, Debug)]
pub struct Elsewhere {
    pub path: String,
    pub wanted: i64,
    pub done: i64,
    pub owner: String,
    /// How much of the lease is left.
    pub left: Duration,
}

impl Desk<'_> {
    /// Counts what is published.
    ///
    /// # Errors
    /// A database that cannot be asked.
    pub fn standing(&mut self) -> Result<Standing, DeskError> {
        let row = self.client.query_one("select (select count(*) from channels), (select count(*) from documents)", &[]);
        let row = self.said(row)?;
        Ok(Standing { channels: row.get::<_, i64>(0) as usize, documents: row.get::<_, i64>(1) as usize })
    }

    /// The paths of all documents.
    ///
    /// # Errors
    /// A database that cannot be asked.
    pub fn paths(&mut self) -> Result<BTreeSet<String>, DeskError> {
        let rows = self.client.query("select path from documents", &[]);
        Ok(self.said(rows)?.iter().map(|row| row.get(0)).collect())
    }

    /// What is wanted and not done, in the order of paths: another's, where this worker has taken all that is free.
    ///
    /// # Errors
    /// A database that cannot be asked.
    pub fn elsewhere(&mut self) -> Result<Vec<Elsewhere>, DeskError> {
        let query = "select path, wanted, done, coalesce(owner, 'no worker'), coalesce(extract(epoch from until - now()), 0)::float8 \
                     from families where wanted > done order by path";
        let rows = self.client.query(query, &[]);
        let one = |row: &postgres::Row| Elsewhere {
            path: row.get(0),
            wanted: row.get(1),
            done: row.get(2),
            owner: row.get(3),
            left: Duration::from_secs_f64(row.get::<_, f64>(4).max(0.0)),
        };
        Ok(self.said(rows)?.iter().map(one).collect())
    }
}
