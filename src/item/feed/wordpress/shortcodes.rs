//! Shortcodes: words in brackets in place of which WordPress shows a gallery, a form, a film.
//!
//! Words in brackets are also what people write. So a shortcode is one by its name, or by attributes that no sentence has.

use std::collections::BTreeMap;

use super::super::tree::escape;
use super::tag_end;

/// Those of WordPress itself, and of what most sites use.
const KNOWN: [&str; 8] = ["audio", "caption", "contact-form-7", "embed", "gallery", "playlist", "video", "wp_caption"];

/// What the names begin with that builders of pages use.
const OF_BUILDERS: [&str; 2] = ["et_pb_", "vc_"];

/// The text with each shortcode replaced by what stands in it, `[embed]` by a link; they are counted by name.
pub fn resolved(html: &str, counts: &mut BTreeMap<String, usize>) -> String {
    let mut out = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(at) = rest.find('[') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        rest = if let Some(shown) = shown_as_it_is(rest, counts) {
            out.push_str(shown);
            &rest[shown.len() + 2..]
        } else if let Some(tag) = Tag::read(rest).filter(|tag| tag.is_shortcode(counts)) {
            if !tag.closes {
                *counts.entry(tag.name.to_owned()).or_default() += 1;
            }
            tag.replace(&rest[tag.length..], &mut out)
        } else {
            out.push('[');
            &rest[1..]
        };
    }
    out.push_str(rest);
    out
}

/// `[[gallery]]` is how one writes `[gallery]`; `[[sic]]` is what it is.
fn shown_as_it_is<'a>(text: &'a str, before: &BTreeMap<String, usize>) -> Option<&'a str> {
    let inner = text.strip_prefix('[')?;
    let tag = Tag::read(inner).filter(|tag| tag.is_shortcode(before))?;
    inner[tag.length..].starts_with(']').then(|| &inner[..tag.length])
}

/// `[name key="value"]` or `[/name]`.
struct Tag<'a> {
    name: &'a str,
    attributes: &'a str,
    closes: bool,
    /// In bytes, with the brackets.
    length: usize,
}

impl<'a> Tag<'a> {
    fn read(text: &'a str) -> Option<Self> {
        let inner = text.strip_prefix('[')?;
        let closes = inner.starts_with('/');
        let inner = inner.strip_prefix('/').unwrap_or(inner);
        let name = &inner[..inner.find(|c| !is_of_name(c)).unwrap_or(inner.len())];
        let behind = &inner[name.len()..];
        let begins =
            name.starts_with(|c: char| c.is_ascii_alphabetic()) && behind.starts_with(|c: char| c.is_whitespace() || "]/".contains(c));
        let attributes = &behind[..tag_end(behind, ['[', ']'])?];
        let length = text.len() - behind.len() + attributes.len() + 1;
        begins.then(|| Tag { name, attributes: attributes.trim().trim_end_matches('/').trim_end(), closes, length })
    }

    /// Whether it is one, the names of those before it being known.
    fn is_shortcode(&self, before: &BTreeMap<String, usize>) -> bool {
        let is_known = KNOWN.contains(&self.name) || OF_BUILDERS.iter().any(|prefix| self.name.starts_with(prefix));
        is_known || if self.closes { before.contains_key(self.name) } else { are_attributes(self.attributes) }
    }

