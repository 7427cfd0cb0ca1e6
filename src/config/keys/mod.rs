//! What the keys of `feeds.toml` are: the kinds of value, the look-up by path, and the page of documentation.
//!
//! The list itself stands in `rows.rs`. Whether a value is possible beyond its kind is for the resolving to say.

mod rows;

use std::fmt::Write;

/// One key.
#[derive(Debug)]
pub struct Key {
    /// Dotted; a piece in capitals stands for any name. Tables in lists have the path of the list.
    pub path: &'static str,
    pub kind: Kind,
    pub default: Default,
    /// One sentence or two.
    pub meaning: &'static str,
    /// A value in TOML; empty for tables that have a section of their own.
    pub example: &'static str,
}

/// What kind of value a key takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A string that is not blank.
    Text,
    /// A string of exactly one character.
    Character,
    Choice(&'static [&'static str]),
    Choices(&'static [&'static str]),
    /// A list of strings, none of them blank.
    List,
    /// A string or a list of strings, none of them blank.
    Texts,
    /// A string, or strings by language.
    Localised,
    /// A list of strings, or such lists by language.
    Words,
    /// A name or an address or both, or a table with `name`, `email` and `uri`.
    Person,
    Flag,
    /// `true`, `false`, or a table of settings, which means `true`.
    Switch,
    /// A whole number within bounds.
    Whole(u64, u64),
    /// A number of bytes, as a number or as a string with a unit.
    Size,
    Table,
    /// Tables in a list, `[[source]]`.
    Tables,
}

/// What holds where the key is not there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Default {
    /// The key must be there.
    Required,
    /// Nothing.
    None,
    /// A value, in TOML.
    Is(&'static str),
    /// What the words say.
    Like(&'static str),
}

/// A table of the file and its keys.
#[derive(Debug)]
pub struct Section {
    pub heading: &'static str,
    pub about: &'static str,
    pub keys: &'static [Key],
}

/// Every key, in the order of the documentation.
pub fn all() -> impl Iterator<Item = &'static Key> {
    rows::ROOT.iter().chain(rows::SECTIONS.iter().flat_map(|section| section.keys))
}

/// The key `name` of the table at `parent` (a path of the list, empty for the root).
pub fn child(parent: &str, name: &str) -> Option<&'static Key> {
    children(parent).find(|key| key.name() == name || key.is_any())
}

/// The keys of the table at `parent`.
pub fn children(parent: &str) -> impl Iterator<Item = &'static Key> {
    all().filter(move |key| key.parent() == parent)
}

impl Key {
    /// The last piece of the path.
    pub fn name(&self) -> &'static str {
        self.path.rsplit('.').next().unwrap_or(self.path)
    }

    /// The path of the table that the key stands in; empty for the root.
    pub fn parent(&self) -> &'static str {
        self.path.rsplit_once('.').map_or("", |(parent, _)| parent)
    }

    /// Whether the key stands for any name, as `FIELD` in `source.columns.FIELD`.
    pub fn is_any(&self) -> bool {
        self.name().starts_with(|c: char| c.is_ascii_uppercase())
    }
}

impl Kind {
    /// What the key takes, as in "takes a string".
    pub fn describe(self) -> String {
        let fixed = match self {
            Kind::Text => "a string",
            Kind::Character => "a string of one character",
            Kind::List => "a list of strings",
            Kind::Texts => "a string, or a list of strings",
            Kind::Localised => "a string, or a table of strings by language",
            Kind::Words => "a list of strings, or a table of such lists by language",
            Kind::Person => "a string, or a table with `name`, `email` and `uri`",
            Kind::Flag => "`true` or `false`",
            Kind::Switch => "`true`, `false` or a table",
            Kind::Size => "a number of bytes, or a string such as `512 KB`",
            Kind::Table => "a table",
            Kind::Tables => "a list of tables",
            Kind::Whole(min, max) => return format!("a whole number from {min} to {max}"),
            Kind::Choice(values) => return format!("one of {}", quoted(values)),
            Kind::Choices(values) => return format!("a list of {}", quoted(values)),
        };
        fixed.to_owned()
    }
}

/// The values in backticks, with commas.
pub fn quoted(values: &[&str]) -> String {
    values.iter().map(|value| format!("`{value}`")).collect::<Vec<_>>().join(", ")
}

/// The text of `docs/config.md`.
pub fn document() -> String {
    let mut out = String::from(
        "# feeds.toml\n\nThe one file that says what is published. It is written in TOML; `tidings init` makes one to start from. Unknown keys, wrong \
         types and impossible values are errors, and one run reports them all.\n\nA text that people read may be a string, or a table by language: \
         `title = { en = \"News\", es = \"Noticias\" }`. Paths are relative to the folder that the file stands in.\n\n<!-- Made from \
         src/config/keys/rows.rs by `UPDATE_DOCS=1 cargo test --lib config::keys`. -->\n",
    );
    for section in rows::SECTIONS {
        describe_section(&mut out, section);
    }
    out
}

fn describe_section(out: &mut String, section: &Section) {
    let _ = writeln!(out, "\n## `{}`\n\n{}\n", section.heading, section.about);
    for key in section.keys.iter().filter(|key| key.path != section.path()) {
        let default = match key.default {
            Default::Required => "must be there".to_owned(),
            Default::None => "default: none".to_owned(),
            Default::Is(value) => format!("default: `{value}`"),
            Default::Like(words) => format!("default: {words}"),
        };
        let (name, takes) = (section.name_of(key), key.kind.describe());
        let _ = writeln!(out, "- **`{name}`** ({takes}; {default}): {}\n  `{}`", key.meaning, section.example_of(key));
    }
}

impl Section {
    /// The path of the section's table: `topics.KEY` for `[topics.KEY]`.
    fn path(&self) -> &'static str {
        self.heading.trim_matches(['[', ']'])
    }

    /// The key as it is written below the section's heading.
    fn name_of(&self, key: &Key) -> &'static str {
        &key.path[self.path().len() + 1..]
    }

    /// A line that can stand below the section's heading.
    fn example_of(&self, key: &Key) -> String {
        let name = self.name_of(key).replace("COUNTRY", "MX").replace("FIELD", "title");
        format!("{name} = {}", key.example)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_is_of_today() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/config.md");
        if std::env::var_os("UPDATE_DOCS").is_some() {
            std::fs::create_dir_all(concat!(env!("CARGO_MANIFEST_DIR"), "/docs")).expect("docs can be made");
            std::fs::write(path, document()).expect("docs/config.md can be written");
        }
        let page = std::fs::read_to_string(path).unwrap_or_default();
        assert!(page == document(), "docs/config.md is out of date: run `UPDATE_DOCS=1 cargo test --lib config::keys`");
    }

    #[test]
    fn every_key_says_all_of_itself() {
        let mut seen = std::collections::BTreeSet::new();
        for key in all() {
            assert!(seen.insert(key.path), "`{}` stands twice", key.path);
            assert!(key.meaning.ends_with('.'), "`{}` has no sentence", key.path);
            assert!(key.parent().is_empty() || all().any(|other| other.path == key.parent()), "`{}` stands in no table", key.path);
            assert_eq!(key.parent().is_empty(), key.example.is_empty(), "`{}` has no example", key.path);
        }
    }
}
