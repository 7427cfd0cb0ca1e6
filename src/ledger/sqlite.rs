//! A memory in a file of SQLite: one writer under the publication's lock, one transaction a run.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use std::{fs, io};

use rayon::prelude::*;
use rusqlite::{Connection, ErrorCode, OpenFlags, OptionalExtension, Row, params};
use xxhash_rust::xxh3::xxh3_128;

use super::{Digest, Items, Known, KnownChannel, KnownPage, LedgerError, Memory, Moment, Ping, Ref, Traces, pings};
use crate::item::Names;
use crate::stamp;

/// The form that this version writes, in `user_version`; it reads that of before too.
pub(super) const VERSION: i64 = 2;

/// Of a file that holds what a hub remembers, and nothing that was published yet.
const EMPTY: i64 = 0;

/// For writing, in KiB, negative as SQLite wants it: pages that leave the cache early are written twice. Items come in the order of their pages, so
/// that more than this serves nothing.
const CACHE: i64 = -4_096;

/// A core takes at least so many items to read.
const PART: usize = 10_000;

/// Room is made for no more items than this before they are read.
const MOST: i64 = 1 << 20;

const SCHEMA: &str = "
create table items (
    id integer primary key, iri text not null, guid text, key text not null, title text not null,
    first_seen integer not null, published integer not null, updated integer,
    record blob, content blob not null, text integer not null, link integer not null, gone integer);
create table channels (
    path text primary key, id text not null, updated integer not null, digest blob,
    members blob not null, shown integer not null, deleted blob not null, pages blob not null default x'') without rowid;
";

/// From version 1, which hashed items otherwise and knew no archives.
const FROM_1: &str = "alter table channels add column pages blob not null default x''; update items set content = zeroblob(16);";

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
        let parts = self.items(&connection)?;
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

    /// All items in their order, in parts that are read at a time: while the connection reads, nobody else's transaction ends.
    fn items(&self, connection: &Connection) -> Result<Vec<Vec<Known>>, LedgerError> {
        let last: i64 = self.sql("read", connection.query_row("select coalesce(max(id), 0) from items", [], |row| row.get(0)))?;
        // Not so where a log is written ahead.
        let journal: String = self.sql("read", connection.query_row("pragma journal_mode", [], |row| row.get(0)))?;
        let parts = if journal == "wal" { 1 } else { rayon::current_num_threads().clamp(1, 1 + last as usize / PART) };
        let begin = |part: usize| (last as i128 * part as i128 / parts as i128) as i64;
        let ranges: Vec<(i64, i64)> = (0..parts).map(|part| (begin(part), begin(part + 1))).collect();
        let read = |range: &(i64, i64)| if parts > 1 { self.part(*range) } else { Ok(None) };
        let read: Vec<Option<Vec<Known>>> = ranges.par_iter().map(read).collect::<Result<_, _>>()?;
        let rest = |(range, read): (&(i64, i64), Option<Vec<Known>>)| read.map_or_else(|| load_items(connection, *range), Ok);
        self.sql("read", ranges.iter().zip(read).map(rest).collect())
    }

    /// Some items, through a connection of their own; `None` where somebody is about to write, who waits for all that read, and lets nobody begin to.
    fn part(&self, range: (i64, i64)) -> Result<Option<Vec<Known>>, LedgerError> {
        let connection = self.open_waiting(OpenFlags::SQLITE_OPEN_READ_WRITE, Duration::ZERO)?;
        match load_items(&connection, range) {
            Err(error) if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) => Ok(None),
            items => self.sql("read", items.map(Some)),
        }
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
        if version == EMPTY {
            return Ok(found);
        }
        let twice = "select iri from items group by iri having count(*) > 1 limit 1";
        let twice: Option<String> = self.sql("read", connection.query_row(twice, [], |row| row.get(0)).optional())?;
        found.extend(twice.map(|iri| format!("the id `{iri}` stands twice")));
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
    match connection.query_row("pragma user_version", [], |row| row.get::<_, i64>(0))? {
        EMPTY => connection.execute_batch(SCHEMA)?,
        1 => connection.execute_batch(FROM_1)?,
        _ => {}
    }
    connection.pragma_update(None, "user_version", VERSION)?;
    save_items(connection, before, after)
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

