//! Paragraphs of the classic editor: it keeps lines, and the site makes paragraphs and breaks of them as it shows them.
//!
//! Of a paragraph that is centred or coloured it keeps the tags, and beside it stand others that are blank lines only.

use super::tag_end;
use Holds::{Code, Line, Lines, Nothing, Parts, Text};

/// What an element holds that stands beside paragraphs.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Holds {
    Nothing,
    /// What stays as it is written.
    Code,
    /// Other elements, and blanks between them.
    Parts,
    /// A paragraph.
    Lines,
    /// Words without paragraphs.
    Line,
    /// Words or paragraphs.
    Text,
}

#[rustfmt::skip]
const BLOCKS: [(&str, Holds); 46] = [
    ("address", Text), ("area", Nothing), ("article", Text), ("aside", Text), ("blockquote", Text), ("caption", Line), ("col", Nothing),
    ("colgroup", Parts), ("dd", Text), ("details", Text), ("div", Text), ("dl", Parts), ("dt", Line), ("fieldset", Text),
    ("figcaption", Line), ("figure", Text), ("footer", Text), ("form", Text), ("h1", Line), ("h2", Line), ("h3", Line), ("h4", Line),
    ("h5", Line), ("h6", Line), ("header", Text), ("hr", Nothing), ("legend", Line), ("li", Text), ("map", Parts), ("nav", Text),
    ("ol", Parts), ("p", Lines), ("pre", Code), ("script", Code), ("section", Text), ("style", Code), ("summary", Line),
    ("table", Parts), ("tbody", Parts), ("td", Text), ("textarea", Code), ("tfoot", Parts), ("th", Text), ("thead", Parts), ("tr", Parts),
    ("ul", Parts),
];

/// Elements further within others are taken for the words of these.
const DEEPEST: usize = 64;

/// The text with its paragraphs and breaks marked. A single line stays as it is, and so does what the block editor wrote, which marks its own.
pub fn marked(html: &str) -> String {
    let html = html.replace("\r\n", "\n");
    if !html.trim().contains('\n') || html.contains("<!-- wp:") {
        return html;
    }
    let mut text = Marked::default();
    Pieces(&html).for_each(|piece| text.take(&piece));
    text.end_words();
    text.out
}

#[derive(Default)]
struct Marked {
    out: String,
    /// Those since the last tag of a block.
    words: String,
    /// The blocks that are open, each within the one before.
    open: Vec<(&'static str, Holds)>,
}

impl Marked {
    fn take(&mut self, piece: &Piece<'_>) {
        let is_code = self.open.last().is_some_and(|(_, holds)| *holds == Code);
        match piece.kind {
            Kind::Block { name, holds, closes } if !is_code || closes && self.open.last() == Some(&(name, Code)) => {
                self.end_words();
                self.tag(name, holds, closes);
                self.out.push_str(piece.text);
            }
            _ if is_code => self.out.push_str(piece.text),
            Kind::Comment => {}
            // The line ends in a tag are none of the text.
            Kind::Tag => self.words.push_str(&piece.text.replace('\n', " ")),
            _ => self.words.push_str(piece.text),
        }
    }

    fn tag(&mut self, name: &'static str, holds: Holds, closes: bool) {
        if closes {
            let at = self.open.iter().rposition(|(open, _)| *open == name);
            return self.open.truncate(at.unwrap_or(self.open.len()));
        }
        // A paragraph ends where another block begins.
        self.open.pop_if(|(_, holds)| *holds == Lines);
        if holds != Nothing && self.open.len() < DEEPEST {
            self.open.push((name, holds));
        }
    }

