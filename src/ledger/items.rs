//! The items of a memory in parts that several memories share: one that differs in few items costs few parts, and two are compared by what they do not
//! share.

use std::sync::Arc;

use super::Known;

/// Items of a part.
const PART: usize = 512;

/// A list that is cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Items {
    /// Each full but the last.
    parts: Vec<Arc<Vec<Known>>>,
}

impl Items {
    pub fn len(&self) -> usize {
        self.parts.last().map_or(0, |last| (self.parts.len() - 1) * PART + last.len())
    }

    pub fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }

    pub fn get(&self, at: usize) -> Option<&Known> {
        self.parts.get(at / PART)?.get(at % PART)
    }

    pub fn iter(&self) -> impl Iterator<Item = &Known> {
        self.parts.iter().flat_map(|part| part.iter())
    }

    /// The items that are not in the same place of `other`, each with its place.
    pub fn since<'a>(&'a self, other: &'a Self) -> impl Iterator<Item = (usize, &'a Known)> {
        let parts = self.parts.iter().enumerate().filter(|(nth, part)| !other.parts.get(*nth).is_some_and(|own| Arc::ptr_eq(own, part)));
        let items = parts.flat_map(|(nth, part)| part.iter().enumerate().map(move |(at, known)| (nth * PART + at, known)));
        items.filter(|(at, known)| other.get(*at) != Some(*known))
    }

    /// To be changed.
    ///
    /// # Panics
    /// Where there is no such item.
    pub fn at_mut(&mut self, at: usize) -> &mut Known {
        &mut Arc::make_mut(&mut self.parts[at / PART])[at % PART]
    }

    pub fn push(&mut self, known: Known) {
        match self.parts.last_mut().filter(|part| part.len() < PART) {
            Some(part) => Arc::make_mut(part).push(known),
            None => {
                let mut part = Vec::with_capacity(PART);
                part.push(known);
                self.parts.push(Arc::new(part));
            }
        }
    }
}

impl PartialEq for Items {
    fn eq(&self, other: &Self) -> bool {
        // Arcs of what is equal to itself are compared by where they point first.
        self.parts == other.parts
    }
}

impl Eq for Items {}
