//! A text as far as it matters to readers: the form by which two versions of an item are compared.
//!
//! White space, comments, the order of attributes, attributes that are never published, the address of the publication itself and counters do not go into
//! it. It is made in one pass over the text and never shown to anybody.

use std::borrow::Cow;
use std::fmt::Write;
use std::sync::LazyLock;

use memchr::memchr;
use regex::Regex;
use url::Url;

use super::chars::is_single_spaced;
use super::{Markup, Syntax};
use crate::vocab::blocks;

/// What two versions of a text have in common where a reader would see no difference. What `ignore` matches is left out.
pub fn normal(markup: &Markup, base: &Url, ignore: &[Regex]) -> String {
    let text = &*markup.text;
    let mut normal = Normal {
        out: String::with_capacity(text.len()),
        block: 0,
        blank: false,
        is_spaced: is_spaced(text),
        tags: Next::of(b'<', text),
        ends: Next::of(b'\n', text),
        references: Next::of(b'&', text),
        base: base.as_str(),
    };
    match markup.syntax {
        Syntax::Plain => normal.plain(text),
        Syntax::Html => normal.html(text),
        Syntax::Markdown => normal.markdown(text),
    }
    normal.end();
    without(normal.out, ignore)
}

/// A line of plain text in the same sense.
pub fn normal_line<'a>(text: &'a str, ignore: &[Regex]) -> Cow<'a, str> {
    let is_tidy = || is_single_spaced(text) && !text.starts_with(' ') && !text.ends_with(' ');
    if ignore.is_empty() && is_tidy() {
        return Cow::Borrowed(text);
    }
    Cow::Owned(without(text.split_whitespace().collect::<Vec<_>>().join(" "), ignore))
}

/// An address without what moves with the publication.
pub fn normal_url<'a>(url: &'a str, base: &Url) -> &'a str {
    url.strip_prefix(base.as_str()).unwrap_or(url)
}

fn without(mut text: String, ignore: &[Regex]) -> String {
    for pattern in ignore {
        if let Cow::Owned(less) = pattern.replace_all(&text, "") {
            text = less;
        }
    }
    text
}

struct Normal<'a> {
    out: String,
    /// Where the block that is being written begins.
    block: usize,
    /// Whether white space was met since the last letter.
    blank: bool,
    /// Whether the whole text is; then each line is, and need not be looked at.
    is_spaced: bool,
    tags: Next<'a>,
    ends: Next<'a>,
    references: Next<'a>,
    base: &'a str,
}

/// Where a byte stands next in a text that is gone through from its start to its end, part by part: what is far away is not looked for in each of them.
struct Next<'a> {
    byte: u8,
    text: &'a str,
    /// The first place that is not before the last part; the end where there is none.
    at: usize,
}

impl<'a> Next<'a> {
    fn of(byte: u8, text: &'a str) -> Self {
        Next { byte, text, at: memchr(byte, text.as_bytes()).unwrap_or(text.len()) }
    }

    /// The first one in a part of the text that does not begin before the last.
    fn within(&mut self, part: &str) -> Option<usize> {
        if part.is_empty() {
            return None;
        }
        let from = part.as_ptr() as usize - self.text.as_ptr() as usize;
        if self.at < from {
            self.at = memchr(self.byte, &self.text.as_bytes()[from..]).map_or(self.text.len(), |at| from + at);
        }
        (self.at < from + part.len()).then(|| self.at - from)
    }
}

