//! Channels that moved or ended: 301 and 410.
//!
//! The build wrote the exact paths into `_redirects`; the config says what holds for variants that it does not list.

use std::collections::{BTreeMap, HashMap};

use axum::http::HeaderValue;

use super::site::Found;
use crate::config::{Moved, MovedAs, OldPaths};
use crate::pipeline;
use crate::publish::Front;

/// Formats in which a channel may have been published.
pub const FORMATS: [&str; 5] = ["rss", "atom", "json", "html", "xml"];

/// What became of paths that are documents no more.
#[derive(Debug, Default)]
pub struct Moves {
    /// Below the output folder; `None` where it is gone.
    listed: HashMap<String, Option<HeaderValue>>,
    old: OldPaths,
}

impl Moves {
    /// `redirects` are the lines that the build wrote.
    pub fn new(front: &Front, redirects: &str) -> Self {
        Moves { listed: listed(redirects, front.base_url.path()), old: OldPaths::new(front.moved.clone(), front.languages.clone()) }
    }

    /// The paths that lead elsewhere or are gone, in order, with where they lead.
    pub fn listed(&self) -> BTreeMap<&str, Option<&str>> {
        self.listed.iter().map(|(path, target)| (path.as_str(), target.as_ref().and_then(|target| target.to_str().ok()))).collect()
    }

    /// The paths, without extension, of channels that have ended.
    pub fn ended(&self) -> impl Iterator<Item = String> {
        self.old.ended()
    }

    /// What became of a path.
    pub fn find(&self, path: &str) -> Found<'_> {
        match self.listed.get(path) {
            Some(Some(target)) => return Found::Moved(target),
            Some(None) => return Found::Gone,
            None => {}
        }
        match parted(path).and_then(|(stem, _)| self.old.find(stem)) {
            Some(Moved { to: None, .. }) => Found::Gone,
            _ => Found::Nothing,
        }
    }

    /// The path of the document that a copy at `path` is of.
    pub fn copy_of(&self, path: &str) -> Option<String> {
        let (stem, extension) = parted(path)?;
        self.old.find(stem).filter(|moved| moved.how == MovedAs::Copy)?;
        Some(format!("{}.{extension}", self.old.now(stem)?))
    }
}

/// The path of a channel and the extension, of what may be one of its documents.
fn parted(path: &str) -> Option<(&str, &str)> {
    path.rsplit_once('.').filter(|(_, extension)| FORMATS.contains(extension))
}

/// The lines `FROM TO STATUS`.
fn listed(text: &str, base: &str) -> HashMap<String, Option<HeaderValue>> {
    let row = |(from, to): (&str, Option<&str>)| {
        let to = to.map(HeaderValue::from_str).transpose().ok()?;
        Some((from.to_owned(), to))
    };
    pipeline::listed(text, base).filter_map(row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moved(from: &str, to: Option<&str>, how: MovedAs) -> Moved {
        Moved { from: from.into(), to: to.map(Into::into), how, line: 1 }
    }

    #[test]
    fn listed_paths_lead_on_or_are_gone() {
        let text = "/f/old.rss https://e.org/f/new.rss 301\n/f/end.rss /f/end.rss 410\nbroken\n/else/x /y 301\n";
        let moves = Moves { listed: listed(text, "/f/"), ..Moves::default() };
        assert!(matches!(moves.find("old.rss"), Found::Moved(to) if to == "https://e.org/f/new.rss"));
        assert!(matches!(moves.find("end.rss"), Found::Gone));
        assert!(matches!(moves.find("x"), Found::Nothing));
    }

    #[test]
    fn variants_of_an_ended_channel_are_gone_too() {
        let all = vec![moved("desk/end", None, MovedAs::Copy), moved("old", Some("topic/old"), MovedAs::Copy)];
        let moves = Moves { old: OldPaths::new(all, vec!["en".into(), "es".into()]), ..Moves::default() };
        for path in ["desk/end.rss", "es/desk/end.json", "desk/end.html"] {
            assert!(matches!(moves.find(path), Found::Gone), "{path}");
        }
        // What is called as the last piece of another path is another channel.
        for path in ["desk/end", "mydesk/end.rss", "a/desk/end.rss", "fr/desk/end.rss", "es/a/desk/end.rss", "desk/end.exe", "old.rss"] {
            assert!(matches!(moves.find(path), Found::Nothing), "{path}");
        }
        assert_eq!(moves.copy_of("old.atom").as_deref(), Some("topic/old.atom"));
        assert_eq!(moves.copy_of("es/old.atom").as_deref(), Some("es/topic/old.atom"));
        assert!(["desk/end.rss", "topic/old.atom", "es/topic/old.atom"].iter().all(|path| moves.copy_of(path).is_none()));
        assert_eq!(moves.ended().collect::<Vec<_>>(), ["desk/end", "en/desk/end", "es/desk/end"]);
    }
}
