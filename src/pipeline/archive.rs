//! The archives of the channels (RFC 5005, section 4): which items stand on which page.

use std::sync::Arc;

use rayon::prelude::*;

use super::moved;
use crate::channel::{Catalogue, Page, history};
use crate::config::{Config, Format, paths};
use crate::item::Item;
use crate::ledger::{Memory, Recall};

/// Where a page stands below the output folder. Pages are counted from 0 here, and from 1 in paths.
pub(super) fn path(channel: &str, page: usize, format: Format) -> String {
    format!("{}.{}", stem(channel, page), format.extension())
}

/// The same without extension.
pub(super) fn stem(channel: &str, page: usize) -> String {
    paths::archive(channel, page + 1)
}

/// Lays out what the windows of the channels leave on pages, on from the layout that was published.
pub(super) fn lay_out(config: &Config, catalogue: &mut Catalogue, items: &[Arc<Item>], recall: &Recall, before: &Memory) {
    keep(catalogue, before);
    if !config.output.archives {
        return;
    }
    let mut positions: Vec<Option<u32>> = vec![None; recall.after.items().len()];
    (0..).zip(&recall.refs).for_each(|(position, at)| positions[*at as usize] = Some(position));
    catalogue.channels.par_iter_mut().for_each(|channel| {
        let known = before.channels.get(&channel.path).or_else(|| moved::predecessors(channel, before).next());
        let known = known.map_or(&[][..], |known| &known.pages);
        let layout: Vec<Vec<u32>> =
            known.iter().map(|page| page.members.iter().filter_map(|at| positions[*at as usize]).collect()).collect();
        let page = |on_page: Vec<u32>| {
            let newest = on_page.iter().map(|at| items[*at as usize].changed()).max();
            Page { updated: newest.unwrap_or(channel.updated), items: on_page }
        };
        let pages = history::pages(&channel.items[channel.window..], &layout, config.output.archive_size);
        channel.pages = pages.into_par_iter().map(page).collect();
    });
}

/// The documents of an empty channel that stay as they are are those of its archive too.
fn keep(catalogue: &mut Catalogue, before: &Memory) {
    let pages = |path: &String| {
        let count = before.channels.get(path).map_or(0, |known| known.pages.len());
        (1..=count).map(|number| paths::archive(path, number)).collect::<Vec<_>>()
    };
    let kept: Vec<String> = catalogue.kept.iter().flat_map(pages).collect();
    catalogue.kept.extend(kept);
}
