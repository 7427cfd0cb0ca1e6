//! What a publish would do: put, keep, delete. Pure.

use std::collections::{BTreeMap, BTreeSet};

use super::manifest::{Hash, Manifest};
use crate::coding::Coding;
use crate::document::Document;

/// What stands at a path of the destination before the run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    Nothing,
    /// A regular file with these contents.
    File(Hash),
    /// Something that cannot be a document: a folder, a link, a device.
    Other(&'static str),
}

/// What a publish would do. Paths are below the output folder, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    pub puts: Vec<Put>,
    /// Already as they should be.
    pub keeps: Vec<String>,
    /// Published before and no longer wanted.
    pub deletes: Vec<String>,
    /// In the way, and not published by Tidings; only `--force` overwrites them.
    pub foreign: Vec<Foreign>,
    /// Published before, no longer wanted, but changed by somebody else since: left alone.
    pub abandoned: Vec<String>,
    /// The hash of each document that the plan was made of, in their order.
    pub hashes: Vec<Hash>,
}

/// One document to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Put {
    pub path: String,
    /// The document's position in the list that the plan was made of.
    pub document: usize,
    pub change: Change,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    New,
    Changed,
}

/// Something that stands where a document should go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Foreign {
    pub path: String,
    /// What it is: `a file that was not published by this publication`.
    pub what: &'static str,
    /// Whether `--force` could replace it.
    pub replaceable: bool,
}

/// What there is to go by.
pub struct Scene<'a> {
    pub documents: &'a [Document],
    /// The hash of each document, in their order.
    pub hashes: &'a [Hash],
    /// Channel paths (without extension) whose documents stay as they are.
    pub kept: &'a BTreeSet<String>,
    pub manifest: &'a Manifest,
    /// By path, for every path of the documents and of the manifest.
    pub standing: &'a BTreeMap<String, Standing>,
    /// Whether foreign files may be overwritten.
    pub force: bool,
}

/// Makes the plan.
pub fn plan(scene: &Scene<'_>) -> Plan {
    let mut plan = Plan { hashes: scene.hashes.to_vec(), ..Plan::default() };
    let mut order: Vec<usize> = (0..scene.documents.len()).collect();
    order.sort_by(|a, b| scene.documents[*a].path.cmp(&scene.documents[*b].path));
    order.iter().for_each(|document| plan.place(scene, *document));
    let is_wanted = |path: &str| order.binary_search_by(|document| scene.documents[*document].path.as_str().cmp(path)).is_ok();
    for path in scene.manifest.paths().filter(|path| !is_wanted(path)) {
        plan.retire(scene, path);
    }
    plan
}

/// A plan for these documents, and for the paths at which nothing is to stand; all others are left alone.
pub fn plan_back(scene: &Scene<'_>, absent: &BTreeSet<String>) -> Plan {
    let mut plan = Plan { hashes: scene.hashes.to_vec(), ..Plan::default() };
    (0..scene.documents.len()).for_each(|document| plan.place(scene, document));
    absent.iter().for_each(|path| plan.retire(scene, path));
    plan
}

/// The channel path (without extension) of a document, or of a compressed copy of one.
pub(crate) fn channel(path: &str) -> &str {
    let path = Coding::plain(path).unwrap_or(path);
    path.rsplit_once('.').map_or(path, |(channel, _)| channel)
}

impl Plan {
    fn place(&mut self, scene: &Scene<'_>, document: usize) {
        let path = scene.documents[document].path.clone();
        let standing = scene.standing.get(&path).unwrap_or(&Standing::Nothing);
        let change = match standing {
            Standing::Nothing => Change::New,
            Standing::File(hash) if *hash == scene.hashes[document] => return self.keeps.push(path),
            Standing::File(hash) if scene.force || scene.manifest.wrote(&path, hash) => Change::Changed,
            Standing::File(_) if scene.manifest.knows(&path) => {
                let what = "the file was changed by something else since it was published";
                return self.foreign.push(Foreign { path, what, replaceable: true });
            }
            Standing::File(_) => {
                let what = "a file that this publication did not publish stands there";
                return self.foreign.push(Foreign { path, what, replaceable: true });
            }
            Standing::Other(what) => return self.foreign.push(Foreign { path, what, replaceable: false }),
        };
        self.puts.push(Put { path, document, change });
    }

    fn retire(&mut self, scene: &Scene<'_>, path: &str) {
        let channel = channel(path);
        match scene.standing.get(path).unwrap_or(&Standing::Nothing) {
            Standing::Nothing => {}
            _ if scene.kept.contains(channel) => self.keeps.push(path.to_owned()),
            Standing::File(hash) if scene.manifest.wrote(path, hash) => self.deletes.push(path.to_owned()),
            Standing::File(_) | Standing::Other(_) => self.abandoned.push(path.to_owned()),
        }
    }

    /// The paths at which there are documents after it.
    pub fn there(&self) -> impl Iterator<Item = &str> {
        self.keeps.iter().chain(self.puts.iter().map(|put| &put.path)).map(String::as_str)
    }

    /// Whether carrying it out would change nothing.
    pub fn is_idle(&self) -> bool {
        self.puts.is_empty() && self.deletes.is_empty()
    }
}
