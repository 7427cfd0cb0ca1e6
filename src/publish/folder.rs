//! A folder as the place of documents: whole files, put there by rename.
//!
//! All new files are written beside their places, or [wait](super::staging) where they can be moved from, are made durable in one batch, and then renamed;
//! so at every instant each published file is whole, old or new.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::ffi::OsStr;
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::PublishError;
use super::disk::{Disk, Writing, changed, create, date};
use super::manifest::Hash;
use super::place::{Place, Putting, Stamps};
use super::plan::Standing;
use super::staging::Staging;
use super::state::sync_folder;
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

    fn called(&self, extension: &str) -> Vec<String> {
        let is_called_so =
            |entry: &walkdir::DirEntry| entry.file_type().is_file() && entry.path().extension().is_some_and(|own| own == extension);
        let files = walkdir::WalkDir::new(&self.root).follow_links(true).into_iter().flatten().filter(is_called_so);
        let path = |file: walkdir::DirEntry| {
            let names = file.path().strip_prefix(&self.root).ok()?.iter().map(OsStr::to_str).collect::<Option<Vec<&str>>>()?;
            Some(names.join("/"))
        };
        files.filter_map(path).collect()
    }

    fn keep(&self, path: &str, file: &Path) -> Result<(), PublishError> {
        link(&self.root.join(path), file).map_err(PublishError::io("keep the former", file))
    }

    fn clear(&self, paths: &[&str]) {
        paths.iter().for_each(|path| _ = fs::remove_file(staged(&self.root.join(path))));
    }

    fn put_all(&self, putting: &Putting<'_>) -> Result<(), PublishError> {
        let targets: Vec<(PathBuf, &Document)> = putting.puts().map(|(path, document, _)| (self.root.join(path), document)).collect();
        let folders = folders(targets.iter().map(|(path, _)| &**path));
        let new: HashSet<&OsStr> = folders.iter().filter(|folder| !folder.exists()).map(|folder| folder.as_os_str()).collect();
        for folder in &folders {
            fs::create_dir_all(folder).map_err(PublishError::io("create", folder))?;
        }
        let moves = moves(&targets, putting.staging);
        if let Err(error) = stage_all(&moves, &self.root).and_then(|()| putting.staging.map_or(Ok(()), Staging::sync)) {
            moves.iter().filter(|one| one.written.is_some()).for_each(|one| _ = fs::remove_file(&one.from));
            return Err(error);
        }
        let moved = putting.staging.map_or_else(HashSet::default, |staging| move_folders(staging, &moves, &new));
        let alone: Vec<&Move<'_>> = moves.iter().filter(|one| folder(one.path).is_none_or(|folder| !moved.contains(folder))).collect();
        let replace = |one: &&Move<'_>| {
            let renamed = fs::rename(&one.from, one.path).map_err(PublishError::io("replace", one.path));
            crash::point("rename");
            renamed
        };
        alone.par_iter().with_min_len(MANY).try_for_each(replace)?;
        sync_folders(&folders.into_iter().chain(moved.into_iter().filter_map(|folder| Path::new(folder).parent())).collect());
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

/// The folder that a path lies in, to be compared by its letters.
fn folder(path: &Path) -> Option<&OsStr> {
    path.parent().map(Path::as_os_str)
}

/// The folders of these paths, of which those that follow one another often have one.
fn folders<'a>(paths: impl Iterator<Item = &'a Path>) -> BTreeSet<&'a Path> {
    let mut folders: Vec<&OsStr> = paths.filter_map(folder).collect();
    folders.dedup();
    folders.into_iter().map(Path::new).collect()
}

/// How a document comes to its place.
struct Move<'a> {
    from: PathBuf,
    path: &'a Path,
    /// What is to be written there first; `None` where it waits there.
    written: Option<&'a Document>,
}

