//! What a rollback took back, and whether a build would repeat it.
//!
//! A publish is known by the items that it changed, and by what their records said; and by the config and the templates, where these were others than before.
//! Whatever else changes, by itself or by somebody's hand, it comes again while all of that does. Where it was none of that, it is known by the channels and
//! files that stood after it.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use chrono::{DateTime, Utc};
use xxhash_rust::xxh3::xxh3_128;

use crate::coding::Coding;
use crate::config::{Config, Format};
use crate::item::Hidden;
use crate::ledger::{Digest, Memory};
use crate::pipeline::Built;
use crate::publish::{Destination, Plan, Publish, Set, TakenBack};

/// A digest of what the config and the templates say of documents, from whatever folder they are looked at, and wherever in the config it stands.
pub(super) fn settings(config: &Config) -> String {
    let Config { publication, sources, countries, topics, evidence, channels, named, limits, output, ids, .. } = config;
    let moved: Vec<_> = config.moved.iter().map(|moved| (&moved.from, &moved.to, moved.how)).collect();
    let templates = output.templates.as_ref().map(|templates| &templates.files);
    let texts = (&output.formats, output.content, output.summary_length, output.ttl, &output.precompress);
    let which = (output.archives, output.archive_size, output.opml, output.pages, output.tombstone_days);
    let by = (publication, sources, countries, topics, evidence, channels, named, limits, ids);
    Digest::of(xxh3_128(format!("{:?}", (by, moved, templates, texts, which)).as_bytes())).to_hex()
}

/// The items that a publish changes, by id, each with what it said before. One that repeats what was taken back changes what that changed, though the ledger
/// remembers items as they were seen last.
pub(super) fn changed(
    folder: &Destination,
    (before, after): (&Memory, &Memory),
    hidden: &[(Arc<str>, Hidden)],
) -> BTreeMap<String, Option<String>> {
    let (mut changed, all) = (after.former_items(before, &by_time(hidden)), folder.taken_back());
    // What the last of them found is what stands.
    let publishes = || all.iter().flat_map(|taken_back| &taken_back.publishes);
    let stands: HashMap<&String, &Option<String>> = publishes().flat_map(|publish| &publish.found).collect();
    let again = publishes().flat_map(|publish| &publish.items).filter(|(iri, said)| after.said(iri) == **said);
    again.for_each(|(iri, _)| _ = changed.entry(iri.clone()).or_default());
    for (iri, said) in &mut changed {
        if let Some(stands) = stands.get(iri) {
            said.clone_from(stands);
        }
    }
    changed
}

/// The keys of items that are out by the clock.
fn by_time(hidden: &[(Arc<str>, Hidden)]) -> HashSet<&str> {
    let is_timed = |why: &Hidden| matches!(why, Hidden::NotYet(_) | Hidden::Expired(_));
    hidden.iter().filter(|(_, why)| is_timed(why)).map(|(key, _)| &**key).collect()
}

/// What is to be known of the publishes of these sets, from the newest, which are about to be taken back.
pub(super) fn of(sets: &[Set], (before, after): (&Memory, &Memory), folder: &Destination, now: DateTime<Utc>) -> TakenBack {
    let published: BTreeSet<&String> = sets.iter().flat_map(|set| set.channels.keys()).collect();
    let is_another = |path: &&String| before.digests(path) != after.digests(path);
    let digests = |path: &String| (path.clone(), before.digests(path).into_iter().map(Digest::to_hex).collect());
    let files = sets.iter().flat_map(|set| set.added.iter().chain(&set.replaced)).filter(|path| !is_of_feed(path));
    let hash = |path: &String| Some((path.clone(), folder.hash(path)?.as_str().to_owned()));
    TakenBack {
        at: now.to_rfc3339(),
        sets: sets.iter().map(Set::name).collect(),
        channels: published.into_iter().filter(is_another).map(digests).collect(),
        files: files.filter_map(hash).collect(),
        publishes: publishes(sets, &folder.taken_back(), before),
    }
}

/// What each publish left of what it changed: of an item that which the next one that changed it found, be it taken back now or was sooner, and else the memory.
fn publishes(sets: &[Set], sooner: &[TakenBack], memory: &Memory) -> Vec<Publish> {
    let before = sooner.iter().flat_map(|taken_back| &taken_back.publishes);
    let mut found: HashMap<&String, &Option<String>> = before.flat_map(|publish| &publish.found).collect();
    // Of a rollback that was cut off and is done again, it is known what it found at first.
    let known = |set: &Set| {
        let name = set.name();
        sooner.iter().find_map(|entry| entry.publishes.get(entry.sets.iter().position(|own| *own == name)?).cloned())
    };
    let mut all = Vec::new();
    for set in sets {
        let left = |iri: &String| found.get(iri).map_or_else(|| memory.said(iri), |said| (*said).clone());
        let items = || set.items.keys().map(|iri| (iri.clone(), left(iri))).collect();
        let settings = || set.settings.as_ref().map(|[_, now]| now.clone());
        all.push(known(set).unwrap_or_else(|| Publish { items: items(), found: set.items.clone(), settings: settings() }));
        found.extend(&set.items);
    }
    all
}

