//! Names of tags that were read lately: a feed has the same few over and over.

use super::{NAME_BYTES, NsId};

const SLOTS: usize = 64;

/// They hold until a prefix is bound to something else.
pub(super) struct Known<'a> {
    /// Each with the time at which it held.
    tags: [Option<(usize, Tag<'a>)>; SLOTS],
    time: usize,
}

/// What a tag is called as it is written, and what it means.
#[derive(Clone, Copy)]
pub(super) struct Tag<'a> {
    pub raw: &'a str,
    pub ns: NsId,
    pub name: &'a str,
}

impl<'a> Known<'a> {
    pub fn new() -> Self {
        Known { tags: [None; SLOTS], time: 0 }
    }

    /// A prefix is bound to something else: none of them holds any more.
    pub fn forget(&mut self) {
        self.time += 1;
    }

    /// The tag whose name begins here.
    pub fn find(&self, bytes: &[u8]) -> Option<Tag<'a>> {
        let (_, tag) = self.tags[slot(bytes)?].filter(|(time, _)| *time == self.time)?;
        let after = bytes.strip_prefix(tag.raw.as_bytes())?.first()?;
        (!NAME_BYTES[*after as usize]).then_some(tag)
    }

    /// `bytes` begin with its name.
    pub fn keep(&mut self, bytes: &[u8], tag: Tag<'a>) {
        if let Some(slot) = slot(bytes) {
            self.tags[slot] = Some((self.time, tag));
        }
    }
}

/// By letters that nearly every name has.
fn slot(bytes: &[u8]) -> Option<usize> {
    let [first, second, third, ..] = *bytes else { return None };
    Some((usize::from(first) + 7 * usize::from(second) + 31 * usize::from(third)) % SLOTS)
}
