//! `tidings doctor` against a server that answers wrongly, in each way one.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use chrono::Datelike;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use serde_json::Value;

use crate::serving::Serving;
use crate::support::{CONFIG, Publication, Ran, tidings};

/// A request, with the names of its fields in lower case.
struct Asked {
    path: String,
    fields: Vec<(String, String)>,
    /// Where it was sent to: `http://127.0.0.1:1234`.
    origin: String,
}

struct Answer {
    status: u16,
    fields: Vec<(&'static str, String)>,
    body: Vec<u8>,
}

type Answering = fn(&Asked) -> Answer;

impl Asked {
    fn field(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str())
    }

    fn takes_gzip(&self) -> bool {
        self.field("accept-encoding").is_some_and(|own| own.contains("gzip"))
    }
}

impl Answer {
    fn with(mut self, name: &'static str, value: &str) -> Self {
        self.fields.retain(|(own, _)| *own != name);
        self.fields.push((name, value.to_owned()));
        self
    }

    fn without(mut self, name: &str) -> Self {
        self.fields.retain(|(own, _)| *own != name);
        self
    }
}

const DATE: &str = "Fri, 12 Jan 2018 18:00:16 GMT";

fn feed(asked: &Asked) -> String {
    let items: String = (1..20)
        .map(|n| {
            format!(
                "<item><title>Part {n}</title><link>https://example.org/{n}</link><guid isPermaLink=\"false\">tag:example.org,2018:{n}</guid>\
                 <description>The port takes ships again, part {n}</description><pubDate>Fri, 12 Jan 2018 18:00:16 +0000</pubDate></item>"
            )
        })
        .collect();
    format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?><rss version=\"2.0\" xmlns:atom=\"http://www.w3.org/2005/Atom\"><channel><title>T</title>\
         <link>https://example.org/</link><description>D</description><language>en</language><atom:link rel=\"self\" type=\"application/rss+xml\" href=\"{}{}\"/>{items}\
         </channel></rss>",
        asked.origin, asked.path
    )
}

fn gzipped(body: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(body).expect("gzip");
    encoder.finish().expect("gzip")
}

/// As it should be.
fn right(asked: &Asked) -> Answer {
    let (tag, body) = match asked.takes_gzip() {
        true => ("\"a-gzip\"", gzipped(feed(asked).as_bytes())),
        false => ("\"a\"", feed(asked).into_bytes()),
    };
    let answer = Answer { status: 200, fields: Vec::new(), body };
    let answer = answer
        .with("Content-Type", "application/rss+xml; charset=utf-8")
        .with("ETag", tag)
        .with("Last-Modified", DATE)
        .with("Cache-Control", "public, max-age=3600")
        .with("Vary", "Accept-Encoding");
    let is_had = match asked.field("if-none-match") {
        Some(list) => list == tag,
        None => asked.field("if-modified-since") == Some(DATE),
    };
    match is_had {
        true => Answer { status: 304, body: Vec::new(), ..answer },
        false if asked.takes_gzip() => answer.with("Content-Encoding", "gzip"),
        false => answer,
    }
}

fn page(status: u16, text: &str) -> Answer {
    let body = format!("<!DOCTYPE html><html><title>{text}</title></html>").into_bytes();
    Answer { status, fields: Vec::new(), body }.with("Content-Type", "text/html")
}

fn to(status: u16, target: &str) -> Answer {
    Answer { status, fields: Vec::new(), body: Vec::new() }.with("Location", target)
}

/// Without what only says that the feed is still the same.
fn always_whole(asked: &Asked) -> Answer {
    let kept = |(name, _): &(String, String)| !name.starts_with("if-");
    let fields = asked.fields.iter().filter(|field| kept(field)).cloned().collect();
    right(&Asked { path: asked.path.clone(), origin: asked.origin.clone(), fields })
}

