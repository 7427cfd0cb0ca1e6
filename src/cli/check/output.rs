//! The forms in which `tidings check` tells what it found.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::{Value, json};

use super::Format;
use crate::check::codes::{self, Rule};
use crate::check::{self, Report};
use crate::cli::ui::{Ui, many};
use crate::diag::{Code, Finding, Place, Severity};

/// A file and what was found in it.
pub(super) struct Checked {
    /// As the user named it.
    pub name: String,
    pub kind: Kind,
    pub findings: Vec<Told>,
    /// Findings that were too many to keep.
    dropped: usize,
}

/// What a file is.
#[derive(Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Kind {
    Config,
    Record,
    /// A feed that `build` would write.
    Document,
    #[serde(untagged)]
    Feed(check::Kind),
}

/// A finding with what only some of the formats show.
pub(super) struct Told {
    pub code: &'static Code,
    pub severity: Severity,
    place: Option<Place>,
    element: Option<String>,
    parent: Option<String>,
    message: String,
    help: Option<String>,
    /// How many it stands for.
    count: usize,
}

impl Checked {
    /// A feed that was checked by itself.
    pub fn document(name: String, report: Report) -> Self {
        let path: std::sync::Arc<std::path::Path> = std::path::Path::new(&name).into();
        let told = |finding: check::CheckFinding| {
            let (element, parent) = (Some(finding.element.clone()), Some(finding.parent.clone()));
            Told { element, parent, ..Told::of(finding.into_finding(path.clone())) }
        };
        let findings = report.findings.into_iter().map(told).collect();
        Checked { name, kind: Kind::Feed(report.kind), findings, dropped: report.dropped }
    }

    /// A file of the publication.
    pub fn file(name: String, kind: Kind, findings: Vec<Finding>) -> Self {
        Checked { name, kind, findings: findings.into_iter().map(Told::of).collect(), dropped: 0 }
    }

    /// Whether no error stands.
    pub fn valid(&self) -> bool {
        self.count(Severity::Error) == 0
    }

    fn count(&self, severity: Severity) -> usize {
        self.findings.iter().filter(|finding| finding.severity == severity).map(|finding| finding.count).sum()
    }

    fn shown(&self, notes: bool) -> impl Iterator<Item = &Told> {
        self.findings.iter().filter(move |finding| notes || finding.severity != Severity::Info)
    }
}

impl Told {
    fn of(finding: Finding) -> Self {
        let Finding { code, severity, place, message, help, count } = finding;
        Told { code, severity, place, element: None, parent: None, message, help, count }
    }

    fn line(&self) -> u32 {
        self.place.as_ref().map_or(0, |place| place.line)
    }

    fn column(&self) -> u32 {
        self.place.as_ref().map_or(0, |place| place.column)
    }

    fn finding(&self) -> Finding {
        let (place, message, help) = (self.place.clone(), self.message.clone(), self.help.clone());
        Finding { code: self.code, severity: self.severity, place, message, help, count: self.count }
    }

    /// The checker's row about the code, where it is the checker's.
    fn rule(&self) -> Option<&'static Rule> {
        codes::find(self.code.name)
    }
}

/// Prints in the format; `notes` shows findings of the lowest weight too.
pub(super) fn print(format: Format, ui: Ui, checked: &[Checked], out: &mut dyn Write) -> io::Result<()> {
    let notes = ui.verbose > 0;
    match format {
        Format::Text => text(ui, checked, out),
        Format::Ndjson => checked.iter().try_for_each(|one| writeln!(out, "{}", object(one, notes))),
        Format::Github => checked.iter().try_for_each(|one| annotations(one, notes, out)),
        Format::Sarif => writeln!(out, "{}", sarif(checked, notes)),
    }
}

/// Of a quiet check, only what is wrong.
fn text(ui: Ui, checked: &[Checked], out: &mut dyn Write) -> io::Result<()> {
    for one in checked {
        let shown = one.shown(ui.verbose > 0).filter(|finding| !ui.quiet || finding.severity == Severity::Error);
        ui.told(&shown.map(Told::finding).collect::<Vec<_>>(), out)?;
        if one.dropped > 0 && !ui.quiet {
            let verb = if one.dropped == 1 { "is" } else { "are" };
            writeln!(out, "{}: {} {verb} not shown", one.name, many(one.dropped, "more finding"))?;
        }
    }
    let count = |severity| checked.iter().map(|one| one.count(severity)).sum::<usize>();
    let (errors, warnings) = (count(Severity::Error), count(Severity::Warning));
    if ui.quiet && errors == 0 {
        return Ok(());
    }
    let documents = checked.iter().filter(|one| matches!(one.kind, Kind::Document | Kind::Feed(_))).count();
    let of = if documents == 0 && !checked.is_empty() { many(checked.len(), "file") } else { many(documents, "document") };
    writeln!(out, "{of}, {}, {}", many(errors, "error"), many(warnings, "warning"))
}

fn object(one: &Checked, notes: bool) -> Value {
    let findings: Vec<Value> = one
        .shown(notes)
        .map(|finding| {
            json!({
                "code": finding.code.name,
                "severity": finding.severity,
                "line": finding.line(),
                "column": finding.column(),
                "element": finding.element,
                "parent": finding.parent,
                "message": finding.message,
                "help": finding.help,
            })
        })
        .collect();
    json!({ "file": one.name, "kind": one.kind, "valid": one.valid(), "findings": findings })
}

fn annotations(one: &Checked, notes: bool, out: &mut dyn Write) -> io::Result<()> {
    let escaped = |text: &str| text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A");
    let property = |text: &str| escaped(text).replace(':', "%3A").replace(',', "%2C");
    for finding in one.shown(notes) {
        let level = match finding.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Info => "notice",
        };
        let (file, code) = (property(&one.name), finding.code.name);
        let message = escaped(&format!("{}\n{}", finding.message, finding.help.as_deref().unwrap_or_default()));
        writeln!(out, "::{level} file={file},line={},col={},title={code}::{message}", finding.line().max(1), finding.column().max(1))?;
    }
    Ok(())
}

fn sarif(checked: &[Checked], notes: bool) -> Value {
    let mut used: Vec<&Told> = checked.iter().flat_map(|one| one.shown(notes)).collect();
    used.sort_by_key(|finding| finding.code.name);
    used.dedup_by_key(|finding| finding.code.name);
    let rules: Vec<Value> = used.into_iter().map(sarif_rule).collect();
    let results: Vec<Value> = checked.iter().flat_map(|one| one.shown(notes).map(|finding| sarif_result(&one.name, finding))).collect();
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{ "tool": { "driver": { "name": "tidings", "version": env!("CARGO_PKG_VERSION"), "rules": rules } }, "results": results }],
    })
}

fn sarif_rule(finding: &Told) -> Value {
    let mut rule = json!({
        "id": finding.code.name,
        "shortDescription": { "text": finding.code.about },
        "defaultConfiguration": { "level": level(finding.code.severity) },
    });
    if let Some(row) = finding.rule() {
        rule["fullDescription"] = json!({ "text": row.why });
        rule["help"] = json!({ "text": row.help });
    }
    rule
}

fn sarif_result(name: &str, finding: &Told) -> Value {
    json!({
        "ruleId": finding.code.name,
        "level": level(finding.severity),
        "message": { "text": finding.message },
        "locations": [{
            "physicalLocation": {
                "artifactLocation": { "uri": name.replace('\\', "/") },
                "region": { "startLine": finding.line().max(1), "startColumn": finding.column().max(1) },
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
