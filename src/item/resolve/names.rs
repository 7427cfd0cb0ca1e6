//! Countries and topics that a record names itself.

use std::sync::Arc;

use super::Work;
use crate::config::TopicKey;
use crate::diag::{codes, did_you_mean};
use crate::item::format::Field;
use crate::item::record::{Many, Scalar};
use crate::vocab::Country;

impl Work<'_> {
    pub(super) fn countries(&mut self, list: Many<Scalar>) -> Vec<Country> {
        let mut countries = Vec::with_capacity(list.0.len());
        for (index, Scalar(text)) in list.0.iter().enumerate() {
            match self.country(text.trim()) {
                Some(country) if !countries.contains(&country) => countries.push(country),
                Some(_) => {}
                None => {
                    let field = Field::new("countries").nth(index);
                    let help = self.several_countries(text).unwrap_or_else(|| self.suggest_country(text.trim()));
                    self.fault(&codes::UNKNOWN_COUNTRY, field, format!("unknown country `{}`", text.trim()), Some(help));
                }
            }
        }
        countries
    }

    /// The way out where one text names several.
    fn several_countries(&self, text: &str) -> Option<String> {
        self.several(text, "country", |name| self.country(name).is_some())
    }

    fn several(&self, text: &str, kind: &str, is_one: impl Fn(&str) -> bool) -> Option<String> {
        let names: Vec<&str> = text.split([',', ';', '/', '|']).map(str::trim).filter(|name| !name.is_empty()).collect();
        let is_list = names.len() > 1 && names.iter().all(|name| is_one(name));
        is_list.then(|| match self.separator {
            Some(separator) => format!("`{separator}` stands between the entries of a list: `{}`", names.join(&separator.to_string())),
            None => format!("each {kind} is an entry of its own in the list: `{}`", names.join("`, `")),
        })
    }

    fn country(&self, text: &str) -> Option<Country> {
        let number = text.len() < 3 && !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        let read = if number { Country::parse(&format!("{text:0>3}")) } else { Country::parse(text) };
        read.or_else(|| {
            let lower = text.to_lowercase();
            let aliases = &self.config.countries.aliases;
            aliases.iter().find(|(_, alias)| alias.to_lowercase() == lower).map(|(country, _)| *country)
        })
    }

    fn suggest_country(&self, text: &str) -> String {
        let own = self.config.countries.allow.iter().flatten();
        let names = own.flat_map(|country| self.config.publication.languages.iter().map(|language| country.name(language)));
        let aliases = self.config.countries.aliases.iter().map(|(_, alias)| alias.as_str());
        did_you_mean(text, names.chain(aliases))
            .or_else(|| Country::suggest(text))
            .unwrap_or_else(|| "write a name or a code of ISO 3166-1, such as `BZ`, or define an alias in the config".to_owned())
    }

    pub(super) fn topics(&mut self, list: Many<Scalar>) -> Vec<TopicKey> {
        let mut topics: Vec<TopicKey> = Vec::with_capacity(list.0.len());
        for (index, Scalar(text)) in list.0.iter().enumerate() {
            match self.topics.get(text.trim()) {
                Some(key) if !topics.contains(key) => topics.push(Arc::clone(key)),
                Some(_) => {}
                None => {
                    let help = self.suggest_topic(text.trim());
                    self.fault(
                        &codes::UNKNOWN_TOPIC,
                        Field::new("topics").nth(index),
                        format!("unknown topic `{}`", text.trim()),
                        Some(help),
                    );
                }
            }
        }
        topics
    }

    fn suggest_topic(&self, text: &str) -> String {
        if let Some(help) = self.several(text, "topic", |name| self.topics.contains_key(name)) {
            return help;
        }
        let lower = text.to_lowercase();
        let by_title = self.config.topics.iter().find(|topic| topic.title.iter().any(|(_, title)| title.to_lowercase() == lower));
        if let Some(topic) = by_title {
            return format!("write the topic's key, `{}`", topic.key);
        }
        did_you_mean(text, self.config.topics.iter().map(|topic| &*topic.key)).unwrap_or_else(|| {
            let key = crate::vocab::slug::slug(text).unwrap_or_else(|| "KEY".to_owned());
            let and_write = if key == text { String::new() } else { format!(", and write `{key}` here") };
            format!("define it in the config, in a table `[topics.{key}]`{and_write}; a topic with another key now is called by that")
        })
    }
}
