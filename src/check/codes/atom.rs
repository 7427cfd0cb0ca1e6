//! Atom 1.0: the rows of this family.

use super::rules;

rules! {
    MISSING_SELF = "missing-self", Warning, "the feed has no link to itself" {
        help: "add `<link rel=\"self\" href=\"...\"/>`",
        why: "A reader that got the file by mail or from a cache cannot find where it came from.",
        wrong: "a feed without it",
        right: "<link rel=\"self\" href=\"https://example.org/feed.xml\"/>",
        clause: "RFC 4287 section 4.1.1",
    }
    SELF_DOESNT_MATCH_LOCATION = "self-doesnt-match-location", Warning, "the feed says that it is at `{value}`, and it was found at `{other}`" {
        help: "let the self link say where the feed is served",
        why: "Readers that follow the self link subscribe to another address.",
        wrong: "<link rel=\"self\" href=\"https://example.org/other.xml\"/>",
        right: "<link rel=\"self\" href=\"https://example.org/feed.xml\"/>",
        clause: "RFC 4287 section 4.2.7.2",
    }
    RELATIVE_SELF = "relative-self", Warning, "the self link `{value}` is relative" {
        help: "write it in full, with `https://`",
        why: "A relative address says nothing to a reader that does not know where the file came from.",
        wrong: "<link rel=\"self\" href=\"feed.xml\"/>",
        right: "<link rel=\"self\" href=\"https://example.org/feed.xml\"/>",
        clause: "RFC 4287 section 4.2.7.2",
    }
    SELF_NOT_ATOM = "self-not-atom", Warning, "the self link leads to `{value}`" {
        help: "say `application/atom+xml` or `application/rss+xml`",
        why: "The self link leads to the feed, not to a page about it.",
        wrong: "<link rel=\"self\" type=\"text/html\" href=\"https://example.org/feed.xml\"/>",
        right: "<link rel=\"self\" type=\"application/atom+xml\" href=\"https://example.org/feed.xml\"/>",
        clause: "RFC 4287 section 4.2.7.2",
    }
    MISSING_HREF = "missing-href", Error, "the link has no `href`" {
        help: "add it",
        why: "The link leads nowhere.",
        wrong: "<link rel=\"related\"/>",
        right: "<link rel=\"related\" href=\"https://example.org/r\"/>",
        clause: "RFC 4287 section 4.2.7.1",
    }
    DUPLICATE_ATOM_LINK = "duplicate-atom-link", Error, "two alternate links have the same type and language" {
        help: "keep one, or give them different `type` or `hreflang`",
        why: "Readers cannot tell which page is meant.",
        wrong: "<link href=\"https://example.org/a\"/><link href=\"https://example.org/b\"/>",
        right: "<link href=\"https://example.org/a\"/><link href=\"https://example.org/b\" hreflang=\"es\"/>",
        clause: "RFC 4287 section 4.1.1",
    }
    UNREGISTERED_ATOM_LINK_REL = "unregistered-atom-link-rel", Warning, "`{value}` is no registered relation" {
        help: "use a registered one, or an address of your own",
        why: "Readers do not know what the link is for.",
        wrong: "<link rel=\"own\" href=\"https://example.org/a\"/>",
        right: "<link rel=\"related\" href=\"https://example.org/a\"/>",
        clause: "RFC 8288 section 2.1",
    }
    ATOM_LINK_NOT_EMPTY = "atom-link-not-empty", Warning, "text stands in the link" {
        help: "write an empty element: `<link .../>`",
        why: "Readers drop it.",
        wrong: "<link href=\"https://example.org/a\">a</link>",
        right: "<link href=\"https://example.org/a\"/>",
        clause: "RFC 4287 section 4.2.7",
    }
    MISPLACED_METADATA = "misplaced-metadata", Error, "`{element}` stands after the first entry" {
        help: "put all of the feed's own elements before the entries",
        why: "Readers that read as they load have shown the entries already.",
        wrong: "<entry/><subtitle>x</subtitle>",
        right: "<subtitle>x</subtitle>",
        clause: "RFC 4287 section 4.1.1, as the reference reads it",
    }
    MISSING_CONTENT_OR_ALTERNATE = "missing-content-or-alternate", Error, "the entry has neither content nor an alternate link" {
        help: "add `content`, or `<link href=\"...\"/>`",
        why: "There is nothing to read.",
        wrong: "an entry with neither",
        right: "<link href=\"https://example.org/a\"/>",
        clause: "RFC 4287 section 4.1.2",
    }
    MISSING_TEXTUAL_CONTENT = "missing-textual-content", Warning, "the entry has no summary and no content" {
        help: "add `summary`",
        why: "Readers show a title and nothing else.",
        wrong: "an entry with neither",
        right: "<summary>x</summary>",
        clause: "RFC 4287 section 4.1.1.1",
    }
    MISSING_SUMMARY = "missing-summary", Error, "the content is elsewhere or not text, and the entry has no summary" {
        help: "add `summary`",
        why: "Readers that cannot show the content have nothing to show.",
        wrong: "<content type=\"image/png\" src=\"https://example.org/a.png\"/>",
        right: "<summary>s</summary><content type=\"image/png\" src=\"https://example.org/a.png\"/>",
        clause: "RFC 4287 section 4.1.2",
    }
    MISSING_TYPE_ATTR = "missing-type-attr", Warning, "content that is elsewhere has no `type`" {
        help: "add `type`",
        why: "Readers must load it to learn whether they can show it.",
        wrong: "<summary>s</summary><content src=\"https://example.org/a.png\"/>",
        right: "<summary>s</summary><content type=\"image/png\" src=\"https://example.org/a.png\"/>",
        clause: "RFC 4287 section 4.1.3.2",
    }
    MISSING_SOURCE_ELEMENT = "missing-source-element", Warning, "`source` has no `{element}`" {
        help: "copy it from the feed that the entry came from",
        why: "Nobody can find where the entry came from.",
        wrong: "<source><title>x</title></source>",
        right: "<source><title>x</title><id>https://example.org/s</id><updated>2020-01-01T00:00:00Z</updated></source>",
        clause: "RFC 4287 section 4.2.11",
    }
    DUPLICATE_ENTRIES = "duplicate-entries", Warning, "two entries have the id `{value}`" {
        help: "give each its own",
        why: "Readers show one of them.",
        wrong: "<entry><id>https://example.org/1</id>...</entry><entry><id>https://example.org/1</id>...</entry>",
        right: "<entry><id>https://example.org/1</id>...</entry><entry><id>https://example.org/2</id>...</entry>",
        clause: "RFC 4287 section 4.1.1",
    }
    DUPLICATE_IDS = "duplicate-ids", Error, "all entries have one id" {
        help: "give each its own",
        why: "Readers show one entry.",
        wrong: "ten entries with one id",
        right: "entries with an id each",
        clause: "RFC 4287 section 4.2.6",
    }
    DUPLICATE_UPDATED = "duplicate-updated", Warning, "two entries were updated at the same moment: `{value}`" {
        help: "give the time to the second",
        why: "Readers that sort by time show them in any order.",
        wrong: "<entry><updated>2020-01-01T00:00:00Z</updated>...</entry><entry><updated>2020-01-01T00:00:00Z</updated>...</entry>",
        right: "<entry><updated>2020-01-01T00:00:00Z</updated>...</entry><entry><updated>2020-01-02T00:00:00Z</updated>...</entry>",
        clause: "RFC 4287 section 4.2.15",
    }
    FEED_HISTORY_REL_IN_ENTRY = "feed-history-rel-in-entry", Warning, "the relation `{value}` belongs to feeds" {
        help: "put the link into the feed",
        why: "Readers look for further pages in the feed.",
        wrong: "<link rel=\"next\" href=\"https://example.org/2\"/>",
        right: "<link rel=\"related\" href=\"https://example.org/2\"/>",
        clause: "RFC 5005",
    }
    FEED_REL_IN_COMPLETE_FEED = "feed-rel-in-complete-feed", Error, "the feed is complete and has a link `{value}`" {
        help: "drop the link, or `fh:complete`",
        why: "A complete feed has no other pages; readers forget what is not in it.",
        wrong: "<fh:complete xmlns:fh=\"http://purl.org/syndication/history/1.0\"/><link rel=\"next\" href=\"https://example.org/2\"/>",
        right: "<fh:complete xmlns:fh=\"http://purl.org/syndication/history/1.0\"/>",
        clause: "RFC 5005 section 2",
    }
    CURRENT_NOT_SELF_IN_COMPLETE_FEED = "current-not-self-in-complete-feed", Error, "the feed is complete and its current page is another: `{value}`" {
        help: "let `current` be the feed itself",
        why: "A complete feed has no other pages; readers forget what is not in it.",
        wrong: "<fh:complete xmlns:fh=\"http://purl.org/syndication/history/1.0\"/><link rel=\"current\" href=\"https://example.org/2\"/>",
        right: "<fh:complete xmlns:fh=\"http://purl.org/syndication/history/1.0\"/>",
        clause: "RFC 5005 section 2",
    }
    LINK_PAST_END = "link-past-end", Error, "the feed is the {other} page and has a link `{value}`" {
        help: "drop the link",
        why: "Readers go round in a circle or find nothing.",
        wrong: "<link rel=\"first\" href=\"https://example.org/feed.xml\"/><link rel=\"previous\" href=\"https://example.org/0\"/>",
        right: "<link rel=\"first\" href=\"https://example.org/feed.xml\"/>",
        clause: "RFC 5005 section 3",
    }
    MISSING_CURRENT_IN_ARCHIVE = "missing-current-in-archive", Warning, "the archive has no link `current`" {
        help: "add `<link rel=\"current\" href=\"...\"/>`",
        why: "Whoever subscribes to the archive never sees news.",
        wrong: "<fh:archive xmlns:fh=\"http://purl.org/syndication/history/1.0\"/><link rel=\"prev-archive\" href=\"https://example.org/1\"/>",
        right: "<fh:archive xmlns:fh=\"http://purl.org/syndication/history/1.0\"/><link rel=\"prev-archive\" href=\"https://example.org/1\"/><link rel=\"current\" href=\"https://example.org/2\"/>",
        clause: "RFC 5005 section 4",
    }
    ARCHIVE_INCOMPLETE = "archive-incomplete", Warning, "the archive leads to no other archive" {
        help: "add `prev-archive` or `next-archive`",
        why: "Readers cannot put the whole feed together.",
        wrong: "<fh:archive xmlns:fh=\"http://purl.org/syndication/history/1.0\"/><link rel=\"current\" href=\"https://example.org/2\"/>",
        right: "<fh:archive xmlns:fh=\"http://purl.org/syndication/history/1.0\"/><link rel=\"prev-archive\" href=\"https://example.org/1\"/><link rel=\"current\" href=\"https://example.org/2\"/>",
        clause: "RFC 5005 section 4",
    }
    NO_THR_WHEN = "no-thr-when", Error, "`thr:when` was renamed" {
        help: "write `thr:updated`",
        why: "Readers know the new name.",
        wrong: "<link rel=\"replies\" href=\"https://example.org/r\" thr:when=\"2020-01-01T00:00:00Z\" xmlns:thr=\"http://purl.org/syndication/thread/1.0\"/>",
        right: "<link rel=\"replies\" href=\"https://example.org/r\" thr:updated=\"2020-01-01T00:00:00Z\" xmlns:thr=\"http://purl.org/syndication/thread/1.0\"/>",
        clause: "RFC 4685 section 5",
    }
    INVALID_ACCESS_RESTRICTION_REL = "invalid-access-restriction-rel", Error, "`{value}` is no relationship" {
        help: "write `allow` or `deny`",
        why: "Search services take the feed for public.",
        wrong: "<access:restriction xmlns:access=\"http://www.bloglines.com/about/specs/fac-1.0\" relationship=\"maybe\"/>",
        right: "<access:restriction xmlns:access=\"http://www.bloglines.com/about/specs/fac-1.0\" relationship=\"allow\"/>",
        clause: "Bloglines access 1.0",
    }
    INVALID_META_NAME = "invalid-meta-name", Error, "`{value}` is no name that feeds know" {
        help: "write `robots`",
        why: "Search services do not see it.",
        wrong: "<meta xmlns=\"http://www.w3.org/1999/xhtml\" name=\"own\" content=\"noindex\"/>",
        right: "<meta xmlns=\"http://www.w3.org/1999/xhtml\" name=\"robots\" content=\"noindex\"/>",
        clause: "Robots META",
    }
    INVALID_META_CONTENT = "invalid-meta-content", Error, "`{value}` is nothing that robots know" {
        help: "write `noindex`, `nofollow` or both",
        why: "Search services do not see it.",
        wrong: "<meta xmlns=\"http://www.w3.org/1999/xhtml\" name=\"robots\" content=\"maybe\"/>",
        right: "<meta xmlns=\"http://www.w3.org/1999/xhtml\" name=\"robots\" content=\"noindex\"/>",
        clause: "Robots META",
    }
}
