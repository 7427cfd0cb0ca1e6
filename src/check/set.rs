//! A whole publication at once: what no single document can say of itself.
//!
//! Ids that mean two things, subscription lists that lead nowhere, archives that do not hang together, formats of one channel that
//! differ.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use url::Url;

use super::bytes::{self, Told};
use super::codes::{self as c, Rule};
use super::found::{Detail, Found, Spot};
use super::limits::Limits;
use super::namespace::Namespaces;
use super::report::{self, CheckFinding, Kind};
use super::xml::{Event, Reader};

/// A document of a publication.
pub struct Document<'d> {
    /// Its path within the publication.
    pub name: &'d str,
    /// Where it is served from; documents without an address are compared by their ids only.
    pub url: Option<Url>,
    pub bytes: &'d [u8],
}

/// What is wrong between documents: the number of the document that it stands in, and the finding.
pub fn check_set(documents: &[Document<'_>]) -> Vec<(usize, CheckFinding)> {
    let facts: Vec<Facts<'_>> = documents.iter().map(Facts::read).collect();
    let mut found: Vec<Vec<Found>> = documents.iter().map(|_| Vec::new()).collect();
    ids(&facts, &mut found);
    let addresses: HashMap<&Url, usize> =
        documents.iter().enumerate().filter_map(|(at, document)| Some((document.url.as_ref()?, at))).collect();
    links(documents, &facts, &addresses, &mut found);
    formats(documents, &facts, &mut found);
    let reports = found.into_iter().zip(&facts).map(|(found, facts)| report::make(&facts.text, Kind::Unknown, found, 0));
    reports.enumerate().flat_map(|(at, report)| report.findings.into_iter().map(move |finding| (at, finding))).collect()
}

/// What one document says that others have to agree with.
#[derive(Default)]
struct Facts<'d> {
    text: Cow<'d, str>,
    items: Vec<Item>,
    /// Relation, address, place.
    links: Vec<(String, String, usize)>,
    feed: bool,
}

#[derive(Default)]
struct Item {
    id: String,
    title: String,
    link: String,
    at: usize,
}

impl Item {
    /// RSS escapes a title once more than Atom does.
    fn title(&self) -> String {
        super::html::unescaped(self.title.trim())
    }
}

