//! A folder as the destination: whole files, put in place by rename.
//!
//! All new files are written beside their places, made durable in one batch, and then renamed; so at every instant each published file is whole, old or
//! new. The manifest is saved before and after, so that a run that was killed in between is healed by the next.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::manifest::{Hash, Manifest};
use super::plan::{self, Plan, Scene, Standing};
use super::sets::{Former, Set, Sets};
use super::{Change, Lock, PublishError};
use crate::crash;
use crate::document::Document;
use crate::ledger::LedgerError;

/// What a new file is called until it takes its place.
const STAGED: &str = ".tidings-new";

/// So many files are synced one by one: the whole file system may hold much that is not ours.
#[cfg(target_os = "linux")]
const FEW: usize = 8;

/// An output folder with the publication's state beside it.
#[derive(Debug)]
pub struct Folder {
    root: PathBuf,
    state: PathBuf,
    manifest: Manifest,
}

/// What a publish did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Outcome {
    pub new: usize,
    pub changed: usize,
    pub unchanged: usize,
    pub deleted: usize,
    /// Bytes of the documents that were written.
    pub bytes: u64,
}

/// What is written down about a publish before it begins.
#[derive(Clone, Copy, Debug, Default)]
pub struct Memo<'a> {
    /// What is going to be remembered, as text: where the run dies between the files and the memory, the next finds it by [`Folder::unfinished`].
    pub intent: &'a str,
    /// What is replaced; `None` where it need not be kept.
    pub former: Option<&'a Former>,
}

/// A publish that was taken back, so that the next build does not repeat it unasked.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct TakenBack {
    /// When, in RFC 3339.
    pub at: String,
    /// The digest of each channel as it was then.
    pub channels: BTreeMap<String, String>,
}

impl Folder {
    /// The folder `output` of the publication at `root`; its state is kept in `root/.tidings`.
    pub fn open(root: &Path, output: &Path) -> Result<Self, PublishError> {
        let state = root.join(".tidings");
        let manifest = Manifest::load(&state.join("published.json"), output)?;
        Ok(Folder { root: root.join(output), state, manifest })
    }

    /// Keeps other runs out until the lock is dropped, and reads again what the one before may have published meanwhile.
    pub fn lock(&mut self, output: &Path, holder: &str, wait: bool) -> Result<Lock, PublishError> {
        fs::create_dir_all(&self.state).map_err(PublishError::io("create", &self.state))?;
        let lock = Lock::take(&self.state.join("lock"), holder, wait)?;
        self.manifest = Manifest::load(&self.manifest_file(), output)?;
        Ok(lock)
    }

