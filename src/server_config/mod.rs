//! The configuration of other web servers for one publication: nginx, Caddy, Apache.
//!
//! All three are rendered from the same [`Facts`], which come from what [`serve`](crate::serve) would serve: its table of media types, its moves, its
//! `Link` headers. Each server's file says what that server cannot do; `docs/servers.md` says it to people.

mod apache;
mod caddy;
mod nginx;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use crate::coding::Coding;
use crate::config::{Config, Format};
use crate::publish::headers::{JSON_FEED, is_text, media_types};
use crate::serve::site::Site;
use crate::serve::{listing, moves};

/// A server that a configuration can be written for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Kind {
    Nginx,
    Caddy,
    Apache,
}

/// What the user may say otherwise.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The folder that is served, absolute.
    pub root: PathBuf,
    pub listen: Option<SocketAddr>,
    pub server_name: Option<String>,
    /// Where the publication's own hub listens.
    pub hub: Option<SocketAddr>,
}

/// What a configuration is made of. Addresses begin with the path of the base address.
#[derive(Debug, Default)]
pub struct Facts {
    /// Without a slash at its end.
    root: String,
    listen: Option<SocketAddr>,
    server_name: String,
    /// Where the base address names one.
    port: Option<u16>,
    is_https: bool,
    /// `https://feeds.example.org`
    origin: String,
    /// `/`, or `/news/feeds/`.
    base: String,
    /// How long documents may be kept, in seconds.
    seconds: u64,
    hubs: Vec<String>,
    /// The publication's own hub: its path, and where it listens.
    hub: Option<(String, SocketAddr)>,
    /// From a path to an address.
    redirects: Vec<(String, String)>,
    gone: Vec<String>,
    /// Channels that ended, below the base address and without extension.
    ended: Vec<String>,
    /// Copies of moved channels, with the address that they give as their own.
    copies: Vec<(String, String)>,
    /// JSON that is no feed, below the base address.
    plain_json: Vec<String>,
    /// Whether there is an `index.html`.
    has_index: bool,
    precompressed: Vec<Coding>,
}

impl Facts {
    /// What the config and the output folder say.
    ///
    /// # Errors
    /// A value that a server would take for something else than a text.
    pub fn new(config: &Config, site: &Site, options: Options) -> Result<Self, String> {
        let url = &config.publication.base_url;
        let base = url.path().to_owned();
        let below = |path: &str| format!("{base}{path}");
        let documents = site.documents();
        let stands = |path: &str| documents.contains_key(path);
        let listed = site.moves().listed();
        let facts = Facts {
            root: options.root.to_string_lossy().trim_end_matches('/').to_owned(),
            listen: options.listen,
            server_name: options.server_name.unwrap_or_else(|| url.host_str().unwrap_or_default().to_owned()),
            port: url.port(),
            is_https: url.scheme() == "https",
            origin: url.origin().ascii_serialization(),
            seconds: site.cache.seconds,
            hubs: config.publication.hubs.iter().map(ToString::to_string).collect(),
            hub: config.websub.own.as_ref().zip(options.hub).map(|(hub, address)| (hub.path().to_owned(), address)),
            redirects: listed
                .iter()
                .filter(|(path, _)| !stands(path))
                .filter_map(|(path, to)| Some((below(path), (*to)?.to_owned())))
                .collect(),
            gone: listed.iter().filter(|(path, to)| to.is_none() && !stands(path)).map(|(path, _)| below(path)).collect(),
            ended: site.moves().ended().collect(),
            copies: documents
                .keys()
                .filter_map(|path| Some((below(path), crate::pipeline::url(config, &site.moves().copy_of(path)?).to_string())))
                .collect(),
            plain_json: documents
                .iter()
                .filter(|(_, page)| page.media_type == "application/json")
                .map(|(path, _)| (*path).to_owned())
                .collect(),
            // What is served may be a copy of it on another machine.
            has_index: config.root.join(&config.output.folder).join(listing::INDEX).is_file(),
            precompressed: config.output.precompress.clone(),
            base,
        };
        facts.refuse_strange()?;
        Ok(facts)
    }

    /// The configuration, ready to be put into a file.
    pub fn render(&self, kind: Kind) -> String {
        match kind {
            Kind::Nginx => nginx::render(self),
            Kind::Caddy => caddy::render(self),
            Kind::Apache => apache::render(self),
        }
    }

