//! Addresses in records: made absolute against the base URL, and such as every format and validator takes.

use url::{Position, Url};

use crate::vocab::slip;

/// Why an address cannot be published, with the way out.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct BadUrl {
    pub message: String,
    pub help: Option<String>,
}

/// An `http` or `https` URL: the text itself, or joined to `base`, which ends in `/`. What RFC 3986 wants percent-encoded is.
pub fn absolute(text: &str, base: &Url) -> Result<Url, BadUrl> {
    let text = text.trim();
    let refuse = |message: String, help: Option<String>| Err(BadUrl { message, help });
    if text.is_empty() {
        return refuse("an address is empty".to_owned(), Some("leave the field out where there is no address".to_owned()));
    }
    if let Some(meant) = slip::meant(text) {
        return refuse(format!("`{text}` is no whole address"), Some(format!("write `{meant}`; a page of your own is `./{text}`")));
    }
    match base.join(text) {
        Ok(url) if matches!(url.scheme(), "http" | "https") => Ok(strict(url)),
        Ok(url) => refuse(format!("a `{}:` address cannot be published", url.scheme()), Some("only `http` and `https` can".to_owned())),
        Err(error) => refuse(format!("`{text}` is not a URL: {error}"), None),
    }
}

/// The same of a place elsewhere, which no word below the base is: `Reuters` would be one.
pub fn elsewhere(text: &str, base: &Url) -> Result<Url, BadUrl> {
    let text = text.trim();
    let is_scheme = |scheme: &str| scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte));
    let has_scheme = text.split_once("://").is_some_and(|(scheme, _)| is_scheme(scheme));
    if has_scheme || text.starts_with(['/', '.']) || text.is_empty() {
        return absolute(text, base);
    }
    let help = match text.contains('.') && !text.contains(|c: char| c.is_whitespace() || matches!(c, ':' | '@')) {
        true => format!("write `https://{text}`"),
        false => {
            "write the address as `url`, `https://...`, and the name beside it as `title`; without an address leave `source` out".to_owned()
        }
    };
    Err(BadUrl { message: format!("`{text}` is no address"), help: Some(help) })
}

/// An absolute address as text. Most addresses are what they would become, and need not be taken apart.
pub fn absolute_text(text: String, base: &Url) -> Result<String, BadUrl> {
    if is_plain(&text) { Ok(text) } else { absolute(&text, base).map(String::from) }
}

/// Whether a text is surely an absolute URL of the one form that it is published in: a plain host, a path and perhaps a query of characters that stand for
/// themselves, and no dot that begins a name.
fn is_plain(text: &str) -> bool {
    let Some(rest) = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://")) else { return false };
    let Some((host, path)) = memchr::memchr(b'/', rest.as_bytes()).map(|slash| rest.split_at(slash)) else { return false };
    let means_itself = |byte: u8| byte.is_ascii_alphanumeric() || b"/-_~?=&,;:@+".contains(&byte);
    let mut before = b'/';
    let is_plain_path = path.bytes().all(|byte| {
        let behind = std::mem::replace(&mut before, byte);
        means_itself(byte) || (byte == b'.' && behind != b'/')
    });
    is_plain_path && is_plain_host(host)
}

/// Names of small letters, digits and single hyphens, the last of which can begin no number.
fn is_plain_host(host: &str) -> bool {
    let mut before = b'.';
    let is_plain = host.bytes().all(|byte| {
        let behind = std::mem::replace(&mut before, byte);
        match byte {
            b'a'..=b'z' | b'0'..=b'9' => true,
            b'-' | b'.' => behind.is_ascii_alphanumeric(),
            _ => false,
        }
    });
    let last = host.rsplit('.').next().unwrap_or_default();
    is_plain && last.starts_with(|c: char| c.is_ascii_lowercase()) && !host.ends_with('-')
}

/// Whether a text is an absolute IRI (RFC 3987): a scheme, a colon, and only characters that may follow.
pub fn is_iri(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once(':') else { return false };
    scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b))
        && !rest.is_empty()
        && !rest.chars().any(|c| c.is_whitespace() || c.is_control() || "<>\"{}|\\^`".contains(c))
}

/// The URL with everything after its host as RFC 3986 has it; browsers and the `url` crate are more lenient.
fn strict(url: Url) -> Url {
    let path = url[..Position::BeforePath].len();
    let (host, rest) = url.as_str().split_at(path);
    if !rest.bytes().enumerate().any(|(at, byte)| forbidden(rest, at, byte)) {
        return url;
    }
    let mut out = host.to_owned();
    for (at, character) in rest.char_indices() {
        if character.is_ascii() && forbidden(rest, at, character as u8) {
            out.push_str(&format!("%{:02X}", character as u8));
        } else {
            out.push(character);
        }
    }
    Url::parse(&out).unwrap_or(url)
}

