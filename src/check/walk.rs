//! The walk over a document: a pile of open elements, each with its watchers, and the findings that they make.
//!
//! The pile mirrors the reference's: every watcher of an element sees every event, and a watcher that takes a child puts a layer
//! of its own on the pile. Two that take the same child put two there, and only one is taken off at its end; what follows is then
//! seen by the wrong layer. That is a fault of the reference which shows in its findings, so it is kept.

use std::borrow::Cow;
use std::collections::HashSet;

use super::class::{Attributes, Child, Class, Note, Podcast, Start, Text};
use super::codes::{self as c, Rule};
use super::elements;
use super::found::{Detail, Found, Spot};
use super::limits::Limits;
use super::namespace::{self, Namespaces, NsId};
use super::value::{chars, language, uri};
use super::xml::{Attr, Event, Reader, Reason, Stop};
use super::{Kind, Options};

/// A watcher on the pile.
pub(super) type NodeId = usize;

/// Where a finding belongs: names for its element and its parent.
#[derive(Clone, Copy)]
pub(super) enum On {
    /// The element itself.
    Node(NodeId),
    /// An attribute (or a missing child) of the element.
    Part(NodeId, &'static str),
    /// The element under another name, as the reference does for a few attributes.
    As(NodeId, &'static str),
}

pub(super) struct Node<'a> {
    pub class: &'static Class,
    pub name: Cow<'a, str>,
    pub parent: NodeId,
    /// Where the start tag begins.
    pub at: usize,
    attrs: (usize, usize),
    children: Vec<(Cow<'a, str>, u32)>,
    /// A marker child that makes later text count as mixed.
    pub mixed: bool,
    pub podcast: bool,
    pub speaks: bool,
    base: Option<Box<str>>,
    prefixes: Vec<&'a str>,
    seen: Option<Box<HashSet<(&'static str, u64)>>>,
    pub state: State,
}

/// What single classes remember of their element.
#[derive(Default)]
pub(super) enum State {
    #[default]
    None,
    Channel(Box<Channel>),
    Feed(Box<Feed>),
    Construct(String),
    Flag(bool),
    Category(Option<String>),
    Enclosures(Vec<String>),
}

#[derive(Default)]
pub(super) struct Channel {
    pub link: String,
    pub title: String,
    pub docs: String,
    pub self_link: bool,
    pub items: Vec<usize>,
}

/// What a feed, an entry or a source remembers of its links and its content.
#[derive(Default)]
pub(super) struct Feed {
    pub links: Vec<Link>,
    pub content: Option<ContentSummary>,
    pub enclosures: Vec<String>,
}

#[derive(Clone, Default)]
pub(super) struct Link {
    pub rel: String,
    pub kind: String,
    pub href: String,
    pub language: String,
}

pub(super) struct ContentSummary {
    pub source: bool,
    pub kind: String,
}

struct Layer<'a> {
    first: NodeId,
    attrs: usize,
    text: Option<Cow<'a, str>>,
    keeps: bool,
}

pub(super) struct Walk<'a> {
    pub source: &'a str,
    pub options: &'a Options,
    limits: &'a Limits,
    pub encoding: &'a str,
    pub namespaces: Namespaces<'a>,
    defaults: Vec<NsId>,
    pub kind: Kind,
    pub version: String,
    /// The document is one that the old Netscape DTD covers.
    pub netscape: bool,
    pub base: String,
    pub places: Vec<String>,
    pub abouts: HashSet<String>,
    nodes: Vec<Node<'a>>,
    layers: Vec<Layer<'a>>,
    attrs: Vec<Attr<'a>>,
    /// The current event.
    pub at: usize,
    /// The start tag of the latest element whose text must be plain.
    pub plain_from: Option<usize>,
    /// The name of the child that is being looked up.
    pub child: Cow<'a, str>,
    pub found: Vec<Found>,
    pub dropped: usize,
    pub handlers: Vec<&'static Class>,
}

impl<'a> Walk<'a> {
    pub fn new(source: &'a str, encoding: &'a str, options: &'a Options, found: Vec<Found>) -> Self {
        let base = options.url.as_ref().map(|url| url.as_str().to_owned()).unwrap_or_default();
        let mut walk = Walk {
            source,
            options,
            limits: &options.limits,
            encoding,
            namespaces: Namespaces::new(),
            defaults: Vec::new(),
            kind: Kind::Unknown,
            version: "2.0".to_owned(),
            netscape: false,
            places: vec![base.clone()],
            base,
            abouts: HashSet::new(),
            nodes: Vec::new(),
            layers: Vec::new(),
            attrs: Vec::new(),
            at: 0,
            plain_from: None,
            child: Cow::Borrowed(""),
            found,
            dropped: 0,
            handlers: Vec::new(),
        };
        walk.add_node(&elements::ROOT, Cow::Borrowed("root"), 0, (0, 0));
        walk.layers.push(Layer { first: 0, attrs: 0, text: None, keeps: false });
        walk
    }

