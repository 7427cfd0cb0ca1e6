//! Names that the config refers to: countries by code or name, topics by key.
//!
//! The same words serve lists and queries, so that a slip gets the same answer wherever it stands.

use std::sync::Arc;

use super::TopicKey;
use crate::diag::{Code, codes, did_you_mean};
use crate::vocab::Country;

/// What can be referred to.
#[derive(Debug, Default)]
pub(super) struct Names {
    pub topics: Vec<TopicKey>,
    /// Every country where `None`.
    pub allow: Option<Vec<Country>>,
}

/// What is wrong with a name, and the way out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Problem {
    pub code: &'static Code,
    pub message: String,
    pub help: String,
}

impl Names {
    /// One of the publication's countries.
    pub fn country(&self, text: &str) -> Result<Country, Problem> {
        let country = country(text)?;
        match &self.allow {
            Some(allow) if !allow.contains(&country) => Err(Problem {
                code: &codes::BAD_VALUE,
                message: format!("`{text}` is not among the publication's countries"),
                help: format!("add `{country}` to `allow` in `[countries]`, or take it out here"),
            }),
            _ => Ok(country),
        }
    }

    /// A topic of the config.
    pub fn topic(&self, text: &str) -> Result<TopicKey, Problem> {
        let found = self.topics.iter().find(|key| ***key == *text);
        found.map(Arc::clone).ok_or_else(|| Problem {
            code: &codes::UNKNOWN_TOPIC,
            message: format!("the topic `{text}` is not defined"),
            help: did_you_mean(text, self.topics.iter().map(|key| &**key))
                .unwrap_or_else(|| format!("define it with a section `[topics.{}]`", key(text))),
        })
    }
}

/// Any country, by code or by name; hyphens may stand for the blanks of a name.
pub(super) fn country(text: &str) -> Result<Country, Problem> {
    let found = Country::parse(text).or_else(|| Country::parse(&text.replace(['-', '_'], " ")));
    found.ok_or_else(|| Problem {
        code: &codes::UNKNOWN_COUNTRY,
        message: format!("no country is called `{text}`"),
        help: Country::suggest(text).unwrap_or_else(|| "give its ISO 3166-1 code or its name, such as `BZ` or `Belize`".to_owned()),
    })
}

/// A key as TOML writes it: bare where it can be.
pub(super) fn key(text: &str) -> String {
    let bare = !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
    if bare { text.to_owned() } else { format!("{text:?}") }
}
