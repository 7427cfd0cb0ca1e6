//! Channels that moved or ended: 301 and 410.
//!
//! The build wrote the exact paths into `_redirects`; the config says what holds for variants that it does not list.

use std::collections::{BTreeMap, HashMap};

use axum::http::HeaderValue;

use super::site::Found;
use crate::config::{Moved, MovedAs};
use crate::pipeline;
use crate::publish::Front;

/// Formats in which a channel may have been published.
pub const FORMATS: [&str; 5] = ["rss", "atom", "json", "html", "xml"];

/// What became of paths that are documents no more.
#[derive(Debug, Default)]
pub struct Moves {
    /// Below the output folder; `None` where it is gone.
    listed: HashMap<String, Option<HeaderValue>>,
    moved: Vec<Moved>,
    /// The folders of languages: a move is one of the channel in all of them.
    languages: Vec<String>,
}

impl Moves {
    /// `redirects` are the lines that the build wrote.
    pub fn new(front: &Front, redirects: &str) -> Self {
        Moves { listed: listed(redirects, front.base_url.path()), moved: front.moved.clone(), languages: front.languages.clone() }
    }

    /// The paths that lead elsewhere or are gone, in order, with where they lead.
    pub fn listed(&self) -> BTreeMap<&str, Option<&str>> {
        self.listed.iter().map(|(path, target)| (path.as_str(), target.as_ref().and_then(|target| target.to_str().ok()))).collect()
    }

    /// The paths, without extension, of channels that have ended, each in the publication's language and in those that have channels of their own.
    pub fn ended(&self) -> impl Iterator<Item = String> {
        let ended = self.moved.iter().filter(|moved| moved.to.is_none());
        let own = |from: String| self.languages.iter().map(move |language| format!("{language}/{from}"));
        ended.flat_map(move |moved| std::iter::once(moved.from.clone()).chain(own(moved.from.clone())))
    }

    /// What became of a path.
    pub fn find(&self, path: &str) -> Found<'_> {
        match self.listed.get(path) {
            Some(Some(target)) => return Found::Moved(target),
            Some(None) => return Found::Gone,
            None => {}
        }
        match self.lane(path) {
            Some((Moved { to: None, .. }, ..)) => Found::Gone,
            _ => Found::Nothing,
        }
    }

    /// The path of the document that a copy at `path` is of.
    pub fn copy_of(&self, path: &str) -> Option<String> {
        let (moved, before, extension) = self.lane(path).filter(|(moved, ..)| moved.how == MovedAs::Copy)?;
        Some(format!("{before}{}.{extension}", moved.to.as_ref()?))
    }

    /// What the config says of a document's path, with the folder of its language (`es/`, or nothing) and its extension: as `config::moves` has it of paths
    /// without extension.
    fn lane<'a>(&self, path: &'a str) -> Option<(&Moved, &'a str, &'a str)> {
        let (stem, extension) = path.rsplit_once('.').filter(|(_, extension)| FORMATS.contains(extension))?;
        let of = |family: &str| self.moved.iter().find(|moved| moved.from == family);
        let in_language = || {
            let (language, family) = stem.split_once('/')?;
            self.languages.iter().any(|own| own == language).then(|| of(family))?.map(|moved| (moved, &stem[..=language.len()], extension))
        };
        of(stem).map(|moved| (moved, "", extension)).or_else(in_language)
    }
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
        let moves = Moves { moved: all, languages: vec!["en".into(), "es".into()], ..Moves::default() };
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
