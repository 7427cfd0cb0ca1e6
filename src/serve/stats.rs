//! What access logs tell of subscribers: how many there are, by which readers, how often a 304 was enough, and who asks too often.
//!
//! Logs are written by strangers: a line that is none is counted and passed by.

use std::collections::hash_map::DefaultHasher;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::hash::{Hash, Hasher};
use std::io::{self, BufRead, Read};

use chrono::DateTime;
use serde::Serialize;

use super::readers;
use crate::pipeline::ON_DEMAND;

/// Longer lines are cut; no server writes them.
const LONGEST: u64 = 64 << 10;
/// So many different clients of documents are told apart, and so many documents.
const CLIENTS: usize = 2_000_000;
const DOCUMENTS: usize = 20_000;
/// So many services are told apart for each document.
const READERS: usize = 1000;
/// So many of those who ask too often are named.
const NAMED: usize = 20;

/// A line of a log in the combined format.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry<'a> {
    pub client: &'a str,
    /// In Unix seconds.
    pub time: i64,
    pub target: &'a str,
    pub status: u16,
    pub bytes: u64,
    pub agent: &'a str,
}

/// Reads a line in the combined format; `None` where it is none. Escapes inside the quotes stay as they are.
pub fn entry(line: &str) -> Option<Entry<'_>> {
    let (client, rest) = line.split_once(' ')?;
    let (_, rest) = rest.split_once('[')?;
    let (time, rest) = rest.split_once(']')?;
    let (request, rest) = quoted(rest)?;
    let mut words = rest.split_ascii_whitespace();
    let status = words.next()?.parse().ok()?;
    let bytes = words.next()?;
    let (_, rest) = quoted(rest)?;
    let (agent, _) = quoted(rest)?;
    Some(Entry {
        client,
        time: DateTime::parse_from_str(time, "%d/%b/%Y:%H:%M:%S %z").ok()?.timestamp(),
        target: request.split(' ').nth(1)?,
        status,
        bytes: bytes.parse().unwrap_or_default(),
        agent,
    })
}

/// What stands between the next quotes, and what comes after them. Apache escapes a quote by a backslash.
fn quoted(text: &str) -> Option<(&str, &str)> {
    let start = text.find('"')? + 1;
    let bytes = text.as_bytes();
    let mut at = start;
    while *bytes.get(at)? != b'"' {
        at += if bytes[at] == b'\\' { 2 } else { 1 };
    }
    Some((text.get(start..at)?, text.get(at + 1..)?))
}

/// What the logs tell, gathered line by line.
#[derive(Debug)]
pub struct Stats {
    /// How long readers are asked to wait, in seconds.
    ttl: i64,
    lines: u64,
    unreadable: u64,
    /// Requests of our own doctor, who is no subscriber.
    doctor: u64,
    documents: BTreeMap<String, Document>,
    clients: HashMap<u64, Client>,
}

#[derive(Debug, Default)]
struct Document {
    requests: u64,
    not_modified: u64,
    partial: u64,
    bytes: u64,
    /// The largest number that each reader told.
    readers: BTreeMap<String, u64>,
    /// Those who told none, by address and agent.
    individuals: HashSet<u64>,
}

/// Somebody who asks for one document again and again.
#[derive(Debug)]
struct Client {
    address: Box<str>,
    agent: Box<str>,
    path: Box<str>,
    last: i64,
    requests: u64,
    early: u64,
    shortest: i64,
}

impl Stats {
    /// `ttl` is how long readers are asked to wait, in minutes.
    pub fn new(ttl: u32) -> Self {
        Stats { ttl: i64::from(ttl) * 60, lines: 0, unreadable: 0, doctor: 0, documents: BTreeMap::new(), clients: HashMap::new() }
    }