/// The items whose rows come behind the one and not behind the other.
fn load_items(connection: &Connection, (after, last): (i64, i64)) -> rusqlite::Result<Vec<Known>> {
    let mut statement = connection.prepare(
        "select iri, guid, key, title, first_seen, published, updated, record, content, text, link, gone from items \
         where id > ?1 and id <= ?2 order by id",
    )?;
    // They follow each other without gaps, unless the file is damaged.
    let mut items = Vec::with_capacity(last.saturating_sub(after).clamp(0, MOST) as usize);
    let mut rows = statement.query([after, last])?;
    while let Some(row) = rows.next()? {
        items.push(known(row)?);
    }
    Ok(items)
}

fn known(row: &Row<'_>) -> rusqlite::Result<Known> {
    let text = |at: usize| row.get_ref(at).map(|value| value.as_str().unwrap_or_default());
    let guid = row.get_ref(1)?.as_str_or_null().ok().flatten();
    let record = row.get_ref(7)?.as_blob_or_null().ok().flatten().and_then(digest);
    let traces = Traces {
        record,
        content: digest(row.get_ref(8)?.as_blob().unwrap_or_default()).unwrap_or_default(),
        text: row.get::<_, i64>(9)? as u64,
        link: row.get::<_, i64>(10)? as u64,
    };
    Ok(Known {
        names: Names::new(text(0)?, guid, text(2)?, text(3)?).with(traces),
        first_seen: row.get::<_, i64>(4)?.into(),
        published: row.get::<_, i64>(5)?.into(),
        updated: row.get::<_, Option<i64>>(6)?.map(Moment::from),
        gone: row.get::<_, Option<i64>>(11)?.map(Moment::from),
    })
}

fn digest(bytes: &[u8]) -> Option<Digest> {
    bytes.try_into().ok().map(Digest)
}