/// Each code that an answer by plain HTTP can have, and an answer that has it and no other.
const CASES: &[(&str, Answering)] = &[
    ("redirect-loop", |_| to(301, "/feed")),
    ("redirect-chain", |asked| match asked.path.as_str() {
        "/feed" => to(301, "/second"),
        "/second" => to(308, "/third"),
        _ => right(asked),
    }),
    ("redirect-temporary", |asked| if asked.path == "/feed" { to(302, "/other") } else { right(asked) }),
    ("bad-status", |_| page(500, "Broken")),
    ("feed-gone", |_| page(410, "Gone")),
    ("bot-wall", |_| page(403, "Just a moment...")),
    ("rate-limited", |_| page(429, "Slow down").with("Retry-After", "120")),
    ("html-not-feed", |_| page(200, "News")),
    ("no-media-type", |asked| right(asked).without("Content-Type")),
    ("coding-unasked", |asked| Answer { body: gzipped(feed(asked).as_bytes()), ..right(asked) }.with("Content-Encoding", "gzip")),
    ("compressed-broken", |asked| match asked.takes_gzip() {
        true => Answer { body: feed(asked).into_bytes(), ..right(asked) },
        false => right(asked),
    }),
    ("compressed-differs", |asked| match asked.takes_gzip() {
        true if asked.field("if-none-match").is_none() => Answer { body: gzipped(b"<rss/>"), ..right(asked) },
        _ => right(asked),
    }),
    ("not-compressed", |asked| {
        let fields = asked.fields.iter().filter(|(name, _)| name != "accept-encoding").cloned().collect();
        right(&Asked { path: asked.path.clone(), origin: asked.origin.clone(), fields })
    }),
    ("vary-missing", |asked| right(asked).without("Vary")),
    ("one-tag-for-two", |asked| {
        let is_had = asked.field("if-none-match") == Some("\"a\"");
        let answer = right(asked).with("ETag", "\"a\"");
        if is_had { Answer { status: 304, body: Vec::new(), ..answer }.without("Content-Encoding") } else { answer }
    }),
    ("no-validator", |asked| right(asked).without("ETag").without("Last-Modified")),
    ("tag-ignored", |asked| if asked.field("if-none-match") == Some("\"a\"") { always_whole(asked) } else { right(asked) }),
    ("compressed-tag-ignored", |asked| if asked.field("if-none-match") == Some("\"a-gzip\"") { always_whole(asked) } else { right(asked) }),
    ("date-ignored", |asked| if asked.field("if-modified-since").is_some() { always_whole(asked) } else { right(asked) }),
    ("not-cacheable", |asked| right(asked).with("Cache-Control", "no-store")),
    ("slow-answer", |asked| {
        if !asked.takes_gzip() && !asked.fields.iter().any(|(name, _)| name.starts_with("if-")) {
            std::thread::sleep(Duration::from_millis(3200));
        }
        right(asked)
    }),
    ("large-feed", |asked| {
        let long = feed(asked).replace("again, part 1<", &format!("again {}<", "and again ".repeat(110_000)));
        let answer = right(asked);
        match (answer.status, asked.takes_gzip()) {
            (200, true) => Answer { body: gzipped(long.as_bytes()), ..answer },
            (200, false) => Answer { body: long.into_bytes(), ..answer },
            _ => answer,
        }
    }),
    // The checker's, which depend on what the server says.
    ("unexpected-content-type", |asked| right(asked).with("Content-Type", "application/atom+xml")),
    ("encoding-mismatch", |asked| right(asked).with("Content-Type", "application/rss+xml; charset=iso-8859-1")),
    ("self-doesnt-match-location", |asked| match asked.path.as_str() {
        "/feed" => to(301, "/feed.rss"),
        _ => right(&Asked { path: "/feed".to_owned(), origin: asked.origin.clone(), fields: asked.fields.clone() }),
    }),
];

/// Reads a request, writes the answer, ends the connection.
fn answer(stream: impl Read + Write, origin: &str, answering: Answering) -> std::io::Result<()> {
    let mut stream = BufReader::new(stream);
    let mut line = String::new();
    stream.read_line(&mut line)?;
    let path = line.split(' ').nth(1).unwrap_or_default().to_owned();
    let mut fields = Vec::new();
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line)? == 0 || line.trim().is_empty() {
            break;
        }
        fields.extend(line.split_once(':').map(|(name, value)| (name.to_lowercase(), value.trim().to_owned())));
    }
    let answer = answering(&Asked { path, fields, origin: origin.to_owned() });
    let stream = stream.get_mut();
    write!(stream, "HTTP/1.1 {} X\r\nContent-Length: {}\r\nConnection: close\r\n", answer.status, answer.body.len())?;
    answer.fields.iter().try_for_each(|(name, value)| write!(stream, "{name}: {value}\r\n"))?;
    stream.write_all(b"\r\n")?;
    stream.write_all(&answer.body)?;
    stream.flush()
}

