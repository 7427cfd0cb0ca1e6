//! A memory in a file of SQLite: one writer under the publication's lock, one transaction a run. Items stand there in packs: a row for each of them
//! takes ten times as long to write, and as long again whenever a run begins.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use std::{fs, io};

use rayon::prelude::*;
use rusqlite::{Connection, OpenFlags, params};
use xxhash_rust::xxh3::xxh3_128;

use super::packed::{pack_deleted, pack_item, pack_pages, pack_refs, unpack_deleted, unpack_items, unpack_pages, unpack_refs};
use super::{Digest, Items, Known, KnownChannel, LedgerError, Memory, Ping, Ref, former, pings};
use crate::stamp;

/// The form that this version writes, in `user_version`; it reads those of before too.
pub(super) const VERSION: i64 = 3;

/// Of a file that holds what a hub remembers, and nothing that was published yet.
const EMPTY: i64 = 0;

/// For writing, in KiB, negative as SQLite wants it: pages that leave the cache early are written twice. Items come in the order of their pages, so
/// that more than this serves nothing.
const CACHE: i64 = -4_096;

/// Items of a row: many cost little each, and few are written again where one of them changed.
const PACK: usize = 64;

/// So many rows are taken from the file at a time, for all cores to unpack.
const WAVE: usize = 256;

const ITEMS: &str = "create table items (nth integer primary key, pack blob not null);";

const CHANNELS: &str = "
create table channels (
    path text primary key, id text not null, updated integer not null, digest blob,
    members blob not null, shown integer not null, deleted blob not null, pages blob not null default x'') without rowid;
";

/// How a file of SQLite begins.
type Head = [u8; 100];

/// A ledger's file.
#[derive(Clone, Debug)]
pub struct File {
    path: PathBuf,
}

