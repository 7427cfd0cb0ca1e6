//! `tidings init`: a publication to start from.

use std::fs;
use std::path::{Path, PathBuf};

use chrono::{Datelike, SecondsFormat};
use clap::{Args, ValueHint};
use url::Url;

use super::{Exit, Failure, context::Context};
use crate::config::template;
use crate::diag::Finding;

/// `tidings init`
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  tidings init\n  tidings init news --base-url https://feeds.example.net/ --title \"Ports and harbours\""
)]
pub(super) struct InitArgs {
    /// The folder; made where there is none
    #[arg(default_value = ".", value_hint = ValueHint::DirPath)]
    folder: PathBuf,
    /// What the publication is called
    #[arg(long, default_value = "Our news")]
    title: String,
    /// Where the feeds will be served; a host of yours, since all ids are made from it
    #[arg(long, value_name = "URL")]
    base_url: Option<String>,
    /// The language of the publication
    #[arg(long, value_name = "TAG", default_value = "en")]
    language: String,
    /// The time zone of its days, by its IANA name
    #[arg(long, value_name = "ZONE", default_value = "UTC")]
    time_zone: String,
}

pub(super) fn run(args: &InitArgs, context: &Context) -> Result<Exit, Failure> {
    let folder = args.folder.as_path();
    let config = in_folder(folder, "feeds.toml");
    if config.exists() {
        return Err(
            Failure::new(format!("`{}` is there already", config.display())).help("nothing was changed; edit it, or choose another folder")
        );
    }
    let text = config_text(args, context.now.year());
    if let Err(findings) = crate::config::parse(&text, Path::new("feeds.toml"), folder) {
        // There is no such file yet that they could be looked up in.
        let told = findings.into_iter().map(|finding| Finding { place: None, ..finding }).collect();
        context.ui.findings(&told);
        let help = "mend `--title`, `--base-url`, `--language` or `--time-zone`";
        return Err(Failure::new("no config can be made of these options").help(help));
    }
    let record = RECORD.replace("@date@", &context.now.to_rfc3339_opts(SecondsFormat::Secs, true));
    for (path, text) in
        [(config, text), (in_folder(folder, "items/welcome.md"), record), (in_folder(folder, ".gitignore"), GITIGNORE.to_owned())]
    {
        write_new(&path, &text, context)?;
    }
    context.ui.say("now edit feeds.toml, then run `tidings build`");
    if args.base_url.is_none() {
        context.ui.note("no `--base-url` was given: put yours, and a domain of yours into `id-authority`, in the place of example.org");
        context.ui.note("before anything is published, since the ids of all items are made from `id-authority` and are for ever");
    }
    Ok(Exit::Fine)
}

/// The config; its id authority is the host of the base URL and this year, in which the host is the user's own.
fn config_text(args: &InitArgs, year: i32) -> String {
    let base_url = args.base_url.as_deref().unwrap_or(template::PLACEHOLDER);
    let host = Url::parse(base_url).ok().and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_else(|| "example.org".into());
    template::feeds_toml(&template::Answers {
        title: &args.title,
        base_url,
        authority: &format!("{host},{year}"),
        language: &args.language,
        time_zone: &args.time_zone,
    })
}

const GITIGNORE: &str = "/public/\n/.tidings/\n";

const RECORD: &str = "\
+++
id = \"welcome\"
title = \"Our feeds begin\"
date = @date@
# link = \"https://example.org/news/our-feeds-begin\"
# countries = [\"BZ\"]
+++

This is the first item. Edit it or delete it; `tidings new \"TITLE\"` starts the next.
";

/// Without the `./` that says nothing.
fn in_folder(folder: &Path, path: &str) -> PathBuf {
    if folder == Path::new(".") { PathBuf::from(path) } else { folder.join(path) }
}

/// Writes a file that is not there yet; one that is stays.
fn write_new(path: &Path, text: &str, context: &Context) -> Result<(), Failure> {
    if path.exists() {
        context.ui.say(format_args!("left {} as it is", path.display()));
        return Ok(());
    }
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent).map_err(Failure::io("create", parent))?;
    }
    fs::write(path, text).map_err(Failure::io("write", path))?;
    context.ui.say(format_args!("wrote {}", path.display()));
    Ok(())
}