    /// Reads the document to its end or to its first fault.
    pub fn run(&mut self) {
        let mut reader = Reader::new(self.source, self.limits);
        loop {
            match reader.next(&mut self.namespaces) {
                Ok(Event::Start { ns, name, at }) => {
                    self.at = at;
                    let attrs = self.attrs.len();
                    if self.declare(&std::mem::take(&mut reader.declared)).is_err() {
                        return;
                    }
                    self.attrs.append(&mut reader.attrs);
                    self.start(ns, name, attrs);
                }
                Ok(Event::End { at }) => {
                    self.at = at;
                    self.end();
                }
                Ok(Event::Text { text, at }) => {
                    self.at = at;
                    self.text(text);
                }
                Ok(Event::Doctype { public, system, at }) => {
                    self.at = at;
                    self.doctype(public, system);
                }
                Ok(Event::Unknown { entity, at }) => {
                    self.at = at;
                    if !(self.netscape && chars::is_html_entity(entity)) {
                        self.say(On::Node(0), &c::UNDEFINED_NAMED_ENTITY, Detail::value(entity));
                    }
                }
                Ok(Event::Eof) => return,
                Err(stop) => {
                    // What a faulty tag declares is declared all the same.
                    self.at = stop.at;
                    if self.declare(&reader.declared).is_ok() {
                        self.stopped(stop);
                    }
                    return;
                }
            }
            if self.found.len() > self.limits.findings {
                self.dropped += self.found.len() - self.limits.findings;
                self.found.truncate(self.limits.findings);
            }
        }
    }

    fn stopped(&mut self, stop: Stop) {
        self.at = stop.at;
        let (rule, why) = match stop.reason {
            Reason::Xml(why) => (&c::SAX_ERROR, why),
            Reason::TooDeep => (&c::TOO_DEEP, ""),
            Reason::TooManyAttributes => (&c::TOO_MANY_ATTRIBUTES, ""),
            Reason::TooLong => (&c::TOO_LARGE, ""),
        };
        self.say(On::Node(0), rule, Detail::value(why));
    }

    fn doctype(&mut self, public: Option<&str>, system: &str) {
        const NETSCAPE: &str = "-//Netscape Communications//DTD RSS 0.91//EN";
        let old = public == Some(NETSCAPE) && system == "http://my.netscape.com/publish/formats/rss-0.91.dtd";
        let board = public == Some(NETSCAPE) && system == "http://www.rssboard.org/rss-0.91.dtd";
        self.netscape = old || board;
        if old {
            self.say(On::Node(0), &c::DEPRECATED_DTD, Detail::default());
        } else if !board {
            self.say(On::Node(0), &c::CONTAINS_SYSTEM_ENTITY, Detail::default());
        }
    }

    /// Namespace declarations, before the element that carries them begins.
    fn declare(&mut self, declared: &[(&'a str, Cow<'a, str>)]) -> Result<(), ()> {
        for (prefix, uri) in declared {
            let top = self.layers.last().map_or(0, |layer| layer.first);
            for node in &mut self.nodes[top..] {
                node.prefixes.push(prefix);
            }
            if uri.split_whitespace().count() > 1 {
                self.say(On::Node(0), &c::SAX_ERROR, Detail::value("a namespace with white space in it"));
                return Err(());
            }
            self.declaration(prefix, uri);
        }
        Ok(())
    }

