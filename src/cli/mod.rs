//! The command line: one file a subcommand.
//!
//! The only room that prints, reads the environment and the clock, or decides an exit code. Nothing knows it.

mod arguments;
#[cfg(feature = "postgres")]
mod at_desk;
mod build;
mod channels;
mod check;
mod context;
#[cfg(feature = "postgres")]
mod db;
#[cfg(feature = "postgres")]
mod db_status;
mod doctor;
mod explain;
mod follow;
mod foreign;
mod hub;
mod import;
mod init;
mod ledger;
mod listen;
mod look;
mod memory;
mod new;
mod pick;
mod pin;
mod purge;
mod report;
mod resident;
mod rollback;
mod rounds;
mod run;
mod serve;
mod serve_from;
mod server_config;
mod shell;
mod stats;
mod taken_back;
mod ui;
mod view;
mod watch;
mod way_out;
#[cfg(feature = "postgres")]
mod work;
#[cfg(feature = "postgres")]
mod worker;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::error::{ContextKind, ContextValue};
use clap::{ArgAction, ArgMatches, Args, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum, ValueHint};

use crate::diag::{Finding, codes};
use crate::ledger::LedgerError;
use crate::publish::PublishError;
use context::Context;
use way_out::{missing, way_out};

/// How a command ended when nothing kept it from running.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Exit {
    Fine,
    /// Something was found, or refused.
    Findings,
}

/// Why a command could not run. Ends in exit code 2.
#[derive(Debug)]
struct Failure {
    message: String,
    help: Option<String>,
}

/// RSS, Atom and JSON feeds by country and by topic, out of item records.
#[derive(Debug, Parser)]
#[command(name = "tidings", version, propagate_version = true, after_help = AFTER_HELP)]
struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Option<Command>,
}

const AFTER_HELP: &str = "\
Without a command, `tidings` does what `tidings build` does.

Exit codes:
  0  fine
  1  something was found, or refused; the findings say what
  2  could not run

Examples:
  tidings init news && cd news
  tidings new \"Three ports reopen\"
  tidings build";

#[derive(Debug, Args)]
struct Global {
    /// Work in this folder instead of the current one
    #[arg(short = 'C', value_name = "DIR", global = true, value_hint = ValueHint::DirPath)]
    dir: Option<PathBuf>,
    /// The config file, relative to the folder
    #[arg(long, value_name = "FILE", default_value = "feeds.toml", global = true, env = "TIDINGS_CONFIG", value_hint = ValueHint::FilePath)]
    config: PathBuf,
    /// Say only what went wrong
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    quiet: bool,
    /// Say more: every path, and every warning about a text that was cleaned
    #[arg(short, long, action = ArgAction::Count, global = true)]
    verbose: u8,
    /// When to colour what is said
    #[arg(long, value_enum, default_value_t = Colour::Auto, value_name = "WHEN", global = true)]
    color: Colour,
    /// The time that counts as now, such as `2026-11-23T08:00:00Z`; the clock's where it is not given
    #[arg(long, value_name = "DATE", global = true, env = "TIDINGS_NOW", hide_env_values = true)]
    now: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Colour {
    Auto,
    Always,
    Never,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Start a publication: a commented config and one example record
    Init(init::InitArgs),
    /// Publish: read the records, sort them into channels, write the feeds
    Build(build::BuildArgs),
    /// Tell what subscribers would see of a build, word by word, and write nothing
    Diff(build::DiffArgs),
    /// Put back what stood before the last publish
    Rollback(rollback::RollbackArgs),
    /// Start a record: a minted id and today's date
    New(new::NewArgs),
    /// Turn a news page or a feed into records
    #[command(
        subcommand,
        after_help = "Examples:\n  tidings import listing news-page.txt\n  tidings import feed old-feed.xml\n  tidings import feed wordpress.xml"
    )]
    Import(import::ImportCommand),
    /// Check feeds (RSS 0.90 to 2.0, RSS 1.0, Atom 1.0, JSON Feed), OPML, AtomPub, OpenSearch, KML and XRDS
    Check(check::CheckArgs),
    /// List the channels
    Channels(channels::ChannelsArgs),
    /// Say why an item is in its channels, or not in one
    Explain(explain::ExplainArgs),
    /// Write ids into records that derive theirs from their files' names
    Pin(pin::PinArgs),
    /// Show, export, import, check or repair what is remembered between runs
    #[command(
        subcommand,
        after_help = "Examples:\n  tidings ledger show \"three ports\"\n  tidings ledger export ledger.ndjson\n  tidings ledger check"
    )]
    Ledger(ledger::LedgerCommand),
    /// Make the tables in PostgreSQL, look at them, and take items in
    #[cfg(feature = "postgres")]
    #[command(subcommand, after_help = "Examples:\n  tidings db init\n  tidings db load\n  tidings db status")]
    Db(db::DbCommand),
    /// Publish what is wanted of the items in PostgreSQL, beside any number of other workers
    #[cfg(feature = "postgres")]
    Work(work::WorkArgs),
    /// Serve the feeds over HTTP: a preview, or for production behind a proxy
    Serve(serve::ServeArgs),
    /// Be the publication's own WebSub hub: subscribers are sent what changes, at once
    Hub(hub::HubArgs),
    /// Write the configuration of nginx, Caddy or Apache for this publication
    ServerConfig(server_config::ServerConfigArgs),
    /// Fetch published feeds as readers do, and tell what is wrong between the file and them
    Doctor(doctor::DoctorArgs),
    /// Tell from access logs who reads the feeds: subscribers, readers, the share of 304
    Stats(stats::StatsArgs),
    /// Print a completion script for a shell
    Completions(shell::CompletionsArgs),
    /// Print the manual page, or write one for each command
    Man(shell::ManArgs),
}

