//! One set of requests for every server: `tidings serve`, and nginx, Caddy and Apache with what `tidings server-config` writes for them.
//!
//! What a server cannot do stands in [`DIFFERENCES`], and a difference that is none any more fails too. A server that is not installed is skipped,
//! and said; with `TIDINGS_TEST_SERVERS` in the environment that is a failure.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant, SystemTime};

use crate::serving::{Answer, Serving, request};
use crate::support::{CONFIG, Publication};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Server {
    Serve,
    Nginx,
    Caddy,
    Apache,
}

use Server::{Apache, Caddy, Nginx, Serve};

/// Which files there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Files {
    /// Only the plain ones; the server compresses on the way.
    Plain,
    /// Also gzip, br and zstd, below a base address with a path.
    Precompressed,
}

use Files::{Plain, Precompressed};

/// What a server cannot do: server, which files, rule. `docs/servers.md` says why.
const DIFFERENCES: &[(Server, Files, &str)] = &[
    // nginx: one weak tag for the plain and the compressed answer; the 304 says the strong one.
    (Nginx, Plain, "a coding has a tag of its own"),
    (Nginx, Plain, "a 304 has the tag of the 200"),
    (Nginx, Plain, "brotli"),
    (Nginx, Precompressed, "brotli"),
    // nginx: both conditions must say that nothing changed.
    (Nginx, Plain, "an old tag goes before a new date"),
    (Nginx, Precompressed, "an old tag goes before a new date"),
    // Caddy: one weak tag; no `Expires`; it follows links.
    (Caddy, Plain, "tags are strong"),
    (Caddy, Plain, "a coding has a tag of its own"),
    (Caddy, Plain, "if-match"),
    (Caddy, Plain, "brotli"),
    (Caddy, Plain, "expires"),
    (Caddy, Plain, "links are not followed"),
    (Caddy, Precompressed, "expires"),
    (Caddy, Precompressed, "links are not followed"),
    (Apache, Plain, "brotli"),
    // Apache, as nginx: both conditions must say that nothing changed.
    (Apache, Plain, "an old tag goes before a new date"),
    (Apache, Precompressed, "an old tag goes before a new date"),
];

/// Longer than most, since servers limit the names of what is called by it.
const HOST: &str = "feeds.communications.regional-programme.example.org";

type Rule = (&'static str, fn(&Site) -> Result<(), String>);

const RULES: &[Rule] = &[
    ("media types", media_types),
    ("tags are strong", tags_are_strong),
    ("last-modified", last_modified),
    ("304 by tag", not_modified_by_tag),
    ("304 by date", not_modified_by_date),
    ("a new tag goes before an old date", new_tag_before_date),
    ("an old tag goes before a new date", old_tag_before_date),
    ("a 304 is short and says how long", short_304),
    ("a 304 has the tag of the 200", tag_of_304),
    ("if-match", if_match),
    ("head", head),
    ("gzip", gzip),
    ("gzip only for those who take it", gzip_when_taken),
    ("no strong tag for two codings", no_strong_tag_for_two),
    ("a coding has a tag of its own", own_tag),
    ("brotli", brotli),
    ("cache-control", cache_control),
    ("expires", expires),
    ("cors", cors),
    ("preflight", preflight),
    ("link", link),
    ("hub", hub),
    ("index", index),
    ("301", moved),
    ("410", gone),
    ("404", missing),
    ("405", methods),
    ("traversal", traversal),
    ("links are not followed", links),
];

/// A server at work on a publication.
struct Site {
    publication: Publication,
    address: SocketAddr,
    base: &'static str,
    _running: Running,
}

enum Running {
    Ours { _serving: Serving },
    Other(Child),
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Running::Other(child) = self {
            // Asked in peace, since its workers are processes of their own.
            let _ = Command::new("kill").args(["-TERM", &child.id().to_string()]).status();
            let _ = child.wait();
        }
    }
}

impl Site {
    fn ask(&self, method: &str, path: &str, fields: &[(&str, &str)]) -> Answer {
        request(self.address, method, &format!("{}{path}", self.base), fields)
    }

    fn get(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.ask("GET", path, fields)
    }
}

#[test]
fn serve_conforms() {
    conforms(Serve);
}

