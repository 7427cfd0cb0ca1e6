//! Channels and items as the values that templates can say.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use chrono::SecondsFormat;
use url::Url;

use super::directory::{self, Axis, Lane, Named};
use super::values::{Channel, Day, Feed, File, Image, Item, Link, Page, Person, Section, Source, Tag};
use super::words::{Words, own_name};
use super::{Scene, address, look};
use crate::config::{Config, Format, paths};
use crate::document::opml;
use crate::item::{self, Date};
use crate::{channel, vocab};
use vocab::Language;

const GENERATOR: &str = concat!("Tidings ", env!("CARGO_PKG_VERSION"));
/// So long is what previews and search engines are told of a page.
const PREVIEW: usize = 200;

/// Makes the values of every page.
pub(super) struct Fill<'a> {
    scene: Scene<'a>,
    lanes: &'a [Lane<'a>],
    /// Their positions, by path.
    channels: HashMap<&'a str, usize>,
    /// What lists and pages tell of each, once it is asked for.
    told: Vec<OnceLock<Channel<'a>>>,
    /// By the path that the variants share.
    families: HashMap<&'a str, Vec<&'a channel::Channel>>,
}

impl<'a> Fill<'a> {
    pub fn new(scene: Scene<'a>, lanes: &'a [Lane<'a>]) -> Self {
        let all = &scene.catalogue.channels;
        let mut families: HashMap<&str, Vec<&channel::Channel>> = HashMap::new();
        all.iter().for_each(|channel| families.entry(&channel.family).or_default().push(channel));
        let channels = all.iter().enumerate().map(|(at, channel)| (channel.path.as_str(), at)).collect();
        Fill { scene, lanes, channels, told: all.iter().map(|_| OnceLock::new()).collect(), families }
    }

    /// The lane of the item's language; else the mixed one.
    pub fn lane_of(&self, item: &item::Item) -> &'a Lane<'a> {
        let own = self.lanes.iter().find(|lane| !lane.prefix.is_empty() && item.language.matches(lane.language));
        own.unwrap_or(&self.lanes[0])
    }

    /// What every page says, of the parts that differ.
    fn page(&self, path: &str, language: &'a Language, heading: String, prefix: &str) -> Page<'a> {
        let publication = &self.scene.config.publication;
        let site = publication.title.get(language);
        Page {
            lang: language.as_str(),
            dir: direction(language),
            title: if heading == site { heading.clone() } else { format!("{heading} · {site}") },
            heading,
            description: String::new(),
            url: address::url(self.scene.config, path).into(),
            image: publication.logo.as_ref().map(ToString::to_string).unwrap_or_default(),
            kind: "website",
            root: address::root(path),
            index: address::index(prefix),
            site,
            website: if publication.home == publication.base_url { String::new() } else { publication.home.to_string() },
            list: if self.scene.config.output.opml { opml::PATH } else { "" },
            rights: publication.rights.as_deref().unwrap_or_default(),
            feeds: Vec::new(),
            languages: Vec::new(),
            words: Words::of(language),
            style: look::STYLE,
            script: "",
            policy: look::POLICY,
            generator: GENERATOR,
        }
    }

    pub fn index_page(&self, path: &str, lane: &Lane<'a>) -> Page<'a> {
        let config = self.scene.config;
        let (title, description) = (config.publication.title.get(lane.language), config.publication.description.get(lane.language));
        let others = self.lanes.iter().filter(|other| other.prefix != lane.prefix && !other.prefix.is_empty());
        let link = |other: &Lane<'_>| self.link(other.language, &address::index(other.prefix));
        Page {
            description: text_of(description),
            url: address::url(config, lane.prefix).into(),
            feeds: self.whole(lane.prefix),
            languages: others.map(link).collect(),
            script: look::SCRIPT,
            policy: look::POLICY_WITH_SCRIPT,
            ..self.page(path, lane.language, title.to_owned(), lane.prefix)
        }
    }

    pub fn channel_page(&self, at: usize) -> Page<'a> {
        let (config, channel, told) = (self.scene.config, &self.scene.catalogue.channels[at], self.channel(at));
        let (language, prefix) = (directory::language(config, channel), directory::prefix(channel));
        let mut feeds = told.feeds.clone();
        if channel.kind != channel::Kind::All {
            feeds.extend(self.whole(prefix));
        }
        let variants = self.families[channel.family.as_str()].iter();
        let others = variants.filter(|other| other.path != channel.path && !directory::prefix(other).is_empty());
        let link = |other: &&channel::Channel| self.link(directory::language(config, other), &address::channel(other));
        Page {
            description: text_of(&channel.description),
            feeds,
            languages: others.map(link).collect(),
            ..self.page(&told.path, language, told.name.clone(), prefix)
        }
    }

    pub fn item_page(&self, path: &str, at: u32) -> Page<'a> {
        let (item, lane) = (&self.scene.items[at as usize], self.lane_of(&self.scene.items[at as usize]));
        let own = self.places(at, lane.prefix).into_iter().flat_map(|channel| channel.feeds.clone());
        let summary = self.scene.texts.get(&at).and_then(|text| text.summary()).unwrap_or_default();
        let page = self.page(path, &item.language, item.title().to_owned(), lane.prefix);
        Page {
            description: text_of(summary),
            image: item.image().map_or_else(|| page.image.clone(), |image| image.url.to_string()),
            kind: "article",
            feeds: self.whole(lane.prefix).into_iter().chain(own).collect(),
            languages: self.translations(at),
            ..page
        }
    }

    /// The feeds of the whole publication.
    fn whole(&self, prefix: &str) -> Vec<Feed> {
        self.at_path(&format!("{prefix}{}", paths::ALL)).map(|at| self.channel(at).feeds.clone()).unwrap_or_default()
    }

    /// The channels of the item's countries and topics.
    fn places(&self, at: u32, prefix: &str) -> Vec<&Channel<'a>> {
        let placement = &self.scene.placements[at as usize];
        let countries = placement.countries.iter().map(|country| paths::country(*country));
        let topics = placement.topics.iter().filter_map(|key| self.topic(key)).map(paths::topic);
        countries.chain(topics).filter_map(|path| self.at_path(&format!("{prefix}{path}"))).map(|at| self.channel(at)).collect()
    }

