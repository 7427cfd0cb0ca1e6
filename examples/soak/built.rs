//! A publication that `tidings build` puts into the store again and again, beside its twin in a folder.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::Duration;

use chrono::{DateTime, Utc};
use tidings::storage::{Address, Fetched, Storage};

use crate::Scene;
use crate::cluster::NODES;
use crate::records::Records;
use crate::witness::Witness;

/// A request of a publish is repeated for so long.
const TIMEOUT: u64 = 10;

/// After the harm a publish must succeed by then.
const TRIES: usize = 20;

/// Publishes until the time is over, then once more, and compares what stands there with the twin.
pub fn publish(scene: &Scene, witness: &Witness) {
    let (folder, twin, next) = (scene.args.room.join("built"), scene.args.room.join("twin"), scene.args.room.join("twin-next"));
    let (mut records, config) = Records::made_up(&folder, scene.args.records);
    fs::create_dir(&twin).expect("a folder");
    fs::write(twin.join("feeds.toml"), &config).expect("a config");
    fs::write(folder.join("feeds.toml"), format!("{config}\n[output]\nurl = \"s3://news/built\"\nstore-timeout = {TIMEOUT}\n"))
        .expect("a config");
    let mut dice = scene.dice(1);
    let (mut now, mut tries, mut is_told) = (Utc::now(), 0, false);
    for at in 1.. {
        let goes_on = scene.goes_on();
        if goes_on && at > 1 {
            let edit = records.edit(&mut dice);
            witness.removes(&edit.removed);
            scene.tally.changes.more(edit.size());
        }
        now = Utc::now().max(now + Duration::from_secs(1));
        copy(&twin, &next);
        [&folder, &next].into_iter().for_each(|folder| records.write(folder));
        let ran = run(scene, &next, now, None);
        assert!(ran.status.success(), "the twin: {}", String::from_utf8_lossy(&ran.stderr));
        let documents = files(&next.join("public"));
        witness.expect(at, &documents);
        let node = dice.below(NODES as u64) as usize;
        // What another run left there was begun before.
        let intent = || fs::read(folder.join(".tidings/intent.ndjson")).ok();
        let left = intent();
        scene.cluster.begins(node);
        let ran = run(scene, &folder, now, Some(node));
        scene.cluster.ends();
        // What was begun is remembered, so that the next run goes on from there; so does the twin.
        let is_begun = intent().is_some_and(|intent| Some(&intent) != left.as_ref());
        if ran.status.success() || is_begun {
            fs::remove_dir_all(&twin).expect("it goes");
            fs::rename(&next, &twin).expect("it comes in its place");
        }
        if ran.status.success() {
            scene.tally.publishes.add();
            witness.stands(at, documents.keys().cloned());
            is_told = is_told || say_what_is_honoured(scene, &folder);
            if !goes_on {
                return compare(scene, "built", &documents);
            }
        } else {
            let said = String::from_utf8_lossy(&ran.stderr).into_owned();
            scene.say(format_args!("publish {at} through node {node}: {}", said.lines().next().unwrap_or_default()));
            if ran.status.code() != Some(2) {
                scene.tally.violation(scene, format!("publish {at} ended with {}", ran.status));
            }
            scene.tally.refused.add();
            scene.tally.cut_off.more(u64::from(is_begun));
            tries += usize::from(!goes_on);
            assert!(tries < TRIES, "a healthy store takes nothing: {said}");
        }
        std::thread::sleep(Duration::from_millis(dice.below(500)));
    }
}

fn run(scene: &Scene, folder: &Path, now: DateTime<Utc>, node: Option<usize>) -> Output {
    let mut command = Command::new(&scene.args.tidings);
    command.arg("-C").arg(folder).args(["build", "--quiet", "--accept", "shrink", "--now", &now.format("%FT%TZ").to_string()]);
    node.inspect(|node| _ = command.env("AWS_ENDPOINT", scene.cluster.endpoint(*node)));
    command.output().expect("the program starts")
}

/// A probe that met a stopped node has no answer; the next publish asks again.
fn say_what_is_honoured(scene: &Scene, folder: &Path) -> bool {
    let text = fs::read(folder.join(".tidings/stored.json")).expect("what is known of the store");
    let known: serde_json::Value = serde_json::from_slice(&text).expect("JSON");
    let Some(honours) = known["honours"].as_object() else { return false };
    scene.say(format_args!("conditions that the store honours, by the probe: create {}, update {}", honours["create"], honours["update"]));
    true
}

fn copy(from: &Path, to: &Path) {
    let _ = fs::remove_dir_all(to);
    let copied = Command::new("cp").arg("-a").arg(from).arg(to).status();
    assert!(copied.is_ok_and(|status| status.success()), "no copy of {}", from.display());
}

/// Every file below a folder.
pub fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let name = |path: &PathBuf| path.strip_prefix(folder).expect("below it").to_string_lossy().into_owned();
    let entries = walkdir::WalkDir::new(folder).into_iter().map(|entry| entry.expect("an entry"));
    let paths = entries.filter(|entry| entry.file_type().is_file()).map(walkdir::DirEntry::into_path);
    paths.map(|path| (name(&path), fs::read(&path).expect("a file"))).collect()
}

/// Insists that the store holds these documents below the prefix, whichever node is asked, and no others.
pub fn compare(scene: &Scene, prefix: &str, documents: &BTreeMap<String, Vec<u8>>) {
    let address = Address::parse(&format!("s3://news/{prefix}")).expect("an address");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let store = Storage::new(&address, Duration::from_secs(60)).expect("a store");
    let listed = runtime.block_on(store.list()).expect("a list");
    let names: Vec<&String> = listed.keys().filter(|name| !name.starts_with(".tidings/")).collect();
    if !names.iter().copied().eq(documents.keys()) {
        scene.tally.violation(scene, format!("{prefix}: there are {} objects in place of {}", names.len(), documents.len()));
    }
    for (path, bytes) in documents {
        scene.tally.compared.add();
        match runtime.block_on(store.get(path, None)).expect("an answer") {
            Fetched::Object { bytes: stands, .. } if stands == *bytes => {}
            Fetched::Object { bytes: stands, .. } => {
                let place = scene.args.room.join("differs").join(prefix).join(path);
                fs::create_dir_all(place.parent().expect("a folder")).and_then(|()| fs::write(place, &stands)).expect("a copy to look at");
                let why = first_difference(&String::from_utf8_lossy(&stands), &String::from_utf8_lossy(bytes));
                scene.tally.violation(scene, format!("{prefix}/{path} is not what a build into a folder makes: {why}"));
            }
            _ => scene.tally.violation(scene, format!("{prefix}/{path} is not there")),
        }
    }
}

fn first_difference(stands: &str, built: &str) -> String {
    let differing = stands.lines().zip(built.lines()).find(|(stands, built)| stands != built);
    differing.map_or("it is cut off".to_owned(), |(stands, built)| format!("`{}` in place of `{}`", stands.trim(), built.trim()))
}
