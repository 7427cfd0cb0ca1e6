//! Rows of the tables that were looked up lately: a feed has the same few elements over and over.

use super::super::class::{Child, Class};

const SLOTS: usize = 64;

pub(super) struct Rows([Option<(&'static Class, &'static Child)>; SLOTS]);

impl Rows {
    pub fn new() -> Self {
        Rows([None; SLOTS])
    }

    /// As [`Class::child`].
    pub fn child(&mut self, class: &'static Class, name: &str) -> Option<&'static Child> {
        let slot = slot(class, name);
        match self.0[slot] {
            Some((known, child)) if std::ptr::eq(known, class) && child.name == name => Some(child),
            _ => {
                let child = class.child(name)?;
                self.0[slot] = Some((class, child));
                Some(child)
            }
        }
    }
}

fn slot(class: &'static Class, name: &str) -> usize {
    let ends = name.bytes().next().unwrap_or(0) as usize + 7 * name.bytes().next_back().unwrap_or(0) as usize;
    (std::ptr::from_ref(class) as usize / size_of::<Class>() + ends + 31 * name.len()) % SLOTS
}
