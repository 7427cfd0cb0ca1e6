//! An object store in memory that speaks as much of S3, or of Google Cloud Storage, as is asked of it, remembers every request, and misbehaves as the test says.
//!
//! It checks no signatures; the servers that do are in `storing`. Of Google's it does what the documentation of its XML API says: puts go by the number of a
//! generation, objects in gzip come unpacked to whoever does not take gzip, objects are deleted one by one.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::io::{BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::Command;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use crate::listener::{self, Request};

/// What a key and its secret are in these tests.
pub const KEY: &str = "AKIATIDINGSTEST";
pub const SECRET: &str = "very/secret+of-the-tests";

/// The account that every copy of Azurite has, and its key, which everybody knows.
pub const ACCOUNT: &str = "devstoreaccount1";
pub const ACCOUNT_KEY: &str = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

/// The bucket and what all names in it begin with.
pub const URL: &str = "s3://news/feeds";
const PREFIX: &str = "feeds/";

/// The stores that there are, as the tests reach them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    S3,
    Google,
    Azure,
}

thread_local! {
    static KIND: Cell<Kind> = const { Cell::new(Kind::S3) };
}

impl Kind {
    /// The one that this test is about.
    pub fn now() -> Self {
        KIND.get()
    }

    /// Goes through a scenario with another store than S3.
    #[cfg(any(feature = "gcs", feature = "azure"))]
    pub fn through(self, scenario: impl FnOnce()) {
        struct Back(Kind);
        impl Drop for Back {
            fn drop(&mut self) {
                KIND.set(self.0);
            }
        }
        let _back = Back(KIND.replace(self));
        scenario();
    }

    pub fn url(self) -> &'static str {
        match self {
            Kind::S3 => URL,
            Kind::Google => "gs://news/feeds",
            Kind::Azure => "az://news/feeds",
        }
    }

    /// What metadata of our own begins with in a header.
    pub fn meta(self) -> &'static str {
        match self {
            Kind::S3 => "x-amz-meta-",
            Kind::Google => "x-goog-meta-",
            Kind::Azure => "x-ms-meta-",
        }
    }

    /// What the environment says of a store.
    pub fn reaching(self, mut command: Command, endpoint: &str) -> Command {
        let is_of_stores = |name: &str| ["AWS_", "GOOGLE_", "AZURE_", "AZURITE_", "SERVICE_ACCOUNT"].iter().any(|of| name.starts_with(of));
        let names = std::env::vars_os().map(|(name, _)| name).filter(|name| is_of_stores(&name.to_string_lossy()));
        names.for_each(|name| _ = command.env_remove(name));
        let all: &[(&str, &str)] = match self {
            Kind::S3 => &[
                ("AWS_ACCESS_KEY_ID", KEY),
                ("AWS_SECRET_ACCESS_KEY", SECRET),
                ("AWS_REGION", "us-east-1"),
                ("AWS_ENDPOINT", endpoint),
                ("AWS_ALLOW_HTTP", "true"),
            ],
            Kind::Google => &[("GOOGLE_BEARER_TOKEN", SECRET), ("GOOGLE_BASE_URL", endpoint), ("GOOGLE_ALLOW_HTTP", "true")],
            Kind::Azure => &[
                ("AZURE_STORAGE_ACCOUNT_NAME", ACCOUNT),
                ("AZURE_STORAGE_ACCOUNT_KEY", ACCOUNT_KEY),
                ("AZURE_STORAGE_ENDPOINT", endpoint),
                ("AZURE_ALLOW_HTTP", "true"),
            ],
        };
        command.envs(all.iter().copied());
        command
    }
}

/// What becomes of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    None,
    /// It is answered so, and not done.
    Status(u16),
    /// It is done, and the answer ends in the middle.
    CutOff,
    /// It is done, and the connection ends without an answer.
    Lost,
    /// The connection ends, and it is not done.
    Refused,
    /// It is done after so many milliseconds.
    Slow(u64),
}

