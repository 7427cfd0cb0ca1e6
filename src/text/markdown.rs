//! Markdown to HTML: CommonMark with tables, strikethrough, footnotes, task lists and heading attributes.
//!
//! The writer is our own, since what it writes from Markdown alone is already within the allow-list and in the form that the sanitiser gives:
//! then the sanitiser need not run. Where the text holds raw HTML, it writes for the sanitiser instead.

use std::collections::BTreeMap;
use std::ops::Range;

use pulldown_cmark::{Alignment, CowStr, Event, LinkType, Options, Parser, Tag, TagEnd};
use url::Url;

use super::chars::xml_chars;
use super::report::Report;
use super::urls::{self, Use};
use super::write;

/// What users of Hugo and Zola expect, less what changes the letters that they wrote: no smart punctuation.
pub(super) const OPTIONS: Options = Options::ENABLE_TABLES
    .union(Options::ENABLE_STRIKETHROUGH)
    .union(Options::ENABLE_FOOTNOTES)
    .union(Options::ENABLE_TASKLISTS)
    .union(Options::ENABLE_HEADING_ATTRIBUTES);

/// Markdown, free of characters that cannot be published, to clean HTML; `None` where raw HTML stands in it, or something nests too deep, and nothing is reported then.
pub(super) fn to_html(text: &str, base: &Url, report: &mut Report) -> Option<String> {
    let mut own = Report::default();
    let html = Writer::new(text.len(), Some(base), &mut own).run(text)?;
    report.absorb(own);
    Some(html)
}

/// So many bytes may what looks like a link have, and so many of them are told.
const LINK: usize = 500;
const TOLD: usize = 20;

/// What looks like links in Markdown whose addresses have blanks in them, and so are none (CommonMark 6.3).
pub(super) fn unlinked(text: &str) -> Vec<&str> {
    let mut words = words(text).peekable();
    let mut found = Vec::new();
    for (at, _) in text.match_indices("](") {
        while words.next_if(|words| words.end <= at).is_some() {}
        if found.len() == TOLD || !words.peek().is_some_and(|words| words.contains(&at)) {
            continue;
        }
        let before = &text[text.floor_char_boundary(at.saturating_sub(LINK))..at];
        let after = &text[at + 2..text.floor_char_boundary(at + 2 + LINK)];
        let begin = before.rfind(['[', '\n']).map(|begin| at - before.len() + begin).filter(|begin| text[*begin..].starts_with('['));
        let end = after.find([')', '\n']).filter(|end| after[*end..].starts_with(')'));
        let Some((begin, end)) = begin.zip(end) else { continue };
        if is_address_with_blanks(&after[..end]) {
            found.push(&text[begin - usize::from(text[..begin].ends_with('!'))..at + 3 + end]);
        }
    }
    found
}

/// Where Markdown has words that are no code.
fn words(text: &str) -> impl Iterator<Item = Range<usize>> {
    let mut in_code = false;
    Parser::new_ext(text, OPTIONS).into_offset_iter().filter_map(move |(event, place)| {
        match event {
            Event::Start(Tag::CodeBlock(_)) => in_code = true,
            Event::End(TagEnd::CodeBlock) => in_code = false,
            Event::Text(_) if !in_code => return Some(place),
            _ => {}
        }
        None
    })
}

fn is_address_with_blanks(text: &str) -> bool {
    let address = text.trim();
    let has_ending = || {
        let ending = address.rsplit_once('.').map_or("", |(_, ending)| ending);
        (2..=5).contains(&ending.len()) && ending.bytes().all(|byte| byte.is_ascii_alphanumeric())
    };
    address.contains(' ')
        && (address.contains('/') || has_ending())
        && !address.starts_with('<')
        && !address.contains(['"', '\'', '(', ',', ';', '&'])
}

/// Markdown to HTML that still has to be sanitised: raw HTML and URLs as they were written.
pub(super) fn to_raw_html(text: &str, report: &mut Report) -> String {
    Writer::new(text.len(), None, report).run(text).unwrap_or_default()
}

/// The deepest nesting of Markdown that is written without the sanitiser, which has its own limit.
const DEEPEST: usize = 60;

struct Writer<'a> {
    out: String,
    /// `None` where the sanitiser comes after.
    base: Option<&'a Url>,
    report: &'a mut Report,
    depth: usize,
    /// The link that is open has no URL that may be written, so it has no tags.
    dead_link: bool,
    /// The image that is open: its tag without the alternative text, and how many images are open within one another.
    image: Option<Image>,
    alignments: Vec<Alignment>,
    cell: usize,
    in_head: bool,
    /// The numbers of footnotes by label, in the order in which they were first named.
    notes: BTreeMap<String, usize>,
    /// The number of a footnote that its first paragraph begins with.
    note: Option<usize>,
}

