//! What channels are called, in each language of the publication.

use crate::config::{Localised, Publication, Topic};
use crate::vocab::{Country, Language};

/// The names that a title template can use, by language.
pub(super) struct Names<'a> {
    publication: &'a Publication,
    country: Option<Country>,
    topic: Option<&'a Topic>,
}

impl<'a> Names<'a> {
    pub fn country(publication: &'a Publication, country: Country) -> Self {
        Names { publication, country: Some(country), topic: None }
    }

    pub fn topic(publication: &'a Publication, topic: &'a Topic) -> Self {
        Names { publication, country: None, topic: Some(topic) }
    }

    pub fn crossing(publication: &'a Publication, country: Country, topic: &'a Topic) -> Self {
        Names { publication, country: Some(country), topic: Some(topic) }
    }

    /// The title by the template.
    pub fn title(&self, template: &Localised) -> Localised {
        self.fill(|language| template.get(language))
    }

    /// The description by the template; the publication's own with the name before it where there is none.
    pub fn description(&self, template: Option<&Localised>) -> Localised {
        self.fill(|language| template.map_or("{name}. {description}", |template| template.get(language)))
    }

    fn fill<'t>(&self, template: impl Fn(&Language) -> &'t str) -> Localised {
        let texts = self.publication.languages.iter().map(|language| (language.clone(), self.fill_in(template(language), language)));
        Localised::by_language(texts.collect()).unwrap_or_else(|| self.publication.title.clone())
    }

    fn fill_in(&self, template: &str, language: &Language) -> String {
        let country = self.country.map(|country| country.name(language)).unwrap_or_default();
        let topic = self.topic.map(|topic| topic.title.get(language)).unwrap_or_default();
        let name = [country, topic].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ");
        let values = [
            ("{name}", name.as_str()),
            ("{country}", country),
            ("{topic}", topic),
            ("{publication}", self.publication.title.get(language)),
            ("{description}", self.publication.description.get(language)),
        ];
        replace_all(template, &values)
    }
}

/// One pass, so that a name that holds a placeholder is left alone.
fn replace_all(template: &str, values: &[(&str, &str)]) -> String {
    let mut out = String::with_capacity(template.len() + 32);
    let mut rest = template;
    while let Some(open) = rest.find('{') {
        out.push_str(&rest[..open]);
        rest = &rest[open..];
        match values.iter().find(|(key, _)| rest.starts_with(key)) {
            Some((key, value)) => {
                out.push_str(value);
                rest = &rest[key.len()..];
            }
            None => {
                out.push('{');
                rest = &rest[1..];
            }
        }
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_filled_once() {
        let values = [("{name}", "{publication}"), ("{publication}", "P")];
        assert_eq!(replace_all("{publication}: {name} {x} {", &values), "P: {publication} {x} {");
    }
}
