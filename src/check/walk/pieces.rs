//! Pieces of a document that may have been read in another one ([`super::super::familiar`]).

use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::ops::Range;

use xxhash_rust::xxh3::xxh3_128;

use super::super::familiar::{Effect, Familiar};
use super::super::namespace::NsId;
use super::super::value::marks;
use super::super::xml::Reader;
use super::super::{Among, Kind, Piece};
use super::{Channel, Entry, Feed, NodeId, State, Walk};

/// More items than any feed has: where later ones began is not kept, and later entries are not compared.
pub(in crate::check) const MANY: usize = 100_000;

/// What is known, and where it may come again.
#[derive(Default)]
pub(in crate::check) struct Pieces<'a> {
    pub familiar: Option<&'a Familiar>,
    /// Where the pieces are that are to come.
    rest: &'a [Piece],
    reading: Option<Reading>,
    /// What stands open, in one hash, since it was asked for and nothing was read.
    around: Option<u128>,
}

/// A piece that is being read.
struct Reading {
    mark: u128,
    /// What it stands in.
    around: u128,
    text: Range<usize>,
    /// The first watcher of what is in it.
    first: NodeId,
    layers: usize,
    found: usize,
    /// Whether something was asked that another document may answer in another way.
    is_bound: Cell<bool>,
    effects: RefCell<Vec<(NodeId, Effect)>>,
}

impl<'a> From<Among<'a>> for Pieces<'a> {
    fn from(among: Among<'a>) -> Self {
        Pieces { familiar: Some(among.familiar), rest: among.pieces, reading: None, around: None }
    }
}

impl<'a> Walk<'a> {
    /// Passes over the pieces that are known and without a fault here, up to what is to be read.
    pub(super) fn pass_over(&mut self, reader: &mut Reader<'a>) {
        while let Some((piece, rest)) = self.pieces.rest.split_first().filter(|(piece, _)| piece.place.start <= reader.position()) {
            self.pieces.rest = rest;
            let is_here = piece.place.start == reader.position();
            if is_here && self.is_apart(&piece.place) && !reader.has_doctype() && !self.meet(piece, reader) {
                return;
            }
        }
    }

    /// A piece begins. Says whether it is passed over.
    fn meet(&mut self, Piece { place: text, mark }: &Piece, reader: &mut Reader<'a>) -> bool {
        let around = self.pieces.around.unwrap_or_else(|| self.around(reader));
        self.pieces.around = Some(around);
        let mark = marks::of_two(*mark, around);
        let known = self.pieces.familiar.and_then(|familiar| familiar.elements.find(mark));
        if let Some(effects) = known.filter(|effects| effects.iter().all(|(id, effect)| self.is_usual(*id, effect))) {
            effects.iter().for_each(|(id, effect)| self.take(*id, effect, text.start));
            reader.skip_to(text.end);
            return true;
        }
        let (first, layers, found) = (self.nodes.len(), self.layers.len(), self.found.len());
        let (is_bound, effects) = (Cell::new(false), RefCell::default());
        self.pieces.reading = Some(Reading { mark, around, text: text.clone(), first, layers, found, is_bound, effects });
        false
    }

    /// Keeps the piece that is being read if it is over and nothing was said of it.
    pub(super) fn conclude(&mut self, reader: &Reader<'a>) {
        let Some(reading) = self.pieces.reading.take_if(|reading| reader.position() >= reading.text.end) else { return };
        let is_whole = reader.position() == reading.text.end && self.layers.len() == reading.layers;
        let is_quiet = self.found.len() == reading.found && self.dropped == 0 && !reading.is_bound.get();
        let around = is_whole.then(|| self.around(reader));
        self.pieces.around = around;
        if is_quiet && around == Some(reading.around) {
            let mut effects = reading.effects.into_inner();
            effects.extend(self.plain_from.filter(|at| reading.text.contains(at)).map(|at| (0, Effect::Plain(at))));
            effects.iter_mut().for_each(|(_, effect)| effect.count_from(reading.text.start));
            if let Some(familiar) = self.pieces.familiar {
                familiar.elements.keep(reading.mark, effects.into());
            }
        }
    }

