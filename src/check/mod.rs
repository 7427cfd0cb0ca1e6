//! Bytes to findings: the feed checker, equal to the W3C Feed Validator.
//!
//! It reads RSS 0.90 to 2.0, RSS 1.0 and 1.1, Atom 1.0 feeds and entries, OPML and JSON Feed, and what stands beside feeds: documents
//! of the Atom Publishing Protocol, OpenSearch descriptions, KML, XRDS. It shares no code with the rooms that write feeds. [`check`] is a function from bytes to a [`Report`]: no clock, no disk, no network. The rules are tables: [`codes`] has a
//! row for everything that can be said, `elements` a row for every element that is known.

mod bytes;
mod class;
pub mod codes;
mod elements;
mod familiar;
mod found;
mod html;
mod json_feed;
mod limits;
mod media_types;
mod namespace;
mod rdf_syntax;
mod report;
mod sentence;
mod set;
mod value;
mod walk;
mod xml;

use std::ops::Range;

use chrono::{DateTime, Utc};
use url::Url;

pub use familiar::Familiar;
pub use limits::Limits;
pub use report::{CheckFinding, Kind, Report};
pub use set::{Document, check_set};

use bytes::Told;
use found::{Found, Spot};
use walk::{Pieces, Walk};

/// What is known of a document beside its bytes.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Where the document is served from: what its self link should say, and what relative addresses in it mean.
    pub url: Option<Url>,
    /// The `Content-Type` that it is served with.
    pub content_type: Option<String>,
    /// The time by which dates are in the future; without it none is.
    pub now: Option<DateTime<Utc>>,
    pub limits: Limits,
}

/// Says what is wrong with a document.
pub fn check(bytes: &[u8], options: &Options) -> Report {
    look_through(bytes, options, None)
}

/// A piece of a document that may stand in others too.
#[derive(Clone, Debug)]
pub struct Piece {
    pub place: Range<usize>,
    /// A hash of what stands there, the same wherever it stands.
    pub mark: u128,
}

/// As [`check`], for one of many documents that hold the same items. `pieces` are the items, with the line end before each: what was read of them in
/// another document is not read again. The options differ in the address alone.
pub fn check_among(text: &str, options: &Options, familiar: &Familiar, pieces: &[Piece]) -> Report {
    look_through(text.as_bytes(), options, Some(Among { text, familiar, pieces }))
}

/// What is known of a document that is one of many.
#[derive(Clone, Copy)]
struct Among<'a> {
    /// The document, if it is read as UTF-8.
    text: &'a str,
    familiar: &'a Familiar,
    pieces: &'a [Piece],
}

fn look_through(bytes: &[u8], options: &Options, among: Option<Among<'_>>) -> Report {
    let mut found = Vec::new();
    let header = options.content_type.as_deref().map(|header| media_types::read(header, &mut found));
    if bytes.len() > options.limits.document {
        found.push(Found::bare(&codes::TOO_LARGE, Spot::NOWHERE, ""));
        return report::make("", Kind::Unknown, found, 0);
    }
    let media_type = header.as_ref().map(|(media_type, _)| media_type.as_str());
    if json_feed::looks_like(bytes, media_type) {
        return json_feed::check(bytes, options, found, among);
    }
    if let Some(media_type) = media_type {
        media_types::sniff(media_type, bytes, &mut found);
    }
    let told = Told {
        media_type,
        charset: header.as_ref().and_then(|(_, charset)| charset.as_deref()),
        // A header without a `charset` leaves XML's own rule; bytes alone have to say what they are.
        fallback: if media_type.is_some() { "UTF-8" } else { "US-ASCII" },
    };
    let decoded = bytes::decode(bytes, among.map(|among| among.text), told);
    found.extend(decoded.found);
    let text = without_leading_blank(&decoded.text, &mut found);
    // The text of another encoding has its pieces elsewhere.
    let among = among.filter(|_| std::ptr::eq(text.as_bytes(), bytes));
    version(&text, &mut found);
    let (kind, mut found, dropped) = {
        let mut walk = Walk::new(&text, &decoded.encoding, options, found);
        walk.pieces = among.map(Pieces::from).unwrap_or_default();
        walk.kind = media_type.map_or(Kind::Unknown, media_types::promised);
        walk.run();
        if walk.kind == Kind::Rss1 {
            rdf_syntax::check(&mut walk);
        }
        (walk.kind, walk.found, walk.dropped)
    };
    if let Some(media_type) = media_type {
        media_types::against(media_type, kind, &mut found);
    }
    report::make(&text, kind, found, dropped)
}

/// A blank line before the XML declaration, as one blogging program has it: said, and moved so that the rest can be read.
fn without_leading_blank<'t>(text: &'t str, found: &mut Vec<Found>) -> std::borrow::Cow<'t, str> {
    let start = text.trim_start();
    let blank = text.len() - start.len();
    let is_wordpress = || {
        text.split("<generator")
            .nth(1)
            .is_some_and(|rest| rest.lines().next().is_some_and(|line| line.contains("wordpress") && line.contains("</generator>")))
    };
    match start.find('>') {
        Some(end) if blank > 0 && start.starts_with("<?xml") && is_wordpress() => {
            found.push(Found::bare(&codes::WP_BLANK_LINE, Spot::place(1, 1), ""));
            format!("{}{}{}", &start[..=end], &text[..blank], &start[end + 1..]).into()
        }
        _ => text.into(),
    }
}

fn version(text: &str, found: &mut Vec<Found>) {
    let Some(rest) = text.strip_prefix("<?").map(str::trim_start).and_then(|rest| rest.strip_prefix("xml")) else { return };
    let Some(rest) = rest.trim_start().strip_prefix("version").map(str::trim_start).and_then(|rest| rest.strip_prefix('=')) else { return };
    let rest = rest.trim_start();
    let Some(quote) = rest.chars().next().filter(|c| matches!(c, '"' | '\'')) else { return };
    let Some((version, _)) = rest[1..].split_once(quote) else { return };
    let known = version.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.:".contains(&b));
    if known && version != "1.0" {
        found.push(Found::bare(&codes::BAD_XML_VERSION, Spot::place(1, 1), version));
    }
}
