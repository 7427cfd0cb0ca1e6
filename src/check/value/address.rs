//! Addresses resolved against one another (RFC 3986 section 5) and brought into their canonical form (section 6).

struct Parts<'u> {
    scheme: Option<&'u str>,
    authority: Option<&'u str>,
    path: &'u str,
    query: Option<&'u str>,
    fragment: Option<&'u str>,
}

/// RFC 3986 appendix B.
fn parts(uri: &str) -> Parts<'_> {
    let (rest, fragment) = uri.split_once('#').map_or((uri, None), |(rest, f)| (rest, Some(f)));
    let (rest, query) = rest.split_once('?').map_or((rest, None), |(rest, q)| (rest, Some(q)));
    let (scheme, rest) = match rest.find(':') {
        Some(colon) if colon > 0 && !rest[..colon].contains('/') => (Some(&rest[..colon]), &rest[colon + 1..]),
        _ => (None, rest),
    };
    let (authority, path) = match rest.strip_prefix("//") {
        Some(rest) => {
            let end = rest.find('/').unwrap_or(rest.len());
            (Some(&rest[..end]), &rest[end..])
        }
        None => (None, rest),
    };
    Parts { scheme, authority, path, query, fragment }
}

/// The address that `reference` means where `base` is the base (RFC 3986 section 5.2).
pub(in crate::check) fn join(base: &str, reference: &str) -> String {
    if base.is_empty() || reference.is_empty() {
        return if reference.is_empty() { base.to_owned() } else { reference.to_owned() };
    }
    let (from, to) = (parts(base), parts(reference));
    if to.scheme.is_some_and(|scheme| from.scheme.is_none_or(|base| !base.eq_ignore_ascii_case(scheme)))
        || to.authority.is_some() && to.scheme.is_some()
    {
        return reference.to_owned();
    }
    let hierarchical = matches!(from.scheme.map(str::to_lowercase).as_deref(), None | Some("http" | "https" | "ftp" | "file"));
    if !hierarchical {
        return reference.to_owned();
    }
    let path = if to.authority.is_some() || to.path.starts_with('/') {
        without_dots(to.path)
    } else if to.path.is_empty() {
        from.path.to_owned()
    } else {
        let folder = from.path.rfind('/').map_or("/", |at| &from.path[..=at]);
        without_dots(&format!("{folder}{}", to.path))
    };
    let query = to.query.or(if to.path.is_empty() && to.authority.is_none() { from.query } else { None });
    let mut out = String::new();
    put(&mut out, "", from.scheme, ":");
    put(&mut out, "//", to.authority.or(from.authority), "");
    out.push_str(&path);
    put(&mut out, "?", query, "");
    put(&mut out, "#", to.fragment, "");
    out
}

fn put(out: &mut String, before: &str, part: Option<&str>, after: &str) {
    if let Some(part) = part {
        out.push_str(before);
        out.push_str(part);
        out.push_str(after);
    }
}

fn without_dots(path: &str) -> String {
    let mut out: Vec<&str> = Vec::new();
    let segments: Vec<&str> = path.split('/').collect();
    for (at, segment) in segments.iter().enumerate() {
        let last = at + 1 == segments.len();
        match *segment {
            "." | ".." => {
                if *segment == ".." && out.len() > 1 {
                    out.pop();
                }
                if last {
                    out.push("");
                }
            }
            segment => out.push(segment),
        }
    }
    out.join("/")
}

/// The canonical form of an absolute address; nothing for what has none.
pub(in crate::check) fn canonical(uri: &str) -> Option<String> {
    let split = parts(uri);
    let scheme = split.scheme.map(str::to_lowercase);
    let port = match scheme.as_deref() {
        Some("ftp") => Some("21"),
        Some("telnet") => Some("23"),
        Some("http") => Some("80"),
        Some("gopher") => Some("70"),
        Some("news" | "nntp") => Some("119"),
        Some("prospero") => Some("191"),
        Some("https") => Some("443"),
        Some("snews" | "snntp") => Some("563"),
        _ => None,
    };
    let authority = match split.authority {
        Some(authority) => Some(canonical_authority(authority, port)?),
        None if scheme.is_none() && !split.path.starts_with('/') => return None,
        None => None,
    };
    let path = if authority.is_some() || scheme.is_none() || split.path.starts_with('/') {
        canonical_path(split.path)?
    } else if scheme.as_deref() == Some("mailto") {
        canonical_mail(split.path)?
    } else {
        escape(split.path, "/")?
    };
    let mut out = String::new();
    put(&mut out, "", scheme.as_deref(), ":");
    put(&mut out, "//", authority.as_deref(), "");
    out.push_str(&path);
    put(&mut out, "?", split.query.map(|query| escape(query, "/?")).transpose_option()?.as_deref(), "");
    put(&mut out, "#", split.fragment.map(|fragment| escape(fragment, "/?")).transpose_option()?.as_deref(), "");
    Some(out)
}

/// `Some(None)` means that a part is there and has no canonical form.
trait TransposeOption<T> {
    fn transpose_option(self) -> Option<Option<T>>;
}

