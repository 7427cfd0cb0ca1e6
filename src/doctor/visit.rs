//! All that is asked about one feed: plain, compressed, and again with what the answers said of themselves.

use std::io::Read;
use std::time::{Duration, Instant};

use ureq::Agent;
use ureq::http::HeaderMap;
use url::Url;

use super::Options;
use super::certificate::{self, Certificate};
use crate::fetch;

/// What is read of an answer.
const LARGEST: u64 = 64 << 20;
/// As many redirects as browsers follow.
const MOST_HOPS: usize = 20;

/// An answer as it came.
#[derive(Clone, Debug, Default)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
    /// Until the last byte.
    pub took: Duration,
}

/// A redirect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hop {
    pub status: u16,
    pub from: Url,
    pub to: Url,
}

/// What came back.
#[derive(Debug)]
pub struct Visit {
    pub asked: Url,
    pub hops: Vec<Hop>,
    /// Whether the redirects came to an end.
    pub ended: bool,
    /// Where the last answer is from.
    pub url: Url,
    pub certificate: Option<Certificate>,
    /// Why there is no answer.
    pub silence: Option<String>,
    /// Asked for as it is; the other answers are there only where this one is 200.
    pub plain: Option<Answer>,
    pub gzip: Option<Answer>,
    /// Asked with the plain answer's ETag, with its Last-Modified, and with the compressed answer's ETag.
    pub by_tag: Option<Answer>,
    pub by_date: Option<Answer>,
    pub gzip_by_tag: Option<Answer>,
}

impl Answer {
    /// A header's text, all its lines joined (RFC 9110 section 5.3).
    pub fn field(&self, name: &str) -> Option<String> {
        let lines: Vec<_> = self.headers.get_all(name).iter().map(|line| String::from_utf8_lossy(line.as_bytes())).collect();
        (!lines.is_empty()).then(|| lines.join(", "))
    }

    /// Whether a list in a header has the word, in whatever case.
    pub fn lists(&self, name: &str, word: &str) -> bool {
        let list = self.field(name).unwrap_or_default();
        list.split(',').any(|own| own.trim().eq_ignore_ascii_case(word) || own.trim() == "*")
    }

    /// The coding that the body is in, but for none.
    pub fn coding(&self) -> Option<String> {
        self.field("content-encoding").map(|coding| coding.trim().to_lowercase()).filter(|coding| coding != "identity")
    }
}

impl Visit {
    pub fn pay(agent: &Agent, asked: &Url, options: &Options) -> Self {
        let mut visit = Visit::new(asked.clone());
        visit.arrive(agent, options);
        let Some(plain) = visit.plain.clone().filter(|plain| plain.status == 200) else { return visit };
        let again = |fields: &[(&str, &str)]| ask(agent, &visit.url, fields).ok();
        let (tag, date) = (plain.field("etag"), plain.field("last-modified"));
        let gzip = again(&[("accept-encoding", "gzip")]);
        let by_tag = tag.and_then(|tag| again(&[PLAIN, ("if-none-match", &tag)]));
        let by_date = date.and_then(|date| again(&[PLAIN, ("if-modified-since", &date)]));
        let coded = gzip.as_ref().filter(|gzip| gzip.coding().is_some()).and_then(|gzip| gzip.field("etag"));
        let gzip_by_tag = coded.and_then(|tag| again(&[("accept-encoding", "gzip"), ("if-none-match", &tag)]));
        Visit { gzip, by_tag, by_date, gzip_by_tag, ..visit }
    }

    fn new(asked: Url) -> Self {
        Visit {
            url: asked.clone(),
            asked,
            hops: Vec::new(),
            ended: true,
            certificate: None,
            silence: None,
            plain: None,
            gzip: None,
            by_tag: None,
            by_date: None,
            gzip_by_tag: None,
        }
    }

    /// Follows the redirects to the first answer that is none, or to a host that cannot be trusted.
    fn arrive(&mut self, agent: &Agent, options: &Options) {
        loop {
            let is_new = self.hops.last().is_none_or(|hop| hop.from.origin() != hop.to.origin());
            if is_new {
                self.certificate = certificate::look(&self.url, &options.authorities, options.timeout);
            }
            if self.certificate.as_ref().is_some_and(|certificate| certificate.fault.is_some()) {
                return;
            }
            match ask(agent, &self.url, &[PLAIN]) {
                Err(why) => return self.silence = Some(why),
                Ok(answer) => match self.target(&answer) {
                    None => return self.plain = Some(answer),
                    Some(to) => {
                        let is_known = self.asked == to || self.hops.iter().any(|hop| hop.to == to);
                        self.hops.push(Hop { status: answer.status, from: std::mem::replace(&mut self.url, to.clone()), to });
                        if is_known || self.hops.len() > MOST_HOPS {
                            return self.ended = false;
                        }
                    }
                },
            }
        }
    }

    fn target(&self, answer: &Answer) -> Option<Url> {
        if !matches!(answer.status, 301 | 302 | 303 | 307 | 308) {
            return None;
        }
        self.url.join(&answer.field("location")?).ok().filter(|to| matches!(to.scheme(), "http" | "https"))
    }
}

const PLAIN: (&str, &str) = ("accept-encoding", "identity");
const ACCEPT: &str = "application/atom+xml, application/rss+xml, application/feed+json, application/xml;q=0.9, */*;q=0.5";

fn ask(agent: &Agent, url: &Url, fields: &[(&str, &str)]) -> Result<Answer, String> {
    let start = Instant::now();
    let request =
        fields.iter().fold(agent.get(url.as_str()).header("accept", ACCEPT), |request, (name, value)| request.header(*name, *value));
    let mut response = request.call().map_err(|error| fetch::why(&error))?;
    let mut body = Vec::new();
    let reader = response.body_mut().with_config().limit(LARGEST + 1).reader();
    reader.take(LARGEST).read_to_end(&mut body).map_err(|error| format!("the answer breaks off: {error}"))?;
    Ok(Answer { status: response.status().as_u16(), headers: response.headers().clone(), body, took: start.elapsed() })
}
