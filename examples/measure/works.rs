//! Each work of a build, beside what it may cost: pairs that are measured one right after the other, and the ratio of each pair.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::time::{Duration, Instant};

use super::corpus::{self, Form, Kind};
use super::runs::{build, forget, median, middle, ms, put_down, read_plainly, run, walk};

/// Files younger than this are known by their content, which nobody means to measure.
const AGE: Duration = Duration::from_millis(2_500);

pub struct Works<'a> {
    pub tidings: &'a Path,
    /// The plain program.
    pub plain: &'a Path,
    pub root: &'a Path,
    pub rounds: usize,
}

/// What was seen of one work.
#[derive(Default)]
struct Seen {
    ours: Vec<Duration>,
    beside: Vec<Duration>,
    /// In kilobytes.
    memory: u64,
}

impl Seen {
    fn add(&mut self, (ours, memory): (Duration, u64), beside: Duration) {
        self.ours.push(ours);
        self.beside.push(beside);
        self.memory = self.memory.max(memory);
    }

    /// The median of the rounds.
    fn ratio(&self) -> f64 {
        middle(&self.ours.iter().zip(&self.beside).map(|(ours, beside)| ms(*ours) / ms(*beside)).collect::<Vec<_>>())
    }

    fn row(&self, work: &str, beside: &str, aim: f64) -> String {
        let memory = self.memory as f64 / 1e3;
        format!("{} {aim:>5} {memory:>8.0}\n", self.figures(work, beside))
    }

    fn figures(&self, work: &str, beside: &str) -> String {
        let (ours, other) = (ms(median(&self.ours)), ms(median(&self.beside)));
        format!("{work:<44} {ours:>9.0}  {beside:<22} {other:>9.0} {:>7.2}", self.ratio())
    }
}

impl Works<'_> {
    pub fn table(&self, records: usize) -> io::Result<String> {
        let mut table = format!(
            "{records} records, {} rounds, medians in milliseconds; the ratio is the median of the rounds\n\
             work                                              ours  beside                      its   ratio   aim  peak MB\n",
            self.rounds
        );
        for count in [records / 10, records] {
            let folder = self.made(Form::Folder, Kind::Plain, count)?;
            let first = self.seen(|| Ok((self.first(&folder)?, read_plainly(&folder)?.0)))?;
            table += &first.row(&format!("first build, {count} files"), "plain read", 2.5);
        }
        let archives = self.made(Form::Folder, Kind::Archives, records)?;
        let (seen, alone) = self.with_documents(&archives, || Ok(read_plainly(&archives)?.0))?;
        table += &seen.row("the same with archives", "plain read", 6.0);
        table += &format!("{}\n", alone.figures("  its documents alone, written and synced", "plain read"));
        table += &self.changes(records)?;

        let ndjson = self.made(Form::Ndjson, Kind::Plain, records)?;
        let seen = self.seen(|| Ok((self.first(&ndjson)?, self.plain(&ndjson)?)))?;
        table += &seen.row(&format!("first build, {records} in NDJSON"), "plain program", 1.5);
        let matrix = self.made(Form::Ndjson, Kind::Matrix, records)?;
        let (seen, alone) = self.with_documents(&matrix, || Ok(self.first(&ndjson)?.0))?;
        table += &seen.row("first build, 10,201 channels", "the same, 33 channels", 4.0);
        table += &format!("{}\n", alone.figures("  its documents alone, written and synced", "the same, 33 channels"));
        Ok(table)
    }

    /// Builds after a first one: with nothing new, and after one record was saved.
    fn changes(&self, records: usize) -> io::Result<String> {
        let folder = self.made(Form::Folder, Kind::Plain, records)?;
        self.first(&folder)?;
        std::thread::sleep(AGE);
        // What is known by its content once is known by its stamp from then on.
        build(self.tidings, &folder, &["--full"])?;
        build(self.tidings, &folder, &[])?;
        let nothing = self.seen(|| {
            let run = build(self.tidings, &folder, &[])?;
            Ok(((run.took, run.memory), walk(&folder)?))
        })?;
        let newest = newest(&folder)?;
        save(&newest, 0)?;
        let written = build(self.tidings, &folder, &["--json"])?.written;
        let mut saves = 0;
        let one = self.seen(|| {
            saves += 1;
            save(&newest, saves)?;
            let run = build(self.tidings, &folder, &[])?;
            Ok(((run.took, run.memory), walk(&folder)?))
        })?;
        let changed = format!("one record changed, {written} documents with it");
        let watched = self.watched(&folder, &newest, saves)?;
        Ok(nothing.row("nothing changed", "stat walk", 1.5)
            + &one.row(&changed, "stat walk", 2.0)
            + &watched.row("one record saved, with --watch", "what it may take", 1.0))
    }

    /// From a save to what subscribers fetch, where a process watches.
    fn watched(&self, folder: &Path, newest: &Path, saves: usize) -> io::Result<Seen> {
        let watching = Watching::start(self.tidings, folder)?;
        let mut seen = Seen::default();
        for number in saves + 1..=saves + 1 + self.rounds {
            std::thread::sleep(AGE);
            save(newest, number)?;
            let took = watching.until(&format!("Saved for the {number}. time"))?;
            // The first finds out when it is ready.
            if number > saves + 1 {
                seen.add((took, watching.memory()), Duration::from_millis(50));
            }
        }
        Ok(seen)
    }

    /// Time and memory of first builds of ever more records in NDJSON, each right before the plain program reads the same.
    pub fn growth(&self, most: usize) -> io::Result<String> {
        let mut table = String::from("first build from NDJSON     ms  peak MB  plain ms   ratio   exponent of time   of memory\n");
        let mut before: Option<(usize, f64, f64)> = None;
        let mut records = 1_000;
        while records <= most {
            let folder = self.made(Form::Ndjson, Kind::Plain, records)?;
            let seen = self.seen(|| Ok((self.first(&folder)?, self.plain(&folder)?)))?;
            let (took, plain, memory) = (ms(median(&seen.ours)), ms(median(&seen.beside)), seen.memory as f64 / 1e3);
            table += &format!("{records:>19} {took:>10.0} {memory:>8.0} {plain:>9.0} {:>7.2}", seen.ratio());
            if let Some((count, time, room)) = before {
                let grown = (records as f64 / count as f64).ln();
                table += &format!(" {:>18.2} {:>11.2}", (took / time).ln() / grown, (memory / room).ln() / grown);
            }
            table.push('\n');
            before = Some((records, took, memory));
            fs::remove_dir_all(&folder)?;
            records *= 10;
        }
        Ok(table)
    }

    fn made(&self, form: Form, kind: Kind, records: usize) -> io::Result<PathBuf> {
        let folder = self.root.join(format!("{}-{kind:?}-{records}", form.name()));
        if !folder.exists() {
            corpus::write(&folder, form, kind, records)?;
            settle()?;
        }
        Ok(folder)
    }

    fn seen(&self, mut round: impl FnMut() -> io::Result<((Duration, u64), Duration)>) -> io::Result<Seen> {
        let mut seen = Seen::default();
        for _ in 0..self.rounds {
            let (ours, beside) = round()?;
            seen.add(ours, beside);
        }
        Ok(seen)
    }

    /// First builds, and beside the same what it takes to put down files of the same sizes in the plainest way, on all cores.
    fn with_documents(&self, folder: &Path, mut beside: impl FnMut() -> io::Result<Duration>) -> io::Result<(Seen, Seen)> {
        let (mut seen, mut alone) = (Seen::default(), Seen::default());
        for round in 0..self.rounds {
            let (ours, beside) = (self.first(folder)?, beside()?);
            seen.add(ours, beside);
            settle()?;
            alone.add((put_down(&folder.join("public"), &folder.join(format!("former-alone-{round}")))?, 0), beside);
        }
        Ok((seen, alone))
    }

    fn first(&self, folder: &Path) -> io::Result<(Duration, u64)> {
        forget(folder)?;
        settle()?;
        let run = build(self.tidings, folder, &[])?;
        Ok((run.took, run.memory))
    }

    fn plain(&self, folder: &Path) -> io::Result<Duration> {
        let (from, to) = (folder.join(Form::Ndjson.path()), self.root.join("plain"));
        Ok(run(self.plain, &[&from.to_string_lossy(), &to.to_string_lossy()])?.took)
    }
}