/// An object with the head of the request that put it.
#[derive(Clone, Debug)]
pub struct Object {
    pub bytes: Vec<u8>,
    pub tag: String,
    /// Which put it was, of all that there ever were.
    generation: usize,
    pub put: Request,
}

/// What was asked: `PUT all.rss`, `GET all.rss`, `LIST`, `DELETE a b`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    pub what: String,
    /// The condition in the words of S3, such as `if-match: "x"`.
    pub condition: Option<String>,
}

type Faults = Box<dyn FnMut(&str) -> Fault + Send>;

struct State {
    kind: Kind,
    objects: BTreeMap<String, Object>,
    asked: Vec<Asked>,
    faults: Faults,
    /// Whether conditions are honoured.
    honours: bool,
    puts: usize,
}

/// A store that lives as long as the test.
#[derive(Clone)]
pub struct Bucket {
    port: u16,
    state: Arc<Mutex<State>>,
}

impl Bucket {
    /// Of the kind that the test is about.
    pub fn new() -> Self {
        let kind = Kind::now();
        assert!(kind != Kind::Azure, "it does not speak that");
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let (objects, asked) = (BTreeMap::new(), Vec::new());
        let state = State { kind, objects, asked, faults: Box::new(|_| Fault::None), honours: true, puts: 1_519_905_600 };
        let bucket = Bucket { port, state: Arc::new(Mutex::new(state)) };
        let server = bucket.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let server = server.clone();
                std::thread::spawn(move || server.serve(&stream));
            }
        });
        bucket
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no panic")
    }

    pub fn endpoint(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// What goes wrong from now on, by what is asked.
    pub fn fails(&self, faults: impl FnMut(&str) -> Fault + Send + 'static) {
        self.state().faults = Box::new(faults);
    }

    pub fn works(&self) {
        self.fails(|_| Fault::None);
    }

    pub fn ignores_conditions(&self) {
        self.state().honours = false;
    }

    /// What was asked since this was asked last.
    pub fn take(&self) -> Vec<Asked> {
        std::mem::take(&mut self.state().asked)
    }

    /// The names of what was put, in order, since this was asked last.
    pub fn puts(&self) -> Vec<String> {
        self.take().into_iter().filter_map(|asked| Some(asked.what.strip_prefix("PUT ")?.to_owned())).collect()
    }

    /// What somebody else does.
    pub fn put(&self, name: &str, bytes: &str) {
        self.state().put(
            name,
            bytes.as_bytes().to_vec(),
            Request { method: "PUT".into(), target: String::new(), head: String::new(), body: vec![], number: 0 },
        );
    }

    pub fn remove(&self, name: &str) {
        self.state().objects.remove(name);
    }

    pub fn object(&self, name: &str) -> Object {
        self.state().objects.get(name).unwrap_or_else(|| panic!("there is no `{name}`")).clone()
    }

    pub fn text(&self, name: &str) -> String {
        String::from_utf8(self.object(name).bytes).expect("UTF-8")
    }

    /// Every document by name, without what is the program's own.
    pub fn documents(&self) -> BTreeMap<String, Vec<u8>> {
        let state = self.state();
        let all = state.objects.iter().filter(|(name, _)| !name.starts_with(".tidings/"));
        all.map(|(name, object)| (name.clone(), object.bytes.clone())).collect()
    }

    fn serve(&self, stream: &TcpStream) {
        let mut reader = BufReader::new(stream);
        while let Some(request) = listener::read(&mut reader) {
            let fault = self.state().note(&request);
            let answer = match fault {
                Fault::Refused => return,
                Fault::Status(status) => error(status, "InternalError"),
                Fault::Slow(milliseconds) => {
                    std::thread::sleep(Duration::from_millis(milliseconds));
                    self.state().answer(&request)
                }
                _ => self.state().answer(&request),
            };
            let mut stream = stream;
            let end = match fault {
                Fault::Lost => return,
                Fault::CutOff => answer.len() - (answer.len() - head_length(&answer)).div_ceil(2).max(1),
                _ => answer.len(),
            };
            if stream.write_all(&answer[..end]).is_err() || end < answer.len() {
                return;
            }
        }
    }
}

