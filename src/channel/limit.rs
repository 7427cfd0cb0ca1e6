//! How much of a channel its documents hold: by count and age, with a floor in days. Bytes are the document's own affair.

use chrono::Duration;

use super::Sorted;
use crate::config::Limits;

/// How many of `items` (newest first) are within the limits.
pub(super) fn window(sorted: Sorted<'_>, limits: &Limits, items: &[u32]) -> usize {
    let younger_than = |days: u32| {
        let oldest = sorted.now - Duration::days(i64::from(days));
        items.partition_point(|at| sorted.items[*at as usize].published.to_utc() >= oldest)
    };
    let floor = limits.floor_days.map_or(0, younger_than);
    let ceiling = limits.days.map_or(items.len(), younger_than);
    limits.items.max(floor).min(ceiling).min(items.len())
}
