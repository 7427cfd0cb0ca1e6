//! JSON Feed: the rows of this family.

use super::rules;

rules! {
    JSON_SYNTAX = "json-syntax", Error, "the document is no JSON: {value}" {
        help: "mend it here; readers stop at this place",
        why: "A JSON reader shows nothing of such a document.",
        wrong: "{ \"title\": \"News\", }",
        right: "{ \"title\": \"News\" }",
        clause: "RFC 8259",
    }
    JSON_VERSION = "json-version", Error, "`{value}` is no version of JSON Feed" {
        help: "write `https://jsonfeed.org/version/1.1`",
        why: "Readers know by the version that this is a feed.",
        wrong: "\"version\": \"2\"",
        right: "\"version\": \"https://jsonfeed.org/version/1.1\"",
        clause: "JSON Feed 1.1, \"version\"",
    }
    JSON_MISSING_FIELD = "json-missing-field", Error, "`{parent}` has no `{element}`" {
        help: "add it",
        why: "The specification requires it, and readers count on it.",
        wrong: "a feed without \"title\"",
        right: "\"title\": \"News\"",
        clause: "JSON Feed 1.1",
    }
    JSON_RECOMMENDED_FIELD = "json-recommended-field", Warning, "the feed has no `{element}`" {
        help: "add it",
        why: "A reader that got the file from elsewhere cannot find where it came from.",
        wrong: "a feed without \"feed_url\"",
        right: "\"feed_url\": \"https://example.org/feed.json\"",
        clause: "JSON Feed 1.1, \"feed_url\"",
    }
    JSON_WRONG_TYPE = "json-wrong-type", Error, "`{element}` is {value} and should be {other}" {
        help: "write {other}",
        why: "Readers in strict languages refuse the whole feed.",
        wrong: "\"id\": 1",
        right: "\"id\": \"1\"",
        clause: "JSON Feed 1.1",
    }
    JSON_UNKNOWN_FIELD = "json-unknown-field", Warning, "`{element}` is no field of `{parent}`" {
        help: "look for a slip in its name; fields of your own begin with `_`",
        why: "Readers drop it.",
        wrong: "\"autor\": \"A\"",
        right: "\"_autor\": \"A\"",
        clause: "JSON Feed 1.1, \"Extensions\"",
    }
    JSON_DUPLICATE_FIELD = "json-duplicate-field", Error, "`{element}` stands twice in `{parent}`" {
        help: "keep one",
        why: "Readers take the first or the last.",
        wrong: "\"title\": \"a\", \"title\": \"b\"",
        right: "\"title\": \"a\"",
        clause: "RFC 8259 section 4",
    }
    JSON_BAD_ADDRESS = "json-bad-address", Error, "`{value}` is no absolute address" {
        help: "write it in full, with `https://`",
        why: "Away from your site, a reader cannot know what a relative address belongs to.",
        wrong: "\"url\": \"/1\"",
        right: "\"url\": \"https://example.org/1\"",
        clause: "JSON Feed 1.1",
    }
    JSON_MISSING_CONTENT = "json-missing-content", Error, "the item has neither `content_html` nor `content_text`" {
        help: "add one of them",
        why: "There is nothing to read.",
        wrong: "an item with neither",
        right: "\"content_text\": \"x\"",
        clause: "JSON Feed 1.1, \"items\"",
    }
    JSON_DUPLICATE_ID = "json-duplicate-id", Error, "two items have the id `{value}`" {
        help: "give each its own",
        why: "Readers show one of them.",
        wrong: "two items of the id \"1\"",
        right: "an id for each",
        clause: "JSON Feed 1.1, \"id\"",
    }
    JSON_DEPRECATED_FIELD = "json-deprecated-field", Warning, "`{element}` was given up in version 1.1" {
        help: "write `{value}`",
        why: "Newer readers look for the other.",
        wrong: "\"author\": { \"name\": \"A\" }",
        right: "\"authors\": [{ \"name\": \"A\" }]",
        clause: "JSON Feed 1.1, \"authors\"",
    }
    JSON_NEXT_IS_SELF = "json-next-is-self", Error, "the next page is the feed itself" {
        help: "leave `next_url` out on the last page",
        why: "Readers go round in a circle.",
        wrong: "\"next_url\" as \"feed_url\"",
        right: "no \"next_url\"",
        clause: "JSON Feed 1.1, \"next_url\"",
    }
}
