//! The look of a worker that may have nothing to do: one question.

use chrono::{DateTime, Utc};

use super::{Desk, DeskError, again, fingerprint};
use crate::ledger::postgres::FREE;

/// What there is to do.
#[derive(Clone, Copy, Debug)]
pub struct Look {
    /// Whether the tables were loaded under this config; `None` where they never were.
    pub is_of_this_config: Option<bool>,
    /// What the caller says, or the time of the database, which is the same for every machine.
    pub now: DateTime<Utc>,
    /// Something changes by the clock.
    pub is_due: bool,
    /// Families are wanted, and nobody has them.
    pub is_wanted: bool,
    /// A cache or a hub is to be told something, and nobody tells it.
    pub is_untold: bool,
}

impl Desk<'_> {
    /// Looks what there is to do.
    ///
    /// # Errors
    /// A database that cannot be asked.
    pub fn look(&mut self, now: Option<DateTime<Utc>>) -> Result<Look, DeskError> {
        let query = format!(
            "select (select value from meta where key = 'config'), n.now, \
                exists (select 1 from items where due <= n.now) or exists (select 1 from items where ends <= n.now) \
                    or exists (select 1 from families where due <= n.now), \
                exists (select 1 from families where wanted > done and (until is null or until < now())), \
                exists (select 1 from unpurged where until is null or until < now()) \
                    or exists (select 1 from outbox o where o.hub = any($2) and {FREE}) \
             from (select coalesce($1::bigint, floor(extract(epoch from now()))::bigint) as now) n"
        );
        let own = self.config.websub.own.as_ref();
        let hubs: Vec<&str> = self.config.publication.hubs.iter().filter(|hub| Some(*hub) != own).map(|hub| hub.as_str()).collect();
        let row = again(|| {
            let row = self.client.query_one(&query, &[&now.map(|now| now.timestamp()), &hubs]);
            self.said(row)
        })?;
        Ok(Look {
            is_of_this_config: row.get::<_, Option<i64>>(0).map(|value| value == fingerprint(self.config)),
            now: now.or_else(|| DateTime::from_timestamp(row.get(1), 0)).unwrap_or_default(),
            is_due: row.get(2),
            is_wanted: row.get(3),
            is_untold: row.get(4),
        })
    }
}
