//! What there is to do: what builds and workers changed, what is over, and what is due.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::book::{self, Judged, Room};
use super::hub::{Hub, Note, State};
use super::shelf::HubError;
use super::work::{Job, PER_HOST, UnderWay};
use crate::ledger::Pending;

/// How often hubs that share their subscriptions look for what is over: one of them would do.
const TIDY: Duration = Duration::from_secs(10);

impl Hub {
    /// Whether anything is published that is seen from here.
    ///
    /// # Errors
    /// A database or store that cannot be asked.
    pub fn sees(&self) -> Result<bool, HubError> {
        Ok(self.shelf.standing(&self.state().config, &[])?.is_any)
    }

    /// Takes up what changed and what is due.
    pub(super) fn look(self: &Arc<Self>) -> Result<(), HubError> {
        let state = self.state();
        let now = self.now()?;
        // Where nothing is published, as far as it is seen from here, somebody else may see more.
        let sees = self.sees()?;
        if sees {
            self.take_pings(&state, now)?;
            self.tidy(&state, now)?;
        }
        for intent in self.book.intents(&self.room(&state), now)? {
            if !self.begin(&state, Job::Ask(intent)) {
                break;
            }
        }
        let deliveries = if sees { self.book.deliveries(&self.room(&state), now)? } else { Vec::new() };
        for delivery in deliveries {
            if !self.begin(&state, Job::Send(delivery)) {
                break;
            }
        }
        Ok(())
    }

    /// What builds and workers changed.
    fn take_pings(&self, state: &State, now: i64) -> Result<(), HubError> {
        let mut count = 0;
        loop {
            let pings = self.book.pings(state.url.as_str())?;
            let is_last = pings.len() < book::PINGS as usize;
            let pings = self.judged(state, pings)?;
            if !pings.is_empty() {
                count += self.book.take_pings(state.url.as_str(), &pings, now)?;
            }
            if is_last || pings.is_empty() {
                break;
            }
        }
        if count > 0 {
            (self.notes)(Note::Line(format!("a build changed documents; deliveries: {count}")));
        }
        Ok(())
    }

    /// Each with the hash of its document, or without where it is published no more. What is in doubt waits.
    fn judged(&self, state: &State, pings: Vec<Pending>) -> Result<Vec<Judged>, HubError> {
        let topics: Vec<String> = pings.iter().map(|pending| pending.ping.topic.clone()).collect();
        if topics.is_empty() {
            return Ok(Vec::new());
        }
        let standing = self.standing(&state.config, &topics)?;
        let hashes = self.hashes(&state.config, &topics)?;
        let all = pings.into_iter().zip(hashes).zip(standing.there);
        Ok(all.filter(|((_, hash), is_there)| hash.is_some() || !is_there && standing.is_whole).map(|(judged, _)| judged).collect())
    }

    /// Ends what is over.
    fn tidy(&self, state: &State, now: i64) -> Result<(), HubError> {
        let is_early = |under_way: &UnderWay| under_way.tidied.is_some_and(|then| then.elapsed() < TIDY);
        if self.book.is_shared() && is_early(&self.locked()) {
            return Ok(());
        }
        let topics = self.book.topics()?;
        let standing = self.standing(&state.config, &topics)?;
        let ended = topics.into_iter().zip(standing.there).filter(|(_, is_there)| standing.is_whole && !is_there);
        let ended: Vec<String> = ended.map(|(topic, _)| topic).collect();
        let (expired, denied) = self.book.tidy(&ended, now)?;
        if expired + denied > 0 {
            (self.notes)(Note::Line(format!("subscriptions that ran out: {expired}; without a topic any more: {denied}")));
        }
        self.locked().tidied = Some(Instant::now());
        Ok(())
    }

    /// How many more calls there may be now.
    fn room(&self, state: &State) -> Room {
        let under_way = self.locked();
        let busy = under_way.hosts.iter().map(|(host, count)| (host.clone(), *count as i64)).collect();
        Room { most: state.config.websub.at_a_time.saturating_sub(under_way.jobs.len()), of_a_host: PER_HOST, busy }
    }
}
