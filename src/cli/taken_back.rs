//! What a rollback took back, and whether a build would repeat it.
//!
//! A publish is known by the items that it changed, and by what their records said: whatever else changes, by itself or by somebody's hand, it comes again
//! while all of these do. One that changed no item is known by the channels and files that stood after it.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{DateTime, Utc};

use crate::coding::Coding;
use crate::config::Format;
use crate::document::Document;
use crate::ledger::{Digest, Memory};
use crate::publish::{Destination, Plan, Set, TakenBack};

/// A publish is known by so many of its items.
pub(super) const MOST: usize = 10_000;

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
        publishes: publishes(sets, before),
    }
}

/// What each publish left of the items that it changed: that which the next one that changed them found, and in the end the memory.
fn publishes(sets: &[Set], memory: &Memory) -> Vec<BTreeMap<String, Option<String>>> {
    let mut found: HashMap<&String, &Option<String>> = HashMap::new();
    let publish = |set: &Set, found: &HashMap<&String, &Option<String>>| {
        let left = |iri: &String| found.get(iri).map_or_else(|| memory.said(iri), |said| (*said).clone());
        set.items.keys().map(|iri| (iri.clone(), left(iri))).collect()
    };
    let mut all = Vec::new();
    for set in sets {
        all.push(publish(set, &found));
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
}

/// The publish that this plan would repeat of those that were taken back, if it does any.
pub(super) fn repeated(
    folder: &Destination,
    (before, after): (&Memory, &Memory),
    (documents, plan): (&[Document], &Plan),
) -> Option<Repeated> {
    let all = folder.taken_back();
    let planned = || documents.iter().map(|document| &*document.path).zip(plan.hashes.iter().map(|hash| hash.as_str())).collect();
    let planned: HashMap<&str, &str> = if all.is_empty() { HashMap::new() } else { planned() };
    // A rollback that came to nothing, as on a full disk, had written down what still stands.
    let stands = |taken_back: &TakenBack| is_state(taken_back, before, &|path| folder.hash(path).map(|hash| hash.as_str()));
    let comes = |taken_back: &TakenBack| is_state(taken_back, after, &|path| planned.get(path).copied());
    all.into_iter().filter(|taken_back| !stands(taken_back)).find_map(|taken_back| {
        let items = |publish: &BTreeMap<String, Option<String>>| {
            let is_again = !publish.is_empty() && publish.iter().all(|(iri, said)| after.said(iri) == *said);
            is_again.then(|| publish.keys().map(|iri| key(after, iri)).collect())
        };
        let is_known_by_items = taken_back.publishes.iter().any(|publish| !publish.is_empty());
        let items = match taken_back.publishes.iter().find_map(items) {
            Some(items) => items,
            None if !is_known_by_items && comes(&taken_back) => Vec::new(),
            None => return None,
        };
        Some(Repeated { at: taken_back.at, items })
    })
}

fn key(memory: &Memory, iri: &str) -> String {
    memory.find(iri).map_or(iri, |at| memory.get(at).key()).to_owned()
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
