//! Characters, encodings, well-formedness, limits: the rows of this family.

use super::rules;

rules! {
    SAX_ERROR = "sax-error", Error, "the document is not well-formed XML: {value}" {
        help: "mend the markup here; readers stop at this place",
        why: "A reader that parses strictly shows nothing of such a document, not even what stands before the fault.",
        wrong: "<title>Fish & chips</title>",
        right: "<title>Fish &amp; chips</title>",
        clause: "XML 1.0 section 2.1",
    }
    WP_BLANK_LINE = "wp-blank-line", Error, "there is a blank line before the XML declaration" {
        help: "remove what stands before `<?xml`, usually a blank line in a theme or a plug-in file",
        why: "The declaration must be the very first thing in the file; strict readers refuse the document.",
        wrong: "\n<?xml version=\"1.0\"?>",
        right: "<?xml version=\"1.0\"?>",
        clause: "XML 1.0 section 2.8",
    }
    UNICODE_ERROR = "unicode-error", Error, "the bytes are not what the document says that they are: {value}" {
        help: "save the file in the encoding that its declaration names, best UTF-8",
        why: "Letters turn into other letters or into question marks, and strict readers refuse the document.",
        wrong: "bytes of windows-1252 under `encoding=\"utf-8\"`",
        right: "bytes of UTF-8 under `encoding=\"utf-8\"`",
        clause: "XML 1.0 section 4.3.3",
    }
    UNKNOWN_ENCODING = "unknown-encoding", Error, "the encoding `{value}` is not known" {
        help: "use `utf-8`",
        why: "A reader that does not know the encoding cannot read a letter.",
        wrong: "<?xml version=\"1.0\" encoding=\"x-own\"?>",
        right: "<?xml version=\"1.0\" encoding=\"utf-8\"?>",
        clause: "XML 1.0 section 4.3.3",
    }
    OBSCURE_ENCODING = "obscure-encoding", Warning, "the encoding `{value}` is one that few readers know" {
        help: "use `utf-8`",
        why: "Many readers know no more than UTF-8 and a few old encodings.",
        wrong: "<?xml version=\"1.0\" encoding=\"mac-cyrillic\"?>",
        right: "<?xml version=\"1.0\" encoding=\"utf-8\"?>",
        clause: "XML 1.0 section 4.3.3",
    }
    NONSTD_ENCODING = "nonstd-encoding", Info, "the encoding `{value}` is common, but not every XML reader has to know it" {
        help: "use `utf-8`",
        why: "XML readers must know UTF-8 and UTF-16, and nothing else.",
        wrong: "<?xml version=\"1.0\" encoding=\"iso-8859-1\"?>",
        right: "<?xml version=\"1.0\" encoding=\"utf-8\"?>",
        clause: "XML 1.0 section 4.3.3",
    }
    MISSING_ENCODING = "missing-encoding", Info, "the document does not say its encoding; it was read as {value}" {
        help: "begin with `<?xml version=\"1.0\" encoding=\"utf-8\"?>`",
        why: "Without a header and a declaration, every reader guesses.",
        wrong: "no declaration",
        right: "<?xml version=\"1.0\" encoding=\"utf-8\"?>",
        clause: "XML 1.0 section 4.3.3",
    }
    BAD_XML_VERSION = "bad-xml-version", Error, "the XML version is `{value}`" {
        help: "write `version=\"1.0\"`",
        why: "Nearly all XML readers know version 1.0 only.",
        wrong: "<?xml version=\"1.1\" encoding=\"utf-8\"?>",
        right: "<?xml version=\"1.0\" encoding=\"utf-8\"?>",
        clause: "XML 1.0 section 2.8",
    }
    BAD_CHARACTERS = "bad-characters", Warning, "`{element}` holds characters that a wrong encoding leaves behind" {
        help: "find where text in one encoding is read as another, and mend the text",
        why: "People see `Ã©` or a box where a letter should be.",
        wrong: "<title>cafÃ©</title>",
        right: "<title>café</title>",
        clause: "Unicode chapter 23.1",
    }
    ENCODING_MISMATCH = "encoding-mismatch", Warning, "the header says `{value}` and the document says `{other}`" {
        help: "let the header and the declaration say the same",
        why: "Readers trust the one or the other, and half of them will be wrong.",
        wrong: "Content-Type: application/rss+xml; charset=iso-8859-1",
        right: "Content-Type: application/rss+xml; charset=utf-8",
        clause: "RFC 7303 section 3",
    }
    TEXT_XML = "text-xml", Info, "the document is served as `text/...` without a `charset`" {
        help: "serve it as `application/rss+xml` or `application/atom+xml`",
        why: "Older rules made such documents US-ASCII, whatever they declare.",
        wrong: "Content-Type: text/xml",
        right: "Content-Type: application/rss+xml",
        clause: "RFC 7303 section 4.1",
    }
    UNEXPECTED_CONTENT_TYPE = "unexpected-content-type", Warning, "`{value}` is not the media type of this kind of document" {
        help: "serve RSS as `application/rss+xml`, Atom as `application/atom+xml`, JSON Feed as `application/feed+json`",
        why: "Browsers and readers decide by the type whether a thing is a feed.",
        wrong: "Content-Type: text/html",
        right: "Content-Type: application/rss+xml",
        clause: "RFC 4287 section 7",
    }
    NON_SPECIFIC_MEDIA_TYPE = "non-specific-media-type", Warning, "`{value}` says no more than XML, and the start of the document does not say feed" {
        help: "serve the document with the media type of its own kind",
        why: "Programs that look at the first bytes only take it for any XML.",
        wrong: "Content-Type: application/xml",
        right: "Content-Type: application/rss+xml",
        clause: "RFC 7303 section 4",
    }
    INVALID_DOCTYPE = "invalid-doctype", Error, "the document type declaration belongs to RSS 0.91, and this is another version" {
        help: "remove the `<!DOCTYPE ...>`",
        why: "A validating reader checks the feed against the wrong rules.",
        wrong: "<!DOCTYPE rss PUBLIC \"-//Netscape Communications//DTD RSS 0.91//EN\" \"http://www.rssboard.org/rss-0.91.dtd\"><rss version=\"2.0\">",
        right: "<rss version=\"2.0\">",
        clause: "RSS 0.91 (Netscape)",
    }
    DEPRECATED_DTD = "deprecated-dtd", Error, "the document type declaration points at a place that Netscape no longer serves" {
        help: "remove the `<!DOCTYPE ...>`, or point at `http://www.rssboard.org/rss-0.91.dtd`",
        why: "Readers that fetch it wait for a server that does not answer.",
        wrong: "<!DOCTYPE rss PUBLIC \"-//Netscape Communications//DTD RSS 0.91//EN\" \"http://my.netscape.com/publish/formats/rss-0.91.dtd\">",
        right: "no declaration",
        clause: "RSS 0.91 (Netscape)",
    }
    CONTAINS_SYSTEM_ENTITY = "contains-system-entity", Info, "the document type declaration points outside; nothing was fetched" {
        help: "remove the `<!DOCTYPE ...>`",
        why: "Readers ignore it, and those that do not can be led to fetch anything.",
        wrong: "<!DOCTYPE rss SYSTEM \"http://example.org/rss.dtd\">",
        right: "no declaration",
        clause: "XML 1.0 section 4.2.2",
    }
    UNDEFINED_NAMED_ENTITY = "undefined-named-entity", Error, "the entity `&{value};` is not declared" {
        help: "write the letter itself, or its number (`&#233;`)",
        why: "XML knows five named entities; HTML's others mean nothing to a feed reader.",
        wrong: "<!DOCTYPE rss SYSTEM \"x.dtd\"> ... &eacute;",
        right: "<!DOCTYPE rss SYSTEM \"x.dtd\"> ... &#233;",
        clause: "XML 1.0 section 4.1",
    }
    TOO_DEEP = "too-deep", Error, "elements stand too deep inside one another" {
        help: "flatten the markup",
        why: "The checker stops here, as careful readers do.",
        wrong: "257 elements inside one another",
        right: "elements a few levels deep",
        clause: "Tidings limit: 256 levels",
    }
    TOO_MANY_ATTRIBUTES = "too-many-attributes", Error, "the element has too many attributes" {
        help: "remove attributes",
        why: "The checker stops here, as careful readers do.",
        wrong: "an element with 257 attributes",
        right: "an element with a few attributes",
        clause: "Tidings limit: 256 attributes",
    }
    TOO_LARGE = "too-large", Error, "the document, a text or a value is larger than the checker reads" {
        help: "publish less in one document",
        why: "Readers have limits too, and most are lower.",
        wrong: "a name of 2,000 letters",
        right: "a short name",
        clause: "Tidings limits: 1 GiB a document, 16 MiB a text, 1 MiB a value, 1 KiB a name",
    }
}
