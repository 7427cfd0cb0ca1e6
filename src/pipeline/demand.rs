//! Channels that are not published but asked for, such as the crossing of two countries with a topic.

use chrono::{DateTime, Utc};

use super::Built;
use super::prepare::{Changed, Prepare, Ready};
use super::render::Render;
use crate::channel::{self, Catalogue, Sorted};
use crate::config::{Config, Format, Query};
use crate::diag::Findings;
use crate::document::Document;
use crate::gate;
use crate::item::{Shelf, Stories};
use crate::progress::Progress;
use crate::vocab::Language;

/// What is asked for.
#[derive(Clone, Debug)]
pub struct Demand {
    pub query: Query,
    /// What comes after the `?` of its address; its id is made of it too.
    pub canonical: String,
    /// Plain text.
    pub title: String,
    pub language: Option<Language>,
}

/// The path of channels on demand, without extension.
pub const ON_DEMAND: &str = "feed";

/// A channel on demand in one format, from what a [`super::build`] made whose texts stayed, and what the checker says of it.
///
/// # Errors
/// A text that did not stay.
pub fn on_demand(
    config: &Config,
    built: &Built,
    demand: &Demand,
    format: Format,
    now: DateTime<Utc>,
) -> Result<(Document, Findings), Changed> {
    let sorted = Sorted { items: &built.items, placements: &built.placements, now };
    let id = format!("channel/{ON_DEMAND}/{}", demand.canonical);
    let mut channel = channel::on_demand(config, sorted, demand.query.clone(), &demand.title, ON_DEMAND, &id);
    channel.language = demand.language.clone().or(channel.language);
    // Nothing is kept of what is only asked for.
    channel.items.truncate(channel.window);
    let mut catalogue = Catalogue { channels: vec![channel], ..Catalogue::default() };
    let progress = Progress::default();
    let prepare = Prepare {
        config,
        items: &built.items,
        placements: &built.placements,
        marks: &[],
        stories: &Stories::of(&built.items),
        shelf: Shelf { config, files: &[] },
        progress: &progress,
    };
    let mut ready = Ready::new(config);
    prepare.add(catalogue.channels[0].shown().iter().copied(), &mut ready)?;
    let render = Render { config, encoded: &ready };
    render.fit(&mut catalogue);
    let channel = &catalogue.channels[0];
    let document = render.asked(&catalogue, channel, format, &demand.canonical);
    let items = channel.shown().iter().map(|at| &*built.items[*at as usize]).collect();
    let checked = gate::check(config, &document, items, now);
    Ok((document, checked))
}
