//! Files handled while others are listed, and gathered in their order.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use super::{Found, list};
use crate::config::Config;
use crate::diag::Findings;

/// Does something with the files of every source, with some of them while others are listed, and gathers what came of it in the order of [`list`]. Who hears
/// of a piece when it is listed is told how many files it has, and who gathers how many there are.
pub(in crate::item) fn in_pieces<T: Send>(
    config: &Config,
    findings: &mut Findings,
    listed: impl Fn(usize),
    work: impl Fn(Vec<Found>) -> T + Sync,
    gather: impl FnMut(T, usize) + Send,
) {
    let gathering = Mutex::new(Gathering { waiting: BTreeMap::new(), next: 0, all: None, gather });
    let gathered = || gathering.lock().unwrap_or_else(PoisonError::into_inner);
    rayon::in_place_scope(|scope| {
        let (mut count, mut all) = (0, 0);
        list(config, findings, &mut |piece| {
            let (number, work) = (count, &work);
            (count, all) = (count + 1, all + piece.len());
            listed(piece.len());
            scope.spawn(move |_| {
                let done = work(piece);
                gathered().put(number, done);
            });
        });
        gathered().end(all);
    });
}

/// What came of pieces, in whatever order they were done.
struct Gathering<T, G> {
    waiting: BTreeMap<usize, T>,
    next: usize,
    /// How many files there are, once that is known.
    all: Option<usize>,
    gather: G,
}

impl<T, G: FnMut(T, usize)> Gathering<T, G> {
    fn put(&mut self, number: usize, done: T) {
        self.waiting.insert(number, done);
        self.go_on();
    }

    fn end(&mut self, all: usize) {
        self.all = Some(all);
        self.go_on();
    }

    fn go_on(&mut self) {
        let Some(all) = self.all else { return };
        while let Some(done) = self.waiting.remove(&self.next) {
            (self.gather)(done, all);
            self.next += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_gathered_in_their_order_once_all_are_counted() {
        let mut gathered = Vec::new();
        let mut gathering =
            Gathering { waiting: BTreeMap::new(), next: 0, all: None, gather: |done: char, all: usize| gathered.push((done, all)) };
        gathering.put(1, 'b');
        gathering.put(0, 'a');
        gathering.end(4);
        gathering.put(3, 'd');
        gathering.put(2, 'c');
        assert_eq!(gathered, [('a', 4), ('b', 4), ('c', 4), ('d', 4)]);
    }
}
