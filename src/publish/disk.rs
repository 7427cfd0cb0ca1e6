//! Files of documents: how they are dated, and made durable, for many files at once and while more of them are made.

#[cfg(target_os = "linux")]
use std::collections::btree_map::{BTreeMap, Entry};
use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::document::Document;

/// From so many bytes on, the disk begins to write while files are still made.
const MUCH: u64 = 64 << 20;

/// How long the disk rests in between.
const PAUSE: Duration = Duration::from_millis(50);

/// A new file, also where a run that was cut off left one.
pub(super) fn create(path: &Path) -> io::Result<File> {
    let create = || OpenOptions::new().write(true).create_new(true).open(path);
    create().or_else(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => fs::remove_file(path).and_then(|()| create()),
        _ => Err(error),
    })
}

/// Dates a document's file. What a server sends as Last-Modified moves with what a feed itself says; what stands beside the feeds changed when it is written.
pub(super) fn date(file: &File, document: &Document) -> io::Result<()> {
    if document.format.is_none() {
        return Ok(());
    }
    file.set_modified(changed(document))
}

/// When a feed's file says that it changed.
pub(super) fn changed(document: &Document) -> SystemTime {
    UNIX_EPOCH.checked_add(Duration::from_secs(document.changed.timestamp().max(0) as u64)).unwrap_or(UNIX_EPOCH)
}

/// The whole file systems of folders, where there is a call that waits for all of one. What could not be written is told once to each who had it open by
/// then, so they are opened before anything is written.
#[cfg(target_os = "linux")]
#[derive(Clone, Debug)]
pub(super) struct Disk(Arc<[File]>);

#[cfg(target_os = "linux")]
impl Disk {
    pub fn of<'a>(folders: impl IntoIterator<Item = &'a Path>) -> io::Result<Option<Self>> {
        use std::os::unix::fs::MetadataExt;
        let mut files: BTreeMap<u64, File> = BTreeMap::new();
        for folder in folders {
            let device = fs::metadata(folder)?.dev();
            if let Entry::Vacant(entry) = files.entry(device) {
                entry.insert(File::open(folder)?);
            }
        }
        Ok(Some(Disk(files.into_values().collect())))
    }

    pub fn sync(&self) -> io::Result<()> {
        self.0.iter().try_for_each(|file| rustix::fs::syncfs(file).map_err(io::Error::from))
    }

    /// How many bytes each has room for, where that can be told.
    pub fn room(&self) -> Option<u64> {
        let room = |file: &File| rustix::fs::fstatvfs(file).ok().map(|all| all.f_bavail.saturating_mul(all.f_frsize));
        self.0.iter().filter_map(room).min()
    }
}

#[cfg(not(target_os = "linux"))]
#[derive(Clone, Debug)]
pub(super) enum Disk {}

#[cfg(not(target_os = "linux"))]
impl Disk {
    pub fn of<'a>(_: impl IntoIterator<Item = &'a Path>) -> io::Result<Option<Self>> {
        Ok(None)
    }

    pub fn sync(&self) -> io::Result<()> {
        match *self {}
    }

    pub fn room(&self) -> Option<u64> {
        match *self {}
    }
}

/// Files that are written to a disk. From [`MUCH`] on it begins to write while more are made.
#[derive(Debug)]
pub(super) struct Writing {
    disk: Disk,
    bytes: AtomicU64,
    /// Those that came after [`MUCH`], until the disk has them.
    files: Arc<Mutex<Vec<PathBuf>>>,
    along: OnceLock<Repeated>,
}

impl Writing {
    pub fn to(disk: Disk) -> Self {
        Writing { disk, bytes: AtomicU64::new(0), files: Arc::default(), along: OnceLock::new() }
    }

    /// The file was written, with so many bytes.
    pub fn add(&self, file: &Path, bytes: u64) {
        if self.bytes.fetch_add(bytes, Ordering::Relaxed) + bytes < MUCH {
            return;
        }
        held(&self.files).push(file.to_owned());
        self.along.get_or_init(|| {
            let (disk, files) = (self.disk.clone(), self.files.clone());
            Repeated::begin(move || settle(&disk, &files))
        });
    }

    /// Waits until the disk has all of them, and says what went wrong meanwhile.
    pub fn end(&self) -> io::Result<()> {
        self.along.get().map_or(Ok(()), Repeated::end).and_then(|()| self.disk.sync())
    }

    /// How many bytes there is room for.
    pub fn room(&self) -> Option<u64> {
        self.disk.room()
    }
}

