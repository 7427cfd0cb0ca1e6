//! `tidings check`: says what is wrong with feeds, wherever they come from.

use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::{Args, ValueEnum, ValueHint};
use rayon::prelude::*;
use serde_json::{Value, json};
use url::Url;

use super::context::Context;
use super::{Exit, Failure};
use crate::check::codes::{self, Rule};
use crate::check::{self, CheckFinding, Options, Report};
use crate::diag::{Severity, did_you_mean, render};

/// `tidings check`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  tidings check feed.xml
  tidings check public --url https://example.org/feeds/
  curl -s https://example.org/feed.xml | tidings check -
  tidings check public --format github --deny warnings
  tidings check --explain missing-guid")]
pub(super) struct CheckArgs {
    /// Files and folders; `-` is standard input
    #[arg(value_hint = ValueHint::AnyPath)]
    paths: Vec<PathBuf>,
    /// Where the file, or the folder, is served from.
    #[arg(long, value_name = "URL")]
    url: Option<Url>,
    /// The `Content-Type` that the files are served with.
    #[arg(long, value_name = "TYPE")]
    content_type: Option<String>,
    /// How to print what was found.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Count a warning as an error: a code, or `warnings` for all of them.
    #[arg(long, value_name = "CODE")]
    deny: Vec<String>,
    /// Pass over a code.
    #[arg(long, value_name = "CODE")]
    allow: Vec<String>,
    /// Say what a code means, why it matters and how to mend it.
    #[arg(long, value_name = "CODE", conflicts_with = "paths")]
    explain: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people: place, message, the line, a caret, a way out.
    Text,
    /// One object a document.
    Ndjson,
    /// Annotations for continuous integration.
    Github,
    /// SARIF 2.1.0, one log for all.
    Sarif,
}

/// A document and what was found in it.
struct Checked {
    /// As the user named it.
    name: String,
    report: Report,
}

pub(super) fn run(args: &CheckArgs, context: &Context) -> Result<Exit, Failure> {
    let out = &mut anstream::stdout().lock();
    if let Some(code) = &args.explain {
        return explain(code, out);
    }
    if let Some(unknown) = args.deny.iter().chain(&args.allow).find(|code| *code != "warnings" && codes::find(code).is_none()) {
        return Err(no_such_code(unknown));
    }
    let checked = check_all(args, context)?;
    // A reader that has had enough is no fault.
    let _ = print(args.format, context.ui.verbose > 0, &checked, out);
    Ok(if checked.iter().all(|checked| checked.report.valid()) { Exit::Fine } else { Exit::Findings })
}

fn no_such_code(code: &str) -> Failure {
    let help = did_you_mean(code, codes::all().map(|rule| rule.code.name)).unwrap_or_else(|| "docs/checks.md lists them".to_owned());
    Failure::new(format!("no check has the code `{code}`")).help(help)
}

// ---- what to check

/// A file to read, its name for people and its address.
struct Source {
    path: PathBuf,
    name: String,
    url: Option<Url>,
}

/// Endings of files that a folder is searched for.
const ENDINGS: [&str; 7] = ["xml", "rss", "atom", "rdf", "opml", "json", "feed"];

fn check_all(args: &CheckArgs, context: &Context) -> Result<Vec<Checked>, Failure> {
    let mut sources = Vec::new();
    for path in &args.paths {
        gather(path, args.url.as_ref(), &mut sources)?;
    }
    let check = |source: &Source| {
        let url = source.url.clone();
        let options = Options { url, content_type: args.content_type.clone(), now: Some(context.now), ..Options::default() };
        let bytes = read(&source.path).map_err(Failure::io("read", Path::new(&source.name)))?;
        let mut report = check::check(&bytes, &options);
        weigh(&mut report, args);
        Ok(Checked { name: source.name.clone(), report })
    };
    sources.par_iter().map(check).collect()
}

fn read(path: &Path) -> io::Result<Vec<u8>> {
    if path == Path::new("-") {
        let mut bytes = Vec::new();
        io::stdin().lock().read_to_end(&mut bytes)?;
        return Ok(bytes);
    }
    std::fs::read(path)
}

fn gather(path: &Path, url: Option<&Url>, sources: &mut Vec<Source>) -> Result<(), Failure> {
    if !path.is_dir() {
        let name = if path == Path::new("-") { "<stdin>".to_owned() } else { path.display().to_string() };
        sources.push(Source { path: path.to_owned(), name, url: url.cloned() });
        return Ok(());
    }
    for entry in walkdir::WalkDir::new(path).sort_by_file_name() {
        let entry = entry.map_err(|error| Failure::new(format!("could not walk `{}`: {error}", path.display())))?;
        if entry.file_type().is_file() && is_feed(entry.path()) {
            let below = entry.path().strip_prefix(path).unwrap_or(entry.path());
            let url = url.and_then(|url| below_url(url, below));
            sources.push(Source { path: entry.path().to_owned(), name: entry.path().display().to_string(), url });
        }
    }
    Ok(())
}

fn is_feed(path: &Path) -> bool {
    path.extension().and_then(|ending| ending.to_str()).is_some_and(|ending| ENDINGS.contains(&ending.to_ascii_lowercase().as_str()))
}

