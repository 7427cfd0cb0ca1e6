//! A memory as NDJSON: one object a line, sorted, fit to be read, compared and kept in git.

use std::cell::LazyCell;
use std::collections::BTreeMap;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_64_with_seed;

use super::{Digest, Known, KnownChannel, KnownPage, Memory, Moment, Ref, Traces};
use crate::item::Names;

/// A line.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "lowercase", deny_unknown_fields)]
enum Line {
    Item(ItemLine),
    Channel(ChannelLine),
}

#[derive(Debug, Serialize, Deserialize)]
struct ItemLine {
    id: String,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    guid: Option<String>,
    key: String,
    title: String,
    first_seen: String,
    published: String,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    updated: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    record: Option<String>,
    content: String,
    text: String,
    link: String,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    gone: Option<String>,
}

#[derive(Debug, Serialize, Deserialize)]
struct ChannelLine {
    path: String,
    id: String,
    updated: String,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    digest: Option<String>,
    window: usize,
    /// Before `members` come those of the former list, up to this one. It is named and not counted, so that a line that is taken in twice says the same
    /// twice.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    front: Option<String>,
    members: Vec<String>,
    /// After these come the members of the former list, from this one on.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    rest: Option<String>,
    /// The [`mark`] of what comes out, where it matters that this is what was meant.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    mark: Option<String>,
    deleted: BTreeMap<String, String>,
    /// Before these come so many pages of before.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    kept: Option<usize>,
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pages: Vec<PageLine>,
}

#[derive(Debug, Serialize, Deserialize)]
struct PageLine {
    updated: String,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    digest: Option<String>,
    members: Vec<String>,
}

/// Why a text is no ledger.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {why}")]
pub struct BadLine {
    pub line: usize,
    pub why: String,
}

/// The memory as text: the items by id, then the channels by path.
pub fn export(memory: &Memory) -> String {
    let mut items: Vec<&Known> = memory.items().iter().collect();
    items.sort_by(|a, b| a.iri().cmp(b.iri()));
    let items = items.into_iter().map(|known| Line::Item(item_line(known)));
    lines(items.chain(memory.channels.iter().map(|(path, channel)| Line::Channel(channel_line(memory, path, channel)))))
}

/// What of `after` differs from `before`, to be imported into that: the lines of [`export`], but for the members of a channel and the pages of its
/// archive that are what they were.
pub fn changes(before: &Memory, after: &Memory) -> String {
    let former = |known: &Known| before.find(known.iri()).map(|at| before.get(at));
    let items: Vec<&Known> =
        after.items().since(before.items()).map(|(_, known)| known).filter(|known| former(known) != Some(*known)).collect();
    let channels = after.channels.iter().filter(|(path, channel)| before.channels.get(*path) != Some(channel));
    let is_grown = LazyCell::new(|| is_grown(before, after));
    let line = |(path, channel): (&String, &KnownChannel)| {
        let former = before.channels.get(path).filter(|_| *is_grown);
        Line::Channel(former.map_or_else(|| channel_line(after, path, channel), |former| since(former, after, path, channel)))
    };
    lines(items.into_iter().map(|known| Line::Item(item_line(known))).chain(channels.map(line)))
}

/// Whether the places of items in `before` are their places in `after`.
fn is_grown(before: &Memory, after: &Memory) -> bool {
    let is_in_place = |(at, known): (usize, &Known)| after.items().get(at).is_some_and(|own| own.iri() == known.iri());
    before.items().since(after.items()).all(is_in_place)
}