    /// Writes the words that are at their end, in paragraphs where they are some.
    fn end_words(&mut self) {
        let words = std::mem::take(&mut self.words);
        let text = words.trim();
        if text.is_empty() {
            return self.out.push_str(&words);
        }
        let (before, after) = (words.len() - words.trim_start().len(), words.trim_end().len());
        self.out.push_str(&words[..before]);
        let chunks = chunks(text);
        match self.open.last().map(|(_, holds)| *holds) {
            None => self.out.push_str(&paragraphs(&chunks)),
            Some(Text) if chunks.len() > 1 => self.out.push_str(&paragraphs(&chunks)),
            Some(Lines) => self.out.push_str(&chunks.join("</p>\n\n<p>")),
            Some(_) => self.out.push_str(&chunks.join("<br>\n")),
        }
        self.out.push_str(&words[after..]);
    }
}

fn paragraphs(chunks: &[String]) -> String {
    chunks.iter().map(|chunk| format!("<p>{chunk}</p>")).collect::<Vec<_>>().join("\n\n")
}

/// What blank lines part, each with its breaks marked.
fn chunks(text: &str) -> Vec<String> {
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    lines.split(|line| line.is_empty()).filter(|chunk| !chunk.is_empty()).map(broken).collect()
}

fn broken(lines: &[&str]) -> String {
    let mut out = String::new();
    for (at, line) in lines.iter().enumerate() {
        let end = match at + 1 {
            next if next == lines.len() => "",
            _ if ends_in_break(line) => "\n",
            _ => "<br>\n",
        };
        out.push_str(line);
        out.push_str(end);
    }
    out
}

/// Whether it ends in `<br>` or `<br />`.
fn ends_in_break(line: &str) -> bool {
    let Some(inner) = line.strip_suffix('>') else { return false };
    let inner = inner.trim_end_matches('/').trim_end();
    inner.len() >= 3 && inner.is_char_boundary(inner.len() - 3) && inner[inner.len() - 3..].eq_ignore_ascii_case("<br")
}

pub(super) struct Piece<'a> {
    pub text: &'a str,
    pub kind: Kind,
}

pub(super) enum Kind {
    Words,
    Comment,
    /// A tag within words.
    Tag,
    Block {
        name: &'static str,
        holds: Holds,
        closes: bool,
    },
}

/// The pieces of a text.
pub(super) struct Pieces<'a>(pub &'a str);

impl<'a> Iterator for Pieces<'a> {
    type Item = Piece<'a>;

    fn next(&mut self) -> Option<Piece<'a>> {
        let all = self.0;
        let first = all.chars().next()?;
        let (length, kind) = if all.starts_with("<!--") {
            (all.find("-->").map_or(all.len(), |at| at + 3), Kind::Comment)
        } else if let Some((length, name, closes)) = tag(all) {
            let block = BLOCKS.iter().find(|(block, _)| block.eq_ignore_ascii_case(name));
            (length, block.map_or(Kind::Tag, |(name, holds)| Kind::Block { name, holds: *holds, closes }))
        } else {
            let from = first.len_utf8();
            (all[from..].find('<').map_or(all.len(), |at| from + at), Kind::Words)
        };
        let (text, rest) = all.split_at(length);
        self.0 = rest;
        Some(Piece { text, kind })
    }
}

