//! Bytes as text, or why they are none.

use super::super::walk::Found;
use crate::diag::{Code, Finding, Place, codes};

pub(super) const BOM: &[u8] = b"\xEF\xBB\xBF";

/// Why bytes are no text.
pub(super) struct Undecodable {
    code: &'static Code,
    at: usize,
    message: &'static str,
    help: &'static str,
}

impl Undecodable {
    pub fn bad_utf8(bytes: &[u8]) -> Self {
        let at = std::str::from_utf8(bytes).map_or_else(|error| error.valid_up_to(), str::len);
        let (message, help) = match bytes {
            [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] => ("this is UTF-16, not UTF-8", "save the file as UTF-8"),
            _ => ("a byte that is not UTF-8", "save the file as UTF-8; a program may have written it as windows-1252 or Latin-1"),
        };
        Undecodable { code: &codes::BAD_UTF8, at, message, help }
    }

    pub fn finding(&self, found: &Found, line: u32, bytes: &[u8]) -> Finding {
        // Up to the bad byte the two texts are the same.
        let text = String::from_utf8_lossy(bytes);
        let end = self.at + text[self.at..].chars().next().map_or(0, char::len_utf8);
        let place = Place::span_from_line(found.path.clone(), line, &text, self.at..end);
        Finding::new(self.code, self.message).at(place).help(self.help)
    }
}

/// The bytes as text, without the mark that some editors put before it.
pub(super) fn decode(bytes: &[u8]) -> Result<&str, Undecodable> {
    let text = simdutf8::basic::from_utf8(bytes).map_err(|_| Undecodable::bad_utf8(bytes))?;
    if let Some(at) = memchr::memchr(0, bytes) {
        let (message, help) = ("a NUL byte", "this is no text file, or a damaged one; write it anew");
        return Err(Undecodable { code: &codes::NUL_BYTE, at, message, help });
    }
    Ok(text.strip_prefix('\u{FEFF}').unwrap_or(text))
}
