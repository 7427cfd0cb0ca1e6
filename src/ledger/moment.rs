//! A time that may be missing, in no more memory than the time itself.

use std::num::NonZeroI64;

/// Unix seconds; an `Option` of it is as large as an `i64`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment(NonZeroI64);

impl Moment {
    pub fn seconds(self) -> i64 {
        self.0.get() ^ i64::MIN
    }
}

impl From<i64> for Moment {
    /// The first second that there is counts as the one after it, and is none that a calendar has.
    fn from(seconds: i64) -> Self {
        Moment(NonZeroI64::new(seconds.max(i64::MIN + 1) ^ i64::MIN).unwrap_or(NonZeroI64::MIN))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_the_second_that_it_was_made_of() {
        for seconds in [0, 1, -1, 1_518_177_600, -62_135_596_800, i64::MAX, i64::MIN + 1] {
            assert_eq!(Moment::from(seconds).seconds(), seconds);
        }
        assert_eq!(Moment::from(i64::MIN).seconds(), i64::MIN + 1);
        assert_eq!(size_of::<Option<Moment>>(), 8);
    }
}
