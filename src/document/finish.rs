//! The finish pass: what the writer crates wrote, event by event, into what is published.
//!
//! The crates decide names, order and content; this pass decides spelling. CDATA becomes escaped text, plain text gets the hexadecimal
//! references that feed validators ask for, white space in attributes and plain text is written so that it survives, empty elements close
//! themselves, and elements stand on lines of their own. What the document says does not change.

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

/// A document without its items: what stands before them, and after.
#[derive(Debug)]
pub(super) struct Shell {
    pub before: Vec<u8>,
    /// What separates two items.
    pub between: &'static [u8],
    pub after: Vec<u8>,
}

/// The one element called `name` out of what a crate wrote around it, indented by `depth` and with `xml:lang` where the crate cannot say it.
pub(super) fn element(written: &[u8], name: &str, depth: usize, lang: Option<&str>) -> Vec<u8> {
    let mut pass = Pass::new(depth, written.len() + written.len() / 8, true);
    let mut events = Events::new(written);
    while let Some(event) = events.next() {
        match event {
            Event::Start(start) if pass.is_outside() && start.name().as_ref() == name.as_bytes() => {
                pass.start(&start);
                pass.attribute("xml:lang", lang);
            }
            _ if pass.is_outside() => {}
            event => {
                pass.event(event);
                if pass.is_outside() {
                    break;
                }
            }
        }
    }
    pass.out
}

/// The document around its items; `hole` is the element that stood in their place.
pub(super) fn shell(written: &[u8], hole: &str) -> Shell {
    let mut pass = Pass::new(0, written.len() + written.len() / 4, false);
    pass.out.extend_from_slice(DECLARATION);
    let mut events = Events::new(written);
    let mut before = None;
    while let Some(event) = events.next() {
        match event {
            Event::Start(start) if start.name().as_ref() == hole.as_bytes() => {
                before = Some(pass.cut());
                events.skip(&start);
            }
            event => pass.event(event),
        }
    }
    pass.out.push(b'\n');
    debug_assert!(before.is_some(), "the stand-in for the items was written");
    match before {
        Some(before) => Shell { before, between: b"", after: pass.out },
        None => Shell { before: pass.out, between: b"", after: Vec::new() },
    }
}

const DECLARATION: &[u8] = b"<?xml version=\"1.0\" encoding=\"utf-8\"?>";

/// The crates' bytes as events. They are well-formed as far as a reader can tell, whatever the text in them, since every text was escaped.
struct Events<'a>(Reader<&'a [u8]>);

impl<'a> Events<'a> {
    fn new(written: &'a [u8]) -> Self {
        let mut reader = Reader::from_reader(written);
        let config = reader.config_mut();
        config.expand_empty_elements = true;
        config.check_end_names = false;
        Events(reader)
    }

    fn next(&mut self) -> Option<Event<'a>> {
        match self.0.read_event() {
            Ok(Event::Eof) => None,
            Ok(event) => Some(event),
            Err(error) => {
                debug_assert!(false, "a writer crate wrote what cannot be read: {error}");
                None
            }
        }
    }

    fn skip(&mut self, start: &BytesStart<'_>) {
        let skipped = self.0.read_to_end(start.name());
        debug_assert!(skipped.is_ok(), "the stand-in is closed");
    }
}

/// What stood last in the output.
#[derive(Clone, Copy, PartialEq)]
enum Last {
    /// A start tag that is still open, so that it can take attributes or close itself.
    Open,
    Text,
    End,
}

struct Pass {
    out: Vec<u8>,
    last: Last,
    base: usize,
    depth: usize,
    spelling: Spelling,
    /// Whether `description` holds HTML, as it does in an item and not in a channel.
    in_item: bool,
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

impl Pass {
    fn new(base: usize, capacity: usize, in_item: bool) -> Self {
        Pass { out: Vec::with_capacity(capacity), last: Last::End, base, depth: 0, spelling: Spelling::Plain, in_item }
    }

    fn is_outside(&self) -> bool {
        self.depth == 0
    }

    /// What was written so far, taken away; the rest begins with an indented line.
    fn cut(&mut self) -> Vec<u8> {
        self.close_start_tag();
        self.last = Last::End;
        std::mem::take(&mut self.out)
    }

    fn start(&mut self, start: &BytesStart<'_>) {
        self.close_start_tag();
        self.line();
        self.out.push(b'<');
        attributes(start, &mut self.out);
        self.spelling = match start.name().as_ref() {
            b"content" | b"content:encoded" => Spelling::Html,
            b"description" if self.in_item => Spelling::Html,
            b"updated" | b"published" => Spelling::Date,
            _ => Spelling::Plain,
        };
        self.depth += 1;
        self.last = Last::Open;
    }

    /// Adds an attribute to the start tag that was just written; its value needs no escaping.
    fn attribute(&mut self, name: &str, value: Option<&str>) {
        if let (Last::Open, Some(value)) = (self.last, value) {
            self.out.extend_from_slice(format!(" {name}=\"{value}\"").as_bytes());
        }
    }

    fn end(&mut self, name: &[u8]) {
        self.depth = self.depth.saturating_sub(1);
        match self.last {
            Last::Open => self.out.extend_from_slice(b"/>"),
            last => {
                if last == Last::End {
                    self.line();
                }
                self.out.extend_from_slice(b"</");
                self.out.extend_from_slice(name);
                self.out.push(b'>');
            }
        }
        self.last = Last::End;
    }

