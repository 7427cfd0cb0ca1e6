//! One document as it is served: its bytes in every coding, and the headers that go with them, made once.
//!
//! Compressing takes longest by far: it is done when somebody asks first, or beforehand by [`Page::prepare`].

use std::path::Path;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, SystemTime};

use axum::body::Bytes;
use axum::http::HeaderValue;

use super::delta::{Entries, Past};
use super::metrics::Counters;
use crate::coding::{Coding, Effort};
use crate::publish::headers::{is_text, media_type};

/// A document in memory.
#[derive(Debug)]
pub struct Page {
    pub media_type: HeaderValue,
    plain: Body,
    /// Where it is worth compressing: the coded bodies, once they are made.
    coded: Option<OnceLock<Vec<Body>>>,
    /// The hash of the plain bytes, which every tag begins with.
    pub hash: Arc<str>,
    /// In whole seconds, never later than when it was read.
    pub modified: SystemTime,
    pub last_modified: HeaderValue,
    /// `Link` (RFC 8288): itself, and the hub.
    pub link: Option<HeaderValue>,
    /// Of a document whose new entries can be sent alone.
    pub delta: Option<(Entries, Past)>,
    pub counters: Arc<Counters>,
}

/// A document in one coding.
#[derive(Clone, Debug)]
pub struct Body {
    pub coding: Coding,
    pub bytes: Bytes,
    /// The strong tag (RFC 9110 section 8.8.3), without its quotes.
    pub tag: Arc<str>,
    pub etag: HeaderValue,
}

/// A file as it was read.
#[derive(Debug)]
pub struct File {
    /// Below the output folder, with `/`.
    pub path: String,
    pub bytes: Vec<u8>,
    pub modified: SystemTime,
}

impl Page {
    /// From a file. What `former` holds of the same bytes is taken over rather than made again.
    pub fn new(file: File, link: Option<HeaderValue>, former: Option<&Page>, compress: bool, counters: Arc<Counters>) -> Self {
        let hash: Arc<str> = blake3::hash(&file.bytes).to_hex()[..32].into();
        let modified = whole(file.modified.min(SystemTime::now()));
        let media_type = media_type(&file.path, &file.bytes);
        let is_feed = matches!(Path::new(&file.path).extension().and_then(|ext| ext.to_str()), Some("rss" | "atom"));
        let delta = is_feed.then(|| (Entries::of(&file.bytes), past(former, &hash)));
        let (plain, coded) = match former.filter(|former| former.hash == hash) {
            Some(former) => (former.plain.clone(), former.coded.clone()),
            None => (body(Coding::Identity, file.bytes, &hash), (compress && is_text(media_type)).then(OnceLock::new)),
        };
        Page {
            media_type: HeaderValue::from_static(media_type),
            plain,
            coded,
            hash,
            modified,
            last_modified: header(&httpdate::fmt_http_date(modified)),
            link,
            delta,
            counters,
        }
    }

    /// Every body, the smallest first, one of them plain. Where they are not made yet, they are made now, once.
    pub fn bodies(&self) -> Vec<&Body> {
        let coded = self.coded.as_ref().map(|coded| coded.get_or_init(|| compressed(&self.plain.bytes, &self.hash)));
        let mut bodies: Vec<&Body> = coded.into_iter().flatten().chain([&self.plain]).collect();
        bodies.sort_by_key(|body| body.bytes.len());
        bodies
    }

    /// Whether an answer need not wait for anything to be compressed.
    pub fn is_prepared(&self) -> bool {
        self.coded.as_ref().is_none_or(|coded| coded.get().is_some())
    }

    /// Compresses it, where that was not done yet.
    pub fn prepare(&self) {
        let _ = self.bodies();
    }

    /// The plain bytes.
    pub fn plain(&self) -> &[u8] {
        &self.plain.bytes
    }
}

