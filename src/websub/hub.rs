//! The embedded hub: what it answers to those who ask, and what it knows of the publication.

use std::cell::RefCell;
use std::collections::HashSet;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use arc_swap::ArcSwap;
use chrono::{DateTime, Utc};
use ureq::Agent;
use url::Url;

use super::book::{Book, Full, Mode};
use super::call;
use super::form::{self, Asked, Wish};
use super::shelf::{HubError, Shelf, Standing};
use super::work::UnderWay;
use crate::config::Config;
use crate::diag::{Finding, Place, codes};

/// The largest form that is read.
pub const FORM: usize = 16 << 10;

/// What the time is.
#[derive(Clone, Copy, Debug)]
pub enum Clock {
    System,
    /// It was this then, and goes on from there.
    From(DateTime<Utc>, Instant),
}

impl Clock {
    /// In seconds since 1970.
    pub fn now(&self) -> i64 {
        match self {
            Clock::System => Utc::now().timestamp(),
            Clock::From(time, then) => time.timestamp() + then.elapsed().as_secs() as i64,
        }
    }
}

/// What the hub tells its keeper.
#[derive(Clone, Debug)]
pub enum Note {
    /// For those who want to know more.
    Line(String),
    Finding(Finding),
}

/// Takes notes.
pub type Notes = Box<dyn Fn(Note) + Send + Sync>;

/// A hub for the feeds of one publication.
pub struct Hub {
    state: ArcSwap<State>,
    pub(super) book: Book,
    pub(super) shelf: Shelf,
    clock: Clock,
    pub(super) notes: Notes,
    pub(super) under_way: Mutex<UnderWay>,
    pub(super) news: Condvar,
}

/// What a reload replaces.
pub(super) struct State {
    pub config: Arc<Config>,
    /// Its own address, as subscribers know it.
    pub url: Url,
    pub agent: Agent,
}

/// What the hub answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    pub status: u16,
    pub text: String,
}

impl Hub {
    /// The address of the hub that `tidings hub` is: the embedded one, else the first that the config names.
    pub fn url(config: &Config) -> Option<&Url> {
        config.websub.own.as_ref().or(config.publication.hubs.first())
    }

    /// `None` where the config names no hub.
    pub fn new(config: Arc<Config>, shelf: Shelf, clock: Clock, notes: Notes) -> Option<Arc<Self>> {
        let book = Book::of(&config);
        let state = ArcSwap::from_pointee(State::new(config)?);
        let under_way = Mutex::new(UnderWay::default());
        Some(Arc::new(Hub { state, book, shelf, clock, notes, under_way, news: Condvar::new() }))
    }

    /// Goes on by another config; where that names no hub, by the former.
    pub fn reload(&self, config: Arc<Config>) {
        if let Some(state) = State::new(config) {
            self.state.store(Arc::new(state));
        }
    }

    pub(super) fn state(&self) -> Arc<State> {
        self.state.load_full()
    }

    /// The path of its own address, without the slash before it.
    pub fn path(&self) -> String {
        self.state().url.path().trim_start_matches('/').to_owned()
    }

    pub(super) fn now(&self) -> Result<i64, HubError> {
        Ok(self.book.now(&self.clock)?)
    }

    /// Answers a form that was posted.
    pub fn answer(&self, body: &[u8]) -> Reply {
        let answer = self.judge(&self.state(), body);
        self.wake();
        answer.unwrap_or_else(|error| {
            self.tell(self.finding(&error));
            Reply { status: 503, text: "the hub cannot read its subscriptions now".into() }
        })
    }

    fn judge(&self, state: &State, body: &[u8]) -> Result<Reply, HubError> {
        let failed = RefCell::new(None);
        let are_topics = |topics: &[String]| {
            // Of what cannot be a topic nobody need be asked.
            topics.iter().all(|topic| path(&state.config, topic).is_some())
                && match self.standing(&state.config, topics) {
                    Ok(standing) => standing.there.iter().all(|is_there| *is_there),
                    Err(error) => failed.replace(Some(error)).is_some(),
                }
        };
        let asked = form::read(&state.config, are_topics, body);
        if let Some(error) = failed.into_inner() {
            return Err(error);
        }
        match asked {
            Ok(Asked::Subscribe(wish)) => self.ask(state, Mode::Subscribe, &wish),
            Ok(Asked::Unsubscribe(wish)) => self.unsubscribe(state, &wish),
            Ok(Asked::Publish(topics)) => self.publish(state, topics),
            Err(why) => Ok(Reply { status: 400, text: why }),
        }
    }

