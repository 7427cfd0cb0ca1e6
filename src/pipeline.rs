//! The product in a page: config and items in, documents out.
//!
//! Reading is done before and publishing after. What stands between is a function of the config, the items, the paths that were published
//! before and the time; it prints nothing, writes nothing and asks no clock.

mod moved;

pub use moved::REDIRECTS;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use rayon::prelude::*;
use url::Url;

use crate::channel::{self, Catalogue, Channel, Sorted};
use crate::classify::{Classifier, Placement};
use crate::config::{Config, Content, Format, Future, Query};
use crate::diag::{Finding, Findings, Severity, codes};
use crate::document::{self, Alternate, Category, Document, Encoded, Entry, Head, Prepared};
use crate::gate::{self, Checked};
use crate::item::{self, Hidden, Item};
use crate::ledger::{self, Accept, Digest, KnownChannel, Memory, Recall, guard};
use crate::progress::{Progress, Stage};
use crate::text::{self, Removed};
use crate::text::{Markup, Syntax};
use crate::vocab::Language;

/// Everything that a run made of the records.
#[derive(Debug)]
pub struct Built {
    /// The items that are seen now.
    pub items: Vec<Item>,
    /// Where each belongs, in the order of `items`.
    pub placements: Vec<Placement>,
    /// The items that stay out, by key, and why: drafts, future and expired ones.
    pub hidden: Vec<(Arc<str>, Hidden)>,
    pub catalogue: Catalogue,
    /// What is to be remembered once the documents are published.
    pub after: Memory,
    /// What subscribers would notice that nobody can have meant.
    pub refused: Findings,
    /// Ids of items that come a second time, under these.
    pub repeats: Vec<Arc<str>>,
    pub documents: Vec<Document>,
    pub findings: Findings,
    /// What the checker says of the documents.
    pub checked: Findings,
    pub timings: Timings,
}

/// How long each stage took.
#[derive(Clone, Copy, Debug, Default)]
pub struct Timings {
    pub read: Duration,
    pub recall: Duration,
    pub classify: Duration,
    pub prepare: Duration,
    pub render: Duration,
    pub check: Duration,
    pub publish: Duration,
}

/// What the runs before this one left.
#[derive(Clone, Copy, Debug)]
pub struct Past<'a> {
    pub memory: &'a Memory,
    /// The channel paths that were published before.
    pub known: &'a BTreeSet<String>,
    /// What the user takes responsibility for.
    pub accepted: &'a BTreeSet<Accept>,
}

/// Items to documents.
pub fn build(config: &Config, loaded: item::Loaded, past: Past<'_>, now: DateTime<Utc>, progress: &Progress) -> Built {
    let mut findings = loaded.findings;
    let mut timings = Timings::default();
    let clock = Instant::now();
    let dated_ahead = dated_ahead(config, &loaded.items, past.accepted, now);
    let taken_out = taken_out(&loaded.items, past.memory, now);
    let (mut items, hidden) = seen_now(loaded.items, now, &mut findings);
    let mut recall = ledger::recall(config, &mut items, past.memory, now);
    settle_unsure(config, &mut items, &mut recall, past.memory, now);
    timings.recall = clock.elapsed();

    let clock = Instant::now();
    let placements = classify(config, &items, progress);
    let mut catalogue = channel::catalogue(config, Sorted { items: &items, placements: &placements, now }, past.known);
    moved::settle(config, &mut catalogue, past.memory);
    bury(config, &mut catalogue, &recall, past.memory, now);
    timings.classify = clock.elapsed();

    let clock = Instant::now();
    let prepared = Prepare { config, items: &items, placements: &placements, progress }.all(&catalogue, &mut findings);
    timings.prepare = clock.elapsed();

    let clock = Instant::now();
    date_channels(config, &mut catalogue, &mut recall, &prepared, past.memory, now);
    let mut documents = render(config, &catalogue, &prepared, progress);
    timings.render = clock.elapsed();
    findings.extend(catalogue.findings.iter().cloned());
    let scene = guard::Scene {
        config,
        items: &items,
        before: past.memory,
        after: &recall.after,
        recall: &recall,
        taken_out: &taken_out,
        accepted: past.accepted,
    };
    let mut refused = guard::guard(&scene);
    refused.extend(dated_ahead);

    let clock = Instant::now();
    let checked = check(config, &catalogue, &items, &documents, now, progress);
    timings.check = clock.elapsed();
    // Copies are checked with what they are copies of.
    documents.extend(moved::documents(config, &catalogue, &documents));
    Built {
        repeats: recall.repeats.iter().map(|(at, _)| items[*at as usize].id.iri.clone()).collect(),
        items,
        placements,
        hidden,
        catalogue,
        after: recall.after,
        refused,
        documents,
        findings,
        checked,
        timings,
    }
}