    /// The path of every published document, in order.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.manifest.paths()
    }

    /// Every file that tells what the last run left, documents included, whether it is there or not.
    pub fn traces(&self) -> Vec<PathBuf> {
        let own = [self.manifest_file(), self.taken_back_file(), self.intent_file()];
        own.into_iter().chain(self.paths().map(|path| self.root.join(path))).collect()
    }

    /// The channel paths (without extension) that were published.
    pub fn known(&self) -> BTreeSet<String> {
        self.manifest.paths().map(|path| plan::channel(path).to_owned()).collect()
    }

    /// What publishing these documents would do.
    pub fn plan(&self, documents: &[Document], kept: &BTreeSet<String>, force: bool) -> Result<Plan, PublishError> {
        let hashes = hashes(documents);
        let paths: BTreeSet<&str> = documents.iter().map(|document| document.path.as_str()).chain(self.manifest.paths()).collect();
        let standing = self.look(paths.into_iter().collect())?;
        Ok(plan::plan(&Scene { documents, hashes: &hashes, kept, manifest: &self.manifest, standing: &standing, force }))
    }

    /// What putting these documents back would do, with nothing at the paths of `absent`.
    pub fn plan_back(&self, documents: &[Document], absent: &BTreeSet<String>, force: bool) -> Result<Plan, PublishError> {
        let hashes = hashes(documents);
        let paths: BTreeSet<&str> =
            documents.iter().map(|document| document.path.as_str()).chain(absent.iter().map(String::as_str)).collect();
        let standing = self.look(paths.into_iter().collect())?;
        let kept = BTreeSet::new();
        let scene = Scene { documents, hashes: &hashes, kept: &kept, manifest: &self.manifest, standing: &standing, force };
        Ok(plan::plan_back(&scene, absent))
    }

    /// The sets that can be put back, the newest first.
    pub fn sets(&self) -> Vec<Set> {
        Sets(self.state.join("sets")).list()
    }

    /// What was taken back since the last publish.
    pub fn taken_back(&self) -> Option<TakenBack> {
        serde_json::from_slice(&fs::read(self.taken_back_file()).ok()?).ok()
    }

    /// Writes down what is taken back.
    pub fn take_back(&self, what: &TakenBack) -> Result<(), PublishError> {
        let json = serde_json::to_vec(what).map_err(|error| PublishError::io("write", &self.taken_back_file())(error.into()))?;
        write_whole(&self.taken_back_file(), &json)
    }

    fn taken_back_file(&self) -> PathBuf {
        self.state.join("taken-back.json")
    }

    /// Carries the plan out, and then `remember`s. On an error every published file is whole, old or new.
    pub fn carry_out(
        &mut self,
        plan: &Plan,
        documents: &[Document],
        memo: Memo<'_>,
        remember: impl FnOnce() -> Result<(), LedgerError>,
    ) -> Result<Outcome, PublishError> {
        let outcome = Outcome {
            new: plan.puts.iter().filter(|put| put.change == Change::New).count(),
            changed: plan.puts.iter().filter(|put| put.change == Change::Changed).count(),
            unchanged: plan.keeps.len(),
            deleted: plan.deletes.len(),
            bytes: plan.puts.iter().map(|put| documents[put.document].bytes.len() as u64).sum(),
        };
        let before = self.manifest.clone();
        self.heal();
        let sets = Sets(self.state.join("sets"));
        let former = memo.former.filter(|former| former.keep > 0 && before.paths().next().is_some());
        if plan.is_idle() {
            former.map_or(Ok(()), |former| sets.add(former))?;
            crash::point("former");
        } else {
            if let Some(former) = former {
                sets.begin(&self.root, plan, former)?;
                crash::point("former");
            }
            self.declare(plan, memo.intent)?;
            self.put_all(plan, documents)?;
            self.delete_all(plan)?;
        }
        crash::point("files");
        remember()?;
        crash::point("remembered");
        forget(&self.intent_file())?;
        if let Some(former) = memo.former {
            sets.end(former.keep)?;
            if !plan.is_idle() {
                forget(&self.taken_back_file())?;
            }
        }
        self.settle(plan, documents);
        if self.manifest != before {
            self.manifest.save(&self.manifest_file())?;
        }
        Ok(outcome)
    }

    /// The bytes that subscribers fetch now, if there are any.
    pub fn standing_bytes(&self, path: &str) -> Option<Vec<u8>> {
        fs::read(self.root.join(path)).ok()
    }

    /// Whether the run before was cut off while it put files in place.
    pub fn is_cut_off(&self) -> bool {
        self.manifest.is_under_way()
    }

    /// Every path that was published.
    pub fn published(&self) -> impl Iterator<Item = &str> {
        self.manifest.paths()
    }

    /// The bytes that stand at a path, where they are those that the last run put there and it came to its end.
    pub fn settled_bytes(&self, path: &str) -> Option<Vec<u8>> {
        let bytes = self.standing_bytes(path).filter(|_| !self.manifest.is_under_way() && self.manifest.knows(path))?;
        self.manifest.published(path, &Hash::of(&bytes)).then_some(bytes)
    }

    /// What a run that was cut off was going to remember when it had begun to put files in place.
    pub fn unfinished(&self) -> Option<String> {
        if !self.manifest.is_under_way() {
            return None;
        }
        fs::read_to_string(self.intent_file()).ok()
    }

    fn intent_file(&self) -> PathBuf {
        self.state.join("intent.ndjson")
    }

    /// Every published document as it stands, by path.
    pub fn standing(&self) -> BTreeMap<String, Vec<u8>> {
        let read = |path: &str| Some((path.to_owned(), self.standing_bytes(path)?));
        self.manifest.paths().filter_map(read).collect()
    }

    fn manifest_file(&self) -> PathBuf {
        self.state.join("published.json")
    }

    fn look(&self, paths: Vec<&str>) -> Result<BTreeMap<String, Standing>, PublishError> {
        paths.into_par_iter().map(|path| Ok((path.to_owned(), standing(&self.root.join(path))?))).collect()
    }

    /// Clears away what a run that was cut off had written beside the places.
    fn heal(&self) {
        if self.manifest.is_under_way() {
            self.manifest.paths().for_each(|path| _ = fs::remove_file(staged(&self.root.join(path))));
        }
    }

    fn declare(&mut self, plan: &Plan, intent: &str) -> Result<(), PublishError> {
        write_whole(&self.intent_file(), intent.as_bytes())?;
        crash::point("intent");
        self.manifest.set_under_way(true);
        for put in &plan.puts {
            self.manifest.intend(&put.path, &plan.hashes[put.document]);
        }
        self.manifest.save(&self.manifest_file())
    }

    fn settle(&mut self, plan: &Plan, documents: &[Document]) {
        let hashes: BTreeMap<&str, &Hash> = documents.iter().map(|document| document.path.as_str()).zip(&plan.hashes).collect();
        for path in plan.puts.iter().map(|put| &put.path).chain(&plan.keeps) {
            if let Some(hash) = hashes.get(path.as_str()) {
                self.manifest.settle(path, hash);
            }
        }
        for path in plan.deletes.iter().chain(&plan.abandoned) {
            self.manifest.forget(path);
        }
        let gone: Vec<String> = self.manifest.paths().filter(|path| !self.root.join(path).exists()).map(str::to_owned).collect();
        gone.iter().for_each(|path| self.manifest.forget(path));
        self.manifest.set_under_way(false);
    }

    fn put_all(&self, plan: &Plan, documents: &[Document]) -> Result<(), PublishError> {
        let targets: Vec<(PathBuf, &Document)> =
            plan.puts.iter().map(|put| (self.root.join(&put.path), &documents[put.document])).collect();
        let folders: BTreeSet<&Path> = targets.iter().filter_map(|(path, _)| path.parent()).collect();
        for folder in &folders {
            fs::create_dir_all(folder).map_err(PublishError::io("create", folder))?;
        }
        if let Err(error) = stage_all(&targets, &self.root) {
            targets.iter().for_each(|(path, _)| _ = fs::remove_file(staged(path)));
            return Err(error);
        }
        for (path, _) in &targets {
            fs::rename(staged(path), path).map_err(PublishError::io("replace", path))?;
            crash::point("rename");
        }
        folders.iter().for_each(|folder| sync_folder(folder));
        Ok(())
    }

    fn delete_all(&self, plan: &Plan) -> Result<(), PublishError> {
        for path in &plan.deletes {
            let path = self.root.join(path);
            match fs::remove_file(&path) {
                Ok(()) => {
                    crash::point("delete");
                    remove_empty_folders(path.parent(), &self.root);
                }
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(PublishError::io("delete", &path)(error)),
            }
        }
        Ok(())
    }
}

