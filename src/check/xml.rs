//! Text to events: a strict XML 1.0 reader with namespaces that knows the place of everything it reports.
//!
//! It reports positions as the bytes where an event begins, splits and joins character data as the reference's reader does, and
//! stops at the first error. It fetches nothing and expands nothing but character references and the five predefined entities.

use std::borrow::Cow;

use super::limits::Limits;
use super::namespace::{Namespaces, NsId};

/// One attribute, namespace declarations excepted.
#[derive(Clone, Debug)]
pub(super) struct Attr<'a> {
    pub ns: NsId,
    pub name: &'a str,
    pub value: Cow<'a, str>,
}

/// What the reader met.
#[derive(Debug)]
pub(super) enum Event<'a> {
    /// The attributes stand in [`Reader::attrs`], the declarations in [`Reader::declared`].
    Start {
        ns: NsId,
        name: &'a str,
        at: usize,
    },
    End {
        at: usize,
    },
    /// A run of text from `at`; what one element holds may come in several.
    Text {
        text: Cow<'a, str>,
        at: usize,
    },
    /// A document type declaration with an external part.
    Doctype {
        public: Option<&'a str>,
        system: &'a str,
        at: usize,
    },
    /// A reference to an entity that the document's external part may declare.
    Unknown {
        entity: &'a str,
        at: usize,
    },
    Eof,
}

/// Why reading stopped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Stop {
    pub reason: Reason,
    pub at: usize,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Reason {
    Xml(&'static str),
    TooDeep,
    TooManyAttributes,
    TooLong,
}

type Step<T> = Result<T, Stop>;

pub(super) struct Reader<'a> {
    text: &'a str,
    bytes: &'a [u8],
    pos: usize,
    state: State,
    open: Vec<Open<'a>>,
    bindings: Vec<(&'a str, NsId)>,
    entities: Vec<&'a str>,
    external: bool,
    seen_doctype: bool,
    raw: Vec<RawAttr<'a>>,
    limits: &'a Limits,
    pub attrs: Vec<Attr<'a>>,
    pub declared: Vec<(&'a str, Cow<'a, str>)>,
}

struct Open<'a> {
    raw: &'a str,
    bindings: usize,
}

struct RawAttr<'a> {
    name: &'a str,
    value: Cow<'a, str>,
    at: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Prolog,
    Content,
    /// An empty element's end is still to be reported.
    Ending,
    Epilog,
}

const UNDECLARED: &str = "an entity that is not declared: XML knows only amp, lt, gt, quot and apos";
const INVALID: &str = "a character that XML does not allow here";

impl<'a> Reader<'a> {
    pub fn new(text: &'a str, limits: &'a Limits) -> Self {
        let start = if text.starts_with('\u{feff}') { 3 } else { 0 };
        Reader {
            text,
            bytes: text.as_bytes(),
            pos: start,
            state: State::Prolog,
            open: Vec::new(),
            bindings: vec![("xml", NsId::XML)],
            entities: Vec::new(),
            external: false,
            seen_doctype: false,
            raw: Vec::new(),
            limits,
            attrs: Vec::new(),
            declared: Vec::new(),
        }
    }

