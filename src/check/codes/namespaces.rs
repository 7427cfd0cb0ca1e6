//! Namespaces: the rows of this family.

use super::rules;

rules! {
    MISSING_NAMESPACE = "missing-namespace", Error, "`{element}` is in no namespace" {
        help: "declare it: `xmlns=\"http://www.w3.org/2005/Atom\"` on a feed, `xmlns=\"http://www.w3.org/1999/xhtml\"` on a `div`",
        why: "Readers know elements by namespace and name; without the namespace this is another element.",
        wrong: "<summary type=\"xhtml\"><div xmlns=\"http://www.w3.org/1999/xhtml\"><p xmlns=\"\">x</p></div></summary>",
        right: "<summary type=\"xhtml\"><div xmlns=\"http://www.w3.org/1999/xhtml\"><p>x</p></div></summary>",
        clause: "RFC 4287 section 1.2",
    }
    NOT_IN_A_NAMESPACE = "not-in-a-namespace", Error, "`{element}` inside `{parent}` is in no namespace" {
        help: "put elements that are not RSS's own into a namespace",
        why: "RSS 2.0 lets a feed have other elements in namespaces only.",
        wrong: "<x:box xmlns:x=\"https://example.org/x\"><part>1</part></x:box>",
        right: "<x:box xmlns:x=\"https://example.org/x\"><x:part>1</x:part></x:box>",
        clause: "RSS 2.0, \"Extending RSS\"",
    }
    INVALID_NAMESPACE = "invalid-namespace", Error, "`{element}` is in the namespace `{value}`, which is not its own" {
        help: "RSS 2.0 has no namespace; Atom's is `http://www.w3.org/2005/Atom`",
        why: "Readers take the document for something else.",
        wrong: "<feed xmlns=\"http://example.org/atom\">",
        right: "<feed xmlns=\"http://www.w3.org/2005/Atom\">",
        clause: "RFC 4287 section 1.2",
    }
    OBSOLETE_NAMESPACE = "obsolete-namespace", Error, "this is the namespace of a draft of Atom that came before the standard" {
        help: "use `http://www.w3.org/2005/Atom` and Atom 1.0",
        why: "Readers have dropped Atom 0.3.",
        wrong: "<feed version=\"0.3\" xmlns=\"http://purl.org/atom/ns#\">",
        right: "<feed xmlns=\"http://www.w3.org/2005/Atom\">",
        clause: "RFC 4287 section 1.2",
    }
    OBSOLETE_WIKI_NAMESPACE = "obsolete-wiki-namespace", Warning, "the namespace `{value}` of the wiki module is out of use" {
        help: "use `http://purl.org/rss/1.0/modules/wiki/`",
        why: "Readers that know the module know the other name.",
        wrong: "<x:v xmlns:wiki=\"http://www.usemod.com/cgi-bin/mb.pl?ModWiki\" xmlns:x=\"https://example.org/x\"/>",
        right: "<x:v xmlns:wiki=\"http://purl.org/rss/1.0/modules/wiki/\" xmlns:x=\"https://example.org/x\"/>",
        clause: "mod_wiki",
    }
    MEDIA_RSS_NAMESPACE = "media-rss-namespace", Error, "the namespace of Media RSS ends in a slash" {
        help: "write `http://search.yahoo.com/mrss/`",
        why: "Readers compare namespaces letter for letter: without the slash they see no media.",
        wrong: "<media:rating xmlns:media=\"http://search.yahoo.com/mrss\">adult</media:rating>",
        right: "<media:rating xmlns:media=\"http://search.yahoo.com/mrss/\">adult</media:rating>",
        clause: "Media RSS 1.5",
    }
    RESERVED_PREFIX = "reserved-prefix", Warning, "the prefix `{value}` is used for another namespace than everybody uses it for ({other})" {
        help: "use another prefix, or the usual namespace",
        why: "Simple readers go by prefixes and will mistake one for the other.",
        wrong: "<x:y xmlns:x=\"https://example.org/x\" xmlns:dc=\"https://example.org/dc\"/>",
        right: "<x:y xmlns:x=\"https://example.org/x\" xmlns:own=\"https://example.org/dc\"/>",
        clause: "Namespaces in XML 1.0",
    }
    NONSTD_PREFIX = "nonstd-prefix", Info, "the usual prefix for this namespace is `{other}`, not `{value}`" {
        help: "write `{other}:`",
        why: "Simple readers go by prefixes.",
        wrong: "<d:creator xmlns:d=\"http://purl.org/dc/elements/1.1/\">A</d:creator>",
        right: "<dc:creator xmlns:dc=\"http://purl.org/dc/elements/1.1/\">A</dc:creator>",
        clause: "Namespaces in XML 1.0",
    }
    AVOID_NAMESPACE_PREFIX = "avoid-namespace-prefix", Warning, "`{value}:` prefixes Atom's or XHTML's own elements" {
        help: "make it the default namespace: `xmlns=\"...\"` without a prefix",
        why: "Several readers understand these two without a prefix only.",
        wrong: "<atom:feed xmlns:atom=\"http://www.w3.org/2005/Atom\">",
        right: "<feed xmlns=\"http://www.w3.org/2005/Atom\">",
        clause: "RFC 4287 section 1.2",
    }
    UNKNOWN_NAMESPACE = "unknown-namespace", Warning, "the namespace `{value}` is not one that the checker knows" {
        help: "look for a slip in it; if it is your own, this is no fault",
        why: "A slip in a namespace switches the whole module off. The W3C Feed Validator warns of the tombstones of RFC 6721 too, which are known here.",
        wrong: "<x:y xmlns:x=\"https://example.org/x\"/>",
        right: "<dc:creator xmlns:dc=\"http://purl.org/dc/elements/1.1/\">A</dc:creator>",
        clause: "Namespaces in XML 1.0",
    }
    UNSUPPORTED_NAMESPACE = "unsupported-namespace", Warning, "the W3C Feed Validator does not look into the elements of {value}" {
        help: "nothing: what Tidings knows of the module it checks all the same",
        why: "What is wrong inside may stay unsaid.",
        wrong: "<gd:etag xmlns:gd=\"http://schemas.google.com/g/2005\">1</gd:etag>",
        right: "<dc:creator xmlns:dc=\"http://purl.org/dc/elements/1.1/\">A</dc:creator>",
        clause: "Namespaces in XML 1.0",
    }
    UNDECLARED_PREFIX = "undeclared-prefix", Error, "the prefix `{value}` is not declared" {
        help: "declare it with `xmlns:{value}=\"...\"`",
        why: "A role or a parameter with a prefix means nothing without its namespace.",
        wrong: "<os:Query xmlns:os=\"http://a9.com/-/spec/opensearch/1.1/\" role=\"my:own\"/>",
        right: "<os:Query xmlns:os=\"http://a9.com/-/spec/opensearch/1.1/\" role=\"request\"/>",
        clause: "OpenSearch 1.1, \"Query\"",
    }
    UNDETERMINABLE_VOCABULARY = "undeterminable-vocabulary", Warning, "`{element}` is in no namespace, so nobody can say what it means" {
        help: "put it into a namespace",
        why: "Readers drop what they cannot place.",
        wrong: "<note xmlns=\"\">x</note>",
        right: "<x:note xmlns:x=\"https://example.org/x\">x</x:note>",
        clause: "RFC 4287 section 6.1",
    }
    MISPLACED_XHTML_CONTENT = "misplaced-xhtml-content", Warning, "XHTML stands here that no reader looks for" {
        help: "put it into `description`, or in Atom into `content type=\"xhtml\"`",
        why: "Readers show markup from a few places only.",
        wrong: "<p xmlns=\"http://www.w3.org/1999/xhtml\">x</p>",
        right: "nothing",
        clause: "RFC 4287 section 4.1.3",
    }
}
