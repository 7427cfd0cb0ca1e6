//! Text that must be plain: no tags, no entities that were escaped twice.

use std::sync::LazyLock;

use memchr::memchr2;
use regex::Regex;

use super::super::Kind;
use super::super::codes::{self as c, Rule};
use super::super::found::Detail;
use super::super::walk::{NodeId, On, State, Walk};
use super::chars;
use super::uri::regex;
use super::words::HTML_ELEMENTS;

/// More findings in one text say nothing new.
const MANY: usize = 1000;

static END_TAG: LazyLock<Regex> = LazyLock::new(|| regex(r"</(\w+)>"));
static ENTITY: LazyLock<Regex> = LazyLock::new(|| regex(r"&(#?\w+)"));
static MARKUP: LazyLock<Regex> = LazyLock::new(|| regex(r"&#[x0-9]|<[/a-zA-Z]"));

/// Remembers that an element whose text must be plain began here: the reference looks at the lines from the latest such start.
pub(in crate::check) fn begins(walk: &mut Walk<'_>, id: NodeId) {
    walk.plain_begins(id);
    walk.node_mut(id).mixed = true;
}

/// Says where text that must be plain looks like HTML.
pub(in crate::check) fn text(walk: &mut Walk<'_>, id: NodeId, on: On, value: &str, rule: &'static Rule) {
    if memchr2(b'<', b'&', value.as_bytes()).is_none() {
        return;
    }
    if let Some(tag) = END_TAG.captures_iter(value).find(|tag| is_html(&tag[1])) {
        return walk.say(on, rule, Detail::value(&tag[1]));
    }
    if ENTITY.is_match(value) {
        if is_written_in_hex(walk, id, on) {
            return;
        }
        for found in ENTITY.captures_iter(value).take(MANY) {
            let name = &found[1];
            let counts = chars::is_html_entity(name) || name == "apos" || !name.chars().all(char::is_alphabetic);
            if counts {
                walk.say(on, rule, Detail::value(&format!("&{name};")));
            }
        }
    } else if walk.kind == Kind::Rss2 && walk.version.starts_with("2.") && MARKUP.is_match(value) && !is_written_in_hex(walk, id, on) {
        walk.say(on, &c::CHARACTER_DATA, Detail::value(value));
    }
}

fn is_html(tag: &str) -> bool {
    HTML_ELEMENTS.contains(tag) || HTML_ELEMENTS.contains(tag.to_lowercase().as_str())
}

/// Whether a hexadecimal reference stands on the lines of the element's start: the form that all readers understand.
fn is_written_in_hex(walk: &Walk<'_>, id: NodeId, on: On) -> bool {
    let at = walk.node(id).at;
    let own = matches!(on, On::Node(_)) && (walk.node(id).mixed || matches!(walk.state(id), State::Construct(_)));
    let from = if own { at } else { walk.plain_from().unwrap_or(at) };
    if from > at {
        return false;
    }
    let start = walk.source[..from].rfind('\n').map_or(0, |at| at + 1);
    let end = walk.source[at..].find('\n').map_or(walk.source.len(), |length| at + length);
    walk.source[start..end].contains("&#x")
}
