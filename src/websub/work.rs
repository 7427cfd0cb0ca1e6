//! The hub's work: what is due is done, several at a time, few of them on one host; and what was done is written down.
//!
//! Where the subscriptions are in a file, one process works for a publication at a time, by a lock; another only takes requests, and takes over when the first
//! ends. Where they are in a database, any number work, on any machines.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::address::NOT_PUBLIC;
use super::book::{self, Delivery, Intent, Mode};
use super::call::{self, Answer};
use super::hub::{self, Hub, Note, State};
use super::shelf::HubError;
use crate::diag::{Finding, Place, codes};
use crate::publish::Lock;

/// How often to look whether something is due, or a build said that something changed.
const LOOK: Duration = Duration::from_secs(1);
/// The same while the subscriptions cannot be read.
const LOOK_AGAIN: Duration = Duration::from_secs(10);
/// So many calls of one host are under way at a time: one that is slow does not hold up the others.
pub(super) const PER_HOST: usize = 2;
/// On shutdown, calls under way have so long.
const GRACE: Duration = Duration::from_secs(5);

/// What is being done, and whether there is more to do.
#[derive(Debug, Default)]
pub(super) struct UnderWay {
    pub jobs: HashSet<Key>,
    pub hosts: HashMap<String, usize>,
    pub has_news: bool,
    is_ending: bool,
    /// When it was last looked for what is over.
    pub tidied: Option<Instant>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Key {
    /// With its mark: who asked anew need not wait for what it asked before.
    Intent(i64, i64),
    /// Of a subscription.
    Delivery(i64),
}

pub(super) enum Job {
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
            if lock.is_none() && !self.book.is_shared() {
                lock = self.take_lock(&mut waits_for);
            }
            let has_turn = self.book.is_shared() || lock.is_some();
            let pause = match has_turn.then(|| self.look()) {
                Some(Err(error)) => {
                    self.tell(self.finding(&error));
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

    /// Does the job unless it is being done; says whether there is room for another.
    pub(super) fn begin(self: &Arc<Self>, state: &Arc<State>, job: Job) -> bool {
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
                turn.hub.tell(turn.hub.finding(&error));
                // What could not be written down is still due: nobody is called over and over.
                std::thread::sleep(LOOK_AGAIN);
            }
        };
        // Where there is no thread the turn ends at once, and the job stays due.
        std::thread::Builder::new().name("hub call".into()).spawn(work).is_ok()
    }

    fn carry_out(&self, state: &State, job: Job) -> Result<(), HubError> {
        match job {
            Job::Ask(intent) if self.book.is_open(&intent)? => self.ask_subscriber(state, &intent),
            // Done between the look and its turn, or too late.
            Job::Ask(_) => Ok(()),
            Job::Send(delivery) => self.send(state, &delivery),
        }
    }

    fn ask_subscriber(&self, state: &State, intent: &Intent) -> Result<(), HubError> {
        let answer = call::ask(&state.agent, intent, &book::random()?);
        crate::crash::point("asked");
        let now = self.now()?;
        let (word, callback, topic) = (intent.mode.as_str(), &intent.wish.callback, &intent.wish.topic);
        let (why, next) = match answer {
            Answer::Yes if intent.mode == Mode::Denied => return Ok(self.book.drop_intent(intent)?),
            Answer::Yes => {
                if self.book.confirm(intent, now)? {
                    (self.notes)(Note::Line(format!("{word} confirmed: `{callback}`, `{topic}`")));
                }
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

    fn send(&self, state: &State, delivery: &Delivery) -> Result<(), HubError> {
        let bytes = match hub::path(&state.config, &delivery.topic) {
            Some(path) => self.shelf.bytes(&state.config, &path)?,
            None => None,
        };
        if !self.book.is_owed(delivery)? {
            return Ok(());
        }
        let Some(bytes) = bytes else { return Ok(self.book.put_off(delivery, self.now()?).map(drop)?) };
        let hash = *blake3::hash(&bytes).as_bytes();
        if delivery.sent.as_deref() == Some(&hash) {
            return Ok(self.book.sent(delivery, &hash, self.now()?)?);
        }
        let (why, end) = match call::send(&state.agent, &state.url, delivery, &bytes) {
            Answer::Yes => {
                crate::crash::point("delivered");
                self.book.sent(delivery, &hash, self.now()?)?;
                (self.notes)(Note::Line(format!("delivered `{}` to `{}`", delivery.topic, delivery.callback)));
                return Ok(());
            }
            Answer::No(why) => {
                self.book.end(delivery.subscription)?;
                (why, ", and its subscription ends".to_owned())
            }
            Answer::Failed(why) => (why, tried_again(self.book.put_off(delivery, self.now()?)?)),
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
            Job::Ask(intent) => Key::Intent(intent.id, intent.mark),
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
