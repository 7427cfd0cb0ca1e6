//! Every code of the config, the records and the publishing, in one table.
//!
//! The feed checker has a table of its own kind beside its rules. A code's name is for ever.

use super::{Code, Severity};

macro_rules! codes {
    ($($(#[$doc:meta])* $ident:ident = $name:literal, $severity:ident, $about:literal;)*) => {
        $(#[doc = $about] pub static $ident: Code = Code { name: $name, severity: Severity::$severity, about: $about };)*

        /// The whole table, in the order of the source.
        pub static ALL: &[&Code] = &[$(&$ident),*];
    };
}

codes! {
    // config
    CONFIG_SYNTAX = "config-syntax", Error, "the config is not valid TOML";
    UNKNOWN_KEY = "unknown-key", Error, "a key that Tidings does not know";
    WRONG_TYPE = "wrong-type", Error, "a value of another type than the key takes";
    MISSING_KEY = "missing-key", Error, "a key that must be there is not";
    BAD_VALUE = "bad-value", Error, "a value that the key cannot take";
    CONFIG_MISSING = "config-missing", Error, "there is no config";
    CONFIG_UNREADABLE = "config-unreadable", Error, "the config cannot be read, or is not UTF-8";
    BAD_QUERY = "bad-query", Error, "a query of a channel that cannot be read";
    DUPLICATE_PATH = "duplicate-path", Error, "two channels that would be published at one path";
    UNKNOWN_TOPIC = "unknown-topic", Error, "a topic that the config does not define";
    UNKNOWN_COUNTRY = "unknown-country", Error, "a country that is not in ISO 3166-1";
    BAD_TEMPLATE = "bad-template", Error, "a template of the pages that cannot be read or filled in";
    PLACEHOLDER_ADDRESS = "placeholder-address", Warning, "the address that `tidings init` writes where it is given none";
    UNUSED_KEY = "unused-key", Warning, "a key or value that changes nothing";

    // records
    FUTURE_UPDATE = "future-update", Warning, "a record says that it was updated at a time that lies in the future";
    ALIAS_FILE = "alias-file", Error, "the file of aliases cannot be read, or says two things";
    BAD_UTF8 = "bad-utf8", Error, "a text that is not UTF-8";
    BROKEN_LINK = "broken-link", Error, "a symbolic link that leads nowhere or in a circle";
    DUPLICATE_ID = "duplicate-id", Error, "two items with one id";
    DUPLICATE_TRANSLATION = "duplicate-translation", Error, "two items with one story and one language";
    FOREIGN_LANGUAGE = "foreign-language", Warning, "items in a language that the publication does not have, and so in no channel of one language";
    EMPTY_ITEM = "empty-item", Warning, "an item that is a title and nothing else";
    EMPTY_RECORD = "empty-record", Error, "a record with nothing in it";
    EXPIRES_TOO_EARLY = "expires-too-early", Error, "an item that expires before it appears";
    FILE_TOO_LARGE = "file-too-large", Error, "a file or row larger than a record may be";
    FORBIDDEN_CHARACTERS = "forbidden-characters", Warning, "characters that cannot be published, and were left out";
    INVALID_DATE = "invalid-date", Error, "a date that cannot be read";
    INVALID_EMAIL = "invalid-email", Error, "an e-mail address that is none";
    INVALID_ID = "invalid-id", Error, "an id that cannot be published";
    INVALID_LANGUAGE = "invalid-language", Error, "a language that is no BCP 47 tag";
    INVALID_MEDIA_TYPE = "invalid-media-type", Error, "a media type that is none";
    INVALID_URL = "invalid-url", Error, "an address that cannot be published";
    MISSING_COLUMN = "missing-column", Error, "a column that the records need is not there";
    MISSING_DATE = "missing-date", Error, "a record without a date";
    MISSING_FILE = "missing-file", Error, "a file that a record names is not there";
    MISSING_FRONT_MATTER = "missing-front-matter", Error, "a record in Markdown without its fields";
    MISSING_ID = "missing-id", Error, "a row without an id";
    MISSING_SOURCE = "missing-source", Error, "a source of records that is not there";
    MISSING_TITLE = "missing-title", Error, "a record without a title";
    MORE_LIKE_THIS = "more-like-this", Error, "more findings of a kind, or in a file, than are shown";
    NO_RECORDS = "no-records", Warning, "a source without records";
    NOT_A_FILE = "not-a-file", Error, "something named like a record that is no file";
    NUL_BYTE = "nul-byte", Error, "a text with a NUL byte in it";
    DOUBTFUL_AUTHOR = "doubtful-author", Warning, "a name with a comma that may be those of several people";
    PUBLISH_AT_TOO_EARLY = "publish-at-too-early", Warning, "an item that is to appear before the day that it is dated";
    RECORD_SYNTAX = "record-syntax", Error, "a record that is not in the form of its format";
    SOURCE_UNREADABLE = "source-unreadable", Error, "a database that cannot be read as its source says";
    UNKNOWN_COLUMN = "unknown-column", Warning, "a column that is called nearly like a field, and is none";
    UNKNOWN_FILE_TYPE = "unknown-file-type", Warning, "a file among the records that is none";
    UNKNOWN_LENGTH = "unknown-length", Warning, "an enclosure whose length is not known";
    UNKNOWN_MEDIA_TYPE = "unknown-media-type", Warning, "an enclosure whose media type is not known";
    UNREADABLE_FILE = "unreadable-file", Error, "a file that cannot be read";
    UPDATED_TOO_EARLY = "updated-too-early", Warning, "an item that was updated before it was published";
    WRONG_LENGTH = "wrong-length", Warning, "an enclosure whose length is another than the record says";

    // classification

    // channels

    // text
    DOUBTFUL_LINK = "doubtful-link", Warning, "a link in a text that is none, or leads elsewhere than can be meant";
    HTML_REFERENCE = "html-reference", Warning, "references of HTML such as `&eacute;` in plain text, which readers see as they are";
    MARKUP_REMOVED = "markup-removed", Warning, "markup or a URL that may not be published was taken out of a text";

    // import
    IMPORT_FILE = "import-file", Error, "a file to import that cannot be read";
    IMPORT_ENCODING = "import-encoding", Error, "a file to import whose bytes are not text in the encoding that it should have";
    IMPORT_FORMAT = "import-format", Error, "a file to import that is of another kind than was asked for";
    IMPORT_LANGUAGE = "import-language", Warning, "imported records whose language neither the import nor their words tell";
    IMPORT_WRITE = "import-write", Error, "a record that cannot be written";
    IMPORT_SIMILAR = "import-similar", Warning, "an imported item with the day and title of another record, under another id";
    LISTING_STRAY = "listing-stray", Error, "text of a listing that belongs to no date";
    LISTING_DATE = "listing-date", Error, "a date line of a listing that is no date";
    LISTING_TITLE = "listing-title", Error, "a block of a listing without a title";
    LISTING_EMPTY = "listing-empty", Error, "a date line of a listing with nothing under it";
    LISTING_NO_DATE = "listing-no-date", Error, "a page of a listing without a line that is a date";
    LISTING_LABEL = "listing-label", Warning, "a word behind the date of a listing that is no title";
    LISTING_MENTION = "listing-date-in-text", Warning, "a text of a listing that begins with a date";
    LISTING_NO_TEXT = "listing-no-text", Warning, "a block of a listing that is only a title";
    FEED_SYNTAX = "feed-syntax", Error, "a feed to import that is not well-formed";
    FEED_ITEM = "feed-item", Error, "an item of a feed that cannot be imported";
    FEED_VALUE = "feed-value", Warning, "a value in a feed that cannot be read and is left out";
    FEED_CATEGORIES = "feed-categories", Warning, "categories of a feed that are no topics or countries of the publication";
    FEED_LEFT_OUT = "feed-left-out", Warning, "items of a WordPress export that are no posts of the public";
    FEED_LANGUAGES = "feed-languages", Warning, "posts of a WordPress export in languages that the publication does not have";
    FEED_DRAFTS = "feed-drafts", Warning, "posts of a WordPress export that were not published there";
    FEED_SHORTCODES = "feed-shortcodes", Warning, "shortcodes in texts of a WordPress export, which only that site can show";

    // running
    COULD_NOT_RUN = "could-not-run", Error, "a command that could not run; the message says what kept it from running";

    // publishing
    WOULD_REPEAT = "would-repeat", Error, "an item whose id or guid changed while its content did not: subscribers would see it twice";
    CHANNEL_SHRINKS = "channel-shrinks", Error, "a channel that would lose much of what it holds or shows, or all, or the texts or links of it";
    FUTURE_ITEM = "future-item", Error, "an item whose date lies in the future, and that does not say that it is to be held back";
    PATH_DISAPPEARS = "path-disappears", Error, "a document that was published and would be there no more";
    TAKEN_BACK = "taken-back", Error, "a publish that `tidings rollback` took back would come again as it was";
    MOVED_NOWHERE = "moved-nowhere", Error, "a channel moved to a path where there is none";
    MOVED_TAKEN = "moved-taken", Error, "a path that a channel moved away from is still a channel's";
    LEDGER_DAMAGE = "ledger-damage", Error, "the ledger does not agree with itself or with what is published";
    FOREIGN_FILE = "foreign-file", Error, "something stands where a document should go, and it was not published from here";
    NOT_PURGED = "not-purged", Warning, "caches could not be told of what was published";
    HUB_NOT_TOLD = "hub-not-told", Warning, "a hub could not be told of what was published";
    HUB_INTENT = "hub-intent", Warning, "a subscriber did not confirm what was asked of the hub in its name";
    HUB_DELIVERY = "hub-delivery", Warning, "a subscriber did not take a document that it subscribed to";
    HUB_LEDGER = "hub-ledger", Warning, "the hub could not read or write its subscriptions, or not read what is published";
    ABANDONED_FILE = "abandoned-file", Warning, "a document that is no longer wanted was changed by something else and is left alone";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_kebab_case() {
        let mut seen = std::collections::BTreeSet::new();
        for code in ALL {
            assert!(seen.insert(code.name), "`{}` stands twice", code.name);
            assert!(code.name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-'), "{}", code.name);
            assert!(!code.about.ends_with('.') && !code.about.is_empty());
        }
    }
}
