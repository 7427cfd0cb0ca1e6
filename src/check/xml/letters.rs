//! The smallest steps of reading: letters, blanks, names, quotations.

use super::*;

impl<'a> Reader<'a> {
    pub(super) fn peek(&self, ahead: usize) -> Option<u8> {
        self.bytes.get(self.pos + ahead).copied()
    }

    pub(super) fn starts(&self, text: &str) -> bool {
        self.bytes[self.pos..].starts_with(text.as_bytes())
    }

    pub(super) fn skip_space(&mut self) -> bool {
        let start = self.pos;
        while matches!(self.peek(0), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.pos += 1;
        }
        self.pos > start
    }

    pub(super) fn space(&mut self) -> Step<()> {
        if self.skip_space() { Ok(()) } else { stop(INVALID, self.pos) }
    }

    pub(super) fn expect(&mut self, byte: u8) -> Step<()> {
        if self.peek(0) != Some(byte) {
            return stop(INVALID, self.pos);
        }
        self.pos += 1;
        Ok(())
    }

    pub(super) fn name(&mut self) -> Step<&'a str> {
        let start = self.pos;
        while self.peek(0).is_some_and(is_name_byte) {
            if self.bytes[self.pos] == 0xEF && is_noncharacter(&self.bytes[self.pos..]) {
                return stop(INVALID, self.pos);
            }
            self.pos += 1;
        }
        let name = &self.text[start..self.pos];
        if name.is_empty()
            || matches!(self.bytes[start], b'0'..=b'9' | b'-' | b'.' | b':')
            || name.ends_with(':')
            || name.matches(':').count() > 1
        {
            return stop(INVALID, start);
        }
        if name.len() > self.limits.name {
            return Err(Stop { reason: Reason::TooLong, at: start });
        }
        Ok(name)
    }

    pub(super) fn quoted(&mut self) -> Step<&'a str> {
        let at = self.pos;
        let quote = match self.peek(0) {
            Some(b'"') => '"',
            Some(b'\'') => '\'',
            _ => return stop(INVALID, at),
        };
        let Some(length) = self.text[at + 1..].find(quote) else { return stop("a quotation that does not end", at) };
        self.pos = at + length + 2;
        Ok(&self.text[at + 1..at + 1 + length])
    }

    pub(super) fn check_characters(&self, start: usize, end: usize) -> Step<()> {
        let bytes = &self.bytes[start..end];
        match bytes
            .iter()
            .enumerate()
            .find(|(at, b)| (**b < 0x20 && !matches!(**b, 9 | 10 | 13)) || (**b == 0xEF && is_noncharacter(&bytes[*at..])))
        {
            Some((at, _)) => stop(INVALID, start + at),
            None => Ok(()),
        }
    }
}