/// Starts a server and says its origin.
fn serve(answering: Answering, tls: Option<Arc<ServerConfig>>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let origin = if tls.is_some() { format!("https://localhost:{port}") } else { format!("http://127.0.0.1:{port}") };
    let own = origin.clone();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let (own, tls) = (own.clone(), tls.clone());
            std::thread::spawn(move || match tls {
                None => answer(stream, &own, answering),
                Some(config) => {
                    let mut stream = StreamOwned::new(ServerConnection::new(config).expect("TLS"), stream);
                    let answered = answer(&mut stream, &own, answering);
                    stream.conn.send_close_notify();
                    let _ = stream.flush();
                    answered
                }
            });
        }
    });
    origin
}

fn doctor(args: &[&str]) -> Ran {
    let folder = tempfile::tempdir().expect("a folder");
    let mut command = tidings();
    for proxy in ["http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"] {
        command.env_remove(proxy);
    }
    Ran::of(command.env_remove("TIDINGS_NOW").arg("-C").arg(folder.path()).arg("doctor").args(args).output().expect("it starts"))
}

fn codes(ran: &Ran) -> Vec<String> {
    let all: Value = serde_json::from_str(&ran.out).unwrap_or_else(|error| panic!("{error}: {ran:?}"));
    let findings = all[0]["findings"].as_array().cloned().unwrap_or_default();
    findings.iter().map(|finding| finding["code"].as_str().unwrap_or_default().to_owned()).collect()
}

#[test]
fn a_feed_that_is_well_is_well() {
    let url = serve(right, None) + "/feed";
    doctor(&[&url]).expect(0, &["0 errors", "200, ", "compressed)", "polls get 304"]);
    let ran = doctor(&[&url, "--json"]);
    let all: Value = serde_json::from_str(&ran.out).expect("JSON");
    assert_eq!((all[0]["status"].as_u64(), all[0]["url"].as_str(), &all[0]["findings"]), (Some(200), Some(&*url), &serde_json::json!([])));
}

#[test]
fn every_fault_has_its_code_and_no_other() {
    let case = |(code, answering): &(&'static str, Answering)| {
        let ran = doctor(&[&(serve(*answering, None) + "/feed"), "--json"]);
        (*code, ran.code, codes(&ran))
    };
    let found: Vec<_> = std::thread::scope(|scope| {
        let running: Vec<_> = CASES.iter().map(|one| scope.spawn(move || case(one))).collect();
        running.into_iter().map(|one| one.join().expect("a case")).collect()
    });
    for (code, exit, codes) in &found {
        assert_eq!((*exit, codes), (1, &vec![(*code).to_owned()]), "{code}");
    }
    // Those that need TLS, a dead host or a file here have their own tests below.
    let elsewhere =
        ["unreachable", "stale-copy", "redirect-to-plain", "certificate-not-trusted", "certificate-expired", "certificate-expires-soon"];
    let tested: BTreeSet<&str> = CASES.iter().map(|(code, _)| *code).chain(elsewhere).collect();
    let missing: Vec<_> = tidings::doctor::codes::ALL.iter().map(|row| row.code.name).filter(|code| !tested.contains(code)).collect();
    assert!(missing.is_empty(), "{missing:?} have no case");
}

#[test]
fn a_dead_host_is_told() {
    let port = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a port").port();
    let ran = doctor(&[&format!("http://127.0.0.1:{port}/feed"), "--json"]);
    assert_eq!((ran.code, codes(&ran)), (1, vec!["unreachable".to_owned()]));
    let silent = serve(
        |_| {
            std::thread::sleep(Duration::from_secs(5));
            page(200, "late")
        },
        None,
    );
    doctor(&[&(silent + "/feed"), "--timeout", "1"]).expect(1, &["unreachable", "no answer in time"]);
}

#[test]
fn what_is_asked_is_said_by_whom() {
    let url = serve(|asked| page(if asked.field("user-agent") == Some("Reader/1") { 410 } else { 500 }, "x"), None) + "/feed";
    assert_eq!(codes(&doctor(&[&url, "--json", "--user-agent", "Reader/1"])), ["feed-gone"]);
    assert_eq!(codes(&doctor(&[&url, "--json"])), ["bad-status"]);
    doctor(&[&url, "--allow", "bad-status"]).expect(0, &[]);
    doctor(&[&url, "--allow", "bad-statsu"]).expect(2, &["bad-status"]);
    doctor(&["ftp://example.org/feed"]).expect(2, &["https://"]);
    doctor(&["--all"]).expect(2, &["there is no config"]);
}

