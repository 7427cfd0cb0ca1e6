//! People and bodies, as feeds name them, and as people write them down: `Name <mail>`, `mail (Name)`, `Name (mail)`, `Name mail`, or either alone.

use serde::{Deserialize, Serialize};
use url::Url;

/// A person or body (RFC 4287 section 3.2).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Person {
    pub name: String,
    /// Looks like an address; checked when read.
    pub email: Option<String>,
    pub uri: Option<Box<Url>>,
}

/// The name, which may be empty, and the address of a person in short. What stands in angle brackets is meant for an address, and may be none
/// ([`is_email`]); so is an address behind a bracket that nobody closed.
pub fn split(text: &str) -> (&str, Option<&str>) {
    let text = text.trim();
    let (name, email) = match (text.split_once('<'), text.split_once('(')) {
        (Some((name, rest)), _) if rest.ends_with('>') => (name, Some(&rest[..rest.len() - 1])),
        (Some((name, rest)), _) if is_email(rest.trim()) => (name, Some(&text[name.len()..])),
        (_, Some((email, rest))) if rest.ends_with(')') && is_email(email.trim()) => (&rest[..rest.len() - 1], Some(email)),
        _ if is_email(text) => ("", Some(text)),
        _ => match behind(text) {
            Some((name, email)) if is_email(email.trim()) && !name.contains('@') => (name.trim_end_matches(BETWEEN), Some(email)),
            _ => (text, None),
        },
    };
    (name.trim().trim_matches('"'), email.map(str::trim))
}

/// What people put between a name and an address.
const BETWEEN: [char; 7] = [' ', ',', ';', ':', '-', '\u{2013}', '\u{2014}'];

/// What may be an address at the end of the text, in brackets or as a word, and what stands before it.
fn behind(text: &str) -> Option<(&str, &str)> {
    text.strip_suffix(')').map_or_else(|| text.rsplit_once(char::is_whitespace), |text| text.rsplit_once('('))
}

/// What stands for a name where there is only an address; the address itself is for the element that is made for it.
pub fn local_part(email: Option<&str>) -> Option<&str> {
    email?.split('@').next().filter(|local| !local.is_empty())
}

/// Whether a text looks like an address: no more than a slip of the hand is looked for.
pub fn is_email(text: &str) -> bool {
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
            ("Ana Pérez (ana@example.org)", "Ana Pérez", Some("ana@example.org")),
            ("Ana Pérez ana@example.org", "Ana Pérez", Some("ana@example.org")),
            ("Ana, ana@example.org", "Ana", Some("ana@example.org")),
            ("Ana \u{2013} ana@example.org", "Ana", Some("ana@example.org")),
            ("Ana (Desk) (ana@example.org)", "Ana (Desk)", Some("ana@example.org")),
            ("AFP (afp@example.org), Reuters", "AFP (afp@example.org), Reuters", None),
            ("Ana Pérez @ana", "Ana Pérez @ana", None),
            ("a@example.org b@example.org", "a@example.org b@example.org", None),
            ("Ana (Belize)", "Ana (Belize)", None),
            ("Ana Pérez", "Ana Pérez", None),
            ("Ana <not mail>", "Ana", Some("not mail")),
            ("Ana <ana@example.org", "Ana", Some("<ana@example.org")),
            ("Ana <3 @home", "Ana <3 @home", None),
        ] {
            assert_eq!(split(text), (name, email), "{text}");
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