/// Waits until the disk has the files, and lets the system's memory go that they stand in. Who writes so much would else push out what others read; and new
/// memory comes slowly, most of all to a virtual machine: it took two thirds of the time of writing 1.5 GB.
fn settle(disk: &Disk, files: &Mutex<Vec<PathBuf>>) -> io::Result<()> {
    let files = std::mem::take(&mut *held(files));
    disk.sync()?;
    files.iter().for_each(|file| let_go(file));
    Ok(())
}

fn held<T>(of: &Mutex<T>) -> MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Nothing is lost where that cannot be.
#[cfg(target_os = "linux")]
fn let_go(file: &Path) {
    if let Ok(file) = File::open(file) {
        let _ = rustix::fs::fadvise(&file, 0, None, rustix::fs::Advice::DontNeed);
    }
}

#[cfg(not(target_os = "linux"))]
fn let_go(_: &Path) {}

/// What is done over and over on a thread of its own, until it is told to end or fails.
#[derive(Debug)]
struct Repeated {
    is_over: Arc<AtomicBool>,
    /// `None` where there was no thread to be had: then it is not done.
    thread: Mutex<Option<JoinHandle<io::Result<()>>>>,
}

impl Repeated {
    fn begin(work: impl Fn() -> io::Result<()> + Send + 'static) -> Self {
        let is_over = Arc::new(AtomicBool::new(false));
        let over = is_over.clone();
        let again = move || {
            while !over.load(Ordering::Relaxed) {
                work()?;
                std::thread::park_timeout(PAUSE);
            }
            Ok(())
        };
        Repeated { is_over, thread: Mutex::new(std::thread::Builder::new().name("sync".to_owned()).spawn(again).ok()) }
    }

    /// Says, once, what went wrong meanwhile.
    fn end(&self) -> io::Result<()> {
        self.is_over.store(true, Ordering::Relaxed);
        let Some(thread) = held(&self.thread).take() else { return Ok(()) };
        thread.thread().unpark();
        thread.join().unwrap_or_else(|_| Err(io::Error::other("the thread that has the disk write panicked")))
    }
}

impl Drop for Repeated {
    fn drop(&mut self) {
        let _ = self.end();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicUsize;

    use super::*;

    #[test]
    #[cfg(target_os = "linux")]
    fn folders_may_be_of_several_file_systems() {
        let here = tempfile::tempdir().expect("a folder");
        let below = here.path().join("below");
        fs::create_dir(&below).expect("a folder");
        let count = |folders: &[&Path]| Disk::of(folders.iter().copied()).expect("opened").map(|disk| disk.0.len());
        assert_eq!((count(&[]), count(&[here.path(), &below])), (Some(0), Some(1)));
        assert_eq!(count(&[here.path(), Path::new("/proc"), &below]), Some(2));
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn files_that_the_disk_has_stay_what_they_are() {
        let folder = tempfile::tempdir().expect("a folder");
        let disk = Disk::of([folder.path()]).expect("opened").expect("there is such a call");
        let (writing, file) = (Writing::to(disk), folder.path().join("file"));
        fs::write(&file, [7; 100_000]).expect("written");
        writing.add(&file, 100_000);
        assert!(writing.along.get().is_none() && held(&writing.files).is_empty(), "so little waits for the end");
        writing.add(&file, MUCH);
        writing.add(&folder.path().join("one that took its place meanwhile"), 1);
        while !held(&writing.files).is_empty() {
            std::thread::yield_now();
        }
        writing.end().expect("it is synced");
        assert_eq!(fs::read(&file).expect("there"), [7; 100_000]);
    }

    #[test]
    fn the_disk_writes_until_it_is_told_to_end_and_tells_what_went_wrong() {
        let rounds = Arc::new(AtomicUsize::new(0));
        let count = |rounds: Arc<AtomicUsize>| {
            move || {
                rounds.fetch_add(1, Ordering::Relaxed);
                Ok(())
            }
        };
        let repeated = Repeated::begin(count(rounds.clone()));
        while rounds.load(Ordering::Relaxed) < 2 {
            std::thread::yield_now();
        }
        assert!(repeated.end().is_ok());
        assert_eq!(Arc::strong_count(&rounds), 1, "the thread is over");

        drop(Repeated::begin(count(rounds.clone())));
        assert_eq!(Arc::strong_count(&rounds), 1, "also where nobody asks");

        let failing = Repeated::begin(|| Err(io::Error::other("full")));
        std::thread::sleep(PAUSE);
        assert_eq!(failing.end().expect_err("it failed").to_string(), "full");
        let panicking = Repeated::begin(|| panic!("a fault"));
        std::thread::sleep(PAUSE);
        assert!(panicking.end().is_err());
    }
}
