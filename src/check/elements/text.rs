//! Atom's text constructs and content (RFC 4287 sections 3.1 and 4.1.3).

use std::borrow::Cow;

use super::super::Kind;
use super::super::class::{Attributes, Class, Start, Text};
use super::super::codes as c;
use super::super::found::Detail;
use super::super::html;
use super::super::namespace::{NsId, XHTML};
use super::super::value::{chars, media_type, plain, uri};
use super::super::walk::{NodeId, On, State, Walk};
use super::common::*;
use super::xhtml::DIV;

/// `title`, `subtitle`, `summary`, `rights`.
pub(super) static CONSTRUCT: Class = CONSTRUCT_CLASS.open(|walk, id| construct_begins(walk, id, false));
/// `content`, which may be of any media type.
pub(super) static CONTENT: Class = CONSTRUCT_CLASS.open(|walk, id| construct_begins(walk, id, true));

const CONSTRUCT_CLASS: Class = Class {
    attrs: Attributes::These(&[("", "type"), ("", "src")]),
    start: Start::Construct,
    text: Text::Construct,
    prose: true,
    trim: false,
    close: Some(construct_ends),
    ..Class::container(&[])
};

fn construct_begins(walk: &mut Walk<'_>, id: NodeId, content: bool) {
    let on = On::Node(id);
    walk.plain_begins(id);
    let source = walk.plain_attr(id, "src");
    let mut kind = Cow::Borrowed(if source.is_some() { "" } else { "text" });
    if source.is_none() && walk.kind == Kind::Rss2 && walk.name(id) != "atom_summary" {
        walk.say(on, &c::DUPLICATE_DESCRIPTION_SEMANTICS, Detail::default());
    }
    let stated = walk.plain_attr(id, "type");
    if let Some(stated) = &stated {
        kind.clone_from(stated);
        if stated.is_empty() {
            walk.say(on, &c::ATTR_NOT_BLANK, Detail::value("type"));
        }
    }
    if content && kind == "multipart/alternative" {
        walk.say(on, &c::INVALID_MIME_TYPE, Detail::value(&kind));
    } else if !content && kind.contains('/') {
        walk.say(on, &c::INVALID_TEXT_TYPE, Detail::value(&kind));
    }
    if let Some(source) = &source {
        walk.node_mut(id).mixed = true;
        uri::check(walk, on, source, uri::is_reference, &c::INVALID_URI_ATTRIBUTE);
        if stated.is_none() {
            walk.say(on, &c::MISSING_TYPE_ATTR, Detail::default());
        }
    }
    let own_kind = matches!(&*kind, "text" | "html" | "xhtml") && source.is_none();
    if !own_kind && !kind.is_empty() && !media_type::is_media_type(&kind) {
        walk.say(on, &c::INVALID_MIME_TYPE, Detail::value(&kind));
    }
    *walk.state_mut(id) = State::Construct(kind);
    if content {
        tell_entry(walk, id);
    }
}

/// An entry wants to know of its content when it ends.
fn tell_entry(walk: &mut Walk<'_>, id: NodeId) {
    let (source, kind) = (walk.attr(id, "", "src").is_some(), kind(walk, id));
    let entry = walk.parent(id);
    if let Some(summary) = super::atom::feed_of(walk, entry).and_then(|entry| entry.content.as_mut()) {
        summary.source = source;
        summary.kind = kind;
    }
}

/// The type of a construct; empty where it is none.
pub(super) fn kind<'a>(walk: &Walk<'a>, id: NodeId) -> Cow<'a, str> {
    match walk.state(id) {
        State::Construct(kind) => kind.clone(),
        _ => Cow::Borrowed(""),
    }
}

/// A media type whose content is neither text nor XML, and so in Base64.
pub(super) fn is_binary(kind: &str) -> bool {
    kind.contains('/') && !(kind.ends_with("+xml") || kind.ends_with("/xml") || kind.starts_with("text/"))
}

fn construct_ends(walk: &mut Walk<'_>, id: NodeId, value: &str) {
    let on = On::Node(id);
    let mut kind = kind(walk, id);
    let source = walk.attr(id, "", "src").is_some();
    let mut value = Cow::Borrowed(value);
    match &*kind {
        "xhtml" => plain::text(walk, id, on, &value, &c::NOT_INLINE),
        "text" => plain::text(walk, id, on, &value, &c::CONTAINS_UNDECLARED_HTML),
        _ => {
            if is_binary(&kind) {
                value = decode(walk, id, &mut kind, value);
            }
            if kind == "html" || kind.ends_with("/html") {
                let at = walk.node(id).at;
                html::check(walk, on, &value, at, Some(id).filter(|_| is_without_base(walk, id)));
                if kind.ends_with("/html") && !source && !value.contains("<html") {
                    walk.say(on, &c::HTML_FRAGMENT, Detail::value(&kind));
                }
            } else {
                plain::text(walk, id, on, &value, &c::CONTAINS_UNDECLARED_HTML);
            }
        }
    }
    if value.is_empty() && walk.all_children(id) == 0 && !source {
        walk.say(on, &c::NOT_BLANK, Detail::default());
    }
}

