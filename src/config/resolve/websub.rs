//! `hub` in `[publication]`, and `[websub]`: who is told of changes, and what the embedded hub takes.

use url::Url;

use super::publication::web_address;
use crate::config::WebSub;
use crate::config::file::{At, Report, Table};

/// What stands for the embedded hub.
const SELF: &str = "self";

/// The hubs, in the order of the config.
pub(super) fn hubs(publication: &Table<'_>, base_url: Option<&Url>, report: &mut Report<'_>) -> Vec<Url> {
    let written = written(publication);
    if written.is_empty() && publication.list("hub").is_some() {
        report.bad(&publication.place("hub"), "`hub` is empty", "name one at least, or leave the key out");
    }
    let mut hubs = Vec::new();
    for text in written.iter().filter(|text| !text.value.trim().is_empty()) {
        let hub = if text.value == SELF { base_url.and_then(own) } else { web_address(text, None, report) };
        match hub {
            Some(hub) if hubs.contains(&hub) => report.bad(&text.span, format!("`{hub}` stands twice"), "take one of the two out"),
            Some(hub) => hubs.push(hub),
            None => {}
        }
    }
    hubs
}

fn written<'t>(publication: &Table<'t>) -> Vec<At<&'t str>> {
    publication.list("hub").unwrap_or_else(|| publication.string("hub").into_iter().collect())
}

fn own(base_url: &Url) -> Option<Url> {
    base_url.join("hub").ok()
}

pub(super) fn read(root: &Table<'_>, base_url: Option<&Url>, report: &mut Report<'_>) -> WebSub {
    let (publication, table) = (root.table("publication"), root.table("websub"));
    let number = |key: &str, preset: u64| table.number(key).map_or(preset, |at| at.value);
    let (shortest, longest) = (number("shortest-lease", 3600), number("longest-lease", 30 * 86_400));
    let lease = number("lease", (10 * 86_400).clamp(shortest.min(longest), longest));
    if !(shortest..=longest).contains(&lease) {
        let key = ["lease", "shortest-lease", "longest-lease"].into_iter().find(|key| table.has(key)).unwrap_or("lease");
        let message = format!("a lease of {lease} seconds is not between the shortest, {shortest}, and the longest, {longest}");
        report.bad(&table.place(key), message, "see to it that `shortest-lease`, `lease` and `longest-lease` do not decrease");
    }
    let is_embedded = written(&publication).iter().any(|text| text.value == SELF);
    WebSub {
        own: base_url.and_then(own).filter(|_| is_embedded),
        line: report.line(&publication.place("hub")),
        timeout: number("timeout", 10),
        lease,
        leases: shortest..=longest.max(shortest),
        per_topic: number("per-topic", 1000),
        per_host: number("per-host", 1000),
        at_a_time: usize::try_from(number("at-a-time", 8)).unwrap_or(8),
        private_callbacks: table.flag("private-callbacks").unwrap_or(false),
    }
}
