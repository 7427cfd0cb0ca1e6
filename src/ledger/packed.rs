//! What is remembered, as bytes: items one after the other, and the lists of a channel. A number takes as few bytes as it needs.

use super::{Digest, Known, KnownPage, Ref, Traces};
use crate::item::Names;

/// Of what an item has and others have not.
const HAS_RECORD: u8 = 1;
const HAS_UPDATED: u8 = 2;
const HAS_GONE: u8 = 4;

/// Adds an item.
pub(super) fn pack_item(known: &Known, out: &mut Vec<u8>) {
    let traces = known.traces();
    let has = [(traces.record.is_some(), HAS_RECORD), (known.updated.is_some(), HAS_UPDATED), (known.gone.is_some(), HAS_GONE)];
    out.push(has.iter().map(|(has, flag)| u8::from(*has) * flag).sum());
    let moments = [Some(known.first_seen), Some(known.published), known.updated, known.gone];
    moments.into_iter().flatten().for_each(|moment| push(out, moment.seconds()));
    for text in [known.iri(), known.guid().unwrap_or_default(), known.key(), known.title()] {
        push(out, text.len() as i64);
        out.extend_from_slice(text.as_bytes());
    }
    [traces.record, Some(traces.content)].iter().flatten().for_each(|digest| out.extend_from_slice(&digest.0));
    [traces.text, traces.link].iter().for_each(|number| out.extend_from_slice(&number.to_le_bytes()));
}

/// All items that were packed one after the other; `None` where these bytes are no items.
pub(super) fn unpack_items(mut bytes: &[u8]) -> Option<Vec<Known>> {
    let mut items = Vec::new();
    while !bytes.is_empty() {
        items.push(unpack_item(&mut bytes)?);
    }
    Some(items)
}

fn unpack_item(bytes: &mut &[u8]) -> Option<Known> {
    let has = *bytes.split_off_first()?;
    let (first_seen, published) = (take(bytes).into(), take(bytes).into());
    let updated = (has & HAS_UPDATED > 0).then(|| take(bytes).into());
    let gone = (has & HAS_GONE > 0).then(|| take(bytes).into());
    let (iri, guid, key, title) = (text(bytes)?, text(bytes)?, text(bytes)?, text(bytes)?);
    let record = if has & HAS_RECORD > 0 { Some(Digest(array(bytes)?)) } else { None };
    let content = Digest(array(bytes)?);
    let traces = Traces { record, content, text: u64::from_le_bytes(array(bytes)?), link: u64::from_le_bytes(array(bytes)?) };
    Some(Known { names: Names::new(iri, Some(guid), key, title).with(traces), first_seen, published, updated, gone })
}

fn text<'a>(bytes: &mut &'a [u8]) -> Option<&'a str> {
    let length = usize::try_from(take(bytes)).ok()?;
    std::str::from_utf8(bytes.split_off(..length)?).ok()
}

fn array<const LENGTH: usize>(bytes: &mut &[u8]) -> Option<[u8; LENGTH]> {
    let (array, rest) = bytes.split_first_chunk()?;
    *bytes = rest;
    Some(*array)
}

/// A list of places: how many, then the steps between them, each in as few bytes as it needs (zigzag, base 128).
pub(super) fn pack_refs(refs: &[Ref]) -> Vec<u8> {
    let mut out = Vec::with_capacity(refs.len() + 4);
    push(&mut out, refs.len() as i64);
    let mut last = 0;
    for at in refs {
        push(&mut out, i64::from(*at) - last);
        last = i64::from(*at);
    }
    out
}

pub(super) fn unpack_refs(bytes: &mut &[u8]) -> Vec<Ref> {
    let count = take(bytes).max(0) as usize;
    let mut last = 0;
    let mut refs = Vec::with_capacity(count.min(bytes.len()));
    for _ in 0..count.min(bytes.len()) {
        last += take(bytes);
        refs.push(last as Ref);
    }
    refs
}

pub(super) fn pack_deleted(deleted: &[(Ref, i64)]) -> Vec<u8> {
    let mut out = Vec::new();
    for (at, when) in deleted {
        push(&mut out, i64::from(*at));
        push(&mut out, *when);
    }
    out
}

