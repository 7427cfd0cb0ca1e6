//! XML as a tree: names with their namespaces known, text decoded, lines counted.
//!
//! Feeds come from strangers: the tree is only so deep, no entity of a document type is ever expanded, and what is merely untidy (a bare
//! `&`, an entity of HTML) is read as it was meant.

use std::borrow::Cow;

use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::name::ResolveResult;
use quick_xml::reader::NsReader;
use url::Url;

/// Deeper than any feed; the tree is walked and dropped by recursion.
const DEEPEST: usize = 200;

/// An element with what is in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Element {
    pub space: Space,
    /// Without prefix.
    pub name: String,
    /// By qualified name, namespace declarations left out.
    attributes: Vec<(String, String)>,
    nodes: Vec<Node>,
    /// Of the start tag, from 1.
    pub line: u32,
}

/// What `xml:base` and `xml:lang` an element inherits.
#[derive(Clone, Default)]
pub struct Scope {
    pub base: Option<Url>,
    pub language: Option<String>,
}

impl Scope {
    pub fn inside(&self, element: &Element) -> Self {
        let base = element.attribute("xml:base").and_then(|text| match &self.base {
            Some(base) => base.join(text).ok(),
            None => Url::parse(text).ok(),
        });
        let language = element.attribute("xml:lang").filter(|tag| !tag.is_empty()).map(str::to_owned);
        Scope { base: base.or_else(|| self.base.clone()), language: language.or_else(|| self.language.clone()) }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Node {
    Element(Element),
    Text(String),
}

/// The namespaces that feeds are read by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Space {
    /// None, or one of those that RSS 0.90, 1.0 and stray kinds of 2.0 use for the same elements.
    Rss,
    /// RFC 4287, or Atom 0.3.
    Atom,
    Content,
    DublinCore,
    Media,
    Itunes,
    Xhtml,
    /// What WordPress exports beside RSS, in any version.
    WordPress,
    /// The same, for excerpts.
    WordPressExcerpt,
    /// RFC 5023, or a draft of it.
    AtomPub,
    /// What Blogger says of entries in an export by Google Takeout.
    Blogger,
    Other,
}

/// Why there is no tree, and the byte where that was seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    pub at: usize,
    pub message: String,
}

impl Space {
    fn of(uri: &[u8]) -> Self {
        match uri.to_ascii_lowercase().as_slice() {
            b"http://purl.org/rss/1.0/" | b"http://channel.netscape.com/rdf/simple/0.9/" | b"http://my.netscape.com/rdf/simple/0.9/" => {
                Space::Rss
            }
            b"http://backend.userland.com/rss2" | b"http://backend.userland.com/rss" | b"http://www.w3.org/1999/02/22-rdf-syntax-ns#" => {
                Space::Rss
            }
            b"http://www.w3.org/2005/atom" | b"http://purl.org/atom/ns#" => Space::Atom,
            b"http://purl.org/rss/1.0/modules/content/" => Space::Content,
            b"http://purl.org/dc/elements/1.1/" | b"http://purl.org/dc/terms/" => Space::DublinCore,
            b"http://search.yahoo.com/mrss/" | b"http://search.yahoo.com/mrss" => Space::Media,
            b"http://www.itunes.com/dtds/podcast-1.0.dtd" => Space::Itunes,
            b"http://www.w3.org/2007/app" | b"http://purl.org/atom/app#" => Space::AtomPub,
            b"http://schemas.google.com/blogger/2018" => Space::Blogger,
            b"http://www.w3.org/1999/xhtml" => Space::Xhtml,
            uri if uri.starts_with(b"http://wordpress.org/export/") && uri.ends_with(b"/excerpt/") => Space::WordPressExcerpt,
            uri if uri.starts_with(b"http://wordpress.org/export/") => Space::WordPress,
            _ => Space::Other,
        }
    }

    /// By the prefix that everybody uses, where a feed forgot to declare it.
    fn of_prefix(prefix: &[u8]) -> Self {
        match prefix {
            b"atom" => Space::Atom,
            b"content" => Space::Content,
            b"dc" | b"dcterms" => Space::DublinCore,
            b"media" => Space::Media,
            b"itunes" => Space::Itunes,
            b"rdf" => Space::Rss,
            _ => Space::Other,
        }
    }
}

