//! Objects that were read in another document ([`super::super::familiar`]).

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use xxhash_rust::xxh3::xxh3_128_with_seed;

use super::super::familiar::{Familiar, Quiet};
use super::super::report::{self, Kind, Report};
use super::super::walk::Walk;
use super::read::{Kind as Json, Value, read_but};
use super::{Options, dates, feed, member, string};

/// How deep the items of a feed stand in it.
const DEPTH: usize = 2;

/// Checks a document without reading those of its items that are known. `None` where it is to be read from end to end: where something is to be said of it,
/// or what is known of items is not enough.
pub(super) fn check(bytes: &[u8], options: &Options, (familiar, pieces): (&Familiar, &[Range<usize>])) -> Option<Report> {
    let text = std::str::from_utf8(bytes).ok()?;
    let seed = options.now.map_or(0, |now| now.timestamp() as u64);
    let mark = |piece: &str| xxh3_128_with_seed(piece.as_bytes(), seed);
    let trimmed = |piece: &Range<usize>| {
        let (piece, start) = (text.get(piece.clone())?.trim_end(), piece.start);
        let at = start + piece.len() - piece.trim_start().len();
        Some((at, (start + piece.len(), mark(&text[at..start + piece.len()]))))
    };
    let pieces: HashMap<usize, (usize, u128), foldhash::fast::RandomState> = pieces.iter().filter_map(trimmed).collect();
    let mut pass_over = |at: usize, depth: usize| {
        let (end, mark) = pieces.get(&at).filter(|_| depth + DEPTH == options.limits.depth)?;
        Some((familiar.objects.find(*mark)?, *end))
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
        learn(familiar, items, &pieces);
    }
    Some(report::make(text, Kind::Json, Vec::new(), 0))
}

/// Keeps the items that were read, of which nothing was said.
fn learn(familiar: &Familiar, items: &[Value<'_>], pieces: &HashMap<usize, (usize, u128), foldhash::fast::RandomState>) {
    for item in items {
        let (Json::Object(members), Some((end, mark))) = (&item.kind, pieces.get(&item.at)) else { continue };
        if let Some((id, _)) = string(members, "id").filter(|_| item.end == *end) {
            familiar.objects.keep(*mark, Arc::new(Quiet { id: id.to_owned(), dates: dates(item) }));
        }
    }
}

#[cfg(test)]
mod tests {
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
                start..text.len()
            };
            let pieces: Vec<Range<usize>> = items.iter().map(&mut piece).collect();
            text.push_str("]}");
            check_among(text.as_bytes(), &Options::default(), &familiar, &pieces).findings.len()
        };
        let newest = "https://jsonfeed.org/version/1.1";
        let (good, bad) = (r#"{"id": "1", "content_text": "T"}"#, r#"{"id": "2", "content_text": 3}"#);
        let is_known = |item: &str| familiar.objects.find(xxh3_128_with_seed(item.as_bytes(), 0)).is_some();
        assert_eq!((faults(newest, &[good, bad]), is_known(good), is_known(bad)), (1, false, false));
        assert_eq!((faults(newest, &[good]), is_known(good)), (0, true));
        assert_eq!(faults(newest, &[good, good]), 1, "of two with one id the second is told");
        // What is known is not read: else the fault would be told.
        familiar.objects.keep(xxh3_128_with_seed(bad.as_bytes(), 0), Arc::new(Quiet { id: "2".to_owned(), dates: [None; 2] }));
        assert_eq!(faults(newest, &[good, bad]), 0);
        assert_eq!(faults("https://jsonfeed.org/version/1", &[good, bad]), 1, "in another version it is");
    }
}
