//! A memory from published documents, where the ledger was lost.
//!
//! Ids, titles, dates, channels and tombstones stand in the documents. What does not (the records' traces) is filled in by the next run, which
//! compares each item's text with the text that was published.

use std::collections::BTreeMap;

use super::{Known, KnownChannel, KnownPage, Memory, Moment, Ref, Traces, trace};
use crate::config::paths;
use crate::item::Names;
use crate::seen::{Seen, SeenItem};

/// Gathers a memory from documents: their paths below the output folder, and what a reader sees in them.
pub fn memory(documents: &BTreeMap<String, Seen>) -> Memory {
    let mut memory = Memory::default();
    let mut best: BTreeMap<&str, &Seen> = BTreeMap::new();
    let mut updated: BTreeMap<&str, i64> = BTreeMap::new();
    // Atom says more than JSON Feed and RSS do; its documents come first, and so does `.atom` in the order of paths.
    for (path, seen) in documents {
        if let Some((channel, _)) = path.rsplit_once('.') {
            best.entry(channel).or_insert(seen);
            // JSON Feed does not say when a channel changed.
            let latest = updated.entry(channel).or_default();
            *latest = seen.updated.unwrap_or_default().max(*latest);
        }
    }
    // The pages of an archive come before the channel in the order of paths, if not in that of their numbers.
    let mut pages: BTreeMap<&str, BTreeMap<usize, KnownPage>> = BTreeMap::new();
    for (path, seen) in &best {
        if let Some((channel, number)) = paths::of_archive(path) {
            let members = seen.items.iter().map(|item| memory.put(known(item))).collect();
            pages.entry(channel).or_default().insert(number, KnownPage { members, updated: updated[path], digest: None });
        }
    }
    for (path, seen) in best.into_iter().filter(|(path, _)| paths::of_archive(path).is_none()) {
        let pages: Vec<KnownPage> = pages.remove(path).unwrap_or_default().into_values().collect();
        let members: Vec<Ref> = seen.items.iter().map(|item| memory.put(known(item))).collect();
        let channel = KnownChannel {
            id: seen.id.clone().unwrap_or_default(),
            updated: updated[path],
            digest: None,
            window: members.len(),
            members: members.into_iter().chain(pages.iter().rev().flat_map(|page| page.members.iter().copied())).collect::<Vec<_>>().into(),
            pages,
            deleted: seen.deleted.iter().map(|(iri, when)| (memory.put(deleted(iri, *when)), *when)).collect(),
        };
        memory.channels.insert(path.to_owned(), channel);
    }
    memory
}

fn known(item: &SeenItem) -> Known {
    let text = item.html.as_deref().or(item.summary.as_deref()).unwrap_or(&item.title);
    let traces = Traces { record: None, content: trace::of_published(&item.title, text), text: 0, link: 0 };
    Known {
        names: Names::new(&item.id, None, item.id.rsplit('/').next().unwrap_or_default(), &item.title).with(traces),
        first_seen: item.published.unwrap_or_default().into(),
        published: item.published.unwrap_or_default().into(),
        updated: item.updated.filter(|updated| Some(*updated) != item.published).map(Moment::from),
        gone: None,
    }
}

fn deleted(iri: &str, when: i64) -> Known {
    Known {
        names: Names::new(iri, None, iri.rsplit('/').next().unwrap_or_default(), ""),
        first_seen: when.into(),
        published: when.into(),
        updated: None,
        gone: Some(when.into()),
    }
}