struct Image {
    url: Option<String>,
    title: String,
    alt: String,
    inner: usize,
}

impl<'a> Writer<'a> {
    fn new(length: usize, base: Option<&'a Url>, report: &'a mut Report) -> Self {
        Writer {
            out: String::with_capacity(length + length / 8 + 16),
            base,
            report,
            depth: 0,
            dead_link: false,
            image: None,
            alignments: Vec::new(),
            cell: 0,
            in_head: false,
            notes: BTreeMap::new(),
            note: None,
        }
    }

    fn run(mut self, text: &str) -> Option<String> {
        for event in Parser::new_ext(text, OPTIONS) {
            if self.image.is_some() {
                self.within_image(event);
                continue;
            }
            match event {
                Event::Start(tag) => {
                    self.depth += 1;
                    if self.base.is_some() && (self.depth > DEEPEST || matches!(tag, Tag::HtmlBlock)) {
                        return None;
                    }
                    self.start(tag);
                }
                Event::End(tag) => {
                    self.depth -= 1;
                    self.end(tag);
                }
                Event::Html(_) | Event::InlineHtml(_) if self.base.is_some() => return None,
                other => self.inline(other),
            }
        }
        Some(self.out)
    }

    fn inline(&mut self, event: Event<'_>) {
        match event {
            Event::Text(text) => self.words(&text),
            Event::Code(text) => {
                self.out.push_str("<code>");
                self.words(&text);
                self.out.push_str("</code>");
            }
            Event::Html(html) | Event::InlineHtml(html) => self.out.push_str(&html),
            Event::SoftBreak => self.out.push('\n'),
            Event::HardBreak => self.out.push_str("<br>\n"),
            Event::Rule => self.block("<hr>\n"),
            Event::TaskListMarker(done) => self.out.push_str(if done { "☑ " } else { "☐ " }),
            Event::FootnoteReference(label) => {
                let number = self.number(&label);
                self.out.push_str(&format!("<sup>{number}</sup>"));
            }
            _ => {}
        }
    }

    fn start(&mut self, tag: Tag<'_>) {
        if self.begin_note(&tag) {
            return;
        }
        match tag {
            Tag::Paragraph => self.block("<p>"),
            Tag::Heading { level, .. } => self.block(&format!("<{level}>")),
            Tag::BlockQuote(_) => self.block("<blockquote>\n"),
            Tag::CodeBlock(_) => self.block("<pre><code>"),
            Tag::List(Some(1)) => self.block("<ol>\n"),
            Tag::List(Some(first)) => self.block(&format!("<ol start=\"{first}\">\n")),
            Tag::List(None) => self.block("<ul>\n"),
            Tag::Item => self.block("<li>"),
            Tag::FootnoteDefinition(label) => {
                self.block("<div>\n");
                self.note = Some(self.number(&label));
            }
            Tag::Table(alignments) => {
                self.alignments = alignments;
                self.block("<table>");
            }
            Tag::TableHead => {
                self.in_head = true;
                self.cell = 0;
                self.out.push_str("<thead><tr>");
            }
            Tag::TableRow => {
                self.cell = 0;
                self.out.push_str("<tr>");
            }
            Tag::TableCell => self.start_cell(),
            Tag::Emphasis => self.out.push_str("<em>"),
            Tag::Strong => self.out.push_str("<strong>"),
            Tag::Strikethrough => self.out.push_str("<del>"),
            Tag::Link { link_type, dest_url, title, .. } => self.start_link(link_type, &dest_url, &title),
            Tag::Image { dest_url, title, .. } => self.start_image(&dest_url, &title),
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Paragraph => self.out.push_str("</p>\n"),
            TagEnd::Heading(level) => self.out.push_str(&format!("</{level}>\n")),
            TagEnd::BlockQuote(_) => self.out.push_str("</blockquote>\n"),
            TagEnd::CodeBlock => self.out.push_str("</code></pre>\n"),
            TagEnd::List(true) => self.out.push_str("</ol>\n"),
            TagEnd::List(false) => self.out.push_str("</ul>\n"),
            TagEnd::Item => self.out.push_str("</li>\n"),
            TagEnd::FootnoteDefinition => {
                self.note = None;
                self.out.push_str("</div>\n");
            }
            TagEnd::Table => self.out.push_str("</tbody></table>\n"),
            TagEnd::TableHead => {
                self.in_head = false;
                self.out.push_str("</tr></thead><tbody>\n");
            }
            TagEnd::TableRow => self.out.push_str("</tr>\n"),
            TagEnd::TableCell => {
                self.cell += 1;
                self.out.push_str(if self.in_head { "</th>" } else { "</td>" });
            }
            TagEnd::Emphasis => self.out.push_str("</em>"),
            TagEnd::Strong => self.out.push_str("</strong>"),
            TagEnd::Strikethrough => self.out.push_str("</del>"),
            TagEnd::Link if !std::mem::take(&mut self.dead_link) => self.out.push_str("</a>"),
            _ => {}
        }
    }