impl<'d> Facts<'d> {
    fn read(document: &Document<'d>) -> Facts<'d> {
        if super::json_feed::looks_like(document.bytes, None) {
            return Facts::of_json(document.bytes);
        }
        let told = Told { media_type: None, charset: None, fallback: "UTF-8" };
        let mut facts = Facts { text: bytes::decode(document.bytes, None, told).text, ..Facts::default() };
        let text = std::mem::take(&mut facts.text);
        facts.of_xml(&text);
        facts.text = text;
        facts
    }

    fn of_xml(&mut self, text: &str) {
        let limits = Limits::default();
        let mut namespaces = Namespaces::new();
        let mut reader = Reader::new(text, &limits);
        let mut path: Vec<&str> = Vec::new();
        let mut item = Item::default();
        while let Ok(event) = reader.next(&mut namespaces) {
            match event {
                Event::Start { name, at, .. } => {
                    self.feed |= path.is_empty() && matches!(name, "rss" | "feed" | "RDF");
                    let value = |wanted: &str| reader.attrs.iter().find(|attr| attr.name == wanted).map(|attr| attr.value.to_string());
                    match name {
                        "item" | "entry" => item = Item { at, ..Item::default() },
                        "link" => {
                            let (rel, href) = (value("rel"), value("href"));
                            if path.last() == Some(&"entry") && rel.as_deref().is_none_or(|rel| rel == "alternate") {
                                item.link = href.clone().unwrap_or_default();
                            }
                            self.links.extend(rel.zip(href).map(|(rel, href)| (rel, href, at)));
                        }
                        "outline" => self.links.extend(value("xmlUrl").map(|href| ("outline".to_owned(), href, at))),
                        _ => {}
                    }
                    path.push(name);
                }
                Event::Text { text, .. } => match path[..] {
                    [.., "item", "guid"] | [.., "entry", "id"] => item.id.push_str(&text),
                    [.., "item" | "entry", "title"] => item.title.push_str(&text),
                    [.., "item", "link"] => item.link.push_str(&text),
                    _ => {}
                },
                Event::End { .. } => {
                    let ended = path.pop();
                    if matches!(ended, Some("item" | "entry")) && !item.id.trim().is_empty() {
                        let at = item.at;
                        self.items.push(std::mem::replace(&mut item, Item { at, ..Item::default() }));
                    }
                }
                Event::Eof => return,
                _ => {}
            }
        }
    }

    fn of_json(bytes: &'d [u8]) -> Facts<'d> {
        let text = String::from_utf8_lossy(bytes);
        let value: serde_json::Value = serde_json::from_str(&text).unwrap_or_default();
        let word = |value: &serde_json::Value, name: &str| value[name].as_str().unwrap_or_default().to_owned();
        let items = value["items"].as_array().map(Vec::as_slice).unwrap_or_default();
        let items = items.iter().map(|item| Item { id: word(item, "id"), title: word(item, "title"), link: word(item, "url"), at: 0 });
        let next = text.find("\"next_url\"").zip(value["next_url"].as_str()).map(|(at, href)| ("next".to_owned(), href.to_owned(), at));
        let items = items.filter(|item| !item.id.is_empty()).collect();
        Facts { items, links: next.into_iter().collect(), feed: value["version"].is_string(), text }
    }
}

fn say(found: &mut Vec<Found>, rule: &'static Rule, at: usize, value: &str, other: &str) {
    found.push(Found::new(rule, Spot::at(at), "", "", &Detail::value(value).other(other)));
}

/// One id is one item, wherever it stands.
fn ids(facts: &[Facts<'_>], found: &mut [Vec<Found>]) {
    let mut known: HashMap<&str, String> = HashMap::new();
    for (facts, found) in facts.iter().zip(found) {
        for item in &facts.items {
            let title = item.title();
            let before = known.entry(item.id.trim()).or_insert_with(|| title.clone());
            if !before.is_empty() && !title.is_empty() && *before != title {
                say(found, &c::ID_MEANS_TWO_ITEMS, item.at, item.id.trim(), before);
            }
        }
    }
}

/// Addresses within the publication lead to its documents, and archives lead back.
fn links(documents: &[Document<'_>], facts: &[Facts<'_>], addresses: &HashMap<&Url, usize>, found: &mut [Vec<Found>]) {
    let folders: BTreeSet<String> = documents.iter().filter_map(|document| folder(document.url.as_ref()?)).collect();
    let target = |from: usize, href: &str| {
        let base = documents[from].url.as_ref()?;
        let mut url = base.join(href).ok()?;
        url.set_fragment(None);
        folder(&url).filter(|folder| folders.contains(folder)).map(|_| url)
    };
    for (from, facts_here) in facts.iter().enumerate() {
        for (rel, href, at) in &facts_here.links {
            let Some(url) = target(from, href) else { continue };
            let there = addresses.get(&url).copied();
            match (rel.as_str(), there) {
                ("outline", None) => say(&mut found[from], &c::OPML_NAMES_MISSING_FEED, *at, href, ""),
                ("prev-archive" | "next-archive" | "current" | "next" | "previous", None) => {
                    say(&mut found[from], &c::ARCHIVE_MISSING, *at, href, rel);
                }
                ("prev-archive" | "next-archive", Some(to)) => {
                    let other = if rel == "prev-archive" { "next-archive" } else { "prev-archive" };
                    let back = facts[to].links.iter().find(|(rel, _, _)| rel == other).and_then(|(_, href, _)| target(to, href));
                    if back.is_some_and(|back| documents[from].url.as_ref() != Some(&back)) {
                        say(&mut found[from], &c::ARCHIVE_CHAIN_BROKEN, *at, href, documents[from].name);
                    }
                }
                _ => {}
            }
        }
    }
}

/// The address without its last segment.
fn folder(url: &Url) -> Option<String> {
    let text = url.as_str();
    text.rfind('/').map(|at| text[..=at].to_owned())
}

/// One channel has the same items in every format.
fn formats(documents: &[Document<'_>], facts: &[Facts<'_>], found: &mut [Vec<Found>]) {
    let mut channels: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (at, document) in documents.iter().enumerate().filter(|(at, _)| facts[*at].feed) {
        if let Some((stem, "rss" | "atom" | "json" | "xml" | "rdf")) = document.name.rsplit_once('.') {
            channels.entry(stem).or_default().push(at);
        }
    }
    let lists: Vec<Items<'_>> = facts.iter().map(Items::of).collect();
    for formats in channels.values() {
        let Some((first, rest)) = formats.split_first() else { continue };
        let theirs = &lists[*first];
        for at in rest {
            let ours = &lists[*at];
            // What is no URI cannot be an id in Atom, and stands there as another.
            let is_uri = |id: &&str| super::value::uri::is_full(id);
            let comparable = ours.ids.len() != theirs.ids.len() || ours.ids.iter().chain(&theirs.ids).all(is_uri);
            let lone = ours.beyond(theirs, &facts[*at]).or_else(|| theirs.beyond(ours, &facts[*first]));
            if let Some(id) = lone.filter(|_| comparable) {
                say(&mut found[*at], &c::FORMATS_DIFFER, 0, id, documents[*first].name);
            }
        }
    }
}

/// The items of a document, as those of another format are compared with them.
struct Items<'f> {
    ids: BTreeSet<&'f str>,
    /// Title and address: what RSS has under a `guid` of its own is known by these.
    pages: BTreeSet<(String, &'f str)>,
}

impl<'f> Items<'f> {
    fn of(facts: &'f Facts<'_>) -> Self {
        let pages = facts.items.iter().filter(|item| !item.link.trim().is_empty()).map(|item| (item.title(), item.link.trim()));
        Items { ids: facts.items.iter().map(|item| item.id.trim()).collect(), pages: pages.collect() }
    }

    /// The first of these, whose facts are given, that stands in `other` neither by its id nor by its title and address.
    fn beyond(&self, other: &Items<'_>, facts: &'f Facts<'_>) -> Option<&'f str> {
        if self.ids == other.ids {
            return None;
        }
        let stands = |item: &Item| other.ids.contains(item.id.trim()) || other.pages.contains(&(item.title(), item.link.trim()));
        facts.items.iter().find(|item| !stands(item)).map(|item| item.id.trim())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_of_formats_are_the_same_by_id_or_by_title_and_address() {
        let rss = |items: &[(&str, &str, &str)]| {
            let item = |(id, title, link): &(&str, &str, &str)| {
                format!("<item><title>{title}</title><link>{link}</link><guid isPermaLink='false'>{id}</guid></item>")
            };
            format!("<rss version='2.0'><channel>{}</channel></rss>", items.iter().map(item).collect::<String>())
        };
        let atom = |items: &[(&str, &str, &str)]| {
            let entry = |(id, title, link): &(&str, &str, &str)| {
                format!("<entry><title>{title}</title><link rel='self' href='x:y'/><link href='{link}'/><id>{id}</id></entry>")
            };
            format!("<feed xmlns='http://www.w3.org/2005/Atom'>{}</feed>", items.iter().map(entry).collect::<String>())
        };
        let (one, two, three) = (("urn:a:1", "One", "https://a/1"), ("urn:a:2", "Two", "https://a/2"), ("urn:a:3", "Three", "https://a/3"));
        let old = ("https://old/?p=1", "One", "https://a/1");
        for (ours, theirs, lone) in [
            (vec![one, two], vec![two, one], None),
            (vec![old, two], vec![one, two], None),
            (vec![("https://old/?p=1", "A &amp;amp; B", "https://a/1")], vec![("urn:a:1", "A &amp; B", "https://a/1")], None),
            (vec![("1", "One", "")], vec![one], None),
            (vec![old, two], vec![one, three], Some("urn:a:2")),
            (vec![old], vec![one, two], Some("urn:a:2")),
            (vec![("https://old/?p=1", "Once", "https://a/1")], vec![one], Some("https://old/?p=1")),
            (vec![("https://old/?p=1", "One", "https://a/9")], vec![one], Some("https://old/?p=1")),
            (vec![("https://old/?p=1", "One", "")], vec![("urn:a:1", "One", "")], Some("https://old/?p=1")),
        ] {
            let (ours, theirs) = (rss(&ours), atom(&theirs));
            let document = |name, text| Document { name, url: None, bytes: str::as_bytes(text) };
            let found = check_set(&[document("all.atom", &theirs), document("all.rss", &ours)]);
            let said: Vec<&str> = found.iter().map(|(_, finding)| finding.message.as_str()).collect();
            assert_eq!(said.len(), usize::from(lone.is_some()), "{ours}\n{theirs}\n{said:?}");
            assert!(lone.is_none_or(|id| said[0].contains(&format!("`{id}`"))), "{said:?}");
        }
    }
}
