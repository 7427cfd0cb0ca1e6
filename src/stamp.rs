//! What the file system says of a file without reading it: by this a file is known to be what it was.

use std::fs::{File, Metadata};
use std::io::{self, Read};
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use xxhash_rust::xxh3::{Xxh3Default, xxh3_128};

/// Stamps are no finer than this on the coarsest file system.
pub const YOUNG: Duration = Duration::from_secs(2);

/// What the file system says of a file, however it was asked.
pub trait Facts {
    fn is_dir(&self) -> bool;
    fn is_file(&self) -> bool;
    /// In bytes.
    fn length(&self) -> u64;
    /// What changes where the file does: size, times, inode.
    fn numbers(&self) -> impl IntoIterator<Item = i64>;
    /// When it last changed in any way.
    fn changed(&self) -> SystemTime;
}

/// One hash of a path and what the file system says of it: size, times, inode.
pub fn of<F: Facts>(path: &Path, facts: &io::Result<F>) -> u128 {
    match facts {
        // What a folder holds is looked at one by one.
        Ok(facts) if facts.is_dir() => begun(path, b"\0folder").digest128(),
        Ok(facts) => of_file(path, facts),
        Err(error) => begun(path, format!("\0{:?}", error.kind()).as_bytes()).digest128(),
    }
}

/// The same of what is there and no folder.
pub fn of_file<F: Facts>(path: &Path, facts: &F) -> u128 {
    let mut hash = begun(path, b"\0file");
    facts.numbers().into_iter().for_each(|number| hash.update(&number.to_le_bytes()));
    hash.digest128()
}

/// One hash of all that a file holds, for where its stamp does not tell.
pub fn of_content(path: &Path) -> io::Result<u128> {
    let (mut file, mut hash) = (File::open(path)?, Xxh3Default::new());
    let mut block = vec![0; 1 << 16];
    loop {
        match file.read(&mut block)? {
            0 => return Ok(hash.digest128()),
            count => hash.update(&block[..count]),
        }
    }
}

/// The same of what is in memory.
pub fn of_bytes(bytes: &[u8]) -> u128 {
    xxh3_128(bytes)
}

fn begun(path: &Path, what: &[u8]) -> Xxh3Default {
    let mut hash = Xxh3Default::new();
    hash.update(path.as_os_str().as_encoded_bytes());
    hash.update(what);
    hash
}

impl Facts for Metadata {
    fn is_dir(&self) -> bool {
        self.is_dir()
    }

    fn is_file(&self) -> bool {
        self.is_file()
    }

    fn length(&self) -> u64 {
        self.len()
    }

    #[cfg(unix)]
    fn numbers(&self) -> impl IntoIterator<Item = i64> {
        use std::os::unix::fs::MetadataExt;
        let (size, inode, device) = (self.size() as i64, self.ino() as i64, self.dev() as i64);
        [size, self.mtime(), self.mtime_nsec(), self.ctime(), self.ctime_nsec(), inode, device]
    }

    #[cfg(not(unix))]
    fn numbers(&self) -> impl IntoIterator<Item = i64> {
        let since = self.changed().duration_since(UNIX_EPOCH).unwrap_or_default();
        [self.len() as i64, since.as_nanos() as i64]
    }

    #[cfg(unix)]
    fn changed(&self) -> SystemTime {
        use std::os::unix::fs::MetadataExt;
        later((self.mtime(), self.mtime_nsec()), (self.ctime(), self.ctime_nsec()))
    }

    #[cfg(not(unix))]
    fn changed(&self) -> SystemTime {
        self.modified().unwrap_or_else(|_| SystemTime::now())
    }
}

#[cfg(target_os = "linux")]
#[allow(clippy::unnecessary_cast, reason = "the types of the fields differ from one processor to the next")]
impl Facts for rustix::fs::Stat {
    fn is_dir(&self) -> bool {
        rustix::fs::FileType::from_raw_mode(self.st_mode).is_dir()
    }

    fn is_file(&self) -> bool {
        rustix::fs::FileType::from_raw_mode(self.st_mode).is_file()
    }

    fn length(&self) -> u64 {
        self.st_size as u64
    }

    fn numbers(&self) -> impl IntoIterator<Item = i64> {
        let (size, inode, device) = (self.st_size as i64, self.st_ino as i64, self.st_dev as i64);
        [size, self.st_mtime as i64, self.st_mtime_nsec as i64, self.st_ctime as i64, self.st_ctime_nsec as i64, inode, device]
    }

    fn changed(&self) -> SystemTime {
        later((self.st_mtime as i64, self.st_mtime_nsec as i64), (self.st_ctime as i64, self.st_ctime_nsec as i64))
    }
}

/// The later of two times in seconds and nanoseconds.
#[cfg(unix)]
fn later(one: (i64, i64), other: (i64, i64)) -> SystemTime {
    let (seconds, nanoseconds) = one.max(other);
    UNIX_EPOCH + Duration::new(seconds.max(0) as u64, nanoseconds.clamp(0, 999_999_999) as u32)
}

/// By what a file is the same one whatever is written into it: device and inode.
#[cfg(unix)]
pub fn identity(meta: &Metadata) -> (u64, u64) {
    use std::os::unix::fs::MetadataExt;
    (meta.dev(), meta.ino())
}

/// Here the system does not say.
#[cfg(not(unix))]
pub fn identity(_: &Metadata) -> (u64, u64) {
    (0, 0)
}

/// Whether a second edit could leave the same stamp: the file changed in any way so shortly before `now`, or after it, by a clock that stepped.
pub fn is_young<F: Facts>(facts: &io::Result<F>, now: SystemTime) -> bool {
    facts.as_ref().is_ok_and(|facts| facts.is_file() && is_young_file(facts, now))
}

/// The same of what is a file.
pub fn is_young_file<F: Facts>(facts: &F, now: SystemTime) -> bool {
    facts.changed() >= now - YOUNG
}
