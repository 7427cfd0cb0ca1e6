//! The pile itself: layers of watchers, the text that they gather, and their end.

use std::borrow::Cow;

use memchr::memchr2;

use super::super::class::{Class, Text};
use super::super::codes::{self as c, Rule};
use super::super::elements;
use super::super::found::{Detail, Spot};
use super::super::namespace;
use super::super::value::{chars, uri};
use super::{Layer, Node, NodeId, On, Reader, State, Walk};

impl<'a> Walk<'a> {
    /// Puts a layer of watchers on the pile.
    pub fn push(&mut self, classes: &[&'static Class], name: Cow<'a, str>, attrs: (usize, usize), parent: NodeId) {
        let first = self.nodes.len();
        let (mut keeps, mut trims, mut is_tight) = (false, true, false);
        for class in classes {
            if let Some(rule) = class.once {
                self.once(parent, &name, rule);
                continue;
            }
            let id = self.add_node(class, name.clone(), parent, attrs);
            keeps |= !matches!(class.text, Text::Eat | Text::Leave | Text::Link);
            trims &= class.trim || class.close.is_none();
            is_tight |= class.text == Text::Tight;
            if let Some(open) = class.open {
                open(self, id);
            }
        }
        self.layers.push(Layer { first, attrs: attrs.0, text: None, letter: None, keeps, trims, is_lax: trims && !is_tight });
    }

    /// A child begins that is to stand once in its parent.
    fn once(&mut self, parent: NodeId, name: &str, rule: &'static Rule) {
        if self.has_child(parent, name) {
            let above = self.name(parent).to_owned();
            self.say(On::Node(parent), rule, Detail::named(name, &above));
        }
    }

    pub(super) fn add_node(&mut self, class: &'static Class, name: Cow<'a, str>, parent: NodeId, attrs: (usize, usize)) -> NodeId {
        let id = self.nodes.len();
        let (speaks, base) = self.nodes.get(parent).map_or((false, None), |parent| (parent.speaks, parent.base.clone()));
        self.nodes.push(Node {
            class,
            name,
            parent,
            at: self.at,
            attrs,
            children: Vec::new(),
            mixed: false,
            podcast: false,
            speaks,
            base,
            prefixes: Vec::new(),
            module: None,
            seen: None,
            state: State::None,
        });
        if attrs.1 > attrs.0
            && let Some(base) = self.attr(id, namespace::XML, "base").map(str::to_owned)
        {
            uri::iri(self, On::Part(id, "xml:base"), &base);
            // Longer than any address: it would be copied for every element below.
            if base.len() < 4096 {
                let joined = uri::join(self.base_of(parent), &base);
                self.nodes[id].base = Some(joined.into()).filter(|joined: &std::rc::Rc<str>| joined.len() < 8192);
            }
        }
        id
    }

    /// Running text: as one piece where nobody minds, else line by line, as the reference's reader hands it on. Says whether nobody
    /// minds what goes on in the same way.
    pub(super) fn text(&mut self, text: Cow<'a, str>) -> bool {
        let blank = chars::is_blank(&text);
        if let Some(layer) = self.layers.last_mut().filter(|layer| !blank && layer.letter.is_none()) {
            layer.letter = chars::first_letter(self.source, self.at);
        }
        let Some(layer) = self.layers.last() else { return false };
        let first = layer.first;
        if layer.text.as_ref().is_some_and(|held| held.len() + text.len() > self.limits.text) {
            self.say(On::Node(first), &c::TOO_LARGE, Detail::default());
            return false;
        }
        let suspicious = !text.is_ascii() && memchr2(0xC2, 0xEF, text.as_bytes()).is_some();
        if !suspicious && (first..self.nodes.len()).all(|id| elements::is_quiet(self, id, blank)) {
            if !(blank && layer.trims && layer.text.is_none()) {
                self.keep(text);
            }
            return !blank;
        }
        let (mut at, mut from) = (self.at, 0);
        while from < text.len() {
            let line = text[from..].find('\n').map_or(text.len(), |at| from + at);
            let to = if line == from { from + 1 } else { line };
            self.at = at;
            self.piece(&text[from..to], suspicious);
            // The text has one letter where the document may have two for a line's end.
            let is_pair = line == from && self.source.as_bytes()[at..].starts_with(b"\r\n");
            at += to - from + usize::from(is_pair);
            from = to;
        }
        false
    }

    /// The rest of a text that nobody minds, without a stop at each reference in it.
    pub(super) fn gather(&mut self, reader: &mut Reader<'a>) {
        if let Some(Layer { keeps: true, text: Some(held), .. }) = self.layers.last_mut()
            && reader.is_at_reference()
        {
            reader.gather(held.to_mut(), self.limits.text);
        }
    }

    pub(super) fn piece(&mut self, piece: &str, suspicious: bool) {
        let first = self.layers.last().map_or(0, |layer| layer.first);
        let blank = chars::is_blank(piece);
        for id in first..self.nodes.len() {
            elements::text(self, id, piece, blank, suspicious);
        }
        self.keep(Cow::Owned(piece.to_owned()));
    }

    pub(super) fn keep(&mut self, text: Cow<'a, str>) {
        if let Some(layer) = self.layers.last_mut().filter(|layer| layer.keeps) {
            match &mut layer.text {
                Some(held) => held.to_mut().push_str(&text),
                None => layer.text = Some(text),
            }
        }
    }

    pub(super) fn end(&mut self) {
        let Some(layer) = self.layers.last_mut() else { return };
        let (first, attrs) = (layer.first, layer.attrs);
        let text = layer.text.take().unwrap_or_default();
        let trimmed = text.trim_matches(chars::is_python_space);
        let (letter, before) = (layer.letter, self.found.len());
        let is_plain = !trimmed.is_empty() && self.nodes[first..].iter().all(|node| node.children.is_empty());
        for id in first..self.nodes.len() {
            let class = self.nodes[id].class;
            if let Some(close) = class.close {
                close(self, id, if class.trim { trimmed } else { &text });
            }
        }
        if let Some(letter) = letter.filter(|_| is_plain && self.found.len() > before) {
            self.point_at(letter, before);
        }
        self.layers.pop();
        self.nodes.truncate(first.max(1));
        self.attrs.truncate(attrs);
    }

    /// Lets the findings from `before` on that stand at the end tag point at the text's first letter, where that is on the same line: the line
    /// is the reference's.
    fn point_at(&mut self, letter: usize, before: usize) {
        let end = self.at;
        if letter < end && !self.source[letter..end].contains(['\n', '\r']) {
            self.found[before..].iter_mut().filter(|found| found.spot == Spot::at(end)).for_each(|found| found.spot = Spot::at(letter));
        }
    }
}