/// `tidings build --watch` at work.
struct Watching {
    child: Child,
    /// A document that holds what is saved.
    document: PathBuf,
}

impl Watching {
    fn start(tidings: &Path, folder: &Path) -> io::Result<Self> {
        let mut command = Command::new(tidings);
        command.arg("-C").arg(folder).args(["build", "--watch", "--quiet"]).env("TIDINGS_NOW", "2030-01-01T00:00:00Z");
        Ok(Watching { child: command.spawn()?, document: folder.join("public/all.rss") })
    }

    /// How long it takes from now until the document says this.
    fn until(&self, wanted: &str) -> io::Result<Duration> {
        let start = Instant::now();
        while !fs::read_to_string(&self.document).is_ok_and(|text| text.contains(wanted)) {
            if start.elapsed() > Duration::from_secs(60) {
                return Err(io::Error::other("what was saved was never published"));
            }
            std::thread::sleep(Duration::from_micros(500));
        }
        Ok(start.elapsed())
    }

    /// The most that it had in memory, in kilobytes; 0 where the system does not say.
    fn memory(&self) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap_or_default();
        let most = status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB"));
        most.and_then(|most| most.trim().parse().ok()).unwrap_or_default()
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The newest record that is no translation, which channels show.
fn newest(folder: &Path) -> io::Result<PathBuf> {
    let mut newest: Option<(String, PathBuf)> = None;
    for entry in walkdir::WalkDir::new(folder.join(Form::Folder.path())) {
        let path = entry.map_err(io::Error::other)?.into_path();
        if path.is_file() {
            let text = fs::read_to_string(&path)?;
            let date = text.lines().find_map(|line| line.strip_prefix("date = ")).unwrap_or_default().to_owned();
            let is_shown = !text.contains("\nstory = ");
            if is_shown && newest.as_ref().is_none_or(|(known, _)| *known < date) {
                newest = Some((date, path));
            }
        }
    }
    newest.map(|(_, path)| path).ok_or_else(|| io::Error::other("no records"))
}

/// Lets the disk write what others left for it to do: what a build waits for is to be its own.
fn settle() -> io::Result<()> {
    run(Path::new("sync"), &[]).map(|_| ())
}

/// Gives the record another title.
fn save(path: &Path, number: usize) -> io::Result<()> {
    let text = fs::read_to_string(path)?;
    let with_title = |line: &str| match line.starts_with("title = ") {
        true => format!("title = \"Saved for the {number}. time\"\n"),
        false => format!("{line}\n"),
    };
    fs::write(path, text.lines().map(with_title).collect::<String>())
}
