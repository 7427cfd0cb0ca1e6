//! A publish as subscribers will see it: for each channel, the items that are new, changed, gone and sent again, and what changed in them.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use similar::{ChangeTag, TextDiff};

use super::ui::{self, Ui};
use crate::config::{Config, Format, MovedAs, OldPaths, paths};
use crate::document::Unread;
use crate::pipeline::Built;
use crate::publish::{Change, Destination, Plan, Put, plan};
use crate::seen::{Seen, SeenItem};
use crate::vocab::Language;

/// What the subscribers to one channel would notice.
#[derive(Debug, Serialize)]
pub(super) struct View {
    channel: String,
    new: Vec<String>,
    changed: Vec<Changed>,
    gone: Vec<String>,
    /// Items whose id or guid alone is new: readers show them a second time.
    again: Vec<String>,
    /// Whether the channel itself comes, goes or has moved.
    #[serde(skip_serializing_if = "Option::is_none")]
    event: Option<String>,
    /// What the channel says of itself in other words than before.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    about: Vec<FieldChange>,
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

/// One view for each channel that changes, from its first document that stood before and will stand.
///
/// # Errors
/// A document that waits in a file and cannot be read.
pub(super) fn views(config: &Config, plan: &Plan, built: &Built, folder: &Destination) -> Result<Vec<View>, Unread> {
    let standing = |path: &str| folder.standing_bytes(path).map(|bytes| Seen::read(&bytes)).unwrap_or_default();
    let again: BTreeSet<&str> = built.repeats.iter().map(|iri| &**iri).collect();
    let old = OldPaths::of(config);
    let mut views = Vec::new();
    for (channel, feeds) in Feeds::of(plan) {
        let copy = moved_to(&old, channel, MovedAs::Copy).map(|to| format!("a copy of `{to}`, to which it moved"));
        let event = copy.or_else(|| feeds.event());
        views.push(match feeds.first() {
            (Some(_), None) if let Some(to) = moved_to(&old, channel, MovedAs::Redirect) => {
                // Whoever follows finds all of it there.
                View::of(channel, Some(format!("moves to `{to}`, by a redirect")))
            }
            (before, next) if feeds.is_kept && (before.is_none() || next.is_none()) => View::of(channel, event),
            (before, next) => {
                let next = coming(built, next.map(|put| put.document))?;
                View::between(config, channel, (&before.map(standing).unwrap_or_default(), &next), event, &again)
            }
        });
    }
    views.extend(archives((config, &old), (plan, built), &standing, &again)?);
    views.sort_by(|a, b| a.channel.cmp(&b.channel));
    Ok(views)
}

/// The feeds of a channel of which some come, change or go.
#[derive(Default)]
struct Feeds<'a> {
    puts: Vec<&'a Put>,
    deletes: Vec<&'a str>,
    /// Whether some stay as they are.
    is_kept: bool,
}

