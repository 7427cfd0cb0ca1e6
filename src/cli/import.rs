//! `tidings import`: news pages and feeds become records.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand, ValueHint};
use serde::Serialize;

use super::context::Context;
use super::new::folder_of_records;
use super::report::FindingRow;
use super::{Exit, Failure, ui};
use crate::classify::Classifier;
use crate::config::Config;
use crate::diag::Finding;
use crate::item::import::{self, Imported, Options};
use crate::ledger::Store;

/// `tidings import`
#[derive(Debug, Subcommand)]
pub(super) enum ImportCommand {
    /// A news page as text: date line, title, paragraphs, again and again
    #[command(after_help = "\
Examples:
  tidings import listing page-1.txt page-2.txt
  tidings import listing --into items/2018 page.txt")]
    Listing(ImportArgs),
    /// A feed in RSS, Atom or JSON Feed; its ids are kept as they are
    #[command(after_help = "\
Examples:
  tidings import feed old-feed.xml
  tidings import feed --into items/archive *.atom
  tidings import feed --post-type news wordpress.xml")]
    Feed(FeedArgs),
}

/// What both take.
#[derive(Debug, Args)]
pub(super) struct ImportArgs {
    /// The files to read
    #[arg(required = true, value_hint = ValueHint::FilePath)]
    files: Vec<PathBuf>,
    /// The folder for the records; the config's first source where it is not given
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    into: Option<PathBuf>,
    /// Import items too that were published and whose records were removed since
    #[arg(long)]
    gone: bool,
    /// Report as JSON
    #[arg(long)]
    json: bool,
}

/// What a feed takes beyond that.
#[derive(Debug, Args)]
pub(super) struct FeedArgs {
    #[command(flatten)]
    both: ImportArgs,
    /// Take in what a WordPress export has under this type too, as it does posts; again for another
    #[arg(long, value_name = "NAME")]
    post_type: Vec<String>,
}

/// One of the two verbs of the library.
type Verb = fn(&[PathBuf], &Path, &Options) -> Result<Imported, Box<Finding>>;

pub(super) fn run(command: &ImportCommand, context: &Context) -> Result<Exit, Failure> {
    let (args, verb, post_types): (&ImportArgs, Verb, &[String]) = match command {
        ImportCommand::Listing(args) => (args, import::listing, &[]),
        ImportCommand::Feed(args) => (&args.both, import::feed, &args.post_type),
    };
    let Some((into, options)) = surroundings(args, context)? else { return Ok(Exit::Findings) };
    let options = Options { post_types: post_types.to_vec(), ..options };
    match verb(&args.files, &into, &options) {
        Ok(imported) => tell(&imported, args, context),
        Err(finding) => Err(Failure { message: finding.message, help: finding.help }),
    }
}

/// Where the records go and what the publication says; without a config, a folder must be named. `None` where the config has errors.
fn surroundings(args: &ImportArgs, context: &Context) -> Result<Option<(PathBuf, Options)>, Failure> {
    match &args.into {
        Some(into) if !context.config.is_file() => Ok(Some((into.clone(), Options::bare()))),
        into => {
            let Some(config) = context.load(args.json)? else { return Ok(None) };
            let into = into.clone().map_or_else(|| folder_of_records(&config), Ok)?;
            let gone = if args.gone { HashSet::new() } else { gone(&config)? };
            let classifier = Classifier::new(&config);
            let languages = config.publication.languages.clone();
            let options = Options::of(&config, Box::new(move |category| classifier.named(category, &languages)));
            Ok(Some((into, Options { gone, ..options })))
        }
    }
}

/// The ids and guids of items that are published no more.
fn gone(config: &Config) -> Result<HashSet<String>, Failure> {
    let memory = Store::of(config).load()?;
    let gone = memory.items().iter().filter(|known| known.gone.is_some());
    Ok(gone.flat_map(|known| [Some(known.iri()), known.guid()]).flatten().map(str::to_owned).collect())
}

fn tell(imported: &Imported, args: &ImportArgs, context: &Context) -> Result<Exit, Failure> {
    if !args.json {
        context.ui.findings(&imported.findings);
    }
    if args.json {
        ui::print_json(&Report {
            written: imported.written.iter().map(|path| path.display().to_string()).collect(),
            known: imported.known,
            gone: imported.gone,
            findings: imported.findings.iter().map(FindingRow::of).collect(),
        })?;
    } else {
        imported.written.iter().for_each(|path| context.ui.detail(format_args!("wrote {}", path.display())));
        let left = match imported.findings.errors() {
            0 => String::new(),
            errors => format!(", {}", ui::many(errors, "error")),
        };
        let gone = match imported.gone {
            0 => String::new(),
            gone => format!(", {gone} left out that were published and removed since (`--gone` takes them in)"),
        };
        context.ui.say(format_args!("{}, {} known already{gone}{left}", ui::many(imported.written.len(), "new record"), imported.known));
    }
    Ok(if imported.findings.has_errors() { Exit::Findings } else { Exit::Fine })
}

#[derive(Serialize)]
struct Report<'a> {
    written: Vec<String>,
    known: usize,
    gone: usize,
    findings: Vec<FindingRow<'a>>,
}
