//! The bytes of a document, in pieces: an item that stands in thirty documents, or in the archives of thirty channels, is in memory once.

use std::fs::File;
use std::io::{self, Read};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use xxhash_rust::xxh3::xxh3_128;

use super::finish::Shell;

/// One item in one format: its element or JSON object, which fits into every document of that format, and a hash of that.
#[derive(Clone, PartialEq, Eq)]
pub struct Encoded {
    text: Arc<str>,
    hash: u128,
}

impl Encoded {
    pub(super) fn new(text: String) -> Self {
        Encoded { hash: xxh3_128(text.as_bytes()), text: text.into() }
    }

    pub fn as_str(&self) -> &str {
        &self.text
    }

    pub fn hash(&self) -> u128 {
        self.hash
    }
}

impl std::fmt::Debug for Encoded {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Encoded({})", self.text)
    }
}

/// A document's bytes: in memory, or in a file, where there are too many for memory.
#[derive(Clone, Debug)]
pub struct Bytes {
    form: Form,
    /// Of all of them, once it was asked for.
    hash: OnceLock<blake3::Hash>,
}

#[derive(Clone, Debug)]
enum Form {
    /// A head, the items with something between each two, and an end.
    Text {
        before: String,
        items: Vec<Encoded>,
        between: &'static str,
        after: String,
    },
    Whole(Vec<u8>),
    File {
        path: Arc<Path>,
        length: usize,
    },
}

/// Bytes in a file that cannot be read any more.
#[derive(Debug, thiserror::Error)]
#[error("could not read `{}`: {source}", path.display())]
pub struct Unread {
    pub path: PathBuf,
    pub source: io::Error,
}

impl Bytes {
    pub(super) fn new(shell: Shell, items: Vec<Encoded>) -> Self {
        let Shell { before, between, after } = shell;
        Bytes { form: Form::Text { before, items, between, after }, hash: OnceLock::new() }
    }

    /// The same bytes where they lie in a file.
    #[must_use]
    pub fn in_file(&self, path: &Path) -> Self {
        Bytes { form: Form::File { path: path.into(), length: self.len() }, hash: self.hash.clone() }
    }

    /// Where they lie, if they are in no memory.
    pub fn file(&self) -> Option<&Path> {
        match &self.form {
            Form::Text { .. } | Form::Whole(_) => None,
            Form::File { path, .. } => Some(path),
        }
    }

    /// One after the other; none of those that lie in a file.
    fn pieces(&self) -> impl Iterator<Item = &[u8]> {
        let (before, items, between, after): (&[u8], &[Encoded], &str, &str) = match &self.form {
            Form::Text { before, items, between, after } => (before.as_bytes(), items, between, after),
            Form::Whole(bytes) => (bytes, &[], "", ""),
            Form::File { .. } => Default::default(),
        };
        let items = items.iter().enumerate().flat_map(move |(at, item)| [if at > 0 { between } else { "" }, item.as_str()]);
        std::iter::once(before).chain(items.chain([after]).map(str::as_bytes))
    }

    /// Each item, and where it stands when they are in a row; of those that lie in a file that is not known.
    pub fn items(&self) -> impl Iterator<Item = (&Encoded, Range<usize>)> {
        let (items, mut from, between): (&[Encoded], usize, &str) = match &self.form {
            Form::Text { before, items, between, .. } => (items, before.len(), between),
            Form::Whole(_) | Form::File { .. } => Default::default(),
        };
        items.iter().map(move |item| {
            let place = from..from + item.as_str().len();
            from = place.end + between.len();
            (item, place)
        })
    }

