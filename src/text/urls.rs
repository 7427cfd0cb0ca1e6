//! URLs in text: made absolute, and only those of schemes that a feed reader may follow.

use url::Url;

use super::report::Report;
use crate::vocab::{MediaType, person, slip};

/// What a URL is used for, which says what schemes it may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Use {
    /// The reader follows it: `http`, `https`, `mailto`, `tel`.
    Link,
    /// The reader's program fetches it: `http`, `https`.
    Resource,
}

/// The URL made absolute against `base`; `None` for one that cannot be used, which is reported. A bare fragment becomes a fragment of `base`.
pub(super) fn absolute(written: &str, base: &Url, purpose: Use, report: &mut Report) -> Option<String> {
    let empty = written.trim_matches(|c: char| c <= ' ').is_empty();
    let url = (!empty).then(|| base.join(written).ok()).flatten().filter(|url| may_stay(url, purpose));
    match (&url, slip(written.trim(), purpose)) {
        (None, _) => report.url(written),
        (Some(_), Some(meant)) => report.slip(written, &meant),
        (Some(_), None) => {}
    }
    url.map(String::from)
}

/// What was surely meant by an address that means something else.
fn slip(written: &str, purpose: Use) -> Option<String> {
    // `logo@2x.png` is a picture.
    let is_mail = purpose == Use::Link && person::is_email(written) && MediaType::of_name(written).is_none();
    if is_mail { Some(format!("mailto:{written}")) } else { slip::meant(written) }
}

fn may_stay(url: &Url, purpose: Use) -> bool {
    match url.scheme() {
        "http" | "https" => true,
        "mailto" | "tel" => purpose == Use::Link && !url.path().is_empty(),
        _ => false,
    }
}

/// The candidates of a `srcset`, each made absolute; those that cannot be used are left out. `None` where none is left.
///
/// Split as HTML says (section 4.8.4.2.1, image candidate strings): a comma within a URL belongs to it unless it is the last character, and
/// parentheses hold a descriptor together.
pub(super) fn absolute_srcset(written: &str, base: &Url, report: &mut Report) -> Option<String> {
    let mut out = String::new();
    let mut rest = written;
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == ',');
        if rest.is_empty() {
            break;
        }
        let (url, after) = rest.split_at(rest.find(|c: char| c.is_ascii_whitespace()).unwrap_or(rest.len()));
        let bare = url.trim_end_matches(',');
        let (descriptor, after) = if bare.len() < url.len() { ("", after) } else { descriptor(after) };
        rest = after;
        if !is_descriptor(descriptor) {
            continue;
        }
        if let Some(url) = absolute(bare, base, Use::Resource, report) {
            for piece in [if out.is_empty() { "" } else { ", " }, &url, if descriptor.is_empty() { "" } else { " " }, descriptor] {
                out.push_str(piece);
            }
        }
    }
    (!out.is_empty()).then_some(out)
}

/// What stands before the next comma outside parentheses, trimmed; and what follows it.
fn descriptor(text: &str) -> (&str, &str) {
    let mut depth = 0_usize;
    let end = text.find(|c: char| {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        c == ',' && depth == 0
    });
    let (descriptor, after) = text.split_at(end.unwrap_or(text.len()));
    (descriptor.trim_matches(|c: char| c.is_ascii_whitespace()), after)
}

/// Whether it is a width (`480w`), a density (`2x`) or nothing.
fn is_descriptor(text: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    match text.strip_suffix('x') {
        Some(density) => density.split_once('.').map_or(digits(density), |(whole, part)| digits(whole) && digits(part)),
        None => text.is_empty() || text.strip_suffix('w').is_some_and(digits),
    }
}

#[cfg(test)]
mod tests {
    use super::super::report::Removed;
    use super::*;

    fn base() -> Url {
        Url::parse("https://example.org/news/item.html").expect("a URL")
    }

    #[test]
    fn links_are_absolute_or_gone() {
        for (written, expected) in [
            ("/a", Some("https://example.org/a")),
            ("b?c#d", Some("https://example.org/news/b?c#d")),
            ("#note", Some("https://example.org/news/item.html#note")),
            ("//cdn.example/x y", Some("https://cdn.example/x%20y")),
            ("HTTP://Example.net", Some("http://example.net/")),
            ("mailto:a@b.example", Some("mailto:a@b.example")),
            ("tel:+501-223", Some("tel:+501-223")),
            ("", None),
            (" \n", None),
            ("mailto:", None),
            ("javascript:alert(1)", None),
            (" \u{1}java\nscr\tipt:alert(1)", None),
            ("JaVaScRiPt:alert(1)", None),
            ("vbscript:x", None),
            ("data:text/html,x", None),
            ("file:///etc/passwd", None),
            ("ftp://x.example/", None),
            ("https://", None),
            ("http://[::1", None),
        ] {
            let mut report = Report::default();
            assert_eq!(absolute(written, &base(), Use::Link, &mut report).as_deref(), expected, "{written:?}");
            assert_eq!(report.finish().is_empty(), expected.is_some(), "{written:?}");
        }
        let mut report = Report::default();
        assert_eq!(absolute("mailto:a@b.example", &base(), Use::Resource, &mut report), None);
        assert_eq!(report.finish(), [Removed::Url("mailto:a@b.example".into())]);
    }

    #[test]
    fn every_candidate_of_a_srcset() {
        for (written, expected) in [
            ("a.jpg", Some("https://example.org/news/a.jpg")),
            ("a.jpg 1x, /b.jpg 2x", Some("https://example.org/news/a.jpg 1x, https://example.org/b.jpg 2x")),
            ("a,b.jpg 480w,c.jpg 1.5x", Some("https://example.org/news/a,b.jpg 480w, https://example.org/news/c.jpg 1.5x")),
            (" , a.jpg, b.jpg,", Some("https://example.org/news/a.jpg, https://example.org/news/b.jpg")),
            ("data:image/png;base64,AA== 1x, b.jpg 2x", Some("https://example.org/news/b.jpg 2x")),
            ("javascript:x 1x", None),
            ("a.jpg huge, b.jpg (x,y), c.jpg .x", None),
            ("", None),
        ] {
            assert_eq!(absolute_srcset(written, &base(), &mut Report::default()).as_deref(), expected, "{written:?}");
        }
    }
}