    /// Reads a whole log.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub fn read(&mut self, mut log: impl BufRead) -> io::Result<()> {
        let mut line = Vec::new();
        loop {
            line.clear();
            if (&mut log).take(LONGEST).read_until(b'\n', &mut line)? == 0 {
                return Ok(());
            }
            if line.last() != Some(&b'\n') {
                skip_line(&mut log)?;
            }
            let text = String::from_utf8_lossy(&line);
            if !text.trim().is_empty() {
                self.line(text.trim_end());
            }
        }
    }

    fn line(&mut self, line: &str) {
        self.lines += 1;
        let Some(entry) = entry(line) else {
            self.unreadable += 1;
            return;
        };
        let Some(path) = path(entry.target).filter(|_| matches!(entry.status, 200 | 226 | 304)) else { return };
        if readers::is_doctor(entry.agent) {
            self.doctor += 1;
            return;
        }
        if self.documents.len() >= DOCUMENTS && !self.documents.contains_key(path) {
            return;
        }
        let document = self.documents.entry(path.to_owned()).or_default();
        document.count(&entry);
        self.follow(path, &entry);
    }

    /// How long after its last visit the client comes again.
    fn follow(&mut self, path: &str, entry: &Entry<'_>) {
        let key = hash(&(entry.client, entry.agent, path));
        if let Some(client) = self.clients.get_mut(&key) {
            let gap = (entry.time - client.last).abs();
            client.requests += 1;
            client.last = entry.time;
            client.shortest = client.shortest.min(gap);
            // A clock that runs fast is no impatience.
            client.early += u64::from(gap < self.ttl - self.ttl / 10);
        } else if self.clients.len() < CLIENTS {
            let (address, agent) = (entry.client.into(), readers::name(entry.agent).into());
            let client = Client { address, agent, path: path.into(), last: entry.time, requests: 1, early: 0, shortest: i64::MAX };
            self.clients.insert(key, client);
        }
    }

    /// All that was gathered.
    pub fn report(&self) -> Report {
        let channels: Vec<ChannelRow> = self.documents.iter().map(|(path, document)| document.row(path)).collect();
        let (requests, not_modified) =
            channels.iter().fold((0, 0), |(requests, not_modified), row| (requests + row.requests, not_modified + row.not_modified));
        let mut often: Vec<&Client> = self.clients.values().filter(|client| client.early > 1).collect();
        often.sort_by(|a, b| b.early.cmp(&a.early).then_with(|| (&a.address, &a.path, &a.agent).cmp(&(&b.address, &b.path, &b.agent))));
        Report {
            lines: self.lines,
            unreadable: self.unreadable,
            doctor: self.doctor,
            requests,
            not_modified_share: share(not_modified, requests),
            bytes: channels.iter().fold(0, |sum, row| sum.saturating_add(row.bytes)),
            channels,
            too_often: often.iter().take(NAMED).map(|client| client.row()).collect(),
            too_often_count: often.len(),
            too_often_clients: often.iter().map(|client| (&client.address, &client.agent)).collect::<HashSet<_>>().len(),
            ttl_minutes: self.ttl / 60,
        }
    }
}

impl Document {
    fn count(&mut self, entry: &Entry<'_>) {
        self.requests += 1;
        self.not_modified += u64::from(entry.status == 304);
        self.partial += u64::from(entry.status == 226);
        self.bytes = self.bytes.saturating_add(entry.bytes);
        match readers::reader(entry.agent) {
            Some(reader) if self.readers.len() < READERS || self.readers.contains_key(reader.name) => {
                let known = self.readers.entry(reader.name.to_owned()).or_default();
                *known = (*known).max(reader.subscribers);
            }
            None if self.individuals.len() < CLIENTS => _ = self.individuals.insert(hash(&(entry.client, entry.agent))),
            _ => {}
        }
    }

    fn row(&self, path: &str) -> ChannelRow {
        let mut readers: Vec<ReaderRow> =
            self.readers.iter().map(|(name, subscribers)| ReaderRow { name: name.clone(), subscribers: *subscribers }).collect();
        readers.sort_by(|a, b| b.subscribers.cmp(&a.subscribers).then_with(|| a.name.cmp(&b.name)));
        let individuals = self.individuals.len() as u64;
        ChannelRow {
            path: path.to_owned(),
            subscribers: readers.iter().fold(individuals, |sum, reader| sum.saturating_add(reader.subscribers)),
            readers,
            individuals,
            requests: self.requests,
            not_modified: self.not_modified,
            not_modified_share: share(self.not_modified, self.requests),
            partial: self.partial,
            bytes: self.bytes,
        }
    }
}

impl Client {
    fn row(&self) -> OftenRow {
        OftenRow {
            client: self.address.to_string(),
            agent: self.agent.to_string(),
            path: self.path.to_string(),
            requests: self.requests,
            early: self.early,
            shortest_seconds: self.shortest,
        }
    }
}