impl Normal<'_> {
    fn plain(&mut self, text: &str) {
        for line in text.lines() {
            if line.trim().is_empty() {
                self.end();
            }
            self.text(line);
            self.blank = true;
        }
    }

    /// Markdown as it was written: to parse it costs more than all else that is done with most items. A line that begins something, as an entry
    /// of a list does, stays a line; those that only go on are joined.
    fn markdown(&mut self, text: &str) {
        let (mut paragraph, mut at, mut is_code) = (0, 0, false);
        while at < text.len() {
            let end = memchr(b'\n', &text.as_bytes()[at..]).map_or(text.len(), |length| at + length + 1);
            let line = &text[at..end];
            let bare = line.trim_ascii();
            let is_fence = bare.starts_with("```") || bare.starts_with("~~~");
            if bare.is_empty() || is_code || is_fence || begins_something(bare) {
                self.html(&text[paragraph..at]);
                self.end();
                paragraph = at;
                let (indent, marker) =
                    (line.len() - line.trim_ascii_start().len(), bare.starts_with(['*', '+']) && bare[1..].starts_with(' '));
                (0..indent.min(12) * usize::from(!bare.is_empty())).for_each(|_| self.out.push('\t'));
                if marker {
                    self.out.push('-');
                    paragraph += indent + 1;
                }
            }
            is_code ^= is_fence;
            at = end;
        }
        self.html(&text[paragraph..]);
    }

    fn html(&mut self, html: &str) {
        let mut rest = html;
        while let Some(at) = self.tags.within(rest) {
            self.text(&rest[..at]);
            rest = &rest[at..];
            rest = self.markup(rest);
        }
        self.text(rest);
    }

    /// What begins with `<`; gives what stands behind it.
    fn markup<'h>(&mut self, html: &'h str) -> &'h str {
        if let Some(comment) = html.strip_prefix("<!--") {
            return comment.split_once("-->").map_or("", |(_, rest)| rest);
        }
        let Some(tag) = Tag::read(html) else {
            let (bracket, rest) = html.split_at(1);
            self.text(bracket);
            return rest;
        };
        let rest = &html[tag.length..];
        if !tag.closes && (matches!(&*tag.name, "script" | "style" | "template") || tag.is_counter()) {
            return behind(rest, &tag.name);
        }
        self.tag(&tag);
        rest
    }

    fn tag(&mut self, tag: &Tag<'_>) {
        match &*tag.name {
            "span" | "font" | "big" | "tt" => {}
            "br" => self.blank = true,
            "p" | "div" | "section" | "article" | "main" | "header" | "footer" | "body" | "html" | "ul" | "tbody" => self.end(),
            name if is_inline(name) => {
                self.flush_blank();
                self.write_tag(tag);
            }
            _ if tag.closes => self.end(),
            _ => {
                self.end();
                self.write_tag(tag);
            }
        }
    }

    fn write_tag(&mut self, tag: &Tag<'_>) {
        self.out.push_str(if tag.closes { "</" } else { "<" });
        self.out.push_str(&tag.name);
        let mut attributes: Vec<(Cow<'_, str>, &str)> = tag.attributes().filter(|(name, _)| is_seen(name)).collect();
        attributes.sort();
        for (name, value) in attributes {
            let value = value.trim();
            let value = value.strip_prefix(self.base).unwrap_or(value);
            // Writing to a string cannot fail.
            let _ = write!(self.out, " {name}={value}");
        }
        self.out.push('>');
    }

    fn text(&mut self, text: &str) {
        let mut rest = text;
        while let Some(at) = self.ends.within(rest) {
            self.line(&rest[..at]);
            self.blank = true;
            rest = &rest[at + 1..];
        }
        self.line(rest);
    }

    fn line(&mut self, line: &str) {
        match self.is_spaced || is_spaced(line) {
            true => self.spaced(line),
            false => self.words(line),
        }
    }

    fn words(&mut self, text: &str) {
        let mut words = text.split_ascii_whitespace();
        self.blank |= text.starts_with(|c: char| c.is_ascii_whitespace());
        let Some(first) = words.next() else { return };
        self.word(first);
        for word in words {
            self.blank = true;
            self.word(word);
        }
        self.blank = text.ends_with(|c: char| c.is_ascii_whitespace());
    }

    /// Words that are parted by single blanks, taken as one.
    fn spaced(&mut self, text: &str) {
        let inner = text.strip_prefix(' ').unwrap_or(text);
        self.blank |= inner.len() < text.len();
        let words = inner.strip_suffix(' ').unwrap_or(inner);
        if !words.is_empty() {
            self.word(words);
            self.blank = words.len() < inner.len();
        }
    }

    fn word(&mut self, word: &str) {
        self.flush_blank();
        let mut rest = word;
        while let Some(at) = self.references.within(rest) {
            self.out.push_str(&rest[..at]);
            let (character, length) = reference(&rest[at..]);
            self.out.push(character);
            rest = &rest[at + length..];
        }
        self.out.push_str(rest);
    }

    fn flush_blank(&mut self) {
        if self.blank && self.out.len() > self.block {
            self.out.push(' ');
        }
        self.blank = false;
    }

    /// Ends a block. A block that is only a counter is none.
    fn end(&mut self) {
        self.blank = false;
        if self.out.len() == self.block {
            return;
        }
        if is_counter(&self.out[self.block..]) {
            self.out.truncate(self.block);
            return;
        }
        self.out.push('\n');
        self.block = self.out.len();
    }
}

/// A start or end tag.
struct Tag<'h> {
    name: Cow<'h, str>,
    closes: bool,
    inner: &'h str,
    /// Of the whole tag, in bytes.
    length: usize,
}