impl State {
    fn note(&mut self, request: &Request) -> Fault {
        let what = what(request);
        let fault = (self.faults)(&what);
        let condition = match request.field(GENERATION) {
            Some("0") => Some("if-none-match: *".to_owned()),
            Some(number) => {
                let named = self.objects.values().find(|object| object.generation.to_string() == number);
                Some(format!("if-match: {}", named.map_or("what never stood", |object| &object.tag)))
            }
            None => ["if-match", "if-none-match"].iter().find_map(|name| Some(format!("{name}: {}", request.field(name)?))),
        };
        self.asked.push(Asked { what, condition });
        fault
    }

    fn answer(&mut self, request: &Request) -> Vec<u8> {
        let name = name(request);
        if self.kind == Kind::Google && request.field("authorization") != Some(&format!("Bearer {SECRET}")) {
            return error(401, "AuthenticationRequired");
        }
        match (request.method.as_str(), name) {
            ("GET", None) => self.list(request),
            ("POST", None) => {
                let names = deleted(request);
                names.iter().for_each(|name| drop(self.objects.remove(name)));
                let rows: String = names.iter().map(|name| format!("<Deleted><Key>{PREFIX}{name}</Key></Deleted>")).collect();
                answer("200 OK", "", format!("<?xml version=\"1.0\"?><DeleteResult>{rows}</DeleteResult>").as_bytes())
            }
            ("PUT", Some(name)) => match self.refuses(&name, request) {
                true => error(412, "PreconditionFailed"),
                false => {
                    self.put(&name, request.body.clone(), request.clone());
                    answer("200 OK", &self.told(&self.objects[&name]), b"")
                }
            },
            ("GET", Some(name)) => match self.objects.get(&name) {
                None => error(404, "NoSuchKey"),
                Some(object) if request.field("if-none-match") == Some(&object.tag) => answer("304 Not Modified", "", b""),
                Some(object) => {
                    let fields = format!("{}Last-Modified: Thu, 01 Mar 2018 12:00:00 GMT\r\n", self.told(object));
                    let is_packed = object.put.field("content-encoding") == Some("gzip");
                    match self.kind == Kind::Google && is_packed && request.field("accept-encoding") != Some("gzip") {
                        true => unpacked(&fields, &object.bytes),
                        false => answer("200 OK", &fields, &object.bytes),
                    }
                }
            },
            ("DELETE", Some(name)) if self.kind == Kind::Google => match self.objects.remove(&name) {
                Some(_) => answer("204 No Content", "", b""),
                None => error(404, "NoSuchKey"),
            },
            _ => error(405, "MethodNotAllowed"),
        }
    }

    /// What an answer tells of an object.
    fn told(&self, object: &Object) -> String {
        let generation = format!("x-goog-generation: {}\r\n", object.generation);
        format!("ETag: {}\r\n{}", object.tag, if self.kind == Kind::Google { generation } else { String::new() })
    }

    fn refuses(&self, name: &str, request: &Request) -> bool {
        if self.kind == Kind::Google {
            // A put cannot go by an entity tag there, and says so.
            let generation = self.objects.get(name).map_or(0, |object| object.generation);
            let is_other = request.field(GENERATION).is_some_and(|number| number != generation.to_string());
            return request.field("if-match").is_some() || self.honours && is_other;
        }
        let stands = self.objects.get(name).map(|object| object.tag.as_str());
        let is_other = request.field("if-match").is_some_and(|tag| stands != Some(tag));
        self.honours && (is_other || request.field("if-none-match") == Some("*") && stands.is_some())
    }

    /// Each put has a tag of its own, as with stores that encrypt; Google's goes by the bytes.
    fn put(&mut self, name: &str, bytes: Vec<u8>, put: Request) {
        self.puts += 1;
        let tag = match self.kind {
            Kind::Google => format!("\"{}\"", &blake3::hash(&bytes).to_hex()[..32]),
            _ => format!("\"{:032x}\"", self.puts),
        };
        self.objects.insert(name.to_owned(), Object { bytes, tag, generation: self.puts, put });
    }

