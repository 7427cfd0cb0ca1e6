//! The text of items made ready and encoded: once each, and only those that some document holds.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use rayon::prelude::*;
use url::Url;
use xxhash_rust::xxh3::Xxh3Default;

use super::pages;
use crate::classify::Placement;
use crate::config::{Config, Format};
use crate::diag::{Finding, Findings, Place, Severity, codes};
use crate::document::{self, Category, Encoded, Entry, Prepared};
use crate::item::{Item, Shelf, Stories, Text};
use crate::ledger::trace;
use crate::page;
use crate::progress::{Progress, Stage};
use crate::text::{self, Markup, Removed, Syntax};
use crate::vocab::Language;

/// What was made ready so far: each item once, encoded for each format.
#[derive(Debug)]
pub(super) struct Ready {
    formats: Vec<Format>,
    /// By position, in the order of the formats.
    items: HashMap<u32, Vec<Encoded>, foldhash::fast::RandomState>,
    pub texts: Texts,
    /// By position.
    findings: BTreeMap<u32, Findings>,
    /// What was ready at a run before and was not asked for yet.
    former: Former,
    /// Texts that were fetched before they were asked for.
    left: Left,
    /// How many items were made ready, and their bytes.
    size: (usize, usize),
}

/// Items as they were made ready at a run before with this config, by their [`mark`]s: those of which there was nothing to say.
#[derive(Debug, Default)]
pub struct Former(HashMap<u64, (Vec<Encoded>, Option<Prepared>), foldhash::fast::RandomState>);

/// So many bytes of encoded items are kept for another run.
const KEPT: usize = 32 << 20;

impl Former {
    fn bytes(&self) -> usize {
        self.0.values().flat_map(|(in_formats, _)| in_formats).map(|encoded| encoded.as_str().len()).sum()
    }
}

impl Ready {
    pub fn new(config: &Config) -> Self {
        Self::after(config, Former::default())
    }

    /// The same where some items were ready before.
    pub fn after(config: &Config, former: Former) -> Self {
        let (formats, items) = (config.output.formats.clone(), HashMap::default());
        Ready { formats, items, texts: Texts::new(), findings: BTreeMap::new(), former, left: Left::new(), size: (0, 0) }
    }

    /// What another run can use of it, where these are the marks of the items: all that it had, what it made alone where that is too much, or nothing.
    pub fn into_former(self, marks: &[u64]) -> Former {
        let Ready { items, mut texts, findings, mut former, .. } = self;
        let clean = items.into_iter().filter(|(at, _)| !findings.contains_key(at));
        let own = clean.filter_map(|(at, in_formats)| Some((*marks.get(at as usize)?, (in_formats, texts.remove(&at)))));
        let own = Former(own.collect());
        let size = own.bytes();
        if size > KEPT {
            return Former::default();
        }
        if size + former.bytes() > KEPT {
            return own;
        }
        former.0.extend(own.0);
        former
    }

    /// Takes what of these was ready before, and leaves the others.
    fn take_up(&mut self, wanted: &mut BTreeSet<u32>, marks: &[u64]) {
        if self.former.0.is_empty() {
            return;
        }
        wanted.retain(|at| {
            let known = marks.get(*at as usize).and_then(|mark| self.former.0.remove(mark));
            let Some((in_formats, text)) = known else { return true };
            self.texts.extend(text.map(|text| (*at, text)));
            self.items.insert(*at, in_formats);
            false
        });
    }

    /// An item that is ready.
    pub fn get(&self, at: u32, format: Format) -> &Encoded {
        let nth = self.formats.iter().position(|own| *own == format).unwrap_or_default();
        &self.items[&at][nth]
    }

    /// An item's text was made ready, with what was found in it.
    fn take(&mut self, at: u32, text: Option<Prepared>, found: Findings) {
        if !found.is_empty() {
            self.findings.insert(at, found);
        }
        self.texts.extend(text.map(|text| (at, text)));
    }

    pub fn has(&self, at: u32) -> bool {
        self.items.contains_key(&at)
    }

