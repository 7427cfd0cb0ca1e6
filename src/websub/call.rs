//! One call of a subscriber: is this what you want (WebSub section 5.3), it is over (section 5.2), here is what changed (section 7).

use std::time::Duration;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use ureq::Agent;
use ureq::unversioned::transport::DefaultConnector;
use url::Url;

use super::address::Public;
use super::book::{Delivery, Intent, Mode};
use crate::config::{Config, Format};
use crate::fetch;

/// A subscriber has so long for a verification, and for taking a document.
pub(super) const PATIENCE: Duration = Duration::from_secs(10);
/// Longer answers are no challenge.
const ANSWER: u64 = 1024;

/// How a subscriber answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// As it should.
    Yes,
    /// It wants none of it: for good.
    No(String),
    /// Nothing that counts; it may another time.
    Failed(String),
}

/// Who calls: one connection a call, to an address that was looked at, by no proxy, and never led elsewhere.
pub fn agent(config: &Config) -> Agent {
    let settings = fetch::config(config.publication.home.as_str(), PATIENCE).proxy(None).max_idle_connections(0).build();
    Agent::with_parts(settings, DefaultConnector::default(), Public::new(config.websub.private_callbacks))
}

/// Asks whether the subscriber asked, or tells it that it has been denied.
pub fn ask(agent: &Agent, intent: &Intent, challenge: &str) -> Answer {
    let wish = &intent.wish;
    let Ok(mut url) = Url::parse(&wish.callback) else { return Answer::No("its address cannot be read".into()) };
    url.query_pairs_mut().append_pair("hub.mode", intent.mode.as_str()).append_pair("hub.topic", &wish.topic);
    match intent.mode {
        Mode::Denied => _ = url.query_pairs_mut().append_pair("hub.reason", "the topic is published no more"),
        Mode::Subscribe | Mode::Unsubscribe => _ = url.query_pairs_mut().append_pair("hub.challenge", challenge),
    }
    if intent.mode == Mode::Subscribe {
        url.query_pairs_mut().append_pair("hub.lease_seconds", &wish.lease.to_string());
    }
    let mut response = match agent.get(url.as_str()).call() {
        Ok(response) => response,
        Err(error) => return Answer::Failed(fetch::why(&error)),
    };
    match response.status().as_u16() {
        200..=299 if intent.mode == Mode::Denied => Answer::Yes,
        200..=299 => match response.body_mut().with_config().limit(ANSWER).read_to_vec() {
            Ok(body) if body == challenge.as_bytes() => Answer::Yes,
            Ok(_) => Answer::No("its answer is not the challenge".into()),
            Err(ureq::Error::BodyExceedsLimit(_)) => Answer::No("its answer is longer than any challenge".into()),
            Err(error) => Answer::Failed(fetch::why(&error)),
        },
        408 | 425 | 429 | 500..=599 => Answer::Failed(format!("it answers {}", response.status())),
        _ => Answer::No(format!("it answers {}", response.status())),
    }
}

/// Sends a document. `No` means that the subscriber is gone.
pub fn send(agent: &Agent, hub: &Url, delivery: &Delivery, bytes: &[u8]) -> Answer {
    let request = agent
        .post(&delivery.callback)
        .header("Content-Type", media_type(&delivery.topic))
        .header("Link", format!("<{hub}>; rel=\"hub\", <{}>; rel=\"self\"", delivery.topic));
    let request = match &delivery.secret {
        Some(secret) => request.header("X-Hub-Signature", signature(secret.as_str(), bytes)),
        None => request,
    };
    match request.send(bytes) {
        Ok(response) => match response.status().as_u16() {
            200..=299 => Answer::Yes,
            410 => Answer::No("it answers 410: it is gone".into()),
            _ => Answer::Failed(format!("it answers {}", response.status())),
        },
        Err(error) => Answer::Failed(fetch::why(&error)),
    }
}

/// As the document is served (WebSub section 7).
fn media_type(topic: &str) -> &'static str {
    match Format::of_path(topic) {
        Some(Format::Rss) => "application/rss+xml; charset=utf-8",
        Some(Format::Atom) => "application/atom+xml; charset=utf-8",
        Some(Format::Json) => "application/feed+json",
        None => "application/octet-stream",
    }
}

/// `X-Hub-Signature` (WebSub section 7.1).
fn signature(secret: &str, bytes: &[u8]) -> String {
    // Keys of any length are taken (RFC 2104).
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.as_bytes()) else { return String::new() };
    mac.update(bytes);
    let hex: String = mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    format!("sha256={hex}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signatures_are_those_of_rfc_4231() {
        let expected = "sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
        assert_eq!(signature("Jefe", b"what do ya want for nothing?"), expected);
        let long = "\u{2a}".repeat(199);
        assert_eq!(signature(&long, b"").len(), "sha256=".len() + 64);
    }
}
