//! Sheets that are what they were at a run before: neither their documents nor the items in them need be made again.
//!
//! A sheet is known by a mark of all that its documents are made of, but for their date. What a run made of it is kept under that mark: the digest that
//! dates it, its date, and the hashes of its documents. Where these stand still, the sheet is left alone. Only sheets that nothing was said about are
//! kept, or what was said once would not be said again.

mod pages;

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Utc};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::Xxh3Default;

use super::render::{Addresses, Sheet, add_head, families};
use super::{Built, Past};
use crate::cache::{self, records::Records};
use crate::channel::{Catalogue, Channel};
use crate::config::{Config, Format};
use crate::item::Date;
use crate::ledger::Digest;

pub(super) use pages::Pages;

/// What stands in the output folder as the run before left it, with everything that goes beside it: the BLAKE3 hash of each document, by path.
pub type Settled = BTreeMap<String, [u8; 32]>;

/// A hash of all that a sheet's documents are made of, but for their date.
type Mark = u128;

/// What was made of a sheet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Known {
    pub digest: Digest,
    /// Unix seconds.
    pub updated: i64,
    /// When nothing was found wrong, in Unix seconds: time alone makes no document worse.
    since: i64,
    /// Of its documents, in the order of the formats.
    hashes: Vec<[u8; 32]>,
}

/// What was made anew and nothing is wrong with, to be kept for the next run.
#[derive(Clone, Debug, Default)]
pub struct Made {
    sheets: Vec<MadeSheet>,
    /// With their paths.
    pub(super) pages: Vec<(Mark, String)>,
}

#[derive(Clone, Debug)]
struct MadeSheet {
    mark: Mark,
    digest: Digest,
    updated: i64,
    /// Which of those that were made.
    nth: usize,
}

/// The sheets of a run, in the order of [`Sheet::all`].
pub(super) struct Sheets<'a> {
    /// Empty where nothing is known or kept.
    marks: Vec<Mark>,
    /// The mark of each item.
    items: &'a [u64],
    config: u128,
    /// What a run before made of each, where all of it stands.
    pub known: Vec<Option<Known>>,
}

impl<'a> Sheets<'a> {
    /// Looks up what a run before made. `items` are the marks of the items.
    pub fn look(config: &Config, catalogue: &Catalogue, items: &'a [u64], past: &Past<'_>, now: DateTime<Utc>) -> Self {
        let sheets: Vec<Sheet<'_>> = Sheet::all(catalogue).collect();
        let Some(records) = past.clean else {
            return Sheets::unknown(sheets.len());
        };
        let everything = cache::of_config(config);
        let marks = marks(config, catalogue, &sheets, (items, everything));
        let known = sheets.par_iter().zip(&marks).map(|(sheet, mark)| {
            let known: Known = records.find_with(*mark, |bytes| postcard::from_bytes(bytes).ok())??;
            let formats = &config.output.formats;
            let stands = |(format, hash): (&Format, &[u8; 32])| past.settled.get(&sheet.path(*format)) == Some(hash);
            let all_stand = known.hashes.len() == formats.len() && formats.iter().zip(&known.hashes).all(stands);
            (all_stand && !is_copied(config, sheet.channel) && known.since <= now.timestamp()).then_some(known)
        });
        let known = known.collect();
        Sheets { marks, items, config: everything, known }
    }

    /// So many of which nothing is known.
    pub fn unknown(count: usize) -> Self {
        Sheets { marks: Vec::new(), items: &[], config: 0, known: vec![None; count] }
    }

    /// The paths without extension of those that stay as they are.
    pub fn stay(&self, catalogue: &Catalogue) -> impl Iterator<Item = String> {
        Sheet::all(catalogue).zip(&self.known).filter(|(_, known)| known.is_some()).map(|(sheet, _)| sheet.stem())
    }

    /// Those of the channels alone.
    fn of_channels(&self, catalogue: &Catalogue) -> Vec<Mark> {
        Sheet::all(catalogue).zip(&self.marks).filter(|(sheet, _)| sheet.is_channel()).map(|(_, mark)| *mark).collect()
    }

    /// What is to be kept of those that were made; `is_clean` says of the nth of them that nothing is wrong with it.
    pub fn made(&self, catalogue: &Catalogue, dated: &[(Digest, Date)], is_clean: impl Fn(usize, Sheet<'_>) -> bool) -> Made {
        let all = Sheet::all(catalogue).zip(&self.known).zip(self.marks.iter().zip(dated));
        let made = all.filter(|((_, known), _)| known.is_none()).enumerate();
        let clean = made.filter(|(nth, ((sheet, _), _))| is_clean(*nth, *sheet));
        let sheets = clean.map(|(nth, (_, (mark, (digest, date))))| {
            let updated = date.timestamp();
            MadeSheet { mark: *mark, digest: *digest, updated, nth }
        });
        Made { sheets: sheets.collect(), pages: Vec::new() }
    }
}

/// Keeps what was made for the next run. `hashes` are those of the documents, in their order.
pub fn keep(config: &Config, built: &Built, hashes: &[[u8; 32]], records: &Records, now: DateTime<Utc>) {
    let formats = config.output.formats.len();
    for MadeSheet { mark, digest, updated, nth } in &built.made.sheets {
        let Some(hashes) = hashes.get(nth * formats..(nth + 1) * formats) else { continue };
        let known = Known { digest: *digest, updated: *updated, since: now.timestamp(), hashes: hashes.to_vec() };
        if let Ok(bytes) = postcard::to_stdvec(&known) {
            records.keep(*mark, &bytes);
        }
    }
    let by_path: HashMap<&str, &[u8; 32]> = built.documents.iter().map(|document| document.path.as_str()).zip(hashes).collect();
    let pages = built.made.pages.iter().filter_map(|(mark, path)| Some((*mark, by_path.get(path.as_str())?)));
    pages.for_each(|(mark, hash)| records.keep(mark, &hash[..]));
}

/// Whether a copy at an old path is made of the channel's documents.
pub(super) fn is_copied(config: &Config, channel: &Channel) -> bool {
    config.moved.iter().any(|moved| moved.to.as_ref() == Some(&channel.family))
}

fn marks(config: &Config, catalogue: &Catalogue, sheets: &[Sheet<'_>], (items, everything): (&[u64], u128)) -> Vec<Mark> {
    let families = families(catalogue);
    let mark = |sheet: &Sheet<'_>| {
        let mut hash = Xxh3Default::new();
        hash.update(&everything.to_le_bytes());
        let times = add_head(config, (*sheet, &Addresses::of(config, *sheet)), &families, &mut hash);
        hash.update(&times.to_le_bytes());
        sheet.items().iter().for_each(|at| hash.update(&items[*at as usize].to_le_bytes()));
        hash.digest128()
    };
    sheets.par_iter().map(mark).collect()
}
