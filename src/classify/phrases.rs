//! Finding many phrases in a folded text at once, on word boundaries.

use std::ops::Range;

use aho_corasick::{AhoCorasick, AhoCorasickKind, Anchored, Input, MatchKind, automaton::OverlappingState};

use crate::vocab::fold::Folded;

/// A set of folded phrases made ready. The automaton finds them all, also those inside others; which of them counts is the caller's to say.
pub(super) struct Phrases {
    automaton: Option<AhoCorasick>,
    /// By phrase: whether any ending may follow, as in `migrant*`.
    open: Vec<bool>,
}

/// A phrase found in a folded text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Hit {
    /// Its number in the set.
    pub phrase: usize,
    /// Where it stands in the folded text; with its ending, where it is open.
    pub range: Range<usize>,
}

impl Phrases {
    /// Of folded phrases; one that ends in `*` takes any ending of its last word.
    pub fn new<S: AsRef<str>>(folded: &[S]) -> Self {
        let bare = folded.iter().map(|phrase| phrase.as_ref().strip_suffix('*').unwrap_or(phrase.as_ref()));
        let builder = AhoCorasick::builder().match_kind(MatchKind::Standard).kind(Some(AhoCorasickKind::ContiguousNFA)).build(bare);
        // Building fails only for more states than 32 bits can number.
        let automaton = builder.ok().filter(|_| !folded.is_empty());
        Phrases { automaton, open: folded.iter().map(|phrase| phrase.as_ref().ends_with('*')).collect() }
    }

    /// Every phrase that stands in the text as whole words, in the order of their ends.
    pub fn find(&self, text: &Folded<'_>) -> Vec<Hit> {
        let mut hits = Vec::new();
        let Some(automaton) = &self.automaton else { return hits };
        let text = text.as_str();
        let input = Input::new(text).anchored(Anchored::No);
        let mut state = OverlappingState::start();
        loop {
            automaton.find_overlapping(input.clone(), &mut state);
            let Some(found) = state.get_match() else { return hits };
            let (phrase, mut range) = (found.pattern().as_usize(), found.range());
            if range.is_empty() || !begins_word(text, range.start) {
                continue;
            }
            if self.open[phrase] {
                range.end = word_end(text, range.end);
            } else if !ends_word(text, range.end) {
                continue;
            }
            hits.push(Hit { phrase, range });
        }
    }
}

/// The hits that no longer one covers or overlaps, in the order of the text, and those that give way, each with the one that it gives way to.
pub(super) fn longest(mut hits: Vec<Hit>) -> (Vec<Hit>, Vec<(Hit, Hit)>) {
    if hits.len() < 2 {
        return (hits, Vec::new());
    }
    hits.sort_by_key(|hit| (std::cmp::Reverse(hit.range.len()), hit.range.start));
    let (mut kept, mut yielding): (Vec<Hit>, Vec<(Hit, Hit)>) = (Vec::new(), Vec::new());
    for hit in hits {
        match kept.iter().find(|other| other.range.start < hit.range.end && hit.range.start < other.range.end) {
            Some(over) => yielding.push((hit, over.clone())),
            None => kept.push(hit),
        }
    }
    kept.sort_by_key(|hit| hit.range.start);
    (kept, yielding)
}

fn begins_word(text: &str, at: usize) -> bool {
    !joined(text[..at].chars().next_back(), text[at..].chars().next())
}

fn ends_word(text: &str, at: usize) -> bool {
    // `U.S.A` is not `U.S.`: a stop with a letter after it is inside an abbreviation.
    let cut = text[..at].ends_with('.') && text[at..].starts_with(char::is_alphanumeric);
    begins_word(text, at) && !cut
}

fn word_end(text: &str, at: usize) -> usize {
    text[at..].find(|c: char| !c.is_alphanumeric()).map_or(text.len(), |length| at + length)
}

/// Whether two neighbours belong to one word. In scripts that put no space between words, nothing tells.
fn joined(left: Option<char>, right: Option<char>) -> bool {
    matches!((left, right), (Some(left), Some(right))
        if left.is_alphanumeric() && right.is_alphanumeric() && !is_unspaced(left) && !is_unspaced(right))
}

/// Thai, Lao, Burmese, Khmer, kana, Han, and Hangul, whose particles stand close to the noun.
fn is_unspaced(character: char) -> bool {
    matches!(character, '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}' | '\u{3005}'..='\u{30ff}'
        | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(phrases: &[&str], text: &str) -> Vec<String> {
        let folded = Folded::new(text);
        let (kept, _) = longest(Phrases::new(phrases).find(&folded));
        kept.into_iter().map(|hit| folded.source(hit.range).to_owned()).collect()
    }

    #[test]
    fn whole_words_and_the_longest() {
        for (phrases, text, want) in [
            (&["niger", "nigeria"][..], "Nigeria, Niger and Nigerians", &["Nigeria", "Niger"][..]),
            (&["dominica", "dominican", "dominican republic"], "The Dominican  Republics", &["Dominican"]),
            (&["dominica", "dominican republic"], "Dominican Republic", &["Dominican Republic"]),
            (&["new mexico", "mexico city"], "New Mexico City", &["Mexico City"]),
            (&["belize"], "belizeb abelize belize2 ébelize belize", &["belize"]),
            (&["u.s."], "the U.S.-led one, U.S.A", &["U.S."]),
            (&["migrant*"], "Migrantes, migrant, emigrant", &["Migrantes", "migrant"]),
            (&["危地马拉"], "在危地马拉城", &["危地马拉"]),
            (&["belize"], "在Belize城", &["Belize"]),
            (&[], "text", &[]),
            (&["*"], "text", &[]),
        ] {
            assert_eq!(found(phrases, text), want, "{text}");
        }
    }
}
