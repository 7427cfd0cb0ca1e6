//! What must be unique among all items: ids, and the language of each translation of a story.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use rayon::prelude::*;
use xxhash_rust::xxh3::xxh3_64_with_seed;

use super::Item;
use super::format::{self, Field};
use crate::diag::{Finding, Findings, codes};

/// Which items clash; each pair comes with a finding that names both places. Of two items with one id neither stays: nobody but the user
/// knows which of them subscribers have. Records stand below `root`.
pub fn clashing(root: &Path, items: &[Arc<Item>], findings: &mut Findings) -> Vec<bool> {
    let mut clashing = vec![false; items.len()];
    if !may_clash(items) {
        return clashing;
    }
    for clash in clashes(items) {
        clashing[clash.second] = true;
        clashing[clash.first] |= !matches!(clash.kind, Kind::Story);
        findings.push(clash.finding(root, items));
    }
    clashing
}

/// Whether two items may have in common what each should have alone: seldom where they have not, and always where they have.
fn may_clash(items: &[Arc<Item>]) -> bool {
    let with_guids = items.par_iter().any(|item| item.guid().is_some());
    let hashes = |item: &Arc<Item>| {
        let guid = with_guids.then(|| xxh3_64_with_seed(item.guid().unwrap_or(item.iri()).as_bytes(), 1));
        let story = item.story().map(|story| xxh3_64_with_seed(story.as_bytes(), xxh3_64_with_seed(item.language.as_str().as_bytes(), 2)));
        [Some(xxh3_64_with_seed(item.iri().as_bytes(), 0)), guid, story].into_iter().flatten()
    };
    let mut hashes: Vec<u64> = items.par_iter().flat_map_iter(hashes).collect();
    hashes.par_sort_unstable();
    hashes.par_windows(2).any(|pair| pair[0] == pair[1])
}

struct Clash {
    first: usize,
    second: usize,
    kind: Kind,
}

enum Kind {
    Id,
    Guid,
    Story,
}

fn clashes(items: &[Arc<Item>]) -> Vec<Clash> {
    let mut clashes = Vec::new();
    let mut ids = HashMap::with_capacity(items.len());
    // What RSS publishes: of an item without a former guid it is the id.
    let mut guids = HashMap::new();
    let with_guids = items.iter().any(|item| item.guid().is_some());
    let mut stories = HashMap::new();
    for (second, item) in items.iter().enumerate() {
        let mut met = |first: usize, kind| {
            if first != second {
                clashes.push(Clash { first, second, kind });
            }
        };
        let first = *ids.entry(item.iri()).or_insert(second);
        met(first, Kind::Id);
        if with_guids && first == second {
            met(*guids.entry(item.guid().unwrap_or(item.iri())).or_insert(second), Kind::Guid);
        }
        if let Some(story) = item.story()
            && first == second
        {
            met(*stories.entry((story, &item.language)).or_insert(second), Kind::Story);
        }
    }
    clashes
}

impl Clash {
    fn finding(&self, root: &Path, items: &[Arc<Item>]) -> Finding {
        let (first, second) = (&items[self.first], &items[self.second]);
        let there = match first.line() {
            0 => format!("`{}`", first.path().display()),
            line => format!("`{}:{line}`", first.path().display()),
        };
        let finding = match self.kind {
            Kind::Id => Finding::new(&codes::DUPLICATE_ID, format!("the id `{}` is that of {there} too", second.iri()))
                .help("give the newer of the two an `id` of its own; if they are one item, remove one"),
            Kind::Guid => {
                let guid = second.guid().unwrap_or(second.iri());
                Finding::new(&codes::DUPLICATE_ID, format!("the guid `{guid}` is that of {there} too"))
                    .help("a guid stands for one item; keep it where the former feed had it")
            }
            Kind::Story => {
                let (story, language) = (second.story().unwrap_or_default(), &second.language);
                Finding::new(&codes::DUPLICATE_TRANSLATION, format!("the story `{story}` has a version in `{language}` already: {there}"))
                    .help("items with one `story` are translations of each other; mend the `language` or the `story` of one")
            }
        };
        let field = match self.kind {
            Kind::Id => "id",
            Kind::Guid => "guid",
            Kind::Story => "story",
        };
        finding.at(format::place_of(root, second.place(), Field::new(field)))
    }
}
