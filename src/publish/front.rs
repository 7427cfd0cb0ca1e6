//! What those must know of a publication who serve its documents and do not have its config.

use serde::{Deserialize, Serialize};
use url::Url;

use crate::config::{Config, Moved, paths};

/// Readers that are told nothing wait so long, in minutes.
pub(crate) const TTL: u32 = 60;

/// The publication as its documents are served.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Front {
    /// In the publication's own language.
    pub title: String,
    pub language: String,
    /// Where documents are served; ends in `/`.
    pub base_url: Url,
    pub hubs: Vec<Url>,
    /// How long answers may be kept, in minutes.
    pub ttl: u32,
    /// In the order of the config.
    pub moved: Vec<Moved>,
    /// The folders of languages that have channels of their own.
    #[serde(default)]
    pub languages: Vec<String>,
}

impl Front {
    pub fn of(config: &Config) -> Self {
        let publication = &config.publication;
        Front {
            title: publication.title.get(publication.language()).to_owned(),
            language: publication.language().to_string(),
            base_url: publication.base_url.clone(),
            hubs: publication.hubs.clone(),
            ttl: config.output.ttl.unwrap_or(TTL),
            moved: config.moved.clone(),
            languages: paths::folders(config),
        }
    }

    /// The address of the document at a path.
    pub fn url(&self, path: &str) -> Url {
        self.base_url.join(path).unwrap_or_else(|_| self.base_url.clone())
    }

    /// The path of the base address, without the slashes around it.
    pub fn base(&self) -> &str {
        self.base_url.path().trim_matches('/')
    }
}
