//! One whole reading of the sources after the other.
//!
//! Two loads that run at the same time have read the sources at different times. Each takes a number before it reads. Nobody is disturbed by a load that
//! only reads, or is refused; but once one writes, those with a number before it, which have read what is older, write nothing more. Every transaction
//! of a load sees to that, and who begins to write waits for the one that is under way.

use postgres::Transaction;

use super::{Desk, DeskError, again, facts, fingerprint, is_another};
use crate::config::Config;
use crate::crash;

/// The number of a load.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Turn(i64);

impl Turn {
    /// Says that a later load writes by now. While the transaction lasts, none begins to.
    fn hold(self, transaction: &mut Transaction<'_>) -> Result<Result<(), DeskError>, postgres::Error> {
        let writing = transaction.query_opt("select value from meta where key = 'writing' for share", &[])?;
        let is_own = writing.is_some_and(|row| row.get::<_, i64>(0) == self.0);
        Ok(if is_own { Ok(()) } else { Err(overtaken()) })
    }
}

fn overtaken() -> DeskError {
    let why = "another load, which began later and has read what is newer, is taking it in; this one writes nothing more".to_owned();
    DeskError::Cannot { why, help: "where that other one is stopped before its end, run this again" }
}

impl Desk<'_> {
    /// The next number; to be taken before anything is read of the sources, tables of databases included.
    ///
    /// # Errors
    /// A database that cannot be asked.
    pub fn take_turn(&mut self) -> Result<Turn, DeskError> {
        let next =
            "insert into meta (key, value) values ('load', 1) on conflict (key) do update set value = meta.value + 1 returning value";
        again(|| {
            let row = self.client.query_one(next, &[]);
            Ok(Turn(self.said(row)?.get(0)))
        })
    }

    /// From now on nobody writes who took a number before this one.
    pub(super) fn begin_to_write(&mut self, turn: Turn) -> Result<(), DeskError> {
        let begin = "insert into meta (key, value) values ('writing', $1) on conflict (key) do update set value = excluded.value \
                     where meta.value <= excluded.value returning value";
        let config = fingerprint(self.config);
        again(|| {
            let begun = self.client.transaction().and_then(|mut transaction| {
                let is_begun = transaction.query_opt(begin, &[&turn.0])?.is_some();
                facts::keep(&mut transaction, facts::LOADING, config)?;
                if is_begun { transaction.commit().map(|()| true) } else { Ok(false) }
            });
            if self.said(begun)? { Ok(()) } else { Err(overtaken()) }
        })
    }

    /// Says that nothing was written after all: items are placed as they were.
    pub(super) fn end_writing(&mut self) -> Result<(), DeskError> {
        let end = "update meta m set value = c.value from meta c where m.key = $1 and c.key = $2";
        again(|| {
            let ended = self.client.execute(end, &[&facts::LOADING, &facts::CONFIG]);
            self.said(ended).map(drop)
        })
    }

    /// Says that items are placed by another config by now, or that a load which writes does so. While the transaction lasts, none begins to.
    pub(super) fn hold_config(config: &Config, transaction: &mut Transaction<'_>) -> Result<Result<(), DeskError>, postgres::Error> {
        let query = "select value from meta where key = any($1) order by key for share";
        let known = transaction.query(query, &[&[facts::CONFIG, facts::LOADING].as_slice()])?;
        let is_own = known.iter().all(|row| row.get::<_, i64>(0) == fingerprint(config));
        Ok(if is_own { Ok(()) } else { Err(is_another(config)) })
    }

    /// Does a piece of a load's work in a transaction of its own, unless a later load writes by now; `None` stands for what is put or taken out by itself.
    pub(super) fn in_turn<T>(
        &mut self,
        turn: Option<Turn>,
        work: impl FnOnce(&mut Transaction<'_>) -> Result<Result<T, DeskError>, postgres::Error>,
    ) -> Result<T, DeskError> {
        let result = (|| {
            let mut transaction = self.client.transaction()?;
            if let Some(Err(overtaken)) = turn.map(|turn| turn.hold(&mut transaction)).transpose()? {
                return Ok(Err(overtaken));
            }
            let done = work(&mut transaction)?;
            if done.is_ok() {
                crash::point("put");
                transaction.commit()?;
            }
            Ok(done)
        })();
        self.said(result)?
    }
}
