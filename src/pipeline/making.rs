//! Sheets made into documents: each is digested, dated, written out and checked, and its items are made ready for it.
//!
//! Where there are more items than memory has room for, that is done in waves, and what a wave made is laid down. Sheets go by their newest items, so that
//! an item is made ready once, for all of its feeds and pages of archives, and let go soon after.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use rayon::prelude::*;

use super::dating::Dating;
use super::prepare::{Changed, Prepare, Ready};
use super::render::{Addresses, Common, Render, Sheet};
use super::settled::{Sheets, is_copied};
use super::waves::{Waves, items};
use super::{Lap, Timings};
use crate::cache::records::Records;
use crate::channel::Catalogue;
use crate::config::Format;
use crate::diag::Finding;
use crate::document::{Depot, Document};
use crate::gate::{Checked, Gate};
use crate::item::Date;
use crate::ledger::Digest;
use crate::progress::Stage;

/// What documents of sheets are made with.
#[derive(Clone, Copy)]
pub(super) struct Making<'a> {
    pub prepare: Prepare<'a>,
    pub catalogue: &'a Catalogue,
    pub dating: Dating<'a>,
    /// What was made before, and nothing was found wrong with.
    pub clean: Option<&'a Records>,
    /// Where documents wait for which there is no room; where there is none, all stay in memory.
    pub depot: Option<&'a dyn Depot>,
}

/// What was made of sheets.
pub(super) struct MadeSheets {
    /// Of every sheet, also of those that were not made.
    pub dated: Vec<(Digest, Date)>,
    /// Of the sheets that were made, each in the order of the formats.
    pub documents: Vec<Document>,
    /// What the checker says of each of them.
    pub found: Vec<Vec<Finding>>,
}

/// A document, and what the checker says of it.
type Slot = (Document, Vec<Finding>);

