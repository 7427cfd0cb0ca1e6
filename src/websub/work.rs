//! The hub's work: what is due is done, several at a time, few of them on one host; and what was done is written down.
//!
//! One process works for a publication at a time, by a lock; another only takes requests, and takes over when the first ends.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::address::NOT_PUBLIC;
use super::book::{Delivery, Intent, Mode};
use super::call::{self, Answer};
use super::hub::{self, Hub, Note, State};
use crate::diag::{Finding, Place, codes};
use crate::ledger::LedgerError;
use crate::publish::Lock;

/// How often to look whether something is due, or a build said that something changed.
const LOOK: Duration = Duration::from_secs(1);
/// The same while the subscriptions cannot be read.
const LOOK_AGAIN: Duration = Duration::from_secs(10);
/// So many calls of one host are under way at a time: one that is slow does not hold up the others.
const PER_HOST: usize = 2;
/// On shutdown, calls under way have so long.
const GRACE: Duration = Duration::from_secs(5);

/// What is being done, and whether there is more to do.
#[derive(Debug, Default)]
pub(super) struct UnderWay {
    jobs: HashSet<Key>,
    hosts: HashMap<String, usize>,
    pub has_news: bool,
    is_ending: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Key {
    Intent(i64),
    /// Of a subscription.
    Delivery(i64),
}

enum Job {
    Ask(Intent),
    Send(Delivery),
}

impl Hub {
    /// Begins to work, in a thread of its own.
    ///
    /// # Errors
    /// Where there can be no thread.
    pub fn start(self: &Arc<Self>) -> std::io::Result<JoinHandle<()>> {
        let hub = self.clone();
        std::thread::Builder::new().name("hub".into()).spawn(move || hub.work())
    }

    /// Ends the work; calls under way have some seconds, and what they do not get done is done by the next hub.
    pub fn stop(&self) {
        self.locked().is_ending = true;
        self.news.notify_all();
    }

    fn work(self: Arc<Self>) {
        let mut lock = None;
        let mut waits_for = None;
        while !self.locked().is_ending {
            if lock.is_none() {
                lock = self.take_lock(&mut waits_for);
            }
            let pause = match lock.as_ref().map(|_| self.look()) {
                Some(Err(error)) => {
                    self.tell(self.ledger_finding(&error));
                    LOOK_AGAIN
                }
                _ => LOOK,
            };
            self.rest(pause);
        }
        let end = Instant::now() + GRACE;
        while !self.locked().jobs.is_empty() && Instant::now() < end {
            self.rest(Duration::from_millis(100));
        }
    }

    /// Says once who works already.
    fn take_lock(&self, waits_for: &mut Option<String>) -> Option<Lock> {
        let folder = self.state().config.root.join(".tidings");
        let taken = std::fs::create_dir_all(&folder).map_err(|error| error.to_string()).and_then(|()| {
            let holder = format!("process {}", std::process::id());
            Lock::take(&folder.join("hub.lock"), &holder, false).map_err(|error| error.to_string())
        });
        match taken {
            Ok(lock) => Some(lock),
            Err(why) => {
                if waits_for.as_ref() != Some(&why) {
                    (self.notes)(Note::Line(format!("requests are taken here, and delivered elsewhere: {why}")));
                    *waits_for = Some(why);
                }
                None
            }
        }
    }

    /// Until something happens, or for so long.
    fn rest(&self, pause: Duration) {
        let under_way = self.locked();
        let wait = self.news.wait_timeout_while(under_way, pause, |under_way| !under_way.has_news && !under_way.is_ending);
        wait.unwrap_or_else(PoisonError::into_inner).0.has_news = false;
    }

    /// Takes up what changed and what is due.
    fn look(self: &Arc<Self>) -> Result<(), LedgerError> {
        let state = self.state();
        let now = self.clock.now();
        let count = self.book.take_pings(state.url.as_str(), |topic| hub::hash(&state.config, topic), now)?;
        if count > 0 {
            (self.notes)(Note::Line(format!("a build changed documents; deliveries: {count}")));
        }
        let is_topic = |topic: &str| self.is_published(&state.config, topic);
        let is_whole = self.published(&state.config).is_whole;
        let (expired, denied) = self.book.tidy(is_whole.then_some(&is_topic), now)?;
        if expired + denied > 0 {
            (self.notes)(Note::Line(format!("subscriptions that ran out: {expired}; without a topic any more: {denied}")));
        }
        let intents = self.book.intents(now)?.into_iter().map(Job::Ask);
        let deliveries = self.book.deliveries(now)?.into_iter().map(Job::Send);
        for job in intents.chain(deliveries) {
            if !self.begin(&state, job) {
                break;
            }
        }
        Ok(())
    }

