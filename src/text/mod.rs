//! Text: from what the user wrote (Markdown, HTML, plain) to clean HTML and to plain words.
//!
//! Text is decoded once here and encoded once by each format. Everything is a function of the markup and the base URL; what was removed
//! on the way is reported, not printed.

mod chars;
mod html;
mod markdown;
mod plain;

use url::Url;

use crate::item::Markup;

pub use chars::{plain_line, xml_chars};
pub use plain::{first_paragraph, words};

/// A text made ready for publishing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Clean {
    /// HTML that the allow-list lets through, balanced, every URL absolute. Free of characters that XML 1.0 forbids.
    pub html: String,
    /// What was taken out, each once.
    pub removed: Vec<Removed>,
}

/// Something that cleaning took out.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Removed {
    /// An element, by name; its text may have stayed.
    Element(String),
    /// An attribute, by element and name.
    Attribute { element: String, attribute: String },
    /// A URL whose scheme is not allowed, or that is no URL.
    Url(String),
    /// Characters that XML 1.0 forbids: how many.
    Characters(usize),
}

/// Markup to clean HTML, every URL made absolute against `base`.
pub fn clean(markup: &Markup, base: &Url) -> Clean {
    let _ = (markup, base);
    todo!()
}

/// The words of HTML without its markup, white space folded; cut at a word's end to at most `limit` characters, with `…` where something was cut.
pub fn summarise(html: &str, limit: usize) -> String {
    let _ = (html, limit);
    todo!()
}