impl<'a> Feeds<'a> {
    /// By channel, without those of which all stay.
    fn of(plan: &'a Plan) -> BTreeMap<&'a str, Self> {
        let is_feed = |path: &str| Format::of_path(path).is_some() && paths::of_archive(plan::channel(path)).is_none();
        let mut all: BTreeMap<&str, Self> = BTreeMap::new();
        for put in plan.puts.iter().filter(|put| is_feed(&put.path)) {
            all.entry(plan::channel(&put.path)).or_default().puts.push(put);
        }
        for path in plan.deletes.iter().filter(|path| is_feed(path)) {
            all.entry(plan::channel(path)).or_default().deletes.push(path);
        }
        for path in plan.keeps.iter().filter(|path| is_feed(path)) {
            all.entry(plan::channel(path)).and_modify(|feeds| feeds.is_kept = true);
        }
        all
    }

    /// The document that stood, and that which will stand: of one format where there is one.
    fn first(&self) -> (Option<&'a str>, Option<&'a Put>) {
        match self.puts.iter().find(|put| put.change == Change::Changed) {
            Some(put) => (Some(&put.path), Some(put)),
            None => (self.deletes.first().copied(), self.puts.first().copied()),
        }
    }

    /// Whether the channel comes or goes, or which formats do.
    fn event(&self) -> Option<String> {
        let new: Vec<&str> = self.puts.iter().filter(|put| put.change == Change::New).map(|put| put.path.as_str()).collect();
        let stood = self.is_kept || !self.deletes.is_empty() || new.len() < self.puts.len();
        let stands = self.is_kept || !self.puts.is_empty();
        let named = |word: &str, paths: &[&str]| {
            let formats: Vec<String> = paths.iter().filter_map(|path| Some(format!("`{}`", path.rsplit_once('.')?.1))).collect();
            (!formats.is_empty()).then(|| format!("{word} {}", formats.join(", ")))
        };
        match (stood, stands) {
            (false, _) => Some("new channel".to_owned()),
            (_, false) => Some("channel ends".to_owned()),
            (true, true) => {
                let both: Vec<String> = named("new as", &new).into_iter().chain(named("no more as", &self.deletes)).collect();
                (!both.is_empty()).then(|| both.join(", "))
            }
        }
    }
}

/// What stood and what will stand in the same place.
#[derive(Default)]
struct Both {
    before: Seen,
    next: Seen,
}

/// One view for each archive of which pages change.
fn archives(
    (config, old): (&Config, &OldPaths),
    (plan, built): (&Plan, &Built),
    standing: &dyn Fn(&str) -> Seen,
    again: &BTreeSet<&str>,
) -> Result<Vec<View>, Unread> {
    let puts = plan.puts.iter().map(|put| (put.path.as_str(), Some(put.document)));
    let changes: BTreeMap<&str, Option<usize>> = puts.chain(plan.deletes.iter().map(|path| (path.as_str(), None))).collect();
    let mut by_channel: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for path in changes.keys().filter(|path| Format::of_path(path).is_some()) {
        let channel = paths::of_archive(plan::channel(path)).map(|(channel, _)| channel);
        channel.into_iter().for_each(|channel| by_channel.entry(channel).or_default().push(path));
    }
    let mut views = Vec::new();
    for (channel, paths) in by_channel {
        // All formats have the same items; each may know them by other ids. Of a channel that comes, all of it is new, and with one that moves its archive does.
        let stood = |format: &Format| {
            let path = format!("{channel}.{}", format.extension());
            Some(standing(&path)).filter(|before| *before != Seen::default()).map(|before| (*format, path, before))
        };
        let stood = config.output.formats.iter().find_map(stood).filter(|_| old.now(channel).is_none());
        let Some((format, path, before)) = stood else { continue };
        let next = changes.get(path.as_str()).map_or_else(|| Ok(before.clone()), |document| coming(built, *document))?;
        let mut pages = Both::default();
        for path in paths.into_iter().filter(|path| Format::of_path(path) == Some(format)) {
            pages.before.items.extend(standing(path).items);
            pages.next.items.extend(coming(built, changes[path])?.items);
        }
        views.extend(View::of_archive(config, channel, &pages, &Both { before, next }, again));
    }
    Ok(views)
}

/// What readers will see of a document; nothing where there will be none.
fn coming(built: &Built, document: Option<usize>) -> Result<Seen, Unread> {
    let seen = |document: usize| Ok(Seen::read(built.documents[document].bytes.whole(&mut Vec::new())?));
    document.map_or_else(|| Ok(Seen::default()), seen)
}

/// Where the channel stands that moved away from a path in this way, in whichever language.
fn moved_to(old: &OldPaths, path: &str, how: MovedAs) -> Option<String> {
    old.find(path).filter(|moved| moved.how == how).and_then(|_| old.now(path))
}

impl View {
    /// A channel of which nothing else is told yet.
    fn of(channel: &str, event: Option<String>) -> Self {
        View { channel: channel.to_owned(), new: vec![], changed: vec![], gone: vec![], again: vec![], event, about: vec![] }
    }

    fn between(config: &Config, channel: &str, (before, next): (&Seen, &Seen), event: Option<String>, again: &BTreeSet<&str>) -> Self {
        let old: BTreeMap<&str, &SeenItem> = before.items.iter().map(|item| (item.id.as_str(), item)).collect();
        let here: BTreeSet<&str> = next.items.iter().map(|item| item.id.as_str()).collect();
        let mut view = View::of(channel, event);
        for item in &next.items {
            match old.get(item.id.as_str()) {
                // The guid, which RSS alone has, is another.
                Some(_) if again.contains(item.id.as_str()) => view.again.push(item.title.clone()),
                Some(old) if old.hash == item.hash => {}
                Some(old) => view.changed.push(Changed { title: item.title.clone(), fields: fields(old, item) }),
                None if again.contains(item.id.as_str()) => view.again.push(item.title.clone()),
                None => view.new.push(item.title.clone()),
            }
        }
        view.gone = before.items.iter().filter(|item| !here.contains(item.id.as_str())).map(|item| item.title.clone()).collect();
        // Of a channel that comes or goes, all of it is new or gone.
        if *before != Seen::default() && *next != Seen::default() {
            view.about = about(config, channel, &before.about, &next.about);
        }
        view
    }

