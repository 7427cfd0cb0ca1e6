//! Addresses and identifiers: URIs by RFC 2396 as the reference reads it, IRIs, tag URIs, URNs, and their canonical form.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::Regex;

pub(in crate::check) use super::address::{canonical, join};

use super::super::codes::{self as c, Rule};
use super::super::found::Detail;
use super::super::walk::{NodeId, On, Walk};

/// Schemes that the reference counts as registered.
static SCHEMES: &str = "ftp http gopher mailto news nntp telnet wais file prospero z39.50s z39.50r cid mid vemmi service imap nfs acap \
    rtsp tip pop data dav opaquelocktoken sip sips tel fax modem ldap https soap.beep soap.beeps xmlrpc.beep xmlrpc.beeps urn go h323 ipp \
    tftp mupdate pres im mtqp iris.beep dict snmp crid tag dns info aaa aaas cap iax icap iris iris.xpc iris.xpcs iris.lwz msrp msrps shttp \
    thismessage tv xmpp";

static UUID: LazyLock<Regex> = LazyLock::new(|| regex(r"^(?i:urn:uuid:[a-f0-9]{8}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{12})$"));
static URN: LazyLock<Regex> =
    LazyLock::new(|| regex(r"^(?i:urn):[a-zA-Z0-9][a-zA-Z0-9-]{1,31}:([a-zA-Z0-9()+,.:=@;$_!*'\-]|%[0-9A-Fa-f]{2})+$"));
static TAG: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"^tag:([a-z0-9\-._]+@)?[a-z0-9.\-]+,[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?:[0-9a-zA-Z;/?:@&=+$.\-_!~*'()%,]*(#[0-9a-zA-Z;/?:@&=+$.\-_!~*'()%,]*)?$",
    )
});

pub(in crate::check) fn regex(pattern: &str) -> Regex {
    Regex::new(pattern).unwrap_or_else(|why| unreachable!("a pattern of the source: {why}"))
}

/// An absolute URI.
pub(in crate::check) fn full(walk: &mut Walk<'_>, on: On, value: &str) {
    check(walk, on, value, is_full, &c::INVALID_FULL_LINK);
}

/// An absolute or relative URI.
pub(in crate::check) fn reference(walk: &mut Walk<'_>, on: On, value: &str) -> bool {
    check(walk, on, value, is_reference, &c::INVALID_LINK)
}

/// An absolute or relative IRI.
pub(in crate::check) fn iri(walk: &mut Walk<'_>, on: On, value: &str) -> bool {
    let ascii = to_ascii(value);
    check(walk, on, ascii.as_deref().unwrap_or(value), is_reference, &c::INVALID_IRI)
}

/// As [`iri`], for the tables.
pub(in crate::check) fn iri_rule(walk: &mut Walk<'_>, on: On, value: &str) {
    iri(walk, on, value);
}

/// An IRI reference that should not name the document that it stands in, given the `xml:base` of `id`.
pub(in crate::check) fn based(walk: &mut Walk<'_>, id: NodeId, on: On, value: &str) {
    if iri(walk, on, value) {
        same_document(walk, id, on, value);
    }
}

/// As [`based`], for an IRI that has to be absolute.
pub(in crate::check) fn based_full(walk: &mut Walk<'_>, id: NodeId, on: On, value: &str) {
    let ascii = to_ascii(value);
    if check(walk, on, ascii.as_deref().unwrap_or(value), is_full, &c::INVALID_IRI) {
        same_document(walk, id, on, value);
    }
}

fn same_document(walk: &mut Walk<'_>, id: NodeId, on: On, value: &str) {
    if !walk.has_base(id) || walk.address() == walk.base_of(id) {
        return;
    }
    let trunk = |address: &str| canonical(address).map(|form| form.split('#').next().unwrap_or_default().to_owned());
    let (document, element) = (trunk(walk.address()), trunk(walk.base_of(id)));
    let meant = element.as_deref().and_then(|element| trunk(&join(element, value)));
    if meant.is_some() && meant == element && element != document {
        walk.say(on, &c::SAME_DOCUMENT_REFERENCE, Detail::value(value));
    }
}

/// An identifier: absolute, and in its canonical form, white space around it included in the comparison.
pub(in crate::check) fn identifier(walk: &mut Walk<'_>, on: On, value: &str) {
    let bare = value.trim_matches(super::chars::is_python_space);
    if check(walk, on, bare, is_full, &c::INVALID_FULL_LINK) {
        let form = canonical(bare);
        if form.as_deref() != Some(value) {
            walk.say(on, &c::NON_CANONICAL_URI, Detail::value(value).other(form.as_deref().unwrap_or("N/A")));
        }
    }
}

