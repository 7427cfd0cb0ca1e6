//! XML as it is published: the spelling, whoever says what it is to spell.
//!
//! Text has no CDATA. Plain text has the hexadecimal references that feed validators ask for; white space in it and in attributes is written so that it
//! survives; elements without content close themselves, and each stands on a line of its own.

use crate::vocab::blocks;

/// A document, or a piece of one, on its way.
pub(super) struct Xml {
    pub out: String,
    last: Last,
    /// How deep the piece stands in its document.
    base: usize,
    depth: usize,
    spelling: Spelling,
    /// Whether `description` holds HTML, as it does in an item and not in a channel.
    in_item: bool,
}

/// What stood last in the output.
#[derive(Clone, Copy, PartialEq)]
enum Last {
    /// A start tag that is still open, so that it can take attributes or close itself.
    Open,
    Text,
    End,
}

/// How an element's text is spelt.
#[derive(Clone, Copy, PartialEq)]
enum Spelling {
    /// `&#x26;`, `&#x3C;`, on one line.
    Plain,
    /// `&amp;`, `&lt;`.
    Html,
    /// `+00:00` as `Z`.
    Date,
}

impl Xml {
    /// A document, with its declaration.
    pub fn document(capacity: usize) -> Self {
        let mut xml = Xml::new(capacity, 0, false);
        xml.out.push_str("<?xml version=\"1.0\" encoding=\"utf-8\"?>");
        xml
    }

    /// An item, `depth` deep in its document, whose longest texts have so many bytes; escaped they take about a quarter more.
    pub fn item(depth: usize, long: usize) -> Self {
        Xml::new(2048 + long + long / 4, depth, true)
    }

    fn new(capacity: usize, base: usize, in_item: bool) -> Self {
        Xml { out: String::with_capacity(capacity), last: Last::End, base, depth: 0, spelling: Spelling::Plain, in_item }
    }

    pub fn is_outside(&self) -> bool {
        self.depth == 0
    }

    /// What was written so far, taken away; the rest begins with an indented line.
    pub fn cut(&mut self) -> String {
        self.close_start_tag();
        self.last = Last::End;
        std::mem::take(&mut self.out)
    }

    /// A start tag, which takes attributes until something else comes.
    pub fn start(&mut self, name: &str) {
        self.close_start_tag();
        self.line();
        self.out.push('<');
        self.out.push_str(name);
        self.spelling = match name {
            "content" | "content:encoded" => Spelling::Html,
            "description" if self.in_item => Spelling::Html,
            "updated" | "published" => Spelling::Date,
            _ => Spelling::Plain,
        };
        self.depth += 1;
        self.last = Last::Open;
    }

    /// An attribute of the start tag that was just written.
    pub fn attribute(&mut self, name: &str, value: &str) {
        self.out.push(' ');
        self.out.push_str(name);
        self.out.push_str("=\"");
        self.spell(value, in_attribute);
        self.out.push('"');
    }

    pub fn text(&mut self, text: &str) {
        if text.is_empty() {
            return;
        }
        self.close_start_tag();
        self.last = Last::Text;
        match self.spelling {
            Spelling::Plain => self.spell(text, in_plain_text),
            Spelling::Html => self.spell(text, in_html),
            Spelling::Date => {
                let utc = text.strip_suffix("+00:00");
                self.out.push_str(utc.unwrap_or(text));
                self.out.push_str(if utc.is_some() { "Z" } else { "" });
            }
        }
    }

    pub fn end(&mut self, name: &str) {
        self.depth = self.depth.saturating_sub(1);
        match self.last {
            Last::Open => self.out.push_str("/>"),
            last => {
                if last == Last::End {
                    self.line();
                }
                self.out.push_str("</");
                self.out.push_str(name);
                self.out.push('>');
            }
        }
        self.last = Last::End;
    }

    pub fn maybe(&mut self, name: &str, text: Option<&str>) {
        text.into_iter().for_each(|text| self.element(name, text));
    }

    /// A whole element.
    pub fn element(&mut self, name: &str, text: &str) {
        self.element_with(name, [], text);
    }

    /// The same with those of the attributes that have a value.
    pub fn element_with<'v>(&mut self, name: &str, attributes: impl IntoIterator<Item = (&'v str, Option<&'v str>)>, text: &str) {
        self.start(name);
        for (name, value) in attributes {
            value.into_iter().for_each(|value| self.attribute(name, value));
        }
        self.text(text);
        self.end(name);
    }

    /// The text, with the bytes that are something else as what they are.
    fn spell(&mut self, text: &str, reference: impl Fn(u8) -> &'static str) {
        let (bytes, mut done) = (text.as_bytes(), 0);
        blocks::each(bytes, is_special, |at| {
            let reference = reference(bytes[at]);
            if !reference.is_empty() {
                self.out.push_str(&text[done..at]);
                self.out.push_str(reference);
                done = at + 1;
            }
        });
        self.out.push_str(&text[done..]);
    }

    fn close_start_tag(&mut self) {
        if self.last == Last::Open {
            self.out.push('>');
        }
    }

    fn line(&mut self) {
        const BLANKS: &str = "\n                ";
        let indent = 2 * (self.base + self.depth);
        self.out.push_str(&BLANKS[..BLANKS.len().min(1 + indent)]);
    }
}

/// What may have to be spelt in some place.
fn is_special(byte: u8) -> bool {
    (byte == b'&') | (byte == b'<') | (byte == b'>') | (byte == b'"') | (byte == b'\n') | (byte == b'\t')
}

fn in_html(byte: u8) -> &'static str {
    match byte {
        b'&' => "&amp;",
        b'<' => "&lt;",
        b'>' => "&gt;",
        _ => "",
    }
}

fn in_plain_text(byte: u8) -> &'static str {
    match byte {
        b'&' => "&#x26;",
        b'<' => "&#x3C;",
        b'>' => "&gt;",
        b'\n' => "&#xA;",
        _ => "",
    }
}

/// A reader makes a blank of a line end that stands bare in an attribute.
fn in_attribute(byte: u8) -> &'static str {
    match byte {
        b'"' => "&quot;",
        b'\t' => "&#x9;",
        _ => in_plain_text(byte),
    }
}
