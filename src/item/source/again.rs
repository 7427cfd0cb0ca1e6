//! Records read again in a process that has what it read before: the files that changed, and no others.

use std::collections::BTreeSet;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use super::super::alias::Aliases;
use super::super::resolve::Resolver;
use super::super::walk::{Files, Found};
use super::super::{Item, unique};
use super::reader::Reader;
use super::{Batch, Loaded, Sift};
use crate::config::Config;
use crate::diag::Findings;

/// So many files are read again one by one; where more changed, all are read in parallel.
const FEW: usize = 64;

/// What was read again.
#[derive(Debug)]
pub struct Again<N> {
    pub loaded: Loaded<N>,
    /// What makes of the former list this one: one after the other, from its beginning to its end.
    pub edits: Vec<Edit>,
}

/// What became of the items of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Edit {
    /// Where the first of them stood, or stands now.
    pub at: u32,
    /// How many were there.
    pub out: u32,
    /// How many are there now.
    pub put: u32,
}

impl Edit {
    /// The positions of what was read.
    pub fn read(&self) -> Range<u32> {
        self.at..self.at + self.put
    }
}

/// Reads the files that were touched and takes all else as it was when `former` was read. `None` where that does not do: where something was or is wrong,
/// which a whole reading tells, or where much changed.
pub fn read_again<S: Sift>(
    config: &Config,
    files: Files,
    (former, touched): (Loaded<S::Note>, &BTreeSet<Arc<Path>>),
    sift: &S,
) -> Option<Again<S::Note>> {
    if !former.findings.is_empty() || !files.findings.is_empty() || former.bad > 0 || touched.len() > FEW {
        return None;
    }
    let mut findings = Findings::new();
    let reader = Reader { config, resolver: Resolver::new(config, Aliases::read(config, &mut findings)), sift };
    let mut loaded = Loaded { files: files.into(), known: former.records, ..former };
    let (mut may_clash, mut edits) = (false, Vec::new());
    for path in touched {
        let read = Found::at(&loaded.files.found, path).map_or_else(Batch::default, |found| reader.files(std::slice::from_ref(found)));
        findings.extend(read.findings);
        if !findings.is_empty() || read.bad > 0 {
            return None;
        }
        let range = loaded.of_file(path);
        may_clash |= range.len() != read.items.len() || !loaded.items[range.clone()].iter().zip(&read.items).all(is_told_as);
        loaded.records = loaded.records + read.records - range.len();
        loaded.known = loaded.known + read.known - range.len();
        edits.push(Edit { at: range.start as u32, out: range.len() as u32, put: read.items.len() as u32 });
        loaded.notes.splice(range.clone(), read.notes);
        loaded.items.splice(range, read.items);
    }
    if may_clash && unique::clashing(&config.root, &loaded.items, &mut findings).contains(&true) {
        return None;
    }
    Some(Again { loaded, edits })
}

impl<N> Loaded<N> {
    /// Where the items of a file stand, or would.
    fn of_file(&self, path: &Path) -> Range<usize> {
        let first = self.items.partition_point(|item| *item.path() < *path);
        let count = self.items[first..].iter().take_while(|item| *item.path() == *path).count();
        first..first + count
    }
}

/// Whether the two have in common what no two items of a run may share.
fn is_told_as((one, other): (&Arc<Item>, &Arc<Item>)) -> bool {
    one.id() == other.id() && one.story() == other.story() && one.language == other.language
}
