//! Authors: `Name <mail>`, `mail (Name)`, a name alone, or a table.

use super::Work;
use crate::diag::codes;
use crate::item::format::Field;
use crate::item::record::{Many, PersonTable, Written};
use crate::vocab::Person;

impl Work<'_> {
    pub(super) fn people(&mut self, list: Many<Written<PersonTable>>) -> Vec<Person> {
        let field = Field::new("authors");
        let says_nothing = |written: &Written<PersonTable>| matches!(written, Written::Text(text) if text.trim().is_empty());
        let named = list.0.into_iter().enumerate().filter(|(_, written)| !says_nothing(written));
        named.filter_map(|(index, written)| self.person(field.nth(index), written)).collect()
    }

    fn person(&mut self, field: Field, written: Written<PersonTable>) -> Option<Person> {
        let table = match written {
            Written::Text(text) => split(&text),
            Written::Table(table) => parted(table),
        };
        let email = table.email.map(|email| email.trim().to_owned()).filter(|email| !email.is_empty());
        if let Some(email) = email.as_deref().filter(|email| !is_email(email)) {
            let help = "write `Name <name@example.org>`, or the name alone".to_owned();
            self.fault(&codes::INVALID_EMAIL, field.inner("email"), format!("`{email}` is no e-mail address"), Some(help));
        }
        let uri = table.uri.and_then(|uri| self.url(field.inner("uri"), &uri));
        let Some(name) = self.line(field.inner("name"), table.name).or_else(|| local_part(email.as_deref())) else {
            self.fault(&codes::BAD_VALUE, field, "an author has no name".to_owned(), Some("write `Name <name@example.org>`".to_owned()));
            return None;
        };
        Some(Person { name, email, uri: uri.map(Box::new) })
    }
}

/// A person in short.
fn split(text: &str) -> PersonTable {
    let text = text.trim();
    let (name, email) = match (text.split_once('<'), text.split_once('(')) {
        (Some((name, rest)), _) if rest.ends_with('>') => (name, Some(&rest[..rest.len() - 1])),
        (_, Some((email, rest))) if rest.ends_with(')') && is_email(email.trim()) => (&rest[..rest.len() - 1], Some(email)),
        _ if is_email(text) => ("", Some(text)),
        _ => (text, None),
    };
    PersonTable { name: Some(name.trim().trim_matches('"').to_owned()), email: email.map(|email| email.trim().to_owned()), uri: None }
}

/// A table whose name has the address in it, as `Ana <ana@example.org>`: the name is the name alone.
fn parted(table: PersonTable) -> PersonTable {
    let within = table.name.as_deref().map(split).filter(|within| within.email.as_deref().is_some_and(is_email));
    match within {
        Some(within) => PersonTable { name: within.name, email: table.email.or(within.email), uri: table.uri },
        None => table,
    }
}

/// What stands for a name where there is only an address; the address itself is for the element that is made for it.
fn local_part(email: Option<&str>) -> Option<String> {
    email?.split('@').next().filter(|local| !local.is_empty()).map(str::to_owned)
}

/// Whether a text looks like an address: no more than a slip of the hand is looked for.
pub(crate) fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else { return false };
    let plain = |c: char| !c.is_whitespace() && !c.is_control() && !"<>(),;:\\\"[]".contains(c);
    !local.is_empty()
        && !local.contains('@')
        && text.chars().all(plain)
        && domain.contains('.')
        && domain.split('.').all(|label| !label.is_empty() && !label.starts_with('-') && !label.ends_with('-'))
        && domain.chars().all(|c| c.is_alphanumeric() || c == '-' || c == '.')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_forms_are_split() {
        for (text, name, email) in [
            ("Ana Pérez <ana@example.org>", "Ana Pérez", Some("ana@example.org")),
            ("\"Pérez, Ana\" <ana@example.org>", "Pérez, Ana", Some("ana@example.org")),
            ("press@example.org (Press Office)", "Press Office", Some("press@example.org")),
            ("press@example.org", "", Some("press@example.org")),
            ("Ana (Belize)", "Ana (Belize)", None),
            ("Ana Pérez", "Ana Pérez", None),
            ("Ana <not mail>", "Ana", Some("not mail")),
        ] {
            let person = split(text);
            assert_eq!((person.name.as_deref(), person.email.as_deref()), (Some(name), email), "{text}");
        }
    }

    #[test]
    fn addresses_are_looked_at_lightly() {
        for text in ["a@b.org", "a.b+c@d-e.example.org", "ñ@ñ.org"] {
            assert!(is_email(text), "{text}");
        }
        for text in ["", "a", "a@b", "@b.org", "a@b..org", "a@-b.org", "a b@c.org", "a@b@c.org", "a@b.org>", "a@b_c.org"] {
            assert!(!is_email(text), "{text}");
        }
    }
}
