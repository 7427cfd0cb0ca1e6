//! Files looked at again by what is told to have changed, in place of a walk through all folders.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use super::super::way::Way;
use super::{Files, Walk, format_of, is_hidden, named, source_of};
use crate::config::Config;
use crate::diag::Findings;

/// What a path that is told to have changed turned out to be.
enum Seen {
    /// Nothing that a build reads.
    Nothing,
    /// Among the files now, or out of them.
    Touched(Arc<Path>),
    /// Something of which a walk alone can tell what it means.
    Unclear,
}

impl Files {
    /// Looks again at these paths, below the publication's folder, and at files that were young, and adds those that may hold something else now, or are
    /// gone, to what was touched. Says no where that is not enough to know what a walk would find: then all is to be looked at, and what was touched so
    /// far stays so.
    pub fn renew(&mut self, config: &Config, changed: &BTreeSet<PathBuf>, now: SystemTime, touched: &mut BTreeSet<Arc<Path>>) -> bool {
        if !self.findings.is_empty() {
            return false;
        }
        let mut way = Way::from(&config.root);
        for found in self.found.iter_mut().filter(|found| found.is_young) {
            found.look(&mut way, now);
            touched.insert(found.path.clone());
        }
        for path in changed {
            match self.one(config, path, now) {
                Seen::Nothing => {}
                Seen::Touched(path) => _ = touched.insert(path),
                Seen::Unclear => return false,
            }
        }
        // A source without records is told of.
        let has_records = |source: usize| self.found.iter().any(|found| found.source == source);
        (0..config.sources.len()).all(has_records)
    }

    /// The files that are not as they were when the others were looked at, or that may be others all the same, and those that are gone.
    pub fn since(&self, before: &Files) -> Vec<Arc<Path>> {
        let (mut since, mut before) = (Vec::new(), before.found.iter().peekable());
        for found in &self.found {
            while let Some(gone) = before.next_if(|other| other.path < found.path) {
                since.push(gone.path.clone());
            }
            let former = before.next_if(|other| other.path == found.path);
            if former != Some(found) || found.is_young || former.is_some_and(|former| former.is_young) {
                since.push(found.path.clone());
            }
        }
        since.extend(before.map(|gone| gone.path.clone()));
        since
    }

    fn one(&mut self, config: &Config, path: &Path, now: SystemTime) -> Seen {
        let at = self.found.partition_point(|found| *found.path < *path);
        let known = self.found.get(at).filter(|found| *found.path == *path);
        let meta = fs::symlink_metadata(config.root.join(path));
        match (known, &meta) {
            (Some(_), Ok(meta)) if meta.is_file() => {
                self.found[at].look(&mut Way::from(&config.root), now);
                Seen::Touched(self.found[at].path.clone())
            }
            (Some(_), Err(error)) if error.kind() == io::ErrorKind::NotFound => Seen::Touched(self.found.remove(at).path),
            // What an editor put beside a file and took away again; a folder that is gone had files.
            (None, Err(error)) if error.kind() == io::ErrorKind::NotFound => {
                let had_files = self.found.get(at).is_some_and(|found| found.path.starts_with(path));
                // What a source is called in the config need not be where it is.
                let is_elsewhere = source_of(config, path).is_none();
                if had_files || is_elsewhere { Seen::Unclear } else { Seen::Nothing }
            }
            (None, Ok(meta)) if meta.is_file() => self.new_one(config, path, at, now),
            _ => Seen::Unclear,
        }
    }

