//! What an export of Blogger says beyond Atom: which entries are posts, and which of these the public may see. The others are comments, pages, the
//! template and settings, such as the addresses of its administrators.
//!
//! There are two kinds: the one of its settings names what an entry is in a category, that of Google Takeout in elements of its own.

use std::path::Path;
use std::sync::Arc;

use super::entry::Release;
use super::tree::{Element, Space};
use super::{Counts, listed, told};
use crate::diag::{Findings, codes};

/// The scheme of the category that says what an entry is.
pub const KIND: &str = "http://schemas.google.com/g/2005#kind";

/// What is left out of an export, and what comes in unpublished.
#[derive(Debug, Default)]
pub struct Kept {
    left_out: Counts,
    drafts: usize,
}

impl Kept {
    /// Who may see an entry; `None` where it is no post, or one that nobody may see.
    pub fn release(&mut self, entry: &Element) -> Option<Release> {
        match release(entry) {
            Ok(release) => {
                self.drafts += usize::from(release == Release::Draft);
                Some(release)
            }
            Err(kind) => {
                *self.left_out.entry(kind).or_default() += 1;
                None
            }
        }
    }

    /// What is to be said of the feed; `nothing` of it came in.
    pub fn told(&self, path: &Arc<Path>, nothing: bool) -> Findings {
        let drafts = if self.drafts == 0 { String::new() } else { self.drafts.to_string() };
        let way_in = "what of it is to be published needs records of its own (`tidings new`)";
        told(path, nothing, [(&codes::FEED_LEFT_OUT, listed(&self.left_out), way_in), (&codes::FEED_DRAFTS, drafts, "")])
    }
}

/// Who may see an entry, else what it is.
fn release(entry: &Element) -> Result<Release, String> {
    let own = |name| entry.first(Space::Blogger, name).and_then(Element::text).map(|text| text.to_lowercase());
    if let Some(kind) = kind(entry).or_else(|| own("type")).filter(|kind| kind != "post") {
        return Err(kind);
    }
    // RFC 5023 section 13.1.1.
    let control = entry.first(Space::AtomPub, "control").and_then(|control| control.text_of(Space::AtomPub, "draft"));
    match own("status").as_deref() {
        Some("draft") => Ok(Release::Draft),
        None | Some("live") if control.as_deref() == Some("yes") => Ok(Release::Draft),
        None | Some("live") => Ok(Release::Public),
        Some("scheduled") => Ok(Release::Scheduled),
        Some(other) => Err(other.to_owned()),
    }
}

/// `comment` of `http://schemas.google.com/blogger/2008/kind#comment`.
fn kind(entry: &Element) -> Option<String> {
    let is_kind = |category: &&Element| category.name == "category" && category.attribute("scheme") == Some(KIND);
    entry.elements().find(is_kind)?.attribute("term")?.rsplit_once('#').map(|(_, kind)| kind.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(inside: &str) -> Result<Release, String> {
        let names = "xmlns='http://www.w3.org/2005/Atom' xmlns:app='http://purl.org/atom/app#' xmlns:blogger='http://schemas.google.com/blogger/2018'";
        release(&Element::parse(&format!("<entry {names}>{inside}</entry>")).expect("XML"))
    }

    #[test]
    fn only_posts_of_the_public_are_public() {
        let kind = |kind: &str| format!("<category scheme='{KIND}' term='http://schemas.google.com/blogger/2008/kind#{kind}'/>");
        let draft = "<app:control><app:draft>yes</app:draft></app:control>";
        let takeout = |kind: &str, status: &str| format!("<blogger:type>{kind}</blogger:type><blogger:status>{status}</blogger:status>");
        for (inside, want) in [
            (String::new(), Ok(Release::Public)),
            (kind("post"), Ok(Release::Public)),
            (kind("post") + draft, Ok(Release::Draft)),
            (draft.to_owned(), Ok(Release::Draft)),
            (draft.replace("yes", "no"), Ok(Release::Public)),
            (kind("comment"), Err("comment".to_owned())),
            (kind("settings"), Err("settings".to_owned())),
            (takeout("POST", "LIVE"), Ok(Release::Public)),
            (takeout("POST", "DRAFT"), Ok(Release::Draft)),
            (takeout("POST", "SCHEDULED"), Ok(Release::Scheduled)),
            (takeout("POST", "SOFT_TRASHED"), Err("soft_trashed".to_owned())),
            (takeout("COMMENT", "LIVE"), Err("comment".to_owned())),
            (takeout("PAGE", "LIVE"), Err("page".to_owned())),
            ("<x:type xmlns:x='urn:x'>page</x:type>".to_owned(), Ok(Release::Public)),
        ] {
            assert_eq!(entry(&inside), want, "{inside}");
        }
    }
}
