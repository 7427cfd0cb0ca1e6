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
use crate::page::{self, ToMake};

/// The pages of a run.
pub(in crate::pipeline) struct Pages {
    /// The mark of each page that is to be made, with its path.
    pub made: Vec<(Mark, String)>,
    /// Which these are, by positions.
    pub to_make: ToMake,
    /// The paths without extension of those that stay as they are.
    pub stay: Vec<String>,
}

/// What marks are marks of.
const CHANNEL: &[u8] = b"the page of a channel";
const ITEM: &[u8] = b"the page of an item";

impl Pages {
    /// Looks up what a run before made. The channels are dated by now; `own` are the items that get a page of their own.
    pub fn look(
        config: &Config,
        (catalogue, items, own): (&Catalogue, &[Arc<Item>], &[u32]),
        sheets: &Sheets<'_>,
        past: (Option<&Records>, &Settled),
    ) -> Self {
        let to_make = ToMake { stays: Vec::new(), items: own.to_vec() };
        let mut pages = Pages { made: Vec::new(), to_make, stay: Vec::new() };
        let (Some(records), true) = (past.0, config.output.pages) else { return pages };
        let directory = directory(catalogue, sheets.config);
        let stands = |mark: Mark, path: &str| {
            let known: Option<[u8; 32]> = records.find(mark).and_then(|hash| hash.try_into().ok());
            known.is_some() && past.1.get(path) == known.as_ref()
        };
        let channel = |(channel, sheet): (&Channel, &Mark)| {
            let mark = of_channel(channel, (directory, *sheet), sheets.items);
            let path = page::channel_path(channel);
            let stays = !is_copied(config, channel) && stands(mark, &path);
            (stays, mark, path)
        };
        let firsts = sheets.of_channels(catalogue);
        let channels: Vec<_> = catalogue.channels.par_iter().zip(&firsts).map(channel).collect();
        let of_item = |at: &u32| {
            let mark = digest(&[ITEM, &directory.to_le_bytes(), &sheets.items[*at as usize].to_le_bytes()]);
            let path = page::item_path(config, &items[*at as usize]);
            (stands(mark, &path), mark, path)
        };
        let own_pages: Vec<_> = own.par_iter().map(of_item).collect();
        pages.to_make.stays = channels.iter().map(|page| page.0).collect();
        pages.to_make.items = own.iter().zip(&own_pages).filter(|(_, page)| !page.0).map(|(at, _)| *at).collect();
        for (stays, mark, path) in channels.into_iter().chain(own_pages) {
            match stays {
                true => pages.stay.extend(path.strip_suffix(".html").map(str::to_owned)),
                false => pages.made.push((mark, path)),
            }
        }
        pages
    }
}

fn of_channel(channel: &Channel, (directory, sheet): (u128, Mark), items: &[u64]) -> Mark {
    let newest = channel.items.first().map_or(0, |at| items[*at as usize]);
    let numbers = [channel.count as i64, channel.updated.timestamp()];
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