/// What the logs tell of those who read.
#[derive(Debug, Serialize)]
pub struct Report {
    pub lines: u64,
    /// Lines that are not in the combined format.
    pub unreadable: u64,
    /// Requests of `tidings doctor`, which are left out of everything below.
    pub doctor: u64,
    /// Of documents, answered with 200, 226 or 304; as everything below.
    pub requests: u64,
    /// From 0 to 1.
    pub not_modified_share: f64,
    pub bytes: u64,
    /// In the order of their paths.
    pub channels: Vec<ChannelRow>,
    /// Those who came again before they were asked to, most often first.
    pub too_often: Vec<OftenRow>,
    /// How many there are: a client counts once for each document that it asks too often for.
    pub too_often_count: usize,
    /// How many clients they are, by address and agent.
    pub too_often_clients: usize,
    pub ttl_minutes: i64,
}

/// A document's readers.
#[derive(Debug, Serialize)]
pub struct ChannelRow {
    pub path: String,
    /// Those that the readers tell, and each individual as one.
    pub subscribers: u64,
    /// Services, the largest first.
    pub readers: Vec<ReaderRow>,
    /// Clients that tell no number, by address and agent.
    pub individuals: u64,
    pub requests: u64,
    pub not_modified: u64,
    pub not_modified_share: f64,
    pub partial: u64,
    pub bytes: u64,
}

#[derive(Debug, Serialize)]
pub struct ReaderRow {
    pub name: String,
    pub subscribers: u64,
}

/// A client that comes again too soon.
#[derive(Debug, Serialize)]
pub struct OftenRow {
    pub client: String,
    pub agent: String,
    pub path: String,
    pub requests: u64,
    /// Requests sooner after the one before than readers are asked to wait.
    pub early: u64,
    pub shortest_seconds: i64,
}

/// The rest of a line that is too long.
fn skip_line(log: &mut impl BufRead) -> io::Result<()> {
    loop {
        let buffer = log.fill_buf()?;
        if buffer.is_empty() {
            return Ok(());
        }
        match buffer.iter().position(|byte| *byte == b'\n') {
            Some(at) => {
                log.consume(at + 1);
                return Ok(());
            }
            None => {
                let length = buffer.len();
                log.consume(length);
            }
        }
    }
}

/// The path of a feed, without what stands before and behind it; `None` for anything else.
fn path(target: &str) -> Option<&str> {
    let path = match target.strip_prefix('/') {
        Some(path) => path,
        // As proxies are asked.
        None => target.split_once("://")?.1.split_once('/')?.1,
    };
    let plain = path.split(['?', '#']).next()?;
    let (stem, extension) = plain.rsplit_once('.')?;
    let is_feed = ["rss", "atom", "json", "xml"].contains(&extension);
    // A crossing on demand is what it asks for.
    is_feed.then_some(if stem.rsplit('/').next() == Some(ON_DEMAND) { path } else { plain })
}

