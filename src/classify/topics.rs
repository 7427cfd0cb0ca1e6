//! The axis of topics: words, phrases and regular expressions of the config, with exclusions.

use std::collections::HashMap;
use std::ops::Range;

use super::axis::{Axis, Evidence};
use super::phrases::Phrases;
use super::texts::Texts;
use super::{Because, Rule};
use crate::config::{Pattern, Phrase, Rank, Topic, TopicKey};
use crate::vocab::Language;
use crate::vocab::fold::{Folded, fold};

/// The topics of a config made ready.
pub(super) struct Topics {
    /// In the order of the config, by which each is known here.
    keys: Vec<TopicKey>,
    labels: Vec<String>,
    numbers: HashMap<TopicKey, usize>,
    phrases: Phrases,
    /// By phrase: what it means to each topic that has it.
    uses: Vec<Vec<Use>>,
    patterns: Vec<(usize, Pattern, Rule)>,
}

/// What a phrase means to one topic.
struct Use {
    topic: usize,
    language: Option<Language>,
    /// The rule that it is, with the phrase as the config has it; `None` where it excludes.
    rule: Option<Rule>,
}

/// A match of a topic in the original text.
struct Match<'a> {
    topic: usize,
    range: Range<usize>,
    rule: &'a Rule,
}

impl Topics {
    pub fn new(topics: &[Topic]) -> Self {
        let mut folded: Vec<String> = Vec::new();
        let mut numbers: HashMap<String, usize> = HashMap::new();
        let mut uses: Vec<Vec<Use>> = Vec::new();
        let mut add = |topic, phrase: &Phrase, counts: bool| {
            let text = fold(phrase.text.trim());
            if text.trim_matches('*').is_empty() {
                return;
            }
            let number = *numbers.entry(text).or_insert_with_key(|text| {
                folded.push(text.clone());
                uses.push(Vec::new());
                uses.len() - 1
            });
            let rule = counts.then(|| Rule::Word(phrase.text.as_str().into()));
            uses[number].push(Use { topic, language: phrase.language.clone(), rule });
        };
        for (number, topic) in topics.iter().enumerate() {
            topic.words.iter().for_each(|phrase| add(number, phrase, true));
            topic.exclude.iter().for_each(|phrase| add(number, phrase, false));
        }
        let keys: Vec<TopicKey> = topics.iter().map(|topic| topic.key.clone()).collect();
        Topics {
            numbers: keys.iter().cloned().zip(0..).collect(),
            labels: topics
                .iter()
                .map(|topic| topic.title.iter().next().map_or_else(|| topic.key.to_string(), |(_, title)| title.to_owned()))
                .collect(),
            phrases: Phrases::new(&folded),
            patterns: topics
                .iter()
                .zip(0..)
                .flat_map(|(topic, number)| topic.patterns.iter().map(move |p| (number, p.clone(), Rule::Pattern(p.regex.as_str().into()))))
                .collect(),
            keys,
            uses,
        }
    }

    pub fn key(&self, topic: usize) -> TopicKey {
        self.keys[topic].clone()
    }

    /// What speaks for topics, and the exclusions, each in the original text.
    fn matches(&self, text: &Folded<'_>, language: &Language) -> (Vec<Match<'_>>, Vec<(usize, Range<usize>)>) {
        let (mut matches, mut exclusions) = (Vec::new(), Vec::new());
        for hit in self.phrases.find(text) {
            let range = text.source_range(hit.range);
            for used in self.uses[hit.phrase].iter().filter(|used| speaks(used.language.as_ref(), language)) {
                match &used.rule {
                    Some(rule) => matches.push(Match { topic: used.topic, range: range.clone(), rule }),
                    None => exclusions.push((used.topic, range.clone())),
                }
            }
        }
        for (topic, pattern, rule) in self.patterns.iter().filter(|(_, pattern, _)| speaks(pattern.language.as_ref(), language)) {
            for found in pattern.regex.find_iter(text.original()).filter(|found| !found.is_empty()) {
                matches.push(Match { topic: *topic, range: found.range(), rule });
            }
        }
        matches.sort_by_key(|found| (found.range.start, std::cmp::Reverse(found.range.end)));
        (matches, exclusions)
    }
}

fn speaks(phrase: Option<&Language>, item: &Language) -> bool {
    phrase.is_none_or(|range| item.matches(range))
}

impl Axis for Topics {
    type Value = usize;

    fn field<'a>(&'a self, texts: &'a Texts<'_>) -> Option<Vec<Evidence<'a, usize>>> {
        let named = texts.item.topics()?.iter().filter_map(|key| self.numbers.get(key)).copied();
        let evidence = |topic: usize| Evidence { value: topic, rule: &Rule::Record, matched: (*self.keys[topic]).into(), against: None };
        Some(named.map(evidence).collect())
    }

    fn find<'a>(&'a self, text: &'a Folded<'_>, _: Rank, texts: &Texts<'_>, all: bool, found: &mut Vec<Evidence<'a, usize>>) {
        let (matches, exclusions) = self.matches(text, &texts.item.language);
        found.extend(matches.into_iter().filter_map(|found| {
            let cover = exclusions
                .iter()
                .find(|(topic, range)| *topic == found.topic && range.start <= found.range.start && found.range.end <= range.end);
            let against = cover.map(|(_, range)| Because::Inside(text.original()[range.clone()].to_owned()));
            let matched = text.original()[found.range].into();
            (all || against.is_none()).then_some(Evidence { value: found.topic, rule: found.rule, matched, against })
        }));
    }

    fn label(&self, topic: usize) -> String {
        self.labels[topic].clone()
    }
}
