//! What is wrong with what came back: one small function a matter. Pure.

use std::io::Read;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use chrono::{DateTime, Utc};

use super::Local;
use super::certificate::Fault;
use super::codes::{self as c, Row};
use super::visit::{Answer, Visit};
use crate::check;
use crate::diag::{Finding, Place, Severity};

/// A certificate that ends sooner is renewed too late.
const DAYS_LEFT: i64 = 14;
/// Readers with many feeds give up on one after some ten seconds.
const SLOW: Duration = Duration::from_secs(3);
/// Several services read no more than this.
const LARGE: usize = 1 << 20;
/// What fits into a packet gains nothing by compressing.
const WORTH_COMPRESSING: usize = 1400;

/// Everything that is wrong, in the order of the way: host, redirects, answer, polls, document.
pub fn judge(visit: &Visit, local: Option<&Local>, now: DateTime<Utc>) -> Vec<Finding> {
    let mut found = Found { path: Path::new(visit.asked.as_str()).into(), all: Vec::new() };
    certificate(visit, now, &mut found);
    redirects(visit, &mut found);
    if let Some(why) = &visit.silence {
        found.say(&c::UNREACHABLE, format!("no answer from `{}`: {why}", visit.url));
    }
    let Some(plain) = &visit.plain else { return found.all };
    slow(plain, &mut found);
    if plain.status != 200 {
        status(plain, &mut found);
        return found.all;
    }
    if is_html(plain) {
        html(plain, &mut found);
        return found.all;
    }
    media_type(plain, &mut found);
    if plain.coding().is_some() {
        found
            .say(&c::CODING_UNASKED, format!("`Content-Encoding: {}` for a request that rules it out", plain.coding().unwrap_or_default()));
        return found.all;
    }
    compression(visit, plain, &mut found);
    polls(visit, plain, &mut found);
    caching(plain, &mut found);
    stale(plain, local, &mut found);
    size(plain, &mut found);
    document(visit, plain, now, &mut found);
    found.all
}

struct Found {
    path: Arc<Path>,
    all: Vec<Finding>,
}

impl Found {
    fn say(&mut self, row: &'static Row, message: String) {
        self.all.push(Finding::new(&row.code, message).at(Place::file(self.path.clone())).help(row.mend));
    }
}

fn certificate(visit: &Visit, now: DateTime<Utc>, found: &mut Found) {
    let Some(certificate) = &visit.certificate else { return };
    let day = |ends: u64| DateTime::from_timestamp(ends as i64, 0).map(|end| end.format("%Y-%m-%d").to_string()).unwrap_or_default();
    let host = visit.url.host_str().unwrap_or_default();
    match (&certificate.fault, certificate.ends) {
        (Some(Fault::Expired), ends) => {
            let day = ends.map(|ends| format!(" on {}", day(ends))).unwrap_or_default();
            found.say(&c::CERTIFICATE_EXPIRED, format!("the certificate of `{host}` expired{day}"));
        }
        (Some(Fault::Untrusted(why)), _) => {
            found.say(&c::CERTIFICATE_NOT_TRUSTED, format!("readers do not trust the certificate of `{host}`: {why}"))
        }
        (None, Some(ends)) => {
            let days = days_left(ends, now);
            if days < DAYS_LEFT {
                found.say(&c::CERTIFICATE_EXPIRES_SOON, format!("the certificate of `{host}` expires on {}, in {days} days", day(ends)));
            }
        }
        (None, None) => {}
    }
}

/// Whole days until a certificate ends.
pub fn days_left(ends: u64, now: DateTime<Utc>) -> i64 {
    (ends as i64 - now.timestamp()).div_euclid(86_400)
}

