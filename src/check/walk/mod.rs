//! The walk over a document: a pile of open elements, each with its watchers, and the findings that they make.
//!
//! The pile mirrors the reference's: every watcher of an element sees every event, and a watcher that takes a child puts a layer
//! of its own on the pile. Two that take the same child put two there, and only one is taken off at its end; what follows is then
//! seen by the wrong layer. That is a fault of the reference which shows in its findings, so it is kept.

mod ask;
mod attributes;
mod pieces;
mod pile;
mod rows;
mod say;
mod start;

use std::borrow::Cow;
use std::collections::HashSet;
use std::rc::Rc;

use super::class::Class;
use super::codes as c;
use super::elements;
use super::found::{Detail, Found};
use super::limits::Limits;
use super::namespace::{Namespaces, NsId};
use super::value::marks::Marks;
use super::value::{chars, date};
use super::xml::{Attr, Event, Reader, Reason, Stop};
use super::{Kind, Options};
use crate::diag::Severity;
pub(super) use pieces::{MANY, Pieces};
use rows::{Place, Rows};

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
    base: Option<Rc<str>>,
    prefixes: Vec<&'a str>,
    /// The namespace of an element that only later rules know.
    pub module: Option<NsId>,
    seen: Option<Marks>,
    state: State<'a>,
}

/// What single classes remember of their element.
#[derive(Default)]
pub(super) enum State<'a> {
    #[default]
    None,
    Channel(Box<Channel>),
    Feed(Box<Feed<'a>>),
    Construct(Cow<'a, str>),
    Flag(bool),
    Category(Option<Cow<'a, str>>),
    Enclosures(Vec<Cow<'a, str>>),
}

#[derive(Default)]
pub(super) struct Channel {
    pub hub: bool,
    /// Relations of RFC 5005 that its links have.
    pub pages: Vec<&'static str>,
    /// The date of the latest item, in seconds since 1970.
    pub latest: Option<i64>,
    pub disordered: bool,
    pub link: String,
    pub title: String,
    pub docs: String,
    pub self_link: bool,
    pub items: Vec<usize>,
}

/// What a feed, an entry or a source remembers of its links and its content.
#[derive(Default)]
pub(super) struct Feed<'a> {
    /// What an entry says of itself.
    pub own: Entry,
    /// The entries of a feed, in their order.
    pub entries: Vec<Entry>,
    pub disordered: bool,
    /// Entries that were deleted: id, time in seconds since 1970, place.
    pub deleted: Vec<(Cow<'a, str>, i64, usize)>,
    pub links: Vec<Link<'a>>,
    pub content: Option<ContentSummary<'a>>,
}

/// What entries are compared by; times are in seconds since 1970.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Entry {
    pub id: u64,
    pub updated: Option<i64>,
    pub published: Option<i64>,
}

#[derive(Clone, Default)]
pub(super) struct Link<'a> {
    pub rel: Cow<'a, str>,
    pub kind: Cow<'a, str>,
    pub href: Cow<'a, str>,
    pub language: Cow<'a, str>,
}

pub(super) struct ContentSummary<'a> {
    pub source: bool,
    pub kind: Cow<'a, str>,
}

struct Layer<'a> {
    first: NodeId,
    attrs: usize,
    text: Option<Cow<'a, str>>,
    /// Where its first letter stands in the document.
    letter: Option<usize>,
    keeps: bool,
    /// Nobody asks for the white space around the text.
    trims: bool,
    /// Nobody minds white space before there is any text.
    is_lax: bool,
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
    base: String,
    places: Vec<String>,
    pub abouts: HashSet<String>,
    nodes: Vec<Node<'a>>,
    rows: Rows<'a>,
    layers: Vec<Layer<'a>>,
    attrs: Vec<Attr<'a>>,
    /// The current event.
    pub at: usize,
    /// The start tag of the latest element whose text must be plain.
    plain_from: Option<usize>,
    pub pieces: Pieces<'a>,
    /// The name of the child that is being looked up.
    pub child: Cow<'a, str>,
    /// Dates after this are in the future.
    pub tomorrow: Option<String>,
    pub found: Vec<Found>,
    pub dropped: usize,
    /// How many findings there were when they were last held against the limit.
    bounded: usize,
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
            rows: Rows::new(),
            layers: Vec::new(),
            attrs: Vec::new(),
            at: 0,
            plain_from: None,
            pieces: Pieces::default(),
            child: Cow::Borrowed(""),
            found,
            dropped: 0,
            bounded: 0,
            tomorrow: options.now.map(date::tomorrow),
        };
        walk.add_node(&elements::ROOT, Cow::Borrowed("root"), 0, (0, 0));
        walk.layers.push(Layer { first: 0, attrs: 0, text: None, letter: None, keeps: false, trims: false, is_lax: false });
        walk
    }

    /// Reads the document to its end or to its first fault.
    pub fn run(&mut self) {
        let mut reader = Reader::new(self.source, self.limits);
        loop {
            self.pass_over(&mut reader);
            self.go_on();
            if self.layers.last().is_some_and(|layer| layer.is_lax && layer.text.is_none()) {
                reader.skip_blank();
            }
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
                    if self.text(text) {
                        self.gather(&mut reader);
                    }
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
                self.bound();
            }
            self.conclude(&reader);
        }
    }

    /// Keeps no more findings than the limit, but of errors as many again, so that no number of warnings hides that a document is invalid; and
    /// counts the rest.
    pub fn bound(&mut self) {
        let (found, most) = (self.found.len(), self.limits.findings);
        if found <= most {
            return;
        }
        let new = self.found.split_off(self.bounded.clamp(most, found));
        let room = (2 * most).saturating_sub(self.found.len());
        let errors = new.into_iter().filter(|found| found.rule.code.severity == Severity::Error);
        self.found.extend(errors.take(room));
        self.bounded = self.found.len();
        self.dropped += found - self.bounded;
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
}
