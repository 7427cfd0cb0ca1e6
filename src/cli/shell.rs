//! `tidings completions` and `tidings man`: what a shell and `man` want to know of the command line.

use std::io::Write;
use std::path::PathBuf;

use clap::{Args, Command, ValueHint};

use super::{Exit, Failure, ui};

/// `tidings completions`
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  tidings completions bash > /etc/bash_completion.d/tidings\n  tidings completions zsh > ~/.zfunc/_tidings\n  tidings completions fish > ~/.config/fish/completions/tidings.fish"
)]
pub(super) struct CompletionsArgs {
    shell: clap_complete::Shell,
}

/// `tidings man`
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  tidings man | man -l -\n  tidings man --into /usr/local/share/man/man1")]
pub(super) struct ManArgs {
    /// Write a page for every command into this folder instead
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    into: Option<PathBuf>,
}

pub(super) fn completions(args: &CompletionsArgs, command: &mut Command) -> Result<Exit, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, command, "tidings", &mut script);
    write_out(&script)
}

pub(super) fn man(args: &ManArgs, command: Command) -> Result<Exit, Failure> {
    match &args.into {
        Some(folder) => {
            std::fs::create_dir_all(folder).map_err(Failure::io("create", folder))?;
            clap_mangen::generate_to(command, folder).map_err(Failure::io("write into", folder))?;
            Ok(Exit::Fine)
        }
        None => {
            let mut page = Vec::new();
            clap_mangen::Man::new(command).render(&mut page).map_err(|error| Failure::new(format!("could not write the page: {error}")))?;
            write_out(&page)
        }
    }
}

fn write_out(bytes: &[u8]) -> Result<Exit, Failure> {
    let mut out = std::io::stdout().lock();
    ui::written(out.write_all(bytes).and_then(|()| out.flush()));
    Ok(Exit::Fine)
}