impl File {
    pub fn new(path: PathBuf) -> Self {
        File { path }
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether there is a ledger.
    pub fn exists(&self) -> bool {
        self.path.exists()
    }

    /// A hash by which the file is known to hold what it held: of its head, in which SQLite counts the transactions that wrote to it, and of what the file
    /// system says of it. `None` where transactions are not counted there, or may be under way.
    pub fn state(&self) -> Option<u128> {
        let head = head(&self.path).ok()?;
        // Written and read by way of a journal that rolls back, not of a log that is written ahead.
        let (is_counted, stamp) = (head[18..20] == [1, 1], stamp::of(&self.path, &std::fs::metadata(&self.path)));
        is_counted.then(|| xxh3_128(&[&head[..], &stamp.to_le_bytes()].concat()))
    }

    /// The memory; an empty one where there is no file.
    pub fn load(&self) -> Result<Memory, LedgerError> {
        if !self.exists() {
            return Ok(Memory::default());
        }
        let connection = self.open(OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        // All of it is of one moment: the first that is read begins a transaction.
        self.sql("read", connection.execute_batch("begin"))?;
        let version = self.version(&connection)?;
        if version == EMPTY {
            return Ok(Memory::default());
        }
        let mut memory = Memory::default();
        let parts = if version == VERSION { self.items(&connection)? } else { vec![self.sql("read", former::load_items(&connection))?] };
        memory.reserve(parts.iter().map(Vec::len).sum());
        parts.into_iter().flatten().for_each(|known| _ = memory.push(known));
        self.sql("read", load_channels(&connection, &mut memory, version))?;
        if version == 1 {
            // What was hashed then cannot be compared with what is hashed now; an item is taken to be as it was.
            (0..memory.items.len() as Ref).for_each(|at| memory.at_mut(at).forget_content());
        }
        let count = memory.items.len() as Ref;
        let refs =
            |channel: &KnownChannel| channel.pages.iter().flat_map(|page| &page.members).chain(&*channel.members).any(|at| *at >= count);
        let broken = memory.channels.iter().find(|(_, channel)| refs(channel));
        match broken {
            Some((path, _)) => Err(self.damaged(format!("the channel `{path}` holds an item that is not there"))),
            None => Ok(memory),
        }
    }

    /// Writes what differs between the two memories, in one transaction. `before` is what the file holds.
    pub fn save(&self, before: &Memory, after: &Memory) -> Result<(), LedgerError> {
        self.save_with(before, after, &[])
    }

    /// [`File::save`], and in the same transaction what hubs are to be told of it.
    pub fn save_with(&self, before: &Memory, after: &Memory, pings: &[Ping]) -> Result<(), LedgerError> {
        if before == after && pings.is_empty() && self.exists() {
            return Ok(());
        }
        let connection = self.begun(&before.items, &after.items)?;
        self.sql("write", complete(&connection, before, after, pings).and_then(|()| commit(&connection)))
    }

    /// A connection with a transaction that is begun and holds the items.
    pub(super) fn begun(&self, before: &Items, after: &Items) -> Result<Connection, LedgerError> {
        let connection = self.connect()?;
        self.sql("open", connection.pragma_update(None, "cache_size", CACHE))?;
        self.sql("write", begin(&connection, before, after))?;
        Ok(connection)
    }

    /// All items in their order, in parts. They follow each other without gaps, unless the file is damaged.
    fn items(&self, connection: &Connection) -> Result<Vec<Vec<Known>>, LedgerError> {
        let damaged = || self.damaged("what it holds of the items cannot be read".to_owned());
        let mut parts: Vec<Vec<Known>> = Vec::new();
        loop {
            let wave = self.sql("read", load_packs(connection, parts.len()))?;
            if wave.is_empty() {
                break;
            }
            let (numbers, packs): (Vec<i64>, Vec<Vec<u8>>) = wave.into_iter().unzip();
            let is_next = numbers.into_iter().eq((parts.len() as i64..).take(packs.len()));
            let read: Option<Vec<Vec<Known>>> = packs.par_iter().map(|pack| unpack_items(pack)).collect();
            parts.extend(read.filter(|_| is_next).ok_or_else(damaged)?);
        }
        let are_full = parts.iter().rev().skip(1).all(|part| part.len() == PACK);
        if are_full { Ok(parts) } else { Err(damaged()) }
    }

    /// What SQLite itself finds wrong with the file.
    pub fn integrity(&self) -> Result<Vec<String>, LedgerError> {
        let connection = self.open(OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        let version = self.version(&connection)?;
        let rows = || -> rusqlite::Result<Vec<String>> {
            let mut statement = connection.prepare("pragma integrity_check")?;
            statement.query_map([], |row| row.get(0))?.collect()
        };
        let mut found = self.sql("read", rows())?;
        found.retain(|line| line != "ok");
        if version == EMPTY || !found.is_empty() {
            return Ok(found);
        }
        let memory = self.load()?;
        let twice = (0..).zip(memory.items.iter()).find(|(at, known)| memory.find(known.iri()) != Some(*at));
        found.extend(twice.map(|(_, known)| format!("the id `{}` stands twice", known.iri())));
        Ok(found)
    }

    /// For what else is remembered in this file, in tables of its own; the file is made where there is none.
    pub(crate) fn connect(&self) -> Result<Connection, LedgerError> {
        if let Some(folder) = self.path.parent() {
            let fail = |source| LedgerError::Io { action: "create", path: folder.to_owned(), source };
            std::fs::create_dir_all(folder).map_err(fail)?;
        }
        let connection = self.open(OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE)?;
        Ok(connection)
    }

    fn open(&self, flags: OpenFlags) -> Result<Connection, LedgerError> {
        let connection = self.open_waiting(flags, Duration::from_secs(10))?;
        self.sql("open", connection.pragma_update(None, "synchronous", "full"))?;
        Ok(connection)
    }

    /// A connection that was asked nothing yet and waits so long for others.
    fn open_waiting(&self, flags: OpenFlags, most: Duration) -> Result<Connection, LedgerError> {
        // One thread at a time has a connection, as its type says; without this SQLite locks for every cell that is read.
        let flags = flags | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = self.sql("open", Connection::open_with_flags(&self.path, flags))?;
        self.sql("open", connection.busy_timeout(most))?;
        Ok(connection)
    }

    fn version(&self, connection: &Connection) -> Result<i64, LedgerError> {
        match self.sql("read", connection.query_row("pragma user_version", [], |row| row.get::<_, i64>(0)))? {
            version @ EMPTY..=VERSION => Ok(version),
            found => Err(LedgerError::Version { path: self.path.clone(), found }),
        }
    }

    pub(crate) fn sql<T>(&self, action: &'static str, result: rusqlite::Result<T>) -> Result<T, LedgerError> {
        result.map_err(|source| LedgerError::Sqlite { action, path: self.path.clone(), source })
    }

    fn damaged(&self, why: String) -> LedgerError {
        LedgerError::Damaged { path: self.path.clone(), why }
    }
}

/// The head of a file of SQLite. The file stays open for good: who closes one lets go of all that the process has locked of it, whichever connection did, and a
/// hub of the same process may be in the midst of writing. One that was removed is nobody's any more.
#[cfg(unix)]
fn head(path: &Path) -> io::Result<Head> {
    use std::os::unix::fs::{FileExt, MetadataExt};
    static OPEN: Mutex<Vec<fs::File>> = Mutex::new(Vec::new());

    let mut open = OPEN.lock().unwrap_or_else(PoisonError::into_inner);
    open.retain(|file| file.metadata().is_ok_and(|own| own.nlink() > 0));
    let there = fs::metadata(path)?;
    let is_it = |file: &fs::File| file.metadata().is_ok_and(|own| (own.dev(), own.ino()) == (there.dev(), there.ino()));
    let at = match open.iter().position(is_it) {
        Some(at) => at,
        None => {
            open.push(fs::File::open(path)?);
            open.len() - 1
        }
    };
    let mut head = [0; 100];
    open[at].read_exact_at(&mut head, 0).map(|()| head)
}

#[cfg(not(unix))]
fn head(path: &Path) -> io::Result<Head> {
    use std::io::Read;

    let mut head = [0; 100];
    fs::File::open(path).and_then(|mut file| file.read_exact(&mut head)).map(|()| head)
}

fn begin(connection: &Connection, before: &Items, after: &Items) -> rusqlite::Result<()> {
    // At once for writing: a hub may write to the same file, and whoever begins by reading cannot wait for it.
    connection.execute_batch("begin immediate")?;
    let version = connection.query_row("pragma user_version", [], |row| row.get::<_, i64>(0))?;
    match version {
        VERSION => return save_items(connection, before, after),
        EMPTY => connection.execute_batch(CHANNELS)?,
        former => former::make_way(connection, former)?,
    }
    connection.execute_batch(ITEMS)?;
    connection.pragma_update(None, "user_version", VERSION)?;
    save_items(connection, &Items::default(), after)
}

/// The rest of what [`begin`] began.
pub(super) fn complete(connection: &Connection, before: &Memory, after: &Memory, pings: &[Ping]) -> rusqlite::Result<()> {
    save_channels(connection, before, after)?;
    pings::add(connection, pings)
}

/// The end of what [`begin`] began. A connection that is closed without it forgets all.
pub(super) fn commit(connection: &Connection) -> rusqlite::Result<()> {
    crate::crash::point("ledger");
    connection.execute_batch("commit")
}

/// The next packs of items, each with its number.
fn load_packs(connection: &Connection, from: usize) -> rusqlite::Result<Vec<(i64, Vec<u8>)>> {
    let mut statement = connection.prepare("select nth, pack from items where nth >= ?1 order by nth limit ?2")?;
    statement.query_map([from as i64, WAVE as i64], |row| Ok((row.get(0)?, row.get(1)?)))?.collect()
}

/// Writes the packs in which something is another.
fn save_items(connection: &Connection, before: &Items, after: &Items) -> rusqlite::Result<()> {
    let mut packs: Vec<usize> = Vec::new();
    let mut add = |at: usize| {
        if packs.last() != Some(&(at / PACK)) {
            packs.push(at / PACK);
        }
    };
    after.since(before).for_each(|(at, _)| add(at));
    if after.len() < before.len() {
        connection.execute("delete from items where nth >= ?1", [(after.len() / PACK) as i64])?;
        add(after.len());
    }
    let mut insert = connection.prepare("insert or replace into items values (?1, ?2)")?;
    let mut pack = Vec::new();
    for nth in packs {
        pack.clear();
        (nth * PACK..(nth + 1) * PACK).map_while(|at| after.get(at)).for_each(|known| pack_item(known, &mut pack));
        if !pack.is_empty() {
            insert.execute(params![nth as i64, pack])?;
        }
    }
    Ok(())
}

fn load_channels(connection: &Connection, memory: &mut Memory, version: i64) -> rusqlite::Result<()> {
    let pages = if version == 1 { "x''" } else { "pages" };
    let mut statement = connection.prepare(&format!("select path, id, updated, digest, members, shown, deleted, {pages} from channels"))?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let blob = |at: usize| row.get_ref(at).map(|value| value.as_blob().unwrap_or_default().to_vec());
        let channel = KnownChannel {
            id: row.get(1)?,
            updated: row.get(2)?,
            digest: row.get_ref(3)?.as_blob_or_null().ok().flatten().and_then(|digest| digest.try_into().ok().map(Digest)),
            members: unpack_refs(&mut blob(4)?.as_slice()).into(),
            window: row.get::<_, i64>(5)? as usize,
            deleted: unpack_deleted(&blob(6)?),
            pages: unpack_pages(&blob(7)?),
        };
        memory.channels.insert(row.get(0)?, channel);
    }
    Ok(())
}

fn save_channels(connection: &Connection, before: &Memory, after: &Memory) -> rusqlite::Result<()> {
    let mut insert = connection.prepare("insert or replace into channels values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)")?;
    for (path, channel) in after.channels.iter().filter(|(path, channel)| before.channels.get(*path) != Some(channel)) {
        insert.execute(params![
            path,
            channel.id,
            channel.updated,
            channel.digest.as_ref().map(|digest| digest.0.as_slice()),
            pack_refs(&channel.members),
            channel.window as i64,
            pack_deleted(&channel.deleted),
            pack_pages(&channel.pages),
        ])?;
    }
    for path in before.channels.keys().filter(|path| !after.channels.contains_key(*path)) {
        connection.execute("delete from channels where path = ?1", [path])?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::item::Names;
    use crate::ledger::Traces;

    /// Items with numbers of this list.
    fn memory(numbers: impl Iterator<Item = usize>) -> Memory {
        let mut memory = Memory::default();
        for n in numbers {
            let names = Names::new(&format!("urn:{n}"), None, "k", "T");
            memory.push(Known { names, first_seen: 1.into(), published: 2.into(), updated: None, gone: None });
        }
        memory
    }

    #[test]
    fn of_the_packs_those_are_written_in_which_something_is_another() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = File::new(folder.path().join("ledger.db"));
        let mut before = Memory::default();
        for count in [1, PACK - 1, PACK, PACK + 1, 3 * PACK + 5, 2 * PACK, PACK + 7, 0, 2 * PACK + 1] {
            let after = memory(0..count);
            store.save(&before, &after).expect("saved");
            assert_eq!(store.load().expect("read"), after, "{count}");
            before = after;
        }
        // Whatever stands in the others stays as it is.
        let connection = store.connect().expect("opened");
        connection.execute("update items set pack = x'00' where nth <> 1", []).expect("written");
        let mut after = before.clone();
        after.put(Known { gone: Some(9.into()), ..after.get(PACK as Ref).clone() });
        store.save(&before, &after).expect("saved");
        let others: i64 = connection.query_row("select count(*) from items where pack = x'00'", [], |row| row.get(0)).expect("read");
        assert_eq!(others, 2);
    }

    #[test]
    fn what_is_no_list_of_items_is_said() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = File::new(folder.path().join("ledger.db"));
        let whole = memory(0..2 * PACK + 1);
        for damage in [
            "update items set pack = x'0102' where nth = 1",
            "delete from items where nth = 1",
            "update items set pack = x'' where nth = 0",
        ] {
            let _ = std::fs::remove_file(store.path());
            store.save(&Memory::default(), &whole).expect("saved");
            store.connect().and_then(|file| store.sql("write", file.execute_batch(damage))).expect("written");
            assert!(matches!(store.load(), Err(LedgerError::Damaged { .. })), "{damage}");
        }
        std::fs::remove_file(store.path()).expect("removed");
        store.save(&Memory::default(), &memory([0, 1, 2, 1].into_iter())).expect("saved");
        assert_eq!(store.integrity().expect("read"), ["the id `urn:1` stands twice"]);
    }

    #[test]
    fn a_ledger_of_a_newer_version_is_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = File::new(folder.path().join("ledger.db"));
        Connection::open(store.path()).and_then(|file| file.pragma_update(None, "user_version", 9)).expect("written");
        assert!(matches!(store.load(), Err(LedgerError::Version { found: 9, .. })));
        assert!(matches!(store.save(&Memory::default(), &Memory::default()), Ok(())), "nothing to write");
    }