/// Documents that wait where a rename can take them from are not written again, and those that wait for nothing are written beside them where they are for
/// the same folder: it may be a new one, and come to its place whole. All others are written beside their places.
fn moves<'a>(targets: &'a [(PathBuf, &'a Document)], staging: Option<&Staging>) -> Vec<Move<'a>> {
    // By folder, where what is for it waits, if that can be moved.
    let mut rooms: HashMap<&OsStr, Option<&Path>> = HashMap::new();
    let waiting = |document: &'a Document| staging.and_then(|staging| Some((staging, staging.holds(document)?)));
    for (path, document) in targets {
        if let (Some((staging, file)), Some(folder)) = (waiting(document), folder(path)) {
            rooms.entry(folder).or_insert_with(|| file.parent().filter(|_| staging.moves_to(&staged(path))));
        }
    }
    let room = |path: &Path| rooms.get(folder(path)?).copied().flatten();
    let of = |(path, document): &'a (PathBuf, &'a Document)| match (room(path), waiting(document)) {
        (Some(_), Some((_, file))) => Move { from: file.to_owned(), path, written: None },
        (Some(room), None) => Move { from: room.join(path.file_name().unwrap_or_default()), path, written: Some(document) },
        (None, _) => Move { from: staged(path), path, written: Some(document) },
    };
    targets.iter().map(of).collect()
}

/// Moves what waits for new folders, a whole folder at a time, and says which are there now: of renames from one folder to another a system does one after
/// the other. A folder that was there before stays the one that it is: somebody may have it open, or mounted elsewhere.
fn move_folders<'a>(staging: &Staging, moves: &[Move<'a>], new: &HashSet<&OsStr>) -> HashSet<&'a OsStr> {
    let mut whole: BTreeMap<&OsStr, (&Path, usize)> = BTreeMap::new();
    for Move { from, path, .. } in moves {
        if let (Some(from), Some(to)) = (from.parent(), folder(path)) {
            whole.entry(to).or_insert((from, 0)).1 += 1;
        }
    }
    let moves = |(to, (from, files)): &(&OsStr, (&Path, usize))| {
        let moves = *files > FEW && new.contains(to) && staging.move_folder(from, Path::new(to), *files);
        crash::point("rename");
        moves
    };
    whole.into_iter().filter(moves).map(|(to, _)| to).collect()
}

/// Writes what is to be written, then makes all of it durable at once: a few files one by one, many with one call for each whole file system where there is
/// such a call. No file is held open for it, since a system lets a process have a thousand or so.
fn stage_all(moves: &[Move<'_>], root: &Path) -> Result<(), PublishError> {
    let files: Vec<(&Path, &Document)> = moves.iter().filter_map(|one| Some((&*one.from, one.written?))).collect();
    let folders = folders(files.iter().map(|(path, _)| *path));
    let disk = if files.len() > FEW { Disk::of(folders).map_err(PublishError::io("open", root))? } else { None };
    let writing = disk.map(Writing::to);
    let write_one = |room: &mut Vec<u8>, (path, document): &(&Path, &Document)| {
        stage(path, document, room).map(|bytes| writing.iter().for_each(|writing| writing.add(path, bytes)))
    };
    files.par_iter().try_for_each_init(Vec::new, write_one)?;
    let sync = |(path, _): &(&Path, &Document)| OpenOptions::new().write(true).open(path)?.sync_all();
    writing.map_or_else(|| files.iter().try_for_each(sync), |writing| writing.end()).map_err(PublishError::io("sync", root))
}

/// Says how many bytes were written.
fn stage(path: &Path, document: &Document, room: &mut Vec<u8>) -> Result<u64, PublishError> {
    let mut file = create(path).map_err(PublishError::io("create", path))?;
    let whole = document.bytes.whole(room)?;
    file.write_all(whole).map_err(PublishError::io("write", path))?;
    date(&file, document).map(|()| whole.len() as u64).map_err(PublishError::io("date", path))
}

/// Makes the renames durable.
fn sync_folders(folders: &BTreeSet<&Path>) {
    let disk = if folders.len() > FEW { Disk::of(folders.iter().copied()).ok().flatten() } else { None };
    if disk.is_some_and(|disk| disk.sync().is_ok()) {
        return;
    }
    folders.par_iter().for_each(|folder| sync_folder(folder));
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
