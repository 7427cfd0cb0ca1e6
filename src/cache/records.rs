//! What was made of records, kept for the next run: frames in one file, each under the mark by which its record is known to be what it was.
//!
//! A frame is the length of its content (4 bytes), its mark (16), a checksum of both (8) and the content, which may be another mark: that of the
//! content of a file under that of its stamp. New frames are added to the end; the file is written anew when half of it is of no use. Nothing is
//! lost with it: a file that is cut off counts as far as it is whole, and one of another version, of another config or of something else altogether
//! not at all.

mod frames;
mod fresh;
mod window;

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use xxhash_rust::xxh3::xxh3_64_with_seed;

use crate::stamp;
use frames::{Frame, Frames};
use fresh::Fresh;
use window::Windows;

/// Another whenever frames or what they hold take another form.
const MAGIC: [u8; 8] = *b"tidings1";

/// Before the content of a frame.
const HEAD: usize = 28;

/// Before the first frame.
const START: usize = 24;

/// After so many frames it is told how many there will be.
const ENOUGH: usize = 1024;

/// The frames, by mark.
#[derive(Debug)]
pub struct Records {
    path: PathBuf,
    /// Of what everything in the file depends on: the program, and what of the config counts.
    depends: u128,
    /// The file, where there is one that counts.
    file: Option<Windows>,
    /// How much of it is whole, in bytes.
    whole: u64,
    /// The same when it was opened first.
    opened: u64,
    frames: Frames,
    /// How many bytes of them this run had use for.
    used: AtomicU64,
    /// Frames that this run made.
    fresh: Fresh,
    state: State,
}

/// What became of the file that a run before left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// There was none, or all of it counts.
    Whole,
    /// It ends within a frame; what stands before counts.
    CutOff,
    /// It was made by another version or under another config, and does not count.
    Outdated,
    /// It is something else, and does not count.
    Foreign,
}

/// Where those of the publication at `root` are.
fn file(root: &Path) -> PathBuf {
    root.join(".tidings").join("records.cache")
}

impl Records {
    /// The frames of the publication at `root`, as far as they were made of the same.
    pub fn open(root: &Path, depends: u128) -> Self {
        let mut records = Records::none(root, depends);
        let Ok(mut file) = File::open(&records.path) else { return records };
        let mut start = Vec::with_capacity(START);
        let Ok(_) = Read::by_ref(&mut file).take(START as u64).read_to_end(&mut start) else { return records };
        if start == records.start() {
            records.whole = START as u64;
            records.take_up(file);
            records.opened = records.whole;
        } else {
            let is_ours = start.starts_with(&MAGIC) && start.len() == START;
            records.state = if is_ours { State::Outdated } else { State::Foreign };
        }
        records
    }

    /// None, whatever the file holds; it is written anew.
    pub fn none(root: &Path, depends: u128) -> Self {
        Records {
            path: file(root),
            depends,
            file: None,
            whole: 0,
            opened: 0,
            frames: Frames::default(),
            used: AtomicU64::new(0),
            fresh: Fresh::default(),
            state: State::Whole,
        }
    }

