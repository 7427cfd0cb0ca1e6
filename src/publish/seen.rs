//! A published feed as a subscriber sees it: which items, and whether one changed.

use std::collections::BTreeMap;

use quick_xml::Reader;
use quick_xml::events::Event;

/// The items of a feed by their ids, as any reader would tell them apart.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seen(BTreeMap<String, SeenItem>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct SeenItem {
    title: String,
    hash: blake3::Hash,
}

/// What a subscriber to one document will notice. Each list holds titles, in the order of ids.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Difference {
    pub new: Vec<String>,
    pub changed: Vec<String>,
    pub gone: Vec<String>,
}

impl Seen {
    /// Reads RSS 2.0 or Atom 1.0; of something else, nothing is seen.
    pub fn read(bytes: &[u8]) -> Self {
        let mut items = BTreeMap::new();
        let mut reader = Reader::from_reader(bytes);
        let mut before = 0;
        while let Ok(event) = reader.read_event() {
            match event {
                Event::Start(start) if matches!(start.name().as_ref(), b"item" | b"entry") => {
                    let end = start.to_end().into_owned();
                    if reader.read_to_end(end.name()).is_err() {
                        break;
                    }
                    let element = &bytes[before..reader.buffer_position() as usize];
                    items.insert(
                        text_of(element, &["guid", "id"]),
                        SeenItem { title: text_of(element, &["title"]), hash: blake3::hash(element) },
                    );
                }
                Event::Eof => break,
                _ => {}
            }
            before = reader.buffer_position() as usize;
        }
        Seen(items)
    }

    /// What changes for someone who saw `self` and fetches `next`.
    pub fn difference(&self, next: &Seen) -> Difference {
        let titles = |items: Vec<(&String, &SeenItem)>| items.into_iter().map(|(_, item)| item.title.clone()).collect();
        Difference {
            new: titles(next.0.iter().filter(|(id, _)| !self.0.contains_key(*id)).collect()),
            changed: titles(next.0.iter().filter(|(id, item)| self.0.get(*id).is_some_and(|old| old.hash != item.hash)).collect()),
            gone: titles(self.0.iter().filter(|(id, _)| !next.0.contains_key(*id)).collect()),
        }
    }
}

impl Difference {
    pub fn is_empty(&self) -> bool {
        self.new.is_empty() && self.changed.is_empty() && self.gone.is_empty()
    }
}

/// The text of the first child of an element that has one of the names.
fn text_of(element: &[u8], names: &[&str]) -> String {
    let mut reader = Reader::from_reader(element);
    let (mut depth, mut inside, mut text) = (0, false, String::new());
    loop {
        match reader.read_event() {
            Ok(Event::Start(start)) => {
                depth += 1;
                inside = depth == 2 && names.iter().any(|name| start.name().as_ref() == name.as_bytes());
            }
            Ok(Event::End(_)) if inside => return text,
            Ok(Event::End(_)) => depth -= 1,
            Ok(Event::Text(piece)) if inside => text.push_str(&piece.decode().unwrap_or_default()),
            Ok(Event::CData(piece)) if inside => text.push_str(&piece.decode().unwrap_or_default()),
            Ok(Event::GeneralRef(name)) if inside => push_reference(&mut text, &name),
            Ok(Event::Eof) | Err(_) => return text,
            Ok(_) => {}
        }
    }
}

fn push_reference(text: &mut String, reference: &quick_xml::events::BytesRef<'_>) {
    match reference.resolve_char_ref() {
        Ok(Some(character)) => text.push(character),
        _ => {
            text.push_str(reference.decode().ok().and_then(|name| quick_xml::escape::resolve_predefined_entity(&name)).unwrap_or_default())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subscriber_sees_what_is_new_changed_and_gone() {
        let old = b"<rss><channel><title>c</title><item><title>A &amp; B</title><guid>1</guid></item><item><guid>2</guid><title>two</title></item></channel></rss>";
        let new = b"<rss><channel><title>c</title><item><title>A &amp; C</title><guid>1</guid></item><item><guid>3</guid><title>three</title></item></channel></rss>";
        let difference = Seen::read(old).difference(&Seen::read(new));
        let expected = Difference { new: vec!["three".into()], changed: vec!["A & C".into()], gone: vec!["two".into()] };
        assert_eq!(difference, expected);
        assert!(Seen::read(old).difference(&Seen::read(old)).is_empty());
    }

    #[test]
    fn something_else_is_seen_as_nothing() {
        assert_eq!(Seen::read(b"not a feed"), Seen::default());
        assert_eq!(Seen::read(b"<rss><item><guid>1"), Seen::default());
    }
}
