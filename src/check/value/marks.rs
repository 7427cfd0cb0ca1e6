//! Short marks by which equal texts are known again: a feed of many items must not be kept in memory twice.

use std::collections::HashSet;
use std::hash::{BuildHasher, BuildHasherDefault, Hasher, RandomState};
use std::sync::LazyLock;

use xxhash_rust::xxh3::xxh3_128;

/// Texts that were there before. A mark is a hash already.
pub(in crate::check) type Marks = HashSet<u64, BuildHasherDefault<AsItIs>>;

/// The mark of a text in a list. No document can be made whose marks meet: their key is the process's own.
pub(in crate::check) fn mark(list: &'static str, text: &str) -> u64 {
    static KEY: LazyLock<RandomState> = LazyLock::new(RandomState::new);
    KEY.hash_one((list, text))
}

/// The mark of a thing that is the one and the other together, by their marks.
pub(in crate::check) fn of_two(one: u128, other: u128) -> u128 {
    let mut both = [0; 32];
    both[..16].copy_from_slice(&one.to_le_bytes());
    both[16..].copy_from_slice(&other.to_le_bytes());
    xxh3_128(&both)
}

#[derive(Default)]
pub(in crate::check) struct AsItIs(u64);

impl Hasher for AsItIs {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_u64(&mut self, mark: u64) {
        self.0 = mark;
    }
}