/// The tag that a text begins with: its length, its name, and whether it ends an element.
fn tag(text: &str) -> Option<(usize, &str, bool)> {
    let inner = text.strip_prefix('<')?;
    let closes = inner.starts_with('/');
    let inner = inner.strip_prefix('/').unwrap_or(inner);
    let name = &inner[..inner.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(inner.len())];
    let within = &inner[..inner.find('<').unwrap_or(inner.len())];
    let end = tag_end(within, ['<', '>']).or_else(|| within.find('>'))?;
    name.starts_with(|c: char| c.is_ascii_alphabetic()).then_some((text.len() - inner.len() + end + 1, name, closes))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn lines_make_paragraphs_and_breaks_where_none_are_marked() {
        for (html, want) in [
            ("One\n\nTwo", "<p>One</p>\n\n<p>Two</p>"),
            ("One <em>a</em>\r\nb\r\n \r\nTwo", "<p>One <em>a</em><br>\nb</p>\n\n<p>Two</p>"),
            ("One\n<img alt=\"a > b\"\nsrc='c'> <i it's>d", "<p>One<br>\n<img alt=\"a > b\" src='c'> <i it's>d</p>"),
            ("One <a\nhref=\"x\">a</a> &lt; b < c\nd", "<p>One <a href=\"x\">a</a> &lt; b < c<br>\nd</p>"),
            (
                "One.\n\n<p style=\"text-align: center;\">A\nb</p>\n\nTwo.\n\nThree.",
                "<p>One.</p>\n\n<p style=\"text-align: center;\">A<br>\nb</p>\n\n<p>Two.</p>\n\n<p>Three.</p>",
            ),
            ("<p>One</p>\n\nTwo", "<p>One</p>\n\n<p>Two</p>"),
            ("<p>One\n\nTwo\n<ul>\n<li>a</li>\n</ul>\nThree", "<p>One</p>\n\n<p>Two\n<ul>\n<li>a</li>\n</ul>\n<p>Three</p>"),
            ("One\n\n<blockquote>A\n\nB</blockquote>\n\nTwo", "<p>One</p>\n\n<blockquote><p>A</p>\n\n<p>B</p></blockquote>\n\n<p>Two</p>"),
            ("<div class=\"x\">\nA\n\nB\n</div>\nTwo", "<div class=\"x\">\n<p>A</p>\n\n<p>B</p>\n</div>\n<p>Two</p>"),
            (
                "One\n\n<ul>\n<li>a</li>\n</ul>\n\n<H2>Two\nb</H2>\nThree\n<hr>\n\nFour",
                "<p>One</p>\n\n<ul>\n<li>a</li>\n</ul>\n\n<H2>Two<br>\nb</H2>\n<p>Three</p>\n<hr>\n\n<p>Four</p>",
            ),
            ("<table>\n<tr>\n<td>a</td>\n</tr>\n</table>\nOne", "<table>\n<tr>\n<td>a</td>\n</tr>\n</table>\n<p>One</p>"),
            ("One<br />\ntwo<BR>\nthree", "<p>One<br />\ntwo<BR>\nthree</p>"),
            ("One<!-- a -->\n\n<!--more-->\n\nTwo", "<p>One</p>\n\n<p>Two</p>"),
            ("One\n\n<pre>a\n\n\n<b>b</b></pre>\nTwo", "<p>One</p>\n\n<pre>a\n\n\n<b>b</b></pre>\n<p>Two</p>"),
            ("</div>One\n\nTwo", "</div><p>One</p>\n\n<p>Two</p>"),
        ] {
            assert_eq!(marked(html), want);
        }
    }

    #[test]
    fn marked_texts_and_single_lines_stay() {
        let blocks = "<!-- wp:paragraph -->\n<p class=\"a\">One\ntwo</p>\n<!-- /wp:paragraph -->";
        for html in ["<p>One</p>\n\n<p>Two</p>", "<p>One</p>\n<div>\n<p>Two</p>\n</div>\n", "One", "", blocks] {
            assert_eq!(marked(html), html);
        }
    }

    #[test]
    fn no_text_is_looked_through_again_and_again() {
        for piece in ["<div>\n", "<div>\n</ul>", "<a ", "<a \"<a '", "<!--", "<pre>\n", "<", "a\n\n", "<p>a\n"] {
            let start = std::time::Instant::now();
            marked(&format!("{}\n.", piece.repeat(100_000)));
            assert!(start.elapsed() < std::time::Duration::from_secs(20), "{piece}: {:?}", start.elapsed());
        }
    }

    proptest! {
        #[test]
        fn no_word_is_lost(html in "(<|>|/|<p>|</p>|<div>|</ul>|<pre>|<br>|\n|a|é| |\"){0,30}") {
            let words = |html: &str| html.replace("<p>", "").replace("</p>", "").replace("<br>", "").split_whitespace().collect::<String>();
            prop_assert_eq!(words(&marked(&html)), words(&html));
        }
    }
}
