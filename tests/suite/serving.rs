//! `tidings serve` as those meet it who poll, and those who mean ill; and what `tidings stats` reads out of its log.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::support::{CONFIG, Publication};

/// More than anything here may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// A server at work on a publication; it ends when it is dropped.
pub struct Serving {
    child: Child,
    pub address: SocketAddr,
}

/// An answer as it came.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: Vec<u8>,
}

impl Serving {
    pub fn start(publication: &Publication, flags: &[&str]) -> Self {
        Self::start_with(publication, &[&["serve", "--listen", "127.0.0.1:0"], flags].concat())
    }

    pub fn start_at(publication: &Publication, address: &str) -> Self {
        Self::start_with(publication, &["serve", "--listen", address])
    }

    fn start_with(publication: &Publication, args: &[&str]) -> Self {
        Self::of(publication.command(args))
    }

    fn of(mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("the program starts");
        let err = BufReader::new(child.stderr.take().expect("standard error"));
        let mut lines = err.lines().map_while(Result::ok);
        let line = lines.find(|line| line.starts_with("serving ")).expect("it says where it listens");
        let address = line.rsplit("http://").next().and_then(|text| text.trim_end_matches('/').parse().ok()).expect("an address");
        // What it says later must not make it wait.
        std::thread::spawn(move || lines.for_each(drop));
        Serving { child, address }
    }

    fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address).expect("a connection");
        stream.set_read_timeout(Some(PATIENCE)).expect("a timeout");
        stream
    }

    /// Sends the bytes and reads until the server ends the connection.
    fn raw(&self, bytes: &[u8]) -> String {
        let mut stream = self.connect();
        // It may have had enough before all is sent.
        let _ = stream.write_all(bytes);
        let mut all = Vec::new();
        let _ = stream.read_to_end(&mut all);
        String::from_utf8_lossy(&all).into_owned()
    }

    fn request(&self, method: &str, target: &str, fields: &[(&str, &str)]) -> Answer {
        request(self.address, method, target, fields)
    }

    pub fn get(&self, target: &str, fields: &[(&str, &str)]) -> Answer {
        self.request("GET", target, fields)
    }

    #[cfg(unix)]
    fn signal(&self, name: &str) {
        let sent = std::process::Command::new("kill").args([&format!("-{name}"), &self.child.id().to_string()]).status();
        assert!(sent.expect("kill").success());
    }

    /// Asks until the answer is as wanted; says how long that took.
    #[track_caller]
    fn until(&self, target: &str, wanted: impl Fn(&Answer) -> bool) -> Duration {
        let start = Instant::now();
        while !wanted(&self.get(target, &[])) {
            assert!(start.elapsed() < PATIENCE, "`{target}` never became as wanted");
            std::thread::sleep(Duration::from_millis(10));
        }
        start.elapsed()
    }
}

