//! Makes up a publication to measure with: `cargo run --release --example generate -- --records 10000 --form ndjson --into /tmp/bench`.

#[path = "../benches/corpus/mod.rs"]
mod corpus;

use std::io;
use std::path::PathBuf;

use clap::Parser;

/// Makes up a publication: records by rule, and a config for 33 channels.
#[derive(Parser)]
struct Args {
    /// How many records
    #[arg(long, default_value_t = 10_000)]
    records: usize,
    /// How they are kept
    #[arg(long, value_enum, default_value_t = corpus::Form::Folder)]
    form: corpus::Form,
    /// What the publication has beside the plain one
    #[arg(long, value_enum, default_value_t = corpus::Kind::Plain)]
    kind: corpus::Kind,
    /// The folder to write into
    #[arg(long, value_name = "DIR")]
    into: PathBuf,
}

fn main() -> io::Result<()> {
    let args = Args::parse();
    corpus::write(&args.into, args.form, args.kind, args.records)?;
    println!("{} records ({}) in {}", args.records, args.form.name(), args.into.display());
    Ok(())
}
