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
    FUTURE_UPDATE = "future-update", Warning, "a record says that it was updated at a time that lies in the future";

    // classification

    // channels
    PATH_COLLISION = "path-collision", Error, "two channels would be published at one path";

    // text
    TEXT_CLEANED = "text-cleaned", Warning, "something was taken out of a text because feeds must not carry it";

    // import

    // publishing
    FOREIGN_FILE = "foreign-file", Error, "something stands where a document should go, and it was not published from here";
    ABANDONED_FILE = "abandoned-file", Warning, "a document that is no longer wanted was changed by something else and is left alone";
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
