//! Who publishes, and what holds for every channel: `[publication]`.

use chrono_tz::Tz;
use url::Url;

use crate::vocab::{Language, Person, TagAuthority};

/// Who publishes, and what holds for every channel.
#[derive(Debug)]
pub struct Publication {
    pub title: Localised,
    pub description: Localised,
    /// Where the output folder is served; ends in `/`.
    pub base_url: Url,
    /// The publication's own web page. Where there are no pages, the channels stand for it: RSS `link`, Atom `link rel="alternate"`.
    pub home: Url,
    /// The order is that of preference where a channel of mixed languages can carry only one version. Never empty.
    pub languages: Vec<Language>,
    pub time_zone: Tz,
    pub authority: TagAuthority,
    /// Of items that name no author, and of every Atom feed.
    pub author: Person,
    pub rights: Option<String>,
    /// A square picture; Atom `icon`.
    pub icon: Option<Url>,
    /// A wide picture; Atom `logo`, RSS `image`.
    pub logo: Option<Url>,
    /// WebSub hubs; `link rel="hub"`, JSON Feed `hubs`.
    pub hubs: Vec<Url>,
}

impl Publication {
    /// The language of the publication itself: the first.
    pub fn language(&self) -> &Language {
        &self.languages[0]
    }
}

/// A text in one or several languages. Never empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Localised(Vec<(Option<Language>, String)>);

impl Localised {
    /// A text that stands for every language.
    pub fn plain(text: impl Into<String>) -> Self {
        Localised(vec![(None, text.into())])
    }

    /// Texts by language, the fallback first; `None` where there is none at all.
    pub fn by_language(texts: Vec<(Language, String)>) -> Option<Self> {
        (!texts.is_empty()).then(|| Localised(texts.into_iter().map(|(language, text)| (Some(language), text)).collect()))
    }

    /// The text for `language`: its own, that of the same primary language, else the first.
    pub fn get(&self, language: &Language) -> &str {
        let exact = self.0.iter().find(|(own, _)| own.as_ref() == Some(language));
        let near = || self.0.iter().find(|(own, _)| own.as_ref().is_some_and(|own| own.primary() == language.primary()));
        exact.or_else(near).map_or(self.0[0].1.as_str(), |(_, text)| text)
    }

    /// Every text with its language, where it has one.
    pub fn iter(&self) -> impl Iterator<Item = (Option<&Language>, &str)> {
        self.0.iter().map(|(language, text)| (language.as_ref(), text.as_str()))
    }
}
