//! A language tag (BCP 47): well-formed, in canonical case, and of a language that there is.

use std::cell::RefCell;
use std::fmt;
use std::sync::Arc;

use oxilangtag::LanguageTag;

use super::subtags;

/// A BCP 47 language tag of a language that is registered, such as `en`, `es-CR` or `sr-Latn`; a pointer, since a million items have one each.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Language(Arc<Box<str>>);

/// So many tags are remembered by each thread, the newest first.
const RECENTLY: usize = 16;

thread_local! {
    static RECENT: RefCell<Vec<Language>> = const { RefCell::new(Vec::new()) };
}

/// Why a text is no language tag, with the way out.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is {} (BCP 47)", if *.is_tag { "no language that is registered" } else { "not a language tag" })]
pub struct NotALanguage {
    pub text: String,
    /// Whether it is well-formed all the same.
    pub is_tag: bool,
    pub help: String,
}

/// Whether the tag's first subtag is one of a language that is registered, in any case, or says that what follows is for private use.
pub fn is_registered(tag: &str) -> bool {
    let primary = tag.split('-').next().unwrap_or(tag);
    subtags::is_registered(primary.as_bytes()) || primary.eq_ignore_ascii_case("x")
}

/// Scripts that run from right to left, for languages whose tag names no script.
const RIGHT_TO_LEFT: [&str; 10] = ["ar", "arc", "ckb", "dv", "fa", "he", "ps", "sd", "ur", "yi"];

impl Language {
    /// Reads a tag, mending its case (`EN-us` becomes `en-US`).
    pub fn parse(text: &str) -> Result<Self, NotALanguage> {
        // A publication has a handful of languages, and a million items in them.
        if let Some(known) = RECENT.with_borrow(|recent| recent.iter().find(|known| **known.0 == *text).cloned()) {
            return Ok(known);
        }
        let language = Language::read(text)?;
        Ok(RECENT.with_borrow_mut(|recent| match recent.iter().find(|known| **known == language) {
            // In another case, as in `EN`.
            Some(known) => known.clone(),
            None => {
                recent.truncate(RECENTLY - 1);
                recent.insert(0, language.clone());
                language
            }
        }))
    }

    fn read(text: &str) -> Result<Self, NotALanguage> {
        let tag = LanguageTag::parse_and_normalize(text).map(LanguageTag::into_inner).ok();
        let is_tag = tag.is_some();
        match tag.filter(|tag| is_registered(tag)) {
            Some(tag) => Ok(Language(Arc::new(tag.into()))),
            None => Err(NotALanguage {
                text: text.to_owned(),
                is_tag,
                help: mend(text).unwrap_or_else(|| "give a tag such as `en` or `es-CR`".to_owned()),
            }),
        }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The first subtag: `es` of `es-CR`.
    pub fn primary(&self) -> &str {
        self.0.split('-').next().unwrap_or(&self.0)
    }

    /// The language that is called so in itself: `español`, `in English`. What others call it may be a people, or the food: `French`.
    pub fn of_own_name(name: &str) -> Option<Self> {
        let name = name.trim().to_lowercase();
        let name = ["in ", "en ", "em ", "auf "].iter().find_map(|word| name.strip_prefix(word)).unwrap_or(&name);
        OWN_NAMES.iter().find(|(own, _)| *own == name).and_then(|(_, tag)| Language::parse(tag).ok())
    }

    /// Whether a text in this language serves a reader who asked for `range` (RFC 4647 basic filtering): `es` takes `es-CR`.
    pub fn matches(&self, range: &Language) -> bool {
        self.0.strip_prefix(range.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
    }

    /// Whether the language is written from right to left.
    pub fn is_right_to_left(&self) -> bool {
        match self.0.split('-').nth(1).filter(|script| script.len() == 4) {
            Some(script) => matches!(script, "Arab" | "Hebr" | "Syrc" | "Thaa" | "Nkoo" | "Adlm"),
            None => RIGHT_TO_LEFT.contains(&self.primary()),
        }
    }
}

/// What languages are called in themselves.
const OWN_NAMES: [(&str, &str); 12] = [
    ("english", "en"),
    ("español", "es"),
    ("espanol", "es"),
    ("castellano", "es"),
    ("français", "fr"),
    ("francais", "fr"),
    ("português", "pt"),
    ("portugues", "pt"),
    ("deutsch", "de"),
    ("italiano", "it"),
    ("العربية", "ar"),
    ("kreyòl", "ht"),
];

fn mend(text: &str) -> Option<String> {
    let dashed = text.trim().replace('_', "-");
    if dashed != text && LanguageTag::parse(dashed.as_str()).is_ok() {
        return Some(format!("write `{}`", Language::parse(&dashed).ok()?));
    }
    if let Some(known) = Language::of_own_name(text) {
        return Some(format!("write `{known}`"));
    }
    let known = match text.trim().to_lowercase().as_str() {
        "inglés" | "anglais" => "en",
        "spanish" => "es",
        "french" => "fr",
        "portuguese" => "pt",
        "sp" => "es",
        // Countries, of whose languages people write so.
        "cn" => "zh",
        "cz" => "cs",
        "dk" => "da",
        "gr" => "el",
        "jp" => "ja",
        "ua" => "uk",
        _ => return None,
    };
    Some(format!("write `{known}`"))
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Language({})", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_and_mends_case() {
        for (text, want) in [("en", "en"), ("ES-cr", "es-CR"), ("sr-latn", "sr-Latn"), ("x-private", "x-private"), ("quc", "quc")] {
            assert_eq!(Language::parse(text).expect(text).as_str(), want);
        }
    }

    #[test]
    fn refuses_with_a_way_out() {
        for (text, is_tag, help) in [
            ("EN_gb", false, "write `en-GB`"),
            ("Spanish", true, "write `es`"),
            ("sp", true, "write `es`"),
            ("", false, "give a tag such as `en` or `es-CR`"),
            ("a b", false, "give a tag such as `en` or `es-CR`"),
            ("zq", true, "give a tag such as `en` or `es-CR`"),
        ] {
            let bad = Language::parse(text).expect_err(text);
            assert_eq!((bad.is_tag, &*bad.help), (is_tag, help), "{text}");
        }
    }

    #[test]
    fn languages_are_known_by_what_they_call_themselves() {
        for (name, tag) in
            [("Español", Some("es")), ("En français", Some("fr")), ("in English", Some("en")), ("French", None), ("Español latino", None)]
        {
            assert_eq!(Language::of_own_name(name).as_ref().map(Language::as_str), tag, "{name}");
        }
    }

    #[test]
    fn ranges_match_on_whole_subtags() {
        let tag = |t| Language::parse(t).expect(t);
        assert!(tag("es-CR").matches(&tag("es")));
        assert!(!tag("es").matches(&tag("es-CR")));
        assert!(!tag("est").matches(&tag("es")));
    }

    #[test]
    fn direction_follows_the_script() {
        for (tag, rtl) in [("ar", true), ("he-IL", true), ("az-Arab", true), ("ar-Latn", false), ("en", false)] {
            assert_eq!(Language::parse(tag).expect(tag).is_right_to_left(), rtl, "{tag}");
        }
    }
}
