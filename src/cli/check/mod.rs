//! `tidings check`: says what is wrong with feeds, wherever they come from; without paths, with the whole publication.

mod gather;
mod output;
mod publication;

use std::collections::BTreeMap;
use std::io::Write;
use std::path::PathBuf;

use clap::{Args, ValueEnum, ValueHint};
use rayon::prelude::*;
use url::Url;

use super::arguments::web_address;
use super::context::Context;
use super::{Exit, Failure, ui};
use crate::check::codes;
use crate::check::{self, Document, Options, Report};
use crate::diag::{Severity, did_you_mean};
use crate::doctor::codes as doctor;
use gather::Source;
use output::Checked;

/// `tidings check`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  tidings check                     the config, the records, and every feed that `build` would write
  tidings check items/2026          these records alone, among all that the config says
  tidings check feed.xml
  tidings check public --url https://example.org/feeds/
  curl -s https://example.org/feed.xml | tidings check -
  tidings check public --format github --deny warnings
  tidings check --explain missing-guid")]
pub(super) struct CheckArgs {
    /// Feeds, or records of the publication: files and folders; `-` is standard input
    #[arg(value_hint = ValueHint::AnyPath)]
    paths: Vec<PathBuf>,
    /// Where the file, or the folder, is served from
    #[arg(long, value_name = "URL", requires = "paths", value_parser = web_address)]
    url: Option<Url>,
    /// The `Content-Type` that the files are served with
    #[arg(long, value_name = "TYPE", requires = "paths")]
    content_type: Option<String>,
    /// How to print what was found
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Count a warning as an error: a code, or `warnings` for all of them
    #[arg(long, value_name = "CODE")]
    deny: Vec<String>,
    /// Pass over a code
    #[arg(long, value_name = "CODE")]
    allow: Vec<String>,
    /// Say what a code means, why it matters and how to mend it
    #[arg(long, value_name = "CODE", conflicts_with = "paths")]
    explain: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people: place, message, the line, a caret, a way out
    Text,
    /// One object a document
    Ndjson,
    /// Annotations for continuous integration
    Github,
    /// SARIF 2.1.0, one log for all
    Sarif,
}

pub(super) fn run(args: &CheckArgs, context: &Context) -> Result<Exit, Failure> {
    if let Some(code) = &args.explain {
        return explain(code);
    }
    if let Some(unknown) = args.deny.iter().chain(&args.allow).find(|code| *code != "warnings" && !is_code(code)) {
        return Err(no_such_code(unknown));
    }
    let mut checked = match args.paths.is_empty() {
        true => publication::check(context)?,
        false => check_paths(args, context)?,
    };
    checked.iter_mut().for_each(|one| weigh(one, args));
    ui::written(output::print(args.format, context.ui, &checked, &mut anstream::stdout().lock()));
    Ok(if checked.iter().all(Checked::valid) { Exit::Fine } else { Exit::Findings })
}

/// Records of the publication as records, and all else as feeds.
fn check_paths(args: &CheckArgs, context: &Context) -> Result<Vec<Checked>, Failure> {
    let own = publication::Own::of(context);
    let (records, feeds): (Vec<PathBuf>, Vec<PathBuf>) = args.paths.iter().cloned().partition(|path| own.has(path));
    let mut checked = if records.is_empty() { Vec::new() } else { publication::check_own(&records, context)? };
    // No feed where somebody looked for something: the config would say what is there, and cannot be read.
    let has_none = |path: &PathBuf| path.is_dir() && gather::gather(std::slice::from_ref(path), None).is_ok_and(|found| found.is_empty());
    if own.is_unknown && feeds.iter().any(has_none) {
        checked.extend(publication::check(context)?);
    }
    checked.extend(check_files(&feeds, args, context)?);
    Ok(checked)
}

fn check_files(paths: &[PathBuf], args: &CheckArgs, context: &Context) -> Result<Vec<Checked>, Failure> {
    let sources = gather::gather(paths, args.url.as_ref())?;
    let check = |source: &Source| {
        let url = source.url.clone();
        let options = Options { url, content_type: args.content_type.clone(), now: Some(context.now), ..Options::default() };
        let mut bytes = source.read()?;
        let report = check::check(&bytes, &options);
        // What stands alone is not looked at again.
        if source.folder.is_none() {
            bytes = Vec::new();
        }
        Ok((report, bytes))
    };
    let mut read: Vec<(Report, Vec<u8>)> = sources.par_iter().map(check).collect::<Result<_, Failure>>()?;
    together(&sources, &mut read);
    Ok(sources.iter().zip(read).map(|(source, (report, _))| Checked::document(source.name.clone(), report)).collect())
}

/// Documents of one folder are one publication: looks at them together.
fn together(sources: &[Source], read: &mut [(Report, Vec<u8>)]) {
    let mut folders: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (at, source) in sources.iter().enumerate() {
        folders.entry(source.folder.unwrap_or(usize::MAX)).or_default().push(at);
    }
    folders.remove(&usize::MAX);
    for members in folders.values() {
        let document = |at: &usize| Document { name: &sources[*at].name, url: sources[*at].url.clone(), bytes: &read[*at].1 };
        let documents: Vec<Document<'_>> = members.iter().map(document).collect();
        for (member, finding) in check::check_set(&documents) {
            read[members[member]].0.findings.push(finding);
        }
    }
}

/// Applies `--deny` and `--allow`.
fn weigh(checked: &mut Checked, args: &CheckArgs) {
    checked.findings.retain(|finding| !args.allow.iter().any(|code| code == finding.code.name));
    let all = args.deny.iter().any(|code| code == "warnings");
    for finding in &mut checked.findings {
        let denied = args.deny.iter().any(|code| code == finding.code.name);
        if denied || all && finding.severity == Severity::Warning {
            finding.severity = Severity::Error;
        }
    }
}

/// Whether the checker or another room of the program has the code.
pub(super) fn is_code(code: &str) -> bool {
    codes::find(code).is_some() || doctor::find(code).is_some() || crate::diag::codes::ALL.iter().any(|own| own.name == code)
}

pub(super) fn no_such_code(code: &str) -> Failure {
    let names = codes::all()
        .map(|rule| rule.code.name)
        .chain(crate::diag::codes::ALL.iter().map(|code| code.name))
        .chain(doctor::ALL.iter().map(|row| row.code.name));
    let help = did_you_mean(code, names).unwrap_or_else(|| "docs/checks.md lists the checker's".to_owned());
    Failure::new(format!("no check has the code `{code}`")).help(help)
}

fn explain(code: &str) -> Result<Exit, Failure> {
    let mut out = anstream::stdout().lock();
    if let Some(doctor::Row { code, mend, clause }) = doctor::find(code) {
        ui::written(writeln!(out, "{} ({}): {}\n  mend: {mend}\n  {clause}", code.name, code.severity.as_str(), code.about));
        return Ok(Exit::Fine);
    }
    let result = match (codes::find(code), crate::diag::codes::ALL.iter().find(|own| own.name == code)) {
        (Some(rule), None) => write!(out, "{}", codes::page(rule)),
        // Feeds and records can lack the same.
        (Some(rule), Some(own)) => {
            writeln!(out, "{} ({}), of a record or the config: {}\n\nof a feed:\n", own.name, own.severity.as_str(), own.about)
                .and_then(|()| write!(out, "{}", codes::page(rule)))
        }
        (None, Some(own)) => writeln!(out, "{} ({}): {}", own.name, own.severity.as_str(), own.about),
        (None, None) => return Err(no_such_code(code)),
    };
    ui::written(result);
    Ok(Exit::Fine)
}