    fn event(&mut self, event: Event<'_>) {
        match event {
            Event::Start(start) => self.start(&start),
            Event::End(end) => self.end(end.name().as_ref()),
            Event::Text(text) if self.depth > 0 => self.text(&text, false),
            Event::CData(text) => self.text(&text, true),
            Event::GeneralRef(name) => {
                self.begin_text();
                let reference = self.reference(&name);
                self.out.extend_from_slice(reference);
            }
            _ => {}
        }
    }

    fn text(&mut self, mut text: &[u8], raw: bool) {
        self.begin_text();
        if self.spelling == Spelling::Date {
            let utc = text.strip_suffix(b"+00:00");
            self.out.extend_from_slice(utc.unwrap_or(text));
            self.out.extend_from_slice(if utc.is_some() { b"Z" } else { b"" });
            return;
        }
        let plain = self.spelling == Spelling::Plain;
        if !plain && !raw {
            self.out.extend_from_slice(text);
            return;
        }
        let special = |byte: &u8| match byte {
            b'\n' => plain,
            b'&' | b'<' | b'>' => raw,
            _ => false,
        };
        while let Some(at) = text.iter().position(special) {
            self.out.extend_from_slice(&text[..at]);
            let reference = match text[at] {
                b'\n' => b"&#xA;",
                b'&' => self.reference(b"amp"),
                b'<' => self.reference(b"lt"),
                _ => self.reference(b"gt"),
            };
            self.out.extend_from_slice(reference);
            text = &text[at + 1..];
        }
        self.out.extend_from_slice(text);
    }

    fn reference(&self, name: &[u8]) -> &'static [u8] {
        match (name, self.spelling) {
            (b"amp", Spelling::Html) => b"&amp;",
            (b"lt", Spelling::Html) => b"&lt;",
            (b"amp", _) => b"&#x26;",
            (b"lt", _) => b"&#x3C;",
            (b"gt", _) => b"&gt;",
            (b"quot", _) => b"\"",
            (b"apos", _) => b"'",
            _ => b"",
        }
    }

    fn begin_text(&mut self) {
        self.close_start_tag();
        self.last = Last::Text;
    }

    fn close_start_tag(&mut self) {
        if self.last == Last::Open {
            self.out.push(b'>');
        }
    }

    fn line(&mut self) {
        const BLANKS: &[u8] = b"\n                ";
        let indent = 2 * (self.base + self.depth);
        self.out.extend_from_slice(&BLANKS[..BLANKS.len().min(1 + indent)]);
    }
}

/// A start tag's name and attributes, so written that every value survives: a reader makes a blank of a line end that stands bare.
fn attributes(start: &BytesStart<'_>, out: &mut Vec<u8>) {
    let mut rest: &[u8] = start;
    while let Some(at) = rest.iter().position(|b| matches!(b, b'&' | b'\n' | b'\t')) {
        out.extend_from_slice(&rest[..at]);
        let (old, new): (usize, &[u8]) = match &rest[at..] {
            [b'\n', ..] => (1, b"&#xA;"),
            [b'\t', ..] => (1, b"&#x9;"),
            after if after.starts_with(b"&amp;") => (5, b"&#x26;"),
            after if after.starts_with(b"&lt;") => (4, b"&#x3C;"),
            after if after.starts_with(b"&apos;") => (6, b"'"),
            _ => (1, b"&"),
        };
        out.extend_from_slice(new);
        rest = &rest[at + old..];
    }
    out.extend_from_slice(rest);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(inner: &str) -> String {
        let written = format!("<rss><channel><title>x</title><item>{inner}</item></channel></rss>");
        String::from_utf8(element(written.as_bytes(), "item", 0, None)).expect("UTF-8")
    }

    #[test]
    fn spelling_depends_on_the_element() {
        for (written, want) in [
            ("<title>a &amp; &lt;b&gt; &quot;c&apos;</title>", "<title>a &#x26; &#x3C;b&gt; \"c'</title>"),
            ("<title>a\nb</title>", "<title>a&#xA;b</title>"),
            (
                "<description><![CDATA[<p>\n&amp;]]]]><![CDATA[></p>]]></description>",
                "<description>&lt;p&gt;\n&amp;amp;]]&gt;&lt;/p&gt;</description>",
            ),
            ("<content:encoded>&lt;p&gt;</content:encoded>", "<content:encoded>&lt;p&gt;</content:encoded>"),
            ("<updated>2018-02-09T18:00:00+00:00</updated>", "<updated>2018-02-09T18:00:00Z</updated>"),
            ("<x a=\"1\"></x>", "<x a=\"1\"/>"),
            ("<x a=\"1\"/>", "<x a=\"1\"/>"),
            ("<x a=\"&lt;&amp;&gt;&quot;&apos;\n\t\"/>", "<x a=\"&#x3C;&#x26;&gt;&quot;'&#xA;&#x9;\"/>"),
            ("<title> </title>", "<title> </title>"),
            ("<a><b>1</b><b></b></a>", "<a>\n    <b>1</b>\n    <b/>\n  </a>"),
        ] {
            assert_eq!(item(written), format!("\n<item>\n  {want}\n</item>"));
        }
    }

    #[test]
    fn a_shell_opens_where_the_items_go() {
        let shell = shell(b"<rss><channel><title>&amp;</title><item></item><x/></channel></rss>", "item");
        let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
        assert_eq!(text(shell.before), "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<rss>\n  <channel>\n    <title>&#x26;</title>");
        assert_eq!(text(shell.after), "\n    <x/>\n  </channel>\n</rss>\n");
    }
}
