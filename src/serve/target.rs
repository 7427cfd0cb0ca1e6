//! The target of a request: its path read once and strictly, or refused.
//!
//! Documents are looked up by name in a table, so that no path leads anywhere else. What is refused here is refused for saying two
//! things to two readers: a proxy before us and us.

/// The longest path that is read; those of channels are far shorter.
const LONGEST: usize = 2048;

/// Why a path is not looked up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    TooLong,
    /// What is wrong with it, as people are told.
    Bad(&'static str),
}

/// The path of a document, without the first slash: `/country/belize%2Eatom` is `country/belize.atom`.
///
/// # Errors
/// Where it holds what no published path holds: dots as a piece, a backslash, a control character, a slash or per cent sign in
/// disguise, or what is not UTF-8 (RFC 3986 sections 2.1 and 3.3).
pub fn path(target: &str) -> Result<String, Refused> {
    if target.len() > LONGEST {
        return Err(Refused::TooLong);
    }
    let rest = target.strip_prefix('/').ok_or(Refused::Bad("the path does not begin with `/`"))?;
    let path = if rest.contains('%') { decoded(rest)? } else { rest.to_owned() };
    if path.contains('\\') {
        return Err(Refused::Bad("a backslash stands in the path"));
    }
    if path.chars().any(char::is_control) {
        return Err(Refused::Bad("a control character stands in the path"));
    }
    if path.split('/').any(|piece| matches!(piece, "." | "..")) {
        return Err(Refused::Bad("a piece of the path is `.` or `..`"));
    }
    Ok(path)
}

/// The text with its escapes resolved, once.
fn decoded(text: &str) -> Result<String, Refused> {
    let mut out = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        if byte != b'%' {
            out.push(byte);
            continue;
        }
        let (high, low) = (bytes.next().and_then(hex), bytes.next().and_then(hex));
        let (Some(high), Some(low)) = (high, low) else {
            return Err(Refused::Bad("`%` without two hexadecimal digits stands in the path"));
        };
        match high << 4 | low {
            b'/' => return Err(Refused::Bad("an escaped slash stands in the path")),
            b'%' => return Err(Refused::Bad("an escaped per cent sign stands in the path")),
            byte => out.push(byte),
        }
    }
    String::from_utf8(out).map_err(|_| Refused::Bad("the path is not UTF-8"))
}

/// The value of a hexadecimal digit.
pub(super) fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).map(|value| value as u8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_read_once() {
        for (target, expected) in [
            ("/", ""),
            ("/all.rss", "all.rss"),
            ("/country/belize%2Eatom", "country/belize.atom"),
            ("/m%C3%A9xico.rss", "méxico.rss"),
            ("//x", "/x"),
            ("/a/...", "a/..."),
        ] {
            assert_eq!(path(target).as_deref(), Ok(expected), "{target}");
        }
    }

    #[test]
    fn what_says_two_things_is_refused() {
        for target in [
            "/../feeds.toml",
            "/%2e%2e/feeds.toml",
            "/.%2E/feeds.toml",
            "/..%2ffeeds.toml",
            "/%252e%252e%252ffeeds.toml",
            "/..\\feeds.toml",
            "/..%5cfeeds.toml",
            "/all.rss%00",
            "/all%0d%0a.rss",
            "/a/./b",
            "/%c0%ae%c0%ae/feeds.toml",
            "/%",
            "/%2",
            "/%zz",
            "all.rss",
            "*",
            "",
        ] {
            assert!(matches!(path(target), Err(Refused::Bad(_))), "{target}");
        }
        assert_eq!(path(&format!("/{}", "a".repeat(LONGEST))), Err(Refused::TooLong));
    }
}
