//! No two channels with one path: named ones, automatic ones, and their variants by language.

use std::collections::BTreeMap;

use crate::config::file::{At, Report};
use crate::config::names::Names;
use crate::config::{Channels, NamedChannel, Topic, paths};
use crate::diag::codes;
use crate::vocab::{Country, Language};

/// Reports every named channel whose path another channel has.
pub(super) fn check(
    named: &[At<NamedChannel>],
    channels: &Channels,
    topics: &[At<Topic>],
    names: &Names,
    languages: &[Language],
    report: &mut Report<'_>,
) {
    if named.is_empty() {
        return;
    }
    let mut taken = automatic(channels, topics, names);
    for channel in named {
        let path = &channel.value.path;
        if let Some((owner, help)) = taken.get(path) {
            report.error(&codes::DUPLICATE_PATH, &channel.span, format!("the path `{path}` is taken by {owner}"), help.clone());
            continue;
        }
        let owner = format!("the `[[channel]]` at line {}", report.line(&channel.span));
        taken.insert(path.clone(), (owner, "give one of them another path".to_owned()));
    }
    if channels.per_language {
        check_variants(named, &taken, languages, report);
    }
}

/// Named channels at the place of another channel's variant in one language.
fn check_variants(named: &[At<NamedChannel>], taken: &BTreeMap<String, (String, String)>, languages: &[Language], report: &mut Report<'_>) {
    for channel in named {
        let path = &channel.value.path;
        let variant_of = |language: &Language| {
            let prefix = paths::in_language(language, "");
            path.strip_prefix(&prefix).filter(|rest| taken.contains_key(*rest)).map(str::to_owned)
        };
        if let Some((language, whole)) = languages.iter().find_map(|language| Some((language, variant_of(language)?))) {
            let message = format!("the path `{path}` is taken by the variant of `{whole}` in `{language}`");
            let help = "give it another path, or write `per-language = false` in `[channels]`";
            report.error(&codes::DUPLICATE_PATH, &channel.span, message, help);
        }
    }
}

/// The paths that channels have by themselves, with their owner and the way to make room.
fn automatic(channels: &Channels, topics: &[At<Topic>], names: &Names) -> BTreeMap<String, (String, String)> {
    let mut taken = BTreeMap::new();
    if channels.all {
        taken.insert(paths::ALL.to_owned(), own("the whole publication's channel", "`all = false`"));
    }
    let countries: Vec<Country> = match &names.allow {
        Some(allow) => allow.clone(),
        None => Country::all().collect(),
    };
    for country in countries.iter().filter(|country| takes(channels.countries.as_ref(), country.alpha2())) {
        taken.insert(paths::country(*country), own(&format!("the channel of the country `{country}`"), "it in `exclude` of `countries`"));
    }
    for topic in topics.iter().map(|topic| &topic.value).filter(|topic| takes(channels.topics.as_ref(), &topic.key)) {
        taken.insert(paths::topic(topic), own(&format!("the channel of the topic `{}`", topic.key), "it in `exclude` of `topics`"));
    }
    if channels.matrix.is_some() {
        for country in countries {
            for topic in topics {
                let owner = format!("the crossing of `{country}` and `{}`", topic.value.key);
                taken.insert(paths::crossing(country, &topic.value), own(&owner, "`matrix = false`"));
            }
        }
    }
    taken
}

fn own(owner: &str, room: &str) -> (String, String) {
    (owner.to_owned(), format!("give it another path, or write {room} in `[channels]`"))
}

fn takes(axis: Option<&crate::config::AxisChannels>, value: &str) -> bool {
    axis.is_some_and(|axis| axis.takes(value))
}