impl Making<'_> {
    /// Makes the documents of all sheets of which nothing is known, or another date than they have now.
    ///
    /// # Errors
    /// A record that changed.
    pub fn all(&self, sheets: &mut Sheets<'_>, ready: &mut Ready, timings: &mut Timings) -> Result<MadeSheets, Changed> {
        let (Prepare { config, progress, .. }, mut lap) = (self.prepare, Lap::begin());
        let mut all: Vec<Sheet<'_>> = Sheet::all(self.catalogue).collect();
        self.date_known(&mut all, sheets);
        let mut digests: Vec<Option<Digest>> = sheets.known.iter().map(|known| known.as_ref().map(|known| known.digest)).collect();
        let to_make: Vec<usize> = (0..all.len()).filter(|at| digests[*at].is_none()).collect();
        let (formats, documents) = (config.output.formats.len(), to_make.len() * config.output.formats.len());
        let (common, mut waves) = (Common::of(config, self.catalogue), Waves::of(&self.prepare, self.catalogue, (&all, to_make), ready));
        let mut slots: Vec<Option<Slot>> = std::iter::repeat_with(|| None).take(all.len() * formats).collect();
        let (gate, mut done) = (Gate::new(config, self.clean, self.dating.now), 0);
        timings.render += lap.end();
        if waves.are_many() {
            self.prepare.fetch_tables(waves.items(&all), ready)?;
        }
        while let Some(wave) = waves.next(&all, ready) {
            self.prepare.add(items(wave.iter(), &all), ready)?;
            timings.prepare += lap.end();
            let render = Render { config, encoded: ready };
            let digest = |at: &usize| {
                let addresses = Addresses::of(config, all[*at]);
                (render.digest((all[*at], &addresses), &common), addresses)
            };
            let (own, addresses): (Vec<Digest>, Vec<Addresses>) = wave.par_iter().map(digest).unzip();
            for (at, digest) in wave.iter().zip(own) {
                all[*at].updated = self.dating.date(all[*at], digest);
                digests[*at] = Some(digest);
            }
            timings.render += lap.end();
            progress.begin(Stage::Rendering, documents);
            progress.step(done);
            let depot = self.depot.filter(|_| waves.are_many());
            let sheets = wave.iter().map(|at| all[*at]).zip(&addresses);
            let made = self.documents(sheets, (render, &common, &gate, depot), timings);
            done += made.len();
            let places = wave.iter().flat_map(|at| at * formats..(at + 1) * formats);
            places.zip(made).for_each(|(place, slot)| slots[place] = Some(slot));
            rayon::join(|| waves.let_go(&wave, &all, ready), || gate.age());
            lap.end();
        }
        let dated = digests.into_iter().flatten().zip(all.iter().map(|sheet| sheet.updated)).collect();
        let (documents, found) = slots.into_iter().flatten().unzip();
        Ok(MadeSheets { dated, documents, found })
    }

    /// Gives the sheets that are known their dates, and lets go of what is known of those that have another date now.
    fn date_known(&self, all: &mut [Sheet<'_>], sheets: &mut Sheets<'_>) {
        all.par_iter_mut().zip(&mut sheets.known).for_each(|(sheet, known)| {
            let date = known.as_ref().map(|known| self.dating.date(*sheet, known.digest));
            known.take_if(|known| date.is_some_and(|date| date.timestamp() != known.updated));
            sheet.updated = date.filter(|_| known.is_some()).unwrap_or(sheet.updated);
        });
    }

    /// Writes these sheets in every format, and has each document checked, and laid down, while its bytes are at hand.
    fn documents<'c>(
        &self,
        sheets: impl Iterator<Item = (Sheet<'c>, &'c Addresses)>,
        (render, common, gate, depot): (Render<'_>, &Common<'_>, &Gate<'_>, Option<&dyn Depot>),
        timings: &mut Timings,
    ) -> Vec<Slot> {
        let Prepare { config, items, progress, .. } = self.prepare;
        let formats = &config.output.formats;
        let jobs: Vec<((Sheet<'_>, &Addresses), Format)> =
            sheets.flat_map(|sheet| formats.iter().map(move |format| (sheet, *format))).collect();
        let (shares, clock) = (Shares::default(), Instant::now());
        let one = |room: &mut String, (sheet, format): &((Sheet<'_>, &Addresses), Format)| {
            let mut lap = Lap::begin();
            let mut document = render.document(*sheet, *format, &common.families);
            let sheet = sheet.0;
            let text = document.bytes.text(room).unwrap_or_default();
            Shares::add(&shares.render, &mut lap);
            let found =
                gate.check(&Checked { document: &document, items: sheet.items().iter().map(|at| &*items[*at as usize]).collect() }, text);
            Shares::add(&shares.check, &mut lap);
            let laid_down =
                depot.filter(|_| !is_copied(config, sheet.channel)).and_then(|depot| depot.lay_down(&document, text.as_bytes()));
            document.bytes = laid_down.unwrap_or(document.bytes);
            Shares::add(&shares.publish, &mut lap);
            progress.step(1);
            (document, found)
        };
        let made = jobs.par_iter().map_init(String::new, one).collect();
        shares.tell(timings, clock.elapsed());
        made
    }
}

/// How long the steps of many documents took, on all cores.
#[derive(Default)]
struct Shares {
    render: AtomicU64,
    check: AtomicU64,
    publish: AtomicU64,
}

impl Shares {
    fn add(share: &AtomicU64, lap: &mut Lap) {
        share.fetch_add(lap.end().as_nanos() as u64, Ordering::Relaxed);
    }

    /// Gives each step its part of the time that all took together.
    fn tell(self, timings: &mut Timings, took: Duration) {
        let [render, check, publish] = [self.render, self.check, self.publish].map(|share| Duration::from_nanos(share.into_inner()));
        let all = (render + check + publish).max(Duration::from_nanos(1));
        let part = |share: Duration| took.mul_f64(share.div_duration_f64(all));
        timings.render += part(render);
        timings.check += part(check);
        timings.publish += part(publish);
    }
}
