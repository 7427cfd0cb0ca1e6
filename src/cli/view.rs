//! A publish as subscribers will see it: for each channel, the items that are new, changed, gone and sent again, and what changed in them.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use similar::{ChangeTag, TextDiff};

use super::ui::{self, Ui};
use crate::config::{Format, paths};
use crate::pipeline::Built;
use crate::publish::{Change, Destination, Plan};
use crate::seen::{Seen, SeenItem};

/// What the subscribers to one channel would notice.
#[derive(Debug, Serialize)]
pub(super) struct View {
    channel: String,
    new: Vec<String>,
    changed: Vec<Changed>,
    gone: Vec<String>,
    /// New items whose id alone is new: readers show them a second time.
    again: Vec<String>,
    /// Whether the channel itself comes or goes.
    #[serde(skip_serializing_if = "Option::is_none")]
    event: Option<&'static str>,
}

/// An item that a reader shows in another form than before.
#[derive(Debug, Serialize)]
struct Changed {
    title: String,
    fields: Vec<FieldChange>,
}

/// What changed in a field, word by word: `[-old-]` and `{+new+}` among words that stay.
#[derive(Debug, Serialize)]
struct FieldChange {
    field: String,
    words: String,
}

/// One view for each channel that changes, from its first document.
pub(super) fn views(plan: &Plan, built: &Built, folder: &Destination) -> Vec<View> {
    let channel = |path: &str| path.rsplit_once('.').map_or(path, |(channel, _)| channel).to_owned();
    let standing = |path: &str| folder.standing_bytes(path).map(|bytes| Seen::read(&bytes)).unwrap_or_default();
    let again: BTreeSet<&str> = built.repeats.iter().map(|iri| &**iri).collect();
    let mut views: BTreeMap<String, View> = BTreeMap::new();
    let is_feed = |path: &str| Format::of_path(path).is_some() && paths::of_archive(&channel(path)).is_none();
    for put in plan.puts.iter().filter(|put| is_feed(&put.path)) {
        views.entry(channel(&put.path)).or_insert_with_key(|name| {
            let next = Seen::read(built.documents[put.document].bytes.whole(&mut Vec::new()));
            View::between(name, &standing(&put.path), &next, (put.change == Change::New).then_some("new channel"), &again)
        });
    }
    for path in plan.deletes.iter().filter(|path| is_feed(path)) {
        let view = |name: &String| View::between(name, &standing(path), &Seen::default(), Some("channel ends"), &again);
        views.entry(channel(path)).or_insert_with_key(view);
    }
    views.into_values().collect()
}

impl View {
    fn between(channel: &str, before: &Seen, next: &Seen, event: Option<&'static str>, again: &BTreeSet<&str>) -> Self {
        let old: BTreeMap<&str, &SeenItem> = before.items.iter().map(|item| (item.id.as_str(), item)).collect();
        let here: BTreeSet<&str> = next.items.iter().map(|item| item.id.as_str()).collect();
        let mut view = View { channel: channel.to_owned(), new: vec![], changed: vec![], gone: vec![], again: vec![], event };
        for item in &next.items {
            match old.get(item.id.as_str()) {
                Some(old) if old.hash == item.hash => {}
                Some(old) => view.changed.push(Changed { title: item.title.clone(), fields: fields(old, item) }),
                None if again.contains(item.id.as_str()) => view.again.push(item.title.clone()),
                None => view.new.push(item.title.clone()),
            }
        }
        view.gone = before.items.iter().filter(|item| !here.contains(item.id.as_str())).map(|item| item.title.clone()).collect();
        view
    }

    fn is_empty(&self) -> bool {
        self.new.is_empty() && self.changed.is_empty() && self.gone.is_empty() && self.again.is_empty()
    }
}

