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
    let is_here = config.output.pages && !item.has_link();
    is_here.then(|| url(config, &self::item(config, item)))
}

/// The path of an item's page. The id alone decides, so that it stays when the title is mended.
///
/// The last part of an id that was minted here is taken as it is, where it can be; any other is made one, with a piece of its hash behind
/// two hyphens, which no id that is taken as it is can hold.
pub fn item(config: &Config, item: &Item) -> String {
    path_of(config, item.iri())
}

fn path_of(config: &Config, iri: &str) -> String {
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

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_id_has_a_path_of_its_own_that_no_channel_can_have() {
        let config = "[publication]\ntitle = 'T'\nbase-url = 'https://example.org/'\nlanguage = 'en'\nid-authority = 'example.org,2018'";
        let (config, _) = crate::config::parse(config, std::path::Path::new("feeds.toml"), std::path::Path::new(".")).expect("a config");
        let long = format!("tag:example.org,2018:item/{}", "a".repeat(300));
        let iris = [
            ("tag:example.org,2018:item/three-ports", "items/three-ports.html"),
            ("tag:example.org,2018:item/Three-Ports", "items/three-ports--"),
            ("tag:example.org,2018:item/three--ports", "items/three-ports--"),
            ("tag:example.org,2018:item/2018/three-ports", "items/2018-three-ports--"),
            ("tag:example.org,2010:item/three-ports", "items/three-ports--"),
            ("https://old.example.org/three-ports", "items/three-ports--"),
            ("https://old.example.org/", "items/--"),
            ("urn:uuid:1b4e28ba-2fa1-11d2-883f-0016d3cca427", "items/1b4e28ba-"),
            (long.as_str(), "items/aaa"),
        ];
        let mut seen = BTreeSet::new();
        for (iri, want) in iris {
            let path = path_of(&config, iri);
            assert!(path.starts_with(want) && path.ends_with(".html") && path.len() < 200, "{iri}: {path}");
            assert!(seen.insert(path), "{iri}");
        }
    }

    #[test]
    fn the_way_up_is_as_long_as_the_way_down() {
        assert_eq!((root("all.html").as_str(), root("es/country/mexico.html").as_str()), ("", "../../"));
    }
}
