//! The axis of countries: names, demonyms and capitals of the table, aliases and places of the config.
//!
//! Where phrases overlap the longest counts, so that `Dominican Republic` is not Dominica. Codes of two and three letters are no evidence
//! in running text, but for those that the table has as names (`US`, `UK`, `USA`), and these only in capitals.

use std::collections::{HashMap, HashSet};

use super::axis::{Axis, Evidence};
use super::homonyms::{ACCENTED, AMBIGUOUS, CAPITALISED, DATELINE_ONLY, LANGUAGES, NEVER, OTHERS};
use super::phrases::{Hit, Phrases, longest};
use super::texts::Texts;
use super::{Because, Rule};
use crate::config::{self, Rank};
use crate::vocab::fold::{Folded, fold, key};
use crate::vocab::{Country, Language};

/// The countries of a config made ready.
pub(super) struct Countries {
    /// The publication's own; all where `None`.
    allow: Option<HashSet<Country>>,
    /// Those whose ambiguous names count.
    ambiguous: HashSet<Country>,
    places: HashSet<String>,
    phrases: Phrases,
    entries: Vec<Entry>,
}

/// A phrase that names countries, or, without a meaning, one that hides the names in it.
#[derive(Default)]
struct Entry {
    meanings: Vec<Meaning>,
    /// Those that it names, each once and in their order.
    countries: Vec<Country>,
    writing: Writing,
    /// As the table spells it, where the writing matters.
    spellings: Vec<String>,
    doubt: Doubt,
}

#[derive(Clone)]
struct Meaning {
    country: Country,
    rule: Rule,
}

/// How a phrase must be written to be evidence; the laxer first.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
enum Writing {
    #[default]
    Any,
    /// With capital letters where a spelling has them.
    Capitals,
    /// As a spelling is, but for case.
    Accents,
    /// In capitals throughout.
    Upper,
}

/// Whether a phrase may mean something else.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Doubt {
    #[default]
    None,
    OutsideDatelines,
    Always,
}

impl Countries {
    pub fn new(config: &config::Countries) -> Self {
        let mut lexicon = Lexicon::default();
        lexicon.add_table();
        OTHERS.iter().chain(&LANGUAGES).for_each(|phrase| lexicon.hide(phrase));
        config.ignore.iter().for_each(|phrase| lexicon.hide(phrase));
        config.aliases.iter().for_each(|(country, alias)| lexicon.add_alias(*country, alias));
        let mut countries = Countries {
            allow: config.allow.as_ref().map(|allow| allow.iter().copied().collect()),
            ambiguous: config.ambiguous.iter().copied().collect(),
            places: config.aliases.iter().map(|(_, alias)| key(alias)).collect(),
            phrases: Phrases::new(&lexicon.folded),
            entries: Vec::new(),
        };
        countries.entries = lexicon.entries.into_iter().map(|entry| countries.settled(entry)).collect();
        countries
    }

    /// The aliases, as keys.
    pub fn places(&self) -> &HashSet<String> {
        &self.places
    }

    fn allows(&self, country: Country) -> bool {
        self.allow.as_ref().is_none_or(|allow| allow.contains(&country))
    }

    /// The countries that these words and no others are a name of, in one of these languages or by the config: as running text would have it, but that
    /// `US` by itself is no pronoun.
    pub fn named(&self, words: &str, languages: &[Language]) -> Vec<Country> {
        let text = Folded::new(words);
        let is_word = |part: &str| part.contains(char::is_alphanumeric);
        let is_whole = |hit: &Hit| !is_word(&text.as_str()[..hit.range.start]) && !is_word(&text.as_str()[hit.range.end..]);
        let Some(hit) = self.phrases.find(&text).into_iter().rfind(is_whole) else { return Vec::new() };
        let entry = &self.entries[hit.phrase];
        if !entry.may_be_written(text.source(hit.range)) {
            return Vec::new();
        }
        let counts = |country: &Country| self.against(*country, entry.doubt, Rank::Field).is_none() && entry.is_name(*country, languages);
        entry.countries.iter().copied().filter(counts).collect()
    }

    /// The entry with the countries that it names, and what doubt there is of it among them.
    fn settled(&self, mut entry: Entry) -> Entry {
        let mut countries: Vec<_> = entry.meanings.iter().map(|meaning| meaning.country).collect();
        countries.sort();
        countries.dedup();
        // A word that several countries claim is evidence where the publication has just one of them.
        let alone = self.allow.is_some() && countries.iter().filter(|country| self.allows(**country)).count() == 1;
        if countries.len() > 1 && !alone {
            entry.doubt = Doubt::Always;
        }
        Entry { countries, ..entry }
    }

