//! Finding many phrases in a folded text at once, on word boundaries.

use std::ops::Range;

use crate::vocab::blocks::{Block, bits, blocks};
use crate::vocab::fold::Folded;

/// A set of folded phrases made ready: a trie that is walked from the start of each word of a text.
///
/// It finds all phrases, also those inside others; which of them counts is the caller's to say. Most words part from the trie at their
/// second or third letter, and unlike an automaton over every byte it never finds the `us` in `focus`.
pub(super) struct Phrases {
    nodes: Vec<Node>,
    /// Of all nodes, those of one node together: a byte and the node that it leads to.
    edges: Vec<(u8, u32)>,
    /// The numbers of the phrases, sorted by phrase.
    order: Vec<usize>,
    /// By phrase: whether any ending may follow, as in `migrant*`.
    open: Vec<bool>,
    /// By first byte: the node behind it.
    roots: [Option<u32>; 256],
    /// One bit for each three bytes, or those that look like them (see [`bit`]): whether any phrase may begin with the three. Most words of a text are told
    /// by it alone.
    begins: Vec<u64>,
}

/// Letters in lower case differ in their last five bits; what else looks like one is found out on the walk.
fn bit([first, second, third]: [u8; 3]) -> usize {
    usize::from(first & 63) << 10 | usize::from(second & 31) << 5 | usize::from(third & 31)
}

#[derive(Default)]
struct Node {
    edges: (u32, u32),
    /// The phrases that end here, in `order`.
    phrases: (u32, u32),
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
        let bare: Vec<&[u8]> = folded.iter().map(|phrase| phrase.as_ref().trim_end_matches('*').as_bytes()).collect();
        let mut order: Vec<usize> = (0..bare.len()).filter(|number| !bare[*number].is_empty()).collect();
        order.sort_by_key(|number| bare[*number]);
        let (nodes, edges) = grow(&order, &bare);
        let mut roots = [None; 256];
        for (byte, node) in &edges[slice(nodes[0].edges)] {
            roots[usize::from(*byte)] = Some(*node);
        }
        let mut begins = vec![0u64; 1 << 10];
        for phrase in &bare {
            // Behind a phrase of one or two bytes anything may stand.
            let any = |given: Option<&u8>| given.map_or(0..=31, |byte| byte & 31..=byte & 31);
            let Some(first) = phrase.first() else { continue };
            for second in any(phrase.get(1)) {
                for third in any(phrase.get(2)) {
                    let bit = bit([*first, second, third]);
                    begins[bit >> 6] |= 1 << (bit & 63);
                }
            }
        }
        Phrases { nodes, edges, order, open: folded.iter().map(|phrase| phrase.as_ref().ends_with('*')).collect(), roots, begins }
    }

    /// Every phrase that stands in the text as whole words, by its start and the shorter before the longer.
    pub fn find(&self, text: &Folded<'_>) -> Vec<Hit> {
        let mut hits = Vec::new();
        let text = text.as_str();
        let mut starts = Starts::of(self);
        for (block, from) in blocks(text.as_bytes()).zip((0..).step_by(size_of::<Block>())) {
            let mut left = starts.within(&block);
            while left != 0 {
                let at = from + left.trailing_zeros() as usize;
                left &= left - 1;
                if self.may_begin(&text.as_bytes()[at..]) && begins_word(text, at) {
                    self.walk(text, at, &mut hits);
                }
            }
        }
        hits
    }

    /// Whether a phrase may begin with these bytes; where fewer than three are left, one that is as short.
    fn may_begin(&self, bytes: &[u8]) -> bool {
        let byte = |at: usize| bytes.get(at).copied().unwrap_or_default();
        let bit = bit([byte(0), byte(1), byte(2)]);
        self.begins[bit >> 6] >> (bit & 63) & 1 == 1 && self.roots[usize::from(byte(0))].is_some()
    }

    /// The phrases that begin at `start`.
    fn walk(&self, text: &str, start: usize, hits: &mut Vec<Hit>) {
        let bytes = text.as_bytes();
        let (mut at, mut next) = (start + 1, self.roots[usize::from(bytes[start])]);
        while let Some(node) = next.map(|number| &self.nodes[number as usize]) {
            for phrase in &self.order[slice(node.phrases)] {
                match self.open[*phrase] {
                    true => hits.push(Hit { phrase: *phrase, range: start..word_end(text, at) }),
                    false if ends_word(text, at) => hits.push(Hit { phrase: *phrase, range: start..at }),
                    false => {}
                }
            }
            let edges = &self.edges[slice(node.edges)];
            next = bytes.get(at).and_then(|byte| edges.iter().find(|(edge, _)| edge == byte)).map(|(_, node)| *node);
            at += 1;
        }
    }
}

/// Where in a text a phrase may begin, block by block: most bytes of most texts need no closer look.
struct Starts {
    /// Whether a phrase begins with a blank; nearly none does, and every sixth byte is one.
    at_blanks: bool,
    /// Whether the last block ended with an ASCII letter or digit.
    in_word: bool,
}

