//! The way to files that stand side by side: once their folder is open, each is asked for by its name, and the system need not find the folder again for
//! every one of them. That is a third of what it costs to look at a file, and of what it costs to open one.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use crate::stamp::{self, Facts};

/// A way from the publication's folder to one file after the other.
pub(super) struct Way<'r> {
    root: &'r Path,
    #[cfg(target_os = "linux")]
    near: near::Near,
}

impl<'r> Way<'r> {
    pub fn from(root: &'r Path) -> Self {
        Way {
            root,
            #[cfg(target_os = "linux")]
            near: near::Near::default(),
        }
    }

    /// The stamp of the file at a path below the root, and whether it is young at `now`.
    pub fn stamp(&mut self, path: &Path, now: SystemTime) -> (u128, bool) {
        #[cfg(target_os = "linux")]
        if let Some((folder, name)) = self.near.to(self.root, path) {
            return told(path, &rustix::fs::statat(folder, name, rustix::fs::AtFlags::empty()).map_err(io::Error::from), now);
        }
        told(path, &fs::metadata(self.whole(path)), now)
    }

    /// Opens the file at a path below the root.
    pub fn open(&mut self, path: &Path) -> io::Result<Opened> {
        self.file(path).map(|file| Opened { file, length: 0 })
    }

    /// The same, with what [`stamp`](Self::stamp) tells of the file that is open now.
    pub fn look_into(&mut self, path: &Path, now: SystemTime) -> (io::Result<Opened>, (u128, bool)) {
        match self.file(path) {
            Ok(file) => {
                let facts = facts(&file);
                let length = facts.as_ref().map_or(0, Facts::length);
                (Ok(Opened { file, length }), told(path, &facts, now))
            }
            // What may not be read may be looked at.
            Err(error) => (Err(error), self.stamp(path, now)),
        }
    }

    fn file(&mut self, path: &Path) -> io::Result<File> {
        #[cfg(target_os = "linux")]
        if let Some((folder, name)) = self.near.to(self.root, path) {
            use rustix::fs::{Mode, OFlags, openat};
            let open = || openat(folder, name, OFlags::RDONLY | OFlags::CLOEXEC, Mode::empty());
            return Ok(rustix::io::retry_on_intr(open)?.into());
        }
        File::open(self.whole(path))
    }

    fn whole(&self, path: &Path) -> PathBuf {
        self.root.join(path)
    }
}

/// An open file.
pub(super) struct Opened {
    file: File,
    /// What it held when it was opened; 0 where nobody asked.
    length: u64,
}

impl Opened {
    /// Reads the whole file into the buffer, in place of what was there, unless it is larger than the limit: then gives its size.
    pub fn fill(&mut self, buffer: &mut Vec<u8>, limit: u64) -> io::Result<Option<u64>> {
        buffer.clear();
        // With room for one byte more than there were, to see whether they are all.
        buffer.reserve((self.length.min(limit) as usize + 1).max(ROOM));
        if !self.is_read_at_once(buffer)? {
            let most = (limit + 1).saturating_sub(buffer.len() as u64);
            self.file.by_ref().take(most).read_to_end(buffer)?;
        }
        // The size is asked for only where it is told: that is a system call a file.
        if buffer.len() as u64 > limit { facts(&self.file).map(|facts| Some(facts.length())) } else { Ok(None) }
    }

    /// Asks the system once, where it said how much there is. That it gives so much and no more, though there was room, is the end of the file.
    #[cfg(target_os = "linux")]
    fn is_read_at_once(&mut self, buffer: &mut Vec<u8>) -> io::Result<bool> {
        if self.length == 0 {
            return Ok(false);
        }
        let read = rustix::io::retry_on_intr(|| rustix::io::read(&self.file, rustix::buffer::spare_capacity(buffer)))?;
        Ok(read as u64 == self.length)
    }

