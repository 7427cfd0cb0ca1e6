//! Runs of text: how far nothing needs a look, found many bytes at a time.

use memchr::{memchr, memrchr};

use super::Reader;

impl Reader<'_> {
    pub(in super::super) fn is_at_reference(&self) -> bool {
        self.peek(0) == Some(b'&')
    }

    /// Adds to `into` what goes on as plain letters and references to them, up to `most` bytes in all.
    ///
    /// It may be called after an event of text. What is left where it stops, be it a tag, a fault or a letter worth a look, comes as events.
    pub(in super::super) fn gather(&mut self, into: &mut String, most: usize) {
        loop {
            let rest = &self.bytes[self.pos..];
            let ahead = &rest[..rest.len().min(AHEAD)];
            let plain = plain_length(ahead);
            // Text that ends in something odd, or out of sight, comes as an event from its last reference on.
            let plain = if ahead.get(plain) == Some(&b'<') { plain } else { memrchr(b'&', &ahead[..plain]).unwrap_or(0) };
            if plain == 0 || into.len() + plain > most || !self.gather_plain(into, self.pos + plain) {
                return;
            }
        }
    }

    /// Adds what stands before `end`, unless a reference in it is no predefined one.
    fn gather_plain(&mut self, into: &mut String, end: usize) -> bool {
        into.reserve(end - self.pos);
        while self.pos < end {
            let rest = &self.text[self.pos..end];
            let length = memchr(b'&', rest.as_bytes()).unwrap_or(rest.len());
            into.push_str(&rest[..length]);
            self.pos += length;
            if self.pos < end {
                let Some((letter, length)) = predefined(&rest.as_bytes()[length..]) else { return false };
                into.push(letter);
                self.pos += length;
            }
        }
        true
    }
}

/// How far ahead is looked at once: not so far that it is for nothing where something odd comes soon, again and again.
const AHEAD: usize = 1024;

/// The letter of a predefined entity that stands at the start, and the length of the reference.
fn predefined(bytes: &[u8]) -> Option<(char, usize)> {
    Some(match bytes {
        [b'&', b'l', b't', b';', ..] => ('<', 4),
        [b'&', b'g', b't', b';', ..] => ('>', 4),
        [b'&', b'a', b'm', b'p', b';', ..] => ('&', 5),
        [b'&', b'q', b'u', b'o', b't', b';', ..] => ('"', 6),
        [b'&', b'a', b'p', b'o', b's', b';', ..] => ('\'', 6),
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

/// How many bytes at the start are letters and references, without one that begins what a wrong encoding leaves behind.
fn plain_length(bytes: &[u8]) -> usize {
    let odd = |byte| is_control(byte) | (byte == b'<') | (byte == b']') | (byte == 0xC2) | (byte == 0xEF);
    let plain = blocks_without(bytes, odd);
    plain + bytes[plain..].iter().position(|byte| odd(*byte)).unwrap_or(bytes.len() - plain)
}

/// How many bytes at the start are whole blocks in which no byte is of the kind.
fn blocks_without(bytes: &[u8], kind: impl Fn(u8) -> bool) -> usize {
    const BLOCK: usize = 16;
    bytes.chunks_exact(BLOCK).take_while(|block| !block.iter().fold(false, |any, byte| any | kind(*byte))).count() * BLOCK
}

/// The bytes at which a value has to be looked at.
pub(super) static STOPS: [bool; 256] = {
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
        assert_eq!(text, "12345");
        reader.gather(&mut text, 100);
        assert_eq!(text, "12345<67");
    }
}
