//! Channels: which there are, and which items each holds, in which order.
//!
//! A function of the items, their placements, the config, the paths that were published before and the time. It knows nothing of formats.

mod change;
pub mod history;
mod limit;
mod member;
mod name;
mod place;
mod variant;

pub use change::Touched;
pub use place::{Spot, spots};
pub use variant::preference;

use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::{DateTime, NaiveTime, Utc};
use rayon::prelude::*;

use crate::classify::Placement;
use crate::config::{Config, Empty, Limits, Localised, Matrix, NamedChannel, Query, Topic, TopicKey, paths};
use crate::diag::{Finding, Findings, Place, codes};
use crate::item::{Date, Item, Told};
use crate::vocab::{Country, Language};

/// One channel: a point or crossing on the axes, a query, or the whole.
#[derive(Clone, Debug)]
pub struct Channel {
    /// Below the output folder, without extension: `country/belize`, `es/topic/trafficking`.
    pub path: String,
    /// The specific part of the channel's tag URI: it outlives slugs and titles.
    pub id: String,
    /// The whole id under which it was published before, where that is known: it stays, whatever becomes of path and key.
    pub published_id: Option<String>,
    /// The paths that it moved away from, in the order of the config.
    pub former: Vec<String>,
    pub kind: Kind,
    /// `None` where items of several languages stand side by side.
    pub language: Option<Language>,
    /// Plain text.
    pub title: String,
    /// Plain text.
    pub description: String,
    /// Positions in the list of items, newest first: all that belong here, beyond the limits too, unless these were let go.
    pub items: Vec<u32>,
    /// How many belong here.
    pub count: usize,
    /// How many of them, from the newest, are within the limits.
    pub window: usize,
    pub limits: Limits,
    /// The pages of its archive, oldest first: the items beyond the window.
    pub pages: Vec<Page>,
    /// When its newest state came to be; the ledger knows better where the channel was published before.
    pub updated: Date,
    /// Items that were in it and are deleted, by id, and when: the ledger's affair.
    pub deleted: Vec<(Arc<str>, Date)>,
    /// The path without the language: what the variants of one channel share.
    pub family: String,
}

impl Channel {
    /// The items that its documents hold.
    pub fn shown(&self) -> &[u32] {
        &self.items[..self.window]
    }

    /// Gives its items away but for the newest, and those that its documents hold: of a million items a channel has hundreds of thousands.
    pub fn let_go(&mut self) -> Vec<u32> {
        let kept = self.items.iter().take(self.window.max(1)).copied().collect();
        std::mem::replace(&mut self.items, kept)
    }
}

/// A page of a channel's archive.
#[derive(Clone, Debug)]
pub struct Page {
    /// Positions in the list of items, newest first.
    pub items: Vec<u32>,
    /// When it came to be as it is.
    pub updated: Date,
}

/// What a channel is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    All,
    Country(Country),
    Topic(TopicKey),
    Crossing(Country, TopicKey),
    /// By the query of the config.
    Named,
}

impl Kind {
    /// The word for tables and JSON.
    pub fn as_str(&self) -> &'static str {
        match self {
            Kind::All => "all",
            Kind::Country(_) => "country",
            Kind::Topic(_) => "topic",
            Kind::Crossing(..) => "crossing",
            Kind::Named => "named",
        }
    }
}

/// The items that are seen now, with where each belongs; the two lists run in parallel.
#[derive(Clone, Copy, Debug)]
pub struct Sorted<'a> {
    pub items: &'a [Arc<Item>],
    pub placements: &'a [Placement],
    pub now: DateTime<Utc>,
}

/// All channels of a run.
#[derive(Clone, Debug, Default)]
pub struct Catalogue {
    /// In the order of their paths.
    pub channels: Vec<Channel>,
    /// Paths of empty channels whose published documents stay as they are.
    pub kept: BTreeSet<String>,
    /// Who tells the stories of the items.
    pub told: Arc<Told>,
    pub findings: Findings,
}

