//! Bytes looked at many at a time: questions without a way out, which the compiler makes vectors of.

/// A block of a text, and what its last one is filled up with: a byte that no character begins with.
pub type Block = [u8; 64];
pub const FILLER: u8 = 0x80;

/// The bytes in blocks.
pub fn blocks(bytes: &[u8]) -> impl Iterator<Item = Block> {
    let (whole, rest) = bytes.as_chunks();
    whole.iter().copied().chain((!rest.is_empty()).then(|| filled(rest)))
}

fn filled(rest: &[u8]) -> Block {
    let mut block = [FILLER; _];
    block[..rest.len()].copy_from_slice(rest);
    block
}

/// One bit for each byte of a block, the first the lowest: whether it is of a kind.
pub fn bits(block: &Block, is: impl Fn(u8) -> bool) -> u64 {
    // By this product the lowest bits of eight bytes come to stand side by side in the highest.
    const SIDE_BY_SIDE: u64 = 0x0102_0408_1020_4080;
    let flags = block.map(|byte| u8::from(is(byte)));
    let (eights, _) = flags.as_chunks();
    eights.iter().rev().fold(0, |bits, eight| bits << 8 | u64::from_le_bytes(*eight).wrapping_mul(SIDE_BY_SIDE) >> 56)
}

/// Tells where each byte of a kind stands, which [`FILLER`] is not, in their order.
pub fn each(bytes: &[u8], is: impl Fn(u8) -> bool, mut tell: impl FnMut(usize)) {
    for (block, from) in blocks(bytes).zip((0..).step_by(size_of::<Block>())) {
        let mut left = bits(&block, &is);
        while left != 0 {
            tell(from + left.trailing_zeros() as usize);
            left &= left - 1;
        }
    }
}

/// Where the first byte of a kind stands, which [`FILLER`] is not, that is found to be the one when it is looked at closely. Few are of the kind.
pub fn find(bytes: &[u8], is: impl Fn(u8) -> bool, mut is_it: impl FnMut(usize) -> bool) -> Option<usize> {
    for (block, from) in blocks(bytes).zip((0..).step_by(size_of::<Block>())) {
        let mut left = if has(&block, &is) { bits(&block, &is) } else { 0 };
        while left != 0 {
            let at = from + left.trailing_zeros() as usize;
            if is_it(at) {
                return Some(at);
            }
            left &= left - 1;
        }
    }
    None
}

/// Whether any byte is of a kind, which [`FILLER`] is not.
pub fn any(bytes: &[u8], is: impl Fn(u8) -> bool) -> bool {
    let (whole, rest) = bytes.as_chunks();
    whole.iter().any(|block| has(block, &is)) || (!rest.is_empty() && has(&filled(rest), &is))
}

/// Whether any byte of the block is.
fn has(block: &Block, is: impl Fn(u8) -> bool) -> bool {
    // Of truth values the compiler makes no vectors where the question is long.
    block.iter().fold(0, |any, byte| any | u8::from(is(*byte))) != 0
}

/// Whether two blanks stand side by side.
pub fn has_double_blank(bytes: &[u8]) -> bool {
    let next = bytes.get(1..).unwrap_or_default();
    bytes.iter().zip(next).fold(false, |any, (one, next)| any | ((*one == b' ') & (*next == b' ')))
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn blocks_answer_for_each_byte(text in "[ a-c]{0,200}") {
            let is = |byte: u8| byte == b'b';
            let plainly: Vec<bool> = text.bytes().map(is).collect();
            let all = blocks(text.as_bytes()).map(|block| bits(&block, is));
            let of_blocks: Vec<bool> = all.flat_map(|bits| (0..64).map(move |at| bits >> at & 1 == 1)).collect();
            proptest::prop_assert_eq!(&of_blocks[..text.len()], &plainly);
            proptest::prop_assert!(!of_blocks[text.len()..].contains(&true));
            let mut places = Vec::new();
            each(text.as_bytes(), is, |at| places.push(at));
            let plain_places: Vec<usize> = (0..text.len()).filter(|at| plainly[*at]).collect();
            proptest::prop_assert_eq!(&places, &plain_places);
            proptest::prop_assert_eq!(any(text.as_bytes(), is), plainly.contains(&true));
            let second = |at: usize| at % 2 == 1;
            proptest::prop_assert_eq!(find(text.as_bytes(), is, second), plain_places.iter().copied().find(|at| second(*at)));
            proptest::prop_assert_eq!(has_double_blank(text.as_bytes()), text.contains("  "));
        }
    }
}