fn share(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

fn hash(value: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(client: &str, time: &str, target: &str, status: u16, agent: &str) -> String {
        format!("{client} - - [{time} +0000] \"GET {target} HTTP/1.1\" {status} 100 \"-\" \"{agent}\"\n")
    }

    fn report(log: impl AsRef<[u8]>) -> Report {
        let mut stats = Stats::new(60);
        stats.read(log.as_ref()).expect("a log");
        stats.report()
    }

    #[test]
    fn the_largest_number_of_each_reader_counts() {
        let feedly = |count| format!("Feedly/1.0 (+http://www.feedly.com/fetcher.html; {count} subscribers)");
        let log = [
            line("192.0.2.1", "09/Feb/2018:10:00:00", "/all.rss", 200, &feedly(16)),
            line("192.0.2.2", "09/Feb/2018:11:00:00", "/all.rss?utm=1", 304, &feedly(18)),
            line("192.0.2.3", "09/Feb/2018:12:00:00", "/all.rss", 304, &feedly(17)),
            line("192.0.2.4", "09/Feb/2018:10:00:00", "/all.rss", 200, "Feedbin feed-id:1 - 4 subscribers"),
            line("192.0.2.5", "09/Feb/2018:10:00:00", "/all.rss", 200, "newsboat/2.1"),
            line("192.0.2.5", "09/Feb/2018:11:00:00", "/all.rss", 304, "newsboat/2.1"),
            line("192.0.2.6", "09/Feb/2018:11:00:00", "/all.rss", 226, "newsboat/2.1"),
            line("192.0.2.6", "09/Feb/2018:11:00:00", "/style.css", 200, "newsboat/2.1"),
            line("192.0.2.6", "09/Feb/2018:11:00:00", "/none.rss", 404, "newsboat/2.1"),
        ]
        .concat();
        let report = report(log);
        assert_eq!((report.lines, report.unreadable, report.requests, report.channels.len()), (9, 0, 7, 1));
        let all = &report.channels[0];
        assert_eq!((&*all.path, all.subscribers, all.individuals, all.not_modified, all.partial), ("all.rss", 24, 2, 3, 1));
        assert_eq!((&*all.readers[0].name, all.readers[0].subscribers), ("Feedly", 18));
        assert!((report.not_modified_share - 3.0 / 7.0).abs() < 1e-9);
    }

    #[test]
    fn who_asks_too_often_is_named() {
        let at = |minute: u32| format!("09/Feb/2018:10:{minute:02}:00");
        let fast: String = (0..5).map(|n| line("192.0.2.1", &at(n * 10), "/all.rss", 304, "Eager/1.0")).collect();
        let slow: String =
            (10..15).map(|hour| line("192.0.2.2", &format!("09/Feb/2018:{hour}:00:00"), "/all.rss", 304, "Calm/1.0")).collect();
        let report = report(fast + &slow);
        assert_eq!(report.too_often.len(), 1);
        let eager = &report.too_often[0];
        assert_eq!((&*eager.client, &*eager.agent, eager.requests, eager.early, eager.shortest_seconds), ("192.0.2.1", "Eager", 5, 4, 600));
    }

    #[test]
    fn a_client_of_two_feeds_is_one_and_the_doctor_is_none() {
        let ask = |agent: &str, path: &str| -> String {
            (0..4).map(|n| line("192.0.2.1", &format!("09/Feb/2018:10:{:02}:00", n * 10), path, 200, agent)).collect()
        };
        let doctor = "tidings/0.1.0 (doctor)";
        let log = ask("Eager/1.0", "/all.rss") + &ask("Eager/1.0", "/all.atom") + &ask(doctor, "/all.rss") + &ask(doctor, "/other.rss");
        let report = report(log);
        assert_eq!((report.too_often_count, report.too_often_clients), (2, 1));
        assert_eq!((report.doctor, report.requests, report.channels.len()), (8, 8, 2));
        assert!(report.channels.iter().all(|row| row.subscribers == 1));
    }

    #[test]
    fn hostile_lines_are_passed_by() {
        let long = "x".repeat(300_000);
        let good = line("192.0.2.1", "09/Feb/2018:10:00:00", "/all.rss", 200, "a\\\"b\\x22");
        let cases: [&[u8]; 16] = [
            b"",
            b"\n\n",
            b"\"",
            b"a",
            b"a [",
            b"a - - [x] \"GET / HTTP/1.1\" 200 1 \"-\" \"-\"",
            b"a - - [09/Feb/2018:10:00:00 +0000] \"",
            b"a - - [09/Feb/2018:10:00:00 +0000] \"\\",
            b"a - - [09/Feb/2018:10:00:00 +0000] \"GET\" 200 1 \"-\" \"-\"",
            b"a - - [09/Feb/2018:10:00:00 +0000] \"GET /a.rss HTTP/1.1\" 99999 1 \"-\" \"-\"",
            b"a - - [09/Feb/2018:10:00:00 +0000] \"GET /a.rss HTTP/1.1\" 200 -1 \"-\" \"\\\xff\"",
            b"a - - [99/Feb/999999:10:00:00 +9999] \"GET /a.rss HTTP/1.1\" 200 1 \"-\" \"-\"",
            b"\xff\xfe\x00",
            b"a - - [09/Feb/2018:10:00:00 +0000] \"GET :// HTTP/1.1\" 200 1 \"-\" \"\xc3\xa9 subscribers\"",
            b"a - - [09/Feb/2018:10:00:00 +0000] \"GET /.rss HTTP/1.1\" 200 18446744073709551615 \"-\" \"1 subscribers\"",
            long.as_bytes(),
        ];
        for case in cases {
            let mut log = case.to_vec();
            log.push(b'\n');
            log.extend_from_slice(good.as_bytes());
            let report = report(&log);
            assert!(report.channels.iter().any(|row| row.path == "all.rss" && row.requests == 1), "{}", String::from_utf8_lossy(case));
        }
    }

    proptest::proptest! {
        #[test]
        fn no_line_makes_it_panic(line in "[ -~é\\\\\"\\[\\]]{0,200}") {
            let _ = entry(&line);
            let _ = path(&line);
            let _ = report(&line);
        }
    }
}
