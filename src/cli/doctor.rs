//! `tidings doctor`: fetches published feeds as readers do, and says what is wrong on the way.

use std::path::PathBuf;
use std::time::Duration;

use clap::builder::RangedU64ValueParser;
use clap::{Args, ValueHint};
use rayon::prelude::*;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use serde::Serialize;
use url::Url;

use super::arguments::web_address;
use super::context::Context;
use super::report::FindingRow;
use super::ui;
use super::{Exit, Failure};
use crate::config::{Config, Format, OldPaths, paths};
use crate::diag::{Findings, Severity};
use crate::doctor::visit::Answer;
use crate::doctor::{Doctor, Examined, Local, Options, judge};
use crate::publish::{Destination, plan};

/// `tidings doctor`
#[derive(Debug, Args)]
#[command(after_help = "\
Exit codes: 0 all is well, 1 something was found that is more than a note, 2 could not run.

Examples:
  tidings doctor https://feeds.example.org/all.rss
  tidings doctor --all --quiet               every feed of this publication, for monitoring
  tidings doctor --all --json --timeout 5 --allow slow-answer
  tidings check --explain one-tag-for-two    what a code means")]
pub(super) struct DoctorArgs {
    /// Addresses of feeds
    #[arg(value_name = "URL", required_unless_present = "all", value_parser = web_address)]
    urls: Vec<Url>,
    /// Every feed of the publication, at its address
    #[arg(long, conflicts_with = "urls")]
    all: bool,
    /// As JSON
    #[arg(long)]
    json: bool,
    /// How long to wait for each answer
    #[arg(long, value_name = "SECONDS", default_value_t = 15, value_parser = RangedU64ValueParser::<u64>::new().range(1..=300))]
    timeout: u64,
    /// What to call oneself
    #[arg(long, value_name = "TEXT", default_value = concat!("tidings/", env!("CARGO_PKG_VERSION"), " (doctor)"))]
    user_agent: String,
    /// Trust the certificates of this PEM file instead of those that browsers trust
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    ca: Option<PathBuf>,
    /// Pass over a code
    #[arg(long, value_name = "CODE")]
    allow: Vec<String>,
}

/// So many feeds are looked at at a time.
const AT_A_TIME: usize = 4;

pub(super) fn run(args: &DoctorArgs, context: &Context) -> Result<Exit, Failure> {
    if let Some(unknown) = args.allow.iter().find(|code| !super::check::is_code(code)) {
        return Err(super::check::no_such_code(unknown));
    }
    // Elsewhere than in a publication's folder there is nothing to compare with.
    let config = if args.all || context.config.is_file() { context.load(false)? } else { None };
    if args.all && config.is_none() {
        return Ok(Exit::Findings);
    }
    let urls = match &config {
        Some(config) if args.all => all(config)?,
        _ => args.urls.clone(),
    };
    let doctor = Doctor::new(args.options(context)?);
    let pool = rayon::ThreadPoolBuilder::new().num_threads(AT_A_TIME.min(urls.len()).max(1)).build();
    let pool = pool.map_err(|error| Failure::new(format!("could not start: {error}")))?;
    let examine = |url: &Url| doctor.examine(url, config.as_ref().and_then(|config| local(config, url)).as_ref());
    let mut examined: Vec<Examined> = pool.install(|| urls.par_iter().map(examine).collect());
    examined.iter_mut().for_each(|one| one.findings.retain(|finding| !args.allow.iter().any(|code| code == finding.code.name)));
    match args.json {
        true => ui::print_json(&examined.iter().map(|one| Row::of(one, context)).collect::<Vec<_>>())?,
        false => examined.iter().for_each(|one| tell(one, context)),
    }
    let is_ill = examined.iter().flat_map(|one| &one.findings).any(|finding| finding.severity != Severity::Info);
    Ok(if is_ill { Exit::Findings } else { Exit::Fine })
}

impl DoctorArgs {
    fn options(&self, context: &Context) -> Result<Options, Failure> {
        let authorities = match &self.ca {
            None => Vec::new(),
            Some(path) => {
                let pem = std::fs::read(path).map_err(Failure::io("read", path))?;
                let all: Vec<CertificateDer<'static>> = CertificateDer::pem_slice_iter(&pem).filter_map(Result::ok).collect();
                match all.is_empty() {
                    true => return Err(Failure::new(format!("there is no certificate in `{}`", path.display())).help("give a file in PEM")),
                    false => all,
                }
            }
        };
        Ok(Options { timeout: Duration::from_secs(self.timeout), user_agent: self.user_agent.clone(), authorities, now: context.now })
    }
}

