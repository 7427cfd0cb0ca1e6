//! Traces: what is left of an item's content so that a later run can tell whether it changed.

use regex::Regex;
use url::Url;
use xxhash_rust::xxh3;

use crate::config::Config;
use crate::item::{Digest, Item, Text, Traces};
use crate::text::{self, Markup};

/// Fields one after the other, each with its length, so that no two lists of fields are taken for one. They are hashed at once, which takes less than
/// field by field.
struct Fields(Vec<u8>);

impl Fields {
    /// With room for a text of this length and what there is beside it.
    fn around(length: usize) -> Self {
        Fields(Vec::with_capacity(length + 512))
    }

    fn add(&mut self, bytes: impl AsRef<[u8]>) {
        let bytes = bytes.as_ref();
        self.0.extend_from_slice(&(bytes.len() as u64).to_le_bytes());
        self.0.extend_from_slice(bytes);
    }

    fn maybe(&mut self, text: Option<&str>) {
        match text {
            Some(text) => self.add(text),
            None => self.0.extend_from_slice(&u64::MAX.to_le_bytes()),
        }
    }

    fn number(&mut self, number: i64) {
        self.add(number.to_le_bytes());
    }

    fn digest(&self) -> Digest {
        Digest::of(xxh3::xxh3_128(&self.0))
    }
}

/// The trace of the record to the letter: cheap, and the same only where nothing at all changed.
pub fn of_record(item: &Item) -> Digest {
    of_record_at(item, item.address().as_deref())
}

/// The same where the address of the item's page is at hand.
fn of_record_at(item: &Item, address: Option<&str>) -> Digest {
    let mut fields = Fields::around(item.text().map_or(0, Text::size));
    let markup = |fields: &mut Fields, markup: Option<&Markup>| {
        fields.maybe(markup.map(|markup| markup.text.as_str()));
        fields.number(markup.map_or(0, |markup| markup.syntax as i64));
    };
    fields.add(item.title());
    let (summary, body) = item.markups();
    markup(&mut fields, summary);
    markup(&mut fields, body);
    if let Some(notice) = item.text().and_then(|text| text.notice.as_ref()) {
        markup(&mut fields, Some(notice));
    }
    fields.maybe(address);
    facts(&mut fields, item, &|url| url.as_str());
    fields.digest()
}

/// The traces of an item whose text is at hand: of the record, and of what readers see of it.
pub fn of(config: &Config, item: &Item) -> Traces {
    let base = &config.publication.base_url;
    let ignore = config.ledger.ignore.as_slice();
    let (text, told) = shown_text(item, base, ignore);
    let mut fields = Fields::around(text.len());
    fields.add(text::normal_line(item.title(), ignore).as_bytes());
    fields.add(&text);
    let address = item.address();
    let link = address.as_deref().map(|link| text::normal_url(link, base));
    fields.maybe(link);
    facts(&mut fields, item, &|url| text::normal_url(url.as_str(), base));
    Traces {
        record: Some(of_record_at(item, address.as_deref())),
        content: fields.digest(),
        text: of_text(&text, told),
        link: link.map_or(0, |link| short(link.as_bytes())),
    }
}

/// What readers get to read of an item beside its title.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Told {
    Nothing,
    Summary,
    Body,
}

/// What an item told, as far as its traces say. Those of an older version do not tell a summary from a body.
pub fn told(traces: Traces) -> Option<Told> {
    match traces.text {
        0 => None,
        text if text == short(b"") => Some(Told::Nothing),
        text if text >> KIND == BODY => Some(Told::Body),
        _ => Some(Told::Summary),
    }
}

/// Whether an item is known to have told something.
pub fn has_text(traces: Traces) -> bool {
    told(traces) > Some(Told::Nothing)
}

/// The bits above these say what the text is.
const KIND: u32 = 56;
const SUMMARY: u64 = 0x5a;
const BODY: u64 = 0xb0;

fn of_text(text: &str, told: Told) -> u64 {
    let hash = short(text.as_bytes());
    let of_kind = |kind: u64| kind << KIND | (hash & ((1 << KIND) - 1));
    match told {
        Told::Nothing => hash,
        Told::Summary => of_kind(SUMMARY),
        Told::Body => of_kind(BODY),
    }
}

fn shown_text(item: &Item, base: &Url, ignore: &[Regex]) -> (String, Told) {
    let of = |markup: Option<&Markup>| markup.map(|markup| text::normal(markup, base, ignore)).unwrap_or_default();
    let (summary, body) = item.text().map(Text::shown).unwrap_or_default();
    let (summary, body) = (of(summary), of(body));
    let told = match (summary.is_empty(), body.is_empty()) {
        (_, false) => Told::Body,
        (false, true) => Told::Summary,
        (true, true) => Told::Nothing,
    };
    (if summary.is_empty() { body } else { format!("{summary}\u{0}{body}") }, told)
}

/// What is the same in both traces: everything that is no text. Where an item is sorted to by rules is no content of it.
fn facts<'i>(fields: &mut Fields, item: &'i Item, url: &dyn Fn(&'i Url) -> &'i str) {
    fields.number(item.published.timestamp());
    fields.maybe(item.dateline());
    for country in item.countries().iter().copied().flatten() {
        fields.add(country.alpha2());
    }
    fields.number(-1);
    for topic in item.topics().iter().copied().flatten() {
        fields.add(&**topic);
    }
    fields.add(item.language.as_str());
    for author in item.authors() {
        fields.add(&author.name);
        fields.maybe(author.email.as_deref());
        fields.maybe(author.uri.as_deref().map(url));
    }
    if let Some(image) = item.image() {
        fields.add(url(&image.url));
        fields.maybe(image.alt.as_deref());
    }
    for enclosure in item.enclosures() {
        fields.add(url(&enclosure.url));
        fields.add(enclosure.media_type.as_str());
        fields.number(enclosure.length.map_or(-1, |length| length as i64));
        fields.maybe(enclosure.title.as_deref());
    }
    if let Some(source) = item.source() {
        fields.add(&source.title);
        fields.add(url(&source.url));
    }
    fields.maybe(item.rights());
}

/// A trace of an item as it was published, for memories that are rebuilt from documents.
pub fn of_published(title: &str, text: &str) -> Digest {
    let mut fields = Fields::around(text.len());
    fields.add(title);
    fields.add(text);
    fields.digest()
}

/// Eight bytes of a hash, never 0.
fn short(bytes: &[u8]) -> u64 {
    xxh3::xxh3_64(bytes).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_in_ledgers_stay_what_they_are() {
        for length in [0, 1, 16, 200, 240, 241, 1024, 5000] {
            let text: String = ('a'..='z').cycle().take(length).collect();
            let (mut fields, mut by_field) = (Fields::around(0), xxh3::Xxh3Default::new());
            fields.add(&text);
            fields.maybe(None);
            fields.number(-1);
            let numbers = [(length as u64).to_le_bytes(), u64::MAX.to_le_bytes(), 8u64.to_le_bytes(), (-1i64).to_le_bytes()];
            by_field.update(&numbers[0]);
            by_field.update(text.as_bytes());
            numbers[1..].iter().for_each(|number| by_field.update(number));
            assert_eq!(fields.digest(), Digest::of(by_field.digest128()), "{length}");
        }
    }
}