    /// Five objects a page, so that there are several.
    fn list(&self, request: &Request) -> Vec<u8> {
        let after = request.query("continuation-token").unwrap_or_default();
        let rest: Vec<(&String, &Object)> = self.objects.iter().filter(|(name, _)| **name > after).collect();
        let page = &rest[..rest.len().min(5)];
        let rows: String = page
            .iter()
            .map(|(name, object)| {
                let (tag, size) = (object.tag.replace('"', "&quot;"), object.bytes.len());
                format!("<Contents><Key>{PREFIX}{name}</Key><LastModified>2018-03-01T12:00:00.000Z</LastModified><ETag>{tag}</ETag><Size>{size}</Size></Contents>")
            })
            .collect();
        let next = match page.last().filter(|_| page.len() < rest.len()) {
            Some((name, _)) => format!("<IsTruncated>true</IsTruncated><NextContinuationToken>{name}</NextContinuationToken>"),
            None => "<IsTruncated>false</IsTruncated>".to_owned(),
        };
        let xml = format!("<?xml version=\"1.0\"?><ListBucketResult><Name>news</Name>{next}{rows}</ListBucketResult>");
        answer("200 OK", "Content-Type: application/xml\r\n", xml.as_bytes())
    }
}

/// On which a put may depend with Google; 0 is that of nothing.
const GENERATION: &str = "x-goog-if-generation-match";

/// The object's name, where the request is about one. To Google each sign but letters and digits is written by its number.
fn name(request: &Request) -> Option<String> {
    let path = request.target.split('?').next().unwrap_or_default();
    let key = path.strip_prefix("/news/")?;
    let plain = url::form_urlencoded::parse(format!("key={}", key.replace('+', "%2B")).as_bytes()).next()?.1.into_owned();
    plain.strip_prefix(PREFIX).map(str::to_owned)
}

fn what(request: &Request) -> String {
    match (request.method.as_str(), name(request)) {
        ("GET", None) => "LIST".to_owned(),
        ("POST", None) => format!("DELETE {}", deleted(request).join(" ")),
        (method, name) => format!("{method} {}", name.unwrap_or_default()),
    }
}

/// The names in a request to delete.
fn deleted(request: &Request) -> Vec<String> {
    let text = String::from_utf8_lossy(&request.body).into_owned();
    let keys = text.split("<Key>").skip(1).filter_map(|rest| rest.split("</Key>").next());
    keys.filter_map(|key| Some(key.strip_prefix(PREFIX)?.to_owned())).collect()
}

fn error(status: u16, code: &str) -> Vec<u8> {
    // As S3 does where a signature is wrong: the request is told back.
    let xml =
        format!("<?xml version=\"1.0\"?><Error><Code>{code}</Code><Message>no</Message><AWSAccessKeyId>{KEY}</AWSAccessKeyId></Error>");
    answer(&format!("{status} No"), "", xml.as_bytes())
}

fn answer(status: &str, fields: &str, body: &[u8]) -> Vec<u8> {
    let mut all = format!("HTTP/1.1 {status}\r\n{fields}Content-Length: {}\r\n\r\n", body.len()).into_bytes();
    all.extend_from_slice(body);
    all
}

/// Nobody knows the length of it before it is sent.
fn unpacked(fields: &str, bytes: &[u8]) -> Vec<u8> {
    let mut plain = Vec::new();
    flate2::read::GzDecoder::new(bytes).read_to_end(&mut plain).expect("gzip");
    let mut all = format!("HTTP/1.1 200 OK\r\n{fields}Transfer-Encoding: chunked\r\n\r\n{:x}\r\n", plain.len()).into_bytes();
    all.extend_from_slice(&plain);
    all.extend_from_slice(b"\r\n0\r\n\r\n");
    all
}

fn head_length(answer: &[u8]) -> usize {
    answer.windows(4).position(|window| window == b"\r\n\r\n").map_or(0, |at| at + 4)
}
