//! What people see in a browser: a page for each channel, one that lists the channels, and one for each item that has none elsewhere.
//!
//! [`values`] is what a template can say, [`fill`] makes those values of channels and items, [`engine`] turns them into HTML. Pages hold no
//! date but those of their content, so the same channels and items give the same bytes. Values to values; nothing but the pipeline knows
//! this room.

mod address;
mod directory;
mod engine;
mod fill;
mod look;
pub mod values;
mod words;

use std::collections::HashMap;
use std::sync::Arc;

use rayon::prelude::*;

use crate::channel::{Catalogue, Channel};
use crate::classify::Placement;
use crate::config::Config;
use crate::diag::{Finding, Findings};
use crate::document::{Depot, Document, Prepared};
use crate::item::{Item, Stories};
use crate::vocab::Language;

pub use address::{channel as channel_path, item as item_path, own_page};
pub use directory::{Axis, Lane, Named, Section, lanes};
pub use words::{Words, own_name};

use engine::{ChannelPage, Engine, IndexPage, ItemPage, View};
use fill::Fill;

/// What pages are made of.
#[derive(Clone, Copy, Debug)]
pub struct Scene<'a> {
    pub config: &'a Config,
    pub items: &'a [Arc<Item>],
    pub placements: &'a [Placement],
    pub catalogue: &'a Catalogue,
    /// The texts of the items that pages show, by position; bodies only of items that have a page of their own.
    pub texts: &'a HashMap<u32, Prepared>,
    pub stories: &'a Stories<'a>,
}

/// Which pages of channels and items are to be made.
#[derive(Clone, Debug, Default)]
pub struct ToMake {
    /// Whether a channel's page stands already as it would be made, by the channel's position; none does where it is empty.
    pub stays: Vec<bool>,
    /// The positions of the items whose pages are to be made.
    pub items: Vec<u32>,
}

impl ToMake {
    /// Whether the page of the channel at this position is to be made.
    pub fn channel(&self, at: usize) -> bool {
        !self.stays.get(at).copied().unwrap_or_default()
    }
}

/// Whether the item gets a page of its own.
pub fn has_own_page(config: &Config, item: &Item) -> bool {
    config.output.pages && !item.has_link()
}

/// The lists and the pages that are to be made, in the order: lists, channels, items. None where there are no channels. That of a channel which has a depot is
/// laid down there when it is made.
///
/// # Errors
/// What the user's templates cannot do, each thing once.
pub fn render<'d>(
    scene: Scene<'_>,
    to_make: &ToMake,
    depot: impl Fn(&Channel) -> Option<&'d dyn Depot> + Sync,
) -> Result<Vec<Document>, Findings> {
    let engine = Engine::of(scene.config)?;
    if scene.catalogue.channels.is_empty() {
        return Ok(Vec::new());
    }
    let lanes = lanes(scene.config, &scene.catalogue.channels);
    let pages = Pages { scene, fill: &Fill::new(scene, &lanes), engine: &engine };
    let channels = (0..scene.catalogue.channels.len()).into_par_iter();
    // Lists tell of all of them.
    channels.clone().for_each(|at| _ = pages.fill.channel(at));
    let mut made: Vec<Result<Document, Box<Finding>>> = lanes.iter().map(|lane| pages.index(lane)).collect();
    let channel = |at: usize| {
        let depot = depot(&scene.catalogue.channels[at]);
        pages.channel(at).map(|page| laid_down(page, depot))
    };
    made.par_extend(channels.filter(|at| to_make.channel(*at)).map(channel));
    made.par_extend(to_make.items.par_iter().map(|at| pages.item(*at)));
    gather(made)
}

/// The pages of these items alone, each laid down when it is made.
///
/// # Errors
/// As those of [`render`].
pub fn render_items(scene: Scene<'_>, items: &[u32], depot: Option<&dyn Depot>) -> Result<Vec<Document>, Findings> {
    let (engine, lanes) = (Engine::of(scene.config)?, lanes(scene.config, &scene.catalogue.channels));
    let pages = Pages { scene, fill: &Fill::new(scene, &lanes), engine: &engine };
    gather(items.par_iter().map(|at| pages.item(*at).map(|page| laid_down(page, depot))).collect())
}

fn laid_down(page: Document, depot: Option<&dyn Depot>) -> Document {
    match depot {
        Some(depot) => depot.take(page),
        None => page,
    }
}

fn gather(made: Vec<Result<Document, Box<Finding>>>) -> Result<Vec<Document>, Findings> {
    let mut documents = Vec::with_capacity(made.len());
    let mut findings: Vec<Box<Finding>> = Vec::new();
    for page in made {
        match page {
            Ok(document) => documents.push(document),
            Err(finding) if findings.contains(&finding) => {}
            Err(finding) => findings.push(finding),
        }
    }
    if findings.is_empty() { Ok(documents) } else { Err(findings.into_iter().map(|finding| *finding).collect()) }
}

/// One page after the other.
struct Pages<'s, 'a> {
    scene: Scene<'a>,
    fill: &'s Fill<'a>,
    engine: &'s Engine<'a>,
}

impl<'a> Pages<'_, 'a> {
    fn index(&self, lane: &Lane<'a>) -> Result<Document, Box<Finding>> {
        let path = address::index(lane.prefix);
        let sections = self.fill.sections(lane);
        let channels = lane.sections.iter().flat_map(|section| &section.channels);
        let changed = channels.map(|named| named.channel.updated).max().unwrap_or_default();
        let publication = &self.scene.config.publication;
        let description = fill::beyond(publication.description.get(lane.language), publication.title.get(lane.language));
        let total = sections.iter().map(|section| section.channels.len()).sum();
        let view = IndexPage { page: self.fill.index_page(&path, lane), description, total, sections };
        self.document(path, changed, &view)
    }

    fn channel(&self, at: usize) -> Result<Document, Box<Finding>> {
        let (channel, told) = (&self.scene.catalogue.channels[at], self.fill.channel(at));
        let language = directory::language(self.scene.config, channel);
        let items = channel.shown().iter().map(|at| self.fill.item(*at, directory::prefix(channel), language, false)).collect();
        let view = ChannelPage { page: self.fill.channel_page(at), channel: told, items };
        self.document(told.path.clone(), channel.updated, &view)
    }

    fn item(&self, at: u32) -> Result<Document, Box<Finding>> {
        let item = &self.scene.items[at as usize];
        let path = address::item(self.scene.config, item);
        let language: &Language = &item.language;
        let prefix = self.fill.lane_of(item).prefix;
        let view = ItemPage { page: self.fill.item_page(&path, at), item: self.fill.item(at, prefix, language, true) };
        self.document(path, item.changed(), &view)
    }

    fn document<V: View>(&self, path: String, changed: crate::item::Date, view: &V) -> Result<Document, Box<Finding>> {
        Ok(Document { path, format: None, bytes: self.engine.fill(view)?.into(), changed })
    }
}
