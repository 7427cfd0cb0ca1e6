//! The texts of one item, each folded once and only when a step asks for it.

use std::cell::OnceCell;
use std::collections::HashSet;

use crate::config::Rank;
use crate::item::{Item, dateline};
use crate::text;
use crate::vocab::fold::{Folded, key};

pub(super) struct Texts<'a> {
    pub item: &'a Item,
    /// Places that the config knows, as keys: they make a dateline as countries and capitals do.
    places: &'a HashSet<String>,
    title: OnceCell<Folded<'a>>,
    dateline: OnceCell<Option<Folded<'a>>>,
    paragraph: OnceCell<Folded<'a>>,
    whole: OnceCell<Vec<Folded<'a>>>,
}

impl<'a> Texts<'a> {
    pub fn new(item: &'a Item, places: &'a HashSet<String>) -> Self {
        Texts { item, places, title: OnceCell::new(), dateline: OnceCell::new(), paragraph: OnceCell::new(), whole: OnceCell::new() }
    }

    /// What the evidence of a rank is looked for in.
    pub fn of(&self, rank: Rank) -> &[Folded<'a>] {
        match rank {
            Rank::Field => &[],
            Rank::Dateline => self.dateline().as_slice(),
            Rank::Title => std::slice::from_ref(self.title.get_or_init(|| Folded::new(self.item.title()))),
            Rank::SoleBody | Rank::Body => std::slice::from_ref(self.paragraph()),
            Rank::Text => self.whole.get_or_init(|| {
                let (summary, body) = self.item.markups();
                body.into_iter().chain(summary).map(|markup| Folded::new(text::words(markup))).collect()
            }),
        }
    }

    /// The record's own dateline, else that at the start of the first paragraph.
    fn dateline(&self) -> &Option<Folded<'a>> {
        self.dateline.get_or_init(|| match self.item.dateline() {
            Some(dateline) => Some(Folded::new(dateline)),
            None => {
                let paragraph = self.paragraph().original();
                let (place, _) = dateline::split_with(paragraph, |part| !self.places.is_empty() && self.places.contains(&key(part)))?;
                Some(Folded::new(place.to_owned()))
            }
        })
    }

    /// The first paragraph of the body, or of the summary where there is no body.
    fn paragraph(&self) -> &Folded<'a> {
        self.paragraph.get_or_init(|| {
            let (summary, body) = self.item.markups();
            Folded::new(body.or(summary).map(text::first_paragraph).unwrap_or_default())
        })
    }
}