    fn new_one(&mut self, config: &Config, path: &Path, at: usize, now: SystemTime) -> Seen {
        let whole = config.root.join(path);
        let Some(index) = source_of(config, path) else { return Seen::Unclear };
        let bases: Vec<_> = config.sources.iter().map(|source| config.root.join(named(source))).collect();
        let base = &bases[index];
        let Ok(below) = whole.strip_prefix(base) else { return Seen::Unclear };
        let folders: Vec<_> =
            below.parent().into_iter().flat_map(Path::components).map(|part| part.as_os_str().to_string_lossy()).collect();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if name.is_empty() || below.as_os_str().is_empty() || folders.iter().any(|folder| format_of(folder).is_some()) {
            return Seen::Unclear;
        }
        if is_hidden(&name) || folders.iter().any(|folder| is_hidden(folder)) {
            return Seen::Nothing;
        }
        let (mut findings, mut pieces) = (Findings::new(), Vec::new());
        let mut take = |piece| pieces.extend::<Vec<_>>(piece);
        let source = &config.sources[index];
        let mut walk = Walk { config, source, index, bases: &bases, found: Vec::new(), count: 0, take: &mut take, findings: &mut findings };
        walk.file(&whole, base);
        walk.hand_over();
        if !findings.is_empty() {
            return Seen::Unclear;
        }
        let Some(mut found) = pieces.pop() else { return Seen::Nothing };
        if *found.path != *path {
            return Seen::Unclear;
        }
        found.look(&mut Way::from(&config.root), now);
        self.found.insert(at, found);
        Seen::Touched(path.into())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const CONFIG: &str = r#"
[publication]
title = "News"
base-url = "https://example.org/feeds/"
languages = ["en"]
time-zone = "UTC"
id-authority = "example.org,2018"

[[source]]
path = "items"

[[source]]
path = "items/apart"
"#;

    /// What somebody does among the records, and where.
    #[derive(Clone, Debug)]
    enum Act {
        Write(&'static str),
        Remove(&'static str),
    }

    fn act() -> impl Strategy<Value = Act> {
        let path = || {
            prop::sample::select(vec![
                "items/a.md",
                "items/a/b.md",
                "items/a.md~",
                "items/b.toml",
                "items/.b.toml",
                "items/.c/d.md",
                "items/picture.png",
                "items/README.md",
                "items/notes.txt",
                "items/apart/a.md",
                "items/apart/b.csv",
                "items/x.md/y.md",
                "items/a",
            ])
        };
        prop_oneof![3 => path().prop_map(Act::Write), 1 => path().prop_map(Act::Remove)]
    }

    /// Gives what a system tells of it: the path, and the folders that were made for it.
    fn carry_out(root: &Path, act: &Act) -> BTreeSet<PathBuf> {
        let (Act::Write(path) | Act::Remove(path)) = act;
        let whole = root.join(path);
        let is_new = |path: &&Path| !root.join(path).exists();
        let told = Path::new(path).ancestors().enumerate().filter(|(above, path)| *above == 0 || is_new(path));
        let told = told.map(|(_, path)| path.to_owned()).collect();
        match act {
            Act::Write(_) => {
                // Where a file stands in place of its folder, or a folder in its own, nothing comes of it.
                let _ = fs::create_dir_all(whole.parent().expect("a folder"));
                let _ = fs::write(&whole, "x");
            }
            Act::Remove(_) => _ = fs::remove_file(&whole).or_else(|_| fs::remove_dir_all(&whole)),
        }
        told
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(96))]

        #[test]
        fn what_is_renewed_is_what_a_walk_finds(rounds in prop::collection::vec(prop::collection::vec(act(), 1..4), 1..8)) {
            let folder = tempfile::tempdir().expect("a folder");
            let root = folder.path();
            fs::write(root.join("feeds.toml"), CONFIG).expect("written");
            for path in ["items/z.md", "items/apart/z.md"] {
                carry_out(root, &Act::Write(path));
            }
            let (config, _) = crate::config::load(&root.join("feeds.toml")).expect("a good config");
            let now = SystemTime::now();
            let mut files = Files::look(&config, now);
            for round in rounds {
                let changed: BTreeSet<PathBuf> = round.iter().flat_map(|act| carry_out(root, act)).collect();
                let (walked, before, mut touched) = (Files::look(&config, now), files.clone(), BTreeSet::new());
                if files.renew(&config, &changed, now, &mut touched) {
                    prop_assert_eq!(&files.found, &walked.found);
                    prop_assert_eq!(format!("{:?}", files.findings), format!("{:?}", walked.findings));
                } else {
                    touched.extend(walked.since(&files));
                    files = walked;
                }
                prop_assert!(files.since(&before).iter().all(|path| touched.contains(path)));
            }
        }
    }

    #[test]
    fn a_record_that_comes_changes_or_goes_needs_no_walk() {
        let folder = tempfile::tempdir().expect("a folder");
        let root = folder.path();
        fs::write(root.join("feeds.toml"), CONFIG).expect("written");
        for path in ["items/a/z.md", "items/apart/z.md", "items/y.md"] {
            carry_out(root, &Act::Write(path));
        }
        let (config, _) = crate::config::load(&root.join("feeds.toml")).expect("a good config");
        let now = SystemTime::now();
        let mut files = Files::look(&config, now);
        for act in [Act::Write("items/a/z.md"), Act::Write("items/a/new.md"), Act::Write("items/.a.md.swp"), Act::Remove("items/y.md")] {
            let told = carry_out(root, &act);
            assert!(files.renew(&config, &told, now, &mut BTreeSet::new()), "{act:?}");
            assert_eq!(files.found, Files::look(&config, now).found, "{act:?}");
        }
        // What a walk has something to say of.
        for act in [Act::Write("items/notes.txt"), Act::Remove("items/apart/z.md"), Act::Remove("items/a")] {
            let told = carry_out(root, &act);
            assert!(!files.clone().renew(&config, &told, now, &mut BTreeSet::new()), "{act:?}");
        }
    }
}
