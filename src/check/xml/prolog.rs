//! What stands before and after the root element: declaration, document type, comments, instructions.

use super::super::namespace::Namespaces;
use super::*;

impl<'a> Reader<'a> {
    pub(super) fn prolog(&mut self, namespaces: &mut Namespaces<'a>) -> Step<Event<'a>> {
        let first = self.pos;
        loop {
            self.skip_space();
            let at = self.pos;
            let Some(byte) = self.peek(0) else { return stop("no element found", at) };
            if byte != b'<' {
                return stop(if NAME_BYTES[byte as usize] { "text before the first element" } else { INVALID }, at);
            }
            match self.peek(1) {
                Some(b'?') => self.instruction(at == first)?,
                Some(b'!') if self.starts("<!--") => self.comment()?,
                Some(b'!') if self.starts("<!DOCTYPE") => {
                    if let Some(event) = self.doctype()? {
                        return Ok(event);
                    }
                }
                Some(b'!') => return stop("a declaration that is none", at + 1),
                _ => {
                    self.state = State::Content;
                    return self.start_tag(namespaces);
                }
            }
        }
    }

    pub(super) fn epilog(&mut self) -> Step<Event<'a>> {
        loop {
            self.skip_space();
            let at = self.pos;
            match (self.peek(0), self.peek(1)) {
                (None, _) => return Ok(Event::Eof),
                (Some(b'<'), Some(b'?')) => self.instruction(false)?,
                (Some(b'<'), _) if self.starts("<!--") => self.comment()?,
                _ => return stop("something after the document's element", at),
            }
        }
    }

    pub(super) fn instruction(&mut self, first: bool) -> Step<()> {
        let at = self.pos;
        self.pos += 2;
        let target = self.name()?;
        let Some(end) = self.text[self.pos..].find("?>") else { return stop("an instruction that does not end", at) };
        let body = &self.text[self.pos..self.pos + end];
        if target == "xml" && first {
            declaration(body).map_err(|why| Stop { reason: Reason::Xml(why), at })?;
        } else if target == "xml" {
            return stop("an XML declaration that is not at the very start", at);
        } else if target.eq_ignore_ascii_case("xml") {
            return stop(INVALID, at + 2);
        } else if !(body.is_empty() || body.starts_with(is_space)) {
            return stop(INVALID, self.pos);
        }
        self.pos += end + 2;
        Ok(())
    }

    pub(super) fn comment(&mut self) -> Step<()> {
        let at = self.pos;
        let body = self.pos + 4;
        let Some(end) = self.text[body..].find("--") else {
            self.check_characters(body, self.text.len())?;
            return stop("a comment that does not end", at);
        };
        self.check_characters(body, body + end)?;
        if self.bytes.get(body + end + 2) != Some(&b'>') {
            return stop("`--` inside a comment", body + end + 2);
        }
        self.pos = body + end + 3;
        Ok(())
    }

    pub(super) fn doctype(&mut self) -> Step<Option<Event<'a>>> {
        let at = self.pos;
        if self.seen_doctype {
            return stop("a second document type declaration", at);
        }
        self.seen_doctype = true;
        self.pos += "<!DOCTYPE".len();
        self.space()?;
        self.name()?;
        self.skip_space();
        let mut public = None;
        let mut system = None;
        if self.starts("PUBLIC") {
            self.pos += 6;
            self.space()?;
            let at = self.pos;
            public =
                Some(self.quoted()?).filter(|id| id.bytes().all(|b| b.is_ascii_alphanumeric() || b" \r\n-'()+,./:=?;!*#@$_%".contains(&b)));
            if public.is_none() {
                return stop(INVALID, at);
            }
            self.skip_space();
            system = Some(self.quoted()?);
        } else if self.starts("SYSTEM") {
            self.pos += 6;
            self.space()?;
            system = Some(self.quoted()?);
        }
        self.skip_space();
        if self.peek(0) == Some(b'[') {
            self.internal_subset()?;
            self.skip_space();
        }
        if self.peek(0) != Some(b'>') {
            return stop(INVALID, self.pos);
        }
        let close = self.pos;
        self.pos += 1;
        self.external |= system.is_some();
        Ok(system.map(|system| Event::Doctype { public, system, at: close }))
    }

    /// Walks over the declarations, keeping the names of the entities that they declare: none of them is ever expanded.
    pub(super) fn internal_subset(&mut self) -> Step<()> {
        let at = self.pos;
        self.pos += 1;
        loop {
            self.skip_space();
            match self.peek(0) {
                Some(b']') => {
                    self.pos += 1;
                    return Ok(());
                }
                Some(b'%') => {
                    self.external = true;
                    self.pos += 1;
                    self.name()?;
                    self.expect(b';')?;
                }
                Some(b'<') if self.starts("<!--") => self.comment()?,
                Some(b'<') if self.peek(1) == Some(b'?') => self.instruction(false)?,
                Some(b'<') if self.peek(1) == Some(b'!') => self.markup_declaration()?,
                Some(_) => return stop(INVALID, self.pos),
                None => return stop("a document type declaration that does not end", at),
            }
        }
    }

    pub(super) fn markup_declaration(&mut self) -> Step<()> {
        let at = self.pos;
        let entity = self.starts("<!ENTITY");
        self.pos += 2;
        let keyword = self.name()?;
        if !matches!(keyword, "ENTITY" | "ELEMENT" | "ATTLIST" | "NOTATION") {
            return stop("a declaration that is none", at);
        }
        self.skip_space();
        if entity && self.peek(0) != Some(b'%') {
            let name = self.name()?;
            if self.entities.len() < self.limits.entities {
                self.entities.push(name);
            }
        }
        while let Some(byte) = self.peek(0) {
            match byte {
                b'>' => {
                    self.pos += 1;
                    return Ok(());
                }
                b'"' | b'\'' => {
                    self.quoted()?;
                }
                b'<' => return stop(INVALID, self.pos),
                _ => self.pos += 1,
            }
        }
        stop("a declaration that does not end", at)
    }
}

/// `version="1.0" encoding="..." standalone="..."`, in this order.
fn declaration(body: &str) -> Result<(), &'static str> {
    const WRONG: &str = "an XML declaration that is not well-formed";
    let mut rest = body;
    let mut wanted = ["version", "encoding", "standalone"].iter();
    let mut first = true;
    loop {
        let trimmed = rest.trim_start_matches(is_space);
        if trimmed.is_empty() {
            return if first { Err(WRONG) } else { Ok(()) };
        }
        if trimmed.len() == rest.len() {
            return Err(WRONG);
        }
        let (name, after) = trimmed.split_once('=').ok_or(WRONG)?;
        let name = name.trim_end_matches(is_space);
        if (first && name != "version") || !wanted.any(|w| *w == name) {
            return Err(WRONG);
        }
        let wanted_value: fn(&str) -> bool = match name {
            "version" => |value| value.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.:".contains(&b)),
            "encoding" => |value| {
                value.starts_with(|c: char| c.is_ascii_alphabetic())
                    && value.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b))
            },
            _ => |value| matches!(value, "yes" | "no"),
        };
        first = false;
        let after = after.trim_start_matches(is_space);
        let quote = after.chars().next().filter(|c| matches!(c, '"' | '\'')).ok_or(WRONG)?;
        let end = after[1..].find(quote).ok_or(WRONG)?;
        if !wanted_value(&after[1..=end]) {
            return Err(WRONG);
        }
        rest = &after[end + 2..];
    }
}
