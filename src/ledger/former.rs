//! How a ledger's file held its items up to version 2: in a row for each, a column for each thing that is known of it.

use rusqlite::{Connection, Row};

use super::{Digest, Known, Moment, Traces};
use crate::item::Names;

/// Version 1 hashed items otherwise and knew no archives.
const FROM_1: &str = "alter table channels add column pages blob not null default x''";

/// All items in their order.
pub(super) fn load_items(connection: &Connection) -> rusqlite::Result<Vec<Known>> {
    let mut statement = connection.prepare(
        "select iri, guid, key, title, first_seen, published, updated, record, content, text, link, gone from items order by id",
    )?;
    statement.query_map([], known)?.collect()
}

/// Makes of a file of this version one of today that holds no items yet.
pub(super) fn make_way(connection: &Connection, version: i64) -> rusqlite::Result<()> {
    if version == 1 {
        connection.execute_batch(FROM_1)?;
    }
    connection.execute_batch("drop table items")
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

#[cfg(test)]
mod tests {
    use rusqlite::Connection;

    use super::*;
    use crate::ledger::sqlite::File;
    use crate::ledger::{Complete, KnownChannel, Memory};

    const ITEMS: &str = "create table items (
        id integer primary key, iri text not null, guid text, key text not null, title text not null,
        first_seen integer not null, published integer not null, updated integer,
        record blob, content blob not null, text integer not null, link integer not null, gone integer);";

    const CHANNELS: &str = "create table channels (
        path text primary key, id text not null, updated integer not null, digest blob,
        members blob not null, shown integer not null, deleted blob not null, pages blob not null default x'') without rowid;";

    const ROWS: &str = "
        insert into items values (1, 'a', null, 'k', 'T', 1, 2, 3, zeroblob(16), x'0102030405060708090a0b0c0d0e0f10', 5, -1, null);
        insert into items values (2, 'b', 'g', 'b', 'U', 1, -2, null, null, zeroblob(16), 5, 6, 7);
        insert into channels (path, id, updated, digest, members, shown, deleted) values ('all', 'c', 7, null, x'020001', 1, x'');";

    /// A file as the programs of former versions wrote it.
    fn written(folder: &tempfile::TempDir, version: i64) -> File {
        let store = File::new(folder.path().join("ledger.db"));
        let connection = Connection::open(store.path()).expect("a database");
        let channels = if version == 1 { CHANNELS.replace(", pages blob not null default x''", "") } else { CHANNELS.to_owned() };
        connection.execute_batch(&format!("{ITEMS}{channels}{ROWS} pragma user_version = {version};")).expect("written");
        store
    }

    /// What a change leaves of it is what a change leaves of a memory.
    fn taken_over(store: &File, memory: &Memory) {
        let mut after = memory.clone();
        after.channels.insert("more".into(), KnownChannel { members: vec![1].into(), ..KnownChannel::default() });
        store.save(memory, &after).expect("saved");
        assert_eq!(store.load().expect("read"), after);
        let mut later = after.clone();
        later.put(Known { gone: Some(9.into()), ..after.get(0).clone() });
        store.stage(&after, &later).expect("something to write").complete(&after, &later, &[]).and_then(Complete::commit).expect("saved");
        assert_eq!(store.load().expect("read"), later);
        assert_eq!(store.integrity().expect("whole"), [""; 0]);
    }

    #[test]
    fn a_ledger_of_version_2_is_read_and_taken_over() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = written(&folder, 2);
        let memory = store.load().expect("read");
        let traces =
            Traces { record: Some(Digest([0; 16])), content: Digest(std::array::from_fn(|n| n as u8 + 1)), text: 5, link: u64::MAX };
        let names = Names::new("a", None, "k", "T").with(traces);
        assert_eq!(*memory.get(0), Known { names, first_seen: 1.into(), published: 2.into(), updated: Some(3.into()), gone: None });
        let names = Names::new("b", Some("g"), "b", "U").with(Traces { text: 5, link: 6, ..Traces::default() });
        assert_eq!(*memory.get(1), Known { names, first_seen: 1.into(), published: (-2).into(), updated: None, gone: Some(7.into()) });
        assert_eq!(store.integrity().expect("whole"), [""; 0]);
        taken_over(&store, &memory);
    }

    #[test]
    fn a_ledger_of_version_1_is_read_and_taken_over() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = written(&folder, 1);
        let memory = store.load().expect("read");
        let known = memory.get(0);
        assert_eq!((known.traces().content, known.updated, memory.channels["all"].members.len()), (Digest::default(), Some(3.into()), 1));
        assert!(!known.traces().is_other_content(&Traces { content: Digest([1; 16]), ..known.traces() }));
        taken_over(&store, &memory);
    }
}
