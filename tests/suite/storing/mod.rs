//! Publishing to an object store, and serving from it.
//!
//! `TIDINGS_TEST_S3=1` insists that there is `s3s-fs`, which checks signatures and keeps objects in files; else the tests that need it say that they skip.

mod configured;
mod faults;
mod others;
mod purging;
mod puts;
mod serving_from;
mod signed;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::bucket::{Bucket, Fault, KEY, SECRET, URL};
use crate::listener::Listener;
use crate::serving::{Answer, request};
use crate::support::{CONFIG, Publication, Ran};

/// More than anything here may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// [`CONFIG`], published to the store.
fn config(output: &str) -> String {
    format!("{CONFIG}\n[output]\nurl = '{URL}'\nstore-timeout = 2\n{output}")
}

fn with_items(count: usize, output: &str) -> Publication {
    let publication = Publication::with_config(&config(output));
    (1..=count).for_each(|n| publication.item(n, &format!("The port of Belize reopens, part {n}")));
    publication
}

/// What the environment says of a store.
fn reaching(mut command: Command, endpoint: &str) -> Command {
    let names = std::env::vars_os().map(|(name, _)| name).filter(|name| name.to_string_lossy().starts_with("AWS_"));
    names.for_each(|name| _ = command.env_remove(name));
    command.env("AWS_ACCESS_KEY_ID", KEY).env("AWS_SECRET_ACCESS_KEY", SECRET).env("AWS_REGION", "us-east-1");
    command.env("AWS_ENDPOINT", endpoint).env("AWS_ALLOW_HTTP", "true");
    command
}

fn run(publication: &Publication, bucket: &Bucket, args: &[&str]) -> Ran {
    run_at(publication, &bucket.endpoint(), args)
}

/// Runs the program; whatever it says, no key is in it.
fn run_at(publication: &Publication, endpoint: &str, args: &[&str]) -> Ran {
    let ran = Ran::of(reaching(publication.command(args), endpoint).output().expect("the program starts"));
    for secret in [KEY, SECRET] {
        assert!(!ran.out.contains(secret) && !ran.err.contains(secret), "{ran:?}");
    }
    ran
}

