//! What goes at a time: not too many, and not too many bytes, since a database takes no more than a gigabyte with one statement, and a text may have megabytes.

use std::iter;

/// So many bytes go at a time, unless one alone has more.
const BYTES: usize = 32 << 20;

/// What is gathered to go at a time.
pub(super) struct Portion {
    most: usize,
    count: usize,
    bytes: usize,
}

impl Portion {
    /// Of so many at most.
    pub fn of(most: usize) -> Self {
        Portion { most, count: 0, bytes: 0 }
    }

    /// Whether the next one, of so many bytes, goes with it too.
    pub fn takes(&mut self, bytes: usize) -> bool {
        self.count += 1;
        self.bytes += bytes;
        self.count == 1 || self.count <= self.most && self.bytes <= BYTES
    }
}

/// A list in portions of so many at most.
pub(super) fn portions<T>(mut all: &[T], most: usize, bytes: impl Fn(&T) -> usize) -> impl Iterator<Item = &[T]> {
    iter::from_fn(move || {
        let mut portion = Portion::of(most);
        let count = all.iter().take_while(|one| portion.takes(bytes(one))).count();
        let (first, rest) = all.split_at(count);
        all = rest;
        (count > 0).then_some(first)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neither_too_many_go_at_a_time_nor_too_much() {
        let sizes = |all: &[usize]| -> Vec<usize> { portions(all, 4, |size| *size).map(<[usize]>::len).collect() };
        assert_eq!(sizes(&[]), [0; 0]);
        assert_eq!(sizes(&[1; 9]), [4, 4, 1]);
        assert_eq!(sizes(&[BYTES / 2, BYTES / 2, 1, BYTES + 1, 1, 1]), [2, 1, 1, 2]);
        assert_eq!(sizes(&[BYTES * 2; 3]), [1, 1, 1]);
    }
}
