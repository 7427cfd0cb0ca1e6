//! A time in six bytes: a memory has four of them for each of a million items.

use std::num::NonZeroU8;

/// Unix seconds; an `Option` of it is as small.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    // Counted from `BEGIN`, the highest byte first.
    first: NonZeroU8,
    rest: [u8; 5],
}

/// Far outside of every calendar, as the last moment is too.
const BEGIN: i64 = -(1 << 47);
const FIRST: i64 = BEGIN + (1 << 40);
const LAST: i64 = BEGIN + (1 << 48) - 1;

impl Moment {
    pub fn seconds(self) -> i64 {
        self.rest.iter().fold(i64::from(self.first.get()), |sum, byte| sum << 8 | i64::from(*byte)) + BEGIN
    }
}

impl From<i64> for Moment {
    /// What is beyond the first moment or the last counts as that.
    fn from(seconds: i64) -> Self {
        let [_, _, first, rest @ ..] = (seconds.clamp(FIRST, LAST) - BEGIN).to_be_bytes();
        Moment { first: NonZeroU8::new(first).unwrap_or(NonZeroU8::MIN), rest }
    }
}

impl std::fmt::Debug for Moment {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Moment").field(&self.seconds()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_the_second_that_it_was_made_of() {
        for seconds in [0, 1, -1, 255, 256, 1_518_177_600, -62_135_596_800, 253_402_300_799, FIRST, LAST] {
            assert_eq!(Moment::from(seconds).seconds(), seconds);
        }
        for (beyond, end) in [(i64::MIN, FIRST), (FIRST - 1, FIRST), (i64::MAX, LAST), (LAST + 1, LAST)] {
            assert_eq!(Moment::from(beyond).seconds(), end);
        }
        let times = [chrono::DateTime::<chrono::Utc>::MIN_UTC, chrono::DateTime::<chrono::Utc>::MAX_UTC].map(|time| time.timestamp());
        assert_eq!(times.map(|seconds| Moment::from(seconds).seconds()), times);
        assert_eq!((size_of::<Option<Moment>>(), align_of::<Moment>()), (6, 1));
    }
}
