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
        let rest = &self.text[self.pos..];
        let plain = rest.bytes().take_while(u8::is_ascii_alphanumeric).count();
        let goes_on = rest.as_bytes().get(plain).is_some_and(|byte| NAME_BYTES[*byte as usize]);
        // Most names are letters alone.
        if goes_on || plain > self.limits.name || !rest.starts_with(|c: char| c.is_ascii_alphabetic()) {
            return self.any_name();
        }
        self.pos += plain;
        Ok(&rest[..plain])
    }

    fn any_name(&mut self) -> Step<&'a str> {
        let start = self.pos;
        let (mut end, mut colons) = (start, 0);
        while let Some(byte) = self.bytes.get(end).filter(|byte| NAME_BYTES[**byte as usize]) {
            if *byte == 0xEF && is_noncharacter(&self.bytes[end..]) {
                return stop(INVALID, end);
            }
            colons += usize::from(*byte == b':');
            end += 1;
        }
        self.pos = end;
        let name = &self.text[start..end];
        if name.is_empty()
            || matches!(self.bytes[start], b'0'..=b'9' | b'-' | b'.' | b':')
            || name.ends_with(':')
            || colons > 1
            || ((colons > 0 || !name.is_ascii()) && !is_well_named(name))
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

/// Whether a name has letters where names need them: at the start and after the colon, and no signs from beyond ASCII.
fn is_well_named(name: &str) -> bool {
    let part = name.split_once(':').map_or("", |(_, part)| part);
    if part.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '-' | '.')) {
        return false;
    }
    name.is_ascii() || (name.split(':').all(|part| part.starts_with(is_letter)) && name.chars().all(|c| c.is_ascii() || is_inner(c)))
}

fn is_letter(c: char) -> bool {
    c == '_' || (c.is_alphabetic() && c < '\u{10000}')
}

/// Letters, digits, and the marks that join them, which are hard to tell from other signs but by where they stand.
fn is_inner(c: char) -> bool {
    is_letter(c)
        || (c.is_numeric() && c >= '\u{660}' && !matches!(c, '\u{2000}'..='\u{3006}' | '\u{10000}'..))
        || matches!(c, '\u{b7}' | '\u{300}'..='\u{36f}' | '\u{483}'..='\u{487}' | '\u{591}'..='\u{5c4}' | '\u{640}'..='\u{670}')
        || matches!(c, '\u{6d6}'..='\u{6ed}' | '\u{900}'..='\u{ec8}' | '\u{f18}'..='\u{fb9}' | '\u{20d0}'..='\u{20e1}')
        || matches!(c, '\u{3005}' | '\u{302a}'..='\u{3035}' | '\u{3099}'..='\u{309e}' | '\u{30fc}'..='\u{30fe}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_letters_and_what_may_follow_them() {
        for name in ["a", "_", "a:b", "a1.-", "é", "a·", "日本", "a:é1"] {
            assert!(is_well_named(name), "{name}");
        }
        for name in ["a:1", "a:-", "·", "a:·", "€", "a€", "😀", "a\u{85}", "a\u{a0}b", "×"] {
            assert!(!is_well_named(name), "{name}");
        }
    }
}
