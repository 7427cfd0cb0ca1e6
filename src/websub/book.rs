//! Who subscribed, what was asked and is not verified yet, and what is to be delivered; in the ledger's file, or in tables beside a ledger in a database.
//!
//! Everything under way stands here before it is begun, so that a hub that ends or dies goes on where it was. Times are in seconds since 1970.
//!
//! Of a file one hub at a time delivers. Of tables any number do: what is given out is under way for [`LEASE`] seconds, for one hub alone, and another takes it over
//! when that is over and nothing was heard of it.

use std::path::Path;
use std::time::Instant;

use super::Clock;
use super::form::{Secret, Wish};
#[cfg(feature = "postgres")]
use super::postgres::InTables;
use super::sqlite::InFile;
use crate::config::{Config, WebSub};
use crate::ledger::sqlite::File;
use crate::ledger::{LedgerError, Pending};

/// A verification is tried so often; a delivery so often, over six hours.
const INTENT_TRIES: u32 = 3;
const DELIVERY_TRIES: u32 = 9;
/// What a hub took out of tables is its own for so many seconds; a call takes ten at most.
pub const LEASE: i64 = 20;
/// So many requests may wait for their verification.
pub(super) const INTENTS: i64 = 1000;
/// So many topics that changed are taken up at a time.
pub(super) const PINGS: i64 = 256;

/// The subscriptions of a publication.
#[derive(Debug)]
pub enum Book {
    File(InFile),
    #[cfg(feature = "postgres")]
    Tables(Box<InTables>),
}

/// A topic that changed, with the hash of its document; without where that is published no more.
pub type Judged = (Pending, Option<[u8; 32]>);

/// How many more calls there may be.
#[derive(Clone, Debug, Default)]
pub struct Room {
    pub most: usize,
    pub of_a_host: usize,
    /// Hosts with the number of calls that are under way.
    pub busy: Vec<(String, i64)>,
}

/// What a subscriber is asked or told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    Subscribe,
    Unsubscribe,
    /// The subscription is over: its topic is published no more.
    Denied,
}

/// A request to be verified, or a denial to be told.
#[derive(Clone, Debug)]
pub struct Intent {
    pub id: i64,
    pub mode: Mode,
    pub wish: Wish,
    /// Another whenever the subscriber asks anew; in tables, whenever a hub takes it up.
    pub(super) mark: i64,
    pub tries: u32,
    /// Where others could take it over, a call begins by then.
    pub(super) until: Option<Instant>,
}

/// A document to be sent.
#[derive(Clone, Debug)]
pub struct Delivery {
    pub subscription: i64,
    pub topic: String,
    pub callback: String,
    pub host: String,
    pub secret: Option<Secret>,
    /// The hash of what the subscriber took last.
    pub sent: Option<Vec<u8>>,
    /// The hash of what it is to be sent.
    pub(super) content: Vec<u8>,
    pub tries: u32,
    /// In tables, by which a hub knows that it is still the one that took it up.
    #[cfg(feature = "postgres")]
    pub(super) token: i64,
    /// As that of an [`Intent`].
    pub(super) until: Option<Instant>,
}

/// A subscription as it is listed.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Listed {
    pub topic: String,
    pub callback: String,
    pub expires: i64,
    pub signed: bool,
    /// How often the document that it waits for was tried in vain; `null` where it waits for none.
    pub tries: Option<u32>,
}

/// Why a request was not written down.
#[derive(Debug)]
pub enum Full {
    Topic,
    Host,
    Hub,
    Ledger(LedgerError),
}

impl From<LedgerError> for Full {
    fn from(error: LedgerError) -> Self {
        Full::Ledger(error)
    }
}

/// Does the same in either home.
macro_rules! at_home {
    ($book:expr, $home:ident => $work:expr) => {
        match $book {
            Book::File($home) => $work,
            #[cfg(feature = "postgres")]
            Book::Tables($home) => $work,
        }
    };
}

impl Book {
    /// Where the config says that the ledger is.
    pub fn of(config: &Config) -> Self {
        #[cfg(feature = "postgres")]
        if let Some(database) = &config.database {
            return Book::Tables(Box::new(InTables::new(database)));
        }
        Book::File(InFile::new(File::new(config.root.join(&config.ledger.path))))
    }

    /// Whether hubs on several machines work out of it.
    pub fn is_shared(&self) -> bool {
        !matches!(self, Book::File(_))
    }

    /// The time: that of the database, which is the same for every machine, unless another was set.
    pub fn now(&self, clock: &Clock) -> Result<i64, LedgerError> {
        match (self, clock) {
            #[cfg(feature = "postgres")]
            (Book::Tables(tables), Clock::System) => tables.now(),
            _ => Ok(clock.now()),
        }
    }

    /// Writes down what is to be verified; a later request of the same callback for the same topic takes the place of a former one.
    ///
    /// # Errors
    /// Where there are too many of them already.
    pub fn ask(&self, mode: Mode, wish: &Wish, limits: &WebSub, now: i64) -> Result<(), Full> {
        at_home!(self, home => home.ask(mode, wish, limits, now))
    }

    /// Whether the subscription is there.
    pub fn knows(&self, wish: &Wish) -> Result<bool, LedgerError> {
        at_home!(self, home => home.knows(wish))
    }

    /// Has the topics with their hashes delivered to those who do not have them. Gives how many.
    pub fn publish(&self, topics: &[(String, [u8; 32])], now: i64) -> Result<usize, LedgerError> {
        at_home!(self, home => home.publish(topics, now))
    }

    /// The topics that builds and workers said to have changed, for this hub; not all at once where they are many.
    pub fn pings(&self, hub: &str) -> Result<Vec<Pending>, LedgerError> {
        at_home!(self, home => home.pings(hub))
    }