/// A channel's line without what is as in the former one.
fn since(former: &KnownChannel, memory: &Memory, path: &str, channel: &KnownChannel) -> ChannelLine {
    let (old, new) = (&former.members, &channel.members);
    let same = old.iter().rev().zip(new.iter().rev()).take_while(|(own, known)| own == known).count();
    let (old, new, rest) = (&old[..old.len() - same], &new[..new.len() - same], new[new.len() - same..].first());
    let ahead = old.iter().zip(new).take_while(|(own, known)| own == known).count();
    let kept = former.pages.iter().zip(&channel.pages).take_while(|(own, known)| own == known).count();
    let news = KnownChannel {
        members: new[ahead..].to_vec().into(),
        pages: channel.pages[kept..].to_vec(),
        deleted: channel.deleted.clone(),
        id: channel.id.clone(),
        ..*channel
    };
    let id = |at: &Ref| memory.get(*at).iri().to_owned();
    let kept = (kept > 0).then_some(kept);
    ChannelLine { front: new[..ahead].last().map(id), rest: rest.map(id), kept, ..channel_line(memory, path, &news) }
}

/// What `before` says of each channel that is another in `after`: a line to be imported into that, or nothing where it has no such channel. A memory that
/// is neither does not take it. `marks` are what is known of the marks of `before`.
pub fn former_channels(before: &Memory, after: &Memory, marks: &Marks) -> BTreeMap<String, Option<String>> {
    let differs = |path: &&String| before.channels.get(*path) != after.channels.get(*path);
    let paths = before.channels.keys().chain(after.channels.keys()).filter(differs);
    let is_grown = LazyCell::new(|| is_grown(before, after));
    let line = |path: &String| {
        let channel = before.channels.get(path)?;
        let later = after.channels.get(path).filter(|_| *is_grown);
        let line = later.map_or_else(|| channel_line(before, path, channel), |later| since(later, before, path, channel));
        Some(lines(std::iter::once(Line::Channel(ChannelLine {
            mark: Some(marks.get(path).cloned().unwrap_or_else(|| mark(before, channel))),
            ..line
        }))))
    };
    paths.map(|path| (path.clone(), line(path))).collect()
}

/// By what the lists of channels are known, by path.
pub type Marks = BTreeMap<String, String>;

/// The marks of all channels. `former` are those of a memory that this one came of.
pub fn marks(memory: &Memory, former: (&Memory, &Marks)) -> Marks {
    let of = |(path, channel): (&String, &KnownChannel)| {
        let same = former.1.get(path).filter(|_| former.0.channels.get(path) == Some(channel));
        (path.clone(), same.cloned().unwrap_or_else(|| mark(memory, channel)))
    };
    memory.channels.iter().map(of).collect()
}

/// By what the lists of a channel are known, whatever the places of their items.
fn mark(memory: &Memory, channel: &KnownChannel) -> String {
    let list = |(nth, members): (u64, &Vec<Ref>)| {
        // Each for itself, since they lie far apart: the processor waits for many at a time.
        let one = |(at, item): (usize, &Ref)| xxh3_64_with_seed(memory.get(*item).iri().as_bytes(), nth << 32 | at as u64);
        members.par_iter().enumerate().map(one).reduce(|| 0, u64::wrapping_add).wrapping_add(members.len() as u64)
    };
    let lists = std::iter::once(&*channel.members).chain(channel.pages.iter().map(|page| &page.members));
    format!("{:016x}", (0..).zip(lists).map(list).fold(channel.pages.len() as u64, u64::wrapping_add))
}

/// Takes the lines of an export into the memory, each in the place of what it has under the same id or path.
pub fn import(memory: &mut Memory, text: &str) -> Result<usize, BadLine> {
    let mut count = 0;
    for (line, row) in (1..).zip(text.lines()).filter(|(_, row)| !row.trim().is_empty()) {
        let bad = |why: String| BadLine { line, why };
        match serde_json::from_str(row).map_err(|error| bad(error.to_string()))? {
            Line::Item(item) => _ = memory.put(known(item).ok_or_else(|| bad("a date or a digest cannot be read".to_owned()))?),
            Line::Channel(channel) => {
                let (path, channel) = known_channel(memory, channel).map_err(bad)?;
                memory.channels.insert(path, channel);
            }
        }
        count += 1;
    }
    Ok(count)
}

fn lines(lines: impl Iterator<Item = Line>) -> String {
    let mut out = String::new();
    for line in lines {
        // These values always have a JSON form.
        out.push_str(&serde_json::to_string(&line).unwrap_or_default());
        out.push('\n');
    }
    out
}