#[test]
fn nginx_conforms() {
    conforms(Nginx);
}

#[test]
fn caddy_conforms() {
    conforms(Caddy);
}

#[test]
fn apache_conforms() {
    conforms(Apache);
}

fn conforms(server: Server) {
    let mut wrong = Vec::new();
    for files in [Plain, Precompressed] {
        let Some(site) = start(server, files) else {
            assert!(std::env::var_os("TIDINGS_TEST_SERVERS").is_none(), "{server:?} is not installed");
            eprintln!("skipped: {server:?} is not installed");
            return;
        };
        for (name, rule) in RULES {
            let is_known = DIFFERENCES.contains(&(server, files, name));
            match (rule(&site), is_known) {
                (Err(why), false) => wrong.push(format!("{files:?}, {name}: {why}")),
                (Ok(()), true) => wrong.push(format!("{files:?}, {name}: no difference any more")),
                _ => {}
            }
        }
    }
    assert!(wrong.is_empty(), "{server:?}:\n{}", wrong.join("\n"));
}

fn publication(files: Files) -> Publication {
    let config = CONFIG.replace("[topics.ports]", "[topics.ports]\nslug = 'harbours'");
    let (base, output) = match files {
        Plain => ("https://feeds.example.org/", ""),
        Precompressed => ("https://feeds.example.org/news/feeds/", "[output]\nprecompress = ['gzip', 'br', 'zstd']\n"),
    };
    let config = config.replace(
        "base-url = \"https://feeds.example.org/\"",
        &format!("base-url = \"{base}\"\nhub = [\"https://hub.example.org/\", \"self\"]"),
    );
    let moved = "[[moved]]\nfrom = 'topic/ports'\nto = 'topic/harbours'\nas = 'redirect'\n\
                 [[moved]]\nfrom = 'topic/vessels'\nto = 'topic/ships'\n[[moved]]\nfrom = 'desk/end'\n";
    let publication = Publication::with_config(&format!("{config}\n{output}{moved}"));
    (1..=12).for_each(|n| publication.item(n, &format!("The port of Belize reopens for a ship, part {n}")));
    publication.build();
    publication.write("public/data.json", "{\"plain\": true}");
    publication.write("public/price-index.html", "<p>What fish costs.</p>");
    publication.write("public/.hidden", "secret");
    #[cfg(unix)]
    std::os::unix::fs::symlink("../feeds.toml", publication.path("public/link.txt")).expect("a link");
    // Apache makes the tag of a file weak that changed in the second of the request.
    let old = SystemTime::now() - Duration::from_secs(60);
    for file in publication.files("public").iter().filter(|file| *file != "link.txt") {
        let file = std::fs::File::options().write(true).open(publication.path("public").join(file)).expect("a file");
        if file.metadata().and_then(|metadata| metadata.modified()).expect("a time") > old {
            file.set_modified(old).expect("a time");
        }
    }
    // Servers that are started by root read as somebody else.
    let _ = Command::new("chmod").arg("-R").arg("a+rX").arg(publication.path("")).status();
    publication
}

/// `None` where it is not installed.
fn start(server: Server, files: Files) -> Option<Site> {
    let base = if files == Plain { "/" } else { "/news/feeds/" };
    let program = match server {
        Serve => {
            let publication = publication(files);
            let serving = Serving::start(&publication, &[]);
            return Some(Site { address: serving.address, publication, base, _running: Running::Ours { _serving: serving } });
        }
        Nginx => find(&["nginx"])?,
        Caddy => find(&["caddy"])?,
        Apache => find(&["apache2", "httpd"]).filter(|_| PathBuf::from(APACHE_MODULES).is_dir())?,
    };
    let publication = publication(files);
    let address = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a free port");
    let kind = format!("{server:?}").to_lowercase();
    let file = publication.path("server.conf").to_string_lossy().into_owned();
    let (listen, hub) = (address.to_string(), hub_that_refuses().to_string());
    let place = ["--listen", &listen, "--server-name", HOST, "--hub", &hub, "--output", &file];
    publication.run(&[&["server-config", &*kind][..], &place].concat()).expect(0, &[]);
    let mut command = Command::new(program);
    let frame = publication.path("frame.conf");
    match server {
        Nginx => command.arg("-c").arg(&frame).args(["-g", "daemon off;"]),
        Caddy => command.args(["run", "--adapter", "caddyfile", "--config"]).arg(&frame),
        _ => command.arg("-f").arg(&frame).arg("-DFOREGROUND"),
    };
    publication.write("frame.conf", frame_of(server, &publication, &file));
    let log = std::fs::File::create(publication.path("server.log")).expect("a log");
    command.stdout(Stdio::null()).stderr(log).env("HOME", publication.path("")).env("XDG_CONFIG_HOME", publication.path(""));
    let mut child = command.spawn().expect("it starts");
    let start = Instant::now();
    while TcpStream::connect(address).is_err() {
        let ended = child.try_wait().expect("its state").is_some() || start.elapsed() > Duration::from_secs(20);
        assert!(!ended, "{server:?} does not answer:\n{}", publication.read("server.log"));
        std::thread::sleep(Duration::from_millis(20));
    }
    Some(Site { publication, address, base, _running: Running::Other(child) })
}

