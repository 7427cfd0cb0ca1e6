//! The file of an item's record. The items of a bulk file have it in one place, and each of them a pointer to that.

use std::cell::RefCell;
use std::path::Path;
use std::sync::Arc;

/// A path, shared with whoever else has it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct File(Arc<Arc<Path>>);

thread_local! {
    /// The one that this thread met last: rows of one file come one after the other.
    static LAST: RefCell<Option<File>> = const { RefCell::new(None) };
}

impl File {
    pub fn path(&self) -> &Arc<Path> {
        &self.0
    }
}

impl From<Arc<Path>> for File {
    fn from(path: Arc<Path>) -> Self {
        LAST.with_borrow_mut(|last| match last {
            Some(last) if Arc::ptr_eq(last.path(), &path) => last.clone(),
            _ => last.insert(File(Arc::new(path))).clone(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_of_one_file_share_its_path() {
        let (one, other): (Arc<Path>, Arc<Path>) = (Path::new("one.ndjson").into(), Path::new("other.ndjson").into());
        let [first, second, third] = [&one, &one, &other].map(|path| File::from(path.clone()));
        assert!(Arc::ptr_eq(&first.0, &second.0) && first != third);
        assert_eq!((&**first.path(), &**third.path()), (&*one, &*other));
    }
}
