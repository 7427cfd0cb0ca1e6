//! A connection that is kept open, and opened anew when it was lost; for those who ask little and often, from many threads.

use std::fmt;
use std::sync::{Mutex, PoisonError};

use postgres::{Client, Transaction};

use super::{DatabaseError, schema};
use crate::config::Database;

/// Who was stopped in the midst of a transaction must not hold up all others. A database that does not know these words need not.
const SETTINGS: [&str; 2] = ["lock_timeout = '15s'", "idle_in_transaction_session_timeout = '30s'"];

/// A way to the tables of a publication.
pub struct Line {
    database: Database,
    client: Mutex<Option<Client>>,
}

impl Line {
    /// Connects when it is asked first.
    pub fn new(database: &Database) -> Self {
        Line { database: database.clone(), client: Mutex::new(None) }
    }

    /// Does all of the work in one transaction. It may be begun again from the start, and where the connection was lost in the last moment, be done twice.
    ///
    /// # Errors
    /// A database that cannot be reached, or cannot do it.
    pub fn run<T: Send>(&self, work: impl Fn(&mut Transaction<'_>) -> Result<T, postgres::Error> + Sync) -> Result<T, DatabaseError> {
        apart(|| {
            let mut kept = self.client.lock().unwrap_or_else(PoisonError::into_inner);
            let mut tried = 0;
            loop {
                let mut client = match kept.take() {
                    Some(client) if !client.is_closed() => client,
                    _ => self.open()?,
                };
                let done = transact(&mut client, &work);
                if !client.is_closed() {
                    *kept = Some(client);
                }
                let error = match done {
                    Ok(done) => return Ok(done),
                    Err(error) => schema::said(&self.database.address, &error),
                };
                std::thread::sleep(error.pause(tried).ok_or(error)?);
                tried += 1;
            }
        })
    }

    fn open(&self) -> Result<Client, DatabaseError> {
        let mut client = schema::ready(&self.database)?;
        SETTINGS.iter().for_each(|setting| _ = client.batch_execute(&format!("set {setting}")));
        Ok(client)
    }
}

fn transact<T>(client: &mut Client, work: impl Fn(&mut Transaction<'_>) -> Result<T, postgres::Error>) -> Result<T, postgres::Error> {
    let mut transaction = client.transaction()?;
    let done = work(&mut transaction)?;
    transaction.commit()?;
    Ok(done)
}

/// The end of a connection waits for the server.
impl Drop for Line {
    fn drop(&mut self) {
        let client = self.client.get_mut().unwrap_or_else(PoisonError::into_inner).take();
        if client.is_some() {
            apart(|| drop(client));
        }
    }
}

impl fmt::Debug for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Line").field("database", &self.database).finish_non_exhaustive()
    }
}

/// On a thread of its own: the client of the database waits in a way that who serves at the same time must not.
pub fn apart<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    std::thread::scope(|scope| scope.spawn(work).join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
}
