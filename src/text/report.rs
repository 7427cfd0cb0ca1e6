//! The report of what cleaning took out: each thing once, in the order of the document.

use std::collections::BTreeSet;
use std::fmt;

/// Something that cleaning took out, or left in place though it can hardly be meant.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Removed {
    /// An element, by name; its text may have stayed.
    Element(String),
    /// A player or a frame, by name, in place of which stands a link.
    Linked(String),
    /// An attribute, by element and name.
    Attribute { element: String, attribute: String },
    /// A URL whose scheme is not allowed, or that is no URL; a long one only by its beginning.
    Url(String),
    /// An address that stayed, though it leads to a page of one's own only by a slip of the hand; and what was meant.
    Slip { written: String, meant: String },
    /// Markdown of a link or picture that is none, since its address has a blank in it: it stays as it is written.
    Unlinked(String),
    /// Characters that cannot be published: how many.
    Characters(usize),
}

impl Removed {
    /// Whether only looks or hooks for scripts and style sheets are gone, as with `class`, `style` or `font`: nothing that a reader would miss.
    pub fn is_cosmetic(&self) -> bool {
        match self {
            Removed::Element(name) => matches!(&**name, "style" | "font" | "center" | "meta" | "link"),
            Removed::Attribute { attribute, .. } => {
                let hook = attribute.starts_with("data-") || attribute.starts_with("aria-");
                hook || COSMETIC.contains(&&**attribute)
            }
            Removed::Linked(_) | Removed::Url(_) | Removed::Slip { .. } | Removed::Unlinked(_) | Removed::Characters(_) => false,
        }
    }
}

/// As it stands in a message: ``the element `script` ``.
impl fmt::Display for Removed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Removed::Element(name) | Removed::Linked(name) => write!(f, "the element `{name}`"),
            Removed::Attribute { element, attribute } => write!(f, "the attribute `{attribute}` of `{element}`"),
            Removed::Url(url) => write!(f, "the URL `{url}`"),
            Removed::Slip { written, .. } => write!(f, "the address `{written}`"),
            Removed::Unlinked(link) => write!(f, "`{link}`"),
            Removed::Characters(1) => write!(f, "one character that cannot be published"),
            Removed::Characters(count) => write!(f, "{count} characters that cannot be published"),
        }
    }
}

const COSMETIC: [&str; 21] = [
    "align",
    "bgcolor",
    "border",
    "cellpadding",
    "cellspacing",
    "class",
    "color",
    "decoding",
    "face",
    "fetchpriority",
    "height",
    "hspace",
    "id",
    "loading",
    "rel",
    "role",
    "size",
    "style",
    "target",
    "vspace",
    "width",
];

/// How many characters of a URL are shown: a `data:` URL can be as long as the picture in it.
const URL_SHOWN: usize = 80;

/// The report as it grows.
#[derive(Default)]
pub(super) struct Report {
    seen: BTreeSet<Removed>,
    list: Vec<Removed>,
    characters: usize,
}

impl Report {
    pub(super) fn element(&mut self, name: &str) {
        self.add(Removed::Element(name.to_owned()));
    }

    pub(super) fn linked(&mut self, name: &str) {
        self.add(Removed::Linked(name.to_owned()));
    }

    pub(super) fn attribute(&mut self, element: &str, attribute: &str) {
        self.add(Removed::Attribute { element: element.to_owned(), attribute: attribute.to_owned() });
    }

    pub(super) fn url(&mut self, url: &str) {
        self.add(Removed::Url(shown(url)));
    }

    pub(super) fn slip(&mut self, written: &str, meant: &str) {
        self.add(Removed::Slip { written: shown(written), meant: shown(meant) });
    }

    pub(super) fn unlinked(&mut self, link: &str) {
        self.add(Removed::Unlinked(shown(link)));
    }

    pub(super) fn characters(&mut self, count: usize) {
        self.characters += count;
    }

    /// Takes over what another report holds.
    pub(super) fn absorb(&mut self, other: Report) {
        self.characters += other.characters;
        for removed in other.list {
            self.add(removed);
        }
    }

    /// The list; characters stand last.
    pub(super) fn finish(mut self) -> Vec<Removed> {
        if self.characters > 0 {
            self.list.push(Removed::Characters(self.characters));
        }
        self.list
    }

    fn add(&mut self, removed: Removed) {
        if self.seen.insert(removed.clone()) {
            self.list.push(removed);
        }
    }
}

/// As a browser reads it: line breaks within a URL are a disguise.
fn shown(url: &str) -> String {
    let mut visible = url.trim().chars().filter(|c| !c.is_control());
    let mut shown: String = visible.by_ref().take(URL_SHOWN).collect();
    if visible.next().is_some() {
        shown.push('…');
    }
    super::chars::xml_chars(&shown).0.into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_once_in_order_characters_last() {
        let mut report = Report::default();
        report.characters(1);
        report.element("script");
        report.url(&"x".repeat(200));
        report.element("script");
        report.attribute("a", "onclick");
        report.characters(2);
        let attribute = Removed::Attribute { element: "a".into(), attribute: "onclick".into() };
        let url = Removed::Url("x".repeat(80) + "…");
        assert_eq!(report.finish(), [Removed::Element("script".into()), url, attribute, Removed::Characters(3)]);
    }

    #[test]
    fn stands_in_a_sentence() {
        for (removed, expected) in [
            (Removed::Element("script".into()), "the element `script`"),
            (Removed::Attribute { element: "a".into(), attribute: "onclick".into() }, "the attribute `onclick` of `a`"),
            (Removed::Url("javascript:x".into()), "the URL `javascript:x`"),
            (Removed::Characters(1), "one character that cannot be published"),
            (Removed::Characters(2), "2 characters that cannot be published"),
        ] {
            assert_eq!(removed.to_string(), expected);
        }
    }

    #[test]
    fn looks_are_cosmetic_and_handlers_are_not() {
        let attribute = |name: &str| Removed::Attribute { element: "p".into(), attribute: name.into() };
        for name in ["class", "data-x", "aria-label", "style"] {
            assert!(attribute(name).is_cosmetic(), "{name}");
        }
        for removed in [attribute("onclick"), Removed::Element("script".into()), Removed::Url("x".into()), Removed::Characters(1)] {
            assert!(!removed.is_cosmetic(), "{removed:?}");
        }
    }
}
