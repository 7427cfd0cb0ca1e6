//! Publishing to an object store, and serving from it.
//!
//! Each scenario is told of S3. Those that hold for other stores are gone through with them as well: with Google Cloud Storage as the tests have it in memory
//! (`google`), and with Azurite (`azure`).
//!
//! `TIDINGS_TEST_S3=1` insists that there is `s3s-fs`, which checks signatures and keeps objects in files, and `TIDINGS_TEST_CLOUDS=1` that there is Azurite,
//! which does the same for Azure; else the tests that need them say that they skip.

#[cfg(feature = "azure")]
mod azure;
mod configured;
mod faults;
#[cfg(feature = "gcs")]
mod google;
mod others;
mod purging;
mod puts;
mod server;
mod serving_from;
mod signed;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::bucket::{ACCOUNT_KEY, Bucket, Fault, KEY, Kind, SECRET};
use crate::listener::Listener;
use crate::serving::{Answer, request};
use crate::support::{CONFIG, Publication, Ran};

/// More than anything here may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// [`CONFIG`], published to the store.
fn config(output: &str) -> String {
    format!("{CONFIG}\n[output]\nurl = '{}'\nstore-timeout = 2\n{output}", Kind::now().url())
}

fn with_items(count: usize, output: &str) -> Publication {
    let publication = Publication::with_config(&config(output));
    (1..=count).for_each(|n| publication.item(n, &format!("The port of Belize reopens, part {n}")));
    publication
}

/// What the environment says of a store.
fn reaching(command: Command, endpoint: &str) -> Command {
    Kind::now().reaching(command, endpoint)
}

fn run(publication: &Publication, bucket: &Bucket, args: &[&str]) -> Ran {
    run_at(publication, &bucket.endpoint(), args)
}

/// Runs the program; whatever it says, no key is in it.
fn run_at(publication: &Publication, endpoint: &str, args: &[&str]) -> Ran {
    let ran = Ran::of(reaching(publication.command(args), endpoint).output().expect("the program starts"));
    for secret in [KEY, SECRET, ACCOUNT_KEY] {
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
        command.arg("-C").arg(dir.path()).args([
            "serve",
            "--from",
            Kind::now().url(),
            "--listen",
            "127.0.0.1:0",
            "--no-log",
            "--poll",
            "100",
        ]);
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
