//! OPML and OpenSearch: the rows of this family.

use super::rules;

rules! {
    INVALID_OPML_VERSION = "invalid-opml-version", Error, "`{value}` is no version of OPML" {
        help: "write `2.0`",
        why: "Programs refuse the file.",
        wrong: "<opml version=\"3.0\">",
        right: "<opml version=\"2.0\">",
        clause: "OPML 2.0",
    }
    INVALID_EXPANSION_STATE = "invalid-expansion-state", Error, "`{value}` is no list of lines" {
        help: "write line numbers with commas between",
        why: "Programs open the outline closed.",
        wrong: "<expansionState>a</expansionState>",
        right: "<expansionState>1, 2</expansionState>",
        clause: "OPML 2.0, \"expansionState\"",
    }
    MISSING_XML_URL = "missing-xml-url", Warning, "the subscription has no `xmlUrl`" {
        help: "add the feed's address",
        why: "Readers that import the list cannot subscribe.",
        wrong: "<outline text=\"a\" title=\"a\" type=\"rss\"/>",
        right: "<outline text=\"a\" title=\"a\" type=\"rss\" xmlUrl=\"https://example.org/a.rss\"/>",
        clause: "OPML 2.0, \"Subscription lists\"",
    }
    MISSING_TITLE_ATTR = "missing-title-attr", Warning, "the subscription has no `title`" {
        help: "add it",
        why: "Readers show an address in place of a name.",
        wrong: "<outline text=\"a\" type=\"rss\" xmlUrl=\"https://example.org/a.rss\"/>",
        right: "<outline text=\"a\" title=\"a\" type=\"rss\" xmlUrl=\"https://example.org/a.rss\"/>",
        clause: "OPML 2.0, \"Subscription lists\"",
    }
    MISSING_URL_ATTR = "missing-url-attr", Warning, "the link has no `url`" {
        help: "add it",
        why: "The link leads nowhere.",
        wrong: "<outline text=\"a\" type=\"link\"/>",
        right: "<outline text=\"a\" type=\"link\" url=\"https://example.org/\"/>",
        clause: "OPML 2.0, \"link\"",
    }
    MISSING_OUTLINE_TYPE = "missing-outline-type", Warning, "the outline has the attributes of a subscription and no `type`" {
        help: "add `type=\"rss\"`",
        why: "Readers that import the list pass over it.",
        wrong: "<outline text=\"a\" xmlUrl=\"https://example.org/a.rss\"/>",
        right: "<outline text=\"a\" title=\"a\" type=\"rss\" xmlUrl=\"https://example.org/a.rss\"/>",
        clause: "OPML 2.0, \"Subscription lists\"",
    }
    INVALID_OUTLINE_TYPE = "invalid-outline-type", Warning, "`{value}` is no type that OPML 1 knows" {
        help: "write `rss` or `link`",
        why: "Programs show it as plain text.",
        wrong: "<outline text=\"a\" type=\"own\"/>",
        right: "<outline text=\"a\" type=\"link\" url=\"https://example.org/\"/>",
        clause: "OPML 1.0",
    }
    INVALID_OUTLINE_VERSION = "invalid-outline-version", Warning, "`{value}` is no version of a feed" {
        help: "write `RSS`, `RSS1`, `RSS2` or `scriptingNews`",
        why: "Readers guess.",
        wrong: "<outline text=\"a\" title=\"a\" type=\"rss\" xmlUrl=\"https://example.org/a.rss\" version=\"3\"/>",
        right: "<outline text=\"a\" title=\"a\" type=\"rss\" xmlUrl=\"https://example.org/a.rss\" version=\"RSS2\"/>",
        clause: "OPML 2.0, \"Subscription lists\"",
    }
    INVALID_LOCAL_ROLE = "invalid-local-role", Error, "`{value}` is no role" {
        help: "write `request`, `example`, `related`, `correction`, `subset` or `superset`",
        why: "Programs cannot place the query.",
        wrong: "<os:Query xmlns:os=\"http://a9.com/-/spec/opensearch/1.1/\" role=\"own\"/>",
        right: "<os:Query xmlns:os=\"http://a9.com/-/spec/opensearch/1.1/\" role=\"request\"/>",
        clause: "OpenSearch 1.1, \"Query\"",
    }
    NOT_URL_ENCODED = "not-url-encoded", Error, "`{value}` is not percent-encoded as it should be" {
        help: "encode what has to be encoded, and nothing else",
        why: "Programs search for something else.",
        wrong: "<os:Query xmlns:os=\"http://a9.com/-/spec/opensearch/1.1/\" role=\"request\" searchTerms=\"a&amp;b\"/>",
        right: "<os:Query xmlns:os=\"http://a9.com/-/spec/opensearch/1.1/\" role=\"request\" searchTerms=\"a%26b\"/>",
        clause: "OpenSearch 1.1, \"Query\"",
    }
    INVALID_LOCAL_PARAMETER = "invalid-local-parameter", Error, "`{value}` is no parameter of a search" {
        help: "write `searchTerms`, `count`, `startIndex`, `startPage`, `language`, `inputEncoding` or `outputEncoding`, or a prefix of your own",
        why: "Programs cannot fill the place.",
        wrong: "<Url type=\"text/html\" template=\"https://example.org/?q={words}\"/>",
        right: "<Url type=\"text/html\" template=\"https://example.org/?q={searchTerms}\"/>",
        clause: "OpenSearch 1.1, \"URL template syntax\"",
    }
    SHOULD_INCLUDE_EXAMPLE = "should-include-example", Warning, "the description shows no example" {
        help: "add `<Query role=\"example\" searchTerms=\"...\"/>`",
        why: "Programs try the search with it before they offer it.",
        wrong: "a description without a Query",
        right: "<Query role=\"example\" searchTerms=\"rain\"/>",
        clause: "OpenSearch 1.1, \"Query\"",
    }
    INVALID_SYNDICATION_RIGHT = "invalid-syndication-right", Error, "`{value}` is no right to show results" {
        help: "write `open`, `limited`, `private` or `closed`",
        why: "Programs do not know what they may show.",
        wrong: "<SyndicationRight>all</SyndicationRight>",
        right: "<SyndicationRight>open</SyndicationRight>",
        clause: "OpenSearch 1.1, \"SyndicationRight\"",
    }
    INVALID_ADULT_CONTENT = "invalid-adult-content", Warning, "`{value}` is neither yes nor no" {
        help: "write `true` or `false`",
        why: "Programs take it for yes.",
        wrong: "<AdultContent>none</AdultContent>",
        right: "<AdultContent>false</AdultContent>",
        clause: "OpenSearch 1.1, \"AdultContent\"",
    }
}
