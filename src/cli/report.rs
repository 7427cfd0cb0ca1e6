//! What `--json` prints: the shapes that scripts rely on.

use std::collections::BTreeMap;

use serde::Serialize;

use super::view::View;
use crate::diag::{Finding, Severity};
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
pub(super) struct Refusal<'a> {
    pub published: bool,
    pub records: usize,
    pub seconds: BTreeMap<&'static str, f64>,
    pub findings: Vec<FindingRow<'a>>,
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
