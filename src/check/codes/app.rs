//! The Atom Publishing Protocol: the rows of this family.

use super::rules;

rules! {
    CONFLICTING_CAT_ATTR = "conflicting-cat-attr", Error, "`href` and `{value}` stand side by side" {
        help: "leave `{value}` to the document at `href`",
        why: "The list of categories stands there, and programs read what it says.",
        wrong: "<categories href=\"https://example.org/cats\" fixed=\"yes\"/>",
        right: "<categories href=\"https://example.org/cats\"/>",
        clause: "RFC 5023 section 7.2.1",
    }
    CONFLICTING_CAT_CHILDREN = "conflicting-cat-children", Error, "the categories stand here and at `href`" {
        help: "keep one of the two",
        why: "Programs read one of the lists.",
        wrong: "<categories href=\"https://example.org/cats\"><atom:category term=\"a\"/></categories>",
        right: "<categories><atom:category term=\"a\"/></categories>",
        clause: "RFC 5023 section 7.2.1",
    }
    UNDEFINED_PARAM = "undefined-param", Warning, "the parameter `{value}` means nothing here" {
        help: "drop it",
        why: "A collection takes a kind of entry or does not; there are no weights.",
        wrong: "<accept>image/png;q=0.5</accept>",
        right: "<accept>image/png</accept>",
        clause: "RFC 5023 section 8.3.4",
    }
}
