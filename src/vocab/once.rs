//! Values that come again and again, such as the keys of topics: each once in memory, as far as one thread meets them.

use std::borrow::Borrow;
use std::cell::RefCell;
use std::collections::HashSet;
use std::hash::Hash;
use std::sync::Arc;

/// Where there are more values, they are none that come again.
const MOST: usize = 10_000;

/// The values that one thread has met.
#[derive(Debug)]
pub struct Once<T: ?Sized>(RefCell<HashSet<Arc<T>, foldhash::fast::RandomState>>);

impl<T: ?Sized + Eq + Hash> Default for Once<T> {
    fn default() -> Self {
        Once(RefCell::default())
    }
}

impl<T: ?Sized + Eq + Hash> Once<T> {
    /// The value as it was met before, else as it is.
    pub fn share(&self, value: impl Borrow<T> + Into<Arc<T>>) -> Arc<T> {
        let mut known = self.0.borrow_mut();
        if let Some(known) = known.get(value.borrow()) {
            return known.clone();
        }
        let value = value.into();
        if known.len() < MOST {
            known.insert(value.clone());
        }
        value
    }
}
