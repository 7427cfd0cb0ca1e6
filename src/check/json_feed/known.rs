//! Objects that were read in another document ([`super::super::familiar`]).

use std::sync::Arc;

use super::super::familiar::{Familiar, Quiet};
use super::super::report::{self, Kind, Report};
use super::super::value::marks;
use super::super::walk::Walk;
use super::super::{Among, Piece};
use super::read::{Kind as Json, Value, read_but};
use super::{Options, dates, feed, member, string};

/// How deep the items of a feed stand in it.
const DEPTH: usize = 2;

/// Checks a document without reading those of its items that are known. `None` where it is to be read from end to end: where something is to be said of it,
/// or what is known of items is not enough.
pub(super) fn check(options: &Options, Among { text, familiar, pieces }: Among<'_>) -> Option<Report> {
    let seen = options.now.map_or(0, |now| now.timestamp() as u128);
    let objects: Vec<Object> = pieces.iter().filter_map(|piece| Object::of(piece, text, seen)).collect();
    let mut rest = &*objects;
    let mut pass_over = |at: usize, depth: usize| {
        let object = next_at(&mut rest, at).filter(|_| depth + DEPTH == options.limits.depth)?;
        Some((familiar.objects.find(object.mark)?, object.end))
    };
    let value = read_but(text, options.limits.depth, &mut pass_over).ok()?;
    let mut walk = Walk::new(text, "utf-8", options, Vec::new());
    walk.pieces.familiar = Some(familiar);
    let is_usual = feed(&mut walk, &value);
    if !is_usual || !walk.found.is_empty() || walk.dropped > 0 {
        return None;
    }
    let items = match &value.kind {
        Json::Object(members) => member(members, "items").map(|member| &member.value.kind),
        _ => None,
    };
    if let Some(Json::List(items)) = items {
        learn(familiar, items, &objects);
    }
    Some(report::make(text, Kind::Json, Vec::new(), 0))
}

/// A piece without the white space around it, which may be an object.
struct Object {
    at: usize,
    end: usize,
    mark: u128,
}

impl Object {
    /// `seen` is when the document is looked at.
    fn of(Piece { place, mark }: &Piece, text: &str, seen: u128) -> Option<Self> {
        let piece = text.get(place.clone())?.trim_end();
        let end = place.start + piece.len();
        Some(Object { at: end - piece.trim_start().len(), end, mark: marks::of_two(*mark, seen) })
    }
}

/// The one that begins there; those before it are left behind.
fn next_at<'o>(rest: &mut &'o [Object], at: usize) -> Option<&'o Object> {
    while let Some((object, others)) = rest.split_first().filter(|(object, _)| object.at <= at) {
        *rest = others;
        if object.at == at {
            return Some(object);
        }
    }
    None
}

/// Keeps the items that were read, of which nothing was said.
fn learn(familiar: &Familiar, items: &[Value<'_>], mut objects: &[Object]) {
    for item in items {
        let (Json::Object(members), Some(object)) = (&item.kind, next_at(&mut objects, item.at)) else { continue };
        if let Some((id, _)) = string(members, "id").filter(|_| item.end == object.end) {
            familiar.objects.keep(object.mark, Arc::new(Quiet { id: id.to_owned(), dates: dates(item) }));
        }
    }
}

#[cfg(test)]
mod tests {
    use xxhash_rust::xxh3::xxh3_128;

    use super::*;
    use crate::check::check_among;

    #[test]
    fn items_are_passed_over_that_were_read_without_a_fault() {
        let familiar = Familiar::default();
        let faults = |version: &str, items: &[&str]| {
            let mut text = format!(r#"{{"version": "{version}", "title": "T", "feed_url": "https://example.org/f", "items": ["#);
            let mut piece = |item: &&str| {
                let start = text.len() + 1;
                text.extend([if text.ends_with('[') { " " } else { "," }, item]);
                Piece { place: start..text.len(), mark: xxh3_128(item.as_bytes()) }
            };
            let pieces: Vec<Piece> = items.iter().map(&mut piece).collect();
            text.push_str("]}");
            check_among(&text, &Options::default(), &familiar, &pieces).findings.len()
        };
        let newest = "https://jsonfeed.org/version/1.1";
        let (good, bad) = (r#"{"id": "1", "content_text": "T"}"#, r#"{"id": "2", "content_text": 3}"#);
        let mark = |item: &str| marks::of_two(xxh3_128(item.as_bytes()), 0);
        let is_known = |item: &str| familiar.objects.find(mark(item)).is_some();
        assert_eq!((faults(newest, &[good, bad]), is_known(good), is_known(bad)), (1, false, false));
        assert_eq!((faults(newest, &[good]), is_known(good)), (0, true));
        assert_eq!(faults(newest, &[good, good]), 1, "of two with one id the second is told");
        // What is known is not read: else the fault would be told.
        familiar.objects.keep(mark(bad), Arc::new(Quiet { id: "2".to_owned(), dates: [None; 2] }));
        assert_eq!(faults(newest, &[good, bad]), 0);
        assert_eq!(faults("https://jsonfeed.org/version/1", &[good, bad]), 1, "in another version it is");
    }
}
