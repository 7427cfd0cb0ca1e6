//! The finish pass: what the writer crates wrote of a channel, event by event, into what is published.
//!
//! The crates decide names, order and content; [`Xml`] decides spelling. What the document says does not change.

use std::borrow::Cow;

use quick_xml::Reader;
use quick_xml::escape::{resolve_xml_entity, unescape};
use quick_xml::events::{BytesStart, Event};

use super::xml::Xml;

/// A document without its items: what stands before them, and after.
#[derive(Debug)]
pub(super) struct Shell {
    pub before: String,
    /// What separates two items.
    pub between: &'static str,
    pub after: String,
}

/// The document around its items; `hole` is the element that stood in their place.
pub(super) fn shell(written: &[u8], hole: &str) -> Shell {
    let mut xml = Xml::document(written.len() + written.len() / 4);
    let mut events = Events::new(written);
    let mut before = None;
    while let Some(event) = events.next() {
        match event {
            Event::Start(start) if start.name().as_ref() == hole.as_bytes() => {
                before = Some(xml.cut());
                events.skip(&start);
            }
            event => retell(event, &mut xml),
        }
    }
    xml.out.push('\n');
    debug_assert!(before.is_some(), "the stand-in for the items was written");
    match before {
        Some(before) => Shell { before, between: "", after: xml.out },
        None => Shell { before: xml.out, between: "", after: String::new() },
    }
}

/// What an event says, said to `xml`.
fn retell(event: Event<'_>, xml: &mut Xml) {
    match event {
        Event::Start(start) => {
            xml.start(text(start.name().as_ref()));
            for attribute in start.attributes().flatten() {
                let value = text(&attribute.value);
                xml.attribute(text(attribute.key.as_ref()), &unescape(value).unwrap_or(Cow::Borrowed(value)));
            }
        }
        Event::End(end) => xml.end(text(end.name().as_ref())),
        Event::Text(written) if !xml.is_outside() => xml.text(text(&written)),
        Event::CData(written) => xml.text(text(&written)),
        Event::GeneralRef(name) => xml.text(resolve_xml_entity(text(&name)).unwrap_or_default()),
        _ => {}
    }
}

/// The crates write nothing but strings.
fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap_or_default()
}

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

/// The one element called `name` out of what a crate wrote around it, as our own writers are to write it.
#[cfg(test)]
pub(super) fn element(written: &[u8], name: &str, mut xml: Xml) -> String {
    let mut events = Events::new(written);
    while let Some(event) = events.next() {
        let begins = matches!(&event, Event::Start(start) if start.name().as_ref() == name.as_bytes());
        if begins || !xml.is_outside() {
            retell(event, &mut xml);
            if xml.is_outside() {
                break;
            }
        }
    }
    xml.out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(inner: &str) -> String {
        let written = format!("<rss><channel><title>x</title><item>{inner}</item></channel></rss>");
        element(written.as_bytes(), "item", Xml::item(0, 0))
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
        assert_eq!(shell.before, "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<rss>\n  <channel>\n    <title>&#x26;</title>");
        assert_eq!(shell.after, "\n    <x/>\n  </channel>\n</rss>\n");
    }
}
