//! Plain words from markup, for classification: cheap, and without cleaning.
//!
//! The words come in blocks (paragraphs, list items, cells). Within a block white space is folded to single blanks; blocks are separated by
//! `\n`. Alternative texts of images, scripts and style sheets are not words.

mod stars;

use std::borrow::Cow;

use memchr::{memchr, memchr_iter};
use pulldown_cmark::{Event, Parser, Tag, TagEnd};

use super::chars::{fold_words, is_single_spaced};
use super::html::{self, Reader};
use super::markdown;
use crate::text::{Markup, Syntax};
use crate::vocab::blocks;

/// The plain words of the first paragraph that has words, white space folded. Headings, images and what stands in no block are passed over;
/// a list item or a table cell counts as a paragraph. Empty where there is none.
pub fn first_paragraph(markup: &Markup) -> Cow<'_, str> {
    gather(markup, Scope::First)
}

/// All plain words, headings included: white space folded within a block, `\n` between blocks.
pub fn words(markup: &Markup) -> Cow<'_, str> {
    gather(markup, Scope::All)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Scope {
    First,
    All,
}

fn gather(markup: &Markup, scope: Scope) -> Cow<'_, str> {
    let text = &*markup.text;
    match (markup.syntax, scope) {
        (Syntax::Plain, _) => bare(text, scope),
        (Syntax::Markdown, Scope::First) => {
            // Parsing the whole of every text for the sake of its first lines would be half the work of classification.
            let first = opening(text).map(|block| markdown_or_bare(block, scope)).filter(|words| !words.is_empty());
            first.unwrap_or_else(|| markdown_or_bare(text, scope))
        }
        (Syntax::Markdown, Scope::All) => markdown_or_bare(text, scope),
        (Syntax::Html, _) => Cow::Owned(of_html(text, scope)),
    }
}

/// The block that Markdown begins with, where it ends at a blank line and means the same without what follows: no list, code or raw HTML,
/// which go on after blank lines, and no link or footnote that is defined further down.
fn opening(text: &str) -> Option<&str> {
    let block = paragraphs(text).next()?;
    let ends_at_a_blank_line = |line: &str| {
        let start = line.trim_start_matches(' ');
        let bullet = start.strip_prefix('*').is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\t', '\n', '\r']));
        begins_as_text(line) && !bullet && !start.starts_with(['`', '~', '<', '>', '\t'])
    };
    let alone = begins_of_lines(block).all(ends_at_a_blank_line) && !(block.contains('[') && text.contains("]:"));
    alone.then_some(block)
}

fn markdown_or_bare(text: &str, scope: Scope) -> Cow<'_, str> {
    if is_bare(text) {
        return bare(text, scope);
    }
    let plain = stars::without(text).filter(|plain| is_bare(plain));
    Cow::Owned(plain.map_or_else(|| of_markdown(text, scope), |plain| bare(&plain, scope).into_owned()))
}

/// Whether Markdown has nothing in it but paragraphs of text, so that its words can be borrowed. Errs on the safe side.
fn is_bare(text: &str) -> bool {
    !blocks::any(text.as_bytes(), is_mark) && begins_of_lines(text).all(begins_as_text)
}

/// The bytes that may mean something in Markdown wherever they stand. All are asked for: the compiler makes vectors of that, and none of `matches!`.
fn is_mark(byte: u8) -> bool {
    let is = |mark: u8| byte == mark;
    let (of_words, of_tags) = (is(b'`') | is(b'*') | is(b'_') | is(b'~') | is(b'[') | is(b']'), is(b'<') | is(b'>') | is(b'&'));
    of_words | of_tags | is(b'\\') | is(b'|') | is(b'\t') | is(b'\0')
}

/// The text from the beginning of each of its lines on.
fn begins_of_lines(text: &str) -> impl Iterator<Item = &str> {
    let lines = memchr_iter(b'\n', text.as_bytes()).map(|end| &text[end + 1..]).filter(|rest| !rest.is_empty());
    std::iter::once(text).chain(lines)
}

/// Whether a line begins as neither a heading, a rule, a list item nor indented code.
fn begins_as_text(line: &str) -> bool {
    if line.starts_with("    ") {
        return false;
    }
    let line = line.trim_start_matches(' ');
    let after_digits = line.trim_start_matches(|c: char| c.is_ascii_digit());
    let numbered = after_digits.len() < line.len() && after_digits.starts_with(['.', ')']);
    !numbered && !line.starts_with(['#', '+', '-', '='])
}

/// The words of text without markup: paragraphs at blank lines.
fn bare(text: &str, scope: Scope) -> Cow<'_, str> {
    if scope == Scope::First {
        return paragraphs(text).find(|block| has_words(block)).map_or(Cow::Borrowed(""), fold_words);
    }
    let mut blocks = paragraphs(text);
    let first = blocks.next().map_or(Cow::Borrowed(""), fold_words);
    blocks.fold(first, |mut all, block| {
        let folded = fold_words(block);
        if !all.is_empty() && !folded.is_empty() {
            all.to_mut().push('\n');
        }
        all + folded
    })
}

