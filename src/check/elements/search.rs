//! OpenSearch's `Query`, in feeds and in descriptions.

use super::super::class::Class;
use super::super::codes as c;
use super::super::found::Detail;
use super::super::value::{language, media_type, number, plain};
use super::super::walk::{NodeId, On, Walk};

pub(super) static QUERY: Class = Class::container(&[])
    .attrs(&[
        ("", "role"),
        ("", "title"),
        ("", "totalResults"),
        ("", "searchTerms"),
        ("", "count"),
        ("", "startIndex"),
        ("", "startPage"),
        ("", "language"),
        ("", "inputEncoding"),
        ("", "outputEncoding"),
        ("", "parameter"),
    ])
    .open(query);

fn query(walk: &mut Walk<'_>, id: NodeId) {
    super::search_description::example(walk, id);
    match walk.plain_attr(id, "role") {
        None => walk.say(On::Node(id), &c::MISSING_ATTRIBUTE, Detail::value("role")),
        Some(role) => check_role(walk, id, &role),
    }
    if let Some(title) = walk.plain_attr(id, "title") {
        if title.chars().count() > 256 {
            walk.say(On::Part(id, "title"), &c::TOO_LONG, Detail::value("256"));
        }
        // The reference looks twice, once for the length and once for the markup.
        plain::text(walk, id, On::Part(id, "title"), &title, &c::CONTAINS_HTML);
        plain::text(walk, id, On::Part(id, "title"), &title, &c::CONTAINS_HTML);
    }
    walk.check_attr(id, "", "totalResults", "totalResults", number::non_negative);
    if let Some(terms) = walk.plain_attr(id, "searchTerms")
        && terms.split_whitespace().any(|word| !is_encoded(word))
    {
        walk.say(On::Part(id, "searchTerms"), &c::NOT_URL_ENCODED, Detail::value(&terms));
    }
    walk.check_attr(id, "", "count", "count", number::non_negative);
    walk.check_attr(id, "", "startIndex", "startIndex", number::integer);
    walk.check_attr(id, "", "startPage", "startPage", number::integer);
    walk.check_attr(id, "", "language", "language", language::code);
    walk.check_attr(id, "", "inputEncoding", "inputEncoding", media_type::charset);
    walk.check_attr(id, "", "outputEncoding", "outputEncoding", media_type::charset);
}

fn check_role(walk: &mut Walk<'_>, id: NodeId, role: &str) {
    match role.split_once(':') {
        Some((prefix, _)) if !walk.knows_prefix(id, prefix) => {
            walk.say(On::Part(id, "role"), &c::UNDECLARED_PREFIX, Detail::value(prefix));
        }
        Some(_) => {}
        None if !matches!(role, "request" | "example" | "related" | "correction" | "subset" | "superset") => {
            walk.say(On::Part(id, "role"), &c::INVALID_LOCAL_ROLE, Detail::value(role));
        }
        None => {}
    }
}

/// Whether a word is percent-encoded as it should be, no more and no less.
fn is_encoded(word: &str) -> bool {
    let bytes = word.as_bytes();
    let mut at = 0;
    let mut decoded = Vec::new();
    while at < bytes.len() {
        let letter = bytes[at];
        if letter == b'%' {
            let Some(byte) = word.get(at + 1..at + 3).and_then(|hex| u8::from_str_radix(hex, 16).ok()) else { return false };
            if byte.is_ascii_alphanumeric() || b"_.-~/".contains(&byte) {
                return false;
            }
            decoded.push(byte);
            at += 3;
        } else if letter.is_ascii_alphanumeric() || b"_.-~/".contains(&letter) {
            decoded.push(letter);
            at += 1;
        } else {
            return false;
        }
    }
    String::from_utf8(decoded).is_ok()
}
