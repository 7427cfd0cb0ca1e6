//! Dates, numbers, languages: the rows of this family.

use super::rules;

rules! {
    INVALID_RFC2822_DATE = "invalid-rfc2822-date", Error, "`{value}` is no date of RFC 822" {
        help: "write `Mon, 02 Jan 2006 15:04:05 GMT`, in English",
        why: "Readers fall back to the time of fetching: old news comes up as new.",
        wrong: "<pubDate>2020-01-02</pubDate>",
        right: "<pubDate>Thu, 02 Jan 2020 00:00:00 GMT</pubDate>",
        clause: "RFC 822 section 5; RSS 2.0",
    }
    PROBLEMATICAL_RFC822_DATE = "problematical-rfc822-date", Warning, "`{value}` keeps to RFC 822, but many readers stumble over it" {
        help: "use four digits for the year, English abbreviations in their usual case, single blanks, and a zone",
        why: "Readers take the year for another, or the date for none.",
        wrong: "<pubDate>Thu, 02 Jan 20 00:00:00 GMT</pubDate>",
        right: "<pubDate>Thu, 02 Jan 2020 00:00:00 GMT</pubDate>",
        clause: "RFC 2822 section 3.3",
    }
    INCORRECT_DOW = "incorrect-dow", Error, "the date says `{value}` and the day was `{other}`" {
        help: "write the right day of the week, or none",
        why: "Strict readers refuse the date, and sort the item anywhere.",
        wrong: "<pubDate>Mon, 02 Jan 2020 00:00:00 GMT</pubDate>",
        right: "<pubDate>Thu, 02 Jan 2020 00:00:00 GMT</pubDate>",
        clause: "RFC 2822 section 3.3",
    }
    INVALID_RFC3339_DATE = "invalid-rfc3339-date", Error, "`{value}` is no date of RFC 3339" {
        help: "write `2006-01-02T15:04:05Z`",
        why: "Readers fall back to the time of fetching: old news comes up as new.",
        wrong: "<updated>2 January 2020</updated>",
        right: "<updated>2020-01-02T00:00:00Z</updated>",
        clause: "RFC 4287 section 3.3",
    }
    INVALID_W3CDTF_DATE = "invalid-w3cdtf-date", Error, "`{value}` is no date of the W3C's profile of ISO 8601" {
        help: "write `2006-01-02` or `2006-01-02T15:04:05Z`",
        why: "Readers drop the date.",
        wrong: "<dc:date xmlns:dc=\"http://purl.org/dc/elements/1.1/\">2 January 2020</dc:date>",
        right: "<dc:date xmlns:dc=\"http://purl.org/dc/elements/1.1/\">2020-01-02</dc:date>",
        clause: "W3C NOTE-datetime",
    }
    INVALID_ISO8601_DATE = "invalid-iso8601-date", Error, "`{value}` is no day of ISO 8601" {
        help: "write `2006-01-02`",
        why: "Readers drop the date.",
        wrong: "<g:publish_date xmlns:g=\"http://base.google.com/ns/1.0\">2020-01</g:publish_date>",
        right: "<g:publish_date xmlns:g=\"http://base.google.com/ns/1.0\">2020-01-02</g:publish_date>",
        clause: "ISO 8601",
    }
    INVALID_ISO8601_DATE_TIME = "invalid-iso8601-date-time", Error, "`{value}` is no date of ISO 8601" {
        help: "write `2006-01-02T15:04:05Z`",
        why: "Readers drop the date.",
        wrong: "<ev:startdate xmlns:ev=\"http://purl.org/rss/1.0/modules/event/\">tomorrow</ev:startdate>",
        right: "<ev:startdate xmlns:ev=\"http://purl.org/rss/1.0/modules/event/\">2020-01-02T10:00:00Z</ev:startdate>",
        clause: "ISO 8601",
    }
    IMPLAUSIBLE_DATE = "implausible-date", Warning, "`{value}` is before there were feeds, or in the future" {
        help: "check the clock, the zone and the year",
        why: "An item of tomorrow stays on top of every list until then; one of 1970 is never seen.",
        wrong: "<pubDate>Thu, 02 Jan 1975 00:00:00 GMT</pubDate>",
        right: "<pubDate>Thu, 02 Jan 2020 00:00:00 GMT</pubDate>",
        clause: "RSS 2.0, \"pubDate\"",
    }
    INVALID_YEAR = "invalid-year", Error, "`{value}` is no year" {
        help: "write four digits",
        why: "Shops cannot place the offer.",
        wrong: "<g:year xmlns:g=\"http://base.google.com/ns/1.0\">82</g:year>",
        right: "<g:year xmlns:g=\"http://base.google.com/ns/1.0\">1982</g:year>",
        clause: "Google Base",
    }
    INVALID_LANGUAGE = "invalid-language", Error, "`{value}` is no language code" {
        help: "write a tag such as `en`, `es-CR` or `zh-Hant`",
        why: "Search, sorting and reading aloud go by the language.",
        wrong: "<language>english</language>",
        right: "<language>en</language>",
        clause: "BCP 47",
    }
    INVALID_INTEGER = "invalid-integer", Error, "`{value}` is no whole number" {
        help: "write digits",
        why: "Readers drop the value.",
        wrong: "<os:startIndex xmlns:os=\"http://a9.com/-/spec/opensearch/1.1/\">one</os:startIndex>",
        right: "<os:startIndex xmlns:os=\"http://a9.com/-/spec/opensearch/1.1/\">1</os:startIndex>",
        clause: "OpenSearch 1.1",
    }
    INVALID_POSITIVE_INTEGER = "invalid-positive-integer", Error, "`{value}` is no whole number above zero" {
        help: "write digits",
        why: "Readers drop the value.",
        wrong: "<ttl>often</ttl>",
        right: "<ttl>60</ttl>",
        clause: "RSS 2.0, \"ttl\"",
    }
    INVALID_NON_NEGATIVE_INTEGER = "invalid-non-negative-integer", Error, "`{value}` is no whole number from zero up" {
        help: "write digits",
        why: "Readers drop the value.",
        wrong: "<enclosure url=\"https://example.org/a.mp3\" type=\"audio/mpeg\" length=\"-9\"/>",
        right: "<enclosure url=\"https://example.org/a.mp3\" type=\"audio/mpeg\" length=\"9\"/>",
        clause: "RSS 2.0, \"enclosure\"",
    }
    INVALID_INTEGER_ATTRIBUTE = "invalid-integer-attribute", Error, "the attribute `{other}` is `{value}`, which is no such number" {
        help: "write digits",
        why: "Players do not know how much there is to load.",
        wrong: "<enclosure url=\"https://example.org/a.mp3\" type=\"audio/mpeg\" length=\"9 MB\"/>",
        right: "<enclosure url=\"https://example.org/a.mp3\" type=\"audio/mpeg\" length=\"9000000\"/>",
        clause: "RSS 2.0, \"enclosure\"",
    }
    INVALID_BOOLEAN_ATTRIBUTE = "invalid-boolean-attribute", Error, "the attribute `{other}` is `{value}`" {
        help: "write `true` or `false`",
        why: "Readers take a guid for an address, or an address for none.",
        wrong: "<guid isPermaLink=\"no\">a-b-c-d-e-f</guid>",
        right: "<guid isPermaLink=\"false\">a-b-c-d-e-f</guid>",
        clause: "RSS 2.0, \"guid\"",
    }
    INVALID_TRUE_FALSE = "invalid-true-false", Error, "`{value}` is neither `true` nor `false`" {
        help: "write `true` or `false`",
        why: "Programs take it for the one or the other.",
        wrong: "<itunes:explicit xmlns:itunes=\"http://www.itunes.com/dtds/podcast-1.0.dtd\">maybe</itunes:explicit>",
        right: "<itunes:explicit xmlns:itunes=\"http://www.itunes.com/dtds/podcast-1.0.dtd\">true</itunes:explicit>",
        clause: "Apple podcasts, \"explicit\"",
    }
    INVALID_YES_NO = "invalid-yes-no", Error, "`{value}` is neither `yes` nor `no`" {
        help: "write `yes` or `no`",
        why: "Programs take it for the one or the other.",
        wrong: "<app:control xmlns:app=\"http://www.w3.org/2007/app\"><app:draft>maybe</app:draft></app:control>",
        right: "<app:control xmlns:app=\"http://www.w3.org/2007/app\"><app:draft>no</app:draft></app:control>",
        clause: "RFC 5023 section 13.1.1",
    }
    INVALID_FLOAT = "invalid-float", Error, "`{value}` is no number" {
        help: "write digits, with a point",
        why: "Programs drop the value.",
        wrong: "<media:content xmlns:media=\"http://search.yahoo.com/mrss/\" url=\"https://example.org/a\" bitrate=\"fast\"/>",
        right: "<media:content xmlns:media=\"http://search.yahoo.com/mrss/\" url=\"https://example.org/a\" bitrate=\"128\"/>",
        clause: "Media RSS 1.5",
    }
    INVALID_FLOAT_UNIT = "invalid-float-unit", Error, "`{value}` is no number with a unit" {
        help: "write a number, a blank and a unit",
        why: "Shops cannot compare it.",
        wrong: "<g:weight xmlns:g=\"http://base.google.com/ns/1.0\">heavy</g:weight>",
        right: "<g:weight xmlns:g=\"http://base.google.com/ns/1.0\">3 kg</g:weight>",
        clause: "Google Base",
    }
    INVALID_INT_UNIT = "invalid-int-unit", Error, "`{value}` is no whole number with a unit" {
        help: "write a number, a blank and a unit",
        why: "Shops cannot compare it.",
        wrong: "<g:mileage xmlns:g=\"http://base.google.com/ns/1.0\">far</g:mileage>",
        right: "<g:mileage xmlns:g=\"http://base.google.com/ns/1.0\">12000 miles</g:mileage>",
        clause: "Google Base",
    }
    INVALID_PERCENTAGE = "invalid-percentage", Error, "`{value}` is no percentage" {
        help: "write a number from 0 to 100",
        why: "Shops cannot reckon with it.",
        wrong: "<g:tax_percent xmlns:g=\"http://base.google.com/ns/1.0\">120</g:tax_percent>",
        right: "<g:tax_percent xmlns:g=\"http://base.google.com/ns/1.0\">20</g:tax_percent>",
        clause: "Google Base",
    }
    INVALID_LATITUDE = "invalid-latitude", Error, "`{value}` is no latitude" {
        help: "write degrees from -90 to 90",
        why: "Maps show the item nowhere.",
        wrong: "<geo:lat xmlns:geo=\"http://www.w3.org/2003/01/geo/wgs84_pos#\">95</geo:lat>",
        right: "<geo:lat xmlns:geo=\"http://www.w3.org/2003/01/geo/wgs84_pos#\">9.5</geo:lat>",
        clause: "W3C Basic Geo",
    }
    INVALID_LONGITUDE = "invalid-longitude", Error, "`{value}` is no longitude" {
        help: "write degrees from -180 to 180",
        why: "Maps show the item nowhere.",
        wrong: "<geo:long xmlns:geo=\"http://www.w3.org/2003/01/geo/wgs84_pos#\">-840</geo:long>",
        right: "<geo:long xmlns:geo=\"http://www.w3.org/2003/01/geo/wgs84_pos#\">-84</geo:long>",
        clause: "W3C Basic Geo",
    }
    INVALID_COORD = "invalid-coord", Error, "`{value}` is no pair of coordinates" {
        help: "write latitude, a blank, longitude",
        why: "Maps show the item nowhere.",
        wrong: "<georss:point xmlns:georss=\"http://www.georss.org/georss\">here</georss:point>",
        right: "<georss:point xmlns:georss=\"http://www.georss.org/georss\">9.9 -84.1</georss:point>",
        clause: "GeoRSS Simple",
    }
    INVALID_COORD_LIST = "invalid-coord-list", Error, "`{value}` is no list of coordinates" {
        help: "write pairs of latitude and longitude, all with blanks between",
        why: "Maps show the item nowhere.",
        wrong: "<georss:line xmlns:georss=\"http://www.georss.org/georss\">1 2 3</georss:line>",
        right: "<georss:line xmlns:georss=\"http://www.georss.org/georss\">1 2 3 4</georss:line>",
        clause: "GeoRSS Simple",
    }
    COORD_COMMA = "coord-comma", Warning, "a comma stands between the coordinates" {
        help: "write a blank",
        why: "Readers that split at blanks find no pair.",
        wrong: "<georss:point xmlns:georss=\"http://www.georss.org/georss\">9.9,-84.1</georss:point>",
        right: "<georss:point xmlns:georss=\"http://www.georss.org/georss\">9.9 -84.1</georss:point>",
        clause: "GeoRSS Simple",
    }
    INVALID_MIME_TYPE = "invalid-mime-type", Error, "`{value}` is no media type" {
        help: "write `type/subtype`",
        why: "Readers cannot tell how to show it.",
        wrong: "<link href=\"https://example.org/a\" type=\"html\"/>",
        right: "<link href=\"https://example.org/a\" type=\"text/html\"/>",
        clause: "RFC 4287 section 4.1.3.1",
    }
    INVALID_MIME_ATTRIBUTE = "invalid-mime-attribute", Error, "the attribute `{other}` is `{value}`, which is no media type" {
        help: "write `type/subtype`, such as `audio/mpeg`",
        why: "Players do not know that they can play it.",
        wrong: "<enclosure url=\"https://example.org/a.mp3\" type=\"mp3\" length=\"9\"/>",
        right: "<enclosure url=\"https://example.org/a.mp3\" type=\"audio/mpeg\" length=\"9\"/>",
        clause: "RSS 2.0, \"enclosure\"",
    }
    INVALID_ENCODING = "invalid-encoding", Error, "the encoding `{value}` is not known" {
        help: "use `UTF-8`",
        why: "Searches with letters beyond ASCII go wrong.",
        wrong: "<os:Query xmlns:os=\"http://a9.com/-/spec/opensearch/1.1/\" role=\"request\" inputEncoding=\"own\"/>",
        right: "<os:Query xmlns:os=\"http://a9.com/-/spec/opensearch/1.1/\" role=\"request\" inputEncoding=\"UTF-8\"/>",
        clause: "OpenSearch 1.1",
    }
    INVALID_COUNTRY_CODE = "invalid-country-code", Error, "`{value}` is no country code" {
        help: "write two capitals of ISO 3166-1",
        why: "The restriction or the offer holds nowhere.",
        wrong: "<media:restriction xmlns:media=\"http://search.yahoo.com/mrss/\" relationship=\"allow\" type=\"country\">zz</media:restriction>",
        right: "<media:restriction xmlns:media=\"http://search.yahoo.com/mrss/\" relationship=\"allow\" type=\"country\">cr</media:restriction>",
        clause: "ISO 3166-1",
    }
    INVALID_CURRENCY_UNIT = "invalid-currency-unit", Error, "`{value}` is no currency" {
        help: "write three capitals of ISO 4217",
        why: "Shops cannot show the price.",
        wrong: "<g:currency xmlns:g=\"http://base.google.com/ns/1.0\">dollar</g:currency>",
        right: "<g:currency xmlns:g=\"http://base.google.com/ns/1.0\">USD</g:currency>",
        clause: "ISO 4217",
    }
    INVALID_COMMA_SEPARATED_INTEGERS = "invalid-comma-separated-integers", Error, "`{value}` is no list of whole numbers" {
        help: "write digits with commas between",
        why: "Readers drop the list.",
        wrong: "<slash:hit_parade xmlns:slash=\"http://purl.org/rss/1.0/modules/slash/\">a,b</slash:hit_parade>",
        right: "<slash:hit_parade xmlns:slash=\"http://purl.org/rss/1.0/modules/slash/\">1,2</slash:hit_parade>",
        clause: "mod_slash",
    }
    TOO_LONG = "too-long", Error, "the text is longer than {value} characters" {
        help: "shorten it",
        why: "Directories cut it off or refuse the feed.",
        wrong: "<itunes:author>(260 letters)</itunes:author>",
        right: "<itunes:author xmlns:itunes=\"http://www.itunes.com/dtds/podcast-1.0.dtd\">A</itunes:author>",
        clause: "Apple podcasts",
    }
    TOO_MANY = "too-many", Error, "`{element}` stands more than ten times" {
        help: "keep ten",
        why: "Shops take the first ten or none.",
        wrong: "eleven times <g:label>",
        right: "<g:label xmlns:g=\"http://base.google.com/ns/1.0\">l</g:label>",
        clause: "Google Base",
    }
}