/// A web address with a host that looks like one.
pub(in crate::check) fn web(walk: &mut Walk<'_>, on: On, value: &str) {
    if !(is_web(value) && is_full(value)) {
        walk.say(on, &c::INVALID_URL_ATTRIBUTE, Detail::value(value));
    }
}

/// The whole of the reference's URI rule: says what is wrong and whether all is well.
pub(in crate::check) fn check(walk: &mut Walk<'_>, on: On, value: &str, shape: fn(&str) -> bool, wrong: &'static Rule) -> bool {
    let fault = match scheme(value) {
        Scheme::Tag => (!TAG.is_match(value)).then_some(&c::INVALID_TAG),
        Scheme::Urn if starts_with_ignoring_case(value, "urn:uuid:") => (!UUID.is_match(value)).then_some(&c::INVALID_UUID),
        Scheme::Urn => (!URN.is_match(value)).then_some(&c::INVALID_URN),
        kind if !shape(value) => {
            let _ = kind;
            if let Some(letter) = value.chars().find(|c| c.is_ascii() && !is_uri_char(*c as u8)) {
                let mut buffer = [0; 4];
                walk.say(on, &c::INVALID_URI_CHAR, Detail::value(value).other(letter.encode_utf8(&mut buffer)));
                return false;
            }
            Some(if to_ascii(value).is_some_and(|ascii| shape(&ascii)) { &c::URI_NOT_IRI } else { wrong })
        }
        Scheme::Web => (!has_authority(value)).then_some(wrong),
        Scheme::Unregistered => {
            let scheme = value.split(':').next().unwrap_or_default().to_lowercase();
            walk.say(on, &c::SCHEME_NOT_IANA_REGISTERED, Detail::value(&scheme));
            return false;
        }
        Scheme::Other => None,
    };
    if let Some(rule) = fault {
        walk.say(on, rule, Detail::value(value));
    }
    fault.is_none()
}

enum Scheme {
    Tag,
    Urn,
    Web,
    Unregistered,
    Other,
}

fn scheme(value: &str) -> Scheme {
    let (name, has_colon) = value.split_once(':').map_or((value, false), |(name, _)| (name, true));
    if name.len() > 64 {
        return if has_colon && name.chars().all(char::is_alphabetic) { Scheme::Unregistered } else { Scheme::Other };
    }
    let lower = if name.bytes().all(|byte| byte.is_ascii_lowercase()) { Cow::Borrowed(name) } else { Cow::Owned(name.to_lowercase()) };
    match &*lower {
        "tag" => Scheme::Tag,
        "urn" => Scheme::Urn,
        "http" | "ftp" => Scheme::Web,
        "https" => Scheme::Other,
        lower if has_colon && !lower.is_empty() && lower.chars().all(char::is_alphabetic) && !super::listed(SCHEMES, lower) => {
            Scheme::Unregistered
        }
        _ => Scheme::Other,
    }
}

/// `scheme://` and something that is no slash.
fn has_authority(value: &str) -> bool {
    value
        .split_once("://")
        .is_some_and(|(name, rest)| name.chars().all(super::chars::is_word) && rest.starts_with(|c| c != '/' && c != '\n'))
}

fn starts_with_ignoring_case(value: &str, start: &str) -> bool {
    value.get(..start.len()).is_some_and(|head| head.eq_ignore_ascii_case(start))
}

pub(in crate::check) fn is_uri_char(byte: u8) -> bool {
    URI_CHARS[byte as usize]
}

static URI_CHARS: [bool; 256] = {
    let mut table = [false; 256];
    let letters = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789;/?:@&=+$.-_!~*'()%,#";
    let mut at = 0;
    while at < letters.len() {
        table[letters[at] as usize] = true;
        at += 1;
    }
    table
};

fn scheme_length(value: &str) -> Option<usize> {
    let colon = value.find(':')?;
    let name = &value.as_bytes()[..colon];
    let fits = name.first()?.is_ascii_alphabetic() && name.iter().all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(b));
    fits.then_some(colon)
}

pub(in crate::check) fn is_full(value: &str) -> bool {
    scheme_length(value).is_some_and(|colon| colon + 1 < value.len() && value.bytes().skip(colon).all(is_uri_char))
}

