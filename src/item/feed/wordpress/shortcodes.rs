//! Shortcodes: words in brackets in place of which WordPress shows a gallery, a form, a film.
//!
//! Words in brackets are also what people write. So a shortcode is one by its name, or by attributes that no sentence has; that of a film by what says which.

use std::collections::{BTreeMap, HashMap};

use super::{link, tag_end};

/// Those of WordPress itself, and of what most sites use.
const KNOWN: [&str; 9] = ["audio", "caption", "contact-form-7", "embed", "embedyt", "gallery", "playlist", "video", "wp_caption"];

/// What the names begin with that builders of pages use.
const OF_BUILDERS: [&str; 2] = ["et_pb_", "vc_"];

/// Those that show the address that stands in them.
const SHOWN: [&str; 4] = ["embed", "embedyt", "vimeo", "youtube"];

/// The text with each shortcode replaced by what stands in it, `[embed]` and films by a link; they are counted by name.
pub fn resolved(html: &str, counts: &mut BTreeMap<String, usize>) -> String {
    let mut out = String::with_capacity(html.len());
    let mut rest = html;
    let mut closings = Closings { html, all: None };
    while let Some(at) = rest.find('[') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        rest = if let Some(shown) = shown_as_it_is(rest, counts, &mut closings) {
            out.push_str(shown);
            &rest[shown.len() + 2..]
        } else if let Some(tag) = Tag::read(rest).filter(|tag| tag.is_shortcode(counts) || tag.shown(&rest[tag.length..]).is_some()) {
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

/// `[[gallery]]` is how one writes `[gallery]`, and `[[caption]words[/caption]]` is the same of one with words in it; `[[sic]]` is what it is.
fn shown_as_it_is<'a>(text: &'a str, before: &BTreeMap<String, usize>, closings: &mut Closings<'a>) -> Option<&'a str> {
    let inner = text.strip_prefix('[')?;
    let tag = Tag::read(inner).filter(|tag| tag.is_shortcode(before))?;
    let is_end = |end: &usize| inner[*end..].starts_with(']');
    let end = Some(tag.length).filter(is_end).or_else(|| closings.end(tag.name, inner).filter(is_end))?;
    Some(&inner[..end])
}

/// Where shortcodes end. They are looked for once, however many begin, and by however many names.
struct Closings<'a> {
    html: &'a str,
    /// By name, where each begins, the first one last; as soon as one was asked for.
    all: Option<HashMap<&'a str, Vec<usize>>>,
}

impl<'a> Closings<'a> {
    /// The end of the first `[/name]` in this rest of the text, which is no longer than that asked about before.
    fn end(&mut self, name: &'a str, rest: &str) -> Option<usize> {
        let html = self.html;
        let from = html.len() - rest.len();
        let places = self.all.get_or_insert_with(|| closings(html)).get_mut(name)?;
        while places.pop_if(|at| *at < from).is_some() {}
        places.last().map(|at| at - from + "[/]".len() + name.len())
    }
}

fn closings(html: &str) -> HashMap<&str, Vec<usize>> {
    let mut all: HashMap<&str, Vec<usize>> = HashMap::new();
    for (at, _) in html.rmatch_indices("[/") {
        let rest = &html[at + "[/".len()..];
        let end = rest.find(|c| !is_of_name(c)).filter(|end| rest[*end..].starts_with(']'));
        end.into_iter().for_each(|end| all.entry(&rest[..end]).or_default().push(at));
    }
    all
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
        let ends_name = |c: char| c.is_whitespace() || "]/".contains(c) || c == '=' && SHOWN.contains(&name);
        let begins = name.starts_with(|c: char| c.is_ascii_alphabetic()) && behind.starts_with(ends_name);
        let attributes = &behind[..tag_end(behind, ['[', ']'])?];
        let length = text.len() - behind.len() + attributes.len() + 1;
        begins.then(|| Tag { name, attributes: attributes.trim().trim_end_matches('/').trim_end(), closes, length })
    }

    /// Whether it is one, the names of those before it being known.
    fn is_shortcode(&self, before: &BTreeMap<String, usize>) -> bool {
        let is_known = KNOWN.contains(&self.name) || OF_BUILDERS.iter().any(|prefix| self.name.starts_with(prefix));
        is_known || self.film().is_some() || if self.closes { before.contains_key(self.name) } else { are_attributes(self.attributes) }
    }

    /// Writes what takes its place, and gives what is left of the text behind it.
    fn replace(&self, behind: &'a str, out: &mut String) -> &'a str {
        if let Some(address) = self.film() {
            out.push_str(&link(&address));
            return behind;
        }
        match self.shown(behind) {
            Some((address, rest)) => {
                out.push_str(&link(address));
                rest
            }
            _ => behind,
        }
    }

    /// The address that it shows where one stands in it, `[youtube]https://...[/youtube]`, and what is behind.
    fn shown<'t>(&self, behind: &'t str) -> Option<(&'t str, &'t str)> {
        embedded(behind, self.name).filter(|_| SHOWN.contains(&self.name) && !self.closes)
    }

    /// The address of the film that `[youtube https://...]`, `[youtube=...]`, `[youtube id="..."]` or `[vimeo 123]` shows.
    fn film(&self) -> Option<String> {
        let page = match self.name {
            "youtube" => "https://www.youtube.com/watch?v=",
            "vimeo" => "https://vimeo.com/",
            _ => return None,
        };
        let first = self.attributes.trim_start_matches('=').split_whitespace().next()?;
        let first = ["id=", "url="].iter().find_map(|key| first.strip_prefix(key)).unwrap_or(first).trim_matches(['"', '\'']);
        let is_number = |text: &str| text.chars().all(|c| c.is_ascii_digit());
        match first {
            address if address.starts_with("http://") || address.starts_with("https://") => Some(address.to_owned()),
            id if self.name == "vimeo" && !id.is_empty() && is_number(id) => Some(format!("{page}{id}")),
            // All of them have eleven letters.
            id if self.name == "youtube" && id.len() == 11 && id.chars().all(is_of_name) => Some(format!("{page}{id}")),
            _ => None,
        }
    }
}

