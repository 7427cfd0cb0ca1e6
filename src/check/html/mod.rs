//! HTML in descriptions and content: read as HTML5, for errors and for what could harm the page that shows it.

mod sink;
mod strict;
mod tidy;

use std::borrow::Cow;
use std::sync::LazyLock;

use html5ever::tendril::TendrilSink;
use html5ever::tree_builder::TreeBuilderOpts;
use html5ever::{ParseOpts, QualName, local_name, ns};
use memchr::{memchr_iter, memchr2};
use regex::Regex;

use super::codes as c;
use super::found::{Detail, Spot};
use super::value::words::{HTML_ELEMENTS, SAFE_ATTRIBUTES, SAFE_ELEMENTS};
use super::value::{chars, style, uri};
use super::walk::{NodeId, On, State, Walk};
use crate::vocab::blocks;
use sink::Sink;

/// Looks for errors and dangers, and with `references` for addresses that mean something else wherever the text is shown.
///
/// `at` is where the element that holds the text begins: findings stand on its line, as the reference has them: errors on the line
/// itself, dangers on the one before.
pub(super) fn check(walk: &mut Walk<'_>, on: On, value: &str, at: usize, references: Option<NodeId>) {
    // White space around a text says nothing, and some formats take it off.
    match walk.pieces.familiar {
        Some(familiar) => familiar.look_through(value.trim_ascii(), || look_through(walk, (on, value), at, references)),
        None => _ = look_through(walk, (on, value), at, references),
    }
}

/// Says whether nothing is to be said of the text, wherever it stands.
fn look_through(walk: &mut Walk<'_>, (on, value): (On, &str), at: usize, references: Option<NodeId>) -> bool {
    let danger = Spot::line_of(at, -1);
    let imports = holds_import(value);
    if imports {
        walk.say_at(on, &c::SECURITY_RISK, Detail::value("?import"), danger);
    }
    let forbidden = holds_forbidden(value);
    if !forbidden && memchr2(b'<', b'&', value.as_bytes()).is_none() {
        return !imports;
    }
    if !forbidden && let Some(tidy) = tidy::read(value) {
        let is_quiet = !imports && tidy.attributes.is_empty() && tidy.addresses.is_empty();
        tidy.attributes.into_iter().for_each(|(name, value)| attribute(walk, on, name, value, danger));
        if let Some(id) = references {
            tidy.addresses.into_iter().for_each(|raw| address(walk, id, raw));
        }
        return is_quiet;
    }
    match parse(value) {
        Ok(fragment) => fragment.iter().for_each(|element| dangers(walk, on, element, danger)),
        Err(why) => walk.say_at(on, &c::NOT_HTML, Detail::value(&why), Spot::line_of(at, 0)),
    }
    if let Some(id) = references {
        addresses(walk, id, value);
    }
    false
}

fn dangers(walk: &mut Walk<'_>, on: On, element: &Element, danger: Spot) {
    if !HTML_ELEMENTS.contains(&*element.name.to_lowercase()) {
        let what = format!("`{}` is no element of HTML", element.name);
        walk.say_at(on, &c::NOT_HTML, Detail::value(&what), danger);
    } else if !SAFE_ELEMENTS.contains(&*element.name) {
        walk.say_at(on, &c::SECURITY_RISK, Detail::value(&element.name), danger);
    } else {
        element.attrs.iter().for_each(|(name, value)| attribute(walk, on, name, value, danger));
    }
}

fn attribute(walk: &mut Walk<'_>, on: On, name: &str, value: &str, danger: Spot) {
    if name == "style" {
        for what in style::dangers(value) {
            walk.say_at(on, &c::DANGEROUS_STYLE_ATTR, Detail::value(&what), danger);
        }
    } else if !SAFE_ATTRIBUTES.contains(name) && !name.starts_with("data-") {
        walk.say_at(on, &c::SECURITY_RISK_ATTR, Detail::value(name), danger);
    }
}