    /// The position of the channel with this path.
    fn at_path(&self, path: &str) -> Option<usize> {
        self.channels.get(path).copied()
    }

    fn topic(&self, key: &str) -> Option<&'a crate::config::Topic> {
        self.scene.config.topics.iter().find(|topic| &*topic.key == key)
    }

    pub fn sections(&self, lane: &Lane<'a>) -> Vec<Section<'_>> {
        let words = Words::of(lane.language);
        let section = |section: &directory::Section<'a>| {
            let (id, title) = match section.axis {
                Axis::All => ("all", words.all),
                Axis::Country => ("countries", words.countries),
                Axis::Topic => ("topics", words.topics),
                Axis::Crossing => ("crossings", words.crossings),
                Axis::Named => ("others", words.others),
            };
            Section { id, title, channels: section.channels.iter().map(|Named { at, .. }| self.channel(*at)).collect() }
        };
        lane.sections.iter().map(section).collect()
    }

    /// What is told of the channel at this position: the same on its page and in the list.
    pub fn channel(&self, at: usize) -> &Channel<'a> {
        self.told[at].get_or_init(|| self.told_of(&self.scene.catalogue.channels[at]))
    }

    fn told_of(&self, channel: &'a channel::Channel) -> Channel<'a> {
        let config = self.scene.config;
        let language = directory::language(config, channel);
        let newest = channel.items.first().map(|at| &self.scene.items[*at as usize]);
        Channel {
            name: directory::name(config, channel, language),
            title: &channel.title,
            description: beyond(&channel.description, &channel.title),
            path: address::channel(channel),
            items: channel.count,
            newest: newest.map(|item| published(item, language)).unwrap_or_default(),
            updated: day(channel.updated.with_timezone(&config.publication.time_zone).fixed_offset(), language),
            feeds: feeds(config, channel),
        }
    }

    /// An item on a page of `language`, among the channels below `prefix`; with its body where it is `whole`.
    pub fn item(&self, at: u32, prefix: &str, language: &Language, whole: bool) -> Item<'a> {
        let (config, item) = (self.scene.config, &self.scene.items[at as usize]);
        let text = self.scene.texts.get(&at);
        let zone = &config.publication.time_zone;
        let source = item.source().map(|origin| Source { title: &origin.title, url: origin.url.as_str() });
        Item {
            title: item.title(),
            url: self.address(item),
            path: if super::has_own_page(config, item) { address::item(config, item) } else { String::new() },
            lang: item.language.as_str(),
            dir: direction(&item.language),
            published: published(item, language),
            updated: item.updated().map(|date| day(date.with_timezone(zone).fixed_offset(), language)).unwrap_or_default(),
            summary: text.and_then(|text| text.summary()).unwrap_or_default(),
            body: text.and_then(|text| text.html()).filter(|_| whole).unwrap_or_default(),
            authors: item.authors().iter().map(person).collect(),
            tags: self.tags(at, prefix, language),
            image: item.image().map(image).unwrap_or_default(),
            files: item.enclosures().iter().map(file).collect(),
            source: source.unwrap_or_default(),
            rights: item.rights().unwrap_or_default(),
            translations: self.translations(at),
        }
    }

    /// Where the item is read.
    fn address(&self, item: &item::Item) -> String {
        let config = self.scene.config;
        item.address().unwrap_or_else(|| address::url(config, &address::item(config, item)).into())
    }

    fn tags(&self, at: u32, prefix: &str, language: &Language) -> Vec<Tag> {
        let placement = &self.scene.placements[at as usize];
        let tag = |name: &str, path: String| {
            let channel = self.at_path(&format!("{prefix}{path}")).map(|at| &self.scene.catalogue.channels[at]);
            Tag { name: name.to_owned(), path: channel.map(address::channel).unwrap_or_default() }
        };
        let countries = placement.countries.iter().map(|country| tag(country.name(language), paths::country(*country)));
        let topics = placement.topics.iter().filter_map(|key| self.topic(key));
        countries.chain(topics.map(|topic| tag(topic.title.get(language), paths::topic(topic)))).collect()
    }

    fn translations(&self, at: u32) -> Vec<Link> {
        let config = self.scene.config;
        let link = |other: &Arc<item::Item>| match other.address() {
            Some(url) => Link { url, path: String::new(), ..self.link(&other.language, "") },
            None => self.link(&other.language, &address::item(config, other)),
        };
        let mut links: Vec<Link> = self.scene.stories.others(at).map(link).collect();
        links.sort_by(|a, b| a.lang.cmp(&b.lang));
        links
    }

    fn link(&self, language: &Language, path: &str) -> Link {
        Link {
            lang: language.as_str().to_owned(),
            dir: direction(language),
            name: own_name(language).to_owned(),
            url: address::url(self.scene.config, path).into(),
            path: path.to_owned(),
        }
    }
}