/// Sorts the items into channels. `known` holds the paths (without extension) that were published before.
pub fn catalogue(config: &Config, sorted: Sorted<'_>, known: &BTreeSet<String>) -> Catalogue {
    let crossings = config.channels.matrix.as_ref().map_or(0, |matrix| matrix.max_channels);
    sort(config, sorted, known, &Asked { only: None, empty: config.channels.empty, crossings })
}

/// The channels with these paths, without their items.
pub fn heads(config: &Config, known: &BTreeSet<String>) -> Catalogue {
    let sorted = Sorted { items: &[], placements: &[], now: DateTime::UNIX_EPOCH };
    sort(config, sorted, known, &Asked { only: None, empty: Empty::PublishKnown, crossings: usize::MAX })
}

/// The channels of these families alone, in all their languages. What a crossing is measured by must be among the items.
pub fn of_families(config: &Config, sorted: Sorted<'_>, known: &BTreeSet<String>, families: &BTreeSet<String>) -> Catalogue {
    sort(config, sorted, known, &Asked { only: Some(families), empty: config.channels.empty, crossings: usize::MAX })
}

/// Which of the channels are asked for.
struct Asked<'a> {
    /// Those of these families, where not all are.
    only: Option<&'a BTreeSet<String>>,
    /// What becomes of one without items.
    empty: Empty,
    /// At most so many crossings.
    crossings: usize,
}

fn sort(config: &Config, sorted: Sorted<'_>, known: &BTreeSet<String>, asked: &Asked<'_>) -> Catalogue {
    let told = Told::of(sorted.items);
    let mut members = member::Members::collect(config, sorted, &told);
    let wanted = |path: &str| asked.only.is_none_or(|only| only.contains(path));
    let named = config.named.par_iter().filter(|named| wanted(&named.path));
    let named: Vec<Draft> = named.map(|named| Draft::named(named, &members, sorted)).collect();
    let mut drafts = Vec::new();
    let whole = std::mem::take(&mut members.newest_first);
    if config.channels.all && wanted(paths::ALL) {
        drafts.push(Draft::whole(config, whole));
    }
    drafts.extend(by_country(config, &mut members, &wanted));
    drafts.extend(by_topic(config, &mut members, &wanted));
    drafts.extend(crossings(config, &mut members, (known, &wanted)).into_iter().take(asked.crossings));
    drafts.extend(named);
    // What no channel asked for.
    (members.countries, members.topics) = Default::default();

    let mut catalogue = Catalogue::default();
    let variants: Vec<Vec<Channel>> = drafts.par_iter_mut().map(|draft| variant::of(config, sorted, &members.facts, draft)).collect();
    catalogue.told = told.into();
    for (draft, variants) in drafts.iter().zip(variants) {
        variants.into_iter().for_each(|channel| catalogue.take(asked.empty, channel, draft.always, known));
    }
    catalogue.channels.sort_by(|a, b| a.path.cmp(&b.path));
    catalogue.refuse_collisions(config);
    catalogue
}

/// A channel that nobody published: what a query takes, all languages side by side.
pub fn on_demand(config: &Config, sorted: Sorted<'_>, query: Query, title: &str, path: &str, id: &str) -> Channel {
    let title = Localised::plain(title);
    let named = NamedChannel { path: path.to_owned(), title, description: None, query, limits: config.limits.clone() };
    let told = Told::of(sorted.items);
    let members = member::Members::collect(config, sorted, &told);
    let mut draft = Draft { id: id.to_owned(), ..Draft::named(&named, &members, sorted) };
    variant::mixed(config, sorted, &members.facts, &mut draft)
}

/// What the steps after the sorting change of a catalogue, as it was before them.
#[derive(Clone, Debug, Default)]
pub struct Sketch {
    /// The window of each channel, and when its newest state came to be.
    channels: Vec<(usize, Date)>,
    kept: BTreeSet<String>,
}

impl Catalogue {
    /// What is to be known of it to have it [back](Self::as_sorted).
    pub fn sketch(&self) -> Sketch {
        let channels = self.channels.iter().map(|channel| (channel.window, channel.updated)).collect();
        Sketch { channels, kept: self.kept.clone() }
    }

