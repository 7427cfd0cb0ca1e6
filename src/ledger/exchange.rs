//! A memory as NDJSON: one object a line, sorted, fit to be read, compared and kept in git.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Digest, Known, KnownChannel, KnownPage, Memory, Ref, Traces};

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
    members: Vec<String>,
    deleted: BTreeMap<String, String>,
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
    items.sort_by(|a, b| a.iri.cmp(&b.iri));
    let items = items.into_iter().map(|known| Line::Item(item_line(known)));
    lines(items.chain(memory.channels.iter().map(|(path, channel)| Line::Channel(channel_line(memory, path, channel)))))
}

/// What of `after` differs from `before`, as [`export`] writes it.
pub fn changes(before: &Memory, after: &Memory) -> String {
    let items = after.items().iter().filter(|known| before.find(&known.iri).map(|at| before.get(at)) != Some(known));
    let channels = after.channels.iter().filter(|(path, channel)| before.channels.get(*path) != Some(channel));
    let items = items.map(|known| Line::Item(item_line(known)));
    lines(items.chain(channels.map(|(path, channel)| Line::Channel(channel_line(after, path, channel)))))
}

/// What `before` says of each channel that is another in `after`: a line, or nothing where it has no such channel.
pub fn former_channels(before: &Memory, after: &Memory) -> BTreeMap<String, Option<String>> {
    let differs = |path: &&String| before.channels.get(*path) != after.channels.get(*path);
    let paths = before.channels.keys().chain(after.channels.keys()).filter(differs);
    let line = |path: &String| Some(lines(std::iter::once(Line::Channel(channel_line(before, path, before.channels.get(path)?)))));
    paths.map(|path| (path.clone(), line(path))).collect()
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
    ItemLine {
        id: known.iri.to_string(),
        guid: known.guid.as_deref().map(str::to_owned),
        key: known.key.to_string(),
        title: known.title.to_string(),
        first_seen: time(known.first_seen),
        published: time(known.published),
        updated: known.updated.map(time),
        record: known.traces.record.map(Digest::to_hex),
        content: known.traces.content.to_hex(),
        text: format!("{:016x}", known.traces.text),
        link: format!("{:016x}", known.traces.link),
        gone: known.gone.map(time),
    }
}

fn known(line: ItemLine) -> Option<Known> {
    let optional = |text: Option<String>| match text {
        Some(text) => seconds(&text).map(Some),
        None => Some(None),
    };
    Some(Known {
        iri: line.id.into(),
        guid: line.guid.map(Into::into),
        key: line.key.into(),
        title: line.title.into(),
        first_seen: seconds(&line.first_seen)?,
        published: seconds(&line.published)?,
        updated: optional(line.updated)?,
        traces: Traces {
            record: match line.record {
                Some(text) => Some(Digest::from_hex(&text)?),
                None => None,
            },
            content: Digest::from_hex(&line.content)?,
            text: u64::from_str_radix(&line.text, 16).ok()?,
            link: u64::from_str_radix(&line.link, 16).ok()?,
        },
        gone: optional(line.gone)?,
    })
}

fn channel_line(memory: &Memory, path: &str, channel: &KnownChannel) -> ChannelLine {
    let id = |at: &Ref| memory.get(*at).iri.to_string();
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
        members: channel.members.iter().map(id).collect(),
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
    let channel = KnownChannel {
        id: line.id,
        updated: when(&line.updated)?,
        digest: line.digest.as_deref().and_then(Digest::from_hex),
        members: line.members.iter().map(find).collect::<Result<_, _>>()?,
        window: line.window,
        deleted,
        pages: line.pages.iter().map(page).collect::<Result<_, _>>()?,
    };
    Ok((line.path, channel))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_exported_comes_back() {
        let mut memory = Memory::default();
        for n in [2, 1] {
            memory.put(Known {
                iri: format!("tag:example.org,2018:item/{n}").into(),
                guid: None,
                key: "k".into(),
                title: "A “title”".into(),
                first_seen: 1_500_000_000,
                published: 1_400_000_000,
                updated: Some(1_500_000_001),
                traces: Traces { record: Some(Digest([1; 16])), content: Digest([2; 16]), text: 3, link: 0 },
                gone: (n == 2).then_some(1_500_000_002),
            });
        }
        let channel =
            KnownChannel { id: "x".into(), members: vec![1, 0], window: 1, deleted: vec![(0, 1_500_000_000)], ..Default::default() };
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
}
