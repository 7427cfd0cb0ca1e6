//! `tidings pin`: ids into records that derive theirs.

use std::sync::Arc;

use clap::Args;

use super::context::Context;
use super::{Exit, Failure, ui};
use crate::config::{Config, RecordFormat};
use crate::item::{self, Item, pin};
use crate::progress::Progress;
use crate::publish::Destination;

/// `tidings pin`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  tidings pin --dry-run        which records derive their ids from their files' names
  tidings pin                  write those ids into them; nothing that is published changes
  tidings pin 2018/ports       of this record alone")]
pub(super) struct PinArgs {
    /// Keys of records; all where there is none
    keys: Vec<String>,
    /// Tell, and write nothing
    #[arg(short = 'n', long)]
    dry_run: bool,
}

pub(super) fn run(args: &PinArgs, context: &Context) -> Result<Exit, Failure> {
    let Some(config) = context.load_with_tables(false)? else { return Ok(Exit::Findings) };
    let mut folder = Destination::open(&config)?;
    let _lock = folder.lock(&super::build::holder(context), false)?;
    let loaded = item::read(&config, &Progress::default());
    context.ui.findings(&loaded.findings);
    if let Some(key) = args.keys.iter().find(|key| !loaded.items.iter().any(|item| item.key() == *key)) {
        return Err(Failure::new(format!("there is no record `{key}`"))
            .help("a record's key is its file's path below its source, without extension"));
    }
    let wanted = |item: &&Arc<Item>| args.keys.is_empty() || args.keys.iter().any(|key| item.key() == *key);
    let (mut pinned, mut failed) = (0, None);
    for item in loaded.items.iter().filter(wanted) {
        match one(&config, item, args.dry_run) {
            Ok(is_pinned) => pinned += usize::from(is_pinned),
            // The first is told, when all others are pinned.
            Err(failure) => failed = failed.or(Some(failure)),
        }
    }
    let done = match pinned {
        _ if !args.dry_run => "pinned",
        1 => "derives its id; nothing was written",
        _ => "derive their ids; nothing was written",
    };
    context.ui.say(format_args!("{} {done}", ui::many(pinned, "record")));
    if let Some(failure) = failed {
        return Err(failure);
    }
    Ok(if loaded.findings.has_errors() { Exit::Findings } else { Exit::Fine })
}

/// Writes the id into one record, if it derives it from its file's name.
fn one(config: &Config, item: &Item, dry_run: bool) -> Result<bool, Failure> {
    let derived = config.publication.authority.mint(&format!("item/{}", item.key()));
    let format = match item.path().extension().and_then(|extension| extension.to_str()) {
        Some("md" | "markdown") => RecordFormat::Markdown,
        Some("toml") => RecordFormat::Toml,
        Some("json") => RecordFormat::Json,
        _ => return Ok(false),
    };
    if item.line() > 0 || item.iri() != derived {
        return Ok(false);
    }
    let path = config.root.join(item.path());
    let text = std::fs::read_to_string(&path).map_err(Failure::io("read", &path))?;
    // A byte order mark is none of the record.
    let read = |text: &str| item::format::parse(format, text.strip_prefix('\u{feff}').unwrap_or(text));
    let is_there = read(&text).is_ok_and(|record| record.id.is_some() || record.guid.is_some());
    let Some(with_id) = pin::with_id(format, &text, item.key()).filter(|_| !is_there) else { return Ok(false) };
    let reads = read(&with_id).is_ok_and(|record| record.id.as_deref() == Some(item.key()));
    if !reads {
        return Err(
            Failure::new(format!("`{}` has no place for an id", item.path().display())).help("write it yourself, as the first field")
        );
    }
    ui::print(format_args!("{}: id = \"{}\"", item.path().display(), item.key()));
    if !dry_run {
        let beside = path.with_extension("tidings-new");
        std::fs::write(&beside, with_id).map_err(Failure::io("write", &beside))?;
        std::fs::rename(&beside, &path).map_err(Failure::io("replace", &path))?;
    }
    Ok(true)
}
