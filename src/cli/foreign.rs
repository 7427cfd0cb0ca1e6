//! What stands where documents should go and was not published from here: nothing of it is overwritten unasked.

use std::collections::BTreeMap;

use crate::config::Config;
use crate::diag::{Finding, Findings, Place, codes};
use crate::publish::Plan;
use crate::publish::plan::Foreign;

/// So many are told one by one; of more that are of one kind, these are named in one finding.
const NAMED: usize = 5;

/// A finding for each; where `in_short`, one for many of a kind.
pub(super) fn foreign(plan: &Plan, config: &Config, in_short: bool) -> Findings {
    let mut kinds: BTreeMap<(&str, bool), Vec<&Foreign>> = BTreeMap::new();
    plan.foreign.iter().for_each(|foreign| kinds.entry((foreign.what, foreign.replaceable)).or_default().push(foreign));
    let told = |all: Vec<&Foreign>| match in_short && all.len() > NAMED {
        true => vec![many(&all, config)],
        false => all.into_iter().map(|foreign| one(foreign, config)).collect(),
    };
    kinds.into_values().flat_map(told).collect()
}

fn one(foreign: &Foreign, config: &Config) -> Finding {
    let place = Place::file(config.output.folder.join(&foreign.path));
    Finding::new(&codes::FOREIGN_FILE, foreign.what).at(place).help(help(foreign.replaceable, "it"))
}

fn many(all: &[&Foreign], config: &Config) -> Finding {
    let named: Vec<String> = all.iter().take(NAMED).map(|foreign| format!("`{}`", foreign.path)).collect();
    let what = all.first().map_or("", |foreign| foreign.what);
    let message = format!("at {} paths: {what}; {} and {} more", all.len(), named.join(", "), all.len() - named.len());
    let is_replaceable = all.iter().all(|foreign| foreign.replaceable);
    Finding::new(&codes::FOREIGN_FILE, message).at(Place::file(config.output.folder.clone())).help(help(is_replaceable, "them"))
}

fn help(is_replaceable: bool, what: &str) -> String {
    match is_replaceable {
        true => format!(
            "move {what} away, or run with `--force`, which overwrites {what}: that is right where this publication wrote {what} and only `.tidings`, \
             which remembers what was published, was lost"
        ),
        false => format!("move {what} away"),
    }
}
