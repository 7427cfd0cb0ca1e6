//! A request for a document, and the answer to it (RFC 9110, RFC 9111, RFC 3229).

use std::borrow::Cow;
use std::cell::RefCell;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use axum::body::{Body, Bytes};
use axum::http::header::{self, HeaderName};
use axum::http::{HeaderMap, HeaderValue, Method, Request, StatusCode, Version};
use axum::response::Response;

use super::delta;
use super::negotiate::{self, Conditions, Verdict};
use super::page::{Page, header as value};
use super::site::{Found, Site};
use super::target::{self, Refused};
use crate::coding::{Coding, Effort};

const A_IM: HeaderName = HeaderName::from_static("a-im");
const IM: HeaderName = HeaderName::from_static("im");
const DELTA_BASE: HeaderName = HeaderName::from_static("delta-base");
const METHODS: HeaderValue = HeaderValue::from_static("GET, HEAD, OPTIONS");
/// What scripts of other sites may read of an answer, beside what they always may.
const EXPOSED: HeaderValue = HeaderValue::from_static("ETag, Link, IM, Delta-Base, Content-Encoding");

/// What is left of an answer for the log and the metrics: the counters of the document that it was about.
#[derive(Clone, Debug)]
pub struct About(pub Arc<super::metrics::Counters>);

/// What keeps a request from being looked at at all: more than so many fields, a method that there is not, or a head that a proxy before us may read otherwise.
pub fn refusal<B>(request: &Request<B>, fields: usize) -> Option<Response> {
    let headers = request.headers();
    let has_body =
        headers.contains_key(header::TRANSFER_ENCODING) || headers.get(header::CONTENT_LENGTH).is_some_and(|length| length != "0");
    let is_1_1 = request.version() == Version::HTTP_11;
    let refusal = if is_1_1 && headers.get_all(header::HOST).iter().count() != 1 {
        // RFC 9112 section 3.2.
        Some(plain(StatusCode::BAD_REQUEST, "an HTTP/1.1 request names its host once"))
    } else if headers.len() > fields {
        // Of HTTP/1.1 the connection knows; of HTTP/2 it knows the bytes alone.
        Some(plain(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE, "the head has too many fields"))
    } else if request.method() == Method::OPTIONS {
        Some(options())
    } else if !matches!(*request.method(), Method::GET | Method::HEAD) {
        let mut response = plain(StatusCode::METHOD_NOT_ALLOWED, "documents are read here, with GET or HEAD");
        response.headers_mut().insert(header::ALLOW, METHODS);
        Some(response)
    } else if has_body {
        Some(plain(StatusCode::BAD_REQUEST, "a request for a document has no body"))
    } else {
        None
    };
    // A body that nobody reads must not be taken for the next request (RFC 9112 section 11.2), nor what comes after a head that is wrong.
    refusal.map(|mut response| {
        if (has_body || response.status() == StatusCode::BAD_REQUEST) && request.version() <= Version::HTTP_11 {
            response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
        }
        response
    })
}

fn options() -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NO_CONTENT;
    let headers = response.headers_mut();
    headers.insert(header::ALLOW, METHODS);
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, METHODS);
    headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static("A-IM, If-None-Match, If-Modified-Since"));
    headers.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("86400"));
    response
}

/// The answer to a GET or HEAD.
pub fn answer<B>(site: &Site, request: &Request<B>) -> Response {
    let path = match target::path(request.uri().path()) {
        Ok(path) => path,
        Err(Refused::TooLong) => return plain(StatusCode::URI_TOO_LONG, "the path is longer than that of any document"),
        Err(Refused::Bad(why)) => return plain(StatusCode::BAD_REQUEST, why),
    };
    if site.is_waiting {
        return waiting();
    }
    match site.find(&path) {
        Found::Page(page) => document(site, page, request.method(), request.headers()),
        Found::Moved(target) => moved(site, target),
        Found::Gone => gone(site),
        Found::Nothing => not_found(site, request.headers()),
    }
}