fn feeds(config: &Config, channel: &channel::Channel) -> Vec<Feed> {
    let feed = |format: &Format| {
        let path = address::feed(channel, *format);
        let name = match format {
            Format::Rss => "RSS",
            Format::Atom => "Atom",
            Format::Json => "JSON Feed",
        };
        let url = address::url(config, &path).into();
        Feed { name, title: channel.title.clone(), media_type: format.media_type(), path, url }
    };
    config.output.formats.iter().map(feed).collect()
}

fn direction(language: &Language) -> &'static str {
    if language.is_right_to_left() { "rtl" } else { "ltr" }
}

fn published(item: &item::Item, language: &Language) -> Day {
    let day = day(item.published, language);
    if item.lifetime().by_day { Day { iso: item.published.format("%Y-%m-%d").to_string(), ..day } } else { day }
}

fn day(date: Date, language: &Language) -> Day {
    Day { iso: date.to_rfc3339_opts(SecondsFormat::Secs, false), text: Words::of(language).day(date) }
}

/// A description, where it says more than the title.
pub(super) fn beyond<'t>(description: &'t str, title: &str) -> &'t str {
    if description.trim() == title.trim() { "" } else { description }
}

/// A text for previews: one line, not too long.
fn text_of(plain: &str) -> String {
    let line = plain.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(PREVIEW) {
        Some((end, _)) => format!("{}…", line[..end].rsplit_once(' ').map_or(&line[..end], |(words, _)| words)),
        None => line,
    }
}

