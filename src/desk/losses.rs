//! What channels would lose by a load: found by the items that it changes or takes out alone, and judged as a build judges it.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use chrono::{DateTime, Utc};

use super::load::{Aside, cannot};
use super::put::How;
use super::rows::ROWS;
use super::{Desk, DeskError};
use crate::channel;
use crate::config::Config;
use crate::diag::{Finding, Findings};
use crate::item::{Hidden, Item, Traces};
use crate::ledger::guard::{self, Field, Loss};
use crate::ledger::postgres::{KNOWN, known};
use crate::pipeline::{self, Sifted};

/// What becomes of an item.
struct Fate {
    /// Where it is from now on.
    channels: BTreeSet<String>,
    /// Whether its record takes it out, or it comes again under another id.
    is_meant: bool,
    /// Whether the publication has it no more.
    is_out: bool,
    /// Which of the fields it loses.
    loses: [bool; 2],
}

impl Fate {
    fn is_lost_to(&self, config: &Config, channel: &str) -> bool {
        // What a query asks the age of comes and goes.
        !self.channels.contains(channel) && !self.is_meant && (self.is_out || !guard::is_timed(config, channel))
    }
}

/// What a channel would lose.
#[derive(Default)]
struct Losing {
    /// How many items leave it, how many of these nobody can have meant to, and how many come.
    leave: usize,
    lost: usize,
    come: usize,
    /// Whether the publication has something of what is lost no more.
    is_out: bool,
    /// The newest of what is lost, by rank and id.
    newest: BTreeSet<(i64, String)>,
    /// What a feed may have shown of that, by id, and whether the publication has it no more.
    seen: BTreeMap<String, bool>,
    /// What a feed may have shown and loses each of the fields, by id.
    stripped: [BTreeSet<String>; 2],
}

/// By path.
type Losses = BTreeMap<String, Losing>;

/// By id.
type Keys = HashMap<String, String>;

