//! What is counted, and its text for Prometheus.
//!
//! Labels are paths that are published and nothing that a client sends, but for the names of readers, of which only so many are kept.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use super::readers::Reader;

/// The statuses that are told apart; the last slot is for all others.
const STATUSES: [u16; 15] = [200, 204, 226, 301, 304, 400, 404, 405, 406, 410, 412, 414, 431, 500, 503];
/// So many readers are told apart for each document; the others are left out.
const READERS: usize = 50;

/// Of one document, or of all that is none.
#[derive(Debug, Default)]
pub struct Counters {
    statuses: [AtomicU64; STATUSES.len() + 1],
    bytes: AtomicU64,
    /// The number that each reader told last.
    readers: Mutex<BTreeMap<String, u64>>,
}

impl Counters {
    pub fn count(&self, status: u16, bytes: u64) {
        let slot = STATUSES.iter().position(|own| *own == status).unwrap_or(STATUSES.len());
        self.statuses[slot].fetch_add(1, Relaxed);
        self.bytes.fetch_add(bytes, Relaxed);
    }

    /// Remembers what a reader says of its subscribers.
    pub fn heard(&self, reader: &Reader<'_>) {
        let Ok(mut readers) = self.readers.lock() else { return };
        if let Some(known) = readers.get_mut(reader.name) {
            *known = reader.subscribers;
        } else if readers.len() < READERS {
            readers.insert(reader.name.to_owned(), reader.subscribers);
        }
    }

    fn by_status(&self) -> impl Iterator<Item = (String, u64)> {
        let name = |at: usize| STATUSES.get(at).map_or_else(|| "other".to_owned(), u16::to_string);
        self.statuses.iter().enumerate().map(move |(at, count)| (name(at), count.load(Relaxed))).filter(|(_, count)| *count > 0)
    }
}

/// What the whole server knows at one moment.
#[derive(Debug)]
pub struct Moment<'a> {
    /// By path, in order; the last is for everything that is no document.
    pub counters: Vec<(&'a str, &'a Counters)>,
    pub connections: u64,
    /// Connections that had to wait for another to end.
    pub waited: u64,
    pub documents: usize,
    pub log_lost: u64,
    /// Seconds since a build last ran.
    pub build_age: Option<u64>,
    /// Seconds since the documents were read.
    pub load_age: u64,
}

/// As text (Prometheus text format 0.0.4).
pub fn render(moment: &Moment<'_>) -> String {
    let mut out = Text::default();
    out.family("tidings_requests_total", "counter", "Requests by channel, format and status.");
    for (path, counters) in &moment.counters {
        for (status, count) in counters.by_status() {
            out.of("tidings_requests_total", path, Some(("status", &status)), count);
        }
    }
    out.family("tidings_response_bytes_total", "counter", "Bytes of the bodies that were sent, by channel and format.");
    for (path, counters) in &moment.counters {
        out.of("tidings_response_bytes_total", path, None, counters.bytes.load(Relaxed));
    }
    out.family("tidings_subscribers", "gauge", "Subscribers by channel and format, as feed readers report them.");
    for (path, counters) in &moment.counters {
        let readers = counters.readers.lock().map(|readers| readers.clone()).unwrap_or_default();
        readers.iter().for_each(|(reader, count)| out.of("tidings_subscribers", path, Some(("reader", reader)), *count));
    }
    for (name, kind, help, value) in [
        ("tidings_connections", "gauge", "Connections that are open.", Some(moment.connections)),
        ("tidings_connections_waited_total", "counter", "Connections that waited for another to end.", Some(moment.waited)),
        ("tidings_documents", "gauge", "Documents that are served.", Some(moment.documents as u64)),
        ("tidings_log_lines_lost_total", "counter", "Lines of the access log that could not be written.", Some(moment.log_lost)),
        ("tidings_load_age_seconds", "gauge", "Seconds since the documents were read.", Some(moment.load_age)),
        ("tidings_build_age_seconds", "gauge", "Seconds since a build last ran.", moment.build_age),
    ] {
        if let Some(value) = value {
            out.family(name, kind, help);
            out.sample(name, &[], value);
        }
    }
    out.0
}

#[derive(Default)]
struct Text(String);

impl Text {
    fn family(&mut self, name: &str, kind: &str, help: &str) {
        let _ = writeln!(self.0, "# HELP {name} {help}\n# TYPE {name} {kind}");
    }

    /// Of a document: its path is its channel and its format.
    fn of(&mut self, name: &str, path: &str, further: Option<(&str, &str)>, value: u64) {
        let (channel, format) = path.rsplit_once('.').unwrap_or((path, ""));
        let labels: Vec<(&str, &str)> = [("channel", channel), ("format", format)].into_iter().chain(further).collect();
        self.sample(name, &labels, value);
    }

    fn sample(&mut self, name: &str, labels: &[(&str, &str)], value: u64) {
        let labels: Vec<String> = labels.iter().map(|(name, value)| format!("{name}=\"{}\"", escaped(value))).collect();
        let labels = if labels.is_empty() { String::new() } else { format!("{{{}}}", labels.join(",")) };
        let _ = writeln!(self.0, "{name}{labels} {value}");
    }
}

fn escaped(value: &str) -> String {
    value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_told_in_prometheus_text() {
        let counters = Counters::default();
        counters.count(200, 10);
        counters.count(304, 0);
        counters.count(304, 0);
        counters.count(418, 1);
        counters.heard(&Reader { name: "a\"b\\", subscribers: 3 });
        counters.heard(&Reader { name: "a\"b\\", subscribers: 5 });
        let moment = Moment {
            counters: vec![("all.rss", &counters)],
            connections: 1,
            waited: 0,
            documents: 1,
            log_lost: 0,
            build_age: None,
            load_age: 2,
        };
        let text = render(&moment);
        for line in [
            "tidings_requests_total{channel=\"all\",format=\"rss\",status=\"200\"} 1",
            "tidings_requests_total{channel=\"all\",format=\"rss\",status=\"304\"} 2",
            "tidings_requests_total{channel=\"all\",format=\"rss\",status=\"other\"} 1",
            "tidings_response_bytes_total{channel=\"all\",format=\"rss\"} 11",
            "tidings_subscribers{channel=\"all\",format=\"rss\",reader=\"a\\\"b\\\\\"} 5",
            "tidings_connections 1",
        ] {
            assert!(text.lines().any(|own| own == line), "{line}\n{text}");
        }
        assert!(!text.contains("tidings_build_age_seconds"));
    }

    #[test]
    fn readers_are_bounded() {
        let counters = Counters::default();
        (0..1000).for_each(|n| counters.heard(&Reader { name: &n.to_string(), subscribers: 1 }));
        assert_eq!(counters.readers.lock().expect("whole").len(), READERS);
    }
}
