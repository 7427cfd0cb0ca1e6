//! What is timed: whole processes, and plain reads of the same files.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use rayon::prelude::*;

/// Every byte of the records into memory, one file after the other; the walk counts too.
pub fn read_plainly(folder: &Path) -> io::Result<(Duration, u64)> {
    let start = Instant::now();
    let mut bytes = 0;
    for entry in records(folder) {
        let entry = entry?;
        if entry.file_type().is_file() {
            bytes += fs::read(entry.path())?.len() as u64;
        }
    }
    Ok((start.elapsed(), bytes))
}

/// Files of the sizes and paths of those in a folder, written on all cores and synced together.
pub fn put_down(like: &Path, to: &Path) -> io::Result<Duration> {
    let entries: Vec<_> = walkdir::WalkDir::new(like).into_iter().collect::<Result<_, _>>().map_err(io::Error::other)?;
    let (folders, files): (Vec<_>, Vec<_>) = entries.iter().partition(|entry| entry.file_type().is_dir());
    let path = |entry: &walkdir::DirEntry| to.join(entry.path().strip_prefix(like).unwrap_or(entry.path()));
    let files = files.into_iter().map(|entry| Ok((path(entry), entry.metadata().map_err(io::Error::other)?.len() as usize)));
    let files: Vec<(PathBuf, usize)> = files.collect::<io::Result<_>>()?;
    let bytes = vec![b'x'; files.iter().map(|(_, length)| *length).max().unwrap_or_default()];
    let start = Instant::now();
    folders.iter().try_for_each(|folder| fs::create_dir_all(path(folder)))?;
    files.par_iter().try_for_each(|(path, length)| fs::write(path, &bytes[..*length]))?;
    run(Path::new("sync"), &[])?;
    Ok(start.elapsed())
}

/// The size and time of every record asked for, one after the other.
pub fn walk(folder: &Path) -> io::Result<Duration> {
    let start = Instant::now();
    for entry in records(folder) {
        std::hint::black_box(fs::metadata(entry?.path())?.modified()?);
    }
    Ok(start.elapsed())
}

fn records(folder: &Path) -> impl Iterator<Item = io::Result<walkdir::DirEntry>> {
    let is_output = |entry: &walkdir::DirEntry| {
        let name = entry.file_name().to_string_lossy();
        name == "public" || name == ".tidings" || name.starts_with("former-")
    };
    walkdir::WalkDir::new(folder).into_iter().filter_entry(move |entry| !is_output(entry)).map(|entry| entry.map_err(io::Error::other))
}

/// One run of a whole process, from its start to its end.
pub struct Run {
    pub took: Duration,
    pub cpu: Option<Duration>,
    pub ledger: f64,
    /// Documents that changed, where the run reported.
    pub written: u64,
    pub memory: u64,
}

/// A build of the publication in `folder`.
pub fn build(tidings: &Path, folder: &Path, more: &[&str]) -> io::Result<Run> {
    let folder = folder.to_string_lossy();
    run(tidings, &[&["-C", &folder, "build", "--quiet"], more].concat())
}

/// Any program.
pub fn run(program: &Path, args: &[&str]) -> io::Result<Run> {
    let timer = Path::new("/usr/bin/time");
    let mut command = Command::new(if timer.exists() { timer } else { program });
    if timer.exists() {
        command.args(["-f", "%U %S %M"]).arg(program);
    }
    command.args(args).env("TIDINGS_NOW", "2030-01-01T00:00:00Z");
    let start = Instant::now();
    let output = command.output()?;
    let took = start.elapsed();
    let said = String::from_utf8_lossy(&output.stderr);
    if !output.status.success() {
        let said: String = said.chars().take(1000).collect();
        return Err(io::Error::other(format!("{} failed: {said}", program.display())));
    }
    let (ledger, written) = if output.stdout.is_empty() { (0.0, 0) } else { told(&output.stdout)? };
    let figures: Vec<f64> = said.lines().last().unwrap_or_default().split(' ').filter_map(|figure| figure.parse().ok()).collect();
    match figures[..] {
        [user, system, memory] => {
            Ok(Run { took, cpu: Some(Duration::from_secs_f64(user + system)), ledger, written, memory: memory as u64 })
        }
        _ => Ok(Run { took, cpu: None, ledger, written, memory: 0 }),
    }
}

/// What recalling, loading and saving took, as a part of everything else, and how many documents changed, from the report of a run.
fn told(report: &[u8]) -> io::Result<(f64, u64)> {
    let report: serde_json::Value = serde_json::from_slice(report)?;
    let seconds = |stage: &str| report["seconds"][stage].as_f64().ok_or_else(|| io::Error::other(format!("no `{stage}` in the report")));
    let ledger = seconds("recall")? + seconds("remember")?;
    Ok((ledger / (seconds("total")? - ledger), report["files"]["changed"].as_u64().unwrap_or_default()))
}

/// Lets the next build be a first one. What stood there is moved away and not removed: a file system may be slow where much was just removed.
pub fn forget(folder: &Path) -> io::Result<()> {
    for output in ["public", ".tidings"] {
        let former = (0..).map(|number| folder.join(format!("former-{output}-{number}"))).find(|path| !path.exists());
        match fs::rename(folder.join(output), former.unwrap_or_default()) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    Ok(())
}

pub fn median(times: &[Duration]) -> Duration {
    let mut times = times.to_vec();
    times.sort();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

pub fn middle(parts: &[f64]) -> f64 {
    let mut parts = parts.to_vec();
    parts.sort_by(f64::total_cmp);
    parts.get(parts.len() / 2).copied().unwrap_or_default()
}

pub fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}
