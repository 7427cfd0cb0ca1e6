//! Everything that can be wrong between file and reader, in one table: code, weight, what it is, the way out, where it is written.
//!
//! What is wrong within the document is the checker's to say.

use crate::diag::{Code, Severity};

/// A row of the table.
#[derive(Debug)]
pub struct Row {
    pub code: Code,
    /// The way out.
    pub mend: &'static str,
    /// Where it is written.
    pub clause: &'static str,
}

macro_rules! rows {
    ($($ident:ident = $name:literal, $severity:ident, $about:literal, $mend:literal, $clause:literal;)*) => {
        $(
            #[doc = $about]
            pub static $ident: Row = Row {
                code: Code { name: $name, severity: Severity::$severity, about: $about },
                mend: $mend,
                clause: $clause,
            };
        )*

        /// The whole table, in the order of the page.
        pub static ALL: &[&Row] = &[$(&$ident),*];
    };
}

rows! {
    UNREACHABLE = "unreachable", Error, "nothing answers at the address", "see whether the server runs, the host's name leads to it, and no firewall stands between", "RFC 9110 section 4.3";
    CERTIFICATE_NOT_TRUSTED = "certificate-not-trusted", Error, "the certificate is not one that readers trust", "get one from an authority that browsers know, for this host's name, and send the intermediate certificates with it", "RFC 9110 section 4.3.4";
    CERTIFICATE_EXPIRED = "certificate-expired", Error, "the certificate has expired", "renew it, and see why that did not happen by itself", "RFC 5280 section 4.1.2.5";
    CERTIFICATE_EXPIRES_SOON = "certificate-expires-soon", Warning, "the certificate expires within 14 days", "renew it, and see why that did not happen by itself", "RFC 5280 section 4.1.2.5";
    REDIRECT_LOOP = "redirect-loop", Error, "the redirects lead nowhere", "let the address answer itself, or redirect once to one that does", "RFC 9110 section 15.4";
    REDIRECT_CHAIN = "redirect-chain", Warning, "more than one redirect before the feed", "redirect to the last address at once", "RFC 9110 section 15.4";
    REDIRECT_TEMPORARY = "redirect-temporary", Warning, "a redirect that says that it is for now only", "answer with 301 or 308 where the feed has moved for good, so that readers remember the new address", "RFC 9110 sections 15.4.3 and 15.4.8";
    REDIRECT_TO_PLAIN = "redirect-to-plain", Error, "a redirect from https to http", "redirect to an `https` address", "RFC 9110 section 4.2.2";
    BAD_STATUS = "bad-status", Error, "the answer is no feed but an error", "let the server answer with 200; where the channel has ended, with 410", "RFC 9110 section 15";
    FEED_GONE = "feed-gone", Error, "the feed has ended, says the server", "nothing where that is meant; else take the rule out of the server", "RFC 9110 section 15.5.11";
    BOT_WALL = "bot-wall", Error, "the server wants readers to prove that they are people", "let the paths of the feeds pass the protection: readers are programs", "RFC 9110 section 15.5.4";
    RATE_LIMITED = "rate-limited", Error, "the server says that it is asked too often", "let more requests pass for the paths of the feeds", "RFC 6585 section 4";
    HTML_NOT_FEED = "html-not-feed", Error, "a web page stands where a feed should be", "give the address of the feed, and see which rule of the server answers for it", "RFC 4287 section 7";
    NO_MEDIA_TYPE = "no-media-type", Warning, "the answer does not say what it is", "send `Content-Type: application/rss+xml; charset=utf-8`, or the Atom or JSON one", "RFC 9110 section 8.3";
    CODING_UNASKED = "coding-unasked", Error, "the answer is compressed though nobody asked for it", "compress only for those who send `Accept-Encoding`", "RFC 9110 section 12.5.3";
    COMPRESSED_BROKEN = "compressed-broken", Error, "the compressed answer cannot be read", "see what compresses it: a file that was compressed already, or was cut off", "RFC 1952";
    COMPRESSED_DIFFERS = "compressed-differs", Error, "the compressed answer is another document than the plain one", "make the compressed file anew, and empty caches that hold the old one", "RFC 9110 section 8.4";
    NOT_COMPRESSED = "not-compressed", Warning, "the feed is not compressed for those who ask for it", "switch gzip on for the media types of feeds", "RFC 9110 section 8.4.1.3";
    VARY_MISSING = "vary-missing", Warning, "the compressed answer has no `Vary: Accept-Encoding`", "send it, or caches give the compressed answer to those who cannot read it", "RFC 9110 section 12.5.5";
    ONE_TAG_FOR_TWO = "one-tag-for-two", Warning, "the plain and the compressed answer have one strong ETag", "give each its own, or make it weak", "RFC 9110 section 8.8.3.3";
    NO_VALIDATOR = "no-validator", Warning, "neither ETag nor Last-Modified: every poll gets the whole feed", "send one of the two at least", "RFC 9110 section 8.8";
    TAG_IGNORED = "tag-ignored", Warning, "a poll with the ETag of the answer gets the whole feed again", "answer 304 to `If-None-Match` with the current tag", "RFC 9110 section 13.1.2";
    COMPRESSED_TAG_IGNORED = "compressed-tag-ignored", Warning, "a poll with the ETag of the compressed answer gets the whole feed again", "see what appends to the tag when it compresses and does not take it off again", "RFC 9110 section 13.1.2";
    DATE_IGNORED = "date-ignored", Warning, "a poll with the Last-Modified of the answer gets the whole feed again", "answer 304 to `If-Modified-Since` with that date", "RFC 9110 section 13.1.3";
    NOT_CACHEABLE = "not-cacheable", Warning, "the server forbids caches to keep the feed", "send `Cache-Control: public, max-age=3600`, or what the feed's `ttl` says", "RFC 9111 section 5.2.2";
    STALE_COPY = "stale-copy", Error, "another document is served than the one that was published", "see whether the build reached the server, and empty the caches between", "RFC 9111 section 4.2";
    SLOW_ANSWER = "slow-answer", Warning, "the answer takes long", "serve the feed as a file, and from near", "RFC 9110 section 15.5.9";
    LARGE_FEED = "large-feed", Warning, "the feed is large", "set `items`, `days` or `bytes` in `[limits]`, and `archives` for the rest", "RFC 5005 section 4";
}

