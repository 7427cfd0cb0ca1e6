//! HTML in descriptions and content: read as HTML5, for errors and for what could harm the page that shows it.

mod tidy;

use std::borrow::Cow;
use std::cell::RefCell;
use std::sync::LazyLock;

use html5ever::interface::{ElementFlags, NodeOrText, QuirksMode, TreeSink};
use html5ever::tendril::{StrTendril, TendrilSink};
use html5ever::tree_builder::TreeBuilderOpts;
use html5ever::{Attribute, ParseOpts, QualName, local_name, ns};
use regex::Regex;

use super::codes as c;
use super::found::{Detail, Spot};
use super::value::words::{HTML_ELEMENTS, SAFE_ATTRIBUTES, SAFE_ELEMENTS};
use super::value::{chars, style, uri};
use super::walk::{NodeId, On, Walk};

/// Looks for errors and dangers, and with `references` for addresses that mean something else wherever the text is shown.
///
/// `at` is where the element that holds the text begins: findings stand on its line, as the reference has them: errors on the line
/// itself, dangers on the one before.
pub(super) fn check(walk: &mut Walk<'_>, on: On, value: &str, at: usize, references: Option<NodeId>) {
    let danger = Spot::line_of(at, -1);
    if holds_import(value) {
        walk.say_at(on, &c::SECURITY_RISK, Detail::value("?import"), danger);
    }
    let forbidden = if value.is_ascii() { value.contains('\u{7f}') } else { value.chars().any(is_forbidden) };
    if !forbidden && !value.contains('<') && !value.contains('&') {
        return;
    }
    if !forbidden && let Some(tidy) = tidy::read(value) {
        tidy.attributes.into_iter().for_each(|(name, value)| attribute(walk, on, name, value, danger));
        if let Some(id) = references {
            tidy.addresses.into_iter().for_each(|raw| address(walk, id, raw));
        }
        return;
    }
    match parse(value) {
        Ok(fragment) => fragment.iter().for_each(|element| dangers(walk, on, element, danger)),
        Err(why) => walk.say_at(on, &c::NOT_HTML, Detail::value(&why), Spot::line_of(at, 0)),
    }
    if let Some(id) = references {
        addresses(walk, id, value);
    }
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
    value.match_indices("<?").any(|(at, _)| value.get(at + 2..at + 9).is_some_and(|word| word.eq_ignore_ascii_case("import ")))
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
    if let Some(why) = loose_ends(value) {
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

/// Characters that HTML forbids: controls, and code points that are no characters.
fn is_forbidden(c: char) -> bool {
    matches!(c, '\u{1}'..='\u{8}' | '\u{b}' | '\u{e}'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{fdd0}'..='\u{fdef}')
        || u32::from(c) & 0xFFFE == 0xFFFE
}

/// What today's parsers pass over in silence and the reference's does not: an ampersand that begins nothing, `--` in a comment, odd
/// signs in values without quotes, elements in a `select`, an `option` that is left open.
fn loose_ends(value: &str) -> Option<String> {
    let mut rest = value;
    let mut scan = Scan::default();
    while let Some(at) = rest.find(['&', '<']) {
        let (found, after) = (rest.as_bytes()[at], &rest[at + 1..]);
        rest = after;
        if found == b'&' {
            if let Some(why) = loose_ampersand(after) {
                return Some(why);
            }
        } else if let Some(body) = after.strip_prefix("!--") {
            match after_comment(body) {
                Some(after) => rest = after,
                None => return Some("`--` stands inside a comment".to_owned()),
            }
        } else if after.starts_with(|c: char| c.is_ascii_alphabetic() || c == '/') {
            let length =
                after[1..].find(|c: char| c.is_ascii_whitespace() || matches!(c, '/' | '>')).map_or(after.len(), |length| length + 1);
            if let Some(why) = scan.tag(&after[..length].to_ascii_lowercase()) {
                return Some(why);
            }
            match tag_end(&after[length..]) {
                Ok(end) => rest = end,
                Err(why) => return Some(why),
            }
            if let Some(raw) = raw_element(after) {
                rest = after_raw(rest, raw);
            }
        }
    }
    scan.open.then(|| "an element is left open".to_owned())
}

/// Where the scan stands between tags.
#[derive(Default)]
struct Scan {
    select: bool,
    open: bool,
    depth: usize,
}

/// Elements inside one another, beyond which no page goes.
const DEPTH: usize = 512;

/// Elements that end by themselves, or have no end.
fn ends_itself(name: &str) -> bool {
    const NAMES: &str = "p li dd dt tr td th tbody thead tfoot option optgroup rt rp area base basefont bgsound br col command embed frame hr img input \
        keygen link meta param source track wbr image isindex";
    super::value::listed(NAMES, name)
}

impl Scan {
    fn tag(&mut self, name: &str) -> Option<String> {
        if name.starts_with('/') {
            self.depth = self.depth.saturating_sub(1);
        } else if !ends_itself(name) {
            self.depth += 1;
        }
        if self.depth > DEPTH {
            return Some("elements stand too deep inside one another".to_owned());
        }
        match name {
            "select" => self.select = true,
            "/select" => self.select = false,
            "option" | "optgroup" | "rt" | "rp" if !self.select => self.open = true,
            "/option" | "/optgroup" | "/rt" | "/rp" | "/ruby" => self.open = false,
            "option" | "optgroup" | "script" => {}
            _ if self.select && !name.starts_with('/') => return Some(format!("`{name}` stands in a `select`")),
            _ => {}
        }
        None
    }
}

/// What follows a comment; nothing where `--` stands in it. That it does not end, the parser says itself.
fn after_comment(body: &str) -> Option<&str> {
    match body.find("--") {
        _ if body.starts_with('>') => Some(&body[1..]),
        _ if body.starts_with("->") => Some(&body[2..]),
        Some(end) if body[end..].len() > 2 => body[end..].strip_prefix("-->"),
        _ => Some(""),
    }
}

/// Walks over a tag's attributes: what follows the tag, or what is wrong in it.
fn tag_end(tag: &str) -> Result<&str, String> {
    let mut rest = tag;
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == '/');
        if let Some(after) = rest.strip_prefix('>') {
            return Ok(after);
        }
        let Some(first) = rest.chars().next() else { return Ok("") };
        let name = first.len_utf8();
        let end = rest[name..].find(|c: char| c.is_ascii_whitespace() || matches!(c, '=' | '>' | '/')).map_or(rest.len(), |end| end + name);
        rest = rest[end..].trim_start_matches(|c: char| c.is_ascii_whitespace());
        if let Some(value) = rest.strip_prefix('=') {
            rest = attribute_value(value.trim_start_matches(|c: char| c.is_ascii_whitespace()))?;
        }
    }
}

fn attribute_value(text: &str) -> Result<&str, String> {
    let quote = text.chars().next().filter(|c| matches!(c, '"' | '\''));
    let (value, rest) = match quote {
        Some(quote) => text[1..].split_once(quote).unwrap_or((&text[1..], "")),
        None => text.split_at(text.find(|c: char| c.is_ascii_whitespace() || c == '>').unwrap_or(text.len())),
    };
    if quote.is_none() && value.contains(['"', '\'', '<', '=', '`']) {
        return Err(format!("the value `{value}` needs quotes"));
    }
    // An ampersand at the very end is ended by what ends the value.
    match value.match_indices('&').filter(|(at, _)| at + 1 < value.len()).find_map(|(at, _)| loose_ampersand(&value[at + 1..])) {
        Some(why) => Err(why),
        None => Ok(rest),
    }
}

fn loose_ampersand(after: &str) -> Option<String> {
    match after.bytes().next() {
        None | Some(b' ' | b'\t' | b'\n' | b'\r' | 0xC | b'<' | b'&' | b'#') => return None,
        Some(_) => {}
    }
    let length = after.bytes().take_while(u8::is_ascii_alphanumeric).count();
    let named = length > 0 && after.as_bytes().get(length) == Some(&b';');
    (!named).then(|| "`&` begins no entity: write `&amp;`".to_owned())
}

/// An element whose content is no markup.
fn raw_element(after: &str) -> Option<&'static str> {
    ["script", "style", "iframe", "noembed", "noframes", "xmp", "plaintext"].into_iter().find(|name| {
        after.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name)) && !after[name.len()..].starts_with(chars::is_word)
    })
}

