//! An element begins: which of its parent's rows it is, and what its presence says.

use std::borrow::Cow;

use super::super::Kind;
use super::super::class::{Child, Class, Note, Start};
use super::super::codes as c;
use super::super::elements;
use super::super::found::Detail;
use super::super::namespace::{self, NsId};
use super::super::value::chars;
use super::{NodeId, On, Place, Walk};
use crate::vocab::language::is_registered;

impl<'a> Walk<'a> {
    pub(super) fn start(&mut self, ns: NsId, name: &'a str, attrs: usize) {
        let here = (attrs, self.attrs.len());
        let (first, last) = (self.layers.last().map_or(0, |layer| layer.first), self.nodes.len());
        for id in first..last {
            match self.nodes[id].class.start {
                Start::Table => self.start_child(id, ns, name, here),
                Start::Leave => {}
                Start::Eat => {
                    self.taken_unseen(id, ns, name, here);
                    self.push(&[&elements::EATER], Cow::Borrowed(name), here, id);
                }
                Start::Module => self.start_in_module(id, ns, name, here),
                Start::Swallow => self.push(&[&elements::EATER], Cow::Borrowed(name), here, id),
                Start::Root => elements::root(self, id, ns, name, here),
                Start::Refuse => elements::refuse(self, id, ns, name, here),
                Start::Html => elements::html_child(self, id, name, here),
                Start::Construct => elements::construct_child(self, id, ns, name, here),
                Start::Div => elements::div_child(self, id, ns, name, here),
                Start::Rdf => elements::rdf_child(self, id, ns, name, here),
            }
        }
        if here.1 > here.0 {
            self.check_attributes(ns, name, here);
        }
    }

    /// An element inside one that only later rules know.
    fn start_in_module(&mut self, id: NodeId, ns: NsId, name: &'a str, attrs: (usize, usize)) {
        self.taken_unseen(id, ns, name, attrs);
        let outer = self.nodes[id].module.unwrap_or(NsId::NONE);
        if elements::beyond::is_known_inside(self.namespaces.uri(outer), self.namespaces.uri(ns), name) {
            self.module(id, ns, name, Cow::Owned(format!("unknown_{name}")), attrs);
        } else {
            self.push(&[&elements::EATER], Cow::Borrowed(name), attrs, id);
        }
    }

    /// What the reference says of elements that no rule looks into.
    pub fn taken_unseen(&mut self, id: NodeId, ns: NsId, name: &str, attrs: (usize, usize)) {
        if ns == NsId::NONE && self.kind == Kind::Rss2 && self.nodes[id].name.contains('_') {
            let parent = self.nodes[id].name.clone().into_owned();
            self.say(On::Node(id), &c::NOT_IN_A_NAMESPACE, Detail::named(name, &parent));
        }
        self.broken_attributes(id, name, attrs);
    }

    pub(super) fn broken_attributes(&mut self, id: NodeId, parent: &str, attrs: (usize, usize)) {
        for at in attrs.0..attrs.1 {
            let attr = &self.attrs[at];
            if attr.value.is_ascii() {
                continue;
            }
            let broken = attr.value.chars().filter(|c| chars::is_broken(*c)).count();
            let name = attr.name;
            for _ in 0..broken {
                self.say(On::Node(id), &c::BAD_CHARACTERS, Detail::named(name, parent));
            }
        }
    }

    /// A child of an element that has a table.
    pub fn start_child(&mut self, id: NodeId, ns: NsId, name: &'a str, attrs: (usize, usize)) {
        self.speech(id, name, attrs);
        let place = Place { kind: self.kind, class: self.nodes[id].class, ns, name };
        if let Some(child) = self.rows.find(&place) {
            self.broken_attributes(id, name, attrs);
            return self.child(id, child, Cow::Borrowed(child.name), attrs);
        }
        let mut ns = Some(ns).filter(|ns| *ns != NsId::NONE);
        let mut foreign = None;
        if ns.is_none() && !matches!(self.kind, Kind::Unknown | Kind::Rss2) {
            let parent = self.nodes[id].name.clone().into_owned();
            self.say(On::Node(id), &c::UNDETERMINABLE_VOCABULARY, Detail::named(name, &parent));
            foreign = Some("null");
        }
        if ns.is_some_and(|ns| self.defaults.contains(&ns)) {
            ns = None;
        }
        let prefix = ns.and_then(|ns| self.namespaces.get(ns).near);
        if prefix == Some("itunes") {
            elements::podcast(self, id);
        }
        if let Some(ns) = ns.filter(|_| prefix.is_none()) {
            foreign = Some("");
            if self.namespaces.uri(ns) == namespace::OLD_ATOM {
                self.say(On::Node(id), &c::OBSOLETE_NAMESPACE, Detail::element("feed"));
            }
        }
        self.broken_attributes(id, name, attrs);
        if foreign.is_some() {
            self.foreign(id, ns, name, attrs);
        } else {
            let name = prefix.map_or(Cow::Borrowed(name), |prefix| Cow::Owned([prefix, "_", name].concat()));
            let defaults = self.defaults.len();
            let row = self.known(id, name.clone(), attrs);
            // Nothing more is to be asked of one that goes by the row's own name, unless it made its namespace one that needs no prefix.
            let is_plain = |child: &&Child| child.name == name && prefix != Some("itunes") && self.defaults.len() == defaults;
            if let Some(child) = row.filter(is_plain) {
                self.rows.keep(place, child);
            }
        }
    }

