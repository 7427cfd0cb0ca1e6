//! Authors: each in short ([`split`]), or a table.

use super::Work;
use crate::diag::codes;
use crate::item::format::Field;
use crate::item::record::{Many, PersonTable, Written};
use crate::text;
use crate::vocab::Person;
use crate::vocab::person::{is_email, local_part, split};

impl Work<'_> {
    pub(super) fn people(&mut self, list: Many<Written<PersonTable>>) -> Vec<Person> {
        let field = Field::new("authors");
        let says_nothing = |written: &Written<PersonTable>| matches!(written, Written::Text(text) if text.trim().is_empty());
        let apart = |(index, written)| match written {
            Written::Text(text) => several(&text).into_iter().map(|text| (index, Written::Text(text.to_owned()))).collect(),
            table @ Written::Table(_) => vec![(index, table)],
        };
        let named = list.0.into_iter().enumerate().flat_map(apart).filter(|(_, written)| !says_nothing(written));
        named.filter_map(|(index, written)| self.person(field.nth(index), written)).collect()
    }

    fn person(&mut self, field: Field, written: Written<PersonTable>) -> Option<Person> {
        let is_short = matches!(written, Written::Text(_));
        let table = match written {
            Written::Text(text) => {
                let (name, email) = split(&text);
                PersonTable { name: Some(name.to_owned()), email: email.map(str::to_owned), uri: None }
            }
            Written::Table(table) => parted(table),
        };
        let email = table.email.map(|email| email.trim().to_owned()).filter(|email| !email.is_empty());
        if let Some(email) = email.as_deref().filter(|email| !is_email(email)) {
            let help = "write `Name <name@example.org>`, or the name alone".to_owned();
            self.fault(&codes::INVALID_EMAIL, field.inner("email"), format!("`{email}` is no e-mail address"), Some(help));
        }
        let uri = table.uri.and_then(|uri| self.url(field.inner("uri"), &uri));
        let Some(name) = self.line(field.inner("name"), table.name).or_else(|| local_part(email.as_deref()).map(str::to_owned)) else {
            self.fault(&codes::BAD_VALUE, field, "an author has no name".to_owned(), Some("write `Name <name@example.org>`".to_owned()));
            return None;
        };
        if is_short && looks_like_list(&name) {
            let entries = match self.separator {
                Some(separator) => format!("with `{separator}` between them"),
                None => "each as an entry of a list: `[\"Ana\", \"Luis\"]`".to_owned(),
            };
            let message = format!("`{name}` is one author");
            self.fault(
                &codes::DOUBTFUL_AUTHOR,
                field,
                message,
                Some(format!("write several authors {entries}; one of that name is `{{ name = \"...\" }}`")),
            );
        }
        Some(Person { name, email, uri: uri.map(Box::new) })
    }
}

/// The people that one text names: names have no semicolon in them, and between addresses there may be a comma.
fn several(text: &str) -> Vec<&str> {
    if text.contains(';') && text::without_references(text).is_none() {
        return text.split(';').collect();
    }
    let (mut all, mut begin) = (Vec::new(), 0);
    for (at, _) in text.match_indices(',').chain([(text.len(), "")]) {
        // A name may have a comma in it: what has no address yet goes on.
        if split(&text[begin..at]).1.is_some_and(is_email) {
            all.push(&text[begin..at]);
            begin = (at + 1).min(text.len());
        }
    }
    if begin == text.len() { all } else { vec![text] }
}

/// Whether a name may be those of several: of three or more with commas between them. `Pérez García, Ana María` is one.
fn looks_like_list(name: &str) -> bool {
    let words: Vec<usize> = name.split(',').map(|part| part.split_whitespace().count()).collect();
    words.len() > 2 && words.iter().all(|words| (2..=4).contains(words))
}

/// A table whose name has the address in it, as `Ana <ana@example.org>`: the name is the name alone.
fn parted(table: PersonTable) -> PersonTable {
    match table.name.as_deref().map(split) {
        Some((name, Some(email))) if is_email(email) => {
            PersonTable { name: Some(name.to_owned()), email: table.email.or_else(|| Some(email.to_owned())), uri: table.uri }
        }
        _ => table,
    }
}