/// Takes for a hub what says the one thing that no server of documents says, and to those who would read that one posts here, as `tidings hub` does.
fn hub_that_refuses() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("its address");
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let mut begin = [0; 4096];
            let length = stream.read(&mut begin).unwrap_or_default();
            let says = match begin[..length].starts_with(b"GET ") {
                true => "405 Method Not Allowed\r\nAllow: POST",
                false => "415 Unsupported Media Type",
            };
            let _ = stream.write_all(format!("HTTP/1.1 {says}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n").as_bytes());
        }
    });
    address
}

fn find(names: &[&str]) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders: Vec<PathBuf> = std::env::split_paths(&path).chain(["/usr/sbin".into(), "/usr/local/sbin".into()]).collect();
    names.iter().flat_map(|name| folders.iter().map(move |folder| folder.join(name))).find(|file| file.is_file())
}

const APACHE_MODULES: &str = "/usr/lib/apache2/modules";

/// What stands around the configuration on a whole server.
fn frame_of(server: Server, publication: &Publication, file: &str) -> String {
    let root = publication.path("").to_string_lossy().trim_end_matches('/').to_owned();
    match server {
        Nginx => {
            let temp = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map(|name| format!("{name}_temp_path {root}/{name};"));
            format!(
                "worker_processes 1;\npid {root}/pid;\nerror_log stderr;\nevents {{ }}\nhttp {{\naccess_log off;\n{}\ninclude {file};\n}}\n",
                temp.join("\n")
            )
        }
        Caddy => format!("{{\n\tadmin off\n\tauto_https off\n}}\nimport {file}\n"),
        _ => {
            let modules = [
                "mpm_event",
                "authz_core",
                "mime",
                "dir",
                "alias",
                "headers",
                "expires",
                "filter",
                "deflate",
                "rewrite",
                "setenvif",
                "proxy",
                "proxy_http",
            ];
            let modules = modules.map(|name| format!("LoadModule {name}_module {APACHE_MODULES}/mod_{name}.so\n")).concat();
            format!(
                "ServerRoot {root}\nPidFile {root}/pid\nErrorLog {root}/server.log\nServerName localhost\n{modules}TypesConfig /dev/null\n\
                 <IfModule unixd_module>\nUser www-data\nGroup www-data\n</IfModule>\nStartServers 1\nInclude {file}\n"
            )
        }
    }
}

/// What is wrong, unless it holds.
macro_rules! hold {
    ($holds:expr, $($arg:tt)*) => {
        if !$holds {
            return Err(format!($($arg)*));
        }
    };
}

const TYPES: &[(&str, &str)] = &[
    ("all.rss", "application/rss+xml; charset=utf-8"),
    ("all.atom", "application/atom+xml; charset=utf-8"),
    ("country/belize.json", "application/feed+json"),
    ("country/belize.html", "text/html; charset=utf-8"),
    ("feeds.opml", "text/x-opml; charset=utf-8"),
    ("data.json", "application/json"),
];

const GZIP: (&str, &str) = ("Accept-Encoding", "gzip");

/// A header that must be there.
fn said(answer: &Answer, name: &str) -> Result<String, String> {
    answer.field(name).map(str::to_owned).ok_or_else(|| format!("no `{name}`:\n{}", answer.head))
}

