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
    MODULE_NEWER_ELEMENT = "module-newer-element", Info, "`{element}` is newer than the W3C Feed Validator, which takes it for undefined" {
        help: "keep it if readers that you care for know it; the validator will go on to complain",
        why: "The error beside this line is the validator's: the module's own specification has the element.",
        wrong: "<media:statistics xmlns:media=\"http://search.yahoo.com/mrss/\" views=\"5\"/>",
        right: "<media:rating xmlns:media=\"http://search.yahoo.com/mrss/\">nonadult</media:rating>",
        clause: "Media RSS 1.5",
    }
    DELETED_ENTRY_PRESENT = "deleted-entry-present", Warning, "the entry `{value}` is deleted and stands in the feed, unchanged since" {
        help: "drop the entry, or the note that it is deleted",
        why: "Readers that know such notes remove the entry, others show it.",
        wrong: "<at:deleted-entry xmlns:at=\"http://purl.org/atompub/tombstones/1.0\" ref=\"tag:example.org,2020:one\" when=\"2021-01-01T00:00:00Z\"/> beside the entry, updated in 2020",
        right: "<at:deleted-entry xmlns:at=\"http://purl.org/atompub/tombstones/1.0\" ref=\"tag:example.org,2020:two\" when=\"2021-01-01T00:00:00Z\"/>",
        clause: "RFC 6721 section 3",
    }
    RELATIVE_WITHOUT_BASE = "relative-without-base", Warning, "the relative address `{value}` stands in the text, and no `xml:base`" {
        help: "write the address in full, or add `xml:base`",
        why: "Readers that pass the text on, or forget where the feed came from, lead elsewhere.",
        wrong: "<content type=\"html\">&lt;a href=\"/x\"&gt;x&lt;/a&gt;</content>",
        right: "<content type=\"html\">&lt;a href=\"https://example.org/x\"&gt;x&lt;/a&gt;</content>",
        clause: "RFC 4287 section 2",
    }
    COMPLETE_FEED_WITH_PAGES = "complete-feed-with-pages", Warning, "the feed says that it is complete, and links to another page of itself as `{value}`" {
        help: "drop `fh:complete`, or the link",
        why: "Readers take every item that is not in the document for deleted.",
        wrong: "<fh:complete xmlns:fh=\"http://purl.org/syndication/history/1.0\"/> beside a link `next`",
        right: "<fh:complete xmlns:fh=\"http://purl.org/syndication/history/1.0\"/>",
        clause: "RFC 5005 section 2",
    }
    ARCHIVE_WITHOUT_LINKS = "archive-without-links", Warning, "the archive has no link `{value}`" {
        help: "add the link, as an `atom:link`",
        why: "Readers that find the archive cannot go on from it.",
        wrong: "<fh:archive xmlns:fh=\"http://purl.org/syndication/history/1.0\"/> alone",
        right: "<fh:archive xmlns:fh=\"http://purl.org/syndication/history/1.0\"/> beside links `prev-archive` and `current`",
        clause: "RFC 5005 section 4",
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
    ITEMS_OUT_OF_ORDER = "items-out-of-order", Info, "the item is newer than one that stands before it" {
        help: "put the newest first",
        why: "Simple readers show the first few items and never look further.",
        wrong: "<item><title>a</title><guid isPermaLink=\"false\">guid-of-one</guid><pubDate>Thu, 02 Jan 2020 00:00:00 GMT</pubDate></item><item><title>b</title><guid isPermaLink=\"false\">guid-of-two</guid><pubDate>Fri, 03 Jan 2020 00:00:00 GMT</pubDate></item>",
        right: "<item><title>b</title><guid isPermaLink=\"false\">guid-of-two</guid><pubDate>Fri, 03 Jan 2020 00:00:00 GMT</pubDate></item><item><title>a</title><guid isPermaLink=\"false\">guid-of-one</guid><pubDate>Thu, 02 Jan 2020 00:00:00 GMT</pubDate></item>",
        clause: "RSS 2.0, Atom and JSON Feed, by custom",
    }
}
