//! Addresses as a slip of the hand leaves them: read as they stand, they lead to a page of one's own, or to no host.

/// What was surely meant by an address: `https://www.example.org` by `www.example.org`, `http://example.org` by `http//example.org`, and
/// `https://example.org` by `http://https://example.org`. `None` where it may be meant as it stands.
pub fn meant(text: &str) -> Option<String> {
    if text.len() > LONGEST {
        return None;
    }
    if is_host(text) {
        return Some(format!("https://{text}"));
    }
    let (scheme, rest) = ["https", "http"].into_iter().find_map(|scheme| Some((scheme, strip(text, scheme)?)))?;
    if let Some(address) = rest.strip_prefix("://") {
        let has_another = ["https:/", "http:/", "https//", "http//"].into_iter().any(|scheme| strip(address, scheme).is_some());
        return has_another.then(|| meant(address).unwrap_or_else(|| address.to_owned()));
    }
    let address = ["//", ":/", ":"].into_iter().find_map(|mark| rest.strip_prefix(mark)).filter(|address| !address.is_empty())?;
    Some(format!("{scheme}://{address}"))
}

/// In bytes; nobody writes a longer one by hand.
const LONGEST: usize = 2_000;

fn strip<'t>(text: &'t str, scheme: &str) -> Option<&'t str> {
    let (begin, rest) = text.split_at_checked(scheme.len())?;
    begin.eq_ignore_ascii_case(scheme).then_some(rest)
}

/// Whether the text begins with what can hardly be anything but the name of a host: a page of one's own may be called `story.md`, and none `example.org`.
fn is_host(text: &str) -> bool {
    const SURELY: [&str; 4] = ["com", "edu", "gov", "org"];
    let first = text.split(['/', '?', '#']).next().unwrap_or(text);
    let Some((name, last)) = first.rsplit_once('.').filter(|(name, _)| !name.is_empty() && !name.starts_with('.')) else { return false };
    let is_name = || name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-.".contains(&byte));
    strip(name, "www.").is_some() || is_name() && SURELY.iter().any(|surely| last.eq_ignore_ascii_case(surely))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_told_from_pages_of_ones_own() {
        for (text, want) in [
            ("www.a.example/x.pdf", Some("https://www.a.example/x.pdf")),
            ("a.example.com?x=1", Some("https://a.example.com?x=1")),
            ("http//a.example/x", Some("http://a.example/x")),
            ("HTTPS//a.example", Some("https://a.example")),
            ("https:/a.example", Some("https://a.example")),
            ("https:a.example", Some("https://a.example")),
            ("http://https://a.example", Some("https://a.example")),
            ("https://http//a.example", Some("http://a.example")),
            ("https://a.example/http://b.example", None),
            ("http", None),
            ("https://", None),
            ("httpd/manual.html", None),
            ("https.html", None),
            ("story.md", None),
            ("www.", None),
            ("www.png", None),
            ("a/www.b.org", None),
            ("//www.a.org/x", None),
            ("./www.a.org", None),
            ("", None),
            ("é", None),
            (&"http://".repeat(100_000), None),
        ] {
            assert_eq!(meant(text).as_deref(), want, "{text}");
        }
    }
}