pub(super) fn unpack_deleted(mut bytes: &[u8]) -> Vec<(Ref, i64)> {
    let mut deleted = Vec::new();
    while !bytes.is_empty() {
        let at = take(&mut bytes) as Ref;
        deleted.push((at, take(&mut bytes)));
    }
    deleted
}

/// Page by page: its items, when it changed, and 0, or 1 and the digest.
pub(super) fn pack_pages(pages: &[KnownPage]) -> Vec<u8> {
    let mut out = Vec::new();
    for page in pages {
        out.extend(pack_refs(&page.members));
        push(&mut out, page.updated);
        push(&mut out, i64::from(page.digest.is_some()));
        out.extend(page.digest.iter().flat_map(|digest| digest.0));
    }
    out
}

pub(super) fn unpack_pages(mut bytes: &[u8]) -> Vec<KnownPage> {
    let mut pages = Vec::new();
    while !bytes.is_empty() {
        let (members, updated, has_digest) = (unpack_refs(&mut bytes), take(&mut bytes), take(&mut bytes) == 1);
        let mut page = KnownPage { members, updated, digest: None };
        if let Some((digest, rest)) = bytes.split_at_checked(16).filter(|_| has_digest) {
            page.digest = digest.try_into().ok().map(Digest);
            bytes = rest;
        }
        pages.push(page);
    }
    pages
}

fn push(out: &mut Vec<u8>, number: i64) {
    let mut rest = ((number << 1) ^ (number >> 63)) as u64;
    while rest >= 128 {
        out.push(rest as u8 | 128);
        rest >>= 7;
    }
    out.push(rest as u8);
}

fn take(bytes: &mut &[u8]) -> i64 {
    let (mut value, mut shift) = (0u64, 0);
    while let Some((byte, rest)) = bytes.split_first() {
        *bytes = rest;
        value |= u64::from(byte & 127) << shift;
        shift += 7;
        if byte & 128 == 0 || shift > 63 {
            break;
        }
    }
    (value >> 1) as i64 ^ -((value & 1) as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_survive_packing() {
        for refs in [vec![], vec![0], vec![5, 3, 4_000_000_000, 0], (0..300).rev().collect()] {
            assert_eq!(unpack_refs(&mut pack_refs(&refs).as_slice()), refs);
        }
        assert_eq!(unpack_deleted(&pack_deleted(&[(7, 12), (1, -3)])), [(7, 12), (1, -3)]);
        let page = |digest| KnownPage { members: vec![4, 2], updated: 1_518_170_400, digest };
        let pages = [page(None), page(Some(Digest([3; 16]))), KnownPage::default()];
        assert_eq!(unpack_pages(&pack_pages(&pages)), pages);
        for length in 0..pack_pages(&pages).len() {
            let _ = unpack_pages(&pack_pages(&pages)[..length]);
        }
    }

    #[test]
    fn items_survive_packing() {
        let known = |guid, key: &str, record, updated: Option<i64>, gone: Option<i64>| {
            let traces = Traces { record, content: Digest([9; 16]), text: u64::MAX, link: 1 << 63 };
            let names = Names::new("tag:example.org,2018:item/ñ", guid, key, "Él & ella").with(traces);
            Known { names, first_seen: 1.into(), published: (-2).into(), updated: updated.map(Into::into), gone: gone.map(Into::into) }
        };
        let items = [
            known(None, "ñ", None, None, None),
            known(Some("4711"), "other", Some(Digest([7; 16])), None, Some(1_518_177_600)),
            known(None, "", Some(Digest::default()), Some(-62_135_596_800), None),
        ];
        let (mut packed, mut ends) = (Vec::new(), vec![0]);
        for item in &items {
            pack_item(item, &mut packed);
            ends.push(packed.len());
        }
        assert_eq!(unpack_items(&packed).as_deref(), Some(&items[..]));
        for length in 0..packed.len() {
            assert_eq!(unpack_items(&packed[..length]).map(|items| items.len()), ends.iter().position(|end| *end == length), "{length}");
        }
        let mut bad = packed;
        let title = bad.windows(4).position(|part| part == b"ella").expect("the title");
        bad[title] = 0xff;
        assert_eq!(unpack_items(&bad), None, "no text");
    }
}