fn redirects(visit: &Visit, found: &mut Found) {
    if !visit.ended {
        return found.say(&c::REDIRECT_LOOP, format!("{} redirects lead to no answer, the last to `{}`", visit.hops.len(), visit.url));
    }
    if visit.hops.len() > 1 {
        found.say(&c::REDIRECT_CHAIN, format!("{} redirects before `{}`", visit.hops.len(), visit.url));
    }
    if let Some(hop) = visit.hops.iter().find(|hop| hop.from.scheme() == "https" && hop.to.scheme() == "http") {
        found.say(&c::REDIRECT_TO_PLAIN, format!("`{}` leads to `{}`, which everybody on the way can read and change", hop.from, hop.to));
    }
    if let Some(hop) = visit.hops.iter().find(|hop| matches!(hop.status, 302 | 303 | 307)) {
        found.say(&c::REDIRECT_TEMPORARY, format!("{} from `{}` to `{}`", hop.status, hop.from, hop.to));
    }
}

fn slow(plain: &Answer, found: &mut Found) {
    if plain.took > SLOW {
        found.say(&c::SLOW_ANSWER, format!("the answer took {:.1} s", plain.took.as_secs_f64()));
    }
}

fn status(plain: &Answer, found: &mut Found) {
    match plain.status {
        _ if is_wall(plain) => found.say(&c::BOT_WALL, format!("status {} with a page that wants a person", plain.status)),
        410 => found.say(&c::FEED_GONE, "status 410: readers take it for the end and unsubscribe".to_owned()),
        429 => {
            let wait = plain.field("retry-after").map(|wait| format!(", to come again after `{wait}`")).unwrap_or_default();
            found.say(&c::RATE_LIMITED, format!("status 429{wait}"));
        }
        status => found.say(&c::BAD_STATUS, format!("status {status}")),
    }
}

/// What the pages of the common protections say.
const WALLS: [&str; 9] = [
    "cf-chl",
    "challenge-platform",
    "just a moment...",
    "checking your browser",
    "captcha",
    "_incapsula_",
    "ddos-guard",
    "datadome",
    "enable javascript and cookies to continue",
];

fn is_wall(answer: &Answer) -> bool {
    let text = String::from_utf8_lossy(&answer.body[..answer.body.len().min(64 << 10)]).to_lowercase();
    answer.field("cf-mitigated").is_some() || is_html(answer) && WALLS.iter().any(|wall| text.contains(wall))
}

fn is_html(answer: &Answer) -> bool {
    let text = String::from_utf8_lossy(&answer.body[..answer.body.len().min(1024)]).to_lowercase();
    let text = text.trim_start_matches(['\u{feff}', ' ', '\t', '\r', '\n']);
    text.starts_with("<!doctype html") || text.starts_with("<html")
}

fn html(plain: &Answer, found: &mut Found) {
    match is_wall(plain) {
        true => found.say(&c::BOT_WALL, "status 200 with a page that wants a person".to_owned()),
        false => found.say(&c::HTML_NOT_FEED, format!("HTML, served as `{}`", plain.field("content-type").unwrap_or_default())),
    }
}

fn media_type(plain: &Answer, found: &mut Found) {
    if plain.field("content-type").is_none_or(|own| own.trim().is_empty()) {
        found.say(&c::NO_MEDIA_TYPE, "there is no `Content-Type`".to_owned());
    }
}

fn compression(visit: &Visit, plain: &Answer, found: &mut Found) {
    let Some(gzip) = visit.gzip.as_ref().filter(|gzip| gzip.status == 200) else { return };
    match gzip.coding().as_deref() {
        None if plain.body.len() > WORTH_COMPRESSING => {
            found.say(&c::NOT_COMPRESSED, format!("{} bytes, also for those who take gzip", plain.body.len()));
        }
        None => {}
        Some("gzip" | "x-gzip") => coded(plain, gzip, found),
        Some(other) => found.say(&c::COMPRESSED_BROKEN, format!("`Content-Encoding: {other}` for a request that takes gzip only")),
    }
}

