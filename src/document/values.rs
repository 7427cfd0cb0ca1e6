//! Values as the feed formats spell them: characters, dates, addresses, mailboxes, links; what the formats share and none owns.

use std::borrow::Cow;

use chrono::{Datelike, SecondsFormat, Timelike, Utc};
use memchr::{memchr_iter, memchr3_iter};
use url::{Position, Url};

use super::{Alternate, Entry, Head};
use crate::config::Publication;
use crate::item::{Date, Item};
use crate::text::xml_chars;
use crate::vocab::Person;
use crate::vocab::{Language, MediaType};

/// The last door before the writers: no character goes through that XML 1.0 forbids, since the writer crates would let it.
///
/// Text is cleaned where it comes in, and reported there; here nothing is left to drop unless an earlier room forgot a field.
pub(super) fn door(text: &str) -> String {
    xml_chars(text).0.into_owned()
}

/// As [`door`], and `None` where nothing is left to see: an empty element says less than none.
pub(super) fn seen(text: &str) -> Option<String> {
    let text = xml_chars(text).0;
    (!text.trim().is_empty()).then(|| text.into_owned())
}

/// The same of a text that may be taken as it is.
pub(super) fn seen_of(text: String) -> Option<String> {
    let text = match xml_chars(&text).0 {
        Cow::Borrowed(_) => text,
        Cow::Owned(text) => text,
    };
    (!text.trim().is_empty()).then_some(text)
}

/// The first of several texts that can be seen.
pub(super) fn first_seen<'a>(texts: impl IntoIterator<Item = Option<&'a str>>) -> Option<String> {
    texts.into_iter().flatten().find_map(seen)
}

/// Plain text as HTML that shows it.
pub(super) fn as_html(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 16);
    let mut done = 0;
    for at in memchr3_iter(b'&', b'<', b'>', text.as_bytes()) {
        out.push_str(&text[done..at]);
        out.push_str(match text.as_bytes()[at] {
            b'&' => "&amp;",
            b'<' => "&lt;",
            _ => "&gt;",
        });
        done = at + 1;
    }
    out.push_str(&text[done..]);
    out
}

/// Whether plain text has an end tag in it (`</b>`): readers that guess would take it for markup, so Atom says outright that it is none.
pub(super) fn looks_like_markup(text: &str) -> bool {
    memchr_iter(b'<', text.as_bytes()).filter_map(|at| text[at + 1..].strip_prefix('/')).any(|inner| {
        let name = inner.find(|c: char| !c.is_alphanumeric() && c != '_');
        name.is_some_and(|end| end > 0 && inner[end..].starts_with('>'))
    })
}

/// RSS 2.0 `pubDate`: RFC 822 with the year in four digits, in UTC (`+0000`), since validators and old readers stumble over odd offsets.
pub(super) fn rfc822(date: Date) -> String {
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
    // By hand: a pattern would be read anew for each date, and each number by the rules of all numbers.
    let date = date.naive_utc();
    let two = |number: u32| [b'0' + (number / 10 % 10) as u8, b'0' + (number % 10) as u8].map(char::from);
    let mut out = String::with_capacity(32);
    out.extend([DAYS[date.weekday().num_days_from_monday() as usize], ", "]);
    out.extend(two(date.day()));
    out.extend([" ", MONTHS[date.month0() as usize], " ", &format!("{:04}", date.year())]);
    for (between, number) in [(' ', date.hour()), (':', date.minute()), (':', date.second())] {
        out.push(between);
        out.extend(two(number));
    }
    out.push_str(" +0000");
    out
}

/// Atom's date (RFC 4287 section 3.3) for the writer crate: whole seconds, UTC. The finish pass makes its `+00:00` a `Z`.
pub(super) fn whole_utc(date: Date) -> Date {
    let date = date.with_timezone(&Utc).fixed_offset();
    date.with_nanosecond(0).unwrap_or(date)
}

/// RFC 3339 to the second with `Z`, where the date goes into an extension as text.
pub(super) fn rfc3339(date: Date) -> String {
    date.with_timezone(&Utc).to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// The address with every character outside RFC 3986 percent-encoded; `Url` lets `|`, `[`, `^` and the like stand in paths and queries.
pub(super) fn uri(url: &Url) -> String {
    let (head, tail) = (&url[..Position::BeforePath], &url[Position::BeforePath..]);
    if tail.bytes().all(is_uri_byte) {
        return url.as_str().to_owned();
    }
    let mut out = String::with_capacity(url.as_str().len() + 8);
    out.push_str(head);
    for byte in tail.bytes() {
        if is_uri_byte(byte) {
            out.push(char::from(byte));
        } else {
            out.push('%');
            out.push(hex(byte >> 4));
            out.push(hex(byte & 15));
        }
    }
    out
}

fn is_uri_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b";/?:@&=+$.-_!~*'()%,#".contains(&byte)
}

