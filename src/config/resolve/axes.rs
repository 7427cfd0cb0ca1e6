//! `[countries]`, `[topics.KEY]` and `[classify]`: what items are sorted by, and on which evidence.

use std::sync::Arc;

use regex::RegexBuilder;

use super::localised;
use crate::config::file::{At, Report, Table, strings, table};
use crate::config::{Countries, Evidence, Pattern, Phrase, Rank, Step, Topic, TopicKey, names};
use crate::diag::{codes, did_you_mean};
use crate::vocab::slug::{is_slug, slug};
use crate::vocab::{Country, Language};

const RANKS: [(&str, Rank); 6] = [
    ("field", Rank::Field),
    ("dateline", Rank::Dateline),
    ("title", Rank::Title),
    ("sole-body", Rank::SoleBody),
    ("body", Rank::Body),
    ("text", Rank::Text),
];

pub(super) fn countries(table: &Table<'_>, report: &mut Report<'_>) -> Countries {
    let (allow, is_sound) = allow(table, report);
    let allowed = |country: &Country| allow.as_ref().is_none_or(|allow| allow.contains(country));
    let mut aliases: Vec<(Country, String)> = Vec::new();
    for (name, words) in table.table("aliases").entries() {
        let Some(country) = country(&name, report) else { continue };
        if !allowed(&country) {
            unused(&name, country, report);
        }
        for word in strings(words).unwrap_or_default() {
            if let Some((other, _)) = aliases.iter().find(|(other, text)| *other != country && text.eq_ignore_ascii_case(word.value)) {
                report.bad(&word.span, format!("`{}` stands for `{other}` already", word.value), "let it stand for one country only");
            }
            aliases.push((country, word.value.to_owned()));
        }
    }
    let mut ambiguous = Vec::new();
    for name in table.list("ambiguous").unwrap_or_default() {
        let Some(country) = country(&name, report) else { continue };
        if !allowed(&country) {
            unused(&name, country, report);
        }
        ambiguous.push(country);
    }
    let ignore = table.list("ignore").unwrap_or_default().iter().map(|text| text.value.to_owned()).collect();
    Countries { allow: allow.filter(|_| is_sound), aliases, ignore, ambiguous }
}

/// The publication's own countries, and whether all of them could be read.
fn allow(table: &Table<'_>, report: &mut Report<'_>) -> (Option<Vec<Country>>, bool) {
    let Some(list) = table.list("allow") else { return (None, true) };
    if list.is_empty() {
        let help = "leave the key out to allow every country; for no country channels write `countries = false` in `[channels]`";
        report.bad(&table.place("allow"), "`allow` is empty, so that no country is allowed", help);
    }
    let mut countries = Vec::new();
    for name in &list {
        match country(name, report) {
            Some(country) if countries.contains(&country) => {
                report.bad(&name.span, format!("`{}` is in the list already", name.value), "take one of the two out");
            }
            Some(country) => countries.push(country),
            None => {}
        }
    }
    let is_sound = countries.len() == list.len() && !list.is_empty();
    (Some(countries).filter(|_| is_sound), is_sound)
}

fn unused(name: &At<&str>, country: Country, report: &mut Report<'_>) {
    let help = format!("add `{country}` to `allow`, or take it out here");
    report.error(&codes::UNUSED_KEY, &name.span, format!("`{}` is not among the publication's countries", name.value), help);
}

fn country(name: &At<&str>, report: &mut Report<'_>) -> Option<Country> {
    names::country(name.value).map_err(|problem| report.error(problem.code, &name.span, problem.message, problem.help)).ok()
}

/// The keys of all topics, those with errors too: naming them elsewhere is no error.
pub(super) fn topic_keys(table: &Table<'_>) -> Vec<TopicKey> {
    table.entries().iter().map(|(key, _)| key.value.into()).collect()
}