/// A certificate for `name` and the days from now on that it holds, and a server that has it.
fn certified(name: &str, days: i64, answering: Answering) -> (String, tempfile::TempDir) {
    let key = rcgen::KeyPair::generate().expect("a key");
    let mut params = rcgen::CertificateParams::new(vec![name.to_owned()]).expect("a name");
    let end = chrono::Utc::now() + chrono::Duration::days(days);
    params.not_before = rcgen::date_time_ymd(2020, 1, 1);
    params.not_after = rcgen::date_time_ymd(end.year(), end.month() as u8, end.day() as u8);
    let certificate = params.self_signed(&key).expect("a certificate");
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("ca.pem"), certificate.pem()).expect("a file");
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().expect("versions");
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let config = config.with_no_client_auth().with_single_cert(vec![certificate.der().clone()], key).expect("a server");
    (serve(answering, Some(Arc::new(config))), folder)
}

#[test]
fn certificates_are_looked_at() {
    for (name, days, trusted, code, said) in [
        ("localhost", 90, true, None, "certificate for "),
        ("localhost", 90, false, Some("certificate-not-trusted"), "nobody that is known signed it"),
        ("other.example", 90, true, Some("certificate-not-trusted"), "it is for another host"),
        ("localhost", -2, true, Some("certificate-expired"), "expired on 20"),
        ("localhost", 5, true, Some("certificate-expires-soon"), "in 4 days"),
    ] {
        let (origin, folder) = certified(name, days, right);
        let (url, ca) = (origin + "/feed", folder.path().join("ca.pem").to_string_lossy().into_owned());
        let args = if trusted { vec![&*url, "--ca", &*ca] } else { vec![&*url] };
        doctor(&args).expect(i32::from(code.is_some()), &[said]);
        assert_eq!(codes(&doctor(&[&args[..], &["--json"]].concat())), Vec::from_iter(code), "{name} {days} {trusted}");
    }
    doctor(&["https://localhost/", "--ca", "none.pem"]).expect(2, &["none.pem"]);
}

#[test]
fn a_way_out_of_tls_is_told() {
    // Where to is said by the port of a server by plain HTTP, which the path names.
    let plain = serve(right, None);
    let port = plain.rsplit(':').next().expect("a port").to_owned();
    let (origin, folder) =
        certified("localhost", 90, |asked| to(301, &format!("http://127.0.0.1:{}/feed", asked.path.trim_start_matches('/'))));
    let ca = folder.path().join("ca.pem").to_string_lossy().into_owned();
    assert_eq!(codes(&doctor(&[&format!("{origin}/{port}"), "--ca", &ca, "--json"])), ["redirect-to-plain"]);
}

#[test]
fn a_whole_publication_is_looked_at_where_it_is_served() {
    let publication = Publication::with_config(CONFIG);
    (1..=6).for_each(|n| publication.item(n, &format!("The port of Belize reopens, part {n}")));
    let port = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a port").port();
    let served = CONFIG.replace("https://feeds.example.org/", &format!("http://127.0.0.1:{port}/"));
    // A copy at an old path says where it is now, which is no fault of it.
    let served = served + "[[moved]]\nfrom = 'belize'\nto = 'country/belize'\n";
    publication.write("feeds.toml", served);
    publication.run(&["doctor", "--all"]).expect(2, &["nothing was published yet"]);
    publication.build();
    let _serving = Serving::start_at(&publication, &format!("127.0.0.1:{port}"));
    let ran = publication.run(&["doctor", "--all", "--json"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    let all: Value = serde_json::from_str(&ran.out).expect("JSON");
    assert!(publication.exists("public/belize.rss"));
    assert_eq!(all.as_array().map(Vec::len), Some(publication.feeds().len() - 3));
    // Another file here than is served: the server is not told of what somebody else wrote.
    publication.write("public/all.rss", "<rss/>");
    let stale = publication.run(&["doctor", "--all", "--json"]);
    assert!(stale.code == 1 && stale.out.contains("stale-copy") && stale.out.contains("\"warning\""), "{stale:?}");
    let file = std::fs::File::options().write(true).open(publication.path("public/all.rss")).expect("a file");
    file.set_modified(std::time::SystemTime::now() - Duration::from_secs(7200)).expect("a time");
    publication.run(&["doctor", &format!("http://127.0.0.1:{port}/all.rss")]).expect(1, &["error[stale-copy]"]);
    publication.run(&["check", "--explain", "stale-copy"]).expect(0, &["stale-copy (error)", "mend: ", "RFC 9111"]);
}
