//! Sentences that say more than a rule's own, where what was found tells more.

use super::bytes::UNNAMED;
use super::codes as c;
use super::found::Found;
use super::value::date;
use super::value::words::HTML_ELEMENTS;

/// A message and its way out; nothing where the rule's own say all.
pub(super) fn instead(found: &Found) -> Option<(String, String)> {
    let rule = found.rule;
    let dates = [&c::INVALID_RFC3339_DATE, &c::INVALID_RFC2822_DATE, &c::INVALID_W3CDTF_DATE, &c::INVALID_ISO8601_DATE_TIME];
    if std::ptr::eq(rule, &c::UNDEFINED_ELEMENT) && found.parent == "root" && is_html(&found.element) {
        let help = "check the feed itself: a page names its feeds by `<link rel=\"alternate\" type=\"application/rss+xml\" href=\"...\">`";
        return Some(("this is a web page (HTML) and no feed".to_owned(), help.to_owned()));
    }
    if std::ptr::eq(rule, &c::SAX_ERROR) && found.value == "no element found" {
        let help = "look at what writes it: an export that failed or a full disk leaves such a file";
        return Some(("the document is empty: there is no element in it".to_owned(), help.to_owned()));
    }
    if std::ptr::eq(rule, &c::UNICODE_ERROR) && found.value == UNNAMED {
        let help = "begin it with `<?xml version=\"1.0\" encoding=\"utf-8\"?>`; where a server names the encoding, `--content-type` says with what it is served";
        return Some(("the document is UTF-8, and says so nowhere".to_owned(), help.to_owned()));
    }
    if std::ptr::eq(rule, &c::UNDEFINED_ELEMENT) && is_unescaped(found) {
        let message =
            format!("`{}` stands in `{}` as an element, and the type `{}` is escaped text", found.element, found.parent, found.value);
        return Some((message, escaped(&found.parent, &found.element)));
    }
    if std::ptr::eq(rule, &c::UNEXPECTED_TEXT) && found.value == "xhtml" {
        return Some((format!("text stands in `{}` beside its `div`", found.element), "put all of it into the `div`".to_owned()));
    }
    if std::ptr::eq(rule, &c::UNEXPECTED_TEXT) && !found.value.is_empty() {
        return Some((format!("text stands in `{}` behind an element", found.element), escaped(&found.element, "b")));
    }
    if dates.into_iter().any(|date| std::ptr::eq(rule, date)) {
        return Some((format!("{}: {}", found.rule_message(), date::no_such_day(&found.value)?), found.rule_help()));
    }
    None
}

/// Whether it is an element of HTML in a text of Atom that takes none (RFC 4287 sections 3.1.1.1 and 3.1.1.2).
fn is_unescaped(found: &Found) -> bool {
    ["text", "html"].contains(&found.value.as_str()) && HTML_ELEMENTS.contains(found.element.as_str())
}

/// How a text of Atom that is HTML is written.
fn escaped(text: &str, tag: &str) -> String {
    format!(
        "escape the markup and say what it is: `<{text} type=\"html\">&lt;{tag}&gt;...</{text}>`; elements need `type=\"xhtml\"` and one \
         `<div xmlns=\"http://www.w3.org/1999/xhtml\">` around all of the text"
    )
}

fn is_html(root: &str) -> bool {
    root.eq_ignore_ascii_case("html") || root == "xhtml:html"
}

#[cfg(test)]
mod tests {
    use crate::check::{Options, check};

    fn said(document: &str) -> Vec<String> {
        let options = Options { content_type: Some("application/xml; charset=utf-8".into()), ..Options::default() };
        check(document.as_bytes(), &options).findings.into_iter().map(|finding| finding.message).collect()
    }