    #[cfg(not(target_os = "linux"))]
    fn is_read_at_once(&mut self, _: &mut Vec<u8>) -> io::Result<bool> {
        Ok(false)
    }
}

/// Where nobody knows how much there is: most records.
const ROOM: usize = 8 << 10;

#[cfg(target_os = "linux")]
fn facts(file: &File) -> io::Result<impl Facts + use<>> {
    Ok(rustix::fs::fstat(file)?)
}

#[cfg(not(target_os = "linux"))]
fn facts(file: &File) -> io::Result<impl Facts + use<>> {
    file.metadata()
}

fn told<F: Facts>(path: &Path, facts: &io::Result<F>, now: SystemTime) -> (u128, bool) {
    (stamp::of(path, facts), stamp::is_young(facts, now))
}

#[cfg(target_os = "linux")]
mod near {
    use std::ffi::OsStr;
    use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
    use std::os::unix::ffi::OsStrExt;
    use std::path::Path;

    use rustix::fs::{Mode, OFlags, open};

    /// The folder of the file that was asked for last.
    #[derive(Default)]
    pub struct Near {
        folder: Vec<u8>,
        /// Open from the second file on: a file alone is reached sooner by its path.
        open: Option<OwnedFd>,
    }

    impl Near {
        /// The open folder of a path, and the name in it; `None` where the whole path is to be gone.
        pub fn to<'p>(&mut self, root: &Path, path: &'p Path) -> Option<(BorrowedFd<'_>, &'p OsStr)> {
            let bytes = path.as_os_str().as_bytes();
            let slash = bytes.iter().rposition(|byte| *byte == b'/').filter(|slash| *slash > 0)?;
            let (folder, name) = (&bytes[..slash], OsStr::from_bytes(&bytes[slash + 1..]));
            if self.folder != folder {
                self.folder.clear();
                self.folder.extend_from_slice(folder);
                self.open = None;
                return None;
            }
            if self.open.is_none() {
                let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
                self.open = open(root.join(OsStr::from_bytes(folder)), flags, Mode::empty()).ok();
            }
            Some((self.open.as_ref()?.as_fd(), name))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_the_same_from_near_and_from_afar() {
        let root = tempfile::tempdir().expect("a folder");
        let paths =
            ["a/one", "a/two", "a/three", "a/none", "b/one", "a/one", "top", "a/link", "a/lost", "a/b", "a/b/deep", "c/none", "/", "/none"];
        fs::create_dir_all(root.path().join("a/b")).expect("folders");
        fs::create_dir_all(root.path().join("b")).expect("folders");
        for (at, path) in ["a/one", "a/two", "a/three", "b/one", "top", "a/b/deep"].into_iter().enumerate() {
            fs::write(root.path().join(path), "x".repeat(at)).expect("a file");
        }
        #[cfg(unix)]
        for (link, to) in [("a/link", "../b/one"), ("a/lost", "nowhere")] {
            std::os::unix::fs::symlink(to, root.path().join(link)).expect("a link");
        }
        let (mut way, now) = (Way::from(root.path()), SystemTime::now());
        for path in paths.into_iter().flat_map(|path| [path, path, path]).map(Path::new) {
            let meta = fs::metadata(root.path().join(path));
            assert_eq!(way.stamp(path, now), (stamp::of(path, &meta), stamp::is_young(&meta, now)), "{}", path.display());
            let whole = fs::read(root.path().join(path)).map_err(|error| error.kind());
            let read = |opened: io::Result<Opened>| {
                let mut buffer = b"what was there".to_vec();
                opened.and_then(|mut opened| opened.fill(&mut buffer, 1 << 20)).map_err(|error| error.kind())?;
                Ok(buffer)
            };
            assert_eq!(read(way.open(path)), whole, "{}", path.display());
            let (opened, told) = way.look_into(path, now);
            assert_eq!((read(opened), told), (whole, way.stamp(path, now)), "{}", path.display());
        }
    }
}
