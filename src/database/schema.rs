//! The tables that Tidings keeps in a database: made, brought up to date, and looked at.
//!
//! Plain SQL that PostgreSQL and its distributed kin run: no extensions, no temporary tables, no triggers, no advisory locks. Names of items and paths
//! are compared byte by byte (`collate "C"`), as the program itself compares them.

use postgres::error::SqlState;
use postgres::{Client, GenericClient};

use super::{Address, DatabaseError, connect, failure};
use crate::config::Database;

/// The form of the tables that this version writes and reads.
pub const VERSION: i64 = 1;

/// What brings the tables from each version to the next. `{by:COLUMN}` stands for what spreads a table over partitions, where that is wanted.
const STEPS: [&str; VERSION as usize] = [r#"
create table meta (key text primary key, value bigint not null);
create table ledger (
    iri text collate "C" primary key, guid text, key text not null, title text not null,
    first_seen bigint not null, published bigint not null, updated bigint,
    record bytea, content bytea not null, text bigint not null, link bigint not null, gone bigint) {by:iri};
create index ledger_key on ledger (key);
create index ledger_gone on ledger (published) where gone is not null;
create index ledger_gone_content on ledger (content) where gone is not null;
create index ledger_gone_link on ledger (link) where gone is not null;
create table channels (
    path text collate "C" primary key, id text not null, updated bigint not null, digest bytea,
    shown bigint not null, deleted text not null, pages text not null);
create table members (
    channel text collate "C" not null, rank bigint not null, iri text collate "C" not null, primary key (channel, rank, iri)) {by:channel};
create index members_item on members (iri);
create table outbox (hub text not null, topic text not null, mark bigint not null, until timestamptz, primary key (hub, topic));
create table unpurged (
    path text collate "C" primary key, topic text not null, mark bigint not null, tried boolean not null default false, until timestamptz);
create index unpurged_topic on unpurged (topic);
create table items (
    iri text collate "C" primary key, story text, due bigint, ends bigint, mark bigint not null, data text not null) {by:iri};
create index items_story on items (story) where story is not null;
create index items_due on items (due) where due is not null;
create index items_ends on items (ends) where ends is not null;
create table placements (
    channel text collate "C" not null, rank bigint not null, iri text collate "C" not null, family text collate "C" not null,
    primary key (channel, rank, iri)) {by:channel};
create index placements_item on placements (iri);
create table families (
    path text collate "C" primary key, wanted bigint not null, done bigint not null default 0,
    owner text, token bigint not null default 0, until timestamptz, due bigint);
create index families_wanted on families (path) where wanted > done;
create index families_due on families (due) where due is not null;
create table documents (
    path text collate "C" primary key, family text collate "C" not null, hash bytea not null, size bigint not null,
    media_type text not null, changed bigint not null, token bigint not null, put_at timestamptz not null, bytes bytea, tag text) {by:path};
create index documents_family on documents (family);
"#];

const NO_TABLES: &str = "`tidings db init` makes the tables";

/// What a database has of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    Nothing,
    /// Tables of this version.
    Ready,
    /// Tables that `migrate` brings up to date.
    Older(i64),
    /// Tables of a newer program.
    Newer(i64),
}

/// A connection that finds the tables by their bare names.
///
/// # Errors
/// As [`connect`].
pub fn open(database: &Database) -> Result<Client, DatabaseError> {
    let mut client = connect(&database.address)?;
    let path = format!("set search_path to {}", database.schema);
    client.batch_execute(&path).map_err(|error| said(&database.address, &error))?;
    Ok(client)
}

/// A connection to tables of this version.
///
/// # Errors
/// As [`open`]; that there are no tables, or others.
pub fn ready(database: &Database) -> Result<Client, DatabaseError> {
    let mut client = open(database)?;
    let (why, help) = match standing(database, &mut client)? {
        Standing::Ready => return Ok(client),
        Standing::Nothing => (format!("the schema `{}` has no tables of Tidings", database.schema), NO_TABLES),
        Standing::Older(found) => {
            (format!("its tables have version {found}, and this program needs {VERSION}"), "`tidings db migrate` brings them up to date")
        }
        Standing::Newer(found) => (format!("its tables have version {found}, and this program knows {VERSION}"), "use the newer program"),
    };
    Err(DatabaseError { address: database.address.to_string(), why, help, is_passing: false })
}

