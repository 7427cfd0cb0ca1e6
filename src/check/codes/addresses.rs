//! Addresses, identifiers and mail: the rows of this family.

use super::rules;

rules! {
    INVALID_LINK = "invalid-link", Error, "`{value}` is no address" {
        help: "write a URI",
        why: "Readers cannot follow it.",
        wrong: "<rdfs:seeAlso xmlns:rdfs=\"http://www.w3.org/2000/01/rdf-schema#\" rdf:resource=\"http:/example.org\"/>",
        right: "<rdfs:seeAlso xmlns:rdfs=\"http://www.w3.org/2000/01/rdf-schema#\" rdf:resource=\"http://example.org/\"/>",
        clause: "RFC 3986",
    }
    INVALID_FULL_LINK = "invalid-full-link", Error, "`{value}` is no absolute address" {
        help: "write it in full, with `https://`",
        why: "Away from your site, a reader cannot know what a relative address belongs to.",
        wrong: "<link>/news/1</link>",
        right: "<link>https://example.org/news/1</link>",
        clause: "RSS 2.0, \"link\"",
    }
    INVALID_IRI = "invalid-iri", Error, "`{value}` is no IRI" {
        help: "write an address",
        why: "Readers cannot follow it.",
        wrong: "<link href=\"http:/example.org\"/>",
        right: "<link href=\"http://example.org/\"/>",
        clause: "RFC 3987",
    }
    URI_NOT_IRI = "uri-not-iri", Error, "`{value}` holds letters that only an IRI may hold" {
        help: "percent-encode the path and write the host in Punycode",
        why: "Readers that follow addresses letter by letter end up nowhere.",
        wrong: "<link>https://example.org/señal</link>",
        right: "<link>https://example.org/se%C3%B1al</link>",
        clause: "RFC 3986 section 2",
    }
    INVALID_URI_CHAR = "invalid-uri-char", Error, "`{other}` must not stand in an address: `{value}`" {
        help: "percent-encode it",
        why: "Readers cut the address there, or drop it.",
        wrong: "<link>https://example.org/a b</link>",
        right: "<link>https://example.org/a%20b</link>",
        clause: "RFC 3986 section 2",
    }
    INVALID_URI_ATTRIBUTE = "invalid-uri-attribute", Error, "`{value}` is no address" {
        help: "write a URI",
        why: "Readers cannot follow it.",
        wrong: "<generator uri=\"http:/example.org\">x</generator>",
        right: "<generator uri=\"http://example.org/\">x</generator>",
        clause: "RFC 3986",
    }
    INVALID_URL_ATTRIBUTE = "invalid-url-attribute", Error, "`{value}` is no web address" {
        help: "write it in full: `https://host/path`",
        why: "Players load nothing.",
        wrong: "<enclosure url=\"a.mp3\" type=\"audio/mpeg\" length=\"9\"/>",
        right: "<enclosure url=\"https://example.org/a.mp3\" type=\"audio/mpeg\" length=\"9\"/>",
        clause: "RSS 2.0, \"enclosure\"",
    }
    INVALID_URN = "invalid-urn", Error, "`{value}` is no URN" {
        help: "write `urn:namespace:name`",
        why: "An identifier that breaks its own rules may be changed on the way.",
        wrong: "<id>urn:x</id>",
        right: "<id>urn:isbn:0451450523</id>",
        clause: "RFC 8141",
    }
    INVALID_UUID = "invalid-uuid", Error, "`{value}` is no UUID" {
        help: "write 32 hexadecimal digits in groups of 8, 4, 4, 4 and 12",
        why: "An identifier that breaks its own rules may be changed on the way.",
        wrong: "<id>urn:uuid:123</id>",
        right: "<id>urn:uuid:60a76c80-d399-11d9-b93c-0003939e0af6</id>",
        clause: "RFC 9562",
    }
    INVALID_TAG = "invalid-tag", Error, "`{value}` is no tag URI" {
        help: "write `tag:example.org,2020:name`, the authority in small letters",
        why: "An identifier that breaks its own rules may be changed on the way.",
        wrong: "<id>tag:example.org:1</id>",
        right: "<id>tag:example.org,2020:1</id>",
        clause: "RFC 4151 section 2.1",
    }
    NON_CANONICAL_URI = "non-canonical-uri", Warning, "`{value}` is not in its plainest form, which is `{other}`" {
        help: "use the plainest form",
        why: "Two spellings of one id are two ids: readers show the entry twice.",
        wrong: "<id>http://Example.org/1</id>",
        right: "<id>http://example.org/1</id>",
        clause: "RFC 4287 section 4.2.6.1",
    }
    SAME_DOCUMENT_REFERENCE = "same-document-reference", Warning, "`{value}` means the document that it stands in" {
        help: "write the address in full",
        why: "Readers disagree about what such an address means.",
        wrong: "<link xml:base=\"https://example.org/b/\" href=\"\"/>",
        right: "<link href=\"https://example.org/b/\"/>",
        clause: "RFC 3986 section 4.4",
    }
    SCHEME_NOT_IANA_REGISTERED = "scheme-not-iana-registered", Warning, "`{value}:` is no registered scheme" {
        help: "use `https:`",
        why: "Nothing on the reader's machine knows what to do with it.",
        wrong: "<link href=\"zzz:a\"/>",
        right: "<link href=\"https://example.org/a\"/>",
        clause: "RFC 7595",
    }
    CONTAINS_REL_REF = "contains-rel-ref", Warning, "the relative address `{value}` stands in the text" {
        help: "write it in full, with `https://`",
        why: "Away from your page the link leads nowhere and the picture is missing.",
        wrong: "<description>&lt;a href=\"/a\"&gt;a&lt;/a&gt;</description>",
        right: "<description>&lt;a href=\"https://example.org/a\"&gt;a&lt;/a&gt;</description>",
        clause: "RSS 2.0 profile",
    }
    INVALID_CONTACT = "invalid-contact", Error, "`{value}` is no mail address" {
        help: "write `me@example.org (My Name)`",
        why: "People cannot write to you.",
        wrong: "<author>Me</author>",
        right: "<author>me@example.org (Me)</author>",
        clause: "RSS 2.0 profile, \"author\"",
    }
    INVALID_ADDR_SPEC = "invalid-addr-spec", Error, "`{value}` is no mail address" {
        help: "write `me@example.org`",
        why: "People cannot write to you.",
        wrong: "<author><name>A</name><email>Me</email></author>",
        right: "<author><name>A</name><email>me@example.org</email></author>",
        clause: "RFC 4287 section 3.2.3",
    }
    UNKNOWN_HOST = "unknown-host", Warning, "the host in `{value}` does not look like one" {
        help: "write the full host name",
        why: "Mail does not arrive.",
        wrong: "<author><name>A</name><email>me@localhost</email></author>",
        right: "<author><name>A</name><email>me@example.org</email></author>",
        clause: "RFC 5321 section 2.3.5",
    }
    EMAIL_FORMAT = "email-format", Warning, "the real name does not stand in parentheses after the address" {
        help: "write `me@example.org (My Name)`",
        why: "Readers show the whole as the name.",
        wrong: "<author>Me &lt;me@example.org&gt;</author>",
        right: "<author>me@example.org (Me)</author>",
        clause: "RSS 2.0 profile, \"author\"",
    }
    MISSING_REAL_NAME = "missing-real-name", Warning, "the address has no real name beside it" {
        help: "write `me@example.org (My Name)`",
        why: "Readers show a bare address as the author.",
        wrong: "<author>me@example.org</author>",
        right: "<author>me@example.org (Me)</author>",
        clause: "RSS 2.0 profile, \"author\"",
    }
    CONTAINS_EMAIL = "contains-email", Warning, "a mail address stands in `{element}`" {
        help: "put it into `email`",
        why: "Readers show it as part of the name.",
        wrong: "<author><name>A &lt;a@example.org&gt;</name></author>",
        right: "<author><name>A</name></author>",
        clause: "RFC 4287 section 3.2.1",
    }
}
