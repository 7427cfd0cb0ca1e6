//! The `feeds.toml` that `tidings init` writes: what must be said filled in, everything else explained and commented out.

use std::fmt::Write;

/// The address of feeds that nobody has said where to serve.
pub const PLACEHOLDER: &str = "https://example.org/feeds/";

/// What a new publication must say of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answers<'a> {
    pub title: &'a str,
    pub base_url: &'a str,
    /// A tagging entity (RFC 4151) such as `example.org,2018`.
    pub authority: &'a str,
    /// A language tag.
    pub language: &'a str,
    /// A zone of the IANA database.
    pub time_zone: &'a str,
}

/// The commented config. Lines that begin with `#` and no blank are settings to be uncommented.
pub fn feeds_toml(answers: &Answers<'_>) -> String {
    let marks = [
        ("@title@", answers.title),
        ("@base-url@", answers.base_url),
        ("@authority@", answers.authority),
        ("@language@", answers.language),
        ("@time-zone@", answers.time_zone),
    ];
    let mut out = String::with_capacity(TEMPLATE.len() + 256);
    for line in TEMPLATE.lines() {
        // One mark a line, so that an answer that looks like a mark stays as it is.
        match marks.iter().find(|(mark, _)| line.contains(mark)) {
            Some((mark, value)) => out.push_str(&line.replace(mark, &quoted(value))),
            None => out.push_str(line),
        }
        out.push('\n');
    }
    out
}

/// The text as a basic string of TOML.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for character in text.chars() {
        match character {
            '"' | '\\' => out.extend(['\\', character]),
            c if c.is_control() => drop(write!(out, "\\u{:04X}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

const TEMPLATE: &str = r##"# The publication: what is read, how it is sorted, what is published. Every key is described in docs/config.md.
# `tidings build` says at line and column what it cannot read here.

[publication]
title = @title@
# Where the output folder will be served.
base-url = @base-url@
# A domain or e-mail address of yours and a date on which it was. All ids are made from it: never change it, even if the site moves.
id-authority = @authority@
# The publication's own language first.
languages = [@language@]
# Dates without a time are at noon in this zone.
time-zone = @time-zone@
#description = "News of the programme"
#home = "https://example.org/news/"
#author = { name = "Press office", email = "press@example.org" }
#rights = "CC BY 4.0"
#icon = "icon.png"
#logo = "logo.png"
#hub = "https://hub.example.org/" # or "self", the hub of `tidings serve` and `tidings hub`

# Where records come from. One section a folder or file; a folder is read with all that is below it.
[[source]]
path = "items"

#[[source]]
#path = "archive.csv"
#columns = { title = "Headline", date = "Published on", body = "Text" }
#list-separator = "|"

# Countries are found by name, demonym and capital. `allow` names those of the publication, by code or name.
[countries]
#allow = ["BZ", "Costa Rica", "GE", "MX"]
# Phrases that say nothing of a country, and countries that count although their name means something else too.
#ignore = ["New Mexico"]
#ambiguous = ["GE"]

# Other words for a country: places, provinces, nicknames.
#[countries.aliases]
#MX = ["Tijuana", "Tapachula"]

# Topics: one section each. Words match without regard to case and accents.
#[topics.trafficking]
#title = "Trafficking in persons"
#words = ["trafficking in persons", "human trafficking"]
#exclude = ["drug trafficking"]

#[topics.border-management]
#words = ["border management", "border crossing"]
#patterns = ['borders? (officer|post)s?']

# Which evidence sorts an item: the first step that finds anything decides.
#[classify]
#countries = ["field", "dateline+title", "sole-body"]
#topics = ["field", "title+body"]

# Channels that are there by themselves: `all`, one per country and one per topic that has items.
[channels]
all = true
countries = true
topics = true
#per-language = true
#matrix = { min-items = 3, max-channels = 100 }
#empty = "publish-known"

# Channels that you name yourself.
#[[channel]]
#path = "belize-trafficking"
#title = "Belize: trafficking in persons"
#query = "country:belize and topic:trafficking and within:365d"

# How much a channel holds, newest first.
[limits]
items = 50
#days = 730
#bytes = "512 KB"
#floor-days = 3

# What is written, and where to.
[output]
folder = "public"
formats = ["rss", "atom", "json"]
#content = "summary"
#ttl = 120
#summary-length = 500
"##;

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::config::parse;
    use crate::diag::render::render;

    const ANSWERS: Answers<'_> = Answers {
        title: "The \"Highlands\" Programme \\ é@language@",
        base_url: "https://feeds.example.org/",
        authority: "example.org,2018",
        language: "en",
        time_zone: "America/Costa_Rica",
    };

    fn read(text: &str) -> crate::config::Config {
        let path = Path::new("feeds.toml");
        match parse(text, path, Path::new(".")) {
            Ok((config, warnings)) => {
                assert!(warnings.is_empty(), "{warnings:?}");
                config
            }
            Err(findings) => panic!("{}", findings.iter().map(render).collect::<String>()),
        }
    }

    #[test]
    fn reads_without_findings() {
        let config = read(&feeds_toml(&ANSWERS));
        assert_eq!(config.publication.title.get(config.publication.language()), ANSWERS.title);
        assert_eq!(config.publication.time_zone, chrono_tz::America::Costa_Rica);
        assert!(config.topics.is_empty() && config.named.is_empty());
    }

    #[test]
    fn reads_with_every_comment_of_a_setting_taken_away() {
        let text = feeds_toml(&ANSWERS);
        let bare: String = text
            .lines()
            .map(|line| line.strip_prefix('#').filter(|rest| !rest.starts_with([' ', '#'])).unwrap_or(line))
            .map(|line| format!("{line}\n"))
            .collect();
        let config = read(&bare);
        assert_eq!((config.topics.len(), config.named.len(), config.sources.len()), (2, 1, 2));
        assert!(config.channels.matrix.is_some() && config.channels.per_language);
    }
}
