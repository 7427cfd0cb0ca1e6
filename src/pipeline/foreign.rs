//! Items in languages that the publication does not have, where each language has channels of its own: they stand in the mixed ones alone, which nobody may
//! have meant.

use std::collections::BTreeMap;
use std::sync::Arc;

use rayon::prelude::*;

use crate::config::{Config, paths};
use crate::diag::{Finding, Findings, codes};
use crate::item::Item;
use crate::vocab::Language;

/// Those of the items, each language once with the first of its items.
pub(super) fn told(config: &Config, items: &[Arc<Item>]) -> Findings {
    let languages = &config.publication.languages;
    if paths::folders(config).is_empty() {
        return Findings::new();
    }
    let is_foreign = |item: &&Arc<Item>| !languages.iter().any(|own| item.language.matches(own));
    let foreign: Vec<&Arc<Item>> = items.par_iter().filter(is_foreign).collect();
    let mut by_language: BTreeMap<&Language, (usize, &Item)> = BTreeMap::new();
    for item in foreign {
        by_language.entry(&item.language).or_insert((0, item)).0 += 1;
    }
    let finding = |(language, (count, first)): (&Language, (usize, &Item))| {
        let (items, they, are) = if count == 1 { ("item is", "it", "is") } else { ("items are", "they", "are") };
        let message =
            format!("{count} {items} in `{language}`, which the publication does not have: {they} {are} in no channel of one language");
        let help = format!("add `{language}` to `languages` in `[publication]`, or mend the `language` of the records");
        Finding::new(&codes::FOREIGN_LANGUAGE, message).at(first.place()).help(help)
    };
    by_language.into_iter().map(finding).collect()
}
