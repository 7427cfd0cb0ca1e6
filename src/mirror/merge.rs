//! The former lines and those that were read made one: what is the same is copied by the stretch, and where all is the same nothing is written.

use std::fs::File;
use std::io::{self, BufWriter, Read, Seek, SeekFrom, Write};
use std::vec::IntoIter;

use tempfile::NamedTempFile;
use xxhash_rust::xxh3::xxh3_64;

use super::state::{Kept, Mirror, failed};
use crate::item::format::Fault;

/// New lines on their way. Keys come in order.
pub(super) struct Merge<'a> {
    mirror: &'a Mirror,
    former: IntoIter<Kept>,
    /// Where the next former line begins.
    offset: u64,
    rows: Vec<Kept>,
    /// From the first line on that is another.
    out: Option<Out>,
}

struct Out {
    file: BufWriter<NamedTempFile>,
    /// `None` where there was none.
    from: Option<File>,
    /// Former bytes that are to be copied.
    stretch: std::ops::Range<u64>,
}

impl<'a> Merge<'a> {
    /// `former` is what the mirror holds now.
    pub fn new(mirror: &'a Mirror, former: Vec<Kept>) -> Self {
        Merge { mirror, rows: Vec::with_capacity(former.len()), former: former.into_iter(), offset: 0, out: None }
    }

    /// Whether there is a line of this row with this watermark, among those that are not dealt with.
    pub fn knows(&self, key: &str, watermark: Option<&str>) -> bool {
        let former = self.former.as_slice();
        former.binary_search_by(|kept| (*kept.key).cmp(key)).is_ok_and(|at| former[at].watermark.as_deref() == watermark)
    }

    /// Keeps the former lines before this key, or all.
    pub fn keep_below(&mut self, key: Option<&str>) -> Result<(), Fault> {
        while let Some(kept) = self.next_below(key) {
            self.copy(kept)?;
        }
        Ok(())
    }

    /// Leaves out the former lines before this key, or all.
    pub fn drop_below(&mut self, key: Option<&str>) -> Result<(), Fault> {
        while let Some(kept) = self.next_below(key) {
            self.skip(&kept)?;
        }
        Ok(())
    }

    /// The line of a row as it is now. The former lines before it are dealt with.
    pub fn put(&mut self, key: &str, watermark: Option<&str>, line: &str) -> Result<(), Fault> {
        let now = Kept { key: key.into(), watermark: watermark.map(Into::into), hash: xxh3_64(line.as_bytes()), length: line.len() as u32 };
        match self.next_if(|own| own == key) {
            Some(kept) if (kept.hash, kept.length) == (now.hash, now.length) => return self.copy(now),
            Some(kept) => self.skip(&kept)?,
            None => self.differ()?,
        }
        self.write(|out| {
            out.copy_stretch()?;
            out.file.write_all(line.as_bytes())
        })?;
        self.rows.push(now);
        Ok(())
    }

    /// Keeps the former line of a row.
    pub fn keep(&mut self, key: &str) -> Result<(), Fault> {
        self.next_if(|own| own == key).map_or(Ok(()), |kept| self.copy(kept))
    }

    /// Leaves the former line of a row out, where there is one.
    pub fn gone(&mut self, key: &str) -> Result<(), Fault> {
        self.next_if(|own| own == key).map_or(Ok(()), |kept| self.skip(&kept))
    }

    /// The file with the lines, where they are others than before, and what is to be remembered of them.
    pub fn finish(mut self) -> Result<(Option<NamedTempFile>, Vec<Kept>), Fault> {
        if !self.mirror.is_there() {
            self.differ()?;
        }
        self.write(Out::copy_stretch)?;
        let path = self.mirror.path();
        let file = self.out.map(|out| out.file.into_inner().map_err(|error| failed(path, error.error()))).transpose()?;
        Ok((file, self.rows))
    }

    fn next_below(&mut self, key: Option<&str>) -> Option<Kept> {
        self.next_if(|own| key.is_none_or(|key| own < key))
    }

    fn next_if(&mut self, is_meant: impl FnOnce(&str) -> bool) -> Option<Kept> {
        let is_next = self.former.as_slice().first().is_some_and(|kept| is_meant(&kept.key));
        if is_next { self.former.next() } else { None }
    }

    /// A former line stays, with what is to be remembered of it now.
    fn copy(&mut self, kept: Kept) -> Result<(), Fault> {
        let (start, end) = (self.offset, self.offset + u64::from(kept.length));
        self.offset = end;
        self.rows.push(kept);
        self.write(|out| {
            if out.stretch.end != start {
                out.copy_stretch()?;
                out.stretch.start = start;
            }
            out.stretch.end = end;
            Ok(())
        })
    }

    fn skip(&mut self, kept: &Kept) -> Result<(), Fault> {
        self.differ()?;
        self.offset += u64::from(kept.length);
        Ok(())
    }

    /// From here on there is a new file, with all that stayed so far.
    fn differ(&mut self) -> Result<(), Fault> {
        if self.out.is_none() {
            let from = File::open(self.mirror.path()).ok();
            self.out = Some(Out { file: BufWriter::with_capacity(1 << 16, self.mirror.begin()?), from, stretch: 0..self.offset });
        }
        Ok(())
    }

    fn write(&mut self, what: impl FnOnce(&mut Out) -> io::Result<()>) -> Result<(), Fault> {
        self.out.as_mut().map_or(Ok(()), what).map_err(|error| failed(self.mirror.path(), &error))
    }
}

impl Out {
    fn copy_stretch(&mut self) -> io::Result<()> {
        let length = self.stretch.end - self.stretch.start;
        if length > 0 {
            let from = self.from.as_mut().ok_or(io::ErrorKind::NotFound)?;
            from.seek(SeekFrom::Start(self.stretch.start))?;
            if io::copy(&mut from.take(length), &mut self.file)? != length {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
        self.stretch = self.stretch.end..self.stretch.end;
        Ok(())
    }
}
