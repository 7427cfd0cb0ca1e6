//! Mail addresses, with a name beside them or alone.

use std::borrow::Cow;

use super::super::codes::{self as c, Rule};
use super::super::found::Detail;
use super::super::walk::{NodeId, On, Walk};
use super::chars;
use super::uri::is_host;

/// Atom `email`: an address and nothing else.
pub(in crate::check) fn address(walk: &mut Walk<'_>, on: On, value: &str) {
    bare(walk, on, value, value, &c::INVALID_ADDR_SPEC);
}

/// An address, maybe with a name: `me@example.org (Me)`, `Me <me@example.org>`.
pub(in crate::check) fn contact(walk: &mut Walk<'_>, id: NodeId, on: On, value: &str) {
    super::plain::text(walk, id, on, value, &c::CONTAINS_HTML);
    let found = only_address(value);
    bare(walk, on, found.as_deref().filter(|found| !found.is_empty()).unwrap_or(value), value, &c::INVALID_CONTACT);
}

/// RSS `managingEditor`, `webMaster`, `author`: an address and the real name in parentheses.
pub(in crate::check) fn named_contact(walk: &mut Walk<'_>, id: NodeId, on: On, value: &str) {
    let value = value.strip_prefix("mailto:").map_or(Cow::Borrowed(value), |rest| Cow::Owned(unquote(rest)));
    let has_address = value.find('@').is_some_and(|at| at > 0);
    if !has_address || value.ends_with(')') {
        contact(walk, id, on, &value);
    } else if value.find(' ').is_some_and(|at| at > 0) {
        walk.say(on, &c::EMAIL_FORMAT, Detail::value(&value));
    } else {
        walk.say(on, &c::MISSING_REAL_NAME, Detail::value(&value));
    }
}

/// Whether an address in angle brackets stands in the text.
pub(in crate::check) fn holds_address(text: &str) -> bool {
    text.split('<').skip(1).any(|rest| rest.split('>').next().is_some_and(|inside| inside.len() < rest.len() && is_address(inside)))
}

fn bare(walk: &mut Walk<'_>, on: On, address: &str, shown: &str, rule: &'static Rule) {
    if is_address(address) {
        return;
    }
    let rule = if is_simple(address) { &c::UNKNOWN_HOST } else { rule };
    walk.say(on, rule, Detail::value(shown));
}

fn is_address(text: &str) -> bool {
    let Some((local, host)) = text.split_once('@') else { return false };
    !local.is_empty() && local.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-+.'".contains(&b)) && is_host(host)
}

/// Looks like an address, with a host that no resolver can be asked about here.
fn is_simple(text: &str) -> bool {
    let Some((local, host)) = text.split_once('@') else { return false };
    let mut host = host.chars();
    !local.is_empty()
        && local.chars().all(|c| chars::is_word(c) || "._%+-".contains(c))
        && host.next().is_some_and(|c| c.is_ascii_alphabetic())
        && !host.as_str().is_empty()
        && host.all(|c| chars::is_word(c) || ".-".contains(c))
}

/// The one address in a text; nothing where there are several or none.
fn only_address(text: &str) -> Option<String> {
    let plain = without_comments(text);
    if plain.contains(',') {
        return None;
    }
    match plain.split_once('<') {
        Some((_, rest)) => rest.split_once('>').map(|(inside, _)| inside.trim().to_owned()),
        None => Some(plain.trim().to_owned()),
    }
}

fn without_comments(text: &str) -> String {
    let mut depth = 0usize;
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ if depth == 0 => out.push(c),
            _ => {}
        }
    }
    out
}

/// Percent-decodes.
fn unquote(text: &str) -> String {
    let mut out = Vec::with_capacity(text.len());
    let mut at = 0;
    while at < text.len() {
        let decoded = text.get(at + 1..at + 3).filter(|_| text.as_bytes()[at] == b'%').and_then(|hex| u8::from_str_radix(hex, 16).ok());
        out.push(decoded.unwrap_or(text.as_bytes()[at]));
        at += if decoded.is_some() { 3 } else { 1 };
    }
    String::from_utf8_lossy(&out).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses() {
        for (text, want) in [("me@example.org", true), ("me@localhost", false), ("m e@example.org", false), ("o'neil+x@a-b.co", true)] {
            assert_eq!(is_address(text), want, "{text}");
        }
        assert_eq!(only_address("Me <me@example.org>").as_deref(), Some("me@example.org"));
        assert_eq!(only_address("me@example.org (Me)").as_deref(), Some("me@example.org"));
        assert_eq!(only_address("a@b.c, d@e.f"), None);
        assert!(holds_address("Me <me@example.org> and"));
        assert_eq!(unquote("me%40example.org%"), "me@example.org%");
    }
}