pub(in crate::check) fn is_reference(value: &str) -> bool {
    if value.bytes().all(is_uri_char) {
        return true;
    }
    let Some((before, rest)) = value.split_once('[') else { return false };
    let Some((address, after)) = rest.split_once(']') else { return false };
    let path = scheme_length(before).map_or(before, |colon| &before[colon + 1..]);
    matches!(path, "" | "/" | "//")
        && !address.is_empty()
        && address.bytes().all(|b| b.is_ascii_hexdigit() || b == b':')
        && after.bytes().all(is_uri_char)
}

fn is_web(value: &str) -> bool {
    let Some((scheme, rest)) = value.split_once("://") else { return false };
    let host = rest.split('/').next().unwrap_or_default();
    let host = match host.split_once(':') {
        Some((host, port)) if !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit()) => host,
        Some(_) => return false,
        None => host,
    };
    (scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https")) && is_host(host)
}

/// Two labels at least, of letters, digits and hyphens, the last not beginning with a hyphen.
pub(in crate::check) fn is_host(host: &str) -> bool {
    let labels: Vec<&str> = host.split('.').collect();
    let plain = |label: &str| !label.is_empty() && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    labels.len() > 1 && labels.iter().all(|label| plain(label)) && !labels[labels.len() - 1].starts_with('-')
}

/// The text with every label that is not ASCII in Punycode, as IDNA writes host names; nothing where a label is too long or empty.
fn to_ascii(value: &str) -> Option<Cow<'_, str>> {
    if value.is_ascii() {
        let mut labels = value.rsplit('.');
        let last = labels.next().is_none_or(|label| label.len() <= 63);
        return (last && labels.all(|label| (1..=63).contains(&label.len()))).then_some(Cow::Borrowed(value));
    }
    let labels = || value.split(['.', '\u{3002}', '\u{ff0e}', '\u{ff61}']);
    let count = labels().count();
    let mut out = Vec::with_capacity(count);
    for (at, label) in labels().enumerate() {
        let ascii = if label.is_ascii() { Cow::Borrowed(label) } else { Cow::Owned(format!("xn--{}", punycode(&label.to_lowercase())?)) };
        if ascii.len() > 63 || (ascii.is_empty() && at + 1 < count) {
            return None;
        }
        out.push(ascii);
    }
    Some(Cow::Owned(out.join(".")))
}

/// RFC 3492 section 6.3.
fn punycode(label: &str) -> Option<String> {
    let letters: Vec<u32> = label.chars().map(u32::from).collect();
    if letters.len() > 256 {
        return None;
    }
    let mut out: String = label.chars().filter(char::is_ascii).collect();
    let basic = out.len() as u32;
    let (mut done, mut n, mut delta, mut bias) = (basic, 128u32, 0u32, 72u32);
    if basic > 0 {
        out.push('-');
    }
    while (done as usize) < letters.len() {
        let next = letters.iter().copied().filter(|c| *c >= n).min()?;
        delta = delta.checked_add((next - n).checked_mul(done + 1)?)?;
        n = next;
        for letter in &letters {
            if *letter < n {
                delta += 1;
            } else if *letter == n {
                digits(delta, bias, &mut out);
                bias = adapt(delta, done + 1, done == basic);
                delta = 0;
                done += 1;
            }
        }
        delta += 1;
        n += 1;
    }
    Some(out)
}

fn digits(mut rest: u32, bias: u32, out: &mut String) {
    let letter = |digit: u32| char::from(if digit < 26 { b'a' + digit as u8 } else { b'0' + (digit - 26) as u8 });
    for step in (36..).step_by(36) {
        let threshold = if step <= bias { 1 } else { (step - bias).min(26) };
        if rest < threshold {
            break;
        }
        out.push(letter(threshold + (rest - threshold) % (36 - threshold)));
        rest = (rest - threshold) / (36 - threshold);
    }
    out.push(letter(rest));
}

fn adapt(delta: u32, points: u32, first: bool) -> u32 {
    let mut delta = if first { delta / 700 } else { delta / 2 };
    delta += delta / points;
    let mut steps = 0;
    while delta > 455 {
        delta /= 35;
        steps += 36;
    }
    steps + 36 * delta / (delta + 38)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn international_hosts_are_written_in_ascii() {
        assert_eq!(to_ascii("bücher.de").as_deref(), Some("xn--bcher-kva.de"));
        assert_eq!(to_ascii("a..b"), None);
    }
}