    /// Whether a build kept any for the publication at `root`.
    pub fn are_there(root: &Path) -> bool {
        file(root).exists()
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What everything in the file depends on.
    pub fn depends(&self) -> u128 {
        self.depends
    }

    /// What became of the file that a run before left.
    pub fn state(&self) -> State {
        self.state
    }

    fn start(&self) -> [u8; START] {
        let mut start = [0; START];
        start[..8].copy_from_slice(&MAGIC);
        start[8..].copy_from_slice(&self.depends.to_le_bytes());
        start
    }

    /// Takes up the file from where it is known; what cannot be read of it does not count.
    fn take_up(&mut self, file: File) {
        self.state = State::CutOff;
        if let Ok(file) = Windows::new(file) {
            self.state = self.find_frames(&file).unwrap_or(State::CutOff);
            self.file = Some(file);
        }
    }

    /// Looks at the heads of what is not known of the file; what stands after them is read when it is asked for.
    fn find_frames(&mut self, file: &Windows) -> io::Result<State> {
        let mut found = Vec::new();
        let state = self.go_through(file, &mut found);
        self.frames.extend(found);
        state
    }

    fn go_through(&mut self, file: &Windows, found: &mut Vec<(u64, Frame)>) -> io::Result<State> {
        let (size, mut reader) = file.from(self.whole)?;
        let begin = self.whole;
        while let Some((mark, end)) = head(&mut reader, self.whole)?.filter(|(_, end)| *end <= size) {
            found.push((mark as u64, Frame::at(self.whole)));
            if found.len() == ENOUGH {
                // As many as the file has if the others are as long as these.
                found.reserve(((size - begin) * ENOUGH as u64 / (end - begin)) as usize);
            }
            reader.seek_relative((end - self.whole) as i64 - HEAD as i64)?;
            self.whole = end;
        }
        Ok(if self.whole < size { State::CutOff } else { State::Whole })
    }

    /// What is kept under a mark.
    pub fn find(&self, mark: u128) -> Option<Vec<u8>> {
        self.find_with(mark, <[u8]>::to_vec)
    }

    /// What is made of that.
    pub fn find_with<T>(&self, mark: u128, make: impl FnOnce(&[u8]) -> T) -> Option<T> {
        let mut make = Some(make);
        // Another mark, or what is made of anything else.
        let mut meet = |content: &[u8]| match <[u8; 16]>::try_from(content) {
            Ok(other) => Err(u128::from_le_bytes(other)),
            Err(_) => Ok(make.take().map(|make| make(content))),
        };
        self.frame(mark, &mut meet)?.or_else(|other| self.frame(other, &mut meet).unwrap_or(Ok(None))).ok()?
    }

    fn frame<T>(&self, mark: u128, make: impl FnOnce(&[u8]) -> T) -> Option<T> {
        let known = self.frames.get(mark as u64)?;
        let made = self.file.as_ref()?.at(known.start(), |frame| {
            let (own, sum, content) = parts(frame)?;
            (own == mark && sum == checksum(mark, content)).then(|| (make(content), frame.len() as u64))
        });
        let (made, length) = made??;
        if known.set_used() {
            self.used.fetch_add(length, Ordering::Relaxed);
        }
        Some(made)
    }

    /// Keeps this, of more than 16 bytes, for the next run.
    pub fn keep(&self, mark: u128, content: &[u8]) {
        debug_assert!(content.len() > 16, "as short as a mark");
        self.add(mark, content);
    }

    /// Keeps that what is known by `mark` is known by `other` too.
    pub fn link(&self, other: u128, mark: u128) {
        self.add(other, &mark.to_le_bytes());
    }

    fn add(&self, mark: u128, content: &[u8]) {
        if let Some(head) = head_of(mark, content) {
            self.fresh.add([&head, content], || self.begin());
        }
    }

    /// A file without a name, beside the one that it may become, which begins as that does.
    fn begin(&self) -> io::Result<File> {
        let mut file = tempfile::tempfile_in(self.path.parent().unwrap_or(&self.path))?;
        file.write_all(&self.start())?;
        Ok(file)
    }

    /// Writes the frames that this run made; those that it had no use for go in time.
    ///
    /// # Errors
    /// What the disk says. Time is lost, and nothing else.
    pub fn save(&self) -> io::Result<()> {
        let added = self.fresh.length() as u64;
        let live = added + self.used.load(Ordering::Relaxed);
        if self.file.is_none() || self.whole + added > 2 * live + (1 << 16) {
            return self.write_anew();
        }
        if added == 0 && self.state == State::Whole {
            return Ok(());
        }
        let mut file = OpenOptions::new().write(true).open(&self.path)?;
        // What was cut off is overwritten.
        file.set_len(self.whole)?;
        file.seek(SeekFrom::End(0))?;
        self.fresh.write_to(&mut file)
    }

    /// The same after a save, for another run of this process, which need not ask for what this one asked for.
    pub fn go_on(mut self) -> Self {
        let added = std::mem::take(&mut self.fresh).length();
        let grown = File::open(&self.path).ok().filter(|file| self.is_grown_by(file, added as u64));
        if let Some(file) = grown {
            if added == 0 {
                return self;
            }
            self.take_up(file);
        } else if let Some(root) = self.path.parent().and_then(Path::parent) {
            self = Records::open(root, self.depends);
        }
        self.frames.iter().for_each(|frame| _ = frame.set_used());
        self.used = AtomicU64::new(self.whole);
        self
    }

    /// Whether so much was added since it was opened first that it should be made again of what there is use for, which a process that goes on does not
    /// know.
    pub fn is_overgrown(&self) -> bool {
        self.whole > 2 * self.opened + (16 << 20)
    }

    /// Whether so much was added to the file, and no other put in its place.
    fn is_grown_by(&self, file: &File, added: u64) -> bool {
        let is_same = |own: &Windows| own.is_of(file);
        self.file.as_ref().is_some_and(is_same) && file.metadata().is_ok_and(|meta| meta.len() == self.whole + added)
    }

    /// What the file system says of the file: where it is the same, nobody wrote into it.
    pub fn stamp(&self) -> u128 {
        stamp::of(&self.path, &fs::metadata(&self.path))
    }

    /// Copies the frames that this run had use for, in the order of the file.
    fn copy_live(&self, out: &mut impl Write) -> io::Result<()> {
        let mut starts: Vec<u64> = self.frames.iter().filter(|frame| frame.is_used()).map(Frame::start).collect();
        starts.sort_unstable();
        let file = self.file.iter().filter(|_| !starts.is_empty());
        file.flat_map(|file| starts.iter().map(move |start| (file, start))).try_for_each(|(file, start)| {
            let copied = file.at(*start, |frame| out.write_all(frame));
            copied.unwrap_or_else(|| Err(io::Error::other("a frame that was there is there no more")))
        })
    }

    fn write_anew(&self) -> io::Result<()> {
        let beside = self.path.with_extension("new");
        if self.file.is_none() && self.fresh.become_file(&beside)? {
            return fs::rename(beside, &self.path);
        }
        let mut file = File::create(&beside)?;
        let mut live = io::BufWriter::with_capacity(1 << 20, &mut file);
        live.write_all(&self.start())?;
        self.copy_live(&mut live)?;
        live.flush()?;
        drop(live);
        self.fresh.write_to(&mut file)?;
        fs::rename(beside, &self.path)
    }
}

/// The head of the frame that begins at `at`: its mark, and where the frame ends.
fn head(reader: &mut impl Read, at: u64) -> io::Result<Option<(u128, u64)>> {
    let mut head = [0; HEAD];
    match reader.read_exact(&mut head) {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        read => read?,
    }
    Ok(length_and_mark(&head).map(|(length, mark)| (mark, at + (HEAD + length) as u64)))
}

/// Of its content, which is never empty.
fn length_and_mark(head: &[u8]) -> Option<(usize, u128)> {
    let (length, rest) = head.split_first_chunk()?;
    let (mark, _) = rest.split_first_chunk()?;
    let length = u32::from_le_bytes(*length) as usize;
    (length > 0).then_some((length, u128::from_le_bytes(*mark)))
}

/// What stands before this content; none where it is too long for a frame.
fn head_of(mark: u128, content: &[u8]) -> Option<[u8; HEAD]> {
    let mut head = [0; HEAD];
    head[..4].copy_from_slice(&u32::try_from(content.len()).ok()?.to_le_bytes());
    head[4..20].copy_from_slice(&mark.to_le_bytes());
    head[20..].copy_from_slice(&checksum(mark, content).to_le_bytes());
    Some(head)
}

/// The mark of a frame, its checksum and its content.
fn parts(frame: &[u8]) -> Option<(u128, u64, &[u8])> {
    let (head, content) = frame.split_at_checked(HEAD)?;
    let (_, mark) = length_and_mark(head)?;
    let sum = head.last_chunk()?;
    Some((mark, u64::from_le_bytes(*sum), content))
}

fn checksum(mark: u128, content: &[u8]) -> u64 {
    xxh3_64_with_seed(content, mark as u64 ^ (mark >> 64) as u64)
}

#[cfg(test)]
mod tests {
    use super::fresh::GATHERED;
    use super::*;