impl Starts {
    fn of(phrases: &Phrases) -> Self {
        Starts { at_blanks: phrases.roots[usize::from(b' ')].is_some(), in_word: false }
    }

    /// All but what goes on with an ASCII word. Phrases are whole characters: none begins with a byte from inside one.
    fn within(&mut self, block: &Block) -> u64 {
        let letters = bits(block, |byte| byte.is_ascii_alphanumeric());
        let others = bits(block, |byte| (byte & 0xC0 == 0x80) | ((byte == b' ') & !self.at_blanks));
        let goes_on = letters & (letters << 1 | u64::from(self.in_word));
        self.in_word = letters >> 63 == 1;
        !(goes_on | others)
    }
}

/// Offsets are kept short: the trie of all countries then stays in the processor's cache.
fn slice((from, to): (u32, u32)) -> Range<usize> {
    from as usize..to as usize
}

/// The nodes of the trie of sorted phrases, the root first, and their edges.
fn grow(order: &[usize], phrases: &[&[u8]]) -> (Vec<Node>, Vec<(u8, u32)>) {
    let (mut nodes, mut edges) = (vec![Node::default()], Vec::new());
    // A node's phrases stand together in the order: those that end at it, then those that go on.
    let mut waiting = std::collections::VecDeque::from([(0, 0..order.len(), 0)]);
    while let Some((node, range, depth)) = waiting.pop_front() {
        let ending = order[range.clone()].iter().take_while(|number| phrases[**number].len() == depth).count();
        let first = edges.len();
        let mut rest = range.start + ending..range.end;
        while let Some(byte) = order[rest.clone()].first().map(|number| phrases[*number][depth]) {
            let length = order[rest.clone()].iter().take_while(|number| phrases[**number][depth] == byte).count();
            edges.push((byte, nodes.len() as u32));
            waiting.push_back((nodes.len(), rest.start..rest.start + length, depth + 1));
            nodes.push(Node::default());
            rest.start += length;
        }
        nodes[node] = Node { edges: (first as u32, edges.len() as u32), phrases: (range.start as u32, (range.start + ending) as u32) };
    }
    (nodes, edges)
}

/// The hits that no longer one covers or overlaps, in the order of the text; and those that give way, each with the one that it gives
/// way to.
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
    let bytes = text.as_bytes();
    match at.checked_sub(1).map(|before| bytes[before]) {
        None => true,
        Some(before) if before.is_ascii() && bytes[at].is_ascii() => !(before.is_ascii_alphanumeric() && bytes[at].is_ascii_alphanumeric()),
        Some(_) => !joined(text[..at].chars().next_back(), text[at..].chars().next()),
    }
}

fn ends_word(text: &str, at: usize) -> bool {
    let (before, after) = (text[..at].chars().next_back(), text[at..].chars().next());
    // `U.S.A` is not `U.S.`: a stop with a letter after it is inside an abbreviation.
    let cut = before == Some('.') && after.is_some_and(char::is_alphanumeric);
    !cut && !joined(before, after)
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
            (&["migrant*", "migrant"], "Migrantes, migrant, emigrant", &["Migrantes", "migrant"]),
            (&["危地马拉"], "在危地马拉城", &["危地马拉"]),
            (&["belize"], "在Belize城", &["Belize"]),
            // The last byte of the sign, with `co` behind it, looks like `eco`.
            (&["economy"], "¥Côte, economy", &["economy"]),
            (&[], "text", &[]),
            (&["*"], "text", &[]),
        ] {
            assert_eq!(found(phrases, text), want, "{text}");
        }
    }

    /// Every phrase at every character, one by one.
    fn found_plainly(phrases: &[String], text: &str) -> Vec<Hit> {
        let all =
            text.char_indices().flat_map(|(start, _)| phrases.iter().enumerate().map(move |(number, phrase)| (start, number, phrase)));
        let mut hits: Vec<Hit> = all
            .filter_map(|(start, number, phrase)| {
                let bare = phrase.trim_end_matches('*');
                let end = start + bare.len();
                let stands = !bare.is_empty() && text[start..].starts_with(bare) && begins_word(text, start);
                match phrase.ends_with('*') {
                    true => stands.then(|| Hit { phrase: number, range: start..word_end(text, end) }),
                    false => (stands && ends_word(text, end)).then_some(Hit { phrase: number, range: start..end }),
                }
            })
            .collect();
        hits.sort_by_key(|hit| (hit.range.start, phrases[hit.phrase].trim_end_matches('*').len(), hit.phrase));
        hits
    }

    proptest::proptest! {
        #[test]
        fn what_stands_there_is_found(
            phrases in proptest::collection::vec("[ab 1.¥éр危の-]{0,4}\\*?", 0..8),
            text in "([ab 1.¥éр危の-]{0,8}|[ab]{30,40} ?){0,9}",
        ) {
            let mut found = Phrases::new(&phrases).find(&Folded::new(&*text));
            found.sort_by_key(|hit| (hit.range.start, phrases[hit.phrase].trim_end_matches('*').len(), hit.phrase));
            proptest::prop_assert_eq!(found, found_plainly(&phrases, Folded::new(&*text).as_str()));
        }
    }
}