    /// Lets go of items that no document needs any more, and of the texts of those that keep none.
    pub fn let_go(&mut self, items: &[u32], keeps_text: impl Fn(u32) -> bool) {
        let mut take = |at: &u32| (self.items.remove(at), if keeps_text(*at) { None } else { self.texts.remove(at) });
        // Other threads made them, and take them back sooner than this one could.
        items.iter().map(&mut take).collect::<Vec<_>>().into_par_iter().for_each(drop);
    }

    /// How many bytes an item has in all formats, as far as can be told.
    pub fn size_of_one(&self) -> Option<usize> {
        self.size.1.checked_div(self.size.0)
    }

    /// Whether there was nothing to say of an item's text.
    pub fn is_clean(&self, at: u32) -> bool {
        !self.findings.contains_key(&at)
    }

    /// What was found, in the order of the items.
    pub fn findings(&self) -> impl Iterator<Item = &Finding> {
        self.findings.values().flatten()
    }
}

/// The texts that pages show, by the item's position.
pub(super) type Texts = HashMap<u32, Prepared>;

/// Texts that were left in their records, by the item's position.
pub(super) type Left = HashMap<u32, Box<Text>>;

/// A record that is not any more what it was when it was read.
#[derive(Clone, Debug, thiserror::Error)]
#[error("`{}` changed while it was read", place.path.display())]
pub struct Changed {
    pub place: Place,
}

static NO_TEXT: Text = Text { summary: None, body: None, notice: None };

/// The preparing of texts, which only items that some document holds need.
#[derive(Clone, Copy)]
pub(super) struct Prepare<'a> {
    pub config: &'a Config,
    pub items: &'a [Arc<Item>],
    pub placements: &'a [Placement],
    /// The [`mark`] of each; none where nothing was made ready before.
    pub marks: &'a [u64],
    pub stories: &'a Stories<'a>,
    /// Where texts are that were left in their records.
    pub shelf: Shelf<'a>,
    pub progress: &'a Progress,
}