pub(super) fn topics(table_of: &Table<'_>, languages: &[Language], report: &mut Report<'_>) -> Vec<At<Topic>> {
    let mut topics: Vec<At<Topic>> = Vec::new();
    for (key, value) in table_of.entries() {
        let Some(table) = table(value) else { continue };
        let Some(slug) = topic_slug(&key, &table, report) else { continue };
        if let Some(other) = topics.iter().find(|other| other.value.slug == slug) {
            let message = format!("the topics `{}` and `{}` have the same path, `topic/{slug}`", other.value.key, key.value);
            let span = if table.has("slug") { table.place("slug") } else { key.span.clone() };
            report.error(&codes::DUPLICATE_PATH, &span, message, "give one of them another `slug`");
        }
        let topic = Topic {
            key: Arc::from(key.value),
            slug,
            title: localised::read(&table, "title", languages, &[], report)
                .unwrap_or_else(|| crate::config::Localised::plain(title_of(key.value))),
            description: localised::read(&table, "description", languages, &[], report),
            words: phrases(&table, "words", languages, report),
            patterns: patterns(&table, languages, report),
            exclude: phrases(&table, "exclude", languages, report),
        };
        check_words(&table, &topic, report);
        topics.push(At { value: topic, span: key.span });
    }
    topics
}

fn topic_slug(key: &At<&str>, table: &Table<'_>, report: &mut Report<'_>) -> Option<String> {
    let Some(own) = table.string("slug") else {
        let made = slug(key.value);
        if made.is_none() {
            report.bad(
                &key.span,
                format!("no path can be made from the key `{}`", key.value),
                "give the topic a `slug`, such as `slug = \"migration\"`",
            );
        }
        return made;
    };
    if is_slug(own.value) {
        return Some(own.value.to_owned());
    }
    let help = slug(own.value)
        .map_or_else(|| "use lower-case letters, digits and single hyphens".to_owned(), |mended| format!("write `{mended}`"));
    report.bad(&own.span, format!("`{}` cannot be a piece of a path", own.value), help);
    None
}

/// A key as a title: `border-management` becomes `Border management`.
fn title_of(key: &str) -> String {
    let blanks = key.replace(['-', '_'], " ");
    let mut characters = blanks.trim().chars();
    characters.next().map_or_else(|| key.to_owned(), |first| first.to_uppercase().chain(characters).collect())
}

/// Strings of a list or of lists by language.
fn by_language<'t>(table: &Table<'t>, key: &str, languages: &[Language], report: &mut Report<'_>) -> Vec<(Option<Language>, At<&'t str>)> {
    let Some(value) = table.get(key) else { return Vec::new() };
    if let Some(plain) = strings(value) {
        return plain.into_iter().map(|text| (None, text)).collect();
    }
    let mut all = Vec::new();
    for (language, value) in localised::by_language(value, languages, report) {
        all.extend(strings(value).unwrap_or_default().into_iter().map(|text| (Some(language.clone()), text)));
    }
    all
}

fn phrases(table: &Table<'_>, key: &str, languages: &[Language], report: &mut Report<'_>) -> Vec<Phrase> {
    let mut phrases = Vec::new();
    for (language, text) in by_language(table, key, languages, report) {
        if !text.value.contains(char::is_alphanumeric) && !text.value.trim().is_empty() {
            report.bad(&text.span, format!("`{}` has no letter and no digit to match", text.value), "use a pattern in `patterns`");
        }
        if text.value.trim().trim_end_matches('*').contains('*') {
            let help = "`*` stands for any ending, so at the end alone; say it as a pattern in `patterns`, such as `num\\w*er`";
            report.bad(&text.span, format!("`{}` has a `*` before its end", text.value), help);
        }
        phrases.push(Phrase { language, text: text.value.trim().to_owned() });
    }
    phrases
}

/// A word that is excluded as it stands can never count.
fn check_words(table: &Table<'_>, topic: &Topic, report: &mut Report<'_>) {
    for phrase in topic.words.iter().filter(|phrase| topic.exclude.contains(phrase)) {
        let help = "take it out of `words` or out of `exclude`";
        report.bad(&table.place("exclude"), format!("`{}` is a word of the topic and excluded from it", phrase.text), help);
    }
}

