//! What changes by the clock: items that come, items that expire.

use chrono::{DateTime, Utc};

use super::put::{How, Taken};
use super::{Desk, DeskError, stored};
use crate::pipeline;

/// Items that are seen to at a time.
const ROWS: i64 = 500;

impl Desk<'_> {
    /// Takes items anew whose time has come, up to a number; gives what became of them.
    ///
    /// # Errors
    /// A database that cannot be asked.
    pub fn wake(&mut self, now: DateTime<Utc>, accepted: &std::collections::BTreeSet<crate::ledger::Accept>) -> Result<Taken, DeskError> {
        let query = "select data from items where due <= $1 or ends <= $1 order by iri limit $2";
        let rows = self.client.query(query, &[&now.timestamp(), &ROWS]);
        let rows = self.said(rows)?;
        let mut items = Vec::with_capacity(rows.len());
        for row in &rows {
            let (item, _) = stored::read(row.get(0)).map_err(|error| DeskError::Cannot {
                why: format!("an item of the database cannot be read: {error}"),
                help: "`tidings db load --full` writes the items anew, in the form that this version knows",
            })?;
            let sifted = pipeline::sift(self.config, &item);
            items.push((item, sifted));
        }
        if items.is_empty() { Ok(Taken::default()) } else { self.put(items, How { now, accepted, anew: true }) }
    }
}