    /// Configurations have quotes, variables and escapes, each server its own: what needs them is refused rather than written in three ways.
    fn refuse_strange(&self) -> Result<(), String> {
        let pairs = self.redirects.iter().chain(&self.copies).flat_map(|(from, to)| [from, to]);
        let lists = self.gone.iter().chain(&self.ended).chain(&self.plain_json).chain(&self.hubs);
        let all = [&self.root, &self.server_name, &self.origin, &self.base].into_iter().chain(pairs).chain(lists);
        let is_strange = |c: char| c.is_control() || "\"'`\\${}<>".contains(c);
        match all.into_iter().find(|text| text.contains(is_strange)) {
            Some(text) => Err(format!("`{}` holds a character that means something else in a server's configuration", text.escape_debug())),
            // They stand without quotes, and where servers compare them with paths whose escapes are resolved.
            None if self.base.contains([';', '#', '%']) => Err(format!(
                "the path of the base address, `{}`, holds `;`, `#` or an escape, which servers read each in its own way",
                self.base
            )),
            None if self.server_name.contains(|c: char| c.is_whitespace() || ";#%".contains(c)) => {
                Err(format!("`{}` is no name of a server", self.server_name))
            }
            None => Ok(()),
        }
    }

    /// What a 404 says, in HTML without double quotes; nothing where there is no list to lead to.
    fn missing_page(&self) -> Option<String> {
        let (origin, base) = (&self.origin, &self.base);
        let page = format!(
            "<!DOCTYPE html><html lang='en'><meta charset='utf-8'><meta name='viewport' content='width=device-width'>\
             <title>There is no such page</title><h1>There is no such page</h1><p>What there is: <a href='{base}'>{origin}{base}</a></p></html>"
        );
        self.has_index.then_some(page)
    }

    fn cache_control(&self) -> String {
        format!("public, max-age={}", self.seconds)
    }

    /// Without the slash at its end: empty, or `/news/feeds`.
    fn prefix(&self) -> &str {
        self.base.trim_end_matches('/')
    }

    /// A regular expression for the documents of a channel that ended, in whatever format, behind the base address.
    fn ended_pattern(channel: &str) -> String {
        format!("{}\\.(?:{})$", regex::escape(channel), moves::FORMATS.join("|"))
    }

    /// `; rel="self"`, behind the document's own address.
    fn own(quote: &str) -> String {
        format!("; rel={quote}self{quote}")
    }

    /// The hubs, behind [`Facts::own`]; nothing where there are none.
    fn hubs(&self, quote: &str) -> String {
        self.hubs.iter().map(|hub| format!(", <{hub}>; rel={quote}hub{quote}")).collect()
    }

    /// A regular expression for the end of a path that hubs are told of, unless it is a page of an archive: see [`crate::websub::is_topic`].
    fn topic_pattern() -> String {
        let names: Vec<&str> = [Format::Rss, Format::Atom, Format::Json].map(Format::extension).to_vec();
        format!("\\.(?:{})$", names.join("|"))
    }

    /// What to remember at the head of every configuration.
    fn heading(&self, kind: &str, place: &str) -> String {
        format!(
            "# Made by `tidings server-config {kind}` for {}{}. Make it again when channels move or end, or `[output]` changes.\n# {place}\n",
            self.origin, self.base
        )
    }
}

/// A media type with the extensions that have it.
struct Type {
    media_type: &'static str,
    extensions: Vec<&'static str>,
}

impl Type {
    /// Every media type that is known, in order.
    fn all() -> Vec<Type> {
        let mut all: Vec<Type> = Vec::new();
        for (extension, media_type) in media_types() {
            match all.iter_mut().find(|own| own.media_type == media_type) {
                Some(own) => own.extensions.push(extension),
                None => all.push(Type { media_type, extensions: vec![extension] }),
            }
        }
        all
    }

    /// Without its parameters.
    fn essence(&self) -> &'static str {
        self.media_type.split(';').next().unwrap_or(self.media_type)
    }

    fn has_charset(&self) -> bool {
        self.media_type.len() > self.essence().len()
    }

    fn is_text(&self) -> bool {
        is_text(self.media_type) || self.media_type == JSON_FEED
    }

    /// Every extension of a type that is compressed, as alternatives of a regular expression.
    fn text_extensions() -> String {
        Type::all().iter().filter(|own| own.is_text()).flat_map(|own| own.extensions.clone()).collect::<Vec<_>>().join("|")
    }

    /// The types that are compressed, without parameters and each once.
    fn texts() -> Vec<&'static str> {
        let mut all: Vec<&str> = Type::all().iter().filter(|own| own.is_text()).map(Type::essence).collect();
        all.sort_unstable();
        all.dedup();
        all
    }
}

/// The absolute form of a folder, of what is there of it.
pub fn absolute(folder: &Path) -> PathBuf {
    folder.canonicalize().or_else(|_| std::path::absolute(folder)).unwrap_or_else(|_| folder.to_owned())
}

#[cfg(test)]
mod tests;