/// Whether an answer takes so long that others should not wait for it: the document must be compressed first, or what is new of it put together.
pub fn takes_long<B>(site: &Site, request: &Request<B>) -> bool {
    let Ok(path) = target::path(request.uri().path()) else { return false };
    let Found::Page(page) = site.find(&path) else { return false };
    !page.is_prepared() || *request.method() == Method::GET && is_partial(page, request.headers())
}

/// Whether a client asks for what is new since a version that is remembered.
fn is_partial(page: &Page, headers: &HeaderMap) -> bool {
    let Some((_, past)) = &page.delta else { return false };
    let is_asked = text(headers, &A_IM).is_some_and(|accept| delta::is_asked(&accept));
    is_asked && text(headers, &header::IF_NONE_MATCH).is_some_and(|tags| negotiate::tags(&tags).any(|(tag, _)| past.knows(tag)))
}

/// A document, whole, in part, or not at all where the client has it.
pub fn document(site: &Site, page: &Arc<Page>, method: &Method, headers: &HeaderMap) -> Response {
    let [accept, if_match, if_none_match, since, unmodified, a_im] =
        [header::ACCEPT_ENCODING, header::IF_MATCH, header::IF_NONE_MATCH, header::IF_MODIFIED_SINCE, header::IF_UNMODIFIED_SINCE, A_IM]
            .map(|name| text(headers, &name));
    let bodies = page.bodies();
    let codings: Vec<Coding> = bodies.iter().map(|body| body.coding).collect();
    let body = negotiate::coding(accept.as_deref(), &codings).and_then(|coding| bodies.into_iter().find(|body| body.coding == coding));
    let Some(body) = body else {
        return plain(StatusCode::NOT_ACCEPTABLE, "this document is sent plain, or in the codings br, zstd and gzip");
    };
    let conditions = Conditions {
        if_match: if_match.as_deref(),
        if_none_match: if_none_match.as_deref(),
        if_modified_since: since.as_deref(),
        if_unmodified_since: unmodified.as_deref(),
    };
    let wants_delta = a_im.as_deref().is_some_and(delta::is_asked) && page.delta.is_some();
    let mut response = match negotiate::judge(conditions, &body.tag, page.modified) {
        Verdict::Failed => return plain(StatusCode::PRECONDITION_FAILED, "the document is another by now"),
        Verdict::NotModified => not_modified(),
        Verdict::Send => {
            let known = if_none_match.as_deref().filter(|_| wants_delta && *method == Method::GET);
            let partial = known.and_then(|tags| partial(page, tags, body.coding, accept.as_deref()));
            partial.unwrap_or_else(|| whole(page, body, method))
        }
    };
    let is_partial = response.status() == StatusCode::IM_USED;
    let headers = response.headers_mut();
    headers.insert(header::ETAG, body.etag.clone());
    headers.insert(header::LAST_MODIFIED, page.last_modified.clone());
    headers.insert(header::CACHE_CONTROL, if is_partial { site.cache.control_of_delta.clone() } else { site.cache.control.clone() });
    if site.cache.seconds > 0 {
        headers.insert(header::EXPIRES, expires(site.cache.seconds));
    }
    headers.insert(header::VARY, vary(page, wants_delta));
    shared(headers);
    response.extensions_mut().insert(About(page.counters.clone()));
    response
}

fn not_modified() -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NOT_MODIFIED;
    response
}

fn whole(page: &Page, body: &super::page::Body, method: &Method) -> Response {
    let bytes = if *method == Method::HEAD { Bytes::new() } else { body.bytes.clone() };
    let mut response = Response::new(Body::from(bytes));
    describe(response.headers_mut(), page, body.coding, body.bytes.len());
    response
}

/// 226: the entries that the client has not seen, where it names a version that is remembered and that is worth it.
fn partial(page: &Page, tags: &str, coding: Coding, accept: Option<&str>) -> Option<Response> {
    let (entries, past) = page.delta.as_ref()?;
    let delta = delta::since(negotiate::tags(tags).map(|(tag, _)| tag), past, page.plain(), entries)?;
    let (coding, bytes) = match coding.encode(&delta.bytes, Effort::Once) {
        Some(coded) => (coding, coded),
        // Too short to be compressed, it goes out as it is, to those who take that.
        None => (negotiate::coding(accept, &[Coding::Identity])?, delta.bytes),
    };
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::IM_USED;
    let headers = response.headers_mut();
    headers.insert(IM, HeaderValue::from_static("feed"));
    headers.insert(DELTA_BASE, value(&format!("\"{}\"", delta.base)));
    describe(headers, page, coding, bytes.len());
    *response.body_mut() = Body::from(bytes);
    Some(response)
}

