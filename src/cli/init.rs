//! `tidings init`: a publication to start from.

use std::fs;
use std::path::{Path, PathBuf};

use chrono::Datelike;
use clap::{Args, ValueHint};

use super::{Exit, Failure, context::Context};
use crate::config::template;

/// `tidings init`
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  tidings init\n  tidings init news --base-url https://example.org/feeds/ --title \"Ports and harbours\"")]
pub(super) struct InitArgs {
    /// The folder; made where there is none
    #[arg(default_value = ".", value_hint = ValueHint::DirPath)]
    folder: PathBuf,
    /// What the publication is called
    #[arg(long, default_value = "Our news")]
    title: String,
    /// Where the feeds will be served
    #[arg(long, value_name = "URL", default_value = "https://example.org/feeds/")]
    base_url: String,
    /// The language of the publication
    #[arg(long, value_name = "TAG", default_value = "en")]
    language: String,
}

pub(super) fn run(args: &InitArgs, context: &Context) -> Result<Exit, Failure> {
    let folder = context.path(&args.folder);
    let config = folder.join("feeds.toml");
    if config.exists() {
        return Err(Failure::new(format!("`{}` is there already", config.display())).help("nothing was changed; edit it, or choose another folder"));
    }
    let text = template::config(&template::Start {
        title: &args.title,
        base_url: &args.base_url,
        language: &args.language,
        year: context.now.year(),
    });
    if let Err(findings) = crate::config::parse(&text, Path::new("feeds.toml"), &folder) {
        context.ui.findings(&findings);
        return Err(Failure::new("no config can be made of these options").help("mend `--base-url` or `--language`"));
    }
    let record = template::record(context.now.date_naive());
    for (path, text) in [(config, text), (folder.join("items/welcome.md"), record), (folder.join(".gitignore"), template::GITIGNORE.to_owned())] {
        write_new(&path, &text, context)?;
    }
    context.ui.say("now edit feeds.toml, then run `tidings build`");
    Ok(Exit::Fine)
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