    fn start_cell(&mut self) {
        self.out.push_str(if self.in_head { "<th" } else { "<td" });
        let align = match self.alignments.get(self.cell) {
            Some(Alignment::Left) => " align=\"left\"",
            Some(Alignment::Center) => " align=\"center\"",
            Some(Alignment::Right) => " align=\"right\"",
            _ => "",
        };
        self.out.push_str(align);
        self.out.push('>');
    }

    fn start_link(&mut self, kind: LinkType, url: &str, title: &str) {
        let url = if kind == LinkType::Email { CowStr::from(format!("mailto:{url}")) } else { CowStr::from(url) };
        let Some(url) = self.url(&url, Use::Link) else {
            self.dead_link = true;
            return;
        };
        self.out.push_str("<a");
        write::attribute(&mut self.out, "href", &url);
        self.title(title);
        self.out.push('>');
    }

    fn start_image(&mut self, url: &str, title: &str) {
        let url = self.url(url, Use::Resource);
        self.image = Some(Image { url, title: title.to_owned(), alt: String::new(), inner: 0 });
    }

    /// Everything within an image is its alternative text.
    fn within_image(&mut self, event: Event<'_>) {
        let Some(image) = &mut self.image else { return };
        match event {
            Event::Start(_) => image.inner += 1,
            Event::End(TagEnd::Image) if image.inner == 0 => {
                self.depth -= 1;
                self.end_image();
            }
            Event::End(_) => image.inner -= 1,
            Event::Text(text) | Event::Code(text) => image.alt.push_str(&text),
            Event::SoftBreak | Event::HardBreak => image.alt.push(' '),
            _ => {}
        }
    }

    /// The tag; or the alternative text alone where the URL may not be written.
    fn end_image(&mut self) {
        let Some(image) = self.image.take() else { return };
        let Some(url) = image.url else { return self.text(&image.alt) };
        self.out.push_str("<img");
        write::attribute(&mut self.out, "src", &url);
        let (alt, dropped) = xml_chars(&image.alt);
        self.report.characters(dropped);
        write::attribute(&mut self.out, "alt", &alt);
        self.title(&image.title);
        self.out.push('>');
    }

    fn url(&mut self, written: &str, purpose: Use) -> Option<String> {
        let written = xml_chars(written).0;
        match self.base {
            Some(base) => urls::absolute(&written, base, purpose, self.report),
            None => Some(written.into_owned()),
        }
    }

    fn title(&mut self, title: &str) {
        let (title, dropped) = xml_chars(title);
        self.report.characters(dropped);
        if !title.is_empty() {
            write::attribute(&mut self.out, "title", &title);
        }
    }

    /// What was written came through clean; what a reference stands for may not have.
    fn words(&mut self, text: &CowStr<'_>) {
        match text {
            CowStr::Borrowed(text) => write::text(&mut self.out, text),
            CowStr::Boxed(_) | CowStr::Inlined(_) => self.text(text),
        }
    }

    fn text(&mut self, text: &str) {
        let (text, dropped) = xml_chars(text);
        self.report.characters(dropped);
        write::text(&mut self.out, &text);
    }

    /// A tag that begins a line.
    fn block(&mut self, tag: &str) {
        if !self.out.is_empty() && !self.out.ends_with('\n') {
            self.out.push('\n');
        }
        self.out.push_str(tag);
    }

    fn number(&mut self, label: &str) -> usize {
        let next = self.notes.len() + 1;
        *self.notes.entry(label.to_owned()).or_insert(next)
    }

    /// Writes the number of a footnote at its beginning: in its first paragraph, or before whatever else it begins with. Whether that wrote
    /// the tag.
    fn begin_note(&mut self, tag: &Tag<'_>) -> bool {
        let Some(number) = self.note.take() else { return false };
        let number = format!("<sup>{number}</sup> ");
        if matches!(tag, Tag::Paragraph) {
            self.block("<p>");
            self.out.push_str(&number);
            return true;
        }
        self.block(&format!("<p>{}</p>\n", number.trim_end()));
        false
    }
}