/// Whether nothing in the document says what relative addresses in a text mean, and the text is one of Atom.
pub(super) fn is_without_base(walk: &Walk<'_>, id: NodeId) -> bool {
    matches!(walk.kind, Kind::Atom | Kind::AtomEntry) && !walk.has_base(id)
}

/// Base64 to text; what is no text is of no further interest.
fn decode<'v>(walk: &mut Walk<'_>, id: NodeId, kind: &mut Cow<'_, str>, value: Cow<'v, str>) -> Cow<'v, str> {
    let bytes = base64(&value);
    let html = kind.ends_with("/html");
    if html && bytes.is_some() {
        *kind = Cow::Borrowed("html");
        *walk.state_mut(id) = State::Construct(Cow::Borrowed("html"));
        tell_entry(walk, id);
    }
    match bytes.map(String::from_utf8) {
        Some(Ok(text)) => Cow::Owned(text),
        Some(Err(_)) if !html => Cow::Borrowed(" "),
        _ => {
            walk.say(On::Node(id), &c::NOT_BASE64, Detail::value(&value));
            value
        }
    }
}

/// RFC 4648 section 4, passing over what is no letter of it; nothing where the padding is wrong.
fn base64(text: &str) -> Option<Vec<u8>> {
    if !text.is_ascii() {
        return None;
    }
    let mut out = Vec::new();
    let (mut bits, mut held) = (0u32, 0u32);
    let mut padding = 0;
    for byte in text.bytes() {
        let six = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            b'=' if held % 4 >= 2 => {
                padding += 1;
                if held % 4 + padding >= 4 {
                    return Some(out);
                }
                continue;
            }
            _ => continue,
        };
        padding = 0;
        bits = bits << 6 | u32::from(six);
        held += 1;
        if held % 4 != 1 {
            let shift = [0, 0, 4, 2][(held % 4) as usize];
            out.push((bits >> shift & 0xFF) as u8);
        }
    }
    (held % 4 == 0).then_some(out)
}

pub(super) fn is_xhtml(walk: &Walk<'_>, id: NodeId) -> bool {
    matches!(walk.state(id), State::Construct(kind) if kind == "xhtml")
}

/// Running text in a construct.
pub(super) fn construct_text(walk: &mut Walk<'_>, id: NodeId, text: &str, blank: bool, suspicious: bool) {
    if suspicious {
        for _ in text.chars().filter(|c| chars::is_broken(*c)) {
            walk.say(On::Node(id), &c::BAD_CHARACTERS, Detail::default());
        }
    }
    if !blank && is_xhtml(walk, id) && chars::is_blank(walk.text_so_far(id)) {
        walk.say(On::Node(id), &c::MISSING_XHTML_DIV, Detail::default());
    }
    super::keep(walk, id, text, blank, suspicious);
}

/// An element in a construct.
pub(in crate::check) fn construct_child<'a>(walk: &mut Walk<'a>, id: NodeId, ns: NsId, name: &'a str, attrs: (usize, usize)) {
    let on = On::Node(id);
    let kind = kind(walk, id);
    let uri = walk.namespaces.uri(ns).to_owned();
    let div = uri == XHTML && name == "div";
    if kind != "xhtml" && !kind.ends_with("+xml") && !kind.ends_with("/xml") {
        let parent = walk.name(id).to_owned();
        walk.say(on, &c::UNDEFINED_ELEMENT, Detail::named(name, &parent).with(&kind));
    }
    if kind == "xhtml" {
        if !div && chars::is_blank(walk.text_so_far(id)) {
            walk.say(on, &c::MISSING_XHTML_DIV, Detail::default());
            if name == "div" {
                walk.say(on, &c::NOT_HTML, Detail::value("a `div` of another namespace"));
            }
        } else if uri != XHTML {
            walk.say(on, &c::NOT_HTML, Detail::value("an element of another namespace"));
        }
    }
    if kind == "application/xhtml+xml" {
        if name != "html" {
            walk.say(on, &c::HTML_FRAGMENT, Detail::value(&kind));
        } else if uri != XHTML {
            walk.say(on, &c::NOT_HTML, Detail::value("an `html` of another namespace"));
        }
    }
    if walk.attr(id, "", "mode") == Some("escaped") {
        walk.say(on, &c::NOT_ESCAPED, Detail::default());
    }
    walk.add_child(id, Cow::Borrowed("*"));
    walk.push(&[if div { &DIV } else { &EATER }], Cow::Borrowed(name), attrs, id);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_decoded() {
        for (text, want) in [("SGVsbG8=", Some("Hello")), ("SGVs\nbG8h", Some("Hello!")), ("SGVsbG8", None), ("", Some("")), ("é", None)] {
            assert_eq!(base64(text), want.map(|text| text.as_bytes().to_vec()), "{text}");
        }
    }
}