fn forbidden(rest: &str, at: usize, byte: u8) -> bool {
    match byte {
        b'[' | b']' | b'|' | b'^' | b'`' | b'{' | b'}' | b'<' | b'>' | b'"' | b'\\' | b' ' => true,
        b'%' => !rest.as_bytes().get(at + 1..at + 3).is_some_and(|two| two.iter().all(u8::is_ascii_hexdigit)),
        b'#' => rest[..at].contains('#'),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<String, String> {
        let base = Url::parse("https://example.org/news/").expect("a URL");
        absolute(text, &base).map(String::from).map_err(|bad| bad.message)
    }

    #[test]
    fn addresses_become_absolute_and_strict() {
        for (text, want) in [
            ("a/b", "https://example.org/news/a/b"),
            ("/a", "https://example.org/a"),
            ("story.md", "https://example.org/news/story.md"),
            ("story.cr", "https://example.org/news/story.cr"),
            ("a/example.org", "https://example.org/news/a/example.org"),
            ("node.js/x", "https://example.org/news/node.js/x"),
            ("./example.org/x", "https://example.org/news/example.org/x"),
            ("v1.2/x", "https://example.org/news/v1.2/x"),
            (".org/x", "https://example.org/news/.org/x"),
            (" http://a.org ", "http://a.org/"),
            ("//a.org/x", "https://a.org/x"),
            ("https://a.org/a b|c[1]?q={x}&r=100%#f#g", "https://a.org/a%20b%7Cc%5B1%5D?q=%7Bx%7D&r=100%25#f%23g"),
            ("https://ñandú.org/ñ", "https://xn--and-6ma2c.org/%C3%B1"),
            ("http://[::1]/x", "http://[::1]/x"),
        ] {
            assert_eq!(read(text).as_deref(), Ok(want), "{text}");
        }
    }

    #[test]
    fn a_name_is_no_place_elsewhere() {
        let base = Url::parse("https://example.org/news/").expect("a URL");
        for (text, help) in [
            ("Reuters", "as `title`"),
            ("La Nación: 2.0", "as `title`"),
            ("Reuters https://reuters.com/x", "as `title`"),
            ("reuters.com/x", "write `https://reuters.com/x`"),
        ] {
            let bad = elsewhere(text, &base).expect_err(text);
            assert!(bad.help.is_some_and(|found| found.contains(help)), "{text}");
        }
        for text in ["https://a.org/", "/a", "../a", " //a.org/x"] {
            assert!(elsewhere(text, &base).is_ok(), "{text}");
        }
    }

    #[test]
    fn other_schemes_are_refused() {
        for text in [
            "javascript:alert(1)",
            "JaVaScRiPt:x",
            "java\nscript:x",
            "data:text/html,x",
            "ftp://a.org/x",
            "mailto:a@b.org",
            "",
            "www.a.org",
            "WWW.a.b",
            "example.org",
            "a.example.com/x.html",
            "example.org?x=1",
            "http//a.org/x",
            "http://https://a.org",
            "http://",
            "http://a b/",
        ] {
            assert!(read(text).is_err(), "{text}");
        }
    }

    #[test]
    fn iris_have_a_scheme_and_no_blanks() {
        for text in ["tag:a.org,2018:x", "urn:uuid:1", "http://a.org/ñ", "yt:video:x"] {
            assert!(is_iri(text), "{text}");
        }
        for text in ["belize", "Note: this", "1a:b", ":x", "a:", "a:b c", "a:<b>"] {
            assert!(!is_iri(text), "{text}");
        }
    }

    #[test]
    fn most_addresses_are_plain() {
        for text in ["https://example.org/", "http://news.example.org/2018/02/a-b_c.html?id=3&x=y:z", "https://a1.b-c.example/x..y/~z"] {
            assert!(is_plain(text), "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn what_is_plain_stays_as_it_is(
            host in "([a-z]{1,3}|[0-9]{1,3}|xn|0x1|[a-zA-Z0-9é_%:@-]{1,5}|\\.|-){0,6}",
            path in "(/|\\.|\\.\\.|%2e|[a-zA-Z0-9]|[ -~é\t]){0,8}",
            base in "(https|http)://example\\.org/news/",
        ) {
            let (base, text) = (Url::parse(&base).expect("a URL"), format!("https://{host}/{path}"));
            if is_plain(&text) {
                proptest::prop_assert_eq!(absolute(&text, &base).map(String::from), Ok(text.clone()));
            }
            proptest::prop_assert_eq!(absolute_text(text.clone(), &base), absolute(&text, &base).map(String::from));
        }
    }
}
