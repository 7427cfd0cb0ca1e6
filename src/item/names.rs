//! What an item is called: one piece of memory, which the item shares with what the ledger knows of it.

use std::fmt;
use std::sync::Arc;

/// The names of an item.
#[derive(Clone, PartialEq, Eq)]
pub struct Names(Arc<Joined>);

#[derive(PartialEq, Eq)]
struct Joined {
    /// The id, the former guid, the key and the title, one after the other; most ids end with the key, which then stands there alone.
    text: Box<str>,
    iri: u32,
    guid: u32,
    key: (u32, u32),
}

impl Names {
    /// An empty `guid` is none.
    pub fn new(iri: &str, guid: Option<&str>, key: &str, title: &str) -> Self {
        let guid = guid.unwrap_or_default();
        let own_key = if iri.ends_with(key) { "" } else { key };
        let text = [iri, guid, own_key, title].concat().into();
        let (iri, guid) = (iri.len(), iri.len() + guid.len());
        let key = if own_key.is_empty() { (iri - key.len(), iri) } else { (guid, guid + key.len()) };
        Names(Arc::new(Joined { text, iri: iri as u32, guid: guid as u32, key: (key.0 as u32, key.1 as u32) }))
    }

    /// An absolute IRI: a tag URI (RFC 4151) minted under the publication's authority, or an id taken over verbatim from a former feed.
    pub fn iri(&self) -> &str {
        self.part(0, self.0.iri)
    }

    /// A former RSS `guid` that is no IRI and must stay as it was; published instead of the IRI where the format is RSS.
    pub fn guid(&self) -> Option<&str> {
        Some(self.part(self.0.iri, self.0.guid)).filter(|guid| !guid.is_empty())
    }

    /// The record's own name: the file's path below its source without the extension, or the key of its row.
    pub fn key(&self) -> &str {
        self.part(self.0.key.0, self.0.key.1)
    }

    /// Plain text.
    pub fn title(&self) -> &str {
        &self.0.text[self.0.guid.max(self.0.key.1) as usize..]
    }

    fn part(&self, from: u32, to: u32) -> &str {
        &self.0.text[from as usize..to as usize]
    }
}

impl Default for Names {
    fn default() -> Self {
        Names::new("", None, "", "")
    }
}

impl fmt::Debug for Names {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = (self.iri(), self.guid(), self.key(), self.title());
        f.debug_tuple("Names").field(&names.0).field(&names.1).field(&names.2).field(&names.3).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_come_out_as_they_went_in() {
        for (iri, guid, key, title) in
            [("tag:a,2018:b", None, "b", "T"), ("urn:x", Some("4711 at a"), "ñ/é", "Él & ella"), ("", None, "", "")]
        {
            let names = Names::new(iri, guid, key, title);
            assert_eq!((names.iri(), names.guid(), names.key(), names.title()), (iri, guid, key, title));
        }
        assert_ne!(Names::new("ab", None, "c", ""), Names::new("a", None, "bc", ""));
        assert_ne!(Names::new("a", Some("b"), "c", ""), Names::new("a", None, "bc", ""));
    }
}
