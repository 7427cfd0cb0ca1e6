//! A channel's archive: how the items beyond its limits are laid out on pages.
//!
//! Every item of the channel stands in one place: among the newest, which the subscription document holds, or on one page. Pages are closed when they are full
//! and then keep their items, so that a reader who has them need not come back; the last one is open, and takes whatever else there is.

use std::collections::HashMap;

/// Lays out `beyond` (newest first), the items that the subscription document does not hold, on pages; the oldest page comes first.
///
/// `before` is the layout of the last run. Its closed pages keep what is still there, pages are never fewer, and an item of the open page moves on only when the
/// page has twice the `size`: then its older part is closed.
pub fn pages(beyond: &[u32], before: &[Vec<u32>], size: usize) -> Vec<Vec<u32>> {
    let mut pages: Vec<Vec<u32>> = Vec::with_capacity(before.len() + beyond.len() / size.max(1));
    let closed = &before[..before.len().saturating_sub(1)];
    let mut left: HashMap<u32, usize, foldhash::fast::RandomState> = HashMap::default();
    if !closed.is_empty() {
        left.extend(beyond.iter().copied().zip(0..));
    }
    for closed in closed {
        let mut places: Vec<usize> = closed.iter().filter_map(|item| left.remove(item)).collect();
        places.sort_unstable();
        pages.push(places.into_iter().map(|place| beyond[place]).collect());
    }
    if beyond.is_empty() && before.is_empty() {
        return pages;
    }
    let mut open: Vec<u32> = beyond.iter().copied().filter(|item| closed.is_empty() || left.contains_key(item)).collect();
    while open.len() >= 2 * size.max(1) {
        pages.push(open.split_off(open.len() - size.max(1)));
    }
    pages.push(open);
    pages
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_page_is_closed_when_there_are_two() {
        assert!(pages(&[], &[], 3).is_empty());
        assert_eq!(pages(&[5, 4, 3, 2, 1], &[], 3), [vec![5, 4, 3, 2, 1]]);
        assert_eq!(pages(&[6, 5, 4, 3, 2, 1], &[], 3), [vec![3, 2, 1], vec![6, 5, 4]]);
        assert_eq!(pages(&[9, 8, 7, 6, 5, 4, 3, 2, 1], &[], 3), [vec![3, 2, 1], vec![6, 5, 4], vec![9, 8, 7]]);
    }

    #[test]
    fn what_is_closed_stays() {
        let before = [vec![3, 2, 1], vec![6, 5, 4]];
        assert_eq!(pages(&[8, 7, 6, 5, 4, 3, 2, 1], &before, 3), [vec![3, 2, 1], vec![8, 7, 6, 5, 4]]);
        assert_eq!(pages(&[6, 5, 4, 3, 1, 0], &before, 3), [vec![3, 1], vec![6, 5, 4, 0]], "one deleted, one of an old date added");
        assert_eq!(pages(&[], &before, 3), [Vec::<u32>::new(), vec![]], "numbers stay");
        assert_eq!(pages(&[6, 5, 4, 3, 2, 1], &before, 2), [vec![3, 2, 1], vec![6, 5, 4]], "another size is for pages to come");
    }

    proptest! {
        /// Through any series of changes each item stands on one page, in order, and a closed page changes only with its own items.
        #[test]
        fn every_item_stands_once(
            steps in proptest::collection::vec((proptest::collection::btree_set(0u32..60, 0..60), 1usize..8), 1..12)
        ) {
            let mut layout: Vec<Vec<u32>> = Vec::new();
            for (items, size) in steps {
                let beyond: Vec<u32> = items.into_iter().rev().collect();
                let next = pages(&beyond, &layout, size);
                let mut all: Vec<u32> = next.concat();
                all.sort_unstable_by(|a, b| b.cmp(a));
                prop_assert_eq!(&all, &beyond);
                prop_assert!(next.iter().all(|page| page.is_sorted_by(|a, b| a > b)));
                prop_assert!(next.len() >= layout.len());
                for (old, new) in layout.iter().zip(&next).take(layout.len().saturating_sub(1)) {
                    let kept: Vec<u32> = old.iter().copied().filter(|item| beyond.contains(item)).collect();
                    prop_assert_eq!(&kept, new);
                }
                layout = next;
            }
        }
    }
}
