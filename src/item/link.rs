//! The address of an item's page. Those of a million items begin in few ways: each beginning is in memory once, as far as one thread meets it.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;

/// Where there are more beginnings, they are none that come again.
const MOST: usize = 10_000;

/// An absolute URL.
#[derive(Clone, Debug)]
pub(super) struct Link {
    /// `None` where nothing of it is shared.
    pub head: Option<Head>,
    pub tail: Box<str>,
}

/// A pointer, since a million items have one each.
pub(super) type Head = Arc<Box<str>>;

thread_local! {
    static KNOWN: RefCell<HashMap<Box<str>, Head, foldhash::fast::RandomState>> = RefCell::default();
}

impl Link {
    /// What comes before the last name of the path is taken to be shared.
    pub fn new(url: &str) -> Self {
        let path = url[..memchr::memchr2(b'?', b'#', url.as_bytes()).unwrap_or(url.len())].trim_end_matches('/');
        let (head, tail) = url.split_at(memchr::memrchr(b'/', path.as_bytes()).map_or(0, |slash| slash + 1));
        match known(head) {
            Some(head) => Link { head: Some(head), tail: tail.into() },
            None => Link { head: None, tail: url.into() },
        }
    }
}

fn known(head: &str) -> Option<Head> {
    KNOWN.with_borrow_mut(|known| {
        if let Some(head) = known.get(head) {
            return Some(head.clone());
        }
        let head: Head = Arc::new(head.into());
        (known.len() < MOST).then(|| {
            known.insert((**head).into(), head.clone());
            head
        })
    })
}

/// The whole of it.
pub(super) fn join(head: Option<&Head>, tail: &str) -> String {
    [head.map_or("", |head| head), tail].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_is_what_it_was() {
        for url in
            ["https://a.org/", "https://a.org/x/y", "https://a.org/x/y/", "https://a.org/x?y=/z#/", "https://a.org", "urn:a", "", "///"]
        {
            let Link { head, tail } = Link::new(url);
            assert_eq!(join(head.as_ref(), &tail), url);
        }
    }

    #[test]
    fn beginnings_are_there_once() {
        let head = |url: &str| Link::new(url).head.expect("shared");
        assert!(Arc::ptr_eq(&head("https://b.org/news/1/"), &head("https://b.org/news/2/?page=/3/")));
        assert_eq!(&**head("https://b.org/news/1"), "https://b.org/news/");
    }

    #[test]
    fn beginnings_that_never_come_again_are_not_gathered() {
        std::thread::spawn(|| {
            let links: Vec<Link> = (0..MOST + 2).map(|n| Link::new(&format!("https://{n}.org/news"))).collect();
            assert_eq!(links.iter().filter(|link| link.head.is_none()).count(), 2);
        })
        .join()
        .expect("as many as may be");
    }
}