/// The row of a code.
pub fn find(name: &str) -> Option<&'static Row> {
    ALL.iter().find(|row| row.code.name == name).copied()
}

/// The table as it stands in `docs/doctor.md`.
pub fn table() -> String {
    let mut out = String::from("| code | weight | what it is | the way out | where it is written |\n| --- | --- | --- | --- | --- |\n");
    for Row { code, mend, clause } in ALL {
        out += &format!("| `{}` | {} | {} | {mend} | {clause} |\n", code.name, code.severity.as_str(), code.about);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_unique_in_the_whole_program() {
        for row in ALL {
            let name = row.code.name;
            assert_eq!(ALL.iter().filter(|other| other.code.name == name).count(), 1, "{name}");
            assert!(crate::check::codes::find(name).is_none(), "{name} is the checker's");
            assert!(crate::diag::codes::ALL.iter().all(|code| code.name != name), "{name} is another room's");
        }
    }

    #[test]
    fn the_page_is_of_today() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/doctor.md");
        let page = std::fs::read_to_string(path).unwrap_or_default();
        let head = page.split("| code |").next().unwrap_or_default();
        if std::env::var_os("UPDATE_DOCS").is_some() {
            std::fs::write(path, format!("{head}{}", table())).expect("docs/doctor.md can be written");
        }
        let page = std::fs::read_to_string(path).unwrap_or_default();
        assert!(page == format!("{head}{}", table()), "run `UPDATE_DOCS=1 cargo test --lib doctor::codes`");
    }
}
