//! Sentences that say more than a rule's own, where what was found tells more.

use super::codes as c;
use super::found::Found;
use super::value::date;

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
    if dates.into_iter().any(|date| std::ptr::eq(rule, date)) {
        return Some((format!("{}: {}", found.rule_message(), date::no_such_day(&found.value)?), found.rule_help()));
    }
    None
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
