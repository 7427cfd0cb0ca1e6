//! OPML 2.0 (<http://opml.org/spec2.opml>): the list of a publication's feeds that readers import and subscribe to.

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};
use url::Url;

use super::values::{self, door, seen, uri};
use crate::config::{Format, Publication};
use crate::item::Date;
use crate::vocab::Language;

/// Where the list stands below the output folder: a fixed place, since readers can subscribe to it.
pub const PATH: &str = "feeds.opml";

/// The list.
#[derive(Debug)]
pub struct List<'a> {
    pub publication: &'a Publication,
    /// Plain text.
    pub title: String,
    /// When a feed of the list last changed; `dateModified`.
    pub changed: Date,
    pub outlines: Vec<Outline>,
}

/// A line of the list.
#[derive(Debug)]
pub enum Outline {
    Feed(Feed),
    /// A heading and what stands below it.
    Group(String, Vec<Outline>),
}

/// A feed that can be subscribed to.
#[derive(Debug)]
pub struct Feed {
    /// Plain text.
    pub title: String,
    /// Plain text.
    pub description: String,
    pub language: Option<Language>,
    pub url: Url,
    /// The page that the feed stands for.
    pub page: Url,
    pub format: Format,
}

/// The list as bytes: UTF-8, the first byte `<`, the last a line end.
pub fn render(list: &List<'_>) -> String {
    let mut out = Writer::new_with_indent(Vec::with_capacity(4096), b' ', 2);
    // Writing to memory cannot fail.
    let written = write(&mut out, list);
    debug_assert!(written.is_ok(), "written to memory");
    let mut bytes = out.into_inner();
    bytes.push(b'\n');
    // The crate writes nothing but strings.
    String::from_utf8(bytes).unwrap_or_default()
}

type Out = Writer<Vec<u8>>;

fn write(out: &mut Out, list: &List<'_>) -> std::io::Result<()> {
    out.write_event(Event::Decl(BytesDecl::new("1.0", Some("utf-8"), None)))?;
    out.create_element("opml").with_attribute(("version", "2.0")).write_inner_content(|out| {
        out.create_element("head").write_inner_content(|out| head(out, list))?;
        out.create_element("body").write_inner_content(|out| list.outlines.iter().try_for_each(|line| outline(out, line)))?;
        Ok(())
    })?;
    Ok(())
}

fn head(out: &mut Out, list: &List<'_>) -> std::io::Result<()> {
    let author = &list.publication.author;
    let texts = [
        ("title", Some(text(&list.title))),
        ("dateModified", Some(values::rfc822(list.changed))),
        ("ownerName", values::name(author).map(|name| text(&name))),
        ("ownerEmail", values::email(author).map(str::to_owned)),
    ];
    for (name, text) in texts {
        if let Some(text) = text {
            out.create_element(name).write_text_content(BytesText::new(&text))?;
        }
    }
    Ok(())
}

fn outline(out: &mut Out, line: &Outline) -> std::io::Result<()> {
    match line {
        Outline::Feed(feed) => subscription(out, feed),
        Outline::Group(title, lines) => {
            let element = out.create_element("outline").with_attribute(("text", text(title).as_str()));
            element.write_inner_content(|out| lines.iter().try_for_each(|line| outline(out, line)))?;
            Ok(())
        }
    }
}

/// An outline of the type `rss`, which stands for feeds of every kind; its version is said only where the specification has a word for it.
fn subscription(out: &mut Out, feed: &Feed) -> std::io::Result<()> {
    let title = text(&feed.title);
    let attributes = [
        ("text", Some(title.clone())),
        ("title", Some(title)),
        ("type", Some("rss".to_owned())),
        ("version", (feed.format == Format::Rss).then(|| "RSS2".to_owned())),
        ("xmlUrl", Some(uri(&feed.url))),
        ("htmlUrl", Some(uri(&feed.page))),
        ("description", seen(&feed.description).map(|_| text(&feed.description))),
        ("language", feed.language.as_ref().map(|language| language.as_str().to_owned())),
    ];
    let mut element = out.create_element("outline");
    for (name, value) in attributes {
        if let Some(value) = value {
            element = element.with_attribute((name, value.as_str()));
        }
    }
    element.write_empty()?;
    Ok(())
}

/// Plain text on one line. OPML lets its texts be markup, so that what would be taken for some is spelt as markup that shows it.
fn text(plain: &str) -> String {
    let line = door(plain).split_whitespace().collect::<Vec<_>>().join(" ");
    if line.contains('<') || has_reference(&line) { values::as_html(&line) } else { line }
}

/// Whether something in a plain text is spelt like a reference of HTML, such as `&lt;`.
fn has_reference(text: &str) -> bool {
    text.split('&').skip(1).any(|rest| {
        let name = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '#');
        name.is_some_and(|end| end > 0 && rest[end..].starts_with(';'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_that_would_be_taken_for_markup_show_as_they_are() {
        for (plain, want) in [
            ("Ports & ships", "Ports & ships"),
            ("AT&T; more", "AT&amp;T; more"),
            ("a <b> c\nd", "a &lt;b&gt; c d"),
            ("&lt;", "&amp;lt;"),
            ("R&D", "R&D"),
            ("&;", "&;"),
        ] {
            assert_eq!(text(plain), want);
        }
    }
}
