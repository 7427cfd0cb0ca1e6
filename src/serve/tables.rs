//! Documents that stand in a database, held here whole and kept up with it.
//!
//! A thread of its own asks whether anything was put, and fetches what differs from what is here. Where the database is away, what was fetched last goes on being served. Whatever is
//! served is the same from every server that asks the same database, tags included.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, SystemTime};

use postgres::Client;

use super::page::File;
use super::site::{Contents, Site, take_redirects};
use super::{How, LONGEST_PAUSE, Notes, Server};
use crate::config::{Config, Database};
use crate::database::{DatabaseError, schema};
use crate::pipeline::REDIRECTS;
use crate::publish::Front;

/// So many documents are fetched at a time.
const AT_A_TIME: usize = 256;
/// A copy of what stands in a database.
pub struct Tables {
    database: Database,
    front: Front,
    server: Arc<Server>,
    notes: Notes,
    poll: Duration,
    client: Option<Client>,
    /// How many documents there were, the sum of their tokens, and when the last was put.
    seen: Option<(i64, i64, f64)>,
    /// The documents that are served, by path, with their hashes.
    held: BTreeMap<String, Vec<u8>>,
    redirects: String,
}

impl Tables {
    pub fn new(config: &Config, database: &Database, poll: Duration, server: Arc<Server>, notes: Notes) -> Self {
        let (database, front) = (database.clone(), Front::of(config));
        Tables { database, front, server, notes, poll, client: None, seen: None, held: BTreeMap::new(), redirects: String::new() }
    }

    /// Asks until the server ends.
    ///
    /// # Errors
    /// Where there can be no thread.
    pub fn start(mut self) -> io::Result<JoinHandle<()>> {
        std::thread::Builder::new().name("tables".to_owned()).spawn(move || self.work())
    }

    fn work(&mut self) {
        let stopping = self.server.stopping();
        let (mut pause, mut is_away) = (self.poll, false);
        while !*stopping.borrow() {
            match self.look() {
                Ok(()) => {
                    if std::mem::take(&mut is_away) {
                        (self.notes)("the database answers again".to_owned());
                    }
                    pause = self.poll;
                }
                Err(error) => {
                    self.client = None;
                    if !std::mem::replace(&mut is_away, true) {
                        (self.notes)(format!("{error} ({}); {}", error.help, self.server.meanwhile()));
                    }
                    pause = (pause * 2).min(LONGEST_PAUSE.max(self.poll));
                }
            }
            std::thread::sleep(pause);
        }
    }

    fn look(&mut self) -> Result<(), DatabaseError> {
        let mut client = match self.client.take() {
            Some(client) => client,
            None => schema::ready(&self.database)?,
        };
        let looked = self.take_up(&mut client).map_err(|error| schema::said(&self.database.address, &error));
        self.client = looked.is_ok().then_some(client);
        looked
    }

    /// Fetches what is not here and swaps it in.
    fn take_up(&mut self, client: &mut Client) -> Result<(), postgres::Error> {
        // Tokens only grow while a document is of one family, whatever order transactions come to their end in; one that is another's by now was put later.
        let query = "select count(*), coalesce(sum(token), 0)::bigint, coalesce(extract(epoch from max(put_at))::float8, 0) from documents where bytes is not null";
        let row = client.query_one(query, &[])?;
        let state: (i64, i64, f64) = (row.get(0), row.get(1), row.get(2));
        if self.seen == Some(state) || state.0 == 0 && self.seen.is_none() {
            return Ok(());
        }
        let rows = client.query("select path, hash from documents where bytes is not null", &[])?;
        let standing: BTreeMap<String, Vec<u8>> = rows.iter().map(|row| (row.get(0), row.get(1))).collect();
        let missing: Vec<&str> =
            standing.iter().filter(|(path, hash)| self.held.get(*path) != Some(*hash)).map(|(path, _)| &**path).collect();
        let mut files = Vec::with_capacity(missing.len());
        let mut held: BTreeMap<String, Vec<u8>> = BTreeMap::new();
        for part in missing.chunks(AT_A_TIME) {
            for row in
                client.query("select path, hash, changed, bytes from documents where path = any($1) and bytes is not null", &[&part])?
            {
                let (path, changed): (String, i64) = (row.get(0), row.get(2));
                held.insert(path.clone(), row.get(1));
                let modified = SystemTime::UNIX_EPOCH + Duration::from_secs(u64::try_from(changed).unwrap_or_default());
                files.push(File { path, bytes: row.get(3), modified });
            }
        }
        take_redirects(&mut files, standing.contains_key(REDIRECTS), &mut self.redirects);
        let same: BTreeSet<String> = standing.into_keys().filter(|path| self.held.contains_key(path) && !held.contains_key(path)).collect();
        held.extend(same.iter().map(|path| (path.clone(), self.held[path].clone())));
        let is_same_front = !self.held.is_empty();
        let same = same.into_iter().collect();
        let contents = Contents { files, same, is_same_front, redirects: self.redirects.clone(), left_out: Vec::new() };
        let former = self.server.site();
        self.server.swap(Site::of(&self.front, contents, How { compress: true, live: false }, Some(&former)));
        (self.held, self.seen) = (held, Some(state));
        Ok(())
    }
}