    /// Writes what takes its place, and gives what is left of the text behind it.
    fn replace(&self, behind: &'a str, out: &mut String) -> &'a str {
        match embedded(behind).filter(|_| self.name == "embed" && !self.closes) {
            Some((address, rest)) => {
                let address = escape(&address.replace("&amp;", "&")).replace('"', "&quot;");
                out.push_str(&format!("<a href=\"{address}\">{address}</a>"));
                rest
            }
            _ => behind,
        }
    }
}

/// The address up to `[/embed]`, and what is behind. An address has no bracket, so that nothing is looked through twice.
fn embedded(text: &str) -> Option<(&str, &str)> {
    let (address, rest) = text.split_at(text.find(['[', '<'])?);
    let address = address.trim();
    let is_address = address.starts_with("http") && !address.contains(char::is_whitespace);
    Some((address, rest.strip_prefix("[/embed]")?)).filter(|_| is_address)
}

/// `key="value" key='value' key=value`, one at least, and none without a value.
fn are_attributes(text: &str) -> bool {
    let mut rest = text;
    while !rest.is_empty() {
        let Some((key, behind)) = rest.split_once('=') else { return false };
        if key.is_empty() || !key.chars().all(is_of_name) {
            return false;
        }
        let end = match behind.chars().next() {
            Some(quote @ ('"' | '\'')) => behind[1..].find(quote).map(|end| end + 2),
            _ => Some(behind.find(char::is_whitespace).unwrap_or(behind.len())),
        };
        let Some(end) = end.filter(|end| *end > 0) else { return false };
        rest = behind[end..].trim_start();
    }
    !text.is_empty()
}

fn is_of_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '-' || c == '_'
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(html: &str) -> (String, Vec<(String, usize)>) {
        let mut counts = BTreeMap::new();
        let text = resolved(html, &mut counts);
        (text, counts.into_iter().collect())
    }

    #[test]
    fn shortcodes_give_way_to_what_stands_in_them() {
        for (html, want) in [
            ("a [gallery ids=\"1,2\" columns='3'] b", "a  b"),
            ("[caption id=\"x\" width=\"300\"]<img src=\"a.png\"> Words[/caption]", "<img src=\"a.png\"> Words"),
            (
                "[embed width=\"9\"]https://example.org/?a=1&amp;b=2[/embed]",
                "<a href=\"https://example.org/?a=1&amp;b=2\">https://example.org/?a=1&amp;b=2</a>",
            ),
            ("[embed]not an address[/embed]", "not an address"),
            ("[embed]https://example.org/a", "https://example.org/a"),
            (
                "[embed]https://example.org/a [embed]\nhttps://example.org/b\n[/embed]",
                "https://example.org/a <a href=\"https://example.org/b\">https://example.org/b</a>",
            ),
            ("[contact-form-7 404 \"Not Found\"]", ""),
            ("[vc_row][vc_column_text el=\"]\"]Text[/vc_column_text][/vc_row]", "Text"),
            ("[su_note color=red /]x", "x"),
            ("[tip icon=\"a\"]Read[/tip]", "Read"),
        ] {
            assert_eq!(read(html).0, want, "{html}");
        }
        assert_eq!(read("[gallery][gallery ids=\"1\"][video src=\"a\"][/video]").1, [("gallery".to_owned(), 2), ("video".to_owned(), 1)]);
    }

    #[test]
    fn words_in_brackets_stay() {
        for html in [
            "[sic]",
            "[1]",
            "[…]",
            "a [b c] d",
            "[/p]",
            "[see page=]",
            "[a [b]",
            "[",
            "[unclosed id=\"1\"",
            "[Belize City, 2018]",
            "[to=day or not]",
            "[[Belize]] and [[sic]]",
        ] {
            assert_eq!(read(html), (html.to_owned(), vec![]));
        }
        assert_eq!(read("write [[gallery ids=\"1\"]]"), ("write [gallery ids=\"1\"]".to_owned(), vec![]));
    }

    #[test]
    fn no_text_is_looked_through_again_and_again() {
        for piece in ["[embed]", "[embed]http://x ", "[x \"", "[x '[x \"", "[[x a=\"1\"", "[", "[/"] {
            let start = std::time::Instant::now();
            read(&piece.repeat(200_000));
            assert!(start.elapsed() < std::time::Duration::from_secs(20), "{piece}: {:?}", start.elapsed());
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read(html in "(\\[|\\]|/|gallery|embed|x| |=|\"|'|é|http){0,30}") {
            read(&html);
        }
    }
}