fn describe(headers: &mut HeaderMap, page: &Page, coding: Coding, length: usize) {
    headers.insert(header::CONTENT_TYPE, page.media_type.clone());
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(length));
    if coding != Coding::Identity {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(coding.as_str()));
    }
    if let Some(link) = &page.link {
        headers.insert(header::LINK, link.clone());
    }
}

/// Which headers of a request the answer depends on (RFC 9110 section 12.5.5, RFC 3229 section 10.2).
fn vary(page: &Page, wants_delta: bool) -> HeaderValue {
    HeaderValue::from_static(match (page.delta.is_some(), wants_delta) {
        (false, _) => "Accept-Encoding",
        (true, false) => "Accept-Encoding, A-IM",
        (true, true) => "Accept-Encoding, A-IM, If-None-Match",
    })
}

/// What every answer says: scripts of other sites may read it, and its type is what it says.
fn shared(headers: &mut HeaderMap) {
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED);
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
}

fn moved(site: &Site, target: &HeaderValue) -> Response {
    let mut response = plain(StatusCode::MOVED_PERMANENTLY, "the channel moved");
    response.headers_mut().insert(header::LOCATION, target.clone());
    response.headers_mut().insert(header::CACHE_CONTROL, site.cache.control.clone());
    response
}

fn gone(site: &Site) -> Response {
    let mut response = plain(StatusCode::GONE, "the channel has ended");
    response.headers_mut().insert(header::CACHE_CONTROL, site.cache.control.clone());
    response
}

/// 404 with a list of what there is, as a page for browsers.
fn not_found(site: &Site, headers: &HeaderMap) -> Response {
    let is_browser = text(headers, &header::ACCEPT).is_some_and(|accept| accept.contains("text/html"));
    let (list, media_type) = match is_browser {
        true => (&site.listing.1, "text/html; charset=utf-8"),
        false => (&site.listing.0, "text/plain; charset=utf-8"),
    };
    let mut response = told(StatusCode::NOT_FOUND, list.clone(), media_type);
    response.headers_mut().insert(header::VARY, HeaderValue::from_static("Accept"));
    response
}

/// 503: the documents did not come here yet.
pub fn waiting() -> Response {
    let mut response = plain(StatusCode::SERVICE_UNAVAILABLE, "the documents are being fetched");
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("2"));
    response
}

/// An answer of one line.
pub fn plain(status: StatusCode, text: &str) -> Response {
    told(status, format!("{text}\n").into(), "text/plain; charset=utf-8")
}

/// An answer that is no document, and that nobody keeps.
pub fn told(status: StatusCode, bytes: Bytes, media_type: &'static str) -> Response {
    let length = HeaderValue::from(bytes.len());
    let mut response = Response::new(Body::from(bytes));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    headers.insert(header::CONTENT_LENGTH, length);
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    shared(headers);
    response
}

/// A header's text, all its lines joined (RFC 9110 section 5.3).
pub(super) fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<Cow<'a, str>> {
    let mut lines = headers.get_all(name).iter().map(|line| String::from_utf8_lossy(line.as_bytes()));
    let first = lines.next()?;
    Some(lines.fold(first, |all, line| Cow::Owned(format!("{all}, {line}"))))
}

thread_local! {
    /// The `Expires` of this second.
    static EXPIRES: RefCell<(u64, u64, HeaderValue)> = const { RefCell::new((0, 0, HeaderValue::from_static(""))) };
}

/// So many seconds from now; formatted once a second.
fn expires(seconds: u64) -> HeaderValue {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs();
    EXPIRES.with_borrow_mut(|(at, of, text)| {
        if (*at, *of) != (now, seconds) {
            *text = value(&httpdate::fmt_http_date(SystemTime::UNIX_EPOCH + Duration::from_secs(now + seconds)));
            (*at, *of) = (now, seconds);
        }
        text.clone()
    })
}

