//! HTML that is tidy beyond doubt, read without the whole parser: strictly nested everyday elements, quoted attributes, everyday
//! entities. Whatever is not of this kind is left to the parser, so that this reading never decides a doubtful case.

use memchr::{memchr, memchr_iter};

use super::super::value::words::SAFE_ATTRIBUTES;

/// What of a tidy text is worth a look.
#[derive(Default)]
pub(super) struct Tidy<'v> {
    /// Styles, and attributes that are not known to be safe.
    pub attributes: Vec<(&'v str, &'v str)>,
    /// Addresses of links and images that are no web addresses.
    pub addresses: Vec<&'v str>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Sort {
    /// Sections and lists: hold blocks and words.
    Block,
    /// `ul`, `ol`: hold `li`.
    List,
    ListItem,
    /// `dl`: holds `dt` and `dd`.
    Terms,
    Term,
    /// Holds sections of rows.
    Table,
    /// `thead`, `tbody`, `tfoot`: hold `tr`.
    Rows,
    /// `tr`: holds `th` and `td`.
    Row,
    Cell,
    /// Blocks that hold words only.
    Words,
    /// `p`: holds words only, and ends by itself where a block begins.
    Paragraph,
    Link,
    Word,
    /// `hr`: a block without content.
    Rule,
    /// A word without content.
    Void,
}

fn sort(name: &str) -> Option<Sort> {
    Some(match name {
        "div" | "section" | "article" | "header" | "footer" | "aside" | "blockquote" | "figure" | "figcaption" => Sort::Block,
        "ul" | "ol" => Sort::List,
        "li" => Sort::ListItem,
        "dl" => Sort::Terms,
        "dt" | "dd" => Sort::Term,
        "table" => Sort::Table,
        "thead" | "tbody" | "tfoot" => Sort::Rows,
        "tr" => Sort::Row,
        "th" | "td" => Sort::Cell,
        "hr" => Sort::Rule,
        "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "pre" => Sort::Words,
        "p" => Sort::Paragraph,
        "a" => Sort::Link,
        "b" | "i" | "em" | "strong" | "span" | "u" | "s" | "small" | "sub" | "sup" | "code" | "abbr" | "cite" | "q" | "mark" | "time"
        | "kbd" | "var" | "samp" | "dfn" | "del" | "ins" => Sort::Word,
        "br" | "img" => Sort::Void,
        _ => return None,
    })
}

/// Whether an element may stand in another without a word from any parser.
fn fits(inner: Sort, outer: Option<Sort>) -> bool {
    match inner {
        Sort::Block | Sort::List | Sort::Terms | Sort::Table | Sort::Words | Sort::Paragraph | Sort::Rule => {
            matches!(outer, None | Some(Sort::Block | Sort::ListItem | Sort::Term | Sort::Cell))
        }
        Sort::ListItem => outer == Some(Sort::List),
        Sort::Term => outer == Some(Sort::Terms),
        Sort::Rows => outer == Some(Sort::Table),
        Sort::Row => outer == Some(Sort::Rows),
        Sort::Cell => outer == Some(Sort::Row),
        Sort::Link | Sort::Word | Sort::Void => !outer.is_some_and(holds_no_words),
    }
}

/// Whether an element holds other elements only.
fn holds_no_words(sort: Sort) -> bool {
    matches!(sort, Sort::List | Sort::Terms | Sort::Table | Sort::Rows | Sort::Row)
}

/// Elements inside one another that this reading follows.
const DEPTH: usize = 32;

/// What is worth a look, where the text is tidy beyond doubt.
pub(super) fn read(value: &str) -> Option<Tidy<'_>> {
    let mut open: Vec<(&str, Sort)> = Vec::new();
    let mut found = Tidy::default();
    let mut rest = value;
    loop {
        let start = memchr(b'<', rest.as_bytes()).unwrap_or(rest.len());
        let text = &rest[..start];
        let misplaced = open.last().is_some_and(|(_, sort)| holds_no_words(*sort)) && !text.trim_ascii().is_empty();
        if misplaced || !is_tidy_text(text) {
            return None;
        }
        let Some(tag) = rest.get(start + 1..) else { return open.is_empty().then_some(found) };
        if let Some(end) = tag.strip_prefix('/') {
            let (name, _) = open.pop()?;
            rest = end.strip_prefix(name)?.strip_prefix('>')?;
            continue;
        }
        let length = tag.bytes().take_while(|b| b.is_ascii_lowercase() || b.is_ascii_digit()).count();
        let name = &tag[..length];
        let sort = sort(name)?;
        let second_link = sort == Sort::Link && open.iter().any(|(_, sort)| *sort == Sort::Link);
        if second_link || open.len() >= DEPTH || !fits(sort, open.last().map(|(_, sort)| *sort)) {
            return None;
        }
        let (closed, after) = attributes(name, &tag[length..], &mut found)?;
        match (sort, closed) {
            (Sort::Void | Sort::Rule, _) => {}
            (_, true) => return None,
            _ => open.push((name, sort)),
        }
        rest = after;
    }
}

