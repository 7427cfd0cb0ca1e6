//! By what the content of an item is told from that of another, and from its own of before: hashes, so that the texts need not stay. How they are made
//! is the ledger's affair.

use serde::{Deserialize, Serialize};

/// An XXH3 hash: nobody gains by two versions of an item or a document that have the same.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Digest(pub [u8; 16]);

impl Digest {
    pub fn of(hash: u128) -> Self {
        Digest(hash.to_le_bytes())
    }

    /// This one with a hash of something besides, which [`Digest::is_alike`] passes over; 0 where there is nothing.
    #[must_use]
    pub fn beside(mut self, other: u64) -> Self {
        self.0[8..].iter_mut().zip(other.to_le_bytes()).for_each(|(byte, other)| *byte ^= other);
        self
    }

    /// Whether the two are of the same, whatever is beside it.
    pub fn is_alike(self, other: Self) -> bool {
        self.0[..8] == other.0[..8]
    }

    pub fn to_hex(self) -> String {
        self.0.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    pub fn from_hex(text: &str) -> Option<Self> {
        let mut digest = [0; 16];
        if text.len() != 32 || !text.is_ascii() {
            return None;
        }
        for (at, byte) in digest.iter_mut().enumerate() {
            *byte = u8::from_str_radix(&text[2 * at..2 * at + 2], 16).ok()?;
        }
        Some(Digest(digest))
    }
}

/// What is remembered of an item's content.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Traces {
    /// Of the record to the letter; `None` where it was never seen, in a rebuilt memory.
    pub record: Option<Digest>,
    /// Of the normalised content; in a rebuilt memory of the text as published. All zeros where it was made in a way that is no longer known.
    pub content: Digest,
    /// Of the normalised text alone, and of which kind it is; 0 where that was never seen, in a rebuilt memory.
    pub text: u64,
    /// Of the address of its page; 0 where it has none.
    pub link: u64,
}

impl Traces {
    /// Whether a later trace of the same item tells of another content; a trace that nothing can be told by says no.
    pub fn is_other_content(&self, later: &Traces) -> bool {
        self.record.is_some() && self.content != Digest::default() && self.content != later.content
    }
}
