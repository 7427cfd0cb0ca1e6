//! What a reader may find: documents that are whole and valid, none older than one seen before, no item twice, none lost.
//!
//! A publication that is built has a twin in a folder, made of the same records before they are published; so each document must be, byte for byte, one of
//! the twin's, and of no publish before the last that ended. Of any publication the dates and items of a document are compared with those seen before.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Mutex;

use serde_json::Value;
use tidings::check::{self, Options};

/// A document keeps so many items as a rule.
const LIMIT: usize = 50;

/// What is wrong with a document.
#[derive(Debug, PartialEq, Eq)]
pub enum Fault {
    /// Nothing stands there, by these words.
    Missing(String),
    /// It is older than one seen before, or than the last publish.
    Older(String),
    Other(String),
}

/// What is known of a publication.
#[derive(Default)]
pub struct Witness {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// By path the hashes that it may have, each with the number of the publish that it came with.
    may: BTreeMap<String, Vec<(u64, blake3::Hash)>>,
    /// The last publish that ended well.
    done: u64,
    paths: BTreeSet<String>,
    /// Ids of items that were taken out, or are about to be.
    removed: BTreeSet<String>,
    seen: HashMap<String, Seen>,
    valid: BTreeSet<[u8; 32]>,
}

/// What was seen at a path last.
#[derive(Clone, Default)]
struct Seen {
    publish: u64,
    updated: String,
    items: BTreeMap<String, Line>,
}

#[derive(Clone)]
struct Line {
    take: u64,
    date: String,
}

impl Witness {
    /// What is going to be published.
    pub fn expect(&self, publish: u64, documents: &BTreeMap<String, Vec<u8>>) {
        let mut state = self.state.lock().expect("no panic");
        for (path, bytes) in documents {
            let (may, hash) = (state.may.entry(path.clone()).or_default(), blake3::hash(bytes));
            if may.last().is_none_or(|(_, last)| *last != hash) {
                may.push((publish, hash));
            }
        }
    }

    pub fn removes<'a>(&self, ids: impl IntoIterator<Item = &'a String>) {
        self.state.lock().expect("no panic").removed.extend(ids.into_iter().cloned());
    }

    /// From now on these stand there, at least as new as in this publish.
    pub fn stands(&self, publish: u64, paths: impl IntoIterator<Item = String>) {
        let mut state = self.state.lock().expect("no panic");
        state.done = publish;
        state.paths = paths.into_iter().collect();
    }

    /// The paths at which something stands.
    pub fn paths(&self) -> Vec<String> {
        self.state.lock().expect("no panic").paths.iter().cloned().collect()
    }

    /// The number of the last publish that ended.
    pub fn done(&self) -> u64 {
        self.state.lock().expect("no panic").done
    }

    /// How many different documents were seen.
    pub fn distinct(&self) -> usize {
        self.state.lock().expect("no panic").valid.len()
    }

    /// Says what is wrong with what was fetched, when `done` was the last publish before the request.
    pub fn judge(&self, path: &str, bytes: &[u8], content_type: &str, done: u64) -> Result<(), Fault> {
        let hash = blake3::hash(bytes);
        let is_new = !self.state.lock().expect("no panic").valid.contains(hash.as_bytes());
        if is_new {
            self.validate(path, bytes, content_type)?;
        }
        let mut state = self.state.lock().expect("no panic");
        state.valid.insert(*hash.as_bytes());
        let former = state.seen.get(path).cloned().unwrap_or_default();
        let mut seen = if path.ends_with(".html") || path.ends_with(".opml") { Seen::default() } else { read(path, bytes)? };
        if let Some(may) = state.may.get(path) {
            let least = former.publish.max(done);
            let mut all =
                may.iter().zip(may[1..].iter().map(|(next, _)| next - 1).chain([u64::MAX])).filter(|((_, may), _)| *may == hash).peekable();
            if all.peek().is_none() {
                return Err(Fault::Other("it is none that was made".to_owned()));
            }
            seen.publish = match all.find(|(_, until)| *until >= least) {
                Some(((publish, _), _)) => former.publish.max(*publish),
                None => return Err(Fault::Older(format!("it is of a publish before {least}"))),
            };
        }
        compare(&former, &seen, &state.removed)?;
        state.seen.insert(path.to_owned(), seen);
        Ok(())
    }

    fn validate(&self, path: &str, bytes: &[u8], content_type: &str) -> Result<(), Fault> {
        if path.ends_with(".html") {
            return if bytes.ends_with(b"</html>\n") { Ok(()) } else { Err(Fault::Other("the page is not whole".to_owned())) };
        }
        let url = url::Url::parse(&format!("https://feeds.example.org/{path}")).ok();
        let report = check::check(bytes, &Options { url, content_type: Some(content_type.to_owned()), ..Options::default() });
        let first = report.findings.iter().find(|finding| finding.severity == tidings::diag::Severity::Error);
        first.map_or(Ok(()), |finding| Err(Fault::Other(format!("line {}: {}", finding.line, finding.message))))
    }
}