    /// The next event, or where and why the document ends early.
    pub fn next(&mut self, namespaces: &mut Namespaces<'a>) -> Step<Event<'a>> {
        match self.state {
            State::Prolog => self.prolog(namespaces),
            State::Content => self.content(namespaces),
            State::Ending => Ok(self.close(self.pos)),
            State::Epilog => self.epilog(),
        }
    }

    // ---- before and after the root element

    fn prolog(&mut self, namespaces: &mut Namespaces<'a>) -> Step<Event<'a>> {
        let first = self.pos;
        loop {
            self.skip_space();
            let at = self.pos;
            let Some(byte) = self.peek(0) else { return stop("no element found", at) };
            if byte != b'<' {
                return stop(if is_name_byte(byte) { "text before the first element" } else { INVALID }, at);
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

    fn epilog(&mut self) -> Step<Event<'a>> {
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

    fn instruction(&mut self, first: bool) -> Step<()> {
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

    fn comment(&mut self) -> Step<()> {
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

    fn doctype(&mut self) -> Step<Option<Event<'a>>> {
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
    fn internal_subset(&mut self) -> Step<()> {
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

    fn markup_declaration(&mut self) -> Step<()> {
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

    // ---- inside the root element

    fn content(&mut self, namespaces: &mut Namespaces<'a>) -> Step<Event<'a>> {
        loop {
            let at = self.pos;
            match self.peek(0) {
                None => return stop("no element found: the document ends inside an element", at),
                Some(b'&') => match self.entity()? {
                    Entity::Char(c) => return Ok(Event::Text { text: Cow::Owned(c.to_string()), at }),
                    Entity::Skipped(entity) => return Ok(Event::Unknown { entity, at }),
                    Entity::Declared => {}
                },
                Some(b'<') => match self.peek(1) {
                    Some(b'!') if self.starts("<!--") => self.comment()?,
                    Some(b'!') if self.starts("<![CDATA[") => {
                        if let Some(event) = self.cdata()? {
                            return Ok(event);
                        }
                    }
                    Some(b'!') => return stop(INVALID, at + 2),
                    Some(b'?') => self.instruction(false)?,
                    Some(b'/') => return self.end_tag(),
                    _ => return self.start_tag(namespaces),
                },
                Some(_) => return self.data(),
            }
        }
    }

    fn data(&mut self) -> Step<Event<'a>> {
        let start = self.pos;
        let mut end = start;
        loop {
            end += quiet_length(&self.bytes[end..]);
            match self.bytes.get(end) {
                None | Some(b'<' | b'&') => break,
                Some(b'\r') => return Ok(self.line(start, end)),
                Some(b']') if !self.text[end..].starts_with("]]>") => {}
                Some(0xEF) if !is_noncharacter(&self.bytes[end..]) => {}
                Some(_) => {
                    self.pos = end;
                    return stop(INVALID, end);
                }
            }
            end += 1;
        }
        self.pos = end;
        Ok(Event::Text { text: Cow::Borrowed(&self.text[start..end]), at: start })
    }

    /// Text before a carriage return, or the line end that it is part of.
    fn line(&mut self, start: usize, end: usize) -> Event<'a> {
        if end > start {
            self.pos = end;
            return Event::Text { text: Cow::Borrowed(&self.text[start..end]), at: start };
        }
        self.pos = if self.starts("\r\n") { end + 2 } else { end + 1 };
        Event::Text { text: Cow::Borrowed("\n"), at: start }
    }

    fn cdata(&mut self) -> Step<Option<Event<'a>>> {
        let start = self.pos + "<![CDATA[".len();
        let Some(length) = self.text[start..].find("]]>") else {
            self.check_characters(start, self.text.len())?;
            return stop("a CDATA section that does not end", self.text.len());
        };
        let end = start + length;
        self.check_characters(start, end)?;
        self.pos = end + 3;
        let raw = &self.text[start..end];
        let text = if raw.contains('\r') { Cow::Owned(raw.replace("\r\n", "\n").replace('\r', "\n")) } else { Cow::Borrowed(raw) };
        Ok((!raw.is_empty()).then_some(Event::Text { text, at: start }))
    }

    /// Reads a reference that starts at `pos`, in text or in an attribute's value.
    fn entity(&mut self) -> Step<Entity<'a>> {
        let at = self.pos;
        self.pos += 1;
        if self.peek(0) == Some(b'#') {
            return self.number(at);
        }
        let name = self.name()?;
        self.expect(b';')?;
        Ok(match name {
            "lt" => Entity::Char('<'),
            "gt" => Entity::Char('>'),
            "amp" => Entity::Char('&'),
            "quot" => Entity::Char('"'),
            "apos" => Entity::Char('\''),
            _ if self.entities.contains(&name) => Entity::Declared,
            _ if self.external => Entity::Skipped(name),
            _ => return stop(UNDECLARED, at),
        })
    }

    fn number(&mut self, at: usize) -> Step<Entity<'a>> {
        self.pos += 1;
        let hex = self.peek(0) == Some(b'x');
        self.pos += usize::from(hex);
        let start = self.pos;
        while self.peek(0).is_some_and(|b| if hex { b.is_ascii_hexdigit() } else { b.is_ascii_digit() }) {
            self.pos += 1;
        }
        let digits = &self.text[start..self.pos];
        if digits.is_empty() {
            return stop(INVALID, self.pos);
        }
        self.expect(b';')?;
        let value = u32::from_str_radix(digits, if hex { 16 } else { 10 }).ok().and_then(char::from_u32);
        match value.filter(|c| is_xml_char(*c)) {
            Some(c) => Ok(Entity::Char(c)),
            None => stop("a reference to a character that XML does not allow", at),
        }
    }

    // ---- tags

    fn start_tag(&mut self, namespaces: &mut Namespaces<'a>) -> Step<Event<'a>> {
        let at = self.pos;
        self.pos += 1;
        let raw = self.name()?;
        self.raw.clear();
        let empty = self.attributes(at)?;
        self.pos += if empty { 2 } else { 1 };
        if self.open.len() >= self.limits.depth {
            return Err(Stop { reason: Reason::TooDeep, at });
        }
        self.open.push(Open { raw, bindings: self.bindings.len() });
        self.resolve(at, namespaces)?;
        let (prefix, name) = split(raw);
        let ns = self.lookup(prefix, at)?;
        self.state = if empty { State::Ending } else { State::Content };
        Ok(Event::Start { ns, name, at })
    }

    /// Reads attributes into `raw` up to the tag's end; says whether the tag is an empty element's.
    fn attributes(&mut self, tag: usize) -> Step<bool> {
        loop {
            let spaced = self.skip_space();
            match (self.peek(0), self.peek(1)) {
                (Some(b'>'), _) => return Ok(false),
                (Some(b'/'), Some(b'>')) => return Ok(true),
                (None, _) | (Some(b'/'), None) => return stop("a tag that does not end", tag),
                _ if !spaced => return stop(INVALID, self.pos),
                _ => {}
            }
            let at = self.pos;
            let name = self.name()?;
            self.skip_space();
            self.expect(b'=')?;
            self.skip_space();
            if self.raw.len() >= self.limits.attributes {
                return Err(Stop { reason: Reason::TooManyAttributes, at });
            }
            let value = self.value(tag)?;
            if self.raw.iter().any(|other| other.name == name) {
                return stop("an attribute that stands twice", at);
            }
            self.raw.push(RawAttr { name, value, at });
        }
    }

    fn value(&mut self, tag: usize) -> Step<Cow<'a, str>> {
        let Some(quote @ (b'"' | b'\'')) = self.peek(0) else { return stop(INVALID, self.pos) };
        self.pos += 1;
        let mut start = self.pos;
        let mut owned: Option<String> = None;
        loop {
            let Some(byte) = self.peek(0) else { return stop("a tag that does not end", tag) };
            if !STOPS[byte as usize] && !matches!(byte, b'\t' | b'\n') && byte != quote {
                self.pos += 1;
                continue;
            }
            match byte {
                _ if byte == quote => break,
                b'\t' | b'\n' | b'\r' => {
                    let text = owned.get_or_insert_default();
                    text.push_str(&self.text[start..self.pos]);
                    text.push(' ');
                    self.pos += if self.starts("\r\n") { 2 } else { 1 };
                    start = self.pos;
                }
                b'&' => {
                    let before = &self.text[start..self.pos];
                    // An unknown entity makes the whole tag wrong.
                    let found =
                        self.entity().map_err(|why| if why.reason == Reason::Xml(UNDECLARED) { Stop { at: tag, ..why } } else { why })?;
                    let text = owned.get_or_insert_default();
                    text.push_str(before);
                    if let Entity::Char(c) = found {
                        text.push(c);
                    }
                    start = self.pos;
                }
                b']' => self.pos += 1,
                0xEF if !is_noncharacter(&self.bytes[self.pos..]) => self.pos += 1,
                _ => return stop(INVALID, self.pos),
            }
        }
        let rest = &self.text[start..self.pos];
        self.pos += 1;
        if self.pos - start > self.limits.value {
            return Err(Stop { reason: Reason::TooLong, at: start });
        }
        Ok(match owned {
            Some(text) => Cow::Owned(text + rest),
            None => Cow::Borrowed(rest),
        })
    }

    /// Turns `raw` into declarations and attributes.
    fn resolve(&mut self, at: usize, namespaces: &mut Namespaces<'a>) -> Step<()> {
        self.attrs.clear();
        self.declared.clear();
        let raw = std::mem::take(&mut self.raw);
        for attr in &raw {
            let Some(prefix) =
                attr.name.strip_prefix("xmlns").and_then(|rest| if rest.is_empty() { Some("") } else { rest.strip_prefix(':') })
            else {
                continue;
            };
            bindable(prefix, &attr.value).map_err(|why| Stop { reason: Reason::Xml(why), at })?;
            self.bindings.push((prefix, namespaces.intern(attr.value.clone())));
            self.declared.push((prefix, attr.value.clone()));
        }
        for attr in &raw {
            if attr.name == "xmlns" || attr.name.starts_with("xmlns:") {
                continue;
            }
            let (prefix, name) = split(attr.name);
            let ns = if prefix.is_empty() { NsId::NONE } else { self.lookup(prefix, at)? };
            if ns != NsId::NONE && self.attrs.iter().any(|other| other.ns == ns && other.name == name) {
                return stop("an attribute that stands twice", attr.at);
            }
            self.attrs.push(Attr { ns, name, value: attr.value.clone() });
        }
        self.raw = raw;
        Ok(())
    }

    fn lookup(&self, prefix: &str, at: usize) -> Step<NsId> {
        match self.bindings.iter().rev().find(|(bound, _)| *bound == prefix) {
            Some((_, ns)) => Ok(*ns),
            None if prefix.is_empty() => Ok(NsId::NONE),
            None => stop("a prefix that no `xmlns` declares", at),
        }
    }

    fn end_tag(&mut self) -> Step<Event<'a>> {
        let at = self.pos;
        self.pos += 2;
        let start = self.pos;
        let name = self.name()?;
        self.skip_space();
        match self.peek(0) {
            Some(b'>') => self.pos += 1,
            None => return stop("a tag that does not end", at),
            Some(_) => return stop(INVALID, self.pos),
        }
        if self.open.last().is_none_or(|open| open.raw != name) {
            return stop("an end tag that matches no open element", start);
        }
        Ok(self.close(at))
    }

    fn close(&mut self, at: usize) -> Event<'a> {
        if let Some(open) = self.open.pop() {
            self.bindings.truncate(open.bindings);
        }
        self.state = if self.open.is_empty() { State::Epilog } else { State::Content };
        Event::End { at }
    }

    // ---- letters

    fn peek(&self, ahead: usize) -> Option<u8> {
        self.bytes.get(self.pos + ahead).copied()
    }

    fn starts(&self, text: &str) -> bool {
        self.bytes[self.pos..].starts_with(text.as_bytes())
    }

    fn skip_space(&mut self) -> bool {
        let start = self.pos;
        while matches!(self.peek(0), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.pos += 1;
        }
        self.pos > start
    }

    fn space(&mut self) -> Step<()> {
        if self.skip_space() { Ok(()) } else { stop(INVALID, self.pos) }
    }

    fn expect(&mut self, byte: u8) -> Step<()> {
        if self.peek(0) != Some(byte) {
            return stop(INVALID, self.pos);
        }
        self.pos += 1;
        Ok(())
    }

    fn name(&mut self) -> Step<&'a str> {
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

    fn quoted(&mut self) -> Step<&'a str> {
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

    fn check_characters(&self, start: usize, end: usize) -> Step<()> {
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

enum Entity<'a> {
    Char(char),
    Skipped(&'a str),
    Declared,
}

fn stop<T>(why: &'static str, at: usize) -> Step<T> {
    Err(Stop { reason: Reason::Xml(why), at })
}

fn split(raw: &str) -> (&str, &str) {
    raw.split_once(':').unwrap_or(("", raw))
}

fn bindable(prefix: &str, uri: &str) -> Result<(), &'static str> {
    const XML: &str = "http://www.w3.org/XML/1998/namespace";
    match prefix {
        "xmlns" => Err("the prefix `xmlns` cannot be declared"),
        "xml" if uri != XML => Err("the prefix `xml` cannot be bound to another namespace"),
        "" => Ok(()),
        _ if uri.is_empty() => Err("a prefix cannot be undeclared"),
        "xml" => Ok(()),
        _ if uri == XML => Err("no other prefix can be bound to the namespace of `xml`"),
        _ => Ok(()),
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

fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r')
}

fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b':' | b'-' | b'.' | 0x80..)
}

fn is_xml_char(c: char) -> bool {
    !matches!(c, '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}')
}

/// U+FFFE and U+FFFF.
fn is_noncharacter(bytes: &[u8]) -> bool {
    matches!(bytes, [0xEF, 0xBF, 0xBE | 0xBF, ..])
}

/// How many bytes at the start need no look, found a block at a time.
fn quiet_length(bytes: &[u8]) -> usize {
    const BLOCK: usize = 32;
    let stops = |b: &u8| (*b < 0x20 && *b != b'\t' && *b != b'\n') | (*b == b'<') | (*b == b'&') | (*b == b']') | (*b == 0xEF);
    let quiet = bytes.chunks_exact(BLOCK).take_while(|block| !block.iter().fold(false, |any, b| any | stops(b))).count() * BLOCK;
    quiet + bytes[quiet..].iter().position(stops).unwrap_or(bytes.len() - quiet)
}

/// The bytes at which a value has to be looked at.
static STOPS: [bool; 256] = {
    let mut table = [false; 256];
    let mut at = 0;
    while at < 0x20 {
        table[at] = at != 9 && at != 10;
        at += 1;
    }
    table[b'<' as usize] = true;
    table[b'&' as usize] = true;
    table[b']' as usize] = true;
    table[0xEF] = true;
    table
};