/// What is there.
///
/// # Errors
/// That the database cannot be asked.
pub fn standing(database: &Database, client: &mut Client) -> Result<Standing, DatabaseError> {
    let mut asked = || -> Result<Standing, postgres::Error> {
        let version = match client.query_opt("select value from meta where key = 'version'", &[]) {
            Err(error) if error.code() == Some(&SqlState::UNDEFINED_TABLE) => return Ok(Standing::Nothing),
            version => version?,
        };
        Ok(match version.map_or(0, |row| row.get::<_, i64>(0)) {
            VERSION => Standing::Ready,
            older if older < VERSION => Standing::Older(older),
            newer => Standing::Newer(newer),
        })
    };
    asked().map_err(|error| said(&database.address, &error))
}

/// Makes the schema and its tables, or brings them up to date; gives the version that was there. Tables that grow with the items are spread over so
/// many partitions, where that is more than one.
///
/// # Errors
/// That the database does not let us, or that its tables are newer than this program.
pub fn migrate(database: &Database, partitions: u32) -> Result<i64, DatabaseError> {
    let mut client = open(database)?;
    let from = match standing(database, &mut client)? {
        Standing::Nothing => 0,
        Standing::Older(version) => version,
        Standing::Ready => return Ok(VERSION),
        Standing::Newer(_) => return ready(database).map(|_| VERSION),
    };
    let mut work = || -> Result<(), postgres::Error> {
        let mut transaction = client.transaction()?;
        transaction.batch_execute(&format!("create schema if not exists {}", database.schema))?;
        for step in &STEPS[from as usize..] {
            make(&mut transaction, step, partitions)?;
        }
        transaction.execute("delete from meta where key = 'version'", &[])?;
        transaction.execute("insert into meta (key, value) values ('version', $1)", &[&VERSION])?;
        transaction.execute(
            "insert into meta (key, value) select 'generation', 0 where not exists (select 1 from meta where key = 'generation')",
            &[],
        )?;
        transaction.commit()
    };
    work().map_err(|error| said(&database.address, &error))?;
    Ok(from)
}

fn make(client: &mut impl GenericClient, step: &str, partitions: u32) -> Result<(), postgres::Error> {
    for statement in step.split(';').map(str::trim).filter(|statement| !statement.is_empty()) {
        let (plain, by) = match statement.split_once("{by:") {
            Some((plain, column)) => (plain.trim_end(), column.trim_end_matches('}')),
            None => (statement, ""),
        };
        if by.is_empty() || partitions < 2 {
            client.batch_execute(plain)?;
            continue;
        }
        let table = plain.split_whitespace().nth(2).unwrap_or_default();
        client.batch_execute(&format!("{plain} partition by hash ({by})"))?;
        for part in 0..partitions {
            let values = format!("for values with (modulus {partitions}, remainder {part})");
            client.batch_execute(&format!("create table {table}_{part} partition of {table} {values}"))?;
        }
    }
    Ok(())
}

/// What the database said to something of our own.
pub fn said(address: &Address, error: &postgres::Error) -> DatabaseError {
    let help = match error.code().map_or("", SqlState::code) {
        // Insufficient privilege.
        "42501" => {
            "let the user do it: `grant create on database DATABASE to USER` before `tidings db init`; the schema's tables must be its own, or granted to it"
        }
        // No such table, column or schema.
        "42P01" | "42703" | "3F000" => {
            "something dropped or changed a table of the schema: bring it back from a backup, or drop the schema and begin anew with `tidings db init`"
        }
        // A transaction that may only read.
        "25006" => "name the server that is written to in the address, not one that follows it",
        _ => "see whether the user may read and write the schema's tables",
    };
    failure(address, error, help)
}