fn person(person: &vocab::Person) -> Person<'_> {
    let name = if person.name.is_empty() { person.email.as_deref().unwrap_or_default() } else { &person.name };
    Person { name, url: person.uri.as_deref().map(Url::as_str).unwrap_or_default() }
}

fn image(image: &item::Image) -> Image<'_> {
    let pixels = |size: Option<u32>| size.map(|size| size.to_string()).unwrap_or_default();
    Image {
        url: image.url.as_str(),
        alt: image.alt.as_deref().unwrap_or_default(),
        width: pixels(image.width),
        height: pixels(image.height),
    }
}

fn file(enclosure: &item::Enclosure) -> File<'_> {
    let name = || enclosure.url.path().rsplit('/').next().filter(|name| !name.is_empty()).unwrap_or(enclosure.url.as_str());
    File {
        url: enclosure.url.as_str(),
        title: enclosure.title.clone().unwrap_or_else(|| name().to_owned()),
        media_type: enclosure.media_type.as_str(),
        size: enclosure.length.filter(|bytes| *bytes > 0).map(size).unwrap_or_default(),
    }
}

/// Bytes as people read them.
fn size(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} B"),
        1_000..1_000_000 => format!("{} KB", bytes.div_ceil(1_000)),
        _ => format!("{}.{} MB", bytes / 1_000_000, bytes % 1_000_000 / 100_000),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_as_people_read_them() {
        for (bytes, want) in [(999, "999 B"), (1_000, "1 KB"), (284_311, "285 KB"), (1_000_000, "1.0 MB"), (12_345_678, "12.3 MB")] {
            assert_eq!(size(bytes), want);
        }
    }

    #[test]
    fn machines_are_told_days_as_rfc_3339_writes_them() {
        let language = Language::parse("en").expect("a language");
        for (seconds, east) in
            [(0, 0), (1_518_177_600, -21_600), (253_402_300_800, 3600), (-62_167_219_201, 20_700), (-3_000_000_000, -20_173)]
        {
            let zone = chrono::FixedOffset::east_opt(east).expect("an offset");
            let date = chrono::DateTime::from_timestamp(seconds, 999_999_999).expect("a date").with_timezone(&zone);
            assert_eq!(day(date, &language).iso, date.format("%Y-%m-%dT%H:%M:%S%:z").to_string());
        }
    }

    #[test]
    fn previews_end_at_a_word() {
        assert_eq!(text_of(" one\n two  three "), "one two three");
        let long = text_of(&"word ".repeat(100));
        assert!(long.chars().count() <= PREVIEW + 1 && long.ends_with("word…"), "{long}");
        assert_eq!(text_of(&"ñ".repeat(300)).chars().count(), PREVIEW + 1);
    }

    #[test]
    fn a_description_that_says_no_more_is_left_out() {
        assert_eq!(beyond("News of ports", "Ports"), "News of ports");
        assert_eq!(beyond("Ports ", "Ports"), "");
    }
}
