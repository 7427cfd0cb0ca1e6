//! One publication in each form of records, and what a first build and one with nothing new take beside a plain read.
//!
//! Every round goes through all forms, so that a busy moment of the machine falls on all alike. What counts is the median.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::corpus::{self, Form, Kind};
use super::runs::{build, forget, median, middle, ms, read_plainly, walk};

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

/// The table.
pub fn measure(tidings: &Path, root: &Path, records: usize, rounds: usize) -> io::Result<String> {
    for form in Form::ALL {
        corpus::write(&root.join(form.name()), form, Kind::Plain, records)?;
    }
    let mut seen: Vec<(Form, Seen)> = Form::ALL.map(|form| (form, Seen::default())).into();
    for _ in 0..rounds {
        for (form, seen) in &mut seen {
            round(tidings, &root.join(form.name()), seen)?;
        }
    }
    same_output(root)?;
    Ok(table(records, rounds, &seen))
}

fn round(tidings: &Path, folder: &Path, seen: &mut Seen) -> io::Result<()> {
    let (took, bytes) = read_plainly(folder)?;
    seen.read.push(took);
    seen.walk.push(walk(folder)?);
    seen.bytes = bytes;
    forget(folder)?;
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

fn table(records: usize, rounds: usize, seen: &[(Form, Seen)]) -> String {
    let mut table = format!(
        "{} records, {} rounds, {} cores, medians in milliseconds (fastest in parentheses)\n\
         form     megabytes   plain read    first build    x read  on the cores   stat walk   nothing new    x walk  ledger adds   peak MB\n",
        records,
        rounds,
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