    /// What changes in the pages of a channel's archive; `None` where nothing does but where it stands. What comes there from the feed, or goes back to it, is
    /// told with the feed.
    fn of_archive(config: &Config, channel: &str, pages: &Both, feed: &Both, again: &BTreeSet<&str>) -> Option<Self> {
        let beside = |own: &Seen, feed: &Seen, other: &Seen| {
            let there: BTreeSet<&str> = other.items.iter().map(|item| item.id.as_str()).collect();
            let fed: BTreeSet<&str> = feed.items.iter().map(|item| item.id.as_str()).collect();
            let stays = |item: &&SeenItem| there.contains(item.id.as_str()) || !fed.contains(item.id.as_str());
            Seen { items: own.items.iter().filter(stays).cloned().collect(), ..Seen::default() }
        };
        let before = beside(&pages.before, &feed.next, &pages.next);
        let next = beside(&pages.next, &feed.before, &pages.before);
        Some(View::between(config, &format!("archive/{channel}"), (&before, &next), None, again)).filter(|view| !view.is_empty())
    }

    fn is_empty(&self) -> bool {
        self.new.is_empty() && self.changed.is_empty() && self.gone.is_empty() && self.again.is_empty() && self.about.is_empty()
    }
}

/// The fields in which two versions of an item differ.
fn fields(old: &SeenItem, new: &SeenItem) -> Vec<FieldChange> {
    let date = |seconds: Option<i64>| seconds.map(|seconds| crate::ledger::date(seconds).to_rfc3339()).unwrap_or_default();
    let pairs = vec![
        ("title".to_owned(), old.title.clone(), new.title.clone()),
        ("link".to_owned(), old.link.clone().unwrap_or_default(), new.link.clone().unwrap_or_default()),
        ("date".to_owned(), date(old.published), date(new.published)),
        ("updated".to_owned(), date(old.updated), date(new.updated)),
        ("summary".to_owned(), old.summary.clone().unwrap_or_default(), new.summary.clone().unwrap_or_default()),
        ("text".to_owned(), old.html.clone().unwrap_or_default(), new.html.clone().unwrap_or_default()),
    ];
    let single =
        pairs.into_iter().filter(|(_, old, new)| old != new).map(|(field, old, new)| FieldChange { field, words: words(&old, &new) });
    single.chain(lists(&old.others, &new.others)).collect()
}

/// What the channel says of itself in other words. All the links to the same channel in a language are told by that.
fn about(config: &Config, channel: &str, old: &Lists, new: &Lists) -> Vec<FieldChange> {
    let [(old, before), (new, now)] = [old, new].map(|about| without_languages(config, channel, about));
    let languages = (before != now).then(|| FieldChange { field: "languages".to_owned(), words: entries(&before, &now) });
    languages.into_iter().chain(lists(&old, &new)).collect()
}

/// What a channel says of itself but for its links to the same in a language, and these languages.
fn without_languages(config: &Config, channel: &str, about: &Lists) -> (Lists, Vec<String>) {
    let family = paths::family(config, channel).unwrap_or(channel);
    let base = base(channel, about).unwrap_or(config.publication.base_url.as_str());
    let language = |link: &String| {
        let (stem, _) = link.strip_prefix(base)?.rsplit_once('.')?;
        let (language, rest) = stem.split_once('/')?;
        (stem != channel && rest == family && Language::parse(language).is_ok()).then(|| language.to_owned())
    };
    let mut rest = about.clone();
    let links = rest.iter_mut().filter(|(name, _)| ["link", "atom:link"].contains(&name.as_str()));
    let languages: BTreeSet<String> = links
        .flat_map(|(_, links)| links.extract_if(.., |link| language(link).is_some()).filter_map(|link| language(&link)).collect::<Vec<_>>())
        .collect();
    (rest, languages.into_iter().collect())
}

/// The address that a channel's paths stood below, by its own links: it may have been another than the config's.
fn base<'a>(channel: &str, about: &'a Lists) -> Option<&'a str> {
    let links = ["link", "atom:link"].into_iter().filter_map(|name| about.get(name)).flatten();
    let bases = links.filter_map(|link| link.rsplit_once('.')?.0.strip_suffix(channel).filter(|base| base.ends_with('/')));
    // `en/all` ends as `all` does.
    bases.min_by_key(|base| base.len())
}