/// The address of every feed that was published, but for the pages of archives, and for copies at old paths, which say where they are now.
fn all(config: &Config) -> Result<Vec<Url>, Failure> {
    let folder = Destination::open(config)?;
    let is_page = |path: &str| path.rsplit_once('.').is_some_and(|(page, _)| paths::of_archive(page).is_some());
    let old = OldPaths::of(config);
    let is_old = |path: &str| old.find(plan::channel(path)).is_some();
    let feeds: Vec<Url> = folder
        .paths()
        .filter(|path| Format::of_path(path).is_some() && !is_page(path) && !is_old(path))
        .map(|path| crate::pipeline::url(config, path))
        .collect();
    match feeds.is_empty() {
        true => Err(Failure::new("nothing was published yet").help("run `tidings build` first")),
        false => Ok(feeds),
    }
}

/// What this publication has at the address.
fn local(config: &Config, url: &Url) -> Option<Local> {
    let path = url.as_str().strip_prefix(config.publication.base_url.as_str())?;
    Format::of_path(path)?;
    let file = config.root.join(&config.output.folder).join(path);
    let modified = file.metadata().and_then(|metadata| metadata.modified()).ok()?;
    Some(Local { bytes: std::fs::read(&file).ok()?, modified })
}

fn tell(one: &Examined, context: &Context) {
    let findings: Findings = one.findings.iter().cloned().collect();
    context.ui.findings(&findings);
    let visit = &one.visit;
    let facts = match &visit.plain {
        None => "no answer".to_owned(),
        Some(plain) => facts(one, plain, context),
    };
    context.ui.say(format_args!("{}: {}; {facts}", visit.asked, ui::tally(&findings)));
}

/// `200, 12.3 KB (3.1 KB compressed), 0.12 s, polls get 304, certificate for 61 days`.
fn facts(one: &Examined, plain: &Answer, context: &Context) -> String {
    let kilobytes = |bytes: usize| format!("{:.1} KB", bytes as f64 / 1e3);
    let mut parts = vec![plain.status.to_string()];
    let coded = one.visit.gzip.as_ref().filter(|gzip| gzip.coding().is_some());
    let coded = coded.map(|gzip| format!(" ({} compressed)", kilobytes(gzip.body.len()))).unwrap_or_default();
    parts.push(format!("{}{coded}", kilobytes(plain.body.len())));
    parts.push(format!("{:.2} s", plain.took.as_secs_f64()));
    if let Some(poll) = one.visit.by_tag.as_ref().or(one.visit.by_date.as_ref()) {
        parts.push(format!("polls get {}", poll.status));
    }
    if let Some(days) = days_left(one, context) {
        parts.push(format!("certificate for {days} days"));
    }
    parts.join(", ")
}

fn days_left(one: &Examined, context: &Context) -> Option<i64> {
    one.visit.certificate.as_ref().and_then(|certificate| certificate.ends).map(|ends| judge::days_left(ends, context.now))
}

/// What `--json` tells of an address.
#[derive(Serialize)]
struct Row<'a> {
    url: &'a str,
    final_url: &'a str,
    redirects: Vec<(u16, &'a str)>,
    status: Option<u16>,
    media_type: Option<String>,
    etag: Option<String>,
    last_modified: Option<String>,
    bytes: Option<usize>,
    compressed_bytes: Option<usize>,
    seconds: Option<f64>,
    certificate_days: Option<i64>,
    findings: Vec<FindingRow<'a>>,
}

impl<'a> Row<'a> {
    fn of(one: &'a Examined, context: &Context) -> Self {
        let (visit, plain) = (&one.visit, one.visit.plain.as_ref());
        Row {
            url: visit.asked.as_str(),
            final_url: visit.url.as_str(),
            redirects: visit.hops.iter().map(|hop| (hop.status, hop.to.as_str())).collect(),
            status: plain.map(|plain| plain.status),
            media_type: plain.and_then(|plain| plain.field("content-type")),
            etag: plain.and_then(|plain| plain.field("etag")),
            last_modified: plain.and_then(|plain| plain.field("last-modified")),
            bytes: plain.map(|plain| plain.body.len()),
            compressed_bytes: visit.gzip.as_ref().filter(|gzip| gzip.coding().is_some()).map(|gzip| gzip.body.len()),
            seconds: plain.map(|plain| plain.took.as_secs_f64()),
            certificate_days: days_left(one, context),
            findings: one.findings.iter().map(FindingRow::of).collect(),
        }
    }
}
