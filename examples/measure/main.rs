//! Measures the whole program on made-up records: `benches/run`, or `cargo run --release --example measure -- --help`.

#[path = "../../benches/corpus/mod.rs"]
mod corpus;
mod forms;
mod runs;
mod works;

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::Parser;

/// Measures builds of made-up records: each form beside a plain read of the same files, then each work beside what it may cost.
#[derive(Parser)]
struct Args {
    /// How many records each form has; 0 leaves this table out
    #[arg(long, default_value_t = 10_000)]
    records: usize,
    /// How many rounds
    #[arg(long, default_value_t = 11)]
    rounds: usize,
    /// How many records the works are done on; 0 leaves this table out
    #[arg(long, default_value_t = 100_000)]
    works: usize,
    /// How many rounds of the works
    #[arg(long, default_value_t = 5)]
    works_rounds: usize,
    /// How many records the growth ends at
    #[arg(long, default_value_t = 100_000)]
    most: usize,
    /// The program; the one that was built with this example unless said otherwise
    #[arg(long, value_name = "FILE")]
    tidings: Option<PathBuf>,
    /// Where to make the records; a temporary folder unless said otherwise
    #[arg(long, value_name = "DIR")]
    into: Option<PathBuf>,
    /// A file to append the tables to
    #[arg(long, value_name = "FILE")]
    append: Option<PathBuf>,
}

fn main() -> io::Result<()> {
    let args = Args::parse();
    let tidings = args.tidings.clone().map_or_else(|| beside_this("../tidings"), Ok)?;
    let temporary = tempfile::tempdir()?;
    let root = args.into.clone().unwrap_or_else(|| temporary.path().to_owned());
    if args.records > 0 {
        tell(&args, &forms::measure(&tidings, &root, args.records, args.rounds)?)?;
    }
    if args.works > 0 {
        let works = works::Works { tidings: &tidings, plain: &beside_this("plain")?, root: &root, rounds: args.works_rounds };
        tell(&args, &works.table(args.works)?)?;
        tell(&args, &works.growth(args.most)?)?;
    }
    Ok(())
}

fn tell(args: &Args, table: &str) -> io::Result<()> {
    print!("{table}");
    match &args.append {
        Some(path) => fs::OpenOptions::new().create(true).append(true).open(path)?.write_all(table.as_bytes()),
        None => Ok(()),
    }
}

/// A program beside this one, `target/release/examples/measure`.
fn beside_this(name: &str) -> io::Result<PathBuf> {
    let this = std::env::current_exe()?;
    let folder = this.parent().ok_or_else(|| io::Error::other("no folder above this program"))?;
    Ok(Path::new(folder).join(format!("{name}{}", std::env::consts::EXE_SUFFIX)))
}
