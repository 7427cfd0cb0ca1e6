//! Measures the whole program on made-up records: `benches/run`, or `cargo run --release --example measure -- --help`.
//!
//! Every round reads the same files plainly, builds into an empty folder and builds again with nothing new, for each form of records in
//! turn, so that a busy moment of the machine falls on all alike. What counts is the median.

#[path = "../benches/corpus/mod.rs"]
mod corpus;

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use clap::Parser;
use corpus::Form;

/// Measures builds of made-up records, beside a plain read of the same files.
#[derive(Parser)]
struct Args {
    /// How many records
    #[arg(long, default_value_t = 10_000)]
    records: usize,
    /// How many rounds
    #[arg(long, default_value_t = 11)]
    rounds: usize,
    /// The program; the one that was built with this example unless said otherwise
    #[arg(long, value_name = "FILE")]
    tidings: Option<PathBuf>,
    /// Where to make the records; a temporary folder unless said otherwise
    #[arg(long, value_name = "DIR")]
    into: Option<PathBuf>,
    /// A file to append the table to
    #[arg(long, value_name = "FILE")]
    append: Option<PathBuf>,
}

/// What was seen of one form.
#[derive(Default)]
struct Seen {
    bytes: u64,
    read: Vec<Duration>,
    /// A look at the size and time of every record, on one core.
    walk: Vec<Duration>,
    /// Into an empty folder.
    first: Vec<Duration>,
    /// With nothing new.
    again: Vec<Duration>,
    /// Time on the processors of a first build; what is left of it on a busy machine. None where `/usr/bin/time` is not there to tell.
    cpu: Vec<Duration>,
    /// What the ledger adds to a first build, as a part of the rest.
    ledger: Vec<f64>,
    /// The most memory of any run, in kilobytes; 0 likewise.
    memory: u64,
}

fn main() -> io::Result<()> {
    let args = Args::parse();
    let tidings = args.tidings.clone().map_or_else(beside_this, Ok)?;
    let temporary = tempfile::tempdir()?;
    let root = args.into.clone().unwrap_or_else(|| temporary.path().to_owned());
    for form in Form::ALL {
        corpus::write(&root.join(form.name()), form, args.records)?;
    }
    let mut seen: Vec<(Form, Seen)> = Form::ALL.map(|form| (form, Seen::default())).into();
    for _ in 0..args.rounds {
        for (form, seen) in &mut seen {
            round(&tidings, &root.join(form.name()), seen)?;
        }
    }
    same_output(&root)?;
    let table = table(&args, &seen);
    print!("{table}");
    if let Some(path) = &args.append {
        fs::OpenOptions::new().create(true).append(true).open(path)?.write_all(table.as_bytes())?;
    }
    Ok(())
}

/// `target/release/examples/measure` stands below `target/release/tidings`.
fn beside_this() -> io::Result<PathBuf> {
    let this = std::env::current_exe()?;
    let folder = this.parent().and_then(Path::parent).ok_or_else(|| io::Error::other("no folder above this program"))?;
    Ok(folder.join(format!("tidings{}", std::env::consts::EXE_SUFFIX)))
}