/// Reads a tag's attributes to its end; says whether it closes itself, and what follows.
fn attributes<'v>(tag: &str, mut rest: &'v str, found: &mut Tidy<'v>) -> Option<(bool, &'v str)> {
    let mut names: [&str; 8] = [""; 8];
    for count in 0.. {
        if let Some(after) = rest.strip_prefix('>') {
            return Some((false, after));
        }
        if let Some(after) = rest.strip_prefix("/>").or_else(|| rest.strip_prefix(" />")) {
            return Some((true, after));
        }
        rest = rest.strip_prefix(' ')?;
        let length = rest.bytes().take_while(|b| b.is_ascii_lowercase() || *b == b'-').count();
        let name = &rest[..length];
        if length == 0 || count >= names.len() || names.contains(&name) {
            return None;
        }
        names[count] = name;
        let quoted = rest[length..].strip_prefix('=')?;
        let quote = quoted.chars().next().filter(|c| matches!(c, '"' | '\''))?;
        let (value, after) = quoted[1..].split_once(quote)?;
        if !is_tidy_text(value) || (name == "style" && value.contains('&')) {
            return None;
        }
        if name == "style" || (!SAFE_ATTRIBUTES.contains(name) && !name.starts_with("data-")) {
            found.attributes.push((name, value));
        }
        let leads = match tag {
            "a" => name == "href" && count == 0,
            "img" => name.ends_with("src"),
            _ => false,
        };
        if leads && !(value.starts_with("https://") || value.starts_with("http://")) {
            // The parser's way of looking for addresses has ends of its own for these.
            if after.starts_with('/') || name != "src" && tag == "img" {
                return None;
            }
            found.addresses.push(value);
        }
        rest = after;
    }
    None
}

/// Text whose every ampersand begins an everyday entity.
fn is_tidy_text(text: &str) -> bool {
    const EVERYDAY: [&str; 12] = ["amp;", "lt;", "gt;", "quot;", "nbsp;", "#39;", "#34;", "#38;", "rsquo;", "ldquo;", "rdquo;", "hellip;"];
    memchr_iter(b'&', text.as_bytes()).all(|at| EVERYDAY.iter().any(|entity| text[at + 1..].starts_with(entity)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(text: &mut String, start: Option<&str>) {
        if let Some(start) = start {
            let name = start[1..].split([' ', '>']).next().unwrap_or_default();
            text.push_str(&format!("</{name}>"));
        }
    }

    #[test]
    fn what_is_tidy_to_this_reading_is_tidy_to_the_parser() {
        let pieces = [
            "<p>",
            "</p>",
            "<b>",
            "</b>",
            "<a href=\"x\">",
            "</a>",
            "<ul>",
            "</ul>",
            "<li>",
            "</li>",
            "<div class='a'>",
            "</div>",
            "<br>",
            "<br/>",
            "<img src=\"a\" alt=\"b\" />",
            "<h2>",
            "</h2>",
            "<span style=\"position:fixed\">",
            "</span>",
            "text",
            "&amp;",
            " ",
            "<em onclick=\"x\">",
            "</em>",
            "<blockquote>",
            "</blockquote>",
            "<dt>",
            "<dd>",
            "<pre>",
            "<hr>",
            "<table>",
            "<tbody>",
            "<tr>",
            "<td>",
            "<del>",
        ];
        // Inside of what no dice find.
        let outsides: [&[&str]; 8] = [
            &[],
            &[],
            &["<dl>"],
            &["<dl>", "<dd>"],
            &["<table>"],
            &["<table>", "<thead>"],
            &["<table>", "<tbody>", "<tr>"],
            &["<div>", "<table>", "<tbody>", "<tr>", "<td>"],
        ];
        let (mut tidy, mut state) = ([0; 8], 7u32);
        for round in 0..200_000 {
            let mut open: Vec<&str> = outsides[round % outsides.len()].to_vec();
            let mut text = open.concat();
            for _ in 0..=round % 6 {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                let piece = pieces[(state >> 16) as usize % pieces.len()];
                text.push_str(piece);
                match piece.strip_prefix('<') {
                    Some(tag) if !tag.starts_with('/') && !["br", "img", "hr"].iter().any(|void| tag.starts_with(void)) => open.push(piece),
                    _ => {}
                }
                if (state >> 21) & 1 == 0 {
                    close(&mut text, open.pop());
                }
            }
            while let Some(start) = open.pop() {
                close(&mut text, Some(start));
            }
            if let Some(found) = read(&text) {
                tidy[round % outsides.len()] += 1;
                let parsed = super::super::parse(&text).unwrap_or_else(|why| panic!("`{text}`: {why}"));
                let attrs = parsed.iter().flat_map(|element| &element.attrs);
                let known: Vec<(&str, &str)> = attrs
                    .filter(|(name, _)| name == "style" || !SAFE_ATTRIBUTES.contains(&**name))
                    .map(|(name, value)| (name.as_str(), value.as_str()))
                    .collect();
                assert_eq!(found.attributes, known, "{text}");
            }
        }
        assert!(tidy.iter().all(|tidy| *tidy > 20), "only {tidy:?} were tidy");
    }
}
