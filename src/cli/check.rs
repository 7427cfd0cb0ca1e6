//! `tidings check`: says what is wrong with feeds, wherever they come from.

use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use clap::{Args as ClapArgs, ValueEnum};
use rayon::prelude::*;
use serde_json::{Value, json};
use url::Url;

use tidings::check::codes::{self, Rule};
use tidings::check::{self, CheckFinding, Options, Report};
use tidings::diag::{Severity, did_you_mean, render};

/// Check feeds: RSS 0.91 to 2.0, RSS 1.0, Atom 1.0, OPML and JSON Feed.
#[derive(Debug, ClapArgs)]
pub struct Args {
    /// Files and folders; `-` is standard input.
    pub paths: Vec<PathBuf>,
    /// Where the file, or the folder, is served from.
    #[arg(long, value_name = "URL")]
    pub url: Option<Url>,
    /// The `Content-Type` that the files are served with.
    #[arg(long, value_name = "TYPE")]
    pub content_type: Option<String>,
    /// How to print what was found.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,
    /// Count a warning as an error: a code, or `warnings` for all of them.
    #[arg(long, value_name = "CODE")]
    pub deny: Vec<String>,
    /// Pass over a code.
    #[arg(long, value_name = "CODE")]
    pub allow: Vec<String>,
    /// Show notes too.
    #[arg(long, short)]
    pub verbose: bool,
    /// Say what a code means, why it matters and how to mend it.
    #[arg(long, value_name = "CODE", conflicts_with = "paths")]
    pub explain: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
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

/// Runs the command: 0 where no error stands, 1 where one does, 2 where something could not be read.
pub fn run(args: &Args) -> ExitCode {
    let out = &mut anstream::stdout().lock();
    if let Some(code) = &args.explain {
        return explain(code, out);
    }
    let unknown: Vec<&String> = args.deny.iter().chain(&args.allow).filter(|code| *code != "warnings" && codes::find(code).is_none()).collect();
    if !unknown.is_empty() {
        unknown.into_iter().for_each(|code| no_such_code(code));
        return ExitCode::from(2);
    }
    let (checked, unread) = check_all(args);
    // A reader that has had enough is no fault.
    let _ = print(args.format, args.verbose, &checked, out);
    let errors = checked.iter().any(|checked| !checked.report.valid());
    ExitCode::from(if unread { 2 } else { u8::from(errors) })
}

fn no_such_code(code: &str) {
    let help = did_you_mean(code, codes::all().map(|rule| rule.code.name)).unwrap_or_else(|| "see `docs/checks.md`".to_owned());
    anstream::eprintln!("error: no check has the code `{code}`\n  help: {help}");
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

fn check_all(args: &Args) -> (Vec<Checked>, bool) {
    let mut unread = false;
    let mut sources = Vec::new();
    for path in &args.paths {
        gather(path, args.url.as_ref(), &mut sources, &mut unread);
    }
    let now = chrono::Utc::now();
    let results: Vec<Result<Checked, String>> = sources
        .par_iter()
        .map(|source| {
            let options = Options { url: source.url.clone(), content_type: args.content_type.clone(), now: Some(now), ..Options::default() };
            let bytes = read(&source.path).map_err(|why| format!("`{}` cannot be read: {why}", source.name))?;
            let mut report = check::check(&bytes, &options);
            weigh(&mut report, args);
            Ok(Checked { name: source.name.clone(), report })
        })
        .collect();
    let mut checked = Vec::new();
    for result in results {
        match result {
            Ok(one) => checked.push(one),
            Err(why) => {
                anstream::eprintln!("error: {why}");
                unread = true;
            }
        }
    }
    (checked, unread)
}

fn read(path: &Path) -> io::Result<Vec<u8>> {
    if path == Path::new("-") {
        let mut bytes = Vec::new();
        io::stdin().lock().read_to_end(&mut bytes)?;
        return Ok(bytes);
    }
    std::fs::read(path)
}

fn gather(path: &Path, url: Option<&Url>, sources: &mut Vec<Source>, unread: &mut bool) {
    if !path.is_dir() {
        let name = if path == Path::new("-") { "<stdin>".to_owned() } else { path.display().to_string() };
        return sources.push(Source { path: path.to_owned(), name, url: url.cloned() });
    }
    for entry in walkdir::WalkDir::new(path).sort_by_file_name() {
        match entry {
            Ok(entry) if entry.file_type().is_file() && is_feed(entry.path()) => {
                let below = entry.path().strip_prefix(path).unwrap_or(entry.path());
                let url = url.and_then(|url| below_url(url, below));
                sources.push(Source { path: entry.path().to_owned(), name: entry.path().display().to_string(), url });
            }
            Ok(_) => {}
            Err(why) => {
                anstream::eprintln!("error: {why}");
                *unread = true;
            }
        }
    }
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
fn weigh(report: &mut Report, args: &Args) {
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
    let results: Vec<Value> = checked.iter().flat_map(|one| shown(&one.report, verbose).map(|finding| sarif_result(&one.name, finding))).collect();
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

fn explain(code: &str, out: &mut dyn Write) -> ExitCode {
    let Some(rule) = codes::find(code) else {
        no_such_code(code);
        return ExitCode::from(2);
    };
    let _ = write!(out, "{}", codes::page(rule));
    ExitCode::SUCCESS
}

