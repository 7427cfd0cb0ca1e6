//! The file of records read where it is asked for: through a few windows, since what is asked for together stands together. A file of usual size is read
//! whole, which is faster.

use std::fs::File;
use std::io::{self, BufReader, Cursor, Read, Seek, SeekFrom};
use std::sync::Mutex;

use super::{HEAD, length_and_mark};
use crate::stamp;

/// So much is read at a time, or a whole frame where that is longer, in bytes.
const WIDTH: usize = 64 << 10;

/// Up to this a file is read whole, in bytes: that of some hundred thousand records.
const WHOLE: u64 = 64 << 20;

/// So much is read at a time while a long file is gone through, in bytes.
const AHEAD: usize = 256 << 10;

/// A file, and the windows that nobody looks through now.
#[derive(Debug)]
pub struct Windows {
    /// All of it, where it is not too long.
    whole: Option<Window>,
    idle: Mutex<(File, Vec<Window>)>,
}

/// What goes through a file from some place on.
pub trait Through: Read + Seek {}

impl<T: Read + Seek> Through for T {}

/// A piece of the file.
#[derive(Debug, Default)]
struct Window {
    start: u64,
    bytes: Vec<u8>,
}

impl Windows {
    pub fn new(mut file: File) -> io::Result<Self> {
        let (size, mut window) = (file.metadata()?.len(), Window::default());
        if size <= WHOLE {
            window.read(&mut file, 0, size as usize)?;
        }
        let whole = (size <= WHOLE).then_some(window);
        Ok(Windows { whole, idle: Mutex::new((file, Vec::new())) })
    }

    /// How long the file is, and what reads it from `start` on.
    pub fn from(&self, start: u64) -> io::Result<(u64, Box<dyn Through + '_>)> {
        if let Some(whole) = &self.whole {
            let mut reader = Cursor::new(&*whole.bytes);
            reader.set_position(start);
            return Ok((whole.bytes.len() as u64, Box::new(reader)));
        }
        let own = self.idle.lock().map_err(|_| io::Error::other("a thread that read it has ended"))?;
        let mut file = own.0.try_clone()?;
        file.seek(SeekFrom::Start(start))?;
        Ok((file.metadata()?.len(), Box::new(BufReader::with_capacity(AHEAD, file))))
    }

    /// Whether this is the same file, whatever was added to it.
    pub fn is_of(&self, file: &File) -> bool {
        let identity = |file: &File| file.metadata().ok().map(|meta| stamp::identity(&meta));
        let own = self.idle.lock().ok().and_then(|own| identity(&own.0));
        own.is_some() && own == identity(file)
    }

    /// What is made of the frame that begins there; `None` where none does, or none can be read.
    pub fn at<T>(&self, start: u64, make: impl FnOnce(&[u8]) -> T) -> Option<T> {
        if let Some(whole) = &self.whole {
            return whole.frame(start).map(make);
        }
        let window = self.take(start)?;
        let made = window.frame(start).map(make);
        // One that was widened for a long frame has done its work.
        if let Some(mut idle) = (window.bytes.len() <= WIDTH).then(|| self.idle.lock().ok()).flatten() {
            idle.1.push(window);
        }
        made
    }

    /// A window with the frame that begins there.
    fn take(&self, start: u64) -> Option<Window> {
        let mut own = self.idle.lock().ok()?;
        let (file, idle) = &mut *own;
        if let Some(at) = idle.iter().position(|window| window.frame(start).is_some()) {
            return Some(idle.swap_remove(at));
        }
        // The one that was longest of no use.
        let mut window = if idle.is_empty() { Window::default() } else { idle.remove(0) };
        window.read(file, start, WIDTH).ok()?;
        let length = window.length(start)?;
        if length > WIDTH {
            window.read(file, start, length).ok()?;
        }
        Some(window)
    }
}

impl Window {
    fn read(&mut self, file: &mut File, start: u64, width: usize) -> io::Result<()> {
        self.start = start;
        self.bytes.clear();
        self.bytes.shrink_to(WIDTH);
        self.bytes.reserve_exact(width);
        file.seek(SeekFrom::Start(start))?;
        file.take(width as u64).read_to_end(&mut self.bytes)?;
        Ok(())
    }

    fn from(&self, start: u64) -> Option<&[u8]> {
        self.bytes.get(usize::try_from(start.checked_sub(self.start)?).ok()?..)
    }

    /// Of the frame that begins there, its head included.
    fn length(&self, start: u64) -> Option<usize> {
        let (length, _) = length_and_mark(self.from(start)?)?;
        Some(HEAD + length)
    }

    fn frame(&self, start: u64) -> Option<&[u8]> {
        self.from(start)?.get(..self.length(start)?)
    }
}
