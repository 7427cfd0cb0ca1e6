//! Where each frame of the file begins, by its mark: a sorted list with a table of where marks of each beginning stand, since a hash table of a million
//! takes twice the memory.

use std::sync::atomic::{AtomicU64, Ordering};

/// About so many frames share the beginning of their marks.
const TOGETHER: usize = 8;

/// The frames by half of their marks: one that shares it with a later one is not found, and what it stands for is made anew.
#[derive(Debug, Default)]
pub struct Frames {
    /// By mark.
    sorted: Vec<(u64, Frame)>,
    /// Where the marks begin whose first bits are the position, and where the last end.
    begins: Vec<u32>,
    /// How many bits come after these.
    rest: u32,
}

/// Where a frame begins; the lowest bit says whether this run had use for it.
#[derive(Debug)]
pub struct Frame(AtomicU64);

impl Frame {
    pub fn at(at: u64) -> Self {
        Frame(AtomicU64::new(at << 1))
    }

    pub fn start(&self) -> u64 {
        self.0.load(Ordering::Relaxed) >> 1
    }

    pub fn is_used(&self) -> bool {
        self.0.load(Ordering::Relaxed) & 1 == 1
    }

    /// Tells whether it was not before.
    pub fn set_used(&self) -> bool {
        self.0.fetch_or(1, Ordering::Relaxed) & 1 == 0
    }
}

impl Frames {
    /// Takes in frames that stand behind all others in the file, in its order.
    pub fn extend(&mut self, found: Vec<(u64, Frame)>) {
        if found.is_empty() {
            return;
        }
        if self.sorted.is_empty() {
            self.sorted = found;
        } else {
            self.sorted.extend(found);
        }
        // Of equal marks the last of the file comes last, and stays.
        self.sorted.sort_by_key(|(mark, _)| *mark);
        self.sorted.dedup_by(|later, former| {
            let is_same = later.0 == former.0;
            if is_same {
                std::mem::swap(later, former);
            }
            is_same
        });
        self.sorted.shrink_to_fit();
        self.note_begins();
    }

    fn note_begins(&mut self) {
        let bits = (self.sorted.len() / TOGETHER).max(1).next_power_of_two().trailing_zeros().clamp(1, 24);
        self.rest = u64::BITS - bits;
        self.begins = Vec::with_capacity((1 << bits) + 1);
        for (at, (mark, _)) in (0..).zip(&self.sorted) {
            let first_bits = (mark >> self.rest) as usize;
            self.begins.resize(self.begins.len().max(first_bits + 1), at);
        }
        self.begins.resize((1 << bits) + 1, self.sorted.len() as u32);
    }

    pub fn get(&self, mark: u64) -> Option<&Frame> {
        let first_bits = (mark >> self.rest) as usize;
        let (begin, end) = (*self.begins.get(first_bits)?, *self.begins.get(first_bits + 1)?);
        let near = self.sorted.get(begin as usize..end as usize)?;
        near.iter().find(|(own, _)| *own == mark).map(|(_, frame)| frame)
    }

    pub fn iter(&self) -> impl Iterator<Item = &Frame> {
        self.sorted.iter().map(|(_, frame)| frame)
    }
}

#[cfg(test)]
mod tests {
    use xxhash_rust::xxh3::xxh3_64;

    use super::*;

    #[test]
    fn every_frame_is_found_and_no_other() {
        let mark = |n: u64| xxh3_64(&n.to_le_bytes());
        let found = |frames: &Frames, mark| frames.get(mark).map(Frame::start);
        for count in [0, 1, 2, 7, 100, 5000] {
            let mut frames = Frames::default();
            assert_eq!(found(&frames, mark(0)), None);
            frames.extend((0..count).map(|n| (mark(n), Frame::at(n))).collect());
            (0..count).for_each(|n| assert_eq!(found(&frames, mark(n)), Some(n), "{n} of {count}"));
            assert_eq!((found(&frames, mark(count)), found(&frames, 0), found(&frames, u64::MAX)), (None, None, None));
            // More of them, and another in the place of the first.
            frames.extend([(u64::MAX, Frame::at(7)), (0, Frame::at(8)), (mark(0), Frame::at(9))].into());
            assert_eq!((found(&frames, u64::MAX), found(&frames, 0), found(&frames, mark(0))), (Some(7), Some(8), Some(9)));
            (1..count).for_each(|n| assert_eq!(found(&frames, mark(n)), Some(n), "{n} of {count}"));
            assert_eq!(frames.iter().count() as u64, count.max(1) + 2);
        }
    }

    #[test]
    fn marks_that_begin_alike_are_told_apart() {
        let mut frames = Frames::default();
        frames.extend((0..1000).map(|n| (n, Frame::at(n))).collect());
        (0..1000).for_each(|n| assert_eq!(frames.get(n).map(Frame::start), Some(n)));
        assert!(frames.get(1000).is_none());
    }
}
