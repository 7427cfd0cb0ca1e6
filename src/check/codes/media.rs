//! Media RSS: the rows of this family.

use super::rules;

rules! {
    DEPRECATED_MEDIA_ADULT = "deprecated-media-adult", Warning, "`media:adult` is out of use" {
        help: "write `<media:rating scheme=\"urn:simple\">adult</media:rating>`",
        why: "Programs look for the rating.",
        wrong: "<media:adult xmlns:media=\"http://search.yahoo.com/mrss/\">true</media:adult>",
        right: "<media:rating xmlns:media=\"http://search.yahoo.com/mrss/\" scheme=\"urn:simple\">adult</media:rating>",
        clause: "Media RSS 1.5, \"adult\"",
    }
    INVALID_CREDIT_ROLE = "invalid-credit-role", Error, "`{value}` is no role" {
        help: "choose one of the EBU's list, in small letters",
        why: "Programs cannot place the person.",
        wrong: "<media:credit xmlns:media=\"http://search.yahoo.com/mrss/\" role=\"boss\">A</media:credit>",
        right: "<media:credit xmlns:media=\"http://search.yahoo.com/mrss/\" role=\"author\">A</media:credit>",
        clause: "Media RSS 1.5, \"credit\"",
    }
    INVALID_MEDIA_HASH = "invalid-media-hash", Error, "`{value}` is no hash of its kind" {
        help: "write 32 hexadecimal digits for `md5`, 40 for `sha-1`",
        why: "Programs take the file for broken.",
        wrong: "<media:hash xmlns:media=\"http://search.yahoo.com/mrss/\">abc</media:hash>",
        right: "<media:hash xmlns:media=\"http://search.yahoo.com/mrss/\">dfdec888b72151965a34b4b59031290a</media:hash>",
        clause: "Media RSS 1.5, \"hash\"",
    }
    INVALID_MEDIA_RATING = "invalid-media-rating", Error, "`{value}` is no rating of `{other}`" {
        help: "write `adult` or `nonadult`, or a rating of the scheme",
        why: "Programs take the medium for unrated.",
        wrong: "<media:rating xmlns:media=\"http://search.yahoo.com/mrss/\">mild</media:rating>",
        right: "<media:rating xmlns:media=\"http://search.yahoo.com/mrss/\">nonadult</media:rating>",
        clause: "Media RSS 1.5, \"rating\"",
    }
    INVALID_MEDIA_RESTRICTION = "invalid-media-restriction", Error, "`{value}` is no restriction" {
        help: "write `all` or `none`, or say a `type`",
        why: "Programs restrict nothing.",
        wrong: "<media:restriction xmlns:media=\"http://search.yahoo.com/mrss/\" relationship=\"allow\">some</media:restriction>",
        right: "<media:restriction xmlns:media=\"http://search.yahoo.com/mrss/\" relationship=\"allow\">all</media:restriction>",
        clause: "Media RSS 1.5, \"restriction\"",
    }
    INVALID_MEDIA_RESTRICTION_REL = "invalid-media-restriction-rel", Error, "`{value}` is no relationship" {
        help: "write `allow` or `deny`",
        why: "Programs restrict nothing.",
        wrong: "<media:restriction xmlns:media=\"http://search.yahoo.com/mrss/\" relationship=\"maybe\">all</media:restriction>",
        right: "<media:restriction xmlns:media=\"http://search.yahoo.com/mrss/\" relationship=\"allow\">all</media:restriction>",
        clause: "Media RSS 1.5, \"restriction\"",
    }
    INVALID_MEDIA_RESTRICTION_TYPE = "invalid-media-restriction-type", Error, "`{value}` is no type of a restriction" {
        help: "write `country` or `uri`",
        why: "Programs restrict nothing.",
        wrong: "<media:restriction xmlns:media=\"http://search.yahoo.com/mrss/\" relationship=\"allow\" type=\"town\">x</media:restriction>",
        right: "<media:restriction xmlns:media=\"http://search.yahoo.com/mrss/\" relationship=\"allow\" type=\"country\">cr</media:restriction>",
        clause: "Media RSS 1.5, \"restriction\"",
    }
    INVALID_MEDIA_MEDIUM = "invalid-media-medium", Error, "`{value}` is no medium" {
        help: "write `image`, `audio`, `video`, `document` or `executable`",
        why: "Programs cannot place it.",
        wrong: "<media:content xmlns:media=\"http://search.yahoo.com/mrss/\" url=\"https://example.org/a\" medium=\"film\"/>",
        right: "<media:content xmlns:media=\"http://search.yahoo.com/mrss/\" url=\"https://example.org/a\" medium=\"video\"/>",
        clause: "Media RSS 1.5, \"content\"",
    }
    INVALID_MEDIA_EXPRESSION = "invalid-media-expression", Error, "`{value}` is no expression" {
        help: "write `sample`, `full` or `nonstop`",
        why: "Programs take a sample for the whole.",
        wrong: "<media:content xmlns:media=\"http://search.yahoo.com/mrss/\" url=\"https://example.org/a\" expression=\"half\"/>",
        right: "<media:content xmlns:media=\"http://search.yahoo.com/mrss/\" url=\"https://example.org/a\" expression=\"full\"/>",
        clause: "Media RSS 1.5, \"content\"",
    }
    INVALID_MEDIA_TEXT_TYPE = "invalid-media-text-type", Error, "`{value}` is no type of text" {
        help: "write `plain` or `html`",
        why: "Programs show the tags as they stand.",
        wrong: "<media:title xmlns:media=\"http://search.yahoo.com/mrss/\" type=\"text\">x</media:title>",
        right: "<media:title xmlns:media=\"http://search.yahoo.com/mrss/\" type=\"plain\">x</media:title>",
        clause: "Media RSS 1.5, \"title\"",
    }
    INVALID_NPT_TIME = "invalid-npt-time", Error, "`{value}` is no time" {
        help: "write seconds or `h:mm:ss`",
        why: "Players do not find the place.",
        wrong: "<media:thumbnail xmlns:media=\"http://search.yahoo.com/mrss/\" url=\"https://example.org/a.png\" time=\"soon\"/>",
        right: "<media:thumbnail xmlns:media=\"http://search.yahoo.com/mrss/\" url=\"https://example.org/a.png\" time=\"0:01:05\"/>",
        clause: "RFC 2326 section 3.6",
    }
    MEDIA_GROUP_WITHOUT_ALTERNATIVES = "media-group-without-alternatives", Error, "the group holds fewer than two contents" {
        help: "drop the group, or add the same content in another form",
        why: "A group says that there is a choice.",
        wrong: "<media:group xmlns:media=\"http://search.yahoo.com/mrss/\"><media:content url=\"https://example.org/a\"/></media:group>",
        right: "<media:group xmlns:media=\"http://search.yahoo.com/mrss/\"><media:content url=\"https://example.org/a\"/><media:content url=\"https://example.org/b\"/></media:group>",
        clause: "Media RSS 1.5, \"group\"",
    }
    INVALID_SSE_TYPE = "invalid-sse-type", Error, "`{value}` is no type" {
        help: "write `complete` or `aggregated`",
        why: "Programs cannot synchronise.",
        wrong: "<sx:sharing xmlns:sx=\"http://feedsync.org/2007/feedsync\"><sx:related link=\"https://example.org/\" type=\"half\"/></sx:sharing>",
        right: "<sx:sharing xmlns:sx=\"http://feedsync.org/2007/feedsync\"><sx:related link=\"https://example.org/\" type=\"complete\"/></sx:sharing>",
        clause: "FeedSync 1.0",
    }
}