impl<'h> Tag<'h> {
    fn read(html: &'h str) -> Option<Self> {
        let closes = html.as_bytes().get(1) == Some(&b'/');
        let start = if closes { 2 } else { 1 };
        let after = &html[start..];
        let end = after.find(|c: char| !c.is_ascii_alphanumeric() && c != '-' && c != ':').unwrap_or(after.len());
        if !after.starts_with(|c: char| c.is_ascii_alphabetic()) {
            return None;
        }
        let inner = &after[end..];
        let close = tag_end(inner)?;
        Some(Tag { name: lower(&after[..end]), closes, inner: &inner[..close], length: start + end + close + 1 })
    }

    fn attributes(&self) -> impl Iterator<Item = (Cow<'h, str>, &'h str)> {
        let mut rest = self.inner;
        std::iter::from_fn(move || {
            rest = rest.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == '/');
            let end = rest.find(|c: char| c.is_ascii_whitespace() || matches!(c, '=' | '/')).unwrap_or(rest.len());
            if end == 0 && !rest.starts_with('=') {
                return None;
            }
            let name = lower(&rest[..end]);
            let after = rest[end..].trim_start();
            let Some(value) = after.strip_prefix('=') else {
                rest = after;
                return Some((name, ""));
            };
            let value = value.trim_start();
            let (value, behind) = match value.chars().next() {
                Some(quote @ ('"' | '\'')) => value[1..].split_once(quote).unwrap_or((&value[1..], "")),
                _ => value.split_at(value.find(|c: char| c.is_ascii_whitespace()).unwrap_or(value.len())),
            };
            rest = behind;
            Some((name, value))
        })
    }

    /// Whether the element's class says that it counts something.
    fn is_counter(&self) -> bool {
        const WORDS: [&str; 14] = [
            "counter",
            "view-count",
            "viewcount",
            "views",
            "post-views",
            "pageviews",
            "hit-counter",
            "hits",
            "share-count",
            "like-count",
            "comment-count",
            "comments-count",
            "read-count",
            "visits",
        ];
        if self.inner.len() < 6 || matches!(&*self.name, "br" | "img" | "hr" | "input") {
            return false;
        }
        let of_class =
            |(name, value): (Cow<'_, str>, &str)| name == "class" && value.split_ascii_whitespace().any(|word| WORDS.contains(&word));
        self.attributes().any(of_class)
    }
}

fn lower(name: &str) -> Cow<'_, str> {
    match name.bytes().any(|byte| byte.is_ascii_uppercase()) {
        true => Cow::Owned(name.to_ascii_lowercase()),
        false => Cow::Borrowed(name),
    }
}

/// Whether no ASCII white space but ends of lines and single blanks stands in a text. Most texts are so, and this looks at many bytes at once.
fn is_spaced(text: &str) -> bool {
    !blocks::any(text.as_bytes(), |byte| (byte < b' ') & (byte != b'\n')) && !blocks::has_double_blank(text.as_bytes())
}

/// Where the tag ends: its `>`, which may also stand in a quoted value.
fn tag_end(inner: &str) -> Option<usize> {
    let mut quote = None;
    for (at, byte) in inner.bytes().enumerate() {
        match (quote, byte) {
            (None, b'>') => return Some(at),
            (None, b'"' | b'\'') if inner[..at].trim_end().ends_with('=') => quote = Some(byte),
            (Some(own), byte) if own == byte => quote = None,
            _ => {}
        }
    }
    None
}

/// What stands behind the end tag that belongs to a start tag called `name`.
fn behind<'h>(html: &'h str, name: &str) -> &'h str {
    let (mut rest, mut depth) = (html, 1);
    while let Some(at) = rest.find('<') {
        rest = &rest[at..];
        let Some(tag) = Tag::read(rest) else {
            rest = &rest[1..];
            continue;
        };
        rest = &rest[tag.length..];
        match (tag.name == name, tag.closes) {
            (true, true) if depth == 1 => return rest,
            (true, true) => depth -= 1,
            (true, false) => depth += 1,
            _ => {}
        }
    }
    ""
}

/// Whether a line of Markdown, without the white space around it, begins an entry, a heading, a quotation or a row.
fn begins_something(line: &str) -> bool {
    let behind_number = line.trim_start_matches(|c: char| c.is_ascii_digit());
    match line.as_bytes()[0] {
        b'-' | b'*' | b'+' => line.as_bytes().get(1) == Some(&b' '),
        b'#' | b'>' | b'|' => true,
        b'0'..=b'9' => behind_number.starts_with(". ") || behind_number.starts_with(") "),
        _ => false,
    }
}

/// Attributes that a reader can see something of.
fn is_seen(name: &str) -> bool {
    matches!(
        name,
        "href" | "src" | "srcset" | "alt" | "title" | "lang" | "dir" | "datetime" | "cite" | "colspan" | "rowspan" | "start" | "poster"
    )
}

