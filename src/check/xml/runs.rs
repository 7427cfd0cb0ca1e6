//! Runs of text: how far nothing needs a look, found many bytes at a time.

use super::Reader;
use crate::vocab::blocks::{Block, bits, blocks};

impl Reader<'_> {
    pub(in super::super) fn is_at_reference(&self) -> bool {
        self.peek(0) == Some(b'&')
    }

    /// Adds to `into` what goes on as plain letters and references to them, up to `most` bytes in all.
    ///
    /// It may be called after an event of text. What is left where it stops, be it a tag, a fault or a letter worth a look, comes as events.
    pub(in super::super) fn gather(&mut self, into: &mut String, most: usize) {
        into.reserve(FIRST);
        let text = &self.text[self.pos..];
        let (bytes, mut done) = (text.as_bytes(), 0);
        for (block, from) in blocks(bytes).zip((0..).step_by(size_of::<Block>())) {
            let mut left = bits(&block, |byte| is_odd(byte) | (byte == b'<') | (byte == b'&'));
            while left != 0 {
                let at = from + left.trailing_zeros() as usize;
                left &= left - 1;
                let met = match bytes[at] {
                    b'<' => Some(("", 0)),
                    b'&' => predefined(&bytes[at..]),
                    // The letters before it come with it as an event.
                    _ => None,
                };
                let Some((letter, length)) = met.filter(|(letter, _)| into.len() + (at - done) + letter.len() <= most) else { return };
                into.push_str(&text[done..at]);
                into.push_str(letter);
                self.pos += at + length - done;
                done = at + length;
                if length == 0 {
                    return;
                }
            }
        }
    }
}

/// For so many bytes room is made at once: most texts that are gathered are long.
const FIRST: usize = 1024;

/// The letter of a predefined entity that stands at the start, and the length of the reference.
fn predefined(bytes: &[u8]) -> Option<(&'static str, usize)> {
    Some(match bytes {
        [b'&', b'l', b't', b';', ..] => ("<", 4),
        [b'&', b'g', b't', b';', ..] => (">", 4),
        [b'&', b'a', b'm', b'p', b';', ..] => ("&", 5),
        [b'&', b'q', b'u', b'o', b't', b';', ..] => ("\"", 6),
        [b'&', b'a', b'p', b'o', b's', b';', ..] => ("'", 6),
        _ => return None,
    })
}

/// A control character other than a tab or a line feed.
const fn is_control(byte: u8) -> bool {
    (byte < 0x20) & (byte != b'\t') & (byte != b'\n')
}

const fn is_stop(byte: u8) -> bool {
    is_control(byte) | (byte == b'<') | (byte == b'&') | (byte == b']') | (byte == 0xEF)
}

/// How many bytes at the start need no look.
pub(super) fn quiet_length(bytes: &[u8]) -> usize {
    let quiet = blocks_without(bytes, is_stop);
    quiet + bytes[quiet..].iter().position(|byte| STOPS[*byte as usize]).unwrap_or(bytes.len() - quiet)
}

/// The same of a value in these quotation marks.
pub(super) fn quiet_value(bytes: &[u8], quote: u8) -> usize {
    let ends = |byte: u8| (byte == quote) | (byte == b'\t') | (byte == b'\n');
    let quiet = blocks_without(bytes, |byte| is_stop(byte) | ends(byte));
    quiet + bytes[quiet..].iter().position(|byte| STOPS[*byte as usize] | ends(*byte)).unwrap_or(bytes.len() - quiet)
}

/// What plain letters do not have: `]`, and what begins what a wrong encoding leaves behind.
const fn is_odd(byte: u8) -> bool {
    is_control(byte) | (byte == b']') | (byte == 0xC2) | (byte == 0xEF)
}

/// How many bytes at the start are whole blocks in which no byte is of the kind.
fn blocks_without(bytes: &[u8], kind: impl Fn(u8) -> bool) -> usize {
    const BLOCK: usize = 16;
    // Of truth values the compiler makes no vectors where the question is long.
    let any = |block: &&[u8; BLOCK]| block.iter().fold(0, |any, byte| any | u8::from(kind(*byte))) != 0;
    bytes.as_chunks().0.iter().take_while(|block| !any(block)).count() * BLOCK
}

/// The bytes at which a value has to be looked at.
static STOPS: [bool; 256] = {
    let mut table = [false; 256];
    let mut at = 0;
    while at < 256 {
        table[at] = is_stop(at as u8);
        at += 1;
    }
    table
};

#[cfg(test)]
mod tests {
    use super::super::super::limits::Limits;
    use super::super::super::namespace::Namespaces;
    use super::super::{Event, Reader};

    /// All text of a document and where its reading ends, with or without a gathering after each piece.
    fn read(document: &str, gathers: bool) -> (String, String) {
        let limits = Limits::default();
        let (mut reader, mut namespaces) = (Reader::new(document, &limits), Namespaces::new());
        let mut all = String::new();
        loop {
            match reader.next(&mut namespaces) {
                Ok(Event::Text { text, .. }) => {
                    all.push_str(&text);
                    if gathers && reader.is_at_reference() {
                        reader.gather(&mut all, 1000);
                    }
                }
                Ok(Event::Eof) => return (all, String::new()),
                Ok(event) => all.push_str(&format!("{event:?}")),
                Err(stop) => return (all, format!("{stop:?}")),
            }
        }
    }

    #[test]
    fn what_is_gathered_is_what_comes_in_pieces() {
        let pieces = [
            "plain",
            " ",
            "\n",
            "\r\n",
            "é",
            "\u{a0}",
            "\u{93}",
            "“",
            "\u{fffd}",
            "\u{ffff}",
            "\u{1}",
            "]",
            "]]>",
            "&lt;",
            "&gt;",
            "&amp;",
            "&quot;",
            "&apos;",
            "&#65;",
            "&#x1;",
            "&bogus;",
            "&lt",
            "&",
            "<b/>",
            "<!-- x -->",
            "<![CDATA[&lt;]]>",
            "a text that is longer than a block",
        ];
        let (mut state, mut whole) = (11u32, 0);
        for _ in 0..50_000 {
            let mut dice = |sides: usize| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (state >> 16) as usize % sides
            };
            let inner: String = (0..dice(8)).map(|_| pieces[dice(pieces.len())]).collect();
            let document = format!("<a>{inner}</a>");
            let gathered = read(&document, true);
            assert_eq!(gathered, read(&document, false), "{document:?}");
            whole += usize::from(gathered.1.is_empty());
        }
        assert!((10_000..40_000).contains(&whole), "{whole} were well-formed");
    }

    #[test]
    fn no_more_is_gathered_than_asked_for() {
        let limits = Limits::default();
        let (mut reader, mut namespaces) = (Reader::new("<a>12345&lt;67</a>", &limits), Namespaces::new());
        let _ = (reader.next(&mut namespaces), reader.next(&mut namespaces));
        let mut text = "12345".to_owned();
        reader.gather(&mut text, 7);
        assert_eq!(text, "12345<");
        reader.gather(&mut text, 100);
        assert_eq!(text, "12345<67");
    }
}
