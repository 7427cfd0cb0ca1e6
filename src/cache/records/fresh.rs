//! Frames that a run made, on their way into the file.

use std::fs::File;
use std::io::{self, Seek, SeekFrom, Write};
use std::path::Path;
use std::sync::Mutex;

use crate::scratch;

/// So many bytes of frames are gathered before they are put away.
pub(super) const GATHERED: usize = 1 << 20;

/// Frames that the threads of a run made, in any order.
#[derive(Debug, Default)]
pub(super) struct Fresh {
    /// Whoever locks both locks this one first.
    last: Mutex<Last>,
    before: Mutex<Before>,
}

/// Those that came last.
#[derive(Debug, Default)]
struct Last {
    frames: Vec<u8>,
    /// Of all that came.
    length: usize,
}

/// Those before, so that a million of them take no memory.
#[derive(Debug, Default)]
struct Before {
    /// What is written just now.
    frames: Vec<u8>,
    /// A file without a name that begins as theirs does, and may become it.
    file: Option<File>,
    /// Where the first begins in it.
    start: u64,
    /// Whether some could not be put away; then none is kept.
    is_lost: bool,
}

impl Fresh {
    /// Adds one, which is its head and its content. Where there are many, they go into a file that `begin` makes.
    pub fn add(&self, frame: [&[u8]; 2], begin: impl FnOnce() -> io::Result<File>) {
        let length = frame[0].len() + frame[1].len();
        let Ok(mut last) = self.last.lock() else { return };
        if last.frames.len() + length <= GATHERED {
            return last.add(frame, length);
        }
        // While it is written, others gather on; only who has more to write waits.
        let Ok(mut before) = self.before.lock() else { return };
        std::mem::swap(&mut last.frames, &mut before.frames);
        if length <= GATHERED {
            last.add(frame, length);
            drop(last);
            before.put_away([&[], &[]], begin);
        } else {
            last.length += length;
            drop(last);
            before.put_away(frame, begin);
        }
    }

    /// How long all are together.
    pub fn length(&self) -> usize {
        self.last.lock().map_or(0, |last| last.length)
    }

    pub fn write_to(&self, out: &mut File) -> io::Result<()> {
        let (Ok(last), Ok(mut before)) = (self.last.lock(), self.before.lock()) else { return Err(lost()) };
        if before.is_lost {
            return Err(lost());
        }
        let start = SeekFrom::Start(before.start);
        if let Some(file) = &mut before.file {
            file.seek(start)?;
            io::copy(file, out)?;
        }
        out.write_all(&last.frames)
    }

    /// The file that most of them are in.
    #[cfg(test)]
    pub fn file(&self) -> Option<std::fs::Metadata> {
        self.before.lock().ok()?.file.as_ref()?.metadata().ok()
    }

    /// The same to a new file of nothing else: that in which most of them are, where the system can give it a name. Says no where it cannot.
    pub fn become_file(&self, path: &Path) -> io::Result<bool> {
        let (Ok(mut last), Ok(mut before)) = (self.last.lock(), self.before.lock()) else { return Err(lost()) };
        let is_lost = before.is_lost;
        let Some(file) = before.file.as_mut().filter(|_| !is_lost) else { return Ok(false) };
        if scratch::name(file, path).is_err() {
            return Ok(false);
        }
        file.write_all(&last.frames)?;
        (last.frames, *before) = (Vec::new(), Before::default());
        Ok(true)
    }
}

impl Last {
    fn add(&mut self, frame: [&[u8]; 2], length: usize) {
        frame.into_iter().for_each(|part| self.frames.extend_from_slice(part));
        self.length += length;
    }
}

impl Before {
    /// Writes what was gathered and what comes behind it.
    fn put_away(&mut self, more: [&[u8]; 2], begin: impl FnOnce() -> io::Result<File>) {
        self.is_lost |= self.write(more, begin).is_err();
        self.frames.clear();
    }

    fn write(&mut self, more: [&[u8]; 2], begin: impl FnOnce() -> io::Result<File>) -> io::Result<()> {
        let file = match &mut self.file {
            Some(file) => file,
            none => {
                let file = none.insert(begin()?);
                self.start = file.stream_position()?;
                file
            }
        };
        let start = file.stream_position()?;
        [&self.frames[..], more[0], more[1]].into_iter().try_for_each(|part| file.write_all(part))?;
        begin_to_write(file, start);
        Ok(())
    }
}