    /// Does the job unless it is being done; says whether there is room for another.
    fn begin(self: &Arc<Self>, state: &Arc<State>, job: Job) -> bool {
        let turn = {
            let mut under_way = self.locked();
            if under_way.jobs.len() >= state.config.websub.at_a_time {
                return false;
            }
            let is_crowded = under_way.hosts.get(job.host()).is_some_and(|count| *count >= PER_HOST);
            if is_crowded || !under_way.jobs.insert(job.key()) {
                return true;
            }
            *under_way.hosts.entry(job.host().to_owned()).or_default() += 1;
            Turn { hub: self.clone(), key: job.key(), host: job.host().to_owned() }
        };
        let state = state.clone();
        let work = move || {
            if let Err(error) = turn.hub.carry_out(&state, job) {
                turn.hub.tell(turn.hub.ledger_finding(&error));
                // What could not be written down is still due: nobody is called over and over.
                std::thread::sleep(LOOK_AGAIN);
            }
        };
        // Where there is no thread the turn ends at once, and the job stays due.
        std::thread::Builder::new().name("hub call".into()).spawn(work).is_ok()
    }

    fn carry_out(&self, state: &State, job: Job) -> Result<(), LedgerError> {
        match job {
            Job::Ask(intent) if self.book.is_open(&intent)? => self.ask_subscriber(state, &intent),
            Job::Send(delivery) if self.book.is_owed(&delivery)? => self.send(state, &delivery),
            // Done between the look and its turn.
            Job::Ask(_) | Job::Send(_) => Ok(()),
        }
    }

    fn ask_subscriber(&self, state: &State, intent: &Intent) -> Result<(), LedgerError> {
        let answer = call::ask(&state.agent, intent, &self.book.random()?);
        let now = self.clock.now();
        let (word, callback, topic) = (intent.mode.as_str(), &intent.wish.callback, &intent.wish.topic);
        let (why, next) = match answer {
            Answer::Yes if intent.mode == Mode::Denied => return self.book.drop_intent(intent),
            Answer::Yes => {
                self.book.confirm(intent, now)?;
                (self.notes)(Note::Line(format!("{word} confirmed: `{callback}`, `{topic}`")));
                return Ok(());
            }
            Answer::No(why) => {
                self.book.drop_intent(intent)?;
                (why, None)
            }
            Answer::Failed(why) => (why, self.book.put_off_intent(intent, now)?),
        };
        let message = format!("`{callback}` did not confirm `{word}` for `{topic}`: {why}{}", tried_again(next));
        let help = "it confirms with 2xx and the text of `hub.challenge`, no more and no less";
        self.tell(Finding::new(&codes::HUB_INTENT, message).at(place(state, topic)).help(way_out(&why, help)));
        Ok(())
    }

    fn send(&self, state: &State, delivery: &Delivery) -> Result<(), LedgerError> {
        let bytes = hub::file(&state.config, &delivery.topic).and_then(|file| std::fs::read(file).ok());
        let Some(bytes) = bytes else { return self.book.put_off(delivery, self.clock.now()).map(drop) };
        let hash = *blake3::hash(&bytes).as_bytes();
        if delivery.sent.as_deref() == Some(&hash) {
            return self.book.sent(delivery, &hash);
        }
        let (why, end) = match call::send(&state.agent, &state.url, delivery, &bytes) {
            Answer::Yes => {
                crate::crash::point("delivered");
                self.book.sent(delivery, &hash)?;
                (self.notes)(Note::Line(format!("delivered `{}` to `{}`", delivery.topic, delivery.callback)));
                return Ok(());
            }
            Answer::No(why) => {
                self.book.end(delivery.subscription)?;
                (why, ", and its subscription ends".to_owned())
            }
            Answer::Failed(why) => (why, tried_again(self.book.put_off(delivery, self.clock.now())?)),
        };
        let message = format!("`{}` did not take `{}`: {why}{end}", delivery.callback, delivery.topic);
        let help = "a subscriber takes a document with any 2xx, and ends its subscription with 410";
        self.tell(Finding::new(&codes::HUB_DELIVERY, message).at(place(state, &delivery.topic)).help(way_out(&why, help)));
        Ok(())
    }
}

/// A topic's document.
fn place(state: &State, topic: &str) -> Place {
    let path = topic.strip_prefix(state.config.publication.base_url.as_str()).unwrap_or_default();
    Place::file(state.config.output.folder.join(path))
}

fn tried_again(next: Option<i64>) -> String {
    match next {
        Some(seconds) => format!("; tried again in {seconds} s"),
        None => String::new(),
    }
}

fn way_out(why: &str, help: &str) -> String {
    if why.contains(NOT_PUBLIC) { "`private-callbacks = true` in `[websub]` allows such addresses".to_owned() } else { help.to_owned() }
}

impl Job {
    fn key(&self) -> Key {
        match self {
            Job::Ask(intent) => Key::Intent(intent.id),
            Job::Send(delivery) => Key::Delivery(delivery.subscription),
        }
    }

    fn host(&self) -> &str {
        match self {
            Job::Ask(intent) => &intent.wish.host,
            Job::Send(delivery) => &delivery.host,
        }
    }
}

/// A job's place among those under way; it ends with the job, however that ends.
struct Turn {
    hub: Arc<Hub>,
    key: Key,
    host: String,
}

impl Drop for Turn {
    fn drop(&mut self) {
        let mut under_way = self.hub.locked();
        under_way.jobs.remove(&self.key);
        if let Some(count) = under_way.hosts.get_mut(&self.host) {
            *count -= 1;
            if *count == 0 {
                under_way.hosts.remove(&self.host);
            }
        }
        under_way.has_news = true;
        drop(under_way);
        self.hub.news.notify_all();
    }
}
