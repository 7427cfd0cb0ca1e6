//! Channels, and the pages of their archives, as documents: their heads, and the digests by which their dates stand or move ([`super::dating`]).

use std::collections::HashMap;

use url::Url;
use xxhash_rust::xxh3::Xxh3Default;

use super::archive;
use super::prepare::Ready;
use crate::channel::{Catalogue, Channel};
use crate::config::{Config, Format};
use crate::document::{self, Alternate, Chain, Document, Encoded, Head};
use crate::item::Date;
use crate::ledger::Digest;
use crate::page;

/// What is published in each format: a channel, or a page of its archive.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sheet<'c> {
    pub channel: &'c Channel,
    /// Counted from 0, the oldest.
    pub page: Option<usize>,
    /// When its documents last changed: by its newest item, until it is [dated](super::dating).
    pub updated: Date,
}

impl<'c> Sheet<'c> {
    /// Every channel, each followed by its pages.
    pub fn all(catalogue: &'c Catalogue) -> impl Iterator<Item = Sheet<'c>> {
        catalogue.channels.iter().flat_map(|channel| {
            let pages = channel.pages.iter().enumerate();
            let pages = pages.map(move |(at, page)| Sheet { channel, page: Some(at), updated: page.updated });
            std::iter::once(Sheet::of(channel)).chain(pages)
        })
    }

    /// The channel itself.
    pub fn of(channel: &'c Channel) -> Self {
        Sheet { channel, page: None, updated: channel.updated }
    }

    /// Whether it is no page of an archive.
    pub fn is_channel(&self) -> bool {
        self.page.is_none()
    }

    /// Positions in the list of items.
    pub fn items(&self) -> &'c [u32] {
        self.page.map_or_else(|| self.channel.shown(), |page| &self.channel.pages[page].items)
    }

    /// Where its documents stand, without their extensions.
    pub fn stem(&self) -> String {
        match self.page {
            None => self.channel.path.clone(),
            Some(page) => archive::stem(&self.channel.path, page),
        }
    }

    pub fn path(&self, format: Format) -> String {
        format!("{}.{}", self.stem(), format.extension())
    }
}

/// What documents are made of, beside their channels.
#[derive(Clone, Copy)]
pub(super) struct Render<'a> {
    pub config: &'a Config,
    pub encoded: &'a Ready,
}

impl<'a> Render<'a> {
    /// The sheet in a format.
    pub fn document(self, (sheet, addresses): (Sheet<'_>, &Addresses), format: Format, families: &Families<'_>) -> Document {
        let head = head(self.config, (sheet, addresses), format, families);
        let bytes = document::render(&head, &self.entries(sheet.items(), format), format);
        Document { path: sheet.path(format), format: Some(format), bytes, changed: sheet.updated }
    }

    /// A channel that somebody asked for, at an address with a query; it has no page.
    pub fn asked(self, catalogue: &Catalogue, channel: &Channel, format: Format, query: &str) -> Document {
        let asked = |mut url: Url| {
            url.set_query(Some(query));
            url
        };
        let sheet = Sheet::of(channel);
        let mut head = head(self.config, (sheet, &Addresses::of(self.config, sheet)), format, &families(catalogue));
        head.home = self.config.publication.home.clone();
        head.url = asked(head.url);
        head.alternates.iter_mut().for_each(|alternate| alternate.url = asked(alternate.url.clone()));
        let bytes = document::render(&head, &self.entries(sheet.items(), format), format);
        Document { path: path(channel, format), format: Some(format), bytes, changed: channel.updated }
    }

    fn entries(self, items: &[u32], format: Format) -> Vec<&'a Encoded> {
        items.iter().map(|at| self.encoded.get(*at, format)).collect()
    }

    /// Draws the windows of channels that are limited in bytes. All formats hold the same items, or what one leaves to the archive another would repeat.
    pub fn fit(self, catalogue: &mut Catalogue) {
        let limited = catalogue.channels.iter().enumerate().filter_map(|(at, channel)| Some((at, channel, channel.limits.bytes?)));
        let families = families(catalogue);
        let window = |(at, channel, limit): (usize, &Channel, u64)| {
            let sheet = Sheet::of(channel);
            let addresses = Addresses::of(self.config, sheet);
            let fits = |format: &Format| {
                let mut head = head(self.config, (sheet, &addresses), *format, &families);
                if self.config.output.archives && head.chain.older.is_none() {
                    // The longest that it can become.
                    head.chain.older = Some(url(self.config, &archive::path(&channel.path, channel.items.len(), *format)));
                }
                document::fit(&head, &self.entries(channel.shown(), *format), *format, limit)
            };
            (at, self.config.output.formats.iter().map(fits).min().unwrap_or(channel.window))
        };
        let windows: Vec<(usize, usize)> = limited.map(window).collect();
        drop(families);
        windows.into_iter().for_each(|(at, window)| catalogue.channels[at].window = window);
    }

