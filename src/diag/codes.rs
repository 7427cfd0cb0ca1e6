//! Every code of the config, the records and the publishing, in one table.
//!
//! The feed checker has a table of its own kind beside its rules. A code's name is for ever.

use super::{Code, Severity};

macro_rules! codes {
    ($($(#[$doc:meta])* $ident:ident = $name:literal, $severity:ident, $about:literal;)*) => {
        $(#[doc = $about] pub static $ident: Code = Code { name: $name, severity: Severity::$severity, about: $about };)*

        /// The whole table, in the order of the source.
        pub static ALL: &[&Code] = &[$(&$ident),*];
    };
}

codes! {
    // config
    CONFIG_SYNTAX = "config-syntax", Error, "the config is not valid TOML";
    UNKNOWN_KEY = "unknown-key", Error, "a key that Tidings does not know";
    WRONG_TYPE = "wrong-type", Error, "a value of another type than the key takes";
    MISSING_KEY = "missing-key", Error, "a key that must be there is not";
    BAD_VALUE = "bad-value", Error, "a value that the key cannot take";

    // records

    // classification

    // channels

    // text
    MARKUP_REMOVED = "markup-removed", Warning, "markup or a URL that may not be published was taken out of a text";
    CHARACTERS_REMOVED = "characters-removed", Warning, "characters that cannot be published were taken out of a text";

    // import

    // publishing
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_kebab_case() {
        let mut seen = std::collections::BTreeSet::new();
        for code in ALL {
            assert!(seen.insert(code.name), "`{}` stands twice", code.name);
            assert!(code.name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-'), "{}", code.name);
            assert!(!code.about.ends_with('.') && !code.about.is_empty());
        }
    }
}
