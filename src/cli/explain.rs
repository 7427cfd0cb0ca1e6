//! `tidings explain`: why an item is where it is.

use std::collections::BTreeSet;
use std::fmt::Display;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use clap::Args;
use serde::Serialize;

use super::context::Context;
use super::{Exit, Failure, memory, pick, ui};
use crate::channel::{self, Catalogue, Channel, Kind, Sorted};
use crate::classify::{Classifier, Survey, looked_at};
use crate::config::{Config, Query, Step};
use crate::diag::{Finding, Findings, Severity, nearest};
use crate::item::{self, Date, Hidden, Item, Loaded};
use crate::ledger::Memory;
use crate::pipeline;
use crate::progress::Progress;
use crate::vocab::{Country, fold};

/// `tidings explain`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  tidings explain items/belize.md
  tidings explain \"three ports reopen\"
  tidings explain belize --why-not topic/trafficking")]
pub(super) struct ExplainArgs {
    /// The item: its file, its key, its id, or words of its title
    item: String,
    /// Say why the item is not in this channel
    #[arg(long, value_name = "CHANNEL")]
    why_not: Option<String>,
    /// As JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: &ExplainArgs, context: &Context) -> Result<Exit, Failure> {
    let Some(config) = context.load_with_tables(args.json)? else { return Ok(Exit::Findings) };
    let (memory, known) = memory::known(&config)?;
    let loaded = item::read(&config, &Progress::default());
    let Some(at) = find(&loaded.items, &args.item)? else { return Err(not_found(&args.item, &loaded, context)) };
    let scene = Scene::new(&config, (loaded.items, at), (&memory, &known), context.now);
    let explained = match &args.why_not {
        None => scene.channels(),
        Some(channel) => scene.why_not(channel.trim_matches('/'))?,
    };
    match args.json {
        true => ui::print_json(&explained)?,
        false => explained.print(),
    }
    Ok(Exit::Fine)
}

/// The one item that `wanted` names, if there is one.
fn find(items: &[Arc<Item>], wanted: &str) -> Result<Option<usize>, Failure> {
    let path = |item: &Item| item.path().to_string_lossy().into_owned();
    let tests: [pick::Test<'_, Arc<Item>>; 5] = [
        &|item| item.key() == wanted || item.iri() == wanted || item.guid() == Some(wanted),
        &|item| path(item) == wanted || item.iri().ends_with(&format!("/{wanted}")),
        &|item| item.path().file_name().is_some_and(|name| name == wanted),
        &|item| path(item).contains(wanted),
        &|item| fold::key(item.title()).contains(&fold::key(wanted)),
    ];
    pick::one(items, wanted, &tests, |item| (item.key(), item.title()))
}

/// Why there is no such item. What is wrong with records whose file has the name is told first: of those there are no items.
fn not_found(wanted: &str, loaded: &Loaded, context: &Context) -> Failure {
    let is_of_it = |finding: &&Finding| {
        finding.severity == Severity::Error && finding.place.as_ref().is_some_and(|place| place.path.to_string_lossy().contains(wanted))
    };
    let wrong: Findings = loaded.findings.iter().filter(is_of_it).cloned().collect();
    if wrong.has_errors() {
        context.ui.findings(&wrong);
        return Failure::new(format!("no record that could be read is called `{wanted}`")).help("mend what is told above, and ask again");
    }
    let near = nearest(wanted, loaded.items.iter().map(|item| item.key())).map(|key| format!("did you mean `{key}`?"));
    Failure::new(format!("no item is called `{wanted}`"))
        .help(near.unwrap_or_else(|| "name its file, key, id or words of its title".into()))
}

/// The item among all others, sorted into channels.
struct Scene<'a> {
    config: &'a Config,
    item: Arc<Item>,
    hidden: Option<Hidden>,
    /// What its record says, where the item stays published with the date that it had.
    slipped: Option<Date>,
    survey: Survey,
    catalogue: Catalogue,
    /// The item's position among those that are seen; always there, for the item counts as seen here.
    at: u32,
}

impl<'a> Scene<'a> {
    fn new(
        config: &'a Config,
        (mut items, at): (Vec<Arc<Item>>, usize),
        (memory, known): (&Memory, &BTreeSet<String>),
        now: DateTime<Utc>,
    ) -> Self {
        let record = items[at].clone();
        pipeline::seen_now(config, &mut items, &mut Vec::<()>::new(), (memory, now), &mut Findings::new());
        let position = match items.iter().position(|other| other.id() == record.id()) {
            Some(position) => position,
            None => {
                items.push(record.clone());
                items.len() - 1
            }
        };
        let item = items[position].clone();
        let slipped = (item.published != record.published).then_some(record.published);
        let placements = pipeline::classify(config, &items, &Progress::default());
        let survey = Classifier::new(config).survey(&item);
        let catalogue = channel::catalogue(config, Sorted { items: &items, placements: &placements, now }, known);
        Scene { config, hidden: item.hidden(now), item, slipped, survey, catalogue, at: position as u32 }
    }

