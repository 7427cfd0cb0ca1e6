//! Rows of the tables that were looked up lately: a feed has the same few elements over and over.

use super::super::Kind;
use super::super::class::{Child, Class};
use super::super::namespace::NsId;

const SLOTS: usize = 64;

/// They hold as long as the document takes the same namespaces for its own.
pub(super) struct Rows<'a>([Option<Row<'a>>; SLOTS]);

/// A child of an element, and the row that it is.
#[derive(Clone, Copy)]
struct Row<'a> {
    place: Place<'a>,
    child: &'static Child,
}

/// What it goes by which row a child is.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    pub kind: Kind,
    /// Of the element around it.
    pub class: &'static Class,
    pub ns: NsId,
    pub name: &'a str,
}

impl<'a> Rows<'a> {
    pub fn new() -> Self {
        Rows([None; SLOTS])
    }

    pub fn find(&self, place: &Place<'_>) -> Option<&'static Child> {
        self.0[place.slot()].filter(|row| row.place.is(place)).map(|row| row.child)
    }

    pub fn keep(&mut self, place: Place<'a>, child: &'static Child) {
        self.0[place.slot()] = Some(Row { place, child });
    }
}

impl Place<'_> {
    fn is(&self, other: &Place<'_>) -> bool {
        self.kind == other.kind && std::ptr::eq(self.class, other.class) && self.ns == other.ns && self.name == other.name
    }

    fn slot(&self) -> usize {
        let ends = self.name.bytes().next().unwrap_or(0) as usize + 7 * self.name.bytes().next_back().unwrap_or(0) as usize;
        (std::ptr::from_ref(self.class) as usize / size_of::<Class>() + ends + 31 * self.name.len()) % SLOTS
    }
}