    fn declaration(&mut self, prefix: &str, uri: &str) {
        let on = On::Node(0);
        let usual = namespace::prefix(uri);
        let atom_or_unknown = matches!(self.kind, Kind::Atom | Kind::Unknown);
        if let Some(meant) = namespace::of_prefix(prefix).filter(|_| !prefix.is_empty()) {
            if usual != Some(prefix) {
                let rule = if uri == namespace::MRSS_WITHOUT_SLASH { &c::MEDIA_RSS_NAMESPACE } else { &c::RESERVED_PREFIX };
                self.say(on, rule, Detail::value(prefix).other(meant));
            } else if prefix == "wiki" && uri.contains("usemod") {
                self.say(on, &c::OBSOLETE_WIKI_NAMESPACE, Detail::value(uri));
            } else if matches!(prefix, "atom" | "xhtml") && self.kind == Kind::Atom {
                self.say(on, &c::AVOID_NAMESPACE_PREFIX, Detail::value(prefix));
            }
        } else if let Some(usual) = usual {
            if usual != prefix && !prefix.is_empty() {
                self.say(on, &c::NONSTD_PREFIX, Detail::value(prefix).other(usual));
                if matches!(usual, "atom" | "xhtml") && atom_or_unknown {
                    self.say(on, &c::AVOID_NAMESPACE_PREFIX, Detail::value(prefix));
                }
            }
        } else if uri == namespace::MRSS_WITHOUT_SLASH {
            self.say(on, &c::MEDIA_RSS_NAMESPACE, Detail::value(prefix));
        } else if uri.is_empty() || uri::iri(self, On::Part(0, "xmlns"), uri) {
            match namespace::unchecked(uri) {
                Some(name) => self.say(on, &c::UNSUPPORTED_NAMESPACE, Detail::value(name)),
                None => self.say(on, &c::UNKNOWN_NAMESPACE, Detail::value(uri)),
            }
        }
    }

    // ---- events

    fn start(&mut self, ns: NsId, name: &'a str, attrs: usize) {
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

    /// What the reference says of elements that no rule looks into.
    pub fn taken_unseen(&mut self, id: NodeId, ns: NsId, name: &str, attrs: (usize, usize)) {
        if ns == NsId::NONE && self.kind == Kind::Rss2 && self.nodes[id].name.contains('_') {
            let parent = self.nodes[id].name.clone().into_owned();
            self.say(On::Node(id), &c::NOT_IN_A_NAMESPACE, Detail::named(name, &parent));
        }
        self.broken_attributes(id, name, attrs);
    }

    fn broken_attributes(&mut self, id: NodeId, parent: &str, attrs: (usize, usize)) {
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
            let name = prefix.map_or(Cow::Borrowed(name), |prefix| Cow::Owned(format!("{prefix}_{name}")));
            self.known(id, name, attrs);
        }
    }

    fn speech(&mut self, id: NodeId, name: &str, attrs: (usize, usize)) {
        let Some(speech) = self.attrs[attrs.0..attrs.1].iter().find(|attr| attr.ns == NsId::XML && attr.name == "lang") else { return };
        let value = speech.value.clone();
        self.nodes[id].speaks = !value.is_empty();
        if !value.is_empty() && !language::is_known(&value) {
            self.say(On::Node(id), &c::INVALID_LANGUAGE, Detail::named("xml:lang", name).with(&value));
        }
    }

    fn foreign(&mut self, id: NodeId, ns: Option<NsId>, name: &'a str, attrs: (usize, usize)) {
        if id == 0 || self.nodes[id].class.start == Start::Root {
            elements::foreign_root(self, id, ns, name);
        }
        let name: Cow<'a, str> = Cow::Owned(format!("unknown_{name}"));
        let class: &[&Class] = if self.kind == Kind::Rss1 { &[&elements::RDF_ANY] } else { &[&elements::EATER] };
        self.push_foreign(class, name, ns, attrs, id);
    }

