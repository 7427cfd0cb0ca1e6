//! The bytes of a document, in pieces: an item that stands in thirty documents, or in the archives of thirty channels, is in memory once.

use std::ops::Range;
use std::sync::{Arc, OnceLock};

use xxhash_rust::xxh3::xxh3_128;

use super::finish::Shell;

/// One item in one format: the bytes of its element or JSON object, which fit into every document of that format, behind a hash of them.
#[derive(Clone, PartialEq, Eq)]
pub struct Encoded(Arc<[u8]>);

const HASH: usize = size_of::<u128>();

impl Encoded {
    pub(super) fn new(bytes: &[u8]) -> Self {
        Encoded([&xxh3_128(bytes).to_le_bytes(), bytes].concat().into())
    }

    pub fn as_bytes(&self) -> &[u8] {
        &self.0[HASH..]
    }

    /// A hash of the bytes.
    pub fn hash(&self) -> &[u8] {
        &self.0[..HASH]
    }
}

impl std::fmt::Debug for Encoded {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Encoded({})", String::from_utf8_lossy(self.as_bytes()))
    }
}

/// A document's bytes: a head, the items with something between each two, and an end.
#[derive(Clone, Debug, Default)]
pub struct Bytes {
    before: Vec<u8>,
    items: Vec<Encoded>,
    between: &'static [u8],
    after: Vec<u8>,
    /// Of all of them, once it was asked for.
    hash: OnceLock<blake3::Hash>,
}

impl Bytes {
    pub(super) fn new(shell: Shell, items: Vec<Encoded>) -> Self {
        Bytes { before: shell.before, items, between: shell.between, after: shell.after, hash: OnceLock::new() }
    }

    /// One after the other.
    pub fn pieces(&self) -> impl Iterator<Item = &[u8]> {
        let items = self.items.iter().enumerate().flat_map(|(at, item)| [if at > 0 { self.between } else { &[] }, item.as_bytes()]);
        std::iter::once(&*self.before).chain(items).chain([&*self.after])
    }

    /// Where each item stands when they are in a row.
    pub fn items(&self) -> Vec<Range<usize>> {
        let mut from = self.before.len();
        let mut place = |item: &Encoded| {
            let place = from..from + item.as_bytes().len();
            from = place.end + self.between.len();
            place
        };
        self.items.iter().map(&mut place).collect()
    }

    pub fn len(&self) -> usize {
        self.pieces().map(<[u8]>::len).sum()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// All of them in a row; `buffer` is the room to put them in a row, if they are not.
    pub fn whole<'a>(&'a self, buffer: &'a mut Vec<u8>) -> &'a [u8] {
        if self.items.is_empty() && self.after.is_empty() {
            return &self.before;
        }
        buffer.clear();
        buffer.reserve(self.len());
        self.pieces().for_each(|piece| buffer.extend_from_slice(piece));
        buffer
    }

    /// The BLAKE3 hash of all of them, taken once; `buffer` as for [`Bytes::whole`].
    pub fn hash(&self, buffer: &mut Vec<u8>) -> blake3::Hash {
        *self.hash.get_or_init(|| blake3::hash(self.whole(buffer)))
    }

    /// The same where they are in a row already.
    pub fn hash_of(&self, whole: &[u8]) -> blake3::Hash {
        debug_assert!(*self == *whole, "they are these bytes");
        *self.hash.get_or_init(|| blake3::hash(whole))
    }

    pub fn to_vec(&self) -> Vec<u8> {
        let mut buffer = Vec::new();
        self.whole(&mut buffer).to_vec()
    }
}

impl From<Vec<u8>> for Bytes {
    fn from(bytes: Vec<u8>) -> Self {
        Bytes { before: bytes, ..Bytes::default() }
    }
}

impl PartialEq<[u8]> for Bytes {
    fn eq(&self, other: &[u8]) -> bool {
        let mut rest = Some(other);
        self.pieces().for_each(|piece| rest = rest.and_then(|rest| rest.strip_prefix(piece)));
        rest.is_some_and(<[u8]>::is_empty)
    }
}

impl PartialEq for Bytes {
    fn eq(&self, other: &Self) -> bool {
        *self == *other.whole(&mut Vec::new())
    }
}

impl Eq for Bytes {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_one_text() {
        let item = |text: &str| Encoded::new(text.as_bytes());
        let shell = |before: &str| Shell { before: before.as_bytes().to_vec(), between: b",", after: b"]".to_vec() };
        for (bytes, want) in [
            (Bytes::new(shell("["), vec![]), "[]"),
            (Bytes::new(shell("["), vec![item("a")]), "[a]"),
            (Bytes::new(shell(""), vec![item("a"), item("b")]), "a,b]"),
            (Bytes::from(b"a,b]".to_vec()), "a,b]"),
            (Bytes::default(), ""),
        ] {
            assert_eq!((bytes.to_vec(), bytes.len(), bytes.is_empty()), (want.as_bytes().to_vec(), want.len(), want.is_empty()));
            assert!(bytes == *want.as_bytes() && bytes == Bytes::from(want.as_bytes().to_vec()));
            assert!(bytes.items().into_iter().zip(&bytes.items).all(|(place, item)| &bytes.to_vec()[place] == item.as_bytes()));
            assert!(bytes != *format!("{want}x").as_bytes() && (want.is_empty() || bytes != want.as_bytes()[1..]));
        }
    }
}