/// The folder's address and the file's path below it.
fn below_url(folder: &Url, below: &Path) -> Option<Url> {
    let mut url = folder.clone();
    url.path_segments_mut().ok()?.pop_if_empty().extend(below.iter().map(|part| part.to_string_lossy().into_owned()));
    Some(url)
}

/// Applies `--deny` and `--allow`.
fn weigh(report: &mut Report, args: &CheckArgs) {
    report.findings.retain(|finding| !args.allow.iter().any(|code| code == finding.rule.code.name));
    let all = args.deny.iter().any(|code| code == "warnings");
    for finding in &mut report.findings {
        let denied = args.deny.iter().any(|code| code == finding.rule.code.name);
        if denied || all && finding.severity == Severity::Warning {
            finding.severity = Severity::Error;
        }
    }
}

// ---- how to say it

fn print(format: Format, verbose: bool, checked: &[Checked], out: &mut dyn Write) -> io::Result<()> {
    match format {
        Format::Text => text(verbose, checked, out),
        Format::Ndjson => checked.iter().try_for_each(|one| writeln!(out, "{}", document(one, verbose))),
        Format::Github => checked.iter().try_for_each(|one| github(one, verbose, out)),
        Format::Sarif => writeln!(out, "{}", sarif(checked, verbose)),
    }
}

fn shown(report: &Report, verbose: bool) -> impl Iterator<Item = &CheckFinding> {
    report.findings.iter().filter(move |finding| verbose || finding.severity != Severity::Info)
}

fn text(verbose: bool, checked: &[Checked], out: &mut dyn Write) -> io::Result<()> {
    for one in checked {
        let path: Arc<Path> = Path::new(&one.name).into();
        for finding in shown(&one.report, verbose) {
            write!(out, "{}", render::render(&finding.clone().into_finding(path.clone())))?;
        }
        if one.report.dropped > 0 {
            writeln!(out, "{}: {} more findings are not shown", one.name, one.report.dropped)?;
        }
    }
    let count = |severity| checked.iter().map(|one| one.report.count(severity)).sum::<usize>();
    let (errors, warnings) = (count(Severity::Error), count(Severity::Warning));
    let documents = checked.len();
    writeln!(out, "{}, {}, {}", many(documents, "document"), many(errors, "error"), many(warnings, "warning"))
}

fn many(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

fn document(one: &Checked, verbose: bool) -> Value {
    let findings: Vec<Value> = shown(&one.report, verbose)
        .map(|finding| {
            json!({
                "code": finding.rule.code.name,
                "severity": finding.severity,
                "line": finding.line,
                "column": finding.column,
                "element": finding.element,
                "parent": finding.parent,
                "message": finding.message,
                "help": finding.help,
            })
        })
        .collect();
    json!({ "file": one.name, "kind": one.report.kind, "valid": one.report.valid(), "findings": findings })
}

fn github(one: &Checked, verbose: bool, out: &mut dyn Write) -> io::Result<()> {
    let escaped = |text: &str| text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A");
    let property = |text: &str| escaped(text).replace(':', "%3A").replace(',', "%2C");
    for finding in shown(&one.report, verbose) {
        let level = match finding.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Info => "notice",
        };
        let (file, code) = (property(&one.name), finding.rule.code.name);
        let message = escaped(&format!("{}\n{}", finding.message, finding.help));
        writeln!(out, "::{level} file={file},line={},col={},title={code}::{message}", finding.line.max(1), finding.column.max(1))?;
    }
    Ok(())
}

fn sarif(checked: &[Checked], verbose: bool) -> Value {
    let mut used: Vec<&'static Rule> = checked.iter().flat_map(|one| shown(&one.report, verbose)).map(|finding| finding.rule).collect();
    used.sort_by_key(|rule| rule.code.name);
    used.dedup_by_key(|rule| rule.code.name);
    let rules: Vec<Value> = used
        .iter()
        .map(|rule| {
            json!({
                "id": rule.code.name,
                "shortDescription": { "text": rule.code.about },
                "fullDescription": { "text": rule.why },
                "help": { "text": rule.help },
                "defaultConfiguration": { "level": level(rule.code.severity) },
            })
        })
        .collect();
    let results: Vec<Value> =
        checked.iter().flat_map(|one| shown(&one.report, verbose).map(|finding| sarif_result(&one.name, finding))).collect();
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{ "tool": { "driver": { "name": "tidings", "version": env!("CARGO_PKG_VERSION"), "rules": rules } }, "results": results }],
    })
}

fn sarif_result(name: &str, finding: &CheckFinding) -> Value {
    json!({
        "ruleId": finding.rule.code.name,
        "level": level(finding.severity),
        "message": { "text": finding.message },
        "locations": [{
            "physicalLocation": {
                "artifactLocation": { "uri": name.replace('\\', "/") },
                "region": { "startLine": finding.line.max(1), "startColumn": finding.column.max(1) },
            },
        }],
    })
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "note",
    }
}

fn explain(code: &str, out: &mut dyn Write) -> Result<Exit, Failure> {
    let rule = codes::find(code).ok_or_else(|| no_such_code(code))?;
    let _ = write!(out, "{}", codes::page(rule));
    Ok(Exit::Fine)
}
