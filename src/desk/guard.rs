//! What subscribers would notice of a load that nobody can have meant.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use chrono::{DateTime, Utc};

use super::batch::{Batch, refused};
use super::load::{Aside, Load, cannot};
use super::put::{How, last_of_each};
use super::{Desk, DeskError, again};
use crate::channel;
use crate::config::{Format, OldPaths, paths};
use crate::diag::Findings;
use crate::item::Item;
use crate::ledger::Accept;
use crate::ledger::guard::{self, Repeat};
use crate::pipeline::{self, REDIRECTS};

impl Desk<'_> {
    /// Refuses, before anything is written, what nobody can have meant: stories that come again, channels that lose too much.
    pub(super) fn guard(&mut self, aside: &mut Aside, how: How<'_>, is_item: &dyn Fn(&Item) -> bool) -> Result<(), DeskError> {
        let [is_repeat_meant, is_shrink_meant] = [Accept::Repeats, Accept::Shrink].map(|what| how.accepted.contains(&what));
        if is_repeat_meant && is_shrink_meant {
            return Ok(());
        }
        let repeats = self.repeats(aside, how, is_item)?;
        let mut findings = if is_repeat_meant { Findings::new() } else { self.repeating(&repeats)? };
        if !is_shrink_meant {
            let again: HashSet<String> = repeats.iter().map(|repeat| repeat.old.iri().to_owned()).collect();
            findings.extend(self.shrinking(aside, how, &again, is_item)?);
        }
        if findings.is_empty() { Ok(()) } else { Err(DeskError::Refused(findings)) }
    }

    /// Refuses stories that come again, before anything is written.
    pub(super) fn refuse_repeats(&mut self, aside: &mut Aside, how: How<'_>) -> Result<(), DeskError> {
        if how.accepted.contains(&Accept::Repeats) {
            return Ok(());
        }
        let repeats = self.repeats(aside, how, &|_| true)?;
        let findings = self.repeating(&repeats)?;
        if findings.is_empty() { Ok(()) } else { Err(DeskError::Refused(findings)) }
    }

    /// The items that readers would see a second time.
    fn repeats(&mut self, aside: &mut Aside, how: How<'_>, is_item: &dyn Fn(&Item) -> bool) -> Result<Vec<Repeat>, DeskError> {
        let mut repeats = Vec::new();
        if !self.has_history()? {
            return Ok(repeats);
        }
        for batch in aside.batches().map_err(cannot)? {
            let mut batch = last_of_each(batch.map_err(cannot)?);
            batch.retain(|(item, _)| is_item(item));
            repeats.extend(again(|| {
                let batch = Batch::of(self.config, batch.clone(), how);
                // Nothing of the transaction stays.
                let found = self.client.transaction().and_then(|mut transaction| batch.check(&mut transaction));
                self.said(found)
            })?);
        }
        Ok(repeats)
    }

    /// What is said of them.
    fn repeating(&mut self, repeats: &[Repeat]) -> Result<Findings, DeskError> {
        if repeats.is_empty() {
            return Ok(Findings::new());
        }
        let refused = self.client.transaction().and_then(|mut transaction| refused(self.config, repeats, &mut transaction));
        self.said(refused)
    }

    /// The dates that published items keep where those of their records slipped into the future, by id, in seconds since 1970.
    pub(super) fn held<'i>(
        &mut self,
        items: impl Iterator<Item = &'i Item>,
        now: DateTime<Utc>,
    ) -> Result<HashMap<String, i64>, DeskError> {
        let iris: Vec<&str> = items.filter(|item| pipeline::is_out_by_date(item, item.hidden(now))).map(Item::iri).collect();
        if iris.is_empty() {
            return Ok(HashMap::new());
        }
        let query = "select iri, published from ledger where iri = any($1) and gone is null and published <= $2";
        let rows = self.client.query(query, &[&iris, &now.timestamp()]);
        Ok(self.said(rows)?.iter().map(|row| (row.get(0), row.get(1))).collect())
    }

    /// Refuses moves that lead nowhere, where every item was put aside.
    pub(super) fn guard_moves(&mut self, aside: &mut Aside, load: Load<'_>, is_item: &dyn Fn(&Item) -> bool) -> Result<(), DeskError> {
        let config = self.config;
        if config.moved.is_empty() {
            return Ok(());
        }
        let rows = self.client.query("select path from channels", &[]);
        let known: BTreeSet<String> = self.said(rows)?.iter().map(|row| row.get(0)).collect();
        let standing: BTreeSet<String> = channel::heads(config, &known).channels.into_iter().map(|channel| channel.family).collect();
        let mut items: BTreeMap<String, usize> = BTreeMap::new();
        for batch in aside.batches().map_err(cannot)? {
            for (item, sifted) in batch.map_err(cannot)?.iter().filter(|(item, _)| is_item(item) && item.hidden(load.now).is_none()) {
                let spots = channel::spots(config, item, &sifted.placement, load.now);
                let families: BTreeSet<String> = spots.into_iter().map(|spot| spot.family).collect();
                families.into_iter().for_each(|family| *items.entry(family).or_default() += 1);
            }
        }
        let least = config.channels.matrix.as_ref().map_or(1, |matrix| matrix.min_items);
        let is_own = |path: &str| config.named.iter().any(|named| named.path == path);
        let enough = |path: &str| if paths::is_crossing(path) && !is_own(path) { least } else { 1 };
        let is_channel = |path: &str| standing.contains(path) || items.get(path).is_some_and(|count| *count >= enough(path));
        let misled = pipeline::misled(config, &is_channel);
        if misled.is_empty() { Ok(()) } else { Err(DeskError::Refused(misled)) }
    }

    /// Refuses a config under which feeds are there no more that subscribers fetch.
    pub(super) fn guard_paths(&mut self, load: Load<'_>) -> Result<(), DeskError> {
        if load.accepted.contains(&Accept::Paths) {
            return Ok(());
        }
        let rows = self.client.query("select path from documents order by path", &[]);
        let rows = self.said(rows)?;
        // In a store it is not looked at.
        let list = self.client.query_opt("select bytes from documents where path = $1 and bytes is not null", &[&REDIRECTS]);
        let list = self.said(list)?.and_then(|row| String::from_utf8(row.get(0)).ok()).unwrap_or_default();
        let feeds: Vec<(&str, Format)> =
            rows.iter().map(|row| row.get(0)).filter_map(|path: &str| Some((path, Format::of_path(path)?))).collect();
        let stem = |path: &str| path.rsplit_once('.').map_or(path, |(stem, _)| stem).to_owned();
        let known: BTreeSet<String> = feeds.iter().map(|(path, _)| stem(path)).collect();
        let channels: BTreeSet<String> = channel::heads(self.config, &known).channels.into_iter().map(|channel| channel.path).collect();
        let old = OldPaths::of(self.config);
        let is_left = |(path, format): &&(&str, Format)| {
            old.find(&stem(path)).is_some() || self.config.output.formats.contains(format) && channels.contains(&stem(path))
        };
        let gone: Vec<&str> = feeds.iter().filter(|feed| !is_left(feed)).map(|(path, _)| *path).collect();
        let mut findings = guard::paths(self.config, &gone, &|path| known.contains(path), &|path| channels.contains(path));
        let moved = pipeline::listed(&list, self.config.publication.base_url.path()).filter_map(|(from, to)| Some((from, to?)));
        let is_said = |path: &str| old.find(&stem(path)).is_some() || channels.contains(&stem(path));
        findings.extend(guard::redirects(self.config, moved.filter(|(from, _)| !is_said(from))));
        if findings.is_empty() { Ok(()) } else { Err(DeskError::Refused(findings)) }
    }
}