/// All lines of a header.
fn all(answer: &Answer, name: &str) -> String {
    let lines = answer.head.lines().filter_map(|line| line.split_once(": ")).filter(|(own, _)| own.eq_ignore_ascii_case(name));
    lines.map(|(_, value)| value).collect::<Vec<_>>().join(", ")
}

fn is_strong(tag: &str) -> bool {
    tag.starts_with('"')
}

fn media_types(site: &Site) -> Result<(), String> {
    for (path, expected) in TYPES {
        for fields in [&[][..], &[GZIP]] {
            let answer = site.get(path, fields);
            let own = said(&answer, "content-type")?;
            hold!(answer.status == 200 && own.eq_ignore_ascii_case(expected), "{path}: {} {own}", answer.status);
        }
    }
    Ok(())
}

fn tags_are_strong(site: &Site) -> Result<(), String> {
    for (path, _) in TYPES {
        let tag = said(&site.get(path, &[]), "etag")?;
        hold!(is_strong(&tag), "{path}: {tag}");
    }
    Ok(())
}

fn last_modified(site: &Site) -> Result<(), String> {
    let modified = std::fs::metadata(site.publication.path("public/all.rss")).and_then(|metadata| metadata.modified()).expect("a time");
    let modified = httpdate(modified);
    for fields in [&[][..], &[GZIP]] {
        let own = said(&site.get("all.rss", fields), "last-modified")?;
        hold!(own == modified, "{own}, and the file is of {modified}");
    }
    Ok(())
}