fn coded(plain: &Answer, gzip: &Answer, found: &mut Found) {
    let mut body = Vec::new();
    match flate2::read::MultiGzDecoder::new(&*gzip.body).take(256 << 20).read_to_end(&mut body) {
        Err(error) => found.say(&c::COMPRESSED_BROKEN, format!("the body is no gzip: {error}")),
        Ok(_) if body != plain.body => {
            found.say(
                &c::COMPRESSED_DIFFERS,
                format!("{} bytes when they are unpacked, {} when they come plain", body.len(), plain.body.len()),
            );
        }
        Ok(_) => {}
    }
    if !gzip.lists("vary", "accept-encoding") {
        found.say(&c::VARY_MISSING, format!("`Vary: {}`", gzip.field("vary").unwrap_or_default()));
    }
    if let Some(tag) = gzip.field("etag").filter(|tag| !tag.starts_with("W/") && plain.field("etag").as_ref() == Some(tag)) {
        found.say(&c::ONE_TAG_FOR_TWO, format!("`ETag: {tag}` for both"));
    }
}

fn polls(visit: &Visit, plain: &Answer, found: &mut Found) {
    let (tag, date) = (plain.field("etag"), plain.field("last-modified"));
    if tag.is_none() && date.is_none() {
        return found.say(&c::NO_VALIDATOR, "there is neither `ETag` nor `Last-Modified`".to_owned());
    }
    let gzip_tag = visit.gzip.as_ref().and_then(|gzip| gzip.field("etag"));
    for (answer, row, what) in [
        (&visit.by_tag, &c::TAG_IGNORED, tag.map(|tag| format!("If-None-Match: {tag}"))),
        (&visit.by_date, &c::DATE_IGNORED, date.map(|date| format!("If-Modified-Since: {date}"))),
        (&visit.gzip_by_tag, &c::COMPRESSED_TAG_IGNORED, gzip_tag.map(|tag| format!("If-None-Match: {tag}"))),
    ] {
        if let Some((answer, what)) = answer.as_ref().zip(what).filter(|(answer, _)| answer.status != 304) {
            found.say(row, format!("`{what}` is answered with {}", answer.status));
        }
    }
}

fn caching(plain: &Answer, found: &mut Found) {
    let control = plain.field("cache-control").unwrap_or_default();
    let word = control.split(',').map(str::trim).find(|word| ["no-store", "private"].iter().any(|own| word.eq_ignore_ascii_case(own)));
    if let Some(word) = word {
        found.say(&c::NOT_CACHEABLE, format!("`Cache-Control: {word}`"));
    }
}

fn stale(plain: &Answer, local: Option<&Local>, found: &mut Found) {
    let Some(local) = local.filter(|local| local.bytes != plain.body) else { return };
    let age = SystemTime::now().duration_since(local.modified).unwrap_or_default();
    let served = plain.field("last-modified").map(|date| format!(", of {date}")).unwrap_or_default();
    found.say(&c::STALE_COPY, format!("{} bytes{served}; the file here has {} bytes", plain.body.len(), local.bytes.len()));
    // As long as the server lets caches keep it, the former one may rightly be served.
    if max_age(plain).is_some_and(|most| age.as_secs() < most)
        && let Some(last) = found.all.last_mut()
    {
        last.severity = Severity::Warning;
    }
}

fn max_age(answer: &Answer) -> Option<u64> {
    let control = answer.field("cache-control")?;
    control.split(',').find_map(|word| word.trim().strip_prefix("max-age=")?.parse().ok())
}

fn size(plain: &Answer, found: &mut Found) {
    if plain.body.len() > LARGE {
        found.say(&c::LARGE_FEED, format!("{:.1} MB", plain.body.len() as f64 / 1e6));
    }
}

/// The checker, who is told where the document came from and as what.
fn document(visit: &Visit, plain: &Answer, now: DateTime<Utc>, found: &mut Found) {
    let url = Some(visit.url.clone());
    let options = check::Options { url, content_type: plain.field("content-type"), now: Some(now), ..check::Options::default() };
    let report = check::check(&plain.body, &options);
    let path = found.path.clone();
    found.all.extend(report.findings.into_iter().map(|finding| finding.into_finding(path.clone())));
}
