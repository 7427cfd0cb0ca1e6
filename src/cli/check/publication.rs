//! The publication as a whole: its config, its records, and every document that `build` would write.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use super::output::{Checked, Kind};
use super::{Context, Failure};
use crate::cli::memory;
use crate::config::{self, Config};
use crate::diag::{Finding, Findings, Place};
use crate::item::Files;
use crate::ledger::Accept;
use crate::mirror;
use crate::pipeline::{self, Settled, Texts};
use crate::progress::Progress;
use crate::publish::Destination;

/// One entry for the config, one for each record file with findings, one for each document.
pub(super) fn check(context: &Context) -> Result<Vec<Checked>, Failure> {
    let (config, mut findings) = match config::load(context.config_file()?) {
        Ok(loaded) => loaded,
        Err(findings) => return Ok(by_file(findings, &context.config)),
    };
    let progress = Progress::default();
    let brought = mirror::refresh(&config, false, &progress);
    let is_brought = !brought.has_errors();
    findings.extend(brought);
    let mut checked = by_file(findings, &context.config);
    if !is_brought {
        return Ok(checked);
    }
    let folder = Destination::open(&config)?;
    let (known, memory) = (folder.known(), memory::load(&config, &folder)?.memory);
    // What a build would refuse is no fault of the documents.
    let accepted = std::collections::BTreeSet::from([Accept::Repeats, Accept::Shrink, Accept::Future, Accept::Paths]);
    let past =
        pipeline::Past { memory: &memory, known: &known, accepted: &accepted, clean: None, settled: &Settled::new(), goes_on: false };
    let loaded = pipeline::read(&config, Files::list(&config), Texts::Stay, &progress);
    let built = pipeline::build(&config, loaded, past, context.now, &progress)?;
    checked.extend(by_file(built.findings, &context.config).into_iter().filter(|one| one.kind != Kind::Config || !one.findings.is_empty()));
    checked.extend(documents(&config, &built.documents, built.checked));
    Ok(checked)
}

/// The findings of each file, the config first and always there.
fn by_file(findings: Findings, config: &Path) -> Vec<Checked> {
    let mut files: BTreeMap<Arc<Path>, Vec<Finding>> = BTreeMap::new();
    for finding in findings {
        let path = finding.place.as_ref().map_or_else(|| Arc::from(config), |place| place.path.clone());
        files.entry(path).or_default().push(finding);
    }
    let own = files.remove(config).unwrap_or_default();
    let first = Checked::file(config.display().to_string(), Kind::Config, own);
    let records = files.into_iter().map(|(path, findings)| Checked::file(path.display().to_string(), Kind::Record, findings));
    std::iter::once(first).chain(records).collect()
}

/// Every document, with what the gate found: findings that were led back to a record stand with the record.
fn documents(config: &Config, documents: &[crate::document::Document], found: Findings) -> Vec<Checked> {
    let mut files: BTreeMap<Arc<Path>, Vec<Finding>> = BTreeMap::new();
    for document in documents {
        files.insert(Arc::from(config.output.folder.join(&document.path)), Vec::new());
    }
    for finding in found {
        let place = finding.place.clone().unwrap_or_else(|| Place::file(config.path.clone()));
        files.entry(place.path).or_default().push(finding);
    }
    let kind = |path: &Path| if path.starts_with(&config.output.folder) { Kind::Document } else { Kind::Record };
    files.into_iter().map(|(path, findings)| Checked::file(path.display().to_string(), kind(&path), findings)).collect()
}