impl Prepare<'_> {
    /// Makes items ready that are not yet.
    ///
    /// # Errors
    /// A record that changed.
    pub fn add(&self, wanted: impl Iterator<Item = u32>, ready: &mut Ready) -> Result<(), Changed> {
        let mut wanted: BTreeSet<u32> = wanted.filter(|at| !ready.has(*at)).collect();
        ready.take_up(&mut wanted, self.marks);
        if wanted.is_empty() {
            return Ok(());
        }
        self.progress.begin(Stage::Preparing, wanted.len());
        let fetched = self.fetch(&wanted, ready)?;
        let one = |at| self.one(at, self.text(at, &fetched));
        let made: Vec<(u32, Vec<Encoded>, Option<Prepared>, Findings)> = wanted.into_par_iter().map(one).collect();
        drop(fetched);
        ready.items.reserve(made.len());
        for (at, in_formats, text, found) in made {
            ready.take(at, text, found);
            ready.size.0 += 1;
            ready.size.1 += in_formats.iter().map(|encoded| encoded.as_str().len()).sum::<usize>();
            ready.items.insert(at, in_formats);
        }
        Ok(())
    }

    /// Makes the texts of items ready that pages show.
    ///
    /// # Errors
    /// A record that changed.
    pub fn add_texts(&self, wanted: impl Iterator<Item = u32>, ready: &mut Ready) -> Result<(), Changed> {
        let mut wanted: BTreeSet<u32> = wanted.filter(|at| !ready.texts.contains_key(at)).collect();
        ready.take_up(&mut wanted, self.marks);
        let fetched = self.fetch(&wanted, ready)?;
        let one = |at: u32| {
            let (text, found) = prepare(self.config, &self.items[at as usize], self.text(at, &fetched));
            (at, pages::text(self.config, &self.items[at as usize], text), found)
        };
        for (at, text, found) in wanted.into_par_iter().map(one).collect::<Vec<_>>() {
            ready.take(at, text, found);
        }
        Ok(())
    }

    /// Fetches texts that are going to be asked for a few at a time, where each time would read a whole file.
    ///
    /// # Errors
    /// A record that changed.
    pub fn fetch_tables(&self, wanted: impl Iterator<Item = u32>, ready: &mut Ready) -> Result<(), Changed> {
        if !self.shelf.has_tables() {
            return Ok(());
        }
        let is_in_table = |at: &u32| !ready.has(*at) && self.shelf.reads_all_for(&self.items[*at as usize]);
        let wanted: BTreeSet<u32> = wanted.filter(is_in_table).collect();
        ready.left.extend(fetch(self.shelf, self.items, wanted.into_iter())?);
        Ok(())
    }

    /// The texts of these items that were left in their records; those that stayed must be what the records say.
    fn fetch(&self, wanted: &BTreeSet<u32>, ready: &mut Ready) -> Result<Left, Changed> {
        let all = wanted.iter().map(|at| &*self.items[*at as usize]);
        let stayed: Vec<&Item> = all.filter(|item| item.text().is_some()).collect();
        if let Some(item) = self.shelf.written_since(&stayed) {
            return Err(Changed { place: item.place() });
        }
        let mut fetched = fetch(self.shelf, self.items, wanted.iter().copied().filter(|at| !ready.left.contains_key(at)))?;
        fetched.extend(wanted.iter().filter_map(|at| Some((*at, ready.left.remove(at)?))));
        Ok(fetched)
    }

    fn text<'t>(&'t self, at: u32, fetched: &'t Left) -> &'t Text {
        self.items[at as usize].text().or_else(|| fetched.get(&at).map(|text| &**text)).unwrap_or(&NO_TEXT)
    }

    fn one(&self, at: u32, text: &Text) -> (u32, Vec<Encoded>, Option<Prepared>, Findings) {
        let item = &self.items[at as usize];
        let link = item.link();
        let (text, findings) = prepare_at(self.config, (item, text), link.as_ref());
        let entry = Entry {
            item,
            text: &text,
            categories: categories(self.config, item, &self.placements[at as usize]),
            link: link.or_else(|| page::own_page(self.config, item)),
            translations: self.translations(at),
        };
        let encode = |format: &Format| document::encode(&entry, &self.config.publication, self.config.output.content, *format);
        let encoded = self.config.output.formats.iter().map(encode).collect();
        self.progress.step(1);
        (at, encoded, pages::text(self.config, item, text), findings)
    }

    /// The item's page: its own, else the one that is published for it.
    fn link(&self, item: &Item) -> Option<Url> {
        item.link().or_else(|| page::own_page(self.config, item))
    }

    fn translations(&self, at: u32) -> Vec<(Language, Url)> {
        let of = |other: &Arc<Item>| Some((other.language.clone(), self.link(other)?));
        let mut translations: Vec<(Language, Url)> = self.stories.others(at).filter_map(of).collect();
        translations.sort_by(|a, b| a.0.cmp(&b.0));
        translations
    }
}

/// A hash of all that is encoded of an item and that the config does not say: of what its record says, in one hash, and of what the ledger and the other
/// versions of its story add.
pub(super) fn mark(record: u64, at: u32, item: &Item, stories: &Stories<'_>) -> u64 {
    if item.updated().is_none() && item.story().is_none() {
        return record;
    }
    let mut hash = Xxh3Default::new();
    hash.update(&record.to_le_bytes());
    hash.update(&item.updated().map_or(i64::MIN, |updated| updated.timestamp()).to_le_bytes());
    for other in stories.others(at) {
        hash.update(other.language.as_str().as_bytes());
        hash.update(&[u8::from(other.has_link())]);
        // Where it has none, its id and the config say what its own page is called.
        hash.update(other.address().as_deref().unwrap_or(other.iri()).as_bytes());
    }
    hash.digest()
}

/// The texts of these items that were left in their records, which must be what they were.
///
/// # Errors
/// A record that changed.
pub(super) fn fetch(shelf: Shelf<'_>, items: &[Arc<Item>], wanted: impl Iterator<Item = u32>) -> Result<Left, Changed> {
    let left: Vec<u32> = wanted.filter(|at| items[*at as usize].text().is_none()).collect();
    if left.is_empty() {
        return Ok(Left::new());
    }
    let asked: Vec<&Item> = left.iter().map(|at| &*items[*at as usize]).collect();
    let is_same = |nth: usize, item: &Item| asked[nth].traces().record == Some(trace::of_record(item));
    let fetched = shelf.fetch(&asked, |nth, item| if is_same(nth, &item) { item.into_text() } else { None });
    let text = |(at, text): (&u32, Option<Box<Text>>)| match text {
        Some(text) => Ok((*at, text)),
        None => Err(Changed { place: items[*at as usize].place() }),
    };
    left.iter().zip(fetched).map(text).collect()
}

