//! Pages for people that stand already as they would be made: those of channels, and those of items that have none elsewhere.
//!
//! A page says more than its feed: how many items there are beyond the feed's, and which channels its items lead to. The lists of channels say
//! something of every channel, and are always made.

use std::sync::Arc;

use rayon::prelude::*;
use xxhash_rust::xxh3::Xxh3Default;

use super::{Mark, Settled, Sheets, is_copied};
use crate::cache::records::Records;
use crate::channel::{Catalogue, Channel};
use crate::config::Config;
use crate::item::Item;
use crate::page::{self, Stays};

/// The pages of a run.
pub(in crate::pipeline) struct Pages {
    /// The mark of each page that is to be made, with its path.
    pub made: Vec<(Mark, String)>,
    /// Which need not be made.
    pub stays: Stays,
}

/// What marks are marks of.
const CHANNEL: &[u8] = b"the page of a channel";
const ITEM: &[u8] = b"the page of an item";

impl Pages {
    /// Looks up what a run before made. The channels are dated by now.
    pub fn look(
        config: &Config,
        (catalogue, items): (&Catalogue, &[Arc<Item>]),
        sheets: &Sheets,
        past: (Option<&Records>, &Settled),
    ) -> Self {
        let mut pages = Pages { made: Vec::new(), stays: Stays::default() };
        let (Some(records), true) = (past.0, config.output.pages) else { return pages };
        let directory = directory(catalogue, sheets.config);
        let stands = |mark: Mark, path: &str| {
            let known: Option<[u8; 32]> = records.find(mark).and_then(|hash| hash.try_into().ok());
            known.is_some() && past.1.get(path) == known.as_ref()
        };
        let channel = |(channel, sheet): (&Channel, &Mark)| {
            let mark = of_channel(channel, (directory, *sheet), &sheets.items);
            let path = page::channel_path(channel);
            let stays = !is_copied(config, channel) && stands(mark, &path);
            (stays, mark, path)
        };
        let firsts = sheets.of_channels(catalogue);
        let channels: Vec<_> = catalogue.channels.par_iter().zip(&firsts).map(channel).collect();
        let own = |(item, own): (&Arc<Item>, &u128)| {
            if !page::has_own_page(config, item) {
                return (false, 0, String::new());
            }
            let mark = digest(&[ITEM, &directory.to_le_bytes(), &own.to_le_bytes()]);
            let path = page::item_path(config, item);
            (stands(mark, &path), mark, path)
        };
        let own: Vec<_> = items.par_iter().zip(&sheets.items).map(own).collect();
        let to_make = channels.iter().chain(&own).filter(|(stays, _, path)| !stays && !path.is_empty());
        pages.made = to_make.map(|(_, mark, path)| (*mark, path.clone())).collect();
        pages.stays = Stays { channels: channels.iter().map(|page| page.0).collect(), items: own.iter().map(|page| page.0).collect() };
        pages
    }

    /// The paths without extension of those that stay as they are.
    pub fn stay(&self, config: &Config, catalogue: &Catalogue, items: &[Arc<Item>]) -> Vec<String> {
        let stem = |path: String| path.strip_suffix(".html").map(str::to_owned);
        let channels = catalogue.channels.iter().zip(&self.stays.channels).filter(|(_, stays)| **stays);
        let own = items.iter().zip(&self.stays.items).filter(|(_, stays)| **stays);
        let paths = channels.map(|(channel, _)| page::channel_path(channel)).chain(own.map(|(item, _)| page::item_path(config, item)));
        paths.filter_map(stem).collect()
    }
}

fn of_channel(channel: &Channel, (directory, sheet): (u128, Mark), items: &[u128]) -> Mark {
    let newest = channel.items.first().map_or(0, |at| items[*at as usize]);
    let numbers = [channel.items.len() as i64, channel.updated.timestamp()];
    let numbers: Vec<u8> = numbers.iter().flat_map(|number| number.to_le_bytes()).collect();
    digest(&[CHANNEL, &directory.to_le_bytes(), &sheet.to_le_bytes(), &newest.to_le_bytes(), &numbers])
}

/// Of the config and all channels: what pages lead to, and what it is called.
fn directory(catalogue: &Catalogue, config: u128) -> u128 {
    let words = |channel: &Channel| digest(&[channel.path.as_bytes(), b"\0", channel.title.as_bytes(), b"\0", channel.family.as_bytes()]);
    let all: Vec<u8> = catalogue.channels.iter().flat_map(|channel| words(channel).to_le_bytes()).collect();
    digest(&[&config.to_le_bytes(), &all])
}

fn digest(pieces: &[&[u8]]) -> u128 {
    let mut hash = Xxh3Default::new();
    pieces.iter().for_each(|piece| hash.update(piece));
    hash.digest128()
}