/// Has the disk begin to write what stands in the file from here on: a build waits for its disk at the end, and would wait for this as well.
#[cfg(target_os = "linux")]
fn begin_to_write(file: &File, start: u64) {
    // What is being written stays in memory; this is the one call that waits for nothing.
    let _ = rustix::fs::fadvise(file, start, None, rustix::fs::Advice::DontNeed);
}

#[cfg(not(target_os = "linux"))]
fn begin_to_write(_: &File, _: u64) {}

fn lost() -> io::Error {
    io::Error::other("frames could not be put away")
}

#[cfg(test)]
mod tests {
    use std::io::Read;
    use std::sync::mpsc;
    use std::time::Duration;

    use super::*;

    const FRAME: [&[u8]; 2] = [&[1; 28], &[7; 1000]];
    const LENGTH: usize = FRAME[0].len() + FRAME[1].len();

    /// A file without frames.
    fn begin(folder: &Path) -> io::Result<File> {
        let mut file = tempfile::tempfile_in(folder)?;
        file.write_all(b"the beginning of a file")?;
        Ok(file)
    }

    /// Frames until one more has to be written.
    fn fill(fresh: &Fresh) {
        (0..GATHERED / LENGTH).for_each(|_| fresh.add(FRAME, || unreachable!("there is room")));
    }

    #[test]
    fn what_is_written_holds_nobody_up_who_gathers() {
        let (fresh, folder) = (Fresh::default(), tempfile::tempdir().expect("a folder"));
        fill(&fresh);
        let ((begun, has_begun), (gathered, has_gathered)) = (mpsc::channel(), mpsc::channel());
        let held_up = std::thread::scope(|scope| {
            let (fresh, folder) = (&fresh, folder.path());
            let writer = scope.spawn(move || {
                let mut held_up = None;
                fresh.add(FRAME, || {
                    begun.send(()).expect("somebody waits");
                    held_up = Some(has_gathered.recv_timeout(Duration::from_secs(20)).is_err());
                    begin(folder)
                });
                held_up
            });
            has_begun.recv().expect("it is written");
            fresh.add(FRAME, || unreachable!("there is room"));
            let _ = gathered.send(());
            writer.join().expect("no panic")
        });
        assert_eq!(held_up, Some(false));
        let mut out = tempfile::tempfile().expect("a file");
        fresh.write_to(&mut out).expect("written");
        assert_eq!(out.metadata().expect("a file").len() as usize, fresh.length());
        assert_eq!(fresh.length(), (GATHERED / LENGTH + 2) * LENGTH);
    }

    #[test]
    fn what_is_gathered_takes_no_more_room_than_is_meant() {
        let (fresh, folder) = (Fresh::default(), tempfile::tempdir().expect("a folder"));
        fill(&fresh);
        fresh.add([&[], &vec![7; 4 * GATHERED]], || begin(folder.path()));
        fill(&fresh);
        fresh.add(FRAME, || begin(folder.path()));
        let room = [fresh.last.lock().expect("no panic").frames.capacity(), fresh.before.lock().expect("no panic").frames.capacity()];
        assert!(room.iter().all(|room| *room <= 2 * GATHERED), "{room:?}");
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn the_file_that_most_are_in_becomes_that_of_all() {
        let (fresh, folder) = (Fresh::default(), tempfile::tempdir().expect("a folder"));
        let path = folder.path().join("records");
        assert!(!fresh.become_file(&path).expect("nothing was tried"), "there is none so far");
        fill(&fresh);
        fresh.add(FRAME, || begin(folder.path()));
        let mut out = begin(folder.path()).expect("a file");
        fresh.write_to(&mut out).expect("written");
        assert!(fresh.become_file(&path).expect("it has room"));
        let mut meant = Vec::new();
        out.rewind().and_then(|()| out.read_to_end(&mut meant)).expect("read");
        assert_eq!(meant.len(), b"the beginning of a file".len() + fresh.length());
        assert_eq!(std::fs::read(&path).expect("it has a name"), meant);
        assert!(!fresh.become_file(&path).expect("nothing was tried"), "it was given away");
    }

    #[test]
    fn where_some_are_lost_none_are_written() {
        let fresh = Fresh::default();
        fill(&fresh);
        fresh.add(FRAME, || Err(io::Error::other("full")));
        let (folder, mut out) = (tempfile::tempdir().expect("a folder"), tempfile::tempfile().expect("a file"));
        assert!(fresh.write_to(&mut out).is_err());
        assert!(!fresh.become_file(&folder.path().join("file")).expect("nothing was tried"));
        assert_eq!(out.metadata().expect("a file").len(), 0);
    }
}