    const ONE: &[u8] = b"the content of the first";
    const TWO: &[u8] = b"the content of the second";
    const THREE: &[u8] = b"the content of the third";

    fn folder() -> tempfile::TempDir {
        let folder = tempfile::tempdir().expect("a folder");
        fs::create_dir(folder.path().join(".tidings")).expect("a folder");
        folder
    }

    fn save(records: &Records, frames: &[(u128, &[u8])]) {
        frames.iter().for_each(|(mark, content)| records.keep(*mark, content));
        records.save().expect("written");
    }

    #[test]
    fn what_is_kept_is_found_as_far_as_it_is_whole() {
        let root = folder();
        let open = || Records::open(root.path(), 7);
        save(&open(), &[(1, ONE), (2, TWO)]);
        let records = open();
        assert_eq!((records.find(1), records.find(2), records.find(3)), (Some(ONE.to_vec()), Some(TWO.to_vec()), None));
        records.link(30, 3);
        save(&records, &[(3, THREE)]);
        assert_eq!((open().find(3), open().find(30), open().state()), (Some(THREE.to_vec()), Some(THREE.to_vec()), State::Whole));
        let (path, whole) = (records.path.clone(), fs::read(&records.path).expect("the file"));
        for length in 0..whole.len() {
            fs::write(&path, &whole[..length]).expect("written");
            let cut = open();
            assert_eq!(cut.find(3), None, "cut off after {length} bytes");
            save(&cut, &[(4, ONE)]);
            assert_eq!((open().find(4), open().state()), (Some(ONE.to_vec()), State::Whole), "cut off after {length} bytes");
        }
        for at in 24..whole.len() {
            let mut damaged = whole.clone();
            damaged[at] ^= 0x55;
            fs::write(&path, &damaged).expect("written");
            let records = open();
            for (mark, content) in [(1, ONE), (2, TWO), (3, THREE), (30, THREE)] {
                assert!(records.find(mark).is_none_or(|found| found == content), "byte {at}");
            }
        }
    }