fn after_raw<'v>(after: &'v str, name: &str) -> &'v str {
    let found =
        after.match_indices("</").find(|(at, _)| after.get(at + 2..at + 2 + name.len()).is_some_and(|end| end.eq_ignore_ascii_case(name)));
    found.map_or("", |(at, _)| &after[at + 2..])
}

struct Made {
    name: QualName,
    seen: Option<Element>,
}

/// Keeps names and attributes; the tree itself is of no interest.
#[derive(Default)]
struct Sink {
    elements: RefCell<Vec<Made>>,
    error: RefCell<Option<String>>,
}

impl TreeSink for Sink {
    type Handle = usize;
    type Output = Self;
    type ElemName<'a> = Name;

    fn finish(self) -> Self {
        self
    }

    fn parse_error(&self, message: Cow<'static, str>) {
        // The reference's parser takes these two as they come.
        if !matches!(&*message, "Non-space table text" | "</html> with no <body> in scope") {
            self.error.borrow_mut().get_or_insert_with(|| message.into_owned());
        }
    }

    fn get_document(&self) -> usize {
        usize::MAX
    }

    fn elem_name(&self, target: &usize) -> Name {
        let elements = self.elements.borrow();
        Name(elements.get(*target).map_or_else(|| QualName::new(None, ns!(), local_name!("")), |made| made.name.clone()))
    }