impl Element {
    /// Reads a document.
    ///
    /// # Errors
    ///
    /// [`Broken`] where it is not well-formed, too deep, or empty.
    pub fn parse(text: &str) -> Result<Element, Broken> {
        let mut reader = NsReader::from_str(text);
        reader.config_mut().allow_dangling_amp = true;
        let mut builder = Builder { text, open: Vec::new(), root: None, line: 1, counted: 0 };
        loop {
            let at = reader.buffer_position() as usize;
            let (space, event) = match reader.read_resolved_event() {
                Ok((resolved, event)) => (space_of(&resolved), event),
                Err(error) => return Err(Broken { at: reader.error_position() as usize, message: error.to_string() }),
            };
            if let Event::Eof = event {
                return builder.finish();
            }
            builder.take(at, space, event).map_err(|message| Broken { at, message })?;
        }
    }

    /// The value of an attribute by its qualified name.
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(own, _)| own == name).map(|(_, value)| value.trim())
    }

    pub fn elements(&self) -> impl Iterator<Item = &Element> {
        self.nodes.iter().filter_map(|node| match node {
            Node::Element(element) => Some(element),
            Node::Text(_) => None,
        })
    }

    pub fn all<'a>(&'a self, space: Space, name: &'a str) -> impl Iterator<Item = &'a Element> {
        self.elements().filter(move |element| element.is(space, name))
    }

    pub fn first(&self, space: Space, name: &str) -> Option<&Element> {
        self.elements().find(|element| element.is(space, name))
    }

    /// The text of the first such child, unless it is blank.
    pub fn text_of(&self, space: Space, name: &str) -> Option<String> {
        self.first(space, name).and_then(Element::text)
    }

    pub fn is(&self, space: Space, name: &str) -> bool {
        self.space == space && self.name == name
    }

    /// All text in it, without the white space around it; `None` where nothing is left.
    pub fn text(&self) -> Option<String> {
        let mut out = String::new();
        self.push_text(&mut out);
        let trimmed = out.trim();
        (!trimmed.is_empty()).then(|| trimmed.to_owned())
    }

    fn push_text(&self, out: &mut String) {
        for node in &self.nodes {
            match node {
                Node::Text(text) => out.push_str(text),
                Node::Element(element) => element.push_text(out),
            }
        }
    }

    /// What is in it as HTML, as for Atom's `xhtml`; `None` where that is blank.
    pub fn inner_html(&self) -> Option<String> {
        let mut out = String::new();
        self.push_html(&mut out);
        let trimmed = out.trim();
        (!trimmed.is_empty()).then(|| trimmed.to_owned())
    }

    fn push_html(&self, out: &mut String) {
        for node in &self.nodes {
            match node {
                Node::Text(text) => out.push_str(&escape(text)),
                Node::Element(element) => element.push_tag(out),
            }
        }
    }

    fn push_tag(&self, out: &mut String) {
        const VOID: [&str; 14] =
            ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr"];
        out.push('<');
        out.push_str(&self.name);
        // What XML says by prefixed attributes means nothing in HTML.
        for (name, value) in self.attributes.iter().filter(|(name, _)| !name.contains(':')) {
            out.push_str(&format!(" {name}=\"{}\"", escape(value).replace('"', "&quot;")));
        }
        out.push('>');
        if !VOID.contains(&self.name.as_str()) {
            self.push_html(out);
            out.push_str(&format!("</{}>", self.name));
        }
    }
}

/// Text as HTML.
pub fn escape(text: &str) -> Cow<'_, str> {
    if !text.contains(['&', '<', '>']) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;"))
}

/// Plain text as HTML: paragraphs at blank lines.
pub fn paragraphs(text: &str) -> String {
    let text = text.replace("\r\n", "\n");
    let blocks = text.split("\n\n").map(str::trim).filter(|block| !block.is_empty());
    blocks.map(|block| format!("<p>{}</p>", escape(block).replace('\n', "<br>"))).collect::<Vec<_>>().join("\n")
}

