//! What today's HTML parsers pass over in silence and the reference's does not.

use super::super::value::{chars, listed};

/// What today's parsers pass over in silence and the reference's does not: an ampersand that begins nothing, `--` in a comment, odd
/// signs in values without quotes, elements in a `select`, an `option` that is left open.
pub(super) fn loose_ends(value: &str) -> Option<String> {
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
                let tag = &after[..after.len() - rest.len()];
                if tag.ends_with("/>") {
                    return Some(format!("`{raw}` closes itself"));
                }
                let inside = rest;
                rest = after_raw(rest, raw);
                if let Some(why) = loose_words(&inside[..inside.len() - rest.len()], raw) {
                    return Some(why);
                }
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
    /// The tag before this one began a `template`, or a part of a table.
    template: bool,
    table: bool,
}

/// The parts of a table, its cells aside.
const TABLE: &str = "table tbody thead tfoot tr";

/// Elements inside one another, beyond which no page goes.
const DEPTH: usize = 512;

/// Elements that end by themselves, or have no end.
fn ends_itself(name: &str) -> bool {
    const NAMES: &str = "p li dd dt tr td th tbody thead tfoot option optgroup rt rp area base basefont bgsound br col command embed frame hr img input \
        keygen link meta param source track wbr image isindex";
    listed(NAMES, name)
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
        // To the reference's parser a `template` is no element of its own kind.
        let part = listed(TABLE, name) || matches!(name, "td" | "th" | "col" | "colgroup" | "caption");
        if (self.template && part && name != "table") || (self.table && name == "template") {
            return Some(format!("`{name}` stands where it must not"));
        }
        (self.template, self.table) = (name == "template", listed(TABLE, name));
        match name {
            "select" => self.select = true,
            "/select" => self.select = false,
            "option" | "optgroup" | "rt" | "rp" if !self.select => self.open = true,
            "/option" | "/optgroup" | "/rt" | "/rp" | "/ruby" => self.open = false,
            "option" | "optgroup" | "script" => {}
            "isindex" => return Some("`isindex` is out of use".to_owned()),
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

/// What is wrong in the text of an element that holds references and no markup.
fn loose_words(text: &str, name: &str) -> Option<String> {
    let has_references = matches!(name, "textarea" | "title");
    text.match_indices('&').filter(|_| has_references).find_map(|(at, _)| loose_ampersand(&text[at + 1..]))
}

/// An element whose content is no markup.
fn raw_element(after: &str) -> Option<&'static str> {
    ["script", "style", "iframe", "noembed", "noframes", "xmp", "plaintext", "textarea", "title"].into_iter().find(|name| {
        after.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name)) && !after[name.len()..].starts_with(chars::is_word)
    })
}

fn after_raw<'v>(after: &'v str, name: &str) -> &'v str {
    let found =
        after.match_indices("</").find(|(at, _)| after.get(at + 2..at + 2 + name.len()).is_some_and(|end| end.eq_ignore_ascii_case(name)));
    found.map_or("", |(at, _)| &after[at + 2..])
}
