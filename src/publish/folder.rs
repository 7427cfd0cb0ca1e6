//! A folder as the place of documents: whole files, put there by rename.
//!
//! All new files are written beside their places, or [wait](super::staging) where they can be moved from, are made durable in one batch, and then renamed;
//! so at every instant each published file is whole, old or new.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::PublishError;
use super::disk::{Disk, Writing, changed, create, date};
use super::manifest::Hash;
use super::place::{Place, Putting, Stamps};
use super::plan::Standing;
use super::staging::Staging;
use crate::crash;
use crate::document::Document;

/// What a new file is called until it takes its place.
const STAGED: &str = ".tidings-new";

/// So many files are synced one by one: the whole file system may hold much that is not ours.
const FEW: usize = 8;

/// So many renames are work for a second core.
const MANY: usize = 64;

/// An output folder.
#[derive(Debug)]
pub(super) struct Folder {
    pub root: PathBuf,
}

impl Place for Folder {
    fn look(&self, paths: &[&str], stamps: Option<Stamps<'_>>) -> Result<BTreeMap<String, Standing>, PublishError> {
        paths.into_par_iter().map(|path| Ok(((*path).to_owned(), standing(&self.root.join(path), stamps)?))).collect()
    }

    fn read(&self, path: &str) -> Result<Option<Vec<u8>>, PublishError> {
        Ok(fs::read(self.root.join(path)).ok())
    }

    fn keep(&self, path: &str, file: &Path) -> Result<(), PublishError> {
        link(&self.root.join(path), file).map_err(PublishError::io("keep the former", file))
    }

    fn clear(&self, paths: &[&str]) {
        paths.iter().for_each(|path| _ = fs::remove_file(staged(&self.root.join(path))));
    }

    fn put_all(&self, putting: &Putting<'_>) -> Result<(), PublishError> {
        let targets: Vec<(PathBuf, &Document)> = putting.puts().map(|(path, document, _)| (self.root.join(path), document)).collect();
        let folders: BTreeSet<&Path> = targets.iter().filter_map(|(path, _)| path.parent()).collect();
        for folder in &folders {
            fs::create_dir_all(folder).map_err(PublishError::io("create", folder))?;
        }
        let (waiting, to_stage) = waiting(&targets, putting.staging);
        if let Err(error) = stage_all(&to_stage, &self.root).and_then(|()| putting.staging.map_or(Ok(()), Staging::sync)) {
            to_stage.iter().for_each(|(path, _)| _ = fs::remove_file(staged(path)));
            return Err(error);
        }
        let staged = to_stage.into_iter().map(|(path, _)| (staged(path), path));
        let moves: Vec<(PathBuf, &Path)> = staged.chain(waiting.into_iter().map(|(from, path)| (from.to_owned(), path))).collect();
        let replace = |(from, path): &(PathBuf, &Path)| {
            let renamed = fs::rename(from, path).map_err(PublishError::io("replace", path));
            crash::point("rename");
            renamed
        };
        moves.par_iter().with_min_len(MANY).try_for_each(replace)?;
        sync_folders(&folders);
        if let Some(stamps) = putting.stamps {
            let puts: Vec<_> = putting.puts().collect();
            puts.par_iter().filter(|(_, document, _)| document.format.is_some()).for_each(|(path, document, hash)| {
                stamps.keep_dated(&self.root.join(path), changed(document), (document.bytes.len() as u64, hash));
            });
        }
        Ok(())
    }

