//! What is made of each record while its text is at hand, so that the text need not stay.

use crate::classify::{Classifier, Placement};
use crate::config::Config;
use crate::item::{self, Item, Loaded};
use crate::ledger::{Memory, Traces, trace};
use crate::progress::Progress;

/// What a build knows of an item beside the item.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sifted {
    pub placement: Placement,
    pub traces: Traces,
}

/// What becomes of the texts of items once they are sifted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Texts {
    /// They stay in memory: for who needs them again and again, or nearly all of them.
    Stay,
    /// They are left in the records, and fetched for the few items that documents hold.
    Left,
}

/// Reads every record, sorts it and takes its traces.
pub fn read(config: &Config, memory: &Memory, texts: Texts, progress: &Progress) -> Loaded<Sifted> {
    let classifier = Classifier::new(config);
    // A memory that was rebuilt compares texts as they were published.
    let rebuilt = memory.items().iter().any(|known| known.traces.record.is_none());
    let stay = texts == Texts::Stay || config.output.archives || rebuilt;
    let sift = |item: &mut Item| {
        let known = memory.find(&item.id.iri).map(|at| &memory.get(at).traces);
        let sifted = Sifted { placement: classifier.place(item), traces: trace::of(config, item, known) };
        if !stay {
            item.text = None;
        }
        sifted
    };
    item::read_with(config, progress, &sift)
}