/// Items of tomorrow and later that do not say that they are to be held back.
fn dated_ahead(config: &Config, items: &[Item], accepted: &BTreeSet<Accept>, now: DateTime<Utc>) -> Findings {
    if config.guards.future == Future::Hold || accepted.contains(&Accept::Future) {
        return Findings::new();
    }
    let soon = now + chrono::Duration::days(1);
    let ahead =
        |item: &&Item| !item.lifetime.draft && !item.lifetime.withdrawn && item.lifetime.publish_at.is_none() && item.published > soon;
    items.iter().filter(ahead).map(guard::future).collect()
}

/// Known items that their own records take out of the feeds.
fn taken_out(items: &[Item], memory: &Memory, now: DateTime<Utc>) -> HashSet<ledger::Ref> {
    let out = |item: &&Item| matches!(item.hidden(now), Some(Hidden::Withdrawn | Hidden::Expired(_)));
    items.iter().filter(out).filter_map(|item| memory.find(&item.id.iri)).collect()
}

/// Compares the text of items that the memory knows only as they were published.
fn settle_unsure(config: &Config, items: &mut [Item], recall: &mut Recall, before: &Memory, now: DateTime<Utc>) {
    for position in std::mem::take(&mut recall.unsure) {
        let item = &mut items[position as usize];
        let text = prepare(config, item).0;
        let html = if config.output.content == Content::Full { text.html } else { None };
        let shown = html.or(text.summary).unwrap_or_else(|| item.title.clone());
        let known = before.find(&item.id.iri).map(|at| before.get(at).traces.content);
        if known != Some(ledger::trace::of_published(&item.title, &shown)) {
            recall.changed_after_all(item, position, now.timestamp());
        }
    }
}

/// Gives each channel the tombstones of the items that it held and that are gone.
fn bury(config: &Config, catalogue: &mut Catalogue, recall: &Recall, before: &Memory, now: DateTime<Utc>) {
    let oldest = now.timestamp() - i64::from(config.output.tombstone_days) * 86_400;
    let newly: HashSet<ledger::Ref> = recall.gone.iter().copied().collect();
    for channel in &mut catalogue.channels {
        let Some(known) = before.channels.get(&channel.path) else { continue };
        let fresh = known.members.iter().filter(|at| newly.contains(at)).map(|at| (*at, now.timestamp()));
        let all = known.deleted.iter().copied().chain(fresh);
        let lies = |(at, when): &(ledger::Ref, i64)| *when > oldest && recall.after.get(*at).gone.is_some();
        channel.deleted = all.filter(lies).map(|(at, when)| (recall.after.get(at).iri.clone(), ledger::date(when))).collect();
    }
}

/// Dates each channel by the last change of its documents, and says what is to be remembered of it.
fn date_channels(
    config: &Config,
    catalogue: &mut Catalogue,
    recall: &mut Recall,
    encoded: &EncodedItems,
    before: &Memory,
    now: DateTime<Utc>,
) {
    let digests: Vec<Digest> = {
        let families = families(catalogue);
        let digest = |channel: &Channel| content_digest(config, channel, &families[channel.family.as_str()], encoded);
        catalogue.channels.par_iter().map(digest).collect()
    };
    let mut channels: BTreeMap<String, KnownChannel> = BTreeMap::new();
    for (channel, digest) in catalogue.channels.iter_mut().zip(digests) {
        let known = before.channels.get(&channel.path);
        let members: Vec<ledger::Ref> = channel.items.iter().map(|at| recall.refs[*at as usize]).collect();
        if let Some(known) = known {
            let is_same = match known.digest {
                Some(old) => old == digest,
                // Rebuilt from documents: what they show is all that is known.
                None => members[..channel.window] == known.members[..known.window] && channel.updated.timestamp() <= known.updated,
            };
            let updated = if is_same { known.updated } else { now.timestamp().max(known.updated + 1) };
            channel.updated = ledger::date(updated);
        }
        let deleted = channel.deleted.iter().filter_map(|(iri, when)| Some((recall.after.find(iri)?, when.timestamp()))).collect();
        let known = KnownChannel {
            id: id(config, channel),
            updated: channel.updated.timestamp(),
            digest: Some(digest),
            members,
            window: channel.window,
            deleted,
        };
        channels.insert(channel.path.clone(), known);
    }
    let kept = before.channels.iter().filter(|(path, _)| catalogue.kept.contains(*path));
    channels.extend(kept.map(|(path, known)| (path.clone(), known.clone())));
    recall.after.channels = channels;
}