fn hashes(documents: &[Document]) -> Vec<Hash> {
    documents.par_iter().map_init(Vec::new, |room, document| Hash::of(document.bytes.whole(room))).collect()
}

fn standing(path: &Path) -> Result<Standing, PublishError> {
    let kind = match fs::symlink_metadata(path) {
        Ok(metadata) => metadata.file_type(),
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => return Ok(Standing::Nothing),
        Err(error) => return Err(PublishError::io("look at", path)(error)),
    };
    if kind.is_file() {
        let bytes = fs::read(path).map_err(PublishError::io("read", path))?;
        return Ok(Standing::File(Hash::of(&bytes)));
    }
    Ok(Standing::Other(match () {
        () if kind.is_dir() => "a folder stands there",
        () if kind.is_symlink() => "a symbolic link stands there",
        () => "something that is no file stands there",
    }))
}

/// Writes a file of the state folder, whole or not at all, and waits until it is on the disk.
pub(super) fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), PublishError> {
    let beside = path.with_extension("new");
    let write = || {
        let mut out = File::create(&beside)?;
        out.write_all(bytes)?;
        out.sync_all()?;
        fs::rename(&beside, path)
    };
    write().map_err(PublishError::io("write", path))
}

fn forget(file: &Path) -> Result<(), PublishError> {
    match fs::remove_file(file) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(PublishError::io("remove", file)(error)),
        _ => Ok(()),
    }
}

fn staged(path: &Path) -> PathBuf {
    let mut name = std::ffi::OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    name.push(STAGED);
    path.with_file_name(name)
}

/// Writes every new file beside its place, then makes all of them durable at once.
fn stage_all(targets: &[(PathBuf, &Document)], root: &Path) -> Result<(), PublishError> {
    targets.par_iter().try_for_each_init(Vec::new, |room, (path, document)| stage(&staged(path), document, room))?;
    sync_batch(targets, root)
}

fn stage(path: &Path, document: &Document, room: &mut Vec<u8>) -> Result<(), PublishError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(PublishError::io("remove", path)(error)),
        _ => {}
    }
    let mut file = OpenOptions::new().write(true).create_new(true).open(path).map_err(PublishError::io("create", path))?;
    file.write_all(document.bytes.whole(room)).map_err(PublishError::io("write", path))?;
    // What a server sends as Last-Modified moves with what a feed itself says; what stands beside the feeds changed when it is written.
    if document.format.is_none() {
        return Ok(());
    }
    let changed = std::time::UNIX_EPOCH.checked_add(std::time::Duration::from_secs(document.changed.timestamp().max(0) as u64));
    changed.map_or(Ok(()), |changed| file.set_modified(changed)).map_err(PublishError::io("date", path))
}

/// Waits until all of the files are on the disk: a few one by one, many with one call for the whole file system where there is such a call. No file
/// is held open for it, since a system lets a process have a thousand or so.
fn sync_batch(targets: &[(PathBuf, &Document)], root: &Path) -> Result<(), PublishError> {
    #[cfg(target_os = "linux")]
    if targets.len() > FEW {
        let sync = || rustix::fs::syncfs(File::open(root)?).map_err(io::Error::from);
        return sync().map_err(PublishError::io("sync", root));
    }
    let sync = |(path, _): &(PathBuf, &Document)| OpenOptions::new().write(true).open(staged(path))?.sync_all();
    targets.iter().try_for_each(sync).map_err(PublishError::io("sync", root))
}

/// Makes the renames durable. A system that cannot sync a folder has renamed all the same.
fn sync_folder(folder: &Path) {
    if let Ok(handle) = File::open(folder) {
        let _ = handle.sync_all();
    }
}

fn remove_empty_folders(folder: Option<&Path>, root: &Path) {
    let mut folder = folder;
    while let Some(path) = folder.filter(|path| *path != root && path.starts_with(root)) {
        if fs::remove_dir(path).is_err() {
            return;
        }
        folder = path.parent();
    }
}