/// The paragraphs of plain text: what stands between blank lines, each with its own line breaks.
pub(super) fn paragraphs(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        rest = &rest[lines(rest, true)..];
        let (block, after) = rest.split_at(lines(rest, false));
        rest = after;
        (!block.is_empty()).then_some(block)
    })
}

/// How long the lines are together that a text begins with and that are all blank, or none of them.
fn lines(text: &str, blank: bool) -> usize {
    let (bytes, mut length) = (text.as_bytes(), 0);
    while length < bytes.len() {
        let end = memchr(b'\n', &bytes[length..]).map_or(bytes.len(), |line| length + line + 1);
        if bytes[length..end].iter().all(u8::is_ascii_whitespace) != blank {
            break;
        }
        length = end;
    }
    length
}

fn of_markdown(text: &str, scope: Scope) -> String {
    let mut blocks = Blocks::new(scope);
    let mut raw: Option<String> = None;
    let mut images = 0;
    for event in Parser::new_ext(text, markdown::OPTIONS) {
        match event {
            Event::Start(Tag::HtmlBlock) => raw = Some(String::new()),
            Event::End(TagEnd::HtmlBlock) => html::read(&raw.take().unwrap_or_default(), &mut blocks),
            Event::Html(piece) => raw.get_or_insert_default().push_str(&piece),
            Event::Start(Tag::Image { .. }) => images += 1,
            Event::End(TagEnd::Image) => images -= 1,
            Event::Start(Tag::Heading { .. }) => blocks.heading(true),
            Event::End(TagEnd::Heading(_)) => blocks.heading(false),
            Event::Text(piece) | Event::Code(piece) if images == 0 => blocks.push(&piece),
            Event::SoftBreak | Event::HardBreak => blocks.push(" "),
            Event::InlineHtml(tag) if tag.starts_with("<br") => blocks.push(" "),
            Event::Start(tag) if is_block(&tag.to_end()) => blocks.end(),
            Event::End(tag) if is_block(&tag) => blocks.end(),
            _ => {}
        }
        if blocks.done {
            break;
        }
    }
    blocks.finish()
}

fn is_block(tag: &TagEnd) -> bool {
    use TagEnd::{Emphasis, Image, Link, Strikethrough, Strong, Subscript, Superscript};
    !matches!(tag, Emphasis | Strong | Strikethrough | Superscript | Subscript | Link | Image)
}

fn of_html(text: &str, scope: Scope) -> String {
    let mut blocks = Blocks::new(scope);
    html::read(text, &mut blocks);
    blocks.finish()
}

fn has_words(text: &str) -> bool {
    text.chars().any(char::is_alphanumeric)
}

/// Words as they come in, block by block.
struct Blocks {
    scope: Scope,
    text: String,
    /// Where the block begins that is being read.
    from: usize,
    in_heading: bool,
    /// The first paragraph was found.
    done: bool,
}

impl Blocks {
    fn new(scope: Scope) -> Self {
        Blocks { scope, text: String::new(), from: 0, in_heading: false, done: false }
    }

    fn finish(mut self) -> String {
        Reader::end(&mut self);
        if self.text.ends_with('\n') {
            self.text.pop();
        }
        self.text
    }

    fn push(&mut self, piece: &str) {
        if self.done {
            return;
        }
        if is_single_spaced(piece) {
            let follows_word = self.text.len() > self.from && !self.text.ends_with(' ');
            return self.text.push_str(if follows_word { piece } else { piece.strip_prefix(' ').unwrap_or(piece) });
        }
        self.push_words(piece);
    }

    /// Word by word, with one blank for all white space between two.
    fn push_words(&mut self, piece: &str) {
        let mut words = piece.split(char::is_whitespace);
        self.text.push_str(words.next().unwrap_or_default());
        for word in words {
            if self.text.len() > self.from && !self.text.ends_with(' ') {
                self.text.push(' ');
            }
            self.text.push_str(word);
        }
    }
}

impl Reader for Blocks {
    fn text(&mut self, piece: &str) {
        self.push(piece);
    }

    fn heading(&mut self, inside: bool) {
        self.end();
        self.in_heading = inside;
    }

    fn end(&mut self) {
        if self.done {
            return;
        }
        if self.text.ends_with(' ') {
            self.text.pop();
        }
        let block = &self.text[self.from..];
        if self.scope == Scope::All {
            if !block.is_empty() {
                self.text.push('\n');
                self.from = self.text.len();
            }
        } else if !self.in_heading && has_words(block) {
            self.done = true;
        } else {
            self.text.clear();
        }
    }