    /// Something is read: what stands open may be something else behind it.
    pub(super) fn go_on(&mut self) {
        self.pieces.around = None;
    }

    /// Whether no line of the piece holds anything else, and the document is of a kind in which pieces are kept.
    fn is_apart(&self, text: &Range<usize>) -> bool {
        let ends_line = |at: usize| self.source.as_bytes().get(at) == Some(&b'\n');
        matches!(self.kind, Kind::Rss2 | Kind::Atom)
            && text.start < text.end
            && ends_line(text.start)
            && ends_line(text.end)
            && self.layers.last().is_some_and(|layer| layer.text.is_none() && layer.letter.is_none())
    }

    /// One hash of what stands open, and of what else many documents have in common by which an element may be judged.
    fn around(&self, reader: &Reader<'a>) -> u128 {
        let mut sum = Sum(Vec::with_capacity(1024));
        sum.number(self.kind as usize);
        [&self.version, self.encoding].into_iter().for_each(|text| sum.text(text));
        sum.number(self.options.now.map_or(0, |now| now.timestamp() as usize));
        sum.all(&self.defaults, |sum, ns| sum.text(self.namespaces.uri(*ns)));
        sum.all(reader.bindings(), |sum, (prefix, ns)| sum.texts([prefix, self.namespaces.uri(*ns)]));
        sum.all(&self.nodes, |sum, node| {
            sum.number(std::ptr::from_ref(node.class) as usize);
            sum.number(node.parent);
            [node.mixed, node.podcast, node.speaks].into_iter().for_each(|answer| sum.number(usize::from(answer)));
            sum.texts([&node.name, node.base.as_deref().unwrap_or_default()]);
            sum.text(self.namespaces.uri(node.module.unwrap_or(NsId::NONE)));
        });
        xxh3_128(&sum.0)
    }

    /// Whether the watcher stands in the piece that is being read; where none is, every watcher does.
    pub(super) fn is_in_piece(&self, id: NodeId) -> bool {
        self.pieces.reading.as_ref().is_none_or(|reading| id >= reading.first)
    }

    /// Something is asked of the watcher that another document may answer in another way.
    pub(super) fn bind(&self, id: NodeId) {
        self.pieces.reading.iter().filter(|reading| id < reading.first).for_each(|reading| reading.is_bound.set(true));
    }

    /// Does to the watcher what an element does to what stands around it. Says whether that goes against what came before.
    pub fn act(&mut self, id: NodeId, effect: Effect) -> bool {
        let is_usual = self.is_usual(id, &effect);
        if !is_usual {
            self.bind(id);
        }
        self.take(id, &effect, 0);
        self.write_down(id, || effect);
        !is_usual
    }

    /// Keeps what the piece that is being read did to a watcher around it, or asked of it.
    fn write_down(&self, id: NodeId, effect: impl FnOnce() -> Effect) {
        if let Some(reading) = self.pieces.reading.as_ref().filter(|reading| id < reading.first) {
            reading.effects.borrow_mut().push((id, effect()));
        }
    }

    /// Whether the effect goes with what came before.
    fn is_usual(&self, id: NodeId, effect: &Effect) -> bool {
        match (effect, &self.nodes[id].state) {
            (Effect::Child(name), _) => self.counts_child(id, name),
            (Effect::AskedForChild(name, answer), _) => self.counts_child(id, name) == *answer,
            (Effect::Value(mark), _) => !self.has_mark(id, *mark),
            (Effect::Asked(mark, answer), _) => self.has_mark(id, *mark) == *answer,
            (Effect::Dated(when), State::Channel(channel)) => !channel.is_late(*when),
            (Effect::Entry(entry), State::Feed(feed)) => feed.disordered || !feed.is_late(entry),
            _ => true,
        }
    }

