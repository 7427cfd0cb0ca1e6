//! Text to events: a strict XML 1.0 reader with namespaces that knows the place of everything it reports.
//!
//! It reports positions as the bytes where an event begins, splits and joins character data as the reference's reader does, and
//! stops at the first error. It fetches nothing and expands nothing but character references and the five predefined entities.

mod known;
mod letters;
mod prolog;
mod runs;
mod tags;

use std::borrow::Cow;

use super::limits::Limits;
use super::namespace::{Namespaces, NsId};
use known::{Known, Tag};
use runs::{quiet_length, quiet_value};

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
    known: Known<'a>,
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
    /// Neither a declaration nor of any namespace.
    is_plain: bool,
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
            known: Known::new(),
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

    /// Where the next event begins.
    pub fn position(&self) -> usize {
        self.pos
    }

    /// Passes over white space before a tag, of which nobody wants to know.
    pub fn skip_blank(&mut self) {
        let blank = self.bytes[self.pos..].iter().take_while(|byte| matches!(byte, b' ' | b'\t' | b'\n')).count();
        if self.state == State::Content && self.peek(blank) == Some(b'<') {
            self.pos += blank;
        }
    }

    /// Goes on behind elements that are known to be whole.
    pub fn skip_to(&mut self, at: usize) {
        self.pos = at;
    }

    pub fn has_doctype(&self) -> bool {
        self.seen_doctype
    }

    /// The namespaces that prefixes stand for here.
    pub fn bindings(&self) -> &[(&'a str, NsId)] {
        &self.bindings
    }

    fn content(&mut self, namespaces: &mut Namespaces<'a>) -> Step<Event<'a>> {
        loop {
            let at = self.pos;
            match self.peek(0) {
                None => return stop("no element found: the document ends inside an element", at),
                Some(b'&') => match self.entity()? {
                    Entity::Char(c) => return Ok(Event::Text { text: letter(c), at }),
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
}

enum Entity<'a> {
    Char(char),
    Skipped(&'a str),
    Declared,
}

/// A letter as text, without a copy for those that are escaped most.
fn letter<'a>(c: char) -> Cow<'a, str> {
    Cow::Borrowed(match c {
        '<' => "<",
        '>' => ">",
        '&' => "&",
        '"' => "\"",
        '\'' => "'",
        other => return Cow::Owned(other.to_string()),
    })
}

fn stop<T>(why: &'static str, at: usize) -> Step<T> {
    Err(Stop { reason: Reason::Xml(why), at })
}

fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r')
}

/// The bytes of names.
static NAME_BYTES: [bool; 256] = {
    let mut table = [false; 256];
    let mut at = 0;
    while at < 256 {
        let byte = at as u8;
        table[at] = byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b':' | b'-' | b'.' | 0x80..);
        at += 1;
    }
    table
};

fn is_xml_char(c: char) -> bool {
    !matches!(c, '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}')
}

/// U+FFFE and U+FFFF.
fn is_noncharacter(bytes: &[u8]) -> bool {
    matches!(bytes, [0xEF, 0xBF, 0xBE | 0xBF, ..])
}
