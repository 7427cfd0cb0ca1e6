//! How an element is described: a class says what may stand in it and what happens when it opens, is filled and closes.
//!
//! Several classes may watch one element (its value, that it is not blank); each sees every event. The
//! descriptions are tables in [`super::elements`]; the walk over a document in [`super::walk`] drives them.

use super::codes::Rule;
use super::walk::{NodeId, Walk};

/// A watcher of an element.
pub(super) struct Class {
    /// The rows of the children that it knows, nearest table first.
    pub children: &'static [&'static [Child]],
    pub attrs: Attributes,
    pub start: Start,
    pub text: Text,
    /// Whether running text is expected.
    pub prose: bool,
    /// Whether the value loses the white space around it.
    pub trim: bool,
    pub podcast: Podcast,
    /// It watches nothing: the rule is said of an element that has a sibling of its name before it.
    pub once: Option<&'static Rule>,
    pub open: Option<fn(&mut Walk<'_>, NodeId)>,
    pub close: Option<fn(&mut Walk<'_>, NodeId, &str)>,
}

/// A row of a table: a child, the classes that watch it, and what its mere presence says.
pub(super) struct Child {
    /// The usual prefix and the local name with `_` between them and for each `-`.
    pub name: &'static str,
    pub classes: &'static [&'static Class],
    pub notes: &'static [Note],
}

/// What is said or done when a child begins.
#[derive(Clone, Copy)]
pub(super) enum Note {
    /// Metadata, which must not come after the first item or entry.
    Metadata,
    /// The element says the same as a sibling that was there before: the sibling's name, the core word, the extension's word.
    Same(&'static Rule, &'static str, &'static str, &'static str),
    /// Anything else: may choose other classes than the row's.
    Do(fn(&mut Walk<'_>, NodeId, &str) -> Option<&'static [&'static Class]>),
}

/// The attributes that an element may carry beside `xml:base`, `xml:id`, `xml:lang` and `xml:space`.
#[derive(Clone, Copy)]
pub(super) enum Attributes {
    Silent,
    All,
    These(&'static [(&'static str, &'static str)]),
    /// None but in RSS 1.0, where RDF's own are at home.
    Rdf,
    /// As `Rdf`, beside these.
    ParseType,
    /// All but those of RSS 1.1.
    NotRss11,
}

/// What a class does with child elements.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Start {
    /// Looks them up in its table.
    Table,
    Root,
    /// Refuses them, but for RDF's in RSS 1.0.
    Refuse,
    /// Leaves them to the other watchers.
    Leave,
    /// Takes them without a look.
    Eat,
    /// Takes them without a look and without what `Eat` still says.
    Swallow,
    /// Looks into those of later modules, takes the others without a look.
    Module,
    /// Looks for dangerous HTML.
    Html,
    /// An Atom text construct.
    Construct,
    /// XHTML inside a text construct.
    Div,
    /// Any RDF.
    Rdf,
}

/// What a class does with running text.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Text {
    Keep,
    /// Keeps none, looks for broken characters.
    Eat,
    Leave,
    Link,
    Construct,
    /// Keeps it and says where white space stands around it.
    Tight,
    Outline,
    Rdf,
}

/// Which podcast rules an element falls under once an `itunes` element was seen in it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Podcast {
    No,
    Channel,
    Item,
}

impl Class {
    /// An element with child elements and no text.
    pub const fn container(children: &'static [&'static [Child]]) -> Class {
        Class {
            children,
            attrs: Attributes::Silent,
            start: Start::Table,
            text: Text::Keep,
            prose: false,
            trim: true,
            podcast: Podcast::No,
            once: None,
            open: None,
            close: None,
        }
    }

    /// An element with text and no child elements.
    pub const fn value(close: fn(&mut Walk<'_>, NodeId, &str)) -> Class {
        Class { start: Start::Refuse, attrs: Attributes::Rdf, prose: true, close: Some(close), ..Class::container(&[]) }
    }

    pub const fn attrs(self, names: &'static [(&'static str, &'static str)]) -> Class {
        Class { attrs: Attributes::These(names), ..self }
    }

    pub const fn open(self, open: fn(&mut Walk<'_>, NodeId)) -> Class {
        Class { open: Some(open), ..self }
    }

    pub const fn close(self, close: fn(&mut Walk<'_>, NodeId, &str)) -> Class {
        Class { close: Some(close), ..self }
    }

    pub const fn untrimmed(self) -> Class {
        Class { trim: false, ..self }
    }

    /// The row of a child, by its name with `_` for `-`. The tables are in the order of their names.
    pub fn child(&'static self, name: &str) -> Option<&'static Child> {
        self.children.iter().find_map(|table| table.binary_search_by(|child| child.name.cmp(name)).ok().map(|at| &table[at]))
    }
}