    /// What the phrase says of each country that it names.
    fn read<'a>(&'a self, hit: &Hit, text: &'a Folded<'_>, rank: Rank, language: &Language) -> impl Iterator<Item = Evidence<'a, Country>> {
        let (entry, matched) = (&self.entries[hit.phrase], text.source(hit.range.clone()));
        entry.countries.iter().map(move |country| Evidence {
            value: *country,
            rule: entry.rule(*country, language),
            matched: matched.into(),
            against: self.against(*country, entry.doubt, rank),
        })
    }

    fn against(&self, country: Country, doubt: Doubt, rank: Rank) -> Option<Because> {
        let doubtful = match doubt {
            Doubt::None => false,
            Doubt::OutsideDatelines => rank != Rank::Dateline,
            Doubt::Always => true,
        };
        match () {
            () if !self.allows(country) => Some(Because::NotAllowed),
            () if doubtful && !self.ambiguous.contains(&country) => Some(Because::Ambiguous),
            () => None,
        }
    }
}

impl Axis for Countries {
    type Value = Country;

    fn field<'a>(&'a self, texts: &'a Texts<'_>) -> Option<Vec<Evidence<'a, Country>>> {
        let named = texts.item.countries()?.iter().map(|country| Evidence {
            value: *country,
            rule: &Rule::Record,
            matched: country.to_string().into(),
            against: self.against(*country, Doubt::None, Rank::Field),
        });
        Some(named.collect())
    }

    fn find<'a>(&'a self, text: &'a Folded<'_>, rank: Rank, texts: &Texts<'_>, all: bool, found: &mut Vec<Evidence<'a, Country>>) {
        let mut hits = self.phrases.find(text);
        hits.retain(|hit| self.entries[hit.phrase].is_written_in(text, hit));
        let (kept, yielding) = longest(hits);
        let language = &texts.item.language;
        let mut read: Vec<_> = kept.iter().flat_map(|hit| self.read(hit, text, rank, language)).collect();
        if rank == Rank::Dateline {
            cities_give_way(&mut read);
        }
        found.extend(read.into_iter().filter(|one| all || one.against.is_none()));
        for (hit, over) in yielding.iter().filter(|_| all) {
            let inside = || Because::Inside(text.source(over.range.clone()).to_owned());
            found.extend(self.read(hit, text, rank, language).map(|one| Evidence { against: Some(inside()), ..one }));
        }
    }

    fn label(&self, country: Country) -> String {
        country.names().next().map_or_else(|| country.to_string(), |(_, name)| name.to_owned())
    }
}

/// In a dateline that names a country, a city is that country's: `Santiago, Panama` is not Chile.
fn cities_give_way(found: &mut Vec<Evidence<'_, Country>>) {
    if found.iter().any(|one| *one.rule != Rule::Capital && one.against != Some(Because::Ambiguous)) {
        found.retain(|one| *one.rule != Rule::Capital);
    }
}

impl Entry {
    /// The rule for a country, in the item's language where the phrase belongs to several.
    fn rule(&self, country: Country, language: &Language) -> &Rule {
        let own = |rule: &Rule| matches!(rule, Rule::Name(tag) | Rule::Demonym(tag) if *tag == language.primary());
        let rules = || self.meanings.iter().filter(|meaning| meaning.country == country).map(|meaning| &meaning.rule);
        rules().find(|rule| own(rule)).or_else(|| rules().next()).unwrap_or(&Rule::Alias)
    }

    /// Whether it is a name of the country in one of the languages, or what the config calls it by.
    fn is_name(&self, country: Country, languages: &[Language]) -> bool {
        let is_spoken = |tag: &str| languages.iter().any(|language| language.primary() == tag);
        let is_name = |rule: &Rule| matches!(rule, Rule::Alias) || matches!(rule, Rule::Name(tag) if is_spoken(tag));
        self.meanings.iter().any(|meaning| meaning.country == country && is_name(&meaning.rule))
    }

    fn is_written_in(&self, text: &Folded<'_>, hit: &Hit) -> bool {
        if self.writing == Writing::Any {
            return true;
        }
        let written = text.source(hit.range.clone());
        self.may_be_written(written) && !(self.writing == Writing::Upper && is_shouted_pronoun(written, text.original()))
    }

