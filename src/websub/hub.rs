//! The embedded hub: what it answers to those who ask, and what it knows of the publication.

use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Instant, SystemTime};

use arc_swap::ArcSwap;
use chrono::{DateTime, Utc};
use ureq::Agent;
use url::Url;

use super::book::{Book, Full, Mode};
use super::call;
use super::form::{self, Asked, Wish};
use super::work::UnderWay;
use crate::config::Config;
use crate::diag::{Finding, Place, codes};
use crate::ledger::LedgerError;
use crate::ledger::sqlite::File;
use crate::publish::Destination;

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
    published: Mutex<Arc<Published>>,
    pub(super) book: Book,
    pub(super) clock: Clock,
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

/// What is published, as the manifest said when it was read.
#[derive(Debug, Default)]
pub(super) struct Published {
    at: Option<SystemTime>,
    paths: HashSet<String>,
    /// Whether no run is under way, so that what is not there is published no more.
    pub is_whole: bool,
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
    pub fn new(config: Arc<Config>, clock: Clock, notes: Notes) -> Option<Arc<Self>> {
        let book = Book::new(File::new(config.root.join(&config.ledger.path)));
        let state = ArcSwap::from_pointee(State::new(config)?);
        let under_way = Mutex::new(UnderWay::default());
        Some(Arc::new(Hub { state, published: Mutex::default(), book, clock, notes, under_way, news: Condvar::new() }))
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

    /// Answers a form that was posted.
    pub fn answer(&self, body: &[u8]) -> Reply {
        let state = self.state();
        let asked = match form::read(&state.config, |topic| self.is_published(&state.config, topic), body) {
            Ok(asked) => asked,
            Err(why) => return Reply { status: 400, text: why },
        };
        let answer = match asked {
            Asked::Subscribe(wish) => self.ask(&state, Mode::Subscribe, &wish),
            Asked::Unsubscribe(wish) => self.unsubscribe(&state, &wish),
            Asked::Publish(topics) => self.publish(&state, topics),
        };
        self.wake();
        answer.unwrap_or_else(|error| {
            self.tell(self.ledger_finding(&error));
            Reply { status: 503, text: "the hub cannot read its subscriptions now".into() }
        })
    }

    fn ask(&self, state: &State, mode: Mode, wish: &Wish) -> Result<Reply, LedgerError> {
        let text = match self.book.ask(mode, wish, &state.config.websub, self.clock.now()) {
            Ok(()) => return Ok(Reply { status: 202, text: "the callback will be asked whether it wants this".into() }),
            Err(Full::Ledger(error)) => return Err(error),
            Err(Full::Topic) => "this topic has as many subscriptions as it can have",
            Err(Full::Host) => "this host has as many subscriptions as it can have",
            Err(Full::Hub) => "too many requests wait for their verification; ask again later",
        };
        Ok(Reply { status: 429, text: text.into() })
    }

    /// Nobody is asked about a subscription that there is not: a stranger could have anybody asked.
    fn unsubscribe(&self, state: &State, wish: &Wish) -> Result<Reply, LedgerError> {
        match self.book.knows(wish)? {
            true => self.ask(state, Mode::Unsubscribe, wish),
            false => Ok(Reply { status: 404, text: "there is no such subscription".into() }),
        }
    }

    fn publish(&self, state: &State, topics: impl IntoIterator<Item = String>) -> Result<Reply, LedgerError> {
        let hashed = topics.into_iter().filter_map(|topic| Some((topic.clone(), hash(&state.config, &topic)?)));
        let hashed: Vec<(String, [u8; 32])> = hashed.collect();
        let count = self.book.publish(&hashed, self.clock.now())?;
        (self.notes)(Note::Line(format!("told of topics that changed: {}; deliveries: {count}", hashed.len())));
        Ok(Reply { status: 204, text: String::new() })
    }

    pub(super) fn is_published(&self, config: &Config, topic: &str) -> bool {
        let Ok(url) = Url::parse(topic) else { return false };
        super::path(config, &url).is_some_and(|path| self.published(config).paths.contains(path))
    }

    /// What is published now; read again when it changed.
    pub(super) fn published(&self, config: &Config) -> Arc<Published> {
        let at = std::fs::metadata(config.root.join(".tidings/published.json")).and_then(|metadata| metadata.modified()).ok();
        let mut known = self.published.lock().unwrap_or_else(PoisonError::into_inner);
        if known.at != at || at.is_none() {
            let folder = Destination::open(config).ok();
            let paths: HashSet<String> =
                folder.iter().flat_map(Destination::published).filter(|path| super::is_topic(path)).map(str::to_owned).collect();
            // Of another folder than before nothing is known yet.
            let is_whole = !paths.is_empty() && folder.is_some_and(|folder| !folder.is_cut_off());
            *known = Arc::new(Published { at, paths, is_whole });
        }
        known.clone()
    }

    pub(super) fn tell(&self, finding: Finding) {
        (self.notes)(Note::Finding(finding));
    }

    pub(super) fn ledger_finding(&self, error: &LedgerError) -> Finding {
        let place = Place::file(self.state().config.ledger.path.clone());
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

pub(super) fn file(config: &Config, topic: &str) -> Option<PathBuf> {
    let url = Url::parse(topic).ok()?;
    Some(config.root.join(&config.output.folder).join(super::path(config, &url)?))
}

/// Of a topic's document as it stands.
pub(super) fn hash(config: &Config, topic: &str) -> Option<[u8; 32]> {
    Some(*blake3::hash(&std::fs::read(file(config, topic)?).ok()?).as_bytes())
}