impl Desk<'_> {
    /// What is refused of items that go, and of texts and links that do. What comes `again` under another id is not lost.
    pub(super) fn shrinking(
        &mut self,
        aside: &mut Aside,
        how: How<'_>,
        again: &HashSet<String>,
        is_item: &dyn Fn(&Item) -> bool,
    ) -> Result<Findings, DeskError> {
        // Before the first load of all nothing is placed, and channels hold what a ledger that was taken over says.
        let placed = if self.is_of_this_config()?.is_none() { "members" } else { "placements" };
        let mut losses = Losses::new();
        for part in how.going.chunks(ROWS) {
            let fate = |iri: &String| Fate { channels: BTreeSet::new(), is_meant: again.contains(iri), is_out: true, loses: [false; 2] };
            let fates = part.iter().map(|iri| (iri.as_str(), fate(iri))).collect();
            self.add_losses(&fates, placed, &mut losses)?;
        }
        for batch in aside.batches().map_err(cannot)? {
            let mut batch = batch.map_err(cannot)?;
            batch.retain(|(item, _)| is_item(item));
            let fates = self.fates(&batch, how.now, again)?;
            self.add_losses(&fates, placed, &mut losses)?;
        }
        self.refused_of(losses, placed)
    }

    /// What becomes of these items.
    fn fates<'b>(
        &mut self,
        batch: &'b [(Item, Sifted)],
        now: DateTime<Utc>,
        again: &HashSet<String>,
    ) -> Result<HashMap<&'b str, Fate>, DeskError> {
        let config = self.config;
        let held = self.held(batch.iter().map(|(item, _)| item), now)?;
        let former = self.former_traces(batch)?;
        let fate = |item: &Item, seen: &Item, sifted: &Sifted| {
            let is_out = seen.hidden(now).is_some();
            let (old, new) = (former.get(item.iri()), item.traces());
            // A record that is the same to the letter says what it said.
            let old = old.filter(|old| !is_out && (old.record.is_none() || old.record != new.record));
            Fate {
                channels: channels(config, seen, sifted, now),
                is_meant: matches!(item.hidden(now), Some(Hidden::Withdrawn | Hidden::Expired(_))) || again.contains(item.iri()),
                is_out,
                loses: Field::ALL.map(|field| old.is_some_and(|old| field.is_lost(*old, new))),
            }
        };
        let one = |(item, sifted): &'b (Item, Sifted)| match held.get(item.iri()) {
            Some(date) => {
                let mut seen = item.clone();
                pipeline::hold(config, &mut seen, *date);
                (item.iri(), fate(item, &seen, sifted))
            }
            None => (item.iri(), fate(item, item, sifted)),
        };
        Ok(batch.iter().map(one).collect())
    }

    /// The traces of what these items said before.
    fn former_traces(&mut self, batch: &[(Item, Sifted)]) -> Result<HashMap<String, Traces>, DeskError> {
        let iris: Vec<&str> = batch.iter().map(|(item, _)| item.iri()).collect();
        let rows = self.client.query(&format!("select {KNOWN} from ledger where iri = any($1)"), &[&iris]);
        Ok(self.said(rows)?.iter().map(known).map(|known| (known.iri().to_owned(), known.traces())).collect())
    }

    /// Adds what channels lose by what becomes of these items, by id.
    fn add_losses(&mut self, fates: &HashMap<&str, Fate>, placed: &str, losses: &mut Losses) -> Result<(), DeskError> {
        let iris: Vec<&str> = fates.keys().copied().collect();
        let rows = self.client.query(&format!("select channel, iri, rank from {placed} where iri = any($1)"), &[&iris]);
        let rows = self.said(rows)?;
        let standing: HashSet<(&str, &str)> = rows.iter().map(|row| (row.get(0), row.get(1))).collect();
        let mut touched: HashSet<&str> = fates.iter().filter(|(_, fate)| fate.loses.contains(&true)).map(|(iri, _)| *iri).collect();
        for row in &rows {
            let (channel, iri): (&str, &str) = (row.get(0), row.get(1));
            let fate = &fates[iri];
            if !fate.channels.contains(channel) {
                let is_lost = fate.is_lost_to(self.config, channel);
                touched.extend(is_lost.then_some(iri));
                losses.entry(channel.to_owned()).or_default().leave((row.get(2), iri), is_lost.then_some(fate));
            }
        }
        for (iri, fate) in fates {
            for channel in fate.channels.iter().filter(|channel| !standing.contains(&(channel, iri))) {
                losses.entry(channel.clone()).or_default().come += 1;
            }
        }
        let touched: Vec<&str> = touched.into_iter().collect();
        if touched.is_empty() {
            return Ok(());
        }
        let rows = self.client.query("select channel, iri from members where iri = any($1)", &[&touched]);
        for row in &self.said(rows)? {
            let (channel, iri): (&str, &str) = (row.get(0), row.get(1));
            let fate = &fates[iri];
            let is_lost = standing.contains(&(channel, iri)) && fate.is_lost_to(self.config, channel);
            losses.entry(channel.to_owned()).or_default().see(iri, fate, is_lost);
        }
        Ok(())
    }

    /// What is refused, of the channels that there are by the config.
    fn refused_of(&mut self, mut losses: Losses, placed: &str) -> Result<Findings, DeskError> {
        losses.retain(|_, losing| losing.lost > 0 || losing.stripped.iter().any(|stripped| !stripped.is_empty()));
        if losses.is_empty() {
            return Ok(Findings::new());
        }
        let known: BTreeSet<String> = losses.keys().cloned().collect();
        let here: BTreeSet<String> = channel::heads(self.config, &known).channels.into_iter().map(|channel| channel.path).collect();
        losses.retain(|path, _| here.contains(path));
        let (totals, shown, keys) = (self.totals(&losses, placed)?, self.shown(&losses)?, self.keys(&losses)?);
        let (config, none) = (self.config, Vec::new());
        let all = || losses.iter().map(|(path, losing)| (path.as_str(), losing, shown.get(path).unwrap_or(&none)));
        let total = |path: &str| totals.get(path).copied().unwrap_or_default();
        let losing = all().filter_map(|(path, losing, shown)| losing.refused(config, path, (total(path), shown), &keys)).collect();
        let stripped = [0, 1].map(|at| {
            let of_field = |(path, losing, shown): (&str, &Losing, &Vec<String>)| {
                let less: Vec<&String> = shown.iter().filter(|iri| losing.stripped[at].contains(*iri)).collect();
                Field::ALL[at].refusal(config, path, (less.len(), shown.len()), less.into_iter().map(|iri| key(&keys, iri)))
            };
            all().filter_map(of_field).collect::<Vec<Finding>>()
        });
        Ok(guard::shrinks(config, losing, stripped).into_iter().collect())
    }

    /// How many items each channel has; of a channel that has enough of them no more are counted than that.
    fn totals(&mut self, losses: &Losses, placed: &str) -> Result<HashMap<String, usize>, DeskError> {
        let paths: Vec<&String> = losses.keys().collect();
        let enough = |losing: &Losing| guard::enough(self.config, losing.lost).max(losing.leave + 1) as i64;
        let most: Vec<i64> = losses.values().map(enough).collect();
        let query = format!(
            "select c.path, (select count(*) from (select 1 from {placed} p where p.channel = c.path limit c.most) p) \
             from unnest($1::text[], $2::bigint[]) as c (path, most)"
        );
        let rows = self.client.query(&query, &[&paths, &most]);
        Ok(self.said(rows)?.iter().map(|row| (row.get(0), row.get::<_, i64>(1) as usize)).collect())
    }

    /// What the feeds of channels show that lose something of it, the newest first.
    fn shown(&mut self, losses: &Losses) -> Result<HashMap<String, Vec<String>>, DeskError> {
        let loses = |losing: &Losing| !losing.seen.is_empty() || losing.stripped.iter().any(|stripped| !stripped.is_empty());
        let paths: Vec<&String> = losses.iter().filter(|(_, losing)| loses(losing)).map(|(path, _)| path).collect();
        let query = "select c.path, m.iri from channels c cross join lateral (\
                        select m.rank, m.iri from members m where m.channel = c.path order by m.rank, m.iri limit c.shown) m \
                     where c.path = any($1) order by c.path, m.rank, m.iri";
        let rows = self.client.query(query, &[&paths]);
        let mut shown: HashMap<String, Vec<String>> = HashMap::new();
        self.said(rows)?.iter().for_each(|row| shown.entry(row.get(0)).or_default().push(row.get(1)));
        Ok(shown)
    }

    /// The keys of items that may be named.
    fn keys(&mut self, losses: &Losses) -> Result<Keys, DeskError> {
        let iris: BTreeSet<&String> = losses.values().flat_map(Losing::named).collect();
        let iris: Vec<&String> = iris.into_iter().collect();
        let rows = self.client.query("select iri, key from ledger where iri = any($1)", &[&iris]);
        Ok(self.said(rows)?.iter().map(|row| (row.get(0), row.get(1))).collect())
    }
}

