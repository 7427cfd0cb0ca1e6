//! What becomes of documents in PostgreSQL by the clock alone.

use crate::support::CONFIG;
use crate::working::{OUTPUT, Twins, documents, record, ships};

#[test]
fn channels_that_are_drawn_in_days_move_by_the_clock() {
    let more = "tombstone-days = 9\n[limits]\nitems = 30\ndays = 40\n\
                [[channel]]\npath = 'fresh'\ntitle = 'Fresh'\nquery = 'within:10d'\n\
                [[channel]]\npath = 'old'\ntitle = 'Old'\nquery = 'topic:ships and not within:20d'\nlimits = { items = 4 }\n\
                [[channel]]\npath = 'floor'\ntitle = 'Floor'\nquery = 'topic:ships'\nlimits = { items = 2, floor-days = 15 }\n";
    let Some(twins) = Twins::new(&format!("{CONFIG}{OUTPUT}{more}")) else { return };
    ships(&twins, 20);
    twins.compare_at("2018-01-22T12:00:00Z");
    let first = documents(&twins.database);
    assert!(first["fresh.rss"].contains("Ship 19,") && first["floor.rss"].contains("Ship 10,"));
    twins.remove("items/item-18.md");
    for day in ["01-23", "01-25", "01-31", "02-01", "02-05", "02-20"] {
        // To the second: what is as old as that is in, and a second later out. Records are dated by days of Costa Rica, six hours behind.
        for time in ["05:59:59", "06:00:00", "06:00:01", "18:00:00", "18:00:01"] {
            twins.compare_at(&format!("2018-{day}T{time}Z"));
        }
    }
    let last = documents(&twins.database);
    assert!(!last["fresh.rss"].contains("Ship ") && last["old.rss"].contains("Ship 19,") && !last["floor.rss"].contains("Ship 10,"));
    assert!(!last["all.atom"].contains("deleted-entry"));
    // Nothing is wanted where the clock changes nothing.
    let ran = twins.worked.run(&["work", "--once", "--now", "2018-02-20T19:00:00Z"]);
    assert!(ran.out.starts_with("0 families"), "{ran:?}");
}

#[test]
fn items_beyond_the_limits_have_tombstones_when_they_are_deleted() {
    let Some(twins) = Twins::new(&format!("{CONFIG}{OUTPUT}[limits]\nitems = 3\n")) else { return };
    ships(&twins, 12);
    twins.compare_at("2018-03-01T12:00:00Z");
    twins.remove("items/item-2.md");
    twins.write("items/item-3.md", &record("Ship 3, take 1", "date = 2018-01-04\nwithdrawn = true", "Ships of Belize, text 3."));
    twins.compare_at("2018-03-02T12:00:00Z");
    let atom = &documents(&twins.database)["all.atom"];
    assert!(atom.matches("<at:deleted-entry").count() == 2 && atom.contains("item/item-2\""), "{atom}");
    // One that moves to another country is not deleted; one that comes back is not either.
    twins.write("items/item-4.md", &record("The harbour of Costa Rica", "date = 2018-01-05", "Boats."));
    twins.write("items/item-3.md", &record("Ship 3, take 1", "date = 2018-01-04", "Ships of Belize, text 3."));
    twins.compare_at("2018-03-03T12:00:00Z");
}
