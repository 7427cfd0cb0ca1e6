//! Modules that came after the W3C Feed Validator: the rows of this family.

use super::rules;

rules! {
    MODULE_UNKNOWN_ELEMENT = "module-unknown-element", Warning, "`{element}` is no element of the module `{value}`" {
        help: "look for a slip in its name",
        why: "Programs drop it.",
        wrong: "<podcast:lock xmlns:podcast=\"https://podcastindex.org/namespace/1.0\">yes</podcast:lock>",
        right: "<podcast:locked xmlns:podcast=\"https://podcastindex.org/namespace/1.0\">yes</podcast:locked>",
        clause: "Podcasting 2.0, \"podcast\" namespace",
    }
    MODULE_MISSING_ATTRIBUTE = "module-missing-attribute", Warning, "`{element}` has no attribute `{value}`" {
        help: "add it",
        why: "Programs drop the element.",
        wrong: "<podcast:transcript xmlns:podcast=\"https://podcastindex.org/namespace/1.0\" url=\"https://example.org/t.vtt\"/>",
        right: "<podcast:transcript xmlns:podcast=\"https://podcastindex.org/namespace/1.0\" url=\"https://example.org/t.vtt\" type=\"text/vtt\"/>",
        clause: "Podcasting 2.0, \"podcast\" namespace",
    }
    MODULE_VALUE = "module-value", Warning, "`{value}` should be {other}" {
        help: "write {other}",
        why: "Programs drop the element.",
        wrong: "<podcast:locked xmlns:podcast=\"https://podcastindex.org/namespace/1.0\">maybe</podcast:locked>",
        right: "<podcast:locked xmlns:podcast=\"https://podcastindex.org/namespace/1.0\">yes</podcast:locked>",
        clause: "Podcasting 2.0, \"podcast\" namespace",
    }
    HUB_ADDRESS = "hub-address", Warning, "the hub `{value}` is no web address" {
        help: "write it in full, with `https://`",
        why: "Readers cannot ask the hub to tell them of news.",
        wrong: "<atom:link xmlns:atom=\"http://www.w3.org/2005/Atom\" rel=\"hub\" href=\"hub\"/><atom:link xmlns:atom=\"http://www.w3.org/2005/Atom\" href=\"https://example.org/feed.xml\" rel=\"self\"/>",
        right: "<atom:link xmlns:atom=\"http://www.w3.org/2005/Atom\" rel=\"hub\" href=\"https://hub.example.org/\"/><atom:link xmlns:atom=\"http://www.w3.org/2005/Atom\" href=\"https://example.org/feed.xml\" rel=\"self\"/>",
        clause: "WebSub section 4",
    }
    HUB_WITHOUT_SELF = "hub-without-self", Warning, "the feed names a hub and not itself" {
        help: "add a self link",
        why: "Readers tell the hub the address of the self link; without it they subscribe to nothing.",
        wrong: "<atom:link xmlns:atom=\"http://www.w3.org/2005/Atom\" rel=\"hub\" href=\"https://hub.example.org/\"/>",
        right: "<atom:link xmlns:atom=\"http://www.w3.org/2005/Atom\" href=\"https://example.org/feed.xml\" rel=\"self\"/>",
        clause: "WebSub section 4",
    }
}