    fn channels(&self) -> Explained {
        let mut explained = self.head();
        for channel in &self.catalogue.channels {
            if let Some(rank) = channel.items.iter().position(|at| *at == self.at) {
                let mut because = self.reasons(channel);
                if rank >= channel.window {
                    because.push(format!("not shown: it is number {} and the limits end at {}", rank + 1, channel.window));
                }
                explained.channels.push(Row { channel: channel.path.clone(), because });
            }
        }
        explained.unplaced = self.unplaced();
        explained.passed_over = self.passed_over();
        explained
    }

    fn head(&self) -> Explained {
        Explained {
            item: self.item.key().to_string(),
            id: self.item.iri().to_string(),
            title: self.item.title().to_owned(),
            hidden: self.hidden.map(|hidden| match hidden {
                Hidden::Draft => "it is a draft".to_owned(),
                Hidden::Withdrawn => "it was withdrawn".to_owned(),
                Hidden::NotYet(date) => format!("it is not due until {date}"),
                Hidden::Expired(date) => format!("it expired on {date}"),
            }),
            held: self.slipped.map(|date| {
                let had = self.item.published;
                format!("its record says {date}, which lies in the future: it stays published with the date that it had, {had}")
            }),
            channels: Vec::new(),
            unplaced: Vec::new(),
            passed_over: Vec::new(),
        }
    }

    /// The evidence by which the item is in the channel.
    fn reasons(&self, channel: &Channel) -> Vec<String> {
        let country =
            |country| self.survey.placement.countries.iter().filter(move |placed| placed.value == country).map(|p| p.reason.to_string());
        let topic = |key| self.survey.placement.topics.iter().filter(move |placed| placed.value == key).map(|p| p.reason.to_string());
        match &channel.kind {
            Kind::All => vec!["every item".to_owned()],
            Kind::Country(own) => country(*own).collect(),
            Kind::Topic(own) => topic(own.clone()).collect(),
            Kind::Crossing(own, key) => country(*own).chain(topic(key.clone())).collect(),
            Kind::Named => {
                let query = self.config.named.iter().find(|named| named.path == channel.family).map(|named| &named.query);
                query.into_iter().flat_map(|query| self.why_taken(query)).collect()
            }
        }
    }

    /// The query of a named channel, and the evidence for what it asks about.
    fn why_taken(&self, query: &Query) -> Vec<String> {
        let countries = self.survey.placement.countries.iter().filter(|placed| query.asks(&Query::Country(placed.value)));
        let topics = self.survey.placement.topics.iter().filter(|placed| query.asks(&Query::Topic(placed.value.clone())));
        let countries = countries.map(|placed| format!("{}: {}", self.name(placed.value), placed.reason));
        let topics = topics.map(|placed| format!("{}: {}", placed.value, placed.reason));
        std::iter::once(format!("its query takes the item: {query}")).chain(countries).chain(topics).collect()
    }

    /// The axes on which the item is nowhere, and where evidence was looked for.
    fn unplaced(&self) -> Vec<String> {
        let (survey, evidence) = (&self.survey, &self.config.evidence);
        let why = |what: &str, field_is_empty: bool, is_passed_over: bool, steps: &[Step]| match (field_is_empty, is_passed_over) {
            (true, _) => format!("no {what}: the record says that it has none"),
            (_, true) => format!("no {what}: nothing that counts speaks of one in {}", looked_at(steps)),
            (_, false) => format!("no {what}: nothing speaks of one in {}", looked_at(steps)),
        };
        let mut lines = Vec::new();
        if survey.placement.countries.is_empty() {
            let says_none = self.item.countries().is_some_and(<[_]>::is_empty);
            lines.push(why("country", says_none, !survey.countries.is_empty(), &evidence.countries));
        }
        if survey.placement.topics.is_empty() && !self.config.topics.is_empty() {
            let says_none = self.item.topics().is_some_and(<[_]>::is_empty);
            lines.push(why("topic", says_none, !survey.topics.is_empty(), &evidence.topics));
        }
        lines
    }

    /// Evidence that did not count.
    fn passed_over(&self) -> Vec<String> {
        let line = |value: &dyn Display, reason: &dyn Display, because: &dyn Display| format!("{value}: {reason}; {because}");
        let countries = self.survey.countries.iter().map(|r| line(&self.name(r.value), &r.reason, &r.because));
        countries.chain(self.survey.topics.iter().map(|r| line(&r.value, &r.reason, &r.because))).collect()
    }

    fn why_not(&self, path: &str) -> Result<Explained, Failure> {
        let mut explained = self.head();
        let because = match self.catalogue.channels.iter().find(|channel| channel.path == path) {
            Some(channel) => self.why_not_in(channel),
            None => self.why_no_channel(path)?,
        };
        explained.channels.push(Row { channel: path.to_owned(), because });
        Ok(explained)
    }

