//! A save that is begun while the documents are still being made: the items are written on a thread of their own, into a transaction that is
//! committed when the files are in place, and that is as if it had never been if the run ends before.

use std::thread::JoinHandle;

use rusqlite::Connection;

use super::sqlite::{File, commit, complete};
use super::{Items, LedgerError, Memory, Ping};

/// The transaction that is under way. Dropped, it ends without a trace.
#[derive(Debug)]
pub struct Staged {
    file: File,
    items: Items,
    /// `None` once it was waited for.
    thread: Option<JoinHandle<Result<Connection, LedgerError>>>,
}

/// A transaction that holds all there is to hold. Dropped, it ends without a trace.
#[derive(Debug)]
pub struct Complete {
    file: File,
    connection: Connection,
}

impl Complete {
    /// Has it hold from now on.
    pub fn commit(self) -> Result<(), LedgerError> {
        self.file.sql("write", commit(&self.connection))
    }
}

impl File {
    /// Begins to write the items of `after`; `None` where there is nothing new to write of them. `before` is what the file holds.
    pub fn stage(&self, before: &Memory, after: &Memory) -> Option<Staged> {
        if before.items == after.items {
            return None;
        }
        let (file, before, items) = (self.clone(), before.items.clone(), after.items.clone());
        let write = {
            let (file, items) = (file.clone(), items.clone());
            move || file.begun(&before, &items)
        };
        let thread = std::thread::Builder::new().name("ledger".to_owned()).spawn(write).ok()?;
        Some(Staged { file, items, thread: Some(thread) })
    }
}

impl Staged {
    /// Writes the rest. `after` may have come to hold other items meanwhile: then all is begun anew.
    pub fn complete(mut self, before: &Memory, after: &Memory, pings: &[Ping]) -> Result<Complete, LedgerError> {
        let (file, staged) = (self.file.clone(), self.wait().transpose()?.filter(|_| self.items == after.items));
        let connection = staged.map_or_else(|| file.begun(&before.items, &after.items), Ok)?;
        file.sql("write", complete(&connection, before, after, pings))?;
        Ok(Complete { file, connection })
    }

    fn wait(&mut self) -> Option<Result<Connection, LedgerError>> {
        let thread = self.thread.take()?;
        Some(thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
    }
}

impl Drop for Staged {
    fn drop(&mut self) {
        // SQLite takes back a transaction whose connection is closed.
        drop(self.wait());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::item::Names;
    use crate::ledger::{Digest, Known, KnownChannel, Traces};

    fn memory(count: u32) -> Memory {
        let (mut memory, traces) = (Memory::default(), Traces { content: Digest([9; 16]), ..Traces::default() });
        for n in 0..count {
            memory.put(Known {
                names: Names::new(&format!("tag:example.org,2018:item/{n}"), None, "k", "T").with(traces),
                first_seen: 1.into(),
                published: 2.into(),
                updated: None,
                gone: None,
            });
        }
        memory.channels.insert("all".into(), KnownChannel { members: (0..count).collect::<Vec<_>>().into(), ..KnownChannel::default() });
        memory
    }

    #[test]
    fn what_is_staged_is_there_once_it_is_saved_and_not_before() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = File::new(folder.path().join("ledger.db"));
        let (before, after) = (Memory::default(), memory(500));
        drop(store.stage(&before, &after).expect("something to write"));
        assert_eq!(store.load().expect("read"), before);
        let complete = || store.stage(&before, &after).expect("something to write").complete(&before, &after, &[]).expect("written");
        drop(complete());
        assert_eq!(store.load().expect("read"), before);
        complete().commit().expect("saved");
        assert_eq!(store.load().expect("read"), after);
        assert!(store.stage(&after, &memory(500)).is_none(), "nothing to write");
    }

    #[test]
    fn what_changed_since_it_was_staged_is_written_too() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = File::new(folder.path().join("ledger.db"));
        let (before, mut after) = (Memory::default(), memory(5));
        let staged = store.stage(&before, &after).expect("something to write");
        after.put(Known { gone: Some(7.into()), ..after.get(3).clone() });
        staged.complete(&before, &after, &[]).and_then(Complete::commit).expect("saved");
        assert_eq!(store.load().expect("read"), after);
    }
}