fn round(tidings: &Path, folder: &Path, seen: &mut Seen) -> io::Result<()> {
    let (took, bytes) = read_plainly(folder)?;
    seen.read.push(took);
    seen.walk.push(walk(folder)?);
    seen.bytes = bytes;
    for output in ["public", ".tidings"] {
        match fs::remove_dir_all(folder.join(output)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    let first = build(tidings, folder, &["--json"])?;
    // As cron does it.
    let again = build(tidings, folder, &[])?;
    seen.first.push(first.took);
    seen.again.push(again.took);
    seen.ledger.push(first.ledger);
    seen.cpu.extend(first.cpu);
    seen.memory = seen.memory.max(first.memory).max(again.memory);
    Ok(())
}

/// Every byte of the records into memory, one file after the other; the walk counts too.
fn read_plainly(folder: &Path) -> io::Result<(Duration, u64)> {
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

fn walk(folder: &Path) -> io::Result<Duration> {
    let start = Instant::now();
    for entry in records(folder) {
        std::hint::black_box(fs::metadata(entry?.path())?.modified()?);
    }
    Ok(start.elapsed())
}

fn records(folder: &Path) -> impl Iterator<Item = io::Result<walkdir::DirEntry>> {
    let is_output = |entry: &walkdir::DirEntry| entry.file_name() == "public" || entry.file_name() == ".tidings";
    walkdir::WalkDir::new(folder).into_iter().filter_entry(move |entry| !is_output(entry)).map(|entry| entry.map_err(io::Error::other))
}

/// One run of the whole process, from its start to its end.
struct Run {
    took: Duration,
    cpu: Option<Duration>,
    ledger: f64,
    memory: u64,
}

fn build(tidings: &Path, folder: &Path, more: &[&str]) -> io::Result<Run> {
    let timer = Path::new("/usr/bin/time");
    let mut command = Command::new(if timer.exists() { timer } else { tidings });
    if timer.exists() {
        command.args(["-f", "%U %S %M"]).arg(tidings);
    }
    command.arg("-C").arg(folder).args(["build", "--quiet"]).args(more).env("TIDINGS_NOW", "2030-01-01T00:00:00Z");
    let start = Instant::now();
    let output = command.output()?;
    let took = start.elapsed();
    let said = String::from_utf8_lossy(&output.stderr);
    if !output.status.success() {
        let said: String = said.chars().take(1000).collect();
        return Err(io::Error::other(format!("{} failed: {said}", tidings.display())));
    }
    let ledger = if output.stdout.is_empty() { 0.0 } else { ledger_share(&output.stdout)? };
    let figures: Vec<f64> = said.lines().last().unwrap_or_default().split(' ').filter_map(|figure| figure.parse().ok()).collect();
    match figures[..] {
        [user, system, memory] => Ok(Run { took, cpu: Some(Duration::from_secs_f64(user + system)), ledger, memory: memory as u64 }),
        _ => Ok(Run { took, cpu: None, ledger, memory: 0 }),
    }
}

/// What recalling, loading and saving took, as a part of everything else, from the report of a run.
fn ledger_share(report: &[u8]) -> io::Result<f64> {
    let report: serde_json::Value = serde_json::from_slice(report)?;
    let seconds = |stage: &str| report["seconds"][stage].as_f64().ok_or_else(|| io::Error::other(format!("no `{stage}` in the report")));
    let ledger = seconds("recall")? + seconds("remember")?;
    Ok(ledger / (seconds("total")? - ledger))
}

/// The forms hold the same records, so the documents must be the same to the byte.
fn same_output(root: &Path) -> io::Result<()> {
    let published = |form: Form| -> io::Result<Vec<(PathBuf, Vec<u8>)>> {
        let folder = root.join(form.name()).join("public");
        let files = walkdir::WalkDir::new(&folder)
            .sort_by_file_name()
            .into_iter()
            .filter_map(Result::ok)
            .filter(|entry| entry.file_type().is_file());
        files.map(|file| Ok((file.path().strip_prefix(&folder).map_err(io::Error::other)?.to_owned(), fs::read(file.path())?))).collect()
    };
    let first = published(Form::Folder)?;
    for form in [Form::Ndjson, Form::Csv] {
        let other = published(form)?;
        if let Some(((path, _), _)) = first.iter().zip(&other).find(|(one, two)| one != two) {
            return Err(io::Error::other(format!("{} of {} differs from that of the folder", path.display(), form.name())));
        }
        if first.len() != other.len() || first.is_empty() {
            return Err(io::Error::other(format!("{} files from the folder, {} from {}", first.len(), other.len(), form.name())));
        }
    }
    Ok(())
}

fn table(args: &Args, seen: &[(Form, Seen)]) -> String {
    let mut table = format!(
        "{} records, {} rounds, {} cores, medians in milliseconds (fastest in parentheses)\n\
         form     megabytes   plain read    first build    x read  on the cores   stat walk   nothing new    x walk  ledger adds   peak MB\n",
        args.records,
        args.rounds,
        std::thread::available_parallelism().map_or(0, usize::from)
    );
    for (form, seen) in seen {
        let (read, first, again) = (median(&seen.read), median(&seen.first), median(&seen.again));
        let times = |of: &[Duration]| format!("{:.0} ({:.0})", ms(median(of)), ms(of.iter().min().copied().unwrap_or_default()));
        table += &format!(
            "{:<8} {:>9.1} {:>12} {:>14} {:>9.1} {:>13} {:>11} {:>13} {:>9.2} {:>12} {:>9}\n",
            form.name(),
            seen.bytes as f64 / 1e6,
            times(&seen.read),
            times(&seen.first),
            ms(first) / ms(read),
            if seen.cpu.is_empty() { "-".to_owned() } else { times(&seen.cpu) },
            times(&seen.walk),
            times(&seen.again),
            ms(again) / ms(median(&seen.walk)),
            format!("{:.0} %", middle(&seen.ledger) * 100.0),
            if seen.memory > 0 { format!("{:.0}", seen.memory as f64 / 1e3) } else { "-".to_owned() },
        );
    }
    table
}

fn median(times: &[Duration]) -> Duration {
    let mut times = times.to_vec();
    times.sort();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

fn middle(parts: &[f64]) -> f64 {
    let mut parts = parts.to_vec();
    parts.sort_by(f64::total_cmp);
    parts.get(parts.len() / 2).copied().unwrap_or_default()
}

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}