    fn delete_all(&self, paths: &[String]) -> Result<(), PublishError> {
        for path in paths {
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

    fn stands(&self, path: &str) -> bool {
        self.root.join(path).exists()
    }

    fn trace(&self, path: &str) -> Option<PathBuf> {
        Some(self.root.join(path))
    }
}

fn standing(path: &Path, stamps: Option<Stamps<'_>>) -> Result<Standing, PublishError> {
    let meta = match fs::symlink_metadata(path) {
        Ok(meta) => meta,
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => return Ok(Standing::Nothing),
        Err(error) => return Err(PublishError::io("look at", path)(error)),
    };
    let kind = meta.file_type();
    if kind.is_file() {
        if let Some(known) = stamps.and_then(|stamps| stamps.find(path, &meta)) {
            return Ok(Standing::File(known));
        }
        let hash = Hash::of(&fs::read(path).map_err(PublishError::io("read", path))?);
        stamps.iter().for_each(|stamps| stamps.keep(path, &meta, &hash));
        return Ok(Standing::File(hash));
    }
    Ok(Standing::Other(match () {
        () if kind.is_dir() => "a folder stands there",
        () if kind.is_symlink() => "a symbolic link stands there",
        () => "something that is no file stands there",
    }))
}

fn staged(path: &Path) -> PathBuf {
    let mut name = std::ffi::OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    name.push(STAGED);
    path.with_file_name(name)
}

/// Documents that are to stand at a path and wait in a file beside it, and those that are to be written there.
type Parted<'a> = (Vec<(&'a Path, &'a Path)>, Vec<(&'a Path, &'a Document)>);

/// Which documents wait where a rename can take them from, and which do not.
fn waiting<'a>(targets: &'a [(PathBuf, &'a Document)], staging: Option<&'a Staging>) -> Parted<'a> {
    let mut moves_to: HashMap<&Path, bool> = HashMap::new();
    let (mut waiting, mut others) = (Vec::new(), Vec::new());
    for (path, document) in targets {
        let held = staging.and_then(|staging| Some((staging, staging.holds(document)?, path.parent()?)));
        let held = held.filter(|(staging, _, folder)| *moves_to.entry(folder).or_insert_with(|| staging.moves_to(&staged(path))));
        match held {
            Some((_, file, _)) => waiting.push((file, &**path)),
            None => others.push((&**path, *document)),
        }
    }
    (waiting, others)
}

/// Writes every new file beside its place, then makes all of them durable at once: a few one by one, many with one call for each whole file system where
/// there is such a call. No file is held open for it, since a system lets a process have a thousand or so.
fn stage_all(targets: &[(&Path, &Document)], root: &Path) -> Result<(), PublishError> {
    let folders: BTreeSet<&Path> = targets.iter().filter_map(|(path, _)| path.parent()).collect();
    let disk = if targets.len() > FEW { Disk::of(folders).map_err(PublishError::io("open", root))? } else { None };
    let writing = disk.map(Writing::to);
    let write_one = |room: &mut Vec<u8>, (path, document): &(&Path, &Document)| {
        let path = staged(path);
        stage(&path, document, room).map(|bytes| writing.iter().for_each(|writing| writing.add(&path, bytes)))
    };
    targets.par_iter().try_for_each_init(Vec::new, write_one)?;
    let sync = |(path, _): &(&Path, &Document)| OpenOptions::new().write(true).open(staged(path))?.sync_all();
    writing.map_or_else(|| targets.iter().try_for_each(sync), |writing| writing.end()).map_err(PublishError::io("sync", root))
}

/// Says how many bytes were written.
fn stage(path: &Path, document: &Document, room: &mut Vec<u8>) -> Result<u64, PublishError> {
    let mut file = create(path).map_err(PublishError::io("create", path))?;
    let whole = document.bytes.whole(room)?;
    file.write_all(whole).map_err(PublishError::io("write", path))?;
    date(&file, document).map(|()| whole.len() as u64).map_err(PublishError::io("date", path))
}

/// Makes the renames durable. A system that cannot sync a folder has renamed all the same.
fn sync_folders(folders: &BTreeSet<&Path>) {
    let disk = if folders.len() > FEW { Disk::of(folders.iter().copied()).ok().flatten() } else { None };
    if disk.is_some_and(|disk| disk.sync().is_ok()) {
        return;
    }
    let handles = folders.iter().filter_map(|folder| File::open(folder).ok());
    handles.for_each(|handle| _ = handle.sync_all());
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

/// A second name for the file, or a copy where there can be none.
pub(super) fn link(file: &Path, place: &Path) -> io::Result<()> {
    if let Some(folder) = place.parent() {
        fs::create_dir_all(folder)?;
    }
    match fs::remove_file(place) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    fs::hard_link(file, place).or_else(|_| fs::copy(file, place).map(|_| ()))
}
