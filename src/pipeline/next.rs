//! When what was built changes by itself: items that come or expire, windows that are drawn in days, tombstones that end.

use std::collections::BTreeSet;

use chrono::{DateTime, Duration, Utc};

use super::Built;
use crate::config::{Config, Limits};
use crate::item::Hidden;

/// The first time after `now` at which a build of the same records may publish something else.
pub fn next_change(config: &Config, built: &Built, now: DateTime<Utc>) -> DateTime<Utc> {
    let days = days(config, built);
    let due = built.hidden.iter().filter_map(|(_, why)| match why {
        Hidden::NotYet(due) => Some(due.to_utc()),
        Hidden::Withdrawn | Hidden::Draft | Hidden::Expired(_) => None,
    });
    let expires = built.items.iter().filter_map(|item| item.lifetime.expires).map(|end| end.to_utc());
    let aged = built.items.iter().flat_map(|item| {
        let published = item.published.to_utc();
        days.iter().map(move |days| published + *days)
    });
    let kept = Duration::days(i64::from(config.output.tombstone_days));
    let buried = built.catalogue.channels.iter().flat_map(|channel| &channel.deleted).map(|(_, when)| when.to_utc() + kept);
    // A look at everything once a day costs little, and nothing that is forgotten here lasts longer.
    let at_last = now + Duration::days(1);
    due.chain(expires).chain(aged).chain(buried).filter(|time| *time > now).fold(at_last, DateTime::min)
}

/// The ages at which an item leaves a channel or enters it.
fn days(config: &Config, built: &Built) -> BTreeSet<Duration> {
    let mut all = BTreeSet::new();
    let limits = built.catalogue.channels.iter().map(|channel| &channel.limits).chain([&config.limits]);
    for Limits { days, floor_days, .. } in limits {
        all.extend(days.iter().chain(floor_days).copied());
    }
    config.named.iter().for_each(|channel| all.extend(channel.query.ages()));
    all.into_iter().map(|days| Duration::days(i64::from(days))).collect()
}