    /// Places are counted from `from`.
    fn take(&mut self, id: NodeId, effect: &Effect, from: usize) {
        if let Effect::Child(name) = effect {
            if !self.counts_again(id, name) {
                self.count_child(id, Cow::Owned(name.to_string()));
            }
            return;
        }
        match (effect, &mut self.nodes[id].state) {
            (Effect::Value(mark), _) => _ = self.nodes[id].seen.get_or_insert_default().insert(*mark),
            (Effect::Item(at), State::Channel(channel)) if channel.items.len() < MANY => channel.items.push(from + at),
            (Effect::Dated(when), State::Channel(channel)) => {
                channel.disordered |= channel.is_late(*when);
                channel.latest = Some(*when);
            }
            (Effect::Entry(entry), State::Feed(feed)) => {
                feed.disordered |= feed.is_late(entry);
                if feed.entries.len() < MANY {
                    feed.entries.push(*entry);
                }
            }
            (Effect::Plain(at), _) => self.plain_from = Some(from + at),
            _ => {}
        }
    }

    fn has_mark(&self, id: NodeId, mark: u64) -> bool {
        self.nodes[id].seen.as_ref().is_some_and(|seen| seen.contains(&mark))
    }

    /// Says that a value was there before among those of `scope`, or keeps it.
    pub fn seen_before(&mut self, scope: NodeId, list: &'static str, value: &str) -> bool {
        self.act(scope, Effect::Value(marks::mark(list, value)))
    }

    /// Whether a value was there before, without keeping it.
    pub fn saw(&self, scope: NodeId, list: &'static str, value: &str) -> bool {
        let mark = marks::mark(list, value);
        let answer = self.has_mark(scope, mark);
        self.write_down(scope, || Effect::Asked(mark, answer));
        answer
    }

    /// Whether the element has had a child of this name.
    pub fn has_child(&self, id: NodeId, name: &str) -> bool {
        let answer = self.counts_child(id, name);
        self.write_down(id, || Effect::AskedForChild(name.into(), answer));
        answer
    }

    fn counts_child(&self, id: NodeId, name: &str) -> bool {
        self.nodes[id].children.iter().any(|(child, _)| child == name)
    }

    /// An element begins whose text must be plain.
    pub fn plain_begins(&mut self, id: NodeId) {
        self.plain_from = Some(self.nodes[id].at);
    }

    /// The start tag of the latest element whose text must be plain.
    pub fn plain_from(&self) -> Option<usize> {
        let begins_before = |from: usize| self.plain_from.is_none_or(|at| at < from);
        self.pieces.reading.iter().filter(|reading| begins_before(reading.text.start)).for_each(|reading| reading.is_bound.set(true));
        self.plain_from
    }
}

impl Channel {
    /// Whether an item of this time is the first that stands below an older one.
    fn is_late(&self, when: i64) -> bool {
        !self.disordered && self.latest.is_some_and(|latest| when > latest)
    }
}

impl Feed<'_> {
    /// Whether an entry stands below an older one.
    ///
    /// Some feeds go by the date of publication, some by that of the latest change; what keeps to one of the two is in order.
    fn is_late(&self, entry: &Entry) -> bool {
        let newer = |one: Option<i64>, other: Option<i64>| one.zip(other).map(|(one, other)| one > other);
        let before = self.entries.last().copied().unwrap_or_default();
        match (newer(entry.updated, before.updated), newer(entry.published, before.published)) {
            (Some(updated), Some(published)) => updated && published,
            (one, other) => one.or(other).unwrap_or(false),
        }
    }
}

/// Texts and numbers one after the other, each list with its length.
struct Sum(Vec<u8>);

impl Sum {
    fn number(&mut self, number: usize) {
        self.0.extend_from_slice(&number.to_le_bytes());
    }

    fn text(&mut self, text: &str) {
        self.number(text.len());
        self.0.extend_from_slice(text.as_bytes());
    }

    fn texts<const N: usize>(&mut self, texts: [&str; N]) {
        texts.into_iter().for_each(|text| self.text(text));
    }

    fn all<T>(&mut self, list: &[T], mut add: impl FnMut(&mut Self, &T)) {
        self.number(list.len());
        list.iter().for_each(|one| add(self, one));
    }
}