impl<T> TransposeOption<T> for Option<Option<T>> {
    fn transpose_option(self) -> Option<Option<T>> {
        match self {
            Some(None) => None,
            other => Some(other.flatten()),
        }
    }
}

fn canonical_mail(path: &str) -> Option<String> {
    match path.find('@').filter(|at| *at > 0) {
        Some(at) => {
            let host = path[at + 1..].split('?').next().unwrap_or_default().to_lowercase();
            let query = path.find('?').map_or("", |at| &path[at..]);
            Some(format!("{}@{}{}", escape(&path[..at], "\0")?, escape(&host, "\0")?, escape(query, "\0")?))
        }
        None => escape(path, "/"),
    }
}

fn canonical_authority(authority: &str, default: Option<&str>) -> Option<String> {
    match authority.rfind('@') {
        Some(at) if at > 0 && &authority[..at] != ":" => {
            Some(format!("{}@{}", &authority[..at], canonical_host(&authority[at + 1..], default)?))
        }
        Some(at) => canonical_host(&authority[at + 1..], default),
        None => canonical_host(authority, default),
    }
}

fn canonical_host(host: &str, default: Option<&str>) -> Option<String> {
    let lower = host.to_lowercase();
    let (mut name, port) = match lower.rfind(':') {
        Some(at) if lower[at + 1..].bytes().all(|b| b.is_ascii_digit()) => {
            (&lower[..at], Some(&lower[at + 1..]).filter(|port| !port.is_empty()))
        }
        _ => (lower.as_str(), None),
    };
    if let Some(bare) = name.strip_suffix('.')
        && bare.contains('.')
    {
        name = bare;
    }
    if name.starts_with('[') != name.ends_with(']') {
        return None;
    }
    let port = port.map(|port| port.trim_start_matches('0')).filter(|port| Some(*port) != default);
    Some(port.map_or_else(|| name.to_owned(), |port| format!("{name}:{port}")))
}

fn canonical_path(path: &str) -> Option<String> {
    let plain = without_dots(path);
    if plain.is_empty() {
        return Some("/".to_owned());
    }
    let segments: Option<Vec<String>> = plain.split('/').map(|segment| escape(segment, "")).collect();
    segments.map(|segments| segments.join("/"))
}

/// Percent-encodes what must be, decodes what need not be, and composes letters (NFC). `\0` as `extra` keeps nothing reserved.
fn escape(text: &str, extra: &str) -> Option<String> {
    const SAFE: &str = "-._~!$&'()*+,;=:@";
    let kept = |byte: u8| extra != "\0" && (SAFE.as_bytes().contains(&byte) || extra.as_bytes().contains(&byte));
    if text.bytes().all(|byte| byte.is_ascii_alphanumeric() || kept(byte)) {
        return Some(text.to_owned());
    }
    let reserved = |byte: u8| b":/?#[]@!$&'()*+,;=".contains(&byte);
    let mut out = String::new();
    let mut run = Vec::new();
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        let (byte, length) = match bytes[at] {
            b'%' => (u8::from_str_radix(text.get(at + 1..at + 3)?, 16).ok()?, 3),
            byte if byte.is_ascii() => (byte, 1),
            _ => return None,
        };
        if reserved(byte) && kept(byte) {
            quote(&mut out, &mut run)?;
            out.push_str(&text[at..at + length].to_uppercase());
        } else {
            run.push(byte);
        }
        at += length;
    }
    quote(&mut out, &mut run)?;
    Some(out)
}

fn quote(out: &mut String, run: &mut Vec<u8>) -> Option<()> {
    let text = String::from_utf8(std::mem::take(run)).ok()?;
    let composed = icu_normalizer::ComposingNormalizerBorrowed::new_nfc().normalize(&text).into_owned();
    for byte in composed.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_resolve() {
        for (base, reference, want) in [
            ("http://a/b/c", "d", "http://a/b/d"),
            ("http://a/b/c", "../d?x#y", "http://a/d?x#y"),
            ("http://a/b/c?q", "", "http://a/b/c?q"),
            ("http://a/b/c?q", "#f", "http://a/b/c?q#f"),
            ("http://a", "d", "http://a/d"),
            ("http://a/b", "//h/x", "http://h/x"),
            ("http://a/b", "tag:x,2020:y", "tag:x,2020:y"),
        ] {
            assert_eq!(join(base, reference), want, "{base} {reference}");
        }
    }

    #[test]
    fn canonical_forms() {
        for (given, want) in [
            ("http://Example.org", Some("http://example.org/")),
            ("HTTP://example.org:80/a/../b", Some("http://example.org/b")),
            ("http://:@example.org/x", Some("http://example.org/x")),
            ("http://example.org/%69%64?a=b#c", Some("http://example.org/id?a=b#c")),
            ("http://example.com/C%cc%a7", Some("http://example.com/%C3%87")),
            ("tag:example.org,2003:x", Some("tag:example.org,2003:x")),
            ("URN:x:Y", Some("urn:x:Y")),
            ("relative", None),
        ] {
            assert_eq!(canonical(given).as_deref(), want, "{given}");
        }
    }
}
