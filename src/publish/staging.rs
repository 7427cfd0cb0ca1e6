//! Documents that wait in the state folder until all are made, where there are more of them than memory has room for.
//!
//! They are written there while others are made, below paths as they are to have, and take their places by rename: a whole folder at once where it is new.
//! Where a place is of another mount, or gives its files rights of its own, they are read once more. What is to stay as it stands waits where it stands.
//! What a run leaves here that is cut off, the next clears away.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use super::PublishError;
use super::disk::{Disk, Writing, create, date};
use crate::crash;
use crate::document::{Bytes, Document};

/// So much room is left to the state itself: its disk may be a small one of its own.
const LEFT: u64 = 64 << 20;

/// Below this they wait.
const WAITING: &str = "documents";

/// The documents of a run that wait.
#[derive(Debug)]
pub struct Staging {
    folder: PathBuf,
    /// From the first of them on; `None` where none can wait here.
    begun: OnceLock<Option<Begun>>,
}

#[derive(Debug)]
struct Begun {
    /// `None` where there is no call for the whole: then each file is synced when it is written.
    writing: Option<Writing>,
}

impl Staging {
    /// Below the folder of the state, which must be there when documents come.
    pub(super) fn below(state: &Path) -> Self {
        Staging { folder: state.join("staged"), begun: OnceLock::new() }
    }

    /// Clears away what waits here, or was left by a run that was cut off.
    pub(super) fn clear(&self) {
        let _ = fs::remove_dir_all(&self.folder);
    }

    /// Whether the document waits here.
    pub(super) fn holds<'d>(&self, document: &'d Document) -> Option<&'d Path> {
        document.bytes.file().filter(|file| file.starts_with(&self.folder))
    }

    /// Whether what waits here can be moved to this place, where nothing stands, and is there what a file made in that folder is: a folder may be of another
    /// mount, and may give its files a group, rights and labels of its own.
    #[cfg(unix)]
    pub(super) fn moves_to(&self, place: &Path) -> bool {
        let probe = self.folder.join("probe");
        let made = |path: &Path| create(path).and_then(|_| nature(path));
        let moves = || Ok::<_, io::Error>(made(&probe)? == made(place)? && fs::rename(&probe, place).is_ok());
        let moves = moves().unwrap_or_default();
        [&probe, place].into_iter().for_each(|left| _ = fs::remove_file(left));
        moves
    }

    #[cfg(not(unix))]
    pub(super) fn moves_to(&self, _: &Path) -> bool {
        false
    }

    /// Moves so many files to a folder of which nothing is there yet, with the folder that they wait in. Says no, and moves none, where something else is in
    /// either, or where they are not of one nature.
    #[cfg(unix)]
    pub(super) fn move_folder(&self, from: &Path, to: &Path, files: usize) -> bool {
        let is_all = || Ok::<_, io::Error>(fs::read_dir(from)?.count() == files && nature(from)? == nature(to)?);
        // The system lets a folder take the place of an empty one alone.
        from.starts_with(self.folder.join(WAITING)) && is_all().unwrap_or_default() && fs::rename(from, to).is_ok()
    }

    #[cfg(not(unix))]
    pub(super) fn move_folder(&self, _: &Path, _: &Path, _: usize) -> bool {
        false
    }

    /// Waits until all that waits here is on the disk.
    pub(super) fn sync(&self) -> Result<(), PublishError> {
        let Some(Some(Begun { writing: Some(writing) })) = self.begun.get() else { return Ok(()) };
        writing.end().map_err(PublishError::io("sync", &self.folder))
    }

    /// Takes a document in, which is these bytes. Where that cannot be, it stays where it is.
    pub(super) fn take(&self, document: &Document, whole: &[u8]) -> Option<Bytes> {
        let begun = self.begun.get_or_init(|| Begun::at(&self.folder).ok()).as_ref()?;
        let file = begun.write(&self.folder, document, whole).ok()?;
        crash::point("waits");
        Some(document.bytes.in_file(&file))
    }
}

