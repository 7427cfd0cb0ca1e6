//! One whole reading of the sources after the other.
//!
//! Two loads that run at the same time have read the sources at different times. The one that began later has read what is newer, so that from then on
//! the one before must write nothing more: it would put back what was. Each load takes a number when it begins, and holds it against the newest in every
//! transaction; who takes the next waits for those that are under way.

use postgres::Transaction;

use super::{Desk, DeskError, again};

/// The number of a load; none for what is put or taken out by itself.
#[derive(Clone, Copy, Debug, Default)]
pub struct Turn(Option<i64>);

impl Turn {
    /// Says that another load began since. While the transaction lasts, none does.
    pub(super) fn hold(self, transaction: &mut Transaction<'_>) -> Result<Result<(), DeskError>, postgres::Error> {
        let Some(own) = self.0 else { return Ok(Ok(())) };
        let newest = transaction.query_opt("select value from meta where key = 'load' for share", &[])?;
        let is_newest = newest.is_some_and(|row| row.get::<_, i64>(0) == own);
        Ok(if is_newest { Ok(()) } else { Err(overtaken()) })
    }
}

fn overtaken() -> DeskError {
    let why = "another load began after this one, and has read what is newer; this one writes nothing more".to_owned();
    DeskError::Cannot { why, help: "what it took in before stays until the other sees it; where that one was stopped, run this again" }
}

impl Desk<'_> {
    /// The next number: nobody who has one before it writes any more.
    pub(super) fn take_turn(&mut self) -> Result<Turn, DeskError> {
        let next =
            "insert into meta (key, value) values ('load', 1) on conflict (key) do update set value = meta.value + 1 returning value";
        again(|| {
            let row = self.client.query_one(next, &[]);
            Ok(Turn(Some(self.said(row)?.get(0))))
        })
    }
}
