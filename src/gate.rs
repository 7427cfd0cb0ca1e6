//! The gate: every document is checked in memory before anything is published.
//!
//! The checker speaks of lines of a document; people mend records. So each finding is led back to the item and the field that it comes from, and
//! what one item brings into thirty channels is said once.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use xxhash_rust::xxh3::Xxh3Default;

use crate::cache::records::Records;
use crate::check::{self, CheckFinding, Familiar, Options, Piece};
use crate::config::Config;
use crate::diag::{Finding, Findings, Severity};
use crate::document::Document;
use crate::item::Item;

/// A document and the items in it, in its order.
pub struct Checked<'a> {
    pub document: &'a Document,
    pub items: Vec<&'a Item>,
}

/// What is kept of a document that nothing is wrong with, before the time at which that was so. The same bytes at the same address need not be checked
/// again later: time alone makes no document worse, since only what lies in the future is wrong by it.
const CLEAN: &[u8] = b"nothing is wrong";

/// The rule that no two entries changed at one moment. Where no record says so it is the run that saw both changes, and nobody can mend it.
const SAME_MOMENT: &str = "duplicate-updated";

/// The rule that a page of an archive leads to another. All that there are lead to one another, and the only one can lead nowhere.
const LONE_PAGE: &str = "archive-incomplete";

/// What the checker says of one document with these items, each thing once.
pub fn check(config: &Config, document: &Document, items: Vec<&Item>, now: DateTime<Utc>) -> Findings {
    let checked = Checked { document, items };
    let mut room = String::new();
    once(vec![Gate::new(config, None, now).check(&checked, document.bytes.text(&mut room).unwrap_or_default())])
}

/// Each thing once, though it may be wrong in many documents.
pub fn once(found: Vec<Vec<Finding>>) -> Findings {
    let mut told = BTreeSet::new();
    found.into_iter().flatten().filter(|finding| told.insert((finding.code.name, finding.place.clone(), finding.message.clone()))).collect()
}

/// What the documents of a run are checked by.
pub struct Gate<'a> {
    config: &'a Config,
    clean: Option<&'a Records>,
    now: DateTime<Utc>,
    /// Items that stand in many of them.
    familiar: Familiar,
}

impl<'a> Gate<'a> {
    /// `clean` knows what a run before found nothing wrong with.
    pub fn new(config: &'a Config, clean: Option<&'a Records>, now: DateTime<Utc>) -> Self {
        Gate { config, clean, now, familiar: Familiar::default() }
    }

    /// Lets go of what is known of items that did not come up since this was called the last time.
    pub fn age(&self) {
        self.familiar.age();
    }

    /// What is wrong with the document, whose text this is, if it was not clean before; notes are left out.
    pub fn check(&self, checked: &Checked<'_>, text: &str) -> Vec<Finding> {
        let document = checked.document;
        let Some(clean) = self.clean else { return self.look_through(checked, text) };
        let mut hash = Xxh3Default::new();
        hash.update(self.config.publication.base_url.as_str().as_bytes());
        hash.update(document.path.as_bytes());
        hash.update(b"\0document");
        // While they are at hand: it is asked for when they are published.
        hash.update(document.bytes.hash_of(text.as_bytes()).as_bytes());
        let mark = hash.digest128();
        let since = |kept: &[u8]| Some(i64::from_le_bytes(*kept.strip_prefix(CLEAN)?.first_chunk()?));
        if clean.find_with(mark, since).flatten().is_some_and(|since| since <= self.now.timestamp()) {
            return Vec::new();
        }
        let found = self.look_through(checked, text);
        if found.is_empty() {
            clean.keep(mark, &[CLEAN, &self.now.timestamp().to_le_bytes()].concat());
        }
        found
    }

    fn look_through(&self, checked: &Checked<'_>, text: &str) -> Vec<Finding> {
        let document = checked.document;
        let options = Options {
            url: self.config.publication.base_url.join(&document.path).ok(),
            content_type: document.format.map(|format| format.media_type().to_owned()),
            now: Some(self.now),
            ..Options::default()
        };
        let items: Vec<Piece> = document.bytes.items().map(|(item, place)| Piece { place, mark: item.hash() }).collect();
        let report = check::check_among(text, &options, &self.familiar, &items);
        if report.findings.is_empty() {
            return Vec::new();
        }
        let lines = lines(text.as_bytes(), &items);
        let matters = |finding: &CheckFinding| finding.severity != Severity::Info && finding.rule.code.name != LONE_PAGE;
        report.findings.into_iter().filter(matters).filter_map(|finding| led_back(self.config, checked, &lines, finding)).collect()
    }
}

