//! Somebody on this machine who is asked over HTTP: remembers every request, answers as the test says.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// More than anything here may take.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// A request as it came.
#[derive(Clone, Debug)]
pub struct Request {
    pub method: String,
    pub target: String,
    pub head: String,
    pub body: Vec<u8>,
    /// How many were there before.
    pub number: usize,
}

/// One who listens as long as the test runs.
pub struct Listener {
    port: u16,
    requests: Arc<Mutex<Vec<Request>>>,
}

impl Listener {
    /// `answer` gives the status, with header fields behind it if need be, and the body.
    pub fn new(answer: impl Fn(&Request) -> (String, String) + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let (kept, answer) = (requests.clone(), Arc::new(answer));
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (kept, answer) = (kept.clone(), answer.clone());
                std::thread::spawn(move || serve(&stream, &kept, &*answer));
            }
        });
        Listener { port, requests }
    }

    /// One who takes everything.
    pub fn of_all() -> Self {
        Self::new(|_| ("204 No Content".into(), String::new()))
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    /// All that came so far.
    pub fn requests(&self) -> Vec<Request> {
        self.requests.lock().expect("no panic").clone()
    }

    /// What came since it was asked last.
    pub fn take(&self) -> Vec<Request> {
        std::mem::take(&mut *self.requests.lock().expect("no panic"))
    }

    /// Waits until that many of a kind are there.
    #[track_caller]
    pub fn wait(&self, count: usize, is_it: impl Fn(&Request) -> bool) -> Vec<Request> {
        let start = Instant::now();
        loop {
            let found: Vec<Request> = self.requests().into_iter().filter(&is_it).collect();
            if found.len() >= count {
                return found;
            }
            assert!(start.elapsed() < PATIENCE, "only {} of {count} came: {:?}", found.len(), self.requests());
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

impl Request {
    pub fn field(&self, name: &str) -> Option<&str> {
        let lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines.into_iter().find(|(own, _)| own.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    /// A value of the form that was posted.
    pub fn form(&self, name: &str) -> Option<String> {
        url::form_urlencoded::parse(&self.body).find(|(own, _)| own == name).map(|(_, value)| value.into_owned())
    }

    /// A value of the target's query.
    pub fn query(&self, name: &str) -> Option<String> {
        let query = self.target.split_once('?')?.1;
        url::form_urlencoded::parse(query.as_bytes()).find(|(own, _)| own == name).map(|(_, value)| value.into_owned())
    }
}

fn serve(stream: &TcpStream, kept: &Mutex<Vec<Request>>, answer: &(dyn Fn(&Request) -> (String, String) + Send + Sync)) {
    let mut reader = BufReader::new(stream);
    while let Some(mut request) = read(&mut reader) {
        {
            let mut all = kept.lock().expect("no panic");
            request.number = all.len();
            all.push(request.clone());
        }
        let (status, body) = answer(&request);
        let mut stream = stream;
        let close = status.starts_with('5');
        let end = if close { "Connection: close\r\n" } else { "" };
        let _ = write!(stream, "HTTP/1.1 {status}\r\nContent-Length: {}\r\n{end}\r\n{body}", body.len());
        if close {
            return;
        }
    }
}

pub fn read(reader: &mut impl BufRead) -> Option<Request> {
    let mut head = String::new();
    loop {
        let mut line = String::new();
        match reader.read_line(&mut line) {
            Ok(0) | Err(_) => return None,
            Ok(_) if line == "\r\n" => break,
            Ok(_) => head.push_str(&line.replace("\r\n", "\n")),
        }
    }
    let mut first = head.split(' ');
    let (method, target) = (first.next()?.to_owned(), first.next()?.to_owned());
    let mut request = Request { method, target, head, body: Vec::new(), number: 0 };
    let length = request.field("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    request.body = vec![0; length];
    reader.read_exact(&mut request.body).ok()?;
    Some(request)
}
