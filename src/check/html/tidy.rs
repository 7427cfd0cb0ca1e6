//! HTML that is tidy beyond doubt, read without the whole parser: strictly nested everyday elements, quoted attributes, everyday
//! entities. Whatever is not of this kind is left to the parser, so that this reading never decides a doubtful case.

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
    /// Blocks that hold words only.
    Words,
    /// `p`: holds words only, and ends by itself where a block begins.
    Paragraph,
    Link,
    Word,
    Void,
}

fn sort(name: &str) -> Option<Sort> {
    Some(match name {
        "div" | "section" | "article" | "header" | "footer" | "aside" | "blockquote" | "figure" | "figcaption" => Sort::Block,
        "ul" | "ol" => Sort::List,
        "li" => Sort::ListItem,
        "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => Sort::Words,
        "p" => Sort::Paragraph,
        "a" => Sort::Link,
        "b" | "i" | "em" | "strong" | "span" | "u" | "s" | "small" | "sub" | "sup" | "code" | "abbr" | "cite" | "q" | "mark" | "time"
        | "kbd" | "var" => Sort::Word,
        "br" | "img" => Sort::Void,
        _ => return None,
    })
}

/// Whether an element may stand in another without a word from any parser.
fn fits(inner: Sort, outer: Option<Sort>) -> bool {
    match inner {
        Sort::Block | Sort::List | Sort::Words | Sort::Paragraph => matches!(outer, None | Some(Sort::Block | Sort::ListItem)),
        Sort::ListItem => outer == Some(Sort::List),
        Sort::Link | Sort::Word | Sort::Void => outer != Some(Sort::List),
    }
}

/// Elements inside one another that this reading follows.
const DEPTH: usize = 32;

/// What is worth a look, where the text is tidy beyond doubt.
pub(super) fn read(value: &str) -> Option<Tidy<'_>> {
    let mut open: Vec<(&str, Sort)> = Vec::new();
    let mut found = Tidy::default();
    let mut rest = value;
    loop {
        let start = rest.find('<').unwrap_or(rest.len());
        if !is_tidy_text(&rest[..start]) || (open.last().is_some_and(|(_, sort)| *sort == Sort::List) && !rest[..start].trim().is_empty()) {
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
            (Sort::Void, _) => {}
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
    !text.contains('&') || text.match_indices('&').all(|(at, _)| EVERYDAY.iter().any(|entity| text[at + 1..].starts_with(entity)))
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
        ];
        let (mut tidy, mut state) = (0, 7u32);
        for _ in 0..60_000 {
            let mut text = String::new();
            let mut open: Vec<&str> = Vec::new();
            for _ in 0..6 {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                let piece = pieces[(state >> 16) as usize % pieces.len()];
                text.push_str(piece);
                match piece.strip_prefix('<') {
                    Some(tag) if !tag.starts_with('/') && !tag.starts_with("br") && !tag.starts_with("img") => open.push(piece),
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
                tidy += 1;
                let parsed = super::super::parse(&text).unwrap_or_else(|why| panic!("`{text}`: {why}"));
                let attrs = parsed.iter().flat_map(|element| &element.attrs);
                let known: Vec<(&str, &str)> = attrs
                    .filter(|(name, _)| name == "style" || !SAFE_ATTRIBUTES.contains(&**name))
                    .map(|(name, value)| (name.as_str(), value.as_str()))
                    .collect();
                assert_eq!(found.attributes, known, "{text}");
            }
        }
        assert!(tidy > 500, "only {tidy} were tidy");
    }
}
