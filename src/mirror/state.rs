//! A mirror and its state, and how both are put in place.
//!
//! Two files cannot be replaced at once. The mirror goes first; the state names the file that it is about, and one about another counts as none, so that
//! every row is read anew. A lock that goes with the process keeps two runs from writing at once.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use tempfile::NamedTempFile;
use xxhash_rust::xxh3::xxh3_128;

use super::unreadable;
use crate::item::format::Fault;
use crate::stamp;

/// Another whenever the file takes another form.
const FORM: u32 = 1;

/// What files that are not finished are called in the beginning.
const UNFINISHED: &str = ".unfinished-";

/// What is remembered of a mirror.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct State {
    form: u32,
    /// What the file system says of the mirror.
    stamp: u128,
    /// Of the plan that its lines were made by.
    pub identity: u128,
    pub last: Option<Box<str>>,
    /// In the order of the lines, which is that of the keys.
    pub rows: Vec<Kept>,
}

/// What is remembered of a line.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Kept {
    pub key: Box<str>,
    pub watermark: Option<Box<str>>,
    pub hash: u64,
    /// In bytes, its end included.
    pub length: u32,
}

impl State {
    pub fn new(identity: u128, last: Option<Box<str>>, rows: Vec<Kept>) -> Self {
        State { form: FORM, stamp: 0, identity, last, rows }
    }
}

/// The file and its state, locked.
pub(super) struct Mirror {
    path: PathBuf,
    state_path: PathBuf,
    /// As it was read.
    bytes: Vec<u8>,
    state: State,
    _lock: File,
}

impl Mirror {
    /// Takes the lock and reads the state; the empty one where there is none that is about the file as it is.
    pub fn open(root: &Path, file: &Path) -> Result<Self, Fault> {
        let path = root.join(file);
        let state_path = path.with_extension("state");
        let folder = path.parent().unwrap_or(root);
        let failed = |error| failed(&path, &error);
        fs::create_dir_all(folder).map_err(failed)?;
        let lock = File::options().write(true).create(true).truncate(false).open(path.with_extension("lock")).map_err(failed)?;
        lock.lock().map_err(failed)?;
        sweep(&path);
        let bytes = fs::read(&state_path).unwrap_or_default();
        let stamp = stamp::of(&path, &fs::metadata(&path));
        let state = parse(&bytes).filter(|state| state.form == FORM && state.stamp == stamp).unwrap_or_default();
        Ok(Mirror { path, state_path, bytes, state, _lock: lock })
    }

    /// What is remembered, for once.
    pub fn take(&mut self) -> State {
        std::mem::take(&mut self.state)
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    pub fn is_there(&self) -> bool {
        self.path.is_file()
    }

    /// A file beside the mirror that goes unless it is put in its place.
    pub fn begin(&self) -> Result<NamedTempFile, Fault> {
        let folder = self.path.parent().unwrap_or(&self.path);
        let prefix = unfinished(&self.path);
        let mut builder = tempfile::Builder::new();
        builder.prefix(&prefix);
        // As any file is made: with what the user's umask leaves, not for the user alone.
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
        builder.tempfile_in(folder).map_err(|error| failed(&self.path, &error))
    }

    /// Puts the new lines in place, where there are some, and then the state.
    pub fn finish(self, lines: Option<NamedTempFile>, state: State) -> Result<(), Fault> {
        let failed = |error| failed(&self.path, &error);
        let meta = match lines {
            Some(lines) => {
                // The lines are on the disk before a name leads to them: what a power cut leaves is the former mirror, or none.
                lines.as_file().sync_data().map_err(failed)?;
                lines.persist(&self.path).map_err(|error| failed(error.error))?.metadata()
            }
            None => fs::metadata(&self.path),
        };
        let state = State { stamp: stamp::of(&self.path, &meta), ..state };
        let bytes = write(&state);
        if bytes == self.bytes {
            return Ok(());
        }
        let mut file = self.begin()?;
        file.write_all(&bytes).map_err(failed)?;
        file.persist(&self.state_path).map_err(|error| failed(error.error)).map(drop)
    }
}

/// What a run that was killed left behind.
fn sweep(path: &Path) {
    let prefix = unfinished(path);
    let files = path.parent().and_then(|folder| fs::read_dir(folder).ok()).into_iter().flatten().flatten();
    for file in files.filter(|file| file.file_name().to_string_lossy().starts_with(&prefix)) {
        let _ = fs::remove_file(file.path());
    }
}

fn unfinished(path: &Path) -> String {
    format!("{UNFINISHED}{}.", path.file_stem().unwrap_or_default().to_string_lossy())
}

fn write(state: &State) -> Vec<u8> {
    let mut bytes = postcard::to_stdvec(state).unwrap_or_default();
    bytes.extend(xxh3_128(&bytes).to_le_bytes());
    bytes
}

fn parse(bytes: &[u8]) -> Option<State> {
    let (bytes, hash) = bytes.split_last_chunk::<16>()?;
    (xxh3_128(bytes).to_le_bytes() == *hash).then(|| postcard::from_bytes(bytes).ok()).flatten()
}

/// What keeps a mirror from being written.
pub(super) fn failed(path: &Path, error: &io::Error) -> Fault {
    unreadable(format!("its rows cannot be kept in `{}`: {error}", path.display()))
        .help("see whether you may write there and whether there is room")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_that_is_cut_off_or_about_another_file_is_none() {
        let folder = tempfile::tempdir().expect("a folder");
        let open = || Mirror::open(folder.path(), Path::new("sources/a.ndjson")).unwrap_or_else(|fault| panic!("{fault:?}"));
        let row = Kept { key: "1".into(), watermark: None, hash: 7, length: 3 };
        let state = State::new(5, Some("9".into()), vec![row]);
        let (mirror, mut lines) = (open(), open_lines(&folder));
        lines.write_all(b"{}\n").expect("written");
        mirror.finish(Some(lines), state.clone()).expect("put in place");
        let kept = open().take();
        assert_eq!((kept.identity, &kept.last, &kept.rows), (5, &state.last, &state.rows));

        let path = folder.path().join("sources/a.state");
        let whole = fs::read(&path).expect("a state");
        for bad in [&whole[..whole.len() - 1], &whole[1..], b""] {
            fs::write(&path, bad).expect("written");
            assert_eq!(open().take(), State::default());
        }
        fs::write(&path, &whole).expect("written");
        fs::write(folder.path().join("sources/.unfinished-a.123"), "left behind").expect("written");
        assert_eq!(open().take().rows.len(), 1);
        assert!(!folder.path().join("sources/.unfinished-a.123").exists());
        fs::write(folder.path().join("sources/a.ndjson"), "{}\n{}\n").expect("written");
        assert_eq!(open().take(), State::default());
    }

    fn open_lines(folder: &tempfile::TempDir) -> NamedTempFile {
        NamedTempFile::new_in(folder.path().join("sources")).expect("a file")
    }
}