/// The finding with the record's place where an item's element holds it, else with the document's. `None` where nothing is to be done about it.
fn led_back(config: &Config, checked: &Checked<'_>, lines: &[RangeInclusive<u32>], finding: CheckFinding) -> Option<Finding> {
    let path = Arc::from(config.output.folder.join(&checked.document.path));
    let nth = lines.iter().position(|lines| lines.contains(&finding.line));
    let Some(item) = nth.and_then(|at| checked.items.get(at)) else { return Some(finding.into_finding(path)) };
    if finding.rule.code.name == SAME_MOMENT && !item.is_update_told() {
        return None;
    }
    let field = field(&finding.element, &finding.parent);
    let is_guid = field == Some("id") && finding.element == "guid" && item.guid().is_some();
    // A former feed gave it to the item, and whoever reads that knows the item by it.
    if is_guid && finding.severity != Severity::Error {
        return None;
    }
    let message = match field {
        Some(_) if is_guid => format!("{}, from `guid` of `{}`", finding.message, item.key()),
        Some(field) => format!("{}, from `{field}` of `{}`", finding.message, item.key()),
        None => format!("{}, from `{}`", finding.message, item.key()),
    };
    let help = (field == Some("id")).then(|| kept(item, finding.severity).to_owned());
    Some(Finding { message, ..finding.into_finding(path) }.at(item.place()).maybe_help(help))
}

/// What becomes of an id that the checker finds fault with: readers, and later imports, know the item by it.
fn kept(item: &Item, severity: Severity) -> &'static str {
    match (severity, item.guid()) {
        (Severity::Error, None) => {
            "feeds with it would not be valid: write it as `guid`, and a short name of your own as `id`. Who reads RSS, and a later import, goes on \
             knowing the item by the guid; who reads Atom or JSON Feed sees it once more"
        }
        (Severity::Error, Some(_)) => {
            "feeds with it would not be valid: write a short name of your own as `id`, and leave `guid` as it is. Who reads RSS goes on knowing the \
             item by the guid; who reads Atom or JSON Feed sees it once more"
        }
        _ => "it stays as it is where the item was published with it: readers know the item by it",
    }
}

/// The lines on which each item stands. It begins behind a line end, which is of the line before.
fn lines(bytes: &[u8], items: &[Piece]) -> Vec<RangeInclusive<u32>> {
    let ends = |part: &[u8]| part.iter().filter(|byte| **byte == b'\n').count() as u32;
    let (mut line, mut at) = (1, 0);
    let mut lines = |Piece { place, .. }: &Piece| {
        let begin = place.start + usize::from(bytes[place.clone()].starts_with(b"\n"));
        let first = line + ends(&bytes[at..begin]);
        (line, at) = (first + ends(&bytes[begin..place.end]), place.end);
        first..=line
    };
    items.iter().map(&mut lines).collect()
}

/// The field of the record that an element of an item is made of.
fn field(element: &str, parent: &str) -> Option<&'static str> {
    let of = |name: &str| {
        // JSON Feed's own names; the checker writes the first `_` of a name as `:`.
        match name {
            "content:html" | "content:text" => return Some("body"),
            "date:published" => return Some("date"),
            "date:modified" => return Some("updated"),
            "external:url" => return Some("source"),
            "mime:type" | "size:in_bytes" => return Some("enclosures"),
            _ => {}
        }
        Some(match name.rsplit(':').next()? {
            "title" => "title",
            "id" | "guid" => "id",
            "link" => "link",
            "description" | "summary" => "summary",
            "encoded" | "content" => "body",
            "pubDate" | "published" => "date",
            "updated" => "updated",
            "author" | "authors" | "creator" | "name" | "email" | "uri" => "authors",
            "category" | "tags" => "topics",
            "enclosure" | "attachment" | "attachments" => "enclosures",
            "thumbnail" | "image" => "image",
            "source" => "source",
            "rights" => "rights",
            "language" => "language",
            _ => return None,
        })
    };
    of(element).or_else(|| of(parent))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_stand_on_their_lines() {
        let text = b"<rss>\n <channel>\n  <item>\n  x</item>\n  <item/>\n</channel>";
        let of = |item: &[u8]| {
            let at = text.windows(item.len()).position(|part| part == item).expect("there");
            Piece { place: at..at + item.len(), mark: 0 }
        };
        assert_eq!(lines(text, &[of(b"<item>\n  x</item>"), of(b"<item/>")]), [3..=4, 5..=5]);
        assert_eq!(lines(text, &[of(b"\n  <item>\n  x</item>"), of(b"\n  <item/>")]), [3..=4, 5..=5]);
        assert!(lines(b"", &[]).is_empty());
    }

    #[test]
    fn elements_are_led_back_to_fields() {
        assert_eq!(field("content:encoded", "item"), Some("body"));
        assert_eq!(field("href", "link"), Some("link"));
        assert_eq!(field("item", "channel"), None);
        assert_eq!(field("date:published", "item"), Some("date"));
        assert_eq!(field("type", "link"), Some("link"), "the attribute, not the enclosure's type");
    }
}
