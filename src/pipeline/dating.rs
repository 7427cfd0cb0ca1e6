//! When channels and the pages of their archives last changed, and what is to be remembered of them.
//!
//! What shows what it showed before keeps its date, so that servers answer 304; what is another, or stands at another path, is later than all that readers
//! can have seen of it.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::moved;
use super::render::id;
use crate::channel::{Catalogue, Channel, Page};
use crate::config::Config;
use crate::item::Date;
use crate::ledger::{self, Digest, KnownChannel, KnownPage, Memory, Recall, Ref};

/// Dates each channel and each page by the last change of its documents, and says what is to be remembered of it. Where the items need not stay, a
/// channel [lets them go](Channel::let_go) for it.
pub(super) fn date(
    config: &Config,
    catalogue: &mut Catalogue,
    digests: &[Digest],
    (before, recall): (&Memory, &Recall),
    (now, items_stay): (DateTime<Utc>, bool),
) -> BTreeMap<String, KnownChannel> {
    let mut digests = digests.iter().copied();
    let dating = Dating { config, before, recall, now, items_stay };
    let of_channel = |channel: &mut Channel| (channel.path.clone(), dating.channel(channel, &mut digests));
    let mut channels: BTreeMap<String, KnownChannel> = catalogue.channels.iter_mut().map(of_channel).collect();
    let kept = before.channels.iter().filter(|(path, _)| catalogue.kept.contains(*path));
    channels.extend(kept.map(|(path, known)| (path.clone(), known.clone())));
    channels
}

/// What channels are dated by.
struct Dating<'a> {
    config: &'a Config,
    before: &'a Memory,
    recall: &'a Recall,
    now: DateTime<Utc>,
    items_stay: bool,
}

impl Dating<'_> {
    /// Dates a channel and its pages, whose digests come in this order.
    fn channel(&self, channel: &mut Channel, digests: &mut impl Iterator<Item = Digest>) -> KnownChannel {
        let known = self.before.channels.get(&channel.path);
        // What stood at the path that it comes from has other addresses in it.
        let moved = moved::predecessors(self.config, channel, self.before).max_by_key(|known| known.updated);
        let members = self.refs(if self.items_stay { channel.items.clone() } else { channel.let_go() });
        let members = match known.filter(|known| *known.members == members) {
            Some(known) => known.members.clone(),
            None => Arc::new(members),
        };
        let digest = digests.next();
        if let Some(known) = known {
            let own = Shown { members: &members[..channel.window], updated: channel.updated, digest };
            channel.updated = own.date((&known.members[..known.window], known.updated, known.digest), self.now);
        }
        if let Some(moved) = moved {
            channel.updated = channel.updated.max(later(moved.updated, self.now));
        }
        let known_pages = known.or(moved).map_or(&[][..], |known| &known.pages);
        let mut page = |(at, page)| self.page(page, (known_pages.get(at), known.is_some()), digests.next());
        let pages = channel.pages.iter_mut().enumerate().map(&mut page).collect();
        let deleted = channel.deleted.iter().filter_map(|(iri, when)| Some((self.recall.after.find(iri)?, when.timestamp())));
        KnownChannel {
            id: id(self.config, channel),
            updated: channel.updated.timestamp(),
            digest,
            members,
            window: channel.window,
            deleted: deleted.collect(),
            pages,
        }
    }

    /// Dates a page; what is known of it may be that of another path.
    fn page(&self, page: &mut Page, (known, is_here): (Option<&KnownPage>, bool), digest: Option<Digest>) -> KnownPage {
        let members = self.refs(page.items.clone());
        if let Some(known) = known {
            let own = Shown { members: &members, updated: page.updated, digest };
            let published = (&*known.members, known.updated, known.digest);
            page.updated = if is_here { own.date(published, self.now) } else { later(known.updated, self.now) };
        }
        KnownPage { members, updated: page.updated.timestamp(), digest }
    }

    fn refs(&self, mut items: Vec<u32>) -> Vec<Ref> {
        items.iter_mut().for_each(|at| *at = self.recall.refs[*at as usize]);
        items
    }
}

/// What a sheet shows in this run.
struct Shown<'a> {
    members: &'a [Ref],
    /// The newest date of an item.
    updated: Date,
    digest: Option<Digest>,
}

impl Shown<'_> {
    /// The date of before where the sheet shows what it showed then (its members, its date and its digest), else now.
    fn date(&self, (members, updated, digest): (&[Ref], i64, Option<Digest>), now: DateTime<Utc>) -> Date {
        let is_same = match digest {
            Some(_) => digest == self.digest,
            // Rebuilt from documents: what they show is all that is known.
            None => self.members == members && self.updated.timestamp() <= updated,
        };
        if is_same { ledger::date(updated) } else { later(updated, now) }
    }
}

fn later(updated: i64, now: DateTime<Utc>) -> Date {
    ledger::date(ledger::later(updated, now.timestamp()))
}
