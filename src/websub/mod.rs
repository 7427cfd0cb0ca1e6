//! WebSub (W3C Recommendation of 2018): who wants to know at once is told, and need not poll.
//!
//! [`ping`] tells the publication's hubs what a build changed. The rest is a hub of our own for those who want no outside one: [`form`] reads what
//! a subscriber asks, [`book`] keeps subscriptions and what is under way, in the ledger's file ([`sqlite`]) or in a database (`postgres`), [`mod@call`] asks and sends, at
//! addresses that [`address`] found to be public, [`shelf`] knows what is published, [`look`] finds what is to be done, [`mod@work`] does it, and [`hub`] is the whole. `docs/websub.md` is the page for users.
//!
//! A topic is a channel in one format: the address of its document. Pages for people, archives and copies at old paths are none.

pub mod address;
pub mod book;
mod call;
pub mod form;
pub mod hub;
mod look;
pub mod ping;
#[cfg(feature = "postgres")]
mod postgres;
pub mod shelf;
mod sqlite;
#[cfg(all(feature = "postgres", feature = "object-store"))]
mod store;
mod work;

use url::Url;

use crate::config::{Config, Format, MovedAs, paths};
use crate::ledger::{Memory, Ping};
use crate::pipeline;
use crate::publish::Plan;

pub use hub::{Clock, Hub, Note};
pub use shelf::Shelf;

/// Whether a document may be subscribed to: a feed, and no page of an archive.
pub fn is_topic(path: &str) -> bool {
    let stem = path.rsplit_once('.').map_or(path, |(stem, _)| stem);
    Format::of_path(path).is_some() && paths::of_archive(stem).is_none()
}

/// The topic that the document at `path` is, where it is one.
pub fn topic(config: &Config, path: &str) -> Option<Url> {
    (is_topic(path) && !is_copy(config, path)).then(|| pipeline::url(config, path))
}

/// The path of a topic below the output folder.
pub fn path<'t>(config: &Config, topic: &'t Url) -> Option<&'t str> {
    topic.as_str().strip_prefix(config.publication.base_url.as_str()).filter(|path| is_topic(path) && !is_copy(config, path))
}

/// The self link of a copy is another address: those who find it there subscribe to that.
fn is_copy(config: &Config, path: &str) -> bool {
    let stem = path.rsplit_once('.').map_or(path, |(stem, _)| stem);
    let family = paths::family(config, stem);
    let is_at = |from: &str| stem == from || family == Some(from);
    config.moved.iter().any(|moved| moved.how == MovedAs::Copy && moved.to.is_some() && is_at(&moved.from))
}

/// What the hubs are to be told of a publish: the topics that are put, and where a run before was cut off after it had put files, those of
/// the channels that it had not remembered.
pub fn pings(config: &Config, plan: &Plan, cut_off: Option<(&Memory, &Memory)>) -> Vec<Ping> {
    if config.publication.hubs.is_empty() {
        return Vec::new();
    }
    let differs = |path: &&str| {
        let stem = path.rsplit_once('.').map_or(*path, |(stem, _)| stem);
        cut_off.is_some_and(|(before, after)| before.channels.get(stem) != after.channels.get(stem))
    };
    let kept = plan.keeps.iter().map(String::as_str).filter(differs);
    pings_of(config, plan.puts.iter().map(|put| put.path.as_str()).chain(kept))
}

/// What the hubs are to be told of documents that changed.
pub fn pings_of<'p>(config: &Config, paths: impl Iterator<Item = &'p str>) -> Vec<Ping> {
    let topics = paths.filter_map(|path| topic(config, path));
    let of = |topic: Url| config.publication.hubs.iter().map(move |hub| Ping { hub: hub.to_string(), topic: topic.to_string() });
    topics.flat_map(of).collect()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn a_copy_at_an_old_path_is_no_topic() {
        let moved = "[[moved]]\nfrom = 'news'\nto = 'all'\n";
        for (per_language, copies) in [(true, &["news.atom", "es/news.rss"][..]), (false, &["news.atom"])] {
            let text = format!(
                "[publication]\ntitle = 'T'\nbase-url = 'https://e.org/'\nid-authority = 'e.org,2018'\nlanguages = ['en', 'es']\n\
                 [channels]\nper-language = {per_language}\n{moved}"
            );
            let config = crate::config::parse(&text, Path::new("feeds.toml"), Path::new(".")).expect("a config").0;
            for path in ["all.atom", "news.atom", "es/news.rss", "desk/news.json", "index.html", "archive/all/1.atom"] {
                let is_topic = is_topic(path) && !copies.contains(&path);
                assert_eq!(topic(&config, path).is_some(), is_topic, "{path}, {per_language}");
            }
        }
    }
}