/// The second must follow from the first.
fn compare(former: &Seen, seen: &Seen, removed: &BTreeSet<String>) -> Result<(), Fault> {
    if seen.updated < former.updated {
        return Err(Fault::Older(format!("it is of {}, after one of {}", seen.updated, former.updated)));
    }
    let oldest = seen.items.values().map(|line| line.date.as_str()).min().unwrap_or_default();
    for (id, line) in &former.items {
        match seen.items.get(id) {
            Some(now) if now.take < line.take => return Err(Fault::Older(format!("`{id}` is take {} after {}", now.take, line.take))),
            Some(_) => {}
            None if removed.iter().any(|removed| id.ends_with(removed)) => {}
            None if seen.items.len() >= LIMIT && *line.date <= *oldest => {}
            None => return Err(Fault::Older(format!("`{id}` is lost"))),
        }
    }
    Ok(())
}

/// The date and the items of a feed.
fn read(path: &str, bytes: &[u8]) -> Result<Seen, Fault> {
    let text = std::str::from_utf8(bytes).map_err(|_| Fault::Other("it is not UTF-8".to_owned()))?;
    let (updated, lines) = if path.ends_with(".json") { read_json(text)? } else { read_xml(text)? };
    let mut seen = Seen { updated, ..Seen::default() };
    for (id, title, date) in lines {
        let take = title.rsplit_once("(take ").and_then(|(_, rest)| rest.trim_end_matches(')').parse().ok()).unwrap_or(0);
        if seen.items.insert(id.clone(), Line { take, date }).is_some() {
            return Err(Fault::Other(format!("`{id}` is there twice")));
        }
    }
    Ok(seen)
}

type Read = (String, Vec<(String, String, String)>);

fn read_json(text: &str) -> Result<Read, Fault> {
    let feed: Value = serde_json::from_str(text).map_err(|error| Fault::Other(error.to_string()))?;
    let field = |item: &Value, name: &str| item[name].as_str().unwrap_or_default().to_owned();
    let items = feed["items"].as_array().into_iter().flatten();
    Ok((String::new(), items.map(|item| (field(item, "id"), field(item, "title"), in_seconds(&field(item, "date_published")))).collect()))
}

fn read_xml(text: &str) -> Result<Read, Fault> {
    let document = roxmltree::Document::parse(text).map_err(|error| Fault::Other(error.to_string()))?;
    let root = document.root_element();
    let top = root.children().find(|node| node.has_tag_name("channel")).unwrap_or(root);
    let text_of = |node: roxmltree::Node<'_, '_>, names: [&str; 2]| {
        let found = node.children().find(|child| names.contains(&child.tag_name().name()));
        found.and_then(|child| child.text()).unwrap_or_default().to_owned()
    };
    let items = top.children().filter(|node| matches!(node.tag_name().name(), "item" | "entry"));
    let line = |item| (text_of(item, ["guid", "id"]), text_of(item, ["title", ""]), in_seconds(&text_of(item, ["pubDate", "published"])));
    Ok((in_seconds(&text_of(top, ["lastBuildDate", "updated"])), items.map(line).collect()))
}

/// A date of any of the formats, in a form that sorts.
fn in_seconds(date: &str) -> String {
    let parsed = chrono::DateTime::parse_from_rfc3339(date).or_else(|_| chrono::DateTime::parse_from_rfc2822(date));
    parsed.map_or_else(|_| String::new(), |date| date.to_utc().to_rfc3339())
}