impl Begun {
    fn at(folder: &Path) -> io::Result<Self> {
        fs::create_dir_all(folder)?;
        Ok(Begun { writing: Disk::of([folder])?.map(Writing::to) })
    }

    fn write(&self, folder: &Path, document: &Document, whole: &[u8]) -> io::Result<PathBuf> {
        let room = self.writing.as_ref().and_then(Writing::room);
        if room.is_some_and(|room| room < whole.len() as u64 + LEFT) {
            return Err(io::ErrorKind::StorageFull.into());
        }
        let path = folder.join(WAITING).join(&document.path);
        // What was made of a record that changed before all was may still wait there.
        let created = create(&path).or_else(|error| match (error.kind(), path.parent()) {
            (io::ErrorKind::NotFound, Some(folder)) => fs::create_dir_all(folder).and_then(|()| create(&path)),
            _ => Err(error),
        });
        let mut file = created?;
        file.write_all(whole)?;
        date(&file, document)?;
        let Some(writing) = &self.writing else { return file.sync_all().map(|()| path) };
        writing.add(&path, whole.len() as u64);
        Ok(path)
    }
}

/// What a file has of the folder that it was made in: its owner, its group, its rights, and what [`labels`] it bears.
#[cfg(unix)]
fn nature(path: &Path) -> io::Result<impl PartialEq + use<>> {
    use std::os::unix::fs::MetadataExt;
    let meta = fs::symlink_metadata(path)?;
    Ok((meta.uid(), meta.gid(), meta.mode(), labels(path)))
}

/// By these Linux decides who may read a file, beside its rights, or one that is made in a folder.
#[cfg(target_os = "linux")]
const LABELS: [&str; 4] = ["system.posix_acl_access", "system.posix_acl_default", "system.nfs4_acl", "security.selinux"];

#[cfg(target_os = "linux")]
fn labels(path: &Path) -> Vec<Option<Vec<u8>>> {
    let label = |name: &str| {
        // None is larger.
        let mut value = vec![0; 1 << 16];
        let length = rustix::fs::getxattr(path, name, &mut value).ok()?;
        value.truncate(length);
        Some(value)
    };
    LABELS.into_iter().map(label).collect()
}

#[cfg(all(unix, not(target_os = "linux")))]
fn labels(_: &Path) {}

impl Drop for Staging {
    fn drop(&mut self) {
        if self.begun.get().is_some() {
            self.begun.take();
            self.clear();
        }
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_folder_takes_the_place_of_an_empty_one_of_its_nature_with_all_that_is_in_it() {
        let root = tempfile::tempdir().expect("a folder");
        let (staging, to) = (Staging::below(&root.path().join("state")), root.path().join("public"));
        let from = staging.folder.join(WAITING).join("archive");
        [&from, &to].into_iter().for_each(|folder| fs::create_dir_all(folder).expect("a folder"));
        ["1", "2"].into_iter().for_each(|name| fs::write(from.join(name), name).expect("written"));
        let moves = |files| staging.move_folder(&from, &to, files);
        assert!(!moves(1), "one is not of those that are published");
        assert!(!staging.move_folder(&to, &from, 0), "it is no folder in which documents wait");

        let other = |mode| fs::set_permissions(&to, fs::Permissions::from_mode(mode)).expect("its own folder");
        other(0o700);
        assert!(!moves(2), "others may not look into it");
        other(0o755);
        fs::set_permissions(&from, fs::Permissions::from_mode(0o755)).expect("its own folder");
        fs::write(to.join("3"), "3").expect("written");
        assert!(!moves(2), "somebody wrote into it");
        assert_eq!(fs::read_dir(&from).expect("there").count(), 2);

        fs::remove_file(to.join("3")).expect("removed");
        assert!(moves(2) && !from.exists());
        assert_eq!(["1", "2"].map(|name| fs::read_to_string(to.join(name)).expect("there")), ["1", "2"]);
    }
}
