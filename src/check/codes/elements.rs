//! Which elements and attributes stand where: the rows of this family.

use super::rules;

rules! {
    UNDEFINED_ELEMENT = "undefined-element", Error, "`{element}` is no element of `{parent}`" {
        help: "look for a slip in its name; elements of your own belong in a namespace",
        why: "Readers drop it, and with it what you meant to say.",
        wrong: "<autor>me@example.org (Me)</autor>",
        right: "<author>me@example.org (Me)</author>",
        clause: "RSS 2.0, \"Extending RSS\"; RFC 4287 section 6.1",
    }
    QUESTIONABLE_USAGE = "questionable-usage", Warning, "`{element}` is known, but not in `{parent}`" {
        help: "put it where the specification has it",
        why: "Readers look for it elsewhere.",
        wrong: "<author><name>A</name><dc:title xmlns:dc=\"http://purl.org/dc/elements/1.1/\">x</dc:title></author>",
        right: "<author><name>A</name></author>",
        clause: "RFC 4287 section 4",
    }
    MISSING_ELEMENT = "missing-element", Error, "`{parent}` has no `{element}`" {
        help: "add it",
        why: "The specification requires it, and readers count on it.",
        wrong: "an entry without `<updated>`",
        right: "<updated>2020-01-01T00:00:00Z</updated>",
        clause: "RFC 4287 section 4.1; RSS 2.0",
    }
    DUPLICATE_ELEMENT = "duplicate-element", Error, "`{element}` stands more than once in `{parent}`" {
        help: "keep one",
        why: "Readers take the first, the last or none.",
        wrong: "<link>https://example.org/1</link><link>https://example.org/2</link>",
        right: "<link>https://example.org/1</link>",
        clause: "RFC 4287 section 4.1; RSS 2.0",
    }
    UNEXPECTED_TEXT = "unexpected-text", Error, "text stands in `{element}`, which has elements only" {
        help: "remove the text, or put it into an element",
        why: "Readers drop it.",
        wrong: "<image>logo<url>https://example.org/a.png</url><title>News</title><link>https://example.org/</link></image>",
        right: "<image><url>https://example.org/a.png</url><title>News</title><link>https://example.org/</link></image>",
        clause: "RFC 4287 section 4",
    }
    UNEXPECTED_WHITESPACE = "unexpected-whitespace", Error, "white space stands around the value of `{element}`" {
        help: "close up the tags and the value",
        why: "An id or a date with a blank is another id and no date.",
        wrong: "<id> https://example.org/1</id>",
        right: "<id>https://example.org/1</id>",
        clause: "RFC 4287 section 4.2.6",
    }
    NOT_BLANK = "not-blank", Warning, "`{element}` is empty" {
        help: "fill it or leave it out",
        why: "Readers show an empty line, or nothing to click on.",
        wrong: "<title></title><description>x</description>",
        right: "<title>x</title><description>x</description>",
        clause: "RFC 4287 section 4",
    }
    ATTR_NOT_BLANK = "attr-not-blank", Warning, "the attribute `{value}` of `{element}` is empty" {
        help: "fill it or leave it out",
        why: "An empty value means something else than none.",
        wrong: "<link href=\"https://example.org/a\" title=\"\"/>",
        right: "<link href=\"https://example.org/a\" title=\"A\"/>",
        clause: "RFC 4287 section 4.2.7",
    }
    MISSING_ATTRIBUTE = "missing-attribute", Error, "`{element}` has no attribute `{value}`" {
        help: "add it",
        why: "The element means nothing without it.",
        wrong: "<enclosure url=\"https://example.org/a.mp3\" type=\"audio/mpeg\"/>",
        right: "<enclosure url=\"https://example.org/a.mp3\" type=\"audio/mpeg\" length=\"9\"/>",
        clause: "RSS 2.0; RFC 4287 section 4.2",
    }
    UNEXPECTED_ATTRIBUTE = "unexpected-attribute", Error, "`{element}` has no attribute of the name `{value}`" {
        help: "remove it, or look for a slip in its name",
        why: "Readers drop it.",
        wrong: "<category term=\"a\">b</category>",
        right: "<category domain=\"a\">b</category>",
        clause: "RSS 2.0; RFC 4287 section 4",
    }
    USE_OF_EXTENSION_ATTR = "use-of-extension-attr", Warning, "`{element}` of RSS itself carries the attribute `{value}` of another namespace" {
        help: "put the value into an element of that namespace",
        why: "Old rules let RSS be extended with elements only, and some readers keep to them.",
        wrong: "<description xmlns:x=\"https://example.org/x\" x:note=\"1\">a</description>",
        right: "<description>a</description>",
        clause: "RSS 2.0, \"Extending RSS\"",
    }
    DUPLICATE_SEMANTICS = "duplicate-semantics", Warning, "`{value}` says the same as `{other}`, which stands there too" {
        help: "keep one of them, best the core element",
        why: "Readers show one of the two, and you cannot tell which.",
        wrong: "<copyright>A</copyright><dc:rights xmlns:dc=\"http://purl.org/dc/elements/1.1/\">B</dc:rights>",
        right: "<copyright>A</copyright>",
        clause: "RSS 2.0 profile",
    }
    DUPLICATE_ITEM_SEMANTICS = "duplicate-item-semantics", Warning, "`{value}` says the same as `{other}`, which stands there too" {
        help: "keep one of them, best the core element",
        why: "Readers show one of the two, and you cannot tell which.",
        wrong: "<pubDate>Thu, 02 Jan 2020 00:00:00 GMT</pubDate><dc:date xmlns:dc=\"http://purl.org/dc/elements/1.1/\">2020-01-02</dc:date>",
        right: "<pubDate>Thu, 02 Jan 2020 00:00:00 GMT</pubDate>",
        clause: "RSS 2.0 profile",
    }
    DUPLICATE_DESCRIPTION_SEMANTICS = "duplicate-description-semantics", Warning, "`{element}` says in RSS what `description` or `title` already says" {
        help: "use RSS's own element",
        why: "Readers show one of the two, and you cannot tell which.",
        wrong: "<atom:content xmlns:atom=\"http://www.w3.org/2005/Atom\" type=\"text\">x</atom:content>",
        right: "<description>x</description>",
        clause: "RSS 2.0 profile",
    }
    DUPLICATE_VALUE = "duplicate-value", Error, "`{value}` stands there twice" {
        help: "give each its own value",
        why: "Two items with one guid are one item to a reader: one of them is never shown.",
        wrong: "<item><title>a</title><guid isPermaLink=\"false\">one-same-guid</guid></item><item><title>b</title><guid isPermaLink=\"false\">one-same-guid</guid></item>",
        right: "<item><title>a</title><guid isPermaLink=\"false\">guid-of-one</guid></item><item><title>b</title><guid isPermaLink=\"false\">guid-of-two</guid></item>",
        clause: "RSS 2.0, \"guid\"",
    }
}
