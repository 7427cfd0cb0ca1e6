//! The publication as a whole: its config, its records, and every document that `build` would write.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::output::{Checked, Kind};
use super::{Context, Failure};
use crate::cli::{memory, report};
use crate::config::{self, Config};
use crate::diag::{Finding, Findings, Place};
use crate::item::{self, Files};
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
    // What a build would refuse for what was published before is no fault of records and documents.
    let accepted = BTreeSet::from([Accept::Repeats, Accept::Shrink, Accept::Paths]);
    let past =
        pipeline::Past { memory: &memory, known: &known, accepted: &accepted, clean: None, settled: &Settled::new(), goes_on: false };
    let loaded = pipeline::read(&config, Files::list(&config), Texts::Stay, &progress);
    let mut built = pipeline::build(&config, loaded, past, context.now, &progress)?;
    built.findings.extend(built.refused.drain(..).map(|refusal| report::at_field(&config, refusal)));
    checked.extend(by_file(built.findings, &context.config).into_iter().filter(|one| one.kind != Kind::Config || !one.findings.is_empty()));
    checked.extend(documents(&config, &built.documents, built.checked));
    Ok(checked)
}

/// What tells records of the publication, folders of them, and its config from other files.
pub(super) struct Own {
    /// Where they stand, and whether all that is below is a record, whatever it is called.
    places: Vec<(PathBuf, bool)>,
    /// Whether there is a config that cannot be read.
    pub is_unknown: bool,
}

impl Own {
    pub fn of(context: &Context) -> Self {
        let config = config::load(&context.config).ok().map(|(config, _)| config);
        let sources =
            config.iter().flat_map(|config| config.sources.iter().map(|source| (config.root.join(&source.path), source.format.is_some())));
        let all = sources.chain([(context.config.clone(), false)]);
        let places = all.flat_map(|(path, has_format)| places(&path).into_iter().map(move |path| (path, has_format))).collect();
        Own { places, is_unknown: config.is_none() && context.config.is_file() }
    }

    pub fn has(&self, path: &Path) -> bool {
        // A feed may stand among records, unless the source says what all are.
        let is_record = |path: &Path, has_format: bool| has_format || path.is_dir() || item::is_record(path);
        let is_below = |path: &PathBuf| self.places.iter().any(|(own, all)| path == own || path.starts_with(own) && is_record(path, *all));
        path.symlink_metadata().is_ok() && places(path).iter().any(is_below)
    }
}

/// Where a path leads, as it is written and behind all links.
fn places(path: &Path) -> Vec<PathBuf> {
    [std::path::absolute(path).ok(), path.canonicalize().ok()].into_iter().flatten().collect()
}

/// The findings of these files and folders of the publication alone, and what keeps its records from being read.
pub(super) fn check_own(paths: &[PathBuf], context: &Context) -> Result<Vec<Checked>, Failure> {
    let root = context.config.parent().unwrap_or(Path::new(""));
    let place = |one: &Checked| if one.kind == Kind::Config { places(&context.config) } else { places(&root.join(&one.name)) };
    let wanted: Vec<(&PathBuf, Vec<PathBuf>)> = paths.iter().map(|path| (path, places(path))).collect();
    let is_at = |at: &[PathBuf], wanted: &[PathBuf]| at.iter().any(|at| wanted.iter().any(|wanted| at.starts_with(wanted)));
    let is_asked = |(at, one): &(Vec<PathBuf>, Checked)| match one.kind {
        Kind::Config => !one.valid() || wanted.iter().any(|(_, wanted)| is_at(at, wanted)),
        Kind::Record => wanted.iter().any(|(_, wanted)| is_at(at, wanted)),
        _ => false,
    };
    let asked: Vec<(Vec<PathBuf>, Checked)> = check(context)?.into_iter().map(|one| (place(&one), one)).filter(is_asked).collect();
    let is_read = asked.iter().all(|(_, one)| one.kind != Kind::Config || one.valid());
    let is_told = |wanted: &[PathBuf]| asked.iter().any(|(at, _)| is_at(at, wanted));
    let fine = wanted.iter().filter(|(_, wanted)| is_read && !is_told(wanted)).map(|(path, _)| path.display().to_string());
    let fine: Vec<Checked> = fine.map(|name| Checked::file(name, Kind::Record, Vec::new())).collect();
    Ok(asked.into_iter().map(|(_, one)| one).chain(fine).collect())
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