/// Of a channel's documents in all formats, but for their date.
fn content_digest(config: &Config, channel: &Channel, family: &[&Channel], encoded: &EncodedItems) -> Digest {
    let mut hasher = blake3::Hasher::new();
    for format in &config.output.formats {
        let head = Head { updated: DateTime::UNIX_EPOCH.fixed_offset(), ..head(config, channel, *format, family) };
        hasher.update(&rendered(&head, channel, encoded, *format));
    }
    Digest::of(&hasher.finalize())
}

fn rendered(head: &Head<'_>, channel: &Channel, encoded: &EncodedItems, format: Format) -> Vec<u8> {
    let entries: Vec<&Encoded> = channel.shown().iter().map(|at| &encoded[&(*at, format)]).collect();
    match channel.limits.bytes {
        Some(limit) => document::render_within(head, &entries, format, limit).0,
        None => document::render(head, &entries, format),
    }
}

/// Where each item belongs.
pub fn classify(config: &Config, items: &[Item], progress: &Progress) -> Vec<Placement> {
    progress.begin(Stage::Classifying, items.len());
    let classifier = Classifier::new(config);
    let place = |item: &Item| {
        progress.step(1);
        classifier.place(item)
    };
    items.par_iter().map(place).collect()
}

/// The items that are not drafts, not in the future and not expired; and those that are, by key. An `updated` that lies in the future has not happened yet.
pub fn seen_now(items: Vec<Item>, now: DateTime<Utc>, findings: &mut Findings) -> (Vec<Item>, Vec<(Arc<str>, Hidden)>) {
    let mut hidden = Vec::new();
    let mut seen = items;
    seen.retain(|item| match item.hidden(now) {
        Some(why) => {
            hidden.push((item.key.clone(), why));
            false
        }
        None => true,
    });
    for item in &mut seen {
        if let Some(updated) = item.updated.filter(|updated| *updated > now) {
            let finding = Finding::new(&codes::FUTURE_UPDATE, format!("`updated` of `{}` lies in the future: {updated}", item.key))
                .at(item.place.clone())
                .help("it is left out until then");
            findings.push(finding);
            item.updated = None;
        }
    }
    (seen, hidden)
}

/// The encoded items of every channel, each made once for each format.
type EncodedItems = HashMap<(u32, Format), Encoded>;

/// The preparing of texts, which only items that some document holds need.
struct Prepare<'a> {
    config: &'a Config,
    items: &'a [Item],
    placements: &'a [Placement],
    progress: &'a Progress,
}

impl Prepare<'_> {
    fn all(&self, catalogue: &Catalogue, findings: &mut Findings) -> EncodedItems {
        let wanted: BTreeSet<u32> = catalogue.channels.iter().flat_map(|channel| channel.shown().iter().copied()).collect();
        let stories = self.stories(&wanted);
        self.progress.begin(Stage::Preparing, wanted.len());
        let made: Vec<(u32, Vec<Encoded>, Findings)> = wanted.into_par_iter().map(|at| self.one(at, &stories)).collect();
        let mut encoded = EncodedItems::with_capacity(made.len() * self.config.output.formats.len());
        for (at, in_formats, found) in made {
            findings.extend(found);
            encoded.extend(self.config.output.formats.iter().map(|format| (at, *format)).zip(in_formats));
        }
        encoded
    }

    /// The items of each story, for those that are translations of one another.
    fn stories(&self, wanted: &BTreeSet<u32>) -> HashMap<&str, Vec<u32>> {
        let mut stories: HashMap<&str, Vec<u32>> = HashMap::new();
        if wanted.iter().all(|at| self.items[*at as usize].story.is_none()) {
            return stories;
        }
        for (at, item) in self.items.iter().enumerate() {
            if let Some(story) = &item.story {
                stories.entry(story).or_default().push(at as u32);
            }
        }
        stories
    }

    fn one(&self, at: u32, stories: &HashMap<&str, Vec<u32>>) -> (u32, Vec<Encoded>, Findings) {
        let item = &self.items[at as usize];
        let (text, findings) = prepare(self.config, item);
        let entry = Entry {
            item,
            text: &text,
            categories: categories(self.config, item, &self.placements[at as usize]),
            translations: self.translations(at, stories),
        };
        let encode = |format: &Format| document::encode(&entry, &self.config.publication, self.config.output.content, *format);
        let encoded = self.config.output.formats.iter().map(encode).collect();
        self.progress.step(1);
        (at, encoded, findings)
    }

    fn translations(&self, at: u32, stories: &HashMap<&str, Vec<u32>>) -> Vec<(Language, Url)> {
        let Some(versions) = self.items[at as usize].story.as_deref().and_then(|story| stories.get(story)) else { return Vec::new() };
        let others = versions.iter().filter(|other| **other != at).map(|other| &self.items[*other as usize]);
        let mut translations: Vec<(Language, Url)> =
            others.filter_map(|other| Some((other.language.clone(), other.link.clone()?))).collect();
        translations.sort_by(|a, b| a.0.cmp(&b.0));
        translations
    }
}