    fn ask(&self, state: &State, mode: Mode, wish: &Wish) -> Result<Reply, HubError> {
        let text = match self.book.ask(mode, wish, &state.config.websub, self.now()?) {
            Ok(()) => return Ok(Reply { status: 202, text: "the callback will be asked whether it wants this".into() }),
            Err(Full::Ledger(error)) => return Err(error.into()),
            Err(Full::Topic) => "this topic has as many subscriptions as it can have",
            Err(Full::Host) => "this host has as many subscriptions as it can have",
            Err(Full::Hub) => "too many requests wait for their verification; ask again later",
        };
        Ok(Reply { status: 429, text: text.into() })
    }

    /// Nobody is asked about a subscription that there is not: a stranger could have anybody asked.
    fn unsubscribe(&self, state: &State, wish: &Wish) -> Result<Reply, HubError> {
        match self.book.knows(wish)? {
            true => self.ask(state, Mode::Unsubscribe, wish),
            false => Ok(Reply { status: 404, text: "there is no such subscription".into() }),
        }
    }

    /// Documents that nobody waits for are not looked at: a stranger could have any number of them fetched.
    fn publish(&self, state: &State, mut topics: Vec<String>) -> Result<Reply, HubError> {
        let subscribed: HashSet<String> = self.book.topics()?.into_iter().collect();
        topics.retain(|topic| subscribed.contains(topic));
        let hashes = self.hashes(&state.config, &topics)?;
        let hashed: Vec<(String, [u8; 32])> = topics.into_iter().zip(hashes).filter_map(|(topic, hash)| Some((topic, hash?))).collect();
        let count = self.book.publish(&hashed, self.now()?)?;
        (self.notes)(Note::Line(format!("told of topics that changed: {}; deliveries: {count}", hashed.len())));
        Ok(Reply { status: 204, text: String::new() })
    }

    /// What is published of these topics.
    pub(super) fn standing(&self, config: &Config, topics: &[String]) -> Result<Standing, HubError> {
        let paths = paths(config, topics);
        self.shelf.standing(config, &paths.iter().map(String::as_str).collect::<Vec<_>>())
    }

    /// The hashes of their documents as they stand.
    pub(super) fn hashes(&self, config: &Config, topics: &[String]) -> Result<Vec<Option<[u8; 32]>>, HubError> {
        let paths = paths(config, topics);
        self.shelf.hashes(config, &paths.iter().map(String::as_str).collect::<Vec<_>>())
    }

    pub(super) fn tell(&self, finding: Finding) {
        (self.notes)(Note::Finding(finding));
    }

    pub(super) fn finding(&self, error: &HubError) -> Finding {
        let state = self.state();
        let place =
            if self.book.is_shared() { Place::file(state.config.path.clone()) } else { Place::file(state.config.ledger.path.clone()) };
        Finding::new(&codes::HUB_LEDGER, error.to_string()).at(place).help(error.help())
    }

    pub(super) fn locked(&self) -> MutexGuard<'_, UnderWay> {
        self.under_way.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wake(&self) {
        self.locked().has_news = true;
        self.news.notify_all();
    }
}

impl State {
    fn new(config: Arc<Config>) -> Option<Self> {
        Some(State { url: Hub::url(&config)?.clone(), agent: call::agent(&config), config })
    }
}

/// The paths of topics; of one that cannot be any, a path at which nothing stands.
fn paths(config: &Config, topics: &[String]) -> Vec<String> {
    topics.iter().map(|topic| path(config, topic).unwrap_or_default()).collect()
}

/// The path of a topic's document.
pub(super) fn path(config: &Config, topic: &str) -> Option<String> {
    super::path(config, &Url::parse(topic).ok()?).map(str::to_owned)
}