fn addresses(walk: &mut Walk<'_>, id: NodeId, value: &str) {
    static IMAGES: LazyLock<Regex> = LazyLock::new(|| uri::regex(r#"(?i)<img\s+[^>]*src=(?:"(.*?)"|'(.*?)'|([\w-]+))[\s>]"#));
    static ANCHORS: LazyLock<Regex> = LazyLock::new(|| uri::regex(r#"(?i)<a\s+href=(?:"(.*?)"|'(.*?)'|([\w-]+))[\s>]"#));
    if !value.contains('<') {
        return;
    }
    for found in IMAGES.captures_iter(value).chain(ANCHORS.captures_iter(value)) {
        address(walk, id, found.iter().skip(1).flatten().map(|part| part.as_str()).find(|part| !part.is_empty()).unwrap_or_default());
    }
}

fn address(walk: &mut Walk<'_>, id: NodeId, raw: &str) {
    let address = decoded(raw);
    let address = address.trim();
    if address.split_once(':').is_some_and(|(scheme, _)| !scheme.is_empty() && scheme.chars().all(chars::is_word)) {
        return;
    }
    // Atom's texts have a base, which may be the address that the feed was read from.
    if matches!(walk.state(id), State::Construct(_)) {
        if address.is_empty() || address.starts_with('#') {
            return;
        }
        return walk.say(On::Node(id), &c::RELATIVE_WITHOUT_BASE, Detail::value(address));
    }
    match address.chars().find(|c| c.is_ascii() && !uri::is_uri_char(*c as u8)) {
        Some(letter) => {
            let mut buffer = [0; 4];
            walk.say(On::Node(id), &c::INVALID_URI_CHAR, Detail::value(address).other(letter.encode_utf8(&mut buffer)));
        }
        None => walk.say(On::Node(id), &c::CONTAINS_REL_REF, Detail::value(address)),
    }
}

/// The text that escaped text means, however often it was escaped.
pub(super) fn unescaped(text: &str) -> String {
    let mut text = text.to_owned();
    for _ in 0..3 {
        match decoded(&text) {
            Cow::Owned(next) if next != text => text = next,
            _ => break,
        }
    }
    text
}

/// HTML 4 entities and decimal references resolved.
fn decoded(text: &str) -> Cow<'_, str> {
    static REFERENCE: LazyLock<Regex> = LazyLock::new(|| uri::regex(r"&#?(\w+);"));
    REFERENCE.replace_all(text, |found: &regex::Captures<'_>| {
        let name = &found[1];
        let letter =
            if name.bytes().all(|b| b.is_ascii_digit()) { name.parse().ok().and_then(char::from_u32) } else { chars::html_entity(name) };
        letter.map_or_else(|| format!("&{name};"), String::from)
    })
}

fn holds_import(value: &str) -> bool {
    let follows = |at: usize| value.get(at + 1..at + 8).is_some_and(|word| word.eq_ignore_ascii_case("import "));
    memchr_iter(b'?', value.as_bytes()).any(|at| value[..at].ends_with('<') && follows(at))
}

struct Element {
    name: String,
    attrs: Vec<(String, String)>,
}

/// The elements of a fragment in their order, or its first error.
fn parse(value: &str) -> Result<Vec<Element>, String> {
    if let Some(letter) = value.chars().find(|c| is_forbidden(*c)) {
        return Err(format!("the character U+{:04X} must not stand in HTML", u32::from(letter)));
    }
    if let Some(why) = strict::loose_ends(value) {
        return Err(why);
    }
    let options =
        ParseOpts { tree_builder: TreeBuilderOpts { scripting_enabled: false, ..TreeBuilderOpts::default() }, ..ParseOpts::default() };
    let context = QualName::new(None, ns!(html), local_name!("div"));
    let mut parser = html5ever::parse_fragment(Sink::default(), options, context, Vec::new(), false);
    // What follows an error is of no interest, and may be made to cost much.
    for piece in pieces(value) {
        parser.process(piece.into());
        if parser.tokenizer.sink.sink.error.borrow().is_some() {
            break;
        }
    }
    let sink = parser.finish();
    match sink.error.into_inner() {
        Some(why) => Err(why),
        None => Ok(sink.elements.into_inner().into_iter().filter_map(|made| made.seen).collect()),
    }
}

/// The text in pieces of some thousand bytes.
fn pieces(mut text: &str) -> impl Iterator<Item = &str> {
    std::iter::from_fn(move || {
        let end = (text.len().min(4096)..=text.len()).find(|at| text.is_char_boundary(*at))?;
        let (piece, rest) = text.split_at(end);
        text = rest;
        (!piece.is_empty()).then_some(piece)
    })
}

/// Most texts have none of the bytes that forbidden characters begin with, and are not read letter by letter.
fn holds_forbidden(value: &str) -> bool {
    let begins = |b: u8| ((b < 0x20) & (b != b'\t') & (b != b'\n')) | (b == 0x7F) | (b == 0xC2) | (b >= 0xEF);
    blocks::any(value.as_bytes(), begins) && value.chars().any(is_forbidden)
}

/// Characters that HTML forbids: controls, and code points that are no characters.
fn is_forbidden(c: char) -> bool {
    matches!(c, '\u{1}'..='\u{8}' | '\u{b}' | '\u{e}'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{fdd0}'..='\u{fdef}')
        || u32::from(c) & 0xFFFE == 0xFFFE
}
