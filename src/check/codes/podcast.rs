//! Podcasts: the rows of this family.

use super::rules;

rules! {
    NOT_UTF8 = "not-utf8", Warning, "the podcast is written in {value}" {
        help: "use UTF-8",
        why: "Directories read UTF-8 only.",
        wrong: "<itunes:explicit xmlns:itunes=\"http://www.itunes.com/dtds/podcast-1.0.dtd\">false</itunes:explicit>",
        right: "<itunes:explicit xmlns:itunes=\"http://www.itunes.com/dtds/podcast-1.0.dtd\">false</itunes:explicit>",
        clause: "Apple podcasts",
    }
    MISSING_ITUNES_ELEMENT = "missing-itunes-element", Warning, "the podcast has no `{element}`" {
        help: "add it",
        why: "Directories refuse the podcast.",
        wrong: "<itunes:author xmlns:itunes=\"http://www.itunes.com/dtds/podcast-1.0.dtd\">A</itunes:author>",
        right: "<language>en</language><itunes:explicit xmlns:itunes=\"http://www.itunes.com/dtds/podcast-1.0.dtd\">false</itunes:explicit><itunes:category xmlns:itunes=\"http://www.itunes.com/dtds/podcast-1.0.dtd\" text=\"News\"/>",
        clause: "Apple podcasts",
    }
    MISSING_ITUNES_EMAIL = "missing-itunes-email", Warning, "the podcast has no `itunes:owner` with an address" {
        help: "add `<itunes:owner><itunes:email>...</itunes:email></itunes:owner>`",
        why: "Directories write to that address to make sure that it is yours.",
        wrong: "<itunes:author xmlns:itunes=\"http://www.itunes.com/dtds/podcast-1.0.dtd\">A</itunes:author>",
        right: "<itunes:owner xmlns:itunes=\"http://www.itunes.com/dtds/podcast-1.0.dtd\"><itunes:email>me@example.org</itunes:email></itunes:owner>",
        clause: "Apple podcasts",
    }
    INVALID_ITUNES_CATEGORY = "invalid-itunes-category", Error, "`{value}` is no category" {
        help: "choose one of the directory's list",
        why: "Directories list the podcast nowhere.",
        wrong: "<itunes:category xmlns:itunes=\"http://www.itunes.com/dtds/podcast-1.0.dtd\" text=\"Gossip\"/>",
        right: "<itunes:category xmlns:itunes=\"http://www.itunes.com/dtds/podcast-1.0.dtd\" text=\"News\"/>",
        clause: "Apple podcasts, categories",
    }
    OBSOLETE_ITUNES_CATEGORY = "obsolete-itunes-category", Warning, "the category `{value}` was given up in 2019" {
        help: "choose one of today's list",
        why: "Directories put the podcast somewhere else.",
        wrong: "<itunes:category xmlns:itunes=\"http://www.itunes.com/dtds/podcast-1.0.dtd\" text=\"Travel\"/>",
        right: "<itunes:category xmlns:itunes=\"http://www.itunes.com/dtds/podcast-1.0.dtd\" text=\"News\"/>",
        clause: "Apple podcasts, categories",
    }
    INVALID_ITUNES_CHANNEL_TYPE = "invalid-itunes-channel-type", Error, "`{value}` is no type" {
        help: "write `episodic` or `serial`",
        why: "Players show the episodes in the wrong order.",
        wrong: "<itunes:type xmlns:itunes=\"http://www.itunes.com/dtds/podcast-1.0.dtd\">daily</itunes:type>",
        right: "<itunes:type xmlns:itunes=\"http://www.itunes.com/dtds/podcast-1.0.dtd\">serial</itunes:type>",
        clause: "Apple podcasts, \"type\"",
    }
    INVALID_ITUNES_EPISODE_TYPE = "invalid-itunes-episode-type", Error, "`{value}` is no type" {
        help: "write `full`, `trailer` or `bonus`",
        why: "Players show a trailer as an episode.",
        wrong: "<itunes:episodeType xmlns:itunes=\"http://www.itunes.com/dtds/podcast-1.0.dtd\">extra</itunes:episodeType>",
        right: "<itunes:episodeType xmlns:itunes=\"http://www.itunes.com/dtds/podcast-1.0.dtd\">bonus</itunes:episodeType>",
        clause: "Apple podcasts, \"episodeType\"",
    }
    INVALID_YES_NO_CLEAN = "invalid-yes-no-clean", Error, "`{value}` is neither `yes` nor `no`" {
        help: "write `Yes` to keep the item out of directories",
        why: "Directories show what you meant to hide.",
        wrong: "<itunes:block xmlns:itunes=\"http://www.itunes.com/dtds/podcast-1.0.dtd\">maybe</itunes:block>",
        right: "<itunes:block xmlns:itunes=\"http://www.itunes.com/dtds/podcast-1.0.dtd\">yes</itunes:block>",
        clause: "Apple podcasts, \"block\"",
    }
    INVALID_DURATION = "invalid-duration", Error, "`{value}` is no duration" {
        help: "write seconds, `mm:ss` or `h:mm:ss`",
        why: "Players show no length.",
        wrong: "<itunes:duration xmlns:itunes=\"http://www.itunes.com/dtds/podcast-1.0.dtd\">an hour</itunes:duration>",
        right: "<itunes:duration xmlns:itunes=\"http://www.itunes.com/dtds/podcast-1.0.dtd\">1:00:00</itunes:duration>",
        clause: "Apple podcasts, \"duration\"",
    }
    INVALID_KEYWORDS = "invalid-keywords", Warning, "the keywords are parted by blanks" {
        help: "put commas between them",
        why: "Directories take all for one word.",
        wrong: "<itunes:keywords xmlns:itunes=\"http://www.itunes.com/dtds/podcast-1.0.dtd\">rain sun</itunes:keywords>",
        right: "<itunes:keywords xmlns:itunes=\"http://www.itunes.com/dtds/podcast-1.0.dtd\">rain, sun</itunes:keywords>",
        clause: "Apple podcasts",
    }
    UNSUPPORTED_ITUNES_FORMAT = "unsupported-itunes-format", Warning, "files of the ending `{value}` are not played" {
        help: "use m4a, mp3, mov, mp4, m4v, pdf or epub",
        why: "Players pass over the episode.",
        wrong: "<itunes:author xmlns:itunes=\"http://www.itunes.com/dtds/podcast-1.0.dtd\">A</itunes:author><enclosure url=\"https://example.org/a.ogg\" type=\"audio/ogg\" length=\"9\"/>",
        right: "<itunes:author xmlns:itunes=\"http://www.itunes.com/dtds/podcast-1.0.dtd\">A</itunes:author><enclosure url=\"https://example.org/a.mp3\" type=\"audio/mpeg\" length=\"9\"/>",
        clause: "Apple podcasts, \"enclosure\"",
    }
    MISSING_ITUNES_IMAGE = "missing-itunes-image", Warning, "the podcast has no `itunes:image`" {
        help: "add a square picture of 1400 to 3000 pixels, as JPEG or PNG",
        why: "Apple takes no show without one.",
        wrong: "<itunes:author xmlns:itunes=\"http://www.itunes.com/dtds/podcast-1.0.dtd\">A</itunes:author>",
        right: "<itunes:image xmlns:itunes=\"http://www.itunes.com/dtds/podcast-1.0.dtd\" href=\"https://example.org/a.jpg\"/>",
        clause: "Apple podcasts, \"image\"",
    }
    ITUNES_IMAGE_FORMAT = "itunes-image-format", Warning, "pictures of the ending `{value}` are not shown" {
        help: "use a JPEG or PNG whose address ends in `.jpg` or `.png`",
        why: "Apple refuses other pictures, and the show with them.",
        wrong: "<itunes:image xmlns:itunes=\"http://www.itunes.com/dtds/podcast-1.0.dtd\" href=\"https://example.org/a.webp\"/>",
        right: "<itunes:image xmlns:itunes=\"http://www.itunes.com/dtds/podcast-1.0.dtd\" href=\"https://example.org/a.png\"/>",
        clause: "Apple podcasts, \"image\"",
    }
    MISSING_ITUNES_EPISODE = "missing-itunes-episode", Warning, "an episode of a serial show has no number" {
        help: "add `itunes:episode`, or say that it is a trailer or a bonus",
        why: "Players put serial shows in the order of their numbers.",
        wrong: "<itunes:type xmlns:itunes=\"http://www.itunes.com/dtds/podcast-1.0.dtd\">serial</itunes:type> and an item without `itunes:episode`",
        right: "<itunes:episode xmlns:itunes=\"http://www.itunes.com/dtds/podcast-1.0.dtd\">1</itunes:episode>",
        clause: "Apple podcasts, \"episode\"",
    }
    DROPPED_ITUNES_ELEMENT = "dropped-itunes-element", Info, "Apple no longer reads `{element}`" {
        help: "leave it for older programs, or drop it: `description` says the same",
        why: "Work that goes into it is lost.",
        wrong: "<itunes:subtitle xmlns:itunes=\"http://www.itunes.com/dtds/podcast-1.0.dtd\">A show</itunes:subtitle>",
        right: "<description>A show</description>",
        clause: "Apple podcasts, \"Podcast RSS feed requirements\"",
    }
}
