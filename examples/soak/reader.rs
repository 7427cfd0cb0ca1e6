//! A reader who asks all the time, through any node, without a key.

use std::time::{Duration, Instant};

use crate::Scene;
use crate::cluster::NODES;
use crate::corpus::Dice;
use crate::witness::{Fault, Witness};

/// One of a stopped node is not waited for longer.
const PATIENCE: Duration = Duration::from_secs(3);

/// So long something older, or nothing, may stand there: a store without conditions carries late requests out, Garage drops a put that is cut off together with
/// what it replaced, and the next publish makes both good.
const MOMENT: Duration = Duration::from_secs(60);

pub struct Reader<'a> {
    scene: &'a Scene,
    prefix: &'static str,
    witness: &'a Witness,
    agent: ureq::Agent,
    dice: Dice,
}

/// What came of a request.
enum Answer {
    Document {
        bytes: Vec<u8>,
        content_type: String,
    },
    /// With what the node says of it.
    Status(u16, String),
    None,
}

impl<'a> Reader<'a> {
    pub fn new(scene: &'a Scene, prefix: &'static str, witness: &'a Witness) -> Self {
        let config = ureq::Agent::config_builder().http_status_as_error(false).timeout_global(Some(PATIENCE));
        let dice = scene.dice(if prefix == "built" { 4 } else { 5 });
        Reader { scene, prefix, witness, agent: config.build().into(), dice }
    }

    /// Until all is over.
    pub fn read(&mut self) {
        while !self.scene.is_over.load(std::sync::atomic::Ordering::Acquire) {
            let paths = self.witness.paths();
            if paths.is_empty() {
                std::thread::sleep(Duration::from_millis(100));
                continue;
            }
            // Every second look is at what changes most.
            let wanted = if self.dice.below(2) == 0 { "all." } else { "" };
            let among: Vec<&String> = paths.iter().filter(|path| path.starts_with(wanted)).collect();
            let path = among[self.dice.below(among.len() as u64) as usize].clone();
            self.look(&path);
            std::thread::sleep(Duration::from_millis(15));
        }
        self.scene.tally.distinct.more(self.witness.distinct() as u64);
    }

    /// Asks until there is an answer that settles it.
    fn look(&mut self, path: &str) {
        let start = Instant::now();
        let (mut is_older, mut is_missing) = (false, false);
        loop {
            let node = self.dice.below(NODES as u64) as usize;
            let what = format!("{}/{path} through node {node}", self.prefix);
            let tally = &self.scene.tally;
            match self.ask(path, node) {
                None => {}
                Some(Ok(())) => break,
                Some(Err(Fault::Missing(said))) if start.elapsed() < MOMENT => {
                    if !is_missing {
                        self.scene.aside(format_args!("missing: {what}: {said}"));
                        tally.missing.add();
                    }
                    is_missing = true;
                }
                Some(Err(Fault::Older(why))) if start.elapsed() < MOMENT => {
                    if !is_older {
                        self.scene.aside(format_args!("older: {what}: {why}"));
                        tally.older.add();
                    }
                    is_older = true;
                }
                Some(Err(fault)) => {
                    tally.violation(self.scene, format!("{what}: {fault:?}"));
                    break;
                }
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        if is_older {
            self.scene.tally.older_for(start.elapsed());
        }
        if is_missing {
            self.scene.tally.missing_for(start.elapsed());
        }
    }

    /// What is wrong with the answer; `None` where there is none that says anything.
    fn ask(&self, path: &str, node: usize) -> Option<Result<(), Fault>> {
        let (tally, done) = (&self.scene.tally, self.witness.done());
        tally.polls.add();
        match self.fetch(path, node) {
            Answer::Document { bytes, content_type } => {
                tally.whole.add();
                Some(self.witness.judge(path, &bytes, &content_type, done))
            }
            Answer::Status(500.., _) => {
                tally.unavailable.add();
                None
            }
            Answer::Status(404, said) => Some(Err(Fault::Missing(said))),
            Answer::Status(status, said) => Some(Err(Fault::Other(format!("it answered {status}: {said}")))),
            Answer::None => {
                tally.unanswered.add();
                None
            }
        }
    }

    fn fetch(&self, path: &str, node: usize) -> Answer {
        let (url, host) = self.scene.cluster.website(node, &format!("{}/{path}", self.prefix));
        let Ok(mut response) = self.agent.get(&url).header("Host", host).call() else { return Answer::None };
        if response.status() != 200 {
            let said = response.body_mut().read_to_string().unwrap_or_default();
            return Answer::Status(response.status().as_u16(), said.split_whitespace().collect::<Vec<_>>().join(" "));
        }
        let content_type = response.headers().get("content-type").and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
        // What is cut off is shorter than its head says, and every reader sees that.
        response.body_mut().read_to_vec().map_or(Answer::None, |bytes| Answer::Document { bytes, content_type })
    }
}
