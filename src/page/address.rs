//! Where pages stand. What is decided here is a contract: addresses of pages are kept by those who were sent them.

use url::Url;

use crate::channel::Channel;
use crate::config::paths::PAGES;
use crate::config::{Config, Format};
use crate::item::Item;
use crate::vocab::slug::{is_slug, slug};

/// The longest part of an id that a path keeps; file systems take 255 bytes.
const LONGEST: usize = 120;

/// A channel's page, beside its feeds.
pub fn channel(channel: &Channel) -> String {
    format!("{}.html", channel.path)
}

/// The page that lists the channels of a lane.
pub fn index(prefix: &str) -> String {
    format!("{prefix}index.html")
}

/// A feed of a channel.
pub(super) fn feed(channel: &Channel, format: Format) -> String {
    format!("{}.{}", channel.path, format.extension())
}

/// The page of an item that has none of its own elsewhere.
pub fn own_page(config: &Config, item: &Item) -> Option<Url> {
    let is_here = config.output.pages && item.link.is_none();
    is_here.then(|| url(config, &self::item(config, item)))
}

/// The path of an item's page. The id alone decides, so that it stays when the title is mended.
///
/// The last part of an id that was minted here is taken as it is, where it can be; any other is made one, with a piece of its hash behind
/// two hyphens, which no id that is taken as it is can hold.
pub fn item(config: &Config, item: &Item) -> String {
    let iri = &*item.id.iri;
    let minted = iri.strip_prefix(&config.publication.authority.mint("item/"));
    if let Some(own) = minted.filter(|own| is_slug(own) && own.len() <= LONGEST) {
        return format!("{PAGES}/{own}.html");
    }
    let hash = blake3::hash(iri.as_bytes()).to_hex();
    let readable = minted.or(iri.rsplit(['/', ':']).next()).and_then(slug).unwrap_or_default();
    let readable: String = readable.chars().take(LONGEST).collect();
    format!("{PAGES}/{}--{}.html", readable.trim_matches('-'), &hash[..12])
}

/// Where a path is served.
pub(super) fn url(config: &Config, path: &str) -> Url {
    config.publication.base_url.join(path).unwrap_or_else(|_| config.publication.base_url.clone())
}

/// The way from a page up to the output folder: `../` for each folder.
pub(super) fn root(path: &str) -> String {
    "../".repeat(path.matches('/').count())
}