    fn why_not_in(&self, channel: &Channel) -> Vec<String> {
        if let Some(rank) = channel.items.iter().position(|at| *at == self.at) {
            let mut because = vec![match (self.hidden.is_some(), rank < channel.window) {
                (true, _) => "it would be in it, but it is not seen now".to_owned(),
                (false, true) => "it is in it".to_owned(),
                (false, false) => format!("it is in it, but beyond its limits: number {} of {}", rank + 1, channel.window),
            }];
            because.extend(self.reasons(channel));
            return because;
        }
        let mut because = self.lacking(&channel.kind);
        if let Some(language) = channel.language.as_ref().filter(|language| !self.item.language.matches(language)) {
            because.push(format!("the channel is in {language} and the item in {}", self.item.language));
        }
        if because.is_empty() && self.item.story().is_some() {
            because
                .push("a channel of several languages carries one version of a story, and the config prefers another language".to_owned());
        }
        because
    }

    /// A country as the publication's people call it.
    fn name(&self, country: Country) -> &'static str {
        country.name(self.config.publication.language())
    }

    /// What the item lacks for a channel of this kind.
    fn lacking(&self, kind: &Kind) -> Vec<String> {
        let country = |own: Country| match self.survey.placement.countries.iter().any(|placed| placed.value == own) {
            true => Vec::new(),
            false => {
                let found = self.survey.countries.iter().filter(|r| r.value == own).map(|r| format!("{}; {}", r.reason, r.because));
                or_nothing(found.collect(), &self.name(own))
            }
        };
        let topic = |own: &str| match self.survey.placement.topics.iter().any(|placed| &*placed.value == own) {
            true => Vec::new(),
            false => {
                let found = self.survey.topics.iter().filter(|r| &*r.value == own).map(|r| format!("{}; {}", r.reason, r.because));
                or_nothing(found.collect(), &own)
            }
        };
        match kind {
            Kind::All => Vec::new(),
            Kind::Country(own) => country(*own),
            Kind::Topic(own) => topic(own),
            Kind::Crossing(own, key) => [country(*own), topic(key)].concat(),
            Kind::Named => [vec!["its query does not take the item, which is placed in:".to_owned()], self.placed()].concat(),
        }
    }

    fn placed(&self) -> Vec<String> {
        let countries = self.survey.placement.countries.iter().map(|p| format!("{}: {}", self.name(p.value), p.reason));
        let all: Vec<String> = countries.chain(self.survey.placement.topics.iter().map(|p| format!("{}: {}", p.value, p.reason))).collect();
        if all.is_empty() { vec!["no country and no topic".to_owned()] } else { all }
    }

    /// A channel that does not exist: because nothing is in it, or because there is no such thing.
    fn why_no_channel(&self, path: &str) -> Result<Vec<String>, Failure> {
        let (axis, slug) = path.split_once('/').unwrap_or(("", path));
        let country = Country::all().find(|country| axis == "country" && country.slug() == slug);
        let topic = self.config.topics.iter().find(|topic| axis == "topic" && topic.slug == slug);
        let kind = match (country, topic) {
            (Some(country), _) if !self.config.countries.allows(country) => {
                return Ok(vec![format!("{} is not among the countries of the publication (`countries.allow`)", self.name(country))]);
            }
            (Some(country), _) => Kind::Country(country),
            (_, Some(topic)) => Kind::Topic(topic.key.clone()),
            (None, None) => return Err(self.no_such_channel(path)),
        };
        Ok([vec!["the channel has no items and is not published".to_owned()], self.lacking(&kind)].concat())
    }

    fn no_such_channel(&self, path: &str) -> Failure {
        let near = nearest(path, self.catalogue.channels.iter().map(|channel| channel.path.as_str()));
        let help = near.map_or_else(|| "`tidings channels` lists them".to_owned(), |near| format!("did you mean `{near}`?"));
        Failure::new(format!("there is no channel `{path}`")).help(help)
    }
}

fn or_nothing(found: Vec<String>, value: &dyn Display) -> Vec<String> {
    if found.is_empty() { vec![format!("nothing in the item speaks of {value}")] } else { found }
}

#[derive(Serialize)]
struct Explained {
    item: String,
    id: String,
    title: String,
    hidden: Option<String>,
    /// Whether it has another date than its record says, and why.
    held: Option<String>,
    channels: Vec<Row>,
    /// Why it has no country, and why no topic.
    unplaced: Vec<String>,
    passed_over: Vec<String>,
}

#[derive(Serialize)]
struct Row {
    channel: String,
    because: Vec<String>,
}

impl Explained {
    fn print(&self) {
        ui::print(&self.title);
        ui::print(format_args!("  {}  {}", self.item, self.id));
        if let Some(hidden) = &self.hidden {
            ui::print(format_args!("  not seen now: {hidden}"));
        }
        if let Some(held) = &self.held {
            ui::print(format_args!("  {held}"));
        }
        for row in &self.channels {
            ui::print(&row.channel);
            row.because.iter().for_each(|line| ui::print(format_args!("  {line}")));
        }
        self.unplaced.iter().for_each(ui::print);
        if !self.passed_over.is_empty() {
            ui::print("passed over");
            self.passed_over.iter().for_each(|line| ui::print(format_args!("  {line}")));
        }
    }
}