fn hex(nibble: u8) -> char {
    char::from(b"0123456789ABCDEF"[usize::from(nibble & 15)])
}

/// What a person is called: the name, else the e-mail address.
pub(super) fn name(person: &Person) -> Option<String> {
    first_seen([Some(person.name.as_str()), person.email.as_deref()])
}

/// The person's e-mail address, if it has the plain form that feed readers know: `local@host.domain` without quotes and comments.
pub(super) fn email(person: &Person) -> Option<&str> {
    let email = person.email.as_deref()?;
    let (local, domain) = email.split_once('@')?;
    let is_local = !local.is_empty() && local.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-+.'".contains(&b));
    let is_label = |label: &str| !label.is_empty() && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    let top = domain.rsplit('.').next().unwrap_or_default();
    let is_domain = domain.contains('.') && domain.split('.').all(is_label) && !top.starts_with('-');
    (is_local && is_domain).then_some(email)
}

/// `mail (Name)`, the form of RSS 2.0 `author` and `managingEditor`. Brackets and backslashes of the name would end the comment early.
pub(super) fn mailbox(person: &Person) -> Option<String> {
    let email = email(person)?;
    let name: String = door(&person.name)
        .chars()
        .map(|c| match c {
            '(' => '[',
            ')' => ']',
            '\\' => '/',
            c if c.is_whitespace() => ' ',
            c => c,
        })
        .collect();
    let name = if name.trim().is_empty() { email } else { name.trim() };
    Some(format!("{email} ({name})"))
}

/// Who an item is by: its own authors, else the publication's.
pub(super) fn authors<'a>(item: &'a Item, publication: &'a Publication) -> &'a [Person] {
    if item.authors().is_empty() { std::slice::from_ref(&publication.author) } else { item.authors() }
}

/// A link of RSS or Atom, in the words of RFC 4287 section 4.2.7.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Link {
    pub rel: &'static str,
    pub href: String,
    pub media_type: Option<String>,
    pub hreflang: Option<String>,
    pub title: Option<String>,
    pub length: Option<u64>,
}

impl Link {
    pub fn new(rel: &'static str, href: String) -> Self {
        Link { rel, href, media_type: None, hreflang: None, title: None, length: None }
    }

    fn media_type(mut self, media_type: &str) -> Self {
        self.media_type = Some(media_type.to_owned());
        self
    }

    fn hreflang(mut self, language: Option<&Language>) -> Self {
        self.hreflang = language.map(|language| language.as_str().to_owned());
        self
    }
}

/// The links of a document: the page it stands for, itself, the hubs, and the same channel in other formats and languages.
pub(super) fn head_links(head: &Head<'_>, own_type: &str) -> Vec<Link> {
    let own = Link::new("self", uri(&head.url)).media_type(own_type);
    let hubs = head.hubs().map(|hub| Link::new("hub", uri(hub)));
    let home = uri(&head.home);
    let pages = alternates(Link::new("alternate", home).media_type("text/html"), head.alternates.iter().map(other));
    std::iter::once(own).chain(hubs).chain(chain_links(head, own_type)).chain(pages).collect()
}

/// RFC 5005, section 4.
fn chain_links(head: &Head<'_>, own_type: &str) -> impl Iterator<Item = Link> {
    let chain = &head.chain;
    let all = [("current", &chain.current), ("prev-archive", &chain.older), ("next-archive", &chain.newer)];
    all.into_iter().filter_map(move |(rel, url)| Some(Link::new(rel, uri(url.as_ref()?)).media_type(own_type)))
}

fn other(alternate: &Alternate) -> Link {
    let link = Link::new("alternate", uri(&alternate.url)).media_type(alternate.format.media_type()).hreflang(alternate.language.as_ref());
    Link { title: seen(&alternate.title), ..link }
}

/// An item's page and its translations; empty where the item has no page.
pub(super) fn item_links(entry: &Entry<'_>) -> Vec<Link> {
    let page = |url: &Url, language: &Language| {
        let link = Link::new("alternate", uri(url)).hreflang(Some(language));
        if is_page(url) { link.media_type("text/html") } else { link }
    };
    let Some(own) = &entry.link else { return Vec::new() };
    alternates(page(own, &entry.item.language), entry.translations.iter().map(|(language, url)| page(url, language)))
}

