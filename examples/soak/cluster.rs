//! The nodes of the store, and the harm that is done to one of them at a time: killed and started again, or stopped for some seconds.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use crate::Scene;

pub const NODES: usize = 3;

/// A cluster that is left alone is well again by then.
const WELL: Duration = Duration::from_secs(120);

/// The cluster.
pub struct Cluster {
    room: PathBuf,
    garage: PathBuf,
    port: u16,
    /// Through which node `tidings build` publishes now; [`NODES`] where none.
    busy: AtomicUsize,
    /// Nodes that were started here, so that their ends are taken note of.
    started: Mutex<Vec<Child>>,
}

impl Cluster {
    pub fn new(room: &Path, garage: &Path, port: u16) -> Self {
        Cluster { room: room.to_owned(), garage: garage.to_owned(), port, busy: AtomicUsize::new(NODES), started: Mutex::default() }
    }

    /// Where one node takes signed requests.
    pub fn endpoint(&self, node: usize) -> String {
        format!("http://127.0.0.1:{}", self.port + node as u16)
    }

    /// Where one node serves what it has to everybody, with the host's name that says which bucket is meant.
    pub fn website(&self, node: usize, path: &str) -> (String, &'static str) {
        (format!("http://127.0.0.1:{}/{path}", self.port + (NODES + node) as u16), "news.web.localhost")
    }

    pub fn begins(&self, node: usize) {
        self.busy.store(node, Ordering::Release);
    }

    pub fn ends(&self) {
        self.busy.store(NODES, Ordering::Release);
    }

    /// One thing after the other, until the time is over.
    pub fn harm(&self, scene: &Scene) {
        let mut dice = scene.dice(3);
        while scene.goes_on() {
            std::thread::sleep(Duration::from_millis(1_000 + dice.below(3_000)));
            self.wait_for_a_publish();
            std::thread::sleep(Duration::from_millis(dice.below(2_000)));
            let busy = self.busy.load(Ordering::Acquire);
            let node = if busy < NODES && dice.below(100) < 60 { busy } else { dice.below(NODES as u64) as usize };
            if busy < NODES {
                scene.tally.midway.add();
            }
            match dice.below(100) {
                0..65 => self.kill(scene, node, Duration::from_millis(300 + dice.below(4_000))),
                65..90 => self.stop(scene, node, Duration::from_millis(1_000 + dice.below(7_000))),
                // Longer than a publish is patient: its requests may still be carried out when it has ended.
                _ => self.stop(scene, node, Duration::from_millis(14_000 + dice.below(8_000))),
            }
            self.wait_for_all();
        }
    }

    fn wait_for_a_publish(&self) {
        let start = Instant::now();
        while self.busy.load(Ordering::Acquire) == NODES && start.elapsed() < Duration::from_secs(10) {
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    fn kill(&self, scene: &Scene, node: usize, away: Duration) {
        self.signal("KILL", node);
        scene.aside(format_args!("node {node} is killed"));
        scene.tally.kills.add();
        for child in self.started.lock().expect("no panic").iter_mut() {
            let _ = child.try_wait();
        }
        std::thread::sleep(away);
        let folder = self.folder(node);
        let log = File::options().append(true).create(true).open(folder.join("log")).expect("a log");
        let mut command = Command::new(&self.garage);
        command.arg("-c").arg(folder.join("garage.toml")).arg("server").stdout(Stdio::null()).stderr(log);
        let child = command.spawn().expect("a node starts");
        fs::write(folder.join("pid"), child.id().to_string()).expect("its number");
        self.started.lock().expect("no panic").push(child);
    }

    fn stop(&self, scene: &Scene, node: usize, away: Duration) {
        self.signal("STOP", node);
        scene.aside(format_args!("node {node} is stopped for {away:?}"));
        scene.tally.stops.add();
        std::thread::sleep(away);
        self.signal("CONT", node);
    }

    fn signal(&self, signal: &str, node: usize) {
        let pid = fs::read_to_string(self.folder(node).join("pid")).expect("its number");
        let sent = Command::new("kill").args([&format!("-{signal}"), pid.trim()]).status();
        assert!(sent.is_ok_and(|status| status.success()), "node {node} cannot be sent {signal}");
    }

    fn folder(&self, node: usize) -> PathBuf {
        self.room.join(format!("node{node}"))
    }

    /// Until every node answers for the whole: each has found the others again.
    fn wait_for_all(&self) {
        let start = Instant::now();
        for node in 0..NODES {
            while !self.is_well(node) {
                assert!(start.elapsed() < WELL, "node {node} does not come back");
                std::thread::sleep(Duration::from_millis(100));
            }
        }
    }

    fn is_well(&self, node: usize) -> bool {
        let (url, host) = self.website(node, "built/all.rss");
        let config = ureq::Agent::config_builder().http_status_as_error(false).timeout_global(Some(Duration::from_secs(2)));
        let answer = ureq::Agent::from(config.build()).get(&url).header("Host", host).call();
        answer.is_ok_and(|answer| answer.status().as_u16() < 500)
    }
}