fn save_items(connection: &Connection, before: &Items, after: &Items) -> rusqlite::Result<()> {
    let mut insert = connection.prepare(
        "insert or replace into items (id, iri, guid, key, title, first_seen, published, updated, record, content, text, link, gone) \
         values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
    )?;
    for (at, known) in after.since(before) {
        let traces = known.traces();
        insert.execute(params![
            at as i64 + 1,
            known.iri(),
            known.guid(),
            known.key(),
            known.title(),
            known.first_seen.seconds(),
            known.published.seconds(),
            known.updated.map(Moment::seconds),
            traces.record.as_ref().map(|digest| digest.0.as_slice()),
            traces.content.0.as_slice(),
            traces.text as i64,
            traces.link as i64,
            known.gone.map(Moment::seconds),
        ])?;
    }
    if after.len() < before.len() {
        connection.execute("delete from items where id > ?1", [after.len() as i64])?;
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
            digest: row.get_ref(3)?.as_blob_or_null().ok().flatten().and_then(digest),
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

/// A list of places: how many, then the steps between them, each in as few bytes as it needs (zigzag, base 128).
fn pack_refs(refs: &[Ref]) -> Vec<u8> {
    let mut out = Vec::with_capacity(refs.len() + 4);
    push(&mut out, refs.len() as i64);
    let mut last = 0;
    for at in refs {
        push(&mut out, i64::from(*at) - last);
        last = i64::from(*at);
    }
    out
}

fn unpack_refs(bytes: &mut &[u8]) -> Vec<Ref> {
    let count = take(bytes).max(0) as usize;
    let mut last = 0;
    let mut refs = Vec::with_capacity(count.min(bytes.len()));
    for _ in 0..count.min(bytes.len()) {
        last += take(bytes);
        refs.push(last as Ref);
    }
    refs
}

fn pack_deleted(deleted: &[(Ref, i64)]) -> Vec<u8> {
    let mut out = Vec::new();
    for (at, when) in deleted {
        push(&mut out, i64::from(*at));
        push(&mut out, *when);
    }
    out
}

fn unpack_deleted(mut bytes: &[u8]) -> Vec<(Ref, i64)> {
    let mut deleted = Vec::new();
    while !bytes.is_empty() {
        let at = take(&mut bytes) as Ref;
        deleted.push((at, take(&mut bytes)));
    }
    deleted
}

/// Page by page: its items, when it changed, and 0, or 1 and the digest.
fn pack_pages(pages: &[KnownPage]) -> Vec<u8> {
    let mut out = Vec::new();
    for page in pages {
        out.extend(pack_refs(&page.members));
        push(&mut out, page.updated);
        push(&mut out, i64::from(page.digest.is_some()));
        out.extend(page.digest.iter().flat_map(|digest| digest.0));
    }
    out
}

fn unpack_pages(mut bytes: &[u8]) -> Vec<KnownPage> {
    let mut pages = Vec::new();
    while !bytes.is_empty() {
        let (members, updated, has_digest) = (unpack_refs(&mut bytes), take(&mut bytes), take(&mut bytes) == 1);
        let mut page = KnownPage { members, updated, digest: None };
        if let Some((digest, rest)) = bytes.split_at_checked(16).filter(|_| has_digest) {
            page.digest = self::digest(digest);
            bytes = rest;
        }
        pages.push(page);
    }
    pages
}

fn push(out: &mut Vec<u8>, number: i64) {
    let mut rest = ((number << 1) ^ (number >> 63)) as u64;
    while rest >= 128 {
        out.push(rest as u8 | 128);
        rest >>= 7;
    }
    out.push(rest as u8);
}

fn take(bytes: &mut &[u8]) -> i64 {
    let (mut value, mut shift) = (0u64, 0);
    while let Some((byte, rest)) = bytes.split_first() {
        *bytes = rest;
        value |= u64::from(byte & 127) << shift;
        shift += 7;
        if byte & 128 == 0 || shift > 63 {
            break;
        }
    }
    (value >> 1) as i64 ^ -((value & 1) as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_survive_packing() {
        for refs in [vec![], vec![0], vec![5, 3, 4_000_000_000, 0], (0..300).rev().collect()] {
            assert_eq!(unpack_refs(&mut pack_refs(&refs).as_slice()), refs);
        }
        assert_eq!(unpack_deleted(&pack_deleted(&[(7, 12), (1, -3)])), [(7, 12), (1, -3)]);
        let page = |digest| KnownPage { members: vec![4, 2], updated: 1_518_170_400, digest };
        let pages = [page(None), page(Some(Digest([3; 16]))), KnownPage::default()];
        assert_eq!(unpack_pages(&pack_pages(&pages)), pages);
        for length in 0..pack_pages(&pages).len() {
            let _ = unpack_pages(&pack_pages(&pages)[..length]);
        }
    }

    #[test]
    fn a_ledger_of_version_1_is_read_and_taken_over() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = File::new(folder.path().join("ledger.db"));
        let connection = Connection::open(store.path()).expect("a database");
        let old = SCHEMA.replace(", pages blob not null default x''", "");
        let rows =
            "insert into items values (1, 'a', null, 'k', 'T', 1, 2, 3, zeroblob(16), x'0102030405060708090a0b0c0d0e0f10', 5, 6, null);
            insert into channels values ('all', 'c', 7, null, x'0200', 1, x'');";
        connection.execute_batch(&format!("{old}{rows} pragma user_version = 1;")).expect("written");
        drop(connection);
        let memory = store.load().expect("read");
        let known = memory.get(0);
        assert_eq!((known.traces().content, known.updated, memory.channels["all"].members.len()), (Digest::default(), Some(3.into()), 1));
        assert!(!known.traces().is_other_content(&Traces { content: Digest([1; 16]), ..known.traces() }));
        let mut after = memory.clone();
        after.channels.get_mut("all").expect("there").pages.push(KnownPage::default());
        store.save(&memory, &after).expect("saved");
        assert_eq!(store.load().expect("read"), after);
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
        (0..4 * PART).for_each(|n| put(&mut memory, n));
        store.save(&Memory::default(), &memory).expect("saved");
        std::thread::scope(|scope| {
            let writer = scope.spawn(|| {
                for n in 4 * PART..4 * PART + 40 {
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