    /// As it was when it was sorted, and nothing was found.
    pub fn as_sorted(mut self, sketch: Sketch) -> Self {
        (self.kept, self.findings) = (sketch.kept, Findings::new());
        for (channel, (window, updated)) in self.channels.iter_mut().zip(sketch.channels) {
            (channel.window, channel.updated, channel.published_id) = (window, updated, None);
            channel.former.clear();
            channel.pages.clear();
            channel.deleted.clear();
        }
        self
    }

    fn take(&mut self, empty: Empty, channel: Channel, always: bool, known: &BTreeSet<String>) {
        if !channel.items.is_empty() {
            self.channels.push(channel);
            return;
        }
        let was_published = known.contains(&channel.path);
        match empty {
            Empty::Publish if always || was_published => self.channels.push(channel),
            Empty::PublishKnown if was_published => self.channels.push(channel),
            Empty::Keep if was_published => {
                self.kept.insert(channel.path);
            }
            Empty::Publish | Empty::PublishKnown | Empty::Keep | Empty::Skip => {}
        }
    }

    fn refuse_collisions(&mut self, config: &Config) {
        for pair in self.channels.windows(2).filter(|pair| pair[0].path == pair[1].path) {
            let message = format!("two channels have the path `{}`: {} and {}", pair[0].path, pair[0].id, pair[1].id);
            let finding = Finding::new(&codes::DUPLICATE_PATH, message)
                .at(Place::file(config.path.clone()))
                .help("give one of them another `slug` or `path`");
            self.findings.push(finding);
        }
    }
}

/// A channel before its languages are told apart and its limits are drawn.
struct Draft {
    path: String,
    id: String,
    kind: Kind,
    title: Localised,
    description: Localised,
    limits: Limits,
    /// Newest first, all languages.
    items: Vec<u32>,
    /// Whether it exists by the config even if no item ever was in it.
    always: bool,
}

impl Draft {
    fn whole(config: &Config, items: Vec<u32>) -> Self {
        Draft {
            path: paths::ALL.into(),
            id: "channel/all".into(),
            kind: Kind::All,
            title: config.publication.title.clone(),
            description: config.publication.description.clone(),
            limits: config.limits.clone(),
            items,
            always: true,
        }
    }

    fn named(named: &NamedChannel, members: &member::Members<'_>, sorted: Sorted<'_>) -> Self {
        let description = named.description.clone().unwrap_or_else(|| named.title.clone());
        Draft {
            path: named.path.clone(),
            id: format!("channel/{}", named.path),
            kind: Kind::Named,
            title: named.title.clone(),
            description,
            limits: named.limits.clone(),
            items: members.select(sorted, &named.query),
            always: true,
        }
    }

    fn crossing(config: &Config, matrix: &Matrix, country: Country, topic: &Topic, items: Vec<u32>) -> Self {
        let names = name::Names::crossing(&config.publication, country, topic);
        Draft {
            path: paths::crossing(country, topic),
            id: format!("channel/country/{}/topic/{}", country.alpha2().to_lowercase(), topic.key),
            kind: Kind::Crossing(country, topic.key.clone()),
            title: names.title(&matrix.title),
            description: names.description(None),
            limits: config.limits.clone(),
            items,
            always: false,
        }
    }
}

/// Whether the channels at a path, and in its languages, are asked for.
type Wanted<'a> = &'a (dyn Fn(&str) -> bool + Sync);

fn by_country(config: &Config, members: &mut member::Members<'_>, wanted: Wanted<'_>) -> Vec<Draft> {
    let Some(axis) = &config.channels.countries else { return Vec::new() };
    let wanted = |country: &Country| axis.takes(country.alpha2()) && wanted(&paths::country(*country));
    let draft = |country: Country| {
        let names = name::Names::country(&config.publication, country);
        Draft {
            path: paths::country(country),
            id: format!("channel/country/{}", country.alpha2().to_lowercase()),
            kind: Kind::Country(country),
            title: names.title(&axis.title),
            description: names.description(axis.description.as_ref()),
            limits: config.limits.clone(),
            items: members.countries.remove(&country).unwrap_or_default(),
            always: config.countries.allow.is_some(),
        }
    };
    candidates(config).into_iter().filter(wanted).map(draft).collect()
}