    pub(super) fn speech(&mut self, id: NodeId, name: &str, attrs: (usize, usize)) {
        let Some(speech) = self.attrs[attrs.0..attrs.1].iter().find(|attr| attr.ns == NsId::XML && attr.name == "lang") else { return };
        let value = speech.value.clone();
        self.nodes[id].speaks = !value.is_empty();
        if !value.is_empty() && !is_registered(&value) {
            self.say(On::Node(id), &c::INVALID_LANGUAGE, Detail::named("xml:lang", name).with(&value));
        }
    }

    pub(super) fn foreign(&mut self, id: NodeId, ns: Option<NsId>, name: &'a str, attrs: (usize, usize)) {
        if id == 0 || self.nodes[id].class.start == Start::Root {
            elements::foreign_root(self, id, ns, name);
        }
        let module = ns.filter(|ns| elements::beyond::is_known(self.namespaces.uri(*ns)));
        let local = name;
        let name: Cow<'a, str> = Cow::Owned(format!("unknown_{name}"));
        if let Some(ns) = module {
            return self.module(id, ns, local, name, attrs);
        }
        let class: &[&Class] = if self.kind == Kind::Rss1 { &[&elements::RDF_ANY] } else { &[&elements::EATER] };
        self.push_foreign(class, name, ns, attrs, id);
    }

    /// An element of a module that came after the reference.
    fn module(&mut self, id: NodeId, ns: NsId, local: &str, name: Cow<'a, str>, attrs: (usize, usize)) {
        let made = self.next_node();
        self.push(&[&elements::beyond::ELEMENT], name.clone(), attrs, id);
        self.node_mut(made).module = Some(ns);
        let uri = self.namespaces.uri(ns).to_owned();
        elements::beyond::begins(self, made, &uri, local);
        self.add_child(id, name);
    }

    /// An element that the reference takes for undefined and a later version of its module has: said, and looked into.
    fn newer(&mut self, id: NodeId, name: &str, attrs: (usize, usize)) -> bool {
        let Some((uri, local)) = elements::beyond::newer(name) else { return false };
        let made = self.next_node();
        self.push(&[&elements::beyond::ELEMENT], Cow::Owned(name.to_owned()), attrs, id);
        self.node_mut(made).module = Some(self.namespaces.intern(Cow::Borrowed(uri)));
        self.say(On::Node(made), &c::MODULE_NEWER_ELEMENT, Detail::default());
        elements::beyond::begins(self, made, uri, local);
        true
    }

    /// A child that a table may know. Says which row it is.
    fn known(&mut self, id: NodeId, name: Cow<'a, str>, attrs: (usize, usize)) -> Option<&'static Child> {
        let key = name.strip_prefix("dc_").and_then(|rest| rest.split_once('.')).map_or(&*name, |(term, _)| &name[..3 + term.len()]);
        let key = if key.contains('-') { Cow::Owned(key.replace('-', "_")) } else { Cow::Borrowed(key) };
        if let Some(child) = self.nodes[id].class.child(&key) {
            self.child(id, child, name, attrs);
            return Some(child);
        }
        self.child = name.clone();
        if name.starts_with("xhtml_") {
            let parent = self.nodes[id].name.clone().into_owned();
            self.say(On::Node(id), &c::MISPLACED_XHTML_CONTENT, Detail::named(&name, &parent));
            self.push(&[&elements::EATER], name.clone(), attrs, id);
        } else {
            let classes = elements::questionable(self, id, &name);
            if !self.newer(id, &name, attrs) {
                self.push(classes, name.clone(), attrs, id);
            }
        }
        self.add_child(id, name);
        None
    }

    /// A child that is this row, under its name with its prefix.
    fn child(&mut self, id: NodeId, child: &'static Child, name: Cow<'a, str>, attrs: (usize, usize)) {
        self.child = name.clone();
        let classes = self.note(id, child, &name).unwrap_or(child.classes);
        self.push(classes, name.clone(), attrs, id);
        self.add_child(id, name);
    }

    pub(super) fn note(&mut self, id: NodeId, child: &'static Child, name: &str) -> Option<&'static [&'static Class]> {
        let mut chosen = None;
        for note in child.notes {
            match *note {
                Note::Metadata => elements::metadata(self, id, name),
                Note::Same(rule, sibling, core, extension) => {
                    if self.has_child(id, sibling) {
                        self.say(On::Node(id), rule, Detail::value(extension).other(core));
                    }
                }
                Note::Do(act) => chosen = act(self, id, name).or(chosen),
            }
        }
        chosen
    }

    pub(super) fn push_foreign(
        &mut self,
        classes: &[&'static Class],
        name: Cow<'a, str>,
        ns: Option<NsId>,
        attrs: (usize, usize),
        parent: NodeId,
    ) {
        let id = self.nodes.len();
        self.push(classes, name.clone(), attrs, parent);
        if classes.first().is_some_and(|class| class.start == Start::Rdf) {
            elements::rdf_begins(self, id, ns.unwrap_or(NsId::NONE), false);
        }
        self.add_child(parent, name);
    }
}
