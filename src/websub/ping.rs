//! Hubs told of what changed, with patience and within a time.
//!
//! WebSub leaves open how a publisher tells its hub (section 6). `hub.mode=publish` and `hub.url`, one topic a request, is what hubs have taken since PubSubHubbub 0.3.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::{Duration, Instant};

use ureq::Agent;
use url::form_urlencoded;

use crate::config::Config;
use crate::diag::{Finding, Findings, Place, codes};
use crate::fetch;
use crate::ledger::{LedgerError, Pending, Store};

/// So many requests are under way at a time.
const AT_A_TIME: usize = 8;
/// How long to wait before the second round; each later one waits twice as long.
const FIRST_WAIT: Duration = Duration::from_millis(500);

/// What became of it.
#[derive(Debug, Default)]
pub struct Told {
    /// The topics that a hub took, in order; one stands here for each hub that took it.
    pub told: Vec<String>,
    /// Those that are told by a later run.
    pub left: Vec<String>,
    /// A warning for each hub that did not take all.
    pub findings: Findings,
}

/// Beyond its time, what one run tells is still its own for so long.
const LATE: Duration = Duration::from_secs(10);

/// Why a hub did not take a ping.
enum Refusal {
    /// It may take it later in the same run, no sooner than this where it says so.
    Later(String, Option<Duration>),
    /// It will not without somebody mending something.
    Never(String),
}

/// Tells every hub what is not told yet, of this publish or one before. What fails stays for a later run; nothing of it is an error.
pub fn tell(config: &Config, store: &Store) -> Told {
    all(config, store).unwrap_or_else(|error| {
        let finding = Finding::new(&codes::HUB_NOT_TOLD, format!("what the hubs are to be told is not known: {error}"));
        let place = Place::line(config.path.clone(), config.websub.line);
        Told { findings: finding.at(place).help(error.help()).into(), ..Told::default() }
    })
}

fn all(config: &Config, store: &Store) -> Result<Told, LedgerError> {
    let hubs: Vec<&str> = config.publication.hubs.iter().map(|hub| hub.as_str()).collect();
    store.keep_pings_for(&hubs)?;
    let own = config.websub.own.as_ref().map(|own| own.as_str());
    if let Some(own) = own {
        store.release_pings(own)?;
    }
    let patience = Duration::from_secs(config.websub.timeout);
    let outside: Vec<&str> = hubs.iter().copied().filter(|hub| Some(*hub) != own).collect();
    let waiting = store.take_pings(&outside, patience * 2 + LATE)?;
    if waiting.is_empty() {
        return Ok(Told::default());
    }
    let run = Run { agent: fetch::agent(config.publication.home.as_str(), patience), deadline: Instant::now() + patience };
    let (told, left) = run.rounds(waiting);
    store.told(&told)?;
    store.leave_pings(&left.iter().map(|(pending, _)| pending).collect::<Vec<_>>())?;
    let findings = hubs.iter().filter_map(|hub| finding(config, hub, &left)).collect();
    let topics = |all: Vec<Pending>| all.into_iter().map(|pending| pending.ping.topic).collect();
    Ok(Told { told: topics(told), left: topics(left.into_iter().map(|(pending, _)| pending).collect()), findings })
}

fn finding(config: &Config, hub: &str, left: &[(Pending, String)]) -> Option<Finding> {
    let own: Vec<&String> = left.iter().filter(|(pending, _)| pending.ping.hub == hub).map(|(_, why)| why).collect();
    let changes = if own.len() == 1 { "1 change".to_owned() } else { format!("{} changes", own.len()) };
    let message = format!("the hub `{hub}` was not told of {changes}: {}", own.first()?);
    let help =
        "nothing is lost, the next build tells it; see whether the hub's address is right and it works, or raise `timeout` in `[websub]`";
    Some(Finding::new(&codes::HUB_NOT_TOLD, message).at(Place::line(config.path.clone(), config.websub.line)).help(help))
}

/// One run of telling.
struct Run {
    agent: Agent,
    deadline: Instant,
}

impl Run {
    /// Tries all, then what may go better later, until nothing is left or the time is over.
    fn rounds(&self, mut waiting: Vec<Pending>) -> (Vec<Pending>, Vec<(Pending, String)>) {
        let (mut told, mut left) = (Vec::new(), Vec::new());
        let mut wait = FIRST_WAIT;
        loop {
            let mut again = Vec::new();
            let mut asked = Duration::ZERO;
            for (pending, result) in self.round(waiting) {
                match result {
                    Ok(()) => told.push(pending),
                    Err(Refusal::Never(why)) => left.push((pending, why)),
                    Err(Refusal::Later(why, after)) => {
                        asked = asked.max(after.unwrap_or_default());
                        again.push((pending, why));
                    }
                }
            }
            let pause = wait.max(asked);
            // A hub may ask for more time than a clock can tell.
            if again.is_empty() || pause >= self.deadline.saturating_duration_since(Instant::now()) {
                left.extend(again);
                return (told, left);
            }
            std::thread::sleep(pause);
            wait *= 2;
            waiting = again.into_iter().map(|(pending, _)| pending).collect();
        }
    }

    /// Each once, several at a time, in the order given.
    fn round(&self, waiting: Vec<Pending>) -> Vec<(Pending, Result<(), Refusal>)> {
        let next = AtomicUsize::new(0);
        let results: Vec<Mutex<Option<Result<(), Refusal>>>> = waiting.iter().map(|_| Mutex::new(None)).collect();
        let take = || {
            let at = next.fetch_add(1, Relaxed);
            waiting.get(at).zip(results.get(at))
        };
        let work = || {
            while let Some((pending, result)) = take() {
                let done = self.ping(pending);
                if let Ok(mut result) = result.lock() {
                    *result = Some(done);
                }
            }
        };
        std::thread::scope(|scope| (0..AT_A_TIME.min(waiting.len())).for_each(|_| _ = scope.spawn(work)));
        let results = results.into_iter().map(|result| result.into_inner().ok().flatten().unwrap_or_else(|| Err(out_of_time())));
        waiting.into_iter().zip(results).collect()
    }

    fn ping(&self, pending: &Pending) -> Result<(), Refusal> {
        let left = self.deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(out_of_time());
        }
        let form = form_urlencoded::Serializer::new(String::new())
            .append_pair("hub.mode", "publish")
            .append_pair("hub.url", &pending.ping.topic)
            .finish();
        let request = self.agent.post(&pending.ping.hub).config().timeout_global(Some(left)).build();
        let response = request
            .content_type("application/x-www-form-urlencoded")
            .send(form)
            .map_err(|error| Refusal::Later(fetch::why(&error), None))?;
        let status = response.status();
        let header = |name: &str| response.headers().get(name).and_then(|value| value.to_str().ok());
        let says = || format!("it answers {status}");
        match status.as_u16() {
            200..=299 => Ok(()),
            300..=399 => Err(Refusal::Never(format!("it answers {status}, to `{}`", header("location").unwrap_or("nowhere")))),
            408 | 425 | 429 | 500..=599 => {
                let after = header("retry-after").and_then(|seconds| seconds.trim().parse().ok()).map(Duration::from_secs);
                Err(Refusal::Later(says(), after))
            }
            _ => Err(Refusal::Never(says())),
        }
    }
}

fn out_of_time() -> Refusal {
    Refusal::Later("the time was over".to_owned(), None)
}
