//! The allow-list: which elements and attributes may be published, and what becomes of the others.
//!
//! Every element and attribute here is one that the W3C Feed Validator passes without a word (it warns of `bdo` and of `controls`, for
//! example, which HTML knows well). `docs/text.md` has the list in prose.

use super::urls::Use;

/// What becomes of an element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    /// It stays, under this name.
    Keep(&'static str),
    /// It becomes another that says nearly the same.
    Become(&'static str),
    /// Its tags go, its contents stay.
    Unwrap,
    /// Tags that say nothing within a text, such as `body`: they go unreported.
    Ignore,
    /// It goes with its contents, which are no text.
    Drop,
    /// A frame: a link to what it shows.
    Frame,
    /// A player: a link to what it plays.
    Player,
}

/// The elements that stay, in order.
const KEPT: [&str; 77] = [
    "a",
    "abbr",
    "acronym",
    "address",
    "article",
    "aside",
    "b",
    "bdi",
    "big",
    "blockquote",
    "br",
    "caption",
    "cite",
    "code",
    "col",
    "colgroup",
    "data",
    "dd",
    "del",
    "details",
    "dfn",
    "div",
    "dl",
    "dt",
    "em",
    "figcaption",
    "figure",
    "footer",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hgroup",
    "hr",
    "i",
    "img",
    "ins",
    "kbd",
    "li",
    "main",
    "mark",
    "nav",
    "ol",
    "p",
    "picture",
    "pre",
    "q",
    "rp",
    "rt",
    "ruby",
    "s",
    "samp",
    "section",
    "small",
    "source",
    "span",
    "strike",
    "strong",
    "sub",
    "summary",
    "sup",
    "table",
    "tbody",
    "td",
    "tfoot",
    "th",
    "thead",
    "time",
    "tr",
    "tt",
    "u",
    "ul",
    "var",
    "wbr",
];

/// All elements that may stand in clean HTML.
pub(super) fn kept() -> &'static [&'static str] {
    &KEPT
}

pub(super) fn fate(element: &str) -> Fate {
    if let Ok(index) = KEPT.binary_search(&element) {
        return Fate::Keep(KEPT[index]);
    }
    match element {
        "bdo" => Fate::Become("span"),
        "dir" | "menu" => Fate::Become("ul"),
        "iframe" => Fate::Frame,
        "audio" | "video" => Fate::Player,
        "html" | "head" | "body" => Fate::Ignore,
        "script" | "style" | "title" | "template" | "noembed" | "noframes" => Fate::Drop,
        _ => Fate::Unwrap,
    }
}

/// What an attribute may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Value {
    Text,
    Url(Use),
    Srcset,
}

/// The attributes that any element may have.
pub(super) const GENERIC: [&str; 3] = ["dir", "lang", "title"];

/// The attributes that stay on one element, beside the generic ones.
pub(super) fn attributes(element: &str) -> &'static [(&'static str, Value)] {
    use Value::{Srcset, Text, Url};
    const LINK: Value = Url(Use::Link);
    match element {
        "a" => &[("href", LINK), ("hreflang", Text), ("type", Text)],
        "blockquote" | "q" => &[("cite", LINK)],
        "del" | "ins" => &[("cite", LINK), ("datetime", Text)],
        "col" | "colgroup" => &[("align", Text), ("span", Text), ("valign", Text)],
        "data" | "li" => &[("value", Text)],
        "details" => &[("open", Text)],
        "img" => &[
            ("alt", Text),
            ("height", Text),
            ("longdesc", LINK),
            ("sizes", Text),
            ("src", Url(Use::Resource)),
            ("srcset", Srcset),
            ("width", Text),
        ],
        "ol" => &[("reversed", Text), ("start", Text), ("type", Text)],
        "source" => &[("height", Text), ("media", Text), ("sizes", Text), ("srcset", Srcset), ("type", Text), ("width", Text)],
        "table" => &[("summary", Text)],
        "tbody" | "tfoot" | "thead" | "tr" => &[("align", Text), ("valign", Text)],
        "td" | "th" => &[("abbr", Text), ("align", Text), ("colspan", Text), ("rowspan", Text), ("scope", Text), ("valign", Text)],
        "time" => &[("datetime", Text)],
        "ul" => &[("type", Text)],
        _ => &[],
    }
}

/// What the attribute may hold on that element; `None` where it may not stand.
pub(super) fn value(element: &str, attribute: &str) -> Option<Value> {
    if GENERIC.contains(&attribute) {
        return Some(Value::Text);
    }
    attributes(element).iter().find(|(name, _)| *name == attribute).map(|(_, value)| *value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_in_order() {
        assert!(KEPT.is_sorted());
    }

    /// What the W3C Feed Validator reports as a security risk or as not HTML, as far as anybody might think of allowing it.
    #[test]
    fn nothing_that_the_validator_warns_of() {
        for element in
            ["script", "style", "object", "embed", "iframe", "base", "link", "meta", "bdo", "rb", "rtc", "svg", "math", "search", "slot"]
        {
            assert!(!matches!(fate(element), Fate::Keep(_)), "{element}");
        }
        for element in KEPT {
            for attribute in ["style", "onclick", "controls", "integrity", "fetchpriority", "srcdoc", "role", "property", "aria-label"] {
                assert_eq!(value(element, attribute), None, "{element} {attribute}");
            }
        }
    }

    #[test]
    fn the_documentation_names_every_element_and_attribute() {
        let prose = include_str!("../../docs/text.md");
        let listed = |name: &str| prose.contains(&format!("`{name}`"));
        for element in KEPT {
            assert!(listed(element), "{element}");
            for (attribute, _) in attributes(element) {
                let row = prose.lines().any(|line| {
                    line.strip_prefix("| ").and_then(|line| line.split_once(" | ")).is_some_and(|(elements, attributes)| {
                        elements.contains(&format!("`{element}`")) && attributes.contains(&format!("`{attribute}`"))
                    })
                });
                assert!(row, "{attribute} on {element}");
            }
        }
    }
}