    #[test]
    fn what_is_no_feed_at_all_is_called_by_its_name() {
        for page in ["<!DOCTYPE html>\n<html><head/></html>", "<HTML/>", "<html xmlns='http://www.w3.org/1999/xhtml'/>"] {
            assert!(said(page).contains(&"this is a web page (HTML) and no feed".to_owned()), "{page}: {:?}", said(page));
        }
        for nothing in ["", " \n", "<!-- nothing -->"] {
            assert!(
                said(nothing).contains(&"the document is empty: there is no element in it".to_owned()),
                "{nothing}: {:?}",
                said(nothing)
            );
        }
    }

    #[test]
    fn a_feed_that_names_no_encoding_is_told_so() {
        let feed = "<rss version='2.0'><channel><title>Año nuevo en Ñuñoa</title></channel></rss>";
        let told = |options: &Options| -> Vec<String> {
            let findings = check(feed.as_bytes(), options).findings.into_iter();
            findings.filter(|finding| finding.rule.code.name == "unicode-error").map(|finding| finding.message).collect()
        };
        assert_eq!(told(&Options::default()), ["the document is UTF-8, and says so nowhere"]);
        assert_eq!(told(&Options { content_type: Some("application/rss+xml".into()), ..Options::default() }), [""; 0]);
    }

    #[test]
    fn markup_in_a_text_of_atom_is_told_how_it_is_written() {
        let feed = |title: &str| format!("<feed xmlns='http://www.w3.org/2005/Atom'>{title}</feed>");
        let way_out = "`<title type=\"html\">&lt;b&gt;...</title>`";
        for (title, message, help) in [
            ("<title>A <b>c</b></title>", "`b` stands in `title` as an element, and the type `text` is escaped text", way_out),
            ("<title type='html'>A <b>c</b></title>", "`b` stands in `title` as an element, and the type `html` is escaped text", way_out),
            ("<title type='html'>A <b>c</b> d</title>", "text stands in `title` behind an element", way_out),
            (
                "<title type='xhtml'><div xmlns='http://www.w3.org/1999/xhtml'>A</div> d</title>",
                "text stands in `title` beside its `div`",
                "into the `div`",
            ),
            ("<title>A <own>c</own></title>", "`own` is no element of `title`", "look for a slip"),
            (
                "<title>A &lt;b&gt;c&lt;/b&gt;</title>",
                "`title` is declared as plain text and seems to hold HTML: `b`",
                "`&amp;lt;b&amp;gt;`",
            ),
        ] {
            let report = check(feed(title).as_bytes(), &Options::default());
            let told = report.findings.iter().find(|finding| finding.message == message);
            assert!(told.is_some_and(|finding| finding.help.contains(help)), "{title}: {:?}", report.findings);
        }
        // In RSS there is no such type.
        let rss = check(b"<rss version='2.0'><channel><title>A <b>c</b></title></channel></rss>", &Options::default());
        assert!(rss.findings.iter().any(|finding| finding.message == "`b` is no element of `title`"), "{:?}", rss.findings);
    }

    #[test]
    fn a_day_that_no_calendar_has_is_named() {
        let feed = |date: &str| format!("<feed xmlns='http://www.w3.org/2005/Atom'><updated>{date}</updated></feed>");
        let item = |date: &str| format!("<rss version='2.0'><channel><item><pubDate>{date}</pubDate></item></channel></rss>");
        for (document, reason) in [
            (feed("2018-02-30T00:00:00Z"), ": February has no 30th"),
            (feed("2018-02-29T00:00:00Z"), ": February 2018 has no 29th"),
            (feed("2018-13-01T00:00:00Z"), ": there is no month 13"),
            (feed("2018-01-32T00:00:00Z"), ": there is no day 32"),
            (item("Fri, 31 Jun 2018 10:00:00 GMT"), ": June has no 31st"),
            (feed("2018-02-28"), "is no date of RFC 3339"),
            (item("2018-02-28"), "is no date of RFC 822"),
        ] {
            let said = said(&document);
            assert!(said.iter().any(|message| message.ends_with(reason)), "{document}: {said:?}");
        }
    }
}
