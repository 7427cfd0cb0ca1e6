//! Style attributes: the few properties and values that cannot be used against the page that shows them.

use std::sync::LazyLock;

use regex::Regex;

use super::uri::regex;
use super::words::{SAFE_CSS, SAFE_CSS_WORDS};

static LETTERS: LazyLock<Regex> = LazyLock::new(|| regex(r#"^([:,;#%.\sa-zA-Z0-9!]|\w-\w|'[\s\w]+'|"[\s\w]+"|\([\d,\s]+\))*$"#));
static SHAPE: LazyLock<Regex> = LazyLock::new(|| regex(r"^(\s*[-\w]+\s*:\s*[^:;]*(;|$))*$"));
static PAIRS: LazyLock<Regex> = LazyLock::new(|| regex(r"([-\w]+)\s*:\s*([^:;]*)"));
static VALUES: LazyLock<Regex> =
    LazyLock::new(|| regex(r"^(#[0-9a-f]+|rgb\(\d+%?,\d*%?,?\d*%?\)?|\d?\.?\d?\d(cm|em|ex|in|mm|pc|pt|px|%|,|\))?)$"));

/// What in the style is not known to be safe, each once; the whole of it where its shape alone is suspicious.
pub(in crate::check) fn dangers(style: &str) -> Vec<String> {
    if !LETTERS.is_match(style) || !SHAPE.is_match(style) {
        return vec![style.to_owned()];
    }
    let mut dangers: Vec<String> = Vec::new();
    let mut add = |word: &str| {
        if !dangers.iter().any(|known| known == word) {
            dangers.push(word.to_owned());
        }
    };
    let lower = style.to_lowercase();
    for pair in PAIRS.captures_iter(&lower) {
        let (property, value) = (&pair[1], &pair[2]);
        if !SAFE_CSS.contains(property) {
            add(property);
        } else if matches!(property.split('-').next(), Some("background" | "border" | "margin" | "padding")) {
            value.split_whitespace().filter(|word| !SAFE_CSS_WORDS.contains(word) && !VALUES.is_match(word)).for_each(&mut add);
        }
    }
    dangers
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn styles() {
        for (style, want) in [
            ("color: red; font-size: 12px", vec![]),
            ("position: absolute", vec!["position"]),
            ("margin: 99999em", vec!["99999em"]),
            ("any: expression(window.location='x')", vec!["any: expression(window.location='x')"]),
            ("background: url(x)", vec!["background: url(x)"]),
        ] {
            assert_eq!(dangers(style), want, "{style}");
        }
    }
}
