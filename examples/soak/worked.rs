//! A publication that stands in PostgreSQL and is kept in the store by two workers.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use crate::Scene;
use crate::built::{compare, files};
use crate::records::Records;
use crate::witness::Witness;

/// Nothing that is wanted waits longer when all nodes are well.
const PATIENCE: Duration = Duration::from_secs(120);

struct Desk<'a> {
    scene: &'a Scene,
    folder: PathBuf,
    workers: Vec<Child>,
}

/// Puts changed records and removes others until the time is over, then waits for the workers and compares.
pub fn publish(scene: &Scene, witness: &Witness, database: &str) {
    let folder = scene.args.room.join("worked");
    let (mut records, plain) = Records::made_up(&folder, scene.args.records);
    let config =
        format!("{plain}\n[output]\npages = false\nurl = \"s3://news/worked\"\nstore-timeout = 10\n[database]\nurl = \"{database}\"\n");
    fs::write(folder.join("feeds.toml"), config).expect("a config");
    let mut desk = Desk { scene, folder, workers: Vec::new() };
    desk.run(&["db", "init"]);
    desk.run(&["db", "load"]);
    (0..2).for_each(|at| desk.start(at));
    desk.wait();
    let documents = desk.as_a_build(&plain, &records);
    witness.stands(0, documents.into_keys());
    let mut dice = scene.dice(2);
    while scene.goes_on() {
        let edit = records.edit(&mut dice);
        witness.removes(&edit.removed);
        fs::write(desk.folder.join("changed.ndjson"), edit.ndjson()).expect("records");
        desk.run(&["db", "put", "changed.ndjson"]);
        if !edit.removed.is_empty() {
            desk.run(&[vec!["db", "remove"], edit.removed.iter().map(String::as_str).collect()].concat());
        }
        scene.tally.worker_changes.more(edit.size());
        desk.see_to_workers((dice.below(100) < 5).then(|| dice.below(2) as usize));
        std::thread::sleep(Duration::from_millis(200 + dice.below(1_500)));
    }
    desk.wait();
    desk.end();
    let documents = desk.as_a_build(&plain, &records);
    compare(scene, "worked", &documents);
}

impl Desk<'_> {
    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(&self.scene.args.tidings);
        command.arg("-C").arg(&self.folder).args(args);
        command
    }

    fn run(&self, args: &[&str]) -> Output {
        let ran = self.command(args).output().expect("the program starts");
        assert!(ran.status.success(), "{args:?}: {}", String::from_utf8_lossy(&ran.stderr));
        ran
    }

    /// Each of the two asks a node of its own.
    fn start(&mut self, at: usize) {
        let log = File::options().append(true).create(true).open(self.log(at)).expect("a log");
        let mut command = self.command(&["work", "--lease", "10", "--batch", "8"]);
        command.env("AWS_ENDPOINT", self.scene.cluster.endpoint(at)).stdout(Stdio::null()).stderr(log);
        let worker = command.spawn().expect("a worker starts");
        if at < self.workers.len() { self.workers[at] = worker } else { self.workers.push(worker) }
    }

    fn log(&self, at: usize) -> PathBuf {
        self.scene.args.room.join(format!("worker{at}.log"))
    }

    /// Kills one where that is said, and starts those that are not there.
    fn see_to_workers(&mut self, killed: Option<usize>) {
        for at in 0..self.workers.len() {
            if killed == Some(at) {
                self.scene.tally.worker_kills.add();
                self.workers[at].kill().expect("it is ours");
                let _ = self.workers[at].wait();
                self.start(at);
            } else if let Ok(Some(status)) = self.workers[at].try_wait() {
                self.scene.tally.worker_ends.add();
                let said = fs::read_to_string(self.log(at)).unwrap_or_default();
                self.scene.say(format_args!("worker {at} ended with {status}: {}", said.lines().last().unwrap_or_default()));
                self.start(at);
            }
        }
    }

    /// Until nothing is wanted any more.
    fn wait(&mut self) {
        let start = Instant::now();
        loop {
            let status = self.run(&["db", "status", "--json"]);
            let status: serde_json::Value = serde_json::from_slice(&status.stdout).expect("JSON");
            if status["waiting"] == 0 {
                return;
            }
            assert!(start.elapsed() < PATIENCE, "the workers do not come to an end: {status}");
            self.see_to_workers(None);
            std::thread::sleep(Duration::from_millis(500));
        }
    }

    fn end(&mut self) {
        for worker in &mut self.workers {
            worker.kill().expect("it is ours");
            let _ = worker.wait();
        }
        let waits = (0..2).map(|at| fs::read_to_string(self.log(at)).unwrap_or_default().matches("waiting for it").count());
        self.scene.tally.worker_waits.more(waits.sum::<usize>() as u64);
    }

    /// What a build into a folder makes of the same records, with what the database remembers of them.
    fn as_a_build(&self, plain: &str, records: &Records) -> std::collections::BTreeMap<String, Vec<u8>> {
        let folder = self.scene.args.room.join("worked-twin");
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir(&folder).expect("a folder");
        fs::write(folder.join("feeds.toml"), format!("{plain}\n[output]\npages = false\n")).expect("a config");
        records.write(&folder);
        let ledger = folder.join("ledger.ndjson");
        fs::write(&ledger, self.run(&["ledger", "export"]).stdout).expect("a ledger");
        self.in_twin(&folder, &["ledger", "import", &ledger.to_string_lossy()]);
        self.in_twin(&folder, &["build", "--quiet", "--accept", "shrink"]);
        files(&folder.join("public"))
    }

    fn in_twin(&self, folder: &Path, args: &[&str]) {
        let ran = Command::new(&self.scene.args.tidings).arg("-C").arg(folder).args(args).output().expect("the program starts");
        assert!(ran.status.success(), "{args:?}: {}", String::from_utf8_lossy(&ran.stderr));
    }
}

impl Drop for Desk<'_> {
    fn drop(&mut self) {
        self.workers.iter_mut().for_each(|worker| _ = worker.kill());
    }
}