fn is_inline(name: &str) -> bool {
    matches!(
        name,
        "a" | "abbr"
            | "b"
            | "bdi"
            | "bdo"
            | "cite"
            | "code"
            | "del"
            | "dfn"
            | "em"
            | "i"
            | "img"
            | "ins"
            | "kbd"
            | "mark"
            | "q"
            | "s"
            | "samp"
            | "small"
            | "strike"
            | "strong"
            | "sub"
            | "sup"
            | "time"
            | "u"
            | "var"
            | "wbr"
    )
}

/// The character that a reference at the start of `text` stands for, and its length; what is no reference that is known here stays as it is.
fn reference(text: &str) -> (char, usize) {
    for (name, character) in [("amp", '&'), ("lt", '<'), ("gt", '>'), ("quot", '"'), ("apos", '\''), ("nbsp", '\u{A0}')] {
        if text[1..].strip_prefix(name).is_some_and(|rest| rest.starts_with(';')) {
            return (character, name.len() + 2);
        }
    }
    number(text).unwrap_or(('&', 1))
}

/// As [`reference()`], of one by a number.
fn number(text: &str) -> Option<(char, usize)> {
    let inner = text.strip_prefix("&#")?;
    let end = inner.bytes().position(|byte| !byte.is_ascii_alphanumeric() && byte != b'+')?;
    let digits = inner[end..].starts_with(';').then_some(&inner[..end])?;
    let code = match digits.strip_prefix(['x', 'X']) {
        Some(hex) => u32::from_str_radix(hex, 16).ok()?,
        None => digits.parse().ok()?,
    };
    Some((char::from_u32(code)?, end + 3))
}

