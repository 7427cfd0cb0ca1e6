//! What an item is known by: one piece of memory, which the item shares with what the ledger knows of it.

use std::fmt;
use std::sync::Arc;

use super::{Digest, Traces};

/// The names of an item, and the traces of what it says.
#[derive(Clone, PartialEq, Eq)]
pub struct Names(Arc<Joined>);

#[derive(Clone, PartialEq, Eq)]
struct Joined {
    /// The id, the former guid, the key and the title, one after the other; most ids end with the key, which then stands there alone.
    text: Box<str>,
    /// Where the id and the guid end.
    iri: u32,
    guid: u32,
    /// How long the key is.
    key: u32,
    has_own_key: bool,
    // The traces, without the room between them.
    has_record: bool,
    record: Digest,
    content: Digest,
    shown: u64,
    link: u64,
}

impl Names {
    /// An empty `guid` is none; nothing is known of what the item says.
    pub fn new(iri: &str, guid: Option<&str>, key: &str, title: &str) -> Self {
        let guid = guid.unwrap_or_default();
        let own_key = if iri.ends_with(key) { "" } else { key };
        let text = [iri, guid, own_key, title].concat().into();
        let (iri, guid) = (iri.len(), iri.len() + guid.len());
        Names(Arc::new(Joined {
            text,
            iri: iri as u32,
            guid: guid as u32,
            key: key.len() as u32,
            has_own_key: !own_key.is_empty(),
            has_record: false,
            record: Digest::default(),
            content: Digest::default(),
            shown: 0,
            link: 0,
        }))
    }

    /// The same names with these traces.
    pub fn with(mut self, traces: Traces) -> Self {
        self.set_traces(traces);
        self
    }

    pub fn set_traces(&mut self, traces: Traces) {
        let Traces { record, content, text, link } = traces;
        let joined = Arc::make_mut(&mut self.0);
        (joined.has_record, joined.record) = (record.is_some(), record.unwrap_or_default());
        (joined.content, joined.shown, joined.link) = (content, text, link);
    }

    /// Of what the item says, or said when these were its names.
    pub fn traces(&self) -> Traces {
        let Joined { has_record, record, content, shown, link, .. } = *self.0;
        Traces { record: has_record.then_some(record), content, text: shown, link }
    }

    /// Whether both are one piece of memory.
    #[cfg(test)]
    pub fn is_in_memory_of(&self, other: &Names) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// Whether the other ones are the same names, whatever the items say.
    pub fn are_those_of(&self, other: &Names) -> bool {
        let parts = |names: &Names| (names.0.iri, names.0.guid, names.0.key, names.0.has_own_key);
        Arc::ptr_eq(&self.0, &other.0) || (parts(self) == parts(other) && self.0.text == other.0.text)
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
        let end = self.key_end();
        self.part(end - self.0.key, end)
    }

    /// Plain text.
    pub fn title(&self) -> &str {
        &self.0.text[self.0.guid.max(self.key_end()) as usize..]
    }

    fn key_end(&self) -> u32 {
        if self.0.has_own_key { self.0.guid + self.0.key } else { self.0.iri }
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
        f.debug_tuple("Names").field(&names.0).field(&names.1).field(&names.2).field(&names.3).field(&self.traces()).finish()
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

    #[test]
    fn traces_stand_beside_the_names() {
        let names = || Names::new("tag:a,2018:b", None, "b", "T");
        assert_eq!(names().traces(), Traces::default());
        for record in [None, Some(Digest([0; 16])), Some(Digest([1; 16]))] {
            let traces = Traces { record, content: Digest([2; 16]), text: 3, link: 4 };
            let traced = names().with(traces);
            assert_eq!((traced.traces(), traced.title()), (traces, "T"));
            assert!(traced != names() && traced.are_those_of(&names()));
        }
        assert!(!names().are_those_of(&Names::new("tag:a,2018:b", None, "b", "U")));
    }

    #[test]
    fn an_item_is_known_by_little() {
        assert!(size_of::<Joined>() <= 80, "{}", size_of::<Joined>());
    }
}