/// An item's text made ready, with findings about what was taken out of it.
pub fn prepare(config: &Config, item: &Item) -> (Prepared, Findings) {
    let mut findings = Findings::new();
    let mut clean = |field: &str, markup: &Markup| {
        let clean = text::clean(markup, item.link.as_ref().unwrap_or(&config.publication.base_url));
        findings.extend(removals(item, field, &clean.removed));
        clean.html
    };
    let html = item.body.as_ref().map(|body| clean("body", body)).filter(|html| !html.trim().is_empty());
    let html = html.map(|html| text::with_dateline(html, item.dateline.as_deref()));
    let summary = match (&item.summary, &html) {
        (Some(Markup { syntax: Syntax::Plain, text }), _) => Some(text.clone()),
        (Some(summary), _) => Some(text::summarise(&clean("summary", summary), usize::MAX)),
        (None, Some(html)) => Some(text::summarise(html, config.output.summary_length)),
        (None, None) => None,
    };
    (Prepared { html, summary: summary.filter(|summary| !summary.trim().is_empty()) }, findings)
}

/// So many removals are told of one text; a hostile one has thousands.
const TOLD: usize = 20;

fn removals(item: &Item, field: &str, removed: &[Removed]) -> Vec<Finding> {
    let about =
        |code, what: &str| Finding::new(code, format!("{what} was taken out of the {field} of `{}`", item.key)).at(item.place.clone());
    let finding = |removed: &Removed| {
        let code = if matches!(removed, Removed::Characters(_)) { &codes::FORBIDDEN_CHARACTERS } else { &codes::MARKUP_REMOVED };
        let mut finding = about(code, &removed.to_string()).help("docs/text.md tells what stays and what goes");
        finding.severity = if removed.is_cosmetic() { Severity::Info } else { finding.severity };
        finding
    };
    let mut findings: Vec<Finding> = removed.iter().take(TOLD).map(finding).collect();
    if removed.len() > TOLD {
        findings.push(about(&codes::MARKUP_REMOVED, &format!("and {} more", removed.len() - TOLD)));
    }
    findings
}

fn categories(config: &Config, item: &Item, placement: &Placement) -> Vec<Category> {
    let authority = &config.publication.authority;
    let (country_scheme, topic_scheme): (Arc<str>, Arc<str>) = (authority.mint("country").into(), authority.mint("topic").into());
    let countries = placement.countries.iter().map(|placed| Category {
        scheme: country_scheme.clone(),
        term: placed.value.alpha2().to_owned(),
        label: placed.value.name(&item.language).to_owned(),
    });
    let title = |key: &str| config.topics.iter().find(|topic| &*topic.key == key).map(|topic| topic.title.get(&item.language));
    let topics = placement.topics.iter().map(|placed| Category {
        scheme: topic_scheme.clone(),
        term: placed.value.to_string(),
        label: title(&placed.value).unwrap_or(&placed.value).to_owned(),
    });
    countries.chain(topics).collect()
}

/// Every channel in every format.
fn render(config: &Config, catalogue: &Catalogue, encoded: &EncodedItems, progress: &Progress) -> Vec<Document> {
    let families = families(catalogue);
    let jobs: Vec<(&Channel, Format)> =
        catalogue.channels.iter().flat_map(|channel| config.output.formats.iter().map(move |format| (channel, *format))).collect();
    progress.begin(Stage::Rendering, jobs.len());
    let document = |(channel, format): &(&Channel, Format)| {
        let head = head(config, channel, *format, &families[channel.family.as_str()]);
        let bytes = rendered(&head, channel, encoded, *format);
        progress.step(1);
        Document { path: path(channel, *format), format: Some(*format), bytes, changed: channel.updated }
    };
    jobs.par_iter().map(document).collect()
}

