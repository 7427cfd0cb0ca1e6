//! When channels and the pages of their archives last changed, and what is to be remembered of them.
//!
//! What shows what it showed before keeps its date, so that servers answer 304; what is another, or stands at another path, is later than all that readers
//! can have seen of it.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::moved;
use super::render::{Sheet, id};
use crate::channel::{Catalogue, Channel, Page};
use crate::config::Config;
use crate::item::Date;
use crate::ledger::{self, Digest, KnownChannel, KnownPage, Memory, Recall, Ref};

/// What sheets are dated by.
#[derive(Clone, Copy)]
pub(super) struct Dating<'a> {
    pub config: &'a Config,
    pub before: &'a Memory,
    pub recall: &'a Recall,
    pub now: DateTime<Utc>,
}

impl Dating<'_> {
    /// When the documents of the sheet last changed.
    pub fn date(&self, sheet: Sheet<'_>, digest: Digest) -> Date {
        let (known, moved) = (self.known(sheet.channel), self.moved(sheet.channel));
        let own = Shown { sheet, refs: &self.recall.refs, digest };
        match sheet.page {
            None => {
                let published = |known: &KnownChannel| own.date((&known.members[..known.window], known.updated, known.digest), self.now);
                let updated = known.map_or(sheet.updated, published);
                moved.map_or(updated, |moved| updated.max(later(moved.updated, self.now)))
            }
            Some(at) => match known.or(moved).and_then(|channel| channel.pages.get(at)) {
                Some(page) if known.is_some() => own.date((&*page.members, page.updated, page.digest), self.now),
                Some(page) => later(page.updated, self.now),
                None => sheet.updated,
            },
        }
    }

    /// Gives all channels and pages their dates, and says what is to be remembered of them: both lists are in the order of [`Sheet::all`]. Where the items
    /// need not stay, a channel [lets them go](Channel::let_go) for it.
    pub fn settle(&self, catalogue: &mut Catalogue, dated: &[(Digest, Date)], items_stay: bool) -> BTreeMap<String, KnownChannel> {
        let mut dated = dated.iter().copied();
        let of_channel = |channel: &mut Channel| (channel.path.clone(), self.channel(channel, &mut dated, items_stay));
        let mut channels: BTreeMap<String, KnownChannel> = catalogue.channels.iter_mut().map(of_channel).collect();
        let kept = self.before.channels.iter().filter(|(path, _)| catalogue.kept.contains(*path));
        channels.extend(kept.map(|(path, known)| (path.clone(), known.clone())));
        channels
    }

    fn channel(&self, channel: &mut Channel, dated: &mut impl Iterator<Item = (Digest, Date)>, items_stay: bool) -> KnownChannel {
        let members = self.refs(if items_stay { channel.items.clone() } else { channel.let_go() });
        let members = match self.known(channel).filter(|known| *known.members == members) {
            Some(known) => known.members.clone(),
            None => Arc::new(members),
        };
        let mut date = |updated: &mut Date| {
            let (digest, date) = dated.next().unzip();
            *updated = date.unwrap_or(*updated);
            (digest, updated.timestamp())
        };
        let (digest, updated) = date(&mut channel.updated);
        let page = |page: &mut Page| {
            let (digest, updated) = date(&mut page.updated);
            KnownPage { members: self.refs(page.items.clone()), updated, digest }
        };
        let pages = channel.pages.iter_mut().map(page).collect();
        let deleted = channel.deleted.iter().filter_map(|(iri, when)| Some((self.recall.after.find(iri)?, when.timestamp())));
        let (id, window) = (id(self.config, channel), channel.window);
        KnownChannel { id, updated, digest, members, window, deleted: deleted.collect(), pages }
    }

    fn known(&self, channel: &Channel) -> Option<&KnownChannel> {
        self.before.channels.get(&channel.path)
    }

    /// What stood at the path that it comes from has other addresses in it.
    fn moved(&self, channel: &Channel) -> Option<&KnownChannel> {
        moved::predecessors(channel, self.before).max_by_key(|known| known.updated)
    }

    fn refs(&self, mut items: Vec<u32>) -> Vec<Ref> {
        items.iter_mut().for_each(|at| *at = self.recall.refs[*at as usize]);
        items
    }
}

/// What a sheet shows in this run.
struct Shown<'a> {
    /// Dated by the newest of its items.
    sheet: Sheet<'a>,
    refs: &'a [Ref],
    digest: Digest,
}

impl Shown<'_> {
    /// The date of before where the sheet shows what it showed then (its members, its date and its digest), else now.
    fn date(&self, (members, updated, digest): (&[Ref], i64, Option<Digest>), now: DateTime<Utc>) -> Date {
        let is_same = match digest {
            Some(digest) => digest == self.digest,
            // Rebuilt from documents: what they show is all that is known.
            None => {
                let own = self.sheet.items().iter().map(|at| &self.refs[*at as usize]);
                own.eq(members) && self.sheet.updated.timestamp() <= updated
            }
        };
        if is_same { ledger::date(updated) } else { later(updated, now) }
    }
}

fn later(updated: i64, now: DateTime<Utc>) -> Date {
    ledger::date(ledger::later(updated, now.timestamp()))
}
