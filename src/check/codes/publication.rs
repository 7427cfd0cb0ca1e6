//! A whole publication: the rows of this family.

use super::rules;

rules! {
    ID_MEANS_TWO_ITEMS = "id-means-two-items", Warning, "the id `{value}` is another item elsewhere: `{other}`" {
        help: "give each item its own id, and one item the same everywhere",
        why: "Readers that subscribe to both feeds show one of the two.",
        wrong: "one id with two titles",
        right: "one id with one title",
        clause: "RFC 4287 section 4.2.6",
    }
    OPML_NAMES_MISSING_FEED = "opml-names-missing-feed", Warning, "the list names `{value}`, which is not among the files" {
        help: "mend the address, or publish the feed",
        why: "Readers that import the list subscribe to nothing.",
        wrong: "xmlUrl=\"https://example.org/gone.rss\"",
        right: "xmlUrl=\"https://example.org/a.rss\"",
        clause: "OPML 2.0, \"Subscription lists\"",
    }
    ARCHIVE_MISSING = "archive-missing", Warning, "the link `{other}` leads to `{value}`, which is not among the files" {
        help: "mend the address, or publish the document",
        why: "Readers cannot put the whole feed together.",
        wrong: "rel=\"prev-archive\" to a file that is not there",
        right: "rel=\"prev-archive\" to one that is",
        clause: "RFC 5005 section 4",
    }
    ARCHIVE_CHAIN_BROKEN = "archive-chain-broken", Warning, "the archive at `{value}` does not lead back to `{other}`" {
        help: "let its `next-archive`, or from the newer one its `prev-archive`, say so",
        why: "Readers that come from the other end pass this document by.",
        wrong: "a `next-archive` that leads elsewhere",
        right: "a `next-archive` that leads back",
        clause: "RFC 5005 section 4",
    }
    FORMATS_DIFFER = "formats-differ", Warning, "`{value}` stands in one of this document and `{other}` only" {
        help: "write all formats from the same items",
        why: "Who reads the one format misses what the other has.",
        wrong: "two formats with different ids",
        right: "two formats with the same ids",
        clause: "Tidings, \"Identity\"",
    }
}