    #[test]
    fn a_memory_comes_back_as_it_was() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = File::new(folder.path().join("deep/ledger.db"));
        assert_eq!(store.load().expect("empty"), Memory::default());
        let mut memory = Memory::default();
        let traces = Traces { record: Some(Digest([7; 16])), content: Digest([9; 16]), text: u64::MAX, link: 1 << 63 };
        let known = |n: u32| Known {
            names: Names::new(&format!("tag:example.org,2018:item/{n}"), n.is_multiple_of(2).then_some("g"), "k", "T").with(traces),
            first_seen: 1.into(),
            published: (-2).into(),
            updated: n.is_multiple_of(3).then_some(3.into()),
            gone: None,
        };
        (0..5).for_each(|n| _ = memory.put(known(n)));
        memory.channels.insert("all".into(), KnownChannel { members: vec![4, 3, 2].into(), window: 2, ..KnownChannel::default() });
        store.save(&Memory::default(), &memory).expect("saved");
        assert_eq!(store.load().expect("read"), memory);
        let mut after = memory.clone();
        after.put(Known { gone: Some(9.into()), ..known(3) });
        after.channels.clear();
        store.save(&memory, &after).expect("saved");
        assert_eq!(store.load().expect("read"), after);
        assert!(store.integrity().expect("whole").is_empty());
    }

    #[test]
    fn what_is_read_is_of_one_moment() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = File::new(folder.path().join("ledger.db"));
        let put = |memory: &mut Memory, n: usize| {
            let names = Names::new(&format!("urn:{n}"), None, "k", "T");
            let at = memory.put(Known { names, first_seen: 1.into(), published: 2.into(), updated: None, gone: None });
            std::sync::Arc::make_mut(&mut memory.channels.entry("all".into()).or_default().members).push(at);
        };
        let mut memory = Memory::default();
        let many = (WAVE + 1) * PACK + 1;
        (0..many).for_each(|n| put(&mut memory, n));
        store.save(&Memory::default(), &memory).expect("saved");
        std::thread::scope(|scope| {
            let writer = scope.spawn(|| {
                for n in many..many + 40 {
                    let before = memory.clone();
                    put(&mut memory, n);
                    store.save(&before, &memory).expect("saved");
                }
            });
            while !writer.is_finished() {
                let read = store.load().expect("whole");
                assert_eq!(read.channels["all"].members.len(), read.items.len());
            }
        });
    }

    /// Another process is this test again, which finds the file in its surroundings and says whether it may write to it.
    #[cfg(unix)]
    #[test]
    fn a_look_at_the_file_lets_nobody_else_write_while_this_process_does() {
        const FILE: &str = "TIDINGS_TEST_LEDGER";
        if let Some(path) = std::env::var_os(FILE) {
            let connection = File::new(path.into()).open_waiting(OpenFlags::SQLITE_OPEN_READ_WRITE, Duration::ZERO).expect("opened");
            let begun = connection.execute_batch("begin immediate");
            std::process::exit(if begun.is_ok() { 10 } else { 11 });
        }
        let others_write = |store: &File| {
            let mut again = std::process::Command::new(std::env::current_exe().expect("a path"));
            again.args(["a_look_at_the_file_lets_nobody_else_write", "--test-threads=1"]).env(FILE, store.path());
            again.stdout(std::process::Stdio::null()).status().expect("it runs").code() == Some(10)
        };
        let folder = tempfile::tempdir().expect("a folder");
        let store = File::new(folder.path().join("ledger.db"));
        let none = Memory::default();
        store.save(&none, &none).expect("saved");
        let state = store.state();
        assert!(state.is_some() && others_write(&store));
        let connection = store.begun(&none.items, &none.items).expect("begun");
        store.state();
        assert!(!others_write(&store), "another process writes in the midst of a transaction");
        complete(&connection, &none, &none, &[Ping { hub: "h".into(), topic: "t".into() }])
            .and_then(|()| commit(&connection))
            .expect("finished");
        assert_ne!(store.state(), state, "a transaction shows");
        // Another file in its place is read in place of the former.
        let other = File::new(folder.path().join("other.db"));
        other.save(&none, &none).expect("saved");
        let state = store.state();
        std::fs::rename(other.path(), store.path()).expect("renamed");
        assert!(store.state().is_some() && store.state() != state);
    }

    #[test]
    fn a_file_that_is_no_ledger_is_said() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = File::new(folder.path().join("ledger.db"));
        std::fs::write(store.path(), "no database, but long enough to be looked at as if it were one").expect("written");
        assert!(store.load().is_err());
    }
}