    fn known(&mut self, id: NodeId, name: Cow<'a, str>, attrs: (usize, usize)) {
        let key = name.strip_prefix("dc_").and_then(|rest| rest.split_once('.')).map_or(&*name, |(term, _)| &name[..3 + term.len()]);
        let key = if key.contains('-') { Cow::Owned(key.replace('-', "_")) } else { Cow::Borrowed(key) };
        self.child = name.clone();
        if let Some(child) = self.nodes[id].class.child(&key) {
            let classes = self.note(id, child, &name).unwrap_or(child.classes);
            self.push(classes, name.clone(), attrs, id);
        } else if name.starts_with("xhtml_") {
            let parent = self.nodes[id].name.clone().into_owned();
            self.say(On::Node(id), &c::MISPLACED_XHTML_CONTENT, Detail::named(&name, &parent));
            self.push(&[&elements::EATER], name.clone(), attrs, id);
        } else {
            let classes = elements::questionable(self, id, &name);
            self.push(classes, name.clone(), attrs, id);
        }
        self.add_child(id, name);
    }

    fn note(&mut self, id: NodeId, child: &'static Child, name: &str) -> Option<&'static [&'static Class]> {
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

    fn push_foreign(&mut self, classes: &[&'static Class], name: Cow<'a, str>, ns: Option<NsId>, attrs: (usize, usize), parent: NodeId) {
        let id = self.nodes.len();
        self.push(classes, name.clone(), attrs, parent);
        if classes.first().is_some_and(|class| class.start == Start::Rdf) {
            elements::rdf_begins(self, id, ns.unwrap_or(NsId::NONE), false);
        }
        self.add_child(parent, name);
    }

    /// Puts a layer of watchers on the pile.
    pub fn push(&mut self, classes: &[&'static Class], name: Cow<'a, str>, attrs: (usize, usize), parent: NodeId) {
        let first = self.nodes.len();
        let mut keeps = false;
        for class in classes {
            let id = self.add_node(class, name.clone(), parent, attrs);
            keeps |= !matches!(class.text, Text::Eat | Text::Leave | Text::Link);
            if let Some(open) = class.open {
                open(self, id);
            }
        }
        self.layers.push(Layer { first, attrs: attrs.0, text: None, keeps });
    }

    fn add_node(&mut self, class: &'static Class, name: Cow<'a, str>, parent: NodeId, attrs: (usize, usize)) -> NodeId {
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
            seen: None,
            state: State::None,
        });
        if attrs.1 > attrs.0
            && let Some(base) = self.attr(id, namespace::XML, "base").map(str::to_owned)
        {
            uri::iri(self, On::Part(id, "xml:base"), &base);
            let joined = uri::join(self.base_of(parent), &base);
            self.nodes[id].base = Some(joined.into());
        }
        id
    }

    /// Running text: as one piece where nobody minds, else line by line, as the reference's reader hands it on.
    fn text(&mut self, text: Cow<'a, str>) {
        let Some(layer) = self.layers.last() else { return };
        let first = layer.first;
        if layer.text.as_ref().is_some_and(|held| held.len() + text.len() > self.limits.text) {
            return self.say(On::Node(first), &c::TOO_LARGE, Detail::default());
        }
        let blank = chars::is_blank(&text);
        let suspicious = !text.is_ascii() && text.bytes().any(|b| matches!(b, 0xC2 | 0xEF));
        if !suspicious && (first..self.nodes.len()).all(|id| elements::is_quiet(self, id, blank)) {
            return self.keep(text);
        }
        let start = self.at;
        let mut from = 0;
        while from < text.len() {
            let line = text[from..].find('\n').map_or(text.len(), |at| from + at);
            let to = if line == from { from + 1 } else { line };
            self.at = start + from;
            self.piece(&text[from..to], suspicious);
            from = to;
        }
    }

    fn piece(&mut self, piece: &str, suspicious: bool) {
        let first = self.layers.last().map_or(0, |layer| layer.first);
        let blank = chars::is_blank(piece);
        for id in first..self.nodes.len() {
            elements::text(self, id, piece, blank, suspicious);
        }
        self.keep(Cow::Owned(piece.to_owned()));
    }

    fn keep(&mut self, text: Cow<'a, str>) {
        if let Some(layer) = self.layers.last_mut().filter(|layer| layer.keeps) {
            match &mut layer.text {
                Some(held) => held.to_mut().push_str(&text),
                None => layer.text = Some(text),
            }
        }
    }

    fn end(&mut self) {
        let Some(layer) = self.layers.last_mut() else { return };
        let (first, attrs) = (layer.first, layer.attrs);
        let text = layer.text.take().unwrap_or_default();
        let trimmed = text.trim_matches(chars::is_python_space);
        for id in first..self.nodes.len() {
            let class = self.nodes[id].class;
            if let Some(close) = class.close {
                close(self, id, if class.trim { trimmed } else { &text });
            }
        }
        self.layers.pop();
        self.nodes.truncate(first.max(1));
        self.attrs.truncate(attrs);
    }

    fn check_attributes(&mut self, ns: NsId, name: &str, attrs: (usize, usize)) {
        let first = self.layers.last().map_or(0, |layer| layer.first);
        for at in attrs.0..attrs.1 {
            let attr = &self.attrs[at];
            let (attr_ns, attr_name) = (attr.ns, attr.name);
            let standard = attr_ns == NsId::XML && matches!(attr_name, "base" | "id" | "lang" | "space");
            if standard || (first..self.nodes.len()).any(|id| self.expects(id, attr_ns, attr_name)) {
                continue;
            }
            if attr_ns != NsId::NONE && self.namespaces.get(attr_ns).near.is_none() {
                if ns == NsId::NONE && self.kind == Kind::Rss2 {
                    self.say(On::Node(0), &c::USE_OF_EXTENSION_ATTR, Detail::element(name).with(attr_name));
                }
                continue;
            }
            self.say(On::Node(0), &c::UNEXPECTED_ATTRIBUTE, Detail::named(name, name).with(attr_name));
        }
    }

    fn expects(&self, id: NodeId, ns: NsId, name: &str) -> bool {
        let uri = self.namespaces.uri(ns);
        let rdf = |names: &[&str]| uri == namespace::RDF && names.contains(&name);
        match self.nodes[id].class.attrs {
            Attributes::Silent => false,
            Attributes::All => self.attr(id, uri, name).is_some(),
            Attributes::NotRss11 => uri != namespace::RSS11 && self.attr(id, uri, name).is_some(),
            Attributes::These(names) => names.contains(&(uri, name)),
            Attributes::Rdf => self.kind == Kind::Rss1 && rdf(&["parseType", "datatype", "resource"]),
            Attributes::ParseType => self.kind == Kind::Rss1 && rdf(&["parseType"]),
        }
    }

    // ---- what rules ask

    pub fn node(&self, id: NodeId) -> &Node<'a> {
        &self.nodes[id]
    }

    pub fn node_mut(&mut self, id: NodeId) -> &mut Node<'a> {
        &mut self.nodes[id]
    }