fn build(publication: &Publication, bucket: &Bucket) -> Ran {
    let ran = run(publication, bucket, &["build"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    ran
}

/// What the same records give in a folder, by path.
fn in_folder(publication: &Publication) -> BTreeMap<String, Vec<u8>> {
    let bytes = |path: String| (path.clone(), fs::read(publication.path(&format!("public/{path}"))).expect("a file"));
    publication.files("public").into_iter().map(bytes).collect()
}

fn is_whole(path: &str, bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes);
    match path.rsplit('.').next() {
        Some("json") => serde_json::from_slice::<serde_json::Value>(bytes).is_ok(),
        Some("html") => text.ends_with("</html>\n"),
        _ => roxmltree::Document::parse(&text).is_ok(),
    }
}

/// Every object is whole, and none is of a state that was never published.
#[track_caller]
fn insist_on_whole(objects: &BTreeMap<String, Vec<u8>>, states: [&BTreeMap<String, Vec<u8>>; 2], when: &str) {
    for (path, bytes) in objects {
        assert!(is_whole(path, bytes), "{when}: `{path}` is broken");
        assert!(states.iter().any(|state| state.get(path) == Some(bytes)), "{when}: `{path}` is neither old nor new");
    }
    for path in states[0].keys().filter(|path| states[1].contains_key(*path)) {
        assert!(objects.contains_key(path), "{when}: `{path}` is gone");
    }
}

/// A server that has no config and looks at a store.
struct Serving {
    child: Child,
    address: std::net::SocketAddr,
    _dir: TempDir,
}

impl Serving {
    fn start(endpoint: &str) -> Self {
        use std::io::BufRead;
        let dir = tempfile::tempdir().expect("a folder");
        let mut command = crate::support::tidings();
        command.arg("-C").arg(dir.path()).args(["serve", "--from", URL, "--listen", "127.0.0.1:0", "--no-log", "--poll", "100"]);
        let mut child = reaching(command, endpoint).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("starts");
        let mut lines = std::io::BufReader::new(child.stderr.take().expect("standard error")).lines().map_while(Result::ok);
        let line = lines.find(|line| line.starts_with("serving ")).expect("it says where it listens");
        let address = line.rsplit("http://").next().and_then(|text| text.trim_end_matches('/').parse().ok()).expect("an address");
        std::thread::spawn(move || lines.for_each(drop));
        Serving { child, address, _dir: dir }
    }

    fn get(&self, target: &str) -> Answer {
        request(self.address, "GET", target, &[])
    }

    /// Asks until the answer is as wanted; says how long that took.
    #[track_caller]
    fn until(&self, target: &str, wanted: impl Fn(&Answer) -> bool) -> Duration {
        let start = Instant::now();
        while !wanted(&self.get(target)) {
            assert!(start.elapsed() < PATIENCE, "`{target}` never became as wanted");
            std::thread::sleep(Duration::from_millis(10));
        }
        start.elapsed()
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn holds(answer: &Answer, text: &str) -> bool {
    answer.status == 200 && String::from_utf8_lossy(&answer.body).contains(text)
}

/// The server that checks signatures; it ends with the value.
struct S3 {
    dir: TempDir,
    port: u16,
    child: Option<Child>,
}

impl S3 {
    /// `None` where the program is not here.
    fn start() -> Option<Self> {
        if program().is_none() {
            assert!(std::env::var_os("TIDINGS_TEST_S3").is_none(), "s3s-fs is not here");
            eprintln!("skipped: s3s-fs is not here");
            return None;
        }
        let dir = tempfile::tempdir().expect("a folder");
        fs::create_dir(dir.path().join("news")).expect("a bucket");
        let free = std::net::TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address").port();
        let mut server = S3 { dir, port: free, child: None };
        server.run();
        Some(server)
    }

    /// Starts the program on the folder as it is.
    fn run(&mut self) {
        let mut command = Command::new(program().expect("it is here"));
        command.args(["--host", "127.0.0.1", "--port", &self.port.to_string(), "--access-key", KEY, "--secret-key", SECRET]);
        self.child = Some(command.arg(self.dir.path()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("s3s-fs starts"));
        let start = Instant::now();
        while std::net::TcpStream::connect(("127.0.0.1", self.port)).is_err() {
            assert!(start.elapsed() < PATIENCE, "s3s-fs does not listen");
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }

    fn endpoint(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Every document by name, without what is the program's own.
    fn documents(&self) -> BTreeMap<String, Vec<u8>> {
        let root = self.dir.path().join("news/feeds");
        let mut found = BTreeMap::new();
        walk(&root, &root, &mut found);
        found
    }
}

impl Drop for S3 {
    fn drop(&mut self) {
        self.kill();
    }
}

fn walk(root: &Path, folder: &Path, found: &mut BTreeMap<String, Vec<u8>>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten().filter(|entry| !entry.file_name().to_string_lossy().starts_with('.'))
    {
        match entry.path() {
            path if path.is_dir() => walk(root, &path, found),
            path => {
                let name = path.strip_prefix(root).expect("below the root").to_string_lossy().into_owned();
                // It may be gone by now.
                if let Ok(bytes) = fs::read(&path) {
                    found.insert(name, bytes);
                }
            }
        }
    }
}

/// On the path, or where `.ci/run` puts it.
fn program() -> Option<PathBuf> {
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/tools/bin");
    let folders = std::env::var_os("PATH").into_iter().flat_map(|path| std::env::split_paths(&path).collect::<Vec<_>>());
    std::iter::once(own).chain(folders).map(|folder| folder.join("s3s-fs")).find(|file| file.exists())
}