    fn enough(&self) -> bool {
        self.done
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn markup(syntax: Syntax, text: &str) -> Markup {
        Markup { syntax, text: text.to_owned() }
    }

    #[test]
    fn the_first_paragraph_that_has_words() {
        use Syntax::{Html, Markdown, Plain};
        for (syntax, text, expected) in [
            (Plain, "", ""),
            (Plain, " \n\n", ""),
            (Plain, "One\n two.\r\n\r\nThree.", "One two."),
            (Plain, "***\n\n<One> & two", "<One> & two"),
            (Markdown, "One two.\n\nThree.", "One two."),
            (Markdown, "One\ntwo.", "One two."),
            (Markdown, "One  **two\u{a0}x** (*three*),\nfour.", "One two x (three), four."),
            (Markdown, "# Head\n\nOne *two* [three](http://x).", "One two three."),
            (Markdown, "Head\n====\n\nOne", "One"),
            (Markdown, "![a picture](x.png)\n\nOne", "One"),
            (Markdown, "- One\n- Two", "One"),
            (Markdown, "> One `two`\n> three", "One two three"),
            (Markdown, "One<br>two &amp; three", "One two & three"),
            (Markdown, "<div>One <b>two</b></div>\n\nThree", "One two"),
            (Markdown, "<h2>Head</h2>\n\nThree", "Three"),
            (Markdown, "# Only a head", ""),
            (Html, "<h1>Head</h1><p><img src=x alt=pic></p><p>One <b>t</b>wo</p><p>Three", "One two"),
            (Html, "One<br>two<p>three", "One two"),
            (Html, "<script>var x</script><style>p{}</style><!-- c -->One &amp; two", "One & two"),
            (Html, "<ul><li>One</li><li>Two</li></ul>", "One"),
            (Html, "<p>&nbsp;</p><div>San&nbsp;Jos&eacute;</div>", "San José"),
        ] {
            assert_eq!(first_paragraph(&markup(syntax, text)), expected, "{syntax:?} {text:?}");
        }
    }

    #[test]
    fn all_words() {
        use Syntax::{Html, Markdown, Plain};
        for (syntax, text, expected) in [
            (Plain, "One\ntwo.\n \nThree.\n", "One two.\nThree."),
            (Markdown, "# Head\n\nOne *two*\n\n- three\n- four", "Head\nOne two\nthree\nfour"),
            (Markdown, "|a|b|\n|-|-|\n|c|d|", "a\nb\nc\nd"),
            (Markdown, "One  two\n\nThree", "One two\nThree"),
            (Html, "<h1>Head</h1><p>One <b>t</b>wo</p>Three<table><td>a<td>b", "Head\nOne two\nThree\na\nb"),
            (Html, "<title>x</title><textarea>y</textarea>z", "x\ny\nz"),
        ] {
            assert_eq!(words(&markup(syntax, text)), expected, "{syntax:?} {text:?}");
        }
    }

    #[test]
    fn bare_markdown_is_borrowed() {
        for text in ["One line, no marks (2018).", " One line. 9 February\n\nTwo"] {
            assert!(matches!(first_paragraph(&markup(Syntax::Markdown, text)), Cow::Borrowed(_)), "{text:?}");
        }
        assert!(matches!(words(&markup(Syntax::Plain, "One line")), Cow::Borrowed(_)));
    }

    proptest::proptest! {
        #[test]
        fn bare_markdown_has_the_words_that_the_parser_finds(text in "[a-c0-9.)#+=: \n-]{0,16}") {
            if is_bare(&text) {
                proptest::prop_assert_eq!(&*bare(&text, Scope::All), &of_markdown(&text, Scope::All));
                proptest::prop_assert_eq!(&*bare(&text, Scope::First), &of_markdown(&text, Scope::First));
            }
        }

        #[test]
        fn words_between_stars_are_those_that_the_parser_finds(text in "(\\*{1,3}|[abé1\u{24b6}] ?|[ .()#-]|\n){0,16}") {
            for scope in [Scope::All, Scope::First] {
                proptest::prop_assert_eq!(&*markdown_or_bare(&text, scope), &of_markdown(&text, scope));
            }
        }

        #[test]
        fn a_piece_pushed_whole_is_its_words(pieces in proptest::collection::vec("[ab\u{a0}\u{2003}\u{3000}é–\t ]{0,5}|[a ]{0,5}", 0..6)) {
            let (mut whole, mut by_word) = (Blocks::new(Scope::All), Blocks::new(Scope::All));
            for piece in &pieces {
                whole.push(piece);
                by_word.push_words(piece);
                proptest::prop_assert_eq!(&whole.text, &by_word.text);
            }
        }

        #[test]
        fn the_opening_of_markdown_has_the_words_that_the_whole_has(text in "([a-c1.*_`<>!#:|+~ -]|\n|\n\n|\\[a\\]|\\]: b|\\(a\\)|\\^|    |<b>|<!--|-->|```){0,12}") {
            let whole = of_markdown(&text, Scope::First);
            let markup = markup(Syntax::Markdown, &text);
            proptest::prop_assert_eq!(&*first_paragraph(&markup), &whole);
        }
    }
}