/// Whether an address is taken for a web page: a name such as `report.pdf` says that it is none.
fn is_page(url: &Url) -> bool {
    MediaType::of_name(url.path()).is_none_or(|media_type| media_type.as_str() == "text/html")
}

/// One's own link first, then the others, no two with the same type and language (RFC 4287 section 4.1.1).
///
/// Where there are other pages, one's own stands once more at the end, bare: some readers follow the first alternate link to a page and some the last,
/// and each is to land on the same one.
fn alternates(own: Link, others: impl Iterator<Item = Link>) -> Vec<Link> {
    let bare = Link::new("alternate", own.href.clone());
    let mut links = vec![own];
    for other in others {
        if !links.iter().any(|link| link.media_type == other.media_type && link.hreflang == other.hreflang) {
            links.push(other);
        }
    }
    let is_page = |link: &Link| link.media_type.as_deref().is_none_or(|media_type| media_type == "text/html");
    if links[1..].iter().any(is_page) && !links.iter().any(|link| link.media_type.is_none() && link.hreflang.is_none()) {
        links.push(bare);
    }
    links
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(name: &str, email: &str) -> Person {
        Person { name: name.to_owned(), email: Some(email.to_owned()), uri: None }
    }

    #[test]
    fn dates_are_utc_with_english_names() {
        for (written, rss, atom) in [
            ("2018-02-09T12:00:00-06:00", "Fri, 09 Feb 2018 18:00:00 +0000", "2018-02-09T18:00:00Z"),
            ("2018-12-31T23:30:00.987654321+05:45", "Mon, 31 Dec 2018 17:45:00 +0000", "2018-12-31T17:45:00Z"),
            ("0999-01-01T00:00:00Z", "Tue, 01 Jan 0999 00:00:00 +0000", "0999-01-01T00:00:00Z"),
        ] {
            let date = Date::parse_from_rfc3339(written).expect(written);
            assert_eq!(rfc822(date), rss);
            assert_eq!(rfc3339(date), atom);
            assert_eq!(whole_utc(date).to_rfc3339(), atom.replace('Z', "+00:00"));
        }
    }

    #[test]
    fn addresses_hold_only_characters_of_a_uri() {
        for (written, want) in [
            ("https://example.org/a?b=1&c=2#d", "https://example.org/a?b=1&c=2#d"),
            ("https://example.org/año", "https://example.org/a%C3%B1o"),
            ("https://example.org/a|b[1]?q={x}^`", "https://example.org/a%7Cb%5B1%5D?q=%7Bx%7D%5E%60"),
            ("https://[::1]:8080/x[", "https://[::1]:8080/x%5B"),
        ] {
            let got = uri(&Url::parse(written).expect(written));
            assert_eq!(got, want);
            assert_eq!(uri(&Url::parse(&got).expect("still a URL")), want, "stable");
        }
    }

    #[test]
    fn mailboxes_are_plain_or_none() {
        for (name, email, want) in [
            ("Ana Ruiz", "ana@example.org", Some("ana@example.org (Ana Ruiz)")),
            ("A (b) \\ c\n d", "a.b+c'd@x-y.example.org", Some("a.b+c'd@x-y.example.org (A [b] / c  d)")),
            (" ", "a@example.org", Some("a@example.org (a@example.org)")),
            ("A", "a@localhost", None),
            ("A", "\"a b\"@example.org", None),
            ("A", "a@exa mple.org", None),
            ("A", "ñ@example.org", None),
            ("A", "a@b@example.org", None),
            ("A", "a@example.", None),
        ] {
            assert_eq!(mailbox(&person(name, email)).as_deref(), want, "{email}");
        }
    }

    #[test]
    fn end_tags_look_like_markup() {
        for (text, want) in
            [("a</b>c", true), ("</été>", true), ("</>", false), ("a < b", false), ("</b", false), ("</b >", false), ("</ </i>", true)]
        {
            assert_eq!(looks_like_markup(text), want, "{text}");
        }
    }

    #[test]
    fn no_two_alternates_share_type_and_language() {
        let link = |href: &str, language: &str| Link::new("alternate", href.to_owned()).hreflang(Language::parse(language).ok().as_ref());
        let hrefs = |links: Vec<Link>| links.into_iter().map(|link| link.href).collect::<Vec<_>>();
        assert_eq!(hrefs(alternates(link("a", "en"), std::iter::empty())), ["a"]);
        assert_eq!(hrefs(alternates(link("a", "en"), [link("b", "es"), link("c", "es"), link("d", "en")].into_iter())), ["a", "b", "a"]);
    }
}
