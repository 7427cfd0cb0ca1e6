//! What rules ask of the walk.

use std::borrow::Cow;

use super::super::class::Podcast;
use super::super::familiar::Effect;
use super::super::xml::Attr;
use super::{Node, NodeId, Rows, State, Walk};

impl<'a> Walk<'a> {
    pub fn node(&self, id: NodeId) -> &Node<'a> {
        &self.nodes[id]
    }

    pub fn node_mut(&mut self, id: NodeId) -> &mut Node<'a> {
        &mut self.nodes[id]
    }

    pub fn state(&self, id: NodeId) -> &State<'a> {
        self.bind(id);
        &self.nodes[id].state
    }

    pub fn state_mut(&mut self, id: NodeId) -> &mut State<'a> {
        self.bind(id);
        &mut self.nodes[id].state
    }

    pub fn parent(&self, id: NodeId) -> NodeId {
        self.nodes[id].parent
    }

    pub fn name(&self, id: NodeId) -> &str {
        &self.nodes[id].name
    }

    /// An attribute's value; `ns` is empty for attributes without a prefix.
    pub fn attr(&self, id: NodeId, ns: &str, name: &str) -> Option<&str> {
        self.find_attr(id, ns, name).map(|value| &**value)
    }

    /// The value of an attribute without a prefix, to keep.
    pub fn plain_attr(&self, id: NodeId, name: &str) -> Option<Cow<'a, str>> {
        self.find_attr(id, "", name).cloned()
    }

    pub(super) fn find_attr(&self, id: NodeId, ns: &str, name: &str) -> Option<&Cow<'a, str>> {
        self.bind(id);
        let (from, to) = self.nodes[id].attrs;
        let attrs = self.attrs.get(from..to)?;
        attrs.iter().find(|attr| attr.name == name && self.namespaces.is(attr.ns, ns)).map(|attr| &attr.value)
    }

    pub fn attr_count(&self, id: NodeId) -> usize {
        self.bind(id);
        let (from, to) = self.nodes[id].attrs;
        to - from
    }

    /// The attributes of an element as they stand.
    pub fn attrs_of(&self, range: (usize, usize)) -> &[Attr<'a>] {
        &self.attrs[range.0..range.1]
    }

    pub fn count_children(&self, id: NodeId, name: &str) -> usize {
        self.bind(id);
        self.nodes[id].children.iter().find(|(child, _)| child == name).map_or(0, |(_, count)| *count as usize)
    }

    /// How many children the element has had so far.
    pub fn all_children(&self, id: NodeId) -> usize {
        self.bind(id);
        self.nodes[id].children.iter().map(|(_, count)| *count as usize).sum()
    }

    pub fn add_child(&mut self, id: NodeId, name: Cow<'a, str>) {
        if self.is_in_piece(id) {
            self.count_child(id, name);
        } else {
            self.act(id, Effect::Child(name.into()));
        }
    }

    pub(super) fn count_child(&mut self, id: NodeId, name: Cow<'a, str>) {
        if !self.counts_again(id, &name) && self.nodes[id].children.len() < self.limits.attributes {
            self.nodes[id].children.push((name, 1));
        }
    }

    /// Counts a child if there was one of its name.
    pub(super) fn counts_again(&mut self, id: NodeId, name: &str) -> bool {
        let same = self.nodes[id].children.iter_mut().find(|(child, _)| child == name);
        same.map(|(_, count)| *count += 1).is_some()
    }

    /// Whether a namespace prefix was declared on the element's own children.
    pub fn declares(&self, id: NodeId, prefix: &str) -> bool {
        self.bind(id);
        self.nodes[id].prefixes.contains(&prefix)
    }

    /// Whether a prefix is declared here or further up.
    pub fn knows_prefix(&self, id: NodeId, prefix: &str) -> bool {
        let mut at = id;
        loop {
            if self.declares(at, prefix) {
                return true;
            }
            if at == 0 {
                return false;
            }
            at = self.parent(at);
        }
    }

    /// The watcher that will be made next.
    pub fn next_node(&self) -> NodeId {
        self.nodes.len()
    }

    /// The address that relative references in the element resolve against.
    pub fn base_of(&self, id: NodeId) -> &str {
        self.nodes[id].base.as_deref().unwrap_or_else(|| self.address())
    }

    /// The address of the document.
    pub fn address(&self) -> &str {
        self.bind(0);
        &self.base
    }

    /// The addresses that the document is known to have.
    pub fn places(&self) -> &[String] {
        self.bind(0);
        &self.places
    }

    /// Whether it is known to have this one.
    pub fn is_place(&self, address: &str) -> bool {
        self.places().iter().any(|place| place == address)
    }

    /// The document has another address too.
    pub fn add_place(&mut self, place: String) {
        self.bind(0);
        self.places.push(place);
    }

    /// Whether `xml:base` stands on the element or above.
    pub fn has_base(&self, id: NodeId) -> bool {
        self.nodes[id].base.is_some()
    }

    pub fn is_default(&self, uri: &str) -> bool {
        self.defaults.iter().any(|ns| self.namespaces.uri(*ns) == uri)
    }

    /// Lets elements of the namespace count as unprefixed.
    pub fn add_default(&mut self, uri: Cow<'a, str>) {
        let ns = self.namespaces.intern(uri);
        self.defaults.push(ns);
        self.rows = Rows::new();
    }

    /// The text so far of the layer that a watcher belongs to.
    pub fn text_so_far(&self, id: NodeId) -> &str {
        self.bind(id);
        let layer = self.layers.iter().rev().find(|layer| layer.first <= id);
        layer.and_then(|layer| layer.text.as_deref()).unwrap_or_default()
    }

    /// Adds to the text of the layer that a watcher belongs to.
    pub fn add_text(&mut self, id: NodeId, text: &str) {
        self.bind(id);
        if let Some(layer) = self.layers.iter_mut().rev().find(|layer| layer.first <= id) {
            layer.text.get_or_insert_default().to_mut().push_str(text);
        }
    }

    /// Which podcast rules an element falls under.
    pub fn podcast_of(&self, id: NodeId) -> Podcast {
        self.nodes[id].class.podcast
    }
}
