//! What is asked of the hub: the form that is posted, read once and judged (WebSub sections 5.1 and 6). A pure function.

use std::collections::BTreeSet;
use std::fmt;

use url::{Host, Url, form_urlencoded};

use super::address::is_public;
use crate::config::Config;

/// `hub.secret` is shorter than 200 bytes (WebSub section 5.1).
const SECRET: usize = 200;
/// The longest callback.
const CALLBACK: usize = 2048;

/// A request that can be taken up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Asked {
    Subscribe(Wish),
    Unsubscribe(Wish),
    /// These topics changed; each stands here once.
    Publish(Vec<String>),
}

/// Who wants what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wish {
    pub topic: String,
    pub callback: String,
    /// Of the callback.
    pub host: String,
    pub secret: Option<Secret>,
    /// In seconds, within the bounds.
    pub lease: u64,
}

/// What a subscriber and the hub know, and nobody else is told.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Secret(text)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

/// Reads a form; `are_topics` knows whether all of some addresses are published. It is asked once, however many there are.
///
/// # Errors
/// What is wrong with it, in words for the subscriber's author.
pub fn read(config: &Config, are_topics: impl Fn(&[String]) -> bool, body: &[u8]) -> Result<Asked, String> {
    let form = Form::read(body)?;
    match form.one("hub.mode")?.as_deref() {
        Some("subscribe") => Ok(Asked::Subscribe(wish(config, are_topics, &form)?)),
        Some("unsubscribe") => Ok(Asked::Unsubscribe(wish(config, are_topics, &form)?)),
        Some("publish") => published(are_topics, &form),
        Some(_) => Err("hub.mode is subscribe, unsubscribe or publish".into()),
        None => Err("hub.mode is missing".into()),
    }
}

struct Form(Vec<(String, String)>);

impl Form {
    fn read(body: &[u8]) -> Result<Self, String> {
        let fields: Vec<(String, String)> = form_urlencoded::parse(body).into_owned().collect();
        // A secret is bytes to be hashed; it may hold anything that is text.
        let is_strange = |(name, value): &(String, String)| {
            name.starts_with("hub.") && value.chars().any(|c| c == '\u{fffd}' || c.is_control() && name != "hub.secret")
        };
        match fields.iter().any(is_strange) {
            true => Err("a value holds a control character, or is not UTF-8".into()),
            false => Ok(Form(fields)),
        }
    }

    fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a String> {
        self.0.iter().filter(move |(own, _)| own == name).map(|(_, value)| value)
    }

    fn one(&self, name: &str) -> Result<Option<String>, String> {
        let mut all = self.all(name);
        match (all.next(), all.next()) {
            (_, Some(_)) => Err(format!("{name} stands twice")),
            (found, None) => Ok(found.cloned()),
        }
    }

    fn must(&self, name: &str) -> Result<String, String> {
        self.one(name)?.filter(|value| !value.is_empty()).ok_or_else(|| format!("{name} is missing"))
    }
}

fn wish(config: &Config, are_topics: impl Fn(&[String]) -> bool, form: &Form) -> Result<Wish, String> {
    let topic = topic(&form.must("hub.topic")?)?;
    known(are_topics, std::slice::from_ref(&topic))?;
    let callback = callback(config, &form.must("hub.callback")?)?;
    let secret = form.one("hub.secret")?.filter(|secret| !secret.is_empty());
    if secret.as_ref().is_some_and(|secret| secret.len() >= SECRET) {
        return Err(format!("hub.secret is not shorter than {SECRET} bytes"));
    }
    let host = callback.host_str().unwrap_or_default().to_owned();
    Ok(Wish { topic, callback: callback.into(), host, secret: secret.map(Secret), lease: lease(config, form)? })
}

fn lease(config: &Config, form: &Form) -> Result<u64, String> {
    let leases = &config.websub.leases;
    match form.one("hub.lease_seconds")?.filter(|text| !text.is_empty()) {
        None => Ok(config.websub.lease),
        Some(text) if text.bytes().all(|byte| byte.is_ascii_digit()) => {
            Ok(text.parse().unwrap_or(u64::MAX).clamp(*leases.start(), *leases.end()))
        }
        Some(_) => Err("hub.lease_seconds is no whole number of seconds".into()),
    }
}

fn topic(text: &str) -> Result<String, String> {
    Url::parse(text).map(String::from).map_err(|error| format!("the topic is no address: {error}"))
}

fn known(are_topics: impl Fn(&[String]) -> bool, topics: &[String]) -> Result<(), String> {
    let why = "this hub has no such topic: it knows the feeds of its own publication, by their self links";
    if are_topics(topics) { Ok(()) } else { Err(why.into()) }
}

fn callback(config: &Config, text: &str) -> Result<Url, String> {
    let url = Url::parse(text).map_err(|error| format!("hub.callback is no address: {error}"))?;
    let why = match url.host() {
        _ if text.len() > CALLBACK => "is too long",
        _ if !matches!(url.scheme(), "http" | "https") => "is not on the web",
        _ if !url.username().is_empty() || url.password().is_some() => "holds a user name or a password",
        _ if url.fragment().is_some() => "has a fragment",
        Some(Host::Ipv4(address)) if !config.websub.private_callbacks && !is_public(address.into()) => {
            "is at an address that is not public"
        }
        Some(Host::Ipv6(address)) if !config.websub.private_callbacks && !is_public(address.into()) => {
            "is at an address that is not public"
        }
        _ => return Ok(url),
    };
    Err(format!("hub.callback {why}"))
}