fn patterns(table: &Table<'_>, languages: &[Language], report: &mut Report<'_>) -> Vec<Pattern> {
    let mut patterns = Vec::new();
    for (language, text) in by_language(table, "patterns", languages, report) {
        match RegexBuilder::new(text.value).case_insensitive(true).build() {
            Ok(regex) if regex.is_match("") => {
                let help = "let it match one character at least: `+` in place of `*`";
                report.bad(&text.span, format!("`{}` matches nothing at all, and so every item", text.value), help);
            }
            Ok(regex) => patterns.push(Pattern { language, regex }),
            Err(error) => bad_pattern(&text, &error, report),
        }
    }
    patterns
}

/// Points at the piece of the pattern that cannot be read.
fn bad_pattern(text: &At<&str>, error: &regex::Error, report: &mut Report<'_>) {
    let (span, why) = match regex_syntax::Parser::new().parse(text.value) {
        Err(regex_syntax::Error::Parse(error)) => (error.span().start.offset..error.span().end.offset, error.kind().to_string()),
        Err(regex_syntax::Error::Translate(error)) => (error.span().start.offset..error.span().end.offset, error.kind().to_string()),
        _ => (0..text.value.len(), error.to_string()),
    };
    let help = if text.value.contains("(?=") || text.value.contains("(?!") || text.value.contains("(?<!") || text.value.contains("(?<=") {
        "there is no look-around; name what must not count in `exclude`"
    } else if why.contains("unclosed") || why.contains("unopened") {
        "close it, or write `\\` before a bracket that stands for itself"
    } else {
        "mend the pattern, or write `\\` before a sign that stands for itself; in TOML patterns are best put in single quotes"
    };
    let span = report.inside(text, span);
    report.bad(&span, format!("the pattern cannot be read: {why}"), help);
}

pub(super) fn evidence(table: &Table<'_>, report: &mut Report<'_>) -> Evidence {
    let preset = Evidence::default();
    Evidence {
        countries: steps(table, "countries", report).unwrap_or(preset.countries),
        topics: steps(table, "topics", report).unwrap_or(preset.topics),
    }
}

fn steps(table: &Table<'_>, key: &str, report: &mut Report<'_>) -> Option<Vec<Step>> {
    let list = table.list(key)?;
    if list.is_empty() {
        let help = format!("leave the key out for what holds without it; for no such channels write `{key} = false` in `[channels]`");
        report.bad(&table.place(key), format!("`{key}` is empty, so that nothing is ever found"), help);
    }
    let mut seen: Vec<Rank> = Vec::new();
    Some(list.iter().map(|text| step(text, &mut seen, report)).collect())
}

fn step(text: &At<&str>, seen: &mut Vec<Rank>, report: &mut Report<'_>) -> Step {
    let mut ranks = Vec::new();
    let mut at = 0;
    for piece in text.value.split('+') {
        let from = at + piece.len() - piece.trim_start().len();
        at += piece.len() + 1;
        let name = piece.trim();
        let span = report.inside(text, from..from + name.len());
        match RANKS.iter().find(|(own, _)| *own == name) {
            None if name.is_empty() => report.bad(&span, "a rank of evidence is missing", rank_help(name)),
            None => report.bad(&span, format!("`{name}` is no rank of evidence"), rank_help(name)),
            Some((_, rank)) if seen.contains(rank) => {
                report.bad(
                    &span,
                    format!("`{name}` stands twice"),
                    "keep the first; a later step comes only where the earlier found nothing",
                );
            }
            Some((_, rank)) => {
                seen.push(*rank);
                ranks.push(*rank);
            }
        }
    }
    ranks
}

fn rank_help(name: &str) -> String {
    let names = RANKS.map(|(name, _)| name);
    did_you_mean(name, names).unwrap_or_else(|| format!("the ranks are {}", crate::config::keys::quoted(&names)))
}