    pub fn parent(&self, id: NodeId) -> NodeId {
        self.nodes[id].parent
    }

    pub fn name(&self, id: NodeId) -> &str {
        &self.nodes[id].name
    }

    /// An attribute's value; `ns` is empty for attributes without a prefix.
    pub fn attr(&self, id: NodeId, ns: &str, name: &str) -> Option<&str> {
        let (from, to) = self.nodes[id].attrs;
        let attrs = self.attrs.get(from..to)?;
        attrs.iter().find(|attr| attr.name == name && self.namespaces.uri(attr.ns) == ns).map(|attr| &*attr.value)
    }

    /// The value of an attribute without a prefix.
    pub fn plain_attr(&self, id: NodeId, name: &str) -> Option<String> {
        self.attr(id, "", name).map(str::to_owned)
    }

    pub fn attr_count(&self, id: NodeId) -> usize {
        let (from, to) = self.nodes[id].attrs;
        to - from
    }

    /// The attributes of an element as they stand.
    pub fn attrs_of(&self, range: (usize, usize)) -> &[Attr<'a>] {
        &self.attrs[range.0..range.1]
    }

    pub fn has_child(&self, id: NodeId, name: &str) -> bool {
        self.nodes[id].children.iter().any(|(child, _)| child == name)
    }

    pub fn count_children(&self, id: NodeId, name: &str) -> usize {
        self.nodes[id].children.iter().find(|(child, _)| child == name).map_or(0, |(_, count)| *count as usize)
    }

    /// How many children the element has had so far.
    pub fn all_children(&self, id: NodeId) -> usize {
        self.nodes[id].children.iter().map(|(_, count)| *count as usize).sum()
    }

