//! Items that are a title and nothing else: published as they are, with a warning.

use std::sync::Arc;

use rayon::prelude::*;

use crate::diag::{Finding, Findings, codes};
use crate::item::Item;
use crate::ledger::trace::{self, Told};

/// So many items are told of one by one that are a title and nothing else.
const EMPTY_TOLD: usize = 20;

/// Whether an item, whose traces were taken, is a title and nothing else: the texts of most are in no memory.
fn is_empty(item: &Item) -> bool {
    let traces = item.traces();
    trace::told(traces) == Some(Told::Nothing) && traces.link == 0 && item.enclosures().is_empty()
}

/// Those of the items.
pub(super) fn told(items: &[Arc<Item>]) -> Findings {
    let empty: Vec<&Arc<Item>> = items.par_iter().filter(|item| is_empty(item)).collect();
    let finding = |item: &Item, message: String| {
        let help = "write the text, or the `link` of the page; `draft`, which is `true` or `false`, keeps an item out until then";
        Finding::new(&codes::EMPTY_ITEM, message).at(item.place()).help(help)
    };
    let one =
        |item: &&Arc<Item>| finding(item, format!("`{}` (\u{201c}{}\u{201d}) has neither a text nor a link", item.key(), item.title()));
    let more = empty.get(EMPTY_TOLD).map(|item| {
        let more = empty.len() - EMPTY_TOLD;
        finding(item, format!("{more} more items have neither a text nor a link; this is the first of them"))
    });
    empty.iter().take(EMPTY_TOLD).map(one).chain(more).collect()
}