    fn create_element(&self, name: QualName, attrs: Vec<Attribute>, _flags: ElementFlags) -> usize {
        // The parser makes the context element and the fragment's root before the first tag.
        let mut elements = self.elements.borrow_mut();
        let own = elements.len() < 2;
        let seen = (!own).then(|| Element {
            name: name.local.to_string(),
            attrs: attrs.iter().map(|attr| (attr_name(&attr.name), attr.value.to_string())).collect(),
        });
        elements.push(Made { name, seen });
        elements.len() - 1
    }

    fn create_comment(&self, _text: StrTendril) -> usize {
        usize::MAX
    }

    fn create_pi(&self, _target: StrTendril, _data: StrTendril) -> usize {
        usize::MAX
    }

    fn append(&self, _parent: &usize, _child: NodeOrText<usize>) {}

    fn append_based_on_parent_node(&self, _element: &usize, _previous: &usize, _child: NodeOrText<usize>) {}

    fn append_doctype_to_document(&self, _name: StrTendril, _public: StrTendril, _system: StrTendril) {}

    fn get_template_contents(&self, target: &usize) -> usize {
        *target
    }

    fn same_node(&self, x: &usize, y: &usize) -> bool {
        x == y
    }

    fn set_quirks_mode(&self, _mode: QuirksMode) {}

    fn append_before_sibling(&self, _sibling: &usize, _new: NodeOrText<usize>) {}

    fn add_attrs_if_missing(&self, _target: &usize, _attrs: Vec<Attribute>) {}

    fn remove_from_parent(&self, _target: &usize) {}

    fn reparent_children(&self, _node: &usize, _parent: &usize) {}
}

fn attr_name(name: &QualName) -> String {
    match &name.prefix {
        Some(prefix) => format!("{prefix}:{}", name.local),
        None => name.local.to_string(),
    }
}

#[derive(Debug)]
struct Name(QualName);

impl html5ever::interface::ElemName for Name {
    fn ns(&self) -> &html5ever::Namespace {
        &self.0.ns
    }

    fn local_name(&self) -> &html5ever::LocalName {
        &self.0.local
    }
}