/// `hub.url` as PubSubHubbub has it, or `hub.topic`; one or several.
fn published(are_topics: impl Fn(&[String]) -> bool, form: &Form) -> Result<Asked, String> {
    let topics = form.all("hub.url").chain(form.all("hub.topic")).map(|text| topic(text));
    let topics = topics.collect::<Result<BTreeSet<String>, String>>()?;
    if topics.is_empty() {
        return Err("hub.url is missing".into());
    }
    let topics = Vec::from_iter(topics);
    known(are_topics, &topics)?;
    Ok(Asked::Publish(topics))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOPIC: &str = "https://feeds.example.org/all.rss";

    fn read_form(more: &str, body: &str) -> Result<Asked, String> {
        let text = format!(
            "[publication]\ntitle = 'T'\nbase-url = 'https://feeds.example.org/'\nlanguage = 'en'\nid-authority = 'example.org,2018'\nhub = 'self'\n{more}"
        );
        let (config, _) = crate::config::parse(&text, "feeds.toml".as_ref(), ".".as_ref()).expect("a config");
        let asked = std::cell::Cell::new(0);
        let are_topics = |topics: &[String]| {
            assert_eq!(asked.replace(1), 0, "it is asked once");
            topics.iter().all(|topic| topic == TOPIC)
        };
        read(&config, are_topics, body.as_bytes())
    }

    #[test]
    fn a_wish_is_read() {
        let body =
            "hub.mode=subscribe&hub.topic=https%3A%2F%2Ffeeds.example.org%2Fall.rss&hub.callback=https%3A%2F%2FReader.example%2Fx%3Fa%3D1";
        let wish = |secret: Option<&str>, lease| {
            let callback = "https://reader.example/x?a=1".to_owned();
            Wish { topic: TOPIC.into(), callback, host: "reader.example".into(), secret: secret.map(|text| Secret(text.into())), lease }
        };
        for (more, expected) in [
            ("", wish(None, 864_000)),
            ("&hub.lease_seconds=86400&hub.secret=s%26%00", wish(Some("s&\0"), 86_400)),
            ("&hub.lease_seconds=1&hub.verify=async&x=%ff", wish(None, 3600)),
            ("&hub.lease_seconds=99999999999999999999999", wish(None, 2_592_000)),
            ("&hub.lease_seconds=&hub.secret=", wish(None, 864_000)),
        ] {
            assert_eq!(read_form("", &format!("{body}{more}")), Ok(Asked::Subscribe(expected)), "{more}");
        }
        let both = format!("hub.mode=publish&hub.url={TOPIC}&hub.topic={TOPIC}");
        assert_eq!(read_form("", &both), Ok(Asked::Publish(vec![TOPIC.to_owned()])));
    }

    #[test]
    fn strange_forms_are_refused() {
        let topic = format!("hub.mode=subscribe&hub.topic={TOPIC}");
        let secret = format!("{topic}&hub.callback=https://reader.example/&hub.secret={}", "x".repeat(200));
        let long = format!("{topic}&hub.callback=https://reader.example/{}", "x".repeat(2048));
        let with = |callback: &str| format!("{topic}&hub.callback={callback}");
        for (body, why) in [
            ("", "hub.mode is missing"),
            ("hub.mode=", "hub.mode is"),
            ("\0\u{1}%%%=&&&", "hub.mode is missing"),
            ("hub.mode=denied", "hub.mode is"),
            ("hub.mode=subscribe&hub.mode=publish", "stands twice"),
            ("hub.mode=subscribe", "hub.topic is missing"),
            ("hub.mode=publish", "hub.url is missing"),
            ("hub.mode=publish&hub.url=https://else.example/all.rss", "no such topic"),
            ("hub.mode=publish&hub.url=a:b&hub.url=a:c&hub.topic=https://feeds.example.org/all.rss", "no such topic"),
            (&topic, "hub.callback is missing"),
            ("hub.mode=subscribe&hub.topic=all.rss&hub.callback=https://reader.example/", "the topic is no address"),
            ("hub.mode=subscribe&hub.topic=https://feeds.example.org/../x&hub.callback=https://reader.example/", "no such topic"),
            (&with("reader"), "hub.callback is no address"),
            (&with("file:///etc/passwd"), "is not on the web"),
            (&with("gopher://reader.example/"), "is not on the web"),
            (&with("https://a:b@reader.example/"), "a user name or a password"),
            (&with("https://reader.example/%23x"), "has a fragment"),
            (&with("https://reader.example/%0d%0aX: y"), "a control character"),
            (&with("https://reader.example/%ff"), "not UTF-8"),
            (&with("http://127.0.0.1/"), "not public"),
            (&with("http://0x7f.1/"), "not public"),
            (&with("http://2130706433/"), "not public"),
            (&with("http://[::1]/"), "not public"),
            (&with("http://[::ffff:10.0.0.1]/"), "not public"),
            (&with("http://169.254.169.254/latest/meta-data/"), "not public"),
            (&with("https://reader.example/&hub.lease_seconds=-1"), "no whole number"),
            (&with("https://reader.example/&hub.lease_seconds=1e9"), "no whole number"),
            (&with("https://reader.example/&hub.callback=https://other.example/"), "stands twice"),
            (&secret, "not shorter than 200"),
            (&long, "is too long"),
        ] {
            let refused = read_form("", body).expect_err(body);
            assert!(refused.contains(why), "{body}: {refused}");
        }
        assert!(read_form("[websub]\nprivate-callbacks = true", &with("http://127.0.0.1/")).is_ok());
    }
}