/// A block of nothing but a number and what it counts: `1,234 views`, `Visitas: 12`, `Read 7 times`.
fn is_counter(block: &str) -> bool {
    static COUNTER: LazyLock<Option<Regex>> = LazyLock::new(|| {
        let what = "(?:page ?)?(?:views?|visits?|hits|reads?|comments?|shares?|likes?|downloads?|visitas?|vistas?|lecturas?|descargas?|comentarios?|vues?|lectures?)";
        let done = "(?:viewed|read|visited|downloaded|shared|visto|leído|visitado|lu|vu)";
        let number = r"\d[\d.,\u{a0} ]*[km]?";
        let pattern = format!(r"^(?i:\W*(?:{what}\s*:?\s*{number}|{number}\s*{what}|{done}\s+{number}\s+(?:times?|veces|fois))\W*)$");
        Regex::new(&pattern).ok()
    });
    const LONGEST: usize = 48;
    if block.len() > LONGEST || !block.bytes().any(|byte| byte.is_ascii_digit()) {
        return false;
    }
    let bare = match block.strip_prefix('<').and_then(|tag| tag.split_once('>')) {
        Some((_, rest)) => rest,
        None => block,
    };
    COUNTER.as_ref().is_some_and(|pattern| pattern.is_match(bare))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(syntax: Syntax, text: &str) -> String {
        let base = Url::parse("https://example.org/feeds/").expect("a URL");
        normal(&Markup { syntax, text: text.to_owned() }, &base, &[])
    }

    #[test]
    fn what_nobody_sees_is_no_difference() {
        for (one, other) in [
            ("<p>a b</p><p>c</p>", "<p>a\n  b</p>\n\n<p>c</p>\n"),
            ("<p><a href='x' title='t'>a</a></p>", "<P><a\n title=\"t\"  href=\"x\" rel=nofollow data-n='7'>a</a></P>"),
            ("<p class='a'>x</p>", "<p class='b' id='y' style='color:red'>x</p>"),
            ("<p>a</p><!-- 1 -->", "<p>a</p><!-- 2 -->"),
            ("<p>a &amp; b</p>", "<p>a &#38; b</p>"),
            ("<p><a href='https://example.org/feeds/x'>x</a></p>", "<p><a href='x'>x</a></p>"),
            ("<p>x</p><p>1,234 views</p>", "<p>x</p><p>1,240 views</p>"),
            ("<p>x</p><div>Visitas: 12</div>", "<p>x</p><div>Visitas: 99</div>"),
            ("<p>x <span class='meta views'>12</span></p>", "<p>x <span class='meta views'>13</span></p>"),
            ("<p>x</p><script>n=1</script>", "<p>x</p><script>n='</p>'</script>"),
            ("<p>a<br>b</p>", "<p>a<br />\n b</p>"),
        ] {
            assert_eq!(of(Syntax::Html, one), of(Syntax::Html, other), "{one}");
        }
        for (one, other) in [
            ("a\nb\n\n\n* c", "a b\n\n- c\n"),
            ("- a\n  b\n- c", "* a b\n* c"),
            ("| a | b |\n| c | d |", "| a  | b  |\n| c  |  d |"),
            ("a <b class=x>b</b>\n\n12 views", "a\n<b>b</b>\n\n15 views"),
        ] {
            assert_eq!(of(Syntax::Markdown, one), of(Syntax::Markdown, other), "{one}");
        }
        assert_eq!(of(Syntax::Plain, "a\nb\n\nc"), of(Syntax::Plain, "a  b\n\n\nc\n"));
    }

    #[test]
    fn what_somebody_sees_is_one() {
        for (one, other) in [
            ("<p>a b</p>", "<p>ab</p>"),
            ("<p>a</p><p>b</p>", "<p>a b</p>"),
            ("<p>a <b>b</b></p>", "<p>a b</p>"),
            ("<p>a<b>b</b></p>", "<p>a <b>b</b></p>"),
            ("<p><a href='x'>a</a></p>", "<p><a href='y'>a</a></p>"),
            ("<p><img src='x' alt='a'></p>", "<p><img src='x' alt='b'></p>"),
            ("<h2>a</h2>", "<h3>a</h3>"),
            ("<p>The centre had 1,200 visits in May</p>", "<p>The centre had 1,300 visits in May</p>"),
            ("<p>1 < 2</p>", "<p>1 < 3</p>"),
            ("<p>a</p", "<p>b</p"),
        ] {
            assert_ne!(of(Syntax::Html, one), of(Syntax::Html, other), "{one}");
        }
        for (one, other) in [
            ("a\n\nb", "a\nb"),
            ("- a\n- b", "- a\n  - b"),
            ("- a\n- b", "- a - b"),
            ("```\na\n b\n```", "```\na\nb\n```"),
            ("*a*", "a"),
            ("[a](b)", "[a](c)"),
        ] {
            assert_ne!(of(Syntax::Markdown, one), of(Syntax::Markdown, other), "{one}");
        }
    }

    #[test]
    fn tidy_text_is_read_as_any_other() {
        for (one, other) in [
            (" a b ", "\na b\n"),
            ("a <b> c </b> d", "a\t<b>\nc\n</b>\nd"),
            ("<b>a</b> ", "<b>a</b>\n"),
            (" ", "\n"),
            ("a &amp; b &#x26; &#38", "a  &#38; b\t&amp; &amp;#38"),
            ("a & b; &#x 26; &c", "a  &amp; b; &#x 26; &amp;c"),
        ] {
            assert_eq!(of(Syntax::Html, one), of(Syntax::Html, other), "{one}");
        }
    }

    #[test]
    fn patterns_are_left_out() {
        let pattern = Regex::new("updated [0-9]+ minutes ago").expect("a pattern");
        assert_eq!(normal_line("x  updated 5 minutes ago", &[pattern]), "x ");
    }

    proptest::proptest! {
        #[test]
        fn single_blanks_are_read_as_any_white_space(text in "( ?(a|é|<b>|</p>|&#?|amp;|x26;|[0-9]views|;|#)){0,9} ?") {
            for syntax in [Syntax::Html, Syntax::Markdown, Syntax::Plain] {
                proptest::prop_assert_eq!(of(syntax, &text), of(syntax, &text.replace(' ', "\t")));
            }
            let joined = text.split_whitespace().collect::<Vec<_>>().join(" ");
            proptest::prop_assert_eq!(normal_line(&text, &[]), joined);
        }

        #[test]
        fn any_text_has_a_normal_form(text in "(<(/)?[a-z!-]{0,3}[ \"'=a>]{0,4}|[ \n&;#x0-9a-zé]{0,5}|-->){0,12}") {
            for syntax in [Syntax::Html, Syntax::Markdown, Syntax::Plain] {
                let _ = of(syntax, &text);
            }
        }
    }

    proptest::proptest! {
        #[test]
        fn what_comes_next_is_found_in_each_part(text in "[a&<é]{0,20}", lengths in proptest::collection::vec(0..6usize, 0..12)) {
            let (mut next, mut rest) = (Next::of(b'&', &text), &*text);
            for length in lengths {
                let (part, after) = rest.split_at(rest.floor_char_boundary(length));
                let shorter = &part[..part.ceil_char_boundary(length / 2)];
                for part in [rest, part, shorter, ""] {
                    proptest::prop_assert_eq!(next.within(part), part.find('&'));
                }
                rest = after;
            }
        }
    }
}
