//! Where an item is from: the file of its record, its people and the address of its page. The items of a bulk file have the file in common, and many of
//! them the people and the beginning of the address: these are in memory once, and each item has a pointer to them and the rest of its address.

use std::cell::RefCell;
use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, LazyLock};

use super::link::{Head, Link, join};
use crate::vocab::{Once, Person};

/// So many are shared by each thread; where there are more, it begins anew.
const MOST: usize = 10_000;

/// The file of a record, its authors, and the address of the item's page if it has one.
#[derive(Clone, Debug)]
pub(super) struct Home {
    common: Arc<Common>,
    /// `None` where there is no address.
    tail: Option<Box<str>>,
}

#[derive(Debug)]
struct Common {
    file: Arc<Path>,
    head: Option<Head>,
    authors: Option<Arc<[Person]>>,
}

/// Where the parts are in memory, which stay there as long as they are known.
type Key = (*const Path, Option<*const Box<str>>, Option<*const [Person]>);

thread_local! {
    static PEOPLE: Once<[Person]> = Once::default();
    static KNOWN: RefCell<HashMap<Key, Arc<Common>, foldhash::fast::RandomState>> = RefCell::default();
}

impl Home {
    /// Of a record in this file: a row, of which there are many, or all of it.
    pub fn new(file: Arc<Path>, is_row: bool, link: Option<Link>, authors: Vec<Person>) -> Self {
        let (head, tail) = link.map_or((None, None), |link| (link.head, Some(link.tail)));
        let authors = (!authors.is_empty()).then(|| PEOPLE.with(|known| known.share(authors)));
        Home { common: Common { file, head, authors }.shared(is_row), tail }
    }

    /// Of a record of which the reader says later where it is.
    pub fn nowhere(link: Option<Link>, authors: Vec<Person>) -> Self {
        static NOWHERE: LazyLock<Arc<Path>> = LazyLock::new(|| Path::new("").into());
        Home::new(NOWHERE.clone(), true, link, authors)
    }

    pub fn file(&self) -> &Arc<Path> {
        &self.common.file
    }

    /// Says in which file the record is.
    pub fn stand_in(&mut self, file: Arc<Path>, is_row: bool) {
        if !Arc::ptr_eq(&file, &self.common.file) {
            let Common { head, authors, .. } = &*self.common;
            self.common = Common { file, head: head.clone(), authors: authors.clone() }.shared(is_row);
        }
    }

    pub fn authors(&self) -> &[Person] {
        self.common.authors.as_deref().unwrap_or_default()
    }

    pub fn address(&self) -> Option<String> {
        Some(join(self.common.head.as_ref(), self.tail.as_ref()?))
    }

    pub fn has_address(&self) -> bool {
        self.tail.is_some()
    }
}

impl Common {
    fn shared(self, is_row: bool) -> Arc<Self> {
        if !is_row {
            return Arc::new(self);
        }
        let key = (Arc::as_ptr(&self.file), self.head.as_ref().map(Arc::as_ptr), self.authors.as_ref().map(Arc::as_ptr));
        KNOWN.with_borrow_mut(|known| {
            if known.len() >= MOST && !known.contains_key(&key) {
                known.clear();
            }
            known.entry(key).or_insert_with(|| Arc::new(self)).clone()
        })
    }
}

impl PartialEq for Home {
    fn eq(&self, other: &Self) -> bool {
        // Another thread may have shared another beginning.
        self.file() == other.file() && self.authors() == other.authors() && self.address() == other.address()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn home(file: &Arc<Path>, is_row: bool, url: &str) -> Home {
        Home::new(file.clone(), is_row, Some(Link::new(url)), vec![])
    }

    #[test]
    fn rows_share_their_people() {
        let file: Arc<Path> = Path::new("one.ndjson").into();
        let by = |name: &str| Home::new(file.clone(), true, None, vec![Person { name: name.to_owned(), email: None, uri: None }]);
        let (ana, ben) = (by("Ana"), by("Ben"));
        assert!(Arc::ptr_eq(&ana.common, &by("Ana").common) && ana != ben);
        assert_eq!((ana.authors()[0].name.as_str(), ben.authors().len()), ("Ana", 1));
    }

    #[test]
    fn rows_share_their_file_and_the_beginning_of_their_addresses() {
        let (one, other): (Arc<Path>, Arc<Path>) = (Path::new("one.ndjson").into(), Path::new("other.ndjson").into());
        let [first, second] = ["https://c.org/x/1", "https://c.org/x/2"].map(|url| home(&one, true, url));
        let is_shared = |a: &Home, b: &Home| Arc::ptr_eq(&a.common, &b.common);
        assert!(is_shared(&first, &second) && first != second);
        for apart in
            [home(&one, true, "https://c.org/y/1"), home(&other, true, "https://c.org/x/1"), home(&one, false, "https://c.org/x/1")]
        {
            assert!(!is_shared(&first, &apart));
        }
        let mut moved = second.clone();
        moved.stand_in(other.clone(), true);
        assert_eq!((moved.file(), moved.address().as_deref()), (&other, Some("https://c.org/x/2")));
        moved.stand_in(one, true);
        assert!(is_shared(&first, &moved) && moved == second);
    }

    #[test]
    fn what_has_no_address_has_none() {
        let home = Home::nowhere(None, vec![]);
        assert_eq!((home.address(), home.has_address(), size_of::<Home>()), (None, false, 24));
        assert_eq!(Home::nowhere(Some(Link::new("")), vec![]).address().as_deref(), Some(""));
    }

    #[test]
    fn what_is_shared_has_an_end() {
        std::thread::spawn(|| {
            let file: Arc<Path> = Path::new("one.ndjson").into();
            let homes: Vec<Home> = (0..MOST).map(|n| home(&file, true, &format!("https://{n}.org/news"))).collect();
            let later = home(&Path::new("two.ndjson").into(), true, "https://1.org/news");
            assert_eq!(KNOWN.with_borrow(HashMap::len), 1);
            assert_eq!((homes[1].address(), homes[1] == later), (later.address(), false));
        })
        .join()
        .expect("as many as may be");
    }
}