#[cfg(test)]
mod tests {
    use super::super::How;
    use super::super::page::File;
    use super::super::site::Contents;
    use super::*;
    use crate::publish::Front;

    fn page(text: &str, former: Option<&Page>) -> Arc<Page> {
        let file = File { path: "all.rss".into(), bytes: text.into(), modified: SystemTime::UNIX_EPOCH };
        Arc::new(Page::new(file, None, former, true, Arc::default()))
    }

    #[test]
    fn what_is_new_goes_out_in_a_coding_that_is_taken() {
        let old = "<item>The port reopens</item>".repeat(100);
        let former = page(&format!("<rss>{old}</rss>"), None);
        let page = page(&format!("<rss><item>new</item>{old}</rss>"), Some(&former));
        for (accept, status, coding) in [
            ("gzip", StatusCode::IM_USED, None),
            ("gzip, identity;q=0", StatusCode::OK, Some("gzip")),
            ("*;q=0", StatusCode::NOT_ACCEPTABLE, None),
        ] {
            let tag = format!("\"{}-gzip\"", former.hash);
            let headers = [(A_IM, "feed"), (header::ACCEPT_ENCODING, accept), (header::IF_NONE_MATCH, &tag)];
            let headers = headers.into_iter().map(|(name, text)| (name, value(text))).collect();
            let answer = document(&Site::waiting(), &page, &Method::GET, &headers);
            let own = answer.headers().get(header::CONTENT_ENCODING).map(|coding| coding.to_str().expect("a coding"));
            assert_eq!((answer.status(), own), (status, coding), "{accept}");
        }
    }

    #[test]
    fn what_takes_long_is_told_beforehand() {
        const CONFIG: &str =
            "[publication]\ntitle = 'T'\nbase-url = 'https://example.org/'\nlanguage = 'en'\nid-authority = 'example.org,2018'\n";
        let (config, _) = crate::config::parse(CONFIG, "feeds.toml".as_ref(), ".".as_ref()).expect("a config");
        let site = |text: &str, former: Option<&Site>| {
            let files = vec![File { path: "all.rss".into(), bytes: text.into(), modified: SystemTime::UNIX_EPOCH }];
            let contents = Contents { files, same: Vec::new(), is_same_front: false, redirects: String::new(), left_out: Vec::new() };
            Site::of(&Front::of(&config), contents, How { compress: true, live: false }, former)
        };
        let former = site("<rss><item>old</item></rss>", None);
        let site = site("<rss><item>new</item><item>old</item></rss>", Some(&former));
        let hash = |site: &Site| format!("\"{}\"", site.documents()["all.rss"].hash);
        let (old, new) = (hash(&former), hash(&site));
        let takes_long = |method: Method, path: &str, im: &str, tag: &str| {
            let request = Request::builder().method(method).uri(path).header(A_IM, im).header(header::IF_NONE_MATCH, tag);
            super::takes_long(&site, &request.body(()).expect("a request"))
        };
        assert!(takes_long(Method::GET, "/all.rss", "gzip", &new), "it is not compressed yet");
        site.documents()["all.rss"].prepare();
        for (method, path, im, tag, expected) in [
            (Method::GET, "/all.rss", "feed", &old, true),
            (Method::GET, "/all.rss", "feed", &new, false),
            (Method::GET, "/all.rss", "gzip", &old, false),
            (Method::HEAD, "/all.rss", "feed", &old, false),
            (Method::GET, "/none.rss", "feed", &old, false),
        ] {
            assert_eq!(takes_long(method, path, im, tag), expected, "{path} {im} {tag}");
        }
    }

    #[test]
    fn fields_are_counted_whatever_the_version() {
        for (count, status) in [(3, None), (4, Some(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE))] {
            let request = (0..count).fold(Request::get("/").version(Version::HTTP_2), |request, _| request.header("x", "y"));
            let refused = refusal(&request.body(()).expect("a request"), 3).map(|response| response.status());
            assert_eq!(refused, status, "{count}");
        }
    }
}
