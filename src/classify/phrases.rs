//! Finding many phrases in a folded text at once, on word boundaries.

use std::ops::Range;

use crate::vocab::blocks::{Block, bits, blocks};
use crate::vocab::fold::Folded;

/// A set of folded phrases made ready: a trie that is walked from the start of each word of a text. Bytes at which nothing parts or ends are one step, so
/// that few places in memory are looked at.
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
    beginnings: Beginnings,
}

/// So many bytes of a step stand in its node; a longer one takes several.
const TAIL: usize = 7;

#[derive(Default)]
struct Node {
    /// With what the text must go on here, and how many bytes of it count.
    tail: ([u8; TAIL], u8),
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
        let open: Vec<bool> = folded.iter().map(|phrase| phrase.as_ref().ends_with('*')).collect();
        let beginnings = Beginnings::of(order.iter().map(|number| (bare[*number], open[*number])));
        let (nodes, edges) = grow(&order, &bare);
        let mut roots = [None; 256];
        for (byte, node) in &edges[slice(nodes[0].edges)] {
            roots[usize::from(*byte)] = Some(*node);
        }
        Phrases { nodes, edges, order, open, roots, beginnings }
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
                if self.beginnings.may_be(&text.as_bytes()[at..]) {
                    self.walk(text, at, &mut hits);
                }
            }
        }
        hits
    }

    /// The phrases that begin at `start`, if a word does. Few words come here: what it takes to walk is no burden to those that are passed over.
    #[inline(never)]
    fn walk(&self, text: &str, start: usize, hits: &mut Vec<Hit>) {
        let bytes = text.as_bytes();
        let (mut at, mut next) = (start + 1, self.roots[usize::from(bytes[start])]);
        if next.is_none() || !begins_word(text, start) {
            return;
        }
        while let Some(node) = next.map(|number| &self.nodes[number as usize]) {
            let tail = &node.tail.0[..usize::from(node.tail.1)];
            if !bytes[at..].starts_with(tail) {
                return;
            }
            at += tail.len();
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

/// How phrases begin: a bit for the hash of the first four bytes of each, and for shorter ones of three. Most words of a text are told by it alone, and
/// unlike the trie it is small enough to stay in the processor's nearest cache.
struct Beginnings {
    bits: Box<[u64; BEGINNINGS as usize / 64]>,
}

/// By how many bits it is told.
const BEGINNINGS: u32 = 1 << 15;

impl Beginnings {
    /// Of phrases, none of which is empty, and whether they take any ending.
    fn of<'a>(phrases: impl Iterator<Item = (&'a [u8], bool)>) -> Self {
        let mut this = Beginnings { bits: Box::new([0; BEGINNINGS as usize / 64]) };
        for (phrase, open) in phrases {
            // A word does not end where letters go on.
            let ends = |byte: &u8| open || !(phrase[phrase.len() - 1].is_ascii_alphanumeric() && byte.is_ascii_alphanumeric());
            match *phrase {
                [first, second, third, fourth, ..] => this.set(Self::four([first, second, third, fourth])),
                [first, second, third] => this.set(Self::three([first, second, third])),
                [first, second] => (0..=255).filter(ends).for_each(|third| this.set(Self::three([first, second, third]))),
                // So short that it tells nothing.
                _ => this.bits.fill(u64::MAX),
            }
        }
        this
    }

    /// Whether a phrase may begin with these bytes.
    fn may_be(&self, bytes: &[u8]) -> bool {
        let four = match *bytes {
            [first, second, third, fourth, ..] => [first, second, third, fourth],
            _ => std::array::from_fn(|at| bytes.get(at).copied().unwrap_or_default()),
        };
        let [first, second, third, _] = four;
        self.get(Self::four(four)) | self.get(Self::three([first, second, third]))
    }

    fn four(bytes: [u8; 4]) -> u32 {
        u32::from_le_bytes(bytes).wrapping_mul(0x9e37_79b1) >> (32 - BEGINNINGS.ilog2())
    }

    fn three([first, second, third]: [u8; 3]) -> u32 {
        u32::from_le_bytes([first, second, third, 0]).wrapping_mul(0x85eb_ca6b) >> (32 - BEGINNINGS.ilog2())
    }

    fn get(&self, bit: u32) -> bool {
        self.bits[bit as usize / 64] >> (bit % 64) & 1 == 1
    }

    fn set(&mut self, bit: u32) {
        self.bits[bit as usize / 64] |= 1 << (bit % 64);
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
        let tail = if node == 0 { &[] } else { shared(phrases[order[range.start]], phrases[order[range.end - 1]], depth) };
        let depth = depth + tail.len();
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
        let mut bytes = [0; TAIL];
        bytes[..tail.len()].copy_from_slice(tail);
        nodes[node] = Node {
            tail: (bytes, tail.len() as u8),
            edges: (first as u32, edges.len() as u32),
            phrases: (range.start as u32, (range.start + ending) as u32),
        };
    }
    (nodes, edges)
}

/// What the first and the last of some sorted phrases share from a depth on, and so do all between them; as much of it as a node holds.
fn shared<'p>(first: &'p [u8], last: &[u8], depth: usize) -> &'p [u8] {
    let rest = &first[depth..];
    let length = rest.iter().zip(&last[depth..]).take(TAIL).take_while(|(one, other)| one == other).count();
    &rest[..length]
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
            phrases in proptest::collection::vec("([ab 1.¥éр危の-]{0,4}|a{6,18}b?)\\*?", 0..8),
            text in "([ab 1.¥éр危の-]{0,8}|a{6,18}b? ?|[ab]{30,40} ?){0,9}",
        ) {
            let mut found = Phrases::new(&phrases).find(&Folded::new(&*text));
            found.sort_by_key(|hit| (hit.range.start, phrases[hit.phrase].trim_end_matches('*').len(), hit.phrase));
            proptest::prop_assert_eq!(found, found_plainly(&phrases, Folded::new(&*text).as_str()));
        }
    }
}
