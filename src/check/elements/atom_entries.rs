//! The entries of a feed beside each other: their order, and entries that were deleted (RFC 6721). Beyond the reference.

use super::super::class::{Class, Start, Text};
use super::super::codes as c;
use super::super::familiar::Effect;
use super::super::found::{Detail, Spot};
use super::super::value::{chars, date};
use super::super::walk::{Entry, MANY, NodeId, On, Walk};
use super::atom::feed_of;

const BESIDE: Class = Class { start: Start::Leave, text: Text::Leave, ..Class::container(&[]) };

/// Watchers beside the ones that the reference has: they keep what an entry says of itself.
pub(super) static KEEP_ID: Class = BESIDE.close(|walk, id, value| keep(walk, id, |entry| entry.id = chars::mark(value)));
pub(super) static KEEP_UPDATED: Class = BESIDE.close(|walk, id, value| keep(walk, id, |entry| entry.updated = date::timestamp(value)));
pub(super) static KEEP_PUBLISHED: Class = BESIDE.close(|walk, id, value| keep(walk, id, |entry| entry.published = date::timestamp(value)));

fn keep(walk: &mut Walk<'_>, id: NodeId, set: impl FnOnce(&mut Entry)) {
    let entry = walk.parent(id);
    if let Some(entry) = feed_of(walk, entry) {
        set(&mut entry.own);
    }
}

/// An entry ends: does it stand where readers expect it?
pub(super) fn entry_ends(walk: &mut Walk<'_>, id: NodeId) {
    let Some(own) = feed_of(walk, id).map(|entry| entry.own) else { return };
    if walk.act(walk.parent(id), Effect::Entry(own)) {
        walk.say(On::Node(id), &c::ITEMS_OUT_OF_ORDER, Detail::default());
    }
}

/// RFC 6721 section 3: an entry was deleted.
pub(super) fn deleted(walk: &mut Walk<'_>, id: NodeId) {
    let (Some(entry), Some(when)) = (walk.plain_attr(id, "ref"), walk.plain_attr(id, "when").and_then(|when| date::timestamp(&when)))
    else {
        return;
    };
    let at = walk.at;
    let parent = walk.parent(id);
    if let Some(feed) = feed_of(walk, parent).filter(|feed| feed.deleted.len() < MANY) {
        feed.deleted.push((entry, when, at));
    }
}

/// The feed ends: does an entry stand in it that was deleted after its latest change?
pub(super) fn feed_ends(walk: &mut Walk<'_>, id: NodeId) {
    let Some(feed) = feed_of(walk, id).filter(|feed| !feed.deleted.is_empty()) else { return };
    let (entries, deleted) = (std::mem::take(&mut feed.entries), std::mem::take(&mut feed.deleted));
    let changed: std::collections::HashMap<u64, i64> = entries.iter().filter_map(|entry| Some((entry.id, entry.updated?))).collect();
    for (entry, when, at) in deleted {
        if changed.get(&chars::mark(&entry)).is_some_and(|changed| *changed <= when) {
            walk.say_at(On::Part(id, "deleted-entry"), &c::DELETED_ENTRY_PRESENT, Detail::value(&entry), Spot::at(at));
        }
    }
}
