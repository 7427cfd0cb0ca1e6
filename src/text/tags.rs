//! Tags in what should be plain text.
//!
//! A title that reads `<b>Ports</b> reopen` was copied out of a page. Written as it stands, half of the readers show the tags and half obey them, and
//! validators warn; so the tags go and the words stay. A lone `<b>` may be meant and is left alone.

/// The elements whose tags are taken for markup, in order.
const ELEMENTS: [&str; 96] = [
    "a",
    "abbr",
    "acronym",
    "address",
    "applet",
    "area",
    "article",
    "aside",
    "audio",
    "b",
    "base",
    "bdi",
    "bdo",
    "big",
    "blockquote",
    "body",
    "br",
    "button",
    "canvas",
    "caption",
    "center",
    "cite",
    "code",
    "col",
    "colgroup",
    "dd",
    "del",
    "details",
    "dfn",
    "dir",
    "div",
    "dl",
    "dt",
    "em",
    "embed",
    "fieldset",
    "figcaption",
    "figure",
    "font",
    "footer",
    "form",
    "frame",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "head",
    "header",
    "hr",
    "html",
    "i",
    "iframe",
    "img",
    "input",
    "ins",
    "kbd",
    "label",
    "legend",
    "li",
    "link",
    "main",
    "map",
    "mark",
    "meta",
    "nav",
    "object",
    "ol",
    "option",
    "p",
    "param",
    "pre",
    "q",
    "s",
    "samp",
    "script",
    "section",
    "select",
    "small",
    "span",
    "strike",
    "strong",
    "style",
    "sub",
    "sup",
    "table",
    "tbody",
    "td",
    "textarea",
    "th",
    "title",
    "tr",
    "tt",
    "u",
    "ul",
];

/// The text without its HTML tags, where it has an end tag in it; `None` where it can stay as it is.
pub fn without_tags(text: &str) -> Option<String> {
    if !ends(text) {
        return None;
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('<') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        match tag(rest) {
            Some(length) => rest = &rest[length..],
            None => {
                out.push('<');
                rest = &rest[1..];
            }
        }
    }
    out.push_str(rest);
    // What stood around a tag may make a tag together.
    Some(without_tags(&out).unwrap_or(out))
}

/// Whether an end tag of HTML is in the text.
fn ends(text: &str) -> bool {
    memchr::memchr_iter(b'<', text.as_bytes()).any(|at| text[at + 1..].starts_with('/') && tag(&text[at..]).is_some())
}

/// The length of the tag that the text begins with, if it is one of HTML.
fn tag(text: &str) -> Option<usize> {
    let name = text[1..].strip_prefix('/').unwrap_or(&text[1..]);
    let length = name.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(name.len());
    let element = name[..length].to_ascii_lowercase();
    ELEMENTS.binary_search(&element.as_str()).ok()?;
    text.find('>').map(|end| end + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted() {
        assert!(ELEMENTS.is_sorted());
    }

    #[test]
    fn tags_go_where_one_of_them_ends_and_words_stay() {
        for (text, want) in [
            ("<b>Ports</b> reopen", Some("Ports reopen")),
            ("</title><SCRIPT src='x'>alert(1)</script > & more", Some("alert(1) & more")),
            ("a < b </em>", Some("a < b ")),
            ("<b<b>>x</b</b>>", Some(">x>")),
            ("<b>Ports reopen", None),
            ("the element </unknown>", None),
            ("2 < 3 > 1", None),
            ("a </b", None),
        ] {
            assert_eq!(without_tags(text).as_deref(), want, "{text}");
        }
    }
}