/// The versions that went before: those that the former page knew, and its own.
fn past(former: Option<&Page>, hash: &str) -> Past {
    match former.and_then(|former| Some((former, former.delta.as_ref()?))) {
        Some((former, (entries, past))) if *former.hash != *hash => past.with(&former.hash, entries),
        Some((_, (_, past))) => past.clone(),
        None => Past::default(),
    }
}

fn compressed(plain: &[u8], hash: &str) -> Vec<Body> {
    let coded = |coding: Coding| Some(body(coding, coding.encode(plain, Effort::Stored)?, hash));
    Coding::COMPRESSED.into_iter().filter_map(coded).collect()
}

fn body(coding: Coding, bytes: Vec<u8>, hash: &str) -> Body {
    let tag = tag(hash, coding);
    Body { coding, bytes: bytes.into(), etag: header(&format!("\"{tag}\"")), tag: tag.into() }
}

/// Each coding is a representation of its own and has its own tag (RFC 9110 section 8.8.3.3).
fn tag(hash: &str, coding: Coding) -> String {
    match coding {
        Coding::Identity => hash.to_owned(),
        coded => format!("{hash}-{}", coded.as_str()),
    }
}

/// A header of text that is known to be one.
pub(super) fn header(text: &str) -> HeaderValue {
    HeaderValue::from_str(text).unwrap_or(HeaderValue::from_static(""))
}

fn whole(time: SystemTime) -> SystemTime {
    let since = time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    SystemTime::UNIX_EPOCH + Duration::from_secs(since.as_secs())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(path: &str, text: &str, former: Option<&Page>) -> Page {
        let file = File { path: path.into(), bytes: text.into(), modified: SystemTime::UNIX_EPOCH + Duration::new(1_518_170_400, 9) };
        Page::new(file, None, former, true, Arc::default())
    }

    #[test]
    fn every_coding_has_a_tag_of_its_own() {
        let page = page("a.rss", &"<item>text</item>".repeat(100), None);
        let bodies = page.bodies();
        let mut tags: Vec<&str> = bodies.iter().map(|body| &*body.tag).collect();
        assert_eq!(tags.len(), 4);
        assert_eq!(bodies.last().map(|body| body.coding), Some(Coding::Identity));
        assert!(tags.iter().all(|tag| tag.starts_with(&*page.hash)));
        tags.dedup();
        assert_eq!(tags.len(), 4);
        assert_eq!(page.last_modified, "Fri, 09 Feb 2018 10:00:00 GMT");
    }

    #[test]
    fn what_is_compressed_is_taken_over_and_what_is_not_waits() {
        let text = "<item>text</item>".repeat(100);
        let one = page("a.rss", &text, None);
        let two = page("a.rss", &text, Some(&one));
        assert!(!one.is_prepared() && !two.is_prepared() && page("a.png", &text, None).is_prepared());
        two.prepare();
        let three = page("a.rss", &text, Some(&two));
        assert!(three.is_prepared() && !one.is_prepared());
        let tags = |page: &Page| page.bodies().into_iter().map(|body| (body.tag.clone(), body.bytes.clone())).collect::<Vec<_>>();
        assert_eq!((tags(&one), tags(&three)), (tags(&two), tags(&two)));
    }

    #[test]
    fn versions_are_remembered_from_page_to_page() {
        let (first, same) = ("<rss><item>a</item></rss>", "<rss><item>a</item></rss>");
        let one = page("a.rss", first, None);
        let two = page("a.rss", same, Some(&one));
        let three = page("a.rss", "<rss><item>b</item><item>a</item></rss>", Some(&two));
        let (entries, past) = three.delta.as_ref().expect("a feed");
        let delta = super::super::delta::since([&*one.hash].into_iter(), past, three.plain(), entries).expect("a delta");
        assert_eq!(String::from_utf8_lossy(&delta.bytes), "<rss><item>b</item></rss>");
        assert!(page("a.json", "{}", None).delta.is_none());
    }
}