/// The elements that are open, the innermost last.
struct Builder<'a> {
    text: &'a str,
    open: Vec<Element>,
    root: Option<Element>,
    line: u32,
    /// Up to which byte line ends were counted.
    counted: usize,
}

impl Builder<'_> {
    fn take(&mut self, at: usize, space: Space, event: Event<'_>) -> Result<(), String> {
        let said = |error: quick_xml::encoding::EncodingError| error.to_string();
        match event {
            Event::Start(tag) => self.start(at, space, &tag)?,
            Event::Empty(tag) => {
                self.start(at, space, &tag)?;
                self.end();
            }
            Event::End(_) => self.end(),
            Event::Text(text) => self.push(&text.xml10_content().map_err(said)?),
            Event::CData(text) => self.push(&text.xml10_content().map_err(said)?),
            Event::GeneralRef(reference) => {
                let meant = meant_by(&reference)?;
                self.push(&meant);
            }
            Event::Decl(_) | Event::PI(_) | Event::DocType(_) | Event::Comment(_) | Event::Eof => {}
        }
        Ok(())
    }

    fn start(&mut self, at: usize, space: Space, tag: &BytesStart<'_>) -> Result<(), String> {
        if self.open.len() >= DEEPEST {
            return Err(format!("more than {DEEPEST} elements inside each other"));
        }
        self.line += self.text.as_bytes()[self.counted..at].iter().filter(|byte| **byte == b'\n').count() as u32;
        self.counted = at;
        let name = String::from_utf8_lossy(tag.local_name().as_ref()).into_owned();
        let attributes = attributes(tag)?;
        self.open.push(Element { space, name, attributes, nodes: Vec::new(), line: self.line });
        Ok(())
    }

    fn end(&mut self) {
        let Some(element) = self.open.pop() else { return };
        match self.open.last_mut() {
            Some(parent) => parent.nodes.push(Node::Element(element)),
            // What follows the root is not looked at.
            None => drop(self.root.get_or_insert(element)),
        }
    }

    fn push(&mut self, text: &str) {
        let Some(element) = self.open.last_mut() else { return };
        match element.nodes.last_mut() {
            Some(Node::Text(before)) => before.push_str(text),
            _ => element.nodes.push(Node::Text(text.to_owned())),
        }
    }

    fn finish(mut self) -> Result<Element, Broken> {
        let at = self.text.len();
        if let Some(open) = self.open.pop() {
            return Err(Broken { at, message: format!("the file ends inside `{}`, which begins in line {}", open.name, open.line) });
        }
        self.root.ok_or(Broken { at, message: "no element in it".to_owned() })
    }
}

fn space_of(resolved: &ResolveResult<'_>) -> Space {
    match resolved {
        ResolveResult::Unbound => Space::Rss,
        ResolveResult::Bound(namespace) => Space::of(namespace.as_ref()),
        ResolveResult::Unknown(prefix) => Space::of_prefix(prefix),
    }
}

fn attributes(tag: &BytesStart<'_>) -> Result<Vec<(String, String)>, String> {
    let mut out: Vec<(String, String)> = Vec::new();
    // Without the check for doubles, which takes a time that grows with the square of their number; the first one counts.
    for attribute in tag.attributes().with_checks(false) {
        let attribute = attribute.map_err(|error| error.to_string())?;
        let name = String::from_utf8_lossy(attribute.key.as_ref()).into_owned();
        if name != "xmlns" && !name.starts_with("xmlns:") {
            // An entity that XML does not know stays as it was written.
            let value = attribute.normalized_value(quick_xml::XmlVersion::Implicit1_0);
            out.push((name, value.map_or_else(|_| String::from_utf8_lossy(&attribute.value).into_owned(), Cow::into_owned)));
        }
    }
    Ok(out)
}

/// A character reference or one of XML's five entities; any other is left as written, for the HTML that it will be part of.
fn meant_by(reference: &BytesRef<'_>) -> Result<String, String> {
    let name = reference.decode().map_err(|error| error.to_string())?;
    if let Ok(Some(character)) = reference.resolve_char_ref() {
        return Ok(character.to_string());
    }
    Ok(quick_xml::escape::resolve_predefined_entity(&name).map_or_else(|| format!("&{name};"), str::to_owned))
}