    pub fn add_child(&mut self, id: NodeId, name: Cow<'a, str>) {
        let children = &mut self.nodes[id].children;
        match children.iter().position(|(child, _)| *child == name) {
            Some(at) => children[at].1 += 1,
            None if children.len() < self.limits.attributes => children.push((name, 1)),
            None => {}
        }
    }

    /// Whether a namespace prefix was declared on the element's own children.
    pub fn declares(&self, id: NodeId, prefix: &str) -> bool {
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

    /// Says that a value was there before among those of `scope`, or keeps it.
    pub fn seen_before(&mut self, scope: NodeId, list: &'static str, value: &str) -> bool {
        let mark = chars::mark(value);
        !self.nodes[scope].seen.get_or_insert_default().insert((list, mark))
    }

    /// Whether a value was there before, without keeping it.
    pub fn saw(&self, scope: NodeId, list: &'static str, value: &str) -> bool {
        self.nodes[scope].seen.as_ref().is_some_and(|seen| seen.contains(&(list, chars::mark(value))))
    }

    /// The watcher that will be made next.
    pub fn next_node(&self) -> NodeId {
        self.nodes.len()
    }

    /// The address that relative references in the element resolve against.
    pub fn base_of(&self, id: NodeId) -> &str {
        self.nodes[id].base.as_deref().unwrap_or(&self.base)
    }

    pub fn is_default(&self, uri: &str) -> bool {
        self.defaults.iter().any(|ns| self.namespaces.uri(*ns) == uri)
    }

    /// Lets elements of the namespace count as unprefixed.
    pub fn add_default(&mut self, uri: Cow<'a, str>) {
        let ns = self.namespaces.intern(&uri);
        self.defaults.push(ns);
    }

    /// The text so far of the layer that a watcher belongs to.
    pub fn text_so_far(&self, id: NodeId) -> &str {
        let layer = self.layers.iter().rev().find(|layer| layer.first <= id);
        layer.and_then(|layer| layer.text.as_deref()).unwrap_or_default()
    }

    /// Adds to the text of the layer that a watcher belongs to.
    pub fn add_text(&mut self, id: NodeId, text: &str) {
        if let Some(layer) = self.layers.iter_mut().rev().find(|layer| layer.first <= id) {
            layer.text.get_or_insert_default().to_mut().push_str(text);
        }
    }

    // ---- what rules say

    pub fn say(&mut self, on: On, rule: &'static Rule, detail: Detail<'_>) {
        self.say_at(on, rule, detail, Spot::at(self.at));
    }

    pub fn say_at(&mut self, on: On, rule: &'static Rule, detail: Detail<'_>, spot: Spot) {
        let (node, part) = match on {
            On::Node(node) => (node, None),
            On::Part(node, part) | On::As(node, part) => (node, Some(part)),
        };
        let above = if matches!(on, On::Part(..)) { node } else { self.parent(node) };
        // The document itself has no name.
        let name = |id: NodeId| if id == 0 && node == 0 { "" } else { self.name(id) };
        let element = detail.element.or(part).unwrap_or(name(node));
        let parent = detail.parent.unwrap_or(name(above));
        let found = Found::new(rule, spot, element, parent, &detail);
        self.found.push(found);
    }

    /// The element lacks a child.
    pub fn lacks(&mut self, id: NodeId, rule: &'static Rule, child: &'static str) {
        self.say(On::Part(id, child), rule, Detail::default());
    }

    /// Checks one attribute with a rule for values.
    pub fn check_attr(&mut self, id: NodeId, ns: &str, name: &'static str, shown: &'static str, rule: fn(&mut Walk<'_>, On, &str)) {
        if let Some(value) = self.attr(id, ns, name).map(str::to_owned) {
            rule(self, On::Part(id, shown), &value);
        }
    }

    /// As [`Walk::check_attr`], and says so where the attribute is missing.
    pub fn need_attr(&mut self, id: NodeId, name: &'static str, rule: fn(&mut Walk<'_>, On, &str)) {
        if self.attr(id, "", name).is_some() {
            self.check_attr(id, "", name, name, rule);
        } else {
            self.say(On::Node(id), &c::MISSING_ATTRIBUTE, Detail::value(name));
        }
    }

    pub fn podcast_of(&self, id: NodeId) -> Podcast {
        self.nodes[id].class.podcast
    }
}