    /// Of all that a sheet's documents are made of, in all formats, but for their date: to write each for it would take as long again.
    pub fn digest(self, (sheet, addresses): (Sheet<'_>, &Addresses), common: &Common<'_>) -> Digest {
        let mut hash = Xxh3Default::new();
        hash.update(&if sheet.is_channel() { common.channels } else { common.pages }.to_le_bytes());
        // The order of the config is in the heads, where it matters.
        for format in Format::in_order(&self.config.output.formats) {
            sheet.items().iter().for_each(|at| hash.update(&self.encoded.get(*at, format).hash().to_le_bytes()));
        }
        let graves = add_head(self.config, (sheet, addresses), &common.families, &mut hash);
        Digest::of(hash.digest128()).beside(graves)
    }
}

/// What the sheets of a run have in common.
pub(super) struct Common<'c> {
    /// A hash of what all channels say.
    channels: u128,
    /// A hash of what all pages say.
    pages: u128,
    pub families: Families<'c>,
}

impl<'c> Common<'c> {
    pub fn of(config: &Config, catalogue: &'c Catalogue) -> Self {
        let Config { publication, output, .. } = config;
        let common = |is_archive| document::in_common(publication, output.ttl, &output.formats, is_archive);
        Common { channels: common(false), pages: common(true), families: families(catalogue) }
    }
}

/// The variants of each channel by the path that they share.
pub(super) type Families<'c> = HashMap<&'c str, Vec<&'c Channel>>;

pub(super) fn families(catalogue: &Catalogue) -> Families<'_> {
    let mut families = Families::new();
    for channel in &catalogue.channels {
        families.entry(&channel.family).or_default().push(channel);
    }
    families
}

/// Where a sheet is served, for the heads of all of its documents: to parse each address for each of them would take longer than all else in them.
#[derive(Debug)]
pub(super) struct Addresses {
    home: Url,
    documents: Vec<(Format, Url)>,
}

impl Addresses {
    pub fn of(config: &Config, sheet: Sheet<'_>) -> Self {
        let documents = config.output.formats.iter().map(|format| (*format, url(config, &sheet.path(*format))));
        Addresses { home: home(config, sheet.channel), documents: documents.collect() }
    }
}

fn head<'a>(config: &'a Config, (sheet, addresses): (Sheet<'_>, &Addresses), format: Format, families: &Families<'_>) -> Head<'a> {
    let channel = sheet.channel;
    let (own, others): (Vec<_>, Vec<_>) = addresses.documents.iter().partition(|(own, _)| *own == format);
    let in_other_formats = others.into_iter().map(|(format, url)| Alternate {
        url: url.clone(),
        format: *format,
        language: channel.language.clone(),
        title: channel.title.clone(),
    });
    let others = families[channel.family.as_str()].iter().filter(|other| sheet.page.is_none() && other.path != channel.path);
    let in_other_languages = others.map(|other| alternate(config, other, format));
    Head {
        publication: &config.publication,
        id: id(config, channel),
        title: channel.title.clone(),
        description: channel.description.clone(),
        language: channel.language.clone(),
        home: addresses.home.clone(),
        url: own.first().map_or_else(|| url(config, &sheet.path(format)), |(_, url)| url.clone()),
        alternates: in_other_formats.chain(in_other_languages).collect(),
        updated: sheet.updated,
        deleted: if sheet.page.is_none() && format == Format::Atom { channel.deleted.clone() } else { Vec::new() },
        ttl: config.output.ttl.filter(|_| sheet.page.is_none()),
        chain: chain(config, sheet, format),
    }
}

/// Adds what a sheet's heads say to the hash, but for their date, and gives a hash of the tombstones. They differ in the addresses that each gives of
/// the others, and in tombstones.
pub(super) fn add_head(config: &Config, sheet: (Sheet<'_>, &Addresses), families: &Families<'_>, hash: &mut Xxh3Default) -> u64 {
    let formats = &config.output.formats;
    let Some(format) = formats.iter().find(|format| **format == Format::Atom).or(formats.first()) else { return 0 };
    let head = head(config, sheet, *format, families);
    head.add_to(hash);
    head.graves()
}

/// From the subscription document to the newest page of the archive, and from each page to the one before it.
fn chain(config: &Config, sheet: Sheet<'_>, format: Format) -> Chain {
    let channel = sheet.channel;
    let page = |at: usize| url(config, &archive::path(&channel.path, at, format));
    match sheet.page {
        None => Chain { older: channel.pages.len().checked_sub(1).map(page), ..Chain::default() },
        Some(at) => Chain {
            older: at.checked_sub(1).map(page),
            newer: (at + 1 < channel.pages.len()).then(|| page(at + 1)),
            current: Some(url(config, &path(channel, format))),
        },
    }
}

/// The web page that the channel stands for: its own, where there are pages.
pub(super) fn home(config: &Config, channel: &Channel) -> Url {
    match config.output.pages {
        true => url(config, &page::channel_path(channel)),
        false => config.publication.home.clone(),
    }
}

/// The channel's id: the one that it was published with, else one that is minted now.
pub(super) fn id(config: &Config, channel: &Channel) -> String {
    channel.published_id.clone().unwrap_or_else(|| config.publication.authority.mint(&channel.id))
}

fn alternate(config: &Config, channel: &Channel, format: Format) -> Alternate {
    Alternate { url: url(config, &path(channel, format)), format, language: channel.language.clone(), title: channel.title.clone() }
}

/// A document's path below the output folder.
pub fn path(channel: &Channel, format: Format) -> String {
    format!("{}.{}", channel.path, format.extension())
}

/// Where a path is served.
pub fn url(config: &Config, path: &str) -> Url {
    config.publication.base_url.join(path).unwrap_or_else(|_| config.publication.base_url.clone())
}