    #[test]
    fn a_file_made_of_something_else_counts_for_nothing() {
        let root = folder();
        save(&Records::open(root.path(), 7), &[(1, ONE)]);
        let other = Records::open(root.path(), 8);
        assert_eq!((other.state(), other.find(1)), (State::Outdated, None));
        save(&other, &[(2, TWO)]);
        assert_eq!(Records::open(root.path(), 7).state(), State::Outdated);
        assert_eq!(Records::open(root.path(), 8).find(2), Some(TWO.to_vec()));
        for foreign in [&b""[..], b"tidings1", b"tidings0                         ", b"anything"] {
            fs::write(&other.path, foreign).expect("written");
            let records = Records::open(root.path(), 8);
            assert_eq!((records.state(), records.find(2)), (State::Foreign, None));
            save(&records, &[(2, TWO)]);
            assert_eq!(Records::open(root.path(), 8).find(2), Some(TWO.to_vec()));
        }
    }

    #[test]
    fn many_frames_are_put_away_and_kept() {
        let root = folder();
        let content = |n: u32| [&n.to_le_bytes()[..], &vec![n as u8; 100_000]].concat();
        let records = Records::open(root.path(), 7);
        (0..100).for_each(|n| records.keep(u128::from(n), &content(n)));
        // One that is longer than all that is gathered goes past it.
        records.keep(1000, &vec![7; 4 * GATHERED]);
        let inode = records.fresh.file().map(|meta| stamp::identity(&meta));
        records.save().expect("written");
        let is_named = inode == fs::metadata(&records.path).ok().map(|meta| stamp::identity(&meta));
        let records = Records::open(root.path(), 7);
        (0..100).for_each(|n| assert_eq!(records.find(u128::from(n)), Some(content(n))));
        assert_eq!(records.find(1000), Some(vec![7; 4 * GATHERED]));
        assert!(!cfg!(target_os = "linux") || is_named, "it is the file that they were put away in");
        // And once more behind those that are there.
        (100..150).for_each(|n| records.keep(u128::from(n), &content(n)));
        records.save().expect("written");
        let records = Records::open(root.path(), 7);
        (0..150).for_each(|n| assert_eq!(records.find(u128::from(n)), Some(content(n))));
        assert_eq!(fs::read_dir(root.path().join(".tidings")).expect("a folder").count(), 1);
    }

    #[test]
    fn a_process_that_goes_on_knows_what_it_kept() {
        let root = folder();
        let mut records = Records::open(root.path(), 7);
        for (mark, content) in (1u128..).zip([ONE, TWO, THREE]) {
            save(&records, &[(mark, content)]);
            records = records.go_on();
            assert_eq!(records.stamp(), Records::open(root.path(), 7).stamp());
            for (known, content) in (1..=mark).zip([ONE, TWO, THREE]) {
                let both = [&records, &Records::open(root.path(), 7)].map(|records| records.find(known));
                assert_eq!(both, [Some(content.to_vec()), Some(content.to_vec())]);
            }
        }
        // Nothing is thrown away for not being asked for, and what cannot be held in memory is read again.
        let long = vec![b'x'; 2 * GATHERED];
        save(&records, &[(4, &long)]);
        let records = records.go_on();
        save(&records, &[(5, TWO)]);
        let records = records.go_on();
        let kept = [(1, ONE), (2, TWO), (3, THREE), (4, &*long), (5, TWO)];
        kept.iter().for_each(|(mark, content)| assert_eq!(records.find(*mark), Some(content.to_vec())));
        assert_eq!(Records::open(root.path(), 7).find(5), Some(TWO.to_vec()));
    }

    #[test]
    fn what_is_of_no_use_goes_in_time() {
        let (root, long) = (folder(), vec![b'x'; 1 << 17]);
        save(&Records::open(root.path(), 7), &[(1, &long), (2, &long), (3, THREE)]);
        let records = Records::open(root.path(), 7);
        assert!(records.find(3).is_some());
        save(&records, &[]);
        assert!(fs::metadata(&records.path).expect("the file").len() < 100);
        assert_eq!(Records::open(root.path(), 7).find(3), Some(THREE.to_vec()));
    }
}