/// Texts by what they are.
type Lists = BTreeMap<String, Vec<String>>;

/// The named lists that differ.
fn lists(old: &Lists, new: &Lists) -> Vec<FieldChange> {
    let names: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    let of = |lists: &Lists, name: &str| lists.get(name).cloned().unwrap_or_default();
    let pairs = names.into_iter().map(|name| (name, of(old, name), of(new, name))).filter(|(_, old, new)| old != new);
    pairs.map(|(name, old, new)| FieldChange { field: name.clone(), words: entries(&old, &new) }).collect()
}

/// What changed in a list, entry by entry; in one of a single entry, word by word.
fn entries(old: &[String], new: &[String]) -> String {
    if let ([old], [new]) = (old, new) {
        return words(old, new);
    }
    let [old, new] = [old, new].map(|list| list.iter().map(String::as_str).collect::<Vec<_>>());
    let diff = TextDiff::from_slices(&old, &new);
    let show = |(tag, entry): (ChangeTag, &str)| match tag {
        ChangeTag::Delete => format!("[-{entry}-]"),
        ChangeTag::Insert => format!("{{+{entry}+}}"),
        ChangeTag::Equal => entry.to_owned(),
    };
    let shown: Vec<String> = diff.iter_all_changes().map(|change| show((change.tag(), change.value()))).collect();
    shown.join(", ")
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
        let event = view.event.as_ref().map(|event| format!(" ({event})")).unwrap_or_default();
        ui::print(format_args!("{}{event}", view.channel));
        for (sign, titles) in [("+", &view.new), ("!", &view.again)] {
            titles.iter().for_each(|title| ui::print(format_args!("  {sign} {}", one_line(title))));
        }
        for changed in &view.changed {
            ui::print(format_args!("  ~ {}", one_line(&changed.title)));
            changed.fields.iter().for_each(|change| ui::print(format_args!("      {}: {}", change.field, change.words.replace('\n', " "))));
            if changed.fields.is_empty() {
                ui::print("      (nothing that readers show: its form)");
            }
        }
        view.gone.iter().for_each(|title| ui::print(format_args!("  - {}", one_line(title))));
        if !view.about.is_empty() {
            ui::print("  ~ (what the channel says of itself)");
        }
        view.about.iter().for_each(|change| ui::print(format_args!("      {}: {}", change.field, change.words.replace('\n', " "))));
        if view.is_empty() && view.event.is_none() {
            ui::print("  ~ (nothing that readers show: its date, or its form)");
        }
    }
    if views.iter().any(|view| !view.again.is_empty()) {
        ui.note("`!` marks items that subscribers have under another id: they would see them a second time");
    }
    ui.say(format_args!(
        "dry run: would put {}, keep {}, delete {}; nothing was written",
        ui::many(plan.puts.len(), "file"),
        plan.keeps.len(),
        plan.deletes.len()
    ));
}

/// At most so much of a title that a line of a terminal holds.
pub(super) fn one_line(title: &str) -> String {
    let mut shown: String = title.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    if let Some((at, _)) = shown.char_indices().nth(100) {
        shown.truncate(at);
        shown.push('…');
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_shown_entry_by_entry() {
        let list = |text: &str| text.split(';').filter(|entry| !entry.is_empty()).map(str::to_owned).collect::<Vec<_>>();
        for (old, new, want) in [
            ("El Salvador", "El Salvador;Migrant women", "El Salvador, {+Migrant women+}"),
            ("Belize;El Salvador", "El Salvador", "[-Belize-], El Salvador"),
            ("", "Belize;Mexico", "{+Belize+}, {+Mexico+}"),
            ("Ana Pérez", "Ana Peres", "Ana [-Pérez-]{+Peres+}"),
        ] {
            assert_eq!(entries(&list(old), &list(new)), want);
        }
    }

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