/// Runs the program on the process's own arguments.
pub fn main() -> ExitCode {
    let parsed = Cli::command().try_get_matches().and_then(|matches| Ok((Cli::from_arg_matches(&matches)?, reports_json(&matches))));
    let (cli, json) = match parsed {
        Ok(parsed) => parsed,
        Err(error) => {
            if let Some(failure) = left_out(&error) {
                return fail(failure, false);
            }
            let _ = error.print();
            return ExitCode::from(if error.use_stderr() { 2 } else { 0 });
        }
    };
    set_colour(cli.global.color);
    match Context::new(&cli.global).and_then(|context| run(cli.command, &context)) {
        Ok(Exit::Fine) => ExitCode::SUCCESS,
        Ok(Exit::Findings) => ExitCode::from(1),
        Err(failure) => fail(failure, json),
    }
}

/// Why there is no such command, where other builds of the program have it.
fn left_out(error: &clap::Error) -> Option<Failure> {
    let ContextValue::String(name) = error.get(ContextKind::InvalidSubcommand)? else { return None };
    let is_one = !cfg!(feature = "postgres") && ["db", "work"].contains(&name.as_str());
    let failure = || Failure::new(format!("`tidings {name}` is there only in a program that was built with the feature `postgres`"));
    is_one.then(|| failure().help("`cargo install --path . --features postgres` makes one that has it"))
}

/// Whether the command that was given was told to report as JSON.
fn reports_json(matches: &ArgMatches) -> bool {
    let own = matches.try_get_one::<bool>("json").ok().flatten().copied().unwrap_or_default();
    own || matches.subcommand().is_some_and(|(_, matches)| reports_json(matches))
}

fn run(command: Option<Command>, context: &Context) -> Result<Exit, Failure> {
    match command.unwrap_or_else(|| Command::Build(build::BuildArgs::default())) {
        Command::Init(args) => init::run(&args, context),
        Command::Build(args) => build::run(&args, context),
        Command::Diff(args) => build::diff(&args, context),
        Command::Rollback(args) => rollback::run(&args, context),
        Command::New(args) => new::run(&args, context),
        Command::Import(command) => import::run(&command, context),
        Command::Check(args) => check::run(&args, context),
        Command::Channels(args) => channels::run(&args, context),
        Command::Explain(args) => explain::run(&args, context),
        Command::Pin(args) => pin::run(&args, context),
        Command::Ledger(command) => ledger::run(&command, context),
        #[cfg(feature = "postgres")]
        Command::Db(command) => db::run(&command, context),
        #[cfg(feature = "postgres")]
        Command::Work(args) => work::run(&args, context),
        Command::Serve(args) => serve::run(&args, context),
        Command::Hub(args) => hub::run(&args, context),
        Command::ServerConfig(args) => server_config::run(&args, context),
        Command::Doctor(args) => doctor::run(&args, context),
        Command::Stats(args) => stats::run(&args, context),
        Command::Completions(args) => shell::completions(&args, &mut Cli::command()),
        Command::Man(args) => shell::man(&args, Cli::command()),
    }
}

fn set_colour(colour: Colour) {
    match colour {
        Colour::Auto => {}
        Colour::Always => anstream::ColorChoice::Always.write_global(),
        Colour::Never => anstream::ColorChoice::Never.write_global(),
    }
}

fn fail(failure: Failure, json: bool) -> ExitCode {
    ui::failure(&failure);
    if json {
        let finding = Finding::new(&codes::COULD_NOT_RUN, failure.message).maybe_help(failure.help);
        // Where nothing can be printed either, that was told already.
        let _ = report::refusal(&finding.into());
    }
    ExitCode::from(2)
}

impl Failure {
    fn new(message: impl Into<String>) -> Self {
        Failure { message: message.into(), help: None }
    }

    fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// For `map_err` on file operations.
    fn io(action: &'static str, path: &std::path::Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.to_owned();
        move |error| {
            let help = way_out(&error, &path).or_else(|| missing(&error, &path));
            Failure { help, ..Failure::new(format!("could not {action} `{}`: {error}", path.display())) }
        }
    }
}

impl From<PublishError> for Failure {
    fn from(error: PublishError) -> Self {
        let known = match &error {
            PublishError::Io { source, path, .. } => {
                way_out(source, path).map(|help| format!("{help}; what was published before is whole"))
            }
            PublishError::Ledger(LedgerError::Io { source, path, .. }) => way_out(source, path),
            _ => None,
        };
        Failure::new(error.to_string()).help(known.unwrap_or_else(|| error.help().to_owned()))
    }
}

impl From<crate::pipeline::Changed> for Failure {
    fn from(changed: crate::pipeline::Changed) -> Self {
        Failure::new(changed.to_string()).help("run again when it is no longer being written")
    }
}

impl From<crate::websub::shelf::HubError> for Failure {
    fn from(error: crate::websub::shelf::HubError) -> Self {
        Failure::new(error.to_string()).help(error.help())
    }
}

impl From<LedgerError> for Failure {
    fn from(error: LedgerError) -> Self {
        let known = match &error {
            LedgerError::Io { source, path, .. } => way_out(source, path),
            _ => None,
        };
        Failure::new(error.to_string()).help(known.unwrap_or_else(|| error.help().to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn every_command_shows_examples() {
        fn check(command: &clap::Command, path: &str) {
            let path = format!("{path} {}", command.get_name());
            if command.get_name() != "help" {
                let after = command.get_after_help().map(ToString::to_string).unwrap_or_default();
                assert!(after.contains("Example"), "`{path} --help` shows no example");
            }
            command.get_subcommands().for_each(|sub| check(sub, &path));
        }
        check(&Cli::command(), "");
    }
}
