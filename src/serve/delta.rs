//! Only what is new (RFC 3229, with the instance manipulation `feed`): a document without the entries that the client has already.
//!
//! Of each former version of a document only the hashes of its entries are remembered. Whatever is not a whole entry (the head, tombstones)
//! goes out each time.

use std::collections::HashSet;
use std::ops::Range;
use std::sync::Arc;

use quick_xml::Reader;
use quick_xml::events::Event;

use super::negotiate::weighted;

/// So many former versions of a document are remembered; who comes later gets all of it.
const VERSIONS: usize = 24;
/// Documents with more entries than this are sent whole.
const ENTRIES: usize = 5000;

/// Whether an `A-IM` header asks for it (RFC 3229 section 10.5.3).
pub fn is_asked(accept: &str) -> bool {
    accept.split(',').filter_map(weighted).any(|(name, weight)| weight > 0 && name.eq_ignore_ascii_case("feed"))
}

/// The entries of a document: where each stands, and its hash.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Entries(Vec<(Range<usize>, u64)>);

/// A version that was served before.
#[derive(Clone, Debug)]
struct Version {
    /// The hash that the tags of all its codings begin with.
    tag: Arc<str>,
    entries: Arc<[u64]>,
}

/// The former versions of a document, the newest last.
#[derive(Clone, Debug, Default)]
pub struct Past(Vec<Version>);

impl Past {
    /// With one more version; the oldest goes where there are too many.
    pub fn with(&self, tag: &str, entries: &Entries) -> Self {
        let mut versions = self.0.clone();
        versions.retain(|version| *version.tag != *tag);
        versions.push(Version { tag: tag.into(), entries: entries.0.iter().map(|(_, hash)| *hash).collect() });
        let surplus = versions.len().saturating_sub(VERSIONS);
        Past(versions.split_off(surplus))
    }

    /// Whether the version with this tag is remembered.
    pub fn knows(&self, tag: &str) -> bool {
        self.find(tag).is_some()
    }

    /// The hashes of the entries of a version, by its tag; that of a coding (`HASH-gzip`) will do.
    fn find(&self, tag: &str) -> Option<&Version> {
        let hash = tag.split_once('-').map_or(tag, |(hash, _)| hash);
        self.0.iter().find(|version| *version.tag == *hash)
    }
}

/// What is sent in place of a whole document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delta {
    pub bytes: Vec<u8>,
    /// The tag that the client named, which it is based on.
    pub base: String,
}

/// The document without the entries of the first version that the client names and that is known; `None` where nothing would be left out.
pub fn since<'a>(mut tags: impl Iterator<Item = &'a str>, past: &Past, document: &[u8], entries: &Entries) -> Option<Delta> {
    let (base, version) = tags.find_map(|tag| Some((tag, past.find(tag)?)))?;
    let had: HashSet<u64> = version.entries.iter().copied().collect();
    let mut bytes = Vec::new();
    let mut from = 0;
    for (place, _) in entries.0.iter().filter(|(_, hash)| had.contains(hash)) {
        bytes.extend_from_slice(&document[from..place.start]);
        from = place.end;
    }
    if from == 0 {
        return None;
    }
    bytes.extend_from_slice(&document[from..]);
    Some(Delta { bytes, base: base.to_owned() })
}

impl Entries {
    /// Of an RSS or Atom document; none where it cannot be read, or has too many.
    pub fn of(document: &[u8]) -> Self {
        Entries(read(document).filter(|entries| entries.len() <= ENTRIES).unwrap_or_default())
    }
}

fn read(document: &[u8]) -> Option<Vec<(Range<usize>, u64)>> {
    let mut entries = Vec::new();
    let mut reader = Reader::from_reader(document);
    let mut before = 0;
    loop {
        match reader.read_event().ok()? {
            Event::Start(start) if matches!(start.name().as_ref(), b"item" | b"entry") => {
                let end = start.to_end().into_owned();
                reader.read_to_end(end.name()).ok()?;
                let place = before..position(&reader);
                let hash = blake3::hash(&document[place.clone()]);
                entries.push((place, u64::from_le_bytes(hash.as_bytes()[..8].try_into().ok()?)));
            }
            Event::Eof => return Some(entries),
            _ => {}
        }
        before = position(&reader);
    }
}

fn position(reader: &Reader<&[u8]>) -> usize {
    usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn feed(entries: &[&str]) -> Vec<u8> {
        let entries: Vec<String> = entries.iter().map(|entry| format!("<entry><id>{entry}</id></entry>")).collect();
        format!("<feed><title>T</title>{}<at:deleted-entry ref='x'/></feed>", entries.join("\n")).into_bytes()
    }

    #[test]
    fn only_what_is_new_or_changed_is_sent() {
        let (old, new) = (feed(&["b", "a"]), feed(&["c", "b changed", "a"]));
        let past = Past::default().with("old", &Entries::of(&old));
        let delta = since(["unknown", "old-gzip"].into_iter(), &past, &new, &Entries::of(&new)).expect("a delta");
        let expected =
            "<feed><title>T</title><entry><id>c</id></entry>\n<entry><id>b changed</id></entry>\n<at:deleted-entry ref='x'/></feed>";
        assert_eq!((String::from_utf8_lossy(&delta.bytes).as_ref(), &*delta.base), (expected, "old-gzip"));
    }

    #[test]
    fn all_goes_out_where_nothing_is_known_or_in_common() {
        let new = feed(&["c"]);
        let entries = Entries::of(&new);
        let past = Past::default().with("old", &Entries::of(&feed(&["a"])));
        assert_eq!(since(["old"].into_iter(), &past, &new, &entries), None);
        assert_eq!(since(["other"].into_iter(), &past, &new, &entries), None);
        assert_eq!(since(["*"].into_iter(), &past, &new, &entries), None);
        for broken in ["", "{}", "<rss><item>", "<a", "<entry/>"] {
            assert_eq!(Entries::of(broken.as_bytes()), Entries::default(), "{broken}");
        }
    }

    #[test]
    fn the_memory_is_bounded() {
        let entries = Entries::of(&feed(&["a"]));
        let past = (0..100).fold(Past::default(), |past, n| past.with(&n.to_string(), &entries));
        assert_eq!(past.0.len(), VERSIONS);
        assert!(past.find("99").is_some() && past.find("99-br").is_some() && past.find("75").is_none());
        assert_eq!(past.with("99", &entries).0.len(), VERSIONS);
    }

    #[test]
    fn the_header_is_read() {
        for (accept, asks) in [("feed", true), ("vcdiff, Feed;q=0.5", true), ("feed;q=0", false), ("feeds", false), ("", false)] {
            assert_eq!(is_asked(accept), asks, "{accept}");
        }
    }
}
