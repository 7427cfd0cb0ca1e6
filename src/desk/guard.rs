//! What subscribers would notice of a load that nobody can have meant.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use chrono::{DateTime, Utc};

use super::batch::{Batch, refused};
use super::load::{Aside, Load, cannot};
use super::put::{How, last_of_each};
use super::{Desk, DeskError, again, moves};
use crate::channel;
use crate::config::{Config, Format, paths};
use crate::diag::{Finding, Findings, Place, codes};
use crate::item::{Hidden, Item};
use crate::ledger::{Accept, guard};
use crate::pipeline::{self, REDIRECTS, Sifted};

/// How many items each channel loses.
type Lost = BTreeMap<String, i64>;

impl Desk<'_> {
    /// Refuses, before anything is written, what nobody can have meant: stories that come again, channels that lose too much.
    pub(super) fn guard(&mut self, aside: &mut Aside, how: How<'_>, is_item: &dyn Fn(&Item) -> bool) -> Result<(), DeskError> {
        let mut findings = self.repeats(aside, how, is_item)?;
        let is_any_placed = self.client.query_one("select exists (select 1 from placements)", &[]);
        let is_any_placed = self.said(is_any_placed)?.get::<_, bool>(0);
        if is_any_placed && !how.accepted.contains(&Accept::Shrink) {
            let mut lost = self.lost_with(how.going)?;
            for batch in aside.batches().map_err(cannot)? {
                let mut batch = batch.map_err(cannot)?;
                batch.retain(|(item, _)| is_item(item));
                self.lost_by(&batch, how, &mut lost)?;
            }
            findings.extend(self.shrinking(lost)?);
        }
        if findings.is_empty() { Ok(()) } else { Err(DeskError::Refused(findings)) }
    }

    /// Refuses stories that come again, before anything is written.
    pub(super) fn refuse_repeats(&mut self, aside: &mut Aside, how: How<'_>) -> Result<(), DeskError> {
        let findings = self.repeats(aside, how, &|_| true)?;
        if findings.is_empty() { Ok(()) } else { Err(DeskError::Refused(findings)) }
    }

    fn repeats(&mut self, aside: &mut Aside, how: How<'_>, is_item: &dyn Fn(&Item) -> bool) -> Result<Findings, DeskError> {
        let is_any_known = self.client.query_one("select exists (select 1 from ledger)", &[]);
        let is_any_known = self.said(is_any_known)?.get::<_, bool>(0);
        if how.accepted.contains(&Accept::Repeats) || !is_any_known {
            return Ok(Findings::new());
        }
        let mut repeats = Vec::new();
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
        if repeats.is_empty() {
            return Ok(Findings::new());
        }
        let refused = self.client.transaction().and_then(|mut transaction| refused(self.config, &repeats, &mut transaction));
        self.said(refused)
    }

    /// How many items each channel loses with those that are about to be taken out.
    fn lost_with(&mut self, gone: &[String]) -> Result<Lost, DeskError> {
        if gone.is_empty() {
            return Ok(Lost::new());
        }
        let rows = self.client.query("select channel, count(*) from placements where iri = any($1) group by channel", &[&gone]);
        Ok(self.said(rows)?.iter().map(|row| (row.get(0), row.get(1))).collect())
    }

    /// Adds those that a batch has elsewhere from now on. What a record itself takes out is meant, and what a query asks the age of comes and goes.
    fn lost_by(&mut self, batch: &[(Item, Sifted)], how: How<'_>, lost: &mut Lost) -> Result<(), DeskError> {
        let config = self.config;
        let held = self.held(batch.iter().map(|(item, _)| item), how.now)?;
        let channels = |item: &Item, sifted: &Sifted| match held.get(item.iri()) {
            Some(date) => {
                let mut item = item.clone();
                pipeline::hold(config, &mut item, *date);
                channels(config, &item, sifted, how.now)
            }
            None => channels(config, item, sifted, how.now),
        };
        let is_taken_out = |item: &Item| matches!(item.hidden(how.now), Some(Hidden::Withdrawn | Hidden::Expired(_)));
        let left: HashMap<&str, BTreeSet<String>> = batch.iter().map(|(item, sifted)| (item.iri(), channels(item, sifted))).collect();
        let out: HashSet<&str> = batch.iter().filter(|(item, _)| is_taken_out(item)).map(|(item, _)| item.iri()).collect();
        let iris: Vec<&str> = left.keys().copied().collect();
        let rows = self.client.query("select channel, iri from placements where iri = any($1)", &[&iris]);
        for row in &self.said(rows)? {
            let (channel, iri): (&str, &str) = (row.get(0), row.get(1));
            if !left[iri].contains(channel) && !out.contains(iri) && !guard::is_timed(config, channel) {
                *lost.entry(channel.to_owned()).or_default() += 1;
            }
        }
        Ok(())
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

    /// The channels that lose too much, among those that there are by the config.
    fn shrinking(&mut self, lost: Lost) -> Result<Findings, DeskError> {
        let known: BTreeSet<String> = lost.keys().cloned().collect();
        let here: BTreeSet<String> = channel::heads(self.config, &known).channels.into_iter().map(|channel| channel.path).collect();
        let paths: Vec<&String> = lost.keys().filter(|path| here.contains(*path)).collect();
        let rows = self
            .client
            .query("select channel, count(*) from placements where channel = any($1) group by channel order by channel", &[&paths]);
        let mut findings = Findings::new();
        for row in &self.said(rows)? {
            let (channel, total): (&str, i64) = (row.get(0), row.get(1));
            let lost = lost.get(channel).copied().unwrap_or_default();
            if lost == total || guard::is_too_much(self.config, lost as usize, total as usize) {
                let message = format!("the channel `{channel}` would lose {lost} of its {total} items");
                let help = "see whether a source is broken; to take them out all the same: `--accept shrink`";
                findings.push(Finding::new(&codes::CHANNEL_SHRINKS, message).at(Place::file(self.config.path.clone())).help(help));
            }
        }
        Ok(findings)
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
        let is_left = |(path, format): &&(&str, Format)| {
            moves::is_old(self.config, &stem(path)) || self.config.output.formats.contains(format) && channels.contains(&stem(path))
        };
        let gone: Vec<&str> = feeds.iter().filter(|feed| !is_left(feed)).map(|(path, _)| *path).collect();
        let mut findings = guard::paths(self.config, &gone, &|path| known.contains(path), &|path| channels.contains(path));
        let moved = pipeline::listed(&list, self.config.publication.base_url.path()).filter_map(|(from, to)| Some((from, to?)));
        let is_said = |path: &str| moves::is_old(self.config, &stem(path)) || channels.contains(&stem(path));
        findings.extend(guard::redirects(self.config, moved.filter(|(from, _)| !is_said(from))));
        if findings.is_empty() { Ok(()) } else { Err(DeskError::Refused(findings)) }
    }
}

/// Where an item belongs from now on.
fn channels(config: &Config, item: &Item, sifted: &Sifted, now: DateTime<Utc>) -> BTreeSet<String> {
    if item.hidden(now).is_some() {
        return BTreeSet::new();
    }
    channel::spots(config, item, &sifted.placement, now).into_iter().map(|spot| spot.channel).collect()
}
