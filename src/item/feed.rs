//! Former feeds: RSS 0.9x, 1.0 and 2.0, Atom and JSON Feed become drafts of records, under the ids that readers know.
//!
//! The three formats are read into [`entry::Entry`], and what the texts in it mean is decided there, once. The writer crates could
//! read RSS and Atom too, but they lose `xml:lang` and `xml:base` of entries, give a whole feed up for one bad date, and say no line.

mod atom;
mod entry;
mod json;
mod rss;
mod tree;

use std::borrow::Cow;
use std::path::Path;
use std::sync::Arc;

use chrono_tz::Tz;

use self::entry::{Channel, Entry};
use self::tree::{Element, Space};
use super::write::Draft;
use crate::config::TopicKey;
use crate::diag::{Finding, Findings, Place, codes};

/// What a feed held.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Feed {
    /// In the order of the feed.
    pub drafts: Vec<Draft>,
    pub findings: Findings,
}

/// What a feed is read with.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// Of dates that name no zone.
    pub zone: Tz,
    /// The publication's topics, each with the names that a category may call it by; its key need not be among them.
    pub topics: &'a [(TopicKey, Vec<String>)],
}

/// Reads a feed of any of the formats. An item that cannot be read is a finding, and the others are read all the same.
pub fn read(bytes: &[u8], path: &Arc<Path>, context: Context<'_>) -> Feed {
    let text = decode(bytes);
    let parsed = match text.trim_start().bytes().next() {
        Some(b'{') => json::read(&text, path),
        Some(b'<') => read_xml(&text, path),
        _ => Err(Box::new(no_feed(path, "this is neither XML nor JSON"))),
    };
    match parsed {
        Ok((channel, entries)) => entry::resolve(&channel, entries, path, context),
        Err(finding) => Feed { drafts: Vec::new(), findings: Findings::from(*finding) },
    }
}

type Parsed = Result<(Channel, Vec<Entry>), Box<Finding>>;

fn read_xml(text: &str, path: &Arc<Path>) -> Parsed {
    let root = Element::parse(text).map_err(|broken| {
        let place = Place::span(path.clone(), text, broken.at..broken.at + 1);
        let help = "open the feed in a browser to see where it breaks, and mend it there";
        Box::new(Finding::new(&codes::FEED_SYNTAX, format!("not well-formed XML: {}", broken.message)).at(place).help(help))
    })?;
    match (root.space, root.name.as_str()) {
        (Space::Rss, "rss" | "RDF") => Ok(rss::read(&root)),
        (Space::Atom | Space::Rss, "feed") => Ok(atom::read(&root)),
        (_, name) => Err(Box::new(no_feed(path, &format!("`{name}` is the root of no feed")))),
    }
}

fn no_feed(path: &Arc<Path>, message: &str) -> Finding {
    let help = "give the file of an RSS, Atom or JSON feed; a web page names its feed in `link rel=\"alternate\"`";
    Finding::new(&codes::IMPORT_FORMAT, message).at(Place::file(path.clone())).help(help)
}

/// The text by its byte order mark, else by the encoding that its XML declaration names, else as UTF-8. Bytes that mean nothing there
/// become U+FFFD, which is never published.
fn decode(bytes: &[u8]) -> Cow<'_, str> {
    let (encoding, mark) = encoding_rs::Encoding::for_bom(bytes).unwrap_or_else(|| (declared(bytes), 0));
    encoding.decode_without_bom_handling(&bytes[mark..]).0
}

fn declared(bytes: &[u8]) -> &'static encoding_rs::Encoding {
    match bytes {
        [b'<', 0, ..] => return encoding_rs::UTF_16LE,
        [0, b'<', ..] => return encoding_rs::UTF_16BE,
        _ => {}
    }
    let declaration = bytes[..bytes.len().min(200)].split(|byte| *byte == b'>').next().unwrap_or_default();
    let declaration = String::from_utf8_lossy(declaration);
    let value = declaration.split_once("encoding").and_then(|(_, rest)| rest.trim_start().strip_prefix('=')).map(str::trim_start);
    let label = value.and_then(|value| value.strip_prefix(['"', '\''])?.split(['"', '\'']).next());
    // A label of two-byte units was itself read byte by byte, so it is not true.
    let named = label.and_then(|label| encoding_rs::Encoding::for_label(label.as_bytes()));
    named.filter(|named| *named != encoding_rs::UTF_16LE && *named != encoding_rs::UTF_16BE).unwrap_or(encoding_rs::UTF_8)
}
