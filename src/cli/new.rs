//! `tidings new`: a record to write into.

use std::fs;
use std::path::{Path, PathBuf};

use chrono::SecondsFormat;
use clap::{Args, ValueHint};

use super::context::Context;
use super::{Exit, Failure, ui};
use crate::config::Config;
use crate::item::{Date, new, write};
use crate::vocab::Language;
use crate::vocab::slug::slug;

/// `tidings new`
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  tidings new \"Three ports reopen\"\n  tidings new --draft \"Three ports reopen\"\n  tidings new --language es \"Se reabren tres puertos\"\n  $EDITOR \"$(tidings new 'Three ports reopen')\""
)]
pub(super) struct NewArgs {
    /// The title
    title: String,
    /// Keep it out of the feeds until `draft = true` is taken out of it
    #[arg(long)]
    draft: bool,
    /// The language that it is written in; that of its source, else the publication's first, where it is not given
    #[arg(long, value_name = "TAG", value_parser = Language::parse)]
    language: Option<Language>,
    /// The folder for the record; the config's first source where it is not given
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    into: Option<PathBuf>,
}

pub(super) fn run(args: &NewArgs, context: &Context) -> Result<Exit, Failure> {
    let Some(config) = context.load(false)? else { return Ok(Exit::Findings) };
    let title = args.title.split_whitespace().collect::<Vec<_>>().join(" ");
    if title.is_empty() {
        return Err(Failure::new("the title is empty").help("write it as in `tidings new \"Three ports reopen\"`"));
    }
    let folder = match &args.into {
        Some(folder) => {
            tell_unread(folder, &config, context);
            folder.clone()
        }
        None => folder_of_records(&config)?,
    };
    let now = context.now.with_timezone(&config.publication.time_zone);
    let today = now.date_naive();
    fs::create_dir_all(&folder).map_err(Failure::io("create", &folder))?;
    let stem = format!("{today}-{}", slug(&title).as_deref().map_or("untitled", write::cut_slug));
    let text = record(&title, now.fixed_offset(), args);
    let path = write::create(&folder, &stem, "md", &text).map_err(Failure::io("write into", &folder))?;
    ui::print(path.display());
    let then = if args.draft { ", take `draft = true` out when it is done," } else { "" };
    context.ui.note(format_args!("write its text below the second `+++`{then} and run `tidings build`"));
    Ok(Exit::Fine)
}

/// A record without a text yet. It bears the time as well as the day, so that the items of one day keep their order.
fn record(title: &str, now: Date, args: &NewArgs) -> String {
    let title = toml::Value::String(title.to_owned());
    let date = now.to_rfc3339_opts(SecondsFormat::Secs, true);
    let language = args.language.as_ref().map(|language| format!("language = \"{language}\"\n")).unwrap_or_default();
    let draft = if args.draft { "draft = true\n" } else { "" };
    format!("+++\nid = \"{}\"\ntitle = {title}\ndate = {date}\n{language}{draft}+++\n\n", new::mint_id(now.date_naive()))
}

/// Says it where no source reads a folder that records are put into.
pub(super) fn tell_unread(folder: &Path, config: &Config, context: &Context) {
    let (own, root) = (whole(folder), &config.root);
    if !config.sources.iter().any(|source| own.starts_with(whole(&root.join(&source.path)))) {
        context.ui.note(format_args!(
            "no source reads `{}`: add a `[[source]]` whose `path` it is, or its records will not be published",
            folder.display()
        ));
    }
}

/// The path from the root on, without links as far as it is there.
pub(super) fn whole(path: &Path) -> PathBuf {
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let there = path.ancestors().find_map(|ancestor| Some((ancestor, ancestor.canonicalize().ok()?)));
    let whole = there.and_then(|(ancestor, whole)| Some(whole.join(path.strip_prefix(ancestor).ok()?)));
    whole.unwrap_or(path)
}

/// The first source that is a folder.
pub(super) fn folder_of_records(config: &Config) -> Result<PathBuf, Failure> {
    let folders = config.sources.iter().map(|source| config.root.join(&source.path));
    folders
        .into_iter()
        .find(|path| path.is_dir() || path.extension().is_none())
        .ok_or_else(|| Failure::new("no source of the config is a folder").help("name the folder with `--into DIR`"))
}