/// Asks a server at an address, over a connection of its own.
#[track_caller]
pub fn request(address: SocketAddr, method: &str, target: &str, fields: &[(&str, &str)]) -> Answer {
    let fields: String = fields.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    let mut stream = TcpStream::connect(address).expect("a connection");
    stream.set_read_timeout(Some(PATIENCE)).expect("a timeout");
    write!(stream, "{method} {target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{fields}\r\n").expect("sent");
    let mut all = Vec::new();
    stream.read_to_end(&mut all).expect("an answer");
    Answer::read(&all)
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Answer {
    #[track_caller]
    fn read(bytes: &[u8]) -> Self {
        let end = bytes.windows(4).position(|window| window == b"\r\n\r\n").expect("a head");
        let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
        Answer { status, head, body: bytes[end + 4..].to_vec() }
    }

    pub fn field(&self, name: &str) -> Option<&str> {
        let lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines.into_iter().find(|(own, _)| own.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    #[track_caller]
    pub fn says(&self, name: &str) -> &str {
        self.field(name).unwrap_or_else(|| panic!("no `{name}`:\n{}", self.head))
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

fn published(count: usize) -> Publication {
    let publication = Publication::with_items(count);
    publication.build();
    publication
}

#[test]
fn a_document_comes_with_all_that_readers_need() {
    let publication = published(6);
    let server = Serving::start(&publication, &[]);
    for (path, media_type) in [
        ("/all.rss", "application/rss+xml; charset=utf-8"),
        ("/all.atom", "application/atom+xml; charset=utf-8"),
        ("/country/belize.json", "application/feed+json"),
        ("/", "text/html; charset=utf-8"),
    ] {
        let answer = server.get(path, &[]);
        assert_eq!((answer.status, answer.says("content-type")), (200, media_type), "{path}");
        assert!(answer.says("etag").starts_with('"') && answer.field("last-modified").is_some(), "{}", answer.head);
        assert_eq!((answer.says("cache-control"), answer.says("x-content-type-options")), ("public, max-age=3600", "nosniff"));
        assert_eq!(answer.says("access-control-allow-origin"), "*");
        let date = |name| chrono::DateTime::parse_from_rfc2822(answer.says(name)).expect("a date");
        assert!((date("expires") - date("date")).num_seconds().abs_diff(3600) <= 1, "{}", answer.head);
        // HEAD tells the same and sends nothing.
        let head = server.request("HEAD", path, &[]);
        assert_eq!((head.status, head.body.len(), head.says("content-length")), (200, 0, &*answer.body.len().to_string()));
        assert_eq!(head.says("etag"), answer.says("etag"));
    }
    let rss = server.get("/all.rss", &[]);
    assert_eq!(rss.text(), publication.read("public/all.rss"));
    assert_eq!(rss.says("link"), "<https://feeds.example.org/all.rss>; rel=\"self\"");
    let modified = std::fs::metadata(publication.path("public/all.rss")).and_then(|metadata| metadata.modified()).expect("a time");
    let modified: chrono::DateTime<chrono::Utc> = modified.into();
    assert_eq!(rss.says("last-modified"), modified.format("%a, %d %b %Y %H:%M:%S GMT").to_string());
}

#[test]
fn who_has_it_gets_304() {
    let publication = published(6);
    let server = Serving::start(&publication, &[]);
    for coding in ["identity", "gzip", "br", "zstd"] {
        let first = server.get("/all.atom", &[("Accept-Encoding", coding)]);
        let (tag, modified) = (first.says("etag").to_owned(), first.says("last-modified").to_owned());
        assert_eq!(first.field("content-encoding"), (coding != "identity").then_some(coding));
        let weak = format!("\"other\", W/{tag}");
        for (fields, status) in [
            (vec![("If-None-Match", &*tag)], 304),
            (vec![("If-None-Match", &*weak)], 304),
            (vec![("If-None-Match", "*")], 304),
            (vec![("If-None-Match", "\"other\"")], 200),
            (vec![("If-None-Match", "\"other\""), ("If-Modified-Since", &*modified)], 200),
            (vec![("If-None-Match", "\"other\""), ("If-None-Match", &*tag)], 304),
            (vec![("If-Modified-Since", &*modified)], 304),
            (vec![("If-Modified-Since", "Mon, 01 Jan 2001 00:00:00 GMT")], 200),
            (vec![("If-Match", "\"other\"")], 412),
        ] {
            let fields = [vec![("Accept-Encoding", coding)], fields].concat();
            let answer = server.get("/all.atom", &fields);
            assert_eq!(answer.status, status, "{fields:?}");
            if status == 304 {
                assert!(answer.body.is_empty() && answer.field("content-type").is_none(), "{}", answer.head);
                let same = |name| assert_eq!(answer.says(name), first.says(name), "{name}");
                ["etag", "last-modified", "cache-control", "vary", "access-control-allow-origin"].into_iter().for_each(same);
                assert!(answer.field("expires").is_some(), "{}", answer.head);
            }
        }
    }
    // The tag of one coding is not that of another (RFC 9110 section 8.8.3.3).
    let tag = server.get("/all.atom", &[("Accept-Encoding", "gzip")]).says("etag").to_owned();
    assert_eq!(server.get("/all.atom", &[("If-None-Match", &tag)]).status, 200);
}

#[test]
fn documents_are_compressed_as_the_client_likes() {
    let publication = published(20);
    let server = Serving::start(&publication, &[]);
    let plain = publication.read("public/all.rss").into_bytes();
    for (accept, coding) in [
        ("gzip, deflate, br, zstd", "br"),
        ("gzip;q=1, br;q=0.1", "gzip"),
        ("zstd, br;q=0", "zstd"),
        ("x-gzip", "gzip"),
        ("*;q=0.5, br;q=0.1", "zstd or gzip"),
    ] {
        let answer = server.get("/all.rss", &[("Accept-Encoding", accept)]);
        assert!(coding.contains(answer.says("content-encoding")), "{accept}: {}", answer.head);
        assert_eq!(answer.says("vary"), "Accept-Encoding, A-IM");
        assert!(answer.body.len() < plain.len() / 2, "{accept}: {}", answer.body.len());
        assert_eq!(answer.says("content-length"), answer.body.len().to_string());
    }
    for accept in ["", "deflate", "gzip;q=0", "identity, gzip;q=0.5"] {
        let answer = server.get("/all.rss", &[("Accept-Encoding", accept)]);
        assert_eq!((answer.field("content-encoding"), answer.body == plain), (None, true), "{accept}");
    }
    assert_eq!(server.get("/all.rss", &[("Accept-Encoding", "*;q=0")]).status, 406);
}

#[test]
fn only_the_new_entries_are_sent_to_those_who_ask() {
    let publication = published(20);
    let server = Serving::start(&publication, &[]);
    for (path, coding) in [("/all.atom", "identity"), ("/all.rss", "gzip")] {
        let accept = [("Accept-Encoding", coding), ("A-IM", "feed")];
        let old = server.get(path, &accept);
        assert_eq!((old.status, old.says("vary")), (200, "Accept-Encoding, A-IM, If-None-Match"));
        publication.item(21 + path.len(), "A new port");
        publication.build();
        server.until(path, |answer| answer.text().contains("A new port"));
        let tag = old.says("etag").to_owned();
        let asked = [&accept[..], &[("If-None-Match", &tag)]].concat();
        let delta = server.get(path, &asked);
        assert_eq!((delta.status, delta.says("im"), delta.says("delta-base")), (226, "feed", &*tag), "{}", delta.head);
        assert_eq!(
            (delta.says("vary"), delta.says("cache-control")),
            ("Accept-Encoding, A-IM, If-None-Match", "no-store, im, max-age=3600")
        );
        // The tag is that of the whole, so that the next question is answered with 304.
        let whole = server.get(path, &accept);
        assert_eq!(delta.says("etag"), whole.says("etag"));
        let next = server.get(path, &[&accept[..], &[("If-None-Match", whole.says("etag"))]].concat());
        assert_eq!(next.status, 304);
        if coding == "identity" {
            let feed = feed_rs::parser::parse(&*delta.body).expect("a feed");
            assert_eq!(
                feed.entries.iter().map(|entry| entry.title.as_ref().map(|title| &*title.content)).collect::<Vec<_>>(),
                [Some("A new port")]
            );
            assert!(delta.body.len() < whole.body.len() / 3);
        }
        // Who does not ask for it, or does not say what it has, gets all.
        assert_eq!(server.get(path, &[("Accept-Encoding", coding), ("If-None-Match", &tag)]).status, 200);
        assert_eq!(server.get(path, &[&accept[..], &[("If-None-Match", "\"unknown\"")]].concat()).status, 200);
        assert_eq!(server.request("HEAD", path, &asked).status, 200);
        publication.remove(&format!("items/item-{}.md", 21 + path.len()));
        publication.build();
        server.until(path, |answer| !answer.text().contains("A new port</title>"));
    }
}

#[test]
fn moved_and_ended_channels_say_so() {
    let publication = published(6);
    let renamed = CONFIG.replace("[topics.ports]", "[topics.ports]\nslug = 'harbours'");
    publication.write("feeds.toml", renamed.clone() + "\n[[moved]]\nfrom = 'topic/ports'\nto = 'topic/harbours'\nas = 'redirect'\n");
    publication.run(&["build", "--accept", "paths"]).expect(0, &[]);
    let server = Serving::start(&publication, &[]);
    let moved = server.get("/topic/ports.rss", &[]);
    assert_eq!((moved.status, moved.says("location")), (301, "https://feeds.example.org/topic/harbours.rss"));
    assert_eq!(server.get("/_redirects", &[]).status, 404);
    publication.write("feeds.toml", renamed + "\n[[moved]]\nfrom = 'topic/ports'\n");
    publication.run(&["build", "--accept", "paths"]).expect(0, &[]);
    server.until("/topic/ports.rss", |answer| answer.status == 410);
    // Nothing was in a language alone, and what is called alike is another channel.
    assert!(["/es/topic/ports.atom", "/desk/topic/ports.rss"].iter().all(|path| server.get(path, &[]).status == 404));
    assert_eq!(server.get("/topic/harbours.rss", &[]).status, 200);
    let renamed = CONFIG.replace("[topics.ports]", "[topics.ports]\nslug = 'harbours'");
    publication.write("feeds.toml", renamed + "\n[[moved]]\nfrom = 'belize'\nto = 'country/belize'\n");
    publication.run(&["build", "--accept", "paths"]).expect(0, &[]);
    server.until("/belize.rss", |answer| answer.status == 200);
    for path in ["/belize.rss", "/country/belize.rss"] {
        assert_eq!(server.get(path, &[]).says("link"), "<https://feeds.example.org/country/belize.rss>; rel=\"self\"", "{path}");
    }
}

#[test]
fn a_base_address_with_escapes_is_served() {
    let config = CONFIG.replace("https://feeds.example.org/", "https://example.org/méxico/");
    let publication = Publication::with_config(&config);
    publication.item(1, "A port");
    publication.build();
    let server = Serving::start(&publication, &[]);
    for path in ["/all.rss", "/m%C3%A9xico/all.rss", "/m%c3%a9xico/"] {
        assert_eq!(server.get(path, &[]).status, 200, "{path}");
    }
    publication.run(&["server-config", "nginx"]).expect(2, &["the path of the base address, `/m%C3%A9xico/`"]);
}

#[test]
fn other_requests_are_told_what_there_is() {
    let publication = published(6);
    let server = Serving::start(&publication, &[]);
    let missing = server.get("/none.rss", &[]);
    assert_eq!((missing.status, missing.says("content-type")), (404, "text/plain; charset=utf-8"));
    assert!(missing.text().contains("/country/belize.rss  /country/belize.atom"), "{}", missing.text());
    let page = server.get("/none", &[("Accept", "text/html,*/*")]);
    assert!(page.status == 404 && page.text().contains("<a href=\"/all.rss\">RSS</a>"), "{}", page.text());
    for method in ["POST", "PUT", "DELETE", "PATCH", "TRACE", "BREW"] {
        let answer = server.request(method, "/all.rss", &[]);
        assert_eq!((answer.status, answer.says("allow")), (405, "GET, HEAD, OPTIONS"), "{method}");
    }
    assert_eq!(server.request("OPTIONS", "*", &[]).status, 204);
    assert_eq!(server.request("OPTIONS", "/all.rss", &[]).says("access-control-allow-headers"), "A-IM, If-None-Match, If-Modified-Since");
    assert_eq!(server.get("/healthz", &[]).text(), "ok\n");
}

#[test]
fn a_base_address_with_a_path_is_known() {
    // Without pages the server lists the feeds itself, with whole addresses.
    let config = CONFIG.replace("https://feeds.example.org/", "https://example.org/news/feeds/");
    let publication = Publication::with_config(&format!("{config}[output]\npages = false\n"));
    publication.item(1, "A port");
    publication.build();
    let server = Serving::start(&publication, &[]);
    for path in ["/all.rss", "/news/feeds/all.rss", "/news/feeds/"] {
        assert_eq!(server.get(path, &[]).status, 200, "{path}");
    }
    let without = server.get("/news/feeds", &[]);
    assert_eq!((without.status, without.says("location")), (301, "/news/feeds/"));
    assert!(server.get("/", &[]).text().contains("href=\"/news/feeds/all.rss\""));
    assert_eq!(server.get("/news/feedsall.rss", &[]).status, 404);
}

#[test]
fn no_path_leads_out_of_the_folder() {
    let publication = published(2);
    publication.write("public/.hidden", "secret");
    #[cfg(unix)]
    std::os::unix::fs::symlink("../feeds.toml", publication.path("public/link.txt")).expect("a link");
    let server = Serving::start(&publication, &[]);
    for target in [
        "/../feeds.toml",
        "/country/../../feeds.toml",
        "/%2e%2e/feeds.toml",
        "/%2E%2e%2ffeeds.toml",
        "/..%2ffeeds.toml",
        "/..%252ffeeds.toml",
        "/%252e%252e/feeds.toml",
        "/..%5cfeeds.toml",
        "/%c0%ae%c0%ae/feeds.toml",
        "/all.rss%00.html",
        "/all.rss%0d%0aX-Forged:%201",
        "/./all.rss",
        "/%",
        "/%ff",
    ] {
        let answer = server.get(target, &[]);
        assert_eq!(answer.status, 400, "{target}");
        assert!(answer.field("x-forged").is_none());
    }
    for target in ["/.hidden", "/link.txt", "//etc/passwd", "/.tidings/published.json", "/.tidings/live", "/feeds.toml"] {
        assert_eq!(server.get(target, &[]).status, 404, "{target}");
    }
    assert_eq!(server.get(&format!("/{}", "a".repeat(4000)), &[]).status, 414);
    // Characters that no target has (RFC 9112 section 3.2) are refused before anything is looked up.
    for target in ["/..\\feeds.toml", "/all\u{0}.rss", "/a b"] {
        let answer = server.raw(format!("GET {target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").as_bytes());
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 400"), "{target}: {answer}");
    }
    // An absolute target is ours whatever host it names (RFC 9112 section 3.2.2); nothing is fetched for anybody.
    assert_eq!(server.get("http://elsewhere.example/all.rss", &[]).status, 200);
    assert_eq!(server.get("http://elsewhere.example/../feeds.toml", &[]).status, 400);
    assert_eq!(server.request("CONNECT", "elsewhere.example:443", &[]).status, 405);
}

#[test]
fn a_request_is_never_taken_for_two() {
    let publication = published(2);
    let server = Serving::start(&publication, &[]);
    let hidden = "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n";
    for fields in [
        "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: chunked\r\nContent-Length: 40\r\n",
        "Transfer-Encoding: chunked, identity\r\n",
        "Transfer-Encoding: xchunked\r\n",
        "Transfer-Encoding : chunked\r\n",
        "Content-Length: 4\r\nContent-Length: 5\r\n",
        "Content-Length: +4\r\n",
        "Content-Length: 4, 5\r\n",
        "Content-Length: -1\r\n",
        "Content-Length: 99999999999999999999\r\n",
        "Content-Length: 5\r\n",
        "X: a\r\n b\r\n",
        "X: a\nContent-Length: 3\r\n\r\n",
        "Host: y\r\n",
    ] {
        for method in ["GET", "POST"] {
            let answer = server.raw(format!("{method} /all.rss HTTP/1.1\r\nHost: x\r\n{fields}\r\n0\r\n\r\n{hidden}").as_bytes());
            assert!(!answer.contains("\r\n\r\nok\n"), "{fields}: {answer}");
            let status = answer.split(' ').nth(1).unwrap_or("400");
            assert!(["400", "405", "501", "431"].contains(&status), "{method} {fields}: {answer}");
        }
    }
    for (request, status) in
        [("GET / HTTP/1.1\r\n\r\n", "400"), ("GET / HTTP/9.9\r\n\r\n", ""), ("\u{16}\u{3}\u{1}\r\n\r\n", "400"), ("a\r\n\r\n", "400")]
    {
        let answer = server.raw(request.as_bytes());
        assert!(answer.is_empty() || answer.split(' ').nth(1).is_some_and(|own| own.contains(status)), "{request:?}: {answer}");
    }
    // An answer does not wait for the rest of the next request.
    let mut stream = server.connect();
    stream.write_all(format!("{hidden}GET /h").as_bytes()).expect("sent");
    let mut first = [0; 15];
    stream.read_exact(&mut first).expect("the first answer");
    assert_eq!(&first, b"HTTP/1.1 200 OK");
    assert_eq!(server.get("/all.rss", &[]).status, 200);
}

#[test]
fn floods_of_headers_are_refused() {
    let publication = published(2);
    let server = Serving::start(&publication, &[]);
    let head = "GET /all.rss HTTP/1.1\r\nHost: x\r\n";
    for flood in [format!("X: {}\r\n\r\n", "a".repeat(200_000)), "X: a\r\n".repeat(1000) + "\r\n", "X: a\r\n".repeat(100_000)] {
        let answer = server.raw(format!("{head}{flood}").as_bytes());
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 431"), "{}", &answer[..answer.len().min(80)]);
    }
    let answer = server.raw(format!("GET /{} HTTP/1.1\r\nHost: x\r\n\r\n", "a".repeat(100_000)).as_bytes());
    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 4"), "{answer}");
    assert_eq!(server.get("/all.rss", &[]).status, 200);
}

#[test]
fn slow_clients_do_not_keep_others_out() {
    let publication = published(2);
    let server = Serving::start(&publication, &["--connections", "4", "--head-timeout", "1", "--idle-timeout", "2"]);
    // Idle from the start, in the middle of a head, in the middle of the preface of HTTP/2, and between two requests.
    let mut held: Vec<TcpStream> = (0..3).map(|_| server.connect()).collect();
    held[0].write_all(b"GET /all.rss HTTP/1.1\r\nHo").expect("sent");
    held[1].write_all(b"PRI * HT").expect("sent");
    let mut kept = server.connect();
    kept.write_all(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n").expect("sent");
    let waiting: Vec<TcpStream> = (0..20).map(|_| server.connect()).collect();
    let start = Instant::now();
    assert_eq!(server.get("/all.rss", &[]).status, 200);
    assert!(start.elapsed() < Duration::from_secs(15), "{:?}", start.elapsed());
    held.push(kept);
    for stream in &mut held {
        let ended = stream.read_to_end(&mut Vec::new());
        assert!(ended.is_ok() || ended.is_err_and(|error| error.kind() == std::io::ErrorKind::ConnectionReset), "it ends");
    }
    drop(waiting);
    assert_eq!(server.get("/all.rss", &[]).status, 200);
}

#[test]
fn clients_that_were_answered_and_stay_do_not_keep_others_out() {
    let publication = published(2);
    let server = Serving::start(&publication, &["--connections", "4", "--head-timeout", "1", "--idle-timeout", "60"]);
    let _held: Vec<TcpStream> = (0..4)
        .map(|_| {
            let mut stream = server.connect();
            stream.write_all(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n").expect("sent");
            stream.read_exact(&mut [0; 15]).expect("an answer");
            stream
        })
        .collect();
    // No request has waited for as long as this without an answer.
    assert_eq!(server.get("/all.rss", &[]).status, 200);
}

#[cfg(target_os = "linux")]
#[test]
fn no_document_is_lost_for_want_of_open_files() {
    let publication = published(3);
    let program = publication.command(&["serve", "--listen", "127.0.0.1:0"]);
    let mut limited = Command::new("sh");
    limited.args(["-c", "ulimit -n 64 && exec \"$0\" \"$@\""]).arg(program.get_program()).args(program.get_args());
    let server = Serving::of(limited);
    // A connection of before, since there will be no other.
    let mut kept = BufReader::new(server.connect());
    let mut head = |path: &str| {
        write!(kept.get_mut(), "HEAD {path} HTTP/1.1\r\nHost: x\r\n\r\n").expect("sent");
        let lines: Vec<String> = kept.by_ref().lines().map_while(Result::ok).take_while(|line| !line.is_empty()).collect();
        (lines[0].clone(), lines.into_iter().find(|line| line.starts_with("etag: ")).unwrap_or_default())
    };
    let (_, former) = head("/country/belize.rss");
    let _held: Vec<TcpStream> = (0..100).map(|_| server.connect()).collect();
    publication.item(9, "The port of Belize while everybody asks");
    publication.build();
    let start = Instant::now();
    loop {
        let (status, tag) = head("/country/belize.rss");
        assert_eq!(status, "HTTP/1.1 200 OK");
        if tag != former {
            break;
        }
        assert!(start.elapsed() < PATIENCE, "what is new never came");
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn half_a_build_is_not_taken_up() {
    let publication = published(3);
    let server = Serving::start(&publication, &[]);
    let (manifest, document) = (publication.read(".tidings/published.json"), publication.read("public/all.rss"));
    assert!(manifest.contains("\"under_way\":false"), "{manifest}");
    publication.write(".tidings/published.json", manifest.replace("\"under_way\":false", "\"under_way\":true"));
    publication.write("public/all.rss", document.replace("</title>", " (new)</title>"));
    std::thread::sleep(Duration::from_millis(2500));
    assert_eq!(server.get("/all.rss", &[]).text(), document);
    publication.write(".tidings/published.json", manifest);
    server.until("/all.rss", |answer| answer.text().contains("(new)"));
}

#[test]
fn documents_that_cannot_be_read_are_read_again() {
    let publication = published(3);
    let server = Serving::start(&publication, &[]);
    let (public, away) = (publication.path("public"), publication.path("away"));
    std::fs::rename(&public, &away).expect("moved");
    publication.write(".tidings/published.json", publication.read(".tidings/published.json"));
    std::thread::sleep(Duration::from_millis(2500));
    assert_eq!(server.get("/all.rss", &[]).status, 200);
    std::fs::write(away.join("all.rss"), "<rss><!-- new --></rss>").and_then(|()| std::fs::rename(&away, &public)).expect("put back");
    server.until("/all.rss", |answer| answer.text().contains("new"));
}

#[test]
fn a_client_that_does_not_read_is_left() {
    let publication = published(2);
    publication.write("public/large.bin", vec![b'x'; 30 << 20]);
    let server = Serving::start(&publication, &["--idle-timeout", "1"]);
    let mut stream = server.connect();
    stream.write_all(b"GET /large.bin HTTP/1.1\r\nHost: x\r\n\r\n").expect("sent");
    std::thread::sleep(Duration::from_secs(4));
    let mut all = Vec::new();
    let _ = stream.read_to_end(&mut all);
    assert!(all.len() < 30 << 20, "the rest was not sent: {}", all.len());
    assert_eq!(server.get("/large.bin", &[]).body.len(), 30 << 20);
}

#[cfg(unix)]
#[test]
fn signals_reload_and_end_it() {
    let publication = published(2);
    let mut server = Serving::start(&publication, &["--log", "access.log"]);
    publication.write("public/note.txt", "a note");
    assert_eq!(server.get("/note.txt", &[]).status, 404);
    server.signal("HUP");
    server.until("/note.txt", |answer| answer.status == 200);
    // An answer that is under way is not cut off.
    let mut stream = server.connect();
    stream.write_all(b"GET /all.rss HTTP/1.1\r\nHost: x\r\n\r\n").expect("sent");
    let mut first = [0; 12];
    stream.read_exact(&mut first).expect("an answer");
    server.signal("TERM");
    let mut rest = Vec::new();
    stream.read_to_end(&mut rest).expect("the whole answer");
    assert!(String::from_utf8_lossy(&rest).ends_with(&publication.read("public/all.rss")));
    let start = Instant::now();
    let ended = server.child.wait().expect("it ends");
    assert!(ended.success() && start.elapsed() < Duration::from_secs(5), "{ended}");
    let log = publication.read("access.log");
    assert!(log.lines().any(|line| line.contains("\"GET /note.txt HTTP/1.1\" 200 6 \"-\" \"-\"")), "{log}");
}

#[test]
fn a_preview_builds_on_every_save() {
    let publication = Publication::with_items(3);
    let server = Serving::start(&publication, &["--watch"]);
    let page = server.get("/", &[]);
    assert!(page.text().contains("EventSource") && page.says("cache-control") == "no-store", "{}", page.head);
    assert!(
        page.text().contains("; connect-src &#39;self&#39;; ") && page.text().contains("script-src &#39;sha256-JG8z"),
        "{}",
        page.text()
    );
    let mut events = server.connect();
    events.write_all(b"GET /.tidings/live HTTP/1.1\r\nHost: x\r\n\r\n").expect("sent");
    let mut events = BufReader::new(events).lines().map_while(Result::ok).filter(|line| line.contains("data: "));
    assert!(events.next().expect("an event").ends_with('1'));
    publication.item(4, "Saved just now");
    server.until("/all.rss", |answer| answer.text().contains("Saved just now"));
    assert!(events.next().expect("an event").ends_with('2'));
    publication.write("feeds.toml", CONFIG.replace("Harbour news", "Harbour tidings"));
    server.until("/all.rss", |answer| answer.text().contains("<title>Harbour tidings</title>"));
    // What is wrong changes nothing.
    publication.write("items/item-5.md", "no record");
    publication.write("feeds.toml", "no config");
    std::thread::sleep(Duration::from_millis(500));
    assert_eq!(server.get("/all.rss", &[]).status, 200);
    publication.remove("items/item-5.md");
    publication.write("feeds.toml", CONFIG.replace("Harbour news", "Harbour again"));
    server.until("/all.rss", |answer| answer.text().contains("<title>Harbour again</title>"));
}

#[test]
fn what_is_counted_has_only_published_paths() {
    let publication = published(2);
    let server = Serving::start(&publication, &["--behind-proxy", "--log", "access.log"]);
    let tag = server.get("/all.rss", &[]).says("etag").to_owned();
    let agent = ("User-Agent", "Feedly/1.0 (+http://www.feedly.com/fetcher.html; 16 subscribers)");
    assert_eq!(server.get("/all.rss", &[agent, ("If-None-Match", &tag), ("X-Forwarded-For", "1.1.1.1, 192.0.2.7")]).status, 304);
    (0..50).for_each(|n| assert_eq!(server.get(&format!("/forged-{n}.rss"), &[agent]).status, 404));
    let metrics = server.get("/metrics", &[]);
    assert_eq!(metrics.says("content-type"), "text/plain; version=0.0.4; charset=utf-8");
    let text = metrics.text();
    for line in [
        "tidings_requests_total{channel=\"all\",format=\"rss\",status=\"200\"} 1",
        "tidings_requests_total{channel=\"all\",format=\"rss\",status=\"304\"} 1",
        "tidings_requests_total{channel=\"\",format=\"\",status=\"404\"} 50",
        "tidings_subscribers{channel=\"all\",format=\"rss\",reader=\"Feedly\"} 16",
    ] {
        assert!(text.lines().any(|own| own == line), "{line}\n{text}");
    }
    assert!(text.contains("\ntidings_build_age_seconds ") && !text.contains("forged"), "{text}");
    std::thread::sleep(Duration::from_millis(500));
    let log = publication.read("access.log");
    assert!(
        log.lines()
            .any(|line| line.starts_with("192.0.2.7 - - [") && line.contains("\"GET /all.rss HTTP/1.1\" 304 0 \"-\" \"Feedly/1.0 ("))
    );
    let ran = publication.run(&["stats", "access.log", "--json"]);
    let report: Value = serde_json::from_str(&ran.out).unwrap_or_else(|error| panic!("{error}: {ran:?}"));
    let row = &report["channels"][0];
    assert_eq!(
        (&row["path"], &row["subscribers"], &row["individuals"], &row["not_modified"]),
        (&"all.rss".into(), &17.into(), &1.into(), &1.into())
    );
    publication.run(&["stats", "access.log"]).expect(0, &["all.rss", "Feedly 16, 1 on their own", "50.0 % of them answered with 304"]);
    publication.write("garbage.log", "garbage\n\nmore of it\n");
    publication.run(&["stats", "garbage.log"]).expect(2, &["none of the 2 lines is in the combined format", "help: name a log of nginx"]);
    let asked = "192.0.2.9 - - [09/Feb/2018:10:00:00 +0000] \"GET /all.rss HTTP/1.1\" 200 9 \"-\" \"tidings/0.1.0 (doctor)\"\n";
    publication.write("doctor.log", asked.repeat(3));
    publication.run(&["stats", "doctor.log"]).expect(0, &["0 requests of feeds", "left out: 3 requests of `tidings doctor`"]);
    publication.run(&["stats", "none.log"]).expect(2, &["could not read `none.log`"]);
}

#[test]
fn any_crossing_is_made_when_it_is_asked_for() {
    let publication = Publication::with_items(3);
    publication.item(4, "Mexico and Belize share a ship");
    publication.item(5, "A ship for Mexico");
    publication.build();
    let server = Serving::start(&publication, &["--on-demand"]);
    let titles = |target: &str| -> Vec<String> {
        let answer = server.get(target, &[]);
        assert_eq!(answer.status, 200, "{target}: {}", answer.text());
        let feed = feed_rs::parser::parse(&*answer.body).expect("a feed");
        feed.entries.into_iter().filter_map(|entry| entry.title).map(|title| title.content).collect()
    };
    assert_eq!(titles("/feed.atom?country=belize+mexico"), ["Mexico and Belize share a ship"]);
    assert_eq!(titles("/feed.rss?country=MX&topic=ships"), ["A ship for Mexico", "Mexico and Belize share a ship"]);
    assert_eq!(titles("/feed.json?country=belize,mexico&lang=en").len(), 5);
    assert_eq!(titles("/feed.json?country=costa-rica"), [""; 0]);
    // However it is asked, it is one channel, with one id, which says where it stands.
    let one = server.get("/feed.atom?country=belize+mexico&topic=ships", &[]);
    let other = server.get("/feed.atom?topic=ships&country=Mexico%2BBZ", &[]);
    assert_eq!((one.says("etag"), one.says("link")), (other.says("etag"), other.says("link")));
    assert_eq!(one.says("link"), "<https://feeds.example.org/feed.atom?country=belize+mexico&topic=ships>; rel=\"self\"");
    assert!(
        one.text().contains("href=\"https://feeds.example.org/feed.atom?country=belize+mexico&#x26;topic=ships\" rel=\"self\""),
        "{}",
        one.text()
    );
    assert!(one.text().contains("<id>tag:example.org,2018:"), "{}", one.text());
    assert_eq!(server.get("/feed.atom?country=belize+mexico&topic=ships", &[("If-None-Match", one.says("etag"))]).status, 304);
    for (target, status) in [
        ("/feed.atom", 400),
        ("/feed.atom?x=1", 400),
        ("/feed.atom?country=guatemala", 404),
        ("/feed.atom?country=%00", 404),
        ("/feed.atom?lang=fr", 404),
        ("/feed.xml?country=belize", 404),
    ] {
        assert_eq!(server.get(target, &[]).status, status, "{target}");
    }
    (0..400).for_each(|n| assert_eq!(server.get(&format!("/feed.rss?lang=en-v{n:04}"), &[]).status, 200));
    publication.item(6, "Belize and Mexico again");
    publication.build();
    server.until("/feed.atom?country=belize+mexico", |answer| answer.text().contains("again"));
    assert_eq!(Serving::start(&publication, &[]).get("/feed.atom?country=belize", &[]).status, 404);
}

#[test]
fn nothing_is_served_before_anything_was_built() {
    let publication = Publication::with_items(1);
    publication.run(&["serve", "--listen", "127.0.0.1:0"]).expect(2, &["could not serve", "run `tidings build` first"]);
    publication.build();
    let server = Serving::start(&publication, &[]);
    publication.run(&["serve", "--listen", &server.address.to_string()]).expect(2, &["could not listen on", "--listen"]);
}
