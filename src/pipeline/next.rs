//! When what was built changes by itself: items that come or expire, windows that are drawn in days, tombstones that end.

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::{DateTime, Duration, Utc};

use super::Built;
use crate::channel::Channel;
use crate::config::{Config, Limits};
use crate::item::{Hidden, Item};

/// The first time from `now` on at which a build of the same records may publish something else.
pub fn next_change(config: &Config, built: &Built, now: DateTime<Utc>) -> DateTime<Utc> {
    let days = days(config, &built.catalogue.channels);
    let due = built.hidden.iter().filter_map(|(_, why)| match why {
        Hidden::NotYet(due) => Some(due.to_utc()),
        Hidden::Withdrawn | Hidden::Draft | Hidden::Expired(_) => None,
    });
    let due = due.chain(built.held.iter().copied());
    let expires = built.items.iter().filter_map(|item| item.lifetime().expires).map(|end| end.to_utc());
    let aged = built.items.iter().flat_map(|item| {
        let published = item.published.to_utc();
        days.iter().map(move |days| published + *days)
    });
    let kept = Duration::days(i64::from(config.output.tombstone_days));
    let buried = built.catalogue.channels.iter().flat_map(|channel| &channel.deleted).map(|(_, when)| when.to_utc() + kept);
    // A look at everything once a day costs little, and nothing that is forgotten here lasts longer.
    let at_last = now + Duration::days(1);
    // What is exactly as old as a limit is still in, and out with the next breath.
    due.chain(expires).chain(aged).chain(buried).filter(|time| *time >= now).fold(at_last, DateTime::min)
}

/// The first time from `now` on at which this item, which may be hidden, makes another of what was built.
pub(super) fn of_one(config: &Config, channels: &[Channel], item: &Item, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let due = match item.hidden(now) {
        Some(Hidden::NotYet(due)) => return Some(due.to_utc()),
        Some(_) => return None,
        None => item.lifetime().expires.map(|end| end.to_utc()),
    };
    let aged = days(config, channels).into_iter().map(|days| item.published.to_utc() + days);
    due.into_iter().chain(aged).filter(|time| *time >= now).min()
}

/// The first second after `now` at which the documents of a channel are others by its limits in days and by tombstones that end; what its query says of
/// ages is told by [`of_item`].
pub(super) fn of_channel(config: &Config, channel: &Channel, items: &[Arc<Item>], now: DateTime<Utc>) -> Option<i64> {
    let (now, day) = (now.timestamp(), 86_400);
    let limits = channel.limits.days.iter().chain(&channel.limits.floor_days);
    let days: Vec<i64> = limits.map(|days| i64::from(*days) * day).collect();
    // An item is as old as that, and still in; a second later it is out.
    let ages = channel.shown().iter().flat_map(|at| days.iter().map(|days| items[*at as usize].published.timestamp() + *days + 1));
    let kept = i64::from(config.output.tombstone_days) * day;
    let buried = channel.deleted.iter().map(|(_, when)| when.timestamp() + kept);
    ages.chain(buried).filter(|time| *time > now).min()
}

/// The first second after `now` at which the item belongs to other channels, since a query asks for its age.
pub fn of_item(config: &Config, item: &Item, now: DateTime<Utc>) -> Option<i64> {
    let ages = config.named.iter().flat_map(|named| named.query.ages());
    ages.map(|days| item.published.timestamp() + i64::from(days) * 86_400 + 1).filter(|time| *time > now.timestamp()).min()
}

/// The ages at which an item leaves a channel or enters it.
fn days(config: &Config, channels: &[Channel]) -> BTreeSet<Duration> {
    let mut all = BTreeSet::new();
    let limits = channels.iter().map(|channel| &channel.limits).chain([&config.limits]);
    for Limits { days, floor_days, .. } in limits {
        all.extend(days.iter().chain(floor_days).copied());
    }
    config.named.iter().for_each(|channel| all.extend(channel.query.ages()));
    all.into_iter().map(|days| Duration::days(i64::from(days))).collect()
}