impl Losing {
    /// An item leaves, and is lost by this fate where it is.
    fn leave(&mut self, (rank, iri): (i64, &str), lost: Option<&Fate>) {
        self.leave += 1;
        let Some(fate) = lost else { return };
        self.lost += 1;
        self.is_out |= fate.is_out;
        self.newest.insert((rank, iri.to_owned()));
        if self.newest.len() > guard::TOLD {
            self.newest.pop_last();
        }
    }

    /// A feed may have shown it.
    fn see(&mut self, iri: &str, fate: &Fate, is_lost: bool) {
        if is_lost {
            self.seen.insert(iri.to_owned(), fate.is_out);
        }
        self.stripped.iter_mut().zip(fate.loses).filter(|(_, is_lost)| *is_lost).for_each(|(all, _)| _ = all.insert(iri.to_owned()));
    }

    /// The ids of items that may be named.
    fn named(&self) -> impl Iterator<Item = &String> {
        self.newest.iter().map(|(_, iri)| iri).chain(self.seen.keys()).chain(self.stripped.iter().flatten())
    }

    /// What is refused of the items that leave, of so many, and of those that its feed shows.
    fn refused(&self, config: &Config, path: &str, (total, shown): (usize, &[String]), keys: &Keys) -> Option<Finding> {
        let empties = total + self.come == self.leave;
        let seen: Vec<&String> = shown.iter().filter(|iri| self.seen.contains_key(*iri)).collect();
        let all = Loss { lost: self.lost, total, is_feed: false, empties };
        if all.is_refused(config, || self.come) {
            return Some(all.told(config, path, self.newest.iter().map(|(_, iri)| key(keys, iri)), self.is_out));
        }
        let feed = Loss { lost: seen.len(), total: shown.len(), is_feed: true, empties };
        let is_out = seen.iter().any(|iri| self.seen[*iri]);
        feed.is_refused(config, || self.come).then(|| feed.told(config, path, seen.into_iter().map(|iri| key(keys, iri)), is_out))
    }
}

fn key<'k>(keys: &'k Keys, iri: &'k str) -> &'k str {
    keys.get(iri).map_or(iri, String::as_str)
}

/// Where an item belongs from now on.
fn channels(config: &Config, item: &Item, sifted: &Sifted, now: DateTime<Utc>) -> BTreeSet<String> {
    if item.hidden(now).is_some() {
        return BTreeSet::new();
    }
    channel::spots(config, item, &sifted.placement, now).into_iter().map(|spot| spot.channel).collect()
}