/// What the checker says of the documents, which stand in the order in which [`render`] made them.
fn check(
    config: &Config,
    catalogue: &Catalogue,
    items: &[Item],
    documents: &[Document],
    now: DateTime<Utc>,
    progress: &Progress,
) -> Findings {
    progress.begin(Stage::Checking, documents.len());
    let formats = config.output.formats.len();
    let items_of = |channel: &Channel| channel.shown().iter().map(|at| &items[*at as usize]).collect();
    let channels = catalogue.channels.iter().flat_map(|channel| std::iter::repeat_n(channel, formats));
    let checked: Vec<Checked> = channels.zip(documents).map(|(channel, document)| Checked { document, items: items_of(channel) }).collect();
    gate::check(config, &checked, now, progress)
}

/// The variants of each channel by the path that they share.
fn families(catalogue: &Catalogue) -> HashMap<&str, Vec<&Channel>> {
    let mut families: HashMap<&str, Vec<&Channel>> = HashMap::new();
    for channel in &catalogue.channels {
        families.entry(&channel.family).or_default().push(channel);
    }
    families
}

fn head<'a>(config: &'a Config, channel: &Channel, format: Format, family: &[&Channel]) -> Head<'a> {
    let in_other_formats = config.output.formats.iter().filter(|other| **other != format).map(|other| alternate(config, channel, *other));
    let in_other_languages = family.iter().filter(|other| other.path != channel.path).map(|other| alternate(config, other, format));
    Head {
        publication: &config.publication,
        id: id(config, channel),
        title: channel.title.clone(),
        description: channel.description.clone(),
        language: channel.language.clone(),
        url: url(config, &path(channel, format)),
        alternates: in_other_formats.chain(in_other_languages).collect(),
        updated: channel.updated,
        deleted: channel.deleted.clone(),
        ttl: config.output.ttl,
        next_url: None,
    }
}

/// The channel's id: the one that it was published with, else one that is minted now.
fn id(config: &Config, channel: &Channel) -> String {
    channel.published_id.clone().unwrap_or_else(|| config.publication.authority.mint(&channel.id))
}

fn alternate(config: &Config, channel: &Channel, format: Format) -> Alternate {
    Alternate { url: url(config, &path(channel, format)), format, language: channel.language.clone(), title: channel.title.clone() }
}

/// A document's path below the output folder.
pub fn path(channel: &Channel, format: Format) -> String {
    format!("{}.{}", channel.path, format.extension())
}

/// Where a path is served.
pub fn url(config: &Config, path: &str) -> Url {
    config.publication.base_url.join(path).unwrap_or_else(|_| config.publication.base_url.clone())
}

/// A channel that is not published but asked for, such as the crossing of two countries with a topic.
#[derive(Clone, Debug)]
pub struct Demand {
    pub query: Query,
    /// What comes after the `?` of its address; its id is made of it too.
    pub canonical: String,
    /// Plain text.
    pub title: String,
    pub language: Option<Language>,
}

/// The path of channels on demand, without extension.
pub const ON_DEMAND: &str = "feed";

/// A channel on demand in one format, from what a [`build`] made, and what the checker says of it.
pub fn on_demand(config: &Config, built: &Built, demand: &Demand, format: Format, now: DateTime<Utc>) -> (Document, Findings) {
    let sorted = Sorted { items: &built.items, placements: &built.placements, now };
    let id = format!("channel/{ON_DEMAND}/{}", demand.canonical);
    let mut channel = channel::on_demand(config, sorted, demand.query.clone(), &demand.title, ON_DEMAND, &id);
    channel.language = demand.language.clone().or(channel.language);
    let catalogue = Catalogue { channels: vec![channel], ..Catalogue::default() };
    let progress = Progress::default();
    let prepare = Prepare { config, items: &built.items, placements: &built.placements, progress: &progress };
    let encoded = prepare.all(&catalogue, &mut Findings::new());
    let channel = &catalogue.channels[0];
    let asked = |mut url: Url| {
        url.set_query(Some(&demand.canonical));
        url
    };
    let mut head = head(config, channel, format, &[channel]);
    head.url = asked(head.url);
    head.alternates.iter_mut().for_each(|alternate| alternate.url = asked(alternate.url.clone()));
    let document = Document {
        path: path(channel, format),
        format: Some(format),
        bytes: rendered(&head, channel, &encoded, format),
        changed: channel.updated,
    };
    let items = channel.shown().iter().map(|at| &built.items[*at as usize]).collect();
    let checked = gate::check(config, &[Checked { document: &document, items }], now, &progress);
    (document, checked)
}