fn httpdate(time: SystemTime) -> String {
    chrono::DateTime::<chrono::Utc>::from(time).format("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

fn not_modified_by_tag(site: &Site) -> Result<(), String> {
    for coding in ["identity", "gzip"] {
        let accept = ("Accept-Encoding", coding);
        for path in ["all.atom", "country/belize.json", ""] {
            let tag = said(&site.get(path, &[accept]), "etag")?;
            let opaque = tag.trim_start_matches("W/");
            for list in [tag.clone(), format!("\"other\", {tag}"), format!("W/{opaque}"), "*".to_owned()] {
                let answer = site.get(path, &[accept, ("If-None-Match", &list)]);
                hold!(answer.status == 304, "{path}, {coding}, {list}: {}", answer.status);
            }
            let answer = site.get(path, &[accept, ("If-None-Match", "\"other\"")]);
            hold!(answer.status == 200, "{path}, {coding}, another tag: {}", answer.status);
        }
    }
    Ok(())
}

fn not_modified_by_date(site: &Site) -> Result<(), String> {
    for fields in [&[][..], &[GZIP]] {
        let modified = said(&site.get("all.rss", fields), "last-modified")?;
        for (since, status) in [(&*modified, 304), ("Mon, 01 Jan 2001 00:00:00 GMT", 200)] {
            let answer = site.get("all.rss", &[fields, &[("If-Modified-Since", since)]].concat());
            hold!(answer.status == status, "{since}: {}", answer.status);
        }
    }
    Ok(())
}

fn new_tag_before_date(site: &Site) -> Result<(), String> {
    let modified = said(&site.get("all.rss", &[GZIP]), "last-modified")?;
    let answer = site.get("all.rss", &[GZIP, ("If-None-Match", "\"other\""), ("If-Modified-Since", &modified)]);
    hold!(answer.status == 200, "{}", answer.status);
    Ok(())
}

fn old_tag_before_date(site: &Site) -> Result<(), String> {
    let tag = said(&site.get("all.rss", &[GZIP]), "etag")?;
    let answer = site.get("all.rss", &[GZIP, ("If-None-Match", &tag), ("If-Modified-Since", "Mon, 01 Jan 2001 00:00:00 GMT")]);
    hold!(answer.status == 304, "{}", answer.status);
    Ok(())
}

fn short_304(site: &Site) -> Result<(), String> {
    for fields in [&[][..], &[GZIP]] {
        let tag = said(&site.get("all.rss", fields), "etag")?;
        let answer = site.get("all.rss", &[fields, &[("If-None-Match", &tag)]].concat());
        hold!(answer.status == 304 && answer.body.is_empty() && answer.field("content-encoding").is_none(), "{}", answer.head);
        hold!(all(&answer, "cache-control").contains("max-age=3600"), "{}", answer.head);
        hold!(all(&answer, "vary").matches("Accept-Encoding").count() == 1, "{}", answer.head);
        hold!(all(&answer, "access-control-allow-origin") == "*", "{}", answer.head);
    }
    Ok(())
}

fn tag_of_304(site: &Site) -> Result<(), String> {
    for fields in [&[][..], &[GZIP]] {
        let tag = said(&site.get("all.rss", fields), "etag")?;
        let own = said(&site.get("all.rss", &[fields, &[("If-None-Match", &tag)]].concat()), "etag")?;
        hold!(own == tag, "{own} for {tag}");
    }
    Ok(())
}

fn if_match(site: &Site) -> Result<(), String> {
    let tag = said(&site.get("all.rss", &[]), "etag")?;
    for (list, status) in [("\"other\"", 412), (&*tag, 200)] {
        let answer = site.get("all.rss", &[("If-Match", list)]);
        hold!(answer.status == status, "{list}: {}", answer.status);
    }
    Ok(())
}

fn head(site: &Site) -> Result<(), String> {
    for fields in [&[][..], &[GZIP]] {
        let (get, head) = (site.get("all.rss", fields), site.ask("HEAD", "all.rss", fields));
        hold!(head.status == 200 && head.body.is_empty(), "{}", head.head);
        for name in ["etag", "last-modified", "content-type", "content-encoding", "cache-control", "link"] {
            hold!(head.field(name) == get.field(name), "`{name}`:\n{}\n{}", head.head, get.head);
        }
    }
    Ok(())
}

/// The body, whatever frames it.
fn body(answer: &Answer) -> Vec<u8> {
    if !all(answer, "transfer-encoding").contains("chunked") {
        return answer.body.clone();
    }
    let (mut rest, mut whole) = (&answer.body[..], Vec::new());
    while let Some(end) = rest.windows(2).position(|window| window == b"\r\n") {
        let length = usize::from_str_radix(&String::from_utf8_lossy(&rest[..end]), 16).expect("a length");
        whole.extend_from_slice(&rest[end + 2..end + 2 + length]);
        rest = &rest[end + 4 + length..];
    }
    whole
}

fn gzip(site: &Site) -> Result<(), String> {
    for path in ["all.rss", "all.atom", "country/belize.json", "index.html"] {
        let plain = std::fs::read(site.publication.path(&format!("public/{path}"))).expect("a file");
        let answer = site.get(path, &[GZIP]);
        hold!(answer.field("content-encoding") == Some("gzip"), "{path}:\n{}", answer.head);
        let mut whole = Vec::new();
        let read = flate2::read::GzDecoder::new(&*body(&answer)).read_to_end(&mut whole);
        hold!(read.is_ok() && whole == plain, "{path}: {} bytes instead of {}", whole.len(), plain.len());
        for answer in [answer, site.get(path, &[])] {
            hold!(all(&answer, "vary").contains("Accept-Encoding"), "{path}:\n{}", answer.head);
        }
    }
    Ok(())
}

fn gzip_when_taken(site: &Site) -> Result<(), String> {
    let plain = site.publication.read("public/all.rss").into_bytes();
    for accept in ["identity", "gzip;q=0", "deflate"] {
        let answer = site.get("all.rss", &[("Accept-Encoding", accept)]);
        hold!(answer.field("content-encoding").is_none() && body(&answer) == plain, "{accept}:\n{}", answer.head);
    }
    Ok(())
}

fn no_strong_tag_for_two(site: &Site) -> Result<(), String> {
    for path in ["all.rss", "country/belize.json", "index.html"] {
        let (plain, coded) = (said(&site.get(path, &[]), "etag")?, said(&site.get(path, &[GZIP]), "etag")?);
        hold!(plain != coded || !is_strong(&plain), "{path}: {plain} for both");
    }
    Ok(())
}

fn own_tag(site: &Site) -> Result<(), String> {
    let (plain, coded) = (said(&site.get("all.rss", &[]), "etag")?, said(&site.get("all.rss", &[GZIP]), "etag")?);
    hold!(is_strong(&coded) && plain != coded, "{plain} and {coded}");
    let answer = site.get("all.rss", &[("If-None-Match", &coded)]);
    hold!(answer.status == 200, "the plain one is taken for the compressed one");
    Ok(())
}

fn brotli(site: &Site) -> Result<(), String> {
    for coding in ["br", "zstd"] {
        let answer = site.get("all.rss", &[("Accept-Encoding", coding)]);
        hold!(answer.field("content-encoding") == Some(coding), "{coding}:\n{}", answer.head);
        let tag = said(&answer, "etag")?;
        let again = site.get("all.rss", &[("Accept-Encoding", coding), ("If-None-Match", &tag)]);
        hold!(again.status == 304, "{coding}: {}", again.status);
    }
    let answer = site.get("all.rss", &[("Accept-Encoding", "gzip, deflate, br, zstd")]);
    hold!(answer.field("content-encoding") == Some("br"), "{}", answer.head);
    Ok(())
}

fn cache_control(site: &Site) -> Result<(), String> {
    for path in ["all.rss", "country/belize.json", ""] {
        let own = all(&site.get(path, &[]), "cache-control");
        hold!(own.contains("public") && own.contains("max-age=3600"), "{path}: {own}");
    }
    Ok(())
}

fn expires(site: &Site) -> Result<(), String> {
    let answer = site.get("all.rss", &[]);
    let date = |name| chrono::DateTime::parse_from_rfc2822(&said(&answer, name)?).map_err(|error| error.to_string());
    let seconds = (date("expires")? - date("date")?).num_seconds();
    hold!(seconds.abs_diff(3600) <= 1, "{seconds} s");
    Ok(())
}

fn cors(site: &Site) -> Result<(), String> {
    for path in ["all.rss", "none.rss"] {
        let answer = site.get(path, &[("Origin", "https://reader.example")]);
        hold!(all(&answer, "access-control-allow-origin") == "*", "{path}:\n{}", answer.head);
        hold!(all(&answer, "access-control-expose-headers").contains("ETag"), "{path}:\n{}", answer.head);
        hold!(all(&answer, "x-content-type-options") == "nosniff", "{path}:\n{}", answer.head);
    }
    Ok(())
}

fn preflight(site: &Site) -> Result<(), String> {
    let answer = site.ask("OPTIONS", "all.rss", &[("Origin", "https://reader.example"), ("Access-Control-Request-Method", "GET")]);
    hold!(matches!(answer.status, 200 | 204), "{}", answer.head);
    hold!(all(&answer, "access-control-allow-headers").contains("If-None-Match"), "{}", answer.head);
    hold!(all(&answer, "access-control-allow-methods").contains("GET"), "{}", answer.head);
    Ok(())
}

fn link(site: &Site) -> Result<(), String> {
    let base = format!("https://feeds.example.org{}", site.base);
    let hubs = format!(", <https://hub.example.org/>; rel=\"hub\", <{base}hub>; rel=\"hub\"");
    let hub = hubs.as_str();
    // Hubs are told of feeds, not of pages.
    let paths = [
        ("all.rss", "all.rss", hub),
        ("country/belize.json", "country/belize.json", hub),
        ("", "", ""),
        ("country/belize.html", "country/belize.html", ""),
        // No page of a folder, though it ends as those do.
        ("price-index.html", "price-index.html", ""),
        ("topic/vessels.atom", "topic/ships.atom", hub),
    ];
    for (path, own, hub) in paths {
        for fields in [&[][..], &[GZIP]] {
            let link = all(&site.get(path, fields), "link");
            hold!(link == format!("<{base}{own}>; rel=\"self\"{hub}"), "{path}: {link}");
        }
    }
    Ok(())
}

fn hub(site: &Site) -> Result<(), String> {
    let answer = site.ask("POST", "hub", &[("Content-Type", "text/plain"), ("Content-Length", "0")]);
    hold!(answer.status == 415, "{}", answer.head);
    // It is no document.
    let read = site.get("hub", &[]);
    hold!(read.status == 405 && all(&read, "allow") == "POST", "{}", read.head);
    for name in ["link", "expires"] {
        hold!(answer.field(name).is_none() && read.field(name).is_none(), "`{name}`:\n{}\n{}", answer.head, read.head);
    }
    hold!(site.ask("POST", "hub/", &[]).status != 415, "more than the hub's own address is passed on");
    Ok(())
}

fn index(site: &Site) -> Result<(), String> {
    for path in ["", "index.html"] {
        let answer = site.get(path, &[]);
        hold!(
            answer.status == 200 && body(&answer) == site.publication.read("public/index.html").into_bytes(),
            "{path}: {}",
            answer.status
        );
        hold!(said(&answer, "content-type")? == "text/html; charset=utf-8", "{}", answer.head);
    }
    Ok(())
}

fn moved(site: &Site) -> Result<(), String> {
    for extension in ["rss", "atom", "json", "html"] {
        let answer = site.get(&format!("topic/ports.{extension}"), &[]);
        let to = format!("https://feeds.example.org{}topic/harbours.{extension}", site.base);
        hold!(answer.status == 301 && said(&answer, "location")? == to, "{}", answer.head);
        hold!(all(&answer, "cache-control").contains("max-age=3600"), "{}", answer.head);
    }
    Ok(())
}

fn gone(site: &Site) -> Result<(), String> {
    for path in ["desk/end.rss", "desk/end.html", "desk/end.atom"] {
        let answer = site.get(path, &[]);
        hold!(answer.status == 410, "{path}: {}", answer.status);
        hold!(all(&answer, "cache-control").contains("max-age=3600"), "{}", answer.head);
    }
    for path in ["desk/end.exe", "desk/end-2.rss", "a/desk/end.rss", "topic/desk/end.rss", "a/b/desk/end.rss"] {
        hold!(site.get(path, &[]).status == 404, "{path} is gone");
    }
    Ok(())
}

fn missing(site: &Site) -> Result<(), String> {
    for path in ["none.rss", "country/none.html", ".hidden", "_redirects", "all", "country", "country/", "es/country"] {
        let answer = site.get(path, &[("Accept", "text/html")]);
        hold!(answer.status == 404, "{path}: {}", answer.status);
        // Whatever folder was asked for, its links lead somewhere.
        let text = answer.text();
        let links = text.split(" href=").skip(1).map(|rest| rest.trim_start_matches(['"', '\'']));
        hold!(text.contains("There is no such page"), "{path}:\n{text}");
        hold!(links.clone().count() > 0 && links.clone().all(|link| link.starts_with(site.base)), "{path}:\n{text}");
        hold!(all(&answer, "cache-control") == "no-store", "{path}:\n{}", answer.head);
        hold!(answer.field("link").is_none(), "{path}:\n{}", answer.head);
    }
    Ok(())
}

fn methods(site: &Site) -> Result<(), String> {
    for method in ["POST", "PUT", "DELETE", "PATCH", "BREW", "TRACE"] {
        let answer = site.ask(method, "all.rss", &[]);
        hold!(answer.status == 405, "{method}: {}", answer.status);
        // TRACE is refused before anything is looked at.
        hold!(method == "TRACE" || all(&answer, "allow").contains("GET, HEAD"), "{method}:\n{}", answer.head);
    }
    Ok(())
}

fn traversal(site: &Site) -> Result<(), String> {
    for target in [
        "../feeds.toml",
        "country/../../feeds.toml",
        "%2e%2e/feeds.toml",
        "%2E%2e%2ffeeds.toml",
        "..%2ffeeds.toml",
        "..%252ffeeds.toml",
        "%252e%252e/feeds.toml",
        "..%5cfeeds.toml",
        "%c0%ae%c0%ae/feeds.toml",
        "all.rss%00.html",
        "all.rss%0d%0aX-Forged:%201",
        "link.txt/../feeds.toml",
        "/etc/passwd",
    ] {
        let answer = site.get(target, &[]);
        hold!((400..500).contains(&answer.status), "{target}: {}", answer.status);
        hold!(answer.field("x-forged").is_none() && !answer.text().contains("id-authority"), "{target}:\n{}", answer.head);
    }
    Ok(())
}

fn links(site: &Site) -> Result<(), String> {
    let answer = site.get("link.txt", &[]);
    hold!((400..500).contains(&answer.status), "{}", answer.status);
    Ok(())
}