fn time(seconds: i64) -> String {
    super::date(seconds).format("%Y-%m-%dT%H:%M:%SZ").to_string()
}

fn seconds(text: &str) -> Option<i64> {
    chrono::DateTime::parse_from_rfc3339(text).ok().map(|date| date.timestamp())
}

fn item_line(known: &Known) -> ItemLine {
    let traces = known.traces();
    ItemLine {
        id: known.iri().to_owned(),
        guid: known.guid().map(str::to_owned),
        key: known.key().to_owned(),
        title: known.title().to_owned(),
        first_seen: time(known.first_seen.seconds()),
        published: time(known.published.seconds()),
        updated: known.updated.map(|when| time(when.seconds())),
        record: traces.record.map(Digest::to_hex),
        content: traces.content.to_hex(),
        text: format!("{:016x}", traces.text),
        link: format!("{:016x}", traces.link),
        gone: known.gone.map(|when| time(when.seconds())),
    }
}

fn known(line: ItemLine) -> Option<Known> {
    let optional = |text: Option<String>| match text {
        Some(text) => seconds(&text).map(|when| Some(Moment::from(when))),
        None => Some(None),
    };
    let traces = Traces {
        record: match line.record {
            Some(text) => Some(Digest::from_hex(&text)?),
            None => None,
        },
        content: Digest::from_hex(&line.content)?,
        text: u64::from_str_radix(&line.text, 16).ok()?,
        link: u64::from_str_radix(&line.link, 16).ok()?,
    };
    Some(Known {
        names: Names::new(&line.id, line.guid.as_deref(), &line.key, &line.title).with(traces),
        first_seen: seconds(&line.first_seen)?.into(),
        published: seconds(&line.published)?.into(),
        updated: optional(line.updated)?,
        gone: optional(line.gone)?,
    })
}

fn channel_line(memory: &Memory, path: &str, channel: &KnownChannel) -> ChannelLine {
    let id = |at: &Ref| memory.get(*at).iri().to_owned();
    let page = |page: &KnownPage| PageLine {
        updated: time(page.updated),
        digest: page.digest.map(Digest::to_hex),
        members: page.members.iter().map(id).collect(),
    };
    ChannelLine {
        path: path.to_owned(),
        id: channel.id.clone(),
        updated: time(channel.updated),
        digest: channel.digest.map(Digest::to_hex),
        window: channel.window,
        front: None,
        members: channel.members.iter().map(id).collect(),
        rest: None,
        mark: None,
        kept: None,
        deleted: channel.deleted.iter().map(|(at, when)| (id(at), time(*when))).collect(),
        pages: channel.pages.iter().map(page).collect(),
    }
}