    pub fn len(&self) -> usize {
        match &self.form {
            Form::Text { .. } | Form::Whole(_) => self.pieces().map(<[u8]>::len).sum(),
            Form::File { length, .. } => *length,
        }
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Those that are in memory in a row; `buffer` is the room to put them in a row, if they are not.
    pub(crate) fn in_a_row<'a>(&'a self, buffer: &'a mut Vec<u8>) -> &'a [u8] {
        match &self.form {
            Form::Whole(bytes) => bytes,
            Form::Text { .. } | Form::File { .. } => {
                buffer.clear();
                buffer.reserve(self.len());
                self.pieces().for_each(|piece| buffer.extend_from_slice(piece));
                buffer
            }
        }
    }

    /// All of them in a row, if they are the text of a feed in memory; `room` is where they are put in a row.
    pub(crate) fn text<'a>(&self, room: &'a mut String) -> Option<&'a str> {
        let Form::Text { before, items, between, after } = &self.form else { return None };
        let length = self.len();
        // What stood there before is of no interest: to grow would move it.
        if room.capacity() < length {
            *room = String::with_capacity(length.max(2 * room.capacity()));
        }
        room.clear();
        room.push_str(before);
        for (at, item) in items.iter().enumerate() {
            room.push_str(if at > 0 { between } else { "" });
            room.push_str(item.as_str());
        }
        room.push_str(after);
        Some(room)
    }

    /// All of them in a row; `buffer` is the room to put them in a row, if they are not.
    ///
    /// # Errors
    /// A file that they lie in and that cannot be read.
    pub fn whole<'a>(&'a self, buffer: &'a mut Vec<u8>) -> Result<&'a [u8], Unread> {
        let Form::File { path, .. } = &self.form else { return Ok(self.in_a_row(buffer)) };
        buffer.clear();
        let read = File::open(path).and_then(|mut file| file.read_to_end(buffer));
        read.map_err(|source| Unread { path: path.to_path_buf(), source })?;
        Ok(buffer)
    }

    /// The BLAKE3 hash of all of them, taken once; `buffer` as for [`Bytes::whole`].
    ///
    /// # Errors
    /// As there.
    pub fn hash(&self, buffer: &mut Vec<u8>) -> Result<blake3::Hash, Unread> {
        match self.hash.get() {
            Some(hash) => Ok(*hash),
            None => Ok(self.hash_of(self.whole(buffer)?)),
        }
    }

    /// The same where they are in a row already.
    pub fn hash_of(&self, whole: &[u8]) -> blake3::Hash {
        debug_assert!(self.file().is_some() || *self == *whole, "they are these bytes");
        *self.hash.get_or_init(|| blake3::hash(whole))
    }

    /// All of them.
    ///
    /// # Errors
    /// As of [`Bytes::whole`].
    pub fn to_vec(&self) -> Result<Vec<u8>, Unread> {
        let mut buffer = Vec::new();
        Ok(self.whole(&mut buffer)?.to_vec())
    }
}

impl Default for Bytes {
    fn default() -> Self {
        Vec::new().into()
    }
}

impl From<Vec<u8>> for Bytes {
    fn from(bytes: Vec<u8>) -> Self {
        Bytes { form: Form::Whole(bytes), hash: OnceLock::new() }
    }
}

impl From<String> for Bytes {
    fn from(text: String) -> Self {
        Bytes::new(Shell { before: text, between: "", after: String::new() }, Vec::new())
    }
}

/// What lies in a file is known by its hash.
impl PartialEq<[u8]> for Bytes {
    fn eq(&self, other: &[u8]) -> bool {
        if self.file().is_some() {
            return self.len() == other.len() && self.hash(&mut Vec::new()).is_ok_and(|own| own == blake3::hash(other));
        }
        let mut rest = Some(other);
        self.pieces().for_each(|piece| rest = rest.and_then(|rest| rest.strip_prefix(piece)));
        rest.is_some_and(<[u8]>::is_empty)
    }
}

impl PartialEq for Bytes {
    fn eq(&self, other: &Self) -> bool {
        other.whole(&mut Vec::new()).is_ok_and(|other| *self == *other)
    }
}

impl Eq for Bytes {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_one_text() {
        let item = |text: &str| Encoded::new(text.to_owned());
        let shell = |before: &str| Shell { before: before.to_owned(), between: ",", after: "]".to_owned() };
        for (bytes, want) in [
            (Bytes::new(shell("["), vec![]), "[]"),
            (Bytes::new(shell("["), vec![item("a")]), "[a]"),
            (Bytes::new(shell(""), vec![item("a"), item("b")]), "a,b]"),
            (Bytes::from(b"a,b]".to_vec()), "a,b]"),
            (Bytes::from("a,b]".to_owned()), "a,b]"),
            (Bytes::default(), ""),
        ] {
            let whole = bytes.to_vec().expect("they are in memory");
            assert_eq!((&*whole, bytes.len(), bytes.is_empty()), (want.as_bytes(), want.len(), want.is_empty()));
            assert!(bytes == *want.as_bytes() && bytes == Bytes::from(want.as_bytes().to_vec()));
            assert!(bytes.items().all(|(item, place)| whole[place] == *item.as_str().as_bytes()));
            let mut room = "something else".to_owned();
            assert!(bytes.text(&mut room).is_none_or(|text| text == want));
            assert!(bytes != *format!("{want}x").as_bytes() && (want.is_empty() || bytes != want.as_bytes()[1..]));
        }
    }
}