fn by_topic(config: &Config, members: &mut member::Members<'_>, wanted: Wanted<'_>) -> Vec<Draft> {
    let Some(axis) = &config.channels.topics else { return Vec::new() };
    let draft = |topic: &Topic| {
        let names = name::Names::topic(&config.publication, topic);
        Draft {
            path: paths::topic(topic),
            id: format!("channel/topic/{}", topic.key),
            kind: Kind::Topic(topic.key.clone()),
            title: names.title(&axis.title),
            description: topic.description.clone().unwrap_or_else(|| names.description(axis.description.as_ref())),
            limits: config.limits.clone(),
            items: members.topics.remove(&topic.key).unwrap_or_default(),
            always: true,
        }
    };
    config.topics.iter().filter(|topic| axis.takes(&topic.key) && wanted(&paths::topic(topic))).map(draft).collect()
}

/// The matrix: crossings that were published before first, then those with the most items.
fn crossings(config: &Config, members: &mut member::Members<'_>, (known, wanted): (&BTreeSet<String>, Wanted<'_>)) -> Vec<Draft> {
    let Some(matrix) = &config.channels.matrix else { return Vec::new() };
    let (countries, mut cells) = (candidates(config), std::mem::take(&mut members.cells));
    let mut drafts: Vec<Draft> = countries
        .iter()
        .flat_map(|country| config.topics.iter().map(move |topic| (*country, topic)))
        .filter(|(country, topic)| wanted(&paths::crossing(*country, topic)))
        .map(|(country, topic)| {
            let items = cells.remove(&(country, topic.key.clone())).unwrap_or_default();
            Draft::crossing(config, matrix, country, topic, items)
        })
        .filter(|cell| variant::stories(&members.facts, &cell.items) >= matrix.min_items || known.contains(&cell.path))
        .collect();
    drafts.sort_by_cached_key(|cell| (!known.contains(&cell.path), Reverse(cell.items.len()), cell.path.clone()));
    drafts
}

/// The countries that may have channels.
fn candidates(config: &Config) -> Vec<Country> {
    match &config.countries.allow {
        Some(allow) => allow.iter().copied().collect::<BTreeSet<_>>().into_iter().collect(),
        None => Country::all().collect(),
    }
}

/// What the items of a channel are ordered by: the newest first, and those of one instant by id, so that the order is the same in every run.
fn order(item: &Item) -> impl Ord {
    (Reverse(item.published.to_utc()), item.id())
}

/// When what is shown of a channel came to be: the newest of the dates of these items.
fn newest_change(config: &Config, items: &[Arc<Item>], shown: &[u32]) -> Date {
    shown.iter().map(|at| items[*at as usize].changed()).max().unwrap_or_else(|| beginning(config))
}

/// The date of a channel that has no items: the first day of the publication's authority, which nothing that it publishes can precede.
fn beginning(config: &Config) -> Date {
    config.publication.authority.since().and_time(NaiveTime::MIN).and_utc().fixed_offset()
}

/// Whether `query` takes the item.
fn takes(query: &Query, item: &Item, placement: &Placement, now: DateTime<Utc>) -> bool {
    let of = |query: &Query| takes(query, item, placement, now);
    match query {
        Query::All(parts) => parts.iter().all(of),
        Query::Any(parts) => parts.iter().any(of),
        Query::Not(part) => !of(part),
        Query::Country(country) => placement.countries.contains(country),
        Query::Topic(key) => placement.topics.contains(key),
        Query::Language(range) => item.language.matches(range),
        Query::Author(who) => item.authors().iter().any(|author| is_person(author, who)),
        Query::WithinDays(days) => item.published.to_utc() >= now - chrono::Duration::days(i64::from(*days)),
    }
}

fn is_person(author: &crate::vocab::Person, who: &str) -> bool {
    let who = who.to_lowercase();
    author.name.to_lowercase() == who || author.email.as_ref().is_some_and(|email| email.to_lowercase() == who)
}
