//! The language variants of one channel: the mixed one, and one for each language of the publication.

use std::collections::{HashMap, HashSet};

use super::member::Facts;
use super::{Channel, Draft, Sorted, limit, newest_change};
use crate::config::{Config, paths};
use crate::vocab::Language;

/// The mixed channel first, then those of single languages where the config wants them. The draft has no items any more.
pub(super) fn of(config: &Config, sorted: Sorted<'_>, facts: &Facts<'_>, draft: &mut Draft) -> Vec<Channel> {
    let languages = &config.publication.languages;
    let apart: &[Language] = if config.channels.per_language && languages.len() > 1 { languages } else { &[] };
    let variant = |language| {
        let lane = Lane { language: Some(language), below: Some(language) };
        channel(config, sorted, draft, lane, in_language(facts, &draft.items, language))
    };
    let apart: Vec<Channel> = apart.iter().map(variant).collect();
    std::iter::once(mixed(config, sorted, facts, draft)).chain(apart).collect()
}

/// The channel in which items of all languages stand side by side, one version of each story. It takes the items of the draft.
pub(super) fn mixed(config: &Config, sorted: Sorted<'_>, facts: &Facts<'_>, draft: &mut Draft) -> Channel {
    let languages = &config.publication.languages;
    let whole = if languages.len() == 1 { Some(&languages[0]) } else { None };
    let items = one_version_each(config, (sorted, facts), std::mem::take(&mut draft.items));
    channel(config, sorted, draft, Lane { language: whole, below: None }, items)
}

/// What sets a variant apart: the language that it declares, and the one whose folder it stands in.
struct Lane<'a> {
    language: Option<&'a Language>,
    below: Option<&'a Language>,
}

fn channel(config: &Config, sorted: Sorted<'_>, draft: &Draft, lane: Lane<'_>, items: Vec<u32>) -> Channel {
    let own = config.publication.language();
    let title = title(draft, lane.below, own);
    let window = limit::window(sorted, &draft.limits, &items);
    let updated = newest_change(config, sorted.items, &items[..window]);
    Channel {
        path: lane.below.map_or_else(|| draft.path.clone(), |language| paths::in_language(language, &draft.path)),
        id: lane.below.map_or_else(|| draft.id.clone(), |language| format!("{};{language}", draft.id)),
        published_id: None,
        former: Vec::new(),
        kind: draft.kind.clone(),
        language: lane.language.cloned(),
        title,
        description: draft.description.get(lane.below.unwrap_or(own)).to_owned(),
        count: items.len(),
        items,
        window,
        limits: draft.limits.clone(),
        pages: Vec::new(),
        updated,
        deleted: Vec::new(),
        family: draft.path.clone(),
    }
}

/// The title in the variant's language; marked with the language where it would read like the mixed channel's, since readers list feeds by title.
fn title(draft: &Draft, language: Option<&Language>, own: &Language) -> String {
    let mixed = draft.title.get(own);
    match language {
        None => mixed.to_owned(),
        Some(language) => match draft.title.get(language) {
            same if same == mixed => format!("{same} ({language})"),
            other => other.to_owned(),
        },
    }
}

fn in_language(facts: &Facts<'_>, items: &[u32], range: &Language) -> Vec<u32> {
    let matches: Vec<bool> = facts.languages.iter().map(|language| language.matches(range)).collect();
    let is_in = |at: &&u32| matches[facts.language(**at)];
    // In no more memory than they take: there are channels with nearly all of a million.
    let mut taken = Vec::with_capacity(items.iter().filter(is_in).count());
    taken.extend(items.iter().filter(is_in));
    taken
}

/// How many items there are when the versions of one story count as one.
pub(super) fn stories(facts: &Facts<'_>, items: &[u32]) -> usize {
    let told: HashSet<u32, foldhash::fast::RandomState> = items.iter().filter_map(|at| facts.story(*at)).collect();
    items.iter().filter(|at| facts.story(**at).is_none()).count() + told.len()
}

/// How much a version in this language is wanted where only one of each story stands: the less the sooner.
pub fn preference(config: &Config, language: &Language) -> usize {
    let languages = &config.publication.languages;
    languages.iter().position(|range| language.matches(range)).unwrap_or(languages.len())
}

/// Of the versions of one story only the one in the language that the config prefers, and of several in one language the first by id; each stands at its
/// own date.
fn one_version_each(config: &Config, (sorted, facts): (Sorted<'_>, &Facts<'_>), mut items: Vec<u32>) -> Vec<u32> {
    let preferences: Vec<usize> = facts.languages.iter().map(|language| preference(config, language)).collect();
    let preference = |at: u32| preferences[facts.language(at)];
    let iri = |at: u32| sorted.items[at as usize].iri();
    let is_before = |one: u32, other: u32| preference(one).cmp(&preference(other)).then_with(|| iri(one).cmp(iri(other))).is_lt();
    let mut best: HashMap<u32, u32, foldhash::fast::RandomState> = HashMap::default();
    for (at, story) in items.iter().filter_map(|at| Some((*at, facts.story(*at)?))) {
        let held = best.entry(story).or_insert(at);
        if is_before(at, *held) {
            *held = at;
        }
    }
    if !best.is_empty() {
        items.retain(|at| facts.story(*at).is_none_or(|story| best[&story] == *at));
    }
    items.shrink_to_fit();
    items
}