    fn may_be_written(&self, written: &str) -> bool {
        match self.writing {
            Writing::Any => true,
            Writing::Capitals => self.spellings.iter().any(|spelling| has_capitals(written, spelling)),
            Writing::Accents => self.spellings.iter().any(|spelling| spelling.to_lowercase() == written.to_lowercase()),
            Writing::Upper => is_upper(written),
        }
    }
}

/// Whether the words have capital letters where the spelling has them.
fn has_capitals(written: &str, spelling: &str) -> bool {
    let capital = |word: &str| word.chars().find(|c| c.is_alphabetic()).is_some_and(char::is_uppercase);
    spelling.split_whitespace().zip(written.split_whitespace()).all(|(want, word)| !capital(want) || capital(word))
}

fn is_upper(written: &str) -> bool {
    !written.contains(char::is_lowercase)
}

/// `GIVE US TIME`: where all is in capitals, `US` is as likely the pronoun.
fn is_shouted_pronoun(written: &str, text: &str) -> bool {
    written == "US" && !text.contains(char::is_lowercase)
}

/// Phrases on their way into the automaton.
#[derive(Default)]
struct Lexicon {
    folded: Vec<String>,
    entries: Vec<Entry>,
    numbers: HashMap<String, usize, foldhash::fast::RandomState>,
}

impl Lexicon {
    fn add_table(&mut self) {
        for country in Country::all() {
            for (tag, name) in country.names() {
                self.add(name, Meaning { country, rule: Rule::Name(tag) });
            }
        }
        for country in Country::all() {
            for (tag, demonym) in country.demonyms() {
                self.add(&demonym, Meaning { country, rule: Rule::Demonym(tag) });
            }
        }
        for country in Country::all() {
            for (_, city) in country.capitals() {
                self.add(city, Meaning { country, rule: Rule::Capital });
            }
        }
        self.entries.iter_mut().zip(&self.folded).for_each(|(entry, folded)| entry.doubt = doubt(folded, &entry.meanings));
    }

    fn add(&mut self, spelling: &str, meaning: Meaning) {
        let folded = fold(spelling);
        if NEVER.contains(&&*folded) {
            return;
        }
        let writing = writing(&folded, spelling, &meaning.rule);
        let entry = self.entry(folded);
        entry.writing = if entry.meanings.is_empty() { writing } else { entry.writing.min(writing) };
        if writing != Writing::Any && !entry.spellings.iter().any(|known| known == spelling) {
            entry.spellings.push(spelling.to_owned());
        }
        entry.meanings.push(meaning);
    }

    /// The user's own word: it counts however it is written, and whatever the table says of it.
    fn add_alias(&mut self, country: Country, alias: &str) {
        let entry = self.entry(fold(alias.trim()));
        let mut meanings = std::mem::take(&mut entry.meanings);
        meanings.retain(|meaning| meaning.rule == Rule::Alias);
        meanings.push(Meaning { country, rule: Rule::Alias });
        *entry = Entry { meanings, ..Entry::default() };
    }

    fn hide(&mut self, phrase: &str) {
        *self.entry(fold(phrase.trim())) = Entry::default();
    }

    fn entry(&mut self, folded: String) -> &mut Entry {
        let number = *self.numbers.entry(folded).or_insert_with_key(|folded| {
            self.folded.push(folded.clone());
            self.entries.push(Entry::default());
            self.entries.len() - 1
        });
        &mut self.entries[number]
    }
}

fn writing(folded: &str, spelling: &str, rule: &Rule) -> Writing {
    match rule {
        _ if ACCENTED.contains(&folded) => Writing::Accents,
        _ if CAPITALISED.contains(&folded) => Writing::Capitals,
        _ if is_upper(spelling) && spelling.chars().count() <= 8 => Writing::Upper,
        Rule::Capital => Writing::Capitals,
        _ => Writing::Any,
    }
}

fn doubt(folded: &str, meanings: &[Meaning]) -> Doubt {
    match () {
        () if AMBIGUOUS.contains(&folded) => Doubt::Always,
        () if DATELINE_ONLY.contains(&folded) && meanings.iter().all(|meaning| meaning.rule == Rule::Capital) => Doubt::OutsideDatelines,
        () => Doubt::None,
    }
}
