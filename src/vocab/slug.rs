//! Slugs: the piece of a path that stands for a name in any script.

/// Lower-case ASCII letters and digits in words joined by single hyphens; `None` where nothing of the name can be kept.
///
/// `São Tomé` becomes `sao-tome`, `Россия` becomes `rossiia`, `C++` becomes `c-plus-plus` (a `+` or `#` that carries meaning is spelt out,
/// so that `C`, `C++` and `C#` stay apart).
pub fn slug(name: &str) -> Option<String> {
    let spelt = name.replace("++", " plus plus ").replace('#', " sharp ").replace('&', " and ");
    let mut out = String::with_capacity(spelt.len());
    for character in deunicode::deunicode_with_tofu(&spelt, "").chars() {
        if character.is_ascii_alphanumeric() {
            out.push(character.to_ascii_lowercase());
        } else if !out.is_empty() && !out.ends_with('-') && !matches!(character, '\'' | '`' | '"') {
            out.push('-');
        }
    }
    while out.ends_with('-') {
        out.pop();
    }
    (!out.is_empty()).then_some(out)
}

/// Whether a path piece that the user wrote is a slug as it stands.
pub fn is_slug(text: &str) -> bool {
    !text.is_empty()
        && !text.starts_with('-')
        && !text.ends_with('-')
        && !text.contains("--")
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_script_becomes_a_path_piece() {
        for (name, want) in [
            ("Trafficking in persons", "trafficking-in-persons"),
            ("São Tomé e Príncipe", "sao-tome-e-principe"),
            ("Côte d’Ivoire", "cote-divoire"),
            ("Côte d'Ivoire", "cote-divoire"),
            ("  a -- b  ", "a-b"),
            ("C", "c"),
            ("C++", "c-plus-plus"),
            ("C#", "c-sharp"),
            ("北京", "bei-jing"),
        ] {
            assert_eq!(slug(name).as_deref(), Some(want), "{name}");
            assert!(is_slug(want));
        }
        assert_eq!(slug("—"), None);
        assert_eq!(slug(""), None);
    }
}