/// An item's text made ready, with findings about what was taken out of it.
pub fn prepare(config: &Config, item: &Item, text: &Text) -> (Prepared, Findings) {
    prepare_at(config, (item, text), item.link().as_ref())
}

/// The same of an item whose link this is.
fn prepare_at(config: &Config, (item, text): (&Item, &Text), link: Option<&Url>) -> (Prepared, Findings) {
    let (mut findings, base) = (Findings::new(), link.unwrap_or(&config.publication.base_url));
    let mut clean = |field: &str, markup: &Markup| {
        let clean = text::clean(markup, base);
        findings.extend(removals(item, field, &clean.removed));
        clean.html
    };
    let (summary, body) = text.shown();
    let html = body.map(|body| clean("body", body)).filter(|html| !html.trim().is_empty());
    let html = html.map(|html| text::with_dateline(html, item.dateline().filter(|_| text.notice.is_none())));
    let summary = match (summary, &html) {
        (Some(Markup { syntax: Syntax::Plain, text }), _) => Some(text.clone()),
        (Some(summary), _) => Some(text::summarise(&clean("summary", summary), usize::MAX)),
        (None, Some(html)) => Some(text::summarise(html, config.output.summary_length)),
        (None, None) => None,
    };
    (Prepared::new(html, summary), findings)
}

/// So many removals are told of one text; a hostile one has thousands.
const TOLD: usize = 20;

fn removals(item: &Item, field: &str, removed: &[Removed]) -> Vec<Finding> {
    let about = |code, what: &str| Finding::new(code, format!("{what} the {field} of `{}`", item.key())).at(item.place());
    let finding = |removed: &Removed| {
        let docs = || "docs/text.md tells what stays and what goes".to_owned();
        let (code, done, help) = match removed {
            Removed::Slip { written, meant } => {
                let help = format!("write `{meant}`; a page of your own is `./{written}`");
                (&codes::DOUBTFUL_LINK, "is no whole address in", help)
            }
            Removed::Unlinked(_) => {
                let help = "an address with blanks stands between `<` and `>`, or has `%20` for each".to_owned();
                (&codes::DOUBTFUL_LINK, "is no link, and stays as it is written in", help)
            }
            Removed::Characters(_) => (&codes::FORBIDDEN_CHARACTERS, "was taken out of", docs()),
            Removed::Linked(_) => (&codes::MARKUP_REMOVED, "became a link in", docs()),
            _ => (&codes::MARKUP_REMOVED, "was taken out of", docs()),
        };
        let mut finding = about(code, &format!("{removed} {done}")).help(help);
        finding.severity = if removed.is_cosmetic() { Severity::Info } else { finding.severity };
        finding
    };
    let mut findings: Vec<Finding> = removed.iter().take(TOLD).map(finding).collect();
    if removed.len() > TOLD {
        findings.push(about(&codes::MARKUP_REMOVED, &format!("and {} more was taken out of", removed.len() - TOLD)));
    }
    findings
}

fn categories(config: &Config, item: &Item, placement: &Placement) -> Vec<Category> {
    let authority = &config.publication.authority;
    let (country_scheme, topic_scheme): (Arc<str>, Arc<str>) = (authority.mint("country").into(), authority.mint("topic").into());
    let countries = placement.countries.iter().map(|country| Category {
        scheme: country_scheme.clone(),
        term: country.alpha2().to_owned(),
        label: country.name(&item.language).to_owned(),
    });
    let title = |key: &str| config.topics.iter().find(|topic| &*topic.key == key).map(|topic| topic.title.get(&item.language));
    let topics = placement.topics.iter().map(|key| Category {
        scheme: topic_scheme.clone(),
        term: key.to_string(),
        label: title(key).unwrap_or(key).to_owned(),
    });
    countries.chain(topics).collect()
}