/// The fields in which two versions of an item differ.
fn fields(old: &SeenItem, new: &SeenItem) -> Vec<FieldChange> {
    let date = |seconds: Option<i64>| seconds.map(|seconds| crate::ledger::date(seconds).to_rfc3339()).unwrap_or_default();
    let mut pairs = vec![
        ("title".to_owned(), old.title.clone(), new.title.clone()),
        ("link".to_owned(), old.link.clone().unwrap_or_default(), new.link.clone().unwrap_or_default()),
        ("date".to_owned(), date(old.published), date(new.published)),
        ("updated".to_owned(), date(old.updated), date(new.updated)),
        ("summary".to_owned(), old.summary.clone().unwrap_or_default(), new.summary.clone().unwrap_or_default()),
        ("text".to_owned(), old.html.clone().unwrap_or_default(), new.html.clone().unwrap_or_default()),
    ];
    let names: BTreeSet<&String> = old.others.keys().chain(new.others.keys()).collect();
    let joined = |item: &SeenItem, name: &str| item.others.get(name).map(|values| values.join(", ")).unwrap_or_default();
    pairs.extend(names.into_iter().map(|name| (name.clone(), joined(old, name), joined(new, name))));
    pairs.into_iter().filter(|(_, old, new)| old != new).map(|(field, old, new)| FieldChange { field, words: words(&old, &new) }).collect()
}

/// So many words that stay are shown on each side of a change.
const CONTEXT: usize = 4;

fn words(old: &str, new: &str) -> String {
    let diff = TextDiff::from_words(old, new);
    let mut pieces: Vec<(ChangeTag, String)> = Vec::new();
    for change in diff.iter_all_changes() {
        match pieces.last_mut() {
            Some((tag, text)) if *tag == change.tag() => text.push_str(change.value()),
            _ => pieces.push((change.tag(), change.value().to_owned())),
        }
    }
    let last = pieces.len().saturating_sub(1);
    let show = |(at, (tag, text)): (usize, &(ChangeTag, String))| match tag {
        ChangeTag::Delete => format!("[-{text}-]"),
        ChangeTag::Insert => format!("{{+{text}+}}"),
        ChangeTag::Equal => shortened(text, at > 0, at < last),
    };
    pieces.iter().enumerate().map(show).collect()
}

/// A stretch that stays: its words next to a change.
fn shortened(text: &str, after_change: bool, before_change: bool) -> String {
    let words: Vec<&str> = text.split_inclusive(char::is_whitespace).collect();
    if words.len() <= 2 * CONTEXT {
        return text.to_owned();
    }
    let head = if after_change { words[..CONTEXT].concat() } else { String::new() };
    let tail = if before_change { words[words.len() - CONTEXT..].concat() } else { String::new() };
    format!("{head}… {tail}")
}

/// Tells it to people.
pub(super) fn tell(ui: Ui, plan: &Plan, views: &[View]) {
    for view in views {
        let event = view.event.map(|event| format!(" ({event})")).unwrap_or_default();
        ui::print(format_args!("{}{event}", view.channel));
        for (sign, titles) in [("+", &view.new), ("!", &view.again)] {
            titles.iter().for_each(|title| ui::print(format_args!("  {sign} {}", one_line(title))));
        }
        for changed in &view.changed {
            ui::print(format_args!("  ~ {}", one_line(&changed.title)));
            changed.fields.iter().for_each(|change| ui::print(format_args!("      {}: {}", change.field, change.words.replace('\n', " "))));
        }
        view.gone.iter().for_each(|title| ui::print(format_args!("  - {}", one_line(title))));
        if view.is_empty() {
            ui::print("  ~ (the channel's own description)");
        }
    }
    if views.iter().any(|view| !view.again.is_empty()) {
        ui.note("`!` marks items that subscribers have under another id: they would see them a second time");
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_are_shown_word_by_word() {
        for (old, new, want) in [
            ("three ports reopen", "four ports reopen", "[-three-]{+four+} ports reopen"),
            ("", "new", "{+new+}"),
            ("a b c d e f g h i j X k", "a b c d e f g h i j Y k", "… g h i j [-X-]{+Y+} k"),
        ] {
            assert_eq!(words(old, new), want);
        }
    }
}
