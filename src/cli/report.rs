//! What `--json` prints: the shapes that scripts rely on.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use serde::Serialize;

use super::ui::{self, Ui};
use super::view::View;
use super::{Exit, Failure};
use crate::config::Config;
use crate::diag::{Finding, Findings, Severity};
use crate::item::format::{self, Field};
use crate::ledger::guard;
use crate::publish::Outcome;

/// A build that came to its end.
#[derive(Serialize)]
pub(super) struct Report<'a> {
    pub published: bool,
    pub folder: String,
    pub records: usize,
    /// Records that were known from a build before, and not read again.
    pub known: usize,
    pub items: usize,
    pub hidden: usize,
    pub channels: usize,
    pub files: Option<Outcome>,
    pub paths: Paths<'a>,
    pub subscribers: Vec<View>,
    /// `null` where the config names no hub, or none was to be told.
    pub hubs: Option<HubsRow<'a>>,
    pub seconds: BTreeMap<&'static str, f64>,
    pub findings: Vec<FindingRow<'a>>,
}

/// Topics that hubs were told of, and those that they are told of by a later build.
#[derive(Serialize)]
pub(super) struct HubsRow<'a> {
    pub told: &'a [String],
    pub left: &'a [String],
}

/// Below the output folder.
#[derive(Serialize)]
pub(super) struct Paths<'a> {
    pub new: Vec<&'a str>,
    pub changed: Vec<&'a str>,
    pub unchanged: Vec<&'a str>,
    pub deleted: Vec<&'a str>,
}

/// A build that refused to publish.
#[derive(Serialize)]
struct Refusal<'a> {
    published: bool,
    records: usize,
    seconds: BTreeMap<&'static str, f64>,
    findings: Vec<FindingRow<'a>>,
}

/// What is refused; where it is about a field, told of where the record says that.
pub(super) fn at_field(config: &Config, guard::Refusal { finding, field }: guard::Refusal) -> Finding {
    match finding.place.clone().zip(field) {
        Some((place, field)) => finding.at(format::place_of(&config.root, place, Field::new(field))),
        None => finding,
    }
}

/// Says that nothing is published and what stands is left alone; as JSON too where the number of records is given.
pub(super) fn refuse(ui: Ui, findings: &Findings, records: Option<usize>, start: Instant) -> Result<Exit, Failure> {
    if records.is_none() {
        ui.findings(findings);
    }
    if let Some(records) = records {
        let seconds = BTreeMap::from([("total", start.elapsed().as_secs_f64())]);
        let findings = findings.iter().map(FindingRow::of).collect();
        ui::print_json(&Refusal { published: false, records, seconds, findings })?;
    }
    ui.note(format_args!("{}: nothing was published, what stood before stands", ui::tally(findings)));
    Ok(Exit::Findings)
}

/// Prints that a command did nothing, and why.
pub(super) fn refusal(findings: &Findings) -> Result<(), Failure> {
    let findings: Vec<FindingRow> = findings.iter().map(FindingRow::of).collect();
    ui::print_json(&serde_json::json!({ "published": false, "findings": findings }))
}

/// How long each stage took.
pub(super) fn stages(ui: Ui, stages: &[(&'static str, Duration)]) {
    stages.iter().for_each(|(stage, time)| ui.say(format_args!("{stage:<9} {:>9.1} ms", time.as_secs_f64() * 1e3)));
}

/// A finding as JSON.
#[derive(Serialize)]
pub(super) struct FindingRow<'a> {
    code: &'static str,
    severity: Severity,
    path: Option<String>,
    line: Option<u32>,
    column: Option<u32>,
    message: &'a str,
    help: Option<&'a str>,
}

impl<'a> FindingRow<'a> {
    pub fn of(finding: &'a Finding) -> Self {
        let place = finding.place.as_ref();
        FindingRow {
            code: finding.code.name,
            severity: finding.severity,
            path: place.map(|place| place.path.display().to_string()),
            line: place.map(|place| place.line).filter(|line| *line > 0),
            column: place.map(|place| place.column).filter(|column| *column > 0),
            message: &finding.message,
            help: finding.help.as_deref(),
        }
    }
}