fn known_channel(memory: &Memory, line: ChannelLine) -> Result<(String, KnownChannel), String> {
    let find = |id: &String| memory.find(id).ok_or_else(|| format!("the channel holds `{id}`, which no line before is about"));
    let when = |text: &str| seconds(text).ok_or_else(|| format!("`{text}` is no date"));
    let mut deleted = Vec::new();
    for (id, date) in &line.deleted {
        deleted.push((find(id)?, when(date)?));
    }
    let page = |page: &PageLine| -> Result<KnownPage, String> {
        let members = page.members.iter().map(find).collect::<Result<_, _>>()?;
        Ok(KnownPage { members, updated: when(&page.updated)?, digest: page.digest.as_deref().and_then(Digest::from_hex) })
    };
    let former = || memory.channels.get(&line.path).ok_or_else(|| format!("nothing is known of the former `{}`", line.path));
    let missing = |what: &str| format!("the former `{}` had other {what}", line.path);
    let place = |id: &String| -> Result<(&[Ref], usize), String> {
        let (at, former) = (find(id)?, &former()?.members);
        Ok((former, former.iter().position(|own| *own == at).ok_or_else(|| missing("members"))?))
    };
    let mut members: Vec<Ref> = Vec::new();
    if let Some(last) = &line.front {
        let (former, at) = place(last)?;
        members.extend(&former[..=at]);
    }
    for id in &line.members {
        members.push(find(id)?);
    }
    if let Some(first) = &line.rest {
        let (former, at) = place(first)?;
        members.extend(&former[at..]);
    }
    let mut pages: Vec<KnownPage> = Vec::new();
    if let Some(count) = line.kept {
        pages.extend_from_slice(former()?.pages.get(..count).ok_or_else(|| missing("pages"))?);
    }
    for own in &line.pages {
        pages.push(page(own)?);
    }
    let channel = KnownChannel {
        id: line.id,
        updated: when(&line.updated)?,
        digest: line.digest.as_deref().and_then(Digest::from_hex),
        window: line.window.min(members.len()),
        members: members.into(),
        deleted,
        pages,
    };
    if line.mark.is_some_and(|own| own != mark(memory, &channel)) {
        return Err(missing("members"));
    }
    Ok((line.path, channel))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use proptest::prelude::*;

    use super::*;

    fn item(n: u8) -> Known {
        let traces = Traces { record: Some(Digest([1; 16])), content: Digest([2; 16]), text: 3, link: 0 };
        Known {
            names: Names::new(&format!("tag:example.org,2018:item/{n}"), None, "k", "A “title”").with(traces),
            first_seen: 1_500_000_000.into(),
            published: 1_400_000_000.into(),
            updated: Some(1_500_000_001.into()),
            gone: (n == 2).then_some(1_500_000_002.into()),
        }
    }

    #[test]
    fn what_is_exported_comes_back() {
        let mut memory = Memory::default();
        for n in [2, 1] {
            memory.put(item(n));
        }
        let channel =
            KnownChannel { id: "x".into(), members: vec![1, 0].into(), window: 1, deleted: vec![(0, 1_500_000_000)], ..Default::default() };
        let page = KnownPage { members: vec![0], updated: 1_500_000_003, digest: Some(Digest([5; 16])) };
        let channel = KnownChannel { pages: vec![page, KnownPage::default()], ..channel };
        memory.channels.insert("all".into(), channel);
        let text = export(&memory);
        assert!(text.find("item/1").expect("there") < text.find("item/2").expect("there"), "{text}");
        let mut back = Memory::default();
        assert_eq!(import(&mut back, &text), Ok(3));
        assert_eq!(export(&back), text);
        assert_eq!(changes(&back, &back.clone()), "");
        assert_eq!(changes(&Memory::default(), &back), text);
        assert_eq!(import(&mut back, "\n{\"type\":\"item\"}").expect_err("no item").line, 2);
    }

    fn memory(items: u8, channels: &[(Vec<u8>, Vec<u8>)]) -> Memory {
        let mut memory = Memory::default();
        (0..items).for_each(|n| _ = memory.put(item(n)));
        let refs = |list: &[u8]| {
            let mut refs: Vec<Ref> = Vec::new();
            // An item stands in a channel once.
            list.iter().map(|n| Ref::from(n % items)).for_each(|at| {
                if !refs.contains(&at) {
                    refs.push(at)
                }
            });
            refs
        };
        for (nth, (members, pages)) in channels.iter().enumerate() {
            let page = |n: &u8| KnownPage { members: refs(&[*n, *n]), updated: i64::from(*n), digest: None };
            let members = refs(members);
            let channel = KnownChannel {
                window: members.len(),
                members: members.into(),
                pages: pages.iter().map(page).collect(),
                ..Default::default()
            };
            memory.channels.insert(format!("c{nth}"), channel);
        }
        memory
    }

    fn lists() -> impl Strategy<Value = Vec<(Vec<u8>, Vec<u8>)>> {
        let list = || proptest::collection::vec(0..6u8, 0..6);
        proptest::collection::vec((list(), list()), 0..4)
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn changes_make_of_before_what_comes_after(had in 1..4u8, more in 0..3u8, old in lists(), new in lists()) {
            let (before, after) = (memory(had, &old), memory(had + more, &new));
            let mut made = before.clone();
            let told = changes(&before, &after);
            // A run that died when all was done is taken up as one that died before: what it did must come out the same.
            for _ in 0..2 {
                prop_assert!(import(&mut made, &told).is_ok(), "{}", told);
            }
            let mut done = after.clone();
            prop_assert!(import(&mut done, &told).is_ok(), "{}", told);
            prop_assert_eq!(export(&done), export(&after), "{}", told);
            let gone: Vec<String> = made.channels.keys().filter(|path| !after.channels.contains_key(*path)).cloned().collect();
            gone.iter().for_each(|path| _ = made.channels.remove(path));
            prop_assert_eq!(export(&made), export(&after), "{}", told);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn what_was_is_made_of_what_came_after_and_of_nothing_else(
            had in 1..4u8, more in 0..3u8, old in lists(), new in lists(), other in lists()
        ) {
            let (before, after) = (memory(had, &old), memory(had + more, &new));
            let was = |memory: &Memory| before.channels.iter().map(|(path, channel)| channel_text(memory, path, channel)).collect::<Vec<_>>();
            let former = former_channels(&before, &after, &marks(&before, (&before, &Marks::new())));
            prop_assert_eq!(&former, &former_channels(&before, &after, &Marks::new()));
            let back = |from: &Memory| {
                let mut made = from.clone();
                let is_taken = former.iter().all(|(path, line)| match line {
                    Some(line) => import(&mut made, line).is_ok(),
                    None => made.channels.remove(path).is_some() || !from.channels.contains_key(path),
                });
                (is_taken, made.channels.iter().map(|(path, channel)| channel_text(&made, path, channel)).collect::<Vec<_>>())
            };
            // Also where it was done already.
            prop_assert_eq!(back(&after), (true, was(&before)));
            prop_assert_eq!(back(&before), (true, was(&before)));
            // What it does not lean on is refused, or leads to the same lists.
            let mut made = memory(had + more, &other);
            for (path, line) in former.iter().filter_map(|(path, line)| Some((path, line.as_ref()?))) {
                if import(&mut made, line).is_ok() {
                    prop_assert_eq!(&made.channels[path].members, &before.channels[path].members);
                }
            }
        }
    }

    fn channel_text(memory: &Memory, path: &str, channel: &KnownChannel) -> String {
        lines(std::iter::once(Line::Channel(channel_line(memory, path, channel))))
    }

    #[test]
    fn a_mark_is_the_same_however_the_work_is_spread() {
        let memory = memory(200, &[((0..200).collect(), vec![])]);
        let of = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
            pool.install(|| mark(&memory, &memory.channels["c0"]))
        };
        (1..6).for_each(|threads| assert_eq!(of(threads), of(1)));
    }

    #[test]
    fn what_was_of_a_long_list_is_short() {
        let members: Vec<u8> = (0..200).collect();
        let before = memory(200, &[(members.clone(), vec![])]);
        let at_ends = |members: &[u8]| {
            former_channels(&before, &memory(200, &[(members.to_vec(), vec![])]), &Marks::new())["c0"].clone().expect("a line")
        };
        for gone in [0, 100, 199] {
            let line = at_ends(&members.iter().copied().filter(|n| *n != gone).collect::<Vec<_>>());
            assert!(line.len() < 400 && line.contains(&format!("[\"tag:example.org,2018:item/{gone}\"]")), "{line}");
        }
    }

    #[test]
    fn one_more_item_is_one_more_line_of_members() {
        let before = memory(3, &[(vec![0, 1, 2], vec![1, 2])]);
        let mut after = before.clone();
        let at = after.put(item(9));
        let channel = after.channels.get_mut("c0").expect("there");
        Arc::make_mut(&mut channel.members).insert(0, at);
        channel.pages.push(KnownPage { members: vec![at], updated: 5, digest: None });
        let told = changes(&before, &after);
        let channel = told.lines().find(|line| line.contains("\"channel\"")).expect("a line");
        assert!(
            !channel.contains("item/1") && channel.contains("item/9") && channel.contains("\"rest\":\"tag:example.org,2018:item/0\""),
            "{channel}"
        );
        // What it leans on must be there.
        assert!(import(&mut Memory::default(), &told).is_err());
    }
}
