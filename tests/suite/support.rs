//! A publication in a folder of its own, and the program run on it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// The time that counts as now in the tests, unless one says otherwise.
pub const NOW: &str = "2018-03-01T12:00:00Z";

/// A small config: two languages, three countries, two topics.
pub const CONFIG: &str = r#"
[publication]
title = "Harbour news"
description = "News of the harbours"
base-url = "https://feeds.example.org/"
languages = ["en", "es"]
time-zone = "America/Costa_Rica"
id-authority = "example.org,2018"
author = "Harbour office"

[countries]
allow = ["BZ", "MX", "CR"]

[topics.ports]
title = { en = "Ports", es = "Puertos" }
words = { en = ["port", "harbour"], es = ["puerto", "puertos"] }

[topics.ships]
title = "Ships"
words = ["ship", "ships", "barco"]

[channels]
per-language = false
"#;

/// A publication in a temporary folder.
pub struct Publication {
    dir: TempDir,
}

/// How a run of the program ended.
#[derive(Debug)]
pub struct Ran {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Publication {
    /// With [`CONFIG`] and no records.
    pub fn new() -> Self {
        Self::with_config(CONFIG)
    }

    pub fn with_config(config: &str) -> Self {
        let publication = Publication { dir: tempfile::tempdir().expect("a temporary folder") };
        publication.write("feeds.toml", config);
        fs::create_dir(publication.path("items")).expect("a folder for the records");
        publication
    }

    /// With `count` records on following days, `items/item-1.md` the oldest.
    pub fn with_items(count: usize) -> Self {
        let publication = Self::new();
        (1..=count).for_each(|n| publication.item(n, &format!("The port of Belize reopens, part {n}")));
        publication
    }

    /// Writes the record `items/item-N.md`, dated the N-th day of 2018.
    pub fn item(&self, n: usize, title: &str) {
        let day = chrono::NaiveDate::from_yo_opt(2018, n as u32).expect("a day of the year");
        self.write(&format!("items/item-{n}.md"), format!("+++\ntitle = '''{title}'''\ndate = {day}\n+++\n\nText number {n}.\n"));
    }

    /// A copy of the publication in a folder below the root of the project, byte for byte.
    pub fn copy_of(folder: &str) -> Self {
        let from = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
        let publication = Self::with_config(&fs::read_to_string(from.join("feeds.toml")).expect("a config"));
        let mut files = Vec::new();
        walk(&from, &from.join("items"), &mut files);
        files.iter().for_each(|file| publication.write(file, fs::read(from.join(file)).expect("a record")));
        publication
    }

    pub fn path(&self, path: &str) -> PathBuf {
        self.dir.path().join(path)
    }

    pub fn write(&self, path: &str, text: impl AsRef<[u8]>) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().expect("inside the folder")).expect("folders");
        fs::write(path, text).expect("a file");
    }

    pub fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    pub fn exists(&self, path: &str) -> bool {
        self.path(path).exists()
    }

    pub fn remove(&self, path: &str) {
        fs::remove_file(self.path(path)).expect("a file to remove");
    }

    /// Every file below a folder, in order, relative to it.
    pub fn files(&self, below: &str) -> Vec<String> {
        let root = self.path(below);
        let mut files = Vec::new();
        walk(&root, &root, &mut files);
        files.sort();
        files
    }

    /// Every published feed, in order, relative to the output folder.
    pub fn feeds(&self) -> Vec<String> {
        let is_feed = |path: &String| [".rss", ".atom", ".json"].iter().any(|extension| path.ends_with(extension));
        self.files("public").into_iter().filter(is_feed).collect()
    }

    /// The program in this folder, at [`NOW`].
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = tidings();
        command.arg("-C").arg(self.dir.path()).args(args);
        command
    }

    pub fn run(&self, args: &[&str]) -> Ran {
        Ran::of(self.command(args).output().expect("the program starts"))
    }

    /// Builds and insists that all is well.
    pub fn build(&self) -> Ran {
        let ran = self.run(&["build"]);
        assert_eq!(ran.code, 0, "{ran:?}");
        ran
    }
}

impl Ran {
    pub fn of(output: Output) -> Self {
        Ran {
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8_lossy(&output.stdout).into_owned(),
            err: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    /// Insists on the exit code and on pieces of what was said.
    #[track_caller]
    pub fn expect(&self, code: i32, said: &[&str]) -> &Self {
        assert_eq!(self.code, code, "{self:?}");
        for piece in said {
            assert!(self.out.contains(piece) || self.err.contains(piece), "`{piece}` was not said:\n{}\n{}", self.out, self.err);
        }
        self
    }
}

/// The program with nothing of the surroundings in it.
pub fn tidings() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tidings"));
    command.env("TIDINGS_NOW", NOW).env_remove("TIDINGS_CONFIG");
    command
}

fn walk(root: &Path, folder: &Path, files: &mut Vec<String>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        match path.is_dir() {
            true => walk(root, &path, files),
            false => files.push(path.strip_prefix(root).expect("below the root").to_string_lossy().into_owned()),
        }
    }
}

/// A process that stands still at a step.
pub fn stopped(mut command: Command, step: &str) -> Child {
    let child = command.env("TIDINGS_STOP", step).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it runs");
    let deadline = Instant::now() + Duration::from_secs(20);
    while !fs::read_to_string(format!("/proc/{}/stat", child.id())).is_ok_and(|stat| stat.contains(") T ")) {
        assert!(Instant::now() < deadline, "it does not come to `{step}`");
        std::thread::sleep(Duration::from_millis(20));
    }
    child
}

/// Lets it go on, to its end.
pub fn goes_on(child: Child) -> Ran {
    assert!(Command::new("kill").args(["-CONT", &child.id().to_string()]).status().expect("kill").success());
    Ran::of(child.wait_with_output().expect("it ends"))
}

/// Small random numbers, the same in every run (a linear congruential generator, constants of Knuth's MMIX).
pub struct Dice(pub u64);

impl Dice {
    pub fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % limit
    }
}

/// How many random series run.
pub fn series(preset: usize) -> usize {
    std::env::var("TIDINGS_SERIES").ok().and_then(|count| count.parse().ok()).unwrap_or(preset)
}