fn is_of_feed(path: &str) -> bool {
    Format::of_path(Coding::plain(path).unwrap_or(path)).is_some()
}

/// A publish that would be repeated.
pub(super) struct Repeated {
    /// When it was taken back, in RFC 3339.
    pub at: String,
    /// The keys of the items that it changed.
    pub items: Vec<String>,
    /// Whether the config or a template was another by it.
    pub by_settings: bool,
}

/// The publish that this plan would repeat of those that were taken back, if it does any.
pub(super) fn repeated(config: &Config, folder: &Destination, before: &Memory, (built, plan): (&Built, &Plan)) -> Option<Repeated> {
    let all = folder.taken_back();
    if all.is_empty() {
        return None;
    }
    let documents = built.documents.iter().map(|document| &*document.path);
    let planned: HashMap<&str, &str> = documents.zip(plan.hashes.iter().map(|hash| hash.as_str())).collect();
    // A rollback that came to nothing, as on a full disk, had written down what still stands.
    let stands = |taken_back: &TakenBack| is_state(taken_back, before, &|path| folder.hash(path).map(|hash| hash.as_str()));
    let comes = |taken_back: &TakenBack| is_state(taken_back, &built.after, &|path| planned.get(path).copied());
    let now = Now { memory: &built.after, by_time: by_time(&built.hidden), settings: settings(config) };
    all.into_iter().filter(|taken_back| !stands(taken_back)).find_map(|taken_back| {
        let by_changes = taken_back.publishes.iter().find_map(|publish| now.repeats(publish));
        let is_unknown = taken_back.publishes.first().is_none_or(|newest| *newest == Publish::default());
        let by_state = || (is_unknown && comes(&taken_back)).then(|| (Vec::new(), false));
        let (items, by_settings) = by_changes.or_else(by_state)?;
        Some(Repeated { at: taken_back.at.clone(), items, by_settings })
    })
}

/// What a build is about to publish.
struct Now<'a> {
    memory: &'a Memory,
    by_time: HashSet<&'a str>,
    settings: String,
}

impl Now<'_> {
    /// The keys of the items of a publish that would come again, and whether it would by its settings; `None` where anything of it is another.
    fn repeats(&self, publish: &Publish) -> Option<(Vec<String>, bool)> {
        let mut keys = Vec::new();
        for (iri, said) in &publish.items {
            let (key, now) = (self.key(iri), self.memory.said(iri));
            // What is out by the clock alone is as it was.
            if now.is_none() && self.by_time.contains(key) {
                continue;
            }
            if now != *said {
                return None;
            }
            keys.push(key.to_owned());
        }
        let is_by_settings = publish.settings.is_some();
        let is_again = publish.settings.as_ref().is_none_or(|settings| *settings == self.settings);
        (is_again && (is_by_settings || !keys.is_empty())).then_some((keys, is_by_settings))
    }

    fn key<'k>(&'k self, iri: &'k str) -> &'k str {
        self.memory.find(iri).map_or(iri, |at| self.memory.get(at).key())
    }
}

/// Whether the channels say what they said before it was taken back, and the files are what they were; no where it had neither.
fn is_state<'a>(taken_back: &TakenBack, memory: &Memory, hash: &dyn Fn(&str) -> Option<&'a str>) -> bool {
    let TakenBack { at: _, sets: _, channels, files, publishes: _ } = taken_back;
    // Tombstones of what goes again are of another time.
    let is_alike = |(digest, own): (&String, Digest)| Digest::from_hex(digest).is_some_and(|digest| digest.is_alike(own));
    let is_channel = |(path, digests): (&String, &Vec<String>)| {
        let own = memory.digests(path);
        digests.len() == own.len() && digests.iter().zip(own).all(is_alike)
    };
    let is_file = |(path, was): (&String, &String)| hash(path) == Some(was.as_str());
    match (channels.is_empty(), files.is_empty()) {
        (true, true) => false,
        // Pages tell of channels too, some of them since when.
        (false, _) => channels.iter().all(is_channel),
        (true, false) => files.iter().all(is_file),
    }
}
