//! A publish as subscribers will see it: for each channel, the items that are new, changed and gone.

use std::collections::BTreeMap;

use serde::Serialize;

use super::ui::{self, Ui};
use crate::pipeline::Built;
use crate::publish::seen::{Difference, Seen};
use crate::publish::{Change, Folder, Plan};

/// What the subscribers to one channel would notice.
#[derive(Debug, Serialize)]
pub(super) struct View {
    channel: String,
    #[serde(flatten)]
    difference: Difference,
    /// Whether the channel itself comes or goes.
    #[serde(skip_serializing_if = "Option::is_none")]
    event: Option<&'static str>,
}

/// One view for each channel that changes, from its first document.
pub(super) fn views(plan: &Plan, built: &Built, folder: &Folder) -> Vec<View> {
    let channel = |path: &str| path.rsplit_once('.').map_or(path, |(channel, _)| channel).to_owned();
    let mut views: BTreeMap<String, View> = BTreeMap::new();
    for put in &plan.puts {
        views.entry(channel(&put.path)).or_insert_with_key(|name| {
            let before = folder.standing_bytes(&put.path).map(|bytes| Seen::read(&bytes)).unwrap_or_default();
            let difference = before.difference(&Seen::read(&built.documents[put.document].bytes));
            View { channel: name.clone(), difference, event: (put.change == Change::New).then_some("new channel") }
        });
    }
    for path in &plan.deletes {
        views.entry(channel(path)).or_insert_with_key(|name| {
            let before = folder.standing_bytes(path).map(|bytes| Seen::read(&bytes)).unwrap_or_default();
            View { channel: name.clone(), difference: before.difference(&Seen::default()), event: Some("channel ends") }
        });
    }
    views.into_values().collect()
}

/// Tells it to people.
pub(super) fn tell(ui: Ui, plan: &Plan, views: &[View]) {
    for view in views {
        let event = view.event.map(|event| format!(" ({event})")).unwrap_or_default();
        ui::print(format_args!("{}{event}", view.channel));
        for (sign, titles) in [("+", &view.difference.new), ("~", &view.difference.changed), ("-", &view.difference.gone)] {
            titles.iter().for_each(|title| ui::print(format_args!("  {sign} {}", one_line(title))));
        }
        if view.difference.is_empty() {
            ui::print("  ~ (the channel's own description)");
        }
    }
    ui.say(format_args!(
        "dry run: would put {} files, keep {}, delete {}; nothing was written",
        plan.puts.len(),
        plan.keeps.len(),
        plan.deletes.len()
    ));
}

/// At most so much of a title that a line of a terminal holds.
fn one_line(title: &str) -> String {
    match title.char_indices().nth(100) {
        Some((at, _)) => format!("{}…", &title[..at]),
        None => title.to_owned(),
    }
}
