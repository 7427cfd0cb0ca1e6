//! Findings that say the same of many places: the first few are shown, the others counted.

use std::cmp::Ordering;
use std::collections::HashMap;

use super::Code;

/// So many of them are shown.
const SHOWN: usize = 5;

/// What a list of findings says how often.
#[derive(Debug, Default)]
pub struct Alike<'f> {
    /// How many there are, and how many had their turn.
    counts: HashMap<(&'static str, &'f str), (usize, usize)>,
}

/// What becomes of a finding when its turn comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    Shown,
    /// It is shown, and so many more are not.
    Last(usize),
    Hidden,
}

impl<'f> Alike<'f> {
    /// Of the codes and messages of a list.
    pub fn of(findings: impl IntoIterator<Item = (&'static Code, &'f str)>) -> Self {
        let mut alike = Alike::default();
        for (code, message) in findings {
            alike.counts.entry((code.name, message)).or_default().0 += 1;
        }
        alike
    }

    /// The next of the list.
    pub fn turn(&mut self, code: &'static Code, message: &'f str) -> Turn {
        let (all, turns) = self.counts.entry((code.name, message)).or_default();
        *turns += 1;
        match (*turns).cmp(&SHOWN) {
            // To say that there is one more takes as much room as to show it.
            _ if *all <= SHOWN + 1 => Turn::Shown,
            Ordering::Less => Turn::Shown,
            Ordering::Equal => Turn::Last(*all - SHOWN),
            Ordering::Greater => Turn::Hidden,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::codes;

    #[test]
    fn the_first_few_of_many_are_shown() {
        let turns = |count: usize| -> Vec<Turn> {
            let all = vec![(&codes::BAD_VALUE, "x"); count];
            let mut alike = Alike::of(all.iter().copied().chain([(&codes::WRONG_TYPE, "x"), (&codes::BAD_VALUE, "y")]));
            all.into_iter().map(|(code, message)| alike.turn(code, message)).collect()
        };
        assert_eq!(turns(6), [Turn::Shown; 6]);
        let mut many = vec![Turn::Shown; 4];
        many.extend([Turn::Last(3), Turn::Hidden, Turn::Hidden, Turn::Hidden]);
        assert_eq!(turns(8), many);
    }
}
