//! A preview's pages look again when the documents were built anew: server-sent events, and the lines of script that listen for them.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::Bytes;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use hyper::body::Frame;
use memchr::memmem;
use tokio::sync::{mpsc, watch};

use super::page::File;

/// Where the events are.
pub const PATH: &str = "/.tidings/live";
/// Below what an idle connection may take.
const HEARTBEAT: Duration = Duration::from_secs(10);

const SCRIPT: &str = "(() => { let seen; new EventSource(\"/.tidings/live\").onmessage = (event) => \
    { if (seen && seen !== event.data) location.reload(); seen = event.data; }; })()";
/// What a browser knows it by.
const HASH: &str = "&#39;sha256-JG8zwGCnuMt1mdm2xjVPK7GuWELAyJFoKLb9qPOAd2k=&#39;";

/// How the policy of the built-in pages begins, which lets nothing else run; templates of the user's own may have any.
const POLICY: &[u8] = b"content=\"default-src &#39;none&#39;; ";
const OWN_SCRIPT: &[u8] = b"script-src ";

/// An HTML page with the script in it; anything else as it is.
pub fn prepared(file: File) -> File {
    if !(file.path.ends_with(".html") || file.path.ends_with(".htm")) {
        return file;
    }
    let mut bytes = file.bytes;
    let end = bytes.windows(7).rposition(|window| window.eq_ignore_ascii_case(b"</body>")).unwrap_or(bytes.len());
    bytes.splice(end..end, format!("<script>{SCRIPT}</script>\n").into_bytes());
    let_through(&mut bytes);
    File { bytes, ..file }
}

/// Has the page's policy let the script run, and listen.
fn let_through(html: &mut Vec<u8>) {
    let Some(start) = memmem::find(html, POLICY).map(|at| at + POLICY.len()) else { return };
    let length = html[start..].iter().position(|byte| *byte == b'"').unwrap_or_default();
    let own = memmem::find(&html[start..start + length], OWN_SCRIPT).map(|at| start + at + OWN_SCRIPT.len());
    let (at, scripts) = own.map_or((start, format!("script-src {HASH}; ")), |at| (at, format!("{HASH} ")));
    html.splice(at..at, scripts.into_bytes());
    html.splice(start..start, *b"connect-src &#39;self&#39;; ");
}

/// The events: the number of the documents' state, now and each time that it changes. It ends when the server does.
pub fn events(states: watch::Receiver<u64>, stopping: watch::Receiver<bool>) -> Response {
    let (sender, receiver) = mpsc::channel(4);
    tokio::spawn(tell(states, stopping, sender));
    let mut response = Response::new(axum::body::Body::new(Events(receiver)));
    *response.status_mut() = StatusCode::OK;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

async fn tell(mut states: watch::Receiver<u64>, mut stopping: watch::Receiver<bool>, sender: mpsc::Sender<Bytes>) {
    loop {
        let state = *states.borrow_and_update();
        let mut message = Bytes::from(format!("data: {state}\n\n"));
        loop {
            if sender.send(message).await.is_err() {
                return;
            }
            message = tokio::select! {
                changed = states.changed() => if changed.is_ok() { break } else { return },
                _ = stopping.changed() => return,
                () = tokio::time::sleep(HEARTBEAT) => Bytes::from_static(b":\n\n"),
            };
        }
    }
}

/// A body of what comes through a channel.
struct Events(mpsc::Receiver<Bytes>);

impl hyper::body::Body for Events {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        self.0.poll_recv(context).map(|bytes| bytes.map(|bytes| Ok(Frame::data(bytes))))
    }
}

#[cfg(test)]
mod tests {
    use base64::Engine;
    use sha2::{Digest, Sha256};

    use super::*;

    #[test]
    fn only_pages_are_prepared() {
        let file = |path: &str, text: &str| File { path: path.into(), bytes: text.into(), modified: std::time::SystemTime::now() };
        let page = String::from_utf8(prepared(file("x.html", "<body>a</BODY></html>")).bytes).expect("UTF-8");
        assert!(page.starts_with("<body>a<script>") && page.ends_with("</script>\n</BODY></html>"), "{page}");
        assert!(prepared(file("x.html", "a")).bytes.ends_with(b"</script>\n"));
        assert_eq!(prepared(file("x.rss", "</body>")).bytes, b"</body>");
    }

    #[test]
    fn the_policy_lets_the_script_through() {
        let hash = base64::engine::general_purpose::STANDARD.encode(Sha256::digest(SCRIPT));
        assert!(HASH.contains(&hash), "the hash is now {hash}");
        for (policy, want) in [
            (
                "content=\"default-src &#39;none&#39;; style-src x\"",
                format!("content=\"default-src &#39;none&#39;; connect-src &#39;self&#39;; script-src {HASH}; style-src x\""),
            ),
            (
                "content=\"default-src &#39;none&#39;; style-src x; script-src y; img-src z\"",
                format!("content=\"default-src &#39;none&#39;; connect-src &#39;self&#39;; style-src x; script-src {HASH} y; img-src z\""),
            ),
            ("content=\"default-src &#39;self&#39;\"> script-src ", "content=\"default-src &#39;self&#39;\"> script-src ".to_owned()),
        ] {
            let mut html = policy.as_bytes().to_vec();
            let_through(&mut html);
            assert_eq!(String::from_utf8(html).expect("UTF-8"), want);
        }
    }
}
