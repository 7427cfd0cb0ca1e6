//! RSS 0.91 to 2.0: the rows of this family.

use super::rules;

rules! {
    INVALID_RSS_VERSION = "invalid-rss-version", Error, "`{value}` is no version of RSS" {
        help: "write `version=\"2.0\"`",
        why: "Readers that go by the version know none of this name.",
        wrong: "<rss version=\"3.0\">",
        right: "<rss version=\"2.0\">",
        clause: "RSS 2.0",
    }
    OBSOLETE_VERSION = "obsolete-version", Warning, "`{element}` is of a version that is out of use" {
        help: "use today's version",
        why: "Readers have dropped it.",
        wrong: "<outlineDocument>",
        right: "<opml version=\"2.0\">",
        clause: "OPML 1.0",
    }
    MISSING_TITLE = "missing-title", Error, "`{parent}` has no `{element}`" {
        help: "add it",
        why: "Readers list the feed without a name.",
        wrong: "a channel without <title>",
        right: "<title>News</title>",
        clause: "RSS 2.0, required channel elements",
    }
    MISSING_LINK = "missing-link", Error, "`{parent}` has no `{element}`" {
        help: "add it",
        why: "Readers cannot lead people to the site.",
        wrong: "a channel without <link>",
        right: "<link>https://example.org/</link>",
        clause: "RSS 2.0, required channel elements",
    }
    MISSING_DESCRIPTION = "missing-description", Error, "`{parent}` has no `{element}`" {
        help: "add it",
        why: "Directories and readers show it to people who choose feeds.",
        wrong: "a channel without <description>",
        right: "<description>News</description>",
        clause: "RSS 2.0, required channel elements",
    }
    ITEM_MUST_CONTAIN_TITLE_OR_DESCRIPTION = "item-must-contain-title-or-description", Error, "the item has neither `title` nor `description`" {
        help: "add one of them",
        why: "There is nothing to show.",
        wrong: "an item with neither",
        right: "<title>x</title>",
        clause: "RSS 2.0, \"item\"",
    }
    MISSING_GUID = "missing-guid", Warning, "the item has no `guid`" {
        help: "add one that never changes: `<guid isPermaLink=\"false\">tag:example.org,2020:1</guid>`",
        why: "Readers make one up from title and link; mending a title then shows the item as new.",
        wrong: "an item without <guid>",
        right: "<guid isPermaLink=\"false\">tag:example.org,2020:1</guid>",
        clause: "RSS 2.0, \"guid\"",
    }
    MISSING_ATOM_SELF_LINK = "missing-atom-self-link", Warning, "the channel has no `atom:link` to itself" {
        help: "add `<atom:link href=\"...\" rel=\"self\" type=\"application/rss+xml\"/>`",
        why: "A reader that got the file by mail or from a cache cannot find where it came from.",
        wrong: "a channel without it",
        right: "<atom:link xmlns:atom=\"http://www.w3.org/2005/Atom\" href=\"https://example.org/feed.xml\" rel=\"self\" type=\"application/rss+xml\"/>",
        clause: "RSS 2.0 profile, \"atom:link\"",
    }
    INVALID_HTTP_GUID = "invalid-http-guid", Error, "the guid counts as an address and `{value}` is none" {
        help: "say `isPermaLink=\"false\"`",
        why: "Readers open it as the item's page and find nothing.",
        wrong: "<guid>item-one</guid>",
        right: "<guid isPermaLink=\"false\">item-one</guid>",
        clause: "RSS 2.0, \"guid\"",
    }
    INVALID_PERMALINK = "invalid-permalink", Error, "the guid counts as an address and `{value}` leads nowhere" {
        help: "say `isPermaLink=\"false\"`",
        why: "Readers open it as the item's page and find nothing.",
        wrong: "<guid>tag:example.org,2020:1</guid>",
        right: "<guid isPermaLink=\"false\">tag:example.org,2020:1</guid>",
        clause: "RSS 2.0, \"guid\"",
    }
    NOT_SUFFICIENTLY_UNIQUE = "not-sufficiently-unique", Warning, "the guid `{value}` is a short number" {
        help: "put your domain and the year before it: `tag:example.org,2020:{value}`",
        why: "Other feeds have an item of that number too; aggregators take the two for one.",
        wrong: "<guid isPermaLink=\"false\">17</guid>",
        right: "<guid isPermaLink=\"false\">tag:example.org,2020:17</guid>",
        clause: "RSS 2.0 profile, \"guid\"",
    }
    USE_ZERO_FOR_UNKNOWN = "use-zero-for-unknown", Error, "the length is -1" {
        help: "write 0 where the length is not known",
        why: "Players refuse a file of a negative length.",
        wrong: "<enclosure url=\"https://example.org/a.mp3\" type=\"audio/mpeg\" length=\"-1\"/>",
        right: "<enclosure url=\"https://example.org/a.mp3\" type=\"audio/mpeg\" length=\"0\"/>",
        clause: "RSS 2.0 profile, \"enclosure\"",
    }
    DUPLICATE_ENCLOSURE = "duplicate-enclosure", Warning, "the item has more than one enclosure" {
        help: "keep one, or give each its own item",
        why: "Many readers take the first, others the last.",
        wrong: "<enclosure url=\"https://example.org/a.mp3\" type=\"audio/mpeg\" length=\"9\"/><enclosure url=\"https://example.org/b.mp3\" type=\"audio/mpeg\" length=\"9\"/>",
        right: "<enclosure url=\"https://example.org/a.mp3\" type=\"audio/mpeg\" length=\"9\"/>",
        clause: "RSS 2.0 profile, \"enclosure\"",
    }
    MISPLACED_ITEM = "misplaced-item", Warning, "the item stands before elements of the channel" {
        help: "put all items at the end",
        why: "Readers that stop at the first item never see the rest.",
        wrong: "<item><title>a</title></item><ttl>60</ttl>",
        right: "<ttl>60</ttl>",
        clause: "RSS 2.0 profile, \"channel\"",
    }
    NEED_DESCRIPTION_BEFORE_CONTENT = "need-description-before-content", Warning, "`content:encoded` stands where no `description` came before it" {
        help: "put the `description` first",
        why: "Some readers let the later of the two win.",
        wrong: "<content:encoded xmlns:content=\"http://purl.org/rss/1.0/modules/content/\">x</content:encoded>",
        right: "<description>x</description><content:encoded xmlns:content=\"http://purl.org/rss/1.0/modules/content/\">x</content:encoded>",
        clause: "RSS 2.0 profile, \"content:encoded\"",
    }
    SLASH_DATE = "slash-date", Warning, "items count comments and the channel has no `lastBuildDate`" {
        help: "add `lastBuildDate`",
        why: "Nobody can tell how old the counts are.",
        wrong: "<slash:comments xmlns:slash=\"http://purl.org/rss/1.0/modules/slash/\">3</slash:comments>",
        right: "nothing",
        clause: "RSS 2.0 profile, \"slash:comments\"",
    }
    COMMENT_RSS = "comment-rss", Warning, "the element is called `wfw:commentRss`" {
        help: "write `Rss`, not `RSS`",
        why: "Readers know the other spelling.",
        wrong: "<wfw:commentRSS xmlns:wfw=\"http://wellformedweb.org/CommentAPI/\">https://example.org/c</wfw:commentRSS>",
        right: "<wfw:commentRss xmlns:wfw=\"http://wellformedweb.org/CommentAPI/\">https://example.org/c</wfw:commentRss>",
        clause: "wellformedweb.org",
    }
    AVOID_TEXT_INPUT = "avoid-text-input", Warning, "no reader shows `textInput`" {
        help: "remove it",
        why: "It was never of use to anybody.",
        wrong: "<textInput><title>a</title><description>b</description><name>q</name><link>https://example.org/</link></textInput>",
        right: "nothing",
        clause: "RSS 2.0 profile, \"textInput\"",
    }
    INVALID_FORM_COMPONENT_NAME = "invalid-form-component-name", Error, "`{value}` is no name for a form's field" {
        help: "begin with a letter",
        why: "Browsers send nothing under it.",
        wrong: "<textInput><title>a</title><description>b</description><name>1</name><link>https://example.org/</link></textInput>",
        right: "<textInput><title>a</title><description>b</description><name>q</name><link>https://example.org/</link></textInput>",
        clause: "RSS 2.0 profile, \"textInput\"",
    }
    IMAGE_LINK_DOESNT_MATCH = "image-link-doesnt-match", Warning, "the image leads to `{value}` and the channel to `{other}`" {
        help: "let both say the same",
        why: "Readers make the image a link to the site.",
        wrong: "<image><url>https://example.org/a.png</url><title>News</title><link>https://example.org/other</link></image>",
        right: "<image><url>https://example.org/a.png</url><title>News</title><link>https://example.org/</link></image>",
        clause: "RSS 2.0, \"image\"",
    }
    IMAGE_TITLE_DOESNT_MATCH = "image-title-doesnt-match", Warning, "the image is called `{value}` and the channel `{other}`" {
        help: "let both say the same",
        why: "Readers show the one in place of the other.",
        wrong: "<image><url>https://example.org/a.png</url><title>Other</title><link>https://example.org/</link></image>",
        right: "<image><url>https://example.org/a.png</url><title>News</title><link>https://example.org/</link></image>",
        clause: "RSS 2.0 profile, \"image\"",
    }
    IMAGE_URL_FORMAT = "image-url-format", Warning, "the image ends in `{value}`" {
        help: "use GIF, JPEG or PNG",
        why: "Many readers show no other image.",
        wrong: "<image><url>https://example.org/a.svg</url><title>News</title><link>https://example.org/</link></image>",
        right: "<image><url>https://example.org/a.png</url><title>News</title><link>https://example.org/</link></image>",
        clause: "RSS 2.0, \"image\"",
    }
    INVALID_WIDTH = "invalid-width", Error, "`{value}` is no width from 1 to 144" {
        help: "shrink the image, or leave the width out",
        why: "Readers reserve no more room.",
        wrong: "<image><url>https://example.org/a.png</url><title>News</title><link>https://example.org/</link><width>200</width></image>",
        right: "<image><url>https://example.org/a.png</url><title>News</title><link>https://example.org/</link><width>88</width></image>",
        clause: "RSS 2.0, \"image\"",
    }
    INVALID_HEIGHT = "invalid-height", Error, "`{value}` is no height from 1 to 400" {
        help: "shrink the image, or leave the height out",
        why: "Readers reserve no more room.",
        wrong: "<image><url>https://example.org/a.png</url><title>News</title><link>https://example.org/</link><height>500</height></image>",
        right: "<image><url>https://example.org/a.png</url><title>News</title><link>https://example.org/</link><height>31</height></image>",
        clause: "RSS 2.0, \"image\"",
    }
    INVALID_HOUR = "invalid-hour", Error, "`{value}` is no hour" {
        help: "write a number from 0 to 23",
        why: "Readers that would rest in that hour do not.",
        wrong: "<skipHours><hour>25</hour></skipHours>",
        right: "<skipHours><hour>3</hour></skipHours>",
        clause: "RSS 2.0, \"skipHours\"",
    }
    USE_ZERO_FOR_MIDNIGHT = "use-zero-for-midnight", Warning, "midnight is written as 24" {
        help: "write 0",
        why: "Readers count the hours from 0 to 23.",
        wrong: "<skipHours><hour>24</hour></skipHours>",
        right: "<skipHours><hour>0</hour></skipHours>",
        clause: "RSS 2.0 profile, \"skipHours\"",
    }
    NOT_ENOUGH_HOURS_IN_THE_DAY = "not-enough-hours-in-the-day", Error, "there are more than 24 hours in `skipHours`" {
        help: "list each hour once",
        why: "Readers drop the list.",
        wrong: "<skipHours> with 25 hours",
        right: "<skipHours><hour>3</hour></skipHours>",
        clause: "RSS 2.0, \"skipHours\"",
    }
    INVALID_DAY = "invalid-day", Error, "`{value}` is no day" {
        help: "write the English name, with a capital",
        why: "Readers that would rest on that day do not.",
        wrong: "<skipDays><day>Lunes</day></skipDays>",
        right: "<skipDays><day>Monday</day></skipDays>",
        clause: "RSS 2.0, \"skipDays\"",
    }
    EIGHT_DAYS_A_WEEK = "eight-days-a-week", Error, "there are more than seven days in `skipDays`" {
        help: "list each day once",
        why: "Readers drop the list.",
        wrong: "<skipDays> with 8 days",
        right: "<skipDays><day>Monday</day></skipDays>",
        clause: "RSS 2.0, \"skipDays\"",
    }
    NO_BLINK = "no-blink", Error, "`blink` was never an element of RSS" {
        help: "remove it",
        why: "It was a joke.",
        wrong: "<blink>x</blink>",
        right: "nothing",
        clause: "RSS 2.0",
    }
    MISSING_DC_LANGUAGE = "missing-dc-language", Info, "the feed does not say its language" {
        help: "add `<language>` or `xml:lang`",
        why: "Search, sorting and reading aloud go by the language.",
        wrong: "a channel without <language>",
        right: "<language>en</language>",
        clause: "RSS 2.0, \"language\"",
    }
    INVALID_RDF = "invalid-rdf", Error, "the document is no sound RDF: {value}" {
        help: "mend it, or use RSS 2.0",
        why: "RDF readers refuse the document.",
        wrong: "<dc:title xmlns:dc=\"http://purl.org/dc/elements/1.1/\" rdf:about=\"https://example.org/x\">y</dc:title>",
        right: "<dc:title xmlns:dc=\"http://purl.org/dc/elements/1.1/\">y</dc:title>",
        clause: "RDF/XML syntax",
    }
    INVALID_UPDATE_PERIOD = "invalid-update-period", Error, "`{value}` is no period" {
        help: "write `hourly`, `daily`, `weekly`, `monthly` or `yearly`",
        why: "Readers ask as often as they like.",
        wrong: "<sy:updatePeriod xmlns:sy=\"http://purl.org/rss/1.0/modules/syndication/\">often</sy:updatePeriod>",
        right: "<sy:updatePeriod xmlns:sy=\"http://purl.org/rss/1.0/modules/syndication/\">daily</sy:updatePeriod>",
        clause: "mod_syndication",
    }
}