/// The address up to `[/name]`, and what is behind. An address has no bracket, so that nothing is looked through twice.
fn embedded<'t>(text: &'t str, name: &str) -> Option<(&'t str, &'t str)> {
    let (address, rest) = text.split_at(text.find(['[', '<'])?);
    let address = address.trim();
    let is_address = address.starts_with("http") && !address.contains(char::is_whitespace);
    Some((address, rest.strip_prefix("[/")?.strip_prefix(name)?.strip_prefix(']')?)).filter(|_| is_address)
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
            (
                "[youtube https://youtu.be/abc?a=1&amp;b=2]",
                "<a href=\"https://youtu.be/abc?a=1&amp;b=2\">https://youtu.be/abc?a=1&amp;b=2</a>",
            ),
            ("a [youtube=http://youtu.be/abc] b", "a <a href=\"http://youtu.be/abc\">http://youtu.be/abc</a> b"),
            ("[vimeo 14135 w=500&h=280]", "<a href=\"https://vimeo.com/14135\">https://vimeo.com/14135</a>"),
            ("[vimeo id='14135']", "<a href=\"https://vimeo.com/14135\">https://vimeo.com/14135</a>"),
            (
                "[youtube id=\"dQw4w9WgXcQ\"]",
                "<a href=\"https://www.youtube.com/watch?v=dQw4w9WgXcQ\">https://www.youtube.com/watch?v=dQw4w9WgXcQ</a>",
            ),
            ("[youtube]https://youtu.be/a[/youtube] [vimeo]", "<a href=\"https://youtu.be/a\">https://youtu.be/a</a> [vimeo]"),
            ("[embedyt] https://youtu.be/a[/embedyt]", "<a href=\"https://youtu.be/a\">https://youtu.be/a</a>"),
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
            "[youtube channel]",
            "[vimeo]",
            "[x=1]",
        ] {
            assert_eq!(read(html), (html.to_owned(), vec![]));
        }
        for (html, want) in [
            ("write [[gallery ids=\"1\"]]", "write [gallery ids=\"1\"]"),
            ("[[caption]x[/caption]] [[caption]y[/caption]]", "[caption]x[/caption] [caption]y[/caption]"),
            ("[[caption width=\"1\"]a [b] [vimeo 12] c[/caption]]", "[caption width=\"1\"]a [b] [vimeo 12] c[/caption]"),
        ] {
            assert_eq!(read(html), (want.to_owned(), vec![]));
        }
        assert_eq!(read("[[caption]x[/caption] [caption]y[/caption]]").0, "[x y]", "the one that ends first is not written so");
    }

    #[test]
    fn no_text_is_looked_through_again_and_again() {
        for piece in ["[embed]", "[embed]http://x ", "[x \"", "[x '[x \"", "[[x a=\"1\"", "[[caption]", "[[caption][/caption]", "[", "[/"] {
            let start = std::time::Instant::now();
            read(&piece.repeat(200_000));
            assert!(start.elapsed() < std::time::Duration::from_secs(20), "{piece}: {:?}", start.elapsed());
        }
        for piece in ["[[xN a=\"1\"] ", "[xN a=\"1\"] ", "[[xN a=\"1\"]x[/xN]]", "[/xN]"] {
            let text: String = (0..100_000).map(|number| piece.replace('N', &number.to_string())).collect();
            let start = std::time::Instant::now();
            read(&text);
            assert!(start.elapsed() < std::time::Duration::from_secs(20), "{piece}: {:?}", start.elapsed());
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read(html in "(\\[|\\]|/|gallery|embed|youtube|x| |=|\"|'|é|http){0,30}") {
            read(&html);
        }
    }
}