    /// Takes these out unless they changed again, and in the same transaction writes down that those with a hash are to be delivered. Gives how many deliveries.
    pub fn take_pings(&self, hub: &str, pings: &[Judged], now: i64) -> Result<usize, LedgerError> {
        at_home!(self, home => home.take_pings(hub, pings, now))
    }

    /// What is to be verified or denied by now, the longest due first, few of one host. Of tables it is given out to nobody else for a while.
    pub fn intents(&self, room: &Room, now: i64) -> Result<Vec<Intent>, LedgerError> {
        at_home!(self, home => home.intents(room, now))
    }

    /// What is to be delivered by now, as [`Book::intents`].
    pub fn deliveries(&self, room: &Room, now: i64) -> Result<Vec<Delivery>, LedgerError> {
        at_home!(self, home => home.deliveries(room, now))
    }

    /// Whether a request is still to be verified, by this hub: what was read a while ago may be done by now.
    pub fn is_open(&self, intent: &Intent) -> Result<bool, LedgerError> {
        Ok(in_time(intent.until) && at_home!(self, home => home.is_open(intent))?)
    }

    /// Whether a document is still to be sent, as [`Book::is_open`].
    pub fn is_owed(&self, delivery: &Delivery) -> Result<bool, LedgerError> {
        Ok(in_time(delivery.until) && at_home!(self, home => home.is_owed(delivery))?)
    }

    /// The subscriber confirmed: what it asked for holds from now on. Not where it asked for something else meanwhile; then the answer is no.
    pub fn confirm(&self, intent: &Intent, now: i64) -> Result<bool, LedgerError> {
        at_home!(self, home => home.confirm(intent, now))
    }

    /// The subscriber did not confirm: nothing changes.
    pub fn drop_intent(&self, intent: &Intent) -> Result<(), LedgerError> {
        at_home!(self, home => home.drop_intent(intent))
    }

    /// The subscriber was not reached. Says in how many seconds it is tried again; `None` where it was tried often enough.
    pub fn put_off_intent(&self, intent: &Intent, now: i64) -> Result<Option<i64>, LedgerError> {
        let tries = intent.tries + 1;
        if tries >= INTENT_TRIES {
            return self.drop_intent(intent).map(|()| None);
        }
        let wait = wait(tries);
        at_home!(self, home => home.put_off_intent(intent, tries, now + wait))?;
        Ok(Some(wait))
    }

    /// The subscriber has the document with this hash.
    pub fn sent(&self, delivery: &Delivery, hash: &[u8; 32], now: i64) -> Result<(), LedgerError> {
        at_home!(self, home => home.sent(delivery, hash, now))
    }

    /// The subscriber did not take it. Says in how many seconds it is tried again; `None` where it was tried often enough.
    pub fn put_off(&self, delivery: &Delivery, now: i64) -> Result<Option<i64>, LedgerError> {
        let tries = delivery.tries + 1;
        if tries >= DELIVERY_TRIES {
            at_home!(self, home => home.forget(delivery))?;
            return Ok(None);
        }
        let wait = wait(tries);
        at_home!(self, home => home.put_off(delivery, tries, now + wait))?;
        Ok(Some(wait))
    }

    /// The subscriber is gone for good.
    pub fn end(&self, subscription: i64) -> Result<(), LedgerError> {
        at_home!(self, home => home.end(subscription))
    }

    /// Every topic that somebody subscribed to.
    pub fn topics(&self) -> Result<Vec<String>, LedgerError> {
        at_home!(self, home => home.topics())
    }

    /// Ends what is over: leases that ran out, and these topics, whose subscribers are told so. Gives how many of each.
    pub fn tidy(&self, ended: &[String], now: i64) -> Result<(usize, usize), LedgerError> {
        at_home!(self, home => home.tidy(ended, now))
    }

    /// Every subscription whose lease runs, in the order of topics.
    pub fn list(&self, now: i64) -> Result<Vec<Listed>, LedgerError> {
        at_home!(self, home => home.list(now))
    }
}

/// Takes over into a ledger's file what another holds, where that can be read: for a ledger that is made anew.
///
/// # Errors
/// A file that cannot be read or written.
pub fn take_over(file: &File, from: &Path) -> Result<usize, LedgerError> {
    InFile::new(file.clone()).take_over(from)
}

/// What nobody can guess: a challenge.
pub(super) fn random() -> Result<String, LedgerError> {
    let made = rusqlite::Connection::open_in_memory()
        .and_then(|connection| connection.query_row("select lower(hex(randomblob(20)))", [], |row| row.get(0)));
    made.map_err(|source| LedgerError::Sqlite { action: "ask for a random number in", path: ":memory:".into(), source })
}

/// By this machine's own clock, which began to count before any other did.
fn in_time(until: Option<Instant>) -> bool {
    until.is_none_or(|until| Instant::now() < until)
}

/// Seconds until the next try: 1, 4, 16 and so on.
fn wait(tries: u32) -> i64 {
    4_i64.pow(tries.saturating_sub(1).min(DELIVERY_TRIES))
}

impl Mode {
    /// As `hub.mode` says it.
    pub fn as_str(self) -> &'static str {
        match self {
            Mode::Subscribe => "subscribe",
            Mode::Unsubscribe => "unsubscribe",
            Mode::Denied => "denied",
        }
    }

    pub(super) fn of(text: &str) -> Self {
        match text {
            "subscribe" => Mode::Subscribe,
            "unsubscribe" => Mode::Unsubscribe,
            _ => Mode::Denied,
        }
    }
}
