//! `tidings import`: news pages and feeds become records.

use std::collections::{BTreeSet, HashSet};
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand, ValueHint};
use serde::Serialize;

use super::context::Context;
use super::new::{folder_of_records, tell_unread, whole};
use super::report::FindingRow;
use super::{Exit, Failure, ui};
use crate::classify::Classifier;
use crate::config::{Config, Source};
use crate::diag::Finding;
use crate::item::import::{self, Imported, Mended, Options};
use crate::ledger::Store;
use crate::vocab::Language;

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
  tidings import feed --post-type news wordpress.xml
  tidings import feed --update wordpress.xml      and take over what changed there since
  tidings import feed --update --mended keep wordpress.xml
                                                  but leave for good what was mended here")]
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
    /// Write records anew whose items say something else than at the last import; not those that were mended by hand
    #[arg(long)]
    update: bool,
    /// What becomes of records that were mended by hand, and whose items say something else since
    #[arg(long, value_enum, value_name = "HOW")]
    mended: Option<How>,
    /// Report as JSON
    #[arg(long)]
    json: bool,
}

/// What `--mended` takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum How {
    /// They stay as they are, and are told of again when the items say something else again
    Keep,
    /// Title, date, texts and link are as the items have them; other fields stay
    Replace,
}

impl How {
    fn mended(self) -> Mended {
        match self {
            How::Keep => Mended::Keep,
            How::Replace => Mended::Replace,
        }
    }
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
    let options = Options { post_types: post_types.to_vec(), update: args.update, mended: args.mended.map(How::mended), ..options };
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
            into.iter().for_each(|folder| tell_unread(folder, &config, context));
            let into = into.clone().map_or_else(|| folder_of_records(&config), Ok)?;
            let gone = if args.gone { HashSet::new() } else { gone(&config)? };
            let classifier = Classifier::new(&config);
            let languages = config.publication.languages.clone();
            let options = Options::of(&config, Box::new(move |category| classifier.named(category, &languages)));
            let published_in = published_in(&config, &into);
            Ok(Some((into, Options { gone, published_in, ..options })))
        }
    }
}

/// The language of records of a folder that do not say theirs; nothing where the publication has no other, or the folder's source says it.
fn published_in(config: &Config, into: &Path) -> Option<Language> {
    let is_said = |source: &Source| source.language.is_some() && whole(into).starts_with(whole(&config.root.join(&source.path)));
    let may_be_another = config.publication.languages.len() > 1 && !config.sources.iter().any(is_said);
    may_be_another.then(|| config.publication.language().clone())
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
            written: shown(&imported.written),
            known: imported.known,
            gone: imported.gone,
            updated: shown(&imported.updated),
            differ: shown(&imported.differ),
            mended: shown(&imported.mended),
            kept: shown(&imported.kept),
            missed: shown(&imported.missed),
            findings: imported.findings.iter().map(FindingRow::of).collect(),
        })?;
    } else {
        imported.written.iter().for_each(|path| context.ui.detail(format_args!("wrote {}", path.display())));
        let about = |word: &str, paths: &BTreeSet<PathBuf>| {
            paths.iter().for_each(|path| context.ui.detail(format_args!("{word} {}", path.display())))
        };
        about("wrote anew", &imported.updated);
        about("differs", &imported.differ);
        about("differs, and was mended by hand:", &imported.mended);
        about("stays as it was mended:", &imported.kept);
        about("no longer there", &imported.missed);
        let left = match imported.findings.errors() {
            0 => String::new(),
            errors => format!(", {}", ui::many(errors, "error")),
        };
        let gone = match imported.gone {
            0 => String::new(),
            gone => format!(", {gone} left out that were published and removed since (`--gone` takes them in)"),
        };
        let updated = match imported.updated.len() {
            0 => String::new(),
            updated => format!(", {updated} written anew"),
        };
        let kept = match imported.kept.len() {
            0 => String::new(),
            kept => format!(", {kept} left as mended by hand"),
        };
        let new = ui::many(imported.written.len(), "new record");
        context.ui.say(format_args!("{new}, {} known already{updated}{kept}{gone}{left}", imported.known));
        tell_others(imported, context);
    }
    Ok(if imported.findings.has_errors() { Exit::Findings } else { Exit::Fine })
}

/// What the records say that is not what was imported, and the ways out.
fn tell_others(imported: &Imported, context: &Context) {
    let which = if context.ui.verbose > 0 { "" } else { " (`-v` names them)" };
    let (differ, mended, missed) = (imported.differ.len(), imported.mended.len(), imported.missed.len());
    if differ > 0 {
        let way_out = "to take that over, import with `--update`";
        context
            .ui
            .note(format_args!("{} another title, date, text, link or `draft` than what is imported{which}: {way_out}", have(differ)));
    }
    if mended > 0 {
        let way_out =
            "`--mended keep` leaves them as they are until the items change again, `--mended replace` takes over what is imported";
        let what = "another title, date, text, link or `draft` than what is imported, and than what an import wrote: both changed";
        context.ui.note(format_args!("{} {what}{which}: {way_out}", have(mended)));
    }
    if missed > 0 {
        let way_out = "remove those that are to go from the feeds";
        context.ui.note(format_args!("{} an item that was imported and is there no more{which}: {way_out}", have(missed)));
    }
}

/// `1 record has`, `2 records have`.
fn have(count: usize) -> String {
    format!("{} {}", ui::many(count, "record"), if count == 1 { "has" } else { "have" })
}

fn shown<'p>(paths: impl IntoIterator<Item = &'p PathBuf>) -> Vec<String> {
    paths.into_iter().map(|path| path.display().to_string()).collect()
}

#[derive(Serialize)]
struct Report<'a> {
    written: Vec<String>,
    known: usize,
    gone: usize,
    updated: Vec<String>,
    differ: Vec<String>,
    mended: Vec<String>,
    kept: Vec<String>,
    missed: Vec<String>,
    findings: Vec<FindingRow<'a>>,
}
